"""Passes beside skyfield's, beside a look each second and closed forms: a part of `validate`."""

import numpy as np
import pytest

from stationkeeper.validation import services_passes
from stationkeeper.validation._passes_cases import (
    MASK,
    elements,
    forty,
    rust_passes,
    rust_predictor,
    standing,
)


@pytest.mark.parametrize("name", ["400 km, 97.0 deg", "Molniya, 63.4 deg"])
def test_passes_are_skyfields(name: str) -> None:
    found = services_passes.skyfield_rows(name, 10)
    assert len(found) == 4
    assert found[0].truth > 100
    for row in found:
        assert row.within, row


def test_passes_are_those_of_sgp4_predict() -> None:
    from stationkeeper.orbit.ephemeris import tle_ephemeris
    from stationkeeper.orbit.passes import find_passes

    latitude, longitude = (angle[:10] for angle in forty())
    days = 5 * 86_400.0
    name = "420 km, 51.6 deg"
    orbit = tle_ephemeris(*elements(name), 9_497.0, days, 60.0)
    ours = find_passes(orbit, *standing(latitude, longitude), MASK)
    theirs = rust_passes(rust_predictor(name), latitude, longitude, days, MASK)
    for k in range(10):
        np.testing.assert_allclose(
            ours.rise[(ours.site == k) & ~ours.cut_at_begin], theirs[k], atol=0.5
        )


def test_passes_are_those_of_a_look_each_second() -> None:
    for row in services_passes.brute_rows():
        assert row.within, row


def test_longest_passes_meet_their_closed_form() -> None:
    found = services_passes.longest_rows()
    assert [row.within for row in found] == [True] * 4
