"""What a fleet teaches about the life of its units: failures, and ages of those that still work.

A prior is a set of lives (random rate, shape, scale) with weights: the cells of a grid
(`life_grid`) or samples (`life_samples`). The record of a fleet changes the weights (`update`);
the chance that a unit of some age fails in the next years follows with its band
(`failure_chance`). Where a fleet has seen few failures the prior rules the answer; show both.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp

from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.errors import DomainError
from stationkeeper.hull.equipment import checked_life, conditional_survival
from stationkeeper.hull.exposure import effective_samples, weighted_quantile
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]

YEAR: Final = DAYS_PER_YEAR * SECONDS_PER_DAY  # [s]

# Grid of a class of which nothing is known. All of these are our choice: the prior is flat in the
# logarithm of shape, scale and rate; half of its weight is on "nothing fails at random".
SHAPES: Final = np.geomspace(0.7, 8.0, 49)  # [-]
SCALES: Final = np.geomspace(2.0, 200.0, 73) * YEAR  # [s]
RATES: Final = np.concatenate([[0.0], np.geomspace(3e-4, 0.3, 10)]) / YEAR  # [1/s]
NO_RANDOM_FAILURES: Final = 0.5  # [-] prior weight of a random rate of zero
_SMALL: Final = 1e-300  # keeps logarithms finite


@dataclass(frozen=True)
class FleetRecord:
    """What was seen of each unit, or of several alike.

    Attributes
    ----------
    age : ndarray, (unit,)
        At failure, or when last seen at work. [s]
    failed : ndarray of bool, (unit,)
        True if it ended by a failure.
    seen_from : ndarray, (unit,)
        Age from which on it was watched; units that failed before are not in the record. [s]
    count : ndarray, (unit,)
        How many units this entry stands for. [-]
    """

    age: Array
    failed: NDArray[np.bool_]
    seen_from: Array
    count: Array


def fleet_record(
    age: ArrayLike, failed: ArrayLike, seen_from: ArrayLike = 0.0, count: ArrayLike = 1.0
) -> FleetRecord:
    """Gather the record of a fleet.

    Parameters
    ----------
    age : array_like, (unit,)
        At failure, or when last seen at work; above zero. [s]
    failed : array_like of bool, (unit,) or one value
        True if it ended by a failure.
    seen_from : array_like, (unit,) or one value
        Age from which on it was watched, below `age`. [s]
    count : array_like, (unit,) or one value
        Units that an entry stands for, zero or more. [-]

    Returns
    -------
    FleetRecord
        Arrays of equal length.

    Raises
    ------
    DomainError
        If an age is not above the one from which the unit was watched, or a count is negative.

    Examples
    --------
    >>> record = fleet_record([12 * YEAR, 26 * YEAR], [True, False])
    >>> int(record.failed.sum()), record.age.size
    (1, 2)
    """
    ages, ends, starts, counts = np.broadcast_arrays(
        np.atleast_1d(np.asarray(age, dtype=np.float64)),
        np.asarray(failed, dtype=bool),
        np.asarray(seen_from, dtype=np.float64),
        np.asarray(count, dtype=np.float64),
    )
    if np.any(starts < 0) or np.any(~(ages > starts)):
        raise DomainError("fleet record: expected 0 <= age when first seen < age at the end")
    if np.any(counts < 0):
        raise DomainError(f"fleet record: expected counts of 0 or more, given {np.min(counts):g}")
    return FleetRecord(ages.copy(), ends.copy(), starts.copy(), counts.copy())


@dataclass(frozen=True)
class Lives:
    """Lives that a unit of a class may have, with how much is to be thought of each.

    Attributes
    ----------
    random_rate, shape, scale : ndarray, (life,)
        As for `equipment.hazard`. [1/s], [-], [s]
    weight : ndarray, (life,)
        Adds up to one. [-]
    """

    random_rate: Array
    shape: Array
    scale: Array
    weight: Array

    @property
    def effective(self) -> float:
        """Number of equal weights that would be worth as much."""
        return effective_samples(self.weight)


def life_grid(
    random_rates: ArrayLike = RATES,
    shapes: ArrayLike = SHAPES,
    scales: ArrayLike = SCALES,
    no_random_failures: float = NO_RANDOM_FAILURES,
) -> Lives:
    """Prior on a grid: each shape with each scale with each random rate.

    Parameters
    ----------
    random_rates : array_like, (rate,)
        Zero or more. [1/s]
    shapes : array_like, (shape,)
        Above zero; evenly spaced in the logarithm means flat in the logarithm. [-]
    scales : array_like, (scale,)
        Above zero. [s]
    no_random_failures : float
        Weight of a rate of zero, if it is on the grid with others. [-]

    Returns
    -------
    Lives
        rate x shape x scale of them.

    Raises
    ------
    DomainError
        As for `equipment.hazard`, or if the weight is outside 0 to 1.

    Notes
    -----
    The calibration of the default grid on synthetic fleets is in ``validate hull``.

    Examples
    --------
    >>> lives = life_grid([0.0], [1.0, 2.0], [20 * YEAR, 30 * YEAR])
    >>> lives.weight.tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if not 0 <= no_random_failures <= 1:
        raise DomainError(
            f"weight of no random failures: expected 0 to 1, given {no_random_failures}"
        )
    axes = (np.atleast_1d(x) for x in checked_life(random_rates, shapes, scales))
    rate, shape, scale = (x.ravel() for x in np.meshgrid(*axes, indexing="ij"))
    weight = np.ones_like(rate)
    none = rate == 0
    if none.any() and not none.all():
        weight[none] = no_random_failures / none.sum()
        weight[~none] = (1 - no_random_failures) / (~none).sum()
    return Lives(rate, shape, scale, weight / weight.sum())


