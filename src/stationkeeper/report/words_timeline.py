"""Words and deeds on one time axis: what was said when, which day it meant, and what happened.

The time axis is not even: each year is as wide as the statements made in it need. All panels
share it, and its unit is the point, so that labels can be kept apart before anything is drawn.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.numbers import counted, listed
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run
from stationkeeper.report.words_source import (
    Told,
    cut,
    date_text,
    day,
    partner_colour,
    partner_title,
    partner_words,
    station_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KEY, TITLE = "words-and-deeds", "Words and deeds"

TRACKS: Final = ("said", "decided", "agreed", "notified", "context", "protest")
_SIGNS: Final = {
    "said": "o",
    "decided": "s",
    "agreed": "D",
    "notified": "*",
    "context": "o",
    "protest": "v",
}
_GROUPS: Final = (  # a panel each: what the words are about, and whether all its acts mean one day
    ("to leave, to stay, the end of a station", ("leave", "stay", "end"), True),
    (
        "first launch, first crew, completion of a station",
        ("first-launch", "first-crew", "complete"),
        False,
    ),
    ("seats, orbits and the rest", ("orbit", "exchange", "other"), False),
)
_NO_EFFECT: Final = ("context", "protest")
_SIZE: Final = 6.2  # of the keys beside the signs [pt]
_LETTER: Final = 0.62  # mean width of a letter of a key in its size, DejaVu Sans
_LANE: Final = 10.0  # height of one lane of signs [pt]
_LEFT, _RIGHT = 78.0, 112.0  # margins beside the panels [pt]
_LEAST_YEAR: Final = 21.0  # width of a year without a word [pt]; our choice
_YEARS_MEANT: Final = 16  # of the axis of days meant that are shown at most; our choice


@dataclass(frozen=True)
class Scale:
    """Days on paper: edges of the years, and where each lies. [d] and [pt]"""

    edges: tuple[float, ...]
    places: tuple[float, ...]

    @property
    def width(self) -> float:
        """Width of the whole axis. [pt]"""
        return self.places[-1]

    def at(self, when: float) -> float:
        """Return where a day lies, the nearest end if it is outside. [pt]"""
        return float(np.interp(when, self.edges, self.places))


def scale(days: Sequence[float], width: float) -> Scale:
    """Give each year the width that its statements need; years far before the others have none.

    Parameters
    ----------
    days : sequence of float
        Days of statements, at least one.
    width : float
        Width of the axis. [pt]

    Examples
    --------
    >>> busy = [365.0 * 2 + i for i in range(20)]
    >>> made = scale([10.0, *busy], 300.0)
    >>> widths = np.diff(made.places)
    >>> len(widths), bool(widths[2] > widths[1]), round(made.width)
    (3, True, 300)
    """
    years = [_year(one) for one in days]
    first, last = _first_year(years), max(years)
    counts = np.array([years.count(year) for year in range(first, last + 1)], float)
    room = max(width - _LEAST_YEAR * counts.size, 0.0)
    weights = counts**0.75 + 0.05  # lanes take up the rest of a busy year; our choice
    widths = (width - room) / counts.size + room * weights / weights.sum()
    edges = [_new_year(year) for year in range(first, last + 2)]
    places = np.concatenate([[0.0], np.cumsum(widths)])
    return Scale(tuple(edges), tuple(float(place) for place in places))


def _first_year(years: Sequence[int]) -> int:
    """Return the year with which the axis begins: after a gap of 8 years with few words before."""
    ordered = sorted(years)
    for i in range(len(ordered) - 1, 0, -1):
        if ordered[i] - ordered[i - 1] >= 8 and i <= 0.1 * len(ordered):  # our choice
            return ordered[i]
    return ordered[0]


def _year(value: float) -> int:
    return int(date_text(value)[:4])


def _new_year(year: int) -> float:
    return float(np.datetime64(f"{year:04d}-01-01").astype(np.int64))


def lanes(spans: Sequence[tuple[float, float]]) -> list[int]:
    """Give each span a lane in which it touches no other, the lowest that is free.

    Examples
    --------
    >>> lanes([(0.0, 2.0), (1.0, 3.0), (2.5, 4.0)])
    [0, 1, 0]
    """
    ends: list[float] = []
    found = []
    for start, end in spans:
        free = next((i for i, until in enumerate(ends) if until <= start), len(ends))
        if free == len(ends):
            ends.append(end)
        ends[free] = end
        found.append(free)
    return found


def picture(run: Run) -> Picture:
    """Draw the tracks, and under them the days that the words mean."""
    told = sorted(
        (one for one in run.said.get("statements", []) if day(one.get("date")) is not None),
        key=lambda one: (one["date"], one["key"]),
    )
    if not told:
        return absent(KEY, TITLE, "No statement is recorded in the programme.")
    wide = 72 * look.WIDTH
    on = scale([_said(one) for one in told], wide - _LEFT - _RIGHT)
    rows = _rows(run, told, on)
    groups = [
        (title, one_day, found) for title, acts, one_day in _GROUPS if (found := _meant(told, acts))
    ]
    tall = [sum(row.lanes for row in rows) * _LANE + 6.0]
    tall += [_height(found) for _, _, found in groups]
    with look.drawing():
        figure, panels = _panels(wide, tall)
        _tracks(panels[0], run, rows, on)
        for axes, (title, one_day, found) in zip(panels[1:], groups, strict=True):
            _days_meant(axes, run, found, on, one_day=one_day)
            axes.set_title(f"day meant – {title}", fontsize=9)
        for axes in panels:
            _years(axes, on)
        look.words_beside(panels[0], _colour_words(run, told), from_right=False)
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        KEY, TITLE, _caption(told, on, meant=bool(groups)), alt=_alt(run, told), png=image
    )


def _said(one: Told) -> float:
    found = day(one["date"])
    assert found is not None  # those without a day are not drawn
    return found


def _colour_words(run: Run, told: Sequence[Told]) -> list[tuple[str, str]]:
    named = dict.fromkeys(one.get("partner") for one in told if one.get("partner"))
    words = partner_words(run, named)
    return [*words, ("nobody named", look.QUIET)]


def _panels(wide: float, tall: Sequence[float]) -> tuple["Figure", list["Axes"]]:
    """Return a figure with panels whose width is that of the scale, from the top down."""
    from matplotlib.figure import Figure

    head, gap, foot = 24.0, 40.0, 24.0
    height = head + sum(tall) + gap * (len(tall) - 1) + foot
    figure = Figure(figsize=(wide / 72, height / 72))
    figure.set_layout_engine("none")  # places are given
    panels = []
    top = height - head
    for each in tall:
        place = (_LEFT / wide, (top - each) / height, 1 - (_LEFT + _RIGHT) / wide, each / height)
        panels.append(figure.add_axes(place))
        top -= each + gap
    return figure, panels


def _years(axes: "Axes", on: Scale) -> None:
    """Mark the begin of each year and write it in the middle."""
    axes.set_xlim(0.0, on.width)
    axes.set_xticks([])  # ticks are dear to draw, lines and texts are not
    sides = axes.get_xaxis_transform()
    axes.vlines(on.places, 0, 1, look.GRID, linewidth=0.7, zorder=0.5, transform=sides)
    for edge, (a, b) in zip(on.edges[:-1], itertools.pairwise(on.places), strict=True):
        axes.annotate(
            str(_year(edge)),
            ((a + b) / 2, 0.0),
            xycoords=sides,
            xytext=(0, -10),
            textcoords="offset points",
            ha="center",
            fontsize=6.5,
        )


@dataclass(frozen=True)
class Sign:
    """One mark on a track."""

    place: float
    text: str
    colour: str
    shape: str
    filled: bool
    lane: int


@dataclass(frozen=True)
class Row:
    """One track with its marks."""

    title: str
    signs: tuple[Sign, ...]

    @property
    def lanes(self) -> int:
        """Lanes that it needs."""
        return 1 + max((sign.lane for sign in self.signs), default=0)


def _rows(run: Run, told: Sequence[Told], on: Scale) -> list[Row]:
    """Return a row for each track, one for notices that were missed, one for deeds."""
    rows = []
    for track in TRACKS:
        here = [one for one in told if one.get("track") == track]
        if here or track in ("said", "decided", "notified"):
            colour = look.QUIET if track in _NO_EFFECT else ""
            marks = [
                (_said(one), label(one), colour or partner_colour(run, one.get("partner")))
                for one in here
            ]
            holds = [bool(one.get("holds", True)) for one in here]
            rows.append(Row(track, _placed(marks, holds, _SIGNS[track], on)))
    none = [
        (_said(one), f"{one['key']}: none so far", partner_colour(run, one.get("partner")))
        for one in told
        if one.get("act") == "no-notice"
    ]
    if none:
        rows.append(Row("no notice as of", _placed(none, [True] * len(none), "x", on)))
    deeds = [
        (when, _deed(one), partner_colour(run, one.get("partner")))
        for one in run.said.get("deeds", [])
        if not one.get("planned")
        and (when := day(one.get("date"))) is not None
        and on.edges[0] <= when <= on.edges[-1]
    ]
    if deeds:
        deeds.sort()
        rows.append(Row("happened", _placed(deeds, [True] * len(deeds), "|", on)))
    return rows


def label(one: Told) -> str:
    """Return the key of a statement, with a star if it depends on something."""
    return f"{one['key']}*" if one.get("condition") else str(one["key"])


def _deed(one: Told) -> str:
    return cut(str(one.get("what", "")), 32)


def _placed(
    marks: Sequence[tuple[float, str, str]], holds: Sequence[bool], shape: str, on: Scale
) -> tuple[Sign, ...]:
    """Give each mark a lane in which its words touch no others."""
    wide = [on.at(when) for when, _, _ in marks]
    spans = [
        (place - 4.0, place + 6.0 + len(text) * _LETTER * _SIZE)
        for place, (_, text, _) in zip(wide, marks, strict=True)
    ]
    return tuple(
        Sign(place, text, colour, shape, held, lane)
        for place, (_, text, colour), held, lane in zip(
            wide, marks, holds, lanes(spans), strict=True
        )
    )


def _tracks(axes: "Axes", run: Run, rows: Sequence[Row], on: Scale) -> None:
    """Draw the tracks under one another."""
    base, ticks = 0.0, []
    for i, row in enumerate(rows):
        axes.axhspan(base, base + row.lanes, color=look.GRID, alpha=0.35 * (i % 2), linewidth=0)
        for sign in row.signs:
            height = base + sign.lane + 0.5
            _mark(axes, sign.place, height, sign.colour, sign.shape, filled=sign.filled)
            axes.text(
                sign.place + 4.0,
                height + 0.05,
                look.drawable(sign.text),
                fontsize=_SIZE,
                va="center",
                color=look.QUIET if row.title in _NO_EFFECT else look.INK,
            )
        ticks.append(base + row.lanes / 2)
        base += row.lanes
    axes.set_ylim(base, 0.0)
    axes.set_yticks(ticks, [row.title for row in rows], fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    _clocks(axes, run, on)


def _clocks(axes: "Axes", run: Run, on: Scale) -> None:
    """Draw when a notice was given and when it takes effect; nothing if none was."""
    for clock in run.said.get("clocks", []):
        given, effective = day(clock.get("given")), day(clock.get("effective"))
        if given is not None:
            colour = partner_colour(run, clock.get("partner"))
            axes.axvline(on.at(given), color=colour, linewidth=1.2)
            if effective is not None:
                axes.axvspan(on.at(given), on.at(effective), color=colour, alpha=0.1, linewidth=0)


def _mark(
    axes: "Axes", place: float, height: float, colour: str, shape: str, *, filled: bool
) -> None:
    size = {"*": 7.0, "|": 7.0, "D": 3.6}.get(shape, 4.4)
    axes.plot(
        [place],
        [height],
        shape,
        markersize=size,
        markeredgewidth=0.9,
        color=colour,
        markerfacecolor=colour if filled else "white",
        clip_on=False,
        zorder=4,
    )


def _meant(told: Sequence[Told], acts: Sequence[str]) -> list[Told]:
    """Return statements with effect about some acts that name a day."""
    return [
        one
        for one in told
        if one.get("track") not in _NO_EFFECT
        and one.get("act", "other") in acts
        and any(day(one.get(name)) is not None for name in ("not_before", "not_after"))
    ]


def _height(found: Sequence[Told]) -> float:
    """Return the height of a panel of days meant. [pt]"""
    return 90.0 + min(11.0 * len(found), 190.0)


def _days_meant(axes: "Axes", run: Run, found: Sequence[Told], on: Scale, *, one_day: bool) -> None:
    """Draw the window that each statement means at the day on which it was made."""
    ends = [
        when
        for one in found
        for name in ("not_before", "not_after")
        if (when := day(one.get(name))) is not None
    ]
    low, high = min(ends) - 250.0, max(ends) + 250.0
    low = max(low, high - 365.25 * _YEARS_MEANT)
    axes.set_ylim(low, high)
    _said_is_meant(axes, on, low, high)
    open_end = 0.07 * (high - low)
    boxes: list[tuple[float, float, float, float]] = []
    marked: list[tuple[str, float, float]] = []
    moves: dict[tuple[object, object], tuple[float, float]] = {}
    tall = _height(found)
    for one in found:
        colour = partner_colour(run, one.get("partner"))
        place = on.at(_said(one))
        first, last = day(one.get("not_before")), day(one.get("not_after"))
        if first is not None and last is not None:
            axes.plot([place, place], [first, last], color=colour, linewidth=2.2, alpha=0.55)
        else:  # open: the arrow shows to which side
            edge = first if first is not None else last
            assert edge is not None
            tip = edge + open_end if first is not None else edge - open_end
            axes.annotate(
                "",
                (place, tip),
                (place, edge),
                annotation_clip=True,
                arrowprops={"arrowstyle": "->", "color": colour, "alpha": 0.6, "lw": 1.0},
            )
        edge = first if first is not None else last
        assert edge is not None
        mover = (one.get("partner"), "" if one_day else one.get("act"))
        joined = mover[0] and mover[1] != "other"  # what is about anything else does not move
        if joined and mover in moves:
            before = moves[mover]
            axes.plot(
                [before[0], place, place],
                [before[1], before[1], edge],
                color=colour,
                linewidth=0.6,
                alpha=0.7,
                zorder=1,
            )
        moves[mover] = (place, edge)
        shape = _SIGNS.get(str(one.get("track")), "o")
        _mark(axes, place, edge, colour, shape, filled=bool(one.get("holds", True)))
        points = (edge - low) / (high - low) * tall
        boxes.append((place - 3.0, points - 3.0, place + 3.0, points + 3.0))
        marked.append((label(one), place, points))
    for text, place, points in marked:
        x, y = _free(boxes, place, points, len(text) * _LETTER * _SIZE)
        axes.text(x, low + y / tall * (high - low), text, fontsize=_SIZE, va="center")
    _plan(axes, run, (low, high), tall, on)
    _year_ticks(axes, low, high)


def _said_is_meant(axes: "Axes", on: Scale, low: float, high: float) -> None:
    """Draw the line on which the day meant is the day of the statement."""
    days = np.linspace(on.edges[0], on.edges[-1], 200)
    axes.fill_between(
        [on.at(one) for one in days],
        np.full(days.size, low),
        np.clip(days, low, high),
        color=look.GRID,
        alpha=0.6,
        linewidth=0,
        zorder=0,
    )


def _free(
    boxes: list[tuple[float, float, float, float]], place: float, height: float, wide: float
) -> tuple[float, float]:
    """Return where the words of a mark touch no others, in points; remember the place."""
    beside = [
        (place + dx, height + dy)
        for dy in (0.0, 6.5, -6.5, 13.0, -13.0, 19.5, -19.5, 26.0, -26.0)
        for dx in (4.5, -4.5 - wide)
    ]
    for x, y in beside:
        box = (x, y - 3.2, x + wide, y + 3.2)
        if x >= 0.0 and not any(
            box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in boxes
        ):
            break
    else:
        x, y = beside[0]
    boxes.append((x, y - 3.2, x + wide, y + 3.2))
    return x, y


def _plan(
    axes: "Axes",
    run: Run,
    limits: tuple[float, float],
    tall: float,
    on: Scale,
) -> None:
    """Write at the right edge what the programme plans in the years of a panel."""
    low, high = limits
    planned = sorted(
        (when, _deed(one))
        for one in run.said.get("deeds", [])
        if one.get("planned") and (when := day(one.get("date"))) is not None and low <= when <= high
    )
    most = int(tall / 7.5)
    planned = planned[:most]
    if not planned:
        return
    rooms = look.spread([(when - low) / (high - low) * tall for when, _ in planned], 7.0, 0, tall)
    for (when, text), room in zip(planned, rooms, strict=True):
        height = low + room / tall * (high - low)
        line = [on.width, on.width + 4, on.width + 9]
        axes.plot(line, [when, when, height], color=look.QUIET, linewidth=0.7, clip_on=False)
        axes.text(on.width + 11, height, look.drawable(cut(text, 29)), fontsize=5.8, va="center")


def _year_ticks(axes: "Axes", low: float, high: float) -> None:
    """Write the years of the days meant."""
    first, last = _year(low) + 1, _year(high)
    step = max(1, (last - first) // 8)
    shown = [year for year in range(first, last + 1) if year % step == 0]
    axes.set_yticks([_new_year(year) for year in shown], [str(year) for year in shown], fontsize=7)


def _caption(told: Sequence[Told], on: Scale, *, meant: bool) -> str:
    early = [str(one["key"]) for one in told if _said(one) < on.edges[0]]
    before = (
        f" {listed(early)}, said before {_year(on.edges[0])}, stand at the left edge."
        if early
        else ""
    )
    below = (
        " Below: the day that the words mean, at the day on which they were said: a bar from not "
        "before to not after, an arrow where one side is open; a thin line joins the words of one "
        "partner on one matter, so its steps are how the meant day moves; on grey ground the day "
        "meant has passed. At the right edge: what the programme plans."
        if meant
        else " None of them names a day."
    )
    return (
        f"{counted(len(told), 'statement')} of offices on the tracks said, decided, agreed and "
        "notified; context and protests are grey, for they have no effect. Only a notice starts "
        "the clock of a treaty; that none has come is a fact with its day. Hollow: replaced or "
        "denied later; star: on a condition; keys lead to the table below. Each year is as wide "
        f"as its statements need.{before}{below} Causes are not shown: none is asserted."
    )


def _alt(run: Run, told: Sequence[Told]) -> str:
    counts: dict[str, int] = {}
    for one in told:
        counts[str(one.get("track"))] = counts.get(str(one.get("track")), 0) + 1
    said = ", ".join(f"{count} {track}" for track, count in counts.items())
    last: Mapping[str, Any] = told[-1]
    clocks = [c for c in run.said.get("clocks", []) if c.get("given")]
    given = (
        "; ".join(f"{partner_title(run, c.get('partner'))} on {c['given']}" for c in clocks)
        if clocks
        else "none"
    )
    where = ", ".join(station_title(run, key) for key in last.get("stations", ())) or "–"
    return (
        f"Statements by track: {said}. The last, {last['key']} of {last['date']}, concerns "
        f"{where}. "
        f"Notices of withdrawal given: {given}."
    )
