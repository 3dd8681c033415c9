"""What a partner cannot do by itself: all that is not its own, and what it is needed for."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

from stationkeeper.errors import InputError
from stationkeeper.programme.composition import all_crews, all_flights, named_flight
from stationkeeper.programme.document import Programme
from stationkeeper.programme.function_graph import (
    Days,
    functions_of,
    functions_there,
    module_days,
)
from stationkeeper.programme.functions import Provider
from stationkeeper.programme.partings import people_of, whole_crew
from stationkeeper.programme.problems import choices, nearest

AutarkyKind = Literal["function", "ground", "module", "equipment", "ship", "launcher", "site"]

_TITLES: dict[AutarkyKind, str] = {
    "function": "Functions that it does not provide with its own alone",
    "ground": "Grounds and relays of others",
    "module": "Modules of others",
    "equipment": "Equipment of others",
    "ship": "Ships of others",
    "launcher": "Launchers of others",
    "site": "Sites of others",
}


@dataclass(frozen=True)
class AutarkyRow:
    """Something that is not the partner's own."""

    station: str
    kind: AutarkyKind
    key: str
    title: str
    partners: tuple[str, ...]
    """Whose it is; a nation in capitals for a site; empty where the document does not say."""
    needed_for: tuple[str, ...]
    """What the partner needs it for."""

    def as_document(self) -> dict[str, Any]:
        """Return the row as plain data."""
        return asdict(self)


@dataclass
class _Found:
    """Rows being gathered, so that what is needed twice is told once."""

    station: str
    rows: dict[tuple[AutarkyKind, str], AutarkyRow] = field(default_factory=dict)

    def add(
        self, kind: AutarkyKind, key: str, title: str, partners: Iterable[str], *needed_for: str
    ) -> None:
        row = self.rows.get((kind, key))
        whose = tuple(dict.fromkeys((*(row.partners if row else ()), *partners)))
        what = tuple(dict.fromkeys((*(row.needed_for if row else ()), *needed_for)))
        self.rows[kind, key] = AutarkyRow(self.station, kind, key, title, whose, what)


def autarky(programme: Programme, partner: str, station: str | None = None) -> list[AutarkyRow]:
    """List every function, part, site, launcher, ship and ground that is not a partner's own.

    Own is what the partner both operates and owns; a function, on the days on which one way of
    providing it is its own through and through: command, modules, equipment, ships and the
    functions that this way needs. Of a function that others provide on some days of the span the
    ways of those days are told. A site is own if it lies on the ground of the
    partner's nation (of any nation of Europe for a European one).

    Left out: parts within modules and ships, suppliers, and work on the ground, of which the
    document knows nothing.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    partner : str
        Key of the partner.
    station : str, optional
        Key of one station; absent means all of which it is a partner, or all if it is of none.

    Returns
    -------
    list of AutarkyRow
        By station, then by kind in the order of `AutarkyKind`.

    Raises
    ------
    InputError
        If there is no such partner or station, or functions need one another in a circle.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> rows = autarky(read_programme("iss"), "roscosmos", "iss")
    >>> next(row.needed_for[0] for row in rows if (row.kind, row.key) == ("site", "baikonur"))
    'module zarya'
    """
    _known(partner, programme.partner, "partner")
    if station is not None:
        _known(station, programme.station, "station")
    runs = [key for key, s in programme.station.items() if partner in s.partners]
    found = []
    for key in [station] if station is not None else runs or list(programme.station):
        gathered = _Found(key)
        _functions(programme, partner, gathered)
        _holders(programme, partner, gathered)
        _ships(programme, partner, gathered)
        _launches(programme, partner, gathered)
        order = list(_TITLES)
        found += sorted(gathered.rows.values(), key=lambda row: order.index(row.kind))
    return found


def autarky_text(programme: Programme, partner: str, rows: Iterable[AutarkyRow]) -> str:
    """Return the rows for people to read."""
    title = programme.partner[partner].title
    lines: list[str] = []
    told: tuple[str, AutarkyKind] | None = None
    for row in rows:
        if told is None or told[0] != row.station:
            lines += ["", f"{programme.station[row.station].title}: what is not {title}'s own"]
        if told != (row.station, row.kind):
            lines += ["", f"  {_TITLES[row.kind]}"]
        told = (row.station, row.kind)
        whose = ", ".join(row.partners) or "whose is not told"
        lines.append(f"    {row.key} ({row.title}; {whose}): {', '.join(row.needed_for)}")
    return "\n".join(lines).strip() or f"Nothing here that is not {title}'s own."


def _known(key: str, table: Iterable[str], what: str) -> None:
    names = list(table)
    if key not in names:
        hint = nearest(key, names)
        raise InputError(
            f"--autarky: given {key!r}, expected a {what} of the programme: {choices(names)}"
            + (f"; {hint}" if hint else "")
        )


def _owners(programme: Programme, module: str) -> tuple[str, ...]:
    """Return who operates and who owns a module."""
    part = programme.module[module]
    return tuple(dict.fromkeys((part.partner, part.owner or part.partner)))


def _own_module(programme: Programme, partner: str, module: str) -> bool:
    return _owners(programme, module) == (partner,)


def _own_parts(programme: Programme, partner: str, way: Provider) -> bool:
    """Return whether command, modules, equipment and ships of a way are the partner's own."""
    modules = (*way.modules, *(programme.equipment[group].module for group in way.equipment))
    return (
        way.commanded_by == partner
        and all(_own_module(programme, partner, module) for module in modules)
        and all(programme.ship[ship].partner == partner for ship in way.ships)
    )


