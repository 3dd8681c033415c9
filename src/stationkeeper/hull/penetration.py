"""How often particles get through: fluxes, speeds and angles over the ballistic limit of each face.

What a face stops does not change with the years, and the debris flux is a sum of two parts that
grow on their own. So the integral over speeds and angles is done once for a list of faces
(`penetration_response`), and a history of altitude, Sun and year only scales it
(`penetration_rates`). Faces are arrays; who owns them, and whether air, coolant or nothing is
behind them, is for the caller to know: modules, docked ships and their radiators are all faces.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.environment.debris import (
    DEBRIS_DENSITY,
    FROZEN_AFTER_2011,
    DebrisGrowth,
    debris_altitude_factor,
    debris_speeds,
    growth_factors,
    inclination_factor,
    size_fluxes,
)
from stationkeeper.environment.meteoroids import (
    MASS_RANGE,
    METEOROID_DENSITY,
    meteoroid_altitude_factor,
    meteoroid_flux,
    meteoroid_speeds,
    sphere_mass,
)
from stationkeeper.errors import DomainError
from stationkeeper.hull.ballistic_limits import (
    single_wall_critical_diameter,
    whipple_critical_diameter,
)

Array = NDArray[np.float64]
WhippleForm = Literal["jsc", "nno"]

ANGLES: Final = 12  # nodes over the impact angle; the error they leave is in the tests
_SQUARE_OF_SINE, _ANGLE_WEIGHTS = np.polynomial.legendre.leggauss(ANGLES)
# On a plate in an even flux from all sides the square of the sine of the angle is uniform.
_IMPACT_ANGLES: Final = np.arcsin(np.sqrt(0.5 * (_SQUARE_OF_SINE + 1)))
_ANGLE_SHARES: Final = 0.5 * _ANGLE_WEIGHTS


@dataclass(frozen=True)
class Facets:
    """Faces that particles strike, one entry each.

    Attributes
    ----------
    area : ndarray, (facet,)
        Outer surface. [m2]
    wall_thickness, wall_density, wall_yield, wall_hardness, wall_sound_speed : ndarray, (facet,)
        Of the wall that must hold. [m], [kg/m3], [Pa], [-], [m/s]
    bumper_thickness, bumper_density, standoff : ndarray, (facet,)
        Of the plate in front and the gap; a thickness of zero means a single wall. [m], [kg/m3]
    meteoroid_exposure, debris_exposure : ndarray, (facet,)
        Flux on the face over that on a tumbling plate: 0 where other parts stand before it, above
        1 where it faces the motion (`environment.debris.debris_exposure`). [-]
    """

    area: Array
    wall_thickness: Array
    wall_density: Array
    wall_yield: Array
    wall_hardness: Array
    wall_sound_speed: Array
    bumper_thickness: Array
    bumper_density: Array
    standoff: Array
    meteoroid_exposure: Array
    debris_exposure: Array

    @property
    def count(self) -> int:
        """How many faces."""
        return int(self.area.size)


def facet_list(
    *,
    area: ArrayLike,
    wall_thickness: ArrayLike,
    wall_density: ArrayLike,
    wall_yield: ArrayLike,
    wall_hardness: ArrayLike,
    wall_sound_speed: ArrayLike = 5_100.0,
    bumper_thickness: ArrayLike = 0.0,
    bumper_density: ArrayLike = 2_700.0,
    standoff: ArrayLike = 0.0,
    meteoroid_exposure: ArrayLike = 1.0,
    debris_exposure: ArrayLike = 1.0,
) -> Facets:
    """Gather faces; a single value serves all of them.

    Parameters
    ----------
    area, wall_thickness, wall_density, wall_yield, wall_hardness, wall_sound_speed : array_like
        As in `Facets`, (facet,) or one value.
    bumper_thickness, bumper_density, standoff : array_like
        As in `Facets`; a bumper needs a standoff.
    meteoroid_exposure, debris_exposure : array_like
        As in `Facets`, not negative.

    Returns
    -------
    Facets
        Arrays of equal length.

    Raises
    ------
    DomainError
        If a thickness, density, stress or area is not positive, an exposure or bumper negative, or
        a bumper has no standoff.

    Examples
    --------
    >>> facet_list(area=[100.0, 20.0], wall_thickness=2e-3, wall_density=2_700.0, wall_yield=2e8,
    ...            wall_hardness=95.0).count
    2
    """
    given = {
        "area": area,
        "wall_thickness": wall_thickness,
        "wall_density": wall_density,
        "wall_yield": wall_yield,
        "wall_hardness": wall_hardness,
        "wall_sound_speed": wall_sound_speed,
        "bumper_thickness": bumper_thickness,
        "bumper_density": bumper_density,
        "standoff": standoff,
        "meteoroid_exposure": meteoroid_exposure,
        "debris_exposure": debris_exposure,
    }
    arrays = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(v, dtype=float)) for v in given.values())
    )
    columns = {name: np.array(column) for name, column in zip(given, arrays, strict=True)}
    may_be_zero = {"bumper_thickness", "standoff", "meteoroid_exposure", "debris_exposure"}
    for name, column in columns.items():
        wrong = ~(column >= 0) if name in may_be_zero else ~(column > 0)
        if np.any(wrong):
            first = int(np.flatnonzero(wrong)[0])
            bound = "at least 0" if name in may_be_zero else "greater than 0"
            raise DomainError(
                f"facet {first}: {name.replace('_', ' ')} must be {bound}, given {column[first]:g}"
            )
    loose = (columns["bumper_thickness"] > 0) & (columns["standoff"] <= 0)
    if np.any(loose):
        raise DomainError(
            f"facet {int(np.flatnonzero(loose)[0])}: a bumper needs a standoff greater than 0"
        )
    return Facets(**columns)


def critical_diameters(
    facets: Facets,
    speed: ArrayLike,
    angle: ArrayLike,
    projectile_density: float,
    whipple: WhippleForm = "jsc",
) -> Array:
    """Ballistic limit of every face at every speed and angle.

    Parameters
    ----------
    facets : Facets
        Faces with a bumper take the Whipple limit, others that of a single wall.
    speed : array_like, (cell,)
        [m/s]
    angle : array_like, (angle,)
        From the normal. [rad]
    projectile_density : float
        [kg/m3]
    whipple : {"jsc", "nno"}
        With or without the loss behind thin bumpers.

    Returns
    -------
    ndarray, (facet, cell, angle)
        [m]

    Examples
    --------
    >>> wall = facet_list(area=1.0, wall_thickness=2e-3, wall_density=2_700.0, wall_yield=2e8,
    ...                   wall_hardness=95.0)
    >>> critical_diameters(wall, [10e3], [0.0, 1.0], 2_800.0).round(5).tolist()
    [[[0.00049, 0.00072]]]
    """
    cells = np.asarray(speed, dtype=float)
    angles = np.asarray(angle, dtype=float)
    found = np.empty((facets.count, cells.size, angles.size))
    double = facets.bumper_thickness > 0

    def column(values: Array, chosen: NDArray[np.bool_]) -> Array:
        return np.asarray(values[chosen][:, None, None])

    if np.any(double):
        found[double] = whipple_critical_diameter(
            cells[:, None],
            angles,
            projectile_density=projectile_density,
            bumper_thickness=column(facets.bumper_thickness, double),
            bumper_density=column(facets.bumper_density, double),
            standoff=column(facets.standoff, double),
            wall_thickness=column(facets.wall_thickness, double),
            wall_yield=column(facets.wall_yield, double),
            thin_bumper=whipple == "jsc",
        )
    single = ~double
    if np.any(single):
        found[single] = single_wall_critical_diameter(
            cells[:, None],
            angles,
            projectile_density=projectile_density,
            wall_thickness=column(facets.wall_thickness, single),
            wall_density=column(facets.wall_density, single),
            hardness=column(facets.wall_hardness, single),
            sound_speed=column(facets.wall_sound_speed, single),
        )
    return found


def hole_diameter_of(sphere: ArrayLike, speed: ArrayLike, wall_thickness: ArrayLike) -> Array:
    """Diameter of the hole that a sphere makes in a thin plate.

    For a face behind a bumper the sphere is what is left beyond the ballistic limit: the cube root
    of d^3 less the limit's cube. That step is our choice; no readable source gives the hole in the
    wall behind a bumper. Cracks that run on from the hole are left out.

    Parameters
    ----------
    sphere : array_like, (...)
        Diameter of the sphere, not negative. [m]
    speed : array_like, (...)
        [m/s]
    wall_thickness : array_like, (...)
        [m]

    Returns
    -------
    ndarray, broadcast shape
        [m]

    References
    ----------
    .. [1] C. Maiden, J. Gehring, A. McMillan, "Investigation of fundamental mechanism of damage to
       thin targets by hypervelocity projectiles", GM DRL TR 63-225, 1963: D/d = 0.45 V (t/d)^(2/3)
       + 0.9, aluminium on aluminium, V in km/s (memory, C).

    Examples
    --------
    >>> round(float(hole_diameter_of(5e-3, 10e3, 4.8e-3)) * 1e3, 1)  # mm
    26.4
    """
    x = np.asarray(sphere, dtype=float)
    t = np.asarray(wall_thickness, dtype=float)
    v = np.asarray(speed, dtype=float) / 1e3
    return np.asarray(0.45 * v * np.cbrt(t**2 * x) + 0.9 * x)


def _sphere_for_hole(hole: Array, speed: Array, wall_thickness: Array) -> Array:
    """Inverse of `hole_diameter_of`: the one real root of a cubic in the sphere's cube root."""
    p = 0.5 * (speed / 1e3) * np.cbrt(wall_thickness**2)
    q = hole / 0.9
    root = 2 * np.sqrt(p / 3) * np.sinh(np.arcsinh(1.5 * q / p * np.sqrt(3 / p)) / 3)
    return np.asarray(root**3)


