"""One row of telemetry, all channels: forecast, residual, smoothing, ratio. Looks back only."""

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.familiarity import nearest_distance
from stationkeeper.caretaker.forecast import LARGEST
from stationkeeper.caretaker.thresholds import quiet_share, threshold_ratio
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

CUT = 200.0  # [-] largest residual of one row, in limits: what one wild row can add; ours
LEAST_CHANGE = 1e-300  # [-] below it the sums of past commands are nothing (no slow subnormals)

MEAN, SQUARE, RESIDUAL, DISTANCE, QUIET_RESIDUAL, QUIET_DISTANCE, LAST = range(7)
LEVELS = 7  # columns of `levels`


@inner_kernel
def watch_step(
    readings: Array,
    flags: Array,
    scaling: Array,
    lag_weights: Array,
    flag_weights: Array,
    seen: Array,
    seen_count: Counts,
    limits: Array,
    shares: Array,
    history: Array,
    levels: Array,
    fading: Array,
    place: Counts,
    ratios: Array,
) -> None:
    """Advance the watch of all channels by one row.

    Parameters
    ----------
    readings : ndarray, (channel,)
        As received; one that is not finite leaves its channel where it was.
    flags : ndarray, (flag,)
        Command flags of the row, finite.
    scaling, lag_weights, flag_weights, seen, seen_count, limits, shares : ndarray
        What was learnt: see `stationkeeper.caretaker.watch.Watcher`.
    history : ndarray, (channel, lag)
        Last standardised readings, a ring. Changed.
    levels : ndarray, (channel, LEVELS)
        Moving means, sums of the quiet, last reading. Changed.
    fading : ndarray, (flag,)
        Decaying sums of commands. Changed.
    place : ndarray, (1,)
        Rows seen so far. Changed.
    ratios : ndarray, (channel, 2)
        Of the residual and of the distance from what was seen; one at the threshold. Written.
    """
    lags = history.shape[1]
    count = place[0]
    newest = count % lags
    fade = shares[2]
    root = np.sqrt(1.0 / fade)
    for flag in range(flags.shape[0]):
        fading[flag] += fade * (flags[flag] - fading[flag])
        if abs(fading[flag]) < LEAST_CHANGE:
            fading[flag] = 0.0
    for channel in range(readings.shape[0]):
        reading = readings[channel]
        if np.isfinite(reading):
            value = reading / scaling[channel, 1] - scaling[channel, 0] / scaling[channel, 1]
            value = min(max(value, -LARGEST), LARGEST)
            levels[channel, LAST] = value
            arrived = True
        else:
            value = levels[channel, LAST]
            arrived = False
        if count == 0:
            for lag in range(lags):
                history[channel, lag] = value
        forecast = scaling[channel, 2]
        for lag in range(lags):
            where = newest - 1 - lag
            if where < 0:
                where += lags
            forecast += lag_weights[channel, lag] * history[channel, where]
        for flag in range(flags.shape[0]):
            forecast += flag_weights[channel, flag, 0] * flags[flag]
            forecast += flag_weights[channel, flag, 1] * fading[flag] * root
        history[channel, newest] = value
        level = levels[channel]
        if arrived:
            level[MEAN] += shares[1] * (value - level[MEAN])
            apart = value - level[MEAN]
            level[SQUARE] += shares[1] * (apart * apart - level[SQUARE])
            amount = min(abs(value - forecast), CUT * limits[channel, 0])
            level[RESIDUAL] += shares[0] * (amount - level[RESIDUAL])
            if seen_count[channel] > 0:
                amount = nearest_distance(
                    seen[channel], seen_count[channel], value, level[MEAN], np.sqrt(level[SQUARE])
                )
                amount = min(amount, CUT * limits[channel, 1])
                level[DISTANCE] += shares[0] * (amount - level[DISTANCE])
        rows = count + 1
        before = max(count, 1)
        level[QUIET_RESIDUAL] += quiet_share(
            level[RESIDUAL], limits[channel, 0], level[QUIET_RESIDUAL] / before, shares[3]
        )
        level[QUIET_DISTANCE] += quiet_share(
            level[DISTANCE], limits[channel, 1], level[QUIET_DISTANCE] / before, shares[3]
        )
        ratios[channel, 0] = threshold_ratio(
            level[RESIDUAL], limits[channel, 0], level[QUIET_RESIDUAL] / rows, shares[3]
        )
        ratios[channel, 1] = threshold_ratio(
            level[DISTANCE], limits[channel, 1], level[QUIET_DISTANCE] / rows, shares[3]
        )
    place[0] = count + 1


@kernel
def watch_rows(
    readings: Array,
    flags: Array,
    scaling: Array,
    lag_weights: Array,
    flag_weights: Array,
    seen: Array,
    seen_count: Counts,
    limits: Array,
    shares: Array,
    history: Array,
    levels: Array,
    fading: Array,
    place: Counts,
    ratios: Array,
) -> None:
    """Advance the watch by the rows of readings (time, channel) and flags (time, flag).

    The rest as for `watch_step`, with ratios (time, channel, 2).
    """
    for row in range(readings.shape[0]):
        watch_step(
            readings[row],
            flags[row],
            scaling,
            lag_weights,
            flag_weights,
            seen,
            seen_count,
            limits,
            shares,
            history,
            levels,
            fading,
            place,
            ratios[row],
        )
