"""Buses: arrays and batteries on one side, a converter and loads on the other.

What arrays give goes to the loads, the rest into batteries, and what they do not take is shunted.
In shadow batteries give. Every joule is booked: generated = shunted + delivered + losses + stored.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.household.batteries import (
    CEILING,
    CHARGE_LIMIT,
    DISCHARGE_LIMIT,
    EMPTY,
    FLOOR,
    RESISTANCE,
    RISE,
    SHARE,
    Batteries,
    as_they_are,
    charge_up,
    check_batteries,
    discharge,
    energy_between,
    rest,
)
from stationkeeper.household.shedding import Loads, check_loads, shedding_step
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

FLOWS: Final = (
    "generated", "shunted", "delivered", "converter loss", "charger loss", "battery loss",
    "stored", "unmet",
)  # fmt: skip
GENERATED, SHUNTED, DELIVERED, CONVERTER, CHARGER, BATTERY, STORED, UNMET = range(8)


class Buses(NamedTuple):
    """Buses with their converters, an entry each.

    Attributes
    ----------
    efficiency : ndarray, (bus,)
        Of the converter to the loads. [-]
    standing_loss : ndarray, (bus,)
        That the converter takes while loads ask. [W]
    limit : ndarray, (bus,)
        Most that loads may ask before the converter trips. [W]
    trip_time : ndarray, (bus,)
        Time that they may ask more. [s]
    charger_efficiency : ndarray, (bus,)
        Of what goes into batteries. [-]
    discharger_efficiency : ndarray, (bus,)
        Of what comes out of them. [-]
    """

    efficiency: Array
    standing_loss: Array
    limit: Array
    trip_time: Array
    charger_efficiency: Array
    discharger_efficiency: Array


# Columns of a bus as it is now, what the kernels of a step work on: (bus, 6).
EFFICIENCY, STANDING, LIMIT, TRIP_TIME, CHARGING, DISCHARGING = range(6)
# Rows of the room to work in, (4, bus): offered by arrays, needed by loads, weight of batteries,
# and what is left: shunted, or below zero missing [W].
OFFERED, NEEDED, WEIGHT, LEFT = range(4)


@inner_kernel
def charge_level(
    battery_now: Array, battery_bus: Whole, charge: Array, work: Array, level: Array
) -> None:
    """Set the state of charge of every bus: 0 at the end voltage, 1 when no more fits."""
    for bus in range(level.size):
        work[0, bus] = 0.0
        work[1, bus] = 0.0
    for i in range(charge.size):
        room = battery_now[i, CEILING] - battery_now[i, FLOOR]
        if battery_now[i, DISCHARGE_LIMIT] > 0.0 and room > 0.0:
            work[0, battery_bus[i]] += max(charge[i] - battery_now[i, FLOOR], 0.0)
            work[1, battery_bus[i]] += room
    for bus in range(level.size):
        level[bus] = work[0, bus] / work[1, bus] if work[1, bus] > 0.0 else 0.0


@inner_kernel
def weight(
    missing: bool, charge: float, floor: float, ceiling: float, most_in: float, most_out: float
) -> float:
    """What a battery can give or take [A s], the measure by which batteries share."""
    if missing:
        return float(max(charge - floor, 0.0)) if most_out > 0.0 else 0.0
    return float(max(ceiling - charge, 0.0)) if most_in > 0.0 else 0.0


@inner_kernel
def feed_step(
    bus_now: Array,
    battery_now: Array,
    string_bus: Whole,
    battery_bus: Whole,
    generated: Array,
    demand: Array,
    step: float,
    charge: Array,
    discharged: Array,
    tripped: Array,
    overload: Array,
    work: Array,
    heat: Array,
    supplied: Array,
    flows: Array,
) -> None:
    """Feed the loads of every bus through a step and book what flowed [J].

    `work` is room for (4, bus) numbers, of which `LEFT` tells what is shunted; `heat` of each
    battery grows [J]; `flows` (bus, 8) grow.
    """
    count = supplied.size
    for bus in range(count):
        work[OFFERED, bus] = 0.0
        work[WEIGHT, bus] = 0.0
        asked = demand[bus]
        overload[bus] = overload[bus] + step if asked > bus_now[bus, LIMIT] else 0.0
        if overload[bus] > bus_now[bus, TRIP_TIME]:
            tripped[bus] = 1.0
        need = 0.0
        if asked > 0.0 and tripped[bus] == 0.0 and bus_now[bus, EFFICIENCY] > 0.0:
            need = asked / bus_now[bus, EFFICIENCY] + bus_now[bus, STANDING]
        work[NEEDED, bus] = need
    for i in range(generated.size):
        work[OFFERED, string_bus[i]] += generated[i]
    for i in range(charge.size):
        bus = battery_bus[i]
        missing = work[OFFERED, bus] < work[NEEDED, bus]
        work[WEIGHT, bus] += weight(
            missing, charge[i], battery_now[i, FLOOR], battery_now[i, CEILING],
            battery_now[i, CHARGE_LIMIT], battery_now[i, DISCHARGE_LIMIT],
        )  # fmt: skip
    for bus in range(count):
        flows[bus, GENERATED] += work[OFFERED, bus] * step
        work[LEFT, bus] = work[OFFERED, bus] - work[NEEDED, bus]
    # Each battery takes its share of what is left by weight: what one cannot do the next may.
    for i in range(charge.size):
        bus = battery_bus[i]
        missing = work[OFFERED, bus] < work[NEEDED, bus]
        own = weight(
            missing, charge[i], battery_now[i, FLOOR], battery_now[i, CEILING],
            battery_now[i, CHARGE_LIMIT], battery_now[i, DISCHARGE_LIMIT],
        )  # fmt: skip
        if own <= 0.0:
            continue
        # The last one takes all that is left, whatever rounding made of the weights.
        share = own / work[WEIGHT, bus] if work[WEIGHT, bus] > own else 1.0
        work[WEIGHT, bus] -= own
        empty, rise, resistance = (
            battery_now[i, EMPTY], battery_now[i, RISE], battery_now[i, RESISTANCE]
        )  # fmt: skip
        if missing:
            efficiency = bus_now[bus, DISCHARGING]
            current, power = discharge(
                empty, rise, battery_now[i, FLOOR], resistance, battery_now[i, DISCHARGE_LIMIT],
                charge[i], -work[LEFT, bus] * share / efficiency, step,
            )  # fmt: skip
            work[LEFT, bus] += power * efficiency
            flows[bus, CHARGER] += power * (1.0 - efficiency) * step
            change = -current * step
            discharged[i] += current * step
            stored = energy_between(empty, rise, charge[i], change)
            lost = current * current * resistance * step
        else:
            efficiency = bus_now[bus, CHARGING]
            current, power = charge_up(
                empty, rise, battery_now[i, CEILING], resistance, battery_now[i, SHARE],
                battery_now[i, CHARGE_LIMIT], charge[i], work[LEFT, bus] * share * efficiency, step,
            )  # fmt: skip
            drawn = power / efficiency
            work[LEFT, bus] -= drawn
            flows[bus, CHARGER] += (drawn - power) * step
            change = battery_now[i, SHARE] * current * step
            stored = energy_between(empty, rise, charge[i], change)
            lost = power * step - stored
        charge[i] += change
        heat[i] += lost
        flows[bus, BATTERY] += lost
        flows[bus, STORED] += stored
    for bus in range(count):
        need, left = work[NEEDED, bus], work[LEFT, bus]
        asked = demand[bus]
        taken = need + min(left, 0.0)
        if left < 0.0 and -left <= 1e-12 * need:  # what rounding hides
            taken = need
        given = 0.0
        if need > 0.0:
            fed = (taken - bus_now[bus, STANDING]) * bus_now[bus, EFFICIENCY]
            given = asked if taken == need else min(max(fed, 0.0), asked)
        supplied[bus] = given / asked if asked > 0.0 else 1.0
        if tripped[bus] > 0.0 or bus_now[bus, EFFICIENCY] <= 0.0:
            supplied[bus] = 0.0
        flows[bus, SHUNTED] += max(left, 0.0) * step
        flows[bus, DELIVERED] += given * step
        flows[bus, CONVERTER] += (taken - given) * step
        flows[bus, UNMET] += (asked - given) * step


@kernel
def _course(
    bus_now: Array,
    batteries: Batteries,
    loads: Loads,
    string_bus: Whole,
    battery_bus: Whole,
    generated: Array,
    asked: Array,
    connected: Array,
    charging: Array,
    age: float,
    step: float,
    charge: Array,
    discharged: Array,
    tripped: Array,
    level: Array,
    supplied: Array,
    running: Array,
    flows: Array,
) -> None:
    count, size = supplied.shape[0], asked.shape[0]
    work, overload, heat = np.empty((4, count)), np.zeros(count), np.zeros(charge.size)
    off, commanded, now = np.full(size, -1.0), np.ones(size), np.empty(count)
    on, share, demand = np.ones(size), np.ones(count), np.empty(count)
    battery_now, offered = np.empty((charge.size, 8)), np.empty(generated.shape[0])
    as_they_are(batteries, connected, charging, discharged, age, battery_now)
    charge_level(battery_now, battery_bus, charge, work, now)
    for k in range(asked.shape[1]):
        shedding_step(loads, now, share, commanded, step, off, on)
        demand[:] = 0.0
        for i in range(size):
            demand[loads.bus[i]] += on[i] * asked[i, k]
        offered[:] = generated[:, k]
        later = age + (k + 1) * step
        as_they_are(batteries, connected, charging, discharged, later, battery_now)
        for i in range(charge.size):
            leaking = -np.expm1(-step / batteries.self_discharge_time[i])
            empty, rise = battery_now[i, EMPTY], battery_now[i, RISE]
            gone = rest(charge[i], battery_now[i, CEILING], leaking, 1.0)
            lost = -energy_between(empty, rise, charge[i], -gone)
            charge[i] -= gone
            flows[battery_bus[i], BATTERY] += lost
            flows[battery_bus[i], STORED] -= lost
        feed_step(
            bus_now, battery_now, string_bus, battery_bus, offered, demand, step, charge,
            discharged, tripped, overload, work, heat, share, flows,
        )  # fmt: skip
        as_they_are(batteries, connected, charging, discharged, later, battery_now)
        charge_level(battery_now, battery_bus, charge, work, now)
        level[:, k] = now
        supplied[:, k] = share
        running[:, k] = on


class PowerCourse(NamedTuple):
    """Buses from step to step.

    Attributes
    ----------
    level : ndarray, (bus, time)
        State of charge after each step: 0 at the end voltage, 1 when no more fits. [-]
    supplied : ndarray, (bus, time)
        Share of what was asked that was given; 0 where the converter tripped. [-]
    running : ndarray, (load, time)
        1 where a load was not shed. [-]
    charge : ndarray, (battery,)
        After the last step. [A s]
    discharged : ndarray, (battery,)
        Charge taken out so far. [A s]
    tripped : ndarray, (bus,)
        1 where the converter tripped. [-]
    flows : ndarray, (bus, 8)
        Energy in all, in the order of `FLOWS`. [J]
    """

    level: Array
    supplied: Array
    running: Array
    charge: Array
    discharged: Array
    tripped: Array
    flows: Array


def power_course(
    buses: Buses,
    batteries: Batteries,
    loads: Loads,
    generated: ArrayLike,
    asked: ArrayLike,
    *,
    string_bus: ArrayLike,
    battery_bus: ArrayLike,
    charge: ArrayLike,
    discharged: ArrayLike = 0.0,
    connected: ArrayLike = 1.0,
    charging: ArrayLike = 1.0,
    tripped: ArrayLike = 0.0,
    age: float = 0.0,
    step: float = 10.0,
) -> PowerCourse:
    """Feed loads from arrays and batteries, step by step.

    Left out: voltage of the bus, faults of lines, ties between buses: a bus stands alone.

    Parameters
    ----------
    buses : Buses
        Converters and chargers.
    batteries : Batteries
        What is fitted.
    loads : Loads
        The tree.
    generated : array_like, (string, time)
        What strings can give, as from `array_course`. [W]
    asked : array_like, (load, time)
        What a load takes when it runs. [W]
    string_bus, battery_bus : array_like of int, (string,) and (battery,)
        The bus of each.
    charge : array_like, (battery,)
        At the first step. [A s]
    discharged : array_like, (battery,)
        Charge taken out before. [A s]
    connected, charging : array_like, (battery,)
        0 where a battery is cut off, or can only be emptied. [-]
    tripped : array_like, (bus,)
        1 where the converter has tripped before; it stays so. [-]
    age : float
        At the first step. [s]
    step : float
        Greater than zero. [s]

    Returns
    -------
    PowerCourse

    Raises
    ------
    DomainError
        If a part is outside its range, or names a bus that is not there.

    Notes
    -----
    generated = shunted + delivered + losses + stored, within 1e-9 of what was generated, on drawn
    systems over 180 days (tests/balances/test_power_heat.py).

    References
    ----------
    .. [1] M. R. Patel, "Spacecraft Power Systems", 2005, chapters 3 and 4.

    Examples
    --------
    >>> import numpy as np
    >>> from stationkeeper.household.batteries import same_batteries
    >>> from stationkeeper.household.shedding import same_loads
    >>> cell = same_batteries(1, capacity=360_000.0, empty_voltage=90.0, full_voltage=120.0)
    >>> sun = np.repeat([[10_000.0, 0.0]], 180, axis=1)  # half an hour of sunlight, then shadow
    >>> flown = power_course(same_buses(1), cell, same_loads([0]), sun, np.full((1, 360), 3_000.0),
    ...     string_bus=[0], battery_bus=[0], charge=200_000.0)
    >>> flown.level[0, [0, 179, 359]].round(2), float(flown.supplied.min())
    (array([0.56, 0.84, 0.68]), 1.0)
    """
    check_batteries(batteries)
    check_loads(loads)
    _check_buses(buses)
    if step <= 0:
        raise DomainError(f"step: given {step}, expected more than 0 s")
    given = np.ascontiguousarray(np.atleast_2d(np.asarray(generated, np.float64)))
    wanted = np.ascontiguousarray(np.atleast_2d(np.asarray(asked, np.float64)))
    if given.shape[1] != wanted.shape[1]:
        raise DomainError(
            f"generated has {given.shape[1]} steps, asked has {wanted.shape[1]}: expected the same"
        )
    if np.any(given < 0) or np.any(wanted < 0):
        raise DomainError("generated and asked are 0 W or more")
    count, size = buses.efficiency.size, batteries.capacity.size
    of_strings = np.ascontiguousarray(string_bus, np.int64)
    of_batteries = np.ascontiguousarray(battery_bus, np.int64)
    for name, of in (("string", of_strings), ("battery", of_batteries), ("load", loads.bus)):
        if np.any((of < 0) | (of >= count)):
            raise DomainError(f"{name}: bus out of range, expected 0 to {count - 1}")
    if of_strings.size != given.shape[0] or of_batteries.size != size:
        raise DomainError("expected a bus for every string and every battery")
    if loads.bus.size != wanted.shape[0]:
        raise DomainError(f"asked has {wanted.shape[0]} rows, expected {loads.bus.size} loads")

    def row(value: ArrayLike, length: int) -> Array:
        return np.array(np.broadcast_to(np.asarray(value, np.float64), (length,)))

    state, taken, trip = row(charge, size), row(discharged, size), row(tripped, count)
    if np.any((state < 0) | (state > batteries.capacity)):
        raise DomainError("charge: expected 0 to the capacity of each battery")
    level, supplied = np.empty((count, wanted.shape[1])), np.empty((count, wanted.shape[1]))
    running, flows = np.empty_like(wanted), np.zeros((count, len(FLOWS)))
    _course(
        np.stack(buses, axis=1), batteries, loads, of_strings, of_batteries, given, wanted,
        row(connected, size), row(charging, size), float(age), float(step), state, taken, trip,
        level, supplied, running, flows,
    )  # fmt: skip
    return PowerCourse(level, supplied, running, state, taken, trip, flows)


def same_buses(
    count: int,
    *,
    efficiency: float = 0.92,  # chosen by us
    standing_loss: float = 0.0,
    limit: float = np.inf,
    trip_time: float = 0.0,
    charger_efficiency: float = 0.95,  # chosen by us
    discharger_efficiency: float = 0.95,  # chosen by us
) -> Buses:
    """Buses that are all alike.

    Parameters are those of `Buses`, of one bus.

    Examples
    --------
    >>> same_buses(2).efficiency
    array([0.92, 0.92])
    """
    values = (
        efficiency, standing_loss, limit, trip_time, charger_efficiency, discharger_efficiency
    )  # fmt: skip
    return Buses(*(np.full(count, float(value)) for value in values))


def _check_buses(buses: Buses) -> None:
    shares = (buses.efficiency, buses.charger_efficiency, buses.discharger_efficiency)
    if any(np.any((one <= 0) | (one > 1)) for one in shares):
        raise DomainError("buses: efficiencies lie above 0 and up to 1")
    if any(np.any(one < 0) for one in (buses.standing_loss, buses.limit, buses.trip_time)):
        raise DomainError("buses: standing loss, limit and trip time are 0 or more")
