"""What is flown: modules with their ports, ships, launchers and the sites they fly from."""

from typing import Annotated, Literal

from pydantic import Field

from stationkeeper.programme.functions import Brought, Hold
from stationkeeper.programme.parts import (
    Day,
    Duration,
    Fact,
    Flag,
    Identifier,
    Nation,
    NotNegative,
    Number,
    Part,
    People,
    Positive,
    Text,
)
from stationkeeper.programme.wear import Hull, Radiator

GroundState = Literal["design", "build", "test", "at-site", "launched", "cancelled"]


class Port(Part):
    """A place on a module where something can dock."""

    mechanism: Identifier
    """Family of docking mechanism; a ship fits if it carries the same. [-]"""
    propellant_transfer: Flag = False
    """Propellant can pass through it. [-]"""
    reboost: Flag = False
    """A ship here can raise the orbit of the whole. [-]"""


class GroundStep(Fact):
    """A state of a module on the ground, from a date."""

    state: GroundState
    """Design, build, test, at site. [-]"""
    since: Day
    """First day in this state. [date]"""


class Propulsion(Part):
    """Engines and tanks of a module."""

    isp_s: Positive
    """Specific impulse of the orbit engines. [s]"""
    capacity_kg: NotNegative
    """Propellant the tanks hold. [kg]"""
    aboard_kg: NotNegative = 0.0
    """Propellant aboard when the module joins. [kg]"""
    thrust_n: Positive | None = None
    """Thrust of the orbit engines. [N]"""


class Module(Fact):
    """One element of a station."""

    title: Text
    """Name as people say it. [-]"""
    partner: Identifier
    """Partner that operates it. [-]"""
    owner: Identifier | None = None
    """Partner that owns it, if another. [-]"""
    segment: Identifier
    """Segment of the station whose systems it shares. [-]"""
    mass_kg: Positive
    """Mass in orbit, outfitted, without propellant listed under propulsion. [kg]"""
    pressurised_volume_m3: NotNegative = 0.0
    """Pressurised volume. [m3]"""
    exposed_area_m2: NotNegative
    """Mean area across the flow in flight attitude, its arrays included. [m2]"""
    wall_g_cm2: NotNegative = 0.0
    """Mean areal density of the pressure wall and its cover. [g/cm2]"""
    shielding_g_cm2: NotNegative = 0.0
    """Mean areal density added by equipment between wall and people. [g/cm2]"""
    design_life_years: Positive | None = None
    """Life for which it was designed or certified. [year]"""
    launched: Day | None = None
    """Launch day, flown or planned. [date]"""
    launcher: Identifier | None = None
    """Launcher that carries it. [-]"""
    site: Identifier | None = None
    """Site it leaves from. [-]"""
    launch_mass_kg: Positive | None = None
    """Mass at launch, if above the mass in orbit. [kg]"""
    propulsion: Propulsion | None = None
    """Engines and tanks. [-]"""
    ports: dict[Identifier, Port] = {}
    """Ports by name. [-]"""
    ground: dict[Identifier, GroundStep] = {}
    """States on the ground. [-]"""
    hull: Hull | None = None
    """Outer skin as particles and cracks see it. [-]"""


class CertifiedLife(Fact):
    """How long a ship may stay, from a date on."""

    since: Day | None = None
    """First day from which it holds; absent means always. [date]"""
    days: Duration
    """Days in orbit. [d]"""


class Ship(Fact):
    """A class of visiting ship."""

    title: Text
    """Name as people say it. [-]"""
    partner: Identifier
    """Partner that operates it. [-]"""
    seats: People = 0
    """Seats for people. [-]"""
    emergency_seats: People = 0
    """Places without a seat of their own, for people who have lost theirs. [-]"""
    flown_by: tuple[Nation, ...] = ()
    """Nations of which one at least must be aboard, trained to fly it; none means anybody. [-]"""
    mass_kg: Positive
    """Mass when docked, typical. [kg]"""
    exposed_area_m2: NotNegative = 0.0
    """Mean area that it adds across the flow. [m2]"""
    mechanisms: tuple[Identifier, ...]
    """Docking mechanisms that it fits. [-]"""
    propellant_to_station_kg: NotNegative = 0.0
    """Propellant that it brings for the station, to tanks or for burns of its own. [kg]"""
    isp_s: Positive | None = None
    """Specific impulse of its engines in a reboost. [s]"""
    thrust_n: Positive | None = None
    """Thrust of its engines in a reboost. [N]"""
    may_reboost: Flag = False
    """It can raise the orbit of a station. [-]"""
    launcher: Identifier | None = None
    """Launcher by default. [-]"""
    site: Identifier | None = None
    """Site by default. [-]"""
    certified_life: dict[Identifier, CertifiedLife] = {}
    """Certified days in orbit, by date. [-]"""
    brings: Brought = Brought()
    """What each flight brings for the stores, if it has no manifest. [-]"""
    hold: Hold | None = None
    """What it can carry. [-]"""
    hull: Hull | None = None
    """Outer skin while docked. [-]"""
    radiator: Radiator | None = None
    """Loop outside whose loss grounds the ship. [-]"""


class Site(Fact):
    """A launch site."""

    title: Text
    """Name as people say it. [-]"""
    nation: Nation | None = None
    """Nation on whose ground it lies. [-]"""
    latitude_deg: Annotated[float, Field(ge=-90, le=90, strict=True)]
    """Latitude. [deg]"""
    inclinations_deg: tuple[tuple[Number, Number], ...]
    """Ranges of inclination that can be reached, lowest and highest. [deg]"""
    crew_rated: Flag = False
    """People have left or may leave from here. [-]"""
    pads: tuple[Text, ...] = ()
    """Pads in use. [-]"""


class Payload(Fact):
    """What a launcher carries from one site to one inclination."""

    site: Identifier
    """Site it leaves from. [-]"""
    inclination_deg: Annotated[float, Field(ge=0, le=180, strict=True)]
    """Inclination reached. [deg]"""
    payload_kg: Positive
    """Mass brought to a low orbit. [kg]"""
    since: Day | None = None
    """First day in service on this route. [date]"""
    until: Day | None = None
    """Last day in service on this route. [date]"""


class Launcher(Fact):
    """A class of launcher."""

    title: Text
    """Name as people say it. [-]"""
    partner: Identifier | None = None
    """Partner that operates it. [-]"""
    crew_rated: Flag = False
    """May carry people. [-]"""
    payloads: dict[Identifier, Payload]
    """Mass by site and inclination. [-]"""
