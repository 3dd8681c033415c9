"""Dilution of precision: how the places of satellites in the sky multiply errors of ranges."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

GOLDEN_ANGLE: Final = np.pi * (3.0 - np.sqrt(5.0))  # [rad] turn between places of `even_places`


@dataclass(frozen=True, eq=False)
class Dilution:
    """Dilutions of precision, (place, time); NaN where satellites do not suffice."""

    geometry: Array
    """GDOP: position and time together. [-]"""
    position: Array
    """PDOP. [-]"""
    horizontal: Array
    """HDOP. [-]"""
    vertical: Array
    """VDOP. [-]"""
    time: Array
    """TDOP, in units of range. [-]"""
    seen: NDArray[np.int64]
    """Satellites above the mask. [-]"""


def dilution(satellites: ArrayLike, place: ArrayLike, vertical: ArrayLike, mask: float) -> Dilution:
    """Dilution of precision of ranges to the satellites above a mask, at places over time.

    The inverse of the normal matrix of unit vectors east, north, up and of the clock [1]_. Ranges
    count alike, whatever their elevation; all satellites share one clock offset, as when systems
    broadcast the offset between their times.

    Parameters
    ----------
    satellites : array_like, (satellite, time, 3)
        Positions in Earth-fixed axes. [m]
    place, vertical : array_like, (place, 3)
        Places and their unit verticals. [m, -]
    mask : float
        Lowest elevation. [rad]

    Returns
    -------
    Dilution
        NaN where fewer than four satellites are seen, or where they lie on one cone.

    Raises
    ------
    DomainError
        If shapes do not fit.

    Notes
    -----
    Agrees with closed forms (regular tetrahedron, `tests/unit/test_dilution.py`) to 1e-12 and with
    TAT-C (`stationkeeper validate services`).

    References
    ----------
    .. [1] P. Misra and P. Enge, "Global Positioning System", 2nd ed., 2006, section 6.1.

    Examples
    --------
    >>> up = np.array([0.0, 0.0, 1.0])
    >>> ring = np.radians([0, 120, 240])
    >>> low = np.stack([np.cos(ring), np.sin(ring), 0 * ring], axis=-1)
    >>> sky = 2e7 * np.concatenate([low, up[None]])[:, None, :]
    >>> found = dilution(sky, [[0.0, 0.0, 0.0]], [up], -0.1)
    >>> round(float(found.horizontal[0, 0]), 3)  # 2 / sqrt(3)
    1.155
    """
    sky = np.asarray(satellites, float)
    site = np.asarray(place, float)
    up = np.asarray(vertical, float)
    if sky.ndim != 3 or sky.shape[-1] != 3 or site.ndim != 2 or site.shape != up.shape:
        raise DomainError(
            "dilution needs satellites (satellite, time, 3), place and vertical (place, 3); given "
            f"{sky.shape}, {site.shape}, {up.shape}"
        )
    shape = (site.shape[0], sky.shape[1])
    squares = np.full((*shape, 4), np.nan)
    seen = np.zeros(shape, np.int64)
    lowest = np.sin(mask)
    for k in range(site.shape[0]):  # a place at a time keeps memory flat
        sight = sky - site[k]
        sight = sight / np.linalg.norm(sight, axis=-1, keepdims=True)
        above = sight @ up[k] >= lowest
        seen[k] = above.sum(axis=0)
        squares[k] = _squares(sight @ _axes(up[k]).T, above, seen[k])
    east, north, height, clock = np.moveaxis(squares, -1, 0)
    return Dilution(
        geometry=np.sqrt(east + north + height + clock),
        position=np.sqrt(east + north + height),
        horizontal=np.sqrt(east + north),
        vertical=np.sqrt(height),
        time=np.sqrt(clock),
        seen=seen,
    )


def even_places(number: int) -> tuple[Array, Array]:
    """Places that stand for equal areas of the globe, on a spiral from pole to pole.

    Parameters
    ----------
    number : int
        How many, at least one. [-]

    Returns
    -------
    latitude, longitude : ndarray, (number,)
        On a sphere. [rad]

    Raises
    ------
    DomainError
        If there is none.

    Examples
    --------
    >>> latitude, longitude = even_places(400)
    >>> round(float(np.mean(np.abs(latitude) < np.radians(30))), 3)  # half of a sphere
    0.5
    """
    if number < 1:
        raise DomainError(f"at least one place is needed, not {number}")
    index = np.arange(number)
    latitude = np.arcsin((2.0 * index + 1.0) / number - 1.0)
    longitude = (index * GOLDEN_ANGLE + np.pi) % (2 * np.pi) - np.pi
    return latitude, longitude


def _axes(up: Array) -> Array:
    """Return the unit vectors east, north, up as rows; any level axes at a pole."""
    away = np.hypot(up[0], up[1])
    east = np.array([-up[1], up[0], 0.0]) / away if away > 1e-12 else np.array([0.0, 1.0, 0.0])
    return np.stack([east, np.cross(up, east), up])


def _squares(level: Array, above: NDArray[np.bool_], seen: NDArray[np.int64]) -> Array:
    """Return the four diagonal terms of the inverse normal matrices, (time, 4)."""
    rows = np.concatenate([level, np.ones((*level.shape[:2], 1))], axis=-1)
    rows = np.where(above[..., None], rows, 0.0).transpose(1, 0, 2)
    normal = rows.transpose(0, 2, 1) @ rows
    enough = seen >= 4
    found = np.full((normal.shape[0], 4), np.nan)
    if not enough.any():
        return found
    values = np.linalg.eigvalsh(normal[enough])
    good = np.flatnonzero(enough)[values[:, 0] > 1e-12 * values[:, -1]]
    found[good] = np.einsum("tii->ti", np.linalg.inv(normal[good]))
    return found
