"""Shares of variance: against known answers, and the error that is stated for them."""

import numpy as np
import pytest

from stationkeeper.errors import DomainError
from stationkeeper.lifetime.variance_shares import (
    group_count,
    groups_of,
    interval,
    share_errors,
    variance_shares,
)


def test_a_share_is_the_epsilon_squared_of_its_definition():
    generator = np.random.default_rng(3)
    group, outcome = generator.integers(0, 5, 200), generator.normal(size=(2, 200))
    for row, share in zip(outcome, variance_shares(group, outcome), strict=True):
        inside = sum(((row[group == g] - row[group == g].mean()) ** 2).sum() for g in range(5))
        total = ((row - row.mean()) ** 2).sum()
        assert share == pytest.approx(1 - (inside / 195) / (total / 199), abs=1e-12)


def test_shares_do_not_depend_on_the_unit_or_the_zero_of_the_outcome():
    generator = np.random.default_rng(4)
    group, outcome = generator.integers(0, 8, 300), generator.normal(size=300)
    share = float(variance_shares(group, outcome))
    assert float(variance_shares(group, 1e6 + 1e-3 * outcome)) == pytest.approx(share, abs=1e-6)


def test_no_share_is_found_on_average_where_there_is_none():
    generator = np.random.default_rng(5)
    shares = [
        float(variance_shares(groups_of(generator.normal(size=100), 6), generator.normal(size=100)))
        for _ in range(600)
    ]
    assert abs(np.mean(shares)) < 4 * np.std(shares) / np.sqrt(600)
    assert np.std(shares) > 0.01


def test_the_share_of_a_hypothesis_of_two_is_without_bias():
    """Outcome = hypothesis + noise of the same variance: half of all."""
    generator = np.random.default_rng(6)
    found = []
    for _ in range(400):
        hypothesis = generator.integers(0, 2, 120).astype(float)
        outcome = hypothesis + 0.5 * generator.normal(size=120)
        found.append(float(variance_shares(groups_of(hypothesis, 8), outcome)))
    # A draw of the share itself varies with how many replicas have which hypothesis.
    assert np.mean(found) == pytest.approx(0.5, abs=4 * np.std(found) / 20 + 0.005)


def test_stated_intervals_hold_the_truth_about_as_often_as_they_say():
    """Two inputs that add, variances 4 to 1, 250 draws: 90 % intervals in 200 trials."""
    generator = np.random.default_rng(7)
    hits = np.zeros(2)
    for _ in range(200):
        inputs = generator.uniform(size=(2, 250))
        outcome = 2 * inputs[0] + inputs[1]
        for place, truth in enumerate((0.8, 0.2)):
            groups = groups_of(inputs[place], group_count(250))
            share = variance_shares(groups, outcome)
            low, high = interval(share, share_errors(groups, outcome, generator))
            hits[place] += low <= truth <= high
    assert ((hits / 200 > 0.84) & (hits / 200 <= 1.0)).all()
    assert (hits / 200).min() < 0.99


def test_halves_with_repeats_would_have_shown_shares_that_are_not_there():
    """Why halves are drawn without replacement: with it, pure noise has shares."""
    generator = np.random.default_rng(8)
    group = groups_of(generator.normal(size=150), 10)
    outcome = generator.normal(size=150)
    shares = []
    for _ in range(200):
        chosen = generator.integers(0, 150, 150)
        shares.append(float(variance_shares(group[chosen], outcome[chosen])))
    whole = float(variance_shares(group, outcome))
    assert np.mean(shares) - whole > 0.04


def test_outcomes_that_do_not_vary_have_no_share_and_no_error():
    group = groups_of(np.arange(100.0), 5)
    outcome = np.array([np.full(100, 3.7), np.arange(100.0)])
    shares = variance_shares(group, outcome)
    errors = share_errors(group, outcome, np.random.default_rng(1))
    assert np.isnan(shares[0])
    assert np.isnan(errors[0])
    assert shares[1] == pytest.approx(0.96, abs=0.01)


def test_a_share_does_not_depend_on_the_size_of_other_outcomes():
    group = groups_of(np.arange(100.0), 5)
    small = 1e-9 * np.arange(100.0)
    both = variance_shares(group, [small, 1e3 * np.arange(100.0)])
    assert both == pytest.approx([0.96, 0.96], abs=0.01)


def test_groups_are_equal_in_size_and_keep_the_order():
    values = np.random.default_rng(9).normal(size=997)
    groups = groups_of(values, 10)
    sizes = np.bincount(groups)
    assert sizes.max() - sizes.min() <= 1
    for group in range(9):
        assert values[groups == group].max() < values[groups == group + 1].min()


def test_missing_values_are_a_group_of_their_own():
    values = np.array([np.nan, 1.0, 2.0, np.nan, 1.0])
    groups = groups_of(values, 4)
    assert groups[0] == groups[3]
    assert len({groups[0], groups[1], groups[2]}) == 3


def test_as_many_groups_as_replicas_are_refused():
    with pytest.raises(DomainError, match="more replicas than groups"):
        variance_shares([0, 1, 2], [1.0, 2.0, 3.0])
