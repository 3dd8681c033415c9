"""How a published course is read from a replay: one figure from signals over time."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import InputError
from stationkeeper.operations.fault_files import CourseRow, FaultFile
from stationkeeper.programme.problems import choices, nearest, shown

Array = NDArray[np.float64]

UNITS: Final[dict[str, tuple[float, float]]] = {
    "": (1.0, 0.0),
    "-": (1.0, 0.0),
    "%": (0.01, 0.0),
    "s": (1.0, 0.0),
    "min": (60.0, 0.0),
    "h": (3_600.0, 0.0),
    "d": (86_400.0, 0.0),
    "deg": (np.pi / 180, 0.0),
    "deg/s": (np.pi / 180, 0.0),
    "degC": (1.0, 273.15),
    "K": (1.0, 0.0),
    "Pa": (1.0, 0.0),
    "kPa": (1e3, 0.0),
    "kg": (1.0, 0.0),
    "kg/d": (1.0 / 86_400.0, 0.0),
    "W": (1.0, 0.0),
    "kW": (1e3, 0.0),
    "N": (1.0, 0.0),
}
"""SI of one unit, and SI of its zero."""


def signals_of(row: CourseRow, names: list[str]) -> tuple[str, ...]:
    """Return the signals that a row of a course is read from, of those a station has.

    Raises
    ------
    InputError
        If a signal is not there.
    """
    found = []
    for pattern in row.signals:
        matching = [name for name in names if fnmatchcase(name, pattern)]
        if not matching:
            fix = nearest(pattern, names) or f"signals begin like {choices(names, 4)}"
            raise InputError(
                f"course {shown(row.name)}: signal: given {shown(pattern)}; expected a signal of"
                f" the station; {fix}"
            )
        found += matching
    return tuple(found)


def read_course(
    file: FaultFile, row: CourseRow, time: ArrayLike, signals: Mapping[str, ArrayLike]
) -> float:
    """Return our figure for one published fact.

    Parameters
    ----------
    file : FaultFile
        The file with its flight.
    row : CourseRow
        The fact.
    time : array_like, (time,)
        Since the begin of the flight, rising. [s]
    signals : mapping of str to array_like, (time,)
        Signals of the replay by name. [SI]

    Returns
    -------
    float
        In the unit of the row; NaN if the replay does not come so far, or never crosses the level.
    """
    begin = file.second(row.at)
    end = np.inf if row.until is None else file.second(row.until)
    times = np.asarray(time, dtype=np.float64)
    chosen = signals_of(row, list(signals))
    values = combined(row, np.stack([np.asarray(signals[name], np.float64) for name in chosen]))
    return read(row, times, values, begin, end)


def combined(row: CourseRow, values: Array) -> Array:
    """Return one course of several, (signal, time) to (time,)."""
    match row.combine:
        case "norm":
            return np.asarray(np.sqrt(np.sum(values**2, axis=0)))
        case "least":
            return np.asarray(np.min(values, axis=0))
        case "most":
            return np.asarray(np.max(values, axis=0))
        case "mean":
            return np.asarray(np.mean(values, axis=0))
        case _:
            return np.asarray(np.sum(values, axis=0))


def read(row: CourseRow, time: Array, values: Array, begin: float, end: float) -> float:
    """Return the figure of one course, see `CourseRow.read`; begin and end in seconds."""
    scale, zero = UNITS[row.unit]
    inside = (time >= begin) & (time <= end)
    if not inside.any() or time[-1] < begin:
        return float("nan")
    when, course = time[inside], values[inside]
    level_scale, level_zero = UNITS[row.level_unit]
    level = 0.0 if row.level is None else row.level * level_scale + level_zero
    match row.read:
        case "value":
            return float((np.interp(begin, time, values) - zero) / scale)
        case "largest":
            return float((course.max() - zero) / scale)
        case "smallest":
            return float((course.min() - zero) / scale)
        case "change":
            return float((course[-1] - course[0]) / scale)
        case "turn":
            return float(np.trapezoid(course, when) / scale)
        case "share":
            above = (course > level).astype(np.float64)
            return float(np.trapezoid(above, when) / max(when[-1] - when[0], 1e-9) / scale)
        case _:
            crossed = course > level if row.read == "first-above" else course < level
            if not crossed.any():
                return float("nan")
            return float((when[int(np.argmax(crossed))] - begin) / scale)
