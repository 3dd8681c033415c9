"""Smoothing of what is left over: a moving mean that forgets, of past rows only."""

import numpy as np
from numpy.typing import NDArray

from stationkeeper.kernels import kernel

Array = NDArray[np.float64]


@kernel
def _smoothed(values: Array, share: float, start: float) -> Array:
    found = np.empty(values.shape[0])
    level = start
    for row in range(values.shape[0]):
        level += share * (values[row] - level)
        found[row] = level
    return found


def smoothed(values: Array, rows: float, start: float) -> Array:
    """Exponentially weighted moving mean of past rows.

    Parameters
    ----------
    values : ndarray, (time,)
        Finite.
    rows : float
        Span of the mean, at least one: each row weighs 2 / (rows + 1) [1]_.
    start : float
        Level before the first row.

    Returns
    -------
    ndarray, (time,)
        Level after each row.

    References
    ----------
    .. [1] "Control chart tests based on geometric moving averages", Technometrics 1 (1959) 239.

    Examples
    --------
    >>> smoothed(np.array([1.0, 1.0]), 3.0, 0.0).tolist()
    [0.5, 0.75]
    """
    return np.asarray(
        _smoothed(np.ascontiguousarray(values, dtype=np.float64), 2.0 / (rows + 1.0), float(start))
    )
