"""Leaks: flows against hand counts, the sampler against closed forms, counts against outcomes."""

from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.special import ndtri
from scipy.stats import norm

from stationkeeper.errors import DomainError
from stationkeeper.hull.hypotheses import (
    ALIKE,
    NOT_IDENTIFIABLE,
    LeakRecord,
    compare,
    count_log_likelihood,
    evidence,
    posterior_weights,
    record_log_likelihood,
    verdict,
)
from stationkeeper.hull.leak_flow import (
    AIR_GAS_CONSTANT,
    AIR_VISCOSITY,
    CABIN_TEMPERATURE,
    bulging_factor,
    choked_flow,
    equivalent_diameter,
    leak_before_burst,
    loss_rate_of_decay,
    make_up_gas,
    pressure_after,
    reserve_time,
    slot_flow,
)
from stationkeeper.hull.leak_process import (
    PARAMETERS,
    TUNNEL_PRIOR,
    Kind,
    LeakHistories,
    LeakObservations,
    draws_needed,
    expected_values,
    leak_histories,
    log_likelihood,
    quantiles,
    random_walk_histories,
    score,
)
from stationkeeper.hull.sequential import sequential_posterior, systematic_resampling
from stationkeeper.validation import hull_leaks

CABIN = 101_325.0
DAY = 86_400.0


def observed(day, kind, value, log_sigma=0.1, of_station=False, open_share=1.0):
    day = np.atleast_1d(np.asarray(day, dtype=float))
    kind, value, log_sigma, of_station, open_share = (
        np.broadcast_to(x, day.shape) for x in (kind, value, log_sigma, of_station, open_share)
    )
    return LeakObservations(
        day, kind.astype(np.int64), value.astype(float), log_sigma, of_station, open_share
    )


# Flow


def test_choked_flow_is_that_of_a_nozzle_at_the_speed_of_sound() -> None:
    # By hand: temperature, density and speed at the throat of an isentropic nozzle.
    throat_temperature = CABIN_TEMPERATURE / 1.2
    density = CABIN / (AIR_GAS_CONSTANT * CABIN_TEMPERATURE) * (1 / 1.2) ** 2.5
    speed = np.sqrt(1.4 * AIR_GAS_CONSTANT * throat_temperature)
    assert choked_flow(1e-6, CABIN, discharge_coefficient=1.0) == pytest.approx(
        1e-6 * density * speed, rel=1e-12
    )


def test_equivalent_diameter_leaks_as_much() -> None:
    diameter = equivalent_diameter([1e-5, 2e-5], CABIN)
    assert choked_flow(np.pi / 4 * diameter**2, CABIN) == pytest.approx([1e-5, 2e-5])


@pytest.mark.parametrize("exponent", [1.0, 1.5, 2.0])
def test_pressure_after_solves_its_equation(exponent) -> None:
    constant, start = 3_600.0, 90e3
    found = solve_ivp(
        lambda _, p: -(start / constant) * (p / start) ** exponent,
        (0, 7_200),
        [start],
        rtol=1e-10,
        atol=1e-6,
    ).y[0, -1]
    assert pressure_after(start, 7_200.0, constant, exponent) == pytest.approx(found, rel=1e-8)


@pytest.mark.parametrize("exponent", [1.0, 2.0])
def test_reserve_time_and_loss_rate_undo_pressure_after(exponent) -> None:
    later = pressure_after(101e3, np.array([100.0, 5_000.0]), 4_000.0, exponent)
    assert reserve_time(101e3, later, 4_000.0, exponent) == pytest.approx([100.0, 5_000.0])
    share = loss_rate_of_decay(101e3, later, np.array([100.0, 5_000.0]), exponent)
    assert share == pytest.approx([1 / 4_000] * 2)


def test_no_time_is_left_at_the_limit_or_below() -> None:
    assert reserve_time(60e3, [60e3, 70e3], 10.0).tolist() == [0.0, 0.0]


