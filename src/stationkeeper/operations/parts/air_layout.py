"""Where the part of air and water keeps what: places in its wires, constants, state and ledger.

Rooms, hatches and machines each have a row; gases are in the order of `household.cabin_air`.
"""

from typing import Final

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.household.cabin_air import GASES
from stationkeeper.household.water import LEDGER as WATER_LEDGER

KINDS: Final = ("oxygen", "carbon-dioxide", "condenser", "filter", "water-processor")
OXYGEN_MACHINE, BED_MACHINE, CONDENSER, FILTER, PROCESSOR = range(5)
BED_SET: Final = 5.4  # [-] people whose carbon dioxide an ISS set holds at 4 mmHg; `air_makers`

# Wires: a head, then rows.
(
    ROOMS, HATCHES, MACHINES, CREW_ROOMS, PEOPLE, WATER_ICE, WATER_BURST, TANKS, TANK_LEAKS,
    SUPPLY_ROOM, SUPPLY_STUCK, SUPPLY_NITROGEN, SUPPLY_OXYGEN,
    VENT_ROOM, VENT_SWITCH, VENT_OPEN, VENT_STUCK, VENT_FAILED, VENT_ALIVE,
    ROOMS_AT, FIRST_AT, SECOND_AT, HATCHES_AT, MACHINES_AT, CREW_AT,
) = range(25)  # fmt: skip
HEAD: Final = 25
ROOM_SIGNALS, ROOM_TEMPERATURE, ROOM_WALL, ROOM_HEALTH = range(4)
ROOM_ROW: Final = 4
HATCH_SWITCH, HATCH_OPEN, HATCH_SPEED, HATCH_HEALTH, FAN_ON, ALIVE_ONE, ALIVE_OTHER = range(7)
HATCH_ROW: Final = 7
KIND, ROOM, ASKED, ON, ALIVE, MACHINE_SIGNALS, MACHINE_HEALTH, LOOP = range(8)
MACHINE_ROW: Final = 8

# Signals in a row, declared one after the other.
PRESSURE, OXYGEN_PRESSURE, DIOXIDE_PRESSURE, VAPOUR_PRESSURE, TRACE_DENSITY = range(5)
SMOKE_DENSITY, HUMIDITY, FIRE_HEAT = range(5, 8)
TANK_NITROGEN, TANK_OXYGEN, TANK_WATER, TANK_WASTE, TANK_BRINE = range(5)
FROZEN, STATION_LEAK, FLOW_NITROGEN, FLOW_OXYGEN = range(5, 9)
RUNNING, FLOW, BED = range(3)
# Health in a row.
LEAK, FIRE, TOXIC = range(3)
STUCK, SEAL, FAN, DUCT = range(4)
OUTPUT, JAMMED, COIL_WARMER = range(3)
STUCK_OPEN, STUCK_SHUT = 0, 1

# Constants: a head, volumes, shares of the people, then a row for each machine.
(
    LEAK_SHARE, FAN_FLOW, FREE_FLOW, NITROGEN_FLOW, OXYGEN_FLOW, BREATHED, GIVEN, SWEATED,
    DRAWN, RETURNED, POTABLE_ROOM, WASTE_ROOM, BRINE_ROOM, RECOVERY, VENT_AREA, FAN_SPEED,
) = range(16)  # fmt: skip
YIELDS: Final = 16
CONSTANTS_HEAD: Final = 22
WATTS, RATE, START, STOP, START_EMPTY, EFFICIENCY, CAPACITY, RELEASE = range(8)
CONSTANTS_ROW: Final = 8

# State: gases of all rooms, then these for each room, for each hatch, a row for each machine, tail.
(
    FROST, SATURATED, SATURATED_WALL, MOLES, SPACE, ORDER, PARENT, WORK_ONE, WORK_OTHER,
) = range(6, 15)  # fmt: skip
ROOM_STATES: Final = 15
POSITION, OPEN_FLOW, EASE = range(3)
HATCH_STATES: Final = 3
IS_RUNNING, BEDS = 0, 1  # two beds, their time, which takes: as in `air_makers.remove_step`
MACHINE_STATES: Final = 5
# The three tanks of water come first, as in `household.water`.
POTABLE, WASTE, BRINE, NITROGEN_KEPT, OXYGEN_KEPT, VALVE_NITROGEN, VALVE_OXYGEN = range(7)
VENT_POSITION, DIRTY, ROUND = range(7, 10)
TAIL: Final = 10

# Ledger.
LOST: Final = 0  # six gases
BURNT: Final = 6  # six gases, negative for oxygen
BREATHED_IN, BREATHED_OUT, VAPOUR_OUT, UNMET_OXYGEN, RELEASED = range(12, 17)
DUMPED, ELECTROLYSED, HYDROGEN, CONDENSED, CLEANED_TRACE, CLEANED_SMOKE = range(17, 23)
LET_IN_NITROGEN, LET_IN_OXYGEN, SPILT_NITROGEN, SPILT_OXYGEN, SPILT_WATER = range(23, 28)
WATER: Final = 28  # seven accounts of `household.water`
ACCOUNTS: Final = (
    *(f"lost {gas} [kg]" for gas in GASES),
    *(f"burnt {gas} [kg]" for gas in GASES),
    "breathed in oxygen [kg]",
    "breathed out carbon dioxide [kg]",
    "breathed out vapour [kg]",
    "unmet oxygen [kg]",
    "released trace [kg]",
    "dumped carbon dioxide [kg]",
    "electrolysed oxygen [kg]",
    "hydrogen let out [kg]",
    "condensed vapour [kg]",
    "cleaned trace [kg]",
    "cleaned smoke [kg]",
    "let in nitrogen [kg]",
    "let in oxygen [kg]",
    "leaked tank nitrogen [kg]",
    "leaked tank oxygen [kg]",
    "leaked water [kg]",
    *(f"water {account} [kg]" for account in WATER_LEDGER),
)

# Figures of ours, unless a source is on the line.
HATCH_TIME: Final = 30.0  # [s] to open or shut; ours
OPEN_FROM: Final = 0.02  # [-] of the way, from which a hatch lets air through; ours
VENT_TIME: Final = 20.0  # [s] to open or shut; ours
FREE_EXCHANGE: Final = 0.01  # [m3/s] each way through a hatch without a fan; ours
SUPPLY: Final = 2e-3  # [kg/s] of a make-up valve that is open; ours
VENT_HOLE: Final = 5e-4  # [m2] valve to space; ours
NITROGEN_OPENS, NITROGEN_SHUTS = 99_200.0, 99_700.0  # [Pa] total pressure; ours
OXYGEN_OPENS, OXYGEN_SHUTS = 19_500.0, 19_900.0  # [Pa] of oxygen; ours
FREEZES: Final = 273.15  # [K] water
FROZEN_FROM: Final = 0.2  # [-] of the water as ice, from which lines are blocked; ours
BURST_SPILLS: Final = 5e-3  # [kg/s] of lines that burst, once thawed; ours
FROST_TIME: Final = 900.0  # [s] in which vapour and cold walls agree; ours
CLEAN: Final = 1e-9  # [kg] trace gas and smoke of the station below which it is clean; ours
STILL_FIRE: Final = 0.1  # [-] of a flame that no fan feeds; ours
BURNING_HEAT: Final = 43.3e6  # [J/kg] polyethylene, SFPE Handbook 2016, appendix 3. Confidence C
IDLE: Final = 0.02  # [-] of its power that a machine takes while it waits; ours
FAN_TURNS: Final = 377.0  # [rad/s] 3,600 turns a minute; ours
DAILY: Final = 1.0 / SECONDS_PER_DAY
