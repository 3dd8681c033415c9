"""The kernel of the heat part."""

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS
from stationkeeper.household.arrays import SOLAR_IRRADIANCE, STEFAN_BOLTZMANN
from stationkeeper.household.heat import freezing_heat
from stationkeeper.household.outside_heat import (
    ALBEDO,
    EARTH_INFRARED,
    lit_share_of_cylinder,
    mean_earth_view,
    outside_level,
)
from stationkeeper.kernels import inner_kernel
from stationkeeper.operations.parts import heat_layout as at

Array = NDArray[np.float64]
Wires = NDArray[np.int64]


@inner_kernel
def _valve(level: float, low: float, high: float) -> float:
    """Opening of a valve that opens from `low` to `high`."""
    return min(max((level - low) / (high - low), 0.0), 1.0)


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
    """Move heat for a step, all by the temperatures at its begin."""
    rooms, loads, batteries = wires[at.N_ROOM], wires[at.N_LOAD], wires[at.N_BATTERY]
    loops, pumps, ships = wires[at.N_LOOP], wires[at.N_PUMP], wires[at.N_SHIP]
    w_load = at.W_HEAD + rooms * at.W_ROOM
    w_battery = w_load + loads * at.W_LOAD
    w_loop = w_battery + batteries * at.W_BATTERY
    w_pump = w_loop + loops * at.W_LOOP
    w_ship = w_pump + loops * pumps * at.W_PUMP
    w_hatch = w_ship + ships * at.W_SHIP
    c_load = at.C_HEAD + rooms * at.C_ROOM
    c_battery = c_load + loads
    c_loop = c_battery + batteries * at.C_BATTERY
    c_ship = c_loop + loops * at.C_LOOP
    c_hatch = c_ship + ships * at.C_SHIP
    x_battery = at.X_HEAD + rooms * at.X_ROOM
    x_loop = x_battery + batteries
    x_ship = x_loop + loops * at.X_LOOP

    # What the outside gives, as levels of black bodies. [W/m2]
    lost = min(signals[wires[at.ERROR]], 1.0)  # beyond 57 deg any direction is as likely
    # In safe mode the station keeps to the Sun, not to the Earth: the mean over directions too.
    turned = 1.0 if signals[wires[at.MODE]] == 3.0 else lost
    sunlight = SOLAR_IRRADIANCE * signals[wires[at.SUNLIT]]
    up = -signals[wires[at.DOWN]]
    view = mean_earth_view(1.0 + signals[wires[at.ALTITUDE]] / EARTH_RADIUS)
    lit = lit_share_of_cylinder(signals[wires[at.ALONG]])
    lit += (0.25 - lit) * turned
    skin_level = outside_level(
        lit, up, view, sunlight, ALBEDO, EARTH_INFRARED, constants[at.K_WALL_SUN]
    )

    # Heat of what runs, of people, of faults; rooms and ships share one numbering.
    for i in range(rooms):
        state[at.X_HEAD + i * at.X_ROOM + at.X_GIVEN] = 0.0
    for i in range(ships):
        state[x_ship + i * at.X_SHIP + at.X_SHIP_GIVEN] = 0.0
    for i in range(loads):
        heat = constants[c_load + i] * signals[wires[w_load + i * at.W_LOAD]]
        body = wires[w_load + i * at.W_LOAD + 1]
        if body < rooms:
            state[at.X_HEAD + body * at.X_ROOM + at.X_GIVEN] += heat
            ledger[at.CAME_LOADS] += heat * dt
        else:
            state[x_ship + (body - rooms) * at.X_SHIP + at.X_SHIP_GIVEN] += heat
    people = constants[at.K_PERSON] * signals[wires[at.ABOARD]]

    # Loops: what flows, and what it supplies.
    rejected = 0.0
    for i in range(loops):
        w, c, x = w_loop + i * at.W_LOOP, c_loop + i * at.C_LOOP, x_loop + i * at.X_LOOP
        flow = 0.0
        for k in range(pumps):
            pump = w_pump + (i * pumps + k) * at.W_PUMP
            flow += signals[wires[pump]] * health[wires[pump + 1]]
        freezing = constants[at.K_FREEZES]
        fluid = state[x + at.X_FLUID]
        if fluid < freezing and state[x + at.X_FROZEN] != 1.0:
            state[x + at.X_FROZEN] = 1.0
        elif fluid > freezing + 1.0 and state[x + at.X_FROZEN] == 1.0:
            state[x + at.X_FROZEN] = 2.0
        left = state[x + at.X_COOLANT] / constants[c + at.K_COOLANT]
        flow = min(flow, 1.0) * health[wires[w + at.L_CLOG]] * switches[wires[w + at.L_SWITCH]]
        flow *= _valve(left, at.FLOWS_FROM, at.FLOWS_FULLY)
        if state[x + at.X_FROZEN] == 1.0:
            flow = 0.0
        state[x + at.X_PASSED] = flow * constants[c + at.K_FLOW]
        state[x + at.X_TAKEN] = 0.0

    # Rooms: walls, cold plates, thermostats.
    for i in range(rooms):
        w, c, x = at.W_HEAD + i * at.W_ROOM, at.C_HEAD + i * at.C_ROOM, at.X_HEAD + i * at.X_ROOM
        air, wall = state[x + at.X_AIR], state[x + at.X_WALL]
        told = constants[c + at.K_PEOPLE] * people
        fault = health[wires[w + at.R_HEAT]]
        if wires[w + at.R_FIRE] >= 0:
            fault += signals[wires[w + at.R_FIRE]]
        ledger[at.CAME_PEOPLE] += told * dt
        ledger[at.CAME_FAULTS] += fault * dt
        gain = state[x + at.X_GIVEN] + told + fault
        through = constants[c + at.K_FILM] * (air - wall)
        square = wall * wall
        leaks = constants[c + at.K_SKIN] * health[wires[w + at.R_INSULATION]]
        leaks *= STEFAN_BOLTZMANN * square * square - skin_level
        ledger[at.GONE_WALLS] += leaks * dt
        controlled = signals[wires[w + at.R_CONTROLLER]] > 0.5
        if controlled and health[wires[w + at.R_STUCK]] < 0.5:
            state[x + at.X_VALVE] = _valve(air, at.COOL_FROM, at.COOL_FULLY)
        plate = constants[c + at.K_PLATE] * state[x + at.X_VALVE] * health[wires[w + at.R_PLATE]]
        for k in range(loops):
            loop = x_loop + k * at.X_LOOP
            taken = plate * state[loop + at.X_PASSED] * (air - state[loop + at.X_FLUID])
            state[loop + at.X_TAKEN] += taken
            gain -= taken
        if air < at.HEAT_BELOW:
            state[x + at.X_HEATING] = 1.0
        elif air > at.HEAT_UNTIL:
            state[x + at.X_HEATING] = 0.0
        if wires[w + at.R_ASKED] >= 0:
            stuck = health[wires[w + at.R_THERMOSTAT]]
            heating = state[x + at.X_HEATING] > 0.5 and stuck > -0.5
            asks = controlled and (heating or stuck > 0.5)
            signals[wires[w + at.R_ASKED]] = constants[c + at.K_HEATER] if asks else 0.0
        state[x + at.X_GIVEN] = gain - through
        state[x + at.X_WALL] = wall + (through - leaks) * dt / constants[c + at.K_WALL]

    # Between rooms: draught, fans, metal. The air is still that of the begin.
    for i in range(wires[at.N_HATCH]):
        w, c = w_hatch + i * at.W_HATCH, c_hatch + i * at.C_HATCH
        opened = signals[wires[w]]
        joint = constants[c] * opened + constants[c + 2]
        if wires[w + 1] >= 0:
            joint += constants[c + 1] * opened * signals[wires[w + 1]]
        first = at.X_HEAD + wires[w + 2] * at.X_ROOM
        second = at.X_HEAD + wires[w + 3] * at.X_ROOM
        heat = joint * (state[first + at.X_AIR] - state[second + at.X_AIR])
        state[first + at.X_GIVEN] -= heat
        state[second + at.X_GIVEN] += heat

    # Batteries.
    for i in range(batteries):
        w, c = w_battery + i * at.W_BATTERY, c_battery + i * at.C_BATTERY
        room = at.X_HEAD + wires[w + at.B_ROOM] * at.X_ROOM
        here = state[x_battery + i]
        lossy = constants[at.K_BATTERY_LOSS] * abs(
            signals[wires[w + at.B_CURRENT]] * signals[wires[w + at.B_VOLTAGE]]
        )
        fault = health[wires[w + at.B_HEAT]]
        ledger[at.CAME_BATTERIES] += lossy * dt
        ledger[at.CAME_FAULTS] += fault * dt
        heat = constants[c + 1] * (here - state[room + at.X_AIR])
        state[room + at.X_GIVEN] += heat
        state[x_battery + i] = here + (lossy + fault - heat) * dt / constants[c]
        signals[wires[w + at.B_TEMPERATURE]] = state[x_battery + i]

    # Radiators, and the coolant.
    for i in range(loops):
        w, c, x = w_loop + i * at.W_LOOP, c_loop + i * at.C_LOOP, x_loop + i * at.X_LOOP
        fluid, radiator, mass = (
            state[x + at.X_FLUID],
            state[x + at.X_RADIATOR],
            state[x + at.X_COOLANT],
        )
        flow, taken = state[x + at.X_PASSED], state[x + at.X_TAKEN]
        room = at.X_HEAD + wires[w + at.L_ROOM] * at.X_ROOM
        lines = at.LINES_LOSS * (state[room + at.X_AIR] - fluid)
        state[room + at.X_GIVEN] -= lines
        returns = fluid + taken / flow if flow > 0.0 else fluid
        holds = constants[c + at.K_LINES] + mass * constants[at.K_SPECIFIC]
        most = flow * constants[at.K_RADIATES] * (returns - radiator)
        # Nothing passes a radiator that is frozen.
        over = radiator - constants[at.K_FREEZES]
        if over < 0.0:
            most = 0.0
        controlled = signals[wires[w + at.L_CONTROLLER]] > 0.5
        if controlled and health[wires[w + at.L_STUCK]] < 0.5:
            wanted = taken + lines + holds * (fluid - at.SUPPLY) / at.SETTLES
            opens = wanted / most if most > 0.0 else 0.0
            state[x + at.X_OPEN] = min(max(opens, at.VALVE_LEAK), 1.0)
        given = state[x + at.X_OPEN] * most
        edge = at.EDGE_ON + (0.25 - at.EDGE_ON) * lost
        edge += (0.5 * abs(up) - edge) * health[wires[w + at.L_TURN]]
        level = outside_level(
            edge, up, view, sunlight, ALBEDO, EARTH_INFRARED, constants[at.K_RADIATOR_SUN]
        )
        square = radiator * radiator
        sends = (
            constants[at.K_RADIATOR_EMITS] * constants[c + at.K_AREA] * health[wires[w + at.L_AREA]]
        )
        # Panels are shut one by one before their coolant freezes.
        sends *= max(_valve(over, at.SHUT_ALL, at.SHUT_NONE), at.SHUT_LEAST)
        sends *= STEFAN_BOLTZMANN * square * square - level
        ledger[at.GONE_RADIATORS] += sends * dt
        pressure = _valve(mass / constants[c + at.K_COOLANT], 1.0 - at.ACCUMULATOR, 1.0)
        leak = health[wires[w + at.L_LEAK]]
        if state[x + at.X_FROZEN] == 2.0:
            leak += at.BURST_LEAK
        # With its lines shut a loop keeps what has not leaked yet.
        leak *= (at.SEEPS + (1.0 - at.SEEPS) * pressure) * switches[wires[w + at.L_SWITCH]]
        gone = min(leak * dt, mass)
        state[x + at.X_COOLANT] = mass - gone
        ledger[at.GONE_LOST] += gone
        ledger[at.GONE_COOLANT] += gone * constants[at.K_SPECIFIC] * fluid
        # What leaks leaves as warm as it is: the rest warms as if it had been alone.
        holds -= gone * constants[at.K_SPECIFIC]
        state[x + at.X_FLUID] = fluid + (taken + lines - given) * dt / holds
        state[x + at.X_RADIATOR] = radiator + (given - sends) * dt / constants[c + at.K_RADIATOR]
        rejected += given
        signals[wires[w + at.L_INLET]] = state[x + at.X_FLUID]
        signals[wires[w + at.L_RETURN]] = returns
        signals[wires[w + at.L_OUTLET]] = returns - constants[at.K_RADIATES] * (returns - radiator)
        signals[wires[w + at.L_RADIATOR]] = state[x + at.X_RADIATOR]
        signals[wires[w + at.L_FLOW]] = flow
        signals[wires[w + at.L_COOLANT]] = state[x + at.X_COOLANT]
        signals[wires[w + at.L_PRESSURE]] = at.FULL_PRESSURE * pressure * fluid / at.SUPPLY
        signals[wires[w + at.L_VALVE]] = state[x + at.X_OPEN]
        signals[wires[w + at.L_BURST]] = 1.0 if state[x + at.X_FROZEN] == 2.0 else 0.0
        signals[wires[w + at.L_REJECTED]] = given
    signals[wires[at.REJECTED]] = rejected

    # Ships: a cabin, a compartment of instruments where their loads are, a loop of their own.
    for i in range(ships):
        w, c, x = w_ship + i * at.W_SHIP, c_ship + i * at.C_SHIP, x_ship + i * at.X_SHIP
        cabin, compartment = state[x + at.X_CABIN], state[x + at.X_COMPARTMENT]
        docked = signals[wires[w + at.S_DOCKED]] > 0.5
        signals[wires[w + at.S_ASKED]] = at.SHIP_LOOP_W if docked else 0.0
        if not docked:
            # It brings what it has when it docks: as warm as its loop keeps it, its loop full.
            ledger[at.CAME_DOCKING] += constants[c + at.K_CABIN] * (at.SHIP_COOL_FROM - cabin)
            ledger[at.CAME_DOCKING] += constants[c + at.K_COMPARTMENT] * (
                at.SHIP_COOL_FROM - compartment
            )
            state[x + at.X_CABIN] = state[x + at.X_COMPARTMENT] = at.SHIP_COOL_FROM
            state[x + at.X_LEFT] = at.SHIP_COOLANT
        else:
            room = at.X_HEAD + wires[w + at.S_ROOM] * at.X_ROOM
            heat = state[x + at.X_SHIP_GIVEN]
            ledger[at.CAME_LOADS] += heat * dt
            joint = constants[c + at.K_JOINT] * (compartment - cabin)
            hatch = constants[c + at.K_HATCH] * (cabin - state[room + at.X_AIR])
            state[room + at.X_GIVEN] += hatch
            whole = health[wires[w + at.S_LOOP]]
            state[x + at.X_LEFT] -= min(
                (1.0 - whole) * at.SHIP_COOLANT / at.SHIP_DRAINS * dt, state[x + at.X_LEFT]
            )
            cools = constants[c + at.K_LOOP] * signals[wires[w + at.S_LOAD]]
            cools *= _valve(state[x + at.X_LEFT] / at.SHIP_COOLANT, at.FLOWS_FROM, at.FLOWS_FULLY)
            cools *= _valve(compartment, at.SHIP_COOL_FROM, at.SHIP_COOL_FULLY)
            cools *= max(compartment - at.SHIP_SINK, 0.0)
            square = cabin * cabin
            leaks = constants[at.K_SHIP_WALL] * (STEFAN_BOLTZMANN * square * square - skin_level)
            ledger[at.GONE_SHIPS] += (cools + leaks) * dt
            state[x + at.X_CABIN] = cabin + (joint - hatch - leaks) * dt / constants[c + at.K_CABIN]
            state[x + at.X_COMPARTMENT] = (
                compartment + (heat - joint - cools) * dt / constants[c + at.K_COMPARTMENT]
            )
        signals[wires[w + at.S_CABIN]] = state[x + at.X_CABIN]
        signals[wires[w + at.S_COMPARTMENT]] = state[x + at.X_COMPARTMENT]
        signals[wires[w + at.S_COOLANT]] = state[x + at.X_LEFT]

    # Water in tanks and lines; ice breaks them.
    room = at.X_HEAD + wires[at.WATER_ROOM] * at.X_ROOM
    heat = constants[at.K_WATER_LINK] * (state[room + at.X_AIR] - state[at.X_WATER])
    state[room + at.X_GIVEN] -= heat
    water = state[at.X_WATER] + heat * dt / constants[at.K_WATER]
    moved = freezing_heat(
        constants[at.K_WATER], constants[at.K_LATENT], at.ICE, water, state[at.X_ICE]
    )
    state[at.X_WATER] = water + moved / constants[at.K_WATER]
    state[at.X_ICE] = min(max(state[at.X_ICE] + moved / constants[at.K_LATENT], 0.0), 1.0)
    if state[at.X_ICE] > at.BURSTS:
        state[at.X_BURST] = 1.0
    signals[wires[at.S_WATER]] = state[at.X_WATER]
    signals[wires[at.S_WATER_ICE]] = state[at.X_ICE]
    signals[wires[at.S_WATER_BURST]] = state[at.X_BURST]

    for i in range(rooms):
        w, c, x = at.W_HEAD + i * at.W_ROOM, at.C_HEAD + i * at.C_ROOM, at.X_HEAD + i * at.X_ROOM
        state[x + at.X_AIR] += state[x + at.X_GIVEN] * dt / constants[c + at.K_AIR]
        signals[wires[w + at.R_AIR]] = state[x + at.X_AIR]
        signals[wires[w + at.R_WALL]] = state[x + at.X_WALL]
        signals[wires[w + at.R_VALVE]] = state[x + at.X_VALVE]