def life_samples(
    normals: ArrayLike, median: tuple[float, float, float], spread: tuple[float, float, float]
) -> Lives:
    """Prior by samples: rate, shape and scale lognormal and independent.

    Parameters
    ----------
    normals : array_like, (3, sample)
        Standard normal draws. [-]
    median : tuple of float
        Of random rate, shape and scale; a rate of zero stays zero. [1/s], [-], [s]
    spread : tuple of float
        Standard deviations of their logarithms, zero or more. [-]

    Returns
    -------
    Lives
        Of equal weight.

    Raises
    ------
    DomainError
        As for `equipment.hazard`, or if a spread is negative.

    Examples
    --------
    >>> lives = life_samples(np.zeros((3, 1)), (0.0, 2.0, 25 * YEAR), (1.0, 0.3, 0.5))
    >>> float(lives.shape[0]), round(float(lives.scale[0] / YEAR), 6)
    (2.0, 25.0)
    """
    if min(spread) < 0:
        raise DomainError(f"spread of a prior: expected 0 or more, given {min(spread):g}")
    checked_life(*median)
    draws = np.asarray(normals, dtype=np.float64)
    found = [
        middle * np.exp(wide * z) for middle, wide, z in zip(median, spread, draws, strict=True)
    ]
    count = found[0].size
    return Lives(found[0], found[1], found[2], np.full(count, 1 / count))


@kernel
def _log_likelihood(
    rate: Array,
    shape: Array,
    scale: Array,
    log_age: Array,
    age: Array,
    log_from: Array,
    seen_from: Array,
    failed: NDArray[np.bool_],
    count: Array,
) -> Array:  # pragma: no cover - compiled
    found = np.zeros(rate.size)
    for life in range(rate.size):
        b, r, log_scale = shape[life], rate[life], np.log(scale[life])
        total = 0.0
        for unit in range(age.size):
            # (t/s)^b by exp and log: the logarithms of the ages are shared by all lives.
            worn = np.exp(b * (log_age[unit] - log_scale))
            lived = r * age[unit] + worn
            if seen_from[unit] > 0.0:
                lived -= r * seen_from[unit] + np.exp(b * (log_from[unit] - log_scale))
            term = -lived
            if failed[unit]:
                term += np.log(r + b / age[unit] * worn + 1e-300)
            total += count[unit] * term
        found[life] = total
    return found


