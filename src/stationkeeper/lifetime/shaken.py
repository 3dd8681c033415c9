"""Dated shocks: what they make of the plans in a document before it is flown."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

from stationkeeper.lifetime.later_flights import Change, planned_flights, with_changes
from stationkeeper.lifetime.module_delays import delayed, is_planned
from stationkeeper.lifetime.random_shocks import concerns, last_recorded_day
from stationkeeper.lifetime.withdrawals import impossible, without_the_impossible
from stationkeeper.programme.composition import named_flight
from stationkeeper.programme.crewing import Shock
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import history
from stationkeeper.programme.traffic import Flight

_NOTE: Final = "shock.{}: {} is launched {} days later"


def shaken(programme: Programme) -> Programme:
    """Apply the dated shocks to what is planned, so that a run needs to know nothing of them.

    What has flown by the end of the record is never touched. By kind, for flights to the station of
    the shock and modules that come to it:

    - ``grounded``, ``pad-closed``: launches planned from its first to its last day go on the day
      after; without a last day they do not go.
    - ``flight-lost``: the flight does not arrive, nor do its people.
    - ``module-late``: as :func:`stationkeeper.lifetime.module_delays.delayed`.
    - ``cooperation-halted``: people who have seats by the agreements named do not fly on launches
      from its first to its last day; their seats stay empty. A plan that goes on with these seats
      after the last day agreed rests as well.

    A ``sanction`` keeps spare parts from the shelves (`stationkeeper.lifetime.upkeep`); ``unfit``,
    ``early-return`` and ``people-limit`` act on plans of crews alone (`stationkeeper.crew`).

    Parameters
    ----------
    programme : Programme
        A checked programme.

    Returns
    -------
    Programme
        The same object if no shock concerns anything planned. Applied twice, it changes nothing
        more.

    Notes
    -----
    Left out: queues of launches after a closure (all that waited go on one day), and people aboard
    staying on until a late crew has come.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> programme = read_programme("iss")
    >>> shaken(programme) is programme  # its shocks are of the record
    True
    """
    found = programme
    for _ in range(len(programme.shock) + 1):  # what one puts off may run into another
        before = found
        for key, shock in sorted(programme.shock.items(), key=lambda item: (item[1].date, item[0])):
            change = _CHANGES.get(shock.kind)
            if change is not None:
                found = change(found, key, shock)
        if found is before:
            break
    return found


def _within(shock: Shock, day: date) -> bool:
    return shock.date <= day <= (shock.until or date.max)


def _flights(programme: Programme, shock: Shock) -> Iterator[tuple[str, Flight]]:
    """Yield the planned flights to its station that launch from its first to its last day."""
    for key, flight, _ in planned_flights(programme):
        if flight.station == shock.station and _within(shock, flight.launched):
            yield key, flight


def _put_off(programme: Programme, _: str, shock: Shock) -> Programme:
    again = None if shock.until is None else shock.until + timedelta(days=1)
    changes = {}
    for name, flight in _flights(programme, shock):
        ship = programme.ship[flight.ship]
        launcher, site = flight.launcher or ship.launcher, flight.site or ship.site
        if concerns(shock, launcher, site, flight.ship):
            changes[name] = Change(again)
    found = with_changes(programme, changes)
    waiting = {}
    recorded = last_recorded_day(programme)
    for name in _coming(programme, shock.station):
        module = programme.module[name]
        launched = module.launched
        if launched is None or not _within(shock, launched):
            continue
        if is_planned(programme, name, recorded) and concerns(
            shock, module.launcher, module.site, None
        ):
            waiting[name] = launched
    if again is None:
        return _without_modules(found, frozenset(waiting))
    return delayed(found, {name: float((again - day).days) for name, day in waiting.items()})


def _coming(programme: Programme, station: str) -> list[str]:
    """Return the modules that dock at a station, in the order of the document."""
    docked = {
        module
        for event in programme.event.values()
        if event.kind == "dock" and event.station == station
        for module in event.modules
    }
    return [name for name in programme.module if name in docked]


def _without_modules(programme: Programme, gone: frozenset[str]) -> Programme:
    """Take out modules that never come, with what then cannot be."""
    if not gone:
        return programme
    events = {}
    touched = False
    for key, event in programme.event.items():
        modules = tuple(module for module in event.modules if module not in gone)
        if modules != event.modules:
            touched = True
            if not modules:
                continue
            event = event.model_copy(update={"modules": modules})
        events[key] = event
    if not touched:
        return programme
    before = frozenset(impossible(programme, history(programme)))
    found = without_the_impossible(programme.model_copy(update={"event": events}), before)
    as_was, told = history(programme), history(found)
    changes = {}
    for key, flight, _ in planned_flights(found):
        module = flight.port.partition("/")[0]
        was = module in as_was.modules_on(flight.station, flight.docked)
        if was and module not in told.modules_on(flight.station, flight.docked):
            changes[key] = Change(None)
    return with_changes(found, changes)


def _lose(programme: Programme, _: str, shock: Shock) -> Programme:
    gone = {name for name, *_ in planned_flights(programme) if name == shock.flight}
    return with_changes(programme, {name: Change(None) for name in gone})


def _delay(programme: Programme, key: str, shock: Shock) -> Programme:
    late = {
        name: shock.late_days
        for name in shock.modules
        if shock.late_days is not None
        and is_planned(programme, name, last_recorded_day(programme))
        and f"shock.{key}:" not in programme.module[name].note
    }
    found = delayed(programme, late)
    if found is programme:
        return programme
    modules = dict(found.module)
    for name, days in late.items():
        told = _NOTE.format(key, name, f"{days:g}")
        note = f"{modules[name].note} {told}".strip()
        modules[name] = modules[name].model_copy(update={"note": note})
    return found.model_copy(update={"module": modules})


def _halt(programme: Programme, _: str, shock: Shock) -> Programme:
    changes: dict[str, Change] = {}
    for name, flight in _flights(programme, shock):
        without = frozenset(
            agreement.seats_on[flight.ship]
            for agreement in (programme.agreement[key] for key in shock.agreements)
            if flight.ship in agreement.seats_on and flight.launched >= agreement.since
        )
        if without & _aboard(programme, name):
            changes[name] = Change(flight.launched, without)
    return with_changes(programme, changes)


def _aboard(programme: Programme, flight: str) -> frozenset[str]:
    """Return the nations of the people who are to fly on a planned flight."""
    nations = {
        nation
        for crew in programme.crew.values()
        if crew.status == "planned" and _rides(programme, crew.ship_up, flight)
        for nation in crew.seats
    }
    series = programme.traffic.get(flight.rpartition("-")[0])
    if series is not None and flight not in programme.flight:
        nations |= set(series.seats)
    return frozenset(nations)


def _rides(programme: Programme, ship_up: str, flight: str) -> bool:
    if ship_up == flight:
        return True
    return flight in programme.flight and named_flight(ship_up, programme.flight) == flight


_CHANGES: Final[dict[str, Callable[[Programme, str, Shock], Programme]]] = {
    "grounded": _put_off,
    "pad-closed": _put_off,
    "flight-lost": _lose,
    "module-late": _delay,
    "cooperation-halted": _halt,
}
