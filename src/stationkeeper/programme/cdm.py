"""Conjunction data messages after CCSDS 508.0-B-1, in both their notations: KVN and XML.

Read are the time and distance of closest approach, the states of both objects with the covariance
of each in radial, transverse and normal axes, designators, and a probability if the message gives
one. The rest of a message is passed over.
"""

import math
import re
import xml.parsers.expat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.programme.foreign_text import Foreign, open_foreign
from stationkeeper.programme.problems import shown

Array = NDArray[np.float64]

VERSION: Final = "1.0"
FRAMES: Final = ("EME2000", "GCRF", "ITRF")
_AXES = ("R", "T", "N", "RDOT", "TDOT", "NDOT")
_COVARIANCE = [
    (f"C{_AXES[row]}_{_AXES[column]}", row, column) for row in range(6) for column in range(row + 1)
]
_STATE = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
_UNITS = {
    "MISS_DISTANCE": "m",
    **dict.fromkeys(_STATE[:3], "km"),
    **dict.fromkeys(_STATE[3:], "km/s"),
    **{
        key: ("m**2", "m**2/s", "m**2/s**2")[(row > 2) + (column > 2)]
        for key, row, column in _COVARIANCE
    },
}
LINE = re.compile(r"([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*?)\s*(?:\[([^\[\]]*)\])?")
_TIME = re.compile(
    r"(\d{4})-(?:(\d{2})-(\d{2})|(\d{3}))T(\d{2}):(\d{2}):(\d{2}(?:\.\d*)?)Z?", re.ASCII
)
_DEEPEST = 20  # XML elements inside one another; a message has six
_MOST = 1_000  # messages in a file; our choice
NEAREST_KM: Final = 6_400.0  # [km] from Earth's centre; our bounds for telling wrong units
FARTHEST_KM: Final = 1_000_000.0  # [km]
MISS_AGREES: Final = (10.0, 0.01)  # [m] and share by which distance and states may differ; ours


@dataclass(frozen=True)
class Entry:
    """One value of a message, and the line it stands on."""

    line: int
    key: str
    value: str
    unit: str | None


@dataclass(frozen=True)
class Tracked:
    """One of the two objects at closest approach.

    Attributes
    ----------
    designator, name : str
        As in the message.
    position_km, velocity_km_s : ndarray, (3,)
        In the frame of the message. [km], [km/s]
    covariance : ndarray, (6, 6)
        Radial, transverse, normal, then their rates; NaN where the message has no rates.
        [m2, m2/s, m2/s2]
    line : int
        Where the object begins.
    """

    designator: str
    name: str
    position_km: Array
    velocity_km_s: Array
    covariance: Array
    line: int


@dataclass(frozen=True)
class ConjunctionMessage:
    """A close approach of two objects.

    Attributes
    ----------
    day : date
        Day of closest approach. [date]
    made_at : datetime or None
        When the message was made. [UTC]
    miss_m : float
        Distance at closest approach. [m]
    frame : str
        Frame of both states: EME2000, GCRF or ITRF.
    objects : tuple of Tracked
        OBJECT1 and OBJECT2.
    probability : float or None
        As the message gives it. [-]
    message_id, originator : str
        As in the message.
    line : int
        Where it begins.
    """

    day: date
    made_at: datetime | None
    miss_m: float
    frame: str
    objects: tuple[Tracked, Tracked]
    probability: float | None
    message_id: str
    originator: str
    line: int

    @property
    def made_on(self) -> date | None:
        """Day on which the message was made."""
        return self.made_at.date() if self.made_at is not None else None


def read_messages(path: Path | str) -> tuple[Foreign, list[ConjunctionMessage]]:
    """Read the conjunction data messages of a file.

    Parameters
    ----------
    path : Path or str
        KVN or XML; one message, or several after one another (in XML inside an ``ndm``).

    Returns
    -------
    Foreign
        The file, for messages about it.
    list of ConjunctionMessage
        At least one.

    Raises
    ------
    InputError
        If it is something else, of another version, cut off, in other units, or without the
        covariance of an object: file, line, what was given and what was expected.
    """
    text = open_foreign(path)
    begin = next(line.lstrip() for line in text.lines if line.strip())
    entries = xml_entries(text, "cdm") if begin.startswith("<") else list(_kvn_entries(text))
    starts = [k for k, entry in enumerate(entries) if entry.key == "CCSDS_CDM_VERS"]
    if not entries or not starts or starts[0] != 0:
        given = f"{entries[0].key} = {entries[0].value}" if entries else "no entry"
        line = entries[0].line if entries else None
        expected = f"a conjunction data message: CCSDS_CDM_VERS = {VERSION} first"
        raise text.fault(line, "", shown(given), expected)
    if len(starts) > _MOST:
        raise text.fault(None, "", f"{len(starts)} messages", f"at most {_MOST}", "split the file")
    ends = [*starts[1:], len(entries)]
    return text, [_message(text, entries[a:b]) for a, b in zip(starts, ends, strict=True)]


