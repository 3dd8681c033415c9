"""When each policy acts, what it risks until then, and what it uses."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, counted, listed, number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run
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
    partner_title,
    share_text,
    station_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "decisions", "When the policies act"

MEASURES: Final = {
    "station-lost": "station lost",
    "people-lost": "people lost",
    "people-leave": "people leave early",
    "penetrated": "hull penetrated",
}
_ACTS: Final = {
    "end": "end of the station",
    "leave": "leave",
    "launch": "next launch",
    "replace": "replace a module",
    "separate": "separate",
    "guard": "other acts wait",
}
_LANE: Final = 0.62  # height of a lane [in]
_COLOUR: Final = "#332288"


def policies(run: Run) -> list[Told]:
    """Return what is told of each policy."""
    found: list[Told] = run.decided.get("policies", [])
    return found


def acting(run: Run) -> list[Told]:
    """Return the policies that do something of their own; a guard only holds others back."""
    return [one for one in policies(run) if one.get("act") != "guard"]


def title(one: Told) -> str:
    """Return the words of a policy: its key, and what follows when it says yes.

    Examples
    --------
    >>> title({"key": "home-first", "act": "leave"})
    'home-first (leave)'
    """
    act = str(one.get("act", ""))
    return f"{one['key']} ({_ACTS.get(act, act)})"


def picture(run: Run) -> Picture:
    """Draw for each policy in which year it acts, over the band of its day."""
    found = acting(run)
    if not found:
        return absent(KEY, TITLE, "No policy of the programme acts.")
    first, last = span(run, [date_band(one.get("dates")) for one in found])
    with look.drawing():
        figure, (axes,) = look.new_figure(0.7 + _LANE * len(found))
        look.time_axis(axes, first, last)
        for i, one in enumerate(found):
            _years(axes, one, i, first)
            band_line(axes, date_band(one.get("dates")), i + 0.18, _COLOUR, last)
            axes.annotate(
                f"acts in {share_text(one.get('share'))}",
                (1.0, i + 0.03),
                xycoords=axes.get_yaxis_transform(),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=7.5,
                annotation_clip=False,
            )
        names = [look.drawable(cut(title(one), 40)) for one in found]
        axes.set_yticks(range(len(found)), names, fontsize=8)
        axes.set_ylim(len(found) - 0.5, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("date (UTC)")
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        KEY,
        TITLE,
        "Bars: share of the replicas in which a policy acts in that year, each lane on its own "
        "scale, with its largest share written. Line below: 5 to 95 % (thin), 25 to 75 % (thick), "
        "the middle (mark) of its day over all replicas; an arrow: beyond the span. Policies act "
        "on what is known in each replica month by month; the stations themselves are flown by "
        "the plan of the programme.",
        alt=" ".join(
            f"{title(one)}: {share_text(one.get('share'))}, {_when(one)}." for one in found
        ),
        png=image,
    )


def span(run: Run, bands: Sequence[DateBand]) -> tuple[float, float]:
    """Return first and last day of an axis: from the day of knowledge to the end of the span."""
    last = day(run.last.isoformat()) or 0.0
    first = day(run.decided.get("as_of")) or day(run.first.isoformat()) or 0.0
    known = [value for band in bands for value in band.values if value is not None]
    return min([first, *known]), max([last, *known])


def band_line(axes: "Axes", band: DateBand, height: float, colour: str, last: float) -> None:
    """Draw a band of dates as a line; what lies beyond the last day as an arrow there."""
    if not band.known:
        axes.text(last, height, "beyond the span ", fontsize=7, ha="right", va="center")
        return
    inner = [last if value is None else value for value in band.values]
    axes.plot([inner[0], inner[4]], [height] * 2, color=colour, linewidth=1.3)
    axes.plot(
        [inner[1], inner[3]], [height] * 2, color=colour, linewidth=4.5, solid_capstyle="butt"
    )
    if band.values[2] is not None:
        axes.plot([inner[2]], [height], "D", color="white", markeredgecolor=colour, markersize=5)
    if band.values[4] is None:
        axes.plot([last], [height], ">", color=colour, markersize=5, clip_on=False)


def _years(axes: "Axes", one: Told, lane: int, first: float) -> None:
    """Draw the share of the replicas in which a policy acts, by year."""
    rows: list[Any] = one.get("by_year", [])
    shares = [float(share) for _, share in rows]
    most = max(shares, default=0.0)
    for (year, _), share in zip(rows, shares, strict=True):
        if share > 0:
            start, end = day(f"{int(year):04d}-01-01"), day(f"{int(year) + 1:04d}-01-01")
            if start is not None and end is not None and end > first:
                axes.bar(
                    (start + end) / 2,
                    -0.52 * share / most,
                    width=0.9 * (end - start),
                    bottom=lane + 0.02,
                    color=look.paler(_COLOUR, 0.35),
                    linewidth=0,
                )
    if most:
        at = max(rows, key=lambda row: float(row[1]))[0]
        middle = day(f"{int(at):04d}-07-01")
        if middle is not None:
            axes.text(
                middle,
                lane - 0.25,
                share_text(most),
                fontsize=6.5,
                ha="center",
                va="center",
                color=look.INK,
                clip_on=True,
            )


def _when(one: Told) -> str:
    return date_band(one.get("dates")).text()


def sentences(run: Run) -> list[str]:
    """Say for each policy that ends or leaves when it acts and what it risks until then."""
    return [
        _sentence(run, one) for one in acting(run) if one.get("act") in ("end", "leave", "separate")
    ]


def _sentence(run: Run, one: Told) -> str:
    where = station_title(run, one.get("station"))
    who = f"{partner_title(run, one['partner'])}, " if one.get("partner") else ""
    said = (
        f"{title(one)}, {who}{where}: acts in {share_text(one.get('share'))} of the replicas"
        f"{'' if not one.get('share') else f', {_when(one)}'}."
    )
    risks = [
        f"{MEASURES.get(name, name)} {number(100 * mean, 2)}{FIRM_SPACE}%"
        for name, told in (one.get("risk") or {}).items()
        if np.isfinite(mean := figures(told, "mean")[0])
    ]
    return f"{said} Chance accumulated until then: {listed(risks)}." if risks else said


def headline(run: Run) -> str:
    """Return when policies leave or end a station, for the short answer."""
    found = [one for one in acting(run) if one.get("act") in ("leave", "end")]
    return f"By the policies: {'; '.join(_brief(run, one) for one in found)}." if found else ""


def _brief(run: Run, one: Told) -> str:
    who = partner_title(run, one["partner"]) if one.get("partner") else one["key"]
    what = "leaves" if one.get("act") == "leave" else "ends"
    said = f"{who} {what} {station_title(run, one.get('station'))}"
    if not one.get("share"):
        return f"{said} in no replica within the span"
    return f"{said} in {share_text(one['share'])} of the replicas, {_when(one)}"


def tables(run: Run) -> Markup:
    """Return the policies with their rules, days, risks and use."""
    found = policies(run)
    if not found:
        return Markup("")
    note = (
        f"{counted(int(run.decided.get('replicas', 0)), 'replica')}, from "
        f"{run.decided.get('as_of', '–')}. Day: middle, small: 5 and 95 % of all replicas. Risk: "
        "chance accumulated at the station until the policy acts or the span ends, mean; small: 5 "
        "and 95 %. Used: from the day of knowledge until it acts, mean; small: 5 and 95 %."
    )
    heads = ("policy", "rule", "acts in", "day", "risk until then", "used until then", "waited")
    notes = [tag("p", str(text), class_="quiet") for text in run.decided.get("notes", [])]
    rows = [_row(run, one) for one in found]
    return Markup("").join([table(heads, rows, caption=note), *notes])


def _row(run: Run, one: Told) -> tuple[object, ...]:
    band = date_band(one.get("dates"))
    parameters = [
        f"{name} = {value:g}" if isinstance(value, float) else f"{name} = {value}"
        for name, value in (one.get("parameters") or {}).items()
    ]
    where = [station_title(run, one.get("station"))]
    if one.get("partner"):
        where.append(partner_title(run, one["partner"]))
    guard = one.get("act") == "guard"
    return (
        lines_of([title(one), *[tag("small", text) for text in where]]),
        lines_of([str(one.get("rule", "–")), *[tag("small", text) for text in parameters]]),
        "–" if guard else share_text(one.get("share")),
        "–" if guard else stacked(month(band.values[2]), _ends(band)),
        lines_of(
            [
                _spread(MEASURES.get(name, name), told, 100.0, "%")
                for name, told in (one.get("risk") or {}).items()
            ]
        ),
        lines_of(
            [
                _spread(name.replace("_", " "), told, 1.0, "")
                for name, told in (one.get("used") or {}).items()
            ]
        ),
        lines_of(
            [
                f"for {held['by']} in {share_text(held.get('share'))}: "
                f"{days_text(held.get('days'))}"
                for held in one.get("held_back") or ()
            ]
        ),
    )


def _ends(band: DateBand) -> str:
    low, high = month(band.values[0]), month(band.values[4])
    return "" if low == high else f"{low} to {high}"


def _spread(name: str, told: object, factor: float, unit: str) -> Markup:
    mean, low, high = (factor * value for value in figures(told, "mean", "q05", "q95"))
    after = f"{FIRM_SPACE}{unit}" if unit else ""
    band = (
        tag("small", f" {number(low, 2)}–{number(high, 2)}")
        if np.isfinite(low) and np.isfinite(high) and low != high
        else Markup("")
    )
    return tag("span", f"{name} {number(mean, 2)}{after}", band, class_="whole")
