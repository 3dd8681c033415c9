"""The joint kernel: every part of a station, its sensors and its watch, step after step.

Parts come in the order of `build.PARTS`. What a part reads from one that comes later is of the step
before. The kernel stops where somebody has to be asked: at a new alarm, an event of the watch, or a
manager that changes its mode.
"""

import numpy as np
from numpy.typing import NDArray

from stationkeeper.kernels import kernel
from stationkeeper.operations.faults import apply_faults
from stationkeeper.operations.parts import air, attitude, computers, heat, link, power, visits

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
) -> int:  # pragma: no cover - compiled
    """Advance the plant; return the number of steps done."""
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
        if faults.shape[0] > 0:
            apply_faults(time, faults, nominal, health)
        computers.step(time, dt, signals, health, switches, w1, c1, s1, l1)
        attitude.step(time, dt, signals, health, switches, w2, c2, s2, l2)
        power.step(time, dt, signals, health, switches, w3, c3, s3, l3)
        heat.step(time, dt, signals, health, switches, w4, c4, s4, l4)
        air.step(time, dt, signals, health, switches, w5, c5, s5, l5)
        link.step(time, dt, signals, health, switches, w6, c6, s6, l6)
        visits.step(time, dt, signals, health, switches, w7, c7, s7, l7)
    return count