def variants_of(limit_factor: ArrayLike, hole_diameter: ArrayLike) -> tuple[Array, Array]:
    """Factors on the ballistic limit and holes, one of each for every variant.

    Parameters
    ----------
    limit_factor : array_like, (variant,)
        Greater than zero. [-]
    hole_diameter : array_like, (variant,)
        Not negative. [m]

    Returns
    -------
    limit_factor, hole_diameter : ndarray, (variant,)

    Raises
    ------
    DomainError
        If a factor is not positive or a hole negative.

    Examples
    --------
    >>> [part.tolist() for part in variants_of(1.0, [0.0, 0.01])]
    [[1.0, 1.0], [0.0, 0.01]]
    """
    factor, hole = np.broadcast_arrays(
        np.atleast_1d(np.asarray(limit_factor, dtype=float)),
        np.atleast_1d(np.asarray(hole_diameter, dtype=float)),
    )
    if np.any(factor <= 0):
        raise DomainError("a factor on the ballistic limit must be greater than 0")
    if np.any(hole < 0):
        raise DomainError("a hole cannot be smaller than nothing")
    return factor, hole


def penetrating_diameters(
    facets: Facets,
    speed: Array,
    projectile_density: float,
    limit_factor: Array,
    hole_diameter: Array,
    whipple: WhippleForm = "jsc",
) -> Iterator[Array]:
    """Smallest spheres that get through, or leave the hole asked for, variant by variant.

    Parameters
    ----------
    facets : Facets
        Faces, (facet,).
    speed : ndarray, (cell,)
        [m/s]
    projectile_density : float
        [kg/m3]
    limit_factor, hole_diameter : ndarray, (variant,)
        From `variants_of`. [-], [m]
    whipple : {"jsc", "nno"}
        Form of the Whipple limit.

    Yields
    ------
    ndarray, (facet, cell, angle)
        At the angles over which `mean_over_impacts` takes the mean. [m]

    Examples
    --------
    >>> wall = facet_list(area=10.0, wall_thickness=2e-3, wall_density=2_700.0, wall_yield=2e8,
    ...                   wall_hardness=95.0)
    >>> variants = variants_of([1.0, 2.0], 0.0)
    >>> one, two = penetrating_diameters(wall, np.array([10e3]), 2_800.0, *variants)
    >>> one.shape, bool(np.allclose(two, 2 * one))
    ((1, 1, 12), True)
    """
    limit = critical_diameters(facets, speed, _IMPACT_ANGLES, projectile_density, whipple)
    for factor, hole in zip(limit_factor, hole_diameter, strict=True):
        if hole == 0:
            yield limit * factor
            continue
        sphere = _sphere_for_hole(hole, speed[:, None], facets.wall_thickness[:, None, None])
        yield np.asarray(np.cbrt((limit * factor) ** 3 + sphere**3))


