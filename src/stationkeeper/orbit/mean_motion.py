"""Mean elements over time, and the states they stand for: the theory of SGP4 without drag."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_RADIUS, J2, MU_EARTH, SECONDS_PER_DAY
from stationkeeper.errors import DomainError
from stationkeeper.orbit.mechanics import J3, J4, mean_motion

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MeanElements:
    """Mean elements of Brouwer, each (time,) but for those that stay.

    Attributes
    ----------
    semi_major_axis
        [m]
    inclination, eccentricity
        Of all times. [rad], [-]
    node, argument_of_perigee, argument_of_latitude
        The last with the mean anomaly in it. [rad]
    """

    semi_major_axis: Array
    inclination: float
    eccentricity: float
    node: Array
    argument_of_perigee: Array
    argument_of_latitude: Array


def node_at_local_time(day: float, hour: float) -> float:
    """Right ascension of an ascending node from its local mean time.

    Parameters
    ----------
    day : float
        Days since 2000-01-01T00:00 UTC. [d]
    hour : float
        Local mean time of the node, 12 at the mean Sun. [h]

    Returns
    -------
    float
        0 to 2 pi. [rad]

    Notes
    -----
    The mean Sun of the day: 280.46 deg and 0.9856474 deg a day from noon of 2000-01-01 [1]_.

    References
    ----------
    .. [1] "The Astronomical Almanac", low-precision formulae of the Sun, page C5.

    Examples
    --------
    >>> round(float(np.degrees(node_at_local_time(0.5, 12.0))), 2)
    280.46
    """
    sun = np.radians(280.46 + 0.9856474 * (day - 0.5))
    return float((sun + np.pi * (hour - 12.0) / 12.0) % (2 * np.pi))


def secular_rates(
    semi_major_axis: ArrayLike, inclination: ArrayLike, eccentricity: ArrayLike = 0.0
) -> tuple[Array, Array, Array]:
    """Steady rates of node, perigee and mean anomaly under J2 (to second order) and J4.

    Parameters
    ----------
    semi_major_axis : array_like, (...)
        Mean semi-major axis of Brouwer. [m]
    inclination : array_like, (...)
        Inclination to the equator. [rad]
    eccentricity : array_like, (...)
        Mean eccentricity, 0 <= e < 1. [-]

    Returns
    -------
    tuple of ndarray
        Rates of node, of argument of perigee and of mean anomaly, the mean motion in it. [rad/s]

    Notes
    -----
    The terms of SGP4: first order as `mechanics.node_drift_rate` has it, and the next.

    References
    ----------
    .. [1] F. Hoots, R. Roehrich, "Spacetrack Report No. 3", 1980, secular effects of SGP4.

    Examples
    --------
    >>> node, _, _ = secular_rates(6_798_137.0, np.radians(51.6))
    >>> round(float(np.degrees(node)) * 86_400, 3)  # degrees a day
    -4.954
    """
    a = np.asarray(semi_major_axis, dtype=np.float64)
    n = mean_motion(a)
    c = np.cos(inclination)
    c2 = c * c
    c4 = c2 * c2
    beta2 = 1 - np.asarray(eccentricity, dtype=np.float64) ** 2
    q = (EARTH_RADIUS / (a * beta2)) ** 2
    first = 1.5 * J2 * q * n
    second = 0.5 * first * J2 * q
    fourth = -0.46875 * J4 * q * q * n
    beta = np.sqrt(beta2)
    anomaly = (
        n + 0.5 * first * beta * (3 * c2 - 1) + 0.0625 * second * beta * (13 - 78 * c2 + 137 * c4)
    )
    perigee = (
        -0.5 * first * (1 - 5 * c2)
        + 0.0625 * second * (7 - 114 * c2 + 395 * c4)
        + fourth * (3 - 36 * c2 + 49 * c4)
    )
    node = c * (-first + 0.5 * second * (4 - 19 * c2) + 2 * fourth * (3 - 7 * c2))
    return np.asarray(node), np.asarray(perigee), np.asarray(anomaly)


def elements_over(
    start_day: float,
    seconds: ArrayLike,
    *,
    altitude: float,
    inclination: float,
    node: float,
    argument_of_latitude: float,
    eccentricity: float = 0.0,
    argument_of_perigee: float = 0.0,
    knots: tuple[ArrayLike, ArrayLike] | None = None,
) -> MeanElements:
    """Mean elements at moments from a start; `ephemeris.mean_ephemeris` says what the names mean.

    Raises
    ------
    DomainError
        If the elements or the knots are out of their range.
    """
    t = np.asarray(seconds, dtype=np.float64)
    if not (0 <= eccentricity < 0.2):
        raise DomainError(f"mean elements need an eccentricity of 0 to 0.2, not {eccentricity}")
    if knots is None:
        moments, heights = np.array([0.0]), np.array([float(altitude)])
    else:
        day, height = (np.asarray(part, dtype=np.float64) for part in knots)
        if day.ndim != 1 or day.shape != height.shape or not day.size or np.any(np.diff(day) < 0):
            raise DomainError(
                "knots are days that never fall and as many altitudes; "
                f"given {day.size} days and {height.size} altitudes"
            )
        moments, heights = (day - start_day) * SECONDS_PER_DAY, height
    if np.any(heights * (1 + eccentricity) + EARTH_RADIUS * eccentricity < 0) or np.any(
        heights < 50e3
    ):
        raise DomainError(f"an orbit at {heights.min() / 1e3:.0f} km over the Earth is none")
    axes = heights + EARTH_RADIUS
    angles = _angles_since(moments, axes, inclination, eccentricity, t)
    begin = _angles_since(moments, axes, inclination, eccentricity, np.zeros(1))
    turned = angles[1:] - begin[1:]
    perigee = argument_of_perigee + turned[1]
    return MeanElements(
        angles[0],
        float(inclination),
        float(eccentricity),
        node + turned[0],
        perigee,
        argument_of_latitude + turned[1] + turned[2],
    )


def _angles_since(
    moments: Array, axes: Array, inclination: float, eccentricity: float, t: Array
) -> Array:
    """Semi-major axis, and node, perigee and anomaly gone since the first knot (4, time)."""

    def gone(first: Array, last: Array, span: Array) -> Array:
        """Integrate the rates over a straight run of the axis by Simpson's rule."""
        parts = [
            weight * np.stack(secular_rates(a, inclination, eccentricity))
            for weight, a in ((1, first), (4, 0.5 * (first + last)), (1, last))
        ]
        return np.asarray(span / 6 * (parts[0] + parts[1] + parts[2]))

    spans = np.diff(moments)
    so_far = np.zeros((3, moments.size))
    if spans.size:
        so_far[:, 1:] = np.cumsum(gone(axes[:-1], axes[1:], spans), axis=1)
    # The last of several knots on one day counts from that day on.
    k = np.searchsorted(moments, t, side="right") - 1
    low, high = np.clip(k, 0, None), np.clip(k + 1, 0, moments.size - 1)
    span = np.where((k < 0) | (k + 1 >= moments.size), np.inf, moments[high] - moments[low])
    past = t - moments[low]
    axis = axes[low] + np.where(k < 0, 0.0, (axes[high] - axes[low]) * (past / span))
    return np.vstack([axis[None], so_far[:, low] + gone(axes[low], axis, past)])


