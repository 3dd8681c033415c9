"""The rules of the gate as one table: what each asks, of which acts, and who may override it.

A rule is fulfilled only by two fresh sensors that agree; what is not known is not assumed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from stationkeeper.caretaker.authority import (
    HAZARDOUS,
    MAY,
    OVERRIDING,
    PROTECTIVE,
    Act,
    Commander,
    Pending,
    confirms,
)
from stationkeeper.caretaker.gate_facts import (
    BURNING,
    INHIBITED,
    OUTSIDE,
    Command,
    Facts,
    Layout,
    Setting,
)
from stationkeeper.caretaker.voting import Voted, fresh_high, vote


@dataclass(frozen=True)
class Case:
    """All that a rule looks at: the command, the facts, and what the gate remembers."""

    layout: Layout
    facts: Facts
    command: Command
    time: float
    last_time: float
    safe: bool
    pending: Pending | None

    @cached_property
    def voted(self) -> Voted:
        """What both sensors of each quantity tell together."""
        layout = self.layout
        return vote(
            self.facts.readings,
            self.facts.measured,
            self.time,
            layout.tolerance,
            layout.limits.stale_after,
        )

    @cached_property
    def target(self) -> int:
        """The number of the target among those of the act."""
        return self.layout.targets[self.command.act].index(self.command.target)

    @cached_property
    def destination(self) -> int:
        """The number of the place a robot is sent to."""
        return [place.name for place in self.layout.places].index(self.command.destination)

    @cached_property
    def setting(self) -> Setting:
        """The setting that is the target."""
        return self.layout.settings[self.target]

    def row(self, quantity: str, number: int = 0) -> int:
        """Return the row of one quantity in the facts."""
        return self.layout.starts[quantity] + number

    def rows(self, quantity: str) -> range:
        """Return all rows of a quantity."""
        first = self.layout.starts[quantity]
        return range(first, first + self.layout.counts[quantity])

    def between(self, row: int, low: float, high: float) -> bool:
        """Tell whether a quantity surely lies within bounds, bounds included."""
        voted = self.voted
        return bool(voted.sure[row] and voted.low[row] >= low and voted.high[row] <= high)

    def is_zero(self, quantity: str, number: int = 0) -> bool:
        """Tell whether a state is surely zero: nobody, nothing moves, closed."""
        return self.between(self.row(quantity, number), 0.0, 0.0)

    def told(self, row: int) -> str:
        """Return what the two sensors of a row say, with their ages, for people."""
        first, second = self.facts.readings[row]
        ages = self.time - self.facts.measured[row]
        return (
            f"{self.layout.row_names[row]}: {first:g} and {second:g}, "
            f"{ages[0]:g} s and {ages[1]:g} s old"
        )

    def joined(self, side: int, but: int) -> set[int]:
        """Return the modules in one air with a side, through all that is not surely closed.

        Space joins nothing to anything: it is a member, but the search ends there.
        """
        layout = self.layout
        outside = len(layout.modules)
        found, fresh = {side}, [side] if side != outside else []
        while fresh:
            here = fresh.pop()
            for number, pair in enumerate(layout.sides.tolist()):
                if number != but and here in pair and not self.is_zero("passage_open", number):
                    beyond = pair[0] if pair[1] == here else pair[1]
                    if beyond not in found:
                        found.add(beyond)
                        if beyond != outside:
                            fresh.append(beyond)
        return found

    @cached_property
    def airs(self) -> tuple[set[int], set[int]]:
        """The modules in one air with each side of the passage to be opened."""
        one, other = self.layout.sides[self.target].tolist()
        return self.joined(one, self.target), self.joined(other, self.target)


Finding = str | None
"""The figures for which a rule refuses, or None."""


@dataclass(frozen=True)
class Rule:
    """One row of the table."""

    name: str
    acts: frozenset[Act]
    """The acts that it is asked of."""
    finds: Callable[[Case], Finding]
    overridable: bool = False
    """The crew may override it."""


def _unknown(case: Case) -> Finding:
    command, targets = case.command, case.layout.targets[case.command.act]
    if command.target not in targets:
        return f"no target {command.target!r} of {command.act.name}"
    places = {place.name for place in case.layout.places}
    if command.act is Act.MOVE_ROBOT and command.destination not in places:
        return f"no place {command.destination!r}"
    if command.act is Act.SET and command.value not in case.setting.values:
        return f"no value {command.value:g} of {command.target!r}"
    return None


def _clock(case: Case) -> Finding:
    if np.isfinite(case.time) and case.time >= case.last_time:
        return None
    return f"time {case.time:g} s, after {case.last_time:g} s"


def _authority(case: Case) -> Finding:
    command = case.command
    if command.act in MAY[command.commander]:
        return None
    return f"{command.commander.name} may not ask for {command.act.name}"


def _safe_mode(case: Case) -> Finding:
    command = case.command
    if not case.safe or command.commander is not Commander.CARETAKER:
        return None
    if command.act is Act.RESTORE and case.layout.loads[case.target].essential:
        return None
    if command.act is Act.SET and case.setting.in_safe_mode(command.value):
        return None
    return "the station is in safe mode, which people end"


def _two_steps(case: Case) -> Finding:
    command, limits = case.command, case.layout.limits
    if command.token == 0 or confirms(
        case.pending,
        command.act,
        command.target,
        command.token,
        case.time,
        limits.opens_after,
        limits.closes_after,
    ):
        return None
    window = f"{limits.opens_after:g} to {limits.closes_after:g} s after it"
    return f"token {command.token} fits no first step of this commander and target, {window}"


def asked(case: Case) -> list[int]:
    """Return the rows of the facts that the rules of an act need to be sure of.

    Parameters
    ----------
    case : Case
        With a known target.

    Returns
    -------
    list of int
        Rows of the facts, without order.

    Notes
    -----
    Protective acts, safe mode and the return from it need none.
    """
    act, layout = case.command.act, case.layout
    rows: list[int] = []
    if act is Act.OPEN:
        air = set().union(*case.airs)
        inside = sorted(air - {len(layout.modules)})
        touching = [
            number
            for number, pair in enumerate(layout.sides.tolist())
            if number != case.target and set(pair) & set(inside)
        ]
        rows += [case.row("pressure", number) for number in inside]
        rows += [case.row("passage_open", number) for number in touching]
        rows += case.rows("crew_aboard")
        if not case.is_zero("crew_aboard"):
            for module in layout.sides[case.target].tolist():
                if module < len(layout.modules):
                    rows += [case.row("oxygen", module), case.row("carbon_dioxide", module)]
    elif act is Act.SHED and layout.loads[case.target].air:
        rows += case.rows("crew_aboard")
    elif act in {Act.THRUST, Act.COUNTER_THRUST}:
        for quantity in ("arm_moving", "spacewalk", "capture"):
            rows += case.rows(quantity)
        if act is Act.THRUST or not _burning(case):
            rows += case.rows("ship_propulsion")
    elif act is Act.MOVE_ARM:
        rows += [*case.rows("spacewalk"), *case.rows("thrust_on")]
    elif act is Act.MOVE_ROBOT:
        rows += case.rows("robot_place")
        if layout.places[case.destination].outside:
            rows += case.rows("spacewalk")
    elif act is Act.RELEASE:
        rows += [case.row("passage_open", number) for number in _ship_passages(case)]
        rows.append(case.row("ship_propulsion", case.target))
        for quantity in ("arm_moving", "spacewalk", "thrust_on"):
            rows += case.rows(quantity)
    return rows


def _sensors(case: Case) -> Finding:
    return _first(case, (row for row in asked(case) if not case.voted.sure[row]))


def _vacuum(case: Case) -> Finding:
    if case.command.act is Act.RELEASE:
        open_ones = [n for n in _ship_passages(case) if not case.is_zero("passage_open", n)]
        return _first(case, (case.row("passage_open", number) for number in open_ones))
    one, other = case.airs
    if _all_air(case, one) and _all_air(case, other):
        return None
    if _all_empty(case, one) and _all_empty(case, other):
        return None
    names = (*case.layout.modules, OUTSIDE)
    told = [
        ", ".join(names[module] + _pressure(case, module) for module in sorted(air))
        for air in case.airs
    ]
    return f"joins {told[0]} with {told[1]}; not surely air on both sides"


def _all_air(case: Case, air: set[int]) -> bool:
    vacuum, outside = case.layout.limits.vacuum, len(case.layout.modules)
    return outside not in air and all(
        case.between(case.row("pressure", module), vacuum, np.inf) for module in air
    )


def _all_empty(case: Case, air: set[int]) -> bool:
    vacuum, outside = case.layout.limits.vacuum, len(case.layout.modules)
    return all(
        case.voted.sure[case.row("pressure", module)]
        and case.voted.high[case.row("pressure", module)] < vacuum
        for module in air - {outside}
    )


def _pressure(case: Case, module: int) -> str:
    if module == len(case.layout.modules):
        return ""
    first, second = case.facts.readings[case.row("pressure", module)] / 1_000.0
    return f" ({first:g} and {second:g} kPa)"


def _difference(case: Case) -> Finding:
    lows, highs = [], []
    outside = len(case.layout.modules)
    for module in case.layout.sides[case.target].tolist():
        row = case.row("pressure", module)
        lows.append(0.0 if module == outside else case.voted.low[row])
        highs.append(0.0 if module == outside else case.voted.high[row])
    greatest = max(highs[0] - lows[1], highs[1] - lows[0]) / 1_000.0
    limit = case.layout.passages[case.target].difference_limit / 1_000.0
    # Not "greater": of a difference that is not known, neither is true.
    return None if greatest <= limit else f"{greatest:g} kPa, at most {limit:g} kPa"


def _air_beyond(case: Case) -> Finding:
    if case.is_zero("crew_aboard"):
        return None
    limits = case.layout.limits
    for module in case.layout.sides[case.target].tolist():
        if module < len(case.layout.modules):
            oxygen, dioxide = case.row("oxygen", module), case.row("carbon_dioxide", module)
            if not case.between(oxygen, limits.oxygen_low, limits.oxygen_high):
                return f"{case.told(oxygen)}; {limits.oxygen_low:g} to {limits.oxygen_high:g} Pa"
            if not case.between(dioxide, -np.inf, limits.carbon_dioxide_high):
                return f"{case.told(dioxide)}; at most {limits.carbon_dioxide_high:g} Pa"
    return None


def _air_systems(case: Case) -> Finding:
    if not case.layout.loads[case.target].air:
        return None
    return _unless_zero(case, "crew_aboard")


def _ship_propulsion(case: Case) -> Finding:
    rows: Sequence[int] = case.rows("ship_propulsion")
    if case.command.act is Act.RELEASE:
        rows = [rows[case.target]]
    return _first(case, (row for row in rows if not case.between(row, -np.inf, INHIBITED)))


def _nothing_to_counter(case: Case) -> Finding:
    return None if _burning(case) else "no docked ship surely burns"


def _arm_moving(case: Case) -> Finding:
    moving = (n for n in range(len(case.layout.arms)) if not case.is_zero("arm_moving", n))
    return _first(case, (case.row("arm_moving", number) for number in moving))


def _spacewalk(case: Case) -> Finding:
    return _unless_zero(case, "spacewalk")


def _people_outside(case: Case) -> Finding:
    if case.command.act is Act.MOVE_ROBOT and not case.layout.places[case.destination].outside:
        return None
    return _unless_zero(case, "spacewalk")


def _capture(case: Case) -> Finding:
    return _unless_zero(case, "capture")


def _thrust_on(case: Case) -> Finding:
    return _unless_zero(case, "thrust_on")


def _keep_out(case: Case) -> Finding:
    if case.layout.keep_out[case.target, case.destination]:
        return f"{case.command.target} keeps out of {case.command.destination}"
    return None


def _occupied(case: Case) -> Finding:
    return _first(
        case,
        (
            row
            for number, row in enumerate(case.rows("robot_place"))
            if number != case.target
            and not (
                case.between(row, -np.inf, case.destination - 1.0)
                or case.between(row, case.destination + 1.0, np.inf)
            )
        ),
    )


def _burning(case: Case) -> bool:
    return any(case.between(row, BURNING, BURNING) for row in case.rows("ship_propulsion"))


def _ship_passages(case: Case) -> list[int]:
    module = int(case.layout.ship_modules[case.target])
    return [n for n, pair in enumerate(case.layout.sides.tolist()) if module in pair]


def _unless_zero(case: Case, quantity: str) -> Finding:
    return None if case.is_zero(quantity) else case.told(case.row(quantity))


def _first(case: Case, rows: Iterable[int]) -> Finding:
    row = next(iter(rows), None)
    return None if row is None else case.told(row)


_ALL = frozenset(Act) - {Act.SAFE_MODE}
_BURNS = frozenset({Act.THRUST, Act.COUNTER_THRUST})
_MACHINES = frozenset({Act.MOVE_ARM, Act.MOVE_ROBOT})
_JOINS = frozenset({Act.OPEN, Act.RELEASE})
_ASKING = frozenset({Act.SHED}) | _BURNS | _MACHINES | _JOINS
_BUSY = frozenset({Act.OPEN, Act.THRUST, Act.RESTORE, Act.SET}) | _MACHINES
_OPEN, _SHED, _RELEASE = frozenset({Act.OPEN}), frozenset({Act.SHED}), frozenset({Act.RELEASE})
_ROBOT, _ARM = frozenset({Act.MOVE_ROBOT}), frozenset({Act.MOVE_ARM})

RULES = (
    Rule("unknown target", _ALL, _unknown),
    Rule("clock", _ALL - PROTECTIVE, _clock),
    Rule("authority", _ALL, _authority),
    Rule("safe mode", _BUSY, _safe_mode),
    Rule("two steps", HAZARDOUS, _two_steps),
    Rule("sensors", _ASKING, _sensors, overridable=True),
    Rule("vacuum", _JOINS, _vacuum),
    Rule("pressure difference", _OPEN, _difference, overridable=True),
    Rule("air beyond", _OPEN, _air_beyond, overridable=True),
    Rule("air systems", _SHED, _air_systems, overridable=True),
    Rule("ship propulsion", _RELEASE | {Act.THRUST}, _ship_propulsion, overridable=True),
    Rule("nothing to counter", frozenset({Act.COUNTER_THRUST}), _nothing_to_counter, True),
    Rule("arm moving", _BURNS | _RELEASE, _arm_moving, overridable=True),
    Rule("spacewalk", _BURNS | _RELEASE, _spacewalk),
    Rule("people outside", _MACHINES, _people_outside, overridable=True),
    Rule("capture", _BURNS, _capture, overridable=True),
    Rule("thrust on", _ARM | _RELEASE, _thrust_on, overridable=True),
    Rule("keep out", _ROBOT, _keep_out, overridable=True),
    Rule("occupied", _ROBOT, _occupied, overridable=True),
)
"""The table. The first rule alone is asked of what is not known; of the rest, every one."""


def crew_answers(case: Case) -> bool:
    """Tell whether a crew command may override: at least one fresh sensor tells of people aboard.

    Parameters
    ----------
    case : Case
        The command and the facts.

    Returns
    -------
    bool
        False also for every other commander.

    Notes
    -----
    One sensor is enough: people whose sensors fail are still there. A crew command on a station
    where no sensor tells of people has lost its way, or is not from the crew.
    """
    command, row = case.command, case.row("crew_aboard")
    if not command.override or command.commander is not OVERRIDING:
        return False
    readings, measured = case.facts.readings[row], case.facts.measured[row]
    heads = fresh_high(readings, measured, case.time, case.layout.limits.stale_after)
    return bool(heads >= 1.0)
