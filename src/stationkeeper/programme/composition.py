"""What a station is on a date, and who visits it: flights and crews put in order."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from stationkeeper.errors import InputError
from stationkeeper.programme.document import Programme
from stationkeeper.programme.fitting import fitted
from stationkeeper.programme.hardware import Ship
from stationkeeper.programme.history import History, history
from stationkeeper.programme.partings import (
    after_partings,
    modules_gone,
    partings,
    port_leaves_on,
    seats_that_stay,
    ship_leaves_on,
)
from stationkeeper.programme.stations import Orbit
from stationkeeper.programme.traffic import Crew, Flight, Traffic
from stationkeeper.units import days_since_2000

DEFAULT_LIFE_DAYS = 180.0  # [d] stay of a ship that has no certified life; our choice
MOST_FLIGHTS = 20_000  # flights that regular traffic may expand to; our choice


@dataclass(frozen=True)
class Interval:
    """A span of days over which a station consists of the same modules."""

    first: int
    """First day, since 2000-01-01. [d]"""
    last: int
    """Day after the last. [d]"""
    modules: tuple[str, ...]
    """Modules connected, in the order in which they came."""
    isolated: tuple[str, ...]
    """Of these, the modules behind a shut hatch."""
    orbit_from: str | None
    """Station from whose orbit this one begins, in the first interval of a station that was
    separated from another; else None."""
    orbit: Orbit | None = None
    """Orbit at the begin of a separated station, if the event names one."""


def station_intervals(programme: Programme) -> dict[str, tuple[Interval, ...]]:
    """Return what each station consists of, interval after interval, within the span.

    A station exists while it has modules, and from its ``first_day`` if that is later.

    Parameters
    ----------
    programme : Programme
        A checked programme.

    Returns
    -------
    dict of str to tuple of Interval
        Consecutive intervals by station; empty for a station that does not exist in the span.

    Notes
    -----
    Events before the span are applied: they make the station found on its first day.
    """
    told = history(programme)
    begin = days_since_2000(programme.span.first)
    end = days_since_2000(programme.span.last) + 1
    found = {}
    for key, station in programme.station.items():
        first = begin
        if station.first_day is not None:
            first = max(begin, days_since_2000(station.first_day))
        states = told.states.get(key, [])
        intervals: list[Interval] = []
        for i, (since, modules, isolated) in enumerate(states):
            start = max(first, days_since_2000(since))
            stop = min(end, days_since_2000(states[i + 1][0])) if i + 1 < len(states) else end
            if start >= stop or not modules:
                continue
            born_on, parent, orbit = told.born_from.get(key, (None, None, None))
            newborn = not intervals and born_on is not None and days_since_2000(born_on) == start
            intervals.append(
                Interval(
                    start,
                    stop,
                    modules,
                    isolated,
                    parent if newborn and orbit is None else None,
                    orbit if newborn else None,
                )
            )
        found[key] = tuple(intervals)
    return found


def life_days(ship: Ship, day: date) -> float | None:
    """Return the certified days in orbit of a ship on a day, the latest rule that holds. [d]"""
    rules = sorted(ship.certified_life.values(), key=lambda rule: rule.since or date.min)
    holding = [rule.days for rule in rules if rule.since is None or rule.since <= day]
    return holding[-1] if holding else None


def life_of_flight(flight: Flight, ship: Ship) -> float | None:
    """Return the days in orbit that a flight may have: granted to it, or those of its class. [d]

    Parameters
    ----------
    flight : Flight
        One visit.
    ship : Ship
        Its class.

    Returns
    -------
    float or None
        Counted from the launch; None for a class without a certified life. [d]
    """
    return flight.life_days or life_days(ship, flight.docked)


def _last_docking(programme: Programme, traffic: Traffic, told: History) -> date:
    """Return the last day on which a series may dock."""
    last = min(traffic.until or date.max, programme.span.last)
    gone = told.ends_on(traffic.station)
    if gone is not None:
        last = min(last, gone - timedelta(days=1))
    end = programme.station[traffic.station].end
    if end is not None and traffic.until is None:
        last = min(last, end.since)
        if traffic.seats and end.crew_leaves is not None:
            last = min(last, end.crew_leaves - timedelta(days=1))
    return last


def expanded(programme: Programme, key: str, told: History) -> Iterator[tuple[str, Flight, Crew]]:
    """Yield the flights of a regular series, each with the crew whose seats it carries.

    Flights are numbered from the first day of the series, so that a number means the same flight
    whatever the span. Launch and docking fall on one day. The last people leave when the end of
    the station says so.
    """
    series = programme.traffic[key]
    ship = programme.ship[series.ship]
    end = programme.station[series.station].end
    last = _last_docking(programme, series, told)
    number = 0
    while True:
        docked = _later(series.since, round(number * series.every_days))
        number += 1
        if docked > last:
            return
        undocked = _later(docked, max(1, round(series.stay_days)))
        if series.seats and end is not None and end.crew_leaves is not None:
            undocked = max(docked, min(undocked, end.crew_leaves))
        if undocked < programme.span.first:
            continue
        name = f"{key}-{number:03d}"
        flight = Flight(
            ship=series.ship,
            title=f"{ship.title} {number:03d}"[:2_000],
            station=series.station,
            launched=docked,
            docked=docked,
            undocked=undocked,
            port=series.ports[(number - 1) % len(series.ports)],
            launcher=series.launcher,
            site=series.site,
            mass_kg=series.mass_kg,
            propellant_to_station_kg=series.propellant_to_station_kg,
            manifest=series.manifest,
        )
        crew = Crew(
            station=series.station,
            ship_up=name,
            launched=docked,
            ship_down=name,
            landed=undocked,
            seats=series.seats,
        )
        yield name, flight, crew


def _later(day: date, days: float) -> date:
    """Add days to a date; far beyond any span stays the last date there is."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max


