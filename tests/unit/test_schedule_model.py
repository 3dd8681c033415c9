"""Every rule of the model on plans that are counted by hand: what it counts and what it refuses.

Each plan is fixed in the model; its objectives must be those of the recount, and the model must
refuse exactly what the recount calls broken.
"""

from dataclasses import replace
from typing import Any

import pytest

from stationkeeper.schedule.model import RotationModel
from stationkeeper.schedule.plans import people_leave
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
from stationkeeper.schedule.search import Found, search
from stationkeeper.validation.rotation_cases import iss_like

FIXED = (("fix_variables_to_their_hinted_value", True),)
OBLIGATIONS, ROBUST = 1, 0  # places among the objectives; robust days are part of safety days


def relief(key: str, first: int, last: int, people: int = 2, **more: Any) -> Candidate:
    crew = Mix(f"{people}", (people,), (people,), 60)
    return replace(Candidate(key, 0, first, last, first, 1, 1, 30, (0, 1), (crew,)), **more)


def station(*candidates: Candidate, **more: Any) -> Rotation:
    """Twenty days of a ship aboard at port p, and flights to ports p and q."""
    made = Rotation(
        days=20,
        nations=("A",),
        sides=(Side("one", 1, 0.0),),
        ports=("p", "q"),
        ships=(ShipClass("ship", 1, (0, 20)),),
        candidates=candidates,
        aboard=(Aboard("there", 0, 0, 0, 30, (2,), (2,)),),
    )
    return replace(made, **more)


def flown(rotation: Rotation, leave: int | None, *flights: Flight, tasks: Any = ()) -> Plan:
    leaves = () if leave is None else (leave,)
    return Plan("proven", flights, leaves, people_leave(rotation, flights, leaves), tasks)


def fixed(rotation: Rotation, plan: Plan, objective: Any = None) -> tuple[RotationModel, Found]:
    model = RotationModel(rotation)
    model.hint(plan)
    model.sheet.model.minimize(sum(model.objectives) if objective is None else objective(model))
    return model, search(model.sheet.model, seed=1, workers=1, seconds=60.0, parameters=FIXED)


def values(rotation: Rotation, plan: Plan) -> tuple[int, ...] | None:
    """Objectives of a plan in the model, None if it is refused; the recount must say the same."""
    model, found = fixed(rotation, plan)
    recount = score(rotation, plan)
    if found.outcome == "impossible":
        assert recount.broken
        return None
    assert found.outcome == "proven"
    read = model.read(found.value)
    assert (read.flights, read.leaves, read.tasks_done) == (
        plan.flights,
        plan.leaves,
        plan.tasks_done,
    )
    counted = tuple(found.value(objective) for objective in model.objectives)
    assert recount.broken == ()
    assert counted == recount.values
    return counted


def allowed(rotation: Rotation, plan: Plan) -> bool:
    return values(rotation, plan) is not None


@pytest.mark.parametrize(("leave", "fits"), [(7, True), (8, True), (9, False)])
def test_a_ship_leaves_within_the_most_days_of_handover(leave: int, fits: bool) -> None:
    rotation = station(relief("next", 4, 4), ships=(ShipClass("ship", 1, (0, 3)),))
    # Docked on day 5: day 8 is the last for the ship before.
    assert allowed(rotation, flown(rotation, leave, Flight(0, 4, 5, 20, 1, 0))) is fits


@pytest.mark.parametrize(("dock", "fits"), [(18, False), (19, True)])
def test_the_most_days_of_handover_reach_beyond_the_horizon(dock: int, fits: bool) -> None:
    rotation = station(
        relief("next", 17, 18),
        ships=(ShipClass("ship", 1, (0, 3)),),
        aboard=(Aboard("there", 0, 0, 22, 30, (2,), (2,)),),
    )
    # It cannot leave before day 22: too long after a docking on day 18, just right after day 19.
    assert allowed(rotation, flown(rotation, 22, Flight(0, dock - 1, dock, 20, 1, 0))) is fits


def test_the_most_days_of_handover_bind_flights_and_skip_those_not_flown() -> None:
    rotation = station(
        relief("second", 2, 2, required=False, ports=(0,)),
        relief("third", 6, 6, required=False),
        ships=(ShipClass("ship", 1, (0, 3)),),
        aboard=(),
    )
    first, second = Flight(0, 2, 3, 10, 0, 0), Flight(1, 6, 7, 20, 1, 0)
    assert allowed(rotation, flown(rotation, None, first, second))
    longer = replace(first, leave=11)
    assert not allowed(rotation, flown(rotation, None, longer, second))
    assert allowed(rotation, flown(rotation, None, longer))
    assert allowed(rotation, flown(rotation, None, second))


