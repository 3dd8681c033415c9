"""Fixed bins with integer counts: bands that add in any order and never grow with the replicas."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.kernels import kernel

QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of every band."""


@dataclass(frozen=True)
class Bins:
    """A fixed division of a quantity.

    Attributes
    ----------
    first : float
        Lower edge of the first bin.
    width : float
        Width of a bin; of the first bin if the widths grow.
    count : int
        Number of bins. What lies outside is counted in the first or the last.
    growth : float
        Ratio of one width to the one before; 1 means equal widths.
    """

    first: float
    width: float
    count: int
    growth: float = 1.0

    @cached_property
    def edges(self) -> NDArray[np.float64]:
        """Edges, one more than there are bins."""
        steps = np.arange(self.count + 1)
        if self.growth == 1.0:
            return np.asarray(self.first + self.width * steps)
        grown = np.expm1(steps * np.log(self.growth)) / (self.growth - 1)
        return np.asarray(self.first + self.width * grown)

    @property
    def error(self) -> str:
        """The resolution, in words."""
        if self.growth == 1.0:
            return f"one bin of {self.width:g}"
        return f"one bin: {100 * (self.growth - 1):.1f} % of the value plus {self.width:g}"


def growing_bins(smallest: float, largest: float, *, ratio: float = 1.01) -> Bins:
    """Bins from zero whose widths grow with the value.

    Parameters
    ----------
    smallest : float
        Width of the first bin, > 0.
    largest : float
        Value that the last bin must reach.
    ratio : float
        Ratio of one width to the one before: the relative resolution.

    Examples
    --------
    >>> bins = growing_bins(0.01, 1000.0)
    >>> bins.count, bool(bins.edges[-1] >= 1000.0)
    (695, True)
    """
    count = int(np.ceil(np.log1p(largest / smallest * (ratio - 1)) / np.log(ratio)))
    return Bins(0.0, smallest, count, ratio)


@kernel
def add_to_counts(
    values: NDArray[np.float64],
    groups: NDArray[np.int64],
    first: float,
    width: float,
    growth: float,
    counts: NDArray[np.int32],
) -> None:  # pragma: no cover - compiled
    """Count values (rows, columns) into counts (group of the column, bin); NaN is left out."""
    last = counts.shape[1] - 1
    log_growth = np.log(growth)
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            value = values[row, column]
            if np.isnan(value) or groups[column] < 0:
                continue
            step = (value - first) / width
            if growth != 1.0 and step > 0.0:
                step = np.log1p(step * (growth - 1.0)) / log_growth
            place = min(max(int(step), 0), last) if step < last else last
            counts[groups[column], place] += 1


def counted(
    values: ArrayLike, groups: ArrayLike, group_count: int, bins: Bins
) -> NDArray[np.int32]:
    """Count values by group of their column and by bin.

    Parameters
    ----------
    values : array_like, (rows, columns)
        Values; NaN is left out.
    groups : array_like of int, (columns,)
        Group of each column, 0 <= group < group_count, or -1 to leave the column out.
    group_count : int
        Number of groups.
    bins : Bins
        The bins.

    Returns
    -------
    ndarray of int32, (group_count, bins.count)

    Examples
    --------
    >>> counted([[0.2, 1.2], [0.4, np.nan]], [0, 1], 2, Bins(0.0, 1.0, 3)).tolist()
    [[2, 0, 0], [0, 1, 0]]
    """
    counts = np.zeros((group_count, bins.count), np.int32)
    add_to_counts(
        np.ascontiguousarray(values, np.float64),
        np.ascontiguousarray(groups, np.int64),
        bins.first,
        bins.width,
        bins.growth,
        counts,
    )
    return counts


def quantiles_from_counts(
    counts: ArrayLike, bins: Bins, quantiles: ArrayLike = QUANTILES
) -> NDArray[np.float64]:
    """Quantiles of what was counted, linear inside a bin; what lies in the first bin is its edge.

    Parameters
    ----------
    counts : array_like of int, (..., bin)
        Counts.
    bins : Bins
        The bins.
    quantiles : array_like, (Q,)
        Fractions from 0 to 1.

    Returns
    -------
    ndarray, (..., Q)
        Quantiles, NaN where nothing was counted. Error: one bin.

    Examples
    --------
    >>> quantiles_from_counts([[0, 4, 0], [0, 0, 0]], Bins(0.0, 1.0, 3), [0.5]).tolist()
    [[1.5], [nan]]
    """
    counts = np.asarray(counts)
    wanted = np.asarray(quantiles, dtype=np.float64)
    flat = counts.reshape(-1, counts.shape[-1])
    result = np.full((flat.shape[0], wanted.size), np.nan)
    edges = bins.edges
    for row, line in enumerate(flat):
        total = int(line.sum(dtype=np.int64))
        if total == 0:
            continue
        reached = np.cumsum(line, dtype=np.int64)
        for column, fraction in enumerate(wanted):
            place = int(np.searchsorted(reached, fraction * total, side="left"))
            while line[place] == 0:  # a fraction of 0 is the first bin that holds anything
                place += 1
            before = reached[place] - line[place]
            inside = (fraction * total - before) / line[place]
            value = edges[place] + inside * (edges[place + 1] - edges[place])
            result[row, column] = edges[0] if place == 0 else value
    return result.reshape((*counts.shape[:-1], wanted.size))
