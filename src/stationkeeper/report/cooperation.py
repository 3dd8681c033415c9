"""Who works with whom in what, who is bound to what day, and what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from stationkeeper.report import look
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, counted, listed, number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run
from stationkeeper.report.words_source import (
    Told,
    cut,
    dates_of,
    day,
    details,
    figures,
    lines_of,
    partner_colour,
    partner_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "cooperation", "Cooperation, commitments and what is owed"

_ACTIVE, _SUSPENDED = "#1f9182", "#e69f00"  # told apart by the hatch as well
_LANE: Final = 0.235  # height of a lane [in]
_LETTERS: Final = 44  # of the words beside a lane; our choice


@dataclass(frozen=True)
class Lane:
    """One bar with its words: from a day to a day, either open."""

    group: str
    words: str
    bars: tuple[tuple[float | None, float | None, str, str, str], ...]
    """First day, last day, colour, hatch, words in the bar."""


def lanes(run: Run) -> list[Lane]:
    """Return a lane for each pair and subject, each arrangement, and each commitment."""
    said = run.said
    found = []
    for one in said.get("cooperation", []):
        pair = " and ".join(partner_title(run, partner) for partner in one["partners"])
        bars = tuple(
            bar for span in one.get("spans", []) if (bar := _state(span, one["spans"])) is not None
        )
        found.append(Lane("works together", f"{one['subject']}: {pair}", bars))
    for one in said.get("arrangements", []):
        bar = (day(one.get("since")), day(one.get("until")), "#5588bb", "", "")
        where = f", {run.label(str(one['station']))}" if one.get("station") else ""
        found.append(Lane("arrangements", f"{one['key']} ({one['kind']}){where}", (bar,)))
    for (partner, station), group in _bound(said.get("commitments", [])).items():
        colour = partner_colour(run, partner)
        words = f"{partner_title(run, partner)}: {run.label(station)}"
        found.append(Lane("bound to", words, tuple(_commitments(group, colour))))
    return found


def _state(
    span: Told, spans: Sequence[Told]
) -> tuple[float | None, float | None, str, str, str] | None:
    """Return the bar of one state; an end is told by what stops, and has none."""
    state = span.get("state")
    first, last = day(span.get("first")), day(span.get("last"))
    by = str(span.get("by") or "")
    if state == "active":
        return first, last, _ACTIVE, "", by
    if state == "suspended":
        return first, last, look.paler(_SUSPENDED), "////", by
    if len(spans) == 1:  # nothing but its end is known: a thin mark
        return first, first, look.INK, "", by
    return None


def _bound(commitments: Sequence[Told]) -> dict[tuple[str, str], list[Told]]:
    grouped: dict[tuple[str, str], list[Told]] = {}
    for one in commitments:
        grouped.setdefault((str(one["partner"]), str(one["station"])), []).append(one)
    return grouped


def _commitments(
    group: Sequence[Told], colour: str
) -> list[tuple[float | None, float | None, str, str, str]]:
    """Return a bar for each commitment; one that was replaced is pale."""
    ordered = sorted(group, key=lambda one: str(one.get("until")), reverse=True)
    return [
        (
            day(one.get("since")),
            day(one.get("until")),
            look.paler(colour, 0.35) if one.get("replaced_on") else colour,
            "",
            str(one.get("until") or "")[:4],
        )
        for one in ordered
    ]


def picture(run: Run) -> Picture:
    """Draw states, arrangements and commitments on one time axis."""
    found = lanes(run)
    days = dates_of([run.said.get("as_of")])
    days += [edge for lane in found for bar in lane.bars for edge in bar[:2] if edge is not None]
    if not found or not days:
        return absent(
            KEY, TITLE, "No cooperation, arrangement or commitment is recorded in the programme."
        )
    groups = list(dict.fromkeys(lane.group for lane in found))
    ratios = [sum(lane.group == group for lane in found) + 0.6 for group in groups]
    with look.drawing():
        figure, panels = look.new_figure(
            _LANE * sum(ratios) + 0.35 * len(groups) + 0.4, len(groups), ratios
        )
        span = min(days) - 60, max(days) + 60
        for axes, group in zip(panels, groups, strict=True):
            _panel(axes, [lane for lane in found if lane.group == group], span)
            axes.set_title(group, fontsize=9)
            _today(axes, run)
        panels[-1].set_xlabel("date (UTC)")
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        KEY,
        TITLE,
        "Green: active; hatched: suspended; nothing: not begun or ended. A bar that reaches the "
        "right edge has no end on record. Commitments: to the year written at the end of the bar; "
        "pale where a later one replaced it. Keys in the bars are "
        "statements. Dotted: the day of knowledge. What is owed is in the table.",
        alt=_alt(run, found),
        png=image,
    )


def _panel(axes: "Axes", lanes_here: Sequence[Lane], span: tuple[float, float]) -> None:
    look.time_axis(axes, *span)
    points = 72 * 6.0 / (span[1] - span[0])  # a day on paper, roughly: names take the rest [pt]
    for i, lane in enumerate(lanes_here):
        for first, last, colour, hatch, words in lane.bars:
            start = span[0] if first is None else first
            end = span[1] if last is None else last
            wide = max(end - start, 20.0)
            axes.barh(
                i,
                wide,
                left=start,
                height=0.62,
                color=colour,
                hatch=hatch,
                edgecolor="white" if not hatch else look.QUIET,
                linewidth=0.5,
            )
            if words and wide * points > 5.0 * len(words):
                axes.text(
                    end - 3.0 / points if words.isdigit() else start + 3.0 / points,
                    i,
                    words,
                    ha="right" if words.isdigit() else "left",
                    va="center",
                    fontsize=6.5,
                    color=look.text_colour(colour) if not hatch else look.INK,
                    clip_on=True,
                )
    names = [look.drawable(cut(lane.words, _LETTERS)) for lane in lanes_here]
    axes.set_yticks(range(len(lanes_here)), names, fontsize=7.5)
    axes.set_ylim(len(lanes_here) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)


def _today(axes: "Axes", run: Run) -> None:
    now = day(run.said.get("as_of"))
    if now is not None:
        axes.axvline(now, color=look.INK, linewidth=0.9, linestyle=":")


def _alt(run: Run, found: Sequence[Lane]) -> str:
    counts = {group: sum(lane.group == group for lane in found) for group in _GROUPS}
    said = "; ".join(counted(count, *_GROUPS[group]) for group, count in counts.items() if count)
    held = [
        f"{partner_title(run, one['partner'])} to {one['until']}"
        for one in run.said.get("commitments", [])
        if not one.get("replaced_on")
    ]
    bound = f" Bound: {listed(held)}." if held else ""
    return f"{said}.{bound}"


_GROUPS: Final[dict[str, tuple[str, str]]] = {
    "works together": ("subject of a pair of partners", "subjects of pairs of partners"),
    "arrangements": ("arrangement", "arrangements"),
    "bound to": ("partner bound to a station", "partners bound to a station"),
}


def tables(run: Run) -> Markup:
    """Return what is owed and delivered."""
    owed: list[Any] = run.said.get("obligations", [])
    if not owed:
        return Markup("")
    heads = ("what", "owed by", "owed to", "from", "to", "owed", "delivered", "status", "basis")
    note = (
        "Obligations as published; owed and delivered in the unit given, each year where the unit "
        "says so; a dash: not published or not counted."
    )
    rows = [_obligation(run, one) for one in owed]
    return details(counted(len(owed), "obligation"), table(heads, rows, caption=note))


def _obligation(run: Run, one: Told) -> tuple[object, ...]:
    quantity, delivered = figures(one, "quantity", "delivered")
    note = [tag("small", str(one["note"]))] if one.get("note") else []
    return (
        lines_of([str(one.get("title", one.get("key"))), *note]),
        _partners(run, one.get("owed_by"), "every partner"),
        _partners(run, one.get("owed_to"), "all others"),
        tag("span", str(one.get("since") or "–"), class_="whole"),
        tag("span", str(one.get("until") or "no end agreed"), class_="whole"),
        _amount(quantity, one),
        _amount(delivered, one),
        str(one.get("status") or "–").replace("-", " "),
        one.get("basis") or "–",
    )


def _partners(run: Run, keys: Sequence[str] | None, nobody: str) -> str:
    return listed([partner_title(run, key) for key in keys]) if keys else nobody


def _amount(value: float, one: Told) -> str:
    return f"{number(value)}{FIRM_SPACE}{one.get('unit', '')}" if value == value else "–"
