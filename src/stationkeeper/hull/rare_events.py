"""Chances too small to count: importance sampling for Gaussian and Poisson inputs.

Samples are taken where the event is not rare and weighted by how much rarer they are in truth
[1]_. Draws come as arguments. Every estimate carries its coefficient of variation and the number
of equal samples it is worth: an estimate that rests on a few weights is no estimate.

References
----------
.. [1] A. Owen, "Monte Carlo theory, methods and examples", 2013, chapter 9.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp, pdtr

from stationkeeper.errors import DomainError
from stationkeeper.hull.exposure import effective_samples

Array = NDArray[np.float64]
LimitState = Callable[[Array], Array]


@dataclass(frozen=True)
class RareChance:
    """A small chance and how far it can be trusted.

    Attributes
    ----------
    chance : float
        [-]
    standard_error : float
        [-]
    variation : float
        Standard error over chance; infinite if nothing happened. [-]
    effective : float
        Equal samples of the event that its weights are worth. [-]
    hits : int
        Samples in which the event happened. [-]
    """

    chance: float
    standard_error: float
    variation: float
    effective: float
    hits: int


def rare_chance(happened: ArrayLike, log_weight: ArrayLike) -> RareChance:
    """Estimate a chance from weighted samples.

    Parameters
    ----------
    happened : array_like of bool, (sample,)
        Whether the event happened.
    log_weight : array_like, (sample,)
        Logarithm of true over sampled density. [-]

    Returns
    -------
    RareChance
        Without bias if every sample that can happen can be drawn.

    Raises
    ------
    DomainError
        If shapes differ or there are fewer than two samples.

    Examples
    --------
    >>> found = rare_chance([True, False, True, False], np.log([0.1, 5.0, 0.3, 2.0]))
    >>> round(found.chance, 3), found.hits, round(found.effective, 1)
    (0.1, 2, 1.6)
    """
    event, logs = np.asarray(happened, dtype=bool), np.asarray(log_weight, dtype=np.float64)
    if event.shape != logs.shape or event.ndim != 1 or event.size < 2:
        raise DomainError(f"rare chance: given {event.shape} samples and {logs.shape} weights")
    value = np.where(event, np.exp(logs), 0.0)
    chance = float(value.mean())
    error = float(value.std(ddof=1) / np.sqrt(value.size))
    if chance == 0:
        return RareChance(0.0, 0.0, np.inf, 0.0, 0)
    return RareChance(
        chance, error, error / chance, effective_samples(value[event]), int(event.sum())
    )


def shifted_normals(
    normals: ArrayLike, centre: ArrayLike, spread: float = 1.0
) -> tuple[Array, Array]:
    """Move standard normal draws to where the event is, with their weights.

    Parameters
    ----------
    normals : array_like, (sample, input)
        Standard normal draws. [-]
    centre : array_like, (input,)
        Where to. [-]
    spread : float
        Of the samples, above zero; a little over 1 guards against a centre that is off. [-]

    Returns
    -------
    values : ndarray, (sample, input)
        Samples in the space of standard normals. [-]
    log_weight : ndarray, (sample,)
        [-]

    Raises
    ------
    DomainError
        If the spread is not above zero.

    Examples
    --------
    >>> values, logs = shifted_normals([[0.0], [1.0]], [3.0])
    >>> values.ravel().tolist(), logs.tolist()
    ([3.0, 4.0], [-4.5, -7.5])
    """
    if not spread > 0:
        raise DomainError(f"spread of shifted normals: expected above 0, given {spread}")
    draws, middle = np.asarray(normals, dtype=np.float64), np.asarray(centre, dtype=np.float64)
    values = middle + spread * draws
    logs = 0.5 * (draws**2 - values**2).sum(axis=1) + draws.shape[1] * np.log(spread)
    return values, logs


def mixed_weights(values: ArrayLike, centres: ArrayLike) -> Array:
    """Weights of samples drawn in equal parts about several centres: events with several ways.

    Parameters
    ----------
    values : array_like, (sample, input)
        Samples, of spread one about their centres. [-]
    centres : array_like, (centre, input)
        All of them. [-]

    Returns
    -------
    ndarray, (sample,)
        Logarithm of true density over that of the mixture. [-]

    Examples
    --------
    >>> np.round(mixed_weights([[3.0]], [[3.0], [-3.0]]), 3).tolist()
    [-3.807]
    """
    place, middles = np.asarray(values, dtype=np.float64), np.asarray(centres, dtype=np.float64)
    gap = place[:, None, :] - middles[None, :, :]
    mixture = logsumexp(-0.5 * (gap**2).sum(axis=2), axis=1) - np.log(middles.shape[0])
    return np.asarray(-0.5 * (place**2).sum(axis=1) - mixture)


def event_centre(
    limit_state: LimitState, normals: Sequence[ArrayLike], elite: float = 0.1
) -> Array:
    """Find where an event is likeliest to happen, by moving towards it step by step.

    Cross-entropy [1]_: each round takes the share of its samples nearest to the event, weighs them
    by their true density, and centres the next round on them. For an event with one way to happen;
    one with several needs several centres (`mixed_weights`).

    Parameters
    ----------
    limit_state : callable
        (sample, input) standard normals to (sample,); the event is a value of zero or less.
    normals : sequence of array_like, (sample, input)
        Standard normal draws, one array for each round.
    elite : float
        Share taken, between 0 and 1. [-]

    Returns
    -------
    ndarray, (input,)
        Mean of the input given the event. [-]

    Raises
    ------
    DomainError
        If the rounds end before the event is reached.

    References
    ----------
    .. [1] R. Rubinstein, D. Kroese, "The Cross-Entropy Method", 2004, section 2.2.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(size=(6, 2000, 2))
    >>> round(float(event_centre(lambda u: 4.0 - u[:, 0], draws)[0]), 1)
    4.2
    """
    if not 0 < elite < 1:
        raise DomainError(f"share of an elite: expected between 0 and 1, given {elite}")
    centre = np.zeros(np.asarray(normals[0]).shape[1])
    reached = False
    for draws in normals:
        values, logs = shifted_normals(draws, centre)
        state = limit_state(values)
        level = max(float(np.quantile(state, elite)), 0.0)
        reached = level == 0.0
        near = state <= level
        weight = np.exp(logs[near] - logs[near].max())
        centre = np.asarray(weight @ values[near] / weight.sum())
    if not reached:
        raise DomainError(
            f"the event was not reached in {len(normals)} rounds: give more, or a larger elite"
        )
    return centre


def poisson_counts(uniforms: ArrayLike, expected: ArrayLike) -> NDArray[np.int64]:
    """Counts of events from uniform draws, by the inverse of the Poisson distribution.

    Parameters
    ----------
    uniforms : array_like, (...)
        0 <= u < 1. [-]
    expected : array_like, (...)
        Zero or more. [-]

    Returns
    -------
    ndarray of int, broadcast shape
        [-]

    Raises
    ------
    DomainError
        If an input is out of its range.

    Examples
    --------
    >>> poisson_counts([0.1, 0.5, 0.99], 1.0).tolist()
    [0, 1, 4]
    """
    draw, mean = np.broadcast_arrays(
        np.asarray(uniforms, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    )
    if np.any((draw < 0) | (draw >= 1)) or np.any(mean < 0):
        raise DomainError("Poisson counts: expected 0 <= uniform < 1 and means of 0 or more")
    count = np.zeros(draw.shape, dtype=np.int64)
    open_ = np.asarray(pdtr(count, mean) <= draw)
    while np.any(open_):
        count = count + open_
        # Beyond a chance of one but for rounding there is nothing left to find.
        total = pdtr(count, mean)
        open_ = open_ & (total <= draw) & (total < 1)
    return count


def poisson_log_weight(count: ArrayLike, expected: ArrayLike, sampled: ArrayLike) -> Array:
    """Weights of counts that were drawn with another mean.

    Parameters
    ----------
    count : array_like, (sample,) or (sample, input)
        Drawn with the mean `sampled`. [-]
    expected : array_like, () or (input,)
        True mean, above zero. [-]
    sampled : array_like, () or (input,)
        Mean of the draws, above zero. [-]

    Returns
    -------
    ndarray, (sample,)
        Logarithm, summed over inputs. [-]

    Raises
    ------
    DomainError
        If a mean is not above zero.

    Examples
    --------
    >>> round(float(np.exp(poisson_log_weight([2], 0.01, 1.0))[0]), 6)
    0.000269
    """
    true, drawn = np.asarray(expected, dtype=np.float64), np.asarray(sampled, dtype=np.float64)
    if np.any(~(true > 0)) or np.any(~(drawn > 0)):
        raise DomainError("Poisson weights: expected means above 0")
    number = np.asarray(count, dtype=np.float64)
    logs = number * np.log(true / drawn) - (true - drawn)
    return np.asarray(logs.reshape(number.shape[0], -1).sum(axis=1))


def poisson_tail(expected: float, least: int) -> float:
    """Chance of at least so many events, summed from the small end: right for any smallness.

    Parameters
    ----------
    expected : float
        Above zero. [-]
    least : int
        Zero or more. [-]

    Returns
    -------
    float
        [-]

    Raises
    ------
    DomainError
        If the mean is not above zero or the number negative.

    Examples
    --------
    >>> f"{poisson_tail(0.01, 4):.4e}"
    '4.1335e-10'
    """
    if not expected > 0 or least < 0:
        raise DomainError(f"Poisson tail: given a mean of {expected} and at least {least}")
    number = least + np.arange(200)
    return float(np.exp(logsumexp(number * np.log(expected) - expected - gammaln(number + 1))))
