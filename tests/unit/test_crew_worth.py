"""Days on which the loss of one ship would empty a side, as recorded and as planned."""

import json
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.crew import worth
from stationkeeper.crew.losses import Rate, jeffreys_rate
from stationkeeper.crew.roster import roster
from stationkeeper.crew.rule import losses
from stationkeeper.crew.worth import (
    Manning,
    chance,
    exposure,
    manning_of_plan,
    manning_of_roster,
)
from stationkeeper.errors import InputError
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.schedule.problem import (
    Aboard,
    Candidate,
    Flight,
    Mix,
    Plan,
    Rotation,
    ShipClass,
    Side,
    Status,
)


def _manning(people: list[list[int]], able: list[list[list[int]]]) -> Manning:
    return Manning(("east", "west"), np.array([1, 1]), np.array(people), np.array(able))


def _plain(manning: Manning) -> dict[str, int]:
    """The same days, counted one by one."""
    found = dict.fromkeys(("at_risk", "alone", "ship_days", "ship_days_alone", "without"), 0)
    ships = len(manning.people) - 1
    for day in range(manning.people.shape[1]):
        total = sum(int(row[day]) for row in manning.people)
        if total == 0:
            continue
        alone = any(int(manning.people[ship][day]) == total for ship in range(ships))
        runs = [
            sum(int(manning.able[row][side][day]) for row in range(ships + 1))
            for side in range(len(manning.sides))
        ]
        emptying = 0
        for ship in range(ships):
            if manning.people[ship][day] == 0:
                continue
            for side, least in enumerate(manning.minimum):
                left = runs[side] - int(manning.able[ship][side][day])
                if runs[side] >= least > left:
                    emptying += 1
                    break
        if any(runs[side] < least for side, least in enumerate(manning.minimum)):
            found["without"] += 1
        if alone:
            found["alone"] += 1
            found["ship_days_alone"] += emptying
        elif emptying:
            found["at_risk"] += 1
            found["ship_days"] += emptying
    return found


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_days_at_risk_are_those_counted_one_by_one(data: st.DataObject) -> None:
    rows, days = data.draw(st.integers(2, 4)), data.draw(st.integers(1, 6))
    east = np.array(data.draw(_grid(rows, days)))
    west = np.array(data.draw(_grid(rows, days)))
    guests = np.array(data.draw(_grid(rows, days)))
    minimum = np.array([1, data.draw(st.integers(1, 2))])
    manning = Manning(
        ("east", "west"), minimum, east + west + guests, np.stack([east, west], axis=1)
    )
    ours, plain = exposure(manning), _plain(manning)
    assert ours.at_risk == plain["at_risk"]
    assert ours.alone == plain["alone"]
    assert ours.ship_days == plain["ship_days"]
    assert ours.ship_days_alone == plain["ship_days_alone"]
    assert ours.without_side == plain["without"]
    assert max(ours.by_side) <= ours.at_risk <= sum(ours.by_side)


def _grid(rows: int, days: int) -> st.SearchStrategy[list[list[int]]]:
    return st.lists(
        st.lists(st.integers(0, 2), min_size=days, max_size=days), min_size=rows, max_size=rows
    )


def test_exchanged_seats_take_the_risk_away() -> None:
    nobody = [[0], [0]]
    apart = _manning([[3], [4], [0]], [[[3], [0]], [[0], [4]], nobody])
    exchanged = _manning([[3], [4], [0]], [[[2], [1]], [[1], [3]], nobody])
    assert (exposure(apart).at_risk, exposure(apart).ship_days) == (1, 2)
    assert exposure(apart).by_side == (1, 1)
    assert (exposure(exchanged).at_risk, exposure(exchanged).ship_days) == (0, 0)


def test_people_without_a_seat_stay_whatever_leaves() -> None:
    # The only people of the east side have no seat: no ship takes them away.
    found = exposure(_manning([[0], [4], [3]], [[[0], [0]], [[0], [4]], [[3], [0]]]))
    assert found.by_side == (0, 1)
    assert found.ship_days == 1


