"""Where a station flies, who may board it, and how its orbit is kept."""

from typing import Annotated, Literal

from pydantic import Field

from stationkeeper.programme.parts import (
    Day,
    Duration,
    EveryDays,
    Fact,
    Flag,
    Fraction,
    Identifier,
    Nation,
    NotNegative,
    People,
    Positive,
    Text,
)
from stationkeeper.programme.wear import ParticleFlux, Upkeep

AltitudeKm = Annotated[float, Field(ge=120, le=2_000, strict=True)]


class Orbit(Fact):
    """A near-circular orbit about the Earth."""

    altitude_km: AltitudeKm
    """Mean altitude: semi-major axis less the equatorial radius. [km]"""
    inclination_deg: Annotated[float, Field(ge=0, le=180, strict=True)]
    """Inclination to the equator. [deg]"""
    eccentricity: Annotated[float, Field(ge=0, le=0.05, strict=True)] = 0.0
    """Eccentricity. [-]"""
    node_local_time_h: Annotated[float, Field(ge=0, lt=24, strict=True)] | None = None
    """Local mean time of the ascending node on the first day; absent means drawn. [h]"""


class CrewRules(Fact):
    """Who must be aboard, and for how long at most."""

    permanent: Flag
    """People are aboard at all times; otherwise they visit. [-]"""
    minimum: People = 0
    """Fewest people while crewed. [-]"""
    maximum: People
    """Most people at once, handovers included. [-]"""
    minimum_by_segment: dict[Identifier, People] = {}
    """Fewest people able to run each segment. [-]"""
    run_by: dict[Identifier, tuple[Nation, ...]] = {}
    """Nations whose people run a segment; a segment without an entry is run by everybody whose
    nation is not named for another. [-]"""
    spacewalk_minimum: People = 3
    """Fewest people aboard for a spacewalk: two outside, one inside. [-]"""
    stay_limit_days: Duration | None = None
    """Longest stay allowed. [d]"""


class Access(Fact):
    """Who may come aboard."""

    kind: Literal["national", "joint", "commercial"]
    """National, joint or commercial station. [-]"""
    foreign_crew: Literal["refused", "by-permission", "open"]
    """People of other nations than the owners'. [-]"""


class DragFactor(Fact):
    """Calibration of the drag of one station."""

    factor: Positive = 1.0
    """Factor on the drag coefficient times area. [-]"""
    one_sigma: Fraction = 0.1
    """Relative standard error of the factor, one sigma. [-]"""


class ReboostRule(Fact):
    """How the altitude is kept from one date to another."""

    kind: Literal["band", "calendar", "target", "as-flown", "drift"]
    """Between two heights; on given days; to a height for a visiting ship; along the flown record;
    or not at all. [-]"""
    since: Day
    """First day. [date]"""
    until: Day | None = None
    """Last day; absent means to the end. Of rules that overlap the last begun holds. [date]"""
    lower_km: AltitudeKm | None = None
    """Band: raise when the mean altitude falls to this. [km]"""
    upper_km: AltitudeKm | None = None
    """Band: raise to this. [km]"""
    every_days: EveryDays | None = None
    """Calendar: days between burns. [d]"""
    target_km: AltitudeKm | None = None
    """Calendar and target: height to reach at each burn or at each docking. [km]"""
    for_ships: tuple[Identifier, ...] = ()
    """Target: ships for whose docking the height is set. [-]"""
    table: Identifier | None = None
    """As flown: reference table of altitude by date. [-]"""
    half_width_km: Annotated[float, Field(ge=0.1, le=100, strict=True)] = 1.5
    """As flown: half the width of the band held about the record. [km]"""
    burned_by: tuple[Identifier, ...] = ()
    """Ships and modules that may burn, first choice first; absent means any that can. [-]"""


class EndOfLife(Fact):
    """How the station comes down."""

    kind: Literal["controlled", "uncontrolled", "storage", "open"]
    """Controlled entry, uncontrolled entry, storage orbit, or not decided. [-]"""
    since: Day
    """First day of the descent. [date]"""
    ship: Identifier | None = None
    """Ship that makes the last burns. [-]"""
    crew_leaves: Day | None = None
    """Day on which the last people leave. [date]"""
    drift_to_km: AltitudeKm | None = None
    """Height at which the last burns begin. [km]"""
    storage_km: AltitudeKm | None = None
    """Height of the storage orbit. [km]"""


class Station(Fact):
    """A station: an orbit, rules and, from its modules, everything else."""

    title: Text
    """Name as people say it. [-]"""
    partners: tuple[Identifier, ...]
    """Partners that run it. [-]"""
    first_day: Day | None = None
    """First day in orbit; absent means the day its first module is there. [date]"""
    orbit: Orbit
    """Orbit on the first day that is flown here. [-]"""
    access: Access
    """Who may come aboard. [-]"""
    crew_rules: CrewRules
    """Who must be aboard. [-]"""
    drag_coefficient: Annotated[float, Field(ge=1, le=4, strict=True)] = 2.2
    """Drag coefficient on the exposed area. [-]"""
    drag: DragFactor = DragFactor()
    """Calibration factor of the drag. [-]"""
    reboost: dict[Identifier, ReboostRule] = {}
    """How the altitude is kept. [-]"""
    avoidance_per_year: NotNegative = 0.0
    """Avoidance manoeuvres a year. [1/year]"""
    propellant_aboard_kg: NotNegative = 0.0
    """Propellant aboard on the first day flown. [kg]"""
    end: EndOfLife | None = None
    """How it comes down. [-]"""
    earlier_ends: dict[Identifier, EndOfLife] = {}
    """How it was to come down in the words of an earlier day, each with ``known_on``; taken with
    ``--as-known`` only, where the one above was not known yet. [-]"""
    upkeep: Upkeep = Upkeep()
    """How it is kept alive, and the user's limits. [-]"""
    particles: dict[Identifier, ParticleFlux] = {}
    """Fluxes of particles from other programs, in the place of our models. [-]"""
