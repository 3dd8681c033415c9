"""What the rule finds on each day, and that a plain loop finds the same."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.crew.roster import FAR, PortStay, Roster
from stationkeeper.crew.rule import Finding, check, losses
from stationkeeper.validation.speed_crew_check import plain_seats, plain_survival
from tests.crews import EAST, WEST, hand_made

TWO_SHIPS: list[dict[str, Any]] = [
    {"docked": 0, "undocked": 100},
    {"docked": 40, "undocked": 100, "seats": 4},
]


def found(people: Roster, kind: str, reading: int | None = None) -> list[Finding]:
    return [
        one
        for one in check(people).findings
        if one.kind == kind and (reading is None or one.reading in (reading, None))
    ]


def spans(people: Roster, kind: str, reading: int | None = 0) -> list[tuple[str, str, int, int]]:
    return [(one.ship, one.side, one.first, one.last) for one in found(people, kind, reading)]


def test_all_on_one_ship_is_told_from_some_on_others() -> None:
    groups = [{"east": 2, "west": 1, "up": 0}, {"east": 0, "west": 4, "up": 1}]
    people = hand_made(TWO_SHIPS, groups, 100)
    result = check(people)
    assert spans(people, "loss-alone") == [
        ("flight-0", "east", 0, 39),
        ("flight-0", "west", 0, 39),
    ]
    assert spans(people, "loss-with-others") == [("flight-0", "east", 40, 99)]
    assert found(people, "loss-with-others")[0].event == "Flight 0 leaves with its people"
    assert found(people, "loss-alone")[0].event == "Flight 0 leaves with everybody aboard"
    assert result.alone[:, :40].all()
    assert not result.alone[:, 40:].any()
    assert result.present.all()
    assert result.survives[:, 0].sum() == 0
    assert (result.survives[:, 1].sum(axis=1) == 60).all()


def test_a_ship_without_people_is_not_missed() -> None:
    people = hand_made(TWO_SHIPS, [{"east": 1, "west": 0, "up": 0}], 100)
    assert {one.ship for one in found(people, "loss-alone")} == {"flight-0"}
    assert found(people, "loss-with-others") == []


def test_exchanged_seats_keep_both_sides() -> None:
    groups = [{"east": 2, "west": 1, "up": 0}, {"east": 1, "west": 3, "up": 1}]
    result = check(hand_made(TWO_SHIPS, groups, 100))
    assert result.survives[:, :, 40:].all()
    assert result.people[:, 50].tolist() == [3, 4]
    assert result.able[:, 50].tolist() == [3, 4]


def test_people_without_a_seat_stay_when_a_ship_leaves() -> None:
    groups = [{"east": 1, "west": 1, "up": 0}, {"east": 1, "west": 2, "up": 1, "until": 100}]
    flights = [TWO_SHIPS[0], {"docked": 0, "undocked": 10}]
    people = hand_made(flights, groups, 100)
    assert spans(people, "seat") == [("flight-1", "", 10, 99)]
    assert found(people, "seat")[0].given == f"{EAST} 1, {WEST} 2 (group-1) without"
    result = check(people)
    assert result.without_seat[:, 50].tolist() == [3, 3]
    assert result.survives[:, :, 10:].all()
    assert not result.alone[:, 10:].any()


def test_people_of_a_ship_that_is_not_fit_have_no_seat_and_go_with_it() -> None:
    groups = [{"east": 2, "west": 1, "up": 0}, {"east": 1, "west": 3, "up": 1}]
    people = hand_made(TWO_SHIPS, groups, 100, unfit=[(0, 50, 60)])
    assert spans(people, "seat") == [("flight-0", "", 50, 59)]
    assert losses(people).held[0].max(axis=1).tolist() == [3, 4]
    assert check(people).survives[:, :, 40:].all()


def test_each_ship_with_people_needs_one_who_can_fly_it() -> None:
    flights = [{**TWO_SHIPS[0], "flown_by": (EAST,)}, TWO_SHIPS[1]]
    groups = [
        {"east": 1, "west": 0, "up": 0, "until": 70},
        {"east": 0, "west": 2, "up": 0},
        {"east": 1, "west": 0, "up": 1},
    ]
    people = hand_made(flights, groups, 100)
    assert spans(people, "pilot") == [("flight-0", "", 70, 99)]
    assert found(people, "pilot")[0].expected == f"one of {EAST}"
    assert check(people).no_pilot[:, 70:].all()


def test_more_people_than_seats_and_places_is_too_many() -> None:
    flights = [TWO_SHIPS[0], {**TWO_SHIPS[1], "emergency": 1}]
    groups: list[dict[str, Any]] = [
        {"east": 2, "west": 0, "up": 0, "ties": {50: 1, 60: 0}},
        {"east": 1, "west": 3, "up": 1},
    ]
    people = hand_made(flights, groups, 100)
    assert spans(people, "overfull") == [("flight-1", "", 50, 59)]
    assert found(people, "overfull")[0].given == "6 people"
    groups[0]["east"] = 1
    assert spans(hand_made(flights, groups, 100), "overfull") == []


def test_too_few_people_are_told_by_side_in_total_and_for_a_spacewalk() -> None:
    groups = [{"east": 1, "west": 0, "up": 0}, {"east": 1, "west": 1, "up": 1}]
    people = hand_made(TWO_SHIPS, groups, 110)
    assert spans(people, "presence") == [
        ("", "west", 0, 39),
        ("", "east", 100, 109),
        ("", "west", 100, 109),
    ]
    assert spans(people, "minimum") == [("", "", 0, 39), ("", "", 100, 109)]
    assert spans(people, "spacewalk") == [("", "", 0, 39)]
    visits = hand_made(TWO_SHIPS, groups, 110, permanent=False)
    assert spans(visits, "presence") == [("", "west", 0, 39)]
    crowd = [{"east": 14, "west": 1, "up": 1}]
    assert spans(hand_made(TWO_SHIPS, crowd, 90, permanent=False), "maximum") == [("", "", 40, 89)]


def test_lives_stays_and_ports_are_counted_from_the_day_after_the_limit() -> None:
    flights = [{**TWO_SHIPS[0], "life_end": 90}, TWO_SHIPS[1]]
    groups = [{"east": 1, "west": 1, "up": 0, "stay_limit": 50}]
    ports = [
        PortStay("core/aft", "flight-0", 0, 60),
        PortStay("core/aft", "module", 55, 58),
        PortStay("core/aft", "flight-1", 59, 100),
        PortStay("core/zenith", "flight-2", 0, 100),
    ]
    people = hand_made(flights, groups, 100, ports=ports)
    assert spans(people, "life") == [("flight-0", "", 90, 99)]
    assert spans(people, "stay") == [("flight-0", "", 49, 99)]
    assert spans(people, "port") == [("module", "", 55, 57), ("flight-1", "", 59, 59)]
    result = check(people)
    assert (result.over_life.sum(), result.over_stay.sum(), result.over_ports.sum()) == (10, 51, 4)


def test_a_handover_is_counted_to_the_next_ship_of_the_family() -> None:
    flights: list[dict[str, Any]] = [
        {"docked": 0, "undocked": 100, "handover": 10},
        {"docked": 92, "undocked": 200, "handover": 10},
        {"docked": 95, "undocked": 99},
        {"docked": 205, "undocked": FAR, "handover": 10},
        {"docked": 98, "undocked": 220, "family": 1},
    ]
    people = hand_made(flights, [{"east": 1, "west": 1, "up": 0}], 300)
    assert check(people).handover.tolist() == [8, -5, FAR, FAR, FAR]
    assert [(one.first, one.given) for one in found(people, "handover")] == [
        (100, "left 8 days after the next had docked"),
        (200, "left 5 days before the next docked"),
    ]


def test_a_station_with_nobody_aboard_has_no_safe_day_and_no_ship_to_lose() -> None:
    people = hand_made([{"docked": 50, "undocked": 60}], [{"east": 1, "west": 1, "up": 0}], 40)
    people_only = check(people)
    assert not people_only.crewed.any()
    assert not people_only.survives.any()
    empty = check(hand_made([], [], 10, permanent=False))
    assert empty.findings == ()
    assert empty.people.shape == (2, 10)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    """A roster of a few ships and groups, with ties and ships that are not fit."""
    days = draw(st.integers(1, 60))
    flights = []
    for _ in range(draw(st.integers(1, 6))):
        docked = draw(st.integers(-20, 59))
        flights.append(
            {
                "docked": docked,
                "undocked": docked + draw(st.integers(1, 60)),
                "seats": draw(st.integers(0, 4)),
                "emergency": draw(st.integers(0, 2)),
            }
        )
    ships = st.integers(0, len(flights) - 1)
    groups = []
    for _ in range(draw(st.integers(0, 7))):
        since = draw(st.integers(-20, 59))
        groups.append(
            {
                "east": draw(st.integers(0, 3)),
                "west": draw(st.integers(0, 3)),
                "up": draw(ships),
                "down": draw(ships),
                "since": since,
                "until": since + draw(st.integers(0, 70)),
                "ties": draw(st.dictionaries(st.integers(0, 59), ships, max_size=2)),
            }
        )
    unfit = draw(
        st.lists(st.tuples(ships, st.integers(-5, 40), st.integers(0, 60)), max_size=2).map(
            lambda spans: [span for span in spans if span[1] < span[2]]
        )
    )
    return hand_made(flights, groups, days, unfit=unfit)


@settings(max_examples=200, deadline=None)
@given(rosters())
def test_seats_and_safe_days_are_those_of_a_plain_loop(people: Roster) -> None:
    seat = plain_seats(people)
    shape = (2, len(people.groups), people.days)
    np.testing.assert_array_equal(people.seat, np.array(seat).reshape(shape))
    result = check(people)
    np.testing.assert_array_equal(result.survives, np.array(plain_survival(people, seat)))
    lost = np.zeros((2, 2, people.days), dtype=bool)
    for one in result.findings:
        if one.kind.startswith("loss"):
            assert one.reading is not None
            lost[one.reading, people.sides.index(one.side), one.first : one.last + 1] = True
    enough = result.able >= people.minimum[:, None]
    np.testing.assert_array_equal(result.survives, enough & ~lost & result.crewed)


@pytest.mark.parametrize("reading", [0, 1])
@settings(max_examples=60, deadline=None)
@given(people=rosters())
def test_nobody_is_lost_or_invented(reading: int, people: Roster) -> None:
    lost = losses(people)
    seated = people.seat_between[reading] >= 0
    size = people.people.sum(axis=1)
    assert (lost.held[reading].sum(axis=0) == size @ seated).all()
    assert (people.aboard | ~seated).all()
