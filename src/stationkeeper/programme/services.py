"""What the ground gets: networks on the ground, constellations, payloads, services, contracts."""

from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field

from stationkeeper.programme.functions import FunctionKind
from stationkeeper.programme.parts import (
    Day,
    Fact,
    Flag,
    Identifier,
    NotNegative,
    Part,
    Positive,
    Text,
)
from stationkeeper.programme.stations import AltitudeKm

Latitude = Annotated[float, Field(ge=-90, le=90, strict=True)]
Longitude = Annotated[float, Field(ge=-180, le=360, strict=True)]
Angle = Annotated[float, Field(ge=0, le=90, strict=True)]
FrequencyGhz = Annotated[float, Field(ge=0.05, le=100, strict=True)]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]

ServiceKind = Literal["communications", "data", "navigation", "meteorology", "geodesy"]


class Receiver(Part):
    """What a place on the ground receives with in one band."""

    frequency_ghz: tuple[FrequencyGhz, FrequencyGhz]
    """Lowest and highest frequency. [GHz]"""
    gain_over_temperature_dbk: Annotated[float, Field(ge=-60, le=80, strict=True)]
    """Gain over noise temperature in clear sky. [dB/K]"""
    antenna_m: Positive = 1.0
    """Diameter of the antenna. [m]"""


class Ground(Fact):
    """A place on the ground that receives, measures or is served."""

    title: Text
    """Name of the place. [-]"""
    networks: tuple[Identifier, ...] = ()
    """Networks to which it belongs; services name them. [-]"""
    partner: Identifier | None = None
    """Partner that runs it. [-]"""
    latitude_deg: Latitude
    """Geodetic latitude. [deg]"""
    longitude_deg: Longitude
    """Longitude, east positive. [deg]"""
    altitude_m: Annotated[float, Field(ge=-500, le=9_000, strict=True)] = 0.0
    """Height above the ellipsoid. [m]"""
    mask_deg: Angle = 5.0
    """Lowest elevation at which it works. [deg]"""
    masks_deg: tuple[tuple[Annotated[float, Field(ge=0, lt=360, strict=True)], Angle], ...] = ()
    """Azimuth from north through east and lowest elevation there, straight lines between. [deg]"""
    antennas: Annotated[int, Field(ge=1, le=100, strict=True)] = 1
    """Satellites that it can follow at once. [-]"""
    receiver: dict[Identifier, Receiver] = {}
    """Receivers by band. [-]"""
    since: Day | None = None
    """First day of service; absent means always. [date]"""
    until: Day | None = None
    """Last day of service; absent means always. [date]"""


class Constellation(Fact):
    """Satellites that deliver a service without any station."""

    title: Text
    """Name as people say it. [-]"""
    partner: Identifier | None = None
    """Partner that runs it. [-]"""
    kind: Literal["walker", "geostationary", "elements"]
    """Circular orbits in even planes, places over the equator, or element sets. [-]"""
    altitude_km: Annotated[float, Field(ge=120, le=60_000, strict=True)] | None = None
    """Walker: altitude over the equatorial radius. [km]"""
    inclination_deg: Annotated[float, Field(ge=0, le=180, strict=True)] | None = None
    """Walker: inclination. [deg]"""
    satellites: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = None
    """Walker: satellites in all planes together. [-]"""
    planes: Annotated[int, Field(ge=1, le=1_000, strict=True)] = 1
    """Walker: planes, evenly spread over `spread_deg` of the equator. [-]"""
    phasing: Annotated[int, Field(ge=0, le=1_000, strict=True)] = 0
    """Walker: steps of 360/satellites by which a plane is ahead of the one before. [-]"""
    spread_deg: Annotated[float, Field(gt=0, le=360, strict=True)] = 360.0
    """Walker: arc of the equator over which the nodes are spread. [deg]"""
    node_deg: Annotated[float, Field(ge=0, lt=360, strict=True)] = 0.0
    """Walker: right ascension of the first node on the first day looked at. [deg]"""
    node_local_time_h: Annotated[float, Field(ge=0, lt=24, strict=True)] | None = None
    """Walker: local mean time of the first node instead. [h]"""
    longitudes_deg: tuple[Longitude, ...] = ()
    """Geostationary: places over the equator. [deg]"""
    elements: tuple[tuple[Text, Text], ...] = ()
    """Elements: the two lines of each set. [-]"""


