"""Time of a day of occultations and of dilution, beside a limit and beside TAT-C."""

from collections.abc import Callable
from time import perf_counter
from typing import Final

import numpy as np

from stationkeeper.orbit.ephemeris import mean_ephemeris, walker
from stationkeeper.services.occultation import occultations
from stationkeeper.validation.navigation_peers import (
    flown,
    our_occultations,
    their_occultations,
    their_satellites,
)
from stationkeeper.validation.services_navigation import FIRST_DAY, SYSTEMS
from stationkeeper.validation.speed import SpeedRow

LIMIT: Final = 0.5  # [s] for a day of a station and 56 satellites
GOAL: Final = 5.0  # times TAT-C; ours
TRIES: Final = 3


def rows(progress: Callable[[str], None] | None = None) -> list[SpeedRow]:
    """Measure occultations of one day.

    Parameters
    ----------
    progress : callable, optional
        Told what is being done.

    Returns
    -------
    list of SpeedRow
        Of topic ``services``.
    """
    if progress is not None:
        progress("services: speed of occultations")
    return [_day(), _beside_peer()]


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(TRIES):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return min(times)


def _day() -> SpeedRow:
    station = mean_ephemeris(FIRST_DAY, 86_400.0, 60.0, altitude=410e3, inclination=0.9)
    sets = [SYSTEMS["gps"] | {"satellites": 32, "planes": 4}, SYSTEMS["glonass"]]
    sky = [walker(FIRST_DAY, 86_400.0, 60.0, **one) for one in sets]
    far, speed = (np.concatenate(part) for part in zip(*sky, strict=True))

    def work() -> int:
        seen = occultations(
            station.position, station.velocity, far, speed, 60.0, half_width=float(np.radians(55))
        )
        return int(seen.seconds.size)

    told = f"{work()} occultations; positions are given"
    return SpeedRow(
        "services",
        "occultations of a station and 56 satellites, one day",
        _best(work),
        "limit",
        LIMIT,
        1.0,
        told,
    )


def _beside_peer() -> SpeedRow:
    def ours() -> int:
        flown.cache_clear()
        return int(our_occultations().seconds.size)

    seconds = _best(ours)
    work = "occultations of a receiver and 24 satellites, 12 h, from element sets"
    try:
        satellites = their_satellites()
    except ImportError:
        return SpeedRow("services", work, seconds, "tatc", None, GOAL, "tatc is not installed")
    begin = perf_counter()
    theirs = their_occultations(satellites)
    peer = perf_counter() - begin
    told = f"{ours()} occultations, theirs {theirs}"
    return SpeedRow("services", work, seconds, "tatc 3.6.0", peer, GOAL, told)
