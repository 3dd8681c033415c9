"""Speed of whole lives: many replicas of a large station, the engine beside its twin, workers."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

import numpy as np

from stationkeeper.errors import InputError
from stationkeeper.lifetime.upkeep_fly import Upkept, begin, live
from stationkeeper.validation import speed_cluster
from stationkeeper.validation.large_station import MODULES, YEARS
from stationkeeper.validation.simpy_lives import Event, Lived, simpy_lives
from stationkeeper.validation.speed import SpeedRow

REPLICAS: Final = 10_000
LIMIT_S: Final = 10.0  # our goal
LIMIT_MB: Final = 1_000.0  # our goal
TWINS: Final = 200  # replicas lived by both
TWIN_YEARS: Final = 5  # our choice: the twin takes a minute then
TWIN_GOAL: Final = 100.0  # our goal
EXACT: Final = 1e-9  # of the values of events, relative and absolute

# A process of its own that starts cold; tables and machine code are loaded before the clock starts.
_FLY: Final = """
import json, resource, sys, time
from pathlib import Path
import numpy as np
from stationkeeper.campaign.chunks import chunk_count, fly_chunks, threads
from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.prepare import prepare
from stationkeeper.lifetime.run import fly_piece
from stationkeeper.programme.reference import reference_table
from stationkeeper.validation.large_station import large_programme

replicas, workers = int(sys.argv[1]), int(sys.argv[2])
prepared = prepare(assemble(large_programme(), reference_table), 1, lambda text: None)
fly_piece(prepared, np.array([0]))
begun = time.perf_counter()
with threads(lambda numbers: fly_piece(prepared, numbers), workers) as pool:
    fly_chunks(
        pool,
        lambda chunk, piece: None,
        range(chunk_count(replicas)),
        replicas,
        progress=lambda count: None,
    )
