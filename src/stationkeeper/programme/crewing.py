"""What a plan of crewed flights may use and must keep: rotations, agreements, shocks, work."""

from typing import Annotated, Literal

from pydantic import Field

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
)

Days = Annotated[int, Field(ge=0, le=20_000, strict=True)]
"""Whole days."""


class Rotation(Fact):
    """Crewed flights of one class of ship to one station that a plan may fly."""

    ship: Identifier
    """Class of ship. [-]"""
    station: Identifier
    """Station visited. [-]"""
    since: Day
    """Nominal launch of the first flight; the others follow every so many days. [date]"""
    until: Day | None = None
    """No launch after this day. [date]"""
    every_days: EveryDays
    """Nominal days between launches. [d]"""
    window_days: Days = 45
    """A launch may be this much earlier or later than nominal. [d]"""
    turnaround_days: Days = 30
    """Fewest days between two launches, for pad and ship. [d]"""
    transit_days: Days = 1
    """Days from launch to docking. [d]"""
    handover_days: tuple[Days, Days] | None = None
    """Fewest and most days that a crew stays after the next one has docked; absent means that
    visits have nothing to do with each other. [d]"""
    stay_days: tuple[Duration, Duration] | None = None
    """Shortest and longest time docked, if not up to the certified life of the ship. [d]"""
    ports: tuple[PortName, ...]
    """Ports that may be used. [-]"""
    mixes: Annotated[tuple[dict[Nation, Seats], ...], Field(max_length=50)]
    """Seats by nation that may fly, one of these on each flight. [-]"""
    optional: Flag = False
    """A flight may be left out. [-]"""


class Agreement(Fact):
    """Who may sit in whose ships, from one date to another."""

    kind: Literal["exchange", "purchase", "quota"]
    """Exchange: seats one for one; purchase: seats against something else; quota: people of a
    nation that are to fly. [-]"""
    station: Identifier
    """Station concerned. [-]"""
    since: Day
    """First launch day concerned. [date]"""
    until: Day | None = None
    """Last launch day concerned; absent means no end is agreed. [date]"""
    seats_on: dict[Identifier, Nation] = {}
    """Exchange and purchase: the nation that gets seats, by class of ship. [-]"""
    imbalance: Seats = 1
    """Exchange: most seats by which one side may be ahead. [-]"""
    nations: tuple[Nation, ...] = ()
    """Quota: nations concerned, taken together. [-]"""
    seats_per_year: NotNegative = 0.0
    """Quota: seats a year that are owed to these nations. [1/year]"""
    seats_at_most: People | None = None
    """Purchase: most seats in all. [-]"""


class Shock(Fact):
    """What happens to ships, launches and people, from one date to another."""

    kind: Literal[
        "grounded",
        "pad-closed",
        "flight-lost",
        "unfit",
        "early-return",
        "people-limit",
        "module-late",
        "cooperation-halted",
        "sanction",
    ]
    """Grounded: a class of ship or a launcher does not launch; pad-closed: nothing launches from a
    site; flight-lost: a flight does not arrive; unfit: a docked ship cannot bring people home;
    early-return: a docked ship leaves with its people; people-limit: fewer may be aboard outside
    handovers; module-late: modules are launched later; cooperation-halted: agreements on seats
    rest; sanction: no spare parts come for what the partners operate. [-]"""
    date: Day
    """First day. [date]"""
    until: Day | None = None
    """Last day; absent means open. [date]"""
    station: Identifier
    """Station concerned. [-]"""
    ships: tuple[Identifier, ...] = ()
    """Grounded and pad-closed: classes of ship. [-]"""
    site: Identifier | None = None
    """Pad-closed: the site. [-]"""
    flight: Identifier | None = None
    """Flight concerned. [-]"""
    people: People | None = None
    """People-limit: most aboard outside handovers. [-]"""
    launchers: tuple[Identifier, ...] = ()
    """Grounded: launchers, with all that they carry. [-]"""
    modules: tuple[Identifier, ...] = ()
    """Module-late: the modules. [-]"""
    late_days: Duration | None = None
    """Module-late: by how much. [d]"""
    agreements: tuple[Identifier, ...] = ()
    """Cooperation-halted: agreements on seats that rest. [-]"""
    partners: tuple[Identifier, ...] = ()
    """Sanction: partners whose equipment gets no spare parts. [-]"""


class Work(Fact):
    """Work that asks for people: what a station without them cannot do by itself."""

    title: Text
    """What is to be done. [-]"""
    station: Identifier
    """Station concerned. [-]"""
    since: Day
    """First day on which it can be done. [date]"""
    until: Day
    """Last day by which it is wanted. [date]"""
    crew_days: Positive
    """Days of one person. [d]"""
