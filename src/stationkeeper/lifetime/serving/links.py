"""What a payload's link gives to users: contact, how much of it holds, how much it carries."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS, SECONDS_PER_DAY
from stationkeeper.errors import DomainError, InputError
from stationkeeper.lifetime.serving.climate import climate_maps
from stationkeeper.lifetime.serving.contacts import (
    LONGITUDES,
    LONGITUDES_WITH_GATEWAYS,
    Contacts,
    Users,
    belt_users,
    gateway_share,
    moving_contacts,
    standing_contacts,
)
from stationkeeper.lifetime.serving.scene import (
    WITHOUT,
    Scene,
    ephemerides,
    satellites,
    standing,
)
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.programme.services import Constellation, Link, Payload, Receiver
from stationkeeper.services.attenuation import SHARES, attenuation
from stationkeeper.services.climate import climate_at
from stationkeeper.services.link_budget import LinkBudget, link_budget
from stationkeeper.services.modulation import ROLL_OFF, modulations

Array = NDArray[np.float64]

GIGAHERTZ: Final = 1e9  # [Hz]
MEGAHERTZ: Final = 1e6  # [Hz]
MASK: Final = float(np.radians(5.0))  # of users of a constellation that says none; our choice
SATELLITE_DAYS: Final = 24.0  # looked at of a constellation: so many days over its satellites
_FEWEST_DAYS: Final = 2.0  # [d]
TILT: Final = {"circular": np.pi / 4, "linear-horizontal": 0.0, "linear-vertical": np.pi / 2}


@dataclass(frozen=True, eq=False)
class Provided:
    """What one provider gives to users; arrays are (place,)."""

    key: str
    """Payload, or constellation. [-]"""
    title: str
    contacts: Contacts
    availability: Array | None
    """Share of the time in view in which the link holds; NaN without contact. [-]"""
    capacity: Array | None
    """Of one terminal. [bit/s], mean over the days"""
    footprint: float | None
    """Of all users. [bit/s]"""
    budget: LinkBudget | None
    always: bool = False
    """It stands still in the sky. [-]"""


def provided(scene: Scene, service: str, orbit: str, users: Users | None) -> list[Provided]:
    """Work out what the providers of a service on one orbit give to users.

    Parameters
    ----------
    scene : Scene
        The month.
    service : str
        Key of a service of communications.
    orbit : str
        Key of a track, or ``without``.
    users : Users or None
        Places; absent means all over the Earth.

    Returns
    -------
    list of Provided
        Empty if nobody provides it there.

    Raises
    ------
    InputError
        If a link holds nowhere, a terminal is missing, or a bent pipe has no gateway.
    """
    if orbit == WITHOUT:
        return [_without(scene, service, key, users) for key in scene.service(service).without]
    track = scene.track(orbit)
    return [
        _linked(scene, service, key, payload, [track.ephemeris], track.altitude, users)
        for key, payload in scene.payloads(service, "link")
        if payload.station == track.station
    ]


def _without(scene: Scene, service: str, key: str, users: Users | None) -> Provided:
    payload = scene.programme.payload.get(key)
    name = payload.constellation if payload is not None else key
    assert name is not None  # checked: what serves without a station is on a constellation
    if name not in scene.programme.constellation:
        satellites(scene, name)  # says so
    many = scene.programme.constellation[name]
    whom = users or belt_users()
    mask = MASK if payload is None else float(np.radians(payload.mask_deg))
    if many.kind == "geostationary":
        still = satellites(scene, name)[0][:, 0]
        contacts = standing_contacts(still, whom, mask, scene.duration)
        altitude = float(np.mean(np.linalg.norm(still, axis=-1))) - EARTH_RADIUS
        flown: list[Ephemeris] = []
        number = len(many.longitudes_deg)
    else:
        flown = ephemerides(_shortened(scene, many), name)
        altitude = float(np.mean([np.linalg.norm(e.position, axis=-1).mean() for e in flown]))
        altitude -= EARTH_RADIUS
        number = len(flown)
        if payload is not None and payload.link is not None:
            return _linked(scene, service, key, payload, flown, altitude, users)
        contacts = moving_contacts(flown, whom, mask)
    if payload is None or payload.link is None:
        title = many.title
        return Provided(key, title, contacts, None, None, None, None, not flown)
    return rated(key, payload, contacts, whom, altitude, float(number), users is None)


@cache
def _days(scene: Scene, days: float) -> Scene:
    return replace(scene, duration=min(scene.duration, days * SECONDS_PER_DAY))


def _shortened(scene: Scene, many: Constellation) -> Scene:
    """Keep fewer days of many satellites: they look alike sooner."""
    number = many.satellites or len(many.elements)
    return _days(scene, max(SATELLITE_DAYS / number, _FEWEST_DAYS))


def _linked(
    scene: Scene,
    service: str,
    key: str,
    payload: Payload,
    flown: list[Ephemeris],
    altitude: float,
    users: Users | None,
) -> Provided:
    """Work out a payload on satellites that move."""
    link, _ = _both_ends(key, payload)
    gateways = None
    there = 1.0
    if link.bent_pipe:
        found = scene.ground(scene.service(service).ground)
        if not found:
            raise InputError(
                f"service.{service}.ground: given no gateway in service, expected one at least:"
                f" payload.{key} is a bent pipe; name ground stations or networks, or set"
                f" payload.{key}.link.bent_pipe = false"
            )
        gateways = standing(found.values())
        there = gateway_share(flown, gateways)
    whom = users or belt_users(LONGITUDES_WITH_GATEWAYS if link.bent_pipe else LONGITUDES)
    contacts = moving_contacts(flown, whom, float(np.radians(payload.mask_deg)), gateways)
    busy = there * len(flown)
    return rated(key, payload, contacts, whom, altitude, busy, users is None)


def rated(
    key: str,
    payload: Payload,
    contacts: Contacts,
    users: Users,
    altitude: float,
    busy: float,
    everywhere: bool,
) -> Provided:
    """Add to contacts how much of the year the link holds, and what it carries."""
    link, terminal = _both_ends(key, payload)
    spent = contacts.by_elevation
    total = spent.sum(axis=1)
    # Under a sky nobody is in contact with, nothing is worked out.
    here = np.flatnonzero(total > 0) if np.any(total > 0) else np.arange(1)
    sky = _sky(
        link.frequency_ghz * GIGAHERTZ,
        terminal.antenna_m,
        TILT[link.polarisation],
        tuple(contacts.elevation.tolist()),
        tuple(users.latitude[here].tolist()),
        tuple(users.longitude[here].tolist()),
        key,
    )
    budget = link_budget(
        contacts.elevation,
        altitude,
        frequency=link.frequency_ghz * GIGAHERTZ,
        eirp=link.eirp_dbw,
        gain_over_temperature=terminal.gain_over_temperature_dbk,
        symbol_rate=link.bandwidth_mhz * MEGAHERTZ / ROLL_OFF,
        losses=link.losses_db,
        margin=link.margin_db,
        modulations=modulations(link.coding),
        shares=SHARES,
        attenuation=sky,
    )
    if everywhere:
        _checked_margin(key, link, terminal, budget)
    held, carried = np.zeros_like(total), np.zeros_like(total)
    held[here] = (spent[here] * budget.availability).sum(axis=1)
    carried[here] = (spent[here] * budget.rate).sum(axis=1)  # [bit] of one beam
    # Who sees several satellites at once uses one: contact counts once.
    alone = np.divide(contacts.seconds, total, out=np.zeros_like(total), where=total > 0)
    beams = min(float(link.beams), payload.users_at_once)
    seen = users.weight @ total
    mean_rate = float(users.weight @ carried / seen) if seen > 0 else 0.0
    return Provided(
        key,
        payload.title,
        contacts,
        np.divide(held, total, out=np.full_like(total, np.nan), where=total > 0),
        carried * alone / (contacts.days * 86_400.0) * beams / payload.users_at_once,
        mean_rate * beams * busy,
        budget,
    )


def _both_ends(key: str, payload: Payload) -> tuple[Link, Receiver]:
    if payload.link is None:
        raise InputError(f"payload.{key}.link: given none, expected a transmitter; add link")
    if payload.terminal is None:
        raise InputError(
            f"payload.{key}.terminal: given none, expected what users receive with; add terminal"
        )
    return payload.link, payload.terminal


def _checked_margin(key: str, link: Link, terminal: Receiver, budget: LinkBudget) -> None:
    """Say so if the link holds nowhere on Earth at any elevation."""
    best = float(budget.clear_margin.max())
    if best >= 0.0:
        return
    angle = float(np.degrees(budget.elevation[int(budget.clear_margin.max(axis=0).argmax())]))
    raise InputError(
        f"payload.{key}.link: given {link.eirp_dbw:g} dBW and {link.bandwidth_mhz:g} MHz at"
        f" {link.frequency_ghz:g} GHz to payload.{key}.terminal with"
        f" {terminal.gain_over_temperature_dbk:g} dB/K, expected a link that holds somewhere; the"
        f" best margin is {best:.1f} dB, at {angle:.0f} degrees; raise eirp_dbw or"
        f" gain_over_temperature_dbk by {-best:.1f} dB, or send in less bandwidth"
    )


@cache
def _sky(
    frequency: float,
    diameter: float,
    tilt: float,
    elevation: tuple[float, ...],
    latitude: tuple[float, ...],
    longitude: tuple[float, ...],
    key: str,
) -> Array:
    """Return attenuations (place, angle, share), kept: orbits share the sky. [dB]"""
    climate = climate_at(climate_maps(), latitude, longitude)
    try:
        return attenuation(climate, frequency, elevation, diameter=diameter, tilt=tilt)
    except DomainError as error:
        raise InputError(f"payload.{key}.link: {error}") from None