def _kvn_entries(text: Foreign) -> Iterator[Entry]:
    for number, content in enumerate(text.lines, 1):
        plain = content.strip()
        if not plain or re.match(r"COMMENT\b", plain):
            continue
        match = LINE.fullmatch(plain) if len(plain) <= 1_000 else None
        if match is None:
            expected = "KEY = VALUE [unit], or COMMENT"
            raise text.fault(number, "", shown(plain), expected, "is it cut off?")
        yield Entry(number, match[1].upper(), match[2], match[3])


def xml_entries(text: Foreign, message: str) -> list[Entry]:
    """Return the leaves of a message in XML in their order, each as an entry of KVN.

    Parameters
    ----------
    text : Foreign
        The file.
    message : str
        Name of its element, as ``cdm``; its version becomes an entry of its own.

    Returns
    -------
    list of Entry
        Without comments.

    Raises
    ------
    ProgrammeError
        If it is not XML, declares a document type or is nested too deeply.
    """
    found: list[Entry] = []
    whole = ("COMMENT", message.upper(), f"CCSDS_{message.upper()}_VERS")
    # Of each open element: its line, its text, its unit, and whether others lie inside.
    opened: list[tuple[int, list[str], str | None, list[bool]]] = []
    parser = xml.parsers.expat.ParserCreate("utf-8")

    def begin(name: str, attributes: dict[str, str]) -> None:
        line = parser.CurrentLineNumber
        if len(opened) >= _DEEPEST:
            expected = f"elements nested at most {_DEEPEST} deep"
            raise text.fault(line, "", "elements nested too deeply", expected)
        if opened:
            opened[-1][3][0] = True
        opened.append((line, [], attributes.get("units"), [False]))
        if name.split(":")[-1] == message:
            version = attributes.get("version", "")
            found.append(Entry(line, f"CCSDS_{message.upper()}_VERS", version, None))

    def end(name: str) -> None:
        line, pieces, unit, holds = opened.pop()
        key = name.split(":")[-1].upper()
        if not holds[0] and key not in whole:
            found.append(Entry(line, key, "".join(pieces).strip(), unit))

    def characters(data: str) -> None:
        if opened:
            opened[-1][1].append(data)

    def doctype(*_: object) -> None:
        given = "a document type declaration"
        raise text.fault(parser.CurrentLineNumber, "", given, "XML without one")

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse("\n".join(text.lines).encode(), True)
    except xml.parsers.expat.ExpatError as error:
        said = xml.parsers.expat.errors.messages.get(error.code, "")
        raise text.fault(error.lineno, "", said, "XML", "is it cut off?") from None
    return found


def _message(text: Foreign, entries: list[Entry]) -> ConjunctionMessage:
    first = entries[0]
    if first.value != VERSION:
        raise text.fault(first.line, first.key, shown(first.value), f"version {VERSION}")
    marks = [k for k, entry in enumerate(entries) if entry.key == "OBJECT"]
    names = [entries[k].value.upper() for k in marks]
    if names != ["OBJECT1", "OBJECT2"]:
        line = entries[marks[-1]].line if marks else entries[-1].line
        given = ", ".join(names) if names else "no object"
        fix = "is the file cut off?" if len(names) < 2 else ""
        raise text.fault(line, "OBJECT", shown(given), "OBJECT1, then OBJECT2", fix)
    common = _section(text, entries[: marks[0]])
    one = _section(text, entries[marks[0] : marks[1]])
    two = _section(text, entries[marks[1] :])
    day = _time(text, _needed(text, common, "TCA", first.line)).date()
    made = common.get("CREATION_DATE")
    miss = _number(text, _needed(text, common, "MISS_DISTANCE", first.line))
    if miss < 0:
        entry = common["MISS_DISTANCE"]
        raise text.fault(entry.line, entry.key, shown(entry.value), "a distance of at least 0 m")
    frames = [_frame(text, section) for section in (one, two)]
    if frames[0] != frames[1]:
        line = two["REF_FRAME"].line
        expected = f"{frames[0]}, as for OBJECT1: states in one frame"
        raise text.fault(line, "REF_FRAME", frames[1], expected)
    objects = _tracked(text, one), _tracked(text, two)
    apart = 1e3 * float(np.linalg.norm(objects[1].position_km - objects[0].position_km))
    if abs(apart - miss) > MISS_AGREES[0] + MISS_AGREES[1] * miss:
        entry = common["MISS_DISTANCE"]
        given, expected = f"{miss:g} m", f"{apart:g} m, the distance between the two states"
        raise text.fault(entry.line, entry.key, given, expected, "are units mixed up?")
    return ConjunctionMessage(
        day=day,
        made_at=_time(text, made) if made else None,
        miss_m=miss,
        frame=frames[0],
        objects=objects,
        probability=_probability(text, common.get("COLLISION_PROBABILITY")),
        message_id=_plain(common, "MESSAGE_ID"),
        originator=_plain(common, "ORIGINATOR"),
        line=first.line,
    )


