"""How the power of a station is laid out: numbers, hidden constants, and which bus feeds what."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.errors import InputError
from stationkeeper.household.power import FLOWS
from stationkeeper.operations.house import House
from stationkeeper.operations.registry import LoadRow, Part, Registry

Array = NDArray[np.float64]

YEAR: Final = DAYS_PER_YEAR * SECONDS_PER_DAY  # [s]
AMPERE_HOUR: Final = 3600.0  # [A s]

# Chosen by us, for every station.
PASSED: Final = 0.93  # share left by diodes, mismatch and lines [-]
REFERENCE: Final = 301.15  # temperature at which cells have their efficiency [K]
ABSORPTANCE, EMITTANCE = 0.9, 1.7  # of cells, and of both faces of a wing [-]
EARTH_HEAT: Final = 150.0  # that a wing takes from the Earth [W/m2]
TIME_CONSTANT: Final = 300.0  # of the temperature of a wing [s]
WING_VOLTAGE: Final = 1.4  # of a wing at its best point over that of a full battery [-]
GIMBAL_RATE: Final = np.radians(0.3)  # [rad/s]
BEGIN_LEVEL: Final = 0.9  # of every battery on the first day [-]
KEPT: Final = 0.1  # share of the voltage range, and so of the charge, that is never taken out [-]
DROP: Final = 0.05  # of the full voltage at the current that empties a battery in an hour [-]
CHARGE_RATE, DISCHARGE_RATE = 0.5, 1.0  # largest currents over that one [-]
SELF_DISCHARGE: Final = 1.6e8  # [s] five years
CYCLES_PER_YEAR: Final = 800.0  # whole cycles before the first day, by the age [1/yr]
FADE_PER_CYCLE, FADE_RATE = 5e-5, 3e-10  # [-] and [1/s], as `household.batteries`
OVERFULL: Final = 3600.0  # in which charge that no longer fits falls to 1/e [s]
COLD: Final = 0.02  # rise of the resistance below 293 K [1/K]
ROOM: Final = 293.15  # [K]
NO_CHARGE_BELOW, NO_CHARGE_ABOVE, NO_CURRENT_BELOW = 263.15, 333.15, 243.15  # [K]
CHARGER_EFFICIENCY: Final = 0.96  # of chargers, and of what leads from batteries to the bus [-]
STANDING_LOSS: Final = 40.0  # of a converter [W]
TRIP_AFTER: Final = 5.0  # [s]
BREAKER: Final = 2.0  # over what a load takes at most [-]
FIRST_SHED, SHED_STEP, BACK = 0.35, 0.03, 0.12  # levels at which loads go and come back [-]
LEAST_OFF: Final = 300.0  # [s]
NEVER_SHED: Final = 9  # priority [-]
STARVED, FED_AGAIN = 1e-3, 0.2  # levels between which a bus asks its neighbour [-]

PAYLOAD, CREWED, AIR, NEVER = 1, 2, 4, 8  # what a load is, in bits

# Counts at the begin of the wires, then single numbers, then rows.
WINGS, BATTERIES, BUSES, LOADS, TIES, AXES = range(6)
SUNLIT, ALONG, ACROSS, DOWN, ERROR, MODE, PEOPLE, SAFE, TOTAL = range(6, 15)
# Where blocks begin: rows and lists in the wires, rows in the constants, numbers in the state.
(
    WING_ROWS, BATTERY_ROWS, BUS_ROWS, TIE_ROWS, LOAD_ROWS, WING_BUS, BATTERY_BUS, LOAD_BUS,
    LOAD_PRIORITY, WING_BASE, BATTERY_BASE, BUS_BASE, LOAD_BASE, ANGLE, TILT, WARM, OFFER, CHARGE,
    DISCHARGED, BEFORE, HEAT, BATTERY_NOW, LEVEL, TRIPPED, OVERLOAD, SUPPLIED, WORK, BUS_NOW, FLOW,
    DEMAND, SHARE_OF, STARVED_BUS, FEEDER, OFF, BREAKER_OPEN, RUNNING, KEEP,
) = range(15, 52)  # fmt: skip
ROWS: Final = 52
# Columns of the rows: wings, batteries, buses, ties, loads.
SIGNAL, HEALTH, SWITCH, BUS, OTHER, FLAGS, PRIORITY = range(7)
STRIDE: Final = 7
# Single constants, then those of wings (6), batteries (8), buses (6), loads (3).
COEFFICIENT, AGEING, AREA, WARM_TEN, WARM_ONE, WING_V, RATE, BATTERY_AGE, SINGLES = range(9)
WING_ROW, BATTERY_ROW, BUS_ROW, LOAD_ROW = 4, 8, 6, 3
STRENGTH, NORMAL = 0, 1
WATTS, BELOW, ABOVE = range(3)
"""Nominal power of a load, and the levels at which it goes and comes back."""


def buses_of(registry: Registry, shares: NDArray[np.float64]) -> list[int]:
    """Deal loads out over buses.

    Loads of one name but for the number at its end stand in for each other, so they go to
    different buses as far as there are any; beyond that each bus gets watts by its share of the
    wings. Loads that hang below another go to its bus.

    Parameters
    ----------
    registry : Registry
        Whose loads are dealt out.
    shares : ndarray, (bus,)
        Wings of each bus. [-]

    Returns
    -------
    list of int
        Bus of each load, from 0, in the order in which they were declared.

    Raises
    ------
    InputError
        If a load hangs below one that is not there, or wants a bus that is not there.
    """
    loads = registry.loads
    names = {load.name: place for place, load in enumerate(loads)}
    watts, alike = np.zeros(shares.size), dict[str, NDArray[np.int64]]()
    out = [-1] * len(loads)
    # Those that are told first, then the greatest first: the small ones even out what is left.
    for place in sorted(range(len(loads)), key=lambda k: (loads[k].bus < 0, -_steady(loads[k]), k)):
        load = loads[place]
        if load.parent:
            continue
        if load.bus >= shares.size:
            raise InputError(
                f"load {load.name}: given bus {load.bus}; expected 0 to {shares.size - 1}"
            )
        stem = load.name.rstrip("0123456789")
        used = alike.setdefault(stem, np.zeros(shares.size, np.int64))
        chosen = load.bus
        if chosen < 0:
            kept = used if stem != load.name else np.zeros_like(used)
            chosen = int(np.lexsort((watts / shares, kept))[0])
        out[place] = chosen
        used[chosen] += 1
        watts[chosen] += _steady(load)
    for place in _parents_first(loads):
        if loads[place].parent:
            out[place] = out[names[loads[place].parent]]
    return out


def _steady(load: LoadRow) -> float:
    return load.watts if load.on else 0.3 * load.watts  # what is off now may be on later; ours


def neighbours(buses: int) -> list[tuple[int, int]]:
    """Return the pairs of buses that can be tied: a ring, numbered from 0."""
    pairs = [(bus, bus + 1) for bus in range(buses - 1)]
    return [*pairs, (0, buses - 1)] if buses > 2 else pairs


def wire(registry: Registry, house: House) -> Part:
    """Lay out numbers, hidden constants and the state at the begin."""
    plant = house.plant.power
    buses, wings, batteries = plant.buses, plant.wings, plant.batteries
    ties = neighbours(buses)
    shares = np.maximum(np.bincount(np.arange(wings) % buses, minlength=buses), 1.0)
    order = _parents_first(registry.loads)
    dealt = buses_of(registry, shares)
    size = len(order)
    counts = [wings, batteries, buses, size, len(ties), plant.tracking_axes]
    singles = [
        *map(
            registry.of,
            ("env.sunlit", "env.sun-along", "env.sun-across", "env.sun-down", "attitude.error",
             "attitude.mode", "people.aboard"),
        ),
        registry.of("safe-mode", "switches"),
        registry.of("power.generated"),
    ]  # fmt: skip
    rows: list[list[int]] = []
    for number in range(wings):
        rows.append(_row(registry, f"wing.{number + 1}", "power", "strings", number % buses))
    for number in range(batteries):
        name = f"battery.{number + 1}"
        row = _row(registry, name, "charge", "capacity", number % buses)
        rows.append([*row[:OTHER], registry.of(f"{name}.temperature"), 0, 0])
    for number in range(buses):
        rows.append(_row(registry, f"bus.{number + 1}", "voltage", "converter", number))
    for one, two in ties:
        switch = registry.of(f"tie.{one + 1}-{two + 1}", "switches")
        rows.append([0, 0, switch, one, two, 0, 0])
    places = {registry.loads[load].name: place for place, load in enumerate(order)}
    for load in order:
        told = registry.loads[load]
        row = _row(registry, f"load.{told.name}", "asked", "open", dealt[load])
        flags = PAYLOAD * (told.kind == "payload") + CREWED * told.crewed_only
        flags += AIR * (told.kind == "air") + NEVER * (told.priority >= NEVER_SHED)
        parent = places[told.parent] if told.parent else -1
        rows.append([*row[:OTHER], parent, flags, told.priority])
    blocks = [
        *(number % buses for number in range(wings)),
        *(number % buses for number in range(batteries)),
        *(dealt[load] for load in order),
        *(registry.loads[load].priority for load in order),
    ]
    constants, charge, discharged = _constants(registry, house, order)
    begins, length = [ROWS], ROWS
    for rows_of in (wings, batteries, buses, len(ties), size):
        length += STRIDE * rows_of
        begins.append(length)
    for entries in (wings, batteries, size):
        length += entries
        begins.append(length)
    bases = np.cumsum([SINGLES, WING_ROW * wings, BATTERY_ROW * batteries, BUS_ROW * buses])
    state = _state(wings, buses, size, charge, discharged)
    places_of_state = np.cumsum([0, *(block.size for block in state)])[:-1]
    flat = [number for row in rows for number in row]
    wires = np.array([*counts, *singles, *begins, *bases, *places_of_state, *flat, *blocks])
    # Signals that are true at the begin; the kernel writes them from the first step.
    for number in range(batteries):
        registry.first_signals[registry.of(f"battery.{number + 1}.charge")] = charge[number]
    accounts = [
        *(f"bus.{bus + 1} {flow} [J]" for bus in range(buses) for flow in FLOWS),
        *(
            f"battery.{number + 1} {what} [A s]"
            for number in range(batteries)
            for what in ("put in", "taken out", "gone")
        ),
    ]
    return Part(
        "power", wires.astype(np.int64), constants, np.concatenate(state),
        np.zeros(len(accounts)), tuple(accounts),
    )  # fmt: skip


def _state(wings: int, buses: int, loads: int, charge: Array, discharged: Array) -> list[Array]:
    """Blocks of the state at the begin, in the order of their places in the wires."""
    batteries = charge.size
    level = BEGIN_LEVEL if batteries else 1.0
    return [
        np.zeros(wings), np.zeros(wings), np.full(wings, 300.0), np.zeros(wings),
        charge, discharged, np.zeros(batteries), np.zeros(batteries), np.zeros(8 * batteries),
        np.full(buses, level), np.zeros(buses), np.zeros(buses), np.ones(buses),
        np.zeros(4 * buses), np.zeros(6 * buses), np.zeros(8 * buses),
        np.zeros(buses), np.ones(buses), np.zeros(buses), np.zeros(buses),
        np.full(loads, -1.0), np.zeros(loads), np.ones(loads), np.zeros(loads),
    ]  # fmt: skip


def _row(registry: Registry, name: str, signal: str, health: str, bus: int) -> list[int]:
    return [
        registry.of(f"{name}.{signal}"), registry.of(f"{name}.{health}", "health"),
        registry.of(name, "switches"), bus, 0, 0, 0,
    ]  # fmt: skip


def _parents_first(loads: list[LoadRow]) -> list[int]:
    """Order in which every load stands behind the one that it hangs below."""
    names = {load.name: place for place, load in enumerate(loads)}
    for load in loads:
        if load.parent and load.parent not in names:
            raise InputError(f"load {load.name}: given the parent {load.parent}; expected a load")

    def depth(place: int) -> int:
        levels, above = 0, loads[place].parent
        while above:
            levels, above = levels + 1, loads[names[above]].parent
            if levels > len(loads):
                raise InputError(f"load {loads[place].name}: it hangs below itself")
        return levels

    return sorted(range(len(loads)), key=lambda place: (depth(place), place))


def _constants(registry: Registry, house: House, order: list[int]) -> tuple[Array, Array, Array]:
    plant = house.plant.power
    aged = (1.0 - plant.ageing_per_year) ** plant.age_years
    warming = registry.vary("power.wing.time-constant", TIME_CONSTANT)
    values = [
        registry.vary("power.wing.temperature-coefficient", plant.temperature_coefficient_per_k),
        float(np.log1p(-plant.ageing_per_year)) / YEAR if plant.ageing_per_year < 1 else -1.0,
        plant.wing_area_m2,
        -np.expm1(-10.0 / warming),
        -np.expm1(-1.0 / warming),
        WING_VOLTAGE * plant.full_v,
        registry.vary("power.wing.gimbal-rate", GIMBAL_RATE),
        plant.age_years * YEAR,
    ]
    for number in range(plant.wings):
        efficiency = registry.vary(f"power.wing-{number + 1}.efficiency", plant.cell_efficiency)
        values.append(plant.wing_area_m2 * efficiency * PASSED * aged)
        # Panels that do not turn stand in an arch over the station, evenly about the flight axis.
        arch = np.pi * ((number + 0.5) / plant.wings - 0.5)
        values += [0.0, float(np.sin(arch)), -float(np.cos(arch))]
    charge, discharged = np.zeros(plant.batteries), np.zeros(plant.batteries)
    for number in range(plant.batteries):
        name = f"power.battery-{number + 1}"
        capacity = registry.vary(f"{name}.capacity", plant.battery_ah * AMPERE_HOUR)
        hour = capacity / AMPERE_HOUR  # current that empties it in an hour [A]
        rise = (plant.full_v - plant.empty_v) / capacity
        loss = registry.vary(f"{name}.charge-loss", 1.0 - plant.charge_efficiency)
        values += [
            plant.empty_v, rise, capacity, KEPT * capacity,
            registry.vary(f"{name}.resistance", DROP * plant.full_v / hour), 1.0 - loss,
            hour, 1.0 / registry.vary(f"{name}.self-discharge", SELF_DISCHARGE),
        ]  # fmt: skip
        discharged[number] = CYCLES_PER_YEAR * plant.age_years * capacity
        left = 1.0 - FADE_PER_CYCLE * CYCLES_PER_YEAR * plant.age_years
        left -= FADE_RATE * plant.age_years * YEAR
        ceiling = capacity * max(left, 2.0 * KEPT)
        charge[number] = KEPT * capacity + BEGIN_LEVEL * (ceiling - KEPT * capacity)
    for number in range(plant.buses):
        name = f"power.bus-{number + 1}"
        values += [
            1.0 - registry.vary(f"{name}.converter-loss", 1.0 - plant.converter_efficiency),
            registry.vary(f"{name}.standing-loss", STANDING_LOSS), plant.bus_limit_w, TRIP_AFTER,
            1.0 - registry.vary(f"{name}.charger-loss", 1.0 - CHARGER_EFFICIENCY),
            1.0 - registry.vary(f"{name}.discharger-loss", 1.0 - CHARGER_EFFICIENCY),
        ]  # fmt: skip
    for load in order:
        told = registry.loads[load]
        below = FIRST_SHED - SHED_STEP * told.priority
        values += [told.watts, below if told.priority < NEVER_SHED else -1.0, below + BACK]
    return np.array(values, float), charge, discharged
