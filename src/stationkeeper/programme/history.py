"""What the events make of the stations: every state of each, every port taken, every move."""

from dataclasses import dataclass, field
from datetime import date

from stationkeeper.programme.document import Programme
from stationkeeper.programme.stations import Orbit
from stationkeeper.programme.traffic import Event

# On one day, what leaves goes before what comes.
_ORDER = {
    "leave": 0,
    "undock": 1,
    "remove": 2,
    "separate": 3,
    "transfer": 4,
    "relocate": 5,
    "dock": 6,
    "isolate": 7,
    "reopen": 8,
    "permit": 9,
}


_PARTING = frozenset({"undock", "remove", "separate", "transfer"})
"""Events that can leave a station in pieces."""


@dataclass(frozen=True)
class Occupied:
    """A port and what is at it, from one day to the day it leaves."""

    port: str
    first: date
    last: date
    by: str
    """Key path of what docked: ``event.unity-docks`` or ``flight.progress-ms-14``."""


@dataclass(frozen=True)
class EventFault:
    """An event that cannot happen."""

    event: str
    key: str
    given: str
    expected: str
    fix: str = ""
    module: str = ""


@dataclass
class History:
    """All states of all stations, from the first event to the last."""

    states: dict[str, list[tuple[date, tuple[str, ...], tuple[str, ...]]]] = field(
        default_factory=dict
    )
    """By station: day from which it holds, modules, isolated modules."""
    born_from: dict[str, tuple[date, str, Orbit | None]] = field(default_factory=dict)
    occupied: list[Occupied] = field(default_factory=list)
    moves: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Event, module, station left, station joined."""
    faults: list[EventFault] = field(default_factory=list)
    broken: list[tuple[str, str, list[tuple[str, ...]]]] = field(default_factory=list)
    """Event, station and the pieces that nothing holds together any more."""

    def modules_on(self, station: str, day: date) -> tuple[str, ...]:
        """Return the modules of a station at the end of a day."""
        found: tuple[str, ...] = ()
        for since, modules, _ in self.states.get(station, []):
            if since > day:
                break
            found = modules
        return found

    def exists_from(self, station: str) -> date | None:
        """Return the first day on which a station has modules."""
        return next((day for day, modules, _ in self.states.get(station, []) if modules), None)

    def ends_on(self, station: str) -> date | None:
        """Return the day on which a station loses its last module."""
        states = self.states.get(station, [])
        return states[-1][0] if states and not states[-1][1] else None


def ordered_events(programme: Programme) -> list[tuple[str, Event]]:
    """Return the events by day; on one day, departures before arrivals."""
    return sorted(
        programme.event.items(), key=lambda item: (item[1].date, _ORDER[item[1].kind])
    )  # stable: the order of the file decides the rest


@dataclass
class _World:
    """What is where while the events are gone through."""

    modules: dict[str, dict[str, None]] = field(default_factory=dict)
    isolated: set[str] = field(default_factory=set)
    home: dict[str, str] = field(default_factory=dict)
    last_home: dict[str, str] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    at_port: dict[str, tuple[str, date, str]] = field(default_factory=dict)
    came_with: dict[str, str] = field(default_factory=dict)
    """By module: the first module of the event with which it came, as one piece."""
    somewhere: set[str] = field(default_factory=set)
    """Modules that joined a station at a place that is not told."""


def history(programme: Programme) -> History:
    """Go through all events and return every state of every station, and what cannot happen.

    Parameters
    ----------
    programme : Programme
        Its references must hold; its events need not make sense.

    Returns
    -------
    History
        States, ports occupied by modules, moves between stations, faults.
    """
    world, told = _World(), History()
    parted: dict[str, str] = {}
    day = date.min
    for key, event in ordered_events(programme):
        if event.date > day:
            _note_pieces(parted, world, told)
            day = event.date
        touched = _happen(programme, key, event, world, told)
        for station in touched:
            aboard = tuple(world.modules.get(station, {}))
            shut = tuple(name for name in aboard if name in world.isolated)
            states = told.states.setdefault(station, [])
            if states and states[-1][0] == event.date:
                states.pop()
            states.append((event.date, aboard, shut))
        if event.kind in _PARTING:
            parted.update(dict.fromkeys(touched, key))
    _note_pieces(parted, world, told)
    for module in list(world.at_port):
        _leave_port(module, date.max, world, told)
    return told


def _note_pieces(parted: dict[str, str], world: _World, told: History) -> None:
    """At the end of a day, note the stations that what left has put in pieces."""
    for station, key in parted.items():
        pieces = _pieces(tuple(world.modules.get(station, {})), world)
        if len(pieces) > 1:
            told.broken.append((key, station, pieces))
    parted.clear()


def _happen(
    programme: Programme, key: str, event: Event, world: _World, told: History
) -> tuple[str, ...]:
    """Let one event happen; return the stations it changed."""
    kind, station = event.kind, event.station
    if kind in ("leave", "permit"):
        return ()
    for module in event.modules:
        fault = _fault(programme, event, module, world)
        if fault is not None:
            expected, given, fix = fault
            told.faults.append(EventFault(key, "modules", given, expected, fix, module))
            continue
        if kind == "dock":
            if (left := world.last_home.get(module)) and left != station:
                told.moves.append((key, module, left, station))
            _join(module, station, event, key, world)
        elif kind in ("undock", "remove"):
            _leave(module, event.date, world, told)
            if kind == "remove":
                world.removed.add(module)
        elif kind == "relocate":
            _leave_port(module, event.date, world, told)
            if event.port:
                world.at_port[module] = (event.port, event.date, key)
        elif kind == "isolate":
            world.isolated.add(module)
        elif kind == "reopen":
            world.isolated.discard(module)
    if kind in ("separate", "transfer") and event.to_station:
        _move(key, event, event.to_station, world, told)
        return (station, event.to_station)
    return (station,)


def _fault(
    programme: Programme, event: Event, module: str, world: _World
) -> tuple[str, str, str] | None:
    """Return what was expected, what is given and the fix, if this cannot happen."""
    home = world.home.get(module)
    if event.kind != "dock":
        if home == event.station:
            return None
        if home is not None:
            return f"a module of {event.station}", f"{module}, which is part of {home}", ""
        if module in world.removed:
            return "a module that is there", f"{module}, which was removed before", ""
        verb = {"remove": "removed", "undock": "undocked"}.get(event.kind, "named")
        return (
            f"a module aboard {event.station} on {event.date}",
            f"{module}, which is {verb} before it is docked",
            f"add an event of kind 'dock' for {module}, or correct the date",
        )
    if home is not None:
        fix = "undock it first, or use 'relocate' or 'transfer'"
        return "a module in free flight", f"{module}, which is part of {home}", fix
    if module in world.removed:
        return "a module that is there", f"{module}, which was removed before", ""
    launched = programme.module[module].launched
    if launched is not None and launched > event.date:
        return (
            f"a day from {launched} on, when {module} is launched",
            f"{event.date}",
            "correct the date of the event or of the launch",
        )
    return None


def _join(module: str, station: str, event: Event, key: str, world: _World) -> None:
    if event.kind == "dock" and module != event.modules[0]:
        world.came_with[module] = event.modules[0]
    elif not event.port and world.modules.get(station) and event.kind != "separate":
        world.somewhere.add(module)
    world.modules.setdefault(station, {})[module] = None
    world.home[module] = station
    world.last_home[module] = station
    # Several modules of one event come as one piece, and only the first touches the port.
    if event.port and module == event.modules[0]:
        world.at_port[module] = (event.port, event.date, key)


def _leave(module: str, day: date, world: _World, told: History) -> None:
    station = world.home.pop(module)
    del world.modules[station][module]
    _leave_port(module, day, world, told)
    _free_ports_of({module}, set(world.modules[station]), day, world, told)
    world.somewhere.discard(module)
    for other, first in list(world.came_with.items()):
        if module in (other, first):  # how the rest of the piece holds together is not told
            del world.came_with[other]
            world.somewhere.update({other, first} - {module})


def _leave_port(module: str, day: date, world: _World, told: History) -> None:
    if module in world.at_port:
        port, since, by = world.at_port.pop(module)
        told.occupied.append(Occupied(port, since, day, f"event.{by}"))


def _free_ports_of(
    leaving: set[str], staying: set[str], day: date, world: _World, told: History
) -> None:
    """What parts from one another no longer occupies the port between them."""
    for module, (port, _, _) in list(world.at_port.items()):
        holder = port.partition("/")[0]
        if (module in staying and holder in leaving) or (module in leaving and holder in staying):
            _leave_port(module, day, world, told)


def _pieces(aboard: tuple[str, ...], world: _World) -> list[tuple[str, ...]]:
    """Return the pieces of a station, joined by ports; those of unknown place are left out."""
    piece = {module: module for module in aboard}

    def root(module: str) -> str:
        while piece[module] != module:
            piece[module] = piece[piece[module]]
            module = piece[module]
        return module

    for module in aboard:
        port = world.at_port[module][0].partition("/")[0] if module in world.at_port else module
        for other in (port, world.came_with.get(module, module)):
            if other in piece:
                piece[root(module)] = root(other)
    loose = {root(module) for module in aboard if module in world.somewhere}
    found: dict[str, list[str]] = {}
    for module in aboard:
        if root(module) not in loose:
            found.setdefault(root(module), []).append(module)
    return [tuple(modules) for modules in found.values()]


def _move(key: str, event: Event, target: str, world: _World, told: History) -> None:
    moved = [name for name in event.modules if world.home.get(name) == event.station]
    if not moved:
        return
    staying = set(world.modules[event.station]) - set(moved)
    _free_ports_of(set(moved), staying, event.date, world, told)
    if not world.modules.get(target) and target not in told.born_from:
        told.born_from[target] = (event.date, event.station, event.orbit)
    for module in moved:
        del world.modules[event.station][module]
        told.moves.append((key, module, event.station, target))
        _join(module, target, event, key, world)
