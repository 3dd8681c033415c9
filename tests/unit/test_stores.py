"""Stores beside plain sums by hand."""

import numpy as np
import pytest

from stationkeeper.errors import DomainError
from stationkeeper.household.stores import (
    Course,
    coming_use,
    days_left,
    demand,
    reserve_day,
    stock_course,
    zero_day,
)


def test_demand_is_people_times_use_less_what_is_recovered() -> None:
    assert demand(3, 3.7, recovered=0.9) == pytest.approx(1.11)
    assert demand(0, 3.7, standing_use=0.05, leak=0.5) == pytest.approx(0.55)
    assert demand([0, 2], 1.72).tolist() == pytest.approx([0.0, 3.44])


def test_air_that_leaks_is_not_recovered() -> None:
    assert demand(2, 1.0, recovered=1.0, leak=0.25) == pytest.approx(0.25)


@pytest.mark.parametrize("bad", [{"people": -1}, {"recovered": 1.1}, {"leak": -0.1}])
def test_demand_refuses_what_cannot_be(bad: dict[str, float]) -> None:
    given = {"people": 1.0, "use_per_person": 1.0, **bad}
    with pytest.raises(DomainError, match="demand needs"):
        demand(given.pop("people"), given.pop("use_per_person"), **given)


def test_what_finds_no_room_is_refused() -> None:
    course = stock_course([0, 10, 20], 1.0, 90.0, [20.0, 20.0], 100.0)
    assert course.begin.tolist() == [100.0, 100.0]
    assert course.refused.tolist() == [10.0, 10.0]


def test_what_is_not_there_is_not_owed() -> None:
    course = stock_course([0, 10, 20], [2.0, 1.0], 10.0, [0.0, 30.0])
    assert course.unmet.tolist() == [10.0, 0.0]
    assert course.begin.tolist() == [10.0, 30.0]


def test_zero_falls_inside_a_piece() -> None:
    assert zero_day(stock_course([100, 200], 3.0, 100.0)) == pytest.approx(100 + 100 / 3)


def test_a_ship_on_the_day_of_zero_comes_in_time() -> None:
    course = stock_course([0, 10, 20], 1.0, 10.0, [0.0, 10.0])
    assert zero_day(course) == np.inf
    assert days_left(course).tolist() == [10.0, np.inf]


def test_days_without_use_count_as_days_left() -> None:
    course = stock_course([0, 10, 50, 60], [1.0, 0.0, 1.0], 15.0)
    assert days_left(course).tolist() == [55.0, 45.0, 5.0]
    assert zero_day(course) == 55.0


def test_reserve_is_crossed_inside_a_piece_and_by_more_people() -> None:
    course = stock_course([0, 40, 100], [2.0, 4.0], 200.0)
    assert reserve_day(course, 140.0) == pytest.approx(30.0)
    # 20 days of the use of the day: 40 kg of two, 80 kg once there are four people.
    assert reserve_day(course, [40.0, 130.0]) == pytest.approx(40.0)
    assert reserve_day(course, 0.0) == pytest.approx(70.0)
    assert reserve_day(stock_course([0, 10], 1.0, 100.0), 50.0) == np.inf


def test_a_stock_at_its_reserve_is_at_its_reserve() -> None:
    assert reserve_day(stock_course([5, 10], 0.0, 50.0), 50.0) == 5.0


def test_the_reserve_looks_ahead() -> None:
    course = stock_course([0, 10, 20, 30], [1.0, 5.0, 1.0], 100.0)
    assert coming_use(course, 10.0).tolist() == [10.0, 50.0, 10.0]
    assert coming_use(course, 15.0).tolist() == [35.0, 55.0, 10.0]
    with pytest.raises(DomainError, match="days >= 0"):
        coming_use(course, -1.0)


def test_many_items_at_once_are_each_alone() -> None:
    use = np.array([[1.0, 2.0], [3.0, 0.0]])
    together = stock_course([0, 10, 20], use, [25.0, 20.0], capacity=[30.0, 20.0])
    for row, stock in enumerate([25.0, 20.0]):
        alone = stock_course([0, 10, 20], use[row], stock, capacity=[30.0, 20.0][row])
        assert isinstance(alone, Course)
        assert together.end[row].tolist() == alone.end.tolist()
        assert zero_day(together)[row] == zero_day(alone)
        assert days_left(together)[row].tolist() == days_left(alone).tolist()


@pytest.mark.parametrize(
    "bad",
    [
        {"day": [0.0]},
        {"day": [0.0, 0.0, 1.0]},
        {"use": -1.0},
        {"stock": -1.0},
        {"brought": [-1.0, 0.0]},
        {"stock": 11.0, "capacity": 10.0},
    ],
)
def test_a_course_refuses_what_cannot_be(bad: dict[str, object]) -> None:
    given: dict[str, object] = {"day": [0.0, 1.0, 2.0], "use": 1.0, "stock": 1.0, **bad}
    with pytest.raises(DomainError, match="a course of stores needs"):
        stock_course(**given)  # type: ignore[arg-type]
