"""Where a station is, step by step, in Earth-fixed axes: from mean elements, TLE or a table."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.errors import DomainError, InputError
from stationkeeper.orbit.frames import JULIAN_2000, fixed_from_teme
from stationkeeper.orbit.mean_motion import elements_over, states_of

Array = NDArray[np.float64]

GEOSTATIONARY_RADIUS: Final = 42_164_172.0  # [m] (mu / rate of the Earth's turning squared)^(1/3)
LONGEST_GAP: Final = 900.0  # [s] between rows of a table; an eighth of a low orbit errs by 1 km


@dataclass(frozen=True, eq=False)
class Ephemeris:
    """States of one satellite at even steps, in Earth-fixed axes.

    Attributes
    ----------
    start_day
        Days since 2000-01-01T00:00 UTC of the first state. [d]
    step
        Between states. [s]
    position
        (time, 3), Earth-fixed. [m]
    velocity
        (time, 3), relative to the turning Earth: the rate of `position`. [m/s]
    """

    start_day: float
    step: float
    position: Array
    velocity: Array

    @property
    def duration(self) -> float:
        """From the first state to the last. [s]"""
        return float(self.step * (self.position.shape[0] - 1))

    @property
    def seconds(self) -> Array:
        """Moments of the states from the first (time,). [s]"""
        return np.asarray(self.step * np.arange(self.position.shape[0]), dtype=np.float64)

    @property
    def days(self) -> Array:
        """Moments of the states (time,), days since 2000-01-01T00:00 UTC. [d]"""
        return self.start_day + self.seconds / SECONDS_PER_DAY


def _seconds(duration: float, step: float) -> Array:
    if not (duration > 0 and step > 0):
        raise DomainError(f"an ephemeris needs duration > 0 and step > 0, not {duration}, {step}")
    # Whole steps that reach the end; the last may pass it.
    return np.asarray(step * np.arange(int(np.ceil(duration / step - 1e-9)) + 1), dtype=np.float64)


def mean_ephemeris(
    start_day: float,
    duration: float,
    step: float,
    *,
    altitude: float,
    inclination: float,
    node: float = 0.0,
    argument_of_latitude: float = 0.0,
    eccentricity: float = 0.0,
    argument_of_perigee: float = 0.0,
    knots: tuple[ArrayLike, ArrayLike] | None = None,
    ut1_offset: float = 0.0,
) -> Ephemeris:
    """States from mean elements: secular J2 and J4, waves of J2 and J3, decay and reboosts.

    The theory of SGP4 [1]_ without its drag. Decay and reboosts come as `knots` instead: the
    altitude runs straight between them, and the phase is the integral of the mean motion over it.
    The Moon, the Sun, and the unevenness of the Earth east to west are left out.

    Parameters
    ----------
    start_day : float
        Days since 2000-01-01T00:00 UTC. [d]
    duration, step : float
        Length, and between states, greater than zero. [s]
    altitude : float
        Mean semi-major axis (Brouwer's) less the equatorial radius, at the start and, without
        `knots`, for ever. [m]
    inclination : float
        Mean inclination to the equator. [rad]
    node : float
        Right ascension of the ascending node from the mean equinox of date at the start. [rad]
    argument_of_latitude : float
        Mean: argument of perigee and mean anomaly at the start. [rad]
    eccentricity : float
        Mean, 0 to 0.2. At 0 the orbit is the frozen one, which J3 makes an ellipse of 0.001. [-]
    argument_of_perigee : float
        At the start. [rad]
    knots : tuple of array_like, optional
        Days since 2000-01-01 [d], never falling, and altitudes [m], (knot,) each. Two knots on one
        day are a reboost, a jump. Before the first and after the last the altitude stays.
    ut1_offset : float
        UT1 less UTC, of the whole length: the Earth is turned by it. [s]

    Returns
    -------
    Ephemeris

    Raises
    ------
    DomainError
        If the duration, the step, the elements or the knots are out of their range.

    Notes
    -----
    See docs/explanation/services-orbit.md for the agreement with SGP4 and with integrated orbits.
    At a reboost of d metres, the radius jumps by d; the position along the track does not.

    References
    ----------
    .. [1] F. Hoots, R. Roehrich, "Spacetrack Report No. 3", 1980.

    Examples
    --------
    >>> orbit = mean_ephemeris(
    ...     9_500.0, 86_400.0, 60.0, altitude=420e3, inclination=np.radians(51.6), node=0.0
    ... )
    >>> orbit.position.shape, orbit.duration
    ((1441, 3), 86400.0)
    """
    seconds = _seconds(duration, step)
    elements = elements_over(
        start_day,
        seconds,
        altitude=altitude,
        inclination=inclination,
        node=node,
        argument_of_latitude=argument_of_latitude,
        eccentricity=eccentricity,
        argument_of_perigee=argument_of_perigee,
        knots=knots,
    )
    return _flown(start_day, step, seconds, states_of(elements), ut1_offset)


def _flown(
    start_day: float, step: float, seconds: Array, states: tuple[Array, Array], ut1_offset: float
) -> Ephemeris:
    day = start_day + seconds / SECONDS_PER_DAY
    return Ephemeris(start_day, step, *fixed_from_teme(day, *states, ut1_offset=ut1_offset))


def _checked_line(number: int, line: str) -> str:
    line = line.rstrip()
    if len(line) != 69 or not line.startswith(f"{number} ") or not line[68].isdigit():
        raise InputError(
            f"line {number} of a TLE is not one: {line!r}; expected '{number} ' and 69 characters, "
            "the last a check digit. Copy the line anew from where it came"
        )
    due = sum(int(c) if c.isdigit() else c == "-" for c in line[:68]) % 10
    if due != int(line[68]):
        raise InputError(
            f"line {number} of a TLE ends in check digit {line[68]}, but its figures make {due}: "
            f"{line!r}. Copy the line anew from where it came"
        )
    return line


def tle_states(line1: str, line2: str, start_day: float, seconds: ArrayLike) -> tuple[Array, Array]:
    """States of a TLE in its own axes (TEME), by the package sgp4.

    Parameters
    ----------
    line1, line2 : str
        The two lines, each with its check digit.
    start_day : float
        Days since 2000-01-01T00:00 UTC. [d]
    seconds : array_like, (time,)
        From there. [s]

    Returns
    -------
    tuple of ndarray, (time, 3)
        Position [m] and velocity [m/s].

    Raises
    ------
    InputError
        If a line is broken, or names two satellites, or SGP4 refuses.

    Notes
    -----
    Equal to the verification cases of SGP4 to their last digit (tests/validation).

    Examples
    --------
    >>> line1 = "1 25544U 98067A   19343.69339541  .00001764  00000-0  38792-4 0  9991"
    >>> line2 = "2 25544  51.6439 211.2001 0007417  17.6667  85.6398 15.50103472202482"
    >>> position, _ = tle_states(line1, line2, 7_282.7, [0.0])
    >>> round(float(np.linalg.norm(position)) / 1e3)
    6793
    """
    from sgp4.api import SGP4_ERRORS, Satrec

    line1, line2 = _checked_line(1, line1), _checked_line(2, line2)
    if line1[2:7] != line2[2:7]:
        raise InputError(
            f"the lines of a TLE name two satellites, {line1[2:7]} and {line2[2:7]}; "
            "expected one. Take both lines from the same set"
        )
    try:
        satellite = Satrec.twoline2rv(line1, line2)
    except ValueError as error:
        raise InputError(f"a TLE cannot be read: {error}; given {line1!r}, {line2!r}") from error
    elapsed = np.asarray(seconds, dtype=np.float64)
    whole = np.floor(start_day)
    fraction = (start_day - whole) + elapsed / SECONDS_PER_DAY
    errors, position, velocity = satellite.sgp4_array(
        np.full(elapsed.shape, JULIAN_2000 + whole), fraction
    )
    if np.any(errors):
        first = int(np.argmax(errors != 0))
        raise InputError(
            f"SGP4 refuses satellite {line1[2:7].strip()} {elapsed[first] / SECONDS_PER_DAY:.2f} "
            f"days from the start: {SGP4_ERRORS[int(errors[first])]}. Give elements of a nearer day"
        )
    return np.asarray(position) * 1e3, np.asarray(velocity) * 1e3


def tle_ephemeris(
    line1: str,
    line2: str,
    start_day: float,
    duration: float,
    step: float,
    *,
    ut1_offset: float = 0.0,
) -> Ephemeris:
    """States from a two-line element set by SGP4.

    Parameters
    ----------
    line1, line2 : str
        The two lines, each with its check digit.
    start_day : float
        Days since 2000-01-01T00:00 UTC. [d]
    duration, step : float
        Length, and between states, greater than zero. [s]
    ut1_offset : float
        UT1 less UTC, of the whole length: the Earth is turned by it. [s]

    Returns
    -------
    Ephemeris

    Raises
    ------
    InputError
        If a line is broken, or names two satellites, or SGP4 refuses.

    Notes
    -----
    A TLE is within some 1 km on its day and 10 km a week later; a month says when, not where.

    Examples
    --------
    >>> line1 = "1 25544U 98067A   19343.69339541  .00001764  00000-0  38792-4 0  9991"
    >>> line2 = "2 25544  51.6439 211.2001 0007417  17.6667  85.6398 15.50103472202482"
    >>> tle_ephemeris(line1, line2, 7_282.7, 600.0, 60.0).position.shape
    (11, 3)
    """
    seconds = _seconds(duration, step)
    states = tle_states(line1, line2, start_day, seconds)
    return _flown(start_day, step, seconds, states, ut1_offset)


def tabulated_ephemeris(
    day: ArrayLike,
    position: ArrayLike,
    velocity: ArrayLike,
    start_day: float,
    duration: float,
    step: float,
) -> Ephemeris:
    """States at even steps through the rows of a table, as of an OEM, in Earth-fixed axes.

    Between rows runs the polynomial of degree 7 that meets position and velocity of the four rows
    about (three near the ends).

    Parameters
    ----------
    day : array_like, (row,)
        Days since 2000-01-01T00:00 UTC, rising; at most 900 s apart. [d]
    position : array_like, (row, 3)
        Earth-fixed: UT1 less UTC is in it already. [m]
    velocity : array_like, (row, 3)
        Relative to the turning Earth. [m/s]
    start_day : float
        Days since 2000-01-01T00:00 UTC, not before the first row. [d]
    duration, step : float
        Length, and between states, greater than zero; not past the last row. [s]

    Returns
    -------
    Ephemeris

    Raises
    ------
    InputError
        If rows do not rise, leave a gap, or do not reach from start to end.

    Notes
    -----
    Rows every 240 s give a low orbit back within 0.1 m (tests/unit/test_ephemeris.py).

    Examples
    --------
    >>> whole = mean_ephemeris(9_500.0, 6_000.0, 240.0, altitude=420e3, inclination=0.9)
    >>> fine = tabulated_ephemeris(
    ...     whole.days, whole.position, whole.velocity, 9_500.0, 6_000.0, 60.0
    ... )
    >>> bool(np.abs(fine.position[::4] - whole.position).max() < 0.01)
    True
    """
    days = np.asarray(day, dtype=np.float64)
    r, v = np.asarray(position, dtype=np.float64), np.asarray(velocity, dtype=np.float64)
    rows = (days - start_day) * SECONDS_PER_DAY
    if rows.size < 4:
        raise InputError(f"an ephemeris table has {rows.size} rows; expected 4 at least")
    apart = np.diff(rows)
    if np.any(apart <= 0):
        k = int(np.argmax(apart <= 0))
        raise InputError(
            f"row {k + 2} of an ephemeris table is not later than row {k + 1}: expected rising "
            "moments; merge what overlaps"
        )
    if np.any(apart > LONGEST_GAP):
        k = int(np.argmax(apart > LONGEST_GAP))
        raise InputError(
            f"an ephemeris table leaves a gap of {apart[k]:.0f} s after row {k + 1}; expected rows "
            f"at most {LONGEST_GAP:.0f} s apart. Fill the gap or give its parts by themselves"
        )
    # A day as a number is exact to a few hundred nanoseconds, an OEM to its last digit.
    if rows[0] > 1e-3 or rows[-1] < duration - 1e-3:
        raise InputError(
            f"an ephemeris table runs from {rows[0]:.3f} s to {rows[-1]:.3f} s; expected all of "
            f"0 s to {duration:.3f} s. Ask for days that it holds"
        )
    seconds = np.minimum(_seconds(duration, step), max(duration, rows[-1]))
    seconds = seconds if seconds[-1] > seconds[-2] + step * (1 - 1e-9) else seconds[:-1]
    low = np.clip(np.searchsorted(rows, seconds, side="right") - 2, 0, rows.size - 4)
    around = low[:, None] + np.arange(4)
    return Ephemeris(start_day, step, *_through(rows[around], r[around], v[around], seconds))


def _through(x: Array, r: Array, v: Array, at: Array) -> tuple[Array, Array]:
    """Hermite's polynomial through rows (target, row, 3) at one moment each, and its rate."""
    rows = x.shape[1]
    value, rate = np.zeros((at.size, 3)), np.zeros((at.size, 3))
    for i in range(rows):
        others = [j for j in range(rows) if j != i]
        weight = np.ones(at.size)  # Lagrange's polynomial of row i
        slope_there = np.zeros(at.size)
        for j in others:
            weight = weight * (at - x[:, j]) / (x[:, i] - x[:, j])
            slope_there += 1 / (x[:, i] - x[:, j])
        slope = np.zeros(at.size)
        for j in others:
            part = 1 / (x[:, i] - x[:, j])
            for k in others:
                if k != j:
                    part = part * (at - x[:, k]) / (x[:, i] - x[:, k])
            slope += part
        off = at - x[:, i]
        square, square_rate = weight**2, 2 * weight * slope
        of_r = (1 - 2 * off * slope_there) * square
        of_r_rate = -2 * slope_there * square + (1 - 2 * off * slope_there) * square_rate
        of_v, of_v_rate = off * square, square + off * square_rate
        value += of_r[:, None] * r[:, i] + of_v[:, None] * v[:, i]
        rate += of_r_rate[:, None] * r[:, i] + of_v_rate[:, None] * v[:, i]
    return value, rate


def walker(
    start_day: float,
    duration: float,
    step: float,
    *,
    altitude: float,
    inclination: float,
    satellites: int,
    planes: int,
    phasing: int,
    node: float = 0.0,
    spread: float = 2 * np.pi,
    ut1_offset: float = 0.0,
) -> tuple[Array, Array]:
    """States of a constellation of circular orbits in evenly spread planes.

    By `mean_ephemeris`, so with secular J2 and J4 and waves of J2 and J3. The Moon, the Sun and
    the pull of the uneven Earth on orbits of half a day are left out: places within a month, not
    satellites by name.

    Parameters
    ----------
    start_day : float
        Days since 2000-01-01T00:00 UTC. [d]
    duration, step : float
        Length, and between states, greater than zero. [s]
    altitude : float
        Mean semi-major axis less the equatorial radius. [m]
    inclination : float
        Inclination to the equator. [rad]
    satellites, planes : int
        In all, a multiple of the planes; at least one plane.
    phasing : int
        Satellites of the next plane lead by this many of `satellites` parts of a turn.
    node : float
        Right ascension of the first plane's ascending node. [rad]
    spread : float
        Over which the nodes are spread: 2 pi (Walker's delta) or pi (star). [rad]
    ut1_offset : float
        UT1 less UTC, of the whole length: the Earth is turned by it. [s]

    Returns
    -------
    tuple of ndarray, (satellite, time, 3)
        Earth-fixed positions [m] and velocities relative to the turning Earth [m/s].

    Raises
    ------
    DomainError
        If the satellites do not fill the planes.

    References
    ----------
    .. [1] J. Walker, "Satellite constellations", J. British Interplanetary Society 37, 1984.

    Examples
    --------
    >>> positions, _ = walker(
    ...     9_500.0, 600.0, 60.0,
    ...     altitude=20_180e3, inclination=0.96, satellites=24, planes=6, phasing=2,
    ... )
    >>> positions.shape
    (24, 11, 3)
    """
    if planes < 1 or satellites < 1 or satellites % planes:
        raise DomainError(f"{satellites} satellites do not fill {planes} planes evenly")
    seconds = _seconds(duration, step)
    each = satellites // planes
    positions = np.empty((satellites, seconds.size, 3))
    velocities = np.empty_like(positions)
    for k in range(satellites):
        plane, slot = divmod(k, each)
        elements = elements_over(
            start_day,
            seconds,
            altitude=altitude,
            inclination=inclination,
            node=node + spread * plane / planes,
            argument_of_latitude=2 * np.pi * (slot / each + phasing * plane / satellites),
        )
        one = _flown(start_day, step, seconds, states_of(elements), ut1_offset)
        positions[k], velocities[k] = one.position, one.velocity
    return positions, velocities


def geostationary(longitude: ArrayLike) -> Array:
    """Earth-fixed positions of geostationary satellites.

    On the equator and at rest: slots of 0.1 degrees and tilts of days are left out.

    Parameters
    ----------
    longitude : array_like, (...)
        East positive. [rad]

    Returns
    -------
    ndarray, (..., 3)
        Position. [m]

    Examples
    --------
    >>> np.round(geostationary([0.0, np.pi / 2]) / 1e3)
    array([[42164.,     0.,     0.],
           [    0., 42164.,     0.]])
    """
    east = np.asarray(longitude, dtype=np.float64)
    flat = np.stack([np.cos(east), np.sin(east), np.zeros_like(east)], axis=-1)
    return np.asarray(GEOSTATIONARY_RADIUS * flat)


def state_at(ephemeris: Ephemeris, seconds: ArrayLike) -> tuple[Array, Array]:
    """State at any moment of an ephemeris, by the cubic that meets both states about it.

    Parameters
    ----------
    ephemeris : Ephemeris
        With steps of 120 s at most, for a low orbit.
    seconds : array_like, (...)
        From its start, 0 to its duration. [s]

    Returns
    -------
    tuple of ndarray, (..., 3)
        Earth-fixed position [m], and velocity relative to the turning Earth [m/s].

    Raises
    ------
    DomainError
        If a moment is outside.

    Notes
    -----
    With steps of 60 s within 0.6 m of the states themselves at 420 km; of 120 s, 9 m
    (tests/unit/test_ephemeris.py).

    Examples
    --------
    >>> orbit = mean_ephemeris(9_500.0, 600.0, 60.0, altitude=420e3, inclination=0.9)
    >>> position, velocity = state_at(orbit, [60.0, 90.0])
    >>> bool(np.allclose(position[0], orbit.position[1]))
    True
    """
    at = np.asarray(seconds, dtype=np.float64)
    if at.size and (at.min() < -1e-6 or at.max() > ephemeris.duration + 1e-6):
        raise DomainError(
            f"moments from {at.min():.3f} s to {at.max():.3f} s; the ephemeris holds "
            f"0 s to {ephemeris.duration:.3f} s"
        )
    step = ephemeris.step
    low = np.clip((at / step).astype(np.int64), 0, ephemeris.position.shape[0] - 2)
    p = (at / step - low)[..., None]
    r0, r1 = ephemeris.position[low], ephemeris.position[low + 1]
    v0, v1 = ephemeris.velocity[low], ephemeris.velocity[low + 1]
    position = (
        (1 + 2 * p) * (1 - p) ** 2 * r0
        + p**2 * (3 - 2 * p) * r1
        + step * p * (1 - p) * ((1 - p) * v0 - p * v1)
    )
    velocity = (
        6 * p * (1 - p) / step * (r1 - r0) + (1 - p) * (1 - 3 * p) * v0 + p * (3 * p - 2) * v1
    )
    return position, velocity
