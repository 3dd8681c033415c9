"""The page of a comparison: self-contained, drawn from its folder alone."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeeper.lifetime.compare import documented
from stationkeeper.report import look
from stationkeeper.report.compare_words import (
    DECIDED,
    DECIDED_HEADS,
    PAIRED,
    Document,
    about,
    decided_rows,
    difference_rows,
    front_text,
    front_titles,
    head,
    keys_of,
    notes,
    scale,
    told_apart,
    variant_heads,
    variant_rows,
)
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import counted, number
from stationkeeper.report.shell import whole_page
from stationkeeper.results.folder import REPORT
from stationkeeper.results.storage import storage_errors, write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIDE_BY_SIDE, FRONT = "side-by-side", "front"
_FRONT_COLOUR, _OTHER_COLOUR = look.STATION_COLOURS[0], look.QUIET
_LONGEST_NAME = 34  # letters of a variant beside its row; our choice
_MOST_IN_KEY = 17  # names beside the figure of the front; our choice
_NEAR = 0.03  # of the axes: points nearer than this share a label; our choice
_ROOMY = 16  # variants up to which rows are wide apart; our choice
_MOST_PANELS = 4  # beside one another; more go to a second row; our choice


def write_comparison(folder: Path) -> Path:
    """Write ``report.html`` and ``figures/*.png`` of a comparison, from its folder alone.

    Parameters
    ----------
    folder : Path
        What ``stationkeeper compare`` left behind.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        If the folder holds no comparison.
    StorageError
        If it cannot be written.
    """
    found = documented(folder)
    place = folder / "figures"
    with storage_errors(place):
        place.mkdir(exist_ok=True)
    drawn = {SIDE_BY_SIDE: side_by_side_png(found), FRONT: front_png(found)}
    for key, image in drawn.items():
        write_atomically(place / f"{key}.png", image)
    reports = {
        row["name"]: f"{row['folder']}/{REPORT}"
        for row in found["variants"]
        if (folder / row["folder"] / REPORT).exists()
    }
    path = folder / REPORT
    write_atomically(path, comparison_page(found, drawn, reports).encode("utf-8"))
    return path


def comparison_page(
    found: Document, drawn: Mapping[str, bytes], reports: Mapping[str, str] | None = None
) -> str:
    """Return the page as HTML; `reports` are the pages of single variants, by name."""
    title = f"Variants side by side: {found['title']}"
    heads = variant_heads(found)
    marks = ["front" if row["on_front"] else "" for row in found["variants"]]
    parts = [
        tag("h2", "In short"),
        tag("p", front_text(found)),
        table(heads, variant_rows(found), row_classes=marks),
        *[tag("p", text) for text in notes(found)],
    ]
    sections = [
        tag("section", *parts, id="answer"),
        _figure("Side by side", SIDE_BY_SIDE, drawn, side_by_side_words(found)),
        _figure("Which are not beaten", FRONT, drawn, front_words(found)),
    ]
    rows = difference_rows(found)
    if rows:
        sections.append(
            tag(
                "section",
                tag("h2", f"Less the first variant, {found['held_against']}"),
                table(heads[:-1], rows, caption=PAIRED),
                id="differences",
            )
        )
    decided = decided_rows(found)
    if decided:
        heads = ["", "variant", *DECIDED_HEADS]
        parts = [tag("h2", "What the policies decide"), table(heads, decided, caption=DECIDED)]
        sections.append(tag("section", *parts, id="decided"))
    sections.append(_folders(found, reports or {}))
    header = tag("header", tag("h1", title), tag("p", about(found), class_="quiet"))
    return whole_page(title, header, sections)


def _figure(title: str, key: str, drawn: Mapping[str, bytes], words: tuple[str, str]) -> Markup:
    caption, alt = words
    data = base64.b64encode(drawn[key]).decode("ascii")
    image = tag("img", src=Markup(f"data:image/png;base64,{data}"), alt=alt)
    return tag(
        "section", tag("h2", title), tag("figure", image, tag("figcaption", caption)), id=key
    )


def _folders(found: Document, reports: Mapping[str, str]) -> Markup:
    """Return where the run of each variant is, and its own report if it was drawn."""
    rows = [
        (
            row["name"],
            f"{row['first']} to {row['last']}",
            tag("a", row["folder"], href=reports[row["name"]])
            if row["name"] in reports
            else row["folder"],
        )
        for row in found["variants"]
    ]
    return tag(
        "section",
        tag("h2", "The runs"),
        table(("variant", "span", "run folder"), rows),
        id="runs",
    )


def short_name(name: str) -> str:
    """Return a name that fits beside a row of a figure.

    Examples
    --------
    >>> short_name("a" * 40)
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'
    """
    name = look.drawable(name)
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _bands(found: Document, measure: Mapping[str, Any]) -> Any:
    """Return low, middle and high of every variant, (3, variant)."""
    rows = [row["measures"][measure["name"]] for row in found["variants"]]
    return scale(measure) * np.array([[row[k] for row in rows] for k in ("low", "middle", "high")])


def side_by_side_png(found: Document) -> bytes:
    """Draw a panel for each measure with a line for each variant."""
    from matplotlib.figure import Figure as NewFigure

    shown = told_apart(found)
    down = -(-len(shown) // _MOST_PANELS)
    across = -(-len(shown) // down)
    count = len(found["variants"])
    titles = [_wrapped(head(measure)) for measure in shown]
    for start in range(0, len(titles), across):
        row = slice(start, start + across)
        if any("\n" in title for title in titles[row]):  # all heads of a row begin as high
            titles[row] = [title if "\n" in title else f"{title}\n" for title in titles[row]]
    with look.drawing():
        pitch, letters = (0.27, 9.0) if count <= _ROOMY else (0.16, 7.0)
        height = down * (1.0 + pitch * count) + 0.2
        figure = NewFigure(figsize=(look.WIDTH, max(height, 2.2)), layout="constrained")
        _roomy(figure)
        panels = figure.subplots(down, across, sharey=True, squeeze=False)
        for place, axes in enumerate(panels.flat):
            if place >= len(shown):
                axes.set_visible(False)
                continue
            _panel(axes, found, shown[place])
            axes.set_title(titles[place], fontsize=9)
        first = panels[0, 0]
        first.set_ylim(count - 0.4, -0.6)
        names = [short_name(row["name"]) for row in found["variants"]]
        first.set_yticks(range(count), names, fontsize=letters)
        return look.as_png(figure)


def _roomy(figure: "Figure") -> None:
    """Leave more room between panels, and beside them, than figures have."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(w_pad=0.1, h_pad=0.08)


def _panel(axes: "Axes", found: Document, measure: Mapping[str, Any]) -> None:
    low, middle, high = _bands(found, measure)
    axes.axvline(middle[0], color=look.QUIET, linewidth=0.9, linestyle=(0, (4, 3)))
    for i, row in enumerate(found["variants"]):
        colour = _FRONT_COLOUR if row["on_front"] else _OTHER_COLOUR
        axes.plot([low[i], high[i]], [i, i], color=colour, linewidth=2.0, alpha=0.55)
        axes.plot(
            middle[i],
            i,
            "o",
            color=colour,
            markersize=5.5,
            markerfacecolor=colour if row["on_front"] else "white",
        )
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.08)
    axes.xaxis.set_major_locator(_few_ticks())
    spread = high.max() - low.min()
    if spread == 0:
        reach = max(abs(float(middle[0])) * 0.05, 1.0)
        axes.set_xlim(middle[0] - reach, middle[0] + reach)
    axes.xaxis.set_major_formatter(lambda value, _: _tick(value))


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=4, min_n_ticks=2)


def _tick(value: float) -> str:
    text = f"{abs(value):,.6g}" if abs(value) < 1e6 else number(abs(value))
    return ("−" if value < 0 else "") + text.replace(",", "\u202f")


def _wrapped(text: str) -> str:
    """Break a title before its unit where it is long."""
    return text.replace(" [", "\n[", 1) if len(text) > 24 else text


def side_by_side_words(found: Document) -> tuple[str, str]:
    """Return caption and description of the figure of bands."""
    shown = [one["title"] for one in told_apart(found)]
    caption = (
        "A line a variant. Dot: middle of the replicas (of a chance, their share); bar: 90 % of "
        "them. Full dots are not beaten in the two measures of the front. Dashed: the first "
        "variant. Measures that are the same number in all variants are left out."
    )
    alt = f"{counted(len(found['variants']), 'variant')} side by side in {', '.join(shown)}."
    return caption, alt


def front_png(found: Document) -> bytes:
    """Draw the variants in the plane of the two measures, numbered as in the table."""
    by_name = {one["name"]: one for one in found["measures"]}
    across, up = (by_name[name] for name in found["front"])
    x, y = _bands(found, across), _bands(found, up)
    stays = np.array([row["on_front"] for row in found["variants"]])
    with look.drawing():
        figure, (axes,) = look.new_figure(4.8)
        _roomy(figure)
        order = np.argsort(x[1][stays], kind="stable")
        axes.plot(
            x[1][stays][order], y[1][stays][order], color=_FRONT_COLOUR, linewidth=1.0, alpha=0.5
        )
        for i, on_front in enumerate(stays):
            colour = _FRONT_COLOUR if on_front else _OTHER_COLOUR
            axes.errorbar(
                x[1, i],
                y[1, i],
                yerr=[[y[1, i] - y[0, i]], [y[2, i] - y[1, i]]],
                xerr=[[x[1, i] - x[0, i]], [x[2, i] - x[1, i]]],
                fmt="o",
                markersize=7,
                color=colour,
                markerfacecolor=colour if on_front else "white",
                elinewidth=0.8,
                ecolor=look.paler(colour),
            )
        axes.set_xlabel(f"{head(across)}, {across['better']} is wanted")
        axes.set_ylabel(f"{head(up)}, {up['better']} is wanted")
        axes.xaxis.set_major_formatter(lambda value, _: _tick(value))
        axes.yaxis.set_major_formatter(lambda value, _: _tick(value))
        axes.margins(0.12)
        names = [short_name(row["name"]) for row in found["variants"]]
        key = "\n".join(f"{i}  {name}" for i, name in enumerate(names, 1))
        if _keyed(found):
            axes.annotate(
                key,
                (1.0, 1.0),
                xycoords="axes fraction",
                xytext=(12, 0),
                textcoords="offset points",
                va="top",
                fontsize=8.5,
                linespacing=1.5,
                annotation_clip=False,
            )
        figure.draw_without_rendering()
        _number_points(axes, x[1], y[1], stays)
        return look.as_png(figure)


def _keyed(found: Document) -> bool:
    """True if the names of the variants fit beside the figure of the front."""
    return len(found["variants"]) <= _MOST_IN_KEY


def _number_points(axes: "Axes", x: Any, y: Any, stays: Any) -> None:
    """Write the number of each variant above its point, together where points are near."""
    place = axes.transData + axes.transAxes.inverted()
    groups: list[tuple[Any, list[int]]] = []
    for i, at in enumerate(place.transform(np.column_stack([x, y]))):
        near = [members for where, members in groups if np.abs(where - at).max() < _NEAR]
        if near:
            near[0].append(i)
        else:
            groups.append((at, [i]))
    for at, members in groups:
        axes.annotate(
            ", ".join(str(i + 1) for i in members),
            (float(at[0]), float(at[1])),
            xycoords="axes fraction",
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=9,
            fontweight="bold",
            color=_FRONT_COLOUR if any(stays[members]) else look.INK,
            annotation_clip=False,
        )


def front_words(found: Document) -> tuple[str, str]:
    """Return caption and description of the figure of the front."""
    first, second = front_titles(found)
    numbers = "" if _keyed(found) else " Numbers: the order of the table."
    caption = (
        f"Each variant at its middle {first} and {second}; bars hold 90 % of the replicas. Full "
        "dots, joined by a line, are not beaten: no other variant is at least as good in both and "
        f"better in one.{numbers} Varied: {', '.join(keys_of(found))}."
    )
    return caption, front_text(found)
