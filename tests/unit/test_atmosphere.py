"""Density beside MSIS 2.1 called directly, at points and along orbits, and common sense."""

import numpy as np
import pymsis
import pytest

from stationkeeper.constants import EARTH_FLATTENING, EARTH_RADIUS, EARTH_ROTATION_RATE, MU_EARTH
from stationkeeper.environment import density_kernels
from stationkeeper.environment.atmosphere import (
    density_exponential,
    density_field,
    density_in_field,
    effective_density,
    orbit_density,
)
from stationkeeper.environment.sun import sun_right_ascension
from stationkeeper.environment.tables import density_table, solar_indices
from stationkeeper.errors import DomainError
from stationkeeper.orbit.mechanics import (
    ellipsoid_radius,
    mean_motion,
    node_drift_rate,
    oblate_radius_offset,
)

TABLE = density_table()
SUN = solar_indices()
ORBIT = orbit_density(TABLE, np.radians(51.6), 4_000, 5_000, 400e3, 1.0)


def msis(day, longitude, latitude, altitude, f107, f107_81d, ap):
    """Direct density; angles in degrees, altitude in metres, day since 2000."""
    day, longitude, latitude, altitude = np.broadcast_arrays(day, longitude, latitude, altitude)
    dates = np.datetime64("2000-01-01T00:00:00") + np.rint(day.ravel() * 86_400).astype(
        "timedelta64[s]"
    )
    size = dates.size
    result = pymsis.calculate(
        dates,
        longitude.ravel(),
        latitude.ravel(),
        altitude.ravel() / 1e3,
        np.full(size, f107),
        np.full(size, f107_81d),
        np.full((size, 7), ap),
        version=2.1,
    )
    return result[:, 0].reshape(day.shape)


def points_beside_msis(longitudes):
    """Ours over direct at 1,500 random points of the record; longitude random or averaged."""
    random = np.random.default_rng(3)
    rows = random.integers(1, SUN.row_of(SUN.observed_until), 300)
    ratios = []
    for row in rows:
        day = float(SUN.day[row]) + random.uniform()
        altitude = random.uniform(130e3, 600e3, 5)
        latitude = np.arcsin(random.uniform(-1, 1, 5))
        time = random.uniform(0, 2 * np.pi, 5)
        indices = (SUN.f107[row - 1], SUN.f107_81d[row], SUN.ap[row])
        ours = density_in_field(density_field(TABLE, day, *indices), altitude, latitude, time)
        if longitudes == 1:
            east = random.uniform(0, 360, (1, 5))
        else:
            east = np.arange(longitudes)[:, None] * 360.0 / longitudes + np.zeros(5)
        hour = (time * 12 / np.pi - east / 15 - 24 * day % 24 + 12) % 24 - 12
        direct = msis(day + hour / 24, east, np.degrees(latitude), altitude, *indices)
        ratios.append(ours / direct.mean(axis=0))
    return np.concatenate(ratios)


def test_points_match_msis_averaged_over_longitude():
    error = points_beside_msis(8) - 1
    assert abs(error.mean()) < 0.002
    assert error.std() < 0.022
    assert np.abs(error).max() < 0.20


def test_points_match_msis_at_any_longitude_but_for_its_waves():
    error = points_beside_msis(1) - 1
    assert abs(error.mean()) < 0.005
    assert error.std() < 0.05
    assert np.abs(error).max() < 0.50


def direct_orbit_mean(day, altitude, inclination, node, indices, random):
    """A day of MSIS along a circular orbit of J2, weighed by the work done against turning air."""
    part = np.arange(720) / 720 - 0.5
    a = EARTH_RADIUS + altitude
    turned = node + (day + part - 4_000) * 86_400 * node_drift_rate(
        EARTH_RADIUS + 400e3, 0.0, inclination
    )
    u = random.uniform(0, 2 * np.pi) + mean_motion(a) * part * 86_400
    x = np.cos(u) * np.cos(turned) - np.sin(u) * np.cos(inclination) * np.sin(turned)
    y = np.cos(u) * np.sin(turned) + np.sin(u) * np.cos(inclination) * np.cos(turned)
    z = np.sin(u) * np.sin(inclination)
    local = (np.arctan2(y, x) - sun_right_ascension(day + part)) * 12 / np.pi + 12
    east = (local - (day + part) % 1 * 24) * 15 % 360
    radius = a + oblate_radius_offset(a, inclination, u)
    latitude = np.degrees(np.arctan(z / np.sqrt(1 - z**2) / (1 - EARTH_FLATTENING) ** 2))
    density = msis(day + part, east, latitude, radius - ellipsoid_radius(z), *indices)
    spin = EARTH_ROTATION_RATE * radius / np.sqrt(MU_EARTH / a)
    along = 1 - spin * np.cos(inclination)
    speed = np.sqrt(1 - 2 * spin * np.cos(inclination) + spin**2 * (1 - z**2))
    return float(np.mean(density * along * speed))


@pytest.mark.parametrize("degrees", [51.6, 96.8])
def test_orbit_mean_matches_msis_along_the_orbit(degrees):
    inclination = np.radians(degrees)
    orbit = orbit_density(TABLE, inclination, 4_000, 5_000, 400e3, 1.0)
    random = np.random.default_rng(5)
    error = []
    for _ in range(80):
        day = 4_000.5 + random.integers(0, 5_000)
        row = SUN.row_of(int(day))
        altitude = random.uniform(180e3, 520e3)
        indices = (SUN.f107[row - 1], SUN.f107_81d[row], SUN.ap[row])
        ours = float(effective_density(orbit, day, altitude, *indices))
        direct = direct_orbit_mean(day, altitude, inclination, 1.0, indices, random)
        error.append(ours / direct - 1)
    assert abs(np.mean(error)) < 0.004
    assert np.std(error) < 0.014
    assert np.abs(error).max() < 0.08


