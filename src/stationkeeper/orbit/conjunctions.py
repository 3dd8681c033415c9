"""How often a station steps aside: avoidance manoeuvres at a yearly rate learnt from the record."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv

from stationkeeper.constants import DAYS_PER_YEAR
from stationkeeper.errors import DomainError

# Avoidance manoeuvres of the ISS by period: first year, whole years, manoeuvres. Compiled with
# source and confidence in validation/authorities/orbit_avoidance.csv: A, but B for 2014-2015,
# 2021 and 2023, C for 2016-2019 (none). 2024 counted to 25 November, as the 39 published then.
RECORD_FIRST_YEAR: Final = np.array([1999, 2012, 2013, 2014, 2016, 2020, 2021, 2022, 2023, 2024])
RECORD_YEARS: Final = np.array([13.0, 1.0, 1.0, 2.0, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0])
RECORD_COUNT: Final = np.array([12, 4, 0, 9, 0, 3, 2, 3, 5, 1])

AVOIDANCE_DELTA_V: Final = 0.5  # [m/s] middle of the three published: 0.3, 0.5 and 1.0
JEFFREYS_SHAPE: Final = 0.5  # [-] prior of a Poisson rate (Jeffreys 1946)


@dataclass(frozen=True)
class AvoidanceRate:
    """A yearly rate with its 90 % band, and the gamma distribution behind it.

    Attributes
    ----------
    mean, low, high
        Posterior mean, 5 % and 95 % points. [1/a]
    shape, exposure
        Of the gamma distribution: mean = shape / exposure. [-, a]
    """

    mean: float
    low: float
    high: float
    shape: float
    exposure: float


def avoidance_rate(count: ArrayLike, years: ArrayLike) -> AvoidanceRate:
    """Learn a yearly rate from counts.

    Poisson counts with Jeffreys' prior: the rate is gamma distributed with shape count + 1/2. One
    rate for all years given; the rate of the ISS has in fact changed (0 in 2016-2019, 5 in 2023)
    with the objects in its way and with the rules for stepping aside, so choose the years.

    Parameters
    ----------
    count : array_like, (...)
        Manoeuvres by period. [-]
    years : array_like, broadcast with ``count``
        Length of each period. [a]

    Returns
    -------
    AvoidanceRate

    Raises
    ------
    DomainError
        If a count is negative or the years do not add up to more than zero.

    References
    ----------
    .. [1] H. Jeffreys, "An invariant form for the prior probability in estimation problems",
       Proc. R. Soc. A 186, 453, 1946.

    Examples
    --------
    >>> recent = RECORD_FIRST_YEAR >= 2020
    >>> rate = avoidance_rate(RECORD_COUNT[recent], RECORD_YEARS[recent])
    >>> round(rate.mean, 1), round(rate.low, 1), round(rate.high, 1)
    (2.9, 1.8, 4.3)
    """
    numbers, spans = np.broadcast_arrays(
        np.asarray(count, dtype=np.float64), np.asarray(years, dtype=np.float64)
    )
    if np.any(numbers < 0) or not spans.sum() > 0:
        raise DomainError("an avoidance rate needs counts of zero or more over a span of years")
    shape = float(numbers.sum()) + JEFFREYS_SHAPE
    exposure = float(spans.sum())
    low, high = gammaincinv(shape, np.array([0.05, 0.95])) / exposure
    return AvoidanceRate(shape / exposure, float(low), float(high), shape, exposure)


def rate_in_period(first_year: int, last_year: int) -> AvoidanceRate:
    """Learn the rate from the periods of the record that lie wholly within two years.

    Parameters
    ----------
    first_year, last_year : int
        Calendar years, both included.

    Returns
    -------
    AvoidanceRate

    Raises
    ------
    DomainError
        If no period of the record lies within.

    Examples
    --------
    >>> round(rate_in_period(1999, 2013).mean, 2)
    1.1
    """
    inside = (first_year <= RECORD_FIRST_YEAR) & (last_year >= RECORD_FIRST_YEAR + RECORD_YEARS - 1)
    if not inside.any():
        raise DomainError(f"no period of the record lies within {first_year}-{last_year}")
    return avoidance_rate(RECORD_COUNT[inside], RECORD_YEARS[inside])


def draw_rate(rate: AvoidanceRate, uniform: ArrayLike) -> NDArray[np.float64]:
    """Draw rates from what is known of the rate.

    Parameters
    ----------
    rate : AvoidanceRate
        From `avoidance_rate`.
    uniform : array_like, (...)
        Uniform numbers, 0 < u < 1.

    Returns
    -------
    ndarray, shape of ``uniform``
        Rates. [1/a]

    Examples
    --------
    >>> float(np.round(draw_rate(rate_in_period(2020, 2024), 0.95), 1))
    4.3
    """
    return np.asarray(
        gammaincinv(rate.shape, np.asarray(uniform, dtype=np.float64)) / rate.exposure
    )


def draw_avoidances(rate: ArrayLike, uniform: ArrayLike) -> NDArray[np.bool_]:
    """Draw the days on which a station steps aside.

    At most one manoeuvre a day: at 5 a year two on one day come once in 30 years.

    Parameters
    ----------
    rate : array_like, (...)
        Yearly rate of each replica. [1/a]
    uniform : array_like, (..., time)
        Uniform numbers, one for each day.

    Returns
    -------
    ndarray of bool, (..., time)
        True on days with a manoeuvre.

    Examples
    --------
    >>> draw_avoidances(3.0, [0.001, 0.5]).tolist()
    [True, False]
    """
    yearly = np.asarray(rate, dtype=np.float64)[..., None]
    chance = -np.expm1(-yearly / DAYS_PER_YEAR)
    return np.asarray(np.asarray(uniform, dtype=np.float64) < chance)


def expected_count(rate: AvoidanceRate, years: float) -> tuple[float, float, float]:
    """Manoeuvres to expect in a span of years: mean and 90 % band.

    The band holds both the chance of the counts and what is not known of the rate (a negative
    binomial distribution).

    Parameters
    ----------
    rate : AvoidanceRate
        From `avoidance_rate`.
    years : float
        Span, greater than zero. [a]

    Returns
    -------
    tuple of float
        Mean, 5 % and 95 % points. [-]

    Examples
    --------
    >>> mean, low, high = expected_count(rate_in_period(2020, 2024), 1.0)
    >>> round(mean, 1), low, high
    (2.9, 0.0, 6.0)
    """
    if not years > 0:
        raise DomainError("a count needs a span of more than zero years")
    from scipy.stats import nbinom  # slow to load, and runs do not need it

    success = rate.exposure / (rate.exposure + years)
    band = [float(nbinom.ppf(part, rate.shape, success)) for part in (0.05, 0.95)]
    return rate.mean * years, band[0], band[1]
