"""What maps and measures from a station are good for, and for what it is the wrong tool."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_MEAN_RADIUS
from stationkeeper.lifetime.serving.geodesy_cameras import EDGES, reach_profile, viewing
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
from stationkeeper.units import DAY, KILOMETRE

Array = NDArray[np.float64]

ON_TRACK: Final = 1e3  # [m] within which altimeters repeat tracks (TOPEX/Poseidon; confidence A)
ORBIT_FOUND: Final = 0.02  # [m] height of an altimetry satellite's orbit afterwards; confidence C
DISTURBANCE: Final = 1e-5  # [m/s2] slow part aboard a station with people, 1e-6 g; confidence C
GRAVITY_NOISE: Final = 1e-10  # [m/s2] of accelerometers of gravity satellites; confidence C
FINE: Final = 100e3  # [m] half a wave that gravity satellites resolve, degree 200; confidence B
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
    for track in tracks:
        words.append(_drift(track))
        for payload in _on(scene, key, track, "altimeter"):
            words.append(_altimeter(track, payload))
    if tracks:
        words.append(_gravity(min(tracks, key=lambda track: track.altitude)))
    return words


def _named(track: Track) -> str:
    return (
        f"{track.title} at {track.altitude / KILOMETRE:.0f} km and "
        f"{np.degrees(track.inclination):.1f} deg"
    )


def _on(scene: Scene, key: str, track: Track, part: str) -> list[Payload]:
    return [one for _, one in scene.payloads(key, part) if one.station == track.station]


def _compared(scene: Scene, key: str, tracks: Sequence[Track]) -> list[str]:
    """Say how often the camera of each track can look, and which looks most often where."""
    words = []
    middles = np.degrees(0.5 * (EDGES[1:] + EDGES[:-1]))
    belts = [int(np.argmin(np.abs(middles - degree))) for degree in DEGREES]
    profiles: dict[str, Array] = {}
    for track in tracks:
        cameras = [
            viewing(name, one.title, one.camera, (track.ephemeris,))
            for name, one in scene.payloads(key, "camera")
            if one.station == track.station and one.camera is not None
        ]
        if not cameras:
            continue
        widest = max(cameras, key=lambda one: one.reach)
        profile = reach_profile(track, widest.reach)
        profiles[_named(track)] = profile
        told = ", ".join(
            f"{profile[belt]:.2f} at {degree} deg"
            for belt, degree in zip(belts, DEGREES, strict=True)
        )
        most = np.degrees(min(track.inclination, np.pi - track.inclination) + widest.reach)
        never = f"; beyond {most:.1f} deg never" if most < 90 else ""
        words.append(
            f"{_named(track)}: {widest.title} can look {told} times a day, tilted up to "
            f"{widest.camera.tilt_deg:g} deg{never}."
        )
    if len(profiles) > 1:
        for belt, degree in zip(belts, DEGREES, strict=True):
            best = max(profiles, key=lambda name: profiles[name][belt])
            others = ", ".join(
                f"{profile[belt]:.2f}" for name, profile in profiles.items() if name != best
            )
            if profiles[best][belt] > 0:
                words.append(
                    f"At {degree} deg of latitude most looks are from {best}: "
                    f"{profiles[best][belt]:.2f} a day beside {others}."
                )
    return words


def _drift(track: Track) -> str:
    """Say how long a track stays where it is."""
    cycles = repeat_cycles(track.altitude, track.inclination)
    best = int(np.argmin(np.abs(cycles.closure)))
    told = (
        f"{_named(track)}: nearest repeat within 30 days {cycles.revolutions[best]} revolutions in "
        f"{cycles.days[best]} days, {abs(cycles.closure[best]) / KILOMETRE:.0f} km off"
    )
    if not 300e3 <= track.altitude <= 500e3:
        return told + "."
    quiet, active = (float(rate) for rate in sink_rate(track.altitude))
    held = [float(days_on_track(track.altitude, rate, ON_TRACK)) for rate in (quiet, active)]
    week = [float(track_shift(track.altitude, rate, 7.0)) for rate in (quiet, active)]
    return (
        f"{told}. Drag lowers it {quiet * DAY:.0f} m a day under a quiet Sun and "
        f"{active * DAY:.0f} under an active one (as of the ISS): the track moves "
        f"{week[0] / KILOMETRE:.0f} to {week[1] / KILOMETRE:.0f} km in a week, and stays within "
        f"{ON_TRACK / KILOMETRE:g} km for {held[1]:.1f} to {held[0]:.1f} days between burns."
    )


def _altimeter(track: Track, payload: Payload) -> str:
    altimeter = payload.altimeter
    assert altimeter is not None
    error = float(height_error(altimeter.noise_m, altimeter.orbit_error_m))
    return (
        f"{_named(track)}, {payload.title}: not fit for altimetry along repeated tracks: none "
        f"comes round within {ON_TRACK / KILOMETRE:g} km without burns. One height is off by "
        f"{error:.2f} m, of which the orbit makes {altimeter.orbit_error_m:g} m; of satellites "
        f"for altimetry it makes {ORBIT_FOUND:g} m. Heights of ice and trees need no repeated "
        "track."
    )


def _gravity(track: Track) -> str:
    degree = float(gravity_degree(FINE))
    height = float(np.linalg.norm(track.ephemeris.position, axis=1).mean()) - EARTH_MEAN_RADIUS
    left = float(gravity_left(height, degree))
    part = float(f"{1 / left:.2g}")
    return (
        f"{_named(track)}: not fit for the gravity field: of waves of {2 * FINE / KILOMETRE:.0f} "
        f"km (degree {degree:.0f}) one part in {part:,.0f} is left at that height, and aboard a "
        f"station with people slow accelerations of {DISTURBANCE:.5f} m/s2 are "
        f"{DISTURBANCE / GRAVITY_NOISE:,.0f} times the noise of accelerometers of gravity "
        "satellites."
    )
