"""Plans as they were known on a day, fitted to the ports and launchers known then."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import History
from stationkeeper.programme.traffic import Flight


def port_stays(flight: Flight) -> list[tuple[str, date, date]]:
    """Return the ports of a flight, each with the day of coming and the day of leaving."""
    moves = [(flight.docked, flight.port)]
    moves += sorted((date.fromisoformat(day), port) for day, port in flight.moved_to.items())
    ends = [day for day, _ in moves[1:]] + [flight.undocked or date.max]
    return [(port, day, end) for (day, port), end in zip(moves, ends, strict=True)]


def fitted(
    programme: Programme, told: History, flights: Mapping[str, Flight]
) -> tuple[dict[str, Flight], dict[str, str]]:
    """Fit planned flights around what was known on the day of knowledge.

    Plans were written for a later record than the one that is left: their ports may be taken by
    ships that had left by then, or belong to modules that were not known. Each planned flight, in
    order of docking but those with people before all others, takes its own port, else another port
    of its series, else the first port of the station that it fits and that is free. A flight of a
    series that brings nobody waits for such a port, at most half of the days between its flights.
    One without a port or without a launcher in service is left out.

    Parameters
    ----------
    programme : Programme
        With a day of knowledge.
    told : History
        Its events gone through.
    flights : mapping of str to Flight
        By docking day, each with a day of undocking.

    Returns
    -------
    flights : dict of str to Flight
        Those that found a place.
    skipped : dict of str to str
        The others, with the reason.
    """
    busy: dict[str, list[tuple[date, date]]] = {}
    for stay in told.occupied:
        busy.setdefault(stay.port, []).append((stay.first, stay.last))
    planned = {key for key, flight in flights.items() if flight.status == "planned"}
    for key, flight in flights.items():
        if key not in planned:
            for port, first, last in port_stays(flight):
                busy.setdefault(port, []).append((first, last))
    found: dict[str, Flight] = {}
    skipped: dict[str, str] = {}
    people = _with_people(programme, flights)
    for key, flight in sorted(flights.items(), key=lambda item: item[0] not in people):
        if key not in planned:
            found[key] = flight
            continue
        if not _has_launcher(programme, flight):
            skipped[key] = "no launcher known to be in service"
            continue
        for later in _delayed(programme, key, flight, key in people):
            free = _free_port(programme, told, busy, key, later)
            if free is not None:
                busy.setdefault(free, []).append((later.docked, later.undocked or date.max))
                found[key] = later.model_copy(update={"port": free, "moved_to": {}})
                break
        else:
            skipped[key] = "no free port that it fits"
    fit = sorted(found, key=lambda key: (found[key].docked, key))
    return {key: found[key] for key in fit}, skipped


def _delayed(programme: Programme, key: str, flight: Flight, people: bool) -> Iterator[Flight]:
    """Yield a flight, then, if it is of a series that brings nobody, the same some days later."""
    yield flight
    series = programme.traffic.get(key.rpartition("-")[0])
    if series is None or people or flight.undocked is None or key in programme.flight:
        return
    for days in range(1, int(series.every_days // 2) + 1):
        wait = timedelta(days=days)
        yield flight.model_copy(
            update={
                "launched": flight.launched + wait,
                "docked": flight.docked + wait,
                "undocked": flight.undocked + wait,
            }
        )


def _free_port(
    programme: Programme,
    told: History,
    busy: Mapping[str, list[tuple[date, date]]],
    key: str,
    flight: Flight,
) -> str | None:
    """Return the first port that a flight fits and that nobody holds while it is there."""
    last = flight.undocked or date.max
    for port in _candidates(programme, told, key, flight):
        if all(last <= begin or end <= flight.docked for begin, end in busy.get(port, ())):
            return port
    return None


def _with_people(programme: Programme, flights: Mapping[str, Flight]) -> set[str]:
    """Return the flights that bring people."""
    ships = {crew.ship_up for crew in programme.crew.values()}
    return {
        key
        for key, flight in flights.items()
        if key in ships
        or flight.title in ships
        or ((series := programme.traffic.get(key.rpartition("-")[0])) and series.seats)
    }


def _candidates(programme: Programme, told: History, key: str, flight: Flight) -> list[str]:
    mechanisms = programme.ship[flight.ship].mechanisms
    aboard = told.modules_on(flight.station, flight.docked)
    series = programme.traffic.get(key.rpartition("-")[0])
    wanted = [flight.port, *(series.ports if series and key not in programme.flight else ())]
    every = [f"{name}/{port}" for name in aboard for port in programme.module[name].ports]
    return [
        port
        for port in dict.fromkeys([*wanted, *every])
        if port.partition("/")[0] in aboard and _mechanism(programme, port) in mechanisms
    ]


def _mechanism(programme: Programme, port: str) -> str:
    module, _, name = port.partition("/")
    return programme.module[module].ports[name].mechanism


def _has_launcher(programme: Programme, flight: Flight) -> bool:
    ship = programme.ship[flight.ship]
    launcher, site = flight.launcher or ship.launcher, flight.site or ship.site
    if launcher is None:
        return True
    return any(
        (payload.since or date.min) <= flight.launched <= (payload.until or date.max)
        for payload in programme.launcher[launcher].payloads.values()
        if payload.site == site
    )
