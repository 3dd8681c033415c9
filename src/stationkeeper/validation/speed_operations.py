"""Speed of the simulated station: half a year beside its limits, and its plant without a compiler.

Flights are flown in processes of their own that start cold. Seconds are those of the processor, on
one thread: what others run at the same time does not count, though it slows memory.
"""

import hashlib
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act, Commander
from stationkeeper.caretaker.gate import GateState, decide
from stationkeeper.caretaker.gate_arrays import (
    COMMAND_SIZE,
    command_row,
    decide_many,
    fresh_state,
    gate_arrays,
)
from stationkeeper.caretaker.gate_facts import Command as Asked
from stationkeeper.caretaker.gate_facts import Facts
from stationkeeper.caretaker.nobody import Nobody
from stationkeeper.operations.build import Built, build
from stationkeeper.operations.flight import Flight, begin, fly
from stationkeeper.operations.house import house_of
from stationkeeper.operations.surroundings import rows as surrounding_rows
from stationkeeper.operations.surroundings import surroundings_of
from stationkeeper.programme.read import read_programme
from stationkeeper.validation.speed import SpeedRow

Array = NDArray[np.float64]

PROGRAMME, STATION = "iss-to-ros", "ros"
DAYS: Final = (30, 90, 180)
STATIONS: Final = (("haven-1", "haven-1"), ("iss-to-ros", "ros"), ("iss", "iss"))
STATION_DAYS: Final = 30
LIMIT_S: Final = 30.0  # our goal for 180 days
LIMIT_MB: Final = 1_024.0  # our goal
LINEAR: Final = 1.2  # [-] largest exponent; our choice, room for the noise of a shared machine
STEPS: Final = 300  # flown by the plain plant too; our choice, half a minute
STEP: Final = 10.0  # [s]
PLAIN_GOAL: Final = 100.0  # times; our goal
EXACT: Final = 1e-9  # of signals and readings, relative and absolute
PACKED_GOAL: Final = 10.0  # times smaller than all rows of 32 bits; our goal
COMMANDS: Final = 20_000
GATE_GOAL: Final = 10.0  # times; our goal
RESUMED_DAYS: Final = 3

# The argument after the folder is a day at which the process is killed without warning, or 0.
_FLY: Final = """
import json, os, resource, signal, sys, time
from pathlib import Path
from stationkeeper.operations.minds import Command
from stationkeeper.operations.operate import operate
from stationkeeper.operations.plan import FlightPlan
from stationkeeper.programme.read import read_programme

programme, station, days, out, killed = sys.argv[1:6]
moments = []

def told(text):
    if text.startswith("flying"):
        moments.append((time.process_time(), time.perf_counter()))
        if killed != "0" and text.startswith(f"flying: day {killed} "):
            os.kill(os.getpid(), signal.SIGKILL)

def flown(days, folder):
    moments.clear()
    command = Command("nobody", "full-relay")
    plan = FlightPlan(
        read_programme(programme), station, days, uncrewed=True, command=command, seed=1
    )
    begun = time.process_time()
    path = operate(plan, out=Path(folder), progress=told)
    ended = time.process_time(), time.perf_counter()
    return path, ended[0] - begun, ended[0] - moments[0][0], ended[1] - moments[0][1]

if killed == "0":  # machine code is loaded before the clock starts
    flown(0.05, Path(out) / "first")
path, whole, course, wall = flown(float(days), Path(out) / "flown")
files = sorted((path / "telemetry").glob("*"))
if sys.platform == "linux":
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak = 1024 * int(status["VmHWM"].split()[0])
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
parameters = (path / "telemetry" / "dictionary.csv").read_text().count(chr(10)) - 1
archive = sum(file.stat().st_size for file in files)
print(json.dumps([whole, course, wall, peak / 1e6, archive / 1e6, parameters]))
"""

_PLAIN: Final = (
    "import sys; from stationkeeper.validation.speed_operations import plain_steps;"
    " plain_steps(*sys.argv[1:])"
)


@dataclass(frozen=True)
class Flown:
    """A flight in a process of its own: seconds of the processor, and what was left."""

    whole_s: float
    """With the building of the plant and ten days that the watch learns on. [s]"""
    course_s: float
    """From the first step to the last file. [s]"""
    wall_s: float
    """The same by the clock on the wall. [s]"""
    peak_mb: float
    archive_mb: float
    parameters: int


