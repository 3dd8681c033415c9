"""Limits and the watch in the loop: row after row of telemetry, and only what is new is told.

Rows of ten seconds go to the limits. The watch takes the mean of three: it costs a third, and noise
is less. It looks at readings beside their own mean of about a day: slow change, as of the Sun over
the orbit, is left to the limits. What it may know beside readings are states (loads on and off,
modes, hatches) and what is computed aboard (shadow, people): changes of both explain what follows
them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.limits import limit_step
from stationkeeper.caretaker.vehicle import Noticed
from stationkeeper.caretaker.watch import Settings, Watcher, begin, learn
from stationkeeper.caretaker.watch_step import LEVELS, watch_step
from stationkeeper.errors import InputError
from stationkeeper.kernels import inner_kernel
from stationkeeper.operations.registry import Reading, Registry

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

ROW_S = 10.0  # [s] rows that are watched; those between, flown finely, are not
EVERY = 3  # rows of one mean; ours
KNOWN = ("env.sunlit", "people.aboard", "attitude.mode", "link.path")
"""Signals that a station computes or commands itself."""

WATCH = Settings(
    lags=4,
    penalty=1.0,
    flag_rows=6.0,  # 3 min
    seen_rows=0,
    folds=8,
    folds_left_out=2,  # 2.5 of 10 d: a computer may stop on a nominal day
    smoothing_rows=4.0,  # 2 min
    residual_margin=2.0,
    least_limit=1e-9,
    quiet_multiple=0.0,  # a station is the same for years: what lasts is not got used to
    hold=0.7,
    gap=20,  # 10 min
)
"""Chosen by us on nominal missions 0-4 of ROS."""
PERSISTENCE = 3  # means in a row above the threshold before an event; ours
LIMIT_GAP = 30  # rows in a row inside before an alarm is over, 5 min; ours
SETTLING_S = 10_800.0  # [s] two orbits from the begin, in which the watch tells nothing; ours
SLOW = 2_880  # means over which a channel's own mean follows it, a day; ours
AGAIN = 5_760  # means: what comes again within two days of its end is not told again; ours
STALE_ROWS = 6  # rows in a row that did not come before it is told; ours

LIMIT_BEGINS, LIMIT_ENDS, WATCH_BEGINS, WATCH_ENDS, STALE_BEGINS, STALE_ENDS = range(6)

(_CHANNELS, _WATCHED, _COLUMNS, _SIGNALS, _LAGS, _EVERY, _PERSISTENCE, _GAP, _STALE, _LEARNING) = (
    range(10)
)
_HEAD = 10  # numbers before the lists in the wires


@dataclass(frozen=True, eq=False)
class Monitor:
    """Limits and a watch over one telemetry dictionary: arrays for `monitor_step`."""

    names: tuple[str, ...]
    watched: NDArray[np.int64]
    """Columns of the dictionary that the watch follows."""
    wires: Counts
    constants: Array
    state: Array
    """Changed; with `counts` and `alarms` all that a monitor remembers."""
    counts: Counts
    alarms: NDArray[np.bool_]
    """(parameter,): a limit is exceeded now."""
    ratios: Array
    """(watched, 2): of the residual to its threshold."""
    record: NDArray[np.float32]
    """(row, watched + input) of a monitor that learns, else without rows."""
    news: Counts
    """(event, 2): column and what of the latest row."""

    @property
    def arrays(self) -> tuple[NDArray[np.generic], ...]:
        """What `monitor_step` takes after the signals, in its order."""
        return (
            self.wires,
            self.constants,
            self.state,
            self.counts,
            self.alarms,
            self.ratios,
            self.record,
            self.news,
        )


@dataclass(frozen=True, eq=False)
class Learned:
    """What the watch of one mission learnt on its nominal days."""

    watched: NDArray[np.int64]
    watcher: Watcher


@inner_kernel
def slow_step(means: Array, slow: Array) -> None:
    """Take their own slow mean from the latest means of all channels, both (channel,); changed."""
    for k in range(means.shape[0]):
        mean = means[k]
        before = mean if slow[k] != slow[k] else slow[k]  # the first one stands before it
        means[k] = mean - before
        slow[k] = slow[k] if mean != mean else before + (mean - before) / SLOW


@inner_kernel
def monitor_step(
    time: float,
    row: Array,
    signals: Array,
    wires: Counts,
    constants: Array,
    state: Array,
    counts: Counts,
    alarms: NDArray[np.bool_],
    ratios: Array,
    record: NDArray[np.float32],
    news: Counts,
) -> int:
    """Take one row of ten seconds, and return how many events it brought.

    Parameters
    ----------
    time : float
        A multiple of `ROW_S`: rows between are left out by whoever calls. [s]
    row : ndarray, (parameter,)
        Readings, NaN where lost.
    signals : ndarray
        Of the station, of which only `KNOWN` are read.
    wires, constants, state, counts, alarms, ratios, record, news : ndarray
        `Monitor.arrays`. All but the first two are changed.

    Returns
    -------
    int
        Rows of `news` written: column and LIMIT_BEGINS, LIMIT_ENDS, WATCH_BEGINS, ...
    """
    n, w = wires[_CHANNELS], wires[_WATCHED]
    columns, lags = wires[_COLUMNS], wires[_LAGS]
    f = columns + wires[_SIGNALS]
    found = 0
    # Limits.
    low, high, change = constants[:n], constants[n : 2 * n], constants[2 * n : 3 * n]
    outside, missing, stale = counts[:n], counts[n : 2 * n], counts[2 * n : 3 * n]
    before, persistence = counts[3 * n : 4 * n], counts[4 * n : 5 * n]
    limit_step(row, low, high, change, persistence, state[:n], outside, alarms)
    lost, moved = 0, 0
    for place in range(n):
        lost += 1 if row[place] != row[place] else 0
    for place in range(n):
        moved += (outside[place] >= persistence[place]) ^ (before[place] > 0)
    if moved > 0:  # rarely: what is not asked for each time costs nothing
        for place in range(n):
            if alarms[place] != (before[place] > 0):
                before[place] = 1 if alarms[place] else 0
                news[found, 0] = place
                news[found, 1] = LIMIT_BEGINS if alarms[place] else LIMIT_ENDS
                found += 1
    at = 5 * n
    finite, above, below = counts[at : at + w], counts[at + w : at + 2 * w], counts[at + 2 * w :]
    active, seen_count = counts[at + 3 * w : at + 4 * w], counts[at + 4 * w : at + 5 * w]
    quiet = counts[at + 5 * w : at + 6 * w]
    at += 6 * w
    place_of_row, single = counts[at : at + 1], counts[at + 1 : at + 4]  # rows, lost, recorded
    if lost > 0 or single[1] > 0:
        single[1] = 0
        for place in range(n):
            missing[place] = missing[place] + 1 if row[place] != row[place] else 0
            late = missing[place] >= wires[_STALE]
            single[1] += missing[place]
            if late != (stale[place] > 0):
                stale[place] = 1 if late else 0
                news[found, 0] = place
                news[found, 1] = STALE_BEGINS if late else STALE_ENDS
                found += 1
    # Means of some rows.
    at = n
    sums, means = state[at : at + w], state[at + w : at + 2 * w]
    at += 2 * w
    known, level = state[at : at + f], state[at + f : at + 2 * f]
    inputs, latest = state[at + 2 * f : at + 3 * f], state[at + 3 * f : at + 4 * f]
    at += 4 * f
    single[0] += 1
    if lost == 0:
        for k in range(w):
            sums[k] += row[wires[_HEAD + k]]
        for k in range(w):
            finite[k] += 1
    else:
        for k in range(w):
            reading = row[wires[_HEAD + k]]
            if reading == reading:
                sums[k] += reading
                finite[k] += 1
    for k in range(columns):
        reading = row[wires[_HEAD + w + k]]
        latest[k] = latest[k] if reading != reading else reading
    for k in range(columns, f):
        latest[k] = signals[wires[_HEAD + w + k]]
    for k in range(f):
        known[k] += latest[k]
    if time % (ROW_S * wires[_EVERY]) != 0.0:
        return found
    rows = single[0]
    single[0] = 0
    for k in range(w):
        means[k] = np.true_divide(sums[k], finite[k])
        sums[k] = 0.0
        finite[k] = 0
    slow_step(means, state[state.shape[0] - w :])
    for k in range(f):
        now = known[k] / rows
        apart = now - level[k]
        # A difference of rounding is none; nor is that from before the first mean (NaN).
        inputs[k] = apart if abs(apart) > 1e-9 else 0.0
        level[k] = now
        known[k] = 0.0
    if wires[_LEARNING] > 0:
        if single[2] < record.shape[0]:
            # Beside the slow mean already: 32 bits are enough.
            for k in range(w):
                record[single[2], k] = means[k]
            for k in range(f):
                record[single[2], w + k] = inputs[k]
            single[2] += 1
        return found
    # The watch.
    history = state[at : at + lags * w].reshape((lags, w))
    at += lags * w
    levels = state[at : at + LEVELS * w].reshape((LEVELS, w))
    fading = state[at + LEVELS * w : at + LEVELS * w + f]
    at = 3 * n
    scaling = constants[at : at + 3 * w].reshape((3, w))
    at += 3 * w
    lag_weights = constants[at : at + lags * w].reshape((lags, w))
    at += lags * w
    flag_weights = constants[at : at + 2 * f * w].reshape((2, f, w))
    at += 2 * f * w
    limits = constants[at : at + 2 * w].reshape((2, w))
    shares = constants[at + 2 * w : at + 2 * w + 4]
    hold = constants[at + 2 * w + 4]
    seen = constants[at + 2 * w + 5 : at + 5 * w + 5].reshape((w, 1, 3))
    watch_step(
        means,
        inputs,
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
        place_of_row,
        ratios,
    )
    for k in range(w):
        ratio = ratios[k, 0]
        above[k] = above[k] + 1 if ratio > 1.0 else 0
        below[k] = below[k] + 1 if ratio < hold else 0
        quiet[k] += 1
        begins = (active[k] == 0) & (above[k] >= wires[_PERSISTENCE]) & (time > SETTLING_S)
        ends = (active[k] > 0) & (below[k] >= wires[_GAP])
        if begins | ends:
            told = quiet[k] > AGAIN if begins else active[k] == 1
            active[k] = (1 if told else 2) if begins else 0
            quiet[k] = 0
            if told:
                news[found, 0] = wires[_HEAD + k]
                news[found, 1] = WATCH_BEGINS if begins else WATCH_ENDS
                found += 1
    return found


def known_columns(readings: Sequence[Reading]) -> list[int]:
    """Return the columns of states, whose changes explain what follows."""
    return [place for place, reading in enumerate(readings) if reading.kind == "state"]


def watchable(readings: Sequence[Reading]) -> NDArray[np.int64]:
    """Return the columns that a watch can follow: those that tell amounts."""
    return np.array(
        [place for place, reading in enumerate(readings) if reading.kind == "analog"], np.int64
    )


def monitor_of(
    registry: Registry, learned: Learned | None = None, *, learn_rows: int = 0
) -> Monitor:
    """Lay out the limits and the watch of a station.

    Parameters
    ----------
    registry : Registry
        With all its readings.
    learned : Learned, optional
        What the watch follows; without it there are limits only, or a record to learn from.
    learn_rows : int
        Means to record of all that can be watched, instead of watching. [-]

    Returns
    -------
    Monitor
        At the begin of a flight.
    """
    readings = registry.readings
    n = len(readings)
    columns = known_columns(readings)
    known = [registry.signals[name] for name in KNOWN if name in registry.signals]
    f = len(columns) + len(known)
    if learned is not None:
        watched, watcher = learned.watched, learned.watcher
        settings = watcher.settings
        standing = begin(watcher)
        if watcher.flag_weights.shape[1] != f:
            raise InputError(
                f"watch: learnt with {watcher.flag_weights.shape[1]} states, given {f}; expected"
                " the dictionary that it learnt"
            )
    else:
        watched, settings = (watchable(readings) if learn_rows else np.zeros(0, np.int64)), WATCH
    w = len(watched)
    lags = max(1, settings.lags)
    limits = [
        [reading.low for reading in readings],
        [reading.high for reading in readings],
        [reading.largest_change for reading in readings],
    ]
    head = [n, w, len(columns), len(known), lags, EVERY, PERSISTENCE, settings.gap, STALE_ROWS]
    state = np.zeros(n + 2 * w + 4 * f + (lags + LEVELS) * w + f + w)
    state[:n] = state[len(state) - w :] = np.nan
    pieces = [np.ravel(limits)]
    if learned is not None:
        pieces += [
            watcher.scaling.ravel(),
            watcher.lag_weights.ravel(),
            watcher.flag_weights.ravel(),
            watcher.limits.ravel(),
            watcher.shares,
            np.array([settings.hold]),
            np.zeros(3 * w),
        ]
        at = n + 2 * w + 4 * f
        state[at : len(state) - w] = np.concatenate(
            [standing.history.ravel(), standing.levels.ravel(), standing.fading]
        )
    first = [registry.first_signals[registry.signals[readings[k].signal]] for k in columns]
    first += [registry.first_signals[place] for place in known]
    at = n + 2 * w
    state[at + f : at + 2 * f] = np.nan  # before the first mean nothing has changed
    state[at + 3 * f : at + 4 * f] = first
    counts = np.zeros(6 * n + 6 * w + 4, dtype=np.int64)
    counts[5 * n + 5 * w : 5 * n + 6 * w] = AGAIN  # nothing was told so far
    counts[4 * n : 5 * n] = [max(1, reading.persistence) for reading in readings]
    learning = int(learned is None)  # without anything learnt there is nothing to watch by
    return Monitor(
        names=tuple(reading.name for reading in readings),
        watched=watched,
        wires=np.array([*head, learning, *watched, *columns, *known], dtype=np.int64),
        constants=np.concatenate(pieces),
        state=state,
        counts=counts,
        alarms=np.zeros(n, dtype=np.bool_),
        ratios=np.zeros((w, 2)),
        record=np.full((learn_rows, w + f), np.nan, dtype=np.float32),
        news=np.zeros((3 * n + 1, 2), dtype=np.int64),
    )


def learned_of(monitor: Monitor, settings: Settings = WATCH) -> Learned:
    """Learn from what a monitor recorded.

    Channels that never moved are left to the limits.

    Parameters
    ----------
    monitor : Monitor
        Of `learn_rows`, after a nominal flight.
    settings : Settings
        Constants of the watch.

    Returns
    -------
    Learned
    """
    rows = int(monitor.counts[len(monitor.counts) - len(monitor.names) - 1])
    record = monitor.record[:rows]
    w = len(monitor.watched)
    with np.errstate(invalid="ignore"):
        moves = np.nanmax(record[:, :w], axis=0) > np.nanmin(record[:, :w], axis=0)
    kept = np.flatnonzero(moves)
    return Learned(monitor.watched[kept], learn(record[:, kept], record[:, w:], settings))


def noticed(monitor: Monitor, count: int, time: float, row: Array) -> list[Noticed]:
    """Put the events of the latest row in words.

    Parameters
    ----------
    monitor : Monitor
        Right after `monitor_step`.
    count : int
        What that returned.
    time : float
        Of the row. [s]
    row : ndarray, (parameter,)
        Readings.

    Returns
    -------
    list of Noticed
        Limits first, then what did not come, then the watch; each by column.
    """
    found = []
    places = {int(column): place for place, column in enumerate(monitor.watched)}
    for column, what in monitor.news[:count]:
        rule = ("limit", "watch", "stale")[
            0 if what <= LIMIT_ENDS else 1 if what <= WATCH_ENDS else 2
        ]
        score = float(monitor.ratios[places[int(column)], 0]) if rule == "watch" else 1.0
        found.append(
            Noticed(
                time=time,
                parameter=monitor.names[column],
                rule=rule,  # type: ignore[arg-type]
                value=float(row[column]),
                score=score,
                over=bool(what in (LIMIT_ENDS, WATCH_ENDS, STALE_ENDS)),
            )
        )
    return found
