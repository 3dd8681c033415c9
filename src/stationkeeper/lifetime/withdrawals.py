"""A partner ends its part: what that makes of the document before it is flown."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from stationkeeper.programme.composition import all_flights, expanded, named_flight
from stationkeeper.programme.document import Programme
from stationkeeper.programme.fitting import port_stays
from stationkeeper.programme.functions import Function, Provider, Withdrawal
from stationkeeper.programme.history import History, history
from stationkeeper.programme.partings import nations_left, partings
from stationkeeper.programme.parts import EARLIEST
from stationkeeper.programme.traffic import Crew, Event, Flight, Traffic

_DAY = timedelta(days=1)
_KEY_LENGTH = 64  # letters that a key of the document may have


def withdrawn(programme: Programme) -> Programme:
    """Apply every withdrawal to the document, so that a run needs to know nothing of it.

    From the day of a withdrawal the partner's people no longer come and those aboard land, on the
    stations that it runs with others (see `stations_left`). Further, by mode:

    - ``crews``: nothing; its ships go on coming if others can fly them.
    - ``crews-and-ships``: its ships leave and no longer come, nor do those of companies of its
      nation if nobody of that nation stays a partner. It brings no new modules.
    - ``handed-over``: the same; what it commanded is commanded by ``to`` from the day on which
      ``transfer_days`` have passed since the notice, and by nobody in between.
    - ``shut``: the same; nobody commands what it commanded.
    - ``separated``: the same; its modules leave for nowhere, with all that only they hold.

    What can no longer happen after that (a module whose port has gone, a ship to it, a crew on that
    ship, a leak seen in it) is taken out.

    Parameters
    ----------
    programme : Programme
        A checked programme.

    Returns
    -------
    Programme
        The same object if nobody withdraws within the span. Applied twice, it changes nothing more.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> settings = ["withdraw.roscosmos=2025-01-01"]
    >>> changed = withdrawn(read_programme("iss", settings=settings))
    >>> changed.event["withdraw.roscosmos.iss"].date
    datetime.date(2025, 1, 1)
    """
    found = programme
    for partner, parting in sorted(programme.withdraw.items(), key=lambda item: item[1].date):
        if parting.date <= programme.span.last and not is_applied(found, partner):
            found = _applied(found, partner, parting)
    return found


def is_applied(programme: Programme, partner: str) -> bool:
    """Return whether the withdrawal of a partner has been written into a document."""
    return any(key.startswith(f"withdraw.{partner}."[:_KEY_LENGTH]) for key in programme.event)


def stations_left(programme: Programme, partner: str) -> tuple[str, ...]:
    """Return the stations that a partner leaves when it withdraws.

    Those of which it is a partner with others; if there is none, those that it runs alone; if there
    is none either, those that its ships visit, that hold its modules, or of which it commands
    something. So who ends its part in a joint station keeps its own.
    """
    runs = [key for key, station in programme.station.items() if partner in station.partners]
    joint = [key for key in runs if len(programme.station[key].partners) > 1]
    if joint or runs:
        return tuple(joint or runs)
    touched = {
        station for station, ship in _visitors(programme) if programme.ship[ship].partner == partner
    }
    touched |= {
        event.station
        for event in programme.event.values()
        if any(programme.module[module].partner == partner for module in event.modules)
    }
    touched |= {
        function.station
        for function in programme.function.values()
        if any(way.commanded_by == partner for way in function.provider.values())
    }
    return tuple(key for key in programme.station if key in touched)


def _visitors(programme: Programme) -> set[tuple[str, str]]:
    """Return the classes of ship that visit each station."""
    single = {(flight.station, flight.ship) for flight in programme.flight.values()}
    return single | {(series.station, series.ship) for series in programme.traffic.values()}


def command_returns_on(parting: Withdrawal) -> date | None:
    """Return the first day on which somebody commands again what the partner commanded.

    None if nobody ever does: only ``handed-over`` with ``to`` hands anything over.
    """
    if parting.mode != "handed-over" or parting.to is None:
        return None
    begin = parting.notice or parting.date
    try:
        ready = begin + timedelta(days=round(parting.transfer_days))
    except OverflowError:
        return None
    return max(parting.date, ready)


def _applied(programme: Programme, partner: str, parting: Withdrawal) -> Programme:
    stations = stations_left(programme, partner)
    before = frozenset(impossible(programme, history(programme)))
    found = _with_partings(programme, partner, parting, stations)
    if parting.mode == "crews":
        return found
    found = _without_new_modules(found, partner, parting.date, stations)
    if parting.mode in ("handed-over", "shut"):
        found = _without_command(found, partner, parting, stations)
    if parting.mode == "separated":
        found = _without_modules(found, partner, parting.date, stations)
    found = without_the_impossible(found, before)
    return _without_lost_flights(programme, _without_absent_leaks(programme, found))


def free_key(taken: Iterable[str], *parts: str) -> str:
    """Return a key that is free, made of some names."""
    name = ".".join(parts)[:_KEY_LENGTH]
    number = 1
    while name in taken:
        number += 1
        tail = f"-{number}"
        name = ".".join(parts)[: _KEY_LENGTH - len(tail)] + tail
    return name


def _with(programme: Programme, **tables: Mapping[str, Any]) -> Programme:
    return programme.model_copy(update={name: dict(table) for name, table in tables.items()})


def _with_partings(
    programme: Programme, partner: str, parting: Withdrawal, stations: Iterable[str]
) -> Programme:
    """Let the partner leave, and the companies that fly for nobody else of its nation."""
    events = dict(programme.event)
    for station in stations:
        leaving = [partner]
        left = nations_left(programme, station, partner, parting.date)
        if parting.mode != "crews" and left and partner in programme.station[station].partners:
            flown = {
                programme.ship[ship].partner for at, ship in _visitors(programme) if at == station
            }
            leaving += [
                other
                for other in programme.partner
                if other in flown
                and other != partner
                and other not in programme.station[station].partners
                and programme.partner[other].nation in left
            ]
        gone = {event.partner for _, event in partings(programme, station)}
        for other in leaving:
            if other != partner and other in gone:
                continue
            own = (partner,) if other == partner else (partner, other)
            events[free_key(events, "withdraw", *own, station)] = Event(
                kind="leave",
                date=parting.date,
                station=station,
                partner=other,
                crews_only=parting.mode == "crews",
                note=f"withdraw.{partner}: {parting.mode}",
            )
    return _with(programme, event=events)


def _without_new_modules(
    programme: Programme, partner: str, day: date, stations: Iterable[str]
) -> Programme:
    """Take out the modules that the partner would have brought from that day on."""
    events = {}
    for key, event in programme.event.items():
        target = event.to_station or event.station
        if event.kind == "dock" and event.date >= day and target in stations:
            modules = tuple(m for m in event.modules if programme.module[m].partner != partner)
            if not modules:
                continue
            event = event.model_copy(update={"modules": modules})
        events[key] = event
    return _with(programme, event=events)


def _without_command(
    programme: Programme, partner: str, parting: Withdrawal, stations: Iterable[str]
) -> Programme:
    """End what the partner commands; where it is handed over, let the other begin."""
    ready = command_returns_on(parting)
    functions: dict[str, Function] = {}
    for key, function in programme.function.items():
        ways = dict(function.provider)
        for name, way in function.provider.items():
            if function.station not in stations or way.commanded_by != partner:
                continue
            if way.until is None or way.until >= parting.date:
                ways[name] = _ended(way, parting.date - _DAY)
            if ready is None or (way.until is not None and way.until < ready):
                continue
            update = {"commanded_by": parting.to, "since": max(way.since or ready, ready)}
            ways[free_key(ways, name, str(parting.to))] = way.model_copy(update=update)
        functions[key] = function.model_copy(update={"provider": ways})
    return _with(programme, function=functions)


def _ended(way: Provider, last: date) -> Provider:
    """Return a provider that ends on a day; one that would begin later is never there."""
    if way.since is not None and way.since > last:
        return way.model_copy(update={"since": None, "until": EARLIEST})
    return way.model_copy(update={"until": last})


def _without_modules(
    programme: Programme, partner: str, day: date, stations: Iterable[str]
) -> Programme:
    """Let the modules of the partner leave, with the pieces that nothing else holds.

    Of what stays the heaviest piece is the station.
    """
    found = programme
    for station in stations:
        there = history(found).modules_on(station, day - _DAY)
        going = [m for m in there if found.module[m].partner == partner]
        key = free_key(found.event, "withdraw", partner, station, "separates")
        for _ in there:
            if not going:
                break
            event = Event(kind="undock", date=day, station=station, modules=tuple(going))
            tried = _with(found, event={**found.event, key: event})
            told = history(tried)
            loose = [
                module
                for pieces in (p for _, at, p in _parted_on(tried, told, day) if at == station)
                for piece in sorted(pieces, key=lambda p: _mass(found, p), reverse=True)[1:]
                for module in piece
                if module not in going and module in there
            ]
            if not loose:
                found = tried
                break
            going += loose
    return found


def _parted_on(
    programme: Programme, told: History, day: date
) -> Iterator[tuple[str, str, list[tuple[str, ...]]]]:
    for event, station, pieces in told.broken:
        if programme.event[event].date == day:
            yield event, station, pieces


def _mass(programme: Programme, modules: Iterable[str]) -> float:
    return sum(programme.module[module].mass_kg for module in modules)


def impossible(programme: Programme, told: History) -> Iterator[tuple[str, str]]:
    """Yield events with the module that cannot do what they say; none named if the port is gone."""
    for fault in told.faults:
        yield fault.event, fault.module
    for key, event in programme.event.items():
        if event.port is None:
            continue
        holder = event.port.partition("/")[0]
        if holder not in told.modules_on(event.to_station or event.station, event.date):
            yield key, ""


def without_the_impossible(programme: Programme, before: frozenset[tuple[str, str]]) -> Programme:
    """Take out events that no longer can be, and those that need them, until all can."""
    found = programme
    for _ in range(len(programme.event) + 1):
        faults = {f for f in impossible(found, history(found)) if f not in before}
        if not faults:
            break
        events = {}
        for key, event in found.event.items():
            if (key, "") in faults:
                continue
            modules = tuple(m for m in event.modules if (key, m) not in faults)
            if modules != event.modules:
                if not modules:
                    continue
                event = event.model_copy(update={"modules": modules})
            events[key] = event
        found = _with(found, event=events)
    return found


def _without_absent_leaks(before: Programme, programme: Programme) -> Programme:
    """Take out what was observed at modules that by then are no longer there."""
    told, as_was = history(programme), history(before)
    leaks = {
        key: leak
        for key, leak in programme.leak.items()
        if leak.module is None
        or leak.module in told.modules_on(leak.station, leak.date)
        or leak.module not in as_was.modules_on(leak.station, leak.date)
    }
    return _with(programme, leak=leaks)


def _without_lost_flights(before: Programme, programme: Programme) -> Programme:
    """Take out flights to ports that are gone, and the crews that were to come on them.

    With a day of knowledge, planned flights find themselves other ports, and nothing is done.
    """
    if programme.as_known is not None:
        return programme
    told, as_was = history(programme), history(before)
    flights: dict[str, Flight] = {}
    for key, flight in programme.flight.items():
        kept = _to_ports_that_are_there(flight, told, as_was)
        if kept is not None:
            flights[key] = kept
    traffic: dict[str, Traffic] = {}
    for key, series in programme.traffic.items():
        traffic |= _series_to_ports(programme, key, series, told, as_was, traffic)
    changed = _with(programme, flight=flights, traffic=traffic)
    if flights.keys() == programme.flight.keys() and traffic == programme.traffic:
        return changed
    return without_lost_crews(before, changed)


def _there(told: History, station: str, port: str, day: date) -> bool:
    return port.partition("/")[0] in told.modules_on(station, day)


def _to_ports_that_are_there(flight: Flight, told: History, as_was: History) -> Flight | None:
    """Return a flight as far as its ports are there; None if it has none to come to."""
    for port, first, _ in port_stays(flight):
        if _there(told, flight.station, port, first) or not _there(
            as_was, flight.station, port, first
        ):
            continue
        if first == flight.docked:
            return None
        moves = {day: to for day, to in flight.moved_to.items() if day < first.isoformat()}
        return flight.model_copy(update={"moved_to": moves, "undocked": first})
    return flight


def _series_to_ports(
    programme: Programme,
    key: str,
    series: Traffic,
    told: History,
    as_was: History,
    taken: Mapping[str, Traffic],
) -> dict[str, Traffic]:
    """Return a series up to the first flight whose port is gone, and one for each that stays."""
    dockings = [
        (int(name.rpartition("-")[2]) - 1, flight.docked, flight.port)
        for name, flight, _ in expanded(programme, key, told)
    ]
    lost = [
        place
        for place, day, port in dockings
        if not _there(told, series.station, port, day) and _there(as_was, series.station, port, day)
    ]
    if not lost:
        return {key: series}
    found: dict[str, Traffic] = {}
    earlier = [day for place, day, _ in dockings if place < lost[0]]
    if earlier:
        found[key] = series.model_copy(update={"until": max(earlier)})
    ports = len(series.ports)
    for number, port in enumerate(series.ports):
        days = [
            day
            for place, day, _ in dockings
            if place > lost[0] and place % ports == number and place not in lost
        ]
        if days:
            update = {
                "since": days[0],
                "until": days[-1],
                "every_days": series.every_days * ports,
                "ports": (port,),
            }
            name = free_key((*programme.traffic, *taken, *found), key, port.partition("/")[0])
            found[name] = series.model_copy(update=update)
    return found


def without_lost_crews(before: Programme, programme: Programme) -> Programme:
    """Take out crews whose flight up no longer comes, and what was to happen to such flights.

    Crews who lose their flight home land as one without a day of landing does.
    """
    had = {**before.flight, **all_flights(before)}
    have = {**programme.flight, **all_flights(programme)}
    crews: dict[str, Crew] = {}
    for key, crew in programme.crew.items():
        up, down = (named_flight(name, had) for name in (crew.ship_up, crew.ship_down))
        if up is not None and named_flight(crew.ship_up, have) is None:
            continue
        if down is not None and named_flight(crew.ship_down, have) is None:
            update: dict[str, Any] = {"ship_down": "", "landed": None, "seat_on": {}}
            crew = crew.model_copy(update=update)
        crews[key] = crew
    shocks = {
        key: shock
        for key, shock in programme.shock.items()
        if shock.flight not in had or shock.flight in have
    }
    return _with(programme, crew=crews, shock=shocks)
