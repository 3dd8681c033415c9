"""What wears out and how it is mended: walls, leaks, equipment, approaches, limits of risk."""

from typing import Annotated, Literal

from pydantic import Field

from stationkeeper.programme.parts import (
    Day,
    Fact,
    Flag,
    Fraction,
    Identifier,
    NotNegative,
    Part,
    People,
    Positive,
    Text,
)

Alloy = Literal["al-2219", "al-6061", "al-7075", "amg6"]
Units = Annotated[int, Field(ge=1, le=50, strict=True)]
Millimetres = Annotated[float, Field(gt=0, le=1_000, strict=True)]
Angle = Annotated[float, Field(ge=-360, le=360, strict=True)]


class Facet(Part):
    """A part of an outer skin with one shield, as seen by particles."""

    area_m2: Positive
    """Area. [m2]"""
    wall_mm: Millimetres
    """Thickness of the pressure wall, or of a pipe. [mm]"""
    material: Alloy
    """Alloy of the wall. [-]"""
    bumper_mm: Annotated[float, Field(ge=0, le=1_000, strict=True)] = 0.0
    """Thickness of the shield before it; 0 means none. [mm]"""
    standoff_mm: Annotated[float, Field(ge=0, le=1_000, strict=True)] = 0.0
    """Distance from shield to wall. [mm]"""
    azimuth_deg: Angle | None = None
    """Direction it faces, from the flight direction to the left; absent means all. [deg]"""
    elevation_deg: Annotated[float, Field(ge=-90, le=90, strict=True)] = 0.0
    """Direction it faces above the horizontal. [deg]"""


class Hull(Fact):
    """The outer skin of a module or ship."""

    facet: Annotated[dict[Identifier, Facet], Field(max_length=200)]
    """Parts of the skin by name. [-]"""
    welds: Annotated[int, Field(ge=0, le=10_000, strict=True)] = 20
    """Places where a crack may come through the wall. [-]"""
    hatch_open: Fraction = 1.0
    """Share of the time for which the hatch to the rest of the station is open. [-]"""


class Radiator(Fact):
    """The loop outside a docked ship without which it cannot bring people home."""

    facet: Annotated[dict[Identifier, Facet], Field(max_length=200)]
    """Parts of the loop by name. [-]"""


class Leak(Fact):
    """An observation of air lost, or a repair."""

    station: Identifier
    """Station concerned. [-]"""
    module: Identifier | None = None
    """Module measured with its hatch shut, or mended; absent means the whole station. [-]"""
    date: Day
    """Day of the observation. [date]"""
    kind: Literal["rate", "below", "decay", "repair"]
    """Air lost a day; at most so much; share of the air of a shut module a day; a repair. [-]"""
    kg_per_day: NotNegative | None = None
    """Rate or bound. [kg/d]"""
    share_per_day: NotNegative | None = None
    """Decay of the shut module. [1/d]"""
    log_sigma: Positive = 0.2
    """Standard error of the logarithm of the value. [-]"""
    hatch_open: Fraction = 1.0
    """Whole station: share of the time for which the hatch of the leaking module was open. [-]"""
    places: Annotated[int, Field(ge=1, le=1_000, strict=True)] | None = None
    """Places found leaking in the module up to then; absent means not told. [-]"""


class Equipment(Fact):
    """A group of like units in a module, of which some are needed."""

    title: Text
    """Name as people say it. [-]"""
    module: Identifier
    """Module that holds them; they come and go with it. [-]"""
    units: Units
    """Units there. [-]"""
    needed: Annotated[int, Field(ge=0, le=50, strict=True)]
    """Units without which the group is down. [-]"""
    installed: Day | None = None
    """Day from which their age counts; absent means the day on which the module joins. [date]"""
    random_per_year: NotNegative = 0.0
    """Random failures of one unit a year, before what the fleet teaches. [1/year]"""
    wear_shape: Annotated[float, Field(ge=1, le=20, strict=True)] = 1.0
    """Weibull shape of wear-out. [-]"""
    wear_scale_years: Positive | None = None
    """Weibull scale of wear-out; absent means no wear-out. [year]"""
    fleet_failures: Annotated[int, Field(ge=0, le=100_000, strict=True)] | None = None
    """Random failures seen in the fleet. [-]"""
    fleet_unit_years: Positive | None = None
    """Years of units over which they were seen. [year]"""
    repaired_by: tuple[Literal["crew", "robot"], ...] = ("crew",)
    """Who can mend or replace a unit; none means nobody. [-]"""
    repair_days: Positive = 1.0
    """Days of one person's work. [d]"""
    robot_days: Positive = 5.0
    """Days of one robot's work. [d]"""
    needs_spare: Flag = True
    """A repair takes a spare. [-]"""
    spares: People = 0
    """Spares aboard on the first day. [-]"""
    spares_per_cargo: NotNegative = 0.0
    """Spares that each docking cargo ship brings, on average. [-]"""


