"""Sensors tell the truth with noise, bias and steps, and lie as their faults say."""

import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.kernels import kernel
from stationkeeper.operations.registry import Reading, Registry
from stationkeeper.operations.sensors import (
    HEALTHS,
    declare_sensor_health,
    sense,
    sensor_faults,
    sensors_of,
)

ROWS = 4_000


@kernel
def flown(signals, health, faulty, first, step, wires, constants, state, rows):
    """Sense the same signals for some rows."""
    for row in range(rows.shape[0]):
        time = first + step * row
        sense(time, signals, health, faulty, wires, constants, state, rows[row])


@kernel
def checked(health, wires):
    return sensor_faults(health, wires)


def plant(seed=1, mission=0, **extra):
    registry = Registry(seed, mission)
    registry.signal("room.a.pressure", "Pa", 101_325.0)
    registry.signal("pump.on", "-", 0.7)
    registry.healthy("pump.open", 1.0)
    registry.telemetry(
        Reading(
            "a.pressure",
            "Pressure",
            "room.a.pressure",
            "kPa",
            "air",
            **{"scale": 1e-3, "noise": 0.02, **extra},
        )
    )
    registry.telemetry(
        Reading("pump.on", "Pump", "pump.on", "-", "heat", kind="state", states=("off", "on"))
    )
    first = declare_sensor_health(registry)
    return registry, first, sensors_of(registry, first)


def rows_of(registry, sensors, health=None, count=ROWS, first=10.0, step=10.0):
    values = np.array(registry.first_health)
    for name, value in (health or {}).items():
        values[registry.of(name, "health")] = value
    rows = np.zeros((count, len(registry.readings)))
    flown(
        np.array(registry.first_signals),
        values,
        checked(values, sensors.wires),
        first,
        step,
        sensors.wires,
        sensors.constants,
        sensors.state,
        rows,
    )
    return rows


def test_nominal_sensors_have_the_mean_and_noise_of_the_dictionary():
    registry, _, sensors = plant()
    rows = rows_of(registry, sensors)
    noise = registry.hidden["sensor.a.pressure.noise"]
    assert 0.018 <= noise <= 0.022
    assert rows[:, 0].mean() == pytest.approx(101.325, abs=4 * noise / np.sqrt(ROWS))
    assert rows[:, 0].std() == pytest.approx(noise, rel=0.05)
    assert np.abs(rows[:, 0] - 101.325).max() < 3.47 * noise
    assert (rows[:, 1] == 1.0).all()  # 0.7 on is told as on


def test_noise_of_rows_and_of_sensors_is_not_alike():
    registry = Registry(1, 0)
    registry.signal("s", "W", 0.0)
    for name in ("one", "other"):
        registry.telemetry(Reading(name, name, "s", "W", "power", noise=1.0))
    sensors = sensors_of(registry, declare_sensor_health(registry))
    rows = rows_of(registry, sensors)
    bound = 4 / np.sqrt(ROWS)
    assert abs(np.corrcoef(rows.T)[0, 1]) < bound
    assert abs(np.corrcoef(rows[1:, 0], rows[:-1, 0])[0, 1]) < bound


def test_same_mission_same_rows_however_they_are_cut():
    registry, _, sensors = plant()
    whole = rows_of(registry, sensors)
    registry, _, sensors = plant()
    first = rows_of(registry, sensors, count=1_000)
    second = rows_of(registry, sensors, count=ROWS - 1_000, first=10_010.0)
    assert np.array_equal(whole, np.vstack([first, second]))
    registry, _, sensors = plant(mission=1)
    assert not np.array_equal(whole[:, 0], rows_of(registry, sensors)[:, 0])


def test_steps_of_the_converter_and_hidden_bias():
    registry, _, sensors = plant(quantum=0.25, bias=0.5)
    rows = rows_of(registry, sensors)
    assert np.array_equal(np.round(rows[:, 0] * 4), rows[:, 0] * 4)
    bias = registry.hidden["sensor.a.pressure.built-in"]
    assert 0 < abs(bias) <= 0.5
    assert rows[:, 0].mean() == pytest.approx(101.325 + bias, abs=0.126)


