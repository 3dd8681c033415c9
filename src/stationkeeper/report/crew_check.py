"""How safe a crew was, by year: what the loss of any one ship would have left behind."""

from collections.abc import Sequence
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
_WIDE = 0.86  # of a year's bar [year]
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
    ratios = [max(len(years), 2), max(len(changed), 2)] if changed else [1]
    with look.drawing():
        figure = Figure(figsize=(look.WIDTH, 0.95 + 1.75 * len(sides)), layout="constrained")
        panels = figure.subplots(
            len(sides), len(ratios), squeeze=False, sharey=True, sharex="col", width_ratios=ratios
        )
        for row, side in zip(panels, sides, strict=True):
            _bars(row[0], years, side)
            row[0].set_ylabel("of the days with people", fontsize=8)
            row[0].set_title(side_text(side), pad=4)
            if changed:
                _bars(row[1], changed, side, short=len(years) > _YEARS_NAMED)
        if changed:
            panels[0][1].set_title("had no seats been\nexchanged", pad=4)
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
