"""The managers of modules: every state leads to safe mode, silence does so in bounded time."""

import itertools

import numpy as np
import pytest

from stationkeeper.caretaker.authority import MAY, Commander
from stationkeeper.caretaker.module_managers import (
    ASKS,
    AirLimits,
    Mode,
    Patience,
    air_bounds,
    air_in_danger,
    fresh_managers,
    manage,
    managers_step,
    waits,
)
from stationkeeper.kernels import kernel

WAIT = Patience()
STEP = 10.0
BOOLEANS = (False, True)
# Every mode with waits on both sides of every threshold.
STATES = np.array(
    [
        (mode, bad, unheard)
        for mode in Mode
        for bad in (0.0, 20.0, 30.0, 290.0, 300.0, 1e6)
        for unheard in (0.0, 590.0, 600.0, 86_390.0, 86_400.0, 1e9)
    ],
    dtype=float,
)


def next_mode(state: np.ndarray, danger: bool, heard: bool, safe: bool, leave: bool) -> Mode:
    """The written truth for one step, said another way."""
    mode, bad, unheard = Mode(int(state[0])), state[1], state[2]
    if safe:
        return Mode.SAFE
    if mode is Mode.SAFE:
        return Mode.NOMINAL if leave and heard and not danger else Mode.SAFE
    silence = 0.0 if heard else unheard + STEP
    illness = bad + STEP if danger else 0.0
    if silence >= 86_400.0 or illness >= 300.0 or (silence >= 600.0 and illness >= 30.0):
        return Mode.SAFE
    return Mode.ALONE if silence >= 600.0 else Mode.NOMINAL


def test_every_state_and_word_leads_where_the_written_truth_says() -> None:
    for danger, heard, safe, leave in itertools.product(BOOLEANS, repeat=4):
        count = len(STATES)
        new = manage(STATES, STEP, *(np.full(count, b) for b in (danger, heard, safe, leave)))
        expected = [next_mode(state, danger, heard, safe, leave) for state in STATES]
        assert new[:, 0].tolist() == expected
        assert (new[:, 1] == (STATES[:, 1] + STEP if danger else 0.0)).all()
        assert (new[:, 2] == (0.0 if heard else STATES[:, 2] + STEP)).all()


def test_from_every_state_the_order_leads_to_safe_mode_at_once() -> None:
    for danger, heard, leave in itertools.product(BOOLEANS, repeat=3):
        count = len(STATES)
        words = [np.full(count, word) for word in (danger, heard, True, leave)]
        assert (manage(STATES, STEP, *words)[:, 0] == Mode.SAFE).all()


def test_in_silence_every_module_is_safe_within_a_day_whatever_its_sensors_say() -> None:
    draw = np.random.default_rng(0)
    states = STATES.copy()
    for _ in range(8_640):
        danger = draw.random(len(states)) < 0.02
        states = manage(states, STEP, danger, np.zeros(len(states), bool))
    assert (states[:, 0] == Mode.SAFE).all()


def test_bad_air_alone_is_answered_in_three_steps_and_led_in_thirty() -> None:
    for heard, steps in ((False, 3), (True, 30)):
        states = fresh_managers(1)
        states[:, 2] = WAIT.alone_after
        taken = 0
        while states[0, 0] != Mode.SAFE and taken < 50:
            states, taken = manage(states, STEP, [True], [heard]), taken + 1
        assert taken == steps


def test_safe_mode_is_not_left_in_silence_or_in_bad_air_or_by_itself() -> None:
    safe = np.array([[2.0, 0.0, 0.0]])
    assert manage(safe, STEP, [False], [True], leave_asked=[True])[0, 0] == Mode.NOMINAL
    assert manage(safe, STEP, [True], [True], leave_asked=[True])[0, 0] == Mode.SAFE
    assert manage(safe, STEP, [False], [False], leave_asked=[True])[0, 0] == Mode.SAFE
    assert manage(safe, STEP, [False], [True])[0, 0] == Mode.SAFE


