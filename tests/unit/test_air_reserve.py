"""The one number that an engine asks of a hole, beside the formulae it is made of."""

import math

import numpy as np
import pytest

from stationkeeper.hull.air_reserve import CABIN_PRESSURE, PRESSURE_LIMIT, reserve_time
from stationkeeper.hull.leak_flow import air_mass, choked_flow
from stationkeeper.hull.leak_flow import reserve_time as reserve_of_decay
from stationkeeper.kernels import kernel
from stationkeeper.validation.published import published


def plain(hole, volume):
    constant = air_mass(volume, CABIN_PRESSURE) / choked_flow(np.pi / 4 * hole**2, CABIN_PRESSURE)
    return reserve_of_decay(CABIN_PRESSURE, PRESSURE_LIMIT, constant)


@kernel
def over_all(hole, volume, found):
    for k in range(hole.size):
        found[k] = reserve_time(hole[k], volume[k])


def test_the_kernel_equals_flow_and_decay():
    hole, volume = np.meshgrid(np.geomspace(1e-4, 0.5, 12), [4.0, 90.0, 916.0])
    found = np.empty(hole.size)
    over_all(hole.ravel(), volume.ravel(), found)
    np.testing.assert_allclose(found.reshape(hole.shape), plain(hole, volume), rtol=1e-12)


def test_reserve_times_are_those_of_the_table_of_holes():
    told = published("hull_leaks.toml")["holes"]
    seconds = {"a": 365.25 * 86_400, "d": 86_400, "h": 3_600, "min": 60}
    for hole, truth, unit, half in zip(
        told["diameter_mm"],
        told["reserve"],
        told["reserve_unit"],
        told["reserve_half_last_digit"],
        strict=True,
    ):
        ours = reserve_time(hole * 1e-3, told["volume_m3"]) / seconds[unit]
        assert ours == pytest.approx(truth, abs=half)


def test_without_a_hole_air_lasts_for_ever_and_without_air_not_at_all():
    assert reserve_time(0.0, 100.0) == math.inf
    assert reserve_time(0.01, 0.0) == 0.0
