"""Trapped fluences of our table beside ``aep8`` flown point by point."""

import csv
from dataclasses import dataclass
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.environment.trapped import orbit_mean_flux
from stationkeeper.environment.trapped_tables import trapped_table
from stationkeeper.units import DAY, KILOMETRE
from stationkeeper.validation.direct_aep8 import LONG_POINTS, LONG_STEP, direct_means
from stationkeeper.validation.rows import Progress, Row

FIRST_POINTS: Final = 1_500  # repeated at every validation: a second an orbit
REPEATS_WITHIN: Final = 1e-3  # relative: room for another processor, none for another field
PER_CM2_DAY: Final = DAY * 1e-4  # [1/(cm2 d)] per [1/(m2 s)]
TOLERANCE: Final = 0.02  # the claim: 2 %

# Orbits of stations flown and planned, two of low inclination and one high: our choice. Altitude is
# radius less the equatorial radius.
ORBITS: Final[dict[str, tuple[float, float]]] = {
    "ISS 420/51.6": (420.0, 51.6),
    "ISS 350/51.6": (350.0, 51.6),
    "ROS 400/97.6": (400.0, 97.6),
    "ROS 370/96.8": (370.0, 96.8),
    "Mir 390/51.6": (390.0, 51.6),
    "300/28.5": (300.0, 28.5),
    "462/28.5": (462.0, 28.5),
    "Bion-M2 380/96.6": (380.0, 96.6),
    "800/98.6": (800.0, 98.6),
}  # altitude [km], inclination [deg]
COLUMNS: Final[dict[str, tuple[float, ...]]] = {
    "ap8min": (30.0, 100.0, 300.0),
    "ap8max": (30.0, 100.0),
    "ae8min": (1.0,),
    "ae8max": (1.0, 3.0),
}  # energies [MeV]


@dataclass(frozen=True)
class Stored:
    """A direct fluence kept in the authorities. [1/(cm2 d)]"""

    long_mean: float
    first_points: float


def direct_fluences(orbit: str, points: int) -> dict[tuple[str, float], float]:
    """Direct fluences of one orbit by model and energy. [1/(cm2 d)]"""
    altitude, inclination = ORBITS[orbit]
    means = direct_means(
        tuple(COLUMNS),
        altitude * KILOMETRE,
        float(np.radians(inclination)),
        {model: np.array(energies) for model, energies in COLUMNS.items()},
        points,
        LONG_STEP,
    )
    return {
        (model, energy): float(means[model][place]) * PER_CM2_DAY
        for model, energies in COLUMNS.items()
        for place, energy in enumerate(energies)
    }


def our_fluences(orbit: str) -> dict[tuple[str, float], float]:
    """Our fluences of one orbit by model and energy. [1/(cm2 d)]"""
    altitude, inclination = ORBITS[orbit]
    table = trapped_table()
    found = {}
    for model, energies in COLUMNS.items():
        flux: NDArray[np.float64] = orbit_mean_flux(
            table, model, altitude * KILOMETRE, float(np.radians(inclination))
        )
        for energy in energies:
            place = int(np.flatnonzero(table.energy(model) == energy)[0])
            found[model, energy] = float(flux[place]) * PER_CM2_DAY
    return found


def stored_fluences() -> dict[tuple[str, str, float], Stored]:
    """Read the direct fluences made by ``benchmarks/direct_fluences.py``."""
    resource = resources.files("stationkeeper.validation") / "authorities" / "dose_fluences.csv"
    lines = resource.read_text(encoding="utf-8").splitlines()
    return {
        (row["orbit"], row["model"], float(row["energy_mev"])): Stored(
            float(row["fluence_per_cm2_day"]), float(row["first_points_per_cm2_day"])
        )
        for row in csv.DictReader(lines)
    }


def fluence_rows(progress: Progress | None = None) -> list[Row]:
    """Return a row for each orbit, model and energy.

    The truth is the stored mean over 60 days. The first points of the same flight are flown anew
    through ``aep8``; if they do not repeat the stored figure, ours is withheld and the row fails.
    """
    stored = stored_fluences()
    rows = []
    for orbit in ORBITS:
        if progress is not None:
            progress(f"dose: aep8 point by point, {orbit}")
        again = direct_fluences(orbit, FIRST_POINTS)
        ours = our_fluences(orbit)
        for (model, energy), value in ours.items():
            truth = stored[orbit, model, energy]
            drift = abs(again[model, energy] - truth.first_points)
            repeats = drift <= REPEATS_WITHIN * max(truth.first_points, 1e-9)
            rows.append(
                Row(
                    topic="dose",
                    name=f"{orbit} {model.upper()} above {energy:g} MeV",
                    ours=value if repeats else None,
                    truth=truth.long_mean,
                    unit="1/(cm2 d)",
                    tolerance=TOLERANCE * truth.long_mean,
                    kind="other-program",
                    source=(
                        f"aep8 at {LONG_POINTS} points over 60 days "
                        f"(benchmarks/direct_fluences.py); first {FIRST_POINTS} flown again now"
                    ),
                    note=""
                    if repeats
                    else f"aep8 no longer repeats its stored figure: {again[model, energy]:.6g} "
                    f"now, {truth.first_points:.6g} stored",
                )
            )
    return rows
