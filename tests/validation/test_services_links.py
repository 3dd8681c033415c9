"""Links beside the validation figures of the ITU, and our climate beside the maps of itur."""

import warnings

import numpy as np
import pytest

from stationkeeper.lifetime.serving.climate import climate_maps
from stationkeeper.validation import links_climate, services_links


@pytest.mark.parametrize("quantity", sorted(services_links._TOLERANCE))
def test_every_figure_of_the_itu_is_met_to_its_printed_digits(quantity):
    tolerance, _ = services_links._TOLERANCE[quantity]
    figures = [one for one in services_links.itu_figures() if one["quantity"] == quantity]
    errors = [services_links.itu_error(one) for one in figures]
    assert len(errors) >= 8
    assert np.max(np.abs(errors)) <= tolerance


def test_on_full_maps_of_itur_our_laws_give_what_itur_gives():
    # Places on the points of our maps: what is left is our laws against theirs, and 16 bits.
    itur = pytest.importorskip("itur")
    from stationkeeper.services.attenuation import attenuation
    from stationkeeper.services.climate import climate_at

    latitude = np.array([54.0, 0.0, -33.0, 66.0, 30.0])
    longitude = np.array([39.0, 102.0, 18.0, 75.0, 90.0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        height = np.asarray(itur.topographic_altitude(latitude, longitude).value)
        for share in (0.001, 0.01, 0.1):
            theirs = itur.atmospheric_attenuation_slant_path(
                latitude, longitude, 20.0, 12.0, 100 * share, 1.2, hs=height, eta=0.5
            ).value
            here = climate_at(
                climate_maps(), np.radians(latitude), np.radians(longitude), height * 1e3
            )
            ours = attenuation(here, 20e9, np.radians([12.0]), diameter=1.2, exceeded=[share])
            assert ours[:, 0, 0] == pytest.approx(np.asarray(theirs), rel=0.01)


def test_the_maps_shipped_are_what_the_compiler_makes():
    pytest.importorskip("itur")
    maps = climate_maps()
    rows, columns = slice(40, 43), slice(10, 13)
    latitude, longitude = np.meshgrid(
        np.degrees(maps.latitude[rows]), np.degrees(maps.longitude[columns]), indexing="ij"
    )
    fresh = links_climate.compiled(latitude, longitude)
    for name, shipped, unit in (
        ("rain_rate_mm_h", maps.rain_rate, 1e-3 / 3_600),
        ("vapour_kg_m2", maps.vapour_content, 1.0),
        ("liquid_kg_m2", maps.liquid, 1.0),
        ("terrain_km", maps.terrain, 1e3),
    ):
        assert shipped[..., rows, columns] == pytest.approx(
            fresh[name] * unit, rel=1e-3, abs=1e-5 * unit
        )


def test_what_maps_leave_open_at_the_poles_is_filled_from_the_row_beside():
    gap = np.nan
    values = np.array([[gap, 1.0], [2.0, 3.0], [4.0, 5.0], [gap, 6.0], [gap, gap]])
    filled = links_climate._filled(values)
    assert filled.tolist() == [[2.0, 1.0], [2.0, 3.0], [4.0, 5.0], [4.0, 6.0], [4.0, 6.0]]


def test_every_row_on_links_is_within():
    rows = services_links.rows()
    assert [row.name for row in rows if row.counts and not row.within] == []
    assert sum(row.counts for row in rows) >= 20