def test_slot_flow_integrates_laminar_flow_along_the_wall() -> None:
    length, opening, depth = 0.02, 10e-6, 3e-3
    # Mass flow is the same at every depth: w h3/(12 mu) rho(p) dp/dx, rho = p / (R T).
    per_gradient = length * opening**3 / (12 * AIR_VISCOSITY)
    total = quad(lambda p: p / (AIR_GAS_CONSTANT * CABIN_TEMPERATURE), 0, CABIN)[0]
    expected = per_gradient * total / depth
    assert slot_flow(length, opening, depth, CABIN) == pytest.approx(expected, rel=1e-9)


def test_slot_flow_goes_with_the_square_of_pressure_until_it_chokes() -> None:
    tight = slot_flow(0.02, 10e-6, 3e-3, np.array([1.0, 2.0]) * 50e3)
    wide = slot_flow(0.02, 1e-3, 3e-3, np.array([1.0, 2.0]) * 50e3)
    assert tight[1] / tight[0] == pytest.approx(4)
    assert wide == pytest.approx(choked_flow(0.02 * 1e-3, np.array([50e3, 100e3])))


def test_make_up_gas_counts_only_open_hatches() -> None:
    assert make_up_gas(1e-5, [0.0, 0.1, 1.0]) == pytest.approx(
        np.array([0.0, 0.1, 1.0]) * 1e-5 * 365.25 * DAY
    )


def test_bulging_factor_is_one_when_flat_and_continuous() -> None:
    edge = np.sqrt(25 * 1.0 * 3e-3)
    assert bulging_factor(0.0, 1.0, 3e-3) == 1
    assert bulging_factor(edge * 1.000001, 1.0, 3e-3) == pytest.approx(
        bulging_factor(edge, 1.0, 3e-3), rel=3e-3
    )


def test_a_crack_at_its_critical_length_has_the_toughness_of_the_wall() -> None:
    found = leak_before_burst(1.0, [2e-3, 3e-3], CABIN, 30e6, 1e9, 71e9, 1e-6)
    hoop = CABIN * 1.0 / np.array([2e-3, 3e-3])
    a = found.critical_half_length
    intensity = hoop * bulging_factor(a, 1.0, [2e-3, 3e-3]) * np.sqrt(np.pi * a)
    assert intensity == pytest.approx([30e6, 30e6])


def test_a_crack_is_noticed_where_its_leak_is_the_noticed_one() -> None:
    found = leak_before_burst(1.0, 3e-3, CABIN, 30e6, 240e6, 71e9, 1e-6)
    a = found.noticed_half_length
    opening = np.pi * (CABIN / 3e-3) * a / 71e9
    assert slot_flow(2 * a, opening, 3e-3, CABIN) == pytest.approx(1e-6)
    assert found.margin == pytest.approx(found.critical_half_length / a)


def test_a_sealed_crack_gives_no_warning() -> None:
    found = leak_before_burst(1.0, 3e-3, CABIN, 30e6, 240e6, 71e9, 1e-6, open_part=[0.0, 1.0])
    assert np.isnan(found.margin[0])
    assert found.leaks_first.tolist() == [False, True]
    assert NOT_IDENTIFIABLE in found.remark


def test_a_leak_noticed_just_before_the_crack_runs_is_no_protection() -> None:
    late = leak_before_burst(1.0, 3e-3, CABIN, 30e6, 240e6, 71e9, 1e-6).flow_at_critical * 0.9
    found = leak_before_burst(1.0, 3e-3, CABIN, 30e6, 240e6, 71e9, late)
    assert 1 < found.margin < 2
    assert not found.leaks_first


