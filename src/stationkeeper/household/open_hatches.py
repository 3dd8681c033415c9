"""Air between modules whose hatches stand open: equal pressure, and air changed by fans.

A hatch of half a square metre equalises pressure in about a second, so at steps of seconds modules
behind open hatches have one pressure; what a fan blows into a module comes back through the same
hatch. Both are told in moles on hatches alone, without a matrix of modules; `ventilation` is for
valves, small holes and ducts without a way back. Gases are flat, (module x gas), as in `cabin_air`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.household.cabin_air import GAS_CONSTANT, MOLES
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_M0: Final = float(MOLES[0])
_M1: Final = float(MOLES[1])
_M2: Final = float(MOLES[2])
_M3: Final = float(MOLES[3])
_M4: Final = float(MOLES[4])
_NEW, _ROOT = -2.0, -1.0


@inner_kernel
def moles_of(gas: Array, place: int) -> float:
    """Return the moles of five gases from a place on. [kg -> mol]"""
    moles: float = (
        gas[place] * _M0
        + gas[place + 1] * _M1
        + gas[place + 2] * _M2
        + gas[place + 3] * _M3
        + gas[place + 4] * _M4
    )
    return moles


@inner_kernel
def hatch_tree(first: Indices, second: Indices, flow: Array, order: Array, parent: Array) -> None:
    """Order modules so that each comes after that through which its air reaches the others.

    `flow` is above zero where a hatch is open; `order` and `parent`, (module,), are written; a
    module that begins a group has the parent -1. Asked anew when a hatch has moved.
    """
    count = len(order)
    for module in range(count):
        parent[module] = _NEW
    known = 0
    for root in range(count):
        if parent[root] != _NEW:
            continue
        parent[root] = _ROOT
        order[known] = root
        here = known
        known += 1
        while here < known:
            module = int(order[here])
            here += 1
            for hatch in range(len(first)):
                if flow[hatch] <= 0.0:
                    continue
                other = -1
                if first[hatch] == module:
                    other = second[hatch]
                elif second[hatch] == module:
                    other = first[hatch]
                if other >= 0 and parent[other] == _NEW:
                    parent[other] = module
                    order[known] = other
                    known += 1


@inner_kernel
def swap_step(
    gas: Array,
    moles: Array,
    volume: Array,
    first: Indices,
    second: Indices,
    flow: Array,
    ease: Array,
    time_step: float,
    kinds: int,
) -> None:
    """Change air through open hatches, as many moles each way; `ease`, (hatch,), is for work.

    Each pair of modules is solved by itself, there and back over the hatches in half steps, which
    is second order in the time step. Air that is the same on both sides stays so.
    """
    count = len(first)
    for hatch in range(count):
        ease[hatch] = 0.0
        if flow[hatch] > 0.0:
            one, other = moles[first[hatch]], moles[second[hatch]]
            if one > 0.0 and other > 0.0:
                changed = 0.5 * time_step * flow[hatch] * one / volume[first[hatch]]
                part = changed * (one + other) / (one * other)
                # (1 - exp(-x)) / x by its Pade form, within x^4 / 720; never more than there is.
                ease[hatch] = changed / (1.0 + part * (0.5 + part / 12.0))
    for sweep in range(2 * count):
        hatch = sweep if sweep < count else 2 * count - 1 - sweep
        if ease[hatch] > 0.0:
            one, other = first[hatch], second[hatch]
            there, back = ease[hatch] / moles[one], ease[hatch] / moles[other]
            for kind in range(kinds):
                moved = gas[6 * one + kind] * there - gas[6 * other + kind] * back
                gas[6 * one + kind] -= moved
                gas[6 * other + kind] += moved


@inner_kernel
def level_step(
    gas: Array,
    moles: Array,
    room: Array,
    order: Array,
    parent: Array,
    held: Array,
    space: Array,
    kinds: int,
) -> None:
    """Bring modules behind open hatches to one pressure; each gives air as it has.

    `room` is volume / (R T) [mol/Pa], `order` and `parent` are from `hatch_tree`, `moles` is kept;
    `held` and `space`, (module,), are for work.
    """
    count = len(order)
    for module in range(count):
        held[module] = moles[module]
        space[module] = room[module]
    for place in range(count - 1, -1, -1):
        module = int(order[place])
        up = int(parent[module])
        if up >= 0:
            held[up] += held[module]
            space[up] += space[module]
    for place in range(count):
        module = int(order[place])
        up = int(parent[module])
        # From here on `space` is the pressure of the group, `held` what is too much behind.
        pressure = space[up] if up >= 0 else held[module] / space[module]
        held[module] -= pressure * space[module]
        space[module] = pressure
    for place in range(count - 1, -1, -1):
        module = int(order[place])
        up = int(parent[module])
        if up >= 0 and held[module] > 0.0:
            _move(gas, moles, module, up, held[module], kinds)
    for place in range(count):
        module = int(order[place])
        up = int(parent[module])
        if up >= 0 and held[module] < 0.0:
            _move(gas, moles, up, module, -held[module], kinds)


@inner_kernel
def _move(gas: Array, moles: Array, giver: int, taker: int, amount: float, kinds: int) -> None:
    """Carry moles with the mixture of the giver."""
    if moles[giver] <= 0.0:
        return
    share = min(amount / moles[giver], 1.0)
    moles[giver] -= amount
    moles[taker] += amount
    for kind in range(kinds):
        moved = share * gas[6 * giver + kind]
        gas[6 * giver + kind] -= moved
        gas[6 * taker + kind] += moved


@kernel
def through_open_hatches(
    air: Array,
    volume: Array,
    temperature: Array,
    first: Indices,
    second: Indices,
    flow: Array,
    time_step: float,
    steps: int,
) -> Array:  # pragma: no cover - compiled
    """Air of modules after fans and open hatches have worked for a while.

    Modules behind open hatches have one pressure at the end of each step; through each hatch flows
    as many moles one way as the other. Sound, heat carried and the second in which pressure
    equalises are left out.

    Parameters
    ----------
    air : ndarray, (module, gas)
        Zero or more. [kg]
    volume, temperature : ndarray, (module,)
        Above zero. [m3, K]
    first, second : ndarray of int, (hatch,)
        Modules that each hatch joins.
    flow : ndarray, (hatch,)
        That a fan or people move through the hatch each way, told at the density of the first; zero
        if it is shut. [m3/s]
    time_step : float
        Above zero. [s]
    steps : int
        Zero or more.

    Returns
    -------
    ndarray, (module, gas)
        [kg]

    Notes
    -----
    Second order: within 2e-4 of the matrix exponential at 10 s for four modules of 14 to 104 m3
    with fans of the ISS, and twelve times nearer at 3 s (tests/unit/test_open_hatches.py).

    References
    ----------
    .. [1] D. Etheridge, M. Sandberg, "Building Ventilation", 1996, multi-zone models.
    .. [2] G. Strang, "On the Construction and Comparison of Difference Schemes", SIAM J. Numer.
       Anal. 5, 1968: parts solved one after the other, there and back.

    Examples
    --------
    >>> from stationkeeper.household.cabin_air import air_of, partial_pressures
    >>> volume, warm = np.array([60.0, 30.0]), np.full(2, 295.0)
    >>> air = air_of(volume, 295.0); air[1] *= 0.7
    >>> after = through_open_hatches(air, volume, warm, np.array([0]), np.array([1]),
    ...                              np.array([0.066]), 10.0, 1)
    >>> partial_pressures(after, volume, warm).sum(axis=1).round().tolist()
    [91186.0, 91186.0]
    """
    count = len(volume)
    gas = air.copy().reshape(count * 6)
    work = np.zeros((6, count))
    ease = np.zeros(len(first))
    moles, room, order, parent, held, space = work[0], work[1], work[2], work[3], work[4], work[5]
    hatch_tree(first, second, flow, order, parent)
    for _ in range(steps):
        for module in range(count):
            moles[module] = moles_of(gas, 6 * module)
            room[module] = volume[module] / (GAS_CONSTANT * temperature[module])
        level_step(gas, moles, room, order, parent, held, space, 6)
        swap_step(gas, moles, volume, first, second, flow, ease, time_step, 6)
    return gas.reshape((count, 6))
