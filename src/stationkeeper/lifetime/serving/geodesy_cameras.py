"""What cameras for maps can look at, and how often: joins their optics with the orbits."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_MEAN_RADIUS
from stationkeeper.errors import DomainError, InputError
from stationkeeper.lifetime.serving.scene import Track
from stationkeeper.orbit.coverage import (
    Coverage,
    area_mean,
    area_share,
    cover,
    cover_places,
    scan_half_angle,
)
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.orbit.sunlight import sun_fixed
from stationkeeper.programme.services import Camera
from stationkeeper.services.mapping import (
    base_to_height,
    field_half_angle,
    ground_sample,
    seen_share,
    swept_rate,
)
from stationkeeper.units import HOUR

Array = NDArray[np.float64]

CELL: Final = float(np.radians(3.0))  # of maps and means
NARROW: Final = float(np.radians(1.0))  # half-width below which middles of cells miss a strip; ours
EDGES: Final = np.radians(np.arange(-90.0, 90.1, 3.0))
MAP_MEASURE: Final = "visits_per_day"
EARTH: Final = "mean over the Earth's area, by day and night"
OVER_SEEN: Final = "mean over the {share:.0%} of the Earth that is seen"
SWEPT: Final = "area swept over area"
OF_SEEN: Final = ("mean_gap_h", "longest_gap_h", "mean_wait_h", "day_share")


@dataclass(frozen=True, eq=False)
class Viewing:
    """A camera, the satellites that carry it, and how far from below them it reaches."""

    title: str
    camera: Camera
    flown: tuple[Ephemeris, ...]
    """Empty if it stands still over the ground."""
    height: float
    """Mean, over the mean sphere. [m]"""
    reach: float
    """From straight down to the edge of the field at full tilt, at the Earth's centre. [rad]"""
    strip: float
    """From the middle to the edge of the field without tilt, at the Earth's centre. [rad]"""


@dataclass(frozen=True)
class Pictures:
    """Size of samples straight down and at full tilt [m], and stereo base to height [-]."""

    finest: float
    coarsest: float
    base_to_height: float


@dataclass(frozen=True, eq=False)
class Seen:
    """What some cameras together can look at."""

    values: dict[str, float]
    where_seen: str
    """What gaps and the share of looks by day are the mean of. [-]"""
    latitude: Array
    """Middles of belts. [rad]"""
    visits_per_day: Array
    """(belt,) [1/d]"""
    cells: tuple[Array, Array] | None
    """Longitudes [rad] and visits a day (belt, longitude); none of a narrow strip."""


def viewing(name: str, title: str, camera: Camera, flown: tuple[Ephemeris, ...]) -> Viewing:
    """Return a camera with how far it reaches.

    Parameters
    ----------
    name, title : str
        Key of the payload, and its name.
    camera : Camera
        Its optics.
    flown : tuple of Ephemeris
        Satellites that carry it; none if they stand still over the ground.

    Returns
    -------
    Viewing

    Raises
    ------
    InputError
        If it looks past the Earth.
    """
    height = 35_786e3  # [m] geostationary
    if flown:
        radius = np.mean([np.linalg.norm(one.position, axis=1).mean() for one in flown])
        height = float(radius) - EARTH_MEAN_RADIUS
    field = float(
        field_half_angle(camera.focal_length_mm, camera.pixel_um / 1e3, camera.pixels_across)
    )
    tilt = float(np.radians(camera.tilt_deg))
    try:
        scan_half_angle(np.radians(camera.stereo_deg), height)
        reach, strip = (float(scan_half_angle(angle, height)) for angle in (tilt + field, field))
    except DomainError:
        limit = np.degrees(np.arcsin(EARTH_MEAN_RADIUS / (EARTH_MEAN_RADIUS + height)) - field)
        raise InputError(
            f"payload.{name}.camera: given a tilt of {camera.tilt_deg:g} and stereo looks of "
            f"{camera.stereo_deg:g} deg; expected at most {limit:.1f} deg, where the edge of the "
            "field meets the horizon; fix: a smaller angle"
        ) from None
    return Viewing(title, camera, flown, height, reach, strip)


def pictures(one: Viewing) -> Pictures:
    """Return what the pictures of a camera are like."""
    camera = one.camera
    focal, pixel = camera.focal_length_mm / 1e3, camera.pixel_um / 1e6
    tilt, stereo = np.radians(camera.tilt_deg), np.radians(camera.stereo_deg)
    across, _ = ground_sample(one.height, focal, pixel, np.array([0.0, tilt]))
    ratio = float(base_to_height(one.height, stereo, stereo)) if stereo > 0 else 0.0
    return Pictures(float(across[0]), float(across[1]), ratio)


