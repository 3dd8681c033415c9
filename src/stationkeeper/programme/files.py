"""Programme files on disk and in the package: found, checked for size and text, parsed."""

import os
import re
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from stationkeeper.programme.lines import key_lines, line_of
from stationkeeper.programme.problems import KeyPath, Origin, Problem, ProgrammeError
from stationkeeper.programme.table_rows import rows_from_csv

LARGEST_FILE = 10_000_000  # [byte] ten times the largest shipped file; our choice
DEEPEST = 12  # tables inside tables; the schema needs seven
_AT_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")

Raw = dict[str, Any]


@dataclass(frozen=True)
class Parsed:
    """One file: what it holds, and where each key of it stands."""

    file: str
    document: Raw
    origins: dict[KeyPath, Origin]
    problems: tuple[Problem, ...] = ()


def package_folder(name: str) -> Traversable:
    """Return a folder of the package: ``shipped``, ``library`` or ``tables``."""
    return files("stationkeeper.programme").joinpath(name)


def names_in(folder: str, ending: str) -> list[str]:
    """Return the names, without ending, of the files in a folder of the package."""
    place = package_folder(folder)
    if not place.is_dir():
        return []
    found = (entry.name for entry in place.iterdir())
    return sorted(name.removesuffix(ending) for name in found if name.endswith(ending))


def parse_packaged(folder: str, name: str) -> Parsed:
    """Read a file of the package."""
    content = package_folder(folder).joinpath(name).read_bytes()
    return parse(content, f"{folder}/{name}")


def parse_path(path: Path) -> Parsed:
    """Read a file of the user; anything that is no regular file of moderate size is refused."""
    return parse(read_moderate(path), display(path))


def display(path: Path | str) -> str:
    """Return a path as printable text."""
    text = str(path)
    return text if text.isprintable() else ascii(text)


def read_moderate(path: Path) -> bytes:
    """Return the bytes of a regular file not larger than the limit.

    Raises
    ------
    ProgrammeError
        If there is no such file, it is no regular file, cannot be read, or is too large.
    """
    name = display(path)
    try:
        # Non-blocking, so that a pipe nobody writes to is refused instead of waited for.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except ValueError:
        raise _refused(name, "a path with a null character", "a readable file") from None
    except FileNotFoundError:
        raise _refused(name, "no such file", "a file that is there") from None
    except IsADirectoryError:
        raise _refused(name, "a folder", "a file") from None
    except OSError as error:
        raise _refused(name, error.strerror or "an unreadable file", "a readable file") from None
    state = os.fstat(handle)
    if not stat.S_ISREG(state.st_mode):
        os.close(handle)
        given = "a folder" if stat.S_ISDIR(state.st_mode) else "a device or pipe"
        raise _refused(name, given, "a regular file")
    size = state.st_size
    with os.fdopen(handle, "rb") as stream:
        content = stream.read(LARGEST_FILE + 1) if size <= LARGEST_FILE else b""
    if size > LARGEST_FILE or len(content) > LARGEST_FILE:
        raise _refused(
            name, f"{size / 1e6:.1f} MB", f"at most {LARGEST_FILE / 1e6:.0f} MB", "split the tables"
        )
    return content


def _refused(file: str, given: str, expected: str, fix: str = "") -> ProgrammeError:
    return ProgrammeError([Problem("error", file, None, "", given, expected, fix)])


def as_text(content: bytes, file: str) -> str:
    """Decode UTF-8, and say what else it is if it is not.

    Raises
    ------
    ProgrammeError
        If the bytes are not text in UTF-8.
    """
    expected = "text in UTF-8"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(file, "text in UTF-16", expected, "save it as UTF-8")
    at = content.find(b"\0")
    if at >= 0:
        line = content.count(b"\n", 0, at) + 1
        problem = Problem("error", file, line, "", "binary data (a null byte)", expected)
        raise ProgrammeError([problem])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        given = f"byte 0x{content[error.start]:02x}, which is not UTF-8"
        problem = Problem("error", file, line, "", given, expected, "save it as UTF-8")
        raise ProgrammeError([problem]) from None


def parse(content: bytes, file: str) -> Parsed:
    """Parse the bytes of a TOML or CSV file.

    Raises
    ------
    ProgrammeError
        If it is not text, or not TOML, or nested beyond reason.
    """
    text = as_text(content, file)
    if file.endswith(".csv"):
        document, origins, problems = rows_from_csv(text, file)
        return Parsed(file, document, origins, tuple(problems))
    document = parse_toml(text, file)
    text = text.replace("\r\n", "\n")
    lines = key_lines(text)
    origins = {path: Origin(file, line_of(lines, path)) for path in key_paths(document)}
    return Parsed(file, document, origins)


def parse_toml(text: str, file: str) -> Raw:
    """Parse TOML; what the parser says is turned into one problem with its line.

    Raises
    ------
    ProgrammeError
        If the text is not TOML, or nested beyond reason.
    """
    expected = "TOML"
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise _refused(file, "values nested too deeply", f"at most {DEEPEST} levels") from None
    except ValueError as error:  # of which a TOML error is one
        said = str(error)
        at = _AT_LINE.search(said)
        last = text.count("\n") + 1
        line = int(at[1]) if at else (last if "end of document" in said else None)
        what = said[: at.start()].strip() if at else said.split(" (at ")[0]
        given = f"column {at[2]}: {what}" if at else what
        fix = ""
        if "end of document" in said:
            fix = "the file ends in the middle of a value; is it cut off?"
        elif "overwrite" in said or "twice" in said or "Duplicate" in said:
            fix = "a key or table may be written once only"
        printable = given if given.isprintable() else ascii(given)[1:-1]
        problem = Problem("error", file, line, "", shown_text(printable), expected, fix)
        raise ProgrammeError([problem]) from None
    if depth(document) > DEEPEST:
        raise _refused(file, "values nested too deeply", f"at most {DEEPEST} levels")
    return document


def shown_text(text: str, limit: int = 160) -> str:
    """Return a sentence, cut if it is long."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def depth(document: Any) -> int:
    """Return how many tables and lists lie inside one another; never recurses.

    Examples
    --------
    >>> depth({"a": {"b": [1]}})
    3
    """
    deepest, layer = 0, [document]
    while layer:
        layer = [
            inner
            for value in layer
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        deepest += 1
    return deepest - 1


def key_paths(document: Raw) -> Iterator[KeyPath]:
    """Yield the path of each table and value."""
    open_tables: list[tuple[KeyPath, Raw]] = [((), document)]
    while open_tables:
        path, table = open_tables.pop()
        for key, value in table.items():
            inner = (*path, key)
            yield inner
            if isinstance(value, dict):
                open_tables.append((inner, value))