class Link(Part):
    """A transmitter on a payload, and the terminal or station that hears it."""

    frequency_ghz: FrequencyGhz
    """Carrier. [GHz]"""
    eirp_dbw: Annotated[float, Field(ge=-60, le=100, strict=True)]
    """Power times gain of the antenna towards the edge of its beam. [dBW]"""
    bandwidth_mhz: Positive
    """Bandwidth; the symbol rate is bandwidth / 1.2. [MHz]"""
    polarisation: Literal["linear-horizontal", "linear-vertical", "circular"] = "circular"
    """Polarisation. [-]"""
    coding: Literal["dvb-s2", "ccsds", "bpsk-half"] = "dvb-s2"
    """Table of modulation and coding from which the best that holds is taken. [-]"""
    losses_db: NotNegative = 2.0
    """Implementation, pointing and polarisation together. [dB]"""
    margin_db: NotNegative = 1.0
    """Kept in hand. [dB]"""
    beams: Annotated[int, Field(ge=1, le=10_000, strict=True)] = 1
    """Beams that share the footprint. [-]"""
    bent_pipe: Flag = False
    """It needs user and gateway in view at once; otherwise it works by itself. [-]"""


class Producer(Part):
    """Something aboard that makes data."""

    title: Text
    """Name as people say it. [-]"""
    rate_mbit_s: Positive
    """While it works. [Mbit/s]"""
    share: Share = 1.0
    """Part of the time in which it works. [-]"""
    priority: Annotated[int, Field(ge=1, le=9, strict=True)] = 5
    """1 goes first. [-]"""


class Recorder(Part):
    """Data made aboard, and the buffer in which they wait for the ground."""

    buffer_gbit: Positive
    """Room for data that wait. [Gbit]"""
    producer: Annotated[dict[Identifier, Producer], Field(min_length=1, max_length=100)]
    """What makes data, by key. [-]"""
    relays: tuple[Identifier, ...] = ()
    """Constellations that relay it; none means those of the service. [-]"""
    relay_rate_mbit_s: NotNegative = 0.0
    """Rate through a relay satellite. [Mbit/s]"""
    relay_share: Share = 1.0
    """Part of the time in which the relay serves it. [-]"""
    command_share: Share = 0.0
    """Part of each contact kept for commands and telemetry. [-]"""


class Beacon(Part):
    """A stable signal from which positions and time are found."""

    frequency_ghz: FrequencyGhz
    """Carrier. [GHz]"""
    count_s: Positive = 23.0
    """Length of one Doppler count. [s]"""
    noise_m: Positive
    """Of the difference of two ranges in one count, one sigma. [m]"""
    ephemeris_along_m: NotNegative = 0.0
    """Error of the broadcast orbit along the track, one sigma. [m]"""
    ephemeris_across_m: NotNegative = 0.0
    """Across the track. [m]"""
    ephemeris_radial_m: NotNegative = 0.0
    """In height. [m]"""
    clock_ns: NotNegative = 0.0
    """Error of the clock aboard against the time scale, one sigma. [ns]"""
    ranging: Flag = False
    """It can be ranged to like a navigation satellite. [-]"""


class Imager(Part):
    """A camera or sounder that sweeps a swath."""

    swath_km: Annotated[float, Field(gt=0, le=20_000, strict=True)]
    """Width on the ground; of a geostationary one, the diameter of the useful disc. [km]"""
    needs_sun: Flag = False
    """It sees by sunlight only. [-]"""
    sun_elevation_deg: Annotated[float, Field(ge=-18, le=89, strict=True)] = 0.0
    """Least elevation of the Sun at the place seen. [deg]"""
    cloud_fraction: Share = 0.0
    """Part of looks that clouds spoil. [-]"""
    every_minutes: Positive | None = None
    """Geostationary: minutes between two images. [min]"""


class Occultation(Part):
    """A receiver of navigation satellites that set behind the air."""

    constellations: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """Constellations received. [-]"""
    azimuth_half_width_deg: Annotated[float, Field(gt=0, le=90, strict=True)] = 55.0
    """Of the antennas about the direction of flight and its opposite. [deg]"""
    profile_yield: Share
    """Part of the geometric occultations that give a profile. [-]"""


