"""Make the stored direct fluences that `stationkeeper validate dose` compares with.

    python -m benchmarks.direct_fluences > dose_fluences.csv

to be put into src/stationkeeper/validation/authorities. Sixty days of flight by ``aep8`` at every
point, about four minutes on one core. The figure of the first points is stored too: validation
repeats those and so sees whether ``aep8`` has changed.
"""

import csv
import sys

from stationkeeper.validation.direct_aep8 import LONG_POINTS
from stationkeeper.validation.dose_fluences import FIRST_POINTS, ORBITS, direct_fluences


def main() -> None:
    """Write one line for each orbit, model and energy to standard output."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    figures = ("fluence_per_cm2_day", "first_points_per_cm2_day")
    out.writerow(["orbit", "model", "energy_mev", *figures, "source", "confidence"])
    for orbit in ORBITS:
        first = direct_fluences(orbit, FIRST_POINTS)
        whole = direct_fluences(orbit, LONG_POINTS)
        for (model, energy), value in whole.items():
            printed = (f"{value:.9g}", f"{first[model, energy]:.9g}")
            out.writerow([orbit, model, energy, *printed, "aep8 1.1.0, computed", "A"])
        print(orbit, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
