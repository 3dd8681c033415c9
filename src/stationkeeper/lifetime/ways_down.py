"""What each way to end a station takes from one state: burns, drift and burns, storage, a fall."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.environment.atmosphere import effective_density, orbit_density
from stationkeeper.environment.solar_activity import SolarIndices
from stationkeeper.environment.tables import density_table
from stationkeeper.errors import DomainError
from stationkeeper.orbit.casualty import world_population
from stationkeeper.orbit.deorbit import (
    BURN_SPACING_DAYS,
    HOLD_ALTITUDE,
    PERIGEE_STEPS,
    ControlledDeorbit,
    controlled_deorbit,
    decay_days,
    storage_orbit,
    uncontrolled_entry,
)
from stationkeeper.units import KILOMETRE

Array = NDArray[np.float64]
Way = dict[str, Any]

STORAGE_ALTITUDE: Final = 660 * KILOMETRE  # [m] middle of the 640-680 km published for the ISS
PERIGEE_STRIDE: Final = 90 * KILOMETRE  # [m] most that an early burn lowers: less than the last
LAST_WAIT_DAYS: Final = 4.0  # [d] from the first burns to the final one (press, 2024)
MEAN_SUN: Final = (-8_766, 7_305)  # [d] 1976 to 2019, cycles 21 to 24: the Sun of a storage orbit
_LEVELS: Final = np.arange(120.0, 721.0, 20.0) * KILOMETRE  # [m]
_YEAR: Final = 365.25  # [d]
_ORIGIN: Final = datetime(2000, 1, 1)


@dataclass(frozen=True)
class Engine:
    """What makes the burns.

    Attributes
    ----------
    name : str
        Ship or module.
    thrust : float
        Thrust. [N]
    exhaust_velocity : float
        Effective exhaust velocity. [m/s]
    """

    name: str
    thrust: float
    exhaust_velocity: float


@dataclass(frozen=True)
class State:
    """A station on the day from which the ways begin; medians of the replicas.

    Attributes
    ----------
    day : float
        Days since 2000-01-01. [d]
    altitude : float
        Semi-major axis less equatorial radius. [m]
    mass, propellant : float
        Mass with propellant; propellant of it. [kg]
    drag_area_per_mass : float
        Drag coefficient times area over mass, drag factor included. [m2/kg]
    inclination : float
        Inclination. [rad]
    hold_days, entry_days : ndarray, (replicas,)
        From that day to the hold height and to entry if nothing is done; infinite if not seen. [d]
    """

    day: float
    altitude: float
    mass: float
    propellant: float
    drag_area_per_mass: float
    inclination: float
    hold_days: Array
    entry_days: Array


def moment(day: float) -> str:
    """Write a day with its hour, to the minute.

    Examples
    --------
    >>> moment(11_319.25)
    '2030-12-28T06:00'
    """
    return (_ORIGIN + timedelta(minutes=round(day * 1_440))).isoformat(timespec="minutes")


def date_text(day: float) -> str | None:
    """Write a day as a date; None if it is never.

    Examples
    --------
    >>> date_text(0.9), date_text(np.inf)
    ('2000-01-01', None)
    """
    return moment(np.floor(day))[:10] if np.isfinite(day) else None


def quantile_days(days: Array) -> tuple[float, float, float]:
    """Return the days that 5, 50 and 95 % of the replicas keep to; infinite if fewer come down.

    Examples
    --------
    >>> quantile_days(np.array([3.0, 1.0, np.inf]))
    (1.0, 3.0, inf)
    """
    ordered = np.sort(days)
    low, middle, high = (
        float(ordered[round(share * (ordered.size - 1))]) for share in (0.05, 0.5, 0.95)
    )
    return low, middle, high


def perigee_ladder(hold_altitude: float) -> tuple[float, ...]:
    """Perigee after each burn, from a circular orbit down to the last one.

    The last two are those published for the ISS (145 km, then 50 km); from higher orbits equal
    steps lead to the first of them.

    Parameters
    ----------
    hold_altitude : float
        Altitude at the first burn. [m]

    Returns
    -------
    tuple of float
        Falling altitudes. [m]

    Examples
    --------
    >>> perigee_ladder(220e3)
    (145000.0, 50000.0)
    >>> [round(step / 1e3) for step in perigee_ladder(407e3)]
    [320, 232, 145, 50]
    """
    first, last = PERIGEE_STEPS
    if hold_altitude <= first:
        return (last,)
    count = max(1, int(np.ceil((hold_altitude - first) / PERIGEE_STRIDE)))
    return (*np.linspace(hold_altitude, first, count + 1)[1:].tolist(), last)


def _planned(
    state: State, engine: Engine, hold_day: float, hold_altitude: float
) -> ControlledDeorbit:
    """Plan the burns; several are spread over the days published, two follow each other at once."""
    ladder = perigee_ladder(hold_altitude)
    count = len(ladder)
    # An orbit of 145 x 220 km would not last four days.
    spacing = LAST_WAIT_DAYS / (count - 1) if count > 2 else BURN_SPACING_DAYS
    return controlled_deorbit(
        [hold_day],
        [hold_altitude],
        mass=state.mass,
        thrust=engine.thrust,
        exhaust_velocity=engine.exhaust_velocity,
        drag_area_per_mass=state.drag_area_per_mass,
        inclination=state.inclination,
        persons=float(world_population(2000 + hold_day / _YEAR)),
        hold_altitude=hold_altitude,
        perigee_steps=ladder,
        burn_spacing_days=spacing,
    )


def controlled_way(
    state: State,
    engine: Engine | None,
    *,
    drift: bool,
    begin: float | None = None,
    crew_leaves: float | None = None,
) -> Way:
    """Bring the station down on purpose, at once or after a drift to the hold height.

    Parameters
    ----------
    state : State
        Where it is.
    engine : Engine or None
        What makes the burns.
    drift : bool
        Drift down to 220 km first.
    begin : float, optional
        Day from which it has been drifting already. [d]
    crew_leaves : float, optional
        Day on which the last people leave; half a year before entry if not given. [d]

    Returns
    -------
    dict
        The way in words and numbers with units in their names; ``possible`` is false with a reason
        in ``why_not`` if there is no engine, not enough thrust, or no hold height in ten years.
    """
    way: Way = {"way": "drift, then burns" if drift else "burns", "possible": False}
    if engine is None:
        return {**way, "why_not": "no engine with a known thrust is at hand"}
    hold_altitude = HOLD_ALTITUDE if drift else state.altitude
    low, middle, high = quantile_days(state.hold_days)
    hold_day = state.day + middle if drift else state.day
    if not np.isfinite(hold_day):
        return {
            **way,
            "why_not": f"not at {hold_altitude / KILOMETRE:g} km within the ten years followed",
        }
    start = state.day if begin is None else begin
    try:
        plan = _planned(state, engine, hold_day, hold_altitude)
    except DomainError as error:
        return {**way, "why_not": str(error)}
    assumed = [text for text in plan.assumptions if crew_leaves is None or "crew" not in text]
    way |= {
        "possible": True,
        "why_not": "",
        "engine": engine.name,
        "thrust_n": rounded(engine.thrust),
        "begins": date_text(start),
        "burns_begin": date_text(hold_day),
        "burns_begin_altitude_km": rounded(hold_altitude / KILOMETRE),
        "ends": date_text(plan.entry_day),
        "delta_v_m_s": rounded(plan.delta_v),
        "gravity_loss_m_s": rounded(plan.gravity_loss),
        "propellant_kg": rounded(plan.propellant),
        "propellant_enough": plan.propellant <= state.propellant,
        "crew_leaves": date_text(plan.crew_leaves_day if crew_leaves is None else crew_leaves),
        "footprint_km": rounded(plan.strip.length / KILOMETRE),
        "casualties": rounded(plan.expectation),
        "casualties_if_failed": rounded(plan.expectation_if_failed),
        "failure_allowed": rounded(plan.failure_allowed),
        "limit": plan.limit,
        "within_limit": plan.within_limit,
        "burns": [
            {
                "middle": moment(burn.day),
                "duration_min": rounded(burn.duration / 60),
                "delta_v_m_s": rounded(burn.delta_v),
                "gravity_loss_m_s": rounded(burn.gravity_loss),
                "propellant_kg": rounded(burn.propellant),
                "perigee_km": rounded(burn.perigee_altitude / KILOMETRE),
                "apogee_km": rounded(burn.apogee_altitude / KILOMETRE),
            }
            for burn in plan.burns
        ],
        "assumptions": assumed,
    }
    if drift:
        way["burns_begin_early"] = date_text(state.day + low)
        way["burns_begin_late"] = date_text(state.day + high)
    return way


def fall_way(state: State) -> Way:
    """Leave the station alone.

    Returns
    -------
    dict
        As of `controlled_way`; ``ends`` is None if it still flies after ten years.
    """
    low, middle, high = quantile_days(state.entry_days)
    year = 2000 + (state.day + (middle if np.isfinite(middle) else 0.0)) / _YEAR
    end = uncontrolled_entry(
        state.day + middle,
        mass=state.mass,
        drag_area_per_mass=state.drag_area_per_mass,
        inclination=state.inclination,
        persons=float(world_population(year)),
    )
    return {
        "way": "uncontrolled entry",
        "possible": True,
        "why_not": "",
        "begins": date_text(state.day),
        "ends": date_text(state.day + middle),
        "ends_early": date_text(state.day + low),
        "ends_late": date_text(state.day + high),
        "delta_v_m_s": 0.0,
        "propellant_kg": 0.0,
        "propellant_enough": True,
        "footprint_km": rounded(end.strip.length / KILOMETRE),
        "casualties": rounded(end.expectation),
        "limit": end.limit,
        "within_limit": end.within_limit,
        "assumptions": list(end.assumptions),
    }


def storage_way(
    state: State, engine: Engine | None, sun: SolarIndices, altitude: float = STORAGE_ALTITUDE
) -> Way:
    """Raise the station and leave it there.

    Parameters
    ----------
    state : State
        Where it is.
    engine : Engine or None
        What raises it.
    sun : SolarIndices
        Recorded Sun, from 1976 to 2019 at least.
    altitude : float
        Where to. [m]

    Returns
    -------
    dict
        As of `controlled_way`, with the years until it is back at 120 km under a mean Sun; a fall
        comes after them, so its casualties are not this way's.
    """
    way: Way = {"way": "storage orbit", "possible": False}
    if engine is None:
        return {**way, "why_not": "no engine with a known thrust is at hand"}
    if not state.altitude < altitude <= _LEVELS[-1]:
        return {
            **way,
            "why_not": f"from {state.altitude / KILOMETRE:.0f} km to {altitude / KILOMETRE:g} km:"
            f" expected a raise to at most {_LEVELS[-1] / KILOMETRE:g} km",
        }
    stored = storage_orbit(
        state.altitude,
        altitude,
        mass=state.mass,
        exhaust_velocity=engine.exhaust_velocity,
        decay_altitude=_LEVELS,
        decay_time_days=_mean_decay(state, sun),
    )
    return {
        **way,
        "possible": True,
        "why_not": "",
        "engine": engine.name,
        "begins": date_text(state.day),
        "altitude_km": rounded(altitude / KILOMETRE),
        "delta_v_m_s": rounded(stored.delta_v),
        "propellant_kg": rounded(stored.propellant),
        "propellant_enough": stored.propellant <= state.propellant,
        "life_years": rounded(stored.life_days / _YEAR),
        "assumptions": [
            "life under the mean Sun of 1976-2019 in the attitude and with the mass before the"
            " raise; debris left out"
        ],
    }


def _mean_decay(state: State, sun: SolarIndices) -> Array:
    """Days from each level to the lowest under the mean Sun."""
    first, last = MEAN_SUN
    orbit = orbit_density(
        density_table(),
        state.inclination,
        first,
        last - first,
        0.5 * (state.altitude + STORAGE_ALTITUDE),
        knot_spacing=20.0,
        altitude=_LEVELS,
    )
    day = np.arange(first, last, 10)
    row = day - int(sun.day[0])
    density = effective_density(
        orbit,
        day[:, None] + 0.5,
        _LEVELS,
        sun.f107[row - 1][:, None],
        sun.f107_81d[row][:, None],
        sun.ap[row][:, None],
    ).mean(axis=0)
    return decay_days(_LEVELS, density, state.drag_area_per_mass)


def rounded(value: float) -> float:
    """Keep six figures, which is more than is known.

    Examples
    --------
    >>> rounded(1234.56789)
    1234.57
    """
    return float(f"{value:.6g}")
