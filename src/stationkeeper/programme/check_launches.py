"""Launches: what the launcher carries from the site to the inclination, on the day."""

import math
from collections.abc import Iterator, Mapping
from datetime import date

from stationkeeper.constants import EARTH_RADIUS, MU_EARTH
from stationkeeper.programme.check_ports import origin_of
from stationkeeper.programme.check_references import Fault
from stationkeeper.programme.document import Programme
from stationkeeper.programme.hardware import Launcher, Payload
from stationkeeper.programme.history import History
from stationkeeper.programme.problems import KeyPath
from stationkeeper.programme.traffic import Flight
from stationkeeper.units import KILOMETRE

NEAR_DEG = 2.0  # [deg] a payload figure serves inclinations this near; our choice
SLACK_DEG = 0.1  # [deg] on the ranges that a site reaches, for rounded inclinations; our choice
LARGEST_PLANE_CHANGE = 300.0  # [m/s] some five years of ISS reboost; our choice


def plane_change(altitude: float, inclination_from: float, inclination_to: float) -> float:
    """Speed change that turns a circular orbit from one inclination to another.

    The least there is: one burn at a common node, the nodes being the same.

    Parameters
    ----------
    altitude : float
        Above the equatorial radius. [m]
    inclination_from, inclination_to : float
        Inclinations. [rad]

    Returns
    -------
    float
        Change of speed. [m/s]

    Notes
    -----
    ``2 v sin(di / 2)``; from 51.6 to 96.8 degrees at 400 km 5.9 km/s.

    References
    ----------
    .. [1] D. Vallado, "Fundamentals of Astrodynamics and Applications", 4th ed., 2013, eq. 6-19.

    Examples
    --------
    >>> round(plane_change(400e3, math.radians(51.6), math.radians(96.8)))
    5894
    """
    speed = math.sqrt(MU_EARTH / (EARTH_RADIUS + altitude))
    return 2 * speed * math.sin(abs(inclination_to - inclination_from) / 2)


def plane_faults(programme: Programme, told: History) -> Iterator[Fault]:
    """Yield the moves of modules between orbit planes."""
    seen = set()
    for key, _, left, joined in told.moves:
        if (key, left, joined) in seen:
            continue
        seen.add((key, left, joined))
        event = programme.event[key]
        here = programme.station[left].orbit
        there = event.orbit or programme.station[joined].orbit
        change = plane_change(
            here.altitude_km * KILOMETRE,
            math.radians(here.inclination_deg),
            math.radians(there.inclination_deg),
        )
        if change > LARGEST_PLANE_CHANGE:
            yield Fault(
                ("event", key, "to_station" if event.to_station else "station"),
                f"a move from {here.inclination_deg:g} to {there.inclination_deg:g} deg, which "
                f"costs {change / KILOMETRE:.1f} km/s",
                f"stations in one orbit plane, at most {LARGEST_PLANE_CHANGE / KILOMETRE:.1f} km/s",
                "launch the modules to the other plane instead",
                also=(("station", left), ("station", joined)),
            )


def launch_faults(
    programme: Programme, told: History, flights: Mapping[str, Flight]
) -> Iterator[Fault]:
    """Yield launches that launcher and site cannot make, and people on what is not crew-rated.

    Each is told once for a module, a flight or a regular series.
    """
    for key, module in programme.module.items():
        station = _first_station(programme, key)
        if module.launcher is None or station is None:
            continue
        if module.launched is not None:
            when = module.launched
        else:
            when = next(
                e.date for e in programme.event.values() if e.kind == "dock" and key in e.modules
            )
        mass = module.launch_mass_kg or (
            module.mass_kg + (module.propulsion.aboard_kg if module.propulsion else 0.0)
        )
        yield from _launch(
            programme, ("module", key), module.launcher, module.site, station, when, mass
        )
    seen: set[tuple[KeyPath, str]] = set()
    rated: set[tuple[str, str | None, str | None]] = set()
    for key, flight in flights.items():
        ship = programme.ship[flight.ship]
        launcher = flight.launcher or ship.launcher
        site = flight.site or ship.site
        if launcher is None:
            continue
        mass = flight.mass_kg or ship.mass_kg
        path = origin_of(key, programme, "launcher")[:2]
        for fault in _launch(
            programme, path, launcher, site, flight.station, flight.launched, mass, flight.ship
        ):
            if (fault.path, fault.expected) not in seen:
                seen.add((fault.path, fault.expected))
                yield fault
        if ship.seats and (flight.ship, launcher, site) not in rated:
            rated.add((flight.ship, launcher, site))
            yield from _crew_rating(programme, path, launcher, site)


def _first_station(programme: Programme, module: str) -> str | None:
    events = [
        event
        for event in programme.event.values()
        if event.kind == "dock" and module in event.modules
    ]
    return min(events, key=lambda event: event.date).station if events else None


def _launch(
    programme: Programme,
    path: KeyPath,
    launcher: str,
    site: str | None,
    station: str,
    when: date,
    mass: float,
    ship: str | None = None,
) -> Iterator[Fault]:
    also = [("launcher", launcher), ("station", station)]
    also += [("site", site)] if site else []
    also += [("ship", ship)] if ship else []
    for fault in _launch_faults(programme, path, launcher, site, station, when, mass):
        yield fault._replace(also=tuple(also))


