"""The programme as one frozen document."""

from typing import Annotated, Any, Literal

from pydantic import Field

from stationkeeper.programme.crewing import Agreement, Rotation, Shock, Work
from stationkeeper.programme.deciding import Policy, Random, Slips
from stationkeeper.programme.functions import Function, Store, Withdrawal
from stationkeeper.programme.hardware import Launcher, Module, Ship, Site
from stationkeeper.programme.parts import Day, Fact, Flag, Identifier, Nation, Part, Text
from stationkeeper.programme.plant import Plant
from stationkeeper.programme.record import (
    Commitment,
    Cooperation,
    Notice,
    Obligation,
    Statement,
    Treaty,
)
from stationkeeper.programme.services import (
    Constellation,
    Contract,
    Ground,
    OrbitVersion,
    Payload,
    Service,
)
from stationkeeper.programme.stations import Station
from stationkeeper.programme.traffic import Crew, Event, Flight, Traffic
from stationkeeper.programme.wear import Conjunction, Equipment, Leak

# Limits chosen by us, some ten times above the largest shipped programme.
MOST_PARTS = 1_000
MOST_STATIONS = 50
MOST_DATED = 10_000


class Span(Part):
    """First and last day that are flown."""

    first: Day
    """First day. [date]"""
    last: Day
    """Last day. [date]"""


class Sun(Part):
    """Solar activity after the record ends."""

    future: Literal["drawn", "predicted"] = "drawn"
    """Drawn from recorded cycles for each replica, or the published prediction for all. [-]"""
    observed_until: Day | None = None
    """Pretend that the record ends here; absent means all that is recorded. [date]"""


class Partner(Fact):
    """An agency or company with a part in the programme."""

    title: Text
    """Name as people say it. [-]"""
    nation: Nation
    """Nation, or the seat of the agency. [-]"""
    dose_limits: Identifier | None = None
    """Agency whose dated dose limits apply to its people. [-]"""


