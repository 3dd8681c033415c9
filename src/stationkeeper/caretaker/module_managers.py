"""One manager for each module: a small machine that keeps it safe when nothing above it answers.

It asks the gate for protective acts only, so one sensor out of its limits is enough for it, where
an opening would need two that agree.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.caretaker.authority import Act
from stationkeeper.caretaker.voting import is_fresh
from stationkeeper.kernels import inner_kernel, kernel


class Mode(IntEnum):
    """The state of one manager."""

    NOMINAL = 0
    ALONE = 1
    """Nothing from above for a while: nothing moves, nothing fires."""
    SAFE = 2
    """Closed off, with the least load. Left only on a word from above, in good air."""


ASKS = {
    Mode.NOMINAL: (),
    Mode.ALONE: (Act.INHIBIT_THRUST, Act.STOP_ARM, Act.STOP_ROBOT),
    Mode.SAFE: (
        Act.SAFE_MODE,
        Act.STOP_ARM,
        Act.STOP_ROBOT,
        Act.CLOSE,
        Act.SHED,
    ),
}
"""What a manager asks the gate for in each state: close its hatches, shed what can be spared.

Thrusters are inhibited by one that hears nothing from above. Made safe it leaves them: a station
that waits for weeks, its wheels full, needs them to stay turned to the Sun."""


@dataclass(frozen=True)
class Patience:
    """How long a manager waits. All are ours."""

    alone_after: float = 600.0
    """Without a word from above. [s]"""
    safe_after: float = 86_400.0
    """Without a word from above, in good air. [s]"""
    danger_alone: float = 30.0
    """In bad air, alone: three steps of telemetry. [s]"""
    danger_led: float = 300.0
    """In bad air, while somebody above answers and could act. [s]"""


@dataclass(frozen=True)
class AirLimits:
    """Between what a module's air is left alone. All are ours."""

    pressure: tuple[float, float] = (90_000.0, 107_000.0)
    """Total. [Pa]"""
    oxygen: tuple[float, float] = (16_000.0, 27_000.0)
    """Partial. [Pa]"""
    carbon_dioxide: tuple[float, float] = (-np.inf, 1_500.0)
    """Partial; a sensor near nothing may read below nothing. [Pa]"""


def air_in_danger(
    readings: ArrayLike,
    measured: ArrayLike,
    time: float,
    limits: AirLimits | None = None,
    stale_after: float = 30.0,
) -> NDArray[np.bool_]:
    """Tell in which modules the air is out of limits, or cannot be told.

    Parameters
    ----------
    readings : array_like, (3, module, 2)
        Pressure and partial pressures of oxygen and carbon dioxide, by two sensors each; NaN is
        no reading. [Pa]
    measured : array_like, (3, module, 2)
        When. [s]
    time : float
        Now. [s]
    limits : AirLimits, optional
        Ours if not given.
    stale_after : float
        Greatest age of a reading. [s]

    Returns
    -------
    ndarray of bool, (module,)
        True where a fresh sensor is out of its limits, or no sensor of a quantity is fresh.

    Examples
    --------
    >>> air = [[[101e3, 101e3]], [[21e3, 21e3]], [[400.0, 1_800.0]]]
    >>> air_in_danger(air, np.zeros((3, 1, 2)), 10.0)
    array([ True])
    """
    limits = limits or AirLimits()
    values = np.asarray(readings, dtype=float)
    bounds = np.array([limits.pressure, limits.oxygen, limits.carbon_dioxide])[:, :, None, None]
    with np.errstate(invalid="ignore"):
        age = time - np.asarray(measured, dtype=float)
        fresh = np.isfinite(values) & (age >= 0.0) & (age <= stale_after)
        out = fresh & ((values < bounds[:, 0]) | (values > bounds[:, 1]))
    danger: NDArray[np.bool_] = (out.any(axis=-1) | ~fresh.any(axis=-1)).any(axis=0)
    return danger


