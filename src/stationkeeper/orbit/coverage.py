"""Which places swaths pass over, how often, and how long places wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_FLATTENING, EARTH_MEAN_RADIUS
from stationkeeper.errors import DomainError
from stationkeeper.orbit.coverage_kernels import HOURS, sweep
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.orbit.scan_lines import ScanLines, scan_lines
from stationkeeper.units import DAY

Array = NDArray[np.float64]
Counts = NDArray[np.int32]

ONE_DEGREE: Final = float(np.radians(1.0))


@dataclass(frozen=True, eq=False)
class Coverage:
    """What was seen of cells, each (latitude, longitude), or of places, each (place,).

    Times are seconds from the start. What happens before the first look and after the last one is
    a gap too, as long as it was within the duration: the gaps of a cell add up to `duration`.
    """

    latitude: Array
    """Geodetic, of the middle of the cells or of the places. [rad]"""
    longitude: Array
    """[rad]"""
    area: Array
    """Share of the Earth's surface of one cell of each row; of places, equal parts. [-]"""
    visits: Counts
    """Looks at the middle of the cell. [-]"""
    day_visits: Counts
    """Looks with the Sun above the horizon. [-]"""
    days_seen: Counts
    """Whole days from the start on which there was a look. [-]"""
    visits_by_hour: Counts
    """Looks by local true solar hour, (latitude or place, 24). [-]"""
    longest_gap: Array
    """NaN without a look. [s]"""
    mean_gap: Array
    """Duration over looks: what is between two looks in the long run; NaN without. [s]"""
    response_time: Array
    """Mean wait from any moment to the next look, sum of gap^2 / (2 duration); NaN without. [s]"""
    first_visit: Array
    """NaN without a look. [s]"""
    duration: float
    """[s]"""

    @property
    def visits_per_day(self) -> Array:
        """Looks a day."""
        return np.asarray(self.visits / (self.duration / DAY))

    @property
    def whole_days(self) -> int:
        """Days that `days_seen` is counted in: at least one."""
        return max(1, int(np.floor(self.duration / DAY + 1e-9)))


def cover(
    ephemerides: Sequence[Ephemeris],
    half_width: ArrayLike,
    *,
    cell: float = ONE_DEGREE,
    sun_elevation: ArrayLike | None = None,
) -> Coverage:
    """Looks at the middle of every cell of the Earth by the swaths of satellites.

    A swath is what a scan line sweeps: an arc of a great circle, square to the track over the
    turning Earth, centred below the satellite. Cells are even in geodetic latitude and longitude.
    What is left out: the width of the beam along the track, terrain, refraction of sunlight.

    Parameters
    ----------
    ephemerides : sequence of Ephemeris
        Satellites, with the same start, step and length; the step no longer than 0.2 rad of arc.
    half_width : array_like, () or (satellite,)
        Half the swath as seen from the Earth's centre, above zero and below pi/2. [rad]
    cell : float
        Side of a cell; a whole number of them makes half a turn. [rad]
    sun_elevation : array_like, () or (satellite,), optional
        Looks count only with the Sun at least so high; NaN or None: at any time. [rad]

    Returns
    -------
    Coverage

    Raises
    ------
    DomainError
        If satellites do not share their times, stand still or move too far in a step, or a width
        or cell is out of range.

    Notes
    -----
    Arcs are measured from the Earth's centre: the swath is centred 1.4 km at most from the point
    whose vertical meets a satellite at 420 km, and 1 km on the ground is 1/6371 rad everywhere, up
    to 0.2 % off. Against the same scan lines stepped at 1 s, poles and date line included, the
    looks are the same and their times agree within 0.02 s (tests/properties/test_coverage.py).

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import mean_ephemeris
    >>> orbit = mean_ephemeris(
    ...     9_497.0, 86_400.0, 60.0, altitude=420e3, inclination=np.radians(51.64), node=0.0
    ... )
    >>> seen = cover([orbit], swath_half_angle(2_000e3, 420e3), cell=np.radians(3.0))
    >>> round(area_share(seen), 2)
    0.86
    """
    return sweep_cells(scan_lines(ephemerides, half_width, sun_elevation=sun_elevation), cell)


