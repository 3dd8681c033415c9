"""Doppler fixes: least squares on simulated counts, closed forms, limits, and what is refused."""

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_ROTATION_RATE
from stationkeeper.errors import DomainError
from stationkeeper.services.doppler_fix import (
    FixErrors,
    count_times,
    fix_errors,
    orbit_axes,
    usable,
)

Array = NDArray[np.float64]

RADIUS = 6_371e3
COUNT = 23.0


def overflight(aside: float, epochs: int = 20, height: float = 1_075e3) -> tuple[Array, Array]:
    """A circular pass going north over a place on the equator at longitude 0, `aside` east."""
    rate = np.sqrt(3.986004418e14 / (RADIUS + height) ** 3)
    angle = rate * COUNT * (np.arange(epochs) - 0.5 * (epochs - 1))
    tilt = np.array([np.cos(aside), np.sin(aside), 0.0])
    north = np.array([0.0, 0.0, 1.0])
    r = (RADIUS + height) * (np.cos(angle)[:, None] * tilt + np.sin(angle)[:, None] * north)
    v = (RADIUS + height) * rate * (-np.sin(angle)[:, None] * tilt + np.cos(angle)[:, None] * north)
    # A pass over an Earth that stands still: the turning is taken off the velocity.
    turning = EARTH_ROTATION_RATE * np.stack([-r[:, 1], r[:, 0], 0 * r[:, 0]], axis=-1)
    return r, v - turning


PLACE = np.array([RADIUS, 0.0, 0.0])
UP = np.array([1.0, 0.0, 0.0])


