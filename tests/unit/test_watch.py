"""The watch finds what is not nominal, looks back only, and bears any telemetry."""

import dataclasses

import numpy as np
import pytest
from scipy.signal import lfilter

from stationkeeper.caretaker.events import count_events, merged_spans, precision_recall_f
from stationkeeper.caretaker.familiarity import held_out_distances
from stationkeeper.caretaker.forecast import fit_forecaster, fold_bounds, held
from stationkeeper.caretaker.limits import limit_alarms
from stationkeeper.caretaker.residuals import smoothed
from stationkeeper.caretaker.thresholds import dynamic_ratios
from stationkeeper.caretaker.watch import Settings, begin, learn, watch, watch_ratios
from stationkeeper.errors import InputError

ROWS = 1500
RNG_SEED = 7


def telemetry(rows, seed, flags=3):
    """A slow wave with noise that answers to its first flag."""
    random = np.random.default_rng(seed)
    commands = (random.random((rows, flags)) < 0.02).astype(float)
    answer = lfilter([1.0], [1, -0.8], commands[:, 0]) if flags else 0.0
    value = np.sin(np.arange(rows) / 15) + 0.05 * random.standard_normal(rows) + answer
    return np.column_stack([value, commands])


def with_fault(record, first, last, size=4.0):
    broken = record.copy()
    broken[first:last, 0] += size
    return broken


# --- a twin in plain NumPy ------------------------------------------------------------------------