def log_likelihood(lives: Lives, record: FleetRecord) -> Array:
    """Logarithm of the chance of a record under each life, but for a constant.

    Parameters
    ----------
    lives : Lives
        Their weights are not used.
    record : FleetRecord
        Failures, ages of those at work, and ages from which on they were watched.

    Returns
    -------
    ndarray, (life,)
        In units where a second is one: differences between lives are what counts. [-]

    Notes
    -----
    Units are taken as alike and independent: a fault of design common to them is not seen.

    References
    ----------
    .. [1] W. Nelson, "Applied Life Data Analysis", 1982, section 8.2 (censored and truncated ages).

    Examples
    --------
    One failure after 10 and one unit at work after 20, nothing but a random rate of 0.05:

    >>> lives = Lives(np.array([0.05]), np.array([1.0]), np.array([np.inf]), np.array([1.0]))
    >>> found = log_likelihood(lives, fleet_record([10.0, 20.0], [True, False]))
    >>> round(float(found[0]), 4), round(float(np.log(0.05) - 0.05 * 30), 4)
    (-4.4957, -4.4957)
    """
    return _log_likelihood(
        lives.random_rate,
        lives.shape,
        lives.scale,
        np.log(record.age),
        record.age,
        np.log(np.maximum(record.seen_from, _SMALL)),
        record.seen_from,
        record.failed,
        record.count,
    )


def update(lives: Lives, record: FleetRecord) -> Lives:
    """Weigh lives anew after the record of a fleet.

    Parameters
    ----------
    lives : Lives
        Prior.
    record : FleetRecord
        What was seen.

    Returns
    -------
    Lives
        The same lives with other weights. With samples look at `effective`: below some hundred the
        prior was too wide or too far off for that many.

    Raises
    ------
    DomainError
        If no life allows what was seen.

    Examples
    --------
    >>> lives = life_grid([0.0], [2.0], [10 * YEAR, 30 * YEAR])
    >>> later = update(lives, fleet_record([20 * YEAR] * 3, False))
    >>> np.round(later.weight, 4).tolist()
    [0.0, 1.0]
    """
    with np.errstate(divide="ignore"):
        log_weight = np.log(lives.weight) + log_likelihood(lives, record)
    total = logsumexp(log_weight)
    if not np.isfinite(total):
        raise DomainError(
            "fleet record: no life of the prior allows what was seen; widen the prior"
        )
    return replace(lives, weight=np.exp(log_weight - total))


@dataclass(frozen=True)
class FailureChance:
    """Chance of a failure, and how well it is known.

    Attributes
    ----------
    mean : ndarray, (age,)
        What to bet on for one unit. [-]
    low, high : ndarray, (age,)
        Band of the chance itself, over the lives it may have. [-]
    """

    mean: Array
    low: Array
    high: Array


def failure_chance(
    lives: Lives, age: ArrayLike, ahead: ArrayLike, level: float = 0.9
) -> FailureChance:
    """Chance that a unit at work at an age fails within the time ahead, with its band.

    Parameters
    ----------
    lives : Lives
        After `update`, or a prior.
    age : array_like, (...)
        Zero or more. [s]
    ahead : array_like, (...)
        Zero or more. [s]
    level : float
        Share of the band, between 0 and 1. [-]

    Returns
    -------
    FailureChance
        Of the broadcast shape of the inputs.

    Raises
    ------
    DomainError
        If a time is negative or the level not between 0 and 1.

    Notes
    -----
    Fleets of 60 units of shape 2.2 and scale 25 years, watched for 5 to 26 years: how many of 60
    such fleets had the true chance in the 90 % band is a row of ``validate hull``.

    Examples
    --------
    >>> lives = life_grid([0.0], [2.2], [20 * YEAR, 25 * YEAR, 30 * YEAR])
    >>> chance = failure_chance(lives, 26 * YEAR, 5 * YEAR)
    >>> [round(float(x), 3) for x in (chance.low, chance.mean, chance.high)]
    [0.292, 0.421, 0.569]
    """
    if not 0 < level < 1:
        raise DomainError(f"level of a band: expected between 0 and 1, given {level}")
    ages, times = np.broadcast_arrays(
        np.asarray(age, dtype=np.float64), np.asarray(ahead, dtype=np.float64)
    )
    tails = ((1 - level) / 2, (1 + level) / 2)
    found = np.empty((3, ages.size))
    for place, (since, time) in enumerate(zip(ages.ravel(), times.ravel(), strict=True)):
        chance = 1 - conditional_survival(since, time, lives.random_rate, lives.shape, lives.scale)
        found[0, place] = np.sum(lives.weight * chance)
        found[1:, place] = weighted_quantile(chance, lives.weight, tails)
    mean, low, high = (row.reshape(ages.shape) for row in found)
    return FailureChance(mean, low, high)
