"""Flights of history, flown again with what failed then, beside what was published of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.operations.build import Built, build
from stationkeeper.operations.fault_course import read_course, signals_of
from stationkeeper.operations.fault_files import (
    FaultFile,
    Flown,
    shipped_fault_file,
    shipped_faults,
)
from stationkeeper.operations.flight import Flight, begin, fly
from stationkeeper.operations.house import house_of
from stationkeeper.operations.minds import Command, mind_of
from stationkeeper.operations.registry import Part
from stationkeeper.operations.stepping import SAMPLE
from stationkeeper.operations.surroundings import surroundings_of
from stationkeeper.programme.read import read_programme
from stationkeeper.validation.rows import Progress, Row

Array = NDArray[np.float64]

TOPIC: Final = "operations"
SEED: Final = 1


@dataclass(frozen=True, eq=False)
class Replay:
    """A flight of history, flown to its end."""

    file: FaultFile
    built: Built
    time: Array
    """Since the begin, once a minute. [s]"""
    signals: dict[str, Array]
    """True signals that the course is read from, (time,). [SI]"""
    first: tuple[Part, ...]
    """All parts at the begin."""
    last: tuple[Part, ...]
    """All parts at the end."""
    recorder: tuple[float, float]
    """Filled at begin and end. [byte]"""


def replayed(
    name: str,
    *,
    mission: int | None = None,
    also: Iterable[str] = (),
    file: FaultFile | None = None,
) -> Replay:
    """Fly a flight of history.

    Parameters
    ----------
    name : str
        Of a shipped file of faults.
    mission : int, optional
        Whose hidden constants the plant has; nominal ones if absent.
    also : iterable of str
        Signals that are kept beside those of the course.
    file : FaultFile, optional
        Flown in the place of the shipped one.

    Returns
    -------
    Replay

    Raises
    ------
    InputError
        If there is no such file.

    Notes
    -----
    Signals are kept once a minute in single precision: a moment is right to a minute, a figure to
    7 digits, and what peaks between two samples is read low.
    """
    file = file or shipped_fault_file(name)
    flown = flight_of(file)
    station = house_of(
        read_programme(flown.programme), flown.station, first_day=flown.first_day,
        uncrewed=flown.uncrewed,
    )  # fmt: skip
    plain = {"spread": 0.0} if mission is None else {}
    built = build(station, seed=SEED, mission=mission or 0, own=(), **plain)
    command = Command(flown.commander, flown.link, 60.0 * flown.reaction_min)
    duration = flown.days * SECONDS_PER_DAY
    flight = begin(
        built, surroundings_of(station, duration, flown.link), mind_of(command)(built.vehicle),
        who=command.title, commander=command.commander, faults=file.faults, duration=duration,
    )  # fmt: skip
    known = list(built.registry.signals)
    read = {signal for row in file.course for signal in signals_of(row, known)}
    names = sorted(read | set(also))
    flight.sampled = np.array([built.registry.of(signal) for signal in names])
    samples = np.zeros((int(duration / SAMPLE) + 1, len(names)), dtype=np.float32)
    flight.arrays["samples"] = samples
    first, fill = parts_now(flight), _recorder(flight)
    fly(flight, duration)
    return Replay(
        file, built, SAMPLE * np.arange(len(samples), dtype=np.float64),
        {signal: samples[:, place].astype(float) for place, signal in enumerate(names)},
        first, parts_now(flight), (fill, _recorder(flight)),
    )  # fmt: skip


def flight_of(file: FaultFile) -> Flown:
    """Return the flight of a file of history."""
    assert file.flight is not None, "files of history have a flight"
    return file.flight


def parts_now(flight: Flight) -> tuple[Part, ...]:
    """Return the parts of a station with state and ledger as they are at this moment."""
    state, ledger = flight.arrays["state"], flight.arrays["ledger"]
    at = flight.built.bounds
    return tuple(
        replace(
            part,
            state=state[at[k, 2] : at[k + 1, 2]].copy(),
            ledger=ledger[at[k, 3] : at[k + 1, 3]].copy(),
        )
        for k, part in enumerate(flight.built.parts)
    )


def _recorder(flight: Flight) -> float:
    return float(flight.arrays["signals"][flight.built.registry.of("recorder.fill")])


@cache
def nominal(name: str) -> Replay:
    """Fly a flight of history with nominal constants; flown once."""
    return replayed(name)


def course_rows(replay: Replay) -> list[Row]:
    """Return the published facts of a flight beside those of its replay."""
    found = []
    for fact in replay.file.course:
        ours = read_course(replay.file, fact, replay.time, replay.signals)
        found.append(
            Row(
                TOPIC, f"{replay.file.title}: {fact.name}",
                None if np.isnan(ours) else ours, fact.value, fact.unit, fact.tolerance,
                "context" if fact.context else "measured",
                f"{fact.source} (confidence {fact.confidence})", fact.calibration, fact.note,
            )
        )  # fmt: skip
    return found


def rows(progress: Progress | None = None, flown: Callable[[str], Replay] = nominal) -> list[Row]:
    """Return every published fact of every flight of history beside ours.

    Parameters
    ----------
    progress : callable, optional
        Told which flight is flown.
    flown : callable
        Gives the replay of a file by name.

    Returns
    -------
    list of Row
    """
    found = []
    for name in shipped_faults():
        if progress is not None:
            title = shipped_fault_file(name).title
            progress(f"operations: {title} (the first run compiles)")
        found += course_rows(flown(name))
    return found


def table_line(row: Row) -> str:
    """Return a row as a line of the page on these flights.

    Examples
    --------
    >>> table_line(Row("operations", "Here: rate", 0.5, 0.56, "deg/s", 0.1, "measured", "told"))
    '| rate | 0.5 | 0.56 ± 0.1 deg/s | yes |'
    """
    ours = "never" if row.ours is None else f"{round(row.ours, 9):.3g}"
    said = "yes" if row.within else "**no**"
    kind = "context" if row.kind == "context" else ("chosen on it" if row.calibration else "")
    unit = "" if row.unit == "-" else f" {row.unit}"
    name = row.name.split(": ", 1)[1]
    told = f"{row.truth:g} ± {row.tolerance:g}{unit}"
    return f"| {name} | {ours} | {told} | {said}{f', {kind}' if kind else ''} |"
