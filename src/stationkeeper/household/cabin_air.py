"""Air of a cabin: what it holds, what it weighs on the walls, what people and leaks do to it.

The state is a mass for each module and gas, (module, gas) [kg], in the order of `GASES`. Pressure
is that of an ideal gas at the temperature given. Smoke has mass, is carried by the air and has no
pressure of its own. Every module is well mixed; see `ventilation` for what flows between them.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.errors import DomainError
from stationkeeper.kernels import inner_kernel

Array = NDArray[np.float64]

GASES: Final = ("nitrogen", "oxygen", "carbon dioxide", "water", "carbon monoxide", "smoke")
NITROGEN, OXYGEN, CARBON_DIOXIDE, WATER, TRACE, SMOKE = range(6)

GAS_CONSTANT: Final = 8.314462618  # [J/(mol K)] exact, SI 2019
MMHG: Final = 133.322  # [Pa] millimetre of mercury, conventional
# [kg/mol] IUPAC standard atomic weights 2021. Carbon monoxide stands for the trace gases.
MOLAR_MASS: Final = np.array([0.0280134, 0.0319988, 0.0440095, 0.0180153, 0.0280101])
# [mol/kg] moles that press on the walls; smoke is soot, a solid.
MOLES: Final = np.append(1.0 / MOLAR_MASS, 0.0)

AIR_GAS_CONSTANT: Final = 287.05  # [J/(kg K)] dry air (US Standard Atmosphere 1976). Confidence A
AIR_HEAT_RATIO: Final = 1.4  # [-] diatomic gas. Confidence A
CHOKING: Final = math.sqrt(AIR_HEAT_RATIO) * (2 / (AIR_HEAT_RATIO + 1)) ** (
    (AIR_HEAT_RATIO + 1) / (2 * (AIR_HEAT_RATIO - 1))
)  # [-] 0.685: flow through a choked hole, of A p / sqrt(R T)
SHARP_HOLE: Final = 0.85  # [-] discharge coefficient of a sharp-edged hole; our choice

# [kg/s] of one person by the mean of a day: NASA RP-1324 (1994), 136.7 W. Confidence A
OXYGEN_BREATHED: Final = 0.84 / SECONDS_PER_DAY
CARBON_DIOXIDE_BREATHED: Final = 1.00 / SECONDS_PER_DAY
VAPOUR_GIVEN_OFF: Final = 2.28 / SECONDS_PER_DAY  # breath and sweat


def partial_pressures(air: ArrayLike, volume: ArrayLike, temperature: ArrayLike) -> Array:
    """Pressure of each gas of each module by the law of ideal gases.

    Parameters
    ----------
    air : array_like, (..., module, gas)
        Zero or more. [kg]
    volume : array_like, (module,)
        Free volume, above zero. [m3]
    temperature : array_like, (module,)
        Above zero. [K]

    Returns
    -------
    ndarray, (..., module, gas)
        Zero for smoke. [Pa]

    Raises
    ------
    DomainError
        If a volume or temperature is not above zero.

    Notes
    -----
    Real air at 1 bar departs by 0.04 %, water vapour at 15 hPa by 0.1 %.

    References
    ----------
    .. [1] P. Atkins, J. de Paula, "Physical Chemistry", 9th ed., 2010, perfect gas mixtures.

    Examples
    --------
    >>> air = air_of([100.0], 295.0)
    >>> [round(float(p)) for p in partial_pressures(air, [100.0], 295.0)[0, :4]]
    [78618, 21300, 400, 1000]
    """
    volume, temperature = np.asarray(volume, dtype=float), np.asarray(temperature, dtype=float)
    if np.any(volume <= 0) or np.any(temperature <= 0):
        raise DomainError("partial pressure: expected volume and temperature above zero")
    pressing = np.asarray(air, dtype=float) * MOLES
    return np.asarray(pressing * (GAS_CONSTANT * temperature / volume)[..., None])


def air_of(
    volume: ArrayLike,
    temperature: ArrayLike,
    *,
    pressure: float = 101_318.0,
    oxygen_pressure: float = 21_300.0,
    carbon_dioxide_pressure: float = 400.0,
    vapour_pressure: float = 1_000.0,
) -> Array:
    """Masses of the gases that fill modules at given partial pressures; nitrogen is the rest.

    Parameters
    ----------
    volume : array_like, (module,)
        Above zero. [m3]
    temperature : array_like, (module,) or scalar
        Above zero. [K]
    pressure, oxygen_pressure, carbon_dioxide_pressure, vapour_pressure : float
        Zero or more; the parts not above the whole. [Pa]

    Returns
    -------
    ndarray, (module, gas)
        No trace gas, no smoke. [kg]

    Raises
    ------
    DomainError
        If the parts are above the whole, or a volume or temperature is not above zero.

    Notes
    -----
    The defaults are a station at sea level pressure and 3 mmHg of carbon dioxide; our choice.

    References
    ----------
    .. [1] P. Atkins, J. de Paula, "Physical Chemistry", 9th ed., 2010, perfect gas mixtures.

    Examples
    --------
    >>> round(float(air_of([916.0], 295.0).sum()))  # kg, a station of 916 m3
    1090
    """
    volume = np.atleast_1d(np.asarray(volume, dtype=float))
    temperature = np.asarray(temperature, dtype=float)
    parts = np.array([oxygen_pressure, carbon_dioxide_pressure, vapour_pressure])
    if np.any(volume <= 0) or np.any(temperature <= 0):
        raise DomainError("air of a cabin: expected volume and temperature above zero")
    if np.any(parts < 0) or parts.sum() > pressure:
        raise DomainError(
            f"air of a cabin: parts of {parts.sum():g} Pa given, expected at most {pressure:g} Pa"
        )
    shares = np.array([pressure - parts.sum(), *parts, 0.0])
    air = np.zeros((len(volume), len(GASES)))
    air[:, :5] = shares * MOLAR_MASS * (volume / (GAS_CONSTANT * temperature))[:, None]
    return air


def crew_load(people: ArrayLike) -> Array:
    """What people take from the air and give to it, by the mean of a day.

    Work, sleep and body mass are left out: exercise is some 3 to 5 times the mean, sleep half.

    Parameters
    ----------
    people : array_like, (...)
        Zero or more; a share of a person is allowed. [-]

    Returns
    -------
    ndarray, (..., gas)
        Negative for oxygen. [kg/s]

    Raises
    ------
    DomainError
        If people are below zero.

    Notes
    -----
    Within 0.6 % of the NASA baseline of 2004 for the three gases (topic ``household``).

    References
    ----------
    .. [1] P. Wieland, "Designing for Human Presence in Space", NASA RP-1324, 1994.

    Examples
    --------
    >>> [round(float(flow) * 86_400, 2) for flow in crew_load(6.0)[1:4]]
    [-5.04, 6.0, 13.68]
    """
    people = np.asarray(people, dtype=float)
    if np.any(people < 0):
        raise DomainError(f"crew load: expected people of zero or more, given {people.min():g}")
    load = np.zeros((*people.shape, len(GASES)))
    load[..., OXYGEN] = -OXYGEN_BREATHED * people
    load[..., CARBON_DIOXIDE] = CARBON_DIOXIDE_BREATHED * people
    load[..., WATER] = VAPOUR_GIVEN_OFF * people
    return load


def hole_conductance(
    area: ArrayLike, temperature: ArrayLike, discharge_coefficient: ArrayLike = SHARP_HOLE
) -> Array:
    """Volume of cabin air that a hole into vacuum takes in a unit of time.

    Choked flow of air [1]_. It does not depend on pressure, so that pressure falls exponentially.

    Parameters
    ----------
    area : array_like, (...)
        Zero or more. [m2]
    temperature : array_like, (...)
        Above zero. [K]
    discharge_coefficient : array_like, (...)
        Share of the ideal flow. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [m3/s]

    Raises
    ------
    DomainError
        If a temperature is not above zero or an area is below zero.

    Notes
    -----
    Equal to the choked flow of `hull.leak_flow` over the density of dry air within rounding. A
    rate of leak that comes from the hull as a mass is a conductance after `leak_conductance`.

    References
    ----------
    .. [1] M. Saad, "Compressible Fluid Flow", 2nd ed., 1993, choked mass flow.

    Examples
    --------
    >>> round(float(hole_conductance(1e-4, 295.0)) * 1_000, 1)  # litres a second through 1 cm2
    16.9
    """
    area, temperature = np.asarray(area, dtype=float), np.asarray(temperature, dtype=float)
    if np.any(temperature <= 0) or np.any(area < 0):
        raise DomainError("hole: expected an area of zero or more and a temperature above zero")
    speed = CHOKING * np.sqrt(AIR_GAS_CONSTANT * temperature)
    return np.asarray(discharge_coefficient * area * speed)


def leak_conductance(rate: ArrayLike, air: ArrayLike, volume: ArrayLike) -> Array:
    """Volume of cabin air that leaves with a rate of leak given as a mass.

    Parameters
    ----------
    rate : array_like, (module,)
        As the hull tells it, zero or more. [kg/s]
    air : array_like, (module, gas)
        Now. [kg]
    volume : array_like, (module,)
        Above zero. [m3]

    Returns
    -------
    ndarray, (module,)
        Zero where there is no air. [m3/s]

    Raises
    ------
    DomainError
        If a rate is below zero.

    Notes
    -----
    Exact for the air given; a viscous leak, whose conductance falls with pressure, is asked anew
    as the pressure falls.

    References
    ----------
    .. [1] A. Roth, "Vacuum Technology", 3rd ed., 1990, conductance and throughput.

    Examples
    --------
    >>> air = air_of([100.0], 295.0)
    >>> round(float(leak_conductance(1.0 / 86_400, air, 100.0)[0]) * 86_400, 2)  # m3 a day
    0.84
    """
    rate = np.asarray(rate, dtype=float)
    if np.any(rate < 0):
        raise DomainError(f"leak: expected a rate of zero or more, given {rate.min():g} kg/s")
    mass = np.asarray(air).sum(axis=-1)
    full = mass > 0
    return np.where(full, rate * np.asarray(volume) / np.where(full, mass, 1.0), 0.0)


def saturation_pressure(temperature: ArrayLike) -> Array:
    """Pressure of water vapour over liquid water.

    Magnus form [1]_; the air above the water is left out (0.4 % at 1 bar).

    Parameters
    ----------
    temperature : array_like, (...)
        233 to 323. [K]

    Returns
    -------
    ndarray, (...)
        [Pa]

    Raises
    ------
    DomainError
        If a temperature is outside 233 to 323 K.

    Notes
    -----
    Within 0.4 % between -40 and 50 deg C, as its source states.

    References
    ----------
    .. [1] O. Alduchov, R. Eskridge, "Improved Magnus Form Approximation of Saturation Vapor
       Pressure", J. Appl. Meteorol. 35, 1996, equation 21.

    Examples
    --------
    >>> round(float(saturation_pressure(295.15)))
    2639
    """
    temperature = np.asarray(temperature, dtype=float)
    if np.any((temperature < 233.0) | (temperature > 323.2)):
        raise DomainError("saturation pressure: expected 233 to 323 K")
    celsius = temperature - 273.15
    return np.asarray(610.94 * np.exp(17.625 * celsius / (243.04 + celsius)))


@inner_kernel
def pressure_of(gas: Array, volume: float, temperature: float) -> float:
    """Return the pressure of one module. [Pa]"""
    moles = 0.0
    for kind in range(5):
        moles += gas[kind] * MOLES[kind]
    pressure: float = moles * GAS_CONSTANT * temperature / volume
    return pressure


@inner_kernel
def saturated(temperature: float) -> float:
    """Return the pressure of saturated vapour, as `saturation_pressure` unchecked. [Pa]"""
    celsius = temperature - 273.15
    pressure: float = 610.94 * math.exp(17.625 * celsius / (243.04 + celsius))
    return pressure


@inner_kernel
def source_step(gas: Array, rate: Array, time_step: float, made: Array, unmet: Array) -> None:
    """Add to one module what is given off, take what is consumed, no more than there is.

    `gas`, `rate`, `made` and `unmet` are (gas,); `made` and `unmet` add up over calls. [kg, kg/s]
    """
    for kind in range(6):
        change = rate[kind] * time_step
        if change < -gas[kind]:
            unmet[kind] -= change + gas[kind]
            change = -gas[kind]
            gas[kind] = 0.0
        else:
            gas[kind] += change
        made[kind] += change


@inner_kernel
def leak_step(gas: Array, volume: float, conductance: float, time_step: float, lost: Array) -> None:
    """Let the air of one module out into vacuum: exact for a constant conductance.

    `gas` and `lost` are (gas,); `lost` adds up over calls. [kg, m3, m3/s]
    """
    share = -math.expm1(-conductance * time_step / volume)
    for kind in range(6):
        out = share * gas[kind]
        gas[kind] -= out
        lost[kind] += out
