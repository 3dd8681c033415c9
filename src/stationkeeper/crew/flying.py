"""A plan as part of a programme: an override that a run flies, and the plan as plain data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from stationkeeper.crew.planning import Problem
from stationkeeper.crew.state import DockedShip
from stationkeeper.programme.composition import all_flights, named_flight
from stationkeeper.programme.document import Programme
from stationkeeper.programme.partings import whole_crew
from stationkeeper.programme.write import as_toml
from stationkeeper.schedule.problem import Flight, Mix, Plan

SOURCE = "planned by stationkeeper"
OVERRIDE = "plan"
_DAY = re.compile(r"\bday(?:\{| ?)(-?\d+)(?:\}|\b)")


def flight_keys(problem: Problem, plan: Plan) -> tuple[str, ...]:
    """Return the key of each flight of a plan: numbered by class in the order of launch.

    A ship that was under way on the first day keeps the key of its flight.
    """
    count: dict[str, int] = {}
    keys = []
    for flight in plan.flights:
        known = problem.under_way.get(flight.candidate)
        ship = problem.ships[problem.rotation.candidates[flight.candidate].ship]
        if known is None:
            count[ship] = count.get(ship, 0) + 1
        keys.append(known or f"plan-{ship}-{count[ship]:03d}")
    return tuple(keys)


def to_the_end(problem: Problem, plan: Plan) -> Plan:
    """Return a plan whose last ships stay as long as they can, instead of to the last day.

    Whoever is there when the horizon ends stays as long as ship, people and port allow: what
    comes next is not planned.
    """
    rotation = problem.rotation
    taken = [(stay.port, stay.first) for stay in rotation.occupied]
    taken += [(flight.port, flight.dock) for flight in plan.flights]

    def later(port: int, since: int, leave: int, longest: int) -> int:
        if leave < rotation.days:
            return leave
        needed = [first for other, first in taken if other == port and first > since]
        return max(leave, min([longest, *needed]))

    flights = []
    adopted: dict[int, int] = {}
    for flight in plan.flights:
        candidate = rotation.candidates[flight.candidate]
        mix = candidate.mixes[flight.mix]
        longest = min(flight.dock + candidate.longest, flight.launch + mix.longest)
        if mix.adopts is not None:
            longest = min(longest, rotation.aboard[mix.adopts].latest_people)
        leave = later(flight.port, flight.dock, flight.leave, longest)
        flights.append(replace(flight, leave=leave))
        if mix.adopts is not None:
            adopted[mix.adopts] = leave
    leaves, people = [], []
    rows = zip(rotation.aboard, plan.leaves, plan.people_leave, strict=False)
    for place, (entry, leave, with_people) in enumerate(rows):
        leaves.append(later(entry.port, -1, leave, min(entry.latest, entry.latest_people)))
        people.append(adopted.get(place, leaves[-1] if leave == with_people else with_people))
    return replace(plan, flights=tuple(flights), leaves=tuple(leaves), people_leave=tuple(people))


def plan_override(programme: Programme, problem: Problem, plan: Plan) -> dict[str, Any]:
    """Return a plan as the content of an override of its programme.

    Crewed traffic and crewed flights after the first day go, those of the plan come. Ships and
    people aboard on the first day leave as planned. If the programme goes on after the plan, its
    span ends with the plan: what follows is not planned.

    Parameters
    ----------
    programme : Programme
        The one from which the problem was made.
    problem : Problem
        What the numbers of the plan mean.
    plan : Plan
        With flights.

    Returns
    -------
    dict
        Keys of ``[overrides.plan]``.
    """
    plan = to_the_end(problem, plan)
    aboard = _aboard_entries(programme, problem, plan)
    own_flights = {ship.key for ship in (*problem.state.docked, *problem.state.under_way)}
    own_crews = {
        key for ship in (*problem.state.docked, *problem.state.under_way) for key in ship.groups
    }
    crews_gone = _later_crews(programme, problem, own_crews)
    remove = [
        f"flight.{key}"
        for key, flight in programme.flight.items()
        if key in own_flights or key in problem.replaced
    ]
    own_crews |= {whole_crew(key) for key in own_crews}
    remove += [f"crew.{key}" for key in programme.crew if key in own_crews or key in crews_gone]
    traffic: dict[str, Any] = {}
    for key, series in programme.traffic.items():
        crewed = series.seats or series.ship in problem.ships
        if series.station != problem.station or not crewed:
            continue
        firsts = [problem.first] + [
            ship.flight.docked
            for ship in (*problem.state.docked, *problem.state.under_way)
            if _series_of(ship.key, programme) == key
        ]
        until = min(firsts) - timedelta(days=1)
        if _series_is_over(series.until, until):
            continue
        if until < series.since:
            remove.append(f"traffic.{key}")
        else:
            traffic[key] = {"until": until}
    flights, crews = dict(aboard[0]), dict(aboard[1])
    _move_cargo(programme, problem, remove, traffic, flights)
    # What happens to a flight that the plan replaces does not happen.
    remove += [
        f"shock.{key}"
        for key, shock in programme.shock.items()
        if shock.station == problem.station and shock.flight in problem.replaced
    ]
    for key, flight in zip(flight_keys(problem, plan), plan.flights, strict=True):
        if flight.candidate in problem.under_way:
            continue
        flights[key] = _flight_entry(problem, programme, key, flight)
        mix = _mix(problem, flight)
        if mix.total:
            crews[key] = _crew_entry(problem, key, flight, mix)
    override: dict[str, Any] = {
        "about": f"Crews of {problem.title} from {problem.first} to {problem.last} as planned.",
        "source": SOURCE,
        "known_on": problem.first,
        "remove": remove,
        "title": f"{programme.title}: crews of {problem.station} as planned",
    }
    if programme.span.last > problem.last:
        override["span"] = {"last": problem.last}
    for name, table in (("traffic", traffic), ("flight", flights), ("crew", crews)):
        if table:
            override[name] = table
    return override


def planned_programme(programme: Programme, problem: Problem, plan: Plan) -> str:
    """Return a whole programme as TOML, with the plan as its override ``plan``.

    Parameters
    ----------
    programme, problem, plan
        As for :func:`plan_override`.

    Returns
    -------
    str
        TOML: ``stationkeeper run FILE --override plan`` flies it.
    """
    document = programme.as_document()
    document["resolved"] = True
    document["overrides"] = {OVERRIDE: plan_override(programme, problem, plan)}
    return as_toml(document, "As read, overrides applied; the plan is an override called 'plan'.")


def plan_document(
    problem: Problem,
    plan: Plan,
    check: Mapping[str, Any] | None = None,
    *,
    seed: int = 1,
    stay_limits: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return a plan as plain data, dates written out.

    Parameters
    ----------
    problem : Problem
        What the numbers of the plan mean.
    plan : Plan
        The plan.
    check : mapping, optional
        Check of the planned programme; its counts of findings are taken over.
    seed : int
        Of the search.
    stay_limits : mapping, optional
        By nation the limit and its source that bind, beside the days.

    Returns
    -------
    dict
        The content of ``plan.json``.
    """
    plan = to_the_end(problem, plan)
    rotation = problem.rotation
    keys = flight_keys(problem, plan)
    key_of = {flight.candidate: key for key, flight in zip(keys, plan.flights, strict=True)}
    flights = []
    for key, flight in zip(keys, plan.flights, strict=True):
        mix = _mix(problem, flight)
        flights.append(
            {
                "key": key,
                "ship": problem.ships[rotation.candidates[flight.candidate].ship],
                "candidate": rotation.candidates[flight.candidate].key,
                "launched": _written(_launched(problem, flight)),
                "docked": _written(problem.day(flight.dock)),
                "undocked": _written(problem.day(flight.leave)),
                "port": rotation.ports[flight.port],
                "seats": _seats(rotation.nations, mix.people),
                "adopts": None if mix.adopts is None else rotation.aboard[mix.adopts].key,
                "exchanged": sum(abs(seats) for seats in mix.swapped),
                "bought": mix.bought,
            }
        )
    # A plan that does not exist has no leaving days.
    leaving = zip(
        rotation.aboard, problem.state.docked, plan.leaves, plan.people_leave, strict=False
    )
    return {
        "station": problem.station,
        "title": problem.title,
        "first": _written(problem.first),
        "last": _written(problem.last),
        "status": plan.status,
        "seed": seed,
        "stages": [
            {
                "name": stage.name,
                "unit": stage.unit,
                "value": stage.value,
                "bound": stage.bound,
                "gap": stage.gap,
                "status": stage.status,
            }
            for stage in plan.stages
        ],
        "flights": flights,
        "aboard": [
            {
                "key": ship.key,
                "ship": ship.flight.ship,
                "docked": _written(ship.flight.docked),
                "port": ship.port,
                "leaves": _written(problem.day(leaves)),
                "people_leave": _written(problem.day(people)) if any(entry.people) else None,
                "fit": ship.fit,
                "seats": _seats(rotation.nations, entry.people),
            }
            for entry, ship, leaves, people in leaving
        ],
        "occupied": [
            {
                "port": rotation.ports[stay.port],
                "by": stay.by,
                "first": _written(problem.day(max(0, stay.first))),
                "last": _written(problem.day(min(stay.last, rotation.days))),
            }
            for stay in rotation.occupied
            if stay.first < rotation.days
        ],
        "closed": _closed(problem),
        "tasks": [
            {"name": task.name, "done_by": None if done is None else key_of.get(done)}
            for task, done in zip(rotation.tasks, plan.tasks_done, strict=False)
        ],
        "stay_limits": {
            nation: {"days": days, "limit": "", "source": ""}
            | dict((stay_limits or {}).get(nation, {}))
            for nation, days in problem.stay_days.items()
        },
        "conflicts": [with_dates(text, problem.first) for text in plan.conflicts],
        "shocks": list(problem.shocks),
        "agreements": list(problem.agreements),
        "left_out": list(problem.left_out),
        "days_by_side": _days_by_side(problem, plan),
        "findings": dict((check or {}).get("counts", {})),
    }


