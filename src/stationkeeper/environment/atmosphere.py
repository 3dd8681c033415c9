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
from stationkeeper.environment.density_kernels import (
    FLUX_DEPARTURE_LIMIT,
    at_knots,
    cubic_place,
    day_values,
    effective,
    field_values,
    latitude_weights,
    orbit_means,
    periodic_weights,
)
from stationkeeper.environment.sun import sun_right_ascension
from stationkeeper.errors import DomainError

Array = NDArray[np.float64]
Single = NDArray[np.float32]

ORBIT_POINTS: Final = 24  # places along the orbit: twice as many move the mean by less than 1e-5
NODE_PHASES: Final = 16


@dataclass(frozen=True)
class DensityTable:
    """Logarithm of density on (latitude, local time, season, altitude, F10.7 mean, Ap).

    `latitude` [rad] is geodetic, at Chebyshev's points from pole to pole; `local_time` [rad] and
    `season` [rad] are evenly spaced over the turn, season 0 being the start of the year; `altitude`
    [m] is height above the ellipsoid. `log_density` is ln(kg/m3). `flux_response` (2, altitude,
    F10.7) holds the linear and the square coefficient of the change of `log_density` with the
    excess of the day's F10.7 over its mean.
    """

    latitude: Array
    local_time: Array
    season: Array
    altitude: Array
    f107_81d: Array
    ap: Array
    log_density: Single
    flux_response: Array


@dataclass(frozen=True)
class OrbitDensity:
    """Effective density for one orbit: what a day of drag needs, and nothing more.

    `log_density` (knot, altitude, F10.7 mean, Ap), float32 ln(kg/m3), is the logarithm of the mean
    over the orbit of density times the loss of energy to a rotating atmosphere, relative to one at
    rest, so that da/dt = -sqrt(mu a) x exp(log_density) x Cd A/m. Knots are every `knot_spacing`
    days from `first_day`; altitude is mean semi-major axis less Earth's equatorial radius, evenly
    spaced. `flux_response` (2, altitude, F10.7) is as in `DensityTable`.
    """

    first_day: float
    knot_spacing: float
    altitude: Array
    f107_81d: Array
    ap: Array
    log_density: Single
    flux_response: Array


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
    """Logarithm of density on one day, as a sum over polynomials and harmonics.

    `coefficients` (latitude, local time, altitude) multiply Chebyshev polynomials of latitude over
    a right angle, and 1, cos t, sin t, cos 2t, ... of local time t; the result is ln(kg/m3).
    """

    altitude: Array
    coefficients: Array


