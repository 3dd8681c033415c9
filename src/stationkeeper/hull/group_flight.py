"""Groups of units flown by days: what wears, what breaks, and who is there to repair it.

`fly_group` flies replicas from given draws. A group without people and without robots is not
repaired; robots repair only the units flagged for them. `repair_day` is one day of repairs, for an
engine that steps by days itself.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.hull.equipment import DAYS_PER_MONTH, time_to_failure
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]

NEVER: Final = -1  # day of a loss that did not come


def _flags(value: ArrayLike, size: int) -> Flags:
    return np.broadcast_to(np.asarray(value, dtype=bool), (size,)).copy()


def _numbers(value: ArrayLike, size: int, name: str) -> Array:
    full = np.broadcast_to(np.asarray(value, dtype=np.float64), (size,)).copy()
    if np.any(full < 0):
        raise DomainError(f"{name}: expected 0 or more, given {full.min():g}")
    return full


def _counts(value: ArrayLike, size: int, name: str) -> Counts:
    return _numbers(value, size, name).astype(np.int64)


@dataclass(frozen=True)
class GroupPlan:
    """A group as it is flown by days.

    Attributes
    ----------
    table : ndarray, (class, month)
        Of `equipment.hazard_table`. [-]
    class_of_unit : ndarray of int, (unit,)
        Row of the table.
    age_months : ndarray, (unit,)
        At the start. [months]
    needed : int
        Units without which the function is lost. [-]
    crew_can, robot_can, needs_spare : ndarray of bool, (unit,)
        Who may repair it, and whether that takes a spare from the shelf.
    crew_hands, robot_hands : ndarray of int, (day,)
        Repairs that people and robots can do at once on each day; no people aboard: 0. [-]
    spares : int
        On the shelf at the start. [-]
    arriving : ndarray of int, (day,)
        Spares that come on each day. [-]
    hazard_factor : ndarray, (month,)
        On the hazard of every unit, by month from the start (the induced part). [-]
    """

    table: Array
    class_of_unit: Counts
    age_months: Array
    needed: int
    crew_can: Flags
    robot_can: Flags
    needs_spare: Flags
    crew_hands: Counts
    robot_hands: Counts
    spares: int
    arriving: Counts
    hazard_factor: Array


def group_plan(
    table: ArrayLike,
    *,
    class_of_unit: ArrayLike,
    needed: int,
    days: int,
    age_months: ArrayLike = 0.0,
    crew_can: ArrayLike = True,
    robot_can: ArrayLike = False,
    needs_spare: ArrayLike = True,
    crew_hands: ArrayLike = 0,
    robot_hands: ArrayLike = 0,
    spares: int = 0,
    arriving: ArrayLike = 0,
    hazard_factor: ArrayLike = 1.0,
) -> GroupPlan:
    """Gather a group; single values serve all units, days or months.

    Parameters
    ----------
    table : array_like, (class, month)
        Of `equipment.hazard_table`. [-]
    class_of_unit : array_like of int, (unit,)
        Row of the table of each unit.
    needed : int
        0 <= needed <= units. [-]
    days : int
        Flown, 1 or more. [d]
    age_months, crew_can, robot_can, needs_spare : array_like
        By unit, as in `GroupPlan`.
    crew_hands, robot_hands, arriving : array_like
        By day, as in `GroupPlan`.
    spares : int
        Zero or more. [-]
    hazard_factor : array_like
        By month of the calendar, zero or more. [-]

    Returns
    -------
    GroupPlan
        Arrays of full length.

    Raises
    ------
    DomainError
        If a number is negative, a class is not in the table, or more units are needed than are.

    Examples
    --------
    >>> table = np.linspace(0.0, 2.0, 25)[None, :]
    >>> plan = group_plan(table, class_of_unit=[0, 0, 0], needed=2, days=730)
    >>> plan.crew_hands.size, plan.hazard_factor.size
    (730, 24)
    """
    rows = np.atleast_2d(np.asarray(table, dtype=np.float64))
    kinds = np.atleast_1d(np.asarray(class_of_unit, dtype=np.int64))
    count = kinds.size
    if days < 1:
        raise DomainError(f"days: expected 1 or more, given {days}")
    if np.any((kinds < 0) | (kinds >= rows.shape[0])):
        raise DomainError(f"class of a unit: expected 0 to {rows.shape[0] - 1}, given {kinds}")
    if not 0 <= needed <= count:
        raise DomainError(f"units needed: expected 0 to {count}, given {needed}")
    if rows.shape[1] < 2 or np.any(np.diff(rows, axis=1) < 0):
        raise DomainError("table of hazards: expected two months or more and no negative hazard")
    months = int(np.ceil(days / DAYS_PER_MONTH))

    if spares < 0:
        raise DomainError(f"spares: expected 0 or more, given {spares}")
    return GroupPlan(
        table=rows,
        class_of_unit=kinds,
        age_months=_numbers(age_months, count, "age of a unit"),
        needed=needed,
        crew_can=_flags(crew_can, count),
        robot_can=_flags(robot_can, count),
        needs_spare=_flags(needs_spare, count),
        crew_hands=_counts(crew_hands, days, "hands of the crew"),
        robot_hands=_counts(robot_hands, days, "hands of robots"),
        spares=spares,
        arriving=_counts(arriving, days, "spares that come"),
        hazard_factor=_numbers(hazard_factor, months, "factor on the hazard"),
    )


@kernel
def repair_day(
    broken: Flags,
    progress: Array,
    event: Counts,
    crew_days: Array,
    robot_days: Array,
    crew_can: Flags,
    robot_can: Flags,
    needs_spare: Flags,
    crew_hands: int,
    robot_hands: int,
    shelf: int,
) -> int:  # pragma: no cover - compiled
    """Do one day's repairs of one replica in place and return the spares left on the shelf.

    Robots take what they may first, in the order of the units, people the rest. `progress` is the
    share of a repair that is done; work that stops because people leave is taken up again by whom
    ever comes. A spare leaves the shelf when work begins.
    """
    touched = np.zeros(broken.size, dtype=np.bool_)
    for by_crew in range(2):
        free = crew_hands if by_crew == 1 else robot_hands
        for unit in range(broken.size):
            if free == 0:
                break
            may = crew_can[unit] if by_crew == 1 else robot_can[unit]
            if not broken[unit] or not may or touched[unit]:
                continue
            if progress[unit] == 0.0 and needs_spare[unit]:
                if shelf == 0:
                    continue
                shelf -= 1
            work = crew_days[unit, event[unit]] if by_crew == 1 else robot_days[unit, event[unit]]
            # What is left to do by this worker, in whole days: sums of shares would not reach one.
            left = int(np.ceil((1.0 - progress[unit]) * max(work, 1.0) - 1e-9))
            progress[unit] = 1.0 if left <= 1 else progress[unit] + 1.0 / max(work, 1.0)
            touched[unit] = True
            free -= 1
    return shelf


@kernel
def _fly(
    table: Array,
    class_of_unit: Counts,
    age_months: Array,
    needed: int,
    crew_can: Flags,
    robot_can: Flags,
    needs_spare: Flags,
    crew_hands: Counts,
    robot_hands: Counts,
    spares: int,
    arrived: Counts,
    hazard_factor: Array,
    exponentials: Array,
    crew_days: Array,
    robot_days: Array,
    month: float,
    first_loss: Counts,
    days_down: Counts,
    failures: Counts,
    shelf_left: Counts,
    broken_at_loss: Flags,
    broken_at_end: Flags,
) -> int:  # pragma: no cover - compiled
    replicas, units, events = exponentials.shape
    days = crew_hands.size
    fail_day = np.empty(units)
    progress = np.empty(units)
    event = np.empty(units, dtype=np.int64)
    broken = np.empty(units, dtype=np.bool_)
    for replica in range(replicas):
        shelf = spares
        for unit in range(units):
            event[unit] = 0
            broken[unit] = False
            progress[unit] = 0.0
            fail_day[unit] = month * time_to_failure(
                table[class_of_unit[unit]],
                age_months[unit],
                exponentials[replica, unit, 0],
                0.0,
                hazard_factor,
            )
        day, came = -1, 0
        soonest = 0.0
        broken_now = 0
        while True:
            # With nothing broken, nothing happens until the next failure.
            day = day + 1 if broken_now > 0 else max(day + 1, int(min(soonest, days)))
            if day >= days:
                break
            shelf += arrived[day] - came
            came = arrived[day]
            down = 0
            soonest = np.inf
            for unit in range(units):
                if not broken[unit] and fail_day[unit] < day + 1.0:
                    broken[unit] = True
                    progress[unit] = 0.0
                    failures[replica, unit] += 1
                if broken[unit]:
                    down += 1
                else:
                    soonest = min(soonest, fail_day[unit])
            broken_now = down
            if down == 0:
                continue
            if units - down < needed:
                days_down[replica] += 1
                if first_loss[replica] < 0:
                    first_loss[replica] = day
                    broken_at_loss[replica] = broken
            if crew_hands[day] == 0 and robot_hands[day] == 0:
                continue
            shelf = repair_day(
                broken,
                progress,
                event,
                crew_days[replica],
                robot_days[replica],
                crew_can,
                robot_can,
                needs_spare,
                crew_hands[day],
                robot_hands[day],
                shelf,
            )
            for unit in range(units):
                if broken[unit] and progress[unit] >= 1.0:
                    event[unit] += 1
                    if event[unit] == events:
                        return replica + 1
                    broken[unit] = False
                    start = (day + 1.0) / month
                    fail_day[unit] = (
                        day
                        + 1.0
                        + month
                        * time_to_failure(
                            table[class_of_unit[unit]],
                            0.0,
                            exponentials[replica, unit, event[unit]],
                            start,
                            hazard_factor,
                        )
                    )
        shelf_left[replica] = shelf + arrived[days - 1] - came
        broken_at_end[replica] = broken
    return 0


@dataclass(frozen=True)
class GroupFlight:
    """What became of a group, replica by replica.

    Attributes
    ----------
    first_loss : ndarray of int, (replica,)
        Day on which fewer than needed worked for the first time; `NEVER` if not. [d]
    days_down : ndarray of int, (replica,)
        Days with fewer than needed at work. [d]
    failures : ndarray of int, (replica, unit)
        [-]
    spares_left : ndarray of int, (replica,)
        On the shelf at the end. [-]
    broken_at_loss, broken_at_end : ndarray of bool, (replica, unit)
        Which units did not work on the day of the first loss (none if it did not come), and at the
        end: the events of a cut set.
    """

    first_loss: Counts
    days_down: Counts
    failures: Counts
    spares_left: Counts
    broken_at_loss: Flags
    broken_at_end: Flags

    @property
    def lost(self) -> Flags:
        """Whether the function was ever lost."""
        return np.asarray(self.first_loss != NEVER)


def fly_group(
    plan: GroupPlan,
    exponentials: ArrayLike,
    crew_days: ArrayLike = 1.0,
    robot_days: ArrayLike = 1.0,
) -> GroupFlight:
    """Fly a group by days: wear, failure, repair by whom ever is there.

    A unit that fails in a day counts as broken from that day on; a repair that ends in a day gives
    a new unit the next day. Left out: units made as good as old, repairs that break something.

    Parameters
    ----------
    plan : GroupPlan
        Units, hands and spares.
    exponentials : array_like, (replica, unit, event)
        Standard exponential draws: the hazard that each life of each unit bears. [-]
    crew_days, robot_days : array_like, up to (replica, unit, event)
        Days of work that a repair takes by people and by robots, drawn by the caller from any
        distribution; less than a day counts as one. [d]

    Returns
    -------
    GroupFlight
        One entry for each replica.

    Raises
    ------
    DomainError
        If shapes do not match, a number is negative, or a unit needs more lives than were drawn.

    Notes
    -----
    Agrees with `random_group` within the sampling error, and with a plain loop over days exactly
    (tests).

    Examples
    --------
    Two units that fail in 100 days each, both needed, a spare, and people from day 300 on:

    >>> table = np.array([[0.0, 1.0]])
    >>> people = np.where(np.arange(400) < 300, 0, 1)
    >>> plan = group_plan(
    ...     table, class_of_unit=[0, 0], needed=2, days=400, crew_hands=people, spares=1
    ... )
    >>> lives = np.array([[[100 / DAYS_PER_MONTH, 9.0], [99.0, 9.0]]])
    >>> flight = fly_group(plan, lives, crew_days=3.0)
    >>> int(flight.first_loss[0]), int(flight.days_down[0]), int(flight.spares_left[0])
    (100, 203, 0)
    """
    draws = np.ascontiguousarray(exponentials, dtype=np.float64)
    units = plan.class_of_unit.size
    if draws.ndim != 3 or draws.shape[1] != units or draws.shape[2] < 1:
        raise DomainError(f"draws: expected shape (replica, {units}, event), given {draws.shape}")
    work = [np.asarray(value, dtype=np.float64) for value in (crew_days, robot_days)]
    if np.any(draws < 0) or any(np.any(value < 0) for value in work):
        raise DomainError("draws and days of work must not be negative")
    by_crew, by_robot = (np.ascontiguousarray(np.broadcast_to(x, draws.shape)) for x in work)
    replicas = draws.shape[0]
    flight = GroupFlight(
        first_loss=np.full(replicas, NEVER, dtype=np.int64),
        days_down=np.zeros(replicas, dtype=np.int64),
        failures=np.zeros((replicas, units), dtype=np.int64),
        spares_left=np.zeros(replicas, dtype=np.int64),
        broken_at_loss=np.zeros((replicas, units), dtype=bool),
        broken_at_end=np.zeros((replicas, units), dtype=bool),
    )
    short = _fly(
        plan.table,
        plan.class_of_unit,
        plan.age_months,
        plan.needed,
        plan.crew_can,
        plan.robot_can,
        plan.needs_spare,
        plan.crew_hands,
        plan.robot_hands,
        plan.spares,
        np.cumsum(plan.arriving),
        plan.hazard_factor,
        draws,
        by_crew,
        by_robot,
        DAYS_PER_MONTH,
        flight.first_loss,
        flight.days_down,
        flight.failures,
        flight.spares_left,
        flight.broken_at_loss,
        flight.broken_at_end,
    )
    if short:
        raise DomainError(
            f"replica {short - 1}: a unit needs more than {draws.shape[2]} lives; draw more events"
        )
    return flight
