"""Flights through AP8 and AE8 themselves, point by point: the slow oracle of the trapped table."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS, EARTH_ROTATION_RATE, J2, MU_EARTH
from stationkeeper.environment.trapped import geodetic
from stationkeeper.environment.trapped_tables import (
    Particle,
    Solar,
    direct_coordinates,
    direct_flux,
)

Array = NDArray[np.float64]

# A long flight in steps that fit no period: its points spread evenly over latitude and longitude.
LONG_STEP: Final = 181.0  # [s]
LONG_POINTS: Final = 28_640  # 60 days

FIELDS: Final[dict[str, tuple[Particle, Solar]]] = {
    "ap8min": ("p", "min"),
    "ap8max": ("p", "max"),
    "ae8min": ("e", "min"),
    "ae8max": ("e", "max"),
}


def flight_points(
    altitude: float, inclination: float, points: int, step: float
) -> tuple[Array, Array, Array]:
    """Geodetic latitude, longitude and height along a circular orbit turned by J2.

    Parameters
    ----------
    altitude : float
        Orbit radius less the equatorial radius. [m]
    inclination : float
        [rad]
    points : int
        Number of instants.
    step : float
        Between instants. [s]

    Returns
    -------
    (ndarray, ndarray, ndarray), (points,)
        [rad], [rad], [m]
    """
    radius = EARTH_RADIUS + altitude
    motion = np.sqrt(MU_EARTH / radius**3)
    oblate = 1.5 * J2 * (EARTH_RADIUS / radius) ** 2 * motion
    time = step * np.arange(points)
    argument = (motion + oblate * (4 * np.cos(inclination) ** 2 - 1)) * time
    node = -oblate * np.cos(inclination) * time - EARTH_ROTATION_RATE * time
    longitude = node + np.arctan2(np.cos(inclination) * np.sin(argument), np.cos(argument))
    height, latitude = geodetic(radius, np.arcsin(np.sin(inclination) * np.sin(argument)))
    return latitude, np.mod(longitude, 2 * np.pi), height


def direct_means(
    models: tuple[str, ...],
    altitude: float,
    inclination: float,
    energies: dict[str, Array],
    points: int = LONG_POINTS,
    step: float = LONG_STEP,
) -> dict[str, Array]:
    """Mean flux along a flight by ``aep8`` at every point.

    Parameters
    ----------
    models : tuple of str
        Of `FIELDS`; those that share a field share its tracing.
    altitude, inclination, points, step
        As in `flight_points`.
    energies : dict of ndarray
        By model. [MeV]

    Returns
    -------
    dict of ndarray, (energy,)
        [1/(m2 s)]
    """
    latitude, longitude, height = flight_points(altitude, inclination, points, step)
    traced: dict[str, tuple[Array, Array]] = {}
    means = {}
    for model in models:
        particle, solar = FIELDS[model]
        field = "max" if model == "ap8max" else "min"  # AP8MAX has a field of its own
        if field not in traced:
            traced[field] = direct_coordinates(
                "p", "max" if field == "max" else "min", latitude, longitude, height
            )
        means[model] = direct_flux(particle, solar, *traced[field], energies[model]).mean(axis=0)
    return means
