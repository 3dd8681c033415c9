"""Axes and places: turning with the Earth, fixed among the stars, and on the ellipsoid."""

from typing import Final, overload

import erfa
import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import (
    EARTH_FLATTENING,
    EARTH_RADIUS,
    EARTH_ROTATION_RATE,
    SECONDS_PER_DAY,
)
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]

JULIAN_2000: Final = 2_451_544.5  # [d] Julian date of 2000-01-01T00:00
TT_LESS_UTC: Final = 69.184  # [s] since 2017 (IERS Bulletin C 52); 5 s less in 2000: 0.25 mm
POLE_SPACING: Final = 0.25  # [d] of the table of the Earth's pole, chosen by us: 0.1 mm
_E2: Final = EARTH_FLATTENING * (2 - EARTH_FLATTENING)  # [-] eccentricity of the ellipsoid, squared
_POLAR_RADIUS: Final = EARTH_RADIUS * (1 - EARTH_FLATTENING)


def for_kernels(values: ArrayLike) -> Array:
    """Return values in one piece of writable memory: kernels are compiled for nothing else.

    Examples
    --------
    >>> for_kernels(np.broadcast_to(1.0, (2, 2))).flags.writeable
    True
    """
    whole = np.ascontiguousarray(values, dtype=np.float64)
    return whole if whole.flags.writeable else whole.copy()


def sidereal_angle(day: ArrayLike, ut1_offset: ArrayLike = 0.0) -> Array:
    """Turn of the Earth from the mean equinox: Greenwich mean sidereal time.

    The formula of 1982 [1]_, which belongs to the axes of SGP4 (TEME). Nutation is left out.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC. [d]
    ut1_offset : array_like, (...)
        UT1 less UTC, -0.9 to 0.9; left out, a place is up to 420 m east or west of its own. [s]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Angle from 0 to 2 pi. [rad]

    Notes
    -----
    Equal to ERFA's `gmst82` within 1e-10 rad from 1957 to 2100 (tests/unit/test_frames.py).

    References
    ----------
    .. [1] S. Aoki et al., "The new definition of Universal Time", Astron. Astrophys. 105, 1982.

    Examples
    --------
    >>> round(float(np.degrees(sidereal_angle(0.5))), 4)  # the noon that J2000.0 counts from
    280.4606
    """
    elapsed = np.asarray(day, dtype=np.float64) - 0.5 + np.asarray(ut1_offset) / SECONDS_PER_DAY
    centuries = elapsed / 36_525
    drift = (8_640_184.812866 + (0.093104 - 6.2e-6 * centuries) * centuries) * centuries
    turns = elapsed % 1.0 + (67_310.54841 + drift) / SECONDS_PER_DAY
    return np.asarray(2 * np.pi * (turns % 1.0))


def _turned(
    angle: Array, position: ArrayLike, velocity: ArrayLike | None, sense: float
) -> tuple[Array, Array | None]:
    """Turn vectors about the pole: sense 1 into axes that turn with the Earth, -1 out of them."""
    r = np.asarray(position, dtype=np.float64)
    cosine, sine = np.cos(angle), sense * np.sin(angle)

    def about_pole(x: Array, y: Array, z: Array) -> Array:
        new = (cosine * x + sine * y, cosine * y - sine * x, z)
        return np.stack(np.broadcast_arrays(*new), axis=-1)

    there = about_pole(r[..., 0], r[..., 1], r[..., 2])
    if velocity is None:
        return there, None
    v = np.asarray(velocity, dtype=np.float64)
    # The Earth's turning is taken off in either axes alike: it is about the pole of both.
    swing = sense * EARTH_ROTATION_RATE
    swung = (v[..., 0] + swing * r[..., 1], v[..., 1] - swing * r[..., 0], v[..., 2])
    return there, about_pole(*swung)


