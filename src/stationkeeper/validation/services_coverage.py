"""Coverage beside published limits, closed forms, brute force at 1 s and another program."""

from typing import Final, Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_MEAN_RADIUS
from stationkeeper.orbit.coverage import (
    Coverage,
    area_mean,
    cover,
    cover_places,
    geocentric_latitude,
    swath_half_angle,
)
from stationkeeper.orbit.ephemeris import Ephemeris, mean_ephemeris, tle_ephemeris
from stationkeeper.units import DAY, KILOMETRE
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row
from stationkeeper.validation.tatc_looks import missing_tatc, tatc_looks

Array = NDArray[np.float64]

FIRST_DAY: Final = 9_497.0  # 2026-01-01
STEP: Final = 60.0  # [s]
ORBITS: Final = {"420 km, 51.64 deg": (420e3, 51.64), "400 km, 97 deg": (400e3, 97.0)}
SWATH: Final = 2_000e3  # [m]
PLACES_DEG: Final = (
    (90.0, 0.0), (-90.0, 0.0), (89.99, 77.0), (0.0, 180.0), (0.0, -180.0), (51.6, 179.999),
    (-51.6, -179.999), (60.5, 12.0), (-60.5, 100.0), (45.0, 0.0), (-33.0, 151.0), (0.0, 0.0),
    (82.0, -60.0), (-82.0, 60.0), (68.0, 180.0), (23.4, -102.0),
)  # fmt: skip
"""Poles, date line, equator, and the edges of both orbits; of our choosing."""
BRUTE_DAYS: Final = 3.0  # [d]
ELEMENTS: Final = (
    "1 99999U 26001A   26001.00000000  .00000000  00000-0  00000-0 0    06",
    "2 99999  51.6400   0.0000 0001000   0.0000   0.0000 15.50100000    17",
)
"""Orbit that other programs are given: 420 km, no drag; of our choosing."""
TATC_DAYS: Final = 10.0  # [d]


def flight(altitude: float, inclination_deg: float, days: float, step: float = STEP) -> Ephemeris:
    """Orbit of the mean elements of a row."""
    return mean_ephemeris(
        FIRST_DAY,
        days * DAY,
        step,
        altitude=altitude,
        inclination=float(np.radians(inclination_deg)),
        node=0.3,
    )


def stepped_looks(
    ephemeris: Ephemeris, half_width: float, latitude: ArrayLike, longitude: ArrayLike
) -> list[Array]:
    """Times at which a scan line passes over places, by stepping through an ephemeris.

    Every place is held against every position: nothing is culled, nothing curved in between.

    Parameters
    ----------
    ephemeris : Ephemeris
        With a step so short that straight lines do between, as 1 s.
    half_width : float
        Half the swath at the Earth's centre. [rad]
    latitude, longitude : array_like, (place,)
        Geodetic latitude and longitude. [rad]

    Returns
    -------
    list of ndarray
        Seconds from the start, by place. [s]
    """
    r, v = ephemeris.position, ephemeris.velocity
    under = r / np.linalg.norm(r, axis=1)[:, None]
    pole = np.cross(r, v)
    across = pole / np.linalg.norm(pole, axis=1)[:, None]
    ahead = np.cross(across, under)
    found = []
    for phi, east in zip(
        np.atleast_1d(geocentric_latitude(latitude)), np.atleast_1d(longitude), strict=True
    ):
        place = np.array([np.cos(phi) * np.cos(east), np.cos(phi) * np.sin(east), np.sin(phi)])
        along, aside, near = ahead @ place, across @ place, under @ place
        change = np.flatnonzero((along[:-1] >= 0) != (along[1:] >= 0))
        part = along[change] / (along[change] - along[change + 1])
        off = aside[change] + part * (aside[change + 1] - aside[change])
        seen = (np.abs(off) <= np.sin(half_width)) & (near[change] > 0)
        found.append((change + part)[seen] * ephemeris.step)
    return found


