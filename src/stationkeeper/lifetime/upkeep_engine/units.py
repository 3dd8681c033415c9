"""Units of equipment: they come, fail, are mended and go."""

from stationkeeper.kernels import inner_kernel
from stationkeeper.lifetime.upkeep_engine.bundles import Dealt, Jobs, Repairs, Units, UnitsNow
from stationkeeper.lifetime.upkeep_engine.draws import next_failure
from stationkeeper.lifetime.upkeep_engine.jobs import DONE, goes_on
from stationkeeper.lifetime.upkeep_engine.noting import (
    BY_PEOPLE,
    BY_ROBOT,
    NO_SEGMENT,
    UNIT_FAILS,
    ZERO,
    note,
)
from stationkeeper.lifetime.upkeep_plan import NEVER, Flags, Log, Whole


@inner_kernel
def start_units(
    dealt: Dealt, units: Units, now: UnitsNow, place: int
) -> None:  # pragma: no cover - compiled
    """Deal first failures; who comes on this very day is met among what is due, but on the first.

    A unit that was there before counts at once.
    """
    for unit in range(units.group.size):
        begin = max(units.first[unit], place)
        now.due[unit] = NEVER
        if begin < units.last[unit]:
            now.due[unit] = next_failure(dealt, units, unit, ZERO, units.age[unit], begin)
            if units.first[unit] < place or place == 0 == units.first[unit]:
                now.working[units.group[unit]] += 1


@inner_kernel
def units_due(
    units: Units, now: UnitsNow, failures: Whole, log: Log, r: int, place: int
) -> bool:  # pragma: no cover - compiled
    """Units that come, go or fail on this day; return whether there was one.

    `failures` are those of all replicas in this month, by group.
    """
    some = False
    for unit in range(units.group.size):
        group = units.group[unit]
        if units.first[unit] == place and place > 0:
            now.working[group] += 1
            some = True
        if units.last[unit] == place:
            if not now.broken[unit]:
                now.working[group] -= 1
            now.broken[unit] = False
            now.due[unit] = NEVER
            some = True
        if now.due[unit] <= place:
            now.broken[unit] = True
            now.done[unit] = 0.0
            now.due[unit] = NEVER
            now.working[group] -= 1
            failures[group] += 1
            note(log, r, place, UNIT_FAILS, group, 0.0)
            some = True
    return some


@inner_kernel
def count_broken(broken: Flags) -> int:  # pragma: no cover - compiled
    """Count the units that wait for a repair."""
    count = 0
    for unit in range(broken.size):
        count += broken[unit]
    return count


@inner_kernel
def mend_units(
    dealt: Dealt,
    units: Units,
    now: UnitsNow,
    repairs: Repairs,
    broken: int,
    jobs: Jobs,
    log: Log,
    r: int,
    place: int,
    free: int,
    segment: int,
) -> tuple[int, int, int]:  # pragma: no cover - compiled
    """One day of work on broken units; by robots if no segment is given.

    Return free hands, how many units were mended, and the next day on which one of them fails.
    """
    due, mended = NEVER, 0
    for unit in range(units.group.size):
        if free == 0 or broken == 0:
            break
        if not now.broken[unit]:
            continue
        broken -= 1
        group = units.group[unit]
        if not repairs.may[group] or (segment != NO_SEGMENT and units.segment[group] != segment):
            continue
        done = now.done[unit]
        if done == 0.0 and repairs.takes_spare[group]:
            if now.shelf[group] < 1.0:
                continue
            now.shelf[group] -= 1.0
        step = 1.0 / max(repairs.days[group], 1.0)
        done += step
        free -= 1
        if done < DONE:
            now.done[unit] = done
            goes_on(jobs, unit, step)
            continue
        now.life[unit] += 1
        now.broken[unit] = False
        now.done[unit] = 0.0
        now.working[group] += 1
        mended += 1
        now.due[unit] = next_failure(dealt, units, unit, now.life[unit], 0.0, place + 1)
        due = min(due, now.due[unit])
        note(log, r, place, BY_ROBOT if segment == NO_SEGMENT else BY_PEOPLE, group, 0.0)
    return free, mended, due
