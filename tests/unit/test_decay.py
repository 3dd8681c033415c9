"""Averaged decay beside an integrated orbit, and the pieces that both rest on."""

import numpy as np
import pytest

from stationkeeper.constants import EARTH_RADIUS, J2, MU_EARTH
from stationkeeper.environment.tables import density_table
from stationkeeper.errors import DomainError
from stationkeeper.orbit.decay import averaged_decay, averaged_decay_in_table
from stationkeeper.orbit.mechanics import (
    J3,
    J4,
    mean_semi_major_axis,
    node_drift_rate,
    oblate_radius_offset,
    perigee_drift_rate,
    propellant_for,
    transfer_speed,
)
from stationkeeper.validation.osculating import _acceleration, integrated_decay
from stationkeeper.validation.speed_orbit import (
    averaged_year,
    decay_errors,
    integrated_year,
    mean_start,
    start_state,
)

CASE = (6_798_137.0, 0.0005, 0.3, np.radians(51.6), 0.00786)


def zonal_potential(position):
    r = np.linalg.norm(position)
    s = position[2] / r
    q = EARTH_RADIUS / r
    legendre = (
        J2 * q**2 * (3 * s**2 - 1) / 2
        + J3 * q**3 * (5 * s**3 - 3 * s) / 2
        + J4 * q**4 * (35 * s**4 - 30 * s**2 + 3) / 8
    )
    return MU_EARTH / r * (1 - legendre)


@pytest.mark.parametrize(
    "position", [(6.8e6, 0.0, 0.0), (3e6, 4e6, 4.5e6), (-1e6, 2e6, -6.4e6), (1e5, -2e5, 6.8e6)]
)
def test_acceleration_of_the_oracle_is_the_slope_of_the_zonal_potential(position):
    state = np.array([*position, 0.0, 0.0, 0.0])
    out = np.empty(6)
    _acceleration(state, 0.0, np.array([1e-12, 4e5, 6e4]), out)
    step = 50.0
    for axis in range(3):
        ahead, behind = np.array(position), np.array(position)
        ahead[axis] += step
        behind[axis] -= step
        slope = (zonal_potential(ahead) - zonal_potential(behind)) / (2 * step)
        assert out[3 + axis] == pytest.approx(slope, abs=2e-8)


def test_averaged_year_is_within_a_tenth_of_a_percent_of_the_integrated_one():
    orbit = integrated_year()
    averaged = averaged_year(mean_start(orbit))
    errors = decay_errors(orbit, averaged)
    assert set(errors) == {30, 180, 364}
    assert orbit.mean_altitude[0] - orbit.mean_altitude[364] > 50e3
    assert max(abs(error) for error in errors.values()) < 0.001


@pytest.mark.parametrize(("degrees", "eccentricity"), [(96.8, 0.001), (28.5, 0.0), (51.6, 0.01)])
def test_averaged_month_matches_integration_on_other_orbits(degrees, eccentricity, monkeypatch):
    from stationkeeper.validation import speed_orbit

    monkeypatch.setattr(speed_orbit, "INCLINATION", float(np.radians(degrees)))
    monkeypatch.setattr(speed_orbit, "ECCENTRICITY", eccentricity)
    orbit = integrated_year(61)
    averaged = averaged_year(mean_start(orbit), 61)
    truth = orbit.mean_altitude[0] - orbit.mean_altitude[60]
    assert averaged[0] - averaged[60] == pytest.approx(truth, rel=0.01)


def test_half_the_step_of_the_oracle_changes_metres():
    coarse = integrated_decay(start_state(), 0.00786, 40)
    fine = integrated_decay(start_state(), 0.00786, 40, step=5.0)
    assert abs(coarse.mean_altitude[-1] - fine.mean_altitude[-1]) < 0.3


