"""Flights, crews, modules, events and traffic as rows of a table: cells to values and back."""

import csv
import io
import re
import tomllib
import typing
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from stationkeeper.programme.hardware import Module
from stationkeeper.programme.parts import Part, annotation_at
from stationkeeper.programme.problems import KeyPath, Origin, Problem, nearest
from stationkeeper.programme.traffic import Crew, Event, Flight, Traffic
from stationkeeper.programme.write import value_text

TABLES: dict[str, tuple[str, type[Part]]] = {
    "flights": ("flight", Flight),
    "crews": ("crew", Crew),
    "modules": ("module", Module),
    "events": ("event", Event),
    "traffic": ("traffic", Traffic),
}
"""Tables that people keep in spreadsheets: their key in the document and their part."""

# A column that only this table has.
_MARKS = {
    "ship_up": "crews",
    "docked": "flights",
    "segment": "modules",
    "every_days": "traffic",
    "kind": "events",
}
# Seats of a nation, or people able to run a segment.
_COUNT = re.compile(r"^([A-Z]{3}(?=[\s:\d])|[a-z0-9][a-z0-9.\-]*(?=[\s:]))\s*:?\s*(\d{1,9})$")


def rows_from_csv(
    text: str, file: str, table: str | None = None
) -> tuple[dict[str, Any], dict[KeyPath, Origin], list[Problem]]:
    """Read a CSV text as a piece of a programme document.

    The first line names the columns: ``key`` and the keys of the part, dots for inner keys. An
    empty cell is an absent key. Lists are split at ``;``, seats are written ``RUS 2, USA 1``,
    people able ``russian 2, usos 1``, moves ``2021-03-19 zvezda/aft; ...``, seats home
    ``2023-01-18 crew-5; ...`` and inner tables as inline TOML.

    Parameters
    ----------
    text : str
        The table.
    file : str
        Its name, for messages.
    table : str, optional
        ``flights``, ``crews``, ``modules``, ``events`` or ``traffic``; absent means by its columns.

    Returns
    -------
    document : dict
        For example ``{"crew": {"crew-1": {...}}}``.
    origins : dict
        File and line of each key path.
    problems : list of Problem
        What could not be read.
    """
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        problem = Problem("error", file, None, "", "", f"a CSV table ({error})")
        return {}, {}, [problem]
    rows = [(line, row) for line, row in rows if any(cell.strip() for cell in row)]
    return rows_as_document(rows, file, table)


def rows_as_document(
    rows: Sequence[tuple[int, Sequence[object]]], file: str, table: str | None = None
) -> tuple[dict[str, Any], dict[KeyPath, Origin], list[Problem]]:
    """Read rows of cells, the names of the columns first; see :func:`rows_from_csv`."""
    if not rows:
        return {}, {}, [Problem("error", file, None, "", "an empty table", "a row of column names")]
    first_line, header = rows[0]
    columns = [str(cell if cell is not None else "").strip().lstrip("\ufeff") for cell in header]
    kind = table or next((_MARKS[name] for name in columns if name in _MARKS), None)
    named = next((name for name in ("key", "id") if name in columns), None)
    if kind is None or named is None:
        expected = "a column 'key' and the columns of flights, crews, modules, events or traffic"
        given = f"the columns {', '.join(columns[:8])!r}"
        return {}, {}, [Problem("error", file, first_line, "", given, expected)]
    collection, model = TABLES[kind]
    problems = _column_problems(columns, model, file, first_line)
    key_at = columns.index(named)
    entries: dict[str, Any] = {}
    origins: dict[KeyPath, Origin] = {}
    for line, row in rows[1:]:
        key = str(row[key_at] if key_at < len(row) and row[key_at] is not None else "").strip()
        if not key or key in entries:
            given = f"{key!r} a second time" if key else "an empty cell"
            problems.append(Problem("error", file, line, "key", given, "a key for each row, once"))
            continue
        if len(row) > len(columns):
            given = f"{len(row)} cells"
            problems.append(Problem("error", file, line, key, given, f"{len(columns)} cells"))
            continue
        origins[(collection, key)] = Origin(file, line)
        entry: dict[str, Any] = {}
        for name, cell in zip(columns, row, strict=False):
            if name and name != named and cell is not None and str(cell).strip():
                path = tuple(name.split("."))
                _place(entry, path, _value(model, path, cell))
                origins[(collection, key, *path)] = Origin(file, line)
        entries[key] = entry
    return {collection: entries}, origins, problems


