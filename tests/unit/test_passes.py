"""Passes over places: what is found, how it is cut, and what it comes to."""

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeeper.errors import DomainError
from stationkeeper.orbit.ephemeris import Ephemeris, geostationary, mean_ephemeris, state_at
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.orbit.passes import (
    SunFilter,
    elevation_shares,
    find_passes,
    look,
    pass_statistics,
    sum_passes,
)
from stationkeeper.orbit.sunlight import eclipses, sun_fixed

Array = NDArray[np.float64]

DAY = 86_400.0
START = 9_862.0
MASK = float(np.radians(5.0))
PLACES = np.radians(
    [[90.0, 0.0], [-90.0, 0.0], [51.0, 180.0], [0.0, -179.9], [55.75, 37.6], [-34.0, 18.5]]
).T
POSITION, VERTICAL = place(*PLACES), vertical(*PLACES)


def orbit(inclination_deg: float = 97.0, days: float = 2.0, altitude: float = 420e3) -> Ephemeris:
    return mean_ephemeris(
        START,
        days * DAY,
        60.0,
        altitude=altitude,
        inclination=np.radians(inclination_deg),
        node=1.0,
    )


def elevations(flown: Ephemeris, site: Array, up: Array, seconds: Array) -> Array:
    away = state_at(flown, seconds)[0] - site
    return np.asarray(np.arcsin((away @ up) / np.linalg.norm(away, axis=-1)))


def test_rises_and_sets_are_where_the_elevation_crosses_the_mask() -> None:
    flown = orbit()
    passes = find_passes(flown, POSITION, VERTICAL, MASK)
    assert len(passes) > 60
    for k in range(6):
        mine = passes.site == k
        for times, cut in ((passes.rise, passes.cut_at_begin), (passes.set, passes.cut_at_end)):
            there = times[mine & ~cut]
            height = elevations(flown, POSITION[k], VERTICAL[k], there)
            np.testing.assert_allclose(height, MASK, rtol=0, atol=1e-9)
    assert np.all(np.diff(passes.site) >= 0)
    assert np.all((passes.rise < passes.top) & (passes.top < passes.set))


def test_the_top_is_the_highest_of_a_pass() -> None:
    flown = orbit()
    passes = find_passes(flown, POSITION, VERTICAL, MASK)
    for k in range(0, len(passes), 7):
        site, up = POSITION[passes.site[k]], VERTICAL[passes.site[k]]
        seconds = np.linspace(passes.rise[k], passes.set[k], 2_001)
        height = elevations(flown, site, up, seconds)
        assert height.max() <= passes.top_elevation[k] + 1e-9
        assert height.max() == pytest.approx(passes.top_elevation[k], abs=1e-5)
        assert elevations(flown, site, up, passes.top[k : k + 1])[0] == pytest.approx(
            passes.top_elevation[k], abs=1e-9
        )


@pytest.mark.parametrize("below", [1e-3, 1e-5, 1e-8])
def test_a_pass_that_hardly_rises_above_the_mask_is_found(below: float) -> None:
    flown = orbit()
    whole = find_passes(flown, POSITION[4:5], VERTICAL[4:5], MASK)
    k = int(np.argmin(whole.top_elevation))
    mask = whole.top_elevation[k] - below
    passes = find_passes(flown, POSITION[4:5], VERTICAL[4:5], mask)
    near = np.flatnonzero((passes.rise < whole.top[k]) & (passes.set > whole.top[k]))
    assert near.size == 1
    assert 0 < passes.set[near[0]] - passes.rise[near[0]] < 60
    above = find_passes(flown, POSITION[4:5], VERTICAL[4:5], whole.top_elevation[k] + below)
    assert not np.any((above.rise < whole.top[k]) & (above.set > whole.top[k]))


def test_passes_cut_by_the_ends_of_the_ephemeris_say_so() -> None:
    flown = orbit()
    first = find_passes(flown, POSITION[:1], VERTICAL[:1], MASK)
    low, high = int(first.top[2] / 60), int(first.top[5] / 60) + 1
    part = Ephemeris(START, 60.0, flown.position[low : high + 1], flown.velocity[low : high + 1])
    passes = find_passes(part, POSITION[:1], VERTICAL[:1], MASK)
    assert passes.cut_at_begin.tolist() == [True, False, False, False]
    assert passes.cut_at_end.tolist() == [False, False, False, True]
    assert passes.rise[0] == 0.0
    assert passes.set[-1] == part.duration
    np.testing.assert_allclose(passes.rise[1:] + low * 60, first.rise[3:6], atol=1e-6)


