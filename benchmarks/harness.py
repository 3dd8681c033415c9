"""How a long proof is run: in steps, each written down when done; a stop loses one step."""

import hashlib
import json
import math
import os
import platform
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Figures = dict[str, Any]
"""What a step or a whole proof measured: names with units, plain numbers and words."""

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Proof:
    """A claim that takes long to try.

    ``step(index, scale, folder)`` tries it once; the index seeds whatever is random in it, and
    ``folder`` is shared by all steps of the proof. ``summary`` and ``held`` read what the steps
    returned, in order.
    """

    name: str
    claim: str
    steps: int
    step: Callable[[int, float, Path], Figures]
    summary: Callable[[Sequence[Figures]], Figures]
    held: Callable[[Sequence[Figures]], bool]
    scaled: bool = True
    """The number of steps shrinks with the scale; otherwise each step does."""
    timed: bool = False
    """The claim is about seconds or megabytes: shown, not asserted, at a small scale."""

    def count(self, scale: float) -> int:
        """Return how many steps are tried at a scale, at least one."""
        return max(1, math.ceil(self.steps * scale - 1e-9)) if self.scaled else self.steps


def source_mark(root: Path = ROOT) -> str:
    """Return a short mark of what is proved: package, proofs and locks, byte by byte."""
    mark = hashlib.sha256()
    for part in ("src/stationkeeper", "benchmarks", "locks"):
        for path in sorted((root / part).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                mark.update(path.relative_to(root).as_posix().encode() + b"\0")
                mark.update(hashlib.sha256(path.read_bytes()).digest())
    return mark.hexdigest()[:12]


def commit_of(root: Path = ROOT) -> str:
    """Return the short commit of the checkout, with a plus if files differ from it."""
    try:
        commit = _git(root, "rev-parse", "--short=10", "HEAD")
        changed = _git(root, "status", "--porcelain", "--", "src", "benchmarks", "locks")
    except (OSError, subprocess.CalledProcessError):
        return "no commit"
    return commit + ("+" if changed else "")


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def prove(
    proof: Proof,
    *,
    scale: float,
    folder: Path,
    source: str,
    progress: Callable[[str], None] = lambda text: None,
) -> Figures:
    """Try a proof, continuing where an earlier try of the same source and scale was stopped.

    Parameters
    ----------
    proof : Proof
        What to try.
    scale : float
        Part of the whole, 0 < scale <= 1. [-]
    folder : Path
        Scratch folder of this proof; its journal is kept there.
    source : str
        Mark of what is proved; steps journalled under another mark are tried again.
    progress : callable
        Takes a line of words.

    Returns
    -------
    dict
        The record for ``proof.json``, without date and commit.
    """
    folder.mkdir(parents=True, exist_ok=True)
    journal = folder / "journal.jsonl"
    header = {"source": source, "scale": scale}
    lines = read_journal(journal, header)
    if not lines:
        journal.write_text(json.dumps(header) + "\n")
    count = proof.count(scale)
    for index in range(len(lines), count):
        begun = time.perf_counter()
        figures = proof.step(index, scale, folder)
        line = {"step": index, "seconds": time.perf_counter() - begun, "figures": figures}
        with journal.open("a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
        lines.append(line)
        progress(f"{proof.name}: {index + 1} of {count}")
    measured = [line["figures"] for line in lines[:count]]
    return {
        "claim": proof.claim,
        "held": proof.held(measured),
        "scale": scale,
        "steps": count,
        "figures": proof.summary(measured),
        "seconds": round(sum(line["seconds"] for line in lines[:count]), 1),
        "source": source,
    }


def read_journal(journal: Path, header: Figures) -> list[Figures]:
    """Return the finished steps of a journal, none if it belongs to other source or scale.

    A last line torn by a kill is cut off.
    """
    if not journal.exists():
        return []
    whole, _, torn = journal.read_text().rpartition("\n")
    if torn:
        journal.write_text(whole + "\n" if whole else "")
    lines = [json.loads(line) for line in whole.splitlines()]
    return lines[1:] if lines and lines[0] == header else []


def stamped(record: Figures, root: Path = ROOT) -> Figures:
    """Return the record with the date, the commit and the machine it was made on."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    today = datetime.now(UTC).date().isoformat()
    return {**record, "date": today, "commit": commit_of(root), "machine": machine}
