"""When users are in contact: over the Earth or at one place, with one satellite or many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.serving.scene import belt
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.orbit.pass_kernels import shares_within
from stationkeeper.orbit.passes import Passes, find_passes
from stationkeeper.orbit.visibility import Intervals, intersection, union

Array = NDArray[np.float64]

ROW_DEG: Final = 3.0  # between latitudes of users all over the Earth
LONGITUDES: Final = 4
"""Of users at each latitude: over a month longitudes are nearly even. Against 24, means over the
Earth agree within 0.05 %, contact at a latitude within 1 % and its gaps within 2 %."""
LONGITUDES_WITH_GATEWAYS: Final = 16  # gateways make them uneven; within 1 % of 48
FINEST: Final = 30.0  # [s] between looks when contact is shared out by elevation
_SMALL_EARTH: Final = 6_356_752.0  # [m] polar radius, WGS-84
_ABOVE: Final = (0.0, 2.5, 5.0, 7.5, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 75.0)


@dataclass(frozen=True, eq=False)
class Users:
    """Places on the ground where somebody listens."""

    latitude: Array
    """(place,) [rad]"""
    longitude: Array
    """(place,) [rad]"""
    weight: Array
    """(place,) area that each stands for; the sum is 1. [-]"""
    columns: int
    """Places at each latitude; 0 if they are no belt. [-]"""


@dataclass(frozen=True, eq=False)
class Contacts:
    """Contact of each place with the satellites of one provider."""

    days: float
    """Looked at. [d]"""
    passes: Array
    """(place,) [-]"""
    seconds: Array
    """(place,) in view of any. [s]"""
    longest_gap: Array
    """(place,) [s]"""
    mean_wait: Array
    """(place,) of who comes at any moment. [s]"""
    elevation: Array
    """(bin,) middles. [rad]"""
    by_elevation: Array
    """(place, bin) time with each satellite, added up. [s]"""


def belt_users(columns: int = LONGITUDES) -> Users:
    """Return users all over the Earth, row by row from the south pole.

    Parameters
    ----------
    columns : int
        Places at each latitude. [-]

    Returns
    -------
    Users

    Examples
    --------
    >>> users = belt_users()
    >>> users.latitude.size, round(float(users.weight.sum()), 12)
    (244, 1.0)
    """
    rows, _, _, row = belt(ROW_DEG, columns)
    edges = np.radians(np.clip(rows[:, None] + ROW_DEG * np.array([-0.5, 0.5]), -90.0, 90.0))
    share = np.diff(np.sin(edges), axis=1)[:, 0] / 2.0
    degrees = -180.0 + (np.arange(columns) + 0.5) * 360.0 / columns
    return Users(
        np.radians(rows)[row],
        np.radians(np.tile(degrees, rows.size)),
        share[row] / columns,
        columns,
    )


def users_at(latitude: Sequence[float] | Array, longitude: Sequence[float] | Array) -> Users:
    """Return users at places, each of the same weight.

    Parameters
    ----------
    latitude, longitude : sequence of float, (place,)
        [rad]

    Returns
    -------
    Users

    Examples
    --------
    >>> users_at([0.9, 1.0], [0.6, 0.7]).weight.tolist()
    [0.5, 0.5]
    """
    north, east = np.asarray(latitude, float), np.asarray(longitude, float)
    return Users(north, east, np.full(north.size, 1.0 / north.size), 0)


def elevation_edges(mask: float) -> Array:
    """Return edges of bins of elevation from the lowest at which users work.

    Parameters
    ----------
    mask : float
        Lowest elevation, less than pi/2. [rad]

    Returns
    -------
    ndarray, (bin + 1,)
        [rad]

    Examples
    --------
    >>> np.round(np.degrees(elevation_edges(np.radians(20.0)))).tolist()
    [20.0, 22.0, 25.0, 28.0, 30.0, 35.0, 40.0, 45.0, 50.0, 60.0, 70.0, 80.0, 90.0]
    """
    degrees = [float(np.degrees(mask)) + more for more in _ABOVE]
    inside = [one for one in degrees if one < 88.0]
    return np.radians([*(inside or [float(np.degrees(mask))]), 90.01])


def moving_contacts(
    ephemerides: Sequence[Ephemeris],
    users: Users,
    mask: float,
    gateways: tuple[Array, Array, Array] | None = None,
) -> Contacts:
    """Contacts of places with satellites that move over the ground.

    Parameters
    ----------
    ephemerides : sequence of Ephemeris
        Satellites, over the same time.
    users : Users
        Places.
    mask : float
        Lowest elevation at which users work. [rad]
    gateways : tuple of ndarray, optional
        Position, vertical (gateway, 3) and lowest elevation (gateway,) of places one of which must
        see the satellite at once; absent means that it works by itself. [m, -, rad]

    Returns
    -------
    Contacts
    """
    many = users.latitude.size
    edges = elevation_edges(mask)
    position, up = place(users.latitude, users.longitude), vertical(users.latitude, users.longitude)
    near = np.arange(many)
    if gateways is not None:
        near = np.flatnonzero(_reached(ephemerides, up, mask, gateways))
    spent = np.zeros((near.size, edges.size - 1))
    position, up = position[near], up[near]
    sites, begins, ends = [], [], []
    for one in ephemerides:
        site, begin, end = _when(find_passes(one, position, up, mask), one, gateways)
        shares_within(
            one.position, one.velocity, one.step, position, up, site, begin, end, edges, FINEST,
            spent,
        )  # fmt: skip
        sites.append(near[site])
        begins.append(begin)
        ends.append(end)
    everywhere = np.zeros((many, edges.size - 1))
    everywhere[near] = spent
    return _contacts(
        np.concatenate(sites),
        np.concatenate(begins),
        np.concatenate(ends),
        many,
        ephemerides[0].duration,
        edges,
        everywhere,
    )


def standing_contacts(satellites: Array, users: Users, mask: float, duration: float) -> Contacts:
    """Contacts of places with satellites that stand still over the equator.

    Who sees several uses the highest.

    Parameters
    ----------
    satellites : ndarray, (satellite, 3)
        Earth-fixed. [m]
    users : Users
        Places.
    mask : float
        Lowest elevation at which users work. [rad]
    duration : float
        Looked at. [s]

    Returns
    -------
    Contacts
    """
    position, up = place(users.latitude, users.longitude), vertical(users.latitude, users.longitude)
    away = satellites[None] - position[:, None]
    sine = np.einsum("uki,ui->uk", away, up) / np.linalg.norm(away, axis=-1)
    best = np.arcsin(sine.max(axis=1))
    seen = best >= mask
    edges = elevation_edges(mask)
    spent = np.zeros((best.size, edges.size - 1))
    at = np.clip(np.searchsorted(edges, best[seen], side="right") - 1, 0, edges.size - 2)
    spent[np.flatnonzero(seen), at] = duration
    return Contacts(
        duration / 86_400.0,
        seen.astype(np.float64),
        np.where(seen, duration, 0.0),
        np.where(seen, 0.0, duration),
        np.where(seen, 0.0, duration / 2.0),
        0.5 * (edges[1:] + edges[:-1]),
        spent,
    )


def gateway_share(ephemerides: Sequence[Ephemeris], gateways: tuple[Array, Array, Array]) -> float:
    """Return the share of the time in which any gateway sees a satellite, mean over satellites.

    Parameters
    ----------
    ephemerides : sequence of Ephemeris
        Satellites.
    gateways : tuple of ndarray
        Position, vertical and lowest elevation.

    Returns
    -------
    float
    """
    seen = []
    for one in ephemerides:
        begin, end = _any_gateway(one, gateways)
        seen.append(float(np.sum(end - begin)) / one.duration)
    return float(np.mean(seen))


def _any_gateway(one: Ephemeris, gateways: tuple[Array, Array, Array]) -> tuple[Array, Array]:
    passes = find_passes(one, *gateways)
    return union(passes.rise, passes.set)


def _reached(
    ephemerides: Sequence[Ephemeris],
    up: Array,
    mask: float,
    gateways: tuple[Array, Array, Array],
) -> NDArray[np.bool_]:
    """Return who may see a satellite together with a gateway: the others need no search."""
    highest = max(float(np.linalg.norm(one.position, axis=-1).max()) for one in ephemerides)
    lowest = np.array([mask, *np.atleast_1d(gateways[2])])
    # A round Earth as small as the smallest radius, and a degree for the flattening.
    angles = np.arccos(np.clip(_SMALL_EARTH * np.cos(lowest) / highest, -1.0, 1.0)) - lowest
    reach = angles[0] + angles[1:] + np.radians(1.0)
    return np.asarray((up @ gateways[1].T >= np.cos(np.minimum(reach, np.pi))).any(axis=1))


def _when(
    passes: Passes, one: Ephemeris, gateways: tuple[Array, Array, Array] | None
) -> tuple[NDArray[np.int64], Array, Array]:
    """Return whose contact it is, from when to when; of a bent pipe, with any gateway at once."""
    if gateways is None or not len(passes):
        return passes.site, passes.rise, passes.set
    begin, end = _any_gateway(one, gateways)
    # Each user gets a stretch of its own on one long line, so that one call meets them all.
    apart = 2.0 * one.duration
    users = np.unique(passes.site)
    own = _start(passes.site, apart)
    line = Intervals(np.zeros(len(passes), np.int64), passes.rise + own, passes.set + own)
    tiled = Intervals(
        np.zeros(begin.size * users.size, np.int64),
        (begin + _start(users, apart)[:, None]).ravel(),
        (end + _start(users, apart)[:, None]).ravel(),
    )
    shared = intersection(line, tiled)
    site = (shared.begin // apart).astype(np.int64)
    return site, shared.begin - _start(site, apart), shared.end - _start(site, apart)


def _start(site: NDArray[np.int64], apart: float) -> Array:
    """Where the stretch of a place begins: a quarter in, so that rounding moves none out of it."""
    return np.asarray((site + 0.25) * apart, dtype=np.float64)


def _contacts(
    site: NDArray[np.int64],
    begin: Array,
    end: Array,
    many: int,
    duration: float,
    edges: Array,
    spent: Array,
) -> Contacts:
    """Put the contacts of every place together."""
    # Each place gets a stretch of its own on one long line, so that one call merges them all.
    apart = 2.0 * duration
    begins, ends = union(begin + _start(site, apart), end + _start(site, apart))
    owner = (begins // apart).astype(np.int64)
    starts, stops = begins - _start(owner, apart), ends - _start(owner, apart)
    seconds = np.asarray(np.bincount(owner, stops - starts, many), dtype=np.float64)
    # Gaps before each stretch of contact, and after the last of each place.
    before = np.concatenate([[0.0], stops[:-1]])
    before[np.concatenate([[True], owner[1:] != owner[:-1]])[: before.size]] = 0.0
    gaps = np.maximum(starts - before[: starts.size], 0.0)
    last = np.zeros(many)
    np.maximum.at(last, owner, stops)
    closing = duration - last
    longest = closing.copy()
    np.maximum.at(longest, owner, gaps)
    squares = np.bincount(owner, gaps**2, many) + closing**2
    return Contacts(
        duration / 86_400.0,
        np.bincount(site, minlength=many).astype(np.float64),
        seconds,
        longest,
        squares / (2.0 * duration),
        0.5 * (edges[1:] + edges[:-1]),
        spent,
    )
