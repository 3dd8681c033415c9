"""What the second stage stands on: months, people, seats, lives of modules, and all draws."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import DAYS_PER_YEAR
from stationkeeper.lifetime.assemble import Assembled
from stationkeeper.lifetime.deciding.launches import (
    FirstCrew,
    Launches,
    first_crew,
    launches_of,
)
from stationkeeper.lifetime.deciding.plugins import rules_of
from stationkeeper.lifetime.deciding.risk import Risks
from stationkeeper.lifetime.deciding.staying import known_on
from stationkeeper.lifetime.deciding.view import Rule
from stationkeeper.lifetime.random_shocks import Struck, draw_shocks, launch_delay
from stationkeeper.programme.composition import all_flights
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import history
from stationkeeper.programme.record_states import announced, clocks, committed_until
from stationkeeper.units import days_since_2000

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

Delay = Callable[[Array], Array]

YEAR_OF_MONTHS = 12


@dataclass(frozen=True)
class Aboard:
    """People and seats home at one station at the begin of each month, as planned.

    After the last month of the plan with people, the last year of the plan goes on.

    Attributes
    ----------
    people : dict of text to ndarray of int, (months,)
        By nation.
    seats : dict of text to ndarray of int, (months,)
        By partner whose ships they are in.
    """

    people: dict[str, Whole]
    seats: dict[str, Whole]


@dataclass(frozen=True)
class Words:
    """What is said and agreed of one partner at one station on the day of knowledge."""

    notice_days: float
    notice: float
    """Day of a notice given already; infinite if none is."""
    committed_until: float
    announced: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Stage:
    """Everything that decisions read and none of them changes; see `stage_of`."""

    programme: Programme
    rules: dict[str, Rule]
    as_of: date
    edges: Array
    """First day of each month and the day after the last, (months + 1,)."""
    first: int
    """Place of the first month in which something is decided."""
    replicas: NDArray[np.int64]
    risks: Risks
    shocks: dict[str, Struck]
    launches: Launches
    crews: dict[str, FirstCrew]
    aboard: dict[str, Aboard]
    there: dict[str, str]
    """Station of each module that was flown and is in orbit on the day of knowledge."""
    life_ends: dict[str, float]
    """By module with a design life that is in orbit, the day on which it ends. [d]"""
    certified: dict[str, float]
    """By open module in orbit, the last day certified or agreed. [d]"""
    words: dict[tuple[str, str], Words]
    delays: dict[str, Delay | None]
    """By own station, what shocks make of the launch day of its crews; None without any."""
    end_ships: dict[str, float]
    """By station, the planned docking of the ship of its last burns. [d]"""
    grounded: dict[str, Flags]
    """By own station, (months, R): the ship of its crews cannot be launched."""

    @property
    def size(self) -> int:
        """Number of replicas."""
        return int(self.replicas.size)

    @property
    def months(self) -> int:
        """Number of months."""
        return len(self.edges) - 1

    def planned_gone(self, station: str) -> float:
        """Return the planned day of the end of a station; infinite if none is planned. [d]"""
        end = self.programme.station[station].end
        if end is None or end.kind == "open":
            return np.inf
        return float(days_since_2000(end.since))


def stage_of(
    assembled: Assembled,
    programme: Programme,
    risks: Risks,
    seed: int,
    replicas: NDArray[np.int64],
) -> Stage:
    """Gather what decisions need.

    Parameters
    ----------
    assembled : Assembled
        The programme as flown.
    programme : Programme
        The document, with its policies.
    risks : Risks
        Of all replicas of the run; the rows are those of `replicas`.
    seed : int
        Seed of the run. [-]
    replicas : ndarray of int, (R,)
        Numbers of the replicas. [-]

    Returns
    -------
    Stage

    Raises
    ------
    InputError
        If a rule cannot be loaded.
    """
    rules = rules_of(programme)
    as_of = known_on(programme)
    calendar = assembled.calendar
    edges = (calendar.first_day + np.append(calendar.first_of_month, calendar.days)).astype(float)
    first = int(np.searchsorted(edges[:-1], days_since_2000(as_of), side="right"))
    begin = float(days_since_2000(as_of))
    shocks = draw_shocks(programme, begin, edges[-1] - begin, seed, replicas)
    own = tuple(
        dict.fromkeys(
            policy.own_station for policy in programme.policy.values() if policy.own_station
        )
    )
    launches = launches_of(programme, as_of, own, shocks, seed, replicas)
    crews = {
        station: first_crew(programme, station, as_of, launches, shocks, seed, replicas)
        for station in own
    }
    told = history(programme)
    there = {
        module: station
        for station in programme.station
        for module in told.modules_on(station, as_of)
        if module not in launches.modules  # announced for a day that has passed, and not flown
    }
    shut = {
        module
        for station in programme.station
        for since, _, isolated in told.states.get(station, [])[-1:]
        if since <= as_of
        for module in isolated
    }
    life = {
        module: days_since_2000(part.launched) + part.design_life_years * DAYS_PER_YEAR
        for module in there
        if (part := programme.module[module]).design_life_years and part.launched
    }
    certified = {
        module: max(life[module], _agreed(programme, station, module, as_of))
        for module, station in there.items()
        if module in life and module not in shut and programme.module[module].pressurised_volume_m3
    }
    delays = {station: crew_delay(programme, station, shocks) for station in own}
    return Stage(
        programme=programme,
        rules=rules,
        as_of=as_of,
        edges=edges,
        first=first,
        replicas=replicas,
        risks=risks,
        shocks=shocks,
        launches=launches,
        crews=crews,
        aboard={
            station: aboard(assembled, programme, station, edges) for station in programme.station
        },
        there=there,
        life_ends=life,
        certified=certified,
        words={
            (policy.partner, policy.station): _words(
                programme, policy.partner, policy.station, as_of
            )
            for policy in programme.policy.values()
            if policy.partner is not None
        },
        delays=delays,
        end_ships={station: _end_ship(programme, station) for station in programme.station},
        grounded={
            station: _grounded(delay, edges[:-1], first, replicas)
            for station, delay in delays.items()
        },
    )


def _agreed(programme: Programme, station: str, module: str, as_of: date) -> float:
    """Return to which day a module is to be kept: its partner's commitment, the planned end."""
    bound = committed_until(programme, programme.module[module].partner, station, as_of)
    end = programme.station[station].end
    days = [bound] if bound else []
    if end is not None and end.kind != "open":
        days.append(end.crew_leaves or end.since)
    return max((float(days_since_2000(day)) for day in days), default=-np.inf)


