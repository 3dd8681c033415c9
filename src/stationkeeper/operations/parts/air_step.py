"""One step of the air and water of a flown station.

In order: hatches, what people and fires do, machines, make-up gas, what leaks, equal pressure and
mixing behind open hatches, water, and what the rest of the station sees of it.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.household.air_makers import (
    BED_HALF_CYCLE,
    BED_HALF_PRESSURE,
    WATER_FOR_OXYGEN,
    burn_step,
    condense_step,
    remove_step,
)
from stationkeeper.household.cabin_air import (
    AIR_GAS_CONSTANT,
    CARBON_DIOXIDE,
    CHOKING,
    GAS_CONSTANT,
    MOLES,
    NITROGEN,
    OXYGEN,
    SHARP_HOLE,
    SMOKE,
    TRACE,
    saturated,
)
from stationkeeper.household.cabin_air import WATER as VAPOUR
from stationkeeper.household.open_hatches import hatch_tree, level_step, moles_of, swap_step
from stationkeeper.household.ventilation import orifice_flow
from stationkeeper.household.water import UNMET_DRAW, water_step
from stationkeeper.kernels import inner_kernel
from stationkeeper.operations.parts import air_layout as at

Array = NDArray[np.float64]
Wires = NDArray[np.int64]

_OXYGEN_MOLES: Final = float(MOLES[OXYGEN])
_DIOXIDE_MOLES: Final = float(MOLES[CARBON_DIOXIDE])
_VAPOUR_MOLES: Final = float(MOLES[VAPOUR])
_LEAST_GAP: Final = 1.0  # [Pa] below it the flow of a seal is linear; as in `ventilation`


@inner_kernel
def step(
    time: float,
    dt: float,
    signals: Array,
    health: Array,
    switches: Array,
    wires: Wires,
    constants: Array,
    state: Array,
    ledger: Array,
) -> None:
    """Advance air and water by `dt` to `time`."""
    rooms, hatches, count = wires[at.ROOMS], wires[at.HATCHES], wires[at.MACHINES]
    gas = state[: 6 * rooms]
    after_rooms = at.ROOM_STATES * rooms
    after_hatches = after_rooms + at.HATCH_STATES * hatches
    tail = state[after_hatches + at.MACHINE_STATES * count :]
    volume = constants[at.CONSTANTS_HEAD : at.CONSTANTS_HEAD + rooms]
    moles = state[at.MOLES * rooms : (at.MOLES + 1) * rooms]
    space = state[at.SPACE * rooms : (at.SPACE + 1) * rooms]
    order = state[at.ORDER * rooms : (at.ORDER + 1) * rooms]
    parent = state[at.PARENT * rooms : (at.PARENT + 1) * rooms]
    first = wires[wires[at.FIRST_AT] : wires[at.FIRST_AT] + hatches]
    second = wires[wires[at.SECOND_AT] : wires[at.SECOND_AT] + hatches]
    flow = state[after_rooms + hatches : after_rooms + 2 * hatches]
    if _hatches_step(dt, signals, health, switches, wires, constants, state, rooms, hatches):
        hatch_tree(first, second, flow, order, parent)

    people = max(signals[wires[at.PEOPLE]], 0.0)
    if people > 0.0:
        _people_step(people * dt, gas, wires, constants, ledger)
    for room in range(rooms):
        fault = wires[wires[at.ROOMS_AT] + at.ROOM_ROW * room + at.ROOM_HEALTH]
        if health[fault + at.FIRE] > 0.0 or health[fault + at.TOXIC] > 0.0:
            _burn_step(dt, room, signals, health, wires, constants, state, tail, ledger)
        else:
            heat = wires[wires[at.ROOMS_AT] + at.ROOM_ROW * room + at.ROOM_SIGNALS] + at.FIRE_HEAT
            signals[heat] = 0.0

    frozen = signals[wires[at.WATER_ICE]] > at.FROZEN_FROM
    condensate, processing = _machines_step(
        dt,
        people,
        frozen,
        signals,
        health,
        wires,
        constants,
        state,
        tail,
        ledger,
        after_hatches,
    )
    _supply_step(dt, signals, health, switches, wires, constants, gas, tail, ledger)
    kinds = 6 if tail[at.DIRTY] > 0.0 else 4
    _leaks_step(dt, signals, health, switches, wires, constants, state, tail, ledger, rooms, kinds)
    _seals_step(dt, signals, health, wires, state, rooms, hatches, after_rooms)
    level_step(
        gas,
        moles,
        space,
        order,
        parent,
        state[at.WORK_ONE * rooms : (at.WORK_ONE + 1) * rooms],
        state[at.WORK_OTHER * rooms : (at.WORK_OTHER + 1) * rooms],
        kinds,
    )
    swap_step(
        gas,
        moles,
        volume,
        first,
        second,
        flow,
        state[after_rooms + 2 * hatches : after_rooms + 3 * hatches],
        dt,
        kinds,
    )
    if kinds == 6:
        _cleaned(gas, tail, ledger)
    spills = max(health[wires[at.TANK_LEAKS] + 2], 0.0)
    if signals[wires[at.WATER_BURST]] > 0.5 and not frozen:
        spills += at.BURST_SPILLS
    _water(dt, people, condensate, processing, frozen, spills, constants, tail, ledger)
    _told(dt, signals, wires, volume, state, rooms, kinds)
    tanks = wires[at.TANKS]
    signals[tanks + at.TANK_NITROGEN] = tail[at.NITROGEN_KEPT]
    signals[tanks + at.TANK_OXYGEN] = tail[at.OXYGEN_KEPT]
    signals[tanks + at.TANK_WATER] = tail[at.POTABLE]
    signals[tanks + at.TANK_WASTE] = tail[at.WASTE]
    signals[tanks + at.TANK_BRINE] = tail[at.BRINE]
    signals[tanks + at.FROZEN] = 1.0 if frozen else 0.0
    # Saturation follows temperature slowly: one room each step.
    room = int(tail[at.ROUND])
    row = wires[at.ROOMS_AT] + at.ROOM_ROW * room
    state[at.SATURATED * rooms + room] = saturated(signals[wires[row + at.ROOM_TEMPERATURE]])
    state[at.SATURATED_WALL * rooms + room] = saturated(signals[wires[row + at.ROOM_WALL]])
    tail[at.ROUND] = room + 1.0 if room + 1 < rooms else 0.0


@inner_kernel
def _hatches_step(
    dt: float,
    signals: Array,
    health: Array,
    switches: Array,
    wires: Wires,
    constants: Array,
    state: Array,
    rooms: int,
    hatches: int,
) -> bool:
    """Move hatches and fans; tell whether air goes other ways than before."""
    changed = False
    place = at.ROOM_STATES * rooms
    for hatch in range(hatches):
        row = wires[at.HATCHES_AT] + at.HATCH_ROW * hatch
        fault = wires[row + at.HATCH_HEALTH]
        position = state[place + hatch]
        aim = switches[wires[row + at.HATCH_SWITCH]]
        if (
            position != aim
            and health[fault + at.STUCK] < 0.5
            and max(signals[wires[row + at.ALIVE_ONE]], signals[wires[row + at.ALIVE_OTHER]]) > 0.5
        ):
            way = dt / at.HATCH_TIME
            position = min(max(aim, position - way), position + way)
            state[place + hatch] = position
            signals[wires[row + at.HATCH_OPEN]] = position
        turning = 0.0
        if wires[row + at.FAN_ON] >= 0:
            turning = signals[wires[row + at.FAN_ON]] * health[fault + at.FAN]
            signals[wires[row + at.HATCH_SPEED]] = turning * constants[at.FAN_SPEED]
        flow = 0.0
        if position > at.OPEN_FROM:
            fan = constants[at.FAN_FLOW] * turning * health[fault + at.DUCT]
            flow = position * (constants[at.FREE_FLOW] + max(fan, 0.0))
        before = state[place + hatches + hatch]
        if (flow > 0.0) != (before > 0.0):
            changed = True
        state[place + hatches + hatch] = flow
    return changed


@inner_kernel
def _people_step(worked: float, gas: Array, wires: Wires, constants: Array, ledger: Array) -> None:
    """Let people breathe where they live; `worked` is people times seconds."""
    rooms = wires[at.ROOMS]
    for place in range(wires[at.CREW_ROOMS]):
        room = wires[wires[at.CREW_AT] + place]
        here = worked * constants[at.CONSTANTS_HEAD + rooms + room]
        wanted = here * constants[at.BREATHED]
        got = min(wanted, gas[6 * room + OXYGEN])
        gas[6 * room + OXYGEN] -= got
        ledger[at.BREATHED_IN] += got
        ledger[at.UNMET_OXYGEN] += wanted - got
        given = here * constants[at.GIVEN]
        gas[6 * room + CARBON_DIOXIDE] += given
        ledger[at.BREATHED_OUT] += given
        sweat = here * constants[at.SWEATED]
        gas[6 * room + VAPOUR] += sweat
        ledger[at.VAPOUR_OUT] += sweat


@inner_kernel
def _burn_step(
    dt: float,
    room: int,
    signals: Array,
    health: Array,
    wires: Wires,
    constants: Array,
    state: Array,
    tail: Array,
    ledger: Array,
) -> None:
    """Burn, and release what is not air. A flame fades without oxygen or moving air."""
    rooms, hatches = wires[at.ROOMS], wires[at.HATCHES]
    row = wires[at.ROOMS_AT] + at.ROOM_ROW * room
    fault = wires[row + at.ROOM_HEALTH]
    tail[at.DIRTY] = 1.0
    released = max(health[fault + at.TOXIC], 0.0) * dt
    state[6 * room + TRACE] += released
    ledger[at.RELEASED] += released
    moved = hatches == 0
    for hatch in range(hatches):
        ends = wires[wires[at.FIRST_AT] + hatch] == room
        ends = ends or wires[wires[at.SECOND_AT] + hatch] == room
        flow = state[at.ROOM_STATES * rooms + hatches + hatch]
        if ends and flow > constants[at.FREE_FLOW]:
            moved = True
    burnt = burn_step(
        state[6 * room : 6 * room + 6],
        math.inf,
        health[fault + at.FIRE] * (1.0 if moved else at.STILL_FIRE),
        constants[at.YIELDS : at.YIELDS + 6],
        dt,
        ledger[at.BURNT : at.BURNT + 6],
    )
    signals[wires[row + at.ROOM_SIGNALS] + at.FIRE_HEAT] = burnt / dt * at.BURNING_HEAT


@inner_kernel
def _machines_step(
    dt: float,
    people: float,
    frozen: bool,
    signals: Array,
    health: Array,
    wires: Wires,
    constants: Array,
    state: Array,
    tail: Array,
    ledger: Array,
    after_hatches: int,
) -> tuple[float, float]:
    """Run all machines; return condensate [kg], and what processors take in [kg/s]."""
    rooms = wires[at.ROOMS]
    condensate, processing = 0.0, 0.0
    for machine in range(wires[at.MACHINES]):
        row = wires[at.MACHINES_AT] + at.MACHINE_ROW * machine
        own = at.CONSTANTS_HEAD + 2 * rooms + at.CONSTANTS_ROW * machine
        place = after_hatches + at.MACHINE_STATES * machine
        kind, room = wires[row + at.KIND], wires[row + at.ROOM]
        told = wires[row + at.MACHINE_SIGNALS]
        fault = wires[row + at.MACHINE_HEALTH]
        start, stop = constants[own + at.START], constants[own + at.STOP]
        temperature = signals[wires[wires[at.ROOMS_AT] + at.ROOM_ROW * room + at.ROOM_TEMPERATURE]]
        size = constants[at.CONSTANTS_HEAD + room]
        # Pressure of a gas by its moles. [Pa/mol]
        unit = GAS_CONSTANT * temperature / size
        # A machine starts where `level` rises over `start`, or falls below it.
        level, falls = 0.0, False
        if kind == at.OXYGEN_MACHINE:
            level, falls = state[6 * room + OXYGEN] * _OXYGEN_MOLES * unit, True
            if people <= 0.0:
                start = constants[own + at.START_EMPTY]
        elif kind == at.BED_MACHINE:
            level = state[6 * room + CARBON_DIOXIDE] * _DIOXIDE_MOLES * unit
        elif kind == at.CONDENSER:
            level = state[6 * room + VAPOUR] * _VAPOUR_MOLES * unit
            level /= state[at.SATURATED * rooms + room]
        elif kind == at.FILTER:
            level = (state[6 * room + TRACE] + state[6 * room + SMOKE]) / size
        else:
            level = tail[at.WASTE]
        running = state[place + at.IS_RUNNING]
        if (level < start) if falls else (level > start):
            running = 1.0
        elif (level >= stop) if falls else (level <= stop):
            running = 0.0
        state[place + at.IS_RUNNING] = running
        watts = constants[own + at.WATTS]
        signals[wires[row + at.ASKED]] = watts if running > 0.0 else at.IDLE * watts
        works = signals[wires[row + at.ON]] * running
        if signals[wires[row + at.ALIVE]] < 0.5:
            works = 0.0
        signals[told + at.RUNNING] = 1.0 if works > 0.0 else 0.0
        if works <= 0.0:
            signals[told + at.FLOW] = 0.0
            continue
        rate = works * constants[own + at.RATE] * max(health[fault + at.OUTPUT], 0.0)
        moved = 0.0
        if kind == at.OXYGEN_MACHINE:
            wanted = 0.0 if frozen else rate * WATER_FOR_OXYGEN * dt
            split = min(wanted, tail[at.POTABLE])
            made = split / WATER_FOR_OXYGEN
            tail[at.POTABLE] -= split
            state[6 * room + OXYGEN] += made
            ledger[at.ELECTROLYSED] += made
            ledger[at.HYDROGEN] += split - made
            moved = made / dt
        elif kind == at.BED_MACHINE:
            before = state[6 * room + CARBON_DIOXIDE]
            beds = state[place + at.BEDS : place + at.BEDS + 4]
            # A jammed valve: the same bed takes until it is full.
            if health[fault + at.JAMMED] >= 0.5:
                beds[2] = min(beds[2], BED_HALF_CYCLE - 2.0 * dt)
            ledger[at.DUMPED] += remove_step(
                state[6 * room : 6 * room + 6],
                beds,
                size,
                temperature,
                rate,
                constants[own + at.EFFICIENCY],
                constants[own + at.CAPACITY],
                BED_HALF_PRESSURE,
                BED_HALF_CYCLE,
                constants[own + at.RELEASE],
                dt,
            )
            moved = (before - state[6 * room + CARBON_DIOXIDE]) / dt
            signals[told + at.BED] = beds[3]
        elif kind == at.CONDENSER:
            coil = signals[wires[row + at.LOOP]] + health[fault + at.COIL_WARMER]
            liquid = condense_step(
                state[6 * room : 6 * room + 6],
                size,
                temperature,
                max(coil, at.FREEZES + 1.0),
                rate,
                dt,
            )
            ledger[at.CONDENSED] += liquid
            condensate += liquid
            moved = liquid / dt
        elif kind == at.FILTER:
            moved = rate
            if tail[at.DIRTY] > 0.0:
                share = -math.expm1(-rate * constants[own + at.EFFICIENCY] * dt / size)
                for dirt in (TRACE, SMOKE):
                    taken = share * state[6 * room + dirt]
                    state[6 * room + dirt] -= taken
                    ledger[at.CLEANED_TRACE + dirt - TRACE] += taken
        elif not frozen:
            processing += rate
            moved = min(rate, tail[at.WASTE] / dt)
        signals[told + at.FLOW] = moved
    return condensate, processing


@inner_kernel
def _supply_step(
    dt: float,
    signals: Array,
    health: Array,
    switches: Array,
    wires: Wires,
    constants: Array,
    gas: Array,
    tail: Array,
    ledger: Array,
) -> None:
    """Let make-up gas in by regulators, which are springs: they need no power."""
    room = wires[at.SUPPLY_ROOM]
    row = wires[at.ROOMS_AT] + at.ROOM_ROW * room
    warm = signals[wires[row + at.ROOM_TEMPERATURE]]
    unit = GAS_CONSTANT * warm / constants[at.CONSTANTS_HEAD + room]
    leaks, faults, tanks = wires[at.TANK_LEAKS], wires[at.SUPPLY_STUCK], wires[at.TANKS]
    for kind in range(2):
        valve = tail[at.VALVE_NITROGEN + kind]
        if kind == NITROGEN:
            pressure = moles_of(gas, 6 * room) * unit
            opens, shuts = at.NITROGEN_OPENS, at.NITROGEN_SHUTS
            isolation = switches[wires[at.SUPPLY_NITROGEN]]
        else:
            pressure = gas[6 * room + OXYGEN] * _OXYGEN_MOLES * unit
            opens, shuts = at.OXYGEN_OPENS, at.OXYGEN_SHUTS
            isolation = switches[wires[at.SUPPLY_OXYGEN]]
        if pressure < opens:
            valve = 1.0
        elif pressure >= shuts:
            valve = 0.0
        if health[faults + 2 * kind + at.STUCK_OPEN] >= 0.5:
            valve = 1.0
        elif health[faults + 2 * kind + at.STUCK_SHUT] >= 0.5:
            valve = 0.0
        tail[at.VALVE_NITROGEN + kind] = valve
        kept = at.NITROGEN_KEPT + kind
        let_in = 0.0
        if valve > 0.0 and isolation > 0.5:
            let_in = min(constants[at.NITROGEN_FLOW + kind] * dt, tail[kept])
            tail[kept] -= let_in
            gas[6 * room + kind] += let_in
            ledger[at.LET_IN_NITROGEN + kind] += let_in
        signals[tanks + at.FLOW_NITROGEN + kind] = let_in / dt
        spilt = min(max(health[leaks + kind], 0.0) * dt, tail[kept])
        tail[kept] -= spilt
        ledger[at.SPILT_NITROGEN + kind] += spilt


@inner_kernel
def _leaks_step(
    dt: float,
    signals: Array,
    health: Array,
    switches: Array,
    wires: Wires,
    constants: Array,
    state: Array,
    tail: Array,
    ledger: Array,
    rooms: int,
    kinds: int,
) -> None:
    """Let air out through the walls, holes and the valve to space; count the moles left."""
    vented = wires[at.VENT_ROOM]
    position, aim = tail[at.VENT_POSITION], switches[wires[at.VENT_SWITCH]]
    moves = health[wires[at.VENT_STUCK]] < 0.5 and signals[wires[at.VENT_ALIVE]] > 0.5
    if health[wires[at.VENT_FAILED]] >= 0.5:
        aim, moves = 1.0, True  # a broken spring
    if position != aim and moves:
        way = dt / at.VENT_TIME
        position = min(max(aim, position - way), position + way)
        tail[at.VENT_POSITION] = position
        signals[wires[at.VENT_OPEN]] = position
    everywhere = constants[at.LEAK_SHARE] * dt
    usual = -math.expm1(-everywhere)
    gone = 0.0
    for room in range(rooms):
        row = wires[at.ROOMS_AT] + at.ROOM_ROW * room
        size = constants[at.CONSTANTS_HEAD + room]
        warm = signals[wires[row + at.ROOM_TEMPERATURE]]
        hole = max(health[wires[row + at.ROOM_HEALTH] + at.LEAK], 0.0)
        if room == vented:
            hole += position * constants[at.VENT_AREA]
        share = usual
        if hole > 0.0:
            passed = SHARP_HOLE * CHOKING * hole * math.sqrt(AIR_GAS_CONSTANT * warm)
            share = -math.expm1(-everywhere - passed * dt / size)
        for kind in range(kinds):
            out = share * state[6 * room + kind]
            state[6 * room + kind] -= out
            ledger[at.LOST + kind] += out
            gone += out
        state[at.MOLES * rooms + room] = moles_of(state, 6 * room)
        state[at.SPACE * rooms + room] = size / (GAS_CONSTANT * warm)
    signals[wires[at.TANKS] + at.STATION_LEAK] = gone / dt


@inner_kernel
def _seals_step(
    dt: float,
    signals: Array,
    health: Array,
    wires: Wires,
    state: Array,
    rooms: int,
    hatches: int,
    after_rooms: int,
) -> None:
    """Let air through the seals of shut hatches that leak: implicit, none gives too much."""
    for hatch in range(hatches):
        fault = wires[wires[at.HATCHES_AT] + at.HATCH_ROW * hatch + at.HATCH_HEALTH]
        area = health[fault + at.SEAL]
        if area <= 0.0 or state[after_rooms + hatches + hatch] > 0.0:
            continue
        giver, taker = wires[wires[at.FIRST_AT] + hatch], wires[wires[at.SECOND_AT] + hatch]
        moles = at.MOLES * rooms
        space = at.SPACE * rooms
        high = state[moles + giver] / state[space + giver]
        low = state[moles + taker] / state[space + taker]
        if high < low:
            giver, taker, high, low = taker, giver, low, high
        if high - low <= 1e-3:
            continue
        warm = signals[wires[wires[at.ROOMS_AT] + at.ROOM_ROW * giver + at.ROOM_TEMPERATURE]]
        least = max(high - low, _LEAST_GAP)
        ease = dt * orifice_flow(area, max(high, least), max(high, least) - least, warm) / least
        inverse = 1.0 / state[space + giver] + 1.0 / state[space + taker]
        amount = ease * (high - low) / (1.0 + ease * inverse)
        share = min(amount / state[moles + giver], 1.0)
        for kind in range(6):
            moved = share * state[6 * giver + kind]
            state[6 * giver + kind] -= moved
            state[6 * taker + kind] += moved
        state[moles + giver] -= amount
        state[moles + taker] += amount


@inner_kernel
def _cleaned(gas: Array, tail: Array, ledger: Array) -> None:
    """Call the station clean when next to nothing is left of trace gas and smoke."""
    rooms = len(gas) // 6
    trace, smoke = 0.0, 0.0
    for room in range(rooms):
        trace += gas[6 * room + TRACE]
        smoke += gas[6 * room + SMOKE]
    if trace + smoke < at.CLEAN:
        ledger[at.CLEANED_TRACE] += trace
        ledger[at.CLEANED_SMOKE] += smoke
        for room in range(rooms):
            gas[6 * room + TRACE] = 0.0
            gas[6 * room + SMOKE] = 0.0
        tail[at.DIRTY] = 0.0


@inner_kernel
def _water(
    dt: float,
    people: float,
    condensate: float,
    processing: float,
    frozen: bool,
    spills: float,
    constants: Array,
    tail: Array,
    ledger: Array,
) -> None:
    """Move water; of frozen tanks nobody draws."""
    spilt = min(spills * dt, tail[at.POTABLE])
    tail[at.POTABLE] -= spilt
    ledger[at.SPILT_WATER] += spilt
    if people <= 0.0 and condensate <= 0.0 and processing <= 0.0:
        return
    drawn = people * constants[at.DRAWN]
    returned = people * constants[at.RETURNED]
    if frozen:
        ledger[at.WATER + UNMET_DRAW] += drawn * dt
        drawn, returned, processing = 0.0, 0.0, 0.0
    water_step(
        tail,
        constants[at.POTABLE_ROOM : at.POTABLE_ROOM + 3],
        drawn,
        returned,
        condensate,
        0.0,
        processing,
        constants[at.RECOVERY],
        dt,
        ledger[at.WATER : at.WATER + 7],
    )


@inner_kernel
def _told(
    dt: float, signals: Array, wires: Wires, volume: Array, state: Array, rooms: int, kinds: int
) -> None:
    """Write what the rest of the station sees of the air; let vapour settle on cold walls."""
    for room in range(rooms):
        place = wires[wires[at.ROOMS_AT] + at.ROOM_ROW * room + at.ROOM_SIGNALS]
        unit = 1.0 / state[at.SPACE * rooms + room]
        gas = 6 * room
        vapour = state[gas + VAPOUR] * _VAPOUR_MOLES * unit
        signals[place + at.PRESSURE] = state[at.MOLES * rooms + room] * unit
        signals[place + at.OXYGEN_PRESSURE] = state[gas + OXYGEN] * _OXYGEN_MOLES * unit
        signals[place + at.DIOXIDE_PRESSURE] = state[gas + CARBON_DIOXIDE] * _DIOXIDE_MOLES * unit
        signals[place + at.VAPOUR_PRESSURE] = vapour
        signals[place + at.HUMIDITY] = vapour / state[at.SATURATED * rooms + room]
        signals[place + at.TRACE_DENSITY] = 0.0
        signals[place + at.SMOKE_DENSITY] = 0.0
        if kinds == 6:
            signals[place + at.TRACE_DENSITY] = state[gas + TRACE] / volume[room]
            signals[place + at.SMOKE_DENSITY] = state[gas + SMOKE] / volume[room]
        wall = state[at.SATURATED_WALL * rooms + room]
        frost = state[at.FROST * rooms + room]
        if vapour > wall or frost > 0.0:
            over = (vapour - wall) / (unit * _VAPOUR_MOLES)
            settled = max(over * -math.expm1(-dt / at.FROST_TIME), -frost)
            state[gas + VAPOUR] -= settled
            state[at.FROST * rooms + room] = frost + settled