def twin_ratios(train, test, settings):
    """Ratios of one channel by whole-array formulas, written apart from the package."""
    centre, scale = train[:, 0].mean(), train[:, 0].std()
    past, now = (train[:, 0] - centre) / scale, (test[:, 0] - centre) / scale
    used = train[:, 1:].any(axis=0)

    def design(value, flags):
        lagged = [
            np.concatenate([np.full(min(lag, len(value)), value[0]), value[:-lag]])[: len(value)]
            for lag in range(1, settings.lags + 1)
        ]
        rows = settings.flag_rows
        fade = lfilter([1 / rows], [1, 1 / rows - 1], flags, axis=0) * np.sqrt(rows)
        return np.column_stack([np.ones(len(value)), *lagged, flags, fade])

    def fit(seen, target):
        penalty = np.full(seen.shape[1], settings.penalty)
        penalty[0] *= 0.001
        return np.linalg.solve(seen.T @ seen + np.diag(penalty), seen.T @ target)

    def ewma(value, rows, start):
        share = 2 / (rows + 1)
        found = lfilter([share], [1, share - 1], value, zi=[(1 - share) * start])[0]
        return np.asarray(found)

    def states(value):
        mean = ewma(value, settings.state_rows, 0.0)
        spread = np.sqrt(ewma((value - mean) ** 2, settings.state_rows, 0.0))
        return np.column_stack([value, mean, spread])

    def nearest(some, others):
        return np.sqrt(((some[:, None, :] - others[None]) ** 2).sum(-1)).min(axis=1)

    seen, states_past = design(past, train[:, 1:][:, used]), states(past)
    held_residual, held_distance = np.empty(len(past)), np.empty(len(past))
    step = -(-len(past) // settings.seen_rows)
    for run in np.array_split(np.arange(len(past)), settings.folds):
        kept = np.setdiff1d(np.arange(len(past)), run)
        forecast = seen[run] @ fit(seen[kept], past[kept])
        held_residual[run] = np.abs(past[run] - np.clip(forecast, past.min() - 1, past.max() + 1))
        held_distance[run] = nearest(states_past[run], states_past[kept][::step])
    residual = np.abs(now - design(now, test[:, 1:][:, used]) @ fit(seen, past))
    distance = nearest(states(now), states_past[::step])
    ratios = []
    for learnt, new, margin in (
        (held_residual, residual, settings.residual_margin),
        (held_distance, distance, settings.distance_margin),
    ):
        limit = margin * ewma(learnt, settings.smoothing_rows, learnt[0]).max()
        limit = max(limit, settings.least_limit)
        amount = ewma(np.minimum(new, 200 * limit), settings.smoothing_rows, learnt.mean())
        mean, row_ratios = 0.0, []
        for row, each in enumerate(amount):
            cut = min(each, 2 * max(limit, settings.quiet_multiple * mean))
            mean = (mean * row + cut) / (row + 1)
            row_ratios.append(each / max(limit, settings.quiet_multiple * mean))
        ratios.append(row_ratios)
    return np.array(ratios).T


def test_kernel_equals_a_plain_numpy_twin():
    settings = Settings(folds=5, seen_rows=200)
    train, test = telemetry(1000, 1), with_fault(telemetry(700, 2), 300, 330)
    watcher = learn(train[:, :1], train[:, 1:], settings)
    ours = watch_ratios(watcher, begin(watcher), test[:, :1], test[:, 1:])[:, 0]
    np.testing.assert_allclose(ours, twin_ratios(train, test, settings), rtol=1e-7)


def test_rows_one_by_one_give_what_rows_at_once_give():
    train, test = telemetry(ROWS, 1), with_fault(telemetry(400, 2), 100, 130)
    watcher = learn(train[:, :1], train[:, 1:])
    whole = watch_ratios(watcher, begin(watcher), test[:, :1], test[:, 1:])
    state = begin(watcher)
    single = [
        watch_ratios(watcher, state, test[row : row + 1, :1], test[row : row + 1, 1:])
        for row in range(len(test))
    ]
    assert np.concatenate(single).tobytes() == whole.tobytes()


def test_channels_together_are_each_as_alone():
    trains, tests = (
        [telemetry(600, seed) for seed in (1, 2)],
        [telemetry(300, 5), telemetry(300, 6)],
    )
    flags, later = trains[0][:, 1:], tests[0][:, 1:]
    both = np.column_stack([record[:, 0] for record in trains])
    now = np.column_stack([record[:, 0] for record in tests])
    together = learn(both, flags)
    ratios = watch_ratios(together, begin(together), now, later)
    for channel in range(2):
        alone = learn(both[:, channel], flags)
        expected = watch_ratios(alone, begin(alone), now[:, channel], later)
        assert ratios[:, channel].tobytes() == expected[:, 0].tobytes()


# --- what it finds --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_nominal_telemetry_has_no_span(seed):
    assert watch(telemetry(3000, seed), telemetry(2000, seed + 100)) == []


@pytest.mark.parametrize("seed", range(5))
def test_a_shift_is_found_where_it_begins(seed):
    test = with_fault(telemetry(2000, seed + 100), 1000, 1100)
    ((start, end, score),) = watch(telemetry(3000, seed), test)
    assert 1000 <= start < 1015
    assert 1100 <= end < 1500
    assert score > 1.5


def test_a_state_never_seen_is_told_however_slowly_it_is_reached():
    train, test = telemetry(3000, 1), telemetry(2400, 8)
    test[800:1600, 0] += np.linspace(0, 4, 800)
    test[1600:, 0] += 4
    ((start, _, _),) = watch(train, test)
    assert 800 <= start < 1400
    watcher = learn(train[:, :1], train[:, 1:], Settings(quiet_multiple=0.0))
    ratios = watch_ratios(watcher, begin(watcher), test[:, :1], test[:, 1:])[:, 0].max(axis=0)
    assert np.all(ratios > 3)  # either sign alone would tell


def test_commands_explain_what_they_cause():
    train, told = telemetry(3000, 1), telemetry(2000, 5)
    silent = told.copy()
    silent[:, 1:] = 0.0
    watcher = learn(train[:, :1], train[:, 1:], Settings(quiet_multiple=0.0))
    residual = [
        watch_ratios(watcher, begin(watcher), record[:, :1], record[:, 1:])[200:, 0, 0].mean()
        for record in (told, silent)
    ]
    assert residual[0] < 0.9 * residual[1]


def test_a_record_that_is_noisier_from_the_start_is_got_used_to():
    random = np.random.default_rng(RNG_SEED)
    train, test = random.standard_normal(2000), 5 * random.standard_normal(4000)
    spans = watch(train, test)
    assert all(end < 400 for _, end, _ in spans)


# --- it looks back only ---------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [350, 520, 640, 900, 1100])
def test_cutting_the_record_leaves_earlier_begins(cut):
    train = telemetry(ROWS, 1)
    test = with_fault(with_fault(telemetry(1200, 2), 300, 340), 1000, 1040)
    whole, part = watch(train, test), watch(train, test[:cut])
    told = [start for start, _, _ in part]
    assert told == [start for start, _, _ in whole][: len(told)]
    watcher = learn(train[:, :1], train[:, 1:])
    full, short = (
        watch_ratios(watcher, begin(watcher), rows[:, :1], rows[:, 1:])
        for rows in (test, test[:cut])
    )
    assert full[:cut].tobytes() == short.tobytes()


# --- any telemetry --------------------------------------------------------------------------------


def spans_are_sound(spans, rows):
    last = 0
    for start, end, score in spans:
        assert last <= start < end <= rows
        assert np.isfinite(score)
        assert score > 1
        last = end
    return True


@pytest.mark.parametrize("value", [0.0, -1.0, 1e-12, 1e12, 3.7])
def test_constant_channels(value):
    train = np.full((500, 4), 0.0)
    train[:, 0] = value
    assert watch(train, train) == []
    test = np.tile(train, (2, 1))
    test[600:620, 0] = value + max(1.0, abs(value))
    ((start, _, _),) = watch(train, test)
    assert 600 <= start < 605


def test_missing_readings_change_nothing_while_they_last():
    train, test = telemetry(ROWS, 1), telemetry(800, 2)
    train[100:140, 0] = np.nan
    test[200:260, 0] = np.nan
    test[0:3, 0] = np.nan
    test[400, 0] = np.inf
    test[300:310, 1:] = np.nan
    assert watch(train, test) == []
    broken = with_fault(test, 500, 560)
    ((start, _, _),) = watch(train, broken)
    assert 500 <= start < 515


def test_a_record_without_any_reading_has_no_span():
    assert watch(telemetry(300, 1), np.full((100, 4), np.nan)) == []


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 17, 51])
def test_few_rows_of_training(rows):
    test = with_fault(telemetry(300, 2), 200, 220, size=50.0)
    assert spans_are_sound(watch(telemetry(rows, 1), test), 300)


