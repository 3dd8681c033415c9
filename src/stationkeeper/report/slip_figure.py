"""How far launches slip: announced against flown, and what that makes of planned ones."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.decision_dates import band_line, span
from stationkeeper.report.markup import Markup, table
from stationkeeper.report.numbers import counted, number, whole
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Numbers, Run
from stationkeeper.report.upkeep_source import stacked
from stationkeeper.report.words_source import (
    Told,
    cut,
    date_band,
    dates_of,
    day,
    figures,
    lines_of,
    month,
    share_text,
    station_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "slips", "How far launches slip"
LAUNCH_KEY, LAUNCH_TITLE = "launches", "Planned launches of modules"
_DOT, _LINE = "#5588bb", "#332288"
_YEAR: Final = 365.25
_LANE: Final = 0.32  # height of a lane [in]


def picture(run: Run) -> Picture:
    """Draw slip over lead: pairs announced and flown, and the quantiles fitted to them."""
    slips: Any = run.decided.get("slips") or {}
    known = [one for one in slips.get("pairs", []) if _known(one)]
    pairs = [one for one in known if not (one.get("censored") and one["slip_days"] < 0)]
    ahead = len(known) - len(pairs)
    quantiles: list[Told] = slips.get("quantiles", [])
    if not pairs and not quantiles:
        return absent(KEY, TITLE, "No slip of a launch was drawn in this run.")
    with look.drawing():
        figure, (axes,) = look.new_figure(4.2)
        _lines(axes, quantiles)
        _pairs(axes, pairs)
        axes.axhline(0, color=look.QUIET, linewidth=0.8)
        axes.set_xlabel("lead: from the announcement to the day announced [years]")
        axes.set_ylabel("slip [years]")
        image = look.as_png(figure, colours=look.FEW)
    censored = sum(bool(one.get("censored")) for one in pairs)
    elements = len({one.get("element") for one in pairs})
    return Picture(
        KEY,
        TITLE,
        f"Dots: {counted(len(pairs) - censored, 'announced launch', 'announced launches')} that "
        f"flew; triangles: {censored} that had not flown when last looked at, so the slip is at "
        f"least that; of {counted(elements, 'element')} of all sides in one colour. The size "
        "is the weight: pairs of one element share one. Lines: the slip that the model "
        f"({(slips.get('model') or {}).get('name', 'none')}) gives for each lead, 5, 25, 50, 75 "
        "and 95 %, without the uncertainty of its fit."
        + (f" Left out: {ahead} whose announced day has not come." if ahead else ""),
        alt=_alt(quantiles, pairs),
        png=image,
    )


def _known(one: Told) -> bool:
    return bool(np.isfinite(figures(one, "lead_days", "slip_days")).all())


def _pairs(axes: "Axes", pairs: list[Told]) -> None:
    for censored, sign in ((False, "o"), (True, "^")):
        here = [one for one in pairs if bool(one.get("censored")) is censored]
        if here:
            values = np.array([figures(one, "lead_days", "slip_days", "weight") for one in here])
            weight = np.nan_to_num(values[:, 2], nan=1.0)
            axes.scatter(
                values[:, 0] / _YEAR,
                values[:, 1] / _YEAR,
                s=10 + 40 * weight / max(float(weight.max()), 1e-9),
                marker=sign,
                color=_DOT,
                alpha=0.75,
                edgecolors="white",
                linewidths=0.5,
                zorder=3,
            )


def _lines(axes: "Axes", quantiles: list[Told]) -> None:
    if not quantiles:
        return
    lead, *rows = _columns(quantiles)
    lead = lead / _YEAR
    low, lower, middle, upper, high = (row / _YEAR for row in rows)
    axes.fill_between(lead, low, high, color=_LINE, alpha=0.08, linewidth=0)
    axes.fill_between(lead, lower, upper, color=_LINE, alpha=0.13, linewidth=0)
    axes.plot(lead, middle, color=_LINE)
    for row, text in zip(
        (low, lower, middle, upper, high), ("5", "25", "50", "75", "95"), strict=True
    ):
        if np.isfinite(row[-1]):
            axes.annotate(
                f"{text} %",
                (float(lead[-1]), float(row[-1])),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=7.5,
                annotation_clip=False,
            )


def _columns(quantiles: list[Told]) -> list[Numbers]:
    ordered = sorted(quantiles, key=lambda one: float(one["lead_days"]))
    names = ("lead_days", "q05", "q25", "q50", "q75", "q95")
    return list(np.array([figures(one, *names) for one in ordered]).T)


def _alt(quantiles: list[Told], pairs: list[Told]) -> str:
    said = []
    if quantiles:
        lead, low, _, middle, _, high = _columns(quantiles)
        for wanted in (365.0, 1095.0):
            i = int(np.abs(lead - wanted).argmin())
            said.append(
                f"at a lead of {whole(float(lead[i]))} days the middle slip is "
                f"{whole(float(middle[i]))} days ({whole(float(low[i]))} to "
                f"{whole(float(high[i]))})"
            )
    flown = [figures(one, "slip_days")[0] for one in pairs if not one.get("censored")]
    if flown:
        said.append(f"middle of the flown pairs {whole(float(np.median(flown)))} days")
    return "Slip over lead: " + ("; ".join(said) or "nothing known") + "."


def launch_picture(run: Run) -> Picture:
    """Draw the day announced of each planned module, and the band in which it flies."""
    found: list[Told] = run.decided.get("launches", [])
    if not found:
        return absent(LAUNCH_KEY, LAUNCH_TITLE, "No launch of a module is planned.")
    bands = [date_band(one.get("dates")) for one in found]
    first, last = span(run, bands)
    announced = dates_of([one.get("announced") for one in found])
    first = min([first, *announced])
    colours = look.station_colours(run.stations)
    with look.drawing():
        figure, (axes,) = look.new_figure(0.8 + _LANE * len(found))
        look.time_axis(axes, first, max([last, *announced]))
        for i, (one, band) in enumerate(zip(found, bands, strict=True)):
            colour = colours.get(str(one.get("station")), look.QUIET)
            band_line(axes, band, float(i), colour, last)
            when = day(one.get("announced"))
            if when is not None:
                axes.plot([when], [i], "|", color=look.INK, markersize=13, markeredgewidth=1.8)
        names = [
            look.drawable(cut(str(one.get("title") or one.get("module")), 38)) for one in found
        ]
        axes.set_yticks(range(len(found)), names, fontsize=7.5)
        axes.set_ylim(len(found) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("date (UTC)")
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        LAUNCH_KEY,
        LAUNCH_TITLE,
        "Black mark: the day announced. Line: 5 to 95 % (thin), 25 to 75 % (thick) and the middle "
        "(mark) of the day in the replicas, with slips, shocks and the policies that launch; an "
        "arrow: beyond the span.",
        alt=" ".join(
            f"{one.get('title') or one.get('module')}: announced {one.get('announced') or '–'}, "
            f"{band.text()}."
            for one, band in zip(found, bands, strict=True)
        ),
        png=image,
    )


def launch_tables(run: Run) -> Markup:
    """Return announced and drawn days of each planned module."""
    found: list[Told] = run.decided.get("launches", [])
    if not found:
        return Markup("")
    rows = []
    for one in found:
        band = date_band(one.get("dates"))
        low, middle, high = (month(band.values[i]) for i in (0, 2, 4))
        (lead,) = figures(one, "lead_days")
        by = [
            f"{int(year)}: {share_text(share)}" for year, share in one.get("by_year", []) if share
        ]
        rows.append(
            (
                one.get("title") or one.get("module"),
                station_title(run, one.get("station")),
                stacked(str(one.get("announced") or "–"), str(one.get("told_by") or "")),
                f"{number(lead / _YEAR, 2)}" if np.isfinite(lead) else "–",
                stacked(middle, "" if low == high else f"{low} to {high}"),
                lines_of([", ".join(by)] if by else []),
            )
        )
    heads = ("module", "station", "announced", "lead [years]", "in the replicas", "by year")
    note = "In the replicas: middle month, small: 5 and 95 %. By year: share of the replicas."
    return table(heads, rows, caption=note)
