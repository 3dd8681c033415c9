"""What maps and measures from a station are good for, and for what it is the wrong tool."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_MEAN_RADIUS
from stationkeeper.lifetime.serving.geodesy_cameras import EDGES, reach_profile, viewing
from stationkeeper.lifetime.serving.labels import label
from stationkeeper.lifetime.serving.scene import Scene, Track
from stationkeeper.orbit.ground_track import repeat_cycles
from stationkeeper.programme.services import Payload
from stationkeeper.services.altimetry import (
    days_on_track,
    gravity_degree,
    gravity_left,
    height_error,
    sink_rate,
    track_shift,
)
from stationkeeper.units import KILOMETRE

Array = NDArray[np.float64]

ON_TRACK: Final = 1e3  # [m] within which altimeters repeat tracks (TOPEX/Poseidon; confidence A)
ORBIT_FOUND: Final = 0.02  # [m] height of an altimetry satellite's orbit afterwards; confidence C
DISTURBANCE: Final = 1e-5  # [m/s2] slow part aboard a station with people, 1e-6 g; confidence C
GRAVITY_NOISE: Final = 1e-10  # [m/s2] of accelerometers of gravity satellites; confidence C
FINE: Final = 100e3  # [m] half a wave that gravity satellites resolve, degree 200; confidence B
LOWEST: Final = 300e3  # [m] heights between which `sink_rate` holds
HIGHEST: Final = 500e3  # [m]
DEGREES: Final = (0, 30, 45, 60, 75)  # latitudes compared, our choice


def geodesy_words(scene: Scene, key: str, tracks: Sequence[Track]) -> list[str]:
    """Say in figures what orbits are good for, and what no camera or altimeter there can mend.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        The service.
    tracks : sequence of Track
        Those that carry a payload of it.

    Returns
    -------
    list of str
        Sentences.
    """
    words = _compared(scene, key, tracks)
    if tracks:
        words.append(_repeats(tracks))
        words += _drift([one for one in tracks if LOWEST <= one.altitude <= HIGHEST])
    words += _altimeters(scene, key, tracks)
    if tracks:
        words.append(_gravity(min(tracks, key=lambda track: track.altitude)))
    return words


def _on(scene: Scene, key: str, track: Track, part: str) -> list[tuple[str, Payload]]:
    return [one for one in scene.payloads(key, part) if one[1].station == track.station]


def _listed(values: Sequence[object]) -> str:
    *some, last = map(str, values)
    return f"{', '.join(some)} and {last}" if some else last


def _compared(scene: Scene, key: str, tracks: Sequence[Track]) -> list[str]:
    """Say how often the camera of each track can look, and which looks most often where."""
    middles = np.degrees(0.5 * (EDGES[1:] + EDGES[:-1]))
    belts = [int(np.argmin(np.abs(middles - degree))) for degree in DEGREES]
    rates: dict[str, Array] = {}
    parts = []
    for track in tracks:
        cameras = [
            viewing(name, one.title, one.camera, (track.ephemeris,))
            for name, one in _on(scene, key, track, "camera")
            if one.camera is not None
        ]
        if not cameras:
            continue
        widest = max(cameras, key=lambda one: one.reach)
        rates[label(track)] = rate = reach_profile(track, widest.reach)[belts]
        told = _listed([f"{value:.2f}" if value else "0" for value in rate])
        most = np.degrees(min(track.inclination, np.pi - track.inclination) + widest.reach)
        never = f", never beyond {most:.1f}" if most < 90 else ""
        parts.append(
            f"{label(track)} {told} ({widest.title}, tilted up to {widest.camera.tilt_deg:g} "
            f"degrees{never})"
        )
    if not parts:
        return []
    words = [f"Looks a day at {_listed(DEGREES)} degrees: {'; '.join(parts)}."]
    best: dict[str, list[int]] = {}
    for number, degree in enumerate(DEGREES):
        name = max(rates, key=lambda one: rates[one][number])
        if rates[name][number] > 0:
            best.setdefault(name, []).append(degree)
    if len(rates) > 1 and best:
        told = "; ".join(f"{name} at {_listed(where)} degrees" for name, where in best.items())
        words.append(f"The most looks: {told}.")
    return words


def _repeats(tracks: Sequence[Track]) -> str:
    parts = []
    for track in tracks:
        cycles = repeat_cycles(track.altitude, track.inclination)
        best = int(np.argmin(np.abs(cycles.closure)))
        parts.append(
            f"{label(track)} {cycles.revolutions[best]} revolutions in {cycles.days[best]} days, "
            f"{abs(cycles.closure[best]) / KILOMETRE:.0f} km off"
        )
    return f"Nearest repeats within 30 days: {'; '.join(parts)}."


def _drift(tracks: Sequence[Track]) -> list[str]:
    """Say how long tracks stay where they are."""
    parts = []
    for track in tracks:
        quiet, active = (float(rate) for rate in sink_rate(track.altitude))
        held = [float(days_on_track(track.altitude, rate, ON_TRACK)) for rate in (quiet, active)]
        week = [float(track_shift(track.altitude, rate, 7.0)) for rate in (quiet, active)]
        parts.append(
            f"{label(track)} {week[0] / KILOMETRE:.0f} to {week[1] / KILOMETRE:.0f} km, "
            f"{held[1]:.1f} to {held[0]:.1f} days"
        )
    if not parts:
        return []
    return [
        "How far drag (as of the ISS, under a quiet to an active Sun) moves the track in a week, "
        f"and how long it stays within {ON_TRACK / KILOMETRE:g} km: {'; '.join(parts)}."
    ]


def _altimeters(scene: Scene, key: str, tracks: Sequence[Track]) -> list[str]:
    names: dict[str, list[str]] = {}
    for track in tracks:
        for name, _ in _on(scene, key, track, "altimeter"):
            names.setdefault(name, []).append(label(track))
    words = []
    for name, where in names.items():
        payload = scene.programme.payload[name]
        altimeter = payload.altimeter
        assert altimeter is not None
        error = float(height_error(altimeter.noise_m, altimeter.orbit_error_m))
        words.append(
            f"{payload.title} on {_listed(where)}: not fit for altimetry along repeated tracks, as "
            f"none comes round within {ON_TRACK / KILOMETRE:g} km without burns and one height is "
            f"off by {error:.2f} m, of which the orbit makes {altimeter.orbit_error_m:g} m "
            f"({ORBIT_FOUND:g} m of satellites for altimetry); heights of ice and trees need no "
            "repeated track."
        )
    return words


def _gravity(track: Track) -> str:
    degree = float(gravity_degree(FINE))
    height = float(np.linalg.norm(track.ephemeris.position, axis=1).mean()) - EARTH_MEAN_RADIUS
    left = float(gravity_left(height, degree))
    part = float(f"{1 / left:.2g}")
    return (
        f"{label(track)}: not fit for the gravity field: of waves of {2 * FINE / KILOMETRE:.0f} "
        f"km (degree {degree:.0f}) one part in {part:,.0f} is left at that height, and aboard a "
        f"station with people slow accelerations of {DISTURBANCE:.5f} m/s2 are "
        f"{DISTURBANCE / GRAVITY_NOISE:,.0f} times the noise of accelerometers of gravity "
        "satellites."
    )
