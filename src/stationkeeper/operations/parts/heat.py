"""Heat of a station: rooms, walls, batteries, loops with radiators, heaters, ships, water.

Each body has one temperature; what one gives, another takes, so that energy closes. Every module is
a cylinder twice as long as wide along the flight. The valve of a room lets its equipment be cooled
by all loops alike, the valve of a loop keeps what it supplies at one temperature. Left out: vapour
that condenses, air that is gone, the delay of a flow, shadows of one module on another.
"""

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act
from stationkeeper.household.arrays import STEFAN_BOLTZMANN
from stationkeeper.operations.house import House, Room
from stationkeeper.operations.parts import heat_layout as at
from stationkeeper.operations.parts.air_dictionary import crew_rooms
from stationkeeper.operations.parts.heat_step import step
from stationkeeper.operations.registry import LoadRow, Part, Reading, Registry

__all__ = ["balance", "declare", "step", "stored", "wire"]

Array = NDArray[np.float64]


def _pump_rooms(house: House) -> list[Room]:
    """Return where the pumps of each loop stand: in the heaviest modules, one after another."""
    heaviest = sorted(house.rooms, key=lambda room: -room.mass)
    return [heaviest[loop % len(heaviest)] for loop in range(house.plant.heat.loops)]


def declare(registry: Registry, house: House) -> None:
    """Declare rooms, batteries, loops with pumps, heaters, ships and water."""
    for room in house.rooms:
        _declare_room(registry, house, room)
    for number in range(1, house.plant.power.batteries + 1):
        name = f"battery.{number}"
        registry.signal(f"{name}.temperature", "K", 294.0)
        registry.healthy(f"{name}.heat", 0.0)
        _celsius(registry, f"{name}.temperature", f"Battery {number}: temperature", "", 8.0, 35.0)
    for number, room in enumerate(_pump_rooms(house), start=1):
        _declare_loop(registry, house, number, room.name)
    for key, visit in house.visits:
        _declare_ship(registry, key, visit.module, docked=visit.docks_day == 0.0)
    registry.signal("water.temperature", "K", 294.0)
    registry.signal("water.ice", "-")
    registry.signal("water.burst", "-")
    registry.signal("heat.rejected", "W")
    _celsius(registry, "water.temperature", "Water tanks: temperature", "", 5.0, 35.0)
    _reading(registry, "heat.rejected", "Heat through all radiators", "W", noise=20.0, quantum=5.0)


def _reading(
    registry: Registry,
    name: str,
    title: str,
    unit: str,
    module: str = "",
    *,
    scale: float = 1.0,
    noise: float = 0.0,
    bias: float = 0.0,
    quantum: float = 0.0,
    low: float = -np.inf,
    high: float = np.inf,
    component: str = "",
) -> None:
    registry.telemetry(
        Reading(
            name, title, name, unit, "heat", module, component, scale=scale, noise=noise,
            bias=bias, quantum=quantum, low=low, high=high,
        )
    )  # fmt: skip


def _celsius(
    registry: Registry, name: str, title: str, module: str, low: float, high: float,
    signal: str = "", component: str = "",
) -> None:  # fmt: skip
    registry.telemetry(
        Reading(
            name, title, signal or name, "degC", "heat", module, component, offset=273.15,
            noise=0.05, bias=0.3, quantum=0.05, low=low, high=high,
        )
    )  # fmt: skip


def _declare_room(registry: Registry, house: House, room: Room) -> None:
    name, title = f"room.{room.name}", room.title
    registry.signal(f"{name}.temperature", "K", 294.5)
    registry.signal(f"{name}.wall", "K", 291.0)
    registry.signal(f"{name}.valve", "-")
    registry.healthy(f"{name}.insulation")
    registry.healthy(f"{name}.cold-plate")
    registry.healthy(f"{name}.valve-stuck", 0.0)
    registry.healthy(f"{name}.heat", 0.0)
    registry.healthy(f"heater.{room.name}.thermostat", 0.0)
    for second in ("", ".b"):
        told = f"{title}: temperature{', second sensor' if second else ''}"
        _celsius(
            registry, f"{name}.temperature{second}", told, room.name, 16.0, 28.0,
            f"{name}.temperature",
        )  # fmt: skip
    _celsius(registry, f"{name}.wall", f"{title}: wall", room.name, 8.0, 32.0)
    _reading(
        registry, f"{name}.valve", f"{title}: valve of the cold plates", "%", room.name,
        scale=100.0, noise=0.2, quantum=0.1,
    )  # fmt: skip
    watts = house.plant.heat.heater_w_m3 * room.volume
    if watts > 0.0:
        registry.load(
            LoadRow(f"heater-{room.name}", f"{title}: heaters", room.name, "heat", watts, 7)
        )