def fresh_managers(modules: int) -> NDArray[np.float64]:
    """Return managers that have seen nothing, (module, 3).

    Parameters
    ----------
    modules : int
        How many.

    Returns
    -------
    ndarray, (module, 3)
        Mode, time in bad air in seconds, time without a word from above in seconds.

    Examples
    --------
    >>> fresh_managers(2).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    return np.zeros((modules, 3))


@inner_kernel
def manage_one(
    state: NDArray[np.float64],
    step: float,
    danger: bool,
    heard: bool,
    safe_asked: bool,
    leave_asked: bool,
    patience: NDArray[np.float64],
) -> None:
    """Advance one manager, (3,), by a step in seconds; patience in the order of ``Patience``."""
    state[1] = state[1] + step if danger else 0.0
    state[2] = 0.0 if heard else state[2] + step
    if safe_asked:
        state[0] = 2.0
    elif state[0] == 2.0:
        if leave_asked and heard and not danger:
            state[0] = 0.0
    else:
        alone = state[2] >= patience[0]
        if state[1] >= (patience[2] if alone else patience[3]) or state[2] >= patience[1]:
            state[0] = 2.0
        else:
            state[0] = 1.0 if alone else 0.0


@kernel
def _manage(
    states: NDArray[np.float64],
    step: float,
    danger: NDArray[np.bool_],
    heard: NDArray[np.bool_],
    safe_asked: NDArray[np.bool_],
    leave_asked: NDArray[np.bool_],
    patience: NDArray[np.float64],
) -> None:
    for module in range(len(states)):
        manage_one(
            states[module],
            step,
            danger[module],
            heard[module],
            safe_asked[module],
            leave_asked[module],
            patience,
        )


def manage(
    states: NDArray[np.float64],
    step: float,
    danger: ArrayLike,
    heard: ArrayLike,
    safe_asked: ArrayLike = False,
    leave_asked: ArrayLike = False,
    patience: Patience | None = None,
) -> NDArray[np.float64]:
    """Advance the managers of all modules by one step.

    The managers do not know of each other: each sees its own air and the beat from above.

    Parameters
    ----------
    states : ndarray, (module, 3)
        As the previous step left them.
    step : float
        Length of the step, greater than zero. [s]
    danger : array_like of bool, (module,)
        Air out of limits, see ``air_in_danger``.
    heard : array_like of bool, (module,)
        Somebody above answered in this step.
    safe_asked, leave_asked : array_like of bool, (module,)
        Safe mode, or its end, is asked from above; safe mode wins.
    patience : Patience, optional
        Ours if not given.

    Returns
    -------
    ndarray, (module, 3)
        The new states.

    Notes
    -----
    From every state the order leads to safe mode within the step; in silence each manager is safe
    within ``safe_after`` rounded up to a step, whatever its sensors say (tested over all states).

    Examples
    --------
    >>> states = manage(fresh_managers(2), 10.0, [False, True], [True, True])
    >>> for _ in range(29):
    ...     states = manage(states, 10.0, [False, True], [True, True])
    >>> [Mode(int(mode)).name for mode in states[:, 0]]
    ['NOMINAL', 'SAFE']
    """
    new = np.array(states, dtype=float)
    inputs = [
        np.ascontiguousarray(np.broadcast_to(np.asarray(given, dtype=bool), new.shape[:1]))
        for given in (danger, heard, safe_asked, leave_asked)
    ]
    _manage(new, float(step), inputs[0], inputs[1], inputs[2], inputs[3], waits(patience))
    return new


SENSORS = 6
"""Sensors that a manager reads: pressure, oxygen, carbon dioxide, two of each."""


def air_bounds(limits: AirLimits | None = None) -> NDArray[np.float64]:
    """Return limits as `managers_step` takes them: lowest and highest of each quantity, (6,).

    Parameters
    ----------
    limits : AirLimits, optional
        Ours if not given.

    Returns
    -------
    ndarray, (6,)
        Of pressure, oxygen, carbon dioxide. [Pa]
    """
    given = limits or AirLimits()
    return np.array([*given.pressure, *given.oxygen, *given.carbon_dioxide])


def waits(patience: Patience | None = None) -> NDArray[np.float64]:
    """Return waits in the order in which the kernels take them, (4,).

    Parameters
    ----------
    patience : Patience, optional
        Ours if not given.

    Returns
    -------
    ndarray, (4,)
        See `Patience`. [s]
    """
    given = patience or Patience()
    return np.array(
        [given.alone_after, given.safe_after, given.danger_alone, given.danger_led], dtype=float
    )


@inner_kernel
def managers_step(
    time: float,
    step: float,
    readings: NDArray[np.float64],
    measured: NDArray[np.float64],
    columns: NDArray[np.int64],
    scales: NDArray[np.float64],
    bounds: NDArray[np.float64],
    stale_after: float,
    signals: NDArray[np.float64],
    alive: NDArray[np.int64],
    heard: bool,
    safe_asked: bool,
    leave_asked: bool,
    patience: NDArray[np.float64],
    states: NDArray[np.float64],
) -> int:
    """Advance the managers of all modules by a row of telemetry, whoever else is alive.

    Parameters
    ----------
    time, step : float
        Now, and since the last row. [s]
    readings, measured : ndarray, (parameter,)
        Latest telemetry, NaN where nothing came, and when each came.
    columns : ndarray of int, (module x 6,)
        Of each module the parameters of `SENSORS`; -1 where there is none.
    scales : ndarray, (module x 6,)
        That make Pa of them. [Pa/unit]
    bounds : ndarray, (6,)
        See `air_bounds`. [Pa]
    stale_after : float
        Greatest age of a reading. [s]
    signals : ndarray
        Of the station.
    alive : ndarray of int, (module,)
        Which signals tell that a module's controller, on which its manager runs, is alive (from
        0.5). A dead one stands still.
    heard, safe_asked, leave_asked : bool
        Somebody above answers; safe mode, or its end, is asked of all.
    patience : ndarray, (4,)
        See `waits`. [s]
    states : ndarray, (module, 3)
        See `fresh_managers`. Changed.

    Returns
    -------
    int
        Managers that changed their mode.
    """
    changed = 0
    for module in range(states.shape[0]):
        if signals[alive[module]] < 0.5:
            continue
        danger = False
        for quantity in range(3):
            told = False
            for sensor in range(2):
                place = SENSORS * module + 2 * quantity + sensor
                column = columns[place]
                if column >= 0 and is_fresh(readings[column], measured[column], time, stale_after):
                    told = True
                    value = readings[column] * scales[place]
                    if value < bounds[2 * quantity] or value > bounds[2 * quantity + 1]:
                        danger = True
            danger = danger or not told
        state = states[module]
        before = state[0]
        manage_one(state, step, danger, heard, safe_asked, leave_asked, patience)
        if state[0] != before:
            changed += 1
    return changed
