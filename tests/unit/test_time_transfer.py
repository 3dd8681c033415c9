"""Time from a pass: limits, simulated readings, common view, and what is refused."""

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeeper.errors import DomainError
from stationkeeper.services.doppler_fix import orbit_axes
from stationkeeper.services.time_transfer import (
    SPEED_OF_LIGHT,
    common_view_error,
    ionosphere_left,
    time_error,
)

Array = NDArray[np.float64]

SITE = np.array([6.371e6, 0.0, 0.0])
UP = np.array([1.0, 0.0, 0.0])


def a_pass(aside: float = 0.06, epochs: int = 15) -> tuple[Array, Array]:
    angle = np.linspace(-0.15, 0.15, epochs)
    tilt = np.array([np.cos(aside), np.sin(aside), 0.0])
    north = np.array([0.0, 0.0, 1.0])
    r = 6.78e6 * (np.cos(angle)[:, None] * tilt + np.sin(angle)[:, None] * north)
    v = 7.66e3 * (-np.sin(angle)[:, None] * tilt + np.cos(angle)[:, None] * north)
    return r[None], v[None]


def told(**given: float) -> float:
    r, v = a_pass()
    sigma = {"clock": 0.0, "troposphere": 0.0, "noise": 0.0} | given
    return float(time_error(r, v, np.ones((1, 15), bool), SITE, UP, **sigma)[0])


def test_readings_average_out_and_the_clock_aboard_does_not() -> None:
    assert told(noise=30e-9) == pytest.approx(30e-9 / np.sqrt(15))
    assert told(clock=5e-9) == pytest.approx(5e-9)
    assert told(clock=5e-9, noise=30e-9) == pytest.approx(np.hypot(5e-9, 30e-9 / np.sqrt(15)))


def test_simulated_passes_spread_as_told() -> None:
    r, v = a_pass()
    radial, along, across = orbit_axes(r[0], v[0])
    draw = np.random.default_rng(5)
    runs = 20_000
    moved = r[0] + sum(
        draw.normal(0, size, (runs, 1, 1)) * axis
        for size, axis in ((40.0, along), (20.0, across), (8.0, radial))
    )
    place = SITE + draw.normal(0, 6.0, (runs, 1, 3))
    shift = np.linalg.norm(moved - place, axis=-1) - np.linalg.norm(r[0] - SITE, axis=-1)
    time = shift / SPEED_OF_LIGHT + draw.normal(0, 12e-9, (runs, 15))
    found = np.std(time.mean(axis=1) + draw.normal(0, 9e-9, runs))
    given = told(clock=9e-9, along=40.0, across=20.0, radial=8.0, place_error=6.0, noise=12e-9)
    assert found == pytest.approx(given, rel=0.02)


def test_an_error_along_the_track_nearly_averages_out_over_a_whole_pass() -> None:
    # The turning Earth leans the track, so that what is left is not nothing.
    assert told(along=100.0) < 0.1 * told(radial=100.0)


def test_air_counts_more_near_the_horizon() -> None:
    r, v = a_pass()
    used = np.zeros((2, 15), bool)
    used[0, 0] = used[1, 7] = True
    twice = [np.repeat(a, 2, axis=0) for a in (r, v)]
    for name in ("troposphere", "ionosphere"):
        sigma = {"troposphere": 0.0, "noise": 0.0} | {name: 1.0}
        low, high = time_error(*twice, used, SITE, UP, clock=0.0, **sigma)
        assert low > 1.5 * high > 1.5 / SPEED_OF_LIGHT


def test_common_view_takes_out_the_clock_and_what_both_see_alike() -> None:
    r, v = a_pass()
    used = np.ones((1, 15), bool)
    turn = 500e3 / 6.371e6
    other = 6.371e6 * np.array([np.cos(turn), np.sin(turn), 0.0])
    orbit = {"along": 10.0, "across": 10.0, "radial": 10.0}
    still = {"troposphere": 0.0, "noise": 0.0}
    near = common_view_error(r, v, used, (SITE, SITE), (UP, UP), **orbit, **still)
    apart = common_view_error(r, v, used, (SITE, other), (UP, other / 6.371e6), **orbit, **still)
    alone = time_error(r, v, used, SITE, UP, clock=0.0, **orbit, **still)
    assert near[0] == 0.0
    assert 0.0 < apart[0] < 2 * alone[0]
    both = common_view_error(r, v, used, (SITE, SITE), (UP, UP), troposphere=0.0, noise=7e-9)
    assert both[0] == pytest.approx(7e-9 * np.sqrt(2 / 15))


def test_the_ionosphere_goes_with_the_square_of_the_wavelength() -> None:
    assert ionosphere_left(0.4e9) == pytest.approx(16 * ionosphere_left(1.6e9))
    assert ionosphere_left(1.57542e9, 1e16, 1.0) == pytest.approx(0.1624, abs=5e-5)


def test_a_pass_without_a_reading_has_no_time_and_no_frequency_is_refused() -> None:
    r, v = a_pass()
    assert np.isnan(time_error(r, v, np.zeros((1, 15), bool), SITE, UP, clock=1e-9)).all()
    with pytest.raises(DomainError, match="frequency greater than zero"):
        ionosphere_left(0.0)