@pytest.mark.parametrize("rows", [0, 1, 2, 30])
def test_records_shorter_than_the_window(rows):
    assert watch(telemetry(ROWS, 1), telemetry(rows, 2)) == []


def test_one_feature_in_either_shape():
    train, test = telemetry(ROWS, 1, flags=0), with_fault(telemetry(600, 2, flags=0), 300, 340)
    found = watch(train, test)
    assert len(found) == 1
    assert watch(train[:, 0], test[:, 0]) == found


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1e9, 1e30, 1e200, 1.7e308])
def test_huge_readings(size):
    test = telemetry(800, 2)
    test[400:410, 0] = size
    test[410:412, 0] = -size
    ((start, _, _),) = watch(telemetry(ROWS, 1), test)
    assert start == 400
    train = telemetry(ROWS, 1)
    train[700, 0] = size
    assert spans_are_sound(watch(train, test), 800)
    shifted = np.abs(telemetry(ROWS, 3)) / 10 * size
    assert spans_are_sound(watch(shifted, shifted[:500]), 500)


def test_tiny_readings():
    train, test = telemetry(ROWS, 1), with_fault(telemetry(600, 2), 300, 340)
    train[:, 0] *= 1e-300
    test[:, 0] *= 1e-300
    assert len(watch(train, test)) == 1


