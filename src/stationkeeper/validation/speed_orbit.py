"""How fast orbits decay: the averaged year, its peers and its error, and a chunk of an ensemble."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS, MU_EARTH
from stationkeeper.environment.atmosphere import orbit_density
from stationkeeper.environment.solar_activity import CYCLE_MINIMA, cycles_needed, draw_futures
from stationkeeper.environment.tables import density_table, solar_indices
from stationkeeper.orbit.decay import averaged_decay, averaged_decay_in_table
from stationkeeper.orbit.flight import fly
from stationkeeper.validation.orekit_dsst import missing_peer, orekit_decay, peer_name
from stationkeeper.validation.osculating import Osculating, integrated_decay
from stationkeeper.validation.rows import Progress
from stationkeeper.validation.speed import SpeedRow

Array = NDArray[np.float64]

# The common case, of our choosing: a station at 420 km that falls 56 km in a year.
ALTITUDE: Final = 420e3  # [m] osculating, at the start
ECCENTRICITY: Final = 0.0005
INCLINATION: Final = float(np.radians(51.6))
PERIGEE: Final = float(np.radians(20.0))
ANOMALY: Final = float(np.radians(30.0))
MASS, AREA, DRAG_COEFFICIENT = 420e3, 1_500.0, 2.2  # [kg], [m2], [-]
DENSITY, HEIGHT, SCALE = 3.4e-12, 420e3, 60e3  # [kg/m3], [m], [m]
YEAR: Final = 365  # [d]
CHECKED: Final = (30, 180, 364)  # [d]
WORST_ALLOWED: Final = 0.01  # of the decay: beyond it a faster model is not the same work


def best_of(work: Callable[[], object], times: int) -> float:
    """Shortest of several runs. [s]"""
    durations = []
    for _ in range(times):
        start = perf_counter()
        work()
        durations.append(perf_counter() - start)
    return min(durations)


def start_state() -> Array:
    """Position and velocity at the start of the common case, node at zero. [m, m/s]"""
    p = (EARTH_RADIUS + ALTITUDE) * (1 - ECCENTRICITY**2)
    u = PERIGEE + ANOMALY
    radius = p / (1 + ECCENTRICITY * np.cos(ANOMALY))
    out = np.array([np.cos(u), np.sin(u) * np.cos(INCLINATION), np.sin(u) * np.sin(INCLINATION)])
    ahead = np.array([-np.sin(u), np.cos(u) * np.cos(INCLINATION), np.cos(u) * np.sin(INCLINATION)])
    speed = np.sqrt(MU_EARTH / p)
    velocity = speed * (
        ECCENTRICITY * np.sin(ANOMALY) * out + (1 + ECCENTRICITY * np.cos(ANOMALY)) * ahead
    )
    return np.concatenate([radius * out, velocity])


@dataclass(frozen=True)
class MeanStart:
    """Mean elements: [m], [-], [rad], [rad]."""

    semi_major_axis: float
    eccentricity: float
    argument_of_perigee: float
    inclination: float


def mean_start(orbit: Osculating) -> MeanStart:
    """Mean elements over the first turn of an integrated orbit."""
    turn = orbit.states[: round(orbit.day[0] * 2 * 1_440)]
    x, v = turn[:, :3], turn[:, 3:]
    momentum = np.cross(x, v)
    pole = momentum / np.linalg.norm(momentum, axis=1)[:, None]
    node = np.cross([0.0, 0.0, 1.0], pole)
    node /= np.linalg.norm(node, axis=1)[:, None]
    vector = np.cross(v, momentum) / MU_EARTH - x / np.linalg.norm(x, axis=1)[:, None]
    along = float(np.mean(np.sum(vector * node, axis=1)))
    across = float(np.mean(np.sum(vector * np.cross(pole, node), axis=1)))
    return MeanStart(
        EARTH_RADIUS + float(orbit.mean_altitude[0]),
        float(np.hypot(along, across)),
        float(np.arctan2(across, along)),
        float(np.mean(np.arccos(pole[:, 2]))),
    )


def averaged_year(start: MeanStart, days: int = YEAR) -> Array:
    """Mean altitude by our averaged model in the common case, (days + 1,). [m]"""
    decay = averaged_decay(
        start.semi_major_axis,
        start.eccentricity,
        start.argument_of_perigee,
        start.inclination,
        DRAG_COEFFICIENT * AREA / MASS,
        days,
        reference_density=DENSITY,
        reference_altitude=HEIGHT,
        scale_height=SCALE,
    )
    return decay.semi_major_axis - EARTH_RADIUS


def integrated_year(days: int = YEAR) -> Osculating:
    """Integrate the common case step by step."""
    return integrated_decay(
        start_state(),
        DRAG_COEFFICIENT * AREA / MASS,
        days,
        reference_density=DENSITY,
        reference_altitude=HEIGHT,
        scale_height=SCALE,
    )


def decay_errors(orbit: Osculating, averaged: Array) -> dict[int, float]:
    """Our decay less the integrated one, as a share of it, by day."""
    truth = orbit.mean_altitude[0] - orbit.mean_altitude
    ours = averaged[0] - averaged
    days = [day for day in CHECKED if day < min(len(truth), len(ours))]
    return {day: float(ours[day] / truth[day] - 1) for day in days}


def rows(progress: Progress | None = None) -> list[SpeedRow]:
    """Return the rows of `stationkeeper bench orbit`: about 20 seconds."""
    say = progress or (lambda text: None)
    say("orbit: a year integrated step by step")
    integrated_year(1)
    began = perf_counter()
    truth = integrated_year()
    truth_seconds = perf_counter() - began
    start = mean_start(truth)
    say("orbit: the same year averaged")
    year = averaged_year(start)
    seconds = best_of(lambda: averaged_year(start), 50)
    errors = decay_errors(truth, year)
    worst = max(abs(error) for error in errors.values())
    words = ", ".join(f"{100 * error:+.2f} % after {day} d" for day, error in errors.items())
    result = [
        SpeedRow(
            topic="orbit",
            work="one averaged station-year, exponential atmosphere",
            ours_s=seconds,
            peer="limit",
            peer_s=0.002,
            goal=1.0,
            agreement=f"decay beside the integrated orbit: {words}",
        ),
        SpeedRow(
            topic="orbit",
            work="one averaged station-year, error under 1 % of the decay",
            ours_s=seconds,
            peer="our own integrator, J2 to J4, 10 s steps",
            peer_s=truth_seconds if worst < WORST_ALLOWED else None,
            goal=1.0,
            agreement=words if worst < WORST_ALLOWED else f"beyond 1 %, not comparable: {words}",
        ),
    ]
    say("orbit: the same year by Orekit")
    result.append(_orekit_row(seconds, truth))
    say("orbit: a year in the MSIS table, and a chunk of an ensemble")
    result += _table_rows(start, progress)
    return result


def _orekit_row(seconds: float, truth: Osculating) -> SpeedRow:
    """Our year beside Orekit's, both from the same position and velocity."""
    work = "one averaged station-year from one state, exponential atmosphere, steps of a day"
    reason = missing_peer()
    if reason is not None:
        return SpeedRow("orbit", work, seconds, peer_name(), None, 100.0, reason)
    peer = orekit_decay(
        EARTH_RADIUS + ALTITUDE,
        ECCENTRICITY,
        INCLINATION,
        PERIGEE,
        ANOMALY,
        MASS,
        AREA,
        DRAG_COEFFICIENT,
        YEAR - 1,
        reference_density=DENSITY,
        reference_altitude=HEIGHT,
        scale_height=SCALE,
    )
    start = mean_start(truth)
    ours = averaged_year(start)
    fall = float(ours[0] - ours[YEAR - 1])
    integrated = float(truth.mean_altitude[0] - truth.mean_altitude[YEAR - 1])
    return SpeedRow(
        topic="orbit",
        work=work,
        ours_s=seconds,
        peer=peer.name,
        peer_s=peer.seconds,
        goal=100.0,
        agreement=(
            f"our decay {100 * (fall / peer.fall - 1):+.1f} % beside the peer's; beside the"
            f" integrated orbit ours {100 * (fall / integrated - 1):+.2f} %, the peer's"
            f" {100 * (peer.fall / integrated - 1):+.2f} %"
        ),
    )


