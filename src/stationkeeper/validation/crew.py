"""Who was aboard beside published facts, and re-plans after shocks beside what was flown.

Facts of the record and the state after each shock are ``measured``: days and rules alone decide
them. What a re-plan does is ``context``: many plans keep the rules, a planner of that day weighed
more than the rules (cargo, pads, training, agreements between people), so equality is no truth.
How far a launch may come forward was chosen with three of these shocks in view: their re-plans are
marked as calibration too.
"""

from datetime import date
from functools import cache
from typing import Any

import numpy as np

from stationkeeper.crew.roster import roster
from stationkeeper.crew.rule import Check, check
from stationkeeper.units import days_since_2000
from stationkeeper.validation.crew_shocks import authorities, flown, record, replan, state_of_day
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row

STATION = "iss"


def facts() -> dict[str, Any]:
    """Return the published facts."""
    return published("crew_facts.toml")


@cache
def _checked(first: date, last: date) -> Check:
    return check(roster(record(), STATION, first, last))


def _row(
    name: str,
    ours: float | None,
    truth: float,
    unit: str,
    told: dict[str, Any],
    tolerance: float = 0.0,
    kind: Kind = "measured",
    note: str | None = None,
    calibration: bool = False,
) -> Row:
    return Row(
        topic="crew",
        name=name,
        ours=None if ours is None else float(ours),
        truth=float(truth),
        unit=unit,
        tolerance=float(tolerance),
        kind=kind,
        source=f"{told['source']} ({told['confidence']})",
        calibration=calibration,
        note=told.get("note", "") if note is None else note,
    )


def record_rows() -> list[Row]:
    """Return the rows of who was aboard, day by day."""
    told = facts()
    whole = _checked(told["fewest"]["first"], told["fewest"]["last"])
    people = whole.people.sum(axis=0)
    found = [
        _row(
            "ISS fewest people aboard", people.min(), told["fewest"]["truth"], "-", told["fewest"]
        ),
        _row("ISS most people aboard", people.max(), told["most"]["truth"], "-", told["most"]),
    ]
    found += [
        _row(
            f"ISS days without anybody for the {side} side",
            (~whole.present[place]).sum(),
            told["without_side"]["truth"],
            "d",
            told["without_side"],
        )
        for place, side in enumerate(whole.roster.sides)
    ]
    for key, count, name in (
        ("two_people", 2, "ISS two people, from May 2003"),
        ("two_people_2009", 2, "ISS two people, December 2009"),
        ("three_people_2026", 3, "ISS three people, early 2026"),
    ):
        spell = told[key]
        days = np.arange(people.size) + whole.roster.first
        near = (
            (people == count)
            & (days >= days_since_2000(spell["first_day"]) - 60)
            & (days <= days_since_2000(spell["last_day"]) + 60)
        )
        for which, ours in (("first", days[near].min()), ("last", days[near].max())):
            found.append(
                _row(
                    f"{name}: {which} day",
                    ours,
                    days_since_2000(spell[f"{which}_day"]),
                    "d since 2000",
                    spell,
                    spell["tolerance_d"],
                )
            )
    for key, stay in told["stay"].items():
        crews = [
            crew
            for name, crew in record().crew.items()
            if name == key and crew.landed is not None and crew.station == STATION
        ]
        ours = max(((c.landed - c.launched).days for c in crews if c.landed), default=None)
        found.append(_row(f"Stay, {key}", ours, stay["truth"], "d", stay, stay["tolerance_d"]))
    return found


def shock_rows(progress: Progress | None = None) -> list[Row]:
    """Return, for each shock, the state of its day and our re-plan beside what was flown."""
    found = []
    for key, told in authorities().items():
        if progress is not None:
            progress(f"crew: {told['title']}")
        title, day = told["title"], told["planned_on"]
        people, without = state_of_day(key)
        found += [
            _row(f"{title}: people aboard", people, told["people_aboard"], "-", told),
            _row(f"{title}: without a ship of their own", without, told["without_ship"], "-", told),
        ]
        ours, recorded = replan(key), flown(key)
        why = f"plan {ours.plan.status}; the planner's freedom: {told['next_ship']} was flown next"
        pairs: list[tuple[str, float | None, float, str]] = [
            (
                "days to the next launch of people",
                None if ours.next_launch is None else (ours.next_launch - day).days,
                (told["next_launch"] - day).days,
                "d",
            ),
            (
                "stay of the people of that day",
                None if ours.home is None else (ours.home - told["launched"]).days,
                (told["home"] - told["launched"]).days,
                "d",
            ),
            (
                "fewest people aboard",
                ours.fewest_people if ours.found else None,
                told["fewest_people"],
                "-",
            ),
            (
                "days at risk of an empty side",
                ours.exposure.at_risk if ours.found else None,
                recorded.at_risk,
                "d",
            ),
            ("days alone", ours.exposure.alone if ours.found else None, recorded.alone, "d"),
        ]
        if "seat_again" in told:
            pairs.insert(
                1,
                (
                    "days until people without a seat have one",
                    None if ours.seat_again is None else (ours.seat_again - day).days,
                    (told["seat_again"] - day).days,
                    "d",
                ),
            )
        found += [
            _row(
                f"{title}: {name}",
                value,
                truth,
                unit,
                told,
                kind="context",
                note=why,
                calibration=told.get("in_view", False),
            )
            for name, value, truth, unit in pairs
        ]
    return found


def rows(progress: Progress | None = None) -> list[Row]:
    """Return every row of the topic: under a minute, most of it in the re-plans."""
    if progress is not None:
        progress("crew: the record of the ISS, 2000-2026")
    return record_rows() + shock_rows(progress)
