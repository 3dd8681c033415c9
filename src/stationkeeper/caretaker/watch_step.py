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
LEAST_FADING = 1e-12  # [-] below it a sum of past commands is nothing, and is passed over; ours

MEAN, SQUARE, RESIDUAL, DISTANCE, QUIET_RESIDUAL, QUIET_DISTANCE, LAST, FORECAST = range(8)
LEVELS = 8  # rows of `levels`


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
    history : ndarray, (lag, channel)
        Last standardised readings, a ring. Changed.
    levels : ndarray, (LEVELS, channel)
        Moving means, means of the quiet, last reading, forecast. Changed.
    fading : ndarray, (flag,)
        Decaying sums of commands. Changed.
    place : ndarray, (1,)
        Rows seen so far. Changed.
    ratios : ndarray, (channel, 2)
        Of the residual and of the distance from what was seen; one at the threshold. Written.
    """
    lags, channels = history.shape
    count = place[0]
    newest = count % lags
    share = 1.0 / (count + 1)
    fade = shares[2]
    root = np.sqrt(1.0 / fade)
    if count == 0:  # before the first row the first reading stands
        for channel in range(channels):
            value = levels[LAST, channel]
            if np.isfinite(readings[channel]):
                value = readings[channel] / scaling[1, channel] - scaling[0, channel]
            history[:, channel] = min(max(value, -LARGEST), LARGEST)
    # Channels run innermost, in order of memory, so that a processor does several at once.
    for channel in range(channels):
        levels[FORECAST, channel] = scaling[2, channel]
    for lag in range(lags):
        where = newest - 1 - lag
        if where < 0:
            where += lags
        for channel in range(channels):
            levels[FORECAST, channel] += lag_weights[lag, channel] * history[where, channel]
    for flag in range(flags.shape[0]):
        fading[flag] += fade * (flags[flag] - fading[flag])
        if abs(fading[flag]) < LEAST_FADING:
            fading[flag] = 0.0
        if flags[flag] == 0.0 and fading[flag] == 0.0:
            continue
        late = fading[flag] * root
        for channel in range(channels):
            levels[FORECAST, channel] += flags[flag] * flag_weights[0, flag, channel]
            levels[FORECAST, channel] += late * flag_weights[1, flag, channel]
    for channel in range(channels):
        value = levels[LAST, channel]
        if np.isfinite(readings[channel]):
            value = readings[channel] / scaling[1, channel] - scaling[0, channel]
            value = min(max(value, -LARGEST), LARGEST)
            mean = levels[MEAN, channel]
            mean += shares[1] * (value - mean)
            square = levels[SQUARE, channel]
            square += shares[1] * ((value - mean) * (value - mean) - square)
            levels[LAST, channel], levels[MEAN, channel] = value, mean
            levels[SQUARE, channel] = square
            amount = min(abs(value - levels[FORECAST, channel]), CUT * limits[0, channel])
            levels[RESIDUAL, channel] += shares[0] * (amount - levels[RESIDUAL, channel])
            if seen_count[channel] > 0:
                amount = nearest_distance(
                    seen[channel], seen_count[channel], value, mean, np.sqrt(square)
                )
                amount = min(amount, CUT * limits[1, channel])
                levels[DISTANCE, channel] += shares[0] * (amount - levels[DISTANCE, channel])
        history[newest, channel] = value
        for sign in range(2):
            amount, limit = levels[RESIDUAL + sign, channel], limits[sign, channel]
            quiet = levels[QUIET_RESIDUAL + sign, channel]
            quiet += share * (quiet_share(amount, limit, quiet, shares[3]) - quiet)
            levels[QUIET_RESIDUAL + sign, channel] = quiet
            ratios[channel, sign] = threshold_ratio(amount, limit, quiet, shares[3])
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