class Camera(Part):
    """A camera for maps."""

    focal_length_mm: Positive
    """Focal length. [mm]"""
    pixel_um: Positive
    """Side of a pixel. [um]"""
    pixels_across: Annotated[int, Field(ge=1, le=10_000_000, strict=True)]
    """Pixels across the track. [-]"""
    tilt_deg: Annotated[float, Field(ge=0, le=70, strict=True)] = 0.0
    """Largest tilt to a side. [deg]"""
    stereo_deg: Annotated[float, Field(ge=0, le=70, strict=True)] = 0.0
    """Fore and aft look for stereo pairs. [deg]"""


class Altimeter(Part):
    """A radar or laser that measures the height of the ground below."""

    noise_m: Positive
    """Of one height, one sigma. [m]"""
    orbit_error_m: Positive
    """Of the height of the orbit as found afterwards. [m]"""


class Payload(Fact):
    """Something on a station, or on the satellites of a constellation, that serves the ground."""

    title: Text
    """Name as people say it. [-]"""
    station: Identifier | None = None
    """Station that carries it. [-]"""
    constellation: Identifier | None = None
    """Constellation whose satellites carry it instead. [-]"""
    module: Identifier | None = None
    """Module that must be at the station. [-]"""
    partner: Identifier | None = None
    """Partner that it serves; absent means all. What a partner loses between two stations counts
    its own only. [-]"""
    needs: tuple[FunctionKind, ...] = ("power", "data")
    """Kinds of function that the station must provide. [-]"""
    since: Day | None = None
    """First day of service; absent means from the begin. [date]"""
    until: Day | None = None
    """Last day of service; absent means to the end. [date]"""
    mask_deg: Angle = 5.0
    """Lowest elevation at which users without one of their own work. [deg]"""
    link: Link | None = None
    """Transmitter. [-]"""
    terminal: Receiver | None = None
    """What users receive with. [-]"""
    users_at_once: Positive = 1.0
    """Terminals that share the footprint. [-]"""
    recorder: Recorder | None = None
    """Data made aboard. [-]"""
    beacon: Beacon | None = None
    """Signal for positions and time. [-]"""
    imager: Imager | None = None
    """Camera or sounder with a swath. [-]"""
    occultation: Occultation | None = None
    """Receiver of satellites that set. [-]"""
    camera: Camera | None = None
    """Camera for maps. [-]"""
    altimeter: Altimeter | None = None
    """Heights of ground and sea. [-]"""
    reflector: Flag = False
    """Mirrors for laser ranging. [-]"""
    doppler_receiver: Flag = False
    """Receiver of beacons on the ground, for the orbit. [-]"""


class Service(Fact):
    """Something that the ground is given, and by whom."""

    title: Text
    """Name as people say it. [-]"""
    kind: ServiceKind
    """Communications, data, navigation, meteorology, geodesy. [-]"""
    payloads: tuple[Identifier, ...] = ()
    """Payloads on stations that add to it. [-]"""
    without: tuple[Identifier, ...] = ()
    """Constellations, or payloads on them, that deliver it without a station. [-]"""
    ground: tuple[Identifier, ...] = ()
    """Ground stations or networks that take part. [-]"""
    relays: tuple[Identifier, ...] = ()
    """Constellations that relay. [-]"""


class Measure(NamedTuple):
    """A figure of a service: what it is called, its unit, and whether more is better."""

    title: str
    unit: str
    kinds: tuple[str, ...]
    more_is_better: bool
    adds_up: bool
    """It is so much a day, so that a month delivers the sum of its days."""