def _closed(problem: Problem) -> list[dict[str, Any]]:
    """Return the days in windows of launch on which a class of ship does not launch, and why."""
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for candidate in problem.rotation.candidates:
        for (first, last), why in zip(candidate.closed, candidate.closed_by, strict=True):
            key = (problem.ships[candidate.ship], why)
            low, high = spans.get(key, (first, last))
            spans[key] = (min(low, first), max(high, last))
    return [
        {
            "ships": [ship],
            "first": _written(problem.day(first)),
            "last": _written(problem.day(last)),
            "why": why,
        }
        for (ship, why), (first, last) in spans.items()
    ]


def with_dates(text: str, first: date) -> str:
    """Write days of a horizon in a text as dates.

    Examples
    --------
    >>> with_dates("no ship from day 3 to day{30}", date(2027, 1, 1))
    'no ship from 2027-01-04 to 2027-01-31'
    """
    return _DAY.sub(lambda found: (first + timedelta(days=int(found[1]))).isoformat(), text)


def _written(day: date) -> str:
    return day.isoformat()


def _seats(nations: Sequence[str], people: Sequence[int]) -> dict[str, int]:
    return {nation: count for nation, count in zip(nations, people, strict=True) if count}


def _mix(problem: Problem, flight: Flight) -> Mix:
    return problem.rotation.candidates[flight.candidate].mixes[flight.mix]


