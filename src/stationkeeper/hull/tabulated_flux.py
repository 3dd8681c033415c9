"""Penetrations from a flux table of another program, such as ORDEM or MASTER.

The table says how many particles of at least some diameter strike an area. How fast and from where
they come it does not say, so speeds, angles, densities and what a face that keeps its direction
sees stay those of our own models (`environment.debris`, `environment.meteoroids`).
"""

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.environment.debris import DEBRIS_DENSITY, debris_speeds
from stationkeeper.environment.meteoroids import METEOROID_DENSITY, meteoroid_speeds
from stationkeeper.errors import DomainError
from stationkeeper.hull.penetration import (
    Facets,
    WhippleForm,
    mean_over_impacts,
    penetrating_diameters,
    variants_of,
)

Array = NDArray[np.float64]
TableKind = Literal["debris", "meteoroids", "both"]

_NOTHING: Final = 1e-300  # stands for a flux of zero among logarithms


def tabulated_flux(
    diameter: ArrayLike, table_diameter: ArrayLike, table_flux: ArrayLike
) -> NDArray[np.float64]:
    """Flux of particles of at least a diameter, between the lines of a table.

    Straight lines in the logarithms. Beyond the last diameter the last slope goes on, since what is
    larger than the table is rare but not absent. Below the first diameter the table says nothing,
    and no slope is guessed.

    Parameters
    ----------
    diameter : array_like, (...)
        Smallest diameter counted, at least the table's first. [m]
    table_diameter : array_like, (size,)
        Ascending, greater than zero, at least two. [m]
    table_flux : array_like, (size,)
        Of particles of at least that diameter, never rising, not negative. [1/(m2 s)]

    Returns
    -------
    ndarray, shape of ``diameter``
        [1/(m2 s)]

    Raises
    ------
    DomainError
        If the table does not ascend in diameter or rises in flux, or a diameter lies below it.

    Notes
    -----
    A power law comes back exactly; with 40 lines a decade the models of this package come back
    within 0.1 % (tests/unit/test_tabulated_flux.py).

    Examples
    --------
    >>> tabulated_flux([1e-3, 2e-3, 1e-2], [1e-3, 4e-3], [16.0, 1.0]).round(3).tolist()
    [16.0, 4.0, 0.16]
    """
    sizes, fluxes = _checked(table_diameter, table_flux)
    wanted = np.asarray(diameter, dtype=np.float64)
    # The first line, as it was rounded for print, is still inside.
    if np.any(wanted < sizes[0] * (1 - 1e-9)):
        raise DomainError(
            f"the flux table begins at {sizes[0] * 1e3:g} mm; a face is pierced by particles of "
            f"{float(np.nanmin(wanted)) * 1e3:.3g} mm: make the table anew from there"
        )
    x, y = np.log(sizes), np.log(np.maximum(fluxes, _NOTHING))
    place = np.clip(np.searchsorted(sizes, wanted, side="right") - 1, 0, sizes.size - 2)
    slope = np.diff(y) / np.diff(x)
    # From a positive flux to none there is no line: what the table calls nothing is nothing.
    ends = fluxes[1:] == 0
    value = np.exp(y[place] + slope[place] * (np.log(wanted) - x[place]))
    step = np.where(wanted >= sizes[place + 1], 0.0, fluxes[place])
    return np.asarray(np.where(ends[place], step, value))


