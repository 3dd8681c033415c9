"""A rotation plan as a picture: ships by port, a square for each person, days at risk below."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.crew_check import ALONE, EMPTIED
from stationkeeper.report.crew_plan_words import seats_text
from stationkeeper.report.crew_words import Document, risk_spans, side_text
from stationkeeper.report.numbers import counted, listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "plan", "Who flies on what"
_DAYS_A_PANEL = 1_150  # so that a stay of half a year has room for its name; our choice
_LANE = 0.36  # height of a port [in]
_LINE = 0.17  # height of a line of days at risk [in]
_BAR = 0.84  # of its lane
_SQUARE = 6.4  # a person, with the gap beside [pt]
_SIZE = 6.3  # of the letters in a bar [pt]
_LETTER = 0.56  # mean width of a letter in its size, DejaVu Sans
_FLOWN, _PLANNED, _CARGO = "#ccd3dc", "#ffffff", "#eceef1"


@dataclass(frozen=True)
class Bar:
    """A ship at a port from its docking to its leaving, with its people and those it adopts."""

    key: str
    ship: str
    port: str
    start: float
    end: float
    seats: tuple[str, ...]
    aboard: bool
    adopted: tuple[str, ...] = ()


def bars(plan: Document) -> list[Bar]:
    """Return the ships of a plan: those aboard on its first day, then its flights.

    Examples
    --------
    >>> plan = {"first": "2000-01-01", "last": "2001-01-01", "flights": [], "aboard": [
    ...     {"key": "a", "ship": "s", "docked": "1999-12-01", "leaves": None,
    ...      "port": "p", "seats": {"RUS": 2}}]}
    >>> bars(plan)[0].seats, bars(plan)[0].end - bars(plan)[0].start
    (('RUS', 'RUS'), 397.0)
    """
    last = plan["last"]
    aboard = [
        Bar(
            one["key"],
            one["ship"],
            str(one.get("port") or one["ship"]),
            _day(one["docked"] or plan["first"]),
            _day(one["leaves"] or last),
            _people(one),
            aboard=True,
        )
        for one in plan["aboard"]
    ]
    came = {bar.key: bar.seats for bar in aboard}
    flown = [
        Bar(
            one["key"],
            one["ship"],
            str(one["port"]),
            _day(one["docked"]),
            _day(one["undocked"] or last),
            _people(one),
            aboard=False,
            adopted=came.get(str(one["adopts"]), ()),
        )
        for one in plan["flights"]
    ]
    return [*aboard, *flown]


def _day(text: str) -> float:
    return float(look.day_numbers(np.array([text], "datetime64[D]"))[0])


def _people(one: Document) -> tuple[str, ...]:
    return tuple(nation for nation, count in one["seats"].items() for _ in range(count))


def lanes(plan: Document, start: float = -math.inf, end: float = math.inf) -> dict[str, list[str]]:
    """Return the ports in use between two days by class of ship, the first used first.

    A port stands once, under the class that comes to it first; ports that only other ships use
    come last.
    """
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    for bar in bars(plan):
        if bar.port not in seen and bar.end > start and bar.start < end:
            seen.add(bar.port)
            found.setdefault(bar.ship, []).append(bar.port)
    others = [
        one["port"]
        for one in plan["occupied"]
        if one["port"] not in seen and _day(one["last"]) > start and _day(one["first"]) < end
    ]
    if others:
        found["other ships"] = list(dict.fromkeys(others))
    return found


def plan_png(plan: Document, check: Document | None) -> bytes:
    """Draw a plan.

    Parameters
    ----------
    plan : mapping
        The document ``plan.json``.
    check : mapping or None
        The document ``check.json`` of that plan, for the days at risk.

    Returns
    -------
    bytes
        The figure as PNG.
    """
    first, last = _day(plan["first"]), _day(plan["last"])
    count = max(1, math.ceil((last - first) / _DAYS_A_PANEL))
    edges = np.linspace(first, last, count + 1)
    spans = [(float(a), float(b)) for a, b in itertools.pairwise(edges)]
    sides = check["sides"] if check is not None else []
    below = _LINE * (len(sides) + 0.5) if sides else 0.0
    tall = [_LANE * max(1, sum(map(len, lanes(plan, *span).values()))) + below for span in spans]
    with look.drawing():
        figure, panels = look.new_figure(sum(tall) + 0.3 * count + 0.75, count, tall, share_x=False)
        for axes, span in zip(panels, spans, strict=True):
            _panel(axes, plan, check, *span)
        _key(panels[0], plan, check)
        return look.as_png(figure)


def _panel(axes: "Axes", plan: Document, check: Document | None, start: float, end: float) -> None:
    """Draw the ports between two days."""
    look.time_axis(axes, start, end)
    points = 72 * (look.WIDTH - 1.7) / (end - start)  # a day, on paper [pt]
    places: dict[str, float] = {}
    ticks: list[tuple[float, str]] = []
    for ship, ports in lanes(plan, start, end).items():
        for port in ports:
            places[port] = len(places) + 0.5
            ticks.append((places[port], f"{look.drawable(port)}\n{look.drawable(ship)}"))
    for one in plan["occupied"]:
        if one["port"] in places:
            _cargo(axes, one, places[one["port"]], points)
    _closed(axes, plan, places)
    drawn = [bar for bar in bars(plan) if bar.end > start and bar.start < end]
    for bar in drawn:
        _ship(axes, bar, places[bar.port], max(bar.start, start), min(bar.end, end), points)
    _handovers(axes, drawn, places)
    bottom = float(max(1, len(places)))
    if check is not None:
        step = _LINE / _LANE
        for i, side in enumerate(check["sides"]):
            height = bottom + (i + 0.9) * step
            _risk(axes, check, side, height, 0.62 * step, start, end)
            ticks.append((height, look.drawable(side_text(side))))
        bottom += (len(check["sides"]) + 0.5) * step
    axes.set_ylim(bottom, 0)
    axes.set_yticks([place for place, _ in ticks], [text for _, text in ticks])
    axes.tick_params(axis="y", length=0, labelsize=7)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)


def _ship(axes: "Axes", bar: Bar, middle: float, start: float, end: float, points: float) -> None:
    """Draw a ship as a box with its name and a square for each person."""
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle(
            (start, middle - _BAR / 2),
            end - start,
            _BAR,
            facecolor=_FLOWN if bar.aboard else _PLANNED,
            edgecolor=look.INK,
            linewidth=1.1 if bar.aboard else 0.8,
            linestyle="-" if bar.aboard else (0, (3, 1.6)),
        )
    )
    wide = (end - start) * points
    people = [*bar.seats, *bar.adopted]
    columns = max(1, min(len(people), int((wide - 3) / _SQUARE)))
    rows = math.ceil(len(people) / columns)
    name = _fitting(bar.key, wide) if rows <= 1 else ""
    for i, nation in enumerate(people):
        across, down = i % columns, i // columns
        left = start + (2.5 + across * _SQUARE) / points
        if rows > 1:
            left = start + (wide - columns * _SQUARE + 1) / 2 / points + across * _SQUARE / points
        tall = _SQUARE / (72 * _LANE)
        colour = look.NATION_COLOURS[look.nation_group(nation)]
        own = i < len(bar.seats)
        top = middle + 0.03 if name else middle - rows * tall / 2
        axes.add_patch(
            Rectangle(
                (left, top + down * tall),
                (_SQUARE - 1) / points,
                (_SQUARE - 1) / (72 * _LANE),
                facecolor=colour if own else "white",
                edgecolor=look.INK if own else colour,
                linewidth=0.3 if own else 1.5,
                zorder=4,
            )
        )
    if name:
        axes.text(
            start + 2.5 / points,
            middle - 0.19,
            look.drawable(name),
            va="center",
            fontsize=_SIZE,
            clip_on=True,
            in_layout=False,
        )


def _fitting(key: str, wide: float) -> str:
    """Return a key, or its number, if it fits into so many points."""
    for text in (key, key.rpartition("-")[2]):
        if len(text) * _LETTER * _SIZE + 3 <= wide:
            return text
    return ""


def _cargo(axes: "Axes", one: Document, middle: float, points: float) -> None:
    """Draw what else holds a port."""
    low, high = axes.get_xlim()
    start, end = max(_day(one["first"]), low), min(_day(one["last"]), high)
    if end <= start:
        return
    axes.barh(middle, end - start, 0.5, left=start, color=_CARGO, linewidth=0)
    name = _fitting(str(one["by"]), (end - start) * points)
    if name:
        axes.text(
            (start + end) / 2,
            middle,
            look.drawable(name),
            ha="center",
            va="center",
            fontsize=_SIZE,
            color=look.QUIET,
            clip_on=True,
            in_layout=False,
        )


def closed_spans(plan: Document) -> list[tuple[str, str, str, str]]:
    """Return the spans on which a class of ship does not launch: class, first, last, why."""
    return [
        (str(ship), str(one["first"]), str(one["last"] or plan["last"]), str(one["why"]))
        for one in plan.get("closed", ())
        for ship in one["ships"]
    ]


def _closed(axes: "Axes", plan: Document, places: dict[str, float]) -> None:
    by_class = lanes(plan)
    for ship, first, last, _ in closed_spans(plan):
        for port in set(by_class.get(ship, ())) & places.keys():
            axes.barh(
                places[port],
                _day(last) + 1 - _day(first),
                0.98,
                left=_day(first),
                facecolor="none",
                edgecolor="#b9bfc9",
                hatch="////",
                linewidth=0,
                zorder=0.6,
            )


def handovers(drawn: Sequence[Bar]) -> list[tuple[Bar, Bar]]:
    """Return each ship with the next of its class that docks before it leaves."""
    pairs = []
    for leaving in drawn:
        after = [
            bar
            for bar in drawn
            if bar.ship == leaving.ship and leaving.start < bar.start < leaving.end
        ]
        if after:
            pairs.append((leaving, min(after, key=lambda bar: bar.start)))
    return pairs


def _handovers(axes: "Axes", drawn: Sequence[Bar], places: dict[str, float]) -> None:
    """Shade the days on which two crews of one class are aboard, from port to port."""
    for leaving, coming in handovers(drawn):
        if leaving.port == coming.port:
            continue
        ends = sorted((places[leaving.port], places[coming.port]))
        axes.fill_betweenx(
            [ends[0] - _BAR / 2, ends[1] + _BAR / 2],
            coming.start,
            leaving.end,
            color=look.INK,
            alpha=0.28,
            linewidth=0,
            zorder=3,
        )


def _risk(
    axes: "Axes",
    check: Document,
    side: str,
    height: float,
    tall: float,
    start: float,
    end: float,
) -> None:
    """Mark the days on which a side fails, or would after the loss of one ship."""
    axes.hlines(height, start, end, color=look.GRID, linewidth=2.0, zorder=1)
    for first, last, lost in risk_spans(check, side):
        axes.barh(
            height,
            _day(last) + 1 - _day(first),
            tall,
            left=_day(first),
            color=ALONE if lost else EMPTIED,
            linewidth=0,
            zorder=2,
        )


def _key(axes: "Axes", plan: Document, check: Document | None) -> None:
    """Say above the first panel what is what."""
    seen = {look.nation_group(nation) for bar in bars(plan) for nation in bar.seats}
    words = [
        (look.NATION_NAMES[group], colour)
        for group, colour in look.NATION_COLOURS.items()
        if group in seen
    ]
    look.words_beside(axes, words, sign="■", from_right=False)
    risks = [] if check is None else [("empty if one ship leaves", EMPTIED), ("too few", ALONE)]
    look.words_beside(axes, risks, sign="▬", from_right=True)


def caption(plan: Document, check: Document | None) -> str:
    """Return the caption of the figure."""
    said = (
        "A box is a ship at a port, with its name or number, a square in it a person, coloured by "
        "nation. Grey boxes with a "
        "full edge were there on the first day, white ones with a broken edge are planned; the "
        "pale bars are other ships. Dark shading from port to port: two crews of one class of "
        "ship aboard, the handover."
    )
    if any(bar.adopted for bar in bars(plan)):
        said += " Hollow squares: people who came on another ship and leave with this one."
    if closed_spans(plan):
        said += " Hatched: that class of ship does not launch."
    if check is not None:
        said += " Below: the days on which a side has too few people, or would if one ship left."
    if plan["status"] == "interrupted":
        said = f"The search was interrupted: this is the best plan found until then. {said}"
    return said


def alt(plan: Document, check: Document | None) -> str:
    """Return the figure in words."""
    parts = [
        f"{one['key']} at {one['port']} {one['docked']} to {one['undocked'] or 'the end'} with "
        f"{seats_text(one['seats'])}"
        for one in plan["flights"]
    ]
    said = (
        f"{counted(len(parts), 'flight')} planned: {'; '.join(parts)}." if parts else "No flight."
    )
    if check is None:
        return said
    days = [
        f"{side_text(side)} {counted(len(risk_spans(check, side)), 'span')}"
        for side in check["sides"]
    ]
    return f"{said} Spans of days at risk: {listed(days)}."
