"""A programme becomes daily arrays: modules, ships, tanks, people."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.lifetime.assemble import assemble
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table

FIXTURE = str(Path(__file__).parents[1] / "fixtures" / "two-stations.toml")


def assembled(*settings):
    return assemble(read_programme(FIXTURE, settings=settings), reference_table)


def day(found, text):
    return found.calendar.place(date.fromisoformat(text))


def station(found, key):
    return next(one for one in found.stations if one.key == key)


def test_mass_is_that_of_modules_and_docked_ships_without_their_propellant_for_the_station():
    found = assembled()
    mass = station(found, "alpha").hardware.mass
    assert mass[day(found, "2014-01-15")] == 20_000
    assert mass[day(found, "2014-02-02")] == 20_000 + 8_000
    assert mass[day(found, "2014-04-15")] == 20_000 + 18_000 + 9_000 - 700


def test_drag_area_carries_the_drag_coefficient():
    found = assembled()
    assert station(found, "alpha").hardware.area[day(found, "2014-01-15")] == 60 * 2.2


def test_a_ship_goes_with_the_module_that_it_is_docked_to():
    found = assembled()
    before, after = day(found, "2015-06-30"), day(found, "2015-07-01")
    assert station(found, "beta").hardware.mass[after] == 18_000 + 9_000 - 700
    assert station(found, "alpha").hardware.mass[after] == 20_000
    assert not station(found, "beta").hardware.exists[before]


def test_propellant_arrives_with_modules_and_ships_on_their_day():
    found = assembled()
    delivered = station(found, "alpha").hardware.delivered
    assert delivered[day(found, "2014-03-04")] == 900
    assert delivered[day(found, "2014-04-01")] == 700
    assert station(found, "beta").hardware.delivered[day(found, "2015-07-01")] == 0
    assert delivered[0] == 0  # the tanks of the core are in propellant_aboard_kg


def test_what_a_docked_ship_brought_adds_to_the_tanks_while_it_is_there():
    found = assembled()
    capacity = station(found, "alpha").hardware.capacity
    assert capacity[day(found, "2014-03-31")] == 4_000
    assert capacity[day(found, "2014-04-01")] == 4_700
    assert capacity[day(found, "2014-07-10")] == 4_000


def test_a_ship_that_was_there_before_the_run_delivers_nothing_more():
    found = assembled("span.first=2014-04-15")
    parts = station(found, "alpha").hardware
    assert parts.delivered[0] == 0  # what it brought is in propellant_aboard_kg
    assert parts.capacity[0] == 4_700


TUG = """
[flight.tug]
ship = "freighter"
station = "alpha"
launched = 2014-01-10
docked = 2014-01-10
undocked = 2014-01-30
port = "core/forward"
moved_to = { 2014-01-20 = "core/aft" }
"""
MEET = 'meet = { kind = "target", since = 2014-01-05, until = 2014-01-28, target_km = 410 }'


def test_a_ship_that_changes_port_keeps_its_tanks_and_arrives_once(tmp_path):
    file = tmp_path / "tug.toml"
    text = Path(FIXTURE).read_text()
    file.write_text(text.replace("reboost = { keep", f"reboost = {{ {MEET}, keep", 1) + TUG)
    found = assemble(read_programme(str(file)), reference_table)
    alpha = station(found, "alpha")
    docks, leaves = day(found, "2014-01-10"), day(found, "2014-01-30")
    assert (alpha.hardware.capacity[docks:leaves] == 1_000 + 700).all()
    assert alpha.hardware.capacity[leaves] == 1_000
    assert alpha.hardware.delivered[docks:leaves].sum() == 700
    assert np.flatnonzero(~np.isnan(alpha.targets.calendar)).tolist() == [docks]


def test_the_ship_that_brings_a_station_down_stays_in_replicas_that_come_down_later():
    found = assemble(read_programme("mir"), reference_table)
    parts = station(found, "mir").hardware
    before, flown_entry = day(found, "2001-01-26"), day(found, "2001-03-23")
    assert (parts.capacity[flown_entry - 1 :] == parts.capacity[before] + 1_695).all()
    assert parts.mass[-1] == parts.mass[flown_entry - 1]


def test_a_docked_ship_burns_before_a_module():
    found = assembled()
    exhaust = station(found, "alpha").hardware.exhaust_velocity / 9.80665
    assert exhaust[day(found, "2014-01-15")] == pytest.approx(290)
    assert exhaust[day(found, "2014-03-10")] == pytest.approx(300)  # annexe before core, by key
    assert exhaust[day(found, "2014-04-15")] == pytest.approx(300)


def test_the_engine_named_first_by_the_rule_burns():
    found = assembled('station.alpha.reboost.keep.burned_by=["core"]')
    exhaust = station(found, "alpha").hardware.exhaust_velocity / 9.80665
    assert exhaust[day(found, "2014-04-15")] == pytest.approx(290)


def test_without_an_engine_no_burn_is_allowed():
    found = assembled('station.alpha.reboost.keep.burned_by=["freighter"]')
    allowed = station(found, "alpha").hardware.burn_allowed
    assert not allowed[day(found, "2014-02-15")]
    assert allowed[day(found, "2014-04-15")]


def test_separation_hands_over_the_share_of_the_tanks():
    found = assembled()
    (handover,) = found.handovers
    assert (handover.source, handover.target) == ("alpha", "beta")
    assert handover.share == pytest.approx(3_000 / 4_000)
    assert handover.place == day(found, "2015-07-01")
    assert station(found, "beta").parents == {handover.place: "alpha"}


def test_people_are_counted_by_nation_from_launch_to_landing():
    found = assembled()
    aboard = found.people[0, found.nations.index("USA")]
    assert aboard[day(found, "2014-01-31")] == 0
    assert aboard[day(found, "2014-02-01")] == 2
    assert aboard[day(found, "2014-03-12")] == 2
    assert aboard[day(found, "2014-03-13")] == 0


def test_nothing_changes_between_boundaries_that_a_leg_cannot_hold():
    found = assembled()
    inside = np.ones(found.calendar.days, bool)
    inside[list(found.boundaries[:-1])] = False
    for one in found.stations:
        exists, capacity = one.hardware.exists, one.hardware.capacity
        assert not (np.diff(exists, prepend=exists[:1]) & inside).any()
        assert not ((np.diff(capacity, prepend=capacity[:1]) < 0) & inside).any()


def test_a_span_without_any_station_is_refused():
    programme = read_programme(FIXTURE)
    early = programme.model_copy(
        update={"span": programme.span.model_copy(update={"last": date(2010, 1, 1)})}
    )
    early = early.model_copy(
        update={"span": early.span.model_copy(update={"first": date(2009, 1, 1)})}
    )
    with pytest.raises(InputError, match="no station has a module"):
        assemble(early, reference_table)


def test_an_orbit_beyond_the_tables_is_refused():
    with pytest.raises(InputError, match="expected at most 850"):
        assembled("station.alpha.orbit.altitude_km=900")
