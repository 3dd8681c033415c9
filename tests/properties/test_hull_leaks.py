"""Whatever leaks: signs, orders and limits that physics and probability ask for."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.hull.hypotheses import count_log_likelihood, posterior_weights, verdict
from stationkeeper.hull.leak_flow import (
    choked_flow,
    leak_before_burst,
    loss_rate_of_decay,
    pressure_after,
    reserve_time,
    slot_flow,
)
from stationkeeper.hull.leak_process import (
    Kind,
    LeakObservations,
    draws_needed,
    leak_histories,
    score,
)
from stationkeeper.hull.sequential import systematic_resampling


def number(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@given(start=number(1e3, 2e5), constant=number(1.0, 1e8), exponent=number(1.0, 3.0))
def test_pressure_falls_and_stays_above_zero(start, constant, exponent):
    found = pressure_after(start, np.linspace(0, 5 * constant, 20), constant, exponent)
    assert found[0] == start
    assert np.all(np.diff(found) < 0)
    assert np.all(found > 0)


@given(
    start=number(1e4, 2e5),
    part=number(0.01, 0.99),
    constant=number(1.0, 1e8),
    exponent=st.sampled_from([1.0, 2.0]),
)
def test_reserve_time_and_decay_are_inverses(start, part, constant, exponent):
    time = reserve_time(start, part * start, constant, exponent)
    assert np.isclose(pressure_after(start, time, constant, exponent), part * start, rtol=1e-9)
    share = loss_rate_of_decay(start, part * start, time, exponent)
    assert np.isclose(share * constant, 1, rtol=1e-9)


@given(
    length=number(1e-4, 1.0),
    opening=number(1e-7, 1e-3),
    depth=number(1e-4, 0.1),
    pressure=number(1e3, 2e5),
)
def test_a_slot_never_leaks_more_than_a_clean_hole(length, opening, depth, pressure):
    flow = slot_flow(length, opening, depth, pressure)
    assert 0 < flow <= choked_flow(length * opening, pressure) * (1 + 1e-12)
    assert slot_flow(length, opening, 2 * depth, pressure) <= flow


@settings(deadline=None)
@given(
    radius=number(0.5, 3.0),
    thickness=number(1e-3, 1e-2),
    toughness=number(1e7, 1e8),
    noticed=number(1e-8, 1e-4),
)
def test_a_noticed_crack_is_no_longer_than_a_critical_one(radius, thickness, toughness, noticed):
    found = leak_before_burst(radius, thickness, 1e5, toughness, 250e6, 70e9, noticed)
    assert found.critical_half_length > 0
    if np.isfinite(found.margin):
        assert found.margin >= 1 - 1e-9
        assert found.flow_at_critical >= noticed
    tougher = leak_before_burst(radius, thickness, 1e5, 2 * toughness, 250e6, 70e9, noticed)
    assert tougher.critical_half_length >= found.critical_half_length


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), leaks=st.integers(1, 6), repairs=st.integers(0, 4))
def test_a_leak_only_grows_but_for_repairs(seed, leaks, repairs):
    source = np.random.default_rng(seed)
    u = source.random((5, draws_needed(leaks, repairs)))
    when = np.sort(source.uniform(7_000, 9_000, repairs))
    day = np.linspace(6_000, 9_500, 40)
    found = leak_histories(u, leaks, 7_197.0, when, day)
    assert np.all(found.leak_rate >= 0)
    falls = np.diff(found.leak_rate, axis=1) < 0
    repaired = np.array([np.any((when > a) & (when <= b)) for a, b in pairwise(day)])
    assert not np.any(falls[:, ~repaired])
    never = leak_histories(u[:, : draws_needed(leaks, 0)], leaks, 7_197.0, [], day)
    assert np.all(found.leak_rate <= never.leak_rate * (1 + 1e-12))


@given(
    value=number(1e-3, 10.0),
    sigma=number(0.05, 1.0),
    particles=st.lists(number(1e-4, 10.0), min_size=1, max_size=30),
)
def test_a_quantile_is_between_zero_and_one_and_a_bound_scores_below_zero(value, sigma, particles):
    seen = LeakObservations(
        np.array([1.0, 2.0]),
        np.array([Kind.RATE, Kind.BELOW]),
        np.full(2, value),
        np.full(2, sigma),
        np.zeros(2, dtype=bool),
        np.ones(2),
    )
    weight = np.full(len(particles), 1 / len(particles))
    found = score(np.repeat(np.array(particles)[:, None], 2, axis=1), seen, weight)
    assert np.all((found.quantile_low >= 0) & (found.quantile_high <= 1 + 1e-12))
    assert found.log_score[1] <= 1e-12
    assert np.isclose(np.exp(found.log_score[1]), found.quantile_high[1], rtol=1e-6, atol=1e-300)


@given(
    ages=st.lists(number(0.0, 1.0), min_size=3, max_size=3).map(sorted), sites=st.integers(1, 40)
)
def test_counts_of_leaks_share_out_what_the_first_leak_leaves(ages, sites):
    a, b, c = ages
    total = np.exp(count_log_likelihood(a, b, c, sites, np.arange(1, sites + 1))).sum()
    assert np.isclose(total, (1 - a) ** sites - (1 - b) ** sites, atol=1e-9)


@given(first=number(-50.0, 50.0), second=number(-50.0, 50.0))
def test_weights_sum_to_one_and_follow_the_factor(first, second):
    weight = posterior_weights([first, second])
    assert np.allclose(weight.sum(axis=-1), 1)
    assert (weight[0, 0] >= 0.5) == (first >= second) or np.isclose(first, second)
    one, other = (
        verdict(np.exp(first - second), "a", "b"),
        verdict(np.exp(second - first), "b", "a"),
    )
    assert one == other


@given(weight=st.lists(number(0.0, 1.0), min_size=1, max_size=50), uniform=number(0.0, 1.0))
def test_resampling_takes_only_particles_that_weigh(weight, uniform):
    weight = np.array(weight) + 1e-3 * (np.arange(len(weight)) == 0)
    taken = systematic_resampling(weight / weight.sum(), min(uniform, 1 - 1e-9))
    assert len(taken) == len(weight)
    assert np.all(weight[taken] > 0)
