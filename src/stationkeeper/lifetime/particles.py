"""Particles in the ensemble: what can be struck through on which day, and how large the hole is.

Targets are the hulls of modules, and of docked ships their hulls and radiators. All replicas share
them but for a factor, which each draws from what is believed after the holes that were counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import Purpose, uniforms
from stationkeeper.constants import DAYS_PER_YEAR
from stationkeeper.environment.solar_activity import SolarIndices
from stationkeeper.errors import InputError
from stationkeeper.hull.flux_factor import FluxFactor, flux_factor
from stationkeeper.lifetime.assemble import Assembled, Flown
from stationkeeper.lifetime.calendar import Calendar, calendar_of
from stationkeeper.lifetime.hardware import Visit
from stationkeeper.lifetime.particle_circumstances import (
    circumstances,
    future_is_drawn,
    mean_sun,
    past_altitude,
)
from stationkeeper.lifetime.particle_rates import (
    MODULE,
    QUANTILE_SHARES,
    Body,
    daily_rates,
    hole_quantiles,
    module_bodies,
    particle_parts,
    ship_bodies,
)
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import history
from stationkeeper.units import DAY, MILLI

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

# Our choice: a hole that leaks is noticed; one under a rack and closed by its own debris is not.
NOTICED: Final = 0.95
FACTOR_COMPONENT: Final = 0  # one draw for all stations: flux and limits are the same doubt
QUANTILES: Final = (0.05, 0.5, 0.95)
METEOROID_MODEL: Final = "meteoroids after Gruen 1985"
DEBRIS_MODEL: Final = "debris after NASA-91, growth frozen after 2011"


@dataclass(frozen=True)
class Count:
    """Holes that were counted in the hulls of the modules of one station.

    Attributes
    ----------
    station : str
        Key of the station.
    first, last : date
        Days of the count.
    seen : int
        Penetrations. [-]
    expected : float
        Expected at factor 1. [-]
    """

    station: str
    first: date
    last: date
    seen: int
    expected: float


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
        Place of the day on which the first of the docked ships leaves, which may lie beyond the
        run; -1 if none is docked. For modules the number of days.
    years : ndarray of int, (year,)
        Calendar years of the run.
    meteoroids, debris : ndarray, (target, year)
        Penetrations expected in each year at factor 1; tables of both count as debris. [-]
    factor : FluxFactor
        What is believed of the factor on all of them.
    sigma : float
        Deviation of its logarithm before the count. [-]
    counts : tuple of Count
        Counts of holes in the hulls of modules behind it, of this station and of others: what is
        wrong with fluxes and limits is wrong for all.
    models : tuple of str
        Whose fluxes are used, tables of other programs first.
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
    counts: tuple[Count, ...]
    models: tuple[str, ...]


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
        If a face has a shield without a distance, flux tables contradict one another, or
        penetrations were counted where no described hull was.

    Notes
    -----
    Faces without an azimuth tumble; those with one take debris from where it comes, meteoroids from
    all sides. Shadows of other parts are left to the areas given, and objects so large that they
    are tracked and avoided are not taken out.
    """
    programme, calendar = assembled.programme, assembled.calendar
    station, docked = flown.station, assembled.visits[flown.key]
    bodies = [
        *module_bodies(programme, modules),
        *ship_bodies(programme, {visit.ship_key for visit in docked}),
    ]
    inclination = float(np.radians(station.orbit.inclination_deg))
    flux = mean_sun(sun, calendar, *future_is_drawn(programme, sun))
    around = circumstances(calendar, flown.mean_altitude, flux)
    parts = particle_parts(bodies, inclination, station.particles, flown.key, calendar, around)
    count, until = _presence(programme, flown, bodies, docked, calendar)
    meteoroids, debris = (daily_rates(parts, source) * count * DAY for source in (False, True))
    counts = _counts(programme, sun)
    seen = sum(one.seen for one in counts)
    expected = sum(one.expected for one in counts)
    first_of_year = calendar.first_of_month[
        np.append(0, np.flatnonzero(np.diff(calendar.year_of_month)) + 1)
    ]
    return Targets(
        station=flown.key,
        names=tuple(body.name for body in bodies),
        kind=np.array([body.kind for body in bodies], dtype=np.int64),
        module=np.array([body.module for body in bodies], dtype=np.int64),
        seats=np.array([body.seats for body in bodies], dtype=np.int64),
        hazard=np.cumsum(np.pad(meteoroids + debris, ((0, 0), (1, 0))), axis=1),
        hole=hole_quantiles(parts, count),
        until=until,
        years=calendar.years,
        meteoroids=np.add.reduceat(meteoroids, first_of_year, axis=1),
        debris=np.add.reduceat(debris, first_of_year, axis=1),
        factor=flux_factor(station.upkeep.particle_sigma, expected, seen, NOTICED),
        sigma=station.upkeep.particle_sigma,
        counts=counts,
        models=_models(flown),
    )


def _models(flown: Flown) -> tuple[str, ...]:
    tables = flown.station.particles
    kinds = {flux.kind for flux in tables.values()}
    found = [
        f"{flux.kind} after {flux.model}, for {flux.year:g} (table {name})"
        for name, flux in sorted(tables.items())
    ]
    if not kinds & {"meteoroids", "both"}:
        found.append(METEOROID_MODEL)
    if not kinds & {"debris", "both"}:
        found.append(DEBRIS_MODEL)
    return tuple(found)