def mean_over_impacts(flux: Array, speed_shares: Array) -> Array:
    """Mean of a flux over the angles of `penetrating_diameters` and over speeds.

    Parameters
    ----------
    flux : ndarray, (facet, cell, angle)
        [1/(m2 s)]
    speed_shares : ndarray, (cell,)
        Share of the flux in each cell of speed. [-]

    Returns
    -------
    ndarray, (facet,)
        [1/(m2 s)]

    Examples
    --------
    >>> mean_over_impacts(np.full((1, 2, 12), 3.0), np.array([0.25, 0.75])).round(9).tolist()
    [3.0]
    """
    return np.asarray((flux @ _ANGLE_SHARES) @ speed_shares)


@dataclass(frozen=True)
class PenetrationResponse:
    """Penetrations of each face in unit circumstances; see `penetration_rates` for the rest.

    Attributes
    ----------
    meteoroid : ndarray, (facet, variant)
        Away from Earth. [1/s]
    debris_fragments, debris_bodies : ndarray, (facet, variant)
        In 1988 where altitude and Sun thin out nothing. [1/s]
    """

    meteoroid: Array
    debris_fragments: Array
    debris_bodies: Array


def penetration_response(
    facets: Facets,
    inclination: float,
    *,
    limit_factor: ArrayLike = 1.0,
    hole_diameter: ArrayLike = 0.0,
    whipple: WhippleForm = "jsc",
    meteoroid_density: float = METEOROID_DENSITY,
    debris_density: float = DEBRIS_DENSITY,
) -> PenetrationResponse:
    """Integrate flux over speed and angle beyond the ballistic limit of each face.

    Speeds and angles are taken as independent, angles as on a plate in an even flux from all
    sides. Variants are factors on the ballistic limit, or holes of at least some diameter.

    Parameters
    ----------
    facets : Facets
        Faces, (facet,).
    inclination : float
        Of the orbit; it sets the debris speeds. [rad]
    limit_factor : array_like, (variant,)
        On every ballistic limit, greater than zero. [-]
    hole_diameter : array_like, (variant,)
        Count only holes of at least this diameter, by `hole_diameter_of`; 0 counts all. [m]
    whipple : {"jsc", "nno"}
        Form of the Whipple limit.
    meteoroid_density, debris_density : float
        [kg/m3]

    Returns
    -------
    PenetrationResponse
        Arrays (facet, variant).

    Raises
    ------
    DomainError
        If a factor is not positive, a hole negative or the inclination outside 0 to 130 degrees.

    Notes
    -----
    100 faces: 0.3 s, and 1 ms for 50 years of rates. Equal to a plain loop over every face, speed
    and angle to 1e-9; to four times as many nodes within 0.5 %
    (tests/unit/test_hull_penetration.py).

    Examples
    --------
    >>> wall = facet_list(area=10.0, wall_thickness=2e-3, wall_density=2_700.0, wall_yield=2e8,
    ...                   wall_hardness=95.0)
    >>> response = penetration_response(wall, 0.9, hole_diameter=[0.0, 0.01])
    >>> response.debris_fragments.shape
    (1, 2)
    """
    factor, hole = variants_of(limit_factor, hole_diameter)
    shape = (facets.count, factor.size)
    meteoroid, fragments, bodies = np.empty(shape), np.empty(shape), np.empty(shape)
    fast, slow = meteoroid_speeds(), debris_speeds(inclination)
    struck_by = penetrating_diameters(facets, fast.speed, meteoroid_density, factor, hole, whipple)
    hit_by = penetrating_diameters(facets, slow.speed, debris_density, factor, hole, whipple)
    for variant, (natural, made) in enumerate(zip(struck_by, hit_by, strict=True)):
        mass = sphere_mass(natural, meteoroid_density)
        # Beyond 100 g the flux curve ends: fewer than 1e-10 per m2 and year, left out.
        flux = np.where(mass <= MASS_RANGE[1], meteoroid_flux(np.minimum(mass, MASS_RANGE[1])), 0.0)
        meteoroid[:, variant] = mean_over_impacts(flux, fast.weight)
        for into, part in zip((fragments, bodies), size_fluxes(made), strict=True):
            into[:, variant] = mean_over_impacts(part, slow.weight)
    struck = (facets.area * facets.meteoroid_exposure)[:, None]
    ahead = (facets.area * facets.debris_exposure * inclination_factor(inclination))[:, None]
    return PenetrationResponse(meteoroid * struck, fragments * ahead, bodies * ahead)


