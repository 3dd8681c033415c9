"""Density of the upper atmosphere: an exponential, a table of MSIS, and its mean along an orbit.

The table holds the logarithm of the density of MSIS 2.1, averaged over longitude at fixed local
time. Latitude, local time and season are read by polynomials and harmonics through all nodes,
because the model itself is made of few harmonics; altitude, F10.7 and Ap by cubics through the
four nearest nodes. For ensembles the table is averaged along the orbit once (`orbit_density`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import (
    DAYS_PER_YEAR,
    EARTH_FLATTENING,
    EARTH_RADIUS,
    EARTH_ROTATION_RATE,
    J2,
    MU_EARTH,
)
from stationkeeper.environment.sun import sun_right_ascension
from stationkeeper.errors import DomainError
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]
Single = NDArray[np.float32]

FLUX_DEPARTURE_LIMIT: Final = 60.0  # [sfu] our choice: radio bursts beyond it do not heat
ORBIT_POINTS: Final = 24  # places along the orbit: twice as many move the mean by less than 1e-5
NODE_PHASES: Final = 16


@dataclass(frozen=True)
class DensityTable:
    """Logarithm of density on (latitude, local time, season, altitude, F10.7 mean, Ap).

    `latitude` [rad] is geodetic, at Chebyshev's points from pole to pole; `local_time` [rad] and
    `season` [rad] are evenly spaced over the turn, season 0 being the start of the year; `altitude`
    [m] is height above the ellipsoid. `log_density` is ln(kg/m3). `flux_slope` (altitude, F10.7) is
    the change of `log_density` for each unit by which the day's F10.7 exceeds its mean.
    """

    latitude: Array
    local_time: Array
    season: Array
    altitude: Array
    f107_81d: Array
    ap: Array
    log_density: Single
    flux_slope: Array


@dataclass(frozen=True)
class OrbitDensity:
    """Effective density for one orbit: what a day of drag needs, and nothing more.

    `log_density` (knot, altitude, F10.7 mean, Ap), float32 ln(kg/m3), is the logarithm of the mean
    over the orbit of density times the loss of energy to a rotating atmosphere, relative to one at
    rest, so that da/dt = -sqrt(mu a) x exp(log_density) x Cd A/m. Knots are every `knot_spacing`
    days from `first_day`; altitude is mean semi-major axis less Earth's equatorial radius, evenly
    spaced. `flux_slope` (altitude, F10.7) is as in `DensityTable`.
    """

    first_day: float
    knot_spacing: float
    altitude: Array
    f107_81d: Array
    ap: Array
    log_density: Single
    flux_slope: Array


def season_angle(day: ArrayLike) -> Array:
    """Time of year as an angle, 0 at the start of 2000 and every 365.25 days.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC. [d]

    Returns
    -------
    ndarray, (...)
        Angle from 0 to 2 pi. [rad]

    Examples
    --------
    >>> float(season_angle(365.25))
    0.0
    """
    turns = np.asarray(day, dtype=np.float64) / DAYS_PER_YEAR
    return np.asarray(2 * np.pi * (turns - np.floor(turns)))


def density_exponential(
    altitude: ArrayLike,
    reference_density: float = 3.4e-12,
    reference_altitude: float = 420e3,
    scale_height: float = 60e3,
) -> Array:
    """Density that falls by the same factor with every scale height.

    Sun, season and local time are left out. The defaults are of our choosing: roughly the density
    that a station meets at high solar activity.

    Parameters
    ----------
    altitude : array_like, (...)
        Height above the ellipsoid. [m]
    reference_density : float
        Density at the reference altitude, greater than zero. [kg/m3]
    reference_altitude : float
        [m]
    scale_height : float
        Height over which density falls by a factor e, greater than zero. [m]

    Returns
    -------
    ndarray, (...)
        Density; NaN where altitude is. [kg/m3]

    Raises
    ------
    DomainError
        If reference density or scale height is not greater than zero.

    Examples
    --------
    >>> float(density_exponential(420e3))
    3.4e-12
    """
    if not (reference_density > 0 and scale_height > 0):
        raise DomainError(
            f"reference density {reference_density} and scale height {scale_height} must both be"
            " greater than zero"
        )
    height = np.asarray(altitude, dtype=np.float64)
    return np.asarray(reference_density * np.exp(-(height - reference_altitude) / scale_height))


@kernel
def cubic_place(nodes: Array, x: float, weights: Array) -> int:
    """Find the four nodes about x: return the first one's index, fill in Lagrange's weights.

    Outside the nodes x is taken at the nearest end, so that nothing is extrapolated.
    """
    count = nodes.shape[0]
    x = min(max(x, nodes[0]), nodes[count - 1])
    low, high = 0, count - 1
    while high - low > 1:
        middle = (low + high) // 2
        if nodes[middle] <= x:
            low = middle
        else:
            high = middle
    first = min(max(low - 1, 0), count - 4)
    x0, x1, x2, x3 = nodes[first], nodes[first + 1], nodes[first + 2], nodes[first + 3]
    d0, d1, d2, d3 = x - x0, x - x1, x - x2, x - x3
    weights[0] = d1 * d2 * d3 / ((x0 - x1) * (x0 - x2) * (x0 - x3))
    weights[1] = d0 * d2 * d3 / ((x1 - x0) * (x1 - x2) * (x1 - x3))
    weights[2] = d0 * d1 * d3 / ((x2 - x0) * (x2 - x1) * (x2 - x3))
    weights[3] = d0 * d1 * d2 / ((x3 - x0) * (x3 - x1) * (x3 - x2))
    return first


@kernel
def periodic_weights(angle: float, weights: Array) -> None:
    """Fill in the weights of evenly spaced nodes over a turn for the interpolating harmonics."""
    count = weights.shape[0]
    for node in range(count):
        half = 0.5 * (angle - 2 * np.pi * node / count)
        total = 1.0
        for harmonic in range(1, count // 2):
            total += 2 * np.cos(2 * harmonic * half)
        if count % 2 == 0:
            total += np.cos(count * half)
        else:
            total += 2 * np.cos(2 * (count // 2) * half)
        weights[node] = total / count


@kernel
def latitude_weights(latitude: float, nodes: Array, weights: Array) -> None:
    """Fill in the barycentric weights of Chebyshev's points of the second kind."""
    count = nodes.shape[0]
    total = 0.0
    for node in range(count):
        distance = latitude - nodes[node]
        if abs(distance) < 1e-12:
            weights[:] = 0.0
            weights[node] = 1.0
            return
        sign = 1.0 if node % 2 == 0 else -1.0
        if node in (0, count - 1):
            sign *= 0.5
        weights[node] = sign / distance
        total += weights[node]
    for node in range(count):
        weights[node] /= total