def test_scale_and_offset_of_a_channel_make_no_difference():
    train, test = telemetry(ROWS, 1), with_fault(telemetry(600, 2), 300, 340)
    plain = watch(train, test)
    for record in (train, test):
        record[:, 0] = 1000 * record[:, 0] + 5000
    moved = watch(train, test)
    assert [span[:2] for span in moved] == [span[:2] for span in plain]


def test_whole_numbers_and_truths_are_read():
    train = np.zeros((300, 2), dtype=np.int64)
    test = train.copy()
    test[200:220, 0] = 1
    assert len(watch(train, test)) == 1
    assert len(watch(train.astype(bool), test.astype(bool))) == 1


@pytest.mark.parametrize(
    ("train", "test", "words"),
    [
        (np.zeros((5, 2)), np.zeros((5, 3)), "given 3 features, expected the 2"),
        (np.zeros((0, 2)), np.zeros((5, 2)), "given no row"),
        (np.full((5, 2), np.nan), np.zeros((5, 2)), "no finite reading"),
        (np.zeros((5, 2, 2)), np.zeros((5, 2)), r"expected \(time, features\)"),
        (np.zeros((5, 0)), np.zeros((5, 0)), r"expected \(time, features\)"),
        (np.array(["a"]), np.zeros((5, 2)), "array of numbers"),
    ],
)
def test_wrong_arrays_are_named(train, test, words):
    with pytest.raises(InputError, match=words):
        watch(train, test)


def test_columns_must_be_those_learnt():
    watcher = learn(np.ones((60, 2)), np.zeros((60, 1)))
    with pytest.raises(InputError, match="given 3 channels"):
        watch_ratios(watcher, begin(watcher), np.ones((5, 3)), np.zeros((5, 1)))
    with pytest.raises(InputError, match="expected \\(time, flag\\)"):
        learn(np.ones((60, 2)), np.zeros((50, 1)))


# --- parts ----------------------------------------------------------------------------------------


def test_residuals_are_those_of_rows_left_out():
    random = np.random.default_rng(RNG_SEED)
    noise = random.standard_normal(120)
    _, residuals = fit_forecaster(
        noise, np.zeros((120, 0)), lags=50, decay=20.0, penalty=1e-9, folds=8
    )
    assert residuals.std() > 1.0  # of a fit to itself it would be far below


def test_channels_fitted_at_once_are_as_fitted_alone():
    random = np.random.default_rng(RNG_SEED)
    readings = np.cumsum(random.standard_normal((ROWS, 40)), axis=0) * 0.1
    readings += random.standard_normal((ROWS, 40))
    readings[random.random(readings.shape) < 0.02] = np.nan
    readings[:, 3] = 5.0
    flags = (random.random((ROWS, 6)) < 0.02).astype(float)
    flags[:, 5] = 0.0
    chosen = Settings(lags=4, seen_rows=0, smoothing_rows=8.0)
    together = learn(readings, flags, chosen)
    assert not together.flag_weights[:, 5].any()
    for channel in range(40):
        alone, residuals = fit_forecaster(
            held(readings[:, channel]),
            flags[:, :5],
            lags=4,
            decay=chosen.flag_rows,
            penalty=chosen.penalty,
            folds=chosen.folds,
        )
        amounts = np.abs(residuals)
        limit = chosen.residual_margin * smoothed(amounts, 8.0, amounts[0]).max()
        scaling = [alone.centre / alone.scale, alone.scale, alone.constant]
        assert np.allclose(together.scaling[:, channel], scaling, rtol=1e-9, atol=1e-12)
        assert np.allclose(together.lag_weights[:, channel], alone.lag_weights, atol=1e-10)
        assert np.allclose(together.flag_weights[:, :5, channel], alone.flag_weights.T, atol=1e-10)
        assert together.limits[0, channel] == pytest.approx(max(limit, 0.03), rel=1e-9)
        assert together.expected[0, channel] == pytest.approx(amounts.mean(), abs=1e-10)


