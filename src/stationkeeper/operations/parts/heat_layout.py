"""Numbers of the heat part: what we chose for its bodies, and where everything is in its arrays."""

from typing import Final

# Settings of thermostats, ours. [K]
SUPPLY: Final = 280.0  # of what a loop supplies to cold plates
COOL_FROM, COOL_FULLY = 294.0, 296.5  # of a room, between which its valve opens
HEAT_BELOW, HEAT_UNTIL = 292.8, 293.5  # of a room
SHIP_COOL_FROM, SHIP_COOL_FULLY = 293.0, 298.0  # of a ship's compartment
SETTLES: Final = 60.0  # [s] in which the valve of a loop takes up what is wrong; ours

# Bodies, ours unless said.
EQUIPMENT_SHARE, WALL_SHARE = 0.65, 0.35  # [-] of a module's mass
EQUIPMENT_HEAT, WALL_HEAT = 800.0, 900.0  # [J/kg/K] mixed equipment; aluminium
AIR_HEAT: Final = 1.2 * 1005.0  # [J/m3/K] at 101 kPa
FILM: Final = 1.5  # [W/m2/K] between moving air and a wall
PLATES: Final = 0.8  # [-] share of the temperature difference that cold plates use
RADIATES: Final = 0.9  # [-] the same of radiators
SETTLED: Final = 280.0  # [K] at which the document's wall_w_k_m2 holds
WALL_SUN, WALL_EMITTANCE = 0.6, 0.85  # [-] glass cloth after years in orbit
RADIATOR_SUN: Final = 0.2  # [-] absorptance of a radiator
EDGE_ON: Final = 0.03  # [-] share of a radiator's faces that the Sun still sees when it turns
SHUT_ALL, SHUT_NONE = 5.0, 25.0  # [K] over freezing, between which panels of a radiator are shut
SHUT_LEAST: Final = 0.02  # [-] of a radiator cannot be shut
RADIATOR_KG_M2: Final = 5.0  # [kg/m2] of both faces
LINES_S: Final = 60.0  # [s] plates and lines hold what the flow carries in so long
COOLANT_HEAT: Final = 1_600.0  # [J/kg/K] silicone oils 1,500 to 1,700, ammonia 4,700
FULL_PRESSURE: Final = 3.5e5  # [Pa] of a full loop
ACCUMULATOR: Final = 0.3  # [-] of the coolant is lost when the pressure is gone
FLOWS_FROM, FLOWS_FULLY = 0.5, 0.7  # [-] coolant left without flow, and enough for all of it
SEEPS: Final = 0.1  # [-] of a leak that stays without pressure
BURST_LEAK: Final = 2e-3  # [kg/s] of a loop that froze and thawed
VALVE_LEAK: Final = 0.005  # [-] of the flow passes the radiator with its valve shut
LINES_LOSS: Final = 10.0  # [W/K] between a loop's lines and the room of its pumps
PERSON: Final = 100.0  # [W] sensible; contract of the plant, 70 to 150 by work
BATTERY_LOSS: Final = 0.03  # [-] of what goes in or out
BATTERY_HEAT_AH: Final = 1.1e3  # [J/K] for an A h: 1.2 kg of 900 J/kg/K
BATTERY_LINK: Final = 0.12  # [W/K] for an A h, to the air and racks of its room
SENDS: Final = 0.3  # [-] share of a transmitter's power that leaves as waves
HATCH_OPEN, HATCH_FAN, HATCH_RIM = 8.0, 60.0, 10.0  # [W/K] draught; 0.05 m3/s; metal
WATER_LINK: Final = 30.0  # [W/K] of tanks and their lines to their room
WATER_HEAT, ICE_HEAT, ICE = 4_186.0, 3.34e5, 273.15  # [J/kg/K], [J/kg], [K]
WATER_LEAST: Final = 20.0  # [kg] in lines alone
BURSTS: Final = 0.9  # [-] share of ice that breaks lines
PUMP_W_K, PUMP_LEAST = 0.1, 40.0  # [W] for a W/K of flow; [W]
# Ships: a Soyuz or a Progress. Its joints are chosen so that one of 500 W without its loop has
# about 30 C in its cabin and 40 C in its compartment of instruments, as told of MS-22 (TASS,
# 2022-12-19).
SHIP_CABIN, SHIP_COMPARTMENT = 2.0e6, 1.2e6  # [J/K]
SHIP_JOINT, SHIP_HATCH = 60.0, 50.0  # [W/K] compartment to cabin; cabin to station with an air duct
SHIP_WALL: Final = 0.5  # [m2] black body that its insulated skin leaks like
SHIP_LOOP: Final = 120.0  # [W/K] that its loop takes with its valve open, over `SHIP_SINK`
SHIP_SINK: Final = 285.0  # [K]
SHIP_LOOP_W: Final = 60.0  # [W] of its pump
SHIP_COOLANT: Final = 40.0  # [kg]; 44 litres told of MS-22
SHIP_DRAINS: Final = 1e4  # [s] in which a lost loop is empty; some three hours of MS-22, by memory

