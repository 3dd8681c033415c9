"""Functions: who provides what and who needs it, and when a function is not provided."""

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.numbers import number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run
from stationkeeper.report.upkeep_source import module_name, partner_name, upkept_stations

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "functions", "Who needs whom"
DOWN_KEY, DOWN_TITLE = "functions-down", "Functions not provided"
_NEEDED: Final = {"station": "the station needs it", "crew": "people need it", "work": "for work"}
_LINE = 0.15  # height of a line of a box [in]
_TITLE_SIZE, _SMALL_SIZE = 7.2, 5.8  # of letters [pt]
_LETTER = 0.66  # width of a letter in its size, with room to spare: titles are bold
_GAP = 0.16  # between boxes [in]

Told = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """One way in which a function is provided."""

    key: str
    title: str
    partner: str | None
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Box:
    """A function with its ways, and the column in which it stands."""

    key: str
    title: str
    needed_by: str
    stores: tuple[str, ...]
    ways: tuple[Way, ...]
    column: int

    def head(self, wide: float) -> tuple[list[str], list[str]]:
        """Return the lines of its title and of what stands small under it, for a width. [in]"""
        small = "; ".join(text for text in (_NEEDED.get(self.needed_by, ""), *self.stores) if text)
        lines = (
            textwrap.wrap(text, max(8, int(72 * (wide - 0.1) / (_LETTER * size))))
            for text, size in ((self.title, _TITLE_SIZE), (small, _SMALL_SIZE))
        )
        title, under = lines
        return title, under

    def height(self, wide: float) -> float:
        """Return the height of its box for a width. [in]"""
        title, under = self.head(wide)
        return _LINE * (0.6 + len(title) + 0.8 * len(under) + len(self.ways))


def boxes(graph: Told, needed_by: dict[str, str]) -> list[Box]:
    """Lay the functions of a graph in columns: each right of all that it may need.

    Parameters
    ----------
    graph : dict
        ``nodes`` and ``edges`` as the run writes them.
    needed_by : dict of str to str
        What the loss of each function ends.

    Examples
    --------
    >>> nodes = [{"key": f"function/{k}", "kind": "function", "title": k, "partner": None}
    ...          for k in ("power", "heat")]
    >>> nodes.append({"key": "provider/heat/loop", "kind": "provider", "title": "loop",
    ...               "partner": "north"})
    >>> edges = [{"source": "provider/heat/loop", "target": "function/heat", "kind": "provides"},
    ...          {"source": "function/power", "target": "provider/heat/loop", "kind": "needs"}]
    >>> [(box.key, box.column) for box in boxes({"nodes": nodes, "edges": edges}, {})]
    [('power', 0), ('heat', 1)]
    """
    nodes = {node["key"]: node for node in graph["nodes"]}
    into: dict[str, list[Told]] = {}
    for edge in graph["edges"]:
        into.setdefault(edge["target"], []).append(edge)
    ways: dict[str, list[Way]] = {}
    stores: dict[str, list[str]] = {}
    functions = [node for node in graph["nodes"] if node["kind"] == "function"]
    for node in functions:
        key = node["key"]
        ways[key] = [
            Way(
                edge["source"],
                nodes[edge["source"]]["title"],
                nodes[edge["source"]]["partner"],
                tuple(e["source"] for e in into.get(edge["source"], ()) if e["kind"] == "needs"),
            )
            for edge in into.get(key, ())
            if edge["kind"] == "provides" and edge["source"] in nodes
        ]
        stores[key] = [
            nodes[edge["source"]]["title"]
            for edge in into.get(key, ())
            if edge["kind"] == "bridges" and edge["source"] in nodes
        ]
    column = {node["key"]: 0 for node in functions}
    for _ in functions:  # no path is longer than there are functions
        for key, found in ways.items():
            below = [column[need] + 1 for way in found for need in way.needs if need in column]
            column[key] = max([column[key], *below])
    return [
        Box(
            key.partition("/")[2],
            nodes[key]["title"],
            needed_by.get(key.partition("/")[2], ""),
            tuple(stores[key]),
            tuple(ways[key]),
            column[key],
        )
        for key in column
    ]


def _graphs(run: Run) -> dict[str, list[Box]]:
    needed = {key: one.needed_by for key, one in run.programme.function.items()}
    found = {}
    for key in upkept_stations(run):
        graph = run.upkeep.get(key, {}).get("graph")
        if graph and graph["nodes"]:
            found[key] = boxes(graph, {name: str(by) for name, by in needed.items()})
    return found


