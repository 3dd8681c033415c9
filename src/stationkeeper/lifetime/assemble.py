"""From a programme to arrays: everything a replica needs, and nothing that depends on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import InputError
from stationkeeper.lifetime.calendar import Calendar, calendar_of
from stationkeeper.lifetime.hardware import Hardware, Visit, hardware, visits
from stationkeeper.lifetime.people import Stay, people_aboard, stays
from stationkeeper.lifetime.policy import ReadTable, Targets, targets
from stationkeeper.programme.composition import Interval, all_crews, all_flights, station_intervals
from stationkeeper.programme.document import Programme
from stationkeeper.programme.stations import Orbit, Station
from stationkeeper.units import KILOMETRE

Array = NDArray[np.float64]

MOST_ECCENTRIC = 0.01  # range of the orbit-mean density
HIGHEST_KM = 850.0  # range of the dose tables


@dataclass(frozen=True)
class Handover:
    """Tanks that leave a station: `share` of its propellant goes to `target`, or away."""

    place: int
    source: str
    target: str | None
    share: float


@dataclass(frozen=True)
class Flown:
    """One station as daily arrays.

    Attributes
    ----------
    key : str
        Key in the programme.
    station : Station
        Its part of the document.
    hardware : Hardware
        Mass, area, tanks and engines by day.
    targets : Targets
        Wanted altitudes by day.
    orbits : dict of int to Orbit
        Orbit at each begin that has one of its own, by place of the day.
    parents : dict of int to str
        Station from whose orbit it begins, by place of the day.
    propellant : float
        Aboard on its first day, beside what another station hands over. [kg]
    descent : int
        Place of the day from which it is brought down; beyond the end if never.
    mean_altitude : ndarray, (days,)
        Rough altitude for the drift of the node. [m]
    isolated : dict of text to list of (int, int)
        By module, from the place of a day to another, the days behind a shut hatch.
    """

    key: str
    station: Station
    hardware: Hardware
    targets: Targets
    orbits: dict[int, Orbit]
    parents: dict[int, str]
    propellant: float
    descent: int
    mean_altitude: Array
    isolated: dict[str, list[tuple[int, int]]]


@dataclass(frozen=True)
class Assembled:
    """A whole programme as arrays.

    `boundaries` are the places of days, from 0 to the number of days, between which no station
    begins, ends or loses tanks. `visits` are those of each station.
    """

    programme: Programme
    calendar: Calendar
    stations: tuple[Flown, ...]
    handovers: tuple[Handover, ...]
    boundaries: tuple[int, ...]
    stays: tuple[Stay, ...]
    nations: tuple[str, ...]
    people: Array
    visits: dict[str, list[Visit]]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the stations, in order."""
        return tuple(flown.key for flown in self.stations)


def assemble(programme: Programme, read_table: ReadTable) -> Assembled:
    """Turn a checked programme into arrays.

    Parameters
    ----------
    programme : Programme
        The document.
    read_table : callable
        Returns the rows of a reference table by name, for altitudes as flown.

    Returns
    -------
    Assembled

    Raises
    ------
    InputError
        If no station exists in the span, or an orbit lies outside what can be flown.
    """
    calendar = calendar_of(programme.span.first, programme.span.last)
    intervals = station_intervals(programme)
    ships = visits(programme, all_flights(programme), intervals, calendar)
    flown = []
    for key, station in programme.station.items():
        spans = intervals.get(key, ())
        if not any(span.modules for span in spans):
            continue
        dockings = [(visit.first, visit.ship_key) for visit in ships[key] if visit.arrives]
        wanted = targets(station.reboost, station.end, dockings, calendar, read_table)
        burned_by = [
            station.reboost[rule].burned_by if rule is not None else () for rule in wanted.rule
        ]
        parts = hardware(programme, key, intervals, ships[key], burned_by, calendar)
        if parts.exists.any():
            flown.append(_flown(programme, key, spans, parts, wanted, calendar))
    if not flown:
        raise InputError(
            f"{programme.name}: no station has a module from {programme.span.first} to"
            f" {programme.span.last}; expected at least one event that docks a module"
        )
    all_stays = stays(all_crews(programme), calendar)
    keys = tuple(one.key for one in flown)
    all_stays = tuple(stay for stay in all_stays if stay.station in keys)
    nations = tuple(sorted({nation for stay in all_stays for nation in stay.crew.seats}))
    handovers = tuple(_handovers(programme, intervals, keys, calendar))
    edges = {0, calendar.days} | {handover.place for handover in handovers}
    for one in flown:
        exists = one.hardware.exists.astype(np.int8)
        edges |= set((np.flatnonzero(np.diff(exists)) + 1).tolist())
        edges |= set((np.flatnonzero(np.diff(one.hardware.capacity) < 0) + 1).tolist())
        edges |= set(one.parents) | set(one.orbits)
    return Assembled(
        programme=programme,
        calendar=calendar,
        stations=tuple(flown),
        handovers=handovers,
        boundaries=tuple(sorted(edge for edge in edges if 0 <= edge <= calendar.days)),
        stays=all_stays,
        nations=nations,
        people=people_aboard(all_stays, keys, nations, calendar),
        visits={key: ships[key] for key in keys},
    )


