"""Reboost rules become the altitudes wanted on each day."""

from datetime import date

import numpy as np

from stationkeeper.lifetime.calendar import calendar_of
from stationkeeper.lifetime.policy import rule_of_day, targets
from stationkeeper.programme.stations import EndOfLife, ReboostRule

CALENDAR = calendar_of(date(2021, 1, 1), date(2021, 12, 31))


def no_table(name):
    raise AssertionError(name)


def rule(kind, since=date(2021, 1, 1), **more):
    return ReboostRule(kind=kind, since=since, **more)


def wanted(rules, end=None, dockings=(), read_table=no_table):
    return targets(rules, end, dockings, CALENDAR, read_table)


def test_the_rule_that_began_last_is_in_force_until_its_own_end():
    rules = {
        "first": rule("drift"),
        "second": rule("drift", date(2021, 3, 1), until=date(2021, 3, 31)),
    }
    keys = rule_of_day(rules, CALENDAR)
    assert keys[58] == "first"
    assert keys[59] == keys[89] == "second"
    assert keys[90] == "first"


def test_a_band_is_given_in_metres_and_only_while_in_force():
    found = wanted({"keep": rule("band", date(2021, 2, 1), lower_km=400, upper_km=410)})
    assert np.isnan(found.lower[30])
    assert (found.lower[31], found.upper[31]) == (400e3, 410e3)
    assert np.isnan(found.calendar).all()


def test_calendar_burns_fall_every_so_many_days_from_the_first():
    found = wanted({"burn": rule("calendar", date(2021, 1, 11), every_days=30.5, target_km=415)})
    assert np.flatnonzero(~np.isnan(found.calendar))[:4].tolist() == [10, 41, 71, 102]


def test_calendar_burns_of_a_rule_from_before_the_span_keep_their_days():
    found = wanted({"burn": rule("calendar", date(2020, 12, 31), every_days=100, target_km=415)})
    assert np.flatnonzero(~np.isnan(found.calendar)).tolist() == [99, 199, 299]


def test_a_target_is_set_on_the_docking_days_of_the_ships_named():
    rules = {"visit": rule("target", target_km=418, for_ships=("soyuz",))}
    found = wanted(rules, dockings=[(5, "soyuz"), (7, "progress"), (-3, "soyuz"), (900, "soyuz")])
    assert np.flatnonzero(~np.isnan(found.calendar)).tolist() == [5]
    assert found.calendar[5] == 418e3


def test_as_flown_follows_the_record_with_its_half_width():
    rows = [
        {"date": "2021-01-01", "altitude_km": "420.0"},
        {"date": "2021-01-11", "altitude_km": "410.0"},
    ]
    found = wanted(
        {"record": rule("as-flown", table="t", half_width_km=2.0)}, read_table=lambda name: rows
    )
    assert (found.lower[5], found.upper[5]) == (413e3, 417e3)
    assert found.lower[300] == 408e3


def test_nothing_is_asked_once_the_descent_begins():
    end = EndOfLife(kind="controlled", since=date(2021, 7, 1))
    found = wanted({"keep": rule("band", lower_km=400, upper_km=410)}, end)
    assert np.isfinite(found.lower[:181]).all()
    assert np.isnan(found.lower[181:]).all()


def test_a_storage_orbit_is_asked_for_from_its_first_day():
    end = EndOfLife(kind="storage", since=date(2021, 7, 1), storage_km=600)
    found = wanted({"keep": rule("band", lower_km=400, upper_km=410)}, end)
    assert np.all(found.calendar[181:] == 600e3)
