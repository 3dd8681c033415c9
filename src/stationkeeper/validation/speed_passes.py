"""How fast passes over many places are found, and how time and memory grow.

All times are of the clock and of one thread. A machine that others use makes them longer, never
shorter: limits and growth are held against our shortest run, peers that run once against our
longest.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from stationkeeper.orbit.ephemeris import tle_ephemeris
from stationkeeper.orbit.passes import Passes, find_passes
from stationkeeper.validation._passes_cases import (
    MASK,
    MONTH,
    START_DAY,
    STEP,
    elements,
    rust_passes,
    rust_predictor,
    skyfield_passes,
    spread,
    standing,
)
from stationkeeper.validation.rows import Progress
from stationkeeper.validation.services_passes import paired, whole
from stationkeeper.validation.speed import SpeedRow

Array = NDArray[np.float64]
T = TypeVar("T")

ORBIT: Final = "420 km, 51.6 deg"
POINTS: Final = 1_000
FEW: Final = 10  # points for skyfield; its time is scaled
RUST_GOAL, SKYFIELD_GOAL, STATION_LIMIT = 5.0, 100.0, 0.2  # of the issue; [-], [-], [s]
MASK_STATIONS: Final = float(np.radians(10.0))
LINEAR: Final = 0.8  # [-] our choice: room for the noise of a machine that others use
LINEAR_YEAR: Final = 0.6  # [-] our choice: a year of rows, 29 MB, is read from main memory
FLAT_MB: Final = 50.0  # [MB] our choice: what 1e5 points may take more than 1e3, ephemeris and all
TRIES: Final = 3

# In a process of its own, so that its most memory is its own: points, days. Warmed by two points.
_GROWTH = """
import json, sys, time
from pathlib import Path
import numpy as np
from stationkeeper.orbit.passes import pass_statistics
from stationkeeper.validation._passes_cases import MASK, START_DAY, STEP, elements, spread, standing
from stationkeeper.orbit.ephemeris import tle_ephemeris
points, days = int(sys.argv[1]), float(sys.argv[2])
def work(n, days):
    orbit = tle_ephemeris(*elements("420 km, 51.6 deg"), START_DAY, days * 86_400.0, STEP)
    return pass_statistics(orbit, *standing(*spread(n)), MASK)
def held():
    if sys.platform != "linux":
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    status = dict(l.split(":", 1) for l in Path("/proc/self/status").read_text().splitlines())
    return 1024 * int(status["VmHWM"].split()[0]) / 1e6
work(2, 1.0)
seconds = []
for _ in range(int(sys.argv[3])):
    begun, used = time.perf_counter(), time.process_time()
    many = work(points, days)
    seconds.append((time.perf_counter() - begun, time.process_time() - used))
