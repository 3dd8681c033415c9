"""What a station is on each day: mass, area, volume, tanks and engines of its modules and ships."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import STANDARD_GRAVITY
from stationkeeper.lifetime.calendar import Calendar
from stationkeeper.lifetime.random_shocks import chances_of_loss, last_recorded_day
from stationkeeper.programme.composition import Interval
from stationkeeper.programme.document import Programme
from stationkeeper.programme.functions import Brought
from stationkeeper.programme.hardware import Module, Ship
from stationkeeper.programme.stations import Station
from stationkeeper.programme.traffic import Flight
from stationkeeper.units import G_PER_CM2

Array = NDArray[np.float64]


Intervals = Mapping[str, Sequence[Interval]]


@dataclass(frozen=True)
class Visit:
    """One ship at one station, in places of days.

    Attributes
    ----------
    flight, ship_key : str
        Keys of the flight and of its class of ship.
    ship : Ship
        The class.
    first, last : int
        Day of docking and day of leaving (excluded).
    mass : float
        Mass without the propellant meant for the station. [kg]
    propellant : float
        Propellant meant for the station, nothing at a second station. [kg]
    burns : bool
        Its port lets it raise the orbit.
    arrives : bool
        It docks on its first day here; otherwise it changed port or station, or was there before
        the run.
    brings : Brought
        What it brings for the stores.
    planned : bool
        It docks after the end of the record.
    chance_lost : float
        Chance that it is lost on the way. [-]
    """

    flight: str
    ship_key: str
    ship: Ship
    first: int
    last: int
    mass: float
    propellant: float
    burns: bool
    arrives: bool
    brings: Brought
    planned: bool
    chance_lost: float


@dataclass(frozen=True)
class Hardware:
    """Daily arrays of one station, (days,) each; zero on days without the station."""

    exists: NDArray[np.bool_]
    mass: Array
    area: Array
    volume: Array
    areal_density: Array
    tanks: Array
    capacity: Array
    delivered: Array
    burn_allowed: NDArray[np.bool_]
    exhaust_velocity: Array
    modules: NDArray[np.bool_]


def visits(
    programme: Programme,
    flights: Mapping[str, Flight],
    intervals: Intervals,
    calendar: Calendar,
) -> dict[str, list[Visit]]:
    """Return the visits to each station; a ship goes where the module of its port goes.

    Parameters
    ----------
    programme : Programme
        The document.
    flights : mapping
        Flights, traffic expanded.
    intervals : mapping
        Modules of each station by day.
    calendar : Calendar
        Days of the run.

    Returns
    -------
    dict of text to list of Visit
        By station, in order of docking. A ship that changes port or station has a visit at each.
        The last ship of the class that brings a station down stays to its end, and is not lost.
    """
    homes: dict[str, list[tuple[int, int, str]]] = {}
    for station, spans in intervals.items():
        for span in spans:
            for module in span.modules:
                homes.setdefault(module, []).append((span.first, span.last, station))
    found: dict[str, list[Visit]] = {station: [] for station in programme.station}
    order = sorted(flights.items(), key=lambda item: (item[1].docked, item[0]))
    last_ships = _last_ships(programme, flights)
    recorded = last_recorded_day(programme)
    chances = chances_of_loss(programme, flights)
    for key, flight in order:
        if flight.status == "lost":
            continue
        ship = programme.ship[flight.ship]
        propellant = flight.propellant_to_station_kg
        if propellant is None:
            propellant = ship.propellant_to_station_kg
        mass = (flight.mass_kg or ship.mass_kg) - propellant
        stays_on = flight.undocked is None or key in last_ships
        end = calendar.days if stays_on else calendar.place(flight.undocked or flight.docked)
        moves = [(calendar.place(flight.docked), flight.port)]
        moves += [
            (calendar.place(date.fromisoformat(day)), port)
            for day, port in sorted(flight.moved_to.items())
        ]
        stops = [place for place, _ in moves[1:]] + [end]
        stays: list[tuple[int, int, str, str]] = []
        for (start, port), stop in zip(moves, stops, strict=True):
            module = port.partition("/")[0]
            spans_there = [
                (max(start, first - calendar.first_day), min(stop, last - calendar.first_day), at)
                for first, last, at in sorted(homes.get(module, []))
            ] or [(start, stop, flight.station)]
            for first, last, at in spans_there:
                if first >= last:
                    continue
                if stays and stays[-1][1:] == (first, at, port):
                    stays[-1] = (stays[-1][0], last, at, port)
                else:
                    stays.append((first, last, at, port))
        for number, (first, last, at, port) in enumerate(stays):
            brought = propellant if at == stays[0][2] else 0.0
            burns, arrives = _burns(programme, port), number == 0 and moves[0][0] >= 0
            found[at].append(
                Visit(
                    flight=key,
                    ship_key=flight.ship,
                    ship=ship,
                    first=first,
                    last=last,
                    mass=mass,
                    propellant=brought,
                    burns=burns,
                    arrives=arrives,
                    brings=ship.brings if flight.manifest is None else flight.manifest,
                    planned=flight.status == "planned" and flight.docked > recorded,
                    chance_lost=0.0 if key in last_ships else chances.get(key, 0.0),
                )
            )
    return found


def _last_ships(programme: Programme, flights: Mapping[str, Flight]) -> set[str]:
    """Return the flights that bring a station down, and so leave it in no replica."""
    found = {}
    for key, flight in sorted(flights.items(), key=lambda item: (item[1].docked, item[0])):
        end = programme.station[flight.station].end
        if end is None or end.kind != "controlled" or flight.ship != end.ship:
            continue
        if flight.undocked is None or flight.undocked >= end.since:
            found[flight.station] = key
    return set(found.values())


def _burns(programme: Programme, port: str) -> bool:
    """Return whether a ship at a port can raise the orbit; a port that is not described can."""
    module, _, name = port.partition("/")
    place = programme.module[module].ports.get(name) if module in programme.module else None
    return place is None or place.reboost


def hardware(
    programme: Programme,
    station_key: str,
    intervals: Intervals,
    ships: Sequence[Visit],
    burned_by: Sequence[Sequence[str]],
    calendar: Calendar,
) -> Hardware:
    """Add up the modules and ships of one station, day by day.

    Parameters
    ----------
    programme : Programme
        The document.
    station_key : str
        The station.
    intervals : mapping
        Modules of each station by day. Propellant in the tanks of a module is delivered on the day
        on which it first joins a station, unless that is the first day of the run.
    ships : sequence of Visit
        Its visits. The propellant of a ship that was there before the run is part of what the
        station had on its first day.
    burned_by : sequence, (days,)
        On each day the ships and modules that may burn, first choice first; empty means any:
        ships at a port for it before modules, by key.
    calendar : Calendar
        Days of the run.

    Returns
    -------
    Hardware
        `mass` is without propellant; `tanks` is the capacity of the modules, `capacity` has also
        the propellant that docked ships brought (they keep it in their own tanks or pass it on).
    """
    days = calendar.days
    part: Station = programme.station[station_key]
    names = list(programme.module)
    mass, area, volume, areal, tanks, delivered = (np.zeros(days) for _ in range(6))
    exists = np.zeros(days, dtype=np.bool_)
    present = np.zeros((len(names), days), dtype=np.bool_)
    engines: dict[str, Array] = {}  # exhaust velocity by key and day, 0 where absent
    first_homes = {
        module: min(
            (span.first, key)
            for key in intervals
            for span in intervals[key]
            if module in span.modules
        )
        for span in intervals[station_key]
        for module in span.modules
    }
    for span in intervals[station_key]:
        inside = calendar.clipped(span.first - calendar.first_day, span.last - calendar.first_day)
        if inside.start >= inside.stop or not span.modules:
            continue
        exists[inside] = True
        for key in span.modules:
            module: Module = programme.module[key]
            present[names.index(key), inside] = True
            mass[inside] += module.mass_kg
            area[inside] += module.exposed_area_m2
            if key not in span.isolated:
                volume[inside] += module.pressurised_volume_m3
                areal[inside] += module.pressurised_volume_m3 * (
                    module.wall_g_cm2 + module.shielding_g_cm2
                )
            if module.propulsion is not None:
                tanks[inside] += module.propulsion.capacity_kg
                speed = engines.setdefault(key, np.zeros(days))
                speed[inside] = module.propulsion.isp_s * STANDARD_GRAVITY
                if first_homes[key] == (span.first, station_key) and inside.start > 0:
                    delivered[inside.start] += module.propulsion.aboard_kg
    capacity = tanks.copy()
    for visit in ships:
        inside = calendar.clipped(visit.first, visit.last)
        if inside.start >= inside.stop:
            continue
        mass[inside] += visit.mass
        area[inside] += visit.ship.exposed_area_m2
        capacity[inside] += visit.propellant
        if visit.arrives:
            delivered[inside.start] += visit.propellant
        if visit.ship.may_reboost and visit.burns and visit.ship.isp_s:
            speed = engines.setdefault(visit.ship_key, np.zeros(days))
            speed[inside] = visit.ship.isp_s * STANDARD_GRAVITY
    modules_last = sorted(engines, key=lambda key: (key in programme.module, key))
    exhaust = np.zeros(days)
    for day in np.flatnonzero(exists).tolist():
        for key in burned_by[day] or modules_last:
            if key in engines and engines[key][day] > 0:
                exhaust[day] = engines[key][day]
                break
    mass[~exists], area[~exists] = 0.0, 0.0
    return Hardware(
        exists=exists,
        mass=mass,
        area=area * part.drag_coefficient,
        volume=volume,
        areal_density=np.divide(areal, volume, out=np.zeros(days), where=volume > 0) * G_PER_CM2,
        tanks=tanks,
        capacity=capacity,
        delivered=delivered,
        burn_allowed=exhaust > 0,
        exhaust_velocity=exhaust,
        modules=present,
    )
