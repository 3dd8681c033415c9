"""Images and soundings of places: looks that clouds spare, hours of the day, standing discs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_MEAN_RADIUS
from stationkeeper.errors import DomainError
from stationkeeper.orbit.coverage import Coverage, geocentric_latitude
from stationkeeper.orbit.sunlight import sun_fixed
from stationkeeper.units import DAY

Array = NDArray[np.float64]

SAMPLE = 600.0  # [s] between the moments at which the Sun over standing discs is looked at


@dataclass(frozen=True)
class Disc:
    """What one geostationary satellite sees again and again."""

    longitude: float
    """Of the point below. [rad]"""
    half_angle: float
    """From the point below to the rim, at the Earth's centre. [rad]"""
    interval: float
    """Between two images. [s]"""
    sun_elevation: float = float("nan")
    """Least elevation of the Sun at the place; NaN if it does not matter. [rad]"""


def clear_looks(looks: ArrayLike, cloud_fraction: ArrayLike) -> Array:
    """Looks that clouds do not spoil.

    Parameters
    ----------
    looks : array_like, (...)
        Looks in some time. [-]
    cloud_fraction : array_like, (...)
        Part of looks that clouds spoil, 0 to 1. [-]

    Returns
    -------
    ndarray, (...)
        Expected number. [-]

    Raises
    ------
    DomainError
        If a fraction is out of range.

    Examples
    --------
    >>> clear_looks(10, 0.67)
    array(3.3)
    """
    return np.asarray(np.asarray(looks, np.float64) * (1 - _fraction(cloud_fraction)))


def chance_of_clear_look(looks: ArrayLike, cloud_fraction: ArrayLike) -> Array:
    """Chance that at least one of several looks is clear.

    Clouds at one look are taken to tell nothing about the next: true of looks a day or more apart,
    too hopeful of looks an hour apart.

    Parameters
    ----------
    looks : array_like, (...)
        Looks, at least zero. [-]
    cloud_fraction : array_like, (...)
        Part of looks that clouds spoil, 0 to 1. [-]

    Returns
    -------
    ndarray, (...)
        From 0 to 1. [-]

    Raises
    ------
    DomainError
        If a fraction is out of range.

    Examples
    --------
    >>> round(float(chance_of_clear_look(3, 0.5)), 3)
    0.875
    """
    return np.asarray(1 - _fraction(cloud_fraction) ** np.asarray(looks, np.float64))


def wait_for_clear_look(
    response_time: ArrayLike, mean_gap: ArrayLike, cloud_fraction: ArrayLike
) -> Array:
    """Mean wait from any moment to the first look without cloud.

    The first look comes after the response time; each look that clouds spoil costs one more gap,
    and so many are spoilt in a row as coins fall on one side. What is left out: clouds that stay
    from look to look, and long gaps that follow long gaps.

    Parameters
    ----------
    response_time : array_like, (...)
        Mean wait for any look. [s]
    mean_gap : array_like, (...)
        Mean time between looks. [s]
    cloud_fraction : array_like, (...)
        Part of looks that clouds spoil, 0 to 1; at 1 the wait has no end. [-]

    Returns
    -------
    ndarray, (...)
        Mean wait; longer than the time looked at means: not within it. [s]

    Raises
    ------
    DomainError
        If a fraction is out of range.

    Notes
    -----
    Agrees with looks drawn at even gaps and at gaps of chance within the scatter of 40,000 draws
    (tests/unit/test_imaging.py).

    Examples
    --------
    >>> float(wait_for_clear_look(6 * 3_600.0, 12 * 3_600.0, 0.5)) / 3_600.0
    18.0
    """
    fraction = _fraction(cloud_fraction)
    gap = np.asarray(mean_gap, np.float64)
    with np.errstate(divide="ignore"):
        spoilt = np.where(fraction < 1, fraction / np.where(fraction < 1, 1 - fraction, 1), np.inf)
    return np.asarray(np.asarray(response_time, np.float64) + spoilt * gap)


def disc_half_angle(diameter: float) -> float:
    """Half the diameter of a disc on the ground as an angle at the Earth's centre.

    Parameters
    ----------
    diameter : float
        Along the ground, above zero and at most 18,000 km: the horizon of a geostationary
        satellite. [m]

    Returns
    -------
    float
        Angle. [rad]

    Raises
    ------
    DomainError
        If it is out of range.

    Examples
    --------
    >>> round(float(np.degrees(disc_half_angle(13_300e3))), 1)
    59.8
    """
    horizon = float(np.arccos(EARTH_MEAN_RADIUS / 42_164.0e3))
    half = diameter / (2 * EARTH_MEAN_RADIUS)
    if not 0 < half <= horizon:
        raise DomainError(
            f"disc: given {diameter * 1e-3:.0f} km, expected above 0 and at most "
            f"{2e-3 * EARTH_MEAN_RADIUS * horizon:.0f} km, from horizon to horizon"
        )
    return half


