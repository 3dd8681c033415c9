"""Rotation plans: best values known by hand, the same on one thread or two, stopped by Ctrl-C."""

import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from typing import Any

import pytest

from stationkeeper.errors import InputError
from stationkeeper.schedule import search
from stationkeeper.schedule.greedy import greedy
from stationkeeper.schedule.problem import (
    Aboard,
    Candidate,
    Flight,
    Mix,
    Occupied,
    Plan,
    Rotation,
    ShipClass,
    Side,
    Task,
)
from stationkeeper.schedule.score import score
from stationkeeper.schedule.solve import solve
from stationkeeper.validation.rotation_cases import iss_like, ros_like

SHIP = ShipClass("ship", 3, (1, 3))


def relief(
    key: str, earliest: int, latest: int, mixes: tuple[Mix, ...], **more: object
) -> Candidate:
    made = Candidate(
        key=key,
        ship=0,
        earliest=earliest,
        latest=latest,
        nominal=(earliest + latest) // 2,
        transit=1,
        shortest=2,
        longest=20,
        ports=(0, 1),
        mixes=mixes,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def crew(people: int, **more: object) -> Mix:
    return replace(Mix(f"{people}", (people,), (people,), 30), **more)  # type: ignore[arg-type]


def one_ship(days: int = 20, **more: object) -> Rotation:
    """A ship aboard that must leave by day 8, and one that may be launched on days 4 to 9."""
    made = Rotation(
        days=days,
        nations=("A",),
        sides=(Side("one", 1, 0.0),),
        ports=("p", "q"),
        ships=(SHIP,),
        candidates=(relief("next", 4, 9, (crew(2),)),),
        aboard=(Aboard("there", 0, 0, 2, 8, (2,), (2,)),),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def test_a_relief_in_time_costs_only_the_days_of_one_ship() -> None:
    plan = solve(one_ship(), workers=1)
    # Two ships are there for three days at most; on the other 17 the loss of one leaves nobody.
    assert [stage.value for stage in plan.stages[:2]] == [17, 0]
    assert plan.status == "proven"
    assert plan.leaves[0] - plan.flights[0].dock == 3


def test_a_relief_too_late_leaves_the_station_empty_and_breaks_the_handover() -> None:
    late = one_ship(candidates=(relief("next", 11, 13, (crew(2),)),))
    plan = solve(late, workers=1)
    # It docks on day 12 at best: days 8 to 11 have nobody, all 20 no second ship.
    assert plan.flights[0].launch == 11
    assert [stage.value for stage in plan.stages[:2]] == [24, 1]


def test_a_mix_that_may_stay_longer_is_chosen_if_it_saves_days() -> None:
    mixes = (crew(2, longest=6), crew(1, longest=25))
    plan = solve(one_ship(candidates=(relief("next", 4, 9, mixes),)), workers=1)
    assert plan.flights[0].mix == 1


def test_people_without_a_ship_get_their_seats_as_soon_as_one_can_dock() -> None:
    broken = Aboard("leaking", 0, 0, 4, 15, (2,), (2,), fit=False, latest_people=19)
    empty = Mix("nobody", (0,), (0,), 30, adopts=0)
    rotation = one_ship(
        aboard=(broken,), candidates=(relief("rescue", 3, 9, (crew(2), empty), nominal=9),)
    )
    plan = solve(rotation, workers=1)
    (flight,) = plan.flights
    assert flight.mix == 1
    assert flight.dock == 4
    assert plan.people_leave == (flight.leave,)
    assert flight.leave == 19  # the last day on which these people may leave
    counted = score(rotation, plan)
    assert counted.unseated == 4
    assert counted.presence_lost == (1,)


def test_a_visited_station_needs_its_people_only_while_somebody_is_there() -> None:
    rotation = one_ship(
        permanent=False,
        aboard=(),
        ships=(ShipClass("ship", 3, None),),
        sides=(Side("one", 2, 0.0),),
        candidates=(relief("visit", 4, 9, (crew(1), crew(2, bought=1))),),
        tasks=(Task("pump", 6, 8, 12.0),),
    )
    plan = solve(rotation, workers=1)
    assert [stage.value for stage in plan.stages] == [0, 0, 0, 1, 1, 0]
    assert plan.tasks_done == (0,)
    (flight,) = plan.flights
    assert 2 * (flight.leave - flight.dock) >= 12


def test_a_flight_that_serves_nothing_stays_on_the_ground() -> None:
    spare = relief("spare", 1, 3, (crew(1),), required=False)
    visits = one_ship(
        permanent=False, aboard=(), ships=(ShipClass("ship", 3, None),), candidates=(spare,)
    )
    assert solve(visits, workers=1).flights == ()
    wanted = replace(visits, sides=(Side("one", 1, 0.1),))
    assert len(solve(wanted, workers=1).flights) == 1


def test_a_port_that_cargo_holds_is_not_used() -> None:
    plan = solve(one_ship(occupied=(Occupied(1, 6, 12, "cargo"),)), workers=1)
    flight = plan.flights[0]
    # Port q is held on days 6 to 11, port p by the ship aboard until it leaves by day 8.
    assert flight.port == 0
    assert flight.dock >= plan.leaves[0]


@pytest.mark.parametrize("rotation", [iss_like(1), ros_like(1)], ids=["permanent", "visits"])
def test_the_plan_is_the_same_on_one_thread_or_two_and_for_any_seed(rotation: Rotation) -> None:
    plan = solve(rotation, workers=1, seed=1)
    assert plan.status == "proven"
    assert solve(rotation, workers=2, seed=7) == plan


def test_of_plans_of_equal_worth_the_earliest_and_first_is_taken() -> None:
    twins = (crew(2), crew(2, name="twin"))
    rotation = one_ship(
        robust=False,
        ships=(ShipClass("ship", 3, None),),
        candidates=(
            relief("next", 4, 8, twins, ports=(1, 0), closed=((5, 7),), closed_by=("sun",)),
            relief("last", 9, 9, (crew(2),)),
        ),
        aboard=(Aboard("there", 0, 0, 2, 12, (2,), (2,)),),
        tasks=(Task("pump", 0, 19, 4.0),),
    )
    plan = solve(rotation, workers=1)
    assert plan.status == "proven"
    # Each side is run on all days if the first ship leaves when the next has docked, on day 5, and
    # the next when the last has docked, on day 10; days 4 and 8 are as near to the calendar.
    assert plan.flights == (Flight(0, 4, 5, 10, 1, 0), Flight(1, 9, 10, 20, 0, 0))
    assert plan.leaves == (5,)
    assert plan.tasks_done == (0,)


def test_the_first_plan_is_there_before_any_search() -> None:
    for rotation in (iss_like(2), iss_like(6), iss_like(2, exchange=False), ros_like(10)):
        first = greedy(rotation)
        assert first is not None
        assert score(rotation, first).broken == ()


def test_a_first_plan_that_breaks_rules_is_replaced_by_a_search() -> None:
    # By the calendar it docks while the other is still there: four people where three may be.
    fits = relief("next", 4, 6, (crew(2),), shortest=15)
    rotation = one_ship(candidates=(fits,), most=(3,) * 20)
    first = greedy(rotation)
    assert first is not None
    assert score(rotation, first).broken != ()
    plan = solve(rotation, workers=1)
    assert plan.status == "proven"
    assert score(rotation, plan).broken == ()


def test_lines_of_progress_name_every_stage() -> None:
    lines: list[str] = []
    solve(one_ship(), workers=1, progress=lines.append)
    told = "\n".join(lines)
    for name in ("first plan", "safety days lost", "crew time short", "days from the calendar"):
        assert name in told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"days": 0}, "horizon of 0 days"),
        ({"most": (3,)}, "given for 1 days, expected none or all 20"),
        ({"candidates": (relief("next", 9, 4, (crew(2),)),)}, "days 9 to 4"),
        ({"candidates": (relief("next", 25, 26, (crew(2),)),)}, "after the horizon"),
        ({"candidates": (relief("next", 4, 9, ()),)}, "nobody can fly on it"),
        ({"candidates": (relief("next", 4, 9, (crew(1, adopts=0),)),)}, "adopts people"),
        ({"candidates": (relief("there", 4, 9, (crew(1),)),)}, "there is given twice"),
        ({"aboard": (Aboard("there", 0, 5, 2, 8, (2,), (2,)),)}, "port place 5"),
        ({"aboard": (Aboard("there", 0, 0, 9, 8, (2,), (2,)),)}, "from day 9 but must by day 8"),
    ],
)
def test_a_problem_that_is_not_well_formed_is_refused_in_words(
    change: dict[str, object], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        solve(one_ship(**change))


def test_without_the_solver_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(search, "import_module", absent)
    with pytest.raises(InputError, match="planning needs OR-tools: run `make full`"):
        solve(one_ship())


INTERRUPTED = """
    import signal
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from dataclasses import replace
    from stationkeeper.schedule.score import score
    from stationkeeper.schedule.solve import solve
    from stationkeeper.validation.rotation_cases import iss_like

    # One class grounded for 300 days: the first stage takes minutes.
    rotation = iss_like(2)
    rotation = replace(rotation, candidates=tuple(
        replace(c, closed=((0, 300),), closed_by=("grounded",), required=c.latest > 300)
        if c.ship == 0 else c
        for c in rotation.candidates
    ))
    def told(line):
        if "search for safety" in line:
            print("searching", flush=True)
    try:
        plan = solve(rotation, workers=2, seconds_per_stage=300, progress=told)
    except KeyboardInterrupt:
        print("raised")
    else:
        print(plan.status, len(plan.stages), score(rotation, plan).broken)
"""


def test_an_interrupted_search_gives_the_best_plan_so_far() -> None:
    program = textwrap.dedent(INTERRUPTED)
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline().strip() == "searching"
        running.send_signal(signal.SIGINT)
        rest, _ = running.communicate(timeout=120)
    assert rest.split() == ["interrupted", "6", "()"]


def test_an_interruption_before_any_search_still_gives_the_first_plan() -> None:
    def stop(line: str) -> None:
        if "by the calendar" in line:
            raise KeyboardInterrupt

    plan = solve(one_ship(), workers=1, progress=stop)
    assert plan.status == "interrupted"
    assert {stage.status for stage in plan.stages} == {"interrupted"}
    assert score(one_ship(), plan).broken == ()


def test_an_interruption_while_the_hint_is_completed_ends_the_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from stationkeeper.schedule import solve as module

    asked = []

    def stopped(model: Any, **more: Any) -> search.Found:
        asked.append(bool("fix_variables_to_their_hinted_value" in dict(more["parameters"])))
        found = search.search(model, **more)
        return replace(found, interrupted=asked[-1])

    monkeypatch.setattr(module, "search", stopped)
    # Nobody on days 8 to 11, so that the first stage has something to search for.
    late = one_ship(candidates=(relief("next", 11, 13, (crew(2),)),), robust=False)
    plan = solve(late, workers=1)
    assert plan.status == "interrupted"
    assert score(late, plan).broken == ()
    assert asked.count(True) == 1
    assert asked[-1]  # no search came after it


def test_an_interruption_before_any_plan_is_passed_on() -> None:
    def stop(line: str) -> None:
        raise KeyboardInterrupt

    closed = relief("next", 4, 4, (crew(2),), closed=((4, 4),), closed_by=("weather",))
    with pytest.raises(KeyboardInterrupt):
        solve(one_ship(candidates=(closed,)), workers=1, progress=stop)


def test_a_broken_plan_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    from stationkeeper.schedule import solve as module

    def worse(rotation: Rotation, plan: Plan) -> object:
        return replace(score(rotation, plan), broken=("something",))

    monkeypatch.setattr(module, "score", worse)
    with pytest.raises(AssertionError, match="something"):
        solve(one_ship(), workers=1)