def cover_places(
    ephemerides: Sequence[Ephemeris],
    half_width: ArrayLike,
    latitude: ArrayLike,
    longitude: ArrayLike,
    *,
    sun_elevation: ArrayLike | None = None,
) -> Coverage:
    """Looks at places by the swaths of satellites, as `cover` has them for cells.

    Parameters
    ----------
    ephemerides : sequence of Ephemeris
        Satellites, with the same start, step and length.
    half_width : array_like, () or (satellite,)
        Half the swath as seen from the Earth's centre. [rad]
    latitude : array_like, (place,)
        Geodetic latitude, -pi/2 to pi/2. [rad]
    longitude : array_like, (place,)
        East positive. [rad]
    sun_elevation : array_like, () or (satellite,), optional
        Looks count only with the Sun at least so high. [rad]

    Returns
    -------
    Coverage
        With arrays (place,).

    Raises
    ------
    DomainError
        As `cover`, or if a latitude is beyond the poles.

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import mean_ephemeris
    >>> orbit = mean_ephemeris(
    ...     9_497.0, 864_000.0, 60.0, altitude=400e3, inclination=np.radians(97.0), node=0.0
    ... )
    >>> pole = cover_places([orbit], swath_half_angle(2_000e3, 400e3), [np.pi / 2], [0.0])
    >>> round(float(pole.visits_per_day[0]), 1)  # every turn
    15.6
    """
    lines = scan_lines(ephemerides, half_width, sun_elevation=sun_elevation)
    return sweep_places(lines, latitude, longitude)


def sweep_cells(lines: ScanLines | float, cell: float = ONE_DEGREE) -> Coverage:
    """Looks at the middle of every cell of the Earth: `cover` from scan lines made before.

    Parameters
    ----------
    lines : ScanLines or float
        Scan lines; or a duration in which nothing looks. [s]
    cell : float
        Side of a cell; a whole number of them makes half a turn. [rad]

    Returns
    -------
    Coverage

    Raises
    ------
    DomainError
        If the cell is out of range.
    """
    rows = round(np.pi / cell)
    if rows < 1 or abs(rows * cell - np.pi) > 1e-9:
        raise DomainError(
            f"coverage: given cells of {np.degrees(cell):g} degrees, expected a side of which a "
            "whole number makes 180 degrees"
        )
    latitude: Array = (np.arange(rows, dtype=np.float64) + 0.5) * cell - 0.5 * np.pi
    longitude: Array = (np.arange(2 * rows, dtype=np.float64) + 0.5) * cell - np.pi
    edges: Array = np.arange(rows + 1, dtype=np.float64) * cell - 0.5 * np.pi
    area = np.diff(_zone(edges)) / (2 * rows)
    return _swept(lines, latitude, longitude, area, (rows, 2 * rows))


def sweep_places(lines: ScanLines | float, latitude: ArrayLike, longitude: ArrayLike) -> Coverage:
    """Looks at places: `cover_places` from scan lines made before.

    Parameters
    ----------
    lines : ScanLines or float
        Scan lines; or a duration in which nothing looks. [s]
    latitude : array_like, (place,)
        Geodetic latitude, -pi/2 to pi/2. [rad]
    longitude : array_like, (place,)
        East positive. [rad]

    Returns
    -------
    Coverage
        With arrays (place,).

    Raises
    ------
    DomainError
        If a latitude is beyond the poles.
    """
    phi = np.atleast_1d(np.asarray(latitude, dtype=np.float64))
    east = np.array(np.broadcast_to(np.asarray(longitude, dtype=np.float64), phi.shape))
    if not np.all(np.abs(phi) <= 0.5 * np.pi + 1e-12):
        raise DomainError("coverage: latitudes must be within -90 to 90 degrees")
    area = np.full(phi.size, 1.0 / max(phi.size, 1))
    order = np.argsort(phi, kind="stable")  # rows are swept from south to north
    back = np.argsort(order, kind="stable")
    swept = _swept(lines, phi[order], east[order], area, (phi.size,))
    arrays = {name: getattr(swept, name)[back] for name in _BY_PLACE}
    return Coverage(**arrays, area=area, duration=swept.duration)


_BY_PLACE: Final = (
    "latitude",
    "longitude",
    "visits",
    "day_visits",
    "days_seen",
    "visits_by_hour",
    "longest_gap",
    "mean_gap",
    "response_time",
    "first_visit",
)


def _swept(
    lines: ScanLines | float,
    latitude: Array,
    longitude: Array,
    area: Array,
    shape: tuple[int, ...],
) -> Coverage:
    """Sweep rows of cells, or places as rows of one cell."""
    if isinstance(lines, ScanLines):
        duration = lines.duration
        centric = geocentric_latitude(latitude)
        looks, by_day, days, hours, first, longest, squares = sweep(
            lines.ahead,
            lines.across,
            lines.under,
            lines.turn,
            lines.middle,
            lines.reach,
            lines.sine_half_width,
            lines.least_sun,
            lines.sun,
            lines.noon,
            lines.step,
            centric,
            np.stack([f(v) for v in (latitude, centric) for f in (np.sin, np.cos)], axis=1),
            longitude[None, :] if len(shape) == 2 else longitude[:, None],
        )
    else:
        duration = float(lines)
        looks, by_day, days = (np.zeros(shape, np.int32) for _ in range(3))
        hours = np.zeros((shape[0], HOURS), np.int32)
        first, longest, squares = (np.full(shape, np.nan) for _ in range(3))
    mean = np.full(looks.shape, np.nan)
    np.divide(duration, looks, out=mean, where=looks > 0)
    return Coverage(
        latitude=latitude,
        longitude=longitude,
        area=area,
        visits=looks.reshape(shape),
        day_visits=by_day.reshape(shape),
        days_seen=days.reshape(shape),
        visits_by_hour=hours,
        longest_gap=longest.reshape(shape),
        mean_gap=mean.reshape(shape),
        response_time=(squares / (2.0 * duration)).reshape(shape),
        first_visit=first.reshape(shape),
        duration=duration,
    )


