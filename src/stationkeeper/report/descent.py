"""What is left if propulsion is lost: days until the station is at 200 km."""

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.numbers import number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run

KEY, TITLE = "days-to-200-km", "If propulsion is lost"


def picture(run: Run) -> Picture:
    """Draw days to 200 km, from each day on which propulsion could be lost."""
    if not run.has("days_to_200_km"):
        return absent(KEY, TITLE, "The results hold no days to 200 km.")
    colours = look.station_colours(run.stations)
    when = look.day_numbers(run.months + np.timedelta64(15, "D"))
    said = []
    with look.drawing():
        figure, (axes,) = look.new_figure(3.4)
        look.time_axis(axes, *look.day_numbers(np.array([run.first, run.last], "datetime64[D]")))
        for key in run.stations:
            low, middle, high = run.quantiles("days_to_200_km", key)
            known = np.isfinite(middle)
            if not known.any():
                continue
            axes.fill_between(
                when[known], low[known], high[known], color=colours[key], alpha=0.2, linewidth=0
            )
            axes.plot(when[known], middle[known], color=colours[key], marker="o", markersize=3.5)
            least, most = np.nanmin(middle), np.nanmax(middle)
            said.append(f"{run.title(key)}: median {number(least)} to {number(most)} days.")
        axes.set_ylim(bottom=0)
        axes.set_ylabel("days to 200 km [d]")
        axes.set_xlabel("day on which propulsion is lost (UTC)")
        look.words_beside(axes, run.words("days_to_200_km"))
        image = look.as_png(figure)
    return Picture(
        KEY,
        TITLE,
        "Days from a loss of all propulsion to a mean altitude of 200 km, started from each dot. "
        "Line: median of the replicas; band: 90 % of them."
        + (" In some replicas the count stops before 200 km is reached." if _capped(run) else ""),
        alt="Days to 200 km. " + " ".join(said),
        png=image,
    )


def _capped(run: Run) -> bool:
    """Tell whether any replica was still above 200 km when the count stopped."""
    name = "days_to_200_km_capped"
    return name in run.results and bool((run.results[name].fillna(0.0) > 0).any())