def test_the_best_that_handovers_allow_is_proven_with_little_search() -> None:
    # Nobody flies on ships of the other side: of 730 days each side has two ships only in its four
    # handovers of 12 days. The work allowed is counted by the solver, not by a clock; without sums
    # of docking and leaving beside the chains it proves no more than 968.
    model = RotationModel(iss_like(2, exchange=False), coarse=True)
    model.sheet.model.minimize(model.objectives[ROBUST])
    little = (("max_deterministic_time", 2.0),)
    found = search(model.sheet.model, seed=1, workers=1, seconds=120.0, parameters=little)
    assert found.outcome == "proven"
    assert found.bound == 2 * (730 - 4 * 12)


@pytest.mark.parametrize(
    ("leave", "dock", "broken"), [(9, 7, 0), (8, 7, 1), (7, 7, 1), (19, 18, 1), (20, 19, 0)]
)
def test_a_handover_shorter_than_the_fewest_days_is_one_obligation(
    leave: int, dock: int, broken: int
) -> None:
    rotation = station(relief("next", dock - 1, dock - 1), ships=(ShipClass("ship", 1, (2, 20)),))
    # Two days are due, unless the ship leaves after the last of the twenty days.
    counted = values(rotation, flown(rotation, leave, Flight(0, dock - 1, dock, 20, 1, 0)))
    assert counted is not None
    assert counted[OBLIGATIONS] == broken


def test_a_flight_that_leaves_within_the_horizon_is_relieved_as_well() -> None:
    ships = (ShipClass("ship", 1, (2, 20)),)
    rotation = station(relief("second", 2, 2), relief("third", 9, 9), ships=ships, aboard=())
    last = Flight(1, 9, 10, 20, 1, 0)
    for leave, broken in ((12, 0), (11, 1)):
        plan = flown(rotation, None, Flight(0, 2, 3, leave, 0, 0), last)
        counted = values(rotation, plan)
        assert counted is not None
        assert counted[OBLIGATIONS] == broken


@pytest.mark.parametrize(
    ("dock", "leave", "port", "fits"),
    [
        (10, 20, 1, True),
        (9, 20, 1, False),
        (3, 6, 1, True),
        (3, 7, 1, False),
        (7, 8, 1, False),
        (3, 11, 1, False),
        (9, 20, 0, True),
    ],
)
def test_a_port_is_free_before_and_after_what_else_holds_it(
    dock: int, leave: int, port: int, fits: bool
) -> None:
    rotation = station(
        relief("next", 2, 18, nominal=9), occupied=(Occupied(1, 6, 10, "cargo"),), aboard=()
    )
    # Cargo is at q on days 6 to 9.
    plan = flown(rotation, None, Flight(0, dock - 1, dock, leave, port, 0))
    assert allowed(rotation, plan) is fits


@pytest.mark.parametrize(
    ("dock", "leave", "fits"), [(3, 18, True), (2, 18, False), (3, 19, False), (19, 20, False)]
)
def test_a_port_held_at_the_start_and_at_the_end(dock: int, leave: int, fits: bool) -> None:
    held = (Occupied(1, -5, 3, "cargo-a"), Occupied(1, 18, 40, "cargo-b"))
    rotation = station(relief("next", 1, 18, nominal=9), occupied=held, aboard=())
    plan = flown(rotation, None, Flight(0, dock - 1, dock, leave, 1, 0))
    assert allowed(rotation, plan) is fits


@pytest.mark.parametrize(("leave", "port", "fits"), [(7, 0, True), (8, 0, False), (8, 1, True)])
def test_a_port_is_free_on_the_day_on_which_a_ship_leaves(
    leave: int, port: int, fits: bool
) -> None:
    rotation = station(relief("next", 6, 6), ships=(ShipClass("ship", 1, (0, 3)),))
    # The next docks on day 7.
    assert allowed(rotation, flown(rotation, leave, Flight(0, 6, 7, 20, port, 0))) is fits


@pytest.mark.parametrize(("leave", "fits"), [(7, True), (8, False)])
def test_a_port_is_free_when_a_ship_of_another_class_has_left(leave: int, fits: bool) -> None:
    visits = (ShipClass("ship", 1, None), ShipClass("other", 1, None))
    rotation = station(relief("late", 6, 6), relief("soon", 2, 2, ship=1), ships=visits, aboard=())
    soon, late = Flight(1, 2, 3, leave, 0, 0), Flight(0, 6, 7, 20, 0, 0)
    assert allowed(rotation, flown(rotation, None, soon, late)) is fits