def test_a_satellite_that_stands_still_is_seen_always_or_never() -> None:
    still = Ephemeris(START, 60.0, np.tile(geostationary(0.6), (1_441, 1)), np.zeros((1_441, 3)))
    passes = find_passes(still, POSITION, VERTICAL, MASK)
    assert passes.site.tolist() == [4, 5]  # Moscow and Cape Town lie near its longitude
    assert passes.cut_at_begin.all()
    assert passes.cut_at_end.all()
    many = pass_statistics(still, POSITION, VERTICAL, MASK)
    assert many.contact.tolist() == [0.0, 0.0, 0.0, 0.0, DAY, DAY]
    assert many.longest_gap.tolist() == [DAY] * 4 + [0.0] * 2
    assert np.isnan(many.best_elevation[:4]).all()


@pytest.mark.parametrize("altitude", [420e3, 20_200e3])
def test_statistics_are_the_sums_of_passes(altitude: float) -> None:
    flown = orbit(55.0, 10.0, altitude)
    passes = find_passes(flown, POSITION, VERTICAL, MASK)
    summed, streamed = (
        sum_passes(passes, 6, flown.duration),
        pass_statistics(flown, POSITION, VERTICAL, MASK),
    )
    for name in ("passes", "contact", "longest_gap", "gap_squares", "best_elevation"):
        np.testing.assert_allclose(getattr(streamed, name), getattr(summed, name), rtol=1e-12)
    for k in range(6):
        mine = passes.site == k
        free = np.concatenate([passes.rise[mine], [flown.duration]]) - np.concatenate(
            [[0.0], passes.set[mine]]
        )
        assert streamed.gap_squares[k] == pytest.approx(np.sum(free**2))


def test_more_sites_than_fit_at_once_are_all_searched() -> None:
    flown = orbit(97.0, 30.0)
    position, up = np.repeat(POSITION[:2], 30, axis=0), np.repeat(VERTICAL[:2], 30, axis=0)
    passes = find_passes(flown, position, up, MASK)
    assert len(passes) > 16_384
    north = find_passes(flown, POSITION[:1], VERTICAL[:1], MASK)
    for k in (0, 29):
        np.testing.assert_array_equal(passes.rise[passes.site == k], north.rise)
    many = pass_statistics(flown, position, up, MASK)
    assert many.passes.sum() == len(passes)


def test_a_moving_site_that_stands_still_is_a_fixed_one() -> None:
    flown = orbit()
    rows = flown.position.shape[0]
    fixed = find_passes(flown, POSITION[3:], VERTICAL[3:], MASK)
    moving = find_passes(
        flown,
        np.repeat(POSITION[3:, None], rows, axis=1),
        np.repeat(VERTICAL[3:, None], rows, axis=1),
        MASK,
    )
    np.testing.assert_array_equal(moving.site, fixed.site)
    np.testing.assert_allclose(moving.rise, fixed.rise, atol=1e-6)
    np.testing.assert_allclose(moving.top_elevation, fixed.top_elevation, atol=1e-9)


def test_passes_over_an_aircraft_are_those_of_a_look_each_second() -> None:
    flown = orbit(51.6, 1.0)
    seconds = flown.step * np.arange(flown.position.shape[0])

    def there(t: Array) -> tuple[Array, Array]:
        latitude, longitude = 0.9 + 0.05 * np.sin(t / 5e3), 0.5 + 4e-5 * t  # 160 m/s eastward
        return place(latitude, longitude, 11e3), vertical(latitude, longitude)

    position, up = there(seconds)
    passes = find_passes(flown, position[None], up[None], MASK)
    fine = np.arange(0.0, flown.duration + 1)
    site, above = there(fine)
    away = state_at(flown, fine)[0] - site
    seen = np.sum(away * above, axis=-1) > np.sin(MASK) * np.linalg.norm(away, axis=-1)
    rises = np.flatnonzero(seen[1:] & ~seen[:-1])
    assert rises.size == len(passes)
    assert np.all(np.abs(passes.rise - rises - 0.5) < 0.6)


