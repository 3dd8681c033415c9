"""The page of paired flights: commanders side by side on common faults."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stationkeeper.report import look
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import counted, listed, number
from stationkeeper.report.operations_source import (
    PAIRS,
    Document,
    amount_text,
    read_document,
    share_text,
    span_text,
)
from stationkeeper.report.operations_words import people_text
from stationkeeper.report.picture import Picture
from stationkeeper.report.services_page import figure
from stationkeeper.report.services_words import lines_markup
from stationkeeper.report.shell import whole_page
from stationkeeper.report.tables import aligned
from stationkeeper.report.words import DISCLAIMER
from stationkeeper.results.folder import REPORT
from stationkeeper.results.storage import storage_errors, write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY: Final = "operations-commanders"
TITLE: Final = "Commanders side by side"
_ROW: Final = 0.27  # height of a commander [in]
_ABSENT: Final = "–"
_OWN, _BASELINE = "#d55e00", "#0072b2"

# Panels: title, key of the document, what its values are multiplied by.
_PANELS: Final = (
    ("survived [%]", "survived", 100.0),
    ("time to safe, mean [h]", "time_to_safe_s", 1 / 3600.0),
    ("not safe, mean [h]", "unsafe_s", 1 / 3600.0),
    ("services [% of the time]", "services", 100.0),
    ("propellant used [kg]", "propellant_kg", 1.0),
    ("nitrogen used [kg]", "nitrogen_kg", 1.0),
    ("oxygen used [kg]", "oxygen_kg", 1.0),
    ("water used [kg]", "water_kg", 1.0),
)


def write_pairs_report(folder: Path) -> Path:
    """Write ``report.html`` and ``figures/*.png`` of paired flights.

    Parameters
    ----------
    folder : Path
        What ``stationkeeper operate --missions`` left behind, with ``pairs.json``.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        If the document is not there or of another format.
    StorageError
        If it cannot be written.
    """
    document = read_document(folder, PAIRS, "commanders")
    drawn = picture(document)
    place = folder / "figures"
    with storage_errors(place):
        place.mkdir(exist_ok=True)
    if drawn.png is not None:
        write_atomically(place / f"{drawn.key}.png", drawn.png)
    path = folder / REPORT
    write_atomically(path, pairs_page(document, drawn).encode("utf-8"))
    return path


def pairs_page(document: Document, drawn: Picture) -> str:
    """Return the page as HTML."""
    title = f"{document['title']}: who commands"
    head = tag("header", tag("h1", title), tag("p", pairs_head(document), class_="quiet"))
    answer = [tag("p", line) for line in pairs_lines(document)]
    heads, rows = _table(document)
    notes = [*document["left_out"], faults_line(document)]
    sections = [
        tag("section", tag("h2", "The answer"), *answer, table(heads, rows), id="answer"),
        tag("section", tag("h2", TITLE), figure(drawn), id="commanders"),
        tag(
            "section",
            tag("h2", "Differences, mission by mission"),
            differences_markup(document),
            id="pairs",
        ),
        tag("section", tag("h2", "By kind of fault"), kinds_markup(document), id="kinds"),
        tag("section", tag("h2", "How to read this"), lines_markup(notes), id="notes"),
    ]
    return whole_page(title, head, sections)


def pairs_head(document: Document) -> str:
    """Return what was flown."""
    days = document["days"]
    aboard = "nobody aboard" if document["uncrewed"] else people_text(document["people"])
    return (
        f"{counted(document['missions'], 'mission')} of {days:.3g} "
        f"{'day' if days == 1 else 'days'} from {document['first_day']}, {aboard}, each under "
        f"{counted(len(document['commanders']), 'commander')}: same plant, same faults, same noise"
    )


def faults_line(document: Document) -> str:
    """Return how many faults befell the missions, and how they were drawn."""
    faults = document["faults"]
    said = (
        f"Faults ({document['asked_faults']}): {faults['flown']} in all, "
        f"{number(faults['per_mission'])} a mission; "
        f"{counted(faults['missions_without'], 'mission')} without any."
    )
    factor = faults["hazard_factor"]
    if factor is not None and abs(factor - 1.0) > 1e-9:
        said += f" All hazards are multiplied by {number(factor)}, to have enough of them."
    return said


def pairs_lines(document: Document) -> list[str]:
    """Return the answer: the strongest baseline, and how others fare against it."""
    found = []
    by_title = {one["title"]: one for one in document["commanders"]}
    strongest = document["strongest"]
    if strongest is not None:
        one = by_title[strongest]
        found.append(
            f"The strongest baseline is {strongest}: it survived {one['survived']['count']} of "
            f"{one['flights']} missions ({_interval(one['survived'], share_text, 'share')}), and "
            f"its payloads served {_estimate(one['services'], share_text)} of the time."
        )
    nobody = by_title.get("nobody")
    if nobody is not None and strongest != "nobody":
        found.append(
            f"With nobody commanding {nobody['survived']['count']} of {nobody['flights']} survived "
            f"({_interval(nobody['survived'], share_text, 'share')}), and payloads served "
            f"{_estimate(nobody['services'], share_text)} of the time."
        )
    failed = [one for one in document["commanders"] if one["failed"]]
    found += [
        f"The commander {one['title']} failed in {counted(one['failed'], 'flight')}; the flights "
        "went on without it."
        for one in failed
    ]
    return found


def pairs_text(document: Document) -> str:
    """Return paired flights for the terminal.

    Parameters
    ----------
    document : mapping
        Content of ``pairs.json``.

    Returns
    -------
    str
        Lines of plain text.
    """
    from textwrap import wrap

    heads, rows = _table(document)
    parts = [f"{document['title']}: {pairs_head(document)}", faults_line(document), ""]
    parts += [aligned([heads, *rows], frozenset({0})), "", "Intervals are of 95 %."]
    parts += [piece for line in pairs_lines(document) for piece in wrap(line, 100)]
    return "\n".join([*parts, "", DISCLAIMER])


def _table(document: Document) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return heads and rows of the table of commanders."""
    heads: tuple[str, ...] = (
        *("commander", "survived", "time to safe, median", "never safe", "services", "contact"),
        *("propellant", "done", "refused"),
    )
    rows: list[tuple[str, ...]] = []
    for one in document["commanders"]:
        safe = one["time_to_safe_s"]
        rows.append(
            (
                one["title"],
                f"{one['survived']['count']} of {one['flights']}",
                _estimate(safe["median"], span_text, absent="never" if safe["flights"] else None),
                f"{safe['never']['count']} of {safe['flights']}",
                _estimate(one["services"], share_text),
                _value(one["contact"], share_text),
                _value(one["propellant_kg"], _kilograms),
                _value(one["commands"], number),
                _value(one["refused"], number),
            )
        )
    return heads, rows


def _kilograms(value: float) -> str:
    return amount_text(value, "kg")


def _value(one: Document, write: Any) -> str:
    return _ABSENT if one["value"] is None else write(one["value"])


def _estimate(one: Document, write: Any, absent: str | None = None) -> str:
    """Return a value with its interval; an end that is endless is left open."""
    if one["value"] is None:
        return absent or _ABSENT
    low, high = one["low"], one["high"]
    if low is not None and high is not None and write(low) == write(high):
        return str(write(one["value"]))
    return f"{write(one['value'])} ({_ends(low, high, write)})"


def _interval(one: Document, write: Any, key: str) -> str:
    if one[key] is None:
        return _ABSENT
    return f"{write(one[key])}, interval {_ends(one['low'], one['high'], write)}"


def _ends(low: float | None, high: float | None, write: Any) -> str:
    return f"{_ABSENT if low is None else write(low)} to {'never' if high is None else write(high)}"


def picture(document: Document) -> Picture:
    """Draw a dot with a bar for each commander in each panel."""
    from matplotlib.figure import Figure

    rows = document["commanders"]
    high = 2 * (_ROW * len(rows) + 0.75)
    with look.drawing():
        figure_ = Figure(figsize=(look.WIDTH, high))
        places = figure_.subplots(2, 4, squeeze=False, sharey=True).ravel()
        for axes, (title, key, factor) in zip(places, _PANELS, strict=True):
            _panel(axes, rows, key, factor)
            axes.set_title(title, fontsize=8.5)
        for axes in places[::4]:
            axes.set_yticks(range(len(rows)), [look.drawable(one["title"]) for one in rows])
            axes.set_ylim(len(rows) - 0.5, -0.5)
        own = [one["title"] for one in rows if not one["baseline"]]
        image = look.as_png(figure_, colours=look.FEW)
    caption = (
        f"Means over {counted(document['missions'], 'mission')} and intervals of 95 %: of shares "
        f"after Wilson, of the others by {document['draws']} draws of whole missions. A mission "
        "that never became safe counts as not safe until its end. Intervals are of each commander "
        "alone; differences on the same missions are surer, see the table below. What is used "
        "below 0 was gained."
    )
    if own:
        caption += f" Orange: {listed(own)}, not one of the baselines."
    heads, cells = _table(document)
    alt = ". ".join(
        ", ".join(f"{head} {cell}" for head, cell in zip(heads, row, strict=True)) for row in cells
    )
    return Picture(KEY, TITLE, caption, alt=alt, png=image)


def _panel(axes: "Axes", rows: Sequence[Document], key: str, factor: float) -> None:
    ends = [0.0]
    for place, one in enumerate(rows):
        told = one[key]["mean"] if key == "time_to_safe_s" else one[key]
        middle = told["share"] if key == "survived" else told["value"]
        if middle is None:
            continue
        colour = _BASELINE if one["baseline"] else _OWN
        low, high = (middle if told[end] is None else told[end] for end in ("low", "high"))
        axes.hlines(place, factor * low, factor * high, color=colour, lw=2.0, alpha=0.55, zorder=2)
        axes.plot(factor * middle, place, "o", color=colour, ms=5, zorder=3)
        ends += [factor * low, factor * high]
    axes.tick_params(axis="y", length=0)
    if key in ("survived", "services"):
        axes.set_xlim(-3.0, 103.0)
    else:
        span = max(max(ends) - min(ends), 1.0)
        axes.set_xlim(min(ends) - 0.05 * span, min(ends) + 1.05 * span)


def differences_markup(document: Document) -> Markup:
    """Return the table of differences, commander less reference, on the same missions."""
    if not document["pairs"]:
        return tag("p", "There is nobody to be held against.")

    def change(one: Document, factor: float, unit: str) -> str:
        if one["value"] is None:
            return _ABSENT
        figures = [one["value"], one["low"], one["high"]]
        said = [_ABSENT if v is None else signed_text(factor * v) for v in figures]
        return f"{said[0]} ({said[1]} to {said[2]}) {unit}"

    rows = [
        (
            one["commander"],
            one["reference"],
            one["only_commander_survived"],
            one["only_reference_survived"],
            change(one["time_to_safe_s"], 1 / 3600.0, "h"),
            change(one["services"], 100.0, "points"),
            change(one["contact"], 100.0, "points"),
            change(one["propellant_kg"], 1.0, "kg"),
        )
        for one in document["pairs"]
    ]
    heads = ("commander", "against", "only it survived", "only the other", "time to safe",
             "services", "contact", "propellant")  # fmt: skip
    return table(heads, rows)


def signed_text(value: float) -> str:
    """Write a difference with its sign; none where there is no difference.

    Examples
    --------
    >>> signed_text(0.0), signed_text(2.2581), signed_text(-11.94)
    ('0', '+2.26', '-11.9')
    """
    return f"{value:+.3g}" if value else "0"


def kinds_markup(document: Document) -> Markup:
    """Return who survived the missions that each kind of fault befell."""
    if not document["kinds"]:
        return tag("p", "No fault befell any mission.")
    titles = [one["title"] for one in document["commanders"]]
    rows = [
        (
            one["title"],
            one["subsystem"],
            one["missions"],
            one["faults"],
            *(one["survived"][title] for title in titles),
        )
        for one in document["kinds"]
    ]
    heads = ("kind", "subsystem", "missions", "faults", *(f"survived: {one}" for one in titles))
    said = tag(
        "p",
        "Missions have other faults as well: a count says nothing of what a station was lost by.",
        class_="quiet",
    )
    return Markup("").join([table(heads, rows), said])
