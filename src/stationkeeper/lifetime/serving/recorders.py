"""Recorders of stations and satellites, emptied over the ground and over relays."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS, SECONDS_PER_DAY
from stationkeeper.errors import InputError
from stationkeeper.lifetime.serving.climate import climate_maps
from stationkeeper.lifetime.serving.links import TILT
from stationkeeper.lifetime.serving.scene import (
    WITHOUT,
    Scene,
    ephemerides,
    satellites,
    standing,
)
from stationkeeper.orbit.ephemeris import Ephemeris, state_at
from stationkeeper.orbit.intervals import Intervals, intersection
from stationkeeper.orbit.mechanics import mean_motion
from stationkeeper.orbit.passes import find_passes
from stationkeeper.orbit.visibility import relay_intervals
from stationkeeper.programme.services import Ground, Link, Payload, Receiver, Recorder
from stationkeeper.services.attenuation import SHARES, attenuation
from stationkeeper.services.climate import climate_at
from stationkeeper.services.contact_plan import even_times, rate_pieces, share_out
from stationkeeper.services.downlink import Downlink, downlink, piecewise_rates
from stationkeeper.services.link_budget import link_budget
from stationkeeper.services.modulation import ROLL_OFF, modulations

Array = NDArray[np.float64]
Spot = tuple[float, float] | None
"""Latitude and longitude of a place, in the place of the stations of a service. [rad]"""

ANGLES: Final = np.radians(np.arange(91.0))
"""Elevations at which links are worked out; between them a link carries what the lower carries."""
LOOK: Final = 20.0  # [s] longest stretch of a contact in which its rate is one number; ours
UNDECIDED: Final = (2 * SECONDS_PER_DAY, 0.1)
"""Data of the last days, or part of the month, had no time to come and are left out. Ours."""
AGAINST_RELAY: Final = 0.618034
"""Turns of producers by revolution, in which relays have theirs: the golden section, so that in the
course of a month each meets the other in every phase. Ours. [-]"""
GIGABIT: Final = 1e9  # [bit]
MEGABIT: Final = 1e6  # [bit]


@dataclass(frozen=True)
class Hearer:
    """A place on the ground that receives in the band of a link."""

    key: str
    ground: Ground
    receiver: Receiver


@dataclass(frozen=True, eq=False)
class Emptied:
    """What became of the data of one payload, on one satellite or more."""

    key: str
    payload: Payload
    runs: tuple[Downlink, ...]
    relayed: float | None
    """Share of the time in view of a relay; None if none is used. [-]"""
    contact: float
    """Time a day in which stations on the ground hear it, all satellites together. [s]"""
    room: float
    """What the stations on the ground could take in a day. [bit]"""


def counted(duration: float) -> float:
    """Return until when data are made whose latencies are counted. [s]"""
    return duration - min(UNDECIDED[0], UNDECIDED[1] * duration)


@lru_cache(maxsize=64)
def emptied(
    scene: Scene, service: str, key: str, orbit: str, spot: Spot = None, relays: bool = True
) -> Emptied:
    """Empty the recorder of a payload over the month.

    Parameters
    ----------
    scene : Scene
        The month looked at.
    service : str
        Service that names ground and relays.
    key : str
        Payload with a recorder.
    orbit : str
        Key of a track, or ``without`` for a payload on a constellation.
    spot : tuple of float, optional
        A place that receives instead of the ground of the service. [rad]
    relays : bool
        Whether relays are used.

    Returns
    -------
    Emptied

    Raises
    ------
    InputError
        If nobody on the ground hears the link and no relay serves it.
    """
    payload = scene.programme.payload[key]
    recorder = payload.recorder
    assert recorder is not None
    hearers = hearers_of(scene, service, payload, spot)
    names = _relays(scene, service, payload)
    carriers = flying(scene, payload, orbit)
    if not hearers and not names:
        raise _nobody(scene, service, key, payload)
    duration = carriers[0].duration
    heard = _heard(scene, service, key, orbit, spot)
    places = _relay_places(scene, names) if relays else np.empty((0, 3))
    turn = _turn(carriers[0])
    runs = []
    relayed = 0.0 if places.size else None
    for number, ephemeris in enumerate(carriers):
        begin, end, rate = (part[heard[0] == number] for part in heard[1:])
        rate = rate * (1.0 - recorder.command_share)
        if places.size:
            since, until = relay_intervals(ephemeris, places)
            assert relayed is not None
            relayed += float((until - since).sum()) / duration / len(carriers)
            served = intersection(
                _all(since, until), _all(*turns(duration, turn, recorder.relay_share))
            )
            begin, end = np.concatenate([begin, served.begin]), np.concatenate([end, served.end])
            relay_rate = np.full(served.begin.size, recorder.relay_rate_mbit_s * MEGABIT)
            rate = np.concatenate([rate, relay_rate])
        runs.append(_run(recorder, duration, turn, begin, end, rate))
    talked = heard[2] - heard[1]
    a_day = SECONDS_PER_DAY / duration
    return Emptied(
        key,
        payload,
        tuple(runs),
        relayed,
        float(talked.sum()) * a_day,
        float(talked @ heard[3]) * (1.0 - recorder.command_share) * a_day,
    )


@lru_cache(maxsize=32)
def _heard(
    scene: Scene, service: str, key: str, orbit: str, spot: Spot
) -> tuple[NDArray[np.int64], Array, Array, Array]:
    """Return the contacts that are used, kept: they are the same with relays and without."""
    payload = scene.programme.payload[key]
    return _contacts(
        flying(scene, payload, orbit), payload, hearers_of(scene, service, payload, spot)
    )


def turns(duration: float, turn: float, share: float, phase: float = 0.0) -> tuple[Array, Array]:
    """Return the stretches of work that is done for a share of each turn, from a phase on.

    Parameters
    ----------
    duration, turn : float
        Of the month, and of a turn. [s]
    share, phase : float
        Parts of a turn. [-]

    Returns
    -------
    begin, end : ndarray, (n,)
        [s]

    Examples
    --------
    >>> begin, end = turns(300.0, 100.0, 0.5, 0.75)
    >>> begin.tolist(), end.tolist()
    ([0.0, 75.0, 175.0, 275.0], [25.0, 125.0, 225.0, 300.0])
    """
    if share >= 1.0:
        return np.zeros(1), np.full(1, duration)
    starts = (np.arange(-1.0, np.ceil(duration / turn)) + phase) * turn
    begin, end = np.maximum(starts, 0.0), np.minimum(starts + share * turn, duration)
    kept = end > begin
    return begin[kept], end[kept]


def _run(
    recorder: Recorder, duration: float, turn: float, begin: Array, end: Array, rate: Array
) -> Downlink:
    """Fly the buffer: producers work for their share of each of their turns, one after another."""
    turn *= AGAINST_RELAY
    producers = list(recorder.producer.values())
    works = [
        turns(duration, turn, one.share, number / len(producers))
        for number, one in enumerate(producers)
    ]
    steps = np.concatenate([[counted(duration)], begin, end, *(np.concatenate(w) for w in works)])
    edges, total = piecewise_rates(duration, begin, end, rate, steps)
    inflow = [
        piecewise_rates(
            duration, since, until, np.full(since.size, one.rate_mbit_s * MEGABIT), steps
        )[1]
        for one, (since, until) in zip(producers, works, strict=True)
    ]
    priority = [one.priority for one in producers]
    return downlink(
        edges, np.stack(inflow, axis=1), total, priority, recorder.buffer_gbit * GIGABIT
    )


def _turn(ephemeris: Ephemeris) -> float:
    """Return the time of a revolution, or a day of who stands still. [s]"""
    if not np.any(ephemeris.velocity):
        return SECONDS_PER_DAY
    radius = float(np.linalg.norm(ephemeris.position, axis=-1).mean())
    return float(2 * np.pi / mean_motion(radius))


def _all(begin: Array, end: Array) -> Intervals:
    return Intervals(np.zeros(begin.size, np.int64), begin, end)


def _nobody(scene: Scene, service: str, key: str, payload: Payload) -> InputError:
    bands = sorted(
        {
            f"{one.frequency_ghz[0]:g}-{one.frequency_ghz[1]:g}"
            for ground in scene.ground(scene.service(service).ground).values()
            for one in ground.receiver.values()
        }
    )
    sent = f"a link at {payload.link.frequency_ghz:g} GHz" if payload.link else "no link"
    return InputError(
        f"service.{service}: given payload {key!r} with {sent}, expected a station of its ground"
        f" with a receiver for it (receivers there: {', '.join(bands) or 'none'} GHz) or a relay;"
        f" add a receiver to a place in [ground], or relays to service.{service} with"
        f" payload.{key}.recorder.relay_rate_mbit_s"
    )


def _relay_places(scene: Scene, names: Sequence[str]) -> Array:
    """Return where relays stand. [m]"""
    places = []
    for name in names:
        position, _ = satellites(scene, name)
        if position.shape[1] != 1:
            raise InputError(
                f"relays: given constellation {name!r} of kind"
                f" {scene.programme.constellation[name].kind!r}, expected kind 'geostationary'"
            )
        places.append(position[:, 0])
    return np.concatenate(places) if places else np.empty((0, 3))


def _rates(link: Link, altitude: float, hearers: Sequence[Hearer]) -> list[Array]:
    """Return the mean rate over the year at each of `ANGLES`, for each who hears. [bit/s]"""
    grounds = [one.ground for one in hearers]
    climate = climate_at(
        climate_maps(),
        np.radians([one.latitude_deg for one in grounds]),
        np.radians([one.longitude_deg for one in grounds]),
        np.array([one.altitude_m for one in grounds]),
    )
    found: dict[tuple[float, float], Array] = {}
    for one in hearers:
        dish = one.receiver
        kind = (dish.gain_over_temperature_dbk, dish.antenna_m)
        if kind in found:
            continue
        frequency = link.frequency_ghz * 1e9
        lost = attenuation(
            climate, frequency, ANGLES, diameter=dish.antenna_m, tilt=TILT[link.polarisation]
        )
        found[kind] = link_budget(
            ANGLES,
            altitude,
            frequency=frequency,
            eirp=link.eirp_dbw,
            gain_over_temperature=dish.gain_over_temperature_dbk,
            symbol_rate=link.bandwidth_mhz * 1e6 / ROLL_OFF,
            losses=link.losses_db,
            margin=link.margin_db,
            modulations=modulations(link.coding),
            shares=np.asarray(SHARES, float),
            attenuation=lost,
        ).rate
    kinds = [(one.receiver.gain_over_temperature_dbk, one.receiver.antenna_m) for one in hearers]
    return [found[kind][number] for number, kind in enumerate(kinds)]


def _contacts(
    flying: Sequence[Ephemeris], payload: Payload, hearers: Sequence[Hearer]
) -> tuple[NDArray[np.int64], Array, Array, Array]:
    """Return satellite, begin, end and rate of the pieces of all contacts that are used."""
    none = np.empty(0)
    if not hearers or payload.link is None:
        return np.empty(0, np.int64), none, none, none
    position, vertical, mask = standing(one.ground for one in hearers)
    horizons = [_horizon(one.ground) for one in hearers]
    altitude = float(np.linalg.norm(flying[0].position, axis=-1).mean() - EARTH_RADIUS)
    rates = _rates(payload.link, altitude, hearers)
    who, where, begin, end = [], [], [], []
    for number, ephemeris in enumerate(flying):
        passes = find_passes(ephemeris, position, vertical, mask, azimuth_masks=horizons)
        who.append(np.full(len(passes), number))
        where.append(passes.site)
        begin.append(passes.rise)
        end.append(passes.set)
    satellite, station = np.concatenate(who), np.concatenate(where)
    since, until = np.concatenate(begin), np.concatenate(end)

    def pieces(one: NDArray[np.int64], place: NDArray[np.int64], b: Array, e: Array) -> _Pieces:
        return _pieces(flying, position, vertical, rates, one, place, b, e)

    found = pieces(satellite, station, since, until)
    worth = np.bincount(
        found.contact, found.rate * (found.end - found.begin), minlength=satellite.size
    )
    antennas = [one.ground.antennas for one in hearers]
    # A contact that carries nothing keeps no antenna from one that does.
    some = np.flatnonzero(worth > 0)
    plan = share_out(
        satellite[some], station[some], since[some], until[some], antennas, worth[some]
    )
    used = pieces(plan.satellite, plan.station, plan.begin, plan.end)
    return plan.satellite[used.contact], used.begin, used.end, used.rate


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Pieces of contacts with one rate each."""

    begin: Array
    end: Array
    rate: Array
    contact: NDArray[np.int64]