def gaps_of(seconds: Array, duration: float) -> Array:
    """Gaps between looks, begin and end of the time counted."""
    return np.diff(np.concatenate([[0.0], np.sort(seconds), [duration]]))


def highest_latitude(altitude: float, inclination_deg: float, swath: float) -> float:
    """Highest latitude at which 30 days of flight look at a place, to 0.01 degrees. [deg]"""
    half = swath_half_angle(swath, altitude)
    top = inclination_deg + float(np.degrees(half))
    degrees = np.arange(top - 0.5, top + 0.8, 0.01)
    east = np.arange(0.0, 360.0, 90.0)  # in 30 days a top of the track is near each of them
    latitude, longitude = np.meshgrid(degrees, east, indexing="ij")
    seen = cover_places(
        [flight(altitude, inclination_deg, 30.0)],
        half,
        np.radians(latitude.ravel()),
        np.radians(longitude.ravel()),
    )
    return float(latitude.ravel()[seen.visits > 0].max())


def swept_share(coverage: Coverage, ephemeris: Ephemeris, half_width: float) -> float:
    """Area looked at, each look counted, over the area that the scan line swept: one if right."""
    edges = np.linspace(-0.5 * np.pi, 0.5 * np.pi, coverage.latitude.size + 1)
    zone = 0.5 * np.diff(np.sin(geocentric_latitude(edges)))
    looked = float((coverage.visits.mean(axis=1) * zone).sum())
    r = ephemeris.position / np.linalg.norm(ephemeris.position, axis=1)[:, None]
    path = np.arccos(np.clip(np.sum(r[1:] * r[:-1], axis=1), -1, 1)).sum()
    return looked / float(2 * np.sin(half_width) * path / (4 * np.pi))


def rows(progress: Progress | None = None) -> list[Row]:
    """Return the rows of coverage.

    Parameters
    ----------
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    list of Row
    """
    tell = progress or (lambda _: None)
    tell("highest latitudes of three instruments")
    found = _limits()
    tell("coverage by brute force at 1 s")
    for name, (altitude, inclination) in ORBITS.items():
        found += _brute(name, altitude, inclination)
    tell("closed forms of coverage")
    found += _closed_forms()
    tell("coverage by tatc")
    found.append(_beside_tatc())
    return found


def _limits() -> list[Row]:
    truth = published("services_coverage.toml")
    assumed = truth["assumed"]
    found = []
    for key in ("lis", "ecostress", "rapidscat", "gedi"):
        one = truth[key]
        tolerance = (
            one["latitude_rounding_deg"]
            + float(np.degrees(0.5 * one["swath_rounding_km"] * KILOMETRE / EARTH_MEAN_RADIUS))
            + assumed["inclination_spread_deg"]
        )
        found.append(
            Row(
                "services",
                one["name"],
                highest_latitude(
                    one["altitude_km"] * KILOMETRE,
                    assumed["inclination_deg"],
                    one["swath_km"] * KILOMETRE,
                ),
                one["latitude_deg"],
                "deg",
                round(tolerance, 3),
                cast(Literal["measured", "context"], one["kind"]),
                one["source"],
                note=f"geodetic; {one['altitude_km']} km, {assumed['inclination_deg']} deg, swath "
                f"{one['swath_km']} km on a radius of 6,371 km; the tolerance is the rounding of "
                "limit and swath and 0.05 deg of inclination",
            )
        )
    one = truth["rapidscat_48_h"]
    half = float(swath_half_angle(one["swath_km"] * KILOMETRE, one["altitude_km"] * KILOMETRE))
    seen = cover([flight(one["altitude_km"] * KILOMETRE, assumed["inclination_deg"], 2.0)], half)
    within = np.abs(np.degrees(seen.latitude)) <= one["latitude_deg"]
    share = np.where(within[:, None], (seen.visits > 0).astype(float), np.nan)
    found.append(
        Row(
            "services",
            one["name"],
            area_mean(seen, share),
            one["share"],
            "1",
            0.1,
            "context",
            one["source"],
            note="shown beside; no share of the area is published",
        )
    )
    return found


