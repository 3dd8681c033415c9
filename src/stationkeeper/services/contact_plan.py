"""Who talks to whom when: contacts cut so that no transmitter and no antenna is used twice."""

from bisect import bisect_left, insort
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Contacts:
    """Stretches of time in which one satellite talks to one station, in order of begin."""

    satellite: Integers
    """(n,) [-]"""
    station: Integers
    """(n,) [-]"""
    begin: Array
    """(n,) [s]"""
    end: Array
    """(n,) [s]"""
    source: Integers
    """Which of the contacts given it is a part of, (n,). [-]"""


def share_out(
    satellite: ArrayLike,
    station: ArrayLike,
    begin: ArrayLike,
    end: ArrayLike,
    antennas: ArrayLike,
    worth: ArrayLike | None = None,
    least: float = 0.0,
) -> Contacts:
    """Give antennas to satellites where contacts overlap.

    A satellite talks to one station at a time, and a station to as many satellites as it has
    antennas. The contact of most worth is taken first and wholly; of equal worth the earlier one,
    then the station that is named first. Of those after it, what is still free of their time.
    Slewing and locking are left out, but for ``least``.

    Parameters
    ----------
    satellite, station : array_like of int, (n,)
        Who sees whom. [-]
    begin, end : array_like, (n,)
        From when to when. [s]
    antennas : array_like of int, (station,)
        Satellites that each station can follow at once. [-]
    worth : array_like, (n,), optional
        Of each contact, such as the bits that it could carry; absent means its length.
    least : float
        Remainders shorter than this are not used. [s]

    Returns
    -------
    Contacts

    Raises
    ------
    DomainError
        If a contact ends before it begins, or names a station without antennas.

    Notes
    -----
    A rule, not an optimum: it never lets a link idle that could be used (but for ``least``), and
    gives the same plan in every order of its input.

    Examples
    --------
    >>> plan = share_out([0, 0], [0, 1], [0.0, 400.0], [500.0, 1000.0], [1, 1])
    >>> plan.station.tolist(), plan.begin.tolist(), plan.end.tolist()
    ([0, 1], [0.0, 400.0], [400.0, 1000.0])
    """
    who, where = np.asarray(satellite, int), np.asarray(station, int)
    since, until = np.asarray(begin, float), np.asarray(end, float)
    limit = np.asarray(antennas, int)
    if np.any(until < since):
        raise DomainError("a contact ends before it begins")
    if where.size and (where.min() < 0 or where.max() >= limit.size or limit[where].min() < 1):
        raise DomainError("a contact names a station that has no antennas")
    value = until - since if worth is None else np.asarray(worth, float)
    order = np.lexsort((who, where, since, -value))
    talking: dict[int, _Busy] = {}
    followed: dict[int, _Busy] = {}
    rows: list[tuple[float, float, int, int, int]] = []
    for at in order.tolist():
        one, place = int(who[at]), int(where[at])
        mine = talking.setdefault(one, _Busy())
        theirs = followed.setdefault(place, _Busy())
        for first, last in mine.free(float(since[at]), float(until[at]), 1):
            for left, right in theirs.free(first, last, int(limit[place])):
                if right - left > least:
                    mine.take(left, right)
                    theirs.take(left, right)
                    rows.append((left, right, one, place, at))
    rows.sort()
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), (), ()]
    return Contacts(
        satellite=np.array(columns[2], np.int64),
        station=np.array(columns[3], np.int64),
        begin=np.array(columns[0], float),
        end=np.array(columns[1], float),
        source=np.array(columns[4], np.int64),
    )


class _Busy:
    """Stretches that are taken, in order of begin; how long the longest is bounds every search."""

    def __init__(self) -> None:
        self.stretches: list[tuple[float, float]] = []
        self.longest = 0.0

    def take(self, begin: float, end: float) -> None:
        insort(self.stretches, (begin, end))
        self.longest = max(self.longest, end - begin)

    def free(self, begin: float, end: float, limit: int) -> list[tuple[float, float]]:
        """Return the parts of a stretch in which fewer than `limit` are taken."""
        low = bisect_left(self.stretches, (begin - self.longest, begin - self.longest))
        high = bisect_left(self.stretches, (end, end))
        near = [one for one in self.stretches[low:high] if one[1] > begin]
        if len(near) < limit:
            return [(begin, end)] if end > begin else []
        corners = sorted(
            [(max(first, begin), 1) for first, _ in near]
            + [(last, -1) for _, last in near if last < end]
        )
        parts: list[tuple[float, float]] = []
        taken, since = 0, begin
        for time, step in [*corners, (end, limit)]:
            if taken < limit <= taken + step:
                if time > since:
                    parts.append((since, time))
            elif taken >= limit > taken + step:
                since = time
            taken += step
        return parts