def at_limit_factors(
    nodes: ArrayLike, response: PenetrationResponse, factors: ArrayLike
) -> PenetrationResponse:
    """Response at any factors on the ballistic limit, from a few that were worked out.

    Straight lines in the logarithms; beyond the nodes the nearest end.

    Parameters
    ----------
    nodes : array_like, (node,)
        Ascending factors of which ``response`` has the variants. [-]
    response : PenetrationResponse
        Arrays (facet, node).
    factors : array_like, (sample,)
        Factors wanted. [-]

    Returns
    -------
    PenetrationResponse
        Arrays (facet, sample).

    Raises
    ------
    DomainError
        If the nodes do not ascend or do not belong to the response.

    Examples
    --------
    >>> flat = PenetrationResponse(*(np.array([[4.0, 1.0]]),) * 3)
    >>> at_limit_factors([1.0, 2.0], flat, [2**0.5]).meteoroid.round(6).tolist()
    [[2.0]]
    """
    known = np.asarray(nodes, dtype=float)
    if known.shape != response.meteoroid.shape[-1:] or np.any(np.diff(known) <= 0):
        raise DomainError("nodes must ascend, one for each variant of the response")
    wanted = np.log(np.asarray(factors, dtype=float))
    place = np.clip(np.searchsorted(np.log(known), wanted) - 1, 0, known.size - 2)
    left, right = np.log(known)[place], np.log(known)[place + 1]
    share = np.clip((wanted - left) / (right - left), 0.0, 1.0)

    def between(values: Array) -> Array:
        # A face that nothing strikes keeps its zero.
        low, high = (np.maximum(values[..., place + k], 1e-300) for k in (0, 1))
        return np.asarray(np.where(values[..., place] > 0, low ** (1 - share) * high**share, 0.0))

    return _each(response, between)


