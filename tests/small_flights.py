"""The station of one module, flown for hours under a mind of a test's own."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from stationkeeper.caretaker.authority import Commander
from stationkeeper.caretaker.vehicle import Ask, Mind, Seen
from stationkeeper.operations.build import Built, OwnPart, build
from stationkeeper.operations.fault_files import faults_of
from stationkeeper.operations.flight import Flight, begin, fly
from stationkeeper.operations.happenings import Happening
from stationkeeper.operations.house import House, house_of
from stationkeeper.operations.surroundings import Surroundings, surroundings_of
from stationkeeper.programme.read import read_programme

HOUR = 3_600.0
LONGEST = 6 * HOUR


@cache
def haven() -> House:
    return house_of(read_programme("haven-1"), "haven-1", uncrewed=True)


@cache
def haven_around() -> Surroundings:
    return surroundings_of(haven(), LONGEST, "full-relay")


def haven_built(*own: OwnPart) -> Built:
    return build(haven(), seed=1, own=own)


class Script:
    """A mind that asks what it was told to, at the moments it was told."""

    def __init__(self, *steps: tuple[float, Any]) -> None:
        """Take moments and what is asked then: a list of Ask, or what is raised."""
        self.steps = list(steps)
        self.seen: list[Seen] = []

    def act(self, seen: Seen) -> tuple[list[Ask], float]:
        self.seen.append(seen)
        due = [step for moment, step in self.steps if moment <= seen.time]
        self.steps = self.steps[len(due) :]
        wake = self.steps[0][0] if self.steps else LONGEST
        asks: list[Ask] = []
        for step in due:
            if isinstance(step, Exception):
                raise step
            asks += step
        return asks, wake

    def save(self) -> dict[str, Any]:
        return {"left": len(self.steps)}

    def restore(self, saved: dict[str, Any]) -> None:
        self.steps = self.steps[len(self.steps) - saved["left"] :]


def flown(
    mind: Mind,
    seconds: float = HOUR,
    *,
    own: Sequence[OwnPart] = (),
    faults: str = "none",
    folder: Path | None = None,
) -> Flight:
    """Fly; limits only, no watch."""
    built = haven_built(*own)
    befall = faults_of(faults, haven(), built.registry, seed=1, mission=0, duration=seconds)
    flight = begin(
        built, haven_around(), mind, who="mine", commander=Commander.CARETAKER,
        faults=befall, duration=seconds, folder=folder,
    )  # fmt: skip
    fly(flight, seconds)
    return flight


def told(flight: Flight, *kinds: str) -> list[Happening]:
    return [one for one in flight.happenings if one.kind in kinds]


def signal(flight: Flight, name: str) -> float:
    return float(flight.arrays["signals"][flight.built.registry.of(name)])
