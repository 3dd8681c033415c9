"""An orbit integrated step by step: slow, plain, and written apart from the averaged model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import (
    EARTH_FLATTENING,
    EARTH_RADIUS,
    EARTH_ROTATION_RATE,
    J2,
    MU_EARTH,
)
from stationkeeper.kernels import kernel
from stationkeeper.orbit.mechanics import J3, J4, mean_semi_major_axis

Array = NDArray[np.float64]


@kernel
def _acceleration(state: Array, drag: float, reference: Array, out: Array) -> None:
    """Fill in the rate of a state under J2, J3, J4 and drag in a turning exponential air.

    Zonal terms as Vallado (4th ed., section 8.7) and Montenbruck & Gill (2000, section 3.2) have
    them; the height is above an ellipsoid to first order in the flattening.
    """
    x, y, z = state[0], state[1], state[2]
    vx, vy, vz = state[3], state[4], state[5]
    r2 = x * x + y * y + z * z
    r = np.sqrt(r2)
    s = z / r
    s2 = s * s
    g = MU_EARTH / (r2 * r)
    q = EARTH_RADIUS / r
    k2, k3, k4 = J2 * q * q, J3 * q * q * q, J4 * q * q * q * q
    plane = (
        1
        - 1.5 * k2 * (5 * s2 - 1)
        + 2.5 * k3 * s * (3 - 7 * s2)
        - 0.625 * k4 * (3 - 42 * s2 + 63 * s2 * s2)
    )
    pole = s * (
        1 - 1.5 * k2 * (5 * s2 - 3) - 0.625 * k4 * (15 - 70 * s2 + 63 * s2 * s2)
    ) + k3 * 0.5 * (-35 * s2 * s2 + 30 * s2 - 3)
    height = r - EARTH_RADIUS * (1 - EARTH_FLATTENING * s2)
    density = reference[0] * np.exp((reference[1] - height) / reference[2])
    wx, wy = vx + EARTH_ROTATION_RATE * y, vy - EARTH_ROTATION_RATE * x
    speed = np.sqrt(wx * wx + wy * wy + vz * vz)
    f = 0.5 * drag * density * speed
    out[0], out[1], out[2] = vx, vy, vz
    out[3] = -g * x * plane - f * wx
    out[4] = -g * y * plane - f * wy
    out[5] = -g * r * pole - f * vz


@kernel
def _integrate(
    state: Array, drag: float, reference: Array, step: float, steps: int, every: int, out: Array
) -> None:
    rates = np.empty((4, 6))
    trial = np.empty(6)
    sample = 0
    for count in range(steps + 1):
        if count % every == 0:
            out[sample] = state
            sample += 1
        for stage in range(4):
            span = 0.0 if stage == 0 else (step if stage == 3 else 0.5 * step)
            for c in range(6):
                trial[c] = state[c] + (span * rates[stage - 1, c] if stage > 0 else 0.0)
            _acceleration(trial, drag, reference, rates[stage])
        for c in range(6):
            state[c] += step * (rates[0, c] + 2 * rates[1, c] + 2 * rates[2, c] + rates[3, c]) / 6


@dataclass(frozen=True)
class Osculating:
    """An integrated orbit: mean altitude (day,) [m] and states (sample, 6) [m, m/s]."""

    day: Array
    mean_altitude: Array
    states: Array


def integrated_decay(
    state: Array,
    drag_area_per_mass: float,
    days: int,
    *,
    reference_density: float = 3.4e-12,
    reference_altitude: float = 420e3,
    scale_height: float = 60e3,
    step: float = 10.0,
) -> Osculating:
    """Integrate an orbit with J2 to J4 and drag by Runge and Kutta's rule with a fixed step.

    The mean altitude of a day is the average of `mean_semi_major_axis` (less equatorial radius)
    over the turns that fill an hour and a half about its start.

    Parameters
    ----------
    state : ndarray, (6,)
        Inertial position and velocity. [m, m/s]
    drag_area_per_mass : float
        Drag coefficient x area / mass. [m2/kg]
    days : int
        Length, at least one. [d]
    reference_density, reference_altitude, scale_height : float
        The exponential atmosphere. [kg/m3], [m], [m]
    step : float
        Step, 86,400 being a whole multiple. [s]

    Returns
    -------
    Osculating
        Every minute's state, and the mean altitude on days 0, 1, ... days - 1.

    Notes
    -----
    Half the step moves the mean altitude after a year by less than 3 m.

    Examples
    --------
    >>> speed = np.sqrt(MU_EARTH / 6_798_137.0)
    >>> start = np.array([6_798_137.0, 0, 0, 0, 0.62 * speed, 0.784 * speed])
    >>> orbit = integrated_decay(start, 0.0, 2)
    >>> bool(abs(orbit.mean_altitude[1] - orbit.mean_altitude[0]) < 5)
    True
    """
    every = round(60 / step)
    steps = round(days * 86_400 / step)
    states = np.empty((steps // every + 1, 6))
    reference = np.array([reference_density, reference_altitude, scale_height])
    _integrate(
        np.array(state, dtype=np.float64), drag_area_per_mass, reference, step, steps, every, states
    )
    mean = mean_semi_major_axis(states[:, :3], states[:, 3:]) - EARTH_RADIUS
    turn = 2 * np.pi * np.sqrt((EARTH_RADIUS + mean[0]) ** 3 / MU_EARTH) / 60  # minutes
    window = round(turn)
    starts = np.arange(days) * 1_440
    # The window begins at the day's start; its middle is half a turn later.
    averaged = np.array([mean[k : k + window].mean() for k in starts])
    return Osculating(np.arange(days) + window / 2 / 1_440, averaged, states)