def _flown(
    programme: Programme,
    key: str,
    spans: Sequence[Interval],
    parts: Hardware,
    wanted: Targets,
    calendar: Calendar,
) -> Flown:
    station = programme.station[key]
    orbits: dict[int, Orbit] = {}
    parents: dict[int, str] = {}
    isolated: dict[str, list[tuple[int, int]]] = {}
    for span in spans:
        days = (span.first - calendar.first_day, span.last - calendar.first_day)
        for name in span.isolated:
            isolated.setdefault(name, []).append(days)
    previous_end = None
    for span in spans:
        if not span.modules:
            continue
        place = max(span.first - calendar.first_day, 0)
        if span.orbit_from is not None:
            parents[place] = span.orbit_from
        elif span.orbit is not None:
            orbits[place] = span.orbit
        elif previous_end is None or previous_end < span.first:
            orbits[place] = station.orbit
        previous_end = span.last
    for orbit in orbits.values():
        _check_orbit(key, orbit)
    propellant = station.propellant_aboard_kg
    if propellant == 0.0 and parts.exists[0]:
        tanks = [programme.module[name].propulsion for name in spans[0].modules]
        propellant = sum(tank.aboard_kg for tank in tanks if tank is not None)
    descent = calendar.days
    if station.end is not None and station.end.kind in ("controlled", "uncontrolled"):
        descent = min(max(calendar.place(station.end.since), 0), calendar.days)
    return Flown(
        key=key,
        station=station,
        hardware=parts,
        targets=wanted,
        orbits=orbits,
        parents=parents,
        propellant=propellant,
        descent=descent,
        mean_altitude=_rough_altitude(wanted, station.orbit.altitude_km * KILOMETRE),
        isolated=isolated,
    )


def _check_orbit(key: str, orbit: Orbit) -> None:
    if orbit.eccentricity > MOST_ECCENTRIC:
        raise InputError(
            f"station.{key}.orbit.eccentricity: given {orbit.eccentricity}, expected at most"
            f" {MOST_ECCENTRIC} for a run"
        )
    if orbit.altitude_km > HIGHEST_KM:
        raise InputError(
            f"station.{key}.orbit.altitude_km: given {orbit.altitude_km}, expected at most"
            f" {HIGHEST_KM:g} for a run"
        )


def _rough_altitude(wanted: Targets, initial: float) -> Array:
    """Fill the middle of the band, or the last height asked for, over all days."""
    middle = np.where(
        np.isnan(wanted.calendar), 0.5 * (wanted.lower + wanted.upper), wanted.calendar
    )
    middle = np.concatenate([[initial], middle])
    known = np.maximum.accumulate(np.where(np.isnan(middle), 0, np.arange(middle.size)))
    return np.asarray(middle[known][1:])


def _handovers(
    programme: Programme,
    intervals: dict[str, tuple[Interval, ...]],
    keys: tuple[str, ...],
    calendar: Calendar,
) -> list[Handover]:
    """Find the days on which tanks leave a station that stays in orbit, and where they go."""
    found = []
    for source in keys:
        spans = [span for span in intervals[source] if span.modules]
        for before, after in pairwise(spans):
            gone = set(before.modules) - set(after.modules)
            total = _tanks(programme, set(before.modules))
            place = after.first - calendar.first_day
            if not gone or total == 0.0 or before.last != after.first:
                continue
            if not 0 < place < calendar.days:
                continue
            by_target: dict[str | None, set[str]] = {}
            for module in gone:
                by_target.setdefault(_home(intervals, keys, module, after.first), set()).add(module)
            for target, modules in sorted(by_target.items(), key=lambda item: item[0] or ""):
                share = _tanks(programme, modules) / total
                if share > 0:
                    found.append(Handover(place, source, target, share))
    return found


def _tanks(programme: Programme, modules: set[str]) -> float:
    tanks = [programme.module[key].propulsion for key in sorted(modules)]
    return sum(tank.capacity_kg for tank in tanks if tank is not None)


def _home(
    intervals: dict[str, tuple[Interval, ...]], keys: tuple[str, ...], module: str, day: int
) -> str | None:
    for key in keys:
        for span in intervals[key]:
            if span.first <= day < span.last and module in span.modules:
                return key
    return None