def _words(programme: Programme, partner: str, station: str, as_of: date) -> Words:
    treaties = [
        clock
        for clock in clocks(programme, as_of)
        if clock.partner == partner
        and station in (programme.treaty[clock.treaty].stations or (station,))
    ]
    bound = committed_until(programme, partner, station, as_of)
    found: dict[str, tuple[float, float]] = {}
    for (act, who, where), words in announced(programme, as_of).items():
        if who == partner and where == station:
            first = words.first_day
            last = words.not_after
            found[act] = (
                np.inf if first is None else float(days_since_2000(first)),
                np.inf if last is None else float(days_since_2000(last)),
            )
    given = [clock.given for clock in treaties if clock.given is not None]
    return Words(
        notice_days=float(max((clock.notice_days for clock in treaties), default=0)),
        notice=float(days_since_2000(min(given))) if given else np.inf,
        committed_until=-np.inf if bound is None else float(days_since_2000(bound)),
        announced=found,
    )


def aboard(assembled: Assembled, programme: Programme, station: str, edges: Array) -> Aboard:
    """Count people and seats home at a station at the begin of each month.

    A ship counts from its launch to its landing, as its people do. Months after the last one of the
    plan with people repeat the twelve before it: somebody who stays longer goes on as before.
    """
    begins = edges[:-1]
    people: dict[str, Whole] = {}
    for stay in assembled.stays:
        if stay.station == station:
            first, last = (assembled.calendar.first_day + day for day in (stay.first, stay.last))
            inside = (begins >= first) & (begins < last)
            for nation, count in stay.crew.seats.items():
                people.setdefault(nation, np.zeros(begins.size, np.int64))[inside] += count
    seats: dict[str, Whole] = {}
    for flight in all_flights(programme).values():
        ship = programme.ship[flight.ship]
        if flight.station != station or not ship.seats or flight.status == "lost":
            continue
        gone = np.inf if flight.undocked is None else days_since_2000(flight.undocked) + 1.0
        inside = (begins >= days_since_2000(flight.launched)) & (begins < gone)
        seats.setdefault(ship.partner, np.zeros(begins.size, np.int64))[inside] += ship.seats
    again = repeated(people, begins.size)
    return Aboard(
        {nation: values[again] for nation, values in people.items()},
        {partner: values[again] for partner, values in seats.items()},
    )


def repeated(people: Mapping[str, Whole], months: int) -> Whole:
    """Return for each month the month of the plan that stands for it.

    Examples
    --------
    >>> repeated({"RUS": np.array([1] * 14 + [0] * 8)}, 22)[12:18].tolist()
    [12, 13, 2, 3, 4, 5]
    """
    place = np.arange(months)
    total = sum(people.values(), np.zeros(months, np.int64))
    with_people = np.flatnonzero(total > 0)
    if not with_people.size:
        return place
    end = int(with_people[-1]) + 1
    if months - end < YEAR_OF_MONTHS // 2:  # visits may be months apart
        return place
    begin = max(end - YEAR_OF_MONTHS, 0)
    return np.where(place < end, place, begin + (place - end) % max(end - begin, 1))


def _end_ship(programme: Programme, station: str) -> float:
    """Return the planned docking of the ship of the last burns of a station. [d]

    It is there at all times if none is named, and never if none is planned.
    """
    end = programme.station[station].end
    if end is None or end.ship is None:
        return -np.inf
    days = [
        float(days_since_2000(flight.docked))
        for flight in all_flights(programme).values()
        if flight.ship == end.ship and flight.station == station and flight.status != "lost"
    ]
    return min(days, default=np.inf)


def _grounded(
    delay: Delay | None,
    begins: Array,
    first: int,
    replicas: NDArray[np.int64],
) -> Flags:
    """Return in which months the ship of the first crew cannot be launched, (months, R)."""
    found = np.zeros((begins.size, replicas.size), np.bool_)
    if delay is not None:
        for month in range(first, begins.size):
            day = np.full(replicas.size, begins[month])
            found[month] = delay(day) > day
    return found


def crew_delay(programme: Programme, station: str, shocks: Mapping[str, Struck]) -> Delay | None:
    """Return what shocks make of a wanted launch day of crews to a station; None without any."""
    kinds = ("grounded", "pad-closed")
    dated = any(
        shock.kind in kinds and shock.station == station for shock in programme.shock.values()
    )
    flights = [
        flight
        for flight in all_flights(programme).values()
        if flight.station == station and programme.ship[flight.ship].seats
    ]
    if not flights or not (dated or any(one.shock.kind in kinds for one in shocks.values())):
        return None
    flight = min(flights, key=lambda one: one.docked)
    ship = programme.ship[flight.ship]

    def delay(day: Array) -> Array:
        found = launch_delay(
            programme,
            shocks,
            flight.launcher or ship.launcher,
            flight.site or ship.site,
            day,
            ship=flight.ship,
            station=station,
        )
        return np.asarray(np.broadcast_to(found, day.shape))

    return delay
