"""Error of a position found from the Doppler counts of one pass of one satellite."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_ROTATION_RATE
from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

LEAST_COUNTS: Final = 4  # three unknowns and one count that checks them; ours
LOWEST_TOP: Final = float(np.radians(15))  # lower passes are short and long in refraction; ours
HIGHEST_TOP: Final = float(np.radians(70))  # higher ones do not tell the side; ours
MOST_DIGITS: Final = 1e-12  # of the reciprocal condition of normal equations that is believed


@dataclass(frozen=True, eq=False)
class FixErrors:
    """One-sigma errors of fixes, one a pass, NaN where no fix is possible."""

    along: Array
    """Along the track on the ground, (pass,). [m]"""
    across: Array
    """Across it, (pass,). [m]"""
    total: Array
    """Root of the sum of both squares, (pass,). [m]"""
    frequency: Array
    """Of the found offset as a speed: relative offset times the speed of light, (pass,). [m/s]"""
    covariance: Array
    """Of east, north and offset, (pass, 3, 3). [m2, m2/s, m2/s2]"""
    counts: NDArray[np.int64]
    """Counts used, (pass,). [-]"""


def count_times(rise: ArrayLike, set: ArrayLike, count: float) -> tuple[Array, NDArray[np.bool_]]:
    """Times that bound the Doppler counts of passes, in the middle of each pass.

    Parameters
    ----------
    rise, set : array_like, (pass,)
        Begin and end of each pass. [s]
    count : float
        Length of one count, greater than zero. [s]

    Returns
    -------
    seconds : ndarray, (pass, epoch)
        Times; those past the last repeat it. [s]
    used : ndarray of bool, (pass, epoch)
        True for the times of a pass.

    Raises
    ------
    DomainError
        If a count has no length.

    Examples
    --------
    >>> seconds, used = count_times([0.0, 100.0], [50.0, 210.0], 20.0)
    >>> seconds[:, :4]
    array([[  5.,  25.,  45.,  45.],
           [105., 125., 145., 165.]])
    >>> used.sum(axis=1)
    array([3, 6])
    """
    if not count > 0:
        raise DomainError(f"a Doppler count needs a length greater than zero, not {count} s")
    begin = np.atleast_1d(np.asarray(rise, float))
    length = np.atleast_1d(np.asarray(set, float)) - begin
    counts = np.maximum(np.floor(length / count + 1e-9).astype(np.int64), 0)
    index = np.arange(counts.max(initial=0) + 1)
    first = begin + 0.5 * (length - counts * count)
    seconds = first[:, None] + count * np.minimum(index, counts[:, None])
    return seconds, index <= counts[:, None]


def fix_errors(
    position: ArrayLike,
    velocity: ArrayLike,
    used: ArrayLike,
    place: ArrayLike,
    vertical: ArrayLike,
    *,
    count: float,
    noise: float,
    height: float = 0.0,
    along: float = 0.0,
    across: float = 0.0,
    radial: float = 0.0,
    independent: bool = True,
) -> FixErrors:
    """Covariance of east, north and frequency offset from the Doppler counts of passes.

    A count is the difference of the ranges at its two ends plus the offset of frequency times its
    length. Unknown are east, north and the offset. The height of the place and three constant
    errors of the orbit, along, across and up, are not solved for but considered: what they shift
    the fix by is added [1]_. Left out: drift of the receiver's oscillator within a pass, motion of
    the place, what refraction leaves (put it into the noise).

    Parameters
    ----------
    position, velocity : array_like, (pass, epoch, 3)
        Of the satellite in Earth-fixed axes at the ends of counts. [m, m/s]
    used : array_like of bool, (pass, epoch)
        False for epochs past the end of a pass.
    place, vertical : array_like, (3,) or (pass, 3)
        Place of the receiver and its unit vertical. [m, -]
    count : float
        Length of one count. [s]
    noise : float
        One sigma of one count as a difference of ranges, greater than zero. [m]
    height : float
        One sigma of the height of the place. [m]
    along, across, radial : float
        One sigma of the errors of the broadcast orbit. [m]
    independent : bool
        True if counts have errors of their own, as integrated counts of cycles that are each read
        out and rounded; False if they are differences of ranges with errors of their own, so that
        neighbours share one and are correlated by -1/2.

    Returns
    -------
    FixErrors
        NaN for passes with fewer than four counts or without geometry.

    Raises
    ------
    DomainError
        If the noise is not greater than zero.

    Notes
    -----
    Least squares on 4,000 simulated passes spread as told within 5 % (tests/unit/
    test_doppler_fix.py). A pass through the zenith does not tell on which side it passed: the
    error across the track grows without bound, and `LOWEST_TOP` to `HIGHEST_TOP` is where passes
    are used. The formula is linear: errors beyond some kilometres are not errors of this size.

    References
    ----------
    .. [1] B. Tapley, B. Schutz and G. Born, "Statistical Orbit Determination", 2004, section 6.

    Examples
    --------
    >>> angle = np.radians(np.linspace(-12, 12, 15))
    >>> flat = np.stack([np.sin(angle), 0 * angle, np.cos(angle)], axis=-1)
    >>> place = 6.378e6 * np.array([0.0, np.sin(0.08), np.cos(0.08)])
    >>> speed = np.stack([np.cos(angle), 0 * angle, -np.sin(angle)], axis=-1)
    >>> found = fix_errors(
    ...     6.8e6 * flat[None], 7.2e3 * speed[None], np.ones((1, 15), bool), place,
    ...     place / 6.378e6, count=23.0, noise=1.0,
    ... )
    >>> found.total.shape
    (1,)
    """
    if not noise > 0:
        raise DomainError(f"the noise of a count must be greater than zero, not {noise} m")
    r = np.asarray(position, float)
    v = np.asarray(velocity, float)
    there = np.asarray(used, bool)
    up = np.broadcast_to(np.asarray(vertical, float), (r.shape[0], 3))
    east, north = _level(up)
    sight = r - np.broadcast_to(np.asarray(place, float), up.shape)[:, None, :]
    sight = sight / np.linalg.norm(sight, axis=-1, keepdims=True)
    radially, along_it, across_it = orbit_axes(r, v)
    unknown = [-_dot(sight, axis[:, None, :]) for axis in (east, north)]
    # What a considered error of one metre does to the range at each epoch.
    considered = np.stack(
        [
            -_dot(sight, up[:, None, :]),
            _dot(sight, along_it),
            _dot(sight, across_it),
            _dot(sight, radially),
        ],
        axis=-1,
    )
    sigma = np.array([height, along, across, radial], float)
    epochs = there.sum(axis=1)
    time = count * np.arange(r.shape[1])[None, :] * np.ones((r.shape[0], 1))
    ranges = np.stack([*unknown, time], axis=-1)
    if independent:
        both = there[:, 1:] & there[:, :-1]
        design = np.where(both[..., None], np.diff(ranges, axis=1), 0.0)
        moved = np.where(both[..., None], np.diff(considered, axis=1), 0.0)
        spread = noise
    else:
        # Differences of ranges with errors of their own, weighted by their covariance, tell
        # exactly what the ranges tell with an unknown constant: here it is taken out by the mean.
        design = _less_mean(ranges, there)
        moved = _less_mean(considered, there)
        spread = noise / np.sqrt(2.0)
    possible = epochs > LEAST_COUNTS
    normal = np.einsum("pji,pjk->pik", design, design)
    # Metres and metres a second differ by the length of a pass: scale before judging.
    scale = np.sqrt(np.einsum("pii->pi", normal))
    scaled = normal / np.maximum(scale[:, :, None] * scale[:, None, :], 1e-300)
    possible &= np.isfinite(scaled).all(axis=(1, 2))
    scaled[~possible] = np.eye(3)
    singular = np.linalg.eigvalsh(scaled)
    possible &= singular[:, 0] > MOST_DIGITS * singular[:, -1]
    scaled[~possible] = np.eye(3)
    scale[~possible] = 1.0
    inverse = np.linalg.inv(scaled) / (scale[:, :, None] * scale[:, None, :])
    shift = np.einsum("pik,pjk,pjc->pic", inverse, design, moved) * sigma
    covariance = inverse * spread**2 + np.einsum("pic,pkc->pik", shift, shift)
    covariance[~possible] = np.nan
    heading = _heading(along_it, east, north, there)
    turned = np.stack([heading, heading[:, ::-1] * np.array([-1.0, 1.0])], axis=1)
    level = np.einsum("pai,pij,paj->pa", turned, covariance[:, :2, :2], turned)
    return FixErrors(
        along=np.sqrt(level[:, 0]),
        across=np.sqrt(level[:, 1]),
        total=np.sqrt(level.sum(axis=1)),
        frequency=np.sqrt(covariance[:, 2, 2]),
        covariance=covariance,
        counts=np.maximum(epochs - 1, 0),
    )


def usable(top_elevation: ArrayLike, duration: ArrayLike, count: float) -> NDArray[np.bool_]:
    """Tell which passes give a fix: neither low nor near the zenith, and long enough.

    Parameters
    ----------
    top_elevation : array_like, (...)
        Highest elevation of the pass. [rad]
    duration : array_like, (...)
        Length of the pass. [s]
    count : float
        Length of one Doppler count. [s]

    Returns
    -------
    ndarray of bool, (...)

    Examples
    --------
    >>> usable(np.radians([10, 45, 45, 85]), [300, 400, 60, 500], 23.0)
    array([False,  True, False, False])
    """
    top = np.asarray(top_elevation, float)
    long_enough = np.asarray(duration, float) >= LEAST_COUNTS * count
    return np.asarray((top >= LOWEST_TOP) & (top <= HIGHEST_TOP) & long_enough)


def orbit_axes(position: Array, velocity: Array) -> tuple[Array, Array, Array]:
    """Unit vectors up, along and across an orbit, from a state in Earth-fixed axes.

    Parameters
    ----------
    position, velocity : ndarray, (..., 3)
        Earth-fixed, the velocity relative to the turning Earth. [m, m/s]

    Returns
    -------
    radial, along, across : ndarray, (..., 3)
        `along` lies in the plane of the orbit, at a right angle to `radial`. [-]

    Examples
    --------
    >>> axes = orbit_axes(np.array([7e6, 0.0, 0.0]), np.array([0.0, 0.0, 7.5e3]))
    >>> axes[2].round(2).tolist()  # the turning Earth carries it east by 510 m/s
    [0.0, -1.0, 0.07]
    """
    x, y = position[..., 0], position[..., 1]
    turning = EARTH_ROTATION_RATE * np.stack([-y, x, np.zeros_like(x)], axis=-1)
    radial = position / np.linalg.norm(position, axis=-1, keepdims=True)
    across = np.cross(radial, velocity + turning)
    across = across / np.linalg.norm(across, axis=-1, keepdims=True)
    return radial, np.cross(across, radial), across


def _dot(a: Array, b: Array) -> Array:
    return np.asarray((a * b).sum(axis=-1))


def _level(up: Array) -> tuple[Array, Array]:
    """Return unit vectors east and north; at the poles, along the meridians of 90 and 180 deg."""
    x, y = up[:, 0], up[:, 1]
    away = np.hypot(x, y)
    polar = away < 1e-12
    away = np.where(polar, 1.0, away)
    zero = np.zeros_like(x)
    east = np.stack([np.where(polar, 0.0, -y / away), np.where(polar, 1.0, x / away), zero], -1)
    return east, np.cross(up, east)


def _less_mean(values: Array, there: NDArray[np.bool_]) -> Array:
    kept = np.where(there[..., None], values, 0.0)
    mean = kept.sum(axis=1) / np.maximum(there.sum(axis=1), 1)[:, None]
    return np.where(there[..., None], values - mean[:, None, :], 0.0)


def _heading(along: Array, east: Array, north: Array, there: NDArray[np.bool_]) -> Array:
    """Return the mean direction of flight over the ground, (pass, 2) of east and north."""
    mean = np.where(there[..., None], along, 0.0).sum(axis=1)
    heading = np.stack([_dot(mean, east), _dot(mean, north)], axis=-1)
    length = np.linalg.norm(heading, axis=-1, keepdims=True)
    return np.asarray(np.where(length > 0, heading / np.where(length > 0, length, 1.0), [1.0, 0.0]))
