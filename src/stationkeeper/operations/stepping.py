"""The joint kernel: every part of a station, its sensors and its watch, step after step.

Parts come in the order of `build.PARTS`. What a part reads from one that comes later is of the step
before. The kernel stops where somebody has to be asked: at a new alarm, an event of the watch, or a
manager that changes its mode.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.module_managers import managers_step
from stationkeeper.kernels import kernel
from stationkeeper.operations.archive import archive_step
from stationkeeper.operations.faults import ONSET, apply_faults, clear_faults
from stationkeeper.operations.monitor import monitor_step
from stationkeeper.operations.parts import air, attitude, computers, heat, link, power, visits
from stationkeeper.operations.sensors import sense, sensor_faults

SAMPLE: Final = 60.0  # [s] between samples of the truth that pages and outcomes are drawn from
ROW: Final = 10.0  # [s] between rows that are watched
STALE: Final = 30.0  # [s] age beyond which a manager believes no sensor, as at the gate

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]


@kernel
def fly_steps(
    begin: float,
    dt: float,
    count: int,
    rows: Array,
    columns: Numbers,
    signals: Array,
    health: Array,
    nominal: Array,
    switches: Array,
    faults: Array,
    wires: Numbers,
    constants: Array,
    state: Array,
    ledger: Array,
    bounds: Numbers,
    sampled: Numbers,
    samples: NDArray[np.float32],
    sensor_wires: Numbers,
    sensor_constants: Array,
    sensor_state: Array,
    row: Array,
    measured: Array,
    manager_columns: Numbers,
    manager_scales: Array,
    manager_bounds: Array,
    manager_waits: Array,
    manager_alive: Numbers,
    managers: Array,
    leads: int,
    safe_switch: int,
    marked: bool,
    bands: Array,
    kept: Array,
    clock: Array,
    places: Numbers,
    ring: Array,
    whole: Array,
    changes: Array,
    monitor_wires: Numbers,
    monitor_constants: Array,
    monitor_state: Array,
    monitor_counts: Numbers,
    monitor_alarms: NDArray[np.bool_],
    monitor_ratios: Array,
    monitor_record: NDArray[np.float32],
    monitor_news: Numbers,
    told: Numbers,
) -> int:  # pragma: no cover - compiled
    r"""Advance the plant until the steps are done or somebody has to be asked.

    Parameters
    ----------
    begin : float
        Moment before the first step. [s]
    dt : float
        10 or 1. [s]
    count : int
        Steps at most.
    rows : ndarray, (count, signal of the surroundings)
        At the end of each step. [SI]
    columns : ndarray of int
        Signals that the columns of the rows go to.
    signals, health, nominal, switches, faults, wires, constants, state, ledger, bounds : ndarray
        The plant, see `build.Built` and `faults.fault_table`.
    sampled, samples : ndarray
        Signals kept once a minute, and where to, (minute, signal).
    sensor_wires, sensor_constants, sensor_state, row, measured : ndarray
        See `sensors.sense`; the latest row and when each parameter came last. [s]
    manager_columns, manager_scales, manager_bounds, manager_waits, \
    manager_alive, managers : ndarray
        See `module_managers.managers_step`.
    leads, safe_switch : int
        Signal that a computer leads, switch of safe mode.
    marked : bool
        Something happened right before the first step, so that rows around it are kept whole.
    bands, kept, clock, places, ring, whole, changes : ndarray
        See `archive.archive_step`.
    monitor_wires, monitor_constants, monitor_state, monitor_counts, \
    monitor_alarms, monitor_ratios, monitor_record, monitor_news : ndarray
        See `monitor.monitor_step`.
    told : ndarray of int, (1,)
        How much news the last row brought. Written.

    Returns
    -------
    int
        Steps done.
    """
    faulty = faults.shape[0] > 0 and sensor_faults(health, sensor_wires)
    parameters = row.size
    told[0] = 0
    w1, w2, w3, w4, w5, w6, w7 = (
        wires[bounds[0, 0] : bounds[1, 0]],
        wires[bounds[1, 0] : bounds[2, 0]],
        wires[bounds[2, 0] : bounds[3, 0]],
        wires[bounds[3, 0] : bounds[4, 0]],
        wires[bounds[4, 0] : bounds[5, 0]],
        wires[bounds[5, 0] : bounds[6, 0]],
        wires[bounds[6, 0] : bounds[7, 0]],
    )
    c1, c2, c3, c4, c5, c6, c7 = (
        constants[bounds[0, 1] : bounds[1, 1]],
        constants[bounds[1, 1] : bounds[2, 1]],
        constants[bounds[2, 1] : bounds[3, 1]],
        constants[bounds[3, 1] : bounds[4, 1]],
        constants[bounds[4, 1] : bounds[5, 1]],
        constants[bounds[5, 1] : bounds[6, 1]],
        constants[bounds[6, 1] : bounds[7, 1]],
    )
    s1, s2, s3, s4, s5, s6, s7 = (
        state[bounds[0, 2] : bounds[1, 2]],
        state[bounds[1, 2] : bounds[2, 2]],
        state[bounds[2, 2] : bounds[3, 2]],
        state[bounds[3, 2] : bounds[4, 2]],
        state[bounds[4, 2] : bounds[5, 2]],
        state[bounds[5, 2] : bounds[6, 2]],
        state[bounds[6, 2] : bounds[7, 2]],
    )
    l1, l2, l3, l4, l5, l6, l7 = (
        ledger[bounds[0, 3] : bounds[1, 3]],
        ledger[bounds[1, 3] : bounds[2, 3]],
        ledger[bounds[2, 3] : bounds[3, 3]],
        ledger[bounds[3, 3] : bounds[4, 3]],
        ledger[bounds[4, 3] : bounds[5, 3]],
        ledger[bounds[5, 3] : bounds[6, 3]],
        ledger[bounds[6, 3] : bounds[7, 3]],
    )
    for step in range(count):
        time = begin + (step + 1) * dt
        for column in range(columns.size):
            signals[columns[column]] = rows[step, column]
        event = marked and step == 0
        if faults.shape[0] > 0:
            clear_faults(time, faults, switches)
            apply_faults(time, faults, nominal, health)
            for fault in range(faults.shape[0]):
                event |= time - dt < faults[fault, ONSET] <= time
            faulty = sensor_faults(health, sensor_wires)
        computers.step(time, dt, signals, health, switches, w1, c1, s1, l1)
        attitude.step(time, dt, signals, health, switches, w2, c2, s2, l2)
        power.step(time, dt, signals, health, switches, w3, c3, s3, l3)
        heat.step(time, dt, signals, health, switches, w4, c4, s4, l4)
        air.step(time, dt, signals, health, switches, w5, c5, s5, l5)
        link.step(time, dt, signals, health, switches, w6, c6, s6, l6)
        visits.step(time, dt, signals, health, switches, w7, c7, s7, l7)
        if time % SAMPLE == 0.0:
            place = int(time / SAMPLE)
            for column in range(sampled.size):
                samples[place, column] = signals[sampled[column]]
        sense(
            time, signals, health, faulty, sensor_wires, sensor_constants, sensor_state, row
        )  # fmt: skip
        for parameter in range(parameters):
            if not faulty or not np.isnan(row[parameter]):
                measured[parameter] = time
        stop = False
        if time % ROW == 0.0:
            safe = switches[safe_switch] > 0.0
            stop = (
                managers_step(
                    time, ROW, row, measured, manager_columns, manager_scales, manager_bounds,
                    STALE, signals, manager_alive, signals[leads] > 0.0, safe, not safe,
                    manager_waits, managers,
                )
                > 0
            )  # fmt: skip
            told[0] = monitor_step(
                time, row, signals, monitor_wires, monitor_constants, monitor_state,
                monitor_counts, monitor_alarms, monitor_ratios, monitor_record, monitor_news,
            )  # fmt: skip
            event |= told[0] > 0
            stop |= told[0] > 0
        stop |= archive_step(
            time, row, event, bands, kept, clock, places, ring, whole, changes
        )  # fmt: skip
        if stop:
            return step + 1
    return count