def geocentric_latitude(latitude: ArrayLike) -> Array:
    """Angle at the Earth's centre from the equator to a place on the ellipsoid.

    Parameters
    ----------
    latitude : array_like, (...)
        Geodetic latitude, -pi/2 to pi/2. [rad]

    Returns
    -------
    ndarray, (...)
        Geocentric latitude. [rad]

    Examples
    --------
    >>> round(float(np.degrees(geocentric_latitude(np.radians(51.8)))), 2)
    51.61
    """
    phi = np.asarray(latitude, dtype=np.float64)
    return np.asarray(np.arctan2((1 - EARTH_FLATTENING) ** 2 * np.sin(phi), np.cos(phi)))


def geodetic_latitude(latitude: ArrayLike) -> Array:
    """Latitude on the map of a place on the ellipsoid: the reverse of `geocentric_latitude`.

    Parameters
    ----------
    latitude : array_like, (...)
        Geocentric latitude, -pi/2 to pi/2. [rad]

    Returns
    -------
    ndarray, (...)
        Geodetic latitude. [rad]

    Examples
    --------
    >>> round(float(np.degrees(geodetic_latitude(np.radians(51.61)))), 2)
    51.8
    """
    psi = np.asarray(latitude, dtype=np.float64)
    return np.asarray(np.arctan2(np.sin(psi), (1 - EARTH_FLATTENING) ** 2 * np.cos(psi)))


def horizon_half_angle(height: ArrayLike) -> Array:
    """Angle at the Earth's centre from the point below a satellite to its horizon.

    Parameters
    ----------
    height : array_like, (...)
        Above the mean sphere, at least zero. [m]

    Returns
    -------
    ndarray, (...)
        Angle. [rad]

    Examples
    --------
    >>> round(float(np.degrees(horizon_half_angle(420e3))), 1)
    20.3
    """
    h = np.asarray(height, dtype=np.float64)
    return np.asarray(np.arccos(EARTH_MEAN_RADIUS / (EARTH_MEAN_RADIUS + h)))


def swath_half_angle(swath: ArrayLike, height: ArrayLike) -> Array:
    """Half a swath on the ground as an angle at the Earth's centre.

    Parameters
    ----------
    swath : array_like, (...)
        Width on the ground, above zero, not beyond the horizon. [m]
    height : array_like, (...)
        Of the satellite above the mean sphere. [m]

    Returns
    -------
    ndarray, (...)
        Half-width. [rad]

    Raises
    ------
    DomainError
        If a swath reaches beyond the horizon.

    Examples
    --------
    >>> round(float(np.degrees(swath_half_angle(2_000e3, 420e3))), 2)
    8.99
    """
    half = np.asarray(swath, dtype=np.float64) / (2 * EARTH_MEAN_RADIUS)
    limit = horizon_half_angle(height)
    half, limit = np.broadcast_arrays(half, limit)
    if not np.all((half > 0) & (half <= limit)):
        raise DomainError(
            f"swath: given {np.max(half) * 2e-3 * EARTH_MEAN_RADIUS:.0f} km, expected above 0 and "
            f"at most {np.min(limit) * 2e-3 * EARTH_MEAN_RADIUS:.0f} km, from horizon to horizon"
        )
    return np.array(half)


def scan_half_angle(scan: ArrayLike, height: ArrayLike) -> Array:
    """Angle at the Earth's centre of what is seen at an angle off the vertical.

    Parameters
    ----------
    scan : array_like, (...)
        Angle at the satellite from straight down, 0 to that of the horizon. [rad]
    height : array_like, (...)
        Of the satellite above the mean sphere. [m]

    Returns
    -------
    ndarray, (...)
        Half-width of the swath. [rad]

    Raises
    ------
    DomainError
        If the line of sight misses the Earth.

    Examples
    --------
    >>> swath = 2 * 6_371 * scan_half_angle(np.radians(56.28), 833e3)  # VIIRS: 3,060 km
    >>> round(float(swath), -1)
    3080.0
    """
    angle = np.asarray(scan, dtype=np.float64)
    ratio = 1 + np.asarray(height, dtype=np.float64) / EARTH_MEAN_RADIUS
    sine = ratio * np.sin(angle)
    if not np.all((angle >= 0) & (sine <= 1)):
        raise DomainError("swath: the line of sight misses the Earth")
    return np.asarray(np.arcsin(sine) - angle)