def test_days_alone_count_apart() -> None:
    found = exposure(_manning([[2, 0], [0, 0]], [[[1, 0], [1, 0]], [[0, 0], [0, 0]]]))
    assert (found.alone, found.at_risk, found.crewed) == (1, 0, 1)
    assert found.ship_days_alone == 1


def test_spans_add_up() -> None:
    one = exposure(_manning([[3], [4], [0]], [[[3], [0]], [[0], [4]], [[0], [0]]]))
    assert (one + one).ship_days == 4
    assert (one + one).by_side == (2, 2)


def test_chance_is_one_less_that_nothing_happens_on_any_day() -> None:
    rate = Rate(5, 20_000, *jeffreys_rate(5, 20_000))
    low, middle, high = chance(1_000, rate)
    assert low < middle < high
    # Day by day, with the chance of a loss on one day.
    assert middle == pytest.approx(1 - (1 - rate.middle) ** 1_000, rel=1e-3)
    assert chance(0, rate) == (0.0, 0.0, 0.0)


def _rotation(*aboard: Aboard) -> Rotation:
    mixes = (
        Mix("EAST 2, WEST 1", (2, 1), (2, 1), 300),
        Mix("nobody, for the group aboard", (0, 0), (0, 0), 300, adopts=0),
    )
    return Rotation(
        days=10,
        nations=("EAS", "WES"),
        sides=(Side("east", 1, 1.0), Side("west", 1, 1.0)),
        ports=("p", "q"),
        ships=(ShipClass("boat", 2, (1, 4)),),
        candidates=(Candidate("next", 0, 2, 4, 3, 1, 1, 20, (1,), mixes),),
        aboard=aboard,
    )


def test_plan_puts_people_on_their_ships_from_docking_to_leaving() -> None:
    rotation = _rotation(Aboard("first", 0, 0, 1, 9, (1, 2), (1, 2)))
    plan = Plan("proven", (Flight(0, 3, 4, 10, 1, 0),), (6,), (6,))
    manning = manning_of_plan(rotation, plan)
    np.testing.assert_array_equal(manning.people[0], [3] * 6 + [0] * 4)
    np.testing.assert_array_equal(manning.people[1], [0] * 4 + [3] * 6)
    assert manning.people[2].sum() == 0
    np.testing.assert_array_equal(manning.able[1, :, 5], [2, 1])
    found = exposure(manning)
    assert (found.alone, found.at_risk) == (8, 0)


def test_people_of_an_unfit_ship_count_on_it_until_the_next_has_docked() -> None:
    rotation = _rotation(
        Aboard("broken", 0, 0, 1, 9, (2, 0), (2, 0), fit=False, latest_people=9),
        Aboard("other", 0, 1, 1, 9, (0, 2), (0, 2)),
    )
    plan = Plan("proven", (Flight(0, 3, 4, 8, 1, 1),), (5, 10), (8, 10))
    manning = manning_of_plan(rotation, plan)
    np.testing.assert_array_equal(manning.people[0], [2] * 4 + [0] * 6)
    np.testing.assert_array_equal(manning.people[2], [0] * 4 + [2] * 4 + [0] * 2)
    assert manning.people[-1].sum() == 0
    found = exposure(manning)
    # Each of the two ships is the only one of its side.
    assert found.ship_days == 2 * 8
    assert found.alone == 2


@pytest.fixture(scope="module")
def iss() -> Programme:
    return read_programme("iss")


@pytest.mark.parametrize("reading", [0, 1])
def test_days_at_risk_of_the_record_are_those_of_the_rule(iss: Programme, reading: int) -> None:
    # The rule keeps what stays, the worth what leaves: two ways to the same days.
    people = roster(iss, "iss", date(2006, 1, 1), date(2026, 10, 2))
    found, lost = exposure(manning_of_roster(people, reading)), losses(people)
    fails, lengths = lost.fails[reading].any(axis=1), people.lengths
    others = ~lost.alone[reading]
    assert found.at_risk == int(lengths[fails.any(axis=0) & others].sum())
    assert found.ship_days == int((fails.sum(axis=0) * lengths)[others].sum())
    assert found.alone == int(lengths[lost.alone[reading]].sum())