def test_modules_do_not_touch_one_another() -> None:
    states = np.array(STATES)
    danger = np.arange(len(states)) % 2 == 0
    heard = np.arange(len(states)) % 3 == 0
    together = manage(states, STEP, danger, heard)
    for n in range(0, len(states), 7):
        alone = manage(states[n : n + 1], STEP, danger[n : n + 1], heard[n : n + 1])
        assert alone.tolist() == together[n : n + 1].tolist()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({(0, 0): 89e3}, True),
        ({(0, 1): 108e3}, True),
        ({(1, 0): 15e3}, True),
        ({(2, 1): 1_600.0}, True),
        ({(2, 0): np.nan}, False),
        ({(2, 0): np.nan, (2, 1): np.nan}, True),
    ],
)
def test_one_sensor_out_of_limits_is_enough(
    changes: dict[tuple[int, int], float], expected: bool
) -> None:
    air = np.array([[[101e3, 101e3]], [[21e3, 21e3]], [[400.0, 400.0]]])
    for (quantity, sensor), value in changes.items():
        air[quantity, 0, sensor] = value
    assert air_in_danger(air, np.zeros_like(air), 10.0).tolist() == [expected]
    measured = np.zeros_like(air)
    assert air_in_danger(air, measured, 31.0, AirLimits()).tolist() == [True]


def test_managers_ask_only_for_what_they_may() -> None:
    for asked in ASKS.values():
        assert set(asked) <= MAY[Commander.MANAGER]


@kernel
def stepped(
    time: float,
    readings: np.ndarray,
    measured: np.ndarray,
    columns: np.ndarray,
    scales: np.ndarray,
    bounds: np.ndarray,
    signals: np.ndarray,
    alive: np.ndarray,
    heard: bool,
    safe: bool,
    leave: bool,
    patience: np.ndarray,
    states: np.ndarray,
) -> int:
    return managers_step(
        time,
        10.0,
        readings,
        measured,
        columns,
        scales,
        bounds,
        30.0,
        signals,
        alive,
        heard,
        safe,
        leave,
        patience,
        states,
    )


def test_on_rows_of_telemetry_managers_do_as_on_their_own_arrays() -> None:
    generator = np.random.default_rng(3)
    rooms = 5
    columns = generator.permutation(6 * rooms + 4)[: 6 * rooms].astype(np.int64)
    columns[7] = columns[13] = -1  # sensors that the station does not have
    scales = np.where(generator.random(6 * rooms) < 0.5, 1_000.0, 1.0)
    nominal = np.tile([101e3, 101e3, 21e3, 21e3, 400.0, 400.0], rooms)
    alive = np.arange(rooms)[::-1].copy()
    states, truth = fresh_managers(rooms), fresh_managers(rooms)
    changes = 0
    for row in range(1_800):
        time = 10.0 * (row + 1)
        readings, measured = np.full(6 * rooms + 4, np.nan), np.full(6 * rooms + 4, time)
        spoilt = nominal * np.where(generator.random(6 * rooms) < 0.01, 5.0, 1.0)
        spoilt[generator.random(6 * rooms) < 0.1] = np.nan
        if row % 500 > 400:
            spoilt[:6] = 60e3  # one room in bad air for long
        there = columns >= 0
        readings[columns[there]] = (spoilt / scales)[there]
        measured[columns[generator.random(6 * rooms) < 0.05]] -= 31.0
        signals = (generator.random(rooms) < 0.99).astype(float)
        heard, safe, leave = row % 700 < 600, row == 1_234, row % 900 == 0
        before = states[:, 0].copy()
        changed = stepped(
            time, readings, measured, columns, scales, air_bounds(), signals, alive,
            heard, safe, leave, waits(), states,
        )  # fmt: skip
        assert changed == np.count_nonzero(states[:, 0] != before)
        changes += changed

        values, when = np.full((3, rooms, 2), np.nan), np.full((3, rooms, 2), np.nan)
        for place, column in enumerate(columns):
            if column >= 0:
                at = (place % 6 // 2, place // 6, place % 2)
                values[at], when[at] = readings[column] * scales[place], measured[column]
        danger = air_in_danger(values, when, time)
        new = manage(truth, 10.0, danger, np.full(rooms, heard), safe, leave)
        runs = signals[alive] >= 0.5
        truth[runs] = new[runs]
        assert states.tolist() == truth.tolist()
    assert changes > 10
