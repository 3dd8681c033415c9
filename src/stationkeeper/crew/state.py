"""Who is aboard on one day, on which ships, and whose seats home they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from stationkeeper.crew.roster import Roster, roster
from stationkeeper.programme.composition import (
    DEFAULT_LIFE_DAYS,
    all_crews,
    all_flights,
    life_of_flight,
    named_flight,
)
from stationkeeper.programme.document import Programme
from stationkeeper.programme.fitting import port_stays
from stationkeeper.programme.traffic import Crew, Flight


@dataclass(frozen=True)
class DockedShip:
    """A ship with seats on the day of a state.

    Attributes
    ----------
    key : str
        Key of the flight.
    flight : Flight
        As recorded or planned, with a day of undocking.
    port : str
        Port on that day, or on the day of docking if it is under way.
    life_ends : date
        Day on which its certified life ends; flown extensions are kept.
    over_life : bool
        The record keeps it beyond the certified life; ``life_ends`` is then the recorded leaving.
    fit : bool
        It can bring people home.
    groups : dict of str to Crew
        Groups of people whose seats home it holds.
    """

    key: str
    flight: Flight
    port: str
    life_ends: date
    over_life: bool
    fit: bool
    groups: Mapping[str, Crew]

    @property
    def people(self) -> dict[str, int]:
        """People whose seats home it holds, by nation."""
        found: dict[str, int] = {}
        for crew in self.groups.values():
            for nation, seats in crew.seats.items():
                found[nation] = found.get(nation, 0) + seats
        return found


@dataclass(frozen=True)
class State:
    """A station on one day.

    Attributes
    ----------
    station : str
        Its key.
    day : date
        The day.
    docked : tuple of DockedShip
        Ships with seats that are docked, in the order in which they docked.
    under_way : tuple of DockedShip
        Ships with people launched by that day that dock later.
    unseated : tuple of str
        Groups that have no ship of their own; they are listed with the ship that has most free
        seats, or with the first to have docked.
    """

    station: str
    day: date
    docked: tuple[DockedShip, ...]
    under_way: tuple[DockedShip, ...]
    unseated: tuple[str, ...]


def state_at(programme: Programme, station: str, day: date) -> State:
    """Return the crewed ships and the people of a station on one day, as the programme tells.

    Presence and seats are those of :func:`stationkeeper.crew.roster.roster` in its first reading:
    a group belongs to the ship that brought it until the ship that takes it home has docked,
    unless ``Crew.seat_on`` says otherwise. People of a ship that is not fit stay with it.

    Parameters
    ----------
    programme : Programme
        A checked programme; the day lies in its span.
    station : str
        Key of the station.
    day : date
        The day.

    Returns
    -------
    State
        Ships docked and under way, each with its people.

    Notes
    -----
    People are aboard on days dock <= day < undock of their ships.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> state = state_at(read_programme("iss"), "iss", date(2022, 10, 20))
    >>> [(ship.key, ship.port, sum(ship.people.values())) for ship in state.docked]
    [('soyuz-ms-22', 'rassvet/nadir', 3), ('crew-5', 'ida-2/forward', 4)]
    """
    flights = {
        key: flight
        for key, flight in all_flights(programme).items()
        if flight.station == station and programme.ship[flight.ship].seats > 0
    }
    crews = {key: crew for key, crew in all_crews(programme).items() if crew.station == station}
    docked = {
        key: flight
        for key, flight in flights.items()
        if flight.docked <= day < (flight.undocked or date.max)
    }
    coming = {
        key: flight for key, flight in flights.items() if flight.launched <= day < flight.docked
    }
    seated: dict[str, dict[str, Crew]] = {key: {} for key in (*docked, *coming)}
    unseated = []
    for key, crew in crews.items():
        up = named_flight(crew.ship_up, flights)
        if up in coming and crew.launched <= day:
            seated[up][key] = crew
    unfit: set[str] = set()
    if crews:
        people = roster(programme, station, day, day)
        unfit = {people.flights[flight] for flight, *_ in people.unfit if not people.fit[flight, 0]}
        for place, key in enumerate(people.groups):
            if not people.aboard[place, 0]:
                continue
            seat = _seat(people, place, unfit)
            if seat in docked:
                seated[seat][key] = crews[key]
            else:
                unseated.append(key)
    for key in unseated:
        if docked:
            free = {
                name: programme.ship[flight.ship].seats
                - sum(sum(group.seats.values()) for group in seated[name].values())
                for name, flight in docked.items()
            }
            seated[max(free, key=lambda name: free[name])][key] = crews[key]

    def ship(key: str, flight: Flight) -> DockedShip:
        ends, over = _life_ends(programme, flight, day)
        port = next((p for p, first, last in port_stays(flight) if first <= day < last), None)
        return DockedShip(
            key, flight, port or flight.port, ends, over, key not in unfit, seated[key]
        )

    return State(
        station,
        day,
        tuple(ship(key, flight) for key, flight in docked.items()),
        tuple(ship(key, flight) for key, flight in coming.items()),
        tuple(unseated),
    )


def _seat(people: Roster, group: int, unfit: set[str]) -> str | None:
    """Return the flight whose seat home is theirs; the own ship, if all that it lacks is fitness.

    Whoever lost the way home with a ship that is still there is not counted on the free seats of
    another: a plan brings such people home by a flight that adopts them.
    """
    seat, up = int(people.seat_between[0, group, 0]), int(people.up[group])
    docked = up >= 0 and people.docked[up] <= 0 < people.undocked[up]
    if docked and people.flights[up] in unfit and people.tied[group, 0] < 0:
        down = int(people.down[group])
        if seat != down:
            seat = up
    return people.flights[seat] if seat >= 0 else None


def _life_ends(programme: Programme, flight: Flight, day: date) -> tuple[date, bool]:
    """Return the end of the certified life, and whether the record has gone beyond it."""
    life = life_of_flight(flight, programme.ship[flight.ship]) or DEFAULT_LIFE_DAYS
    ends = flight.launched + timedelta(days=round(life))
    if ends <= day and flight.undocked is not None:
        return flight.undocked, True
    return ends, False
