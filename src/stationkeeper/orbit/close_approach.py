"""The chance that two objects hit one another as they fly by: covariance into the encounter plane.

Near closest approach the relative motion is taken as a straight line at constant speed, so the
position along it does not matter: what is left is a normal distribution in the plane across it,
over the disc of the two bodies (Foster 1992).
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

PANELS: Final = 8  # of the part of the disc that counts
NODES: Final = 24  # of Gauss's rule in each; the error that they leave is in the tests
_GAUSS, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(NODES)
_EDGES: Final = np.linspace(-1.0, 1.0, PANELS + 1)
_PLACES: Final = ((_EDGES[:-1] + _EDGES[1:])[:, None] / 2 + _GAUSS / PANELS).ravel()
_WEIGHTS: Final = np.tile(_GAUSS_WEIGHTS / PANELS, PANELS)
_TAIL: Final = 45.0  # exponents this far below the largest are left out: exp(-45) = 3e-20
_SEARCH: Final = np.linspace(0.0, 1.0, 33)
_ROUNDS: Final = 7  # each at least halves the part, or leaves it as narrow as it is


def radial_axes(position: ArrayLike, velocity: ArrayLike) -> Array:
    """Axes of an orbit: outward, along the flight, and across.

    Parameters
    ----------
    position : array_like, (..., 3)
        From Earth's centre, in axes that do not turn. [m]
    velocity : array_like, (..., 3)
        In the same axes. [m/s]

    Returns
    -------
    ndarray, (..., axis, 3)
        Unit vectors: radial, transverse, normal. Times a vector it gives its components. [-]

    Raises
    ------
    DomainError
        If position and velocity are parallel or nothing.

    Examples
    --------
    >>> radial_axes([7e6, 0.0, 0.0], [10.0, 7.5e3, 0.0]).round(9).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    place, speed = (np.asarray(vector, dtype=np.float64) for vector in (position, velocity))
    across = np.cross(place, speed)
    lengths = [np.linalg.norm(vector, axis=-1, keepdims=True) for vector in (place, across)]
    if not all(np.all(length > 0) for length in lengths):
        raise DomainError(
            "the axes of an orbit need a position and a velocity that is not along it"
        )
    radial, normal = place / lengths[0], across / lengths[1]
    return np.asarray(np.stack([radial, np.cross(normal, radial), normal], axis=-2))


def in_fixed_axes(covariance: ArrayLike, axes: ArrayLike) -> Array:
    """Turn a covariance of radial, transverse and normal position into axes that do not turn.

    Parameters
    ----------
    covariance : array_like, (..., axis, axis)
        [m2]
    axes : array_like, (..., axis, 3)
        From `radial_axes`. [-]

    Returns
    -------
    ndarray, (..., 3, 3)
        [m2]

    Examples
    --------
    >>> turned = radial_axes([0.0, 7e6, 0.0], [-7.5e3, 0.0, 0.0])  # radial is y, transverse -x
    >>> in_fixed_axes(np.diag([1.0, 4.0, 9.0]), turned).tolist()
    [[4.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 9.0]]
    """
    turn = np.asarray(axes, dtype=np.float64)
    inside = np.asarray(covariance, dtype=np.float64) @ turn
    return np.asarray(np.swapaxes(turn, -1, -2) @ inside) + 0.0


