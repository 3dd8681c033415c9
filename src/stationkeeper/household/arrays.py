"""Solar arrays: where the Sun stands for them, how warm they are, and what they give.

Axes of the orbit: x along the flight, y along the orbit's momentum, z away from the Earth. The
angle along the orbit counts from the point nearest to the Sun (orbit noon).
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.errors import DomainError
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

SOLAR_IRRADIANCE: Final = 1361.0  # [W/m2] at one astronomical unit (Kopp and Lean, 2011)
STEFAN_BOLTZMANN: Final = 5.670374419e-8  # [W/m2/K4] exact to its digits, SI 2019
YEAR: Final = DAYS_PER_YEAR * SECONDS_PER_DAY  # [s]
FIXED, ONE_AXIS, TWO_AXES = 0, 1, 2  # how a string follows the Sun


class Strings(NamedTuple):
    """Strings of cells, an entry each.

    Attributes
    ----------
    area : ndarray, (string,)
        Of the cells. [m2]
    efficiency : ndarray, (string,)
        New, at the reference temperature. [-]
    passed : ndarray, (string,)
        Share left by diodes, mismatch and lines. [-]
    temperature_coefficient : ndarray, (string,)
        Relative change of output, below zero. [1/K]
    reference_temperature : ndarray, (string,)
        [K]
    ageing_rate : ndarray, (string,)
        Share lost a year of what is left. [1/yr]
    absorptance : ndarray, (string,)
        Of sunlight. [-]
    emittance : ndarray, (string,)
        Of both faces together, 0 to 2. [-]
    time_constant : ndarray, (string,)
        Of the temperature. [s]
    tracking : ndarray of int64, (string,)
        0 fixed, 1 about one axis, 2 about two.
    normal : ndarray, (string, 3)
        Where fixed cells look, in the axes of the Sun vector. [-]
    axis : ndarray, (string, 3)
        About which one-axis strings turn. [-]
    """

    area: Array
    efficiency: Array
    passed: Array
    temperature_coefficient: Array
    reference_temperature: Array
    ageing_rate: Array
    absorptance: Array
    emittance: Array
    time_constant: Array
    tracking: Whole
    normal: Array
    axis: Array


def eclipse_share(beta: ArrayLike, orbit_radius: ArrayLike, body_radius: float) -> Array:
    """Share of a circular orbit in the shadow of a round Earth.

    The shadow is a cylinder [1]_: half-shadow, oblateness and refraction are left out.

    Parameters
    ----------
    beta : array_like, (...)
        Angle of the Sun above the orbit plane, -pi/2 to pi/2. [rad]
    orbit_radius : array_like, (...)
        Greater than `body_radius`. [m]
    body_radius : float
        Of the Earth. [m]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        0 to 0.5. [-]

    Raises
    ------
    DomainError
        If an orbit is not outside the Earth, or beta is beyond a right angle.

    Notes
    -----
    At 420 km within 16 s an orbit of the shadow of the ellipsoid in `orbit.sunlight`
    (tests/unit/test_household_power.py).

    References
    ----------
    .. [1] D. G. Gilmore, "Spacecraft Thermal Control Handbook", vol. 1, 2nd ed., 2002, chapter 2.

    Examples
    --------
    >>> import numpy as np
    >>> eclipse_share(np.radians([0, 60, 75]), 6_798_137.0, 6_378_137.0).round(3)
    array([0.388, 0.257, 0.   ])
    """
    angle, radius = np.broadcast_arrays(
        np.asarray(beta, np.float64), np.asarray(orbit_radius, np.float64)
    )
    if np.any(radius <= body_radius) or np.any(np.abs(angle) > np.pi / 2):
        raise DomainError("eclipse needs an orbit outside the Earth and |beta| <= pi/2")
    horizon = np.sqrt(radius**2 - body_radius**2) / radius  # cosine of the Earth's half-angle
    cosine = np.cos(angle)
    # At beta = pi/2 the Sun never sets; the guard keeps the division finite.
    ratio = np.minimum(horizon / np.maximum(cosine, 1e-300), 1.0)
    return np.asarray(np.arccos(ratio) / np.pi)


def sun_in_orbit_axes(beta: ArrayLike, orbit_angle: ArrayLike) -> Array:
    """Direction of the Sun along flight, orbit momentum and away from the Earth.

    Parameters
    ----------
    beta : array_like, (...)
        Angle of the Sun above the orbit plane. [rad]
    orbit_angle : array_like, (...)
        Angle flown since orbit noon. [rad]

    Returns
    -------
    ndarray, (..., 3)
        Of length one. [-]

    Examples
    --------
    >>> sun_in_orbit_axes(0.0, 0.0).round(3) + 0.0
    array([0., 0., 1.])
    """
    b, a = np.broadcast_arrays(np.asarray(beta, np.float64), np.asarray(orbit_angle, np.float64))
    return np.stack([-np.cos(b) * np.sin(a), np.sin(b), np.cos(b) * np.cos(a)], axis=-1)


def is_sunlit(sun: ArrayLike, orbit_radius: ArrayLike, body_radius: float) -> NDArray[np.bool_]:
    """Whether the Sun is seen, by the same cylinder as `eclipse_share`.

    Parameters
    ----------
    sun : array_like, (..., 3)
        Direction of the Sun, last entry away from the Earth. [-]
    orbit_radius : array_like, (...)
        [m]
    body_radius : float
        Of the Earth. [m]

    Returns
    -------
    ndarray of bool, (...)

    Examples
    --------
    >>> is_sunlit([[0, 0, 1], [0, 0, -1]], 6.8e6, 6.378e6)
    array([ True, False])
    """
    up = np.asarray(sun, np.float64)[..., 2]
    horizon = -np.sqrt(1.0 - (body_radius / np.asarray(orbit_radius, np.float64)) ** 2)
    return np.asarray(up >= horizon)


@inner_kernel
def facing(tracking: int, normal: Array, axis: Array, sun: Array) -> float:
    """Cosine between the Sun and the cells, when they are turned as well as they can be."""
    if tracking == TWO_AXES:
        return 1.0
    if tracking == ONE_AXIS:
        along = axis[0] * sun[0] + axis[1] * sun[1] + axis[2] * sun[2]
        return float(np.sqrt(max(1.0 - along * along, 0.0)))
    return float(max(normal[0] * sun[0] + normal[1] * sun[1] + normal[2] * sun[2], 0.0))


@inner_kernel
def cells_give(light: float, efficiency: float, coefficient: float, warmer: float) -> float:
    """Power that cells can give, by how much warmer than at the reference they are [W/m2]."""
    return float(light * efficiency * max(1.0 + coefficient * warmer, 0.0))


@inner_kernel
def cells_warm(temperature: float, heat: float, emittance: float, share: float) -> float:
    """Temperature after a step in which cells go a share of the way to where heat settles [K]."""
    settled = np.sqrt(np.sqrt(max(heat, 0.0) / (STEFAN_BOLTZMANN * emittance)))
    return float(temperature + (settled - temperature) * share)


@inner_kernel
def turned(angle: float, wanted: float, most: float) -> float:
    """Angle of a joint that turns the short way, at most so far in a step [rad]."""
    way = wanted - angle
    way -= 2.0 * np.pi * np.floor(way / (2.0 * np.pi) + 0.5)
    if abs(way) <= most:
        return wanted
    angle += most if way > 0.0 else -most
    return float(angle - 2.0 * np.pi * np.floor(angle / (2.0 * np.pi) + 0.5))


@inner_kernel
def arrays_step(
    strings: Strings,
    sun: Array,
    irradiance: float,
    earth_heat: float,
    age: float,
    health: Array,
    step: float,
    temperature: Array,
    power: Array,
) -> None:
    """Warm or cool every string through a step, and set what it can give [W]."""
    for i in range(strings.area.size):
        light = irradiance * facing(strings.tracking[i], strings.normal[i], strings.axis[i], sun)
        aged = (1.0 - strings.ageing_rate[i]) ** (age / YEAR)
        given = cells_give(
            light, strings.efficiency[i] * strings.passed[i] * aged * health[i],
            strings.temperature_coefficient[i], temperature[i] - strings.reference_temperature[i],
        )  # fmt: skip
        power[i] = given * strings.area[i]
        # What leaves as power does not warm the cells.
        temperature[i] = cells_warm(
            temperature[i], strings.absorptance[i] * light - given + earth_heat,
            strings.emittance[i], -np.expm1(-step / strings.time_constant[i]),
        )  # fmt: skip


@kernel
def _course(
    strings: Strings,
    sun: Array,
    irradiance: Array,
    earth_heat: float,
    age: float,
    health: Array,
    step: float,
    temperature: Array,
    power: Array,
    now: Array,
) -> None:
    for k in range(irradiance.size):
        arrays_step(
            strings, sun[k], irradiance[k], earth_heat, age + k * step, health, step,
            temperature, now,
        )  # fmt: skip
        power[:, k] = now


def array_course(
    strings: Strings,
    sun: ArrayLike,
    irradiance: ArrayLike,
    *,
    age: float = 0.0,
    earth_heat: float = 150.0,
    health: ArrayLike = 1.0,
    step: float = 10.0,
    temperature: ArrayLike = 300.0,
) -> tuple[Array, Array]:
    """What strings can give, step by step.

    Output falls with the temperature of the cells, with age and with the cosine to the Sun. Left
    out: light from the Earth on the cells, shadows of the station (use `health`), the rate of
    joints, the curve of current and voltage: strings work at their best point.

    Parameters
    ----------
    strings : Strings
        What is fitted.
    sun : array_like, (time, 3)
        Direction of the Sun in the axes in which normals and axes are told. [-]
    irradiance : array_like, (time,)
        Sunlight, 0 in shadow. [W/m2]
    age : float
        At the first step. [s]
    earth_heat : float
        Absorbed infrared and reflected light of the Earth, both faces; the default is chosen by
        us. [W/m2]
    health : array_like, (string,)
        Share of each string that works and is not in shadow. [-]
    step : float
        Greater than zero. [s]
    temperature : array_like, (string,)
        At the first step. [K]

    Returns
    -------
    power : ndarray, (string, time)
        [W]
    temperature : ndarray, (string,)
        After the last step. [K]

    Raises
    ------
    DomainError
        If a string is outside its range: area, efficiency, share passed, emittance, time constant.

    Notes
    -----
    The temperature follows the balance of absorbed, given and emitted heat with one time constant.

    References
    ----------
    .. [1] D. G. Gilmore, "Spacecraft Thermal Control Handbook", vol. 1, 2nd ed., 2002, chapter 2.
    .. [2] T. W. Kerslake and E. D. Gustafson, "On-Orbit Performance Degradation of the
       International Space Station P6 Photovoltaic Arrays", AIAA 2003-5999: 0.2 to 0.5 % a year.

    Examples
    --------
    >>> import numpy as np
    >>> one = same_strings(1, area=10.0, efficiency=0.3, tracking=TWO_AXES)
    >>> power, warm = array_course(one, [[0, 0, 1]] * 600, np.full(600, 1361.0))
    >>> bool(power[0, -1] < power[0, 0]), round(float(warm[0]))
    (True, 320)
    """
    _check(strings)
    if step <= 0:
        raise DomainError(f"step: given {step}, expected more than 0 s")
    count = strings.area.size
    light = np.ascontiguousarray(irradiance, np.float64)
    state = np.array(np.broadcast_to(np.asarray(temperature, np.float64), (count,)))
    works = np.array(np.broadcast_to(np.asarray(health, np.float64), (count,)))
    power = np.empty((count, light.size))
    _course(
        strings, np.ascontiguousarray(sun, np.float64), light, float(earth_heat), float(age),
        works, float(step), state, power, np.empty(count),
    )  # fmt: skip
    return power, state


def same_strings(
    count: int,
    *,
    area: float,
    efficiency: float,
    passed: float = 0.93,  # chosen by us
    temperature_coefficient: float = -0.0025,  # triple junction, chosen by us
    reference_temperature: float = 301.15,
    ageing_rate: float = 0.0035,
    absorptance: float = 0.9,
    emittance: float = 1.7,
    time_constant: float = 300.0,  # chosen by us: a thin blanket
    tracking: int = TWO_AXES,
    normal: ArrayLike = (0.0, 0.0, 1.0),
    axis: ArrayLike = (0.0, 1.0, 0.0),
) -> Strings:
    """Strings that are all alike.

    Parameters are those of `Strings`, of one string; absorptance and emittance are chosen by us,
    the ageing rate is the middle of 0.2 to 0.5 % a year measured on the ISS.

    Examples
    --------
    >>> same_strings(3, area=2.0, efficiency=0.3).area
    array([2., 2., 2.])
    """

    def row(value: float) -> Array:
        return np.full(count, float(value))

    def unit(vector: ArrayLike) -> Array:
        one = np.asarray(vector, np.float64)
        return np.tile(one / np.linalg.norm(one), (count, 1))

    return Strings(
        row(area), row(efficiency), row(passed), row(temperature_coefficient),
        row(reference_temperature), row(ageing_rate), row(absorptance), row(emittance),
        row(time_constant), np.full(count, tracking, np.int64), unit(normal), unit(axis),
    )  # fmt: skip


def _check(strings: Strings) -> None:
    shares = (strings.efficiency, strings.passed, strings.ageing_rate, strings.absorptance)
    if any(np.any((one < 0) | (one > 1)) for one in shares):
        raise DomainError("strings: efficiency, passed, ageing and absorptance lie in 0 to 1")
    if np.any(strings.area < 0) or np.any(strings.time_constant <= 0):
        raise DomainError("strings: expected area >= 0 and time constants > 0")
    if np.any((strings.emittance <= 0) | (strings.emittance > 2)):
        raise DomainError("strings: emittance is of both faces, more than 0 and up to 2")
    if np.any((strings.tracking < FIXED) | (strings.tracking > TWO_AXES)):
        raise DomainError("strings: tracking is 0 (fixed), 1 (one axis) or 2 (two axes)")
