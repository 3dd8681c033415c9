"""How far a channel is from any state seen in training: reading, mean and spread of late.

A forecaster one step ahead follows a channel into a state that never occurred, if it goes there
smoothly; the distance from the states seen tells of it.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.forecast import fold_bounds
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]


@inner_kernel
def nearest_distance(seen: Array, count: int, reading: float, mean: float, spread: float) -> float:
    """Distance of a state from the nearest of the first `count` rows of `seen` (row, 3). [-]"""
    least = np.inf
    for row in range(count):
        a = seen[row, 0] - reading
        b = seen[row, 1] - mean
        c = seen[row, 2] - spread
        square = a * a + b * b + c * c
        if square < least:
            least = square
    return float(np.sqrt(least))


@kernel
def _states(values: Array, share: float) -> Array:
    found = np.empty((values.shape[0], 3))
    mean = 0.0
    square = 0.0
    for row in range(values.shape[0]):
        mean += share * (values[row] - mean)
        apart = values[row] - mean
        square += share * (apart * apart - square)
        found[row, 0] = values[row]
        found[row, 1] = mean
        found[row, 2] = np.sqrt(square)
    return found


@kernel
def _distances(states: Array, seen: Array) -> Array:
    found = np.empty(states.shape[0])
    for row in range(states.shape[0]):
        found[row] = nearest_distance(
            seen, seen.shape[0], states[row, 0], states[row, 1], states[row, 2]
        )
    return found


def channel_states(values: Array, rows: float) -> Array:
    """Reading, moving mean and moving spread of each row, of past rows only.

    Parameters
    ----------
    values : ndarray, (time,)
        Standardised readings.
    rows : float
        Span of the mean and the spread.

    Returns
    -------
    ndarray, (time, 3)
        [-]

    Examples
    --------
    >>> channel_states(np.array([0.0, 1.0]), 3.0).tolist()[1][:2]
    [1.0, 0.5]
    """
    return np.asarray(_states(np.ascontiguousarray(values), 2.0 / (rows + 1.0)))


def thinned(states: Array, most: int) -> Array:
    """Every n-th state, so that at most `most` are left.

    Parameters
    ----------
    states : ndarray, (time, 3)
        Of `channel_states`.
    most : int
        At least one.

    Returns
    -------
    ndarray, (row, 3)

    Examples
    --------
    >>> thinned(np.zeros((1000, 3)), 512).shape
    (500, 3)
    """
    return np.ascontiguousarray(states[:: max(1, -(-len(states) // most))])


def distances(states: Array, seen: Array) -> Array:
    """Distance of each state from the nearest one seen.

    Parameters
    ----------
    states : ndarray, (time, 3)
        To judge.
    seen : ndarray, (row, 3)
        Of the nominal record.

    Returns
    -------
    ndarray, (time,)
        [-]

    Examples
    --------
    >>> distances(np.array([[3.0, 4.0, 0.0]]), np.zeros((1, 3))).tolist()
    [5.0]
    """
    return np.asarray(_distances(np.ascontiguousarray(states), np.ascontiguousarray(seen)))


def held_out_distances(states: Array, most: int, folds: int) -> Array:
    """Distance of each state of the nominal record from those of its other runs.

    Parameters
    ----------
    states : ndarray, (time, 3)
        Of the nominal record.
    most : int
        The others are thinned as the whole record is to be by `thinned`.
    folds : int
        Runs of rows.

    Returns
    -------
    ndarray, (time,)
        What to expect of new nominal telemetry; zero if the record has too few rows. [-]

    Examples
    --------
    >>> held_out_distances(np.zeros((8, 3)), 4, 2).max()
    np.float64(0.0)
    """
    found = np.zeros(len(states))
    bounds = fold_bounds(len(states), folds)
    if len(bounds) < 3:
        return found
    step = max(1, -(-len(states) // most))
    for first, last in pairwise(bounds):
        others = np.concatenate([states[:first], states[last:]])
        found[first:last] = distances(states[first:last], others[::step])
    return found
