"""``stationkeeper operate``: bad input is told before anything is written; kills change nothing."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.cli import main
from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.errors import StorageError
from stationkeeper.operations import operate as operating
from stationkeeper.operations import plan as planning
from stationkeeper.operations.minds import Command, commanded
from stationkeeper.operations.operate import operate
from stationkeeper.operations.plan import FlightPlan
from stationkeeper.programme.read import read_programme

Caught = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch
Fly = Callable[..., int]

LEARNING = planning.LEARNING
STATION = ("haven-1", "--station", "haven-1", "--uncrewed")
FAULTS = "load-off-and-on:cold-store@40000,air-leak:haven-1@80000=0.002,sensor-bias:bus.1.level@9e4"


@pytest.fixture(autouse=True)
def _learns_briefly(monkeypatch: Patch) -> None:
    """How long the watch learns decides nothing here but the time that tests take."""
    monkeypatch.setattr(planning, "LEARNING", SECONDS_PER_DAY)


@pytest.fixture
def call(tmp_path: Path, monkeypatch: Patch) -> Fly:
    """Return what calls the command in a folder of its own, and returns its exit code."""
    monkeypatch.chdir(tmp_path)

    def called(*words: str, base: tuple[str, ...] = STATION) -> int:
        arguments = ["stationkeeper", "operate", *base, "--out", str(tmp_path / "runs"), *words]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as stopped:
            main()
        return int(str(stopped.value.code))

    return called


# ---- what is wrong with the input -------------------------------------------------------------

BAD: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "a fault that nobody has": (
        ("--faults", "load-opn:cold-store"),
        ("fault: given 'load-opn'; expected one of", "did you mean 'load-open' or"),
    ),
    "a word that is no fault": (
        ("--faults", "randm"),
        ("faults: given 'randm'; expected none, random, a file", "did you mean 'random'?"),
    ),
    "a component that is not there": (
        ("--faults", "load-open:cold-stor@60"),
        ("fault load-open: given 'cold-stor'; expected", "did you mean 'cold-store'?"),
    ),
    "a kind of which the station has nothing": (
        ("--faults", "hatch-stuck:nauka-prichal@60"),
        ("fault hatch-stuck: given 'nauka-prichal'; expected another kind",),
    ),
    "an onset that is no number": (
        ("--faults", "load-open:cold-store@noon"),
        ("onset: given 'noon'; expected a number; write kind:component@seconds=size",),
    ),
    "an onset before the begin": (
        ("--faults", "load-open:cold-store@-5"),
        ("onset: given", "expected 0 s or later"),
    ),
    "a size that is no number": (
        ("--faults", "load-draws-more:cold-store@60=nan"),
        ("size: given nan; expected a number",),
    ),
    "a file of faults that is not there": (
        ("--faults", "absent.toml"),
        ("absent.toml: No such file or directory; expected a TOML file with rows [[fault]]",),
    ),
    "a mean of faults that is no number": (
        ("--faults", "random:many"),
        ("faults: given 'random:many'; expected a number after random:",),
    ),
    "no day": (("--days", "0"), ("--days: given 0, expected more than 0",)),
    "a day that is none": (("--days", "nan"), ("--days: given nan, expected more than 0",)),
    "all days": (("--days", "inf"), ("--days: given inf", "at most 3660")),
    "too many days": (("--days", "1e9"), ("--days: given 1e+09", "at most 3660")),
    "a negative seed": (("--seed", "-1"), ("--seed: given -1, expected 0 to 2**63 - 1",)),
    "a first day that is none": (
        ("--first-day", "tomorrow"),
        ("--first-day: given 'tomorrow', expected a date",),
    ),
    "a first day before the station": (
        ("--first-day", "1999-01-01"),
        ("plant.haven-1: no pressurised module is there on 1999-01-01; expected a day",),
    ),
    "a link that is none": (
        ("--link", "full-rely"),
        ("--link: given 'full-rely'; expected",),
    ),
    "a reaction too quick": (
        ("--reaction-min", "0.5"),
        ("--reaction-min: given 0.5; expected 1 to 1440 minutes",),
    ),
    "a reaction too slow": (("--reaction-min", "1e4"), ("expected 1 to 1440 minutes",)),
    "a caretaker that nobody has": (
        ("--caretaker", "limit"),
        ("--caretaker: given 'limit'; expected", "did you mean 'limits'?"),
    ),
    "a caretaker of a module that is not there": (
        ("--caretaker", "my_caretakr:Saver"),
        ("--caretaker: given 'my_caretakr:Saver'", "ModuleNotFoundError"),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_ends_with_2_and_one_message(
    call: Fly, tmp_path: Path, capsys: Caught, name: str
) -> None:
    words, expected = BAD[name]
    assert call("--days", "1", *words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    last = said.err.strip().splitlines()[-1]
    for piece in expected:
        assert piece in last, said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (
            ("iss-to-ros", "--station", "rso"),
            "station: given 'rso'; expected 'iss', 'ros'; did you mean 'ros'?",
        ),
        (
            ("skylab", "--station", "skylab"),
            "plant.skylab: not given; expected the equipment of the station",
        ),
    ],
)
def test_a_station_that_cannot_be_flown_is_told(
    call: Fly, capsys: Caught, base: tuple[str, ...], expected: str
) -> None:
    assert call(base=base) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    for piece in expected.split("; "):
        assert piece.replace("'iss', 'ros'", "iss, ros") in said.replace("'iss', 'ros'", "iss, ros")


@pytest.mark.parametrize("missions", ["0", "-3"])
def test_no_mission_is_refused(call: Fly, capsys: Caught, missions: str) -> None:
    assert call("--days", "1", "--missions", missions) == 2
    assert "--missions" in capsys.readouterr().err


# ---- files of faults --------------------------------------------------------------------------

GOOD = '[[fault]]\nkind = "load-open"\ncomponent = "cold-store"\nonset_s = 60\n'
FILES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "no TOML": (b"fault of the pump", ("mine.toml: Expected", "expected TOML with rows [[fault]]")),
    "bytes": (b"\xff\xfe\x00\x01", ("mine.toml: given bytes that are not UTF-8",)),
    "an unknown kind": (
        GOOD.replace("load-open", "lode-open").encode(),
        ("mine.toml:2: fault.1.kind: given 'lode-open'", "did you mean 'load-open'"),
    ),
    "an unknown key": (
        (GOOD + "when = 5\n").encode(),
        ("mine.toml:5: fault.1.when: given a key that is not known", "onset_s"),
    ),
    "no kind": (b'[[fault]]\ncomponent = "cold-store"\n', ("fault.1.kind: given nothing",)),
    "two onsets": (
        (GOOD + "onset_day = 1\n").encode(),
        ("mine.toml:5: fault.1.onset_day", "expected one of onset_s, onset_day, at"),
    ),
    "text for a number": (
        GOOD.replace("60", '"noon"').encode(),
        ("mine.toml:4: fault.1.onset_s: given 'noon'",),
    ),
    "a moment without a flight": (
        GOOD.replace("onset_s = 60", "at = 2027-05-01T00:00:00Z").encode(),
        ("mine.toml:4: fault.1.at", "[flight]"),
    ),
    "a component that is not there": (
        (GOOD + GOOD.replace("cold-store", "warm-store")).encode(),
        ("mine.toml: row 2 of [[fault]]: fault load-open: given 'warm-store'",),
    ),
    "another format": (b"format = 7\n", ("mine.toml:1: format: given 7",)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_of_faults_is_told_with_its_line(
    call: Fly, tmp_path: Path, capsys: Caught, name: str
) -> None:
    content, expected = FILES[name]
    (tmp_path / "mine.toml").write_bytes(content)
    assert call("--days", "1", "--faults", "mine.toml") == 2
    said = capsys.readouterr().err
    for piece in expected:
        assert piece in said
    assert "Traceback" not in said
    assert not (tmp_path / "runs").exists()


# ---- parts and commanders that fail -----------------------------------------------------------


def test_a_dictionary_with_two_meanings_ends_with_2(
    call: Fly, tmp_path: Path, monkeypatch: Patch, capsys: Caught
) -> None:
    (tmp_path / "twice.py").write_text(
        "import numpy as np\n"
        "from stationkeeper.operations.registry import Part, Reading\n"
        "class Twice:\n"
        "    period = 60.0\n"
        "    def declare(self, registry, house):\n"
        "        registry.telemetry(Reading('bus.1.level', 'Mud', 'env.beta', '%', 'mud'))\n"
        "    def wire(self, registry, house):\n"
        "        return Part('t', np.zeros(0, int), np.zeros(0), np.zeros(0), np.zeros(0))\n"
        "    def step(self, *given):\n"
        "        pass\n"
    )
    metadata = tmp_path / "twice-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: twice\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[stationkeeper.parts]\ntwice = twice:Twice\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert call("--days", "1") == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "the parameter bus.1.level has two meanings; expected one name for each" in said
    assert not (tmp_path / "runs").exists()


def test_a_commander_that_throws_leaves_safe_mode_and_exit_code_0(
    call: Fly, tmp_path: Path, monkeypatch: Patch, capsys: Caught
) -> None:
    (tmp_path / "broken_mind.py").write_text(
        "class Broken:\n"
        "    def __init__(self, vehicle):\n"
        "        self.column = vehicle.parameter('bus.1.level')\n"
        "    def act(self, seen):\n"
        "        if seen.time >= 7200:\n"
        "            raise RuntimeError('no plan for this')\n"
        "        return [], 7200.0\n"
        "    def save(self):\n"
        "        return {}\n"
        "    def restore(self, saved):\n"
        "        pass\n"
    )
    assert call("--days", "1", "--caretaker", "broken_mind:Broken", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["failed"] == "RuntimeError: no plan for this"
    rows = {row["kind"]: row for row in document["timeline"]}
    assert "RuntimeError: no plan for this" in rows["mind-failed"]["text"]
    assert rows["safe-mode"]["text"] == "begins"
    assert document["outcome"]["safe_mode_s"] == pytest.approx(86_400 - 7_200, abs=20)
    assert "RuntimeError" in Path(document["report"]).read_text(encoding="utf-8")


# ---- kills, and disks that refuse -------------------------------------------------------------


def bytes_of(folder: Path) -> dict[str, str]:
    files = [*sorted((folder / "telemetry").iterdir()), folder / "operations.json"]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def haven(**changes: Any) -> FlightPlan:
    given: dict[str, Any] = {"days": 3.0, "uncrewed": True, "faults": FAULTS}
    given["command"] = Command("limits", "full-relay")
    return FlightPlan(read_programme("haven-1"), "haven-1", **{**given, **changes})


class Killed(BaseException):
    """Stands for the end of the process: nothing is tidied up after it."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the bytes of a flight that nobody killed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "LEARNING", SECONDS_PER_DAY)
        return bytes_of(operate(haven(), out=tmp_path_factory.mktemp("undisturbed")))


