"""Re-plans after five shocks, from the state of that day, beside what was flown.

A re-plan sees the programme as it was known on its day: no later flight, landing or decision.
The last day on which a class was grounded or a pad closed is taken as recorded: nobody knew it
then, and without it no plan could be asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from stationkeeper.crew.planning import Problem, problem
from stationkeeper.crew.roster import roster
from stationkeeper.crew.rule import check
from stationkeeper.crew.worth import Exposure, exposure, manning_of_plan, manning_of_roster
from stationkeeper.lifetime.stay_limits import stay_limits
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.schedule.problem import Plan
from stationkeeper.schedule.solve import solve
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Progress

SECONDS_PER_STAGE: Final = 20.0  # [s] our choice, four times what a stage takes on two free cores
FLOWN: Final = "iss"  # the programme that holds the record


@dataclass(frozen=True)
class Replan:
    """A plan made on the day of a shock.

    Attributes
    ----------
    key : str
        As in ``crew_shocks.toml``.
    problem : Problem
        What was asked.
    plan : Plan
        What was found.
    next_launch : date or None
        First launch with people.
    next_ship : str
        Class of it.
    seat_again : date or None
        Day on which a ship docks that takes over people without a seat.
    home : date or None
        Day on which the people followed leave.
    fewest_people : int
        On any day of the horizon. [-]
    exposure : Exposure
        Days on which the loss of a ship would empty a side.
    """

    key: str
    problem: Problem
    plan: Plan
    next_launch: date | None
    next_ship: str
    seat_again: date | None
    home: date | None
    fewest_people: int
    exposure: Exposure

    @property
    def found(self) -> bool:
        """There is a plan."""
        return self.plan.status not in ("impossible", "none found")


def authorities() -> Mapping[str, Any]:
    """Return what was flown after each shock, as published."""
    return published("crew_shocks.toml")


@cache
def record() -> Programme:
    """Return the programme that holds the record."""
    return read_programme(FLOWN)


@cache
def as_known(day: date) -> Programme:
    """Return the programme as known on a day, without regular cargo ships that are not launched.

    What the programme holds of them is a policy with ports of its own choice; ships already there
    and single flights already told of keep their ports.
    """
    known = read_programme(FLOWN, as_known=day)
    return known.model_copy(
        update={"traffic": {key: series for key, series in known.traffic.items() if series.seats}}
    )


@cache
def replan(key: str) -> Replan:
    """Plan anew on the day of a shock, with what was known on it.

    Parameters
    ----------
    key : str
        As in ``crew_shocks.toml``.

    Returns
    -------
    Replan
        The same for the same key: the plan is the one that is proven best, or the best found
        within ``SECONDS_PER_STAGE``.
    """
    told = authorities()[key]
    at: date = told["planned_on"]
    known = as_known(at)
    limits = stay_limits(known, told["station"], at, (told["until"] - at).days)
    asked = problem(known, told["station"], at, told["until"], limits.by_nation(), from_flown=True)
    rotation = asked.rotation
    plan = solve(rotation, seconds_per_stage=SECONDS_PER_STAGE)
    crewed = [
        flight
        for flight in plan.flights
        if rotation.candidates[flight.candidate].mixes[flight.mix].total > 0
    ]
    first = min(crewed, key=lambda flight: flight.launch, default=None)
    adopting = [
        flight.dock
        for flight in plan.flights
        if rotation.candidates[flight.candidate].mixes[flight.mix].adopts is not None
    ]
    followed = [ship.key for ship in rotation.aboard].index(told["of_ship"])
    manning = manning_of_plan(rotation, plan) if plan.people_leave else None
    return Replan(
        key,
        asked,
        plan,
        None if first is None else asked.day(first.launch),
        "" if first is None else rotation.ships[rotation.candidates[first.candidate].ship].key,
        asked.day(min(adopting)) if adopting else None,
        asked.day(plan.people_leave[followed]) if plan.people_leave else None,
        0 if manning is None else int(manning.people.sum(axis=0).min()),
        Exposure(0, 0, 0, 0, (), 0, 0, 0) if manning is None else exposure(manning),
    )


@cache
def flown(key: str) -> Exposure:
    """Return the days at risk of the record over the days of a re-plan."""
    told = authorities()[key]
    last = date.fromordinal(told["until"].toordinal() - 1)
    return exposure(
        manning_of_roster(roster(record(), told["station"], told["planned_on"], last), 0)
    )


def state_of_day(key: str) -> tuple[int, int]:
    """Return people aboard on the day of a shock as recorded, and those without their own ship.

    Returns
    -------
    people : int
        Aboard after the event. [-]
    without_ship : int
        Of these, people whose ship is gone or cannot bring them home. [-]
    """
    told = authorities()[key]
    day: date = told["planned_on"]
    found = check(roster(read_programme(FLOWN, as_known=day), told["station"], day, day))
    people = found.roster
    without = 0
    for group, size in enumerate(people.people.sum(axis=1)):
        if people.aboard[group, 0]:
            up = people.up[group]
            docked = up >= 0 and people.docked[up] <= 0 < people.undocked[up]
            without += 0 if docked and people.fit[up, 0] else int(size)
    return int(found.people[:, 0].sum()), without


def documents(progress: Progress | None = None) -> list[dict[str, Any]]:
    """Return every re-plan beside what was flown, as plain data for a page.

    Each has ``shock``, ``title``, ``planned_on``, ``until``, ``status``, ``stages`` by name,
    ``shocks`` that counted, ``left_out``, ``note``, ``source``, ``confidence``, and ``ours`` and
    ``flown``, each with ``next_launch``, ``next_ship``, ``seat_again``, ``home``, ``stay_days``,
    ``fewest_people``, ``at_risk_days``, ``alone_days``.
    """
    found = []
    for key, told in authorities().items():
        if progress is not None:
            progress(f"crew: {told['title']}")
        ours, record_days = replan(key), flown(key)
        found.append(
            {
                "shock": key,
                "title": told["title"],
                "planned_on": f"{told['planned_on']}",
                "until": f"{told['until']}",
                "status": ours.plan.status,
                "stages": {stage.name: stage.value for stage in ours.plan.stages},
                "shocks": list(ours.problem.shocks),
                "left_out": list(ours.problem.left_out),
                "note": told.get("note", ""),
                "source": told["source"],
                "confidence": told["confidence"],
                "ours": _side(
                    ours.next_launch,
                    ours.next_ship,
                    ours.seat_again,
                    ours.home,
                    told["launched"],
                    ours.fewest_people,
                    ours.exposure,
                ),
                "flown": _side(
                    told["next_launch"],
                    told["next_ship"],
                    told.get("seat_again"),
                    told["home"],
                    told["launched"],
                    told["fewest_people"],
                    record_days,
                ),
            }
        )
    return found


def _side(
    next_launch: date | None,
    next_ship: str,
    seat_again: date | None,
    home: date | None,
    launched: date,
    fewest_people: int,
    days: Exposure,
) -> dict[str, Any]:
    return {
        "next_launch": None if next_launch is None else f"{next_launch}",
        "next_ship": next_ship,
        "seat_again": None if seat_again is None else f"{seat_again}",
        "home": None if home is None else f"{home}",
        "stay_days": None if home is None else (home - launched).days,
        "fewest_people": fewest_people,
        "at_risk_days": days.at_risk,
        "alone_days": days.alone,
    }
