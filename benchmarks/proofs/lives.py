"""Ten thousand, a hundred thousand and a million lives: the same seconds a life and memory."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.harness import Figures, Proof
from benchmarks.processes import run
from stationkeeper.programme.write import as_toml
from stationkeeper.validation.large_station import large_station

REPLICAS = (10_000, 100_000, 1_000_000)
MODULES, YEARS = 3, 2  # our choice: so small that a million lives take less than an hour
LINEAR = 1.25  # seconds a replica may grow by a quarter
FLAT_MB = 150.0  # our choice: what memory may grow by from the first size to the last
STOP_S = 60.0  # a longer gap between two chunks is a stop of the proof, not work


def step(index: int, scale: float, folder: Path) -> Figures:
    """Fly one size in a folder that stays until it is done: stopped, the same run goes on."""
    replicas = max(250, round(REPLICAS[index] * scale))
    document, out = folder / "large.toml", folder / f"lives-{replicas}"
    document.write_text(as_toml(large_station(MODULES, YEARS)), encoding="utf-8")
    command = ["run", str(document), "--seed", "1", "--out", str(out), "--replicas", str(replicas)]
    done = run(command, folder)
    if done.code != 0:
        raise RuntimeError(f"{replicas} replicas failed: {done.errors}")
    return {
        "replicas": replicas,
        "seconds": round(flown_for(out), 2),
        "peak_mb": round(done.peak_mb),
    }


def flown_for(out: Path) -> float:
    """Return the seconds between the first and the last chunk of a run, without its stops."""
    chunks = sorted(path.stat().st_mtime for path in out.glob("*/replicas/*.parquet"))
    gaps = [after - before for before, after in pairwise(chunks)]
    return sum(gap for gap in gaps if gap < STOP_S)


def summary(done: Sequence[Figures]) -> Figures:
    """List seconds and memory by size."""
    figures: Figures = {}
    for one in done:
        figures[f"{one['replicas']}_lives_s"] = one["seconds"]
        figures[f"{one['replicas']}_lives_peak_mb"] = one["peak_mb"]
    return figures


def held(done: Sequence[Figures]) -> bool:
    """True if neither seconds a life nor memory grow beyond their limits."""
    each = [one["seconds"] / one["replicas"] for one in done]
    memory = [one["peak_mb"] for one in done]
    return bool(each[-1] <= LINEAR * each[0] and memory[-1] <= memory[0] + FLAT_MB)


PROOF = Proof(
    name="lives",
    claim=(
        f"From {REPLICAS[0]:,} to {REPLICAS[-1]:,} lives of a made-up station ({MODULES} modules, "
        f"{YEARS} years), seconds a life grow by less than {LINEAR - 1:.0%} and memory by less "
        f"than {FLAT_MB:.0f} MB."
    ),
    steps=len(REPLICAS),
    step=step,
    summary=summary,
    held=held,
    scaled=False,
    timed=True,
)
