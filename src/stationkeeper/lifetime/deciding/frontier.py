"""What each limit of risk implies: the day, the risk taken until then, the gap in presence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.programme.document import Programme
from stationkeeper.units import date_from_days

Array = NDArray[np.float64]

LIMIT: Final = "yearly_risk_at_most"
LIMITS: Final = tuple(float(limit) for limit in np.round(np.logspace(-3, -1, 13), 5))  # [1/year]
NOTE: Final = (
    "The limit alone decides: certification is set aside. Each point is the same replicas; a point"
    " is on the front if no other has less of risk or gap without having more of the other. The gap"
    " is the middle one of the replicas, and the risk their mean."
)
_QUANTILES: Final = (("q05", 0.05), ("q50", 0.5), ("q95", 0.95))


@dataclass(frozen=True)
class Implied:
    """What a limit implies in each replica.

    Attributes
    ----------
    day : ndarray, (R,)
        Day of the act since 2000-01-01; infinite where it does not come in the span. [d]
    risk : ndarray, (R,)
        Chance taken until then. [-]
    gap : ndarray, (R,)
        Days without people of the partner on any station, never less than zero; infinite where the
        gap does not end in the span. [d]
    """

    day: Array
    risk: Array
    gap: Array


def limited_policies(programme: Programme) -> tuple[str, ...]:
    """Return the policies whose rule asks for a limit of yearly risk, in order.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> limited_policies(read_programme("skylab"))
    ()
    """
    return tuple(key for key, policy in programme.policy.items() if LIMIT in policy.parameters)


def frontier(
    decide_with_limit: Callable[[float], Implied], limits: Sequence[float] = LIMITS
) -> list[dict[str, Any]]:
    """Return what each limit implies, as the list ``points`` of a frontier in decisions.json.

    Parameters
    ----------
    decide_with_limit : callable
        Lets a policy decide with a limit of yearly risk, and returns what that implies.
    limits : sequence of float
        Limits tried; 13 from 0.1 % to 10 % a year if not given. [1/year]

    Returns
    -------
    list of dict
        By limit: ``dates`` and ``gap_days`` at the quantiles 0.05, 0.5 and 0.95 of the replicas,
        null where they lie beyond the span; ``risk``, the mean chance taken; ``on_front``. A point
        whose middle gap does not end in the span is on the front only if no other takes less risk.

    Examples
    --------
    >>> def decided(limit):
    ...     return Implied(np.full(3, 9_000.0), np.full(3, limit), np.full(3, 30.0))
    >>> [(point["limit"], point["on_front"]) for point in frontier(decided, (0.001, 0.01))]
    [(0.001, True), (0.01, False)]
    """
    points: list[dict[str, Any]] = []
    for limit in limits:
        implied = decide_with_limit(limit)
        points.append(
            {
                "limit": limit,
                "dates": dates_of(implied.day),
                "risk": round(float(implied.risk.mean()), 6),
                "gap_days": days_of(implied.gap),
            }
        )
    gap = [np.inf if one["gap_days"]["q50"] is None else one["gap_days"]["q50"] for one in points]
    stays = on_front([one["risk"] for one in points], gap)
    return [{**point, "on_front": stay} for point, stay in zip(points, stays, strict=True)]


def on_front(risk: Sequence[float], gap: Sequence[float]) -> list[bool]:
    """Return which points no other beats: less of one without more of the other.

    Parameters
    ----------
    risk, gap : sequence of float
        What is to be small, of each point.

    Returns
    -------
    list of bool
        Points that are equal in both are on the front together.

    Examples
    --------
    >>> on_front([0.1, 0.2, 0.3, 0.2], [9.0, 5.0, 5.0, 5.0])
    [True, True, False, True]
    """
    first, second = np.asarray(risk, np.float64), np.asarray(gap, np.float64)
    no_more = (first <= first[:, None]) & (second <= second[:, None])
    less = (first < first[:, None]) | (second < second[:, None])
    return [bool(beaten == 0) for beaten in (no_more & less).sum(axis=1)]


def quantiles(values: Array) -> dict[str, float]:
    """Return values that replicas have, at 0.05, 0.5 and 0.95; infinite ones count as the largest.

    Examples
    --------
    >>> quantiles(np.array([1.0, 2.0, np.inf]))
    {'q05': 1.0, 'q50': 2.0, 'q95': inf}
    """
    ordered = np.sort(values)
    places = {name: max(int(np.ceil(share * ordered.size)) - 1, 0) for name, share in _QUANTILES}
    return {name: float(ordered[place]) for name, place in places.items()}


def dates_of(days: Array) -> dict[str, str | None]:
    """Return a band of dates; None where the quantile lies beyond the span.

    Examples
    --------
    >>> dates_of(np.array([11_000.0, 11_000.0, np.inf]))
    {'q05': '2030-02-12', 'q50': '2030-02-12', 'q95': None}
    """
    return {
        name: date_from_days(day).isoformat() if np.isfinite(day) else None
        for name, day in quantiles(days).items()
    }


def days_of(days: Array) -> dict[str, float | None]:
    """Return a band of durations; None where the quantile lies beyond the span. [d]"""
    found = quantiles(days).items()
    return {name: round(value, 1) if np.isfinite(value) else None for name, value in found}


def frontiers(
    programme: Programme,
    implied: Callable[[str, float], Implied],
    measures: Mapping[str, str],
    limits: Sequence[float] = LIMITS,
    seen: Mapping[str, Array] | None = None,
) -> list[dict[str, Any]]:
    """Return the frontiers of all policies with a limit, as the list in decisions.json.

    Parameters
    ----------
    programme : Programme
        The document.
    implied : callable
        Takes the key of a policy and a limit of yearly risk, and returns what both imply.
    measures : mapping of text to text
        Measure that is told of each policy.
    limits : sequence of float
        Limits tried. [1/year]
    seen : mapping of text to ndarray, optional
        All yearly risks that a policy holds against its limit, where it does nothing else with it:
        limits between which none of them lies are then decided once. [1/year]

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> frontiers(read_programme("skylab"), lambda key, limit: None, {})
    []
    """
    found = []
    for key in limited_policies(programme):
        values = (seen or {}).get(key)
        same = {limit: alike(limit, limits, values) for limit in limits}
        decided = {limit: implied(key, limit) for limit in dict.fromkeys(same.values())}
        points = frontier({limit: decided[one] for limit, one in same.items()}.__getitem__, limits)
        found.append({"policy": key, "measure": measures[key], "points": points, "note": NOTE})
    return found


def alike(limit: float, limits: Sequence[float], values: Array | None) -> float:
    """Return the lowest of some limits that lets the same values pass as one of them does.

    Parameters
    ----------
    limit : float
        One of the limits. [1/year]
    limits : sequence of float
        All of them. [1/year]
    values : ndarray or None
        What is held against the limit; if not known, each limit is its own. [1/year]

    Examples
    --------
    >>> limits = (0.001, 0.002, 0.005, 0.01)
    >>> [alike(limit, limits, np.array([0.003, 0.004])) for limit in limits]
    [0.001, 0.001, 0.005, 0.005]
    """
    if values is None:
        return limit
    passed = np.count_nonzero(values <= limit)
    return min(one for one in limits if np.count_nonzero(values <= one) == passed)
