"""Our command as another process: started, measured, killed."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

COMMAND = (sys.executable, "-m", "stationkeeper.cli")


@dataclass(frozen=True)
class Measured:
    """What a finished process left: its exit code, its words, its time and its memory."""

    code: int
    output: str
    errors: str
    seconds: float
    peak_mb: float


def run(arguments: list[str], folder: Path) -> Measured:
    """Run our command to its end and measure it.

    The peak is the largest resident memory of the process, as the system counts it. Workers are
    threads, so it is that of the whole run.
    """
    begun = time.perf_counter()
    with TemporaryFile("w+") as output, TemporaryFile("w+") as errors:
        process = subprocess.Popen([*COMMAND, *arguments], cwd=folder, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        unit = 1 if sys.platform == "darwin" else 1_024  # bytes there, kilobytes elsewhere
        peak = usage.ru_maxrss * unit / 2**20
        return Measured(process.returncode, output.read(), errors.read(), seconds, peak)


def kill_after(arguments: list[str], folder: Path, delay: float) -> bool:
    """Start our command and kill its whole group (signal 9) after a delay in seconds.

    Returns True if it was still running then.
    """
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout=delay)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
