"""What an exchange of seats is worth: the same years with it and without it, side by side.

Years of the record: as flown, and the same flights with the exchanged seats put back. Years
ahead: two plans from the same day, one that may exchange seats and one that may not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.crew.losses import LEVEL, Count, Rate, counts, events
from stationkeeper.errors import InputError
from stationkeeper.programme.document import Programme
from stationkeeper.schedule.problem import Plan, Rotation

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Manning:
    """Who holds a seat home on which ship, day by day.

    Attributes
    ----------
    sides : tuple of str
        Keys of the sides.
    minimum : ndarray, (side,)
        Fewest people able to run each. [-]
    people : ndarray, (ship, day)
        People whose seats home are on each ship. The last row is no ship: people without a seat,
        who stay whatever leaves. [-]
    able : ndarray, (ship, side, day)
        Of these, people able to run each side. [-]
    """

    sides: tuple[str, ...]
    minimum: Ints
    people: Ints
    able: Ints


@dataclass(frozen=True)
class Exposure:
    """Days on which the loss of one ship would leave a side without its people.

    Attributes
    ----------
    days : int
        Days looked at. [d]
    crewed : int
        With people aboard. [d]
    alone : int
        With all people on one ship: its loss leaves nobody. [d]
    at_risk : int
        Other days on which the loss of one ship leaves a side empty. [d]
    by_side : tuple of int, (side,)
        Of these, by the side left empty. [d]
    without_side : int
        On which a side is empty without any loss. [d]
    ship_days : int
        Sum over ``at_risk`` days of the ships whose loss leaves a side empty. [d]
    ship_days_alone : int
        The same over ``alone`` days. [d]
    """

    days: int
    crewed: int
    alone: int
    at_risk: int
    by_side: tuple[int, ...]
    without_side: int
    ship_days: int
    ship_days_alone: int

    def __add__(self, other: "Exposure") -> "Exposure":
        """Return the sum over two spans of days that do not overlap."""
        return Exposure(
            self.days + other.days,
            self.crewed + other.crewed,
            self.alone + other.alone,
            self.at_risk + other.at_risk,
            tuple(a + b for a, b in zip(self.by_side, other.by_side, strict=True)),
            self.without_side + other.without_side,
            self.ship_days + other.ship_days,
            self.ship_days_alone + other.ship_days_alone,
        )


def exposure(manning: Manning) -> Exposure:
    """Return the days on which the loss of one ship would leave a side empty.

    A side is empty when fewer people able to run it are aboard than its minimum. It is only
    asked whether the loss empties it, so a side that is empty anyway counts apart.

    Parameters
    ----------
    manning : Manning
        Who holds a seat on which ship.

    Returns
    -------
    Exposure
        Days and ship-days.

    Examples
    --------
    Two ships, each with the only people of one side, over three days:

    >>> alone = np.array([[3, 3, 3], [4, 4, 4], [0, 0, 0]])
    >>> able = np.stack([np.stack([alone[0], 0 * alone[0]]), np.stack([0 * alone[1], alone[1]]),
    ...                  np.zeros((2, 3), int)])
    >>> found = exposure(Manning(("a", "b"), np.array([1, 1]), alone, able))
    >>> found.at_risk, found.ship_days, found.alone
    (3, 6, 0)
    """
    people, able = manning.people[:-1], manning.able[:-1]
    total = manning.people.sum(axis=0)
    runs = manning.able.sum(axis=0)  # (side, day)
    least = manning.minimum[:, None]
    crewed = total > 0
    present = runs >= least
    empties = (people > 0)[:, None] & present & (runs - able < least)  # (ship, side, day)
    alone = ((people == total) & crewed).any(axis=0)
    ships = empties.any(axis=1)
    at_risk = ships.any(axis=0) & ~alone
    return Exposure(
        days=total.size,
        crewed=int(crewed.sum()),
        alone=int(alone.sum()),
        at_risk=int(at_risk.sum()),
        by_side=tuple(int(days) for days in (empties.any(axis=0) & at_risk).sum(axis=1)),
        without_side=int((~present.all(axis=0) & crewed).sum()),
        ship_days=int((ships & at_risk).sum()),
        ship_days_alone=int((ships & alone).sum()),
    )


def chance(ship_days: float, rate: Rate) -> tuple[float, float, float]:
    """Return the chance that a side is emptied at least once, at the ends and middle of a rate.

    Losses are independent of each other, of the age of the ship and of who is aboard.

    Parameters
    ----------
    ship_days : float
        Days times ships whose loss would leave a side empty. [d]
    rate : Rate
        Losses per docked ship-day. [1/d]

    Returns
    -------
    low, middle, high : float
        [-]

    Examples
    --------
    >>> tuple(round(end, 2) for end in chance(4000, Rate(5, 25_000, 0.9e-4, 2.1e-4, 3.9e-4)))
    (0.3, 0.57, 0.79)
    """
    low, middle, high = -np.expm1(-ship_days * np.array([rate.low, rate.middle, rate.high]))
    return float(low), float(middle), float(high)


def manning_of_plan(rotation: Rotation, plan: Plan) -> Manning:
    """Return who holds a seat on which ship in a plan.

    People of a ship that cannot bring them home have no seat until the flight that adopts them
    has docked; then they count as on it.

    Parameters
    ----------
    rotation : Rotation
        What the plan was made for.
    plan : Plan
        With flights; one row for each ship aboard, then for each flight, then no ship.

    Returns
    -------
    Manning
        Over the days of the horizon.
    """
    rows = len(rotation.aboard) + len(plan.flights) + 1
    people = np.zeros((rows, rotation.days), np.int64)
    able = np.zeros((rows, len(rotation.sides), rotation.days), np.int64)
    adopted: dict[int, tuple[int, int]] = {}

    def fill(row: int, count: int, runs: Sequence[int], first: int, last: int) -> None:
        span = slice(max(first, 0), max(min(last, rotation.days), 0))
        people[row, span] += count
        able[row, :, span] += np.array(runs, np.int64)[:, None]

    for place, flight in enumerate(plan.flights, start=len(rotation.aboard)):
        mix = rotation.candidates[flight.candidate].mixes[flight.mix]
        fill(place, mix.total, mix.able, flight.dock, flight.leave)
        if mix.adopts is not None:
            adopted[mix.adopts] = (place, flight.dock)
    for place, ship in enumerate(rotation.aboard):
        left = plan.people_leave[place]
        if ship.fit:
            fill(place, sum(ship.people), ship.able, 0, left)
            continue
        host, docked = adopted.get(place, (rows - 1, 0))
        fill(rows - 1, sum(ship.people), ship.able, 0, min(docked, left) if docked else left)
        if docked:
            fill(host, sum(ship.people), ship.able, docked, left)
    return Manning(
        tuple(side.key for side in rotation.sides),
        np.array([side.minimum for side in rotation.sides], np.int64),
        people,
        able,
    )
