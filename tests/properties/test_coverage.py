"""Looks at places by kernels equal looks found by stepping at 1 s, for orbits of chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stationkeeper.orbit.coverage import (
    area_share,
    cover,
    cover_places,
    geocentric_latitude,
    horizon_half_angle,
    swath_half_angle,
)
from stationkeeper.orbit.ephemeris import Ephemeris, mean_ephemeris
from stationkeeper.validation.services_coverage import gaps_of, stepped_looks, swept_share

Array = NDArray[np.float64]
SECOND_STEPS = 0.25  # [d]

PLACES = np.radians(
    [
        (90.0, 10.0), (-90.0, 0.0), (89.999, 180.0), (-89.9, -180.0), (0.0, 180.0), (0.0, -180.0),
        (35.0, 179.999), (-35.0, -179.999), (50.0, 540.0), (0.0, 0.0), (-62.0, 90.0), (75.0, -90.0),
    ]
).T  # fmt: skip


def flown(altitude: float, inclination: float, node: float, step: float) -> Ephemeris:
    return mean_ephemeris(
        9_497.0,
        SECOND_STEPS * 86_400,
        step,
        altitude=altitude,
        inclination=inclination,
        node=node,
    )


orbits = st.tuples(st.floats(300e3, 2_000e3), st.floats(0.0, np.pi), st.floats(0.0, 2 * np.pi))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(orbit=orbits, part=st.floats(0.02, 1.0), step=st.sampled_from([30.0, 60.0, 120.0]))
def test_looks_equal_brute_force_at_one_second(
    orbit: tuple[float, float, float], part: float, step: float
) -> None:
    half = part * float(horizon_half_angle(orbit[0]))
    moment = 0.02 * max(0.25, (step / 60.0) ** 3)  # [s] the chord of a sine: cube of the step
    latitude, longitude = PLACES
    truth = stepped_looks(flown(*orbit, 1.0), half, latitude, longitude)
    seen = cover_places([flown(*orbit, step)], half, latitude, longitude)
    for i, seconds in enumerate(truth):
        if seen.visits[i] != len(seconds):  # only a look that grazes the edge may differ
            wide = stepped_looks(flown(*orbit, 1.0), half + 1e-5, latitude[i], longitude[i])[0]
            slim = stepped_looks(flown(*orbit, 1.0), half - 1e-5, latitude[i], longitude[i])[0]
            assert len(slim) <= seen.visits[i] <= len(wide)
        elif len(seconds):
            gaps = gaps_of(seconds, seen.duration)
            assert seen.first_visit[i] == pytest.approx(seconds.min(), abs=moment)
            assert seen.longest_gap[i] == pytest.approx(gaps.max(), abs=2 * moment)
            assert seen.mean_gap[i] == seen.duration / len(seconds)
            wait = np.sum(gaps**2) / (2 * seen.duration)
            assert seen.response_time[i] == pytest.approx(wait, abs=2 * moment)
        else:
            assert np.isnan(seen.longest_gap[i])
            assert np.isnan(seen.response_time[i])


def distances(ephemeris: Ephemeris, latitude: float, longitude: float) -> Array:
    """Angles from the track at which the endless scan line passes over a place."""
    phi = float(geocentric_latitude(latitude))
    place = [np.cos(phi) * np.cos(longitude), np.cos(phi) * np.sin(longitude), np.sin(phi)]
    pole = np.cross(ephemeris.position, ephemeris.velocity)
    pole /= np.linalg.norm(pole, axis=1)[:, None]
    along = np.cross(pole, ephemeris.position) @ place
    change = np.flatnonzero((along[:-1] >= 0) != (along[1:] >= 0))
    change = change[ephemeris.position[change] @ place > 0]
    return np.asarray(np.arcsin(np.abs(pole[change] @ place)))


def test_the_edge_of_the_swath_is_within_seventy_metres() -> None:
    """Between two steps the track bends: straight lines alone would be off by 220 m."""
    edge = 70.0 / 6_371e3
    checked = 0
    for orbit in ((420e3, 0.9, 0.3), (400e3, 1.693, 2.0)):
        fine, coarse = flown(*orbit, 1.0), flown(*orbit, 60.0)
        for latitude, longitude in PLACES.T:
            found = distances(fine, latitude, longitude)
            for one in found[(found > 0.03) & (found < 0.3)]:
                for half in (one - edge, one + edge):
                    seen = cover_places([coarse], half, [latitude], [longitude])
                    assert seen.visits[0] == np.count_nonzero(found <= half)
                checked += 1
    assert checked > 30


def test_several_satellites_are_merged_in_order_of_time() -> None:
    """Seven on one track and across it, seconds apart: looks of one step out of order."""
    parts = [(500e3, 1.2, 0.0), (501e3, 1.2, 0.001), (700e3, 1.7, 0.002), (400e3, 2.4, 0.5)]
    parts += [(500e3, 1.2, -0.004), (650e3, 1.7, 0.1), (900e3, 0.8, 0.003)]
    halves = np.array([0.15, 0.1, 0.2, 0.12, 0.15, 0.25, 0.3])
    latitude, longitude = PLACES
    truth = [
        stepped_looks(flown(*part, 1.0), half, latitude, longitude)
        for part, half in zip(parts, halves, strict=True)
    ]
    orbits = [flown(*part, 60.0) for part in parts]
    for order in ([0, 1, 2, 3, 4, 5, 6], [6, 4, 2, 0, 5, 3, 1]):
        seen = cover_places([orbits[k] for k in order], halves[order], latitude, longitude)
        for i in range(latitude.size):
            seconds = np.concatenate([one[i] for one in truth])
            assert seen.visits[i] == seconds.size
            if seconds.size:
                gaps = gaps_of(seconds, seen.duration)
                assert seen.longest_gap[i] == pytest.approx(gaps.max(), abs=0.05)
                wait = np.sum(gaps**2) / (2 * seen.duration)
                assert seen.response_time[i] == pytest.approx(wait, abs=0.05)


def test_cells_are_places_at_their_middle() -> None:
    orbit = flown(420e3, 0.9, 1.0, 60.0)
    half = swath_half_angle(2_000e3, 420e3)
    cells = cover([orbit], half, cell=np.radians(10.0))
    latitude, longitude = np.meshgrid(cells.latitude, cells.longitude, indexing="ij")
    places = cover_places([orbit], half, latitude.ravel(), longitude.ravel())
    assert np.array_equal(cells.visits.ravel(), places.visits)
    assert np.array_equal(cells.day_visits.ravel(), places.day_visits)
    assert np.allclose(cells.longest_gap.ravel(), places.longest_gap, 0, 1e-6, equal_nan=True)
    assert np.array_equal(
        cells.visits_by_hour, places.visits_by_hour.reshape(18, 36, 24).sum(axis=1)
    )


@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    orbit=st.tuples(st.floats(300e3, 2_000e3), st.floats(0.4, 2.7), st.floats(0.0, 2 * np.pi)),
    part=st.floats(0.3, 1.0),
)
def test_area_looked_at_equals_area_swept(orbit: tuple[float, float, float], part: float) -> None:
    one = mean_ephemeris(
        9_497.0, 86_400.0, 60.0, altitude=orbit[0], inclination=orbit[1], node=orbit[2]
    )
    half = part * float(horizon_half_angle(orbit[0]))
    seen = cover([one], half, cell=np.radians(2.0))
    assert swept_share(seen, one, half) == pytest.approx(1.0, abs=0.02)
    assert 0 < area_share(seen) <= 1
