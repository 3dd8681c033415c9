"""The station that is flown: its modules, its equipment, its orbit, who is aboard."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from stationkeeper.errors import InputError
from stationkeeper.orbit.mean_motion import node_at_local_time
from stationkeeper.programme.composition import station_intervals
from stationkeeper.programme.document import Programme
from stationkeeper.programme.plant import Plant, PlantVisit
from stationkeeper.programme.problems import choices, nearest, shown
from stationkeeper.units import KILOMETRE, date_from_days, days_since_2000


@dataclass(frozen=True)
class Room:
    """A pressurised module."""

    name: str
    title: str
    volume: float
    """[m3]"""
    mass: float
    """[kg]"""
    surface: float
    """Outer surface: that of a cylinder twice as long as wide. [m2]"""


@dataclass(frozen=True)
class House:
    """What a plant is built from."""

    programme: Programme
    station: str
    title: str
    plant: Plant
    rooms: tuple[Room, ...]
    """Pressurised modules, in the order in which they came. [-]"""
    mass: float
    """Of all modules. [kg]"""
    first_day: float
    """Days since 2000-01-01. [d]"""
    altitude: float
    """Mean, over the equatorial radius. [m]"""
    inclination: float
    """[rad]"""
    node: float
    """Right ascension at the begin. [rad]"""
    place: float
    """Angle from the node along the orbit at the begin. [rad]"""
    people: int
    """Aboard at the begin. [-]"""
    visits: tuple[tuple[str, PlantVisit], ...] = ()
    left_out: tuple[str, ...] = ()
    """Equipment of the plant in modules that are not there on the first day. [-]"""

    def room(self, name: str) -> int:
        """Return the number of a module."""
        return next(place for place, room in enumerate(self.rooms) if room.name == name)


def house_of(
    programme: Programme,
    station: str,
    *,
    first_day: date | None = None,
    uncrewed: bool = False,
) -> House:
    """Gather what a station is made of on the first day flown.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str
        Key of a station with a plant.
    first_day : date, optional
        In the place of the plant's own.
    uncrewed : bool
        Nobody is aboard, and visits bring nobody.

    Returns
    -------
    House

    Raises
    ------
    InputError
        If the station is not there, has no plant, or has no pressurised module that day.
    """
    if station not in programme.station:
        raise InputError(
            f"station: given {shown(station)}; expected {choices(programme.station)}"
            f"{nearest(station, programme.station)}"
        )
    if station not in programme.plant:
        has = choices(programme.plant) if programme.plant else "none here"
        raise InputError(
            f"{programme.name}: plant.{station}: not given; expected the equipment of the station;"
            f" stations with one: {has}; write [plant.{station}], see the reference of the document"
        )
    plant = programme.plant[station]
    when = days_since_2000(first_day or plant.first_day)
    there: tuple[str, ...] = ()
    for interval in station_intervals(programme)[station]:
        if interval.first <= when < interval.last:
            there = interval.modules
    rooms = tuple(
        _room(key, programme) for key in there if programme.module[key].pressurised_volume_m3 > 0
    )
    if not rooms:
        raise InputError(
            f"plant.{station}: no pressurised module is there on {date_from_days(when)};"
            " expected a day on which the station is"
        )
    names = {room.name for room in rooms}
    kept, left_out = _there(plant, names)
    rules = programme.station[station].crew_rules
    orbit = programme.station[station].orbit
    visits = tuple(
        (key, visit.model_copy(update={"people": 0}) if uncrewed else visit)
        for key, visit in kept.visit.items()
    )
    # People of ships that are there from the begin are those aboard; else who has to be.
    brought = any(visit.people > 0 and visit.docks_day == 0 for _, visit in visits)
    return House(
        programme=programme,
        station=station,
        title=programme.station[station].title,
        plant=kept,
        rooms=rooms,
        mass=sum(programme.module[key].mass_kg for key in there),
        first_day=float(when),
        altitude=(plant.altitude_km or orbit.altitude_km) * KILOMETRE,
        inclination=float(np.radians(orbit.inclination_deg)),
        node=_node(plant, orbit.node_local_time_h, float(when)),
        place=float(np.radians(plant.place_deg)),
        people=0 if uncrewed or not rules.permanent or brought else rules.minimum,
        visits=visits,
        left_out=left_out,
    )


def _node(plant: Plant, local_time_h: float | None, day: float) -> float:
    if plant.node_deg is not None:
        return float(np.radians(plant.node_deg))
    if local_time_h is None:
        return 0.0
    return node_at_local_time(day, local_time_h)


def _room(key: str, programme: Programme) -> Room:
    module = programme.module[key]
    volume = module.pressurised_volume_m3
    wide = (2.0 * volume / np.pi) ** (1 / 3)  # of a cylinder twice as long as wide
    return Room(key, module.title, volume, module.mass_kg, float(2.5 * np.pi * wide**2))


def _there(plant: Plant, names: set[str]) -> tuple[Plant, tuple[str, ...]]:
    """Leave out what stands in modules that are not there."""
    machine = {key: one for key, one in plant.air.machine.items() if one.module in names}
    hatch = {key: one for key, one in plant.air.hatch.items() if set(one.between) <= names}
    load = {key: one for key, one in plant.load.items() if one.module in names}
    visit = {key: one for key, one in plant.visit.items() if one.module in names}
    gone = (
        *(f"air.machine.{key}" for key in plant.air.machine if key not in machine),
        *(f"air.hatch.{key}" for key in plant.air.hatch if key not in hatch),
        *(f"load.{key}" for key in plant.load if key not in load),
        *(f"visit.{key}" for key in plant.visit if key not in visit),
    )
    air = plant.air.model_copy(update={"machine": machine, "hatch": hatch})
    return plant.model_copy(update={"air": air, "load": load, "visit": visit}), gone
