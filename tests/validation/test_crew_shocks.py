"""The topic crew: published facts beside the record, re-plans that know nothing of later days."""

import json
from collections import Counter
from datetime import date, timedelta

import pytest

from docs import crews
from stationkeeper.programme.read import read_programme
from stationkeeper.schedule.score import score
from stationkeeper.validation import crew, crew_shocks
from stationkeeper.validation.crew_shocks import authorities, replan
from stationkeeper.validation.rows import Row

SHOCKS = sorted(authorities())


@pytest.fixture(scope="module")
def computed() -> list[Row]:
    told: list[str] = []
    out = crew.rows(told.append)
    assert len(told) == 1 + len(SHOCKS)
    return out


def test_rows_are_named_once_sourced_and_of_a_kind(computed: list[Row]) -> None:
    assert all(row.topic == "crew" and row.source and row.tolerance >= 0 for row in computed)
    assert max(Counter(row.name for row in computed).values()) == 1
    assert {row.kind for row in computed} == {"measured", "context"}
    fitted = {row.name.partition(":")[0] for row in computed if row.calibration}
    assert fitted == {one["title"] for one in authorities().values() if one.get("in_view")}
    assert all(row.kind == "context" for row in computed if row.calibration)


def test_published_facts_and_states_of_the_day_are_those_of_the_record(
    computed: list[Row],
) -> None:
    missed = [(row.name, row.ours, row.truth) for row in computed if row.counts and not row.within]
    assert not missed


def test_what_a_planner_is_free_to_do_is_never_counted(computed: list[Row]) -> None:
    free = [row for row in computed if not row.counts]
    assert len(free) >= 5 * len(SHOCKS)
    assert all("freedom" in row.note for row in free)


def test_a_crew_taken_out_of_the_record_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = crew_shocks.record()
    without = {key: one for key, one in whole.crew.items() if key != "soyuz-tma-3"}
    monkeypatch.setattr(crew, "record", lambda: whole.model_copy(update={"crew": without}))
    crew._checked.cache_clear()
    try:
        missed = {row.name for row in crew.record_rows() if not row.within}
    finally:
        crew._checked.cache_clear()
    assert {"ISS fewest people aboard", "ISS days without anybody for the usos side"} <= missed


def test_every_authority_carries_a_source_and_a_confidence() -> None:
    told = crew.facts()
    stays = told["stay"]
    entries = [
        *(entry for key, entry in told.items() if key != "stay"),
        *stays.values(),
        *authorities().values(),
    ]
    for entry in entries:
        assert entry["source"]
        assert entry["confidence"] in ("A", "B", "C")


@pytest.mark.parametrize("key", SHOCKS)
def test_what_a_replan_is_given_holds_no_later_flight(key: str) -> None:
    day = authorities()[key]["planned_on"]
    known = crew_shocks.as_known(day)
    assert known.as_known == day
    stays: dict[tuple[str, str], float] = {}  # a day of leaving after it may only be a plan
    for series in read_programme(crew_shocks.FLOWN, as_known=day).traffic.values():
        if series.follows_record:
            stays.setdefault((series.ship, series.station), series.stay_days)
    for flight in known.flight.values():
        assert flight.status == "planned" or flight.launched <= day
        if flight.status != "planned" and flight.undocked is not None and flight.undocked > day:
            stay = round(stays[flight.ship, flight.station])
            assert flight.undocked == flight.docked + timedelta(days=stay)
    for one in known.crew.values():
        assert one.status == "planned" or one.launched <= day
        assert one.landed is None or one.status == "planned" or one.landed <= day


@pytest.mark.parametrize("key", SHOCKS)
def test_a_replan_keeps_every_hard_rule_and_its_figures_are_those_of_the_plan(key: str) -> None:
    found = replan(key)
    assert found.found
    for name in found.problem.shocks:
        shock = crew_shocks.record().shock[name]
        assert min(shock.date, shock.known_on or shock.date) <= authorities()[key]["planned_on"]
    rotation, plan = found.problem.rotation, found.plan
    recount = score(rotation, plan)
    assert recount.broken == ()
    stages = {stage.name: stage.value for stage in plan.stages}
    assert recount.safety_days_lost == stages["safety days lost"]
    assert found.next_launch is not None
    assert found.next_launch >= authorities()[key]["planned_on"]
    # Days alone and at risk weigh on the first objective, one day for each side left empty.
    days = found.exposure
    assert recount.safety_days_lost >= days.at_risk + days.alone
    assert days.days == rotation.days


def test_people_of_a_lost_ship_get_seats_on_one_that_comes_for_them() -> None:
    found = replan("soyuz-ms-22")
    assert found.seat_again is not None
    assert found.home is not None
    told = authorities()["soyuz-ms-22"]
    assert told["planned_on"] < found.seat_again <= found.home


def test_state_of_a_day_is_that_of_the_record_too() -> None:
    # With a day of knowledge who is aboard must not depend on what came later.
    for told in authorities().values():
        day: date = told["planned_on"]
        later = crew._checked(day, day + timedelta(days=1))
        assert int(later.people[:, 0].sum()) == told["people_aboard"]


def test_documents_are_plain_data_for_a_page() -> None:
    found = crew_shocks.documents()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert [one["shock"] for one in found] == list(authorities())
    for one in found:
        assert one["ours"].keys() == one["flown"].keys()


@pytest.mark.parametrize("name", crews.RECORD)
def test_tables_of_the_record_on_the_page_are_up_to_date(name: str) -> None:
    text = crews.PAGE.read_text(encoding="utf-8")
    assert crews.block(text, name) == crews.RECORD[name](), "run: python -m docs.crews"


@pytest.mark.parametrize("name", crews.PLANS)
def test_tables_of_plans_stand_on_the_page(name: str) -> None:
    text = crews.PAGE.read_text(encoding="utf-8")
    lines = crews.block(text, name).splitlines()
    assert len(lines) == (2 + 6 if name == "worth" else 2 + 2 * len(SHOCKS))
