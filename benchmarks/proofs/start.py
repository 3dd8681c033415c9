"""How soon the package and the command are there."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.harness import Figures, Proof
from benchmarks.processes import run

IMPORT_LIMIT_S = 0.5
HELP_LIMIT_S = 0.6


def step(index: int, scale: float, folder: Path) -> Figures:
    """Import once and ask for help once, each in a process of its own."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import stationkeeper"], check=True, cwd=folder)
    imported = time.perf_counter() - begun
    helped = run(["--help"], folder)
    if helped.code != 0:
        raise RuntimeError(helped.errors)
    return {"import_s": imported, "help_s": helped.seconds}


def summary(done: Sequence[Figures]) -> Figures:
    """Return medians and the slowest."""
    figures: Figures = {"times": len(done)}
    for name in ("import_s", "help_s"):
        values = [one[name] for one in done]
        figures[f"{name}_median"] = round(median(values), 3)
        figures[f"{name}_slowest"] = round(max(values), 3)
    return figures


def held(done: Sequence[Figures]) -> bool:
    """True if the medians are within their limits."""
    found = summary(done)
    return bool(found["import_s_median"] < IMPORT_LIMIT_S and found["help_s_median"] < HELP_LIMIT_S)


PROOF = Proof(
    name="start",
    claim=(
        f"import stationkeeper takes under {IMPORT_LIMIT_S} s and stationkeeper --help under "
        f"{HELP_LIMIT_S} s, the interpreter's own start included, in the median."
    ),
    steps=100,
    step=step,
    summary=summary,
    held=held,
    timed=True,
)