def _launch_faults(
    programme: Programme,
    path: KeyPath,
    launcher_key: str,
    site_key: str | None,
    station: str,
    when: date,
    mass: float,
) -> Iterator[Fault]:
    launcher = programme.launcher[launcher_key]
    inclination = programme.station[station].orbit.inclination_deg
    if site_key is None:
        yield Fault((*path, "site"), "nothing", f"the site from which {launcher_key} leaves")
        return
    ranges = programme.site[site_key].inclinations_deg
    if not any(low - SLACK_DEG <= inclination <= high + SLACK_DEG for low, high in ranges):
        reach = ", ".join(f"{low:g}-{high:g}" for low, high in ranges)
        yield Fault(
            (*path, "site"),
            f"{site_key!r} for an inclination of {inclination:g} deg",
            f"a site that reaches it; {site_key} reaches {reach or 'none'} deg",
        )
        return
    routes = [p for p in launcher.payloads.values() if p.site == site_key]
    if not routes:
        sites = sorted({p.site for p in launcher.payloads.values()})
        yield Fault(
            (*path, "site"),
            f"{site_key!r}, from which {launcher_key} does not leave",
            f"one of: {', '.join(sites) or 'none'}",
        )
        return
    open_routes = [p for p in routes if (p.since or date.min) <= when <= (p.until or date.max)]
    if not open_routes:
        yield Fault(
            (*path, "launcher"),
            f"{launcher_key!r} on {when}",
            f"a day on which it is in service from {site_key}: {_service(routes)}",
        )
        return
    carried = payload_at(open_routes, inclination)
    if carried is None:
        named = ", ".join(f"{p.inclination_deg:g}" for p in open_routes)
        yield Fault(
            (*path, "launcher"),
            f"{launcher_key!r} from {site_key} to {inclination:g} deg",
            f"a payload figure within {NEAR_DEG:g} deg; there are figures for {named} deg",
            f"add launcher.{launcher_key}.payloads",
            warning=True,
        )
    elif mass > carried:
        yield Fault(
            (*path, "launcher"),
            f"{mass:,.0f} kg on {launcher_key!r} from {site_key} to {inclination:g} deg",
            f"at most {carried:,.0f} kg",
            _larger(programme, site_key, inclination, when, mass),
        )


def payload_at(routes: list[Payload], inclination_deg: float) -> float | None:
    """Return the payload at an inclination: between two figures by a straight line. [kg]

    Examples
    --------
    >>> routes = [Payload(site="a", inclination_deg=50, payload_kg=10),
    ...           Payload(site="a", inclination_deg=60, payload_kg=8)]
    >>> payload_at(routes, 55), payload_at(routes, 61), payload_at(routes, 97)
    (9.0, 8.0, None)
    """
    below = [p for p in routes if p.inclination_deg <= inclination_deg]
    above = [p for p in routes if p.inclination_deg >= inclination_deg]
    if below and above:
        low = max(below, key=lambda p: (p.inclination_deg, p.payload_kg))
        high = min(above, key=lambda p: (p.inclination_deg, -p.payload_kg))
        gap = high.inclination_deg - low.inclination_deg
        share = (inclination_deg - low.inclination_deg) / gap if gap else 0.0
        if gap == 0:
            return max(low.payload_kg, high.payload_kg)
        return low.payload_kg + share * (high.payload_kg - low.payload_kg)
    near = min(routes, key=lambda p: abs(p.inclination_deg - inclination_deg))
    if abs(near.inclination_deg - inclination_deg) > NEAR_DEG:
        return None
    return near.payload_kg


def _service(routes: list[Payload]) -> str:
    spans = sorted({(p.since or date.min, p.until or date.max) for p in routes})
    return ", ".join(
        (f"from {since}" if since > date.min else "always")
        + (f" to {until}" if until < date.max else "")
        for since, until in spans
    )


def _larger(programme: Programme, site: str, inclination: float, when: date, mass: float) -> str:
    def carries(launcher: Launcher) -> bool:
        routes = [
            p
            for p in launcher.payloads.values()
            if p.site == site and (p.since or date.min) <= when <= (p.until or date.max)
        ]
        return bool(routes) and (payload_at(routes, inclination) or 0.0) >= mass

    able = [key for key, launcher in programme.launcher.items() if carries(launcher)]
    return f"from there {', '.join(able)} would carry it" if able else ""


def _crew_rating(
    programme: Programme, path: KeyPath, launcher: str, site: str | None
) -> Iterator[Fault]:
    if not programme.launcher[launcher].crew_rated:
        given = f"{launcher!r} for a ship with seats; not crew-rated in the plan data"
        yield Fault((*path, "launcher"), given, "a crew-rated launcher", warning=True)
    if site is not None and not programme.site[site].crew_rated:
        given = f"{site!r} for a ship with seats; not crew-rated in the plan data"
        yield Fault((*path, "site"), given, "a crew-rated site", warning=True)
