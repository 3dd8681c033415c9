"""How every figure looks: type, lines, colours that keep their meaning, labels beside lines.

The only module that touches how matplotlib is set up; it is imported when the first figure is
drawn. Figures are drawn without pyplot, so nothing global changes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stationkeeper.programme.nations import EUROPE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

WIDTH = 10.0  # width of every figure [in]
DOTS = 144  # dots per inch: 1,440 across
FEW = 192  # colours of a figure with much writing; our choice
INK = "#1f2430"
QUIET = "#6b7280"
GRID = "#e3e6eb"

# Told apart in the common kinds of colour blindness and in grey (after Tol, "muted"); our choice.
STATION_COLOURS = ("#332288", "#1f9182", "#aa4466", "#8a6d00", "#5588bb", "#555555")

# Okabe and Ito's palette, by nation or group; fixed so that reports can be laid side by side.
NATION_COLOURS = {
    "RUS": "#0072b2",
    "USA": "#e69f00",
    "Europe": "#009e73",
    "JPN": "#cc79a7",
    "CAN": "#56b4e9",
    "CHN": "#d55e00",
    "SUN": "#3d4f7d",
    "others": "#9aa0a6",
}
NATION_NAMES = {
    "RUS": "Russia",
    "USA": "United States",
    "Europe": "Europe",
    "JPN": "Japan",
    "CAN": "Canada",
    "CHN": "China",
    "SUN": "Soviet Union",
    "others": "other nations",
}

_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "text.color": INK,
    "text.parse_math": False,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "hatch.linewidth": 0.6,
}


def nation_group(nation: str) -> str:
    """Return the key under which the people of a nation are coloured.

    Examples
    --------
    >>> nation_group("RUS"), nation_group("ITA"), nation_group("BRA")
    ('RUS', 'Europe', 'others')
    """
    if nation in EUROPE:
        return "Europe"
    return nation if nation in NATION_COLOURS else "others"


def station_colours(stations: Sequence[str]) -> dict[str, str]:
    """Return a colour for each station, by its place in the results."""
    return {key: STATION_COLOURS[i % len(STATION_COLOURS)] for i, key in enumerate(stations)}


def text_colour(background: str) -> str:
    """Return dark or white, whichever reads better on a colour.

    Examples
    --------
    >>> text_colour("#332288"), text_colour("#e69f00")
    ('white', '#1f2430')
    """
    red, green, blue = (int(background[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return "white" if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 < 0.3 else INK


def paler(colour: str, strength: float = 0.55) -> str:
    """Return a colour mixed with white, for what is planned.

    Examples
    --------
    >>> paler("#0072b2")
    '#73b1d5'
    """
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - strength * (255 - part)):02x}" for part in parts)


@contextmanager
def drawing() -> Iterator[None]:
    """Give figures made inside the look of the house."""
    import matplotlib as mpl

    with mpl.rc_context(_STYLE):
        yield


def new_figure(
    height: float, rows: int = 1, ratios: Sequence[float] | None = None, share_x: bool = True
) -> tuple["Figure", list["Axes"]]:
    """Return a figure and its panels, from the top down."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    panels = figure.subplots(
        rows, 1, sharex=share_x, squeeze=False, height_ratios=list(ratios) if ratios else None
    )
    return figure, list(panels[:, 0])


def as_png(figure: "Figure", colours: int | None = None) -> bytes:
    """Return a figure as PNG; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
        The figure.
    colours : int, optional
        Keep so many colours, up to 256: a third of the bytes of a figure with much writing.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    # Drawn once: savefig would lay it out and draw it twice.
    figure.set_dpi(DOTS)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    drawn = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    image = Image.fromarray(drawn).convert("RGB")
    if colours is not None:
        image = image.quantize(colours, dither=Image.Dither.NONE)
    sink = BytesIO()
    image.save(sink, "png", optimize=colours is not None, dpi=(DOTS, DOTS))
    return sink.getvalue()


def day_numbers(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return dates as the day numbers that the time axes use."""
    return dates.astype("datetime64[h]").astype(np.float64) / 24.0  # matplotlib counts from 1970


