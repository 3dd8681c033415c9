"""What counted holes teach of the factor on all expected ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import lognorm

from stationkeeper.errors import DomainError
from stationkeeper.hull.exposure import exposure_weights, lognormal_factors, weighted_quantile
from stationkeeper.hull.flux_factor import flux_factor

SHARES = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])


def test_without_a_count_the_factor_is_lognormal():
    found = flux_factor(0.67)
    truth = lognorm(0.67).ppf(SHARES)
    np.testing.assert_allclose(found.quantile(SHARES), truth, rtol=1e-4)
    np.testing.assert_allclose(found.quantile(SHARES, prior=True), truth, rtol=1e-4)
    assert found.mean() == pytest.approx(np.exp(0.5 * 0.67**2), rel=1e-5)


@pytest.mark.parametrize(
    ("sigma", "expected", "events", "noticed"),
    [(0.67, 2.3, 0, 0.95), (0.67, 2.3, 2, 0.95), (0.3, 0.1, 3, 1.0), (1.5, 40.0, 7, 0.5)],
)
def test_quantiles_of_the_posterior_agree_with_plain_integration(sigma, expected, events, noticed):
    def density(log_factor):
        mean = expected * noticed * np.exp(log_factor)
        return np.exp(events * log_factor - mean - 0.5 * (log_factor / sigma) ** 2)

    found = flux_factor(sigma, expected, events, noticed)
    ends = np.log(found.factor[[0, -1]])
    # Points at quantiles keep the integrator from missing a narrow top.
    points = np.log(found.quantile([1e-4, 0.5, 1 - 1e-4]))

    def integral(top):
        inside = [point for point in points if ends[0] < point < top]
        return quad(density, ends[0], top, points=inside, limit=200, epsabs=0, epsrel=1e-10)[0]

    whole = integral(ends[1])
    for share in SHARES:
        reached = integral(float(np.log(found.quantile(share)))) / whole
        assert reached == pytest.approx(share, abs=2e-5)


def test_it_agrees_with_weighted_samples():
    normal = np.random.default_rng(3).standard_normal(200_000)
    factor = lognormal_factors(normal, 0.67)
    weights, _ = exposure_weights(2.3 * factor, 1, 0.95)
    sampled = weighted_quantile(factor, weights, SHARES[1:-1])
    exact = flux_factor(0.67, 2.3, 1, 0.95).quantile(SHARES[1:-1])
    np.testing.assert_allclose(exact, sampled, rtol=0.02)  # 200,000 samples: under 1 % each


def test_many_events_bring_the_factor_to_their_number_over_the_expected():
    found = flux_factor(2.0, expected=0.5, events=1_000)
    # The prior takes ln(2000) / 2^2 of the events, and a median of a gamma lies a third lower.
    assert found.quantile(0.5) == pytest.approx((1_000 - 7.6 / 4 - 1 / 3) / 0.5, rel=1e-4)


def test_a_factor_that_is_known_does_not_move():
    found = flux_factor(0.0, expected=5.0, events=0)
    assert found.quantile(SHARES).tolist() == [1.0] * SHARES.size
    assert found.mean() == 1.0
    assert found.quantile(0.3).shape == ()


@given(st.floats(0.05, 3.0), st.floats(0.0, 50.0), st.integers(0, 30), st.floats(0.01, 0.99))
def test_more_events_mean_more_and_more_expected_means_less(sigma, expected, events, share):
    few = flux_factor(sigma, expected + 1.0, events)
    assert flux_factor(sigma, expected + 1.0, events + 1).quantile(share) > few.quantile(share)
    assert flux_factor(sigma, expected + 2.0, events).quantile(share) < few.quantile(share)
    assert np.all(np.diff(few.quantile(np.linspace(0.001, 0.999, 50))) > 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((-0.1,), "spread"),
        ((0.5, -1.0, 0), "expectation"),
        ((0.5, 1.0, -1), "negative"),
        ((0.5, 1.0, 0, 1.1), "noticing"),
        ((0.5, 0.0, 2), "none can be expected"),
        ((float("nan"),), "spread"),
    ],
)
def test_what_cannot_be_is_refused(arguments, words):
    with pytest.raises(DomainError, match=words):
        flux_factor(*arguments)
