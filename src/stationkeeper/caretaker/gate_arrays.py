"""The gate on arrays, for kernels that ask it millions of times: the same answers as ``decide``.

The table says which rule is asked of which act and who may override it; this module computes what
each rule finds. A test holds both forms equal, command by command.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import HAZARDOUS, Act, Commander, may_table
from stationkeeper.caretaker.gate_facts import Command, Layout
from stationkeeper.caretaker.gate_rules import RULES
from stationkeeper.caretaker.voting import is_fresh, is_sure
from stationkeeper.kernels import inner_kernel, kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STATE_SIZE = 3 + 4 * len(Commander)
"""Safe mode, latest time, next token; then act, target, time, token of each one's first step."""
COMMAND_SIZE = 6
"""Act, target, destination (of a setting: which of its values), commander, token, override."""
ANSWER_SIZE = 4
"""Verdict, bits of the rules that refuse, bits of the rules passed by the crew, token."""

# Numba takes these as constants; the order of the rules is that of the table (tested).
_SAFE_MODE, _LEAVE, _OPEN = int(Act.SAFE_MODE), int(Act.LEAVE_SAFE_MODE), int(Act.OPEN)
_SHED, _THRUST, _COUNTER = int(Act.SHED), int(Act.THRUST), int(Act.COUNTER_THRUST)
_MOVE_ARM, _MOVE_ROBOT, _RELEASE = int(Act.MOVE_ARM), int(Act.MOVE_ROBOT), int(Act.RELEASE)
_RESTORE, _SET = int(Act.RESTORE), int(Act.SET)
_CARETAKER, _CREW = int(Commander.CARETAKER), int(Commander.CREW)
_PRESSURE, _OXYGEN, _DIOXIDE, _PASSAGE, _ABOARD, _SHIP = 0, 1, 2, 3, 4, 5
_ARM, _SPACEWALK, _CAPTURE, _THRUST_ON, _PLACE = 6, 7, 8, 9, 10
_UNKNOWN, _CLOCK, _AUTHORITY, _SAFE, _STEPS, _SENSORS = (
    1 << 0,
    1 << 1,
    1 << 2,
    1 << 3,
    1 << 4,
    1 << 5,
)
_VACUUM, _DIFFERENCE, _BEYOND, _AIR, _PROPULSION = 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 10
_NO_BURN, _ARM_MOVES, _WALK, _PEOPLE, _CAPTURING = 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15
_THRUSTING, _KEEP, _OCCUPIED = 1 << 16, 1 << 17, 1 << 18


class GateArrays(NamedTuple):
    """A layout and the table of rules as arrays; the names are those of ``Layout``."""

    starts: NDArray[np.int64]
    """First row of each quantity, then the number of rows, (12,)."""
    tolerance: NDArray[np.float64]
    stale_after: NDArray[np.float64]
    """By row, (rows,). [s]"""
    sides: NDArray[np.int64]
    difference_limit: NDArray[np.float64]
    load_air: NDArray[np.bool_]
    load_essential: NDArray[np.bool_]
    ship_modules: NDArray[np.int64]
    keep_out: NDArray[np.bool_]
    place_outside: NDArray[np.bool_]
    value_count: NDArray[np.int64]
    """Number of values of each setting, (setting,)."""
    value_in_safe_mode: NDArray[np.bool_]
    """Whether safe mode leaves a value to the caretaker, (setting, value)."""
    target_count: NDArray[np.int64]
    """Number of targets of each act, (act,)."""
    limits: NDArray[np.float64]
    """Vacuum, oxygen low and high, carbon dioxide, window opens and closes, (6,)."""
    rules: NDArray[np.int64]
    """Bits of the rules asked of each act, (act,)."""
    overridable: NDArray[np.int64]
    """Bits of those that the crew may pass, (act,)."""
    hazardous: NDArray[np.bool_]
    may: NDArray[np.bool_]


