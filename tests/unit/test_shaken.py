"""Dated shocks change what is planned, in the document, and nothing that has flown."""

from datetime import date, timedelta
from functools import cache

import pytest

from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.random_shocks import last_recorded_day
from stationkeeper.lifetime.shaken import shaken
from stationkeeper.lifetime.withdrawals import withdrawn
from stationkeeper.programme.composition import all_crews, all_flights
from stationkeeper.programme.crewing import Shock
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reading import shipped_names
from stationkeeper.programme.reference import reference_table

SPAN = {"date": "2027-03-01", "until": "2027-12-31"}
FIRST, AGAIN = date(2027, 3, 1), date(2028, 1, 1)


@cache
def programme():
    return read_programme("iss-to-ros")


def with_shocks(**shocks):
    made = {
        key: Shock.model_validate({"station": "iss", **SPAN, **one}) for key, one in shocks.items()
    }
    return programme().model_copy(update={"shock": {**programme().shock, **made}})


def flights_of(found, ship):
    """Return the flights of a class by key."""
    return {key: one for key, one in all_flights(found).items() if one.ship == ship}


def changed(found):
    """Return flights before and after, where they differ."""
    before, after = all_flights(programme()), all_flights(found)
    keys = {*before, *after}
    return {
        key: (before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)
    }


@pytest.mark.parametrize("name", shipped_names())
def test_shocks_of_the_record_change_nothing(name):
    told = read_programme(name)
    assert shaken(told) is told


def test_flights_of_a_grounded_class_go_on_the_day_after():
    found = shaken(with_shocks(stop={"kind": "grounded", "ships": ["progress-ms"]}))
    was = flights_of(programme(), "progress-ms")
    inside = {key for key, one in was.items() if FIRST <= one.launched < AGAIN}
    assert len(inside) >= 2
    assert set(changed(found)) == inside
    for key, (before, after) in changed(found).items():
        if before.undocked <= AGAIN + (before.docked - before.launched):
            assert after is None, key
        else:
            assert after.launched == AGAIN
            assert after.docked - AGAIN == before.docked - before.launched
            assert after.undocked == before.undocked
    assert any(after is not None for _, after in changed(found).values())


def test_what_comes_later_has_the_same_names_and_the_same_days():
    found = shaken(with_shocks(stop={"kind": "grounded", "ships": ["progress-ms"]}))
    was, now = flights_of(programme(), "progress-ms"), flights_of(found, "progress-ms")
    later = [key for key, one in was.items() if one.launched >= AGAIN]
    assert later
    assert [now[key] for key in later] == [was[key] for key in later]


def test_people_come_with_their_late_ship():
    found = shaken(with_shocks(stop={"kind": "grounded", "ships": ["soyuz-ms"]}))
    flights = flights_of(found, "soyuz-ms")
    assert not [one for one in flights.values() if FIRST <= one.launched < AGAIN]
    crews = [one for one in all_crews(found).values() if one.station == "iss"]
    ups = {one.ship_up for one in crews if one.launched == AGAIN}
    assert ups == {key for key, one in flights.items() if one.launched == AGAIN}
    before = [one for one in all_crews(programme()).values() if FIRST <= one.launched < AGAIN]
    assert any(programme().ship[all_flights(programme())[one.ship_up].ship] for one in before)
    assert not [one for one in crews if FIRST <= one.launched < AGAIN and "soyuz" in one.ship_up]


def test_an_open_grounding_takes_all_flights():
    found = shaken(with_shocks(stop={"kind": "grounded", "ships": ["progress-ms"], "until": None}))
    there = [one for one in flights_of(found, "progress-ms").values() if one.station == "iss"]
    assert max(one.launched for one in there) < FIRST
    assert {one.ship for one, _ in changed(found).values()} == {"progress-ms"}


def test_a_grounded_launcher_keeps_ships_and_modules():
    launcher = programme().module["nem"].launcher
    late = {"kind": "grounded", "launchers": [launcher]}
    late |= {"date": "2028-06-01", "until": "2029-05-31"}
    found = shaken(with_shocks(stop=late))
    assert found.module["nem"].launched == date(2029, 6, 1)
    ships = {key for key, one in programme().ship.items() if one.launcher == launcher}
    assert {one.ship for one, _ in changed(found).values()} <= ships


def test_a_closed_pad_keeps_what_leaves_from_it():
    found = shaken(with_shocks(pad={"kind": "pad-closed", "site": "baikonur"}))
    ships = {key for key, one in programme().ship.items() if one.site == "baikonur"}
    assert ships
    touched = {one.ship for one, _ in changed(found).values()}
    assert touched
    assert touched <= ships
    some = shaken(
        with_shocks(pad={"kind": "pad-closed", "site": "baikonur", "ships": ["progress-ms"]})
    )
    assert {one.ship for one, _ in changed(some).values()} == {"progress-ms"}


