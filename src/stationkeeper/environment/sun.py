"""Where the Sun stands: direction, angle to an orbit plane, local time of a node."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def sun_direction(day: ArrayLike) -> Array:
    """Unit vector from Earth to the Sun, on the equator and equinox of date.

    The low-precision formula of the almanac [1]_. Nutation, aberration beyond its constant part,
    and the 69 s between UTC and dynamical time are left out.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC, -18,262 to 18,262 (1950-2050). [d]

    Returns
    -------
    ndarray, (..., 3)
        Direction, of length one. [-]

    Notes
    -----
    Within 0.014 degrees of the series of ERFA in the range above (tests/unit/test_sun.py).

    References
    ----------
    .. [1] "The Astronomical Almanac", section C, "Low-precision formulas for the Sun".

    Examples
    --------
    >>> np.round(sun_direction(79.31), 2) + 0.0  # the March equinox of 2000
    array([1., 0., 0.])
    """
    n = np.asarray(day, dtype=np.float64) - 0.5  # from J2000.0, noon
    mean_longitude = np.radians(280.460 + 0.9856474 * n)
    anomaly = np.radians(357.528 + 0.9856003 * n)
    longitude = mean_longitude + np.radians(1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    obliquity = np.radians(23.439 - 4e-7 * n)
    return np.stack(
        [
            np.cos(longitude),
            np.cos(obliquity) * np.sin(longitude),
            np.sin(obliquity) * np.sin(longitude),
        ],
        axis=-1,
    )


def sun_right_ascension(day: ArrayLike) -> Array:
    """Right ascension of the true Sun, equinox of date.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC. [d]

    Returns
    -------
    ndarray, (...)
        Angle from 0 to 2 pi. [rad]

    Examples
    --------
    >>> round(float(np.degrees(sun_right_ascension(172.07))), 1)  # the June solstice of 2000
    90.0
    """
    direction = sun_direction(day)
    return np.asarray(np.arctan2(direction[..., 1], direction[..., 0]) % (2 * np.pi))


def beta_angle(day: ArrayLike, inclination: ArrayLike, node: ArrayLike) -> Array:
    """Angle of the Sun above an orbit plane, positive on the side of the orbit's momentum.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC. [d]
    inclination : array_like, (...)
        Inclination to the equator. [rad]
    node : array_like, (...)
        Right ascension of the ascending node. [rad]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Angle, -pi/2 to pi/2. [rad]

    Examples
    --------
    >>> round(float(np.degrees(beta_angle(172.07, np.radians(51.6), 0.0))), 1)
    -28.2
    """
    sun = sun_direction(day)
    sine, cosine = np.sin(inclination), np.cos(inclination)
    height = (
        sine * np.sin(node) * sun[..., 0] - sine * np.cos(node) * sun[..., 1] + cosine * sun[..., 2]
    )
    return np.asarray(np.arcsin(np.clip(height, -1, 1)))


def node_local_time(day: ArrayLike, node: ArrayLike) -> Array:
    """Local solar time at the ascending node, as an angle: 0 is midnight, pi is noon.

    By the true Sun, so the equation of time is in it.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC. [d]
    node : array_like, (...)
        Right ascension of the ascending node. [rad]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Angle from 0 to 2 pi. [rad]

    Examples
    --------
    >>> round(float(node_local_time(79.31, 0.0)) * 12 / np.pi, 2)  # hours
    12.0
    """
    return np.asarray((np.asarray(node) - sun_right_ascension(day) + np.pi) % (2 * np.pi))
