"""The peer of the planner: the same rotation problem as one mixed-integer linear problem.

It is written from the definitions of :mod:`stationkeeper.schedule.problem` and shares no code with
the planner: the same time-indexed monotone columns, the same stages one after another with the
former fixed, solved by HiGHS through SciPy.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import ceil
from time import perf_counter

from stationkeeper.schedule.problem import Aboard, Candidate, Flight, Plan, Rotation, Stage, Status
from stationkeeper.validation._milp_terms import (
    CONSTANT,
    Problem,
    Step,
    Sum,
    constant,
    total,
)

ALWAYS = constant(1.0)
ROUNDING = 1e-3  # [-] by which a bound may miss a whole number: ours
LONG = 10**6  # [d] before and after everything


@dataclass(frozen=True)
class _Trip:
    """Columns of one ship: docked on day 0, or a candidate.

    Attributes
    ----------
    ship : int
        Its class.
    flies : Sum
        Whether there is such a flight.
    launched, docked, left : Step
        When.
    mixes : tuple of Sum
        Which mix.
    ports : dict of int to Sum
        Which port.
    people : tuple of int, (mix,)
        People who have their seats home here, with those that it adopts.
    able : tuple of tuple of int, (mix, side)
        Of these, people able to run each side.
    gone : Step
        Its people are no longer here: it left, or another ship adopted them.
    """

    ship: int
    flies: Sum
    launched: Step
    docked: Step
    left: Step
    mixes: tuple[Sum, ...]
    ports: dict[int, Sum]
    people: tuple[int, ...]
    able: tuple[tuple[int, ...], ...]
    gone: Step

    def stays(self, day: int) -> Sum:
        """Return whether the ship is docked on that day."""
        return total((1, self.docked.by(day)), (-1, self.left.by(day)))

    def crewed(self, day: int) -> Sum:
        """Return whether its people are here on that day."""
        return total((1, self.docked.by(day)), (-1, self.gone.by(day)))


def _one_of(problem: Problem, count: int, flies: Sum) -> tuple[Sum, ...]:
    """Add a column for each choice, one of which is taken if it flies."""
    if count == 1:
        return (flies,)
    choices = tuple(problem.column() for _ in range(count))
    problem.equal(*((1, one) for one in choices), (-1, flies))
    return choices


def _candidate(problem: Problem, rotation: Rotation, candidate: Candidate) -> _Trip:
    """Add the columns of a candidate, and the rows that concern it alone."""
    flies = ALWAYS if candidate.required else problem.column()
    launched = problem.step(candidate.earliest, candidate.latest, flies)
    for first, last in candidate.closed:
        for day in range(max(first, candidate.earliest), min(last, candidate.latest) + 1):
            problem.equal((1, launched.by(day)), (-1, launched.by(day - 1)))
    docked = launched.later(candidate.transit)
    left = problem.step(docked.first + candidate.shortest, docked.end + candidate.longest, flies)
    for day in range(left.first, docked.end + candidate.shortest):
        problem.at_most((1, left.by(day)), (-1, docked.by(day - candidate.shortest)))
    for day in range(docked.first, docked.end + 1):
        problem.at_most((1, docked.by(day)), (-1, left.by(day + candidate.longest)))
    mixes = _one_of(problem, len(candidate.mixes), flies)
    limits = sorted({mix.longest for mix in candidate.mixes})
    for limit in limits:
        if limit >= candidate.transit + candidate.longest:
            continue
        bound = [
            chosen
            for chosen, mix in zip(mixes, candidate.mixes, strict=True)
            if mix.longest <= limit
        ]
        for day in range(launched.first, launched.end + 1):
            problem.at_most(
                (1, launched.by(day)),
                *((1, chosen) for chosen in bound),
                (-1, flies),
                (-1, left.by(day + limit)),
            )
    people, able = [], []
    for chosen, mix in zip(mixes, candidate.mixes, strict=True):
        adopted = None if mix.adopts is None else rotation.aboard[mix.adopts]
        people.append(mix.total + (sum(adopted.people) if adopted else 0))
        added = adopted.able if adopted else (0,) * len(mix.able)
        able.append(tuple(own + other for own, other in zip(mix.able, added, strict=True)))
        if adopted:
            problem.at_most((1, chosen), (-1, left.by(adopted.latest_people)))
    ports = dict(zip(candidate.ports, _one_of(problem, len(candidate.ports), flies), strict=True))
    return _Trip(
        candidate.ship,
        flies,
        launched,
        docked,
        left,
        mixes,
        ports,
        tuple(people),
        tuple(able),
        left,
    )


def _aboard(problem: Problem, ship: Aboard) -> _Trip:
    """Add the columns of a ship that is docked on day 0."""
    last = min(ship.latest, ship.latest_people) if ship.fit else ship.latest
    problem.impossible |= last < ship.earliest
    left = problem.step(ship.earliest, max(last, ship.earliest), ALWAYS)
    here = Step(-LONG, (), ALWAYS)
    return _Trip(
        ship.ship,
        ALWAYS,
        here,
        here,
        left,
        (ALWAYS,),
        {ship.port: ALWAYS},
        (sum(ship.people),),
        (ship.able,),
        left if ship.fit else Step(LONG, (), {}),
    )


def _both(problem: Problem, one: Sum, other: Sum) -> Sum:
    """Add a column that is 1 if both sums are, else 0."""
    if not one or not other:
        return {}
    if one == ALWAYS or other == ALWAYS:
        return other if one == ALWAYS else one
    both = problem.column(whole=False)
    problem.at_most((1, both), (-1, one))
    problem.at_most((1, both), (-1, other))
    problem.at_most((1, one), (1, other), (-1, both), limit=1)
    return both


def _trips(problem: Problem, rotation: Rotation) -> tuple[_Trip, ...]:
    """Add the columns of all ships: those aboard first, then the candidates."""
    old = [_aboard(problem, ship) for ship in rotation.aboard]
    new = [_candidate(problem, rotation, candidate) for candidate in rotation.candidates]
    for place, ship in enumerate(rotation.aboard):
        if ship.fit:
            continue
        adopting = [
            (trip, chosen)
            for trip, candidate in zip(new, rotation.candidates, strict=True)
            for chosen, mix in zip(trip.mixes, candidate.mixes, strict=True)
            if mix.adopts == place
        ]
        problem.at_most(*((1, chosen) for _, chosen in adopting), limit=1)
        if ship.latest_people < rotation.days:
            problem.equal(*((1, chosen) for _, chosen in adopting), value=1)
        if not adopting:
            continue
        first = min(trip.docked.first for trip, _ in adopting)
        end = max(trip.docked.end for trip, _ in adopting)
        taken = [
            total(*((1, _both(problem, trip.docked.by(day), chosen)) for trip, chosen in adopting))
            for day in range(first, end + 1)
        ]
        gone = Step(first, tuple(taken), taken[-1])
        old[place] = replace(old[place], gone=gone)
    return (*old, *new)


def _order_launches(problem: Problem, rotation: Rotation, new: Sequence[_Trip]) -> None:
    """Keep the order of launches of each class, and its turnaround."""
    for before, after in combinations(new, 2):
        if before.ship != after.ship:
            continue
        turnaround = rotation.ships[before.ship].turnaround
        for day in range(after.launched.first, after.launched.end + 1):
            problem.at_most(
                (1, after.launched.by(day)),
                (-1, before.launched.by(day - turnaround)),
                (1, before.flies),
                limit=1,
            )


def _hand_over(problem: Problem, rotation: Rotation, trips: Sequence[_Trip]) -> Sum:
    """Keep the most days of handover, and return how many ships leave before the fewest.

    A ship that leaves after the horizon is not too early. Of the ships of a class that are docked
    on day 0 and fit, the one that may stay the longest waits for a candidate.
    """
    early = []
    for place, ship in enumerate(rotation.ships):
        if ship.handover is None:
            continue
        fewest, most = ship.handover
        waiting = [
            (aboard.latest, number)
            for number, aboard in enumerate(rotation.aboard)
            if aboard.ship == place and aboard.fit
        ]
        new = [trip for trip in trips[len(rotation.aboard) :] if trip.ship == place]
        chain = [*([trips[max(waiting)[1]]] if waiting else []), *new]
        for number, before in enumerate(chain):
            later = chain[number + 1 :]
            for after in later:
                for day in range(after.docked.first, after.docked.end + 1):
                    problem.at_most(
                        (1, after.docked.by(day)),
                        (-1, before.left.by(day + most)),
                        (1, before.flies),
                        limit=1,
                    )
            leaves_early = problem.column()
            for day in range(before.left.first, min(before.left.end + 1, rotation.days)):
                relieved = ((-1, after.docked.by(day - fewest)) for after in later)
                problem.at_most((1, before.left.by(day)), *relieved, (-1, leaves_early))
            early.append(leaves_early)
    return total(*((1, one) for one in early))


def _docks_second(one: _Trip, other: _Trip) -> bool:
    """Return whether the other ship, if both fly, docks after the first and stays a day or more."""
    if other.left.first <= other.docked.first:
        return False
    if other.docked.first > one.docked.end:
        return True
    transits = {trip.docked.first - trip.launched.first for trip in (one, other)}
    return one.ship == other.ship and len(transits) == 1 and other.docked.first != -LONG


def _share_ports(problem: Problem, rotation: Rotation, trips: Sequence[_Trip]) -> None:
    """Let no two ships be at one port, nor a ship where something else is."""
    for trip in trips:
        for held in rotation.occupied:
            if held.port in trip.ports:
                used = trip.ports[held.port]
                for day in range(max(held.first, 0), min(held.last, rotation.days)):
                    problem.at_most((1, trip.stays(day)), (1, used), limit=1)
    _count_ports(problem, rotation, trips)
    for one, other in combinations(trips, 2):
        shared = sorted(set(one.ports) & set(other.ports))
        first = max(one.docked.first, other.docked.first, 0)
        end = min(one.left.end, other.left.end, rotation.days)
        if not shared or first >= end:
            continue
        together = problem.column(whole=False)
        for port in shared:
            problem.at_most((1, one.ports[port]), (1, other.ports[port]), (1, together), limit=2)
        for day in range(first, end):
            if _docks_second(one, other):
                problem.at_most(
                    (1, other.docked.by(day)),
                    (-1, one.left.by(day)),
                    (1, one.flies),
                    (-1, together),
                    limit=1,
                )
            else:
                problem.at_most((1, one.stays(day)), (1, other.stays(day)), (-1, together), limit=1)


def _count_ports(problem: Problem, rotation: Rotation, trips: Sequence[_Trip]) -> None:
    """Let no more ships be there than have a free port: follows from the rest, and helps HiGHS."""
    for ports in sorted({tuple(sorted(trip.ports)) for trip in trips}):
        bound = [trip for trip in trips if set(trip.ports) <= set(ports)]
        for day in range(rotation.days):
            held = {one.port for one in rotation.occupied if one.first <= day < one.last}
            free = len(set(ports) - held)
            problem.at_most(*((1, trip.stays(day)) for trip in bound), limit=free)


def _exchange(problem: Problem, rotation: Rotation, new: Sequence[_Trip]) -> None:
    """Keep the exchange agreements, and the most seats bought."""
    chosen = [
        (sum_, mix)
        for trip, candidate in zip(new, rotation.candidates, strict=True)
        for sum_, mix in zip(trip.mixes, candidate.mixes, strict=True)
    ]
    for place, (_, ahead) in enumerate(rotation.exchanges):
        parts = [(float(mix.swapped[place]), sum_) for sum_, mix in chosen if mix.swapped]
        problem.at_most(*parts, limit=ahead)
        problem.at_most(*((-factor, sum_) for factor, sum_ in parts), limit=ahead)
    if rotation.bought_at_most is not None:
        problem.at_most((1, _bought(rotation, new)), limit=rotation.bought_at_most)


def _bought(rotation: Rotation, new: Sequence[_Trip]) -> Sum:
    """Return how many seats are bought."""
    return total(
        *(
            (mix.bought, chosen)
            for trip, candidate in zip(new, rotation.candidates, strict=True)
            for chosen, mix in zip(trip.mixes, candidate.mixes, strict=True)
        )
    )


def _owed(problem: Problem, rotation: Rotation, new: Sequence[_Trip]) -> Sum:
    """Return how many of the seats owed are missing."""
    missing = []
    for owed in rotation.owed:
        seats = [
            (float(sum(mix.people[nation] for nation in owed.nations)), chosen)
            for place in owed.flights
            for chosen, mix in zip(new[place].mixes, rotation.candidates[place].mixes, strict=True)
        ]
        short = problem.column(high=max(owed.least, 0))
        problem.at_most(
            (-1, short), *((-number, chosen) for number, chosen in seats), limit=-owed.least
        )
        missing.append(short)
    return total(*((1, one) for one in missing))


def _shares(problem: Problem, trip: _Trip, days: Sum, longest: float) -> tuple[Sum, ...]:
    """Split a number of days by mix: all of them belong to the mix that flies."""
    if len(trip.mixes) == 1:
        return (days,)
    shares = tuple(problem.column(high=longest, whole=False) for _ in trip.mixes)
    for share, chosen in zip(shares, trip.mixes, strict=True):
        problem.at_most((1, share), (-longest, chosen))
    problem.equal(*((1, share) for share in shares), (-1, days))
    return shares


def _do_tasks(
    problem: Problem, rotation: Rotation, new: Sequence[_Trip]
) -> tuple[dict[int, Sum], ...]:
    """Return for each task the candidates that may do it, each with whether it does."""
    done: list[dict[int, Sum]] = []
    for task in rotation.tasks:
        able: dict[int, Sum] = {}
        for place, trip in enumerate(new):
            if trip.docked.first <= task.last:
                able[place] = problem.column()
                problem.at_most(
                    (1, able[place]), (-1, trip.docked.by(min(task.last, rotation.days - 1)))
                )
                problem.at_most((1, able[place]), (1, trip.left.by(task.first)), limit=1)
                problem.at_most((1, able[place]), (-1, trip.flies))
        problem.at_most(*((1, one) for one in able.values()), limit=1)
        done.append(able)
    for place, (trip, candidate) in enumerate(zip(new, rotation.candidates, strict=True)):
        asked = [
            (task.crew_days, able[place])
            for task, able in zip(rotation.tasks, done, strict=True)
            if place in able
        ]
        if asked:
            span = range(trip.docked.first, min(trip.left.end, rotation.days))
            docked = total(*((1, trip.stays(day)) for day in span))
            shares = _shares(problem, trip, docked, candidate.longest)
            there = (
                (-mix.total, share) for mix, share in zip(candidate.mixes, shares, strict=True)
            )
            problem.at_most(*asked, *there)
    return tuple(done)


def _tasks_open(done: tuple[dict[int, Sum], ...]) -> Sum:
    """Return how many tasks are not done."""
    return total((len(done), ALWAYS), *((-1, one) for able in done for one in able.values()))


class _People:
    """Who is where on each day: columns that are written once and read by several rows."""

    def __init__(self, problem: Problem, rotation: Rotation, trips: Sequence[_Trip]) -> None:
        self.problem = problem
        self.rotation = rotation
        self.trips = trips
        self.known: dict[tuple[int, tuple[int, ...], int], Sum] = {}

    def _with_mix(self, place: int, mixes: tuple[int, ...], day: int) -> Sum:
        """Return whether the people of a ship are here, and are one of these mixes."""
        trip = self.trips[place]
        if len(mixes) == len(trip.mixes):
            return trip.crewed(day)
        key = place, mixes, day
        if key not in self.known:
            chosen = total(*((1, trip.mixes[mix]) for mix in mixes))
            self.known[key] = _both(self.problem, trip.crewed(day), chosen)
        return self.known[key]

    def _count(self, place: int, numbers: Sequence[int], cap: int, day: int) -> Sum:
        """Return how many of the people counted by mix are here, at most ``cap``."""
        parts = []
        for least in range(1, min(cap, max(numbers)) + 1):
            mixes = tuple(mix for mix, number in enumerate(numbers) if number >= least)
            parts.append((1.0, self._with_mix(place, mixes, day)))
        return total(*parts)

    def limit(self) -> None:
        """Keep the most people aboard on each day."""
        for day, most in enumerate(self.rotation.most):
            self.problem.at_most(
                *(
                    (1, self._count(place, trip.people, max(trip.people), day))
                    for place, trip in enumerate(self.trips)
                ),
                limit=most,
            )

    def safety(self) -> Sum:
        """Return the safety days lost."""
        rotation, problem = self.rotation, self.problem
        lost: list[tuple[float, Sum]] = []
        places = range(len(self.trips))
        for day in range(rotation.days):
            someone = [self._count(place, self.trips[place].people, 1, day) for place in places]
            for number, side in enumerate(rotation.sides):
                least = side.minimum
                if least < 1:
                    continue
                able = [
                    self._count(place, [mix[number] for mix in trip.able], least, day)
                    for place, trip in enumerate(self.trips)
                ]
                everybody = total(*((1, one) for one in able))
                asked = [ALWAYS] if rotation.permanent else [one for one in someone if one]
                if asked:
                    empty = problem.column()
                    for when in asked:
                        problem.at_most((least, when), (-1, everybody), (-least, empty))
                    if rotation.hard_presence:
                        problem.equal((1, empty))
                    lost.append((1, empty))
                if not (rotation.permanent and rotation.robust):
                    continue
                weak = problem.column()
                for lost_ship in [{}, *(one for one in able if one)]:
                    others = total((1, everybody), (-1, lost_ship))
                    problem.at_most((least, ALWAYS), (-1, others), (-least, weak))
                if rotation.hard_robust:
                    problem.equal((1, weak))
                lost.append((1, weak))
        for ship, trip in zip(rotation.aboard, self.trips, strict=False):
            if not ship.fit and any(ship.people):
                lost += [(1, trip.crewed(day)) for day in range(rotation.days)]
        return total(*lost)

    def short(self) -> Sum:
        """Return the crew time short of what is wanted."""
        days = self.rotation.days
        worked: list[list[tuple[float, Sum]]] = [[] for _ in self.rotation.sides]
        for trip in self.trips:
            here = total(*((1, trip.crewed(day)) for day in range(days)))
            shares = _shares(self.problem, trip, here, days)
            for share, able in zip(shares, trip.able, strict=True):
                for parts, number in zip(worked, able, strict=True):
                    parts.append((number, share))
        missing = []
        for side, parts in zip(self.rotation.sides, worked, strict=True):
            wanted = round(side.wanted * days)
            if wanted > 0:
                short = self.problem.column(high=wanted, whole=False)
                self.problem.at_most((wanted, ALWAYS), (-1, total(*parts)), (-1, short))
                missing.append(short)
        return total(*((1, one) for one in missing))


def _off_calendar(rotation: Rotation, new: Sequence[_Trip]) -> Sum:
    """Return by how many days the launches are off their nominal days."""
    parts = []
    for trip, candidate in zip(new, rotation.candidates, strict=True):
        for day in range(candidate.earliest, candidate.latest + 1):
            off = abs(day - candidate.nominal)
            parts += [(off, trip.launched.by(day)), (-off, trip.launched.by(day - 1))]
    return total(*parts)


def _chosen(choices: Iterable[Sum], values: Sequence[float]) -> int:
    """Return which of the choices is taken."""
    return max(enumerate(_value(one, values) for one in choices), key=lambda pair: pair[1])[0]


def _value(terms: Sum, values: Sequence[float]) -> float:
    """Return the value of a sum."""
    return sum(
        factor * (1.0 if column == CONSTANT else values[column]) for column, factor in terms.items()
    )


def _when(step: Step, values: Sequence[float]) -> int:
    """Return the day on which something happens."""
    return step.first + len([by for by in step.sums if _value(by, values) < 0.5])


def _plan(
    rotation: Rotation,
    trips: Sequence[_Trip],
    tasks: tuple[dict[int, Sum], ...],
    values: Sequence[float],
    stages: Sequence[Stage],
) -> Plan:
    """Read the plan from the columns."""
    old, new = trips[: len(rotation.aboard)], trips[len(rotation.aboard) :]
    flights = []
    for place, trip in enumerate(new):
        if _value(trip.flies, values) > 0.5:
            ports = list(trip.ports)
            flights.append(
                Flight(
                    candidate=place,
                    launch=_when(trip.launched, values),
                    dock=_when(trip.docked, values),
                    leave=_when(trip.left, values),
                    port=ports[_chosen(trip.ports.values(), values)],
                    mix=_chosen(trip.mixes, values),
                )
            )
    leaves = tuple(_when(trip.left, values) for trip in old)
    people = [
        leave if ship.fit else rotation.days
        for leave, ship in zip(leaves, rotation.aboard, strict=True)
    ]
    for flight in flights:
        adopted = rotation.candidates[flight.candidate].mixes[flight.mix].adopts
        if adopted is not None:
            people[adopted] = flight.leave
    done = [[place for place, one in able.items() if _value(one, values) > 0.5] for able in tasks]
    ended = {stage.status for stage in stages}
    status: Status = "proven" if ended == {"proven"} else "within limit"
    return Plan(
        status,
        tuple(sorted(flights, key=lambda flight: (flight.launch, flight.candidate))),
        leaves,
        tuple(people),
        tuple(places[0] if places else None for places in done),
        tuple(stages),
    )


def solve_by_milp(
    rotation: Rotation, *, seconds: float = 60.0, progress: Callable[[str], None] | None = None
) -> Plan:
    """Solve a rotation problem by SciPy's ``milp``, one stage after another.

    Each stage starts from nothing: SciPy gives HiGHS no first plan. A stage that ends at the time
    limit is kept at the value that it reached. Which constraints cannot hold together is not said.

    Parameters
    ----------
    rotation : Rotation
        What is asked.
    seconds : float
        Most time for all stages together, the writing of the problem included. [s]
    progress : callable, optional
        Told how each stage ended.

    Returns
    -------
    Plan
        Its stages end with the last one for which a plan was found in the time; ``proven`` only if
        all are there.

    Notes
    -----
    Equal in every stage to a search through all plans of small problems
    (tests/unit/test_milp_rotation.py).

    References
    ----------
    .. [1] Q. Huangfu, J. A. J. Hall, "Parallelizing the dual revised simplex method",
       Mathematical Programming Computation 10, 2018.

    Examples
    --------
    >>> from stationkeeper.schedule.problem import Mix, ShipClass, Side
    >>> flight = Candidate("a", 0, 0, 3, 2, 1, 2, 5, (0,), (Mix("A 2", (2,), (2,), 20),))
    >>> asked = Rotation(
    ...     days=10,
    ...     nations=("A",),
    ...     sides=(Side("s", 1, 0.0),),
    ...     ports=("p",),
    ...     ships=(ShipClass("c", 1, None),),
    ...     candidates=(flight,),
    ...     most=(3,) * 10,
    ...     robust=False,
    ... )
    >>> plan = solve_by_milp(asked)
    >>> plan.status, plan.stages[0].value, plan.flights[0].leave - plan.flights[0].dock
    ('proven', 5.0, 5)
    """
    say = progress or (lambda text: None)
    begun = perf_counter()
    problem = Problem()
    trips = _trips(problem, rotation)
    new = trips[len(rotation.aboard) :]
    _order_launches(problem, rotation, new)
    broken = _hand_over(problem, rotation, trips)
    _share_ports(problem, rotation, trips)
    _exchange(problem, rotation, new)
    tasks = _do_tasks(problem, rotation, new)
    owed = _owed(problem, rotation, new)
    people = _People(problem, rotation, trips)
    people.limit()
    objectives = (
        ("safety days lost", "d", people.safety()),
        ("obligations broken", "-", total((1, broken), (1, owed), (1, _tasks_open(tasks)))),
        ("crew time short", "crew-days", people.short()),
        ("flights", "-", total(*((1, trip.flies) for trip in new))),
        ("seats bought", "-", _bought(rotation, new)),
        ("days from the calendar", "d", _off_calendar(rotation, new)),
    )
    stages: list[Stage] = []
    values: tuple[float, ...] | None = None
    ended: Status = "none found"
    for name, unit, objective in objectives:
        left = seconds - (perf_counter() - begun)
        if left <= 0:
            break
        solved = problem.solve(objective, left)
        say(f"milp: {name}: {solved.status}, {solved.value:g} after {solved.seconds:.1f} s")
        ended = solved.status
        if solved.values is None:
            break
        values = solved.values
        value = float(round(solved.value))  # all objectives are whole, HiGHS is so within 1e-6
        bound = value if ended == "proven" else ceil(solved.bound - ROUNDING)
        stages.append(Stage(name, unit, value, bound, ended))
        problem.at_most((1, objective), limit=value)
    if values is None:
        return Plan(ended)
    plan = _plan(rotation, trips, tasks, values, stages)
    return plan if len(stages) == len(objectives) else replace(plan, status="within limit")
