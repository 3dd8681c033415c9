"""From one station to the next: who is aboard, when one ends and the other begins, the gaps."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.decision_dates import band_line, span
from stationkeeper.report.markup import Markup, table
from stationkeeper.report.numbers import number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Numbers, Run
from stationkeeper.report.upkeep_source import stacked
from stationkeeper.report.words_source import (
    DateBand,
    Told,
    cut,
    date_band,
    day,
    days_text,
    figures,
    lines_of,
    month,
    partner_colour,
    partner_title,
    station_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "handover", "From one station to the next"
_LANE: Final = 0.3  # height of a lane [in]
_PANEL: Final = 0.85  # height of a panel of presence [in]


def picture(run: Run) -> Picture:
    """Draw presence by partner, and under it when the old station ends and the new one begins."""
    present = [one for one in run.decided.get("presence", []) if _share(one).size]
    lanes = _lanes(run)
    if not present and not lanes:
        return absent(KEY, TITLE, "The run kept neither presence nor a handover between stations.")
    ratios = [_PANEL] * len(present) + ([_LANE * len(lanes) + 0.15] if lanes else [])
    first, last = span(run, [band for _, band, _ in lanes])
    for one in present:
        first = min(first, day(one["months"][0]) or first)
    colours = look.station_colours(run.stations)
    with look.drawing():
        figure, panels = look.new_figure(
            sum(ratios) + 0.35 * len(ratios) + 0.4, len(ratios), ratios
        )
        for axes, one in zip(panels, present, strict=False):
            _presence(axes, run, one, colours)
        if lanes:
            _handover(panels[-1], lanes, last)
        look.time_axis(panels[-1], first, last)
        panels[-1].set_xlabel("date (UTC)")
        if present:
            words = [(run.label(key), colours[key]) for key in _stations(present) if key in colours]
            look.words_beside(panels[0], words, sign="–")
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        KEY,
        TITLE,
        "Above: share of the replicas in which people of the partner's nation are aboard any "
        "station in a month (ground), and by station (lines). Below: when the old station ends "
        "for the partner, when the first module of the new one flies and when its first crew "
        "comes: 5 to 95 % (thin), 25 to 75 % (thick), middle (mark); an arrow: beyond the span. "
        "Each band is of its own: a replica in which one is late need not be late in another; the "
        "gaps of the table are counted replica by replica.",
        alt=" ".join([*[_present_said(run, one) for one in present], *sentences(run)]),
        png=image,
    )


def _share(one: Told) -> Numbers:
    values = np.array(one.get("share", []), float)
    return values if values.size == len(one.get("months", [])) else np.array([])


def _stations(present: Sequence[Told]) -> list[str]:
    return list(dict.fromkeys(key for one in present for key in one.get("by_station") or {}))


def _presence(axes: "Axes", run: Run, one: Told, colours: dict[str, str]) -> None:
    when = np.array([day(text) for text in one["months"]], float)
    share = 100 * _share(one)
    axes.fill_between(
        when, share, color=partner_colour(run, one["partner"]), alpha=0.18, step="post", linewidth=0
    )
    for key, values in (one.get("by_station") or {}).items():
        if len(values) == when.size and any(values):
            colour = colours.get(key, look.QUIET)
            axes.plot(
                when, 100 * np.array(values, float), color=colour, drawstyle="steps-post", lw=1.2
            )
    axes.set_ylim(0, 104)
    axes.set_yticks([0, 50, 100])
    axes.set_ylabel("replicas [%]")
    axes.set_title(f"{partner_title(run, one['partner'])}: people aboard", fontsize=9)


def _lanes(run: Run) -> list[tuple[str, DateBand, str]]:
    """Return words, band and colour of each day that a handover knows."""
    colours = look.station_colours(run.stations)
    found = []
    for gap in run.decided.get("gaps", []):
        who = partner_title(run, gap.get("partner"))
        old, new = str(gap.get("old")), str(gap.get("new"))
        for words, name, key in (
            (f"{who}: {run.label(old)} ends", "old_ends", old),
            (f"{who}: {run.label(new)}, first module", "new_begins", new),
            (f"{who}: {run.label(new)}, first crew", "new_crewed", new),
        ):
            found.append((words, date_band(gap.get(name)), colours.get(key, look.QUIET)))
    return found


def _handover(axes: "Axes", lanes: Sequence[tuple[str, DateBand, str]], last: float) -> None:
    for i, (_, band, colour) in enumerate(lanes):
        band_line(axes, band, float(i), colour, last)
    names = [look.drawable(cut(words, 36)) for words, _, _ in lanes]
    axes.set_yticks(range(len(lanes)), names, fontsize=7.5)
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)


def _present_said(run: Run, one: Told) -> str:
    share = _share(one)
    least = int(np.nanargmin(share)) if np.isfinite(share).any() else 0
    return (
        f"{partner_title(run, one['partner'])}: people aboard in the fewest replicas in "
        f"{one['months'][least]}, {number(100 * float(share[least]), 2)} %."
    )


def sentences(run: Run) -> list[str]:
    """Say for each handover how long the partner is without a station and without people."""
    return [
        f"{partner_title(run, gap.get('partner'))}, from {station_title(run, gap.get('old'))} to "
        f"{station_title(run, gap.get('new'))}: without a station for "
        f"{days_text(gap.get('without_station_days'))}, without people aboard for "
        f"{days_text(gap.get('without_people_days'))}."
        for gap in run.decided.get("gaps", [])
    ]


def tables(run: Run) -> Markup:
    """Return the gaps of each handover in days."""
    gaps = run.decided.get("gaps", [])
    if not gaps:
        return Markup("")
    heads = (
        "partner",
        "from, to",
        "old station ends",
        "first module of the new",
        "its first crew",
        "without a station",
        "without people",
        "without a service",
    )
    note = (
        "Dates: middle, small: 5 and 95 % of the replicas. Days: middle (5 to 95 %), counted in "
        "each replica within the span; a service that no replica misses is left out."
    )
    return table(heads, [_row(run, gap) for gap in gaps], caption=note)


def _row(run: Run, gap: Told) -> tuple[object, ...]:
    missed = [
        f"{one.get('kind')}: {days_text(one.get('days'))}"
        for one in gap.get("services") or ()
        if np.nanmax([0.0, *figures(one.get("days"), "q05", "q50", "q95")]) > 0
    ]
    return (
        partner_title(run, gap.get("partner")),
        lines_of([station_title(run, gap.get("old")), station_title(run, gap.get("new"))]),
        *[_date(date_band(gap.get(name))) for name in ("old_ends", "new_begins", "new_crewed")],
        days_text(gap.get("without_station_days")),
        days_text(gap.get("without_people_days")),
        lines_of(missed) if missed else "none missed",
    )


def _date(band: DateBand) -> object:
    low, middle, high = (month(band.values[i]) for i in (0, 2, 4))
    return stacked(middle, "" if low == high else f"{low} to {high}")
