"""Our command as another process: started, measured, killed."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "stationkeeper.cli")


@dataclass(frozen=True)
class Measured:
    """What a finished process left: its exit code, its words, its time and its memory."""

    code: int
    output: str
    errors: str
    seconds: float
    peak_mb: float


def start(arguments: list[str], folder: Path) -> subprocess.Popen[str]:
    """Start our command in a process group of its own, in a folder."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(arguments: list[str], folder: Path) -> Measured:
    """Run our command to its end and measure it.

    The peak is the largest sum, over the process and its workers, of memory counted once however
    many share it (PSS), sampled every 50 ms.
    """
    begun = time.perf_counter()
    process = start(arguments, folder)
    peak = 0.0
    while True:
        try:
            output, errors = process.communicate(timeout=0.05)
            break
        except subprocess.TimeoutExpired:
            peak = max(peak, _group_memory_mb(process.pid))
    seconds = time.perf_counter() - begun
    return Measured(process.returncode, output, errors, seconds, peak)


def kill_after(arguments: list[str], folder: Path, delay: float) -> bool:
    """Start our command and kill its whole group (signal 9) after a delay in seconds.

    Returns True if it was still running then.
    """
    process = start(arguments, folder)
    try:
        process.communicate(timeout=delay)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True


def _group_memory_mb(group: int) -> float:
    total = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if os.getpgid(int(entry.name)) != group:
                continue
            for line in (entry / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except OSError:  # it ended between two looks
            continue
    return total / 1024