@overload
def fixed_from_teme(
    day: ArrayLike, position: ArrayLike, velocity: None = None, *, ut1_offset: ArrayLike = 0.0
) -> Array: ...
@overload
def fixed_from_teme(
    day: ArrayLike, position: ArrayLike, velocity: ArrayLike, *, ut1_offset: ArrayLike = 0.0
) -> tuple[Array, Array]: ...
def fixed_from_teme(
    day: ArrayLike,
    position: ArrayLike,
    velocity: ArrayLike | None = None,
    *,
    ut1_offset: ArrayLike = 0.0,
) -> Array | tuple[Array, Array]:
    """Positions in Earth-fixed axes from those of SGP4 (true equator, mean equinox).

    Motion of the pole (up to 15 m) is left out, and UT1 less UTC (up to 420 m) unless given.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC. [d]
    position : array_like, (..., 3)
        Position. [m]
    velocity : array_like, (..., 3), optional
        Velocity. [m/s]
    ut1_offset : array_like, (...)
        UT1 less UTC. [s]

    Returns
    -------
    ndarray, (..., 3), or a tuple of two
        Position [m]; with a velocity also that, relative to the turning Earth [m/s].

    Notes
    -----
    Within 1 mm of Skyfield's `TEME_to_ITRF` given the same UT1 (tests/validation).

    Examples
    --------
    >>> np.round(fixed_from_teme(0.5, [7e6, 0.0, 0.0]))
    array([1270918., 6883660.,       0.])
    """
    angle = sidereal_angle(day, ut1_offset)
    there, moving = _turned(angle, position, velocity, 1.0)
    return there if moving is None else (there, moving)


@overload
def teme_from_fixed(
    day: ArrayLike, position: ArrayLike, velocity: None = None, *, ut1_offset: ArrayLike = 0.0
) -> Array: ...
@overload
def teme_from_fixed(
    day: ArrayLike, position: ArrayLike, velocity: ArrayLike, *, ut1_offset: ArrayLike = 0.0
) -> tuple[Array, Array]: ...
def teme_from_fixed(
    day: ArrayLike,
    position: ArrayLike,
    velocity: ArrayLike | None = None,
    *,
    ut1_offset: ArrayLike = 0.0,
) -> Array | tuple[Array, Array]:
    """Positions in the axes of SGP4 from Earth-fixed ones; undoes `fixed_from_teme`.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC. [d]
    position : array_like, (..., 3)
        Earth-fixed position. [m]
    velocity : array_like, (..., 3), optional
        Velocity relative to the turning Earth. [m/s]
    ut1_offset : array_like, (...)
        UT1 less UTC. [s]

    Returns
    -------
    ndarray, (..., 3), or a tuple of two
        Position [m]; with a velocity also the inertial one [m/s].

    Examples
    --------
    >>> there = teme_from_fixed(9_000.0, fixed_from_teme(9_000.0, [7e6, 1e6, 2e6]))
    >>> np.round(there, 3)
    array([7000000., 1000000., 2000000.])
    """
    angle = sidereal_angle(day, ut1_offset)
    there, moving = _turned(angle, position, velocity, -1.0)
    return there if moving is None else (there, moving)


def _pole(day: Array) -> Array:
    """Place of the Earth's pole among the stars and the origin of its turning: X, Y, s (3, ...)."""
    return np.stack(erfa.xys06a(JULIAN_2000, day + TT_LESS_UTC / SECONDS_PER_DAY))


