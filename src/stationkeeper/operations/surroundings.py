"""What the outside does to a station, row by row: Sun, shadow, air, upsets, who sees it."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_ROTATION_RATE, SECONDS_PER_DAY
from stationkeeper.environment.atmosphere import density_exponential
from stationkeeper.errors import InputError
from stationkeeper.operations.house import House
from stationkeeper.operations.registry import Registry
from stationkeeper.orbit.ephemeris import Ephemeris, geostationary, mean_ephemeris
from stationkeeper.orbit.frames import geodetic, place, vertical
from stationkeeper.orbit.passes import find_passes
from stationkeeper.orbit.sunlight import eclipses, sun_fixed
from stationkeeper.orbit.visibility import relay_intervals, union

Array = NDArray[np.float64]
LinkKind = Literal["stations", "two-relays", "full-relay"]
LINKS: Final[tuple[LinkKind, ...]] = ("stations", "two-relays", "full-relay")

SIGNALS: Final = (
    ("env.sunlit", "-"),
    ("env.sun-along", "-"),
    ("env.sun-across", "-"),
    ("env.sun-down", "-"),
    ("env.beta", "rad"),
    ("env.orbit-angle", "rad"),
    ("env.altitude", "m"),
    ("env.speed", "m/s"),
    ("env.density", "kg/m3"),
    ("env.latitude", "rad"),
    ("env.longitude", "rad"),
    ("env.upsets", "-"),
    ("env.ground", "-"),
    ("env.ground-range", "m"),
    ("env.relay", "-"),
)

_PLACES: Final = {name: place for place, (name, _) in enumerate(SIGNALS)}
SUNLIT, GROUND, GROUND_RANGE, RELAY, ORBIT_ANGLE, LONGITUDE = (
    _PLACES[name]
    for name in (
        "env.sunlit", "env.ground", "env.ground-range", "env.relay", "env.orbit-angle",
        "env.longitude",
    )
)  # fmt: skip
COARSE: Final = 60.0  # [s] between states of the whole flight; rows between are interpolated
ANOMALY: Final = (-26.0, -50.0, 10.0, 22.0)
"""Middle and width (one sigma) of the South Atlantic anomaly in latitude and longitude. [deg] Ours,
after published maps of upsets in low orbits."""
ANOMALY_SHARE: Final = 0.6  # [-] of all upsets of a 51.6-degree orbit that fall there; ours
BULGE: Final = 0.5  # [-] density is so much more under the bulge and less opposite; ours
BULGE_LAG: Final = np.radians(30.0)  # the bulge follows the Sun by two hours
RELAYS_DEG: Final = (-16.0, 95.0, 167.0)
"""Relay satellites if the document names none; places of Luch, by memory. [deg]"""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """One flight: the orbit and who sees it."""

    ephemeris: Ephemeris
    upsets: float
    """Mean of the raw upset rate over the flight. [-]"""
    sites: Array
    """Places of the ground stations, Earth-fixed, (site, 3). [m]"""
    ground: tuple[Array, Array]
    """Begins and ends of contact with any of them. [s]"""
    relay: tuple[Array, Array]
    """Begins and ends in which a relay is in sight. [s]"""
    shadow: tuple[Array, Array]
    """Begins and ends in which half the Sun's disc or more is hidden. [s]"""


def declare(registry: Registry) -> None:
    """Declare the signals that rows of the surroundings are written to."""
    for name, unit in SIGNALS:
        registry.signal(name, unit)


