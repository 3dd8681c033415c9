"""Services for the terminal: a block a service, then customers and notes."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Final

from stationkeeper.report.services_source import (
    WITHOUT,
    Document,
    begins_and_days,
    better,
    orbit_keys,
    orbit_text,
    providers_text,
    unit_text,
    values_of,
)
from stationkeeper.report.services_words import (
    KEEPS,
    KEPT,
    MARKED,
    contract_rows,
    delivery_lines,
    notes_of,
    orbits_of,
    range_text,
    where_text,
)
from stationkeeper.report.tables import aligned
from stationkeeper.report.words import DISCLAIMER

MARK: Final = "*"
_LETTERS: Final = 100  # width of a line for the terminal


def services_text(document: Document) -> str:
    """Return the document for the terminal: orbits, services, customers, notes.

    Parameters
    ----------
    document : mapping
        Content of ``services.json``.

    Returns
    -------
    str
        Lines of plain text; ``*`` marks, in each row, the side that is better.
    """
    parts = [f"{document['title']}: {begins_and_days(document)}"]
    orbits = [
        (key, orbit_text(document, key)) for key in orbit_keys(document) if _used(document, key)
    ]
    parts.append(aligned(orbits, frozenset({0, 1})))
    parts += [_block(document, service) for service in document["services"]]
    if not document["services"]:
        parts.append("The programme names no services.")
    lost = delivery_lines(document)
    if lost:
        parts.append("\n".join(_wrapped(lost)))
    if document["contracts"]:
        parts.append(_customers(document))
    if document["notes"]:
        parts.append("\n".join(_wrapped(document["notes"])))
    if any(better(one) for service in document["services"] for one in service["measures"]):
        parts.append(f"{MARK} {MARKED}; notes on single figures are on the page")
    return "\n\n".join([*parts, DISCLAIMER])


def _used(document: Document, key: str) -> bool:
    """Return whether an orbit stands in a table."""
    return key != WITHOUT or any(
        key in values_of(one) for service in document["services"] for one in service["measures"]
    )


def _wrapped(lines: Sequence[str]) -> list[str]:
    return [
        piece for line in lines for piece in wrap(f"- {line}", _LETTERS, subsequent_indent="  ")
    ]


def _block(document: Document, service: Document) -> str:
    lines = [f"{service['title']} ({service['kind']})", *wrap(providers_text(service), _LETTERS)]
    keys = orbits_of(document, service)
    rows = [("", *[f"{key} " for key in keys], "")]
    for one in service["measures"]:
        cells = values_of(one)
        best = better(one)
        marked = [_cell(cells.get(key), key in best) for key in keys]
        rows.append((one["title"], *marked, unit_text(one["unit"]).strip()))
    if len(rows) > 1:
        lines.append(aligned(rows, frozenset({0, len(keys) + 1})))
    for where, titles in _by_where(service).items():
        every = len(titles) == len(service["measures"])
        lines += wrap(f"{'All values' if every else ', '.join(titles)}: {where}.", _LETTERS)
    notes = notes_of(document, service) if len(document["services"]) == 1 else []
    lines += _wrapped([*notes, *service["words"]])
    return "\n".join(lines)


def _by_where(service: Document) -> dict[str, list[str]]:
    """Return the measures by what their values are the mean of."""
    found: dict[str, list[str]] = {}
    for one in service["measures"]:
        if where_text(one):
            found.setdefault(where_text(one), []).append(one["title"])
    return found


def _customers(document: Document) -> str:
    """Return the contracts: a row each under its key, then what the keys stand for."""
    keys = orbit_keys(document)
    rows = [("", "asked", *keys, "met")]
    said = []
    flown = any(one["months"] for one in document["contracts"])
    for one, row in zip(document["contracts"], contract_rows(document), strict=True):
        customer, service, what, where, asked, *values = row
        rows.append((one["key"], asked, *values))
        said.append(f"{one['key']}: {customer}; {service}, {what}; {where}")
    table = aligned([row if flown else row[:-1] for row in rows], frozenset({0, 1}))
    return "\n".join(["Customers", table, f"{KEPT} {KEEPS}", *_wrapped(said)])


def _cell(entry: Document | None, best: bool) -> str:
    return f"{range_text(entry)}{MARK if best else ' '}"