_C, _D, _N, _M, _G = "communications", "data", "navigation", "meteorology", "geodesy"
MEASURES: Final[dict[str, Measure]] = {
    "contact_minutes_per_day": Measure("contact", "min/d", (_C, _N), True, True),
    "passes_per_day": Measure("passes", "1/d", (_C, _N), True, True),
    "longest_gap_h": Measure("longest gap", "h", (_C, _N, _M, _G), False, False),
    "mean_wait_h": Measure("mean wait for the next look", "h", (_C, _N, _M, _G), False, False),
    "availability": Measure("link there while in view", "1", (_C,), True, False),
    "capacity_gb_per_day": Measure("capacity of one terminal", "GB/d", (_C,), True, True),
    "footprint_capacity_gb_per_day": Measure("capacity of all users", "GB/d", (_C,), True, True),
    "delivered_gb_per_day": Measure("data delivered", "GB/d", (_D,), True, True),
    "delivery_ratio": Measure("data delivered of data made", "1", (_D,), True, False),
    "latency_p50_h": Measure("latency, half of the data", "h", (_D,), False, False),
    "latency_p90_h": Measure("latency, 90 % of the data", "h", (_D,), False, False),
    "latency_p95_h": Measure("latency, 95 % of the data", "h", (_D,), False, False),
    "age_mean_h": Measure("mean age of information", "h", (_D,), False, False),
    "overflow_share": Measure("data lost to a full buffer", "1", (_D,), False, False),
    "buffer_peak_gbit": Measure("most in the buffer", "Gbit", (_D,), False, False),
    "relay_share": Measure("time in view of a relay", "1", (_D, _C), True, False),
    "fixes_per_day": Measure("fixes from single passes", "1/d", (_N,), True, True),
    "fix_error_m": Measure("error of a fix, middle pass", "m", (_N,), False, False),
    "time_error_ns": Measure("error of time", "ns", (_N,), False, False),
    "position_dilution": Measure("dilution of precision, PDOP", "1", (_N,), False, False),
    "in_view_share": Measure("time with the station in view", "1", (_N,), True, False),
    "visits_per_day": Measure("looks at a place", "1/d", (_M, _G), True, True),
    "mean_gap_h": Measure("mean gap between looks", "h", (_M, _G), False, False),
    "clear_visits_per_day": Measure("looks without cloud", "1/d", (_M, _G), True, True),
    "day_share": Measure("looks by day", "1", (_M, _G), True, False),
    "area_share": Measure("of the Earth seen in a day", "1", (_M, _G), True, False),
    "profiles_per_day": Measure("occultation profiles", "1/d", (_M,), True, True),
    "ground_sample_m": Measure("ground sample distance", "m", (_G,), False, False),
    "base_to_height": Measure("stereo base to height", "1", (_G,), True, False),
    "track_spacing_km": Measure("tracks apart on the equator", "km", (_G,), False, False),
    "laser_passes_per_day": Measure("passes over laser stations", "1/d", (_G,), True, True),
    "beacon_passes_per_day": Measure("passes over Doppler beacons", "1/d", (_G,), True, True),
}
"""What services are measured by; contracts name one."""


class Region(Part):
    """Part of the Earth between two latitudes and two longitudes."""

    latitudes_deg: tuple[Latitude, Latitude]
    """Southern and northern edge. [deg]"""
    longitudes_deg: tuple[Longitude, Longitude] = (-180.0, 180.0)
    """Western and eastern edge, going east. [deg]"""


class Contract(Fact):
    """What a customer is promised: so much of a measure by the month, at a place or in a region."""

    customer: Text
    """Office or trade that is served. [-]"""
    service: Identifier
    """Service. [-]"""
    measure: Text
    """What is counted, by name. [-]"""
    site: Identifier | None = None
    """Ground station or place served. [-]"""
    latitude_deg: Latitude | None = None
    """Place served, if it has no key. [deg]"""
    longitude_deg: Longitude | None = None
    """Place served. [deg]"""
    region: Region | None = None
    """Region served instead: its mean. [-]"""
    at_least: NotNegative | None = None
    """Quantity a month for measures that add up, else the least value. [its unit]"""
    at_most: NotNegative | None = None
    """Quality or deadline: the largest value, of measures of which less is better. [its unit]"""
    without_station: Flag = False
    """What the service delivers without a station counts too. [-]"""
    since: Day | None = None
    """First day; absent means from the begin. [date]"""
    until: Day | None = None
    """Last day; absent means to the end. [date]"""


class OrbitVersion(Part):
    """The orbit of a station in a named override: another version of the plan."""

    override: Identifier
    """Name of the override. [-]"""
    station: Identifier
    """Station. [-]"""
    altitude_km: AltitudeKm
    """Mean altitude. [km]"""
    inclination_deg: Annotated[float, Field(ge=0, le=180, strict=True)]
    """Inclination. [deg]"""