def latitude_limit(inclination: ArrayLike, half_angle: ArrayLike) -> Array:
    """Highest latitude on the map that a swath about a circular orbit touches.

    Parameters
    ----------
    inclination : array_like, (...)
        Inclination, 0 to pi. [rad]
    half_angle : array_like, (...)
        Half-width of the swath at the Earth's centre. [rad]

    Returns
    -------
    ndarray, (...)
        Geodetic latitude, pi/2 if the pole is seen. [rad]

    Notes
    -----
    The inclination is an angle at the Earth's centre; on the map it is up to 0.19 degrees more.
    Agrees with the published limits of three instruments of the ISS within 0.15 degrees
    (``validate services``).

    Examples
    --------
    >>> limit = latitude_limit(np.radians(51.64), swath_half_angle(550e3, 415e3))
    >>> round(float(np.degrees(limit)), 1)  # the lightning sensor of the ISS
    54.3
    """
    tilt = np.asarray(inclination, dtype=np.float64)
    top = np.minimum(tilt, np.pi - tilt) + np.asarray(half_angle, dtype=np.float64)
    return geodetic_latitude(np.minimum(top, 0.5 * np.pi))


def area_mean(coverage: Coverage, values: ArrayLike) -> float:
    """Mean over the area of the cells that have a value, or over places.

    Parameters
    ----------
    coverage : Coverage
        Whose cells they are.
    values : array_like, (latitude, longitude) or (place,)
        Values; NaN where there is none.

    Returns
    -------
    float
        NaN if no cell has a value.
    """
    given = np.asarray(values, dtype=np.float64)
    weight = coverage.area if given.ndim == 1 else coverage.area[:, None]
    held = np.isfinite(given) * weight
    total = held.sum()
    if total == 0:
        return float("nan")
    return float((np.where(np.isfinite(given), given, 0.0) * held).sum() / total)


def area_share(coverage: Coverage) -> float:
    """Share of the Earth's surface, or of places, at which there was a look.

    Parameters
    ----------
    coverage : Coverage
        What was seen.

    Returns
    -------
    float
        From 0 to 1; of cells narrower than the swath, or in the mean over many. [-]
    """
    return area_mean(coverage, coverage.visits > 0)


def daily_area_share(coverage: Coverage) -> float:
    """Share of the Earth's surface, or of places, seen in a day, mean over whole days.

    Parameters
    ----------
    coverage : Coverage
        What was seen.

    Returns
    -------
    float
        From 0 to 1. [-]
    """
    return area_mean(coverage, coverage.days_seen / coverage.whole_days)


def by_latitude(coverage: Coverage) -> dict[str, Array]:
    """Means over longitude of what was seen of cells.

    Parameters
    ----------
    coverage : Coverage
        Of cells, not of places.

    Returns
    -------
    dict of text to ndarray, (latitude,)
        `latitude` [rad], `visits_per_day` and `day_visits_per_day` [1/d] over all cells, `seen`
        [-], their share with a look, and, over those, `mean_gap`, `response_time`, `longest_gap`
        and the largest, `worst_gap` [s]; NaN in rows without a look.
    """
    seen = coverage.visits > 0
    some = seen.any(axis=1)
    days = coverage.duration / DAY

    def over_seen(values: Array) -> Array:
        total = np.where(seen, values, 0.0).sum(axis=1)
        mean = np.full(some.size, np.nan)
        np.divide(total, seen.sum(axis=1), out=mean, where=some)
        return mean

    worst = np.where(seen, coverage.longest_gap, -np.inf).max(axis=1)
    return {
        "latitude": coverage.latitude,
        "visits_per_day": coverage.visits.mean(axis=1) / days,
        "day_visits_per_day": coverage.day_visits.mean(axis=1) / days,
        "seen": seen.mean(axis=1),
        "mean_gap": over_seen(coverage.mean_gap),
        "response_time": over_seen(coverage.response_time),
        "longest_gap": over_seen(coverage.longest_gap),
        "worst_gap": np.where(some, worst, np.nan),
    }


def _zone(latitude: Array) -> Array:
    """Share of the surface of the ellipsoid south of a latitude."""
    squared = EARTH_FLATTENING * (2 - EARTH_FLATTENING)
    e = np.sqrt(squared)
    sine = np.sin(latitude)
    q = sine / (1 - squared * sine**2) + np.arctanh(e * sine) / e
    top = 1 / (1 - squared) + np.arctanh(e) / e
    return np.asarray(0.5 * (1 + q / top))
