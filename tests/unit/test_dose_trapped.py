"""The trapped table against aep8 itself, and the shape of what it gives."""

import numpy as np
import pytest

from stationkeeper.constants import EARTH_FLATTENING, EARTH_RADIUS
from stationkeeper.environment.trapped import (
    MODELS,
    NODES,
    geodetic,
    orbit_cutoffs,
    orbit_mean_flux,
    orbit_track,
    trapped_phase,
)
from stationkeeper.environment.trapped_tables import (
    L_UNDEFINED,
    direct_coordinates,
    direct_flux,
    trapped_table,
)

ISS = float(np.radians(51.6))
CUTOFFS = np.linspace(0.0, 20.0, 201)


def test_geodetic_height_turns_back_into_the_same_point() -> None:
    latitude = np.radians(np.linspace(-90, 90, 37))
    radius = np.full(37, 6_900_000.0)
    height, turned = geodetic(radius, latitude)
    squared = EARTH_FLATTENING * (2 - EARTH_FLATTENING)
    normal = EARTH_RADIUS / np.sqrt(1 - squared * np.sin(turned) ** 2)
    axis = (normal + height) * np.cos(turned)
    up = (normal * (1 - squared) + height) * np.sin(turned)
    np.testing.assert_allclose(np.hypot(axis, up), radius, atol=1e-3)
    np.testing.assert_allclose(np.arctan2(up, axis), latitude, atol=1e-9)


def test_table_holds_what_aep8_gives_at_its_own_nodes() -> None:
    table = trapped_table()
    longitude = np.radians(np.arange(0.0, 360.0, 4.0))
    layer = int(np.flatnonzero(table.height == 400_000.0)[0])
    row = int(np.argmin(np.abs(table.latitude - np.radians(-30.0))))
    where = np.broadcast_arrays(table.latitude[row], longitude, 400_000.0)
    for model, particle, solar in (("ap8min", "p", "min"), ("ae8max", "e", "max")):
        shells, ratio = direct_coordinates("p", "min", *where)
        flux = direct_flux(particle, solar, shells, ratio, table.energy(model))
        np.testing.assert_allclose(
            table.integral_flux[model][layer, row], flux.mean(axis=0), rtol=1e-4
        )


@pytest.mark.parametrize(("altitude_km", "inclination_deg"), [(400.0, 51.6), (370.0, 97.0)])
def test_orbit_mean_agrees_with_evenly_spread_points_of_aep8(
    altitude_km: float, inclination_deg: float
) -> None:
    points = 6_000  # a Kronecker sequence over the orbit and over longitude
    steps = np.arange(points)
    argument = 2 * np.pi * np.mod(0.5 + 0.7548776662466927 * steps, 1.0)
    longitude = 2 * np.pi * np.mod(0.5 + 0.5698402909980532 * steps, 1.0)
    height, latitude = geodetic(
        EARTH_RADIUS + altitude_km * 1e3,
        np.arcsin(np.sin(np.radians(inclination_deg)) * np.sin(argument)),
    )
    shells, ratio = direct_coordinates("p", "min", latitude, longitude, height)
    table = trapped_table()
    direct = direct_flux("p", "min", shells, ratio, table.proton_energy).mean(axis=0)
    ours = orbit_mean_flux(table, "ap8min", altitude_km * 1e3, np.radians(inclination_deg))
    np.testing.assert_allclose(ours, direct, rtol=0.02)


@pytest.mark.parametrize("model", MODELS)
def test_spectra_fall_with_energy_and_protons_rise_with_altitude(model: str) -> None:
    table = trapped_table()
    flux = orbit_mean_flux(table, model, np.arange(250e3, 851e3, 100e3), ISS)
    assert np.all(flux >= 0)
    assert np.all(np.diff(flux, axis=-1) <= 0)
    if model.startswith("ap8"):
        assert np.all(np.diff(flux, axis=0) > 0)