def test_mean_semi_major_axis_is_steady_along_an_orbit():
    orbit = integrated_decay(start_state(), 0.0, 5)
    mean = mean_semi_major_axis(orbit.states[:, :3], orbit.states[:, 3:])
    assert np.ptp(mean) < 50
    osculating = 1 / (
        2 / np.linalg.norm(orbit.states[:, :3], axis=1)
        - np.sum(orbit.states[:, 3:] ** 2, axis=1) / MU_EARTH
    )
    assert np.ptp(osculating) > 10e3  # what was taken off


def test_radius_offset_matches_an_integrated_orbit():
    orbit = integrated_decay(start_state(), 0.0, 1)
    x, v = orbit.states[:93, :3], orbit.states[:93, 3:]
    radius = np.linalg.norm(x, axis=1)
    momentum = np.cross(x, v)
    pole = momentum / np.linalg.norm(momentum, axis=1)[:, None]
    node = np.cross([0.0, 0.0, 1.0], pole)
    node /= np.linalg.norm(node, axis=1)[:, None]
    u = np.arctan2(np.sum(x * np.cross(pole, node), axis=1), np.sum(x * node, axis=1))
    a = EARTH_RADIUS + orbit.mean_altitude[0]
    inclination = float(np.mean(np.arccos(pole[:, 2])))
    left = radius - a - oblate_radius_offset(a, inclination, u)
    ellipse = np.stack([np.cos(u), np.sin(u)], axis=1)  # what eccentricity may do
    left -= ellipse @ np.linalg.lstsq(ellipse, left, rcond=None)[0]
    assert np.abs(left).max() < 60


def test_node_and_perigee_drift_match_an_integrated_orbit():
    orbit = integrated_decay(start_state(), 0.0, 10)
    momentum = np.cross(orbit.states[:, :3], orbit.states[:, 3:])
    node = np.unwrap(np.arctan2(momentum[:, 0], -momentum[:, 1]))
    rate = np.polyfit(np.arange(len(node)) * 60.0, node, 1)[0]
    a = EARTH_RADIUS + orbit.mean_altitude[0]
    assert node_drift_rate(a, 0.0005, np.radians(51.6)) == pytest.approx(rate, rel=2e-3)
    assert perigee_drift_rate(a, 0.0, np.radians(51.6)) > 0 > perigee_drift_rate(a, 0.0, np.pi / 2)


def test_decay_grows_with_area_and_density_and_shrinks_with_altitude():
    def fall(a=CASE[0], drag=CASE[4], **air):
        decay = averaged_decay(a, *CASE[1:4], drag, 60, **air)
        return decay.semi_major_axis[0] - decay.semi_major_axis[-1]

    assert fall(drag=2 * CASE[4]) > 2 * fall()  # more than twice: it falls into denser air
    assert fall(a=CASE[0] - 20e3) > fall() > fall(a=CASE[0] + 20e3)
    assert fall(reference_density=4e-12) > fall()
    assert fall(drag=0.0) == pytest.approx(0.0, abs=1e-6)


def test_replicas_are_what_they_are_alone_and_areas_may_change_by_day():
    axes = np.array([6_758_137.0, 6_778_137.0, 6_798_137.0])
    drag = np.array([0.004, 0.006, 0.008])
    together = averaged_decay(axes, *CASE[1:4], drag[:, None], 50)
    assert together.semi_major_axis.shape == (3, 51)
    for k in range(3):
        alone = averaged_decay(axes[k], *CASE[1:4], drag[k], 50)
        np.testing.assert_array_equal(alone.semi_major_axis, together.semi_major_axis[k])
    half = np.where(np.arange(50) < 25, 0.008, 0.0)
    decay = averaged_decay(axes[2], *CASE[1:4], half, 50).semi_major_axis
    assert decay[25] < decay[0]
    assert decay[50] == pytest.approx(decay[25])


