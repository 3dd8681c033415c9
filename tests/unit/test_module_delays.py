"""A module that is launched later takes along what needs it, and nothing else."""

from datetime import date, timedelta
from functools import cache

import pytest

from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.module_delays import delayed
from stationkeeper.programme.composition import all_crews, all_flights
from stationkeeper.programme.history import history
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table


@cache
def programme():
    return read_programme("iss-to-ros")


def moved(found):
    """Return by how many days each event has moved."""
    return {
        key: (found.event[key].date - event.date).days
        for key, event in programme().event.items()
        if found.event[key].date != event.date
    }


def test_nothing_late_is_the_same_document():
    assert delayed(programme(), {}) is programme()
    assert delayed(programme(), {"nem": 0.0}) is programme()
    assert delayed(programme(), {"zvezda": 500.0}) is programme()


def test_a_short_delay_moves_the_module_alone():
    found = delayed(programme(), {"nem": 100.0})
    assert moved(found) == {"nem-joins": 100}
    launched = programme().module["nem"].launched
    assert found.module["nem"].launched == launched + timedelta(days=100)
    others = {key: one for key, one in found.module.items() if key != "nem"}
    assert others == {key: one for key, one in programme().module.items() if key != "nem"}


def test_modules_that_dock_at_a_late_one_wait_for_it():
    found = delayed(programme(), {"nem": 399.5})
    days = {key: found.event[key].date for key in moved(found)}
    assert days["nem-joins"] == programme().event["nem-joins"].date + timedelta(days=400)
    assert days["uum-joins"] == days["nem-joins"] + timedelta(days=1)
    docked = programme().event["uum-joins"].date - programme().module["uum"].launched
    assert found.module["uum"].launched == days["uum-joins"] - docked
    assert not history(found).faults


def test_a_separation_waits_for_what_it_takes_along_and_the_station_begins_then():
    found = delayed(programme(), {"shm": 500.0})
    separated = found.event["ros-separates"].date
    assert separated == found.event["shm-joins"].date + timedelta(days=1)
    assert history(found).exists_from("ros") == separated
    assert found.station["ros"].reboost["band"].since == separated
    flights = all_flights(found).values()
    assert all(flight.docked > separated for flight in flights if flight.station == "ros")
    was = {key for key, flight in all_flights(programme()).items() if flight.station == "ros"}
    gone = was - set(all_flights(found))
    assert {
        key
        for key in was
        if all_flights(programme())[key].docked < separated
        and not key.startswith(tuple(programme().flight))
    } == gone
    crews = all_crews(found).values()
    assert all(crew.launched > separated for crew in crews if crew.station == "ros")


def test_what_is_late_flies():
    assembled = assemble(delayed(programme(), {"shm": 500.0}), reference_table)
    assert assembled.keys == ("iss", "ros")


@pytest.mark.parametrize("days", [1e5, 4e6])
def test_a_module_that_never_comes_in_the_span_keeps_the_station_from_beginning(days):
    found = delayed(programme(), {"nem": days})
    assert found.event["ros-separates"].date > programme().span.last
    assert found.event["nem-joins"].date <= date.max
    flights = all_flights(found).values()
    assert not [flight for flight in flights if flight.station == "ros"]
