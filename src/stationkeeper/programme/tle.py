"""Element sets of two lines, with or without a name before them, one satellite or several.

Each line is held against its checksum, its columns and its ranges before anybody flies it.
"""

import math
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from stationkeeper.constants import EARTH_RADIUS, MU_EARTH, SECONDS_PER_DAY
from stationkeeper.programme.foreign_text import Foreign, open_foreign
from stationkeeper.programme.problems import Problem, ProgrammeError, shown
from stationkeeper.units import days_since_2000

LENGTH: Final = 69  # characters of a line
FIRST_YEAR: Final = 57  # two digits from here are of the last century: Sputnik's year
LOWEST: Final = 80e3  # [m] over the equator; nothing flies a revolution below; our choice
_MOST = 10_000  # sets in a file; our choice
_CATALOGUE = r"[ 0-9A-HJ-NP-Z][ 0-9]{3}[0-9]"  # a letter stands for 10 to 33, without I and O
_LINE_1 = re.compile(
    rf"1 {_CATALOGUE}[A-Z ] [ 0-9]{{5}}[ A-Z]{{3}} \d\d[ \d]{{2}}\d\.\d{{8}} "
    r"[ +-0]\.\d{8} [ +-][ \d]\d{4}[+-]\d [ +-][ \d]\d{4}[+-]\d [ \d] [ \d]{3}[ \d]\d"
)
_LINE_2 = re.compile(
    rf"2 {_CATALOGUE} [ \d]{{2}}\d\.\d{{4}} [ \d]{{2}}\d\.\d{{4}} \d{{7}} [ \d]{{2}}\d\.\d{{4}} "
    r"[ \d]{2}\d\.\d{4} [ \d]\d\.\d{8}[ \d]{5}\d"
)


class Fault(NamedTuple):
    """What is wrong with one of the two lines."""

    line: int
    """1 or 2."""
    key: str
    """Field, as inclination."""
    given: str
    expected: str
    fix: str = ""


@dataclass(frozen=True)
class Elements:
    """One element set.

    Attributes
    ----------
    name : str
        Of the line before, or the catalogue number.
    line1, line2 : str
        As read, 69 characters each.
    catalogue : str
        Number in the catalogue, as written.
    epoch_day : float
        Days since 2000-01-01T00:00 UTC. [d]
    inclination_deg, eccentricity, revolutions_per_day : float
        For messages and tables; who flies the set reads the lines. [deg, -, 1/d]
    line : int
        Of the first of the two in the file.
    """

    name: str
    line1: str
    line2: str
    catalogue: str
    epoch_day: float
    inclination_deg: float
    eccentricity: float
    revolutions_per_day: float
    line: int


def check_digit(line: str) -> int:
    """Return the last digit that a line should have: the sum of its digits, a minus counts one.

    Parameters
    ----------
    line : str
        At least 68 characters.

    Returns
    -------
    int
        0 to 9.

    References
    ----------
    .. [1] F. Hoots, R. Roehrich, "Spacetrack Report No. 3", 1980.

    Examples
    --------
    >>> check_digit("1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  292")
    7
    """
    return sum(int(c) if c.isdigit() else c == "-" for c in line[: LENGTH - 1]) % 10


def epoch_of(line1: str) -> float:
    """Return the epoch of a checked first line as days since 2000-01-01T00:00 UTC.

    Examples
    --------
    >>> epoch_of("1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927")
    3185.51782528
    """
    year = int(line1[18:20])
    year += 1900 if year >= FIRST_YEAR else 2000
    return days_since_2000(date(year, 1, 1)) + float(line1[20:32]) - 1.0


def elements_faults(line1: str, line2: str) -> list[Fault]:
    """Say what is wrong with the two lines of a set.

    Parameters
    ----------
    line1, line2 : str
        Blanks behind them do not count.

    Returns
    -------
    list of Fault
        Empty if they can be flown.

    Examples
    --------
    >>> first = "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927"
    >>> second = "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537"
    >>> elements_faults(first, second)
    []
    >>> elements_faults(first, second[:-1] + "8")[0].given
    "the checksum '8'"
    """
    lines = line1.rstrip(), line2.rstrip()
    faults = [
        fault
        for number, (line, columns) in enumerate(zip(lines, (_LINE_1, _LINE_2), strict=True), 1)
        if (fault := _line_fault(number, line, columns)) is not None
    ]
    if faults:
        return faults
    first, second = lines
    if first[2:7] != second[2:7]:
        given = f"{shown(second[2:7])}, but line 1 has {shown(first[2:7])}"
        return [Fault(2, "catalogue number", given, "the same number in both lines")]
    return _range_faults(first, second)


