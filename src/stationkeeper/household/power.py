"""Buses: arrays and batteries on one side, a converter and loads on the other.

What arrays give goes to the loads, the rest into batteries, and what they do not take is shunted.
In shadow batteries give. Every joule is booked: generated = shunted + delivered + losses + stored.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.household.batteries import (
    Batteries,
    ceiling_charge,
    charge_up,
    check_batteries,
    discharge,
    energy_between,
    floor_charge,
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


@inner_kernel
def charge_level(
    batteries: Batteries,
    battery_bus: Whole,
    connected: Array,
    charge: Array,
    discharged: Array,
    age: float,
    work: Array,
    level: Array,
) -> None:
    """Set the state of charge of every bus: 0 at the end voltage, 1 when no more fits."""
    work[0, :] = 0.0
    work[1, :] = 0.0
    for i in range(charge.size):
        bus = battery_bus[i]
        least = floor_charge(batteries, i)
        room = ceiling_charge(batteries, i, discharged[i], age) - least
        if connected[i] > 0.0 and room > 0.0:
            work[0, bus] += max(charge[i] - least, 0.0)
            work[1, bus] += room
    for bus in range(level.size):
        level[bus] = work[0, bus] / work[1, bus] if work[1, bus] > 0.0 else 0.0


@inner_kernel
def power_step(
    buses: Buses,
    batteries: Batteries,
    string_bus: Whole,
    battery_bus: Whole,
    generated: Array,
    demand: Array,
    connected: Array,
    charging: Array,
    age: float,
    step: float,
    charge: Array,
    discharged: Array,
    tripped: Array,
    overload: Array,
    work: Array,
    supplied: Array,
    flows: Array,
) -> None:
    """Feed the loads of every bus through a step and book what flowed [J].

    `age` is that at the end of the step; `work` is room for (4, bus) numbers.
    """
    count = supplied.size
    for bus in range(count):
        work[0, bus] = 0.0  # offered by strings
        work[2, bus] = 0.0  # weight of the batteries
        asked = demand[bus]
        overload[bus] = overload[bus] + step if asked > buses.limit[bus] else 0.0
        if overload[bus] > buses.trip_time[bus]:
            tripped[bus] = 1.0
        need = 0.0
        if asked > 0.0 and tripped[bus] == 0.0:
            need = asked / buses.efficiency[bus] + buses.standing_loss[bus]
        work[1, bus] = need
    for i in range(generated.size):
        work[0, string_bus[i]] += generated[i]
    for i in range(charge.size):
        before = charge[i]
        heat = rest(batteries, i, charge, discharged[i], age, step)
        flows[battery_bus[i], BATTERY] += heat
        flows[battery_bus[i], STORED] += energy_between(batteries, i, before, charge[i] - before)
        bus = battery_bus[i]
        work[2, bus] += _weight(
            batteries, i, charge, discharged[i], age, connected[i], charging[i],
            work[0, bus] < work[1, bus],
        )  # fmt: skip
    for bus in range(count):
        flows[bus, GENERATED] += work[0, bus] * step
        work[3, bus] = work[0, bus] - work[1, bus]  # surplus, or what is missing
    # Each battery takes its share of what is left by weight: what one cannot do the next may.
    for i in range(charge.size):
        bus = battery_bus[i]
        missing = work[0, bus] < work[1, bus]
        weight = _weight(
            batteries, i, charge, discharged[i], age, connected[i], charging[i], missing
        )
        if weight <= 0.0:
            continue
        share = min(weight / work[2, bus], 1.0)
        work[2, bus] -= weight
        before = charge[i]
        if missing:
            efficiency = buses.discharger_efficiency[bus]
            wanted = -work[3, bus] * share / efficiency
            power, heat = discharge(batteries, i, charge, discharged, wanted, step)
            work[3, bus] += power * efficiency
            flows[bus, CHARGER] += power * (1.0 - efficiency) * step
        else:
            efficiency = buses.charger_efficiency[bus]
            offered = work[3, bus] * share * efficiency
            ceiling = ceiling_charge(batteries, i, discharged[i], age)
            power, heat = charge_up(batteries, i, charge, ceiling, offered, step)
            work[3, bus] -= power / efficiency
            flows[bus, CHARGER] += power * (1.0 / efficiency - 1.0) * step
        flows[bus, BATTERY] += heat
        flows[bus, STORED] += energy_between(batteries, i, before, charge[i] - before)
    for bus in range(count):
        need, left = work[1, bus], work[3, bus]
        asked = demand[bus]
        taken = need + min(left, 0.0)
        if left < 0.0 and -left <= 1e-12 * need:  # what rounding hides
            taken = need
        given = 0.0
        if need > 0.0:
            given = min(max((taken - buses.standing_loss[bus]) * buses.efficiency[bus], 0.0), asked)
            if taken == need:
                given = asked
        supplied[bus] = given / asked if asked > 0.0 else 1.0
        if tripped[bus] > 0.0:
            supplied[bus] = 0.0
        flows[bus, SHUNTED] += max(left, 0.0) * step
        flows[bus, DELIVERED] += given * step
        flows[bus, CONVERTER] += (taken - given) * step
        flows[bus, UNMET] += (asked - given) * step


@inner_kernel
def _weight(
    batteries: Batteries,
    i: int,
    charge: Array,
    discharged: float,
    age: float,
    connected: float,
    charging: float,
    missing: bool,
) -> float:
    """What a battery can give or take [A s], the measure by which batteries share."""
    if connected == 0.0:
        return 0.0
    if missing:
        return float(max(charge[i] - floor_charge(batteries, i), 0.0))
    if charging == 0.0:
        return 0.0
    return float(max(ceiling_charge(batteries, i, discharged, age) - charge[i], 0.0))


@kernel
def _course(
    buses: Buses,
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
    work, overload = np.empty((4, count)), np.zeros(count)
    shed, off_time, commanded = np.zeros(size), np.zeros(size), np.ones(size)
    on, share, now, demand = np.ones(size), np.ones(count), np.empty(count), np.empty(count)
    for k in range(asked.shape[1]):
        charge_level(
            batteries, battery_bus, connected, charge, discharged, age + k * step, work, now
        )
        shedding_step(loads, now, share, commanded, step, shed, off_time, on)
        demand[:] = 0.0
        for i in range(size):
            demand[loads.bus[i]] += on[i] * asked[i, k]
        power_step(
            buses, batteries, string_bus, battery_bus, generated[:, k], demand, connected,
            charging, age + (k + 1) * step, step, charge, discharged, tripped, overload, work,
            share, flows,
        )  # fmt: skip
        charge_level(
            batteries, battery_bus, connected, charge, discharged, age + (k + 1) * step, work, now
        )
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
        buses, batteries, loads, of_strings, of_batteries, given, wanted, row(connected, size),
        row(charging, size), float(age), float(step), state, taken, trip, level, supplied,
        running, flows,
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