def _expand_all(programme: Programme, told: History) -> tuple[dict[str, Flight], dict[str, Crew]]:
    flights: dict[str, Flight] = {}
    crews: dict[str, Crew] = {}
    for key, series in programme.traffic.items():
        if not series.ports:
            continue
        for name, flight, crew in expanded(programme, key, told):
            if len(flights) >= MOST_FLIGHTS:
                raise InputError(
                    f"traffic.{key}: given more than {MOST_FLIGHTS} flights in all series together;"
                    " expected fewer; make every_days longer or the span shorter"
                )
            flights[name] = flight
            if series.seats:
                crews[name] = crew
    return flights, crews


def all_flights(programme: Programme) -> dict[str, Flight]:
    """Return the flights of the span: single ones and those of regular traffic.

    Flights of a series are called ``traffic-id-001``. A flight without a day of undocking gets
    one: when another ship needs its port, else when the certified life of the ship ends, counted
    from its launch (180 days, our choice, for a ship without one). After a partner leaves a station
    its ships no longer come, and those there undock on that day; so does a ship at a module that
    leaves for nowhere. With a day of knowledge, planned
    flights are fitted to the ports and launchers known then, see
    :mod:`stationkeeper.programme.fitting`.

    Parameters
    ----------
    programme : Programme
        A checked programme.

    Returns
    -------
    dict of str to Flight
        Flights docked within the span, by docking day; each has a day of undocking. Lost ones,
        which never docked, are left out.

    Raises
    ------
    InputError
        If regular traffic expands to more than 20,000 flights.
    """
    told = history(programme)
    return _flights(programme, told, _expand_all(programme, told)[0])


def skipped_flights(programme: Programme) -> dict[str, str]:
    """Return the plans that a day of knowledge leaves without a place, with the reason."""
    if programme.as_known is None:
        return {}
    told = history(programme)
    return fitted(programme, told, _visits(programme, told, _expand_all(programme, told)[0]))[1]


def _flights(programme: Programme, told: History, regular: dict[str, Flight]) -> dict[str, Flight]:
    found = _visits(programme, told, regular)
    return found if programme.as_known is None else fitted(programme, told, found)[0]


def _visits(programme: Programme, told: History, regular: dict[str, Flight]) -> dict[str, Flight]:
    single = {key: flight for key, flight in programme.flight.items() if flight.status != "lost"}
    flights = dict(
        sorted({**single, **regular}.items(), key=lambda item: (item[1].docked, item[0]))
    )
    dockings: dict[str, list[date]] = {}
    for flight in flights.values():
        # With a day of knowledge, plans are fitted around what is docked, not the other way round.
        if programme.as_known is None or flight.status != "planned":
            dockings.setdefault(flight.port, []).append(flight.docked)
    first, last = programme.span.first, programme.span.last
    leaves: dict[tuple[str, str], date | None] = {}
    gone = modules_gone(programme, told)
    found = {}
    for key, flight in flights.items():
        if flight.undocked is None:
            flight = flight.model_copy(
                update={"undocked": _presumed_undocking(programme, flight, dockings)}
            )
        visitor = (flight.ship, flight.station)
        if visitor not in leaves:
            leaves[visitor] = ship_leaves_on(programme, *visitor)
        left = leaves[visitor]
        if left is not None and flight.docked >= left:
            continue
        parted = port_leaves_on(flight, gone)
        left = min((day for day in (left, parted) if day is not None), default=None)
        if left is not None and flight.undocked is not None and flight.undocked > left:
            flight = flight.model_copy(update={"undocked": left})
        if flight.undocked is not None and flight.undocked >= first and flight.docked <= last:
            found[key] = flight
    return found


def _presumed_undocking(
    programme: Programme, flight: Flight, dockings: dict[str, list[date]]
) -> date:
    days = life_of_flight(flight, programme.ship[flight.ship]) or DEFAULT_LIFE_DAYS
    # A life counts from the launch; whoever docks stays for a day.
    leaves = max(_later(flight.launched, round(days)), _later(flight.docked, 1))
    port = last_port(flight)
    since = max([flight.docked, *(date.fromisoformat(day) for day in flight.moved_to)])
    needed = [day for day in dockings.get(port, ()) if since < day < leaves]
    return min(needed, default=leaves)


def last_port(flight: Flight) -> str:
    """Return the port at which a flight is when it leaves."""
    return flight.moved_to[max(flight.moved_to)] if flight.moved_to else flight.port