class Conjunction(Fact):
    """A close approach of a tracked object, from a message."""

    station: Identifier
    """Station concerned. [-]"""
    date: Day
    """Day of closest approach. [date]"""
    miss_km: NotNegative
    """Distance at closest approach. [km]"""
    chance: Fraction
    """Chance of a collision, computed from the covariance of the message. [-]"""
    object: Text = ""
    """Designator of the object. [-]"""


class RiskBins(Part):
    """Edges between the five classes of each side of the risk matrix."""

    chance: tuple[Fraction, Fraction, Fraction, Fraction] = (1e-4, 1e-3, 1e-2, 1e-1)
    """Edges of the chance a year, rising. [1/year]"""
    consequence: tuple[Positive, Positive, Positive, Positive] = (0.5, 1.5, 2.5, 3.5)
    """Edges between consequences, which count 0 no effect, 1 a seat home lost, 2 evacuation,
    3 loss of the station, 4 loss of crew. [-]"""


class Upkeep(Fact):
    """How a station is kept alive: limits, hands and what follows when something is lost."""

    leak_limit_kg_day: Positive = 2.0
    """Air lost a day beyond which the user counts a leak. [kg/d]"""
    leak_found_kg_day: Positive = 0.05
    """Leak of one place from which on it is found. [kg/d]"""
    leak_repair_days: Positive = 30.0
    """Days of crew work until a place that leaks is sealed. [d]"""
    robots: People = 0
    """Robots that can mend. [-]"""
    hands: People = 1
    """Repairs that the people aboard of one segment can do at once. [-]"""
    untended_factor: Annotated[float, Field(ge=1, le=100, strict=True)] = 1.2
    """How much faster the equipment of a segment ages without anybody aboard trained for it. [-]"""
    rescue_days: NotNegative = 60.0
    """Days until a ship with seats for people without a seat home can be there. [d]"""
    return_days: NotNegative = 180.0
    """Days after an evacuation before people come back, if what they need can be mended. [d]"""
    collision_chance: Fraction = 1e-4
    """Chance that an approach for which one would have moved away is a collision. [-]"""
    particle_sigma: Annotated[float, Field(ge=0, le=10, strict=True)] = 0.67
    """Log standard deviation of the rate of penetrations: flux and limits together. [-]"""
    bins: RiskBins = RiskBins()
    """Classes of the risk matrix. [-]"""
    penetrations_seen: Annotated[int, Field(ge=0, le=1_000, strict=True)] | None = None
    """Penetrations of its hulls that were seen; absent means not counted. [-]"""
    seen_until: Day | None = None
    """Last day of that count; the modules count from the day each joined. [date]"""


class ParticleFlux(Fact):
    """Flux of particles on a station, from a table of another program."""

    model: Text
    """Program and version. [-]"""
    diameter_mm: Annotated[tuple[Positive, ...], Field(min_length=2, max_length=1_000)]
    """Smallest diameters, rising. [mm]"""
    per_m2_year: Annotated[tuple[NotNegative, ...], Field(min_length=2, max_length=1_000)]
    """Particles of at least that diameter on a tumbling plate, falling. [1/m2/year]"""
    kind: Literal["debris", "meteoroids", "both"] = "debris"
    """What it replaces. [-]"""
    year: Annotated[float, Field(ge=1957, le=2200, strict=True)]
    """Year for which it was computed. [year]"""
