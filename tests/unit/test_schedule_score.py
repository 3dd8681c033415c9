"""The recount of a plan, against numbers counted by hand, and each hard rule broken once."""

from dataclasses import replace

import pytest

from stationkeeper.schedule.problem import (
    Aboard,
    Candidate,
    Flight,
    Mix,
    Occupied,
    Owed,
    Plan,
    Rotation,
    ShipClass,
    Side,
    Task,
)
from stationkeeper.schedule.score import score

MIX = Mix("1 and 1", (1, 1), (1, 1), 12, (1,), bought=1)
PROBLEM = Rotation(
    days=20,
    nations=("A", "B"),
    sides=(Side("one", 1, 1.5), Side("two", 1, 1.0)),
    ports=("p", "q"),
    ships=(ShipClass("ship", 4, (2, 3)),),
    candidates=(
        Candidate("first", 0, 3, 6, 4, 1, 2, 10, (0, 1), (MIX,), True, ((5, 5),), ("weather",)),
        Candidate("second", 0, 9, 14, 12, 1, 2, 10, (0, 1), (MIX,), False),
    ),
    aboard=(Aboard("there", 0, 0, 2, 9, (2, 0), (2, 0)),),
    owed=(Owed("seats of B", (0, 1), (1,), 4),),
    tasks=(Task("pump", 6, 8, 3.0), Task("hatch", 17, 19, 5.0)),
    most=(4,) * 20,
    exchanges=(("swap", 2),),
    bought_at_most=2,
)
FLIGHTS = (Flight(0, 4, 5, 13, 1, 0), Flight(1, 10, 11, 20, 0, 0))
PLAN = Plan("proven", FLIGHTS, (8,), (8,), (0, None))


def test_objectives_as_counted_by_hand() -> None:
    counted = score(PROBLEM, PLAN)
    assert counted.broken == ()
    # Side two is empty until day 5. Two ships with somebody able: side one on days 5 to 7 and
    # 11 to 12, side two on days 11 to 12.
    assert counted.presence_lost == (0, 5)
    assert counted.robust_lost == (20 - 5, 20 - 2)
    assert counted.unseated == 0
    assert counted.safety_days_lost == 5 + 15 + 18
    # Two of four seats, one task; both handovers are long enough.
    assert counted.obligations == 2 + 1
    # Crew-days: one 2 * 8 + 8 + 9 = 33 of 30, two 8 + 9 = 17 of 20.
    assert counted.short == 3
    assert (counted.flights, counted.bought, counted.from_calendar) == (2, 2, 2)


def test_a_handover_one_day_too_short_is_an_obligation_broken() -> None:
    early = replace(PLAN, leaves=(6,), people_leave=(6,))
    assert score(PROBLEM, early).obligations == 4
    assert score(PROBLEM, early).broken == ()


def test_a_ship_that_leaves_within_the_horizon_needs_one_to_follow() -> None:
    assert score(PROBLEM, change(1, leave=19)).obligations == 4


def test_people_without_seats_count_until_they_are_adopted() -> None:
    rescue = replace(MIX, people=(0, 0), able=(0, 0), adopts=0)
    problem = replace(
        PROBLEM,
        aboard=(replace(PROBLEM.aboard[0], fit=False, latest_people=15),),
        candidates=(
            replace(PROBLEM.candidates[0], mixes=(rescue,)),
            PROBLEM.candidates[1],
        ),
    )
    plan = replace(PLAN, people_leave=(13,), tasks_done=(None, None))
    counted = score(problem, plan)
    assert counted.broken == ()
    assert counted.unseated == 5
    # Two of side one are there until day 13, then one.
    assert counted.presence_lost == (0, 11)
    assert score(problem, replace(plan, people_leave=(8,))).broken != ()


def test_an_empty_station_is_neither_run_nor_robust() -> None:
    nobody = replace(PROBLEM, aboard=(), candidates=(), tasks=(), owed=())
    counted = score(nobody, Plan("proven"))
    assert counted.presence_lost == counted.robust_lost == (20, 20)
    visited = score(replace(nobody, permanent=False), Plan("proven"))
    assert visited.safety_days_lost == 0


def change(place: int, **values: int) -> Plan:
    flights = list(FLIGHTS)
    flights[place] = replace(flights[place], **values)
    return replace(PLAN, flights=tuple(flights))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (replace(PLAN, flights=FLIGHTS[1:], tasks_done=(None, None)), "first must fly"),
        (replace(PLAN, flights=(FLIGHTS[0], *FLIGHTS)), "first flies twice"),
        (change(0, launch=2, dock=3, leave=12), "outside its window"),
        (change(0, launch=5, dock=6), "which is closed"),
        (change(0, dock=6), "first docks on day 6"),
        (change(1, leave=12), "docked for 1 d"),
        (change(1, launch=9, dock=10, leave=21), "docked for 11 d"),
        (change(1, leave=23), "away for 13 d"),
        (change(0, port=0), "at p together"),
        (change(0, launch=6, dock=7, leave=14), "launched 4 d after"),
        (change(0, leave=15), "stays too long"),
        (replace(PLAN, leaves=(10,), people_leave=(10,)), "there leaves on day 10"),
        (replace(PLAN, people_leave=(9,)), "without a ship"),
        (replace(PLAN, tasks_done=(1, None)), "is not there in its days"),
        (replace(PLAN, tasks_done=(0,)), "1 of 2 tasks"),
    ],
)
def test_each_rule_of_ships_can_be_broken(plan: Plan, words: str) -> None:
    problem = PROBLEM
    if "launched" in words:
        problem = replace(PROBLEM, ships=(replace(PROBLEM.ships[0], turnaround=5),))
    assert any(words in rule for rule in score(problem, plan).broken)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ({"most": (3,) * 20}, "4 people are aboard on day 5"),
        ({"exchanges": (("swap", 1),)}, "swap is out of balance by 2 seats"),
        ({"bought_at_most": 1}, "2 seats are bought"),
        ({"occupied": (Occupied(1, 12, 13, "cargo"),)}, "first and cargo are at q together"),
        ({"hard_presence": True}, "two is not run on 5 days"),
        ({"hard_robust": True}, "one does not survive the loss of a ship on 15 days"),
        ({"tasks": (Task("pump", 6, 8, 16.1), PROBLEM.tasks[1])}, "too many"),
    ],
)
def test_each_rule_of_days_and_seats_can_be_broken(problem: dict[str, object], words: str) -> None:
    changed = replace(PROBLEM, **problem)  # type: ignore[arg-type]
    assert any(words in rule for rule in score(changed, PLAN).broken)
