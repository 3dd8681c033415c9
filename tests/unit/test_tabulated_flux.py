"""A flux table in place of our models: our models as a table come back, and what is no table."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationkeeper.environment.debris import FROZEN_AFTER_2011, debris_exposure, debris_flux
from stationkeeper.environment.meteoroids import (
    MASS_RANGE,
    METEOROID_DENSITY,
    meteoroid_altitude_factor,
    meteoroid_flux,
    sphere_mass,
)
from stationkeeper.errors import DomainError
from stationkeeper.hull.penetration import (
    Facets,
    facet_list,
    penetration_rates,
    penetration_response,
)
from stationkeeper.hull.tabulated_flux import tabulated_flux, tabulated_response

INCLINATION = math.radians(51.6)
ALTITUDE, YEAR, SUN = 410e3, 2008.0, 120.0


def faces() -> Facets:
    """A shielded face, a bare wall, a pipe, and one that faces the flight direction."""
    return facet_list(
        area=[100.0, 40.0, 2.0, 10.0],
        wall_thickness=[4.8e-3, 2e-3, 1e-3, 4.8e-3],
        wall_density=2_840.0,
        wall_yield=3.9e8,
        wall_hardness=130.0,
        bumper_thickness=[2e-3, 0.0, 0.0, 1.3e-3],
        bumper_density=2_700.0,
        standoff=[0.114, 0.0, 0.0, 0.1],
        debris_exposure=[1.0, 1.0, 1.0, float(debris_exposure(0.0, 0.0, INCLINATION))],
    )


def sizes(lines_a_decade: int, last: float = 1.0) -> np.ndarray:
    return np.exp(np.linspace(math.log(1e-5), math.log(last), 5 * lines_a_decade + 1))


@pytest.mark.parametrize(("lines", "within"), [(40, 1e-3), (100, 2e-4)])
def test_our_debris_model_as_a_table_comes_back(lines: int, within: float) -> None:
    variants = {"limit_factor": [1.0, 0.7, 1.4], "hole_diameter": [0.0, 0.0, 5e-3]}
    response = penetration_response(faces(), INCLINATION, **variants)
    truth = penetration_rates(response, ALTITUDE, YEAR, SUN).debris[..., 0]
    table = sizes(lines)
    flux = debris_flux(table, ALTITUDE, INCLINATION, YEAR, SUN, FROZEN_AFTER_2011)
    ours = tabulated_response(faces(), table, flux, INCLINATION, "debris", **variants)
    assert ours == pytest.approx(truth, rel=within)


def test_our_meteoroids_as_a_table_come_back() -> None:
    response = penetration_response(faces(), INCLINATION, hole_diameter=[0.0, 5e-3])
    truth = penetration_rates(response, ALTITUDE, YEAR, SUN).meteoroid[..., 0]
    largest = 2 * (MASS_RANGE[1] / METEOROID_DENSITY * 3 / (4 * math.pi)) ** (1 / 3)
    table = sizes(40, largest * (1 - 1e-12))
    flux = meteoroid_flux(sphere_mass(table, METEOROID_DENSITY))
    flux = flux * meteoroid_altitude_factor(ALTITUDE)
    ours = tabulated_response(
        faces(), table, flux, INCLINATION, "meteoroids", hole_diameter=[0.0, 5e-3]
    )
    assert ours == pytest.approx(truth, rel=1e-3)


def test_a_table_rounded_as_printed_is_good_to_half_a_percent() -> None:
    response = penetration_response(faces(), INCLINATION)
    truth = penetration_rates(response, ALTITUDE, YEAR, SUN).debris[..., 0]
    exact = sizes(100)
    table = np.array([float(f"{d:.2E}") for d in exact])
    flux = debris_flux(exact, ALTITUDE, INCLINATION, YEAR, SUN, FROZEN_AFTER_2011)
    rounded = np.array([float(f"{value:.2E}") for value in flux])
    ours = tabulated_response(faces(), table, rounded, INCLINATION)
    assert ours == pytest.approx(truth, rel=5e-3)


def test_both_counts_as_debris_and_a_double_flux_pierces_twice_as_often() -> None:
    table = sizes(10)
    flux = 1e-14 * table**-2.5
    debris = tabulated_response(faces(), table, flux, INCLINATION, "debris")
    assert np.array_equal(tabulated_response(faces(), table, flux, INCLINATION, "both"), debris)
    twice = tabulated_response(faces(), table, 2 * flux, INCLINATION)
    assert twice == pytest.approx(2 * debris, rel=1e-12)


@given(
    slope=st.floats(0.1, 6.0),
    scale=st.floats(1e-20, 1e-3),
    at=st.lists(st.floats(1e-5, 10.0), min_size=1, max_size=9),
)
def test_a_power_law_comes_back_beyond_its_last_line_too(
    slope: float, scale: float, at: list[float]
) -> None:
    table = np.array([1e-5, 3e-4, 1e-2, 1.0])
    found = tabulated_flux(at, table, scale * table**-slope)
    assert found == pytest.approx(scale * np.array(at) ** -slope, rel=1e-9)


@given(st.lists(st.floats(0, 1e3), min_size=2, max_size=30), st.floats(1e-4, 1.0))
def test_a_flux_never_rises_with_diameter(drops: list[float], first: float) -> None:
    flux = np.cumsum(drops)[::-1]
    table = first * 1.3 ** np.arange(len(drops))
    found = tabulated_flux(np.geomspace(table[0], 3 * table[-1], 200), table, flux)
    assert np.all(np.diff(found) <= 1e-9 * np.maximum(found[:-1], 1e-300))
    assert np.all(np.isfinite(found))
    assert found[0] == pytest.approx(flux[0], rel=1e-9)
    assert tabulated_flux(table[:-1], table, flux) == pytest.approx(flux[:-1], rel=1e-9)


def test_what_a_table_calls_nothing_is_nothing() -> None:
    table, flux = [1e-3, 1e-2, 1e-1], [1.0, 0.5, 0.0]
    found = tabulated_flux([1e-2, 5e-2, 1e-1, 1.0], table, flux)
    assert found.tolist() == [0.5, 0.5, 0.0, 0.0]


@pytest.mark.parametrize(
    ("table", "flux", "said"),
    [
        ([1e-3], [1.0], "at least two"),
        ([1e-3, 1e-2], [1.0], "a flux for each"),
        ([1e-2, 1e-3], [1.0, 0.5], "ascend"),
        ([1e-3, 1e-3], [1.0, 0.5], "ascend"),
        ([0.0, 1e-3], [1.0, 0.5], "greater than 0"),
        ([1e-3, math.nan], [1.0, 0.5], "ascend"),
        ([1e-3, 1e-2], [0.5, 1.0], "rise"),
        ([1e-3, 1e-2], [1.0, -0.5], "negative"),
        ([1e-3, 1e-2], [math.inf, 0.5], "negative"),
    ],
)
def test_what_is_no_table_is_refused(table: list[float], flux: list[float], said: str) -> None:
    with pytest.raises(DomainError, match=said):
        tabulated_flux(1e-2, table, flux)


def test_a_table_that_begins_above_what_pierces_a_face_is_refused() -> None:
    table = np.geomspace(5e-3, 1.0, 50)
    with pytest.raises(DomainError, match="begins at 5 mm"):
        tabulated_response(faces(), table, 1e-14 * table**-2.5, INCLINATION)


def test_a_kind_that_is_not_known_is_refused() -> None:
    with pytest.raises(DomainError, match="debris, meteoroids or both"):
        tabulated_response(faces(), [1e-5, 1.0], [1.0, 1e-9], INCLINATION, "dust")  # type: ignore[arg-type]
