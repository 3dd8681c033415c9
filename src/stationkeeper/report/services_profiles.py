"""Services by latitude, and how long they take: a curve for each orbit."""

from collections.abc import Sequence
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
    log_wanted,
    plain_ticks,
)
from stationkeeper.report.services_source import (
    Document,
    Numbers,
    as_numbers,
    orbit_colours,
    orbit_dashes,
    orbit_keys,
    orbit_label,
    unit_text,
    with_unit,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_EACH: Final = 2.5  # height of a row of panels [in]
_TOLD: Final = (50, 95)  # shares whose time is told beside a curve [%]
LATITUDE_KEY, LATITUDE_TITLE = "services-latitude", "Services by latitude"
WAIT_KEY, WAIT_TITLE = "services-latency", "How long data take to the ground"


def latitude_picture(document: Document, services: Sequence[Document], key: str) -> Picture | None:
    """Draw what each orbit gives by latitude, a panel a measure of a service."""
    panels = [
        (service, name, _profiles(document, service, name))
        for service in services
        for name in dict.fromkeys(one["measure"] for one in service["profiles"])
    ]
    if not panels:
        return None
    several = len({service["key"] for service, _, _ in panels}) > 1
    logs, empty = False, []
    with look.drawing():
        figure, all_axes = grid(len(panels), _EACH)
        for axes, (service, name, curves) in zip(all_axes, panels, strict=True):
            about = next(one for one in service["profiles"] if one["measure"] == name)
            said = f"{service['title']}: {about['title']}" if several else about["title"]
            axes.set_title(look.drawable(said + unit_text(about["unit"])), fontsize=9)
            axes.set_xlim(-90, 90)
            axes.set_xticks(range(-90, 91, 30), [f"{x}°" for x in range(-90, 91, 30)])
            axes.set_xlabel("latitude")
            values = np.concatenate([curve.y for curve in curves])
            logs |= _heights(axes, values, [curve.y for curve in curves])
            draw_curves(axes, curves)
            empty += [
                f"{about['title']}, {one.label}"
                for one in curves
                if not (np.isfinite(one.y) & (one.y > 0)).any()
            ]
        figure.draw_without_rendering()
        for axes, (_, _, curves) in zip(all_axes, panels, strict=True):
            label_curves(axes, curves)
        image = look.as_png(figure, colours=look.FEW)
    caption = ["Mean over all longitudes, by latitude; a curve for each version of the orbit."]
    if logs:
        caption.append("Where the values spread far, the scale is logarithmic: zero is below it.")
    if empty:
        caption.append(f"Nothing at any latitude: {'; '.join(dict.fromkeys(empty))}.")
    return Picture(
        key,
        LATITUDE_TITLE if several else f"{services[0]['title']}: by latitude",
        " ".join(caption),
        alt=" ".join(_peak(curve, name) for _, name, curves in panels for curve in curves),
        png=image,
    )


def _heights(axes: "Axes", values: Numbers, each: Sequence[Numbers]) -> bool:
    """Set the vertical axis from the values; return whether it is logarithmic."""
    good = values[np.isfinite(values)]
    peaks = np.array([np.nanmax(one) for one in each if np.isfinite(one).any()])
    if not good.size or good.max() <= 0:
        axes.set_ylim(0, 1)
        return False
    if log_wanted(peaks):
        least = float(good[good > 0].min())
        # Three decades are enough to see by; the foot of a footprint falls steeply.
        axes.set_yscale("log")
        plain_ticks(axes.yaxis)
        axes.set_ylim(max(least / 1.5, good.max() / 3e3), good.max() * 3.0)
        return True
    axes.set_ylim(0, 1.22 * float(good.max()))
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
        (service, name)
        for service in services
        for name in dict.fromkeys(one["measure"] for one in service["distributions"])
    ]
    if not panels:
        return None
    said: list[str] = []
    with look.drawing():
        figure, all_axes = grid(len(panels), 2.9)
        for axes, (service, name) in zip(all_axes, panels, strict=True):
            told = [one for one in service["distributions"] if one["measure"] == name]
            curves = _shares(document, told)
            about = told[0]
            axes.set_title(look.drawable(f"{service['title']}: {about['title']}"), fontsize=9)
            axes.set_ylabel("share [%]")
            axes.set_xlabel("within" + unit_text(about["unit"]))
            x = np.concatenate([one.x for one in curves])
            rising = np.concatenate([one.x[one.y > 1.0] for one in curves])
            if log_wanted(rising):
                axes.set_xscale("log")
                plain_ticks(axes.xaxis)
                axes.set_xlim(max(rising[rising > 0].min() / 2, x.max() / 1e5), x.max())
            else:
                axes.set_xlim(0, x.max())
            axes.set_ylim(0, 104)
            axes.set_yticks([0, 25, 50, 75, 100])
            draw_curves(axes, curves)
            said += [_half(one, about["unit"]) for one in curves]
            _key(axes, curves, about["unit"])
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        key,
        WAIT_TITLE if len(panels) > 1 else f"{panels[0][0]['title']}: how long it takes",
        "Share that is done within so long; what is never done keeps a curve below 100 %.",
        alt=" ".join(said),
        png=image,
    )


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


def _key(axes: "Axes", curves: Sequence[Curve], unit: str) -> None:
    """Name the curves with their figures at the lower right, where shares leave room."""
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=one.colour, linestyle=one.dashes, lw=1.8) for one in curves]
    words = [
        look.drawable(
            f"{one.label}: "
            + ", ".join(f"{share} % {_within(one, share, unit)}" for share in _TOLD)
        )
        for one in curves
    ]
    axes.legend(
        lines, words, loc="lower right", fontsize=8, frameon=True, framealpha=0.9, edgecolor="none"
    )


def _within(curve: Curve, share: float, unit: str) -> str:
    """Say within what a share is done, or that it never is.

    Examples
    --------
    >>> one = Curve("a", np.array([1.0, 2.0]), np.array([10.0, 60.0]), "k")
    >>> _within(one, 50, "h").replace("\xa0", " "), _within(one, 90, "h")
    ('within 2.00 h', 'never')
    """
    reached = np.flatnonzero(curve.y >= share)
    if not reached.size:
        return "never"
    return f"within {with_unit(float(curve.x[reached[0]]), unit)}"


def _half(curve: Curve, unit: str) -> str:
    """Say within what half of it is done."""
    most = number(float(np.nanmax(curve.y)))
    return f"{curve.label}: half {_within(curve, 50, unit)}; {most} % in the end."
