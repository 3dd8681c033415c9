"""Shares, means and medians over missions, with intervals; differences over the same missions."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NORMAL_95: Final = 1.959963984540054  # [-] two-sided quantile of the normal for 95 %
EDGES: Final = (0.025, 0.975)  # [-] of an interval of 95 %
DRAWS: Final = 4_000  # of the bootstrap; ours: an edge then errs by 0.25 % of the draws
BLOCK: Final = 200  # draws held at once; ours


@dataclass(frozen=True)
class Estimate:
    """A figure with the interval of 95 % around it; NaN where there is nothing to tell."""

    value: float
    low: float
    high: float


def wilson_interval(count: int, trials: int) -> tuple[float, float]:
    """Return the interval of 95 % of a chance from a count in independent trials.

    Wilson's score interval [1]_, without correction for continuity.

    Parameters
    ----------
    count : int
        Of successes, 0 to `trials`. [-]
    trials : int
        0 or more; without any the interval is 0 to 1. [-]

    Returns
    -------
    (float, float)
        [-]

    Notes
    -----
    Agrees with scipy's ``binomtest(...).proportion_ci(method="wilson")`` to 1e-12
    (tests/unit/test_operations_pairs.py).

    References
    ----------
    .. [1] E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927).

    Examples
    --------
    >>> [round(edge, 3) for edge in wilson_interval(9, 10)]
    [0.596, 0.982]
    """
    if trials == 0:
        return 0.0, 1.0
    share = count / trials
    z2 = NORMAL_95**2 / trials
    middle = (share + z2 / 2) / (1 + z2)
    half = NORMAL_95 * np.sqrt(share * (1 - share) / trials + z2 / (4 * trials)) / (1 + z2)
    low = 0.0 if count == 0 else float(middle - half)  # exact at both ends, without rounding
    return low, 1.0 if count == trials else float(middle + half)


def picks(missions: int, seed: int) -> NDArray[np.int64]:
    """Draw missions with replacement, for all figures of a study alike.

    Because every commander is judged on the same draws, differences are paired.

    Parameters
    ----------
    missions : int
        One or more. [-]
    seed : int
        Of the study. [-]

    Returns
    -------
    ndarray, (DRAWS, missions)
        How often each mission was drawn; a row adds up to `missions`. [-]
    """
    random = np.random.Generator(np.random.Philox(seed))
    drawn = random.integers(0, missions, (DRAWS, missions))
    drawn += missions * np.arange(DRAWS)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=DRAWS * missions)
    return counts.reshape(DRAWS, missions)


def mean_estimate(values: Array, weights: NDArray[np.int64]) -> Estimate:
    """Return a mean over missions with its bootstrap interval (percentiles).

    Parameters
    ----------
    values : ndarray, (mission,)
        Missing ones, NaN, are left out. [any]
    weights : ndarray, (draw, mission)
        See `picks`. [-]

    Returns
    -------
    Estimate
        Of draws that hold none of the values nothing is taken. [as values]

    Notes
    -----
    Where all values are alike the interval has no width: the sample has not told otherwise, which
    is not certainty. For shares see `wilson_interval`.

    Examples
    --------
    >>> found = mean_estimate(np.arange(100.0), picks(100, 1))
    >>> found.value, bool(42.0 < found.low < 46.0 < 53.0 < found.high < 57.0)
    (49.5, True)
    """
    there = np.isfinite(values)
    if not there.any():
        return Estimate(np.nan, np.nan, np.nan)
    kept, drawn = values[there], weights[:, there]
    count = drawn.sum(axis=1)
    # Not by a matrix product: its sums may be split otherwise on another number of cores.
    sums = np.concatenate(
        [(drawn[at : at + BLOCK] * kept).sum(axis=1) for at in range(0, len(drawn), BLOCK)]
    )
    means = sums[count > 0] / count[count > 0]
    low, high = np.quantile(means, EDGES)
    return Estimate(float(kept.mean()), float(low), float(high))


def median_estimate(values: Array, weights: NDArray[np.int64]) -> Estimate:
    """Return a median over missions with its bootstrap interval (percentiles).

    Parameters
    ----------
    values : ndarray, (mission,)
        Infinite for what never came; missing ones, NaN, are left out. [any]
    weights : ndarray, (draw, mission)
        See `picks`. [-]

    Returns
    -------
    Estimate
        The lower one of two middle values; infinite if half never came. [as values]

    Examples
    --------
    >>> median_estimate(np.array([1.0, 2.0, np.inf]), picks(3, 1)).value
    2.0
    """
    there = ~np.isnan(values)
    if not there.any():
        return Estimate(np.nan, np.nan, np.nan)
    order = np.argsort(values[there], kind="stable")
    kept = values[there][order]
    sums = np.cumsum(weights[:, there][:, order], axis=1)
    counts = sums[:, -1:]
    which = np.argmax(2 * sums >= counts, axis=1)
    medians = kept[which][counts[:, 0] > 0]
    low, high = np.quantile(medians, EDGES, method="inverted_cdf")
    return Estimate(float(kept[(len(kept) - 1) // 2]), float(low), float(high))
