"""From the edge of the atmosphere to the ground: the flight of a station and of its pieces."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_MEAN_RADIUS, MU_EARTH
from stationkeeper.errors import DomainError
from stationkeeper.kernels import kernel

ENTRY_HEIGHT: Final = 120e3  # [m] where the flight through the atmosphere begins, by custom
BREAKUP_HEIGHT: Final = 78e3  # [m] usual height of main break-up (NASA-STD-8719.14, 4.7)
SHEDDING_HEIGHT: Final = 105e3  # [m] where panels come off a station first, chosen by us
LIGHT_PIECE: Final = 20.0  # [kg/m2] mass over drag area of the lightest piece, chosen by us
HEAVY_PIECE: Final = 2_000.0  # [kg/m2] of the heaviest piece, chosen by us

# Density every 10 km from the ground to 150 km [kg/m3]: U.S. Standard Atmosphere 1976, table I.
_US76: Final = np.array(
    [
        *(1.225, 0.4135, 8.891e-2, 1.841e-2, 3.996e-3, 1.027e-3, 3.097e-4, 8.283e-5),
        *(1.846e-5, 3.416e-6, 5.604e-7, 9.708e-8, 2.222e-8, 8.152e-9, 3.831e-9, 2.076e-9),
    ]
)
_LOG_DENSITY: Final = np.log(_US76)
_STEP: Final = 0.5  # [s] halving it moves a range by less than 0.1 km


@dataclass(frozen=True)
class Footprint:
    """Where pieces land, counted along the track from the point 120 km high.

    Attributes
    ----------
    heel, toe
        Ranges of the lightest and of the heaviest piece. [m]
    length
        Distance between them. [m]
    entry_speed, entry_angle
        Speed and flight path angle at 120 km, in space; the angle is negative downwards. [m/s, rad]
    """

    heel: float
    toe: float
    length: float
    entry_speed: float
    entry_angle: float


@kernel
def _fall(
    log_density: NDArray[np.float64],
    radius: float,
    speed: float,
    angle: float,
    mass_per_drag_area: float,
    stop_radius: float,
    step: float,
) -> tuple[float, float, float, float]:
    """Fly until the stop radius; range angle is NaN when the object climbs out or circles on."""
    travelled = 0.0
    top = log_density.size - 1
    state = np.array([radius, speed, angle, travelled])
    rate = np.empty(4)
    slopes = np.empty((4, 4))
    for _ in range(200_000):
        before = state.copy()
        for stage in range(4):
            if stage == 0:
                now = before
            elif stage == 3:
                now = before + step * slopes[2]
            else:
                now = before + 0.5 * step * slopes[stage - 1]
            place = (now[0] - EARTH_MEAN_RADIUS) / 10e3
            low = min(max(int(place), 0), top - 1)
            log_here = log_density[low] + (place - low) * (log_density[low + 1] - log_density[low])
            gravity = MU_EARTH / now[0] ** 2
            drag = 0.5 * np.exp(log_here) * now[1] ** 2 / mass_per_drag_area
            rate[0] = now[1] * np.sin(now[2])
            rate[1] = -drag - gravity * np.sin(now[2])
            rate[2] = (now[1] / now[0] - gravity / now[1]) * np.cos(now[2])
            rate[3] = now[1] * np.cos(now[2]) / now[0]
            slopes[stage] = rate
        state = before + step / 6 * (slopes[0] + 2 * slopes[1] + 2 * slopes[2] + slopes[3])
        if state[0] <= stop_radius:
            part = (before[0] - stop_radius) / (before[0] - state[0])
            end = before + part * (state - before)
            return end[3], end[0], end[1], end[2]
        if state[0] > radius + 1e3 or state[3] > 2 * np.pi:
            break
    return np.nan, state[0], state[1], state[2]


def entry_state(perigee_radius: float, apogee_radius: float) -> tuple[float, float]:
    """Speed and flight path angle of an orbit where it falls through 120 km.

    Two-body motion above 120 km; Earth is a sphere of the mean radius.

    Parameters
    ----------
    perigee_radius, apogee_radius : float
        Radii of the orbit from Earth's centre: the perigee below 120 km, the apogee above. [m]

    Returns
    -------
    tuple of float
        Speed [m/s] and flight path angle, negative [rad].

    Raises
    ------
    DomainError
        If the orbit does not cross 120 km.

    Examples
    --------
    >>> speed, angle = entry_state(EARTH_MEAN_RADIUS + 50e3, EARTH_MEAN_RADIUS + 220e3)
    >>> round(speed), round(float(np.degrees(angle)), 2)
    (7845, -0.74)
    """
    radius = EARTH_MEAN_RADIUS + ENTRY_HEIGHT
    if not perigee_radius < radius < apogee_radius:
        raise DomainError(
            f"entry needs a perigee below and an apogee above {ENTRY_HEIGHT / 1e3:.0f} km; given "
            f"{(perigee_radius - EARTH_MEAN_RADIUS) / 1e3:.0f} and "
            f"{(apogee_radius - EARTH_MEAN_RADIUS) / 1e3:.0f} km"
        )
    axis = (perigee_radius + apogee_radius) / 2
    speed = np.sqrt(MU_EARTH * (2 / radius - 1 / axis))
    momentum = np.sqrt(2 * MU_EARTH * perigee_radius * apogee_radius / (2 * axis))
    return float(speed), -float(np.arccos(min(momentum / (radius * speed), 1.0)))


def decayed_state(mass_per_drag_area: float) -> tuple[float, float]:
    """Speed and flight path angle at 120 km of an object that drag alone brought down.

    A circular orbit that sinks by drag: the angle is the sink rate over the speed.

    Parameters
    ----------
    mass_per_drag_area : float
        Mass over drag coefficient times area. [kg/m2]

    Returns
    -------
    tuple of float
        Speed [m/s] and flight path angle, negative [rad].

    Examples
    --------
    >>> round(float(np.degrees(decayed_state(150.0)[1])), 3)
    -0.055
    """
    radius = EARTH_MEAN_RADIUS + ENTRY_HEIGHT
    speed = np.sqrt(MU_EARTH / radius)
    density = _US76[int(ENTRY_HEIGHT / 10e3)]
    return float(speed), -float(density * radius / mass_per_drag_area)


def footprint(
    speed: float,
    angle: float,
    mass_per_drag_area: float,
    light_piece: float = LIGHT_PIECE,
    heavy_piece: float = HEAVY_PIECE,
    shedding_height: float = SHEDDING_HEIGHT,
    breakup_height: float = BREAKUP_HEIGHT,
) -> Footprint:
    """Length of the strip on which the pieces of a station land.

    The station flies whole from 120 km; the lightest piece (a panel) leaves it where panels come
    off, the heaviest at the main break-up, and both fall on their own. Plane flight over a sphere
    at rest in the standard atmosphere; lift, winds, Earth's rotation, the speed that pieces take
    from the break-up and the scatter of the last burn are left out: a strip cleared of ships must
    be longer.

    Parameters
    ----------
    speed, angle : float
        At 120 km, see `entry_state` and `decayed_state`; the angle is negative. [m/s, rad]
    mass_per_drag_area : float
        Of the whole station, mass over drag coefficient times area. [kg/m2]
    light_piece, heavy_piece : float
        Of the pieces, mass over drag coefficient times area. [kg/m2]
    shedding_height, breakup_height : float
        Heights at which the lightest and the heaviest piece leave, below 120 km. [m]

    Returns
    -------
    Footprint

    Raises
    ------
    DomainError
        If the station does not come down within one orbit.

    Notes
    -----
    The two piece figures are our choice. Beside published strips see the context rows of
    ``stationkeeper validate orbit``.

    References
    ----------
    .. [1] NASA-STD-8719.14, section 4.7 (break-up at 78 km).

    Examples
    --------
    >>> strip = footprint(*entry_state(EARTH_MEAN_RADIUS + 50e3, EARTH_MEAN_RADIUS + 220e3), 150.0)
    >>> 500e3 < strip.length < 4000e3
    True
    """
    top = EARTH_MEAN_RADIUS + ENTRY_HEIGHT
    ends = []
    for piece, height in ((light_piece, shedding_height), (heavy_piece, breakup_height)):
        leaves = EARTH_MEAN_RADIUS + height
        whole, radius, fast, steep = _fall(
            _LOG_DENSITY, top, speed, angle, mass_per_drag_area, leaves, _STEP
        )
        alone = _fall(_LOG_DENSITY, radius, fast, steep, piece, EARTH_MEAN_RADIUS, _STEP)[0]
        ends.append(EARTH_MEAN_RADIUS * (whole + alone))
    if not np.all(np.isfinite(ends)):
        raise DomainError(
            "the station does not come down within one orbit: "
            "lower the perigee of the last burn or give a larger drag area"
        )
    return Footprint(ends[0], ends[1], ends[1] - ends[0], speed, angle)
