"""What is counted of decisions: what is used, taken, lost with time, and who is still there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from stationkeeper.lifetime.deciding import gaps, summary, usage
from stationkeeper.lifetime.deciding.decide import decide
from stationkeeper.lifetime.deciding.decisions import Decisions
from stationkeeper.lifetime.deciding.frontier import frontiers_of
from stationkeeper.lifetime.deciding.presence import presence_of
from stationkeeper.lifetime.deciding.risk import flat_risks
from stationkeeper.lifetime.deciding.stage import Stage, stage_of
from stationkeeper.lifetime.deciding.world import World
from stationkeeper.programme.record import Notice
from tests.unit.test_deciding_decide import day, shipped, staged

FEW = 6


def made_by(stage: Stage, change: Callable[[Decisions], None]) -> Decisions:
    made = decide(stage)
    change(made)
    return made


def test_flights_of_an_own_station_come_as_late_as_its_first_crew() -> None:
    stage = staged(replicas=FEW)
    _, assembled = shipped()
    key, policy = "ros-modules-replaced", stage.programme.policy["ros-modules-replaced"]

    def until(last: str, late: float) -> dict[str, Any]:
        def change(made: Decisions) -> None:
            made.acted[key][:] = day(last)
            made.crewed["ros"][:] = stage.crews["ros"].planned + late

        return usage.used(stage, assembled, made_by(stage, change), key, policy)

    for name in ("crewed_flights", "cargo_flights", "seats"):
        assert until("2036-01-01", 731.0)[name] == pytest.approx(until("2033-12-31", 0.0)[name])
        assert (until("2036-01-01", 731.0)[name] < until("2036-01-01", 0.0)[name]).all()


def test_in_the_month_of_knowledge_only_what_is_still_to_come_is_used() -> None:
    stage = staged(replicas=FEW)
    assert stage.as_of == date(2026, 4, 25)
    days = [date(2026, 4, 20), date(2026, 4, 28), date(2026, 5, 10)]
    end = np.full(FEW, day("2026-05-01"))
    assert (usage._counted(stage, days, end) == 1.0).all()
    assert (usage._counted(stage, days, end + 31.0) == 2.0).all()


def test_replacements_are_counted_over_twelve_months() -> None:
    world = World(staged(replicas=FEW))
    world.month = 20
    world.ordered[8] = 1
    assert not world.in_year().any()
    world.ordered[9] = 1
    assert (world.in_year() == 1).all()


def test_an_own_station_that_begins_later_is_lost_as_much_later() -> None:
    stage = staged(replicas=40)
    planned = min(
        event.date for event in stage.programme.event.values() if event.to_station == "ros"
    )
    month = int(np.searchsorted(stage.edges, day("2032-01-01")))
    lost = {**stage.risks.lost_month, "ros": np.full(40, month)}
    made = decide(replace(stage, risks=replace(stage.risks, lost_month=lost)))
    begun = np.isfinite(made.begun["ros"])
    expected = made.begun["ros"] + stage.edges[month] - day(planned.isoformat())
    expected = np.where(begun & (expected < stage.edges[-1]), expected, np.inf)
    assert begun.any()
    assert made.lost["ros"] == pytest.approx(expected)


def test_days_for_which_an_act_was_held_back_are_those_between() -> None:
    guard = {"parameters": {"seats_spare": 90.0}, "until": date(2027, 1, 1)}
    stage = staged(yearly=0.04, replicas=FEW, iss_way_home=guard)
    held = decide(stage).held["iss-kept", "iss-way-home"]
    assert (held == day("2027-02-01") - stage.edges[stage.first]).all()


def test_ships_with_seats_come_with_the_first_crew_and_cargo_with_the_station() -> None:
    stage = staged(replicas=FEW)
    made = decide(stage)
    ships = stage.programme.ship
    crewed = next(key for key, ship in ships.items() if ship.seats)
    cargo = next(key for key, ship in ships.items() if not ship.seats)
    for names, expected in (((crewed,), made.crewed), ((crewed, cargo), made.begun)):
        provider: Any = SimpleNamespace(ships=names)
        found = gaps._first_ship(stage.programme, made, "ros", provider)
        assert np.array_equal(found, expected["ros"])


def test_people_of_a_partner_that_has_left_are_gone_and_others_stay() -> None:
    stage = staged(replicas=FEW)
    _, assembled = shipped()

    def leave(made: Decisions) -> None:
        made.left["roscosmos", "iss"][:] = day("2028-06-01")

    told = {one["partner"]: one for one in presence_of(stage, assembled, made_by(stage, leave))}
    months = told["nasa"]["months"].index
    for partner, after in (("roscosmos", 0.0), ("nasa", 1.0)):
        there = told[partner]["by_station"]["iss"]
        assert (there[months("2028-05")], there[months("2028-06")]) == (1.0, after)


def test_risk_at_an_own_station_is_taken_from_its_first_day_on() -> None:
    stage = staged(yearly=0.03, replicas=FEW)
    first = int(np.searchsorted(stage.edges, day("2034-01-01")))

    def act(made: Decisions) -> None:
        made.begun["ros"][:] = stage.edges[first]
        made.acted["ros-modules-replaced"][:] = stage.edges[first + 12]

    made = made_by(stage, act)
    taken = summary._taken(stage, made, "ros-modules-replaced", "station-lost")
    assert taken == pytest.approx(0.03, rel=1e-5)


def test_a_frontier_is_drawn_for_each_measure_and_early_leaving() -> None:
    stage = staged(replicas=FEW)
    found = frontiers_of(stage)
    assert [(one["policy"], one["measure"]) for one in found] == [
        ("iss-kept", "people-lost"),
        ("iss-kept", "station-lost"),
        ("iss-kept", "people-leave"),
    ]
    least, most = found[1]["points"][0], found[1]["points"][-1]
    assert least["risk"] == 0.0  # it ends at once
    assert most["risk"] == pytest.approx(1 - 0.998 ** ((stage.months - stage.first) / 12), abs=1e-5)


def test_no_risk_is_taken_at_a_station_that_is_lost() -> None:
    stage = staged(replicas=FEW)
    lost = {**stage.risks.lost_month, "iss": np.full(FEW, stage.first + 12)}
    stage = replace(stage, risks=replace(stage.risks, lost_month=lost))
    for one in frontiers_of(stage):
        assert one["points"][-1]["risk"] == pytest.approx(0.002, abs=1e-6)


@pytest.mark.parametrize(("partner", "given"), [("nasa", np.inf), ("roscosmos", 9_528.0)])
def test_only_the_notice_of_the_partner_itself_starts_its_clock(partner: str, given: float) -> None:
    programme, assembled = shipped()
    notice = Notice(treaty="iga", partner=partner, date=date(2026, 2, 1), kind="withdrawal")
    programme = programme.model_copy(update={"notice": {"given": notice}})
    risks = flat_risks(assembled.keys, assembled.calendar.months, FEW, 0.002)
    stage = stage_of(assembled, programme, risks, 1, np.arange(FEW))
    words = stage.words["roscosmos", "iss"]
    assert (words.notice, words.notice_days) == (given, 365.0)
