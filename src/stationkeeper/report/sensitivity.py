"""What dominates the uncertainty of each figure: a picture of shares, and the table behind it."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from stationkeeper.errors import InputError
from stationkeeper.lifetime.measures import MEASURE
from stationkeeper.lifetime.sensitivity import FEWEST, MOST, SensitivityRow, sensitivity
from stationkeeper.report import look
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, counted, number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run

KEY, TITLE = "sensitivity", "What dominates the uncertainty"
REST = "the rest"
_REST_COLOUR = "#d3d7de"
# After the colours of stations, so that an input does not look like one; our choice.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#3d4f7d", "#8a6d00")
_LEAST = 0.02  # shares below this, or not above their error, are in the rest; our choice
METHOD = (
    "Share of the variance between replicas that goes with one input (first-order index), from at "
    f"most the first {counted(MOST, 'replica')} of this run. Shares have errors (in the table: the "
    "interval of 90 %, from random halves of the replicas), so that those of one figure may add up "
    "to somewhat more than all. The solar future is no number: its share is that of the mean F10.7 "
    "of the days flown. The rest is what inputs do together, the course of the Sun, "
    "chance events, and shares too small to tell from none."
)
BESIDE = "Beside it: the same index by RBD-FAST of SALib, where draws have an order to follow."
NO_SALIB = (
    "SALib is not installed, so that no second method stands beside these shares; get it by "
    "'make full' and draw the report again."
)
UNTOLD = "So are those of which no share can be told from none; the table has them."
SAME = "Figures that are the same in all replicas are left out."


@lru_cache(maxsize=4)
def _read(folder: Path) -> tuple[tuple[SensitivityRow, ...], str]:
    """Return the shares of a run, and why there are none if so."""
    try:
        rows = tuple(sensitivity(folder))
    except InputError as error:
        return (), f"The replicas of this run cannot be read: {error}"
    if not rows:
        return (), (
            f"With fewer than {FEWEST} replicas, or with figures that are the same in all of them, "
            "nothing can be told of what dominates their uncertainty."
        )
    return rows, ""


def picture(run: Run) -> Picture:
    """Draw the shares of each outcome as one bar."""
    rows, reason = _read(run.folder)
    if not rows:
        return absent(KEY, TITLE, reason)
    outcomes = list(dict.fromkeys((row.station, row.outcome) for row in rows))
    shares = {one: told_shares(rows, *one) for one in outcomes}
    outcomes = [one for one in outcomes if shares[one]]
    if not outcomes:
        return absent(KEY, TITLE, f"{METHOD} {SAME} {UNTOLD}")
    inputs = [
        name
        for name in dict.fromkeys(row.input for row in rows)
        if any(name in told for told in shares.values())
    ]
    colours = dict(zip(inputs, _COLOURS * (1 + len(inputs) // len(_COLOURS)), strict=False))
    with look.drawing():
        figure, (axes,) = look.new_figure(0.9 + 0.36 * len(outcomes))
        for place, one in enumerate(outcomes):
            left = 0.0
            for name, share in shares[one].items():
                width = min(share, 1.0 - left)
                axes.barh(place, 100 * width, left=100 * left, color=colours[name], height=0.66)
                if width > 0.06:
                    axes.text(
                        100 * (left + width / 2),
                        place,
                        f"{100 * share:.0f}",
                        ha="center",
                        va="center",
                        fontsize=8.5,
                        color=look.text_colour(colours[name]),
                    )
                left += width
            axes.barh(place, 100 * (1 - left), left=100 * left, color=_REST_COLOUR, height=0.66)
        axes.set_yticks(range(len(outcomes)), [_label(run, *one) for one in outcomes])
        axes.set_ylim(len(outcomes) - 0.5, -0.5)
        axes.set_xlim(0, 100)
        axes.set_xlabel("share of the variance between replicas [%]")
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        words = [(look.drawable(name), colours[name]) for name in inputs]
        look.words_beside(axes, [*words, (REST, _REST_COLOUR)], sign="■", from_right=False)
        image = look.as_png(figure)
    return Picture(
        KEY, TITLE, f"{METHOD} {SAME} {UNTOLD}", alt=_alt(run, outcomes, shares), png=image
    )


def told_shares(rows: Sequence[SensitivityRow], station: str, outcome: str) -> dict[str, float]:
    """Return the shares of one outcome that can be told from none, the largest first.

    Examples
    --------
    >>> rows = [
    ...     SensitivityRow("a", "x", 0.5, 0.4, 0.6),
    ...     SensitivityRow("a", "y", 0.05, -0.1, 0.2),
    ... ]
    >>> told_shares(rows, "", "a")
    {'x': 0.5}
    """
    return {
        row.input: row.share
        for row in rows
        if (row.station, row.outcome) == (station, outcome) and row.low > 0 and row.share > _LEAST
    }


def _label(run: Run, station: str, outcome: str) -> str:
    title = MEASURE[outcome].title
    return look.drawable(f"{run.label(station)}: {title}" if station else title)


def _alt(
    run: Run,
    outcomes: Sequence[tuple[str, str]],
    shares: dict[tuple[str, str], dict[str, float]],
) -> str:
    said = []
    for one in outcomes:
        told = [f"{name} {100 * share:.0f} %" for name, share in shares[one].items()]
        said.append(f"{_label(run, *one)}: {', '.join(told) or 'none told'}")
    return "; ".join(said) + "."


def markup(run: Run) -> Markup:
    """Return the table of all shares with their intervals; empty where there are none."""
    rows, _ = _read(run.folder)
    if not rows:
        return Markup("")
    beside = any(row.fourier is not None for row in rows)
    heads = ["figure", "input", "share [%]", *(["RBD-FAST [%]"] if beside else [])]
    lines: list[list[object]] = []
    before = ("", "")
    for row in rows:
        one = (row.station, row.outcome)
        cells: list[object] = [
            _label(run, *one) if one != before else "",
            row.input,
            _percent(row.share, row.low, row.high),
        ]
        if beside:
            cells.append("–" if row.fourier is None else f"{100 * row.fourier:.0f}")
        lines.append(cells)
        before = one
    count = counted(len({(row.station, row.outcome) for row in rows}), "figure")
    return tag(
        "details",
        tag("summary", f"Shares of {count}, with their errors"),
        table(heads, lines, caption=BESIDE if beside else NO_SALIB),
    )


def _percent(share: float, low: float, high: float) -> Markup:
    """Write a share with its interval in small; below zero is none."""
    ends = "–".join(f"{100 * max(end, 0.0):.0f}" for end in (low, high))
    return tag("span", f"{100 * max(share, 0.0):.0f} ", tag("small", f"({ends})"), class_="whole")


def sentence(run: Run) -> str:
    """Say which input goes with most of the variance of each figure of all stations together."""
    rows, _ = _read(run.folder)
    said = []
    for outcome in dict.fromkeys(row.outcome for row in rows if not row.station):
        told = told_shares(rows, "", outcome)
        if told:
            name, share = next(iter(told.items()))
            said.append(f"{MEASURE[outcome].title}: {name} {number(100 * share, 2)}{FIRM_SPACE}%")
    return f"Most of the variance goes with: {'; '.join(said)}." if said else ""
