"""Flights, crews and modules to and from CSV and XLSX, for people who keep them in spreadsheets."""

import csv
import io
import os
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, cast

from pydantic import ValidationError

from stationkeeper.errors import InputError, StorageError
from stationkeeper.programme.check_schema import problems_of_part
from stationkeeper.programme.document import Programme
from stationkeeper.programme.files import as_text, display, read_moderate
from stationkeeper.programme.parts import Part
from stationkeeper.programme.problems import Problem, ProgrammeError, choices, nearest, shown
from stationkeeper.programme.rewrite import own_document, reading_to_change, rewritten
from stationkeeper.programme.table_rows import (
    TABLES,
    cell_text,
    guarded,
    rows_as_document,
    rows_from_csv,
)

LARGEST_UNPACKED = 100_000_000  # [byte] of a workbook; our choice
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    *(
        LookupError,
        ValueError,
        OSError,
        TypeError,
        AttributeError,
        SyntaxError,
        NotImplementedError,
    ),
)  # what readers of zip and XML raise for a broken workbook
MOST_ROWS = 20_000  # rows of a workbook that are read; our choice


def export_table(programme: Programme, table: str, path: Path | str) -> int:
    """Write the flights, crews, modules, events or traffic of a programme to a spreadsheet.

    A text that a spreadsheet would take for a formula is written with an apostrophe before it,
    which :func:`import_table` takes away again.

    Parameters
    ----------
    programme : Programme
        The programme.
    table : str
        ``flights``, ``crews``, ``modules``, ``events`` or ``traffic``.
    path : Path or str
        File to write, ending in ``.csv`` or ``.xlsx``; an existing one is replaced.

    Returns
    -------
    int
        Number of rows, the names of the columns not counted.

    Raises
    ------
    InputError
        If the table is not known or the file has another ending.
    StorageError
        If the file cannot be written.
    """
    collection, model = _table(table)
    path = Path(path)
    entries: dict[str, Part] = getattr(programme, collection)
    columns = ["key", *model.model_fields]
    rows: list[list[Any]] = [[key, *_cells(part)] for key, part in entries.items()]
    if path.suffix == ".csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_as_csv(cell) for cell in row] for row in rows)
        content = text.getvalue().encode()
        _replace(path, lambda stream: _write_bytes(stream, content))
    elif path.suffix == ".xlsx":
        _replace(path, lambda stream: _write_workbook(stream, table, columns, rows))
    else:
        raise _ending(path)
    return len(rows)


def import_table(source: str, table: str, path: Path | str) -> str:
    """Read a spreadsheet into a programme, and return the text of the new programme file.

    The table of the programme is replaced as a whole: a row that is not in the spreadsheet is
    gone. What the programme included is written into the new file; its overrides are kept, its
    comments are not.

    Parameters
    ----------
    source : str
        Shipped name or path of a programme.
    table : str
        ``flights``, ``crews``, ``modules``, ``events`` or ``traffic``.
    path : Path or str
        Spreadsheet to read, ``.csv`` or ``.xlsx``, as :func:`export_table` writes it: a column
        ``key`` and any of the keys of the part.

    Returns
    -------
    str
        TOML.

    Raises
    ------
    InputError
        With every faulty cell: file, row, column, what was given, what was expected.
    """
    collection, model = _table(table)
    reading = reading_to_change(source)
    entries, problems = _read(Path(path), table, collection, model)
    if problems:
        raise ProgrammeError(problems)
    document = own_document(reading)
    document[collection] = entries
    return rewritten(reading, document, f"the {table} of {display(Path(path).name)}")


def _table(table: str) -> tuple[str, type[Part]]:
    if table not in TABLES:
        fix = nearest(table, TABLES)
        raise InputError(
            f"table: given {shown(table)}, expected one of: {choices(TABLES)}"
            + (f"; {fix}" if fix else "")
        )
    return TABLES[table]


def _ending(path: Path) -> InputError:
    return InputError(f"{display(path)}: given the ending {path.suffix!r}, expected .csv or .xlsx")


def _cells(part: Part) -> list[Any]:
    """Return the values that were given, by field; None for those that were not."""
    given = part.model_dump(exclude_unset=True, exclude_none=True)
    return [given.get(name) for name in type(part).model_fields]


def _as_csv(cell: Any) -> str:
    if cell is None:
        return ""
    text = cell_text(cell)
    return guarded(text) if isinstance(cell, str) else text


def _write_bytes(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)


def _write_workbook(
    stream: BinaryIO, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(table)
    sheet.append(list(columns))
    for row in rows:
        sheet.append([_as_xlsx(cell) for cell in row])
    book.save(stream)


def _as_xlsx(cell: Any) -> Any:
    if cell is None or isinstance(cell, bool | int | float | date):
        return cell
    return guarded(cell_text(cell))


def _replace(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Write beside the file and put it in its place, so that no half file is left."""
    name = ""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False, suffix=".partial") as file:
            name = file.name
            write(cast(BinaryIO, file.file))
        os.replace(name, path)
    except OSError as error:
        raise StorageError(f"{display(path)}: cannot be written ({error.strerror})") from None
    finally:
        if name and os.path.exists(name):
            os.unlink(name)


def _read(
    path: Path, table: str, collection: str, model: type[Part]
) -> tuple[dict[str, Any], list[Problem]]:
    content = read_moderate(path)
    file = display(path)
    if path.suffix == ".csv":
        document, origins, problems = rows_from_csv(as_text(content, file), file, table)
    elif path.suffix == ".xlsx":
        document, origins, problems = rows_as_document(workbook_rows(content, file), file, table)
    else:
        raise _ending(path)
    entries = document.get(collection, {})
    for key, entry in entries.items():
        try:
            model.model_validate(entry)
        except ValidationError as error:
            problems += problems_of_part(error, (collection, key), origins, file)
    return entries, problems


def workbook_rows(content: bytes, file: str) -> list[tuple[int, list[object]]]:
    """Return the rows of the first sheet of a workbook that are not empty, with their numbers."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > LARGEST_UNPACKED:
            given, expected = f"{unpacked / 1e6:.0f} MB when unpacked", "at most 100 MB"
            raise ProgrammeError([Problem("error", file, None, "", given, expected)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and checks that we do not read
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows: list[tuple[int, list[object]]] = []
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            if number > MOST_ROWS:
                expected = f"at most {MOST_ROWS} rows"
                raise ProgrammeError([Problem("error", file, number, "", "more rows", expected)])
            if any(cell is not None for cell in row):
                rows.append((number, list(row)))
    except InputError:
        raise
    except _UNREADABLE as error:
        problem = Problem("error", file, None, "", shown(str(error)), "an XLSX workbook")
        raise ProgrammeError([problem]) from None
    return rows
