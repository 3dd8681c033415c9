"""What each limit of risk implies: the day, the risk taken until then, the gap in presence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.deciding.bands import date_band, number_band
from stationkeeper.lifetime.deciding.decide import decide
from stationkeeper.lifetime.deciding.gaps import gaps_of
from stationkeeper.lifetime.deciding.risk import taken
from stationkeeper.lifetime.deciding.rules import measures_of
from stationkeeper.lifetime.deciding.stage import Stage
from stationkeeper.lifetime.front import not_dominated
from stationkeeper.programme.document import Programme

Array = NDArray[np.float64]

LIMIT: Final = "yearly_risk_at_most"
LIMITS: Final = tuple(float(limit) for limit in np.round(np.logspace(-3, -1, 9), 5))  # [1/year]
NOTE: Final = (
    "The limit on this measure alone decides: certification is set aside. Each point is the same"
    " replicas; a point is on the front if no other has less of risk or gap without having more of"
    " the other. The gap is the middle one of the replicas, and the risk their mean."
)
LEAVE: Final = "people-leave"  # grows with age where losses hardly do
_SHARES: Final = ("q05", "q50", "q95")


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
        Limits tried; nine from 0.1 % to 10 % a year if not given. [1/year]

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
                "dates": date_band(implied.day, _SHARES),
                "risk": round(float(implied.risk.mean()), 6),
                "gap_days": number_band(implied.gap, _SHARES),
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
    points = np.column_stack([risk, gap]).astype(np.float64)
    return [bool(stays) for stays in not_dominated(points, [False, False])]


def frontiers_of(stage: Stage) -> list[dict[str, Any]]:
    """Return the list ``frontier`` of decisions.json.

    For each policy with a limit of yearly risk there is an entry for each measure that the limit
    holds, and for people who leave early, with the limit on that measure alone: the risk is that
    of the measure, at the station of the policy, from the day of knowledge until it acts or the
    station is gone. The gap is that of the policy's partner, or of the first partner with an own
    station, from the last of its people at the old station to the first at the new one; without an
    own station it does not end.

    Parameters
    ----------
    stage : Stage
        What decisions stand on.

    Returns
    -------
    list of dict

    Notes
    -----
    Limits between which no risk lies that a policy sees are decided once.
    """
    found = []
    for key in limited_policies(stage.programme):
        policy = stage.programme.policy[key]
        measures = measures_of(policy.parameters)
        ours = policy.rule == "risk-above-limit"
        for measure in dict.fromkeys((*measures, LEAVE) if ours else measures):
            # What a rule of others does with its limit is not known: each limit is decided.
            seen = stage.risks.yearly[policy.station][measure][:, stage.first :] if ours else None
            limits = LIMITS if seen is None else limits_among(seen)
            same = {limit: alike(limit, limits, seen) for limit in limits}
            decided = {
                limit: _decided(stage, key, limit, measure if ours else None)
                for limit in dict.fromkeys(same.values())
            }
            implied = {
                limit: _implied(stage, policy.station, measure, *decided[one])
                for limit, one in same.items()
            }
            points = frontier(implied.__getitem__, limits)
            found.append({"policy": key, "measure": measure, "points": points, "note": NOTE})
    return found


def _decided(
    stage: Stage, key: str, limit: float, measure: str | None
) -> tuple[Array, Array, Array]:
    """Return when a policy acts, when it takes no more risk, and the gap, each (R,). [d]"""
    policy = stage.programme.policy[key]
    made = decide(stage, limit=(key, limit), measure=measure)
    acted = made.acted[key]
    gaps = [
        gap.without_people
        for gap in gaps_of(stage, made)
        if gap.old == policy.station and policy.partner in (None, gap.partner)
    ]
    alone = np.where(np.isfinite(acted), np.inf, 0.0)
    return acted, np.minimum(acted, made.gone(policy.station)), gaps[0] if gaps else alone


def _implied(
    stage: Stage, station: str, measure: str, acted: Array, until: Array, gap: Array
) -> Implied:
    last = np.searchsorted(stage.edges[:-1], until)
    return Implied(acted, taken(stage.risks, station, measure, stage.first, last), gap)


def limits_among(risk: NDArray[np.floating]) -> tuple[float, ...]:
    """Return the limits to try: the lowest, the highest, and such as tell the risks apart.

    Parameters
    ----------
    risk : ndarray
        Risks that are held against the limit, by replica and month. [1/year]

    Returns
    -------
    tuple of float
        At most nine, rising; between the ends those that equal shares of the risks exceed. [1/year]

    Examples
    --------
    >>> limits_among(np.array([0.004, 0.006, 0.008]))[:4]
    (0.001, 0.004, 0.00467, 0.00533)
    """
    inner = np.quantile(risk, np.linspace(0.0, 1.0, len(LIMITS) - 2))
    rounded = {float(f"{limit:.3g}") for limit in inner if LIMITS[0] < limit < LIMITS[-1]}
    return tuple(sorted({LIMITS[0], *rounded, LIMITS[-1]}))


def alike(limit: float, limits: Sequence[float], values: NDArray[np.floating] | None) -> float:
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