def _declare_loop(registry: Registry, house: House, number: int, module: str) -> None:
    heat = house.plant.heat
    name, title = f"loop.{number}", f"Loop {number}"
    for quantity, unit, first in (
        ("inlet", "K", at.SUPPLY), ("return", "K", at.SUPPLY + 3.0), ("outlet", "K", at.SUPPLY),
        ("radiator", "K", 275.0), ("flow", "W/K", heat.flow_w_k),
        ("coolant", "kg", heat.coolant_kg), ("pressure", "Pa", at.FULL_PRESSURE),
        ("valve", "-", 0.3), ("burst", "-", 0.0), ("rejected", "W", 0.0),
    ):  # fmt: skip
        registry.signal(f"{name}.{quantity}", unit, first)
    registry.healthy(f"{name}.leak", 0.0)
    registry.healthy(f"{name}.valve-stuck", 0.0)
    registry.healthy(f"{name}.passage")
    registry.healthy(f"radiator.{number}.area")
    registry.healthy(f"radiator.{number}.stuck", 0.0)
    registry.switch(
        f"set.loop-{number}", f"{title}: lines open", 1.0, act=Act.SET, act_off=Act.SET,
        target=f"loop-{number}", subsystem="heat", module=module, component=name,
        feedback=f"{name}.flow",
    )  # fmt: skip
    _celsius(registry, f"{name}.inlet", f"{title}: supply", module, 2.0, 15.0, component=name)
    _celsius(registry, f"{name}.return", f"{title}: return", module, 2.0, 30.0, component=name)
    _celsius(
        registry, f"{name}.outlet", f"{title}: behind the radiator", module, -273.15, 30.0,
        component=name,
    )  # fmt: skip
    _celsius(
        registry, f"{name}.radiator", f"{title}: radiator", module,
        heat.coolant_freezing_k - 273.15 + 2.0, 40.0, component=name,
    )  # fmt: skip
    _reading(
        registry, f"{name}.flow", f"{title}: flow by nominal", "%", module,
        scale=100.0 / heat.flow_w_k, noise=0.3, bias=1.0, quantum=0.1, low=75.0, component=name,
    )  # fmt: skip
    _reading(
        registry, f"{name}.coolant", f"{title}: coolant", "kg", module,
        noise=0.002 * heat.coolant_kg, bias=0.005 * heat.coolant_kg, quantum=0.1,
        low=0.93 * heat.coolant_kg, component=name,
    )  # fmt: skip
    _reading(
        registry, f"{name}.pressure", f"{title}: pressure", "kPa", module, scale=1e-3, noise=0.5,
        bias=2.0, quantum=0.25, low=0.75e-3 * at.FULL_PRESSURE, high=1.3e-3 * at.FULL_PRESSURE,
        component=name,
    )  # fmt: skip
    _reading(
        registry, f"{name}.valve", f"{title}: valve to the radiator", "%", module, scale=100.0,
        noise=0.2, quantum=0.1, component=name,
    )  # fmt: skip
    _reading(
        registry, f"{name}.rejected", f"{title}: heat through the radiator", "W", module,
        noise=15.0, quantum=5.0, component=name,
    )  # fmt: skip
    watts = max(at.PUMP_LEAST, at.PUMP_W_K * heat.flow_w_k)
    pumps = [f"pump-{number}-{pump}" for pump in range(1, heat.pumps_per_loop + 1)]
    for place, pump in enumerate(pumps):
        registry.healthy(f"{pump}.flow")
        registry.load(
            LoadRow(
                pump, f"{title}: pump {place + 1}", module, "heat", watts, 8, on=place == 0
            )
        )  # fmt: skip
    registry.spares[name] = tuple(pumps)


