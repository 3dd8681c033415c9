"""The speed rows of whole runs say what was measured, and judge it by the limits."""

import pytest

from stationkeeper.validation import speed_run
from stationkeeper.validation.speed_run import Measured


def rows_for(monkeypatch, seconds, peak=400.0, start=0.1):
    monkeypatch.setattr(
        speed_run, "measure_run", lambda n: Measured(seconds(n), seconds(n) + 1.0, peak)
    )
    monkeypatch.setattr(speed_run, "_shortest", lambda command, read: start)
    return speed_run.rows()


def test_a_run_within_the_limits_meets_every_goal(monkeypatch):
    rows = rows_for(monkeypatch, lambda n: 2.0 + 0.01 * n)
    assert all(row.met for row in rows)
    assert rows[0].ours_s == pytest.approx(12.0)
    assert "100: 3.0 s, 400 MB" in rows[1].agreement


def test_slow_large_or_bent_runs_fall_short(monkeypatch):
    assert not rows_for(monkeypatch, lambda n: 2.0 + 0.02 * n)[0].met
    assert not rows_for(monkeypatch, lambda n: 1.0 + 0.01 * n, peak=1_200.0)[1].met
    assert not rows_for(monkeypatch, lambda n: 1.0 + 0.001 * n + 1e-6 * n**2)[2].met
    assert not rows_for(monkeypatch, lambda n: 1.0, start=0.7)[4].met


def test_a_single_replica_is_really_measured():
    measured = speed_run.measure_run(1)
    assert 0 < measured.run_s < measured.process_s
    assert 100 < measured.peak_mb < 1_000
