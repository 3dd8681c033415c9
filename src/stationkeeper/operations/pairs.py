"""Many missions, each flown under every commander: same plant, same faults, same noise.

What differs between two flights of a mission is who commands and by which link; differences are
told mission by mission. A mission is flown by one thread, its flights one after the other; each
finished mission is a file, and a study that was killed goes on with the next.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from stationkeeper.campaign.chunks import available_cores
from stationkeeper.campaign.versions import code_digest, libraries
from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.errors import DomainError, InputError, Interrupted
from stationkeeper.operations.build import build
from stationkeeper.operations.document import outcome_of
from stationkeeper.operations.fault_files import RANDOM_MEAN, faults_of, hazard_factor_of
from stationkeeper.operations.faults import Fault
from stationkeeper.operations.flight import STEP, Flight, fly, sample_names
from stationkeeper.operations.house import House, house_of
from stationkeeper.operations.minds import Command, mind_of
from stationkeeper.operations.pair_figures import pair_figures
from stationkeeper.operations.plan import FlightPlan, flight_of, mission_of
from stationkeeper.operations.surroundings import LINKS, LinkKind, Surroundings, surroundings_of
from stationkeeper.programme.write import as_toml
from stationkeeper.results.folder import (
    COMPLETE,
    INTERRUPTED,
    PROGRAMME,
    RUNNING,
    RunFolder,
    begin_folder,
    locked,
)
from stationkeeper.results.storage import write_atomically, write_document
from stationkeeper.units import date_from_days

Progress = Callable[[str], None]

REACTIONS: Final = (300.0, 28_800.0)  # [s] of the ground in the standard set: 5 min and 8 h
BASELINES: Final = (
    Command("nobody"),
    Command("limits"),
    *(Command("ground", link, reaction) for link in LINKS for reaction in REACTIONS),
)
"""The standard set: whom a caretaker must beat."""
MOST_MISSIONS: Final = 100_000  # of one study; ours
MOST_DAYS: Final = 3_660.0  # of one flight, as for a single one; ours
DOCUMENT: Final = "pairs.json"
FLIGHTS: Final = "flights.parquet"
MISSIONS: Final = "missions"


class _Stopped(Exception):
    """Another thread failed, or the user stopped the study."""


def fly_pairs(
    plan: FlightPlan,
    missions: int,
    *,
    out: Path,
    commands: Sequence[Command] | None = None,
    faults_per_mission: float | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Fly missions under every commander, and leave a run folder.

    Missions are numbered from 0. Hidden constants, faults and noise of each are those of a single
    flight of that seed and mission, whoever commands. The same arguments give the same bytes on
    one worker or many, uninterrupted or killed and resumed.

    Parameters
    ----------
    plan : FlightPlan
        What is flown; its mission is not read.
    missions : int
        One or more. [-]
    out : Path
        Folder in which the run folder is made.
    commands : sequence of Command, optional
        Who commands; if absent the standard set, and the command of the plan if it is not of it.
        In that set nobody and limits have the link of the plan.
    faults_per_mission : float, optional
        For a plan with ``random`` faults: the mean number of faults of a mission. All hazards are
        multiplied by one factor; the document tells it. [-]
    workers : int, optional
        Threads; if absent, one a core. [-]
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    Path
        The run folder: ``pairs.json``, ``flights.parquet`` and a file a mission.

    Raises
    ------
    InputError
        If an argument, the plant or a fault cannot be flown.
    StorageError
        If the folder cannot be written.
    DomainError
        If the plant of a flight has a figure that is no number.
    Interrupted
        If the user stops it (Ctrl-C). Finished missions stay.
    """
    say = progress or (lambda text: None)
    plan = _checked(plan, missions, faults_per_mission, workers)
    commanders = commanders_of(plan) if commands is None else _distinct(commands)
    for command in commanders:
        mind_of(command)
    threads = min(workers or available_cores(), missions)
    say("working out the orbit")
    house = house_of(plan.programme, plan.station, first_day=plan.first_day, uncrewed=plan.uncrewed)
    built = build(house, seed=plan.seed)
    faults_of(
        plan.faults, house, built.registry, seed=plan.seed, mission=0, duration=plan.duration
    )  # what cannot be flown is told before a folder is made
    factor = hazard_factor_of(plan.faults, house, built.registry, plan.duration)
    around = {
        link: surroundings_of(house, plan.duration, link)
        for link in dict.fromkeys(command.link for command in commanders)
    }
    now = datetime.now(UTC)
    state: dict[str, Any] = {
        "format": 1,
        "kind": "pairs",
        "programme": plan.programme.name,
        "title": plan.programme.title,
        "station": plan.station,
        "version": version("stationkeeper"),
        "code": code_digest(),
        "libraries": libraries(),
        "identity": _identity(plan, missions, commanders),
        "seed": plan.seed,
        "state": RUNNING,
        "started": now.isoformat(timespec="seconds"),
        "finished": None,
    }
    text = as_toml(plan.programme.as_document(), "As read, overrides applied.")
    name = f"{plan.programme.name}-{plan.station}-pairs"
    folder = begin_folder(out, name, state, {PROGRAMME: text.encode()}, now, (MISSIONS,))
    with locked(folder):
        if folder.state().get("state") != COMPLETE:
            todo = [one for one in range(missions) if _read(folder, one, commanders) is None]
            try:
                _fly(plan, todo, commanders, around, folder, threads, missions, say)
            except KeyboardInterrupt:
                folder.write_state(state | {"state": INTERRUPTED})
                raise Interrupted(
                    "stopped; the finished missions are kept, and the same command goes on from"
                    " there"
                ) from None
            rows = [_read(folder, one, commanders) or {} for one in range(missions)]
            say("comparing")
            write_atomically(folder.path / FLIGHTS, _table(rows))
            write_document(folder.path / DOCUMENT, _document(plan, house, factor, commanders, rows))
            state["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
            folder.write_state(state | {"state": COMPLETE})
    return folder.path


def commanders_of(plan: FlightPlan) -> tuple[Command, ...]:
    """Return the standard set for a plan, and its own command if that is not of the set.

    Examples
    --------
    >>> [command.title for command in BASELINES[:3]]
    ['nobody', 'limits', 'ground, stations, 5 min']
    """
    link = plan.command.link
    found = [one if one.name == "ground" else replace(one, link=link) for one in BASELINES]
    if plan.command.title not in {one.title for one in found}:
        found.append(plan.command)
    return tuple(found)


def _checked(
    plan: FlightPlan, missions: int, faults_per_mission: float | None, workers: int | None
) -> FlightPlan:
    """Return the plan of mission 0 with the faults asked for, or say what is wrong."""
    if not 1 <= missions <= MOST_MISSIONS:
        raise InputError(f"--missions: given {missions}, expected 1 to {MOST_MISSIONS:,}")
    if workers is not None and workers < 1:
        raise InputError(f"--workers: given {workers}, expected 1 or more")
    if not STEP <= plan.duration <= MOST_DAYS * SECONDS_PER_DAY:
        raise InputError(
            f"--days: given {plan.days:g}, expected more than 0, at most {MOST_DAYS:g}"
        )
    if not 0 <= plan.seed < 2**63:
        raise InputError(f"--seed: given {plan.seed}, expected 0 to 2**63 - 1")
    if faults_per_mission is not None:
        if plan.faults.strip() != "random":
            raise InputError(
                f"--faults-per-mission: given {faults_per_mission:g} with faults {plan.faults};"
                " expected --faults random"
            )
        plan = replace(plan, faults=f"{RANDOM_MEAN}{float(faults_per_mission)!r}")
    return replace(plan, mission=0)


def _distinct(commands: Sequence[Command]) -> tuple[Command, ...]:
    titles = [command.title for command in commands]
    if not titles or len(set(titles)) < len(titles):
        raise InputError(
            f"commanders: given {', '.join(titles) or 'none'}; expected one or more, each once"
        )
    return tuple(commands)


def _identity(plan: FlightPlan, missions: int, commanders: tuple[Command, ...]) -> str:
    parts = [plan.identity(), missions, [repr(command) for command in commanders]]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _fly(
    plan: FlightPlan,
    todo: Sequence[int],
    commanders: tuple[Command, ...],
    around: Mapping[LinkKind, Surroundings],
    folder: RunFolder,
    threads: int,
    missions: int,
    say: Progress,
) -> None:
    """Fly missions in threads and keep each; the first that fails stops the others."""
    done = missions - len(todo)
    say(f"flying: {done} of {missions} missions flown")
    stop = threading.Event()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="mission")
    try:
        work = [
            pool.submit(_mission, replace(plan, mission=one), commanders, around, folder, stop)
            for one in todo
        ]
        for finished in as_completed(work):
            finished.result()
            done += 1
            say(f"flying: {done} of {missions} missions flown")
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _mission(
    plan: FlightPlan,
    commanders: tuple[Command, ...],
    around: Mapping[LinkKind, Surroundings],
    folder: RunFolder,
    stop: threading.Event,
) -> None:
    """Fly one mission under every commander, and keep what it came to."""
    if stop.is_set():
        raise _Stopped
    mission = mission_of(plan)
    flights = []
    for command in commanders:
        flight = flight_of(mission, command, around=around[command.link])
        while flight.time < flight.duration:
            if stop.is_set():
                raise _Stopped
            fly(flight, flight.time + SECONDS_PER_DAY)
        flights.append(_flight_row(plan, command, flight))
    rows = {"faults": [_fault_row(fault) for fault in mission.faults], "flights": flights}
    document = {"mission": plan.mission, "checksum": _checksum(rows), **rows}
    write_document(_file(folder, plan.mission), document)


