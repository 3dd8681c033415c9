"""A run on workers of a cluster leaves the tables of a run on threads, and stops as cleanly."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from stationkeeper.campaign.cluster_here import cluster_here
from stationkeeper.errors import InputError
from stationkeeper.lifetime import run as run_module
from stationkeeper.lifetime.run import run
from stationkeeper.programme.read import read_programme
from tests.interfaces.test_resume import HEARING

FIXTURE = str(Path(__file__).parents[1] / "fixtures" / "two-stations.toml")
REPLICAS = 600  # three chunks, five pieces


@pytest.fixture(scope="module")
def address():
    with cluster_here(2) as found:
        yield found


@pytest.fixture(scope="module")
def programme():
    return read_programme(FIXTURE)


@pytest.fixture(scope="module")
def on_threads(programme, tmp_path_factory):
    return run(programme, out=tmp_path_factory.mktemp("threads"), replicas=REPLICAS, workers=2)


def tables(folder):
    files = [folder / "descent.json", folder / "ensemble.nc", *(folder / "replicas").iterdir()]
    return {file.name: file.read_bytes() for file in files}


def flying():
    """Return the processes below this one that can fly: workers, not their guards."""
    family = psutil.Process().children(recursive=True)
    return [process for process in family if process.num_threads() > 1]


def test_tables_have_the_bytes_of_threads_also_when_a_worker_is_killed(
    address, programme, on_threads, tmp_path
):
    killed = []

    def progress(text):
        if text.startswith("flying: 125 of") and not killed:
            victim = flying()[0]
            os.kill(victim.pid, signal.SIGKILL)
            killed.append(victim)

    folder = run(programme, out=tmp_path, replicas=REPLICAS, workers=address, progress=progress)
    assert killed
    assert not killed[0].is_running() or killed[0].status() == psutil.STATUS_ZOMBIE
    assert tables(folder) == tables(on_threads)
    state = json.loads((folder / "run.json").read_text())
    assert state["machine"]["workers"] == 2
    assert address not in (folder / "run.json").read_text()


def test_an_address_that_does_not_answer_leaves_no_folder(programme, tmp_path):
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        run(programme, out=tmp_path / "runs", workers="tcp://127.0.0.1:9")
    assert not (tmp_path / "runs").exists()


def test_what_must_agree_holds_the_code_and_the_libraries():
    facts = run_module.worker_facts()
    assert facts["stationkeeper"] == run_module.code_digest()
    assert {"python", "numpy", "numba", "scipy"} <= facts.keys()


def test_an_interrupt_keeps_finished_chunks_and_the_same_command_goes_on(
    address, on_threads, tmp_path
):
    command = [sys.executable, "-m", "stationkeeper.cli", "run", FIXTURE, "--json"]
    command += ["--replicas", str(REPLICAS), "--out", str(tmp_path), "--workers", address]
    process = subprocess.Popen(
        [sys.executable, "-c", HEARING, *command[1:]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if line.startswith("flying: 375 of"):  # the first chunk is stored
            process.send_signal(signal.SIGINT)
            break
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert "the same command goes on from there" in said
    assert "Traceback" not in said
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert "going on after" in again.stderr
    assert tables(Path(json.loads(again.stdout)["folder"])) == tables(on_threads)


def test_an_address_that_does_not_answer_is_one_message(tmp_path):
    command = [sys.executable, "-m", "stationkeeper.cli", "run", FIXTURE, "--out", str(tmp_path)]
    command += ["--workers", "tcp://127.0.0.1:9"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
