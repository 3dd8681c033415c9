"""Air between modules: fans, free exchange through open hatches, and equal pressure.

A station is a list of passages; each joins two modules and has a duct with a fan, a free exchange
through its hatch, and an area through which pressure equalises (the hatch or a valve). Both kinds
of flow are stable at any time step, never make a mass negative, and keep every gas to rounding.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.household.cabin_air import (
    AIR_GAS_CONSTANT,
    AIR_HEAT_RATIO,
    CHOKING,
    GAS_CONSTANT,
    MOLES,
    SHARP_HOLE,
    pressure_of,
)
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

# [m3/s] fan of the ISS between modules, 3964 l/min and 55 W (NASA TM-1998-206956, section 2, 3.2.6,
# as read in the comments of a public habitat model). Confidence B
FAN_FLOW: Final = 3.964 / 60
FAN_POWER: Final = 55.0  # [W] same source

_AIR_MOLES: Final = GAS_CONSTANT / AIR_GAS_CONSTANT  # [kg/mol] molar mass of dry air
_CRITICAL: Final = (2 / (AIR_HEAT_RATIO + 1)) ** (AIR_HEAT_RATIO / (AIR_HEAT_RATIO - 1))  # 0.528
_LEAST_DIFFERENCE: Final = 1.0  # [Pa] below it the flow is linear in the difference; our choice
_LEAST_SHARE: Final = 1e-9  # [-] of a step; less is left out of mixing; our choice
_STILL: Final = 1e-3  # [Pa] a difference below it moves no air; our choice
_MUCH: Final = 1_000.0  # [Pa] difference above which the flow is asked twice; our choice
_HALVINGS: Final = 10  # the step is cut into 2**10 implicit ones before mixing is tabulated


def mixing_time(first: ArrayLike, second: ArrayLike, flow: ArrayLike) -> Array:
    """Time in which the difference between two modules falls to 1/e.

    Both are well mixed and exchange the same flow both ways.

    Parameters
    ----------
    first, second : array_like, (...)
        Volumes, above zero. [m3]
    flow : array_like, (...)
        One way, above zero. [m3/s]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [s]

    Raises
    ------
    DomainError
        If a volume or the flow is not above zero.

    Notes
    -----
    `mix` agrees within 2e-5 of it (tests/unit/test_household_air.py).

    References
    ----------
    .. [1] D. Etheridge, M. Sandberg, "Building Ventilation", 1996, two-zone model.

    Examples
    --------
    >>> round(float(mixing_time(98.0, 76.0, FAN_FLOW)) / 60, 1)  # minutes
    10.8
    """
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    flow = np.asarray(flow, dtype=float)
    if np.any(first <= 0) or np.any(second <= 0) or np.any(flow <= 0):
        raise DomainError("mixing time: expected volumes and flow above zero")
    return 1.0 / (flow * (1.0 / first + 1.0 / second))


@kernel
def mixing_shares(
    volume: Array,
    start: Indices,
    end: Indices,
    fan_flow: Array,
    exchange_flow: Array,
    time_step: float,
) -> Array:  # pragma: no cover - compiled
    """Share of the air of each module that is in each other one a time step later.

    Asked anew when a fan or a hatch changes, not at every step. Fans move volume, so the shares do
    not depend on pressure. A fan without a way back lowers the pressure behind it: `equalise` moves
    the return flow through the open hatch.

    Parameters
    ----------
    volume : ndarray, (module,)
        Above zero. [m3]
    start, end : ndarray of int, (passage,)
        Modules that each passage joins.
    fan_flow : ndarray, (passage,)
        From start to end, zero or more; zero when off or shut. [m3/s]
    exchange_flow : ndarray, (passage,)
        Both ways, zero or more; zero when shut. [m3/s]
    time_step : float
        Above zero. [s]

    Returns
    -------
    ndarray, (module, module)
        Row: where to, column: where from. Not below zero; each column adds up to one. [-]

    Notes
    -----
    The power 1024 of the implicit step of 1/1024 of the time step: never negative, and within
    (time step over mixing time) squared / 2048 of exact. Short circuits of the air at the hatch
    lower `fan_flow`: up to 40 % were allowed on the ISS.

    References
    ----------
    .. [1] R. von Jouanne, R. Barker, "A Description and Assessment of Intermodule Ventilation as
       Planned for International Space Station Alpha", SAE 951631, 1995.

    Examples
    --------
    >>> one, other = np.array([0]), np.array([1])
    >>> still, fan = np.zeros(1), np.array([0.066])
    >>> mixing_shares(np.array([100.0, 50.0]), one, other, still, fan, 10.0).round(4).tolist()
    [[0.9935, 0.0131], [0.0065, 0.9869]]
    """
    count = len(volume)
    part = time_step / 2**_HALVINGS
    shares = np.zeros((count, count))
    for module in range(count):
        shares[module, module] = 1.0
    for passage in range(len(start)):
        one, other = start[passage], end[passage]
        there = part * (fan_flow[passage] + exchange_flow[passage]) / volume[one]
        back = part * exchange_flow[passage] / volume[other]
        shares[one, one] += there
        shares[other, one] -= there
        shares[other, other] += back
        shares[one, other] -= back
    _invert(shares)
    square = np.zeros((count, count))
    for _ in range(_HALVINGS):
        for row in range(count):
            for column in range(count):
                total = 0.0
                for between in range(count):
                    total += shares[row, between] * shares[between, column]
                square[row, column] = total
        shares, square = square, shares
    for column in range(count):
        total = 0.0
        for row in range(count):
            if shares[row, column] < _LEAST_SHARE:
                shares[row, column] = 0.0
            total += shares[row, column]
        for row in range(count):
            shares[row, column] /= total
    return shares


@inner_kernel
def _invert(matrix: Array) -> None:
    """Invert in place, without pivots: the diagonal outweighs each column."""
    count = len(matrix)
    for pivot in range(count):
        scale = 1.0 / matrix[pivot, pivot]
        matrix[pivot, pivot] = 1.0
        for column in range(count):
            matrix[pivot, column] *= scale
        for row in range(count):
            if row != pivot:
                factor = matrix[row, pivot]
                matrix[row, pivot] = 0.0
                for column in range(count):
                    matrix[row, column] -= factor * matrix[pivot, column]


@inner_kernel
def mix_step(air: Array, shares: Array, work: Array) -> None:
    """Move the air of all modules by the shares of one step. `work` is (module + 6, module)."""
    count = len(air)
    for kind in range(6):
        for module in range(count):
            work[count + kind, module] = air[module, kind]
    for giver in range(count):
        for taker in range(count):
            share = shares[taker, giver]
            if share > 0.0 and taker != giver:
                # What one gains the other loses: kept to rounding whatever the shares.
                for kind in range(6):
                    moved = share * work[count + kind, giver]
                    air[taker, kind] += moved
                    air[giver, kind] -= moved


@inner_kernel
def orifice_flow(area: float, high: float, low: float, temperature: float) -> float:
    """Return moles of air a second through a sharp-edged hole. [m2, Pa, Pa, K -> mol/s]"""
    ratio = low / high
    if ratio <= _CRITICAL:
        factor = CHOKING
    else:
        gamma = AIR_HEAT_RATIO
        factor = math.sqrt(
            2 * gamma / (gamma - 1) * (ratio ** (2 / gamma) - ratio ** ((gamma + 1) / gamma))
        )
    speed = math.sqrt(AIR_GAS_CONSTANT * temperature)
    flow: float = SHARP_HOLE * area * high * factor / speed / _AIR_MOLES
    return flow


@inner_kernel
def equalise_step(
    air: Array,
    volume: Array,
    temperature: Array,
    start: Indices,
    end: Indices,
    area: Array,
    time_step: float,
    work: Array,
) -> None:
    """Let pressure equalise through the passages for one step. `work` is (module + 6, module)."""
    count = len(air)
    before, after, room = work[count], work[count + 1], work[count + 2]
    difference = 0.0
    for module in range(count):
        before[module] = pressure_of(air[module], volume[module], temperature[module])
        after[module] = before[module]
        room[module] = volume[module] / (GAS_CONSTANT * temperature[module])
    for passage in range(len(start)):
        if area[passage] > 0.0:
            gap = abs(before[start[passage]] - before[end[passage]])
            difference = max(difference, gap)
    if difference < _STILL:
        return
    # Moles for each pascal of the end of the step, solved implicitly; where much is to flow, once
    # more with the flow of the middle of the step.
    for attempt in range(2 if difference > _MUCH else 1):
        for module in range(count):
            for other in range(count):
                work[module, other] = 0.0
        for passage in range(len(start)):
            if area[passage] <= 0.0:
                continue
            one, other = start[passage], end[passage]
            high = 0.5 * (before[one] + after[one])
            low = 0.5 * (before[other] + after[other])
            warm = temperature[one]
            if high < low:
                high, low, warm = low, high, temperature[other]
            high = max(high, 2 * _LEAST_DIFFERENCE)
            low = max(min(low, high - _LEAST_DIFFERENCE), 0.0)
            gap = high - low
            if attempt == 1:
                gap = max(abs(after[one] - after[other]), _LEAST_DIFFERENCE)
            ease = time_step * orifice_flow(area[passage], high, low, warm) / gap
            work[one, one] += ease
            work[other, other] += ease
            work[one, other] -= ease
            work[other, one] -= ease
        for module in range(count):
            after[module] = room[module] * before[module]
        _solve(work, room, after, count)
    _carry(air, start, end, work, before, after, count)


@inner_kernel
def _solve(work: Array, room: Array, after: Array, count: int) -> None:
    """Solve for the pressures; above the diagonal `work` keeps what each pair lets through.

    Symmetric and positive definite: elimination without pivots, on the lower triangle.
    """
    for module in range(count):
        work[module, module] += room[module]
    for column in range(count):
        pivot = work[column, column]
        for row in range(column + 1, count):
            entry = work[row, column]
            if entry == 0.0:
                continue
            factor = entry / pivot
            for other in range(column + 1, row + 1):
                work[row, other] -= factor * work[other, column]
            after[row] -= factor * after[column]
    for row in range(count - 1, -1, -1):
        value = after[row]
        for other in range(row + 1, count):
            value -= work[other, row] * after[other]
        after[row] = value / work[row, row]


@inner_kernel
def _carry(
    air: Array,
    start: Indices,
    end: Indices,
    work: Array,
    done: Array,
    after: Array,
    count: int,
) -> None:
    """Carry the air, from the module of the highest pressure down.

    Each gives after it has been given, so that none gives more than it has.
    """
    for module in range(count):
        done[module] = 0.0
    for _ in range(count):
        giver = -1
        for module in range(count):
            if done[module] == 0.0 and (giver < 0 or after[module] > after[giver]):
                giver = module
        done[giver] = 1.0
        for taker in range(count):
            ease = -work[min(giver, taker), max(giver, taker)]
            if done[taker] == 1.0 or ease <= 0.0:
                continue
            moles = 0.0
            for kind in range(5):
                moles += air[giver, kind] * MOLES[kind]
            if moles <= 0.0:
                continue
            share = min(ease * (after[giver] - after[taker]) / moles, 1.0)
            for kind in range(6):
                moved = share * air[giver, kind]
                air[giver, kind] -= moved
                air[taker, kind] += moved


@kernel
def mix(air: Array, shares: Array, steps: int) -> Array:  # pragma: no cover - compiled
    """Air of the modules after a number of steps of mixing.

    Parameters
    ----------
    air : ndarray, (module, gas)
        Zero or more. [kg]
    shares : ndarray, (module, module)
        Of one step, from `mixing_shares`. [-]
    steps : int
        Zero or more.

    Returns
    -------
    ndarray, (module, gas)
        [kg]

    Notes
    -----
    Each gas is kept within 1e-11 over a million steps (tests/balances/test_air_water.py).

    References
    ----------
    .. [1] D. Etheridge, M. Sandberg, "Building Ventilation", 1996, multi-zone models.

    Examples
    --------
    >>> air = np.zeros((2, 6)); air[0, 2] = 1.0
    >>> half = np.array([[0.5, 0.5], [0.5, 0.5]])
    >>> mix(air, half, 1)[:, 2].tolist()
    [0.5, 0.5]
    """
    result = air.copy()
    work = np.zeros((len(air) + 6, len(air)))
    for _ in range(steps):
        mix_step(result, shares, work)
    return result


@kernel
def equalise(
    air: Array,
    volume: Array,
    temperature: Array,
    start: Indices,
    end: Indices,
    area: Array,
    time_step: float,
    steps: int,
) -> Array:  # pragma: no cover - compiled
    """Air of the modules after pressure has equalised through hatches and valves for a while.

    Flow of air through a sharp-edged hole, choked or not; at constant temperature: the cold of the
    air that expands is left out.

    Parameters
    ----------
    air : ndarray, (module, gas)
        Zero or more. [kg]
    volume, temperature : ndarray, (module,)
        Above zero. [m3, K]
    start, end : ndarray of int, (passage,)
        Modules that each passage joins.
    area : ndarray, (passage,)
        Open area, zero when shut. [m2]
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
    Implicit, first order in the time step; a valve that takes 5 minutes is told within 1 % of the
    first pressure difference at 10 s, an open hatch is done in one step. Fans that move air one
    way and leave the way back to the hatches keep some 10 Pa between modules at 10 s, where the
    flow itself asks for less than 1 Pa: an error of the step.

    References
    ----------
    .. [1] M. Saad, "Compressible Fluid Flow", 2nd ed., 1993, flow through nozzles.

    Examples
    --------
    >>> from stationkeeper.household.cabin_air import air_of
    >>> air = air_of([50.0, 50.0], 295.0); air[1] = 0.0
    >>> same = np.full(2, 295.0)
    >>> after = equalise(air, np.full(2, 50.0), same, np.array([0]), np.array([1]),
    ...                  np.array([0.5]), 10.0, 3)
    >>> bool(abs(after[0, 0] / after[1, 0] - 1) < 1e-3)
    True
    """
    result = air.copy()
    work = np.zeros((len(air) + 6, len(air)))
    for _ in range(steps):
        equalise_step(result, volume, temperature, start, end, area, time_step, work)
    return result
