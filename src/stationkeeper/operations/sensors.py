"""From the true state of a station to one row of telemetry: scale, noise, bias, steps, faults."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import Purpose, component_number, uniforms
from stationkeeper.errors import InputError
from stationkeeper.kernels import inner_kernel
from stationkeeper.operations.noise import bell, bells, even
from stationkeeper.operations.registry import Reading, Registry

Array = NDArray[np.float64]

# What can be wrong with each sensor, with the nominal value; in this order in the health.
HEALTHS = (("bias", 0.0), ("drift", 0.0), ("stuck", 0.0), ("noise", 1.0), ("dropout", 0.0))

SCALE, SHIFT, DEVIATION, STEPS, FINER, LEAST, MOST = range(7)  # rows of the table of sensors
HALF = 0.5  # [-] from here on a sensor is stuck, for faults that grow


@dataclass(frozen=True, eq=False)
class Sensors:
    """All sensors of a station, as arrays for `sense`."""

    wires: NDArray[np.int64]
    """Sensors, first health of their block, streams of noise and of drop-outs; signals."""
    constants: Array
    """SCALE, SHIFT, DEVIATION, STEPS (0: none), FINER (1 / step), LEAST, MOST, each (sensor,)."""
    state: Array
    """Last reading that came (NaN before the first), begin of the drift (NaN: none). Changed."""


def sensor_healths(readings: list[Reading]) -> Iterator[tuple[str, float]]:
    """Yield the names of the health of all sensors with their nominal values, in order."""
    for reading in readings:
        for what, nominal in HEALTHS:
            yield f"sensor.{reading.name}.{what}", nominal


def declare_sensor_health(registry: Registry) -> int:
    """Give every sensor declared so far its health, in one block.

    Call it once, after all parts have declared theirs.

    Parameters
    ----------
    registry : Registry
        Gets ``sensor.NAME.bias`` (0; added [unit of the reading]), ``.drift`` (0; [unit/s] since it
        was last 0), ``.stuck`` (0; 1 holds the last value), ``.noise`` (1; factor) and ``.dropout``
        (0; share of rows lost) for each reading.

    Returns
    -------
    int
        Number of the first health of the block; reading k has five from there + 5 k.

    Raises
    ------
    InputError
        If two readings have one name, or a reading tells of a signal that is not there.
    """
    first = len(registry.first_health)
    names = set()
    for reading in registry.readings:
        if reading.name in names:
            raise InputError(
                f"dictionary: the parameter {reading.name} has two meanings; expected one name for"
                " each"
            )
        names.add(reading.name)
        if reading.signal not in registry.signals:
            raise InputError(
                f"dictionary: the parameter {reading.name} tells of {reading.signal}, which is not"
                " there; expected a signal that a part declares"
            )
    for name, nominal in sensor_healths(registry.readings):
        registry.healthy(name, nominal)
    return first


def sensors_of(registry: Registry, first_health: int) -> Sensors:
    """Lay out the sensors of a station.

    Parameters
    ----------
    registry : Registry
        All readings declared, `declare_sensor_health` done.
    first_health : int
        What that returned.

    Returns
    -------
    Sensors
        Noise drawn within the spread of the plant, bias drawn evenly to both sides; both hidden.
    """
    readings = registry.readings
    count = len(readings)
    table = np.zeros((MOST + 1, count))
    replica = np.array([registry.mission])
    for place, reading in enumerate(readings):
        name = f"sensor.{reading.name}.built-in"
        draw = 0.0
        if reading.bias > 0:
            number = component_number(name)
            draw = float(uniforms(registry.seed, replica, Purpose.PLANT, number)[0, 0])
            draw = reading.bias * (2.0 * draw - 1.0)
            registry.hidden[name] = draw
        table[SCALE, place] = reading.scale
        table[SHIFT, place] = draw - reading.scale * reading.offset
        noise = reading.noise
        table[DEVIATION, place] = (
            registry.vary(f"sensor.{reading.name}.noise", noise) if noise > 0 else 0.0
        )
        step = 1.0 if reading.kind != "analog" else reading.quantum
        table[STEPS, place] = step
        table[FINER, place] = 1.0 / step if step > 0 else 0.0  # no division in the kernel
        table[LEAST, place] = -np.inf if reading.kind == "analog" else 0.0
        table[MOST, place] = np.inf
        if reading.kind == "state" and reading.states:
            table[MOST, place] = len(reading.states) - 1.0
    streams = registry.stream("sensors"), registry.stream("drop-outs")
    signals = [registry.of(reading.signal) for reading in readings]
    wires = np.array([count, first_health, *streams, *signals], np.int64)
    return Sensors(wires, table.ravel(), np.full(2 * count, np.nan))


@inner_kernel
def sensor_faults(health: Array, wires: NDArray[np.int64]) -> bool:
    """Say whether any sensor is other than nominal: what `sense` wants to know."""
    first = wires[1]
    different = 0
    for place in range(wires[0]):
        at = first + 5 * place
        apart = abs(health[at]) + abs(health[at + 1]) + abs(health[at + 2])
        apart += abs(health[at + 3] - 1.0) + abs(health[at + 4])
        different += 1 if apart != 0.0 else 0
    return different > 0


@inner_kernel
def sense(
    time: float,
    signals: Array,
    health: Array,
    faulty: bool,
    wires: NDArray[np.int64],
    constants: Array,
    state: Array,
    row: Array,
) -> None:
    """Write one row of telemetry.

    A drift adds up from the moment at which it was last zero; a stuck sensor tells what it told
    last; a row that is lost is NaN. States and counts are whole numbers, and states are some of
    theirs. Noise never goes beyond 3.47 deviations.

    Parameters
    ----------
    time : float
        Since the begin, whole seconds. [s]
    signals, health : ndarray
        Of the station. [SI], [-]
    faulty : bool
        Whether any sensor may be other than nominal; if not, health is not looked at.
    wires, constants, state : ndarray
        Of `Sensors`. State is changed.
    row : ndarray, (parameter,)
        Readings. Written. [units of the dictionary]
    """
    count = wires[0]
    scale = constants[:count]
    shift = constants[count : 2 * count]
    deviation = constants[2 * count : 3 * count]
    steps = constants[3 * count : 4 * count]
    finer = constants[4 * count : 5 * count]
    least = constants[5 * count : 6 * count]
    most = constants[6 * count : 7 * count]
    last = state[:count]
    since = state[count : 2 * count]
    base = np.int64(time) * count
    stream = wires[2]
    bells(stream, base, row)  # of all, for that is sooner done than of those with noise only
    for place in range(count):
        told = scale[place] * signals[wires[4 + place]] + shift[place]
        row[place] = told + deviation[place] * row[place]
    if faulty:
        first = wires[1]
        for place in range(count):
            at = first + 5 * place
            drift = health[at + 1]
            if drift == 0.0:
                since[place] = np.nan
            else:
                if np.isnan(since[place]):
                    since[place] = time
                row[place] += drift * (time - since[place])
            louder = health[at + 3] - 1.0
            if louder != 0.0:
                louder *= deviation[place] * bell(stream, base + place)
            row[place] += health[at] + louder
    for place in range(count):
        value = row[place]
        whole = np.floor(value * finer[place] + 0.5) * steps[place]
        value = whole if steps[place] > 0.0 else value
        value = least[place] if value < least[place] else value
        row[place] = most[place] if value > most[place] else value
    if faulty:
        first, lost = wires[1], wires[3]
        for place in range(count):
            at = first + 5 * place
            if health[at + 2] >= HALF and not np.isnan(last[place]):
                row[place] = last[place]
            if health[at + 4] > 0.0 and even(lost, base + place) < health[at + 4]:
                row[place] = np.nan
            else:
                last[place] = row[place]
    else:
        last[:] = row
        since[:] = np.nan