def check_flux(f107_81d: ArrayLike, ap: ArrayLike) -> None:
    """Refuse solar indices that cannot be: flux not above zero, or a negative Ap.

    Raises
    ------
    DomainError
        Naming the value. NaN passes.
    """
    if np.any(np.asarray(f107_81d) <= 0) or np.any(np.asarray(ap) < 0):
        raise DomainError("F10.7 must be greater than zero and Ap not negative")


@dataclass(frozen=True)
class DensityField:
    """Logarithm of density on one day: (latitude, local time, altitude), ln(kg/m3)."""

    latitude: Array
    altitude: Array
    log_density: Array


def density_field(
    table: DensityTable, day: float, f107: float, f107_81d: float, ap: float
) -> DensityField:
    """Take from the table what one day needs.

    Parameters
    ----------
    table : DensityTable
        From `stationkeeper.environment.tables.density_table`.
    day : float
        Days since 2000-01-01T00:00 UTC, for the season. [d]
    f107, f107_81d : float
        Solar flux of the day before, and its 81-day mean, greater than zero. Means outside the
        table (65 to 280) count as its end; departures beyond 60 count as 60. [1e-22 W/m2/Hz]
    ap : float
        Daily index, not negative; beyond 280 counts as 280. [-]

    Returns
    -------
    DensityField
        For `density_in_field`.

    Raises
    ------
    DomainError
        If flux or Ap cannot be.

    Examples
    --------
    >>> from stationkeeper.environment.tables import density_table
    >>> field = density_field(density_table(), 8_000.0, 150.0, 150.0, 10.0)
    >>> density = float(density_in_field(field, 420e3, 0.3, 3.6))
    >>> 3e-12 < density < 6e-12
    True
    """
    check_flux([f107, f107_81d], ap)
    flux_weights, ap_weights = np.empty(4), np.empty(4)
    flux_first = cubic_place(table.f107_81d, float(f107_81d), flux_weights)
    ap_first = cubic_place(table.ap, float(ap), ap_weights)
    season = np.empty(len(table.season))
    periodic_weights(float(season_angle(day)), season)
    part = table.log_density[..., flux_first : flux_first + 4, ap_first : ap_first + 4]
    log_density = np.einsum(
        "ijsafp,s,f,p->ija", part, season, flux_weights, ap_weights, optimize=True
    )
    slope = table.flux_slope[:, flux_first : flux_first + 4] @ flux_weights
    departure = np.clip(f107 - f107_81d, -FLUX_DEPARTURE_LIMIT, FLUX_DEPARTURE_LIMIT)
    return DensityField(table.latitude, table.altitude, log_density + slope * departure)


