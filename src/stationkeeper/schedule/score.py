"""What a plan is worth and which rules it breaks, recounted day by day without any solver."""

from collections.abc import Iterator
from dataclasses import dataclass

from stationkeeper.schedule.problem import Candidate, Flight, Plan, Rotation


@dataclass(frozen=True)
class Score:
    """The objectives of a plan, in their order, and the hard rules that it breaks.

    Attributes
    ----------
    safety_days_lost : int
        Sum of the next three. [d]
    presence_lost : tuple of int, (side,)
        Days with too few people able to run each side. [d]
    robust_lost : tuple of int, (side,)
        Days on which the loss of one ship with its people would leave too few, or on which nobody
        is aboard: an empty station is never the safer one. [d]
    unseated : int
        Days, one for each group, on which its people have no seat home. [d]
    obligations : int
        Seats owed but not given, tasks not done, handovers too short. [-]
    short : int
        Crew time missing, over all sides. [crew-days]
    flights : int
        Candidates flown. [-]
    bought : int
        Seats bought. [-]
    from_calendar : int
        Sum over flights of the days between launch and nominal launch. [d]
    broken : tuple of str
        Hard rules that the plan breaks, in words.
    """

    safety_days_lost: int
    presence_lost: tuple[int, ...]
    robust_lost: tuple[int, ...]
    unseated: int
    obligations: int
    short: int
    flights: int
    bought: int
    from_calendar: int
    broken: tuple[str, ...]

    @property
    def values(self) -> tuple[int, ...]:
        """The objectives in the order in which they are solved."""
        return (
            self.safety_days_lost,
            self.obligations,
            self.short,
            self.flights,
            self.bought,
            self.from_calendar,
        )


@dataclass(frozen=True)
class _Place:
    """People who are on one ship, as far as its loss goes, on days first <= t < last."""

    first: int
    last: int
    able: tuple[int, ...]
    total: int


def score(rotation: Rotation, plan: Plan) -> Score:
    """Recount a plan.

    Parameters
    ----------
    rotation : Rotation
        The problem.
    plan : Plan
        Its flights, leaves, people_leave and tasks_done are read.

    Returns
    -------
    Score
        Objectives and broken rules.

    Notes
    -----
    People whose ship cannot bring them home count as on a place of their own until the ship that
    adopts them has docked, then as on that ship. Crew time wanted is rounded to whole crew-days.
    A handover is short if a ship of a class with handovers leaves within the horizon and no later
    ship of its class has then been docked for the fewest days. Of several ships aboard of one
    class, only the one that may stay the longest waits for a candidate; a ship that cannot bring
    its people home waits for none.

    Examples
    --------
    >>> empty = Rotation(days=30, nations=(), sides=(), ports=(), ships=(), candidates=())
    >>> score(empty, Plan(status="proven")).values
    (0, 0, 0, 0, 0, 0)
    """
    places = _places(rotation, plan)
    presence, robust = [0] * len(rotation.sides), [0] * len(rotation.sides)
    for _, k, by_loss in _lost(rotation, places):
        (robust if by_loss else presence)[k] += 1
    unseated = 0
    for g, ship in enumerate(rotation.aboard):
        if not ship.fit and any(ship.people):
            adopter = adopter_of(rotation, plan, g)
            until = rotation.days if adopter is None else adopter.dock
            unseated += min(until, rotation.days)
    obligations = (
        _owed_missing(rotation, plan)
        + sum(done is None for done in plan.tasks_done)
        + len(short_handovers(rotation, plan))
    )
    short = 0
    for k, side in enumerate(rotation.sides):
        given = sum(
            p.able[k] * max(0, min(p.last, rotation.days) - max(p.first, 0)) for p in places
        )
        short += max(0, round(side.wanted * rotation.days) - given)
    return Score(
        safety_days_lost=sum(presence) + sum(robust) + unseated,
        presence_lost=tuple(presence),
        robust_lost=tuple(robust),
        unseated=unseated,
        obligations=obligations,
        short=short,
        flights=len(plan.flights),
        bought=sum(rotation.candidates[f.candidate].mixes[f.mix].bought for f in plan.flights),
        from_calendar=sum(
            abs(f.launch - rotation.candidates[f.candidate].nominal) for f in plan.flights
        ),
        broken=(
            *_broken(rotation, plan),
            *_broken_days(rotation, plan, places, presence, robust),
        ),
    )


def _lost(rotation: Rotation, places: list[_Place]) -> Iterator[tuple[int, int, bool]]:
    """Each day and side that is not run, or (True) not after the loss of a ship."""
    for day in range(rotation.days):
        here = [p for p in places if p.first <= day < p.last]
        peopled = [p for p in here if p.total > 0]
        for k, side in enumerate(rotation.sides):
            able = sum(p.able[k] for p in here)
            if (rotation.permanent or peopled) and able < side.minimum:
                yield day, k, False
            if (
                rotation.permanent
                and rotation.robust
                and min((able - p.able[k] for p in peopled), default=0) < side.minimum
            ):
                yield day, k, True


