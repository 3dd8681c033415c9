"""Orbits and places on which passes are compared, and the peers that are asked for the same."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS, EARTH_ROTATION_RATE, MU_EARTH
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.units import date_from_days

Array = NDArray[np.float64]

START_DAY: Final = 9_497.0  # 2026-01-01
MONTH: Final = 30 * 86_400.0  # [s]
STEP: Final = 60.0  # [s]
MASK: Final = float(np.radians(5.0))

_FIRST: Final = "1 {0:05d}U 26001A   26001.00000000  .00000000  00000-0  {1} 0  999"
_SECOND: Final = "2 {0:05d} {1:8.4f} 120.0000 {2:07d}  90.0000  30.0000 {3:11.8f}    1"
# Of our making: the kinds of orbit for which passes are asked.
_ORBITS: Final = {
    "420 km, 51.6 deg": (1, "18000-3", 51.64, 0.0005, 15.5),
    "400 km, 97.0 deg": (2, "18000-3", 97.0, 0.001, 15.58),
    "GPS, 55 deg": (3, "00000-0", 55.0, 0.005, 2.00565),
    "Molniya, 63.4 deg": (4, "00000-0", 63.4, 0.72, 2.0061),
}


def elements(name: str) -> tuple[str, str]:
    """Return the two lines of one of the orbits."""
    number, drag, inclination, eccentricity, turns = _ORBITS[name]
    second = _SECOND.format(number, inclination, round(eccentricity * 1e7), turns)
    return _checked(_FIRST.format(number, drag)), _checked(second)


def _checked(line: str) -> str:
    """Add the check digit of a line of elements."""
    return line + str(sum(int(c) if c.isdigit() else c == "-" for c in line) % 10)


def spread(sites: int) -> tuple[Array, Array]:
    """Return latitudes and longitudes of places evenly over the Earth: Fibonacci's spiral. [rad]"""
    k = np.arange(sites)
    latitude = np.arcsin(1 - (2 * k + 1) / sites)
    turns = (k * (np.sqrt(5.0) - 1) / 2) % 1.0
    return latitude, 2 * np.pi * (turns - 0.5)


def forty() -> tuple[Array, Array]:
    """Return the places of the comparison: a spiral of 35, both poles, and the date line. [rad]"""
    latitude, longitude = spread(35)
    more = np.radians([[90.0, 0.0], [-90.0, 0.0], [51.6, 180.0], [-16.5, -180.0], [0.0, 179.999]])
    return np.concatenate([latitude, more[:, 0]]), np.concatenate([longitude, more[:, 1]])


def standing(latitude: Array, longitude: Array) -> tuple[Array, Array]:
    """Return positions and verticals of places at sea level. [m], [-]"""
    return place(latitude, longitude), vertical(latitude, longitude)


@cache
def _time_scale() -> Any:
    from skyfield.api import load

    return load.timescale(builtin=True)


def skyfield_passes(
    name: str, latitude: Array, longitude: Array, duration: float, mask: float
) -> list[tuple[Array, Array]]:
    """Return rises and sets by skyfield as its search gives them, a pair a place. [s]

    Raises
    ------
    ImportError
        If skyfield is not installed.
    """
    from skyfield.api import EarthSatellite, wgs84

    scale = _time_scale()
    satellite = EarthSatellite(*elements(name), name, scale)
    begin = _moment(START_DAY)
    t0 = scale.from_datetime(begin)
    # It may miss events after the last peak, so it is asked for two days more than are wanted.
    t1 = scale.from_datetime(begin + timedelta(seconds=duration, days=2))
    found = []
    for one, other in zip(np.degrees(latitude), np.degrees(longitude), strict=True):
        times, events = satellite.find_events(
            wgs84.latlon(float(one), float(other)), t0, t1, altitude_degrees=float(np.degrees(mask))
        )
        seconds = np.array([(when - begin).total_seconds() for when in times.utc_datetime()])
        rises, sets = seconds[events == 0], seconds[events == 2]
        found.append((rises[rises < duration], sets[sets < duration]))
    return found