def test_a_flight_holds_three_days_and_something_of_each(undisturbed: dict[str, str]) -> None:
    for name in ("changes-00000.parquet", "changes-00002.parquet", "dictionary.csv"):
        assert name in undisturbed


def test_the_same_again_is_the_same_to_the_byte(
    tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    assert bytes_of(operate(haven(), out=tmp_path)) == undisturbed
    other = bytes_of(operate(haven(seed=2), out=tmp_path))
    assert other["changes-00000.parquet"] != undisturbed["changes-00000.parquet"]


@pytest.mark.parametrize("before", ["write_checkpoint", "write_document"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_flight_killed_at_its_worst_moments_ends_with_the_same_bytes(
    tmp_path: Path, monkeypatch: Patch, undisturbed: dict[str, str], before: str, times: int
) -> None:
    """Killed when a day of telemetry is written and its checkpoint is not, and at the end."""
    real, left = getattr(operating, before), [times]

    def killed(*given: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(operating, before, killed)
        if before == "write_checkpoint" or times == 1:
            with pytest.raises(Killed):
                operate(haven(), out=tmp_path)
    folder = operate(haven(), out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert bytes_of(folder) == undisturbed
    assert not list(tmp_path.rglob("*.partial"))
    assert json.loads((folder / "run.json").read_text())["state"] == "complete"


def test_a_process_that_is_killed_goes_on_to_the_same_bytes(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(planning, "LEARNING", LEARNING)  # as in the process
    words = ["operate", *STATION, "--days", "6", "--faults", FAULTS, "--out", str(tmp_path / "one")]
    command = [sys.executable, "-m", "stationkeeper.cli", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("flying: day 3"):
                break
        process.send_signal(signal.SIGKILL)
    (folder,) = (tmp_path / "one").iterdir()
    assert json.loads((folder / "run.json").read_text())["state"] == "running"
    plan = haven(days=6.0, command=commanded("limits", "full-relay", 30.0))
    said: list[str] = []
    assert operate(plan, out=tmp_path / "one", progress=said.append) == folder
    assert "flying: day 1 of 6" not in said  # it went on, and did not begin anew
    whole = operate(plan, out=tmp_path / "whole")
    assert bytes_of(folder) == bytes_of(whole)


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "no space left to write"), (errno.EROFS, "may not be written")],
)
def test_a_disk_that_refuses_is_told_and_the_flight_goes_on_later(
    tmp_path: Path, monkeypatch: Patch, undisturbed: dict[str, str], code: int, words: str
) -> None:
    sync, left = os.fsync, [12]

    def fills(descriptor: int) -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise OSError(code, os.strerror(code))
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fills)
        with pytest.raises(StorageError, match=words) as caught:
            operate(haven(), out=tmp_path)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.rglob("*.partial"))
    folder = operate(haven(), out=tmp_path)
    assert bytes_of(folder) == undisturbed


def test_a_disk_that_refuses_ends_with_1(call: Fly, monkeypatch: Patch, capsys: Caught) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert call("--days", "1") == 1
    said = capsys.readouterr().err
    assert "no space left to write" in said
    assert "Traceback" not in said


def test_a_file_in_the_place_of_the_folder_is_refused(
    call: Fly, tmp_path: Path, capsys: Caught
) -> None:
    (tmp_path / "runs").write_text("mine")
    assert call("--days", "1") == 2
    assert "is a file; expected a folder" in capsys.readouterr().err
    assert (tmp_path / "runs").read_text() == "mine"


def test_another_text_of_the_faults_is_another_flight(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD)
    one = haven(faults=str(file)).identity()
    assert one == haven(faults=str(file)).identity()
    file.write_text(GOOD.replace("60", "61"))
    assert haven(faults=str(file)).identity() != one