def states_of(elements: MeanElements) -> tuple[Array, Array]:
    """States that mean elements stand for, on the true equator and mean equinox of date.

    Adds the waves: of J3 over a turn of the perigee, of J2 within a turn of the orbit [1]_.

    Parameters
    ----------
    elements : MeanElements
        (time,)

    Returns
    -------
    tuple of ndarray, (time, 3)
        Position [m] and velocity [m/s].

    References
    ----------
    .. [1] F. Hoots, R. Roehrich, "Spacetrack Report No. 3", 1980, long and short-period terms
       of SGP4.
    """
    a, e = elements.semi_major_axis, elements.eccentricity
    c, s = np.cos(elements.inclination), np.sin(elements.inclination)
    c2 = c * c
    n = mean_motion(a)
    # J3 moves the middle of the orbit south: to the eccentricity vector it adds a part at 270 deg.
    shift = 1 / (a * (1 - e * e)) * EARTH_RADIUS
    ex = e * np.cos(elements.argument_of_perigee)
    ey = e * np.sin(elements.argument_of_perigee) - 0.5 * J3 / J2 * s * shift
    along = -0.25 * J3 / J2 * s * (3 + 5 * c) / max(1 + c, 1.5e-12) * shift
    mean = np.mod(elements.argument_of_latitude + along * ex, 2 * np.pi)
    eccentric = mean.copy()
    for _ in range(6):  # Newton from the mean: past 1e-15 after four turns for e < 0.2
        cosine, sine = np.cos(eccentric), np.sin(eccentric)
        off = mean - eccentric + ex * sine - ey * cosine
        eccentric += off / (1 - cosine * ex - sine * ey)
    cosine, sine = np.cos(eccentric), np.sin(eccentric)
    e_cos, e_sin = ex * cosine + ey * sine, ex * sine - ey * cosine
    e2 = ex * ex + ey * ey
    p = a * (1 - e2)
    radius = a * (1 - e_cos)
    scale = np.sqrt(MU_EARTH * a) / radius
    radial, across = scale * e_sin, scale * np.sqrt(1 - e2)
    beta = np.sqrt(1 - e2)
    part = e_sin / (1 + beta)
    sin_u = a / radius * (sine - ey - ex * part)
    cos_u = a / radius * (cosine - ex + ey * part)
    u = np.arctan2(sin_u, cos_u)
    sin_2u, cos_2u = 2 * sin_u * cos_u, 1 - 2 * sin_u * sin_u
    first = 0.5 * J2 * EARTH_RADIUS**2 / p  # [m]
    second = first / p
    con = 3 * c2 - 1
    true_radius = radius * (1 - 1.5 * second * beta * con) + 0.5 * first * (1 - c2) * cos_2u
    u = u - 0.25 * second * (7 * c2 - 1) * sin_2u
    node = elements.node + 1.5 * second * c * sin_2u
    inclination = elements.inclination + 1.5 * second * c * s * cos_2u
    radial = radial - n * first * (1 - c2) * sin_2u
    across = across + n * first * ((1 - c2) * cos_2u + 1.5 * con)
    sin_u, cos_u = np.sin(u), np.cos(u)
    sin_n, cos_n = np.sin(node), np.cos(node)
    sin_i, cos_i = np.sin(inclination), np.cos(inclination)
    outward = np.stack(
        [
            cos_n * cos_u - sin_n * cos_i * sin_u,
            sin_n * cos_u + cos_n * cos_i * sin_u,
            sin_i * sin_u,
        ],
        axis=-1,
    )
    forward = np.stack(
        [
            -cos_n * sin_u - sin_n * cos_i * cos_u,
            -sin_n * sin_u + cos_n * cos_i * cos_u,
            sin_i * cos_u,
        ],
        axis=-1,
    )
    position = true_radius[:, None] * outward
    return position, radial[:, None] * outward + across[:, None] * forward
