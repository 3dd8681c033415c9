"""Parts of passes: above an uneven horizon, in darkness or by day, of a satellite in sunlight."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.orbit.intervals import Intervals, intersection, outside
from stationkeeper.orbit.pass_kernels import above_horizon, tops_within
from stationkeeper.orbit.pass_search import east_of, prepared, rate_of, search
from stationkeeper.orbit.sunlight import ASTRONOMICAL_UNIT, eclipses, sun_fixed

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Horizon = tuple[ArrayLike, ArrayLike]

SUN_STEP: Final = 600.0  # [s] of the Sun's ephemeris; its cubics are within 1e-8 rad


@dataclass(frozen=True)
class SunFilter:
    """Of passes, the parts that are kept by where the Sun is."""

    site: Literal["any", "dark", "day"] = "any"
    """Whether the Sun must be below or above its elevation at the site. [-]"""
    sun_elevation: float = float(np.radians(-6.0))
    """That elevation of its middle, without refraction; here the end of civil twilight. [rad]"""
    satellite: Literal["any", "lit", "shadow"] = "any"
    """Whether the satellite must see the Sun or be in the Earth's shadow. [-]"""


def horizons(
    given: Sequence[Horizon | None] | None, sites: Array
) -> list[tuple[Array, Array] | None]:
    if given is None:
        return [None] * sites.shape[0]
    if len(given) != sites.shape[0]:
        raise DomainError(
            f"uneven horizons are one a site or None: given {len(given)} for {sites.shape[0]}"
        )
    profiles: list[tuple[Array, Array] | None] = []
    for one in given:
        if one is None:
            profiles.append(None)
            continue
        if sites.ndim == 3:
            raise DomainError("an uneven horizon belongs to a site that stands still")
        azimuth = np.ascontiguousarray(np.asarray(one[0], dtype=np.float64))
        elevation = np.ascontiguousarray(np.asarray(one[1], dtype=np.float64))
        if azimuth.ndim != 1 or azimuth.shape != elevation.shape or not azimuth.size:
            raise DomainError("an uneven horizon has as many elevations as azimuths, at least one")
        ascending = np.all(np.diff(azimuth) >= 0) and azimuth[0] >= 0 and azimuth[-1] < 2 * np.pi
        if not ascending:
            raise DomainError("azimuths of a horizon ascend from 0 to less than 360 degrees")
        if not np.all(np.abs(elevation) <= np.pi / 2):
            raise DomainError("elevations of a horizon are from -90 to 90 degrees")
        profiles.append((azimuth, elevation))
    return profiles


def over_horizons(
    ephemeris: Ephemeris,
    sites: Array,
    verticals: Array,
    lowest: Array,
    profiles: list[tuple[Array, Array] | None],
    site: Integers,
    table: Array,
) -> tuple[Integers, Array]:
    """Cut passes by uneven horizons."""
    ((_, seen),) = prepared(ephemeris, sites, verticals, lowest)
    owners, begins, ends = [], [], []
    for k, profile in enumerate(profiles):
        own = table[site == k]
        begin, end = own[:, 0].copy(), own[:, 1].copy()
        if profile is not None:
            azimuth, elevation = profile
            room = np.empty((4 * (len(own) + 4), 3))
            while True:
                count = above_horizon(
                    seen.position,
                    seen.velocity,
                    seen.step,
                    seen.speed,
                    sites[k],
                    verticals[k],
                    east_of(verticals[k]),
                    azimuth,
                    elevation,
                    begin,
                    end,
                    room,
                )
                if count >= 0:
                    break
                room = np.empty((2 * room.shape[0], 3))
            begin, end = room[:count, 0].copy(), room[:count, 1].copy()
        owners.append(np.full(begin.size, k, np.int64))
        begins.append(begin)
        ends.append(end)
    parts = Intervals(np.concatenate(owners), np.concatenate(begins), np.concatenate(ends))
    return parts.site, np.column_stack(
        [parts.begin, parts.end, tops_of(ephemeris, sites, verticals, parts)]
    )


def tops_of(ephemeris: Ephemeris, sites: Array, verticals: Array, parts: Intervals) -> Array:
    """When the satellite is highest within intervals, and the sine of its elevation: (part, 2)."""
    out = np.empty((parts.begin.size, 2))
    if sites.ndim == 2:
        ((_, seen),) = prepared(ephemeris, sites, verticals, np.zeros(sites.shape[0]))
        tops_within(
            seen.position,
            seen.velocity,
            seen.step,
            sites,
            verticals,
            parts.site,
            parts.begin,
            parts.end,
            out,
        )
        return out
    for k, seen in prepared(ephemeris, sites, verticals, np.zeros(sites.shape[0])):
        mine = parts.site == k
        here = np.empty((int(mine.sum()), 2))
        tops_within(
            seen.position,
            seen.velocity,
            seen.step,
            seen.site,
            seen.up,
            np.zeros(here.shape[0], np.int64),
            parts.begin[mine],
            parts.end[mine],
            here,
        )
        out[mine] = here
    return out


def kept_parts(
    ephemeris: Ephemeris,
    sites: Array,
    verticals: Array,
    sun: SunFilter,
    site: Integers,
    table: Array,
) -> Intervals:
    """Parts of passes in which the Sun is where it must be."""
    duration = (ephemeris.position.shape[0] - 1) * ephemeris.step
    kept = Intervals(site, table[:, 0].copy(), table[:, 1].copy())
    everyone = np.arange(sites.shape[0])
    if sun.site != "any":
        days = _days(ephemeris, sites, verticals, sun.sun_elevation)
        wanted = days if sun.site == "day" else outside(days, sites.shape[0], duration)
        kept = intersection(kept, wanted)
    if sun.satellite != "any":
        enter, leave = eclipses(ephemeris, edge="centre")
        shadow = Intervals(np.zeros(enter.size, np.int64), enter, leave)
        wanted = shadow if sun.satellite == "shadow" else outside(shadow, 1, duration)
        many = everyone.size
        kept = intersection(
            kept,
            Intervals(
                np.repeat(everyone, wanted.begin.size),
                np.tile(wanted.begin, many),
                np.tile(wanted.end, many),
            ),
        )
    return kept


def _days(ephemeris: Ephemeris, sites: Array, verticals: Array, elevation: float) -> Intervals:
    """When the Sun is above an elevation at sites: its passes."""
    duration = (ephemeris.position.shape[0] - 1) * ephemeris.step
    moving = sites.ndim == 3
    step = ephemeris.step if moving else SUN_STEP
    rows = ephemeris.position.shape[0] if moving else int(np.ceil(duration / step)) + 1
    seconds = step * np.arange(-2, rows + 2)
    there = ASTRONOMICAL_UNIT * sun_fixed(ephemeris.start_day + seconds / 86_400.0)
    sky = Ephemeris(ephemeris.start_day, step, there[2:-2], rate_of(there, step)[2:-2])
    lowest = np.full(sites.shape[0], elevation)
    found = [search(seen, first) for first, seen in prepared(sky, sites, verticals, lowest)]
    site = np.concatenate([one[0] for one in found])
    rise = np.concatenate([one[1][:, 0] for one in found])
    set_ = np.minimum(np.concatenate([one[1][:, 1] for one in found]), duration)
    some = rise < set_
    return Intervals(site[some], rise[some], set_[some])
