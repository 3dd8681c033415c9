"""Who needs whom on paper: the order of the functions, and when each way of providing is there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import InputError
from stationkeeper.programme.composition import all_flights, station_intervals
from stationkeeper.programme.document import Programme
from stationkeeper.programme.fitting import port_stays
from stationkeeper.programme.functions import Function, Provider
from stationkeeper.programme.traffic import Flight
from stationkeeper.units import days_since_2000

Days = NDArray[np.bool_]

NodeKind = Literal[
    "function", "provider", "store", "partner", "module", "equipment", "ship", "segment"
]
EdgeKind = Literal[
    "provides", "needs", "commands", "part", "bridges", "fills", "spares", "consumes"
]


@dataclass(frozen=True)
class ProviderDays:
    """Days of the span, (days,) each, on which one way of providing a function is there."""

    modules: Days
    """All its modules are at the station."""
    command: Days
    """Somebody commands it: from ``since`` to ``until``."""
    ships: Days
    """One of its ships is docked, or it needs none."""

    @property
    def there(self) -> Days:
        """All of these."""
        return self.modules & self.command & self.ships


@dataclass(frozen=True)
class GraphNode:
    """A box of the drawing."""

    key: str
    """Its kind and key, as ``function/air``; a provider is ``provider/air/oga``."""
    kind: NodeKind
    title: str
    partner: str | None
    """Who operates or commands it; None where nobody in particular does."""


@dataclass(frozen=True)
class GraphEdge:
    """An arrow of the drawing, from what is needed to what needs it."""

    source: str
    target: str
    kind: EdgeKind


def functions_of(programme: Programme, station: str) -> dict[str, Function]:
    """Return the functions of a station by key, in the order of the document."""
    return {key: f for key, f in programme.function.items() if f.station == station}


def needs_of(function: Function) -> tuple[str, ...]:
    """Return the functions that any of the ways of providing a function needs, once each."""
    return tuple(dict.fromkeys(need for way in function.provider.values() for need in way.needs))


def cycles(programme: Programme) -> list[tuple[str, ...]]:
    """Return the circles in which functions need one another.

    Parameters
    ----------
    programme : Programme
        The document; needs that name no function are passed over.

    Returns
    -------
    list of tuple of str
        As keys of functions in the order of need; the last needs the first. Empty exactly if there
        is no circle; of functions tied together by several not every one need be told.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> cycles(read_programme("iss"))
    []
    """
    needs = {
        key: [need for need in needs_of(function) if need in programme.function]
        for key, function in programme.function.items()
    }
    done: set[str] = set()
    found: list[tuple[str, ...]] = []
    for start in needs:
        path: list[str] = []
        waiting = [(start, iter(needs[start]))] if start not in done else []
        path += [start] if waiting else []
        while waiting:
            key, left = waiting[-1]
            need = next(left, None)
            if need is None:
                waiting.pop()
                path.pop()
                done.add(key)
            elif need in path:
                found.append(tuple(path[path.index(need) :]))
            elif need not in done:
                path.append(need)
                waiting.append((need, iter(needs[need])))
    return found


def function_order(programme: Programme, station: str) -> tuple[str, ...]:
    """Return the functions of a station so that each comes after all that it may need.

    Parameters
    ----------
    programme : Programme
        The document.
    station : str
        Key of the station.

    Returns
    -------
    tuple of str
        Keys; where the needs leave it open, in the order of the document.

    Raises
    ------
    InputError
        If functions need one another in a circle.
    """
    own = functions_of(programme, station)
    for circle in cycles(programme):
        if circle[0] in own:
            raise InputError(
                f"function.{circle[0]}: given functions that need one another in a circle, "
                f"{' -> '.join((*circle, circle[0]))}; expected none; take one of the needs out"
            )
    order: list[str] = []
    waiting = list(own)
    while waiting:
        ready = next(
            key
            for key in waiting
            if all(need in order or need not in own for need in needs_of(own[key]))
        )
        order.append(ready)
        waiting.remove(ready)
    return tuple(order)


def module_days(programme: Programme) -> dict[str, dict[str, Days]]:
    """Return the days of the span on which each module is at each station.

    Returns
    -------
    dict of str to dict of str to ndarray of bool, (days,)
        By station, then by module; modules that are never there are left out.
    """
    begin, days = _span(programme)
    found: dict[str, dict[str, Days]] = {}
    for station, intervals in station_intervals(programme).items():
        there: dict[str, Days] = {}
        for interval in intervals:
            for module in interval.modules:
                mask = there.setdefault(module, np.zeros(days, dtype=np.bool_))
                mask[interval.first - begin : interval.last - begin] = True
        found[station] = there
    return found


def docked_days(
    programme: Programme,
    station: str,
    *,
    flights: Mapping[str, Flight] | None = None,
    modules: Mapping[str, Mapping[str, Days]] | None = None,
) -> dict[str, Days]:
    """Return the days of the span on which a ship of each class is docked at a station.

    A ship is where the module is at which it is docked; on the day of its undocking it is gone.

    Parameters
    ----------
    programme : Programme
        The document.
    station : str
        Key of the station.
    flights : mapping of str to Flight, optional
        From `all_flights`, if known.
    modules : mapping, optional
        From `module_days`, if known.

    Returns
    -------
    dict of str to ndarray of bool, (days,)
        By class of ship; classes that never dock are left out.
    """
    begin, days = _span(programme)
    flights = all_flights(programme) if flights is None else flights
    there = (module_days(programme) if modules is None else modules).get(station, {})
    found: dict[str, Days] = {}
    for flight in flights.values():
        for port, first, last in port_stays(flight):
            holder = there.get(port.partition("/")[0])
            inside = slice(_place(first, begin, days), _place(last, begin, days))
            if holder is not None and holder[inside].any():
                mask = found.setdefault(flight.ship, np.zeros(days, dtype=np.bool_))
                mask[inside] |= holder[inside]
    return found


def provider_days(
    programme: Programme, station: str, *, flights: Mapping[str, Flight] | None = None
) -> dict[tuple[str, str], ProviderDays]:
    """Return when each way of providing each function of a station is there, on paper.

    Whether its equipment works, its propellant lasts and the functions it needs are there is for
    the run to say; for the needs see `functions_there`.

    Parameters
    ----------
    programme : Programme
        The document, withdrawals applied if they are to count.
    station : str
        Key of the station.
    flights : mapping of str to Flight, optional
        From `all_flights`, if known.

    Returns
    -------
    dict of (str, str) to ProviderDays
        By function and provider, place 0 being the first day of the span.
    """
    begin, days = _span(programme)
    modules = module_days(programme)
    docked = docked_days(programme, station, flights=flights, modules=modules)
    there = modules.get(station, {})
    never = np.zeros(days, dtype=np.bool_)
    exists = np.logical_or.reduce(list(there.values())) if there else never
    found = {}
    for key, function in functions_of(programme, station).items():
        for name, way in function.provider.items():
            aboard = exists.copy()
            for module in _modules_of(programme, way):
                aboard &= there.get(module, never)
            command = np.zeros(days, dtype=np.bool_)
            last = days if way.until is None else _place(way.until, begin, days, after=1)
            command[0 if way.since is None else _place(way.since, begin, days) : last] = True
            ships = np.full(days, not way.ships)
            for ship in way.ships:
                ships |= docked.get(ship, never)
            found[key, name] = ProviderDays(aboard, command, ships)
    return found


def functions_there(
    programme: Programme,
    station: str,
    there: Mapping[tuple[str, str], ProviderDays] | None = None,
) -> tuple[dict[str, Days], dict[tuple[str, str], Days]]:
    """Return the days on which each function is there if all that is there works.

    Parameters
    ----------
    programme : Programme
        The document.
    station : str
        Key of the station.
    there : mapping, optional
        From `provider_days`, if known.

    Returns
    -------
    functions : dict of str to ndarray of bool, (days,)
        A function is there while any of its ways is, or while no module of the segments that
        consume it is at the station.
    ways : dict of (str, str) to ndarray of bool, (days,)
        A way is there while its modules, command and ships are, and all functions that it needs.
    """
    days = _span(programme)[1]
    found = provider_days(programme, station) if there is None else there
    own = functions_of(programme, station)
    modules = module_days(programme)
    functions: dict[str, Days] = {}
    ways: dict[tuple[str, str], Days] = {}
    for key in function_order(programme, station):
        functions[key] = np.full(days, bool(own[key].segments))
        for name, present in modules.get(station, {}).items():
            if programme.module[name].segment in own[key].segments:
                functions[key] &= ~present
        for name, way in own[key].provider.items():
            up = found[key, name].there
            for need in way.needs:
                up = up & functions.get(need, np.zeros(days, dtype=np.bool_))
            ways[key, name] = up
            functions[key] |= up
    return functions, ways


def graph_edges(programme: Programme, station: str) -> tuple[list[GraphNode], list[GraphEdge]]:
    """Return the functions of a station, who provides them and what they live on, for a drawing.

    Parameters
    ----------
    programme : Programme
        The document.
    station : str
        Key of the station.

    Returns
    -------
    nodes : list of GraphNode
        Functions, providers, stores, partners that command, modules, groups of equipment, ships and
        segments that have a part in it.
    edges : list of GraphEdge
        From what is needed to what needs it; both ends are among the nodes.
    """
    nodes: dict[str, GraphNode] = {}
    edges: dict[GraphEdge, None] = {}

    def node(kind: NodeKind, key: str, title: str, partner: str | None = None) -> str:
        name = f"{kind}/{key}"
        nodes.setdefault(name, GraphNode(name, kind, title, partner))
        return name

    def edge(source: str, target: str, kind: EdgeKind) -> None:
        edges[GraphEdge(source, target, kind)] = None

    def store_node(key: str) -> str:
        return node("store", key, programme.store[key].title)

    own = functions_of(programme, station)
    for key, function in own.items():
        node("function", key, function.title)
    for key, function in own.items():
        here = f"function/{key}"
        for name, way in function.provider.items():
            there = node("provider", f"{key}/{name}", name, way.commanded_by)
            edge(there, here, "provides")
            title = programme.partner[way.commanded_by].title
            edge(node("partner", way.commanded_by, title, way.commanded_by), there, "commands")
            for need in way.needs:
                if need in own:
                    edge(f"function/{need}", there, "needs")
            for module in way.modules:
                part = programme.module[module]
                edge(node("module", module, part.title, part.partner), there, "part")
            for group in way.equipment:
                what = programme.equipment[group]
                operator = programme.module[what.module].partner
                edge(node("equipment", group, what.title, operator), there, "part")
            for ship in way.ships:
                visitor = programme.ship[ship]
                edge(node("ship", ship, visitor.title, visitor.partner), there, "part")
        for store in function.bridge:
            edge(store_node(store), here, "bridges")
        for segment in function.segments:
            edge(here, node("segment", segment, segment), "consumes")
    for key, kept in programme.store.items():
        if kept.station != station:
            continue
        for spared in kept.spared_by:
            if spared in own:
                edge(f"function/{spared}", store_node(key), "spares")
        if kept.filled_by in own:
            edge(f"function/{kept.filled_by}", store_node(key), "fills")
    return list(nodes.values()), list(edges)


def _modules_of(programme: Programme, way: Provider) -> Iterable[str]:
    """Return the modules without which a way cannot be: its own, and those of its equipment."""
    return dict.fromkeys(
        (*way.modules, *(programme.equipment[group].module for group in way.equipment))
    )


def _span(programme: Programme) -> tuple[int, int]:
    """Return the first day since 2000-01-01 and the number of days."""
    first = days_since_2000(programme.span.first)
    return first, days_since_2000(programme.span.last) + 1 - first


def _place(day: date, begin: int, days: int, after: int = 0) -> int:
    """Return the place of a day in the span, held within it."""
    return min(max(days_since_2000(day) + after - begin, 0), days)