def days_lost(rotation: Rotation, plan: Plan) -> list[int]:
    """Days on which a side is not run, or not after the loss of a ship, in order."""
    return sorted({day for day, _, _ in _lost(rotation, _places(rotation, plan))})


def adopter_of(rotation: Rotation, plan: Plan, group: int) -> Flight | None:
    """First flight of a plan that adopts a group, or None."""
    for flight in plan.flights:
        if rotation.candidates[flight.candidate].mixes[flight.mix].adopts == group:
            return flight
    return None


def last_of_class(rotation: Rotation, ship_class: int) -> int | None:
    """Place of the ship aboard which the first candidate of its class relieves, or None."""
    of_class = [
        (ship.latest, place)
        for place, ship in enumerate(rotation.aboard)
        if ship.ship == ship_class and ship.fit
    ]
    return max(of_class)[1] if of_class else None


def short_handovers(rotation: Rotation, plan: Plan) -> tuple[str, ...]:
    """Keys of the ships that leave too early for those that relieve them."""
    short = []
    for key, ship_class, leave, docks in _relieved(rotation, plan):
        handover = rotation.ships[ship_class].handover
        if handover is None or leave >= rotation.days:
            continue
        if not any(dock + handover[0] <= leave for dock in docks):
            short.append(key)
    return tuple(short)


def _relieved(rotation: Rotation, plan: Plan) -> Iterator[tuple[str, int, int, list[int]]]:
    """Each ship that another may relieve: key, class, day of leaving, dockings of later ones."""
    for ship_class in range(len(rotation.ships)):
        flights = [f for f in plan.flights if rotation.candidates[f.candidate].ship == ship_class]
        flights.sort(key=lambda f: f.candidate)
        waiting = last_of_class(rotation, ship_class)
        if waiting is not None:
            yield (
                rotation.aboard[waiting].key,
                ship_class,
                plan.leaves[waiting],
                [f.dock for f in flights],
            )
        for n, flight in enumerate(flights):
            key = rotation.candidates[flight.candidate].key
            yield key, ship_class, flight.leave, [f.dock for f in flights[n + 1 :]]


def _places(rotation: Rotation, plan: Plan) -> list[_Place]:
    places = []
    for g, ship in enumerate(rotation.aboard):
        last = plan.leaves[g]
        if not ship.fit:
            adopter = adopter_of(rotation, plan, g)
            last = rotation.days if adopter is None else adopter.dock
        places.append(_Place(0, last, ship.able, sum(ship.people)))
    for flight in plan.flights:
        mix = rotation.candidates[flight.candidate].mixes[flight.mix]
        able, total = mix.able, mix.total
        if mix.adopts is not None:
            group = rotation.aboard[mix.adopts]
            able = tuple(a + b for a, b in zip(able, group.able, strict=True))
            total += sum(group.people)
        places.append(_Place(flight.dock, flight.leave, able, total))
    return places


def _owed_missing(rotation: Rotation, plan: Plan) -> int:
    missing = 0
    for owed in rotation.owed:
        given = 0
        for flight in plan.flights:
            if flight.candidate in owed.flights:
                people = rotation.candidates[flight.candidate].mixes[flight.mix].people
                given += sum(people[nation] for nation in owed.nations)
        missing += max(0, owed.least - given)
    return missing