def picture(run: Run) -> Picture:
    """Draw who needs whom, a panel for each station."""
    graphs = _graphs(run)
    if not graphs:
        return absent(KEY, TITLE, "The run tells of no functions.")
    heights = [max(_column_height(found, c) for c in _columns(found)) for found in graphs.values()]
    colours = look.station_colours(run.stations)
    nations = partner_colours(
        run, [way for found in graphs.values() for box in found for way in box.ways]
    )
    with look.drawing():
        figure, panels = look.new_figure(
            sum(heights) + 0.55 * len(heights) + 0.3, len(heights), heights, share_x=False
        )
        for axes, (key, found), height in zip(panels, graphs.items(), heights, strict=True):
            _panel(axes, run, found, height, nations)
            axes.set_title(run.title(key), color=colours[key])
        words = {
            colour: ", ".join(
                partner_name(run.programme, one)
                for one, shade in nations.items()
                if shade == colour
            )
            for colour in dict.fromkeys(nations.values())
        }
        look.words_beside(
            panels[0], [(text, look.paler(shade)) for shade, text in words.items()], sign="■"
        )
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        KEY,
        TITLE,
        "A box is a function; its rows are the ways in which it is provided, any of which is "
        "enough, in the colour of the nation whose partner commands it. A line runs from a "
        "function, on the left, to a way that needs it. In small: what its loss ends, and the "
        "stores that bridge it. All ways of the span, also those that come later or have ended.",
        alt=" ".join(
            f"{run.title(key)}: "
            + "; ".join(f"{box.title} by {len(box.ways)} ways" for box in found)
            + "."
            for key, found in graphs.items()
        ),
        png=image,
    )


def partner_colours(run: Run, ways: list[Way]) -> dict[str, str]:
    """Return the colour of each partner that commands a way: that of its nation."""
    found = {}
    for way in ways:
        if way.partner and way.partner not in found:
            part = run.programme.partner.get(way.partner)
            found[way.partner] = look.NATION_COLOURS[look.nation_group(part.nation if part else "")]
    return found


def _columns(found: list[Box]) -> list[int]:
    return sorted({box.column for box in found})


def _box_wide(found: list[Box]) -> float:
    """Return the width of a box. [in]"""
    return 0.80 * (look.WIDTH - 0.3) / len(_columns(found))


def _column_height(found: list[Box], column: int) -> float:
    wide = _box_wide(found)
    return sum(box.height(wide) + _GAP for box in found if box.column == column)


def _panel(
    axes: "Axes", run: Run, found: list[Box], height: float, colours: dict[str, str]
) -> None:
    """Draw the boxes of one station, then the lines between them."""
    columns = _columns(found)
    step = (look.WIDTH - 0.3) / len(columns)
    starts: dict[str, tuple[float, float]] = {}
    ends: list[tuple[str, float, float]] = []
    for place, column in enumerate(columns):
        top = (height - _column_height(found, column)) / 2
        for box in (one for one in found if one.column == column):
            corner = place * step + 0.05, top
            starts[f"function/{box.key}"], wanted = _box(
                axes, run, box, corner, _box_wide(found), colours
            )
            ends += wanted
            top += box.height(_box_wide(found)) + _GAP
    for need, x, y in ends:
        if need in starts:
            _line(axes, starts[need], (x, y))
    axes.set_xlim(0.0, look.WIDTH - 0.3)
    axes.set_ylim(height, -0.05)
    axes.set_axis_off()


def _box(
    axes: "Axes",
    run: Run,
    box: Box,
    corner: tuple[float, float],
    wide: float,
    colours: dict[str, str],
) -> tuple[tuple[float, float], list[tuple[str, float, float]]]:
    """Draw a function; return where lines begin at it, and what its ways need and where."""
    from matplotlib.patches import Rectangle

    x, y = corner
    frame = Rectangle(
        corner,
        wide,
        box.height(wide),
        facecolor="white",
        edgecolor=look.QUIET,
        linewidth=0.7,
        zorder=2,
    )
    axes.add_patch(frame)
    title, under = box.head(wide)
    begin = x + wide, y + 0.75 * _LINE
    for line in title:
        _write(axes, x + 0.05, y + 0.75 * _LINE, line, _TITLE_SIZE, look.INK, bold=True)
        y += _LINE
    for line in under:
        _write(axes, x + 0.05, y + 0.65 * _LINE, line, _SMALL_SIZE, look.QUIET)
        y += 0.8 * _LINE
    y += 0.35 * _LINE
    ends = []
    for way in box.ways:
        shade = colours.get(way.partner or "", look.NATION_COLOURS["others"])
        strip = (x + 0.03, y + 0.015), wide - 0.06, _LINE - 0.03
        axes.add_patch(Rectangle(*strip, facecolor=look.paler(shade), linewidth=0, zorder=3))
        _write(axes, x + 0.06, y + _LINE / 2, _way_title(run, way), 6.2, look.INK)
        ends += [(need, x, y + _LINE / 2) for need in way.needs]
        y += _LINE
    return begin, ends