seconds = time.perf_counter() - begun
if sys.platform == "linux":
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak = 1024 * int(status["VmHWM"].split()[0])
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, peak / 1e6]))
"""


@dataclass(frozen=True)
class Measured:
    """Lives of the large station: time on two threads, largest memory of the process."""

    seconds: float
    peak_mb: float


def measure_lives(replicas: int, workers: int = 2) -> Measured:
    """Fly the large station in a process of its own, without the writing of chunks."""
    done = subprocess.run(
        [sys.executable, "-c", _FLY, str(replicas), str(workers)],
        capture_output=True,
        text=True,
        check=True,
    )
    return Measured(*json.loads(done.stdout.splitlines()[-1]))


@dataclass(frozen=True)
class Twins:
    """The same replicas lived by the engine and by its twin."""

    ours_s: float
    twin_s: float
    events: int
    different: int


def measure_twins(replicas: int = TWINS) -> Twins:
    """Live some replicas of the large station twice, always with propellant and in orbit.

    What each is dealt is drawn before the clock starts, for both.
    """
    from stationkeeper.campaign.draws import Purpose, component_number, uniforms
    from stationkeeper.lifetime.assemble import assemble
    from stationkeeper.lifetime.fly import fly_lives
    from stationkeeper.lifetime.prepare import prepare
    from stationkeeper.orbit.conjunctions import draw_avoidances
    from stationkeeper.programme.reference import reference_table
    from stationkeeper.validation.large_station import large_programme

    assembled = assemble(large_programme(years=TWIN_YEARS), reference_table)
    prepared = prepare(assembled, 1, lambda text: None)
    numbers = np.arange(replicas)
    flown = fly_lives(prepared, numbers)
    (key,) = flown.upkept
    dealt, leaks = flown.upkept[key], flown.leaks[key]
    plan, days = dealt.plan, assembled.calendar.days
    chances = uniforms(1, numbers, Purpose.AVOIDANCE, component_number(key), count=days)
    approach = np.asarray(draw_avoidances(2.0, chances), np.bool_)
    yes = np.ones(replicas, np.bool_)

    def lived() -> Upkept:
        factor = dealt.given.particle_factor
        begun = begin(plan, 1, numbers, factor, leaks, approach, len(assembled.calendar.months))
        return live(begun, 0, days, yes, yes)

    lived()
    begun = time.perf_counter()
    ours = lived()
    middle = time.perf_counter()
    always = np.ones((replicas, days), np.bool_)
    theirs = simpy_lives(plan, ours.given, always, always)
    ended = time.perf_counter()
    return Twins(
        ours_s=middle - begun,
        twin_s=ended - middle,
        events=ours.events,
        different=differences(ours, theirs),
    )


def differences(ours: Upkept, theirs: list[Lived]) -> int:
    """Count the events that one log has and the other has not, in the same place of the order."""
    columns = [column[: ours.events].tolist() for column in ours.log[:5]]
    one = sorted((Event(*row) for row in zip(*columns, strict=True)), key=lambda row: row[:2])
    other = [event for lived in theirs for event in lived.events]
    unlike = sum(
        mine[:4] != twin[:4] or abs(mine.value - twin.value) > EXACT * max(1.0, abs(twin.value))
        for mine, twin in zip(one, other, strict=False)
    )
    return unlike + abs(len(one) - len(other))


def rows(progress: Callable[[str], None] | None = None) -> list[SpeedRow]:
    """Time 10,000 lives of a large station, the engine beside its twin, and one worker beside two.

    Parameters
    ----------
    progress : callable, optional
        Told what is being measured.

    Returns
    -------
    list of SpeedRow
        Some five minutes on two cores.
    """
    say = progress or (lambda text: None)
    say(f"lifetime: {REPLICAS:,} replicas of {YEARS} years with {MODULES} modules")
    return [
        *life_rows(measure_lives(REPLICAS)),
        twin_row(say),
        *speed_cluster.rows(progress),
    ]


def life_rows(measured: Measured) -> list[SpeedRow]:
    """Return the rows of time and memory of the large station."""
    work = f"a made-up station, {REPLICAS:,} replicas x {YEARS} years x {MODULES} modules"
    told = f"{measured.seconds:.1f} s, {measured.peak_mb:.0f} MB; orbit, dose and upkeep, counted"
    return [
        SpeedRow(
            topic="lifetime",
            work=f"{work}, two threads, warm",
            ours_s=measured.seconds,
            peer="limit",
            peer_s=LIMIT_S,
            goal=1.0,
            agreement=told,
            peak_mb=round(measured.peak_mb),
        ),
        SpeedRow(
            topic="lifetime",
            work=f"{work}, largest memory, in megabytes",
            ours_s=measured.peak_mb,
            peer="limit",
            peer_s=LIMIT_MB,
            goal=1.0,
            agreement=told,
            peak_mb=round(measured.peak_mb),
        ),
    ]


def twin_row(say: Callable[[str], None]) -> SpeedRow:
    """Return the row of the engine beside its twin; logs that differ have no peer."""
    work = f"upkeep of {TWINS} replicas x {TWIN_YEARS} years x {MODULES} modules, one thread"
    peer = "SimPy twin"
    if find_spec("simpy") is None:
        return SpeedRow("lifetime", work, float("nan"), peer, None, TWIN_GOAL, "no SimPy")
    say(f"lifetime: {TWINS} replicas by the engine and by SimPy")
    try:
        twins = measure_twins()
    except InputError as error:
        return SpeedRow("lifetime", work, float("nan"), peer, None, TWIN_GOAL, str(error))
    equal = twins.different == 0
    told = f"{twins.events:,} events, " + ("all equal" if equal else f"{twins.different:,} DIFFER")
    return SpeedRow(
        topic="lifetime",
        work=work,
        ours_s=twins.ours_s,
        peer=peer,
        peer_s=twins.twin_s if equal else None,
        goal=TWIN_GOAL,
        agreement=f"{told}; draws of leaks before the clock",
    )
