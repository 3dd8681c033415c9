"""Fluxes and speeds of meteoroids and debris, each formula written out once more."""

import math

import numpy as np
import pytest

from stationkeeper.environment.debris import (
    AS_PUBLISHED,
    FROZEN_AFTER_2011,
    YEAR,
    DebrisGrowth,
    debris_altitude_factor,
    debris_exposure,
    debris_flux,
    debris_speeds,
    decimal_year,
    growth_factors,
    inclination_factor,
    size_fluxes,
)
from stationkeeper.environment.meteoroids import (
    earth_shielding,
    gravity_focusing,
    meteoroid_altitude_factor,
    meteoroid_flux,
    meteoroid_speeds,
    sphere_mass,
)
from stationkeeper.errors import DomainError

INCLINATION = math.radians(51.6)


def plain_debris(d_cm: float, h_km: float, psi: float, t: float, s: float) -> float:
    """NASA-91 as printed, growth as published, per m2 and year."""
    hump = math.sqrt(10 ** math.exp(-(((math.log10(d_cm) - 0.78) / 0.637) ** 2)))
    phi1 = 10 ** (h_km / 200 - s / 140 - 1.5)
    g1 = 1.02 ** (t - 1988) if t < 2011 else 1.02**23 * 1.04 ** (t - 2011)
    f1, f2 = 1.22e-5 * d_cm**-2.5, 8.1e10 * (d_cm + 700) ** -6
    return hump * phi1 / (phi1 + 1) * psi * (f1 * g1 + f2 * (1 + 0.05 * (t - 1988)))


@pytest.mark.parametrize("d_cm", [1e-3, 0.1, 1.0, 6.0, 300.0])
@pytest.mark.parametrize("t", [1988.0, 2000.5, 2011.0, 2024.0])
@pytest.mark.parametrize(("h_km", "s"), [(350.0, 70.0), (420.0, 180.0), (900.0, 120.0)])
def test_debris_flux_is_the_published_formula(d_cm: float, t: float, h_km: float, s: float) -> None:
    ours = debris_flux(d_cm / 100, h_km * 1e3, np.radians(50.0), t, s, AS_PUBLISHED) * YEAR
    assert float(ours) == pytest.approx(plain_debris(d_cm, h_km, 1.02, t, s), rel=1e-12)


def test_meteoroid_flux_is_the_published_formula() -> None:
    for m in (1e-15, 1e-9, 1e-4, 1.0, 50.0):  # grams
        plain = (
            (2.2e3 * m**0.306 + 15) ** -4.38
            + 1.3e-9 * (m + 1e11 * m**2 + 1e27 * m**4) ** -0.36
            + 1.3e-16 * (m + 1e6 * m**2) ** -0.85
        )
        assert float(meteoroid_flux(m / 1e3)) == pytest.approx(plain, rel=1e-12)


def test_growth_is_one_at_the_epoch_and_stops_where_it_is_frozen() -> None:
    for growth in (AS_PUBLISHED, FROZEN_AFTER_2011):
        assert [float(part) for part in growth_factors(1988.0, growth)] == [1.0, 1.0]
    at_turn = growth_factors(2011.0, AS_PUBLISHED)
    later = growth_factors([2011.0, 2030.0], FROZEN_AFTER_2011)
    for part, frozen in zip(at_turn, later, strict=True):
        assert frozen.tolist() == [float(part)] * 2
    assert float(at_turn[0]) == pytest.approx(1.02**23)
    assert float(at_turn[1]) == pytest.approx(1 + 0.05 * 23)


def test_growth_can_be_refitted() -> None:
    steady = DebrisGrowth(mass_rate=0.0, fragment_rate=0.0, later_fragment_rate=0.1, turn=2020.0)
    fragments, bodies = growth_factors([2020.0, 2022.0], steady)
    assert fragments.tolist() == pytest.approx([1.0, 1.21])
    assert bodies.tolist() == [1.0, 1.0]


def test_parts_by_size_add_up_to_the_flux() -> None:
    fragments, bodies = size_fluxes([1e-4, 1e-2, 1.0])
    total = debris_flux([1e-4, 1e-2, 1.0], 500e3, 0.9, 1988.0, 100.0)
    place = debris_altitude_factor(500e3, 100.0) * inclination_factor(0.9)
    np.testing.assert_allclose(total, place * (fragments + bodies), rtol=1e-13)


def test_time_is_the_last_axis_of_a_flux() -> None:
    diameters = np.array([1e-3, 1e-2])[:, None]
    years = np.linspace(2000, 2020, 5)
    flux = debris_flux(diameters, 400e3, 0.9, years, np.full(5, 100.0))
    assert flux.shape == (2, 5)
    assert float(flux[1, 3]) == float(debris_flux(1e-2, 400e3, 0.9, years[3], 100.0))


def test_an_active_sun_and_a_low_orbit_thin_out_debris() -> None:
    factors = debris_altitude_factor([300e3, 400e3, 800e3], 140.0)
    assert np.all(np.diff(factors) > 0)
    assert float(debris_altitude_factor(400e3, 250.0)) < float(debris_altitude_factor(400e3, 70.0))


def test_earth_hides_half_the_sky_at_the_top_of_the_air_and_none_far_away() -> None:
    assert float(earth_shielding(100e3)) == pytest.approx(0.5)
    assert float(earth_shielding(1e12)) == pytest.approx(1.0, abs=1e-9)
    assert float(gravity_focusing(100e3)) == pytest.approx(1.76)
    product = earth_shielding(500e3) * gravity_focusing(500e3)
    assert float(meteoroid_altitude_factor(500e3)) == float(product)


