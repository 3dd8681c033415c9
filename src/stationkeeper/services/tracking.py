"""Passes over the networks that measure orbits: lasers that see mirrors, beacons that are heard."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.orbit.passes import pass_statistics
from stationkeeper.units import DAY

Array = NDArray[np.float64]

LASER_MASK: Final = float(np.radians(20.0))  # below, stations seldom range; common practice
BEACON_MASK: Final = float(np.radians(12.0))  # below, counts are not used; common practice
CLEAR_SHARE: Final = 0.5  # of passes with a clear sky and a station at work; our choice


def tracked_rate(
    ephemeris: Ephemeris, position: ArrayLike, vertical: ArrayLike, mask: ArrayLike
) -> tuple[Array, Array]:
    """Passes a day over each place of a network, and how long they last together.

    Parameters
    ----------
    ephemeris : Ephemeris
        Of the satellite.
    position, vertical : array_like, (place, 3)
        Earth-fixed positions and unit normals. [m], [-]
    mask : array_like, (place,) or scalar
        Lowest elevation used. [rad]

    Returns
    -------
    passes : ndarray, (place,)
        [1/d]
    contact : ndarray, (place,)
        Seconds a day. [s/d]

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import mean_ephemeris
    >>> from stationkeeper.orbit.frames import place, vertical
    >>> orbit = mean_ephemeris(
    ...     9_497.0, 864_000.0, 60.0, altitude=420e3, inclination=np.radians(51.6), node=0.0
    ... )
    >>> latitude, longitude = np.radians([43.8, 78.9]), np.radians([6.9, 11.9])
    >>> passes, _ = tracked_rate(
    ...     orbit, place(latitude, longitude), vertical(latitude, longitude), LASER_MASK
    ... )
    >>> passes.round().tolist()
    [5.0, 0.0]
    """
    found = pass_statistics(ephemeris, position, vertical, mask)
    days = ephemeris.duration / DAY
    return np.asarray(found.passes / days), np.asarray(found.contact / days)