def even_times(begin: ArrayLike, end: ArrayLike, counts: ArrayLike) -> tuple[Array, Integers]:
    """Even times of contacts, the ends included, contact after contact.

    Parameters
    ----------
    begin, end : array_like, (n,)
        Contacts. [s]
    counts : array_like of int, (n,)
        Times of each, two or more. [-]

    Returns
    -------
    times : ndarray, (sum of counts,)
        [s]
    contact : ndarray of int, (sum of counts,)
        Contact of each. [-]

    Examples
    --------
    >>> even_times([0.0, 5.0], [4.0, 6.0], [3, 2])[0].tolist()
    [0.0, 2.0, 4.0, 5.0, 6.0]
    """
    many = np.asarray(counts, np.int64)
    first, last = np.asarray(begin, float), np.asarray(end, float)
    contact = np.repeat(np.arange(many.size), many)
    nth = np.arange(contact.size) - np.repeat(np.cumsum(many) - many, many)
    part = nth / (many - 1)[contact]
    # Rounding must not lead out of a contact: none is out of the ephemeris then.
    times = np.minimum(first[contact] + (last - first)[contact] * part, last[contact])
    return times, contact


def rate_pieces(
    begin: ArrayLike,
    end: ArrayLike,
    elevation: ArrayLike,
    counts: ArrayLike,
    table_elevation: ArrayLike,
    table_rate: ArrayLike,
) -> tuple[Array, Array, Array, Integers]:
    """Rate over contacts, from the elevation at even times and a table of rate by elevation.

    Parameters
    ----------
    begin, end : array_like, (n,)
        Contacts. [s]
    elevation : array_like, (sum of counts,)
        Elevation at even times of each contact, the ends included, contact after contact. [rad]
    counts : array_like of int, (n,)
        How many elevations each contact has, two or more. [-]
    table_elevation : array_like, (m,)
        Rising. [rad]
    table_rate : array_like, (m,)
        Rate that holds at each elevation and above, until the next. [bit/s]

    Returns
    -------
    begin, end, rate : ndarray, (pieces,)
        Pieces with the mean rate in each. [s, s, bit/s]
    contact : ndarray of int, (pieces,)
        Contact of each. [-]

    Raises
    ------
    DomainError
        If a contact has fewer than two elevations, or there are more or fewer than counted.

    Notes
    -----
    Between the even times the elevation is a straight line, and the rate is its exact mean along
    that: rates that change in steps are not smeared over more than a piece, and no bit is lost.

    Examples
    --------
    >>> _, _, rate, _ = rate_pieces([0.0], [20.0], [0.0, 0.2, 0.0], [3], [0.0, 0.1], [0.0, 8.0])
    >>> rate.tolist()
    [4.0, 4.0]
    """
    steps, rates = np.asarray(table_elevation, float), np.asarray(table_rate, float)
    many, angles = np.asarray(counts, int), np.asarray(elevation, float)
    if np.any(many < 2) or many.sum() != angles.size:
        raise DomainError("the rate of a contact needs elevations at two times or more")
    if not many.size:
        return np.empty(0), np.empty(0), np.empty(0), np.empty(0, np.int64)
    times, contact = even_times(begin, end, many)
    at = np.flatnonzero(contact[1:] == contact[:-1])
    low = np.minimum(angles[at], angles[at + 1])
    high = np.maximum(angles[at], angles[at + 1])
    # The integral of the rate over the elevation is a straight line between the table's steps.
    corners = np.concatenate(
        [[min(steps[0], low.min()) - 1.0], steps, [max(steps[-1], high.max()) + 1.0]]
    )
    heights = np.concatenate([[0.0], rates])
    whole = np.concatenate([[0.0], np.cumsum(heights * np.diff(corners))])
    rise = high - low
    level = heights[np.searchsorted(corners, low, side="right") - 1]
    integral = np.interp(high, corners, whole) - np.interp(low, corners, whole)
    # Of a rise near rounding the integral tells nothing: there the rate is that of its elevation.
    flat = rise < 1e-9
    rate = np.where(flat, level, integral / np.where(flat, 1.0, rise))
    return times[at], times[at + 1], rate, contact[at].astype(np.int64)
