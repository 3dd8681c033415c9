"""Bundles of arrays that kernels of the engine share: of the plan, or (`...Now`) of one replica."""

from typing import Any, NamedTuple, TypeVar

import numpy as np
from numba.core import cgutils
from numba.extending import intrinsic, overload
from numpy.typing import NDArray

from stationkeeper.lifetime.upkeep_plan import Array, Flags, Whole

T = TypeVar("T")


def borrowed(array: T) -> T:
    """Return the same array, in kernels without its count of owners.

    Counting owners at each call took a quarter of the time. Only for what the caller of
    `live_days` owns: nothing made within it.
    """
    return array


def _forget(_context: Any, array: Any) -> Any:  # pragma: no cover - compiled
    tools: Any = cgutils

    def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        view = tools.create_struct_proxy(array)(context, builder, value=values[0])
        view.meminfo = tools.get_null_value(view.meminfo.type)
        view.parent = tools.get_null_value(view.parent.type)
        return view._getvalue()

    return array(array), generate


_without_owner: Any = intrinsic(_forget)


@overload(borrowed)
def _borrowed(array: Any) -> Any:  # pragma: no cover - compiled
    def view(array: Any) -> Any:
        return _without_owner(array)

    return view


class Dealt(NamedTuple):
    """Whose draws."""

    seed: np.uint64
    replica: np.uint64


class Units(NamedTuple):
    """Units of the plan, and their groups."""

    group: Whole
    first: Whole
    last: Whole
    age: Array
    key: NDArray[np.uint64]
    segment: Whole
    hazard: Array
    wear: Array


class Repairs(NamedTuple):
    """How a group is mended by some who can."""

    may: Flags
    days: Array
    takes_spare: Flags


class UnitsNow(NamedTuple):
    """Units."""

    due: Whole
    broken: Flags
    done: Array
    life: Whole
    working: Whole
    shelf: Array


class LeaksNow(NamedTuple):
    """Leaks; `listed` holds how many are on the list `active`."""

    now: Array
    since: Whole
    mended: Whole
    done: Array
    active: Whole
    listed: Whole


class Jobs(NamedTuple):
    """What is worked on today and not done: until something stirs, the same tomorrow."""

    where: Whole  # unit, or -1 less what is on the list of leaks
    step: Array  # share of the repair that a day does
    length: Whole  # (1,)


class Hatches(NamedTuple):
    """Modules."""

    shut: Flags
    pierced: Flags
    beyond: Flags


class Targets(NamedTuple):
    """What particles strike."""

    kind: Whole
    module: Whole
    until: Whole
    hazard: Array
    hole: Array
    key: NDArray[np.uint64]


class TargetsNow(NamedTuple):
    """Next penetrations."""

    due: Whole
    lived: Array
    number: Whole


class Crew(NamedTuple):
    """People aboard and their seats; `away` and `stirred` are those of all replicas."""

    people: Whole
    seats: Whole
    target_seats: Whole
    hit_until: Whole
    away: Whole
    stirred: Flags
    return_days: int


class Wiring(NamedTuple):
    """Which functions need what."""

    order: Whole
    first_provider: Whole
    burns: Flags
    groups: Whole
    needs: Whole
    needed: Whole
    need: Whole
    bridge: Whole


class Supplies(NamedTuple):
    """Stores of the plan."""

    capacity: Array
    use: Array
    use_person: Array
    takes_leaks: Flags
    spared_by: Whole
    spared: Array
    filled_by: Whole


class Stock(NamedTuple):
    """Stores."""

    level: Array
    need: Array
    short: Flags
    came: Array
    used: Array
    unmet: Array