def sum_of_facets(
    response: PenetrationResponse, group: ArrayLike | None = None
) -> PenetrationResponse:
    """Add faces up, all of them or by group.

    Parameters
    ----------
    response : PenetrationResponse
        Arrays (facet, variant).
    group : array_like of int, (facet,), optional
        Number of the group of each face, from 0. Left out: one group.

    Returns
    -------
    PenetrationResponse
        Arrays (group, variant).

    Examples
    --------
    >>> one = PenetrationResponse(*(np.array([[1.0], [2.0], [4.0]]),) * 3)
    >>> sum_of_facets(one, [0, 1, 0]).meteoroid.ravel().tolist()
    [5.0, 2.0]
    """
    count = response.meteoroid.shape[0]
    numbers = np.zeros(count, dtype=int) if group is None else np.asarray(group, dtype=int)

    def added(values: Array) -> Array:
        total = np.zeros((int(numbers.max()) + 1, values.shape[1]))
        np.add.at(total, numbers, values)
        return total

    return _each(response, added)


def _each(response: PenetrationResponse, change: Callable[[Array], Array]) -> PenetrationResponse:
    return PenetrationResponse(
        change(response.meteoroid),
        change(response.debris_fragments),
        change(response.debris_bodies),
    )


@dataclass(frozen=True)
class PenetrationRates:
    """Expected penetrations in time, by source.

    Attributes
    ----------
    meteoroid, debris : ndarray, (facet, variant, time)
        [1/s]
    """

    meteoroid: Array
    debris: Array

    @property
    def total(self) -> Array:
        """Of both sources, (facet, variant, time). [1/s]"""
        return np.asarray(self.meteoroid + self.debris)