def test_another_satellite_is_a_site_with_a_low_horizon() -> None:
    flown, other = orbit(51.6, 1.0), orbit(97.0, 1.0, 800e3)
    up = other.position / np.linalg.norm(other.position, axis=-1, keepdims=True)
    mask = float(-np.radians(25.0))
    passes = find_passes(flown, other.position[None], up[None], mask)
    fine = np.arange(0.0, flown.duration + 1)
    here = state_at(other, fine)[0]
    away = state_at(flown, fine)[0] - here
    sine = np.sum(away * here, axis=-1) / np.linalg.norm(away, axis=-1)
    seen = sine > np.sin(mask) * np.linalg.norm(here, axis=-1)
    rises = np.flatnonzero(seen[1:] & ~seen[:-1])
    assert rises.size == np.sum(~passes.cut_at_begin)
    assert rises.size >= 5
    assert np.all(np.abs(passes.rise[~passes.cut_at_begin] - rises - 0.5) < 0.6)


def test_an_even_horizon_by_azimuth_is_a_mask() -> None:
    flown = orbit()
    even = find_passes(flown, POSITION, VERTICAL, np.radians(10.0))
    azimuth = np.radians([0.0, 90.0, 200.0])
    told = find_passes(
        flown,
        POSITION,
        VERTICAL,
        MASK,
        azimuth_masks=[(azimuth, np.full(3, np.radians(10.0))), None] * 3,
    )
    for k in (0, 2, 4):
        np.testing.assert_allclose(told.rise[told.site == k], even.rise[even.site == k], atol=2e-3)
    plain = find_passes(flown, POSITION, VERTICAL, MASK)
    np.testing.assert_array_equal(told.rise[told.site == 1], plain.rise[plain.site == 1])


def test_a_horizon_below_the_mask_changes_nothing() -> None:
    flown = orbit(days=2.0)
    low = (np.array([0.0, 3.0]), np.array([-0.1, MASK - 0.02]))
    plain = find_passes(flown, POSITION, VERTICAL, MASK)
    hidden = find_passes(flown, POSITION, VERTICAL, MASK, azimuth_masks=[low] * len(POSITION))
    assert len(plain) > 10
    assert np.array_equal(hidden.site, plain.site)
    np.testing.assert_allclose(hidden.rise, plain.rise, atol=2e-3)


def test_walls_cut_a_pass_in_two() -> None:
    flown = orbit(97.0, 3.0)
    site, up = POSITION[4], VERTICAL[4]
    # Steps at 80 and 100 and at 260 and 280 degrees: two walls of 40 degrees, east and west.
    azimuth = np.radians([0.0, 80.0, 80.0, 100.0, 100.0, 260.0, 260.0, 280.0, 280.0])
    height = np.radians([5.0, 5.0, 40.0, 40.0, 5.0, 5.0, 40.0, 40.0, 5.0])
    passes = find_passes(flown, site[None], up[None], MASK, azimuth_masks=[(azimuth, height)])
    seconds = np.arange(0.0, flown.duration, 0.5)
    elevation, where, _, _ = look(flown, site, up, seconds)
    walled = np.abs(np.degrees(where) % 180 - 90) < 10
    seen = elevation > np.where(walled, np.radians(40.0), MASK)
    rises, sets = np.flatnonzero(seen[1:] & ~seen[:-1]), np.flatnonzero(~seen[1:] & seen[:-1])
    assert len(passes) == rises.size == sets.size
    assert len(passes) > len(find_passes(flown, site[None], up[None], MASK)) + 3
    np.testing.assert_allclose(passes.rise, 0.5 * rises + 0.25, atol=0.26)
    np.testing.assert_allclose(passes.set, 0.5 * sets + 0.25, atol=0.26)
    for k in range(len(passes)):
        inside = slice(rises[k] + 1, sets[k] + 1)
        assert elevation[inside].max() == pytest.approx(passes.top_elevation[k], abs=2e-3)


@pytest.mark.parametrize(
    ("sun", "satellite"), [("dark", "lit"), ("day", "any"), ("any", "shadow"), ("any", "lit")]
)
def test_sun_filters_keep_what_looks_keep(sun: str, satellite: str) -> None:
    flown = orbit(51.6, 2.0)
    chosen = SunFilter(sun, float(np.radians(-6.0)), satellite)  # type: ignore[arg-type]
    passes = find_passes(flown, POSITION, VERTICAL, MASK, sun=chosen)
    seconds = np.arange(0.0, flown.duration, 4.0)
    rays = sun_fixed(START + seconds / DAY)
    enter, leave = eclipses(flown, edge="centre")
    shadow = np.any((seconds[:, None] > enter) & (seconds[:, None] < leave), axis=1)
    for k in (2, 4, 5):
        seen = elevations(flown, POSITION[k], VERTICAL[k], seconds) > MASK
        bright = rays @ VERTICAL[k] > np.sin(np.radians(-6.0))
        if sun != "any":
            seen &= bright if sun == "day" else ~bright
        if satellite != "any":
            seen &= shadow if satellite == "shadow" else ~shadow
        mine = passes.site == k
        contact = float(np.sum(passes.set[mine] - passes.rise[mine]))
        assert contact == pytest.approx(4.0 * seen.sum(), abs=4.0 * max(1, mine.sum()))


