"""What every reader of a foreign text file shares: one fault told in one line, and numbers."""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from stationkeeper.programme.files import as_text, display, read_moderate
from stationkeeper.programme.problems import Problem, ProgrammeError, shown

# Fortran writes 1.0D-05, and 1.0-105 where the exponent has three digits.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d{1,3}|[+-]\d{3})?")


@dataclass(frozen=True)
class Foreign:
    """A text file of another program: its name for messages, and its lines."""

    file: str
    name: str
    lines: tuple[str, ...]

    def fault(
        self, line: int | None, key: str, given: str, expected: str, fix: str = ""
    ) -> ProgrammeError:
        """Return an error that says what is wrong with the file."""
        return ProgrammeError([Problem("error", self.file, line, key, given, expected, fix)])

    def number(self, text: str, line: int, key: str, expected: str = "a number") -> float:
        """Return a finite number, as C or Fortran write it.

        Raises
        ------
        ProgrammeError
            If the text is anything else.
        """
        plain = text.strip()
        if not _NUMBER.fullmatch(plain):
            raise self.fault(line, key, shown(plain), expected)
        if not re.search("[eEdD]", plain):
            plain = re.sub(r"(?<=[\d.])([+-]\d{3})$", r"e\1", plain)
        value = float(re.sub("[dD]", "e", plain))
        if not math.isfinite(value):
            raise self.fault(line, key, shown(text), expected)
        return value


def open_foreign(path: Path | str) -> Foreign:
    """Read a text file of another program.

    Parameters
    ----------
    path : Path or str
        A regular file of moderate size in UTF-8.

    Returns
    -------
    Foreign

    Raises
    ------
    ProgrammeError
        If it is not there, not text, empty or too large.
    """
    path = Path(path)
    file = display(path)
    text = as_text(read_moderate(path), file)
    found = Foreign(file, display(path.name), tuple(re.split(r"\r\n|\n|\r", text)))
    if not text.strip():
        raise found.fault(None, "", "an empty file", "the output of another program")
    return found
