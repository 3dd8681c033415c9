"""Heat of a station: rooms and walls, batteries, pumped loops with radiators, heaters, ships, water.

Each body has one temperature; what one gives, another takes, so that energy closes. Every module is
a cylinder twice as long as wide along the flight. The valve of a room lets its equipment be cooled
by all loops alike, the valve of a loop keeps what it supplies at one temperature. Left out: vapour
that condenses, air that is gone, the delay of a flow, shadows of one module on another.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act
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
from stationkeeper.operations.house import House, Room
from stationkeeper.operations.registry import LoadRow, Part, Reading, Registry

Array = NDArray[np.float64]
Wires = NDArray[np.int64]

# Settings of thermostats, ours. [K]
SUPPLY: Final = 280.0  # of what a loop supplies to cold plates
COOL_FROM, COOL_FULLY = 294.0, 296.5  # of a room, between which its valve opens
HEAT_BELOW, HEAT_UNTIL = 292.8, 293.5  # of a room
SHIP_COOL_FROM, SHIP_COOL_FULLY = 293.0, 298.0  # of a ship's compartment
SETTLES: Final = 60.0  # [s] in which the valve of a loop takes up what is wrong; ours

# Bodies, ours unless said.
EQUIPMENT_SHARE, WALL_SHARE = 0.65, 0.35  # [-] of a module's mass
EQUIPMENT_HEAT, WALL_HEAT = 800.0, 900.0  # [J/kg/K] mixed equipment; aluminium
AIR_HEAT: Final = 1.2 * 1005.0  # [J/m3/K] at 101 kPa
FILM: Final = 1.5  # [W/m2/K] between moving air and a wall
PLATES: Final = 0.8  # [-] share of the temperature difference that cold plates use
RADIATES: Final = 0.9  # [-] the same of radiators
SETTLED: Final = 280.0  # [K] at which the document's wall_w_k_m2 holds
WALL_SUN, WALL_EMITTANCE = 0.6, 0.85  # [-] glass cloth after years in orbit
RADIATOR_SUN: Final = 0.2  # [-] absorptance of a radiator
EDGE_ON: Final = 0.03  # [-] share of a radiator's faces that the Sun still sees when it turns
RADIATOR_KG_M2: Final = 5.0  # [kg/m2] of both faces
LINES_S: Final = 60.0  # [s] plates and lines hold what the flow carries in so long
COOLANT_HEAT: Final = 1_600.0  # [J/kg/K] silicone oils 1,500 to 1,700, ammonia 4,700
FULL_PRESSURE: Final = 3.5e5  # [Pa] of a full loop
ACCUMULATOR: Final = 0.3  # [-] of the coolant is lost when the pressure is gone
FLOWS_FROM, FLOWS_FULLY = 0.5, 0.7  # [-] coolant left without flow, and enough for all of it
SEEPS: Final = 0.1  # [-] of a leak that stays without pressure
BURST_LEAK: Final = 2e-3  # [kg/s] of a loop that froze and thawed
VALVE_LEAK: Final = 0.005  # [-] of the flow passes the radiator with its valve shut
LINES_LOSS: Final = 10.0  # [W/K] between a loop's lines and the room of its pumps
PERSON: Final = 100.0  # [W] sensible; contract of the plant, 70 to 150 by work
BATTERY_LOSS: Final = 0.03  # [-] of what goes in or out
BATTERY_HEAT_AH: Final = 1.1e3  # [J/K] for an A h: 1.2 kg of 900 J/kg/K
BATTERY_LINK: Final = 0.12  # [W/K] for an A h, to the air and racks of its room
SENDS: Final = 0.3  # [-] share of a transmitter's power that leaves as waves
HATCH_OPEN, HATCH_FAN, HATCH_RIM = 8.0, 60.0, 10.0  # [W/K] draught; 0.05 m3/s; metal
WATER_LINK: Final = 30.0  # [W/K] of tanks and their lines to their room
WATER_HEAT, ICE_HEAT, ICE = 4_186.0, 3.34e5, 273.15  # [J/kg/K], [J/kg], [K]
WATER_LEAST: Final = 20.0  # [kg] in lines alone
BURSTS: Final = 0.9  # [-] share of ice that breaks lines
FIRE_HEAT: Final = 1.5e7  # [J/kg] of fuel burnt: plastics 1.5e7 to 4e7
PUMP_W_K, PUMP_LEAST = 0.1, 40.0  # [W] for a W/K of flow; [W]
# Ships: a Soyuz or a Progress; with its loop lost, joints give 30 C inside and 40 C outside (MS-22).
SHIP_CABIN, SHIP_COMPARTMENT = 2.0e6, 1.2e6  # [J/K]
SHIP_JOINT, SHIP_HATCH = 50.0, 50.0  # [W/K] compartment to cabin; cabin to station with an air duct
SHIP_WALL: Final = 0.5  # [m2] black body that its insulated skin leaks like
SHIP_LOOP: Final = 120.0  # [W/K] that its loop takes with its valve open, over `SHIP_SINK`
SHIP_SINK: Final = 285.0  # [K]
SHIP_LOOP_W: Final = 60.0  # [W] of its pump
SHIP_COOLANT: Final = 40.0  # [kg]; 44 litres told of MS-22
SHIP_DRAINS: Final = 1e4  # [s] in which a lost loop is empty; about three hours told of MS-22

ACCOUNTS: Final = (
    "loads [J]", "people [J]", "batteries [J]", "faults [J]", "docking [J]", "walls [J]",
    "radiators [J]", "ships [J]", "coolant [J]", "coolant lost [kg]",
)  # fmt: skip
(
    _LOADS, _PEOPLE, _BATTERIES, _FAULTS, _DOCKING, _WALLS, _RADIATORS, _SHIPS, _COOLANT, _LOST,
) = range(10)  # fmt: skip

# Wires: a head, then a row for each room, load, battery, loop, pump, ship and hatch.
(
    _N_ROOM, _N_LOAD, _N_BATTERY, _N_LOOP, _N_PUMP, _N_SHIP, _N_HATCH,
    _SUNLIT, _ALONG, _DOWN, _ALTITUDE, _ERROR, _MODE, _ABOARD,
    _WATER_ROOM, _WATER, _WATER_ICE, _WATER_BURST, _REJECTED, _W_HEAD,
) = range(20)  # fmt: skip
(
    _R_AIR, _R_WALL, _R_VALVE, _R_CONTROLLER, _R_ASKED, _R_INSULATION, _R_PLATE, _R_STUCK,
    _R_THERMOSTAT, _R_HEAT, _R_FIRE, _W_ROOM,
) = range(12)  # fmt: skip
_W_LOAD: Final = 2
_B_TEMPERATURE, _B_CURRENT, _B_VOLTAGE, _B_HEAT, _B_ROOM, _W_BATTERY = range(6)
(
    _L_INLET, _L_RETURN, _L_OUTLET, _L_RADIATOR, _L_FLOW, _L_COOLANT, _L_PRESSURE, _L_VALVE,
    _L_BURST, _L_REJECTED, _L_CONTROLLER, _L_ROOM, _L_LEAK, _L_STUCK, _L_CLOG, _L_AREA, _L_TURN,
    _L_SWITCH, _W_LOOP,
) = range(19)  # fmt: skip
_W_PUMP: Final = 2
(
    _S_DOCKED, _S_CABIN, _S_COMPARTMENT, _S_COOLANT, _S_ASKED, _S_LOAD, _S_LOOP, _S_ROOM, _W_SHIP,
) = range(9)  # fmt: skip
_W_HATCH: Final = 4

# Constants: a head, then a row for each room, load, battery, loop, ship and hatch.
(
    _WALL_SUN, _RADIATOR_SUN, _RADIATOR_EMITS, _PERSON, _BATTERY_LOSS, _SPECIFIC, _RADIATES,
    _FREEZES, _WATER_C, _WATER_LATENT, _WATER_LINK, _SHIP_WALL, _C_HEAD,
) = range(13)  # fmt: skip
_K_AIR, _K_WALL, _K_FILM, _K_SKIN, _K_PLATE, _K_PEOPLE, _K_HEATER, _C_ROOM = range(8)
_C_BATTERY: Final = 2
_K_FLOW, _K_LINES, _K_RADIATOR, _K_AREA, _K_COOLANT, _C_LOOP = range(6)
_K_CABIN, _K_COMPARTMENT, _K_JOINT, _K_HATCH, _K_LOOP, _C_SHIP = range(6)
_C_HATCH: Final = 3

# State: water, then a row for each room, battery, loop and ship.
_X_WATER, _X_ICE, _X_BURST, _X_HEAD = range(4)
_X_AIR, _X_WALL, _X_VALVE, _X_HEATING, _X_GIVEN, _X_ROOM = range(6)
_X_FLUID, _X_RADIATOR, _X_COOLANT, _X_OPEN, _X_FROZEN, _X_PASSED, _X_TAKEN, _X_LOOP = range(8)
_X_CABIN, _X_COMPARTMENT, _X_LEFT, _X_SHIP_GIVEN, _X_SHIP = range(5)


def pump_rooms(house: House) -> list[Room]:
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
    for number, room in enumerate(pump_rooms(house), start=1):
        _declare_loop(registry, house, number, room.name)
    for key, visit in house.visits:
        _declare_ship(registry, key, visit.module)
    registry.signal("water.temperature", "K", 294.0)
    registry.signal("water.ice", "-")
    registry.signal("water.burst", "-")
    registry.signal("heat.rejected", "W")
    _celsius(registry, "water.temperature", "Water tanks: temperature", "", 5.0, 35.0)
    _reading(
        registry, "heat.rejected", "Heat through all radiators", "W", noise=20.0, quantum=5.0
    )


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
        ("inlet", "K", SUPPLY), ("return", "K", SUPPLY + 3.0), ("outlet", "K", SUPPLY),
        ("radiator", "K", 275.0), ("flow", "W/K", heat.flow_w_k),
        ("coolant", "kg", heat.coolant_kg), ("pressure", "Pa", FULL_PRESSURE), ("valve", "-", 0.3),
        ("burst", "-", 0.0), ("rejected", "W", 0.0),
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
        bias=2.0, quantum=0.25, low=0.75e-3 * FULL_PRESSURE, high=1.3e-3 * FULL_PRESSURE,
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
    watts = max(PUMP_LEAST, PUMP_W_K * heat.flow_w_k)
    pumps = [f"pump-{number}-{pump}" for pump in range(1, heat.pumps_per_loop + 1)]
    for place, pump in enumerate(pumps):
        registry.healthy(f"{pump}.flow")
        registry.load(
            LoadRow(
                pump, f"{title}: pump {place + 1}", module, "heat", watts, 8, on=place == 0
            )
        )  # fmt: skip
    registry.spares[name] = tuple(pumps)


def _declare_ship(registry: Registry, key: str, module: str) -> None:
    name, load = f"visit.{key}", f"ship-loop-{key}"
    registry.signal(f"{name}.temperature", "K", SHIP_COOL_FROM)
    registry.signal(f"{name}.compartment", "K", SHIP_COOL_FROM)
    registry.signal(f"{name}.coolant", "kg", SHIP_COOLANT)
    registry.healthy(f"{name}.loop")
    registry.load(LoadRow(load, f"Ship {key}: coolant loop", module, "core", SHIP_LOOP_W, 7))
    _celsius(
        registry, f"{name}.temperature", f"Ship {key}: cabin", module, 12.0, 29.0, component=load
    )
    _celsius(
        registry, f"{name}.compartment", f"Ship {key}: compartment of instruments", module, 5.0,
        36.0, component=load,
    )  # fmt: skip
    _reading(
        registry, f"{name}.coolant", f"Ship {key}: coolant", "kg", module, noise=0.1, bias=0.3,
        quantum=0.1, low=0.9 * SHIP_COOLANT, component=load,
    )  # fmt: skip


def _lived_in(house: House) -> set[str]:
    """Modules in which people are: those with loads of the crew, else all."""
    crew = {load.module for load in house.plant.load.values() if load.kind == "crew"}
    return crew & {room.name for room in house.rooms} or {room.name for room in house.rooms}


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
    given = [
        1.0 - SENDS * row.name.startswith("transmitter") + losses for row in registry.loads
    ]
    weights = np.array(
        [
            sum(row.watts for row in registry.loads if row.module == room.name
                and row.kind != "heat") + 5.0 * room.volume + 50.0
            for room in house.rooms
        ]
    )  # fmt: skip
    lived = _lived_in(house)
    water_room = next(
        (
            places[one.module]
            for one in plant.air.machine.values()
            if one.kind == "water-processor" and one.module in places
        ),
        heaviest,
    )
    water = max(plant.air.water_kg, WATER_LEAST)
    skin = plant.heat.wall_w_k_m2 / (4.0 * STEFAN_BOLTZMANN * SETTLED**3)
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
        vary("heat.wall.sun", WALL_SUN) / WALL_EMITTANCE,
        vary("heat.radiator.sun", RADIATOR_SUN) / plant.heat.radiator_emittance,
        plant.heat.radiator_emittance,
        vary("heat.person", PERSON),
        vary("heat.battery.loss", BATTERY_LOSS),
        vary("heat.coolant.specific", COOLANT_HEAT),
        vary("heat.radiator.effectiveness", RADIATES),
        plant.heat.coolant_freezing_k,
        water * WATER_HEAT,
        water * ICE_HEAT,
        vary("heat.water.link", WATER_LINK),
        vary("heat.ship.wall", SHIP_WALL),
    ]
    state = [294.0, 0.0, 0.0]
    for room, weight in zip(house.rooms, weights, strict=True):
        name, heater = f"room.{room.name}", f"load.heater-{room.name}.asked"
        wires += [
            of(f"{name}.temperature"), of(f"{name}.wall"), of(f"{name}.valve"),
            of(f"controller.{room.name}.alive"), registry.signals.get(heater, -1),
            of(f"{name}.insulation", "health"), of(f"{name}.cold-plate", "health"),
            of(f"{name}.valve-stuck", "health"), of(f"heater.{room.name}.thermostat", "health"),
            of(f"{name}.heat", "health"), registry.health.get(f"fire.{room.name}", -1),
        ]  # fmt: skip
        equipment = EQUIPMENT_SHARE * room.mass * EQUIPMENT_HEAT
        constants += [
            vary(f"heat.{room.name}.capacity", equipment) + room.volume * AIR_HEAT,
            vary(f"heat.{room.name}.wall", WALL_SHARE * room.mass * WALL_HEAT),
            vary(f"heat.{room.name}.film", FILM) * room.surface,
            vary(f"heat.{room.name}.skin", skin) * room.surface,
            vary(f"heat.{room.name}.plate", PLATES) * float(weight / weights.sum()),
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
            vary(f"heat.{name}.capacity", BATTERY_HEAT_AH * plant.power.battery_ah),
            vary(f"heat.{name}.link", BATTERY_LINK * plant.power.battery_ah),
        ]
        state += [294.0]
    for number, room in enumerate(pump_rooms(house), start=1):
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
            vary(f"heat.{name}.lines", flow * LINES_S),
            RADIATOR_KG_M2 * WALL_HEAT * plant.heat.radiator_m2,
            plant.heat.radiator_m2,
            plant.heat.coolant_kg,
        ]
        state += [SUPPLY, 275.0, plant.heat.coolant_kg, 0.3, 0.0, 0.0, 0.0]
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
            vary(f"heat.{name}.cabin", SHIP_CABIN),
            vary(f"heat.{name}.compartment", SHIP_COMPARTMENT),
            vary(f"heat.{name}.joint", SHIP_JOINT),
            vary(f"heat.{name}.hatch", SHIP_HATCH),
            vary(f"heat.{name}.loop", SHIP_LOOP),
        ]
        state += [SHIP_COOL_FROM, SHIP_COOL_FROM, SHIP_COOLANT, 0.0]
    for key, hatch in plant.air.hatch.items():
        fan = registry.signals.get(f"load.fan-{key}.on", -1)
        wires += [of(f"hatch.{key}.open"), fan, *(places[module] for module in hatch.between)]
        constants += [
            vary(f"heat.hatch.{key}.open", HATCH_OPEN),
            vary(f"heat.hatch.{key}.fan", HATCH_FAN),
            vary(f"heat.hatch.{key}.rim", HATCH_RIM),
        ]
    return Part(
        "heat", np.array(wires, dtype=np.int64), np.array(constants), np.array(state),
        np.zeros(len(ACCOUNTS)), ACCOUNTS,
    )  # fmt: skip


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
    rooms, loads, batteries = wires[_N_ROOM], wires[_N_LOAD], wires[_N_BATTERY]
    loops, pumps, ships = wires[_N_LOOP], wires[_N_PUMP], wires[_N_SHIP]
    w_load = _W_HEAD + rooms * _W_ROOM
    w_battery = w_load + loads * _W_LOAD
    w_loop = w_battery + batteries * _W_BATTERY
    w_pump = w_loop + loops * _W_LOOP
    w_ship = w_pump + loops * pumps * _W_PUMP
    w_hatch = w_ship + ships * _W_SHIP
    c_load = _C_HEAD + rooms * _C_ROOM
    c_battery = c_load + loads
    c_loop = c_battery + batteries * _C_BATTERY
    c_ship = c_loop + loops * _C_LOOP
    c_hatch = c_ship + ships * _C_SHIP
    x_battery = _X_HEAD + rooms * _X_ROOM
    x_loop = x_battery + batteries
    x_ship = x_loop + loops * _X_LOOP

    # What the outside gives, as levels of black bodies. [W/m2]
    lost = min(signals[wires[_ERROR]], 1.0)  # beyond 57 deg any direction is as likely
    # In safe mode the station keeps to the Sun, not to the Earth: the mean over directions too.
    turned = 1.0 if signals[wires[_MODE]] == 3.0 else lost
    sunlight = SOLAR_IRRADIANCE * signals[wires[_SUNLIT]]
    up, view = -signals[wires[_DOWN]], mean_earth_view(1.0 + signals[wires[_ALTITUDE]] / EARTH_RADIUS)
    lit = lit_share_of_cylinder(signals[wires[_ALONG]])
    lit += (0.25 - lit) * turned
    skin_level = outside_level(
        lit, up, view, sunlight, ALBEDO, EARTH_INFRARED, constants[_WALL_SUN]
    )

    # Heat of what runs, of people, of faults; rooms and ships share one numbering.
    for i in range(rooms):
        state[_X_HEAD + i * _X_ROOM + _X_GIVEN] = 0.0
    for i in range(ships):
        state[x_ship + i * _X_SHIP + _X_SHIP_GIVEN] = 0.0
    for i in range(loads):
        heat = constants[c_load + i] * signals[wires[w_load + i * _W_LOAD]]
        body = wires[w_load + i * _W_LOAD + 1]
        if body < rooms:
            state[_X_HEAD + body * _X_ROOM + _X_GIVEN] += heat
            ledger[_LOADS] += heat * dt
        else:
            state[x_ship + (body - rooms) * _X_SHIP + _X_SHIP_GIVEN] += heat
    people = constants[_PERSON] * signals[wires[_ABOARD]]

    # Loops: what flows, and what it supplies.
    rejected = 0.0
    for i in range(loops):
        w, c, x = w_loop + i * _W_LOOP, c_loop + i * _C_LOOP, x_loop + i * _X_LOOP
        flow = 0.0
        for k in range(pumps):
            at = w_pump + (i * pumps + k) * _W_PUMP
            flow += signals[wires[at]] * health[wires[at + 1]]
        freezing = constants[_FREEZES]
        coldest = min(state[x + _X_FLUID], state[x + _X_RADIATOR])
        if coldest < freezing and state[x + _X_FROZEN] != 1.0:
            state[x + _X_FROZEN] = 1.0
        elif coldest > freezing + 1.0 and state[x + _X_FROZEN] == 1.0:
            state[x + _X_FROZEN] = 2.0
        left = state[x + _X_COOLANT] / constants[c + _K_COOLANT]
        flow = min(flow, 1.0) * health[wires[w + _L_CLOG]] * switches[wires[w + _L_SWITCH]]
        flow *= _valve(left, FLOWS_FROM, FLOWS_FULLY)
        if state[x + _X_FROZEN] == 1.0:
            flow = 0.0
        state[x + _X_PASSED] = flow * constants[c + _K_FLOW]
        state[x + _X_TAKEN] = 0.0

    # Rooms: walls, cold plates, thermostats.
    for i in range(rooms):
        w, c, x = _W_HEAD + i * _W_ROOM, _C_HEAD + i * _C_ROOM, _X_HEAD + i * _X_ROOM
        air, wall = state[x + _X_AIR], state[x + _X_WALL]
        told = constants[c + _K_PEOPLE] * people
        fault = health[wires[w + _R_HEAT]]
        if wires[w + _R_FIRE] >= 0:
            fault += FIRE_HEAT * health[wires[w + _R_FIRE]]
        ledger[_PEOPLE] += told * dt
        ledger[_FAULTS] += fault * dt
        gain = state[x + _X_GIVEN] + told + fault
        through = constants[c + _K_FILM] * (air - wall)
        square = wall * wall
        leaks = constants[c + _K_SKIN] * health[wires[w + _R_INSULATION]]
        leaks *= STEFAN_BOLTZMANN * square * square - skin_level
        ledger[_WALLS] += leaks * dt
        controlled = signals[wires[w + _R_CONTROLLER]] > 0.5
        if controlled and health[wires[w + _R_STUCK]] < 0.5:
            state[x + _X_VALVE] = _valve(air, COOL_FROM, COOL_FULLY)
        plate = constants[c + _K_PLATE] * state[x + _X_VALVE] * health[wires[w + _R_PLATE]]
        for k in range(loops):
            loop = x_loop + k * _X_LOOP
            taken = plate * state[loop + _X_PASSED] * (air - state[loop + _X_FLUID])
            state[loop + _X_TAKEN] += taken
            gain -= taken
        if air < HEAT_BELOW:
            state[x + _X_HEATING] = 1.0
        elif air > HEAT_UNTIL:
            state[x + _X_HEATING] = 0.0
        if wires[w + _R_ASKED] >= 0:
            stuck = health[wires[w + _R_THERMOSTAT]]
            heating = state[x + _X_HEATING] > 0.5 and stuck > -0.5
            asks = controlled and (heating or stuck > 0.5)
            signals[wires[w + _R_ASKED]] = constants[c + _K_HEATER] if asks else 0.0
        state[x + _X_GIVEN] = gain - through
        state[x + _X_WALL] = wall + (through - leaks) * dt / constants[c + _K_WALL]

    # Between rooms: draught, fans, metal. The air is still that of the begin.
    for i in range(wires[_N_HATCH]):
        w, c = w_hatch + i * _W_HATCH, c_hatch + i * _C_HATCH
        opened = signals[wires[w]]
        joint = constants[c] * opened + constants[c + 2]
        if wires[w + 1] >= 0:
            joint += constants[c + 1] * opened * signals[wires[w + 1]]
        first = _X_HEAD + wires[w + 2] * _X_ROOM
        second = _X_HEAD + wires[w + 3] * _X_ROOM
        heat = joint * (state[first + _X_AIR] - state[second + _X_AIR])
        state[first + _X_GIVEN] -= heat
        state[second + _X_GIVEN] += heat

    # Batteries.
    for i in range(batteries):
        w, c = w_battery + i * _W_BATTERY, c_battery + i * _C_BATTERY
        room = _X_HEAD + wires[w + _B_ROOM] * _X_ROOM
        here = state[x_battery + i]
        lossy = constants[_BATTERY_LOSS] * abs(
            signals[wires[w + _B_CURRENT]] * signals[wires[w + _B_VOLTAGE]]
        )
        fault = health[wires[w + _B_HEAT]]
        ledger[_BATTERIES] += lossy * dt
        ledger[_FAULTS] += fault * dt
        heat = constants[c + 1] * (here - state[room + _X_AIR])
        state[room + _X_GIVEN] += heat
        state[x_battery + i] = here + (lossy + fault - heat) * dt / constants[c]
        signals[wires[w + _B_TEMPERATURE]] = state[x_battery + i]

    # Radiators, and the coolant.
    for i in range(loops):
        w, c, x = w_loop + i * _W_LOOP, c_loop + i * _C_LOOP, x_loop + i * _X_LOOP
        fluid, radiator, mass = state[x + _X_FLUID], state[x + _X_RADIATOR], state[x + _X_COOLANT]
        flow, taken = state[x + _X_PASSED], state[x + _X_TAKEN]
        room = _X_HEAD + wires[w + _L_ROOM] * _X_ROOM
        lines = LINES_LOSS * (state[room + _X_AIR] - fluid)
        state[room + _X_GIVEN] -= lines
        returns = fluid + taken / flow if flow > 0.0 else fluid
        holds = constants[c + _K_LINES] + mass * constants[_SPECIFIC]
        most = flow * constants[_RADIATES] * (returns - radiator)
        controlled = signals[wires[w + _L_CONTROLLER]] > 0.5
        if controlled and health[wires[w + _L_STUCK]] < 0.5:
            wanted = taken + lines + holds * (fluid - SUPPLY) / SETTLES
            opens = wanted / most if most > 0.0 else 0.0
            state[x + _X_OPEN] = min(max(opens, VALVE_LEAK), 1.0)
        given = state[x + _X_OPEN] * most
        edge = EDGE_ON + (0.25 - EDGE_ON) * lost
        edge += (0.5 * abs(up) - edge) * health[wires[w + _L_TURN]]
        level = outside_level(
            edge, up, view, sunlight, ALBEDO, EARTH_INFRARED, constants[_RADIATOR_SUN]
        )
        square = radiator * radiator
        sends = constants[_RADIATOR_EMITS] * constants[c + _K_AREA] * health[wires[w + _L_AREA]]
        sends *= STEFAN_BOLTZMANN * square * square - level
        ledger[_RADIATORS] += sends * dt
        pressure = _valve(mass / constants[c + _K_COOLANT], 1.0 - ACCUMULATOR, 1.0)
        leak = health[wires[w + _L_LEAK]]
        if state[x + _X_FROZEN] == 2.0:
            leak += BURST_LEAK
        # With its lines shut a loop keeps what has not leaked yet.
        leak *= (SEEPS + (1.0 - SEEPS) * pressure) * switches[wires[w + _L_SWITCH]]
        gone = min(leak * dt, mass)
        state[x + _X_COOLANT] = mass - gone
        ledger[_LOST] += gone
        ledger[_COOLANT] += gone * constants[_SPECIFIC] * fluid
        # What leaks leaves as warm as it is: the rest warms as if it had been alone.
        holds -= gone * constants[_SPECIFIC]
        state[x + _X_FLUID] = fluid + (taken + lines - given) * dt / holds
        state[x + _X_RADIATOR] = radiator + (given - sends) * dt / constants[c + _K_RADIATOR]
        rejected += given
        signals[wires[w + _L_INLET]] = state[x + _X_FLUID]
        signals[wires[w + _L_RETURN]] = returns
        signals[wires[w + _L_OUTLET]] = returns - constants[_RADIATES] * (returns - radiator)
        signals[wires[w + _L_RADIATOR]] = state[x + _X_RADIATOR]
        signals[wires[w + _L_FLOW]] = flow
        signals[wires[w + _L_COOLANT]] = state[x + _X_COOLANT]
        signals[wires[w + _L_PRESSURE]] = FULL_PRESSURE * pressure * fluid / SUPPLY
        signals[wires[w + _L_VALVE]] = state[x + _X_OPEN]
        signals[wires[w + _L_BURST]] = 1.0 if state[x + _X_FROZEN] == 2.0 else 0.0
        signals[wires[w + _L_REJECTED]] = given
    signals[wires[_REJECTED]] = rejected

    # Ships: a cabin, a compartment of instruments where their loads are, a loop of their own.
    for i in range(ships):
        w, c, x = w_ship + i * _W_SHIP, c_ship + i * _C_SHIP, x_ship + i * _X_SHIP
        cabin, compartment = state[x + _X_CABIN], state[x + _X_COMPARTMENT]
        docked = signals[wires[w + _S_DOCKED]] > 0.5
        signals[wires[w + _S_ASKED]] = SHIP_LOOP_W if docked else 0.0
        if not docked:
            # It brings what it has when it docks: as warm as its loop keeps it, its loop full.
            ledger[_DOCKING] += constants[c + _K_CABIN] * (SHIP_COOL_FROM - cabin)
            ledger[_DOCKING] += constants[c + _K_COMPARTMENT] * (SHIP_COOL_FROM - compartment)
            state[x + _X_CABIN] = state[x + _X_COMPARTMENT] = SHIP_COOL_FROM
            state[x + _X_LEFT] = SHIP_COOLANT
        else:
            room = _X_HEAD + wires[w + _S_ROOM] * _X_ROOM
            heat = state[x + _X_SHIP_GIVEN]
            ledger[_LOADS] += heat * dt
            joint = constants[c + _K_JOINT] * (compartment - cabin)
            hatch = constants[c + _K_HATCH] * (cabin - state[room + _X_AIR])
            state[room + _X_GIVEN] += hatch
            whole = health[wires[w + _S_LOOP]]
            state[x + _X_LEFT] -= min(
                (1.0 - whole) * SHIP_COOLANT / SHIP_DRAINS * dt, state[x + _X_LEFT]
            )
            cools = constants[c + _K_LOOP] * signals[wires[w + _S_LOAD]]
            cools *= _valve(state[x + _X_LEFT] / SHIP_COOLANT, FLOWS_FROM, FLOWS_FULLY)
            cools *= _valve(compartment, SHIP_COOL_FROM, SHIP_COOL_FULLY)
            cools *= max(compartment - SHIP_SINK, 0.0)
            square = cabin * cabin
            leaks = constants[_SHIP_WALL] * (STEFAN_BOLTZMANN * square * square - skin_level)
            ledger[_SHIPS] += (cools + leaks) * dt
            state[x + _X_CABIN] = cabin + (joint - hatch - leaks) * dt / constants[c + _K_CABIN]
            state[x + _X_COMPARTMENT] = (
                compartment + (heat - joint - cools) * dt / constants[c + _K_COMPARTMENT]
            )
        signals[wires[w + _S_CABIN]] = state[x + _X_CABIN]
        signals[wires[w + _S_COMPARTMENT]] = state[x + _X_COMPARTMENT]
        signals[wires[w + _S_COOLANT]] = state[x + _X_LEFT]

    # Water in tanks and lines; ice breaks them.
    room = _X_HEAD + wires[_WATER_ROOM] * _X_ROOM
    heat = constants[_WATER_LINK] * (state[room + _X_AIR] - state[_X_WATER])
    state[room + _X_GIVEN] -= heat
    water = state[_X_WATER] + heat * dt / constants[_WATER_C]
    moved = freezing_heat(
        constants[_WATER_C], constants[_WATER_LATENT], ICE, water, state[_X_ICE]
    )
    state[_X_WATER] = water + moved / constants[_WATER_C]
    state[_X_ICE] = min(max(state[_X_ICE] + moved / constants[_WATER_LATENT], 0.0), 1.0)
    if state[_X_ICE] > BURSTS:
        state[_X_BURST] = 1.0
    signals[wires[_WATER]] = state[_X_WATER]
    signals[wires[_WATER_ICE]] = state[_X_ICE]
    signals[wires[_WATER_BURST]] = state[_X_BURST]

    for i in range(rooms):
        w, c, x = _W_HEAD + i * _W_ROOM, _C_HEAD + i * _C_ROOM, _X_HEAD + i * _X_ROOM
        state[x + _X_AIR] += state[x + _X_GIVEN] * dt / constants[c + _K_AIR]
        signals[wires[w + _R_AIR]] = state[x + _X_AIR]
        signals[wires[w + _R_WALL]] = state[x + _X_WALL]
        signals[wires[w + _R_VALVE]] = state[x + _X_VALVE]


def stored(part: Part, state: Array) -> tuple[float, float]:
    """Return the heat of all bodies from 0 K [J] and the coolant of all loops [kg]."""
    rooms, loads, batteries, loops = (int(part.wires[k]) for k in range(4))
    ships = int(part.wires[_N_SHIP])
    sizes = [rooms * _C_ROOM, loads, batteries * _C_BATTERY, loops * _C_LOOP, ships * _C_SHIP]
    head = part.constants[:_C_HEAD]
    blocks = np.split(part.constants[_C_HEAD:], np.cumsum(sizes))
    room_c, battery_c, loop_c, ship_c = (
        blocks[k].reshape(-1, width)
        for k, width in ((0, _C_ROOM), (2, _C_BATTERY), (3, _C_LOOP), (4, _C_SHIP))
    )
    sizes = [rooms * _X_ROOM, batteries, loops * _X_LOOP]
    one, cells, three, four = np.split(state[_X_HEAD:], np.cumsum(sizes))
    room_x, loop_x = one.reshape(-1, _X_ROOM), three.reshape(-1, _X_LOOP)
    ship_x = four.reshape(-1, _X_SHIP)
    fluid = loop_c[:, _K_LINES] + loop_x[:, _X_COOLANT] * head[_SPECIFIC]
    heats = (
        room_c[:, _K_AIR] @ room_x[:, _X_AIR],
        room_c[:, _K_WALL] @ room_x[:, _X_WALL],
        battery_c[:, 0] @ cells,
        fluid @ loop_x[:, _X_FLUID],
        loop_c[:, _K_RADIATOR] @ loop_x[:, _X_RADIATOR],
        ship_c[:, _K_CABIN] @ ship_x[:, _X_CABIN],
        ship_c[:, _K_COMPARTMENT] @ ship_x[:, _X_COMPARTMENT],
        head[_WATER_C] * state[_X_WATER] - head[_WATER_LATENT] * state[_X_ICE],
    )
    return float(sum(heats)), float(loop_x[:, _X_COOLANT].sum())


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
    came = book[_LOADS] + book[_PEOPLE] + book[_BATTERIES] + book[_FAULTS] + book[_DOCKING]
    went = book[_WALLS] + book[_RADIATORS] + book[_SHIPS] + book[_COOLANT]
    passed = max(float(np.abs(book[:_LOST]).sum()), 1.0)
    return {
        "energy": float(after - before - came + went) / passed,
        "coolant": float(left + book[_LOST] - full) / full,
    }
