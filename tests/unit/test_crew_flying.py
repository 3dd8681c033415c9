"""A plan becomes an override of its programme, and plain data."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from stationkeeper.crew.flying import (
    flight_keys,
    plan_document,
    plan_override,
    planned_programme,
    to_the_end,
    with_dates,
)
from stationkeeper.crew.planning import problem
from stationkeeper.programme.composition import all_crews, all_flights
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.write import as_toml
from stationkeeper.schedule.problem import Flight, Plan, Stage
from tests.programmes import check_text, errors, put, small, two_sides

AT, UNTIL = date(2027, 2, 1), date(2028, 2, 1)


def day(number):
    return AT + timedelta(days=number)


def read(folder, **changes):
    document = two_sides()
    for key, value in changes.items():
        put(document, key.replace("__", "."), value)
    checked = check_text(folder, as_toml(document))
    assert not errors(checked)
    return checked.programme


def mix_of(found, key, name):
    candidate = next(c for c in found.rotation.candidates if c.key == key)
    return next(place for place, mix in enumerate(candidate.mixes) if mix.name.startswith(name))


def by_hand(found, pod="RUS 2, USA 1"):
    """Return a plan in which each crew stays a week with the next one."""
    places = {c.key: n for n, c in enumerate(found.rotation.candidates)}
    ports = {port: n for n, port in enumerate(found.rotation.ports)}
    rows = [
        ("capsules-002", 97, 97 + 1, 255, "core/aft", "USA 3, RUS 1"),
        ("pods-002", 107, 107, 265, "lab/aft", pod),
        ("capsules-003", 247, 248, 365, "core/zenith", "USA 3, RUS 1"),
        ("pods-003", 257, 257, 365, "lab/nadir", "RUS 2, USA 1"),
    ]
    flights = tuple(
        Flight(places[key], launch, dock, leave, ports[port], mix_of(found, key, name))
        for key, launch, dock, leave, port, name in rows
    )
    return Plan(
        "proven",
        flights,
        (105, 114),
        (105, 114),
        (),
        (Stage("safety days lost", "d", 3.0, 3.0, "proven"),),
    )


def planned(folder, programme, found, plan):
    """Write a plan, and read it back with its override."""
    path = folder / "plan.toml"
    path.write_text(planned_programme(programme, found, plan), encoding="utf-8")
    return read_programme(str(path), overrides=["plan"])


def no_cargo(folder, **changes):
    return read(folder, traffic={}, **changes)


def test_the_override_holds_the_planned_flights_and_crews(tmp_path):
    programme = no_cargo(tmp_path)
    found = problem(programme, "small", AT, UNTIL, {})
    plan = by_hand(found)
    assert flight_keys(found, plan) == (
        "plan-capsule-001",
        "plan-pod-001",
        "plan-capsule-002",
        "plan-pod-002",
    )
    override = plan_override(programme, found, plan)
    flight = override["flight"]["plan-capsule-001"]
    assert (flight["launched"], flight["docked"], flight["undocked"]) == (
        day(97),
        day(98),
        day(255),
    )
    assert flight["port"] == "core/aft"
    assert flight["source"] == "planned by stationkeeper"
    assert flight["status"] == "planned"
    crew = override["crew"]["plan-capsule-001"]
    assert crew["seats"] == {"RUS": 1, "USA": 3}
    assert (crew["ship_up"], crew["ship_down"]) == ("plan-capsule-001", "plan-capsule-001")
    assert override["span"] == {"last": date(2028, 1, 31)}


def test_ships_and_people_aboard_leave_as_planned(tmp_path):
    programme = no_cargo(tmp_path)
    found = problem(programme, "small", AT, UNTIL, {})
    again = planned(tmp_path, programme, found, by_hand(found))
    assert again.flight["capsule-1"].undocked == day(105)
    assert again.crew["capsule-1"].landed == day(105)
    assert again.crew["pod-1"].landed == day(114)
    assert sorted(again.crew) == [
        "capsule-1",
        "plan-capsule-001",
        "plan-capsule-002",
        "plan-pod-001",
        "plan-pod-002",
        "pod-1",
    ]


def test_relocations_after_the_day_are_dropped(tmp_path):
    document = two_sides()
    document["flight"]["pod-1"]["moved_to"] = {
        "2027-01-20": "lab/aft",
        "2027-03-20": "lab/nadir",
    }
    document["traffic"] = {}
    programme = check_text(tmp_path, as_toml(document)).programme
    found = problem(programme, "small", AT, UNTIL, {})
    override = plan_override(programme, found, by_hand(found))
    assert override["flight"]["pod-1"]["moved_to"] == {"2027-01-20": "lab/aft"}


def test_crewed_flights_after_the_day_are_replaced_with_their_crews_and_shocks(tmp_path):
    document = two_sides()
    document["traffic"] = {}
    launched = date(2027, 5, 9)
    document["flight"]["capsule-2"] = {
        "ship": "capsule",
        "station": "small",
        "launched": launched,
        "docked": launched,
        "undocked": date(2027, 9, 1),
        "port": "core/aft",
    }
    document["crew"]["capsule-2"] = {
        "station": "small",
        "ship_up": "capsule-2",
        "launched": launched,
        "landed": date(2027, 9, 1),
        "seats": {"USA": 4},
    }
    document["shock"] = {
        "leak": {
            "kind": "unfit",
            "date": date(2027, 6, 1),
            "station": "small",
            "flight": "capsule-2",
        }
    }
    programme = check_text(tmp_path, as_toml(document)).programme
    found = problem(programme, "small", AT, UNTIL, {})
    assert found.replaced == ("capsule-2",)
    again = planned(tmp_path, programme, found, by_hand(found))
    assert "capsule-2" not in again.flight
    assert "capsule-2" not in again.crew
    assert not again.shock


def test_people_who_lost_their_seat_go_home_with_the_flight_that_takes_them(tmp_path):
    leak = {"kind": "unfit", "date": date(2027, 1, 15), "station": "small", "flight": "pod-1"}
    programme = no_cargo(tmp_path, shock={"leak": leak})
    found = problem(programme, "small", AT, UNTIL, {})
    plan = by_hand(found, pod="empty up")
    plan = replace(plan, people_leave=(105, 265))
    again = planned(tmp_path, programme, found, plan)
    crew = again.crew["pod-1"]
    assert crew.ship_down == "plan-pod-001"
    assert crew.seat_on == {day(107).isoformat(): "plan-pod-001"}
    assert crew.landed == day(265)
    assert again.flight["pod-1"].undocked == day(114)
    assert "plan-pod-001" not in again.crew
    row = plan_document(found, plan)["flights"][1]
    assert (row["seats"], row["adopts"]) == ({}, "pod-1")


def test_cargo_ships_keep_their_days_and_take_their_new_ports(tmp_path):
    programme = read(tmp_path)
    found = problem(programme, "small", AT, UNTIL, {})
    assert found.moved == {"cargo-002": "core/zenith"}
    plan = by_hand(found)
    flights = list(plan.flights)
    ports = found.rotation.ports
    flights[2] = replace(flights[2], port=ports.index("core/aft"), launch=267, dock=268)
    flights[0] = replace(flights[0], leave=268)
    plan = replace(plan, flights=tuple(flights))
    before, after = (all_flights(p) for p in (programme, planned(tmp_path, programme, found, plan)))
    before = {k: f for k, f in before.items() if f.ship == "freighter" and f.docked < UNTIL}
    after = {k: f for k, f in after.items() if f.ship == "freighter"}
    assert list(before) == ["cargo-001", "cargo-002"]
    assert list(after) == ["cargo.001", "cargo.002"]  # single flights now
    assert [(f.docked, f.undocked) for f in before.values()] == [
        (f.docked, f.undocked) for f in after.values()
    ]
    assert [f.port for f in after.values()] == ["core/aft", "core/zenith"]


def test_crewed_traffic_ends_where_the_plan_begins(tmp_path):
    programme = check_text(tmp_path, as_toml(small())).programme
    found = problem(programme, "small", date(2027, 9, 1), date(2028, 9, 1), {})
    aboard = found.rotation.aboard
    assert [ship.key for ship in aboard] == ["visits-002"]
    flights = tuple(
        Flight(n, c.nominal, c.nominal, c.nominal + 40, c.ports[0], 0)
        for n, c in enumerate(found.rotation.candidates)
    )
    plan = Plan("proven", flights, (aboard[0].latest,), (aboard[0].latest,))
    again = planned(tmp_path, programme, found, plan)
    crews = all_crews(again)
    own = ["plan-capsule-001", "plan-capsule-002"]
    assert sorted(crews) == [*own, "visits-001", "visits.002"]
    assert crews["visits.002"].landed == found.day(aboard[0].latest)
    assert crews["visits.002"].ship_up == "visits.002"  # the series stops before it


def test_the_last_ships_stay_as_long_as_they_may(tmp_path):
    found = problem(no_cargo(tmp_path), "small", AT, UNTIL, {"USA": lambda ahead: 150})
    ends = to_the_end(found, by_hand(found))
    assert [flight.leave for flight in ends.flights] == [255, 265, 247 + 150, 257 + 150]
    assert ends.leaves == (105, 114)


def test_the_document_is_plain_data_with_dates(tmp_path):
    programme = no_cargo(tmp_path)
    found = problem(programme, "small", AT, UNTIL, {"RUS": lambda ahead: 300})
    limits = {"RUS": {"limit": "500 mSv a year", "source": "a table"}}
    document = plan_document(found, by_hand(found), {"counts": {"slip": 2}}, stay_limits=limits)
    assert json.loads(json.dumps(document)) == document
    assert (document["first"], document["last"]) == ("2027-02-01", "2028-01-31")
    assert document["flights"][0] == {
        "key": "plan-capsule-001",
        "ship": "capsule",
        "candidate": "capsules-002",
        "launched": day(97).isoformat(),
        "docked": day(98).isoformat(),
        "undocked": day(255).isoformat(),
        "port": "core/aft",
        "seats": {"RUS": 1, "USA": 3},
        "adopts": None,
        "exchanged": 1,
        "bought": 0,
    }
    assert document["aboard"][0]["leaves"] == day(105).isoformat()
    assert document["stay_limits"] == {
        "RUS": {"days": 300, "limit": "500 mSv a year", "source": "a table"}
    }
    assert document["stages"][0]["gap"] == 0.0
    east = document["days_by_side"][1]
    # Crew-days of Russians: two of pod-1, one and one of the capsules, two and two of the pods.
    expected = 2 * 114 + (255 - 98) + 2 * (265 - 107) + (365 - 248) + 2 * (365 - 257)
    assert (east["side"], east["crew_days"]) == ("east", expected)


def test_a_plan_that_does_not_exist_is_a_document_with_reasons(tmp_path):
    found = problem(no_cargo(tmp_path), "small", AT, UNTIL, {})
    plan = Plan("impossible", conflicts=("pods-002 cannot launch from day 87 to day 127",))
    document = plan_document(found, plan)
    assert document["status"] == "impossible"
    assert document["flights"] == document["aboard"] == []
    assert document["conflicts"] == [
        f"pods-002 cannot launch from {day(87).isoformat()} to {day(127).isoformat()}"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("day 0", "2027-02-01"),
        ("days 3", "days 3"),
        ("from day28 on", "from 2027-03-01 on"),
        ("Tuesday 4", "Tuesday 4"),
    ],
)
def test_days_in_words_become_dates(text, expected):
    assert with_dates(text, AT) == expected