def surroundings_of(house: House, duration: float, link: LinkKind) -> Surroundings:
    """Work out the orbit of a flight and its contacts.

    The altitude is held: decay and reboosts are left to lifetimes.

    Parameters
    ----------
    house : House
        The station.
    duration : float
        [s]
    link : str
        One of `LINKS`: who relays.

    Returns
    -------
    Surroundings
    """
    whole = SECONDS_PER_DAY * np.ceil(duration / SECONDS_PER_DAY)  # rows are made a day at once
    steps = int(whole / COARSE) + 2
    ephemeris = mean_ephemeris(
        house.first_day,
        steps * COARSE,
        COARSE,
        altitude=house.altitude,
        inclination=house.inclination,
        node=house.node,
        argument_of_latitude=house.place,
    )
    stations = [
        one
        for key, one in house.programme.ground.items()
        if key in house.plant.data.networks or set(one.networks) & set(house.plant.data.networks)
    ]
    if house.plant.data.networks and not stations:
        raise InputError(
            f"plant.{house.station}.data.networks: given {', '.join(house.plant.data.networks)};"
            " expected networks or keys of [ground] places; include services-networks"
        )
    ground = (np.zeros(0), np.zeros(0))
    sites = np.zeros((0, 3))
    if stations:
        latitude = np.radians([one.latitude_deg for one in stations])
        longitude = np.radians([one.longitude_deg for one in stations])
        height = np.array([one.altitude_m for one in stations])
        sites = place(latitude, longitude, height)
        passes = find_passes(
            ephemeris,
            sites,
            vertical(latitude, longitude),
            np.radians([one.mask_deg for one in stations]),
        )
        ground = union(passes.rise, passes.set)
    relay = (np.zeros(0), np.zeros(0))
    if link != "stations":
        places = relay_longitudes(house)[: 2 if link == "two-relays" else None]
        relay = relay_intervals(ephemeris, geostationary(np.radians(places)))
    every = ephemeris.position[:: max(1, steps // 20_000)]
    north, east, _ = geodetic(every)
    return Surroundings(
        ephemeris,
        float(_upsets(north, east).mean()),
        sites,
        ground,
        relay,
        eclipses(ephemeris, edge="centre"),
    )


def relay_longitudes(house: House) -> tuple[float, ...]:
    """Return where relay satellites stand: those of the document that are geostationary. [deg]"""
    found = house.programme.constellation.get("luch")
    if found is not None and found.longitudes_deg:
        return tuple(found.longitudes_deg)
    return RELAYS_DEG


def rows(around: Surroundings, first: float, count: int, step: float) -> Array:
    """Rows of all signals of `SIGNALS`.

    Parameters
    ----------
    around : Surroundings
        The flight.
    first : float
        Moment of the first row, since the begin. [s]
    count : int
        Rows.
    step : float
        Between rows. [s]

    Returns
    -------
    ndarray, (count, signal)
        [SI]
    """
    seconds = first + step * np.arange(count, dtype=np.float64)
    start = COARSE * np.floor(first / COARSE)
    knots = int(np.ceil((seconds[-1] - start) / COARSE)) + 2
    coarse = _coarse(around, start, knots)
    where = (seconds - start) / COARSE
    before = where.astype(np.int64)
    share = (where - before)[:, None]
    table = coarse[before] * (1.0 - share) + coarse[before + 1] * share
    table[:, SUNLIT] = 1.0 - _within(seconds, *around.shadow)
    table[:, GROUND] = _within(seconds, *around.ground)
    table[:, GROUND_RANGE] *= table[:, GROUND]
    table[:, RELAY] = _within(seconds, *around.relay)
    table[:, LONGITUDE] = (table[:, LONGITUDE] + np.pi) % (2 * np.pi) - np.pi
    table[:, ORBIT_ANGLE] %= 2 * np.pi
    return np.ascontiguousarray(table)


def _coarse(around: Surroundings, start: float, count: int) -> Array:
    """Rows a minute; straight lines between err by 0.06 % of a direction."""
    first = round(start / COARSE)
    last = min(first + count, len(around.ephemeris.position))
    position = around.ephemeris.position[first:last]
    velocity = around.ephemeris.velocity[first:last]
    count = len(position)
    chunk = Ephemeris(
        around.ephemeris.start_day + start / SECONDS_PER_DAY, COARSE, position, velocity
    )
    turning = np.stack([-position[:, 1], position[:, 0], np.zeros(count)], axis=-1)
    inertial = velocity + turning * EARTH_ROTATION_RATE
    down = -position / np.linalg.norm(position, axis=-1, keepdims=True)
    momentum = np.cross(position, inertial)
    across = -momentum / np.linalg.norm(momentum, axis=-1, keepdims=True)
    along = np.cross(across, down)
    sun = sun_fixed(chunk.days)
    latitude, longitude, height = geodetic(position)
    node = np.cross([0.0, 0.0, 1.0], -across)
    node /= np.linalg.norm(node, axis=-1, keepdims=True)
    angle = np.arctan2(
        np.sum(np.cross(node, -down) * -across, axis=-1), -np.sum(node * down, axis=-1)
    )
    ranges = np.zeros(count)
    if len(around.sites):
        apart = position[:, None, :] - around.sites[None, :, :]
        ranges = np.linalg.norm(apart, axis=-1).min(axis=1)
    lagging = np.stack(
        [
            sun[:, 0] * np.cos(BULGE_LAG) - sun[:, 1] * np.sin(BULGE_LAG),
            sun[:, 0] * np.sin(BULGE_LAG) + sun[:, 1] * np.cos(BULGE_LAG),
            sun[:, 2],
        ],
        axis=-1,
    )
    bulge = -np.sum(lagging * down, axis=-1)
    none = np.zeros(count)
    columns = (
        none,
        np.sum(sun * along, axis=-1),
        np.sum(sun * across, axis=-1),
        np.sum(sun * down, axis=-1),
        -np.arcsin(np.clip(np.sum(sun * across, axis=-1), -1.0, 1.0)),
        np.unwrap(angle),
        height,
        np.linalg.norm(inertial, axis=-1),
        density_exponential(height) * (1.0 + BULGE * bulge),
        latitude,
        np.unwrap(longitude),
        _upsets(latitude, longitude) / around.upsets,
        none,
        ranges,
        none,
    )
    table = np.stack(columns, axis=-1)
    return np.vstack([table, table[-1:]])


def _within(seconds: Array, begin: Array, end: Array) -> Array:
    """1 where a moment lies within an interval."""
    if not len(begin):
        return np.zeros(len(seconds))
    which = np.searchsorted(begin, seconds, side="right") - 1
    inside = (which >= 0) & (seconds < end[np.maximum(which, 0)])
    return inside.astype(float)


def _upsets(latitude: Array, longitude: Array) -> Array:
    """Raw rate of upsets: a floor everywhere and the anomaly on top of it."""
    north, east, tall, wide = np.radians(ANOMALY)
    away = (longitude - east + np.pi) % (2 * np.pi) - np.pi
    peak = np.exp(-0.5 * (((latitude - north) / tall) ** 2 + (away / wide) ** 2))
    # Over an orbit of 51.6 degrees the peak's mean is 0.033: the floor is its share of the rest.
    return np.asarray(peak + 0.033 * (1.0 - ANOMALY_SHARE) / ANOMALY_SHARE)