def _declare_ship(registry: Registry, key: str, module: str, *, docked: bool) -> None:
    name, load = f"visit.{key}", f"ship-loop-{key}"
    registry.signal(f"{name}.temperature", "K", at.SHIP_COOL_FROM)
    registry.signal(f"{name}.compartment", "K", at.SHIP_COOL_FROM)
    registry.signal(f"{name}.coolant", "kg", at.SHIP_COOLANT)
    registry.healthy(f"{name}.loop")
    registry.load(LoadRow(load, f"Ship {key}: coolant loop", module, "core", at.SHIP_LOOP_W, 7))
    if not docked:  # power comes before heat in a step: it would feed a ship that is not there
        for quantity in ("asked", "power"):
            registry.first_signals[registry.of(f"load.{load}.{quantity}")] = 0.0
    _celsius(
        registry, f"{name}.temperature", f"Ship {key}: cabin", module, 12.0, 29.0, component=load
    )
    _celsius(
        registry, f"{name}.compartment", f"Ship {key}: compartment of instruments", module, 5.0,
        36.0, component=load,
    )  # fmt: skip
    _reading(
        registry, f"{name}.coolant", f"Ship {key}: coolant", "kg", module, noise=0.1, bias=0.3,
        quantum=0.1, low=0.9 * at.SHIP_COOLANT, component=load,
    )  # fmt: skip