def _broken(rotation: Rotation, plan: Plan) -> Iterator[str]:
    """Rules of ships, seats and tasks."""
    flown = [f.candidate for f in plan.flights]
    for place, candidate in enumerate(rotation.candidates):
        if flown.count(place) > 1:
            yield f"{candidate.key} flies twice"
        if candidate.required and place not in flown:
            yield f"{candidate.key} must fly"
    for flight in plan.flights:
        yield from _broken_flight(rotation.candidates[flight.candidate], flight)
    for n, first in enumerate(plan.flights):
        for second in plan.flights[n + 1 :]:
            a, b = sorted((first, second), key=lambda f: f.candidate)
            ship = rotation.candidates[a.candidate].ship
            if (
                rotation.candidates[b.candidate].ship == ship
                and b.launch - a.launch < rotation.ships[ship].turnaround
            ):
                yield (
                    f"{rotation.candidates[b.candidate].key} is launched {b.launch - a.launch} d "
                    f"after {rotation.candidates[a.candidate].key}"
                )
    for key, ship_class, leave, docks in _relieved(rotation, plan):
        handover = rotation.ships[ship_class].handover
        if handover is not None and any(leave > dock + handover[1] for dock in docks):
            yield f"{key} stays too long after the next of its class has docked"
    for g, aboard in enumerate(rotation.aboard):
        leave, people_leave = plan.leaves[g], plan.people_leave[g]
        if not max(0, aboard.earliest) <= leave <= aboard.latest:
            yield f"{aboard.key} leaves on day {leave}"
        adopters = sum(
            rotation.candidates[f.candidate].mixes[f.mix].adopts == g for f in plan.flights
        )
        if adopters > 1:
            yield f"the people of {aboard.key} are adopted {adopters} times"
        if people_leave > aboard.latest_people:
            yield f"the people of {aboard.key} stay until day {people_leave}"
        adopter = adopter_of(rotation, plan, g)
        expected = leave if aboard.fit else (adopter.leave if adopter else rotation.days)
        if people_leave != expected:
            yield f"the people of {aboard.key} leave on day {people_leave} without a ship"
    for name, place_swap in ((n, i) for i, (n, _) in enumerate(rotation.exchanges)):
        swapped = sum(
            mix.swapped[place_swap]
            for mix in (rotation.candidates[f.candidate].mixes[f.mix] for f in plan.flights)
            if mix.swapped
        )
        if abs(swapped) > rotation.exchanges[place_swap][1]:
            yield f"{name} is out of balance by {swapped} seats"
    bought = sum(rotation.candidates[f.candidate].mixes[f.mix].bought for f in plan.flights)
    if rotation.bought_at_most is not None and bought > rotation.bought_at_most:
        yield f"{bought} seats are bought"
    yield from _broken_tasks(rotation, plan)


def _broken_flight(candidate: Candidate, flight: Flight) -> Iterator[str]:
    key = candidate.key
    if not candidate.earliest <= flight.launch <= candidate.latest:
        yield f"{key} is launched on day {flight.launch}, outside its window"
    for first, last in candidate.closed:
        if first <= flight.launch <= last:
            yield f"{key} is launched on day {flight.launch}, which is closed"
    if flight.dock != flight.launch + candidate.transit:
        yield f"{key} docks on day {flight.dock}"
    if not candidate.shortest <= flight.leave - flight.dock <= candidate.longest:
        yield f"{key} is docked for {flight.leave - flight.dock} d"
    if flight.leave - flight.launch > candidate.mixes[flight.mix].longest:
        yield f"the people of {key} are away for {flight.leave - flight.launch} d"
    if flight.port not in candidate.ports:
        yield f"{key} cannot use port {flight.port}"


def _broken_tasks(rotation: Rotation, plan: Plan) -> Iterator[str]:
    if len(plan.tasks_done) != len(rotation.tasks):
        yield f"{len(plan.tasks_done)} of {len(rotation.tasks)} tasks are spoken of"
        return
    by_candidate = {f.candidate: f for f in plan.flights}
    for place, flight in by_candidate.items():
        load = 0.0
        for task, done in zip(rotation.tasks, plan.tasks_done, strict=True):
            if done != place:
                continue
            load += task.crew_days
            if flight.dock > min(task.last, rotation.days - 1) or flight.leave <= task.first:
                yield f"{task.name} is done by a flight that is not there in its days"
        mix = rotation.candidates[place].mixes[flight.mix]
        docked = max(0, min(flight.leave, rotation.days) - flight.dock)
        if load > mix.total * docked + 1e-6:
            yield f"{rotation.candidates[place].key} has {load} crew-days of tasks, too many"
    for task, done in zip(rotation.tasks, plan.tasks_done, strict=True):
        if done is not None and done not in by_candidate:
            yield f"{task.name} is done by a flight that does not fly"


def _broken_days(
    rotation: Rotation,
    plan: Plan,
    places: list[_Place],
    presence: list[int],
    robust: list[int],
) -> Iterator[str]:
    """Rules that hold on each day: ports, people, and safety where it is hard."""
    docked = [
        (ship.key, ship.port, 0, leave)
        for ship, leave in zip(rotation.aboard, plan.leaves, strict=True)
    ] + [(rotation.candidates[f.candidate].key, f.port, f.dock, f.leave) for f in plan.flights]
    for n, (key, port, first, last) in enumerate(docked):
        last = min(last, rotation.days)
        for other, other_port, other_first, other_last in docked[n + 1 :]:
            if port == other_port and max(first, other_first) < min(last, other_last):
                yield f"{key} and {other} are at {rotation.ports[port]} together"
        for span in rotation.occupied:
            if port == span.port and max(first, span.first) < min(last, span.last):
                yield f"{key} and {span.by} are at {rotation.ports[port]} together"
    for day, most in enumerate(rotation.most):
        people = sum(p.total for p in places if p.first <= day < p.last)
        if people > most:
            yield f"{people} people are aboard on day {day}"
    for k, side in enumerate(rotation.sides):
        if rotation.hard_presence and presence[k]:
            yield f"{side.key} is not run on {presence[k]} days"
        if rotation.hard_robust and robust[k]:
            yield f"{side.key} does not survive the loss of a ship on {robust[k]} days"
