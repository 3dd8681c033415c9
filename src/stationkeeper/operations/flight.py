"""One flight: the plant, its faults, its telemetry and whoever commands it, until the end.

The kernel flies until somebody has to be asked; then the mind is shown what telemetry tells, its
commands pass the gate, and the plant goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act, Commander, Verdict
from stationkeeper.caretaker.gate import GateState
from stationkeeper.caretaker.vehicle import Answer, Ask, Mind, Noticed, Seen
from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.operations.build import SAFE_MODE, Built
from stationkeeper.operations.faults import Fault, fault_table
from stationkeeper.operations.gatekeeper import judge
from stationkeeper.operations.happenings import Happening
from stationkeeper.operations.stepping import fly_steps
from stationkeeper.operations.surroundings import Surroundings, rows

Array = NDArray[np.float64]
Progress = Callable[[str], None]

STEP: Final = 10.0  # [s]
FINE: Final = 1.0  # [s] around events
BEFORE, AFTER = 60.0, 120.0  # [s] flown finely around a fault; ours
AFTER_ALARM: Final = 60.0  # [s] flown finely after an alarm; ours
QUIET: Final = 600.0  # [s] between two alarms that are flown finely: no storm of alarms costs more
BLOCK: Final = SECONDS_PER_DAY  # [s] of rows of the surroundings held at once
SAMPLE: Final = 60.0  # [s] between samples of the truth that pages and outcomes are drawn from


@dataclass(eq=False)
class Flight:
    """Where a flight stands: all that a checkpoint holds."""

    built: Built
    around: Surroundings
    mind: Mind
    who: str
    """Name of the mind in the timeline. [-]"""
    commander: Commander
    faults: tuple[Fault, ...]
    duration: float
    time: float = 0.0
    wake: float = 0.0
    """When the mind is asked next at the latest. [s]"""
    fine_until: float = 0.0
    last_fine: float = -np.inf
    gate: GateState = field(default_factory=GateState)
    happenings: list[Happening] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    """Not yet seen by the mind."""
    noticed: list[Noticed] = field(default_factory=list)
    """Not yet seen by the mind."""
    windows: tuple[Array, Array] = (np.zeros(0), np.zeros(0))
    """Begins and ends of what is flown finely for its faults. [s]"""
    failed: str = ""
    """What the mind threw; from then on nobody is asked. [-]"""
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


def begin(
    built: Built,
    around: Surroundings,
    mind: Mind,
    *,
    who: str,
    commander: Commander,
    faults: tuple[Fault, ...],
    duration: float,
) -> Flight:
    """Put a station at the begin of its flight.

    Parameters
    ----------
    built : Built
        The plant; shared by flights, not changed.
    around : Surroundings
        Of at least the duration.
    mind : Mind
        Who commands.
    who : str
        Its name in the timeline.
    commander : Commander
        What it counts as at the gate.
    faults : tuple of Fault
        What befalls the station.
    duration : float
        A whole number of steps. [s]

    Returns
    -------
    Flight
    """
    registry = built.registry
    nominal = np.array(registry.first_health)
    samples = sample_names(built)
    count = int(duration / SAMPLE) + 1
    arrays = {
        "signals": np.array(registry.first_signals),
        "health": nominal.copy(),
        "nominal": nominal,
        "switches": np.array(registry.first_switches),
        "faults": fault_table(registry, faults),
        "state": np.concatenate([part.state for part in built.parts]).astype(float),
        "ledger": np.concatenate([part.ledger for part in built.parts]).astype(float),
        "sampled": np.array([registry.of(name) for name in samples]),
        "samples": np.zeros((count, len(samples)), dtype=np.float32),
    }
    return Flight(
        built=built, around=around, mind=mind, who=who, commander=commander, faults=faults,
        duration=duration, arrays=arrays, windows=windows_of(faults),
    )  # fmt: skip


def sample_names(built: Built) -> tuple[str, ...]:
    """Return the signals of which the truth is kept once a minute."""
    wanted = [
        "env.sunlit", "env.beta", "people.aboard", "attitude.error", "attitude.rate-x",
        "attitude.rate-y", "attitude.rate-z", "attitude.mode", "link.path", "link.up",
        "recorder.fill", "recorder.lost", "power.generated", "power.demand", "tank.propellant",
        "tank.nitrogen", "tank.oxygen", "tank.water", "computer.leads", "station.leak",
    ]  # fmt: skip
    for room in built.house.rooms:
        kinds = ("pressure", "oxygen", "carbon-dioxide", "temperature", "wall", "smoke", "trace")
        wanted += [f"room.{room.name}.{kind}" for kind in kinds]
    buses = range(1, built.house.plant.power.buses + 1)
    wanted += [f"bus.{bus}.level" for bus in buses]
    wanted += [f"load.{one.name}.on" for one in built.registry.loads if one.kind == "payload"]
    wanted += [f"visit.{key}.docked" for key, _ in built.house.visits]
    return tuple(name for name in wanted if name in built.registry.signals)


def fly(flight: Flight, until: float, progress: Progress | None = None) -> None:
    """Fly on, to a moment or to the end.

    Parameters
    ----------
    flight : Flight
        Changed in place.
    until : float
        Since the begin; a whole number of steps. [s]
    progress : callable, optional
        Told how far it is.

    Notes
    -----
    A mind that throws is asked no more: the station goes to safe mode, and the timeline says so.
    """
    say = progress or (lambda text: None)
    until = min(until, flight.duration)
    while flight.time < until:
        block = BLOCK * np.floor(flight.time / BLOCK)
        say(f"flying: day {block / BLOCK + 1:.0f} of {flight.duration / BLOCK:.0f}")
        end = min(block + BLOCK, until)
        coarse = rows(flight.around, block + STEP, int(BLOCK / STEP), STEP)
        while flight.time < end:
            _segment(flight, coarse, block, end)


def _segment(flight: Flight, coarse: Array, block: float, end: float) -> None:
    """Fly until the next moment at which something changes or somebody is asked."""
    fine, change = _pace(flight)
    stop = min(end, change, max(flight.wake, flight.time + STEP))
    stop = flight.time + STEP * np.ceil((stop - flight.time) / STEP)
    if fine:
        dt, count = FINE, int((stop - flight.time) / FINE)
        given = rows(flight.around, flight.time + FINE, count, FINE)
    else:
        dt, count = STEP, int((stop - flight.time) / STEP)
        first = int((flight.time - block) / STEP)
        given = coarse[first : first + count]
    before = flight.time
    flight.time += dt * _advance(flight, given, dt, count)
    _own_parts(flight, flight.time - before)
    _tell(flight, before)
    _ask(flight)


def _pace(flight: Flight) -> tuple[bool, float]:
    """Tell whether to fly finely now, and until when that holds."""
    begin, end = flight.windows
    which = int(np.searchsorted(begin, flight.time, side="right")) - 1
    if which >= 0 and flight.time < end[which]:
        return True, max(float(end[which]), flight.fine_until)
    later = float(begin[which + 1]) if which + 1 < len(begin) else np.inf
    if flight.time < flight.fine_until:
        return True, min(flight.fine_until, later)
    return False, later


def windows_of(faults: tuple[Fault, ...]) -> tuple[Array, Array]:
    """Return begins and ends of what is flown finely for faults that begin and end. [s]"""
    edges = np.array([edge for fault in faults for edge in (fault.onset, fault.end)])
    edges = edges[np.isfinite(edges)]
    begin = np.maximum(STEP * np.floor((edges - BEFORE) / STEP), 0.0)
    return union(begin, STEP * np.ceil((edges + AFTER) / STEP))
