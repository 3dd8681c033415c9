"""A first plan without any search: launches by the calendar, seats and ports by first fit."""

from stationkeeper.schedule.plans import people_leave
from stationkeeper.schedule.problem import Candidate, Flight, Mix, Plan, Rotation
from stationkeeper.schedule.score import last_of_class, score


def greedy(rotation: Rotation) -> Plan | None:
    """The better of two plans made by rules of thumb, to start from.

    Required flights are launched as near to their nominal days as windows, closed spans,
    turnaround and the life of the ship before allow; each ship leaves when the next of its class
    has been there for the fewest days (first plan) or the most (second); the seat mix
    is the one that serves most sides, keeps exchanges balanced and pays what is owed; the port is
    the first that is free. Optional flights stay on the ground, unless people aboard wait for one.

    Parameters
    ----------
    rotation : Rotation
        A checked problem.

    Returns
    -------
    Plan or None
        Status ``within limit``. It may break hard rules: see
        :func:`stationkeeper.schedule.score.score`. None if a flight finds no day at all.

    Examples
    --------
    >>> greedy(Rotation(days=9, nations=(), sides=(), ports=(), ships=(), candidates=())).flights
    ()
    """
    flown = _flown(rotation)
    launches = _launches(rotation, flown)
    if launches is None:
        return None
    mixes = _mixes(rotation, flown)
    plans = [_plan(rotation, launches, mixes, long) for long in (0, 1)]
    counted = [score(rotation, plan) for plan in plans]
    return min(
        zip(plans, counted, strict=True), key=lambda pair: (len(pair[1].broken), pair[1].values)
    )[0]


def _plan(rotation: Rotation, launches: dict[int, int], mixes: dict[int, int], long: int) -> Plan:
    """Leave after the fewest (``long`` 0) or most (1) days of handover, take the first port."""
    leaves = [_leave_aboard(rotation, g, launches, long) for g in range(len(rotation.aboard))]
    stays: list[tuple[int, int, int]] = [
        (ship.port, 0, leave) for ship, leave in zip(rotation.aboard, leaves, strict=True)
    ]
    stays += [(span.port, span.first, span.last) for span in rotation.occupied]
    flights = []
    for place in sorted(launches, key=lambda n: (launches[n], n)):
        candidate = rotation.candidates[place]
        dock = launches[place] + candidate.transit
        leave = _leave(rotation, place, mixes[place], launches, long)
        port = next(
            (
                port
                for port in candidate.ports
                if not any(
                    port == other and max(dock, first) < min(leave, last, rotation.days)
                    for other, first, last in stays
                )
            ),
            candidate.ports[0],
        )
        stays.append((port, dock, leave))
        flights.append(Flight(place, launches[place], dock, leave, port, mixes[place]))
    done = _tasks(rotation, flights)
    return Plan(
        status="within limit",
        flights=tuple(flights),
        leaves=tuple(leaves),
        people_leave=people_leave(rotation, tuple(flights), tuple(leaves)),
        tasks_done=done,
    )


def _flown(rotation: Rotation) -> list[int]:
    """Places of the flights flown: required ones, and the first that adopts each group."""
    flown = {n for n, candidate in enumerate(rotation.candidates) if candidate.required}
    for g, ship in enumerate(rotation.aboard):
        if ship.fit:
            continue
        takers = [
            n
            for n, candidate in enumerate(rotation.candidates)
            if any(mix.adopts == g for mix in candidate.mixes)
        ]
        if takers:
            flown.add(min(takers, key=lambda n: (rotation.candidates[n].earliest, n)))
    return sorted(flown)


def _launches(rotation: Rotation, flown: list[int]) -> dict[int, int] | None:
    launches: dict[int, int] = {}
    for ship_class, ship in enumerate(rotation.ships):
        soonest = 0
        waiting = last_of_class(rotation, ship_class)
        needed_by = 10**9 if waiting is None else rotation.aboard[waiting].latest
        fewest = ship.handover[0] if ship.handover else 0
        for place in (n for n in flown if rotation.candidates[n].ship == ship_class):
            candidate = rotation.candidates[place]
            days = [
                day
                for day in range(max(candidate.earliest, soonest), candidate.latest + 1)
                if not any(a <= day <= b for a, b in candidate.closed)
            ]
            if not days:
                return None
            limit = needed_by - fewest - candidate.transit if ship.handover else 10**9
            in_time = [day for day in days if day <= limit] or days[:1]
            launches[place] = min(in_time, key=lambda day: (abs(day - candidate.nominal), day))
            soonest = launches[place] + ship.turnaround
            longest = max(mix.longest for mix in candidate.mixes)
            needed_by = launches[place] + min(candidate.transit + candidate.longest, longest)
    return launches


