"""At which ports cargo ships dock while crews come and go: moved where the crews need the port."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from stationkeeper.crew.state import State
from stationkeeper.programme.composition import all_crews, all_flights, named_flight
from stationkeeper.programme.document import Programme
from stationkeeper.programme.fitting import port_stays
from stationkeeper.programme.hardware import Port
from stationkeeper.programme.history import history
from stationkeeper.programme.traffic import Flight
from stationkeeper.schedule.problem import Aboard, Candidate, Occupied, ShipClass

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

FAR = 10**6  # [d] beyond every horizon
BEYOND_DAYS = 2 * 366  # [d] after the horizon in which a port may still matter; our choice
LITTLE_PROPELLANT_KG = 100.0  # [kg] with no more than this any port serves; our choice


@dataclass(frozen=True)
class Stay:
    """A port held on days first <= t < last by something without a crew.

    Attributes
    ----------
    port : int
        Place among the ports of the problem.
    first, last : int
        [d]
    by : str
        What it is.
    others : tuple of int
        Ports that would do as well; none means that it stays where it is.
    """

    port: int
    first: int
    last: int
    by: str
    others: tuple[int, ...] = ()

    @property
    def as_occupied(self) -> Occupied:
        """The same for the solver."""
        return Occupied(self.port, max(0, self.first), self.last, self.by)


def settle(
    stays: Sequence[Stay],
    aboard: Sequence[Aboard],
    candidates: Sequence[Candidate],
    ships: Sequence[ShipClass],
) -> tuple[Stay, ...]:
    """Move cargo ships to other ports so that crews can hand over by the calendar.

    Flown cargo ships fit crews that were relocated around them. Here crews do not relocate; the
    cargo ships take what port is free instead. In the order of docking each stay takes a port
    that is free for all of it, its own first; one that finds none keeps its own, and the plan works
    around it. Crews are taken to come on their nominal days, see :func:`calendar`.

    Parameters
    ----------
    stays : sequence of Stay
        Cargo ships, modules and what else holds ports.
    aboard : sequence of Aboard
        Crewed ships on day 0, which keep their ports.
    candidates : sequence of Candidate
        Crewed flights, in the order of their class.
    ships : sequence of ShipClass
        Their classes.

    Returns
    -------
    tuple of Stay
        In the order given; ports may differ for those with ``others``.

    Examples
    --------
    Two ports; a crew is aboard at port 0, so the cargo ship goes to port 1:

    >>> crew = Aboard("crew", 0, 0, 1, 90, (3,), (3,))
    >>> cargo = Stay(0, 10, 40, "cargo", (1,))
    >>> settle([cargo], [crew], [], [ShipClass("ship", 30, (5, 12))])[0].port
    1
    """
    found = list(stays)
    if not any(stay.others for stay in stays):
        return tuple(found)
    held: dict[int, list[tuple[int, int]]] = {}
    for stay in stays:
        if not stay.others:
            held.setdefault(stay.port, []).append((stay.first, stay.last))
    coming: list[tuple[int, int, int, int, tuple[int, ...]]] = []
    for place, stay in enumerate(stays):
        if stay.others:
            coming.append((stay.first, 1, stay.last, place, (stay.port, *stay.others)))
    leaves, crews = _by_the_calendar(aboard, candidates, ships)
    for ship, leave in zip(aboard, leaves, strict=True):
        held.setdefault(ship.port, []).append((0, leave))
    coming += [(dock, 0, leave, -1, ports) for dock, leave, ports in crews]
    for first, _, last, place, ports in sorted(coming):
        free = [
            (port != ports[0], port)
            for port in ports
            if all(last <= begin or end <= first for begin, end in held.get(port, ()))
        ]
        port = min(free)[1] if free else ports[0]
        held.setdefault(port, []).append((first, last))
        if place >= 0:
            found[place] = replace(stays[place], port=port)
    return tuple(found)


def calendar(
    stays: Sequence[Stay],
    aboard: Sequence[Aboard],
    candidates: Sequence[Candidate],
    ships: Sequence[ShipClass],
    most: int,
) -> tuple[int, ...]:
    """Return the launch days nearest to the calendar on which crews can hand over.

    A handover has its ports and falls into the life of the ship that leaves, and two at once do
    not bring more people than may be aboard. A launch without such a day in its window keeps its
    nominal one, as do visits.

    Parameters
    ----------
    stays, aboard, candidates, ships
        As for :func:`settle`.
    most : int
        Most people aboard. [-]

    Returns
    -------
    tuple of int, (candidate,)
        Launch days. [d]
    """
    found = [candidate.nominal for candidate in candidates]
    until = {
        number: max([a.latest for a in aboard if a.ship == number], default=0)
        for number in range(len(ships))
    }
    crew = {
        number: max((m.total for c in candidates if c.ship == number for m in c.mixes), default=0)
        for number in range(len(ships))
    }
    handovers: list[tuple[int, int, int]] = []
    last: dict[int, int] = {}
    previous: dict[int, int] = {}
    for place in sorted(range(len(candidates)), key=lambda n: (candidates[n].nominal, n)):
        candidate = candidates[place]
        handover = ships[candidate.ship].handover
        if handover is None or not candidate.required:
            continue
        launch = np.arange(candidate.earliest, candidate.latest + 1)
        days = launch + candidate.transit
        good = _ports_enough(days, candidate, stays, handover[0], until[candidate.ship])
        for first, end in candidate.closed:
            good &= (launch < first) | (launch > end)
        good &= launch >= last.get(candidate.ship, 0)
        quiet = good.copy()
        for begin, end, ship in handovers:
            if ship != candidate.ship and 2 * (crew[ship] + crew[candidate.ship]) > most:
                quiet &= (days + handover[0] < begin) | (days > end)
        good = quiet if quiet.any() else good
        in_life = good & (days + handover[0] <= until[candidate.ship])
        before = previous.get(candidate.ship)
        if good.any() and not in_life.any() and before is not None:
            # The ship before comes later, so that its life lasts until there are ports.
            needed = int(days[good].min()) + handover[0] - until[candidate.ship]
            later = found[before] + needed
            row = np.array([later + candidates[before].transit])
            free = _ports_enough(row, candidates[before], stays, handover[0], until[candidate.ship])
            if later <= candidates[before].latest and free.all():
                found[before] = later
                until[candidate.ship] += needed
                in_life = good & (days + handover[0] <= until[candidate.ship])
        good = in_life if in_life.any() else good
        if good.any():
            near = launch[good]
            found[place] = int(near[np.argmin(np.abs(near - candidate.nominal))])
        previous[candidate.ship] = place
        dock = found[place] + candidate.transit
        handovers.append((dock, dock + handover[0], candidate.ship))
        last[candidate.ship] = found[place]
        until[candidate.ship] = dock + candidate.longest
    return tuple(found)


def _ports_enough(
    days: Ints, candidate: Candidate, stays: Sequence[Stay], handover: int, before: int
) -> Flags:
    """Return the docking days with ports for the crew that comes and the one that is there.

    The ship before is there until the day ``before`` at the latest.
    """
    pool = set(candidate.ports)
    taken = np.zeros(days.size, dtype=np.int64)
    for stay in stays:
        if stay.port in pool:
            taken += (stay.first < days + handover + 1) & (stay.last > days)
    return np.asarray(taken + 1 + (days < before) <= len(pool))


def _by_the_calendar(
    aboard: Sequence[Aboard], candidates: Sequence[Candidate], ships: Sequence[ShipClass]
) -> tuple[list[int], list[tuple[int, int, tuple[int, ...]]]]:
    """Return when those aboard leave, and docking, leaving and ports of the flights to come."""
    leaves = [ship.latest for ship in aboard]
    crews: list[tuple[int, int, tuple[int, ...]]] = []
    for number, ship in enumerate(ships):
        here = [place for place, a in enumerate(aboard) if a.ship == number]
        row = [c for c in candidates if c.ship == number and c.required]
        docks = [c.nominal + c.transit for c in row]
        for place, (candidate, dock) in enumerate(zip(row, docks, strict=True)):
            end = dock + candidate.longest
            if ship.handover is not None and place + 1 < len(docks):
                end = min(end, docks[place + 1] + ship.handover[0])
            crews.append((dock, max(end, dock + 1), candidate.ports))
        if docks and here and ship.handover is not None:
            last = max(here, key=lambda place: aboard[place].latest)
            leaves[last] = min(leaves[last], docks[0] + ship.handover[0])
    return leaves, crews


def stays_of(
    programme: Programme,
    station: str,
    state: State,
    classes: Set[str],
    ports: Sequence[str],
    at: date,
    until: date,
    end: date | None,
) -> tuple[tuple[str, ...], list[Stay]]:
    """Return the flights that are planned anew, and what holds the ports beside crewed ships.

    Parameters
    ----------
    programme : Programme
        The document.
    station : str
        Key of the station.
    state : State
        Of day 0: its ships hold ports by themselves.
    classes : set of str
        Classes of ship that are planned.
    ports : sequence of str
        Ports of the problem.
    at, until : date
        First day, and the day after the last.
    end : date or None
        Day from which nobody lives there any more.

    Returns
    -------
    replaced : tuple of str
        Crewed flights after the first day.
    stays : list of Stay
        In the order of time.
    """
    told = history(programme)
    flights = {key: f for key, f in all_flights(programme).items() if f.station == station}
    peopled = set()
    for crew in all_crews(programme).values():
        if crew.station == station:
            peopled |= {
                named_flight(crew.ship_up, flights),
                named_flight(crew.ship_down, flights),
            }
    here = {ship.key for ship in (*state.docked, *state.under_way)}
    replaced = []
    spans: list[tuple[str, date, date, str, tuple[int, ...]]] = []
    for key, flight in flights.items():
        if key in here or (flight.undocked or date.max) <= at:
            continue
        seats = programme.ship[flight.ship].seats
        if seats and flight.docked > at and (key in peopled or flight.ship in classes):
            replaced.append(key)
            continue
        others = _other_ports(programme, flight, ports) if flight.docked > at else ()
        if others:
            spans.append((flight.port, flight.docked, flight.undocked or date.max, key, others))
        else:
            spans += [(port, first, last, key, ()) for port, first, last in port_stays(flight)]
    spans += [(o.port, o.first, o.last, o.by.partition(".")[2], ()) for o in told.occupied]
    for port in ports:
        module = port.partition("/")[0]
        states = told.states.get(station, [])
        ends = [since for since, *_ in states[1:]] + [date.max]
        for (since, modules, _), last in zip(states, ends, strict=True):
            if module not in modules:
                spans.append((port, since, last, f"{module} is not part of {station}", ()))
    if end is not None:
        spans += [(port, end, date.max, f"end of {station}", ()) for port in ports]
    stays = [
        Stay(
            ports.index(port),
            max(0, (first - at).days),
            FAR if last == date.max else (last - at).days,
            by,
            others,
        )
        for port, first, last, by, others in spans
        if port in ports and last > at and first < last
    ]
    # Beyond the end of the horizon ships still leave, so what holds a port then counts too.
    last_day = (until - at).days + BEYOND_DAYS
    stays = [stay for stay in stays if stay.first < last_day]
    return tuple(replaced), sorted(stays, key=lambda stay: (stay.first, stay.port, stay.by))


def _other_ports(programme: Programme, flight: Flight, ports: Sequence[str]) -> tuple[int, ...]:
    """Return the other ports of crewed ships at which a cargo ship would do as well.

    What pumps propellant over needs a port through which it flows, and the ship that brings the
    station down keeps its own. One that would raise the orbit from its port and not from the other
    may go there: the crews come first, and the plan says that it was moved.
    """
    ship = programme.ship[flight.ship]
    end = programme.station[flight.station].end
    if end is not None and end.ship == flight.ship:
        return ()
    propellant = flight.propellant_to_station_kg
    if propellant is None:
        propellant = ship.propellant_to_station_kg
    own = _port(programme, flight.port)
    found = []
    for place, name in enumerate(ports):
        port = _port(programme, name)
        serves = propellant <= LITTLE_PROPELLANT_KG or (
            port.propellant_transfer >= own.propellant_transfer
        )
        if name != flight.port and port.mechanism in ship.mechanisms and serves:
            found.append(place)
    return tuple(found) if flight.port in ports else ()


def _port(programme: Programme, name: str) -> Port:
    module, _, port = name.partition("/")
    return programme.module[module].ports[port]
