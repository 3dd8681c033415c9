"""What thins out or gathers particles along a flight, as known before any replica: height and Sun.

Heights are the rough ones of the programme; the Sun is the record and, beyond it, the published
prediction or the mean over futures drawn from past cycles. So all replicas share one history of
rates; that a replica flies lower or under another Sun than the mean is left out.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.environment.debris import (
    ALTITUDE_RANGE,
    FROZEN_AFTER_2011,
    DebrisGrowth,
    debris_altitude_factor,
    decimal_year,
    growth_factors,
)
from stationkeeper.environment.meteoroids import meteoroid_altitude_factor
from stationkeeper.environment.solar_activity import (
    CYCLE_MINIMA,
    SolarIndices,
    cycles_needed,
    draw_futures,
    predicted_rows,
)
from stationkeeper.lifetime.calendar import Calendar
from stationkeeper.lifetime.policy import record_altitude
from stationkeeper.programme.document import Programme
from stationkeeper.programme.reference import reference_table
from stationkeeper.programme.stations import Station
from stationkeeper.units import KILOMETRE, days_since_2000

Array = NDArray[np.float64]

YEAR_BEFORE: Final = 365  # [d] the debris model takes the Sun of a year before
SUN_DAYS: Final = 395  # [d] thirteen months, over which it takes the mean
# All sequences of so many past cycles are taken, so the mean over futures is exact until they end,
# 25 years or more after what is known; then the same cycles follow once more.
CYCLES_AHEAD: Final = 3
STEP: Final = 10  # [d] our choice: days between which debris is thinned along straight lines


@dataclass(frozen=True)
class Circumstances:
    """Factors on the unit rates of `hull.penetration.PenetrationResponse`, by day.

    Attributes
    ----------
    meteoroid, fragments, bodies : ndarray, (days,)
        [-]
    """

    meteoroid: Array
    fragments: Array
    bodies: Array


def future_is_drawn(programme: Programme, sun: SolarIndices) -> tuple[bool, int]:
    """Return whether futures of the Sun are drawn, and the last day that counts as known."""
    until = sun.observed_until
    if programme.sun.observed_until is not None:
        until = min(until, days_since_2000(programme.sun.observed_until))
    return programme.sun.future == "drawn" or until < sun.observed_until, until


def mean_sun(sun: SolarIndices, calendar: Calendar, drawn: bool, until: int) -> Array:
    """Solar flux that the debris model takes on each day.

    Parameters
    ----------
    sun : SolarIndices
        The record.
    calendar : Calendar
        Days wanted.
    drawn : bool
        Draw what comes after `until` from past cycles; otherwise the record's prediction holds.
    until : int
        Last day that counts as known. [d]

    Returns
    -------
    ndarray, (future, days)
        Mean over thirteen months, of a year before; one future where nothing is drawn. [sfu]
    """
    half = SUN_DAYS // 2
    first = calendar.first_day - YEAR_BEFORE - half
    days = calendar.days + SUN_DAYS
    begin = max(first, int(sun.day[0]))  # before the record its first day stands
    length = max(first + days - begin, 1)
    if drawn and begin + length - 1 > until:
        ahead = max(begin - until - 1, 0) + length
        chances = _all_sequences(int(sun.day[0]), until)
        chances = chances[:, np.arange(cycles_needed(ahead)) % CYCLES_AHEAD]
        rows = draw_futures(CYCLE_MINIMA, int(sun.day[0]), until, begin, length, chances)
    else:
        rows = predicted_rows(int(sun.day[0]), len(sun.day), begin, length)[None]
    flux = sun.f107[np.pad(rows, ((0, 0), (begin - first, 0)), mode="edge")[:, :days]]
    total = np.cumsum(np.pad(flux, ((0, 0), (1, 0))), axis=1)
    return np.asarray((total[:, SUN_DAYS:] - total[:, :-SUN_DAYS])[:, : calendar.days] / SUN_DAYS)


def _all_sequences(first_table_day: int, until: int) -> Array:
    """Return numbers for `draw_futures` that take every sequence of known cycles once."""
    known = sum(first_table_day <= minimum <= until for minimum in CYCLE_MINIMA) - 1
    one = (np.arange(max(known, 1)) + 0.5) / max(known, 1)
    return np.stack(np.meshgrid(*[one] * CYCLES_AHEAD, indexing="ij"), -1).reshape(-1, CYCLES_AHEAD)


def past_altitude(station: Station, calendar: Calendar) -> Array:
    """Height of a station on days before a run: as flown where its rules name a record.

    Returns
    -------
    ndarray, (days,)
        The height of its orbit where there is no record. [m]
    """
    for rule in station.reboost.values():
        if rule.table is not None:
            return record_altitude(rule.table, calendar, reference_table, rule.until)
    return np.full(calendar.days, station.orbit.altitude_km * KILOMETRE)


def circumstances(
    calendar: Calendar, altitude: Array, solar_flux: Array, growth: DebrisGrowth = FROZEN_AFTER_2011
) -> Circumstances:
    """Gather the factors of all days.

    Parameters
    ----------
    calendar : Calendar
        Days.
    altitude : ndarray, (days,)
        Taken as 200 to 2000 km, the range of the debris model. [m]
    solar_flux : ndarray, (future, days)
        As from `mean_sun`; the factor is the mean over futures, not that of their mean. [sfu]
    growth : DebrisGrowth
        Frozen after 2011 or as published.

    Returns
    -------
    Circumstances
        By day.
    """
    height = np.clip(altitude, *ALTITUDE_RANGE)
    every = np.unique(np.append(np.arange(0, calendar.days, STEP), calendar.days - 1))
    factor = debris_altitude_factor(height[every], solar_flux[:, every]).mean(axis=0)
    thinned = np.interp(np.arange(calendar.days), every, factor)
    year = decimal_year(calendar.first_day + np.arange(calendar.days) + 0.5)
    fragments, bodies = growth_factors(year, growth)
    return Circumstances(meteoroid_altitude_factor(height), thinned * fragments, thinned * bodies)
