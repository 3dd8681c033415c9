"""How fast coverage of the Earth by a swath is, beside NumPy, TAT-C and limits."""

import io
import os
import subprocess
import sys
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.orbit.coverage import (
    Coverage,
    cover,
    cover_places,
    geocentric_latitude,
    swath_half_angle,
)
from stationkeeper.orbit.ephemeris import Ephemeris, tle_ephemeris
from stationkeeper.units import DAY
from stationkeeper.validation.rows import Progress
from stationkeeper.validation.services_coverage import ELEMENTS, FIRST_DAY, STEP, SWATH, flight
from stationkeeper.validation.speed import SpeedRow
from stationkeeper.validation.speed_passes import TRIES, timed
from stationkeeper.validation.tatc_looks import missing_tatc, tatc_looks

Array = NDArray[np.float64]
Single = NDArray[np.float32]

ALTITUDE: Final = 420e3  # [m]
INCLINATION_DEG: Final = 51.64
DAYS: Final = 30.0
CELLS: Final = 64_800  # of one degree
LIMIT: Final = 2.0  # [s] of 1 degree, 30 days, 2,000 km: the goal of the project
MAP_LIMIT: Final = 0.15  # [s] of 3 degrees: the goal of the project
BRUTE_STEP: Final = 30.0  # [s] of NumPy: a longer one errs in looks that graze the swath
BRUTE_DAYS: Final = 0.5  # [d] of NumPy, from which 30 days are scaled
BLOCK: Final = 64  # steps that NumPy takes at once
PLACES: Final = 10  # of TAT-C, from which all cells are scaled
_ONE_THREAD: Final = {
    f"{name}_THREADS": "1" for name in ("OPENBLAS_NUM", "MKL_NUM", "OMP_NUM", "VECLIB_MAXIMUM")
}

# In a process of its own: only before it is loaded can NumPy be held to one thread.
_BRUTE = """
import sys
import numpy as np
from stationkeeper.validation.speed_coverage import timed_brute
np.savez(sys.stdout.buffer, **timed_brute())
"""


def month() -> Coverage:
    """Thirty days of one degree, ephemeris and all."""
    return cover([flight(ALTITUDE, INCLINATION_DEG, DAYS)], swath_half_angle(SWATH, ALTITUDE))


def month_of_maps() -> Coverage:
    """Thirty days of three degrees."""
    orbit = flight(ALTITUDE, INCLINATION_DEG, DAYS)
    return cover([orbit], swath_half_angle(SWATH, ALTITUDE), cell=float(np.radians(3.0)))


def brute_looks(ephemeris: Ephemeris, half_width: float) -> NDArray[np.int32]:
    """Looks at cells of one degree by NumPy in single precision: all cells, all steps.

    Counts only: gaps, days and hours would cost it more.
    """
    latitude = np.radians(np.arange(180) - 89.5)
    longitude = np.radians(np.arange(360) - 179.5)
    phi, east = np.meshgrid(geocentric_latitude(latitude), longitude, indexing="ij")
    places = np.stack([np.cos(phi) * np.cos(east), np.cos(phi) * np.sin(east), np.sin(phi)], -1)
    cells = places.reshape(-1, 3).astype(np.float32)
    r, v = ephemeris.position, ephemeris.velocity
    under = r / np.linalg.norm(r, axis=1)[:, None]
    pole = np.cross(r, v)
    across = pole / np.linalg.norm(pole, axis=1)[:, None]
    ahead = np.cross(across, under).astype(np.float32)
    across, under = across.astype(np.float32), under.astype(np.float32)
    half = np.float32(np.sin(half_width))
    looks = np.zeros(len(cells), np.int32)
    for begin in range(0, len(r) - 1, BLOCK):
        end = min(len(r) - 1, begin + BLOCK)
        along = cells @ ahead[begin : end + 1].T
        passed = (along[:, :-1] >= 0) & (along[:, 1:] < 0)
        passed &= np.abs(cells @ across[begin:end].T) <= half
        passed &= cells @ under[begin:end].T > 0
        looks += passed.sum(axis=1, dtype=np.int32)
    return looks.reshape(180, 360)