def _functions(programme: Programme, partner: str, found: _Found) -> None:
    there = module_days(programme).get(found.station, {})
    parts = [programme.module[key] for key in there]
    segments = {part.segment for part in parts if part.partner == partner}
    functions = functions_of(programme, found.station)
    provided, ways = functions_there(programme, found.station)
    own: dict[str, Days] = {}
    for key, days in provided.items():
        function = functions[key]
        used = _used(there, programme, function.segments, days)
        own[key] = days & ~used  # where nobody needs it, nobody else is needed for it
        for name, way in function.provider.items():
            if _own_parts(programme, partner, way):
                alone = ways[key, name].copy()
                for need in way.needs:
                    alone &= own.get(need, alone)
                own[key] |= alone
        lacking = days & ~own[key]
        consumed = not (segments and function.segments) or segments & set(function.segments)
        if not consumed or not lacking.any():
            continue
        whom = ", ".join(function.segments) or "all segments"
        end = "for work" if function.needed_by == "work" else f"needed by the {function.needed_by}"
        use = f"{whom}, {end}, on {int(lacking.sum()):,} of {int((days & used).sum()):,} days"
        helping = {n: w for n, w in function.provider.items() if (ways[key, n] & lacking).any()}
        commanders = dict.fromkeys(way.commanded_by for way in helping.values())
        found.add("function", key, function.title, commanders, use)
        for name, way in helping.items():
            _parts_of_way(programme, partner, f"{key} ({name})", way, found)


def _used(
    there: Mapping[str, Days], programme: Programme, segments: Collection[str], days: Days
) -> Days:
    """Return the days on which a module of the segments that consume a function is there."""
    if not segments:
        return np.ones_like(days)
    used = np.zeros_like(days)
    for key, present in there.items():
        if programme.module[key].segment in segments:
            used |= present
    return used


def _parts_of_way(
    programme: Programme, partner: str, use: str, way: Provider, found: _Found
) -> None:
    if way.commanded_by != partner:
        ground = programme.partner[way.commanded_by]
        found.add("ground", way.commanded_by, ground.title, [way.commanded_by], use)
    for module in way.modules:
        if not _own_module(programme, partner, module):
            title = programme.module[module].title
            found.add("module", module, title, _owners(programme, module), use)
    for group in way.equipment:
        what = programme.equipment[group]
        if not _own_module(programme, partner, what.module):
            found.add("equipment", group, what.title, _owners(programme, what.module), use)
    for ship in way.ships:
        if programme.ship[ship].partner != partner:
            found.add("ship", ship, programme.ship[ship].title, [programme.ship[ship].partner], use)


def _holders(programme: Programme, partner: str, found: _Found) -> None:
    """Modules of others to which those of the partner, or its ships, are docked."""
    held: list[tuple[str, str]] = []
    for event in programme.event.values():
        if event.port is None or (event.to_station or event.station) != found.station:
            continue
        if any(programme.module[module].partner == partner for module in event.modules):
            held += [(event.port, f"port of {event.modules[0]}")]
    for flight in all_flights(programme).values():
        if flight.station == found.station and programme.ship[flight.ship].partner == partner:
            held += [
                (port, f"port of {flight.ship}")
                for port in (flight.port, *flight.moved_to.values())
            ]
    for port, use in held:
        module = port.partition("/")[0]
        if module in programme.module and not _own_module(programme, partner, module):
            title = programme.module[module].title
            found.add("module", module, title, _owners(programme, module), use)


def _ships(programme: Programme, partner: str, found: _Found) -> None:
    """Ships of others that carry its people, or propellant and stores for the station."""
    flights = all_flights(programme)
    people = people_of(programme, partner)
    for key, crew in all_crews(programme).items():
        up = named_flight(crew.ship_up, flights)
        nations = sorted(people.intersection(crew.seats))
        if crew.station != found.station or up is None or not nations or whole_crew(key) != key:
            continue
        _ship(programme, partner, flights[up].ship, f"seats of {', '.join(nations)}", found)
    for flight in flights.values():
        if flight.station != found.station:
            continue
        ship = programme.ship[flight.ship]
        if flight.propellant_to_station_kg or ship.propellant_to_station_kg:
            _ship(programme, partner, flight.ship, "propellant", found)
        for name in type(ship.brings).model_fields:
            if getattr(ship.brings, name):
                _ship(programme, partner, flight.ship, name.removesuffix("_kg"), found)


def _ship(programme: Programme, partner: str, key: str, use: str, found: _Found) -> None:
    ship = programme.ship[key]
    if ship.partner != partner:
        found.add("ship", key, ship.title, [ship.partner], use)


def _launches(programme: Programme, partner: str, found: _Found) -> None:
    """Launchers and sites of others from which its modules and ships leave."""
    rides: dict[tuple[str | None, str | None, str], None] = {}
    for key in module_days(programme).get(found.station, {}):
        module = programme.module[key]
        if module.partner == partner:
            rides[module.launcher, module.site, f"module {key}"] = None
    for flight in all_flights(programme).values():
        ship = programme.ship[flight.ship]
        if flight.station == found.station and ship.partner == partner:
            launcher, site = flight.launcher or ship.launcher, flight.site or ship.site
            rides[launcher, site, f"ship {flight.ship}"] = None
    nations = people_of(programme, partner)
    for launcher_key, site_key, use in rides:
        if launcher_key is not None:
            rocket = programme.launcher[launcher_key]
            if rocket.partner != partner:
                whose = [rocket.partner] if rocket.partner else []
                found.add("launcher", launcher_key, rocket.title, whose, use)
        if site_key is not None:
            place = programme.site[site_key]
            if place.nation not in nations:
                found.add(
                    "site", site_key, place.title, [place.nation] if place.nation else [], use
                )
