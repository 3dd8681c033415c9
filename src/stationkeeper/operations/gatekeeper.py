"""The gate in the loop: what it knows of a station, what telemetry tells it, how it is asked."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act, Commander, Verdict
from stationkeeper.caretaker.gate import GateState, decide
from stationkeeper.caretaker.gate_facts import (
    BURNING,
    NOT_DOCKED,
    OUTSIDE,
    Command,
    Facts,
    Layout,
    Load,
    Passage,
    Setting,
    Ship,
)
from stationkeeper.caretaker.module_managers import ASKS, Mode
from stationkeeper.caretaker.vehicle import Answer, Ask, CommandRow, Parameter, Vehicle
from stationkeeper.caretaker.voting import vote
from stationkeeper.operations.house import House
from stationkeeper.operations.registry import Registry

Array = NDArray[np.float64]

SECOND: Final = ".b"
"""What the name of the second sensor of a quantity ends in. [-]"""
SAFE_MODE: Final = "safe-mode"
LEAVE_SAFE_MODE: Final = "leave-safe-mode"
VENT: Final = "vent-"
"""What the name of a valve to space begins with; its room follows. [-]"""
CABIN: Final = "ship-"
"""What the gate calls the cabin of a docked ship begins with; its key follows. [-]"""
SAFE_VALUES: Final = {"attitude.mode": (3.0,)}
"""Settings of which safe mode leaves the caretaker some values only: the station stays turned to
the Sun until people say otherwise. [-]"""
TO_SI: Final = {"Pa": 1.0, "hPa": 100.0, "kPa": 1_000.0, "mmHg": 133.322, "%": 0.01, "-": 1.0}
"""Units in which telemetry may tell what the gate asks; mmHg by its definition. [SI/unit]"""
ASIDE: Final = 30.0
"""How far the gate's clock may have run ahead by second steps in one moment; ours. [s]"""
NEVER_THERE: Final = {"spacewalk": "people.outside", "capture": "visit.capture"}
"""Quantities that are surely zero on a station whose dictionary has no such parameter. [-]"""


def layout_of(registry: Registry, house: House) -> Layout:
    """Return a station as the gate knows it.

    The cabin of a docked ship is a module of its own, which has no sensors here: a hatch to it
    is there only if the plant has a command that opens it.

    Parameters
    ----------
    registry : Registry
        After all parts have declared what they have.
    house : House
        The station.

    Returns
    -------
    Layout
        Modules are rooms and cabins; passages, loads, thrusters, ships and settings are the
        targets of the commands declared.
    """
    rooms = tuple(room.name for room in house.rooms)
    docks = {key: visit.module for key, visit in house.visits}
    kinds = {row.name: row.kind for row in registry.loads}
    by_act: dict[Act, dict[str, CommandRow]] = {act: {} for act in Act}
    for row in registry.commands:
        for act in {row.act, row.act_off}:
            by_act[act].setdefault(row.target, row)
    ships = tuple(Ship(key, CABIN + key) for key in by_act[Act.RELEASE])
    between = {key: hatch.between for key, hatch in house.plant.air.hatch.items()}
    between |= {VENT + room: (room, OUTSIDE) for room in rooms}
    between |= {key: (CABIN + key, room) for key, room in docks.items() if key in _names(ships)}
    return Layout(
        modules=(*rooms, *(ship.module for ship in ships)),
        passages=tuple(
            Passage(name, between[name]) for name in by_act[Act.OPEN] | by_act[Act.CLOSE]
        ),
        loads=tuple(
            Load(name, kinds.get(name) == "air", kinds.get(name) not in {"payload", "crew"})
            for name in by_act[Act.RESTORE] | by_act[Act.SHED]
        ),
        thrusters=tuple(by_act[Act.THRUST]),
        ships=ships,
        settings=tuple(
            Setting(name, row.values, SAFE_VALUES.get(name))
            for name, row in by_act[Act.SET].items()
        ),
    )


def vehicle_of(registry: Registry, house: House) -> Vehicle:
    """Return a station as whoever commands it knows it: its dictionaries, and no truth.

    Parameters
    ----------
    registry : Registry
        After all parts have declared what they have.
    house : House
        The station.

    Returns
    -------
    Vehicle
        Parameters in the order of the readings, commands in that of the switches.
    """
    parameters = tuple(
        Parameter(
            reading.name,
            reading.title,
            reading.unit,
            reading.subsystem,
            reading.module,
            reading.component,
            reading.kind,
            reading.low,
            reading.high,
            reading.largest_change,
            reading.persistence,
            reading.states,
        )
        for reading in registry.readings
    )
    return Vehicle(
        name=house.station,
        modules=tuple(room.name for room in house.rooms),
        parameters=parameters,
        commands=tuple(registry.commands),
        layout=layout_of(registry, house),
        spares=dict(registry.spares),
    )


