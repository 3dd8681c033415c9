"""What happens when: events of modules, flights of ships, stays of people."""

from typing import Literal

from stationkeeper.programme.functions import Brought
from stationkeeper.programme.parts import (
    Day,
    Duration,
    EveryDays,
    Fact,
    Flag,
    Identifier,
    Nation,
    NotNegative,
    People,
    PortName,
    Positive,
    Seats,
    Text,
    WrittenDay,
)
from stationkeeper.programme.stations import Orbit

EventKind = Literal[
    "dock",
    "undock",
    "relocate",
    "transfer",
    "separate",
    "isolate",
    "reopen",
    "remove",
    "leave",
    "permit",
]


class Event(Fact):
    """A dated change of what a station is or who runs it."""

    kind: EventKind
    """Dock, undock, relocate, transfer, separate, isolate, reopen, remove a module; leave: a
    partner ends its part; permit: foreign crew is allowed. [-]"""
    date: Day
    """Day of the event. [date]"""
    station: Identifier
    """Station concerned. [-]"""
    modules: tuple[Identifier, ...] = ()
    """Modules concerned. [-]"""
    port: PortName | None = None
    """Port of the station at which a module docks or to which it moves. [-]"""
    to_station: Identifier | None = None
    """Transfer and separate: the station that receives the modules. [-]"""
    orbit: Orbit | None = None
    """Orbit of the receiving station, if not the same as it left. [-]"""
    partner: Identifier | None = None
    """Leave and permit: the partner concerned. [-]"""
    crews_only: Flag = False
    """Leave: only its people go; its ships go on coming, if others can fly them. [-]"""


class Flight(Fact):
    """One visit of one ship."""

    ship: Identifier
    """Class of ship. [-]"""
    title: Text = ""
    """Name of the flight. [-]"""
    station: Identifier
    """Station visited. [-]"""
    launched: Day
    """Launch day. [date]"""
    docked: Day
    """Day of docking or berthing. [date]"""
    undocked: Day | None = None
    """Day of leaving; absent means still docked at the end of the record,
    and then until the port is needed or the certified life of the ship ends. [date]"""
    port: PortName
    """Port at docking. [-]"""
    moved_to: dict[WrittenDay, PortName] = {}
    """Later ports, by day as YYYY-MM-DD. [-]"""
    launcher: Identifier | None = None
    """Launcher, if not the ship's own. [-]"""
    site: Identifier | None = None
    """Site, if not the ship's own. [-]"""
    mass_kg: Positive | None = None
    """Mass when docked, if not the ship's typical one. [kg]"""
    propellant_to_station_kg: NotNegative | None = None
    """Propellant brought, if not the ship's typical amount. [kg]"""
    manifest: Brought | None = None
    """What it brings for the stores, if not what its class does. [-]"""
    life_days: Duration | None = None
    """Days in orbit granted to this flight, if not those of its class. [d]"""
    status: Literal["flown", "planned", "lost"] = "planned"
    """Flown, planned, or lost on the way. [-]"""


class Crew(Fact):
    """People of one group who came and left together, as seats by nation. No names."""

    station: Identifier
    """Station lived on. [-]"""
    ship_up: Text
    """Flight that brought them. [-]"""
    launched: Day
    """Launch day. [date]"""
    ship_down: Text = ""
    """Flight that takes them home. [-]"""
    landed: Day | None = None
    """Landing day; absent means still aboard at the end of the record. [date]"""
    seats: dict[Nation, Seats]
    """Seats by nation. [-]"""
    able: dict[Identifier, People] = {}
    """People of the group able to run each segment, if not as their nations say. [-]"""
    seat_on: dict[WrittenDay, Text] = {}
    """Flight whose seats home are theirs, by the day from which, as YYYY-MM-DD; otherwise that of
    arrival until that of landing has docked. [-]"""
    status: Literal["flown", "planned"] = "planned"
    """Flown or planned. [-]"""


class EarlierTraffic(Fact):
    """Keys of a regular series that were otherwise on earlier days of knowledge."""

    superseded_on: Day
    """First day of knowledge on which they hold no more. [date]"""
    ship: Identifier | None = None
    """Class of ship. [-]"""
    until: Day | None = None
    """No docking after this day. [date]"""
    every_days: EveryDays | None = None
    """Days between dockings. [d]"""
    stay_days: Duration | None = None
    """Days docked. [d]"""
    ports: tuple[PortName, ...] | None = None
    """Ports used in turn. [-]"""
    seats: dict[Nation, Seats] | None = None
    """Seats by nation on each flight. [-]"""


class Traffic(Fact):
    """A regular series of flights, and of the people aboard them, from one date to another."""

    ship: Identifier
    """Class of ship. [-]"""
    station: Identifier
    """Station visited. [-]"""
    since: Day
    """Day of the first docking. [date]"""
    until: Day | None = None
    """No docking after this day. [date]"""
    follows_record: Flag = False
    """With an earlier day of knowledge (``--as-known``) the series begins where the record then
    ends: its usual days after the last flight of its class that was known, or on that day. [-]"""
    earlier: dict[Identifier, EarlierTraffic] = {}
    """What was otherwise on earlier days of knowledge; taken with ``--as-known`` only: of those not
    superseded by that day, the one superseded first. [-]"""
    every_days: EveryDays
    """Days between dockings. [d]"""
    stay_days: Duration
    """Days docked. [d]"""
    ports: tuple[PortName, ...]
    """Ports used in turn. [-]"""
    seats: dict[Nation, Seats] = {}
    """Seats by nation on each flight; none means cargo. [-]"""
    launcher: Identifier | None = None
    """Launcher, if not the ship's own. [-]"""
    site: Identifier | None = None
    """Site, if not the ship's own. [-]"""
    mass_kg: Positive | None = None
    """Mass when docked, if not the ship's typical one. [kg]"""
    propellant_to_station_kg: NotNegative | None = None
    """Propellant brought by each, if not the ship's typical amount. [kg]"""
    manifest: Brought | None = None
    """What each brings for the stores, if not what its class does. [-]"""