def _pieces(
    flying: Sequence[Ephemeris],
    position: Array,
    vertical: Array,
    rates: Sequence[Array],
    satellite: NDArray[np.int64],
    station: NDArray[np.int64],
    begin: Array,
    end: Array,
) -> _Pieces:
    """Return the rates over contacts, from the elevation every `LOOK` seconds."""
    parts = []
    for number, ephemeris in enumerate(flying):
        moves = bool(np.any(ephemeris.velocity))
        mine = np.flatnonzero(satellite == number)
        # Places one after another, so that those of each lie side by side.
        mine = mine[np.argsort(station[mine], kind="stable")]
        if not mine.size:
            continue
        looks = np.ceil((end - begin)[mine] / LOOK).astype(np.int64) + 1
        counts = np.maximum(looks, 2) if moves else np.full(mine.size, 2)
        times, which = even_times(begin[mine], end[mine], counts)
        where = station[mine][which]
        sight = state_at(ephemeris, times)[0] - position[where]
        sine = np.einsum("lc,lc->l", sight, vertical[where]) / np.linalg.norm(sight, axis=-1)
        elevation = np.arcsin(np.clip(sine, -1.0, 1.0))
        for place in np.unique(station[mine]):
            here, its = station[mine] == place, where == place
            one = mine[here]
            b, e, rate, contact = rate_pieces(
                begin[one], end[one], elevation[its], counts[here], ANGLES, rates[place]
            )
            parts.append(_Pieces(b, e, rate, one[contact]))
    if not parts:
        none = np.empty(0)
        return _Pieces(none, none, none, np.empty(0, np.int64))
    return _Pieces(
        np.concatenate([one.begin for one in parts]),
        np.concatenate([one.end for one in parts]),
        np.concatenate([one.rate for one in parts]),
        np.concatenate([one.contact for one in parts]),
    )


