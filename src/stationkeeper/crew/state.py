"""Who is aboard on one day, on which ships, and whose seats home they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from stationkeeper.programme.composition import (
    DEFAULT_LIFE_DAYS,
    all_crews,
    all_flights,
    life_days,
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

    A group belongs to the ship that brought it until the ship that takes it home has docked,
    unless ``Crew.seat_on`` says otherwise. What a record says of later days is not used, but for
    the ship that takes a group home.

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
    adrift: dict[str, Crew] = {}
    for key, crew in crews.items():
        up = named_flight(crew.ship_up, flights)
        down = named_flight(crew.ship_down, flights)
        if up in coming and crew.launched <= day:
            seated[up][key] = crew
            continue
        if not _is_aboard(crew, up, down, flights, day):
            continue
        seat = _seat(crew, up, down, docked, flights, day)
        if seat is None:
            adrift[key] = crew
        else:
            seated[seat][key] = crew
    for key, crew in adrift.items():
        if docked:
            free = {
                name: programme.ship[flight.ship].seats
                - sum(sum(group.seats.values()) for group in seated[name].values())
                for name, flight in docked.items()
            }
            seated[max(free, key=lambda name: free[name])][key] = crew
    unfit = {
        named_flight(shock.flight, flights)
        for shock in programme.shock.values()
        if shock.kind == "unfit"
        and shock.station == station
        and shock.flight is not None
        and shock.date <= day <= (shock.until or date.max)
    }

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
        tuple(ship(key, flight) for key, flight in coming.items() if seated[key]),
        tuple(adrift),
    )


def _is_aboard(
    crew: Crew, up: str | None, down: str | None, flights: Mapping[str, Flight], day: date
) -> bool:
    first = flights[up].docked if up is not None else crew.launched
    last = crew.landed or date.max
    if down is not None and flights[down].undocked is not None:
        # A landing is dated on the ground, up to some days after the ship left.
        last = min(last, flights[down].undocked or date.max)
    return first <= day < last


def _seat(
    crew: Crew,
    up: str | None,
    down: str | None,
    docked: Mapping[str, Flight],
    flights: Mapping[str, Flight],
    day: date,
) -> str | None:
    """Return the docked flight whose seat home is theirs."""
    told = [since for since in crew.seat_on if date.fromisoformat(since) <= day]
    if told:
        named = named_flight(crew.seat_on[max(told)], flights)
        if named in docked:
            return named
    if down in docked:
        return down
    return up if up in docked else None


def _life_ends(programme: Programme, flight: Flight, day: date) -> tuple[date, bool]:
    """Return the end of the certified life, and whether the record has gone beyond it."""
    life = (
        flight.life_days
        or life_days(programme.ship[flight.ship], flight.docked)
        or DEFAULT_LIFE_DAYS
    )
    ends = flight.launched + timedelta(days=round(life))
    if ends <= day and flight.undocked is not None:
        return flight.undocked, True
    return ends, False