def tabulated_response(
    facets: Facets,
    diameter: ArrayLike,
    per_area_and_time: ArrayLike,
    inclination: float,
    kind: TableKind = "debris",
    *,
    limit_factor: ArrayLike = 1.0,
    hole_diameter: ArrayLike = 0.0,
    whipple: WhippleForm = "jsc",
    meteoroid_density: float = METEOROID_DENSITY,
    debris_density: float = DEBRIS_DENSITY,
) -> NDArray[np.float64]:
    """Penetrations of each face by the particles of a table.

    As `penetration.penetration_response`, with the flux of the table in place of our model, and for
    the orbit and year of the table: altitude, Sun and growth are in it already. Left out: the
    table's own speeds and directions, if its program gave any, and its densities. A table of both
    debris and meteoroids is taken as debris, which most particles of more than 1 mm are in low
    orbits.

    Parameters
    ----------
    facets : Facets
        Faces, (facet,).
    diameter : array_like, (size,)
        Of the table: ascending. [m]
    per_area_and_time : array_like, (size,)
        Of the table: particles of at least that diameter on a randomly tumbling plate. [1/(m2 s)]
    inclination : float
        Of the orbit; it sets the debris speeds. [rad]
    kind : {"debris", "meteoroids", "both"}
        What the table counts.
    limit_factor : array_like, (variant,)
        On every ballistic limit, greater than zero. [-]
    hole_diameter : array_like, (variant,)
        Count only holes of at least this diameter; 0 counts all. [m]
    whipple : {"jsc", "nno"}
        Form of the Whipple limit.
    meteoroid_density, debris_density : float
        [kg/m3]

    Returns
    -------
    ndarray, (facet, variant)
        [1/s]

    Raises
    ------
    DomainError
        If the table is not one, begins above what pierces a face, or a factor, hole or inclination
        is out of range.

    Notes
    -----
    With our own models tabulated at 40 lines a decade: equal to `penetration_response` within
    0.1 %; as ORDEM prints its tables, to three digits, within 0.5 %
    (tests/unit/test_tabulated_flux.py).

    Examples
    --------
    >>> from stationkeeper.hull.penetration import facet_list
    >>> wall = facet_list(area=10.0, wall_thickness=2e-3, wall_density=2_700.0, wall_yield=2e8,
    ...                   wall_hardness=95.0)
    >>> rate = tabulated_response(wall, [1e-4, 1e-2], [1e-8, 1e-13], 0.9)
    >>> rate.shape, bool(rate[0, 0] > 0)
    ((1, 1), True)
    """
    if kind not in ("debris", "meteoroids", "both"):
        raise DomainError(f"a flux table is of debris, meteoroids or both, given {kind!r}")
    factor, hole = variants_of(limit_factor, hole_diameter)
    if kind == "meteoroids":
        speeds, density = meteoroid_speeds(), meteoroid_density
        exposure = facets.meteoroid_exposure
    else:
        speeds, density = debris_speeds(inclination), debris_density
        exposure = facets.debris_exposure
    needed = penetrating_diameters(facets, speeds.speed, density, factor, hole, whipple)
    # Cells without any particle may ask for any diameter.
    counted = speeds.weight > 0
    found = np.empty((facets.count, factor.size))
    for variant, sphere in enumerate(needed):
        flux = np.zeros_like(sphere)
        flux[:, counted] = tabulated_flux(sphere[:, counted], diameter, per_area_and_time)
        found[:, variant] = mean_over_impacts(flux, speeds.weight)
    return np.asarray(found * (facets.area * exposure)[:, None])


def _checked(table_diameter: ArrayLike, table_flux: ArrayLike) -> tuple[Array, Array]:
    sizes = np.asarray(table_diameter, dtype=np.float64)
    fluxes = np.asarray(table_flux, dtype=np.float64)
    if sizes.ndim != 1 or sizes.size < 2 or sizes.shape != fluxes.shape:
        raise DomainError("a flux table needs at least two diameters, and a flux for each")
    if not (np.all(np.isfinite(sizes)) and np.all(sizes > 0) and np.all(np.diff(sizes) > 0)):
        raise DomainError("the diameters of a flux table must be greater than 0 and ascend")
    if not (np.all(np.isfinite(fluxes)) and np.all(fluxes >= 0) and np.all(np.diff(fluxes) <= 0)):
        raise DomainError("the fluxes of a flux table must not be negative nor rise with diameter")
    return sizes, fluxes
