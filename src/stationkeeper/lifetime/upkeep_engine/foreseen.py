"""Days known beforehand: until when the plan changes nothing, and when something is due next."""

import numpy as np

from stationkeeper.kernels import inner_kernel
from stationkeeper.lifetime.upkeep_plan import NEVER, Array, Flags, Whole


@inner_kernel
def alike_until(
    exists: Flags, stirs: Flags, begins: Flags, ends: Flags, brought: Array, first: int, last: int
) -> Whole:  # pragma: no cover - compiled
    """For each place from the first: the next one on which the plan changes something.

    The place itself if it is such a one.
    """
    until = np.empty(last - first, np.int64)
    end = last
    for place in range(last - 1, first - 1, -1):
        if place + 1 < last and (ends[place] or not exists[place + 1]):
            end = place + 1
        changes = stirs[place] or begins[place] or not exists[place]
        for store in range(brought.shape[0]):
            changes = changes or brought[store, place] > 0.0
        if changes:
            end = place
        until[place - first] = end
    return until


@inner_kernel
def _mark(after: Whole, dates: Whole, first: int, last: int) -> None:  # pragma: no cover - compiled
    for date in dates:
        if date > first:
            k = min(date, last) - first - 1
            after[k] = min(after[k], date)


@inner_kernel
def fixed_after(
    unit_first: Whole, unit_last: Whole, own_from: Whole, dated: Whole, first: int, last: int
) -> Whole:  # pragma: no cover - compiled
    """For each place from the first: the next after it that the plan dates.

    Units come and go, people begin to mend leaks on their own, a repair is dated.
    """
    after = np.full(last - first, NEVER, np.int64)
    _mark(after, unit_first, first, last)
    _mark(after, unit_last, first, last)
    _mark(after, own_from, first, last)
    _mark(after, dated, first, last)
    for k in range(last - first - 2, -1, -1):
        after[k] = min(after[k], after[k + 1])
    return after


@inner_kernel
def soonest(
    fixed: int, units: Whole, targets: Whole, leaks: Whole
) -> int:  # pragma: no cover - compiled
    """Find the next place on which something is due."""
    place = fixed
    for due in units:
        place = min(place, due)
    for due in targets:
        place = min(place, due)
    for due in leaks:
        place = min(place, due)
    return place
