"""Leaks: they begin, grow, are mended, and hatches are shut before them."""

import numpy as np

from stationkeeper.kernels import inner_kernel
from stationkeeper.lifetime.upkeep_engine.bundles import Hatches, Jobs, LeaksNow
from stationkeeper.lifetime.upkeep_engine.draws import next_birth
from stationkeeper.lifetime.upkeep_engine.jobs import BITS, DONE, NUMBER, goes_on
from stationkeeper.lifetime.upkeep_engine.noting import (
    BEYOND,
    HATCH_SHUT,
    LEAK_BEGINS,
    LEAK_MENDED,
    ZERO,
    note,
)
from stationkeeper.lifetime.upkeep_plan import LARGEST_LEAK, SEALED, Array, Log, Whole


@inner_kernel
def births_due(
    births: Array,
    rates: Array,
    pending: Whole,
    due: Whole,
    leaks: LeaksNow,
    hatch: Array,
    log: Log,
    r: int,
    place: int,
) -> bool:  # pragma: no cover - compiled
    """Leaks that begin on this day, if their module is there; return whether there was one."""
    some = False
    for module in range(due.size):
        while due[module] <= place:
            number = pending[module]
            if hatch[module] >= 0.0:
                rate = min(rates[module, number], LARGEST_LEAK)
                leaks.now[module, number] = rate
                leaks.since[module, number] = place
                leaks.active[leaks.listed[0]] = module << BITS | number
                leaks.listed[0] += 1
                note(log, r, place, LEAK_BEGINS, module, rate)
                some = True
            pending[module] = number + 1
            due[module] = next_birth(births[module], number + 1)
    return some


@inner_kernel
def _drop(leaks: LeaksNow, k: int) -> None:  # pragma: no cover - compiled
    """Take a leak off the list, whose order decides who is mended first."""
    last = leaks.listed[0] - 1
    for j in range(k, last):
        leaks.active[j] = leaks.active[j + 1]
    leaks.listed[0] = last


@inner_kernel
def dated_repairs(
    dated: Whole, where: Whole, shares: Array, leaks: LeaksNow, log: Log, r: int, place: int
) -> bool:  # pragma: no cover - compiled
    """Repairs that the document dates, of all leaks of a module; return whether there was one."""
    some = False
    for repair in range(dated.size):
        if dated[repair] != place:
            continue
        some = True
        module, left = where[repair], 0.0
        k = ZERO
        while k < leaks.listed[0]:
            number = leaks.active[k] & NUMBER
            if leaks.active[k] >> BITS != module:
                k += 1
                continue
            rate = leaks.now[module, number] * shares[repair, number]
            if rate >= SEALED:
                left += rate
                leaks.now[module, number] = rate
                k += 1
            else:
                leaks.now[module, number] = 0.0
                _drop(leaks, k)
        note(log, r, place, LEAK_MENDED, module, left)
    return some


@inner_kernel
def cabin_loss(
    leaks: LeaksNow,
    growth: Array,
    hatches: Hatches,
    hatch: Array,
    totals: Array,
    limit: float,
    grows: bool,
    people: int,
    log: Log,
    r: int,
    place: int,
) -> float:  # pragma: no cover - compiled
    """Air that the cabin loses through leaks; hatches before those beyond the limit are shut.

    A leak grows in steps, at the begin of each month.
    """
    lost = 0.0
    for module in range(totals.size):
        totals[module] = 0.0
    for k in range(leaks.listed[0]):
        module, number = leaks.active[k] >> BITS, leaks.active[k] & NUMBER
        if grows:
            days = place - leaks.since[module, number]
            rate = leaks.now[module, number] * np.exp(growth[module] * days)
            leaks.now[module, number] = min(rate, LARGEST_LEAK)
            leaks.since[module, number] = place
        totals[module] += leaks.now[module, number]
    for module in range(totals.size):
        total = totals[module]
        if total > limit and hatch[module] >= 0.0:
            if not hatches.beyond[module]:
                hatches.beyond[module] = True
                note(log, r, place, BEYOND, module, total)
        elif total < 0.5 * limit:
            hatches.beyond[module] = False
            if people > 0:  # a hatch shut for a leak is opened again, one before a hole is not
                hatches.shut[module] = False
        closed = hatches.shut[module] or hatches.pierced[module]
        if hatches.beyond[module] and hatch[module] >= 0.0 and people > 0 and not closed:
            hatches.shut[module] = closed = True
            note(log, r, place, HATCH_SHUT, module, total)
        if not closed and hatch[module] > 0.0:
            lost += total * hatch[module]
    return lost


@inner_kernel
def mend_leaks(
    leaks: LeaksNow,
    jobs: Jobs,
    left: Array,
    own_from: Whole,
    module_segment: Whole,
    hatch: Array,
    found: float,
    repair_days: float,
    log: Log,
    r: int,
    place: int,
    free: int,
    segment: int,
) -> tuple[int, int]:  # pragma: no cover - compiled
    """One day of work on leaks that are large enough to be found.

    Return free hands, and how many leaks were mended.
    """
    step = 1.0 / max(repair_days, 1.0)
    repairs = left.shape[2]
    k, count = ZERO, ZERO
    while k < leaks.listed[0] and free > 0:
        module, number = leaks.active[k] >> BITS, leaks.active[k] & NUMBER
        rate = leaks.now[module, number]
        if (
            rate < found
            or module_segment[module] != segment
            or hatch[module] < 0.0
            or place < own_from[module]
        ):
            k += 1
            continue
        free -= 1
        leaks.done[module, number] += step
        if leaks.done[module, number] < DONE:
            goes_on(jobs, -1 - leaks.active[k], step)
            k += 1
            continue
        leaks.done[module, number] = 0.0
        mended = leaks.mended[module, number]
        leaks.mended[module, number] = mended + 1
        rate *= left[module, number, min(mended, repairs - 1)]
        note(log, r, place, LEAK_MENDED, module, rate)
        count += 1
        leaks.since[module, number] = place
        if rate >= SEALED:
            leaks.now[module, number] = rate
            k += 1
        else:
            leaks.now[module, number] = 0.0
            _drop(leaks, k)
    return free, count
