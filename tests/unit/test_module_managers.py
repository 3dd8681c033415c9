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
    air_in_danger,
    fresh_managers,
    manage,
)

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


@pytest.mark.parametrize("seed", range(3))
def test_in_silence_every_module_is_safe_within_a_day_whatever_its_sensors_say(seed: int) -> None:
    draw = np.random.default_rng(seed)
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
