"""Places go to positions and back, wherever they are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stationkeeper.orbit.frames import geodetic, place


@given(
    latitude=st.floats(-np.pi / 2, np.pi / 2),
    longitude=st.floats(-np.pi, np.pi),
    height=st.floats(-10e3, 40_000e3),
)
def test_a_place_is_found_again(latitude: float, longitude: float, height: float) -> None:
    position = place(latitude, longitude, height)
    found = geodetic(position)
    assert np.linalg.norm(place(*found) - position) < 2e-6
    assert abs(float(found[2]) - height) < 1e-6
    assert abs(float(found[0]) - latitude) < 1e-12


def test_poles_are_places() -> None:
    for sign in (-1.0, 1.0):
        latitude, _, height = geodetic([0.0, 0.0, sign * 6_800_000.0])
        assert float(latitude) == sign * np.pi / 2
        assert abs(float(height) - (6_800_000.0 - 6_356_752.314245)) < 1e-3
