"""Two sensors: sure only when both are fresh and agree, and then the truth lies between."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationkeeper.caretaker.voting import fresh_high, vote


@pytest.mark.parametrize(
    ("readings", "measured", "sure"),
    [
        ([100.0, 103.0], [0.0, 0.0], True),
        ([100.0, 103.1], [0.0, 0.0], False),
        ([103.1, 100.0], [0.0, 0.0], False),
        ([np.nan, 100.0], [0.0, 0.0], False),
        ([100.0, np.inf], [0.0, 0.0], False),
        ([np.inf, np.inf], [0.0, 0.0], False),
        ([100.0, 100.0], [-20.0, 0.0], True),
        ([100.0, 100.0], [-20.1, 0.0], False),
        ([100.0, 100.0], [10.0, 10.1], False),
        ([100.0, 100.0], [0.0, np.nan], False),
    ],
)
def test_a_pair_is_sure_only_when_both_are_fresh_and_agree(
    readings: list[float], measured: list[float], sure: bool
) -> None:
    voted = vote(readings, measured, 10.0, 3.0, 30.0)
    assert bool(voted.sure) is sure
    assert np.isnan(voted.low) == (not sure)
    if sure:
        assert (voted.low, voted.high) == (min(readings), max(readings))


@given(
    truth=st.floats(-1e6, 1e6),
    other=st.floats(allow_nan=True, allow_infinity=True),
    swap=st.booleans(),
)
def test_while_one_sensor_is_right_the_truth_lies_between(
    truth: float, other: float, swap: bool
) -> None:
    pair = [other, truth] if swap else [truth, other]
    voted = vote(pair, [0.0, 0.0], 0.0, 5.0, 30.0)
    if voted.sure:
        assert voted.low <= truth <= voted.high
        assert voted.high - voted.low <= 5.0


def test_leading_axes_are_free() -> None:
    voted = vote(np.zeros((4, 3, 2)), np.zeros((4, 3, 2)), 0.0, np.zeros(3), 1.0)
    assert voted.sure.shape == (4, 3)
    assert voted.sure.all()


def test_the_highest_fresh_sensor_counts_alone() -> None:
    assert fresh_high([np.nan, 2.0], [0.0, 0.0], 1.0, 30.0) == 2.0
    assert fresh_high([5.0, 2.0], [-60.0, 0.0], 1.0, 30.0) == 2.0
    assert fresh_high([5.0, 2.0], [-60.0, 9.0], 1.0, 30.0) == -np.inf