def _basis_inverses(table: DensityTable) -> tuple[Array, Array]:
    """Matrices that turn values at the nodes of latitude and local time into coefficients."""
    order = np.arange(len(table.latitude))
    across = np.cos(order * np.arccos(np.clip(2 * table.latitude[:, None] / np.pi, -1, 1)))
    time = table.local_time
    columns = [np.ones(len(time))]
    for harmonic in range(1, len(time) // 2 + 1):
        columns += [np.cos(harmonic * time), np.sin(harmonic * time)]
    around = np.stack(columns[: len(time)], axis=1)  # the last sine is nought at every node
    return np.asarray(np.linalg.inv(across)), np.asarray(np.linalg.inv(around))


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
    values = day_values(table.log_density, season, flux_first, flux_weights, ap_first, ap_weights)
    slope, curve = table.flux_response[:, :, flux_first : flux_first + 4] @ flux_weights
    departure = np.clip(f107 - f107_81d, -FLUX_DEPARTURE_LIMIT, FLUX_DEPARTURE_LIMIT)
    across, around = _basis_inverses(table)
    by_time = around @ (
        values + departure * (slope + departure * curve)
    )  # (latitude, harmonic, altitude)
    coefficients = (across @ by_time.reshape(len(across), -1)).reshape(by_time.shape)
    return DensityField(table.altitude, coefficients)


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
    values = field_values(
        field.altitude,
        field.coefficients,
        np.ravel(h).astype(np.float64),
        np.ravel(lat).astype(np.float64),
        np.ravel(time).astype(np.float64),
    )
    return values.reshape(h.shape)


def _bessel_i0(x: Array) -> Array:
    return np.asarray(np.i0(x))


def orbit_density(
    table: DensityTable,
    inclination: float,
    first_day: float,
    days: int,
    mean_altitude: ArrayLike,
    node: float = 0.0,
    *,
    eccentricity: float = 0.0,
    knot_spacing: float = 4.0,
    altitude: ArrayLike | None = None,
) -> OrbitDensity:
    """Average the table along one near-circular orbit, for every day, altitude and solar index.

    Radius has the short-period wave of J2, height is above the ellipsoid, the air turns with the
    Earth, the node moves by J2 against the true Sun. An eccentricity multiplies the mean by
    I0(a e / H), its average over all places of perigee, with H the local scale height; the
    perigee's own place is left out. Winds are left out. All replicas share the node's history,
    taken at `mean_altitude`: an altitude wrong by 20 km turns the local time by 3 degrees a month.

    Parameters
    ----------
    table : DensityTable
        From `stationkeeper.environment.tables.density_table`.
    inclination : float
        Inclination to the equator, 0 to pi. [rad]
    first_day : float
        Days since 2000-01-01T00:00 UTC. [d]
    days : int
        Length of the flight, at least one. [d]
    mean_altitude : float or array_like, (days,)
        Altitude at which the node drifts, in all or day by day. [m]
    node : float
        Right ascension of the ascending node on the first day. [rad]
    eccentricity : float
        Mean eccentricity, 0 to 0.01. [-]
    knot_spacing : float
        Days from knot to knot, greater than zero. [d]
    altitude : array_like, optional
        Altitudes of the result (mean semi-major axis less equatorial radius), evenly spaced, 110 to
        950 km; every 10 km from 110 to 600 if not given. [m]

    Returns
    -------
    OrbitDensity
        About 7 kB a knot with the default altitudes: 13 MB for 20 years.

    Raises
    ------
    DomainError
        If inclination, eccentricity, days or altitudes are outside their ranges.

    Notes
    -----
    Beside MSIS 2.1 called along the same orbit for a day, at 180 to 520 km on random days of 14
    years (tests/unit/test_atmosphere.py): bias -0.1 %, rms 0.9 % at 51.6 degrees and 1.1 % at 96.8,
    largest 6 %, on days whose F10.7 departs far from its mean. Knots of four days instead of half a
    day: bias under 0.2 %.

    References
    ----------
    .. [1] D. King-Hele, "Satellite Orbits in an Atmosphere", 1987: rotation of the air, I0.

    Examples
    --------
    >>> from stationkeeper.environment.tables import density_table
    >>> orbit = orbit_density(density_table(), np.radians(51.6), 8_000.0, 40, 420e3)
    >>> orbit.log_density.shape
    (12, 50, 6, 6)
    """
    if not (0 <= inclination <= np.pi and 0 <= eccentricity <= 0.01):
        raise DomainError(
            f"inclination {inclination} rad must lie from 0 to pi and eccentricity {eccentricity}"
            " from 0 to 0.01"
        )
    if days < 1 or not knot_spacing > 0:
        raise DomainError(f"{days} days, knots every {knot_spacing}: at least one day, above zero")
    levels = np.arange(110e3, 601e3, 10e3) if altitude is None else np.asarray(altitude, float)
    if (
        levels.ndim != 1
        or len(levels) < 2
        or not np.allclose(np.diff(levels), levels[1] - levels[0])
    ):
        raise DomainError("altitudes of an orbit density must be evenly spaced, at least two")
    if levels[0] < 110e3 or levels[-1] > 950e3 or levels[1] <= levels[0]:
        raise DomainError("altitudes of an orbit density must rise within 110 to 950 km")
    # Places along the orbit, the same for every day.
    u = 2 * np.pi * (np.arange(ORBIT_POINTS) + 0.5) / ORBIT_POINTS
    sine = np.sin(inclination) * np.sin(u)
    geodetic = np.arctan2(sine, np.sqrt(1 - sine**2) * (1 - EARTH_FLATTENING) ** 2)
    ahead = np.arctan2(np.cos(inclination) * np.sin(u), np.cos(u))
    a = EARTH_RADIUS + levels
    scale = J2 * EARTH_RADIUS**2 / a
    wave = 0.25 * np.sin(inclination) ** 2 * np.cos(2 * u)
    radius = a + scale * (wave[:, None] - 0.75 * (3 * np.cos(inclination) ** 2 - 1))
    height = radius - EARTH_RADIUS * (1 - EARTH_FLATTENING * sine[:, None] ** 2)
    # Work done against air that turns with the Earth, relative to air at rest.
    spin = EARTH_ROTATION_RATE * radius / np.sqrt(MU_EARTH / a)
    along = 1 - spin * np.cos(inclination)
    speed = np.sqrt(1 - 2 * spin * np.cos(inclination) + spin**2 * (1 - sine[:, None] ** 2))
    across = np.empty((ORBIT_POINTS, len(table.latitude)))
    around = np.empty((NODE_PHASES, ORBIT_POINTS, len(table.local_time)))
    first = np.empty(height.shape, dtype=np.int64)
    up = np.empty((*height.shape, 4))
    for point in range(ORBIT_POINTS):
        latitude_weights(float(geodetic[point]), table.latitude, across[point])
        for level in range(len(levels)):
            first[point, level] = cubic_place(
                table.altitude, float(height[point, level]), up[point, level]
            )
        for phase in range(NODE_PHASES):
            angle = 2 * np.pi * phase / NODE_PHASES + ahead[point]
            periodic_weights(float(angle), around[phase, point])
    shape = table.log_density.shape
    columns = np.ascontiguousarray(table.log_density).reshape(*shape[:4], -1)
    cycle = np.log(orbit_means(columns, across, first, up, around, along * speed))
    if eccentricity > 0:
        per_height = -np.gradient(cycle, levels, axis=2)
        cycle += np.log(_bessel_i0(a[:, None] * eccentricity * per_height))
    # The node against the Sun, at each knot.
    knots = int(np.ceil(days / knot_spacing)) + 2
    knot_day = first_day + knot_spacing * np.arange(knots)
    history = np.broadcast_to(np.asarray(mean_altitude, dtype=np.float64), (days,))
    a_day = EARTH_RADIUS + history
    rate = -1.5 * J2 * np.sqrt(MU_EARTH / a_day) / a_day * (EARTH_RADIUS / a_day) ** 2
    turned = np.concatenate([[0.0], np.cumsum(rate * np.cos(inclination) * 86_400.0)])
    last_rate = turned[-1] - turned[-2]
    elapsed = knot_day - first_day
    drift = np.interp(elapsed, np.arange(days + 1), turned)
    drift += np.maximum(elapsed - days, 0) * last_rate
    phase_angle = node + drift - sun_right_ascension(knot_day) + np.pi
    flat = cycle.reshape(NODE_PHASES, shape[2], -1)
    log_density = at_knots(flat, phase_angle, season_angle(knot_day))
    response = np.empty((2, len(levels), len(table.f107_81d)))
    for power, flux in np.ndindex(2, len(table.f107_81d)):
        response[power, :, flux] = np.interp(
            levels, table.altitude, table.flux_response[power, :, flux]
        )
    return OrbitDensity(
        first_day=float(first_day),
        knot_spacing=float(knot_spacing),
        altitude=levels,
        f107_81d=table.f107_81d,
        ap=table.ap,
        log_density=log_density.reshape(knots, len(levels), *shape[4:]),
        flux_response=response,
    )


def effective_density(
    orbit: OrbitDensity,
    day: ArrayLike,
    altitude: ArrayLike,
    f107: ArrayLike,
    f107_81d: ArrayLike,
    ap: ArrayLike,
) -> Array:
    """Effective orbit-mean density on given days.

    Parameters
    ----------
    orbit : OrbitDensity
        From `orbit_density`.
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC; outside the knots the nearest counts. [d]
    altitude : array_like, (...)
        Mean semi-major axis less equatorial radius; beyond the nodes by the last slope. [m]
    f107, f107_81d : array_like, (...)
        Flux of the day before, and its 81-day mean, greater than zero. [1e-22 W/m2/Hz]
    ap : array_like, (...)
        Daily index, not negative. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Density that turns into decay by da/dt = -sqrt(mu a) x density x Cd A/m; NaN where an input
        is. [kg/m3]

    Raises
    ------
    DomainError
        If flux or Ap cannot be.

    Examples
    --------
    >>> from stationkeeper.environment.tables import density_table
    >>> orbit = orbit_density(density_table(), np.radians(51.6), 8_000.0, 40, 420e3)
    >>> quiet, active = effective_density(orbit, 8_010.0, 420e3, [70, 200], [70, 200], 10.0)
    >>> bool(active > 5 * quiet)
    True
    """
    check_flux(f107, 0.0)
    check_flux(f107_81d, ap)
    days, h, flux, mean, index = np.broadcast_arrays(day, altitude, f107, f107_81d, ap)
    flat = [np.ravel(x).astype(np.float64) for x in (h, flux, mean, index)]
    position = (np.ravel(days).astype(np.float64) - orbit.first_day) / orbit.knot_spacing
    values = effective(
        orbit.log_density,
        orbit.flux_response,
        orbit.f107_81d,
        orbit.ap,
        orbit.altitude,
        position,
        *flat,
    )
    return values.reshape(h.shape)
