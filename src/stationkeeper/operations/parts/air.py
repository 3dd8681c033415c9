"""Air and water of a flown station: gases of each room, hatches, machines, make-up gas, water.

Gases are well mixed in each room. Behind open hatches there is one pressure, and fans change the
air; a shut hatch lets through what its seal does. Machines start and stop by the air of the room
that they stand in, while their load is on and the controller of the room works; regulators of
make-up gas are springs. The physics is that of `household`: `cabin_air`, `open_hatches`,
`air_makers`, `water`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import InputError
from stationkeeper.household.air_makers import (
    BED_CAPACITY,
    BED_EFFICIENCY,
    BED_FLOW,
    BED_RELEASE_TIME,
    fire_yield,
)
from stationkeeper.household.cabin_air import (
    CARBON_DIOXIDE,
    CARBON_DIOXIDE_BREATHED,
    GASES,
    NITROGEN,
    OXYGEN,
    OXYGEN_BREATHED,
    SMOKE,
    TRACE,
    VAPOUR_GIVEN_OFF,
    air_of,
    saturation_pressure,
)
from stationkeeper.household.cabin_air import WATER as VAPOUR
from stationkeeper.household.ventilation import FAN_FLOW
from stationkeeper.household.water import (
    CONDENSATE,
    DRAWN,
    RETURNED,
    SPILLED,
    crew_water,
)
from stationkeeper.operations.house import House
from stationkeeper.operations.parts import air_layout as at
from stationkeeper.operations.parts.air_dictionary import (
    crew_rooms,
    declare,
    machines,
    vented_room,
)
from stationkeeper.operations.parts.air_step import step
from stationkeeper.operations.registry import Part, Registry
from stationkeeper.programme.plant import Machine

__all__ = ["balance", "declare", "step", "wire"]

Array = NDArray[np.float64]

NAME: Final = "air"
# Where machines start and stop, and how far the next of a kind stands behind; all ours.
_OXYGEN: Final = (20_700.0, 21_100.0, -250.0)  # [Pa]
_OXYGEN_EMPTY: Final = 19_900.0  # [Pa] with nobody aboard
_DIOXIDE: Final = (240.0, 140.0, 90.0)  # [Pa]
_HUMIDITY: Final = (0.50, 0.42, 0.04)  # [-]
_DIRT: Final = (1e-6, 1e-8, 5e-7)  # [kg/m3]
_WASTE: Final = (12.0, 1.0, 6.0)  # [kg]
# What machines move for each person that they are made for; ours unless said.
_OXYGEN_MARGIN: Final = 1.25  # [-]
_COIL_FLOW: Final = 0.02  # [m3/s]
_FILTER_FLOW: Final = 0.02  # [m3/s]
_FILTER_SHARE: Final = 0.95  # [-] of trace gas and smoke taken in one pass
_PROCESS_FLOW: Final = 8.0 * at.DAILY  # [kg/s]
_RECOVERY: Final = 0.88  # [-] of the water processed; ours, within what the ISS recovers
_WASTE_ROOM, _BRINE_ROOM = 250.0, 900.0  # [kg] ours: half a year of three people
_WATER_ROOM: Final = 1.5  # [-] of the water on the first day; ours


def wire(registry: Registry, house: House) -> Part:
    """Return the part with its hidden constants and its state on the first day."""
    rooms, hatches = house.rooms, house.plant.air.hatch
    rows = machines(house)
    crew = crew_rooms(house)
    temperature = np.array(
        [registry.first_signals[registry.of(f"room.{room.name}.temperature")] for room in rooms]
    )
    wall = np.array(
        [registry.first_signals[registry.of(f"room.{room.name}.wall")] for room in rooms]
    )
    volume = np.array([registry.vary(f"air.{room.name}.volume", room.volume) for room in rooms])
    opened = {
        name: np.array([registry.first_signals[registry.of(f"room.{room.name}.{name}")]
                        for room in rooms])
        for name in ("carbon-dioxide", "vapour")
    }  # fmt: skip
    gases = air_of(
        volume,
        temperature,
        carbon_dioxide_pressure=float(opened["carbon-dioxide"][0]),
        vapour_pressure=float(opened["vapour"][0]),
    )
    wires = _wires(registry, house, crew)
    constants = _constants(registry, house, volume, float(gases.sum()), crew)
    flow = [at.FREE_EXCHANGE if hatch.open else 0.0 for hatch in hatches.values()]
    tail = np.zeros(at.TAIL)
    tail[at.POTABLE] = house.plant.air.water_kg
    tail[at.NITROGEN_KEPT] = house.plant.air.nitrogen_kg
    tail[at.OXYGEN_KEPT] = house.plant.air.oxygen_kg
    single = np.arange(len(rooms), dtype=float)
    state = np.concatenate(
        [
            gases.ravel(),
            np.zeros(len(rooms)),
            saturation_pressure(np.clip(temperature, 233.15, 323.15)),
            saturation_pressure(np.clip(wall, 233.15, 323.15)),
            np.zeros(2 * len(rooms)),
            single,  # every room by itself, until the first step finds the hatches
            np.full(len(rooms), -1.0),
            np.zeros(2 * len(rooms)),
            [float(hatch.open) for hatch in hatches.values()],
            np.zeros(len(flow)),
            np.zeros(len(flow)),
            np.zeros(at.MACHINE_STATES * len(rows)),
            tail,
        ]
    )
    return Part(NAME, wires, constants, state, np.zeros(len(at.ACCOUNTS)), at.ACCOUNTS)


def _supply_room(house: House, crew: list[int]) -> int:
    """Room that make-up gas is let into: that of the first oxygen machine, else a lived-in one."""
    for machine in house.plant.air.machine.values():
        if machine.kind == "oxygen":
            return house.room(machine.module)
    return crew[0]


def _wires(registry: Registry, house: House, crew: list[int]) -> NDArray[np.int64]:
    rooms, hatches = house.rooms, house.plant.air.hatch
    rows = machines(house)
    vented = vented_room(house)
    by_room = [
        [
            registry.of(f"room.{room.name}.pressure"),
            registry.of(f"room.{room.name}.temperature"),
            registry.of(f"room.{room.name}.wall"),
            registry.of(f"leak.{room.name}", "health"),
        ]
        for room in rooms
    ]
    by_hatch = [
        [
            registry.of(f"hatch.{key}", "switches"),
            registry.of(f"hatch.{key}.open"),
            registry.of(f"fan-{key}.speed"),
            registry.of(f"hatch.{key}.stuck", "health"),
            registry.of(f"load.fan-{key}.on") if hatch.fan else -1,
            *(registry.of(f"controller.{end}.alive") for end in hatch.between),
        ]
        for key, hatch in hatches.items()
    ]
    by_machine = [
        [
            at.KINDS.index(machine.kind),
            house.room(machine.module),
            registry.of(f"load.{key}.asked"),
            registry.of(f"load.{key}.on"),
            registry.of(f"controller.{machine.module}.alive"),
            registry.of(f"{key}.running"),
            registry.of(f"{key}.output", "health"),
            registry.of(f"loop.{place % house.plant.heat.loops + 1}.inlet"),
        ]
        for place, (key, machine, _, _) in enumerate(rows)
    ]
    ends = np.array(
        [[house.room(end) for end in hatch.between] for hatch in hatches.values()], dtype=np.int64
    ).reshape(-1, 2)
    tables = [
        np.array(by_room).ravel(),
        ends[:, 0],
        ends[:, 1],
        np.array(by_hatch, dtype=np.int64).ravel(),
        np.array(by_machine, dtype=np.int64).ravel(),
        np.array(crew),
    ]
    head = np.zeros(at.HEAD, dtype=np.int64)
    head[[at.ROOMS, at.HATCHES, at.MACHINES]] = len(rooms), len(hatches), len(rows)
    head[at.CREW_ROOMS] = len(crew)
    head[at.PEOPLE] = registry.of("people.aboard")
    head[at.WATER_ICE] = registry.of("water.ice")
    head[at.WATER_BURST] = registry.of("water.burst")
    head[at.TANKS] = registry.of("tank.nitrogen")
    head[at.TANK_LEAKS] = registry.of("tank.nitrogen.leak", "health")
    head[at.SUPPLY_ROOM] = _supply_room(house, crew)
    head[at.SUPPLY_STUCK] = registry.of("supply.nitrogen.stuck-open", "health")
    head[at.SUPPLY_NITROGEN] = registry.of("supply.nitrogen", "switches")
    head[at.SUPPLY_OXYGEN] = registry.of("supply.oxygen", "switches")
    head[at.VENT_ROOM] = house.room(vented.name)
    head[at.VENT_SWITCH] = registry.of(f"vent.{vented.name}", "switches")
    head[at.VENT_OPEN] = registry.of(f"vent.{vented.name}.open")
    head[at.VENT_STUCK] = registry.of(f"vent.{vented.name}.stuck", "health")
    head[at.VENT_FAILED] = registry.of(f"vent.{vented.name}.failed-open", "health")
    head[at.VENT_ALIVE] = registry.of(f"controller.{vented.name}.alive")
    places = at.HEAD + np.cumsum([0, *(len(table) for table in tables)])[:-1]
    head[at.ROOMS_AT : at.CREW_AT + 1] = places
    return np.concatenate([head, *tables]).astype(np.int64)


def _constants(
    registry: Registry, house: House, volume: Array, air: float, crew: list[int]
) -> Array:
    plant = house.plant.air
    drawn, returned = crew_water(1.0)
    processors = [one for one in plant.machine.values() if one.kind == "water-processor"]
    head = np.zeros(at.CONSTANTS_HEAD)
    head[at.LEAK_SHARE] = registry.vary("air.leak.base", plant.leak_kg_day * at.DAILY) / air
    head[at.FAN_FLOW] = registry.vary("air.fan.flow", FAN_FLOW)
    head[at.FREE_FLOW] = registry.vary("air.hatch.exchange", at.FREE_EXCHANGE)
    head[at.NITROGEN_FLOW] = registry.vary("air.supply.nitrogen", at.SUPPLY)
    head[at.OXYGEN_FLOW] = registry.vary("air.supply.oxygen", at.SUPPLY)
    head[at.BREATHED] = registry.vary("air.people.oxygen", OXYGEN_BREATHED)
    head[at.GIVEN] = registry.vary("air.people.carbon-dioxide", CARBON_DIOXIDE_BREATHED)
    head[at.SWEATED] = registry.vary("air.people.vapour", VAPOUR_GIVEN_OFF)
    head[at.DRAWN] = registry.vary("water.people.drawn", float(drawn))
    head[at.RETURNED] = registry.vary("water.people.returned", float(returned))
    head[at.POTABLE_ROOM] = max(_WATER_ROOM * plant.water_kg, 50.0)
    head[at.WASTE_ROOM], head[at.BRINE_ROOM] = _WASTE_ROOM, _BRINE_ROOM
    head[at.RECOVERY] = registry.vary("water.processor.recovery", _RECOVERY) if processors else 0.0
    head[at.VENT_AREA] = registry.vary("air.vent.area", at.VENT_HOLE)
    head[at.FAN_SPEED] = registry.vary("air.fan.speed", at.FAN_TURNS)
    head[at.YIELDS : at.YIELDS + 6] = fire_yield()
    shares = np.zeros(len(volume))
    shares[crew] = 1.0 / len(crew)
    rows = [_machine(registry, key, one, rank) for key, one, _, rank in machines(house)]
    return np.concatenate([head, volume, shares, *rows])


def _machine(registry: Registry, key: str, machine: Machine, rank: int) -> Array:
    row = np.zeros(at.CONSTANTS_ROW)
    row[at.WATTS] = machine.power_w
    if machine.kind == "oxygen":
        rate, (start, stop, further) = _OXYGEN_MARGIN * OXYGEN_BREATHED, _OXYGEN
        row[at.START_EMPTY] = _OXYGEN_EMPTY + rank * further
    elif machine.kind == "carbon-dioxide":
        rate, (start, stop, further) = BED_FLOW / at.BED_SET, _DIOXIDE
        row[at.EFFICIENCY] = registry.vary(f"air.{key}.efficiency", BED_EFFICIENCY)
        row[at.CAPACITY] = registry.vary(
            f"air.{key}.capacity", BED_CAPACITY * machine.people / at.BED_SET
        )
        row[at.RELEASE] = registry.vary(f"air.{key}.release", BED_RELEASE_TIME)
    elif machine.kind == "condenser":
        rate, (start, stop, further) = _COIL_FLOW, _HUMIDITY
    elif machine.kind == "filter":
        rate, (start, stop, further) = _FILTER_FLOW, _DIRT
        row[at.EFFICIENCY] = registry.vary(f"air.{key}.efficiency", _FILTER_SHARE)
    else:
        rate, (start, stop, further) = _PROCESS_FLOW, _WASTE
    row[at.RATE] = registry.vary(f"air.{key}.rate", rate * machine.people)
    row[at.START], row[at.STOP] = start + rank * further, stop + rank * further
    if machine.kind == "filter" and not machine.standby:
        row[at.START], row[at.STOP] = -1.0, -2.0  # always runs
    return row


def balance(begin: Array, part: Part) -> dict[str, float]:
    """Return what is missing of each gas and of water, relative to all that there was.

    Parameters
    ----------
    begin : ndarray
        State at the begin.
    part : Part
        Later, with its ledger from zero at the begin.

    Returns
    -------
    dict
        By substance: kept now, less kept then, less what came, plus what went, over what there was
        and what came. [-]

    Raises
    ------
    InputError
        If the states are not of the same station.
    """
    if begin.shape != part.state.shape:
        raise InputError(f"air: given {begin.size} numbers of a state; expected {part.state.size}")
    rooms, count = int(part.wires[at.ROOMS]), int(part.wires[at.MACHINES])
    hatches = int(part.wires[at.HATCHES])
    beds_at = at.ROOM_STATES * rooms + at.HATCH_STATES * hatches
    tail_at = beds_at + at.MACHINE_STATES * count

    def kept(state: Array) -> tuple[Array, float, float, Array]:
        rows = state[beds_at:tail_at].reshape(count, at.MACHINE_STATES)
        kinds = part.wires[part.wires[at.MACHINES_AT] :][: at.MACHINE_ROW * count]
        beds = rows[kinds.reshape(count, at.MACHINE_ROW)[:, at.KIND] == at.BED_MACHINE]
        frost = state[at.FROST * rooms : (at.FROST + 1) * rooms]
        gases = state[: 6 * rooms].reshape(rooms, 6).sum(axis=0)
        return gases, float(beds[:, 1:3].sum()), float(frost.sum()), state[tail_at:]

    gases_then, beds_then, frost_then, tail_then = kept(begin)
    gases, beds, frost, tail = kept(part.state)
    ledger = part.ledger
    gain = gases - gases_then
    gain[CARBON_DIOXIDE] += beds - beds_then
    gain[VAPOUR] += frost - frost_then
    came, went = np.zeros(6), ledger[at.LOST : at.LOST + 6].copy()
    burnt = ledger[at.BURNT : at.BURNT + 6]
    came += np.maximum(burnt, 0.0)
    went += np.maximum(-burnt, 0.0)
    came[NITROGEN] += ledger[at.LET_IN_NITROGEN]
    came[OXYGEN] += ledger[at.LET_IN_OXYGEN] + ledger[at.ELECTROLYSED]
    went[OXYGEN] += ledger[at.BREATHED_IN]
    came[CARBON_DIOXIDE] += ledger[at.BREATHED_OUT]
    went[CARBON_DIOXIDE] += ledger[at.DUMPED]
    came[VAPOUR] += ledger[at.VAPOUR_OUT]
    went[VAPOUR] += ledger[at.CONDENSED]
    came[TRACE] += ledger[at.RELEASED]
    went[TRACE] += ledger[at.CLEANED_TRACE]
    went[SMOKE] += ledger[at.CLEANED_SMOKE]
    result = {}
    for kind, name in enumerate(GASES):
        result[f"air {name}"] = _relative(gain[kind], came[kind], went[kind], gases_then[kind])
    for name, place, let_in, spilt in (
        ("tank nitrogen", at.NITROGEN_KEPT, at.LET_IN_NITROGEN, at.SPILT_NITROGEN),
        ("tank oxygen", at.OXYGEN_KEPT, at.LET_IN_OXYGEN, at.SPILT_OXYGEN),
    ):
        gone = float(ledger[let_in] + ledger[spilt])
        result[name] = _relative(tail[place] - tail_then[place], 0.0, gone, tail_then[place])
    water = ledger[at.WATER :]
    result["water"] = _relative(
        float(tail[:3].sum() - tail_then[:3].sum()),
        float(water[RETURNED] + water[CONDENSATE]),
        float(
            water[DRAWN]
            + water[SPILLED]
            + ledger[at.SPILT_WATER]
            + ledger[at.ELECTROLYSED]
            + ledger[at.HYDROGEN]
        ),
        float(tail_then[:3].sum()),
    )
    return result


def _relative(gain: float, came: float, went: float, then: float) -> float:
    scale = then + came
    return float((gain - came + went) / scale) if scale > 0.0 else float(gain - came + went)
