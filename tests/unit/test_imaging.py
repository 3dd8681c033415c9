"""Clouds, and discs of geostationary satellites, alone and beside looks from below."""

import itertools

import numpy as np
import pytest

from stationkeeper.errors import DomainError
from stationkeeper.orbit.coverage import sweep_cells, sweep_places
from stationkeeper.orbit.sunlight import sun_fixed
from stationkeeper.services.imaging import (
    Disc,
    chance_of_clear_look,
    clear_looks,
    disc_half_angle,
    wait_for_clear_look,
    with_discs,
)

DAY = 86_400.0
JUNE = 9_668.0


@pytest.mark.parametrize("even", [True, False])
def test_wait_for_a_clear_look_equals_drawn_looks(even: bool) -> None:
    draw = np.random.Generator(np.random.Philox(7))
    gaps = np.full(40_000, 600.0) if even else draw.exponential(600.0, 40_000)
    times = np.cumsum(gaps)
    clear = times[draw.random(times.size) > 0.6]
    total = times[-1]
    response = np.sum(gaps**2) / (2 * total)
    between = np.diff(np.concatenate([[0.0], clear]))
    truth = np.sum(between**2) / (2 * total)
    wait = float(wait_for_clear_look(response, gaps.mean(), 0.6))
    assert wait == pytest.approx(truth, rel=0.03)


def test_clouds_at_their_limits() -> None:
    assert wait_for_clear_look(10.0, 20.0, 0.0) == 10.0
    assert np.isinf(wait_for_clear_look(10.0, 20.0, 1.0))
    assert clear_looks([4, 8], [0.0, 1.0]).tolist() == [4.0, 0.0]
    assert chance_of_clear_look([0, 1, 2], 0.5).tolist() == [0.0, 0.5, 0.75]
    for wrong in (-0.1, 1.1):
        with pytest.raises(DomainError, match="0 to 1"):
            clear_looks(1, wrong)


def test_a_disc_is_seen_every_interval_and_nothing_outside() -> None:
    nothing = sweep_cells(2 * DAY, np.radians(5.0))
    disc = Disc(np.radians(-75.0), disc_half_angle(13_300e3), 900.0)
    seen = with_discs(nothing, [disc], JUNE)
    far = np.arccos(
        np.cos(seen.latitude[:, None]) * np.cos(seen.longitude - disc.longitude)
    )  # on a sphere
    assert np.all(seen.visits[far < disc.half_angle - 0.01] == 192)
    assert np.all(seen.visits[far > disc.half_angle + 0.01] == 0)
    inside = seen.visits > 0
    assert np.all(seen.longest_gap[inside] == 900.0)
    assert np.all(seen.response_time[inside] == 450.0)
    assert np.all(np.isnan(seen.longest_gap[~inside]))
    assert np.all(seen.days_seen[inside] == 2)
    assert seen.visits_by_hour.sum() == seen.visits.sum()
    assert with_discs(nothing, [], JUNE) is nothing


def test_a_disc_by_daylight_waits_for_the_night_to_end() -> None:
    latitude = np.radians([0.0, 40.0, 50.0, -58.0])
    nothing = sweep_places(4 * DAY, latitude, np.zeros(4))
    seen = with_discs(nothing, [Disc(0.0, np.radians(60.0), 600.0, 0.0)], JUNE)
    sun = sun_fixed(JUNE + np.arange(0, 4, 1 / 1_440))
    for i in range(4):
        lit = np.cos(latitude[i]) * sun[:, 0] + np.sin(latitude[i]) * sun[:, 2] >= 0
        edges = np.flatnonzero(np.diff(lit.astype(int)))
        night = max(b - a for a, b in itertools.pairwise(edges) if not lit[(a + b) // 2])
        assert seen.visits[i] == pytest.approx(lit.mean() * 576, abs=8)
        assert seen.day_visits[i] == seen.visits[i]
        assert seen.longest_gap[i] == pytest.approx(night * 60.0 + 600.0, abs=1_300.0)
        assert seen.response_time[i] == pytest.approx(
            (1 - lit.mean()) * night * 60.0 / 2, rel=0.15, abs=400.0
        )


def test_two_discs_add_looks_and_keep_the_shorter_gap() -> None:
    nothing = sweep_places(DAY, [0.0, 0.0], [0.0, np.radians(100.0)])
    discs = [Disc(0.0, 1.0, 600.0), Disc(np.radians(40.0), 1.1, 1_200.0)]
    seen = with_discs(nothing, discs, JUNE)
    assert seen.visits.tolist() == [144 + 72, 72]
    assert seen.longest_gap.tolist() == [600.0, 1_200.0]


def test_a_disc_beyond_the_horizon_is_refused() -> None:
    with pytest.raises(DomainError, match="horizon"):
        disc_half_angle(19_000e3)


def test_discs_that_need_the_sun_and_discs_that_do_not_stand_side_by_side() -> None:
    nothing = sweep_places(86_400.0, [0.0, 0.0], [0.0, np.pi])
    always = Disc(0.0, np.radians(60.0), 600.0)
    by_day = Disc(np.pi, np.radians(60.0), 600.0, sun_elevation=0.0)
    both = with_discs(nothing, [always, by_day], 11_323.0)
    assert both.visits[0] == 144
    assert both.visits[1] == pytest.approx(72, abs=2)
