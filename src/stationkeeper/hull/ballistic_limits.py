"""The smallest particle that gets through a wall, by its speed and angle: ballistic limits.

The published equations are in cm, g/cm3, km/s and ksi; arguments and results here are SI.

References
----------
.. [1] E. Christiansen, "Design and performance equations for advanced meteoroid and debris
   shields", Int. J. Impact Engineering 14 (1993) 145; collected in NASA TP-2003-210788 and NASA
   TM-2009-214785, section 4.
.. [2] S. Ryan, E. Christiansen, "A ballistic limit analysis programme for shielding against
   micrometeoroids and orbital debris", Acta Astronautica 69 (2011) 245; NASA TM-2009-214789.
.. [3] pyBLOSSUM, github.com/shannonjryan/pyBLOSSUM (read as a second source, no code taken).
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.hull.materials import KSI
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]
Confidence = Literal["A", "B", "C"]

LARGEST_ANGLE: Final = float(
    np.radians(65.0)
)  # [rad] beyond it a Whipple shield is taken at 65 deg

# Wall over crater depth at which damage of a kind sets in [1].
PERFORATION: Final = 1.8
DETACHED_SPALL: Final = 2.2
INCIPIENT_SPALL: Final = 3.0

DENSITY_BRANCH: Final = 1.5  # [-] projectile over wall, where the exponent changes from 1/2 to 2/3


@dataclass(frozen=True)
class WallMaterial:
    """An aluminium alloy as the ballistic limits see it.

    Attributes
    ----------
    name, source : str
        Alloy and temper; where the numbers are from.
    confidence : {"A", "B", "C"}
        Read, consistent, memory.
    density : float
        [kg/m3]
    yield_stress : float
        [Pa]
    hardness : float
        Brinell. [-]
    sound_speed : float
        [m/s]
    """

    name: str
    source: str
    confidence: Confidence
    density: float
    yield_stress: float
    hardness: float
    sound_speed: float


_TESTS: Final = "density and yield: pyBLOSSUM test table (B); hardness and sound speed: memory (C)"
AL_2219_T87: Final = WallMaterial("Al 2219-T87", _TESTS, "C", 2_840.0, 57 * KSI, 130.0, 5_100.0)
AL_6061_T6: Final = WallMaterial("Al 6061-T6", _TESTS, "C", 2_700.0, 40 * KSI, 95.0, 5_100.0)
AL_7075_T6: Final = WallMaterial("Al 7075-T6", _TESTS, "C", 2_800.0, 73 * KSI, 150.0, 5_100.0)
# The alloy of the Russian modules, annealed: yield 155 to 165 MPa; hardness and speed of its class.
AMG6: Final = WallMaterial("AMg6M", "memory", "C", 2_640.0, 160e6, 70.0, 5_100.0)


@kernel
def _low_speed(
    speed: float, cosine: float, rho_p: float, bumper: float, wall: float, yield_ksi: float
) -> float:
    """The projectile arrives whole: both plates count. cm, g/cm3, km/s, ksi."""
    plates = wall * (yield_ksi / 40.0) ** 0.5 + bumper
    return float(
        (plates / (0.6 * cosine ** (5.0 / 3.0) * rho_p**0.5 * speed ** (2.0 / 3.0)))
        ** (18.0 / 19.0)
    )


@kernel
def _high_speed(
    speed: float,
    cosine: float,
    rho_p: float,
    rho_b: float,
    standoff: float,
    wall: float,
    yield_ksi: float,
) -> float:
    """The projectile is melted or vaporised by a sufficient bumper. cm, g/cm3, km/s, ksi."""
    return float(
        3.918
        * wall ** (2.0 / 3.0)
        * (standoff * yield_ksi / 70.0) ** (1.0 / 3.0)
        / (rho_p ** (1.0 / 3.0) * rho_b ** (1.0 / 9.0) * (speed * cosine) ** (2.0 / 3.0))
    )


@kernel
def _thin_bumper_excess(
    d: float, sufficient: float, bumper: float, standoff: float, ratio_at_one: float
) -> float:
    """Diameter less what the thin bumper lets the wall stop; zero at the limit. [cm]

    ratio_at_one is the wall needed without a bumper over the wall needed with a sufficient one, at
    a diameter of 1 cm; it falls as d^(-4/9).
    """
    enough = 0.2 if standoff >= 30.0 * d else 0.25
    share = bumper / (d * enough)
    if share >= 1.0:
        return d - sufficient
    ratio = ratio_at_one * d ** (-4.0 / 9.0)
    # Never below one: a bumper too thin is no better than a sufficient one (our bound; it acts only
    # where the standoff is less than the particle).
    factor = max(1.0, 1.0 + (ratio - 1.0) * (1.0 - share) ** 2)
    return float(d - sufficient * factor ** (-2.0 / 3.0))


@kernel
def _with_thin_bumper(
    sufficient: float,
    cosine: float,
    rho_p: float,
    rho_b: float,
    bumper: float,
    standoff: float,
    yield_ksi: float,
) -> float:
    """Limit above 7 km/s where the bumper may be too thin to shatter the projectile. [cm]"""
    if bumper >= sufficient * (0.2 if standoff >= 30.0 * sufficient else 0.25):
        return sufficient
    bare = 0.6 * cosine * rho_p**0.5 * 7.0 ** (2.0 / 3.0) / (yield_ksi / 40.0) ** 0.5
    mass_root = (np.pi / 6.0 * rho_p) ** (1.0 / 3.0)
    shielded = (
        0.16 * (rho_p * rho_b) ** (1.0 / 6.0) * mass_root * 7.0 * (70.0 / yield_ksi) ** 0.5
    ) / standoff**0.5
    ratio_at_one = bare / shielded
    low, high = min(bumper / 0.25, sufficient), sufficient
    if low <= 0.0:
        low = 1e-6 * sufficient
    for _ in range(60):  # bisection: the excess rises with diameter, also over its one step
        middle = 0.5 * (low + high)
        if _thin_bumper_excess(middle, sufficient, bumper, standoff, ratio_at_one) < 0.0:
            low = middle
        else:
            high = middle
        if high - low <= 1e-12 * high:
            break
    return 0.5 * (low + high)


@kernel
def _shatter_onset(
    cosine: float, rho_p: float, bumper: float, wall: float, yield_ksi: float
) -> float:
    """Normal speed at which the projectile begins to break up on the bumper. [km/s]

    2.60 where the bumper is at least 0.16 of the diameter, else 1.436 (t/d)^(-1/3), with the
    diameter at the limit itself: solved in closed form.
    """
    if bumper <= 0.0:
        return 7.0
    plates = wall * (yield_ksi / 40.0) ** 0.5 + bumper
    scale = (plates / (0.6 * cosine * rho_p**0.5)) ** (18.0 / 19.0)
    onset = (scale * 1.436**3 / bumper) ** (19.0 / 69.0)
    if (1.436 / onset) ** 3 >= 0.16:
        return 2.6
    return float(min(max(onset, 2.6), 7.0))


@kernel
def _whipple_fill(
    jsc: bool,
    speed: Array,
    cosine: Array,
    rho_p: Array,
    rho_b: Array,
    bumper: Array,
    standoff: Array,
    wall: Array,
    yield_ksi: Array,
    out: Array,
) -> None:
    """Fill in the limit of each line, in cm."""
    for i in range(out.size):
        c, p, b, tb = cosine[i], rho_p[i], rho_b[i], bumper[i]
        s, tw, y = standoff[i], wall[i], yield_ksi[i]
        onset = _shatter_onset(c, p, tb, tw, y) if jsc else 3.0
        slow, fast = onset / c, 7.0 / c
        v = speed[i]
        if v <= slow:
            out[i] = _low_speed(v, c, p, tb, tw, y)
            continue
        high = _high_speed(max(v, fast), c, p, b, s, tw, y)
        if jsc:
            high = _with_thin_bumper(high, c, p, b, tb, s, y)
        if v >= fast:
            out[i] = high
            continue
        low = _low_speed(slow, c, p, tb, tw, y)
        out[i] = low + (high - low) * (v - slow) / (fast - slow)


def _need_positive(**given: ArrayLike) -> None:
    for name, value in given.items():
        if np.any(np.asarray(value, dtype=float) <= 0):
            raise DomainError(
                f"a ballistic limit needs {name.replace('_', ' ')} > 0, "
                f"given {float(np.nanmin(np.asarray(value, dtype=float))):g}"
            )


def _need_angle(angle: ArrayLike) -> None:
    value = np.asarray(angle, dtype=float)
    if np.any((value < 0) | (value >= np.pi / 2)):
        raise DomainError("an impact angle runs from 0 (head-on) to below pi/2")


def whipple_critical_diameter(
    speed: ArrayLike,
    angle: ArrayLike,
    *,
    projectile_density: ArrayLike,
    bumper_thickness: ArrayLike,
    bumper_density: ArrayLike,
    standoff: ArrayLike,
    wall_thickness: ArrayLike,
    wall_yield: ArrayLike,
    thin_bumper: bool = True,
) -> Array:
    """Diameter of the smallest sphere that perforates the wall behind a bumper, or spalls it.

    Three regimes of the speed along the normal: whole (below about 3 km/s), breaking up (a straight
    line between), melted (above 7 km/s). Blankets between the plates, stuffing, shapes other than
    spheres and the curve of the wall are left out.

    Parameters
    ----------
    speed : array_like, (...)
        Of the impact, greater than zero. [m/s]
    angle : array_like, (...)
        From the normal, 0 to below pi/2; beyond 65 degrees taken at 65. [rad]
    projectile_density, bumper_density : array_like, (...)
        Greater than zero. [kg/m3]
    bumper_thickness : array_like, (...)
        At least zero. [m]
    standoff : array_like, (...)
        Between the plates, greater than zero. [m]
    wall_thickness : array_like, (...)
        Greater than zero. [m]
    wall_yield : array_like, (...)
        Yield stress of the wall, greater than zero. [Pa]
    thin_bumper : bool
        True: the form of [2]_ at the head of this module, in which a bumper too thin to break the
        projectile protects less, and break-up begins at 2.6 km/s or, behind thin bumpers, later.
        False: the form of 1993 [1]_, any bumper sufficient, break-up from 3 km/s.

    Returns
    -------
    ndarray, broadcast shape
        [m]

    Raises
    ------
    DomainError
        If a density, thickness, speed or stress is not positive, or an angle not below pi/2.

    Notes
    -----
    Equal to two other programs to rounding where these solve the same equations. Of 1,135 published
    tests, most of them chosen near the limit, the form of 2011 meets 76 % of the verdicts and that
    of 1993 73 %; spheres perforate at 1.07 and 1.04 times the limit in the median, with a scatter
    of the logarithm of 0.33 and 0.48, which bounds the error of the limit from above.

    Examples
    --------
    >>> limit = whipple_critical_diameter(  # a laboratory module's shield, aluminium debris
    ...     [3e3, 7e3, 14e3], 0.0, projectile_density=2_800.0, bumper_thickness=2e-3,
    ...     bumper_density=2_700.0, standoff=0.114, wall_thickness=4.8e-3, wall_yield=393e6)
    >>> (limit * 1e3).round(1).tolist()  # mm
    [4.7, 8.6, 5.5]
    """
    _need_positive(
        speed=speed,
        projectile_density=projectile_density,
        bumper_density=bumper_density,
        standoff=standoff,
        wall_thickness=wall_thickness,
        wall_yield=wall_yield,
    )
    _need_angle(angle)
    if np.any(np.asarray(bumper_thickness) < 0):
        raise DomainError("a bumper cannot be thinner than nothing")
    given = np.broadcast_arrays(
        np.asarray(speed, dtype=float) / 1e3,
        np.cos(np.minimum(np.asarray(angle, dtype=float), LARGEST_ANGLE)),
        np.asarray(projectile_density, dtype=float) / 1e3,
        np.asarray(bumper_density, dtype=float) / 1e3,
        np.asarray(bumper_thickness, dtype=float) * 1e2,
        np.asarray(standoff, dtype=float) * 1e2,
        np.asarray(wall_thickness, dtype=float) * 1e2,
        np.asarray(wall_yield, dtype=float) / KSI,
    )
    found = np.empty(given[0].size)
    v, c, p, b, tb, s, tw, y = (np.ascontiguousarray(part).ravel() for part in given)
    _whipple_fill(bool(thin_bumper), v, c, p, b, tb, s, tw, y, found)
    return found.reshape(given[0].shape) * 1e-2


def crater_depth(
    diameter: ArrayLike,
    speed: ArrayLike,
    angle: ArrayLike,
    *,
    projectile_density: ArrayLike,
    wall_density: ArrayLike,
    hardness: ArrayLike,
    sound_speed: ArrayLike,
) -> Array:
    """Depth of the crater in aluminium too thick to be pierced.

    Parameters
    ----------
    diameter : array_like, (...)
        Of the sphere. [m]
    speed, angle : array_like, (...)
        Of the impact [m/s], and from the normal, 0 to below pi/2. [rad]
    projectile_density, wall_density : array_like, (...)
        [kg/m3]
    hardness : array_like, (...)
        Brinell, of the wall. [-]
    sound_speed : array_like, (...)
        In the wall. [m/s]

    Returns
    -------
    ndarray, broadcast shape
        [m]

    Raises
    ------
    DomainError
        If an argument is not positive, or an angle not below pi/2.

    Notes
    -----
    The ratio of densities enters with the exponent 1/2 below a ratio of 1.5 and 2/3 above, as in
    equations 4-1 and 4-2 of NASA TM-2009-214785 (by a transcription that gives their numbers, B).
    One public program has 3/2, which would make the crater half as deep again at the ratio where
    the two meet (a step of 50 %, with 2/3 of 7 %): a misprint.

    Examples
    --------
    >>> depth = crater_depth(0.01, 10e3, 0.0, projectile_density=2_700.0, wall_density=2_700.0,
    ...                      hardness=95.0, sound_speed=5e3)
    >>> round(float(depth) * 1e3, 2)  # mm, of 1 cm at 10 km/s
    26.64
    """
    _need_positive(
        diameter=diameter,
        speed=speed,
        projectile_density=projectile_density,
        wall_density=wall_density,
        hardness=hardness,
        sound_speed=sound_speed,
    )
    _need_angle(angle)
    per_power = _crater_per_diameter(
        speed, angle, projectile_density, wall_density, hardness, sound_speed
    )
    return np.asarray(1e-2 * per_power * (np.asarray(diameter) * 1e2) ** (19 / 18))


def _crater_per_diameter(
    speed: ArrayLike,
    angle: ArrayLike,
    projectile_density: ArrayLike,
    wall_density: ArrayLike,
    hardness: ArrayLike,
    sound_speed: ArrayLike,
) -> Array:
    """Crater depth in cm of a sphere of 1 cm; it grows as d^(19/18)."""
    ratio = np.asarray(projectile_density, dtype=float) / np.asarray(wall_density, dtype=float)
    exponent = np.where(ratio < DENSITY_BRANCH, 1 / 2, 2 / 3)
    normal = np.asarray(speed, dtype=float) * np.cos(angle) / np.asarray(sound_speed, dtype=float)
    hard = np.asarray(hardness, dtype=float) ** -0.25
    return np.asarray(5.24 * hard * ratio**exponent * normal ** (2 / 3))


def single_wall_critical_diameter(
    speed: ArrayLike,
    angle: ArrayLike,
    *,
    projectile_density: ArrayLike,
    wall_thickness: ArrayLike,
    wall_density: ArrayLike,
    hardness: ArrayLike,
    sound_speed: ArrayLike,
    damage: float = PERFORATION,
) -> Array:
    """Diameter of the smallest sphere that damages one aluminium plate.

    Blankets in front of the plate and other metals are left out.

    Parameters
    ----------
    speed, angle : array_like, (...)
        Of the impact [m/s], and from the normal, 0 to below pi/2. [rad]
    projectile_density, wall_density : array_like, (...)
        [kg/m3]
    wall_thickness : array_like, (...)
        [m]
    hardness : array_like, (...)
        Brinell, of the wall. [-]
    sound_speed : array_like, (...)
        In the wall. [m/s]
    damage : float
        `PERFORATION` (default), `DETACHED_SPALL` or `INCIPIENT_SPALL`. [-]

    Returns
    -------
    ndarray, broadcast shape
        [m]

    Raises
    ------
    DomainError
        If an argument is not positive, or an angle not below pi/2.

    Examples
    --------
    >>> limit = single_wall_critical_diameter(10e3, 0.0, projectile_density=2_700.0,
    ...     wall_thickness=4.8e-3, wall_density=2_700.0, hardness=95.0, sound_speed=5e3)
    >>> round(float(limit) * 1e3, 3)  # mm
    1.13
    """
    _need_positive(
        speed=speed,
        projectile_density=projectile_density,
        wall_thickness=wall_thickness,
        wall_density=wall_density,
        hardness=hardness,
        sound_speed=sound_speed,
        damage=damage,
    )
    _need_angle(angle)
    per_power = _crater_per_diameter(
        speed, angle, projectile_density, wall_density, hardness, sound_speed
    )
    plate = np.asarray(wall_thickness, dtype=float) * 1e2
    return np.asarray(1e-2 * (plate / (damage * per_power)) ** (18 / 19))


def single_wall_needed(
    diameter: ArrayLike,
    speed: ArrayLike,
    angle: ArrayLike,
    *,
    projectile_density: ArrayLike,
    wall_density: ArrayLike,
    hardness: ArrayLike,
    sound_speed: ArrayLike,
    damage: float = PERFORATION,
) -> Array:
    """Thickness of one plate that just stops a sphere: the inverse of the limit. [m]

    Arguments as for `single_wall_critical_diameter`.

    Examples
    --------
    >>> plate = single_wall_needed(0.01, 10e3, 0.0, projectile_density=2_700.0,
    ...     wall_density=2_700.0, hardness=95.0, sound_speed=5e3)
    >>> round(float(plate) * 1e3, 1)  # mm
    48.0
    """
    depth = crater_depth(
        diameter,
        speed,
        angle,
        projectile_density=projectile_density,
        wall_density=wall_density,
        hardness=hardness,
        sound_speed=sound_speed,
    )
    return np.asarray(damage * depth)


def whipple_wall_needed(
    diameter: ArrayLike,
    normal_speed: ArrayLike,
    *,
    projectile_density: ArrayLike,
    bumper_density: ArrayLike,
    standoff: ArrayLike,
    wall_yield: ArrayLike,
) -> Array:
    """Wall behind a sufficient bumper that just stops a sphere of at least 7 km/s.

    Parameters
    ----------
    diameter : array_like, (...)
        Of the sphere. [m]
    normal_speed : array_like, (...)
        Speed along the normal, at least 7 km/s. [m/s]
    projectile_density, bumper_density : array_like, (...)
        [kg/m3]
    standoff : array_like, (...)
        [m]
    wall_yield : array_like, (...)
        [Pa]

    Returns
    -------
    ndarray, broadcast shape
        [m]

    Raises
    ------
    DomainError
        If an argument is not positive or the speed below 7 km/s.

    Examples
    --------
    >>> wall = whipple_wall_needed(0.01, 7e3, projectile_density=2_700.0, bumper_density=2_700.0,
    ...                            standoff=0.1143, wall_yield=40 * KSI)
    >>> round(float(wall) * 1e3, 2)  # mm
    6.85
    """
    _need_positive(
        diameter=diameter,
        projectile_density=projectile_density,
        bumper_density=bumper_density,
        standoff=standoff,
        wall_yield=wall_yield,
    )
    speed = np.asarray(normal_speed, dtype=float)
    if np.any(speed < 7e3):
        raise DomainError("the design equation holds from 7 km/s along the normal")
    d = np.asarray(diameter, dtype=float) * 1e2
    p = np.asarray(projectile_density, dtype=float) / 1e3
    b = np.asarray(bumper_density, dtype=float) / 1e3
    mass = np.pi / 6 * p * d**3
    strength = 70 * KSI / np.asarray(wall_yield, dtype=float)
    gap = np.asarray(standoff, dtype=float) * 1e2
    found = 0.16 * d**0.5 * (p * b) ** (1 / 6) * mass ** (1 / 3) * speed / 1e3
    return np.asarray(1e-2 * found * (strength / gap) ** 0.5)
