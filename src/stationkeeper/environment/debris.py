"""Orbital debris too small to track, after NASA's engineering model of 1991, and how fast it flies.

The model is analytic and public, and old: it was fitted to what was known in 1990. What it says of
the years after 2010 is a guess of its time, so growth is a parameter here and the default holds it
at 2011. A flux table of ORDEM or MASTER is to be preferred where a user has one; it enters by size
alone, with the speeds and directions from here (`hull.tabulated_flux`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.environment.meteoroids import SpeedDistribution
from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

YEAR: Final = DAYS_PER_YEAR * SECONDS_PER_DAY  # [s]
# Aluminium, as in the impact tests that ballistic limits stand on (our choice); SSP 30425 has
# 4 g/cm3 below 0.62 cm and 2.8 d^-0.74 above (memory, C).
DEBRIS_DENSITY: Final = 2_800.0  # [kg/m3]
DIAMETER_RANGE: Final = (1e-6, 10.0)  # [m] 1e-4 to 1000 cm (memory, C)
ALTITUDE_RANGE: Final = (2e5, 2e6)  # [m] the model is for low orbits (memory, C)
MODEL_YEAR: Final = 1988.0  # epoch of the growth terms


@dataclass(frozen=True)
class DebrisGrowth:
    """How the population grows.

    Attributes
    ----------
    mass_rate : float
        Growth of the mass in orbit, a share of that of 1988 each year. [1/yr]
    fragment_rate, later_fragment_rate : float
        Growth of small fragments, compound, before and from the turn. [1/yr]
    turn : float
        Year in which the later rate begins. [yr]
    frozen_from : float
        Year from which nothing grows any more; infinity: never. [yr]
    """

    mass_rate: float = 0.05
    fragment_rate: float = 0.02
    later_fragment_rate: float = 0.04
    turn: float = 2011.0
    frozen_from: float = float("inf")


AS_PUBLISHED: Final = DebrisGrowth()  # NASA TM-100471 and SSP 30425 B (two transcriptions, B)
FROZEN_AFTER_2011: Final = DebrisGrowth(frozen_from=2011.0)  # our choice, the default

# Flux on an orbit of this inclination over the mean, from NASA TM-100471 (memory, C; the model's
# table has a line for each degree, these are every fifth and the peaks).
_INCLINATION_TABLE: Final = np.array(
    [
        [25, 0.900],
        [28.5, 0.9135],
        [30, 0.920],
        [35, 0.940],
        [40, 0.960],
        [45, 0.990],
        [50, 1.020],
        [55, 1.050],
        [60, 1.090],
        [65, 1.160],
        [70, 1.260],
        [75, 1.410],
        [80, 1.710],
        [85, 1.490],
        [90, 1.370],
        [95, 1.550],
        [100, 1.780],
        [105, 1.660],
        [110, 1.410],
        [115, 1.280],
        [120, 1.155],
        [125, 1.095],
    ]
)  # [deg], [-]


def decimal_year(day: ArrayLike) -> Array:
    """Decimal year of days since 2000-01-01T00:00 UTC, in Julian years. [yr]

    Examples
    --------
    >>> float(decimal_year(3_652.5))
    2010.0
    """
    return np.asarray(2000.0 + np.asarray(day, dtype=float) / DAYS_PER_YEAR)


def _centimetres(diameter: ArrayLike) -> Array:
    value = np.asarray(diameter, dtype=float)
    if np.any((value < DIAMETER_RANGE[0]) | (value > DIAMETER_RANGE[1])):
        raise DomainError(
            f"debris diameters run from {DIAMETER_RANGE[0]:g} to {DIAMETER_RANGE[1]:g} m, "
            f"given {np.nanmin(value):g} to {np.nanmax(value):g}"
        )
    return value * 1e2


def size_fluxes(diameter: ArrayLike) -> tuple[Array, Array]:
    """The two parts of the flux by size: fragments, and whole bodies with their large pieces.

    Each is for 1988, before the factors of altitude and inclination. The flux of any year is their
    sum, each multiplied by its growth: the two grow differently.

    Parameters
    ----------
    diameter : array_like, (...)
        Smallest diameter counted, 1e-6 to 10. [m]

    Returns
    -------
    fragments, bodies : ndarray, (...)
        [1/(m2 s)]

    Raises
    ------
    DomainError
        If a diameter is outside the range.

    Examples
    --------
    >>> fragments, bodies = size_fluxes(0.01)
    >>> round(float(fragments) * YEAR * 1e5, 2)  # 1 cm: 1e-5 per m2 and year
    1.58
    """
    d = _centimetres(diameter)
    hump = np.sqrt(10 ** np.exp(-(((np.log10(d) - 0.78) / 0.637) ** 2)))
    fragments = 1.22e-5 * d**-2.5
    bodies = 8.1e10 * (d + 700) ** -6
    return np.asarray(hump * fragments / YEAR), np.asarray(hump * bodies / YEAR)


def growth_factors(
    year: ArrayLike, growth: DebrisGrowth = FROZEN_AFTER_2011
) -> tuple[Array, Array]:
    """Growth since 1988 of fragments and of whole bodies.

    Parameters
    ----------
    year : array_like, (..., time)
        Decimal year. [yr]
    growth : DebrisGrowth
        `FROZEN_AFTER_2011` (default), `AS_PUBLISHED`, or rates of one's own.

    Returns
    -------
    fragments, bodies : ndarray, (..., time)
        1 in 1988. [-]

    Examples
    --------
    >>> published, _ = growth_factors(2024.0, AS_PUBLISHED)
    >>> round(float(published / growth_factors(2024.0)[0]), 2)  # what the guess of 1990 adds
    1.67
    """
    when = np.minimum(np.asarray(year, dtype=float), growth.frozen_from)
    early = np.minimum(when, growth.turn) - MODEL_YEAR
    late = np.maximum(when - growth.turn, 0.0)
    fragments = (1 + growth.fragment_rate) ** early * (1 + growth.later_fragment_rate) ** late
    return np.asarray(fragments), np.asarray(1 + growth.mass_rate * (when - MODEL_YEAR))


def debris_altitude_factor(altitude: ArrayLike, solar_flux: ArrayLike) -> Array:
    """How altitude and the Sun thin out debris: an active Sun swells the air and cleans low orbits.

    Parameters
    ----------
    altitude : array_like, (..., time)
        Above the equatorial radius, 200 to 2000 km. [m]
    solar_flux : array_like, (..., time)
        Flux at 10.7 cm, 13-month mean, of a year before. [sfu]

    Returns
    -------
    ndarray, broadcast shape
        0 to 1. [-]

    Raises
    ------
    DomainError
        If an altitude is outside the range.

    Examples
    --------
    >>> debris_altitude_factor(400e3, [70.0, 140.0, 200.0]).round(2).tolist()
    [0.5, 0.24, 0.11]
    """
    height = np.asarray(altitude, dtype=float)
    if np.any((height < ALTITUDE_RANGE[0]) | (height > ALTITUDE_RANGE[1])):
        raise DomainError(
            f"the debris model holds from {ALTITUDE_RANGE[0] / 1e3:.0f} to "
            f"{ALTITUDE_RANGE[1] / 1e3:.0f} km, given {np.nanmin(height) / 1e3:.0f} to "
            f"{np.nanmax(height) / 1e3:.0f} km"
        )
    ratio = 10 ** (height / 2e5 - np.asarray(solar_flux, dtype=float) / 140 - 1.5)
    return np.asarray(ratio / (ratio + 1))


def inclination_factor(inclination: ArrayLike) -> Array:
    """Flux on an orbit of this inclination over the mean of all. Linear between the table's lines.

    Parameters
    ----------
    inclination : array_like, (...)
        25 to 125 degrees; outside, the nearest end. [rad]

    Returns
    -------
    ndarray, (...)
        [-]

    Examples
    --------
    >>> inclination_factor(np.radians([51.6, 97.0])).round(2).tolist()
    [1.03, 1.64]
    """
    degrees = np.degrees(np.asarray(inclination, dtype=float))
    return np.asarray(np.interp(degrees, *_INCLINATION_TABLE.T))


def debris_flux(
    diameter: ArrayLike,
    altitude: ArrayLike,
    inclination: ArrayLike,
    year: ArrayLike,
    solar_flux: ArrayLike,
    growth: DebrisGrowth = FROZEN_AFTER_2011,
) -> Array:
    """Cumulative flux of orbital debris on a randomly tumbling plate.

    Breakups since 1990 as events, eccentric orbits and the direction of arrival are left out; for a
    plate with a fixed face multiply by its exposure.

    Parameters
    ----------
    diameter : array_like, (...)
        Smallest diameter counted, 1e-6 to 10. [m]
    altitude : array_like, (..., time)
        Above the equatorial radius, 200 to 2000 km. [m]
    inclination : array_like, (...)
        Of the station's orbit. [rad]
    year : array_like, (..., time)
        Decimal year, best 1988 to 2010. [yr]
    solar_flux : array_like, (..., time)
        Flux at 10.7 cm, 13-month mean, of a year before. [sfu]
    growth : DebrisGrowth
        After 2010: frozen (default) or as published.

    Returns
    -------
    ndarray, broadcast shape
        [1/(m2 s)]

    Raises
    ------
    DomainError
        If a diameter or an altitude is outside the range.

    Notes
    -----
    Agrees with another program's figures to the two digits printed (`stationkeeper validate hull`).

    References
    ----------
    .. [1] D. Kessler, R. Reynolds, P. Anz-Meador, "Orbital debris environment for spacecraft
       designed to operate in low Earth orbit", NASA TM-100471, 1989; as in SSP 30425 B, 1991.

    Examples
    --------
    >>> flux = debris_flux(1e-3, 400e3, np.radians(51.6), [1995.0, 2010.0], 140.0)
    >>> (flux * YEAR * 1e3).round(2).tolist()  # larger than 1 mm, 1e-3 per m2 and year
    [1.1, 1.48]
    """
    fragments, bodies = size_fluxes(diameter)
    more_fragments, more_bodies = growth_factors(year, growth)
    place = debris_altitude_factor(altitude, solar_flux) * inclination_factor(inclination)
    return np.asarray(place * (fragments * more_fragments + bodies * more_bodies))


def _own_speed(inclination_deg: float) -> float:
    """Speed that the model takes for the station itself. [km/s]"""
    return 7.25 + 0.015 * (inclination_deg - 30) if inclination_deg < 60 else 7.7


def debris_speeds(inclination: float, cells: int = 40) -> SpeedDistribution:
    """Speeds at which debris meets a station, from the side of its own speed and inclination.

    The form of NASA TM-100471 for circular orbits. Where it comes from (fastest head-on, slowest
    from the side) is left out.

    Parameters
    ----------
    inclination : float
        Of the station's orbit, 0 to 130 degrees. [rad]
    cells : int
        Cells of equal width from zero to the fastest. [-]

    Returns
    -------
    SpeedDistribution
        Up to twice the orbital speed, some 15.3 km/s.

    Raises
    ------
    DomainError
        If the inclination is outside the range or there is no cell.

    Notes
    -----
    The constants are from memory (C). They give a mean of 10.3 km/s at 30 degrees and 13.1 near
    polar orbits, none above 15.5 km/s, as the European standard has it for a later model (10, 13
    and 15.5); an earlier paper [2]_ has 9 at 30 degrees, which we miss (`stationkeeper validate
    hull`).

    References
    ----------
    .. [1] D. Kessler, R. Reynolds, P. Anz-Meador, NASA TM-100471, 1989, section on velocity.
    .. [2] D. Kessler, "Predicting debris", Aerospace America 26 (1988): means of 9 and 13 km/s.

    Examples
    --------
    >>> round(debris_speeds(float(np.radians(51.6))).mean / 1e3, 1)  # km/s
    10.8
    """
    i = float(np.degrees(inclination))
    if not 0 <= i <= 130:
        raise DomainError(f"debris speeds hold for inclinations of 0 to 130 degrees, given {i:g}")
    if cells < 1:
        raise DomainError(f"a speed distribution needs at least one cell, given {cells}")
    own = _own_speed(i)
    a = 2.5
    b = 0.5 if i < 60 else (0.5 - 0.01 * (i - 60) if i < 80 else 0.3)
    c = 0.0125 if i < 100 else 0.0125 + 0.00125 * (i - 100)
    d = 1.3 - 0.01 * (i - 30)
    e = 0.55 + 0.005 * (i - 30)
    f = 0.3 + 0.0008 * (i - 50) ** 2 if i < 50 else (0.3 - 0.01 * (i - 50) if i < 80 else 0.0)
    g = 18.7 if i < 60 else (18.7 + 0.0289 * (i - 60) ** 3 if i < 80 else 250.0)
    h = 1.0 - 0.0000757 * (i - 60) ** 2
    fine = 20  # points in a cell, for its share
    edges = np.linspace(0.0, 2.05 * own, cells + 1)
    v = edges[:-1, None] + np.diff(edges)[:, None] * (np.arange(fine) + 0.5) / fine
    density = (2 * v * own - v**2) * (
        g * np.exp(-(((v - a * own) / (b * own)) ** 2))
        + f * np.exp(-(((v - d * own) / (e * own)) ** 2))
    ) + h * c * (4 * v * own - v**2)
    share = np.maximum(density, 0.0).mean(axis=1)
    return SpeedDistribution(0.5e3 * (edges[1:] + edges[:-1]), share / share.sum())


def debris_exposure(azimuth: ArrayLike, elevation: ArrayLike, inclination: float) -> Array:
    """Flux on a face that keeps its direction, over the flux on a tumbling plate.

    Debris on circular orbits comes level, from ahead and from both sides alike: at a speed v from
    the angle whose cosine is v over twice the station's own speed. So nothing strikes from behind,
    above or below. Shadows of other parts are left out.

    Parameters
    ----------
    azimuth : array_like, (...)
        Of the face's normal from the direction of flight, level. [rad]
    elevation : array_like, (...)
        Of the face's normal above the level, -pi/2 to pi/2. [rad]
    inclination : float
        Of the station's orbit, 0 to 130 degrees. [rad]

    Returns
    -------
    ndarray, broadcast shape
        0 to about 3; its mean over all directions is 1. [-]

    Raises
    ------
    DomainError
        If the inclination is outside the range.

    References
    ----------
    .. [1] D. Kessler, R. Reynolds, P. Anz-Meador, NASA TM-100471, 1989: direction of impacts
       (memory, C).

    Examples
    --------
    >>> directions = np.radians([0.0, 60.0, 120.0, 180.0])  # ahead ... behind
    >>> debris_exposure(directions, 0.0, np.radians(51.6)).round(1).tolist()
    [2.9, 1.9, 0.5, 0.0]
    """
    speeds = debris_speeds(inclination)
    twice = 2e3 * _own_speed(float(np.degrees(inclination)))
    from_ahead = np.arccos(np.minimum(speeds.speed / twice, 1.0))
    level = np.cos(np.asarray(elevation, dtype=float))[..., None]
    normal = np.asarray(azimuth, dtype=float)[..., None]
    seen = sum(np.maximum(np.cos(normal - side * from_ahead), 0.0) for side in (1, -1))
    # A tumbling plate shows a quarter of its area to a beam on the mean.
    return np.asarray(2 * (level * seen) @ speeds.weight)
