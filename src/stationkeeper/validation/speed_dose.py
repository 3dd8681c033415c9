"""How fast the dose is found: the orbit mean beside ``aep8`` point by point, and the ensemble."""

from collections.abc import Callable
from time import perf_counter

import numpy as np

from stationkeeper.crew.dose import cumulative_doses, dose_rate_table
from stationkeeper.environment.trapped import orbit_mean_flux
from stationkeeper.environment.trapped_tables import trapped_table
from stationkeeper.units import KILOMETRE
from stationkeeper.validation.direct_aep8 import direct_means
from stationkeeper.validation.rows import Progress
from stationkeeper.validation.speed import SpeedRow

STEP = 30.0  # [s]
POINTS = 28_800  # ten days
REPLICAS, DAYS = 1_000, 7_305


def best_of(work: Callable[[], object], times: int) -> float:
    """Shortest of several runs. [s]"""
    durations = []
    for _ in range(times):
        start = perf_counter()
        work()
        durations.append(perf_counter() - start)
    return min(durations)


def rows(progress: Progress | None = None) -> list[SpeedRow]:
    """Return the rows of `stationkeeper bench dose`: about 15 seconds."""
    say = progress or (lambda text: None)
    table = trapped_table()
    altitude, inclination = 420 * KILOMETRE, float(np.radians(51.6))
    energies = {"ap8min": table.proton_energy}
    say("dose: aep8 over ten days in 30 s steps")
    start = perf_counter()
    direct = direct_means(("ap8min",), altitude, inclination, energies, POINTS, STEP)["ap8min"]
    peer_seconds = perf_counter() - start
    say("dose: the same from our table")
    ours = orbit_mean_flux(table, "ap8min", altitude, inclination)
    seconds = best_of(lambda: orbit_mean_flux(table, "ap8min", altitude, inclination), 20)
    worst = float(np.max(np.abs(ours / direct - 1)))
    say("dose: an ensemble of 1,000 replicas of 20 years")
    rates = dose_rate_table(table, inclination)
    random = np.random.default_rng(1)
    heights = random.uniform(390e3, 430e3, (REPLICAS, DAYS)).astype(np.float32)
    solar_rows = random.integers(0, DAYS, (REPLICAS, DAYS), dtype=np.int32)
    modulation, phase = random.uniform(0, 150, DAYS), random.uniform(0, 1, DAYS)
    cumulative_doses(rates, heights[:2], modulation, phase, solar_rows[:2])
    ensemble = best_of(lambda: cumulative_doses(rates, heights, modulation, phase, solar_rows), 3)
    return [
        SpeedRow(
            topic="dose",
            work="orbit-mean trapped protons, 10 days at 30 s, 23 energies, ISS 420 km",
            ours_s=seconds,
            peer="aep8, every point",
            peer_s=peer_seconds,
            goal=100.0,
            agreement=f"{worst:.1%} at the worst energy (10 days alias by about 1 %)",
        ),
        SpeedRow(
            topic="dose",
            work="dose of 1,000 replicas of 20 years, one core",
            ours_s=ensemble,
            peer="limit",
            peer_s=1.0,
            goal=1.0,
            agreement="equal to the NumPy sum in the unit tests",
        ),
    ]
