"""People: a seat for each, days within what ships and rules allow, and leave to come aboard."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import numpy as np

from stationkeeper.programme.check_ports import origin_of
from stationkeeper.programme.check_references import Fault
from stationkeeper.programme.composition import life_of_flight, named_flight
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import History
from stationkeeper.programme.partings import whole_crew
from stationkeeper.programme.problems import KeyPath, nearest
from stationkeeper.programme.traffic import Crew, Flight

LASTING_STAY_DAYS = 60  # [d] with the first such stay a permanent crew begins; our choice
SLACK_DAYS = 3  # [d] between the days of a crew and of its ship, in local and UTC dates


def crew_faults(
    programme: Programme,
    told: History,
    flights: Mapping[str, Flight],
    crews: Mapping[str, Crew],
) -> Iterator[Fault]:
    """Yield crews without a seat, stays too long, too many or too few people, refused visitors."""
    yield from _seats(programme, flights, crews)
    yield from _lives(programme, flights)
    yield from _stays(programme, crews)
    yield from _foreigners(programme, crews)
    yield from _people(programme, told, crews)


def _crew_path(key: str, programme: Programme, last: str) -> KeyPath:
    if key in programme.crew:
        return ("crew", key, last)
    base = whole_crew(key)
    if base in programme.crew:
        return ("crew", base, last)
    return ("traffic", base.rpartition("-")[0], "seats" if last == "station" else last)


def ship_class(name: str, programme: Programme, flights: Mapping[str, Flight]) -> str | None:
    """Return the class of ship that a name means: of a flight, or the class itself.

    ``Soyuz MS-28`` means the class titled ``Soyuz MS`` if there is no such flight.
    """
    flight = named_flight(name, flights)
    if flight is not None:
        return flights[flight].ship
    if name in programme.ship:
        return name
    lowered = name.lower()
    starts = [key for key, ship in programme.ship.items() if lowered.startswith(ship.title.lower())]
    starts += [key for key in programme.ship if lowered.startswith(key)]
    return max(starts, key=len) if starts else None


def _seats(
    programme: Programme, flights: Mapping[str, Flight], crews: Mapping[str, Crew]
) -> Iterator[Fault]:
    every = {**programme.flight, **flights}
    for direction in ("ship_up", "ship_down"):
        taken: dict[tuple[str, date | None], list[str]] = {}
        for key, crew in crews.items():
            if getattr(crew, direction) and whole_crew(key) == key:
                ride = _ride(crew, direction, programme, every)
                taken.setdefault(ride, []).append(key)
        told = set()
        for keys in taken.values():
            name = getattr(crews[keys[0]], direction)
            path = _crew_path(keys[-1], programme, direction)
            ship = ship_class(name, programme, every)
            if ship is None:
                if crews[keys[0]].status == "planned":
                    titles = [f.title for f in every.values() if f.title]
                    yield Fault(
                        path,
                        f"{name!r}, which is no flight: the crew has no seat",
                        "the key or title of a flight, or a class of ship",
                        nearest(name, [*every, *titles, *programme.ship]),
                        warning=direction == "ship_down",
                        follows=True,
                    )
                continue
            people = sum(sum(crews[key].seats.values()) for key in keys)
            places = programme.ship[ship].seats
            if direction == "ship_down":  # people of a lost ship may go home on emergency places
                places += programme.ship[ship].emergency_seats
            if people > places and path[:2] not in told:
                told.add(path[:2])
                yield Fault(
                    (*path[:2], "seats"),
                    f"{people} people {'up' if direction == 'ship_up' else 'down'} on {name}",
                    f"at most {places}, the seats of {ship}",
                    "take fewer people, or another ship",
                    also=(("ship", ship),),
                )
            for key in keys:
                yield from _flight_of_crew(programme, key, crews[key], direction, every)


def _ride(
    crew: Crew, direction: str, programme: Programme, every: Mapping[str, Flight]
) -> tuple[str, date | None]:
    """Return what tells one ride from another: its flight, or its class of ship and day."""
    name = getattr(crew, direction)
    flight = named_flight(name, every)
    if flight is None and name in programme.ship:
        return name, crew.launched if direction == "ship_up" else crew.landed
    return flight or name, None


def _flight_of_crew(
    programme: Programme, key: str, crew: Crew, direction: str, every: Mapping[str, Flight]
) -> Iterator[Fault]:
    name = getattr(crew, direction)
    flight = every.get(named_flight(name, every) or "")
    if flight is None:
        return
    path = _crew_path(key, programme, direction)
    if flight.station != crew.station:
        given = f"{name}, which visits {flight.station}"
        yield Fault(path, given, f"a flight to {crew.station}, where the crew lives")
    elif flight.status == "lost":
        yield Fault(path, f"{name}, which was lost on the way", "a flight that arrives")
    elif direction == "ship_up":
        if abs((flight.launched - crew.launched).days) > SLACK_DAYS:
            yield Fault(
                _crew_path(key, programme, "launched"),
                f"{crew.launched}, while {name} is launched on {flight.launched}",
                "the launch day of its ship",
                warning=True,
            )
    elif (
        crew.landed is not None
        and flight.undocked is not None
        and abs((flight.undocked - crew.landed).days) > SLACK_DAYS
    ):
        yield Fault(
            _crew_path(key, programme, "landed"),
            f"{crew.landed}, while {name} undocks on {flight.undocked}",
            "the day on which its ship goes home",
            warning=True,
        )


def _lives(programme: Programme, flights: Mapping[str, Flight]) -> Iterator[Fault]:
    told = set()
    for key, flight in flights.items():
        life = life_of_flight(flight, programme.ship[flight.ship])
        if life is None or flight.undocked is None:
            continue
        stay = (flight.undocked - flight.launched).days
        path = origin_of(key, programme, "undocked")
        if path[0] == "traffic":
            path = (*path[:2], "stay_days")
        if stay > life and path not in told:
            told.add(path)
            yield Fault(
                path,
                f"{stay} days in orbit",
                f"at most {life:g}, "
                + (
                    "granted to it"
                    if flight.life_days
                    else f"the certified life of {flight.ship} then"
                ),
                "flown so" if flight.status == "flown" else "undock earlier",
                warning=True,
                also=(("ship", flight.ship),),
            )


def _stays(programme: Programme, crews: Mapping[str, Crew]) -> Iterator[Fault]:
    told = set()
    for key, crew in crews.items():
        limit = programme.station[crew.station].crew_rules.stay_limit_days
        path = _crew_path(key, programme, "landed")
        if path[0] == "traffic":
            path = (*path[:2], "stay_days")
        if limit is None or crew.landed is None or path in told:
            continue
        stay = (crew.landed - crew.launched).days
        if stay > limit:
            told.add(path)
            given = f"a stay of {stay} days"
            yield Fault(path, given, f"at most {limit:g} days on {crew.station}", warning=True)


def _foreigners(programme: Programme, crews: Mapping[str, Crew]) -> Iterator[Fault]:
    told = set()
    for key, crew in crews.items():
        station = programme.station[crew.station]
        rule = station.access.foreign_crew
        if rule == "open":
            continue
        own = {programme.partner[partner].nation for partner in station.partners}
        permitted = {
            programme.partner[event.partner].nation
            for event in programme.event.values()
            if event.kind == "permit"
            and event.station == crew.station
            and event.partner is not None
            and event.date <= crew.launched
        }
        path = _crew_path(key, programme, "seats")
        for nation in crew.seats:
            if nation in own or nation in permitted or (path, nation) in told:
                continue
            told.add((path, nation))
            yield Fault(
                path,
                f"people of {nation} aboard {crew.station}, where foreign crew is "
                + ("refused" if rule == "refused" else "let in by permission only"),
                f"people of {', '.join(sorted(own))}, or an event of kind 'permit' before "
                f"{crew.launched}",
                also=(("station", crew.station),),
            )


def _people(programme: Programme, told: History, crews: Mapping[str, Crew]) -> Iterator[Fault]:
    first = programme.span.first
    days = max(0, (programme.span.last - first).days + 1)
    for key, station in programme.station.items():
        change = np.zeros(days + 1, dtype=int)
        for crew in crews.values():
            if crew.station == key and crew.landed is not None:
                change[min(max((crew.launched - first).days, 0), days)] += sum(crew.seats.values())
                change[min(max((crew.landed - first).days, 0), days)] -= sum(crew.seats.values())
        people = np.cumsum(change)[:days]
        rules = station.crew_rules
        most = int(people.max(initial=0))
        if most > rules.maximum:
            over = np.flatnonzero(people > rules.maximum)
            yield _days_fault(
                ("station", key, "crew_rules", "maximum"),
                f"{most} people",
                f"at most {rules.maximum} people",
                first,
                over,
            )
        if not people.any():
            continue
        there = _crewed_days(programme, told, crews, key, days) if rules.permanent else people > 0
        least = max(rules.minimum, 1 if rules.permanent else 0)
        short = np.flatnonzero(there & (people < least))
        if short.size:
            yield _days_fault(
                ("station", key, "crew_rules", "minimum"),
                f"{int(people[short].min())} people",
                f"at least {least} people",
                first,
                short,
            )


def _crewed_days(
    programme: Programme, told: History, crews: Mapping[str, Crew], station: str, days: int
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Days on which a permanently crewed station ought to have people aboard."""
    there = np.zeros(days, dtype=bool)
    begin = told.exists_from(station)
    lasting = [
        crew.launched
        for crew in crews.values()
        if crew.station == station
        and crew.landed is not None
        and (crew.landed - crew.launched).days >= LASTING_STAY_DAYS
    ]
    end = programme.station[station].end
    stop = min(
        told.ends_on(station) or date.max,
        (end.crew_leaves or end.since) if end is not None else date.max,
    )
    if begin is None or not lasting:
        return there
    start = max(begin, min(lasting))
    first = programme.span.first
    there[max(0, (start - first).days) : max(0, min(days, (stop - first).days))] = True
    return there


def _days_fault(
    path: KeyPath,
    given: str,
    expected: str,
    first: date,
    which: "np.ndarray[tuple[int], np.dtype[np.intp]]",
) -> Fault:
    begin = first + timedelta(days=int(which[0]))
    end = first + timedelta(days=int(which[-1]))
    when = f"on {which.size} days from {begin} to {end}" if which.size > 1 else f"on {begin}"
    return Fault(path, f"{given} {when}", expected, warning=True, follows=True)