def _presence(
    programme: Programme,
    flown: Flown,
    bodies: Sequence[Body],
    docked: Sequence[Visit],
    calendar: Calendar,
) -> tuple[Array, Whole]:
    """Return how many of each body are there, and when the first leaves, (body, days)."""
    names = list(programme.module)
    count = np.zeros((len(bodies), calendar.days))
    until = np.full((len(bodies), calendar.days), -1, dtype=np.int64)
    gone = ~flown.hardware.exists
    for number, body in enumerate(bodies):
        if body.kind == MODULE:
            count[number] = flown.hardware.modules[names.index(body.key)]
            until[number] = calendar.days
            continue
        for visit in docked:
            if visit.ship_key == body.key:
                inside = calendar.clipped(visit.first, visit.last)
                before = until[number, inside]
                count[number, inside] += 1
                until[number, inside] = np.where(
                    before < 0, visit.last, np.minimum(before, visit.last)
                )
        until[number, gone] = -1
    count[:, gone] = 0.0
    return count, until


def _counts(programme: Programme, sun: SolarIndices) -> tuple[Count, ...]:
    """Return the counts of the document, as far as they were known, and what was expected."""
    told, found = history(programme), []
    for key, station in programme.station.items():
        states = told.states.get(key, [])
        seen = station.upkeep.penetrations_seen
        if seen is None:
            continue
        last = station.upkeep.seen_until or programme.span.first - timedelta(days=1)
        if programme.as_known is not None and last > programme.as_known:
            if seen:
                continue  # how many of them were known on that day is not told
            last = programme.as_known  # none by the end is none before it
        expected = 0.0
        if states and last >= states[0][0]:
            expected = _expected(programme, key, states, last, sun)
            found.append(Count(key, states[0][0], last, seen, expected))
        if seen and expected == 0:
            raise InputError(
                f"station.{key}.upkeep.penetrations_seen: given {seen}, expected 0, as no module"
                f" with a hull was at the station by the end of the count; fix: describe hulls, or"
                f" leave the key out"
            )
    return tuple(found)


def _expected(
    programme: Programme,
    key: str,
    states: Sequence[tuple[date, tuple[str, ...], tuple[str, ...]]],
    last: date,
    sun: SolarIndices,
) -> float:
    """Return the penetrations of the modules expected until a day at factor 1."""
    station = programme.station[key]
    calendar = calendar_of(states[0][0], last)
    ever = tuple(dict.fromkeys(name for _, modules, _ in states for name in modules))
    bodies = list(module_bodies(programme, ever))
    there = np.zeros((len(bodies), calendar.days))
    ends = [first for first, _, _ in states[1:]] + [last + timedelta(days=1)]
    for (first, modules, _), stop in zip(states, ends, strict=True):
        inside = calendar.clipped(calendar.place(first), calendar.place(stop))
        there[[number for number, body in enumerate(bodies) if body.key in modules], inside] = 1.0
    flux = mean_sun(sun, calendar, *future_is_drawn(programme, sun))
    parts = particle_parts(
        bodies,
        float(np.radians(station.orbit.inclination_deg)),
        station.particles,
        key,
        calendar,
        circumstances(calendar, past_altitude(station, calendar), flux),
        nodes=np.empty(0),
    )
    rates = daily_rates(parts, False) + daily_rates(parts, True)
    return float((rates * there).sum() * DAY)


def draw_factor(targets: Targets, seed: int, replicas: NDArray[np.integer]) -> Array:
    """Draw the factor on all hazards of each replica.

    Stations of a programme share the uniform number and the counts: what is wrong with fluxes and
    limits is wrong for all. Where they have the same deviation before, they have the same factor.

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
        ``targets``: for each what is expected at factor 1 over the run and for each year with at
        least one there, the share of debris in it, and the hole (5, 50, 95 %);
        ``modules_by_year``; ``factor``: before and after the count, quantiles and mean;
        ``models``: whose fluxes.
    """
    total = targets.meteoroids.sum(axis=1) + targets.debris.sum(axis=1)
    years_there = (np.diff(targets.hazard, axis=1) > 0).sum(axis=1) / DAYS_PER_YEAR
    told = []
    for number, name in enumerate(targets.names):
        some = total[number] > 0
        hole = np.interp(QUANTILES, QUANTILE_SHARES, targets.hole[number]) / MILLI
        told.append(
            {
                "name": name,
                "kind": ("module", "ship", "radiator")[targets.kind[number]],
                "years_there": float(years_there[number]),
                "expected": float(total[number]),
                "per_year": float(total[number] / years_there[number]) if some else 0.0,
                "debris_share": float(targets.debris[number].sum() / total[number])
                if some
                else None,
                "hole_mm": hole.tolist() if some else None,
            }
        )
    modules = targets.kind == MODULE
    by_year = (targets.meteoroids + targets.debris)[modules].sum(axis=0)
    factor = targets.factor
    return {
        "station": targets.station,
        "targets": told,
        "modules_by_year": {
            str(year): float(value) for year, value in zip(targets.years, by_year, strict=True)
        },
        "factor": {
            "sigma_of_logarithm": targets.sigma,
            "quantiles": list(QUANTILES),
            "before": factor.quantile(QUANTILES, prior=True).tolist(),
            "before_mean": factor.mean(prior=True),
            "after": factor.quantile(QUANTILES).tolist(),
            "after_mean": factor.mean(),
            "chance_of_noticing": NOTICED,
            "counts": [
                {
                    "station": one.station,
                    "first": one.first.isoformat(),
                    "last": one.last.isoformat(),
                    "seen": one.seen,
                    "expected": one.expected,
                }
                for one in targets.counts
            ],
        },
        "models": list(targets.models),
    }