def with_discs(coverage: Coverage, discs: list[Disc], start_day: float) -> Coverage:
    """Add what geostationary satellites see to what moving ones saw.

    Inside a disc there is a look every interval, with the Sun high enough if that matters. Several
    discs add up in looks; in gaps the shorter counts. Gaps of both kinds of satellites together
    are not worked out look by look: the shorter of the two is taken, which is never too short by
    more than one interval in gaps of standing discs.

    Parameters
    ----------
    coverage : Coverage
        Of cells or places; may be one without looks.
    discs : list of Disc
        What stands over the equator.
    start_day : float
        Start of the time looked at. [d]

    Returns
    -------
    Coverage
        Of the same cells or places.

    Examples
    --------
    >>> from stationkeeper.orbit.coverage import sweep_places
    >>> nothing = sweep_places(86_400.0, [0.0, np.radians(70.0)], [0.0, 0.0])
    >>> seen = with_discs(nothing, [Disc(0.0, np.radians(60.0), 600.0)], 11_323.0)
    >>> seen.visits.tolist()
    [144, 0]
    """
    if not discs:
        return coverage
    cells = coverage.visits.ndim == 2
    latitude, area = coverage.latitude, coverage.area
    phi = geocentric_latitude(latitude)
    if cells:
        phi = phi[:, None]
    visits = coverage.visits.astype(np.float64)
    by_day = coverage.day_visits.astype(np.float64)
    hours = coverage.visits_by_hour.astype(np.float64)
    days = coverage.days_seen.copy()
    longest, response = coverage.longest_gap.copy(), coverage.response_time.copy()
    first = coverage.first_visit.copy()
    duration = coverage.duration
    lights: dict[tuple[float, float], _Light] = {}  # the same at all longitudes
    for disc in discs:
        inside = np.cos(phi) * np.cos(coverage.longitude - disc.longitude) >= np.cos(
            disc.half_angle
        )
        alike = (disc.interval, -2.0 if np.isnan(disc.sun_elevation) else disc.sun_elevation)
        if alike not in lights:
            lights[alike] = _light(latitude, start_day, duration, disc)
        lit = lights[alike]
        images = duration / disc.interval

        def spread(values: Array, inside: NDArray[np.bool_] = inside) -> Array:
            """Give a value of a latitude to all its cells."""
            by_row = values[:, None] if cells else values
            return np.asarray(np.broadcast_to(by_row, inside.shape))

        seen = inside & (spread(lit.share) > 0)
        visits += np.where(seen, images * spread(lit.share), 0.0)
        by_day += np.where(seen, images * spread(lit.by_day), 0.0)
        looking = seen.sum(axis=1) if cells else seen
        hours += looking[:, None] * images * lit.by_hour
        days = np.maximum(days, np.where(seen, spread(lit.days), 0).astype(np.int32))
        longest = np.where(seen, np.fmin(longest, spread(lit.longest_gap)), longest)
        response = np.where(seen, np.fmin(response, spread(lit.response_time)), response)
        first = np.where(seen, np.fmin(first, np.minimum(disc.interval, duration)), first)
    counts = np.rint(visits).astype(np.int32)
    mean = np.full(visits.shape, np.nan)
    np.divide(duration, visits, out=mean, where=visits > 0)
    return Coverage(
        latitude=latitude,
        longitude=coverage.longitude,
        area=area,
        visits=counts,
        day_visits=np.rint(by_day).astype(np.int32),
        days_seen=days,
        visits_by_hour=np.rint(hours).astype(np.int32),
        longest_gap=longest,
        mean_gap=mean,
        response_time=response,
        first_visit=first,
        duration=duration,
    )


@dataclass(frozen=True)
class _Light:
    """When a disc can be seen at each latitude, (latitude,), shares of its images."""

    share: Array
    by_day: Array
    by_hour: Array
    days: Array
    longest_gap: Array
    response_time: Array


def _light(latitude: Array, start_day: float, duration: float, disc: Disc) -> _Light:
    """Follow the Sun along each latitude.

    All longitudes have the same Sun at the same local hour; the drift of the Sun in the hours
    between them is left out.
    """
    count = max(1, round(duration / SAMPLE))
    sun = sun_fixed(start_day + (np.arange(count) + 0.5) * duration / count / DAY)
    rows, back = np.unique(latitude, return_inverse=True)
    height = np.sin(rows)[:, None] * sun[:, 2] + np.cos(rows)[:, None] * sun[:, 0]
    minded = not np.isnan(disc.sun_elevation)
    seen = height >= np.sin(disc.sun_elevation) if minded else np.ones(height.shape, bool)
    hour = np.floor((0.5 - np.arctan2(sun[:, 1], sun[:, 0]) / (2 * np.pi)) * 24).astype(int) % 24
    by_hour = np.stack([(seen & (hour == h)).mean(axis=1) for h in range(24)], axis=1)
    day = np.floor((np.arange(count) + 0.5) * duration / count / DAY).astype(int)
    whole = max(1, int(np.floor(duration / DAY + 1e-9)))
    days = np.zeros(rows.size)
    for k in range(whole):
        days += seen[:, day == k].any(axis=1)
    longest = np.full(rows.size, disc.interval)
    squares = seen.mean(axis=1) * duration * disc.interval
    if minded:
        sample = duration / count
        for i in range(rows.size):
            change = np.flatnonzero(np.diff(np.concatenate([[1], seen[i], [1]])))
            dark = np.diff(change)[::2] * sample
            if dark.size:
                longest[i] = dark.max() + disc.interval
                squares[i] += np.sum(dark**2)
    return _Light(
        seen.mean(axis=1)[back],
        (seen & (height >= 0)).mean(axis=1)[back],
        by_hour[back],
        days[back],
        np.minimum(longest, duration)[back],
        (squares / (2 * duration))[back],
    )


def _fraction(cloud_fraction: ArrayLike) -> Array:
    fraction = np.asarray(cloud_fraction, np.float64)
    if np.any((fraction < 0) | (fraction > 1)):
        raise DomainError("clouds: a fraction must be within 0 to 1")
    return fraction
