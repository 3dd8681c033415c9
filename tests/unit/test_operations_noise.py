"""Draws of many counters at once are those of one by one, to the bit."""

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeeper.kernels import kernel
from stationkeeper.operations.noise import bell, bells, stream_of


@kernel
def _one_by_one(stream: int, first: int, draws: NDArray[np.float64]) -> None:
    for place in range(draws.size):
        draws[place] = bell(stream, first + place)


@kernel
def _at_once(stream: int, first: int, draws: NDArray[np.float64]) -> None:
    bells(stream, first, draws)


@pytest.mark.parametrize("first", [0, 564, 2**40, 2**62])
def test_many_draws_at_once_are_those_of_one_by_one(first):
    stream = stream_of(1, 0, "sensors")
    one, many = np.full(1001, np.nan), np.full(1001, np.nan)
    _one_by_one(stream, first, one)
    _at_once(stream, first, many)
    assert one.tobytes() == many.tobytes()
    assert np.unique(many).size > 990


def test_draws_have_mean_zero_and_deviation_one():
    draws = np.zeros(200_000)
    _at_once(stream_of(2, 0, "sensors"), 7, draws)
    assert abs(draws.mean()) < 0.01
    assert abs(draws.std() - 1.0) < 0.01
    assert np.abs(draws).max() <= 3.4642
