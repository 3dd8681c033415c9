"""What figures of services share: coastlines, panels in two columns, labels beside curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.services_source import Numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE: Final = 20.0
"""From this ratio of the largest to the smallest on, an axis is logarithmic; our choice."""
_STEPS: Final = 241  # places along a panel at which a label is tried
_LETTER: Final = 0.58  # width of a letter over its size, as the font has it on average
_FLOOR: Final = 0.012  # share of a panel up to which a curve lies on its floor, as many may
_ROOM: Final = 4.0  # between a curve and its label [pt]


@cache
def coastlines() -> tuple[Numbers, ...]:
    """Return the coasts of the world as lines of longitude and latitude, (point, 2). [deg]

    References
    ----------
    Natural Earth, 1:110m land, public domain.

    Examples
    --------
    >>> lines = coastlines()
    >>> len(lines) > 100, max(float(abs(line[:, 1]).max()) for line in lines) < 90
    (True, True)
    """
    place = resources.files("stationkeeper.report") / "data" / "coastlines.npz"
    with place.open("rb") as file, np.load(file) as stored:
        points = np.column_stack([stored["longitude_cdeg"], stored["latitude_cdeg"]]) / 100.0
        first = stored["first"]
    return tuple(points[a:b] for a, b in pairwise(first))


def draw_coastlines(axes: "Axes") -> None:
    """Draw the coasts on a panel of longitude and latitude in degrees."""
    from matplotlib.collections import LineCollection

    # Dark over white: seen on pale and on dark fields alike.
    for colour, width in (("white", 1.5), (look.INK, 0.55)):
        lines = LineCollection(list(coastlines()), colors=colour, linewidths=width, zorder=3)
        axes.add_collection(lines, autolim=False)


def grid(count: int, each: float, *, more: float = 0.3) -> tuple["Figure", list["Axes"]]:
    """Return a figure with so many panels, two in a row if there are several.

    Parameters
    ----------
    count : int
        Panels.
    each : float
        Height of one row. [in]
    more : float
        Height for what is not panels. [in]
    """
    from matplotlib.figure import Figure

    columns = 1 if count == 1 else 2
    rows = -(-count // columns)
    figure = Figure(figsize=(look.WIDTH, rows * each + more), layout="constrained")
    panels = list(figure.subplots(rows, columns, squeeze=False).ravel())
    for spare in panels[count:]:
        spare.remove()
    return figure, panels[:count]


def laid_out(figure: "Figure") -> None:
    """Lay a figure out once and for all, so that labels can be put where panels are."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        engine.execute(figure)  # the first gives room to letters, the second to what they moved
        figure.set_layout_engine("none")


@dataclass(frozen=True, eq=False)
class Curve:
    """A line of a panel with the label that stands beside it."""

    label: str
    x: Numbers
    y: Numbers
    colour: str
    dashes: Any = "-"


def draw_curves(axes: "Axes", curves: Sequence[Curve], **how: Any) -> None:
    """Draw curves; those of several orbits that fall together all stay to be seen."""
    for i, one in enumerate(curves):
        wide = 1.6 + 0.8 * (len(curves) - 1 - i) * _falls_together(curves, i)
        axes.plot(
            one.x, one.y, color=one.colour, linestyle=one.dashes, linewidth=wide, zorder=3, **how
        )


def _falls_together(curves: Sequence[Curve], i: int) -> bool:
    own = curves[i]
    return any(
        other is not own
        and own.y.shape == other.y.shape
        and np.allclose(own.y, other.y, rtol=0.02, equal_nan=True)
        for other in curves
    )


def label_curves(axes: "Axes", curves: Sequence[Curve], size: float = 8.0) -> None:
    """Write the label of each curve beside it, where the other curves are far.

    Parameters
    ----------
    axes : Axes
        Panel whose limits and scales are final, in a figure that was laid out.
    curves : sequence of Curve
        Those without a number are passed over.
    size : float
        Size of the letters. [pt]
    """
    from matplotlib.patheffects import withStroke

    box = axes.get_position()
    root = axes.figure.get_figure(root=True)
    wide = max(box.width * root.get_figwidth() * 72, 1.0)
    tall = max(box.height * root.get_figheight() * 72, 1.0)
    along = np.linspace(0.0, 1.0, _STEPS)
    heights = [_heights(axes, one, along) for one in curves]
    taken: list[tuple[float, float, float, float]] = []
    for i, one in enumerate(curves):
        if not np.isfinite(heights[i]).any():
            continue
        width, height = _LETTER * size * len(one.label) / wide, 1.25 * size / tall
        spot = _spot(heights, i, along, (width, height, _ROOM / tall), taken)
        taken.append((spot[0] - 0.6 * width, spot[0] + 0.6 * width, spot[1], spot[1] + height))
        axes.text(
            spot[0],
            spot[1] + height / 2,
            look.drawable(one.label),
            transform=axes.transAxes,
            ha="center",
            va="center",
            color=one.colour,
            fontsize=size,
            fontweight="bold",
            path_effects=[withStroke(linewidth=2.0, foreground="white")],
            zorder=5,
        )


