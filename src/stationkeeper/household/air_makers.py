"""Machines that make and clean the air: electrolysis, beds, heat exchanger, filters, make-up, fire.

Each machine stands in one module. What it does in a step is a kernel on that module's gases, and
returns or adds up what it took, so that the sum of everything can be kept; beside it stands the
rate as a plain function. Removal follows the exponential of a well-mixed module, so that no step is
too long and no mass below zero.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.household.cabin_air import (
    CARBON_DIOXIDE,
    GAS_CONSTANT,
    GASES,
    MMHG,
    MOLAR_MASS,
    MOLES,
    NITROGEN,
    OXYGEN,
    SMOKE,
    TRACE,
    WATER,
    pressure_of,
    saturated,
    saturation_pressure,
)
from stationkeeper.kernels import inner_kernel

Array = NDArray[np.float64]

FARADAY: Final = 96_485.33212  # [C/mol] exact, SI 2019
# [kg/kg] water that becomes a kilogram of oxygen: 2 H2O -> 2 H2 + O2
WATER_FOR_OXYGEN: Final = float(2 * MOLAR_MASS[WATER] / MOLAR_MASS[OXYGEN])

# One bed set of the ISS. Flow: 20 cfm (NASA TM-1998-206956), confidence C; half-cycle 144 min as in
# a public habitat model, confidence B. The others are our choice: with them one set holds the
# carbon dioxide of 5.4 people at 4 mmHg; NASA OCHMO-TB-004 is quoted with six people.
BED_FLOW: Final = 20 * 0.000471947  # [m3/s]
BED_EFFICIENCY: Final = 0.85  # [-] of what passes an empty bed; our choice
BED_CAPACITY: Final = 2.4  # [kg] full bed at high pressure; our choice
BED_HALF_PRESSURE: Final = 2.0 * MMHG  # [Pa] at which a bed takes half of that; our choice
BED_HALF_CYCLE: Final = 144 * 60.0  # [s]
BED_RELEASE_TIME: Final = 1_800.0  # [s] in which a heated bed falls to 1/e; our choice

# Carbon of a burning plastic, (CH2)n, that leaves as carbon monoxide and as soot; our choice, of
# the order of smouldering polyethylene.
CARBON_TO_MONOXIDE: Final = 0.05
CARBON_TO_SMOKE: Final = 0.06
_CARBON: Final = 0.012011  # [kg/mol] IUPAC 2021
_HYDROGEN: Final = 0.001008  # [kg/mol] IUPAC 2021
OUT_BELOW: Final = 0.14  # [-] share of oxygen at which a flame is out; our choice
FULL_ABOVE: Final = 0.21  # [-] share of oxygen at which it burns as told; our choice


def electrolysis(
    oxygen_rate: ArrayLike, cell_voltage: ArrayLike = 1.8
) -> tuple[Array, Array, Array]:
    """Water, hydrogen and power of oxygen made from water.

    Pumps, power supply and gas driers are left out.

    Parameters
    ----------
    oxygen_rate : array_like, (...)
        Zero or more. [kg/s]
    cell_voltage : array_like, (...)
        Of one cell; 1.23 V at least, 1.48 V without heat, 1.8 V by our choice. [V]

    Returns
    -------
    water, hydrogen, power : ndarray, broadcast shape of the inputs
        Water used, hydrogen left over, electrical power of the cells. [kg/s, kg/s, W]

    Raises
    ------
    DomainError
        If the rate is below zero or the voltage below 1.23 V.

    Notes
    -----
    Mass is kept exactly: water is oxygen and hydrogen.

    References
    ----------
    .. [1] P. Atkins, J. de Paula, "Physical Chemistry", 9th ed., 2010, Faraday's law.

    Examples
    --------
    >>> water, hydrogen, power = electrolysis(5.44 / 86_400)
    >>> round(float(water) * 86_400, 2), round(float(power))  # kg a day, W
    (6.13, 1367)
    """
    rate = np.asarray(oxygen_rate, dtype=float)
    voltage = np.asarray(cell_voltage, dtype=float)
    if np.any(rate < 0) or np.any(voltage < 1.23):
        raise DomainError("electrolysis: expected a rate of zero or more and 1.23 V or more a cell")
    water = rate * WATER_FOR_OXYGEN
    power = rate / MOLAR_MASS[OXYGEN] * 4 * FARADAY * voltage
    return water, water - rate, np.asarray(power)


def removal_rate(
    partial_pressure: ArrayLike,
    temperature: ArrayLike,
    *,
    flow: ArrayLike = BED_FLOW,
    efficiency: ArrayLike = BED_EFFICIENCY,
    loading: ArrayLike = 0.0,
    capacity: ArrayLike = BED_CAPACITY,
    half_pressure: ArrayLike = BED_HALF_PRESSURE,
) -> Array:
    """Carbon dioxide that a bed takes out of the air in a unit of time.

    A bed takes its share of what passes, less as it fills towards what it can hold at the partial
    pressure (Langmuir). Heat, water that gets through and ageing are left out.

    Parameters
    ----------
    partial_pressure : array_like, (...)
        Of carbon dioxide, zero or more. [Pa]
    temperature : array_like, (...)
        Of the cabin, above zero. [K]
    flow : array_like, (...)
        Of air through the bed. [m3/s]
    efficiency : array_like, (...)
        Of an empty bed, 0 to 1. [-]
    loading, capacity : array_like, (...)
        Held now; held at high pressure. [kg]
    half_pressure : array_like, (...)
        At which a bed can hold half its capacity. [Pa]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Zero when the bed is full. [kg/s]

    Raises
    ------
    DomainError
        If a pressure is below zero, or a temperature or capacity not above it.

    Notes
    -----
    The shape is that of an adsorbing bed; no bed is reproduced within a stated error.

    References
    ----------
    .. [1] D. Ruthven, "Principles of Adsorption and Adsorption Processes", 1984, chapters 2 and 8.

    Examples
    --------
    >>> round(float(removal_rate(4 * 133.322, 295.0)) * 86_400, 2)  # kg a day, empty bed
    6.63
    """
    pressure = np.asarray(partial_pressure, dtype=float)
    temperature, capacity = np.asarray(temperature, dtype=float), np.asarray(capacity, dtype=float)
    if np.any(pressure < 0) or np.any(temperature <= 0) or np.any(capacity <= 0):
        raise DomainError(
            "bed: expected pressure of zero or more, temperature, capacity above zero"
        )
    density = pressure * MOLAR_MASS[CARBON_DIOXIDE] / (GAS_CONSTANT * temperature)
    holds, filled = np.broadcast_arrays(
        capacity * pressure / (pressure + np.asarray(half_pressure)),
        np.asarray(loading, dtype=float),
    )
    empty = 1 - np.where(holds == 0, 1.0, filled / np.where(holds == 0, 1.0, holds))
    passed = np.asarray(flow, dtype=float) * np.asarray(efficiency, dtype=float)
    return np.asarray(passed * density * np.clip(empty, 0.0, 1.0))


def condensing_rate(
    vapour_pressure: ArrayLike, temperature: ArrayLike, coil_temperature: ArrayLike, flow: ArrayLike
) -> Array:
    """Water that a condensing heat exchanger takes out of the air in a unit of time.

    The air leaves the coil saturated at its temperature. Drops carried on and the start-up of a dry
    coil are left out.

    Parameters
    ----------
    vapour_pressure : array_like, (...)
        In the cabin, zero or more. [Pa]
    temperature, coil_temperature : array_like, (...)
        Of the cabin and of the coil, 233 to 323. [K]
    flow : array_like, (...)
        Of air over the coil, zero or more. [m3/s]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Zero when the cabin is drier than the coil. [kg/s]

    Raises
    ------
    DomainError
        If a temperature is outside 233 to 323 K.

    Notes
    -----
    The density of vapour is told at cabin temperature, as in the kernel.

    References
    ----------
    .. [1] ASHRAE, "Handbook of Fundamentals", 2017, chapter 1, psychrometrics.

    Examples
    --------
    >>> round(float(condensing_rate(1_400.0, 295.0, 279.0, 0.05)) * 86_400, 1)  # kg a day
    15.1
    """
    excess = np.asarray(vapour_pressure) - saturation_pressure(coil_temperature)
    density = np.maximum(excess, 0) * MOLAR_MASS[WATER] / (GAS_CONSTANT * np.asarray(temperature))
    return np.asarray(np.asarray(flow, dtype=float) * density)


def fire_yield(monoxide: float = CARBON_TO_MONOXIDE, smoke: float = CARBON_TO_SMOKE) -> Array:
    """What a kilogram of burning plastic takes from the air and gives to it.

    The plastic is (CH2)n: its carbon becomes carbon dioxide, carbon monoxide and soot, its hydrogen
    water. Acids of plastics that hold chlorine, fluorine or nitrogen are left out.

    Parameters
    ----------
    monoxide, smoke : float
        Shares of the carbon, zero or more, together at most one. [-]

    Returns
    -------
    ndarray, (gas,)
        Negative for oxygen; adds up to one, the fuel. [kg/kg]

    Raises
    ------
    DomainError
        If the shares are out of range.

    Notes
    -----
    Mass is kept exactly for any shares. Complete burning takes 3.42 kg of oxygen.

    References
    ----------
    .. [1] SFPE Handbook of Fire Protection Engineering, 5th ed., 2016, chapter 36, yields.

    Examples
    --------
    >>> fire_yield().round(3).tolist()
    [0.0, -3.228, 2.792, 1.284, 0.1, 0.051]
    """
    if monoxide < 0 or smoke < 0 or monoxide + smoke > 1:
        raise DomainError("fire: expected shares of carbon of zero or more, together at most one")
    fuel = _CARBON + 2 * _HYDROGEN
    made = np.zeros(len(GASES))
    made[CARBON_DIOXIDE] = (1 - monoxide - smoke) * MOLAR_MASS[CARBON_DIOXIDE] / fuel
    made[WATER] = MOLAR_MASS[WATER] / fuel
    made[TRACE] = monoxide * MOLAR_MASS[TRACE] / fuel
    made[SMOKE] = smoke * _CARBON / fuel
    made[OXYGEN] = 1.0 - made.sum()
    return made


@inner_kernel
def remove_step(
    gas: Array,
    beds: Array,
    volume: float,
    temperature: float,
    flow: float,
    efficiency: float,
    capacity: float,
    half_pressure: float,
    half_cycle: float,
    release_time: float,
    time_step: float,
) -> float:
    """Take carbon dioxide into one bed, let the other out into vacuum; return what is let out. [kg]

    `beds` is (4,): held in each of two beds [kg], time since they changed places [s], which takes.
    A flow of zero is a set that is off: nothing is taken, nothing let out.
    """
    if flow <= 0.0:
        return 0.0
    takes = int(beds[3])
    there = gas[CARBON_DIOXIDE]
    pressure = there * MOLES[CARBON_DIOXIDE] * GAS_CONSTANT * temperature / volume
    holds = capacity * pressure / (pressure + half_pressure)
    if there > 0.0 and holds > beds[takes]:
        empty = 1.0 - beds[takes] / holds
        taken = -math.expm1(-flow * efficiency * empty * time_step / volume) * there
        taken = min(taken, holds - beds[takes])
        gas[CARBON_DIOXIDE] = there - taken
        beds[takes] += taken
    released: float = -math.expm1(-time_step / release_time) * beds[1 - takes]
    beds[1 - takes] -= released
    beds[2] += time_step
    if beds[2] >= half_cycle:
        beds[2] -= half_cycle
        beds[3] = 1.0 - beds[3]
    return released


@inner_kernel
def condense_step(
    gas: Array,
    volume: float,
    temperature: float,
    coil_temperature: float,
    flow: float,
    time_step: float,
) -> float:
    """Take vapour above what the coil leaves; return the condensate. [kg]"""
    leaves = saturated(coil_temperature) * volume / (MOLES[WATER] * GAS_CONSTANT * temperature)
    excess = gas[WATER] - leaves
    if excess <= 0.0 or flow <= 0.0:
        return 0.0
    condensate: float = -math.expm1(-flow * time_step / volume) * excess
    gas[WATER] -= condensate
    return condensate


@inner_kernel
def filter_step(gas: Array, kind: int, volume: float, clean_flow: float, time_step: float) -> float:
    """Take a gas or smoke in a filter; `clean_flow` is flow times efficiency; return it. [kg]"""
    taken: float = -math.expm1(-clean_flow * time_step / volume) * gas[kind]
    gas[kind] -= taken
    return taken


@inner_kernel
def make_up_step(
    gas: Array,
    tank: Array,
    valve: Array,
    limits: Array,
    flow: Array,
    volume: float,
    temperature: float,
    time_step: float,
    given: Array,
) -> None:
    """Let nitrogen and oxygen in from tanks when a regulator is open.

    `tank` [kg], `valve` (0 shut, 1 open), `flow` [kg/s] and `given` [kg] are (nitrogen, oxygen).
    `limits` [Pa]: total pressure at which nitrogen opens and shuts, pressure of oxygen at which
    oxygen opens and shuts. Between the two a valve stays as it is.
    """
    for kind in range(2):
        if kind == NITROGEN:
            pressure = pressure_of(gas, volume, temperature)
        else:
            pressure = gas[OXYGEN] * MOLES[OXYGEN] * GAS_CONSTANT * temperature / volume
        if pressure < limits[2 * kind]:
            valve[kind] = 1.0
        elif pressure >= limits[2 * kind + 1]:
            valve[kind] = 0.0
        if valve[kind] > 0.0:
            let_in = min(flow[kind] * time_step, tank[kind])
            tank[kind] -= let_in
            gas[kind] += let_in
            given[kind] += let_in


@inner_kernel
def burn_step(
    gas: Array, fuel: float, rate: float, yields: Array, time_step: float, made: Array
) -> float:
    """Burn some of the fuel of one module; return how much. [kg]

    `fuel` is what there is of it [kg], `rate` as in air [kg/s], `yields` from `fire_yield`; `made`,
    (gas,), adds up. The flame fades between two shares of oxygen and never takes more oxygen than
    there is.
    """
    moles = 0.0
    for kind in range(5):
        moles += gas[kind] * MOLES[kind]
    if moles <= 0.0 or fuel <= 0.0 or rate <= 0.0:
        return 0.0
    oxygen = gas[OXYGEN] * MOLES[OXYGEN] / moles
    strength = min(max((oxygen - OUT_BELOW) / (FULL_ABOVE - OUT_BELOW), 0.0), 1.0)
    burnt: float = min(rate * strength * time_step, fuel)
    if yields[OXYGEN] < 0.0:
        burnt = min(burnt, -gas[OXYGEN] / yields[OXYGEN])
    for kind in range(6):
        gas[kind] += burnt * yields[kind]
        made[kind] += burnt * yields[kind]
    return burnt