def gate_arrays(layout: Layout) -> GateArrays:
    """Return a layout and the table of rules as arrays for the kernel.

    Parameters
    ----------
    layout : Layout
        The station.

    Returns
    -------
    GateArrays
        What ``judge`` takes.

    Examples
    --------
    >>> bits = gate_arrays(Layout(("core",))).rules[Act.SHED]
    >>> [rule.name for place, rule in enumerate(RULES) if bits >> place & 1]
    ['unknown target', 'clock', 'authority', 'sensors', 'air systems']
    """
    limits = layout.limits
    bits = [sum(1 << b for b, rule in enumerate(RULES) if act in rule.acts) for act in Act]
    passed = sum(1 << b for b, rule in enumerate(RULES) if rule.overridable)
    return GateArrays(
        starts=np.array(list(layout.starts.values()), dtype=np.int64),
        tolerance=layout.tolerance,
        stale_after=np.full(layout.starts["end"], float(limits.stale_after)),
        sides=layout.sides,
        difference_limit=np.array([float(p.difference_limit) for p in layout.passages]),
        load_air=np.array([load.air for load in layout.loads], dtype=bool),
        load_essential=np.array([load.essential for load in layout.loads], dtype=bool),
        ship_modules=layout.ship_modules,
        keep_out=layout.keep_out,
        place_outside=np.array([place.outside for place in layout.places], dtype=bool),
        value_count=np.array([len(one.values) for one in layout.settings], dtype=np.int64),
        value_in_safe_mode=_values_in_safe_mode(layout),
        target_count=np.array([len(layout.targets[act]) for act in Act], dtype=np.int64),
        limits=np.array(
            [
                *(limits.vacuum, limits.oxygen_low, limits.oxygen_high),
                *(limits.carbon_dioxide_high, limits.opens_after, limits.closes_after),
            ],
            dtype=float,
        ),
        rules=np.array(bits, dtype=np.int64),
        overridable=np.array([b & passed for b in bits], dtype=np.int64),
        hazardous=np.array([act in HAZARDOUS for act in Act]),
        may=may_table(),
    )


def _values_in_safe_mode(layout: Layout) -> NDArray[np.bool_]:
    most = max((len(setting.values) for setting in layout.settings), default=0)
    table = np.zeros((len(layout.settings), most), dtype=bool)
    for row, setting in zip(table, layout.settings, strict=True):
        row[: len(setting.values)] = [setting.in_safe_mode(value) for value in setting.values]
    return table


def fresh_state() -> NDArray[np.float64]:
    """Return the state of a gate that has judged nothing, (19,).

    Returns
    -------
    ndarray
        See ``STATE_SIZE``.

    Examples
    --------
    >>> fresh_state()[:3]
    array([  0., -inf,   1.])
    """
    state = np.zeros(STATE_SIZE)
    state[1], state[2] = -np.inf, 1.0
    return state


def command_row(layout: Layout, command: Command) -> NDArray[np.int64]:
    """Return a command as numbers; what has no such name is -1.

    Parameters
    ----------
    layout : Layout
        The station.
    command : Command
        What is asked.

    Returns
    -------
    ndarray of int, (6,)
        See ``COMMAND_SIZE``.

    Examples
    --------
    >>> layout = Layout(("core",), thrusters=("main",))
    >>> command_row(layout, Command(Act.THRUST, "main", Commander.GROUND))
    array([ 6,  0, -1,  1,  0,  0])
    """
    target = _number(layout.targets[command.act], command.target)
    destination = _number([place.name for place in layout.places], command.destination)
    if command.act is Act.SET and target >= 0:
        values = layout.settings[target].values
        destination = values.index(command.value) if command.value in values else -1
    return np.array(
        [
            command.act,
            target,
            destination,
            command.commander,
            command.token,
            command.override,
        ],
        dtype=np.int64,
    )


def _number(names: Sequence[str], name: str) -> int:
    return list(names).index(name) if name in names else -1


@inner_kernel
def _exactly(
    gate: GateArrays, readings: Floats, measured: Floats, time: float, row: int, value: float
) -> bool:
    """Tell whether a state surely has one value."""
    return (
        is_sure(readings, measured, row, time, gate.tolerance, gate.stale_after)
        and readings[row, 0] == value
        and readings[row, 1] == value
    )


