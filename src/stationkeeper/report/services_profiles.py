"""Services by latitude, and how long they take: a curve for each orbit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.numbers import number
from stationkeeper.report.picture import Picture
from stationkeeper.report.services_look import (
    Curve,
    draw_curves,
    grid,
    label_curves,
    laid_out,
    log_wanted,
    plain_ticks,
)
from stationkeeper.report.services_source import (
    Document,
    as_numbers,
    finite,
    measure_of,
    orbit_colours,
    orbit_dashes,
    orbit_keys,
    orbit_label,
    unit_text,
    values_of,
    with_unit,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_EACH: Final = 2.5  # height of a row of panels [in]
_LEVEL: Final = 0.01  # spread up to which nothing is drawn; our choice
_DECADES: Final = 1e5  # of a logarithmic axis at most
_RISEN: Final = 0.995  # of what a curve reaches in the end; the axis ends a little later
_FINE: Final = 60.0  # from this ratio of its end to the first point on, time is logarithmic; ours
_TOLD: Final = (50, 90)  # shares whose time is told beside a curve [%]
LATITUDE_KEY, LATITUDE_TITLE = "services-latitude", "Services by latitude"
WAIT_KEY, WAIT_TITLE = "services-latency", "How long data take to the ground"


def latitude_picture(
    document: Document, services: Sequence[Document], key: str, *, first_only: bool = False
) -> Picture | None:
    """Draw what each orbit gives by latitude, a panel a measure of a service.

    Parameters
    ----------
    document : mapping
        Content of ``services.json``.
    services : sequence of mapping
        Those of its services that are drawn.
    key : str
        Name of the figure.
    first_only : bool
        Draw only the first measure of each service.

    Returns
    -------
    Picture or None
        Nothing if no service has a profile that varies.
    """
    panels, flat = [], []
    for service in services:
        names = list(dict.fromkeys(one["measure"] for one in service["profiles"]))
        for name in names[:1] if first_only else names:
            about = next(one for one in service["profiles"] if one["measure"] == name)
            curves = _profiles(document, service, name)
            if _level(curves):
                value = next(float(y) for one in curves for y in one.y if np.isfinite(y))
                flat.append(f"{about['title']} {with_unit(value, about['unit'])}")
            else:
                panels.append((service, about, curves))
    if not panels:
        return None
    several = len({service["key"] for service, _, _ in panels}) > 1
    logs, empty = False, []
    with look.drawing():
        figure, all_axes = grid(len(panels), _EACH)
        for axes, (service, about, curves) in zip(all_axes, panels, strict=True):
            said = f"{service['title']}: {about['title']}" if several else about["title"]
            axes.set_title(look.drawable(said + unit_text(about["unit"])), fontsize=9)
            axes.set_xlim(-90, 90)
            axes.set_xticks(range(-90, 91, 30), [f"{x}°" for x in range(-90, 91, 30)])
            axes.set_xlabel("latitude")
            logs |= _heights(axes, curves, share=about["unit"] == "1")
            draw_curves(axes, curves)
            empty += [
                f"{about['title']}, {one.label}"
                for one in curves
                if not (np.isfinite(one.y) & (one.y > 0)).any()
            ]
        laid_out(figure)
        for axes, (_, _, curves) in zip(all_axes, panels, strict=True):
            label_curves(axes, curves)
        image = look.as_png(figure, colours=look.FEW)
    caption = [
        "Mean over all longitudes, by latitude; a curve for each version of the orbit, each "
        "station by itself."
    ]
    if logs:
        caption.append("Where the values spread far, the scale is logarithmic: zero is below it.")
    if flat:
        caption.append(f"The same everywhere and for all: {', '.join(flat)}.")
    if empty:
        caption.append(f"Nothing at any latitude: {'; '.join(dict.fromkeys(empty))}.")
    return Picture(
        key,
        LATITUDE_TITLE if several else f"{services[0]['title']}: by latitude",
        " ".join(caption),
        alt=" ".join(
            _peak(curve, about["title"]) for _, about, curves in panels for curve in curves
        ),
        png=image,
    )


def _level(curves: Sequence[Curve]) -> bool:
    """Return whether nothing varies by latitude or from orbit to orbit."""
    values = np.concatenate([one.y[np.isfinite(one.y)] for one in curves])
    return values.size > 0 and float(np.ptp(values)) <= _LEVEL * float(np.abs(values).max())


def _heights(axes: "Axes", curves: Sequence[Curve], *, share: bool) -> bool:
    """Set the vertical axis from the values; return whether it is logarithmic."""
    values = np.concatenate([one.y for one in curves])
    good = values[np.isfinite(values)]
    peaks = np.array([np.nanmax(one.y) for one in curves if np.isfinite(one.y).any()])
    if not good.size or good.max() <= 0:
        axes.set_ylim(0, 1)
        return False
    top = float(good.max())
    if log_wanted(peaks):
        axes.set_yscale("log")
        plain_ticks(axes.yaxis)
        axes.set_ylim(max(float(good[good > 0].min()) / 1.5, top / _DECADES), top * 3.0)
        return True
    axes.set_ylim(0, 1.08 if share and 0.85 < top <= 1 else 1.22 * top)
    return False


def _profiles(document: Document, service: Document, name: str) -> list[Curve]:
    colours, dashes = orbit_colours(document), orbit_dashes(document)
    told = {one["orbit"]: one for one in service["profiles"] if one["measure"] == name}
    return [
        Curve(
            orbit_label(document, key),
            as_numbers(told[key]["latitude_deg"]),
            as_numbers(told[key]["values"]),
            colours[key],
            dashes[key],
        )
        for key in orbit_keys(document)
        if key in told
    ]


def _peak(curve: Curve, name: str) -> str:
    known = np.isfinite(curve.y)
    if not known.any() or not (curve.y[known] > 0).any():
        return f"{name}, {curve.label}: nothing."
    served = curve.x[known & (curve.y > 0)]
    top = int(np.nanargmax(curve.y))
    return (
        f"{name}, {curve.label}: at most {number(float(curve.y[top]))} at latitude "
        f"{curve.x[top]:.0f}°, more than nothing from {served.min():.0f}° to {served.max():.0f}°."
    )


def latency_picture(document: Document, services: Sequence[Document], key: str) -> Picture | None:
    """Draw which share is done within how long, a panel a service and measure."""
    panels = [
        (service, [one for one in service["distributions"] if one["measure"] == name])
        for service in services
        for name in dict.fromkeys(one["measure"] for one in service["distributions"])
    ]
    if not panels:
        return None
    said: list[str] = []
    heads: set[str] = set()
    with look.drawing():
        figure, all_axes = grid(len(panels), 2.9)
        for axes, (service, told) in zip(all_axes, panels, strict=True):
            curves = _shares(document, told)
            labels = {one["label"] for one in told}
            what = labels.pop() if len(labels) == 1 else told[0]["title"]
            heads.add(what)
            axes.set_title(look.drawable(service["title"]), fontsize=9)
            axes.set_ylabel("share [%]")
            axes.set_xlabel("within" + unit_text(told[0]["unit"]))
            curves = _time_axis(axes, curves)
            axes.set_ylim(0, 104)
            axes.set_yticks([0, 25, 50, 75, 100])
            draw_curves(axes, curves)
            exact = _exact(document, service, told)
            said += _key(axes, curves, told[0]["unit"], exact)
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        key,
        WAIT_TITLE if len(panels) > 1 else f"{panels[0][0]['title']}: how long it takes",
        f"{_capital('; '.join(sorted(heads)))}; what is never done keeps a curve below 100 %.",
        alt=". ".join(said) + ".",
        png=image,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _time_axis(axes: "Axes", curves: Sequence[Curve]) -> list[Curve]:
    """Set the axis to where the curves rise; return what of them is on it."""
    ends = [float(one.x[np.argmax(one.y >= _RISEN * one.y.max())]) for one in curves]
    positive = np.concatenate([one.x[(one.x > 0) & (one.y > 1.0)] for one in curves])
    end = 1.3 * max(ends)
    if not positive.size or end <= 0:
        axes.set_xlim(0, max(float(curves[0].x.max()), 1e-9))
        return list(curves)
    if end / float(positive.min()) > _FINE:
        axes.set_xscale("log")
        plain_ticks(axes.xaxis)
        axes.set_xlim(float(positive.min()) / 2, end)
        return [replace(one, x=one.x[one.x > 0], y=one.y[one.x > 0]) for one in curves]
    axes.set_xlim(0, end)
    return list(curves)


def _shares(document: Document, told: Sequence[Document]) -> list[Curve]:
    colours, dashes = orbit_colours(document), orbit_dashes(document)
    order = orbit_keys(document)
    alone = len({one["label"] for one in told}) <= 1
    found = []
    for one in sorted(told, key=lambda entry: order.index(entry["orbit"])):
        key = one["orbit"]
        label = orbit_label(document, key)
        twin = sum(other["orbit"] == key for other in told) > 1
        found.append(
            Curve(
                label if alone or not twin else f"{label}, {one['label']}",
                as_numbers(one["x"]),
                100.0 * as_numbers(one["share"]),
                colours[key],
                dashes[key],
            )
        )
    return found


def _exact(
    document: Document, service: Document, told: Sequence[Document]
) -> dict[str, dict[int, float]]:
    """Return the times that the table of the service tells, by label and share; finer than ours."""
    found: dict[str, dict[int, float]] = {}
    for share in _TOLD:
        cells = values_of(measure_of(service, f"latency_p{share}_h") or {"values": ()})
        for key, cell in cells.items():
            alone = sum(one["orbit"] == key for one in told) == 1
            if alone and finite(cell["value"]):
                found.setdefault(orbit_label(document, key), {})[share] = cell["value"]
    return found


def _key(
    axes: "Axes", curves: Sequence[Curve], unit: str, exact: Mapping[str, Mapping[int, float]]
) -> list[str]:
    """Name the curves with their figures where the curves leave room."""
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=one.colour, linestyle=one.dashes, lw=1.8) for one in curves]
    words = []
    for one in curves:
        known = exact.get(one.label, {})
        times = [
            f"{share} % "
            + (_taken(known[share], unit) if share in known else _within(one, share, unit))
            for share in _TOLD
        ]
        words.append(f"{one.label}: {', '.join(times)}")
    axes.legend(
        lines,
        [look.drawable(text) for text in words],
        loc="upper left",  # below the panel: inside it would hide a curve
        bbox_to_anchor=(0.0, -0.2),
        borderaxespad=0.0,
        fontsize=8,
        frameon=False,
    )
    return words


def _within(curve: Curve, share: float, unit: str) -> str:
    """Say within what a share is done, or that it never is; straight lines between points.

    Examples
    --------
    >>> one = Curve("a", np.array([1.0, 2.0]), np.array([10.0, 60.0]), "k")
    >>> _within(one, 50, "h").replace("\xa0", " "), _within(one, 90, "h")
    ('within 1.80 h', 'never')
    """
    reached = np.flatnonzero(curve.y >= share)
    if not reached.size:
        return "never"
    last = int(reached[0])
    if last == 0:
        return _taken(float(curve.x[0]), unit)
    part = slice(last - 1, last + 1)
    found = float(np.interp(share, curve.y[part], curve.x[part]))
    return _taken(found, unit)


def _taken(value: float, unit: str) -> str:
    return f"within {with_unit(value, unit)}" if value > 0 else "at once"