def measure_flight(programme: str, station: str, days: float) -> Flown:
    """Fly a station with its watch and its archive, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="stationkeeper-bench-") as out:
        return Flown(*json.loads(_run(programme, station, days, out, 0).stdout.splitlines()[-1]))


def _run(
    programme: str, station: str, days: float, out: str, killed: int, *, check: bool = True
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", _FLY, programme, station, str(days), out, str(killed)]
    return subprocess.run(command, capture_output=True, text=True, check=check)


def exponent(amounts: list[float], seconds: list[float]) -> float:
    """Return the power of an amount that seconds grow with, by least squares of logarithms.

    Examples
    --------
    >>> round(exponent([1.0, 2.0, 4.0], [3.0, 6.0, 12.0]), 12)
    1.0
    """
    return float(np.polyfit(np.log(amounts), np.log(seconds), 1)[0])


def rows(progress: Callable[[str], None] | None = None) -> list[SpeedRow]:
    """Time flights of 30 to 180 days and of three stations, the plain plant, the gate, a resume.

    Parameters
    ----------
    progress : callable, optional
        Told what is being measured.

    Returns
    -------
    list of SpeedRow
        Some three minutes on two cores, the compiling of kernels not counted.
    """
    say = progress or (lambda text: None)
    say("operations: warming the caches")
    measure_flight(PROGRAMME, STATION, 0.05)
    by_days = {}
    for days in DAYS:
        say(f"operations: {STATION}, {days} days")
        by_days[days] = measure_flight(PROGRAMME, STATION, days)
    stations = []
    for programme, station in STATIONS:
        say(f"operations: {station}, {STATION_DAYS} days")
        modules = len(house_of(read_programme(programme), station, uncrewed=True).rooms)
        stations.append((station, modules, measure_flight(programme, station, STATION_DAYS)))
    say("operations: the plant without a compiler")
    plain = measure_plain()
    say("operations: the gate")
    gate = measure_gate()
    say("operations: a flight that is killed")
    resumed = measure_resumed()
    return [
        *flight_rows(by_days),
        *linear_rows(by_days, stations),
        plain_row(by_days[DAYS[-1]], plain),
        gate_row(*gate),
        resumed_row(*resumed),
    ]


def flight_rows(by_days: dict[int, Flown]) -> list[SpeedRow]:
    """Return the rows of time, memory and archive of the longest flight."""
    days = max(by_days)
    flown = by_days[days]
    work = f"{STATION}, {days} days, {flown.parameters} parameters, watch in the loop"
    told = (
        f"{flown.course_s:.1f} s of flight with archive and checkpoints, by the clock"
        f" {flown.wall_s:.1f} s; {flown.whole_s:.1f} s with ten days that the watch learns on,"
        f" {days * 86_400 / flown.whole_s:,.0f} x real time"
    )
    raw = days * 86_400 / STEP * flown.parameters * 4 / 1e6
    peak = round(flown.peak_mb)
    return [
        SpeedRow(
            "operations", f"{work}, one core", flown.whole_s, "limit", LIMIT_S, 1.0, told, peak
        ),
        SpeedRow(
            "operations", f"{work}, largest memory, in megabytes", flown.peak_mb, "limit",
            LIMIT_MB, 1.0, told, peak,
        ),
        SpeedRow(
            "operations", f"{work}, archive, in megabytes", flown.archive_mb,
            "every row in 32 bits", raw, PACKED_GOAL,
            f"{flown.archive_mb / days:.2f} MB a day; changes beyond the bands of the dictionary,"
            " whole rows around events",
        ),
    ]  # fmt: skip


def linear_rows(
    by_days: dict[int, Flown], stations: list[tuple[str, int, Flown]]
) -> list[SpeedRow]:
    """Return the rows of exponents: of days, and of modules."""
    seconds = [one.course_s for one in by_days.values()]
    of_days = exponent([float(days) for days in by_days], seconds)
    listed = ", ".join(f"{days} d: {one.course_s:.2f} s" for days, one in by_days.items())
    of_modules = exponent(
        [float(modules) for _, modules, _ in stations], [one.course_s for *_, one in stations]
    )
    told = ", ".join(
        f"{station}: {modules} modules, {one.parameters} parameters, {one.course_s:.2f} s"
        for station, modules, one in stations
    )
    return [
        SpeedRow(
            "operations", f"{STATION}, exponent of the days", of_days, "limit", LINEAR, 1.0, listed
        ),
        SpeedRow(
            "operations", f"{STATION_DAYS} days, exponent of the modules", of_modules, "limit",
            LINEAR, 1.0, told,
        ),
    ]  # fmt: skip


@dataclass(frozen=True)
class Plain:
    """Steps of the plant without a compiler."""

    seconds: float
    """Of `steps`. [s]"""
    steps: int
    apart: float
    """Largest difference of a signal or a reading from ours, relative or absolute. [-]"""


def _flying() -> tuple[Built, Flight]:
    """Return a station after an hour of flight, without anything that its watch learnt."""
    house = house_of(read_programme(PROGRAMME), STATION, uncrewed=True)
    built = build(house, seed=1, own=())
    duration = 3_600.0 + 2 * STEPS * STEP
    around = surroundings_of(house, duration, "full-relay")
    flight = begin(
        built, around, Nobody(), who="nobody", commander=Commander.CARETAKER, faults=(),
        duration=duration,
    )  # fmt: skip
    fly(flight, 3_600.0)
    return built, flight


def measure_plain(steps: int = STEPS) -> Plain:
    """Step one plant by the kernel here, and in another process as plain Python and NumPy."""
    built, flight = _flying()
    given = surrounding_rows(flight.around, flight.time + STEP, steps, STEP)
    kept = ("signals", "health", "switches", "state", "ledger")
    with tempfile.TemporaryDirectory(prefix="stationkeeper-bench-") as out:
        path = Path(out) / "begin.npz"
        stored: dict[str, Any] = {name: flight.arrays[name].copy() for name in kept}
        np.savez(
            path, begin=flight.time, rows=given, columns=built.columns, wires=built.wires,
            constants=built.constants, bounds=built.bounds, sensors=built.sensors.wires,
            sensor_constants=built.sensors.constants,
            **stored,
        )  # fmt: skip
        after = Path(out) / "after.npz"
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", _PLAIN, str(path), str(after)],
            env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
            check=True,
            capture_output=True,
        )
        fly(flight, flight.time + steps * STEP)
        with np.load(after) as theirs:
            apart = max(
                _apart(flight.arrays["signals"], theirs["signals"]),
                _apart(flight.arrays["row"], theirs["row"]),
            )
            return Plain(float(theirs["seconds"]), steps, apart)


def _apart(ours: Array, theirs: Array) -> float:
    differ = np.abs(ours - theirs) / np.maximum(1.0, np.abs(theirs))
    return float(np.max(np.where(np.isnan(differ), np.inf, differ)))


def plain_steps(begin_file: str, after_file: str) -> None:
    """Fly the steps of a file where numba compiles nothing, and write where that led.

    Called in a process of its own. Limits, watch, managers and archive are spared; telemetry is
    `telemetry`, on whole arrays.
    """
    from stationkeeper.operations.build import PARTS

    with np.load(begin_file) as stored:
        held = {name: stored[name] for name in stored.files}
    bounds, signals = held["bounds"], held["signals"]
    blocks = [
        [
            held[name][bounds[part, column] : bounds[part + 1, column]]
            for column, name in enumerate(("wires", "constants", "state", "ledger"))
        ]
        for part in range(len(PARTS))
    ]
    row = np.zeros(0)
    begun = time.process_time()
    for number, given in enumerate(held["rows"]):
        moment = float(held["begin"]) + (number + 1) * STEP
        signals[held["columns"]] = given
        for part, block in zip(PARTS, blocks, strict=True):
            part.step(moment, STEP, signals, held["health"], held["switches"], *block)
        row = telemetry(moment, signals, held["sensors"], held["sensor_constants"])
    seconds = time.process_time() - begun
    np.savez(after_file, signals=signals, row=row, seconds=seconds)


def telemetry(moment: float, signals: Array, wires: NDArray[np.int64], constants: Array) -> Array:
    """Return one row of nominal sensors on whole arrays, as `sensors.sense` writes it."""
    count = int(wires[0])
    scale, shift, deviation, steps, finer, least, most = constants.reshape(7, count)
    numbers = np.arange(count, dtype=np.uint64) + np.uint64(int(moment) * count)
    word = np.uint64(wires[2]) + numbers * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    word ^= word >> np.uint64(31)
    total = word.view(np.uint16).reshape(count, 4).sum(axis=1, dtype=np.float64)
    noise = (total - 131_070.0) / np.sqrt((65_536.0**2 - 1.0) / 3.0)
    told = scale * signals[wires[4 : 4 + count]] + shift + deviation * noise
    told = np.where(steps > 0.0, np.floor(told * finer + 0.5) * steps, told)
    return np.asarray(np.minimum(np.maximum(told, least), most))


def plain_row(flown: Flown, plain: Plain) -> SpeedRow:
    """Return the row of the whole flight beside the plain plant; what differs is no peer."""
    days = max(DAYS)
    alike = plain.apart <= EXACT
    found = f"{plain.apart:.0e}" + ("" if alike else ", DIFFERS")
    return SpeedRow(
        "operations",
        f"{STATION}, {days} days, the flight with all that belongs to it",
        flown.course_s,
        "plain Python and NumPy",
        plain.seconds / plain.steps * days * 86_400 / STEP if alike else None,
        PLAIN_GOAL,
        f"signals and readings after {plain.steps} steps apart by {found}; scaled from these;"
        " the peer is spared limits, watch, managers and archive",
    )


def measure_gate(
    commands: int = COMMANDS,
) -> tuple[float, float, int, int, tuple[int, ...]]:
    """Judge commands to open and close hatches on arrays and one by one.

    Returns
    -------
    ours_s, plain_s : float
        [s]
    commands, different : int
        How many, and how many answers differ.
    verdicts : tuple of int
        Refused, held, allowed.
    """
    house = house_of(read_programme(PROGRAMME), STATION, uncrewed=True)
    layout = build(house, seed=1, own=()).vehicle.layout
    gate = gate_arrays(layout)
    draw = np.random.default_rng(1)
    shape = (commands, int(gate.starts[-1]), 2)
    times = np.arange(1.0, commands + 1.0)
    readings = np.zeros(shape)  # the air is good in most rows, else of a vacuum or with one odd
    air = {"pressure": 101e3, "oxygen": 21e3, "carbon_dioxide": 400.0}
    for quantity, value in air.items():
        rows_of = slice(layout.starts[quantity], layout.starts[quantity] + layout.counts[quantity])
        readings[:, rows_of] = value
    odd = draw.random(commands) < 0.2
    readings[odd] *= np.round(draw.random((int(odd.sum()), *shape[1:])), 1)
    late = draw.choice([1.0, 60.0], (commands, 1, 1), p=[0.9, 0.1])
    measured = np.broadcast_to(times[:, None, None] - late, shape).copy()
    doors = [one.name for one in layout.passages]
    asked = [
        Asked(
            (Act.OPEN, Act.CLOSE)[draw.integers(2)],
            doors[draw.integers(len(doors))],
            Commander.GROUND,
        )
        for _ in range(commands)
    ]
    table = np.array([command_row(layout, one) for one in asked]).reshape(-1, COMMAND_SIZE)
    decide_many(gate, fresh_state(), readings[:1], measured[:1], times[:1], table[:1])
    begun = time.process_time()
    ours = decide_many(gate, fresh_state(), readings, measured, times, table)
    middle = time.process_time()
    state, verdicts = GateState(), []
    for number, one in enumerate(asked):
        facts = Facts(readings[number], measured[number])
        answer, state = decide(layout, state, facts, one, float(times[number]))
        verdicts.append(int(answer.verdict))
    ended = time.process_time()
    different = int(np.count_nonzero(ours[:, 0] != np.array(verdicts)))
    counts = tuple(np.bincount(ours[:, 0], minlength=3).tolist())
    return middle - begun, ended - middle, commands, different, counts


def gate_row(
    ours_s: float, plain_s: float, commands: int, different: int, verdicts: tuple[int, ...]
) -> SpeedRow:
    """Return the row of the gate on arrays beside its plain form."""
    return SpeedRow(
        "operations",
        f"the gate of {STATION}, {commands:,} commands",
        ours_s,
        "the gate one by one",
        plain_s if different == 0 else None,
        GATE_GOAL,
        f"{1e6 * ours_s / commands:.2f} us a command, one by one {1e6 * plain_s / commands:.0f} us;"
        f" {different} verdicts differ; {verdicts[0]:,} refused, {verdicts[1]:,} held,"
        f" {verdicts[2]:,} allowed",
    )


def measure_resumed(days: int = RESUMED_DAYS) -> tuple[float, float, int, bool]:
    """Fly once without a break, and once killed as the last day begins and called again.

    Returns
    -------
    resumed_s, whole_s : float
        Of the second call, and of the flight without a break. [s]
    files : int
        Of telemetry, and the timeline.
    alike : bool
        All bytes are the same, and the first call was killed.
    """
    with tempfile.TemporaryDirectory(prefix="stationkeeper-bench-") as out:
        whole, broken = str(Path(out) / "whole"), str(Path(out) / "broken")
        one = json.loads(_run(PROGRAMME, STATION, days, whole, 0).stdout.splitlines()[-1])
        first = _run(PROGRAMME, STATION, days, broken, days, check=False)
        two = json.loads(_run(PROGRAMME, STATION, days, broken, 0).stdout.splitlines()[-1])
        left, right = _digests(Path(whole) / "flown"), _digests(Path(broken) / "flown")
        killed = first.returncode == -signal.SIGKILL
        return two[1], one[1], len(left), killed and bool(left) and left == right


def _digests(folder: Path) -> dict[str, str]:
    """Return the digests of telemetry and document of the one run in a folder, by name."""
    found = [*sorted(folder.glob("*/telemetry/*")), *folder.glob("*/operations.json")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def resumed_row(resumed_s: float, whole_s: float, files: int, alike: bool) -> SpeedRow:
    """Return the row of a flight that was killed; other bytes have no peer."""
    told = "the same bytes" if alike else "bytes DIFFER"
    return SpeedRow(
        "operations",
        f"{STATION}, {RESUMED_DAYS} days, killed as the last begins: what is left to fly",
        resumed_s,
        "the whole flight",
        whole_s if alike and math.isfinite(whole_s) else None,
        1.0,
        f"{files} files of telemetry and timeline, {told}",
    )
