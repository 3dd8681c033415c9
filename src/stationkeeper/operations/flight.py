"""One flight: the plant, its faults, its telemetry and whoever commands it, until the end.

The kernel flies until somebody has to be asked; then the mind is shown what telemetry tells, its
commands pass the gate, and the plant goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Commander, Verdict
from stationkeeper.caretaker.gate import GateState
from stationkeeper.caretaker.module_managers import Mode, air_bounds, fresh_managers, waits
from stationkeeper.caretaker.vehicle import Answer, Ask, Mind, Noticed, Seen
from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.errors import InputError
from stationkeeper.operations.archive import Archive
from stationkeeper.operations.build import SAFE_MODE, Built
from stationkeeper.operations.fault_kinds import fault_kind
from stationkeeper.operations.faults import ACTIVE, Fault, fault_rows, fault_table
from stationkeeper.operations.gatekeeper import (
    SECOND,
    TO_SI,
    answered,
    facts_of_telemetry,
    manager_asks,
)
from stationkeeper.operations.happenings import Happening, Kind
from stationkeeper.operations.monitor import Learned, Monitor, monitor_of, noticed
from stationkeeper.operations.registry import Part
from stationkeeper.operations.stepping import SAMPLE, fly_steps
from stationkeeper.operations.surroundings import Surroundings, rows
from stationkeeper.orbit.intervals import union

Array = NDArray[np.float64]
Progress = Callable[[str], None]

STEP: Final = 10.0  # [s]
FINE: Final = 1.0  # [s] around events
BEFORE, AFTER = 60.0, 120.0  # [s] flown finely around a fault; ours
AFTER_ALARM: Final = 60.0  # [s] flown finely after an alarm; ours
QUIET: Final = 600.0  # [s] between two alarms that are flown finely: no storm of alarms costs more
BLOCK: Final = SECONDS_PER_DAY  # [s] of rows of the surroundings held at once


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
    """All that the kernel changes."""
    fault_rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    active: list[bool] = field(default_factory=list)
    """Faults that were not cleared."""
    docked: dict[str, float] = field(default_factory=dict)
    marked: bool = False
    """Something was commanded or noticed right before the next step."""
    safe_since: float = np.nan
    safe_seconds: float = 0.0
    sampled: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    nominal: Array = field(default_factory=lambda: np.zeros(0))
    told: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    archive: Archive = field(default=None)  # type: ignore[assignment]
    monitor: Monitor = field(default=None)  # type: ignore[assignment]
    keeps: bool = False
    modes: list[float] = field(default_factory=list)
    """Of the managers, as they were told last."""
    own_parts: list[Part] = field(default_factory=list)
    own_time: dict[int, float] = field(default_factory=dict)
    fixed: tuple[Any, ...] = ()


def begin(
    built: Built,
    around: Surroundings,
    mind: Mind,
    *,
    who: str,
    commander: Commander,
    faults: tuple[Fault, ...],
    duration: float,
    learned: Learned | None = None,
    learn_rows: int = 0,
    folder: Path | None = None,
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
    learned : Learned, optional
        What the watch follows; limits only if absent.
    learn_rows : int
        Rows that are recorded to learn from, see `monitor.monitor_of`.
    folder : Path, optional
        Where telemetry is kept; it is not if absent.

    Returns
    -------
    Flight
    """
    registry = built.registry
    nominal = np.array(registry.first_health)
    samples = sample_names(built)
    table = fault_table(registry, faults)
    count = len(registry.readings)
    arrays: dict[str, NDArray[Any]] = {
        "signals": np.array(registry.first_signals),
        "health": nominal.copy(),
        "switches": np.array(registry.first_switches),
        "faults": table,
        "state": np.concatenate([part.state for part in built.parts]).astype(float),
        "ledger": np.concatenate([part.ledger for part in built.parts]).astype(float),
        "samples": np.zeros((int(duration / SAMPLE) + 1, len(samples)), dtype=np.float32),
        "sensors": built.sensors.state.copy(),
        "row": np.full(count, np.nan),
        "measured": np.full(count, -np.inf),
        "managers": fresh_managers(len(built.house.rooms)),
    }
    numbers = [registry.of(name) for name in samples]
    monitor = monitor_of(registry, learned, learn_rows=learn_rows)
    archive = Archive(folder or Path(), registry.readings)
    if folder is not None:
        archive.begin()
    arrays |= {
        "monitor-state": monitor.state, "monitor-counts": monitor.counts,
        "monitor-alarms": monitor.alarms, "monitor-ratios": monitor.ratios,
        "archive-clock": archive.clock, "archive-places": archive.places,
        "archive-ring": archive.ring, "archive-kept": archive.kept,
    }  # fmt: skip
    arrays["samples"][0] = arrays["signals"][numbers]
    return Flight(
        built=built, around=around, mind=mind, who=who, commander=commander, faults=faults,
        duration=duration, arrays=arrays, windows=windows_of(faults),
        fault_rows=fault_rows(registry, faults),
        active=[True] * len(faults), sampled=np.array(numbers), nominal=nominal,
        archive=archive, monitor=monitor, keeps=folder is not None,
        own_parts=[replace(part, state=part.state.copy(), ledger=part.ledger.copy())
                   for _, part in built.own],
        fixed=_fixed(built),
    )  # fmt: skip


