"""What an exchange of seats is worth: the same years with it and without it, side by side.

Years of the record: as flown, and the same flights with the exchanged seats put back. Years
ahead: two plans from the same day, one that may exchange seats and one that may not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeeper.crew.exchanged import without_exchange
from stationkeeper.crew.losses import (
    EARLY,
    LEVEL,
    LOST,
    RECORD_ENDS,
    Count,
    Rate,
    counts,
    events,
)
from stationkeeper.crew.mixes import DayLimit
from stationkeeper.crew.planning import problem
from stationkeeper.crew.roster import READINGS, Roster, roster
from stationkeeper.crew.sides import WHOLE
from stationkeeper.errors import InputError
from stationkeeper.programme.document import Programme
from stationkeeper.schedule.problem import Plan, Rotation
from stationkeeper.schedule.solve import solve

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

    People of a ship that cannot bring them home count as on it until the flight that adopts them
    has docked, then as on that.

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
    ships = len(rotation.aboard) + len(plan.flights) + 1
    people = np.zeros((ships, rotation.days), np.int64)
    able = np.zeros((ships, len(rotation.sides), rotation.days), np.int64)
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
        host, moved = adopted.get(place, (place, left))
        fill(place, sum(ship.people), ship.able, 0, min(moved, left))
        fill(host, sum(ship.people), ship.able, moved, left)
    # A plan may ask besides for people of any side; the record has no such side.
    rows = [n for n, side in enumerate(rotation.sides) if n == 0 or side.key != WHOLE]
    return Manning(
        tuple(rotation.sides[n].key for n in rows),
        np.array([rotation.sides[n].minimum for n in rows], np.int64),
        people,
        able[:, rows],
    )


def manning_of_roster(found: Roster, reading: int) -> Manning:
    """Return who holds a seat on which ship in a record.

    Parameters
    ----------
    found : Roster
        People, ships and seats by interval.
    reading : int
        Place in ``READINGS``.

    Returns
    -------
    Manning
        One row for each flight, then those without any seat; over the days of the roster.
    """
    rows, intervals = len(found.flights) + 1, found.lengths.size
    people = np.zeros((rows, intervals), np.int64)
    able = np.zeros((rows, len(found.sides), intervals), np.int64)
    place = np.arange(intervals)
    sizes = found.people.sum(axis=1)
    for group, size in enumerate(sizes):
        there = found.aboard[group]
        row = found.seat_between[reading, group][there]  # -1 is the last row
        people[row, place[there]] += size
        able[row, :, place[there]] += found.able[group]
    return Manning(
        found.sides,
        found.minimum,
        np.repeat(people, found.lengths, axis=1),
        np.repeat(able, found.lengths, axis=2),
    )


def exchange_worth(
    programme: Programme,
    station: str,
    at: date,
    until: date,
    stay_limits: Mapping[str, DayLimit],
    *,
    since: date | None = None,
    seed: int = 1,
    workers: int = 2,
    seconds: float = 60.0,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Compare years with exchanged seats and the same years without.

    Before ``at``: the record as flown, and the same flights with the seats put back. From ``at``:
    two plans over the same days, ships and rules, one of which may exchange seats. The chance
    that a side is emptied at least once is one less the exponential of minus the rate of losses
    times the days and ships whose loss would empty a side. A loss is a docked ship lost as a way
    home or left early, of any class; its rate is that of the shipped records, with its Jeffreys
    interval. Left out: that a crew would be sent up sooner after a loss, that people may be
    trained for both sides, that rates differ between classes and ages, and whoever is lost with
    two ships at once.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str
        Key of the station.
    at : date
        First day planned; the crews of that day are taken from the programme.
    until : date
        Last day planned.
    stay_limits : mapping of str to function or array
        Longest stay by nation, over days of launch from ``at``. [d]
    since : date, optional
        First day of the record that is compared; absent means none of it.
    seed, workers : int, optional
        Of the two plans.
    seconds : float, optional
        Time limit of each stage of each plan. [s]
    progress : callable, optional
        Told what is done.

    Returns
    -------
    dict
        ``station``, ``title``, ``since``, ``at``, ``until``, ``sides``, ``readings``, ``level``,
        ``rate`` and ``per_stay`` (``events``, ``exposure``, ``low``, ``middle``, ``high``),
        ``losses`` (a row for each counted event), ``classes`` (a row of counts for each class of
        ship, the last for all), ``parts``. Each part has ``name`` (``as flown``, ``planned`` or
        ``together``), ``first``, ``last``, ``days``, and ``with`` and ``without``, each with
        ``status``, ``flights``, ``seats`` by nation, and by reading ``at_risk_days``,
        ``at_risk_by_side``, ``alone_days``, ``without_side_days``, ``ship_days``,
        ``ship_days_alone``, ``chance`` and ``chance_with_alone`` as low, middle, high. Plans also
        have ``conflicts``, and ``stages`` and ``bounds`` by name; one that was not found has no
        figures.

    Raises
    ------
    InputError
        If the days are not in order, or a plan cannot be asked for.
    """
    since = at if since is None else since
    if not since <= at < until:
        raise InputError(
            f"worth of an exchange: given since {since}, at {at}, until {until}, expected days in "
            "that order"
        )
    known = min(programme.as_known or at, at, RECORD_ENDS)
    every = counts(until=known)
    rate = every[-1].rate()
    parts: list[dict[str, Any]] = []
    exposures: list[dict[str, list[Exposure] | None]] = []
    if since < at:
        last = at - timedelta(days=1)
        if progress is not None:
            progress(f"crew: the record from {since} to {last}, with and without the exchange")
        back, moved = without_exchange(programme, station)
        part: dict[str, Any] = {"name": "as flown", "first": f"{since}", "last": f"{last}"}
        part["seats_put_back"] = moved
        found: dict[str, list[Exposure] | None] = {}
        for name, document in (("with", programme), ("without", back)):
            people = roster(document, station, since, last)
            found[name] = [
                exposure(manning_of_roster(people, reading)) for reading in range(len(READINGS))
            ]
            part[name] = {"status": "as flown", **_seats_flown(people)}
        parts.append(part)
        exposures.append(found)
    part = {"name": "planned", "first": f"{at}", "last": f"{until}"}
    found = {}
    stopped = False
    for name, exchange in (("with", True), ("without", False)):
        if progress is not None:
            progress(f"crew: a plan from {at} to {until} {name} the exchange")
        asked = problem(
            programme, station, at, until + timedelta(days=1), stay_limits, exchange=exchange
        )
        plan = solve(
            asked.rotation,
            seed=seed,
            workers=workers,
            # After a stop the other way is not searched: its first plan stands.
            seconds_per_stage=0.1 if stopped else seconds,
            progress=progress,
        )
        stopped = stopped or plan.status == "interrupted"
        part[name] = {
            "status": plan.status,
            "conflicts": list(plan.conflicts),
            "stages": {stage.name: stage.value for stage in plan.stages},
            "bounds": {stage.name: stage.bound for stage in plan.stages},
            **_seats_planned(asked.rotation, plan),
        }
        known_plan = plan.status not in ("impossible", "none found")
        days = exposure(manning_of_plan(asked.rotation, plan)) if known_plan else None
        found[name] = None if days is None else [days] * len(READINGS)
    parts.append(part)
    exposures.append(found)
    for part, found in zip(parts, exposures, strict=True):
        _add_figures(part, found, rate)
    if len(parts) > 1:
        parts.append(_together(parts, exposures, rate))
    title = programme.station[station].title
    sides = roster(programme, station, at, at).sides
    return {
        "station": station,
        "title": title,
        "since": f"{since}",
        "at": f"{at}",
        "until": f"{until}",
        "sides": list(sides),
        "readings": list(READINGS),
        "level": LEVEL,
        "known_until": f"{known}",
        "rate": asdict(rate),
        "per_stay": asdict(every[-1].per_stay()),
        "losses": [
            {
                "date": f"{event.date}",
                "ship": event.ship,
                "flight": event.flight,
                "station": event.station,
                "kind": event.kind,
                "what": event.what,
                "confidence": event.confidence,
            }
            for event in events()
            if event.counted and event.kind in (*LOST, *EARLY) and event.date <= known
        ],
        "classes": [_class_row(count) for count in every],
        "parts": parts,
    }


