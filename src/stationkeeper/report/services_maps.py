"""A map of the world for each service: what each orbit gives where."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.numbers import number
from stationkeeper.report.picture import Picture
from stationkeeper.report.services_look import draw_coastlines
from stationkeeper.report.services_source import (
    Document,
    Numbers,
    as_numbers,
    grounds_of,
    more_is_better,
    orbit_keys,
    orbit_label,
    orbit_text,
    unit_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS: Final = 256  # of the image: fewer turn coasts into the colour of the field
_LEFT, _BETWEEN, _ABOVE, _UNDER = 0.42, 0.2, 0.32, 0.85  # of the panels [in]
_LETTERS: Final = 56  # of a title above half of the width
_CLASSES: Final = 7  # colours of the scale at most; our choice
_FEWEST: Final = 5  # edges below which even classes tell more
_NEAR: Final = 1.5  # ratio of the largest to the least up to which values are near; our choice
_ROUND: Final = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
_PALE, _DARK = 0.12, 0.97  # of a scale that darkens evenly; nearly white is left out


def picture(document: Document, service: Document) -> Picture | None:
    """Draw the map of a service, a panel an orbit; nothing where the service has no map."""
    wanted = [
        key for key in orbit_keys(document) if any(m["orbit"] == key for m in service["maps"])
    ]
    if not wanted:
        return None
    measure = service["maps"][0]["measure"]  # one measure a service
    maps = {one["orbit"]: one for one in service["maps"] if one["measure"] == measure}
    shown = [key for key in wanted if key in maps]
    about = maps[shown[0]]
    fields = {key: _field(service, maps[key]) for key in shown}
    known = np.concatenate([values[np.isfinite(values)] for _, _, values in fields.values()])
    levels = classes(known)
    places = grounds_of(document, service)
    empty = any(np.isnan(values).any() for _, _, values in fields.values())
    with look.drawing():
        figure, panels, under = _panels(len(shown))
        mesh = None
        for axes, key in zip(panels, shown, strict=True):
            mesh = _panel(axes, *fields[key], levels)
            _dots(axes, places)
            _asked(axes, document)
            axes.set_title(look.drawable(_named(document, key)), fontsize=9)
        if mesh is not None and levels.size:
            bar = figure.colorbar(mesh, cax=under, orientation="horizontal", ticks=levels)
            bar.ax.set_xticklabels([_tick(value) for value in levels])
            bar.set_label(look.drawable(about["title"] + unit_text(about["unit"])))
            bar.outline.set_visible(False)
        else:
            under.remove()
        image = look.as_png(figure, colours=_COLOURS)
    return Picture(
        f"services-{service['key']}-map",
        f"{service['title']}: where",
        _caption(document, service, about, empty=empty, places=len(places)),
        alt=" ".join(_said(document, service, key, *fields[key]) for key in shown),
        png=image,
    )


def _panels(count: int) -> tuple["Figure", list["Axes"], "Axes"]:
    """Return a figure with so many maps, two in a row, and the panel of the scale under them.

    Laid out by hand: maps have one shape, and the general layout takes as long as the drawing.
    """
    from matplotlib.figure import Figure

    columns = min(count, 2)
    rows = -(-count // columns)
    wide = (look.WIDTH - _LEFT - 0.25 - (columns - 1) * _BETWEEN) / columns
    spare = columns == 2 and count % 2 == 1  # then the scale stands in the place that is free
    tall = rows * (wide / 2 + _ABOVE) + 0.25 + (0.0 if spare else _UNDER)
    figure = Figure(figsize=(look.WIDTH, tall))
    figure.set_layout_engine("none")
    panels = []
    for i in range(count):
        row, column = divmod(i, columns)
        left = _LEFT + column * (wide + _BETWEEN)
        foot = tall - (row + 1) * (wide / 2 + _ABOVE)
        panels.append(
            figure.add_axes((left / look.WIDTH, foot / tall, wide / look.WIDTH, wide / 2 / tall))
        )
        panels[-1].tick_params(labelleft=column == 0, labelbottom=i + columns >= count)
    left, height = ((_LEFT + wide + _BETWEEN + 0.4) / look.WIDTH, 1.3) if spare else (0.2, 0.5)
    across = 1 - left - 0.6 / look.WIDTH if spare else 0.6
    under = figure.add_axes((left, height / tall, across, 0.15 / tall))
    return figure, panels, under


def _named(document: Document, key: str) -> str:
    """Return the name of an orbit, short where a panel has no room for the long one."""
    said = orbit_text(document, key)
    return said if len(said) <= _LETTERS else orbit_label(document, key)


def _field(service: Document, told: Document) -> tuple[Numbers, Numbers, Numbers]:
    """Return latitude, longitude and values, south and west first; nothing is not a number."""
    latitude, longitude = as_numbers(told["latitude_deg"]), as_numbers(told["longitude_deg"])
    values = np.array([as_numbers(row) for row in told["values"]], float)
    longitude = (longitude + 180.0) % 360.0 - 180.0
    south, west = np.argsort(latitude), np.argsort(longitude)
    values = values[np.ix_(south, west)]
    if more_is_better(service, told["measure"]):
        values = np.where(values > 0, values, np.nan)
    return latitude[south], longitude[west], values


def classes(known: Numbers) -> Numbers:
    """Return the edges of the classes of a scale, round numbers between about equal counts.

    Even classes would show one colour where most values lie near one another and a few far off;
    they are taken where all values lie near one another.

    Examples
    --------
    >>> classes(np.array([0.4, 0.45, 0.5, 0.6, 0.7, 0.9, 4.6])).tolist()
    [0.4, 0.5, 0.6, 0.8, 1.5, 5.0]
    >>> classes(np.array([1.0, 1.1])).tolist()
    [1.0, 1.02, 1.04, 1.06, 1.08, 1.1]
    """
    from matplotlib.ticker import MaxNLocator

    if not known.size:
        return np.array([])
    low, high = float(known.min()), float(known.max())
    if low > 0 and high / low > _NEAR:
        decades = np.arange(np.floor(np.log10(low)) - 1, np.ceil(np.log10(high)) + 1)
        round_ones = np.array([step * 10.0**decade for decade in decades for step in _ROUND])
        wanted = np.quantile(known, np.linspace(0.0, 1.0, _CLASSES + 1))
        # The lowest hundredth, not the lowest cell: one at a rim must not stretch the scale.
        first = int(np.searchsorted(round_ones, np.quantile(known, 0.01), side="right")) - 1
        last = int(np.searchsorted(round_ones, high, side="left"))
        between = np.abs(np.log(round_ones[:, None] / wanted[None, 1:-1])).argmin(axis=0)
        places = np.unique(np.concatenate([[first], between.clip(first, last), [last]]))
        if places.size >= _FEWEST:
            edges: Numbers = round_ones[places].round(12)
            return edges
    if high - low < 1e-6 * max(abs(high), 1e-300):
        pad = 0.05 * abs(high) or 1.0
        low, high = low - pad, high + pad
    ticks = MaxNLocator(_CLASSES, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    even: Numbers = np.asarray(ticks, float)
    step = even[1] - even[0]
    inner: Numbers = even[(even > low - step) & (even < high + step)].round(12)
    return inner


def _tick(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e4 else number(value)


def _panel(
    axes: "Axes", latitude: Numbers, longitude: Numbers, values: Numbers, levels: Numbers
) -> Any:
    """Draw one map; what is nothing keeps the hatched ground. Return what the scale is made of."""
    import matplotlib as mpl
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.patches import Rectangle

    axes.set_xlim(-180, 180)
    axes.set_ylim(-90, 90)
    axes.set_aspect("equal")
    axes.set_xticks(
        range(-180, 181, 60), [f"{x}°" if x % 120 == 0 else "" for x in range(-180, 181, 60)]
    )
    axes.set_yticks(
        range(-90, 91, 30), [f"{y}°" if y % 60 == 0 else "" for y in range(-90, 91, 30)]
    )
    axes.tick_params(labelsize=7.5, length=2)
    axes.grid(False)
    axes.add_patch(
        Rectangle((-180, -90), 360, 180, fill=False, hatch="////", ec="#c9ced6", lw=0, zorder=0)
    )
    mesh = None
    if levels.size:
        count = levels.size - 1
        colours = mpl.colormaps["YlGnBu"](np.linspace(_PALE, _DARK, count))
        norm = BoundaryNorm(levels, count)
        clipped = np.clip(values, levels[0], levels[-1] * (1 - 1e-9))
        mesh = axes.pcolormesh(
            _edges(longitude),
            _edges(latitude),
            np.ma.masked_invalid(clipped),
            cmap=ListedColormap(colours),
            norm=norm,
            zorder=1,
            rasterized=True,
        )
    draw_coastlines(axes)
    return mesh


def _edges(centres: Numbers) -> Numbers:
    """Return the edges of cells from their centres."""
    if centres.size < 2:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    between = (centres[1:] + centres[:-1]) / 2
    first, last = 2 * centres[0] - between[0], 2 * centres[-1] - between[-1]
    return np.concatenate([[first], between, [last]])


def _dots(axes: "Axes", places: list[Document]) -> None:
    if places:
        axes.plot(
            [(one["longitude_deg"] + 180.0) % 360.0 - 180.0 for one in places],
            [one["latitude_deg"] for one in places],
            "o",
            color="#d55e00",
            mec="white",
            mew=0.5,
            ms=3.4,
            zorder=4,
            clip_on=False,
        )


def _asked(axes: "Axes", document: Document) -> None:
    where = document.get("place")
    if where:
        east = (where["longitude_deg"] + 180.0) % 360.0 - 180.0
        for colour, width in (("white", 3.2), (look.INK, 1.6)):
            axes.plot(east, where["latitude_deg"], "+", color=colour, ms=11, mew=width, zorder=5)


def _caption(
    document: Document, service: Document, about: Document, *, empty: bool, places: int
) -> str:
    said = [
        f"{about['title'][:1].upper()}{about['title'][1:]}{unit_text(about['unit'])}, by cells."
    ]
    said.append("Each by itself. One scale for all maps, in uneven classes; darker is more.")
    if empty:
        more = more_is_better(service, about["measure"])
        said.append("Hatched: nothing." if more else "Hatched: never served, or not known.")
    if places:
        said.append("Dots: ground stations of the service.")
    if document.get("place"):
        said.append("Cross: the place asked for.")
    return " ".join([*said, "Coastlines: Natural Earth."])


def _said(
    document: Document, service: Document, key: str, latitude: Numbers, _: Numbers, values: Numbers
) -> str:
    """Say of a map what a reader without it needs: the range, and between which latitudes."""
    name = orbit_text(document, key)
    rows = np.isfinite(values).any(axis=1)
    if not rows.any():
        return f"{name}: nothing anywhere."
    good = values[np.isfinite(values)]
    return (
        f"{name}: {number(float(good.min()))} to {number(float(good.max()))}, between latitudes "
        f"{latitude[rows].min():g}° and {latitude[rows].max():g}°."
    )