def test_weak_metal_runs_by_flow_before_toughness() -> None:
    found = leak_before_burst(1.0, 2e-3, CABIN, 1e12, 200e6, 71e9, 1e-6)
    hoop = CABIN / 2e-3 * bulging_factor(found.critical_half_length, 1.0, 2e-3)
    assert hoop == pytest.approx(200e6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: choked_flow(1e-6, CABIN, 0.0),
        lambda: equivalent_diameter(1e-6, 0.0),
        lambda: pressure_after(CABIN, 1.0, -1.0),
        lambda: pressure_after(CABIN, 1.0, 1.0, 0.5),
        lambda: reserve_time(CABIN, 0.0, 1.0),
        lambda: reserve_time(CABIN, 1.0, 1.0, 0.5),
        lambda: loss_rate_of_decay(730.0, 620.0, 0.0),
        lambda: make_up_gas(1.0, 1.1),
        lambda: slot_flow(1.0, 1.0, 0.0, CABIN),
        lambda: leak_before_burst(1.0, 0.0, CABIN, 1.0, 1.0, 1.0, 1.0),
        lambda: leak_before_burst(1.0, 1.0, CABIN, 1.0, 1.0, 1.0, 1.0, -0.1),
    ],
)
def test_flow_outside_its_range_is_refused(call) -> None:
    with pytest.raises(DomainError, match="expected"):
        call()


# Process


def plain_history(u, leaks, onset, repair_day, day, prior, law):
    """One particle, one leak and one day after the other."""
    birth_rate, first = prior.birth_rate.at(u[1]), prior.first_rate.at(u[2])
    growth, found_share = prior.growth.at(u[3]), u[5]
    birth = onset - prior.onset_span * u[6]
    out = np.zeros(len(day))
    for k in range(leaks):
        if k:
            birth += -np.log(1 - u[PARAMETERS + k]) / birth_rate
        start = first * np.exp(prior.first_spread * ndtri(u[PARAMETERS + leaks + k]))
        for i, today in enumerate(day):
            if today < birth:
                continue
            age = today - birth
            value = start
            value *= np.exp(growth * age) if law == "exponential" else (1 + age / 365.25) ** growth
            for r, when in enumerate(repair_day):
                draw = u[PARAMETERS + 2 * leaks + r * leaks + k]
                if birth < when <= today and draw <= found_share:
                    value *= (draw / found_share) ** prior.residual_power
            out[i] += value
    return out


@pytest.mark.parametrize("law", ["exponential", "power"])
def test_histories_equal_the_plain_loop(law) -> None:
    day, repairs = [7_000.0, 7_300.0, 8_000.0, 9_000.0], [7_310.0, 8_000.0]
    u = np.random.default_rng(3).random((40, draws_needed(5, 2)))
    found = leak_histories(u, 5, 7_197.0, repairs, day, TUNNEL_PRIOR, law)
    for i in range(len(u)):
        assert found.leak_rate[i] == pytest.approx(
            plain_history(u[i], 5, 7_197.0, repairs, day, TUNNEL_PRIOR, law), rel=1e-12
        )


def test_births_come_at_their_rate() -> None:
    # Leaks that neither grow nor differ: the rate counts them.
    prior = hull_leaks.replace(
        TUNNEL_PRIOR,
        first_rate=hull_leaks.TUNNEL_PRIOR.first_rate.__class__(1.0, 1e-12),
        first_spread=0.0,
        birth_rate=hull_leaks.TUNNEL_PRIOR.birth_rate.__class__(1 / 365.25, 1e-12),
        growth=hull_leaks.TUNNEL_PRIOR.growth.__class__(1e-12, 1e-12),
        onset_span=0.0,
    )
    u = np.random.default_rng(4).random((20_000, draws_needed(30, 0)))
    count = leak_histories(u, 30, 0.0, [], [4 * 365.25], prior).leak_rate[:, 0]
    assert count.mean() == pytest.approx(5.0, abs=0.06)  # the first, and four in four years
    assert count.var() == pytest.approx(4.0, abs=0.2)