@kernel
def _celestial_turn(
    day: Array,
    ut1_offset: Array,
    table: Array,
    first: float,
    spacing: float,
    sense: float,
    position: Array,
    velocity: Array,
    out_position: Array,
    out_velocity: Array,
) -> None:
    """Turn states by the pole of a table and the Earth rotation angle; sense 1 into fixed axes.

    A table of as many columns as days (spacing 0) is taken as it stands; else it is interpolated
    by the cubic through four columns.
    """
    moving = velocity.shape[0] > 0
    for k in range(day.shape[0]):
        if spacing == 0.0:
            x, y, s = table[0, k], table[1, k], table[2, k]
        else:
            place = (day[k] - first) / spacing
            low = min(max(int(place), 1), table.shape[1] - 3)
            p = place - low
            w0 = -p * (p - 1) * (p - 2) / 6
            w1 = (p + 1) * (p - 1) * (p - 2) / 2
            w2 = -(p + 1) * p * (p - 2) / 2
            w3 = (p + 1) * p * (p - 1) / 6
            x = w0 * table[0, low - 1] + w1 * table[0, low]
            x += w2 * table[0, low + 1] + w3 * table[0, low + 2]
            y = w0 * table[1, low - 1] + w1 * table[1, low]
            y += w2 * table[1, low + 1] + w3 * table[1, low + 2]
            s = w0 * table[2, low - 1] + w1 * table[2, low]
            s += w2 * table[2, low + 1] + w3 * table[2, low + 2]
        z = np.sqrt(1 - x * x - y * y)
        a = 1 / (1 + z)  # IERS Conventions (2010), eq. 5.6 to 5.10
        ut1 = day[k] - 0.5 + ut1_offset[k] / 86_400.0
        # Earth rotation angle, IERS Conventions (2010), eq. 5.15
        turns = ut1 % 1.0 + 0.7790572732640 + 0.00273781191135448 * ut1
        angle = 2 * np.pi * (turns % 1.0) - s
        c, n = np.cos(angle), np.sin(angle)
        xx, xy, yy = 1 - a * x * x, -a * x * y, 1 - a * y * y
        # Rows of the matrix from celestial to fixed axes.
        r00, r01, r02 = c * xx + n * xy, c * xy + n * yy, -c * x - n * y
        r10, r11, r12 = c * xy - n * xx, c * yy - n * xy, n * x - c * y
        px, py, pz = position[k, 0], position[k, 1], position[k, 2]
        if sense > 0:
            qx = r00 * px + r01 * py + r02 * pz
            qy = r10 * px + r11 * py + r12 * pz
            out_position[k, 2] = x * px + y * py + z * pz
        else:
            qx = r00 * px + r10 * py + x * pz
            qy = r01 * px + r11 * py + y * pz
            out_position[k, 2] = r02 * px + r12 * py + z * pz
        out_position[k, 0], out_position[k, 1] = qx, qy
        if moving:
            vx, vy, vz = velocity[k, 0], velocity[k, 1], velocity[k, 2]
            if sense > 0:
                out_velocity[k, 0] = r00 * vx + r01 * vy + r02 * vz + EARTH_ROTATION_RATE * qy
                out_velocity[k, 1] = r10 * vx + r11 * vy + r12 * vz - EARTH_ROTATION_RATE * qx
                out_velocity[k, 2] = x * vx + y * vy + z * vz
            else:
                vx -= EARTH_ROTATION_RATE * py
                vy += EARTH_ROTATION_RATE * px
                out_velocity[k, 0] = r00 * vx + r10 * vy + x * vz
                out_velocity[k, 1] = r01 * vx + r11 * vy + y * vz
                out_velocity[k, 2] = r02 * vx + r12 * vy + z * vz


def _between(
    day: ArrayLike,
    position: ArrayLike,
    velocity: ArrayLike | None,
    ut1_offset: ArrayLike,
    sense: float,
) -> Array | tuple[Array, Array]:
    r = np.asarray(position, dtype=np.float64)
    shape = np.broadcast_shapes(np.shape(day), r.shape[:-1])
    moving = velocity is not None

    def flat(values: ArrayLike) -> Array:
        full = np.broadcast_to(np.asarray(values, dtype=np.float64), (*shape, 3))
        return for_kernels(full).reshape(-1, 3)

    days = for_kernels(np.broadcast_to(np.asarray(day, dtype=np.float64), shape)).ravel()
    offset = for_kernels(np.broadcast_to(np.asarray(ut1_offset, np.float64), shape)).ravel()
    first = (np.floor(days.min() / POLE_SPACING) - 1) * POLE_SPACING if days.size else 0.0
    columns = int((days.max() - first) / POLE_SPACING) + 3 if days.size else 0
    if columns < days.size:
        nodes = np.asarray(first + POLE_SPACING * np.arange(columns), dtype=np.float64)
        table, spacing = _pole(nodes), POLE_SPACING
    else:  # few moments far apart: each by itself
        table, spacing = _pole(days), 0.0
    here = flat(r)
    speed = flat(velocity) if velocity is not None else np.empty((0, 3))
    there, there_speed = np.empty_like(here), np.empty_like(speed)
    _celestial_turn(
        days, offset, table, float(first), spacing, sense, here, speed, there, there_speed
    )
    there = there.reshape(*shape, 3)
    return (there, there_speed.reshape(*shape, 3)) if moving else there