def sensors_asked(vehicle: Vehicle) -> list[tuple[str, str]]:
    """Return the parameters that tell the gate each row of its facts, both sensors.

    Parameters
    ----------
    vehicle : Vehicle
        The station.

    Returns
    -------
    list of (first, second)
        In the order of the rows; the names are those that the dictionary should have.
    """
    layout = vehicle.layout
    told = {
        row.target: row.feedback
        for row in vehicle.commands
        if Act.OPEN in (row.act, row.act_off) or Act.CLOSE in (row.act, row.act_off)
    }
    air = {"pressure": "pressure", "oxygen": "oxygen", "carbon_dioxide": "carbon-dioxide"}
    names: list[str] = []
    for quantity in air.values():
        names += [f"room.{module}.{quantity}" for module in layout.modules]
    names += [told.get(one.name) or f"hatch.{one.name}.open" for one in layout.passages]
    names.append("people.aboard")
    names += [f"visit.{ship.name}.propulsion" for ship in layout.ships]
    names += [f"arm.{arm}.moving" for arm in layout.arms]
    names += [*NEVER_THERE.values(), "attitude.firing"]
    names += [f"robot.{robot.name}.place" for robot in layout.robots]
    return [(name, name + SECOND) for name in names]


def missing_sensors(vehicle: Vehicle) -> tuple[str, ...]:
    """Return the sensors without which the gate refuses what asks them.

    Parameters
    ----------
    vehicle : Vehicle
        The station.

    Returns
    -------
    tuple of str
        Names that the dictionary lacks. Cabins of ships are not among them.
    """
    there = {row.name for row in vehicle.parameters}
    return tuple(
        name
        for pair in sensors_asked(vehicle)
        for name in pair
        if name not in there
        and not name.startswith(f"room.{CABIN}")
        and not (pair[0] in NEVER_THERE.values() and pair[0] not in there)
    )


def facts_of_telemetry(vehicle: Vehicle, readings: Array, measured: Array) -> Facts:
    """Return what telemetry tells the gate.

    Parameters
    ----------
    vehicle : Vehicle
        The station.
    readings : ndarray, (parameter,)
        Latest telemetry; NaN where nothing came. [units of the dictionary]
    measured : ndarray, (parameter,)
        When each came last. [s]

    Returns
    -------
    Facts
        In SI units. A sensor that the dictionary does not have tells nothing (NaN), so nothing
        that asks it is allowed: the first is never taken for the second.

    Notes
    -----
    States are told from 0 on, and the first of a ship's propulsion is "not docked". Spacewalks and
    captures are surely none, as of the latest telemetry, on a station whose dictionary knows no
    such thing.
    """
    latest = float(np.nanmax(measured)) if np.isfinite(measured).any() else np.nan
    pairs = sensors_asked(vehicle)
    begin = vehicle.layout.starts["ship_propulsion"]
    ships = range(begin, begin + vehicle.layout.counts["ship_propulsion"])
    facts = Facts(np.full((len(pairs), 2), np.nan), np.full((len(pairs), 2), np.nan))
    for row, pair in enumerate(pairs):
        if pair[0] in NEVER_THERE.values() and vehicle.find(pair[0]) < 0:
            facts.readings[row], facts.measured[row] = 0.0, latest
            continue
        for sensor, name in enumerate(pair):
            place = vehicle.find(name)
            if place >= 0:
                scale = TO_SI.get(vehicle.parameters[place].unit, np.nan)
                first = NOT_DOCKED if row in ships else 0.0
                facts.readings[row, sensor] = readings[place] * scale + first
                facts.measured[row, sensor] = measured[place]
    return facts


def judge(
    vehicle: Vehicle, state: GateState, facts: Facts, ask: Ask, time: float
) -> tuple[Answer, GateState]:
    """Ask the gate for a command of the dictionary.

    Parameters
    ----------
    vehicle : Vehicle
        The station.
    state : GateState
        As the previous command left it.
    facts : Facts
        What telemetry tells now.
    ask : Ask
        What is asked, and by whom.
    time : float
        Now. [s]

    Returns
    -------
    answer : Answer
        With the rules that refuse, or those that the crew passed, and their figures. A name or a
        value that is not in the dictionary is refused.
    state : GateState
        For the next command; its log names every override.

    Notes
    -----
    A hazardous command takes two steps. A mind asks once and never sees the token: the same ask of
    the same commander within the window is the second step. Who gives it, see `repeats_itself`.
    Thrust while a docked ship surely burns is thrust against it: that act of the gate is asked.
    """
    act, target, why = _meant(vehicle, facts, ask, time)
    if act is None:
        return Answer(time, ask, Verdict.REFUSED, why), state
    limits, waiting = vehicle.layout.limits, state.pending[ask.commander]
    token = 0
    if (
        waiting is not None
        and (waiting.act, waiting.target) == (act, target)
        and limits.opens_after <= time - waiting.time <= limits.closes_after
    ):
        token = waiting.token
    command = Command(
        act, target, ask.commander, token, override=ask.override, who="crew", value=ask.value
    )
    decision, after = decide(vehicle.layout, state, facts, command, time)
    texts = [f"{one.rule}: {one.figures}" for one in decision.refusals]
    texts += [f"passed by the crew: {one.rule}: {one.figures}" for one in decision.overridden]
    if decision.verdict is Verdict.HELD:
        texts.append(
            f"the second step is awaited, {limits.opens_after:g} to {limits.closes_after:g} s"
        )
    return Answer(time, ask, decision.verdict, "; ".join(texts)), after