def test_a_look_tells_range_and_its_rate() -> None:
    flown = orbit()
    passes = find_passes(flown, POSITION[4:5], VERTICAL[4:5], MASK)
    seconds = np.linspace(passes.rise[0], passes.set[0], 11)
    step = 0.01
    rates = look(flown, POSITION[4], VERTICAL[4], seconds)[3]
    later, sooner = (
        look(flown, POSITION[4], VERTICAL[4], seconds[1:-1] + shift)[2] for shift in (step, -step)
    )
    np.testing.assert_allclose(rates[1:-1], (later - sooner) / (2 * step), atol=1e-3)
    finer = mean_ephemeris(
        START, 2 * DAY, 5.0, altitude=420e3, inclination=np.radians(97.0), node=1.0
    )
    np.testing.assert_allclose(rates, look(finer, POSITION[4], VERTICAL[4], seconds)[3], atol=0.05)


@pytest.mark.parametrize(
    ("to", "azimuth_deg"), [((0, 0, 1), 0), ((0, 1, 0), 90), ((0, 0, -1), 180), ((0, -1, 0), 270)]
)
def test_azimuth_runs_from_north_through_east(to: tuple[int, int, int], azimuth_deg: int) -> None:
    there = np.array([7e6, 0.0, 0.0]) + 1e5 * np.array(to)
    still = Ephemeris(START, 60.0, np.tile(there, (2, 1)), np.zeros((2, 3)))
    azimuth = look(still, [6.4e6, 0.0, 0.0], [1.0, 0.0, 0.0], 30.0)[1]
    assert np.degrees(azimuth[0]) == pytest.approx(azimuth_deg)


def test_time_by_elevation_is_that_of_fine_looks() -> None:
    flown = orbit(51.6, 1.0)
    edges = np.radians([5.0, 10.0, 20.0, 40.0, 90.0])
    shares = elevation_shares(flown, POSITION, VERTICAL, MASK, edges)
    seconds = np.arange(0.0, flown.duration, 0.5)
    for k in (2, 4, 5):
        height = elevations(flown, POSITION[k], VERTICAL[k], seconds)
        counts = np.histogram(height, edges)[0]
        np.testing.assert_allclose(shares[k], counts / counts.sum(), atol=1e-3)
    assert shares[0].tolist() == [0.0] * 4  # never seen from the pole
    np.testing.assert_allclose(shares[[2, 3, 4, 5]].sum(axis=1), 1.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mask": 2.0}, "90 degrees"),
        ({"mask": np.zeros(3)}, "one a site"),
        ({"vertical": VERTICAL[:2]}, "verticals"),
        ({"position": np.full((6, 3), np.nan)}, "finite"),
        ({"azimuth_masks": [None]}, "one a site or None"),
        ({"azimuth_masks": [([1.0, 0.5], [0.1, 0.1])] * 6}, "ascend"),
        ({"azimuth_masks": [([1.0], [0.1, 0.1])] * 6}, "as many"),
        ({"azimuth_masks": [([1.0], [2.0])] * 6}, "90 degrees"),
    ],
)
def test_what_does_not_fit_is_said(change: dict[str, object], words: str) -> None:
    given = {"position": POSITION, "vertical": VERTICAL, "mask": MASK} | change
    with pytest.raises(DomainError, match=words):
        find_passes(orbit(days=0.1), **given)  # type: ignore[arg-type]


def test_moving_sites_need_a_position_at_each_row() -> None:
    with pytest.raises(DomainError, match="each row"):
        find_passes(orbit(days=0.1), POSITION[None], VERTICAL[None], MASK)
    with pytest.raises(DomainError, match="within the ephemeris"):
        look(orbit(days=0.1), POSITION[0], VERTICAL[0], [-1.0])
    with pytest.raises(DomainError, match="ascend"):
        elevation_shares(orbit(days=0.1), POSITION, VERTICAL, MASK, [0.3, 0.2])