@cache
def seen(cameras: tuple[Viewing, ...], where: tuple[float, float] | None) -> Seen:
    """Return how often cameras together can look, over the Earth or at a place.

    Parameters
    ----------
    cameras : tuple of Viewing
        At least one.
    where : tuple of float, optional
        Latitude and longitude. [rad]

    Returns
    -------
    Seen
        Cameras that stand still are left out. Of cameras whose reach is narrower than cells the
        looks are areas swept over areas of belts, and their longest gap is not told.
    """
    moving = [one for one in cameras if one.flown]
    middles = 0.5 * (EDGES[1:] + EDGES[:-1])
    if not moving:
        return Seen({}, "", middles, np.zeros(middles.size), None)
    belts = np.array([_belts(one.flown, one.reach) for one in moving]).sum(axis=0)
    shares = _strip_shares(moving)
    belt = None if where is None else min(int((where[0] - EDGES[0]) / CELL), middles.size - 1)
    if all(one.reach >= NARROW for one in moving):
        flown = [one for camera in moving for one in camera.flown]
        half = np.concatenate([np.full(len(one.flown), one.reach) for one in moving])
        covered = (
            cover(flown, half, cell=CELL)
            if where is None
            else cover_places(flown, half, [where[0]], [where[1]])
        )
        values = _of_coverage(covered)
        told = OVER_SEEN.format(share=area_share(covered))
        rate = covered.visits_per_day
        profile = rate.mean(axis=1) if where is None else belts[0]
        cells = (covered.longitude, rate) if where is None else None
    else:
        values, told = _of_belts(belts, belt), SWEPT
        profile, cells = belts[0], None
    weight = np.diff(np.sin(EDGES))
    values["area_share"] = float(
        (shares * weight).sum() / weight.sum() if belt is None else shares[belt]
    )
    return Seen(values, told, middles, profile, cells)


def _of_coverage(covered: Coverage) -> dict[str, float]:
    looks = area_mean(covered, covered.visits)
    return {
        "visits_per_day": area_mean(covered, covered.visits_per_day),
        "mean_gap_h": area_mean(covered, covered.mean_gap) / HOUR,
        "longest_gap_h": area_mean(covered, covered.longest_gap) / HOUR,
        "mean_wait_h": area_mean(covered, covered.response_time) / HOUR,
        "day_share": area_mean(covered, covered.day_visits) / looks if looks else float("nan"),
    }


def _of_belts(belts: Array, belt: int | None) -> dict[str, float]:
    """Return the measures of looks and looks by day a day (2, belt), over the Earth or one belt."""
    weight = np.diff(np.sin(EDGES))
    if belt is not None:
        weight = np.where(np.arange(weight.size) == belt, weight, 0.0)
    rate, by_day = (float((row * weight).sum() / weight.sum()) for row in belts)
    some = belts[0] > 0
    gap = float("nan")
    if (weight * some).any():
        hours = 24.0 / np.where(some, belts[0], 1.0)
        gap = float((hours * weight * some).sum() / (weight * some).sum())
    return {
        "visits_per_day": rate,
        "mean_gap_h": gap,
        "longest_gap_h": float("nan"),
        "day_share": by_day / rate if rate else float("nan"),
    }


def _belts(flown: Sequence[Ephemeris], half: float) -> Array:
    """Return looks a day, and those by day, of strips of a half-width at the centre (2, belt)."""
    width = 2 * half * EARTH_MEAN_RADIUS
    return np.asarray(width * np.sum([_length_rates(one) for one in flown], axis=0))


@cache
def _length_rates(one: Ephemeris) -> Array:
    """Return looks a day of a strip of unit width, and those by day (2, belt)."""
    radius = np.linalg.norm(one.position, axis=1)
    under = one.position / radius[:, None]
    along = one.velocity - np.sum(one.velocity * under, axis=1)[:, None] * under
    speed = np.linalg.norm(along, axis=1) * EARTH_MEAN_RADIUS / radius
    latitude = np.arcsin(under[:, 2])
    day = np.sum(under * sun_fixed(one.days), axis=1) > 0
    return np.stack(
        [swept_rate(latitude, moved, 1.0, one.step, EDGES) for moved in (speed, speed * day)]
    )


def _strip_shares(cameras: Sequence[Viewing]) -> Array:
    """Return the share of each belt that the strips without tilt sweep in a day."""
    left = np.ones(EDGES.size - 1)
    for camera in cameras:
        for one in camera.flown:
            if camera.strip >= NARROW:
                covered = cover([one], camera.strip, cell=CELL)
                left *= 1 - covered.days_seen.mean(axis=1) / covered.whole_days
            else:
                left *= 1 - seen_share(_belts([one], camera.strip)[0])
    return np.asarray(1 - left)


def reach_profile(track: Track, half: float) -> Array:
    """Return looks a day by belt of one track. [1/d]"""
    return np.asarray(_belts([track.ephemeris], half)[0])
