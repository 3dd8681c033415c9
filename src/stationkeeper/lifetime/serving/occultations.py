"""Occultation profiles a day: what receivers on stations and on constellations give."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_MEAN_RADIUS, SECONDS_PER_DAY
from stationkeeper.lifetime.serving.labels import label
from stationkeeper.lifetime.serving.scene import (
    WITHOUT,
    MeasureRow,
    Profile,
    Scene,
    Served,
    Track,
    ephemerides,
    satellites,
)
from stationkeeper.lifetime.serving.wording import figure
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.programme.services import Occultation
from stationkeeper.services.occultation import Occultations, occultations

Array = NDArray[np.float64]

MEASURE: Final = "profiles_per_day"
DAYS: Final = 5.0  # [d] looked at: the daily count then varies by 2 %; ours
REACH: Final = 500e3  # [m] about a place within which a profile is of use there; ours
BAND_DEG: Final = 5.0  # of latitude
LOW_YIELD: Final = 0.45  # COSMIC-1 as flown: 1,800 profiles of some 4,000 (validate services)
HIGH_YIELD: Final = 0.71  # COSMIC-2 as flown: 5,000 of some 7,100


def occultation_rows(scene: Scene, key: str) -> Served:
    """Tell how many occultation profiles a meteorological service gives.

    The value of an orbit is with the receivers of constellations added. Low and high are with the
    yields of two missions as flown.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        A service of meteorology.

    Returns
    -------
    Served
        Measures, profiles by latitude and words; empty if no payload receives occultations.

    Raises
    ------
    InputError
        If a constellation that is received is none of the document.
    """
    without = _without(scene, key)
    tracks = {track.key: _on(scene, key, track) for track in scene.tracks}
    served = Served()
    found = {WITHOUT: without, **{name: parts for name, parts in tracks.items() if parts}}
    rates = {name: _rate(parts) for name, parts in found.items()}
    for name, parts in found.items():
        if not parts:
            continue
        more = without if name != WITHOUT else []
        if scene.place is not None:
            value = _near(parts + more, *scene.place)
            total = _rate(parts + more)
            scale = value / total if total else 0.0
            where = "within 500 km of the place"
        else:
            value, scale, where = _rate(parts + more), 1.0, "all over the Earth"
        geometric = scale * sum(count for count, _, _ in _counts(parts + more))
        served.measures.append(
            MeasureRow(
                MEASURE,
                name,
                value,
                LOW_YIELD * geometric,
                HIGH_YIELD * geometric,
                where,
                _note(name, rates, geometric),
            )
        )
        degrees, by_band = _by_latitude(parts)
        served.profiles.append(Profile(MEASURE, name, degrees, by_band))
    served.words.extend(_words(scene, rates, found))
    return served


def at_site(
    scene: Scene, key: str, orbit: str, latitude: float, longitude: float
) -> dict[str, float]:
    """Return the profiles a day within 500 km of a place.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        A service of meteorology.
    orbit : str
        Key of a track, or ``without``.
    latitude, longitude : float
        Of the place. [rad]

    Returns
    -------
    dict of text to float
        Empty if nothing receives occultations.
    """
    parts = _without(scene, key)
    if orbit != WITHOUT:
        parts = parts + _on(scene, key, scene.track(orbit))
    return {MEASURE: _near(parts, latitude, longitude)} if parts else {}


# One receiver's yield, the days looked at, and its occultations.
Part = tuple[float, float, Occultations]


@cache
def _short(scene: Scene) -> Scene:
    """Return the first days of a scene: constellations are then a tenth of the work."""
    return replace(scene, duration=min(scene.duration, DAYS * SECONDS_PER_DAY))


@cache
def _seen(scene: Scene, flown: Ephemeris, constellation: str, half_width: float) -> Occultations:
    short = _short(scene)
    position, velocity = satellites(short, constellation)
    rows = min(flown.position.shape[0], round(short.duration / short.step) + 1)
    if position.shape[1] == 1:  # geostationary
        position, velocity = (np.repeat(a, rows, axis=1) for a in (position, velocity))
    return occultations(
        flown.position[:rows],
        flown.velocity[:rows],
        position[:, :rows],
        velocity[:, :rows],
        short.step,
        half_width=half_width,
    )


@cache
def _flying(scene: Scene, constellation: str) -> tuple[Ephemeris, ...]:
    return tuple(ephemerides(_short(scene), constellation))


def _parts(scene: Scene, flown: Iterable[Ephemeris], receiver: Occultation) -> list[Part]:
    days = _short(scene).duration / SECONDS_PER_DAY
    half_width = float(np.radians(receiver.azimuth_half_width_deg))
    return [
        (receiver.profile_yield, days, _seen(scene, one, name, half_width))
        for one in flown
        for name in receiver.constellations
    ]


def _on(scene: Scene, key: str, track: Track) -> list[Part]:
    found: list[Part] = []
    for _, payload in scene.payloads(key, "occultation"):
        if payload.occultation is not None and track in scene.tracks_of(payload):
            found += _parts(scene, [track.ephemeris], payload.occultation)
    return found


def _without(scene: Scene, key: str) -> list[Part]:
    found: list[Part] = []
    for _, payload in scene.carried(key, "occultation"):
        assert payload.constellation is not None
        if payload.occultation is not None:
            flown = _flying(scene, payload.constellation)
            found += _parts(scene, flown, payload.occultation)
    return found


def _counts(parts: list[Part]) -> list[tuple[float, float, Occultations]]:
    """Return events a day, yield and events of each receiver."""
    return [(seen.seconds.size / days, share, seen) for share, days, seen in parts]


def _rate(parts: list[Part]) -> float:
    return float(sum(count * share for count, share, _ in _counts(parts)))


def _near(parts: list[Part], latitude: float, longitude: float) -> float:
    """Return the profiles a day within reach of a place."""
    found = 0.0
    for share, days, seen in parts:
        half = (
            np.sin(0.5 * (seen.latitude - latitude)) ** 2
            + np.cos(seen.latitude)
            * np.cos(latitude)
            * np.sin(0.5 * (seen.longitude - longitude)) ** 2
        )
        apart = 2 * EARTH_MEAN_RADIUS * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
        found += share * float((apart <= REACH).sum()) / days
    return found


def _by_latitude(parts: list[Part]) -> tuple[list[float], list[float | None]]:
    """Return the middle of bands of latitude, and profiles a day within reach of a place there."""
    edges = np.radians(np.arange(-90.0, 90.0 + 0.5 * BAND_DEG, BAND_DEG))
    count = np.zeros(edges.size - 1)
    for share, days, seen in parts:
        count += share * np.histogram(seen.latitude, edges)[0] / days
    area = 2 * np.pi * np.diff(np.sin(edges))
    cap = 2 * np.pi * (1 - np.cos(REACH / EARTH_MEAN_RADIUS))
    middle = np.degrees(0.5 * (edges[1:] + edges[:-1]))
    return [float(x) for x in middle], [float(x) for x in count / area * cap]


def _note(name: str, rates: Mapping[str, float], geometric: float) -> str:
    told = f"{geometric:.0f} geometric a day times the yield of the document; low and high with "
    told += f"yields of {LOW_YIELD:.2f} and {HIGH_YIELD:.2f}, of missions as flown"
    if name != WITHOUT and rates.get(WITHOUT):
        told += f"; the station alone {rates[name]:.0f}"
    return told


def _words(scene: Scene, rates: Mapping[str, float], found: Mapping[str, list[Part]]) -> list[str]:
    parts = []
    for track in scene.tracks:
        if track.key not in found:
            continue
        seen = np.concatenate([np.abs(one.latitude) for _, _, one in found[track.key]])
        tops = np.degrees(np.quantile(seen, 0.99)) if seen.size else 0.0
        words = f"{label(track)} {figure(rates[track.key])}, 99 % of them within {tops:.0f}° of the"
        words += " equator"
        if rates[WITHOUT] > 0:
            words += f", {100 * rates[track.key] / rates[WITHOUT]:.0f} % more"
        parts.append(words)
    if not parts:
        return []
    text = f"Occultation profiles a day: {'; '.join(parts)}"
    if rates[WITHOUT] > 0:
        text += f"; without a station {figure(rates[WITHOUT])}"
    return [text + "."]
