"""Days left of each item aboard, and what follows if a ship is lost."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, counted, listed, number, whole
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Numbers, Run
from stationkeeper.report.words_source import (
    Told,
    date_text,
    dates_of,
    day,
    details,
    figures,
    lines_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "stores", "Days left of what is aboard"
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#332288", "#555555")
_LONG: Final = 5 * 365.0  # of an axis on which single ships can still be told; our choice
_WORDS: Final = 60  # letters of a key that fit beside the title; our choice
_MOST: Final = 730.0  # days left shown at most; our choice


def picture(run: Run) -> Picture:
    """Draw days left over time, a panel for each station that keeps stores."""
    found = {key: items for key in run.stocks if (items := _items(run, key))}
    if not found:
        return absent(KEY, TITLE, "No store of a station is used and counted in this run.")
    spans = {key: _span(run, key, items) for key, items in found.items()}
    with look.drawing():
        figure, panels = look.new_figure(2.9 * len(found) + 0.3, len(found), share_x=False)
        for axes, (key, items) in zip(panels, found.items(), strict=True):
            _panel(axes, run, key, items, spans[key])
            named = sum(len(_name(item)) for item in items if _shown(item, spans[key]))
            axes.set_title(run.title(key), pad=18 if named > _WORDS else 6)
        panels[-1].set_xlabel("date (UTC)")
        image = look.as_png(figure, colours=look.FEW)
    cut = any(spans[key] != _whole(items) for key, items in found.items())
    part = " Only the years around the ships of the table below are shown." if cut else ""
    beyond = [
        f"{_name(item)} ({run.label(key)})"
        for key, items in found.items()
        for item in items
        if not _shown(item, spans[key])
    ]
    if beyond:
        part += f" No line in these years: {listed(beyond)}."
    return Picture(
        KEY,
        TITLE,
        "Days until nothing is left of an item with what is aboard, at the use of that day, by the "
        "plan of the programme with mean use: one course, no replicas and nothing that fails. "
        "Dotted: the reserve of the item in its colour. A line ends where what is aboard lasts to "
        "the end of the station or of the span, and is left out where it lasts more than "
        f"{whole(_MOST)} days. Marks above: launches whose loss is looked at below.{part}",
        alt=" ".join(_said(run, key, items) for key, items in found.items()),
        png=image,
    )


def _items(run: Run, station: str) -> list[Told]:
    """Return the items of a station of which something is used at some time."""
    return [
        item
        for item in run.stocks[station].get("items", [])
        if np.isfinite(_left(item)).any() and len(item["days"]) == len(item["days_left"])
    ]


def _left(item: Told) -> Numbers:
    return np.array(item.get("days_left", []), float)


def _drawn(item: Told, span: tuple[float, float]) -> tuple[Numbers, Numbers]:
    """Return the days and days left that have a place on paper."""
    when = np.array([day(text) for text in item["days"]], float)
    left = _left(item)
    inside = (when >= span[0]) & (when <= span[1])
    return when[inside], np.where(left > _MOST, np.nan, left)[inside]


def _shown(item: Told, span: tuple[float, float]) -> bool:
    return bool(np.isfinite(_drawn(item, span)[1]).any())


def _name(item: Told) -> str:
    return str(item.get("title") or item["store"])


def _whole(items: Sequence[Told]) -> tuple[float, float]:
    days = [day(item["days"][i]) or 0.0 for item in items for i in (0, -1)]
    return min(days), max(days)


def _span(run: Run, station: str, items: Sequence[Told]) -> tuple[float, float]:
    """Return the days shown: all, or some years around the ships that are taken to be lost."""
    first, last = _whole(items)
    lost = dates_of(one.get("launched") for one in run.stocks[station].get("if_lost", []))
    if last - first <= _LONG:
        return first, last
    begin = max(first, min(lost) - 500.0) if lost else first
    return begin, min(last, begin + _LONG)


def _panel(
    axes: "Axes", run: Run, station: str, items: Sequence[Told], span: tuple[float, float]
) -> None:
    words = []
    most = 0.0
    for i, item in enumerate(items):
        colour = _COLOURS[i % len(_COLOURS)]
        when, left = _drawn(item, span)
        axes.plot(when, left, color=colour, linewidth=1.2)
        (reserve,) = figures(item, "reserve_days")
        if math.isfinite(reserve) and reserve > 0:
            axes.axhline(reserve, color=colour, linewidth=0.8, linestyle=":")
        most = max([most, reserve if math.isfinite(reserve) else 0.0, *left[np.isfinite(left)]])
        if _shown(item, span):
            words.append((_name(item), colour))
    axes.set_ylim(0, 1.06 * max(most, 1.0))
    axes.set_ylabel("days left [d]")
    look.time_axis(axes, *span)
    for launched in dates_of(one.get("launched") for one in run.stocks[station].get("if_lost", [])):
        if span[0] <= launched <= span[1]:
            axes.plot(
                [launched],
                [1.0],
                "v",
                color=look.INK,
                markersize=5,
                transform=axes.get_xaxis_transform(),
                clip_on=False,
            )
    look.words_beside(axes, words, sign="–")


def _said(run: Run, station: str, items: Sequence[Told]) -> str:
    least = []
    for item in items:
        left = _left(item)
        i = int(np.nanargmin(left))
        when = date_text(day(item["days"][i]) or 0.0)
        least.append(f"{_name(item)} {whole(float(left[i]))} days on {when}")
    return f"{run.title(station)}, fewest days left: {listed(least)}."


def sentences(run: Run) -> list[str]:
    """Say which items come down to their reserve and which run out, by the plan."""
    said = []
    for key, told in run.stocks.items():
        items = told.get("items", [])
        low = [_on(item, "reserve_on") for item in items if item.get("reserve_on")]
        gone = [_on(item, "zero_on") for item in items if item.get("zero_on")]
        if items:
            said.append(
                f"{run.title(key)}, by the plan: "
                + (f"at the reserve: {listed(low)}" if low else "no item comes to its reserve")
                + "; "
                + (f"used up: {listed(gone)}." if gone else "none is used up.")
            )
    return said


def _on(item: Told, name: str) -> str:
    return f"{_name(item)} from {item[name]}"


def tables(run: Run) -> Markup:
    """Return what follows if one of the next ships is lost, as planned and re-manifested."""
    parts = []
    for key, told in run.stocks.items():
        plan = {item["store"]: item for item in told.get("items", [])}
        rows = [_row(plan, one) for one in told.get("if_lost", [])]
        if rows:
            heads = ("ship lost", "as planned", "loads of later ships changed", "what changes")
            note = (
                f"{run.title(key)}: for each of the next {counted(len(rows), 'cargo flight')}, "
                "taken alone: the day on which an item comes to its reserve and on which it is "
                "used up, if it is lost; then with the loads of the later flights chosen anew "
                "within what they can hold. Items that fare as without the loss are left out. The "
                "days are within the span; no ship is added."
            )
            parts.append(tag("h3", f"If the next ship is lost: {run.title(key)}"))
            parts.append(table(heads, rows, caption=note))
    return Markup("").join(parts)


def _row(plan: dict[str, Told], one: Told) -> tuple[object, ...]:
    anew: Any = one.get("remanifest") or {}
    moved = [text for flight in anew.get("flights") or () if (text := _moved(flight))]
    changes: list[object] = []
    if moved:
        changes.append(details(counted(len(moved), "flight"), lines_of(moved)))
        if anew.get("note"):
            changes.append(tag("small", str(anew["note"])))
    return (
        lines_of(
            [
                str(one.get("flight", "–")),
                tag("small", f"{one.get('ship', '')}, {one.get('launched', '–')}"),
            ]
        ),
        lines_of(_days(plan, one.get("items") or ())),
        lines_of(_days(plan, anew.get("items") or ())) if anew else "–",
        lines_of(changes),
    )


def _days(plan: dict[str, Told], items: Sequence[Told]) -> list[object]:
    """Return the days of reserve and of zero of each item that does not fare as planned."""
    found: list[object] = []
    for item in items:
        planned = plan.get(item["store"], {})
        low, gone = item.get("reserve_on"), item.get("zero_on")
        if (low, gone) != (planned.get("reserve_on"), planned.get("zero_on")):
            name = planned.get("title") or item["store"]
            found.append(f"{name}: reserve {low or 'not'}, used up {gone or 'not'}")
    return found or ["as without the loss"]


def _moved(flight: Told) -> str:
    before, after = flight.get("before") or {}, flight.get("after") or {}
    changes = [
        f"{name.removesuffix('_kg').replace('_', ' ')} {_load(before.get(name))} → "
        f"{_load(after.get(name))}{FIRM_SPACE}kg"
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
    return (
        f"{flight.get('flight')}, {flight.get('docked')}: {', '.join(changes)}" if changes else ""
    )


def _load(value: object) -> str:
    (load,) = figures({"load": value}, "load")
    return number(load) if math.isfinite(load) else "0"
