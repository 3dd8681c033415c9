"""When things befell the station, were noticed and were answered: one lane for each subsystem."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.numbers import counted
from stationkeeper.report.operations_source import (
    RULES,
    SUBSYSTEMS,
    Document,
    fault_end,
    hours_of,
    safe_spans,
    signals_of,
    spans_where,
    time_unit,
)
from stationkeeper.report.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY: Final = "operations-timeline"
TITLE: Final = "What befell it, what was noticed, what was done"
RULE_COLOURS: Final = {"limit": "#d55e00", "watch": "#0072b2", "stale": "#8a4f9e"}
VERDICT_COLOURS: Final = {"done": "#1b7f4b", "refused": "#b3262e", "asked": "#8a6d00"}
VERDICTS: Final = {
    "done": "done",
    "refused": "refused by the gate",
    "asked": "asked, to be confirmed",
}
_VERDICT_SIGNS: Final = {"done": "o", "refused": "x", "asked": "D"}
FAULT: Final = "#c3c8d0"
SAFE: Final = "#f6dfa4"
_ROW: Final = 0.27  # height of one row of a lane [in]
_NAMED: Final = 6  # faults of a lane that have a row of their own; our choice
_LETTER: Final = 0.0072  # of the span that a letter beside a bar takes, about


def picture(document: Document) -> Picture:
    """Draw the timeline of a flight."""
    size, unit = time_unit(document)
    _, end, _ = hours_of(document)
    lanes = _lanes(document)
    rows: float = sum(len(_fault_rows(faults)) + 1 for _, faults in lanes)
    whos = _commanders(document)
    visits = _visits(document)
    rows += len(whos) + len(visits) + 0.5
    with look.drawing():
        figure, (axes,) = look.new_figure(_ROW * rows + 0.8)
        place = 0.0
        labels: list[tuple[float, str]] = []
        for begin, over in safe_spans(document):
            axes.axvspan(begin / size, over / size, color=SAFE, alpha=0.6, lw=0, zorder=0)
        for title, spans in visits:
            for begin, over in spans:
                axes.barh(place, over - begin, 0.55, begin, color="#8fb9d8", zorder=2)
            labels.append((place, title))
            place += 1.0
        for subsystem, faults in lanes:
            place = _lane(axes, document, subsystem, faults, place, labels, size, end)
        for who in whos:
            axes.axhline(place - 0.5, color=look.GRID, lw=0.8, zorder=1)
            _commands(axes, document, who, place, size)
            labels.append((place, f"commands: {who}"))
            place += 1.0
        axes.set_ylim(place - 0.5, -0.7)
        axes.set_xlim(0.0, end)
        axes.set_yticks([at for at, _ in labels], [look.drawable(text) for _, text in labels])
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel(f"{unit} since the begin")
        look.words_beside(axes, _key(document), from_right=False)
        image = look.as_png(figure, colours=look.FEW)
    return Picture(KEY, TITLE, _caption(document), alt=_alt(document), png=image)


def _caption(document: Document) -> str:
    said = (
        "Grey: faults as they were, from onset until they were cleared, ended or the flight was "
        "over, with their numbers of the table below; nobody aboard sees them. A stroke is a "
        "parameter that was noticed anew, whatever was the reason for it. "
    )
    if safe_spans(document):
        said += "Yellow: safe mode. "
    return said + "Lanes of commands are named after who asked for them."


def _alt(document: Document) -> str:
    kinds = [row["kind"] for row in document["timeline"]]
    return (
        f"Timeline of {counted(len(document['faults']), 'fault')}, "
        f"{counted(kinds.count('noticed'), 'notice')}, {counted(kinds.count('done'), 'command')} "
        f"done and {kinds.count('refused')} refused."
    )


def _key(document: Document) -> list[tuple[str, str]]:
    """Return the words of the key: only of what is to be seen."""
    found = [("fault", FAULT)] if document["faults"] else []
    rules = {row["who"] for row in document["timeline"] if row["kind"] == "noticed"}
    found += [
        (f"noticed by {'a ' if rule == 'limit' else 'the '}{RULES[rule]}", colour)
        if rule != "stale"
        else ("no data came", colour)
        for rule, colour in RULE_COLOURS.items()
        if rule in rules
    ]
    kinds = {row["kind"] for row in document["timeline"]}
    found += [(VERDICTS[kind], colour) for kind, colour in VERDICT_COLOURS.items() if kind in kinds]
    if safe_spans(document):
        found.append(("safe mode", SAFE))
    if _visits(document):
        found.append(("docked", "#8fb9d8"))
    return found


def _lanes(document: Document) -> list[tuple[str, list[tuple[int, Document]]]]:
    """Return the subsystems with their numbered faults, in the order of pages."""
    told = [*document["subsystems"], *(one["subsystem"] for one in document["faults"])]
    names = [one for one in SUBSYSTEMS if one in told]
    names += [one for one in dict.fromkeys(told) if one not in SUBSYSTEMS]
    numbered = list(enumerate(document["faults"], 1))
    return [(name, [one for one in numbered if one[1]["subsystem"] == name]) for name in names]


def _fault_rows(faults: Sequence[tuple[int, Document]]) -> list[list[tuple[int, Document]]]:
    """Deal faults out to rows: one each, or many to a row where they are many.

    Examples
    --------
    >>> [len(row) for row in _fault_rows([(i, {}) for i in range(3)])]
    [1, 1, 1]
    >>> [len(row) for row in _fault_rows([(i, {}) for i in range(8)])]
    [2, 2, 1, 1, 1, 1]
    """
    count = min(len(faults), _NAMED)
    return [list(faults[i::count]) for i in range(count)]


def fault_label(fault: Document) -> str:
    """Return the short name of a fault: what, and of which component."""
    of = f": {fault['component']}" if fault["component"] else ""
    return f"{fault['title']}{of}"


def _lane(
    axes: "Axes",
    document: Document,
    subsystem: str,
    faults: Sequence[tuple[int, Document]],
    place: float,
    labels: list[tuple[float, str]],
    size: float,
    end: float,
) -> float:
    """Draw the faults of a subsystem, and under them its notices; return where the next begins."""
    axes.axhline(place - 0.5, color=look.GRID, lw=0.8, zorder=1)
    rows = _fault_rows(faults)
    for offset, row in enumerate(rows):
        for number, fault in row:
            begin = fault["onset_s"] / size
            over = fault_end(document, fault) / size
            width = max(over - begin, 0.003 * end)
            axes.barh(place + offset, width, 0.62, begin, color=FAULT, zorder=2)
            text = f"{number}  {fault_label(fault)}" if len(row) == 1 else str(number)
            fits = begin + _LETTER * end * len(text) < end
            axes.annotate(
                look.drawable(text),
                (begin if fits else end, place + offset),
                xytext=(3 if fits else -3, 0),
                textcoords="offset points",
                ha="left" if fits else "right",
                va="center",
                fontsize=8,
                zorder=4,
            )
    below = place + len(rows)
    for offset, (rule, colour) in enumerate(RULE_COLOURS.items()):
        times = [
            row["time_s"] / size
            for row in document["timeline"]
            if row["kind"] == "noticed" and row["subsystem"] == subsystem and row["who"] == rule
        ]
        middle = below + 0.24 * (offset - 1)
        axes.vlines(times, middle - 0.11, middle + 0.11, color=colour, lw=1.3, zorder=3)
    labels.append((place + len(rows) / 2, subsystem))
    return below + 1.0


def _commanders(document: Document) -> list[str]:
    kinds = set(VERDICTS)
    return list(dict.fromkeys(r["who"] for r in document["timeline"] if r["kind"] in kinds))


def _commands(axes: "Axes", document: Document, who: str, place: float, size: float) -> None:
    for kind, colour in VERDICT_COLOURS.items():
        times = [
            row["time_s"] / size
            for row in document["timeline"]
            if row["kind"] == kind and row["who"] == who
        ]
        axes.plot(
            times,
            np.full(len(times), place),
            _VERDICT_SIGNS[kind],
            ms=5.5,
            color=colour,
            mfc="none" if kind == "asked" else colour,
            zorder=3,
        )


def _visits(document: Document) -> list[tuple[str, list[tuple[float, float]]]]:
    """Return the ships that were there, with the spans in which they were docked."""
    times, end, _ = hours_of(document)
    found = []
    for name, one in signals_of(document).items():
        if name.startswith("visit.") and name.endswith(".docked"):
            spans = spans_where(times, end, np.asarray(one["high"]) > 0.5)
            if spans:
                key = name.removeprefix("visit.").removesuffix(".docked")
                found.append((f"ship: {key}", spans))
    return found
