"""Weather and climate images: looks of stations and of weather satellites, alone and together."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_MEAN_RADIUS
from stationkeeper.errors import DomainError, InputError
from stationkeeper.lifetime.serving.meteorology_words import imager_words
from stationkeeper.lifetime.serving.occultations import occultation_rows
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
)
from stationkeeper.orbit.coverage import (
    Coverage,
    area_mean,
    area_share,
    daily_area_share,
    swath_half_angle,
    sweep_cells,
    sweep_places,
)
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.orbit.scan_lines import ScanLines, joined, scan_lines
from stationkeeper.programme.services import Imager, Payload
from stationkeeper.services.imaging import Disc, clear_looks, disc_half_angle, with_discs
from stationkeeper.units import HOUR, KILOMETRE

Array = NDArray[np.float64]

CELL = float(np.radians(5.0))  # of maps and means: looks of 3 degrees within 0.1 %, gaps 4 %
EARTH = "mean over the Earth's area"
SEEN = "mean over the {share:.0%} of the Earth that is seen"


@dataclass(frozen=True, eq=False)
class Looking:
    """One imager on its satellites: what moves, what stands, and how many looks clouds spoil."""

    lines: ScanLines | None
    discs: tuple[Disc, ...]
    cloud_fraction: float


@dataclass(frozen=True, eq=False)
class Looks:
    """What some imagers together see of cells or places."""

    coverage: Coverage
    clear_visits: Array
    moving: Coverage
    """Without what stands over the equator."""


def served(scene: Scene, key: str) -> Served:
    """Work out a service of images and soundings.

    Figures of an orbit are of its station together with what is there without any; profiles and
    maps are of the station alone.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        A service of the kind meteorology.

    Returns
    -------
    Served

    Raises
    ------
    InputError
        If nothing that it names has an imager or receives occultations.
    """
    images = _images(scene, key)
    sounding = _soundings(scene, key)
    if not (images.measures or sounding.measures):
        raise InputError(
            f"service.{key}: given payloads with neither an imager nor occultations, expected one "
            "of either; fix: add [payload.NAME.imager] or name another payload"
        )
    return Served(
        measures=images.measures + sounding.measures,
        profiles=images.profiles + sounding.profiles,
        maps=images.maps or sounding.maps,
        distributions=images.distributions + sounding.distributions,
        words=images.words + sounding.words,
    )


def at_site(
    scene: Scene, key: str, orbit: str, latitude: float, longitude: float
) -> dict[str, float]:
    """Work out what a service of images gives at a place.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        A service of the kind meteorology.
    orbit : str
        Key of a track, whose station is added to what is there without; or ``without``.
    latitude, longitude : float
        Of the place. [rad]

    Returns
    -------
    dict of text to float
        By measure; measures without a value, as gaps of a place that is never seen, are left out.
    """
    sets = list(_without(scene, key))
    if orbit != WITHOUT:
        sets += _aboard(scene, key, scene.track(orbit))
    if not sets:
        return {}
    looks = _looks(scene, sets, ([latitude], [longitude]))
    return {name: value for name, value in _figures(looks).items() if np.isfinite(value)}


def _soundings(scene: Scene, key: str) -> Served:
    """Return the occultations of a service, if anything receives them."""
    if scene.payloads(key, "occultation") or scene.carried(key, "occultation"):
        return occultation_rows(scene, key)
    return Served()


def _images(scene: Scene, key: str) -> Served:
    without = _without(scene, key)
    tracks = [track for track in scene.tracks if _aboard(scene, key, track)]
    if not (without or tracks):
        return Served()
    place = None
    if scene.place is not None:
        place = ([scene.place[0]], [scene.place[1]])
    out = Served()
    alone: dict[str, Looks] = {}
    together: dict[str, Looks] = {}
    if without:
        alone[WITHOUT] = together[WITHOUT] = _looks(scene, without, None)
    for track in tracks:
        aboard = _aboard(scene, key, track)
        alone[track.key] = _looks(scene, aboard, None)
        both = [*without, *aboard]
        together[track.key] = _looks(scene, both, None) if without else alone[track.key]
    for orbit, looks in together.items():
        track_alone = alone[orbit] if without and orbit != WITHOUT else None
        if place is not None:
            sets = [] if orbit == WITHOUT else _aboard(scene, key, scene.track(orbit))
            looks = _looks(scene, [*without, *sets], place)
            track_alone = _looks(scene, sets, place) if track_alone else None
        out.measures.extend(_rows(orbit, looks, track_alone))
    for orbit, looks in alone.items():
        coverage = looks.coverage
        degrees = np.degrees(coverage.latitude).round(6).tolist()
        out.profiles.append(
            Profile("visits_per_day", orbit, degrees, _plain(coverage.visits_per_day.mean(axis=1)))
        )
        out.maps.append(
            Map(
                "visits_per_day",
                orbit,
                degrees,
                np.degrees(coverage.longitude).round(6).tolist(),
                [_plain(row) for row in coverage.visits_per_day],
            )
        )
    coverages = {orbit: looks.coverage for orbit, looks in alone.items()}
    some_stand = any(one.discs for one in without)
    out.words.extend(
        imager_words(
            tracks,
            {track.key: _widths(scene, key, track) for track in tracks},
            coverages,
            {orbit: looks.coverage for orbit, looks in together.items()},
            alone[WITHOUT].moving if some_stand else None,
            {track.key: _clouds(scene, key, track) for track in tracks},
        )
    )
    return out


def _figures(looks: Looks) -> dict[str, float]:
    """Return the measures of what is seen, means over its area."""
    coverage = looks.coverage
    seen = area_mean(coverage, coverage.visits)
    day = area_mean(coverage, coverage.day_visits)
    return {
        "visits_per_day": area_mean(coverage, coverage.visits_per_day),
        "clear_visits_per_day": area_mean(coverage, looks.clear_visits)
        / (coverage.duration / 86_400.0),
        "mean_gap_h": area_mean(coverage, coverage.mean_gap) / HOUR,
        "longest_gap_h": area_mean(coverage, coverage.longest_gap) / HOUR,
        "mean_wait_h": area_mean(coverage, coverage.response_time) / HOUR,
        "day_share": day / seen if seen else float("nan"),
        "area_share": daily_area_share(coverage),
    }


def _rows(orbit: str, looks: Looks, alone: Looks | None) -> list[MeasureRow]:
    values = _figures(looks)
    own = _figures(alone) if alone else {}
    cells = looks.coverage.visits.ndim == 2
    over_seen = SEEN.format(share=area_share(looks.coverage))
    rows = []
    for name, value in values.items():
        of_gaps = name in ("mean_gap_h", "longest_gap_h", "mean_wait_h", "day_share")
        where = (over_seen if of_gaps else EARTH) if cells else ""
        note = ""
        if own:
            number = own[name]
            note = f"alone {number:.3g}" if np.isfinite(number) else "alone: never"
        rows.append(
            MeasureRow(
                name,
                orbit,
                float(value) if np.isfinite(value) else None,
                where=where,
                note=note,
            )
        )
    return rows


def _looks(
    scene: Scene, sets: Sequence[Looking], places: tuple[list[float], list[float]] | None
) -> Looks:
    """Sweep sets of imagers over all cells, or over places."""

    def over(some: Sequence[Looking]) -> tuple[Coverage, Coverage]:
        moving = [one.lines for one in some if one.lines is not None]
        lines = joined(moving) if moving else scene.duration
        swept = sweep_cells(lines, CELL) if places is None else sweep_places(lines, *places)
        discs = [disc for one in some for disc in one.discs]
        return with_discs(swept, discs, scene.first_day), swept

    whole, moving = over(sets)
    clear = np.zeros(whole.visits.shape)
    fractions = sorted({one.cloud_fraction for one in sets})
    for fraction in fractions:
        part = whole
        if len(fractions) > 1:
            part, _ = over([one for one in sets if one.cloud_fraction == fraction])
        clear += clear_looks(part.visits, fraction)
    return Looks(whole, clear, moving)


@cache
def _without(scene: Scene, key: str) -> tuple[Looking, ...]:
    """Return the imagers that are there without any station."""
    found = []
    for name, payload in scene.carried(key, "imager"):
        imager = payload.imager
        assert imager is not None
        if payload.constellation is None:
            raise InputError(
                f"payload.{name}.constellation: given nothing, expected the constellation that "
                f"carries it, as service.{key}.without names it; fix: add it"
            )
        position, _ = satellites(scene, payload.constellation)
        if position.shape[1] == 1:
            found.append(Looking(None, _discs(name, imager, position), imager.cloud_fraction))
        else:
            flown = ephemerides(scene, payload.constellation)
            found.append(_looking(name, imager, flown))
    return tuple(found)


@cache
def _aboard(scene: Scene, key: str, track: Track) -> list[Looking]:
    """Return the imagers of a service on one track."""
    return [
        _looking(name, payload.imager, [track.ephemeris])
        for name, payload in _carried_on(scene, key, track)
        if payload.imager is not None
    ]


def _carried_on(scene: Scene, key: str, track: Track) -> list[tuple[str, Payload]]:
    return [
        (name, payload)
        for name, payload in scene.payloads(key, "imager")
        if payload.station == track.station
    ]


def _widths(scene: Scene, key: str, track: Track) -> list[float]:
    """Return the swaths on a track. [m]"""
    return [
        payload.imager.swath_km * KILOMETRE
        for _, payload in _carried_on(scene, key, track)
        if payload.imager
    ]


def _clouds(scene: Scene, key: str, track: Track) -> float:
    """Return the least cloud fraction of the imagers on a track."""
    return min(
        payload.imager.cloud_fraction
        for _, payload in _carried_on(scene, key, track)
        if payload.imager
    )


def _looking(name: str, imager: Imager, flown: list[Ephemeris]) -> Looking:
    height = min(
        float(np.linalg.norm(one.position, axis=1).mean()) - EARTH_MEAN_RADIUS for one in flown
    )
    try:
        half = swath_half_angle(imager.swath_km * KILOMETRE, height)
    except DomainError as fault:
        raise InputError(
            f"payload.{name}.imager.swath_km: {fault}; fix: a narrower swath"
        ) from None
    sun = np.radians(imager.sun_elevation_deg) if imager.needs_sun else None
    return Looking(scan_lines(flown, half, sun_elevation=sun), (), imager.cloud_fraction)


def _discs(name: str, imager: Imager, position: Array) -> tuple[Disc, ...]:
    if imager.every_minutes is None:
        raise InputError(
            f"payload.{name}.imager.every_minutes: given nothing, expected the minutes between two "
            "images of a geostationary imager; fix: add it"
        )
    try:
        half = disc_half_angle(imager.swath_km * KILOMETRE)
    except DomainError as fault:
        raise InputError(f"payload.{name}.imager.swath_km: {fault}; fix: a smaller disc") from None
    longitudes = np.arctan2(position[:, 0, 1], position[:, 0, 0])
    return tuple(
        Disc(
            float(longitude),
            half,
            imager.every_minutes * 60.0,
            float(np.radians(imager.sun_elevation_deg)) if imager.needs_sun else float("nan"),
        )
        for longitude in longitudes
    )


def _plain(values: Array) -> list[float | None]:
    return [round(float(x), 6) if np.isfinite(x) else None for x in values]