def _stand_in(monkeypatch: pytest.MonkeyPatch, status: Status = "proven") -> list[bool]:
    """Let the two plans be two ships with mixed crews, or with one side each."""
    asked: list[bool] = []
    first = Aboard("first", 0, 0, 1, 10, (2, 1), (2, 1))
    second = Aboard("second", 0, 1, 1, 10, (1, 3), (1, 3))
    apart = (
        Aboard("first", 0, 0, 1, 10, (3, 0), (3, 0)),
        Aboard("second", 0, 1, 1, 10, (0, 4), (0, 4)),
    )

    def problem(*_: object, exchange: bool) -> SimpleNamespace:
        asked.append(exchange)
        return SimpleNamespace(rotation=_rotation(*((first, second) if exchange else apart)))

    def solve(rotation: Rotation, **_: object) -> Plan:
        if status == "impossible":
            return Plan(status, conflicts=("nobody may fly",))
        return Plan(status, (Flight(0, 3, 4, 10, 1, 0),), (10, 10), (10, 10))

    monkeypatch.setattr(worth, "problem", problem)
    monkeypatch.setattr(worth, "solve", solve)
    return asked


def test_record_and_plans_with_and_without_stand_side_by_side(
    iss: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _stand_in(monkeypatch)
    told: list[str] = []
    at = date(2026, 10, 3)
    found = worth.exchange_worth(
        iss,
        "iss",
        at,
        at + timedelta(days=9),
        {},
        since=date(2022, 10, 1),
        progress=told.append,
    )
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert asked == [True, False]
    assert told
    flown, planned, together = found["parts"]
    assert (flown["name"], planned["name"], together["name"]) == (
        "as flown",
        "planned",
        "together",
    )
    # The flights are the same, so are the people; only their nations differ.
    assert flown["with"]["flights"] == flown["without"]["flights"]
    assert sum(flown["with"]["seats"].values()) == sum(flown["without"]["seats"].values())
    assert flown["seats_put_back"] > 0
    assert flown["with"]["ship_days"][0] < flown["without"]["ship_days"][0]
    assert flown["with"]["chance"][0][1] < flown["without"]["chance"][0][1]
    # Each ship holds one whole side until, on day 4, a third comes with people of both.
    assert planned["with"]["ship_days"] == [0, 0]
    assert planned["without"]["ship_days"] == [8, 8]
    for name in ("with", "without"):
        for key in ("at_risk_days", "alone_days", "ship_days"):
            for reading in (0, 1):
                parts = flown[name][key][reading] + planned[name][key][reading]
                assert together[name][key][reading] == parts
    rate = found["rate"]
    assert (rate["events"], found["classes"][-1]["lost"] + found["classes"][-1]["early"]) == (5, 5)
    assert len(found["losses"]) == rate["events"]


def test_plan_that_is_not_found_has_words_and_no_figures(
    iss: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stand_in(monkeypatch, "impossible")
    at = date(2026, 10, 3)
    found = worth.exchange_worth(iss, "iss", at, at + timedelta(days=9), {})
    (planned,) = found["parts"]
    for name in ("with", "without"):
        assert planned[name]["conflicts"] == ["nobody may fly"]
        assert "chance" not in planned[name]


def test_rate_knows_only_what_had_happened(iss: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    _stand_in(monkeypatch)
    found = worth.exchange_worth(iss, "iss", date(2022, 12, 1), date(2022, 12, 20), {})
    assert [event["flight"] for event in found["losses"]] == ["Soyuz T-14"]


def test_days_out_of_order_are_refused(iss: Programme) -> None:
    at = date(2026, 10, 3)
    with pytest.raises(InputError, match="days in that order"):
        worth.exchange_worth(iss, "iss", at, at, {})
    with pytest.raises(InputError, match="days in that order"):
        worth.exchange_worth(iss, "iss", at, date(2027, 1, 1), {}, since=date(2026, 12, 1))
