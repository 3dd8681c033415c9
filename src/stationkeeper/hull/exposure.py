"""What years without a hole teach: uncertain fluxes and walls, and their update by what was seen.

Nothing here draws random numbers; normal deviates come as arguments.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, gammaln, logsumexp

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]


def lognormal_factors(normal: ArrayLike, sigma: float) -> Array:
    """Factors about one, as likely twice as half.

    Parameters
    ----------
    normal : array_like, (...)
        Standard normal deviates. [-]
    sigma : float
        Standard deviation of the logarithm, not negative. [-]

    Returns
    -------
    ndarray, (...)
        Median 1. [-]

    Raises
    ------
    DomainError
        If sigma is negative.

    Examples
    --------
    >>> lognormal_factors([-1.0, 0.0, 1.0], np.log(2.0)).round(3).tolist()
    [0.5, 1.0, 2.0]
    """
    if sigma < 0:
        raise DomainError(f"the spread of a factor must not be negative, given {sigma:g}")
    return np.exp(sigma * np.asarray(normal, dtype=float))


def chance_of_any(expected: ArrayLike) -> Array:
    """Chance of at least one event where so many are expected (Poisson).

    Parameters
    ----------
    expected : array_like, (...)
        Not negative. [-]

    Returns
    -------
    ndarray, (...)
        0 to 1. [-]

    Examples
    --------
    >>> round(float(chance_of_any(0.7)), 3)
    0.503
    """
    return np.asarray(-np.expm1(-np.asarray(expected, dtype=float)))


def gamma_update(
    shape: float, exposure: float, events: float, more_exposure: ArrayLike, noticed: ArrayLike = 1.0
) -> tuple[Array, Array]:
    """Posterior of a constant rate after so many events, as a gamma distribution.

    Parameters
    ----------
    shape, exposure : float
        Prior: as if ``shape`` events had been seen in ``exposure``. Jeffreys: 0.5 and 0. A prior of
        mean m and shape k has the exposure k / m. [-], [any, such as s or m2 s]
    events : float
        Seen, not negative. [-]
    more_exposure : array_like, (...)
        In which they were seen, in the same unit. [any]
    noticed : array_like, (...)
        Chance that an event would have been noticed, 0 to 1. [-]

    Returns
    -------
    shape, exposure : ndarray, (...)
        Of the posterior; its mean is shape / exposure.

    Raises
    ------
    DomainError
        If a count or exposure is negative, the prior's shape not positive, or a chance not one.

    Examples
    --------
    >>> shape, exposure = gamma_update(0.5, 0.0, 0, 26.0)  # 26 years, nothing seen, Jeffreys
    >>> round(float(shape / exposure), 3)
    0.019
    """
    more, seen = np.asarray(more_exposure, dtype=float), np.asarray(noticed, dtype=float)
    if shape <= 0 or exposure < 0 or events < 0 or np.any(more < 0):
        raise DomainError("a rate's update needs a prior shape > 0, counts and exposures >= 0")
    if np.any((seen < 0) | (seen > 1)):
        raise DomainError("the chance of noticing an event runs from 0 to 1")
    after = exposure + more * seen
    return np.broadcast_to(np.asarray(shape + events), after.shape).copy(), after


def gamma_quantile(shape: ArrayLike, exposure: ArrayLike, probability: ArrayLike) -> Array:
    """Quantile of a rate whose posterior is a gamma distribution.

    Parameters
    ----------
    shape, exposure : array_like, (...)
        As from `gamma_update`.
    probability : array_like, (...)
        0 to 1. [-]

    Returns
    -------
    ndarray, broadcast shape
        In events per unit of exposure.

    Examples
    --------
    >>> round(float(gamma_quantile(0.5, 26.0, 0.95)), 3)
    0.074
    """
    quantile = gammaincinv(np.asarray(shape, dtype=float), np.asarray(probability, dtype=float))
    return np.asarray(quantile / np.asarray(exposure, dtype=float))


def gamma_chance_of_any(shape: ArrayLike, exposure: ArrayLike, ahead: ArrayLike) -> Array:
    """Chance of at least one event in an exposure to come, the rate's doubt included.

    Parameters
    ----------
    shape, exposure : array_like, (...)
        As from `gamma_update`.
    ahead : array_like, (...)
        Exposure to come, in the same unit. [any]

    Returns
    -------
    ndarray, broadcast shape
        0 to 1. [-]

    Examples
    --------
    >>> round(float(gamma_chance_of_any(0.5, 26.0, 10.0)), 3)  # ten years after 26 without
    0.15
    """
    past = np.asarray(exposure, dtype=float)
    return np.asarray(1 - (past / (past + np.asarray(ahead))) ** np.asarray(shape, dtype=float))


def exposure_weights(
    expected: ArrayLike, events: ArrayLike, noticed: ArrayLike = 1.0
) -> tuple[Array, float]:
    """Weights of samples after counts were observed, and how well the samples foresaw them.

    Parameters
    ----------
    expected : array_like, (sample,) or (sample, class)
        Events that each sample expects over the observed span, by class of faces. [-]
    events : array_like, () or (class,)
        Seen, whole and not negative. [-]
    noticed : array_like, () or (class,)
        Chance that an event would have been noticed, 0 to 1. [-]

    Returns
    -------
    weights : ndarray, (sample,)
        Add up to one. [-]
    log_evidence : float
        Logarithm of the chance of the counts before they were seen: two models are compared by the
        difference. [-]

    Raises
    ------
    DomainError
        If a number is negative, a chance above one, or no sample allows what was seen.

    Examples
    --------
    >>> weights, log_evidence = exposure_weights([1.0, 3.0], 0)
    >>> weights.round(3).tolist(), round(float(np.exp(log_evidence)), 3)
    ([0.881, 0.119], 0.209)
    """
    mean = np.asarray(expected, dtype=float) * np.asarray(noticed, dtype=float)
    count = np.asarray(events, dtype=float)
    if np.any(mean < 0) or np.any(count < 0):
        raise DomainError("expected and observed events must not be negative")
    if np.any((np.asarray(noticed) < 0) | (np.asarray(noticed) > 1)):
        raise DomainError("the chance of noticing an event runs from 0 to 1")
    if np.any(count != np.round(count)):
        raise DomainError("observed events are whole numbers")
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = np.where(count > 0, count * np.log(mean), 0.0)
    log_chance = powers - mean - gammaln(count + 1)
    log_chance = log_chance.reshape(log_chance.shape[0], -1).sum(axis=1)
    total = float(logsumexp(log_chance))
    if not np.isfinite(total):
        raise DomainError("no sample allows what was seen: every one expects none where some were")
    return np.exp(log_chance - total), total - float(np.log(log_chance.size))


def effective_samples(weights: ArrayLike) -> float:
    """Number of equal weights that would be worth as much as these.

    Examples
    --------
    >>> effective_samples([0.5, 0.5, 0.0])
    2.0
    """
    value = np.asarray(weights, dtype=float)
    return float(value.sum() ** 2 / (value**2).sum())


def weighted_quantile(values: ArrayLike, weights: ArrayLike, probability: ArrayLike) -> Array:
    """Smallest value below or at which the given share of the weight lies.

    Parameters
    ----------
    values, weights : array_like, (sample,)
        [any], [-]
    probability : array_like, (...)
        0 to 1. [-]

    Returns
    -------
    ndarray, (...)
        Same unit as the values.

    Examples
    --------
    >>> weighted_quantile([3.0, 1.0, 2.0], [0.2, 0.5, 0.3], [0.5, 0.9]).tolist()
    [1.0, 3.0]
    """
    value, weight = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    order = np.argsort(value, kind="stable")
    share = np.cumsum(weight[order])
    place = np.searchsorted(share, np.asarray(probability) * share[-1] * (1 - 1e-12))
    return np.asarray(value[order][np.minimum(place, value.size - 1)])
