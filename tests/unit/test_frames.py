"""Axes and places, beside ERFA and by hand."""

import erfa
import numpy as np
import pytest

from stationkeeper.constants import EARTH_ROTATION_RATE
from stationkeeper.orbit.frames import (
    JULIAN_2000,
    TT_LESS_UTC,
    celestial_from_fixed,
    fixed_from_celestial,
    fixed_from_teme,
    geodetic,
    place,
    sidereal_angle,
    teme_from_fixed,
    vertical,
)


def _moments(count: int, first: float, last: float) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(3)
    return np.sort(draw.uniform(first, last, count)), draw.uniform(-5e6, 5e6, (count, 3))


def test_sidereal_angle_is_that_of_erfa() -> None:
    day = np.linspace(-15_000.3, 36_000.7, 1_001)
    off = sidereal_angle(day) - erfa.gmst82(JULIAN_2000, day)
    assert np.abs((off + np.pi) % (2 * np.pi) - np.pi).max() < 1e-10


def test_ut1_turns_the_earth_by_its_own_seconds() -> None:
    turned = sidereal_angle(9_000.0, 0.5) - sidereal_angle(9_000.0)
    assert turned == pytest.approx(0.5 * EARTH_ROTATION_RATE, rel=1e-6)


@pytest.mark.parametrize("days", [30.0, 9_000.0], ids=["from the table", "one by one"])
def test_celestial_axes_are_those_of_erfa(days: float) -> None:
    day, position = _moments(400, 100.0, 100.0 + days)
    turn = erfa.c2t06a(JULIAN_2000, day + TT_LESS_UTC / 86_400, JULIAN_2000, day, 0.0, 0.0)
    theirs = np.einsum("nij,nj->ni", turn, position)
    assert np.linalg.norm(fixed_from_celestial(day, position) - theirs, axis=1).max() < 1e-3


def test_table_and_moment_by_moment_agree() -> None:
    day, position = _moments(3_000, 9_000.0, 9_100.0)
    alone = [fixed_from_celestial(d, r) for d, r in zip(day[::300], position[::300], strict=True)]
    assert np.abs(fixed_from_celestial(day, position)[::300] - alone).max() < 1e-3


@pytest.mark.parametrize(
    ("there", "back"),
    [(fixed_from_teme, teme_from_fixed), (fixed_from_celestial, celestial_from_fixed)],
    ids=["SGP4", "celestial"],
)
def test_axes_there_and_back(there, back) -> None:  # type: ignore[no-untyped-def]
    day, position = _moments(300, 9_000.0, 9_030.0)
    velocity = position[::-1] / 1e3
    states = back(day, *there(day, position, velocity, ut1_offset=0.3), ut1_offset=0.3)
    assert np.abs(states[0] - position).max() < 1e-7
    assert np.abs(states[1] - velocity).max() < 1e-10


@pytest.mark.parametrize("there", [fixed_from_teme, fixed_from_celestial], ids=["SGP4", "stars"])
def test_velocity_is_the_rate_of_the_position(there) -> None:  # type: ignore[no-untyped-def]
    position, velocity = np.array([5e6, -4e6, 2e6]), np.array([3e3, 5e3, 4e3])
    seconds = np.array([-1.0, 0.0, 1.0])
    states, speeds = there(
        9_000.0 + seconds / 86_400,
        position + seconds[:, None] * velocity,
        np.tile(velocity, (3, 1)),
    )
    assert speeds[1] == pytest.approx((states[2] - states[0]) / 2, abs=2e-3)


def test_leading_axes_are_free() -> None:
    day = np.array([9_000.0, 9_001.0])
    position = np.arange(12.0).reshape(2, 2, 3) * 1e6
    for there in (fixed_from_teme, fixed_from_celestial):
        whole = there(day, position)
        assert whole.shape == (2, 2, 3)
        assert whole[1, 0] == pytest.approx(there(9_000.0, position[1, 0]), abs=1e-3)


def test_places_of_the_ellipsoid_are_those_of_erfa() -> None:
    latitude, longitude = np.radians([-90.0, -33.0, 0.0, 60.0, 90.0]), np.radians([7.0] * 5)
    ours = place(latitude, longitude, 1_234.0)
    theirs = erfa.gd2gc(1, longitude, latitude, np.full(5, 1_234.0))
    assert np.abs(ours - theirs).max() < 1e-8


def test_vertical_is_where_height_grows() -> None:
    latitude, longitude = np.radians([-80.0, 0.0, 45.0]), np.radians([10.0, 200.0, -60.0])
    low, high = place(latitude, longitude, 0.0), place(latitude, longitude, 1_000.0)
    assert (high - low) / 1e3 == pytest.approx(vertical(latitude, longitude), abs=1e-9)


def test_scalars_give_scalars() -> None:
    latitude, longitude, height = geodetic(place(0.5, -1.0, 300.0))
    assert latitude.shape == longitude.shape == height.shape == ()
    assert float(height) == pytest.approx(300.0, abs=1e-6)
