"""What goes when a partner leaves a station: its people, its ships, and what hangs on them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from stationkeeper.programme.document import Programme
from stationkeeper.programme.fitting import port_stays
from stationkeeper.programme.history import History
from stationkeeper.programme.nations import EUROPE
from stationkeeper.programme.traffic import Crew, Event, Flight

_PART = re.compile(r"\.(left|moved(-\d+)?)$")


@dataclass
class Seats:
    """Free seats home on a ship that stays when a partner leaves; they are given away in turn."""

    flight: str
    leaves: date
    free: int


def whole_crew(key: str) -> str:
    """Return the key of the crew to which a part that left or moved belongs.

    Examples
    --------
    >>> whole_crew("visits-002.left"), whole_crew("visits-002.moved-2"), whole_crew("visits-002")
    ('visits-002', 'visits-002', 'visits-002')
    """
    return _PART.sub("", key)


def partings(programme: Programme, station: str) -> list[tuple[str, Event]]:
    """Return the events with which partners leave a station, by day."""
    found = [
        (key, event)
        for key, event in programme.event.items()
        if event.kind == "leave" and event.station == station and event.partner is not None
    ]
    return sorted(found, key=lambda item: item[1].date)


def people_of(programme: Programme, partner: str) -> frozenset[str]:
    """Return the nations whose people a partner flies: its own, or all of Europe."""
    nation = programme.partner[partner].nation
    return EUROPE if nation in EUROPE else frozenset({nation})


def nations_left(
    programme: Programme,
    station: str,
    partner: str,
    day: date,
    *,
    but: frozenset[str] = frozenset(),
) -> frozenset[str]:
    """Return the nations whose people no longer come once a partner has left.

    Parameters
    ----------
    programme : Programme
        The document.
    station, partner : str
        The station left and who leaves it.
    day : date
        The day on which it leaves. Partners that have left by then count for nothing.
    but : frozenset of str, optional
        Further partners that leave with it.

    Returns
    -------
    frozenset of str
        None of them if another partner of the nation stays.
    """
    out = {event.partner for _, event in partings(programme, station) if event.date <= day} | but
    left = people_of(programme, partner)
    for other in programme.station[station].partners:
        if other != partner and other not in out:
            left -= people_of(programme, other)
    return left


def ends_ship(programme: Programme, event: Event, ship: str) -> bool:
    """Return whether a class of ship no longer comes after a partner has left.

    That is so for the ships of the partner, unless only its people leave, and for those that
    nobody who is left can fly.
    """
    if event.partner is None:
        return False
    hardware = programme.ship[ship]
    if not event.crews_only and hardware.partner == event.partner:
        return True
    left = nations_left(programme, event.station, event.partner, event.date)
    return bool(hardware.seats and hardware.flown_by and left.issuperset(hardware.flown_by))


def ship_leaves_on(programme: Programme, ship: str, station: str) -> date | None:
    """Return the first day from which ships of a class no longer visit a station."""
    days = [
        event.date for _, event in partings(programme, station) if ends_ship(programme, event, ship)
    ]
    return min(days, default=None)


def modules_gone(programme: Programme, told: History) -> list[tuple[date, str]]:
    """Return the modules that leave a station for nowhere, by day."""
    return sorted(
        (event.date, module)
        for event in programme.event.values()
        if event.kind in ("undock", "remove")
        for module in event.modules
        if not any(module in told.modules_on(key, event.date) for key in programme.station)
    )


def port_leaves_on(flight: Flight, gone: list[tuple[date, str]]) -> date | None:
    """Return the day on which the module at which a ship is docked goes, with the ship, nowhere.

    A module that goes to another station takes its ships there, and they stay docked.

    Parameters
    ----------
    flight : Flight
        The visit.
    gone : list of (date, str)
        From `modules_gone`.
    """
    if not gone:
        return None
    stays = [(port.partition("/")[0], first, last) for port, first, last in port_stays(flight)]
    return next(
        (
            day
            for day, module in gone
            if any(module == holder and first < day < last for holder, first, last in stays)
        ),
        None,
    )


def seats_that_stay(
    programme: Programme,
    event: Event,
    flights: Mapping[str, Flight],
    homes: Mapping[str, tuple[Crew, str | None]],
) -> list[Seats]:
    """Return the free seats home on the ships that stay on the day on which a partner leaves.

    Parameters
    ----------
    programme : Programme
        The document.
    event : Event
        The parting.
    flights : mapping of str to Flight
        Flights that come, each with its day of undocking.
    homes : mapping of str to (Crew, str or None)
        Every crew with the key of the flight of its landing.

    Returns
    -------
    list of Seats
        One for each ship with a free seat, the one that stays longest first.
    """
    day = event.date
    assert event.partner is not None
    left = nations_left(programme, event.station, event.partner, day)
    found = []
    for key, flight in flights.items():
        seats = programme.ship[flight.ship].seats
        if not seats or flight.station != event.station or flight.undocked is None:
            continue
        if not flight.docked <= day < flight.undocked:
            continue
        taken = sum(
            number
            for crew, home in homes.values()
            if home == key and crew.launched < day and (crew.landed or date.max) > day
            for nation, number in crew.seats.items()
            if nation not in left
        )
        if seats > taken:
            found.append(Seats(key, flight.undocked, seats - taken))
    return sorted(found, key=lambda seats: (seats.leaves, seats.flight), reverse=True)


def after_partings(
    programme: Programme,
    key: str,
    crew: Crew,
    up: str | None,
    down: str | None,
    flights: Mapping[str, Flight],
    seats: Mapping[str, list[Seats]],
) -> dict[str, Crew]:
    """Return what is left of a crew when partners leave, and the parts of it that leave early.

    Parameters
    ----------
    programme : Programme
        The document.
    key : str
        Key of the crew.
    crew : Crew
        The crew, with a day of landing.
    up, down : str or None
        Keys of its flights.
    flights : mapping of str to Flight
        All flights.
    seats : mapping of str to list of Seats
        Free seats home by event; those taken here are taken out.
    """
    groups = {key: (crew, down)}
    for name, event in partings(programme, crew.station):
        before, groups = groups, {}
        for label, (group, home) in before.items():
            if group.landed is not None and group.landed <= event.date:
                groups[label] = (group, home)
            else:
                here = seats.get(name, [])
                groups |= _after_one(programme, event, label, group, (up, home), flights, here)
    return {label: group for label, (group, _) in groups.items()}


def _after_one(
    programme: Programme,
    event: Event,
    key: str,
    group: Crew,
    rides: tuple[str | None, str | None],
    flights: Mapping[str, Flight],
    seats: list[Seats],
) -> dict[str, tuple[Crew, str | None]]:
    """Return what one parting leaves of a group that is not home by then."""
    if event.partner is None:
        return {key: (group, rides[1])}
    gone = nations_left(programme, event.station, event.partner, event.date)
    up, down = (
        ride is not None and ride in flights and ends_ship(programme, event, flights[ride].ship)
        for ride in rides
    )
    leaving = {nation: number for nation, number in group.seats.items() if nation in gone}
    staying = {nation: number for nation, number in group.seats.items() if nation not in gone}
    found: dict[str, tuple[Crew, str | None]] = {}
    if group.launched >= event.date:
        if staying and not up and not down:
            found[key] = (group.model_copy(update={"seats": staying}), rides[1])
        return found
    if down and staying:
        moved, without = _reseated(staying, seats)
        for number, (seat, people) in enumerate(moved):
            landed = min(group.landed or seat.leaves, seat.leaves)
            label = f"{key}.moved" if number == 0 else f"{key}.moved-{number + 1}"
            update = {"seats": people, "ship_down": seat.flight, "landed": landed, "seat_on": {}}
            found[label] = (group.model_copy(update=update), seat.flight)
        leaving, staying = leaving | without, {}
    if leaving:
        label = f"{key}.left" if staying or found else key
        update = {"seats": leaving, "landed": event.date}
        found[label] = (group.model_copy(update=update), rides[1])
    if staying:
        found[key] = (group.model_copy(update={"seats": staying}), rides[1])
    return found


def _reseated(
    people: Mapping[str, int], seats: list[Seats]
) -> tuple[list[tuple[Seats, dict[str, int]]], dict[str, int]]:
    """Give people the free seats there are; return who sits where, and who finds none."""
    moved: list[tuple[Seats, dict[str, int]]] = []
    waiting = dict(people)
    for seat in seats:
        taken: dict[str, int] = {}
        for nation in list(waiting):
            number = min(waiting[nation], seat.free)
            if number:
                taken[nation] = number
                seat.free -= number
                waiting[nation] -= number
                if not waiting[nation]:
                    del waiting[nation]
        if taken:
            moved.append((seat, taken))
    return moved, waiting
