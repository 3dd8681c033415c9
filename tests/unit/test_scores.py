"""Scores of forecasts: known values, properness, and what a day of knowledge hides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from stationkeeper.errors import DomainError
from stationkeeper.validation.scores import (
    brier_score,
    censored_crps,
    ensemble_crps,
    interval_coverage,
    position,
)

CHANCES = st.floats(0, 1)
NUMBERS = st.floats(-1e3, 1e3)


@given(belief=CHANCES, told=CHANCES)
def test_who_believes_in_a_chance_scores_best_by_telling_it(belief, told):
    def expected(chance: float) -> float:
        return belief * brier_score(chance, 1) + (1 - belief) * brier_score(chance, 0)

    assert expected(belief) <= expected(told) + 1e-12


def test_brier_score_of_a_worked_example():
    assert brier_score([0.0, 1.0, 0.5, 0.7], [0, 1, 1, 0]) == pytest.approx((0.25 + 0.49) / 4)


@given(members=st.lists(NUMBERS, min_size=1, max_size=20), truth=NUMBERS)
def test_crps_is_the_integral_of_the_squared_difference_of_distributions(members, truth):
    knots = np.sort(np.array([*members, truth]))
    middles, widths = (knots[:-1] + knots[1:]) / 2, np.diff(knots)
    forecast = (np.array(members)[:, None] <= middles).mean(axis=0)
    integral = float((widths * (forecast - (truth <= middles)) ** 2).sum())
    assert float(ensemble_crps(members, truth)) == pytest.approx(integral, abs=1e-9)


def test_crps_of_a_normal_ensemble_is_the_closed_form():
    # Gneiting, Raftery (2007), equation 20's companion for the normal distribution.
    members = np.random.default_rng(1).standard_normal(200_000)
    for truth in (-1.5, 0.0, 0.7):
        density = np.exp(-(truth**2) / 2) / np.sqrt(2 * np.pi)
        closed = truth * (2 * ndtr(truth) - 1) + 2 * density - 1 / np.sqrt(np.pi)
        assert float(ensemble_crps(members, truth)) == pytest.approx(closed, abs=0.006)


@pytest.mark.parametrize("score", ["whole", "censored"])
def test_the_distribution_of_the_truth_scores_best_in_expectation(score):
    draws = np.random.default_rng(2)
    truth = draws.exponential(5.0, 4_000)
    right = draws.exponential(5.0, (4_000, 100))

    def mean(members):
        if score == "whole":
            return float(ensemble_crps(members, truth).mean())
        return float(censored_crps(members, truth, np.full(truth.shape, 4.0)).mean())

    best = mean(right)
    assert best < mean(right + 1.5)
    assert best < mean(np.maximum(right - 1.5, 0))
    assert best < mean(0.4 * right)
    assert best < mean(2.5 * right)
    assert best < mean(np.full((4_000, 1), 5.0))


@given(
    members=st.lists(NUMBERS, min_size=1, max_size=10),
    later=st.floats(0, 1e3),
    until=NUMBERS,
)
def test_what_lies_beyond_the_day_of_knowledge_does_not_count(members, later, until):
    told = np.array(members)
    moved = np.where(told > until, told + later, told)
    assert float(censored_crps(told, np.inf, until)) == float(censored_crps(moved, np.inf, until))


def test_a_forecast_that_rightly_says_not_yet_scores_nothing():
    assert float(censored_crps([np.inf, 2030.0], np.inf, 2027.0)) == 0
    assert float(censored_crps([2025.0], np.inf, 2027.0)) == 2


@given(members=st.lists(NUMBERS, min_size=1, max_size=20), shift=NUMBERS)
def test_scores_of_shifted_forecast_and_truth_are_the_same(members, shift):
    told = np.array(members)
    assert float(ensemble_crps(told + shift, shift)) == pytest.approx(
        float(ensemble_crps(told, 0.0)), abs=1e-6
    )


def test_leading_axes_are_free():
    members = np.arange(24.0).reshape(2, 3, 4)
    scores = ensemble_crps(members, np.full((2, 3), 7.0))
    assert scores.shape == (2, 3)
    assert scores[1, 2] == pytest.approx(float(ensemble_crps(members[1, 2], 7.0)))


def test_positions_of_a_calibrated_forecast_are_spread_evenly():
    draws = np.random.default_rng(3)
    found = position(draws.normal(size=(5_000, 99)), draws.normal(size=5_000))
    assert np.quantile(found, [0.05, 0.25, 0.5, 0.75, 0.95]) == pytest.approx(
        [0.05, 0.25, 0.5, 0.75, 0.95], abs=0.025
    )


def test_coverage_counts_ends_and_open_intervals():
    assert interval_coverage([0, 0, 0], [1, np.inf, 1], [1, 99, 1.1]) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: brier_score([1.2], [1]),
        lambda: brier_score([], []),
        lambda: ensemble_crps([], 1.0),
        lambda: ensemble_crps([np.nan], 1.0),
        lambda: interval_coverage(2, 1, 1),
        lambda: interval_coverage([], [], []),
    ],
)
def test_what_cannot_be_scored_is_refused(call):
    with pytest.raises(DomainError):
        call()