def cell_text(value: object) -> str:
    """Return a value of a part as the text of a cell; :func:`rows_from_csv` reads it back.

    Examples
    --------
    >>> cell_text({"RUS": 2, "USA": 1})
    'RUS 2, USA 1'
    >>> cell_text(("a", "b"))
    'a; b'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        if value and all(isinstance(count, int) for count in value.values()):
            return ", ".join(f"{key} {count}" for key, count in value.items())
        if value and all(isinstance(inner, str) for inner in value.values()):
            return "; ".join(f"{key} {inner}" for key, inner in value.items())
        return value_text(value)
    if isinstance(value, list | tuple):
        return "; ".join(str(item) for item in value)
    return str(value)


def guarded(text: str) -> str:
    """Mark a text that a spreadsheet would take for a formula; :func:`unguarded` undoes it.

    Examples
    --------
    >>> guarded("=1+1"), unguarded("'=1+1"), guarded("plain")
    ("'=1+1", '=1+1', 'plain')
    """
    return "'" + text if re.match(r"^'*[=+\-@\t]", text) else text


def unguarded(text: str) -> str:
    """Take the mark of :func:`guarded` away."""
    return text[1:] if re.match(r"^'+[=+\-@\t]", text) else text


def _column_problems(
    columns: Iterable[str], model: type[Part], file: str, line: int
) -> list[Problem]:
    problems = []
    for name in columns:
        first = name.split(".")[0]
        if name and first not in ("key", "id") and first not in model.model_fields:
            problems.append(
                Problem(
                    "error",
                    file,
                    line,
                    name,
                    "a column that is not known",
                    "key, " + ", ".join(model.model_fields),
                    nearest(first, model.model_fields),
                )
            )
    return problems


def _place(entry: dict[str, Any], path: KeyPath, value: Any) -> None:
    for name in path[:-1]:
        inner = entry.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        entry = inner
    entry[path[-1]] = value


def _value(model: type[Part], path: KeyPath, cell: object) -> Any:
    """Turn a cell into what TOML would hold; a cell that cannot be is left for the schema."""
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == cell.time().min else cell
    wanted = _wanted(model, path)
    if wanted is str and not isinstance(cell, str):
        return str(cell)
    if not isinstance(cell, str):
        return int(cell) if wanted is int and isinstance(cell, float) and cell % 1 == 0 else cell
    text = unguarded(cell.strip())
    try:
        if wanted is bool:
            return {"true": True, "false": False, "yes": True, "no": False}.get(text.lower(), text)
        if wanted is int:
            return int(text)
        if wanted is float:
            return float(text)
        if wanted is date:
            return date.fromisoformat(text)
        if wanted is tuple:
            return [piece.strip() for piece in text.split(";") if piece.strip()]
        if wanted is dict:
            return _mapping(text, counts=_holds_counts(model, path))
    except ValueError:
        return text
    return text


def _mapping(text: str, counts: bool) -> Any:
    if text.startswith("{"):
        return tomllib.loads(f"value = {text}").get("value")
    pieces = [piece.strip() for piece in re.split("[;,]", text) if piece.strip()]
    seats = [_COUNT.match(piece) if counts else None for piece in pieces]
    if all(seats):
        return {match[1]: int(match[2]) for match in seats if match}
    pairs = [piece.split(None, 1) for piece in pieces]
    if all(len(pair) == 2 for pair in pairs):
        return {pair[0].rstrip(":="): pair[1] for pair in pairs}
    return text


def _holds_counts(model: type[Part], path: KeyPath) -> bool:
    """Return whether the column is a table of whole numbers: seats, or people able."""
    values = typing.get_args(annotation_at(model, path))[1:]
    return bool(values) and int in (values[0], *typing.get_args(values[0]))


def _wanted(model: type[Part], path: KeyPath) -> type:
    """Return the plain type of a column: bool, int, float, str, date, tuple or dict."""
    plain = annotation_at(model, path)
    if plain is None:
        return str
    origin: Any = typing.get_origin(plain)
    if origin in (tuple, dict):
        return typing.cast(type, origin)
    if isinstance(plain, type):
        return dict if issubclass(plain, Part) else plain
    return str
