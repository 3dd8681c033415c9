"""Who is aboard when, and on which ship is whose seat home."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.crew.roster import FAR, Roster, roster
from stationkeeper.crew.sides import able_by_side, sides_of
from stationkeeper.errors import InputError
from stationkeeper.programme.document import Programme
from tests.crews import EAST, FIRST, WEST, day, hand_made, two_sides

FLIGHTS = {
    "east-1": ("east-ship", 10, 190),
    "east-2": ("east-ship", 180, 370),
    "west-1": ("west-ship", 20, 200),
}
CREWS: dict[str, dict[str, Any]] = {
    "east-1": {"up": "east-1", "seats": {EAST: 2}},
    "east-1-late": {"up": "east-1", "down": "east-2", "seats": {WEST: 1}},
    "east-2": {"up": "east-2", "seats": {EAST: 1}},
    "west-1": {"up": "west-1", "seats": {WEST: 4}},
}


def shown(programme: Programme, days: int = 400, **options: Any) -> Roster:
    return roster(programme, "small", FIRST, day(days - 1), **options)


def seats_of(people: Roster, group: str, reading: int) -> list[tuple[int, str]]:
    """Return the days on which the ship of a group changes, with the ship."""
    row = people.seat[reading, people.groups.index(group)]
    changes = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist()]
    names = [people.flights[row[i]] if row[i] >= 0 else "" for i in changes]
    return list(zip(changes, names, strict=True))


def test_people_are_aboard_from_docking_to_undocking_not_from_launch_to_landing(
    tmp_path: Path,
) -> None:
    people = shown(two_sides(tmp_path, FLIGHTS, CREWS))
    group = people.groups.index("east-1")
    aboard = np.flatnonzero(np.repeat(people.aboard[group], people.lengths))
    assert (aboard[0], aboard[-1]) == (10, 189)
    assert people.group_launched[group] == 9


def test_both_readings_of_whose_seat_is_where(tmp_path: Path) -> None:
    people = shown(two_sides(tmp_path, FLIGHTS, CREWS))
    late = "east-1-late"
    assert seats_of(people, late, 0) == [(0, ""), (10, "east-1"), (180, "east-2"), (370, "")]
    assert seats_of(people, late, 1) == [(0, ""), (10, "east-1"), (190, "east-2"), (370, "")]


def test_a_seat_that_the_record_names_holds_in_both_readings(tmp_path: Path) -> None:
    ties = {f"crew.east-1-late.seat_on.{day(50)}": "West-1"}
    crews = {**CREWS, "west-1": {"up": "west-1", "seats": {WEST: 3}}}
    people = shown(two_sides(tmp_path, FLIGHTS, crews, ties))
    for reading in (0, 1):
        found = seats_of(people, "east-1-late", reading)
        assert found == [(0, ""), (10, "east-1"), (50, "west-1"), (200, "east-2"), (370, "")]


def test_nobody_moves_to_a_landing_ship_that_is_full() -> None:
    flights = [
        {"docked": 0, "undocked": 100},
        {"docked": 50, "undocked": 150},
        {"docked": 80, "undocked": 200},
    ]
    groups = [
        {"east": 1, "west": 0, "up": 0, "down": 1},
        {"east": 1, "west": 1, "up": 1},
        {"east": 0, "west": 1, "up": 1, "down": 2},
    ]
    people = hand_made(flights, groups, 200)
    assert seats_of(people, "group-0", 0) == [(0, "flight-0"), (80, "flight-1"), (150, "")]
    # Two who change ships on one day need no free seat between them.
    groups = [
        {"east": 1, "west": 2, "up": 0, "down": 1},
        {"east": 1, "west": 2, "up": 1, "down": 0},
    ]
    people = hand_made(flights, groups, 200)
    assert seats_of(people, "group-0", 0) == [(0, "flight-0"), (50, "flight-1"), (150, "")]
    assert seats_of(people, "group-1", 0) == [(0, ""), (50, "flight-0"), (100, "")]


def test_whose_ship_is_gone_takes_free_seats_of_the_ship_with_most() -> None:
    flights = [
        {"docked": 0, "undocked": 10, "seats": 8},
        {"docked": 0, "undocked": 300},
        {"docked": 0, "undocked": 300},
        {"docked": 250, "undocked": 260, "seats": 8},
    ]
    groups = [
        {"east": 0, "west": 1, "up": 0, "down": 3},
        {"east": 1, "west": 0, "up": 1},
        {"east": 1, "west": 0, "up": 2},
    ]
    people = hand_made(flights, groups, 300)
    expected = [(0, "flight-0"), (10, "flight-1"), (250, "flight-3"), (260, "")]
    assert seats_of(people, "group-0", 0) == expected
    groups[1] = {"east": 2, "west": 0, "up": 1}
    people = hand_made(flights, groups, 300)
    assert (10, "flight-2") in seats_of(people, "group-0", 0)
    # A visit with more free seats is not there for them.
    flights.append({"docked": 100, "undocked": 120, "seats": 8})
    people = hand_made(flights, groups, 300)
    assert (250, "flight-3") in seats_of(people, "group-0", 0)
    assert "flight-4" not in dict(map(reversed, seats_of(people, "group-0", 0)))


def test_a_ship_that_is_not_fit_holds_only_those_who_find_no_seat() -> None:
    flights = [
        {"docked": 0, "undocked": 300},
        {"docked": 0, "undocked": 300, "seats": 4, "emergency": 5},
    ]
    groups = [{"east": 1, "west": 0, "up": 0}, {"east": 2, "west": 0, "up": 0}]
    full = [*groups, {"east": 0, "west": 3, "up": 1}]
    people = hand_made(flights, full, 300, unfit=[(0, 100, 200)])
    assert (100, "flight-1") in seats_of(people, "group-0", 0)
    # The place of an emergency is not theirs while their own ship is docked.
    assert seats_of(people, "group-1", 0) == [(0, "flight-0")]
    flights[0]["undocked"] = 150
    groups = [{**group, "until": 300} for group in full]
    people = hand_made(flights, groups, 300, unfit=[(0, 100, 200)])
    assert (150, "flight-1") in seats_of(people, "group-1", 0)


def test_whoever_lands_long_before_the_ship_leaves_on_that_day(tmp_path: Path) -> None:
    crews = {**CREWS, "east-1": {**CREWS["east-1"], "landed": day(100)}}
    people = shown(two_sides(tmp_path, FLIGHTS, crews))
    assert people.until[people.groups.index("east-1")] == 100


def test_people_of_a_flight_that_was_lost_never_come(tmp_path: Path) -> None:
    programme = two_sides(tmp_path, FLIGHTS, CREWS)
    lost = programme.flight["west-1"].model_copy(update={"status": "lost"})
    programme = programme.model_copy(update={"flight": {**programme.flight, "west-1": lost}})
    people = shown(programme)
    assert "west-1" not in people.groups
    assert "west-1" not in people.flights


def test_a_segment_without_nations_is_run_by_those_not_named_for_another(tmp_path: Path) -> None:
    programme = two_sides(tmp_path, FLIGHTS, CREWS)
    assert sides_of(programme, "small") == (("main", "other"), (1, 1))
    crew = programme.crew["west-1"]
    assert able_by_side(programme, "small", crew) == (0, 4)
    mixed = crew.model_copy(update={"seats": {EAST: 1, WEST: 1, "JPN": 1}})
    assert able_by_side(programme, "small", mixed) == (1, 2)
    trained = mixed.model_copy(update={"able": {"main": 2}})
    assert able_by_side(programme, "small", trained) == (2, 2)


def test_a_station_without_segments_to_run_is_one_side(tmp_path: Path) -> None:
    changes = {"station.small.crew_rules.minimum_by_segment": {}}
    programme = two_sides(tmp_path, FLIGHTS, CREWS, changes)
    assert sides_of(programme, "small") == (("station",), (2,))
    assert shown(programme).able.tolist() == [[2], [1], [4], [1]]


def test_a_side_counts_while_its_modules_are_there(tmp_path: Path) -> None:
    people = shown(two_sides(tmp_path, FLIGHTS, CREWS))
    lab = (date(2027, 9, 3) - FIRST).days
    there = np.repeat(people.there, people.lengths, axis=1)
    assert there[0].all()
    assert np.flatnonzero(there[1])[0] == lab


def test_a_flown_extension_goes_before_the_life_of_the_class(tmp_path: Path) -> None:
    changes = {"flight.east-1.life_days": 230.0}
    people = shown(two_sides(tmp_path, FLIGHTS, CREWS, changes))
    assert people.life_end.tolist() == [9 + 230, 19 + 210, 179 + 200]


def test_the_shortest_stay_limit_of_a_group_holds(tmp_path: Path) -> None:
    changes = {"station.small.crew_rules.stay_limit_days": 300.0}
    programme = two_sides(tmp_path, FLIGHTS, CREWS, changes)
    limits = {WEST: np.arange(100, 500), EAST: np.full(400, 999)}
    people = shown(programme, stay_limits=limits)
    found = dict(zip(people.groups, people.stay_limit.tolist(), strict=True))
    assert found == {"east-1": 300, "east-1-late": 109, "west-1": 119, "east-2": 300}


def test_handovers_are_those_of_the_rotation_of_the_class(tmp_path: Path) -> None:
    changes = {
        "rotation.east": {
            "ship": "east-ship",
            "station": "small",
            "since": day(100),
            "every_days": 180.0,
            "handover_days": [7, 20],
            "ports": ["core/zenith"],
            "mixes": [{EAST: 3}],
        }
    }
    programme = two_sides(tmp_path, FLIGHTS, CREWS, changes)
    assert shown(programme).handover.tolist() == [0, 0, 7]
    assert shown(programme, handover_days=5).handover.tolist() == [5, 5, 5]


def test_a_part_of_the_days_shows_the_same_seats(tmp_path: Path) -> None:
    programme = two_sides(tmp_path, FLIGHTS, CREWS)
    whole = shown(programme)
    part = roster(programme, "small", day(100), day(250))
    assert part.groups == whole.groups
    assert (part.seat == whole.seat[:, :, 100:251]).all()


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (FIRST - timedelta(days=1), day(9), "within the span"),
        (day(9), day(8), "days in order"),
        (day(9), date(2031, 1, 1), "within the span"),
    ],
)
def test_days_outside_the_span_are_refused(
    tmp_path: Path, first: date, last: date, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        roster(two_sides(tmp_path, FLIGHTS, CREWS), "small", first, last)


def test_what_is_wrong_is_told_in_one_message(tmp_path: Path) -> None:
    programme = two_sides(tmp_path, FLIGHTS, CREWS)
    with pytest.raises(InputError, match="given station 'mir'; expected one of: small"):
        roster(programme, "mir", FIRST, day(9))
    with pytest.raises(InputError, match="given no crew"):
        shown(programme.model_copy(update={"crew": {}}))
    crew = programme.crew["west-1"].model_copy(update={"able": {"attic": 1}})
    with pytest.raises(InputError, match="'attic' under able; expected a segment"):
        shown(programme.model_copy(update={"crew": {"west-1": crew}}))
    crew = programme.crew["west-1"].model_copy(update={"seat_on": {str(day(30)): "east-9"}})
    with pytest.raises(InputError, match="seat_on: given 'east-9'"):
        shown(programme.model_copy(update={"crew": {"west-1": crew}}))
    rules = programme.station["small"].crew_rules
    rules = rules.model_copy(update={"minimum_by_segment": {"attic": 1}})
    station = programme.station["small"].model_copy(update={"crew_rules": rules})
    with pytest.raises(InputError, match="minimum_by_segment: given 'attic'"):
        shown(programme.model_copy(update={"station": {"small": station}}))


def test_without_an_end_people_and_ships_are_there_on_all_days() -> None:
    people = hand_made([{"docked": 0, "undocked": FAR}], [{"east": 1, "west": 1, "up": 0}], 50)
    assert (people.seat == 0).all()
