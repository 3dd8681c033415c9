"""Who is aboard a station day by day, and on which ship is whose seat home: as integer arrays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.crew.seating import Flags, Ints, seat_people
from stationkeeper.crew.sides import WHOLE, able_by_side, sides_of
from stationkeeper.errors import InputError
from stationkeeper.programme.check_crews import LASTING_STAY_DAYS, SLACK_DAYS
from stationkeeper.programme.composition import (
    all_crews,
    all_flights,
    life_of_flight,
    named_flight,
    people_leave_on,
    station_intervals,
)
from stationkeeper.programme.document import Programme
from stationkeeper.programme.fitting import port_stays
from stationkeeper.programme.history import History, history
from stationkeeper.programme.traffic import Crew, Flight
from stationkeeper.units import days_since_2000

READINGS: Final = ("landing ship from its docking", "arrival ship until it leaves")
"""Where the record does not say when a seat liner was moved, the two ways to read it."""
FAR: Final = 10**6  # [d] later than any day of a programme


@dataclass(frozen=True)
class PortStay:
    """A port held by a ship or a module on days first <= t < until, in places of days."""

    port: str
    by: str
    first: int
    until: int


@dataclass(frozen=True)
class Roster:
    """Flights, groups of people and their seats home over a span of days.

    Days are places 0 .. days - 1 from ``first``; flights and groups may begin before 0 and end
    after. Between two ``breaks`` nothing changes. A ship is docked, and people are aboard, on days
    docking <= t < leaving.

    Attributes
    ----------
    station, title : str
    first : int
        First day, since 2000-01-01. [d]
    days : int
        Length of the span. [d]
    nations, sides, flights, flight_titles, groups : tuple of str
    classes : tuple of str
        Class of ship of each flight.
    family : ndarray of int, (flight,)
        Flights with the same number have classes of one operator: they replace one another.
    minimum : ndarray of int, (side,)
        Fewest people able to run each side. [-]
    fewest, most, spacewalk : int
        Fewest and most people aboard, fewest for a spacewalk. [-]
    permanent : bool
        People are to be aboard at all times.
    asked : tuple of int
        Days first <= t < until on which a permanent crew is to be aboard. [d]
    launched, docked, undocked, life_end : ndarray of int, (flight,)
        The certified life ends on ``life_end``, counted from launch, with flown extensions; far
        off if there is none. [d]
    seats, emergency : ndarray of int, (flight,)
        Seats, and places without a seat of their own. [-]
    flown_by : ndarray of bool, (flight, nation)
        One of these nations must be among those whose seats it holds; all False means anybody.
    unfit : tuple of (int, int, int)
        Flight, and days first <= t < until on which it cannot bring people home.
    ports : tuple of PortStay
        Of all ships, cargo too, and of modules that came to a port.
    people : ndarray of int, (group, nation)
    able : ndarray of int, (group, side)
        People able to run each side. [-]
    since, until : ndarray of int, (group,)
        Aboard on days since <= t < until. [d]
    group_launched, stay_limit : ndarray of int, (group,)
        Day of launch; longest stay from then on, far off if there is none. [d]
    up, down : ndarray of int, (group,)
        Flight that brought them, flight that takes them home; -1 if none is recorded.
    handover : ndarray of int, (flight,)
        Fewest days that it stays after the next of its family has docked; 0 asks for none. [d]
    breaks : ndarray of int, (interval + 1,)
        First day of each interval, and the end of the span. [d]
    there : ndarray of bool, (side, interval)
        The station has modules of that segment.
    tied : ndarray of int, (group, interval)
        Flight named by ``Crew.seat_on``; -1 if none is.
    aboard : ndarray of bool, (group, interval)
    seat_between : ndarray of int, (reading, group, interval)
        Flight whose seat home is theirs, -1 if none. It may be one that is not fit: then its
        people have no seat, yet would go with it. [-]
    """

    station: str
    title: str
    first: int
    days: int
    nations: tuple[str, ...]
    sides: tuple[str, ...]
    flights: tuple[str, ...]
    flight_titles: tuple[str, ...]
    classes: tuple[str, ...]
    groups: tuple[str, ...]
    family: Ints
    minimum: Ints
    fewest: int
    most: int
    spacewalk: int
    permanent: bool
    asked: tuple[int, int]
    launched: Ints
    docked: Ints
    undocked: Ints
    life_end: Ints
    seats: Ints
    emergency: Ints
    flown_by: Flags
    unfit: tuple[tuple[int, int, int], ...]
    ports: tuple[PortStay, ...]
    people: Ints
    able: Ints
    since: Ints
    until: Ints
    group_launched: Ints
    stay_limit: Ints
    up: Ints
    down: Ints
    handover: Ints
    breaks: Ints
    there: Flags
    tied: Ints
    aboard: Flags
    seat_between: Ints

    @property
    def lengths(self) -> Ints:
        """Days of each interval, (interval,). [d]"""
        return np.diff(self.breaks)

    @property
    def seat(self) -> Ints:
        """Flight whose seat home is theirs on each day, -1 if none, (reading, group, day)."""
        return np.repeat(self.seat_between, self.lengths, axis=2)

    @property
    def fit(self) -> Flags:
        """Whether each ship can bring people home, by interval, (flight, interval)."""
        return fitness(self.breaks, len(self.flights), self.unfit)


def roster(
    programme: Programme,
    station: str,
    first: date,
    last: date,
    *,
    stay_limits: Mapping[str, NDArray[np.int64]] | None = None,
    handover_days: int | None = None,
) -> Roster:
    """Return the people, ships and seats of a station over a span of days.

    People are aboard from the docking of the ship that brings them to the undocking of the ship
    that takes them home; from launch to landing where no ship of theirs is known. Seats follow
    :func:`~stationkeeper.crew.seating.seat_people` in both readings.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str
        Key of the station.
    first, last : date
        First and last day, within the span of the programme.
    stay_limits : mapping of str to ndarray of int, (days,), optional
        Longest stay by nation and place of the launch day, from the dose limits; for a group the
        shortest of its nations holds. Groups launched before ``first`` are not judged by it. [d]
    handover_days : int, optional
        Fewest days that a ship stays after the next one has docked; absent means those of the
        rotation of its class that covers its launch, or none. [d]

    Returns
    -------
    Roster

    Raises
    ------
    InputError
        If the station is unknown or has no crews, the span is empty or outside that of the
        programme, or a segment that people are to run belongs to no module.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> iss = roster(read_programme("iss"), "iss", date(2018, 1, 1), date(2018, 12, 31))
    >>> iss.days, iss.sides
    (365, ('russian', 'usos'))
    """
    _check_span(programme, station, first, last)
    rules = programme.station[station].crew_rules
    begin, days = days_since_2000(first), (last - first).days + 1
    every = {k: f for k, f in all_flights(programme).items() if f.station == station}
    crews = {k: c for k, c in all_crews(programme).items() if c.station == station}
    if not crews:
        raise InputError(
            f"station.{station}: given no crew that visits it; expected crew.* or traffic.* with"
            " seats"
        )
    sides, minimum = sides_of(programme, station)
    known, told = _Names(every), history(programme)
    left = people_leave_on(programme, station, told)
    open_end = FAR if left is None else days_since_2000(left) - begin
    stays = {key: _stay(programme, crew, known, begin) for key, crew in crews.items()}
    chosen = sorted(
        (k for k, s in stays.items() if s[0] < min(days, s[1]) and s[1] > 0),
        key=lambda key: (stays[key][0], key),
    )
    ties = [_ties(key, crews[key], known, begin) for key in chosen]
    named = {key for group in chosen for key in stays[group][2:] if key is not None}
    named |= {name for tie in ties for _, name in tie}
    flights = {
        key: flight
        for key, flight in every.items()
        if key in named
        or (
            programme.ship[flight.ship].seats > 0
            and days_since_2000(flight.docked) - begin < days
            and _left(flight, begin) > 0
        )
    }
    place = {key: i for i, key in enumerate(flights)}
    classes = [programme.ship[flight.ship] for flight in flights.values()]
    aboard = {n for key in chosen for n in crews[key].seats}
    nations = tuple(sorted(aboard.union(*(ship.flown_by for ship in classes))))
    operators = list(dict.fromkeys(ship.partner for ship in classes))
    unfit = tuple(_unfit(programme, station, flights, place, begin))
    lasting = [s[0] for s in stays.values() if s[1] - s[0] >= LASTING_STAY_DAYS]
    groups = [crews[key] for key in chosen]
    since = _ints(stays[key][0] for key in chosen)
    until = _ints(stays[key][1] for key in chosen)
    docked = _ints(days_since_2000(flight.docked) - begin for flight in flights.values())
    undocked = _ints(_left(flight, begin) for flight in flights.values())
    up = _ints(-1 if stays[key][2] is None else place[stays[key][2] or ""] for key in chosen)
    down = _ints(-1 if stays[key][3] is None else place[stays[key][3] or ""] for key in chosen)
    segments = _segments(programme, station, begin)
    breaks = _breaks(
        days,
        [docked, undocked, since, until],
        [day for spans in unfit for day in spans[1:]],
        [day for tie in ties for day, _ in tie],
        [day for span in segments for day in span[:2]],
    )
    starts = breaks[:-1]
    tied = np.full((len(groups), starts.size), -1, dtype=np.int64)
    for i, tie in enumerate(ties):
        for day, name in tie:
            tied[i, starts >= day] = place[name]
    there = np.zeros((len(sides), starts.size), dtype=bool)
    for i, side in enumerate(sides):
        for a, b, names in segments:
            if side in names or side == WHOLE:
                there[i] |= (starts >= a) & (starts < b)
    people = np.array([[c.seats.get(n, 0) for n in nations] for c in groups], dtype=np.int64)
    people = people.reshape(len(groups), len(nations))
    seats = _ints(ship.seats for ship in classes)
    emergency = _ints(ship.emergency_seats for ship in classes)
    fit = fitness(breaks, len(flights), unfit)
    found = [
        seat_people(
            starts,
            docked,
            undocked,
            seats,
            emergency,
            fit,
            people.sum(axis=1),
            since,
            until,
            up,
            down,
            tied,
            np.zeros(len(groups), dtype=np.bool_),
            np.zeros(len(flights), dtype=np.bool_),
            np.zeros((len(groups), starts.size), dtype=np.bool_),
            reading,
        )
        for reading in range(len(READINGS))
    ]
    able = np.array([able_by_side(programme, station, c) for c in groups], dtype=np.int64)
    return Roster(
        station=station,
        title=programme.station[station].title,
        first=begin,
        days=days,
        nations=nations,
        sides=sides,
        flights=tuple(flights),
        flight_titles=tuple(flight.title or key for key, flight in flights.items()),
        classes=tuple(flight.ship for flight in flights.values()),
        groups=tuple(chosen),
        family=_ints(operators.index(ship.partner) for ship in classes),
        minimum=_ints(minimum),
        fewest=rules.minimum,
        most=rules.maximum,
        spacewalk=rules.spacewalk_minimum,
        permanent=rules.permanent,
        asked=(
            max(0, min(lasting, default=FAR)),
            min(days, open_end) if rules.permanent else 0,
        ),
        launched=_ints(days_since_2000(f.launched) - begin for f in flights.values()),
        docked=docked,
        undocked=undocked,
        life_end=_ints(_life_end(programme, f, begin) for f in flights.values()),
        seats=seats,
        emergency=emergency,
        flown_by=np.array(
            [[n in ship.flown_by for n in nations] for ship in classes], dtype=bool
        ).reshape(len(classes), len(nations)),
        unfit=unfit,
        ports=tuple(_port_stays(told, every, begin, days)),
        people=people,
        able=able.reshape(len(groups), len(sides)),
        since=since,
        until=until,
        group_launched=_ints(days_since_2000(c.launched) - begin for c in groups),
        stay_limit=_ints(_stay_limit(rules.stay_limit_days, c, begin, stay_limits) for c in groups),
        up=up,
        down=down,
        handover=_ints(_handover(programme, f, handover_days) for f in flights.values()),
        breaks=breaks,
        there=there,
        tied=tied,
        aboard=found[0][1],
        seat_between=np.stack([seat for seat, _ in found]),
    )


def fitness(breaks: Ints, flights: int, unfit: Iterable[tuple[int, int, int]]) -> Flags:
    """Return whether each flight can bring people home in each interval, (flight, interval)."""
    fit = np.ones((flights, breaks.size - 1), dtype=np.bool_)
    for flight, first, until in unfit:
        fit[flight, (breaks[:-1] >= first) & (breaks[:-1] < until)] = False
    return fit


def _check_span(programme: Programme, station: str, first: date, last: date) -> None:
    if station not in programme.station:
        known = ", ".join(programme.station)
        raise InputError(f"given station {station!r}; expected one of: {known}")
    span = programme.span
    if last < first or first < span.first or last > span.last:
        raise InputError(
            f"given the days {first} to {last}; expected days in order within the span of the"
            f" programme, {span.first} to {span.last}"
        )


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _left(flight: Flight, begin: int) -> int:
    return FAR if flight.undocked is None else days_since_2000(flight.undocked) - begin


class _Names:
    """Flights by their titles, looked up once for many crews."""

    def __init__(self, flights: Mapping[str, Flight]) -> None:
        self.flights = flights
        self._titles = {f.title: key for key, f in reversed(list(flights.items())) if f.title}

    def key(self, name: str) -> str | None:
        """Return the key of the flight that a crew names, by its key or by its title."""
        return self._titles.get(name) or named_flight(name, self.flights)


def _stay(
    programme: Programme, crew: Crew, known: _Names, begin: int
) -> tuple[int, int, str | None, str | None]:
    """Return the days aboard of a group, and the flights that bring and take it."""
    flights = known.flights
    up = known.key(crew.ship_up)
    down = known.key(crew.ship_down) if crew.ship_down else up
    since = days_since_2000(crew.launched) - begin
    until = FAR if crew.landed is None else days_since_2000(crew.landed) - begin
    if up is None:
        lost = programme.flight.get(named_flight(crew.ship_up, programme.flight) or "")
        if lost is not None and lost.status == "lost":
            return since, since, None, None  # they never came
    if up is not None and abs((flights[up].launched - crew.launched).days) <= SLACK_DAYS:
        since = days_since_2000(flights[up].docked) - begin
    if down is not None and not crew.ship_down and until > _left(flights[down], begin) + SLACK_DAYS:
        down = None  # their ship left without them, and the one that takes them home is not named
    if down is not None:
        # A landing is dated on the ground, up to some days after the ship left. Whoever lands on
        # another day than the ship that is named left earlier, in a way that is not recorded.
        left = _left(flights[down], begin)
        until = left if abs(left - until) <= SLACK_DAYS else min(until, left)
    return since, until, up, down


def _ties(key: str, crew: Crew, known: _Names, begin: int) -> list[tuple[int, str]]:
    """Return the days from which a group is tied to a flight by the record, in order."""
    found = []
    for day, text in sorted(crew.seat_on.items()):
        name = known.key(text)
        if name is None:
            raise InputError(
                f"crew.{key}.seat_on: given {text!r} from {day}; expected the key or title of a"
                f" flight to {crew.station}"
            )
        found.append((days_since_2000(date.fromisoformat(day)) - begin, name))
    return found


def _unfit(
    programme: Programme,
    station: str,
    flights: Mapping[str, Flight],
    place: Mapping[str, int],
    begin: int,
) -> Iterable[tuple[int, int, int]]:
    for shock in programme.shock.values():
        if shock.kind != "unfit" or shock.station != station or shock.flight is None:
            continue
        name = named_flight(shock.flight, flights)
        if name is not None:
            until = FAR if shock.until is None else days_since_2000(shock.until) - begin + 1
            yield place[name], days_since_2000(shock.date) - begin, until


def _breaks(days: int, arrays: Iterable[Ints], *more: Iterable[int]) -> Ints:
    every = [np.array([0, days], dtype=np.int64), *arrays, *(_ints(one) for one in more)]
    found = np.unique(np.concatenate(every))
    return found[(found >= 0) & (found <= days)]


def _segments(
    programme: Programme, station: str, begin: int
) -> list[tuple[int, int, frozenset[str]]]:
    """Return from when to when a station has modules of which segments."""
    return [
        (
            interval.first - begin,
            interval.last - begin,
            frozenset(programme.module[name].segment for name in interval.modules),
        )
        for interval in station_intervals(programme).get(station, ())
    ]


def _life_end(programme: Programme, flight: Flight, begin: int) -> int:
    life = life_of_flight(flight, programme.ship[flight.ship])
    return FAR if life is None else days_since_2000(flight.launched) - begin + round(life)


def _stay_limit(
    rule: float | None,
    crew: Crew,
    begin: int,
    stay_limits: Mapping[str, NDArray[np.int64]] | None,
) -> int:
    limits = [FAR if rule is None else int(rule)]
    day = days_since_2000(crew.launched) - begin
    for nation in crew.seats:
        by_day = (stay_limits or {}).get(nation)
        if by_day is not None and 0 <= day < by_day.size:
            limits.append(int(by_day[day]))
    return min(limits)


def _handover(programme: Programme, flight: Flight, asked: int | None) -> int:
    if asked is not None:
        return asked
    days = [
        one.handover_days[0]
        for one in programme.rotation.values()
        if one.ship == flight.ship
        and one.station == flight.station
        and one.handover_days is not None
        and one.since <= flight.launched <= (one.until or date.max)
    ]
    return min(days, default=0)


def _port_stays(
    told: History, flights: Mapping[str, Flight], begin: int, days: int
) -> Iterable[PortStay]:
    visited = set()
    for key, flight in flights.items():
        if days_since_2000(flight.docked) - begin >= days or _left(flight, begin) <= 0:
            continue
        for port, first, last in port_stays(flight):
            visited.add(port)
            yield PortStay(port, key, days_since_2000(first) - begin, days_since_2000(last) - begin)
    for held in told.occupied:
        if held.port in visited:
            since, until = days_since_2000(held.first) - begin, days_since_2000(held.last) - begin
            if since < days and until > 0:
                yield PortStay(held.port, held.by, since, until)
