"""Heights and gravity from orbit: how near tracks lie, how long they stay, what an orbit feels."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import (
    EARTH_MEAN_RADIUS,
    EARTH_RADIUS,
    EARTH_ROTATION_RATE,
    MU_EARTH,
    SECONDS_PER_DAY,
)
from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

# Means over a year along an orbit at 51.6 degrees, as they turn into decay, with Ap 10 and a flux
# F10.7 of 70 and of 200: our own, by `stationkeeper.environment.atmosphere.effective_density` (MSIS
# 2.1); at 97 degrees within 4 %.
_LEVELS: Final = np.array([350e3, 400e3, 420e3, 450e3])  # [m] over the equatorial radius
_QUIET: Final = np.array([1.876e-12, 6.110e-13, 3.986e-13, 2.146e-13])  # [kg/m3]
_ACTIVE: Final = np.array([1.242e-11, 5.672e-12, 4.207e-12, 2.723e-12])  # [kg/m3]
DRAG_AREA_PER_MASS: Final = 0.0065  # [m2/kg] drag coefficient x area / mass as of the ISS; ours


def track_spacing(revolutions: ArrayLike, latitude: ArrayLike = 0.0) -> Array:
    """Distance east between neighbouring tracks that go the same way.

    Parameters
    ----------
    revolutions : array_like, (...)
        Over which the tracks are spread evenly, as those of a repeat cycle; above zero. [-]
    latitude : array_like, (...)
        Below the highest that the track reaches. [rad]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [m]

    Raises
    ------
    DomainError
        If revolutions are not above zero.

    Notes
    -----
    Within half the last printed digit of three altimeters flown: ``validate services``.

    Examples
    --------
    >>> round(float(track_spacing(127)) / 1e3, 1)  # TOPEX/Poseidon and Jason: 315
    315.6
    """
    turns = np.asarray(revolutions, dtype=np.float64)
    if not np.all(turns > 0):
        raise DomainError("tracks need revolutions above zero")
    girth = 2 * np.pi * EARTH_RADIUS * np.cos(np.asarray(latitude, dtype=np.float64))
    return np.asarray(girth / turns)


def height_error(noise: ArrayLike, orbit_error: ArrayLike) -> Array:
    """Error of one height: of the measurement and of the orbit, taken as independent.

    The state of the sea, water in the air and tides are left out.

    Parameters
    ----------
    noise, orbit_error : array_like, (...)
        One sigma, not negative. [m]

    Returns
    -------
    ndarray, (...)
        One sigma. [m]

    Examples
    --------
    >>> float(height_error(0.03, 0.04))
    0.05
    """
    return np.hypot(noise, orbit_error)


def sink_rate(
    altitude: ArrayLike, drag_area_per_mass: float = DRAG_AREA_PER_MASS
) -> tuple[Array, Array]:
    """How fast an orbit sinks by drag under a quiet and under an active Sun.

    Parameters
    ----------
    altitude : array_like, (...)
        Semi-major axis less the equatorial radius, 350 to 450 km; by the last slope to 50 km
        beyond. [m]
    drag_area_per_mass : float
        Drag coefficient x area / mass. [m2/kg]

    Returns
    -------
    quiet, active : ndarray, (...)
        With a flux F10.7 of 70 and of 200; not negative. [m/s]

    Raises
    ------
    DomainError
        If an altitude is outside.

    Notes
    -----
    Between its four levels within 2 % of the density it was taken from.

    Examples
    --------
    >>> quiet, active = sink_rate(400e3)
    >>> round(float(quiet) * 86_400), round(float(active) * 86_400)  # metres a day
    (18, 166)
    """
    h = np.asarray(altitude, dtype=np.float64)
    if not np.all((h >= 300e3) & (h <= 500e3)):
        raise DomainError(f"sinking is told from 300 to 500 km, not at {np.max(h) / 1e3:.0f} km")
    axis = EARTH_RADIUS + h
    # Straight lines of the logarithm; the end ones go on.
    k = np.clip(np.searchsorted(_LEVELS, h) - 1, 0, _LEVELS.size - 2)
    part = (h - _LEVELS[k]) / (_LEVELS[k + 1] - _LEVELS[k])
    rates = [
        np.sqrt(MU_EARTH * axis)
        * drag_area_per_mass
        * np.exp(np.log(density[k]) * (1 - part) + np.log(density[k + 1]) * part)
        for density in (_QUIET, _ACTIVE)
    ]
    return np.asarray(rates[0]), np.asarray(rates[1])


def track_shift(altitude: ArrayLike, sinking: ArrayLike, days: ArrayLike) -> Array:
    """How far east at the equator a track has moved because an orbit that is not kept sinks.

    To first order: the period shrinks evenly, so the shift grows with the square of time. Changes
    of the node's drift with height (1 % of it) are left out.

    Parameters
    ----------
    altitude : array_like, (...)
        Semi-major axis less the equatorial radius. [m]
    sinking : array_like, (...)
        From `sink_rate`. [m/s]
    days : array_like, (...)
        Since the orbit was right. [d]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [m]

    Examples
    --------
    >>> round(float(track_shift(400e3, 100.0 / 86_400, 10.0)) / 1e3, 1)  # 100 m a day, ten days
    44.5
    """
    axis = EARTH_RADIUS + np.asarray(altitude, dtype=np.float64)
    elapsed = np.asarray(days, dtype=np.float64) * SECONDS_PER_DAY
    early = 0.75 * np.asarray(sinking, dtype=np.float64) / axis * elapsed**2
    return np.asarray(EARTH_RADIUS * EARTH_ROTATION_RATE * early)


def days_on_track(altitude: ArrayLike, sinking: ArrayLike, half_width: ArrayLike) -> Array:
    """How long a track stays as near to its place as is asked, before the orbit must be raised.

    It begins at the eastern edge with the orbit a little high, drifts west to the other edge,
    turns there and comes back [1]_.

    Parameters
    ----------
    altitude : array_like, (...)
        Semi-major axis less the equatorial radius. [m]
    sinking : array_like, (...)
        From `sink_rate`. [m/s]
    half_width : array_like, (...)
        How far east or west the track may be at the equator. [m]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Between two burns. [d]

    References
    ----------
    .. [1] D. Vallado, "Fundamentals of Astrodynamics and Applications", 4th ed., 2013, ch. 11.

    Examples
    --------
    >>> round(float(days_on_track(400e3, 100.0 / 86_400, 1e3)), 1)
    4.2
    """
    a_day = track_shift(altitude, sinking, 1.0)
    # A parabola that spans twice the half-width between its edge and its turn, there and back.
    return np.asarray(2 * np.sqrt(2 * np.asarray(half_width, dtype=np.float64) / a_day))


def gravity_degree(resolution: ArrayLike) -> Array:
    """Degree of spherical harmonics with half a wave of so much.

    Parameters
    ----------
    resolution : array_like, (...)
        Half a wavelength on the ground, above zero. [m]

    Returns
    -------
    ndarray, (...)
        [-]

    Examples
    --------
    >>> round(float(gravity_degree(100e3)))
    200
    """
    return np.asarray(np.pi * EARTH_MEAN_RADIUS / np.asarray(resolution, dtype=np.float64))


def gravity_left(height: ArrayLike, degree: ArrayLike) -> Array:
    """Share of a wave of the ground's gravity that is left at a height.

    Parameters
    ----------
    height : array_like, (...)
        Over the ground. [m]
    degree : array_like, (...)
        Of spherical harmonics. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        (R / (R + h)) to the degree plus 2, of acceleration. [-]

    References
    ----------
    .. [1] W. Heiskanen, H. Moritz, "Physical Geodesy", 1967, section 2-14.

    Examples
    --------
    >>> round(float(gravity_left(400e3, 200.0)) * 1e6, 1)  # parts in a million
    4.6
    """
    ratio = EARTH_MEAN_RADIUS / (EARTH_MEAN_RADIUS + np.asarray(height, dtype=np.float64))
    return np.asarray(ratio ** (np.asarray(degree, dtype=np.float64) + 2))