def time_axis(axes: "Axes", first: float, last: float) -> None:
    """Set the span of a time axis and let it say years, or months where it is short."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=4, maxticks=14)  # type: ignore[no-untyped-call]
    axes.set_xlim(first, max(last, first + 1))
    axes.xaxis.set_major_locator(locator)
    short = last - first < 700  # then months or days are named, and the year stands beside them
    form = ConciseDateFormatter(locator, show_offset=short)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(form)


@cache
def _drawable() -> frozenset[int]:
    """Code points that the font of the figures holds."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())


def drawable(text: str) -> str:
    """Return the text with every letter that the font lacks shown as a box."""
    return "".join(letter if ord(letter) in _drawable() else "□" for letter in text)


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart until none are nearer than the gap, inside low to high if they fit.

    Examples
    --------
    >>> spread([5.0, 5.0, 1.0], 2.0, 0.0, 10.0)
    [4.0, 6.0, 1.0]
    """
    order = np.argsort(places, kind="stable")
    moved = np.asarray(places, float)[order]
    for _ in range(200):  # relaxes in a few rounds for the handful of labels there are
        near = np.diff(moved) < gap - 1e-9
        if not near.any():
            break
        for i in np.flatnonzero(near):
            middle = (moved[i] + moved[i + 1]) / 2
            moved[i], moved[i + 1] = middle - gap / 2, middle + gap / 2
    if moved.size:
        moved += max(0.0, low - moved[0])
        moved -= max(0.0, moved[-1] - high)
    placed = np.empty_like(moved)
    placed[order] = moved
    return [float(value) for value in placed]


def words_beside(
    axes: "Axes", words: Sequence[tuple[str, str]], *, sign: str = "●", from_right: bool = True
) -> None:
    """Write words above a panel, each after a sign in its colour: the key to the colours.

    Parameters
    ----------
    axes : Axes
        The panel.
    words : sequence of (text, colour)
        In order from left to right.
    sign : str
        Drawn before each word in its colour.
    from_right : bool
        Begin at the right edge of the panel rather than at the left.
    """
    pieces = [piece for text, colour in words for piece in ((sign, colour, 11.0), (text, INK, 3.0))]
    side, here, there = ("right", 1.0, 0.0) if from_right else ("left", 0.0, 1.0)
    previous: Annotation | None = None
    gap = 0.0
    for text, colour, before in reversed(pieces) if from_right else pieces:
        apart = -gap if from_right else before
        previous = axes.annotate(
            drawable(text),
            (here, 1.0) if previous is None else (there, 0.0),
            xycoords="axes fraction" if previous is None else previous,
            xytext=(0.0, 5.0) if previous is None else (apart, 0.0),
            textcoords="offset points",
            ha=side,
            va="bottom",
            color=colour,
            fontsize=8.5,
            fontweight="bold" if text == sign else "normal",  # a thin dash shows no colour
            annotation_clip=False,
        )
        gap = before


def label_ends(
    axes: "Axes", labels: Sequence[tuple[float, float, str, str]], size: float = 8.5
) -> None:
    """Write a label after the end of each line, apart from its neighbours.

    Parameters
    ----------
    axes : Axes
        Panel whose limits and place in the figure are final.
    labels : sequence of (time, height, text, colour)
        Where the line ends, in the units of the axes.
    size : float
        Size of the letters. [pt]
    """
    if not labels:
        return
    place = axes.transData + axes.transAxes.inverted()
    ends = np.array([place.transform((when, height)) for when, height, _, _ in labels])
    tall = axes.get_position().height * axes.figure.get_figure(root=True).get_figheight() * 72
    gap = 1.25 * size / max(tall, 1.0)
    group = np.round(ends[:, 0] / 0.15)  # labels this near in time could overlap; our choice
    for one in np.unique(group):
        here = np.flatnonzero(group == one).tolist()
        for i, share in zip(here, spread(ends[here, 1].tolist(), gap, 0.0, 1.0), strict=True):
            _, _, text, colour = labels[i]
            axes.annotate(
                drawable(text),
                (float(ends[i, 0]), share),
                xycoords="axes fraction",
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=colour,
                fontsize=size,
                fontweight="bold",
                annotation_clip=False,
            )
