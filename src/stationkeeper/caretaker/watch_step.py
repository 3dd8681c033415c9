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
    forecast = levels[FORECAST]
    forecast[:] = scaling[2]
    for lag in range(lags):
        where = newest - 1 - lag
        if where < 0:
            where += lags
        weights, past = lag_weights[lag], history[where]
        for channel in range(channels):
            forecast[channel] += weights[channel] * past[channel]
    for flag in range(flags.shape[0]):
        now = flags[flag]
        fading[flag] += fade * (now - fading[flag])
        if abs(fading[flag]) < LEAST_FADING:
            fading[flag] = 0.0
        if now == 0.0 and fading[flag] == 0.0:
            continue
        late = fading[flag] * root
        weights, others = flag_weights[0, flag], flag_weights[1, flag]
        if now != 0.0:
            for channel in range(channels):
                forecast[channel] += now * weights[channel]
        for channel in range(channels):
            forecast[channel] += late * others[channel]
    # Few arrays a loop, no branches, and divisions that do not ask for zero: else the compiler
    # takes one channel at a time.
    centres, scales, lasts, residuals = scaling[0], scaling[1], levels[LAST], levels[RESIDUAL]
    for channel in range(channels):
        value = np.true_divide(readings[channel], scales[channel]) - centres[channel]
        value = min(max(value, -LARGEST), LARGEST)
        lasts[channel] = value if abs(readings[channel]) < np.inf else lasts[channel]
    history[newest] = lasts
    largest, quick = limits[0], shares[0]
    for channel in range(channels):
        amount = min(abs(lasts[channel] - forecast[channel]), CUT * largest[channel])
        level = residuals[channel]
        moved = level + quick * (amount - level)
        residuals[channel] = moved if abs(readings[channel]) < np.inf else level
    familiar = False
    for channel in range(channels):
        familiar |= seen_count[channel] > 0
    if familiar:
        for channel in range(channels):
            if not np.isfinite(readings[channel]):
                continue
            value, mean, square = lasts[channel], levels[MEAN, channel], levels[SQUARE, channel]
            mean += shares[1] * (value - mean)
            square += shares[1] * ((value - mean) * (value - mean) - square)
            levels[MEAN, channel], levels[SQUARE, channel] = mean, square
            if seen_count[channel] > 0:
                amount = nearest_distance(
                    seen[channel], seen_count[channel], value, mean, np.sqrt(square)
                )
                amount = min(amount, CUT * limits[1, channel])
                levels[DISTANCE, channel] += shares[0] * (amount - levels[DISTANCE, channel])
    multiple = shares[3]
    for sign in range(2 if familiar else 1):
        amounts, largest = levels[RESIDUAL + sign], limits[sign]
        quiets = levels[QUIET_RESIDUAL + sign]
        for channel in range(channels):
            quiet = quiets[channel]
            added = quiet_share(amounts[channel], largest[channel], quiet, multiple)
            quiets[channel] = quiet + share * (added - quiet)
        for channel in range(channels):
            ratios[channel, sign] = threshold_ratio(
                amounts[channel], largest[channel], quiets[channel], multiple
            )
    if not familiar:
        ratios[:, 1] = 0.0
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
