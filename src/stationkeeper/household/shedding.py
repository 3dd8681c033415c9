"""Shedding: which loads are dropped when power runs short, and when they come back.

Loads form a tree: what hangs below a load that is off is off too. A load is dropped when the charge
of its bus falls below its own threshold and comes back above a higher one, after a least time. If a
bus gives less than is asked, the least of its loads is dropped at once, one a step.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

ENOUGH = 1.0 - 1e-9  # share of what was asked; less counts as short


class Loads(NamedTuple):
    """Loads, an entry each; parents stand before their children.

    Attributes
    ----------
    bus : ndarray of int64, (load,)
        From which it is fed.
    parent : ndarray of int64, (load,)
        Load that must be on for this one to be on; -1 for none.
    priority : ndarray of int64, (load,)
        Among loads of a bus the lowest is dropped first.
    shed_below : ndarray, (load,)
        State of charge below which it is dropped; -1 for never. [-]
    restore_above : ndarray, (load,)
        State of charge above which it comes back. [-]
    least_off : ndarray, (load,)
        Time that it stays off at least. [s]
    keep : ndarray of int64, (load,)
        1 for loads that are never dropped for shortness.
    """

    bus: Whole
    parent: Whole
    priority: Whole
    shed_below: Array
    restore_above: Array
    least_off: Array
    keep: Whole


@inner_kernel
def time_off(
    off: float,
    level: float,
    supplied: float,
    shed_below: float,
    restore_above: float,
    least_off: float,
    step: float,
) -> float:
    """Time for which a load has been shed after a step [s]; below zero while it is not."""
    if off < 0.0:
        return 0.0 if level < shed_below else -1.0
    off += step
    # On a bus that is short nothing comes back, or loads would flutter.
    if off >= least_off and level > restore_above and supplied >= ENOUGH:
        return -1.0
    return float(off)


@inner_kernel
def least_load(
    bus: int, load_bus: Whole, priority: Whole, keep: Array | Whole, off: Array, running: Array
) -> int:
    """Return the running load of a bus that is dropped first when the bus is short; -1 for none."""
    least = -1
    for i in range(off.size):
        if load_bus[i] != bus or keep[i] > 0.0 or running[i] == 0.0 or off[i] >= 0.0:
            continue
        if least < 0 or priority[i] < priority[least]:
            least = i
    return least


@inner_kernel
def shedding_step(
    loads: Loads,
    level: Array,
    supplied: Array,
    commanded: Array,
    step: float,
    off: Array,
    running: Array,
) -> None:
    """Drop and bring back loads, by the state of charge and the share supplied of their bus."""
    for i in range(off.size):
        bus = loads.bus[i]
        off[i] = time_off(
            off[i], level[bus], supplied[bus], loads.shed_below[i], loads.restore_above[i],
            loads.least_off[i], step,
        )  # fmt: skip
    for bus in range(supplied.size):
        if supplied[bus] < ENOUGH:
            least = least_load(bus, loads.bus, loads.priority, loads.keep, off, running)
            if least >= 0:
                off[least] = 0.0
    for i in range(off.size):
        on = commanded[i] > 0.0 and off[i] < 0.0
        if loads.parent[i] >= 0:
            on = on and running[loads.parent[i]] > 0.0
        running[i] = 1.0 if on else 0.0


@kernel
def _course(
    loads: Loads,
    level: Array,
    supplied: Array,
    commanded: Array,
    step: float,
    off: Array,
    running: Array,
    out: Array,
) -> None:
    for k in range(out.shape[1]):
        shedding_step(loads, level[k], supplied[k], commanded, step, off, running)
        out[:, k] = running


def shedding_course(
    loads: Loads,
    charge: ArrayLike,
    supplied: ArrayLike = 1.0,
    *,
    commanded: ArrayLike = 1.0,
    step: float = 10.0,
) -> Array:
    """Which loads run, step by step, under given states of charge.

    Parameters
    ----------
    loads : Loads
        The tree.
    charge : array_like, (time, bus)
        State of charge of each bus, 0 to 1. [-]
    supplied : array_like, (time, bus)
        Share of what was asked that each bus gave before. [-]
    commanded : array_like, (load,)
        Above zero where a load is wanted. [-]
    step : float
        Greater than zero. [s]

    Returns
    -------
    ndarray, (load, time)
        1 where a load runs. [-]

    Raises
    ------
    DomainError
        If the tree or a threshold is outside its range.

    Examples
    --------
    >>> tree = same_loads([0, 0], parent=[-1, 0], shed_below=[0.2, 0.4], restore_above=[0.5, 0.6])
    >>> shedding_course(tree, [[0.9], [0.3], [0.1], [0.55], [0.7]]).astype(int)
    array([[1, 1, 0, 1, 1],
           [1, 0, 0, 0, 1]])
    """
    check_loads(loads)
    if step <= 0:
        raise DomainError(f"step: given {step}, expected more than 0 s")
    level = np.ascontiguousarray(charge, np.float64)
    share = np.ascontiguousarray(np.broadcast_to(np.asarray(supplied, np.float64), level.shape))
    if level.ndim != 2 or level.shape[1] <= int(loads.bus.max(initial=-1)):
        raise DomainError("charge: expected (time, bus), with a column for the bus of every load")
    count = loads.bus.size
    wanted = np.array(np.broadcast_to(np.asarray(commanded, np.float64), (count,)))
    out = np.empty((count, level.shape[0]))
    _course(
        loads, level, share, wanted, float(step), np.full(count, -1.0), np.ones(count), out
    )  # fmt: skip
    return out


def same_loads(
    bus: ArrayLike,
    *,
    parent: ArrayLike = -1,
    priority: ArrayLike = 0,
    shed_below: ArrayLike = -1.0,
    restore_above: ArrayLike = 0.0,
    least_off: ArrayLike = 0.0,
    keep: ArrayLike = 0,
) -> Loads:
    """Loads of the given buses; what is told once holds for all.

    Parameters are those of `Loads`.

    Examples
    --------
    >>> same_loads([0, 1, 1]).parent
    array([-1, -1, -1])
    """
    buses = np.atleast_1d(np.asarray(bus, np.int64))

    def whole(value: ArrayLike) -> Whole:
        return np.array(np.broadcast_to(np.asarray(value, np.int64), buses.shape))

    def real(value: ArrayLike) -> Array:
        return np.array(np.broadcast_to(np.asarray(value, np.float64), buses.shape))

    return Loads(
        buses, whole(parent), whole(priority), real(shed_below), real(restore_above),
        real(least_off), whole(keep),
    )  # fmt: skip


def check_loads(loads: Loads) -> None:
    """Raise DomainError if the tree or a threshold is outside its range."""
    if np.any(loads.parent >= np.arange(loads.parent.size)) or np.any(loads.parent < -1):
        raise DomainError("loads: a parent stands before its children; -1 for none")
    if np.any(loads.bus < 0):
        raise DomainError("loads: buses are numbered from 0")
    if np.any((loads.shed_below >= 0) & (loads.restore_above < loads.shed_below)):
        raise DomainError("loads: expected restore_above >= shed_below")
    if np.any(loads.least_off < 0):
        raise DomainError("loads: least_off is 0 or more")
