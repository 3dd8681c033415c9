"""The speed rows of the simulated station say what was measured, and judge it by the limits."""

import numpy as np
import pytest

from stationkeeper.kernels import kernel
from stationkeeper.operations.registry import Reading, Registry
from stationkeeper.operations.sensors import declare_sensor_health, sense, sensors_of
from stationkeeper.validation import speed_operations
from stationkeeper.validation.speed_operations import Flown, Plain


def flown(course: float, *, peak: float = 500.0, parameters: int = 500) -> Flown:
    return Flown(course + 2.0, course, 2 * course, peak, 60.0, parameters)


def test_a_flight_within_the_limits_meets_every_goal():
    rows = speed_operations.flight_rows({30: flown(3.0), 180: flown(18.0)})
    assert [row.met for row in rows] == [True, True, True]
    assert rows[0].ours_s == pytest.approx(20.0)
    assert "777,600 x real time" in rows[0].agreement
    assert rows[2].peer_s == pytest.approx(180 * 8640 * 500 * 4 / 1e6)


def test_a_slow_large_or_bent_flight_falls_short():
    assert not speed_operations.flight_rows({180: flown(29.0)})[0].met
    assert not speed_operations.flight_rows({180: flown(18.0, peak=1_100.0)})[1].met
    bent = {30: flown(1.0), 90: flown(5.0), 180: flown(14.0)}
    three = [("a", 1, flown(1.0)), ("b", 8, flown(20.0)), ("c", 18, flown(60.0))]
    assert [row.met for row in speed_operations.linear_rows(bent, three)] == [False, False]


def test_a_straight_flight_is_linear():
    straight = {days: flown(0.1 * days) for days in (30, 90, 180)}
    rows = speed_operations.linear_rows(straight, [("a", 1, flown(1.0)), ("b", 8, flown(4.0))])
    assert rows[0].ours_s == pytest.approx(1.0)
    assert rows[1].ours_s == pytest.approx(2 / 3)
    assert all(row.met for row in rows)


def test_what_differs_is_no_peer():
    ours = flown(15.0)
    alike = speed_operations.plain_row(ours, Plain(0.3, 100, 1e-12))
    assert alike.peer_s == pytest.approx(0.003 * 180 * 8640)
    assert alike.met
    for apart in (1e-6, np.inf):
        row = speed_operations.plain_row(ours, Plain(0.3, 100, apart))
        assert row.peer_s is None
        assert "DIFFERS" in row.agreement
    assert speed_operations.gate_row(0.01, 1.0, 1_000, 0, (1, 1, 1)).met
    assert not speed_operations.gate_row(0.01, 1.0, 1_000, 1, (1, 1, 1)).met
    assert speed_operations.resumed_row(1.0, 3.0, 6, True).met
    assert not speed_operations.resumed_row(1.0, 3.0, 6, False).met


@kernel
def _sensed(time, signals, health, wires, constants, state, row):
    sense(time, signals, health, False, wires, constants, state, row)


def test_the_telemetry_of_the_peer_is_that_of_the_kernel():
    registry = Registry(3, 0, 0.1)
    for number in range(40):
        registry.signal(f"one.{number}", "Pa")
        kind = {0: "count", 1: "state"}.get(number % 8, "analog")
        registry.telemetry(
            Reading(
                f"one.{number}", f"One {number}", f"one.{number}", "kPa", "air", kind=kind,
                scale=1e-3, offset=2.0, noise=0.02 * (number % 3 > 0), bias=0.01,
                quantum=0.005 * (number % 4), states=("off", "on") if kind == "state" else (),
            )
        )  # fmt: skip
    sensors = sensors_of(registry, declare_sensor_health(registry))
    signals = np.random.default_rng(4).normal(0.0, 3_000.0, len(registry.first_signals))
    row = np.zeros(40)
    _sensed(
        86_410.0, signals, np.array(registry.first_health), sensors.wires, sensors.constants,
        sensors.state, row,
    )  # fmt: skip
    theirs = speed_operations.telemetry(86_410.0, signals, sensors.wires, sensors.constants)
    assert theirs == pytest.approx(row, rel=1e-12, abs=1e-12)
    other = speed_operations.telemetry(86_420.0, signals, sensors.wires, sensors.constants)
    assert not np.allclose(other, row)


def test_the_gate_on_arrays_answers_as_the_plain_one_does():
    ours, plain, commands, different, verdicts = speed_operations.measure_gate(400)
    assert commands == 400
    assert different == 0
    assert 0 < ours < plain
    assert min(verdicts) > 20


def test_signals_that_differ_are_found():
    assert speed_operations._apart(np.array([1.0, 2.0]), np.array([1.0, 2.5])) == pytest.approx(0.2)
    assert speed_operations._apart(np.array([np.nan]), np.array([1.0])) == np.inf