@overload
def fixed_from_celestial(
    day: ArrayLike, position: ArrayLike, velocity: None = None, *, ut1_offset: ArrayLike = 0.0
) -> Array: ...
@overload
def fixed_from_celestial(
    day: ArrayLike, position: ArrayLike, velocity: ArrayLike, *, ut1_offset: ArrayLike = 0.0
) -> tuple[Array, Array]: ...
def fixed_from_celestial(
    day: ArrayLike,
    position: ArrayLike,
    velocity: ArrayLike | None = None,
    *,
    ut1_offset: ArrayLike = 0.0,
) -> Array | tuple[Array, Array]:
    """Positions in Earth-fixed axes from those fixed among the stars (GCRF).

    Precession and nutation of IAU 2006/2000A by ERFA [1]_, tabulated every six hours and
    interpolated by cubics, and the Earth rotation angle. Motion of the pole on the Earth (up to
    15 m) and its small corrections in the sky (up to 20 mm) are left out, and UT1 less UTC (up to
    420 m) unless given.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC. [d]
    position : array_like, (..., 3)
        Celestial position. [m]
    velocity : array_like, (..., 3), optional
        Celestial velocity. [m/s]
    ut1_offset : array_like, (...)
        UT1 less UTC. [s]

    Returns
    -------
    ndarray, (..., 3), or a tuple of two
        Position [m]; with a velocity also that, relative to the turning Earth [m/s].

    Notes
    -----
    Within 1 mm of ERFA's `c2t06a` at 420 km (tests/unit/test_frames.py).

    References
    ----------
    .. [1] G. Petit, B. Luzum, "IERS Conventions (2010)", IERS Technical Note 36, chapter 5.

    Examples
    --------
    >>> np.round(fixed_from_celestial(9_131.0, [7e6, 0.0, 0.0]) / 1e3)
    array([-1167., -6902.,    17.])
    """
    return _between(day, position, velocity, ut1_offset, 1.0)


@overload
def celestial_from_fixed(
    day: ArrayLike, position: ArrayLike, velocity: None = None, *, ut1_offset: ArrayLike = 0.0
) -> Array: ...
@overload
def celestial_from_fixed(
    day: ArrayLike, position: ArrayLike, velocity: ArrayLike, *, ut1_offset: ArrayLike = 0.0
) -> tuple[Array, Array]: ...
def celestial_from_fixed(
    day: ArrayLike,
    position: ArrayLike,
    velocity: ArrayLike | None = None,
    *,
    ut1_offset: ArrayLike = 0.0,
) -> Array | tuple[Array, Array]:
    """Positions fixed among the stars (GCRF) from Earth-fixed ones; undoes `fixed_from_celestial`.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC. [d]
    position : array_like, (..., 3)
        Earth-fixed position. [m]
    velocity : array_like, (..., 3), optional
        Velocity relative to the turning Earth. [m/s]
    ut1_offset : array_like, (...)
        UT1 less UTC. [s]

    Returns
    -------
    ndarray, (..., 3), or a tuple of two
        Position [m]; with a velocity also the celestial one [m/s].

    Examples
    --------
    >>> there = celestial_from_fixed(9_000.0, fixed_from_celestial(9_000.0, [7e6, 1e6, 2e6]))
    >>> np.round(there, 3)
    array([7000000., 1000000., 2000000.])
    """
    return _between(day, position, velocity, ut1_offset, -1.0)


