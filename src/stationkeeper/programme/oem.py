"""Orbit ephemeris messages after CCSDS 502.0-B, in both their notations: KVN and XML.

Read are the states of one object in one frame, from one segment or several that follow one
another. Covariances and accelerations are passed over.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.programme.cdm import (
    FARTHEST_KM,
    LINE,
    NEAREST_KM,
    Entry,
    xml_entries,
)
from stationkeeper.programme.foreign_text import Foreign, open_foreign
from stationkeeper.programme.problems import shown
from stationkeeper.programme.time_systems import SYSTEMS, ahead_of_utc, leaps_within
from stationkeeper.units import days_since_2000

Array = NDArray[np.float64]

VERSIONS: Final = ("1.0", "2.0", "3.0")
FRAMES: Final = ("EME2000", "GCRF", "ICRF", "ITRF", "TEME")
"""Frames that are read; realisations as ITRF2014 or ITRF-97 count as ITRF."""
FEWEST: Final = 4  # rows, so that curves can be drawn through them; our choice
LONGEST_STEP: Final = 3.0  # times the median step; what is longer is a gap; our choice
WIDEST_STEP: Final = 600.0  # [s] a tenth of a revolution, which curves still follow; our choice
FASTEST_KM_S: Final = 20.0  # our bound for telling wrong units
_AGREES: Final = (0.2, 0.01)  # share and km/s by which velocity and change of place may differ
_SLACK: Final = 1e-3  # [s] between a row and the times that the head gives
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d{1,3})?"
_ROW = re.compile(r"(\S+)" + rf"\s+({_NUMBER})" * 6 + rf"(?:(?:\s+{_NUMBER}){{3}})?")
_TIME = re.compile(
    r"(\d{4})-(?:(\d{2})-(\d{2})|(\d{3}))T(\d{2}):(\d{2}):(\d{2}(?:\.\d*)?)Z?", re.ASCII
)
_STATE = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
_HEAD = ("OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM", "START_TIME")
_NEEDED = (*_HEAD, "STOP_TIME")
_KNOWN = {
    *_NEEDED, "REF_FRAME_EPOCH", "USEABLE_START_TIME", "USEABLE_STOP_TIME", "INTERPOLATION",
    "INTERPOLATION_DEGREE",
}  # fmt: skip
_Moment = tuple[int, float]  # whole day since 2000 and seconds of it


@dataclass(frozen=True, eq=False)
class OrbitMessage:
    """Where an object is by the time.

    Attributes
    ----------
    file : str
        For messages about it.
    object_name, object_id : str
        As in the message.
    frame : str
        One of `FRAMES`.
    day : ndarray, (n,)
        Days since 2000-01-01T00:00 UTC, growing. [d]
    position_km : ndarray, (n, 3)
        From Earth's centre. [km]
    velocity_km_s : ndarray, (n, 3)
        In the same frame; in ITRF relative to the turning Earth. [km/s]
    interpolation : str
        As the message recommends, or nothing.
    segments : int
        That it was made of.
    """

    file: str
    object_name: str
    object_id: str
    frame: str
    day: Array
    position_km: Array
    velocity_km_s: Array
    interpolation: str
    segments: int

    @property
    def start_day(self) -> float:
        """First epoch. [d]"""
        return float(self.day[0])

    @property
    def stop_day(self) -> float:
        """Last epoch. [d]"""
        return float(self.day[-1])


@dataclass
class _Segment:
    """A head and its rows, while the file is read."""

    line: int
    head: dict[str, Entry] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    times: list[_Moment] = field(default_factory=list)
    states: list[list[float]] = field(default_factory=list)


def read_oem(path: Path | str) -> OrbitMessage:
    """Read an orbit ephemeris message.

    Parameters
    ----------
    path : Path or str
        KVN or XML, version 1.0 to 3.0.

    Returns
    -------
    OrbitMessage
        Times in UTC, from whichever of UTC, TAI, TT and GPS the message counts in.

    Raises
    ------
    ProgrammeError
        If it is something else, has two objects or frames, another time system or centre, a key
        missing, a row out of order, a gap, too few rows, or values in other units: file, line,
        what was given and what was expected.

    Notes
    -----
    A gap is a step of more than 3 times the median, or more than 600 s. Where segments meet, the
    later one counts; rows outside its useable time do not. A span with a leap second in it is
    refused.

    References
    ----------
    .. [1] CCSDS 502.0-B-3, "Orbit Data Messages", 2023.
    """
    text = open_foreign(path)
    begin = next(line.lstrip() for line in text.lines if line.strip())
    segments = _from_xml(text) if begin.startswith("<") else _from_kvn(text)
    if not segments:
        raise text.fault(len(text.lines), "", "no segment", "META_START", "is the file cut off?")
    _one_of_each(text, segments)
    offset = _offset(text, segments[0])
    lines, seconds, states = _joined(text, segments)
    first = segments[0].times[0][0]
    _check_rows(text, lines, seconds, states)
    day = first + (seconds - offset) / SECONDS_PER_DAY
    if leaps_within(day[0], day[-1]):
        given, expected = "a leap second between its first row and its last", "none"
        raise text.fault(lines[0], "", given, expected, "cut the file in two there")
    head = segments[0].head
    return OrbitMessage(
        file=text.file,
        object_name=head["OBJECT_NAME"].value,
        object_id=head["OBJECT_ID"].value,
        frame=_frame(text, head["REF_FRAME"]),
        day=day,
        position_km=states[:, :3],
        velocity_km_s=states[:, 3:],
        interpolation=head["INTERPOLATION"].value if "INTERPOLATION" in head else "",
        segments=len(segments),
    )


def _check_version(text: Foreign, entry: Entry | None, line: int | None) -> None:
    if entry is None or entry.key != "CCSDS_OEM_VERS":
        given = shown(f"{entry.key} = {entry.value}") if entry else "no entry"
        expected = "an orbit ephemeris message: CCSDS_OEM_VERS first"
        raise text.fault(line, "", given, expected)
    if entry.value not in VERSIONS:
        expected = "version " + " or ".join(VERSIONS)
        raise text.fault(entry.line, entry.key, shown(entry.value), expected)


def _from_kvn(text: Foreign) -> list[_Segment]:
    segments: list[_Segment] = []
    part = "file"  # then: file head, head of a segment, rows, covariance
    for number, content in enumerate(text.lines, 1):
        plain = content.strip()
        if not plain or re.match(r"COMMENT\b", plain):
            continue
        if part == "file":
            match = LINE.fullmatch(plain) if len(plain) <= 1_000 else None
            entry = Entry(number, match[1].upper(), match[2], None) if match else None
            _check_version(text, entry or Entry(number, plain[:60], "", None), number)
            part = "before"
        elif plain == "META_START" and part != "head":
            segments.append(_Segment(number))
            part = "head"
        elif plain == "META_STOP" and part == "head":
            part = "rows"
        elif plain == "COVARIANCE_START" and part == "rows":
            part = "covariance"
        elif plain == "COVARIANCE_STOP" and part == "covariance":
            part = "rows"
        elif part in ("before", "head"):
            match = LINE.fullmatch(plain) if len(plain) <= 1_000 else None
            if match is None:
                expected = "KEY = VALUE, or COMMENT, or META_START or META_STOP"
                raise text.fault(number, "", shown(plain), expected, "is the file cut off?")
            if part == "head":
                _add(text, segments[-1], Entry(number, match[1].upper(), match[2], None))
        elif part == "rows":
            _add_row(text, segments[-1], number, plain)
    if part in ("head", "covariance"):
        expected = "META_STOP and rows" if part == "head" else "COVARIANCE_STOP"
        raise text.fault(len(text.lines), "", "the end", expected, "is the file cut off?")
    return segments


def _from_xml(text: Foreign) -> list[_Segment]:
    entries = xml_entries(text, "oem")
    _check_version(text, entries[0] if entries else None, entries[0].line if entries else None)
    segments: list[_Segment] = []
    state: dict[str, Entry] = {}
    open_row = False
    for entry in entries:
        if entry.key == "OBJECT_NAME":
            segments.append(_Segment(entry.line))
        if not segments:
            continue
        if entry.key == "EPOCH":
            state, open_row = {"EPOCH": entry}, True
        elif entry.key in _KNOWN:
            _add(text, segments[-1], entry)
            open_row = False
        elif open_row and entry.key in _STATE:
            wanted = "km" if entry.key in _STATE[:3] else "km/s"
            if entry.unit is not None and entry.unit.strip() != wanted:
                raise text.fault(entry.line, entry.key, f"the unit {shown(entry.unit)}", wanted)
            if entry.key in state:
                given = f"{shown(entry.value)}, a second time"
                raise text.fault(entry.line, entry.key, given, "each key once a state")
            state[entry.key] = entry
            if len(state) == 7:
                _add_state(text, segments[-1], state)
                open_row = False
        elif open_row and not entry.key.startswith("C"):  # a covariance has an epoch too
            expected = "EPOCH, " + ", ".join(_STATE)
            raise text.fault(entry.line, entry.key, shown(entry.value), expected)
        else:
            open_row = False
    return segments


def _add(text: Foreign, segment: _Segment, entry: Entry) -> None:
    if entry.key in segment.head:
        given = f"{shown(entry.value)}, a second time"
        raise text.fault(entry.line, entry.key, given, "each key once a segment")
    segment.head[entry.key] = entry


def _add_state(text: Foreign, segment: _Segment, state: dict[str, Entry]) -> None:
    epoch = state["EPOCH"]
    segment.lines.append(epoch.line)
    segment.times.append(_time(text, epoch))
    values = [text.number(state[key].value, state[key].line, key) for key in _STATE]
    segment.states.append(values)


def _add_row(text: Foreign, segment: _Segment, number: int, plain: str) -> None:
    match = _ROW.fullmatch(plain) if len(plain) <= 1_000 else None
    if match is None:
        fields = plain.split()
        if len(fields) not in (7, 10):
            given = f"{shown(plain)} with {len(fields)} fields"
            expected = "a time, X, Y, Z [km], X_DOT, Y_DOT, Z_DOT [km/s]"
            raise text.fault(number, "", given, expected, "is the file cut off?")
        for key, value in zip(_STATE, fields[1:], strict=False):
            text.number(value, number, key)
        raise text.fault(number, "", shown(plain), "a time and six numbers")
    segment.lines.append(number)
    segment.times.append(_time(text, Entry(number, "EPOCH", match[1], None)))
    segment.states.append(
        [float(match[k].replace("D", "e").replace("d", "e")) for k in range(2, 8)]
    )


def _time(text: Foreign, entry: Entry) -> _Moment:
    match = _TIME.fullmatch(entry.value)
    try:
        if match is None:
            raise ValueError
        year, month, day, of_year, hour, minute, second = match.groups()
        if of_year is None:
            when = date(int(year), int(month), int(day))
        else:
            when = date(int(year), 1, 1) + timedelta(days=int(of_year) - 1)
            if when.year != int(year):
                raise ValueError
        if int(hour) > 23 or int(minute) > 59 or float(second) >= 61 or when.year < 1972:
            raise ValueError
    except (ValueError, OverflowError):
        expected = "a time from 1972 on as 2030-03-13T22:37:52.618, or with the day of the year"
        raise text.fault(entry.line, entry.key, shown(entry.value), expected) from None
    return days_since_2000(when), 3_600.0 * int(hour) + 60.0 * int(minute) + float(second)


def _one_of_each(text: Foreign, segments: Sequence[_Segment]) -> None:
    """Refuse what is missing, and what differs between segments."""
    first = segments[0].head
    for segment in segments:
        for key in _NEEDED:
            entry = segment.head.get(key)
            if entry is None or not entry.value:
                line = entry.line if entry else segment.line
                raise text.fault(line, key, "nothing", "this key, with a value")
        for key, what in (("OBJECT_ID", "object"), ("REF_FRAME", "frame"), ("TIME_SYSTEM", "")):
            entry = segment.head[key]
            if entry.value.upper() != first[key].value.upper():
                given = f"{shown(entry.value)} after {shown(first[key].value)}"
                expected = f"one {what or 'time system'} in the whole file"
                raise text.fault(entry.line, key, given, expected, "split the file by segments")
        if segment.head["CENTER_NAME"].value.upper() != "EARTH":
            entry = segment.head["CENTER_NAME"]
            raise text.fault(entry.line, entry.key, shown(entry.value), "EARTH")
        if not segment.times:
            fix = "is the file cut off?"
            raise text.fault(segment.line, "", "a segment without rows", "rows of states", fix)
    _frame(text, first["REF_FRAME"])


def _frame(text: Foreign, entry: Entry) -> str:
    frame = entry.value.upper()
    if re.fullmatch(r"ITRF[-_]?(\d{2}|\d{4})?", frame):
        return "ITRF"
    if frame not in FRAMES:
        raise text.fault(entry.line, entry.key, shown(entry.value), ", ".join(FRAMES))
    return frame


def _offset(text: Foreign, segment: _Segment) -> float:
    entry = segment.head["TIME_SYSTEM"]
    if entry.value.upper() not in SYSTEMS:
        raise text.fault(entry.line, entry.key, shown(entry.value), ", ".join(SYSTEMS))
    return ahead_of_utc(entry.value.upper(), float(segment.times[0][0]))


def _joined(text: Foreign, segments: Sequence[_Segment]) -> tuple[list[int], Array, Array]:
    """Return the line, seconds since the day of the first row, and state of all rows."""
    origin = segments[0].times[0][0]
    lines: list[int] = []
    seconds: list[float] = []
    states: list[list[float]] = []
    for segment in segments:
        bounds: dict[str, float] = {
            key: _since(origin, _time(text, segment.head[key]))
            for key in ("START_TIME", "STOP_TIME", "USEABLE_START_TIME", "USEABLE_STOP_TIME")
            if key in segment.head and segment.head[key].value
        }
        found = [_since(origin, moment) for moment in segment.times]
        _check_order(text, segment, found)
        _check_bounds(text, segment, found, bounds)
        begin = bounds.get("USEABLE_START_TIME", bounds["START_TIME"]) - _SLACK
        end = bounds.get("USEABLE_STOP_TIME", bounds["STOP_TIME"]) + _SLACK
        several = len(segments) > 1
        kept = [k for k, at in enumerate(found) if not several or begin <= at <= end]
        if seconds and kept and found[kept[0]] < seconds[-1] - _SLACK:
            given = f"a segment that begins {seconds[-1] - found[kept[0]]:g} s before the last ends"
            expected = "segments that follow one another"
            raise text.fault(segment.line, "START_TIME", given, expected)
        if seconds and kept and found[kept[0]] <= seconds[-1] + _SLACK:
            for told in (lines, seconds, states):
                told.pop()
        lines += [segment.lines[k] for k in kept]
        seconds += [found[k] for k in kept]
        states += [segment.states[k] for k in kept]
    return lines, np.array(seconds), np.array(states)


def _since(origin: int, moment: _Moment) -> float:
    return (moment[0] - origin) * SECONDS_PER_DAY + moment[1]


def _check_order(text: Foreign, segment: _Segment, found: list[float]) -> None:
    for k in range(1, len(found)):
        if found[k] <= found[k - 1]:
            given = f"a row {found[k - 1] - found[k]:g} s before the row before it"
            expected = "rows in the order of time, each time once"
            raise text.fault(segment.lines[k], "EPOCH", given, expected)


def _check_bounds(
    text: Foreign, segment: _Segment, found: list[float], bounds: dict[str, float]
) -> None:
    begin, end = bounds["START_TIME"], bounds["STOP_TIME"]
    if end < begin:
        entry = segment.head["STOP_TIME"]
        expected = "a time after START_TIME"
        raise text.fault(entry.line, entry.key, shown(entry.value), expected)
    for k in (0, -1):
        if not begin - _SLACK <= found[k] <= end + _SLACK:
            expected = "rows from START_TIME to STOP_TIME"
            given = "a row outside the time of its segment"
            raise text.fault(segment.lines[k], "EPOCH", given, expected)
    step = float(np.median(np.diff(found))) if len(found) > 1 else 0.0
    if end - found[-1] > LONGEST_STEP * step + _SLACK:
        entry = segment.head["STOP_TIME"]
        given = f"a last row {end - found[-1]:g} s before STOP_TIME"
        expected = "rows up to STOP_TIME"
        raise text.fault(segment.lines[-1], "EPOCH", given, expected, "is the file cut off?")


def _check_rows(text: Foreign, lines: list[int], seconds: Array, states: Array) -> None:
    if len(seconds) < FEWEST:
        expected = f"at least {FEWEST}"
        raise text.fault(lines[-1] if lines else None, "", f"{len(seconds)} rows", expected)
    step = np.diff(seconds)
    widest = min(LONGEST_STEP * float(np.median(step)), WIDEST_STEP)
    if np.any(step > widest):
        k = int(np.argmax(step > widest))
        given = f"a gap of {step[k]:g} s after line {lines[k]}"
        expected = f"steps of at most {widest:g} s"
        fix = "give a file without a hole, or cut it there"
        raise text.fault(lines[k + 1], "EPOCH", given, expected, fix)
    distance = np.linalg.norm(states[:, :3], axis=1)
    far = (distance < NEAREST_KM) | (distance > FARTHEST_KM)
    if far.any():
        k = int(np.argmax(far))
        expected = f"{NEAREST_KM:g} to {FARTHEST_KM:g} km from Earth's centre"
        fix = "are positions in metres?" if distance[k] > FARTHEST_KM else ""
        raise text.fault(lines[k], "X, Y, Z", f"{distance[k]:g} km", expected, fix)
    speed = np.linalg.norm(states[:, 3:], axis=1)
    if np.any(speed > FASTEST_KM_S):
        k = int(np.argmax(speed > FASTEST_KM_S))
        expected = f"a speed of at most {FASTEST_KM_S:g} km/s"
        fix = "are velocities in metres a second?"
        raise text.fault(lines[k], "X_DOT, Y_DOT, Z_DOT", f"{speed[k]:g}", expected, fix)
    moved = np.diff(states[:, :3], axis=0) / step[:, None]
    mean = 0.5 * (states[1:, 3:] + states[:-1, 3:])
    apart = np.linalg.norm(moved - mean, axis=1)
    wrong = apart > _AGREES[0] * np.linalg.norm(moved, axis=1) + _AGREES[1]
    if wrong.any():
        k = int(np.argmax(wrong))
        given = f"a velocity {apart[k]:.3g} km/s from how the position changes"
        expected = "velocities that fit the positions"
        fix = "are columns, units or frames mixed up?"
        raise text.fault(lines[k + 1], "X_DOT, Y_DOT, Z_DOT", given, expected, fix)
