"""Meteoroids near Earth: how many, how fast, and what Earth adds and takes away.

Fluxes are cumulative: particles of at least the given mass that strike one square metre of a
randomly tumbling plate in a second.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_RADIUS
from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

# NASA SSP 30425 gives 1 g/cm3 for the masses that pierce hulls, 1e-6 to 0.01 g (memory, C); the
# European standard ECSS-E-ST-10-04C takes 2.5 for all (C).
METEOROID_DENSITY: Final = 1_000.0  # [kg/m3]
MASS_RANGE: Final = (1e-21, 1e-1)  # [kg] 1e-18 to 100 g, range of the flux curve (ECSS 10.2.4, B)
ATMOSPHERE_TOP: Final = 1e5  # [m] below it no meteoroid passes (ECSS C.1.3, A)

# Speeds at Earth of NASA TM-4527: density constant, a power, constant (memory, C; it adds up to
# 1.003, which is divided out).
_SPEED_EDGES: Final = np.array([11.1, 16.3, 55.0, 72.2])  # [km/s]
_SLOW: Final = 0.112  # [s/km]
_POWER_SCALE: Final = 3.328e5  # [(s/km)^-4.34]
_POWER: Final = 5.34  # [-]
_FAST: Final = 1.695e-4  # [s/km]


@dataclass(frozen=True)
class SpeedDistribution:
    """How fast particles strike: cells of speed and the share of the flux in each.

    Attributes
    ----------
    speed : ndarray, (cell,)
        Middle of the cell. [m/s]
    weight : ndarray, (cell,)
        Share of the flux; adds up to one. [-]
    """

    speed: Array
    weight: Array

    @property
    def mean(self) -> float:
        """Mean speed. [m/s]"""
        return float(self.speed @ self.weight)


def meteoroid_flux(mass: ArrayLike) -> Array:
    """Cumulative flux of meteoroids at Earth's distance from the Sun, away from Earth.

    Sporadic meteoroids with the yearly mean of the streams [1]_. Single streams, directions and the
    difference between leading and trailing faces are left out.

    Parameters
    ----------
    mass : array_like, (...)
        Smallest mass counted, 1e-21 to 0.1. [kg]

    Returns
    -------
    ndarray, (...)
        On a randomly tumbling plate. [1/(m2 s)]

    Raises
    ------
    DomainError
        If a mass is outside the range.

    Notes
    -----
    The constants were read in the European standard [2]_ (confidence A) and agree with three public
    programs to the digits these print (`stationkeeper validate hull`).

    References
    ----------
    .. [1] E. Gruen et al., "Collisional balance of the meteoritic complex", Icarus 62 (1985) 244.
    .. [2] ECSS-E-ST-10-04C, "Space environment", clause 10.2.4.1.

    Examples
    --------
    >>> year = 365.25 * 86_400
    >>> round(float(meteoroid_flux(1e-9)) * year, 2)  # a microgram: impacts per m2 and year
    1.49
    """
    value = np.asarray(mass, dtype=float)
    if np.any((value < MASS_RANGE[0]) | (value > MASS_RANGE[1])):
        raise DomainError(
            f"meteoroid masses run from {MASS_RANGE[0]:g} to {MASS_RANGE[1]:g} kg, "
            f"given {np.nanmin(value):g} to {np.nanmax(value):g}"
        )
    m = value * 1e3  # the formula is in grams
    return np.asarray(
        (2.2e3 * m**0.306 + 15) ** -4.38
        + 1.3e-9 * (m + 1e11 * m**2 + 1e27 * m**4) ** -0.36
        + 1.3e-16 * (m + 1e6 * m**2) ** -0.85
    )


def sphere_mass(diameter: ArrayLike, density: ArrayLike) -> Array:
    """Mass of a sphere. [kg] from a diameter [m] and a density [kg/m3]

    Examples
    --------
    >>> round(float(sphere_mass(1e-2, 2_700.0)) * 1e3, 4)  # 1 cm of aluminium, in grams
    1.4137
    """
    return np.asarray(np.pi / 6 * np.asarray(density) * np.asarray(diameter, dtype=float) ** 3)


def _height_over_atmosphere(altitude: ArrayLike) -> Array:
    value = np.asarray(altitude, dtype=float)
    if np.any(value < ATMOSPHERE_TOP):
        raise DomainError(
            f"meteoroid factors hold above {ATMOSPHERE_TOP / 1e3:.0f} km, "
            f"given {np.nanmin(value) / 1e3:.0f} km"
        )
    return value


def earth_shielding(altitude: ArrayLike) -> Array:
    """Share of the sky that Earth and its atmosphere leave open.

    Mean over all orientations of a plate; a plate that always faces Earth or always turns away from
    it is left out.

    Parameters
    ----------
    altitude : array_like, (...)
        Above the equatorial radius, at least 100 km. [m]

    Returns
    -------
    ndarray, (...)
        0.5 to 1. [-]

    Raises
    ------
    DomainError
        If an altitude is in the atmosphere.

    References
    ----------
    .. [1] ECSS-E-ST-10-04C, annex C.1.3, equations C-13 and C-14 (read, A).

    Examples
    --------
    >>> round(float(earth_shielding(400e3)), 3)
    0.647
    """
    height = _height_over_atmosphere(altitude)
    sine = (EARTH_RADIUS + ATMOSPHERE_TOP) / (EARTH_RADIUS + height)
    return np.asarray(0.5 * (1 + np.sqrt(1 - sine**2)))


def gravity_focusing(altitude: ArrayLike) -> Array:
    """How much Earth's gravity gathers meteoroids: flux with it over flux without.

    One factor for all speeds, as NASA TM-4527 has it. The European standard works it out for each
    speed; slow meteoroids are gathered more.

    Parameters
    ----------
    altitude : array_like, (...)
        Above the equatorial radius, at least 100 km. [m]

    Returns
    -------
    ndarray, (...)
        1 (far away) to 1.76. [-]

    Raises
    ------
    DomainError
        If an altitude is in the atmosphere.

    References
    ----------
    .. [1] B. Anderson, R. Smith, "Natural Orbital Environment Guidelines", NASA TM-4527, 1994
       (memory, C).

    Examples
    --------
    >>> round(float(gravity_focusing(400e3)), 3)
    1.726
    """
    height = _height_over_atmosphere(altitude)
    return np.asarray(1 + 0.76 * (EARTH_RADIUS + ATMOSPHERE_TOP) / (EARTH_RADIUS + height))


def meteoroid_altitude_factor(altitude: ArrayLike) -> Array:
    """Flux at an altitude over the flux away from Earth: gathering times shielding. [-]

    The increase by the spacecraft's own motion (of the order of a tenth) is left out.

    Examples
    --------
    >>> round(float(meteoroid_altitude_factor(400e3)), 2)
    1.12
    """
    return np.asarray(earth_shielding(altitude) * gravity_focusing(altitude))


def _below(speed: Array) -> Array:
    """Share of meteoroids slower than a speed in km/s, not yet divided by the total."""
    low, middle, high, top = _SPEED_EDGES
    slow = _SLOW * (np.clip(speed, low, middle) - low)
    inside = np.clip(speed, middle, high)
    power = _POWER_SCALE / (_POWER - 1) * (middle ** (1 - _POWER) - inside ** (1 - _POWER))
    fast = _FAST * (np.clip(speed, high, top) - high)
    return np.asarray(slow + power + fast)


def meteoroid_speeds(cells: int = 61) -> SpeedDistribution:
    """Speeds at which meteoroids meet a body in low Earth orbit.

    The distribution of NASA TM-4527: 11.1 to 72.2 km/s, Earth's pull included. Its change with
    altitude and direction is left out.

    Parameters
    ----------
    cells : int
        Cells of equal width. [-]

    Returns
    -------
    SpeedDistribution
        Shares are exact integrals over each cell.

    Examples
    --------
    >>> round(meteoroid_speeds().mean / 1e3, 1)  # km/s
    16.9
    """
    if cells < 1:
        raise DomainError(f"a speed distribution needs at least one cell, given {cells}")
    edges = np.linspace(_SPEED_EDGES[0], _SPEED_EDGES[-1], cells + 1)
    share = np.diff(_below(edges))
    return SpeedDistribution(0.5e3 * (edges[1:] + edges[:-1]), share / share.sum())