ACCOUNTS: Final = (
    "loads [J]", "people [J]", "batteries [J]", "faults [J]", "docking [J]", "walls [J]",
    "radiators [J]", "ships [J]", "coolant [J]", "coolant lost [kg]",
)  # fmt: skip
(
    CAME_LOADS, CAME_PEOPLE, CAME_BATTERIES, CAME_FAULTS, CAME_DOCKING,
    GONE_WALLS, GONE_RADIATORS, GONE_SHIPS, GONE_COOLANT, GONE_LOST,
) = range(10)  # fmt: skip

# Wires: a head, then a row for each room, load, battery, loop, pump, ship and hatch.
(
    N_ROOM, N_LOAD, N_BATTERY, N_LOOP, N_PUMP, N_SHIP, N_HATCH,
    SUNLIT, ALONG, DOWN, ALTITUDE, ERROR, MODE, ABOARD,
    WATER_ROOM, S_WATER, S_WATER_ICE, S_WATER_BURST, REJECTED, W_HEAD,
) = range(20)  # fmt: skip
(
    R_AIR, R_WALL, R_VALVE, R_CONTROLLER, R_ASKED, R_INSULATION, R_PLATE, R_STUCK,
    R_THERMOSTAT, R_HEAT, R_FIRE, W_ROOM,
) = range(12)  # fmt: skip
W_LOAD: Final = 2
B_TEMPERATURE, B_CURRENT, B_VOLTAGE, B_HEAT, B_ROOM, W_BATTERY = range(6)
(
    L_INLET, L_RETURN, L_OUTLET, L_RADIATOR, L_FLOW, L_COOLANT, L_PRESSURE, L_VALVE,
    L_BURST, L_REJECTED, L_CONTROLLER, L_ROOM, L_LEAK, L_STUCK, L_CLOG, L_AREA, L_TURN,
    L_SWITCH, W_LOOP,
) = range(19)  # fmt: skip
W_PUMP: Final = 2
(
    S_DOCKED, S_CABIN, S_COMPARTMENT, S_COOLANT, S_ASKED, S_LOAD, S_LOOP, S_ROOM, W_SHIP,
) = range(9)  # fmt: skip
W_HATCH: Final = 4

# Constants: a head, then a row for each room, load, battery, loop, ship and hatch.
(
    K_WALL_SUN, K_RADIATOR_SUN, K_RADIATOR_EMITS, K_PERSON, K_BATTERY_LOSS, K_SPECIFIC, K_RADIATES,
    K_FREEZES, K_WATER, K_LATENT, K_WATER_LINK, K_SHIP_WALL, C_HEAD,
) = range(13)  # fmt: skip
K_AIR, K_WALL, K_FILM, K_SKIN, K_PLATE, K_PEOPLE, K_HEATER, C_ROOM = range(8)
C_BATTERY: Final = 2
K_FLOW, K_LINES, K_RADIATOR, K_AREA, K_COOLANT, C_LOOP = range(6)
K_CABIN, K_COMPARTMENT, K_JOINT, K_HATCH, K_LOOP, C_SHIP = range(6)
C_HATCH: Final = 3

# State: water, then a row for each room, battery, loop and ship.
X_WATER, X_ICE, X_BURST, X_HEAD = range(4)
X_AIR, X_WALL, X_VALVE, X_HEATING, X_GIVEN, X_ROOM = range(6)
X_FLUID, X_RADIATOR, X_COOLANT, X_OPEN, X_FROZEN, X_PASSED, X_TAKEN, X_LOOP = range(8)
X_CABIN, X_COMPARTMENT, X_LEFT, X_SHIP_GIVEN, X_SHIP = range(5)