def penetration_rates(
    response: PenetrationResponse,
    altitude: ArrayLike,
    year: ArrayLike,
    solar_flux: ArrayLike,
    growth: DebrisGrowth = FROZEN_AFTER_2011,
    *,
    meteoroid_factor: ArrayLike = 1.0,
    debris_factor: ArrayLike = 1.0,
) -> PenetrationRates:
    """Penetrations of each face along a history of altitude, years and Sun.

    Parameters
    ----------
    response : PenetrationResponse
        Of the faces, or of their sum where there are many samples: the result has an entry for
        every face, variant and time.
    altitude : array_like, (time,)
        Above the equatorial radius, 200 to 2000 km. [m]
    year : array_like, (time,)
        Decimal year. [yr]
    solar_flux : array_like, (time,)
        Flux at 10.7 cm, 13-month mean, of a year before. [sfu]
    growth : DebrisGrowth
        After 2010: frozen (default) or as published.
    meteoroid_factor, debris_factor : array_like, (variant,)
        On the fluxes: their uncertainty, or a user's own refit. [-]

    Returns
    -------
    PenetrationRates
        Arrays (facet, variant, time).

    Raises
    ------
    DomainError
        If an altitude is outside the range or a factor negative.

    Examples
    --------
    >>> wall = facet_list(area=10.0, wall_thickness=2e-3, wall_density=2_700.0, wall_yield=2e8,
    ...                   wall_hardness=95.0)
    >>> rates = penetration_rates(penetration_response(wall, 0.9), 400e3, [2005.0, 2010.0], 140.0)
    >>> rates.debris.shape
    (1, 1, 2)
    """
    height, when, sun = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(value, dtype=float)) for value in (altitude, year, solar_flux))
    )
    scales = [np.asarray(f, dtype=float) for f in (meteoroid_factor, debris_factor)]
    if any(np.any(scale < 0) for scale in scales):
        raise DomainError("a factor on the flux must not be negative")
    thinned = debris_altitude_factor(height, sun)
    fragments, bodies = growth_factors(when, growth)
    debris = (response.debris_fragments * scales[1])[..., None] * (thinned * fragments)
    debris += (response.debris_bodies * scales[1])[..., None] * (thinned * bodies)
    meteoroid = (response.meteoroid * scales[0])[..., None] * meteoroid_altitude_factor(height)
    return PenetrationRates(meteoroid, debris)
