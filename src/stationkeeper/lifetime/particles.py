"""Particles in the ensemble: who can be struck through on which day, how large the hole, and the
factor on it all that a replica draws.

Targets are the hulls of modules, and of docked ships their hulls and radiators, each a sum of
faces. Everything here is shared by all replicas but the factor.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import Purpose, uniforms
from stationkeeper.environment.debris import debris_exposure
from stationkeeper.environment.solar_activity import SolarIndices
from stationkeeper.errors import InputError
from stationkeeper.hull.ballistic_limits import (
    AL_2219_T87,
    AL_6061_T6,
    AL_7075_T6,
    AMG6,
    WallMaterial,
)
from stationkeeper.hull.flux_factor import FluxFactor, flux_factor
from stationkeeper.hull.penetration import Facets, facet_list, penetration_response
from stationkeeper.lifetime.assemble import Assembled, Flown
from stationkeeper.lifetime.calendar import Calendar
from stationkeeper.lifetime.hardware import Visit, visits
from stationkeeper.lifetime.particle_circumstances import (
    Circumstances,
    calendar_between,
    circumstances,
    future_is_drawn,
    mean_sun,
    past_altitude,
)
from stationkeeper.programme.composition import all_flights, station_intervals
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import history
from stationkeeper.programme.wear import Facet
from stationkeeper.units import DAY, MILLI

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

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
# Our choice: a hole that leaks is noticed; one under a rack and closed by its own debris is not.
NOTICED: Final = 0.95
FACTOR_COMPONENT: Final = 0  # one draw for all stations: flux and limits are the same doubt
GROWTH_WORDS: Final = "NASA-91 debris, growth frozen after 2011; Gruen 1985 meteoroids"
QUANTILES: Final = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Targets:
    """What particles can strike through at one station; shared by all replicas.

    Attributes
    ----------
    station : str
        Key of the station.
    names : tuple of str, (target,)
        ``module zarya``, ``ship soyuz-ms``, ``radiator soyuz-ms``.
    kind : ndarray of int, (target,)
        0 module, 1 hull of docked ships of a class, 2 their radiators.
    module : ndarray of int, (target,)
        Place among the modules, or -1.
    seats : ndarray of int, (target,)
        Seats of one ship of the class; 0 for modules. [-]
    hazard : ndarray, (target, days + 1)
        Penetrations expected from the first day to the start of each day at factor 1, of all
        docked ships of the class together. [-]
    hole : ndarray, (target, 64)
        Quantiles, in the middle of equal shares, of the diameter of the hole given one. [m]
    until : ndarray of int, (target, days)
        Place of the day on which the first of the docked ships leaves; -1 if none is docked. For
        modules the number of days.
    years : ndarray of int, (year,)
        Calendar years of the run.
    meteoroids, debris : ndarray, (target, year)
        Penetrations expected in each year at factor 1. [-]
    factor : FluxFactor
        What is believed of the factor on all of them.
    sigma : float
        Deviation of its logarithm before the count. [-]
    seen : int or None
        Penetrations counted.
    seen_expected : float
        Expected over that count at factor 1. [-]
    seen_from, seen_until : date or None
        First and last day of the count.
    tables : tuple of str
        Flux tables of other programs that stand in the place of our models.
    """

    station: str
    names: tuple[str, ...]
    kind: Whole
    module: Whole
    seats: Whole
    hazard: Array
    hole: Array
    until: Whole
    years: Whole
    meteoroids: Array
    debris: Array
    factor: FluxFactor
    sigma: float
    seen: int | None
    seen_expected: float
    seen_from: date | None
    seen_until: date | None
    tables: tuple[str, ...]


@dataclass(frozen=True)
class _Body:
    """One target and its faces."""

    name: str
    key: str
    kind: int
    module: int
    seats: int
    owner: str
    facets: Mapping[str, Facet]


@dataclass(frozen=True)
class _Unit:
    """Rates of bodies in unit circumstances, (body, node); the first node is any hole. [1/s]"""

    meteoroid: Array
    fragments: Array
    bodies: Array

    def daily(self, around: Circumstances) -> tuple[Array, Array]:
        """Return rates of meteoroids and debris, (body, days). [1/s]"""
        debris = np.outer(self.fragments[:, 0], around.fragments)
        debris += np.outer(self.bodies[:, 0], around.bodies)
        return np.outer(self.meteoroid[:, 0], around.meteoroid), debris


def particle_targets(
    assembled: Assembled, flown: Flown, modules: tuple[str, ...], sun: SolarIndices
) -> Targets:
    """Work out what particles do to one station of a run.

    Parameters
    ----------
    assembled : Assembled
        The programme as arrays.
    flown : Flown
        The station.
    modules : tuple of str
        Modules that are ever there, in the order in which targets count them.
    sun : SolarIndices
        The record.

    Returns
    -------
    Targets
        Modules first, in their order, then ships by key: hull, radiator. Modules and ships without
        described faces are not among them.

    Raises
    ------
    InputError
        If a face has a shield without a distance, or penetrations were counted where no described
        hull was.

    Notes
    -----
    Faces without an azimuth tumble; those with one take debris from where it comes, meteoroids from
    all sides. Shadows of other parts are left to the areas given.
    """
    programme, calendar = assembled.programme, assembled.calendar
    ships = visits(programme, all_flights(programme), station_intervals(programme), calendar)
    docked = ships[flown.key]
    bodies = [
        *_module_bodies(programme, modules),
        *_ship_bodies(programme, {visit.ship_key for visit in docked}),
    ]
    inclination = float(np.radians(flown.station.orbit.inclination_deg))
    unit = _unit_rates(bodies, inclination)
    drawn, until = future_is_drawn(programme, sun)
    around = circumstances(calendar, flown.mean_altitude, mean_sun(sun, calendar, drawn, until))
    count, leaves = _presence(programme, flown, bodies, docked, calendar)
    meteoroids, debris = (rates * count * DAY for rates in unit.daily(around))
    hazard = np.cumsum(np.pad(meteoroids + debris, ((0, 0), (1, 0))), axis=1)
    upkeep = flown.station.upkeep
    since, last, expected = _exposure(programme, flown, sun, inclination)
    key = f"station.{flown.key}.upkeep.penetrations_seen"
    if upkeep.penetrations_seen and expected == 0:
        raise InputError(
            f"{key}: given {upkeep.penetrations_seen}, expected 0, as no module with a hull was at"
            f" the station by the end of the count; fix: describe hulls, or leave the key out"
        )
    starts = np.flatnonzero(np.diff(calendar.dates.astype("datetime64[Y]").astype(int), prepend=-1))
    return Targets(
        station=flown.key,
        names=tuple(body.name for body in bodies),
        kind=np.array([body.kind for body in bodies], dtype=np.int64),
        module=np.array([body.module for body in bodies], dtype=np.int64),
        seats=np.array([body.seats for body in bodies], dtype=np.int64),
        hazard=np.ascontiguousarray(hazard),
        hole=_hole_quantiles(unit, around, count),
        until=leaves,
        years=calendar.years,
        meteoroids=np.add.reduceat(meteoroids, starts, axis=1),
        debris=np.add.reduceat(debris, starts, axis=1),
        factor=flux_factor(upkeep.particle_sigma, expected, upkeep.penetrations_seen, NOTICED),
        sigma=upkeep.particle_sigma,
        seen=upkeep.penetrations_seen,
        seen_expected=expected,
        seen_from=since,
        seen_until=last,
        tables=(),
    )


def _module_bodies(programme: Programme, modules: tuple[str, ...]) -> Iterator[_Body]:
    for place, key in enumerate(modules):
        hull = programme.module[key].hull
        if hull is not None and hull.facet:
            where = f"module.{key}.hull.facet"
            yield _Body(f"module {key}", key, MODULE, place, 0, where, hull.facet)


def _ship_bodies(programme: Programme, keys: set[str]) -> Iterator[_Body]:
    for key in sorted(keys):
        ship = programme.ship[key]
        for kind, word, part in (
            (SHIP_HULL, "hull", ship.hull),
            (SHIP_RADIATOR, "radiator", ship.radiator),
        ):
            if part is not None and part.facet:
                name = f"{'ship' if kind == SHIP_HULL else 'radiator'} {key}"
                yield _Body(name, key, kind, -1, ship.seats, f"ship.{key}.{word}.facet", part.facet)


def _unit_rates(bodies: list[_Body], inclination: float) -> _Unit:
    """Integrate each kind of shield once and add the faces that have it."""
    shields: dict[tuple[str, float, float, float], int] = {}
    owner, shield, area, ahead = [], [], [], []
    for number, body in enumerate(bodies):
        for name, facet in body.facets.items():
            if facet.bumper_mm > 0 and facet.standoff_mm == 0:
                raise InputError(
                    f"{body.owner}.{name}.standoff_mm: given 0, expected the distance of the"
                    f" shield of {facet.bumper_mm:g} mm from the wall, above 0"
                )
            kind = (facet.material, facet.wall_mm, facet.bumper_mm, facet.standoff_mm)
            owner.append(number)
            shield.append(shields.setdefault(kind, len(shields)))
            area.append(facet.area_m2)
            ahead.append(facet.area_m2 * _debris_share(facet, inclination))
    nodes = HOLE_NODES.size + 1
    if not owner:
        return _Unit(*(np.zeros((len(bodies), nodes)) for _ in fields(_Unit)))
    response = penetration_response(
        _square_metres(list(shields)), inclination, hole_diameter=np.append(0.0, HOLE_NODES)
    )
    square, forward = (np.zeros((len(bodies), len(shields))) for _ in range(2))
    np.add.at(square, (owner, shield), area)
    np.add.at(forward, (owner, shield), ahead)
    return _Unit(
        square @ response.meteoroid,
        forward @ response.debris_fragments,
        forward @ response.debris_bodies,
    )


def _square_metres(shields: list[tuple[str, float, float, float]]) -> Facets:
    """Return a tumbling square metre of each kind of shield."""
    alloys = [MATERIALS[material] for material, *_ in shields]
    wall, bumper, standoff = (
        np.array(column) * MILLI for column in list(zip(*shields, strict=True))[1:]
    )
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
    direction = np.radians([facet.azimuth_deg, facet.elevation_deg])
    return float(debris_exposure(direction[0], direction[1], inclination))


def _presence(
    programme: Programme,
    flown: Flown,
    bodies: list[_Body],
    docked: list[Visit],
    calendar: Calendar,
) -> tuple[Array, Whole]:
    """Return how many of each body are there, and when the first leaves, (body, days)."""
    names = list(programme.module)
    count = np.zeros((len(bodies), calendar.days))
    leaves = np.full((len(bodies), calendar.days), -1, dtype=np.int64)
    for number, body in enumerate(bodies):
        if body.kind == MODULE:
            count[number] = flown.hardware.modules[names.index(body.key)]
            leaves[number] = calendar.days
            continue
        for visit in docked:
            if visit.ship_key == body.key:
                inside = calendar.clipped(visit.first, visit.last)
                count[number, inside] += 1
                known = leaves[number, inside]
                leaves[number, inside] = np.where(
                    known < 0, visit.last, np.minimum(known, visit.last)
                )
    gone = ~flown.hardware.exists
    count[:, gone] = 0.0
    ships = np.array([body.kind != MODULE for body in bodies], dtype=np.bool_)
    leaves[np.ix_(ships, gone)] = -1
    return count, leaves


def _hole_quantiles(unit: _Unit, around: Circumstances, count: Array) -> Array:
    """Return quantiles of the hole, over the days on which each body is there."""
    shares = [count @ factor for factor in (around.meteoroid, around.fragments, around.bodies)]
    parts = (unit.meteoroid, unit.fragments, unit.bodies)
    at_least = sum(
        (share[:, None] * part for share, part in zip(shares, parts, strict=True)),
        np.zeros_like(unit.meteoroid),
    )
    wanted = (np.arange(HOLE_QUANTILES) + 0.5) / HOLE_QUANTILES
    found = np.empty((len(count), HOLE_QUANTILES))
    for number, rates in enumerate(at_least):
        below = np.maximum.accumulate(1 - rates[1:] / rates[0]) if rates[0] > 0 else None
        found[number] = (
            HOLE_NODES[0] if below is None else np.exp(np.interp(wanted, below, np.log(HOLE_NODES)))
        )
    return found


def _exposure(
    programme: Programme, flown: Flown, sun: SolarIndices, inclination: float
) -> tuple[date | None, date | None, float]:
    """Return first and last day of the count and what the hulls of the modules expected in it."""
    upkeep = flown.station.upkeep
    states = history(programme).states.get(flown.key, [])
    if upkeep.penetrations_seen is None or not states:
        return None, None, 0.0
    since = states[0][0]
    last = upkeep.seen_until or programme.span.first - timedelta(days=1)
    calendar = calendar_between(since, last)
    if calendar is None:
        return None, None, 0.0
    seen = tuple(dict.fromkeys(key for _, modules, _ in states for key in modules))
    bodies = list(_module_bodies(programme, seen))
    drawn, until = future_is_drawn(programme, sun)
    around = circumstances(
        calendar, past_altitude(flown.station, calendar), mean_sun(sun, calendar, drawn, until)
    )
    there = np.zeros((len(bodies), calendar.days))
    for number, (first, modules, _) in enumerate(states):
        stop = states[number + 1][0] if number + 1 < len(states) else last + timedelta(days=1)
        inside = calendar.clipped(calendar.place(first), calendar.place(stop))
        there[[body.key in modules for body in bodies], inside] = 1.0
    rates = sum(_unit_rates(bodies, inclination).daily(around))
    return since, last, float((rates * there).sum() * DAY)


def draw_factor(targets: Targets, seed: int, replicas: NDArray[np.integer]) -> Array:
    """Draw the factor on all hazards of each replica.

    Stations of a programme share the uniform number: what is wrong with fluxes and limits is wrong
    for all. Their distributions differ where one has a count behind it.

    Parameters
    ----------
    targets : Targets
        With the distribution.
    seed : int
        Of the run. [-]
    replicas : ndarray of int, (replica,)
        Their numbers.

    Returns
    -------
    ndarray, (replica,)
        [-]
    """
    draws = uniforms(seed, replicas, Purpose.PARTICLES, FACTOR_COMPONENT)[:, 0]
    return targets.factor.quantile(draws)


def particle_summary(targets: Targets) -> dict[str, Any]:
    """Return what a report tells of particles at one station, ready for JSON.

    Returns
    -------
    dict
        Expected penetrations a year by target with the share of debris, the factor before and after
        the count, and the models.
    """
    years = targets.hazard.shape[1] - 1
    span = years / 365.25
    total = targets.meteoroids.sum(axis=1) + targets.debris.sum(axis=1)
    modules = targets.kind == MODULE
    return {
        "station": targets.station,
        "targets": [
            {
                "name": name,
                "kind": ("module", "ship", "radiator")[targets.kind[number]],
                "expected": float(total[number]),
                "expected_per_year": float(total[number] / span),
                "debris_share": float(targets.debris[number].sum() / total[number])
                if total[number] > 0
                else None,
                "hole_mm": [
                    float(value)
                    for value in np.interp(
                        QUANTILES,
                        (np.arange(HOLE_QUANTILES) + 0.5) / HOLE_QUANTILES,
                        targets.hole[number] / MILLI,
                    )
                ],
            }
            for number, name in enumerate(targets.names)
        ],
        "modules_by_year": {
            str(year): float(value)
            for year, value in zip(
                targets.years,
                (targets.meteoroids + targets.debris)[modules].sum(axis=0),
                strict=True,
            )
        },
        "factor": {
            "sigma_of_logarithm": targets.sigma,
            "quantiles": list(QUANTILES),
            "before": targets.factor.quantile(QUANTILES, prior=True).tolist(),
            "after": targets.factor.quantile(QUANTILES).tolist(),
            "seen": targets.seen,
            "expected_at_factor_1": targets.seen_expected,
            "chance_of_noticing": NOTICED,
            "from": None if targets.seen_from is None else targets.seen_from.isoformat(),
            "until": None if targets.seen_until is None else targets.seen_until.isoformat(),
        },
        "models": GROWTH_WORDS,
        "tables": list(targets.tables),
    }
