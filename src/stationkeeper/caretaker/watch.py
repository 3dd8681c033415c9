"""Watch telemetry: learn each channel from a nominal record, then tell where it is not itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.caretaker.events import Span, merged_spans
from stationkeeper.caretaker.familiarity import channel_states, held_out_distances, thinned
from stationkeeper.caretaker.forecast import LARGEST, fit_forecaster, held, standardised
from stationkeeper.caretaker.residuals import smoothed
from stationkeeper.caretaker.watch_fit import fit_forecasters
from stationkeeper.caretaker.watch_step import (
    DISTANCE,
    LEVELS,
    RESIDUAL,
    watch_rows,
)
from stationkeeper.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """Constants of the watch, in rows of telemetry and in shares.

    Chosen by us on the 14 channels of even rank of the MSL telemetry, before the others were
    scored: see docs/explanation/watch.md.
    """

    lags: int = 50  # past readings of the forecast
    penalty: float = 1.0  # of squared weights
    flag_rows: float = 20.0  # over which past commands fade
    state_rows: float = 30.0  # of the mean and spread that say in which state a channel is
    seen_rows: int = 512  # states kept of the nominal record; 0 leaves familiarity out
    folds: int = 8  # runs of the nominal record, each judged by the others
    folds_left_out: int = 0  # runs whose residuals may be larger: an event in the nominal record
    smoothing_rows: float = 120.0  # of residuals
    residual_margin: float = 1.5  # times the largest smoothed residual of the nominal record
    distance_margin: float = 1.1  # times the largest smoothed distance of it
    least_limit: float = 0.03  # of both, in deviations: finer changes are never told
    quiet_multiple: float = 3.0  # times the mean of the record so far
    hold: float = 0.7  # of the threshold: where a span begins and ends
    gap: int = 100  # rows between excursions of one span


@dataclass(frozen=True, eq=False)
class Watcher:
    """What was learnt of all channels: arrays that `watch_step` takes as they are.

    ``scaling`` (3, channel): centre in scales, scale, constant of the forecast. ``lag_weights``
    (lag, channel), ``flag_weights`` (2, flag, channel). ``seen`` (channel, row, 3) states of the
    nominal record and ``seen_count`` (channel,) how many. ``limits`` (2, channel) of smoothed
    residual and distance. ``expected`` (2, channel) means of both. ``shares`` (4,): of a row in the
    smoothing, in the state, in the fading of commands; multiple of the quiet mean.
    """

    settings: Settings
    scaling: Array
    lag_weights: Array
    flag_weights: Array
    seen: Array
    seen_count: NDArray[np.int64]
    limits: Array
    expected: Array
    shares: Array


@dataclass(frozen=True, eq=False)
class WatchState:
    """Where a watch stands between two rows: arrays that `watch_step` changes in place."""

    history: Array
    levels: Array
    fading: Array
    place: NDArray[np.int64]


def _table(values: ArrayLike, name: str) -> Array:
    """Read an array as (time, column)."""
    try:
        table = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}: expected an array of numbers (time, features)") from None
    if table.ndim == 1:
        table = table[:, np.newaxis]
    if table.ndim != 2 or table.shape[1] == 0:
        raise InputError(f"{name}: given shape {table.shape}, expected (time, features)")
    return table


def _finite_flags(flags: Array) -> Array:
    return np.clip(np.where(np.isfinite(flags), flags, 0.0), -LARGEST, LARGEST)


def learn(readings: ArrayLike, flags: ArrayLike, settings: Settings | None = None) -> Watcher:
    """Learn what is nominal of each channel.

    Parameters
    ----------
    readings : array_like, (time, channel)
        Nominal telemetry; NaN where there is none.
    flags : array_like, (time, flag)
        Command flags of the same rows, shared by all channels; may have no column.
    settings : Settings, optional
        Constants.

    Returns
    -------
    Watcher

    Raises
    ------
    InputError
        If shapes do not match, or a channel has no finite reading.

    Notes
    -----
    The limits are what the largest smoothed residuals of rows were that the weights had not seen:
    with few rows they mean little. Channels are learnt one by one; what two channels do together is
    left out.

    Examples
    --------
    >>> watcher = learn(np.sin(np.arange(600) / 9)[:, None], np.zeros((600, 0)))
    >>> watcher.lag_weights.shape
    (50, 1)
    """
    chosen = settings or Settings()
    table = _table(readings, "readings")
    commands = _finite_flags(np.asarray(flags, dtype=np.float64))
    if commands.ndim != 2 or len(commands) != len(table):
        raise InputError(
            f"flags: given shape {commands.shape}, expected (time, flag) with the {len(table)} rows"
            " of the readings"
        )
    missing = np.flatnonzero(~np.isfinite(table).any(axis=0))
    if len(missing):
        raise InputError(
            f"training: given no finite reading in column {missing[0]}, expected some nominal ones"
        )
    channels, used = table.shape[1], np.flatnonzero(np.any(commands != 0, axis=0))
    scaling, limits = np.empty((3, channels)), np.empty((2, channels))
    lag_weights = np.zeros((max(1, chosen.lags), channels))
    flag_weights = np.zeros((2, commands.shape[1], channels))
    expected = np.zeros((2, channels))
    most = max(1, min(chosen.seen_rows, len(table)))
    seen, seen_count = np.zeros((channels, most, 3)), np.zeros(channels, dtype=np.int64)
    if chosen.seen_rows == 0:
        fits = fit_forecasters(
            table,
            commands[:, used],
            lags=chosen.lags,
            decay=chosen.flag_rows,
            penalty=chosen.penalty,
            folds=chosen.folds,
            smoothing=chosen.smoothing_rows,
        )
        scaling[:] = fits.centre / fits.scale, fits.scale, fits.constant
        lag_weights[: chosen.lags] = fits.lag_weights
        flag_weights[:, used] = fits.flag_weights
        expected[0] = fits.mean
        most = np.sort(fits.most, axis=0)[max(0, len(fits.most) - 1 - chosen.folds_left_out)]
        limits[:] = chosen.residual_margin * most, np.zeros(channels)
    for channel in range(channels if chosen.seen_rows > 0 else 0):
        values = held(table[:, channel])
        fitted, residuals = fit_forecaster(
            values,
            commands[:, used],
            lags=chosen.lags,
            decay=chosen.flag_rows,
            penalty=chosen.penalty,
            folds=chosen.folds,
        )
        scaling[:, channel] = fitted.centre / fitted.scale, fitted.scale, fitted.constant
        lag_weights[: chosen.lags, channel] = fitted.lag_weights
        flag_weights[:, used, channel] = fitted.flag_weights.T
        amounts = np.abs(residuals)
        expected[0, channel] = amounts.mean()
        limits[0, channel] = (
            chosen.residual_margin * smoothed(amounts, chosen.smoothing_rows, amounts[0]).max()
        )
        states = channel_states(
            standardised(values, fitted.centre, fitted.scale), chosen.state_rows
        )
        kept = thinned(states, chosen.seen_rows)
        seen[channel, : len(kept)], seen_count[channel] = kept, len(kept)
        apart = held_out_distances(states, chosen.seen_rows, chosen.folds)
        expected[1, channel] = apart.mean()
        limits[1, channel] = (
            chosen.distance_margin * smoothed(apart, chosen.smoothing_rows, apart[0]).max()
        )
    return Watcher(
        settings=chosen,
        scaling=scaling,
        lag_weights=lag_weights,
        flag_weights=flag_weights,
        seen=seen,
        seen_count=seen_count,
        limits=np.maximum(limits, chosen.least_limit),
        expected=expected,
        shares=np.array(
            [
                2.0 / (chosen.smoothing_rows + 1.0),
                2.0 / (chosen.state_rows + 1.0),
                1.0 / chosen.flag_rows,
                chosen.quiet_multiple,
            ]
        ),
    )


def begin(watcher: Watcher) -> WatchState:
    """Return where a watch stands before its first row.

    Parameters
    ----------
    watcher : Watcher
        What was learnt.

    Returns
    -------
    WatchState
        Own arrays; several watches may share one `Watcher`.

    Examples
    --------
    >>> watcher = learn(np.ones((60, 2)), np.zeros((60, 3)))
    >>> begin(watcher).fading.shape
    (3,)
    """
    levels = np.zeros((LEVELS, watcher.scaling.shape[1]))  # until a reading comes: the mean
    levels[RESIDUAL], levels[DISTANCE] = watcher.expected
    return WatchState(
        history=np.zeros(watcher.lag_weights.shape),
        levels=levels,
        fading=np.zeros(watcher.flag_weights.shape[1]),
        place=np.zeros(1, dtype=np.int64),
    )


def watch_ratios(
    watcher: Watcher, state: WatchState, readings: ArrayLike, flags: ArrayLike
) -> Array:
    """Watch further rows; whether they come at once or one by one makes no difference.

    Parameters
    ----------
    watcher : Watcher
        What was learnt.
    state : WatchState
        Where the watch stands; moved on by the rows.
    readings : array_like, (time, channel)
        Telemetry; a reading that is not finite leaves its channel where it was.
    flags : array_like, (time, flag)
        Command flags of the same rows.

    Returns
    -------
    ndarray, (time, channel, 2)
        Smoothed residual of the forecast, and smoothed distance from the states of the nominal
        record, each one at its threshold. A row depends on no later one. [-]

    Raises
    ------
    InputError
        If the columns are not those that were learnt.

    Examples
    --------
    >>> watcher = learn(np.ones((60, 1)), np.zeros((60, 0)))
    >>> state = begin(watcher)
    >>> quiet = watch_ratios(watcher, state, np.ones((200, 1)), np.zeros((200, 0)))
    >>> after = watch_ratios(watcher, state, np.full((20, 1), 5.0), np.zeros((20, 0)))
    >>> bool(quiet.max() < 1), bool(after.max() > 1)
    (True, True)
    """
    table = np.ascontiguousarray(_table(readings, "readings"))
    commands = np.ascontiguousarray(_finite_flags(np.asarray(flags, dtype=np.float64)))
    expected = (len(table), watcher.flag_weights.shape[1])
    if table.shape[1] != watcher.scaling.shape[1] or commands.shape != expected:
        raise InputError(
            f"telemetry: given {table.shape[1]} channels and flags of shape {commands.shape},"
            f" expected {watcher.scaling.shape[1]} and {expected}, as in training"
        )
    ratios = np.empty((*table.shape, 2))
    watch_rows(
        table,
        commands,
        watcher.scaling,
        watcher.lag_weights,
        watcher.flag_weights,
        watcher.seen,
        watcher.seen_count,
        watcher.limits,
        watcher.shares,
        state.history,
        state.levels,
        state.fading,
        state.place,
        ratios,
    )
    return ratios


def watch(train: ArrayLike, test: ArrayLike, settings: Settings | None = None) -> list[Span]:
    """Find the spans of a record in which a channel is not as it was in training.

    Parameters
    ----------
    train, test : array_like, (time, features) or (time,)
        Column 0 is the reading, the others are command flags. NaN where there is none.
    settings : Settings, optional
        Constants.

    Returns
    -------
    list of (start, end, score)
        Indices into `test`, end exclusive, in order; the score is the largest ratio to the
        threshold, greater than one. No begin depends on a row after the span was told.

    Raises
    ------
    InputError
        If the arrays have other shapes, or training has no finite reading.

    Notes
    -----
    On Mars rover telemetry by event: see docs/explanation/watch.md and ``validate watch``. A span
    ends when its smoothed ratio has fallen, some tens of rows after the telemetry is itself again.

    Examples
    --------
    >>> train, test = np.sin(np.arange(900) / 9), np.sin(np.arange(600) / 9)
    >>> test[300:340] = 4.0
    >>> [(300 <= start < 310, end > 340) for start, end, score in watch(train, test)]
    [(True, True)]
    """
    nominal, record = _table(train, "train"), _table(test, "test")
    if nominal.shape[1] != record.shape[1]:
        raise InputError(
            f"test: given {record.shape[1]} features, expected the {nominal.shape[1]} of train"
        )
    if len(nominal) == 0:
        raise InputError("train: given no row, expected some nominal ones")
    watcher = learn(nominal[:, :1], nominal[:, 1:], settings)
    ratios = watch_ratios(watcher, begin(watcher), record[:, :1], record[:, 1:])
    chosen = watcher.settings
    return merged_spans(ratios[:, 0].max(axis=-1), chosen.hold, chosen.gap)
