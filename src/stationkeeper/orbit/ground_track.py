"""What lies under an orbit: points below the satellite, and when the track comes round again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS, EARTH_ROTATION_RATE
from stationkeeper.errors import DomainError
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.orbit.frames import geodetic
from stationkeeper.orbit.mean_motion import secular_rates

Array = NDArray[np.float64]


def sub_points(ephemeris: Ephemeris) -> tuple[Array, Array, Array]:
    """Points of the ellipsoid below a satellite, and how high it is over them.

    Parameters
    ----------
    ephemeris : Ephemeris
        Of any length.

    Returns
    -------
    tuple of ndarray, (time,)
        Geodetic latitude [rad], longitude -pi to pi [rad], height over the ellipsoid [m].

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import mean_ephemeris
    >>> orbit = mean_ephemeris(9_500.0, 6_000.0, 60.0, altitude=420e3, inclination=0.9)
    >>> latitude, _, _ = sub_points(orbit)
    >>> round(float(np.degrees(latitude.max())), 1)  # geodetic: more than the inclination
    51.7
    """
    return geodetic(ephemeris.position)


@dataclass(frozen=True, eq=False)
class RepeatCycles:
    """Cycles after which a ground track nearly repeats, each nearer than all shorter ones.

    Attributes
    ----------
    revolutions
        From node to node, in a cycle (cycle,) int. [-]
    days
        Turns of the Earth under the orbit plane in a cycle (cycle,) int: near days. [-]
    closure
        How far east of the first equator crossing the last one is (cycle,). [m]
    spacing
        Between neighbouring tracks at the equator, going the same way (cycle,). [m]
    drift
        How far a day the whole track moves east at the equator, `closure` over the days (cycle,).
        [m]
    """

    revolutions: NDArray[np.int64]
    days: NDArray[np.int64]
    closure: Array
    spacing: Array
    drift: Array


def revolutions_a_day(altitude: float, inclination: float) -> float:
    """Revolutions from node to node in one turn of the Earth under the orbit plane.

    Parameters
    ----------
    altitude : float
        Mean semi-major axis less the equatorial radius. [m]
    inclination : float
        Inclination to the equator. [rad]

    Returns
    -------
    float
        Revolutions. [-]

    Examples
    --------
    >>> round(revolutions_a_day(420e3, np.radians(51.6)), 2)
    15.25
    """
    node, perigee, anomaly = secular_rates(EARTH_RADIUS + altitude, inclination)
    return float((perigee + anomaly) / (EARTH_ROTATION_RATE - node))


def repeat_cycles(altitude: float, inclination: float, most_days: int = 30) -> RepeatCycles:
    """Cycles of a near-circular orbit's ground track, from one day to some.

    Secular J2 and J4 only; air and the Moon are left out, so an orbit that is not kept loses its
    cycle: from 420 km, 100 m lower moves the track 0.86 km a day east at the equator.

    Parameters
    ----------
    altitude : float
        Mean semi-major axis less the equatorial radius. [m]
    inclination : float
        Inclination to the equator. [rad]
    most_days : int
        Longest cycle looked at, at least one.

    Returns
    -------
    RepeatCycles

    Raises
    ------
    DomainError
        If `most_days` is less than one.

    Examples
    --------
    >>> cycles = repeat_cycles(699.6e3, np.radians(98.2))  # as Landsat 8 flies
    >>> int(cycles.revolutions[-1]), int(cycles.days[-1]), round(cycles.spacing[-1] / 1e3)
    (233, 16, 172)
    """
    if most_days < 1:
        raise DomainError(f"repeat cycles need one day at least, not {most_days}")
    pace = revolutions_a_day(altitude, inclination)
    days = np.arange(1, most_days + 1)
    turns = np.rint(pace * days).astype(np.int64)
    girth = 2 * np.pi * EARTH_RADIUS
    # So many turns take turns / pace days: the Earth has moved on by more or less than whole ones.
    closure = girth * (days - turns / pace)
    best = np.minimum.accumulate(np.abs(closure))
    better = np.concatenate([[True], np.abs(closure[1:]) < best[:-1]])
    return RepeatCycles(
        turns[better],
        days[better].astype(np.int64),
        closure[better],
        girth / turns[better],
        closure[better] / days[better],
    )
