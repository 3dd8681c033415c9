"""What the gate must answer on one small station, written as a plain truth table.

It knows nothing of the gate's code: its own names of rows, its own search for what shares one air,
its own memory of first steps. Only the order of acts, commanders and rules is shared.
"""

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.gate_facts import (
    Layout,
    Load,
    Passage,
    Place,
    Robot,
    Setting,
    Ship,
)
from stationkeeper.kernels import inner_kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

STATION = Layout(
    modules=("core", "node", "lock", "cargo", "taxi"),
    passages=(
        Passage("core hatch", ("core", "node")),
        Passage("lock hatch", ("node", "lock")),
        Passage("outer hatch", ("lock", "outside")),
        Passage("vent", ("core", "outside")),
        Passage("equalising valve", ("core", "node"), 20_000.0),
        Passage("cargo hatch", ("node", "cargo")),
        Passage("taxi hatch", ("taxi", "core")),
    ),
    loads=(
        *(Load("fans", air=True), Load("oxygen generator", air=True), Load("oven")),
        Load("pump", essential=True),
    ),
    thrusters=("main", "small"),
    ships=(Ship("cargo", "cargo"), Ship("taxi", "taxi")),
    arms=("arm",),
    places=(Place("core"), Place("hull", outside=True), Place("node")),
    robots=(Robot("walker"), Robot("flyer", keep_out=("hull",))),
    settings=(Setting("tie"), Setting("attitude", (0.0, 1.0, 3.0), (3.0,))),
)
"""Five modules, seven passages, 31 pairs of sensors: small, with every rule in use."""

RULE_NAMES = (
    *("unknown target", "clock", "authority", "safe mode", "two steps", "sensors", "vacuum"),
    *("pressure difference", "air beyond", "air systems", "ship propulsion"),
    *("nothing to counter", "arm moving", "spacewalk", "people outside", "capture"),
    *("thrust on", "keep out", "occupied"),
)
# Rows: 5 pressures, 5 oxygen, 5 carbon dioxide, 7 passages, crew, 2 ships, arm, walk, capture,
# thrust, 2 robots.
P, OX, CO, DOOR, CREW, SHIP, ARM, WALK, CATCH, FIRE, BOT, ROWS = (
    *(0, 5, 10, 15, 22, 23),
    *(25, 26, 27, 28, 29, 31),
)
ENDS = ((0, 1), (1, 2), (2, 5), (0, 5), (0, 1), (1, 3), (4, 0))
DOOR_LIMIT = (1e3, 1e3, 1e3, 1e3, 20e3, 1e3, 1e3)
TARGETS = (1, 1, 7, 7, 4, 4, 2, 2, 1, 1, 1, 2, 2, 2, 2)
"""How many targets each act has."""
MAY = (  # caretaker, ground, crew, manager; a letter for each act
    "y.yyyyyyyyyyy.y",
    "yyyyyyyyyyyyyyy",
    "yyyyyyyyyyyyyyy",
    "y..yy...y.y.y..",
)
MAY_TABLE = np.array([[letter == "y" for letter in row] for row in MAY])
TWO_STEPS = np.array([letter == "y" for letter in ".yy...yy.....y."])
WITHOUT_CLOCK = np.array([letter == "y" for letter in "y..y....y.y.y.."])
BUSY = np.array([letter == "y" for letter in "..y..yy..y.y..y"])
NEVER_PASSED = np.array([letter == "y" for letter in "yyyyy.y......y....."])
"""Rules that nobody passes, in the order of the names."""


