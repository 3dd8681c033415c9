"""The speed rows of the orbit: what they say when a peer is absent or a model is off."""

import numpy as np
import pytest

from stationkeeper.constants import EARTH_RADIUS
from stationkeeper.validation import orekit_dsst, speed_orbit
from stationkeeper.validation.osculating import Osculating


@pytest.fixture(scope="module")
def month():
    return speed_orbit.integrated_year(40)


def test_start_has_the_elements_of_the_common_case(month):
    state = speed_orbit.start_state()
    np.testing.assert_allclose(month.states[0], state)
    momentum = np.cross(state[:3], state[3:])
    inclination = np.arccos(momentum[2] / np.linalg.norm(momentum))
    assert inclination == pytest.approx(speed_orbit.INCLINATION)
    start = speed_orbit.mean_start(month)
    assert start.semi_major_axis == pytest.approx(EARTH_RADIUS + 421.05e3, abs=50)
    assert start.inclination == pytest.approx(speed_orbit.INCLINATION, abs=1e-3)


def test_decay_error_is_a_share_of_the_decay(month):
    ours = month.mean_altitude[0] - 1.02 * (month.mean_altitude[0] - month.mean_altitude)
    errors = speed_orbit.decay_errors(month, ours)
    assert errors == {30: pytest.approx(0.02)}


def test_an_absent_peer_is_named_and_the_goal_not_met(month, monkeypatch):
    monkeypatch.setattr(speed_orbit, "missing_peer", lambda: "not installed: orekit_jpype")
    row = speed_orbit._orekit_row(0.001, month)
    assert row.peer_s is None
    assert row.ratio is None
    assert not row.met
    assert "orekit_jpype" in row.agreement


def test_a_model_that_is_off_is_not_compared(month, monkeypatch):
    far = Osculating(month.day, month.mean_altitude - 2 * np.arange(40.0) ** 2, month.states)
    monkeypatch.setattr(speed_orbit, "integrated_year", lambda days=365: far)
    monkeypatch.setattr(speed_orbit, "_orekit_row", lambda seconds, truth: None)
    monkeypatch.setattr(speed_orbit, "_table_rows", lambda start, progress: [])
    error_row = speed_orbit.rows()[1]
    assert error_row.peer_s is None
    assert not error_row.met
    assert "not comparable" in error_row.agreement


def test_orekit_decays_alike_from_the_same_state(month):
    assert orekit_dsst.missing_peer() is None
    peer = orekit_dsst.orekit_decay(
        EARTH_RADIUS + speed_orbit.ALTITUDE,
        speed_orbit.ECCENTRICITY,
        speed_orbit.INCLINATION,
        speed_orbit.PERIGEE,
        speed_orbit.ANOMALY,
        speed_orbit.MASS,
        speed_orbit.AREA,
        speed_orbit.DRAG_COEFFICIENT,
        39,
        reference_density=speed_orbit.DENSITY,
        reference_altitude=speed_orbit.HEIGHT,
        scale_height=speed_orbit.SCALE,
        repeats=0,
    )
    assert peer.start == pytest.approx(float(month.mean_altitude[0]), abs=50)
    ours = speed_orbit.averaged_year(speed_orbit.mean_start(month), 39)
    # The peer leaves the short-period radius of J2 out of the density: 2 % of the decay.
    assert peer.fall == pytest.approx(float(ours[0] - ours[39]), rel=0.03)