def _fixed(built: Built) -> tuple[Any, ...]:
    """Return what the managers are given: columns, scales, limits, waits, controllers."""
    columns, scales = [], []
    for room in built.house.rooms:
        for quantity in ("pressure", "oxygen", "carbon-dioxide"):
            for sensor in ("", SECOND):
                place = built.vehicle.parameter(f"room.{room.name}.{quantity}{sensor}")
                columns.append(place)
                scales.append(TO_SI[built.vehicle.parameters[place].unit])
    alive = [built.registry.of(f"controller.{room.name}.alive") for room in built.house.rooms]
    return (
        np.array(columns), np.array(scales), air_bounds(), waits(), np.array(alive)
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
        if flight.keeps and (end == block + BLOCK or end == flight.duration):
            flight.archive.close_day(int(block / BLOCK))


def _segment(flight: Flight, coarse: Array, block: float, end: float) -> None:
    """Fly until the next moment at which something changes or somebody is asked."""
    fine, change = _pace(flight)
    stop = min(end, change, max(flight.wake, flight.time + STEP), _own_due(flight))
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
    _own_parts(flight)
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


def _advance(flight: Flight, given: Array, dt: float, count: int) -> int:
    arrays, built = flight.arrays, flight.built
    columns, scales, limits, patience, alive = flight.fixed
    kept: tuple[Any, ...] = (*flight.archive.arrays, *flight.monitor.arrays, flight.told)
    done = fly_steps(
        flight.time, dt, count, given, built.columns, arrays["signals"], arrays["health"],
        flight.nominal, arrays["switches"], arrays["faults"], built.wires, built.constants,
        arrays["state"], arrays["ledger"], built.bounds, flight.sampled, arrays["samples"],
        built.sensors.wires, built.sensors.constants, arrays["sensors"], arrays["row"],
        arrays["measured"], columns, scales, limits, patience, alive, arrays["managers"],
        built.registry.of("computer.leads"), built.registry.of(SAFE_MODE, "switches"),
        flight.marked, *kept,
    )  # fmt: skip
    if flight.time == 0.0:  # what parts declare first is no state of a flying station
        arrays["samples"][0] = arrays["signals"][flight.sampled]
    flight.marked = False
    if flight.keeps:
        flight.archive.take()
    else:
        flight.archive.places[1:] = 0  # see the archive: held, whole rows, changes
    return int(done)


def _tell(flight: Flight, before: float) -> None:
    """Write down what happened since: to the truth, to the telemetry, to the modes."""
    for number, fault in enumerate(flight.faults):
        if before <= fault.onset < flight.time or (before == 0.0 == fault.onset):
            _happen(flight, fault.onset, "fault-begins", fault.name, _fault_text(fault))
        if before <= fault.end < flight.time:
            _happen(flight, fault.end, "fault-ends", fault.name, "ended by itself")
        active = bool(flight.arrays["faults"][flight.fault_rows == number, ACTIVE].any())
        if flight.active[number] and not active:
            _happen(flight, flight.time, "fault-ends", fault.name, "cleared")
        flight.active[number] = active
    _tell_notices(flight)
    _tell_managers(flight)
    for key, _ in flight.built.house.visits:
        docked = float(flight.arrays["signals"][flight.built.registry.of(f"visit.{key}.docked")])
        if flight.docked.get(key, docked) != docked:
            text = "docked" if docked else "left"
            _happen(flight, flight.time, "visit", key, text)
        flight.docked[key] = docked


def _happen(flight: Flight, time: float, kind: Kind, name: str, text: str, **more: Any) -> None:
    flight.happenings.append(Happening(time, kind, name, text, **more))


def _fault_text(fault: Fault) -> str:
    kind = fault_kind(fault.kind)
    size = "" if fault.size is None else f", {fault.size:.3g} {kind.unit}".rstrip(" -")
    return f"{kind.title}{size}"


def _tell_managers(flight: Flight) -> None:
    """Carry out what managers ask for that changed their mode."""
    modes = [float(mode) for mode in flight.arrays["managers"][:, 0]]
    before = flight.modes or [0.0] * len(modes)
    flight.modes = modes
    for room, old, new in zip(flight.built.house.rooms, before, modes, strict=True):
        if old == new:
            continue
        mode = Mode(int(new))
        text = f"the manager of {room.title} is {mode.name.lower()}"
        _happen(flight, flight.time, "manager", room.name, text, who="manager")
        command(flight, manager_asks(flight.built.vehicle, room.name, mode))


def _tell_notices(flight: Flight) -> None:
    """Hand on what limits and the watch told in the last row."""
    news = noticed(flight.monitor, int(flight.told[0]), flight.time, flight.arrays["row"])
    flight.noticed += news
    for one in news:
        row = flight.built.vehicle.parameters[flight.built.vehicle.parameter(one.parameter)]
        text = f"{row.title}, {one.value:.5g} {row.unit}".rstrip(" -")
        if one.rule == "watch":
            text += f", {one.score:.1f} times the threshold"
        kind: Kind = "over" if one.over else "noticed"
        _happen(
            flight, flight.time, kind, one.parameter, text, who=one.rule,
            subsystem=row.subsystem, value=one.value if np.isfinite(one.value) else None,
        )  # fmt: skip
    if any(not one.over for one in news) and flight.time - flight.last_fine > QUIET:
        flight.last_fine = flight.time
        flight.fine_until = flight.time + AFTER_ALARM


def _ask(flight: Flight) -> None:
    """Show the mind what telemetry tells, and carry out what it asks for and the gate allows."""
    if flight.failed or not (flight.time >= flight.wake or flight.noticed or flight.answers):
        return
    seen = Seen(
        time=flight.time,
        readings=flight.arrays["row"].copy(),
        measured=flight.arrays["measured"].copy(),
        noticed=tuple(flight.noticed),
        answers=tuple(flight.answers),
        link=bool(flight.arrays["signals"][flight.built.registry.of("link.up")] > 0.0),
        safe=flight.gate.safe,
    )
    flight.noticed, flight.answers = [], []
    try:
        asks, wake = flight.mind.act(seen)
        asked = [_asked(one, flight.commander) for one in asks]
        if np.isnan(wake):
            raise ValueError("when to be asked next: given nan, expected seconds")
        flight.wake = max(float(wake), flight.time + STEP)
    except Exception as error:  # whatever a mind of somebody's own throws, the station flies on
        flight.failed = f"{type(error).__name__}: {error}"
        flight.wake = np.inf
        text = f"threw {flight.failed}; nobody is asked any more, safe mode"
        _happen(flight, flight.time, "mind-failed", flight.who, text, who=flight.who)
        asked = [Ask(SAFE_MODE, 1.0, "the commander failed", Commander.MANAGER)]
    command(flight, asked)


def _asked(one: Any, commander: Commander) -> Ask:
    """Return what a mind asks for, by whom it is; a mind cannot speak for another."""
    if not isinstance(one, Ask):
        raise TypeError(f"asked for {one!r:.80}, expected an Ask")
    if not np.isfinite(one.value):
        raise ValueError(f"asked {one.name} for {one.value}, expected a number")
    value, reason = float(one.value), str(one.reason)
    return replace(one, name=str(one.name), value=value, reason=reason, commander=commander)


def command(flight: Flight, asks: list[Ask]) -> None:
    """Let commands pass the gate, and carry out what is allowed.

    Parameters
    ----------
    flight : Flight
        Changed in place.
    asks : list of Ask
        In the order in which they are judged.
    """
    vehicle = flight.built.vehicle
    if not asks:
        return
    flight.marked = True
    facts = facts_of_telemetry(vehicle, flight.arrays["row"], flight.arrays["measured"])
    for ask in asks:
        answer, flight.gate = answered(vehicle, flight.gate, facts, ask, flight.time)
        flight.answers.append(answer)
        who = ask.commander.name.lower() if ask.commander is Commander.MANAGER else flight.who
        more = {"who": who, "value": float(ask.value)}
        if answer.verdict is Verdict.REFUSED:
            _happen(flight, flight.time, "refused", ask.name, answer.text, **more)
        elif answer.verdict is Verdict.HELD:
            _happen(flight, flight.time, "asked", ask.name, answer.text, **more)
        else:
            _happen(flight, flight.time, "done", ask.name, ask.reason, **more)
            _carry_out(flight, ask)
    if flight.time - flight.last_fine > QUIET:
        flight.last_fine = flight.time
        flight.fine_until = max(flight.fine_until, flight.time + AFTER_ALARM)


def _carry_out(flight: Flight, ask: Ask) -> None:
    registry, switches = flight.built.registry, flight.arrays["switches"]
    row = flight.built.vehicle.command_rows.get(ask.name)
    safe = float(flight.gate.safe)
    if switches[registry.switches[SAFE_MODE]] != safe:
        switches[registry.switches[SAFE_MODE]] = safe
        flight.safe_since, since = (flight.time if safe else np.nan), flight.safe_since
        if not safe:
            flight.safe_seconds += flight.time - since
        _happen(flight, flight.time, "safe-mode", "safe-mode", "begins" if safe else "ends")
    if row is None or ask.name == SAFE_MODE:
        return
    switches[registry.switches[ask.name]] = ask.value


def _own_due(flight: Flight) -> float:
    """Return when a part of a user is stepped next; infinite without one. [s]"""
    due = [
        flight.own_time.get(number, 0.0) + own.period
        for number, (own, _) in enumerate(flight.built.own)
    ]
    return max(min(due, default=np.inf), flight.time + STEP)


def _own_parts(flight: Flight) -> None:
    """Step the parts of users, which are plain Python, over what was flown."""
    for number, (own, _) in enumerate(flight.built.own):
        due = flight.own_time.get(number, 0.0)
        while due + own.period <= flight.time:
            due += own.period
            try:
                own.step(
                    due, own.period, flight.arrays["signals"], flight.arrays["health"],
                    flight.arrays["switches"], flight.own_parts[number],
                )  # fmt: skip
            except Exception as error:  # not ours: told as input, and which part it was
                raise InputError(
                    f"part {type(own).__name__}: step threw at {due:g} s: {type(error).__name__}:"
                    f" {error}; expected it to change signals and state in place"
                ) from error
        flight.own_time[number] = due
