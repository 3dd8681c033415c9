"""Policies month by month: who acts when, who is held back, and what a replica cannot depend on."""

import tomllib
from dataclasses import fields, replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.lifetime.assemble import Assembled, assemble
from stationkeeper.lifetime.deciding import seen
from stationkeeper.lifetime.deciding.decide import decide
from stationkeeper.lifetime.deciding.decisions import Decisions
from stationkeeper.lifetime.deciding.gaps import gaps_of
from stationkeeper.lifetime.deciding.risk import flat_risks
from stationkeeper.lifetime.deciding.rules import way_home
from stationkeeper.lifetime.deciding.stage import Stage, stage_of
from stationkeeper.lifetime.deciding.usage import used
from stationkeeper.lifetime.deciding.view import View
from stationkeeper.lifetime.withdrawals import withdrawn
from stationkeeper.programme.check import check_source
from stationkeeper.programme.composition import all_flights
from stationkeeper.programme.crewing import Shock
from stationkeeper.programme.deciding import Policy, Random
from stationkeeper.programme.document import Programme
from stationkeeper.programme.files import package_folder
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table
from stationkeeper.units import days_since_2000

REPLICAS = 120


@cache
def shipped(known: date | None = None) -> tuple[Programme, Assembled]:
    programme = known_programme(known)
    programme = programme.model_copy(update={"policy": policies()})
    return programme, assemble(programme, reference_table)


def known_programme(known: date | None) -> Programme:
    checked = check_source("iss-to-ros", as_known=known).programme
    assert checked is not None
    return checked


@cache
def policies() -> dict[str, Policy]:
    found = tomllib.loads((package_folder("library") / "ros-policies.toml").read_text())["policy"]
    return {key: Policy(**policy) for key, policy in found.items()}


def staged(
    known: date | None = None,
    yearly: float = 0.002,
    replicas: int = REPLICAS,
    numbers: Any = None,
    **changed: dict[str, Any],
) -> Stage:
    """Return the stage of the shipped policies, some changed, at a flat risk."""
    programme, assembled = shipped(known)
    rules = {
        key: policy.model_copy(update=changed.get(key.replace("-", "_"), {}))
        for key, policy in programme.policy.items()
    }
    programme = programme.model_copy(update={"policy": rules})
    risks = flat_risks(assembled.keys, assembled.calendar.months, replicas, yearly)
    which = np.arange(replicas) if numbers is None else np.asarray(numbers)
    return stage_of(assembled, programme, risks, 1, which)


def day(text: str) -> float:
    return float(days_since_2000(date.fromisoformat(text)))


def as_arrays(made: Decisions) -> dict[str, Any]:
    found: dict[str, Any] = {"launched": made.launched.T}
    for name in ("acted", "notice", "left", "decided", "ended", "lost", "begun", "crewed"):
        found |= {f"{name} {key}": value for key, value in getattr(made, name).items()}
    return found


def test_the_station_ends_when_it_is_certified_no_more() -> None:
    made = decide(staged())
    assert (made.acted["iss-kept"] == day("2030-07-01")).all()
    # The last burns follow when all is ready.
    assert (made.ended["iss"] == day("2031-01-01")).all()


def test_the_last_certified_day_counts() -> None:
    for last, acts in (("2030-07-30", "2030-07-01"), ("2030-07-31", "2030-08-01")):
        made = decide(staged(iss_kept={"parameters": {"certified_until": last}}))
        assert (made.acted["iss-kept"] == day(acts)).all(), last
    stage = staged()
    parts = {**stage.certified, "zarya": day("2029-05-31")}
    made = decide(replace(stage, certified=parts))
    assert (made.acted["iss-kept"] == day("2029-06-01")).all()


def test_without_a_policy_that_decides_the_end_people_go_as_planned() -> None:
    guard = {"act": "guard", "rule": "way-home", "parameters": {}}
    made = decide(staged(iss_kept=guard))
    assert (made.decided["iss"] == day("2030-07-12")).all()
    assert (made.ended["iss"] == day("2031-01-01")).all()  # 170 days later, on a first of a month
    made = decide(staged(iss_kept=guard, iss_comes_down=guard))
    assert (made.ended["iss"] == day("2030-12-28")).all()


def test_an_end_beyond_the_span_does_not_come() -> None:
    guard = {"act": "guard", "rule": "way-home", "parameters": {}}
    stage = staged(iss_kept=guard, iss_comes_down=guard)
    months = int(np.searchsorted(stage.edges, day("2030-01-01")))
    made = decide(replace(stage, edges=stage.edges[: months + 1]))
    assert np.isinf(made.decided["iss"]).all()
    assert np.isinf(made.ended["iss"]).all()


