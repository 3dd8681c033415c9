"""The main job at a hundred, a thousand and ten thousand replicas."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.harness import Figures, Proof
from benchmarks.processes import run

PROGRAMME = "iss-to-ros"
REPLICAS = (100, 1_000, 10_000)
LIMIT_S = 20.0  # for 1,000 replicas, warm, two cores
LIMIT_MB = 1_024.0
LINEAR = 1.25  # seconds a replica from 1,000 to 10,000 may grow by a quarter


def step(index: int, scale: float, folder: Path) -> Figures:
    """Fly one size. At full scale a small run before the first fills the caches of all."""
    replicas = max(1, round(REPLICAS[index] * scale))
    with TemporaryDirectory(dir=folder) as scratch:
        out = Path(scratch)
        command = ["run", PROGRAMME, "--seed", "1", "--out", str(out), "--replicas"]
        if index == 0 and scale == 1:
            run([*command, "1"], folder)
        done = run([*command, str(replicas)], folder)
    if done.code != 0:
        raise RuntimeError(f"{replicas} replicas failed: {done.errors}")
    return {
        "replicas": replicas,
        "seconds": round(done.seconds, 2),
        "peak_mb": round(done.peak_mb),
    }


def summary(done: Sequence[Figures]) -> Figures:
    """List seconds and memory by size."""
    figures: Figures = {}
    for one in done:
        figures[f"{one['replicas']}_replicas_s"] = one["seconds"]
        figures[f"{one['replicas']}_replicas_peak_mb"] = one["peak_mb"]
    return figures


def held(done: Sequence[Figures]) -> bool:
    """True if time, memory and growth are within their limits."""
    _, middle, large = done
    growth = (large["seconds"] / large["replicas"]) / (middle["seconds"] / middle["replicas"])
    memory = max(one["peak_mb"] for one in done)
    return bool(middle["seconds"] < LIMIT_S and memory < LIMIT_MB and growth < LINEAR)


PROOF = Proof(
    name="replicas",
    claim=(
        f"{PROGRAMME} with 1,000 replicas, report included, takes under {LIMIT_S:.0f} s warm and "
        f"{LIMIT_MB:.0f} MB; from 1,000 to 10,000 replicas, seconds a replica grow by less than "
        f"{LINEAR - 1:.0%}."
    ),
    steps=len(REPLICAS),
    step=step,
    summary=summary,
    held=held,
    scaled=False,
    timed=True,
)
