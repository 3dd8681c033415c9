"""The Sun as a satellite sees it: how much of its disc, when none, and how high over the orbit."""

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import (
    EARTH_FLATTENING,
    EARTH_RADIUS,
    EARTH_ROTATION_RATE,
)
from stationkeeper.environment.sun import sun_direction
from stationkeeper.errors import InputError
from stationkeeper.kernels import inner_kernel, kernel
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.orbit.frames import fixed_from_teme, for_kernels

Array = NDArray[np.float64]

SUN_RADIUS: Final = 6.957e8  # [m] IAU 2015 Resolution B3, nominal
ASTRONOMICAL_UNIT: Final = 1.495978707e11  # [m] IAU 2012 Resolution B2
ROOT_ERROR: Final = 1e-3  # [s] of entries into the shadow, chosen by us
SUN_SPACING: Final = 3_600.0  # [s] of the Sun's places; straight lines between err by 0.01 s

Edge = Literal["umbra", "centre", "penumbra"]


def sun_fixed(day: ArrayLike) -> Array:
    """Unit vector from the Earth's centre to the Sun, in Earth-fixed axes.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC, -18,262 to 18,262. [d]

    Returns
    -------
    ndarray, (..., 3)
        Direction, of length one. [-]

    Notes
    -----
    `environment.sun.sun_direction` turned by sidereal time: within 0.014 degrees.

    Examples
    --------
    >>> noon = sun_fixed(79.5)  # March equinox, noon at Greenwich; the clock is 7 min ahead
    >>> np.round(np.degrees(np.arctan2(noon[1], noon[0])), 1)
    np.float64(1.8)
    """
    return fixed_from_teme(day, sun_direction(day))


def sun_distance(day: ArrayLike) -> Array:
    """Distance of the Sun.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC. [d]

    Returns
    -------
    ndarray, (...)
        Distance, within 1e-4 of itself. [m]

    References
    ----------
    .. [1] "The Astronomical Almanac", section C, "Low-precision formulas for the Sun".

    Examples
    --------
    >>> round(float(sun_distance(3.0)) / 1.495978707e11, 4)  # nearest in January
    0.9833
    """
    anomaly = np.radians(357.528 + 0.9856003 * (np.asarray(day, dtype=np.float64) - 0.5))
    shape = 1.00014 - 0.01671 * np.cos(anomaly) - 0.00014 * np.cos(2 * anomaly)
    return np.asarray(ASTRONOMICAL_UNIT * shape)


@inner_kernel
def _above_limb(
    x: float, y: float, z: float, sx: float, sy: float, sz: float, flattening: float
) -> tuple[float, float]:
    """Angle of the Sun's middle over the Earth's edge, and the Sun's angular radius [rad].

    The edge is that of the ellipsoid: stretched along the pole it is a sphere, whose tangent cone
    is known, and tangents stay tangents when stretched back.
    """
    ux, uy, uz = sx - x, sy - y, sz - z
    distance = np.sqrt(ux * ux + uy * uy + uz * uz)
    ux, uy, uz = ux / distance, uy / distance, uz / distance
    radius = np.sqrt(x * x + y * y + z * z)
    stretch = 1 / (1 - flattening)
    wz, vz = z * stretch, uz * stretch
    far = np.sqrt(x * x + y * y + wz * wz)
    ax, ay, az = -x / far, -y / far, -wz / far
    along = ux * ax + uy * ay + vz * az
    px, py, pz = ux - along * ax, uy - along * ay, vz - along * az
    side = np.sqrt(px * px + py * py + pz * pz)
    sine = min(EARTH_RADIUS / far, 1.0)
    cosine = np.sqrt(1 - sine * sine)
    if side > 0:
        px, py, pz = px / side, py / side, pz / side
    tx, ty = cosine * ax + sine * px, cosine * ay + sine * py
    tz = (cosine * az + sine * pz) / stretch
    length = np.sqrt(tx * tx + ty * ty + tz * tz)
    limb = np.arccos(min(max(-(tx * x + ty * y + tz * z) / (length * radius), -1.0), 1.0))
    sun = np.arccos(min(max(-(ux * x + uy * y + uz * z) / radius, -1.0), 1.0))
    return sun - limb, np.arcsin(SUN_RADIUS / distance)


