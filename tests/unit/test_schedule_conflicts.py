"""A problem without a plan names the rules that cannot hold together."""

from dataclasses import replace
from typing import Any

import pytest

from stationkeeper.schedule import conflicts as module
from stationkeeper.schedule.problem import (
    Aboard,
    Candidate,
    Mix,
    Occupied,
    Rotation,
    ShipClass,
    Side,
)
from stationkeeper.schedule.search import Found, search
from stationkeeper.schedule.solve import solve

CREW = (Mix("2", (2,), (2,), 40, (1,)),)


def candidate(key: str, earliest: int, latest: int, **more: object) -> Candidate:
    made = Candidate(key, 0, earliest, latest, earliest, 1, 2, 20, (0,), CREW)
    return replace(made, **more)  # type: ignore[arg-type]


def rotation(*candidates: Candidate, **more: object) -> Rotation:
    made = Rotation(
        days=20,
        nations=("A",),
        sides=(Side("russian", 1, 0.0),),
        ports=("rassvet", "poisk"),
        ships=(ShipClass("soyuz", 3, (1, 5)),),
        candidates=candidates,
        aboard=(Aboard("soyuz-1", 0, 1, 2, 8, (2,), (2,)),),
        exchanges=(("seat exchange", 9),),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def conflicts(problem: Rotation) -> set[str]:
    plan = solve(problem, workers=1)
    assert plan.status == "impossible"
    assert plan.flights == ()
    return set(plan.conflicts)


def test_a_window_after_the_life_of_the_ship_before() -> None:
    late = rotation(candidate("soyuz-2", 9, 11), hard_presence=True)
    assert conflicts(late) == {
        "soyuz-2 launches on day{9} to day{11}",
        "certified life of soyuz-1 ends on day{8}",
        "each day needs 1 able to run russian",
    }


def test_people_aboard_who_must_leave_before_their_ship_must() -> None:
    late = rotation(candidate("soyuz-2", 9, 11), hard_presence=True)
    sooner = replace(late.aboard[0], latest=12, latest_people=7)
    assert conflicts(replace(late, aboard=(sooner,))) == {
        "soyuz-2 launches on day{9} to day{11}",
        "people of soyuz-1 must leave by day{7}",
        "each day needs 1 able to run russian",
    }


def test_a_grounded_ship_that_must_fly() -> None:
    grounded = candidate("soyuz-2", 4, 6, closed=((0, 10),), closed_by=("grounded",))
    assert conflicts(rotation(grounded)) == {
        "soyuz-2 launches on day{4} to day{6}",
        "soyuz-2 must fly",
        "soyuz-2 cannot launch on day{0} to day{10}: grounded",
    }


def test_launches_too_near_to_each_other() -> None:
    near = rotation(candidate("soyuz-2", 4, 5), candidate("soyuz-3", 6, 6))
    assert conflicts(near) == {
        "soyuz-2 launches on day{4} to day{5}",
        "soyuz-2 must fly",
        "soyuz-3 launches on day{6} to day{6}",
        "soyuz-3 must fly",
        "launches of soyuz are 3 d or more apart",
    }


def test_a_port_that_cargo_holds() -> None:
    held = rotation(candidate("soyuz-2", 4, 6), occupied=(Occupied(0, 0, 30, "progress-x"),))
    assert conflicts(held) == {
        "soyuz-2 launches on day{4} to day{6}",
        "soyuz-2 must fly",
        "rassvet is held by progress-x on day{0} to day{29}",
    }


def test_people_who_may_not_be_away_for_long_enough() -> None:
    short = tuple(replace(mix, longest=6) for mix in CREW)
    stay = rotation(candidate("soyuz-2", 4, 6, mixes=short, shortest=10))
    assert conflicts(stay) == {
        "soyuz-2 must fly",
        "soyuz-2 stays docked for 10 d or more",
        "people of soyuz-2 may be away for 6 d",
    }


def test_the_loss_of_one_ship_and_an_exchange_out_of_balance() -> None:
    unbalanced = rotation(candidate("soyuz-2", 4, 6), exchanges=(("seat exchange", 0),))
    assert conflicts(unbalanced) == {
        "soyuz-2 must fly",
        "seats under seat exchange balance within 0",
    }
    assert "each day needs 1 able to run russian after the loss of any one ship" in conflicts(
        rotation(candidate("soyuz-2", 4, 6), hard_robust=True)
    )


def test_every_conflict_is_needed() -> None:
    late = rotation(candidate("soyuz-2", 9, 11), hard_presence=True)
    longer = replace(late, aboard=(replace(late.aboard[0], latest=12),))
    assert solve(longer, workers=1).status == "proven"
    assert solve(replace(late, hard_presence=False), workers=1).status == "proven"
    sooner = rotation(candidate("soyuz-2", 6, 11), hard_presence=True)
    assert solve(sooner, workers=1).status == "proven"


def test_rules_that_have_no_part_in_it_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    late = rotation(candidate("soyuz-2", 9, 11), candidate("soyuz-3", 15, 15), hard_presence=True)
    first_search: list[dict[str, object]] = []

    def names_all(model: Any, **more: Any) -> Found:
        found = search(model, **more)
        if not first_search:
            first_search.append(more)
            return replace(found, core=())  # as if the solver said no more than: all of it
        return found

    monkeypatch.setattr(module, "search", names_all)
    assert set(module.conflicts(late, workers=1)) == {
        "soyuz-2 launches on day{9} to day{11}",
        "soyuz-3 launches on day{15} to day{15}",
        "certified life of soyuz-1 ends on day{8}",
        "each day needs 1 able to run russian",
    }
    assert first_search
