"""Customers month by month: what was promised is met, or missed."""

from typing import Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.numbers import counted
from stationkeeper.report.picture import Picture
from stationkeeper.report.services_source import Document, Numbers, as_numbers, finite
from stationkeeper.report.services_words import asked_text, met_text

KEY, TITLE = "services-customers", "Customers: what was promised, month by month"
_LANE: Final = 0.42  # height of a customer [in]
_LETTERS: Final = 46  # of a label that fit beside a lane; our choice
_MET = "#08519c"  # all replicas meet; paler for fewer
_CLASSES: Final = 5  # shades from none to all; our choice


def picture(document: Document) -> Picture | None:
    """Draw a lane a contract, a cell a month; nothing where no month was flown."""
    told = [one for one in document["contracts"] if one["months"]]
    if not told:
        return None
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Rectangle

    months = np.array(sorted({one["month"] for c in told for one in c["months"]}), "datetime64[M]")
    months = np.arange(months[0], months[-1] + 1)
    edges = look.day_numbers(np.append(months, months[-1] + 1).astype("datetime64[D]"))
    shares = np.array([_shares(one, months) for one in told])
    shades = ["#ffffff", *[look.paler(_MET, (i + 1) / _CLASSES) for i in range(_CLASSES)]]
    # Nothing and everything stand for themselves; between them, even steps.
    index = np.where(shares <= 0, 0, np.clip(np.ceil(shares * _CLASSES), 1, _CLASSES))
    with look.drawing():
        figure, (axes,) = look.new_figure(_LANE * len(told) + 0.9)
        for i, row in enumerate(shares):
            axes.barh(
                i, edges[-1] - edges[0], 0.72, edges[0], color="#eef0f3", zorder=0, linewidth=0
            )
            for a, b in _spans(row <= 0):
                axes.add_patch(
                    Rectangle(
                        (edges[a], i - 0.36),
                        edges[b] - edges[a],
                        0.72,
                        facecolor="white",
                        hatch="/////",
                        edgecolor="#9aa0a6",
                        lw=0,
                        zorder=1,
                    )
                )
            axes.pcolormesh(
                edges,
                [i - 0.36, i + 0.36],
                np.ma.masked_where(~(row[None, :] > 0), index[i][None, :]),
                cmap=ListedColormap(shades),
                vmin=-0.5,
                vmax=_CLASSES + 0.5,
                zorder=2,
            )
        look.time_axis(axes, float(edges[0]), float(edges[-1]))
        axes.set_xlabel("date (UTC)")
        axes.set_ylim(len(told) - 0.4, -0.6)
        axes.set_yticks(range(len(told)), [_label(one) for one in told], fontsize=7.5)
        axes.tick_params(axis="y", length=0)
        axes.grid(False)
        for i, one in enumerate(told):
            axes.annotate(
                met_text(one),
                (1.0, i),
                xycoords=("axes fraction", "data"),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
                fontweight="bold",
                annotation_clip=False,
            )
        upper = [f"{100 * (i + 1) // _CLASSES}" for i in range(_CLASSES)]
        upper[0] = f"met in up to {upper[0]} %"
        upper[-1] += " % of the replicas"
        words = list(zip(upper, shades[1:], strict=True))
        look.words_beside(axes, words, sign="■")
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        KEY,
        TITLE,
        "Share of the replicas in which a month of a contract is met, in steps of a fifth; "
        "hatched: in none; grey: the contract does not run. At the right: share over all its "
        "months. Gaps between stations and losses are counted.",
        alt=" ".join(_said(one) for one in told),
        png=image,
    )


def _shares(contract: Document, months: np.ndarray) -> Numbers:
    """Return the share of replicas that meet each month; not a number where it does not run."""
    found = np.full(months.size, np.nan)
    when = np.array([one["month"] for one in contract["months"]], "datetime64[M]")
    found[(when - months[0]).astype(int)] = as_numbers([one["met"] for one in contract["months"]])
    return found


def _spans(flags: np.ndarray) -> list[tuple[int, int]]:
    """Return first and last-plus-one of each run of true."""
    turns = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return [(int(a), int(b)) for a, b in zip(turns[::2], turns[1::2], strict=True)]


def _label(contract: Document) -> str:
    """Return customer over what is asked."""

    def cut(text: str) -> str:
        return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"

    asked = f"{contract['title']}, {asked_text(contract)}"
    return f"{look.drawable(cut(contract['customer']))}\n{look.drawable(cut(asked))}"


def _said(contract: Document) -> str:
    missed = [one["month"] for one in contract["months"] if finite(one["met"]) and one["met"] < 0.5]
    where = (
        f"missed in most replicas in {counted(len(missed), 'month')}, {missed[0]} to {missed[-1]}"
        if missed
        else "no month is missed in most replicas"
    )
    return (
        f"{contract['customer']}, {contract['title']}, {asked_text(contract)}: met in "
        f"{met_text(contract)} of its months; {where}."
    )