seconds, used = min(seconds)
print(json.dumps({"s": seconds, "used": used, "mb": held(), "passes": int(many.passes.sum())}))
"""


def rows(progress: Progress | None = None) -> list[SpeedRow]:
    """Return the speed rows of passes.

    Parameters
    ----------
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    list of SpeedRow
    """

    def say(words: str) -> None:
        if progress:
            progress(words)

    say(f"services: passes over {POINTS} points beside sgp4-predict and skyfield")
    place = spread(POINTS)
    _search(spread(2), MASK)  # machine code is read from its cache first
    spent, ours = timed(lambda: _search(place, MASK), TRIES)
    found = [rust_row(place, max(spent), ours), skyfield_row(place, max(spent), ours)]
    stations = spread(20)
    spent, seen = timed(lambda: _search(stations, MASK_STATIONS), TRIES)
    found.append(
        SpeedRow(
            "services",
            "passes above 10 deg, 20 stations x 30 d, with the ephemeris, one core",
            min(spent),
            "limit",
            STATION_LIMIT,
            1.0,
            f"{len(seen)} passes",
        )
    )
    say("services: growth of pass statistics to 100,000 points and a year")
    return found + growth_rows()


def timed(work: Callable[[], T], times: int = 1) -> tuple[list[float], T]:
    """Return how long each of several runs took and what the last one gave. [s]"""
    spent = []
    for _ in range(times):
        begun = perf_counter()
        result = work()
        spent.append(perf_counter() - begun)
    return spent, result


def _search(place: tuple[Array, Array], mask: float) -> Passes:
    """Find passes from the two lines of elements on: what is timed."""
    orbit = tle_ephemeris(*elements(ORBIT), START_DAY, MONTH, STEP)
    return find_passes(orbit, *standing(*place), mask)


def rust_row(place: tuple[Array, Array], ours_s: float, ours: Passes) -> SpeedRow:
    """Compare with sgp4-predict over all the points; both on one core."""
    work = f"passes above 5 deg, {POINTS:,} points x 30 d, with the ephemeris, one core"
    peer = "sgp4-predict 0.3.1 (Rust)"
    try:
        predictor = rust_predictor(ORBIT)
    except ImportError:
        return SpeedRow("services", work, ours_s, peer, None, RUST_GOAL, "not installed")
    used = process_time()
    (theirs_s,), theirs = timed(lambda: rust_passes(predictor, *place, MONTH, MASK))
    used = process_time() - used
    count = total = same = 0
    worst = 0.0
    for k in range(POINTS):
        rise, _ = whole(ours, k)
        truth = theirs[k][theirs[k] > 0]  # what was in view before is not compared
        truth = truth[truth < rise[-1] + STEP] if rise.size else truth
        count, total = count + rise.size, total + truth.size
        if rise.size and truth.size:
            away = np.min(np.abs(rise[:, None] - truth), axis=1)
            same += int(np.sum(away < STEP))
            worst = max(worst, float(np.max(away[away < STEP], initial=0.0)))
    return SpeedRow(
        "services",
        work,
        ours_s,
        peer,
        theirs_s,
        RUST_GOAL,
        f"all {POINTS:,} points run by both: {count:,} whole passes by us, {total:,} by it, "
        f"{same:,} by both; largest difference of a rise {worst:.2f} s; its processor time "
        f"{used:.1f} s",
    )


def skyfield_row(place: tuple[Array, Array], ours_s: float, ours: Passes) -> SpeedRow:
    """Compare with skyfield over ten of the points, its time scaled."""
    work = f"passes above 5 deg, {POINTS:,} points x 30 d, skyfield's time scaled from {FEW}"
    chosen = np.arange(0, POINTS, POINTS // FEW)
    try:
        (theirs_s,), theirs = timed(
            lambda: skyfield_passes(ORBIT, place[0][chosen], place[1][chosen], MONTH, MASK)
        )
    except ImportError:
        return SpeedRow(
            "services", work, ours_s, "skyfield 1.55", None, SKYFIELD_GOAL, "not installed"
        )
    count = same = 0
    for k, site in enumerate(chosen):
        rise, _ = whole(ours, int(site))
        truth, _ = paired(*theirs[k])
        count += truth.size
        if rise.size == truth.size:
            same += int(np.sum(np.abs(rise - truth) < STEP))
    return SpeedRow(
        "services",
        work,
        ours_s,
        "skyfield 1.55 find_events",
        theirs_s * POINTS / FEW,
        SKYFIELD_GOAL,
        f"{same} of its {count} whole passes over the same {FEW} points are ours",
    )


def growth_rows() -> list[SpeedRow]:
    """Show how time and memory of the statistics grow with points and days."""
    measured = {
        (points, days): _grown(points, days)
        for points, days in ((1_000, 30), (10_000, 30), (100_000, 30), (1_000, 365))
    }
    first = measured[1_000, 30]
    found = []
    for (points, days), one in measured.items():
        many = points * days / 30_000
        found.append(
            SpeedRow(
                "services",
                f"statistics of passes, {points:,} points x {days} d",
                one["s"],
                "our own time for 1,000 points x 30 d, times the work",
                first["s"] * many,
                LINEAR if days == 30 else LINEAR_YEAR,
                f"{one['passes']:,.0f} passes, none kept; processor time {one['used']:.1f} s"
                + ("" if days == 30 else "; rows of a year do not fit the caches"),
                round(one["mb"]),
            )
        )
    more = measured[100_000, 30]["mb"] - first["mb"]
    found.append(
        SpeedRow(
            "services",
            "memory of 100,000 points above that of 1,000, in MB in place of seconds",
            max(more, 1.0),
            "limit",
            FLAT_MB,
            1.0,
            "40 bytes of results a point and 112 of what it is given; passes are not kept",
            round(measured[100_000, 30]["mb"]),
        )
    )
    return found


def _grown(points: int, days: int) -> dict[str, float]:
    tries = TRIES if points * days <= 30_000 else 1  # all others are held against it
    told = subprocess.run(
        [sys.executable, "-c", _GROWTH, str(points), str(days), str(tries)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {key: float(value) for key, value in json.loads(told).items()}
