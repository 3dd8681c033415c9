"""Free decay flown against published heights: the common part of the orbit's validation."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_RADIUS, SECONDS_PER_DAY, TLE_EARTH_RADIUS
from stationkeeper.environment.atmosphere import OrbitDensity, orbit_density
from stationkeeper.environment.tables import density_table, solar_indices
from stationkeeper.orbit.flight import ENTRY_ALTITUDE, fly
from stationkeeper.validation.published import published

Array = NDArray[np.float64]

# Published heights are over the radius of the element sets, ours over the equator of WGS-84.
DATUM = TLE_EARTH_RADIUS - EARTH_RADIUS  # [m] to be added to a published height
_ORIGIN = datetime(2000, 1, 1)


def facts() -> dict[str, Any]:
    """Return what is published and what is assumed, one table for each subject."""
    return published("orbit_facts.toml")


def table(name: str) -> list[dict[str, str]]:
    """Read one of the published tables, without its comment lines."""
    path = resources.files("stationkeeper.validation") / "authorities" / name
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def day_of(text: str) -> float:
    """Return days since 2000-01-01T00:00 for a date or a date and time in UTC."""
    return (datetime.fromisoformat(text) - _ORIGIN).total_seconds() / SECONDS_PER_DAY


@dataclass(frozen=True)
class Arc:
    """A free decay: days from the first, altitude by replica and day, day of entry or infinity."""

    day: Array
    altitude: Array
    entry_day: Array

    def altitude_at(self, day: ArrayLike) -> Array:
        """Altitude of the first replica on given days, NaN after its entry. [m]"""
        return np.asarray(np.interp(np.asarray(day, float), self.day, self.altitude[0]))


def decay_orbit(
    first_day: float,
    days: int,
    inclination_deg: float,
    mean_altitude: ArrayLike,
    node: float = 0.0,
    eccentricity: float = 0.0,
) -> OrbitDensity:
    """Average the atmosphere along one decaying orbit."""
    return orbit_density(
        density_table(),
        float(np.radians(inclination_deg)),
        first_day,
        days,
        mean_altitude,
        node,
        eccentricity=eccentricity,
    )


def free_decay(
    density: OrbitDensity,
    first_day: float,
    days: int,
    altitude: float,
    drag_area_per_mass: ArrayLike,
) -> Arc:
    """Let an orbit sink under the recorded Sun.

    `drag_area_per_mass` is one number, (days,) or (replicas, days). The day of entry is that on
    which the orbit passes 120 km, to within the day.
    """
    sun = solar_indices()
    quotient = np.atleast_2d(np.asarray(drag_area_per_mass, dtype=np.float64))
    replicas = len(quotient)
    first_row = int(np.floor(first_day)) - int(sun.day[0])
    rows = np.tile(np.arange(first_row, first_row + days, dtype=np.int32), (replicas, 1))
    flight = fly(
        density,
        sun.f107,
        sun.f107_81d,
        sun.ap,
        rows,
        first_day,
        altitude,
        mass=1.0,
        drag_area=np.ascontiguousarray(np.broadcast_to(quotient, (replicas, days))),
        lower_altitude=np.nan,
        upper_altitude=np.nan,
        burn_allowed=False,
    )
    start = np.full((replicas, 1), altitude)
    heights = np.concatenate([start, flight.altitude.astype(np.float64)], axis=1)
    entry = np.where(flight.decayed_day >= 0, first_day + flight.decayed_day + 0.5, np.inf)
    return Arc(first_day + np.arange(days + 1.0), heights, entry)


def height_on(arc: Arc, day: float) -> float:
    """Altitude on a day; the height of entry if the orbit has decayed by then. [m]"""
    height = float(arc.altitude_at(day))
    return height if np.isfinite(height) else ENTRY_ALTITUDE


def phased(days: int, first_day: float, phases: Sequence[dict[str, Any]], areas: Array) -> Array:
    """Spread the areas of attitude phases, (..., phase), over days, (..., days)."""
    starts = np.array([day_of(str(phase["from"])) for phase in phases])
    index = np.searchsorted(starts, first_day + np.arange(days) + 0.5, side="right") - 1
    return areas[..., np.maximum(index, 0)]