def _launched(problem: Problem, flight: Flight) -> date:
    key = problem.under_way.get(flight.candidate)
    for ship in problem.state.under_way:
        if ship.key == key:
            return ship.flight.launched
    return problem.day(flight.launch)


def _series_of(key: str, programme: Programme) -> str | None:
    return None if key in programme.flight else key.rpartition("-")[0]


def _series_is_over(until: date | None, last: date) -> bool:
    return until is not None and until <= last


def single_name(key: str, table: Mapping[str, object]) -> str:
    """Return the key of a flight or crew of a series when it is written out as a single one.

    ``visits-002`` is a name that the series ``visits`` gives, so the single flight is
    ``visits.002``.

    Examples
    --------
    >>> single_name("visits-002", {}), single_name("crew-5", {"crew-5": None})
    ('visits.002', 'crew-5')
    """
    if key in table:
        return key
    series, _, number = key.rpartition("-")
    return f"{series}.{number}" if whole_crew(number).isdigit() else key


def _later_crews(programme: Programme, problem: Problem, own: set[str]) -> set[str]:
    """Return the single crews that the plan replaces: all who come after the first day."""
    flights = all_flights(programme)
    found = set()
    for key, crew in programme.crew.items():
        if crew.station != problem.station or key in own:
            continue
        up = named_flight(crew.ship_up, {**programme.flight, **flights})
        if crew.launched > problem.first or up in problem.replaced:
            found.add(key)
    return found


def _move_cargo(
    programme: Programme,
    problem: Problem,
    remove: list[str],
    traffic: dict[str, Any],
    flights: dict[str, Any],
) -> None:
    """Write the cargo flights that dock elsewhere; of a series, all its flights that are left."""
    every = all_flights(programme)
    series = {
        name for key in problem.moved if (name := _series_of(key, programme)) in programme.traffic
    }
    for name in sorted(series):
        until = problem.first
        if programme.traffic[name].since > until:
            remove.append(f"traffic.{name}")
        else:
            traffic[name] = {"until": until}
    for key, flight in every.items():
        if flight.station != problem.station or flight.docked <= problem.first:
            continue
        if key not in problem.moved and _series_of(key, programme) not in series:
            continue
        entry = flight.model_dump(exclude_none=True, exclude_unset=True)
        if key in problem.moved:
            entry |= {"port": problem.moved[key], "moved_to": {}, "note": f"{SOURCE}: port"}
        if key in programme.flight:
            remove.append(f"flight.{key}")
        flights[single_name(key, programme.flight)] = entry


