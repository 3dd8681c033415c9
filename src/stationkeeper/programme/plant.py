"""The equipment of a station as it is flown second by second: power, heat, air, attitude, data."""

from typing import Annotated, Literal

from pydantic import Field

from stationkeeper.programme.parts import (
    Day,
    Fact,
    Flag,
    Fraction,
    Identifier,
    NotNegative,
    Number,
    Part,
    People,
    Positive,
    Text,
)

Count = Annotated[int, Field(ge=0, le=100, strict=True)]
LoadKind = Literal["core", "air", "heat", "attitude", "data", "link", "payload", "crew"]
"""What a load belongs to; loads of the air are never shed while people are aboard."""
MachineKind = Literal["oxygen", "carbon-dioxide", "condenser", "filter", "water-processor"]


class PowerPlant(Part):
    """Arrays, batteries and buses; everything is spread evenly over the buses."""

    wings: Count
    """Wings that turn, or panels, each with its own electronics. [-]"""
    wing_area_m2: Positive
    """Area of the cells of one wing. [m2]"""
    cell_efficiency: Fraction
    """When new, at 28 C. [-]"""
    temperature_coefficient_per_k: Number = -0.0025
    """Change of the efficiency with temperature, relative. [1/K]"""
    ageing_per_year: Fraction = 0.01
    """Output lost in a year, relative. [1/year]"""
    age_years: NotNegative = 0.0
    """On the first day flown. [year]"""
    tracking_axes: Annotated[int, Field(ge=0, le=2, strict=True)]
    """Axes about which wings follow the Sun. [-]"""
    batteries: Count
    """Units that are switched one by one. [-]"""
    battery_ah: Positive
    """Capacity of one when new. [A h]"""
    empty_v: Positive
    """Voltage at rest without charge. [V]"""
    full_v: Positive
    """Voltage at rest, full. [V]"""
    charge_efficiency: Fraction = 0.99
    """Share of the charge put in that stays. [-]"""
    buses: Annotated[int, Field(ge=1, le=8, strict=True)]
    """Buses; each has its converter. [-]"""
    bus_limit_w: Positive
    """Most that the loads of a bus may ask before its converter trips. [W]"""
    converter_efficiency: Fraction = 0.92
    """Of the converters to the loads. [-]"""


class HeatPlant(Part):
    """Pumped loops and radiators."""

    loops: Annotated[int, Field(ge=1, le=4, strict=True)]
    """Loops, each with its own radiator. [-]"""
    pumps_per_loop: Annotated[int, Field(ge=1, le=4, strict=True)] = 2
    """Of which one runs. [-]"""
    flow_w_k: Positive
    """Heat carried by the flow of one loop. [W/K]"""
    radiator_m2: Positive
    """Radiating area of one loop, both faces. [m2]"""
    radiator_emittance: Fraction = 0.85
    """Of the radiators. [-]"""
    coolant_kg: Positive
    """Coolant in one loop. [kg]"""
    coolant_freezing_k: Positive
    """Temperature at which it freezes. [K]"""
    wall_w_k_m2: Positive = 0.15
    """Loss through insulated walls. [W/(K m2)]"""
    heater_w_m3: NotNegative = 12.0
    """Heaters of a module by its volume. [W/m3]"""


class Machine(Part):
    """A machine of the air or the water."""

    kind: MachineKind
    """What it does. [-]"""
    module: Identifier
    """Module in which it stands. [-]"""
    power_w: Positive
    """While it runs. [W]"""
    people: Positive = 3.0
    """For how many people it is made. [-]"""
    standby: Flag = False
    """Off until it is asked for. [-]"""


class Hatch(Part):
    """A passage between two modules, with its fan."""

    between: tuple[Identifier, Identifier]
    """The modules. [-]"""
    open: Flag = True
    """On the first day flown. [-]"""
    fan: Flag = True
    """A fan moves air through it. [-]"""


class AirPlant(Part):
    """Machines, hatches and tanks of air and water."""

    machine: dict[Identifier, Machine] = {}
    """Machines by key. [-]"""
    hatch: dict[Identifier, Hatch] = {}
    """Passages by key. [-]"""
    nitrogen_kg: NotNegative = 0.0
    """In tanks for make-up. [kg]"""
    oxygen_kg: NotNegative = 0.0
    """In tanks for make-up. [kg]"""
    water_kg: NotNegative = 0.0
    """Potable water aboard. [kg]"""
    leak_kg_day: NotNegative = 0.05
    """Of the whole station when new. [kg/d]"""


