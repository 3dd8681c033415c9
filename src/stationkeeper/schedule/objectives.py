"""What a plan is judged by, in order, and the choice among plans of equal worth."""

from typing import Any

from stationkeeper.schedule.literals import Literal, number
from stationkeeper.schedule.people import People
from stationkeeper.schedule.ships import Fleet
from stationkeeper.schedule.work import owed

STAGES = (
    ("safety days lost", "d"),
    ("obligations broken", "-"),
    ("crew time short", "crew-days"),
    ("flights", "-"),
    ("seats bought", "-"),
    ("days from the calendar", "d"),
)
"""Objectives in their order, with units."""


def obligations(fleet: Fleet, missed: list[Literal], tasks: list[list[tuple[int, Literal]]]) -> Any:
    """Handovers too short, seats owed and tasks not done."""
    total: Any = sum(missed)
    total = total + owed(fleet)
    for by in tasks:
        undone = fleet.sheet.new()
        fleet.sheet.clause(undone, *(does for _, does in by))
        total = total + undone
    return total


def crew_time_short(people: People) -> Any:
    """Crew-days missing, over all sides."""
    rotation = people.rotation
    total: Any = 0
    for k, side in enumerate(rotation.sides):
        wanted = round(side.wanted * rotation.days)
        missing = people.sheet.model.new_int_var(0, wanted, "")
        people.sheet.add(missing + people.crew_days(k) >= wanted)
        total = total + missing
    return total


def from_calendar(fleet: Fleet) -> Any:
    """Days between launch and nominal launch, over all flights flown."""
    total: Any = 0
    for candidate, chain in zip(fleet.rotation.candidates, fleet.launch, strict=True):
        for day in range(chain.first, chain.last):
            if day < candidate.nominal:
                total = total + number(chain.by(day))
            else:
                total = total + number(chain.end) - number(chain.by(day))
        outside = max(0, candidate.nominal - chain.last) + max(0, chain.first - candidate.nominal)
        total = total + outside * number(chain.end)
    return total


def order(fleet: Fleet, tasks: list[list[tuple[int, Literal]]]) -> Any:
    """A sum that no two plans of equal worth are likely to share, to choose one of them.

    Ships that leave early, launch early, use the first port and the first mix come first; the
    weights differ by flight and are our choice.
    """
    total: Any = 0
    ships = [*zip(fleet.flights, fleet.launch, strict=True), *((s, None) for s in fleet.aboard)]
    for n, (ship, launch) in enumerate(ships):
        for chain, base in ((ship.left, 1000), (launch, 200)):
            if chain is None:
                continue
            weight = base + (n * 37 + base // 8) % 89
            for day in range(chain.first, chain.last):
                total = total + weight * (number(chain.end) - number(chain.by(day)))
        for position, literal in enumerate(ship.port.values()):
            total = total + position * (41 + n * 23 % 31) * number(literal)
        for position, literal in enumerate(ship.mix):
            total = total + position * (43 + n * 29 % 37) * number(literal)
    for t, by in enumerate(tasks):
        for position, (_, does) in enumerate(by):
            total = total + (position + 1) * (3 + t * 13 % 17) * does
    return total
