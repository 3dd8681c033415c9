"""The five by five matrix that boards know, with the user's own bins.

Likelihood and consequence are cut by edges that the user gives; nothing here says which cell is
bad. A likelihood that is uncertain is spread over the cells by its samples.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

SIDE: Final = 5  # classes of likelihood and of consequence


@dataclass(frozen=True)
class RiskMatrix:
    """Where each risk lies.

    Attributes
    ----------
    likelihood, consequence : ndarray of int, (risk,)
        Class 1 to 5 of the middle sample. [-]
    share : ndarray, (risk, 5, 5)
        Of the samples of a risk in each cell, consequence along the last axis. [-]
    """

    likelihood: NDArray[np.int64]
    consequence: NDArray[np.int64]
    share: Array

    @property
    def expected(self) -> Array:
        """Expected number of risks in each cell, (likelihood, consequence). [-]"""
        return np.asarray(self.share.sum(axis=0))


def checked_edges(edges: ArrayLike, name: str) -> Array:
    """Return the four edges between five classes, or say what is wrong with them.

    Parameters
    ----------
    edges : array_like, (4,)
        Rising; a value on an edge belongs to the higher class. [as the values]
    name : str
        For the message.

    Returns
    -------
    ndarray, (4,)
        As given.

    Raises
    ------
    DomainError
        If there are not four or they do not rise.

    Examples
    --------
    >>> checked_edges([1, 2, 3, 3], "likelihood")
    Traceback (most recent call last):
    stationkeeper.errors.DomainError: likelihood: expected 4 rising edges, given 1, 2, 3, 3
    """
    value = np.asarray(edges, dtype=np.float64)
    if value.shape != (SIDE - 1,) or not np.all(np.diff(value) > 0):
        told = ", ".join(f"{x:g}" for x in value.ravel())
        raise DomainError(f"{name}: expected {SIDE - 1} rising edges, given {told}")
    return value


def risk_matrix(
    likelihood: ArrayLike,
    consequence: ArrayLike,
    likelihood_edges: ArrayLike,
    consequence_edges: ArrayLike,
) -> RiskMatrix:
    """Place risks in a matrix of five classes of likelihood by five of consequence.

    Parameters
    ----------
    likelihood : array_like, (risk,) or (risk, sample)
        Chance of the event in the span that the edges are meant for, 0 to 1. [-]
    consequence : array_like, (risk,) or (risk, sample)
        In the user's measure: people, money, days. [any]
    likelihood_edges : array_like, (4,)
        Rising, above 0 and up to 1. [-]
    consequence_edges : array_like, (4,)
        Rising. [as consequence]

    Returns
    -------
    RiskMatrix
        Classes and shares.

    Raises
    ------
    DomainError
        If a chance is outside 0 to 1, or edges are not four and rising.

    Notes
    -----
    The matrix only sorts: two risks in one cell can differ by the width of a bin.

    Examples
    --------
    >>> found = risk_matrix([3e-5, 0.02], [1.0, 4.0], [1e-6, 1e-4, 1e-3, 1e-2], [1, 2, 3, 4])
    >>> found.likelihood.tolist(), found.consequence.tolist()
    ([2, 5], [2, 5])
    """
    chances, effects = np.asarray(likelihood, np.float64), np.asarray(consequence, np.float64)
    chances, effects = (x[:, None] if x.ndim == 1 else x for x in (chances, effects))
    if chances.ndim != 2 or effects.ndim != 2 or chances.shape[0] != effects.shape[0]:
        raise DomainError(
            "risk matrix: expected (risk,) or (risk, sample) for both, alike in risks"
        )
    if np.any(~((chances >= 0) & (chances <= 1))):
        raise DomainError("likelihood of a risk: expected 0 to 1")
    rows = checked_edges(likelihood_edges, "edges of likelihood")
    columns = checked_edges(consequence_edges, "edges of consequence")
    if rows[0] <= 0 or rows[-1] > 1:
        raise DomainError("edges of likelihood: expected above 0 and up to 1")
    chances, effects = np.broadcast_arrays(chances, effects)
    row = np.searchsorted(rows, chances, side="right")
    column = np.searchsorted(columns, effects, side="right")
    risks, samples = chances.shape
    cell = (np.arange(risks)[:, None] * SIDE + row) * SIDE + column
    count = np.bincount(cell.ravel(), minlength=risks * SIDE * SIDE)
    middle = [np.sort(x, axis=1)[:, samples // 2] + 1 for x in (row, column)]
    return RiskMatrix(
        middle[0].astype(np.int64),
        middle[1].astype(np.int64),
        count.reshape(risks, SIDE, SIDE) / samples,
    )