def errors(asides: list[float], epochs: int = 20, **given: float | bool) -> FixErrors:
    states = [overflight(aside, epochs) for aside in asides]
    told: dict[str, float | bool] = {"count": COUNT, "noise": 1.0} | given
    return fix_errors(
        np.stack([r for r, _ in states]),
        np.stack([v for _, v in states]),
        np.ones((len(asides), epochs), bool),
        PLACE,
        UP,
        **told,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("independent", [True, False])
def test_least_squares_on_simulated_counts_spread_as_told(independent: bool) -> None:
    r, v = overflight(0.12)
    radial, along, across = orbit_axes(r, v)
    sigma = {"noise": 5.0, "height": 40.0, "along": 25.0, "across": 15.0, "radial": 10.0}
    told = errors([0.12], independent=independent, **sigma)
    draw = np.random.default_rng(7)
    runs = 4_000
    moved = (
        r
        + draw.normal(0, 25.0, (runs, 1, 1)) * along
        + draw.normal(0, 15.0, (runs, 1, 1)) * across
        + draw.normal(0, 10.0, (runs, 1, 1)) * radial
    )
    truth = PLACE + draw.normal(0, 40.0, (runs, 1)) * UP
    ranges = np.linalg.norm(moved - truth[:, None], axis=-1)
    weight = np.eye(r.shape[0] - 1)
    if independent:
        counts = np.diff(ranges, axis=1) + draw.normal(0, 5.0, (runs, r.shape[0] - 1))
    else:
        counts = np.diff(ranges + draw.normal(0, 5.0 / np.sqrt(2), ranges.shape), axis=1)
        pairs = weight - 0.5 * (np.eye(r.shape[0] - 1, k=1) + np.eye(r.shape[0] - 1, k=-1))
        weight = np.linalg.inv(pairs)
    counts = counts + 3.0 * COUNT  # an offset of frequency of 3 m/s
    guess = np.zeros((runs, 3))
    level = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    for _ in range(4):
        sight = r - (PLACE + guess[:, :2] @ level)[:, None]
        distance = np.linalg.norm(sight, axis=-1)
        slope = np.diff(-(sight / distance[..., None]) @ level.T, axis=1)
        design = np.concatenate([slope, np.full((*slope.shape[:2], 1), COUNT)], axis=-1)
        left = counts - np.diff(distance, axis=1) - COUNT * guess[:, 2:]
        normal = design.transpose(0, 2, 1) @ weight @ design
        right = design.transpose(0, 2, 1) @ weight @ left[..., None]
        guess = guess + np.linalg.solve(normal, right)[..., 0]
    spread = np.cov((guess - [0.0, 0.0, 3.0]).T)
    assert np.sqrt(spread[0, 0]) == pytest.approx(told.across[0], rel=0.05)
    assert np.sqrt(spread[1, 1]) == pytest.approx(told.along[0], rel=0.05)
    assert np.sqrt(spread[2, 2]) == pytest.approx(told.frequency[0], rel=0.05)
    assert np.abs(guess.mean(axis=0) - [0.0, 0.0, 3.0]).max() < 4.0  # a few sigma of the mean


def test_error_across_the_track_grows_without_bound_towards_the_zenith() -> None:
    found = errors([0.2, 0.1, 0.05, 0.01, 0.001])
    assert (np.diff(found.across) > 0).all()
    assert found.across[-1] > 9 * found.across[-2] > 40 * found.across[0]
    assert found.along[-1] < 2 * found.along[0]


def test_no_fix_through_the_zenith_or_from_too_few_counts() -> None:
    assert np.isnan(errors([0.0]).total).all()
    assert np.isnan(errors([0.1], epochs=4).total).all()
    assert np.isfinite(errors([0.1], epochs=5).total).all()


def test_an_error_of_the_orbit_along_the_track_shifts_the_fix_by_itself_on_the_ground() -> None:
    clean, moved = errors([0.15]), errors([0.15], along=100.0)
    shift = np.sqrt(moved.along**2 - clean.along**2)
    # A turn of the orbit about its axis by 100 m up there is 100 m times the ratio of radii.
    assert shift == pytest.approx(100.0 * RADIUS / (RADIUS + 1_075e3), rel=0.05)
    assert np.sqrt(moved.across**2 - clean.across**2) < 1.0


def test_a_height_error_goes_across_as_the_slope_of_the_counts_asks() -> None:
    aside, up = 0.08, RADIUS + 1_075e3
    clean, moved = errors([aside]), errors([aside], height=10.0)
    shift = float(np.sqrt(moved.across**2 - clean.across**2)[0])
    # At the nearest point the second rate of the range is place * up * cos(aside) / range times
    # a constant; a higher place has the same one at another distance from the track.
    square = RADIUS**2 + up**2 - 2 * RADIUS * up * np.cos(aside)
    by_height = 1 / RADIUS + (up * np.cos(aside) - RADIUS) / square
    by_angle = np.tan(aside) + RADIUS * up * np.sin(aside) / square
    assert shift == pytest.approx(10.0 * RADIUS * by_height / by_angle, rel=0.1)


def test_error_of_noise_is_proportional_to_it_and_falls_with_more_counts() -> None:
    assert errors([0.1], noise=3.0).total == pytest.approx(3 * errors([0.1]).total)
    assert errors([0.1], epochs=30).total < errors([0.1], epochs=15).total


def test_epochs_past_the_end_of_a_pass_do_not_count() -> None:
    r, v = overflight(0.1)
    used = np.ones((1, 20), bool)
    used[0, 12:] = False
    padded = fix_errors(r[None], v[None], used, PLACE, UP, count=COUNT, noise=1.0, along=9.0)
    short = fix_errors(
        r[None, :12], v[None, :12], used[:, :12], PLACE, UP, count=COUNT, noise=1.0, along=9.0
    )
    assert padded.covariance == pytest.approx(short.covariance, rel=1e-9)
    assert padded.counts.tolist() == [11]


def test_a_fix_at_the_pole_has_axes() -> None:
    r, v = overflight(0.1)
    turn = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    place = turn @ PLACE
    level = EARTH_ROTATION_RATE * np.stack([-r[:, 1], r[:, 0], 0 * r[:, 0]], axis=-1)
    moved = r @ turn.T
    back = EARTH_ROTATION_RATE * np.stack([-moved[:, 1], moved[:, 0], 0 * moved[:, 0]], axis=-1)
    speed = (v + level) @ turn.T - back
    used = np.ones((1, 20), bool)
    found = fix_errors(
        moved[None], speed[None], used, place, turn @ UP, count=COUNT, noise=1.0, radial=5.0
    )
    assert found.total == pytest.approx(errors([0.1], radial=5.0).total, rel=1e-9)


def test_counts_lie_in_the_middle_of_each_pass() -> None:
    seconds, used = count_times([10.0, 0.0], [70.0, 5.0], 23.0)
    assert seconds[0, used[0]] == pytest.approx([17.0, 40.0, 63.0])
    assert used.sum(axis=1).tolist() == [3, 1]


def test_only_passes_of_middle_height_and_length_are_usable() -> None:
    tops = np.radians([14.9, 15.1, 69.9, 70.1])
    assert usable(tops, 300.0, 23.0).tolist() == [False, True, True, False]
    assert not usable(np.radians(40), 91.0, 23.0)


def test_what_is_no_noise_or_no_count_is_refused() -> None:
    with pytest.raises(DomainError, match="noise of a count"):
        errors([0.1], noise=0.0)
    with pytest.raises(DomainError, match="length greater than zero"):
        count_times([0.0], [1.0], 0.0)