def encounter_plane(
    relative_position: ArrayLike, relative_velocity: ArrayLike, covariance: ArrayLike
) -> tuple[Array, Array]:
    """Put miss and covariance into the plane across the relative motion.

    Parameters
    ----------
    relative_position : array_like, (..., 3)
        Of one object from the other, near closest approach. [m]
    relative_velocity : array_like, (..., 3)
        [m/s]
    covariance : array_like, (..., 3, 3)
        Of the relative position: the sum of both, if they are independent. [m2]

    Returns
    -------
    miss : ndarray, (..., 2)
        What is left of the position across the motion. [m]
    plane_covariance : ndarray, (..., 2, 2)
        [m2]

    Raises
    ------
    DomainError
        If the relative velocity is nothing.

    Examples
    --------
    >>> miss, spread = encounter_plane([3.0, 4.0, 5.0], [0.0, 0.0, 9.0], np.diag([1.0, 2.0, 7.0]))
    >>> round(float(np.hypot(*miss)), 9), round(float(np.trace(spread)), 9)
    (5.0, 3.0)
    """
    place, motion = (
        np.asarray(vector, dtype=np.float64) for vector in (relative_position, relative_velocity)
    )
    speed = np.linalg.norm(motion, axis=-1, keepdims=True)
    if not np.all(speed > 0):
        raise DomainError("an encounter plane needs a relative velocity")
    along = motion / speed
    # The axis that the motion has least of gives the first direction across.
    least = np.eye(3)[np.argmin(np.abs(along), axis=-1)]
    first = np.cross(along, least)
    first = first / np.linalg.norm(first, axis=-1, keepdims=True)
    across = np.stack([first, np.cross(along, first)], axis=-2)
    miss = np.einsum("...ij,...j->...i", across, place)
    spread = across @ np.asarray(covariance, dtype=np.float64) @ np.swapaxes(across, -1, -2)
    return np.asarray(miss), np.asarray(spread)


def collision_chance(miss: ArrayLike, covariance: ArrayLike, radius: ArrayLike) -> Array:
    """Chance that the relative position lies on the disc of two bodies in the encounter plane.

    The integral of a normal distribution over a disc, in one dimension by the error function and
    in the other by Gauss's rule over the part of the disc that counts. Left out: how the bodies
    are turned (both are spheres), uncertain velocities, slow encounters whose path is not straight
    while it matters, and covariances that themselves are uncertain.

    Parameters
    ----------
    miss : array_like, (..., 2)
        Mean of the relative position in the plane. [m]
    covariance : array_like, (..., 2, 2)
        Of the relative position in the plane. [m2]
    radius : array_like, (...)
        Of both bodies together, not negative. [m]

    Returns
    -------
    ndarray, (...)
        0 to 1. [-]

    Raises
    ------
    DomainError
        If a covariance is not symmetric and positive definite, a radius is negative, or a value is
        not finite.

    Notes
    -----
    Agrees with published cases from 1e-28 to 0.1 to the last digit printed (`stationkeeper
    validate hull`) and with adaptive integration to 1e-9 (tests/unit/test_close_approach.py).

    References
    ----------
    .. [1] J. Foster, H. Estes, "A parametric analysis of orbital debris collision probability and
       maneuver rate for space vehicles", NASA JSC-25898, 1992.
    .. [2] S. Alfano, "A numerical implementation of spherical object collision probability",
       J. Astronautical Sciences 53, 103, 2005.

    Examples
    --------
    >>> spread = np.diag([25.0**2, 50.0**2])
    >>> round(float(collision_chance([0.0, 10.0], spread, 5.0)), 6)  # Chan's first case: 9.742e-3
    0.009742
    """
    place = np.asarray(miss, dtype=np.float64)
    spread = np.asarray(covariance, dtype=np.float64)
    size = np.asarray(radius, dtype=np.float64)
    if not all(np.all(np.isfinite(value)) for value in (place, spread, size)):
        raise DomainError("a chance of collision needs finite values")
    if np.any(size < 0):
        raise DomainError("the radius of two bodies must not be negative")
    variance, axes = np.linalg.eigh(spread)
    uneven = np.abs(spread - np.swapaxes(spread, -1, -2)).max(axis=(-1, -2))
    if np.any(variance[..., 0] <= 0) or np.any(uneven > 1e-6 * np.abs(variance[..., 1])):
        raise DomainError(
            "a covariance in the encounter plane must be symmetric, positive definite"
        )
    # Gauss's rule along the narrow axis, where the error function would be a step.
    narrow, wide = (
        np.abs(np.einsum("...i,...i->...", axes[..., k], place))[..., None] for k in (0, 1)
    )
    sigma_narrow, sigma_wide = (np.sqrt(variance[..., k])[..., None] for k in (0, 1))
    disc = size[..., None]
    low, high = _part_that_counts(narrow, wide, sigma_narrow, sigma_wide, disc)
    angle = 0.5 * ((high + low) + (high - low) * _PLACES)
    weight = 0.5 * (high - low) * _WEIGHTS
    x, chord = disc * np.sin(angle), disc * np.cos(angle)
    density = np.exp(-0.5 * ((x - narrow) / sigma_narrow) ** 2) / (
        np.sqrt(2 * np.pi) * sigma_narrow
    )
    # Both ends from the far side of the mean, so that small differences keep their digits.
    inside = ndtr((chord - wide) / sigma_wide) - ndtr((-chord - wide) / sigma_wide)
    total = np.sum(weight * chord * density * inside, axis=-1)
    return np.asarray(np.clip(total, 0.0, 1.0))


