"""Groups of like units of which some are needed, solved exactly where units fail at random.

Closed forms (`enough_working`, `enough_spares`) and a small Markov chain (`random_group`). Units
that wear out, and days on which nobody is aboard to repair, are flown in `group_flight`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import expm
from scipy.special import betainc, gammaincc

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]


def enough_working(chance: ArrayLike, needed: int, units: int) -> Array:
    """Chance that at least so many of like units work.

    Parameters
    ----------
    chance : array_like, (...)
        That one works, independent of the others, 0 to 1. [-]
    needed, units : int
        0 <= needed <= units. [-]

    Returns
    -------
    ndarray, (...)
        [-]

    Raises
    ------
    DomainError
        If a chance is outside 0 to 1 or the numbers cannot be.

    Examples
    --------
    Four of six, each with 0.85:

    >>> round(float(enough_working(0.85, 4, 6)), 4)
    0.9527
    """
    value = np.asarray(chance, dtype=np.float64)
    if np.any((value < 0) | (value > 1)):
        raise DomainError(
            "chance that a unit works: expected 0 to 1, given "
            f"{np.min(value):g} to {np.max(value):g}"
        )
    if not 0 <= needed <= units:
        raise DomainError(f"units needed: expected 0 to {units}, given {needed}")
    if needed == 0:
        return np.ones_like(value)
    return np.asarray(betainc(needed, units - needed + 1, value))


def enough_spares(demand: ArrayLike, spares: ArrayLike) -> Array:
    """Chance that the shelf covers the failures of units that are replaced at once.

    Parameters
    ----------
    demand : array_like, (...)
        Failures expected over the time: units x rate x time; zero or more. [-]
    spares : array_like, (...)
        Whole, zero or more. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [-]

    Raises
    ------
    DomainError
        If an input is negative.

    Examples
    --------
    >>> round(float(enough_spares(2.0, 3)), 4)
    0.8571
    """
    expected, shelf = np.asarray(demand, dtype=np.float64), np.asarray(spares, dtype=np.float64)
    if np.any(expected < 0) or np.any(shelf < 0):
        raise DomainError("expected failures and spares must not be negative")
    return np.asarray(gammaincc(np.floor(shelf) + 1, expected))


@dataclass(frozen=True)
class RandomGroup:
    """A group of units that fail at random, solved exactly.

    Attributes
    ----------
    lost : ndarray, (time,)
        Chance that fewer than needed have worked at some moment until then. [-]
    down : ndarray, (time,)
        Chance that fewer than needed work at that moment. [-]
    mean_time_to_loss : float
        Infinite if it need not come. [s]
    """

    lost: Array
    down: Array
    mean_time_to_loss: float


def random_group(
    time: ArrayLike,
    *,
    units: int,
    needed: int,
    failure_rate: float,
    repair_rate: float = 0.0,
    hands: int = 1,
    spares: int | None = None,
    idle_units_rest: bool = False,
) -> RandomGroup:
    """Solve a group whose units fail and are repaired at constant rates, as a Markov chain.

    Parameters
    ----------
    time : array_like, (time,)
        Zero or more. [s]
    units, needed : int
        In place, and needed for the function; 1 <= needed <= units. [-]
    failure_rate : float
        Of a unit that runs, zero or more. [1/s]
    repair_rate : float
        Of one repair or exchange under way; zero if nobody can. [1/s]
    hands : int
        Repairs that go on at once, zero or more. [-]
    spares : int or None
        Taken one by one at the end of each exchange; None if repair needs none. [-]
    idle_units_rest : bool
        True if only as many run as are needed and the others do not fail meanwhile.

    Returns
    -------
    RandomGroup
        From all units at work at time zero.

    Raises
    ------
    DomainError
        If a rate is negative or the numbers cannot be.

    Notes
    -----
    Left out: spares that fail on the shelf, and failures of what switches between units. Agrees
    with `enough_working`, `enough_spares` and the closed forms for two units to 1e-9 (tests).

    References
    ----------
    .. [1] R. Billinton, R. Allan, "Reliability Evaluation of Engineering Systems", 2nd ed., 1992,
       chapters 8 and 9.

    Examples
    --------
    One of two, a failure in 1,000 hours each, one pair of hands, ten hours a repair:

    >>> group = random_group(0.0, units=2, needed=1, failure_rate=1e-3, repair_rate=0.1)
    >>> round(group.mean_time_to_loss)
    51500
    """
    if not 1 <= needed <= units:
        raise DomainError(f"units needed: expected 1 to {units}, given {needed}")
    if min(failure_rate, repair_rate) < 0 or hands < 0 or (spares is not None and spares < 0):
        raise DomainError("rates, hands and spares of a group must not be negative")
    shelf = 0 if spares is None else spares
    generator = np.zeros(((units + 1) * (shelf + 1),) * 2)

    def state(broken: int, left: int) -> int:
        return broken * (shelf + 1) + left

    for broken in range(units + 1):
        for left in range(shelf + 1):
            here = state(broken, left)
            work = units - broken
            if work > 0:
                running = min(work, needed) if idle_units_rest else work
                generator[here, state(broken + 1, left)] += running * failure_rate
            if broken > 0 and (spares is None or left > 0):
                after = state(broken - 1, left if spares is None else left - 1)
                at_once = broken if spares is None else min(broken, left)
                generator[here, after] += min(at_once, hands) * repair_rate
    np.fill_diagonal(generator, -generator.sum(axis=1))
    up = np.arange(generator.shape[0]) // (shelf + 1) <= units - needed
    held = np.where(up[:, None], generator, 0.0)  # once too few work, the loss has happened
    start = state(0, shelf)
    times = np.atleast_1d(np.asarray(time, dtype=np.float64))
    if np.any(times < 0):
        raise DomainError(f"time: expected 0 or more, given {np.min(times):g}")
    lost = np.array([1 - expm(held * t)[start, up].sum() for t in times])
    down = np.array([1 - expm(generator * t)[start, up].sum() for t in times])
    inner = generator[np.ix_(up, up)]
    mean = np.inf
    if failure_rate > 0:
        waiting = np.linalg.solve(-inner, np.ones(inner.shape[0]))
        mean = float(waiting[start])
    return RandomGroup(np.clip(lost, 0, 1), np.clip(down, 0, 1), mean)
