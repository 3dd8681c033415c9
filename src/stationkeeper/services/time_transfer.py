"""Error of a clock set by a passing satellite, alone or against another clock that sees it too."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_RADIUS
from stationkeeper.errors import DomainError
from stationkeeper.services.doppler_fix import orbit_axes

Array = NDArray[np.float64]

SPEED_OF_LIGHT: Final = 299_792_458.0  # [m/s] exact, SI 1983
SHELL_HEIGHT: Final = 350e3  # [m] at which the ionosphere is thought thin; usual, IS-GPS-200
IONOSPHERE: Final = 40.3  # [m3/s2] delay times frequency squared over electrons a square metre
TROPOSPHERE_LEFT: Final = 0.05  # [m] of the zenith delay, after a model without weather; ours
ELECTRONS: Final = 2e17  # [1/m2] in a column, 20 units: middle latitudes by day; ours
ELECTRONS_LEFT: Final = 0.5  # [-] after a broadcast model, which takes half (IS-GPS-200)
READING: Final = 10e-9  # [s] noise of one reading of time; ours


def time_error(
    position: ArrayLike,
    velocity: ArrayLike,
    used: ArrayLike,
    place: ArrayLike,
    vertical: ArrayLike,
    *,
    clock: float,
    along: float = 0.0,
    across: float = 0.0,
    radial: float = 0.0,
    troposphere: float = TROPOSPHERE_LEFT,
    ionosphere: float = 0.0,
    noise: float = READING,
    place_error: float = 0.0,
) -> Array:
    """Error of the time taken from passes of one satellite, one sigma.

    The mean over the pass of time received less time sent less range over the speed of light. The
    clock aboard, the orbit and what models of the air leave are the same over a pass and do not
    average out, but for how their direction turns; readings do. Left out: drift of the local
    clock within a pass, delay in cables and antennas, which calibration takes out.

    Parameters
    ----------
    position, velocity : array_like, (pass, epoch, 3)
        Of the satellite in Earth-fixed axes at the readings. [m, m/s]
    used : array_like of bool, (pass, epoch)
        False for epochs past the end of a pass.
    place, vertical : array_like, (3,) or (pass, 3)
        Place of the receiver and its unit vertical. [m, -]
    clock : float
        Error of the clock aboard, one sigma. [s]
    along, across, radial : float
        Errors of the broadcast orbit, one sigma. [m]
    troposphere : float
        Left of the zenith delay; goes with one over the sine of the elevation. [m]
    ionosphere : float
        Left of the zenith delay (`ionosphere_left`); goes with a thin shell. [m]
    noise : float
        Of one reading, one sigma. [s]
    place_error : float
        Of the place in each of three directions, one sigma. [m]

    Returns
    -------
    ndarray, (pass,)
        NaN for a pass without a reading. [s]

    Notes
    -----
    No single pass beats the clock aboard: the error is never below `clock`
    (tests/properties/test_navigation.py).

    Examples
    --------
    >>> overhead = np.array([[[6.8e6, 0.0, 0.0]]])
    >>> speed = np.array([[[0.0, 7.2e3, 0.0]]])
    >>> site = np.array([6.378e6, 0.0, 0.0])
    >>> error = time_error(
    ...     overhead, speed, [[True]], site, site / 6.378e6,
    ...     clock=0.0, radial=2.99792458, troposphere=0.0, noise=0.0,
    ... )
    >>> (1e9 * error).round(3)  # three metres of height are ten nanoseconds
    array([10.])
    """
    effects, seen = _effects(position, velocity, used, place, vertical)
    sigma = np.array(
        [along, across, radial, troposphere, ionosphere, place_error, place_error, place_error]
    )
    square = clock**2 + np.sum((effects * sigma / SPEED_OF_LIGHT) ** 2, axis=-1)
    readings = np.where(seen > 0, seen, 1)
    return np.asarray(np.where(seen > 0, np.sqrt(square + noise**2 / readings), np.nan))


def common_view_error(
    position: ArrayLike,
    velocity: ArrayLike,
    used: ArrayLike,
    place: tuple[ArrayLike, ArrayLike],
    vertical: tuple[ArrayLike, ArrayLike],
    *,
    along: float = 0.0,
    across: float = 0.0,
    radial: float = 0.0,
    troposphere: float = TROPOSPHERE_LEFT,
    ionosphere: float = 0.0,
    noise: float = READING,
    place_error: float = 0.0,
) -> Array:
    """Error of the difference of two clocks that hear one satellite at the same times.

    The clock aboard drops out, and of the orbit what both see alike. Delays in the air are taken
    as independent at the two places.

    Parameters
    ----------
    position, velocity : array_like, (pass, epoch, 3)
        Of the satellite in Earth-fixed axes, while both see it. [m, m/s]
    used : array_like of bool, (pass, epoch)
        False for epochs that do not count.
    place, vertical : tuple of two array_like, (3,) or (pass, 3)
        The two places and their unit verticals. [m, -]
    along, across, radial : float
        Errors of the broadcast orbit, one sigma. [m]
    troposphere, ionosphere : float
        Left of the zenith delays. [m]
    noise : float
        Of one reading, one sigma. [s]
    place_error : float
        Of each place in each of three directions, one sigma. [m]

    Returns
    -------
    ndarray, (pass,)
        NaN for a pass without a reading. [s]

    Examples
    --------
    >>> overhead, speed = np.array([[[6.8e6, 0.0, 0.0]]]), np.array([[[0.0, 7.2e3, 0.0]]])
    >>> site = np.array([6.378e6, 0.0, 0.0])
    >>> error = common_view_error(
    ...     overhead, speed, [[True]], (site, site), (site / 6.378e6, site / 6.378e6),
    ...     along=100.0, radial=100.0, troposphere=0.0, noise=0.0,
    ... )
    >>> float(error[0])  # of one place all errors of the orbit drop out
    0.0
    """
    here, seen = _effects(position, velocity, used, place[0], vertical[0])
    there, _ = _effects(position, velocity, used, place[1], vertical[1])
    orbit = (here - there)[..., :3] * np.array([along, across, radial])
    sigma = np.array([troposphere, ionosphere, place_error, place_error, place_error])
    own = np.concatenate([here[..., 3:] * sigma, there[..., 3:] * sigma], axis=-1)
    metres = np.sum(orbit**2, axis=-1) + np.sum(own**2, axis=-1)
    readings = np.where(seen > 0, seen, 1)
    square = metres / SPEED_OF_LIGHT**2 + 2.0 * noise**2 / readings
    return np.asarray(np.where(seen > 0, np.sqrt(square), np.nan))


def ionosphere_left(
    frequency: float, electrons: float = ELECTRONS, left: float = ELECTRONS_LEFT
) -> float:
    """Zenith delay by the ionosphere that a model leaves at one frequency.

    Parameters
    ----------
    frequency : float
        Carrier, greater than zero. [Hz]
    electrons : float
        In a vertical column. [1/m2]
    left : float
        Part that the model leaves. [-]

    Returns
    -------
    float
        [m]

    Raises
    ------
    DomainError
        If the frequency is not greater than zero.

    Examples
    --------
    >>> round(ionosphere_left(1.57542e9), 2), round(ionosphere_left(0.4e9), 1)
    (1.62, 25.2)
    """
    if not frequency > 0:
        raise DomainError(f"a carrier needs a frequency greater than zero, not {frequency} Hz")
    return left * IONOSPHERE * electrons / frequency**2


def _effects(
    position: ArrayLike,
    velocity: ArrayLike,
    used: ArrayLike,
    place: ArrayLike,
    vertical: ArrayLike,
) -> tuple[Array, NDArray[np.int64]]:
    """Return what one metre of each error does to the mean of a pass, (pass, 8), and readings."""
    r = np.asarray(position, float)
    there = np.asarray(used, bool)
    up = np.broadcast_to(np.asarray(vertical, float), (r.shape[0], 3))[:, None, :]
    sight = r - np.broadcast_to(np.asarray(place, float), (r.shape[0], 3))[:, None, :]
    sight = sight / np.linalg.norm(sight, axis=-1, keepdims=True)
    radial, along, across = orbit_axes(r, np.asarray(velocity, float))
    sine = np.maximum((sight * up).sum(axis=-1), 0.02)  # below one degree no mapping holds
    shell = np.sqrt(1.0 - sine**2) * EARTH_RADIUS / (EARTH_RADIUS + SHELL_HEIGHT)
    columns = [(sight * axis).sum(axis=-1) for axis in (along, across, radial)]
    columns += [1.0 / sine, 1.0 / np.sqrt(1.0 - shell**2)]
    columns += [-sight[..., k] for k in range(3)]
    effect = np.stack(columns, axis=-1)
    seen = there.sum(axis=1)
    total = np.where(there[..., None], effect, 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(seen, 1)[:, None]), seen
