"""How likely cracks fail a part, with and without inspections."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtr, ndtri

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FailureProbability:
    """Chance of a failure within a time, over samples of equal weight.

    Attributes
    ----------
    uninspected : float
        Without inspections. [-]
    inspected : float
        With them: a crack that is found is taken out of service. [-]
    standard_error : float
        Of the inspected chance, from the number of samples. [-]
    """

    uninspected: float
    inspected: float
    standard_error: float


def detection_probability(size: ArrayLike, median: ArrayLike, spread: ArrayLike) -> Array:
    """Chance that an inspection finds a crack: lognormal in its size.

    Parameters
    ----------
    size : array_like, (...)
        0 or more; any measure of size, the same as of the median. [m]
    median : array_like, (...)
        Size found one time in two, greater than zero. [m]
    spread : array_like, (...)
        Standard deviation of the logarithm, greater than zero. [-]

    Returns
    -------
    ndarray, (...)
        [-]

    Raises
    ------
    DomainError
        If a median or spread is not positive.

    References
    ----------
    .. [1] MIL-HDBK-1823A, "Nondestructive Evaluation System Reliability Assessment", 2009.

    Examples
    --------
    >>> np.round(detection_probability([1e-3, 2e-3, 4e-3], 2e-3, 0.5), 3).tolist()
    [0.083, 0.5, 0.917]
    """
    middle, width = np.asarray(median, dtype=float), np.asarray(spread, dtype=float)
    if np.any(~(middle > 0)) or np.any(~(width > 0)):
        raise DomainError("detection: expected a median and a spread above 0")
    with np.errstate(divide="ignore"):
        return np.asarray(ndtr(np.log(np.asarray(size, dtype=float) / middle) / width))


def detection_spread(median: float, size90: float) -> float:
    """Return the spread of a detection curve from its two usual sizes.

    Parameters
    ----------
    median : float
        Size found one time in two. [m]
    size90 : float
        Size found nine times in ten, greater than the median. [m]

    Returns
    -------
    float
        Standard deviation of the logarithm. [-]

    Raises
    ------
    DomainError
        If the sizes are not in this order.

    Examples
    --------
    >>> round(detection_spread(2e-3, 4e-3), 3)
    0.541
    """
    if not 0 < median < size90:
        raise DomainError("detection: expected 0 < median < size found nine times in ten")
    return float(np.log(size90 / median) / ndtri(0.9))


def tabulated_detection(size: ArrayLike, table_size: ArrayLike, probability: ArrayLike) -> Array:
    """Chance that an inspection finds a crack, from a table over the logarithm of size.

    Parameters
    ----------
    size : array_like, (...)
        Greater than zero. [any, as the table]
    table_size : array_like, (row,)
        Rising. [any]
    probability : array_like, (row,)
        At these sizes. [-]

    Returns
    -------
    ndarray, (...)
        0 below the table, 1 above it. [-]

    Examples
    --------
    >>> np.round(tabulated_detection([1.0, 3.2, 50.0], [2.0, 5.0], [0.2, 0.8]), 2).tolist()
    [0.0, 0.51, 1.0]
    """
    found = np.interp(
        np.log(np.asarray(size, dtype=float)),
        np.log(np.asarray(table_size, dtype=float)),
        np.asarray(probability, dtype=float),
        left=0.0,
        right=1.0,
    )
    return np.asarray(found)


def failure_probability(
    time_to_failure: ArrayLike,
    duration: float,
    inspection_time: ArrayLike = (),
    detection: ArrayLike | None = None,
) -> FailureProbability:
    """Chance of a failure within a time, for cracks that are looked for on the way.

    Each sample counts with the chance that all inspections before its failure missed it, so that
    no draw is spent on detection.

    Parameters
    ----------
    time_to_failure : array_like, (sample,)
        Infinite for cracks that rest. [s]
    duration : float
        Of service. [s]
    inspection_time : array_like, (inspection,)
        [s]
    detection : array_like, (sample, inspection)
        Chance to find the crack of a sample, of its size at that inspection. [-]

    Returns
    -------
    FailureProbability
        Without and with inspections.

    Raises
    ------
    DomainError
        If a chance is outside 0 to 1, or shapes do not match.

    Examples
    --------
    >>> chance = failure_probability([5.0, 12.0, 15.0, 30.0], 20.0, [10.0], np.full((4, 1), 0.8))
    >>> chance.uninspected, round(chance.inspected, 2)
    (0.75, 0.35)
    """
    life = np.asarray(time_to_failure, dtype=float)
    when = np.atleast_1d(np.asarray(inspection_time, dtype=float))
    found = np.zeros((life.size, 0)) if detection is None else np.asarray(detection, dtype=float)
    if found.shape != (life.size, when.size):
        raise DomainError(
            f"detection: expected shape {(life.size, when.size)}, given {found.shape}"
        )
    if np.any(~((found >= 0) & (found <= 1))):
        raise DomainError("detection: expected chances from 0 to 1")
    fails = life <= duration
    missed = np.prod(np.where(when[None, :] < life[:, None], 1 - found, 1.0), axis=1)
    share = fails * missed
    return FailureProbability(
        float(np.mean(fails)),
        float(np.mean(share)),
        float(np.std(share) / np.sqrt(life.size)),
    )


def chance_band(events: int, samples: int, coverage: float = 0.9) -> tuple[float, float]:
    """Return the exact band of a chance of which so many events were seen.

    Parameters
    ----------
    events : int
        0 to the number of samples. [-]
    samples : int
        1 or more. [-]
    coverage : float
        Of the band, between 0 and 1. [-]

    Returns
    -------
    tuple of float
        Its ends; with no event the lower one is 0. [-]

    Raises
    ------
    DomainError
        If the numbers cannot be.

    References
    ----------
    .. [1] "The use of confidence or fiducial limits illustrated in the case of the binomial",
       Biometrika 26, 404, 1934.

    Examples
    --------
    >>> low, high = chance_band(0, 100)
    >>> round(low, 4), round(high, 4)
    (0.0, 0.0295)
    """
    if not (0 <= events <= samples and samples > 0 and 0 < coverage < 1):
        raise DomainError(f"band of a chance: given {events} of {samples} with coverage {coverage}")
    tail = (1 - coverage) / 2
    low = 0.0 if events == 0 else float(betaincinv(events, samples - events + 1, tail))
    high = 1.0 if events == samples else float(betaincinv(events + 1, samples - events, 1 - tail))
    return low, high


def exceedance(size: ArrayLike, table_size: ArrayLike, number: ArrayLike) -> Array:
    """Number of flaws above a size, from a table on logarithmic axes, continued at its ends.

    Parameters
    ----------
    size : array_like, (...)
        Greater than zero. [any, as the table]
    table_size : array_like, (row,)
        Rising. [any]
    number : array_like, (row,)
        Above these sizes, falling, greater than zero. [-]

    Returns
    -------
    ndarray, (...)
        [-]

    Examples
    --------
    >>> np.round(exceedance([1.0, 10.0, 1000.0], [1.0, 100.0], [1.0, 0.01]), 3).tolist()
    [1.0, 0.1, 0.001]
    """
    place = np.log(np.asarray(size, dtype=float))
    knots = np.log(np.asarray(table_size, dtype=float))
    values = np.log(np.asarray(number, dtype=float))
    first = (values[1] - values[0]) / (knots[1] - knots[0])
    last = (values[-1] - values[-2]) / (knots[-1] - knots[-2])
    inside = np.interp(place, knots, values)
    below = np.minimum(place - knots[0], 0) * first
    above = np.maximum(place - knots[-1], 0) * last
    return np.asarray(np.exp(inside + below + above))


def expected_failures(number_above: ArrayLike, missed: ArrayLike) -> Array:
    """Expected number of failures among flaws that are given by how many exceed a size.

    Parameters
    ----------
    number_above : array_like, (..., size)
        Flaws above each size, falling along the last axis; the first size is the smallest that
        fails in service. [-]
    missed : array_like, (..., size)
        Chance that no inspection before failure finds a flaw of that size. [-]

    Returns
    -------
    ndarray, (...)
        Without the flaws above the last size. [-]

    Raises
    ------
    DomainError
        If a chance is outside 0 to 1, or numbers rise.

    Examples
    --------
    >>> float(expected_failures([4.0, 2.0, 0.0], [1.0, 1.0, 0.0]))
    3.0
    """
    above, chance = np.broadcast_arrays(
        np.asarray(number_above, dtype=float), np.asarray(missed, dtype=float)
    )
    if np.any(~((chance >= 0) & (chance <= 1))):
        raise DomainError("missed: expected chances from 0 to 1")
    share = -np.diff(above, axis=-1)
    if np.any(share < 0):
        raise DomainError("numbers of flaws above a size: expected falling")
    return np.asarray(np.sum(share * 0.5 * (chance[..., 1:] + chance[..., :-1]), axis=-1))