def test_the_station_ends_at_once_when_the_risk_is_above_the_limit() -> None:
    stage = staged(yearly=0.04)
    made = decide(stage)
    assert (made.acted["iss-kept"] == stage.edges[stage.first]).all()


def test_a_limit_takes_the_place_of_the_parameter_and_certification_is_set_aside() -> None:
    stage = staged(yearly=0.04)
    assert np.isinf(decide(stage, limit=("iss-kept", 0.05)).acted["iss-kept"]).all()
    assert np.isfinite(decide(stage, limit=("iss-kept", 0.019)).acted["iss-kept"]).all()


def test_no_controlled_end_before_its_ship_is_docked() -> None:
    made = decide(staged(yearly=0.04))
    assert (made.ended["iss"] >= day("2029-07-15")).all()


def test_modules_wait_for_what_they_dock_to() -> None:
    stage = staged()
    made, launches = decide(stage), stage.launches
    for place, holder in enumerate(launches.holder):
        if holder >= 0:
            assert (made.launched[place] >= made.docked[holder]).all()
    assert launches.holder[:2] == (-1, 0)


def test_an_own_station_begins_by_itself_where_the_old_one_is_gone() -> None:
    stage = staged()
    made = decide(stage)
    late = np.isinf(made.separated["ros"]) & np.isfinite(made.begun["ros"])
    early = np.isfinite(made.separated["ros"])
    assert late.any()
    assert early.any()
    assert (made.begun["ros"][late] > made.ended["iss"][late]).all()
    assert (made.begun["ros"][early] == made.separated["ros"][early]).all()
    assert (made.separated["ros"][early] <= made.ended["iss"][early]).all()


def test_new_modules_leave_a_station_before_it_comes_down() -> None:
    stage = staged()
    made = decide(stage)
    there = made.docked[0] <= made.ended["iss"]
    short = there & (made.docked[2] > made.ended["iss"])
    assert short.any()
    assert (made.separated["ros"][short] == made.ended["iss"][short]).all()
    assert not made.lost_with_host.any()


def test_notice_comes_when_the_own_station_can_take_crews_and_leaving_a_year_later() -> None:
    stage = staged(iss_kept={"act": "guard", "rule": "way-home", "parameters": {}})
    made = decide(stage)  # without a policy that ends it the station ends as planned
    notice = made.notice["roscosmos", "iss"]
    left = made.left["roscosmos", "iss"]
    given = np.isfinite(left)
    assert (left[given] >= notice[given] + 365.0).all()
    assert (left[given] > day("2028-12-31")).all()


def test_nobody_leaves_before_the_commitment_ends() -> None:
    wait = {"parameters": {"notice_days": 0.0}, "rule": "as-announced"}
    said = {"parameters": {"notice_days": 0.0, "not_before": "2026-06-01"}}
    made = decide(staged(roscosmos_leaves={**wait, **said}))
    assert (made.notice["roscosmos", "iss"] == day("2026-06-01")).all()
    assert (made.left["roscosmos", "iss"] == day("2028-12-31") + 1).all()


def test_a_policy_acts_only_between_its_days() -> None:
    made = decide(staged(yearly=0.04, iss_kept={"since": date(2029, 3, 15)}))
    assert (made.acted["iss-kept"] == day("2029-04-01")).all()
    made = decide(staged(iss_kept={"until": date(2030, 1, 1)}))
    assert np.isinf(made.acted["iss-kept"]).all()


def test_a_guard_that_says_no_holds_every_act_of_its_station_back() -> None:
    more_seats = {"parameters": {"seats_spare": 90.0}}
    made = decide(staged(iss_way_home=more_seats))
    assert np.isinf(made.acted["iss-kept"]).all()
    assert np.isinf(made.left["roscosmos", "iss"]).all()
    assert np.isfinite(made.held["iss-kept", "iss-way-home"]).all()
    assert np.isfinite(made.launched[0]).any()  # launches are not held back


def test_a_guard_holds_back_only_between_its_days() -> None:
    spare = {"parameters": {"seats_spare": 90.0}}
    made = decide(staged(yearly=0.04, iss_way_home={**spare, "until": date(2027, 1, 1)}))
    assert (made.acted["iss-kept"] == day("2027-02-01")).all()
    made = decide(staged(yearly=0.04, iss_way_home={**spare, "since": date(2027, 1, 1)}))
    assert (made.acted["iss-kept"] < day("2027-01-01")).all()


