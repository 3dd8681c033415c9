"""What must hold of attenuation everywhere on Earth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.errors import DomainError
from stationkeeper.lifetime.serving.climate import climate_maps
from stationkeeper.services.attenuation import SHARES, attenuation, combined
from stationkeeper.services.attenuation_cloud import liquid_coefficient
from stationkeeper.services.attenuation_scintillation import scintillation_attenuation
from stationkeeper.services.climate import climate_at, places_of
from stationkeeper.services.gas import (
    gas_attenuation,
    obliquity,
    vapour_specific_attenuation,
    zenith_vapour_attenuation,
)
from stationkeeper.services.rain import MILLIMETRE_PER_HOUR, rain_attenuation

ANGLES = np.radians([1.0, 5.0, 10.0, 30.0, 60.0])
PLACES = st.tuples(st.floats(-90, 90), st.floats(-180, 360))


@settings(max_examples=25, deadline=None)
@given(PLACES, st.floats(0.3e9, 50e9))
def test_attenuation_is_finite_not_negative_and_falls_with_the_share(where, frequency):
    here = climate_at(climate_maps(), np.radians([where[0]]), np.radians([where[1]]))
    lost = attenuation(here, frequency, ANGLES, diameter=1.0)
    assert lost.shape == (1, ANGLES.size, SHARES.size)
    assert np.all(np.isfinite(lost))
    assert np.all(lost >= 0.0)
    held = SHARES > 2e-4  # below, the law for rain turns over on tropical paths
    assert np.all(np.diff(lost[..., held], axis=-1) <= 1e-9)


@settings(max_examples=30, deadline=None)
@given(PLACES)
def test_climate_goes_round_the_earth_and_is_between_its_neighbours(where):
    maps = climate_maps()
    east = np.radians([where[1], where[1] + 360.0, where[1] - 360.0])
    here = climate_at(maps, np.full(3, np.radians(where[0])), east)
    assert here.rain_rate == pytest.approx(np.full(3, here.rain_rate[0]), rel=1e-6, abs=1e-12)
    assert maps.liquid.min() <= here.liquid.min() <= here.liquid.max() <= maps.liquid.max()


def test_climate_at_a_point_of_the_maps_is_the_map():
    maps = climate_maps()
    here = climate_at(maps, maps.latitude[[20, 60]], maps.longitude[[5, 119]])
    assert here.rain_rate == pytest.approx(maps.rain_rate[[20, 60], [5, 119]])
    assert here.height == pytest.approx(maps.terrain[[20, 60], [5, 119]])


def test_some_places_of_a_climate_are_those_places():
    here = climate_at(climate_maps(), [0.1, 0.5, 0.9], [0.0, 1.0, 2.0])
    some = places_of(here, np.array([2, 0]))
    lost = attenuation(here, 20e9, ANGLES, diameter=1.0)
    assert attenuation(some, 20e9, ANGLES, diameter=1.0) == pytest.approx(lost[[2, 0]])


def test_it_rains_more_on_higher_frequencies_and_not_above_the_rain():
    path = {"latitude": 0.9, "rain_height": 2_500.0, "rain_rate": 30 * MILLIMETRE_PER_HOUR}
    frequency = np.array([2.0, 8.0, 20.0, 40.0]) * 1e9
    lost = rain_attenuation(1e-3, frequency, 0.5, height=0.0, **path)
    assert np.all(np.diff(lost) > 0)
    assert np.all(rain_attenuation(1e-3, frequency, 0.5, height=2_600.0, **path) == 0.0)
    dry = {**path, "rain_rate": 0.0}
    assert np.all(rain_attenuation(1e-3, frequency, 0.5, height=0.0, **dry) == 0.0)


def test_longer_paths_join_at_five_degrees_and_grow_towards_the_horizon():
    angle = np.radians([0.0, 2.0, 4.99999, 5.00001, 20.0, 90.0])
    longer = obliquity(angle, 4e3)
    assert np.all(np.diff(longer) < 0)
    assert longer[2] == pytest.approx(longer[3], rel=1e-4)
    assert longer[-1] == 1.0
    assert np.isfinite(longer[0])


def test_below_five_degrees_scintillation_is_held():
    dish = {"wet_refractivity": 60.0, "diameter": 2.0}
    fade = scintillation_attenuation(0.01, 10e9, np.radians([1.0, 5.0, 20.0]), **dish)
    assert fade[0] == pytest.approx(fade[1])
    assert fade[2] < fade[1]


def test_a_large_antenna_averages_scintillation_away():
    fade = scintillation_attenuation(
        0.01, 10e9, np.radians(10.0), wet_refractivity=60.0, diameter=np.array([0.3, 3.0, 200.0])
    )
    assert fade[0] > fade[1] > fade[2] == 0.0


def test_vapour_is_strongest_on_its_line_and_little_water_attenuates_little():
    near = vapour_specific_attenuation(np.array([18.0, 22.235, 28.0]) * 1e9, 1e5, 288.0, 7.5e-3)
    assert near[1] > near[0]
    assert near[1] > near[2]
    zenith = zenith_vapour_attenuation(22e9, np.array([1.0, 10.0, 50.0]), 0.0)
    assert np.all(np.diff(zenith) > 0)
    assert np.all(np.diff(liquid_coefficient(np.array([1.0, 10.0, 100.0]) * 1e9)) > 0)


def test_parts_add_up_as_the_recommendation_says():
    assert combined(1.0, 2.0, 3.0, 12.0) == pytest.approx(1.0 + 13.0)


@pytest.mark.parametrize(
    ("frequency", "elevation", "told"),
    [(1e6, 0.5, "0.05 to 350 GHz"), (400e9, 0.5, "given 400"), (1e10, -0.1, "0 to 90 degrees")],
)
def test_what_the_recommendations_do_not_hold_for_is_told(frequency, elevation, told):
    air = {"dry_pressure": 1e5, "temperature": 288.0, "density": 7e-3}
    with pytest.raises(DomainError, match=told):
        gas_attenuation(frequency, elevation, **air, content=20.0, height=0.0)


def test_between_the_last_and_the_first_longitude_is_their_mean():
    maps = climate_maps()
    between = 0.5 * (maps.longitude[-1] + 2 * np.pi)
    here = climate_at(maps, maps.latitude[[30, 45]], [between, between])
    mean = 0.5 * (maps.rain_rate[[30, 45], -1] + maps.rain_rate[[30, 45], 0])
    assert here.rain_rate == pytest.approx(mean)
    assert not np.allclose(mean, maps.rain_rate[[30, 45], -1])