@kernel
def _geodetic(position: Array, latitude: Array, longitude: Array, height: Array) -> None:
    second = _E2 / (1 - _E2) * _POLAR_RADIUS  # [m]
    first = _E2 * EARTH_RADIUS  # [m]
    for k in range(position.shape[0]):
        x, y, z = position[k, 0], position[k, 1], position[k, 2]
        square = x * x + y * y
        out = np.sqrt(square)
        radius = np.sqrt(square + z * z)
        longitude[k] = np.arctan2(y, x)
        # Tangents are kept as sine and cosine, so that the poles are no exception.
        sine, cosine = z * _POLAR_RADIUS * (radius + second), out * EARTH_RADIUS * radius
        scale = 1 / np.sqrt(sine * sine + cosine * cosine)
        sine, cosine = sine * scale, cosine * scale
        up = z + second * sine * sine * sine
        across = out - first * cosine * cosine * cosine
        scale = 1 / np.sqrt(up * up + across * across)
        sine, cosine = up * scale, across * scale
        latitude[k] = np.arctan2(up, across)
        height[k] = out * cosine + z * sine - EARTH_RADIUS * np.sqrt(1 - _E2 * sine * sine)


def geodetic(position: ArrayLike) -> tuple[Array, Array, Array]:
    """Latitude, longitude and height over the ellipsoid of WGS-84 of Earth-fixed positions.

    Bowring's rule, from his start that allows for the height [1]_.

    Parameters
    ----------
    position : array_like, (..., 3)
        Earth-fixed position, farther than 6,000 km from the centre. [m]

    Returns
    -------
    tuple of ndarray, (...)
        Latitude, -pi/2 to pi/2 [rad]; longitude, -pi to pi [rad]; height [m].

    Notes
    -----
    Gives back the places of `place` within 2e-6 m from -10 km to 40,000 km, poles included
    (tests/properties/test_frames.py).

    References
    ----------
    .. [1] B. Bowring, "The accuracy of geodetic latitude and height equations", Survey Review
       28, 1985.

    Examples
    --------
    >>> latitude, longitude, height = geodetic([0.0, 0.0, 6_777_000.0])
    >>> round(float(np.degrees(latitude))), round(float(height))
    (90, 420248)
    """
    r = np.asarray(position, dtype=np.float64)
    flat = for_kernels(r).reshape(-1, 3)
    latitude, longitude, height = (np.empty(flat.shape[0]) for _ in range(3))
    _geodetic(flat, latitude, longitude, height)
    shape = r.shape[:-1]
    return latitude.reshape(shape), longitude.reshape(shape), height.reshape(shape)


def vertical(latitude: ArrayLike, longitude: ArrayLike) -> Array:
    """Unit vector that points up from the ellipsoid, in Earth-fixed axes.

    Parameters
    ----------
    latitude : array_like, (...)
        Geodetic latitude. [rad]
    longitude : array_like, (...)
        Longitude, east positive. [rad]

    Returns
    -------
    ndarray, (..., 3)
        Direction, of length one. [-]

    Examples
    --------
    >>> np.round(vertical(np.pi / 2, 0.0), 12)
    array([0., 0., 1.])
    """
    level = np.cos(latitude)
    parts = (level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude))
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


def place(latitude: ArrayLike, longitude: ArrayLike, height: ArrayLike = 0.0) -> Array:
    """Earth-fixed position of a place on, over or under the ellipsoid of WGS-84.

    Parameters
    ----------
    latitude : array_like, (...)
        Geodetic latitude. [rad]
    longitude : array_like, (...)
        Longitude, east positive. [rad]
    height : array_like, (...)
        Over the ellipsoid. [m]

    Returns
    -------
    ndarray, (..., 3)
        Position. [m]

    Examples
    --------
    >>> np.round(place(0.0, np.pi / 2, 1_000.0))
    array([      0., 6379137.,       0.])
    """
    sine = np.sin(latitude)
    normal = EARTH_RADIUS / np.sqrt(1 - _E2 * sine**2)
    h = np.asarray(height, dtype=np.float64)
    up = vertical(latitude, longitude)
    level = (normal + h) * np.ones_like(up[..., 0])
    return np.stack(
        [level * up[..., 0], level * up[..., 1], (level - _E2 * normal) * up[..., 2]], axis=-1
    )
