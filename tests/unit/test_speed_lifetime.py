"""The speed rows of lives judge time, memory and equal logs."""

import numpy as np

from stationkeeper.validation import speed_lifetime
from stationkeeper.validation.large_station import large_programme
from stationkeeper.validation.simpy_lives import simpy_lives
from stationkeeper.validation.speed_lifetime import Measured, Twins, differences, life_rows
from tests.upkeep_plans import lived, many_leaks, rich_plan


def test_the_made_up_station_has_its_modules_and_can_be_read():
    programme = large_programme(modules=25, years=1)
    assert len(programme.module) == 25
    assert len(programme.equipment) == 25
    assert all(module.hull for module in programme.module.values())


def test_time_and_memory_are_judged_by_their_limits():
    assert [row.met for row in life_rows(Measured(9.9, 999.0))] == [True, True]
    assert [row.met for row in life_rows(Measured(10.1, 1_001.0))] == [False, False]


def test_logs_that_differ_have_no_peer(monkeypatch):
    monkeypatch.setattr(speed_lifetime, "measure_twins", lambda: Twins(1.0, 150.0, 10, 0))
    assert speed_lifetime.twin_row(lambda text: None).met
    monkeypatch.setattr(speed_lifetime, "measure_twins", lambda: Twins(1.0, 150.0, 10, 1))
    row = speed_lifetime.twin_row(lambda text: None)
    assert row.peer_s is None
    assert "1 DIFFER" in row.agreement


def test_differences_are_counted_in_place_and_in_length():
    plan = rich_plan(days=200)
    yes = np.ones((3, 200), np.bool_)
    ours = lived(plan, many_leaks(plan, 3), replicas=3)
    theirs = simpy_lives(plan, ours.given, yes, yes)
    assert differences(ours, theirs) == 0
    ours.log.value[5] += 1.0
    theirs[2].events.pop()
    assert differences(ours, theirs) == 2