def _part_that_counts(
    narrow: Array, wide: Array, sigma_narrow: Array, sigma_wide: Array, disc: Array
) -> tuple[Array, Array]:
    """Between which angles on the disc the integrand is not negligible beside its largest.

    Its logarithm is, but for slow factors, concave along the narrow axis, so the part is one piece
    and can be narrowed in rounds.
    """
    low = np.full_like(narrow + disc, -np.pi / 2)
    high = -low
    for _ in range(_ROUNDS):
        angle = low + (high - low) * _SEARCH
        short = np.maximum(wide - disc * np.cos(angle), 0.0)
        exponent = -0.5 * (
            ((disc * np.sin(angle) - narrow) / sigma_narrow) ** 2 + (short / sigma_wide) ** 2
        )
        counts = exponent >= exponent.max(axis=-1, keepdims=True) - _TAIL
        first = np.maximum(np.argmax(counts, axis=-1) - 1, 0)[..., None]
        last = np.argmax(counts[..., ::-1], axis=-1)[..., None]
        last = np.minimum(_SEARCH.size - last, _SEARCH.size - 1)
        low, high = (np.take_along_axis(angle, index, axis=-1) for index in (first, last))
    return low, high


def approach_chance(
    positions: ArrayLike, velocities: ArrayLike, covariances: ArrayLike, radius: ArrayLike
) -> Array:
    """Chance of a collision from the states of two objects at closest approach.

    As `collision_chance`; the errors of the two orbits are taken as independent.

    Parameters
    ----------
    positions : array_like, (..., 2, 3)
        Of both objects from Earth's centre, in axes that do not turn. [m]
    velocities : array_like, (..., 2, 3)
        [m/s]
    covariances : array_like, (..., 2, 3, 3)
        Of the radial, transverse and normal position of each. [m2]
    radius : array_like, (...)
        Of both bodies together. [m]

    Returns
    -------
    ndarray, (...)
        0 to 1. [-]

    Raises
    ------
    DomainError
        If the states give no encounter plane or a covariance is not one.

    Examples
    --------
    >>> states = [[7e6, 0.0, 0.0], [7e6, 100.0, 0.0]], [[0.0, 7.5e3, 0.0], [0.0, 0.0, 7.5e3]]
    >>> spread = [np.diag([1e4, 1e4, 1e4])] * 2
    >>> round(float(approach_chance(*states, spread, 20.0)), 5)
    0.00879
    """
    places, speeds = (np.asarray(value, dtype=np.float64) for value in (positions, velocities))
    spreads = in_fixed_axes(covariances, radial_axes(places, speeds))
    miss, spread = encounter_plane(
        places[..., 1, :] - places[..., 0, :],
        speeds[..., 1, :] - speeds[..., 0, :],
        spreads.sum(axis=-3),
    )
    return collision_chance(miss, spread, radius)