def _table_rows(start: MeanStart, progress: Progress | None) -> list[SpeedRow]:
    """A year in the MSIS table, and 250 replicas of four years."""
    table = density_table(progress)
    sun = solar_indices()
    first_day, replicas, days = 9_000, 250, 1_461
    row = sun.row_of(first_day)

    def year_in_table() -> float:
        decay = averaged_decay_in_table(
            table,
            first_day,
            sun.f107[row - 1 : row - 1 + YEAR],
            sun.f107_81d[row : row + YEAR],
            sun.ap[row : row + YEAR],
            start.semi_major_axis,
            start.eccentricity,
            start.argument_of_perigee,
            start.inclination,
            0.0,
            DRAG_COEFFICIENT * AREA / MASS,
            YEAR,
        )
        return float(decay.semi_major_axis[-1])

    year_in_table()
    year_seconds = best_of(year_in_table, 3)
    uniforms = np.random.default_rng(1).random((replicas, cycles_needed(days)))
    rows_drawn = draw_futures(
        CYCLE_MINIMA, int(sun.day[0]), sun.observed_until, first_day, days, uniforms
    )
    orbit = orbit_density(table, INCLINATION, first_day, days, ALTITUDE)

    def chunk() -> float:
        flight = fly(
            orbit,
            sun.f107,
            sun.f107_81d,
            sun.ap,
            rows_drawn,
            first_day,
            ALTITUDE,
            mass=MASS,
            drag_area=DRAG_COEFFICIENT * AREA,
            lower_altitude=ALTITUDE - 5e3,
            upper_altitude=ALTITUDE,
            propellant_initial=1e6,
        )
        return float(flight.altitude[-1, -1])

    chunk()
    station_days = replicas * days
    chunk_seconds = best_of(chunk, 10)
    return [
        SpeedRow(
            topic="orbit",
            work="one averaged station-year, MSIS 2.1 by table, perigee and day bulge followed",
            ours_s=year_seconds,
            peer="limit",
            peer_s=2.0,
            goal=1.0,
            agreement="limit of our choosing",
        ),
        SpeedRow(
            topic="orbit",
            work="250 replicas x 1,461 days, orbit-mean MSIS 2.1, burns and propellant",
            ours_s=chunk_seconds,
            peer="limit",
            peer_s=0.5e-6 * station_days,
            goal=1.0,
            agreement=f"{1e6 * chunk_seconds / station_days:.2f} microseconds a station-day; limit"
            " 0.5, of our choosing",
        ),
    ]
