"""Power, second by second: wings, batteries, buses, and who is fed.

Physics is that of `household`: `arrays`, `batteries`, `power`, `shedding`. Here it is laid out for
one station, its health and its switches come in, and loads are dealt out over buses.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act
from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.errors import InputError
from stationkeeper.household.arrays import SOLAR_IRRADIANCE, cells_give, cells_warm, turned
from stationkeeper.household.batteries import (
    CEILING,
    CHARGE_LIMIT,
    DISCHARGE_LIMIT,
    EMPTY,
    FLOOR,
    RESISTANCE,
    RISE,
    SHARE,
    ceiling_charge,
)
from stationkeeper.household.power import (
    BATTERY,
    CHARGER,
    CHARGING,
    CONVERTER,
    DELIVERED,
    DISCHARGING,
    EFFICIENCY,
    FLOWS,
    GENERATED,
    LEFT,
    LIMIT,
    OFFERED,
    SHUNTED,
    STANDING,
    STORED,
    TRIP_TIME,
    UNMET,
    charge_level,
    feed_step,
    rest_step,
)
from stationkeeper.household.shedding import ENOUGH, least_load, time_off
from stationkeeper.kernels import inner_kernel
from stationkeeper.operations.house import House
from stationkeeper.operations.parts.power_telemetry import declare_telemetry
from stationkeeper.operations.registry import LoadRow, Part, Registry

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

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

WING_SIGNALS: Final = (
    ("power", "W"), ("angle", "rad"), ("tilt", "rad"), ("temperature", "K"), ("voltage", "V"),
    ("current", "A"),
)  # fmt: skip
WING_HEALTH: Final = (("strings", 1.0), ("shadow", 1.0), ("electronics", 1.0), ("gimbal", 1.0))
BATTERY_SIGNALS: Final = (("charge", "A s"), ("voltage", "V"), ("current", "A"), ("heat", "W"))
BATTERY_HEALTH: Final = (
    ("capacity", 1.0), ("resistance", 1.0), ("charger", 1.0), ("discharger", 1.0), ("leak", 0.0)
)  # fmt: skip
BUS_SIGNALS: Final = (
    ("voltage", "V"), ("current", "A"), ("level", "-"), ("supplied", "-"), ("demand", "W"),
    ("loss", "W"), ("tripped", "-"), ("shed", "-"), ("breakers", "-"),
)  # fmt: skip
BUS_HEALTH: Final = (("converter", 1.0), ("false-trip", 0.0), ("short", 0.0))
TOTALS: Final = ("generated", "demand", "loss", "shunted")
PAYLOAD, CREWED, AIR, NEVER = 1, 2, 4, 8  # what a load is, in bits

# Counts at the begin of the wires, then single numbers, then rows.
WINGS, BATTERIES, BUSES, LOADS, TIES, AXES = range(6)
SUNLIT, ALONG, ACROSS, DOWN, ERROR, MODE, PEOPLE, SAFE, TOTAL = range(6, 15)
ROWS: Final = 15
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
            if load.parent not in names:
                raise InputError(
                    f"load {load.name}: given the parent {load.parent}; expected a load"
                )
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
    for place, load in enumerate(loads):
        above = load
        while above.parent:
            above = loads[names[above.parent]]
        out[place] = out[names[above.name]]
    return out


def _steady(load: LoadRow) -> float:
    return load.watts if load.on else 0.3 * load.watts  # what is off now may be on later; ours


def neighbours(buses: int) -> list[tuple[int, int]]:
    """Return the pairs of buses that can be tied: a ring, numbered from 0."""
    pairs = [(bus, bus + 1) for bus in range(buses - 1)]
    return [*pairs, (0, buses - 1)] if buses > 2 else pairs


def declare(registry: Registry, house: House) -> None:
    """Declare wings, batteries, buses, ties, and the loads of the document."""
    plant = house.plant.power
    for count, what in ((plant.wings, "wings"), (plant.batteries, "batteries")):
        if 0 < count < plant.buses:
            raise InputError(
                f"plant.{house.station}.power.{what}: given {count}; expected at least one for each"
                f" of the {plant.buses} buses, or none"
            )
    for kind, count, signals, healths in (
        ("wing", plant.wings, WING_SIGNALS, WING_HEALTH),
        ("battery", plant.batteries, BATTERY_SIGNALS, BATTERY_HEALTH),
        ("bus", plant.buses, BUS_SIGNALS, BUS_HEALTH),
    ):
        for number in range(1, count + 1):
            name = f"{kind}.{number}"
            for quantity, unit in signals:
                registry.signal(f"{name}.{quantity}", unit, _first(quantity, plant.full_v))
            for part, nominal in healths:
                registry.healthy(f"{name}.{part}", nominal)
            # Commanded off and on it is reset: converters that tripped, electronics that hang.
            feedback = {"wing": "power", "battery": "current", "bus": "supplied"}[kind]
            _switch(registry, name, f"{kind.capitalize()} {number}", 1.0, f"{name}.{feedback}")
    for total in TOTALS:
        registry.signal(f"power.{total}", "W")
    for one, two in neighbours(plant.buses):
        name = f"tie.{one + 1}-{two + 1}"
        _switch(registry, name, f"Tie of bus {one + 1} and bus {two + 1}", 0.0, "")
    for key, load in house.plant.load.items():
        registry.load(
            LoadRow(
                key,
                load.title,
                load.module,
                load.kind,
                load.power_w,
                load.priority,
                data=1_000.0 * load.data_kbps,
                crewed_only=load.crewed_only,
            )
        )
    registry.spares["buses"] = tuple(f"bus.{bus + 1}" for bus in range(plant.buses))
    declare_telemetry(registry, plant)


def _first(quantity: str, full: float) -> float:
    return {"temperature": 300.0, "voltage": full, "supplied": 1.0, "level": BEGIN_LEVEL}.get(
        quantity, 0.0
    )


def _switch(registry: Registry, name: str, title: str, first: float, feedback: str) -> None:
    registry.switch(
        name, title, first, act=Act.SET, act_off=Act.SET, target=name, subsystem="power",
        component=name, feedback=feedback,
    )  # fmt: skip


def wire(registry: Registry, house: House) -> Part:
    """Lay out numbers, hidden constants and the state at the begin."""
    plant = house.plant.power
    buses, wings, batteries = plant.buses, plant.wings, plant.batteries
    ties = neighbours(buses)
    shares = np.maximum(np.bincount(np.arange(wings) % buses, minlength=buses), 1.0)
    dealt = buses_of(registry, shares)
    order = _parents_first(registry.loads)
    counts = [wings, batteries, buses, len(order), len(ties), plant.tracking_axes]
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
    flat = [number for row in rows for number in row]
    wires = np.array([*counts, *singles, *flat, *blocks], np.int64)
    constants, charge, discharged = _constants(registry, house, order)
    level = np.array([BEGIN_LEVEL] * buses) if batteries else np.zeros(buses)
    size = len(order)
    state = np.concatenate(
        [
            np.zeros(2 * wings), np.full(wings, 300.0), np.zeros(wings),  # angle tilt warm offered
            charge, discharged, np.zeros(10 * batteries),  # before, heat, now (8)
            level, np.zeros(2 * buses), np.ones(buses),  # level, tripped, overload, supplied
            np.zeros(22 * buses),  # work (4), now (6), flows (8), demand, share, starved, feeder
            np.full(size, -1.0), np.zeros(2 * size), np.ones(size),  # off, breaker, taken, running
            np.zeros(size),  # kept
        ]
    )  # fmt: skip
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
        "power", wires, constants, state, np.zeros(len(accounts)), tuple(accounts)
    )  # fmt: skip


def _row(registry: Registry, name: str, signal: str, health: str, bus: int) -> list[int]:
    return [
        registry.of(f"{name}.{signal}"), registry.of(f"{name}.{health}", "health"),
        registry.of(name, "switches"), bus, 0, 0, 0,
    ]  # fmt: skip


def _parents_first(loads: list[LoadRow]) -> list[int]:
    """Order in which every load stands behind the one that it hangs below."""
    names = {load.name: place for place, load in enumerate(loads)}

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
            hour, registry.vary(f"{name}.self-discharge", SELF_DISCHARGE),
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


@inner_kernel
def _wings(
    time: float, dt: float, signals: Array, health: Array, switches: Array, wires: Whole,
    constants: Array, supplied: Array, angle: Array, tilt: Array, warm: Array, offered: Array,
) -> None:  # fmt: skip
    """Turn wings towards the Sun and set what each can give [W]."""
    light = SOLAR_IRRADIANCE * signals[wires[SUNLIT]]
    axes = wires[AXES]
    x, y, z = signals[wires[ALONG]], signals[wires[ACROSS]], signals[wires[DOWN]]
    if signals[wires[MODE]] == 3.0:  # in safe mode the station holds the Sun over its back
        x, y, z = 0.0, 0.0, -1.0
    wanted = np.arctan2(x, -z) if axes > 0 else 0.0
    raised = np.arcsin(min(max(y, -1.0), 1.0)) if axes > 1 else 0.0
    sine, cosine = np.sin(wanted), np.cos(wanted)
    sine_2, cosine_2 = np.sin(raised), np.cos(raised)
    error = np.cos(signals[wires[ERROR]])
    aged = np.exp(constants[AGEING] * time)
    for i in range(angle.size):
        row = ROWS + STRIDE * i
        own, works, on = wires[row + SIGNAL], wires[row + HEALTH], switches[wires[row + SWITCH]]
        base = SINGLES + WING_ROW * i
        if axes > 0:
            if supplied[wires[row + BUS]] > 0.0 and on > 0.0:
                most = constants[RATE] * dt * health[works + 3]
                angle[i] = turned(angle[i], wanted, most)
                tilt[i] = turned(tilt[i], raised, most)
            s, c = sine, cosine
            if angle[i] != wanted:
                s, c = np.sin(angle[i]), np.cos(angle[i])
            s_2, c_2 = sine_2, cosine_2
            if tilt[i] != raised:
                s_2, c_2 = np.sin(tilt[i]), np.cos(tilt[i])
            facing = c_2 * (s * x - c * z) + s_2 * y
        else:
            facing = (
                constants[base + NORMAL] * x
                + constants[base + NORMAL + 1] * y
                + constants[base + NORMAL + 2] * z
            )
        seen = light * max(facing, 0.0) * max(error, 0.0) * health[works + 1]
        warmer = warm[i] - REFERENCE
        good = health[works] * health[works + 2] * aged if on > 0.0 else 0.0
        power = cells_give(
            seen, constants[base + STRENGTH] * good, constants[COEFFICIENT], warmer
        )  # fmt: skip
        offered[i] = power
        signals[own + 1] = angle[i]
        signals[own + 2] = tilt[i]
        voltage = constants[WING_V] * max(1.0 + constants[COEFFICIENT] * warmer, 0.0)
        signals[own + 4] = voltage if seen > 0.0 and on > 0.0 else 0.0
        # Light on the cells, for their heat, until it is known what is drawn.
        signals[own] = seen


@inner_kernel
def _warm_wings(
    dt: float, signals: Array, wires: Whole, constants: Array, work: Array, offered: Array,
    warm: Array,
) -> None:  # fmt: skip
    """Book what is drawn from each wing, and warm it by what is left of its light."""
    share = constants[WARM_TEN] if dt == 10.0 else constants[WARM_ONE]
    for i in range(warm.size):
        row = ROWS + STRIDE * i
        own, bus = wires[row + SIGNAL], wires[row + BUS]
        seen = signals[own]
        drawn = offered[i]
        if work[LEFT, bus] > 0.0 and drawn > 0.0:
            drawn *= max(1.0 - work[LEFT, bus] / work[OFFERED, bus], 0.0)
        heat = ABSORPTANCE * seen - drawn / constants[AREA] + EARTH_HEAT
        warm[i] = cells_warm(warm[i], heat, EMITTANCE, share)
        signals[own] = drawn
        signals[own + 3] = warm[i]
        signals[own + 5] = drawn / signals[own + 4] if signals[own + 4] > 0.0 else 0.0


@inner_kernel
def _batteries_now(
    time: float, dt: float, signals: Array, health: Array, switches: Array, wires: Whole,
    constants: Array, first: int, base: int, charge: Array, discharged: Array, before: Array,
    heat: Array, now: Array, bus_of: Whole, flows: Array, accounts: Array,
) -> None:  # fmt: skip
    """Set what each battery can do now, and let it rest through the step."""
    age = constants[BATTERY_AGE] + time
    for i in range(charge.size):
        row, place = first + STRIDE * i, base + BATTERY_ROW * i
        works = wires[row + HEALTH]
        warm = signals[wires[row + OTHER]]
        on = switches[wires[row + SWITCH]] > 0.0
        capacity, hour = constants[place + 2], constants[place + 6]
        now[i, EMPTY] = constants[place]
        now[i, RISE] = constants[place + 1]
        now[i, FLOOR] = constants[place + 3]
        fits = ceiling_charge(capacity, FADE_PER_CYCLE, FADE_RATE, discharged[i], age)
        now[i, CEILING] = fits * health[works]
        now[i, RESISTANCE] = (
            constants[place + 4] * health[works + 1] * (1.0 + COLD * max(ROOM - warm, 0.0))
        )
        now[i, SHARE] = constants[place + 5]
        charges = on and NO_CHARGE_BELOW <= warm <= NO_CHARGE_ABOVE
        now[i, CHARGE_LIMIT] = CHARGE_RATE * hour * health[works + 2] if charges else 0.0
        gives = on and warm >= NO_CURRENT_BELOW
        now[i, DISCHARGE_LIMIT] = DISCHARGE_RATE * hour * health[works + 3] if gives else 0.0
        leaking = dt / constants[place + 7]
        if health[works + 4] > 0.0:
            leaking += health[works + 4] * dt / max(charge[i], 1.0)
        gone = rest_step(
            now, bus_of, i, min(leaking, 1.0), min(dt / OVERFULL, 1.0), charge, heat, flows
        )
        accounts[3 * i + 2] += gone
        before[i] = charge[i]


@inner_kernel
def _feeders(
    health: Array, switches: Array, wires: Whole, constants: Array, first: int,
    ties: int, base: int, level: Array, tripped: Array, overload: Array, supplied: Array,
    starved: Array, feeder: Array, now: Array,
) -> None:  # fmt: skip
    """Set what each converter can do now, and from which bus the loads of each bus are fed."""
    count = level.size
    for bus in range(count):
        row, place = first + STRIDE * bus, base + BUS_ROW * bus
        works = wires[row + HEALTH]
        on = switches[wires[row + SWITCH]] > 0.0
        if not on:
            tripped[bus] = 0.0  # commanded off: ready to be closed again
            overload[bus] = 0.0
        elif health[works + 1] > 0.0:
            tripped[bus] = 1.0
        now[bus, EFFICIENCY] = constants[place] * min(health[works], 1.0) if on else 0.0
        now[bus, STANDING] = constants[place + 1]
        now[bus, LIMIT] = constants[place + 2]
        now[bus, TRIP_TIME] = constants[place + 3]
        now[bus, CHARGING] = constants[place + 4]
        now[bus, DISCHARGING] = constants[place + 5]
        if starved[bus] == 0.0:
            if level[bus] <= STARVED and supplied[bus] < ENOUGH:
                starved[bus] = 1.0
        elif level[bus] > FED_AGAIN:
            starved[bus] = 0.0
        feeder[bus] = bus
    for k in range(wires[TIES]):
        row = ties + STRIDE * k
        if switches[wires[row + SWITCH]] <= 0.0:
            continue
        one, two = wires[row + BUS], wires[row + OTHER]
        one_feeds = now[one, EFFICIENCY] > 0.0 and tripped[one] == 0.0 and starved[one] == 0.0
        two_feeds = now[two, EFFICIENCY] > 0.0 and tripped[two] == 0.0 and starved[two] == 0.0
        if one_feeds and not two_feeds:
            feeder[two] = one
        elif two_feeds and not one_feeds:
            feeder[one] = two


@inner_kernel
def _ask(
    dt: float, signals: Array, health: Array, switches: Array, wires: Whole, constants: Array,
    first: int, base: int, level: Array, supplied: Array, feeder: Array, demand: Array, off: Array,
    breaker: Array, taken: Array, running: Array, kept: Array, bus_signals: int,
) -> None:  # fmt: skip
    """Decide which loads run, and add up what they ask of each bus [W]."""
    safe = switches[wires[SAFE]] > 0.0
    alone = signals[wires[PEOPLE]] <= 0.0
    barred = (PAYLOAD if safe else 0) + (CREWED if alone else 0)
    held = NEVER if alone else NEVER + AIR
    for bus in range(level.size):
        signals[bus_signals + BUS_COUNT * bus + 7] = 0.0
        signals[bus_signals + BUS_COUNT * bus + 8] = 0.0
    for i in range(off.size):
        row, place = first + STRIDE * i, base + LOAD_ROW * i
        own, works = wires[row + SIGNAL], wires[row + HEALTH]
        bus, parent, flags = wires[row + BUS], wires[row + OTHER], wires[row + FLAGS]
        kept[i] = 1.0 if flags & held else 0.0
        below = -1.0 if flags & held else constants[place + BELOW]
        source = int(feeder[bus])
        off[i] = time_off(
            off[i], level[source], supplied[bus], below, constants[place + ABOVE], LEAST_OFF, dt
        )
        if off[i] >= 0.0 and flags & held:
            off[i] = -1.0
        commanded = switches[wires[row + SWITCH]] > 0.0
        if not commanded:
            breaker[i] = 0.0
        on = commanded and off[i] < 0.0 and not flags & barred and health[works] > 0.0
        if parent >= 0 and running[parent] == 0.0:
            on = False
        power = 0.0
        if on:
            draw = health[works + 1]
            power = signals[own] * draw
            if draw > BREAKER and power > BREAKER * constants[place + WATTS]:
                breaker[i] = 1.0
        if breaker[i] > 0.0:
            on, power = False, 0.0
            signals[bus_signals + BUS_COUNT * bus + 8] += 1.0
        if off[i] >= 0.0:
            signals[bus_signals + BUS_COUNT * bus + 7] += 1.0
        running[i] = 1.0 if on else 0.0
        taken[i] = power
        signals[own + 1] = running[i]
        signals[own + 2] = power
        demand[source] += power


BUS_COUNT: Final = len(BUS_SIGNALS)


@inner_kernel
def step(
    time: float,
    dt: float,
    signals: Array,
    health: Array,
    switches: Array,
    wires: Whole,
    constants: Array,
    state: Array,
    ledger: Array,
) -> None:
    """Advance wings, batteries, buses and loads by one step."""
    wings, batteries, buses = wires[WINGS], wires[BATTERIES], wires[BUSES]
    loads, ties = wires[LOADS], wires[TIES]
    battery_rows = ROWS + STRIDE * wings
    bus_rows = battery_rows + STRIDE * batteries
    tie_rows = bus_rows + STRIDE * buses
    load_rows = tie_rows + STRIDE * ties
    battery_base = SINGLES + WING_ROW * wings
    bus_base = battery_base + BATTERY_ROW * batteries
    load_base = bus_base + BUS_ROW * buses

    a = load_rows + STRIDE * loads
    wing_bus, a = wires[a : a + wings], a + wings
    battery_bus, a = wires[a : a + batteries], a + batteries
    load_bus, priority = wires[a : a + loads], wires[a + loads : a + 2 * loads]
    a = 0
    angle, a = state[a : a + wings], a + wings
    tilt, a = state[a : a + wings], a + wings
    warm, a = state[a : a + wings], a + wings
    offered, a = state[a : a + wings], a + wings
    charge, a = state[a : a + batteries], a + batteries
    discharged, a = state[a : a + batteries], a + batteries
    before, a = state[a : a + batteries], a + batteries
    heat, a = state[a : a + batteries], a + batteries
    battery_now = state[a : a + 8 * batteries].reshape((batteries, 8))
    a += 8 * batteries
    level, a = state[a : a + buses], a + buses
    tripped, a = state[a : a + buses], a + buses
    overload, a = state[a : a + buses], a + buses
    supplied, a = state[a : a + buses], a + buses
    work, a = state[a : a + 4 * buses].reshape((4, buses)), a + 4 * buses
    bus_now, a = state[a : a + 6 * buses].reshape((buses, 6)), a + 6 * buses
    flows, a = state[a : a + 8 * buses].reshape((buses, 8)), a + 8 * buses
    demand, a = state[a : a + buses], a + buses
    share, a = state[a : a + buses], a + buses
    starved, a = state[a : a + buses], a + buses
    feeder, a = state[a : a + buses], a + buses
    off, a = state[a : a + loads], a + loads
    breaker, a = state[a : a + loads], a + loads
    taken, a = state[a : a + loads], a + loads
    running, a = state[a : a + loads], a + loads
    kept = state[a : a + loads]

    booked = ledger[: 8 * buses].reshape((buses, 8))
    accounts = ledger[8 * buses :]
    bus_signals = wires[bus_rows + SIGNAL] if buses > 0 else 0
    flows[:] = 0.0
    demand[:] = 0.0
    _wings(
        time, dt, signals, health, switches, wires, constants, supplied, angle, tilt, warm, offered
    )
    _batteries_now(
        time, dt, signals, health, switches, wires, constants, battery_rows, battery_base, charge,
        discharged, before, heat, battery_now, battery_bus, flows, accounts,
    )  # fmt: skip
    _feeders(
        health, switches, wires, constants, bus_rows, tie_rows, bus_base, level, tripped,
        overload, supplied, starved, feeder, bus_now,
    )  # fmt: skip
    for bus in range(buses):
        if supplied[bus] < ENOUGH:
            least = least_load(bus, load_bus, priority, kept, off, running)
            if least >= 0:
                off[least] = 0.0
    _ask(
        dt, signals, health, switches, wires, constants, load_rows, load_base, level, supplied,
        feeder, demand, off, breaker, taken, running, kept, bus_signals,
    )  # fmt: skip
    total = 0.0
    for bus in range(buses):
        total += demand[bus]
        demand[int(feeder[bus])] += health[wires[bus_rows + STRIDE * bus + HEALTH] + 2]
    feed_step(
        bus_now, battery_now, wing_bus, battery_bus, offered, demand, dt, charge, discharged,
        tripped, overload, work, heat, share, flows,
    )  # fmt: skip
    _warm_wings(dt, signals, wires, constants, work, offered, warm)
    charge_level(battery_now, battery_bus, charge, work, level)
    _tell_batteries(
        dt, signals, wires, battery_rows, charge, before, heat, battery_now, accounts
    )  # fmt: skip
    short = False
    for bus in range(buses):
        supplied[bus] = share[int(feeder[bus])]
        short = short or supplied[bus] < 1.0
        if work[1, bus] == 0.0:  # no battery is connected: its level tells nothing
            level[bus] = 1.0
    _tell_buses(
        dt, signals, wires, battery_rows, bus_signals, constants, offered, wing_bus, level,
        tripped, supplied, feeder, demand, work, flows, booked, battery_now, battery_bus,
    )  # fmt: skip
    signals[wires[TOTAL] + 1] = total
    if short:
        for i in range(loads):
            own = wires[load_rows + STRIDE * i + SIGNAL]
            signals[own + 1] *= supplied[load_bus[i]]
            signals[own + 2] *= supplied[load_bus[i]]


@inner_kernel
def _tell_batteries(
    dt: float, signals: Array, wires: Whole, first: int, charge: Array, before: Array, heat: Array,
    now: Array, accounts: Array,
) -> None:  # fmt: skip
    for i in range(charge.size):
        own = wires[first + STRIDE * i + SIGNAL]
        change = charge[i] - before[i]
        current = change / dt
        if change > 0.0:
            current /= now[i, SHARE]
            accounts[3 * i] += change
        else:
            accounts[3 * i + 1] -= change
        signals[own] = charge[i]
        signals[own + 1] = now[i, EMPTY] + now[i, RISE] * charge[i] + current * now[i, RESISTANCE]
        signals[own + 2] = current
        signals[own + 3] = heat[i] / dt


@inner_kernel
def _tell_buses(
    dt: float, signals: Array, wires: Whole, battery_rows: int, first: int, constants: Array,
    offered: Array, wing_bus: Whole, level: Array, tripped: Array, supplied: Array, feeder: Array,
    demand: Array, work: Array, flows: Array, booked: Array, now: Array, battery_bus: Whole,
) -> None:  # fmt: skip
    """Set the signals of buses, and book what flowed."""
    count = level.size
    # Voltage before the converter: the mean of the batteries, or that which wings hold.
    for bus in range(count):
        work[2, bus] = 0.0
        work[3, bus] = 0.0
    for i in range(battery_bus.size):
        if now[i, DISCHARGE_LIMIT] > 0.0:
            work[2, battery_bus[i]] += signals[wires[battery_rows + STRIDE * i + SIGNAL] + 1]
            work[3, battery_bus[i]] += 1.0
    generated, loss, shunted = 0.0, 0.0, 0.0
    for bus in range(count):
        if work[3, bus] > 0.0:
            work[2, bus] /= work[3, bus]
        elif flows[bus, GENERATED] > 0.0:
            work[2, bus] = constants[WING_V] / WING_VOLTAGE
    for bus in range(count):
        own, source = first + BUS_COUNT * bus, int(feeder[bus])
        # Loads take less as the voltage sags: power goes with its square.
        signals[own] = work[2, source] * np.sqrt(supplied[bus])
        given = flows[bus, DELIVERED] / dt
        signals[own + 1] = given / work[2, bus] if work[2, bus] > 0.0 else 0.0
        signals[own + 2] = level[bus]
        signals[own + 3] = supplied[bus]
        signals[own + 4] = demand[bus]
        signals[own + 5] = (flows[bus, CONVERTER] + flows[bus, CHARGER]) / dt
        signals[own + 6] = tripped[bus]
        generated += (flows[bus, GENERATED] - flows[bus, SHUNTED]) / dt
        loss += (flows[bus, CONVERTER] + flows[bus, CHARGER] + flows[bus, BATTERY]) / dt
        shunted += flows[bus, SHUNTED] / dt
        for k in range(8):
            booked[bus, k] += flows[bus, k]
    signals[wires[TOTAL]] = generated
    signals[wires[TOTAL] + 2] = loss
    signals[wires[TOTAL] + 3] = shunted


def balance(begin: Part, end: Part) -> dict[str, float]:
    """What is left of the balances of energy and charge, relative to what passed through.

    Parameters
    ----------
    begin, end : Part
        The part before and after a flight; the ledger of the first is taken off.

    Returns
    -------
    dict of str to float
        By account. [-]
    """
    wings, batteries, buses = (int(end.wires[k]) for k in (WINGS, BATTERIES, BUSES))
    flows = (end.ledger - begin.ledger)[: 8 * buses].reshape(buses, 8)
    moved = (end.ledger - begin.ledger)[8 * buses :].reshape(batteries, 3)
    out = flows[:, [SHUNTED, DELIVERED, CONVERTER, CHARGER, BATTERY, STORED]].sum(axis=1)
    passed = np.maximum(flows[:, [GENERATED, DELIVERED, UNMET]].sum(axis=1), 1.0)
    found = {
        f"bus.{bus + 1} energy": float(out[bus] - flows[bus, GENERATED]) for bus in range(buses)
    }
    found = {name: left / passed[bus] for bus, (name, left) in enumerate(found.items())}
    first, base = 4 * wings, SINGLES + WING_ROW * wings
    charges = [part.state[first : first + batteries] for part in (begin, end)]
    stored = np.zeros(buses)
    for number in range(batteries):
        empty, rise = end.constants[base + BATTERY_ROW * number :][:2]
        held = [(empty + 0.5 * rise * charge[number]) * charge[number] for charge in charges]
        stored[number % buses] += held[1] - held[0]
        put, taken, gone = moved[number]
        left = charges[1][number] - charges[0][number] - (put - taken - gone)
        found[f"battery.{number + 1} charge"] = float(left / max(put + taken + gone, 1.0))
    for bus in range(buses):
        found[f"bus.{bus + 1} stored"] = float((stored[bus] - flows[bus, STORED]) / passed[bus])
    return found