def test_solar_maximum_has_fewer_protons_and_more_electrons() -> None:
    table = trapped_table()
    mean = {model: orbit_mean_flux(table, model, 420e3, ISS)[5] for model in MODELS}
    assert mean["ap8max"] < mean["ap8min"]
    assert mean["ae8max"] > mean["ae8min"]


def test_scalar_and_array_altitudes_give_the_same() -> None:
    table = trapped_table()
    together = orbit_mean_flux(table, "ap8min", [350e3, 420e3], ISS)
    np.testing.assert_array_equal(together[1], orbit_mean_flux(table, "ap8min", 420e3, ISS))


def test_twice_the_nodes_move_no_mean_by_a_thousandth() -> None:
    table = trapped_table()
    usual = orbit_mean_flux(table, "ap8min", 420e3, ISS)
    import stationkeeper.environment.trapped as module

    before = module.orbit_track.__defaults__
    try:
        module.orbit_track.__defaults__ = (2 * NODES,)
        finer = orbit_mean_flux(table, "ap8min", 420e3, ISS)
    finally:
        module.orbit_track.__defaults__ = before
    np.testing.assert_allclose(finer, usual, rtol=1e-3)


@pytest.mark.parametrize("altitude", [150e3, 940e3, -1.0])
def test_orbits_outside_the_table_are_refused(altitude: float) -> None:
    with pytest.raises(ValueError, match="tabled from 200 to 950 km"):
        orbit_mean_flux(trapped_table(), "ap8min", [300e3, altitude], np.radians(98.0))


def test_an_unknown_model_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"ap9.*ap8min"):
        orbit_mean_flux(trapped_table(), "ap9", 400e3, ISS)


def test_the_table_is_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        trapped_table().integral_flux["ap8min"][0, 0, 0] = 1.0


def test_polar_orbits_spend_more_time_at_low_cutoffs() -> None:
    table = trapped_table()
    low = CUTOFFS < 1.0
    shares = [
        orbit_cutoffs(table, 400e3, np.radians(angle), CUTOFFS)[low].sum()
        for angle in (28.5, 51.6, 97.0)
    ]
    assert shares[0] < 0.001 < 0.03 < shares[1] < 0.1 < 0.2 < shares[2]


def test_cutoff_weights_sum_to_one_and_keep_the_mean_of_a_straight_line() -> None:
    table = trapped_table()
    coarse = orbit_cutoffs(table, 400e3, ISS, np.linspace(0, 20, 11))
    fine = orbit_cutoffs(table, 400e3, ISS, CUTOFFS)
    assert coarse.sum() == pytest.approx(1, abs=1e-12)
    assert coarse @ np.linspace(0, 20, 11) == pytest.approx(fine @ CUTOFFS, rel=1e-9)


def test_l_grid_is_positive_and_marks_the_poles() -> None:
    shells = trapped_table().l_shell
    assert shells.min() > 0.9
    assert shells.max() == L_UNDEFINED


def test_track_of_an_equatorial_orbit_keeps_its_height() -> None:
    height, latitude = orbit_track(400e3, 0.0)
    np.testing.assert_allclose(height, 400e3, atol=1e-6)
    np.testing.assert_allclose(latitude, 0.0, atol=1e-12)


def test_phase_is_held_at_its_ends_and_passes_nan() -> None:
    assert trapped_phase([0.0, 500.0]).tolist() == [0.0, 1.0]
    assert np.isnan(trapped_phase(np.nan))


@pytest.mark.parametrize(("energy", "ratio"), [(30.0, 1.8), (300.0, 1.2)])
def test_minimum_over_maximum_is_as_the_phase_says(energy: float, ratio: float) -> None:
    table = trapped_table()
    place = int(table.proton_energy.searchsorted(energy))
    least, most = (orbit_mean_flux(table, model, 400e3, ISS)[place] for model in MODELS[:2])
    assert least / most == pytest.approx(ratio, abs=0.05)
