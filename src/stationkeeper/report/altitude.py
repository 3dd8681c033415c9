"""The altitude of each station, with flown samples over the band."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stationkeeper.report import look
from stationkeeper.report.numbers import counted, number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Numbers, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "altitude", "Altitude"
_LEFT_KM = 15.0  # below the usual height by this much, for good, a station has left it; our choice
_DESCENT_KM = 40.0  # and this much lower it is seen to descend; our choice
_DESCENT_SHARE = 0.05  # a descent longer than this share of the life has a panel too; our choice


def picture(run: Run) -> Picture:
    """Draw a panel for each station, and one for a long descent: bands and flown samples."""
    stations = [key for key in run.stations if _known(run, key)]
    if not stations:
        return absent(KEY, TITLE, "The results hold no altitude.")
    colours = look.station_colours(run.stations)
    drawn = [(key, False) for key in stations]
    for key in stations:
        if _falls_long(run, key):
            drawn.insert(drawn.index((key, False)) + 1, (key, True))
    with look.drawing():
        figure, panels = look.new_figure(0.5 + 2.2 * len(drawn), len(drawn))
        for axes, (key, whole) in zip(panels, drawn, strict=True):
            _panel(axes, run, key, colours[key], whole)
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
        if any(shaded_years(run, key) for key in stations)
        else ""
    )
    return Picture(
        KEY,
        TITLE,
        "Mean altitude, semi-major axis less 6378.137 km. Line: median of the replicas; dark and "
        "light: the middle 50 % and 90 % of them; where only some replicas still fly, of those."
        + flown
        + grey,
        alt="Altitude by month. " + " ".join(_said(run, key) for key in stations),
        png=image,
    )


def shaded_years(run: Run, key: str) -> list[int]:
    """Return the years of policy to be told from those of record; none if all are policy."""
    mixed = any(altitude == "record" for _, _, altitude, *_ in run.basis)
    return run.policy_years(key) if mixed else []


def _known(run: Run, key: str) -> bool:
    return run.has("altitude_km") and bool(np.isfinite(run.series("altitude_km", key)).any())


def descent_months(low: Numbers, middle: Numbers) -> NDArray[np.intp]:
    """Return the months of the last descent: those after it left its usual height for good.

    Examples
    --------
    >>> height = np.array([400.0, 402.0, 401.0, 380.0, 300.0])
    >>> descent_months(height - 2, height).tolist()
    [3, 4]
    >>> descent_months(height[:3], height[:3]).tolist()
    []
    """
    known = np.flatnonzero(np.isfinite(middle))
    usual = np.median(middle[known])
    high_enough = known[low[known] >= usual - _LEFT_KM]
    late = known[known > (high_enough[-1] if high_enough.size else -1)]
    falls = late.size > 0 and low[late].min() < usual - _DESCENT_KM
    return late if falls else late[:0]


def _falls_long(run: Run, key: str) -> bool:
    low, middle, _ = run.quantiles("altitude_km", key)
    return bool(descent_months(low, middle).size > _DESCENT_SHARE * np.isfinite(middle).sum())


def _panel(axes: "Axes", run: Run, key: str, colour: str, whole: bool) -> None:
    """Draw one station at its usual height, or with all of its descent."""
    from matplotlib.ticker import MaxNLocator

    when = look.day_numbers(run.months + np.timedelta64(15, "D"))
    low, middle, high = run.quantiles("altitude_km", key)
    for year in shaded_years(run, key):
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
    descent = descent_months(low, middle)
    known = np.flatnonzero(np.isfinite(middle))
    shown = known if whole or not descent.size else np.setdiff1d(known, descent)
    bottom, top = float(low[shown].min()), float(high[shown].max())
    pad = max(2.0, 0.06 * (top - bottom))
    axes.set_ylim(bottom - pad, top + pad)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_ylabel("altitude [km]")
    title = look.drawable(run.title(key))
    axes.set_title(f"{title}: the descent" if whole else title, color=colour)
    if descent.size and not whole:
        axes.annotate(
            f"descends to {number(float(np.nanmin(low)))} km",
            (when[descent[0]], bottom - pad),
            xytext=(-6, 4),
            textcoords="offset points",
            ha="right",
            fontsize=8,
            color=colour,
        )


def _said(run: Run, key: str) -> str:
    """Say what is seen of one station."""
    _, middle, _ = run.quantiles("altitude_km", key)
    usual, least, most = np.nanmedian(middle), np.nanmin(middle), np.nanmax(middle)
    return f"{run.title(key)}: median {number(usual)} km, from {number(least)} to {number(most)}."
