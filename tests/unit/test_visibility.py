"""Two sites at once, relays past the Earth's edge, and waits between stretches of time."""

import numpy as np
import pytest

from stationkeeper.constants import EARTH_RADIUS
from stationkeeper.errors import DomainError
from stationkeeper.orbit.ephemeris import Ephemeris, geostationary, mean_ephemeris, state_at
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.orbit.intervals import Intervals
from stationkeeper.orbit.passes import find_passes
from stationkeeper.orbit.visibility import (
    both,
    gap_statistics,
    gaps,
    intersection,
    outside,
    relay_intervals,
    union,
)
from stationkeeper.validation.services_passes import hidden_each_second

DAY = 86_400.0
MASK = float(np.radians(5.0))


def orbit(inclination_deg: float, altitude: float = 420e3, days: float = 1.0) -> Ephemeris:
    return mean_ephemeris(
        9_862.0, days * DAY, 60.0, altitude=altitude, inclination=np.radians(inclination_deg)
    )


def test_a_bent_pipe_needs_user_and_gateway_at_once() -> None:
    flown = orbit(51.6, 1_400e3)
    users = np.radians([[55.75, 37.6], [25.0, 100.0], [20.0, 60.0]]).T
    gateways = np.radians([[45.0, 20.0], [60.0, 90.0]]).T
    served = both(
        find_passes(flown, place(*users), vertical(*users), MASK),
        find_passes(flown, place(*gateways), vertical(*gateways), MASK),
    )
    seconds = np.arange(0.0, flown.duration)
    there = state_at(flown, seconds)[0]

    def seen(where: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        away = there[:, None] - place(*where)
        up = np.sum(away * vertical(*where), axis=-1)
        return np.asarray(up > np.sin(MASK) * np.linalg.norm(away, axis=-1))

    at_once = seen(users) & seen(gateways).any(axis=1, keepdims=True)
    for k in range(3):
        begin, end = served.of(k)
        assert np.sum(end - begin) == pytest.approx(at_once[:, k].sum(), abs=2 * begin.size)
        assert begin.size == np.sum(at_once[1:, k] & ~at_once[:-1, k])
    assert np.all(at_once.sum(axis=0) > 100)
    assert np.all(at_once.sum(axis=0) < seen(users).sum(axis=0))


@pytest.mark.parametrize("inclination_deg", [0.0, 51.6, 97.0])
@pytest.mark.parametrize("altitude", [320e3, 2_000e3])
def test_relays_are_seen_as_by_a_look_each_second(inclination_deg: float, altitude: float) -> None:
    flown = orbit(inclination_deg, altitude)
    relays = geostationary(np.radians([95.0, 167.0]))
    begin, end = relay_intervals(flown, relays)
    seconds = np.arange(0.0, flown.duration + 1)
    seen = ~np.logical_and.reduce([hidden_each_second(flown, one, seconds) for one in relays])
    rises = np.flatnonzero(seen[1:] & ~seen[:-1])
    sets = np.flatnonzero(~seen[1:] & seen[:-1])
    np.testing.assert_allclose(begin[begin > 0], rises + 0.5, atol=0.51)
    np.testing.assert_allclose(end[end < flown.duration], sets + 0.5, atol=0.51)


def test_edges_of_relays_graze_the_raised_ellipsoid() -> None:
    flown = orbit(97.0)
    relay = geostationary(np.radians(95.0))
    begin, _ = relay_intervals(flown, relay)
    for shift, hidden in ((-0.001, True), (0.001, False)):
        assert np.all(hidden_each_second(flown, relay, begin[begin > 0] + shift) == hidden)


def test_a_relay_inside_the_air_is_refused() -> None:
    with pytest.raises(DomainError, match="grazing height"):
        relay_intervals(orbit(51.6), [[EARTH_RADIUS, 0.0, 0.0]])
    with pytest.raises(DomainError, match="grazing height of 500 km"):
        relay_intervals(orbit(51.6), geostationary([0.0]), grazing_height=500e3)


def test_union_and_what_is_outside_fill_the_time() -> None:
    draw = np.random.default_rng(5)
    for _ in range(200):
        begin = draw.uniform(-5, 100, draw.integers(0, 12)).round()
        end = begin + draw.uniform(0, 20, begin.size).round()
        minutes = np.arange(0.5, 100)
        busy = np.any((minutes[:, None] > begin) & (minutes[:, None] < end), axis=1)
        b, e = union(begin, end)
        merged = np.any((minutes[:, None] > b) & (minutes[:, None] < e), axis=1)
        np.testing.assert_array_equal(merged, busy)
        assert np.all(b[1:] > e[:-1])
        assert gaps(begin, end, 100.0).sum() == np.sum(~busy)
        free = outside(Intervals(np.zeros(begin.size, int), begin, end), 1, 100.0)
        inside = np.any((minutes[:, None] > free.begin) & (minutes[:, None] < free.end), axis=1)
        np.testing.assert_array_equal(inside, ~busy)


def test_intersections_are_those_of_looks() -> None:
    draw = np.random.default_rng(6)
    minutes = np.arange(0.5, 100)

    def some() -> tuple[Intervals, np.ndarray]:  # type: ignore[type-arg]
        lists = [
            union(begin, begin + draw.uniform(0, 20, begin.size).round())
            for begin in (draw.uniform(0, 90, draw.integers(0, 8)).round() for _ in range(3))
        ]
        found = Intervals(
            np.repeat(np.arange(3), [b.size for b, _ in lists]),
            np.concatenate([b for b, _ in lists]),
            np.concatenate([e for _, e in lists]),
        )
        covered = [np.any((minutes[:, None] > b) & (minutes[:, None] < e), 1) for b, e in lists]
        return found, np.array(covered)

    for _ in range(200):
        (one, seen), (other, also) = some(), some()
        met = intersection(one, other)
        for k in range(3):
            begin, end = met.of(k)
            covered = np.any((minutes[:, None] > begin) & (minutes[:, None] < end), axis=1)
            np.testing.assert_array_equal(covered, seen[k] & also[k])


def test_waits_are_those_of_people_who_come_at_any_moment() -> None:
    draw = np.random.default_rng(7)
    begin, end = np.array([300.0, 2_000.0, 2_050.0]), np.array([500.0, 2_100.0, 2_200.0])
    waits = gap_statistics(begin, end, 3_000.0)
    come = draw.uniform(0, 3_000.0, 400_000)
    inside = np.any((come[:, None] >= begin) & (come[:, None] < end), axis=1)
    starts = np.array([300.0, 2_000.0, 3_000.0])
    wait = np.where(inside, 0.0, starts[np.searchsorted(starts, come)] - come)
    assert waits.mean_wait == pytest.approx(wait.mean(), rel=0.01)
    assert waits.longest == 1_500.0
    for x in (0.0, 100.0, 1_000.0, 2_000.0):
        assert waits.chance_of_waiting(x) == pytest.approx(np.mean(wait > x), abs=0.005)


def test_without_any_interval_all_the_time_is_one_gap() -> None:
    waits = gap_statistics([], [], 100.0)
    assert waits.gaps.tolist() == [100.0]
    assert waits.mean_wait == 50.0
    with pytest.raises(DomainError, match="above zero"):
        gaps([], [], 0.0)
    with pytest.raises(DomainError, match="none ends before"):
        union([1.0], [0.0])
