"""Speed and memory of whole runs, each measured in a process of its own that starts cold."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from stationkeeper.validation.speed import SpeedRow

PROGRAMME: Final = "iss-to-ros"
REPLICAS: Final = (100, 1_000, 10_000)
RUN_LIMIT: Final = 20.0  # [s] 1,000 replicas, our goal
PEAK_LIMIT: Final = 1_000.0  # [MB] our goal
IMPORT_LIMIT: Final = 0.5  # [s] our goal
HELP_LIMIT: Final = 0.6  # [s] our goal
LINEAR_LIMIT: Final = 1.2  # [-] our choice: room for the noise of a machine that others use
TRIES: Final = 5

# Times the run itself: tables and machine code are loaded, but the interpreter and imports are not
# counted here; they are in the time of the whole process. Linux says in /proc what the process
# itself held at most; elsewhere we ask for the resource usage, which on Linux would begin with the
# size of the process that started this one.
_RUN = """
import json, resource, sys, time
from pathlib import Path
from stationkeeper.lifetime.run import run
from stationkeeper.programme.deciding import Slips
from stationkeeper.programme.read import read_programme
programme = read_programme(sys.argv[1])
if sys.argv[4] == "undecided":
    programme = programme.model_copy(update={"policy": {}, "slips": Slips(kind="none")})
begun = time.perf_counter()
run(programme, out=Path(sys.argv[2]), replicas=int(sys.argv[3]), workers=2)
seconds = time.perf_counter() - begun
if sys.platform == "linux":
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak = 1024 * int(status["VmHWM"].split()[0])
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"run_s": seconds, "peak": peak}))
"""
_MODES = {True: "decided", False: "undecided"}
_IMPORT = (
    "import time; t = time.perf_counter(); import stationkeeper; print(time.perf_counter() - t)"
)


@dataclass(frozen=True)
class Measured:
    """One run in a process of its own; `process_s` has interpreter and imports as well."""

    run_s: float
    process_s: float
    peak_mb: float


def measure_run(replicas: int, *, decided: bool = True) -> Measured:
    """Fly the programme once on two workers, and return its time and its largest memory.

    With its policies and the slips of its launches, or without.
    """
    with tempfile.TemporaryDirectory(prefix="stationkeeper-bench-") as out:
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _RUN, PROGRAMME, out, str(replicas), _MODES[decided]],
            capture_output=True,
            text=True,
            check=True,
        )
        whole = time.perf_counter() - begun
    figures = json.loads(done.stdout)
    return Measured(figures["run_s"], whole, figures["peak"] / 1e6)


def _shortest(command: list[str], read: bool) -> float:
    """Return the shortest of some tries: of the whole process, or of the time that it prints."""
    best = float("inf")
    for _ in range(TRIES):
        begun = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        whole = time.perf_counter() - begun
        best = min(best, float(done.stdout) if read else whole)
    return best


def rows(progress: Callable[[str], None] | None = None) -> list[SpeedRow]:
    """Time runs of 100, 1,000 and 10,000 replicas, the import and the help text.

    A run before them warms the caches of tables and machine code.

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
    say("run: warming the caches")
    measure_run(1)
    found = {}
    for replicas in REPLICAS:
        say(f"run: {PROGRAMME}, {replicas:,} replicas")
        found[replicas] = measure_run(replicas)
    few, some, many = (found[replicas] for replicas in REPLICAS)
    say("run: import and help")
    imported = _shortest([sys.executable, "-c", _IMPORT], read=True)
    helped = _shortest([sys.executable, "-m", "stationkeeper.cli", "--help"], read=False)
    each = (some.run_s - few.run_s) / (REPLICAS[1] - REPLICAS[0])
    expected = some.run_s + each * (REPLICAS[2] - REPLICAS[1])
    listed = ", ".join(
        f"{replicas:,}: {one.run_s:.1f} s, {one.peak_mb:.0f} MB" for replicas, one in found.items()
    )
    return [
        SpeedRow(
            topic="run",
            work=f"{PROGRAMME}, 1,000 replicas, orbit and dose, two workers",
            ours_s=some.run_s,
            peer="limit",
            peer_s=RUN_LIMIT,
            goal=1.0,
            agreement=f"with interpreter and imports {some.process_s:.1f} s; without the report",
            peak_mb=round(some.peak_mb),
        ),
        SpeedRow(
            topic="run",
            work=f"{PROGRAMME}, largest memory of 10,000 replicas, in megabytes",
            ours_s=many.peak_mb,
            peer="limit",
            peer_s=PEAK_LIMIT,
            goal=1.0,
            agreement=listed,
            peak_mb=round(many.peak_mb),
        ),
        SpeedRow(
            topic="run",
            work=f"{PROGRAMME}, 10,000 replicas, against the straight line through 100 and 1,000",
            ours_s=many.run_s,
            peer="limit",
            peer_s=LINEAR_LIMIT * expected,
            goal=1.0,
            agreement=f"{listed}; the line gives {expected:.1f} s, the limit is 1.2 times that",
            peak_mb=round(many.peak_mb),
        ),
        SpeedRow(
            topic="run",
            work="import stationkeeper",
            ours_s=imported,
            peer="limit",
            peer_s=IMPORT_LIMIT,
            goal=1.0,
            agreement=f"shortest of {TRIES}",
        ),
        SpeedRow(
            topic="run",
            work="stationkeeper --help, whole process",
            ours_s=helped,
            peer="limit",
            peer_s=HELP_LIMIT,
            goal=1.0,
            agreement=f"shortest of {TRIES}",
        ),
    ]
