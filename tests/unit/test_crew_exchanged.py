"""Seats put back, and exchanged sooner."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.crew.check_document import check_document
from stationkeeper.crew.exchanged import given_to, with_exchange, without_exchange
from stationkeeper.crew.roster import roster
from stationkeeper.crew.rule import check
from stationkeeper.errors import InputError
from stationkeeper.programme.document import Programme
from tests.crews import EAST, FIRST, WEST, day, two_sides

FLIGHTS = {
    "east-1": ("east-ship", 10, 190),
    "east-2": ("east-ship", 180, 370),
    "west-1": ("west-ship", 20, 200),
    "west-2": ("west-ship", 190, 380),
    "visit": ("west-ship", 60, 70),
}
CREWS: dict[str, dict[str, Any]] = {
    "east-1": {"up": "east-1", "seats": {EAST: 3}},
    "east-2": {"up": "east-2", "seats": {EAST: 2, WEST: 1}},
    "west-1": {"up": "west-1", "seats": {WEST: 4}},
    "west-2": {"up": "west-2", "seats": {WEST: 3, EAST: 1}},
    "visit": {"up": "visit", "seats": {WEST: 2}},
}
AGREEMENT = {
    "agreement.seats": {
        "kind": "exchange",
        "station": "small",
        "since": day(100),
        "seats_on": {"east-ship": WEST, "west-ship": EAST},
    }
}


def seats(programme: Programme) -> dict[str, Mapping[str, int]]:
    return {key: crew.seats for key, crew in programme.crew.items()}


def test_exchanged_seats_go_back_to_the_nation_of_the_operator(tmp_path: Path) -> None:
    programme = two_sides(tmp_path, FLIGHTS, CREWS, AGREEMENT)
    changed, count = without_exchange(programme, "small")
    assert count == 2
    assert seats(changed)["east-2"] == {EAST: 3}
    assert seats(changed)["west-2"] == {WEST: 4}
    assert seats(changed)["east-1"] == seats(programme)["east-1"]
    assert without_exchange(changed, "small") == (changed, 0)


def test_seats_from_outside_the_agreement_stay(tmp_path: Path) -> None:
    late = {"agreement.seats": {**AGREEMENT["agreement.seats"], "until": day(185)}}
    changed, count = without_exchange(two_sides(tmp_path, FLIGHTS, CREWS, late), "small")
    assert count == 1
    assert seats(changed)["west-2"] == {WEST: 3, EAST: 1}


def test_a_series_within_the_agreement_is_changed_whole(tmp_path: Path) -> None:
    series = {
        "traffic.east": {
            "ship": "east-ship",
            "station": "small",
            "since": day(500),
            "every_days": 180.0,
            "stay_days": 190.0,
            "ports": ["core/zenith", "core/aft"],
            "seats": {EAST: 2, WEST: 1},
        }
    }
    programme = two_sides(tmp_path, FLIGHTS, CREWS, {**AGREEMENT, **series})
    changed, count = without_exchange(programme, "small")
    assert changed.traffic["east"].seats == {EAST: 3}
    assert count == 2


def test_seats_are_exchanged_sooner_on_lasting_flights_without_the_other_nation(
    tmp_path: Path,
) -> None:
    programme = two_sides(tmp_path, FLIGHTS, CREWS, AGREEMENT)
    changed, count = with_exchange(programme, "small", FIRST, day(100))
    assert count == 2
    assert seats(changed)["east-1"] == {EAST: 2, WEST: 1}
    assert seats(changed)["west-1"] == {WEST: 3, EAST: 1}
    assert seats(changed)["visit"] == {WEST: 2}
    assert with_exchange(changed, "small", FIRST, day(400))[1] == 0


def test_what_cannot_be_exchanged_is_told(tmp_path: Path) -> None:
    programme = two_sides(tmp_path, FLIGHTS, CREWS)
    assert without_exchange(programme, "small") == (programme, 0)
    with pytest.raises(InputError, match="no agreement of kind 'exchange'"):
        with_exchange(programme, "small", FIRST, day(9))
    with pytest.raises(InputError, match="given station 'mir'"):
        without_exchange(programme, "mir")


def test_seats_given_leave_no_empty_entries() -> None:
    assert given_to({EAST: 1, WEST: 1}, EAST, WEST, 1) == {WEST: 2}


def test_the_document_counts_days_by_year_with_and_without_the_exchange(tmp_path: Path) -> None:
    programme = two_sides(tmp_path, FLIGHTS, CREWS, AGREEMENT)
    found = check(roster(programme, "small", FIRST, day(399)))
    document = check_document(programme, found, grounded_days=(60,), slip_days=30)
    assert [year["year"] for year in document["years"]] == [2027, 2028]
    for entries, result in (
        (document["years"], found),
        (
            document["without_exchange"]["years"],
            check(roster(without_exchange(programme, "small")[0], "small", FIRST, day(399))),
        ),
    ):
        assert sum(year["days"] for year in entries) == 400
        assert sum(year["crewed_days"] for year in entries) == result.crewed.sum()
        for s, side in enumerate(("main", "other")):
            for reading in (0, 1):
                days = sum(year["survives"][side][reading] for year in entries)
                assert days == result.survives[reading, s].sum()
                # While the other side has no module it needs nobody, not even of all on one ship.
                with_others = sum(y["survives_with_others"][side][reading] for y in entries)
                assert days - with_others == (0 if side == "main" else 10)
    put_back = document["without_exchange"]["years"]
    assert document["without_exchange"]["seats_put_back"] == 2
    assert sum(y["all_sides_survive"][0] for y in put_back) < sum(
        y["all_sides_survive"][0] for y in document["years"]
    )
    assert {one["ship"] for one in document["groundings"]} == {"east-ship", "west-ship"}
    assert [one["flight"] for one in document["slips"]] == list(found.roster.flights)
    assert document["counts"]["loss-with-others"] > 0
    assert {one["reading"] for one in document["findings"]} <= {*document["readings"], ""}
    assert document["findings"][0]["first"] >= document["first"]


def test_a_document_without_agreements_or_a_permanent_crew_says_so(tmp_path: Path) -> None:
    changes = {"station.small.crew_rules.permanent": False}
    programme = two_sides(tmp_path, FLIGHTS, CREWS, changes)
    document = check_document(programme, check(roster(programme, "small", FIRST, day(99))))
    assert document["without_exchange"] is None
    assert document["groundings"] == document["slips"] == []


def test_days_without_anybody_are_counted_and_nothing_is_tried_on_them(tmp_path: Path) -> None:
    programme = two_sides(tmp_path, FLIGHTS, CREWS)
    document = check_document(programme, check(roster(programme, "small", FIRST, day(8))))
    (year,) = document["years"]
    assert (year["days"], year["crewed_days"], year["survives"]["main"]) == (9, 0, [0, 0])
    assert document["groundings"] == document["slips"] == document["findings"] == []
