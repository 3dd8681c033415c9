"""What all replicas of a run share: tables of density and dose for each station, solar indices."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import Purpose, component_number, uniforms
from stationkeeper.crew.dose import EFFECTIVE_THICKNESS, DoseRates, dose_rate_table
from stationkeeper.environment.atmosphere import DensityTable, OrbitDensity, orbit_density
from stationkeeper.environment.cosmic_rays import (
    SUNSPOT_LAG,
    SUNSPOT_WINDOW,
    lagged_mean,
    modulation_from_sunspots,
)
from stationkeeper.environment.solar_activity import (
    CYCLE_MINIMA,
    SolarIndices,
    cycles_needed,
    draw_futures,
    predicted_rows,
)
from stationkeeper.environment.sun import sun_right_ascension
from stationkeeper.environment.tables import density_table, solar_indices
from stationkeeper.environment.trapped import PHASE_LAG, PHASE_WINDOW, trapped_phase
from stationkeeper.environment.trapped_tables import trapped_table
from stationkeeper.errors import DomainError, InputError
from stationkeeper.lifetime.assemble import Assembled, Flown
from stationkeeper.lifetime.leaks import LeakModel, leak_model
from stationkeeper.lifetime.loss_table import loss_days_of
from stationkeeper.lifetime.particles import Targets, particle_targets
from stationkeeper.lifetime.upkeep import Upkeep, module_ages, modules_of, upkeep
from stationkeeper.programme.document import Programme
from stationkeeper.units import HOUR, KILOMETRE, date_from_days, days_since_2000

Array = NDArray[np.float64]
Rows = NDArray[np.int32]

LOSS_HORIZON: Final = 3_653  # [d] our choice: how long a fall without propulsion is followed
LEVEL_SPACING: Final = 10 * KILOMETRE  # [m] of the density along an orbit
LOWEST_LEVEL: Final = 110 * KILOMETRE  # [m] where the density table begins
ROOM_ABOVE: Final = 30 * KILOMETRE  # [m] our choice: above the highest orbit asked for
NOBODY: Final = 2**48 - 1  # the replica number of draws that all replicas share


@dataclass(frozen=True)
class Prepared:
    """All that a piece of replicas reads.

    Attributes
    ----------
    assembled : Assembled
        The programme as arrays.
    seed : int
        Seed of the run.
    sun : SolarIndices
        Recorded days.
    observed_until : int
        Last day that counts as known. [d]
    drawn : bool
        The future is drawn for each replica; otherwise the published prediction holds for all.
    density : dict of text to OrbitDensity
        By station.
    dose : dict of text to DoseRates
        By station.
    modulation, phase : ndarray, (recorded days,)
        Indices of cosmic rays and trapped particles.
    targets : dict of text to Targets
        By station, what particles strike.
    leaks : dict of text to LeakModel
        By station, how its modules come to leak.
    upkeep : dict of text to Upkeep
        By station, equipment, functions and stores.
    partings : tuple of (text, text, int)
        Partner, station and place of the first day without the partner.
    """

    assembled: Assembled
    seed: int
    sun: SolarIndices
    observed_until: int
    drawn: bool
    density: dict[str, OrbitDensity]
    dose: dict[str, DoseRates]
    modulation: Array
    phase: Array
    targets: dict[str, Targets]
    leaks: dict[str, LeakModel]
    upkeep: dict[str, Upkeep]
    partings: tuple[tuple[str, str, int], ...]


def prepare(assembled: Assembled, seed: int, progress: Callable[[str], None]) -> Prepared:
    """Make or load the tables of a run.

    Raises
    ------
    InputError
        If the span begins before the solar record, or a day of knowledge leaves no cycle to draw.
    """
    progress("loading tables of atmosphere and radiation")
    sun = solar_indices()
    table = density_table(progress)
    trapped = trapped_table()
    programme = assembled.programme
    until, drawn = solar_knowledge(programme, sun)
    density, dose = {}, {}
    for flown in assembled.stations:
        progress(f"atmosphere and dose along the orbit of {flown.key}")
        density[flown.key] = _density(table, flown, assembled, seed)
        inclination = float(np.radians(flown.station.orbit.inclination_deg))
        dose[flown.key] = dose_rate_table(trapped, inclination, wall_thickness(flown))
    targets, leaks, kept = _upkeep(assembled, sun, progress)
    prepared = Prepared(
        assembled=assembled,
        seed=seed,
        sun=sun,
        observed_until=until,
        drawn=drawn,
        density=density,
        dose=dose,
        modulation=modulation_from_sunspots(lagged_mean(sun.sunspot, SUNSPOT_WINDOW, SUNSPOT_LAG)),
        phase=trapped_phase(lagged_mean(sun.f107, PHASE_WINDOW, PHASE_LAG)),
        targets=targets,
        leaks=leaks,
        upkeep=kept,
        partings=tuple(
            (partner, station, day - assembled.calendar.first_day)
            for (partner, station), day in sorted(loss_days_of(programme).items())
            if station in assembled.keys
        ),
    )
    try:
        solar_rows(prepared, np.array([0]))
    except DomainError as error:
        first = date_from_days(float(sun.day[0]))
        raise InputError(
            f"span.first: given {programme.span.first}, with the Sun recorded from {first} on and"
            f" known until {date_from_days(until)}: {error}"
        ) from None
    return prepared


def solar_knowledge(programme: Programme, sun: SolarIndices) -> tuple[int, bool]:
    """Return the last day whose Sun counts as known, and whether later ones are drawn."""
    until = sun.observed_until
    if programme.sun.observed_until is not None:
        until = min(until, days_since_2000(programme.sun.observed_until))
    return until, programme.sun.future == "drawn" or until < sun.observed_until


def _upkeep(
    assembled: Assembled, sun: SolarIndices, progress: Callable[[str], None]
) -> tuple[dict[str, Targets], dict[str, LeakModel], dict[str, Upkeep]]:
    """Work out what wears, leaks and is struck at each station."""
    calendar = assembled.calendar
    targets, leaks, kept = {}, {}, {}
    for flown in assembled.stations:
        progress(f"hulls, leaks and equipment of {flown.key}")
        modules = modules_of(assembled, flown)
        targets[flown.key] = particle_targets(assembled, flown, modules, sun)
        leaks[flown.key] = leak_model(
            assembled.programme,
            flown.key,
            modules,
            calendar.first_day,
            calendar.first_day + calendar.days,
            module_ages(assembled, modules),
            progress,
        )
        kept[flown.key] = upkeep(assembled, flown, targets[flown.key])
    return targets, leaks, kept


def wall_thickness(flown: Flown) -> float:
    """Return the areal density around the people of a station, one figure for all its days.

    Wall and equipment of the open modules, weighted by their volume, mean of the days with room for
    people; the thickness calibrated on the ISS if the programme gives none. [kg/m2]
    """
    areal = flown.hardware.areal_density
    given = areal[flown.hardware.exists & (areal > 0)]
    return float(given.mean()) if given.size else EFFECTIVE_THICKNESS


def _density(table: DensityTable, flown: Flown, assembled: Assembled, seed: int) -> OrbitDensity:
    """Average the atmosphere along the orbit of one station, from its first day of the run."""
    calendar = assembled.calendar
    orbit = flown.station.orbit
    asked = []
    for parent in assembled.stations:  # any of them may be where this one begins
        orbits = (parent.station.orbit, *parent.orbits.values())
        asked += [one.altitude_km * KILOMETRE for one in orbits]
        for wanted in (parent.targets.lower, parent.targets.upper, parent.targets.calendar):
            asked += [float(np.nanmax(wanted))] if np.isfinite(wanted).any() else []
    levels = np.arange(LOWEST_LEVEL, max(asked) + ROOM_ABOVE + LEVEL_SPACING, LEVEL_SPACING)
    if orbit.node_local_time_h is None:
        draw = uniforms(seed, np.array([NOBODY]), Purpose.NODE, component_number(flown.key))
        hour = 24.0 * float(draw[0, 0])
    else:
        hour = orbit.node_local_time_h
    sun_angle = float(sun_right_ascension(calendar.first_day))
    node = sun_angle + (hour - 12.0) * HOUR * 2 * np.pi / 86_400.0
    rough = np.concatenate(
        [flown.mean_altitude, np.full(LOSS_HORIZON + 1, flown.mean_altitude[-1])]
    )
    return orbit_density(
        table,
        float(np.radians(orbit.inclination_deg)),
        float(calendar.first_day),
        calendar.days + LOSS_HORIZON + 1,
        np.clip(rough, levels[0], levels[-1]),
        node,
        eccentricity=orbit.eccentricity,
        altitude=levels,
    )


def solar_rows(prepared: Prepared, replicas: NDArray[np.int64]) -> Rows:
    """Return the recorded day whose Sun shines on each day of each replica.

    Returns
    -------
    ndarray of int32, (R, days + horizon)
        The days of the run, then those of a fall without propulsion after it.
    """
    days = prepared.assembled.calendar.days + LOSS_HORIZON + 1
    first = prepared.assembled.calendar.first_day
    until = prepared.observed_until
    return sun_of_days(prepared.sun, until, prepared.drawn, first, days, prepared.seed, replicas)


def sun_of_days(
    sun: SolarIndices,
    observed_until: int,
    drawn: bool,
    first_day: int,
    days: int,
    seed: int,
    replicas: NDArray[np.int64],
) -> Rows:
    """Return the recorded day whose Sun shines on each of some days of each replica.

    The first cycle drawn is the one under way, so that fewer days of the same replica are the
    beginning of more.

    Returns
    -------
    ndarray of int32, (R, days)
    """
    if not drawn:
        rows = predicted_rows(int(sun.day[0]), len(sun.day), first_day, days)
        return np.ascontiguousarray(np.broadcast_to(rows, (len(replicas), days)))
    future = max(first_day - observed_until - 1, 0) + days
    chances = uniforms(seed, replicas, Purpose.SOLAR_FUTURE, 0, count=cycles_needed(future))
    return draw_futures(CYCLE_MINIMA, int(sun.day[0]), observed_until, first_day, days, chances)