def test_knots_of_four_days_lose_little_beside_half_days():
    fine = orbit_density(TABLE, np.radians(51.6), 4_000, 300, 400e3, 1.0, knot_spacing=0.5)
    coarse = orbit_density(TABLE, np.radians(51.6), 4_000, 300, 400e3, 1.0)
    days = 4_000 + np.arange(2, 298) + 0.5
    for altitude in (250e3, 400e3, 500e3):
        a, b = (effective_density(o, days, altitude, 120, 120, 12) for o in (fine, coarse))
        assert np.abs(b / a - 1).max() < 0.02
        assert abs(np.mean(b / a) - 1) < 0.002


def test_twice_the_places_along_the_orbit_change_nothing(monkeypatch):
    from stationkeeper.environment import atmosphere

    monkeypatch.setattr(atmosphere, "ORBIT_POINTS", 48)
    finer = orbit_density(TABLE, np.radians(51.6), 4_000, 100, 400e3, 1.0)
    coarse = ORBIT.log_density[: len(finer.log_density) - 2]
    assert np.abs(finer.log_density[:-2] - coarse).max() < 2e-3


@pytest.mark.parametrize("altitude", [200e3, 300e3, 400e3, 500e3])
def test_density_rises_with_flux_and_storms_and_falls_with_altitude(altitude):
    flux = np.linspace(66, 279, 40)
    assert np.all(np.diff(effective_density(ORBIT, 5_000, altitude, flux, flux, 10)) > 0)
    storm = np.linspace(0, 280, 40)
    assert np.all(np.diff(effective_density(ORBIT, 5_000, altitude, 150, 150, storm)) > 0)
    day_flux = np.linspace(95, 205, 20)
    assert np.all(np.diff(effective_density(ORBIT, 5_000, altitude, day_flux, 150, 10)) > 0)
    heights = np.linspace(115e3, 595e3, 200)
    assert np.all(np.diff(effective_density(ORBIT, 5_000, heights, 150, 150, 10)) < 0)


def test_eccentricity_raises_the_mean_by_a_bessel_function():
    round_one = orbit_density(TABLE, np.radians(51.6), 4_000, 30, 400e3)
    oval = orbit_density(TABLE, np.radians(51.6), 4_000, 30, 400e3, eccentricity=0.005)
    step = round_one.altitude[1] - round_one.altitude[0]
    place = 30  # 410 km
    scale = -2 * step / (round_one.log_density[:, place + 1] - round_one.log_density[:, place - 1])
    a = EARTH_RADIUS + round_one.altitude[place]
    expected = np.i0(a * 0.005 / scale)
    ratio = np.exp(oval.log_density[:, place] - round_one.log_density[:, place])
    np.testing.assert_allclose(ratio, expected, rtol=0.01)


def test_shapes_broadcast_and_nan_passes_through():
    result = effective_density(ORBIT, 5_000, [[400e3], [np.nan]], [100.0, 150.0, np.nan], 120, 9)
    assert result.shape == (2, 3)
    assert np.isnan(result).tolist() == [[False, False, True], [True, True, True]]
    field = density_field(TABLE, 5_000.0, 150.0, 150.0, 10.0)
    values = density_in_field(field, [[400e3], [np.nan]], 0.3, [0.0, 1.0, np.nan])
    assert np.isnan(values).tolist() == [[False, False, True], [True, True, True]]
    assert np.isnan(density_exponential(np.nan))


def test_exponential_falls_by_e_with_a_scale_height():
    assert density_exponential(480e3) == pytest.approx(3.4e-12 / np.e)
    with pytest.raises(DomainError, match="greater than zero"):
        density_exponential(4e5, scale_height=0.0)


@pytest.mark.parametrize(
    "change",
    [
        {"inclination": -0.1},
        {"eccentricity": 0.02},
        {"days": 0},
        {"knot_spacing": 0.0},
        {"altitude": [300e3, 310e3, 330e3]},
        {"altitude": [50e3, 60e3]},
        {"altitude": [300e3]},
    ],
)
def test_orbits_outside_the_range_are_refused(change):
    arguments = {"inclination": 0.9, "first_day": 4_000, "days": 10, "mean_altitude": 400e3}
    with pytest.raises(DomainError):
        orbit_density(TABLE, **{**arguments, **change})


def test_solar_indices_that_cannot_be_are_refused():
    with pytest.raises(DomainError, match=r"F10\.7"):
        effective_density(ORBIT, 5_000, 400e3, 0.0, 120, 10)
    with pytest.raises(DomainError, match=r"F10\.7"):
        density_field(TABLE, 5_000.0, 150.0, 150.0, -1.0)


def test_weights_reproduce_what_they_are_made_for():
    nodes = np.array([0.0, 1.0, 2.5, 3.0, 4.0, 7.0])
    weights = np.empty(4)
    for x in (0.2, 1.7, 3.3, 6.9):
        first = density_kernels.cubic_place(nodes, x, weights)
        assert weights @ nodes[first : first + 4] ** 3 == pytest.approx(x**3)
    around = np.empty(8)
    density_kernels.periodic_weights(1.234, around)
    turn = 2 * np.pi * np.arange(8) / 8
    assert around @ np.sin(3 * turn) == pytest.approx(np.sin(3 * 1.234))
    assert around.sum() == pytest.approx(1)
    across = np.empty(len(TABLE.latitude))
    density_kernels.latitude_weights(0.345, TABLE.latitude, across)
    assert across @ TABLE.latitude**6 == pytest.approx(0.345**6)
    density_kernels.latitude_weights(TABLE.latitude[4], TABLE.latitude, across)
    assert across[4] == 1
    assert across.sum() == 1
