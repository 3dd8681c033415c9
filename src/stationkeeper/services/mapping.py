"""Cameras for maps: how small a thing they show, how wide a strip, and how far apart stereo looks.

The Earth is a sphere of its mean radius; flattening moves the height over the ground by up to
21 km along an orbit, which is left to whoever gives the height.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_MEAN_RADIUS
from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

DAY: Final = 86_400.0  # [s]


def incidence(height: ArrayLike, look: ArrayLike) -> Array:
    """Angle from the vertical at which a line of sight meets the ground.

    It is more than the angle at the satellite, because the ground bends away. Refraction is left
    out.

    Parameters
    ----------
    height : array_like, (...)
        Over the ground, greater than zero. [m]
    look : array_like, (...)
        Angle at the satellite from straight down, 0 to less than that of the horizon. [rad]

    Returns
    -------
    ndarray, (...)
        [rad]

    Raises
    ------
    DomainError
        If a height is not above zero or a line of sight misses the ground.

    References
    ----------
    .. [1] J. Wertz, "Space Mission Analysis and Design", 3rd ed., 1999, eq. 5-24.

    Examples
    --------
    >>> round(float(np.degrees(incidence(705e3, np.radians(27.6)))), 1)
    31.0
    """
    h, angle = np.asarray(height, dtype=np.float64), np.asarray(look, dtype=np.float64)
    sine = (1 + h / EARTH_MEAN_RADIUS) * np.sin(angle)
    if not (np.all(h > 0) and np.all(angle >= 0) and np.all(angle < np.pi / 2)):
        raise DomainError("a camera needs a height above zero and a look from 0 to pi/2")
    if not np.all(sine < 1):
        raise DomainError(
            f"given a look {np.degrees(angle.max()):.1f} degrees from the vertical, expected less "
            "than that of the horizon"
        )
    return np.asarray(np.arcsin(sine))


def slant_range(height: ArrayLike, look: ArrayLike) -> Array:
    """Distance along a line of sight to the ground.

    Parameters
    ----------
    height : array_like, (...)
        Over the ground. [m]
    look : array_like, (...)
        Angle at the satellite from straight down. [rad]

    Returns
    -------
    ndarray, (...)
        [m]

    Examples
    --------
    >>> round(float(slant_range(400e3, np.radians(30.0))) / 1e3)
    467
    """
    angle = np.asarray(look, dtype=np.float64)
    radius = EARTH_MEAN_RADIUS + np.asarray(height, dtype=np.float64)
    return np.asarray(radius * np.cos(angle) - EARTH_MEAN_RADIUS * np.cos(incidence(height, angle)))


def ground_sample(
    height: ArrayLike, focal_length: ArrayLike, pixel: ArrayLike, look: ArrayLike = 0.0
) -> tuple[Array, Array]:
    """Size of a pixel on the ground, in the middle of the picture.

    Blur by the optics and by motion is left out: this is the distance of samples, not what can be
    told apart.

    Parameters
    ----------
    height : array_like, (...)
        Over the ground. [m]
    focal_length, pixel : array_like, (...)
        Greater than zero. [m]
    look : array_like, (...)
        Angle at the satellite from straight down, across the track. [rad]

    Returns
    -------
    across, along : ndarray, (...)
        In the direction of the look, and square to it. [m]

    Raises
    ------
    DomainError
        If a length is not above zero or the line of sight misses the ground.

    Notes
    -----
    Beside cameras flown on the ISS: docs/explanation/services-geodesy.md.

    Examples
    --------
    >>> across, along = ground_sample(400e3, 0.32, 24e-6)  # as DESIS
    >>> round(float(across)), round(float(along))
    (30, 30)
    """
    f, p = np.asarray(focal_length, dtype=np.float64), np.asarray(pixel, dtype=np.float64)
    if not (np.all(f > 0) and np.all(p > 0)):
        raise DomainError("a camera needs a focal length and a pixel greater than zero")
    along = np.asarray(slant_range(height, look) * p / f)
    return np.asarray(along / np.cos(incidence(height, look))), along


def field_half_angle(focal_length: ArrayLike, pixel: ArrayLike, pixels: ArrayLike) -> Array:
    """Half the field of view of a row of pixels.

    Parameters
    ----------
    focal_length, pixel : array_like, (...)
        [m]
    pixels : array_like, (...)
        In the row. [-]

    Returns
    -------
    ndarray, (...)
        [rad]

    Examples
    --------
    >>> round(float(np.degrees(2 * field_half_angle(0.32, 24e-6, 1_024))), 1)  # DESIS: 4.4
    4.4
    """
    row = np.asarray(pixel, dtype=np.float64) * np.asarray(pixels, dtype=np.float64)
    return np.arctan2(0.5 * row, np.asarray(focal_length, dtype=np.float64))


def strip_width(height: ArrayLike, half_field: ArrayLike, tilt: ArrayLike = 0.0) -> Array:
    """Width on the ground of the strip that a row of pixels sweeps.

    Parameters
    ----------
    height : array_like, (...)
        Over the ground. [m]
    half_field : array_like, (...)
        Half the field of view, from `field_half_angle`. [rad]
    tilt : array_like, (...)
        Of the middle of the field from straight down. [rad]

    Returns
    -------
    ndarray, (...)
        Along the ground. [m]

    Raises
    ------
    DomainError
        If an edge of the field misses the ground.

    Examples
    --------
    >>> field = np.arctan(30.0 / 832.0)  # SPOT 1: 60 km straight down, 80 km at 27 degrees
    >>> wide = strip_width(832e3, field, np.radians([0.0, 27.0]))
    >>> (wide / 1e3).round().tolist()
    [60.0, 80.0]
    """
    half, middle = np.broadcast_arrays(half_field, tilt)
    edges = np.stack([middle - half, middle + half])
    reach = np.sign(edges) * (incidence(height, np.abs(edges)) - np.abs(edges))
    return np.asarray(EARTH_MEAN_RADIUS * (reach[1] - reach[0]))


def base_to_height(height: ArrayLike, fore: ArrayLike, aft: ArrayLike) -> Array:
    """How strongly heights move between two looks along the track.

    Parameters
    ----------
    height : array_like, (...)
        Over the ground. [m]
    fore, aft : array_like, (...)
        Angles at the satellite from straight down, ahead and behind. [rad]

    Returns
    -------
    ndarray, (...)
        Sum of the tangents where the looks meet the ground: metres that a point moves for each
        metre that it is higher. [-]

    Notes
    -----
    Of four cameras flown, within what is printed for three: docs/explanation/services-geodesy.md.

    Examples
    --------
    >>> round(float(base_to_height(705e3, 0.0, np.radians(27.6))), 2)  # ASTER: 0.6
    0.6
    """
    return np.asarray(np.tan(incidence(height, fore)) + np.tan(incidence(height, aft)))


def swept_rate(
    latitude: ArrayLike, ground_speed: ArrayLike, width: float, step: float, edges: ArrayLike
) -> Array:
    """How often a day a narrow strip passes over a place, mean over longitude, by latitude.

    The area swept in a belt over the area of the belt: with a strip narrower than cells, middles of
    cells are mostly missed, and this is not. The strip is held to the latitude of its middle, so it
    is meant for strips narrower than the belts.

    Parameters
    ----------
    latitude : array_like, (time,)
        Below the satellite, at even steps. [rad]
    ground_speed : array_like, (time,)
        Of the point below it, over the turning Earth. [m/s]
    width : float
        Of the strip. [m]
    step : float
        Between samples; a belt should take several. [s]
    edges : array_like, (belt + 1,)
        Of the belts, rising. [rad]

    Returns
    -------
    ndarray, (belt,)
        Passes a day. [1/d]

    Examples
    --------
    >>> turn = np.linspace(0.0, 2 * np.pi, 10_000, endpoint=False)  # a polar orbit, Earth at rest
    >>> rate = swept_rate(np.arcsin(np.sin(turn)), np.full(10_000, 7_000.0), 10e3, 1.0,
    ...     np.radians([-90.0, 0.0, 90.0]))
    >>> bool(np.allclose(rate, 7_000.0 * 10e3 * 86_400.0 / (4 * np.pi * 6_371e3**2), rtol=1e-3))
    True
    """
    where = np.asarray(latitude, dtype=np.float64)
    belts = np.asarray(edges, dtype=np.float64)
    area = np.asarray(ground_speed, dtype=np.float64) * (width * step)
    swept, _ = np.histogram(where, belts, weights=area)
    surface = 2 * np.pi * EARTH_MEAN_RADIUS**2 * np.diff(np.sin(belts))
    return np.asarray(swept / surface / (where.size * step / DAY))


def seen_share(rate: ArrayLike) -> Array:
    """Share of a belt seen in a day by a narrow strip that passes over it so often.

    Passes going north do not overlap one another, nor do those going south, until the belt is full;
    the ones cross the others anywhere.

    Parameters
    ----------
    rate : array_like, (...)
        Passes a day, half of them each way. [1/d]

    Returns
    -------
    ndarray, (...)
        0 to 1. [-]

    Examples
    --------
    >>> seen_share([0.0, 0.1, 5.0]).round(3).tolist()
    [0.0, 0.098, 1.0]
    """
    way = np.minimum(0.5 * np.asarray(rate, dtype=np.float64), 1.0)
    return np.asarray(1 - (1 - way) ** 2)