def timed_brute() -> dict[str, Array | NDArray[np.int32]]:
    """Looks by NumPy at all cells over `BRUTE_DAYS`, and how long they took. [-], [s]"""
    short = flight(ALTITUDE, INCLINATION_DEG, BRUTE_DAYS, BRUTE_STEP)
    half = float(swath_half_angle(SWATH, ALTITUDE))
    (spent,), looks = timed(lambda: brute_looks(short, half))
    return {"seconds": np.array(spent), "looks": looks}


def brute_alone() -> tuple[float, NDArray[np.int32]]:
    """Run `timed_brute` with NumPy held to one thread."""
    told = subprocess.run(
        [sys.executable, "-c", _BRUTE],
        check=True,
        capture_output=True,
        env={**os.environ, **_ONE_THREAD},
    ).stdout
    with np.load(io.BytesIO(told)) as arrays:
        return float(arrays["seconds"]), arrays["looks"]


def rows(progress: Progress | None = None) -> list[SpeedRow]:
    """Return the speed rows of coverage.

    Parameters
    ----------
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    list of SpeedRow
    """
    tell = progress or (lambda _: None)
    tell("coverage: ours")
    month()  # compiled, or read from the cache
    spent, seen = timed(month, TRIES)
    ours = max(spent)  # beside peers that run once
    work = "coverage of 64,800 cells of 1 deg, 30 d, swath 2,000 km, 1 satellite, 1 thread"
    found = [
        SpeedRow(
            "services",
            work,
            min(spent),
            "limit",
            LIMIT,
            1.0,
            f"{int(seen.visits.sum()):,} looks; with the ephemeris; looks, gaps, days, hours",
        ),
        SpeedRow(
            "services",
            "coverage of 7,200 cells of 3 deg for a map, 30 d, swath 2,000 km",
            min(timed(month_of_maps, 5)[0]),
            "limit",
            MAP_LIMIT,
            1.0,
            "with the ephemeris",
        ),
    ]
    tell("coverage: NumPy")
    half = float(swath_half_angle(SWATH, ALTITUDE))
    theirs_s, looks = brute_alone()
    same = cover([flight(ALTITUDE, INCLINATION_DEG, BRUTE_DAYS)], half).visits
    found.append(
        SpeedRow(
            "services",
            work,
            ours,
            "NumPy, single precision, vectorised, 1 thread",
            theirs_s * DAYS / BRUTE_DAYS,
            50.0,
            f"scaled from {BRUTE_DAYS} d at {BRUTE_STEP:.0f} s: {int(looks.sum()):,} looks, ours "
            f"{int(same.sum()):,}; {np.count_nonzero(looks != same)} of {CELLS:,} cells differ, at "
            "the edge of the swath, which NumPy takes at the step before",
        )
    )
    found.append(_beside_tatc(work, ours, tell))
    return found


def _beside_tatc(work: str, ours: float, tell: Progress) -> SpeedRow:
    missing = missing_tatc()
    if missing:
        return SpeedRow("services", work, ours, "tatc 3.6.0", None, 50.0, missing)
    tell("coverage: tatc")
    half = float(swath_half_angle(SWATH, ALTITUDE))
    places = [(float(np.round(-58.5 + 13 * k)), -170.0 + 35 * k) for k in range(PLACES)]
    tatc_looks(ELEMENTS, places[:1], FIRST_DAY, 1.0, half, ALTITUDE)  # imports
    (spent,), counts = timed(lambda: tatc_looks(ELEMENTS, places, FIRST_DAY, DAYS, half, ALTITUDE))
    latitude, longitude = np.radians(np.array(places)).T
    orbit = tle_ephemeris(*ELEMENTS, FIRST_DAY, DAYS * DAY, STEP)
    same = cover_places([orbit], half, latitude, longitude).visits
    return SpeedRow(
        "services",
        work,
        ours,
        "tatc 3.6.0, collect_observations",
        spent * CELLS / PLACES,
        50.0,
        f"scaled from {PLACES} places: {sum(counts)} looks, ours {int(same.sum())}; largest "
        f"difference at a place {int(np.abs(same - np.array(counts)).max())}, near the rim: its "
        "cone is wider where the satellite is higher, our swath is not",
    )
