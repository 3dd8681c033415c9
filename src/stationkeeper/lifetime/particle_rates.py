"""Faces of a document to rates of penetration by day: our fluxes, or tables of other programs.

A target is a sum of faces. Each kind of shield is integrated once for one square metre; faces only
add to areas.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from stationkeeper.environment.debris import YEAR, debris_exposure, decimal_year
from stationkeeper.errors import DomainError, InputError
from stationkeeper.hull.ballistic_limits import (
    AL_2219_T87,
    AL_6061_T6,
    AL_7075_T6,
    AMG6,
    WallMaterial,
)
from stationkeeper.hull.penetration import Facets, facet_list, penetration_response
from stationkeeper.hull.tabulated_flux import tabulated_response
from stationkeeper.lifetime.calendar import Calendar
from stationkeeper.lifetime.particle_circumstances import Circumstances
from stationkeeper.programme.document import Programme
from stationkeeper.programme.wear import Facet, ParticleFlux
from stationkeeper.units import MILLI

Array = NDArray[np.float64]
Shield = tuple[str, float, float, float]
"""Alloy, wall, shield and distance. [-], [mm], [mm], [mm]"""

MODULE: Final = 0
SHIP_HULL: Final = 1
SHIP_RADIATOR: Final = 2

MATERIALS: Final[dict[str, WallMaterial]] = {
    "al-2219": AL_2219_T87,
    "al-6061": AL_6061_T6,
    "al-7075": AL_7075_T6,
    "amg6": AMG6,
}
HOLE_QUANTILES: Final = 64
HOLE_NODES: Final = np.geomspace(1e-4, 1.0, 48)  # [m] our choice; smaller holes count as the first
QUANTILE_SHARES: Final = (np.arange(HOLE_QUANTILES) + 0.5) / HOLE_QUANTILES


@dataclass(frozen=True)
class Body:
    """One target.

    Attributes
    ----------
    name, key : str
        As told, and the key of its module or class of ship.
    kind : int
        `MODULE`, `SHIP_HULL` or `SHIP_RADIATOR`.
    module : int
        Place among the modules, or -1.
    seats : int
        Of one ship. [-]
    where : str
        Key path of its faces.
    facets : mapping
        Its faces.
    """

    name: str
    key: str
    kind: int
    module: int
    seats: int
    where: str
    facets: Mapping[str, Facet]


@dataclass(frozen=True)
class Part:
    """Penetrations of one source: rates and how they go with time.

    Attributes
    ----------
    rate : ndarray, (body, node)
        Where the factor is 1, with any hole, then with holes of at least each diameter. [1/s]
    factor : ndarray, (days,)
        [-]
    debris : bool
        Debris, or a table of both; otherwise meteoroids.
    """

    rate: Array
    factor: Array
    debris: bool


def module_bodies(programme: Programme, modules: Sequence[str]) -> Iterator[Body]:
    """Yield the modules that have faces, in their order."""
    for place, key in enumerate(modules):
        hull = programme.module[key].hull
        if hull is not None and hull.facet:
            where = f"module.{key}.hull.facet"
            yield Body(f"module {key}", key, MODULE, place, 0, where, hull.facet)


def ship_bodies(programme: Programme, keys: set[str]) -> Iterator[Body]:
    """Yield hulls and radiators of classes of ships that have faces, by key."""
    for key in sorted(keys):
        ship = programme.ship[key]
        for kind, name, word, part in (
            (SHIP_HULL, "ship", "hull", ship.hull),
            (SHIP_RADIATOR, "radiator", "radiator", ship.radiator),
        ):
            if part is not None and part.facet:
                where = f"ship.{key}.{word}.facet"
                yield Body(f"{name} {key}", key, kind, -1, ship.seats, where, part.facet)


def particle_parts(
    bodies: Sequence[Body],
    inclination: float,
    tables: Mapping[str, ParticleFlux],
    station: str,
    calendar: Calendar,
    around: Circumstances,
    nodes: Array = HOLE_NODES,
) -> list[Part]:
    """Integrate what strikes through each body, source by source.

    Parameters
    ----------
    bodies : sequence of Body
        Targets.
    inclination : float
        Of the orbit. [rad]
    tables : mapping
        Fluxes of other programs by name; each kind stands in the place of our model. Between the
        years of several tables straight lines, beyond them the nearest.
    station : str
        Key of the station, for messages.
    calendar : Calendar
        Days.
    around : Circumstances
        Factors on our models by day. Tables have altitude, Sun and growth in them.
    nodes : ndarray, (node,)
        Diameters of holes to count apart; none where only the number counts. [m]

    Returns
    -------
    list of Part
        Never empty.

    Raises
    ------
    InputError
        If a shield has no distance, or tables contradict one another or begin above what pierces a
        face.
    """
    shields: dict[Shield, int] = {}
    owner, shield, area, ahead = [], [], [], []
    for number, body in enumerate(bodies):
        for name, facet in body.facets.items():
            if facet.bumper_mm > 0 and facet.standoff_mm == 0:
                raise InputError(
                    f"{body.where}.{name}.standoff_mm: given 0, expected the distance of the"
                    f" shield of {facet.bumper_mm:g} mm from the wall, above 0"
                )
            kind = (facet.material, facet.wall_mm, facet.bumper_mm, facet.standoff_mm)
            owner.append(number)
            shield.append(shields.setdefault(kind, len(shields)))
            area.append(facet.area_m2)
            ahead.append(facet.area_m2 * _debris_share(facet, inclination))
    if not owner:
        return [Part(np.zeros((len(bodies), nodes.size + 1)), around.meteoroid, False)]
    square, forward = (np.zeros((len(bodies), len(shields))) for _ in range(2))
    np.add.at(square, (owner, shield), area)
    np.add.at(forward, (owner, shield), ahead)
    faces, holes = _square_metres(list(shields)), np.append(0.0, nodes)
    parts = []
    for name, flux, factor in _by_year(tables, station, calendar):
        try:
            response = tabulated_response(
                faces,
                np.array(flux.diameter_mm) * MILLI,
                np.array(flux.per_m2_year) / YEAR,
                inclination,
                flux.kind,
                hole_diameter=holes,
            )
        except DomainError as error:
            raise InputError(f"station.{station}.particles.{name}: {error}") from None
        debris = flux.kind != "meteoroids"
        parts.append(Part((forward if debris else square) @ response, factor, debris))
    kinds = {flux.kind for flux in tables.values()}
    if kinds >= {"debris", "meteoroids"} or "both" in kinds:
        return parts
    ours = penetration_response(faces, inclination, hole_diameter=holes)
    if "meteoroids" not in kinds:
        parts.append(Part(square @ ours.meteoroid, around.meteoroid, False))
    if "debris" not in kinds:
        parts.append(Part(forward @ ours.debris_fragments, around.fragments, True))
        parts.append(Part(forward @ ours.debris_bodies, around.bodies, True))
    return parts


def _by_year(
    tables: Mapping[str, ParticleFlux], station: str, calendar: Calendar
) -> Iterator[tuple[str, ParticleFlux, Array]]:
    """Yield each table with its share by day among those of its kind."""
    where = f"station.{station}.particles"
    by_kind: dict[str, list[tuple[float, str]]] = {}
    for name, flux in sorted(tables.items()):
        by_kind.setdefault(flux.kind, []).append((flux.year, name))
    if "both" in by_kind and len(by_kind) > 1:
        name = by_kind["both"][0][1]
        raise InputError(
            f'{where}.{name}.kind: given "both" beside tables of one kind, expected either tables'
            f" of both or of debris and meteoroids; fix: take one of them out"
        )
    when = decimal_year(calendar.first_day + np.arange(calendar.days) + 0.5)
    for ordered in map(sorted, by_kind.values()):
        years = [year for year, _ in ordered]
        for number, (year, name) in enumerate(ordered):
            if years.count(year) > 1:
                raise InputError(
                    f"{where}.{name}.year: given {year:g} as for another table of the same kind,"
                    f" expected one table a year; fix: take one of them out"
                )
            yield name, tables[name], np.interp(when, years, np.eye(len(years))[number])


def _square_metres(shields: Sequence[Shield]) -> Facets:
    """Return a tumbling square metre of each kind of shield."""
    alloys = [MATERIALS[material] for material, *_ in shields]
    wall, bumper, standoff = (np.array([one[k] for one in shields]) * MILLI for k in (1, 2, 3))
    return facet_list(
        area=1.0,
        wall_thickness=wall,
        wall_density=[alloy.density for alloy in alloys],
        wall_yield=[alloy.yield_stress for alloy in alloys],
        wall_hardness=[alloy.hardness for alloy in alloys],
        wall_sound_speed=[alloy.sound_speed for alloy in alloys],
        bumper_thickness=bumper,
        standoff=standoff,
    )


def _debris_share(facet: Facet, inclination: float) -> float:
    if facet.azimuth_deg is None:
        return 1.0
    azimuth, elevation = np.radians([facet.azimuth_deg, facet.elevation_deg])
    return float(debris_exposure(azimuth, elevation, inclination))


def daily_rates(parts: Sequence[Part], debris: bool) -> Array:
    """Return the rates of one source, (body, days). [1/s]"""
    found = np.zeros((len(parts[0].rate), parts[0].factor.size))
    for part in parts:
        if part.debris == debris:
            found += np.outer(part.rate[:, 0], part.factor)
    return found


def hole_quantiles(parts: Sequence[Part], count: Array) -> Array:
    """Quantiles of the hole given a penetration, over the days on which each body is there.

    Parameters
    ----------
    parts : sequence of Part
        Sources.
    count : ndarray, (body, days)
        How many are there. [-]

    Returns
    -------
    ndarray, (body, 64)
        In the middle of equal shares. [m]
    """
    at_least = np.zeros_like(parts[0].rate)
    for part in parts:
        at_least += (count @ part.factor)[:, None] * part.rate
    found = np.full((len(at_least), HOLE_QUANTILES), HOLE_NODES[0])
    nodes = np.log(HOLE_NODES)
    between = np.linspace(nodes[0], nodes[-1], 1_000)
    for number in np.flatnonzero(at_least[:, 0] > 0):
        below = PchipInterpolator(nodes, 1 - at_least[number, 1:] / at_least[number, 0])(between)
        found[number] = np.exp(np.interp(QUANTILE_SHARES, np.maximum.accumulate(below), between))
    return found