@inner_kernel
def _over_edge(
    position: Array,
    velocity: Array,
    step: float,
    sun: Array,
    spacing: float,
    at: float,
    part: float,
    flattening: float,
) -> float:
    """Angle of a part of the Sun (-1 lower rim, 0 middle, 1 upper rim) over the edge [rad]."""
    low = min(max(int(at / step), 0), position.shape[0] - 2)
    p = at / step - low
    q = 1 - p
    a, b = (1 + 2 * p) * q * q, p * p * (3 - 2 * p)
    c, d = step * p * q * q, -step * p * p * q
    x = a * position[low, 0] + b * position[low + 1, 0]
    x += c * velocity[low, 0] + d * velocity[low + 1, 0]
    y = a * position[low, 1] + b * position[low + 1, 1]
    y += c * velocity[low, 1] + d * velocity[low + 1, 1]
    z = a * position[low, 2] + b * position[low + 1, 2]
    z += c * velocity[low, 2] + d * velocity[low + 1, 2]
    k = min(max(int(at / spacing), 0), sun.shape[0] - 2)
    w = at / spacing - k
    # The Sun is kept in axes that do not turn, turned by the Earth's rate from its start.
    sx = (1 - w) * sun[k, 0] + w * sun[k + 1, 0]
    sy = (1 - w) * sun[k, 1] + w * sun[k + 1, 1]
    sz = (1 - w) * sun[k, 2] + w * sun[k + 1, 2]
    angle = EARTH_ROTATION_RATE * at
    cosine, sine = np.cos(angle), np.sin(angle)
    over, radius = _above_limb(
        x, y, z, cosine * sx + sine * sy, cosine * sy - sine * sx, sz, flattening
    )
    return float(over + part * radius)


@kernel
def _shares(position: Array, sun: Array, flattening: float, out: Array) -> None:
    for k in range(position.shape[0]):
        over, radius = _above_limb(
            position[k, 0],
            position[k, 1],
            position[k, 2],
            sun[k, 0],
            sun[k, 1],
            sun[k, 2],
            flattening,
        )
        x = min(max(over / radius, -1.0), 1.0)
        out[k] = 0.5 + (x * np.sqrt(1 - x * x) + np.arcsin(x)) / np.pi


@kernel
def _crossings(
    position: Array,
    velocity: Array,
    step: float,
    sun: Array,
    spacing: float,
    part: float,
    flattening: float,
    error: float,
    out: Array,
) -> int:
    """Fill in the moments at which a part of the Sun crosses the edge; return how many."""
    found = 0
    rows = position.shape[0]
    values = np.empty(3)
    golden = 0.3819660112501051
    ends = np.empty(4)
    for k in range(rows):
        now = _over_edge(position, velocity, step, sun, spacing, k * step, part, flattening)
        values[0], values[1], values[2] = values[1], values[2], now
        if k == 0:
            continue
        count = 2
        ends[0], ends[1] = (k - 1) * step, k * step
        if k > 1 and values[1] != 0.0:
            # Both neighbours on one side and the middle nearest the edge: look for a short
            # eclipse or a short day about it before the last step is judged.
            sign = 1.0 if values[1] > 0 else -1.0
            left, middle, right = sign * values[0], sign * values[1], sign * values[2]
            if middle <= left and middle < right and left > 0 and right > 0:
                low, high = (k - 2) * step, k * step
                inner = low + golden * (high - low)
                outer = high - golden * (high - low)
                f = sign * _over_edge(
                    position, velocity, step, sun, spacing, inner, part, flattening
                )
                g = sign * _over_edge(
                    position, velocity, step, sun, spacing, outer, part, flattening
                )
                while high - low > error and f > 0 and g > 0:
                    if f < g:
                        high, outer, g = outer, inner, f
                        inner = low + golden * (high - low)
                        f = sign * _over_edge(
                            position, velocity, step, sun, spacing, inner, part, flattening
                        )
                    else:
                        low, inner, f = inner, outer, g
                        outer = high - golden * (high - low)
                        g = sign * _over_edge(
                            position, velocity, step, sun, spacing, outer, part, flattening
                        )
                if f <= 0 or g <= 0:
                    ends[0], ends[1] = (k - 2) * step, inner if f <= 0 else outer
                    ends[2] = k * step
                    count = 3
        for e in range(count - 1):
            low, high = ends[e], ends[e + 1]
            f = _over_edge(position, velocity, step, sun, spacing, low, part, flattening)
            g = _over_edge(position, velocity, step, sun, spacing, high, part, flattening)
            if (f > 0) == (g > 0):
                continue
            # Regula falsi with the stale end halved (Illinois), and a bisection when it lags.
            side = 0
            for turn in range(60):
                middle = high - g * (high - low) / (g - f)
                if turn % 4 == 3:
                    middle = 0.5 * (low + high)
                h = _over_edge(position, velocity, step, sun, spacing, middle, part, flattening)
                if (h > 0) == (g > 0):
                    high, g = middle, h
                    if side == 1:
                        f *= 0.5
                    side = 1
                else:
                    low, f = middle, h
                    if side == -1:
                        g *= 0.5
                    side = -1
                if high - low < error or h == 0.0:
                    break
            if found < out.shape[0]:
                out[found] = 0.5 * (low + high) if high - low < error else middle
            found += 1
    return found


def _sun_places(ephemeris: Ephemeris) -> Array:
    """Places of the Sun every hour, in the Earth-fixed axes of the ephemeris' start [m]."""
    hours = int(ephemeris.duration / SUN_SPACING) + 2
    days = ephemeris.start_day + SUN_SPACING / 86_400 * np.arange(hours)
    places = sun_direction(days) * sun_distance(days)[:, None]
    return for_kernels(fixed_from_teme(ephemeris.start_day, places))


