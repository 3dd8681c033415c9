"""Data that wait aboard: who goes first, what gives way, and how long it takes."""

import numpy as np
import pytest

from stationkeeper.errors import DomainError
from stationkeeper.services.age_of_information import age_of_information, age_of_updates
from stationkeeper.services.downlink import downlink, piecewise_rates
from stationkeeper.services.latency import mean_wait, share_within, wait_of_share, waits_of_gaps


def waits(flown, producer=None):
    """Return the pieces of waits of all data, or of one producer."""
    volume = flown.volume.sum(axis=1) if producer is None else flown.volume[:, producer]
    return flown.heard_from - flown.made_from, flown.heard_to - flown.made_to, volume


def test_a_link_without_bound_dumps_at_contacts_and_waits_as_the_gaps_say() -> None:
    draw = np.random.default_rng(3)
    begin = np.sort(draw.uniform(0, 1e6, 40))
    edges, out = piecewise_rates(1.01e6, [*begin, 1e6], [*(begin + 500), 1.01e6], np.full(41, 1e18))
    flown = downlink(edges, [1e6], out, [1])
    gaps = np.diff(edges)[out == 0]
    expected = waits_of_gaps(gaps, 1.01e6)
    assert mean_wait(*waits(flown)) == pytest.approx(np.sum(gaps**2) / (2 * 1.01e6), rel=1e-9)
    for x in (0.0, 3e3, 2e4, 6e4):
        told = 1.0 - np.sum(np.maximum(gaps - x, 0.0)) / 1.01e6
        assert share_within(x, *waits(flown)) == pytest.approx(told, abs=1e-9)
        assert share_within(x, *expected) == pytest.approx(told, abs=1e-12)


def test_a_fluid_that_drains_at_a_finite_rate_waits_as_the_triangle_says() -> None:
    # T off, then on at m times the inflow: the backlog lasts T / (m - 1), and waits fall evenly.
    off, on, times, cycles = 5000.0, 1000.0, 11.0, 20
    start = np.arange(cycles) * (off + on)
    edges, out = piecewise_rates(
        cycles * (off + on), start + off, start + off + on, [times * 1e6] * 20
    )
    flown = downlink(edges, [1e6], out, [1])
    drained = off / (times - 1)
    assert flown.peak == pytest.approx(1e6 * off, rel=1e-12)
    mean = 0.5 * off * (off + drained) / (off + on)
    assert mean_wait(*waits(flown)) == pytest.approx(mean, rel=1e-12)
    half = wait_of_share(0.5, *waits(flown))
    # Waits of the off - and the drained - are both even between 0 and T.
    assert half == pytest.approx(
        off * (0.5 - (1 - (off + drained) / 6000.0)) / ((off + drained) / 6000)
    )


def test_the_lowest_number_goes_first_as_if_it_were_alone() -> None:
    draw = np.random.default_rng(8)
    begin = np.sort(draw.uniform(0, 1e6, 80))
    edges, out = piecewise_rates(1e6, begin, begin + 400.0, np.full(80, 3e7))
    both = downlink(edges, [1e6, 2e6], out, [1, 2])
    alone = downlink(edges, [1e6], out, [1])
    assert both.delivered[0] == pytest.approx(alone.delivered[0], rel=1e-12)
    assert mean_wait(*waits(both, 0)) == pytest.approx(mean_wait(*waits(alone)), rel=1e-9)
    together = downlink(edges, [3e6], out, [1])
    assert both.delivered.sum() == pytest.approx(together.delivered[0], rel=1e-12)
    assert both.peak == pytest.approx(together.peak, rel=1e-12)


def test_equal_priorities_share_the_link_as_they_make() -> None:
    edges, out = piecewise_rates(1e5, [2e4, 6e4], [3e4, 7e4], [2e6, 2e6])
    split = downlink(edges, [1e6, 3e6], out, [4, 4])
    whole = downlink(edges, [4e6], out, [4])
    np.testing.assert_allclose(split.delivered, whole.delivered[0] * np.array([0.25, 0.75]))
    assert mean_wait(*waits(split, 0)) == pytest.approx(mean_wait(*waits(whole)))


def test_the_newest_of_the_last_priority_gives_way() -> None:
    # 100 s fill the room with the second; then the first comes and pushes out its newest half.
    edges = [0.0, 100.0, 150.0, 250.0]
    flown = downlink(edges, [[0, 1e6], [1e6, 0], [0, 0]], [0, 0, 1e6], [1, 2], 100e6)
    np.testing.assert_allclose(flown.lost, [0, 50e6])
    np.testing.assert_allclose(flown.delivered, [50e6, 50e6])
    second = flown.volume[:, 1] > 0
    assert flown.made_from[second].min() == 0.0
    assert flown.made_to[second].max() == pytest.approx(50.0)
    assert flown.heard_from[second].min() == pytest.approx(200.0)
    np.testing.assert_allclose(flown.level, [0, 100e6, 100e6, 0], atol=1e-3)


def test_what_comes_in_gives_way_before_what_lies() -> None:
    flown = downlink([0.0, 200.0, 400.0], [[1e6], [0.0]], [0, 1e6], [1], 100e6)
    assert flown.lost[0] == pytest.approx(100e6)
    assert flown.made_to.max() == pytest.approx(100.0)  # what came later is not there


