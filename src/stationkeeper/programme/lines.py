"""On which line of a TOML text each key stands."""

import re
from collections.abc import Iterator

from stationkeeper.programme.problems import KeyPath

_BARE = r"[A-Za-z0-9_\-]+"
_QUOTED = r'"(?:[^"\\]|\\.)*"|\'[^\']*\''
_PART = re.compile(rf"\s*(?:({_BARE})|({_QUOTED}))\s*(\.?)")
_SKIP = re.compile(r"[^\"'\[\]{}#]+")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line, counted from one, of each table and key of a TOML text.

    Keys inside an inline table or an array stand on the line where that value begins; ask
    :func:`line_of`. Text that is not valid TOML gives the lines that could be read.

    Parameters
    ----------
    text : str
        The document.

    Returns
    -------
    dict of tuple of str to int
        Line by key path; the first line on which the path is named.

    Examples
    --------
    >>> key_lines("a = 1\\n[b.c]\\nd.e = 2\\n")[("b", "c", "d", "e")]
    3
    """
    found: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in _statements(text):
        stripped = line.lstrip()
        if stripped.startswith("["):
            path, _ = _parts(stripped.lstrip("["))
            table = path
        else:
            path, rest = _parts(stripped)
            if not path or not rest.startswith("="):
                continue
            path = table + path
        for length in range(1, min(len(path), 40) + 1):
            found.setdefault(path[:length], number)
    return found


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """Return the line of a key path, or of the nearest table that holds it.

    Examples
    --------
    >>> line_of({("a",): 1, ("a", "b"): 2}, ("a", "b", "c"))
    2
    """
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines on which a statement begins: not those inside a string or an array."""
    depth = 0
    closing = ""
    for number, line in enumerate(text.split("\n"), 1):
        begins = not depth and not closing
        if begins and line.strip() and not line.lstrip().startswith("#"):
            yield number, line
        if begins and line.lstrip().startswith("["):
            continue
        depth, closing = _scan(line, depth, closing)


def _scan(line: str, depth: int, closing: str) -> tuple[int, str]:
    """Follow strings and brackets along a line; return the depth and the open string after it."""
    at = 0
    while at < len(line):
        if closing:
            end = line.find(closing, at)
            while closing == '"""' and end > 0 and _escaped(line, end):
                end = line.find(closing, end + 1)
            if end < 0:
                return depth, closing
            at, closing = end + 3, ""
            continue
        skipped = _SKIP.match(line, at)
        if skipped:
            at = skipped.end()
            continue
        mark = line[at]
        if mark == "#":
            break
        if line.startswith(('"""', "'''"), at):
            closing = line[at : at + 3]
            at += 3
        elif mark in "\"'":
            string = re.compile(_QUOTED).match(line, at)
            if string is None:
                break
            at = string.end()
        else:
            depth = max(0, depth + (1 if mark in "[{" else -1))
            at += 1
    return depth, closing


def _escaped(line: str, at: int) -> bool:
    backslashes = len(line[:at]) - len(line[:at].rstrip("\\"))
    return backslashes % 2 == 1


def _parts(text: str) -> tuple[KeyPath, str]:
    """Split a dotted key from the front of a statement; return it and what follows."""
    parts: list[str] = []
    at = 0
    while match := _PART.match(text, at):
        bare, quoted, dot = match.groups()
        parts.append(bare if bare is not None else quoted[1:-1])
        at = match.end()
        if not dot:
            break
    return tuple(parts), text[at:]


def split_key(text: str) -> KeyPath:
    """Split a dotted key as TOML does; empty if it is not one.

    Examples
    --------
    >>> split_key('flight."a.b".mass_kg')
    ('flight', 'a.b', 'mass_kg')
    >>> split_key("a..b")
    ()
    """
    parts, rest = _parts(text)
    whole = not rest.strip() and not text.rstrip().endswith(".")
    return parts if whole else ()
