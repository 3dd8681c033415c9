"""The peer of the planner against a search through all plans of small problems."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
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
from stationkeeper.schedule.solve import solve
from stationkeeper.validation.milp_rotation import solve_by_milp
from stationkeeper.validation.rotation_cases import iss_like


def tiny(seed: int) -> Rotation:
    """A problem with two candidates and two ships aboard at most, drawn by its seed."""
    random = np.random.default_rng(seed)

    def whole(low: int, high: int) -> int:
        return int(random.integers(low, high + 1))

    days = whole(7, 10)
    unfit = bool(random.random() < 0.4)
    two_classes = bool(random.random() < 0.5)
    mixes = (
        Mix("A 2", (2, 0), (2, 0), whole(2, 5), swapped=(0,)),
        Mix("A 1, B 1", (1, 1), (1, 1), whole(2, 5), swapped=(1,), bought=whole(0, 1)),
    )
    rescue = Mix("empty", (0, 0), (0, 0), 9, swapped=(0,), adopts=0)
    candidates = []
    for place, earliest in enumerate((whole(0, 2), whole(2, 6))):
        closed = ((earliest + 1, earliest + 1),) if random.random() < 0.3 else ()
        candidates.append(
            Candidate(
                key=f"flight-{place}",
                ship=place if two_classes else 0,
                earliest=earliest,
                latest=earliest + 1 + place % 2,
                nominal=earliest + 1,
                transit=whole(0, 1),
                shortest=whole(1, 2),
                longest=3,
                ports=((0, 1), (1,), (1,))[whole(0, 2)],
                mixes=(*mixes, rescue) if unfit else mixes[: whole(1, 2)],
                required=bool(random.random() < 0.6),
                closed=closed,
                closed_by=("closed",) * len(closed),
            )
        )
    aboard = (
        Aboard("old", 0, 0, whole(0, 1), whole(2, 3), (1, 1), (1, 1), not unfit, whole(4, 12)),
        Aboard("other", whole(0, 1), 2 - unfit, 2, 3, (0, 1), (0, 1)),
    )
    return Rotation(
        days=days,
        nations=("A", "B"),
        sides=(Side("a", 1, whole(0, 4) / 2), Side("b", whole(1, 2), whole(0, 2) / 2)),
        ports=("p", "q", "r"),
        ships=(
            ShipClass("one", whole(1, 3), (whole(0, 2), whole(2, 3))),
            ShipClass("two", 1, None),
        ),
        candidates=tuple(candidates),
        aboard=aboard[: whole(1, 2)],
        occupied=(Occupied(1, whole(0, 9), 10, "cargo"),) if random.random() < 0.3 else (),
        owed=(Owed("B", (0, 1), (1,), whole(1, 2)),),
        tasks=(Task("repair", whole(2, 4), whole(4, 8), whole(2, 7)),),
        permanent=bool(random.random() < 0.7),
        most=(whole(3, 5),) * days,
        exchanges=(("exchange", whole(0, 2)),),
        bought_at_most=whole(0, 1),
        robust=bool(random.random() < 0.8),
        hard_presence=bool(random.random() < 0.1),
    )


def every_plan(rotation: Rotation) -> Iterator[Plan]:
    """All plans within windows and stays; the other rules are left to the score."""
    choices: list[list[Flight | None]] = []
    for place, candidate in enumerate(rotation.candidates):
        flights: list[Flight | None] = [
            Flight(place, launch, launch + candidate.transit, leave, port, mix)
            for launch in range(candidate.earliest, candidate.latest + 1)
            for leave in range(
                launch + candidate.transit + candidate.shortest,
                launch + candidate.transit + candidate.longest + 1,
            )
            for port in candidate.ports
            for mix, people in enumerate(candidate.mixes)
            if leave - launch <= people.longest
            and not any(first <= launch <= last for first, last in candidate.closed)
        ]
        choices.append(flights if candidate.required else [*flights, None])
    leaves = [range(max(0, ship.earliest), ship.latest + 1) for ship in rotation.aboard]
    does = [None, *range(len(rotation.candidates))]
    for flown, left, done in product(
        product(*choices), product(*leaves), product(does, repeat=len(rotation.tasks))
    ):
        flights = tuple(flight for flight in flown if flight is not None)
        people = [
            leave if ship.fit else rotation.days
            for leave, ship in zip(left, rotation.aboard, strict=True)
        ]
        for flight in flights:
            adopted = rotation.candidates[flight.candidate].mixes[flight.mix].adopts
            if adopted is not None:
                people[adopted] = flight.leave
        yield Plan("proven", flights, left, tuple(people), done)


def best(rotation: Rotation) -> tuple[int, ...] | None:
    """The objectives of the best plan that breaks no rule."""
    scores = (score(rotation, plan) for plan in every_plan(rotation))
    return min((one.values for one in scores if not one.broken), default=None)


@pytest.mark.parametrize("seed", [*range(9), 26, 56, 66])
def test_every_stage_equals_the_best_of_all_plans(seed: int) -> None:
    rotation = tiny(seed)
    truth = best(rotation)
    plan = solve_by_milp(rotation)
    if truth is None:
        assert plan.status == "impossible"
        return
    assert plan.status == "proven"
    assert [stage.value for stage in plan.stages] == pytest.approx(truth, abs=1e-5)
    recounted = score(rotation, plan)
    assert recounted.broken == ()
    assert recounted.values == truth


SHUTTLE = Candidate(
    "rescue",
    ship=0,
    earliest=2,
    latest=4,
    nominal=4,
    transit=1,
    shortest=2,
    longest=6,
    ports=(1,),
    mixes=(Mix("empty", (0,), (0,), 20, adopts=0),),
)
STRANDED = Rotation(
    days=12,
    nations=("A",),
    sides=(Side("a", 1, 0.0),),
    ports=("p", "q"),
    ships=(ShipClass("one", 1, None),),
    candidates=(SHUTTLE,),
    aboard=(Aboard("leaky", 0, 0, 0, 9, (2,), (2,), fit=False, latest_people=8),),
    robust=False,
)


def test_people_without_a_seat_wait_for_the_ship_that_adopts_them() -> None:
    plan = solve_by_milp(STRANDED)
    # Without a seat on days 0 to 2, home on day 8 at the latest: nobody is aboard on days 8 to 11.
    assert [stage.value for stage in plan.stages] == [7, 0, 0, 1, 0, 2]
    assert plan.flights[0].dock == 3
    assert plan.people_leave == (8,)


def test_a_problem_without_a_plan_is_found_impossible() -> None:
    nobody_comes = replace(STRANDED, candidates=())
    assert solve_by_milp(nobody_comes).status == "impossible"
    no_port = replace(STRANDED, occupied=(Occupied(1, 0, 12, "cargo"),))
    assert solve_by_milp(no_port).status == "impossible"
    too_many = replace(STRANDED, most=(1,) * 12)
    assert solve_by_milp(too_many).status == "impossible"


def test_no_time_gives_no_plan() -> None:
    told: list[str] = []
    assert solve_by_milp(STRANDED, seconds=0.0, progress=told.append) == Plan("none found")
    assert told == []


def test_a_stage_out_of_time_ends_the_plan_without_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, 1.0, 2.0, 99.0])
    monkeypatch.setattr("stationkeeper.validation.milp_rotation.perf_counter", lambda: next(ticks))
    plan = solve_by_milp(STRANDED, seconds=50.0)
    assert plan.status == "within limit"
    assert [stage.name for stage in plan.stages] == ["safety days lost", "obligations broken"]


def test_the_planner_and_its_peer_agree_on_half_a_year_of_two_classes() -> None:
    asked = iss_like(1)
    short = replace(
        asked,
        days=200,
        most=asked.most[:200],
        candidates=tuple(c for c in asked.candidates if c.nominal < 150),
        owed=(),
    )
    ours, peer = solve(short), solve_by_milp(short)
    assert ours.status == peer.status == "proven"
    assert [s.value for s in ours.stages] == pytest.approx([s.value for s in peer.stages])
