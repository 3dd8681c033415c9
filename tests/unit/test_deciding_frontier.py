"""What each limit of risk implies, with a stand-in for the decisions."""

import numpy as np
import pytest

from stationkeeper.lifetime.deciding.frontier import (
    LIMITS,
    Implied,
    alike,
    frontier,
    limited_policies,
    on_front,
)
from stationkeeper.programme.deciding import Policy
from stationkeeper.programme.read import read_programme


def decided(limit: float) -> Implied:
    """The more risk is allowed, the later it acts, and the shorter is the gap."""
    day = 11_000.0 + 2_000.0 * (1 + np.log10(limit) / 3) * np.linspace(0.9, 1.1, 21)
    return Implied(day, np.full(21, limit), np.maximum(12_000.0 - day, 0.0))


def test_nine_limits_are_tried_evenly_from_a_thousandth_to_a_tenth() -> None:
    assert len(LIMITS) == 9
    assert (LIMITS[0], LIMITS[-1]) == (0.001, 0.1)
    assert np.diff(np.log(LIMITS)) == pytest.approx(np.log(100) / 8, rel=0.01)


def test_a_higher_limit_acts_later_and_takes_more_risk() -> None:
    points = frontier(decided)
    assert [point["limit"] for point in points] == list(LIMITS)
    days = [point["dates"]["q50"] for point in points]
    assert days == sorted(days)
    assert [point["risk"] for point in points] == list(LIMITS)
    gaps = [point["gap_days"]["q50"] for point in points]
    assert gaps == sorted(gaps, reverse=True)


def test_points_that_only_add_risk_are_not_on_the_front() -> None:
    points = frontier(decided)
    without = [point["gap_days"]["q50"] == 0.0 for point in points]
    assert 2 <= sum(without) < 9
    first = without.index(True)
    front = [point["on_front"] for point in points]
    assert front == [place <= first for place in range(9)]


def test_the_front_is_that_of_a_plain_comparison() -> None:
    random = np.random.default_rng(4)
    risk, gap = random.integers(0, 6, (2, 30)).astype(float)
    gap[3] = np.inf
    plain = [
        not any(
            risk[k] <= risk[i] and gap[k] <= gap[i] and (risk[k] < risk[i] or gap[k] < gap[i])
            for k in range(30)
        )
        for i in range(30)
    ]
    assert on_front(risk.tolist(), gap.tolist()) == plain


def test_what_lies_beyond_the_span_is_told_as_unknown() -> None:
    days = np.array([11_000.0] * 6 + [np.inf] * 4)
    (point,) = frontier(lambda limit: Implied(days, np.zeros(10), days), (0.01,))
    assert point["dates"] == {"q05": "2030-02-12", "q50": "2030-02-12", "q95": None}
    assert point["gap_days"] == {"q05": 11_000.0, "q50": 11_000.0, "q95": None}


def test_a_gap_that_never_ends_is_on_the_front_only_with_the_least_risk() -> None:
    def never(limit: float) -> Implied:
        gap = np.inf if limit < 0.01 else 10.0
        return Implied(np.full(3, np.inf), np.full(3, limit), np.full(3, gap))

    points = frontier(never, (0.001, 0.002, 0.01, 0.02))
    assert [point["on_front"] for point in points] == [True, False, True, False]
    assert points[0]["gap_days"]["q50"] is None


def test_only_policies_that_ask_for_a_limit_have_a_frontier() -> None:
    programme = read_programme("skylab")
    policy = Policy(rule="risk-above-limit", act="end", station="skylab")
    limited = policy.model_copy(update={"parameters": {"yearly_risk_at_most": 0.01}})
    programme = programme.model_copy(update={"policy": {"kept": limited, "other": policy}})
    assert limited_policies(programme) == ("kept",)


def test_limits_that_no_risk_tells_apart_are_alike() -> None:
    limits = (0.001, 0.002, 0.005, 0.01)
    values = np.array([0.003, 0.004])
    for limit in limits:
        one = alike(limit, limits, values)
        assert np.array_equal(values > limit, values > one)
        assert not any(
            np.array_equal(values > limit, values > lower) for lower in limits if lower < one
        )
    assert [alike(limit, limits, None) for limit in limits] == list(limits)