def test_a_repair_touches_only_leaks_that_are_there() -> None:
    u = np.full((1, draws_needed(1, 1)), 0.5)
    u[:, -1] = 0.25
    before, after = (
        leak_histories(u, 1, 7_197.0, [when], [7_500.0]).leak_rate[0, 0]
        for when in (6_000.0, 7_400.0)
    )
    assert after == pytest.approx(before / 4)


def test_air_is_lost_only_through_open_hatches() -> None:
    histories = LeakHistories(np.array([2.0]), np.array([6.0]), np.array([[1.0] * 4]))
    seen = observed(
        [1, 2, 3, 4],
        [Kind.RATE, Kind.RATE, Kind.RATE, Kind.DECAY],
        1.0,
        of_station=[True, True, False, False],
        open_share=[1.0, 0.1, 0.1, 0.0],
    )
    assert expected_values(histories, seen, 1.2)[0] == pytest.approx([3.0, 2.1, 1.0, 1 / 7.2])


def test_likelihood_of_rates_and_bounds() -> None:
    seen = observed([1, 2], [Kind.RATE, Kind.BELOW], [1.5, 0.5], 0.2)
    found = log_likelihood(np.array([[1.0, 1.0]]), seen)[0]
    assert found[0] == pytest.approx(norm.logpdf(np.log(1.5), 0.0, 0.2))
    assert np.exp(found[1]) == pytest.approx(norm.cdf(np.log(0.5) / 0.2))
    nothing = np.exp(log_likelihood(np.array([[0.0, 0.0]]), seen)[0])
    assert nothing.tolist() == [0.0, 1.0]


def test_scores_of_one_particle_are_those_of_the_observation() -> None:
    seen = observed([1, 2], [Kind.RATE, Kind.BELOW], [1.5, 0.5], 0.2)
    found = score(np.array([[1.0, 1.0]]), seen, np.ones(1))
    assert found.log_score == pytest.approx(log_likelihood(np.array([[1.0, 1.0]]), seen)[0])
    assert found.quantile_high == pytest.approx(
        [norm.cdf(np.log(1.5) / 0.2), norm.cdf(np.log(0.5) / 0.2)]
    )
    assert found.quantile_low[1] == 0


def test_predictive_quantiles_of_a_true_forecast_are_even() -> None:
    source = np.random.default_rng(5)
    particles = np.exp(source.standard_normal((4_000, 1)))
    quantile = [
        score(particles, observed(1, Kind.RATE, value), np.full(4_000, 1 / 4_000)).quantile_high[0]
        for value in np.exp(source.standard_normal(400) + 0.1 * source.standard_normal(400))
    ]
    assert np.mean(quantile) == pytest.approx(0.5, abs=0.06)
    assert np.mean(np.array(quantile) < 0.1) == pytest.approx(0.1, abs=0.06)


def test_weighted_quantiles_equal_repeated_values() -> None:
    values, count = np.array([[3.0], [1.0], [2.0]]), np.array([1, 2, 5])
    repeated = np.repeat(values[:, 0], count)
    found = quantiles(values, count / 8, [0.1, 0.25, 0.5, 0.9])[:, 0]
    assert found == pytest.approx(
        np.quantile(repeated, [0.1, 0.25, 0.5, 0.9], method="inverted_cdf")
    )


def test_a_random_walk_widens_with_the_root_of_time() -> None:
    u = np.random.default_rng(6).random((40_000, 6))
    u[:, 3] = 0.5  # the step of a year is 0.7
    path = np.log(random_walk_histories(u, [0.0, 365.25, 5 * 365.25]).leak_rate)
    assert np.diff(path, axis=1).std(axis=0) == pytest.approx([0.7, 1.4], rel=0.02)


