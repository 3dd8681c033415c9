"""The Sun beside ERFA, and the geometry of orbit planes."""

import erfa
import numpy as np
import pytest

from stationkeeper.environment.sun import (
    beta_angle,
    node_local_time,
    sun_direction,
    sun_right_ascension,
)

DAYS = np.linspace(-18_262, 18_262, 2_001)


def erfa_sun(day):
    """Geocentric Sun, equator and equinox of date (mean): ERFA's Earth ephemeris and precession."""
    julian = 2_451_544.5 + day
    heliocentric, _ = erfa.epv00(julian, 0.0)
    vector = -heliocentric["p"]
    date = np.einsum("...ij,...j->...i", erfa.pmat06(julian, 0.0), vector)
    return date / np.linalg.norm(date, axis=-1, keepdims=True)


def test_sun_direction_matches_erfa_to_a_hundredth_of_a_degree():
    cosine = np.sum(sun_direction(DAYS) * erfa_sun(DAYS), axis=-1)
    assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < 0.015


def test_sun_direction_has_length_one_and_the_shape_of_the_days():
    directions = sun_direction(DAYS.reshape(3, -1))
    assert directions.shape == (3, 667, 3)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=-1), 1, atol=1e-12)


def test_right_ascension_agrees_with_the_direction():
    sun = erfa_sun(DAYS)
    expected = np.arctan2(sun[:, 1], sun[:, 0])
    difference = np.angle(np.exp(1j * (sun_right_ascension(DAYS) - expected)))
    assert np.degrees(np.abs(difference)).max() < 0.02


def test_beta_angle_is_the_complement_of_the_angle_to_the_pole_of_the_orbit():
    inclination, node = np.radians(51.6), np.linspace(0, 2 * np.pi, 50)
    pole = np.stack(
        [
            np.sin(inclination) * np.sin(node),
            -np.sin(inclination) * np.cos(node),
            np.full(50, np.cos(inclination)),
        ],
        axis=-1,
    )
    expected = np.pi / 2 - np.arccos(pole @ sun_direction(1_234.5))
    np.testing.assert_allclose(beta_angle(1_234.5, inclination, node), expected, atol=1e-12)


def test_beta_angle_of_an_equatorial_orbit_is_the_declination():
    assert np.degrees(beta_angle(172.07, 0.0, 1.0)) == pytest.approx(23.44, abs=0.01)


def test_node_at_the_sun_has_local_noon_and_opposite_midnight():
    ascension = sun_right_ascension(5_000.0)
    assert float(node_local_time(5_000.0, ascension)) == pytest.approx(np.pi)
    midnight = float(node_local_time(5_000.0, ascension + np.pi))
    assert abs(np.angle(np.exp(1j * midnight))) < 1e-9


def test_nan_passes_through():
    assert np.isnan(sun_direction(np.nan)).all()
    assert np.isnan(beta_angle(np.nan, 0.9, 0.0))