def _section(text: Foreign, entries: list[Entry]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.key in found and entry.key in (*_UNITS, "TCA", "REF_FRAME", "OBJECT_DESIGNATOR"):
            given = f"{shown(entry.value)}, a second time"
            raise text.fault(entry.line, entry.key, given, "each key once")
        found[entry.key] = entry
    return found


def _needed(text: Foreign, section: dict[str, Entry], key: str, line: int) -> Entry:
    entry = section.get(key)
    if entry is None or not entry.value:
        raise text.fault(entry.line if entry else line, key, "nothing", "this key, with a value")
    return entry


def _number(text: Foreign, entry: Entry) -> float:
    wanted = _UNITS.get(entry.key)
    if wanted is not None and entry.unit is not None:
        unit = entry.unit.strip().replace("^", "**").lower()
        if unit != wanted:
            given = f"the unit {shown(entry.unit)}"
            raise text.fault(entry.line, entry.key, given, wanted)
    return text.number(entry.value, entry.line, entry.key)


def _frame(text: Foreign, section: dict[str, Entry]) -> str:
    entry = _needed(text, section, "REF_FRAME", section["OBJECT"].line)
    if entry.value.upper() not in FRAMES:
        raise text.fault(entry.line, entry.key, shown(entry.value), ", ".join(FRAMES))
    return entry.value.upper()


def _tracked(text: Foreign, section: dict[str, Entry]) -> Tracked:
    begin = section["OBJECT"]
    state = [_number(text, _needed(text, section, key, begin.line)) for key in _STATE]
    distance = math.hypot(*state[:3])
    if not NEAREST_KM <= distance <= FARTHEST_KM:
        expected = f"{NEAREST_KM:g} to {FARTHEST_KM:g} km from Earth's centre"
        raise text.fault(section["X"].line, "X, Y, Z", f"{distance:g} km", expected)
    speed = math.hypot(*state[3:])
    if not 1e-3 <= speed <= 20:
        expected = "a speed of 0.001 to 20 km/s"
        raise text.fault(section["X_DOT"].line, "X_DOT, Y_DOT, Z_DOT", f"{speed:g}", expected)
    return Tracked(
        designator=_needed(text, section, "OBJECT_DESIGNATOR", begin.line).value,
        name=_plain(section, "OBJECT_NAME"),
        position_km=np.array(state[:3]),
        velocity_km_s=np.array(state[3:]),
        covariance=_covariance(text, section),
        line=begin.line,
    )


def _covariance(text: Foreign, section: dict[str, Entry]) -> Array:
    begin = section["OBJECT"]
    missing = [key for key, row, _ in _COVARIANCE if row < 3 and key not in section]
    if missing:
        given = "no covariance" if len(missing) == 6 else f"a covariance without {missing[0]}"
        expected = "CR_R, CT_R, CT_T, CN_R, CN_T, CN_N: without it no chance can be computed"
        fix = "ask the originator for the message with the covariance"
        raise text.fault(begin.line, begin.value, given, expected, fix)
    matrix = np.full((6, 6), math.nan)
    for key, row, column in _COVARIANCE:
        if key in section:
            matrix[row, column] = matrix[column, row] = _number(text, section[key])
    place = matrix[:3, :3]
    least, _, most = np.linalg.eigvalsh(place)
    if not (np.all(np.diag(place) >= 0) and least >= -1e-9 * abs(most) and most > 0):
        given = f"a covariance with variances {least:.3g} to {most:.3g} m**2"
        expected = "variances that are not negative, nor all 0"
        raise text.fault(section["CR_R"].line, begin.value, given, expected)
    return matrix


def _probability(text: Foreign, entry: Entry | None) -> float | None:
    if entry is None or not entry.value:
        return None
    value = _number(text, entry)
    if not 0 <= value <= 1:
        raise text.fault(entry.line, entry.key, shown(entry.value), "a probability from 0 to 1")
    return value


def _time(text: Foreign, entry: Entry) -> datetime:
    match = _TIME.fullmatch(entry.value)
    try:
        if match is None:
            raise ValueError
        year, month, day, of_year, hour, minute, second = match.groups()
        if float(second) >= 61:  # a leap second is allowed
            raise ValueError
        begin = datetime(int(year), int(month or 1), int(day or 1), int(hour), int(minute))
        if of_year is not None:
            if of_year == "000":
                raise ValueError
            begin += timedelta(days=int(of_year) - 1)
            if begin.year != int(year):
                raise ValueError
        begin += timedelta(seconds=min(float(second), 59.999999))  # a leap second stays in its day
    except (ValueError, OverflowError):
        expected = "a time as 2010-03-13T22:37:52.618, or with the day of the year"
        raise text.fault(entry.line, entry.key, shown(entry.value), expected) from None
    return begin


def _plain(section: dict[str, Entry], key: str) -> str:
    entry = section.get(key)
    return entry.value if entry is not None else ""
