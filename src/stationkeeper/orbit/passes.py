"""Passes of a satellite over places: when it is seen, how high, and what many passes come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.orbit.ephemeris import Ephemeris, state_at
from stationkeeper.orbit.pass_filters import (
    Horizon,
    SunFilter,
    horizons,
    kept_parts,
    over_horizons,
    tops_of,
)
from stationkeeper.orbit.pass_kernels import shares_within, statistics_over
from stationkeeper.orbit.pass_search import arguments, checked, east_of, prepared, search

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

FINEST: Final = 5.0  # [s] between looks when time is shared out by elevation


@dataclass(frozen=True, eq=False)
class Passes:
    """Passes over sites, in order of site, then of rise; each array is (pass,)."""

    site: Integers
    """Index of the site. [-]"""
    rise: Array
    """From the start of the ephemeris; 0 if it is seen then already. [s]"""
    set: Array
    """From the start of the ephemeris; its end if it is seen then still. [s]"""
    top: Array
    """When it is highest. [s]"""
    top_elevation: Array
    """Elevation then. [rad]"""
    cut_at_begin: Flags
    """True if the pass had begun before the ephemeris. [-]"""
    cut_at_end: Flags
    """True if the pass goes on after it. [-]"""

    def __len__(self) -> int:
        """Return how many passes there are."""
        return int(self.site.size)


@dataclass(frozen=True, eq=False)
class PassStatistics:
    """What the passes over each site come to; each array is (site,)."""

    passes: Integers
    """How many, those cut at either end with them. [-]"""
    contact: Array
    """Time in view. [s]"""
    longest_gap: Array
    """Longest time out of view, from the start and to the end too. [s]"""
    gap_squares: Array
    """Sum of the squares of gaps: by twice the duration it is the mean wait. [s2]"""
    best_elevation: Array
    """Highest elevation; NaN without a pass. [rad]"""


def find_passes(
    ephemeris: Ephemeris,
    position: ArrayLike,
    vertical: ArrayLike,
    mask: ArrayLike,
    *,
    azimuth_masks: Sequence[Horizon | None] | None = None,
    sun: SunFilter | None = None,
) -> Passes:
    """All passes of a satellite over sites: when it rises, is highest and sets.

    Refraction and light time (6 ms at 2,000 km) are left out. None is missed: crossings of the
    lowest elevation are isolated by bounds on the satellite's motion between the rows of the
    ephemeris [1]_, so passes of a hundredth of a second are found and passes of days are one.

    Parameters
    ----------
    ephemeris : Ephemeris
        Earth-fixed; between rows it is the cubic through positions and velocities.
    position : array_like, (site, 3) or (site, time, 3)
        Earth-fixed; of sites that move, at each row of the ephemeris. [m]
    vertical : array_like, (site, 3) or (site, time, 3)
        Unit normals of the ellipsoid there, from `frames.vertical`. [-]
    mask : array_like, (site,) or scalar
        Lowest elevation, -pi/2 < mask < pi/2. [rad]
    azimuth_masks : sequence of (azimuth, elevation) or None, optional
        A site's uneven horizon by azimuth from north through east, ascending from 0 to 2 pi, with
        straight lines between; a pass must be above it and above the mask. A pass that it cuts in
        two is two. Only of sites that stand still. [rad]
    sun : SunFilter, optional
        Keep only the parts of passes in darkness or daylight, or of a satellite in sunlight.

    Returns
    -------
    Passes

    Raises
    ------
    DomainError
        If shapes do not fit, an elevation is out of range, or azimuths do not ascend.

    Notes
    -----
    The same passes as skyfield's on 40 sites x 30 days, with rises within 0.03 s given UT1 of the
    shipped table and 0.5 s without it, and the same as looks each second from 300 km to
    geosynchronous orbits (`validate services`, tests/validation/test_passes.py,
    tests/properties/test_passes.py). The
    error of the cubics at a step of 60 s is 0.4 m at 420 km: 0.1 ms of a rise, 0.02 s of one that
    grazes the mask. Of two peaks of one pass within one step the lower may be given as the top.
    Parts cut by an uneven horizon end within 1 ms.

    References
    ----------
    .. [1] R. E. Moore, R. B. Kearfott, M. J. Cloud, "Introduction to Interval Analysis", SIAM,
       2009, chapter 8, for roots isolated by bounds.

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import mean_ephemeris
    >>> from stationkeeper.orbit.frames import place, vertical
    >>> month = mean_ephemeris(9_862.0, 86_400.0, 60.0, altitude=420e3, inclination=0.9, node=0.0)
    >>> where = np.radians([[55.75, 37.6], [80.0, 0.0]]).T
    >>> passes = find_passes(month, place(*where), vertical(*where), np.radians(5.0))
    >>> bool((passes.site == 0).all()), 4 <= len(passes) <= 7  # it never rises at 80 degrees north
    (True, True)
    """
    sites, verticals, masks = checked(position, vertical, mask)
    profiles = horizons(azimuth_masks, sites)
    lowest = masks.copy()
    for k, profile in enumerate(profiles):
        if profile is not None:
            lowest[k] = max(masks[k], float(profile[1].min()))
    found = [search(seen, first) for first, seen in prepared(ephemeris, sites, verticals, lowest)]
    site = np.concatenate([one[0] for one in found]) if found else np.empty(0, np.int64)
    table = np.concatenate([one[1] for one in found]) if found else np.empty((0, 4))
    duration = (ephemeris.position.shape[0] - 1) * ephemeris.step
    if any(profile is not None for profile in profiles):
        site, table = over_horizons(ephemeris, sites, verticals, lowest, profiles, site, table)
    if sun is not None:
        kept = kept_parts(ephemeris, sites, verticals, sun, site, table)
        tops = tops_of(ephemeris, sites, verticals, kept)
        site, table = kept.site, np.column_stack([kept.begin, kept.end, tops])
    return Passes(
        site,
        table[:, 0].copy(),
        table[:, 1].copy(),
        table[:, 2].copy(),
        np.arcsin(np.clip(table[:, 3], -1.0, 1.0)),
        table[:, 0] <= 0.0,
        table[:, 1] >= duration,
    )


def pass_statistics(
    ephemeris: Ephemeris, position: ArrayLike, vertical: ArrayLike, mask: ArrayLike
) -> PassStatistics:
    """Passes, contact and gaps over many sites, without keeping any pass.

    Memory grows by 40 bytes a site. Time out of view before the first rise and after the last set
    counts as a gap as long as it is seen: a mean wait from a month is too short by what was cut
    off.

    Parameters
    ----------
    ephemeris : Ephemeris
        Earth-fixed.
    position, vertical : array_like, (site, 3) or (site, time, 3)
        As in `find_passes`. [m, -]
    mask : array_like, (site,) or scalar
        Lowest elevation, -pi/2 < mask < pi/2. [rad]

    Returns
    -------
    PassStatistics

    Raises
    ------
    DomainError
        If shapes do not fit or a mask is out of range.

    Notes
    -----
    The same search as `find_passes`, and the same sums as its passes to rounding
    (tests/unit/test_passes.py).

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import mean_ephemeris
    >>> from stationkeeper.orbit.frames import place, vertical
    >>> month = mean_ephemeris(9_862.0, 86_400.0, 60.0, altitude=420e3, inclination=0.9, node=0.0)
    >>> there = pass_statistics(month, place([1.4], [0.0]), vertical([1.4], [0.0]), 0.1)
    >>> int(there.passes[0]), float(there.longest_gap[0])
    (0, 86400.0)
    """
    sites, verticals, masks = checked(position, vertical, mask)
    parts = []
    for _, seen in prepared(ephemeris, sites, verticals, masks):
        out = np.empty((seen.site.shape[0], 5))
        room = np.empty((256, 4))
        done = 0
        while True:
            done = statistics_over(*arguments(seen), done, room, out)
            if done == seen.site.shape[0]:
                break
            room = np.empty((4 * room.shape[0], 4))
        parts.append(out)
    out = np.concatenate(parts) if parts else np.empty((0, 5))
    return PassStatistics(
        out[:, 0].astype(np.int64),
        out[:, 1].copy(),
        out[:, 2].copy(),
        out[:, 3].copy(),
        np.arcsin(np.clip(out[:, 4], -1.0, 1.0)),
    )


def sum_passes(passes: Passes, sites: int, duration: float) -> PassStatistics:
    """Passes, contact and gaps of passes that were kept: after filters, or of several satellites.

    Parameters
    ----------
    passes : Passes
        In order of site, then of rise, none overlapping another of its site.
    sites : int
        How many sites there are; some may have no pass. [-]
    duration : float
        Of the ephemeris. [s]

    Returns
    -------
    PassStatistics

    Examples
    --------
    >>> one = np.array([100.0])
    >>> none = np.array([False])
    >>> passes = Passes(np.array([1]), one, one + 50.0, one + 25.0, one * 0 + 0.5, none, none)
    >>> sum_passes(passes, 2, 1_000.0).longest_gap.tolist()
    [1000.0, 850.0]
    """
    contact = np.bincount(passes.site, passes.set - passes.rise, sites)
    best = np.full(sites, -np.inf)
    np.maximum.at(best, passes.site, passes.top_elevation)
    everyone = np.arange(sites)
    owner = np.concatenate([passes.site, everyone])
    ends = np.concatenate([passes.set, np.zeros(sites)])
    starts = np.concatenate([passes.rise, np.full(sites, duration)])
    # The gap after each end runs to the next start of the same site.
    by_end = np.lexsort((ends, owner))
    by_start = np.lexsort((starts, owner))
    gap = starts[by_start] - ends[by_end]
    longest = np.zeros(sites)
    np.maximum.at(longest, owner[by_end], gap)
    return PassStatistics(
        np.bincount(passes.site, minlength=sites).astype(np.int64),
        np.asarray(contact, dtype=np.float64),
        longest,
        np.asarray(np.bincount(owner[by_end], gap**2, sites), dtype=np.float64),
        np.where(np.isfinite(best), best, np.nan),
    )


def look(
    ephemeris: Ephemeris, position: ArrayLike, vertical: ArrayLike, seconds: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    """Where a satellite stands in the sky of a fixed site, how far, and how fast it comes.

    Refraction and light time are left out.

    Parameters
    ----------
    ephemeris : Ephemeris
        Earth-fixed.
    position, vertical : array_like, (3,)
        Of the site. [m, -]
    seconds : array_like, (look,)
        From the start of the ephemeris. [s]

    Returns
    -------
    elevation, azimuth : ndarray, (look,)
        Over the plane across the vertical, and from north through east, 0 to 2 pi; on a pole north
        is along the meridian of 180 degrees at the northern and of 0 at the southern. [rad]
    range : ndarray, (look,)
        Distance. [m]
    range_rate : ndarray, (look,)
        Its rate, negative while it comes nearer. [m/s]

    Raises
    ------
    DomainError
        If a moment is outside the ephemeris.

    Notes
    -----
    Range rates are those of the cubics between rows: within 0.05 m/s at 420 km and a step of 60 s
    (tests/unit/test_passes.py).

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import Ephemeris
    >>> still = Ephemeris(0.0, 60.0, np.tile([8e6, 0.0, 0.0], (2, 1)), np.zeros((2, 3)))
    >>> elevation, azimuth, away, rate = look(still, [7e6, 0.0, 0.0], [1.0, 0.0, 0.0], [30.0])
    >>> round(float(np.degrees(elevation[0]))), float(away[0]), float(rate[0])
    (90, 1000000.0, 0.0)
    """
    site = np.asarray(position, dtype=np.float64)
    up = np.asarray(vertical, dtype=np.float64)
    t = np.atleast_1d(np.asarray(seconds, dtype=np.float64))
    rows = ephemeris.position.shape[0]
    duration = (rows - 1) * ephemeris.step
    if site.shape != (3,) or up.shape != (3,):
        raise DomainError(f"a look is from one site: given {site.shape}, expected (3,)")
    if t.size and not (t.min() >= 0 and t.max() <= duration):
        raise DomainError(
            f"looks are within the ephemeris: given {t.min():g} to {t.max():g} s, expected 0 to "
            f"{duration:g} s"
        )
    away, speed = state_at(ephemeris, t)
    away = away - site
    east = east_of(up)
    north = np.cross(up, east)
    distance = np.linalg.norm(away, axis=-1)
    x, y, z = away @ east, away @ north, away @ up
    return (
        np.arctan2(z, np.hypot(x, y)),
        np.arctan2(x, y) % (2 * np.pi),
        distance,
        np.sum(away * speed, axis=-1) / distance,
    )


def elevation_shares(
    ephemeris: Ephemeris,
    position: ArrayLike,
    vertical: ArrayLike,
    mask: ArrayLike,
    edges: ArrayLike,
) -> Array:
    """Shares of the time in view of sites by elevation.

    Parameters
    ----------
    ephemeris : Ephemeris
        Earth-fixed.
    position, vertical : array_like, (site, 3)
        As in `find_passes`; sites that stand still. [m, -]
    mask : array_like, (site,) or scalar
        Lowest elevation, -pi/2 < mask < pi/2. [rad]
    edges : array_like, (bin + 1,)
        Of elevation, ascending. Time below the first or above the last is in no bin. [rad]

    Returns
    -------
    ndarray, (site, bin)
        Of the time in view; zeros without a pass. [-]

    Raises
    ------
    DomainError
        If edges do not ascend, shapes do not fit or a mask is out of range.

    Notes
    -----
    Elevation is taken as straight over 5 s: within 0.001 of looks each 0.1 s at 420 km
    (tests/unit/test_passes.py).

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import Ephemeris
    >>> still = Ephemeris(0.0, 60.0, np.tile([8e6, 0.0, 0.0], (2, 1)), np.zeros((2, 3)))
    >>> edges = np.radians([0.0, 30.0, 91.0])
    >>> elevation_shares(still, [[7e6, 0.0, 0.0]], [[1.0, 0.0, 0.0]], 0.0, edges).tolist()
    [[0.0, 1.0]]
    """
    sites, verticals, masks = checked(position, vertical, mask)
    bounds = np.ascontiguousarray(np.asarray(edges, dtype=np.float64))
    if bounds.ndim != 1 or bounds.size < 2 or np.any(np.diff(bounds) <= 0):
        raise DomainError("edges of elevation are at least two and ascend")
    if sites.ndim != 2:
        raise DomainError("time is shared out by elevation at sites that stand still")
    seconds = np.zeros((sites.shape[0], bounds.size - 1))
    contact = np.zeros(sites.shape[0])
    for first, seen in prepared(ephemeris, sites, verticals, masks):
        which, table = search(seen, first)
        shares_within(
            seen.position,
            seen.velocity,
            seen.step,
            sites,
            verticals,
            which,
            table[:, 0].copy(),
            table[:, 1].copy(),
            bounds,
            FINEST,
            seconds,
        )
        contact += np.bincount(which, table[:, 1] - table[:, 0], sites.shape[0])
    return np.divide(
        seconds, contact[:, None], out=np.zeros_like(seconds), where=contact[:, None] > 0
    )
