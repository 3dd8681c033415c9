"""Galactic cosmic rays, their modulation, cutoff and shadow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationkeeper.environment.cosmic_rays import (
    MODULATION_ANCHORS,
    MODULATION_PROXY,
    cosmic_ray_flux,
    fit_modulation_proxy,
    lagged_mean,
    modulation_from_sunspots,
    rigidity,
)
from stationkeeper.environment.geomagnetism import cutoff_rigidity, visible_sky


def plain_flux(energy: float, charge: int, mass: float, c: float, g: float, a: float, w: float):
    """The formula written out once more, with the published constants of one element. [/sr]"""
    rest = 0.938 if charge == 1 else 0.939
    x = energy / 1000
    beta = np.sqrt(x * (x + 2 * rest)) / (x + rest)
    r = mass / charge * np.sqrt(x * (x + 2 * rest))
    phi = c * beta**a / r**g * (r / (r + 0.37 + 3e-4 * w**1.45)) ** (4.7 + 0.02 * w)
    return phi * mass / charge / beta * 1e-3


# Constants as printed for five elements (read there; others B by two transcriptions).
@pytest.mark.parametrize(
    ("charge", "mass", "c", "g", "a"),
    [
        (1, 1.0, 1.85e4, 2.74, 2.85),
        (2, 4.0, 3.69e3, 2.77, 3.12),
        (6, 12.0, 103.0, 2.76, 3.18),
        (8, 16.0, 87.4, 2.70, 3.11),
        (26, 55.8, 9.32, 2.63, 3.01),
    ],
)
@pytest.mark.parametrize("modulation", [0.0, 22.8, 120.0])
def test_flux_is_the_published_formula(
    charge: int, mass: float, c: float, g: float, a: float, modulation: float
) -> None:
    for energy in (11.0, 300.0, 5_000.0, 1e5):
        ours = float(cosmic_ray_flux(energy, charge, modulation)) / (4 * np.pi)
        assert ours == pytest.approx(plain_flux(energy, charge, mass, c, g, a, modulation), 1e-12)


def test_the_sun_takes_more_from_slow_particles() -> None:
    quiet, active = (
        cosmic_ray_flux([100.0, 1e3, 1e5], 1, 10.0),
        cosmic_ray_flux([100.0, 1e3, 1e5], 1, 120.0),
    )
    left = active / quiet
    assert np.all(np.diff(left) > 0)
    assert left[0] < 0.3
    assert left[-1] > 0.95


@pytest.mark.parametrize(
    ("energy", "charge", "modulation", "told"),
    [(5.0, 1, 10.0, "11.0 MeV"), (100.0, 29, 10.0, "28"), (100.0, 1, 250.0, "0 and 200")],
)
def test_points_outside_the_model_are_refused(
    energy: float, charge: int, modulation: float, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        cosmic_ray_flux(energy, charge, modulation)


@given(st.floats(1.0, 1e5), st.integers(1, 28))
def test_rigidity_rises_with_energy(energy: float, charge: int) -> None:
    assert rigidity(energy * 1.01, charge, 2.0 * charge) > rigidity(energy, charge, 2.0 * charge)


def test_lagged_mean_is_the_plain_mean_of_its_window() -> None:
    values = np.random.default_rng(3).uniform(0, 200, 900)
    smooth = lagged_mean(values, length=365, lag=183)
    for day in (500, 777, 899):
        newest = day - (183 - 182)
        assert smooth[day] == pytest.approx(values[newest - 364 : newest + 1].mean())


def test_lagged_mean_never_looks_ahead() -> None:
    values = np.arange(100.0)
    changed = values.copy()
    changed[60:] = 1e6
    before = lagged_mean(values, 20, 10)[:60]
    np.testing.assert_array_equal(lagged_mean(changed, 20, 10)[:60], before)
    with pytest.raises(ValueError, match="centred"):
        lagged_mean(values, 20, 9)


def test_proxy_lies_within_its_residual_of_the_known_values() -> None:
    for sunspots, known in MODULATION_ANCHORS:
        assert abs(float(modulation_from_sunspots(sunspots)) - known) <= MODULATION_PROXY.residual
    assert MODULATION_PROXY.residual == pytest.approx(5.3, abs=0.05)
    assert fit_modulation_proxy(MODULATION_ANCHORS) == MODULATION_PROXY


def test_anchors_are_what_the_shipped_sunspots_give() -> None:
    from stationkeeper.environment.cosmic_rays import SUNSPOT_LAG, SUNSPOT_WINDOW
    from stationkeeper.environment.tables import solar_indices

    indices = solar_indices()
    smooth = lagged_mean(indices.sunspot, SUNSPOT_WINDOW, SUNSPOT_LAG)
    spans = ((3_469, 3_500), (5_114, 5_479), (6_940, 7_305))  # July 2009, 2014, 2019
    for (first, last), (sunspots, _) in zip(spans, MODULATION_ANCHORS, strict=True):
        inside = (indices.day >= first) & (indices.day < last)
        assert smooth[inside].mean() == pytest.approx(sunspots, abs=0.02)


def test_modulation_stays_in_range_and_passes_nan() -> None:
    assert modulation_from_sunspots(1e4) == 200.0
    assert np.isnan(modulation_from_sunspots(np.nan))


def test_cutoff_falls_with_l_and_refuses_nonsense() -> None:
    assert np.all(np.diff(cutoff_rigidity([1.0, 1.5, 3.0, 100.0])) < 0)
    with pytest.raises(ValueError, match="L > 0"):
        cutoff_rigidity(-1e31)


def test_earth_hides_half_the_sky_on_the_ground_and_none_far_away() -> None:
    assert visible_sky(0.0) == 0.5
    assert visible_sky(1e12) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="at least zero"):
        visible_sky(-1.0)