@inner_kernel
def truth(
    low: Floats,
    high: Floats,
    sure: Flags,
    heads: float,
    safe: bool,
    backwards: bool,
    first_step: bool,
    command: Integers,
    broken: Flags,
) -> int:
    """Fill which rules are broken, (19,), and return the verdict: 0 refused, 1 held, 2 allowed.

    Low, high and sure are of each row; heads is the most that a fresh sensor tells of people;
    first_step tells that the token fits a first step.
    """
    act, target, place = command[0], command[1], command[2]
    who, token, override = command[3], command[4], command[5]
    broken[:] = False
    if act == 0:
        return 2
    places = 3 if act == 11 or target == 1 else 2  # of a setting: its values
    if target < 0 or target >= TARGETS[act] or (act in (11, 14) and not 0 <= place < places):
        broken[0] = True
        return 0
    broken[1] = backwards and not WITHOUT_CLOCK[act]
    broken[2] = not MAY_TABLE[who, act]
    spared = (act == 5 and target == 3) or (act == 14 and (target == 0 or place == 2))
    broken[3] = safe and who == 0 and BUSY[act] and not spared
    broken[4] = TWO_STEPS[act] and token != 0 and not first_step
    nobody = sure[CREW] and low[CREW] == 0 and high[CREW] == 0
    still = sure[ARM] and high[ARM] == 0
    indoors = sure[WALK] and high[WALK] == 0
    inhibited_0 = sure[SHIP] and high[SHIP] <= 0
    inhibited_1 = sure[SHIP + 1] and high[SHIP + 1] <= 0

    if act == 2:
        one, other = ENDS[target]
        # What may share one air, by closing the relation; space is number 5 and passes nothing on.
        air = np.zeros((6, 6), dtype=np.bool_)
        for n in range(6):
            air[n, n] = True
        for n in range(7):
            shut = sure[DOOR + n] and low[DOOR + n] == 0 and high[DOOR + n] == 0
            if n != target and not shut:
                a, b = ENDS[n]
                air[a, b] = air[b, a] = True
        for k in range(5):
            for a in range(6):
                for b in range(6):
                    air[a, b] = air[a, b] or (air[a, k] and air[k, b])
        for n in range(5):
            air[5, n] = False  # from space the search does not begin
        for n in range(5):
            if (air[one, n] or air[other, n]) and not sure[P + n]:
                broken[5] = True
        full, empty = not (air[one, 5] or air[other, 5]), True
        for n in range(5):
            if air[one, n] or air[other, n]:
                full = full and sure[P + n] and low[P + n] >= 1e3
                empty = empty and sure[P + n] and high[P + n] < 1e3
        broken[6] = not full and not empty
        for n in range(7):
            a, b = ENDS[n]
            near = False
            for m in range(5):
                if m in (a, b) and (air[one, m] or air[other, m]):
                    near = True
            if n != target and near and not sure[DOOR + n]:
                broken[5] = True
        low_other = 0.0 if other == 5 else low[P + other]
        high_other = 0.0 if other == 5 else high[P + other]
        known = sure[P + one] and (other == 5 or sure[P + other])
        limit = DOOR_LIMIT[target]
        broken[7] = not (
            known and high[P + one] - low_other <= limit and high_other - low[P + one] <= limit
        )
        if not sure[CREW]:
            broken[5] = True
        if not nobody:
            for n in (one, other):
                if n < 5:
                    if not (sure[OX + n] and sure[CO + n]):
                        broken[5] = True
                    good = sure[OX + n] and low[OX + n] >= 16e3 and high[OX + n] <= 27e3
                    if not (good and sure[CO + n] and high[CO + n] <= 1e3):
                        broken[8] = True
    elif act == 4 and target < 2:
        broken[5] = not sure[CREW]
        broken[9] = not nobody
    elif act == 6:
        broken[5] = not (sure[SHIP] and sure[SHIP + 1] and sure[ARM] and sure[WALK] and sure[CATCH])
        broken[10] = not (inhibited_0 and inhibited_1)
        broken[12] = not still
        broken[13] = not indoors
        broken[15] = not (sure[CATCH] and high[CATCH] == 0)
    elif act == 7:
        burns = (sure[SHIP] and low[SHIP] == 2) or (sure[SHIP + 1] and low[SHIP + 1] == 2)
        ships = burns or (sure[SHIP] and sure[SHIP + 1])
        broken[5] = not (ships and sure[ARM] and sure[WALK] and sure[CATCH])
        broken[11] = not burns
        broken[12] = not still
        broken[13] = not indoors
        broken[15] = not (sure[CATCH] and high[CATCH] == 0)
    elif act == 9:
        broken[5] = not (sure[WALK] and sure[FIRE])
        broken[14] = not indoors
        broken[16] = not (sure[FIRE] and high[FIRE] == 0)
    elif act == 11:
        broken[5] = not (sure[BOT] and sure[BOT + 1] and (place != 1 or sure[WALK]))
        broken[14] = place == 1 and not indoors
        broken[17] = target == 1 and place == 1
        another = BOT + 1 - target
        broken[18] = not sure[another] or low[another] == place
    elif act == 13:
        hatch = DOOR + 5 + target
        broken[5] = not (
            sure[hatch] and sure[SHIP + target] and sure[ARM] and sure[WALK] and sure[FIRE]
        )
        broken[6] = not (sure[hatch] and low[hatch] == 0 and high[hatch] == 0)
        broken[10] = not (inhibited_0 if target == 0 else inhibited_1)
        broken[12] = not still
        broken[13] = not indoors
        broken[16] = not (sure[FIRE] and high[FIRE] == 0)

    passes = override != 0 and who == 2 and heads >= 1
    refused = False
    for n in range(19):
        if broken[n] and (NEVER_PASSED[n] or not passes):
            refused = True
    if refused:
        return 0
    return 1 if TWO_STEPS[act] and token == 0 else 2
