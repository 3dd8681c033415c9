"""The plainest watch: limits, rates and how long a reading must stay outside to be told."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import InputError
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]
Counts = NDArray[np.int64]


@inner_kernel
def limit_step(
    readings: Array,
    low: Array,
    high: Array,
    largest_change: Array,
    persistence: Counts,
    last: Array,
    outside: Counts,
    alarms: NDArray[np.bool_],
) -> None:
    """Advance limits and rates of all channels by one row.

    Parameters
    ----------
    readings, low, high, largest_change : ndarray, (channel,)
        Readings and what they may be; the change is from the last finite reading to this one.
    persistence : ndarray, (channel,)
        Rows in a row that must be outside before an alarm.
    last : ndarray, (channel,)
        Last finite reading, NaN before the first. Changed.
    outside : ndarray, (channel,)
        Rows in a row outside so far. Changed.
    alarms : ndarray, (channel,)
        Written.
    """
    # Without branches, and few arrays a loop, so that a processor takes several channels at once.
    # Where nothing came (NaN) it is neither good nor bad.
    for channel in range(readings.shape[0]):
        reading = readings[channel]
        beyond = (
            (reading < low[channel])
            | (reading > high[channel])
            | (abs(reading - last[channel]) > largest_change[channel])
        )
        rows = outside[channel]
        longer = rows + 1 if beyond else 0
        outside[channel] = rows if reading != reading else longer
    for channel in range(readings.shape[0]):
        reading = readings[channel]
        last[channel] = last[channel] if reading != reading else reading
    for channel in range(readings.shape[0]):
        alarms[channel] = outside[channel] >= persistence[channel]


@kernel
def _alarms(
    readings: Array, low: Array, high: Array, largest_change: Array, persistence: Counts
) -> NDArray[np.bool_]:
    alarms = np.zeros(readings.shape, dtype=np.bool_)
    last = np.full(readings.shape[1], np.nan)
    outside = np.zeros(readings.shape[1], dtype=np.int64)
    for row in range(readings.shape[0]):
        limit_step(
            readings[row], low, high, largest_change, persistence, last, outside, alarms[row]
        )
    return alarms


def limit_alarms(
    readings: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    largest_change: ArrayLike = np.inf,
    persistence: ArrayLike = 1,
) -> NDArray[np.bool_]:
    """Say of each row whether a channel has been outside of its limits for long enough.

    Outside is below `low`, above `high`, or further than `largest_change` from the last reading.
    An alarm ends with the first row inside.

    Parameters
    ----------
    readings : array_like, (time, channel)
        In the unit of the limits. NaN where nothing came: the channel stays as it was.
    low, high, largest_change : array_like, (channel,) or scalar
        Limits, in that unit; infinite where there is none.
    persistence : array_like of int, (channel,) or scalar
        Rows in a row outside before an alarm, at least one.

    Returns
    -------
    ndarray of bool, (time, channel)

    Raises
    ------
    InputError
        If a low limit is above the high one, a limit is NaN, or persistence is below one.

    Examples
    --------
    >>> readings = np.array([[1.0], [9.0], [9.0], [1.0]])
    >>> limit_alarms(readings, 0.0, 5.0, persistence=2).ravel().tolist()
    [False, False, True, False]
    """
    table = np.ascontiguousarray(readings, dtype=np.float64)
    if table.ndim != 2:
        raise InputError(f"readings: given shape {table.shape}, expected (time, channel)")
    channels = table.shape[1]
    try:
        below, above, change = (
            np.array(np.broadcast_to(np.asarray(limit, dtype=np.float64), (channels,)))
            for limit in (low, high, largest_change)
        )
        rows = np.array(np.broadcast_to(np.asarray(persistence, dtype=np.int64), (channels,)))
    except ValueError:
        raise InputError(f"limits: expected one number or {channels}, one a channel") from None
    if not (np.all(below <= above) and np.all(change >= 0) and np.all(rows >= 1)):
        raise InputError(
            "limits: expected low <= high, largest change >= 0 and persistence >= 1 in each channel"
        )
    return np.asarray(_alarms(table, below, above, change, rows))