def test_entry_ends_the_orbit_and_is_timed_between_days():
    decay = averaged_decay(EARTH_RADIUS + 200e3, 0.001, 0.0, 0.9, 0.004, 400, scale_height=40e3)
    alive = np.isfinite(decay.semi_major_axis)
    assert 0 < alive.sum() < 400
    assert not np.any(np.diff(alive.astype(int)) > 0)
    assert alive.sum() - 1 <= decay.entry <= alive.sum()
    last = decay.semi_major_axis[alive][-1]
    assert last > EARTH_RADIUS + 120e3
    never = averaged_decay(*CASE, 10)
    assert np.isinf(never.entry)


def test_a_shorter_step_near_the_end_moves_entry_by_minutes(monkeypatch):
    from stationkeeper.orbit import decay as module

    start = (EARTH_RADIUS + 250e3, 0.002, 1.0, 0.9, 0.004, 300)
    usual = averaged_decay(*start, scale_height=40e3).entry
    monkeypatch.setattr(module, "LEAST_POINTS", 48)
    assert float(averaged_decay(*start, scale_height=40e3).entry) == pytest.approx(
        float(usual), abs=0.003
    )


def test_eccentric_orbits_get_rounder_before_they_fall():
    decay = averaged_decay(EARTH_RADIUS + 600e3, 0.04, 1.0, 0.9, 0.05, 200)
    assert decay.eccentricity[-1] < 0.8 * decay.eccentricity[0]
    perigee = decay.semi_major_axis * (1 - decay.eccentricity)
    apogee = decay.semi_major_axis * (1 + decay.eccentricity)
    assert apogee[0] - apogee[-1] > 4 * abs(perigee[0] - perigee[-1])


def test_decay_in_the_table_follows_the_sun():
    table = density_table()

    def fall(flux, ap):
        sun = np.full(30, flux)
        decay = averaged_decay_in_table(
            table, 8_000, sun, sun, np.full(30, ap), *CASE[:4], 0.0, CASE[4], 30
        )
        return decay.semi_major_axis[0] - decay.semi_major_axis[-1]

    assert fall(80.0, 5.0) < fall(120.0, 5.0) < fall(180.0, 5.0) < fall(180.0, 40.0)


@pytest.mark.parametrize(
    "change",
    [
        {0: np.nan},
        {0: EARTH_RADIUS + 100e3},
        {1: -0.1},
        {1: 0.3},
        {2: np.inf},
        {3: -1.0},
        {4: -0.1},
        {4: np.nan},
        {4: np.zeros(7)},
        {5: 0},
    ],
)
def test_orbits_that_cannot_be_are_refused(change):
    arguments = [*CASE, 30]
    for place, value in change.items():
        arguments[place] = value
    with pytest.raises(DomainError):
        averaged_decay(*arguments)


def test_decay_in_the_table_refuses_gaps_in_the_indices():
    sun = np.full(30, 150.0)
    gap = np.where(np.arange(30) == 3, np.nan, 10.0)
    with pytest.raises(DomainError, match="finite"):
        averaged_decay_in_table(density_table(), 8_000, sun, sun, gap, *CASE[:4], 0.0, CASE[4], 30)


def test_small_transfers_match_two_burn_ones_and_the_rocket_equation():
    for rise in (1e3, 10e3, 50e3):
        first, last = 6_780e3, 6_780e3 + rise
        through = (first + last) / 2
        burns = np.sqrt(MU_EARTH * (2 / first - 1 / through)) - np.sqrt(MU_EARTH / first)
        burns += np.sqrt(MU_EARTH / last) - np.sqrt(MU_EARTH * (2 / last - 1 / through))
        assert transfer_speed(first, last) == pytest.approx(burns, rel=1e-4)
    assert transfer_speed(6_790e3, 6_780e3) == transfer_speed(6_780e3, 6_790e3)
    spent = propellant_for(30.0, 450e3, 2_900.0)
    assert 2_900 * np.log(450e3 / (450e3 - spent)) == pytest.approx(30.0)