def test_a_ship_that_leaves_on_the_first_day_holds_no_port() -> None:
    rotation = station(occupied=(Occupied(0, -5, 3, "cargo"),))
    assert allowed(rotation, flown(rotation, 0))
    assert not allowed(rotation, flown(rotation, 1))


@pytest.mark.parametrize("minimum", [1, 2])
@pytest.mark.parametrize("freely", [False, True])
def test_a_day_with_nobody_aboard_is_lost_twice(minimum: int, freely: bool) -> None:
    rotation = station(
        relief("next", 11 - freely, 11 + freely, nominal=11),
        sides=(Side("one", minimum, 0.0),),
        aboard=(Aboard("there", 0, 0, 5 - freely, 5 + freely, (2,), (2,)),),
    )
    # Nobody on days 5 to 11, and never a second ship: 7 days and 20. Whether the search may move
    # the empty days or not makes no difference.
    counted = values(rotation, flown(rotation, 5, Flight(0, 11, 12, 20, 0, 0)))
    assert counted is not None
    assert counted[ROBUST] == 7 + 20


@pytest.mark.parametrize("freely", [False, True])
@pytest.mark.parametrize(
    ("minimum", "people", "lost"),
    # On days 5 to 12 there are 2 on the first ship and these on the second; then these alone.
    [(1, 1, 12), (2, 2, 12), (2, 1, 20 + 7), (2, 3, 12)],
)
def test_what_is_left_after_the_loss_of_one_ship(
    minimum: int, people: int, lost: int, freely: bool
) -> None:
    rotation = station(
        relief("next", 4 - freely, 4 + freely, people, nominal=4),
        sides=(Side("one", minimum, 0.0),),
    )
    counted = values(rotation, flown(rotation, 13, Flight(0, 4, 5, 20, 1, 0)))
    assert counted is not None
    assert counted[ROBUST] == lost


def test_days_with_three_ships_do_not_make_up_for_days_with_none() -> None:
    classes = tuple(ShipClass(key, 1, None) for key in "abc")
    rotation = station(
        *(relief(f"{n}", 10, 11, ship=n, ports=(n,), nominal=11) for n in range(3)),
        ports=("p", "q", "r"),
        ships=classes,
    )
    plan = flown(rotation, 5, *(Flight(n, 11, 12, 20, n, 0) for n in range(3)))
    counted = values(rotation, plan)
    # Days 5 to 11 are empty; one ship is not enough on days 0 to 4, three are from day 12 on.
    assert counted is not None
    assert counted[ROBUST] == 7 + 12


def test_three_ships_of_one_person_each_survive_the_loss_of_one() -> None:
    rotation = station(
        relief("next", 4, 4, 1),
        relief("other", 4, 4, 1, ship=1),
        ports=("p", "q", "r"),
        sides=(Side("one", 2, 0.0),),
        ships=(ShipClass("ship", 1, (0, 20)), ShipClass("other", 1, (0, 20))),
        aboard=(Aboard("there", 0, 2, 0, 30, (1,), (1,)),),
    )
    plan = flown(rotation, 10, Flight(0, 4, 5, 20, 0, 0), Flight(1, 4, 5, 20, 1, 0))
    counted = values(rotation, plan)
    # One is aboard until day 5; three until day 10, when two stay of whom none may be lost.
    assert counted is not None
    assert counted[ROBUST] == 5 + (5 + 10)
    assert not allowed(replace(rotation, hard_robust=True), plan)
    assert not allowed(replace(rotation, hard_presence=True), plan)


@pytest.mark.parametrize(
    ("first", "last", "crew_days", "fits"),
    [
        (0, 5, 8.0, True),  # docked on the last of its days
        (0, 4, 8.0, False),
        (8, 12, 8.0, True),  # docked on the first of its days for the last time
        (9, 12, 8.0, False),
        (5, 8, 8.001, False),  # two people for four days
        (5, 8, 0.0, True),
    ],
)
def test_a_task_is_done_within_its_days_by_people_who_have_the_time(
    first: int, last: int, crew_days: float, fits: bool
) -> None:
    rotation = station(
        relief("next", 3, 5, nominal=4),
        ships=(ShipClass("ship", 1, None),),
        tasks=(Task("pump", first, last, crew_days),),
        permanent=False,
        aboard=(),
    )
    plan = flown(rotation, None, Flight(0, 4, 5, 9, 1, 0), tasks=(0,))
    assert allowed(rotation, plan) is fits
    undone = values(rotation, replace(plan, tasks_done=(None,)))
    assert undone is not None
    assert undone[OBLIGATIONS] == 1


