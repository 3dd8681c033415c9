"""From a programme to a rotation problem: what is aboard, what may fly, with whom, and where."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from stationkeeper.crew.mixes import NO_LIMIT
from stationkeeper.crew.planning import problem
from stationkeeper.crew.ports import Stay, settle
from stationkeeper.crew.state import state_at
from stationkeeper.errors import InputError
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.write import as_toml
from stationkeeper.schedule.check import check
from stationkeeper.schedule.problem import Aboard, Candidate, Mix, ShipClass
from tests.programmes import changed, check_text, errors, put, two_sides

AT, UNTIL = date(2027, 2, 1), date(2028, 2, 1)


def programme(folder, **changes):
    """Read the station of two partners with some keys set."""
    document = two_sides()
    for key, value in changes.items():
        put(document, key.replace("__", ".").replace("_2", "-2"), value)
    checked = check_text(folder, as_toml(document))
    assert not errors(checked)
    assert checked.programme is not None
    return checked.programme


def plan_for(folder, limits=None, at=AT, until=UNTIL, options=None, **changes):
    found = problem(
        programme(folder, **changes), "small", at, until, limits or {}, **(options or {})
    )
    check(found.rotation)  # well formed, whatever else it is
    return found


def candidate(found, key):
    return next(c for c in found.rotation.candidates if c.key == key)


def names(candidate):
    return [mix.name for mix in candidate.mixes]


def shock(kind, day, **more):
    return {"kind": kind, "date": day, "station": "small", **more}


# ---- The state of a day.


def test_the_state_holds_ships_ports_and_the_people_whose_seats_they_are(tmp_path):
    state = state_at(programme(tmp_path), "small", AT)
    assert [(s.key, s.port, s.people) for s in state.docked] == [
        ("capsule-1", "core/zenith", {"USA": 3}),
        ("pod-1", "lab/nadir", {"RUS": 2, "USA": 1}),
    ]
    assert state.docked[0].life_ends == date(2026, 12, 10) + timedelta(days=210)
    assert not state.under_way
    assert not state.unseated


def test_a_ship_that_moved_is_at_its_later_port(tmp_path):
    document = two_sides()
    document["flight"]["pod-1"]["moved_to"] = {"2027-01-20": "lab/aft"}
    checked = check_text(tmp_path, as_toml(document))
    state = state_at(checked.programme, "small", AT)
    assert state.docked[1].port == "lab/aft"


def test_a_granted_life_counts_before_that_of_the_class(tmp_path):
    document = two_sides()
    document["flight"]["pod-1"]["life_days"] = 300
    state = state_at(check_text(tmp_path, as_toml(document)).programme, "small", AT)
    assert state.docked[1].life_ends == date(2026, 12, 20) + timedelta(days=300)


def test_a_ship_beyond_its_life_stays_as_recorded(tmp_path):
    document = two_sides()
    document["flight"]["pod-1"]["life_days"] = 30
    state = state_at(check_text(tmp_path, as_toml(document)).programme, "small", AT)
    assert state.docked[1].over_life
    assert state.docked[1].life_ends == date(2026, 12, 20) + timedelta(days=160)


def test_people_of_a_ship_that_is_not_fit_stay_with_it(tmp_path):
    document = two_sides()
    document["shock"] = {"leak": shock("unfit", date(2027, 1, 15), flight="pod-1")}
    state = state_at(check_text(tmp_path, as_toml(document)).programme, "small", AT)
    assert [(s.key, s.fit, sum(s.people.values())) for s in state.docked] == [
        ("capsule-1", True, 3),
        ("pod-1", False, 3),
    ]


def test_the_recorded_move_of_a_seat_liner_is_kept(tmp_path):
    document = two_sides()
    document["crew"]["pod-1"]["seats"] = {"RUS": 2}
    document["crew"]["pod-1-usa"] = {
        **document["crew"]["pod-1"],
        "seats": {"USA": 1},
        "seat_on": {"2027-01-20": "capsule-1"},
    }
    state = state_at(check_text(tmp_path, as_toml(document)).programme, "small", AT)
    assert [s.people for s in state.docked] == [{"USA": 4}, {"RUS": 2}]


def test_a_ship_under_way_is_a_candidate_that_keeps_its_days(tmp_path):
    found = plan_for(tmp_path, at=date(2026, 12, 20) + timedelta(days=12), until=UNTIL)
    assert not found.under_way
    document = two_sides()
    document["flight"]["pod-1"] |= {"launched": date(2027, 1, 5), "docked": date(2027, 1, 8)}
    document["crew"]["pod-1"]["launched"] = date(2027, 1, 5)
    read = check_text(tmp_path, as_toml(document)).programme
    found = problem(read, "small", date(2027, 1, 6), UNTIL, {})
    place = next(iter(found.under_way))
    coming = found.rotation.candidates[place]
    assert (coming.key, coming.earliest, coming.latest, coming.transit) == ("pod-1", 0, 0, 2)
    assert coming.mixes[0].total == 3
    assert [ship.key for ship in found.rotation.aboard] == ["capsule-1"]


# ---- Candidates.


def test_nominal_launches_follow_the_calendar_and_flown_ones_are_not_flown_again(tmp_path):
    found = plan_for(tmp_path, traffic={})
    assert [(c.key, found.day(c.nominal)) for c in found.rotation.candidates] == [
        ("capsules-002", date(2027, 5, 9)),
        ("capsules-003", date(2027, 10, 6)),
        ("pods-002", date(2027, 5, 19)),
        ("pods-003", date(2027, 10, 16)),
    ]
    first = candidate(found, "capsules-002")
    assert (first.latest - first.earliest, first.transit, first.longest) == (40, 1, 209)


def test_a_handover_waits_for_a_cargo_ship_to_leave_its_port(tmp_path):
    found = plan_for(tmp_path)  # cargo-002 is there from 17 September to 27 October
    assert found.day(candidate(found, "capsules-003").nominal) == date(2027, 10, 26)


def test_two_handovers_at_once_bring_no_more_people_than_may_be_aboard(tmp_path):
    crews = {"permanent": True, "minimum": 2, "minimum_by_segment": {"main": 1, "east": 1}}
    close = date(2026, 12, 12)
    for most, nominal in ((14, date(2027, 5, 11)), (13, date(2027, 5, 15))):
        found = plan_for(
            tmp_path,
            traffic={},
            rotation__pods__since=close,
            station__small__crew_rules=crews | {"maximum": most},
        )
        assert found.day(candidate(found, "pods-002").nominal) == nominal


def test_a_flight_due_before_the_day_and_not_flown_may_launch_from_then_on(tmp_path):
    found = plan_for(tmp_path, at=date(2027, 5, 15))
    late = candidate(found, "capsules-002")
    assert late.earliest == 0
    assert late.latest == 20
    assert any("capsules-002" in text and "not flown" in text for text in found.left_out)


def test_a_launch_comes_forward_by_a_share_of_the_time_left(tmp_path):
    found = plan_for(tmp_path, at=date(2027, 4, 19))
    near = candidate(found, "capsules-002")
    assert (near.nominal, near.earliest, near.latest) == (20, 15, 40)


def test_a_flight_soon_after_another_of_its_class_waits_for_the_turnaround(tmp_path):
    document = two_sides()
    document["rotation"]["capsules"]["turnaround_days"] = 150
    read = check_text(tmp_path, as_toml(document)).programme
    found = problem(read, "small", AT, UNTIL, {})
    assert candidate(found, "capsules-002").earliest == (date(2027, 5, 9) - AT).days


def test_grounded_days_are_closed(tmp_path):
    grounded = shock("grounded", date(2027, 4, 1), until=date(2027, 5, 1), ships=["pod"])
    found = plan_for(tmp_path, shock__a=grounded)
    closed = candidate(found, "pods-002")
    first = closed.earliest
    assert closed.closed == ((first, (date(2027, 5, 1) - AT).days),)
    assert closed.closed_by == ("a (grounded)",)
    assert candidate(found, "capsules-002").closed == ()


def test_a_grounded_launcher_closes_the_launches_of_its_ships(tmp_path):
    grounded = shock("grounded", date(2027, 4, 1), until=date(2027, 5, 1), launchers=["lifter"])
    found = plan_for(tmp_path, ship__pod__launcher="lifter", shock__a=grounded)
    closed = candidate(found, "pods-002")
    assert closed.closed == ((closed.earliest, (date(2027, 5, 1) - AT).days),)


def test_a_closed_site_closes_what_launches_there(tmp_path):
    pad = shock("pad-closed", date(2027, 4, 25), until=date(2027, 5, 2), site="cape")
    found = plan_for(tmp_path, shock__pad=pad)
    assert candidate(found, "capsules-002").closed
    assert candidate(found, "pods-002").closed


def test_a_window_that_is_closed_whole_is_put_off_and_may_be_left_out(tmp_path):
    long = shock("grounded", date(2027, 3, 1), until=date(2027, 8, 1), ships=["pod"])
    found = plan_for(tmp_path, shock__a=long)
    put_off = candidate(found, "pods-002")
    assert not put_off.required
    assert put_off.latest == (date(2027, 8, 2) - AT).days + 20
    assert any("put off" in text for text in found.left_out)


def test_a_class_grounded_for_good_flies_no_more(tmp_path):
    found = plan_for(tmp_path, shock__a=shock("grounded", AT, ships=["pod"]))
    assert [c.key for c in found.rotation.candidates] == ["capsules-002", "capsules-003"]


def test_a_lost_flight_is_not_a_candidate(tmp_path):
    day = date(2027, 5, 22)
    flight = {
        "ship": "pod",
        "station": "small",
        "launched": day,
        "docked": day,
        "undocked": date(2027, 10, 1),
        "port": "lab/aft",
    }
    lost = shock("flight-lost", day, flight="pod-2")
    found = plan_for(tmp_path, flight__pod_2=flight, shock__a=lost)
    assert [c.key for c in found.rotation.candidates if c.ship == 1] == ["pods-003"]


def test_what_happens_later_is_not_known_when_planning_from_what_was_flown(tmp_path):
    options = {"from_flown": True}
    later = shock("grounded", date(2027, 4, 1), until=date(2027, 5, 1), ships=["pod"])
    found = plan_for(tmp_path, options=options, shock__a=later)
    assert candidate(found, "pods-002").closed == ()
    said = {**later, "known_on": date(2027, 1, 20)}
    found = plan_for(tmp_path, options=options, shock__a=said)
    assert candidate(found, "pods-002").closed


# ---- Those aboard.


def test_a_ship_aboard_leaves_within_its_certified_life(tmp_path):
    capsule, pod = plan_for(tmp_path).rotation.aboard
    assert capsule.latest == (date(2026, 12, 10) + timedelta(days=210) - AT).days
    assert (pod.people, pod.able) == ((0, 2, 1), (1, 2))


def test_cross_training_counts(tmp_path):
    document = two_sides()
    document["crew"]["capsule-1"]["able"] = {"east": 1}
    read = check_text(tmp_path, as_toml(document)).programme
    assert problem(read, "small", AT, UNTIL, {}).rotation.aboard[0].able == (3, 1)


def test_an_early_return_sets_the_day_of_leaving(tmp_path):
    early = shock("early-return", date(2027, 2, 10), flight="capsule-1")
    capsule = plan_for(tmp_path, shock__a=early).rotation.aboard[0]
    assert (capsule.earliest, capsule.latest) == (9, 9)


def test_people_who_lost_their_seat_are_brought_home_by_a_flight_with_free_seats(tmp_path):
    leak = shock("unfit", date(2027, 1, 15), flight="pod-1")
    found = plan_for(tmp_path, shock__leak=leak)
    assert [ship.fit for ship in found.rotation.aboard] == [True, False]
    adopting = [m for m in candidate(found, "pods-002").mixes if m.adopts is not None]
    assert [(m.name, m.total, m.adopts) for m in adopting] == [
        ("empty up, brings home RUS 2, USA 1 of pod-1", 0, 1)
    ]
    partly = [m for m in candidate(found, "capsules-002").mixes if m.adopts is not None]
    assert {m.total for m in partly} == {0, 1}  # four seats less three
    # The ship stays until the first of these could come.
    relief = candidate(found, "capsules-002").earliest + 1
    assert found.rotation.aboard[1].earliest == relief


def test_people_go_home_only_on_ships_on_which_their_nation_flies(tmp_path):
    leak = shock("unfit", date(2027, 1, 15), flight="pod-1")
    found = plan_for(tmp_path, options={"exchange": False}, shock__leak=leak)
    assert all(m.adopts is None for m in candidate(found, "capsules-002").mixes)


def test_stay_limits_bind_people_aboard_and_people_to_come(tmp_path):
    limits = {"RUS": np.full(366, 100), "USA": lambda day: 200 if day < 200 else 150}
    found = plan_for(tmp_path, limits)
    pod = found.rotation.aboard[1]
    assert pod.latest_people == (date(2026, 12, 20) + timedelta(days=100) - AT).days
    by_name = {m.name: m.longest for m in candidate(found, "capsules-002").mixes}
    assert by_name == {"USA 2, JPN 1, RUS 1": 100, "USA 3, RUS 1": 100, "USA 3, JPN 1": 200}
    assert candidate(found, "capsules-003").mixes[2].longest == 150
    assert found.stay_days == {"RUS": 100, "USA": 200}


def test_without_limits_nothing_binds_but_the_rule_of_the_station(tmp_path):
    assert candidate(plan_for(tmp_path), "pods-002").mixes[0].longest == NO_LIMIT
    found = plan_for(tmp_path, station__small__crew_rules__stay_limit_days=180)
    assert candidate(found, "pods-002").mixes[0].longest == 180


def test_fewer_people_may_be_aboard_for_a_while(tmp_path):
    limit = shock("people-limit", date(2027, 5, 15), until=date(2027, 6, 1), people=3)
    found = plan_for(tmp_path, shock__a=limit)
    most = found.rotation.most
    first = (date(2027, 5, 15) - AT).days
    assert (most[first - 1], most[first]) == (9, 3 + 4)  # and one crew more, for a handover
    assert (most[first + 17], most[first + 18]) == (3 + 4, 9)
    assert {m.total for m in candidate(found, "pods-002").mixes} == {3}


def test_no_launch_under_a_limit_brings_more_people_than_it(tmp_path):
    limit = shock("people-limit", date(2027, 3, 1), people=3)
    with pytest.raises(InputError, match=r"rotation\.capsules: nobody may fly.*3 people at most"):
        plan_for(tmp_path, shock__a=limit)


# ---- Who may fly.


def test_exchanged_seats_count_against_each_other(tmp_path):
    found = plan_for(tmp_path)
    assert found.rotation.exchanges == (("swap", 1),)
    swapped = {m.name: m.swapped for c in found.rotation.candidates for m in c.mixes}
    assert swapped["RUS 2, USA 1"] == (-1,)
    assert swapped["USA 2, JPN 1, RUS 1"] == (1,)
    assert swapped["RUS 3"] == swapped["USA 3, JPN 1"] == (0,)


def test_without_exchange_no_exchanged_mix_flies(tmp_path):
    found = plan_for(tmp_path, options={"exchange": False})
    assert names(candidate(found, "pods-002")) == ["RUS 3"]
    assert names(candidate(found, "capsules-002")) == ["USA 3, JPN 1"]
    assert found.rotation.exchanges == ()


def test_exchanged_seats_are_put_back_where_nothing_else_was_meant(tmp_path):
    found = plan_for(
        tmp_path, options={"exchange": False}, rotation__pods__mixes=[{"RUS": 2, "USA": 1}]
    )
    assert names(candidate(found, "pods-002")) == ["RUS 3"]
    assert any("put back" in text for text in found.left_out)


def test_an_agreement_that_has_ended_gives_no_seats(tmp_path):
    found = plan_for(tmp_path, agreement__swap__until=date(2027, 8, 1))
    assert "RUS 2, USA 1" in names(candidate(found, "pods-002"))
    assert names(candidate(found, "pods-003")) == ["RUS 3"]


def test_an_agreement_that_rests_gives_no_seats(tmp_path):
    halt = shock(
        "cooperation-halted", date(2027, 8, 1), until=date(2027, 12, 31), agreements=["swap"]
    )
    found = plan_for(tmp_path, shock__a=halt)
    assert "RUS 2, USA 1" in names(candidate(found, "pods-002"))
    assert names(candidate(found, "pods-003")) == ["RUS 3"]


def test_bought_seats_are_counted_and_limited(tmp_path):
    bought = {
        "kind": "purchase",
        "station": "small",
        "since": date(2026, 1, 1),
        "seats_on": {"pod": "USA"},
        "seats_at_most": 2,
    }
    found = plan_for(tmp_path, options={"exchange": False}, agreement__buy=bought)
    assert [(m.name, m.bought) for m in candidate(found, "pods-002").mixes] == [
        ("RUS 2, USA 1, 1 bought", 1),
        ("RUS 3", 0),
    ]
    assert found.rotation.bought_at_most == 2


def test_somebody_aboard_must_be_able_to_fly_the_ship(tmp_path):
    read = programme(tmp_path)
    capsule = read.ship["capsule"].model_copy(update={"flown_by": ("JPN",)})
    read = read.model_copy(update={"ship": {**read.ship, "capsule": capsule}})
    found = problem(read, "small", AT, UNTIL, {})
    assert names(candidate(found, "capsules-002")) == ["USA 2, JPN 1, RUS 1", "USA 3, JPN 1"]


def test_foreign_crew_needs_the_permission_of_a_national_station(tmp_path):
    changes = {
        "station__small__partners": ["operator", "second"],
        "station__small__access": {"kind": "national", "foreign_crew": "by-permission"},
    }
    found = plan_for(tmp_path, **changes)
    assert "USA 3, JPN 1" not in names(candidate(found, "capsules-002"))
    permit = {
        "kind": "permit",
        "date": date(2027, 6, 1),
        "station": "small",
        "partner": "third",
    }
    found = plan_for(tmp_path, event__permit=permit, **changes)
    assert "USA 3, JPN 1" not in names(candidate(found, "capsules-002"))
    assert "USA 3, JPN 1" in names(candidate(found, "capsules-003"))


def test_quotas_owe_whole_seats_by_calendar_year(tmp_path):
    quota = {
        "kind": "quota",
        "station": "small",
        "since": date(2026, 1, 1),
        "nations": ["JPN"],
        "seats_per_year": 0.6,
    }
    found = plan_for(tmp_path, until=date(2029, 1, 1), agreement__japan=quota)
    owed = found.rotation.owed
    assert [(o.name, o.least) for o in owed] == [("japan 2028", 1)]  # 0.55, then 1.15
    keys = [found.rotation.candidates[place].key for place in owed[0].flights]
    assert "capsules-004" in keys
    assert "capsules-003" not in keys
    assert owed[0].nations == (found.rotation.nations.index("JPN"),)


def test_work_becomes_tasks_within_the_horizon(tmp_path):
    work = {
        "title": "Inspect",
        "station": "small",
        "since": date(2027, 1, 1),
        "until": date(2027, 6, 1),
        "crew_days": 12.0,
    }
    task = plan_for(tmp_path, work__inspect=work).rotation.tasks[0]
    assert (task.name, task.first, task.last, task.crew_days) == ("inspect", 0, 120, 12.0)


# ---- Ports.


def test_cargo_ships_take_the_port_that_crews_leave_free(tmp_path):
    found = plan_for(tmp_path)
    assert found.moved == {"cargo-002": "core/zenith"}
    by = {o.by: found.rotation.ports[o.port] for o in found.rotation.occupied}
    assert by["cargo-001"] == "core/aft"


def test_cargo_that_brings_propellant_keeps_the_port_through_which_it_flows(tmp_path):
    found = plan_for(tmp_path, ship__freighter__propellant_to_station_kg=500)
    assert found.moved == {}


def test_a_port_without_its_module_is_not_free(tmp_path):
    gone = {"kind": "undock", "date": date(2027, 12, 1), "station": "small", "modules": ["lab"]}
    found = plan_for(tmp_path, event__gone=gone)
    held = {o.by for o in found.rotation.occupied if found.rotation.ports[o.port] == "lab/aft"}
    assert held == {"lab is not part of small"}


def test_handovers_go_where_there_are_ports_enough():
    crew = Aboard("a", 0, 0, 1, 300, (3,), (3,))
    mix = Mix("three", (3,), (3,), NO_LIMIT)
    coming = Candidate("b", 0, 80, 160, 120, 0, 1, 200, (0, 1), (mix,))
    cargo = Stay(0, 123, 140, "cargo", (1,))
    found = settle([cargo], [crew], [coming], [ShipClass("ship", 30, (5, 12))])
    # The crew comes before the cargo ship and takes port 1; the other crew leaves port 0.
    assert found[0].port == 0
    # A crew that is gone before needs no port beside it: the next comes on its nominal day, to
    # port 0, and the cargo ship goes to port 1.
    gone = replace(crew, latest=6)
    found = settle([cargo], [gone], [coming], [ShipClass("ship", 30, (5, 12))])
    assert found[0].port == 1


# ---- What is there instead of rotations, and what is refused.


def small(folder, **changes):
    checked = check_text(folder, changed({k.replace("__", "."): v for k, v in changes.items()}))
    assert checked.programme is not None
    return checked.programme


def test_a_station_without_rotations_is_planned_from_its_crewed_traffic(tmp_path):
    found = problem(small(tmp_path), "small", date(2027, 6, 1), date(2029, 1, 1), {})
    check(found.rotation)
    assert [c.key for c in found.rotation.candidates] == ["visits-002", "visits-003", "visits-004"]
    assert found.rotation.ships[0].handover is None
    assert not found.rotation.permanent
    visit = found.rotation.candidates[0]
    assert (visit.shortest, visit.longest) == (22, 45)
    assert [side.key for side in found.rotation.sides] == ["station"]


def test_a_permanent_station_hands_over(tmp_path):
    read = small(tmp_path, station__small__crew_rules__permanent=True)
    found = problem(read, "small", date(2027, 6, 1), date(2029, 1, 1), {})
    assert found.rotation.ships[0].handover == (5, 12)
    assert found.rotation.candidates[0].longest == 210


def test_a_visit_that_is_there_leaves_as_meant(tmp_path):
    found = problem(small(tmp_path), "small", date(2027, 3, 11), date(2028, 1, 1), {})
    visit = found.rotation.aboard[0]
    assert (visit.key, visit.earliest, visit.latest) == ("visits-001", 35, 35)


@pytest.mark.parametrize(
    ("at", "until", "words"),
    [
        (date(2027, 2, 1), date(2027, 2, 1), "expected an end after the begin"),
        (date(2026, 12, 1), UNTIL, "2027-01-01 to 2029-12-31"),
        (AT, date(2050, 1, 1), "at most 20"),
        (AT, date(2027, 3, 1), "nothing to plan for small"),
    ],
)
def test_an_impossible_horizon_is_refused_in_words(tmp_path, at, until, words):
    with pytest.raises(InputError, match=words):
        plan_for(tmp_path, at=at, until=until)


def test_a_station_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"'large' was given; expected one of: small"):
        problem(programme(tmp_path), "large", AT, UNTIL, {})


def test_a_launch_on_which_nobody_may_fly_is_refused_with_the_reasons(tmp_path):
    with pytest.raises(InputError, match=r"rotation\.pods: nobody may fly on the launch of .*days"):
        plan_for(tmp_path, {"RUS": lambda day: 0})


def test_the_iss_has_a_problem_on_every_kind_of_day():
    iss = read_programme("iss")
    for at in (date(2018, 10, 12), date(2022, 10, 10), date(2022, 12, 16), date(2026, 10, 2)):
        found = problem(iss, "iss", at, at + timedelta(days=400), {}, from_flown=True)
        check(found.rotation)
        assert sum(sum(ship.people) for ship in found.rotation.aboard) >= 3
        assert found.rotation.candidates


def test_a_visited_station_wants_the_crew_days_of_its_work(tmp_path):
    read = small(tmp_path)
    at, until = date(2027, 6, 1), date(2029, 1, 1)
    nominal = problem(read, "small", at, until, {}).rotation.sides[0].wanted
    assert nominal == pytest.approx(3 * 45 / 182.5, abs=1e-3)
    work = {
        "title": "Inspect",
        "station": "small",
        "since": date(2027, 7, 1),
        "until": date(2027, 12, 31),
        "crew_days": 58.0,
    }
    found = problem(small(tmp_path, work__inspect=work), "small", at, until, {})
    assert found.rotation.sides[0].wanted == pytest.approx(58 / 580, abs=1e-3)
