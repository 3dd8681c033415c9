"""The page of a flight: self-contained, drawn from its run folder alone."""

from collections.abc import Sequence
from pathlib import Path

from stationkeeper.operations.archive import FOLDER, read_dictionary
from stationkeeper.report import (
    operations_events,
    operations_services,
    operations_state,
    operations_timeline,
)
from stationkeeper.report.markup import Markup, tag
from stationkeeper.report.operations_pairs import pairs_text, write_pairs_report
from stationkeeper.report.operations_source import OPERATIONS, Document, read_document
from stationkeeper.report.operations_text import operations_text
from stationkeeper.report.operations_words import (
    acts_markup,
    answer_lines,
    assumed_lines,
    dictionary_markup,
    faults_markup,
    head_lines,
    modules_markup,
    notices_markup,
    services_markup,
)
from stationkeeper.report.picture import Picture
from stationkeeper.report.services_page import figure
from stationkeeper.report.services_words import lines_markup
from stationkeeper.report.shell import whole_page
from stationkeeper.results.folder import REPORT
from stationkeeper.results.storage import storage_errors, write_atomically

__all__ = [
    "operations_page",
    "operations_text",
    "pairs_text",
    "write_operations_report",
    "write_pairs_report",
]


def write_operations_report(folder: Path) -> Path:
    """Write ``report.html`` and ``figures/*.png`` of a flight.

    Parameters
    ----------
    folder : Path
        What ``stationkeeper operate`` left behind, with ``operations.json`` and its telemetry.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        If the document or the telemetry is not there, or is of another format.
    StorageError
        If it cannot be written.
    """
    document = read_document(folder, OPERATIONS, "timeline")
    dictionary = read_dictionary(folder / FOLDER)
    drawn = pictures(document, dictionary, folder)
    place = folder / "figures"
    with storage_errors(place):
        place.mkdir(exist_ok=True)
    for one in drawn.values():
        if one.png is not None:
            write_atomically(place / f"{one.key}.png", one.png)
    path = folder / REPORT
    write_atomically(path, operations_page(document, dictionary, drawn).encode("utf-8"))
    return path


def pictures(
    document: Document, dictionary: Sequence[Document], folder: Path
) -> dict[str, Picture]:
    """Draw the figures of a flight, by their keys."""
    every = (
        operations_timeline.picture(document),
        operations_state.picture(document, dictionary),
        operations_events.picture(document, folder),
        operations_services.picture(document),
    )
    return {one.key: one for one in every if one is not None}


def operations_page(
    document: Document, dictionary: Sequence[Document], drawn: dict[str, Picture]
) -> str:
    """Return the page as HTML."""
    title = f"{document['title']}: a flight"
    first, *more = head_lines(document)
    head = [tag("h1", title), tag("p", first, tag("br"), more[0], class_="quiet")]
    head.append(tag("p", more[1], class_="quiet"))

    def shown(key: str) -> Markup:
        return figure(drawn[key]) if key in drawn else Markup("")

    answer = [tag("p", line) for line in answer_lines(document)]
    events = shown(operations_events.KEY)
    sections = [
        tag("section", tag("h2", "The answer"), *answer, id="answer"),
        _section("timeline", operations_timeline.TITLE, shown(operations_timeline.KEY)),
        _section("faults", "Faults", faults_markup(document)),
        _section("commands", "What was asked and done", acts_markup(document)),
        _section("noticed", "What was noticed", notices_markup(document)),
        _section("telemetry", operations_events.TITLE, events) if events else Markup(""),
        _section("state", operations_state.TITLE, shown(operations_state.KEY)),
        _section("modules", "Modules at the end", modules_markup(document)),
        _section(
            "services",
            operations_services.TITLE,
            shown(operations_services.KEY) or services_markup(document),
        ),
        _section("dictionary", "Telemetry", dictionary_markup(document, dictionary)),
        _section("assumed", "What is assumed and left out", lines_markup(assumed_lines(document))),
    ]
    return whole_page(title, tag("header", *head), sections)


def _section(key: str, title: str, *parts: Markup) -> Markup:
    return tag("section", tag("h2", title), *parts, id=key)
