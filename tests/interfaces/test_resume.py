"""A run killed at random moments ends, when the same is asked again, with the same bytes."""

import hashlib
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

FIXTURE = Path(__file__).parents[1] / "fixtures" / "two-stations.toml"
REPLICAS = 1_000  # four chunks
KILLS = 10

DRIVER = """
import sys
from pathlib import Path
from stationkeeper.lifetime.run import run
from stationkeeper.programme.read import read_programme
run(read_programme(sys.argv[1]), out=Path(sys.argv[2]), replicas=int(sys.argv[3]))
"""


def start(out):
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(FIXTURE), str(out), str(REPLICAS)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(out):
    process = start(out)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors.decode()


def tables(out):
    (folder,) = [path for path in out.iterdir() if path.is_dir()]
    files = [folder / "ensemble.nc", *sorted((folder / "replicas").iterdir())]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def is_complete(out):
    states = list(out.glob("*/run.json"))
    return bool(states) and json.loads(states[0].read_text())["state"] == "complete"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Return the tables of a run that nobody disturbs, and how long it takes warm."""
    finish(tmp_path_factory.mktemp("cold"))
    out = tmp_path_factory.mktemp("warm")
    begun = time.monotonic()
    finish(out)
    return tables(out), time.monotonic() - begun


def test_ten_kills_at_random_moments_change_no_byte(undisturbed, tmp_path):
    truth, seconds = undisturbed
    draw = random.Random(20261122)
    kills, runs, kept = 0, 0, 0
    while kills < KILLS:
        out = tmp_path / f"run-{runs}"
        while kills < KILLS and not is_complete(out):
            process = start(out)
            try:
                process.wait(timeout=draw.uniform(0.2, 1.0) * seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
            process.communicate()
            kept = max(kept, len(list(out.glob("*/chunks/*.json"))))
        finish(out)
        assert tables(out) == truth
        assert not list(out.rglob("*.partial"))
        runs += 1
    assert runs >= 1
    assert kept >= 1  # at least one kill came between two chunks


def test_two_runs_of_the_same_cannot_share_a_folder(tmp_path):
    first = start(tmp_path)
    try:
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob("*/run.json")) and time.monotonic() < deadline:
            time.sleep(0.01)
        second = start(tmp_path)
        _, errors = second.communicate(timeout=120)
        assert second.returncode != 0
        assert b"another run is writing here" in errors
    finally:
        _, errors = first.communicate(timeout=300)
    assert first.returncode == 0, errors.decode()
    assert is_complete(tmp_path)
