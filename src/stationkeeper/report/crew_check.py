"""How safe a crew was, by year: what the loss of any one ship would have left behind."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from stationkeeper.report import look
from stationkeeper.report.crew_words import (
    Document,
    both,
    percent,
    readings_differ,
    side_text,
    years_changed,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KEY, TITLE = "safe-days", "If any one ship had to leave"

# Told apart in the common kinds of colour blindness, in grey and in print; our choice. None of
# them is the colour of a nation in the other figures.
KEPT, UNSURE, EMPTIED, ALONE = "#8cc5bd", "#d9d3a6", "#c2571a", "#4a4f5a"
SIDES = ("#7b68a6", "#d2a93a", "#5b8f5e", "#9a5b6e")  # sides in their order, for the ships
_WIDE = 0.86  # of a year's bar [year]
_VISIT_DAYS = 60  # a ship that is there for less is not drawn; as the check has it
_YEARS_NAMED = 9  # up to so many years each is named, else every fifth; our choice


def safe_days_png(check: Document) -> bytes:
    """Draw the share of days by year and side, as flown and with exchanged seats put back.

    Parameters
    ----------
    check : mapping
        The document ``check.json``.

    Returns
    -------
    bytes
        The figure as PNG.
    """
    from matplotlib.figure import Figure

    sides, years, changed = check["sides"], check["years"], years_changed(check)
    lanes = ship_lanes(check)
    strip = 0.22 * (max(lanes.values(), default=-1) + 1)
    tall = [1.4] * len(sides) + ([strip] if lanes else [])
    ratios = [max(len(years), 2), max(len(changed), 2)] if changed else [1]
    with look.drawing():
        height = 0.95 + 0.35 * len(tall) + sum(tall)
        figure = Figure(figsize=(look.WIDTH, height), layout="constrained")
        panels = figure.subplots(
            len(tall),
            len(ratios),
            squeeze=False,
            sharex="col",
            width_ratios=ratios,
            height_ratios=tall,
        )
        for row, side in zip(panels[: len(sides)], sides, strict=True):
            _bars(row[0], years, side)
            row[0].set_ylabel("of the days with people", fontsize=8)
            row[0].set_title(side_text(side), pad=4)
            if changed:
                _bars(row[1], changed, side, short=len(years) > _YEARS_NAMED)
        if changed:
            panels[0][1].set_title("without the\nexchange", pad=4)
            for row in panels[: len(sides)]:
                row[1].tick_params(axis="y", labelleft=False, length=0)
        if lanes:
            _ships(panels[-1][0], check, lanes)
            for axes in panels[-1][1:]:
                axes.tick_params(labelbottom=False)
                axes.set_axis_off()
            for axes in panels[len(sides) - 1]:
                axes.tick_params(labelbottom=True)
        _key(figure, check)
        return look.as_png(figure)


def layers(year: Document, side: str) -> list[tuple[str, float]]:
    """Return the shares of a year that are stacked, from the bottom up, with their colours.

    The last layer is of the days on which everybody depends on one ship, so that its loss would
    leave nobody at all.

    Examples
    --------
    >>> year = {"crewed_days": 100, "alone_days": 20, "survives": {"east": [50, 40]}}
    >>> [share for _, share in layers(year, "east")]
    [40.0, 10.0, 30.0, 20.0]
    """
    crewed = max(year["crewed_days"], 1)
    pair = year["survives"][side]
    low, high = min(pair), max(pair)
    alone = min(year["alone_days"], crewed - high)
    days = ((KEPT, low), (UNSURE, high - low), (EMPTIED, crewed - high - alone), (ALONE, alone))
    return [(colour, 100 * part / crewed) for colour, part in days]


def _bars(axes: "Axes", years: Sequence[Document], side: str, short: bool = False) -> None:
    """Stack the shares of each year with people aboard."""
    crewed = [year for year in years if year["crewed_days"]]
    for year in crewed:
        base = 0.0
        for colour, share in layers(year, side):
            if share > 0:
                axes.bar(year["year"], share, _WIDE, bottom=base, color=colour, linewidth=0)
            base += share
    numbers = [year["year"] for year in years]
    axes.set_xlim(min(numbers) - 0.6, max(numbers) + 0.6)
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 50, 100], ["0 %", "50 %", "100 %"])
    if len(numbers) <= _YEARS_NAMED:
        axes.set_xticks(numbers, [f"’{one % 100:02d}" if short else f"{one}" for one in numbers])
    else:
        fifth = [one for one in numbers if one % 5 == 0]
        axes.set_xticks(fifth, [str(one) for one in fifth])
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="x", visible=False)
    axes.spines["left"].set_visible(False)


def ship_lanes(check: Document) -> dict[str, int]:
    """Return a lane for each ship with people, the lowest that is free; visits have none.

    Examples
    --------
    >>> spans = [("a", "2001-01-01", "2001-06-01"), ("b", "2001-05-20", "2001-12-01"),
    ...          ("a", "2001-06-02", "2001-06-03"), ("c", "2001-07-01", "2001-12-01"),
    ...          ("visit", "2001-08-01", "2001-08-10")]
    >>> ship_lanes({"ships": [dict(zip(("flight", "first", "last"), one)) for one in spans]})
    {'a': 0, 'b': 1, 'c': 0}
    """
    ends: dict[str, list[str]] = {}
    for one in check.get("ships", ()):
        first, last = ends.get(one["flight"], (one["first"], one["last"]))
        ends[one["flight"]] = [min(first, one["first"]), max(last, one["last"])]
    lasting = {
        flight: span
        for flight, span in ends.items()
        if (date.fromisoformat(span[1]) - date.fromisoformat(span[0])).days >= _VISIT_DAYS
    }
    lanes: dict[str, int] = {}
    taken: list[str] = []  # by lane, the day until which it is held
    for flight, (first, last) in sorted(lasting.items(), key=lambda pair: (pair[1], pair[0])):
        free = [lane for lane, until in enumerate(taken) if until < first]
        lane = min(free, default=len(taken))
        taken[lane : lane + 1] = [last]
        lanes[flight] = lane
    return lanes


def _ships(axes: "Axes", check: Document, lanes: Mapping[str, int]) -> None:
    """Draw each ship as a bar, divided by the sides that those with a seat on it can run."""
    colours = dict(zip(check["sides"], itertools.cycle(SIDES), strict=False))
    for one in check["ships"]:
        if one["flight"] not in lanes:
            continue
        start, end = _year(one["first"]), _year(one["last"]) + 1 / 365
        able = sum(one["able"].values())
        base = lanes[one["flight"]] + 0.14
        for side, count in one["able"].items():
            if count:
                tall = 0.72 * count / able
                axes.bar(
                    start, tall, end - start, base, align="edge", color=colours[side], linewidth=0
                )
                base += tall
    axes.set_ylim(0, max(lanes.values()) + 1)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    wide = len(check["years"]) > 8  # beside few years there is room for the key alone
    axes.set_title("Ships: whose seats home are on each" if wide else "Seats home", pad=4)
    words = [(side_text(side), colour) for side, colour in colours.items()]
    look.words_beside(axes, words, sign="■")


def _year(day: str) -> float:
    """Return a date on the axis of the bars, on which a year is as wide as one and its number the
    middle.
    """
    when = date.fromisoformat(day)
    begin = date(when.year, 1, 1)
    return when.year - 0.5 + (when - begin).days / (date(when.year + 1, 1, 1) - begin).days


def _key(figure: "Figure", check: Document) -> None:
    """Say above all panels which colour is what."""
    from matplotlib.patches import Patch

    words = [("yes", KEPT)]
    if readings_differ(check):
        words.append(("in one reading of the record", UNSURE))
    words += [
        ("no: too few of those who stay are able", EMPTIED),
        ("no: nobody stays, all are on that ship", ALONE),
    ]
    figure.legend(
        handles=[Patch(color=colour, label=text) for text, colour in words],
        loc="outside upper left",
        title="Any one ship has to leave with its people: can those who stay run each side?",
        title_fontproperties={"size": 11.5, "weight": "bold"},
        alignment="left",
        ncols=len(words),
        frameon=False,
        handlelength=1.0,
        handleheight=1.0,
        handletextpad=0.4,
        columnspacing=1.4,
        borderpad=0.0,
    )


def caption(check: Document) -> str:
    """Return the caption of the figure."""
    said = (
        "Each bar is a year, its height the days with people aboard. On each day the ship whose "
        "loss would hurt a side most is taken away with all whose seats home are on it: are there "
        "still enough people aboard for that side?"
    )
    if years_changed(check):
        said += (
            " At the right the years that would differ if nobody had flown on the other side's "
            "ships."
        )
    if check.get("ships"):
        said += (
            " Below: each bar is a ship that stays for 60 days or more, divided by the sides that "
            "the people whose seats home are on it can run. A side of which only one bar has the "
            "colour is empty without that ship."
        )
    return said


def alt(check: Document) -> str:
    """Return the figure in words."""
    parts = []
    for side in check["sides"]:
        years = [
            f"{year['year']} {both(year['survives'][side], year['crewed_days'])}"
            for year in check["years"]
            if year["crewed_days"]
        ]
        parts.append(f"{side_text(side)}, days on which it survives: {', '.join(years)}.")
    for year in years_changed(check):
        kept = [
            f"{side_text(side)} {percent(year['survives'][side][0], year['crewed_days'])}"
            for side in check["sides"]
        ]
        parts.append(f"With the seats put back, {year['year']}: {', '.join(kept)}.")
    return " ".join(parts)