def test_runs_with_the_largest_residuals_can_be_left_out():
    random = np.random.default_rng(RNG_SEED)
    readings = random.standard_normal((800, 2))
    readings[150:170, 0] += 40.0  # an event in one of eight runs, of one channel
    limits = [
        learn(
            readings,
            np.zeros((800, 0)),
            Settings(lags=4, seen_rows=0, smoothing_rows=4.0, folds_left_out=out),
        ).limits[0]
        for out in (0, 1, 99)
    ]
    assert limits[1][0] < 0.5 * limits[0][0]
    assert 0.5 * limits[0][1] < limits[1][1] <= limits[0][1]
    assert (limits[2] <= limits[1]).all()  # of all runs one is always kept
    assert (limits[2] > 0.03).all()


def test_few_rows_are_judged_in_fewer_runs():
    assert fold_bounds(5, 8).tolist() == [0, 2, 5]
    assert fold_bounds(1, 8).tolist() == [0, 1]
    assert held_out_distances(np.ones((1, 3)), 4, 8).tolist() == [0.0]


def test_smoothing_equals_the_closed_form():
    found = smoothed(np.ones(50), 9.0, 0.0)
    np.testing.assert_allclose(found, 1 - 0.8 ** np.arange(1, 51), rtol=1e-12)


def test_spans_of_ratios():
    ratios = np.array([0.0, 0.8, 1.2, 0.0, 0.0, 0.0, 0.9, 0.0, 0.0, 0.0, 0.0, 1.5, np.nan, 0.8])
    assert merged_spans(ratios, 0.7, 4) == [(1, 7, 1.2), (11, 14, 1.5)]
    assert merged_spans(ratios, 0.7, 5) == [(1, 14, 1.5)]
    assert merged_spans(ratios, 0.7, 1) == [(1, 3, 1.2), (11, 12, 1.5)]
    assert merged_spans(np.array([]), 0.7, 1) == []


def test_events_are_counted_once():
    labels = [(10, 20), (30, 40)]
    assert count_events([(12, 35, 1.0)], labels) == (2, 0, 0)
    assert count_events([(20, 30, 1.0), (12, 13, 1.0), (15, 16, 1.0)], labels) == (1, 1, 1)
    assert precision_recall_f(0, 0, 5) == (0.0, 0.0, 0.0)
    assert precision_recall_f(3, 1, 3)[2] == pytest.approx(1.25 * 0.75 * 0.5 / (0.25 * 0.75 + 0.5))


def test_thresholds_fixed_and_following():
    amounts = np.full(200, 10.0)
    assert dynamic_ratios(amounts, 1.0, 0.0).tolist() == [10.0] * 200
    following = dynamic_ratios(amounts, 1.0, 3.0)
    assert following[0] > 1
    assert following[-1] < 0.5


def test_limits_rates_and_persistence():
    readings = np.array(
        [[0.0, 0.0], [6.0, 1.0], [np.nan, 2.0], [6.0, 9.0], [6.0, 9.5], [0.0, np.nan], [7.0, 9.0]]
    )
    found = limit_alarms(readings, [-5, -50], [5, 50], [np.inf, 3.0], [2, 1])
    assert found[:, 0].tolist() == [False, False, False, True, True, False, False]
    assert found[:, 1].tolist() == [False, False, False, True, False, False, False]
    for wrong in ({"low": 3.0, "high": 1.0}, {"low": 0.0, "high": 1.0, "persistence": 0}):
        with pytest.raises(InputError, match="low <= high"):
            limit_alarms(readings, **wrong)
    with pytest.raises(InputError, match="one a channel"):
        limit_alarms(readings, [0.0, 0.0, 0.0], 1.0)
    with pytest.raises(InputError, match="expected"):
        limit_alarms(readings[:, 0], 0.0, 1.0)


def test_settings_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().gap = 3