def people_leave_on(programme: Programme, station: str, told: History) -> date | None:
    """Return the day from which nobody lives on a station any more, None if that is open."""
    days = [told.ends_on(station)]
    end = programme.station[station].end
    if end is not None:
        days.append(end.crew_leaves or end.since)
    return min((day for day in days if day is not None), default=None)


def all_crews(programme: Programme) -> dict[str, Crew]:
    """Return the groups of people of the span: single ones and those of regular traffic.

    A crew without a day of landing lands when its ship down undocks, or the last ship that holds
    their seats, else with its ship up, else after the stay limit of the station or 180 days (our
    choice). After a partner leaves a station,
    people of its nation no longer come, unless another partner of that nation stays (all nations of
    Europe are one); those aboard land on that day, as a group of their own called ``crew-id.left``
    if others of the group stay. Whoever was to come on a ship that no longer comes does not come.
    Whoever was to go home on one takes a free seat on a ship that stays, as a group called
    ``crew-id.moved``, and leaves with its own ship where there is none.

    Parameters
    ----------
    programme : Programme
        A checked programme.

    Returns
    -------
    dict of str to Crew
        Groups aboard within the span, by launch day; each has a day of landing.
    """
    told = history(programme)
    regular_flights, regular_crews = _expand_all(programme, told)
    kept = _flights(programme, told, regular_flights)
    every = {**programme.flight, **regular_flights}
    titles = {flight.title: key for key, flight in reversed(every.items()) if flight.title}
    crews = sorted(
        {**programme.crew, **regular_crews}.items(), key=lambda item: (item[1].launched, item[0])
    )
    gone = modules_gone(programme, told)
    rides: dict[str, str | None] = {}
    homes: dict[str, tuple[Crew, str | None]] = {}
    for key, crew in crews:
        up = _named(crew.ship_up, every, titles)
        last_seat = crew.seat_on[max(crew.seat_on)] if crew.seat_on else ""
        down = _named(crew.ship_down or last_seat, every, titles)
        if programme.as_known is not None and crew.status == "planned" and up not in kept:
            continue  # the flight that was to bring them is not known, or found no place
        if crew.landed is None:
            landed = _presumed_landing(programme, crew, up, down, kept)
            crew = crew.model_copy(update={"landed": landed})
        home = down or up
        parted = port_leaves_on(every[home], gone) if home in kept else None
        if parted is not None and crew.launched < parted < (crew.landed or date.max):
            crew = crew.model_copy(update={"landed": parted})
        rides[key], homes[key] = up, (crew, down)
    seats = {
        name: seats_that_stay(programme, event, kept, homes)
        for station in programme.station
        for name, event in partings(programme, station)
    }
    found: dict[str, Crew] = {}
    for key, (crew, down) in homes.items():
        groups = after_partings(programme, key, crew, rides[key], down, every, seats)
        for name, group in groups.items():
            if (
                group.landed is not None
                and group.landed >= programme.span.first
                and group.launched <= programme.span.last
            ):
                found[name] = group
    return found


def named_flight(name: str, flights: Mapping[str, Flight]) -> str | None:
    """Return the key of the flight that a crew names, by its key or by its title."""
    return _named(name, flights, {f.title: k for k, f in flights.items() if f.title == name})


def _named(name: str, flights: Mapping[str, Flight], titles: Mapping[str, str]) -> str | None:
    if name in flights:
        return name
    slug = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-")
    return slug if slug in flights else titles.get(name)


def _presumed_landing(
    programme: Programme, crew: Crew, up: str | None, down: str | None, flights: dict[str, Flight]
) -> date:
    aboard_on = _known_aboard(programme, crew)
    rides = [flights[key] for key in (down, up) if key is not None and key in flights]
    if programme.as_known is not None and crew.status == "flown":
        # Their ship may be gone: then with one of those that are there, of its class first.
        kind = flights[up].ship if up is not None and up in flights else None
        docked = [f for f in flights.values() if f.station == crew.station]
        docked = [f for f in docked if f.docked <= aboard_on and programme.ship[f.ship].seats]
        rides += sorted(docked, key=lambda flight: flight.ship != kind)
    for flight in rides:
        if flight.undocked is not None and flight.undocked > aboard_on:
            return flight.undocked
    limit = programme.station[crew.station].crew_rules.stay_limit_days
    return max(_later(crew.launched, round(limit or DEFAULT_LIFE_DAYS)), _later(aboard_on, 1))


def _known_aboard(programme: Programme, crew: Crew) -> date:
    """Return a day on which a crew without a landing is known to be aboard.

    With a day of knowledge, who had flown up and not landed was there on it; if the last flown
    launch is long past, on the day of that launch.
    """
    if programme.as_known is None or crew.status != "flown":
        return crew.launched
    flown = [flight.launched for flight in programme.flight.values() if flight.status == "flown"]
    flown += [other.launched for other in programme.crew.values() if other.status == "flown"]
    last = max(flown)
    near = (programme.as_known - last).days <= DEFAULT_LIFE_DAYS
    return max(programme.as_known, crew.launched) if near else last
