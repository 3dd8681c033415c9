"""How long equipment lives: a random hazard and one that grows with age.

One law serves every class: hazard h(t) = r + (b/s)(t/s)^(b-1), with random rate r, shape b and
scale s [1]_. Its integral over months is put in a table once (`hazard_table`); the kernels that
look in the table need no powers, so an engine that steps by days can call them for every unit.
A unit fails when the hazard it has lived through exceeds an exponential draw made when it was new.

References
----------
.. [1] Practice of station spares analysis (Anderson et al., 2009): random + wear-out + induced, the
   induced part as a factor on the others. Known from summaries of it. Confidence B.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.errors import DomainError
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]

MONTH: Final = DAYS_PER_YEAR / 12 * SECONDS_PER_DAY  # [s] a twelfth of a Julian year
DAYS_PER_MONTH: Final = DAYS_PER_YEAR / 12
_BISECTIONS: Final = 90  # narrows any bracket to neighbouring numbers


def checked_life(
    random_rate: ArrayLike, shape: ArrayLike, scale: ArrayLike
) -> tuple[Array, Array, Array]:
    """Return the three parameters as arrays, or say which cannot be.

    Parameters
    ----------
    random_rate : array_like, (...)
        Zero or more. [1/s]
    shape : array_like, (...)
        Greater than zero. [-]
    scale : array_like, (...)
        Greater than zero; infinite for what does not wear. [s]

    Returns
    -------
    tuple of ndarray
        As given, not broadcast.

    Raises
    ------
    DomainError
        If a rate is negative, or a shape or scale is not above zero.

    Examples
    --------
    >>> checked_life(-0.1, 2.0, 25.0)
    Traceback (most recent call last):
    stationkeeper.errors.DomainError: random rate of failure: expected 0 or more, given -0.1
    """
    rate, form, length = (np.asarray(x, dtype=np.float64) for x in (random_rate, shape, scale))
    if np.any(rate < 0):
        raise DomainError(f"random rate of failure: expected 0 or more, given {np.min(rate):g}")
    for name, value in (("shape", form), ("scale", length)):
        if np.any(value <= 0):
            raise DomainError(f"{name} of wear-out: expected above 0, given {np.min(value):g}")
    return rate, form, length


def _checked_age(age: ArrayLike, name: str = "age") -> Array:
    value = np.asarray(age, dtype=np.float64)
    if np.any(value < 0):
        raise DomainError(f"{name}: expected 0 or more, given {np.min(value):g}")
    return value


def hazard(age: ArrayLike, random_rate: ArrayLike, shape: ArrayLike, scale: ArrayLike) -> Array:
    """Chance of failure in a unit of time for a unit that works at this age.

    Parameters
    ----------
    age : array_like, (...)
        In service, zero or more. [s]
    random_rate : array_like, (...)
        Part that age does not change, zero or more. [1/s]
    shape : array_like, (...)
        Of the wear-out, greater than zero; above 1 the hazard grows with age. [-]
    scale : array_like, (...)
        Of the wear-out: age that 37 % reach if nothing is random; infinite for none. [s]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Hazard; infinite at age zero if the shape is below 1. [1/s]

    Raises
    ------
    DomainError
        If an age or rate is negative, or a shape or scale not above zero.

    Notes
    -----
    The slope of `cumulative_hazard`, to 1e-6 of itself in the tests.

    References
    ----------
    .. [1] W. Nelson, "Applied Life Data Analysis", 1982, sections 2.3 and 2.4.

    Examples
    --------
    >>> round(float(hazard(26.0, 0.01, 2.2, 25.0)), 4)  # any unit of time; here years
    0.1022
    """
    rate, form, length = checked_life(random_rate, shape, scale)
    with np.errstate(divide="ignore"):
        return np.asarray(rate + form / length * (_checked_age(age) / length) ** (form - 1))


def cumulative_hazard(
    age: ArrayLike, random_rate: ArrayLike, shape: ArrayLike, scale: ArrayLike
) -> Array:
    """Hazard lived through from new to an age.

    Parameters
    ----------
    age : array_like, (...)
        In service, zero or more. [s]
    random_rate, shape, scale : array_like, (...)
        As for `hazard`. [1/s], [-], [s]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [-]

    Raises
    ------
    DomainError
        As for `hazard`.

    Examples
    --------
    >>> round(float(cumulative_hazard(25.0, 0.01, 2.2, 25.0)), 4)
    1.25
    """
    rate, form, length = checked_life(random_rate, shape, scale)
    time = _checked_age(age)
    return np.asarray(rate * time + (time / length) ** form)


def conditional_survival(
    age: ArrayLike,
    ahead: ArrayLike,
    random_rate: ArrayLike,
    shape: ArrayLike,
    scale: ArrayLike,
) -> Array:
    """Chance that a unit which works at an age still works some time later.

    Parameters
    ----------
    age : array_like, (...)
        At which it works, zero or more. [s]
    ahead : array_like, (...)
        Time from then on, zero or more. [s]
    random_rate, shape, scale : array_like, (...)
        As for `hazard`. [1/s], [-], [s]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [-]

    Raises
    ------
    DomainError
        As for `hazard`, or if the time ahead is negative.

    Examples
    --------
    Worn out with shape 2.2 and scale 25 years, still at work after 26:

    >>> round(1 - float(conditional_survival(26.0, 5.0, 0.0, 2.2, 25.0)), 3)
    0.403
    """
    time = _checked_age(age)
    later = time + _checked_age(ahead, "time ahead")
    lived = cumulative_hazard(time, random_rate, shape, scale)
    return np.asarray(np.exp(lived - cumulative_hazard(later, random_rate, shape, scale)))


def failure_age(
    exponential: ArrayLike,
    random_rate: ArrayLike,
    shape: ArrayLike,
    scale: ArrayLike,
    age: ArrayLike = 0.0,
) -> Array:
    """Age at which a unit fails that has lived through so much hazard since a given age.

    Parameters
    ----------
    exponential : array_like, (...)
        Standard exponential draws, -log(1 - uniform), zero or more. [-]
    random_rate, shape, scale : array_like, (...)
        As for `hazard`. [1/s], [-], [s]
    age : array_like, (...)
        At which it is known to work. [s]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Infinite for what neither wears nor fails at random. [s]

    Raises
    ------
    DomainError
        As for `hazard`, or if a draw is negative.

    Notes
    -----
    The inverse of `cumulative_hazard`, by halving; to 1e-12 of itself in the tests.

    Examples
    --------
    >>> round(float(failure_age(1.25, 0.01, 2.2, 25.0)), 6)
    25.0
    """
    rate, form, length = checked_life(random_rate, shape, scale)
    budget = np.asarray(exponential, dtype=np.float64)
    if np.any(budget < 0):
        raise DomainError(f"exponential draw: expected 0 or more, given {np.min(budget):g}")
    since = _checked_age(age)
    target = budget + cumulative_hazard(since, rate, form, length)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Each part alone reaches the target later than both together.
        random = np.where(rate > 0, target / rate, np.inf)
        worn = np.where(np.isinf(length), np.inf, length * target ** (1 / form))
    high = np.minimum(random, worn)
    low = np.broadcast_to(since, high.shape).copy()
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        inside = np.where(np.isfinite(middle), middle, 0.0)
        short = cumulative_hazard(inside, rate, form, length) < target
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.asarray(np.where(rate == 0, worn, high))


def hazard_table(random_rate: ArrayLike, shape: ArrayLike, scale: ArrayLike, months: int) -> Array:
    """Hazard lived through at the end of each month of age, for the kernels.

    Parameters
    ----------
    random_rate, shape, scale : array_like, (class,)
        As for `hazard`. [1/s], [-], [s]
    months : int
        Of age covered, 1 or more; beyond, the hazard of the last month goes on. [-]

    Returns
    -------
    ndarray, (class, months + 1)
        Rising from zero. [-]

    Raises
    ------
    DomainError
        As for `hazard`, or if no month is asked for.

    Notes
    -----
    Between months the kernels take the hazard as constant. A life of shape 2.2 and scale 25 years
    read from the table is within 0.05 days of `failure_age` from the third month on (tests).

    Examples
    --------
    >>> table = hazard_table([0.1 / (12 * MONTH)], [1.0], [np.inf], 24)
    >>> np.round(table[0, [0, 12, 24]], 3).tolist()
    [0.0, 0.1, 0.2]
    """
    if months < 1:
        raise DomainError(f"months of a table of hazards: expected 1 or more, given {months}")
    rate, form, length = np.broadcast_arrays(
        *(np.atleast_1d(x) for x in checked_life(random_rate, shape, scale))
    )
    ages = np.arange(months + 1) * MONTH
    return cumulative_hazard(ages[None, :], rate[:, None], form[:, None], length[:, None])


@kernel
def hazard_lived(table: Array, age: float) -> float:  # pragma: no cover - compiled
    """Return the hazard lived through at an age in months, from one row of the table."""
    last = table.size - 1
    month = int(age)
    if month >= last:
        month = last - 1
    return float(table[month] + (age - month) * (table[month + 1] - table[month]))


@kernel
def age_at_hazard(table: Array, lived: float) -> float:  # pragma: no cover - compiled
    """Return the age in months at which a row of the table reaches a hazard lived through."""
    last = table.size - 1
    low, high = 0, last
    if lived >= table[last]:
        low = last - 1
    else:
        while high - low > 1:
            middle = (low + high) // 2
            if table[middle] <= lived:
                low = middle
            else:
                high = middle
    slope = table[low + 1] - table[low]
    if slope <= 0.0:
        return np.inf
    return float(low + (lived - table[low]) / slope)


@kernel
def time_to_failure(
    table: Array, age: float, budget: float, start: float, factor: Array
) -> float:  # pragma: no cover - compiled
    """Return the months until a unit fails whose hazard is raised or lowered from month to month.

    `age` and `start` are months of age and of the calendar, `budget` the hazard left to live
    through, `factor` multiplies the hazard in each month of the calendar. Infinite if the calendar
    ends first.
    """
    time, old = start, age
    while time < factor.size:
        month, row = int(time), int(old)
        to_calendar, to_age = month + 1.0 - time, row + 1.0 - old
        step = min(to_calendar, to_age)
        row = min(row, table.size - 2)
        slope = (table[row + 1] - table[row]) * factor[month]
        if slope > 0.0 and slope * step >= budget:
            return float(time + budget / slope - start)
        budget -= slope * step
        # Land on a boundary itself: adding steps would leave slivers.
        time = month + 1.0 if to_calendar <= to_age else time + step
        old = int(old) + 1.0 if to_age <= to_calendar else old + step
    return np.inf