def _brute(name: str, altitude: float, inclination_deg: float) -> list[Row]:
    half = float(swath_half_angle(SWATH, altitude))
    latitude, longitude = np.radians(np.array(PLACES_DEG)).T
    stepped = stepped_looks(
        flight(altitude, inclination_deg, BRUTE_DAYS, 1.0), half, latitude, longitude
    )
    orbit = flight(altitude, inclination_deg, BRUTE_DAYS)
    ours = cover_places([orbit], half, latitude, longitude)
    count = np.array([len(one) for one in stepped])
    longest = np.array([gaps_of(one, ours.duration).max() for one in stepped])
    wait = np.array([np.sum(gaps_of(one, ours.duration) ** 2) for one in stepped])
    wait /= 2 * ours.duration
    some = count > 0
    source = "the same scan line stepped at 1 s in NumPy, nothing culled"
    where = f"{len(PLACES_DEG)} places with poles and date line, {BRUTE_DAYS:.0f} d, 2,000 km"
    title = f"looks from {name}: {where}"
    return [
        Row(
            "services",
            f"{title}: places with another count",
            float(np.count_nonzero(ours.visits != count)),
            0.0,
            "1",
            0.0,
            "standard",
            source,
            note=f"{int(count.sum())} looks",
        ),
        Row(
            "services",
            f"{title}: largest error of a longest gap or response time",
            float(
                max(
                    np.abs(ours.longest_gap - longest)[some].max(),
                    np.abs(ours.response_time - wait)[some].max(),
                )
            ),
            0.0,
            "s",
            0.05,
            "standard",
            source,
        ),
    ]


def _closed_forms() -> list[Row]:
    found = []
    for name, (altitude, inclination) in ORBITS.items():
        half = float(swath_half_angle(SWATH, altitude))
        orbit = flight(altitude, inclination, 30.0)
        found.append(
            Row(
                "services",
                f"area looked at over area swept, {name}, 30 d, 2,000 km, cells of 1 deg",
                swept_share(cover([orbit], half), orbit, half),
                1.0,
                "1",
                0.001,
                "standard",
                "a scan line of half-width h that moves by s sweeps 2 s sin h of the unit sphere",
            )
        )
    altitude, inclination = ORBITS["400 km, 97 deg"]
    orbit = flight(altitude, inclination, 30.0)
    pole = cover_places([orbit], swath_half_angle(SWATH, altitude), [0.5 * np.pi], [0.0])
    north = np.count_nonzero((orbit.velocity[:-1, 2] > 0) & (orbit.velocity[1:, 2] <= 0))
    found.append(
        Row(
            "services",
            "looks at the north pole from 400 km, 97 deg, 30 d, 2,000 km",
            float(pole.visits[0]),
            float(north),
            "1",
            0.0,
            "standard",
            "one at each northernmost point of the orbit, as the pole lies within the swath",
        )
    )
    return found


def _beside_tatc() -> Row:
    half = float(swath_half_angle(SWATH, 420e3))
    places = [place for place in PLACES_DEG if abs(place[0]) < 60][:6]
    missing = missing_tatc()
    ours = None
    truth = 0.0
    kind: Kind = "other-program"
    note = missing or ""
    if not missing:
        latitude, longitude = np.radians(np.array(places)).T
        orbit = tle_ephemeris(*ELEMENTS, FIRST_DAY, TATC_DAYS * DAY, STEP)
        seen = cover_places([orbit], half, latitude, longitude)
        ours = float(seen.visits.sum())
        truth = float(sum(tatc_looks(ELEMENTS, places, FIRST_DAY, TATC_DAYS, half, 420e3)))
        note = "its looks are passes through a cone, ours of a scan line; a radius of its own"
    return Row(
        "services",
        f"looks at {len(places)} places in {TATC_DAYS:.0f} d, 420 km, 2,000 km",
        ours,
        truth,
        "1",
        round(0.01 * truth),
        kind,
        "tatc 3.6.0, collect_observations, the same element set",
        note=note,
    )
