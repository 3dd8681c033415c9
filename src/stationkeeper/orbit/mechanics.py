"""Motion of a near-circular orbit about an oblate Earth: rates, radii, mean elements, burns."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_FLATTENING, EARTH_RADIUS, J2, MU_EARTH
from stationkeeper.errors import DomainError

J3: Final = -2.53265649e-6  # [-] EGM96, unnormalised
J4: Final = -1.61962159e-6  # [-] EGM96, unnormalised

Array = NDArray[np.float64]


def mean_motion(semi_major_axis: ArrayLike) -> Array:
    """Two-body angular rate of an orbit.

    Parameters
    ----------
    semi_major_axis : array_like, (...)
        Semi-major axis, greater than zero. [m]

    Returns
    -------
    ndarray, (...)
        Mean motion. [rad/s]

    Examples
    --------
    >>> round(float(86_400 * mean_motion(6_796_821.0) / (2 * np.pi)), 2)  # turns a day
    15.49
    """
    a = np.asarray(semi_major_axis, dtype=np.float64)
    return np.asarray(np.sqrt(MU_EARTH / a) / a)


def _first_order(semi_major_axis: ArrayLike, eccentricity: ArrayLike) -> tuple[Array, Array]:
    a = np.asarray(semi_major_axis, dtype=np.float64)
    e = np.asarray(eccentricity, dtype=np.float64)
    if np.any(a <= 0) or np.any((e < 0) | (e >= 1)):
        raise DomainError("an orbit needs semi-major axis > 0 and 0 <= eccentricity < 1")
    return mean_motion(a), J2 * (EARTH_RADIUS / (a * (1 - e**2))) ** 2


def node_drift_rate(
    semi_major_axis: ArrayLike, eccentricity: ArrayLike, inclination: ArrayLike
) -> Array:
    """Rate at which Earth's oblateness turns the orbit plane.

    First-order secular effect of J2 [1]_. Periodic terms are left out.

    Parameters
    ----------
    semi_major_axis : array_like, (...)
        Semi-major axis, greater than zero. [m]
    eccentricity : array_like, (...)
        Eccentricity, 0 <= e < 1. [-]
    inclination : array_like, (...)
        Inclination to the equator. [rad]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Right ascension rate, negative when the node moves west. [rad/s]

    Raises
    ------
    DomainError
        If any orbit is not an ellipse.

    References
    ----------
    .. [1] D. Vallado, "Fundamentals of Astrodynamics and Applications", 4th ed., 2013, eq. 9-37.

    Examples
    --------
    >>> rate = node_drift_rate(7_178_137.0, 0.0, np.radians(98.6))
    >>> round(float(np.degrees(rate)) * 86_400, 2)  # degrees a day
    0.99
    """
    n, k = _first_order(semi_major_axis, eccentricity)
    return np.asarray(-1.5 * n * k * np.cos(inclination))


def perigee_drift_rate(
    semi_major_axis: ArrayLike, eccentricity: ArrayLike, inclination: ArrayLike
) -> Array:
    """Rate at which Earth's oblateness turns the line of apsides within the plane.

    First-order secular effect of J2 [1]_; see `node_drift_rate` for the parameters.

    Parameters
    ----------
    semi_major_axis : array_like, (...)
        Semi-major axis, greater than zero. [m]
    eccentricity : array_like, (...)
        Eccentricity, 0 <= e < 1. [-]
    inclination : array_like, (...)
        Inclination to the equator. [rad]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Rate of the argument of perigee. [rad/s]

    Raises
    ------
    DomainError
        If any orbit is not an ellipse.

    References
    ----------
    .. [1] D. Vallado, "Fundamentals of Astrodynamics and Applications", 4th ed., 2013, eq. 9-39.

    Examples
    --------
    >>> rate = perigee_drift_rate(6_796_821.0, 0.0, np.radians(63.4349))  # the critical angle
    >>> abs(float(np.degrees(rate)) * 86_400) < 1e-3
    True
    """
    n, k = _first_order(semi_major_axis, eccentricity)
    return np.asarray(0.75 * n * k * (5 * np.cos(inclination) ** 2 - 1))


def oblate_radius_offset(
    semi_major_axis: ArrayLike, inclination: ArrayLike, argument_of_latitude: ArrayLike
) -> Array:
    """Radius along a near-circular orbit less that of the mean ellipse, from J2.

    First order in J2 and zero order in eccentricity, in the elements of Brouwer as SGP4 has them
    [1]_; the semi-major axis is the mean one (double primed), as an element set gives it once its
    mean motion is freed of Kozai's term.

    Parameters
    ----------
    semi_major_axis : array_like, (...)
        Mean semi-major axis. [m]
    inclination : array_like, (...)
        Inclination to the equator. [rad]
    argument_of_latitude : array_like, (...)
        Angle from the ascending node. [rad]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Offset of the radius. [m]

    Notes
    -----
    Checked in tests/unit/test_decay.py against an integrated orbit with J2..J4: within 60 m.

    References
    ----------
    .. [1] F. Hoots, R. Roehrich, "Spacetrack Report No. 3", 1980, short-period terms of SGP4.

    Examples
    --------
    >>> round(float(oblate_radius_offset(6_796_821.0, np.radians(51.6), 0.0)))  # metres
    230
    """
    scale = J2 * EARTH_RADIUS**2 / np.asarray(semi_major_axis, dtype=np.float64)
    c = np.cos(inclination)
    return np.asarray(
        scale * (0.25 * (1 - c**2) * np.cos(2 * np.asarray(argument_of_latitude)))
        - 0.75 * scale * (3 * c**2 - 1)
    )


def ellipsoid_radius(sine_latitude: ArrayLike) -> Array:
    """Distance of Earth's surface from its centre at a geocentric latitude.

    First order in the flattening: within 20 m of the ellipsoid of WGS-84.

    Parameters
    ----------
    sine_latitude : array_like, (...)
        Sine of the geocentric latitude, -1 to 1. [-]

    Returns
    -------
    ndarray, (...)
        Radius. [m]

    Examples
    --------
    >>> round(float(ellipsoid_radius(1.0)))
    6356752
    """
    s = np.asarray(sine_latitude, dtype=np.float64)
    return np.asarray(EARTH_RADIUS * (1 - EARTH_FLATTENING * s**2))


def mean_semi_major_axis(position: ArrayLike, velocity: ArrayLike) -> Array:
    """Mean semi-major axis of an orbit from its position and velocity at one moment.

    Takes off the short-period term of J2 to first order [1]_; the rest, of second order, is a few
    tens of metres.

    Parameters
    ----------
    position : array_like, (..., 3)
        Inertial position, equator of date. [m]
    velocity : array_like, (..., 3)
        Inertial velocity. [m/s]

    Returns
    -------
    ndarray, (...)
        Mean semi-major axis (Brouwer's, double primed). [m]

    Notes
    -----
    Constant along an orbit integrated with J2..J4 within 25 m (tests/unit/test_decay.py).

    References
    ----------
    .. [1] D. Brouwer, "Solution of the problem of artificial satellite theory without drag",
       Astron. J. 64, 378, 1959.

    Examples
    --------
    >>> speed = np.sqrt(MU_EARTH / 6_796_821.0)
    >>> inclined = [0.0, speed * np.cos(0.9), speed * np.sin(0.9)]
    >>> round(float(mean_semi_major_axis([6_796_821.0, 0.0, 0.0], inclined)))
    6790857
    """
    r = np.asarray(position, dtype=np.float64)
    v = np.asarray(velocity, dtype=np.float64)
    radius = np.linalg.norm(r, axis=-1)
    a = 1 / (2 / radius - np.sum(v * v, axis=-1) / MU_EARTH)
    momentum = np.cross(r, v)
    h = np.linalg.norm(momentum, axis=-1)
    c2 = (momentum[..., 2] / h) ** 2
    one_less_e2 = np.minimum(h**2 / (MU_EARTH * a), 1.0)
    sine_latitude_2 = (r[..., 2] / radius) ** 2  # sin2 i sin2 u
    cubed = (a / radius) ** 3
    # Brouwer's 1 - 3/2 sin2 i + 3/2 sin2 i cos 2u, with cos 2u = 1 - 2 sin2 u
    wave = cubed * (1 - 3 * sine_latitude_2)
    steady = (1 - 1.5 * (1 - c2)) * one_less_e2**-1.5
    return np.asarray(a - J2 * EARTH_RADIUS**2 / a * (wave - steady))


def transfer_speed(semi_major_axis_from: ArrayLike, semi_major_axis_to: ArrayLike) -> Array:
    """Speed to be gained to move between two circular orbits of one plane by small burns.

    The spiral limit |v1 - v2|, which a two-burn transfer approaches to 1e-4 for raises up to 50 km.
    Gravity losses of long burns are left out.

    Parameters
    ----------
    semi_major_axis_from, semi_major_axis_to : array_like, (...)
        Mean semi-major axes before and after. [m]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Delta-v, never negative. [m/s]

    Examples
    --------
    >>> round(float(transfer_speed(6_798_137.0, 6_800_137.0)), 2)  # 2 km up from 420 km
    1.13
    """
    first = np.asarray(semi_major_axis_from, dtype=np.float64)
    last = np.asarray(semi_major_axis_to, dtype=np.float64)
    return np.asarray(np.abs(np.sqrt(MU_EARTH / first) - np.sqrt(MU_EARTH / last)))


def propellant_for(delta_v: ArrayLike, mass: ArrayLike, exhaust_velocity: ArrayLike) -> Array:
    """Propellant that a speed change takes, by the rocket equation.

    Parameters
    ----------
    delta_v : array_like, (...)
        Speed change. [m/s]
    mass : array_like, (...)
        Mass before the burn, propellant included. [kg]
    exhaust_velocity : array_like, (...)
        Effective exhaust velocity, greater than zero. [m/s]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Propellant. [kg]

    Examples
    --------
    >>> round(float(propellant_for(1.0, 420_000.0, 2_950.0)), 1)
    142.3
    """
    speed = np.asarray(delta_v, dtype=np.float64)
    return np.asarray(-np.asarray(mass) * np.expm1(-speed / np.asarray(exhaust_velocity)))