@pytest.mark.parametrize(
    "call",
    [
        lambda: observed([2, 1], Kind.RATE, 1.0),
        lambda: observed(1, Kind.RATE, 0.0),
        lambda: observed(1, Kind.RATE, 1.0, open_share=1.1),
        lambda: leak_histories(np.zeros((2, 3)), 1, 0.0, [], [1.0]),
        lambda: leak_histories(np.full((1, draws_needed(1, 0)), 1.5), 1, 0.0, [], [1.0]),
        lambda: random_walk_histories(np.zeros((1, 5)), [1.0, 0.0]),
        lambda: expected_values(
            LeakHistories(np.ones(1), np.ones(1), np.ones((1, 2))), observed(1, 0, 1.0), 1.0
        ),
    ],
)
def test_what_cannot_be_a_leak_is_refused(call) -> None:
    with pytest.raises(DomainError, match="expected"):
        call()


# Posterior


def draws_of(seed, particles):
    def draws(round_, columns):
        source = np.random.default_rng([seed, round_])
        return source.standard_normal((particles, columns)), source.random(particles + 1)

    return draws


def test_sequential_posterior_equals_the_normal_closed_form() -> None:
    # x, y ~ N(0, 1); seen: x + e = 1.5 then x + y + e = 3, e ~ N(0, 0.3).
    sigma, seen = 0.3, np.array([1.5, 3.0])
    design = np.array([[1.0, 0.0], [1.0, 1.0]])

    def likelihood(z):
        return norm.logpdf(seen, z[:, :2] @ design.T, sigma)

    course = sequential_posterior(
        likelihood,
        np.random.default_rng(8).standard_normal((4_000, 3)),
        draws_of(9, 4_000),
        [slice(0, 2), np.array([2])],
        4,
    )
    precision = np.eye(2) + design.T @ design / sigma**2
    mean = np.linalg.solve(precision, design.T @ seen / sigma**2)
    got = course.particles[-1]
    assert got[:, :2].mean(axis=0) == pytest.approx(mean, abs=0.03)
    assert np.cov(got[:, :2].T) == pytest.approx(np.linalg.inv(precision), abs=0.02)
    # A column that nothing depends on stays the prior.
    assert got[:, 2].mean() == pytest.approx(0, abs=0.06)
    assert got[:, 2].std() == pytest.approx(1, abs=0.04)
    joint = design @ design.T + sigma**2 * np.eye(2)
    expected = -0.5 * (
        seen @ np.linalg.solve(joint, seen) + np.log(np.linalg.det(2 * np.pi * joint))
    )
    assert course.log_evidence.sum() == pytest.approx(expected, abs=0.12)


def test_sequential_posterior_repeats_with_the_same_draws() -> None:
    def likelihood(z):
        return norm.logpdf([1.0], z[:, :1], 0.1)

    start = np.random.default_rng(1).standard_normal((200, 1))
    one, two = (
        sequential_posterior(likelihood, start, draws_of(2, 200), [slice(0, 1)]) for _ in range(2)
    )
    assert np.array_equal(one.particles[-1], two.particles[-1])
    assert one.distinct[0] > 100  # half are copies after each resampling, then they move


def test_an_impossible_observation_is_refused() -> None:
    with pytest.raises(DomainError, match="expected draws"):
        sequential_posterior(
            lambda z: np.full((len(z), 1), -np.inf), np.zeros((4, 1)), draws_of(1, 4), [slice(0, 1)]
        )


def test_resampling_keeps_expected_numbers_within_one() -> None:
    weight = np.random.default_rng(2).dirichlet(np.ones(50))
    taken = np.bincount(systematic_resampling(weight, 0.37), minlength=50)
    assert np.all(np.abs(taken - 50 * weight) < 1)


# Explanations


@pytest.mark.parametrize(("sites", "count"), [(1, 1), (3, 1), (4, 2), (5, 5)])
def test_likelihood_of_counts_equals_counting_all_outcomes(sites, count) -> None:
    a, b, c = 0.1, 0.3, 0.6
    share = (a, b - a, c - b, 1 - c)  # before the first age, between, between, never
    total = sum(
        np.prod([share[place] for place in outcome])
        for outcome in product(range(4), repeat=sites)
        if 0 not in outcome and 1 in outcome and sum(place < 3 for place in outcome) == count
    )
    assert np.exp(count_log_likelihood(a, b, c, sites, count)) == pytest.approx(total)