@pytest.mark.parametrize("cells", [1, 61, 500])
def test_shares_of_speed_add_up_to_one(cells: int) -> None:
    for speeds in (meteoroid_speeds(cells), debris_speeds(0.9, cells)):
        assert speeds.weight.sum() == pytest.approx(1.0, abs=1e-12)
        assert np.all(speeds.weight >= 0)
        assert speeds.speed.shape == speeds.weight.shape == (cells,)


def test_meteoroid_shares_are_the_printed_density() -> None:
    speeds = meteoroid_speeds(6_110)  # cells of 0.01 km/s
    v = speeds.speed / 1e3
    density = np.where(v < 16.3, 0.112, np.where(v < 55, 3.328e5 * v**-5.34, 1.695e-4))
    np.testing.assert_allclose(speeds.weight / 0.01, density / (density.sum() * 0.01), rtol=2e-3)


@pytest.mark.parametrize("degrees", [28.5, 51.6, 70.0, 97.0, 110.0])
def test_debris_shares_are_the_printed_density(degrees: float) -> None:
    i = degrees
    v0 = 7.25 + 0.015 * (i - 30) if i < 60 else 7.7
    b = 0.5 if i < 60 else 0.5 - 0.01 * (i - 60) if i < 80 else 0.3
    c = 0.0125 if i < 100 else 0.0125 + 0.00125 * (i - 100)
    f = 0.3 + 0.0008 * (i - 50) ** 2 if i < 50 else 0.3 - 0.01 * (i - 50) if i < 80 else 0.0
    g = 18.7 if i < 60 else 18.7 + 0.0289 * (i - 60) ** 3 if i < 80 else 250.0

    def density(v: float) -> float:
        first = g * math.exp(-(((v - 2.5 * v0) / (b * v0)) ** 2))
        width = (0.55 + 0.005 * (i - 30)) * v0
        second = f * math.exp(-(((v - (1.3 - 0.01 * (i - 30)) * v0) / width) ** 2))
        broad = (1 - 0.0000757 * (i - 60) ** 2) * c * (4 * v * v0 - v**2)
        return max(0.0, (2 * v * v0 - v**2) * (first + second) + broad)

    speeds = debris_speeds(math.radians(i), cells=2_000)
    points = [density(v / 1e3) for v in speeds.speed]
    shares = np.array(points) / sum(points)
    np.testing.assert_allclose(speeds.weight.cumsum(), shares.cumsum(), atol=1e-4)


def test_exposure_is_one_on_the_mean_over_all_directions() -> None:
    nodes, shares = np.polynomial.legendre.leggauss(60)  # over the sine of the elevation
    azimuth = np.linspace(0, 2 * np.pi, 720, endpoint=False)[:, None]
    factors = debris_exposure(azimuth, np.arcsin(nodes), INCLINATION)
    assert float((factors @ shares / 2).mean()) == pytest.approx(1.0, rel=1e-4)


def test_exposure_of_a_face_ahead_is_its_mean_cosine_and_nothing_comes_from_behind() -> None:
    speeds = debris_speeds(INCLINATION)
    own = 2 * (7.25 + 0.015 * 21.6) * 1e3
    ahead = 4 * float(np.minimum(speeds.speed / own, 1) @ speeds.weight)
    assert float(debris_exposure(0.0, 0.0, INCLINATION)) == pytest.approx(ahead, rel=1e-12)
    assert float(debris_exposure(np.pi, 0.0, INCLINATION)) == 0
    above = debris_exposure(0.3, [np.pi / 2, -np.pi / 2], INCLINATION)
    assert float(above.max()) < 1e-12
    left, right = debris_exposure([1.0, -1.0], 0.2, INCLINATION)
    assert left == pytest.approx(right, rel=1e-12)


def test_a_few_cells_of_speed_give_the_mean_of_many() -> None:
    assert debris_speeds(0.9).mean == pytest.approx(debris_speeds(0.9, 1_000).mean, rel=1e-3)
    assert meteoroid_speeds().mean == pytest.approx(meteoroid_speeds(1_000).mean, rel=1e-3)


def test_inclination_factor_meets_its_lines_and_holds_at_the_ends() -> None:
    lines = np.radians([28.5, 80.0, 100.0])
    assert inclination_factor(lines).tolist() == pytest.approx([0.9135, 1.71, 1.78])
    assert float(inclination_factor(0.0)) == 0.9
    assert float(inclination_factor(np.pi)) == 1.095


def test_years_count_from_2000() -> None:
    assert decimal_year([0.0, 36_525.0]).tolist() == [2000.0, 2100.0]


def test_mass_of_a_sphere() -> None:
    assert float(sphere_mass(2.0, 3.0)) == pytest.approx(4 / 3 * math.pi * 3.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: meteoroid_flux(1.0), "masses run"),
        (lambda: meteoroid_flux([1e-9, 0.0]), "masses run"),
        (lambda: earth_shielding(50e3), "above 100 km"),
        (lambda: gravity_focusing(-1.0), "above 100 km"),
        (lambda: debris_flux(0.0, 400e3, 0.9, 2000.0, 100.0), "diameters run"),
        (lambda: debris_flux(1e-3, 100e3, 0.9, 2000.0, 100.0), "200 to 2000 km"),
        (lambda: debris_speeds(3.0), "0 to 130 degrees"),
        (lambda: debris_speeds(0.9, 0), "at least one cell"),
        (lambda: meteoroid_speeds(0), "at least one cell"),
    ],
)
def test_points_outside_the_range_are_refused(call, message: str) -> None:
    with pytest.raises(DomainError, match=message):
        call()
