"""The altitude of each station, with flown samples over the band."""

from typing import TYPE_CHECKING

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.numbers import counted, number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Numbers, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "altitude", "Altitude"
_DESCENT_KM = 40.0  # below the usual height by this much a month belongs to a descent; our choice
_DESCENT_SHARE = 0.15  # a descent shorter than this share of the life may run off the panel


def picture(run: Run) -> Picture:
    """Draw a panel for each station: median, 50 % and 90 % bands, flown samples."""
    stations = [key for key in run.stations if _known(run, key)]
    if not stations:
        return absent(KEY, TITLE, "The results hold no altitude.")
    colours = look.station_colours(run.stations)
    said = []
    with look.drawing():
        figure, panels = look.new_figure(0.5 + 2.3 * len(stations), len(stations))
        for axes, key in zip(panels, stations, strict=True):
            said.append(_panel(axes, run, key, colours[key]))
        panels[-1].set_xlabel("date (UTC)")
        image = look.as_png(figure)
    samples = sum(run.samples[key][0].size for key in stations if key in run.samples)
    flown = (
        f" Dots: {counted(samples, 'flown sample')} of published element sets (their datum is "
        "6378.135 km, 2 m less)."
        if samples
        else ""
    )
    grey = (
        " Grey ground: years in which the altitude follows a policy instead of a record."
        if any(policy_years(run, key) for key in stations)
        else ""
    )
    return Picture(
        KEY,
        TITLE,
        "Mean altitude, semi-major axis less 6378.137 km. Line: median of the replicas; dark and "
        "light: the middle 50 % and 90 % of them; where only some replicas still fly, of those."
        + flown
        + grey,
        alt="Altitude by month. " + " ".join(said),
        png=image,
    )


def policy_years(run: Run, key: str) -> list[int]:
    """Return the years in which the altitude of a station follows a policy, not a record."""
    return [year for station, year, kind, *_ in run.basis if (station, kind) == (key, "policy")]


def _known(run: Run, key: str) -> bool:
    return run.has("altitude_km") and bool(np.isfinite(run.series("altitude_km", key)).any())


def _panel(axes: "Axes", run: Run, key: str, colour: str) -> str:
    """Draw one station; return what is seen, in words."""
    from matplotlib.ticker import MaxNLocator

    when = look.day_numbers(run.months + np.timedelta64(15, "D"))
    low, middle, high = run.quantiles("altitude_km", key)
    for year in policy_years(run, key):
        days = np.array([f"{year}-01-01", f"{year + 1}-01-01"], "datetime64[D]")
        axes.axvspan(*look.day_numbers(days), color=look.QUIET, alpha=0.07, linewidth=0, zorder=0)
    axes.fill_between(when, low, high, color=colour, alpha=0.18, linewidth=0)
    values = run.results["altitude_km"].sel(station=key).transpose("quantile", "month")
    if {0.25, 0.75} <= set(np.round(values["quantile"].values, 3)):
        inner = [values.sel(quantile=q, method="nearest").values for q in (0.25, 0.75)]
        axes.fill_between(when, inner[0], inner[1], color=colour, alpha=0.30, linewidth=0)
    alone = np.isfinite(middle).sum() == 1
    axes.plot(when, middle, color=colour, linewidth=1.6, marker="o" if alone else None)
    if key in run.samples:
        dates, heights = run.samples[key]
        axes.plot(
            look.day_numbers(dates),
            heights,
            linestyle="none",
            marker="o",
            markersize=2.8,
            color=look.INK,
            markeredgewidth=0,
            alpha=0.8,
        )
    look.time_axis(axes, *look.day_numbers(np.array([run.first, run.last], "datetime64[D]")))
    bottom, clipped = _limits(axes, low, middle, high)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_ylabel("altitude [km]")
    axes.set_title(look.drawable(run.title(key)), color=colour)
    if clipped is not None:
        axes.annotate(
            f"descends to {number(float(np.nanmin(low)))} km",
            (when[clipped], bottom),
            xytext=(-6, 4),
            textcoords="offset points",
            ha="right",
            fontsize=8,
            color=colour,
        )
    usual = float(np.nanmedian(middle))
    least, most = np.nanmin(middle), np.nanmax(middle)
    return f"{run.title(key)}: median {number(usual)} km, from {number(least)} to {number(most)}."


def _limits(axes: "Axes", low: Numbers, middle: Numbers, high: Numbers) -> tuple[float, int | None]:
    """Set the vertical limits; return the bottom and the month in which a descent leaves it."""
    known = np.isfinite(middle)
    usual = np.median(middle[known])
    descent = known & (low < usual - _DESCENT_KM)
    late = descent & (np.arange(low.size) >= np.flatnonzero(known)[0] + 0.5 * known.sum())
    held = known & ~late
    short = late.any() and late.sum() <= _DESCENT_SHARE * known.sum()
    shown = held if short else known
    bottom, top = float(low[shown].min()), float(high[known].max())
    pad = max(2.0, 0.06 * (top - bottom))
    axes.set_ylim(bottom - pad, top + pad)
    return bottom - pad, int(np.flatnonzero(late)[0]) if short else None
