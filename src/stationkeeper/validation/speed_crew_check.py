"""How fast 26 years of crews are checked: days, both readings, the loss of any one ship."""

from datetime import date
from time import perf_counter
from typing import Final

import numpy as np

from stationkeeper.crew.roster import READINGS, Roster, roster
from stationkeeper.crew.rule import Check, check
from stationkeeper.programme.check_crews import LASTING_STAY_DAYS
from stationkeeper.programme.read import read_programme
from stationkeeper.validation.rows import Progress
from stationkeeper.validation.speed import SpeedRow

FIRST, LAST = date(2000, 11, 2), date(2026, 10, 1)
LIMIT: Final = 0.2  # [s] for the whole check
GOAL: Final = (
    3.0  # times faster than the plain loop, which is spared building the roster; our choice
)
REPEATS: Final = 5


def checker_row(progress: Progress | None = None) -> list[SpeedRow]:
    """Return the rows of the checker: its time against the limit, and against the plain loop.

    Ours builds the roster from a programme already read and checks it, the best of several runs
    after a first one. The plain loop seats people and takes ships away day by day on the roster
    that is there; both give the same seats and the same days.
    """
    if progress is not None:
        progress("crew: 26 years of days")
    programme = read_programme("iss")

    def whole() -> Check:
        return check(roster(programme, "iss", FIRST, LAST))

    found = whole()
    ours = []
    for _ in range(REPEATS):
        start = perf_counter()
        whole()
        ours.append(perf_counter() - start)
    start = perf_counter()
    seat = plain_seats(found.roster)
    survives = plain_survival(found.roster, seat)
    plain = perf_counter() - start
    differing = int(np.count_nonzero(np.array(seat) != found.roster.seat))
    differing += int(np.count_nonzero(np.array(survives) != found.survives))
    agreement = f"{differing} of {found.roster.days} days x readings x sides and groups differ"
    work = f"check of {found.roster.days} days of crews, two readings, any one ship lost"
    return [
        SpeedRow("crew", work, min(ours), "limit", LIMIT, 1.0, agreement),
        SpeedRow(
            "crew",
            f"{work}, against the loop",
            min(ours),
            "plain Python loop of the same rule",
            plain,
            GOAL,
            agreement,
        ),
    ]


def plain_seats(people: Roster) -> list[list[list[int]]]:
    """Seat everybody day by day in plain Python: by reading, group and day."""
    groups, flights = range(len(people.groups)), range(len(people.flights))
    docked, undocked = people.docked.tolist(), people.undocked.tolist()
    seats, places = people.seats.tolist(), people.emergency.tolist()
    size, up, down = people.people.sum(axis=1).tolist(), people.up.tolist(), people.down.tolist()
    since, until = people.since.tolist(), people.until.tolist()
    ties = np.repeat(people.tied, people.lengths, axis=1).T.tolist()
    found = [[[-1] * people.days for _ in groups] for _ in READINGS]
    for day in range(people.days):
        here = [f for f in flights if docked[f] <= day < undocked[f]]
        unfit = {f for f, first, last in people.unfit if first <= day < last}
        fit = [f for f in here if f not in unfit]
        aboard = [g for g in groups if since[g] <= day < until[g]]
        for reading in range(len(READINGS)):
            chosen: dict[int, int] = {}
            free = {f: seats[f] for f in here}
            by_rule = []
            for g in aboard:
                wishes = [down[g], up[g]] if reading == 0 else [up[g], down[g]]
                ship = ties[day][g]
                if ship not in here:
                    ship = next((f for f in wishes if f in fit), -1)
                    if ship >= 0:
                        by_rule.append(g)
                if ship >= 0:
                    chosen[g] = ship
                    free[ship] -= size[g]
            while True:
                moved = False
                for g in reversed(by_rule):
                    ship = down[g]
                    if chosen.get(g) == ship != up[g] and free[ship] < 0:
                        free[ship] += size[g]
                        del chosen[g]
                        moved = True
                        if up[g] in fit:
                            chosen[g] = up[g]
                            free[up[g]] -= size[g]
                if not moved:
                    break
            for g in aboard:
                if g not in chosen:
                    ship = _free_seat(
                        g, fit, here, free, seats, places, size, docked, undocked, up, down
                    )
                    if ship >= 0:
                        chosen[g] = ship
                        free[ship] -= size[g]
            for g, ship in chosen.items():
                found[reading][g][day] = ship
    return found


def _free_seat(
    group: int,
    fit: list[int],
    here: list[int],
    free: dict[int, int],
    seats: list[int],
    places: list[int],
    size: list[int],
    docked: list[int],
    undocked: list[int],
    up: list[int],
    down: list[int],
) -> int:
    usable = [f for f in fit if seats[f] > 0]
    for extra in (0, 1):
        fits = [f for f in usable if free[f] + extra * places[f] >= size[group]]
        if fits:
            return min(
                fits,
                key=lambda f: (
                    undocked[f] - docked[f] < LASTING_STAY_DAYS,
                    -free[f] - extra * places[f],
                    docked[f],
                    f,
                ),
            )
        for f in (up[group], down[group]):
            if f in here and f not in fit:
                return f
    return -1


def plain_survival(people: Roster, seat: list[list[list[int]]]) -> list[list[list[bool]]]:
    """Take each ship away day by day in plain Python: by reading, side and day."""
    sides = range(len(people.sides))
    since, until, able = people.since.tolist(), people.until.tolist(), people.able.tolist()
    least = people.minimum.tolist()
    there = np.repeat(people.there, people.lengths, axis=1).T.tolist()
    found = [[[False] * people.days for _ in sides] for _ in READINGS]
    for day in range(people.days):
        aboard = [g for g in range(len(people.groups)) if since[g] <= day < until[g]]
        for reading in range(len(READINGS)):
            ships = {seat[reading][g][day] for g in aboard} - {-1}
            for side in sides:
                stay = [
                    sum(able[g][side] for g in aboard if seat[reading][g][day] != lost)
                    for lost in (None, *ships)
                ]
                enough = not there[day][side] or min(stay) >= least[side]
                found[reading][side][day] = bool(aboard) and enough
    return found