def test_a_module_that_may_not_launch_takes_with_it_what_docks_at_it():
    site = programme().module["nem"].site
    late = {"kind": "pad-closed", "site": site, "date": "2028-06-01", "until": None}
    found = shaken(with_shocks(stop=late))
    gone = {"nem-joins", "uum-joins", "shm-joins", "base-joins", "target-1-joins", "target-2-joins"}
    assert set(programme().event) - set(found.event) == gone
    assert found.event["ros-separates"].modules == ("nauka", "prichal")
    ports = {one.port.partition("/")[0] for one in all_flights(found).values()}
    assert ports.isdisjoint({"nem", "uum", "shm", "base"})
    assert assemble(found, reference_table).keys == ("iss", "ros")
    assert shaken(found) is found


def test_a_lost_flight_and_its_people_do_not_come():
    crewed = next(
        key
        for key, one in all_flights(programme()).items()
        if one.ship == "soyuz-ms" and one.launched > FIRST
    )
    found = shaken(with_shocks(lost={"kind": "flight-lost", "flight": crewed}))
    assert set(changed(found)) == {crewed}
    assert crewed not in all_flights(found)
    assert not [one for one in all_crews(found).values() if one.ship_up == crewed]
    before = {key for key, one in all_crews(programme()).items() if one.ship_up == crewed}
    assert before
    assert set(all_crews(programme())) - set(all_crews(found)) == before


def test_a_flown_flight_is_not_lost():
    flown = next(key for key, one in programme().flight.items() if one.status == "flown")
    told = with_shocks(lost={"kind": "flight-lost", "flight": flown})
    assert shaken(told) is told


def test_a_late_module_is_late_once():
    found = shaken(with_shocks(wait={"kind": "module-late", "modules": ["nem"], "late_days": 90.0}))
    assert found.module["nem"].launched == programme().module["nem"].launched + timedelta(days=90)
    assert "shock.wait: nem is launched 90 days later" in found.module["nem"].note
    assert shaken(found) is found


def test_while_cooperation_is_halted_seats_stay_empty():
    halted = {"kind": "cooperation-halted", "agreements": ["exchange-2025"]}
    found = shaken(with_shocks(halt=halted))
    guests = programme().agreement["exchange-2025"].seats_on
    before, after = all_crews(programme()), all_crews(found)
    assert before.keys() == after.keys()
    inside = {key for key, one in before.items() if FIRST <= one.launched < AGAIN}
    assert len(inside) >= 3
    for key in inside:
        ship = all_flights(programme())[before[key].ship_up].ship
        expected = {n: count for n, count in before[key].seats.items() if n != guests[ship]}
        assert after[key].seats == expected != before[key].seats
    assert all(after[key].seats == one.seats for key, one in before.items() if key not in inside)
    assert {*all_flights(found)} == {*all_flights(programme())}


@pytest.mark.parametrize(
    "shock",
    [
        {"kind": "grounded", "ships": ["progress-ms"]},
        {"kind": "grounded", "ships": ["progress-ms"], "until": None},
        {"kind": "pad-closed", "site": "baikonur"},
        {"kind": "module-late", "modules": ["nem"], "late_days": 500.0},
        {"kind": "flight-lost", "flight": "progress-ms-001"},
        {"kind": "sanction", "partners": ["roscosmos"]},
    ],
    ids=lambda shock: shock["kind"],
)
def test_twice_is_once_and_the_record_stays(shock):
    found = shaken(with_shocks(one=shock))
    assert shaken(found) is found
    recorded = last_recorded_day(programme())
    before, after = all_flights(programme()), all_flights(found)
    for key, flight in before.items():
        if flight.launched <= recorded:
            assert after[key].launched == flight.launched
            assert after[key].docked == flight.docked
    assemble(withdrawn(found), reference_table)


def test_what_one_shock_puts_off_runs_into_the_next():
    told = with_shocks(
        second={"kind": "grounded", "ships": ["progress-ms"], "date": "2027-12-15",
                "until": "2028-02-29"},
        first={"kind": "pad-closed", "site": "baikonur", "ships": ["progress-ms"]},
    )  # fmt: skip
    launched = {one.launched for one in flights_of(shaken(told), "progress-ms").values()}
    assert not [day for day in launched if FIRST <= day <= date(2028, 2, 29)]
