"""The speed row of decisions compares two runs and judges them by the goal."""

import pytest

from stationkeeper.validation import speed_decisions
from stationkeeper.validation.speed_run import Measured


@pytest.mark.parametrize(("cost", "met"), [(1.2, True), (1.49, True), (1.6, False)])
def test_a_run_with_policies_is_held_against_one_without(monkeypatch, cost, met):
    def measured(replicas, *, decided=True):
        seconds = 10.0 * (cost if decided else 1.0)
        return Measured(seconds, seconds + 1.0, 400.0)

    monkeypatch.setattr(speed_decisions, "measure_run", measured)
    (row,) = speed_decisions.rows()
    assert row.ours_s == pytest.approx(10.0 * cost)
    assert row.peer_s == pytest.approx(10.0)
    assert row.met is met