def test_more_leaks_than_sites_are_impossible() -> None:
    assert count_log_likelihood(0.0, 0.5, 0.5, 2, 3) == -np.inf


def test_growth_counts_if_the_record_tells_it() -> None:
    times = np.array([[1.5, 9.0]] * 2)
    silent, told = LeakRecord(1.0, 2.0, 3.0, 1), LeakRecord(1.0, 2.0, 3.0, 1, 0.2, 0.1)
    plain = record_log_likelihood(times, 1, silent)
    found = record_log_likelihood(times, 1, told, [0.2, 0.5])
    assert found - plain == pytest.approx(norm.logpdf([0.0, 3.0]) - np.log(0.1))
    assert NOT_IDENTIFIABLE in silent.remark
    assert told.remark == ""
    with pytest.raises(DomainError, match="expected growth"):
        record_log_likelihood(times, 1, told)


def test_evidence_is_the_mean_likelihood() -> None:
    found = evidence(np.log([0.2, 0.4, 0.6]))
    assert np.exp(found.log_evidence) == pytest.approx(0.4)
    # Standard error of the mean over the mean, by the population deviation.
    assert found.log_error == pytest.approx(np.std([0.2, 0.4, 0.6]) / 0.4 / np.sqrt(3))


def test_evidence_without_any_draw_is_not_identifiable() -> None:
    found = evidence(np.array([-np.inf, -np.inf]))
    assert np.isnan(found.log_evidence)
    assert found.remark == NOT_IDENTIFIABLE
    assert np.all(np.isnan(posterior_weights([found.log_evidence, 0.0])))
    assert verdict(np.nan) == NOT_IDENTIFIABLE


def test_posterior_odds_are_prior_odds_times_the_factor() -> None:
    weight = posterior_weights(np.log([0.6, 0.1]))
    assert weight[:, 0] / weight[:, 1] == pytest.approx(6 * np.array([1, 1 / 3, 3]))


@pytest.mark.parametrize(
    ("factor", "error", "text"),
    [
        (1.0, 0.0, ALIKE),
        (2.99, 0.0, ALIKE),
        (0.34, 0.0, ALIKE),
        (3.01, 0.0, "the data speak positively for a"),
        (1 / 3.01, 0.0, "the data speak positively for b"),
        (21.0, 0.0, "the data speak strongly for a"),
        (1 / 151.0, 0.0, "the data speak very strongly for b"),
        (4.0, 0.2, ALIKE),
    ],
)
def test_verdicts_follow_the_published_scale(factor, error, text) -> None:
    assert verdict(factor, "a", "b", error) == text


def test_comparison_shows_what_the_widths_do() -> None:
    found = compare(np.log([[0.2, 0.1], [0.9, 0.01]]), np.zeros((2, 2)), 0, ("a", "b"))
    assert found.factors == pytest.approx(np.array([[2.0, 20.0], [9.0, 90.0]]))
    assert (found.lowest, found.highest) == pytest.approx((2.0, 90.0))
    assert found.text.startswith(ALIKE)
    assert found.text.endswith("strongly for a")


@pytest.mark.parametrize(
    "call",
    [
        lambda: LeakRecord(2.0, 1.0, 3.0, 1),
        lambda: LeakRecord(1.0, 2.0, 3.0, 0),
        lambda: LeakRecord(1.0, 2.0, 3.0, 1, 0.1, 0.0),
        lambda: count_log_likelihood(0.5, 0.3, 0.6, 3, 1),
        lambda: record_log_likelihood(np.ones(3), 1, LeakRecord(1.0, 2.0, 3.0, 1)),
        lambda: posterior_weights([0.0, 0.0], [0.5, 0.6]),
    ],
)
def test_what_cannot_be_a_record_is_refused(call) -> None:
    with pytest.raises(DomainError, match="expected"):
        call()


