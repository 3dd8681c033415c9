"""Parts of a problem that are soon searched.

With fewer days open every plan is a plan of the whole; with fewer flights and rules none of the
whole is better than the best of the part.
"""

from dataclasses import dataclass, replace

from stationkeeper.schedule.problem import Plan, Rotation


@dataclass(frozen=True)
class Freedom:
    """Days on which things may happen in a part of a problem.

    Attributes
    ----------
    launches, leaves : tuple of frozenset of int, (candidate,)
        Days open for each launch and leaving; a candidate without a launch day stays on the
        ground. A day of leaving beyond the last that counts means that last one. [d]
    aboard : tuple of frozenset of int, (aboard,)
        Days on which each ship aboard on day 0 may leave. [d]
    """

    launches: tuple[frozenset[int], ...]
    leaves: tuple[frozenset[int], ...]
    aboard: tuple[frozenset[int], ...]


def on_grid(rotation: Rotation, plan: Plan, step: int) -> Freedom:
    """Return the days of a plan and of the calendar, and every ``step``-th for docking and leaving.

    Examples
    --------
    >>> from stationkeeper.schedule.problem import Candidate, Mix, ShipClass
    >>> flight = Candidate("a", 0, 0, 30, 20, 1, 2, 99, (0,), (Mix("A 2", (2,), (), 200),))
    >>> asked = Rotation(99, ("A",), (), ("p",), (ShipClass("c", 1, None),), (flight,))
    >>> sorted(on_grid(asked, Plan("within limit"), 10).launches[0])
    [9, 19, 20, 29]
    """
    flown = {flight.candidate: flight for flight in plan.flights}
    launches, leaves = [], []
    for n, c in enumerate(rotation.candidates):
        first, last = c.earliest + c.transit, c.latest + c.transit
        docks = range(first + -first % step, last + 1, step)
        gone = range(first + -first % step, last + c.longest + step, step)
        mine = {flown[n].launch, c.nominal} if n in flown else {c.nominal}
        launches.append(frozenset({day - c.transit for day in docks} | mine))
        left = {flown[n].leave} if n in flown else set()
        leaves.append(frozenset({*gone} | left))
    return Freedom(
        tuple(launches),
        tuple(leaves),
        tuple(
            frozenset({*range(0, ship.latest + 1, step), leave})
            for ship, leave in zip(rotation.aboard, plan.leaves, strict=True)
        ),
    )


def near(rotation: Rotation, plan: Plan, reach: int, first: int = 0, last: int = 10**6) -> Freedom:
    """Return the days of a plan and those around each, as far as ``reach``.

    Only what happens on days first <= t < last moves. Candidates that do not fly stay so.
    """

    def around(day: int) -> frozenset[int]:
        width = reach if first <= day < last else 0
        return frozenset(range(day - width, day + width + 1))

    flown = {flight.candidate: flight for flight in plan.flights}
    places = range(len(rotation.candidates))
    return Freedom(
        tuple(around(flown[n].launch) if n in flown else frozenset() for n in places),
        tuple(around(flown[n].leave) if n in flown else frozenset() for n in places),
        tuple(around(leave) for leave in plan.leaves),
    )


def between(rotation: Rotation, first: int, last: int) -> Rotation:
    """Return the problem of the safety of some days, with the flights that can be there on them.

    Parameters
    ----------
    rotation : Rotation
        The problem; every ship aboard can bring its people home.
    first, last : int
        Days first <= t < last count. [d]

    Returns
    -------
    Rotation
        Its horizon ends on ``last``, places of candidates and ships differ, and agreements, seats
        owed and tasks are left out. What it loses from ``first`` on is never more than what any
        plan of the whole loses on these days.
    """
    return replace(
        rotation,
        days=last,
        candidates=tuple(
            c
            for c in rotation.candidates
            if c.earliest + c.transit < last and c.latest + c.transit + c.longest > first
        ),
        aboard=tuple(ship for ship in rotation.aboard if ship.latest > first),
        most=rotation.most[:last],
        owed=(),
        tasks=(),
        exchanges=(),
    )


def spans_of(days: list[int], margin: int, end: int) -> list[tuple[int, int]]:
    """Return spans with a margin around some days, merged where they meet, up to an end.

    Examples
    --------
    >>> spans_of([12, 13, 40], 10, 45)
    [(2, 24), (30, 45)]
    """
    spans: list[tuple[int, int]] = []
    for day in days:
        first, last = max(0, day - margin), min(end, day + margin + 1)
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return spans