def _heights(axes: "Axes", curve: Curve, along: Numbers) -> Numbers:
    """Return the height of a curve over places along a panel, in shares of the panel."""
    known = np.isfinite(curve.x) & np.isfinite(curve.y)
    if axes.get_yscale() == "log":
        known &= curve.y > 0
    if axes.get_xscale() == "log":
        known &= curve.x > 0
    if not known.any():
        return np.full(along.size, np.nan)
    place = axes.transData + axes.transAxes.inverted()
    points = place.transform(np.column_stack([curve.x[known], curve.y[known]]))
    order = np.argsort(points[:, 0], kind="stable")
    x, y = points[order, 0], points[order, 1]
    return np.asarray(np.interp(along, x, y, left=np.nan, right=np.nan))


def _spot(
    heights: Sequence[Numbers],
    own: int,
    along: Numbers,
    size: tuple[float, float, float],
    taken: Sequence[tuple[float, float, float, float]],
) -> tuple[float, float]:
    """Return the middle and the foot of the place for a label, in shares of the panel."""
    width, height, room = size
    best, found = -np.inf, _at_the_peak(heights[own], along, size)
    for middle in along[::4]:
        left, right = middle - width / 2, middle + width / 2
        if left < 0.005 or right > 0.995:
            continue
        here = (along >= left) & (along <= right)
        line = heights[own][here]
        if not np.isfinite(line).all() or line.min() < _FLOOR:
            continue
        for foot in (float(line.max()) + room, float(line.min()) - room - height):
            if foot < 0.005 or foot + height > 1.0:
                continue
            # As far from the others as helps; a label on the flat part of its own line is near it.
            score = -2.0 * float(np.ptp(line))
            for i, other in enumerate(heights):
                if i != own:
                    known = np.isfinite(other[here])
                    if known.any():
                        seen = other[here][known]
                        # From point to point: a steep line may pass between two of them.
                        upper = np.maximum(seen[:-1], seen[1:]) if seen.size > 1 else seen
                        lower = np.minimum(seen[:-1], seen[1:]) if seen.size > 1 else seen
                        free = np.maximum(foot - upper, lower - foot - height).min()
                        score += min(float(free), 2 * height) if free > 0 else -5.0
                        # Where curves run together, a label says nothing of either.
                        apart = float(np.abs(seen - line[known]).min())
                        score += 3.0 * min(apart, 2 * height)
                        own_side, far_side = line[known].mean(), foot + height / 2
                        low, high = sorted((own_side, far_side))
                        if ((seen > low) & (seen < high)).any():
                            score -= 3.0  # it stands between the label and its curve
            for a, b, low, high in taken:
                if a < right and left < b and low < foot + height and foot < high:
                    score -= 10.0
            if score > best:
                best, found = score, (float(middle), foot)
    return found


def _at_the_peak(
    line: Numbers, along: Numbers, size: tuple[float, float, float]
) -> tuple[float, float]:
    """Return the place for the label of a curve that is shorter than its label."""
    top = int(np.nanargmax(line))
    middle = float(np.clip(along[top], size[0] / 2, 1 - size[0] / 2))
    return middle, float(np.clip(line[top] + size[2], 0.0, 1 - size[1]))


def plain_ticks(axis: Any) -> None:
    """Let a logarithmic axis say its numbers as they are, 0.1 and 100."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(numticks=8))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def log_wanted(values: Numbers) -> bool:
    """Return whether values spread so far that a logarithmic axis tells more.

    Examples
    --------
    >>> log_wanted(np.array([0.0, 1.0, 3.0])), log_wanted(np.array([1.0, 300.0]))
    (False, True)
    """
    good = values[np.isfinite(values) & (values > 0)]
    return bool(good.size) and float(good.max() / good.min()) > WIDE
