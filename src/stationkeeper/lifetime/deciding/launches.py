"""When planned modules, and the first crew, are ready in each replica: announced, slipped, struck.

Everything is drawn by counter, so that a replica alone is the same as among many. Policies can only
let a launch wait longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.random_shocks import Struck, launch_delay, module_late
from stationkeeper.lifetime.slips import PlannedLaunch, draw_slips, planned_launches, slip_model
from stationkeeper.programme.composition import all_flights
from stationkeeper.programme.document import Programme
from stationkeeper.programme.record_states import Announced, announced
from stationkeeper.programme.traffic import Event, Flight
from stationkeeper.units import days_since_2000

Array = NDArray[np.float64]

CREW_AFTER: Final = 365.0  # [d] our choice: first crew after the first module if nothing tells


def first_module(station: str) -> str:
    """Return what stands for the first module of a station that only words tell of.

    Examples
    --------
    >>> first_module("ros")
    'ros-first-module'
    """
    return f"{station}-first-module"


@dataclass(frozen=True)
class Launches:
    """Planned launches of modules, in order of the plan.

    Attributes
    ----------
    plan : tuple of PlannedLaunch
        What is announced.
    home : tuple of text
        Station that each belongs to at last, after the separations that are planned.
    holder : tuple of int
        Place of the planned launch that each docks to; -1 if what it docks to is there already.
    transit : ndarray, (launch,)
        Days from launch to docking. [d]
    ready : ndarray, (launch, R)
        Day on which each can go, as far as it does not depend on decisions. [d]
    """

    plan: tuple[PlannedLaunch, ...]
    home: tuple[str, ...]
    holder: tuple[int, ...]
    transit: Array
    ready: Array

    @property
    def modules(self) -> tuple[str, ...]:
        """Keys of the modules."""
        return tuple(one.module for one in self.plan)


@dataclass(frozen=True)
class FirstCrew:
    """When a station can first take a crew.

    Attributes
    ----------
    needs : tuple of text
        Modules that are planned to be there before its first crew.
    planned : float
        Day of the first crew in the document or as announced; infinite if neither tells. [d]
    wait : float
        Days from the last of these modules to the first crew, as planned. [d]
    ready : ndarray, (R,)
        First day on which its ship can go, from `planned` on or as announced and slipped. [d]
    told_by : text or None
        Statement that announces it, if the document has no such flight.
    """

    needs: tuple[str, ...]
    planned: float
    wait: float
    ready: Array
    told_by: str | None


def launches_of(
    programme: Programme,
    as_of: date,
    stations: tuple[str, ...],
    shocks: Mapping[str, Struck],
    seed: int,
    replicas: NDArray[np.int64],
) -> Launches:
    """Draw when the planned modules are ready.

    A launch waits for its slip, for random delays of the module, for its launcher and site, and
    for the planned module that it docks to. `stations` are own stations of policies: one without a
    module in the document gets a first module, if its first launch is announced.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    as_of : date
        Day of knowledge.
    stations : tuple of str
        Own stations of policies.
    shocks : mapping of str to Struck
        From `draw_shocks`.
    seed : int
        Seed of the run. [-]
    replicas : ndarray of int, (R,)
        Numbers of the replicas. [-]

    Returns
    -------
    Launches
    """
    docks = _docks(programme)
    known = [one for one in planned_launches(programme, as_of) if one.module in docks]
    homes = [_home(programme, one.module, docks[one.module].station) for one in known]
    said = announced(programme, as_of)
    for station in stations:
        if station not in homes and not _has_modules(programme, station):
            words = _words(said, "first-launch", station)
            if words is not None:
                known.append(_from_words(programme, words, station, as_of))
                homes.append(station)
    order = sorted(range(len(known)), key=lambda place: (known[place].announced, place))
    plan = tuple(known[place] for place in order)
    home = tuple(homes[place] for place in order)
    place_of = {one.module: place for place, one in enumerate(plan)}
    holder = tuple(_holder(docks.get(one.module), place_of) for one in plan)
    transit = np.array(
        [
            float((docks[one.module].date - one.announced).days) if one.module in docks else 0.0
            for one in plan
        ]
    )
    ready = np.empty((len(plan), replicas.size))
    slips = _slips(plan, home, as_of, seed, replicas)
    for place, one in enumerate(plan):
        wanted = days_since_2000(one.announced) + slips[place]
        wanted = wanted + module_late(shocks, one.module, wanted)
        if holder[place] >= 0:
            there = ready[holder[place]] + transit[holder[place]]
            wanted = np.maximum(wanted, there)
        module = programme.module.get(one.module)
        if module is not None:
            wanted = launch_delay(
                programme, shocks, module.launcher, module.site, wanted, station=one.station
            )
        ready[place] = wanted
    return Launches(plan, home, holder, transit, ready)


def first_crew(
    programme: Programme,
    station: str,
    as_of: date,
    launches: Launches,
    shocks: Mapping[str, Struck],
    seed: int,
    replicas: NDArray[np.int64],
) -> FirstCrew:
    """Draw when the ship of the first crew of a station can go; see `FirstCrew`.

    In the document it is the first flight with seats to the station. Without one it is the
    first crew as announced, which slips with the rank of the station; without that, a year after
    the first module, by our choice.
    """
    flights = [
        flight
        for flight in all_flights(programme).values()
        if flight.station == station and programme.ship[flight.ship].seats > 0
    ]
    if flights:
        return _planned_crew(programme, station, min(flights, key=_docked), shocks, replicas)
    words = _words(announced(programme, as_of), "first-crew", station)
    needs = tuple(
        one.module
        for one, home in zip(launches.plan, launches.home, strict=True)
        if home == station
    )
    if words is None:
        never = np.full(replicas.size, np.inf)
        if not needs:
            return FirstCrew((), np.inf, 0.0, never, None)
        return FirstCrew(needs[:1], np.inf, CREW_AFTER, -never, None)
    one = _from_words(programme, words, station, as_of)
    slips = _slips((one,), (station,), as_of, seed, replicas)
    planned = float(days_since_2000(one.announced))
    return FirstCrew(needs[:1], planned, 0.0, planned + slips[0], words.statement)


def _planned_crew(
    programme: Programme,
    station: str,
    flight: Flight,
    shocks: Mapping[str, Struck],
    replicas: NDArray[np.int64],
) -> FirstCrew:
    docks = {
        module: event.date
        for event in programme.event.values()
        for module in event.modules
        if _home(programme, module, event.station) == station
        and event.kind in ("dock", "separate", "transfer")
        and event.date <= flight.docked
    }
    moved = [
        event.date
        for event in programme.event.values()
        if event.kind in ("separate", "transfer")
        and event.to_station == station
        and event.date <= flight.docked
    ]
    last = max([*docks.values(), *moved], default=flight.docked)
    ship = programme.ship[flight.ship]
    day = float(days_since_2000(flight.launched))
    ready = launch_delay(
        programme,
        shocks,
        flight.launcher or ship.launcher,
        flight.site or ship.site,
        np.full(replicas.size, day),
        ship=flight.ship,
        station=station,
    )
    return FirstCrew(
        tuple(sorted(docks)),
        float(days_since_2000(flight.docked)),
        float((flight.docked - last).days),
        np.broadcast_to(ready, replicas.shape),
        None,
    )


def _docked(flight: Flight) -> date:
    return flight.docked


def _docks(programme: Programme) -> dict[str, Event]:
    """Return the event with which each module first joins a station."""
    found: dict[str, Event] = {}
    for event in programme.event.values():
        for module in event.modules if event.kind == "dock" else ():
            if module not in found or event.date < found[module].date:
                found[module] = event
    return found


def _home(programme: Programme, module: str, station: str) -> str:
    """Return the station to which a module belongs after all planned separations."""
    moves = sorted(
        (event.date, event.to_station)
        for event in programme.event.values()
        if event.kind in ("separate", "transfer") and event.to_station and module in event.modules
    )
    return moves[-1][1] if moves else station


def _has_modules(programme: Programme, station: str) -> bool:
    return any(
        station == event.to_station or (event.kind == "dock" and station == event.station)
        for event in programme.event.values()
    )


def _holder(dock: Event | None, place_of: Mapping[str, int]) -> int:
    if dock is None or dock.port is None:
        return -1
    return place_of.get(dock.port.partition("/")[0], -1)


def _words(
    said: Mapping[tuple[str, str, str | None], Announced], act: str, station: str
) -> Announced | None:
    """Return what is announced of an act for a station, if it names a day; the latest first."""
    found = [
        one
        for (what, _, where), one in said.items()
        if what == act and where == station and one.first_day is not None
    ]
    return max(found, key=lambda one: one.date, default=None)


def _from_words(programme: Programme, words: Announced, station: str, as_of: date) -> PlannedLaunch:
    """Return a launch that only words tell of, for the last day that they allow."""
    day = words.not_after or words.not_before
    assert day is not None  # asked by _words
    return PlannedLaunch(
        module=first_module(station),
        title="First module, as announced",
        partner=words.partner,
        station=station,
        announced=day,
        told_by=words.statement,
        announced_on=words.date,
        lead=float(max((day - words.date).days, 0)),
        passed=float((as_of - day).days),
        slips=programme.slips.kind == "fitted",
    )


def _slips(
    plan: tuple[PlannedLaunch, ...],
    home: tuple[str, ...],
    as_of: date,
    seed: int,
    replicas: NDArray[np.int64],
) -> Array:
    """Draw the slips of launches, (launch, R); those of one station share a rank. [d]"""
    found = np.zeros((len(plan), replicas.size))
    for station in dict.fromkeys(home):
        places = [place for place, one in enumerate(plan) if home[place] == station and one.slips]
        if not places:
            continue
        lead = [max(plan[place].lead, 0.0) for place in places]
        passed = [plan[place].passed for place in places]
        drawn = draw_slips(slip_model(as_of), lead, seed, replicas, station=station, passed=passed)
        found[places] = drawn.T
    return found
