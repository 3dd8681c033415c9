"""Whatever comes and goes: mass is kept, and more cargo never brings want nearer."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.household.stores import (
    days_left,
    demand,
    stock_course,
    zero_day,
)

PIECES = 6


def grams(least: float, most: float) -> st.SearchStrategy[float]:
    """Numbers with three digits behind the point."""
    return st.integers(round(1e3 * least), round(1e3 * most)).map(lambda number: number / 1e3)


MASS = grams(0.0, 5_000.0)
EACH = st.lists(MASS, min_size=PIECES, max_size=PIECES)
RATES = st.lists(grams(0.0, 60.0), min_size=PIECES, max_size=PIECES)
LENGTHS = st.lists(grams(0.1, 200.0), min_size=PIECES, max_size=PIECES)


@given(LENGTHS, RATES, EACH, MASS, MASS)
@settings(max_examples=100, deadline=None)
def test_mass_is_kept(
    lengths: list[float], use: list[float], came: list[float], stock: float, room: float
) -> None:
    day = np.concatenate([[0.0], np.cumsum(lengths)])
    course = stock_course(day, use, stock, came, stock + room)
    wanted = np.array(use) * np.diff(day)
    total = stock + sum(came) + wanted.sum()
    left = stock + sum(came) - course.refused.sum() - (wanted - course.unmet).sum()
    assert abs(left - course.end[-1]) <= 1e-9 * max(total, 1.0)
    for part in (course.begin, course.end, course.refused, course.unmet):
        assert np.all(part >= 0.0)
    assert np.all(course.begin <= (stock + room) * (1 + 1e-12))


@given(LENGTHS, RATES, EACH, EACH, MASS, MASS)
@settings(max_examples=100, deadline=None)
def test_more_cargo_never_brings_zero_forward(
    lengths: list[float],
    use: list[float],
    came: list[float],
    more: list[float],
    stock: float,
    room: float,
) -> None:
    day = np.concatenate([[0.0], np.cumsum(lengths)])
    without = stock_course(day, use, stock, came, stock + room)
    with_it = stock_course(day, use, stock, np.add(came, more), stock + room)
    assert zero_day(with_it) >= zero_day(without) - 1e-6
    assert np.all(days_left(with_it) >= days_left(without) - 1e-6)


@given(st.integers(0, 12), st.integers(0, 12), st.floats(0.0, 5.0), st.floats(0.0, 1.0))
def test_people_add_up(some: int, others: int, each: float, share: float) -> None:
    apart = demand(some, each, recovered=share) + demand(others, each, recovered=share)
    assert np.isclose(demand(some + others, each, recovered=share), apart)