def _way_title(run: Run, way: Way) -> str:
    """Return what a way is called: a module or a ship, or its key in words."""
    name = way.key.rpartition("/")[2]
    if name in run.programme.ship:
        return run.programme.ship[name].title
    if name in run.programme.module:
        return module_name(run.programme, name)
    known = {key: module_name(run.programme, key) for key in run.programme.module}
    words = " ".join(known.get(word, word) for word in name.split("-"))
    return words[:1].upper() + words[1:]


def _write(
    axes: "Axes", x: float, y: float, text: str, size: float, colour: str, *, bold: bool = False
) -> None:
    axes.text(
        x,
        y,
        look.drawable(text),
        fontsize=size,
        color=colour,
        va="center",
        fontweight="bold" if bold else "normal",
        zorder=4,
        in_layout=False,
        clip_on=True,
    )


def _line(axes: "Axes", start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a soft line from a function to a way that needs it."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Curve

    bend = 0.5 * abs(end[0] - start[0])
    points = [start, (start[0] + bend, start[1]), (end[0] - bend, end[1]), end]
    curve = Curve(points, [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4])
    axes.add_patch(
        PathPatch(
            curve, facecolor="none", edgecolor=look.QUIET, linewidth=0.7, alpha=0.55, zorder=1
        )
    )


def down_picture(run: Run) -> Picture:
    """Draw by month the share of the replicas in which a function is not provided."""
    if not run.has("function_down"):
        return absent(DOWN_KEY, DOWN_TITLE, "The results hold no functions.")
    names = [str(name) for name in run.results["function"].values]
    where = [str(name) for name in run.results["function_station"].values]
    values = np.asarray(run.results["function_down"].transpose("function", "month").values, float)
    shown = {
        key: [
            i for i, station in enumerate(where) if station == key and np.isfinite(values[i]).any()
        ]
        for key in upkept_stations(run)
    }
    shown = {key: rows for key, rows in shown.items() if rows}
    if not shown:
        return absent(DOWN_KEY, DOWN_TITLE, "No function is in the programme.")
    from matplotlib.colors import PowerNorm

    colours = look.station_colours(run.stations)
    months = look.day_numbers(run.months)
    with look.drawing():
        heights = [0.2 * (len(rows) + 1) for rows in shown.values()]
        figure, panels = look.new_figure(sum(heights) + 0.5 * len(shown) + 0.7, len(shown), heights)
        for axes, (key, rows) in zip(panels, shown.items(), strict=True):
            image = axes.imshow(
                np.minimum(100 * values[rows], 100.0),
                aspect="auto",
                cmap="Greys",
                norm=PowerNorm(0.4, 0.0, 100.0),  # so that small shares are seen; our choice
                extent=(months[0], months[-1] + 31, len(rows) - 0.5, -0.5),
                interpolation="nearest",
            )
            look.time_axis(axes, float(months[0]), float(months[-1]) + 31)
            titles = [look.drawable(_function_title(run, names[row])) for row in rows]
            axes.set_yticks(range(len(rows)), titles, fontsize=7.5)
            axes.tick_params(axis="y", length=0)
            axes.grid(visible=False)
            axes.set_title(run.title(key), color=colours[key])
        bar = figure.colorbar(
            image, ax=panels, orientation="horizontal", aspect=60, shrink=0.6, pad=0.02
        )
        bar.set_ticks([0, 1, 5, 20, 50, 100])
        bar.set_label("share of the replicas in which it is not provided [%]")
        png = look.as_png(figure, colours=look.FEW)
    worst = sorted(
        ((float(np.nanmean(values[row])), names[row]) for rows in shown.values() for row in rows),
        reverse=True,
    )[:3]
    return Picture(
        DOWN_KEY,
        DOWN_TITLE,
        "On the last day of the month, of the replicas that have the station. Not provided is not "
        "yet lost: stores may bridge it. A lost station provides nothing.",
        alt="Mean share of months in which a function is not provided, the three highest: "
        + ", ".join(
            f"{_function_title(run, name)} {number(100 * share, 2)} %" for share, name in worst
        )
        + ".",
        png=png,
    )


def _function_title(run: Run, name: str) -> str:
    function = run.programme.function.get(name)
    return function.title if function else name
