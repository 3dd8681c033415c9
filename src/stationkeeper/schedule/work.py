"""Tasks done by flights, and agreements about seats: exchanged, bought, owed."""

from collections.abc import Callable, Container
from math import ceil
from typing import Any

from stationkeeper.schedule.literals import Literal, negated, number
from stationkeeper.schedule.people import People
from stationkeeper.schedule.problem import Mix
from stationkeeper.schedule.ships import Fleet


def tasks(people: People) -> list[list[tuple[int, Literal]]]:
    """For each task the candidates that may do it, with the boolean that they do.

    Nothing forbids that two do it: it would only cost the time of both.
    """
    fleet, sheet = people.fleet, people.sheet
    made = []
    for task in fleet.rotation.tasks:
        by = []
        last = min(task.last, fleet.rotation.days - 1)
        for n, ship in enumerate(fleet.flights):
            if ship.first > last or ship.last <= task.first:
                continue
            does = sheet.new()
            sheet.clause(~does, ship.docked_by(last))
            sheet.clause(~does, negated(ship.left.by(task.first)))
            by.append((n, does))
        made.append(by)
    _task_loads(people, made)
    return made


def _task_loads(people: People, tasks: list[list[tuple[int, Literal]]]) -> None:
    rotation = people.rotation
    for n, candidate in enumerate(rotation.candidates):
        load = [
            (ceil(task.crew_days * 1000 - 1e-6), does)
            for task, by in zip(rotation.tasks, tasks, strict=True)
            for m, does in by
            if m == n
        ]
        if not load:
            continue
        totals = [mix.total for mix in candidate.mixes]
        room = sum(t * d for t, d in zip(totals, people.days_of_mix[n], strict=True))
        people.sheet.add(sum(amount * does for amount, does in load) <= 1000 * room)


def exchanges(fleet: Fleet) -> None:
    """Post that seats under each exchange agreement balance."""
    for e, (name, balance) in enumerate(fleet.rotation.exchanges):

        def given(mix: Mix, e: int = e) -> int:
            return mix.swapped[e] if mix.swapped else 0

        swapped = _seats(fleet, given)
        words = f"seats under {name} balance within {balance}"
        fleet.sheet.add(swapped <= balance, name=words)
        fleet.sheet.add(swapped >= -balance, name=words)


def bought(fleet: Fleet) -> Any:
    """Seats bought, limited as the problem says."""
    seats = _seats(fleet, lambda mix: mix.bought)
    most = fleet.rotation.bought_at_most
    if most is not None:
        fleet.sheet.add(seats <= most, name=f"{most} seats or fewer are bought")
    return seats


def owed(fleet: Fleet) -> Any:
    """Seats owed that are not given."""
    total: Any = 0
    for seats in fleet.rotation.owed:

        def given(mix: Mix, nations: tuple[int, ...] = seats.nations) -> int:
            return sum(mix.people[nation] for nation in nations)

        missing = fleet.sheet.model.new_int_var(0, max(0, seats.least), "")
        fleet.sheet.add(missing + _seats(fleet, given, seats.flights) >= seats.least)
        total = total + missing
    return total


def _seats(
    fleet: Fleet, amount: Callable[[Mix], int], flights: Container[int] | None = None
) -> Any:
    """Sum over the mixes flown, on all flights or on some."""
    total: Any = 0
    for n, candidate in enumerate(fleet.rotation.candidates):
        if flights is not None and n not in flights:
            continue
        for literal, mix in zip(fleet.flights[n].mix, candidate.mixes, strict=True):
            if value := amount(mix):
                total = total + value * number(literal)
    return total
