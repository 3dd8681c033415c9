"""How old what the ground knows is: how long ago the newest data that it has were made."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Age:
    """Age of information over a time."""

    mean: float
    """[s]"""
    peaks: Array
    """Age just before it falls, (n,). [s]"""
    largest: float
    """[s]"""


def age_of_information(
    made_from: ArrayLike,
    made_to: ArrayLike,
    heard_from: ArrayLike,
    heard_to: ArrayLike,
    duration: float,
) -> Age:
    """Age of the newest data that the ground has, over time [1]_.

    The age is the time now less the time at which the newest data heard so far were made. At the
    begin the ground knows all: the age is zero.

    Parameters
    ----------
    made_from, made_to : array_like, (n,)
        What was made evenly in this stretch, [s]
    heard_from, heard_to : array_like, (n,)
        was heard evenly in this one. [s]
    duration : float
        Of the time looked at. [s]

    Returns
    -------
    Age

    Raises
    ------
    DomainError
        If the duration is not greater than zero.

    Notes
    -----
    Exact for straight pieces. Data that are newer than what comes after them keep the age down:
    pieces may be heard in any order, if they do not overlap in time. Age is not latency: a
    producer that is silent for a day makes no data that wait, and the ground knows less all the
    same.

    References
    ----------
    .. [1] F. Chiariotti et al., "Age of Information in multi-source updating systems powered by
       energy harvesting and periodic contacts", arXiv:2007.05449.

    Examples
    --------
    A dump each hour of all that was made: the age rises to an hour, half an hour in the mean.

    >>> at = np.arange(1.0, 25.0) * 3600.0
    >>> age = age_of_information(at - 3600.0, at, at, at, 86400.0)
    >>> age.mean, age.largest
    (1800.0, 3600.0)
    """
    if not duration > 0:
        raise DomainError(f"an age needs a time longer than zero: given {duration:g} s")
    made = np.stack([np.asarray(made_from, float), np.asarray(made_to, float)], axis=-1)
    heard = np.stack([np.asarray(heard_from, float), np.asarray(heard_to, float)], axis=-1)
    order = np.lexsort((heard[:, 1], heard[:, 0]))
    made, heard = made[order], heard[order]
    # The newest data known just before each piece; a piece tells nothing until it passes that.
    newest = np.maximum.accumulate(np.concatenate([[0.0], made[:, 1]]))[:-1]
    span, told = heard[:, 1] - heard[:, 0], made[:, 1] - made[:, 0]
    behind = np.clip(newest - made[:, 0], 0.0, np.maximum(told, 0.0))
    passes = heard[:, 0] + np.divide(behind * span, told, out=np.zeros_like(span), where=told > 0)
    begins = np.maximum(made[:, 0], newest)
    ends = np.maximum(made[:, 1], newest)
    # Time and newest data, corner by corner, from the begin to the end.
    times = np.concatenate([[0.0], np.stack([passes, passes, heard[:, 1]], -1).ravel(), [duration]])
    known = np.concatenate(
        [[0.0], np.stack([newest, begins, ends], -1).ravel(), [max(ends.max(initial=0.0), 0.0)]]
    )
    ages = times - known
    mean = float(np.sum(0.5 * (ages[1:] + ages[:-1]) * np.diff(times)) / duration)
    rising = np.diff(ages)
    moves = np.flatnonzero(rising)  # level stretches neither rise nor fall
    up, down = rising[moves[:-1]] > 0, rising[moves[1:]] < 0
    peaks = ages[moves[1:][up & down]]
    return Age(mean, peaks, float(ages.max()))


def age_of_updates(period: float, delay: float = 0.0) -> tuple[float, float]:
    """Mean and peak age of information of updates that are made every period and take a delay.

    Parameters
    ----------
    period : float
        Between updates, greater than zero. [s]
    delay : float
        Of each, not negative. [s]

    Returns
    -------
    mean, peak : float
        ``period / 2 + delay`` and ``period + delay``. [s]

    Raises
    ------
    DomainError
        If there is no period, or the delay is negative.

    Examples
    --------
    >>> age_of_updates(5400.0, 60.0)
    (2760.0, 5460.0)
    """
    if not (period > 0 and delay >= 0):
        raise DomainError(
            "updates need a period greater than zero and a delay that is not negative"
        )
    return 0.5 * period + delay, period + delay