def _class_row(count: Count) -> dict[str, Any]:
    rate = count.rate()
    return {
        "ship": count.ship,
        "stays": count.stays,
        "docked_days": count.docked_days,
        "lost": count.lost,
        "early": count.early,
        "not_arrived": count.not_arrived,
        "rate_per_day": [rate.low, rate.middle, rate.high],
    }


def _seats_flown(people: Roster) -> dict[str, Any]:
    """Count the flights and seats launched in the span of a roster."""
    inside = (people.group_launched >= 0) & (people.group_launched < people.days)
    seats = people.people[inside].sum(axis=0)
    flights = {int(flight) for flight in people.up[inside] if flight >= 0}
    return {
        "flights": len(flights),
        "seats": {n: int(s) for n, s in zip(people.nations, seats, strict=True) if s},
    }


def _seats_planned(rotation: Rotation, plan: Plan) -> dict[str, Any]:
    """Count the flights and seats of a plan."""
    seats = np.zeros(len(rotation.nations), np.int64)
    for flight in plan.flights:
        seats += np.array(rotation.candidates[flight.candidate].mixes[flight.mix].people)
    return {
        "flights": len(plan.flights),
        "seats": {n: int(s) for n, s in zip(rotation.nations, seats, strict=True) if s},
    }


def _add_figures(
    part: dict[str, Any], found: Mapping[str, list[Exposure] | None], rate: Rate
) -> None:
    """Write days and chances of both ways into a part."""
    for name in ("with", "without"):
        readings = found[name]
        if readings is None:
            continue
        part["days"] = readings[0].days
        part[name] |= {
            "at_risk_days": [one.at_risk for one in readings],
            "at_risk_by_side": [list(one.by_side) for one in readings],
            "alone_days": [one.alone for one in readings],
            "without_side_days": [one.without_side for one in readings],
            "ship_days": [one.ship_days for one in readings],
            "ship_days_alone": [one.ship_days_alone for one in readings],
            "chance": [list(chance(one.ship_days, rate)) for one in readings],
            "chance_with_alone": [
                list(chance(one.ship_days + one.ship_days_alone, rate)) for one in readings
            ],
        }


def _together(
    parts: Sequence[Mapping[str, Any]],
    exposures: Sequence[Mapping[str, list[Exposure] | None]],
    rate: Rate,
) -> dict[str, Any]:
    """Add up the record and the plan."""
    part: dict[str, Any] = {
        "name": "together",
        "first": parts[0]["first"],
        "last": parts[-1]["last"],
    }
    found: dict[str, list[Exposure] | None] = {}
    for name in ("with", "without"):
        flown, planned = (one[name] for one in exposures)
        nations = dict.fromkeys([*parts[0][name]["seats"], *parts[1][name]["seats"]])
        part[name] = {
            "status": parts[-1][name]["status"],
            "flights": sum(one[name]["flights"] for one in parts),
            "seats": {n: sum(one[name]["seats"].get(n, 0) for one in parts) for n in nations},
        }
        found[name] = (
            None
            if flown is None or planned is None
            else [a + b for a, b in zip(flown, planned, strict=True)]
        )
    _add_figures(part, found, rate)
    return part
