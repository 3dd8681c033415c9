"""Planned modules that are launched later, and all that cannot be before them."""

import math
from collections.abc import Mapping
from datetime import date, timedelta

from stationkeeper.lifetime.later_flights import Change, planned_flights, with_changes
from stationkeeper.lifetime.random_shocks import last_recorded_day
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import History, history, ordered_events
from stationkeeper.programme.stations import Station

_DAY = timedelta(days=1)


def delayed(programme: Programme, days: Mapping[str, float]) -> Programme:
    """Launch planned modules later, and with them what needs them.

    The launch of a module and its docking move by its delay. What is done with it, or with what
    docks at it, comes in the same order and not before it; a module that waits for it is launched
    as much later as it docks. A rule of reboost, or the first day of a station, that begins on the
    day of such an event begins with it. A planned flight to a port that is not there yet docks on
    the day after the port has come; flights of a regular series do not come until then. Modules
    that were launched by the end of the record do not move.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    days : mapping of str to float
        Delay by module, rounded up to whole days. [d]

    Returns
    -------
    Programme
        The same object if no planned module is late.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> programme = read_programme("iss-to-ros")
    >>> delayed(programme, {"zarya": 100.0}) is programme  # it has flown
    True
    """
    recorded = last_recorded_day(programme)
    late = {
        module: math.ceil(delay)
        for module, delay in days.items()
        if delay > 0.0 and is_planned(programme, module, recorded)
    }
    if not late:
        return programme
    moved = _moved_events(programme, late, recorded)
    arrivals = _arrivals(programme)
    for module, key in arrivals.items():
        if key in moved:
            late[module] = (moved[key] - programme.event[key].date).days
    modules = {
        key: module.model_copy(update={"launched": _later(module.launched, late[key])})
        if key in late and module.launched is not None and module.launched > recorded
        else module
        for key, module in programme.module.items()
    }
    events = {
        key: event.model_copy(update={"date": moved[key]}) if key in moved else event
        for key, event in programme.event.items()
    }
    stations = {
        key: _begun(key, station, programme, moved) for key, station in programme.station.items()
    }
    update = {"event": events, "module": modules, "station": stations}
    return _with_flights(programme, programme.model_copy(update=update))


def is_planned(programme: Programme, module: str, recorded: date) -> bool:
    """Return whether a module is yet to be launched after the last day of the record."""
    launched = programme.module[module].launched
    if launched is None:
        docks = [e.date for e in programme.event.values() if module in e.modules]
        launched = min(docks, default=None)
    return launched is not None and launched > recorded


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max


def _arrivals(programme: Programme) -> dict[str, str]:
    """Return by module the event with which it comes."""
    found: dict[str, str] = {}
    for key, event in ordered_events(programme):
        for module in event.modules:
            found.setdefault(module, key)
    return found


def _moved_events(programme: Programme, late: Mapping[str, int], recorded: date) -> dict[str, date]:
    """Return new days of the events that move."""
    arrivals = _arrivals(programme)
    moved: dict[str, date] = {}
    for key, event in ordered_events(programme):
        if event.date <= recorded:
            continue
        delays = [late.get(m, 0) for m in event.modules if arrivals[m] == key]
        day = _later(event.date, max(delays, default=0))
        touched = {*event.modules, (event.port or "").partition("/")[0]}
        for other, new in moved.items():
            before = programme.event[other]
            if touched & set(before.modules):
                day = max(day, new if event.date == before.date else _later(new, 1))
        if day != event.date:
            moved[key] = day
    return moved


def _begun(key: str, station: Station, programme: Programme, moved: Mapping[str, date]) -> Station:
    """Return a station whose first day and rules of reboost begin with the events that moved."""
    events = [(programme.event[name], day) for name, day in moved.items()]
    days = {event.date: day for event, day in events if key in (event.station, event.to_station)}
    if not days:
        return station
    ends = {day - _DAY: new - _DAY for day, new in days.items()}
    rules = {
        name: rule.model_copy(
            update={
                "since": days.get(rule.since, rule.since),
                "until": ends.get(rule.until, rule.until) if rule.until else None,
            }
        )
        for name, rule in station.reboost.items()
    }
    first = station.first_day
    update = {"reboost": rules, "first_day": days.get(first, first) if first else None}
    return station.model_copy(update=update)


def _with_flights(before: Programme, found: Programme) -> Programme:
    """Let flights wait for their ports."""
    as_was, told = history(before), history(found)
    changes: dict[str, Change] = {}
    for key, flight, regular in planned_flights(found):
        module = flight.port.partition("/")[0]
        if module in told.modules_on(flight.station, flight.docked):
            continue
        if module not in as_was.modules_on(flight.station, flight.docked):
            continue
        ready = _there_from(told, flight.station, module, flight.docked)
        if regular or ready is None:
            changes[key] = Change(None)
        else:
            wait = _later(ready, 1) - flight.docked
            changes[key] = Change(flight.launched + wait, whole=True)
    return with_changes(found, changes)


def _there_from(told: History, station: str, module: str, day: date) -> date | None:
    """Return the first day after a day on which a module is in a station."""
    states = told.states.get(station, [])
    return next((since for since, names, _ in states if since > day and module in names), None)
