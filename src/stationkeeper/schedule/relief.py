"""Rules between ships of one class: turnaround between launches, handover between crews."""

from collections.abc import Iterator

from stationkeeper.schedule.literals import Literal, negated
from stationkeeper.schedule.problem import Rotation
from stationkeeper.schedule.score import last_of_class
from stationkeeper.schedule.ships import Fleet, Ship


def turnarounds(fleet: Fleet) -> None:
    """Post the fewest days between launches of a class."""
    rotation = fleet.rotation
    for ship_class, ship in enumerate(rotation.ships):
        words = f"launches of {ship.key} are {ship.turnaround} d or more apart"
        for n, later in enumerate(places := _of_class(rotation, ship_class)):
            for before in reversed(places[:n]):
                _apart(fleet, before, later, ship.turnaround, words)
                if rotation.candidates[before].required and not fleet.sheet.named:
                    break


def _of_class(rotation: Rotation, ship_class: int) -> list[int]:
    return [n for n, c in enumerate(rotation.candidates) if c.ship == ship_class]


def _apart(fleet: Fleet, before: int, later: int, days: int, words: str) -> None:
    a, b = fleet.launch[before], fleet.launch[later]
    unflown = negated(a.end)
    for day in range(b.first, min(b.last, a.last + days - 1) + 1):
        fleet.sheet.clause(negated(b.by(day)), a.by(day - days), unflown, name=words)


def handovers(fleet: Fleet) -> list[Literal]:
    """Post the most days of handover; what is returned is true if one is shorter than the fewest.

    A later flight need not be the next: one between them may stay on the ground.
    """
    rotation = fleet.rotation
    missed: list[Literal] = []
    for ship_class, ship in enumerate(rotation.ships):
        if ship.handover is None:
            continue
        fewest, most = ship.handover
        for leaver, later in _relieved(fleet, ship_class):
            _most(fleet, leaver, later, most)
            missed += _fewest(fleet, leaver, later, fewest)
    return missed


def _relieved(fleet: Fleet, ship_class: int) -> Iterator[tuple[Ship, list[Ship]]]:
    """Each ship of a class that another may relieve, with the later ones."""
    line = [fleet.flights[n] for n in _of_class(fleet.rotation, ship_class)]
    waiting = last_of_class(fleet.rotation, ship_class)
    if waiting is not None:
        yield fleet.aboard[waiting], line
    for n, leaver in enumerate(line):
        yield leaver, line[n + 1 :]


def _most(fleet: Fleet, leaver: Ship, later: list[Ship], most: int) -> None:
    sheet = fleet.sheet
    words = f"{leaver.key} leaves within {most} d of the docking of the next"
    for relief in later:
        soonest = min(leaver.left.first, relief.first + most)
        for day in range(soonest, leaver.left.last):
            sheet.clause(
                negated(relief.docked_by(day - most)),
                leaver.left.by(day),
                negated(leaver.flies),
                name=words,
            )
        # The same once more for whole stays: without it bounds take minutes instead of seconds.
        if not sheet.named:
            apart = sheet.model.add(leaver.leaves <= relief.docks + most)
            if leaver.flies is not True:
                apart.only_enforce_if(leaver.flies)
        if relief.flies is True:
            break


def _fewest(fleet: Fleet, leaver: Ship, later: list[Ship], fewest: int) -> Iterator[Literal]:
    sheet = fleet.sheet
    last = min(leaver.left.last, fleet.rotation.days - 1)
    if last < leaver.left.first:
        return
    missed = sheet.new()
    for day in range(leaver.left.first, last + 1):
        sheet.clause(
            negated(leaver.left.by(day)),
            *(relief.docked_by(day - fewest) for relief in later),
            missed,
        )
    yield missed