def answered(
    vehicle: Vehicle, state: GateState, facts: Facts, ask: Ask, time: float
) -> tuple[Answer, GateState]:
    """Ask the gate for a command, and give the second step for those on board.

    Parameters
    ----------
    vehicle, state, facts, ask, time
        As of `judge`.

    Returns
    -------
    answer : Answer
        To the latest step, dated as given.
    state : GateState
        For the next command.

    Notes
    -----
    The second step comes one second after the first, on the telemetry at hand. What is asked
    next in the same moment is judged after it: one commander's first steps do not undo one another.
    """
    begun = time
    if 0.0 < state.last_time - time <= ASIDE:
        begun = state.last_time
    answer, state = judge(vehicle, state, facts, ask, begun)
    if answer.verdict is Verdict.HELD and repeats_itself(ask.commander):
        second = begun + vehicle.layout.limits.opens_after
        answer, state = judge(vehicle, state, facts, ask, second)
    return replace(answer, time=time), state


def repeats_itself(commander: Commander) -> bool:
    """Tell whether the loop gives the second step of a held command, one second after the first.

    Parameters
    ----------
    commander : Commander
        Who asked.

    Returns
    -------
    bool
        True of the caretaker and the managers: two messages on board, each judged by
        itself. False of ground and crew: the second step is a second uplink, or a second
        hand at the panel, given by asking again after the first is held.
    """
    return commander in (Commander.CARETAKER, Commander.MANAGER)


def manager_asks(vehicle: Vehicle, module: str, mode: Mode) -> list[Ask]:
    """Return what the manager of a module asks on entering a state.

    Parameters
    ----------
    vehicle : Vehicle
        The station.
    module : str
        Its module.
    mode : Mode
        The state entered.

    Returns
    -------
    list of Ask
        In the order of `module_managers.ASKS`: of the module's own hatches all, of its loads
        those that the station can do without.
    """
    layout = vehicle.layout
    hatches = {one.name for one in layout.passages if module in one.sides}
    spendable = {one.name for one in layout.loads if not (one.essential or one.air)}
    found = []
    for act in ASKS[mode]:
        if act is Act.SAFE_MODE:
            found.append(Ask(SAFE_MODE, 1.0))
        for row in vehicle.commands:
            mine = act in {Act.INHIBIT_THRUST, Act.STOP_ARM, Act.STOP_ROBOT}
            mine = mine or (act is Act.CLOSE and row.target in hatches)
            mine = mine or (act is Act.SHED and row.target in spendable and row.module == module)
            if mine and row.act_off is act:
                found.append(Ask(row.name, 0.0))
    why = f"{module}: {'nothing heard from above' if mode is Mode.ALONE else 'made safe'}"
    return [replace(ask, reason=why, commander=Commander.MANAGER) for ask in found]


def _meant(vehicle: Vehicle, facts: Facts, ask: Ask, time: float) -> tuple[Act | None, str, str]:
    """Return act and target of an ask, or why it means nothing."""
    if ask.name == LEAVE_SAFE_MODE or (ask.name == SAFE_MODE and ask.value == 0.0):
        return Act.LEAVE_SAFE_MODE, "", ""
    if ask.name == SAFE_MODE:
        return Act.SAFE_MODE, "", ""
    row = vehicle.command_rows.get(ask.name)
    if row is None:
        return None, "", f"unknown command: {ask.name!r} is not in the dictionary"
    if ask.value not in row.values:
        allowed = ", ".join(f"{value:g}" for value in row.values)
        return None, "", f"unknown value: {ask.value:g}, expected one of {allowed}"
    act = row.act if ask.value != 0.0 else row.act_off
    if act is Act.INHIBIT_THRUST:
        return act, "", ""
    if act is Act.THRUST and _burns(vehicle.layout, facts, time):
        act = Act.COUNTER_THRUST
    return act, row.target, ""


def _burns(layout: Layout, facts: Facts, time: float) -> bool:
    """Tell whether a docked ship surely burns."""
    first = layout.starts["ship_propulsion"]
    rows = slice(first, first + layout.counts["ship_propulsion"])
    voted = vote(facts.readings[rows], facts.measured[rows], time, 0.0, layout.limits.stale_after)
    return bool((voted.sure & (voted.low == BURNING)).any())


def _names(ships: Iterable[Ship]) -> set[str]:
    return {ship.name for ship in ships}