# Rows


def test_rows_of_flow_agree_with_the_authority() -> None:
    rows = hull_leaks.flow_rows()
    assert len(rows) == 25
    assert [row.name for row in rows if row.counts and not row.within] == []


def test_readings_of_july_2021_are_those_of_a_slot_and_not_of_a_hole() -> None:
    rows = [row for row in hull_leaks.flow_rows() if "shut tunnel" in row.name]
    assert [row.within for row in rows] == [True] * 3 + [False] * 3


def test_what_is_fitted_and_what_is_scored() -> None:
    seen, dates = hull_leaks.observations()
    early = seen.day < hull_leaks.FITTED_UNTIL
    assert seen.kind[early].tolist() == [Kind.RATE] * 3 + [Kind.DECAY, Kind.BELOW]
    assert seen.of_station[early].tolist() == [True] * 3 + [False] * 2
    assert dates[5:] == ("2024-02", "2024-04", "2024-09", "2025-06", "2026-01", "2026-06")


def test_later_observations_do_not_move_the_fit(monkeypatch) -> None:
    before = hull_leaks.process_forecast(particles=50, key=50)
    rows = [
        row | {"value_kg_per_d": "9.9"} if row["date"] == "2024-04-15" else row
        for row in hull_leaks.table()
    ]
    monkeypatch.setattr(hull_leaks, "table", lambda: tuple(rows))
    after = hull_leaks.process_forecast.__wrapped__(particles=50, key=50)
    assert np.array_equal(before.leak_rate, after.leak_rate)
    assert before.log_evidence == after.log_evidence
    assert before.scores.log_score[1] != after.scores.log_score[1]


def test_later_repairs_do_not_move_the_fit(monkeypatch) -> None:
    before = hull_leaks.process_forecast(particles=50, key=51)
    days = hull_leaks.repair_days()
    early = days[days < hull_leaks.FITTED_UNTIL]
    monkeypatch.setattr(hull_leaks, "repair_days", lambda: early)
    after = hull_leaks.process_forecast.__wrapped__(particles=50, key=51)
    assert before.log_evidence == after.log_evidence
    # Without repairs after 2023 the tunnel leaks more at the end.
    assert after.leak_rate[1, -1] > before.leak_rate[1, -1]


def test_forecasts_are_wider_the_later() -> None:
    found = hull_leaks.walk_forecast(particles=500, key=52)
    spread = np.log(found.leak_rate[2] / found.leak_rate[0])
    assert spread[-1] > spread[5]


def test_every_source_has_a_confidence() -> None:
    assert {row["confidence"] for row in hull_leaks.table()} == {"A", "B", "C"}
    assert all(row["source"] and row["known_on"] for row in hull_leaks.table())
    assert all(part["confidence"] in "ABC" for part in hull_leaks.authorities().values())


def test_forecast_rows_say_what_they_cannot_say(monkeypatch) -> None:
    monkeypatch.setattr(hull_leaks, "PARTICLES", 50)
    small = {
        name: getattr(hull_leaks, name).__wrapped__
        for name in ("process_forecast", "walk_forecast")
    }
    for name, function in small.items():
        monkeypatch.setattr(
            hull_leaks,
            name,
            lambda *args, f=function, **more: f(*args, **(more | {"particles": 50, "key": 60})),
        )
    rows = hull_leaks.forecast_rows()
    quantile = [row for row in rows if "quantile" in row.name]
    assert len(quantile) == 6
    assert all("cannot establish coverage" in row.note for row in quantile)
    assert all("three whole-station rates, one pressure decay" in row.note for row in quantile)
    assert all(row.counts for row in quantile)


def test_explanations_are_given_under_three_priors() -> None:
    found = hull_leaks.explanations((0.0,), draws=40)
    assert found.weights.shape == (3, 2)
    assert found.factors.shape == (3, 3)
    assert found.lowest <= found.factor <= found.highest
