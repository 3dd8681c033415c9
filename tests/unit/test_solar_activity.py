"""Recorded indices, and futures drawn from them."""

from datetime import date

import numpy as np
import pytest

from stationkeeper.environment.solar_activity import (
    CYCLE_MINIMA,
    OBSERVED,
    PREDICTED_MONTHLY,
    cycles_needed,
    draw_futures,
    predicted_rows,
)
from stationkeeper.environment.tables import solar_indices
from stationkeeper.errors import DomainError
from stationkeeper.units import days_since_2000

SUN = solar_indices()
FIRST = int(SUN.day[0])


def draw(first_day, days, uniforms, observed_until=SUN.observed_until):
    return draw_futures(CYCLE_MINIMA, FIRST, observed_until, first_day, days, uniforms)


def test_indices_run_daily_from_1957_and_say_what_was_observed():
    assert SUN.day[0] == days_since_2000(date(1957, 10, 1))
    assert np.all(np.diff(SUN.day) == 1)
    assert SUN.observed_until == days_since_2000(date(2026, 2, 23))
    last = SUN.row_of(SUN.observed_until)
    assert SUN.kind[last] == OBSERVED
    assert SUN.kind[-1] == PREDICTED_MONTHLY
    assert SUN.day[-1] > days_since_2000(date(2041, 10, 1))


def test_known_days_carry_their_published_values():
    row = SUN.row_of(days_since_2000(date(1957, 10, 1)))
    assert (SUN.f107[row], SUN.f107_81d[row], SUN.ap[row], SUN.sunspot[row]) == (
        269.3,
        266.6,
        21,
        334,
    )


def test_every_index_is_finite_and_possible():
    for values in (SUN.f107, SUN.f107_81d, SUN.ap, SUN.sunspot):
        assert values.shape == SUN.day.shape
        assert np.isfinite(values).all()
    assert SUN.f107.min() > 50
    assert SUN.ap.min() >= 0


def test_a_day_outside_the_table_is_refused():
    with pytest.raises(DomainError, match="outside the solar indices"):
        SUN.row_of(-30_000)


def test_cycle_minima_are_where_the_sunspots_were_few():
    smooth = np.convolve(SUN.sunspot, np.ones(395) / 395, mode="same")
    for minimum in CYCLE_MINIMA:
        row = SUN.row_of(minimum)
        near = smooth[row - 1_500 : row + 1_500]
        assert smooth[row] < near.min() + 2.5


def test_known_days_are_themselves_in_every_replica():
    rows = draw(8_000, 1_000, np.random.default_rng(0).random((5, 3)))
    assert rows.shape == (5, 1_000)
    assert rows.dtype == np.int32
    np.testing.assert_array_equal(
        rows, np.broadcast_to(8_000 - FIRST + np.arange(1_000), (5, 1_000))
    )


def test_the_cycle_under_way_goes_on_at_the_same_age_in_the_drawn_cycle():
    day = SUN.observed_until + 1
    age = day - CYCLE_MINIMA[-1]
    for cycle in range(5):
        rows = draw(day, 10, [[(cycle + 0.5) / 5, 0.1]])
        assert rows[0, 0] == CYCLE_MINIMA[cycle] + age - FIRST


def test_cycles_join_at_minima_and_nothing_else_jumps():
    uniforms = np.random.default_rng(1).random((40, cycles_needed(15_000)))
    rows = draw(SUN.observed_until - 100, 15_000, uniforms)
    jumps = np.diff(rows, axis=1) != 1
    minima = {minimum - FIRST for minimum in CYCLE_MINIMA}
    for replica, place in np.argwhere(jumps):
        if place == 100:
            continue  # from the record into the drawn cycle
        assert int(rows[replica, place + 1]) in minima
        assert int(rows[replica, place]) + 1 in minima
    assert 2 <= jumps.sum(axis=1).min() <= jumps.sum(axis=1).max() <= 6


def test_a_later_first_day_sees_the_same_future():
    uniforms = np.random.default_rng(2).random((7, 6))
    long = draw(SUN.observed_until - 50, 9_000, uniforms)
    late = draw(SUN.observed_until + 950, 8_000, uniforms)
    np.testing.assert_array_equal(long[:, 1_000:], late)


def test_moving_the_known_date_back_leaves_out_cycles_that_had_not_ended():
    uniforms = np.random.default_rng(3).random((200, 6))
    rows = draw(3_000, 6_000, uniforms, observed_until=3_000)
    assert rows.max() < CYCLE_MINIMA[3] - FIRST + 4_600
    drawn = {int(row) for row in rows[:, 1]}
    assert len(drawn) == 3  # cycles 20, 21 and 22 had ended by 2008


def test_each_cycle_is_drawn_about_as_often():
    rows = draw(SUN.observed_until + 1, 5, np.random.default_rng(4).random((5_000, 2)))
    _, counts = np.unique(rows[:, 0], return_counts=True)
    assert len(counts) == 5
    assert np.abs(counts / 1_000 - 1).max() < 0.1


def test_too_few_uniforms_or_cycles_are_refused():
    with pytest.raises(DomainError, match="uniforms"):
        draw(SUN.observed_until, 15_000, [[0.5, 0.5]])
    with pytest.raises(DomainError, match="no whole solar cycle"):
        draw(-12_000, 100, [[0.5, 0.5]], observed_until=-11_000)
    with pytest.raises(DomainError, match="before the solar indices"):
        draw(-20_000, 100, [[0.5, 0.5]])


def test_predictions_are_followed_and_then_repeat_by_eleven_years():
    first = SUN.observed_until - 10
    rows = predicted_rows(FIRST, len(SUN.day), first, 8_000)
    inside = len(SUN.day) - rows[0]
    np.testing.assert_array_equal(np.diff(rows[:inside]), 1)
    np.testing.assert_array_equal(rows[inside:], rows[inside - 4_018 : 8_000 - 4_018])
    with pytest.raises(DomainError, match="before the solar indices"):
        predicted_rows(FIRST, len(SUN.day), FIRST - 1, 10)