def test_ten_minutes_of_a_slow_link_with_a_full_buffer_pass_what_they_take() -> None:
    flown = downlink([0.0, 100.0, 400.0], [2e6], [0, 1e6], [3], 100e6)
    assert flown.lost[0] == pytest.approx((100 + 300) * 1e6)
    assert flown.delivered[0] == pytest.approx(300e6)
    assert flown.left[0] == pytest.approx(100e6)
    age = age_of_information(
        flown.made_from, flown.made_to, flown.heard_from, flown.heard_to, 400.0
    )
    # 50 s of data fill it and take 100 s to send; then half of what is made waits 100 s each.
    assert age.largest == pytest.approx(150.0, rel=1e-9)
    assert flown.heard_to[-1] - flown.made_to[-1] == pytest.approx(100.0, rel=1e-9)


def test_pieces_of_rates_add_up_and_are_cut_at_the_ends() -> None:
    edges, total = piecewise_rates(100.0, [-10, 20, 90], [30, 40, 200], [1.0, 2.0, 4.0])
    assert total @ np.diff(edges) == pytest.approx(30 * 1 + 20 * 2 + 10 * 4)
    assert edges[0] == 0.0
    assert edges[-1] == 100.0
    edges, total = piecewise_rates(100.0, [], [], [], steps=[50.0])
    assert edges.tolist() == [0.0, 50.0, 100.0]
    assert total.tolist() == [0.0, 0.0]


def test_shares_and_percentiles_are_inverse_and_know_what_never_came() -> None:
    low, high, weight = [0.0, 5.0, 7.0], [10.0, 5.0, 9.0], [1.0, 2.0, 1.0]
    for share in (0.05, 0.3, 0.8, 1.0):
        at = wait_of_share(share, low, high, weight)
        assert share_within(at, low, high, weight) >= share - 1e-9
        assert share_within(at - 1e-6, low, high, weight) < share
    assert wait_of_share(0.9, low, high, weight, whole=5.0) is None
    assert wait_of_share(0.8, low, high, weight, whole=5.0) == pytest.approx(10.0)
    assert wait_of_share(0.5, [], [], []) is None
    assert wait_of_share(0.0, [], [], [], whole=1.0) is None
    assert np.isnan(share_within(1.0, [], [], []))
    assert np.isnan(mean_wait([], [], []))


def test_age_of_periodic_updates_is_the_closed_form() -> None:
    mean, peak = age_of_updates(3600.0, 120.0)
    made = np.arange(2000) * 3600.0
    age = age_of_information(made, made, made + 120.0, made + 120.0, 2000 * 3600.0)
    assert age.largest == pytest.approx(peak)
    assert age.mean == pytest.approx(mean, rel=1e-3)  # the first two minutes know all
    np.testing.assert_allclose(age.peaks[1:], peak)


def test_age_equals_a_count_second_by_second() -> None:
    draw = np.random.default_rng(4)
    begin = np.sort(draw.uniform(0, 1e5, 15))
    edges, out = piecewise_rates(1e5, begin, begin + 900.0, np.full(15, 1e7))
    flown = downlink(edges, [1e6], out, [1])
    pieces = (flown.made_from, flown.made_to, flown.heard_from, flown.heard_to)
    age = age_of_information(*pieces, 1e5)
    at = np.arange(0.5, 1e5, 1.0)
    newest = np.zeros(at.size)
    for made, until, heard, last in zip(*pieces, strict=True):
        part = np.clip((at - heard) / max(last - heard, 1e-12), 0.0, 1.0)
        newest = np.maximum(newest, np.where(at >= heard, made + part * (until - made), 0.0))
    assert age.mean == pytest.approx(np.mean(at - newest), rel=1e-6)
    assert age.largest == pytest.approx(np.max(at - newest), abs=1.5)


def test_silence_is_age_without_latency() -> None:
    flown = downlink([0.0, 100.0, 1000.0], [[1e6], [0.0]], [2e6, 2e6], [1])
    assert mean_wait(*waits(flown)) == 0.0
    age = age_of_information(
        flown.made_from, flown.made_to, flown.heard_from, flown.heard_to, 1000.0
    )
    assert age.largest == pytest.approx(900.0)
    assert age.mean == pytest.approx(0.5 * 900**2 / 1000)


def test_bad_input_is_told() -> None:
    with pytest.raises(DomainError, match="rise"):
        downlink([0.0, 0.0], [1.0], [1.0], [1])
    with pytest.raises(DomainError, match="as many rates: given 2"):
        downlink([0.0, 1.0], [1.0], [1.0, 2.0], [1])
    with pytest.raises(DomainError, match="not negative"):
        downlink([0.0, 1.0], [-1.0], [1.0], [1])
    with pytest.raises(DomainError, match="finite"):
        downlink([0.0, 1.0], [1.0], [np.inf], [1])
    with pytest.raises(DomainError, match="needs room: given 0 bit"):
        downlink([0.0, 1.0], [1.0], [1.0], [1], 0.0)
    with pytest.raises(DomainError, match=r"between 0 and 1: given 1\.5"):
        wait_of_share(1.5, [0], [1], [1])
    with pytest.raises(DomainError, match="longer together"):
        waits_of_gaps([5.0, 6.0], 10.0)
    with pytest.raises(DomainError, match="longer than zero"):
        age_of_information([], [], [], [], 0.0)
    with pytest.raises(DomainError, match="period greater than zero"):
        age_of_updates(0.0)


def test_old_news_do_not_make_what_is_known_younger() -> None:
    # The first half again, and then the second: only what is newer than 50 s tells anything.
    age = age_of_information([0.0, 0.0], [50.0, 100.0], [100.0, 200.0], [100.0, 300.0], 400.0)
    assert age.mean == pytest.approx((5000 + 18_750 + 50 * 200 + 25_000) / 400)
    assert age.largest == pytest.approx(300.0)
