"""Scores of forecasts held against what followed: chances, ensembles and intervals.

All scores are negatively oriented: less is better, nothing is best. A forecast of a date whose
event has not come yet is scored up to the day of knowledge and no further (`censored`).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]


def brier_score(chance: ArrayLike, happened: ArrayLike) -> float:
    """Mean square of forecast chance less outcome [1]_.

    Parameters
    ----------
    chance : array_like, (...)
        Forecast chances, 0 to 1. [-]
    happened : array_like, (...)
        1 or true where the event came. [-]

    Returns
    -------
    float
        0 (sure and right) to 1 (sure and wrong); 0.25 for chances of one half. [-]

    Raises
    ------
    DomainError
        If a chance lies outside 0 to 1, or nothing is scored.

    Notes
    -----
    Strictly proper [2]_: whoever believes in a chance expects the best score by telling it.

    References
    ----------
    .. [1] G. Brier, Monthly Weather Review 78, 1950, 1-3.
    .. [2] T. Gneiting, A. Raftery, Journal of the American Statistical Association 102, 2007,
       359-378, section 3.

    Examples
    --------
    >>> brier_score([0.9, 0.2], [1, 0])
    0.025
    """
    told, came = np.broadcast_arrays(
        np.asarray(chance, dtype=np.float64), np.asarray(happened, dtype=np.float64)
    )
    if told.size == 0 or np.any((told < 0) | (told > 1)):
        raise DomainError("a Brier score needs at least one chance, each from 0 to 1")
    return round(float(np.mean((told - came) ** 2)), 15)


def ensemble_crps(members: ArrayLike, truth: ArrayLike) -> Array:
    """Continuous ranked probability score of an ensemble, as the distribution of its members.

    The integral over all thresholds of the square of forecast distribution less the step at the
    truth, in the form E|X - y| - E|X - X'| / 2 [1]_. The ensemble is taken as it stands, so a small
    one pays for its size.

    Parameters
    ----------
    members : array_like, (..., replica)
        Members, all finite. [any]
    truth : array_like, (...)
        What followed. [as members]

    Returns
    -------
    ndarray, (...)
        Score, zero or more; the absolute error for one member. [as members]

    Raises
    ------
    DomainError
        If there are no members, or one is not finite.

    Notes
    -----
    Proper [1]_: the ensemble drawn from the distribution of the truth scores best in expectation,
    within the part 1/n that its size costs.

    References
    ----------
    .. [1] T. Gneiting, A. Raftery, Journal of the American Statistical Association 102, 2007,
       359-378, equation 21.

    Examples
    --------
    >>> float(ensemble_crps([3.0], 5.0))
    2.0
    >>> float(ensemble_crps([0.0, 1.0], 0.5))
    0.25
    """
    drawn = np.sort(np.asarray(members, dtype=np.float64), axis=-1)
    if drawn.ndim == 0 or drawn.shape[-1] == 0 or not np.isfinite(drawn).all():
        raise DomainError("an ensemble needs at least one member, all finite")
    told = np.asarray(truth, dtype=np.float64)
    count = drawn.shape[-1]
    error = np.abs(drawn - told[..., None]).mean(axis=-1)
    weight = 2 * np.arange(count) - count + 1  # of the sorted members in the sum of all pairs
    spread = (drawn * weight).sum(axis=-1) / count**2
    return np.asarray(np.maximum(error - spread, 0.0), dtype=np.float64)


def censored_crps(members: ArrayLike, truth: ArrayLike, known_until: ArrayLike) -> Array:
    """Score of a forecast date of which only the time up to a day is known.

    The threshold-weighted CRPS with weight one up to the day of knowledge and none after it [1]_:
    members and truth that lie beyond count as on that day [2]_. So it does not ask when after the
    day an event comes that has not come by then.

    Parameters
    ----------
    members : array_like, (..., replica)
        Forecast dates; infinite where the event never comes. [any]
    truth : array_like, (...)
        Date of the event; anything beyond ``known_until``, or infinite, if it has not come. [as
        members]
    known_until : array_like, (...)
        Day of knowledge. [as members]

    Returns
    -------
    ndarray, (...)
        Score, zero or more. [as members]

    Raises
    ------
    DomainError
        If there are no members, or one is not a number.

    Notes
    -----
    Proper: the weight does not depend on the outcome [1]_. A member after the day of knowledge is
    right, whatever the date, while the event has not come.

    References
    ----------
    .. [1] T. Gneiting, R. Ranjan, Journal of Business and Economic Statistics 29, 2011, 411-422.
    .. [2] S. Allen, D. Ginsbourger, J. Ziegel, SIAM/ASA Journal on Uncertainty Quantification 11,
       2023, 906-940: chaining functions.

    Examples
    --------
    >>> float(censored_crps([2025.0, 2031.0], np.inf, 2027.0))
    0.5
    """
    until = np.asarray(known_until, dtype=np.float64)
    drawn = np.asarray(members, dtype=np.float64)
    return ensemble_crps(
        np.minimum(drawn, until[..., None]), np.minimum(np.asarray(truth, np.float64), until)
    )


def position(members: ArrayLike, truth: ArrayLike) -> Array:
    """Where the truth lies among the members: the share of them below it, ties by half.

    Parameters
    ----------
    members : array_like, (..., replica)
        Members. [any]
    truth : array_like, (...)
        What followed. [as members]

    Returns
    -------
    ndarray, (...)
        0 (below all) to 1 (above all); spread evenly if the forecast is calibrated [1]_. [-]

    References
    ----------
    .. [1] T. Gneiting, F. Balabdaoui, A. Raftery, Journal of the Royal Statistical Society B 69,
       2007, 243-268.

    Examples
    --------
    >>> float(position([1.0, 2.0, 3.0, 4.0], 3.0))
    0.625
    """
    drawn = np.asarray(members, dtype=np.float64)
    told = np.asarray(truth, dtype=np.float64)[..., None]
    return np.asarray((drawn < told).mean(axis=-1) + (drawn == told).mean(axis=-1) / 2)


def interval_coverage(low: ArrayLike, high: ArrayLike, truth: ArrayLike) -> float:
    """Share of the truths that lie within their intervals, ends included.

    Parameters
    ----------
    low, high : array_like, (...)
        Ends of the intervals, low <= high; infinite for an open end. [any]
    truth : array_like, (...)
        What followed. [as low]

    Returns
    -------
    float
        0 to 1; near 0.9 for intervals of 90 % that are calibrated. [-]

    Raises
    ------
    DomainError
        If an interval is turned round, or nothing is scored.

    Examples
    --------
    >>> interval_coverage([0.0, 0.0], [1.0, 1.0], [0.5, 2.0])
    0.5
    """
    below, above, told = np.broadcast_arrays(
        np.asarray(low, dtype=np.float64),
        np.asarray(high, dtype=np.float64),
        np.asarray(truth, dtype=np.float64),
    )
    if told.size == 0 or np.any(below > above):
        raise DomainError("coverage needs at least one interval, each with low <= high")
    return float(np.mean((below <= told) & (told <= above)))