@inner_kernel
def _joined(
    gate: GateArrays, readings: Floats, measured: Floats, time: float, side: int, but: int
) -> int:
    """Return the bits of the modules in one air with a side; space is the last bit."""
    outside = gate.starts[1]
    bits, before = 1 << side, 0
    if side == outside:
        return bits
    while bits != before:
        before = bits
        for number in range(len(gate.sides)):
            one, other = gate.sides[number, 0], gate.sides[number, 1]
            # Space joins nothing to anything.
            reaches_one = (bits >> one) & 1 == 1 and one != outside
            reaches_other = (bits >> other) & 1 == 1 and other != outside
            if (
                number != but
                and (reaches_one or reaches_other)
                and not _exactly(
                    gate, readings, measured, time, gate.starts[_PASSAGE] + number, 0.0
                )
            ):
                bits |= (1 << one) | (1 << other)
    return bits


@inner_kernel
def _opening(gate: GateArrays, readings: Floats, measured: Floats, time: float, target: int) -> int:
    """Return what the rules of an opening find."""
    starts, found = gate.starts, 0
    outside = starts[1]
    ends = (gate.sides[target, 0], gate.sides[target, 1])
    all_air, all_empty, inside = True, True, 0
    for side in range(2):
        bits = _joined(gate, readings, measured, time, ends[side], target)
        inside |= bits
        if (bits >> outside) & 1:
            all_air = False
        for module in range(outside):
            if (bits >> module) & 1:
                if is_sure(readings, measured, module, time, gate.tolerance, gate.stale_after):
                    low = min(readings[module, 0], readings[module, 1])
                    high = max(readings[module, 0], readings[module, 1])
                    all_air = all_air and low >= gate.limits[0]
                    all_empty = all_empty and high < gate.limits[0]
                else:
                    all_air, all_empty, found = False, False, found | _SENSORS
    if not (all_air or all_empty):
        found |= _VACUUM
    inside &= (1 << outside) - 1
    for number in range(len(gate.sides)):
        touches = (inside >> gate.sides[number, 0]) | (inside >> gate.sides[number, 1])
        row = starts[_PASSAGE] + number
        if (
            number != target
            and touches & 1
            and not is_sure(readings, measured, row, time, gate.tolerance, gate.stale_after)
        ):
            found |= _SENSORS

    greatest = 0.0
    for one in range(2):
        for first in range(2):
            for second in range(2):
                here, there = ends[one], ends[1 - one]
                higher = 0.0 if here == outside else readings[here, first]
                lower = 0.0 if there == outside else readings[there, second]
                greatest = max(greatest, higher - lower)
    for end in ends:
        if end != outside and not is_sure(
            readings, measured, end, time, gate.tolerance, gate.stale_after
        ):
            greatest = np.inf
    if greatest > gate.difference_limit[target]:
        found |= _DIFFERENCE

    aboard = starts[_ABOARD]
    if not is_sure(readings, measured, aboard, time, gate.tolerance, gate.stale_after):
        found |= _SENSORS
    if not _exactly(gate, readings, measured, time, aboard, 0.0):
        for end in ends:
            if end != outside:
                for gas in range(2):
                    row = starts[_OXYGEN + gas] + end
                    if not is_sure(readings, measured, row, time, gate.tolerance, gate.stale_after):
                        found |= _SENSORS | _BEYOND
                    low = min(readings[row, 0], readings[row, 1])
                    high = max(readings[row, 0], readings[row, 1])
                    if gas == 0 and (low < gate.limits[1] or high > gate.limits[2]):
                        found |= _BEYOND
                    if gas == 1 and high > gate.limits[3]:
                        found |= _BEYOND
    return found


@inner_kernel
def _quiet(
    gate: GateArrays, readings: Floats, measured: Floats, time: float, quantity: int, rule: int
) -> int:
    """Return what a rule finds that asks all states of a quantity to be zero."""
    found = 0
    for row in range(gate.starts[quantity], gate.starts[quantity + 1]):
        if not is_sure(readings, measured, row, time, gate.tolerance, gate.stale_after):
            found |= rule | _SENSORS
        elif readings[row, 0] != 0.0 or readings[row, 1] != 0.0:
            found |= rule
    return found


