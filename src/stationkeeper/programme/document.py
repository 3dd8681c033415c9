"""The programme as one frozen document."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from stationkeeper.programme.hardware import Launcher, Module, Ship, Site
from stationkeeper.programme.parts import Fact, Identifier, Nation, Part, Text
from stationkeeper.programme.stations import Station
from stationkeeper.programme.traffic import Crew, Event, Flight, Traffic


class Span(Part):
    """First and last day that are flown."""

    first: date
    """First day. [date]"""
    last: date
    """Last day. [date]"""


class Sun(Part):
    """Solar activity after the record ends."""

    future: Literal["drawn", "predicted"] = "drawn"
    """Drawn from recorded cycles for each replica, or the published prediction for all. [-]"""
    observed_until: date | None = None
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
    sun: Sun = Sun()
    """Solar activity. [-]"""
    partner: dict[Identifier, Partner]
    """Partners by key. [-]"""
    site: dict[Identifier, Site] = {}
    """Launch sites by key. [-]"""
    launcher: dict[Identifier, Launcher] = {}
    """Launchers by key. [-]"""
    ship: dict[Identifier, Ship] = {}
    """Classes of ships by key. [-]"""
    module: dict[Identifier, Module] = {}
    """Modules by key. [-]"""
    station: dict[Identifier, Station]
    """Stations by key. [-]"""
    event: dict[Identifier, Event] = {}
    """Dated changes by key. [-]"""
    flight: dict[Identifier, Flight] = {}
    """Single flights by key. [-]"""
    traffic: dict[Identifier, Traffic] = {}
    """Regular series of flights by key. [-]"""
    crew: dict[Identifier, Crew] = {}
    """Groups of people by key. [-]"""

    def as_document(self) -> dict[str, Any]:
        """Return the document as plain data, in the spelling of the file."""
        return self.model_dump(by_alias=True, exclude_none=True, exclude_unset=True)
