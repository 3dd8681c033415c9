"""Positions and time: what constellations give, and what a beacon on a station adds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.lifetime.serving.labels import label
from stationkeeper.lifetime.serving.scene import (
    WITHOUT,
    MeasureRow,
    Profile,
    Scene,
    Served,
    Track,
    belt,
    ephemerides,
    satellites,
)
from stationkeeper.lifetime.serving.wording import figure, listed, wait_text
from stationkeeper.orbit.ephemeris import Ephemeris, state_at
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.orbit.intervals import Intervals, outside
from stationkeeper.orbit.passes import Passes, find_passes
from stationkeeper.programme.services import Beacon
from stationkeeper.services.dilution import Dilution, dilution, even_places
from stationkeeper.services.doppler_fix import count_times, fix_errors, usable
from stationkeeper.services.time_transfer import SPEED_OF_LIGHT, ionosphere_left, time_error
from stationkeeper.units import HOUR

Array = NDArray[np.float64]

SKY_STEP: Final = 300.0  # [s] between looks at the sky of navigation satellites, over one day
SKY_PLACES: Final = 100  # that stand for the Earth; three times as many move means by 0.5 %; ours
LONGITUDES: Final = (
    8  # of places at each latitude; 48 move means by 0.5 %, longest gaps by 2 %; ours
)
SKY_MASK: Final = float(np.radians(5.0))  # lowest elevation of navigation satellites; usual
RANGE_ERROR: Final = 4.0  # [m] of a range in one frequency, clock, orbit and air; ours
GOOD_DILUTION: Final = 6.0  # of positions that are called available (SPS standard)
HEIGHT_ERROR: Final = 10.0  # [m] of the height that a user knows; usual of TRANSIT, ours
ALIKE: Final = 0.05  # part by which rates differ that are told apart; ours
FIX_DAYS: Final = 10.0  # [d] of passes of which errors are worked out; ours


def served(scene: Scene, key: str) -> Served:
    """Work out a service of navigation.

    ``without`` has the constellations of the service, and beacons carried by constellations. An
    orbit has its station's beacon added: fixes and passes of both, the dilution with the station
    as one more satellite if it can be ranged to; the error of a fix is that of one pass.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        The service.

    Returns
    -------
    Served

    Raises
    ------
    InputError
        If a constellation is none of the document.
    """
    return _worked(scene, key, scene.place)


def at_site(
    scene: Scene, key: str, orbit: str, latitude: float, longitude: float
) -> dict[str, float]:
    """Work out a service of navigation at one place.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        The service.
    orbit : str
        Key of a track, or ``without``.
    latitude, longitude : float
        Of the place. [rad]

    Returns
    -------
    dict of text to float
        By measure; what is not there is left out.
    """
    return {
        row.measure: row.value
        for row in _worked(scene, key, (latitude, longitude)).measures
        if row.orbit == orbit and row.value is not None
    }


@cache
def _worked(scene: Scene, key: str, asked: tuple[float, float] | None) -> Served:
    found = Served()
    sites = _sites(asked)
    sky = _sky(scene, tuple(_systems(scene, key)), asked)
    base = _beacons(scene, key, None)
    if sky is not None:
        _tell_sky(scene, found, sky)
    if base:
        _tell_beacons(scene, found, WITHOUT, base, sites)
    added = []
    for track in scene.tracks:
        own = _beacons(scene, key, track)
        if not own:
            continue
        _tell_beacons(scene, found, track.key, own + base, sites, own)
        if sky is not None and any(one.beacon.ranging for one in own):
            added.append(_tell_added(found, track, sky))
    if added:
        found.words.append(f"As one more satellite: {'; '.join(added)}.")
    found.words.extend(_compared(scene, found))
    return found


# ---- Places


@dataclass(frozen=True, eq=False)
class _Sites:
    """Places and the part of the Earth that each stands for."""

    position: Array
    vertical: Array
    weight: Array
    rows: Array
    """Latitudes of the rows of a profile; empty for one place. [deg]"""
    row: NDArray[np.int64]
    sample: NDArray[np.int64]
    """Places of which errors are worked out."""
    where: str


def _sites(asked: tuple[float, float] | None) -> _Sites:
    if asked is not None:
        latitude, longitude = np.array([asked[0]]), np.array([asked[1]])
        return _Sites(
            place(latitude, longitude),
            vertical(latitude, longitude),
            np.ones(1),
            np.zeros(0),
            np.zeros(1, np.int64),
            np.zeros(1, np.int64),
            "",
        )
    rows, position, up, row = belt(longitudes=LONGITUDES)
    edges = np.radians(np.clip(np.stack([rows - 2.5, rows + 2.5]), -90, 90))
    area = np.diff(np.sin(edges), axis=0)[0]
    around = row.size // rows.size
    turn = np.arange(row.size) % around
    # Every tenth and ninetieth degree: errors vary with the geometry of passes, not of places.
    sample = np.flatnonzero((row % 2 == 1) & (turn % 2 == 0))
    weight = area[row] / (area.sum() * around)
    return _Sites(position, up, weight, rows, row, sample, "mean over the globe")


# ---- Constellations of navigation satellites


@dataclass(frozen=True, eq=False)
class _Sky:
    """Navigation satellites over one day, and the dilution that they give."""

    satellites: Array
    seconds: Array
    position: Array
    vertical: Array
    where: str
    alone: Dilution
    names: tuple[str, ...]


def _systems(scene: Scene, key: str) -> list[str]:
    payloads = scene.programme.payload
    return [name for name in scene.service(key).without if name not in payloads]


@cache
def _day(scene: Scene) -> Scene:
    return replace(scene, duration=min(scene.duration, SECONDS_PER_DAY), step=SKY_STEP)


@cache
def _satellites(scene: Scene, systems: tuple[str, ...]) -> tuple[Array, Array]:
    """Return looks over a day [s] and positions of navigation satellites at them [m]."""
    day = _day(scene)
    seconds = np.asarray(SKY_STEP * np.arange(round(day.duration / SKY_STEP) + 1), float)
    parts = []
    for name in systems:
        position, _ = satellites(day, name)
        if position.shape[1] == 1:  # geostationary
            position = np.repeat(position, seconds.size, axis=1)
        parts.append(position[:, : seconds.size])
    return seconds, np.concatenate(parts)


@cache
def _sky(scene: Scene, systems: tuple[str, ...], asked: tuple[float, float] | None) -> _Sky | None:
    if not systems:
        return None
    seconds, flying = _satellites(scene, systems)
    if asked is None:
        latitude, longitude = even_places(SKY_PLACES)
        where = "mean over the globe, one day"
    else:
        latitude, longitude = (np.array([angle]) for angle in asked)
        where = "mean over one day"
    position, up = place(latitude, longitude), vertical(latitude, longitude)
    alone = dilution(flying, position, up, SKY_MASK)
    return _Sky(flying, seconds, position, up, where, alone, systems)


def _tell_sky(scene: Scene, found: Served, sky: _Sky) -> None:
    """Add what the constellations give without a station."""
    seen = sky.alone
    good = seen.position <= GOOD_DILUTION
    names = " and ".join(scene.programme.constellation[name].title for name in sky.names)
    told = f"a range errs by {RANGE_ERROR:g} m (ours)"
    if not np.isfinite(seen.position).any():
        found.words.append(f"{names} alone give a position in 0 % of the time.")
        return
    # A gap lasts from one look at which the dilution is too large to the next at which it is not.
    site, look = np.nonzero(~good)
    begin = sky.seconds[look]
    wait, longest = _waits(site, begin, begin + SKY_STEP, good.shape[0], sky.seconds[-1] + SKY_STEP)
    for measure, value, note in (
        ("position_dilution", np.nanmean(seen.position), ""),
        ("fix_error_m", RANGE_ERROR * np.nanmean(seen.horizontal), f"level; {told}"),
        ("time_error_ns", 1e9 * RANGE_ERROR / SPEED_OF_LIGHT * np.nanmean(seen.time), told),
        ("mean_wait_h", wait.mean() / HOUR, f"until PDOP is {GOOD_DILUTION:g} or less"),
        ("longest_gap_h", longest.max() / HOUR, f"with PDOP over {GOOD_DILUTION:g}"),
    ):
        _add(found, MeasureRow(measure, WITHOUT, float(value), where=sky.where, note=note))
    found.words.append(
        f"{names} alone: mean PDOP {np.nanmean(seen.position):.2f}, at most {GOOD_DILUTION:g} in "
        f"{100 * good.mean():.1f} % of the time, with a mean of {seen.seen.mean():.0f} satellites "
        "in view."
    )


def _waits(
    site: NDArray[np.int64], begin: Array, end: Array, sites: int, duration: float
) -> tuple[Array, Array]:
    """Return mean wait and longest of the gaps of each site; they may touch, not overlap. [s]"""
    free = outside(_ordered(site, begin, end), sites, duration)
    busy = outside(free, sites, duration)
    length = busy.end - busy.begin
    longest = np.zeros(sites)
    np.maximum.at(longest, busy.site, length)
    return np.bincount(busy.site, length**2, sites) / (2 * duration), longest


def _ordered(site: NDArray[np.int64], begin: Array, end: Array) -> Intervals:
    """Return intervals in order of site and begin."""
    order = np.lexsort((begin, site))
    return Intervals(site[order], begin[order], end[order])


def _tell_added(found: Served, track: Track, sky: _Sky) -> str:
    """Add the dilution with a station as one more satellite, and return it in words."""
    there, _ = state_at(track.ephemeris, sky.seconds)
    sight = there - sky.position[:, None, :]
    height = np.einsum("ptc,pc->pt", sight, sky.vertical) / np.linalg.norm(sight, axis=-1)
    seen = height >= np.sin(SKY_MASK)
    with_it = sky.alone.position.copy()
    for k in np.flatnonzero(seen.any(axis=1)):  # elsewhere nothing changes
        looks = seen[k]
        more = np.concatenate([sky.satellites[:, looks], there[None, looks]])
        here = slice(k, k + 1)
        found_there = dilution(more, sky.position[here], sky.vertical[here], SKY_MASK)
        with_it[k, looks] = found_there.position[0]
    alone, added = np.nanmean(sky.alone.position), np.nanmean(with_it)
    share = seen.mean()
    note = f"the station is in view in {share:.1%} of looks"
    words = f"{label(track)} in view {100 * share:.1f} % of the time"
    if seen.any():
        before = np.nanmean(sky.alone.position[seen])
        after = np.nanmean(with_it[seen])
        note += f"; PDOP there {before:.2f} without it, {after:.2f} with it"
        words += f", and then PDOP {after:.2f} in the place of {before:.2f}"
    words += f", over all times {100 * (1 - added / alone):.2f} % less"
    _add(
        found, MeasureRow("position_dilution", track.key, float(added), where=sky.where, note=note)
    )
    return words


# ---- Beacons: passes, fixes, errors


@dataclass(frozen=True, eq=False)
class _Flying:
    """A beacon on one satellite."""

    ephemeris: Ephemeris
    beacon: Beacon
    mask: float


def _beacons(scene: Scene, key: str, track: Track | None) -> list[_Flying]:
    """Return the beacon of a track, the one with the least noise, or those of constellations."""
    if track is None:
        return [
            _Flying(one, payload.beacon, float(np.radians(payload.mask_deg)))
            for _, payload in scene.carried(key, "beacon")
            if payload.beacon is not None and payload.constellation is not None
            for one in ephemerides(scene, payload.constellation)
        ]
    own = [
        _Flying(track.ephemeris, payload.beacon, float(np.radians(payload.mask_deg)))
        for _, payload in scene.payloads(key, "beacon")
        if payload.beacon is not None and track in scene.tracks_of(payload)
    ]
    return sorted(own, key=lambda one: one.beacon.noise_m)[:1]


def _tell_beacons(
    scene: Scene,
    found: Served,
    orbit: str,
    flying: Sequence[_Flying],
    sites: _Sites,
    own: Sequence[_Flying] = (),
) -> None:
    """Add passes, fixes, waits and errors of beacons."""
    days = scene.duration / SECONDS_PER_DAY
    number = sites.weight.size
    seen = [
        (one, find_passes(one.ephemeris, sites.position, sites.vertical, one.mask))
        for one in flying
    ]
    fixing = [
        usable(passes.top_elevation, passes.set - passes.rise, one.beacon.count_s)
        for one, passes in seen
    ]
    each = np.bincount(np.concatenate([passes.site for _, passes in seen]), minlength=number) / days
    fixes = np.concatenate(
        [passes.site[good] for (_, passes), good in zip(seen, fixing, strict=True)]
    )
    fix_rate = np.bincount(fixes, minlength=number) / days
    contact = np.zeros(number)
    for _, passes in seen:
        contact += np.bincount(passes.site, passes.set - passes.rise, number)
    begin = np.concatenate([p.rise[good] for (_, p), good in zip(seen, fixing, strict=True)])
    end = np.concatenate([p.set[good] for (_, p), good in zip(seen, fixing, strict=True)])
    gaps = outside(_ordered(fixes, begin, end), number, scene.duration)
    length = gaps.end - gaps.begin
    wait = np.bincount(gaps.site, length**2, number) / (2 * scene.duration)
    longest = np.zeros(number)
    np.maximum.at(longest, gaps.site, length)
    reached = fix_rate > 0
    part = float(sites.weight[reached].sum())
    where, served_by = sites.where, sites.where
    if part < 0.999 and number > 1:
        served_by = f"mean over the {part:.0%} of the globe where there are fixes"
    rows: list[tuple[str, float, str, str]] = [
        ("passes_per_day", _mean(each, sites.weight), where, ""),
        ("contact_minutes_per_day", _mean(contact, sites.weight) / (60 * days), where, ""),
        ("fixes_per_day", _mean(fix_rate, sites.weight), where, "from 15 to 70 degrees at the top"),
    ]
    if not own or len(flying) == len(own):
        share = _mean(contact, sites.weight) / scene.duration
        rows.append(("in_view_share", share, where, ""))
    if reached.any():
        weight = sites.weight[reached]
        told = "for the next pass that gives a fix"
        rows.append(("mean_wait_h", _mean(wait[reached], weight) / HOUR, served_by, told))
        rows.append(
            ("longest_gap_h", _mean(longest[reached], weight) / HOUR, served_by, "between fixes")
        )
    for measure, value, place_told, note in rows:
        _add(found, MeasureRow(measure, orbit, float(value), where=place_told, note=note))
    first = own[0] if own else flying[0]
    passes = next(passes for one, passes in seen if one is first)
    _tell_errors(found, orbit, first, passes, sites)
    if sites.rows.size:
        by_row = np.bincount(sites.row, fix_rate, sites.rows.size) / np.bincount(sites.row)
        found.profiles.append(
            Profile(
                "fixes_per_day", orbit, [float(x) for x in sites.rows], [float(x) for x in by_row]
            )
        )


def _tell_errors(found: Served, orbit: str, one: _Flying, passes: Passes, sites: _Sites) -> None:
    """Add the errors of positions and time from single passes of one beacon."""
    beacon = one.beacon
    good = usable(passes.top_elevation, passes.set - passes.rise, beacon.count_s)
    good &= np.isin(passes.site, sites.sample)
    if sites.weight.size > 1:
        good &= passes.rise < FIX_DAYS * SECONDS_PER_DAY
    if not good.any():
        return
    seconds, used = count_times(passes.rise[good], passes.set[good], beacon.count_s)
    position, velocity = state_at(one.ephemeris, seconds)
    site = passes.site[good]
    here, up = sites.position[site], sites.vertical[site]
    fix = fix_errors(
        position,
        velocity,
        used,
        here,
        up,
        count=beacon.count_s,
        noise=beacon.noise_m,
        height=HEIGHT_ERROR,
        along=beacon.ephemeris_along_m,
        across=beacon.ephemeris_across_m,
        radial=beacon.ephemeris_radial_m,
    )
    low, middle, high = _quantiles(fix.total, sites.weight[site], (0.1, 0.5, 0.9))
    where = "middle pass of the place" if sites.weight.size == 1 else "middle pass over the globe"
    note = f"low and high: 10 and 90 % of passes; height known to {HEIGHT_ERROR:g} m (ours)"
    _add(found, MeasureRow("fix_error_m", orbit, middle, low, high, where, note))
    given = {
        "clock": 1e-9 * beacon.clock_ns,
        "along": beacon.ephemeris_along_m,
        "across": beacon.ephemeris_across_m,
        "radial": beacon.ephemeris_radial_m,
    }
    one_way = time_error(position, velocity, used, here, up, **given)
    low, middle, high = (1e9 * x for x in _quantiles(one_way, sites.weight[site], (0.1, 0.5, 0.9)))
    left = ionosphere_left(1e9 * beacon.frequency_ghz)
    single = time_error(position, velocity, used, here, up, ionosphere=left, **given)
    in_one = 1e9 * _quantiles(single, sites.weight[site], (0.5,))[0]
    note = f"in two bands at a place that is known; in one band {in_one:.3g} ns"
    _add(found, MeasureRow("time_error_ns", orbit, middle, low, high, where, note))


def _add(found: Served, row: MeasureRow) -> None:
    """Add a row, unless the orbit has one of its measure: constellations go before beacons."""
    if not any((one.measure, one.orbit) == (row.measure, row.orbit) for one in found.measures):
        found.measures.append(row)


def _mean(values: Array, weight: Array) -> float:
    return float((values * weight).sum() / weight.sum())


def _quantiles(values: Array, weight: Array, shares: Sequence[float]) -> list[float]:
    """Return weighted quantiles of what is finite."""
    finite = np.isfinite(values)
    order = np.argsort(values[finite])
    ranked, heavy = values[finite][order], weight[finite][order]
    if not ranked.size:
        return [float("nan") for _ in shares]
    upto = (np.cumsum(heavy) - 0.5 * heavy) / heavy.sum()
    return [float(np.interp(share, upto, ranked)) for share in shares]


# ---- Words


def _compared(scene: Scene, found: Served) -> list[str]:
    """Say what one pass gives, and where which orbit gives more fixes."""
    value = {(row.measure, row.orbit): row.value for row in found.measures}
    gives = {one.orbit: one for one in found.profiles if one.orbit != WITHOUT}
    parts = []
    for track in scene.tracks:
        error, wait = (value.get((name, track.key)) for name in ("fix_error_m", "mean_wait_h"))
        if error is None or wait is None:
            continue
        part = f"{label(track)} to {figure(error)} m after a mean wait of {wait_text(wait)}"
        profile = gives.get(track.key)
        if profile is not None:
            some = [abs(x) for x, y in zip(profile.latitude_deg, profile.values, strict=True) if y]
            if some and max(some) < 90:
                part += f", none beyond some {max(some) + 2.5:.0f}°"
        parts.append(part)
    told = []
    if parts:
        words = f"One pass gives a position: {'; '.join(parts)}"
        fix = value.get(("fix_error_m", WITHOUT))
        if fix is not None and ("position_dilution", WITHOUT) in value:
            words += f"; without a station to {figure(fix)} m in the mean"
        told.append(words + ".")
    return told + _more(scene, list(gives.values()))


def _more(scene: Scene, profiles: Sequence[Profile]) -> list[str]:
    """Say between which latitudes an orbit gives more fixes by a twentieth or more than another.

    Orbits that give more than the same other one at the same latitudes are told at once.
    """
    told: dict[tuple[str, str, str], list[str]] = {}
    for one, other in combinations(profiles, 2):
        rows: tuple[list[float], list[float]] = ([], [])
        for latitude, a, b in zip(one.latitude_deg, one.values, other.values, strict=True):
            if latitude >= 0 and a is not None and b is not None and abs(a - b) > ALIKE * max(a, b):
                rows[int(b > a)].append(latitude)
        if any(rows):
            mine, theirs = (_spans(each) for each in rows)
            told.setdefault((other.orbit, mine, theirs), []).append(one.orbit)
    words = []
    for (last, mine, theirs), firsts in told.items():
        names = listed([label(scene.track(orbit)) for orbit in firsts])
        parts = [f"{names} more at {mine}°"] if mine else []
        parts += [f"{label(scene.track(last))} more at {theirs}°"] if theirs else []
        if not (mine and theirs):
            parts[0] += f" than {label(scene.track(last)) if mine else names}"
        words.append(f"Fixes a day by latitude, north and south alike: {', '.join(parts)}.")
    return words


def _spans(rows: Sequence[float]) -> str:
    """Return latitudes five degrees apart as spans."""
    spans: list[list[float]] = []
    for row in rows:
        if spans and row - spans[-1][1] <= 5.1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ", ".join(f"{a:.0f}" if a == b else f"{a:.0f}-{b:.0f}" for a, b in spans)
