"""Bands from counts stay within one bin of the plain quantile, and add in any order."""

import numpy as np
import pytest

from stationkeeper.results.bins import (
    QUANTILES,
    Bins,
    counted,
    growing_bins,
    quantiles_from_counts,
)
from stationkeeper.results.variables import BAND, VARIABLES

EVEN = Bins(100.0, 0.5, 1_800)
GROWING = growing_bins(0.01, 10_000.0)


def draws(size):
    return np.random.default_rng(3).lognormal(2.0, 1.0, size)


@pytest.mark.parametrize("bins", [EVEN, GROWING])
def test_counts_agree_with_the_numpy_histogram(bins):
    values = draws((40, 30)) + 110.0
    counts = counted(values, np.zeros(30), 1, bins)[0]
    places = np.searchsorted(bins.edges, values.ravel(), side="right") - 1
    assert np.array_equal(counts, np.bincount(places, minlength=bins.count))


@pytest.mark.parametrize("bins", [EVEN, GROWING])
def test_quantiles_are_within_one_bin_of_the_plain_ones(bins):
    values = draws((3_000, 1)) + 110.0
    ours = quantiles_from_counts(counted(values, [0], 1, bins), bins)[0]
    plain = np.quantile(values, QUANTILES, method="inverted_cdf")
    width = np.interp(plain, bins.edges[:-1], np.diff(bins.edges))
    assert np.all(np.abs(ours - plain) <= width)


def test_values_outside_fall_into_the_first_and_last_bin():
    bins = Bins(0.0, 1.0, 3)
    assert counted([[-5.0, 99.0, np.inf]], [0, 0, 0], 1, bins).tolist() == [[1, 0, 2]]


def test_nan_and_columns_without_a_group_are_left_out():
    assert counted([[np.nan, 0.5, 0.5]], [0, 0, -1], 1, Bins(0.0, 1.0, 2)).tolist() == [[1, 0]]


def test_parts_add_up_to_the_whole():
    values = draws((60, 20))
    groups = np.arange(20) // 5
    whole = counted(values, groups, 4, GROWING)
    parts = counted(values[:13], groups, 4, GROWING) + counted(values[13:], groups, 4, GROWING)
    assert np.array_equal(whole, parts)


def test_nothing_used_is_zero_and_nothing_counted_is_nan():
    band = quantiles_from_counts(counted(np.zeros((9, 1)), [0], 2, GROWING), GROWING)
    assert band[0].tolist() == [0.0] * len(QUANTILES)
    assert np.isnan(band[1]).all()


def test_growing_bins_are_contiguous_and_reach_the_top():
    edges = GROWING.edges
    assert edges[0] == 0.0
    assert edges[-1] >= 10_000.0
    assert np.allclose(np.diff(edges)[1:] / np.diff(edges)[:-1], GROWING.growth)


def test_every_band_says_its_resolution():
    for name, variable in VARIABLES.items():
        banded = variable.dimensions == BAND or "quantile" in variable.dimensions
        assert banded == (variable.bins is not None), name
