"""Limits and the watch in the loop tell what is new, once, and no more than that."""

import dataclasses

import numpy as np
import pytest
from scipy.signal import lfilter

from stationkeeper.caretaker.limits import limit_alarms
from stationkeeper.caretaker.watch import begin, watch_ratios
from stationkeeper.errors import InputError
from stationkeeper.kernels import kernel
from stationkeeper.operations.monitor import (
    EVERY,
    PERSISTENCE,
    SLOW,
    STALE_ROWS,
    WATCH,
    learned_of,
    monitor_of,
    monitor_step,
    noticed,
)
from stationkeeper.operations.registry import Reading, Registry

DAY_ROWS = 8_640


@kernel
def monitored(
    first, rows, suns, wires, constants, state, counts, alarms, ratios, record, news, told, ratio
):
    """Take rows one by one; return what was told as (row, column, what)."""
    found = 0
    signals = np.zeros(2)
    for k in range(rows.shape[0]):
        signals[1] = suns[k]
        new = monitor_step(
            first + 10.0 * (k + 1),
            rows[k],
            signals,
            wires,
            constants,
            state,
            counts,
            alarms,
            ratios,
            record,
            news,
        )
        for event in range(new):
            told[found, 0] = k
            told[found, 1:] = news[event]
            found += 1
        ratio[k] = ratios
    return found


def registry_of(persistence=3):
    """One signal for all: rows are made here, not sensed."""
    registry = Registry(1, 0)
    registry.signal("all", "-", 0.0)
    registry.signal("env.sunlit", "-", 1.0)
    limits = {"low": -50.0, "high": 50.0, "persistence": persistence}
    for name in ("voltage", "current", "pressure"):
        registry.telemetry(Reading(name, name, "all", "V", "power", noise=1.0, **limits))
    registry.telemetry(
        Reading("heater.on", "Heater", "all", "-", "heat", kind="state", states=("off", "on"))
    )
    registry.telemetry(Reading("tank", "Tank", "all", "kg", "air"))
    return registry


def telemetry(days, seed=0):
    """A voltage that follows the Sun, a current that answers to a heater, noise, a constant."""
    random = np.random.default_rng(seed)
    count = round(days * DAY_ROWS)
    sun = (np.arange(count) % 550 < 330).astype(float)
    heater = (np.arange(count) % 1_733 < 500).astype(float)
    rows = np.column_stack(
        [
            28 + 4 * sun + 0.5 * random.standard_normal(count),
            10 + 6 * heater + 0.2 * random.standard_normal(count),
            20 + 3 * np.sin(np.arange(count) / 700) + 0.1 * random.standard_normal(count),
            heater,
            np.full(count, 7.0),
        ]
    )
    return rows, sun


def run(monitor, rows, sun, first=0.0):
    told = np.zeros((10_000, 3), dtype=np.int64)
    ratios = np.zeros((len(rows), *monitor.ratios.shape))
    count = monitored(first, rows, sun, *monitor.arrays, told, ratios)
    return [tuple(int(one) for one in row) for row in told[:count]], ratios