def test_bias_drift_and_noise_of_a_fault():
    registry, _, sensors = plant()
    clean = rows_of(registry, sensors)[:, 0]
    registry, _, sensors = plant()
    biased = rows_of(registry, sensors, {"sensor.a.pressure.bias": 3.0})[:, 0]
    assert np.allclose(biased - clean, 3.0, atol=1e-9)
    registry, _, sensors = plant()
    drifting = rows_of(registry, sensors, {"sensor.a.pressure.drift": 1e-3})[:, 0]
    assert np.allclose(drifting - clean, 1e-3 * 10.0 * np.arange(ROWS), atol=1e-9)
    registry, _, sensors = plant()
    loud = rows_of(registry, sensors, {"sensor.a.pressure.noise": 5.0})[:, 0]
    assert np.allclose(loud - 101.325, 5 * (clean - 101.325), atol=1e-9)


@pytest.mark.parametrize("other", [{"sensor.pump.on.bias": 1e-9}, {}])
def test_a_drift_begins_anew_when_it_was_away(other):
    registry, _, sensors = plant(noise=0.0)
    health = {"sensor.a.pressure.drift": 1e-3}
    assert rows_of(registry, sensors, health, count=101)[-1, 0] == pytest.approx(102.325)
    # This sensor has no fault now, another one may have.
    assert rows_of(registry, sensors, other, count=1, first=1_020.0)[0, 0] == 101.325
    assert rows_of(registry, sensors, health, count=1, first=1_030.0)[0, 0] == 101.325


def test_a_stuck_sensor_holds_and_a_lost_row_is_not_a_number():
    registry, _, sensors = plant()
    before = rows_of(registry, sensors, count=7)[-1, 0]
    after = rows_of(registry, sensors, {"sensor.a.pressure.stuck": 1.0}, first=80.0)
    assert (after[:, 0] == before).all()
    registry, _, sensors = plant()
    lossy = rows_of(registry, sensors, {"sensor.a.pressure.dropout": 0.25})[:, 0]
    assert np.isnan(lossy).mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.1875 / ROWS))
    gone = rows_of(registry, sensors, {"sensor.a.pressure.dropout": 1.0}, count=50)
    assert np.isnan(gone[:, 0]).all()
    assert (gone[:, 1] == 1.0).all()


def test_a_state_is_one_of_its_states_whatever_the_fault():
    registry, _, sensors = plant()
    rows = rows_of(registry, sensors, {"sensor.pump.on.bias": 40.0}, count=5)
    assert (rows[:, 1] == 1.0).all()
    rows = rows_of(registry, sensors, {"sensor.pump.on.bias": -40.0}, count=5)
    assert (rows[:, 1] == 0.0).all()


@pytest.mark.parametrize("what", [name for name, _ in HEALTHS])
def test_any_fault_of_a_sensor_is_seen(what):
    registry, first, sensors = plant()
    values = np.array(registry.first_health)
    assert not checked(values, sensors.wires)
    place = registry.of(f"sensor.pump.on.{what}", "health")
    assert place == first + 5 + [name for name, _ in HEALTHS].index(what)
    values[place] = 0.5
    assert checked(values, sensors.wires)
    values = np.array(registry.first_health)
    values[registry.of("pump.open", "health")] = 0.0
    assert not checked(values, sensors.wires)


def test_two_meanings_and_absent_signals_are_named():
    registry = Registry(1, 0)
    registry.signal("s", "W")
    registry.telemetry(Reading("p", "P", "s", "W", "power"))
    registry.telemetry(Reading("p", "P again", "s", "W", "power"))
    with pytest.raises(InputError, match="p has two meanings"):
        declare_sensor_health(registry)
    registry = Registry(1, 0)
    registry.telemetry(Reading("p", "P", "absent", "W", "power"))
    with pytest.raises(InputError, match="tells of absent, which is not there"):
        declare_sensor_health(registry)
