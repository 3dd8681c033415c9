"""Torques on a station that turns about its centre of mass, and the turning itself.

Axes of flight: x along the velocity, y against the orbit normal, z down. The body keeps to them
when its attitude is zero. Vectors have their components last.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import MU_EARTH, STANDARD_GRAVITY
from stationkeeper.errors import DomainError
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]
Three = tuple[float, float, float]
Four = tuple[float, float, float, float]


def tilted_inertia(inertia: ArrayLike, tilt: ArrayLike) -> Array:
    """Inertia about flight axes of a body whose own axes are turned about the second.

    Parameters
    ----------
    inertia : array_like, (..., 3)
        Principal moments, greater than zero, none above the sum of the others. [kg m2]
    tilt : array_like, (...)
        Turn of the principal axes about the axis across the flight, nose up. [rad]

    Returns
    -------
    ndarray, (..., 3, 3)
        Inertia about the axes of flight. [kg m2]

    Raises
    ------
    DomainError
        If no body has such moments.

    Examples
    --------
    >>> tilted_inertia([2.0, 6.5, 7.0], np.radians(90.0)).round(6).diagonal().tolist()
    [7.0, 6.5, 2.0]
    """
    own = np.asarray(inertia, dtype=np.float64)
    if np.any(own <= 0) or np.any(2.0 * own.max(axis=-1) > own.sum(axis=-1) * (1 + 1e-12)):
        raise DomainError("moments of inertia: each must be above 0 and not above the others' sum")
    angle = np.asarray(tilt, dtype=np.float64)
    cosine, sine = np.cos(angle), np.sin(angle)
    whole = np.zeros((*np.broadcast_shapes(own.shape[:-1], angle.shape), 3, 3))
    whole[..., 0, 0] = own[..., 0] * cosine**2 + own[..., 2] * sine**2
    whole[..., 1, 1] = own[..., 1]
    whole[..., 2, 2] = own[..., 0] * sine**2 + own[..., 2] * cosine**2
    whole[..., 0, 2] = whole[..., 2, 0] = (own[..., 2] - own[..., 0]) * sine * cosine
    return whole


def gravity_gradient_torque(inertia: ArrayLike, down: ArrayLike, orbit_radius: ArrayLike) -> Array:
    """Torque of the gravity of a round Earth on a body.

    First order in the size of the body over the radius [1]_. Oblateness is left out.

    Parameters
    ----------
    inertia : array_like, (..., 3, 3)
        About any axes of the body. [kg m2]
    down : array_like, (..., 3)
        Unit vector to the centre of the Earth in the same axes. [-]
    orbit_radius : array_like, (...)
        From the centre of the Earth, greater than zero. [m]

    Returns
    -------
    ndarray, (..., 3)
        Torque in the same axes. [N m]

    Raises
    ------
    DomainError
        If the radius is not above zero.

    Notes
    -----
    In the equilibrium of a space station given in [2]_ it falls to 1e-12 of what it is in the axes
    of flight (tests/unit/test_attitude.py); the example of [3]_ is met as printed.

    References
    ----------
    .. [1] P. Hughes, "Spacecraft Attitude Dynamics", 1986, section 8.1.
    .. [2] J. Betts, "Practical Methods for Optimal Control and Estimation Using Nonlinear
       Programming", 2nd ed., 2010, example 6.11; read through public programs that solve it.
    .. [3] W. Larson, J. Wertz, "Space Mission Analysis and Design", 3rd ed., 1999, table 11-9.

    Examples
    --------
    >>> body = tilted_inertia([60.0, 90.0, 90.0], np.radians(1.0))
    >>> torque = gravity_gradient_torque(body, [0.0, 0.0, 1.0], 7_078e3)
    >>> [round(float(1e6 * part), 1) for part in torque]  # micro-newton-metres
    [0.0, 1.8, 0.0]
    """
    body, pointing = np.asarray(inertia, dtype=np.float64), np.asarray(down, dtype=np.float64)
    away = np.asarray(orbit_radius, dtype=np.float64)
    if np.any(away <= 0):
        raise DomainError("gravity gradient: the radius must be above 0 m")
    turned = np.einsum("...ij,...j->...i", body, pointing)
    return np.asarray((3.0 * MU_EARTH / away**3)[..., None] * np.cross(pointing, turned))


def aerodynamic_torque(
    density: ArrayLike,
    speed: ArrayLike,
    area: ArrayLike,
    centre: ArrayLike,
    along: ArrayLike,
    drag_coefficient: float = 2.2,
) -> Array:
    """Torque of the drag, which acts at the centre of pressure.

    Lift and the turning of the air with the Earth are left out.

    Parameters
    ----------
    density : array_like, (...)
        Of the air. [kg/m3]
    speed : array_like, (...)
        Through the air. [m/s]
    area : array_like, (...)
        Across the flow. [m2]
    centre : array_like, (..., 3)
        Centre of pressure from the centre of mass, axes of the body. [m]
    along : array_like, (..., 3)
        Unit vector of the velocity in axes of the body. [-]
    drag_coefficient : float
        2.2 is usual in free molecular flow. [-]

    Returns
    -------
    ndarray, (..., 3)
        Torque in axes of the body. [N m]

    Raises
    ------
    DomainError
        If density, area or coefficient is below zero.

    References
    ----------
    .. [1] W. Larson, J. Wertz, "Space Mission Analysis and Design", 3rd ed., 1999, table 11-9.

    Examples
    --------
    >>> torque = aerodynamic_torque(1e-13, 7_504.0, 3.0, [0, 0, 0.2], [1, 0, 0], 2.0)
    >>> round(float(1e6 * torque[1]), 1)  # micro-newton-metres, nose down
    -3.4
    """
    air, fast = np.asarray(density, dtype=np.float64), np.asarray(speed, dtype=np.float64)
    across = np.asarray(area, dtype=np.float64)
    if np.any(air < 0) or np.any(across < 0) or drag_coefficient < 0:
        raise DomainError("drag: density, area and coefficient must not be below 0")
    force = 0.5 * air * fast**2 * across * drag_coefficient
    return np.asarray(-force[..., None] * np.cross(np.asarray(centre), np.asarray(along)))


def pitch_libration_rate(inertia: ArrayLike, mean_motion: ArrayLike) -> Array:
    """Rate of small swings in pitch about the local vertical, in a circular orbit [1]_.

    Parameters
    ----------
    inertia : array_like, (..., 3)
        Principal moments along, across, down. [kg m2]
    mean_motion : array_like, (...)
        Of the orbit. [rad/s]

    Returns
    -------
    ndarray, (...)
        Angular frequency; NaN where the attitude is not stable. [rad/s]

    References
    ----------
    .. [1] P. Hughes, "Spacecraft Attitude Dynamics", 1986, section 9.2.

    Examples
    --------
    >>> float(pitch_libration_rate([5.0, 5.0, 0.001], 1.1e-3).round(6))  # a rod: n sqrt(3)
    0.001905
    """
    own, rate = np.asarray(inertia, dtype=np.float64), np.asarray(mean_motion, dtype=np.float64)
    ratio = 3.0 * (own[..., 0] - own[..., 2]) / own[..., 1]
    return np.asarray(rate * np.sqrt(np.where(ratio >= 0.0, ratio, np.nan)))


def momentum_propellant(momentum: ArrayLike, arm: ArrayLike, isp: ArrayLike) -> Array:
    """Propellant that takes angular momentum out by thrusters.

    Parameters
    ----------
    momentum : array_like, (...)
        To be taken out, any sign. [N m s]
    arm : array_like, (...)
        Lever of the thrusters, greater than zero. [m]
    isp : array_like, (...)
        Specific impulse, greater than zero. [s]

    Returns
    -------
    ndarray, (...)
        [kg]

    Raises
    ------
    DomainError
        If lever or specific impulse is not above zero.

    Examples
    --------
    >>> round(float(momentum_propellant(7_200.0, 8.0, 285.0)), 3)
    0.322
    """
    lever, impulse = np.asarray(arm, dtype=np.float64), np.asarray(isp, dtype=np.float64)
    if np.any(lever <= 0) or np.any(impulse <= 0):
        raise DomainError("propellant: lever and specific impulse must be above 0")
    return np.asarray(np.abs(momentum) / (lever * impulse * STANDARD_GRAVITY))


@inner_kernel
def turned_back(x: float, y: float, z: float, a: float, b: float, c: float) -> Three:
    """Return a vector of fixed direction in axes that have turned by twice atan |(a, b, c)|.

    The half turn of the implicit midpoint rule: it keeps the length of what it turns exactly.
    """
    square = a * a + b * b + c * c
    along = 2.0 * (a * x + b * y + c * z)
    less = 1.0 - square
    over = 1.0 / (1.0 + square)
    return (
        over * (less * x + along * a - 2.0 * (b * z - c * y)),
        over * (less * y + along * b - 2.0 * (c * x - a * z)),
        over * (less * z + along * c - 2.0 * (a * y - b * x)),
    )


@inner_kernel
def turned_on(w: float, x: float, y: float, z: float, a: float, b: float, c: float) -> Four:
    """Return the quaternion of a body after it turned by twice atan |(a, b, c)| in its own axes."""
    w1 = w - x * a - y * b - z * c
    x1 = x + w * a + y * c - z * b
    y1 = y + w * b + z * a - x * c
    z1 = z + w * c + x * b - y * a
    over = 1.0 / np.sqrt(w1 * w1 + x1 * x1 + y1 * y1 + z1 * z1)
    return w1 * over, x1 * over, y1 * over, z1 * over


@inner_kernel
def in_body(w: float, x: float, y: float, z: float, a: float, b: float, c: float) -> Three:
    """Return a vector of flight axes in axes of the body of that quaternion."""
    # Twice the cross product of the vector part with the vector, and that once more.
    p = 2.0 * (c * y - b * z)
    q = 2.0 * (a * z - c * x)
    r = 2.0 * (b * x - a * y)
    return a - w * p + y * r - z * q, b - w * q + z * p - x * r, c - w * r + x * q - y * p


@inner_kernel
def gravity_torque(
    along: float, across: float, down: float, mixed: float, gradient: float,
    x: float, y: float, z: float,
) -> Three:  # fmt: skip
    """Return the torque of gravity on a body with the given moments and product of inertia.

    `gradient` is three times the square of the rate of the orbit; x, y, z point down. [N m]
    """
    u, v, w = along * x + mixed * z, across * y, mixed * x + down * z
    return gradient * (y * w - z * v), gradient * (z * u - x * w), gradient * (x * v - y * u)


@inner_kernel
def rates(
    along: float, across: float, down: float, mixed: float, x: float, y: float, z: float
) -> Three:
    """Return the rates of a body of the given moments from its angular momentum. [rad/s]"""
    over = 1.0 / (along * down - mixed * mixed)
    return over * (down * x - mixed * z), y / across, over * (along * z - mixed * x)


@kernel
def _tumble(
    along: float, across: float, down: float, mixed: float, rate: Array, step: float, count: int
) -> Array:  # pragma: no cover - compiled
    course = np.empty((count + 1, 3))
    course[0] = rate
    x = along * rate[0] + mixed * rate[2]
    y = across * rate[1]
    z = mixed * rate[0] + down * rate[2]
    for place in range(count):
        a, b, c = rates(along, across, down, mixed, x, y, z)
        a, b, c = middle_rates(
            along, across, down, mixed, x, y, z, 0.0, 0.0, 0.0, a, b, c, 0.0, 0.0, 0.0, step
        )
        half = 0.5 * step
        x, y, z = turned_back(x, y, z, half * a, half * b, half * c)
        a, b, c = rates(along, across, down, mixed, x, y, z)
        course[place + 1, 0], course[place + 1, 1], course[place + 1, 2] = a, b, c
    return course


@inner_kernel
def middle_rates(
    along: float, across: float, down: float, mixed: float,
    x: float, y: float, z: float, stored_x: float, stored_y: float, stored_z: float,
    a: float, b: float, c: float, torque_x: float, torque_y: float, torque_z: float, step: float,
) -> Three:  # fmt: skip
    """Return the rates in the middle of a step from momentum, stored momentum, rates and torque.

    x, y, z is the whole momentum, a, b, c the rates at the begin; the torque is that on the body.
    """
    half = 0.5 * step
    return rates(
        along, across, down, mixed,
        x - stored_x + half * (torque_x - (b * z - c * y)),
        y - stored_y + half * (torque_y - (c * x - a * z)),
        z - stored_z + half * (torque_z - (a * y - b * x)),
    )  # fmt: skip


def free_tumble(inertia: ArrayLike, first_rate: ArrayLike, step: float, steps: int) -> Array:
    """Rates of a body that turns freely, as the simulated station does when nothing holds it.

    Parameters
    ----------
    inertia : array_like, (3, 3)
        About axes of the body; the second is a principal one. [kg m2]
    first_rate : array_like, (3,)
        At the begin. [rad/s]
    step : float
        [s]
    steps : int
        Zero or more. [-]

    Returns
    -------
    ndarray, (steps + 1, 3)
        In axes of the body. [rad/s]

    Raises
    ------
    DomainError
        If the second axis is not a principal one.

    Notes
    -----
    The length of the momentum is kept to rounding; at 1 deg/s and steps of 1 s the energy of a
    three-axial body moves by less than 1e-5 in an hour (tests/unit/test_attitude.py).

    Examples
    --------
    >>> course = free_tumble(np.diag([2.0, 2.0, 1.0]), [0.01, 0.0, 0.02], 1.0, 100)
    >>> float(np.ptp(course[:, 2]).round(6))  # the rate about the axis of symmetry stays
    0.0
    """
    body = np.asarray(inertia, dtype=np.float64)
    if body[0, 1] != 0.0 or body[1, 2] != 0.0:
        raise DomainError("free tumble: the second axis must be a principal one")
    return _tumble(
        float(body[0, 0]), float(body[1, 1]), float(body[2, 2]), float(body[0, 2]),
        np.ascontiguousarray(first_rate, dtype=np.float64), float(step), int(steps),
    )  # fmt: skip