def sunlit(ephemeris: Ephemeris, *, flattening: float = EARTH_FLATTENING) -> Array:
    """Share of the Sun's disc that a satellite sees past the Earth.

    The Earth is the ellipsoid of WGS-84 and, at the size of the Sun, its edge is straight: the
    share is exact at 0, 1/2 and 1, and for low orbits within 0.001 between. Bending and dimming of
    light in the air are left out.

    Parameters
    ----------
    ephemeris : Ephemeris
        Of any length.
    flattening : float
        Of the Earth that casts the shadow; 0 for a sphere. [-]

    Returns
    -------
    ndarray, (time,)
        0 in the umbra, 1 in the open. [-]

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import mean_ephemeris
    >>> orbit = mean_ephemeris(9_500.0, 86_400.0, 60.0, altitude=420e3, inclination=0.9)
    >>> round(float(sunlit(orbit).mean()), 2)
    0.61
    """
    days = ephemeris.days
    places = for_kernels(sun_fixed(days) * sun_distance(days)[:, None])
    out = np.empty(days.size)
    _shares(for_kernels(ephemeris.position), places, flattening, out)
    return out


def eclipses(
    ephemeris: Ephemeris, *, edge: Edge = "umbra", flattening: float = EARTH_FLATTENING
) -> tuple[Array, Array]:
    """Moments at which a satellite enters the Earth's shadow and leaves it.

    Every local extreme of the Sun's height over the Earth's edge is looked at, so that neither a
    short eclipse nor a short day between two steps is lost. What is left out: see `sunlit`.

    Parameters
    ----------
    ephemeris : Ephemeris
        With steps of 120 s at most, for a low orbit.
    edge : {"umbra", "centre", "penumbra"}
        In shadow is: no Sun seen; less than half of it; not all of it.
    flattening : float
        Of the Earth that casts the shadow; 0 for a sphere. [-]

    Returns
    -------
    tuple of ndarray, (eclipse,)
        Entries and exits from the ephemeris' start. An eclipse cut by its start or end has an
        entry of 0 or an exit of its duration. [s]

    Raises
    ------
    InputError
        If the edge is none of the three.

    Notes
    -----
    Roots to 0.001 s of our Sun, which is within 0.014 degrees of the true one: 0.2 s at 420 km.

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import mean_ephemeris
    >>> orbit = mean_ephemeris(9_500.0, 86_400.0, 60.0, altitude=420e3, inclination=0.9)
    >>> enter, leave = eclipses(orbit)
    >>> enter.size, round(float((leave - enter).mean()) / 60)  # minutes
    (16, 35)
    """
    parts = {"umbra": 1.0, "centre": 0.0, "penumbra": -1.0}
    if edge not in parts:
        raise InputError(f"edge {edge!r} of a shadow is unknown; expected one of {sorted(parts)}")
    position = for_kernels(ephemeris.position)
    velocity = for_kernels(ephemeris.velocity)
    sun = _sun_places(ephemeris)
    out = np.empty(position.shape[0] + 2)
    found = _crossings(
        position,
        velocity,
        ephemeris.step,
        sun,
        SUN_SPACING,
        parts[edge],
        flattening,
        ROOT_ERROR,
        out,
    )
    crossings = out[:found]
    begins_dark = _starts_dark(position[:1], sun[:1], parts[edge], flattening)
    moments = np.concatenate([[0.0], crossings]) if begins_dark else crossings
    if moments.size % 2:
        moments = np.append(moments, ephemeris.duration)
    return moments[::2].copy(), moments[1::2].copy()


def _starts_dark(position: Array, sun: Array, part: float, flattening: float) -> bool:
    share = np.empty(1)
    _shares(position, sun, flattening, share)
    return bool(share[0] <= 0.5 * (1 - part) if part >= 0 else share[0] < 1.0)


def beta(ephemeris: Ephemeris) -> Array:
    """Angle of the Sun above the orbit plane, positive on the side of the orbit's momentum.

    Parameters
    ----------
    ephemeris : Ephemeris
        Of any length.

    Returns
    -------
    ndarray, (time,)
        Angle, -pi/2 to pi/2. [rad]

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import mean_ephemeris
    >>> orbit = mean_ephemeris(172.07, 600.0, 60.0, altitude=420e3, inclination=np.radians(51.6))
    >>> round(float(np.degrees(beta(orbit)[0])), 1)
    -28.2
    """
    r, v = ephemeris.position, ephemeris.velocity
    turning = np.stack([-r[:, 1], r[:, 0], np.zeros(r.shape[0])], axis=-1) * EARTH_ROTATION_RATE
    momentum = np.cross(r, v + turning)
    height = np.sum(momentum * sun_fixed(ephemeris.days), axis=-1)
    return np.asarray(np.arcsin(np.clip(height / np.linalg.norm(momentum, axis=-1), -1, 1)))
