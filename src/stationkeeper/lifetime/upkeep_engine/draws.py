"""When a unit fails next, a target is struck next, a leak begins next."""

import numpy as np

from stationkeeper.campaign.draws import Purpose, uniform_kernel
from stationkeeper.hull.equipment import age_at_hazard, hazard_lived
from stationkeeper.kernels import inner_kernel, kernel
from stationkeeper.lifetime.upkeep_engine.bundles import Dealt, Units
from stationkeeper.lifetime.upkeep_plan import NEVER, Array

_EQUIPMENT = np.uint64(int(Purpose.EQUIPMENT))
PARTICLES = np.uint64(int(Purpose.PARTICLES))
APPROACH = np.uint64(int(Purpose.APPROACH))
DRAWS_OF_HIT = 16  # numbers of draws that one penetration may take


@kernel
def first_place_reaching(clock: Array, wanted: float) -> int:
    """Return the first day at whose end a rising clock has reached a value; `NEVER` if none has.

    Examples
    --------
    >>> first_place_reaching(np.array([0.0, 1.0, 2.0]), 1.5)
    1
    """
    last = clock.size - 1
    if clock[last] < wanted:
        return NEVER
    low, high = 0, last  # clock[low] < wanted <= clock[high], but for wanted at the start
    while high - low > 1:
        middle = (low + high) // 2
        if clock[middle] >= wanted:
            high = middle
        else:
            low = middle
    return high - 1


@inner_kernel
def next_failure(
    dealt: Dealt, units: Units, unit: int, life: int, age: float, place: int
) -> int:  # pragma: no cover - compiled
    """Place on which a unit fails that is so many months old at the start of a place."""
    group = units.group[unit]
    draw = uniform_kernel(dealt.seed, dealt.replica, _EQUIPMENT, units.key[unit], np.uint64(life))
    table = units.hazard[group]
    end = age_at_hazard(table, hazard_lived(table, age) - np.log1p(-draw))
    clock = units.wear[units.segment[group]]
    return first_place_reaching(clock, clock[place] + (end - age))


@inner_kernel
def next_hit(
    dealt: Dealt, key: np.uint64, hazard: Array, factor: float, count: int, lived: float
) -> tuple[int, float]:  # pragma: no cover - compiled
    """Place of the next penetration of a target, and its hazard there."""
    if factor <= 0.0:
        return NEVER, lived
    event = np.uint64(count * DRAWS_OF_HIT)
    draw = uniform_kernel(dealt.seed, dealt.replica, PARTICLES, key, event)
    wanted = lived - np.log1p(-draw) / factor
    return first_place_reaching(hazard, wanted), wanted


@inner_kernel
def next_birth(births: Array, number: int) -> int:  # pragma: no cover - compiled
    """Place on which a leak of a module begins."""
    if number >= births.size or np.isnan(births[number]):
        return NEVER
    return max(int(np.floor(births[number])), 0)