def test_the_guard_holds_whenever_people_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    let: list[bool] = []

    def watched(view: View, parameters: Any) -> Any:
        said = way_home(view, parameters)
        let.append(bool(said.all()))
        for station, people in view.people.items():
            assert (view.seats_home[station][said] >= people[said]).all()
            assert (view.seats_after[station][said] >= view.people_after[station][said]).all()
        return said

    stage = staged()
    stage.rules["iss-way-home"] = watched
    decide(stage)
    assert let


def test_what_our_rules_are_not_shown_they_do_not_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = staged()
    lean = as_arrays(decide(stage))
    monkeypatch.setattr(seen, "WANTED", {})
    whole = as_arrays(decide(stage))
    assert lean.keys() == whole.keys()
    assert all(np.array_equal(lean[name], whole[name]) for name in lean)


def test_a_replica_alone_is_the_same_as_among_many() -> None:
    many, one = as_arrays(decide(staged())), as_arrays(decide(staged(replicas=1, numbers=[17])))
    for name, values in many.items():
        assert np.array_equal(values[17], one[name][0]), name


def test_a_lost_station_decides_no_more() -> None:
    stage = staged(yearly=0.04)
    lost = stage.risks.lost_month["iss"].copy()
    lost[:60] = stage.first
    risks = replace(stage.risks, lost_month={**stage.risks.lost_month, "iss": lost})
    made = decide(replace(stage, risks=risks))
    assert np.isinf(made.acted["iss-kept"][:60]).all()
    assert np.isfinite(made.acted["iss-kept"][60:]).all()
    assert (made.gone("iss")[:60] == stage.edges[stage.first]).all()


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.lists(st.floats(0.0, 1500.0), min_size=6, max_size=6))
def test_earlier_slips_never_make_the_own_station_later(earlier: list[float]) -> None:
    stage = slow_stage()
    sooner = stage.launches.ready - np.array(earlier)[:, None]
    sooner = np.maximum(sooner, stage.edges[stage.first] + 40.0)
    made = decide(stage)
    other = decide(replace(stage, launches=replace(stage.launches, ready=sooner)))
    assert (other.launched <= made.launched).all()
    assert (other.begun["ros"] <= made.begun["ros"]).all()


@cache
def slow_stage() -> Stage:
    return staged(replicas=40)


def test_words_alone_make_an_own_station_on_a_past_day() -> None:
    stage = staged(known=date(2021, 4, 23))
    assert stage.launches.modules == ("ros-first-module",)
    assert stage.launches.plan[0].announced == date(2025, 12, 31)
    made = decide(stage)
    begun = made.begun["ros"]
    assert (made.launched[0] == begun).all()
    assert (made.crewed["ros"][np.isfinite(made.crewed["ros"])] >= begun.min() + 365.0).all()
    # Not one of the replicas has it before it was possible.
    assert begun.min() > day("2021-04-23")


def test_modules_are_replaced_when_their_design_life_ends_one_a_year() -> None:
    made = decide(staged())
    for module, (count, first) in made.replaced["ros-modules-replaced"].items():
        assert (count <= 2).all(), module
        assert (first[count > 0] > day("2026-04-25") + 1_460.0).all()


def test_gap_is_none_where_the_new_station_comes_first_and_open_where_it_does_not_come() -> None:
    stage = staged()
    made = decide(stage)
    (gap,) = gaps_of(stage, made)
    assert (gap.partner, gap.old, gap.new) == ("roscosmos", "iss", "ros")
    early = made.begun["ros"] <= made.ended["iss"]
    assert (gap.without_station[early] == 0.0).all()
    later = np.isfinite(made.begun["ros"]) & ~early
    assert (gap.without_station[later] > 0.0).all()
    assert np.isinf(gap.without_people[np.isinf(made.crewed["ros"])]).all()
    assert (gap.without("power") >= gap.without_station).all()


def test_what_is_used_grows_with_the_day_of_the_act() -> None:
    stage = staged()
    _, assembled = shipped()
    soon, late = decide(staged(yearly=0.04)), decide(stage)
    key, policy = "iss-kept", stage.programme.policy["iss-kept"]
    early, whole = (used(stage, assembled, made, key, policy) for made in (soon, late))
    for name in ("crewed_flights", "cargo_flights", "seats"):
        assert (early[name] <= whole[name]).all()
        assert whole[name].min() > early[name].max()
    # Roscosmos' seats are some of all.
    mine = used(stage, assembled, late, key, policy.model_copy(update={"partner": "roscosmos"}))
    assert (mine["seats"] < whole["seats"]).all()


