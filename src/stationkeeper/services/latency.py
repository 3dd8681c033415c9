"""How long data wait: shares and percentiles of waits that are even within pieces."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]


def share_within(
    wait: ArrayLike,
    least: ArrayLike,
    most: ArrayLike,
    weight: ArrayLike,
    whole: float | None = None,
) -> Array:
    """Share of data that waited no longer than a time.

    Parameters
    ----------
    wait : array_like, (...)
        Times asked for. [s]
    least, most : array_like, (piece,)
        Waits are even between the two in each piece; both may be the same. [s]
    weight : array_like, (piece,)
        Data in each piece, not negative. [bit]
    whole : float, optional
        Data of which it is the share; absent means the sum of the weights. Data that never come
        are in the whole and in no piece. [bit]

    Returns
    -------
    ndarray, shape of ``wait``
        From 0 to 1; NaN if there are no data. [-]

    Notes
    -----
    Exact for fluids: no samples, no bins.

    Examples
    --------
    Half waits between 0 and 10 s, half not at all:

    >>> share_within([0.0, 5.0, 10.0], [0.0, 0.0], [10.0, 0.0], [1.0, 1.0]).tolist()
    [0.5, 0.75, 1.0]
    """
    asked = np.asarray(wait, float)
    low, high, heavy = _pieces(least, most, weight)
    total = float(heavy.sum()) if whole is None else float(whole)
    if not total > 0:
        return np.full(asked.shape, np.nan)
    spread = _spread(low, high, heavy)
    found = np.empty(asked.shape)
    for at, x in np.ndenumerate(asked):
        found[at] = spread.until(float(x))
    return found / total


def wait_of_share(
    share: float, least: ArrayLike, most: ArrayLike, weight: ArrayLike, whole: float | None = None
) -> float | None:
    """Time within which a share of the data came; None if so much never came.

    Parameters
    ----------
    share : float
        From 0 to 1. [-]
    least, most, weight, whole
        As of `share_within`.

    Returns
    -------
    float or None
        The least wait within which at least that share came. [s]

    Raises
    ------
    DomainError
        If the share is not between 0 and 1.

    Notes
    -----
    Bisection to a nanosecond.

    Examples
    --------
    >>> round(wait_of_share(0.9, [0.0], [10.0], [1.0]), 9)
    9.0
    """
    return waits_of_shares([share], least, most, weight, whole)[0]


def waits_of_shares(
    shares: Sequence[float],
    least: ArrayLike,
    most: ArrayLike,
    weight: ArrayLike,
    whole: float | None = None,
) -> list[float | None]:
    """Times within which shares of the data came, as `wait_of_share`, sorted once for all.

    Parameters
    ----------
    shares : sequence of float
        From 0 to 1. [-]
    least, most, weight, whole
        As of `share_within`.

    Returns
    -------
    list of float or None
        The least wait within which at least each share came. [s]

    Raises
    ------
    DomainError
        If a share is not between 0 and 1.

    Examples
    --------
    >>> [round(wait, 9) for wait in waits_of_shares([0.5, 0.9], [0.0], [10.0], [1.0])]
    [5.0, 9.0]
    """
    for share in shares:
        if not 0 <= share <= 1:
            raise DomainError(f"a share of data lies between 0 and 1: given {share:g}")
    low, high, heavy = _pieces(least, most, weight)
    total = float(heavy.sum()) if whole is None else float(whole)
    if not (heavy.size and total > 0):
        return [None for _ in shares]
    by_low, by_high = _ranked(low, heavy), _ranked(high, heavy)
    came = heavy.sum()
    found: list[float | None] = []
    for share in shares:
        # Sums of a month's pieces round: a share of 1 must be reached all the same.
        data = share * (1.0 - 1e-12) * total
        if came < data:
            found.append(None)
            continue
        # None comes sooner than if each piece came at its least, nor later than at its most.
        found.append(
            _between(low, high, heavy, data, _reached(by_low, data), _reached(by_high, data))
        )
    return found


def _between(
    low: Array, high: Array, heavy: Array, data: float, below: float, above: float
) -> float:
    """Return the wait within which so many data came, between two that bound it."""
    early = high < below
    before = float(heavy[early].sum())
    kept = ~early & (low <= above)
    spread = _spread(low[kept], high[kept], heavy[kept])
    if before + spread.until(below) >= data:
        return below
    while True:
        middle = 0.5 * (below + above)
        if not below < middle < above or above - below < 1e-9:
            return above
        if before + spread.until(middle) >= data:
            above = middle
        else:
            below = middle


def mean_wait(least: ArrayLike, most: ArrayLike, weight: ArrayLike) -> float:
    """Mean wait of the data that came; NaN if none did.

    Parameters
    ----------
    least, most, weight
        As of `share_within`.

    Returns
    -------
    float
        [s]

    Examples
    --------
    >>> mean_wait([0.0, 0.0], [10.0, 0.0], [1.0, 1.0])
    2.5
    """
    low, high, heavy = _pieces(least, most, weight)
    total = heavy.sum()
    return float((0.5 * (low + high)) @ heavy / total) if total > 0 else np.nan


def waits_of_gaps(gaps: ArrayLike, duration: float) -> tuple[Array, Array, Array]:
    """Pieces of the wait for the next contact of data made evenly, dumped at once in contacts.

    The mean wait is ``sum(gap**2) / (2 duration)``, and the chance of more than ``x`` is
    ``sum(max(0, gap - x)) / duration``: `mean_wait` and `share_within` of these pieces are both.

    Parameters
    ----------
    gaps : array_like, (n,)
        Between contacts. [s]
    duration : float
        Of gaps and contacts together. [s]

    Returns
    -------
    least, most, weight : ndarray, (n + 1,)
        For `share_within`; the last piece is what is made in contact. [s, s, s]

    Raises
    ------
    DomainError
        If the gaps are longer together than the duration.

    Examples
    --------
    >>> float(mean_wait(*waits_of_gaps([600.0, 1200.0], 3600.0)))
    250.0
    """
    lengths = np.asarray(gaps, float)
    contact = duration - lengths.sum()
    if contact < -1e-9 * duration:
        raise DomainError("gaps are longer together than the time that is looked at")
    none = np.zeros(lengths.size + 1)
    return none, np.append(lengths, 0.0), np.append(lengths, max(contact, 0.0))


def _pieces(least: ArrayLike, most: ArrayLike, weight: ArrayLike) -> tuple[Array, Array, Array]:
    """Return pieces of waits with the shorter wait first."""
    one, other, heavy = (np.asarray(each, float) for each in (least, most, weight))
    return np.minimum(one, other), np.maximum(one, other), heavy


def _ranked(waits: Array, heavy: Array) -> tuple[Array, Array]:
    """Return waits in order, and the data that came by each if each piece comes at once."""
    order = np.argsort(waits)
    return waits[order], np.cumsum(heavy[order])


def _reached(ranked: tuple[Array, Array], data: float) -> float:
    """Return the wait at which the data that came are so many, each piece coming at once."""
    waits, came = ranked
    return float(waits[min(int(np.searchsorted(came, data)), waits.size - 1)])


@dataclass(frozen=True, eq=False)
class _Spread:
    """Pieces that come evenly, and those that come at once, in order and summed up."""

    low: Array
    high: Array
    rate: Array
    at: Array
    summed: Array

    def until(self, wait: float) -> float:
        """Return the data that waited no longer than a time."""
        # Not `@`: its threads take longer than the sum, and their number would change its rounding.
        even = np.einsum("i,i->", np.clip(wait, self.low, self.high) - self.low, self.rate)
        return float(even + self.summed[np.searchsorted(self.at, wait, side="right")])


def _spread(low: Array, high: Array, heavy: Array) -> _Spread:
    wide = high > low
    order = np.argsort(low[~wide])
    return _Spread(
        low[wide],
        high[wide],
        heavy[wide] / (high - low)[wide],
        low[~wide][order],
        np.concatenate([[0.0], np.cumsum(heavy[~wide][order])]),
    )
