"""Plans in and out of a model: the hint to start from, and the plan in a solution."""

from typing import Any

from stationkeeper.schedule.literals import Chain, Literal
from stationkeeper.schedule.problem import Flight, Plan, Rotation
from stationkeeper.schedule.ships import Fleet


def hint(fleet: Fleet, tasks: list[list[tuple[int, Literal]]], plan: Plan) -> None:
    """Give a plan to the solver as the place to start from."""
    model = fleet.sheet.model
    hints: dict[int, tuple[Literal, bool]] = {}

    def say(literal: Literal, value: bool) -> None:
        if isinstance(literal, bool):
            return
        if literal.index < 0:
            literal, value = ~literal, not value
        hints[literal.index] = (literal, value)

    flown = {flight.candidate: flight for flight in plan.flights}
    for n, (ship, chain) in enumerate(zip(fleet.flights, fleet.launch, strict=True)):
        flight = flown.get(n)
        say(ship.flies, flight is not None)
        for line, event in (
            (chain, None if flight is None else flight.launch),
            (ship.left, None if flight is None else flight.leave),
        ):
            for day in range(line.first, line.last):
                say(line.by(day), event is not None and event <= day)
        for m, literal in enumerate(ship.mix):
            say(literal, flight is not None and flight.mix == m)
        for port, literal in ship.port.items():
            say(literal, flight is not None and flight.port == port)
    for ship, leave in zip(fleet.aboard, plan.leaves, strict=True):
        for day in range(ship.left.first, ship.left.last):
            say(ship.left.by(day), leave <= day)
    for by, done in zip(tasks, plan.tasks_done, strict=True):
        for n, does in by:
            say(does, n == done)
    for literal, value in hints.values():
        model.add_hint(literal, value)


def read(fleet: Fleet, tasks: list[list[tuple[int, Literal]]], value: Any) -> Plan:
    """The plan in a solution; ``value`` gives that of a boolean."""
    rotation = fleet.rotation

    def holds(literal: Literal) -> bool:
        return literal if isinstance(literal, bool) else bool(value(literal))

    def when(chain: Chain) -> int:
        return next(d for d in range(chain.first, chain.last + 1) if holds(chain.by(d)))

    flights = []
    for n, (ship, chain) in enumerate(zip(fleet.flights, fleet.launch, strict=True)):
        if holds(ship.flies):
            launch = when(chain)
            flights.append(
                Flight(
                    candidate=n,
                    launch=launch,
                    dock=launch + rotation.candidates[n].transit,
                    leave=when(ship.left),
                    port=next(p for p, b in ship.port.items() if holds(b)),
                    mix=next(m for m, b in enumerate(ship.mix) if holds(b)),
                )
            )
    leaves = tuple(when(ship.left) for ship in fleet.aboard)
    flights.sort(key=lambda flight: (flight.launch, flight.candidate))
    return Plan(
        status="within limit",
        flights=tuple(flights),
        leaves=leaves,
        people_leave=people_leave(rotation, tuple(flights), leaves),
        tasks_done=tuple(next((n for n, b in by if holds(b)), None) for by in tasks),
    )


def people_leave(
    rotation: Rotation, flights: tuple[Flight, ...], leaves: tuple[int, ...]
) -> tuple[int, ...]:
    """Day on which the people of each ship aboard leave; the end of the horizon if none adopts."""
    days = []
    for g, ship in enumerate(rotation.aboard):
        if ship.fit:
            days.append(leaves[g])
            continue
        adopters = [
            f.leave for f in flights if rotation.candidates[f.candidate].mixes[f.mix].adopts == g
        ]
        days.append(adopters[0] if adopters else rotation.days)
    return tuple(days)
