"""Parts of a rotation problem: fewer days give worse plans, a span never loses more than a plan."""

from itertools import pairwise

import pytest

from stationkeeper.schedule import solve as solving
from stationkeeper.schedule.greedy import greedy
from stationkeeper.schedule.model import RotationModel
from stationkeeper.schedule.part import Freedom, between, near, on_grid
from stationkeeper.schedule.problem import (
    Aboard,
    Candidate,
    Mix,
    Plan,
    Rotation,
    ShipClass,
    Side,
)
from stationkeeper.schedule.score import days_lost, score
from stationkeeper.schedule.search import search
from stationkeeper.schedule.solve import solve


def line(lives: tuple[int, ...]) -> Rotation:
    """One class of ships, each launched in a window of 9 days, with a life of its own."""
    crew = Mix("A 2", (2,), (2,), 99)
    return Rotation(
        days=20 * (len(lives) + 1),
        nations=("A",),
        sides=(Side("one", 1, 1.5),),
        ports=("p", "q"),
        ships=(ShipClass("ship", 3, (1, 3)),),
        candidates=tuple(
            Candidate(
                f"f{n}", 0, 20 * n + 13, 20 * n + 21, 20 * n + 17, 1, 2, life, (0, 1), (crew,)
            )
            for n, life in enumerate(lives)
        ),
        aboard=(Aboard("old", 0, 0, 1, 20, (2,), (2,)),),
    )


def best(model: RotationModel) -> tuple[float, Plan]:
    model.sheet.model.minimize(model.objectives[0])
    found = search(model.sheet.model, seed=1, workers=1, seconds=60)
    assert found.outcome == "proven"
    return found.objective, model.read(found.value)


LINES = [line((20, 20, 20)), line((12, 24, 16)), line((20, 9, 20)), line((8, 8, 8))]


@pytest.mark.parametrize("rotation", LINES)
def test_what_spans_lose_at_least_is_together_never_more_than_the_best_plan(
    rotation: Rotation,
) -> None:
    truth, plan = best(RotationModel(rotation))
    assert score(rotation, plan).safety_days_lost == truth > 0
    for cuts in ((0, 80), (0, 40, 80), (0, 27, 51, 80), (0, 15, 30, 45, 60, 75, 80)):
        spans = list(pairwise(cuts))
        least = [
            best(RotationModel(between(rotation, first, last), since=first))[0]
            for first, last in spans
        ]
        assert sum(least) <= truth
        if len(spans) == 1:
            assert least == [truth]


@pytest.mark.parametrize("rotation", LINES)
def test_fewer_days_never_give_a_better_plan_and_all_days_give_the_best(rotation: Rotation) -> None:
    first = greedy(rotation)
    assert first is not None
    assert not score(rotation, first).broken
    truth, _ = best(RotationModel(rotation))
    begun = score(rotation, first).safety_days_lost
    for freedom in (on_grid(rotation, first, 5), near(rotation, first, 2)):
        lost, plan = best(RotationModel(rotation, freedom=freedom))
        assert truth <= lost == score(rotation, plan).safety_days_lost <= begun
        assert not score(rotation, plan).broken
    assert best(RotationModel(rotation, freedom=near(rotation, first, 99)))[0] == truth


def test_only_days_left_open_are_used() -> None:
    rotation = LINES[0]
    open_days = Freedom(
        launches=(frozenset({15}), frozenset({35, 36}), frozenset({57})),
        leaves=tuple(frozenset(range(200)) for _ in range(3)),
        aboard=(frozenset({18, 19}),),
    )
    _, plan = best(RotationModel(rotation, freedom=open_days))
    assert [flight.launch for flight in plan.flights][::2] == [15, 57]
    assert plan.flights[1].launch in (35, 36)
    assert plan.leaves[0] in (18, 19)


@pytest.mark.parametrize("rotation", LINES)
def test_a_problem_searched_in_parts_ends_with_the_same_values(
    rotation: Rotation, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = solve(rotation)
    monkeypatch.setattr(solving, "LARGE", 0)
    monkeypatch.setattr(solving, "GRIDS", (6, 3))
    monkeypatch.setattr(solving, "REACH", 2)
    monkeypatch.setattr(solving, "MARGIN", 15)
    parts = solve(rotation)
    assert parts == whole
    assert whole.status == "proven"


def test_days_lost_are_those_that_the_score_counts() -> None:
    rotation = LINES[3]
    _, plan = best(RotationModel(rotation))
    counted = score(rotation, plan)
    days = days_lost(rotation, plan)
    assert days == sorted(set(days))
    assert len(days) == max(*counted.presence_lost, *counted.robust_lost)
