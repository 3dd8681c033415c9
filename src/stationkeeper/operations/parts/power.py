"""Power, second by second: wings, batteries, buses, and who is fed.

Physics is that of `household`: `arrays`, `batteries`, `power`, `shedding`. Here it is flown for one
station: its health and its switches come in, and signals go out.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act
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
    energy_between,
    rest,
)
from stationkeeper.household.power import (
    BATTERY,
    CHARGER,
    CONVERTER,
    DELIVERED,
    EFFICIENCY,
    GENERATED,
    LEFT,
    OFFERED,
    SHUNTED,
    STORED,
    UNMET,
    charge_level,
    feed_step,
)
from stationkeeper.household.shedding import ENOUGH, least_load, time_off
from stationkeeper.kernels import inner_kernel
from stationkeeper.operations.house import House
from stationkeeper.operations.parts.power_layout import (
    ABOVE,
    ABSORPTANCE,
    ACROSS,
    AGEING,
    AIR,
    ALONG,
    ANGLE,
    AREA,
    AXES,
    BATTERIES,
    BATTERY_AGE,
    BATTERY_BASE,
    BATTERY_BUS,
    BATTERY_NOW,
    BATTERY_ROW,
    BATTERY_ROWS,
    BEFORE,
    BEGIN_LEVEL,
    BELOW,
    BREAKER,
    BREAKER_OPEN,
    BUS,
    BUS_BASE,
    BUS_NOW,
    BUS_ROW,
    BUS_ROWS,
    BUSES,
    CHARGE,
    CHARGE_RATE,
    COEFFICIENT,
    COLD,
    CREWED,
    DEMAND,
    DISCHARGE_RATE,
    DISCHARGED,
    DOWN,
    EARTH_HEAT,
    EMITTANCE,
    ERROR,
    FADE_PER_CYCLE,
    FADE_RATE,
    FED_AGAIN,
    FEEDER,
    FLAGS,
    FLOW,
    HEALTH,
    HEAT,
    KEEP,
    LEAST_OFF,
    LEVEL,
    LOAD_BASE,
    LOAD_BUS,
    LOAD_PRIORITY,
    LOAD_ROW,
    LOAD_ROWS,
    LOADS,
    MODE,
    NEVER,
    NO_CHARGE_ABOVE,
    NO_CHARGE_BELOW,
    NO_CURRENT_BELOW,
    NORMAL,
    OFF,
    OFFER,
    OTHER,
    OVERFULL,
    OVERLOAD,
    PAYLOAD,
    PEOPLE,
    RATE,
    REFERENCE,
    ROOM,
    RUNNING,
    SAFE,
    SHARE_OF,
    SIGNAL,
    STARVED,
    STARVED_BUS,
    STRENGTH,
    STRIDE,
    SUNLIT,
    SUPPLIED,
    SWITCH,
    TIE_ROWS,
    TIES,
    TILT,
    TOTAL,
    TRIPPED,
    WARM,
    WARM_ONE,
    WARM_TEN,
    WATTS,
    WING_BASE,
    WING_BUS,
    WING_ROW,
    WING_ROWS,
    WING_V,
    WING_VOLTAGE,
    WINGS,
    WORK,
    neighbours,
)
from stationkeeper.operations.parts.power_layout import wire as wire
from stationkeeper.operations.parts.power_telemetry import declare_telemetry
from stationkeeper.operations.registry import LoadRow, Part, Registry

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

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
BUS_COUNT: Final = len(BUS_SIGNALS)


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


@inner_kernel
def _wings(
    time: float, dt: float, signals: Array, health: Array, switches: Array, wires: Whole,
    constants: Array, state: Array,
) -> None:  # fmt: skip
    """Turn wings towards the Sun and set what each can give [W]."""
    light = SOLAR_IRRADIANCE * signals[wires[SUNLIT]]
    axes = wires[AXES]
    x, y, z = signals[wires[ALONG]], signals[wires[ACROSS]], signals[wires[DOWN]]
    if signals[wires[MODE]] == 3.0:  # in safe mode the station holds the Sun over its back
        x, y, z = 0.0, 0.0, -1.0
    wanted, raised, sine, cosine, sine_2, cosine_2 = 0.0, 0.0, 0.0, 1.0, 0.0, 1.0
    if axes > 0:
        wanted = np.arctan2(x, -z)
        length = np.sqrt(x * x + z * z)
        if length > 0.0:
            sine, cosine = x / length, -z / length
    if axes > 1:
        raised = np.arcsin(min(max(y, -1.0), 1.0))
        sine_2, cosine_2 = np.sin(raised), np.cos(raised)
    light *= max(np.cos(signals[wires[ERROR]]), 0.0)
    aged = np.exp(constants[AGEING] * time)
    coefficient, volts = constants[COEFFICIENT], constants[WING_V]
    # On the first step wings are where they belong: the flight began before.
    rate = constants[RATE] * dt if time > dt else 2.0 * np.pi
    angle, tilt, warm, offer = wires[ANGLE], wires[TILT], wires[WARM], wires[OFFER]
    rows, base, supplied = wires[WING_ROWS], wires[WING_BASE], wires[SUPPLIED]
    for i in range(wires[WINGS]):
        row, place = rows + STRIDE * i, base + WING_ROW * i
        own, works = wires[row + SIGNAL], wires[row + HEALTH]
        on = switches[wires[row + SWITCH]] > 0.0
        if axes > 0:
            if on and state[supplied + wires[row + BUS]] > 0.0:
                most = rate * health[works + 3]
                state[angle + i] = turned(state[angle + i], wanted, most)
                if axes > 1:
                    state[tilt + i] = turned(state[tilt + i], raised, most)
            s, c, s_2, c_2 = sine, cosine, sine_2, cosine_2
            if state[angle + i] != wanted:
                s, c = np.sin(state[angle + i]), np.cos(state[angle + i])
            if state[tilt + i] != raised:
                s_2, c_2 = np.sin(state[tilt + i]), np.cos(state[tilt + i])
            facing = c_2 * (s * x - c * z) + s_2 * y
        else:
            facing = (
                constants[place + NORMAL] * x
                + constants[place + NORMAL + 1] * y
                + constants[place + NORMAL + 2] * z
            )
        seen = light * max(facing, 0.0) * health[works + 1]
        warmer = state[warm + i] - REFERENCE
        good = health[works] * health[works + 2] * aged if on else 0.0
        state[offer + i] = cells_give(seen, constants[place + STRENGTH] * good, coefficient, warmer)
        # Light on the cells, for their heat, until it is known what is drawn.
        signals[own] = seen
        signals[own + 1] = state[angle + i]
        signals[own + 2] = state[tilt + i]
        voltage = volts * max(1.0 + coefficient * warmer, 0.0)
        signals[own + 4] = voltage if seen > 0.0 and on else 0.0


@inner_kernel
def _warm_wings(dt: float, signals: Array, wires: Whole, constants: Array, state: Array) -> None:
    """Book what is drawn from each wing, and warm it by what is left of its light."""
    share = constants[WARM_TEN] if dt == 10.0 else constants[WARM_ONE]
    each = 1.0 / constants[AREA]
    warm, offer, rows = wires[WARM], wires[OFFER], wires[WING_ROWS]
    offered, left = wires[WORK] + OFFERED * wires[BUSES], wires[WORK] + LEFT * wires[BUSES]
    for i in range(wires[WINGS]):
        own, bus = wires[rows + STRIDE * i + SIGNAL], wires[rows + STRIDE * i + BUS]
        drawn = state[offer + i]
        if drawn > 0.0 and state[left + bus] > 0.0:
            drawn *= max(1.0 - state[left + bus] / state[offered + bus], 0.0)
        heat = ABSORPTANCE * signals[own] - drawn * each + EARTH_HEAT
        state[warm + i] = cells_warm(state[warm + i], heat, EMITTANCE, share)
        signals[own] = drawn
        signals[own + 3] = state[warm + i]
        signals[own + 5] = drawn / signals[own + 4] if signals[own + 4] > 0.0 else 0.0


@inner_kernel
def _batteries_now(
    time: float, dt: float, signals: Array, health: Array, switches: Array, wires: Whole,
    constants: Array, state: Array, ledger: Array,
) -> None:  # fmt: skip
    """Set what each battery can do now, and let it rest through the step."""
    faded = 1.0 - FADE_RATE * (constants[BATTERY_AGE] + time)
    overfull = min(dt / OVERFULL, 1.0)
    rows, base, table, flow = (
        wires[BATTERY_ROWS], wires[BATTERY_BASE], wires[BATTERY_NOW], wires[FLOW]
    )  # fmt: skip
    account = 8 * wires[BUSES]
    for i in range(wires[BATTERIES]):
        row, place, now = rows + STRIDE * i, base + BATTERY_ROW * i, table + 8 * i
        works = wires[row + HEALTH]
        warm = signals[wires[row + OTHER]]
        on = switches[wires[row + SWITCH]] > 0.0
        hour = constants[place + 6]
        empty, rise, charge = constants[place], constants[place + 1], state[wires[CHARGE] + i]
        fits = constants[place + 2] * faded - FADE_PER_CYCLE * state[wires[DISCHARGED] + i]
        ceiling = max(fits * health[works], 0.0)
        colder = 1.0 + COLD * max(ROOM - warm, 0.0)
        charges = on and NO_CHARGE_BELOW <= warm <= NO_CHARGE_ABOVE
        gives = on and warm >= NO_CURRENT_BELOW
        state[now + EMPTY] = empty
        state[now + RISE] = rise
        state[now + FLOOR] = constants[place + 3]
        state[now + CEILING] = ceiling
        state[now + RESISTANCE] = constants[place + 4] * health[works + 1] * colder
        state[now + SHARE] = constants[place + 5]
        state[now + CHARGE_LIMIT] = CHARGE_RATE * hour * health[works + 2] if charges else 0.0
        state[now + DISCHARGE_LIMIT] = DISCHARGE_RATE * hour * health[works + 3] if gives else 0.0
        leaking = dt * constants[place + 7]
        if health[works + 4] > 0.0:
            leaking = min(leaking + health[works + 4] * dt / max(charge, 1.0), 1.0)
        gone = rest(charge, ceiling, leaking, overfull)
        lost = -energy_between(empty, rise, charge, -gone)
        state[wires[CHARGE] + i] = charge - gone
        state[wires[BEFORE] + i] = charge - gone
        state[wires[HEAT] + i] = lost
        state[flow + 8 * wires[row + BUS] + BATTERY] += lost
        state[flow + 8 * wires[row + BUS] + STORED] -= lost
        ledger[account + 3 * i + 2] += gone


@inner_kernel
def _feeds(bus: int, wires: Whole, state: Array) -> bool:
    """Whether the converter of a bus works and has something to give."""
    return bool(
        state[wires[BUS_NOW] + 6 * bus + EFFICIENCY] > 0.0
        and state[wires[TRIPPED] + bus] == 0.0
        and state[wires[STARVED_BUS] + bus] == 0.0
    )


@inner_kernel
def _buses_now(
    health: Array, switches: Array, wires: Whole, constants: Array, state: Array
) -> None:
    """Set what each converter can do now, and from which bus the loads of each bus are fed."""
    for bus in range(wires[BUSES]):
        row, place = wires[BUS_ROWS] + STRIDE * bus, wires[BUS_BASE] + BUS_ROW * bus
        now, works = wires[BUS_NOW] + 6 * bus, wires[row + HEALTH]
        on = switches[wires[row + SWITCH]] > 0.0
        if not on:  # commanded off: ready to be closed again
            state[wires[TRIPPED] + bus] = 0.0
            state[wires[OVERLOAD] + bus] = 0.0
        elif health[works + 1] > 0.0:
            state[wires[TRIPPED] + bus] = 1.0
        for k in range(6):
            state[now + k] = constants[place + k]
        state[now + EFFICIENCY] *= min(health[works], 1.0) if on else 0.0
        level, starved = state[wires[LEVEL] + bus], wires[STARVED_BUS] + bus
        if level <= STARVED and state[wires[SUPPLIED] + bus] < ENOUGH:
            state[starved] = 1.0
        elif level > FED_AGAIN:
            state[starved] = 0.0
        state[wires[FEEDER] + bus] = bus
    for k in range(wires[TIES]):
        row = wires[TIE_ROWS] + STRIDE * k
        if switches[wires[row + SWITCH]] > 0.0:
            one, two = wires[row + BUS], wires[row + OTHER]
            if _feeds(one, wires, state) and not _feeds(two, wires, state):
                state[wires[FEEDER] + two] = one
            elif _feeds(two, wires, state) and not _feeds(one, wires, state):
                state[wires[FEEDER] + one] = two


@inner_kernel
def _keep(signals: Array, wires: Whole, state: Array) -> None:
    """Mark loads that are not shed: those told so, and air while people are aboard."""
    held = NEVER if signals[wires[PEOPLE]] <= 0.0 else NEVER + AIR
    for i in range(wires[LOADS]):
        flags = wires[wires[LOAD_ROWS] + STRIDE * i + FLAGS]
        state[wires[KEEP] + i] = 1.0 if flags & held else 0.0


@inner_kernel
def _ask(
    dt: float, signals: Array, health: Array, switches: Array, wires: Whole, constants: Array,
    state: Array,
) -> None:  # fmt: skip
    """Decide which loads run, and add up what they ask of each bus [W]."""
    alone = signals[wires[PEOPLE]] <= 0.0
    barred = (PAYLOAD if switches[wires[SAFE]] > 0.0 else 0) + (CREWED if alone else 0)
    held = NEVER if alone else NEVER + AIR
    told = wires[wires[BUS_ROWS] + SIGNAL]
    for bus in range(wires[BUSES]):
        signals[told + BUS_COUNT * bus + 7] = 0.0
        signals[told + BUS_COUNT * bus + 8] = 0.0
        state[wires[DEMAND] + bus] = 0.0
    rows, base = wires[LOAD_ROWS], wires[LOAD_BASE]
    offs, breaker, running = wires[OFF], wires[BREAKER_OPEN], wires[RUNNING]
    feeder, level, supplied, demand = wires[FEEDER], wires[LEVEL], wires[SUPPLIED], wires[DEMAND]
    for i in range(wires[LOADS]):
        row, place = rows + STRIDE * i, base + LOAD_ROW * i
        own, works = wires[row + SIGNAL], wires[row + HEALTH]
        bus, parent, flags = wires[row + BUS], wires[row + OTHER], wires[row + FLAGS]
        source = int(state[feeder + bus])
        off = state[offs + i]
        if flags & held:
            off = -1.0
        else:
            off = time_off(
                off, state[level + source], state[supplied + bus], constants[place + BELOW],
                constants[place + ABOVE], LEAST_OFF, dt,
            )  # fmt: skip
        state[offs + i] = off
        on = switches[wires[row + SWITCH]] > 0.0
        if not on:
            state[breaker + i] = 0.0
        on = on and off < 0.0 and not flags & barred and health[works] > 0.0
        if parent >= 0 and state[running + parent] == 0.0:
            on = False
        power = 0.0
        if on:
            draw = health[works + 1]
            power = signals[own] * draw
            if draw > BREAKER and power > BREAKER * constants[place + WATTS]:
                state[breaker + i] = 1.0
        if state[breaker + i] > 0.0:
            on, power = False, 0.0
            signals[told + BUS_COUNT * bus + 8] += 1.0
        if off >= 0.0:
            signals[told + BUS_COUNT * bus + 7] += 1.0
        state[running + i] = 1.0 if on else 0.0
        signals[own + 1] = 1.0 if on else 0.0
        signals[own + 2] = power
        state[demand + source] += power


@inner_kernel
def _tell_batteries(dt: float, signals: Array, wires: Whole, state: Array, ledger: Array) -> None:
    """Set the signals of batteries, and book the charge that moved."""
    rows, table, account, each = (
        wires[BATTERY_ROWS], wires[BATTERY_NOW], 8 * wires[BUSES], 1.0 / dt
    )  # fmt: skip
    for i in range(wires[BATTERIES]):
        own, now = wires[rows + STRIDE * i + SIGNAL], table + 8 * i
        charge = state[wires[CHARGE] + i]
        change = charge - state[wires[BEFORE] + i]
        current = change * each
        if change > 0.0:
            current /= state[now + SHARE]
            ledger[account + 3 * i] += change
        else:
            ledger[account + 3 * i + 1] -= change
        signals[own] = charge
        signals[own + 1] = (
            state[now + EMPTY] + state[now + RISE] * charge + current * state[now + RESISTANCE]
        )
        signals[own + 2] = current
        signals[own + 3] = state[wires[HEAT] + i] * each


@inner_kernel
def _tell_buses(
    dt: float, signals: Array, wires: Whole, constants: Array, state: Array, ledger: Array
) -> None:
    """Set the signals of buses, and book what flowed."""
    count, first = wires[BUSES], wires[wires[BUS_ROWS] + SIGNAL]
    volts, number = wires[WORK], wires[WORK] + count
    # Voltage before the converter: the mean of the batteries, or that which wings hold.
    for bus in range(count):
        state[volts + bus] = 0.0
        state[number + bus] = 0.0
    for i in range(wires[BATTERIES]):
        if state[wires[BATTERY_NOW] + 8 * i + DISCHARGE_LIMIT] > 0.0:
            row = wires[BATTERY_ROWS] + STRIDE * i
            state[volts + wires[row + BUS]] += signals[wires[row + SIGNAL] + 1]
            state[number + wires[row + BUS]] += 1.0
    for bus in range(count):
        if state[number + bus] > 0.0:
            state[volts + bus] /= state[number + bus]
        elif state[wires[FLOW] + 8 * bus + GENERATED] > 0.0:
            state[volts + bus] = constants[WING_V] / WING_VOLTAGE
    generated, loss, shunted, each = 0.0, 0.0, 0.0, 1.0 / dt
    for bus in range(count):
        own, source = first + BUS_COUNT * bus, int(state[wires[FEEDER] + bus])
        supplied, flow = state[wires[SUPPLIED] + bus], wires[FLOW] + 8 * bus
        # Loads take less as the voltage sags: power goes with its square.
        signals[own] = state[volts + source] * np.sqrt(supplied)
        given = state[flow + DELIVERED] * each
        signals[own + 1] = given / state[volts + bus] if given > 0.0 else 0.0
        signals[own + 2] = state[wires[LEVEL] + bus]
        signals[own + 3] = supplied
        signals[own + 4] = state[wires[DEMAND] + bus]
        lost = (state[flow + CONVERTER] + state[flow + CHARGER]) * each
        signals[own + 5] = lost
        signals[own + 6] = state[wires[TRIPPED] + bus]
        generated += max(state[flow + GENERATED] - state[flow + SHUNTED], 0.0) * each
        loss += lost + state[flow + BATTERY] * each
        shunted += state[flow + SHUNTED] * each
        for k in range(8):
            ledger[8 * bus + k] += state[flow + k]
    signals[wires[TOTAL]] = generated
    signals[wires[TOTAL] + 2] = loss
    signals[wires[TOTAL] + 3] = shunted


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
    wings, batteries, buses, loads = wires[WINGS], wires[BATTERIES], wires[BUSES], wires[LOADS]
    flow, level, feeder = wires[FLOW], wires[LEVEL], wires[FEEDER]
    supplied, demand = wires[SUPPLIED], wires[DEMAND]
    for k in range(8 * buses):
        state[flow + k] = 0.0
    _wings(time, dt, signals, health, switches, wires, constants, state)
    _batteries_now(time, dt, signals, health, switches, wires, constants, state, ledger)
    _buses_now(health, switches, wires, constants, state)
    for bus in range(buses):
        if state[supplied + bus] < ENOUGH:
            _keep(signals, wires, state)
            least = least_load(
                bus,
                wires[wires[LOAD_BUS] : wires[LOAD_BUS] + loads],
                wires[wires[LOAD_PRIORITY] : wires[LOAD_PRIORITY] + loads],
                state[wires[KEEP] : wires[KEEP] + loads],
                state[wires[OFF] : wires[OFF] + loads],
                state[wires[RUNNING] : wires[RUNNING] + loads],
            )
            if least >= 0:
                state[wires[OFF] + least] = 0.0
    _ask(dt, signals, health, switches, wires, constants, state)
    total = 0.0
    for bus in range(buses):
        total += state[demand + bus]
    for bus in range(buses):  # a short takes what it takes from whoever feeds its bus
        works = wires[wires[BUS_ROWS] + STRIDE * bus + HEALTH]
        state[demand + int(state[feeder + bus])] += health[works + 2]
    signals[wires[TOTAL] + 1] = total
    charge = state[wires[CHARGE] : wires[CHARGE] + batteries]
    battery_now = state[wires[BATTERY_NOW] : wires[BATTERY_NOW] + 8 * batteries].reshape(
        (batteries, 8)
    )
    battery_bus = wires[wires[BATTERY_BUS] : wires[BATTERY_BUS] + batteries]
    work = state[wires[WORK] : wires[WORK] + 4 * buses].reshape((4, buses))
    feed_step(
        state[wires[BUS_NOW] : wires[BUS_NOW] + 6 * buses].reshape((buses, 6)),
        battery_now,
        wires[wires[WING_BUS] : wires[WING_BUS] + wings],
        battery_bus,
        state[wires[OFFER] : wires[OFFER] + wings],
        state[demand : demand + buses],
        dt,
        charge,
        state[wires[DISCHARGED] : wires[DISCHARGED] + batteries],
        state[wires[TRIPPED] : wires[TRIPPED] + buses],
        state[wires[OVERLOAD] : wires[OVERLOAD] + buses],
        work,
        state[wires[HEAT] : wires[HEAT] + batteries],
        state[wires[SHARE_OF] : wires[SHARE_OF] + buses],
        state[flow : flow + 8 * buses].reshape((buses, 8)),
    )
    _warm_wings(dt, signals, wires, constants, state)
    charge_level(battery_now, battery_bus, charge, work, state[level : level + buses])
    _tell_batteries(dt, signals, wires, state, ledger)
    short = False
    for bus in range(buses):
        share = state[wires[SHARE_OF] + int(state[feeder + bus])]
        state[supplied + bus] = share
        short = short or share < 1.0
        if work[1, bus] == 0.0:  # no battery is connected: its level tells nothing
            state[level + bus] = 1.0
    _tell_buses(dt, signals, wires, constants, state, ledger)
    if short:
        for i in range(loads):
            own = wires[wires[LOAD_ROWS] + STRIDE * i + SIGNAL]
            share = state[supplied + wires[wires[LOAD_BUS] + i]]
            signals[own + 1] *= share
            signals[own + 2] *= share


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
    batteries, buses = int(end.wires[BATTERIES]), int(end.wires[BUSES])
    flows = (end.ledger - begin.ledger)[: 8 * buses].reshape(buses, 8)
    moved = (end.ledger - begin.ledger)[8 * buses :].reshape(batteries, 3)
    out = flows[:, [SHUNTED, DELIVERED, CONVERTER, CHARGER, BATTERY, STORED]].sum(axis=1)
    passed = np.maximum(flows[:, [GENERATED, DELIVERED, UNMET]].sum(axis=1), 1.0)
    found = {
        f"bus.{bus + 1} energy": float(out[bus] - flows[bus, GENERATED]) for bus in range(buses)
    }
    found = {name: left / passed[bus] for bus, (name, left) in enumerate(found.items())}
    first, base = int(end.wires[CHARGE]), int(end.wires[BATTERY_BASE])
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
