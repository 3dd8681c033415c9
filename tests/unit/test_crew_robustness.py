"""Groundings and slips, by hand and start by start."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.crew import robustness
from stationkeeper.crew.robustness import empty_on, grounded, slipped, unsafe_on
from stationkeeper.crew.roster import FAR, Roster
from stationkeeper.errors import InputError
from tests.crews import hand_made

# Two classes, each with two ships in turn; certified for 130 days from launch.
LINE: list[dict[str, Any]] = [
    {"docked": 0, "undocked": 110, "life_end": 129, "ship": "a"},
    {"docked": 100, "undocked": 210, "life_end": 229, "ship": "a"},
    {"docked": 200, "undocked": 310, "life_end": 329, "ship": "a"},
    {"docked": 0, "undocked": 300, "life_end": FAR, "ship": "b", "family": 1},
]
EAST_ALONE: list[dict[str, Any]] = [
    {"east": 2, "west": 0, "up": 0},
    {"east": 2, "west": 0, "up": 1},
    {"east": 2, "west": 0, "up": 2},
    {"east": 0, "west": 2, "up": 3},
]
EXCHANGED: list[dict[str, Any]] = [
    {"east": 1, "west": 1, "up": 0},
    {"east": 1, "west": 1, "up": 1},
    {"east": 1, "west": 1, "up": 2},
    {"east": 1, "west": 1, "up": 3},
]


def test_ships_whose_replacement_does_not_come_wait_to_the_end_of_their_life() -> None:
    people = hand_made(LINE, EAST_ALONE, 300)
    found = grounded(people, "a", 50)
    # Launched on day 99: the first ship waits until day 129, then nobody of the east is there
    # until the second would have left; the third comes on day 200 as flown.
    assert np.flatnonzero(found.touched).tolist() == [*range(50, 100), *range(150, 200)]
    assert found.first_empty[0, 70] == -1  # launches again on day 120: too short to show
    assert found.first_empty[0, 85] == 129
    assert found.empty_days[0, 85] == 6  # days 129 to 134
    assert found.first_empty[0, 99] == 129
    assert found.empty_days[0, 99] == 20
    assert (found.first_empty[1] == -1).all()
    assert found.kept.tolist() == [int((found.first_empty[0, found.touched] < 0).sum()), 100]


def test_exchanged_seats_keep_both_sides_through_a_grounding() -> None:
    found = grounded(hand_made(LINE, EXCHANGED, 300), "a", 150)
    assert (found.first_empty == -1).all()
    assert (grounded(hand_made(LINE, EAST_ALONE, 300), "a", 150).first_empty[0] >= 0).any()


def test_a_ship_that_left_before_the_grounding_does_not_come_back() -> None:
    flights = [dict(one) for one in LINE[:2]]
    flights[1].update(docked=130, undocked=240, launched=129, life_end=FAR)
    people = hand_made(flights, EAST_ALONE[:2], 240)
    found = grounded(people, "a", 60)
    assert found.first_empty[0, 110] == 129  # it leaves on day 110 at the earliest: it waits
    assert found.first_empty[0, 111] == 111  # it has left on day 110


def test_people_whose_landing_ship_does_not_come_leave_with_the_ship_that_holds_their_seat() -> (
    None
):
    flights: list[dict[str, Any]] = [
        {"docked": 0, "undocked": 5, "ship": "a", "seats": 6},
        {"docked": 0, "undocked": 80, "ship": "b", "family": 1},
        {"docked": 40, "undocked": 45, "ship": "a", "seats": 6},
        {"docked": 75, "undocked": 180, "ship": "b", "family": 1},
    ]
    groups = [
        {"east": 1, "west": 0, "up": 0, "down": 2},
        {"east": 0, "west": 2, "up": 1},
        {"east": 0, "west": 2, "up": 3},
    ]
    people = hand_made(flights, groups, 180)
    # Until day 180 on the free seat of the first b, then of the second, and home with it.
    found = grounded(people, "a", 170)
    assert found.first_empty[0, 10] == -1
    flights[3]["seats"] = 2
    found = grounded(hand_made(flights, groups, 180), "a", 170)
    assert found.first_empty[0, 10] == 80


def test_whoever_finds_no_seat_leaves_although_their_own_ship_still_comes() -> None:
    flights: list[dict[str, Any]] = [
        {"docked": 0, "undocked": 5, "ship": "b", "seats": 6, "family": 1},
        {"docked": 0, "undocked": 70, "ship": "a", "life_end": 90},
        {"docked": 65, "undocked": 180, "ship": "a", "life_end": FAR},
        {"docked": 150, "undocked": 155, "ship": "b", "seats": 6, "family": 1},
    ]
    groups = [
        {"east": 1, "west": 0, "up": 0, "down": 3},
        {"east": 1, "west": 1, "up": 1},
        {"east": 1, "west": 1, "up": 2},
    ]
    people = hand_made(flights, groups, 180)
    assert not empty_on(people)[0].any()
    assert grounded(people, "a", 60).first_empty[0, 60] == 90


def test_a_grounding_that_makes_no_sense_is_refused() -> None:
    people = hand_made(LINE, EAST_ALONE, 300)
    with pytest.raises(InputError, match=r"given ship c; expected a class .*: a, b"):
        grounded(people, "c", 30)
    with pytest.raises(InputError, match="grounding of 0 days"):
        grounded(people, "a", 0)
    with pytest.raises(InputError, match="slip of 0 days"):
        slipped(people, 0)


def test_a_launch_that_slips_leaves_a_gap_that_those_before_fill_up_to_their_life() -> None:
    people = hand_made(LINE, EAST_ALONE, 300)
    late = {one.flight: one for one in slipped(people, 25)}
    # The second docks on day 125; the first waits to its life, day 129.
    assert late["flight-1"].emptied == ()
    later = {one.flight: one for one in slipped(people, 40)}
    assert (later["flight-1"].emptied, later["flight-1"].days_lost) == (("east",), 11)
    assert later["flight-3"].emptied == ("west",)
    assert later["flight-3"].days_lost == 40


def test_a_slip_costs_the_overlap_that_made_days_safe() -> None:
    people = hand_made(LINE, EXCHANGED, 300)
    assert not unsafe_on(people).any()
    late = {one.flight: one for one in slipped(people, 40)}
    assert late["flight-1"].days_lost == 0
    assert late["flight-1"].unsafe_days == 11
    assert late["flight-3"].unsafe_days == 40


def test_a_visit_that_slips_keeps_its_length() -> None:
    flights = [*LINE, {"docked": 50, "undocked": 60, "ship": "b", "family": 1}]
    people = hand_made(flights, [*EAST_ALONE, {"east": 0, "west": 1, "up": 4}], 300)
    late = robustness._slipped(people, 4, 30)
    assert (late.docked[4], late.undocked[4]) == (80, 90)
    assert (late.since[4], late.until[4]) == (80, 90)
    assert (late.undocked[:4] == people.undocked[:4]).all()


@st.composite
def lines(draw: st.DrawFn) -> tuple[Roster, int]:
    """Ships of two classes that come and go for 400 days, and the length of a grounding."""
    flights: list[dict[str, Any]] = []
    for family, ship in enumerate("ab"):
        docked = draw(st.integers(-40, 40))
        while docked < 400:
            stay = draw(st.integers(5, 200))
            flights.append(
                {
                    "docked": docked,
                    "launched": docked - draw(st.integers(0, 3)),
                    "undocked": docked + stay,
                    "life_end": draw(st.sampled_from([docked + stay + 20, docked + 150, FAR])),
                    "seats": draw(st.integers(2, 5)),
                    "ship": ship,
                    "family": family,
                }
            )
            docked += draw(st.integers(40, 180))
    groups = []
    for f, flight in enumerate(flights):
        later = [g for g, one in enumerate(flights) if one["undocked"] > flight["docked"]]
        groups.append(
            {
                "east": draw(st.integers(0, 2)),
                "west": draw(st.integers(0, 2)),
                "up": f,
                "down": draw(st.sampled_from(later)),
            }
        )
    return hand_made(flights, groups, 400), draw(st.integers(1, 250))


@settings(max_examples=40, deadline=None)
@given(lines(), st.lists(st.integers(0, 399), min_size=5, max_size=12))
def test_every_start_is_what_it_would_be_alone(line: tuple[Roster, int], starts: list[int]) -> None:
    people, days = line
    found = grounded(people, "a", days)
    concerned = np.array([name == "a" for name in people.classes])
    for start in starts:
        away = concerned & (people.launched >= start) & (people.launched < start + days)
        away &= people.docked < people.days
        alone = robustness._without(people, away, concerned, start) if away.any() else people
        empty = empty_on(alone)[:, start : start + days]
        assert found.touched[start] == away.any()
        assert found.empty_days[:, start].tolist() == empty.sum(axis=1).tolist()
        first = [start + int(np.argmax(e)) if e.any() else -1 for e in empty]
        assert found.first_empty[:, start].tolist() == first


@settings(max_examples=40, deadline=None)
@given(lines())
def test_only_the_people_of_the_launch_that_slips_come_later(line: tuple[Roster, int]) -> None:
    people, days = line
    for f in np.unique(people.up[people.up >= 0]):
        late = robustness._slipped(people, int(f), days)
        comes = people.up == f
        assert (late.since[~comes] == people.since[~comes]).all()
        assert (late.since[comes] == people.since[comes] + days).all()
        assert (late.until >= people.until).all() or (late.until[comes] >= late.since[comes]).all()
    for one in slipped(people, days):
        assert bool(one.emptied) == (one.days_lost > 0)
