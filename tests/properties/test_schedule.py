"""Plans of small random problems, held against every plan there is."""

import itertools
from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stationkeeper.schedule.plans import people_leave
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


def flights_of(rotation: Rotation, place: int) -> Iterator[Flight | None]:
    """Every way to fly one candidate, by loops only."""
    candidate = rotation.candidates[place]
    if not candidate.required:
        yield None
    for launch in range(candidate.earliest, candidate.latest + 1):
        if any(a <= launch <= b for a, b in candidate.closed):
            continue
        dock = launch + candidate.transit
        beyond = False
        for leave in range(dock + candidate.shortest, dock + candidate.longest + 1):
            if beyond:  # leaving later than the first day after the horizon changes nothing
                break
            beyond = leave >= rotation.days
            for port in candidate.ports:
                for mix in range(len(candidate.mixes)):
                    if leave - launch <= candidate.mixes[mix].longest:
                        yield Flight(place, launch, dock, leave, port, mix)


def every_plan(rotation: Rotation) -> Iterator[Plan]:
    """Every plan of a problem, also such that break rules."""
    ways = [list(flights_of(rotation, n)) for n in range(len(rotation.candidates))]
    leaving = []
    for ship in rotation.aboard:
        last = min(ship.latest, ship.latest_people) if ship.fit else ship.latest
        leaving.append(range(max(0, ship.earliest), min(last, rotation.days) + 1))
    places: list[int | None] = [None, *range(len(rotation.candidates))]
    for flown in itertools.product(*ways):
        flights = tuple(f for f in flown if f is not None)
        for leaves in itertools.product(*leaving):
            for done in itertools.product(places, repeat=len(rotation.tasks)):
                yield Plan(
                    status="proven",
                    flights=flights,
                    leaves=leaves,
                    people_leave=people_leave(rotation, flights, leaves),
                    tasks_done=done,
                )


def best_of_all(rotation: Rotation) -> tuple[int, ...] | None:
    """Values of the best plan, or None if there is none."""
    best = None
    for plan in every_plan(rotation):
        counted = score(rotation, plan)
        if not counted.broken and (best is None or counted.values < best):
            best = counted.values
    return best


@st.composite
def mixes(draw: st.DrawFn, groups: list[int]) -> Mix:
    people = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    return Mix(
        name=str(people),
        people=people,
        able=people,
        longest=draw(st.integers(4, 12)),
        swapped=(draw(st.integers(-1, 1)),),
        bought=draw(st.integers(0, 1)),
        adopts=draw(st.sampled_from([None, *groups])),
    )


@st.composite
def rotations(draw: st.DrawFn) -> Rotation:
    """Up to two ships aboard and three flights, with windows of a few days."""
    days = draw(st.integers(6, 9))
    classes = []
    for name in ("a", "b"):
        handover = draw(st.none() | st.tuples(st.integers(0, 2), st.integers(2, 4)))
        classes.append(ShipClass(name, draw(st.integers(1, 4)), handover))
    aboard = []
    for n in range(draw(st.integers(0, 2))):
        people = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
        earliest = draw(st.integers(0, 3))
        aboard.append(
            Aboard(
                key=f"there-{n}",
                ship=draw(st.integers(0, 1)),
                port=n,
                earliest=earliest,
                latest=draw(st.integers(earliest, earliest + 4)),
                people=people,
                able=people,
                fit=draw(st.integers(0, 3)) > 0,
                latest_people=draw(st.sampled_from([9, 20])),
            )
        )
    groups = [g for g, ship in enumerate(aboard) if not ship.fit]
    candidates = []
    count = draw(st.integers(1, 2 if aboard else 3))
    for n in range(count):
        earliest = draw(st.integers(0, days - 3))
        latest = earliest + draw(st.integers(0, 2))
        shortest = draw(st.integers(1, 4))
        closed = ((earliest, earliest),) if latest > earliest and draw(st.booleans()) else ()
        candidates.append(
            Candidate(
                key=f"next-{n}",
                ship=draw(st.integers(0, 1)),
                earliest=earliest,
                latest=latest,
                nominal=draw(st.integers(earliest - 1, latest + 1)),
                transit=draw(st.integers(0, 1)),
                shortest=shortest,
                longest=shortest + draw(st.integers(0, 2)),
                ports=draw(st.sampled_from([(0,), (1,), (0, 1), (2, 0)])),
                mixes=tuple(draw(st.lists(mixes(groups), min_size=1, max_size=2))),
                required=draw(st.booleans()),
                closed=closed,
                closed_by=("weather",) * len(closed),
            )
        )
    candidates.sort(key=lambda c: c.nominal)
    tasks = []
    if draw(st.booleans()):
        first = draw(st.integers(0, days - 2))
        tasks.append(Task("work", first, first + 3, draw(st.sampled_from([2.5, 4.0, 6.0]))))
    occupied = []
    if draw(st.booleans()):
        first = draw(st.integers(0, days))
        occupied.append(Occupied(draw(st.integers(0, 2)), first, first + 3, "cargo"))
    return Rotation(
        days=days,
        nations=("A", "B"),
        sides=(
            Side("one", draw(st.integers(0, 2)), draw(st.sampled_from([0.0, 1.0, 2.3]))),
            Side("two", draw(st.integers(1, 2)), 0.0),
        ),
        ports=("p", "q", "r"),
        ships=tuple(classes),
        candidates=tuple(candidates),
        aboard=tuple(aboard),
        occupied=tuple(occupied),
        owed=(Owed("seats of B", tuple(range(count)), (1,), draw(st.integers(0, 3))),),
        tasks=tuple(tasks),
        permanent=draw(st.booleans()),
        most=draw(st.sampled_from([(), (3,) * days, (5,) * days])),
        exchanges=(("swap", draw(st.integers(0, 1))),),
        bought_at_most=draw(st.sampled_from([None, 0, 1])),
        robust=draw(st.booleans()),
        hard_presence=draw(st.integers(0, 5)) == 5,
        hard_robust=draw(st.integers(0, 5)) == 5,
    )


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(rotations())
def test_the_plan_is_as_good_as_the_best_of_all_plans(rotation: Rotation) -> None:
    plan = solve(rotation, workers=1)
    best = best_of_all(rotation)
    if best is None:
        assert plan.status == "impossible"
        assert plan.conflicts
        return
    counted = score(rotation, plan)
    assert counted.broken == ()
    assert plan.status == "proven"
    assert counted.values == best
    assert tuple(stage.value for stage in plan.stages) == best