def wire(registry: Registry, house: House) -> Part:
    """Gather numbers, constants and temperatures at the begin."""
    plant, of, vary = house.plant, registry.of, registry.vary
    places = {room.name: place for place, room in enumerate(house.rooms)}
    # Loads without a module stand in the heaviest.
    heaviest = max(places.values(), key=lambda place: house.rooms[place].mass)
    bodies = {f"ship-{key}": len(places) + k for k, (key, _) in enumerate(house.visits)}
    bodies |= {f"ship-loop-{key}": len(places) + k for k, (key, _) in enumerate(house.visits)}
    loads = [
        (of(f"load.{row.name}.power"), bodies.get(row.name, places.get(row.module, heaviest)))
        for row in registry.loads
    ]
    losses = 1.0 / plant.power.converter_efficiency - 1.0
    given = [1.0 - at.SENDS * row.name.startswith("transmitter") + losses for row in registry.loads]
    weights = np.array(
        [
            sum(row.watts for row in registry.loads if row.module == room.name
                and row.kind != "heat") + 5.0 * room.volume + 50.0
            for room in house.rooms
        ]
    )  # fmt: skip
    lived = {house.rooms[place].name for place in crew_rooms(house)}
    water_room = next(
        (
            places[one.module]
            for one in plant.air.machine.values()
            if one.kind == "water-processor" and one.module in places
        ),
        heaviest,
    )
    water = max(plant.air.water_kg, at.WATER_LEAST)
    skin = plant.heat.wall_w_k_m2 / (4.0 * STEFAN_BOLTZMANN * at.SETTLED**3)
    flow = plant.heat.flow_w_k
    wires = [
        len(places), len(loads), plant.power.batteries, plant.heat.loops,
        plant.heat.pumps_per_loop, len(house.visits), len(plant.air.hatch),
        of("env.sunlit"), of("env.sun-along"), of("env.sun-down"), of("env.altitude"),
        of("attitude.error"), of("attitude.mode"), of("people.aboard"),
        water_room, of("water.temperature"), of("water.ice"), of("water.burst"),
        of("heat.rejected"),
    ]  # fmt: skip
    constants = [
        vary("heat.wall.sun", at.WALL_SUN) / at.WALL_EMITTANCE,
        vary("heat.radiator.sun", at.RADIATOR_SUN) / plant.heat.radiator_emittance,
        plant.heat.radiator_emittance,
        vary("heat.person", at.PERSON),
        vary("heat.battery.loss", at.BATTERY_LOSS),
        vary("heat.coolant.specific", at.COOLANT_HEAT),
        vary("heat.radiator.effectiveness", at.RADIATES),
        plant.heat.coolant_freezing_k,
        water * at.WATER_HEAT,
        water * at.ICE_HEAT,
        vary("heat.water.link", at.WATER_LINK),
        vary("heat.ship.wall", at.SHIP_WALL),
    ]
    state = [294.0, 0.0, 0.0]
    for room, weight in zip(house.rooms, weights, strict=True):
        name, heater = f"room.{room.name}", f"load.heater-{room.name}.asked"
        wires += [
            of(f"{name}.temperature"), of(f"{name}.wall"), of(f"{name}.valve"),
            of(f"controller.{room.name}.alive"), registry.signals.get(heater, -1),
            of(f"{name}.insulation", "health"), of(f"{name}.cold-plate", "health"),
            of(f"{name}.valve-stuck", "health"), of(f"heater.{room.name}.thermostat", "health"),
            of(f"{name}.heat", "health"), registry.signals.get(f"{name}.fire", -1),
        ]  # fmt: skip
        equipment = at.EQUIPMENT_SHARE * room.mass * at.EQUIPMENT_HEAT
        constants += [
            vary(f"heat.{room.name}.capacity", equipment) + room.volume * at.AIR_HEAT,
            vary(f"heat.{room.name}.wall", at.WALL_SHARE * room.mass * at.WALL_HEAT),
            vary(f"heat.{room.name}.film", at.FILM) * room.surface,
            vary(f"heat.{room.name}.skin", skin) * room.surface,
            vary(f"heat.{room.name}.plate", at.PLATES) * float(weight / weights.sum()),
            1.0 / len(lived) if room.name in lived else 0.0,
            plant.heat.heater_w_m3 * room.volume,
        ]
        state += [294.5, 291.0, 0.2, 0.0, 0.0]
    wires += [number for row in loads for number in row]
    constants += given
    battery_rooms = sorted(places.values(), key=lambda place: -house.rooms[place].mass)[:2]
    for number in range(1, plant.power.batteries + 1):
        name = f"battery.{number}"
        wires += [
            of(f"{name}.temperature"), of(f"{name}.current"), of(f"{name}.voltage"),
            of(f"{name}.heat", "health"), battery_rooms[number % len(battery_rooms)],
        ]  # fmt: skip
        constants += [
            vary(f"heat.{name}.capacity", at.BATTERY_HEAT_AH * plant.power.battery_ah),
            vary(f"heat.{name}.link", at.BATTERY_LINK * plant.power.battery_ah),
        ]
        state += [294.0]
    for number, room in enumerate(_pump_rooms(house), start=1):
        name = f"loop.{number}"
        wires += [
            of(f"{name}.{quantity}")
            for quantity in (
                "inlet", "return", "outlet", "radiator", "flow", "coolant", "pressure", "valve",
                "burst", "rejected",
            )
        ]  # fmt: skip
        wires += [
            of(f"controller.{room.name}.alive"), places[room.name],
            of(f"{name}.leak", "health"), of(f"{name}.valve-stuck", "health"),
            of(f"{name}.passage", "health"), of(f"radiator.{number}.area", "health"),
            of(f"radiator.{number}.stuck", "health"), of(f"set.loop-{number}", "switches"),
        ]  # fmt: skip
        constants += [
            vary(f"heat.{name}.flow", flow),
            vary(f"heat.{name}.lines", flow * at.LINES_S),
            at.RADIATOR_KG_M2 * at.WALL_HEAT * plant.heat.radiator_m2,
            plant.heat.radiator_m2,
            plant.heat.coolant_kg,
        ]
        state += [at.SUPPLY, 275.0, plant.heat.coolant_kg, 0.3, 0.0, 0.0, 0.0]
    for number in range(1, plant.heat.loops + 1):
        for pump in range(1, plant.heat.pumps_per_loop + 1):
            pump_name = f"pump-{number}-{pump}"
            wires += [of(f"load.{pump_name}.on"), of(f"{pump_name}.flow", "health")]
    for key, visit in house.visits:
        name = f"visit.{key}"
        wires += [
            of(f"{name}.docked"), of(f"{name}.temperature"), of(f"{name}.compartment"),
            of(f"{name}.coolant"), of(f"load.ship-loop-{key}.asked"),
            of(f"load.ship-loop-{key}.on"), of(f"{name}.loop", "health"), places[visit.module],
        ]  # fmt: skip
        constants += [
            vary(f"heat.{name}.cabin", at.SHIP_CABIN),
            vary(f"heat.{name}.compartment", at.SHIP_COMPARTMENT),
            vary(f"heat.{name}.joint", at.SHIP_JOINT),
            vary(f"heat.{name}.hatch", at.SHIP_HATCH),
            vary(f"heat.{name}.loop", at.SHIP_LOOP),
        ]
        state += [at.SHIP_COOL_FROM, at.SHIP_COOL_FROM, at.SHIP_COOLANT, 0.0]
    for key, hatch in plant.air.hatch.items():
        fan = registry.signals.get(f"load.fan-{key}.on", -1)
        wires += [of(f"hatch.{key}.open"), fan, *(places[module] for module in hatch.between)]
        constants += [
            vary(f"heat.hatch.{key}.open", at.HATCH_OPEN),
            vary(f"heat.hatch.{key}.fan", at.HATCH_FAN),
            vary(f"heat.hatch.{key}.rim", at.HATCH_RIM),
        ]
    return Part(
        "heat", np.array(wires, dtype=np.int64), np.array(constants), np.array(state),
        np.zeros(len(at.ACCOUNTS)), at.ACCOUNTS,
    )  # fmt: skip