@inner_kernel
def _ships(
    gate: GateArrays, readings: Floats, measured: Floats, time: float, act: int, target: int
) -> int:
    """Return what the rules on the propulsion of docked ships find."""
    found, burns, first = 0, False, gate.starts[_SHIP]
    for row in range(first, gate.starts[_SHIP + 1]):
        if act == _RELEASE and row != first + target:
            continue
        if not is_sure(readings, measured, row, time, gate.tolerance, gate.stale_after):
            found |= _PROPULSION | _SENSORS
        elif max(readings[row, 0], readings[row, 1]) > 0.0:
            found |= _PROPULSION
            burns = burns or (readings[row, 0] == 2.0 and readings[row, 1] == 2.0)
    if act == _COUNTER:
        found = 0 if burns else _NO_BURN | (found & _SENSORS)
    return found


@inner_kernel
def _findings(
    gate: GateArrays,
    readings: Floats,
    measured: Floats,
    time: float,
    act: int,
    target: int,
    destination: int,
) -> int:
    """Return the bits of the rules on the facts that refuse an act."""
    found = 0
    if act == _OPEN:
        return _opening(gate, readings, measured, time, target)
    if act == _SHED:
        if gate.load_air[target]:
            found |= _quiet(gate, readings, measured, time, _ABOARD, _AIR)
        return found
    if act in (_THRUST, _COUNTER, _RELEASE):
        found |= _ships(gate, readings, measured, time, act, target)
        found |= _quiet(gate, readings, measured, time, _ARM, _ARM_MOVES)
        found |= _quiet(gate, readings, measured, time, _SPACEWALK, _WALK)
        if act != _RELEASE:
            return found | _quiet(gate, readings, measured, time, _CAPTURE, _CAPTURING)
        module = gate.ship_modules[target]
        for number in range(len(gate.sides)):
            if gate.sides[number, 0] == module or gate.sides[number, 1] == module:
                row = gate.starts[_PASSAGE] + number
                if not is_sure(readings, measured, row, time, gate.tolerance, gate.stale_after):
                    found |= _VACUUM | _SENSORS
                elif readings[row, 0] != 0.0 or readings[row, 1] != 0.0:
                    found |= _VACUUM
    if act in (_RELEASE, _MOVE_ARM):
        found |= _quiet(gate, readings, measured, time, _THRUST_ON, _THRUSTING)
    if act == _MOVE_ARM or (act == _MOVE_ROBOT and gate.place_outside[destination]):
        found |= _quiet(gate, readings, measured, time, _SPACEWALK, _PEOPLE)
    if act == _MOVE_ROBOT:
        if gate.keep_out[target, destination]:
            found |= _KEEP
        first = gate.starts[_PLACE]
        for row in range(first, gate.starts[_PLACE + 1]):
            sure = is_sure(readings, measured, row, time, gate.tolerance, gate.stale_after)
            if not sure:
                found |= _SENSORS
            if row != first + target and not (sure and abs(readings[row, 0] - destination) >= 1.0):
                found |= _OCCUPIED
    return found


