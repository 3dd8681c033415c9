"""Air through open hatches: one pressure, air changed as a fine integration tells, nothing lost."""

import numpy as np
import pytest
from scipy.linalg import expm

from stationkeeper.household.cabin_air import air_of, partial_pressures
from stationkeeper.household.open_hatches import through_open_hatches
from stationkeeper.household.ventilation import FAN_FLOW

VOLUME = np.array([98.0, 14.0, 31.0, 104.0])
FIRST, SECOND = np.array([0, 1, 1]), np.array([1, 2, 3])
FAN = np.full(3, FAN_FLOW)
WARM = np.full(4, 295.0)


def mixed(step, seconds):
    """Return the share of tracer in each module, and that of the matrix exponential."""
    air = air_of(VOLUME, WARM, carbon_dioxide_pressure=0.0)
    air[0, 5] = 1.0
    steps = round(seconds / step)
    told = through_open_hatches(air, VOLUME, WARM, FIRST, SECOND, FAN, step, steps)[:, 5]
    rate = np.zeros((4, 4))
    for one, other, flow in zip(FIRST, SECOND, FAN, strict=True):
        for giver, taker in ((one, other), (other, one)):
            rate[taker, giver] += flow / VOLUME[giver]
            rate[giver, giver] -= flow / VOLUME[giver]
    return told, (expm(rate * seconds) @ np.array([1.0, 0.0, 0.0, 0.0]))


@pytest.mark.parametrize(("step", "within"), [(10.0, 2e-4), (2.5, 1.5e-5)])
def test_air_is_changed_as_the_matrix_exponential_tells(step, within) -> None:
    for seconds in (10.0, 600.0, 3_600.0):
        told, truth = mixed(step, seconds)
        np.testing.assert_allclose(told, truth, atol=within)


def test_pressure_is_one_behind_open_hatches_and_stays_behind_shut_ones() -> None:
    air = air_of(VOLUME, WARM)
    air *= np.array([1.0, 0.2, 0.8, 0.5])[:, None]
    temperature = np.array([295.0, 280.0, 300.0, 290.0])
    before = partial_pressures(air, VOLUME, temperature).sum(axis=1)
    flow = np.array([FAN_FLOW, 0.0, FAN_FLOW])
    after = through_open_hatches(air, VOLUME, temperature, FIRST, SECOND, flow, 10.0, 1)
    pressure = partial_pressures(after, VOLUME, temperature).sum(axis=1)
    np.testing.assert_allclose(pressure[[1, 3]], pressure[0], rtol=2e-4)
    np.testing.assert_array_equal(after[2], air[2])
    assert pressure[2] == before[2]


def test_one_level_at_rest_is_exact_and_keeps_every_gas() -> None:
    generator = np.random.default_rng(3)
    for _ in range(50):
        count = int(generator.integers(2, 12))
        volume = generator.uniform(10.0, 100.0, count)
        temperature = generator.uniform(270.0, 305.0, count)
        air = air_of(volume, temperature) * generator.uniform(0.0, 1.2, count)[:, None]
        second = np.arange(1, count)
        first = np.array([int(generator.integers(0, place)) for place in second])
        flow = np.full(count - 1, 1e-12)
        after = through_open_hatches(air, volume, temperature, first, second, flow, 10.0, 1)
        pressure = partial_pressures(after, volume, temperature).sum(axis=1)
        np.testing.assert_allclose(pressure, pressure.mean(), rtol=1e-11)
        np.testing.assert_allclose(after.sum(axis=0), air.sum(axis=0), rtol=1e-13)
        assert np.all(after >= 0)


def test_a_vacuum_fills_and_nothing_becomes_negative() -> None:
    air = air_of(VOLUME, WARM)
    air[1:] = 0.0
    after = through_open_hatches(air, VOLUME, WARM, FIRST, SECOND, FAN, 10.0, 3)
    assert np.all(after >= 0)
    np.testing.assert_allclose(after.sum(axis=0), air.sum(axis=0), rtol=1e-13)


def test_a_loop_of_hatches_has_one_pressure() -> None:
    volume = np.array([50.0, 20.0, 30.0])
    air = air_of(volume, 295.0) * np.array([1.0, 0.5, 0.7])[:, None]
    first, second = np.array([0, 1, 2]), np.array([1, 2, 0])
    after = through_open_hatches(
        air, volume, np.full(3, 295.0), first, second, np.full(3, FAN_FLOW), 10.0, 400
    )
    share = after[:, :4] / after[:, :4].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(share, share[[0, 0, 0]], rtol=1e-9)
