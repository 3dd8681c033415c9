"""Chance of a collision: adaptive integration, limits, symmetries, frames, and what is refused."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import ncx2

from stationkeeper.errors import DomainError
from stationkeeper.orbit.close_approach import (
    approach_chance,
    collision_chance,
    encounter_plane,
    in_fixed_axes,
    radial_axes,
)
from stationkeeper.validation.hull_approach import rows

Array = NDArray[np.float64]
metres = st.floats(0.5, 5e3)
miss_m = st.floats(-5e3, 5e3)
angles = st.floats(0, 2 * math.pi)


def spread(sigma_x: float, sigma_y: float, turn: float = 0.0) -> Array:
    turned = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    return np.asarray(turned @ np.diag([sigma_x**2, sigma_y**2]) @ turned.T)


def adaptive(x: float, y: float, sigma_x: float, sigma_y: float, radius: float) -> float:
    """The same integral by bisection, in plain loops."""
    x, y = abs(x), abs(y)

    def column(angle: float) -> float:
        """Take the place as radius times the sine: without a root, smooth to the rim."""
        place, chord = radius * math.sin(angle), radius * math.cos(angle)
        inside = float(ndtr((chord - y) / sigma_y) - ndtr((-chord - y) / sigma_y))
        return chord * inside * math.exp(-0.5 * ((place - x) / sigma_x) ** 2)

    edges = {-radius, radius}
    for k in range(-12, 13):
        edges |= {min(max(x + k * sigma_x, -radius), radius)}
    cuts = sorted(math.asin(edge / radius) for edge in edges)
    parts = [
        quad(column, a, b, epsabs=0, epsrel=1e-11, limit=200)[0]
        for a, b in itertools.pairwise(cuts)
    ]
    return math.fsum(parts) / (math.sqrt(2 * math.pi) * sigma_x)


@pytest.mark.parametrize(
    "case",
    [
        (0.0, 10.0, 25.0, 50.0, 5.0),
        (84.875546, 60.583685, 57.918666, 152.8814468, 10.3),
        (-1.2217895, 2.1230067, 0.0373279, 177.8109003, 10.0),  # a disc 500 times the narrow axis
        (-3.8872073, 0.1591646, 1.410183, 114.258519, 15.0),
        (9.99, 3.0, 0.01, 40.0, 10.0),  # the narrow axis cuts the rim
        (60.0, 0.0, 3.0, 4.0, 50.0),
        (0.0, 60.0, 4.0, 3.0, 50.0),
        (700.0, 900.0, 100.0, 110.0, 60.0),
        (0.0, 0.0, 0.05, 0.05, 10.0),
    ],
)
def test_chance_equals_adaptive_integration(case: tuple[float, ...]) -> None:
    x, y, sigma_x, sigma_y, radius = case
    ours = float(collision_chance([x, y], spread(sigma_x, sigma_y), radius))
    assert ours == pytest.approx(adaptive(*case), rel=1e-9)


@given(
    x=miss_m,
    y=miss_m,
    sigma=metres,
    stretch=st.floats(1, 300),
    turn=angles,
    radius=st.floats(1, 90),
)
@example(x=1.3e-08, y=0.0, sigma=1.0, stretch=1.0, turn=0.0, radius=1.0)
def test_chance_keeps_its_digits_in_the_tails(
    x: float, y: float, sigma: float, stretch: float, turn: float, radius: float
) -> None:
    point = spread(sigma, sigma * stretch, turn)
    axes = np.linalg.eigh(point)[1]
    along = axes.T @ np.array([x, y])
    truth = adaptive(float(along[0]), float(along[1]), sigma, sigma * stretch, radius)
    ours = float(collision_chance([x, y], point, radius))
    assert ours == pytest.approx(truth, rel=1e-6, abs=1e-40)


@given(miss=st.floats(0, 500), sigma=st.floats(1, 500), radius=st.floats(0.1, 500))
def test_round_errors_give_the_law_of_distances(miss: float, sigma: float, radius: float) -> None:
    truth = ncx2.cdf((radius / sigma) ** 2, 2, (miss / sigma) ** 2)
    ours = float(collision_chance([0.6 * miss, 0.8 * miss], spread(sigma, sigma), radius))
    assert ours == pytest.approx(float(truth), rel=1e-7, abs=1e-14)


@given(x=miss_m, y=miss_m, a=metres, b=metres, turn=angles, scale=st.floats(1e-3, 1e3))
def test_chance_does_not_care_for_signs_turns_and_units(
    x: float, y: float, a: float, b: float, turn: float, scale: float
) -> None:
    first = float(collision_chance([x, y], spread(a, b), 20.0))
    turned = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    others = [
        collision_chance([-x, y], spread(a, b), 20.0),
        collision_chance([y, x], spread(b, a), 20.0),
        collision_chance(turned @ [x, y], spread(a, b, turn), 20.0),
        collision_chance([scale * x, scale * y], scale**2 * spread(a, b), 20.0 * scale),
    ]
    assert np.array(others) == pytest.approx(first, rel=1e-4, abs=1e-200)


@given(x=miss_m, y=miss_m, a=metres, b=metres)
def test_chance_grows_with_the_bodies_from_none_to_certain(
    x: float, y: float, a: float, b: float
) -> None:
    radii = np.array([0.0, 0.01, 1.0, 10.0, 100.0, 1e3, 1e5])
    chance = collision_chance([x, y], spread(a, b), radii)
    assert chance[0] == 0
    assert np.all(np.diff(chance) >= -1e-14)
    assert chance[-1] == pytest.approx(1.0, abs=1e-9)
    density = math.exp(-0.5 * ((x / a) ** 2 + (y / b) ** 2)) / (2 * math.pi * a * b)
    assert chance[1] == pytest.approx(math.pi * 0.01**2 * density, rel=2e-2, abs=1e-300)


def test_many_cases_at_once_are_each_case_alone() -> None:
    rng = np.random.Generator(np.random.Philox(1))
    miss = rng.normal(0, 300, (4, 5, 2))
    turns = rng.uniform(0, 6, (4, 5))
    many = np.array([[spread(30, 200, t) for t in row] for row in turns])
    found = collision_chance(miss, many, 15.0)
    alone = [
        [float(collision_chance(m, s, 15.0)) for m, s in zip(*rows, strict=True)]
        for rows in zip(miss, many, strict=True)
    ]
    assert found == pytest.approx(np.array(alone), rel=1e-12)


def test_axes_are_right_handed_and_point_outward() -> None:
    rng = np.random.Generator(np.random.Philox(2))
    place, speed = rng.normal(0, 7e6, (50, 3)), rng.normal(0, 7e3, (50, 3))
    axes = radial_axes(place, speed)
    assert axes @ np.swapaxes(axes, -1, -2) == pytest.approx(np.tile(np.eye(3), (50, 1, 1)))
    assert np.linalg.det(axes) == pytest.approx(np.ones(50))
    assert np.all(np.einsum("ni,ni->n", axes[:, 0], place) > 0)
    assert np.all(np.einsum("ni,ni->n", axes[:, 1], speed) > 0)


@given(angles, st.floats(-1.5, 1.5))
def test_states_and_chances_do_not_care_for_the_axes_of_space(turn: float, tilt: float) -> None:
    place = np.array([[7e6, 0.0, 0.0], [7e6, 150.0, 40.0]])
    speed = np.array([[0.0, 7.5e3, 0.0], [100.0, -2e3, 7.2e3]])
    errors = np.array([np.diag([50.0, 400.0, 30.0]) ** 2, np.diag([20.0, 900.0, 60.0]) ** 2])
    first = float(approach_chance(place, speed, errors, 30.0))
    c, s, d, t = math.cos(turn), math.sin(turn), math.cos(tilt), math.sin(tilt)
    space = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array(
        [[d, 0, t], [0, 1, 0], [-t, 0, d]]
    )
    turned = float(approach_chance(place @ space.T, speed @ space.T, errors, 30.0))
    assert turned == pytest.approx(first, rel=1e-6)
    swapped = float(approach_chance(place[::-1], speed[::-1], errors[::-1], 30.0))
    assert swapped == pytest.approx(first, rel=1e-9)


def test_chance_equals_drawn_straight_flights() -> None:
    place = np.array([[7e6, 0.0, 0.0], [7e6, 60.0, 40.0]])
    speed = np.array([[0.0, 7.5e3, 0.0], [100.0, -2e3, 7.2e3]])
    errors = np.array([np.diag([30.0, 80.0, 30.0]) ** 2, np.diag([20.0, 90.0, 60.0]) ** 2])
    chance = float(approach_chance(place, speed, errors, 30.0))
    axes = radial_axes(place, speed)
    rng = np.random.Generator(np.random.Philox(3))
    drawn = [
        place[k] + rng.multivariate_normal(np.zeros(3), errors[k], 400_000) @ axes[k]
        for k in (0, 1)
    ]
    apart, motion = drawn[1] - drawn[0], speed[1] - speed[0]
    nearest = np.linalg.norm(np.cross(apart, motion), axis=1) / np.linalg.norm(motion)
    share = float(np.mean(nearest < 30.0))
    assert share == pytest.approx(chance, abs=4 * math.sqrt(chance / 400_000))


def test_plane_keeps_the_miss_and_drops_what_lies_along_the_motion() -> None:
    motion = np.array([3.0, -4.0, 12.0])
    miss, errors = encounter_plane(7.0 * motion, motion, np.eye(3))
    assert miss == pytest.approx(np.zeros(2), abs=1e-12)
    assert errors == pytest.approx(np.eye(2))


def test_axes_turn_a_covariance_without_changing_its_size() -> None:
    axes = radial_axes([1e6, 6e6, 3e6], [-7e3, 1e3, 2e3])
    turned = in_fixed_axes(np.diag([1.0, 4.0, 9.0]), axes)
    assert np.linalg.eigvalsh(turned) == pytest.approx([1.0, 4.0, 9.0])


@pytest.mark.parametrize(
    ("miss", "covariance", "radius", "said"),
    [
        ([0.0, 0.0], np.diag([1.0, -1.0]), 1.0, "positive definite"),
        ([0.0, 0.0], np.zeros((2, 2)), 1.0, "positive definite"),
        ([0.0, 0.0], [[2.0, 1.0], [0.0, 2.0]], 1.0, "symmetric"),
        ([math.nan, 0.0], np.eye(2), 1.0, "finite"),
        ([0.0, 0.0], [[math.inf, 0.0], [0.0, 1.0]], 1.0, "finite"),
        ([0.0, 0.0], np.eye(2), -1.0, "negative"),
    ],
)
def test_what_is_no_encounter_is_refused(
    miss: list[float], covariance: Array, radius: float, said: str
) -> None:
    with pytest.raises(DomainError, match=said):
        collision_chance(miss, covariance, radius)


def test_no_motion_gives_no_plane_and_no_axes() -> None:
    with pytest.raises(DomainError, match="relative velocity"):
        encounter_plane([1.0, 0.0, 0.0], [0.0, 0.0, 0.0], np.eye(3))
    with pytest.raises(DomainError, match="not along it"):
        radial_axes([1.0, 0.0, 0.0], [2.0, 0.0, 0.0])


def test_published_cases_are_met() -> None:
    found = rows()
    assert len([row for row in found if row.counts]) == 22
    assert not [row.name for row in found if row.counts and not row.within]
