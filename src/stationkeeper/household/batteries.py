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


@inner_kernel
def slope(batteries: Batteries, i: int) -> float:
    """Rise of the voltage with charge [V/(A s)]."""
    return float((batteries.full_voltage[i] - batteries.empty_voltage[i]) / batteries.capacity[i])


@inner_kernel
def floor_charge(batteries: Batteries, i: int) -> float:
    """Charge that stays in when the end voltage is reached [A s]."""
    rise = slope(batteries, i)
    if rise <= 0.0:
        return 0.0
    return float(max((batteries.end_voltage[i] - batteries.empty_voltage[i]) / rise, 0.0))


@inner_kernel
def ceiling_charge(batteries: Batteries, i: int, discharged: float, age: float) -> float:
    """Most charge that still fits [A s]."""
    cycles = discharged / batteries.capacity[i]
    left = 1.0 - batteries.fade_per_cycle[i] * cycles - batteries.fade_rate[i] * age
    return float(batteries.capacity[i] * max(left, 0.0))


@inner_kernel
def energy_between(batteries: Batteries, i: int, charge: float, change: float) -> float:
    """Energy that a change of charge stores [J]."""
    middle = charge + 0.5 * change
    return float((batteries.empty_voltage[i] + slope(batteries, i) * middle) * change)


@inner_kernel
def rest(
    batteries: Batteries, i: int, charge: Array, discharged: float, age: float, step: float
) -> float:
    """Let charge leak, and what no longer fits go; return the energy that became heat [J]."""
    gone = charge[i] * -np.expm1(-step / batteries.self_discharge_time[i])
    gone += max(charge[i] - gone - ceiling_charge(batteries, i, discharged, age), 0.0)
    heat = -energy_between(batteries, i, charge[i], -gone)
    charge[i] -= gone
    return heat


@inner_kernel
def discharge(
    batteries: Batteries, i: int, charge: Array, discharged: Array, wanted: float, step: float
) -> tuple[float, float]:
    """Take power [W] from a battery for a step; return what came [W] and what became heat [J]."""
    room = (charge[i] - floor_charge(batteries, i)) / step
    if wanted <= 0.0 or room <= 0.0:
        return 0.0, 0.0
    rise = slope(batteries, i)
    voltage = batteries.empty_voltage[i] + rise * charge[i]
    inner = batteries.resistance[i] + 0.5 * rise * step
    root = voltage * voltage - 4.0 * inner * wanted
    # Beyond the root there is no current that gives so much: take the one that gives most.
    current = 2.0 * wanted / (voltage + np.sqrt(root)) if root > 0 else voltage / (2.0 * inner)
    current = min(current, batteries.discharge_limit[i], room)
    power = current * (voltage - inner * current)
    charge[i] -= current * step
    discharged[i] += current * step
    return float(power), float(current * current * batteries.resistance[i] * step)


@inner_kernel
def charge_up(
    batteries: Batteries, i: int, charge: Array, ceiling: float, offered: float, step: float
) -> tuple[float, float]:
    """Put power [W] into a battery for a step; return what went in [W] and what became heat [J]."""
    share = batteries.charge_efficiency[i]
    room = (ceiling - charge[i]) / (share * step)
    if offered <= 0.0 or room <= 0.0:
        return 0.0, 0.0
    rise = slope(batteries, i)
    voltage = batteries.empty_voltage[i] + rise * charge[i]
    inner = batteries.resistance[i] + 0.5 * rise * share * step
    current = 2.0 * offered / (voltage + np.sqrt(voltage * voltage + 4.0 * inner * offered))
    current = min(current, batteries.charge_limit[i], room)
    power = current * (voltage + inner * current)
    stored = energy_between(batteries, i, charge[i], share * current * step)
    charge[i] += share * current * step
    return float(power), float(power * step - stored)


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
    for k in range(wanted.shape[1]):
        now = age + (k + 1) * step
        for i in range(charge.size):
            heat[i] += rest(batteries, i, charge, discharged[i], now, step)
            if wanted[i, k] > 0:
                came, lost = discharge(batteries, i, charge, discharged, wanted[i, k], step)
                power[i, k] = came
            else:
                most = ceiling_charge(batteries, i, discharged[i], now)
                went, lost = charge_up(batteries, i, charge, most, -wanted[i, k], step)
                power[i, k] = -went
            heat[i] += lost
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
