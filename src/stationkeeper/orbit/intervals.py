"""Stretches of time: joined, met, and what lies between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Intervals:
    """Stretches of time by site, in order of site, then of begin; each array is (interval,)."""

    site: Integers
    """Index of the site. [-]"""
    begin: Array
    """From the start of the ephemeris. [s]"""
    end: Array
    """[s]"""

    def of(self, site: int) -> tuple[Array, Array]:
        """Return begins and ends of one site. [s]"""
        first, last = np.searchsorted(self.site, (site, site + 1))
        return self.begin[first:last], self.end[first:last]


@dataclass(frozen=True, eq=False)
class GapStatistics:
    """How long one waits who comes at any moment with the same chance."""

    mean_wait: float
    """Half the sum of the squares of gaps by the duration. [s]"""
    longest: float
    """Longest gap. [s]"""
    gaps: Array
    """All gaps, in order. [s]"""
    duration: float
    """Of the time looked at. [s]"""

    def chance_of_waiting(self, wait: ArrayLike) -> Array:
        """Return the chance that a wait is longer than so long, in the shape given. [-]"""
        x = np.asarray(wait, dtype=np.float64)
        left = np.maximum(self.gaps - x[..., None], 0.0)
        return np.asarray(left.sum(axis=-1) / self.duration)


def _pair(begin: ArrayLike, end: ArrayLike) -> tuple[Array, Array]:
    b, e = np.asarray(begin, dtype=np.float64), np.asarray(end, dtype=np.float64)
    if b.ndim != 1 or b.shape != e.shape or not np.all(e >= b):
        raise DomainError("intervals have as many begins as ends, and none ends before it begins")
    return b, e


def union(begin: ArrayLike, end: ArrayLike) -> tuple[Array, Array]:
    """Merge intervals that overlap or touch.

    Parameters
    ----------
    begin, end : array_like, (interval,)
        In any order. [s]

    Returns
    -------
    begin, end : ndarray, (merged,)
        Ascending, apart from one another. [s]

    Raises
    ------
    DomainError
        If an interval ends before it begins.

    Examples
    --------
    >>> [times.tolist() for times in union([5.0, 0.0, 2.0], [6.0, 3.0, 4.0])]
    [[0.0, 5.0], [4.0, 6.0]]
    """
    b, e = _pair(begin, end)
    if not b.size:
        return b.copy(), e.copy()
    order = np.argsort(b, kind="stable")
    b, e = b[order], np.maximum.accumulate(e[order])
    starts = np.concatenate([[True], b[1:] > e[:-1]])
    return b[starts], e[np.concatenate([starts[1:], [True]])]


def gaps(begin: ArrayLike, end: ArrayLike, duration: float) -> Array:
    """Lengths of time that no interval covers, from 0 to the duration.

    Parameters
    ----------
    begin, end : array_like, (interval,)
        In any order; what is outside 0 to the duration is left out. [s]
    duration : float
        Greater than zero. [s]

    Returns
    -------
    ndarray, (gap,)
        In order; the time before the first and after the last interval is a gap too. [s]

    Raises
    ------
    DomainError
        If the duration is not above zero, or an interval ends before it begins.

    Examples
    --------
    >>> gaps([2.0, 3.0, 8.0], [4.0, 5.0, 10.0], 10.0).tolist()
    [2.0, 3.0]
    """
    starts, ends = _free(begin, end, duration)
    return ends - starts


def gap_statistics(begin: ArrayLike, end: ArrayLike, duration: float) -> GapStatistics:
    """Waits of someone who comes at any moment with the same chance.

    The gaps at both ends count as long as they are seen; a wait that would end after the duration
    is too short by what was cut off.

    Parameters
    ----------
    begin, end : array_like, (interval,)
        Intervals of service, in any order. [s]
    duration : float
        Greater than zero. [s]

    Returns
    -------
    GapStatistics

    Raises
    ------
    DomainError
        If the duration is not above zero, or an interval ends before it begins.

    Notes
    -----
    The mean wait is the sum of g^2 / (2 T), the chance of more than x the sum of max(0, g - x) / T.

    Examples
    --------
    >>> waits = gap_statistics([4.0], [6.0], 10.0)
    >>> waits.mean_wait, waits.longest, waits.chance_of_waiting([0.0, 3.0]).tolist()
    (1.6, 4.0, [0.8, 0.2])
    """
    lengths = gaps(begin, end, duration)
    return GapStatistics(
        float(np.sum(lengths**2) / (2 * duration)),
        float(lengths.max(initial=0.0)),
        lengths,
        float(duration),
    )


def _free(begin: ArrayLike, end: ArrayLike, duration: float) -> tuple[Array, Array]:
    """Return where gaps begin and end."""
    if not duration > 0:
        raise DomainError(f"gaps are within a duration above zero: given {duration:g} s")
    b, e = _pair(begin, end)
    inside = (e >= 0) & (b <= duration)
    b, e = union(np.clip(b[inside], 0, duration), np.clip(e[inside], 0, duration))
    starts, ends = np.concatenate([[0.0], e]), np.concatenate([b, [duration]])
    some = ends > starts
    return starts[some], ends[some]


def outside(intervals: Intervals, sites: int, duration: float) -> Intervals:
    """Time from 0 to the duration in none of a site's intervals.

    Parameters
    ----------
    intervals : Intervals
        Those of one site in any order.
    sites : int
        How many sites there are; of those without an interval all the time is free. [-]
    duration : float
        Greater than zero. [s]

    Returns
    -------
    Intervals

    Examples
    --------
    >>> busy = Intervals(np.array([1]), np.array([2.0]), np.array([10.0]))
    >>> free = outside(busy, 2, 10.0)
    >>> free.site.tolist(), free.begin.tolist(), free.end.tolist()
    ([0, 1], [0.0, 0.0], [10.0, 2.0])
    """
    parts = [_free(*intervals.of(k), duration) for k in range(sites)]
    return _gathered(parts)


def intersection(one: Intervals, other: Intervals) -> Intervals:
    """Time in an interval of both, site by site.

    Parameters
    ----------
    one, other : Intervals
        Those of one site do not overlap one another.

    Returns
    -------
    Intervals
        Of more than no length.

    Examples
    --------
    >>> one = Intervals(np.array([0, 0]), np.array([0.0, 5.0]), np.array([4.0, 9.0]))
    >>> other = Intervals(np.array([0]), np.array([3.0]), np.array([6.0]))
    >>> both = intersection(one, other)
    >>> both.begin.tolist(), both.end.tolist()
    ([3.0, 5.0], [4.0, 6.0])
    """
    sites = 1 + int(max(one.site.max(initial=-1), other.site.max(initial=-1)))
    return _gathered([_met(*one.of(k), *other.of(k)) for k in range(sites)])


def _met(b1: Array, e1: Array, b2: Array, e2: Array) -> tuple[Array, Array]:
    """Overlaps of two ascending lists, each free of overlaps."""
    # Of each in one list, the run of the other list that it can meet.
    low = np.searchsorted(e2, b1, side="right")
    high = np.maximum(np.searchsorted(b2, e1, side="left"), low)
    many = high - low
    first = np.repeat(np.arange(b1.size), many)
    before = np.repeat(np.cumsum(many) - many, many)
    second = np.arange(first.size) - before + np.repeat(low, many)
    begin, end = np.maximum(b1[first], b2[second]), np.minimum(e1[first], e2[second])
    some = end > begin
    return begin[some], end[some]


def _gathered(parts: list[tuple[Array, Array]]) -> Intervals:
    if not parts:
        return Intervals(np.empty(0, np.int64), np.empty(0), np.empty(0))
    return Intervals(
        np.repeat(np.arange(len(parts)), [begin.size for begin, _ in parts]),
        np.concatenate([begin for begin, _ in parts]),
        np.concatenate([end for _, end in parts]),
    )
