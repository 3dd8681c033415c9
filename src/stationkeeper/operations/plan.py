"""What is to be flown, and everything that flights of one mission share."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from stationkeeper.campaign.versions import code_digest, libraries
from stationkeeper.caretaker.authority import Commander
from stationkeeper.caretaker.nobody import Nobody
from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.operations.build import Built, build, source_of_parts
from stationkeeper.operations.fault_files import faults_of
from stationkeeper.operations.faults import Fault
from stationkeeper.operations.flight import STEP, Flight, begin, fly
from stationkeeper.operations.house import house_of
from stationkeeper.operations.minds import NOBODY, Command, made_mind, source_of
from stationkeeper.operations.monitor import EVERY, ROW_S, Learned, learned_of
from stationkeeper.operations.registry import SPREAD
from stationkeeper.operations.surroundings import LinkKind, Surroundings, surroundings_of
from stationkeeper.programme.document import Programme

LEARNING: Final = 10 * SECONDS_PER_DAY
"""Nominal days that the watch learns on. [s]"""
LEARNING_LINK: Final[LinkKind] = "two-relays"
"""With it a station has its ground, a relay, and neither: whatever link is flown, the watch knows
what a change of it does."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class FlightPlan:
    """All that decides the bytes of a flight."""

    programme: Programme
    station: str
    days: float
    uncrewed: bool = False
    faults: str = "none"
    """``none``, ``random``, ``random:2.5`` (so many in the mean), a file, or
    ``kind:component@seconds[,...]``. [-]"""
    command: Command = NOBODY
    first_day: date | None = None
    seed: int = 1
    mission: int = 0
    spread: float = SPREAD
    """Of hidden constants to both sides; 0 flies those of the document. [-]"""

    @property
    def duration(self) -> float:
        """A whole number of steps. [s]"""
        return STEP * round(self.days * SECONDS_PER_DAY / STEP)

    def identity(self) -> str:
        """Return a short name of all that decides the bytes of the telemetry."""
        parts = [
            self.programme.model_dump(mode="json", by_alias=True),
            self.station, self.days, self.uncrewed, self.faults, repr(self.command),
            str(self.first_day), self.seed, self.mission, self.spread, code_digest(), libraries(),
            _text_of(self.faults), source_of(self.command), source_of_parts(),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def _text_of(faults: str) -> str:
    """Return what a file of faults says, as another text is another flight."""
    try:
        return Path(faults).read_text("utf-8", errors="replace")
    except (OSError, ValueError):
        return ""


@dataclass(frozen=True, eq=False)
class Mission:
    """What flights of one mission share, whoever commands: plant, orbit, faults, watch."""

    built: Built
    around: Surroundings
    faults: tuple[Fault, ...]
    learned: Learned
    duration: float


def mission_of(plan: FlightPlan, progress: Progress | None = None) -> Mission:
    """Build the plant of a mission and let its watch learn on ten nominal days.

    Parameters
    ----------
    plan : FlightPlan
        What is flown.
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    Mission

    Raises
    ------
    InputError
        If the station, its plant or a fault cannot be flown.
    """
    say = progress or (lambda text: None)
    say("building the plant")
    house = house_of(plan.programme, plan.station, first_day=plan.first_day, uncrewed=plan.uncrewed)
    built = build(house, seed=plan.seed, mission=plan.mission, spread=plan.spread)
    faults = faults_of(
        plan.faults,
        house,
        built.registry,
        seed=plan.seed,
        mission=plan.mission,
        duration=plan.duration,
    )
    around = surroundings_of(house, plan.duration, plan.command.link)
    say("learning what is nominal")
    return Mission(built, around, faults, learned_in(built), plan.duration)


def learned_in(built: Built) -> Learned:
    """Let the watch of a plant learn, on nominal days of its own before the flight.

    Parameters
    ----------
    built : Built
        The plant, with the hidden constants of its mission.

    Returns
    -------
    Learned
        From `LEARNING` seconds without faults and commands.
    """
    around = surroundings_of(built.house, LEARNING, LEARNING_LINK)
    rows = int(LEARNING / (EVERY * ROW_S))
    flight = begin(
        built, around, Nobody(), who="nobody", commander=Commander.CARETAKER, faults=(),
        duration=LEARNING, learn_rows=rows,
    )  # fmt: skip
    fly(flight, LEARNING)
    return learned_of(flight.monitor)


def flight_of(
    mission: Mission,
    command: Command,
    *,
    around: Surroundings | None = None,
    folder: Path | None = None,
) -> Flight:
    """Put a mission at its begin under a commander.

    Parameters
    ----------
    mission : Mission
        Shared; not changed.
    command : Command
        Who commands.
    around : Surroundings, optional
        If the commander has another link than that of the mission.
    folder : Path, optional
        Where telemetry is kept.

    Returns
    -------
    Flight
    """
    return begin(
        mission.built,
        around or mission.around,
        made_mind(command, mission.built.vehicle),
        who=command.title,
        commander=command.commander,
        faults=mission.faults,
        duration=mission.duration,
        folder=folder,
        learned=mission.learned,
    )
