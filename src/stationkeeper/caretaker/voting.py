"""Two sensors of one quantity: when both are fresh and agree, and between what the truth lies."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.kernels import inner_kernel


class Voted(NamedTuple):
    """What pairs of sensors tell together."""

    sure: NDArray[np.bool_]
    """Both are fresh and differ by no more than the tolerance, (...)."""
    low: NDArray[np.float64]
    """The lower of the two, NaN where not sure, (...)."""
    high: NDArray[np.float64]
    """The higher of the two, NaN where not sure, (...)."""


def vote(
    readings: ArrayLike,
    measured: ArrayLike,
    time: float,
    tolerance: ArrayLike,
    stale_after: ArrayLike,
) -> Voted:
    """Compare the two sensors of each quantity.

    Which of two sensors is wrong when they disagree is not asked: with two, none can tell.

    Parameters
    ----------
    readings : array_like, (..., 2)
        Values of both sensors, in the unit of the tolerance; NaN is no reading.
    measured : array_like, (..., 2)
        When each was measured. [s]
    time : float
        Now. [s]
    tolerance : array_like, (...)
        Greatest difference of two sensors that agree, zero for states. [unit of the readings]
    stale_after : array_like, (...)
        Greatest age of a reading. [s]

    Returns
    -------
    Voted
        ``sure``, ``low`` and ``high``, each (...).

    Notes
    -----
    A reading from the future is as stale as an old one: one of the two clocks is wrong. While one
    sensor of a pair is right, what is sure holds the truth between low and high.

    Examples
    --------
    >>> vote([[101.3e3, 101.2e3], [101.3e3, 55e3]], np.zeros((2, 2)), 10.0, 500.0, 30.0).sure
    array([ True, False])
    """
    values = np.asarray(readings, dtype=float)
    with np.errstate(invalid="ignore"):
        age = time - np.asarray(measured, dtype=float)
        limit = np.asarray(stale_after, dtype=float)[..., None]
        fresh = np.isfinite(values) & (age >= 0.0) & (age <= limit)
        first, second = values[..., 0], values[..., 1]
        sure = fresh.all(axis=-1) & (np.abs(first - second) <= tolerance)
    low = np.where(sure, np.minimum(first, second), np.nan)
    high = np.where(sure, np.maximum(first, second), np.nan)
    return Voted(sure, low, high)


def fresh_high(
    readings: ArrayLike, measured: ArrayLike, time: float, stale_after: float
) -> np.float64:
    """Return the highest of the fresh sensors of one quantity, minus infinity if none is fresh.

    Parameters
    ----------
    readings : array_like, (2,)
        Values of both sensors; NaN is no reading.
    measured : array_like, (2,)
        When each was measured. [s]
    time : float
        Now. [s]
    stale_after : float
        Greatest age of a reading. [s]

    Returns
    -------
    float
        The highest fresh value, in the unit of the readings.

    Examples
    --------
    >>> float(fresh_high([0.0, 3.0], [0.0, 0.0], 10.0, 30.0))
    3.0
    """
    values = np.asarray(readings, dtype=float)
    age = time - np.asarray(measured, dtype=float)
    fresh = np.isfinite(values) & (age >= 0.0) & (age <= stale_after)
    return np.float64(np.max(np.where(fresh, values, -np.inf)))


@inner_kernel
def is_fresh(value: float, measured: float, time: float, stale_after: float) -> bool:
    """Tell whether one reading is a number of no more than the age allowed."""
    age = time - measured
    return bool(np.isfinite(value) and age >= 0.0 and age <= stale_after)


@inner_kernel
def is_sure(
    readings: NDArray[np.float64],
    measured: NDArray[np.float64],
    place: int,
    time: float,
    tolerance: NDArray[np.float64],
    stale_after: NDArray[np.float64],
) -> bool:
    """Tell whether both sensors of one quantity are fresh and agree."""
    first, second = readings[place, 0], readings[place, 1]
    return bool(
        is_fresh(first, measured[place, 0], time, stale_after[place])
        and is_fresh(second, measured[place, 1], time, stale_after[place])
        and abs(first - second) <= tolerance[place]
    )
