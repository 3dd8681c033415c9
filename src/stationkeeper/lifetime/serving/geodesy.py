"""Maps and measures of the Earth: cameras, altimeters, and passes over lasers and beacons."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS, EARTH_ROTATION_RATE
from stationkeeper.errors import InputError
from stationkeeper.lifetime.serving.geodesy_cameras import (
    EARTH,
    MAP_MEASURE,
    OF_SEEN,
    Viewing,
    pictures,
    seen,
    viewing,
)
from stationkeeper.lifetime.serving.geodesy_words import geodesy_words
from stationkeeper.lifetime.serving.scene import (
    WITHOUT,
    Map,
    MeasureRow,
    Profile,
    Scene,
    Served,
    Track,
    ephemerides,
    satellites,
    standing,
)
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.orbit.ground_track import revolutions_a_day
from stationkeeper.programme.services import Payload
from stationkeeper.services.altimetry import track_spacing
from stationkeeper.services.tracking import BEACON_MASK, CLEAR_SHARE, LASER_MASK, tracked_rate
from stationkeeper.units import DAY, KILOMETRE

Array = NDArray[np.float64]

PARTS = ("camera", "altimeter", "reflector", "doppler_receiver")
# Part of a payload, its measure, the network that sees it, its lowest elevation, share of passes.
NETWORKS = (
    ("reflector", "laser_passes_per_day", "laser-ranging", LASER_MASK, CLEAR_SHARE),
    ("doppler_receiver", "beacon_passes_per_day", "doris", BEACON_MASK, 1.0),
)
Place = tuple[float, float]


def served(scene: Scene, key: str) -> Served:
    """Work out a service of maps and measures of the Earth.

    Figures of an orbit are of its station together with what is there without any; profiles and
    maps are of the station alone.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        A service of the kind geodesy.

    Returns
    -------
    Served

    Raises
    ------
    InputError
        If a payload has no part that measures the Earth, or a camera looks past it.
    """
    _check(scene, key)
    out = Served()
    for orbit in [WITHOUT, *[track.key for track in _tracks(scene, key)]]:
        out.measures.extend(_rows(scene, key, orbit, scene.place))
        alone = _cameras(scene, key, orbit)
        if alone:
            _draw(out, orbit, alone)
    out.words.extend(geodesy_words(scene, key, _tracks(scene, key)))
    return out


def at_site(
    scene: Scene, key: str, orbit: str, latitude: float, longitude: float
) -> dict[str, float]:
    """Work out what a service of maps and measures gives at a place.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        A service of the kind geodesy.
    orbit : str
        Key of a track, whose station is added to what is there without; or ``without``.
    latitude, longitude : float
        Of the place. [rad]

    Returns
    -------
    dict of text to float
        By measure; measures without a value are left out. Passes over lasers and beacons are those
        of one station at the place.
    """
    rows = _rows(scene, key, orbit, (latitude, longitude))
    return {row.measure: row.value for row in rows if row.value is not None}


def _check(scene: Scene, key: str) -> None:
    service = scene.service(key)
    known = scene.programme.payload
    for name in (*service.payloads, *(one for one in service.without if one in known)):
        if not any(getattr(known[name], part) for part in PARTS):
            raise InputError(
                f"service.{key}: given the payload {name!r} without any of {', '.join(PARTS)}; "
                "expected one at least; fix: add it or name another payload"
            )


def _tracks(scene: Scene, key: str) -> list[Track]:
    stations = {scene.programme.payload[name].station for name in scene.service(key).payloads}
    return [track for track in scene.tracks if track.station in stations]


@cache
def _flying(
    scene: Scene, key: str, orbit: str, part: str
) -> tuple[tuple[str, Payload, tuple[Ephemeris, ...]], ...]:
    """Return the payloads with a part in an orbit alone, each with the satellites that carry it.

    Satellites that stand still over the ground have no ephemeris.
    """
    found: list[tuple[str, Payload, tuple[Ephemeris, ...]]] = []
    if orbit != WITHOUT:
        track = scene.track(orbit)
        for name, payload in scene.payloads(key, part):
            if payload.station == track.station:
                found.append((name, payload, (track.ephemeris,)))
        return tuple(found)
    for name, payload in scene.carried(key, part):
        if payload.constellation is None:
            raise InputError(
                f"payload.{name}.constellation: given nothing, expected the constellation that "
                f"carries it, as service.{key}.without names it; fix: add it"
            )
        position, _ = satellites(scene, payload.constellation)
        still = position.shape[1] == 1
        flown = () if still else tuple(ephemerides(scene, payload.constellation))
        found.append((name, payload, flown))
    return tuple(found)


def _together(
    scene: Scene, key: str, orbit: str, part: str
) -> list[tuple[str, Payload, tuple[Ephemeris, ...]]]:
    orbits = [WITHOUT] if orbit == WITHOUT else [WITHOUT, orbit]
    return [one for name in orbits for one in _flying(scene, key, name, part)]


@cache
def _cameras(scene: Scene, key: str, orbit: str) -> tuple[Viewing, ...]:
    """Return the cameras in an orbit alone."""
    return tuple(
        viewing(name, payload.title, payload.camera, flown)
        for name, payload, flown in _flying(scene, key, orbit, "camera")
        if payload.camera is not None
    )


def _rows(scene: Scene, key: str, orbit: str, where: Place | None) -> list[MeasureRow]:
    rows = _camera_rows(scene, key, orbit, where)
    rows += _spacing_rows(scene, key, orbit, where)
    for part, measure, network, mask, share in NETWORKS:
        if scene.payloads(key, part) or scene.carried(key, part):
            flying = _together(scene, key, orbit, part)
            rows.append(_tracked(scene, key, orbit, measure, network, mask, share, flying, where))
    return rows


def _camera_rows(scene: Scene, key: str, orbit: str, where: Place | None) -> list[MeasureRow]:
    if not (scene.payloads(key, "camera") or scene.carried(key, "camera")):
        return []
    cameras = _cameras(scene, key, WITHOUT)
    if orbit != WITHOUT:
        cameras += _cameras(scene, key, orbit)
    if not cameras:
        nothing = [MeasureRow(name, orbit, 0.0) for name in ("visits_per_day", "area_share")]
        return [*nothing, MeasureRow("ground_sample_m", orbit, None)]
    found = seen(cameras, where)
    rows = []
    for name, value in found.values.items():
        told = found.where_seen if name in OF_SEEN else EARTH
        rows.append(MeasureRow(name, orbit, _finite(value), where=told if where is None else ""))
    finest = min(cameras, key=lambda one: pictures(one).finest)
    picture = pictures(finest)
    rows.append(
        MeasureRow(
            "ground_sample_m",
            orbit,
            picture.finest,
            low=picture.finest,
            high=picture.coarsest,
            where="straight down; to full tilt",
            note=finest.title,
        )
    )
    stereo = max((pictures(one).base_to_height for one in cameras), default=0.0)
    if stereo > 0:
        rows.append(
            MeasureRow("base_to_height", orbit, stereo, where="looks ahead and behind together")
        )
    return rows


def _spacing_rows(scene: Scene, key: str, orbit: str, where: Place | None) -> list[MeasureRow]:
    if not (scene.payloads(key, "altimeter") or scene.carried(key, "altimeter")):
        return []
    turns = 0.0
    reached = 0.0
    for name, _, flown in _together(scene, key, orbit, "altimeter"):
        if not flown:
            raise InputError(
                f"payload.{name}.altimeter: given a constellation that stands still over the "
                "ground; expected satellites that move; fix: another constellation"
            )
        for one in flown:
            altitude, inclination = _shape(one, orbit, scene)
            turns += revolutions_a_day(altitude, inclination) * scene.duration / DAY
            reached = max(reached, min(inclination, np.pi - inclination))
    latitude = abs(where[0]) if where is not None else 0.0
    told = f"tracks of {scene.duration / DAY:g} days, as if evenly spread"
    if turns == 0 or latitude > reached:
        return [MeasureRow("track_spacing_km", orbit, None, where=told)]
    spacing = float(track_spacing(turns, latitude)) / KILOMETRE
    return [MeasureRow("track_spacing_km", orbit, spacing, where=told)]


def _shape(ephemeris: Ephemeris, orbit: str, scene: Scene) -> tuple[float, float]:
    """Return the altitude over the equatorial radius [m] and the inclination [rad] of an orbit."""
    for track in scene.tracks:
        if track.key == orbit and track.ephemeris is ephemeris:
            return track.altitude, track.inclination
    position = ephemeris.position
    spin = np.array([0.0, 0.0, EARTH_ROTATION_RATE])
    normal = np.cross(position, ephemeris.velocity + np.cross(spin, position))
    inclination = np.arccos(normal[:, 2] / np.linalg.norm(normal, axis=1)).mean()
    altitude = np.linalg.norm(position, axis=1).mean() - EARTH_RADIUS
    return float(altitude), float(inclination)


def _tracked(
    scene: Scene,
    key: str,
    orbit: str,
    measure: str,
    network: str,
    mask: float,
    share: float,
    flying: Sequence[tuple[str, Payload, tuple[Ephemeris, ...]]],
    where: Place | None,
) -> MeasureRow:
    """Return the passes that a network uses, or those of one station at a place."""
    if where is not None:
        latitude, longitude = np.array([where[0]]), np.array([where[1]])
        position, up = place(latitude, longitude), vertical(latitude, longitude)
        least = np.array([mask])
        told = ""
    else:
        ground = scene.ground(scene.service(key).ground)
        stations = [one for one in ground.values() if network in one.networks]
        if not stations:
            note = f"no place of the network {network!r} is named in service.{key}.ground"
            return MeasureRow(measure, orbit, None, note=note)
        position, up, given = standing(stations)
        least = np.maximum(given, mask)
        told = f"all {len(stations)} places of the network together"
    passes = sum(
        float(tracked_rate(one, position, up, least)[0].sum())
        for _, _, flown in flying
        for one in flown
    )
    note = f"over {np.degrees(mask):.0f} deg" + (f"; {share:.0%} in clear sky" if share < 1 else "")
    return MeasureRow(measure, orbit, share * passes, where=told, note=note)


def _draw(out: Served, orbit: str, cameras: tuple[Viewing, ...]) -> None:
    """Add the profile of one orbit alone, and its map if there is one."""
    found = seen(cameras, None)
    degrees = np.degrees(found.latitude).round(6).tolist()
    out.profiles.append(Profile(MAP_MEASURE, orbit, degrees, _plain(found.visits_per_day)))
    if found.cells is not None:
        longitudes, values = found.cells
        out.maps.append(
            Map(
                MAP_MEASURE,
                orbit,
                degrees,
                np.degrees(longitudes).round(6).tolist(),
                [_plain(row) for row in values],
            )
        )


def _plain(values: Array) -> list[float | None]:
    return [_finite(round(float(x), 6)) for x in values]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