def _flight_row(plan: FlightPlan, command: Command, flight: Flight) -> dict[str, Any]:
    wrong = ~np.isfinite(flight.arrays["samples"]).all(axis=0)
    if wrong.any():
        name = sample_names(flight.built)[int(np.argmax(wrong))]
        raise DomainError(
            f"mission {plan.mission} of seed {plan.seed} under {command.title}: {name} is no"
            " number; expected a finite one all through the flight"
        )
    return {"commander": command.title, **outcome_of(flight).row(), "failed": flight.failed}


def _fault_row(fault: Fault) -> dict[str, Any]:
    return {
        "kind": fault.kind,
        "component": fault.component,
        "onset_s": float(fault.onset),
        "size": None if fault.size is None else float(fault.size),
        "group": fault.group,
    }


def _file(folder: RunFolder, mission: int) -> Path:
    return folder.path / MISSIONS / f"mission-{mission:06d}.json"


def _checksum(rows: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def _read(
    folder: RunFolder, mission: int, commanders: tuple[Command, ...]
) -> dict[str, Any] | None:
    """Return what was kept of a mission; None if it is not whole."""
    try:
        found = json.loads(_file(folder, mission).read_bytes())
        rows = {"faults": found["faults"], "flights": found["flights"]}
        whole = found["mission"] == mission and found["checksum"] == _checksum(rows)
        same = [one["commander"] for one in rows["flights"]] == [one.title for one in commanders]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return rows if whole and same else None


def _table(missions: Sequence[Mapping[str, Any]]) -> Callable[[BinaryIO], None]:
    """Return what writes the flights, a row each, as Parquet."""
    from pyarrow import Table, parquet

    rows = []
    for number, mission in enumerate(missions):
        for flight in mission["flights"]:
            row = {"mission": number, "faults": len(mission["faults"])}
            row |= {key: value for key, value in flight.items() if key != "service"}
            row |= {f"service.{load}": share for load, share in flight["service"].items()}
            rows.append(row)
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = Table.from_pydict({name: [row.get(name) for row in rows] for name in names})

    def write(file: BinaryIO) -> None:
        parquet.write_table(table, file)

    return write


def _document(
    plan: FlightPlan,
    house: House,
    factor: float,
    commanders: tuple[Command, ...],
    missions: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Tell the study as one document."""
    baselines = {command.title for command in BASELINES}
    counts = [len(row["faults"]) for row in missions]
    named = [
        {
            "title": command.title,
            "name": command.name,
            "link": command.link,
            "reaction_min": command.reaction_s / 60.0 if command.name == "ground" else None,
            "baseline": command.title in baselines,
        }
        for command in commanders
    ]
    return {
        "format": 1,
        "programme": plan.programme.name,
        "station": plan.station,
        "title": house.title,
        "first_day": date_from_days(house.first_day).isoformat(),
        "days": plan.duration / SECONDS_PER_DAY,
        "uncrewed": plan.uncrewed,
        "people": house.people,
        "seed": plan.seed,
        "missions": len(missions),
        "asked_faults": plan.faults,
        "faults": {
            "flown": sum(counts),
            "per_mission": float(np.mean(counts)),
            "missions_without": counts.count(0),
            "hazard_factor": factor,
        },
        **pair_figures(named, missions, plan.duration, plan.seed),
    }
