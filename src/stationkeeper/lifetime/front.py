"""Which of some points no other beats."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def not_dominated(points: Array, more_is_better: Sequence[bool]) -> NDArray[np.bool_]:
    """Return which points no other point beats.

    A point is beaten by one that is at least as good in every measure and better in one.

    Parameters
    ----------
    points : ndarray, (P, M)
        Values of M measures.
    more_is_better : sequence of bool, (M,)
        For each measure.

    Returns
    -------
    ndarray of bool, (P,)

    Examples
    --------
    >>> points = np.array([[1.0, 5.0], [2.0, 9.0], [2.0, 8.0], [3.0, 9.0]])
    >>> not_dominated(points, [False, True]).tolist()
    [True, True, False, False]
    """
    worth = np.where(np.asarray(more_is_better), points, -points)
    as_good = (worth[:, None, :] >= worth[None, :, :]).all(axis=2)
    better = (worth[:, None, :] > worth[None, :, :]).any(axis=2)
    return np.asarray(~(as_good & better).any(axis=0))
