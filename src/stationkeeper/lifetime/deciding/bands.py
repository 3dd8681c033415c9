"""Distributions over replicas, as the documents of a run folder hold them."""

from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.units import date_from_days, days_since_2000

Array = NDArray[np.float64]

SHARES: Final = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}


def quantile(values: Array, share: float) -> float:
    """Return the value that a share of the replicas does not exceed; infinite values count.

    Examples
    --------
    >>> quantile(np.array([1.0, 2.0, np.inf]), 0.5), quantile(np.array([1.0, np.inf, np.inf]), 0.5)
    (2.0, inf)
    """
    return float(np.quantile(values, share, method="inverted_cdf"))


def date_band(days: Array, names: tuple[str, ...] = tuple(SHARES)) -> dict[str, str | None]:
    """Return quantiles of days as dates; None where a quantile does not come in the span.

    Examples
    --------
    >>> date_band(np.array([0.0, 1.0, np.inf]), ("q05", "q95"))
    {'q05': '2000-01-01', 'q95': None}
    """
    found = {name: quantile(days, SHARES[name]) for name in names}
    return {
        name: date_from_days(day).isoformat() if np.isfinite(day) else None
        for name, day in found.items()
    }


def number_band(values: Array, names: tuple[str, ...] = tuple(SHARES)) -> dict[str, float | None]:
    """Return quantiles of numbers; None where one is not finite, or nothing is there.

    Examples
    --------
    >>> number_band(np.array([1.0, 2.0, 4.0]), ("q50",)), number_band(np.array([]), ("q50",))
    ({'q50': 2.0}, {'q50': None})
    """
    if not values.size:
        return dict.fromkeys(names, None)
    found = {name: quantile(values, SHARES[name]) for name in names}
    return {name: round(v, 6) if np.isfinite(v) else None for name, v in found.items()}


def mean_band(values: Array) -> dict[str, float | None]:
    """Return mean and quantiles of finite numbers.

    Examples
    --------
    >>> mean_band(np.array([1.0, 2.0, 6.0]))
    {'mean': 3.0, 'q05': 1.0, 'q50': 2.0, 'q95': 6.0}
    """
    values = values + 0.0  # no minus zero
    return {"mean": round(float(values.mean()), 6), **number_band(values, ("q05", "q50", "q95"))}


def between(end: Array, begin: Array) -> Array:
    """Return the days from an end to a begin; none if the begin comes first or nothing ends.

    Examples
    --------
    >>> between(np.array([10.0, 10.0, 10.0, np.inf]), np.array([15.0, 5.0, np.inf, 7.0])).tolist()
    [5.0, 0.0, inf, 0.0]
    """
    gap = np.zeros(end.shape)
    ends = np.isfinite(end)
    gap[ends] = np.maximum(begin[ends] - end[ends], 0.0)
    return gap


def by_year(days: Array, first: int, last: int) -> list[list[float]]:
    """Return the share of replicas in each year from a first to a last.

    Examples
    --------
    >>> by_year(np.array([0.0, 400.0, np.inf, np.inf]), 2000, 2001)
    [[2000, 0.25], [2001, 0.25]]
    """
    edges = [_new_year(year) for year in range(first, last + 2)]
    counts = np.histogram(days[np.isfinite(days)], edges)[0] / days.size
    return [[first + n, round(float(share), 6)] for n, share in enumerate(counts)]


def chance_by(days: Array, first: int, last: int) -> list[list[Any]]:
    """Return the chance that it has come by the begin of each year, from the one after a first.

    Examples
    --------
    >>> chance_by(np.array([0.0, 400.0, np.inf, np.inf]), 2000, 2001)
    [['2001-01-01', 0.25], ['2002-01-01', 0.5]]
    """
    years = range(first + 1, last + 2)
    return [[f"{y}-01-01", round(float(np.mean(days < _new_year(y))), 6)] for y in years]


def _new_year(year: int) -> int:
    return days_since_2000(date(year, 1, 1))
