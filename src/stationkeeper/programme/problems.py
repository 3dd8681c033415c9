"""What is wrong with a programme: one frozen record each, written for its reader."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from stationkeeper.errors import InputError

Severity = Literal["error", "warning"]
KeyPath = tuple[str, ...]

SHOWN = 50
"""Problems printed before the rest is only counted; our choice."""


@dataclass(frozen=True)
class Origin:
    """Where a key was written; no line for what came from the command line."""

    file: str
    line: int | None = None


@dataclass(frozen=True)
class Problem:
    """One fault: where it is, what was given, what was expected, how to mend it."""

    severity: Severity
    file: str
    line: int | None
    key: str
    given: str
    expected: str
    fix: str = ""

    def __str__(self) -> str:
        """Return one line."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f"{place}: {self.key}" if self.key else place
        parts = [f"given {self.given}" if self.given else "", f"expected {self.expected}"]
        if self.fix:
            parts.append(self.fix)
        return printable(f"{where}: " + "; ".join(part for part in parts if part))

    def as_document(self) -> dict[str, Any]:
        """Return the problem as plain data."""
        return dict(vars(self))


@dataclass(frozen=True)
class Estimate:
    """A figure that is ours, because no source gives one."""

    file: str
    line: int | None
    key: str
    value: str
    note: str

    def __str__(self) -> str:
        """Return one line."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        tail = f" ({self.note})" if self.note else ""
        return f"{place}: {self.key} = {self.value}{tail}"

    def as_document(self) -> dict[str, Any]:
        """Return the estimate as plain data."""
        return dict(vars(self))


class ProgrammeError(InputError):
    """A programme that cannot be flown, with every problem that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(listing(self.problems))


def listing(problems: Sequence[Problem]) -> str:
    """Return problems one to a line, errors first; beyond the first fifty they are counted."""
    ordered = sorted(problems, key=lambda problem: problem.severity != "error")
    if len(ordered) == 1:
        return str(ordered[0])
    lines = [f"{len(ordered)} problems"]
    lines += [f"  {problem.severity}: {problem}" for problem in ordered[:SHOWN]]
    if len(ordered) > SHOWN:
        lines.append(f"  and {len(ordered) - SHOWN} more")
    return "\n".join(lines)


def printable(text: str) -> str:
    """Return a text with its control characters written out.

    Examples
    --------
    >>> print(printable("a" + chr(27) + "b"))
    a\\x1bb
    """
    return (
        text
        if text.isprintable()
        else "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    )


def shown(value: object, limit: int = 60) -> str:
    """Return any value as short printable text.

    Examples
    --------
    >>> shown("a\\nb")
    "'a\\\\nb'"
    >>> shown("x" * 100, limit=10)
    "'xxxx...'"
    """
    if isinstance(value, dict):
        return f"a table of {len(value)} keys"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if len(value) > 4 else _short(_safely(list(value)), limit)
    if hasattr(value, "isoformat"):
        return str(value)
    return _short(_safely(value), limit)


def _safely(value: object) -> str:
    try:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**30:
            return "a whole number of more than 30 digits"
        return ascii(value) if not str(value).isprintable() else repr(value)
    except (ValueError, RecursionError):
        return "a value too large to print"


def _short(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    quote = text[-1] if text[-1] in "'\"" else ""
    return text[: limit - 3 - len(quote) - 1] + "..." + quote


def nearest(given: str, known: Iterable[str]) -> str:
    """Return ``did you mean ...?`` for a misspelt name, or nothing.

    Examples
    --------
    >>> nearest("inclinaton_deg", ["altitude_km", "inclination_deg"])
    "did you mean 'inclination_deg'?"
    >>> nearest("qqqq", ["altitude_km"])
    ''
    """
    found = difflib.get_close_matches(given[:100].lower(), list(known)[:5_000], n=2, cutoff=0.6)
    return f"did you mean {' or '.join(repr(name) for name in found)}?" if found else ""


def choices(known: Iterable[str], limit: int = 12) -> str:
    """Return names as a short list.

    Examples
    --------
    >>> choices(["b", "a"])
    'a, b'
    """
    names = sorted(known)
    if not names:
        return "none is defined"
    tail = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + tail
