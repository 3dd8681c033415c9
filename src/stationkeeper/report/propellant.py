"""What keeps a station up: propellant by year, propellant aboard, reboosts and avoidance."""

from typing import TYPE_CHECKING

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.numbers import number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Numbers, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "propellant", "Reboosts and propellant"
_BURNS = (("reboosts", "-"), ("avoidance", ":"))


def picture(run: Run) -> Picture:
    """Draw propellant used by year, propellant aboard and burns by year, as far as known."""
    panels = [
        (name, draw)
        for name, draw in (
            ("propellant_used_by_year_kg", _used),
            ("propellant_aboard_kg", _aboard),
            ("reboosts", _burns),
        )
        if run.has(name)
    ]
    if not panels:
        return absent(KEY, TITLE, "The results hold no propellant and no reboosts.")
    with look.drawing():
        figure, axes = look.new_figure(0.5 + 2.0 * len(panels), len(panels))
        for here, (name, draw) in zip(axes, panels, strict=True):
            look.time_axis(here, *_span(run))
            draw(here, run)
            look.words_beside(here, run.words(name))
        axes[-1].set_xlabel("date (UTC)")
        image = look.as_png(figure)
    return Picture(
        KEY,
        TITLE,
        "Bars and lines: median of the replicas (mean for numbers of burns); whiskers and bands: "
        "90 % of them. Years in which a station flies only in part are drawn as they are.",
        alt="Propellant and burns by year. " + " ".join(_said(run)),
        png=image,
    )


def yearly(run: Run, name: str, station: str) -> tuple[Numbers, Numbers]:
    """Return the calendar years and the sums over their months of a monthly variable."""
    values = run.series(name, station)
    years = run.months.astype("datetime64[Y]").astype(int) + 1970
    known = np.isfinite(values)
    chosen = np.unique(years[known])
    return chosen.astype(float), np.array([values[known & (years == y)].sum() for y in chosen])


def _span(run: Run) -> tuple[float, float]:
    """Return the first and the last day of the years flown, for whole bars."""
    ends = np.array([f"{run.first.year}-01-01", f"{run.last.year}-12-31"], "datetime64[D]")
    first, last = look.day_numbers(ends)
    return float(first), float(last)


def _middle_of_years(years: Numbers) -> Numbers:
    return look.day_numbers((years - 1970).astype("datetime64[Y]").astype("datetime64[D]")) + 182.5


def _used(axes: "Axes", run: Run) -> None:
    colours = look.station_colours(run.stations)
    place = _middle_of_years(run.years)
    bands = {
        key: tuple(1e-3 * q for q in run.quantiles("propellant_used_by_year_kg", key))
        for key in run.stations
    }
    flying = np.array([np.isfinite(bands[key][1]) for key in run.stations])
    width = 300.0 / np.maximum(1, flying.sum(0))
    for i, key in enumerate(run.stations):
        low, middle, high = bands[key]
        known = flying[i]
        shift = flying[:i].sum(0) - (flying.sum(0) - 1) / 2
        at = (place + shift * width)[known]
        axes.bar(at, middle[known], 0.94 * width[known], color=colours[key], alpha=0.75)
        spans = [(middle - low)[known], (high - middle)[known]]
        axes.errorbar(at, middle[known], spans, fmt="none", ecolor=look.INK, elinewidth=0.9)
    axes.set_ylabel("used [t a year]")
    axes.set_title("Propellant used by year")
    axes.set_ylim(bottom=0)


def _aboard(axes: "Axes", run: Run) -> None:
    colours = look.station_colours(run.stations)
    when = look.day_numbers(run.months + np.timedelta64(15, "D"))
    for key in run.stations:
        low, middle, high = (1e-3 * q for q in run.quantiles("propellant_aboard_kg", key))
        axes.fill_between(when, low, high, color=colours[key], alpha=0.2, linewidth=0)
        alone = np.isfinite(middle).sum() == 1
        axes.plot(when, middle, color=colours[key], marker="o" if alone else None, linewidth=1.4)
    axes.set_ylabel("aboard [t]")
    axes.set_title("Propellant aboard, docked ships included")
    axes.set_ylim(bottom=0)


def _burns(axes: "Axes", run: Run) -> None:
    colours = look.station_colours(run.stations)
    for name, dash in _BURNS:
        for key in run.stations if run.has(name) else ():
            years, sums = yearly(run, name, key)
            axes.plot(
                _middle_of_years(years), sums, dash, color=colours[key], marker="o", markersize=3
            )
    axes.set_ylabel("burns [1/year]")
    axes.set_title("Reboosts (lines) and avoidance manoeuvres (dots) by year, mean number")
    axes.set_ylim(bottom=0)


_BURNS = (("reboosts", "-"), ("avoidance", ":"))


def _said(run: Run) -> list[str]:
    said = []
    for key in run.stations:
        if run.has("propellant_used_by_year_kg"):
            _, middle, _ = run.quantiles("propellant_used_by_year_kg", key)
            if np.isfinite(middle).any():
                least, most = np.nanmin(middle) / 1e3, np.nanmax(middle) / 1e3
                said.append(f"{run.title(key)}: {number(least)} to {number(most)} t a year.")
    return said
