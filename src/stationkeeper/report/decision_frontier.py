"""The risk of staying against the gap in presence, and the risk of each month."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.decision_dates import MEASURES
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, counted, number, whole
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run
from stationkeeper.report.words_source import (
    Told,
    date_band,
    day,
    details,
    figures,
    month,
    station_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "frontier", "Risk of staying against gap in presence"
RISK_KEY, RISK_TITLE = "risk-by-month", "What a decision maker sees: yearly risk by month"

_FRONT, _OTHER = "#aa4466", "#9aa0a6"
_BAND: Final = "#bcc2cb"  # darker than the grid, which it lies on
_COLOURS: Final = {
    "station-lost": "#332288",
    "people-lost": "#aa4466",
    "people-leave": "#8a6d00",
    "penetrated": "#1f9182",
}


def picture(run: Run) -> Picture:
    """Draw a panel for each policy with a limit: what each value of the limit implies."""
    found = [one for one in run.decided.get("frontier", []) if _points(one)]
    if not found:
        return absent(
            KEY, TITLE, "No policy of the programme asks for a limit of risk: there is no frontier."
        )
    with look.drawing():
        figure, panels = look.new_figure(3.6 * len(found) + 0.3, len(found), share_x=False)
        for axes, one in zip(panels, found, strict=True):
            _panel(axes, one)
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        KEY,
        TITLE,
        "Each point is one limit of yearly risk under which the policy lets the station go on; "
        "beside it the limit and the middle day that it implies. Across: days in which nobody of "
        "the partner's nation is aboard any station, middle and the band of 90 %, with an arrow "
        "where it reaches beyond the span; up: mean chance taken until the policy acts or the span "
        "ends. "
        f"{_left_out(found)}Filled, joined: the front, on which no "
        "other limit has less of both. The figure weighs nothing against anything: that is the "
        "reader's. All limits are tried on the same replicas.",
        alt=" ".join(_said(one) for one in found),
        png=image,
    )


def _points(one: Told) -> list[Told]:
    """Return the points that have a place on paper."""
    return [
        point
        for point in one.get("points", [])
        if math.isfinite(figures(point, "risk")[0])
        and math.isfinite(figures(point.get("gap_days"), "q50")[0])
    ]


def _left_out(found: Sequence[Told]) -> str:
    """Say how many limits have no place on paper; nothing if all have one."""
    missing = sum(len(one["points"]) - len(_points(one)) for one in found)
    if not missing:
        return ""
    return f"Left out: {counted(missing, 'limit')} whose middle gap lies beyond the span. "


def _panel(axes: "Axes", one: Told) -> None:
    points = _points(one)
    low, gap, high = (
        np.array([figures(point.get("gap_days"), name)[0] for point in points])
        for name in ("q05", "q50", "q95")
    )
    risk = 100 * np.array([figures(point, "risk")[0] for point in points])
    front = np.array([bool(point.get("on_front")) for point in points])
    left = np.where(np.isfinite(low), gap - low, 0.0).clip(min=0.0)
    beyond = ~np.isfinite(high)
    edge = 1.04 * max(float(np.concatenate([gap, high[~beyond]]).max()), 1.0)
    right = np.where(beyond, edge - gap, high - gap).clip(min=0.0)
    axes.errorbar(gap, risk, xerr=[left, right], fmt="none", ecolor=_BAND, elinewidth=2.0, zorder=1)
    axes.plot(np.full(beyond.sum(), edge), risk[beyond], ">", color=_BAND, markersize=5)
    order = np.argsort(gap[front], kind="stable")
    # In steps: between two limits nothing is to be had that lies on a straight line.
    axes.plot(
        gap[front][order], risk[front][order], color=_FRONT, linewidth=1.0, drawstyle="steps-post"
    )
    axes.plot(gap[front], risk[front], "o", color=_FRONT, markersize=6)
    axes.plot(gap[~front], risk[~front], "o", color=_OTHER, markerfacecolor="white", markersize=6)
    axes.margins(x=0.08, y=0.28)
    top = max(float(risk.max()), 1e-9)
    axes.set_ylim(bottom=-0.06 * top)
    measure = MEASURES.get(str(one.get("measure")), str(one.get("measure")))
    axes.set_title(f"{one.get('policy')}: {measure}", fontsize=9)
    axes.set_xlabel("gap in presence [d], middle and 90 % of the replicas")
    axes.set_ylabel("chance taken [%]")
    _names(axes, points, gap, risk)


def _names(
    axes: "Axes", points: Sequence[Told], gap: "np.ndarray[Any, Any]", risk: "np.ndarray[Any, Any]"
) -> None:
    """Write limit and day beside the points; of points in one place only once."""
    grouped: dict[tuple[int, int], list[int]] = {}
    wide = max(float(np.ptp(gap)), 1e-9)
    tall = max(float(np.ptp(risk)), 1e-9)
    for i in range(len(points)):
        grouped.setdefault((round(8 * gap[i] / wide), round(9 * risk[i] / tall)), []).append(i)
    for members in grouped.values():
        first, last = points[members[0]], points[members[-1]]
        limit = _limit(first) if len(members) == 1 else f"{_limit(first)} to {_limit(last)}"
        when = month(date_band(first.get("dates")).values[2])
        until = month(date_band(last.get("dates")).values[2])
        dates = when if when == until else f"{when} to {until}"
        axes.annotate(
            f"{limit}: {dates}",
            (float(gap[members[0]]), float(risk[members[0]])),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize=6.8,
            rotation=24,  # so that neighbours on a flat front do not cross
        )


def _limit(point: Told) -> str:
    return f"{number(100 * figures(point, 'limit')[0], 2)} %"


def _said(one: Told) -> str:
    points = _points(one)
    front = [_limit(point) for point in points if point.get("on_front")]
    return (
        f"{one.get('policy')}: {len(points)} limits from {_limit(points[0])} to "
        f"{_limit(points[-1])}; on the front: {', '.join(front) or 'none'}."
    )


def tables(run: Run) -> Markup:
    """Return the points of each frontier."""
    parts = []
    heads = ("limit [%/year]", "day implied", "5 %", "95 %", "chance taken", "gap [d]", "90 %")
    for one in run.decided.get("frontier", []):
        points: list[Told] = one.get("points", [])
        rows = [_row(point) for point in points]
        classes = ["front" if point.get("on_front") else "" for point in points]
        measure = MEASURES.get(str(one.get("measure")), one.get("measure"))
        note = f"{one.get('policy')}, {measure}; on the front: tinted. {one.get('note') or ''}"
        if rows:
            made = table(heads, rows, caption=note, row_classes=classes)
            parts.append(details(f"Limits of {one.get('policy')}: {measure}", made))
        elif one.get("note"):
            parts.append(tag("p", str(one["note"]), class_="quiet"))
    return Markup("").join(parts)


def _row(point: Told) -> tuple[object, ...]:
    dates = date_band(point.get("dates")).values
    low, middle, high = figures(point.get("gap_days"), "q05", "q50", "q95")
    (risk,) = figures(point, "risk")
    return (
        number(100 * figures(point, "limit")[0], 2),
        month(dates[2]),
        month(dates[0]),
        month(dates[4]),
        f"{number(100 * risk, 2)}{FIRM_SPACE}%",
        whole(middle) if math.isfinite(middle) else "beyond the span",
        f"{whole(low)}–{whole(high) if math.isfinite(high) else 'beyond the span'}"
        if math.isfinite(low)
        else "–",
    )


def risk_picture(run: Run) -> Picture:
    """Draw the chance of the coming year, month by month, by station and measure."""
    found = [one for one in run.decided.get("risk", []) if _has_numbers(one)]
    if not found:
        return absent(RISK_KEY, RISK_TITLE, "The run kept no risk by month.")
    stations = list(dict.fromkeys(str(one["station"]) for one in found))
    with look.drawing():
        figure, panels = look.new_figure(2.3 * len(stations) + 0.4, len(stations))
        for axes, station in zip(panels, stations, strict=True):
            here = [one for one in found if one["station"] == station]
            _risk_panel(axes, here)
            axes.set_title(station_title(run, station))
        panels[-1].set_xlabel("date (UTC)")
        image = look.as_png(figure, colours=look.FEW)
    flown = [one["flown_until"] for one in found if one.get("flown_until")]
    after = (
        f" Dashed, after {min(flown)}: from replicas of the programme in which nobody leaves and "
        "nothing ends, for the plan of the programme ends the station then."
        if flown
        else ""
    )
    return Picture(
        RISK_KEY,
        RISK_TITLE,
        "Chance that it happens in the 12 months from each month, mean of the replicas that still "
        "fly, as it can be told from the years flown and the state that can be seen in that month "
        "(leak, functions); band: 90 % of that mean. Nothing of a replica's own future is used."
        + after,
        alt=" ".join(_risk_said(run, one) for one in found),
        png=image,
    )


def _has_numbers(one: Told) -> bool:
    values = np.array(one.get("yearly", []), float)
    months = one.get("months", [])
    return bool(values.size == len(months) and (np.isfinite(values) & (values > 0)).any())


def _column(one: Told, name: str) -> "np.ndarray[Any, np.dtype[np.float64]]":
    values = np.array(one.get(name, []), float)
    size = len(one["months"])
    return 100 * (values if values.size == size else np.full(size, np.nan))


def _risk_panel(axes: "Axes", here: Sequence[Told]) -> None:
    words = []
    every = []
    for one in here:
        when = np.array([day(text) for text in one["months"]], float)
        yearly, low, high = (_column(one, name) for name in ("yearly", "low", "high"))
        yearly, low = (np.where(values > 0, values, np.nan) for values in (yearly, low))
        colour = _COLOURS.get(str(one["measure"]), look.QUIET)
        until = day(one.get("flown_until"))
        flown = when <= (until if until is not None else math.inf)
        axes.fill_between(when, low, high, color=colour, alpha=0.13, linewidth=0)
        axes.plot(when, np.where(flown, yearly, np.nan), color=colour)
        axes.plot(when, np.where(flown, np.nan, yearly), color=colour, linestyle="--")
        words.append((MEASURES.get(str(one["measure"]), str(one["measure"])), colour))
        every.append(when)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.grid(which="minor", visible=False)
    axes.set_ylabel("chance a year [%]")
    look.time_axis(axes, float(min(map(np.nanmin, every))), float(max(map(np.nanmax, every))))
    look.words_beside(axes, words, sign="–")


def _risk_said(run: Run, one: Told) -> str:
    yearly = _column(one, "yearly")
    there = np.flatnonzero(np.isfinite(yearly))
    first, last = int(there[0]), int(there[-1])
    return (
        f"{station_title(run, one['station'])}, "
        f"{MEASURES.get(str(one['measure']), one['measure'])}: {number(yearly[first], 2)} % a year "
        f"in {one['months'][first]}, {number(yearly[last], 2)} % in {one['months'][last]}."
    )
