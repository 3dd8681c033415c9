"""A month over the Earth: where stations and satellites are, and who is on the ground."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.environment.earth_rotation import ut1_minus_utc
from stationkeeper.environment.tables import earth_rotation
from stationkeeper.errors import InputError
from stationkeeper.lifetime.calendar import calendar_of
from stationkeeper.lifetime.policy import targets
from stationkeeper.orbit.ephemeris import (
    Ephemeris,
    geostationary,
    mean_ephemeris,
    tle_ephemeris,
    walker,
)
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.orbit.mean_motion import node_at_local_time
from stationkeeper.programme.composition import station_intervals
from stationkeeper.programme.document import Programme
from stationkeeper.programme.problems import choices, nearest, shown
from stationkeeper.programme.reference import reference_table
from stationkeeper.programme.services import Constellation, Ground, Payload, Service
from stationkeeper.programme.stations import Station
from stationkeeper.units import KILOMETRE, date_from_days, days_since_2000

Array = NDArray[np.float64]

WITHOUT: Final = "without"
"""Stands in the place of an orbit for what is there without any station."""
DAYS: Final = 30.0  # [d] looked at: a month tells rates, and few ground tracks repeat later
ALIKE: Final = (50 * KILOMETRE, float(np.radians(1.0)))
"""Height and inclination by which two versions of an orbit may differ and be told as one; ours."""
STEP: Final = 60.0  # [s] of ephemerides; what is between is interpolated


@dataclass(frozen=True, eq=False)
class Track:
    """One station in one version of its plan, over the month."""

    key: str
    """``ros``, or ``ros@plan-2022-polar`` in a named override. [-]"""
    title: str
    station: str
    version: str | None
    altitude: float
    """Mean, over the equatorial radius. [m]"""
    inclination: float
    """[rad]"""
    ephemeris: Ephemeris
    also: tuple[str, ...] = ()
    """Other versions with nearly the same orbit. [-]"""


@dataclass(frozen=True, eq=False)
class Scene:
    """What services are worked out from: the same month for all."""

    programme: Programme
    first_day: float
    """Days since 2000-01-01. [d]"""
    duration: float
    """[s]"""
    step: float
    """[s]"""
    tracks: tuple[Track, ...]
    place: tuple[float, float] | None = None
    """Latitude and longitude asked for. [rad]"""

    def service(self, key: str) -> Service:
        """Return a service by key."""
        return self.programme.service[key]

    def payloads(self, service: str, part: str) -> list[tuple[str, Payload]]:
        """Return the payloads of a service on stations that have a part, as ``link``."""
        found = ((key, self.programme.payload[key]) for key in self.service(service).payloads)
        return [(key, one) for key, one in found if getattr(one, part)]

    def carried(self, service: str, part: str) -> list[tuple[str, Payload]]:
        """Return the payloads on constellations that deliver a service without a station."""
        names = (key for key in self.service(service).without if key in self.programme.payload)
        found = ((key, self.programme.payload[key]) for key in names)
        return [(key, one) for key, one in found if getattr(one, part)]

    def tracks_of(self, payload: Payload) -> list[Track]:
        """Return the tracks of the station that carries a payload, all versions."""
        return [track for track in self.tracks if track.station == payload.station]

    def track(self, key: str) -> Track:
        """Return a track by key."""
        return next(track for track in self.tracks if track.key == key)

    def ground(self, names: Iterable[str]) -> dict[str, Ground]:
        """Return the places that are named, or belong to networks that are, in service then."""
        wanted = set(names)
        when = self.first_day
        return {
            key: one
            for key, one in self.programme.ground.items()
            if (key in wanted or wanted & set(one.networks))
            and (one.since is None or days_since_2000(one.since) <= when)
            and (one.until is None or days_since_2000(one.until) >= when)
        }


@dataclass(frozen=True)
class MeasureRow:
    """One figure of a service."""

    measure: str
    """A name of `programme.services.MEASURES`. [-]"""
    orbit: str
    """Key of a track, or ``without``. [-]"""
    value: float | None
    low: float | None = None
    high: float | None = None
    where: str = ""
    """What the value is the mean of, if not the place asked for. [-]"""
    note: str = ""


@dataclass(frozen=True)
class Profile:
    """A measure by latitude, mean over longitude."""

    measure: str
    orbit: str
    latitude_deg: list[float]
    values: list[float | None]


@dataclass(frozen=True)
class Map:
    """A measure over the Earth, (latitude, longitude)."""

    measure: str
    orbit: str
    latitude_deg: list[float]
    longitude_deg: list[float]
    values: list[list[float | None]]


@dataclass(frozen=True)
class Distribution:
    """Share of something done within so long."""

    measure: str
    orbit: str
    label: str
    x: list[float]
    share: list[float]


@dataclass(frozen=True)
class Served:
    """What a service gives."""

    measures: list[MeasureRow] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    maps: list[Map] = field(default_factory=list)
    distributions: list[Distribution] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    alone: bool = False
    """Values of tracks are those of the station alone: users of one system do not hear another."""


def scene_of(
    programme: Programme,
    *,
    place: tuple[float, float] | None = None,
    days: float = DAYS,
    step: float = STEP,
    flown: dict[str, Ephemeris] | None = None,
) -> Scene:
    """Lay out the month over which services are worked out.

    It begins on the first of January on which the last of the stations and payloads is there. A
    station flies at the middle of what is kept then, or at its first altitude.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    place : tuple of float, optional
        Latitude and longitude asked for. [rad]
    days : float
        Length. [d]
    step : float
        Of the ephemerides. [s]
    flown : dict of text to Ephemeris, optional
        By station, an ephemeris from a file in the place of ours.

    Returns
    -------
    Scene
    """
    first = float(days_since_2000(_month(programme)))
    flown = flown or {}
    duration = days * SECONDS_PER_DAY
    if flown:
        first = max(one.start_day for one in flown.values())
        duration = min(duration, *(one.duration for one in flown.values()))
    carrying = _carrying(programme)
    orbits: list[tuple[str, str | None, float, float]] = [
        (key, None, *_planned(programme, key, first)) for key in carrying
    ]
    orbits += [
        (
            one.station,
            one.override,
            one.altitude_km * KILOMETRE,
            float(np.radians(one.inclination_deg)),
        )
        for one in programme.versions
        if one.station in carrying
    ]
    tracks: list[Track] = []
    for station, version, altitude, inclination in orbits:
        alike = _alike(tracks, station, altitude, inclination)
        if alike is not None:  # nearly the same orbit tells nothing new
            tracks[alike] = replace(tracks[alike], also=(*tracks[alike].also, version or ""))
            continue
        ephemeris = flown.get(station) if version is None else None
        if ephemeris is None:
            orbit = programme.station[station].orbit
            ephemeris = mean_ephemeris(
                first,
                duration,
                step,
                altitude=altitude,
                inclination=inclination,
                node=_node(first, orbit.node_local_time_h),
                eccentricity=orbit.eccentricity,
                ut1_offset=ut1_offset(first, duration),
            )
        tracks.append(
            Track(
                f"{station}@{version}" if version else station,
                programme.station[station].title,
                station,
                version,
                float(altitude),
                float(inclination),
                ephemeris,
            )
        )
    return Scene(programme, first, duration, step, tuple(tracks), place)


def ut1_offset(first_day: float, duration: float) -> float:
    """Return UT1 less UTC in the middle of a time; after the shipped table its last value. [s]"""
    middle = first_day + 0.5 * duration / SECONDS_PER_DAY
    return float(ut1_minus_utc(middle, earth_rotation()))


def _alike(tracks: list[Track], station: str, altitude: float, inclination: float) -> int | None:
    """Return the place of a track of the station with nearly the same orbit."""
    for number, one in enumerate(tracks):
        near = abs(one.altitude - altitude) < ALIKE[0]
        if one.station == station and near and abs(one.inclination - inclination) < ALIKE[1]:
            return number
    return None


def _carrying(programme: Programme) -> list[str]:
    """Return the stations that carry a payload of a service."""
    used = {key for service in programme.service.values() for key in service.payloads}
    stations = {programme.payload[key].station for key in used}
    return [key for key in programme.station if key in stations]


def _month(programme: Programme) -> date:
    intervals = station_intervals(programme)
    begins = [intervals[key][0].first for key in _carrying(programme) if intervals[key]]
    begins += [
        days_since_2000(programme.payload[key].since or programme.span.first)
        for one in programme.service.values()
        for key in one.payloads
    ]
    latest = date_from_days(max(begins)) if begins else programme.span.first
    year = latest.year if (latest.month, latest.day) == (1, 1) else latest.year + 1
    return min(date(year, 1, 1), programme.span.last)


def _planned(programme: Programme, key: str, first: float) -> tuple[float, float]:
    station = programme.station[key]
    return _altitude(station, first), float(np.radians(station.orbit.inclination_deg))


def _altitude(station: Station, first: float) -> float:
    """Return what is kept on a day, else the last band before it, else the first altitude. [m]"""
    day = date_from_days(first)
    kept = targets(station.reboost, None, (), calendar_of(day, day), reference_table)
    middle = 0.5 * float(kept.lower[0] + kept.upper[0])
    if np.isfinite(middle):
        return middle
    bands = [
        (rule.since, rule.lower_km, rule.upper_km)
        for rule in station.reboost.values()
        if rule.lower_km is not None and rule.upper_km is not None and rule.since <= day
    ]
    if not bands:
        return station.orbit.altitude_km * KILOMETRE
    _, lower, upper = max(bands)
    return 0.5 * (lower + upper) * KILOMETRE


def _node(first: float, local_time_h: float | None) -> float:
    """Return the right ascension of a node from its local mean time; zero if none is given."""
    if local_time_h is None:
        return 0.0
    return node_at_local_time(first, local_time_h)


@cache
def satellites(scene: Scene, key: str) -> tuple[Array, Array]:
    """Return fixed positions and velocities of a constellation, each (satellite, time, 3).

    Geostationary satellites stand still: their time has the length one.

    Raises
    ------
    InputError
        If there is no such constellation.
    """
    known = scene.programme.constellation
    if key not in known:
        fix = nearest(key, known)
        raise InputError(
            f"constellation: given {shown(key)}, expected one of: {choices(known)}"
            + (f"; {fix}" if fix else "")
        )
    return _satellites(scene, known[key])


def _satellites(scene: Scene, one: Constellation) -> tuple[Array, Array]:
    if one.kind == "geostationary":
        still = geostationary(np.radians(one.longitudes_deg))[:, None, :]
        return still, np.zeros_like(still)
    turned = ut1_offset(scene.first_day, scene.duration)
    if one.kind == "elements":
        flown = [
            tle_ephemeris(
                first, second, scene.first_day, scene.duration, scene.step, ut1_offset=turned
            )
            for first, second in one.elements
        ]
        return np.stack([e.position for e in flown]), np.stack([e.velocity for e in flown])
    assert one.altitude_km is not None
    assert one.inclination_deg is not None
    assert one.satellites is not None
    node = np.radians(one.node_deg)
    if one.node_local_time_h is not None:
        node = _node(scene.first_day, one.node_local_time_h)
    return walker(
        scene.first_day,
        scene.duration,
        scene.step,
        altitude=one.altitude_km * KILOMETRE,
        inclination=float(np.radians(one.inclination_deg)),
        satellites=one.satellites,
        planes=one.planes,
        phasing=one.phasing,
        node=float(node),
        spread=float(np.radians(one.spread_deg)),
        ut1_offset=turned,
    )


def ephemerides(scene: Scene, key: str) -> list[Ephemeris]:
    """Return the satellites of a constellation that move over the ground, one by one."""
    position, velocity = satellites(scene, key)
    return [
        Ephemeris(scene.first_day, scene.step, r, v)
        for r, v in zip(position, velocity, strict=True)
    ]


def standing(ground: Iterable[Ground]) -> tuple[Array, Array, Array]:
    """Return position, vertical (place, 3) and lowest elevation (place,) of places."""
    places = list(ground)
    latitude = np.radians([one.latitude_deg for one in places])
    longitude = np.radians([one.longitude_deg for one in places])
    height = np.array([one.altitude_m for one in places], float)
    mask = np.radians([one.mask_deg for one in places])
    return place(latitude, longitude, height), vertical(latitude, longitude), mask


def belt(
    latitude_step_deg: float = 5.0, longitudes: int = 24
) -> tuple[Array, Array, Array, NDArray[np.int64]]:
    """Return places all over the Earth for profiles by latitude.

    Returns
    -------
    latitude_deg : ndarray, (row,)
        From pole to pole. [deg]
    position, vertical : ndarray, (place, 3)
        Row by row. [m, -]
    row : ndarray of int, (place,)
        Row of each place. [-]
    """
    rows = np.arange(-90.0, 90.0 + 0.5 * latitude_step_deg, latitude_step_deg)
    degrees = -180.0 + (np.arange(longitudes) + 0.5) * 360.0 / longitudes
    latitude, longitude = np.meshgrid(np.radians(rows), np.radians(degrees), indexing="ij")
    row = np.repeat(np.arange(rows.size), longitudes)
    return (
        rows,
        place(latitude.ravel(), longitude.ravel(), 0.0),
        vertical(latitude.ravel(), longitude.ravel()),
        row,
    )