def _next_dock(rotation: Rotation, ship_class: int, after: int, launches: dict[int, int]) -> int:
    """Day of docking of the next flight of a class after a place, or one that never comes."""
    for place in sorted(launches):
        if place > after and rotation.candidates[place].ship == ship_class:
            return launches[place] + rotation.candidates[place].transit
    return 10**9


def _leave(rotation: Rotation, place: int, mix: int, launches: dict[int, int], long: int) -> int:
    candidate = rotation.candidates[place]
    handover = rotation.ships[candidate.ship].handover
    dock = launches[place] + candidate.transit
    latest = min(dock + candidate.longest, launches[place] + candidate.mixes[mix].longest)
    relieved = _next_dock(rotation, candidate.ship, place, launches)
    wish = relieved + handover[long] if handover else min(latest, relieved)
    return max(dock + candidate.shortest, min(latest, wish))


def _leave_aboard(rotation: Rotation, g: int, launches: dict[int, int], long: int) -> int:
    ship = rotation.aboard[g]
    latest = min(ship.latest, ship.latest_people) if ship.fit else ship.latest
    wish = max(ship.earliest, 0)
    handover = rotation.ships[ship.ship].handover
    if ship.fit and handover and last_of_class(rotation, ship.ship) == g:
        wish = _next_dock(rotation, ship.ship, -1, launches) + handover[long]
    elif ship.fit and not handover:
        wish = latest
    latest = min(latest, max(rotation.days, ship.earliest))
    return max(ship.earliest, 0, min(latest, wish))


def _mixes(rotation: Rotation, flown: list[int]) -> dict[int, int]:
    balance = [0] * len(rotation.exchanges)
    without = {g for g, ship in enumerate(rotation.aboard) if not ship.fit}
    missing = [owed.least for owed in rotation.owed]
    chosen: dict[int, int] = {}
    for place in sorted(flown, key=lambda n: (rotation.candidates[n].nominal, n)):
        candidate = rotation.candidates[place]

        def worth(
            m: int, candidate: Candidate = candidate, place: int = place
        ) -> tuple[float, ...]:
            mix = candidate.mixes[m]
            after = [
                abs(b + s) for b, s in zip(balance, mix.swapped or [0] * len(balance), strict=True)
            ]
            over = sum(
                max(0, a - limit) for a, (_, limit) in zip(after, rotation.exchanges, strict=True)
            )
            served = sum(
                min(able, side.minimum) for able, side in zip(mix.able, rotation.sides, strict=True)
            )
            adopts = mix.adopts in without
            stray = mix.adopts is not None and not adopts
            paid = sum(
                min(still, seats)
                for still, seats in zip(missing, _owed(rotation, place, mix), strict=True)
            )
            return (stray, not adopts, -served, over, -paid, mix.bought, sum(after), -mix.total, m)

        best = min(range(len(candidate.mixes)), key=worth)
        chosen[place] = best
        mix = candidate.mixes[best]
        without.discard(-1 if mix.adopts is None else mix.adopts)
        for e, swapped in enumerate(mix.swapped):
            balance[e] += swapped
        for owed, seats in enumerate(_owed(rotation, place, mix)):
            missing[owed] = max(0, missing[owed] - seats)
    return chosen


def _owed(rotation: Rotation, place: int, mix: Mix) -> list[int]:
    """Seats that a mix on a flight gives to each of those owed."""
    return [
        sum(mix.people[nation] for nation in owed.nations) if place in owed.flights else 0
        for owed in rotation.owed
    ]


def _tasks(rotation: Rotation, flights: list[Flight]) -> tuple[int | None, ...]:
    """Tasks, the one that must be done first at the front, to the first flight with room."""
    room = {
        f.candidate: rotation.candidates[f.candidate].mixes[f.mix].total
        * max(0.0, min(f.leave, rotation.days) - f.dock)
        for f in flights
    }
    done: list[int | None] = [None] * len(rotation.tasks)
    for place in sorted(range(len(rotation.tasks)), key=lambda n: (rotation.tasks[n].last, n)):
        task = rotation.tasks[place]
        for flight in flights:
            there = flight.dock <= min(task.last, rotation.days - 1) and flight.leave > task.first
            if there and room[flight.candidate] >= task.crew_days:
                room[flight.candidate] -= task.crew_days
                done[place] = flight.candidate
                break
    return tuple(done)