class AttitudePlant(Part):
    """Wheels, thrusters and the body they turn."""

    inertia_kg_m2: tuple[Positive, Positive, Positive]
    """About the axes along the flight, across it, and downwards. [kg m2]"""
    drag_area_m2: Positive
    """Across the flow. [m2]"""
    centre_offset_m: NotNegative
    """Between the centres of pressure and mass. [m]"""
    tilt_deg: Annotated[float, Field(ge=-20, le=20, strict=True)] = 2.0
    """Of the axes of inertia from the flight axes, which makes torque of gravity. [deg]"""
    wheels: Count
    """Wheels or gyros. [-]"""
    wheel_nms: Positive
    """Momentum that one stores. [N m s]"""
    wheel_nm: Positive
    """Torque that one gives. [N m]"""
    thrusters: Count
    """Thrusters for attitude, in two strings. [-]"""
    thruster_n: Positive
    """Thrust of one. [N]"""
    thruster_arm_m: Positive
    """Lever of one. [m]"""
    isp_s: Positive = 280.0
    """Specific impulse of the thrusters. [s]"""
    propellant_kg: NotNegative
    """In the tanks on the first day flown. [kg]"""


class DataPlant(Part):
    """Computers, recorder and link."""

    computers: Annotated[int, Field(ge=1, le=6, strict=True)]
    """Computers that command the station, of which one leads. [-]"""
    computer_w: Positive = 150.0
    """Of one. [W]"""
    controllers: Flag = True
    """Each module has a controller of its own. [-]"""
    upsets_per_day: NotNegative = 0.01
    """Upsets of one computer that stop it, mean over the orbit. [1/d]"""
    telemetry_kbps: Positive = 32.0
    """Housekeeping. [kbit/s]"""
    recorder_gb: Positive
    """Room of the recorder. [GB]"""
    ground_mbps: Positive
    """Rate to a ground station. [Mbit/s]"""
    relay_mbps: NotNegative = 0.0
    """Rate to a relay satellite; 0 for none. [Mbit/s]"""
    transmitter_w: Positive = 120.0
    """While it sends. [W]"""
    networks: tuple[Identifier, ...] = ()
    """Networks of ground stations, and places by key, that command it. [-]"""


class PlantLoad(Part):
    """Something that takes power."""

    title: Text
    """Name as people say it. [-]"""
    module: Identifier
    """Module that it stands in. [-]"""
    kind: LoadKind
    """What it belongs to. [-]"""
    power_w: Positive
    """While it runs. [W]"""
    priority: Annotated[int, Field(ge=0, le=9, strict=True)]
    """The lowest is shed first. [-]"""
    data_kbps: NotNegative = 0.0
    """That it puts on the recorder while it runs. [kbit/s]"""
    crewed_only: Flag = False
    """Runs only with people aboard. [-]"""


class PlantVisit(Part):
    """A ship at the station, with people or without."""

    ship: Identifier
    """Class of ship. [-]"""
    module: Identifier
    """Module at which it docks. [-]"""
    docks_day: NotNegative = 0.0
    """After the begin; 0 for there from the begin. [d]"""
    leaves_day: Positive | None = None
    """After the begin; absent means it stays. [d]"""
    people: People = 0
    """That it brings. [-]"""


class Plant(Fact):
    """A station as it is flown second by second."""

    first_day: Day
    """First day flown; modules are those that are there then. [date]"""
    altitude_km: Annotated[float, Field(ge=120, le=2_000, strict=True)] | None = None
    """Mean altitude then; absent means that of the station. [km]"""
    node_deg: Annotated[float, Field(ge=0, lt=360, strict=True)] | None = None
    """Right ascension of the ascending node then; absent means from its local time, or 0. [deg]"""
    place_deg: Annotated[float, Field(ge=0, lt=360, strict=True)] = 0.0
    """Angle from the node along the orbit then. [deg]"""
    power: PowerPlant
    """Arrays, batteries, buses. [-]"""
    heat: HeatPlant
    """Loops and radiators. [-]"""
    air: AirPlant
    """Air and water. [-]"""
    attitude: AttitudePlant
    """Wheels and thrusters. [-]"""
    data: DataPlant
    """Computers and link. [-]"""
    load: dict[Identifier, PlantLoad]
    """Loads beside those that come with machines, pumps, computers and heaters. [-]"""
    visit: dict[Identifier, PlantVisit] = {}
    """Ships that are docked or come. [-]"""
