"""What is delivered month by month: the whole span, and the year with the longest gap."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.report import look
from stationkeeper.report.numbers import counted, number
from stationkeeper.report.picture import Picture
from stationkeeper.report.services_source import (
    Document,
    Numbers,
    as_numbers,
    delivery_rows,
    station_colours,
)
from stationkeeper.report.services_words import delivery_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "services-delivery", "What is delivered, month by month"
_EACH: Final = 1.75  # height of a row of panels [in]
_HALF: Final = 0.5
"""A month with less than this share of a whole one is shaded as a gap; our choice."""
_GAP: Final = "#d9dde3"


def picture(document: Document, services: Sequence[Document], key: str) -> Picture | None:
    """Draw the delivery of the measures that add up; nothing where none was flown."""
    delivery = document["delivery"]
    named = {one["key"]: one["title"] for one in services}
    rows = [one for one in delivery_rows(document) if one["service"] in named]
    panels = _panels(rows)
    if delivery is None or not panels:
        return None
    from matplotlib.figure import Figure

    colours = station_colours(document)
    with look.drawing():
        figure = Figure(figsize=(look.WIDTH, _EACH * len(panels) + 0.4), layout="constrained")
        axes_of = figure.subplots(len(panels), 2, squeeze=False, width_ratios=[2.1, 1.0])
        said = []
        for (wide, near), (service, measure) in zip(axes_of, panels, strict=True):
            here = [one for one in rows if (one["service"], one["measure"]) == (service, measure)]
            months, gap = months_of(here), gap_months(here)
            _span(wide, here, months, gap, colours)
            year = year_shown(here)
            _year(near, here, months, year, gap, colours)
            title = f"{named[service]}: {here[0]['title']}"
            wide.set_title(look.drawable(title), fontsize=9)
            near.set_title(str(year), fontsize=9)
            wide.set_ylabel(_amount(here[0]["unit"]))
            wide.set_ylim(0, None)
            near.set_ylim(0, None)
            said.append(_said(title, here, gap))
        stations = list(dict.fromkeys(one["station"] for one in rows))
        words = [(one.upper(), colours[one]) for one in stations]
        look.words_beside(axes_of[0, 0], words, sign="■")
        axes_of[-1, 0].set_xlabel("date (UTC)")
        image = look.as_png(figure, colours=look.FEW)
    caption = (
        f"Mean of {counted(int(delivery['replicas']), 'replica')} and the band of 90 % of them, by "
        "station; dotted: a month without losses. Right: the year in which most is missing, on "
        "its own scale. Grey: months in which all stations together deliver less than half of a "
        "whole month, between the first delivery and the last. Measures that follow the same "
        "course as one shown are in the table only."
    )
    return Picture(key, TITLE, caption, alt=" ".join([*said, *delivery_lines(document)]), png=image)


def _panels(rows: Sequence[Document]) -> list[tuple[str, str]]:
    """Return service and measure of each panel: one where several follow the same course."""
    found: list[tuple[str, str]] = []
    courses: list[tuple[str, Numbers]] = []
    for pair in dict.fromkeys((one["service"], one["measure"]) for one in rows):
        here = [one for one in rows if (one["service"], one["measure"]) == pair]
        course = np.concatenate(
            [as_numbers(one["mean"]) / max(max(one["whole"]), 1e-300) for one in here]
        )
        told = [
            other
            for service, other in courses
            if service == pair[0] and other.shape == course.shape
        ]
        if any(np.allclose(course, other, atol=0.01) for other in told):
            continue
        courses.append((pair[0], course))
        found.append(pair)
    return found


def _amount(unit: str) -> str:
    plain = unit.removesuffix("/d")
    return "a month" if plain in ("", "1") else f"a month [{plain}]"


def months_of(rows: Sequence[Document]) -> NDArray[np.datetime64]:
    """Return all months of some rows, in order without a break."""
    every = np.array(sorted({month for one in rows for month in one["months"]}), "datetime64[M]")
    return np.arange(every[0], every[-1] + 1)


def _on(months: NDArray[np.datetime64], row: Document, name: str) -> Numbers:
    """Return values of a row on all months; nothing in those that it does not hold."""
    values = np.zeros(months.size)
    place = (np.array(row["months"], "datetime64[M]") - months[0]).astype(int)
    values[place] = np.nan_to_num(as_numbers(row[name]))
    return values


def _share(rows: Sequence[Document]) -> Numbers:
    """Return the share of a whole month that all stations deliver together."""
    months = months_of(rows)
    total = np.sum([_on(months, one, "mean") for one in rows], axis=0)
    wholes = [_on(months, one, "whole").max() for one in rows]
    good = [value for value in wholes if value > 0]
    # Of stations that deliver unlike amounts, the lesser: its month is a whole month too.
    return np.asarray(total / min(good) if good else np.zeros(total.size))


def gap_months(rows: Sequence[Document]) -> NDArray[np.bool_]:
    """Return the months of a gap: less than half delivered, between the first and the last.

    Examples
    --------
    >>> months = ["2030-01", "2030-02", "2030-03", "2030-04", "2030-05"]
    >>> row = {"months": months, "mean": [0.0, 9.0, 2.0, 9.0, 0.0], "whole": [10.0] * 5}
    >>> gap_months([row]).tolist()
    [False, False, True, False, False]
    """
    share = _share(rows)
    served = np.flatnonzero(share >= _HALF)
    gap = share < _HALF
    if not served.size:
        return np.zeros(share.size, bool)
    gap[: served[0]] = False
    gap[served[-1] + 1 :] = False
    return gap


def year_shown(rows: Sequence[Document]) -> int:
    """Return the calendar year with most of the gap; without one, that in which least comes."""
    months, share, gap = months_of(rows), _share(rows), gap_months(rows)
    years = months.astype("datetime64[Y]").astype(int) + 1970
    whole = [int(year) for year in np.unique(years) if (years == year).sum() == 12]
    if not whole:
        return int(years[0])
    if gap.any():
        missing = [float((1 - share)[(years == year) & gap].sum()) for year in whole]
        return whole[int(np.argmax(missing))]
    served = [year for year in whole if (share[years == year] >= _HALF).all()]
    if not served:
        return whole[int(np.argmax([share[years == year].sum() for year in whole]))]
    return served[int(np.argmin([share[years == year].sum() for year in served]))]


def _edges(months: NDArray[np.datetime64]) -> Numbers:
    return look.day_numbers(np.append(months, months[-1] + 1).astype("datetime64[D]"))


def _shade(axes: "Axes", edges: NDArray[np.floating[Any]], gap: NDArray[np.bool_]) -> None:
    for i in np.flatnonzero(gap):
        axes.axvspan(edges[i], edges[i + 1], color=_GAP, lw=0, zorder=0)


def _span(
    axes: "Axes",
    rows: Sequence[Document],
    months: NDArray[np.datetime64],
    gap: NDArray[np.bool_],
    colours: dict[str, str],
) -> None:
    edges = _edges(months)
    _shade(axes, edges, gap)
    for one in rows:
        colour = colours[one["station"]]
        low, mean, high = (_on(months, one, name) for name in ("low", "mean", "high"))
        there = np.flatnonzero(high > 0)
        if not there.size:
            continue
        some = slice(int(there[0]), int(there[-1]) + 1)
        steps = edges[some.start : some.stop + 1]
        axes.fill_between(
            steps, _held(low[some]), _held(high[some]), step="post", color=colour, alpha=0.2, lw=0
        )
        axes.plot(steps, _held(mean[some]), drawstyle="steps-post", color=colour, lw=1.3)
        whole = _on(months, one, "whole")[some]
        axes.plot(steps, _held(whole), ":", drawstyle="steps-post", color=colour, lw=1.0)
    look.time_axis(axes, float(edges[0]), float(edges[-1]))
    axes.set_ylim(0, None)


def _held(values: Numbers) -> Numbers:
    """Return values of months at the edges of months."""
    return np.append(values, values[-1])


def _year(
    axes: "Axes",
    rows: Sequence[Document],
    months: NDArray[np.datetime64],
    year: int,
    gap: NDArray[np.bool_],
    colours: dict[str, str],
) -> None:
    """Draw the months of one year as bars beside one another, with the band of each."""
    inside = np.flatnonzero(months.astype("datetime64[Y]").astype(int) + 1970 == year)
    place = months[inside].astype("datetime64[M]").astype(int) % 12
    _shade(axes, np.arange(13.0) - 0.5, np.isin(np.arange(12), place[gap[inside]]))
    there = [one for one in rows if (_on(months, one, "high")[inside] > 0).any()]
    wide = 0.8 / max(len(there), 1)
    for i, one in enumerate(there):
        at = place - 0.4 + wide * (i + 0.5)
        low, mean, high = (_on(months, one, name)[inside] for name in ("low", "mean", "high"))
        colour = colours[one["station"]]
        axes.bar(at, mean, 0.92 * wide, color=look.paler(colour, 0.75), zorder=2)
        axes.vlines(at, low, high, color=look.INK, lw=1.0, zorder=3)
    axes.set_xlim(-0.5, 11.5)
    axes.set_xticks(range(12), list("JFMAMJJASOND"))
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="x", visible=False)


def _said(title: str, rows: Sequence[Document], gap: NDArray[np.bool_]) -> str:
    months = months_of(rows)
    parts = []
    for one in rows:
        mean = _on(months, one, "mean")
        there = np.flatnonzero(mean > 0)
        if there.size:
            parts.append(
                f"{one['station'].upper()} from {months[there[0]]} to {months[there[-1]]}, "
                f"{number(float(mean[there].mean()))} {one['unit'].removesuffix('/d')} a month"
            )
    found = "; ".join(parts) or "nothing delivered"
    where = months[gap]
    hole = f"; a gap from {where[0]} to {where[-1]}" if where.size else ""
    return f"{title}: {found}{hole}."
