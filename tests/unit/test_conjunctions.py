"""Avoidance manoeuvres: rate, band, draws; and the record against its table."""

import csv
from importlib import resources

import numpy as np
import pytest
from scipy.stats import gamma, kstest, poisson

from stationkeeper.errors import DomainError
from stationkeeper.orbit.conjunctions import (
    RECORD_COUNT,
    RECORD_FIRST_YEAR,
    RECORD_YEARS,
    avoidance_rate,
    draw_avoidances,
    draw_rate,
    expected_count,
    rate_in_period,
)


def test_record_agrees_with_its_table():
    path = resources.files("stationkeeper.validation") / "authorities" / "orbit_avoidance.csv"
    with path.open() as text:
        rows = [row for row in csv.DictReader(text) if row["record"] == "year"]
    table = {}
    for row in rows:
        first, _, last = row["period"].partition("-")
        if row["count_or_burn"].isdigit():
            table[int(first), int(last or first)] = int(row["count_or_burn"])
    for first, years, count in zip(RECORD_FIRST_YEAR, RECORD_YEARS, RECORD_COUNT, strict=True):
        assert table[int(first), int(first + years - 1)] == count
    assert RECORD_COUNT.sum() == 39  # as published on 25 November 2024
    ends = RECORD_FIRST_YEAR + RECORD_YEARS
    np.testing.assert_array_equal(ends[:-1], RECORD_FIRST_YEAR[1:])


def test_rate_is_the_gamma_posterior():
    rate = avoidance_rate([3, 2, 3, 5, 1], np.ones(5))
    posterior = gamma(14.5, scale=1 / 5)
    assert rate.mean == pytest.approx(posterior.mean())
    np.testing.assert_allclose([rate.low, rate.high], posterior.ppf([0.05, 0.95]))
    uniform = (np.arange(2_000) + 0.5) / 2_000
    assert kstest(draw_rate(rate, uniform), posterior.cdf).pvalue > 0.99


def test_more_years_narrow_the_band():
    few, many = avoidance_rate(3, 1.0), avoidance_rate(30, 10.0)
    assert many.high - many.low < few.high - few.low


def test_no_manoeuvre_still_leaves_a_rate():
    rate = avoidance_rate(0, 4.0)
    assert 0 < rate.low < rate.mean < rate.high < 1


def test_draws_have_the_rate_and_are_poisson_over_a_year():
    rng = np.random.default_rng(3)
    flags = draw_avoidances(np.full(4_000, 3.0), rng.uniform(size=(4_000, 365)))
    count = flags.sum(axis=1)
    assert count.mean() == pytest.approx(3.0, abs=0.1)
    assert count.var() == pytest.approx(3.0, rel=0.1)
    assert not draw_avoidances(0.0, rng.uniform(size=100)).any()


def test_expected_count_tends_to_poisson_when_the_rate_is_known():
    mean, low, high = expected_count(avoidance_rate(30_000, 10_000.0), 5.0)
    assert mean == pytest.approx(15.0, rel=1e-3)
    assert (low, high) == tuple(poisson(15).ppf([0.05, 0.95]))


def test_impossible_records_are_refused():
    with pytest.raises(DomainError, match="zero or more"):
        avoidance_rate(-1, 1.0)
    with pytest.raises(DomainError, match="span"):
        avoidance_rate(1, 0.0)
    with pytest.raises(DomainError, match="1990-1995"):
        rate_in_period(1990, 1995)
    with pytest.raises(DomainError, match="more than zero years"):
        expected_count(rate_in_period(1999, 2024), 0.0)
