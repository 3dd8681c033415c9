"""What decides in a run: policies as named rules, random shocks, and slips of launches."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from stationkeeper.programme.parts import (
    Day,
    Duration,
    Fact,
    Flag,
    Fraction,
    Identifier,
    NotNegative,
    Part,
    Text,
)

Parameter = Flag | Annotated[float, Field(strict=True)] | Text

ParameterName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""Name of a parameter, which carries its unit: ``lead_days``."""


class Policy(Fact):
    """A rule that acts in each replica, month by month, on what is known there by then."""

    rule: Text
    """Name of the rule: ours, or of a plug-in in the group ``stationkeeper.policies``. [-]"""
    act: Literal["end", "leave", "launch", "replace", "separate", "guard"]
    """What follows when it says yes: end the station, leave it, launch the next module, replace a
    module, separate modules; guard: other acts wait while it says no. [-]"""
    station: Identifier
    """Station concerned. [-]"""
    partner: Identifier | None = None
    """Leave and separate: whose part it is. [-]"""
    own_station: Identifier | None = None
    """The partner's own station, to which it goes. [-]"""
    since: Day | None = None
    """First day on which it may act; absent means from the begin. [date]"""
    until: Day | None = None
    """Last day on which it may act; absent means to the end. [date]"""
    parameters: dict[ParameterName, Parameter] = {}
    """What the rule wants to know, by name. [-]"""


class Random(Fact):
    """A shock without a date: it strikes in each replica by chance."""

    kind: Literal[
        "flight-lost", "grounded", "pad-closed", "cooperation-halted", "sanction", "module-late"
    ]
    """What happens, as in a dated shock. [-]"""
    ships: tuple[Identifier, ...] = ()
    """Classes of ship concerned. [-]"""
    launchers: tuple[Identifier, ...] = ()
    """Launchers concerned. [-]"""
    site: Identifier | None = None
    """Pad-closed: the site. [-]"""
    modules: tuple[Identifier, ...] = ()
    """Module-late: the modules. [-]"""
    partners: tuple[Identifier, ...] = ()
    """Cooperation-halted and sanction: the partners concerned. [-]"""
    chance_per_flight: Fraction | None = None
    """Flight-lost: chance of each flight. [-]"""
    per_year: NotNegative | None = None
    """The others: how often. [1/year]"""
    lasts_days: tuple[Duration, Duration] | None = None
    """Shortest and longest duration, or delay; evenly drawn. [d]"""


class Slips(Part):
    """How far planned launches slip."""

    kind: Literal["fitted", "none"] = "fitted"
    """Drawn from announced against flown dates of the past, or not at all. [-]"""
    modules: tuple[Identifier, ...] = ()
    """Modules whose launches slip; none means all that are planned. [-]"""
