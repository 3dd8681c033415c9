"""Ports: aboard on the day, fitting the ship, and taken by one visitor at a time."""

from collections.abc import Iterator, Mapping
from datetime import date

from stationkeeper.programme.check_references import Fault
from stationkeeper.programme.document import Programme
from stationkeeper.programme.fitting import port_stays
from stationkeeper.programme.history import History, Occupied
from stationkeeper.programme.problems import KeyPath
from stationkeeper.programme.traffic import Flight


def origin_of(key: str, programme: Programme, last: str) -> KeyPath:
    """Return the key path of a flight: its own, or that of the series it belongs to.

    ``visits-003`` of the series ``visits`` leads to ``traffic.visits``.
    """
    if key in programme.flight:
        return ("flight", key, last)
    return ("traffic", key.rpartition("-")[0], {"port": "ports", "docked": "since"}.get(last, last))


def port_faults(
    programme: Programme, told: History, flights: Mapping[str, Flight]
) -> Iterator[Fault]:
    """Yield ports that are not there, that do not fit, or that are taken twice.

    Faults of a regular series are told once, at its first flight that has them.
    """
    yield from _module_ports(programme, told)
    yield from _broken(told)
    seen: set[tuple[KeyPath, str]] = set()
    for key, flight in flights.items():
        for port, first, last in port_stays(flight):
            for fault in _visit(programme, told, key, flight, port, first, last):
                if (fault.path, port) not in seen:
                    seen.add((fault.path, port))
                    yield fault
    yield from _overlaps(programme, told, flights)


def _module_ports(programme: Programme, told: History) -> Iterator[Fault]:
    for key, event in programme.event.items():
        if event.port is None:
            continue
        holder = event.port.partition("/")[0]
        station = event.to_station or event.station
        path = ("event", key, "port")
        if holder in event.modules:
            yield Fault(path, f"{event.port!r}, a port of itself", "a port of another module")
        elif holder not in told.modules_on(station, event.date):
            yield Fault(
                path,
                f"{event.port!r}, whose module is not part of {station} on {event.date}",
                f"a port of a module aboard: {_aboard(told, station, event.date)}",
                follows=True,
            )


def _broken(told: History) -> Iterator[Fault]:
    for event, station, pieces in told.broken:
        given = " | ".join(", ".join(modules[:6]) for modules in pieces)
        yield Fault(
            ("event", event, "modules"),
            f"{station} is left in {len(pieces)} pieces that no port joins: {given}",
            "modules that stay connected",
            "let the modules docked to one another go together, or relocate them before",
            warning=True,
            follows=True,
        )


def _aboard(told: History, station: str, day: date) -> str:
    modules = told.modules_on(station, day)
    if not modules:
        return f"none, {station} has no module on that day"
    return ", ".join(modules[:12]) + (f" and {len(modules) - 12} more" if len(modules) > 12 else "")


def _visit(
    programme: Programme,
    told: History,
    key: str,
    flight: Flight,
    port: str,
    first: date,
    last: date,
) -> Iterator[Fault]:
    path = origin_of(key, programme, "port")
    holder, _, name = port.partition("/")
    ship = programme.ship[flight.ship]
    mechanism = programme.module[holder].ports[name].mechanism
    if mechanism not in ship.mechanisms:
        yield Fault(
            path,
            f"{port!r} with mechanism {mechanism!r}",
            f"a port that {flight.ship} fits: {', '.join(ship.mechanisms) or 'it fits none'}",
            also=(("ship", flight.ship), ("module", holder)),
        )
    if holder not in told.modules_on(flight.station, first):
        yield Fault(
            path,
            f"{port!r}, whose module is not part of {flight.station} on {first}",
            f"a port of a module aboard: {_aboard(told, flight.station, first)}",
            follows=True,
        )
        return
    for since, modules, _ in told.states.get(flight.station, []):
        if first < since < last and holder not in modules:
            yield Fault(
                path,
                f"{port!r}, whose module leaves {flight.station} on {since}",
                f"a module that stays until {last}",
                "undock before, or use another port",
                warning=True,
            )
            return


def _overlaps(
    programme: Programme, told: History, flights: Mapping[str, Flight]
) -> Iterator[Fault]:
    taken = list(told.occupied)
    for key, flight in flights.items():
        for port, first, last in port_stays(flight):
            taken.append(Occupied(port, first, last, ".".join(("flight", key))))
    by_port: dict[str, list[Occupied]] = {}
    for stay in taken:
        by_port.setdefault(stay.port, []).append(stay)
    found: dict[frozenset[KeyPath], list[tuple[Occupied, Occupied]]] = {}
    for visits in by_port.values():
        visits.sort(key=lambda stay: (stay.first, stay.last))
        longest = visits[0]
        for stay in visits[1:]:
            if stay.first < longest.last and stay.by != longest.by:
                pair = frozenset((_path_of(stay, programme), _path_of(longest, programme)))
                found.setdefault(pair, []).append((longest, stay))
            if stay.last > longest.last:
                longest = stay
    for pairs in found.values():
        before, stay = pairs[0]
        until = "for good" if before.last == date.max else f"until {before.last}"
        more = f" ({len(pairs)} times in all)" if len(pairs) > 1 else ""
        yield Fault(
            _path_of(stay, programme),
            f"{stay.port!r} from {stay.first}, taken by {before.by} {until}{more}",
            "a port that is free",
            "change the port or the days",
        )


def _path_of(stay: Occupied, programme: Programme) -> KeyPath:
    collection, _, key = stay.by.partition(".")
    if collection == "flight":
        return origin_of(key, programme, "port")
    return (collection, key, "port")