@inner_kernel
def judge(
    gate: GateArrays,
    state: Floats,
    readings: Floats,
    measured: Floats,
    time: float,
    act: int,
    target: int,
    destination: int,
    commander: int,
    token: int,
    override: bool,
) -> tuple[int, int, int, int]:
    """Judge one command and change the state in place; the kernel form of ``decide``.

    Parameters are a ``GateArrays``, a state (19,), readings and times of measurement (rows, 2),
    now in seconds, and a command as in ``COMMAND_SIZE``. Returns an answer as in ``ANSWER_SIZE``.
    """
    if time >= state[1] and time < np.inf:
        moment, late = time, False
    else:
        moment, late = state[1], True
    if act == _SAFE_MODE:
        state[0], state[1] = 1.0, moment
        for place in range(3, len(state)):
            state[place] = 0.0
        return 2, 0, 0, 0
    if act < 0 or act >= len(gate.rules) or commander < 0 or commander >= len(gate.may):
        return 0, _UNKNOWN, 0, 0

    mine = 3 + 4 * commander
    known = 0 <= target < gate.target_count[act]
    if known and act == _MOVE_ROBOT:
        known = 0 <= destination < len(gate.place_outside)
    elif known and act == _SET:
        known = 0 <= destination < gate.value_count[target]
    if known:
        found = _findings(gate, readings, measured, time, act, target, destination)
        if late:
            found |= _CLOCK
        if not gate.may[commander, act]:
            found |= _AUTHORITY
        if state[0] != 0.0 and commander == _CARETAKER:
            left = (act == _RESTORE and gate.load_essential[target]) or (
                act == _SET and gate.value_in_safe_mode[target, destination]
            )
            if not left:
                found |= _SAFE
        waited = time - state[mine + 2]
        if token != 0 and not (
            state[mine + 3] == token
            and state[mine] == act
            and state[mine + 1] == target
            and waited >= gate.limits[4]
            and waited <= gate.limits[5]
        ):
            found |= _STEPS
        found &= gate.rules[act]
    else:
        found = _UNKNOWN

    passed, aboard = 0, gate.starts[_ABOARD]
    if found and override and commander == _CREW:
        for sensor in range(2):
            heads = readings[aboard, sensor]
            if heads >= 1.0 and is_fresh(
                heads, measured[aboard, sensor], time, gate.stale_after[aboard]
            ):
                passed = found & gate.overridable[act]
    refusing = found & ~passed
    verdict, given = (0 if refusing else 2), 0
    state[1] = moment
    if gate.hazardous[act]:
        for place in range(mine, mine + 4):
            state[place] = 0.0
        if verdict == 2 and token == 0:
            verdict, given = 1, int(state[2])
            state[2] += 1.0
            state[mine], state[mine + 1] = act, target
            state[mine + 2], state[mine + 3] = time, given
    if verdict == 0:
        passed = 0
    elif verdict == 2 and act == _LEAVE:
        state[0] = 0.0
    return verdict, refusing, passed, given


@kernel
def _judge_all(
    gate: GateArrays,
    state: Floats,
    readings: Floats,
    measured: Floats,
    times: Floats,
    commands: Integers,
    answers: Integers,
) -> None:
    for n in range(len(times)):
        verdict, refusing, passed, given = judge(
            gate,
            state,
            readings[n],
            measured[n],
            times[n],
            commands[n, 0],
            commands[n, 1],
            commands[n, 2],
            commands[n, 3],
            commands[n, 4],
            commands[n, 5] != 0,
        )
        answers[n, 0], answers[n, 1] = verdict, refusing
        answers[n, 2], answers[n, 3] = passed, given


def decide_many(
    gate: GateArrays,
    state: NDArray[np.float64],
    readings: NDArray[np.float64],
    measured: NDArray[np.float64],
    times: NDArray[np.float64],
    commands: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Judge commands one after the other.

    Parameters
    ----------
    gate : GateArrays
        Layout and table.
    state : ndarray, (19,)
        Changed in place.
    readings, measured : ndarray, (command, rows, 2)
        Facts at each command; times in seconds.
    times : ndarray, (command,)
        When each command comes. [s]
    commands : ndarray of int, (command, 6)
        See ``COMMAND_SIZE``.

    Returns
    -------
    ndarray of int, (command, 4)
        See ``ANSWER_SIZE``.

    Examples
    --------
    >>> gate = gate_arrays(Layout(("core",)))
    >>> facts = np.full((1, int(gate.starts[-1]), 2), np.nan)
    >>> asked = np.array([[Act.SAFE_MODE, 0, -1, Commander.GROUND, 0, 0]])
    >>> decide_many(gate, fresh_state(), facts, facts, np.zeros(1), asked)
    array([[2, 0, 0, 0]])
    """
    answers = np.zeros((len(times), ANSWER_SIZE), dtype=np.int64)
    _judge_all(gate, state, readings, measured, times, commands, answers)
    return answers
