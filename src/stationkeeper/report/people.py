"""Who is aboard: a bar for each stay, a row for each seat, coloured by nation."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.numbers import counted, whole
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run, Stay

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "people", "Who is aboard"
_YEARS_A_PANEL = 7.0  # so that a stay of half a year has room for its name; our choice
_SIZE = 6.3  # of the letters in a bar [pt]
_ROW = 0.15  # height of one seat [in]
_LETTER = 0.56  # mean width of a letter in its size, DejaVu Sans

Strip = tuple[float, float, float, str]  # first day, row, days, colour


@dataclass(frozen=True)
class Bar:
    """A stay with the first of the rows that it fills, and the days between which it lasts."""

    stay: Stay
    row: int
    start: float
    end: float

    @property
    def rows(self) -> int:
        """Rows that it fills: one for each seat."""
        return sum(self.stay.seats.values())


def packed(stays: Sequence[Stay], last: np.datetime64) -> list[Bar]:
    """Give each stay rows that nobody else fills at that time, the lowest that are free.

    Examples
    --------
    >>> from stationkeeper.report.numbers import Band
    >>> none = Band(0, 0, 0)
    >>> def stay(name, first, last, seats):
    ...     days = np.datetime64(first), np.datetime64(last)
    ...     return Stay(name, "mir", name, *days, True, {"RUS": seats}, none, none)
    >>> stays = [stay("a", "2020-01-01", "2020-07-01", 2), stay("b", "2020-06-20", "2020-12-01", 3),
    ...          stay("c", "2020-07-02", "2020-08-01", 2)]
    >>> [(bar.stay.name, bar.row) for bar in packed(stays, np.datetime64("2021-01-01"))]
    [('a', 0), ('b', 2), ('c', 0)]
    """
    bars: list[Bar] = []
    free_from: list[float] = []  # by row, the day from which it is free
    for stay in sorted(stays, key=lambda one: (one.launched, one.name)):
        landed = last if np.isnat(stay.landed) else stay.landed
        start, end = (
            float(look.day_numbers(np.array([day]))[0]) for day in (stay.launched, landed)
        )
        need = sum(stay.seats.values())
        row = 0
        while any(day > start for day in free_from[row : row + need]):
            row += 1
        free_from += [-math.inf] * (row + need - len(free_from))
        free_from[row : row + need] = [end] * need
        bars.append(Bar(stay, row, start, max(end, start + 1.0)))
    return bars


def person_days(run: Run) -> dict[str, float]:
    """Return days lived aboard by nation, over all stations, most first."""
    if not run.has("people"):
        return {}
    months = run.months.astype("datetime64[M]")
    days = (np.asarray(months + 1, "datetime64[D]") - months.astype("datetime64[D]")).astype(float)
    people = run.results["people"].transpose("nation", "station", "month").fillna(0.0)
    totals = (people.values * days).sum(axis=(1, 2))
    nations = [str(nation) for nation in people["nation"].values]
    ranked = sorted(zip(nations, totals, strict=True), key=lambda pair: (-pair[1], pair[0]))
    return {nation: float(total) for nation, total in ranked if total > 0}


def picture(run: Run) -> Picture:
    """Draw the stays as bars, a few years to a panel."""
    stays = run.stays
    if not stays:
        return absent(KEY, TITLE, "No stay is in the programme: nobody is aboard.")
    last = np.datetime64(run.last, "D")
    first = np.datetime64(run.first, "D")
    bars = {
        key: packed([stay for stay in stays if stay.station == key], last)
        for key in run.stations
        if any(stay.station == key for stay in stays)
    }
    edges = [span for span in _panels(first, last) if _rows_shown(bars, *span)]
    if not edges:
        return absent(KEY, TITLE, "No stay is within the span: nobody is aboard.")
    with look.drawing():
        rows = [_rows_shown(bars, *span) for span in edges]
        heights = [_ROW * max(3, sum(n + 1 for n in r.values())) for r in rows]
        figure, panels = look.new_figure(
            sum(heights) + 0.42 * len(edges) + 0.5, len(edges), heights, share_x=False
        )
        for axes, span, shown in zip(panels, edges, rows, strict=True):
            _panel(axes, run, bars, span, shown)
        _key(panels[0], stays)
        image = look.as_png(figure)
    planned = sum(not stay.flown for stay in stays)
    return Picture(
        KEY,
        TITLE,
        f"A bar is a stay from launch to landing, a row in it a seat; {counted(len(stays), 'stay')}"
        + (f", {planned} of them planned (paler)." if planned else ", all flown.")
        + " A bar without a landing runs to the end of the span. The strips are of equal length; "
        "one in which nobody is aboard is left out.",
        alt="Stays by station and nation. Person-days: "
        + ", ".join(f"{nation} {whole(days)}" for nation, days in person_days(run).items())
        + ".",
        png=image,
    )


def _panels(first: np.datetime64, last: np.datetime64) -> list[tuple[float, float]]:
    """Return first and last day of each panel: whole years, as equal as may be."""
    years = [int(day.astype("datetime64[Y]").astype(int)) for day in (first, last)]
    panels = max(1, math.ceil((years[1] - years[0] + 1) / _YEARS_A_PANEL))
    each = math.ceil((years[1] - years[0] + 1) / panels)
    starts = [
        np.datetime64(year, "Y").astype("datetime64[D]")
        for year in range(years[0], years[1] + 1, each)
    ]
    end = np.datetime64(years[0] + each * len(starts), "Y").astype("datetime64[D]")
    edges = [*starts, end]  # the last panel is as long as the others, so that days stay as wide
    if len(starts) == 1:
        edges = [first, max(last + 1, first + 31)]  # the last day itself is seen
    days = look.day_numbers(np.array(edges, "datetime64[D]"))
    return [(float(a), float(b)) for a, b in itertools.pairwise(days)]


def _rows_shown(bars: dict[str, list[Bar]], first: float, last: float) -> dict[str, int]:
    """Return the rows that each station needs between two days; absent if nobody is aboard."""
    shown = {}
    for key, group in bars.items():
        inside = [bar.row + bar.rows for bar in group if bar.end > first and bar.start < last]
        if inside:
            shown[key] = max(inside)
    return shown


def _panel(
    axes: "Axes",
    run: Run,
    bars: dict[str, list[Bar]],
    span: tuple[float, float],
    shown: dict[str, int],
) -> None:
    """Draw the bars of all stations between two days."""
    colours = look.station_colours(run.stations)
    look.time_axis(axes, *span)
    points = 72 * (look.WIDTH - 1.1) / (span[1] - span[0])  # a day, on paper [pt]
    base, ticks = 0.0, []
    strips: list[Strip] = []
    for key, rows in shown.items():
        months = look.day_numbers(run.months[run.present(key)])
        if months.size:
            axes.fill_between(
                [months[0], months[-1] + 31],
                base + 0.1,
                base + rows + 0.9,
                color=colours[key],
                alpha=0.06,
                linewidth=0,
            )
        for bar in bars[key]:
            if bar.end > span[0] and bar.start < span[1]:
                strips += _strips(axes, bar, base + 0.5 + bar.row, span, points)
        ticks.append((base + (rows + 1) / 2, key))
        base += rows + 1
    _fill(axes, strips)
    axes.set_ylim(max(base, 3), 0)
    axes.set_yticks([place for place, _ in ticks])
    axes.set_yticklabels([look.drawable(run.label(key)) for _, key in ticks])
    for label, (_, key) in zip(axes.get_yticklabels(), ticks, strict=True):
        label.set(color=colours[key], fontweight="bold")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)


def _strips(
    axes: "Axes", bar: Bar, base: float, span: tuple[float, float], points: float
) -> list[Strip]:
    """Name one stay in its first row, or its nation in a later one; return a strip a seat."""
    start, end = max(bar.start, span[0]), min(bar.end, span[1])
    gap = min(0.8 / points, 0.25 * (end - start))  # a little white between one stay and the next
    seats = [nation for nation, count in bar.stay.seats.items() for _ in range(count)]
    wide = (end - start) * points
    strips = []
    for i, nation in enumerate(seats):
        group = look.nation_group(nation)
        colour = look.NATION_COLOURS[group]
        shade = colour if bar.stay.flown else look.paler(colour)
        strips.append((start + gap, base + i, end - start - gap, shade))
        text = _fitting(bar.stay.ship_up, wide / _SIZE) if i == 0 else ""
        if not text and group != nation and wide > 4 * _LETTER * _SIZE:
            text = nation
        if text:
            axes.text(
                (start + end) / 2,
                base + i + 0.53,
                look.drawable(text),
                ha="center",
                va="center",
                fontsize=_SIZE,
                color=look.text_colour(shade),
                clip_on=True,
                in_layout=False,
            )
    return strips


def _fill(axes: "Axes", strips: Sequence[Strip]) -> None:
    """Draw all strips at once: one by one they would take seconds."""
    from matplotlib.collections import PolyCollection

    corners = [
        [(x, y + 0.04), (x + width, y + 0.04), (x + width, y + 0.96), (x, y + 0.96)]
        for x, y, width, _ in strips
    ]
    filled = PolyCollection(corners, facecolors=[shade for *_, shade in strips], linewidths=0)
    filled.set_in_layout(False)
    axes.add_collection(filled, autolim=False)


def _fitting(name: str, letters: float) -> str:
    """Return the name, or its last word, if it fits in the room for so many letters."""
    for text in (name, name.split(" ")[-1]):
        if len(text) * _LETTER + 0.3 <= letters:
            return text
    return ""


def _key(axes: "Axes", stays: Sequence[Stay]) -> None:
    """Say above the first panel which colour is which nation."""
    seen = {look.nation_group(nation) for stay in stays for nation in stay.seats}
    words = [
        (look.NATION_NAMES[group], colour)
        for group, colour in look.NATION_COLOURS.items()
        if group in seen
    ]
    look.words_beside(axes, words, sign="■", from_right=False)
