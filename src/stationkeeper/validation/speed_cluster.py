"""One worker of a cluster against two: the same pieces, each worker a process with one thread."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from stationkeeper.campaign.chunks import PIECE_SIZE
from stationkeeper.validation.speed import SpeedRow

PROGRAMME: Final = "iss-to-ros"
REPLICAS: Final = 1_000
GOAL: Final = 1.6  # [-] our choice: of the 2 that two workers could give

# A process of its own, since workers are processes that begin by importing what started them. Each
# worker has flown one replica before the clock starts: a long run is what a cluster is for.
_FLY: Final = """
import hashlib, json, sys, time
import numpy as np
from stationkeeper.campaign.chunks import threads
from stationkeeper.campaign.cluster import connected, flown_by
from stationkeeper.campaign.cluster_here import cluster_here
from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.prepare import prepare
from stationkeeper.lifetime.run import fly_piece, worker_facts
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table

name, workers, replicas, size = sys.argv[1], *map(int, sys.argv[2:])

def fly(pool):
    for wait in [pool.begin(np.array([0])) for _ in range(2 * workers)]:
        wait()
    begun = time.perf_counter()
    waits = [pool.begin(np.arange(n, min(n + size, replicas))) for n in range(0, replicas, size)]
    digest = hashlib.sha256()
    for wait in waits:
        piece = wait()
        for part in (piece.sums, piece.rows):
            for key in sorted(part):
                digest.update(part[key].tobytes())
    return time.perf_counter() - begun, digest.hexdigest()

prepared = prepare(assemble(read_programme(name), reference_table), 1, lambda text: None)
begun = time.perf_counter()
with cluster_here(workers) as address, connected(address, worker_facts) as cluster:
    with flown_by(cluster, fly_piece, prepared) as pool:
        started = time.perf_counter() - begun
        processes_s, digest = fly(pool)
with threads(lambda numbers: fly_piece(prepared, numbers), workers) as pool:
    threads_s, other = fly(pool)
print(json.dumps([started, processes_s, threads_s, digest == other, digest]))
"""


def rows(progress: Callable[[str], None] | None = None) -> list[SpeedRow]:
    """Time the same replicas on one worker and on two, as processes of a cluster and as threads.

    Parameters
    ----------
    progress : callable, optional
        Told what is being measured.

    Returns
    -------
    list of SpeedRow
        About two minutes on two cores.
    """
    say = progress or (lambda text: None)
    work = f"{PROGRAMME}, {REPLICAS:,} replicas, flying: two workers of a cluster beside one"
    if find_spec("distributed") is None:
        return [SpeedRow("lifetime", work, float("nan"), "one worker", None, GOAL, "no Dask")]
    found = {}
    for workers in (1, 2):
        say(f"lifetime: {REPLICAS:,} replicas, cluster and threads, workers: {workers}")
        found[workers] = measure(PROGRAMME, workers, REPLICAS)
    one, two = found[1], found[2]
    same = one.same and two.same and one.digest == two.digest
    bytes_said = "same bytes as threads" if same else "OTHER BYTES THAN THREADS"
    return [
        SpeedRow(
            topic="lifetime",
            work=work,
            ours_s=two.processes_s,
            peer="one worker",
            peer_s=one.processes_s if same else None,
            goal=GOAL,
            agreement=f"{bytes_said}; workers ready after {two.started_s:.1f} s, not counted",
        ),
        SpeedRow(
            topic="lifetime",
            work=f"{PROGRAMME}, {REPLICAS:,} replicas, flying: two threads beside one",
            ours_s=two.threads_s,
            peer="one thread",
            peer_s=one.threads_s,
            goal=GOAL,
            agreement="the same pieces in one process",
        ),
    ]


@dataclass(frozen=True)
class Scaled:
    """Seconds of the same pieces; `started_s` until workers are there and have what is shared."""

    started_s: float
    processes_s: float
    threads_s: float
    same: bool
    digest: str


def measure(programme: str, workers: int, replicas: int) -> Scaled:
    """Fly on so many workers, first of a cluster, then threads."""
    done = subprocess.run(
        [sys.executable, "-c", _FLY, programme, str(workers), str(replicas), str(PIECE_SIZE)],
        capture_output=True,
        text=True,
        check=True,
    )
    return Scaled(*json.loads(done.stdout.splitlines()[-1]))