@kernel
def field_value(
    latitude_nodes: Array,
    altitude_nodes: Array,
    log_density: Array,
    altitude: float,
    latitude: float,
    local_time: float,
) -> float:
    """Density at one point of a `DensityField`."""
    across = np.empty(latitude_nodes.shape[0])
    around = np.empty(log_density.shape[1])
    up = np.empty(4)
    latitude_weights(latitude, latitude_nodes, across)
    periodic_weights(local_time, around)
    first = cubic_place(altitude_nodes, altitude, up)
    total = 0.0
    for i in range(across.shape[0]):
        for j in range(around.shape[0]):
            value = 0.0
            for k in range(4):
                value += up[k] * log_density[i, j, first + k]
            total += across[i] * around[j] * value
    return float(np.exp(total))


@kernel
def _field_values(
    latitude_nodes: Array,
    altitude_nodes: Array,
    log_density: Array,
    altitude: Array,
    latitude: Array,
    local_time: Array,
) -> Array:
    out = np.empty(altitude.shape[0])
    for k in range(altitude.shape[0]):
        if np.isnan(altitude[k]) or np.isnan(latitude[k]) or np.isnan(local_time[k]):
            out[k] = np.nan
        else:
            out[k] = field_value(
                latitude_nodes,
                altitude_nodes,
                log_density,
                altitude[k],
                latitude[k],
                local_time[k],
            )
    return out


def density_in_field(
    field: DensityField, altitude: ArrayLike, latitude: ArrayLike, local_time: ArrayLike
) -> Array:
    """Density at points on one day.

    Parameters
    ----------
    field : DensityField
        The day, from `density_field`.
    altitude : array_like, (...)
        Height above the ellipsoid, 110 to 1,000 km; beyond counts as the end. [m]
    latitude : array_like, (...)
        Geodetic latitude, -pi/2 to pi/2. [rad]
    local_time : array_like, (...)
        Local solar time as an angle, 0 at midnight. [rad]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Density; NaN where an input is. [kg/m3]

    Notes
    -----
    Beside MSIS 2.1 called directly, at random points from 130 to 600 km: see
    `stationkeeper.environment.tables.density_table`.

    Examples
    --------
    >>> from stationkeeper.environment.tables import density_table
    >>> field = density_field(density_table(), 8_000.0, 150.0, 150.0, 10.0)
    >>> noon, midnight = density_in_field(field, 420e3, 0.0, [np.pi, 0.0])
    >>> bool(noon > midnight)
    True
    """
    h, lat, time = np.broadcast_arrays(altitude, latitude, local_time)
    values = _field_values(
        field.latitude,
        field.altitude,
        field.log_density,
        np.ravel(h).astype(np.float64),
        np.ravel(lat).astype(np.float64),
        np.ravel(time).astype(np.float64),
    )
    return values.reshape(h.shape)
