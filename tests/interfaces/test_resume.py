"""A run killed at random moments ends, when the same is asked again, with the same bytes."""

import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

FIXTURE = Path(__file__).parents[1] / "fixtures" / "two-stations.toml"
REPLICAS = 1_000  # four chunks
KILLS = 10

# Loads everything once, then flies each folder it is told of in a process of its own, and prints
# the number of that process and how it ended.
DRIVER = f"""
import os, sys
from pathlib import Path
from stationkeeper.lifetime.run import run
from stationkeeper.programme.read import read_programme

programme = read_programme({str(FIXTURE)!r})

def fly(out):
    run(programme, out=Path(out), replicas={REPLICAS})

fly(sys.argv[1])
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            fly(line.strip())
            status = 0
        finally:
            os._exit(status)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""

ALONE = f"""
import sys
from pathlib import Path
from stationkeeper.lifetime.run import run
from stationkeeper.programme.read import read_programme
run(read_programme({str(FIXTURE)!r}), out=Path(sys.argv[1]), replicas={REPLICAS})
"""

# A shell starts what runs in the background deaf to Ctrl-C, and that is inherited.
HEARING = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def tables(out):
    (folder,) = [path for path in out.iterdir() if path.is_dir()]
    files = [folder / "ensemble.nc", *sorted((folder / "replicas").iterdir())]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def is_complete(out):
    states = list(out.glob("*/run.json"))
    return bool(states) and json.loads(states[0].read_text())["state"] == "complete"


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    """Return a driver that is warm, and the folder in which it flew undisturbed."""
    out = tmp_path_factory.mktemp("undisturbed")
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(out)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    yield process, out
    process.communicate(timeout=60)


def fly(driver, out, kill_after=None):
    """Fly in a process of its own; kill it after some seconds. Return how it ended."""
    driver.stdin.write(f"{out}\n")
    driver.stdin.flush()
    child = int(driver.stdout.readline())
    if kill_after is not None:
        time.sleep(kill_after)
        with contextlib.suppress(ProcessLookupError):  # it was quicker
            os.kill(child, signal.SIGKILL)
    return int(driver.stdout.readline())


def test_ten_kills_at_random_moments_change_no_byte(driver, tmp_path):
    process, undisturbed = driver
    truth = tables(undisturbed)
    begun = time.monotonic()
    assert fly(process, tmp_path / "timed") == 0
    seconds = time.monotonic() - begun
    assert tables(tmp_path / "timed") == truth
    draw = random.Random(20261122)
    kills, runs, kept = 0, 0, 0
    while kills < KILLS:
        out = tmp_path / f"run-{runs}"
        while kills < KILLS and not is_complete(out):
            ended = fly(process, out, kill_after=draw.uniform(0.0, 0.9) * seconds)
            kills += ended == signal.SIGKILL
            kept = max(kept, len(list(out.glob("*/chunks/*.json"))))
        assert fly(process, out) == 0
        assert tables(out) == truth
        assert not list(out.rglob("*.partial"))
        runs += 1
    assert kept >= 1  # at least one kill came between two chunks


def test_two_runs_of_the_same_cannot_share_a_folder(tmp_path):
    arguments = [sys.executable, "-c", ALONE, str(tmp_path)]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE) as first:
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob("*/run.json")) and time.monotonic() < deadline:
            time.sleep(0.01)
        second = subprocess.run(arguments, capture_output=True, timeout=120, check=False)
        assert second.returncode != 0
        assert b"another run is writing here" in second.stderr
        _, errors = first.communicate(timeout=300)
    assert first.returncode == 0, errors.decode()
    assert is_complete(tmp_path)


def test_control_c_says_how_to_go_on_and_keeps_what_is_done(tmp_path):
    arguments = [sys.executable, "-m", "stationkeeper.cli", "run", str(FIXTURE)]
    arguments += ["--replicas", "20000", "--out", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-c", HEARING, *arguments[1:]], stderr=subprocess.PIPE, text=True
    )
    for line in process.stderr:
        if line.startswith("flying: 375"):
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert errors.splitlines()[-1].endswith("the same command goes on from there")
    (folder,) = tmp_path.iterdir()
    assert json.loads((folder / "run.json").read_text())["state"] == "running"
    assert (folder / "replicas" / "chunk-00000.parquet").exists()
    assert not list(tmp_path.rglob("*.partial"))