def _flight_entry(
    problem: Problem, programme: Programme, key: str, flight: Flight
) -> dict[str, Any]:
    candidate = problem.rotation.candidates[flight.candidate]
    ship = problem.ships[candidate.ship]
    launcher, site = problem.ways[flight.candidate]
    mix = _mix(problem, flight)
    entry: dict[str, Any] = {
        "ship": ship,
        "title": f"{programme.ship[ship].title} planned {key.rpartition('-')[2]}",
        "station": problem.station,
        "launched": problem.day(flight.launch),
        "docked": problem.day(flight.dock),
        "undocked": problem.day(flight.leave),
        "port": problem.rotation.ports[flight.port],
        "launcher": launcher,
        "site": site,
        "status": "planned",
        "source": SOURCE,
        "note": f"{candidate.key}; {mix.name}",
    }
    return {name: value for name, value in entry.items() if value is not None}


def _crew_entry(problem: Problem, key: str, flight: Flight, mix: Mix) -> dict[str, Any]:
    return {
        "station": problem.station,
        "ship_up": key,
        "launched": problem.day(flight.launch),
        "ship_down": key,
        "landed": problem.day(flight.leave),
        "seats": _seats(problem.rotation.nations, mix.people),
        "status": "planned",
        "source": SOURCE,
    }


def _aboard_entries(
    programme: Programme, problem: Problem, plan: Plan
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return flights and crews of those aboard or under way on the first day, as they leave."""
    adopters: dict[int, tuple[str, Flight]] = {}
    under_way: dict[str, Flight] = {}
    for key, flight in zip(flight_keys(problem, plan), plan.flights, strict=True):
        mix = _mix(problem, flight)
        if mix.adopts is not None:
            adopters[mix.adopts] = (key, flight)
        if flight.candidate in problem.under_way:
            under_way[key] = flight
    flights: dict[str, dict[str, Any]] = {}
    crews: dict[str, dict[str, Any]] = {}

    def rides(entry: dict[str, Any], down: str) -> dict[str, Any]:
        """A group of a series came with the single flight that stands for that of the series."""
        if entry["ship_up"] in every and entry["ship_up"] not in programme.flight:
            entry["ship_up"] = single_name(entry["ship_up"], programme.flight)
        return entry | {"ship_down": down}

    every = all_flights(programme)
    for place, ship in enumerate(problem.state.docked):
        own = single_name(ship.key, programme.flight)
        flights[own] = _as_planned(ship, problem, problem.day(plan.leaves[place]))
        people = problem.day(plan.people_leave[place])
        for key, crew in ship.groups.items():
            entry = crew.model_dump(exclude_none=True, exclude_unset=True)
            seat_on = {
                day: name
                for day, name in crew.seat_on.items()
                if date.fromisoformat(day) <= problem.first
            }
            down = own
            if place in adopters:
                down, flight = adopters[place]
                seat_on[problem.day(flight.dock).isoformat()] = down
            entry = rides(entry, down) | {"landed": people, "seat_on": seat_on}
            if not ship.fit and place not in adopters:  # nothing in the plan takes them home
                del entry["ship_down"]
            entry["note"] = f"{SOURCE}: leaving"
            crews[single_name(key, programme.crew)] = entry
    for ship in problem.state.under_way:
        planned = under_way.get(ship.key)
        if planned is None:
            continue
        own = single_name(ship.key, programme.flight)
        flights[own] = _as_planned(ship, problem, problem.day(planned.leave))
        for key, crew in ship.groups.items():
            entry = crew.model_dump(exclude_none=True, exclude_unset=True)
            entry = rides(entry, own) | {"landed": problem.day(planned.leave), "seat_on": {}}
            crews[single_name(key, programme.crew)] = entry
    return flights, crews


def _as_planned(ship: DockedShip, problem: Problem, leaves: date) -> dict[str, Any]:
    entry = ship.flight.model_dump(exclude_none=True, exclude_unset=True)
    moves = {
        day: port
        for day, port in ship.flight.moved_to.items()
        if date.fromisoformat(day) <= problem.first
    }
    return entry | {"undocked": leaves, "moved_to": moves, "note": f"{SOURCE}: leaving"}


def _days_by_side(problem: Problem, plan: Plan) -> list[dict[str, Any]]:
    """Return for each side the crew-days of people able to run it, and what was wanted."""
    rotation = problem.rotation
    found = []
    for place, side in enumerate(rotation.sides):
        crew_days = 0
        for flight in plan.flights:
            stay = min(rotation.days, flight.leave) - min(rotation.days, flight.dock)
            crew_days += _mix(problem, flight).able[place] * stay
        for entry, leaves in zip(rotation.aboard, plan.people_leave, strict=False):
            crew_days += entry.able[place] * min(rotation.days, leaves)
        found.append(
            {
                "side": side.key,
                "crew_days": crew_days,
                "people_mean": crew_days / rotation.days,
                "wanted_mean": side.wanted,
            }
        )
    return found
