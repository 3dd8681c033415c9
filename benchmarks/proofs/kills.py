"""A run killed at random moments and resumed ends with the bytes of an undisturbed one."""

import hashlib
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Figures, Proof
from benchmarks.processes import kill_after, run

PROGRAMME = "haven-1"
REPLICAS = 1_500  # six chunks
SEED = 7
MOST_KILLS_A_RUN = 3


def arguments(out: Path) -> list[str]:
    """Return the command that is killed and given again."""
    return ["run", PROGRAMME, "--replicas", str(REPLICAS), "--seed", str(SEED), "--out", str(out)]


def tables(folder: Path) -> dict[str, str]:
    """Return the digest of every table of a run folder, by name."""
    paths = [folder / "ensemble.nc", *sorted((folder / "replicas").glob("*.parquet"))]
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.exists()
    }


def undisturbed(folder: Path) -> tuple[dict[str, str], float]:
    """Return the tables of a run that nobody kills, and its duration in seconds."""
    out, clock = folder / "undisturbed", folder / "undisturbed.txt"
    if not clock.exists():
        shutil.rmtree(out, ignore_errors=True)
        done = run(arguments(out), folder)
        if done.code != 0:
            raise RuntimeError(f"the undisturbed run failed: {done.errors}")
        clock.write_text(repr(done.seconds))
    (only,) = out.iterdir()
    return tables(only), float(clock.read_text())


def step(index: int, scale: float, folder: Path) -> Figures:
    """Kill one run one to three times, then let it end."""
    truth, seconds = undisturbed(folder)
    draw = random.Random(index)
    out = folder / f"killed-{index}"
    shutil.rmtree(out, ignore_errors=True)
    killed_at = []
    for _ in range(draw.randint(1, MOST_KILLS_A_RUN)):
        delay = draw.uniform(0.02, 1.0) * seconds
        if kill_after(arguments(out), folder, delay):
            killed_at.append(round(delay, 3))
    done = run(arguments(out), folder)
    # A kill after the last file was written leaves a finished run, and the next one begins anew:
    # there may be several folders, and each must be whole.
    found = sorted(path for path in out.iterdir() if path.is_dir())
    same = done.code == 0 and bool(found) and all(tables(path) == truth for path in found)
    left = [path.name for path in out.rglob("*.partial")]
    if same and not left:
        shutil.rmtree(out)
    return {
        "kills": len(killed_at),
        "killed_at_s": killed_at,
        "folders": len(found),
        "same_bytes": same,
        "left_over": left,
        "code": done.code,
    }


def summary(done: Sequence[Figures]) -> Figures:
    """Count kills and runs that ended as if undisturbed."""
    return {
        "runs": len(done),
        "kills": sum(one["kills"] for one in done),
        "byte_identical": sum(one["same_bytes"] for one in done),
        "temporary_files_left": sum(len(one["left_over"]) for one in done),
    }


def held(done: Sequence[Figures]) -> bool:
    """True if every run ended with the same bytes and nothing temporary."""
    return all(one["same_bytes"] and not one["left_over"] for one in done)


PROOF = Proof(
    name="kills",
    claim=(
        f"A run of {REPLICAS:,} replicas killed (signal 9) one to {MOST_KILLS_A_RUN} times at "
        "random moments and resumed by the same command ends with byte-identical tables."
    ),
    steps=200,
    step=step,
    summary=summary,
    held=held,
)
