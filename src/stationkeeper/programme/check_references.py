"""Keys that name other keys: each must name something that is there."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from stationkeeper.programme.document import Programme
from stationkeeper.programme.files import names_in
from stationkeeper.programme.problems import KeyPath, choices, nearest

RELATIONS = ("reaffirms", "replaces", "denies", "refers")
"""Keys of a statement that name other statements."""


class Reference(NamedTuple):
    """A key and what it names."""

    path: KeyPath
    collection: str
    name: str


class Fault(NamedTuple):
    """A fault found in a programme, not yet tied to a file and line."""

    path: KeyPath
    given: str
    expected: str
    fix: str = ""
    warning: bool = False
    follows: bool = False
    """It may follow from something that is missing, and is not told beside that."""
    also: tuple[KeyPath, ...] = ()
    """Other entries that it rests on; it is not told beside a fault of theirs."""


def references(programme: Programme) -> Iterator[Reference]:
    """Yield every key that names a partner, site, launcher, ship, module, station or table."""
    for key, site in programme.station.items():
        at: KeyPath = ("station", key)
        yield from _each((*at, "partners"), "partner", site.partners)
        for name, rule in site.reboost.items():
            yield from _each((*at, "reboost", name, "for_ships"), "ship", rule.for_ships)
            yield from _each((*at, "reboost", name, "burned_by"), "ship or module", rule.burned_by)
            yield from _one((*at, "reboost", name, "table"), "table", rule.table)
        if site.end is not None:
            yield from _one((*at, "end", "ship"), "ship", site.end.ship)
        for name, end in site.earlier_ends.items():
            yield from _one((*at, "earlier_ends", name, "ship"), "ship", end.ship)
    for key, module in programme.module.items():
        at = ("module", key)
        yield from _one((*at, "partner"), "partner", module.partner)
        yield from _one((*at, "owner"), "partner", module.owner)
        yield from _one((*at, "launcher"), "launcher", module.launcher)
        yield from _one((*at, "site"), "site", module.site)
    for key, ship in programme.ship.items():
        at = ("ship", key)
        yield from _one((*at, "partner"), "partner", ship.partner)
        yield from _one((*at, "launcher"), "launcher", ship.launcher)
        yield from _one((*at, "site"), "site", ship.site)
    for key, launcher in programme.launcher.items():
        yield from _one(("launcher", key, "partner"), "partner", launcher.partner)
        for name, payload in launcher.payloads.items():
            yield from _one(("launcher", key, "payloads", name, "site"), "site", payload.site)
    for key, event in programme.event.items():
        at = ("event", key)
        yield from _one((*at, "station"), "station", event.station)
        yield from _each((*at, "modules"), "module", event.modules)
        yield from _one((*at, "to_station"), "station", event.to_station)
        yield from _one((*at, "partner"), "partner", event.partner)
        yield from _port((*at, "port"), event.port)
    for key, flight in programme.flight.items():
        at = ("flight", key)
        yield from _one((*at, "ship"), "ship", flight.ship)
        yield from _one((*at, "station"), "station", flight.station)
        yield from _one((*at, "launcher"), "launcher", flight.launcher)
        yield from _one((*at, "site"), "site", flight.site)
        yield from _port((*at, "port"), flight.port)
        for day, port in flight.moved_to.items():
            yield from _port((*at, "moved_to", day), port)
    for key, series in programme.traffic.items():
        at = ("traffic", key)
        yield from _one((*at, "ship"), "ship", series.ship)
        yield from _one((*at, "station"), "station", series.station)
        yield from _one((*at, "launcher"), "launcher", series.launcher)
        yield from _one((*at, "site"), "site", series.site)
        for port in series.ports:
            yield from _port((*at, "ports"), port)
        for name, before in series.earlier.items():
            here: KeyPath = (*at, "earlier", name)
            yield from _one((*here, "ship"), "ship", before.ship)
            for port in before.ports or ():
                yield from _port((*here, "ports"), port)
    for key, crew in programme.crew.items():
        yield from _one(("crew", key, "station"), "station", crew.station)

    for key, rotation in programme.rotation.items():
        at = ("rotation", key)
        yield from _one((*at, "ship"), "ship", rotation.ship)
        yield from _one((*at, "station"), "station", rotation.station)
        for port in rotation.ports:
            yield from _port((*at, "ports"), port)
    for key, agreement in programme.agreement.items():
        yield from _one(("agreement", key, "station"), "station", agreement.station)
        for ship_key in agreement.seats_on:
            yield from _one(("agreement", key, "seats_on", ship_key), "ship", ship_key)
    for key, shock in programme.shock.items():
        at = ("shock", key)
        yield from _one((*at, "station"), "station", shock.station)
        yield from _each((*at, "ships"), "ship", shock.ships)
        yield from _one((*at, "site"), "site", shock.site)
        yield from _each((*at, "launchers"), "launcher", shock.launchers)
        yield from _each((*at, "modules"), "module", shock.modules)
        yield from _each((*at, "agreements"), "agreement", shock.agreements)
        yield from _each((*at, "partners"), "partner", shock.partners)
    for key, work in programme.work.items():
        yield from _one(("work", key, "station"), "station", work.station)
    yield from _upkeep_references(programme)
    yield from _record_references(programme)
    yield from _deciding_references(programme)
    yield from _service_references(programme)
    yield from _plant_references(programme)


def _plant_references(programme: Programme) -> Iterator[Reference]:
    for key, plant in programme.plant.items():
        at: KeyPath = ("plant", key)
        yield from _one(at, "station", key)
        yield from _each((*at, "data", "networks"), "place or network", plant.data.networks)
        for name, machine in plant.air.machine.items():
            yield from _one((*at, "air", "machine", name, "module"), "module", machine.module)
        for name, hatch in plant.air.hatch.items():
            yield from _each((*at, "air", "hatch", name, "between"), "module", hatch.between)
        for name, load in plant.load.items():
            yield from _one((*at, "load", name, "module"), "module", load.module)
        for name, visit in plant.visit.items():
            yield from _one((*at, "visit", name, "ship"), "ship", visit.ship)
            yield from _one((*at, "visit", name, "module"), "module", visit.module)


def _record_references(programme: Programme) -> Iterator[Reference]:
    for key, one in programme.statement.items():
        at: KeyPath = ("statement", key)
        yield from _one((*at, "partner"), "partner", one.partner)
        yield from _each((*at, "stations"), "station", one.stations)
        for name in RELATIONS:
            yield from _each((*at, name), "statement", getattr(one, name))
    for key, treaty in programme.treaty.items():
        at = ("treaty", key)
        yield from _each((*at, "parties"), "partner", treaty.parties)
        yield from _each((*at, "stations"), "station", treaty.stations)
        yield from _one((*at, "depositary"), "partner", treaty.depositary)
    for key, notice in programme.notice.items():
        at = ("notice", key)
        yield from _one((*at, "treaty"), "treaty", notice.treaty)
        yield from _one((*at, "partner"), "partner", notice.partner)
        yield from _one((*at, "statement"), "statement", notice.statement)
    for key, commitment in programme.commitment.items():
        at = ("commitment", key)
        yield from _one((*at, "partner"), "partner", commitment.partner)
        yield from _one((*at, "station"), "station", commitment.station)
        yield from _each((*at, "replaces"), "commitment", commitment.replaces)
        yield from _one((*at, "statement"), "statement", commitment.statement)
    for key, owed in programme.obligation.items():
        at = ("obligation", key)
        yield from _each((*at, "owed_by"), "partner", owed.owed_by)
        yield from _each((*at, "owed_to"), "partner", owed.owed_to)
        yield from _one((*at, "treaty"), "treaty", owed.treaty)
    for key, change in programme.cooperation.items():
        at = ("cooperation", key)
        yield from _each((*at, "partners"), "partner", change.partners)
        yield from _one((*at, "statement"), "statement", change.statement)


def _deciding_references(programme: Programme) -> Iterator[Reference]:
    for key, policy in programme.policy.items():
        at: KeyPath = ("policy", key)
        yield from _one((*at, "station"), "station", policy.station)
        yield from _one((*at, "partner"), "partner", policy.partner)
        yield from _one((*at, "own_station"), "station", policy.own_station)
    for key, strike in programme.random.items():
        at = ("random", key)
        yield from _each((*at, "ships"), "ship", strike.ships)
        yield from _each((*at, "launchers"), "launcher", strike.launchers)
        yield from _one((*at, "site"), "site", strike.site)
        yield from _each((*at, "modules"), "module", strike.modules)
        yield from _each((*at, "partners"), "partner", strike.partners)
    yield from _each(("slips", "modules"), "module", programme.slips.modules)


def _service_references(programme: Programme) -> Iterator[Reference]:
    for key, place in programme.ground.items():
        yield from _one(("ground", key, "partner"), "partner", place.partner)
    for key, many in programme.constellation.items():
        yield from _one(("constellation", key, "partner"), "partner", many.partner)
    for key, payload in programme.payload.items():
        at: KeyPath = ("payload", key)
        yield from _one((*at, "station"), "station", payload.station)
        yield from _one((*at, "constellation"), "constellation", payload.constellation)
        yield from _one((*at, "module"), "module", payload.module)
        yield from _one((*at, "partner"), "partner", payload.partner)
        if payload.recorder is not None:
            relays = payload.recorder.relays
            yield from _each((*at, "recorder", "relays"), "constellation", relays)
        if payload.occultation is not None:
            received = payload.occultation.constellations
            yield from _each((*at, "occultation", "constellations"), "constellation", received)
    for key, service in programme.service.items():
        at = ("service", key)
        yield from _each((*at, "payloads"), "payload", service.payloads)
        yield from _each((*at, "without"), "constellation or payload", service.without)
        yield from _each((*at, "ground"), "place or network", service.ground)
        yield from _each((*at, "relays"), "constellation", service.relays)
    for key, contract in programme.contract.items():
        yield from _one(("contract", key, "service"), "service", contract.service)
        yield from _one(("contract", key, "site"), "ground", contract.site)


def _upkeep_references(programme: Programme) -> Iterator[Reference]:
    for key, group in programme.equipment.items():
        yield from _one(("equipment", key, "module"), "module", group.module)
    for key, function in programme.function.items():
        at: KeyPath = ("function", key)
        yield from _one((*at, "station"), "station", function.station)
        yield from _each((*at, "bridge"), "store", function.bridge)
        for name, provider in function.provider.items():
            here: KeyPath = (*at, "provider", name)
            yield from _one((*here, "commanded_by"), "partner", provider.commanded_by)
            yield from _each((*here, "modules"), "module", provider.modules)
            yield from _each((*here, "equipment"), "equipment", provider.equipment)
            yield from _each((*here, "needs"), "function", provider.needs)
            yield from _each((*here, "ships"), "ship", provider.ships)
    for key, store in programme.store.items():
        at = ("store", key)
        yield from _one((*at, "station"), "station", store.station)
        for name in store.spared_by:
            yield from _one((*at, "spared_by", name), "function", name)
        yield from _one((*at, "filled_by"), "function", store.filled_by)
    for key, leak in programme.leak.items():
        yield from _one(("leak", key, "station"), "station", leak.station)
        yield from _one(("leak", key, "module"), "module", leak.module)
    for key, approach in programme.conjunction.items():
        yield from _one(("conjunction", key, "station"), "station", approach.station)
    for key, parting in programme.withdraw.items():
        yield from _one(("withdraw", key), "partner", key)
        yield from _one(("withdraw", key, "to"), "partner", parting.to)


def _one(path: KeyPath, collection: str, name: str | None) -> Iterator[Reference]:
    if name is not None:
        yield Reference(path, collection, name)


def _each(path: KeyPath, collection: str, names: Iterable[str]) -> Iterator[Reference]:
    for name in names:
        yield Reference(path, collection, name)


def _port(path: KeyPath, port: str | None) -> Iterator[Reference]:
    if port is not None:
        yield Reference(path, "port", port)


def broken_references(programme: Programme) -> Iterator[tuple[Reference, Fault]]:
    """Yield the references that name nothing, with the fault in words."""
    known: dict[str, Callable[[], set[str]]] = {
        "partner": lambda: set(programme.partner),
        "site": lambda: set(programme.site),
        "launcher": lambda: set(programme.launcher),
        "ship": lambda: set(programme.ship),
        "module": lambda: set(programme.module),
        "station": lambda: set(programme.station),
        "ship or module": lambda: set(programme.ship) | set(programme.module),
        "table": lambda: set(names_in("tables", ".csv")),
        "equipment": lambda: set(programme.equipment),
        "function": lambda: set(programme.function),
        "store": lambda: set(programme.store),
        "agreement": lambda: set(programme.agreement),
        "statement": lambda: set(programme.statement),
        "treaty": lambda: set(programme.treaty),
        "commitment": lambda: set(programme.commitment),
        "constellation": lambda: set(programme.constellation),
        "payload": lambda: set(programme.payload),
        "service": lambda: set(programme.service),
        "ground": lambda: set(programme.ground),
        "constellation or payload": lambda: set(programme.constellation) | set(programme.payload),
        "place or network": lambda: (
            set(programme.ground) | {name for g in programme.ground.values() for name in g.networks}
        ),
        "port": lambda: {
            f"{key}/{port}" for key, module in programme.module.items() for port in module.ports
        },
    }
    names: dict[str, set[str]] = {}
    for reference in references(programme):
        collection = reference.collection
        if collection not in names:
            names[collection] = known[collection]()
        if reference.name in names[collection]:
            continue
        options: Iterable[str] = names[collection]
        if collection == "port":
            holder = reference.name.partition("/")[0]
            module = programme.module.get(holder)
            if module is not None:
                options = {f"{holder}/{port}" for port in module.ports}
        expected = f"a {collection} that is defined: {choices(options)}"
        fix = nearest(reference.name, names[collection])
        yield reference, Fault(reference.path, repr(reference.name), expected, fix)


def mended(
    programme: Programme, broken: list[Reference]
) -> tuple[Programme, set[KeyPath], set[tuple[str, str]]]:
    """Take broken references out, with as little around them as can be.

    Parameters
    ----------
    programme : Programme
        The document.
    broken : list of Reference
        Its references that name nothing.

    Returns
    -------
    programme : Programme
        Without them.
    touched : set of KeyPath
        Entries that lost a reference.
    gone : set of (collection, key)
        Entries that cannot be without theirs, and were taken out.
    """
    document = programme.model_dump(by_alias=True, exclude_unset=True)
    touched: set[KeyPath] = set()
    gone: set[tuple[str, str]] = set()
    for path, _, name in broken:
        touched.add(path[:2])
        holder = document
        for part in path[:-1]:
            holder = holder.get(part, {})
        value = holder.get(path[-1])
        if path[0] == "cooperation" and path[-1] == "partners":
            if document["cooperation"].pop(path[1], None) is not None:
                gone.add((path[0], path[1]))
        elif isinstance(value, list | tuple):
            holder[path[-1]] = tuple(item for item in value if item != name)
        elif path[0] == "launcher" and len(path) > 3:
            document["launcher"][path[1]]["payloads"].pop(path[3], None)
        elif (
            path[-1] in _OPTIONAL
            or (path[0], path[-1]) in _OPTIONAL_OF
            or path[-2] in ("moved_to", "seats_on", "spared_by")
        ):
            holder.pop(path[-1], None)
        elif document[path[0]].pop(path[1], None) is not None:
            gone.add((path[0], path[1]))
    return Programme.model_validate(document), touched, gone


_OPTIONAL = frozenset({"owner", "launcher", "site", "to_station", "table", "filled_by", "to"})
_OPTIONAL_OF = frozenset(
    {
        ("statement", "partner"),
        ("treaty", "depositary"),
        ("notice", "statement"),
        ("commitment", "statement"),
        ("cooperation", "statement"),
        ("obligation", "treaty"),
        ("policy", "partner"),
        ("policy", "own_station"),
        ("ground", "partner"),
        ("payload", "partner"),
        ("constellation", "partner"),
    }
)