class Programme(Part):
    """Stations, modules, partners, ships and people over a span of years."""

    schema_: Literal[1] = Field(alias="schema")
    """Version of the format; written ``schema`` in the file. [-]"""
    name: Identifier
    """Short name. [-]"""
    title: Text
    """One line for the head of the report. [-]"""
    about: Text = ""
    """What the programme is meant to show. [-]"""
    span: Span
    """Days flown. [-]"""
    as_known: Day | None = None
    """Only what was known on this day is in the document; absent means all of it. [date]"""
    resolved: Flag = False
    """The file holds what it once included, so it may hold more than its span; written by us,
    not by hand. [-]"""
    applied: tuple[Text, ...] = ()
    """Overrides and settings that were applied, in order. [-]"""
    left_out: tuple[Text, ...] = ()
    """What the day of knowledge left out, table by table. [-]"""
    sun: Sun = Sun()
    """Solar activity. [-]"""
    partner: Annotated[dict[Identifier, Partner], Field(max_length=MOST_PARTS)]
    """Partners by key. [-]"""
    site: Annotated[dict[Identifier, Site], Field(max_length=MOST_PARTS)] = {}
    """Launch sites by key. [-]"""
    launcher: Annotated[dict[Identifier, Launcher], Field(max_length=MOST_PARTS)] = {}
    """Launchers by key. [-]"""
    ship: Annotated[dict[Identifier, Ship], Field(max_length=MOST_PARTS)] = {}
    """Classes of ships by key. [-]"""
    module: Annotated[dict[Identifier, Module], Field(max_length=MOST_PARTS)] = {}
    """Modules by key. [-]"""
    station: Annotated[dict[Identifier, Station], Field(max_length=MOST_STATIONS)]
    """Stations by key. [-]"""
    event: Annotated[dict[Identifier, Event], Field(max_length=MOST_DATED)] = {}
    """Dated changes by key. [-]"""
    flight: Annotated[dict[Identifier, Flight], Field(max_length=MOST_DATED)] = {}
    """Single flights by key. [-]"""
    traffic: Annotated[dict[Identifier, Traffic], Field(max_length=MOST_PARTS)] = {}
    """Regular series of flights by key. [-]"""
    crew: Annotated[dict[Identifier, Crew], Field(max_length=MOST_DATED)] = {}
    """Groups of people by key. [-]"""
    rotation: Annotated[dict[Identifier, Rotation], Field(max_length=MOST_PARTS)] = {}
    """Crewed flights that a plan may fly, by key. [-]"""
    agreement: Annotated[dict[Identifier, Agreement], Field(max_length=MOST_PARTS)] = {}
    """Exchanged, bought and owed seats by key. [-]"""
    shock: Annotated[dict[Identifier, Shock], Field(max_length=MOST_DATED)] = {}
    """What happens to ships, launches and people, by key. [-]"""
    work: Annotated[dict[Identifier, Work], Field(max_length=MOST_DATED)] = {}
    """Work that asks for people, by key. [-]"""

    equipment: Annotated[dict[Identifier, Equipment], Field(max_length=MOST_PARTS)] = {}
    """Groups of like units, by key. [-]"""
    function: Annotated[dict[Identifier, Function], Field(max_length=MOST_PARTS)] = {}
    """What stations and people need, and who provides it, by key. [-]"""
    store: Annotated[dict[Identifier, Store], Field(max_length=MOST_PARTS)] = {}
    """What is kept aboard and runs down, by key. [-]"""
    leak: Annotated[dict[Identifier, Leak], Field(max_length=MOST_DATED)] = {}
    """Observed leaks and repairs, by key. [-]"""
    conjunction: Annotated[dict[Identifier, Conjunction], Field(max_length=MOST_DATED)] = {}
    """Close approaches of tracked objects, by key. [-]"""
    withdraw: Annotated[dict[Identifier, Withdrawal], Field(max_length=MOST_PARTS)] = {}
    """Partners that end their part, by key of the partner. [-]"""

    statement: Annotated[dict[Identifier, Statement], Field(max_length=MOST_DATED)] = {}
    """Words of offices, by key. [-]"""
    treaty: Annotated[dict[Identifier, Treaty], Field(max_length=MOST_PARTS)] = {}
    """Agreements that are left by notice, by key. [-]"""
    notice: Annotated[dict[Identifier, Notice], Field(max_length=MOST_PARTS)] = {}
    """Formal notices, by key. [-]"""
    commitment: Annotated[dict[Identifier, Commitment], Field(max_length=MOST_PARTS)] = {}
    """Partners bound to a day, by key. [-]"""
    obligation: Annotated[dict[Identifier, Obligation], Field(max_length=MOST_PARTS)] = {}
    """What is owed, by key. [-]"""
    cooperation: Annotated[dict[Identifier, Cooperation], Field(max_length=MOST_DATED)] = {}
    """Changes of how two partners work together, by key. [-]"""
    policy: Annotated[dict[Identifier, Policy], Field(max_length=100)] = {}
    """Rules that decide, by key, in the order in which they are asked. [-]"""
    random: Annotated[dict[Identifier, Random], Field(max_length=MOST_PARTS)] = {}
    """Shocks that strike by chance, by key. [-]"""
    slips: Slips = Slips()
    """How far planned launches slip. [-]"""

    ground: Annotated[dict[Identifier, Ground], Field(max_length=MOST_DATED)] = {}
    """Places on the ground that receive, measure or are served, by key. [-]"""
    constellation: Annotated[dict[Identifier, Constellation], Field(max_length=MOST_PARTS)] = {}
    """Satellites that serve without a station, by key. [-]"""
    payload: Annotated[dict[Identifier, Payload], Field(max_length=MOST_PARTS)] = {}
    """What serves the ground, by key. [-]"""
    service: Annotated[dict[Identifier, Service], Field(max_length=MOST_PARTS)] = {}
    """What the ground is given, by key. [-]"""
    contract: Annotated[dict[Identifier, Contract], Field(max_length=MOST_PARTS)] = {}
    """What customers are promised, by key. [-]"""
    plant: Annotated[dict[Identifier, Plant], Field(max_length=MOST_STATIONS)] = {}
    """Equipment of stations as they are flown second by second, by key of the station. [-]"""
    versions: tuple[OrbitVersion, ...] = ()
    """Orbits of stations in the named overrides of the file; written by us, not by hand. [-]"""

    def as_document(self) -> dict[str, Any]:
        """Return the document as plain data, in the spelling of the file."""
        return self.model_dump(by_alias=True, exclude_none=True, exclude_unset=True)