@pytest.fixture(scope="module")
def learned():
    registry = registry_of()
    monitor = monitor_of(registry, learn_rows=3 * DAY_ROWS // EVERY)
    events, _ = run(monitor, *telemetry(3))
    assert events == []
    return registry, monitor, learned_of(monitor)


def test_the_record_is_of_means_of_rows_and_of_changes_of_what_is_known(learned):
    _, monitor, _ = learned
    rows, sun = telemetry(3)
    means = rows.reshape(-1, EVERY, 5).mean(axis=1)
    own = means[:, [0, 1, 2, 4]]
    share = 1 / SLOW
    slow = lfilter([share], [1, share - 1], own, axis=0, zi=(1 - share) * own[:1])[0]
    before = np.vstack([own[:1], slow[:-1]])
    assert np.allclose(monitor.record[:, :4], own - before, atol=1e-5)
    changes = np.diff(means[:, 3], prepend=means[0, 3])
    assert np.allclose(monitor.record[:, 4], changes, atol=1e-6)
    shadow = np.diff(sun.reshape(-1, EVERY).mean(axis=1), prepend=1.0)
    assert np.allclose(monitor.record[:, 5], shadow, atol=1e-6)


def test_what_never_moves_is_left_to_the_limits(learned):
    _, _, known = learned
    assert known.watched.tolist() == [0, 1, 2]


def test_nominal_days_bring_no_event(learned):
    registry, _, known = learned
    for seed in range(1, 4):
        events, ratios = run(monitor_of(registry, known), *telemetry(4, seed))
        assert events == []
        assert 0.3 < ratios.max() < 1.0


def test_the_loop_gives_what_the_watch_gives_of_the_same_means(learned):
    registry, _, known = learned
    rows, sun = telemetry(1, seed=9)
    _, ratios = run(monitor_of(registry, known), rows, sun)
    means = rows.reshape(-1, EVERY, 5).mean(axis=1)
    changes = np.column_stack(
        [
            np.diff(means[:, 3], prepend=means[0, 3]),
            np.diff(sun.reshape(-1, EVERY).mean(axis=1), prepend=1.0),
        ]
    )
    changes[np.abs(changes) < 1e-9] = 0.0
    for k in range(3):
        slow = means[0, k]
        for place, mean in enumerate(means[:, k]):
            means[place, k] = mean - slow
            slow += (mean - slow) / SLOW
    whole = watch_ratios(known.watcher, begin(known.watcher), means[:, :3], changes)
    assert np.allclose(ratios[EVERY - 1 :: EVERY], whole, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_shift_is_told_once_and_its_end(learned, column):
    registry, _, known = learned
    rows, sun = telemetry(1, seed=5)
    rows[4_000:4_100, column] += np.where(np.arange(100) % 6 < 3, 9.0, -9.0)
    monitor = monitor_of(registry, known)
    events, _ = run(monitor, rows, sun)
    assert [event[1:] for event in events] == [(column, 2), (column, 3)]
    begins, ends = events[0][0], events[1][0]
    assert 4_000 + EVERY * (PERSISTENCE - 1) <= begins < 4_060
    assert 4_100 + EVERY * (WATCH.gap - 1) <= ends < 4_100 + EVERY * (WATCH.gap + 20)


def test_a_change_that_a_known_state_explains_is_no_event(learned):
    registry, _, known = learned
    rows, sun = telemetry(1, seed=6)
    often = (np.arange(300) % 12 < 6).astype(float)  # switched by hand
    rows[3_000:3_300, 1] += 6 * (often - rows[3_000:3_300, 3])
    before = rows[3_000:3_300, 3].copy()
    rows[3_000:3_300, 3] = often
    events, _ = run(monitor_of(registry, known), rows, sun)
    assert events == []
    rows[3_000:3_300, 3] = before  # the same current, and no state changes
    events, _ = run(monitor_of(registry, known), rows, sun)
    assert [event[1:] for event in events] == [(1, 2), (1, 3)]


def test_what_comes_again_soon_is_told_once(learned):
    registry, _, known = learned
    rows, sun = telemetry(4, seed=4)
    for first in (4_000, 6_000, 12_000, 31_000):  # the last one more than two days after
        rows[first : first + 60, 2] += np.where(np.arange(60) % 6 < 3, 9.0, -9.0)
    events, _ = run(monitor_of(registry, known), rows, sun)
    assert [what for _, _, what in events] == [2, 3, 2, 3]
    assert 4_000 < events[0][0] < 4_060
    assert 31_000 < events[2][0] < 31_060


def test_slow_change_is_left_to_the_limits(learned):
    registry, _, known = learned
    rows, sun = telemetry(4, seed=3)
    rows[:, 2] += np.linspace(0, 40, len(rows))
    events, _ = run(monitor_of(registry, known), rows, sun)
    assert [what for _, _, what in events if what > 1] == []
    assert (2, 0) in [event[1:] for event in events]


def test_limits_are_those_of_the_caretaker(learned):
    registry, _, known = learned
    rows, sun = telemetry(1, seed=7)
    rows[1_000:1_002, 2] = 60.0
    rows[2_000:2_040, 2] = 60.0
    rows[2_010:2_012, 2] = np.nan
    events, _ = run(monitor_of(registry, known), rows, sun)
    alarms = limit_alarms(rows[:, 2:3], -50.0, 50.0, persistence=3)[:, 0]
    edges = np.flatnonzero(np.diff(alarms.astype(int))) + 1
    told = [event for event in events if event[2] in (0, 1)]
    assert told == [(edges[0], 2, 0), (edges[1], 2, 1)]
    assert edges[0] == 2_002


def test_readings_that_stop_coming_are_told(learned):
    registry, _, known = learned
    rows, sun = telemetry(1, seed=8)
    rows[500 : 500 + STALE_ROWS - 1, 0] = np.nan
    rows[600:700, 0] = np.nan
    events, ratios = run(monitor_of(registry, known), rows, sun)
    assert events == [(600 + STALE_ROWS - 1, 0, 4), (700, 0, 5)]
    assert np.isfinite(ratios).all()


def test_events_in_words(learned):
    registry, _, known = learned
    monitor = monitor_of(registry, known)
    row = np.array([28.0, 99.0, np.nan, 0.0, 7.0])
    monitor.news[:3] = [(1, 0), (2, 4), (0, 3)]
    monitor.ratios[0, 0] = 0.5
    limit, stale, watch = noticed(monitor, 3, 40.0, row)
    assert (limit.parameter, limit.rule, limit.value, limit.over) == ("current", "limit", 99, False)
    assert (stale.parameter, stale.rule, stale.over) == ("pressure", "stale", False)
    assert (watch.parameter, watch.rule, watch.score, watch.over) == ("voltage", "watch", 0.5, True)
    assert all(one.time == 40.0 for one in (limit, stale, watch))


def test_rows_in_two_flights_are_as_in_one(learned):
    registry, _, known = learned
    rows, sun = telemetry(1, seed=5)
    rows[4_000:4_400, 1] += np.where(np.arange(400) % 6 < 3, 8.0, -8.0)
    whole, ratios = run(monitor_of(registry, known), rows, sun)
    first = monitor_of(registry, known)
    early, _ = run(first, rows[:4_100], sun[:4_100])
    second = dataclasses.replace(
        monitor_of(registry, known), state=first.state, counts=first.counts, alarms=first.alarms
    )
    late, after = run(second, rows[4_100:], sun[4_100:], first=41_000.0)
    assert whole == early + [(row + 4_100, column, what) for row, column, what in late]
    assert np.array_equal(after[-1], ratios[-1])


def test_without_anything_learnt_there_are_limits_only():
    registry = registry_of(persistence=1)
    monitor = monitor_of(registry)
    rows, sun = telemetry(0.5)
    rows[100, 0] = 70.0
    events, _ = run(monitor, rows, sun)
    assert events == [(100, 0, 0), (101, 0, 1)]


def test_another_dictionary_than_the_one_learnt_is_named(learned):
    _, _, known = learned
    other = registry_of()
    other.telemetry(Reading("fan.on", "Fan", "all", "-", "air", kind="state"))
    with pytest.raises(InputError, match="learnt with 2 states, given 3"):
        monitor_of(other, known)