def test_a_view_has_every_field_that_it_tells_of() -> None:
    stage, found = staged(replicas=5), []

    def looks(view: View, parameters: Any) -> Any:
        found.append(view)
        return view.all(False)

    stage.rules["iss-kept"] = looks
    decide(stage)
    names = {field.name for field in fields(View)}
    assert set(vars(found[0])) == names
    assert found[0] == found[0]
    assert found[0].date == date(2026, 5, 1)
    assert len(found[0].docked) == len(set(found[0].docked))
    assert found[0].docked["zarya"].all()
    assert not found[0].docked["nem"].any()
    for name in names:
        value = getattr(found[0], name)
        if isinstance(value, np.ndarray):
            assert value.shape == (5,), name
            assert not value.flags.writeable, name


def test_a_launch_waits_while_a_rule_of_a_package_says_no() -> None:
    stage = staged()
    like = day("2033-06-01")

    def when_we_like(view: View, parameters: Any) -> Any:
        assert view.module in stage.launches.modules
        return view.module_ready & (view.day >= like)

    policy = stage.programme.policy["ros-launches"].model_copy(update={"rule": "when-we-like"})
    programme = stage.programme.model_copy(
        update={"policy": {**stage.programme.policy, "ros-launches": policy}}
    )
    rules = {**stage.rules, "ros-launches": when_we_like}
    made = decide(replace(stage, programme=programme, rules=rules))
    ready = stage.launches.ready[0]
    assert (made.launched[0][ready < like] == like).all()
    later = (ready >= like) & np.isfinite(made.launched[0])
    assert (made.launched[0][later] == ready[later]).all()


@pytest.mark.parametrize(
    ("kind", "name"), [("cooperation-halted", "cooperation_halted"), ("sanction", "sanctioned")]
)
def test_rules_see_what_random_shocks_do_to_a_partner(kind: Any, name: str) -> None:
    strikes = Random(kind=kind, partners=("roscosmos",), per_year=0.5, lasts_days=(200.0, 400.0))
    programme, assembled = shipped()
    programme = programme.model_copy(update={"random": {"strikes": strikes}})
    risks = flat_risks(assembled.keys, assembled.calendar.months, 40, 0.002)
    stage = stage_of(assembled, programme, risks, 1, np.arange(40))
    shares: dict[str, list[float]] = {"cooperation_halted": [], "sanctioned": []}

    def looks(view: View, parameters: Any) -> Any:
        for one, seen_so in shares.items():
            seen_so.append(float(getattr(view, one).mean()))
        return view.all(False)

    stage.rules["roscosmos-leaves"] = looks
    policy = programme.policy["roscosmos-leaves"].model_copy(update={"rule": "looks"})
    programme = programme.model_copy(update={"policy": {"roscosmos-leaves": policy}})
    decide(replace(stage, programme=programme))
    assert 0.15 < float(np.mean(shares.pop(name))) < 0.6
    (other,) = shares.values()
    assert not any(other)


def test_a_dated_shock_keeps_launches_to_its_own_station_alone() -> None:
    programme, assembled = shipped()
    risks = flat_risks(assembled.keys, assembled.calendar.months, 5, 0.002)
    flight = min(
        (one for one in all_flights(programme).values() if one.station == "ros"),
        key=lambda one: one.docked,
    )
    site = flight.site or programme.ship[flight.ship].site

    def struck(station: str) -> Stage:
        shock = Shock(kind="pad-closed", date=date(2027, 1, 1), station=station, site=site)
        changed = programme.model_copy(update={"shock": {"closed": shock}, "random": {}})
        return stage_of(assembled, changed, risks, 1, np.arange(5))

    assert np.isinf(struck("ros").crews["ros"].ready).all()
    assert struck("iss").delays["ros"] is None
    assert np.isfinite(struck("iss").crews["ros"].ready).all()
    for place, one in enumerate(struck("iss").launches.plan):
        closed = programme.module[one.module].site == site
        assert np.isinf(struck(one.station).launches.ready[place]).all() == closed
        other = "ros" if one.station == "iss" else "iss"
        alone = struck(other).launches
        if alone.holder[place] < 0:
            assert np.isfinite(alone.ready[place]).all()


def test_a_launch_announced_for_a_day_that_has_passed_has_not_flown() -> None:
    programme = read_programme("iss-to-ros", overrides=("said-2021",))
    assembled = assemble(withdrawn(programme), reference_table)
    risks = flat_risks(assembled.keys, assembled.calendar.months, REPLICAS, 0.002)
    stage = stage_of(assembled, programme, risks, 1, np.arange(REPLICAS))
    made = decide(stage)
    assert programme.module["nem"].launched == date(2025, 12, 10)
    assert date(2025, 12, 10) < stage.as_of
    assert (made.begun["ros"] > days_since_2000(stage.as_of)).all()
    assert np.unique(made.begun["ros"]).size > 10
