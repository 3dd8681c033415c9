"""What the sky over a place does to a link: rain, vapour, clouds and turbulence in a year.

Maps come as arrays on a coarse grid (the reader is `lifetime.serving.climate`); between its points
they are interpolated.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_LAPSE: Final = 6.5e-3  # [K/m] of the mean reference atmosphere (P.835-6, annex 1)
_SEA_TEMPERATURE: Final = 288.15  # [K] the same
_SEA_PRESSURE: Final = 101_325.0  # [Pa] the same
_PRESSURE_POWER: Final = 34.1632 / 6.5  # [-] the same


@dataclass(frozen=True, eq=False)
class ClimateMaps:
    """The climate of the Earth on a grid; longitudes go round, from 0 and without the last.

    Water vapour is brought down to the sea.
    """

    latitude: Array
    """(row,) [rad]"""
    longitude: Array
    """(column,) [rad]"""
    level: Array
    """(level,) share of the year in which `vapour_content` and `liquid` are exceeded. [-]"""
    density_level: Array
    """(density level,) the same for `vapour_density`. [-]"""
    terrain: Array
    """(row, column) mean height over the sea. [m]"""
    rain_rate: Array
    """(row, column) exceeded 0.01 % of the year. [m/s]"""
    zero_degree_height: Array
    """(row, column) mean, over the sea. [m]"""
    temperature: Array
    """(row, column) mean at the ground. [K]"""
    wet_refractivity: Array
    """(row, column) middle of the year. [N-units]"""
    scale_height: Array
    """(row, column) of water vapour. [m]"""
    vapour_content: Array
    """(level, row, column) in the column above the sea. [kg/m2]"""
    vapour_density: Array
    """(density level, row, column) at the sea. [kg/m3]"""
    liquid: Array
    """(level, row, column) cloud water in the column. [kg/m2]"""


@dataclass(frozen=True, eq=False)
class Climate:
    """The climate of places; by exceedance where it varies, (level, place)."""

    latitude: Array
    """(place,) [rad]"""
    height: Array
    """(place,) over the sea. [m]"""
    level: Array
    """(level,) share of the year. [-]"""
    density_level: Array
    """(density level,) share of the year. [-]"""
    pressure: Array
    """(place,) of the air, mean. [Pa]"""
    temperature: Array
    """(place,) [K]"""
    rain_rate: Array
    """(place,) exceeded 0.01 % of the year. [m/s]"""
    rain_height: Array
    """(place,) top of the rain over the sea. [m]"""
    wet_refractivity: Array
    """(place,) [N-units]"""
    vapour_content: Array
    """(level, place) [kg/m2]"""
    vapour_density: Array
    """(density level, place) [kg/m3]"""
    liquid: Array
    """(level, place) [kg/m2]"""


def climate_at(
    maps: ClimateMaps, latitude: ArrayLike, longitude: ArrayLike, height: ArrayLike | None = None
) -> Climate:
    """Return the climate of places, interpolated between the points of the maps.

    Parameters
    ----------
    maps : ClimateMaps
        Of the Earth.
    latitude, longitude : array_like, (place,)
        [rad]
    height : array_like, (place,), optional
        Over the sea; absent means the mean height of the ground there. [m]

    Returns
    -------
    Climate

    Notes
    -----
    Pressure is that of the mean reference atmosphere of P.835-6 at the height. Vapour falls off
    with its scale height, as in P.836-6.

    Examples
    --------
    >>> flat = np.full((2, 2), 1e-5)
    >>> by_level = np.full((1, 2, 2), 1e-2)
    >>> axes = [np.array([-1.6, 1.6]), np.array([0.0, np.pi]), np.array([0.01]), np.array([0.01])]
    >>> maps = ClimateMaps(*axes, *[flat] * 5, flat + 2e3, *[by_level] * 3)
    >>> place = climate_at(maps, [0.5], [3.0], 0.0)
    >>> float(place.pressure[0]), round(float(place.vapour_density[0, 0]), 6)
    (101325.0, 0.01)
    """
    north, east = np.atleast_1d(np.asarray(latitude, float), np.asarray(longitude, float))
    north, east = np.broadcast_arrays(north, east)
    row, up = _between(maps.latitude, np.clip(north, maps.latitude[0], maps.latitude[-1]))
    width = 2.0 * np.pi / maps.longitude.size
    turned = np.mod(east - maps.longitude[0], 2.0 * np.pi) / width
    column = np.minimum(turned.astype(np.int64), maps.longitude.size - 1)
    over = turned - column
    after = (column + 1) % maps.longitude.size

    def read(grid: Array) -> Array:
        south = grid[..., row, column] * (1.0 - over) + grid[..., row, after] * over
        other = grid[..., row + 1, column] * (1.0 - over) + grid[..., row + 1, after] * over
        return np.asarray(south * (1.0 - up) + other * up)

    ground = read(maps.terrain)
    over_sea = (
        ground if height is None else np.broadcast_to(np.asarray(height, float), ground.shape)
    )
    fallen = np.exp(-over_sea / read(maps.scale_height))
    standard = 1.0 - _LAPSE * np.clip(over_sea, -500.0, 11_000.0) / _SEA_TEMPERATURE
    return Climate(
        latitude=north,
        height=over_sea,
        level=maps.level,
        density_level=maps.density_level,
        pressure=_SEA_PRESSURE * standard**_PRESSURE_POWER,
        temperature=read(maps.temperature),
        rain_rate=read(maps.rain_rate),
        rain_height=read(maps.zero_degree_height) + 360.0,  # P.839-4
        wet_refractivity=read(maps.wet_refractivity),
        vapour_content=read(maps.vapour_content) * fallen,
        vapour_density=read(maps.vapour_density) * fallen,
        liquid=read(maps.liquid),
    )


def places_of(climate: Climate, chosen: NDArray[np.int64] | slice) -> Climate:
    """Return the climate of some of the places.

    Parameters
    ----------
    climate : Climate
        Of all.
    chosen : ndarray of int or slice
        Places.

    Returns
    -------
    Climate
    """
    shared = ("level", "density_level")
    parts = {
        one.name: getattr(climate, one.name)
        if one.name in shared
        else getattr(climate, one.name)[..., chosen]
        for one in fields(climate)
    }
    return Climate(**parts)


def by_share(levels: Array, values: Array, exceeded: Array) -> Array:
    """Interpolate in the logarithm of the share of the year; held at both ends.

    Parameters
    ----------
    levels : ndarray, (level,)
        Shares, rising. [-]
    values : ndarray, (level, place)
        What is exceeded.
    exceeded : ndarray, (share,)
        Shares asked for. [-]

    Returns
    -------
    ndarray, (share, place)

    Examples
    --------
    >>> asked = np.array([0.001, 0.0316])
    >>> by_share(np.array([0.01, 0.1]), np.array([[3.0], [1.0]]), asked).round(1)
    array([[3.],
           [2.]])
    """
    if levels.size == 1:
        return np.repeat(values, exceeded.size, axis=0)
    index, part = _between(np.log(levels), np.log(np.clip(exceeded, levels[0], levels[-1])))
    return np.asarray(values[index] * (1.0 - part[:, None]) + values[index + 1] * part[:, None])


def _between(axis: Array, at: Array) -> tuple[NDArray[np.int64], Array]:
    """Return the interval of a rising axis that holds a value, and the part of it."""
    index = np.clip(np.searchsorted(axis, at, side="right") - 1, 0, axis.size - 2)
    return index, (at - axis[index]) / (axis[index + 1] - axis[index])
