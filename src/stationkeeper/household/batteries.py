"""Batteries: charge that comes, goes, leaks away, and no longer fits as they age.

The open-circuit voltage rises in a straight line with charge. Energy stored is then a parabola of
charge, and a step at constant current moves exactly as much as the mean voltage says: nothing is
lost to the length of the step.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]


class Batteries(NamedTuple):
    """Batteries, an entry each.

    Attributes
    ----------
    capacity : ndarray, (battery,)
        Charge when new and full. [A s]
    empty_voltage, full_voltage : ndarray, (battery,)
        At rest without charge, and new and full. [V]
    end_voltage : ndarray, (battery,)
        At rest, below which nothing is taken out. [V]
    resistance : ndarray, (battery,)
        [ohm]
    charge_efficiency : ndarray, (battery,)
        Share of the charge put in that stays. [-]
    self_discharge_time : ndarray, (battery,)
        In which charge at rest falls to 1/e. [s]
    fade_per_cycle : ndarray, (battery,)
        Share of the capacity lost by one whole capacity discharged. [-]
    fade_rate : ndarray, (battery,)
        Share of the capacity lost with time. [1/s]
    charge_limit, discharge_limit : ndarray, (battery,)
        Largest currents. [A]
    """

    capacity: Array
    empty_voltage: Array
    full_voltage: Array
    end_voltage: Array
    resistance: Array
    charge_efficiency: Array
    self_discharge_time: Array
    fade_per_cycle: Array
    fade_rate: Array
    charge_limit: Array
    discharge_limit: Array


# Columns of a battery as it is now, what the kernels of a step work on: (battery, 8).
EMPTY, RISE, FLOOR, CEILING, RESISTANCE, SHARE, CHARGE_LIMIT, DISCHARGE_LIMIT = range(8)


@inner_kernel
def ceiling_charge(
    capacity: float, fade_per_cycle: float, fade_rate: float, discharged: float, age: float
) -> float:
    """Most charge that still fits [A s]."""
    left = 1.0 - fade_per_cycle * discharged / capacity - fade_rate * age
    return float(capacity * max(left, 0.0))


@inner_kernel
def energy_between(empty: float, rise: float, charge: float, change: float) -> float:
    """Energy that a change of charge stores [J]."""
    return float((empty + rise * (charge + 0.5 * change)) * change)


@inner_kernel
def rest(charge: float, ceiling: float, leaking: float, overfull: float) -> float:
    """Charge that goes at rest: a share leaks, and a share of what no longer fits goes [A s]."""
    gone = charge * leaking
    return float(gone + overfull * max(charge - gone - ceiling, 0.0))


@inner_kernel
def discharge(
    empty: float,
    rise: float,
    floor: float,
    resistance: float,
    limit: float,
    charge: float,
    wanted: float,
    step: float,
) -> tuple[float, float]:
    """Take power [W] from a battery for a step; return the current [A] and the power that came."""
    room = (charge - floor) / step
    if wanted <= 0.0 or room <= 0.0:
        return 0.0, 0.0
    voltage = empty + rise * charge
    inner = resistance + 0.5 * rise * step
    root = voltage * voltage - 4.0 * inner * wanted
    # Beyond the root there is no current that gives so much: take the one that gives most.
    current = 2.0 * wanted / (voltage + np.sqrt(root)) if root > 0 else voltage / (2.0 * inner)
    current = min(current, limit, room)
    return float(current), float(current * (voltage - inner * current))


@inner_kernel
def charge_up(
    empty: float,
    rise: float,
    ceiling: float,
    resistance: float,
    share: float,
    limit: float,
    charge: float,
    offered: float,
    step: float,
) -> tuple[float, float]:
    """Put power [W] into a battery for a step; return the current [A] and the power that went in.

    Of the current only `share` stays as charge.
    """
    room = (ceiling - charge) / (share * step)
    if offered <= 0.0 or room <= 0.0:
        return 0.0, 0.0
    voltage = empty + rise * charge
    inner = resistance + 0.5 * rise * share * step
    current = 2.0 * offered / (voltage + np.sqrt(voltage * voltage + 4.0 * inner * offered))
    current = min(current, limit, room)
    return float(current), float(current * (voltage + inner * current))


@inner_kernel
def as_they_are(
    batteries: Batteries, connected: Array, charging: Array, discharged: Array, age: float,
    now: Array,
) -> None:  # fmt: skip
    """Set the columns of every battery at an age, see `EMPTY`; a limit of 0 cuts it off."""
    for i in range(discharged.size):
        capacity, empty = batteries.capacity[i], batteries.empty_voltage[i]
        rise = (batteries.full_voltage[i] - empty) / capacity
        now[i, EMPTY] = empty
        now[i, RISE] = rise
        # Charge that stays in when the end voltage is reached.
        now[i, FLOOR] = max((batteries.end_voltage[i] - empty) / rise, 0.0) if rise > 0.0 else 0.0
        now[i, CEILING] = ceiling_charge(
            capacity, batteries.fade_per_cycle[i], batteries.fade_rate[i], discharged[i], age
        )
        now[i, RESISTANCE] = batteries.resistance[i]
        now[i, SHARE] = batteries.charge_efficiency[i]
        on = connected[i] > 0.0
        now[i, CHARGE_LIMIT] = batteries.charge_limit[i] if on and charging[i] > 0.0 else 0.0
        now[i, DISCHARGE_LIMIT] = batteries.discharge_limit[i] if on else 0.0


@kernel
def _course(
    batteries: Batteries,
    wanted: Array,
    step: float,
    age: float,
    charge: Array,
    discharged: Array,
    power: Array,
    level: Array,
    heat: Array,
) -> None:
    now, ones = np.empty((charge.size, 8)), np.ones(charge.size)
    for k in range(wanted.shape[1]):
        as_they_are(batteries, ones, ones, discharged, age + (k + 1) * step, now)
        for i in range(charge.size):
            row = now[i]
            leaking = -np.expm1(-step / batteries.self_discharge_time[i])
            gone = rest(charge[i], row[CEILING], leaking, 1.0)
            heat[i] -= energy_between(row[EMPTY], row[RISE], charge[i], -gone)
            charge[i] -= gone
            if wanted[i, k] > 0:
                current, came = discharge(
                    row[EMPTY], row[RISE], row[FLOOR], row[RESISTANCE], row[DISCHARGE_LIMIT],
                    charge[i], wanted[i, k], step,
                )  # fmt: skip
                power[i, k] = came
                charge[i] -= current * step
                discharged[i] += current * step
                heat[i] += current * current * row[RESISTANCE] * step
            else:
                current, went = charge_up(
                    row[EMPTY], row[RISE], row[CEILING], row[RESISTANCE], row[SHARE],
                    row[CHARGE_LIMIT], charge[i], -wanted[i, k], step,
                )  # fmt: skip
                power[i, k] = -went
                change = row[SHARE] * current * step
                heat[i] += went * step - energy_between(row[EMPTY], row[RISE], charge[i], change)
                charge[i] += change
            level[i, k] = charge[i]


class BatteryCourse(NamedTuple):
    """Batteries from step to step.

    Attributes
    ----------
    power : ndarray, (battery, time)
        At the terminals, above zero when taken out. [W]
    charge : ndarray, (battery, time)
        After each step. [A s]
    discharged : ndarray, (battery,)
        Charge taken out so far. [A s]
    heat : ndarray, (battery,)
        Energy that became heat in all. [J]
    """

    power: Array
    charge: Array
    discharged: Array
    heat: Array


def battery_course(
    batteries: Batteries,
    wanted: ArrayLike,
    charge: ArrayLike,
    *,
    discharged: ArrayLike = 0.0,
    age: float = 0.0,
    step: float = 10.0,
) -> BatteryCourse:
    """Charge and discharge batteries by power, step by step.

    Left out: the effect of temperature, cells that differ, the time constants of the voltage; the
    end voltage is that at rest.

    Parameters
    ----------
    batteries : Batteries
        What is fitted.
    wanted : array_like, (battery, time)
        Power at the terminals, above zero to take it out, below to put it in. [W]
    charge : array_like, (battery,)
        At the first step, 0 to the capacity. [A s]
    discharged : array_like, (battery,)
        Charge taken out before. [A s]
    age : float
        At the first step. [s]
    step : float
        Greater than zero. [s]

    Returns
    -------
    BatteryCourse

    Raises
    ------
    DomainError
        If a battery, a charge or the step is outside its range.

    Notes
    -----
    Energy in equals energy out, heat and what is stored more, to rounding: 1e-12 of what passed
    through in 180 days (tests/balances/test_power_heat.py).

    References
    ----------
    .. [1] M. R. Patel, "Spacecraft Power Systems", 2005, chapters 9 and 10.

    Examples
    --------
    >>> one = same_batteries(1, capacity=134 * 3600.0, empty_voltage=90.0, full_voltage=123.0)
    >>> out = battery_course(one, [[3000.0] * 180], 134 * 3600.0)
    >>> out.power[0, 0].round(6), (out.charge[0, -1] / one.capacity[0]).round(3)
    (np.float64(3000.0), np.float64(0.907))
    """
    check_batteries(batteries)
    if step <= 0:
        raise DomainError(f"step: given {step}, expected more than 0 s")
    count = batteries.capacity.size
    asked = np.ascontiguousarray(np.atleast_2d(np.asarray(wanted, np.float64)))
    state = np.array(np.broadcast_to(np.asarray(charge, np.float64), (count,)))
    if np.any((state < 0) | (state > batteries.capacity)):
        raise DomainError("charge: expected 0 to the capacity of each battery")
    taken = np.array(np.broadcast_to(np.asarray(discharged, np.float64), (count,)))
    power, level, heat = np.empty_like(asked), np.empty_like(asked), np.zeros(count)
    _course(batteries, asked, float(step), float(age), state, taken, power, level, heat)
    return BatteryCourse(power, level, taken, heat)


def stored_energy(batteries: Batteries, charge: ArrayLike) -> Array:
    """Energy in batteries that hold a charge.

    Parameters
    ----------
    batteries : Batteries
        What is fitted.
    charge : array_like, (..., battery)
        [A s]

    Returns
    -------
    ndarray, (..., battery)
        [J]

    Examples
    --------
    >>> one = same_batteries(1, capacity=3600.0, empty_voltage=10.0, full_voltage=12.0)
    >>> stored_energy(one, 3600.0)
    array([39600.])
    """
    held = np.asarray(charge, np.float64)
    rise = (batteries.full_voltage - batteries.empty_voltage) / batteries.capacity
    return np.asarray((batteries.empty_voltage + 0.5 * rise * held) * held)


def same_batteries(
    count: int,
    *,
    capacity: float,
    empty_voltage: float,
    full_voltage: float,
    end_voltage: float = 0.0,
    resistance: float = 0.05,  # chosen by us
    charge_efficiency: float = 0.995,  # lithium-ion, chosen by us
    self_discharge_time: float = 1.6e8,  # 5 years: about 1.6 % a month, chosen by us
    fade_per_cycle: float = 5e-5,  # 20 % in 4,000 whole cycles, chosen by us
    fade_rate: float = 3e-10,  # 1 % a year, chosen by us
    charge_limit: float = np.inf,
    discharge_limit: float = np.inf,
) -> Batteries:
    """Batteries that are all alike.

    Parameters are those of `Batteries`, of one battery.

    Examples
    --------
    >>> same_batteries(2, capacity=3600.0, empty_voltage=10.0, full_voltage=12.0).capacity
    array([3600., 3600.])
    """
    values = (
        capacity, empty_voltage, full_voltage, end_voltage, resistance, charge_efficiency,
        self_discharge_time, fade_per_cycle, fade_rate, charge_limit, discharge_limit,
    )  # fmt: skip
    return Batteries(*(np.full(count, float(value)) for value in values))


def check_batteries(batteries: Batteries) -> None:
    """Raise DomainError if a battery is outside its range."""
    if np.any(batteries.capacity <= 0) or np.any(batteries.self_discharge_time <= 0):
        raise DomainError("batteries: capacity and self-discharge time are greater than 0")
    rising = (batteries.empty_voltage > 0) & (batteries.full_voltage >= batteries.empty_voltage)
    if not np.all(rising & (batteries.end_voltage <= batteries.full_voltage)):
        raise DomainError("batteries: expected 0 < empty voltage <= full voltage >= end voltage")
    if np.any((batteries.charge_efficiency <= 0) | (batteries.charge_efficiency > 1)):
        raise DomainError("batteries: charge efficiency lies above 0 and up to 1")
    others = (batteries.resistance, batteries.fade_per_cycle, batteries.fade_rate)
    if any(np.any(one < 0) for one in (*others, batteries.charge_limit, batteries.discharge_limit)):
        raise DomainError("batteries: resistance, fades and limits are 0 or more")
