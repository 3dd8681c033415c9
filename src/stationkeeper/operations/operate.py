"""The command: fly one station for days to months and leave a run folder."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from stationkeeper.campaign.versions import code_digest, libraries
from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.errors import InputError
from stationkeeper.operations.archive import FOLDER as TELEMETRY
from stationkeeper.operations.checkpoint import drop_checkpoint, take_up, write_checkpoint
from stationkeeper.operations.document import document
from stationkeeper.operations.flight import STEP, fly
from stationkeeper.operations.minds import made_mind, mind_of
from stationkeeper.operations.plan import FlightPlan, flight_of, mission_of
from stationkeeper.programme.write import as_toml
from stationkeeper.results.folder import COMPLETE, PROGRAMME, RUNNING, begin_folder, locked
from stationkeeper.results.storage import write_document

Progress = Callable[[str], None]
MOST_DAYS: Final = 3_660.0  # ten years; chosen by us
DOCUMENT: Final = "operations.json"


def operate(plan: FlightPlan, *, out: Path, progress: Progress | None = None) -> Path:
    """Fly one station second by second and leave a run folder.

    The same plan gives the same telemetry to the bit. A run that was killed goes on at its last
    checkpoint, a day of flight before at most, when it is called again with the same arguments.

    Parameters
    ----------
    plan : FlightPlan
        What is flown.
    out : Path
        Folder in which the run folder is made.
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    Path
        The run folder.

    Raises
    ------
    InputError
        If an argument, the plant or a fault cannot be flown.
    StorageError
        If the folder cannot be written.
    """
    if not STEP / SECONDS_PER_DAY <= plan.days <= MOST_DAYS:
        raise InputError(
            f"--days: given {plan.days:g}, expected more than 0 (a step of {STEP:g} s at least), at"
            f" most {MOST_DAYS:g}"
        )
    if not 0 <= plan.seed < 2**63:
        raise InputError(f"--seed: given {plan.seed}, expected 0 to 2**63 - 1")
    say = progress or (lambda text: None)
    begun = time.perf_counter()
    mind_of(plan.command)  # before anything that takes long
    mission = mission_of(plan, say)
    made_mind(plan.command, mission.built.vehicle)  # and before anything is written
    ready = time.perf_counter()
    now = datetime.now(UTC)
    state: dict[str, Any] = {
        "format": 1,
        "kind": "operations",
        "programme": plan.programme.name,
        "title": plan.programme.title,
        "station": plan.station,
        "version": version("stationkeeper"),
        "code": code_digest(),
        "libraries": libraries(),
        "identity": plan.identity(),
        "seed": plan.seed,
        "state": RUNNING,
        "started": now.isoformat(timespec="seconds"),
        "finished": None,
        "durations_s": {},
    }
    text = as_toml(plan.programme.as_document(), "As read, overrides applied.")
    folder = begin_folder(
        out,
        f"{plan.programme.name}-{plan.station}",
        state,
        {PROGRAMME: text.encode()},
        now,
        (TELEMETRY,),
    )
    with locked(folder):
        if folder.state().get("state") != COMPLETE:
            flight = flight_of(mission, plan.command, folder=folder.path / TELEMETRY)
            take_up(flight, folder.path)
            while flight.time < flight.duration:
                fly(flight, flight.time + SECONDS_PER_DAY, say)
                write_checkpoint(flight, folder.path)
            write_document(folder.path / DOCUMENT, document(plan, flight))
            flown = time.perf_counter()
            state["state"] = COMPLETE
            state["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
            state["durations_s"] = {"prepare": ready - begun, "fly": flown - ready}
            folder.write_state(state)
            drop_checkpoint(folder.path)
    return folder.path