def _line_fault(number: int, line: str, columns: re.Pattern[str]) -> Fault | None:
    if not line.startswith(f"{number} "):
        expected = f"a line that begins with '{number} '"
        return Fault(number, "line number", shown(line[:2]), expected)
    if len(line) != LENGTH or not line.isascii():
        fix = "is it cut off?" if len(line) < LENGTH else ""
        return Fault(number, "length", f"{len(line)} characters", f"{LENGTH} of ASCII", fix)
    if not line[-1].isdigit() or int(line[-1]) != check_digit(line):
        expected = f"'{check_digit(line)}', from the digits of the line"
        fix = "a character of the line was changed; take the set from its source again"
        return Fault(number, "checksum", f"the checksum {shown(line[-1])}", expected, fix)
    if columns.fullmatch(line) is None:
        expected = f"the columns of line {number} of an element set"
        return Fault(number, "columns", shown(line, 80), expected)
    return None


def _range_faults(first: str, second: str) -> list[Fault]:
    faults: list[Fault] = []
    year, day = int(first[18:20]), float(first[20:32])
    full = year + (1900 if year >= FIRST_YEAR else 2000)
    days = (date(full + 1, 1, 1) - date(full, 1, 1)).days
    if not 1 <= day < days + 1:
        expected = f"a day of {full} from 1 to {days}"
        faults.append(Fault(1, "epoch", f"the day {first[20:32].strip()}", expected))
    bounds = (
        ("inclination", second[8:16], 180.0),
        ("right ascension of the node", second[17:25], 360.0),
        ("argument of perigee", second[34:42], 360.0),
        ("mean anomaly", second[43:51], 360.0),
    )
    for name, text, most in bounds:
        if not 0 <= float(text) <= most:
            faults.append(Fault(2, name, f"{text.strip()} deg", f"0 to {most:g} deg"))
    motion, eccentricity = float(second[52:63]), float("0." + second[26:33])
    perigee = _perigee_height(motion, eccentricity) if motion > 0 else -math.inf
    if not perigee >= LOWEST:
        given = f"{motion:g} revolutions a day and eccentricity {eccentricity:g}"
        expected = f"an orbit with its lowest point over {LOWEST / 1e3:g} km"
        faults.append(Fault(2, "mean motion", given, expected))
    return faults


def _perigee_height(revolutions: float, eccentricity: float) -> float:
    rate = 2 * math.pi * revolutions / SECONDS_PER_DAY
    return float((MU_EARTH / rate**2) ** (1 / 3) * (1 - eccentricity) - EARTH_RADIUS)


def read_elements(path: Path | str) -> tuple[Elements, ...]:
    """Read the element sets of a file.

    Parameters
    ----------
    path : Path or str
        Two lines a satellite, or three with a name before; blank lines and lines that begin with
        ``#`` are passed over.

    Returns
    -------
    tuple of Elements
        At least one, in their order.

    Raises
    ------
    ProgrammeError
        If a line is cut off, has a wrong checksum, another catalogue number than its partner, a
        value out of its range, or no partner: all that is wrong, with file and line.
    """
    text = open_foreign(path)
    lines = [
        (number, line.rstrip())
        for number, line in enumerate(text.lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    found: list[Elements] = []
    problems: list[Problem] = []
    name, k = "", 0
    while k < len(lines):
        number, line = lines[k]
        if line.startswith("1 ") and k + 1 < len(lines) and lines[k + 1][1].startswith("2 "):
            faults = elements_faults(line, lines[k + 1][1])
            if faults:
                problems += [
                    _problem(text, lines[k + fault.line - 1][0], fault) for fault in faults
                ]
            else:
                found.append(_elements(name, line, lines[k + 1][1], number))
            name, k = "", k + 2
        elif line.startswith(("1 ", "2 ")) and len(line) > 24:
            given = f"line {line[0]} of a set without line {'2' if line[0] == '1' else '1'}"
            expected = "line 1, then line 2"
            problems.append(
                _problem(text, number, Fault(1, "", given, expected, "is the file cut off?"))
            )
            name, k = "", k + 1
        elif name or k + 1 == len(lines):
            expected = "an element set: a line that begins with '1 ', then one with '2 '"
            problems.append(_problem(text, number, Fault(1, "", shown(line), expected)))
            break
        else:
            name, k = (line[2:] if line.startswith("0 ") else line).strip(), k + 1
    if problems:
        raise ProgrammeError(problems)
    if len(found) > _MOST:
        raise text.fault(None, "", f"{len(found)} sets", f"at most {_MOST}", "split the file")
    return tuple(found)


def _problem(text: Foreign, number: int, fault: Fault) -> Problem:
    return Problem("error", text.file, number, fault.key, fault.given, fault.expected, fault.fix)


def _elements(name: str, line1: str, line2: str, number: int) -> Elements:
    catalogue = line1[2:7].strip()
    return Elements(
        name=name or catalogue,
        line1=line1,
        line2=line2,
        catalogue=catalogue,
        epoch_day=epoch_of(line1),
        inclination_deg=float(line2[8:16]),
        eccentricity=float("0." + line2[26:33]),
        revolutions_per_day=float(line2[52:63]),
        line=number,
    )
