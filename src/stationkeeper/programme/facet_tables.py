"""Tables of faces: area, wall and shield of the parts of outer skins, a row each."""

import csv
import io
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from stationkeeper.errors import InputError
from stationkeeper.programme.check_schema import problems_of_part
from stationkeeper.programme.files import as_text, display, read_moderate
from stationkeeper.programme.problems import (
    KeyPath,
    Origin,
    Problem,
    ProgrammeError,
    choices,
    nearest,
    shown,
)
from stationkeeper.programme.spreadsheets import MOST_ROWS, workbook_rows
from stationkeeper.programme.table_rows import unguarded
from stationkeeper.programme.wear import Facet

OWNERS: Final = ("module", "ship", "radiator")
"""Columns of which each row fills one: whose skin it is, or the loop of which class of ships."""


def read_facets(path: Path | str) -> tuple[dict[KeyPath, dict[str, Any]], dict[KeyPath, Origin]]:
    """Read a table of faces.

    Parameters
    ----------
    path : Path or str
        ``.csv`` or ``.xlsx`` with the columns ``key``, one or more of ``module``, ``ship`` and
        ``radiator`` (the class of ships whose loop it is), and the keys of a facet: ``area_m2``,
        ``wall_mm``, ``material`` and what else it has.

    Returns
    -------
    facets : dict
        Of each owner, such as ``("module", "zarya", "hull")``, its facets by key.
    origins : dict
        File and line of each owner and facet.

    Raises
    ------
    InputError
        With every faulty cell: file, row, column, what was given, what was expected.
    """
    path = Path(path)
    file = display(path)
    rows = _rows(path, file)
    if not rows:
        raise _one(file, None, "", "an empty table", "a row of column names")
    line, header = rows[0]
    columns = [str(cell if cell is not None else "").strip().lstrip("\ufeff") for cell in header]
    problems = _column_problems(columns, file, line)
    if problems:
        raise ProgrammeError(problems)
    found: dict[KeyPath, dict[str, Any]] = {}
    origins: dict[KeyPath, Origin] = {}
    for line, row in rows[1:]:
        cells = {
            name: cell.strip() if isinstance(cell, str) else cell
            for name, cell in zip(columns, row, strict=False)
            if name and cell is not None and str(cell).strip()
        }
        if len(row) > len(columns):
            expected = f"{len(columns)} cells"
            problems.append(_problem(file, line, "", f"{len(row)} cells", expected))
            continue
        owners = [name for name in OWNERS if name in cells]
        if len(owners) != 1 or "key" not in cells:
            there = [name for name in ("key", *OWNERS) if name in cells]
            given = ", ".join(there) or "none of them"
            expected = "key and one of module, ship and radiator"
            problems.append(_problem(file, line, "", given, expected))
            continue
        owner = _owner(owners[0], str(cells[owners[0]]))
        key = str(cells["key"])
        if key in found.setdefault(owner, {}):
            expected = "each facet of an owner once"
            problems.append(_problem(file, line, "key", f"{shown(key)} a second time", expected))
            continue
        facet = {name: _value(name, cells[name]) for name in cells if name in Facet.model_fields}
        at = (*owner, "facet", key)
        for place in (owner, at, *((*at, name) for name in facet)):
            origins.setdefault(place, Origin(file, line))
        try:
            Facet.model_validate(facet)
        except ValidationError as error:
            problems += problems_of_part(error, at, origins, file)
        found[owner][key] = facet
    if not found and not problems:
        problems.append(_problem(file, line, "", "no row", "a row for each facet"))
    if problems:
        raise ProgrammeError(problems)
    return found, origins


def _rows(path: Path, file: str) -> list[tuple[int, list[Any]]]:
    content = read_moderate(path)
    if path.suffix == ".xlsx":
        return workbook_rows(content, file)
    if path.suffix != ".csv":
        raise InputError(f"{file}: given the ending {path.suffix!r}, expected .csv or .xlsx")
    try:
        reader = csv.reader(io.StringIO(as_text(content, file), newline=""), strict=True)
        rows: list[tuple[int, list[Any]]] = [(reader.line_num, list(row)) for row in reader]
    except csv.Error as error:
        raise _one(file, None, "", "", f"a CSV table ({error})") from None
    rows = [(line, row) for line, row in rows if any(cell.strip() for cell in row)]
    if len(rows) > MOST_ROWS:
        raise _one(file, rows[MOST_ROWS][0], "", "more rows", f"at most {MOST_ROWS} rows")
    return rows


def _column_problems(columns: list[str], file: str, line: int) -> list[Problem]:
    known = ("key", *OWNERS, *Facet.model_fields)
    problems = [
        Problem(
            "error",
            file,
            line,
            shown(name),
            "a column that is not known",
            ", ".join(known),
            nearest(name, known),
        )
        for name in columns
        if name and name not in known
    ]
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    problems += [_problem(file, line, name, "a column twice", "each column once") for name in twice]
    if "key" not in columns or not set(OWNERS) & set(columns):
        given = f"the columns {choices([name for name in columns if name])}"
        expected = "a column key, and one of module, ship and radiator"
        problems.append(_problem(file, line, "", given, expected))
    return problems


def _owner(kind: str, name: str) -> KeyPath:
    return ("ship", name, "radiator") if kind == "radiator" else (kind, name, "hull")


def _value(name: str, cell: Any) -> Any:
    """Turn a cell into what TOML would hold; a cell that cannot be is left for the schema."""
    if not isinstance(cell, str):
        return float(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell
    text = unguarded(cell)
    if name == "material":
        return text
    try:
        return float(text)
    except ValueError:
        return text


def _problem(file: str, line: int | None, key: str, given: str, expected: str) -> Problem:
    return Problem("error", file, line, key, given, expected)


def _one(file: str, line: int | None, key: str, given: str, expected: str) -> ProgrammeError:
    return ProgrammeError([_problem(file, line, key, given, expected)])