def skyfield_ut1_offset() -> float:
    """Return what skyfield takes for UT1 less UTC in the middle of the month. [s]"""
    begin = _moment(START_DAY)
    return float(_time_scale().utc(begin.year, begin.month, begin.day + 15).dut1)


def skyfield_crossings(
    name: str, latitude: float, longitude: float, seconds: Array, mask: float
) -> Array:
    """Return when skyfield's own elevation crosses a mask, near where its search stopped. [s]

    The search stops at half a second; four steps of Newton's rule go on from there.
    """
    from skyfield.api import EarthSatellite, wgs84

    scale = _time_scale()
    satellite = EarthSatellite(*elements(name), name, scale)
    begin = _moment(START_DAY)
    site = wgs84.latlon(float(np.degrees(latitude)), float(np.degrees(longitude)))

    def excess(when: Array) -> Array:
        moments = scale.utc(begin.year, begin.month, begin.day, 0, 0, when)
        above = (satellite - site).at(moments).altaz()[0].radians
        return np.asarray(above, dtype=np.float64) - mask

    t = seconds.copy()
    for _ in range(4):
        slope = (excess(t + 0.05) - excess(t - 0.05)) / 0.1
        # Of grazing passes the step is kept short, so that it stays on its side of the peak.
        t = t - np.clip(excess(t) / slope, -1.0, 1.0)
    return t


def rust_predictor(name: str) -> Any:
    """Return the peer in Rust, sgp4-predict, for one of the orbits.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    from sgp4_predict import Predictor, Tle

    return Predictor(Tle(name, *elements(name)).to_elements())


def rust_passes(
    predictor: Any, latitude: Array, longitude: Array, duration: float, mask: float
) -> list[Array]:
    """Return rises by sgp4-predict, an array a place. [s]"""
    from sgp4_predict import GeodeticPoint, Interval

    begin = _moment(START_DAY)
    during = Interval(begin, begin + timedelta(seconds=duration))
    lowest = float(np.degrees(mask))
    return [
        np.array(
            [
                (transit.start - begin).total_seconds()
                for transit in predictor.transits_iter(
                    GeodeticPoint(float(one), float(other), 0.0),
                    during,
                    min_elevation_deg=lowest,
                )
            ]
        )
        for one, other in zip(np.degrees(latitude), np.degrees(longitude), strict=True)
    ]


def _moment(day: float) -> datetime:
    date = date_from_days(day)
    return datetime(date.year, date.month, date.day, tzinfo=UTC)


def circle(altitude: float, inclination: float, duration: float, step: float) -> Ephemeris:
    """Return a circular orbit about a round Earth, from its node on the meridian of zero."""
    a = EARTH_RADIUS + altitude
    motion = np.sqrt(MU_EARTH / a) / a
    seconds = step * np.arange(int(np.ceil(duration / step)) + 1)
    u, turn = motion * seconds, EARTH_ROTATION_RATE * seconds
    ci, si = np.cos(inclination), np.sin(inclination)
    x, y, z = np.cos(u), np.sin(u) * ci, np.sin(u) * si
    vx, vy, vz = -motion * np.sin(u), motion * np.cos(u) * ci, motion * np.cos(u) * si
    c, s, w = np.cos(turn), np.sin(turn), EARTH_ROTATION_RATE
    position = a * np.stack([c * x + s * y, c * y - s * x, z], axis=-1)
    rate = a * np.stack([c * vx + s * vy, c * vy - s * vx, vz], axis=-1)
    rate[:, 0] += w * position[:, 1]
    rate[:, 1] -= w * position[:, 0]
    return Ephemeris(START_DAY, step, position, rate)


def half_angle(altitude: float, mask: float) -> float:
    """Return the angle at the centre of a round Earth from a place to the edge of its sky."""
    return float(np.arccos(np.cos(mask) * EARTH_RADIUS / (EARTH_RADIUS + altitude)) - mask)