def stored(part: Part, state: Array) -> tuple[float, float]:
    """Return the heat of all bodies from 0 K [J] and the coolant of all loops [kg]."""
    rooms, loads, batteries, loops = (int(part.wires[k]) for k in range(4))
    ships = int(part.wires[at.N_SHIP])
    sizes = [
        rooms * at.C_ROOM,
        loads,
        batteries * at.C_BATTERY,
        loops * at.C_LOOP,
        ships * at.C_SHIP,
    ]
    head = part.constants[: at.C_HEAD]
    blocks = np.split(part.constants[at.C_HEAD :], np.cumsum(sizes))
    room_c, battery_c, loop_c, ship_c = (
        blocks[k].reshape(-1, width)
        for k, width in ((0, at.C_ROOM), (2, at.C_BATTERY), (3, at.C_LOOP), (4, at.C_SHIP))
    )
    sizes = [rooms * at.X_ROOM, batteries, loops * at.X_LOOP]
    one, cells, three, four = np.split(state[at.X_HEAD :], np.cumsum(sizes))
    room_x, loop_x = one.reshape(-1, at.X_ROOM), three.reshape(-1, at.X_LOOP)
    ship_x = four.reshape(-1, at.X_SHIP)
    fluid = loop_c[:, at.K_LINES] + loop_x[:, at.X_COOLANT] * head[at.K_SPECIFIC]
    heats = (
        room_c[:, at.K_AIR] @ room_x[:, at.X_AIR],
        room_c[:, at.K_WALL] @ room_x[:, at.X_WALL],
        battery_c[:, 0] @ cells,
        fluid @ loop_x[:, at.X_FLUID],
        loop_c[:, at.K_RADIATOR] @ loop_x[:, at.X_RADIATOR],
        ship_c[:, at.K_CABIN] @ ship_x[:, at.X_CABIN],
        ship_c[:, at.K_COMPARTMENT] @ ship_x[:, at.X_COMPARTMENT],
        head[at.K_WATER] * state[at.X_WATER] - head[at.K_LATENT] * state[at.X_ICE],
    )
    return float(sum(heats)), float(loop_x[:, at.X_COOLANT].sum())


def balance(begin: Array, part: Part) -> dict[str, float]:
    """What is left over of energy and coolant, relative to what passed and to what there was.

    Parameters
    ----------
    begin : ndarray
        State of the part at the begin; its ledger was zero then.
    part : Part
        As it is now.

    Returns
    -------
    dict
        ``energy`` and ``coolant``. [-]
    """
    (before, full), (after, left) = stored(part, begin), stored(part, part.state)
    book = part.ledger
    came = (
        book[at.CAME_LOADS]
        + book[at.CAME_PEOPLE]
        + book[at.CAME_BATTERIES]
        + book[at.CAME_FAULTS]
        + book[at.CAME_DOCKING]
    )
    went = (
        book[at.GONE_WALLS] + book[at.GONE_RADIATORS] + book[at.GONE_SHIPS] + book[at.GONE_COOLANT]
    )
    passed = max(float(np.abs(book[: at.GONE_LOST]).sum()), 1.0)
    return {
        "energy": float(after - before - came + went) / passed,
        "coolant": float(left + book[at.GONE_LOST] - full) / full,
    }
