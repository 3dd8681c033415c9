"""Planned flights that come later, with fewer people or not at all, written into the document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from stationkeeper.lifetime.random_shocks import last_recorded_day
from stationkeeper.lifetime.withdrawals import without_lost_crews
from stationkeeper.programme.composition import expanded, named_flight
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import history
from stationkeeper.programme.traffic import Crew, Flight, Traffic


@dataclass(frozen=True)
class Change:
    """What becomes of a planned flight.

    `launch` is the new day of launch, None if it does not come; people of the nations in `without`
    do not fly. If `whole`, a stay that would be over by then moves as a whole.
    """

    launch: date | None
    without: frozenset[str] = frozenset()
    whole: bool = False


def planned_flights(programme: Programme) -> Iterator[tuple[str, Flight, bool]]:
    """Yield key and flight of all plans after the record, and whether it is one of a series."""
    recorded = last_recorded_day(programme)
    for key, flight in programme.flight.items():
        if flight.status == "planned" and flight.launched > recorded:
            yield key, flight, False
    told = history(programme)
    for key in programme.traffic:
        if programme.traffic[key].ports:
            for name, flight, _ in expanded(programme, key, told):
                if flight.launched > recorded:
                    yield name, flight, True


def with_changes(programme: Programme, changes: Mapping[str, Change]) -> Programme:
    """Write what becomes of planned flights into a document.

    A flight that launches later keeps its last day; if that has passed, it does not come: the next
    one is in its place, and no two ships are at one port. Who was to fly on it comes later, or
    not at all; who was to go home on one that does not come goes home as one without a day of
    landing does. A series ends before its first flight that changes, and goes on as single flights
    of the same names.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    changes : mapping of str to Change
        By flight, those of regular series included.

    Returns
    -------
    Programme
        The same object if nothing changes.
    """
    if not changes:
        return programme
    flights, crews = dict(programme.flight), dict(programme.crew)
    traffic: dict[str, Traffic] = {}
    told = history(programme)
    for key, series in programme.traffic.items():
        every = list(expanded(programme, key, told)) if series.ports else []
        first = next((n for n, (name, *_) in enumerate(every) if name in changes), None)
        if first is None:
            traffic[key] = series
            continue
        if first > 0:
            traffic[key] = series.model_copy(update={"until": every[first - 1][1].docked})
        for name, flight, crew in every[first:]:
            flights[name] = flight
            if series.seats:
                crews[name] = crew
    single = _with(programme, flight=flights, crew=crews, traffic=traffic)
    for name, change in changes.items():
        later = _later(flights[name], change)
        if later is None:
            del flights[name]
        else:
            flights[name] = later
    crews = dict(_crews(single, flights, changes))
    return without_lost_crews(single, _with(single, flight=flights, crew=crews))


def _with(programme: Programme, **tables: Mapping[str, Any]) -> Programme:
    return programme.model_copy(update={name: dict(table) for name, table in tables.items()})


def _later(flight: Flight, change: Change) -> Flight | None:
    if change.launch is None or change.launch == flight.launched:
        return None if change.launch is None else flight
    wait = change.launch - flight.launched
    docked, undocked, moves = flight.docked + wait, flight.undocked, flight.moved_to
    if undocked is not None and docked >= undocked:
        if not change.whole:
            return None
        undocked = undocked + wait
        moves = {(date.fromisoformat(day) + wait).isoformat(): to for day, to in moves.items()}
    passed = [day for day in moves if day <= docked.isoformat()]
    update = {
        "launched": change.launch,
        "docked": docked,
        "undocked": undocked,
        "port": moves[max(passed)] if passed else flight.port,
        "moved_to": {day: port for day, port in moves.items() if day not in passed},
    }
    return flight.model_copy(update=update)


def _crews(
    single: Programme, flights: Mapping[str, Flight], changes: Mapping[str, Change]
) -> Iterator[tuple[str, Crew]]:
    """Yield the crews with their flights as changed; those of flights that went are left."""
    for key, crew in single.crew.items():
        up = named_flight(crew.ship_up, single.flight) if crew.status == "planned" else None
        if up is None or up not in changes or up not in flights:
            yield key, crew
            continue
        before, after = single.flight[up], flights[up]
        launched, landed = after.launched, crew.landed
        if before.undocked != after.undocked and landed is not None:  # the whole stay has moved
            landed = landed + (after.launched - before.launched)
        seats = {n: count for n, count in crew.seats.items() if n not in changes[up].without}
        if not seats or (landed is not None and landed <= launched):
            continue
        update: dict[str, Any] = {"launched": launched, "landed": landed, "seats": seats}
        update["seat_on"] = {
            day: name for day, name in crew.seat_on.items() if day >= launched.isoformat()
        }
        if seats != crew.seats:
            update["able"] = {}
        yield key, crew.model_copy(update=update)