def _horizon(ground: Ground) -> tuple[Array, Array] | None:
    """Return the horizon of a place by azimuth, if it has one. [rad]"""
    if not ground.masks_deg:
        return None
    azimuth, elevation = np.radians(np.array(ground.masks_deg, float)).T
    return azimuth, elevation


def hearers_of(scene: Scene, service: str, payload: Payload, spot: Spot) -> list[Hearer]:
    """Return who receives the link; at a place, a station like the first that does."""
    link = payload.link
    if link is None:
        return []
    found = []
    for key, ground in scene.ground(scene.service(service).ground).items():
        fitting = [one for one in ground.receiver.values() if _hears(one, link)]
        if fitting:
            best = max(fitting, key=lambda one: one.gain_over_temperature_dbk)
            found.append(Hearer(key, ground, best))
    if spot is None:
        return found
    terminal = payload.terminal if payload.terminal and _hears(payload.terminal, link) else None
    if terminal is None and not found:
        return []
    place = Ground(
        title="the place",
        latitude_deg=float(np.degrees(spot[0])),
        longitude_deg=float(np.degrees(spot[1])),
        mask_deg=payload.mask_deg,
    )
    return [Hearer("the place", place, terminal or found[0].receiver)]


def _hears(one: Receiver, link: Link) -> bool:
    return one.frequency_ghz[0] <= link.frequency_ghz <= one.frequency_ghz[1]


def _relays(scene: Scene, service: str, payload: Payload) -> tuple[str, ...]:
    recorder = payload.recorder
    assert recorder is not None
    if recorder.relay_rate_mbit_s * recorder.relay_share <= 0.0:
        return ()
    return recorder.relays or scene.service(service).relays


def flying(scene: Scene, payload: Payload, orbit: str) -> list[Ephemeris]:
    """Return who carries a payload: a station, or the satellites of a constellation.

    Parameters
    ----------
    scene : Scene
        The month looked at.
    payload : Payload
        On a station or a constellation.
    orbit : str
        Key of a track, or ``without``.

    Returns
    -------
    list of Ephemeris
        One a satellite; those that stand still have two rows.
    """
    if orbit != WITHOUT:
        return [scene.track(orbit).ephemeris]
    key = payload.constellation
    assert key is not None
    if scene.programme.constellation[key].kind != "geostationary":
        return ephemerides(scene, key)
    still = np.repeat(satellites(scene, key)[0], 2, axis=1)
    return [Ephemeris(scene.first_day, scene.duration, row, np.zeros_like(row)) for row in still]