@pytest.mark.parametrize(("first", "fits"), [(8, True), (9, False)])
def test_a_task_may_begin_on_the_last_day_on_which_a_ship_can_be_docked(
    first: int, fits: bool
) -> None:
    rotation = station(
        relief("next", 4, 4, longest=4),
        ships=(ShipClass("ship", 1, None),),
        tasks=(Task("pump", first, 12, 8.0),),
        permanent=False,
        aboard=(),
    )
    plan = flown(rotation, None, Flight(0, 4, 5, 9, 1, 0), tasks=(0 if fits else None,))
    counted = values(rotation, plan)
    assert counted is not None
    assert counted[OBLIGATIONS] == (0 if fits else 1)


@pytest.mark.parametrize(("dock", "fits"), [(19, True), (20, False)])
def test_a_task_is_not_done_after_the_horizon(dock: int, fits: bool) -> None:
    rotation = station(
        relief("next", 17, 19),
        ships=(ShipClass("ship", 1, None),),
        tasks=(Task("look", 18, 30, 0.0),),
        permanent=False,
        aboard=(),
    )
    plan = flown(rotation, None, Flight(0, dock - 1, dock, dock + 1, 1, 0), tasks=(0,))
    assert allowed(rotation, plan) is fits


def test_a_task_is_done_by_one_flight_and_each_flight_has_its_own_time() -> None:
    rotation = station(
        relief("first", 2, 2),
        relief("second", 9, 9),
        ships=(ShipClass("ship", 1, None),),
        tasks=(Task("pump", 0, 19, 8.0), Task("hatch", 0, 19, 8.0)),
        permanent=False,
        aboard=(),
    )
    # Two people for four days each time.
    flights = (Flight(0, 2, 3, 7, 1, 0), Flight(1, 9, 10, 14, 1, 0))
    assert allowed(rotation, flown(rotation, None, *flights, tasks=(0, 1)))
    assert allowed(rotation, flown(rotation, None, *flights, tasks=(1, 0)))
    assert not allowed(rotation, flown(rotation, None, *flights, tasks=(1, 1)))
    longer = replace(rotation, tasks=(Task("pump", 0, 19, 9.0),))
    for done in (0, 1):
        assert not allowed(longer, flown(longer, None, *flights, tasks=(done,)))


def test_only_days_within_the_horizon_are_time_for_tasks() -> None:
    two = replace(relief("next", 14, 14).mixes[0], name="3", people=(3,))
    rotation = station(
        relief("next", 14, 14, mixes=(*relief("next", 14, 14).mixes, two)),
        ships=(ShipClass("ship", 1, None),),
        tasks=(Task("pump", 18, 30, 10.0), Task("hatch", 0, 30, 5.0)),
        permanent=False,
        aboard=(),
    )
    # Docked on days 15 to 19: ten crew-days for two people, fifteen for three.
    two_of_them, three_of_them = (Flight(0, 14, 15, 20, 1, mix) for mix in (0, 1))
    assert allowed(rotation, flown(rotation, None, two_of_them, tasks=(0, None)))
    assert not allowed(rotation, flown(rotation, None, two_of_them, tasks=(0, 0)))
    assert allowed(rotation, flown(rotation, None, three_of_them, tasks=(0, 0)))


def test_plans_that_leave_launch_or_choose_later_come_later_in_the_order() -> None:
    twin = relief("next", 4, 6).mixes[0]
    either = station(
        relief("next", 4, 6, mixes=(twin, replace(twin, name="twin"))),
        relief("after", 8, 9, nominal=8),
        ships=(ShipClass("ship", 1, None),),
        tasks=(Task("pump", 0, 19, 4.0),),
    )

    def place(plan: Plan) -> float:
        _, found = fixed(either, plan, RotationModel.order)
        assert found.outcome == "proven"
        return found.objective

    first, second = Flight(0, 4, 5, 12, 1, 0), Flight(1, 8, 9, 12, 0, 0)
    plan = flown(either, 7, first, second, tasks=(0,))
    later = [
        flown(either, 8, first, second, tasks=(0,)),
        flown(either, 7, first, second, tasks=(1,)),
    ]
    for change in ({"launch": 5, "dock": 6}, {"leave": 13}, {"mix": 1}):
        later.append(flown(either, 7, replace(first, **change), second, tasks=(0,)))
    places = [place(plan), *(place(other) for other in later)]
    assert min(places) == places[0]
    assert len(set(places)) == len(places)
    # Which of two ships has the first port is a choice too.
    last = replace(first, launch=6, dock=7)
    ours = flown(either, 7, replace(last, port=1), second, tasks=(0,))
    mirrored = flown(either, 7, replace(last, port=0), replace(second, port=1), tasks=(0,))
    assert place(ours) != place(mirrored)
