"""Stopping, range, quality and dose behind aluminium."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationkeeper.crew.depth_dose import (
    ALUMINIUM,
    WATER,
    dose_per_fluence,
    effective_charge_squared,
    energy_from_range,
    integral_at,
    mass_stopping_power,
    proton_range,
    trapped_dose_rate,
)
from stationkeeper.crew.quality import quality_factor

JOULE = 1.602176634e-13


# NIST PSTAR, from memory (confidence C); the 0.7 % is the largest distance printed in the notes.
@pytest.mark.parametrize(
    ("energy", "printed"),
    [(10.0, 45.67), (50.0, 12.45), (100.0, 7.289), (200.0, 4.492), (1000.0, 2.211)],
)
def test_stopping_power_of_water_meets_pstar(energy: float, printed: float) -> None:
    assert float(mass_stopping_power(energy, WATER)) * 10 == pytest.approx(printed, rel=0.007)


def test_range_in_aluminium_meets_pstar() -> None:
    assert float(proton_range(100.0)) / 10 == pytest.approx(10.01, rel=0.006)


def test_range_is_the_integral_of_one_over_stopping_power() -> None:
    energy = np.geomspace(10.0, 100.0, 20_001)
    rate = 1 / mass_stopping_power(energy, ALUMINIUM)
    travelled = np.sum(0.5 * (rate[1:] + rate[:-1]) * np.diff(energy))
    assert float(proton_range(100.0) - proton_range(10.0)) == pytest.approx(travelled, rel=1e-4)


@given(st.floats(0.2, 1e5))
def test_energy_and_range_turn_into_each_other(energy: float) -> None:
    assert float(energy_from_range(proton_range(energy))) == pytest.approx(energy, rel=1e-6)


def test_stopping_power_refuses_energies_outside_its_range() -> None:
    with pytest.raises(ValueError, match="stopping power needs"):
        mass_stopping_power(0.01, WATER)


# ICRP 60, table A-1: ends and joints of the three branches.
@pytest.mark.parametrize(
    ("transfer", "printed"), [(0.2, 1.0), (9.99, 1.0), (10.0, 1.0), (50.0, 13.8), (100.0, 29.8)]
)
def test_quality_factor_is_that_of_icrp_60(transfer: float, printed: float) -> None:
    assert float(quality_factor(transfer)) == pytest.approx(printed)


def test_quality_factor_falls_above_100_and_passes_nan() -> None:
    assert float(quality_factor(900.0)) == pytest.approx(10.0)
    assert np.isnan(quality_factor(np.nan))


def test_thin_wall_gives_fluence_times_stopping_power() -> None:
    gray, sievert = dose_per_fluence([199.0, 201.0], 0.0)
    expected = JOULE * float(mass_stopping_power(200.0, WATER))
    assert gray[0] == pytest.approx(expected, rel=0.005)
    assert sievert[0] == pytest.approx(gray[0], rel=1e-9)  # under 10 keV/um


def test_wall_thicker_than_the_range_leaves_nothing() -> None:
    gray, sievert = dose_per_fluence([50.0, 90.0], 100.0)
    assert gray[0] == 0.0 == sievert[0]


def test_all_energy_is_found_when_depths_are_summed() -> None:
    """Balance: the dose over all depths is the energy that came in (in water's ratio to wall)."""
    step = 0.25
    depths = np.arange(step / 2, 110.0, step)  # kg/m2; a 100 MeV proton stops after 99.8
    doses = [float(dose_per_fluence([99.5, 100.5], depth)[0][0]) for depth in depths]
    energy = np.geomspace(0.1, 100.0, 4_001)
    ratio = mass_stopping_power(energy, WATER) / mass_stopping_power(energy, ALUMINIUM)
    gained = np.sum(0.5 * (ratio[1:] + ratio[:-1]) * np.diff(energy))
    assert np.sum(doses) * step / JOULE == pytest.approx(gained, rel=0.005)


def test_heavy_nuclei_give_more_dose_of_higher_quality() -> None:
    proton = dose_per_fluence([990.0, 1010.0], 10.0)
    iron = dose_per_fluence([990.0, 1010.0], 10.0, 26.0, 55.8)
    assert 600 < iron[0][0] / proton[0][0] < 900
    assert iron[1][0] / iron[0][0] > 15
    assert float(effective_charge_squared(1e4, 26.0)) == pytest.approx(676.0, rel=1e-4)


def test_integral_spectrum_is_met_at_its_nodes_and_falls_beyond() -> None:
    nodes, flux = np.array([10.0, 30.0, 100.0, 300.0]), np.array([8e3, 5e3, 2e3, 1e2])
    np.testing.assert_allclose(integral_at(nodes, nodes, flux), flux, rtol=1e-6)
    beyond = integral_at([400.0, 500.0, 600.0], nodes, flux)
    ratio = beyond[1:] / beyond[:-1]
    np.testing.assert_allclose(ratio, ratio[0])
    assert beyond[0] < 1e2
    assert np.isfinite(integral_at(nodes, nodes, np.zeros(4))).all()


def test_trapped_dose_falls_with_the_wall_and_is_linear_in_the_flux() -> None:
    nodes, flux = np.array([10.0, 30.0, 100.0, 300.0]), np.array([8e3, 5e3, 2e3, 1e2])
    doses = [float(trapped_dose_rate(nodes, flux, depth)[0]) for depth in (0, 50, 100, 300)]
    assert np.all(np.diff(doses) < 0)
    twice = trapped_dose_rate(nodes, np.stack([flux, 2 * flux]), 100.0)[0]
    np.testing.assert_allclose(twice, [doses[2], 2 * doses[2]], rtol=1e-12)
    assert float(trapped_dose_rate(nodes, 0 * flux, 100.0)[0]) < 1e-30


def test_a_negative_wall_is_refused() -> None:
    with pytest.raises(ValueError, match="at least zero"):
        dose_per_fluence([1.0, 2.0], -1.0)
