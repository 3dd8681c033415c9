"""How hard a stress pulls at the tip of a crack: stress intensity of cracks in plates."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

THROUGH_FACTOR: Final = 1.0  # [-] crack through a wide plate, exact
EMBEDDED_FACTOR: Final = 2 / np.pi  # [-] circular crack in a wide solid, exact
SURFACE_FACTOR: Final = 1.12 * 2 / np.pi  # [-] semicircular crack in the face of a thick plate


def stress_intensity(stress: ArrayLike, size: ArrayLike, factor: ArrayLike) -> Array:
    """Stress intensity K = Y S sqrt(pi a) at the tip of a crack.

    Linear elastic: no plastic zone. Flat plate: the curvature of a module, which makes a long
    through crack bulge, is left out.

    Parameters
    ----------
    stress : array_like, (...)
        Across the crack, away from it; a range gives the range of stress intensity. [Pa]
    size : array_like, (...)
        Depth of a surface crack, radius of an embedded one, or half the length of a through
        crack. [m]
    factor : array_like, (...)
        Y of the shape: `THROUGH_FACTOR`, `SURFACE_FACTOR`, `EMBEDDED_FACTOR` or a function of this
        module. [-]

    Returns
    -------
    ndarray, (...)
        [Pa sqrt(m)]

    Examples
    --------
    >>> round(float(stress_intensity(60e6, 1.5e-3, SURFACE_FACTOR)) / 1e6, 2)  # MPa sqrt(m)
    2.94
    """
    return np.asarray(np.asarray(factor) * np.asarray(stress) * np.sqrt(np.pi * np.asarray(size)))


def critical_size(toughness: ArrayLike, stress: ArrayLike, factor: ArrayLike) -> Array:
    """Size at which the stress intensity is the toughness.

    Parameters
    ----------
    toughness : array_like, (...)
        [Pa sqrt(m)]
    stress : array_like, (...)
        Largest stress across the crack, greater than zero. [Pa]
    factor : array_like, (...)
        Y of the shape; see `stress_intensity`. [-]

    Returns
    -------
    ndarray, (...)
        [m]

    Examples
    --------
    >>> round(float(critical_size(35e6, 100e6, THROUGH_FACTOR)) * 1e3, 1)  # mm
    39.0
    """
    pull = np.asarray(factor) * np.asarray(stress)
    return np.asarray((np.asarray(toughness) / pull) ** 2 / np.pi)


def through_crack_factor(half_length: ArrayLike, half_width: ArrayLike) -> Array:
    """Factor Y of a crack through the middle of a plate of finite width.

    Parameters
    ----------
    half_length : array_like, (...)
        [m]
    half_width : array_like, (...)
        Of the plate, greater than the half length. [m]

    Returns
    -------
    ndarray, (...)
        [-]

    Raises
    ------
    DomainError
        If a crack is longer than its plate.

    Notes
    -----
    The secant formula, within 0.3 % of exact results to half_length = 0.8 half_width [1]_.

    References
    ----------
    .. [1] "The Stress Analysis of Cracks Handbook", 3rd ed., 2000, section 2.1.

    Examples
    --------
    >>> round(float(through_crack_factor(0.05, 0.1)), 3)
    1.189
    """
    share = np.asarray(half_length, dtype=float) / np.asarray(half_width, dtype=float)
    if np.any((share < 0) | (share >= 1)):
        raise DomainError("a crack longer than its plate: expected half length < half width")
    return np.asarray(np.cos(np.pi / 2 * share) ** -0.5)


def surface_crack_factor(
    depth: ArrayLike,
    half_length: ArrayLike,
    wall: ArrayLike,
    half_width: ArrayLike,
    angle: ArrayLike,
) -> Array:
    """Factor Y of a half-elliptical crack in the face of a plate under tension.

    Parameters
    ----------
    depth : array_like, (...)
        Less than the wall. [m]
    half_length : array_like, (...)
        At the face. [m]
    wall : array_like, (...)
        Thickness of the plate. [m]
    half_width : array_like, (...)
        Of the plate, more than twice the half length. [m]
    angle : array_like, (...)
        Place on the crack front: 0 at the face, pi/2 at the deepest point. [rad]

    Returns
    -------
    ndarray, (...)
        So that K = Y S sqrt(pi depth). [-]

    Raises
    ------
    DomainError
        Outside depth / half_length 0.2 to 2, depth / wall to 1, half_length / half_width to 0.5.

    Notes
    -----
    Within 5 % of the finite elements behind it to depth / wall = 0.8 [1]_. Growth in this package
    uses `SURFACE_FACTOR` 0.713: for a semicircle in a thick wall this function gives 0.663 at the
    deepest point and 0.729 at the face, at 0.8 of the wall 0.717 and 0.950.

    References
    ----------
    .. [1] "Stress-Intensity Factor Equations for Cracks in Three-Dimensional Finite Bodies
       Subjected to Tension and Bending Loads", NASA TM-85793, 1984, equations 14-19 and 26-29.

    Examples
    --------
    >>> round(float(surface_crack_factor(1e-3, 1e-3, 1.0, 10.0, np.pi / 2)), 4)
    0.6625
    """
    aspect = np.asarray(depth, dtype=float) / np.asarray(half_length, dtype=float)
    through = np.asarray(depth, dtype=float) / np.asarray(wall, dtype=float)
    across = np.asarray(half_length, dtype=float) / np.asarray(half_width, dtype=float)
    if np.any((aspect < 0.2) | (aspect > 2) | (through > 1) | (across > 0.5)):
        raise DomainError(
            "surface crack: expected depth / half length 0.2 to 2, depth / wall to 1, "
            "half length / half width to 0.5"
        )
    sine, cosine = np.sin(angle), np.cos(angle)
    deep = aspect > 1
    low, inverse = np.minimum(aspect, 1.0), np.minimum(1 / aspect, 1.0)  # the one not used is 1
    first = np.where(deep, np.sqrt(inverse) * (1 + 0.04 * inverse), 1.13 - 0.09 * low)
    second = np.where(deep, 0.2 * inverse**4, -0.54 + 0.89 / (0.2 + low))
    third = np.where(deep, -0.11 * inverse**4, 0.5 - 1 / (0.65 + low) + 14 * (1 - low) ** 24)
    bend = np.where(deep, 0.35 * inverse, 0.35) * through**2
    ellipse = np.where(deep, inverse**2 * sine**2 + cosine**2, low**2 * cosine**2 + sine**2) ** 0.25
    width = np.cos(np.pi / 2 * across * np.sqrt(through)) ** -0.5
    boundary = (
        (first + second * through**2 + third * through**4)
        * (1 + (0.1 + bend) * (1 - sine) ** 2)
        * ellipse
        * width
    )
    flaw_shape = 1 + 1.464 * np.where(deep, inverse, low) ** 1.65
    return np.asarray(boundary / np.sqrt(flaw_shape))
