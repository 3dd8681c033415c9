"""Stores of the ISS beside what was told of them: 2003-05, 2014-15 and 2025.

Nobody published how much food was aboard. One unknown of each story is therefore calibrated on the
first date that was told; the dates after it are predicted from people aboard, from what ships
carried, and from 1.72 kg of food a day for a person, and count as evidence.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import DAYS_PER_YEAR
from stationkeeper.household.stores import (
    Course,
    days_left,
    demand,
    reserve_day,
    stock_course,
    zero_day,
)
from stationkeeper.lifetime.stores_left import level_on, supplies
from stationkeeper.programme.composition import all_crews
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.traffic import Crew, Flight
from stationkeeper.units import date_from_days, days_since_2000
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row

Array = NDArray[np.float64]

TOPIC: Final = "stores"
MONTH: Final = DAYS_PER_YEAR / 12  # [d]
_AHEAD: Final = 400  # [d] followed after the first day of a story; beyond every date told


def rows(progress: Progress | None = None) -> list[Row]:
    """Return our dates of reserve and zero beside those told."""
    if progress is not None:
        progress("stores: food aboard in 2003-05, 2014-15 and 2025")
    return [*_rows_2015(), *_rows_2004(), _row_2025(), _row_demand()]


@cache
def record() -> Programme:
    """Return the programme that holds the record of people."""
    return read_programme("iss")


def manifests(name: str) -> dict[str, Flight]:
    """Return the flights of a library of cargo ships, as `iss-cargo-2014-2015`."""
    place = resources.files("stationkeeper.programme") / "library" / f"{name}.toml"
    table = tomllib.loads(place.read_text(encoding="utf-8"))["flight"]
    return {key: Flight.model_validate(flight) for key, flight in table.items()}


def food_of(flight: Flight) -> float:
    """Return the food that a flight carries: of its manifest, else of its class. [kg]"""
    brought = flight.manifest or record().ship[flight.ship].brings
    return brought.food_kg


def people(crews: Mapping[str, Crew], first: date, days: int) -> Array:
    """Count people aboard the ISS by day, from launch to the day before landing."""
    aboard = np.zeros(days)
    for crew in crews.values():
        if crew.station == "iss":
            begin = max((crew.launched - first).days, 0)
            end = days if crew.landed is None else max((crew.landed - first).days, 0)
            aboard[begin:end] += sum(crew.seats.values())
    return aboard


def follow(
    first: date, aboard: Array, stock: float, ships: Mapping[date, float] | None = None
) -> Course:
    """Follow the food from a day on.

    Parameters
    ----------
    first : date
        The first day.
    aboard : ndarray, (day,)
        People. [-]
    stock : float
        Food aboard at its begin. [kg]
    ships : mapping of date to float, optional
        Food that comes, by day of docking. [kg]

    Returns
    -------
    Course
    """
    came = np.zeros(aboard.size)
    for day, mass in (ships or {}).items():
        came[(day - first).days] += mass
    edges = days_since_2000(first) + np.arange(aboard.size + 1, dtype=np.float64)
    return stock_course(edges, demand(aboard, _each()), stock, came)


def _truth() -> Mapping[str, Any]:
    return published("stores.toml")


def _each() -> float:
    return float(_truth()["demand"]["food_kg"])


def _as_planned() -> dict[str, Crew]:
    """People as planned in April 2015: two flights stood at other days than were flown."""
    plan, crews = _truth()["plan_2015"]["people"], dict(all_crews(record()))
    home, up = plan["landing_of"], plan["launch_of"]
    crews[home] = crews[home].model_copy(update={"landed": plan["landing_as_planned"]})
    crews[up] = crews[up].model_copy(update={"launched": plan["launch_as_planned"]})
    return crews


def _row(
    name: str,
    ours: float,
    truth: date,
    told_on: date,
    half_width: float,
    source: str,
    *,
    note: str = "",
    calibration: bool = False,
    kind: Kind = "measured",
) -> Row:
    """A date as days after it was told."""
    since = days_since_2000(told_on)
    ours_on = date_from_days(ours).isoformat() if np.isfinite(ours) else "never"
    return Row(
        topic=TOPIC,
        name=name,
        ours=ours - since if np.isfinite(ours) else None,
        truth=float((truth - told_on).days),
        unit="d",
        tolerance=half_width,
        kind=kind,
        calibration=calibration,
        source=source,
        note=f"days after {told_on}: ours {ours_on}, told {truth}. {note}".strip(),
    )


def _rows_2015() -> list[Row]:
    told = _truth()
    plan, spx7, m28m, htv5 = (
        told[key] for key in ("plan_2015", "after_spx7", "after_m28m", "after_htv5")
    )
    first: date = plan["told_on"]
    reserve = told["rule"]["reserve_days"] * told["rule"]["residents"] * _each()
    ships = manifests("iss-cargo-2014-2015")
    planned = people(_as_planned(), first, _AHEAD)
    flown = people(all_crews(record()), first, _AHEAD)
    lasts = (plan["zero_on"] - first).days
    stock = float(demand(planned[:lasts], _each()).sum())
    alone = follow(first, planned, stock)
    came = {ships["spx-6"].docked: food_of(ships["spx-6"])}
    after_june = follow(first, flown, stock, came)
    with_m28m = {**came, ships["progress-m-28m"].docked: food_of(ships["progress-m-28m"])}
    after_july = follow(first, flown, stock, with_m28m)
    with_htv5 = {**with_m28m, ships["htv-5"].docked: food_of(ships["htv-5"])}
    after_august = follow(first, flown, stock, with_htv5)
    april = follow(first, planned, stock, came)
    at = (told["after_m27m"]["told_on"] - first).days
    left = float(days_left(april)[at])
    least = told["after_m27m"]["months_at_least"] * MONTH
    as_flown = float(demand(flown[:lasts], _each()).sum())
    on_paper = level_on(record(), "food", first)
    return [
        _row(
            "food as planned on 9 Apr 2015, zero",
            float(zero_day(alone)),
            plan["zero_on"],
            first,
            plan["half_width_days"],
            plan["source"],
            calibration=True,
            note=f"Sets what was aboard on that day: {stock:.0f} kg. {plan['note']}",
        ),
        _row(
            "food as planned on 9 Apr 2015, reserve",
            float(reserve_day(alone, reserve)),
            plan["reserve_on"],
            first,
            plan["half_width_days"],
            plan["source"],
            note="The rule of 45 days of six residents; free of the use a day.",
        ),
        Row(
            topic=TOPIC,
            name="food after Progress M-27M, days short of the four months told",
            ours=max(least - left, 0.0),
            truth=0.0,
            unit="d",
            tolerance=0.0,
            kind="measured",
            source=told["after_m27m"]["source"],
            note=f"At least four months: a bound. Ours {left:.0f} days with what was aboard.",
        ),
        _row(
            "food after SpX-7, zero",
            float(zero_day(after_june)),
            spx7["zero_on"],
            spx7["told_on"],
            spx7["zero_half_width_days"],
            spx7["source"],
            note=f"With {food_of(ships['spx-6']):.0f} kg of SpX-6: crew supplies by memory, the "
            "share of food that of Orb-3.",
        ),
        _row(
            "food after SpX-7, reserve",
            float(reserve_day(after_june, reserve)),
            spx7["reserve_on"],
            spx7["told_on"],
            spx7["reserve_half_width_days"],
            spx7["source"],
        ),
        _row(
            "food after Progress M-28M, zero",
            float(zero_day(after_july)),
            m28m["zero_on"],
            m28m["told_on"],
            m28m["zero_half_width_days"],
            m28m["source"],
            note=f"With {food_of(ships['progress-m-28m']):.0f} kg, what the class brings in our "
            "library: set so that shipped programmes never run dry.",
        ),
        _row(
            "food after Progress M-28M, reserve",
            float(reserve_day(after_july, reserve)),
            m28m["reserve_on"],
            m28m["told_on"],
            m28m["reserve_half_width_days"],
            m28m["source"],
        ),
        _row(
            "food expected after HTV-5, zero",
            float(zero_day(after_august)),
            htv5["zero_on"],
            htv5["told_on"],
            htv5["zero_half_width_days"],
            htv5["source"],
            note=f"With {food_of(ships['htv-5']):.0f} kg, what the class brings in our library; "
            "what it carried, and whether 'end of the year' is a bound, was not read. Some 300 kg "
            "would meet the row.",
        ),
        _row(
            "food after SpX-7, zero, people as flown in the plan of April too",
            float(zero_day(follow(first, flown, as_flown, came))),
            spx7["zero_on"],
            spx7["told_on"],
            spx7["zero_half_width_days"],
            spx7["source"],
            kind="context",
            note="The first row calibrated without the two changes of people after M-27M.",
        ),
        Row(
            topic=TOPIC,
            name="food aboard on 9 Apr 2015, by the policy of cargo ships of iss",
            ours=on_paper,
            truth=stock,
            unit="kg",
            tolerance=0.1 * stock,
            kind="context",
            source="calibrated on plan_2015",
            note="Nothing was published; the policy knows no losses and more ships.",
        ),
    ]


def _rows_2004() -> list[Row]:
    two, pantry = _truth()["two_people"], _truth()["pantry_2004"]
    ships = manifests("iss-cargo-2003-2006")
    brought = sum(
        food_of(flight) for flight in ships.values() if two["first"] <= flight.docked < two["last"]
    )
    brought += sum(
        food_of(flight)
        for flight in record().flight.values()
        if flight.ship.startswith("soyuz") and two["first"] <= flight.docked < two["last"]
    )
    first: date = pantry["reserve_on"]
    told_on: date = pantry["told_on"]
    rule = _truth()["rule"]["reserve_days"]
    eaten = (1.0 + pantry["eaten_above_plan"]) * _each()
    days = np.arange(_AHEAD)
    cut = 0.5 * (pantry["cut_first"] + pantry["cut_last"])
    use = pantry["people"] * eaten * np.where(days < (told_on - first).days, 1.0, 1.0 - cut)
    edges = days_since_2000(first) + np.arange(_AHEAD + 1, dtype=np.float64)
    course = stock_course(edges, use, rule * pantry["people"] * eaten)
    half = (pantry["zero_last"] - pantry["zero_first"]).days / 2
    middle = pantry["zero_first"] + timedelta(days=int(half))
    return [
        _row(
            "food in 2004, 45 days left",
            float(reserve_day(course, rule * pantry["people"] * eaten)),
            pantry["reserve_on"],
            pantry["told_on"],
            pantry["reserve_half_width_days"],
            pantry["source"],
            calibration=True,
            note="Sets what was aboard in mid November, in days of what was eaten then.",
        ),
        _row(
            "food in 2004, zero without Progress M-51",
            float(zero_day(course)),
            middle,
            told_on,
            half + pantry["reserve_half_width_days"],
            pantry["source"],
            note="7-14 days beyond 25 December; a cut of 5-10 percent from 9 December taken at its "
            "middle. The tolerance holds the width of 'mid November' as well.",
        ),
        Row(
            topic=TOPIC,
            name="people whom Progress and Soyuz alone feed, 2003-05",
            ours=brought / (_each() * (two["last"] - two["first"]).days),
            truth=float(two["people"]),
            unit="-",
            tolerance=two["half_width"],
            kind="measured",
            calibration=True,
            source=two["source"],
            note="What the classes bring was set so that shipped programmes never run dry, with "
            f"these crews. {two['note']}",
        ),
    ]


def _row_2025() -> Row:
    told = _truth()["march_2025"]
    along = supplies(read_programme("iss-to-ros"), "iss")
    left = None
    if along is not None:
        row = along.keys.index("food")
        left = float(days_left(along.course())[row, days_since_2000(told["told_on"]) - along.first])
    return Row(
        topic=TOPIC,
        name="food aboard in March 2025",
        ours=None if left is None else left / MONTH,
        truth=0.5 * (told["months_first"] + told["months_last"]),
        unit="month",
        tolerance=0.5 * (told["months_last"] - told["months_first"]),
        kind="measured",
        source=told["source"],
        note="Ours by the plan of iss-to-ros from 2021: what was aboard then, and what ships "
        "bring, are our estimates, set before so that no store runs dry or overflows.",
    )


def _row_demand() -> Row:
    told = _truth()["demand"]
    packing = 0.5 * (told["packing_first"] + told["packing_last"])
    return Row(
        topic=TOPIC,
        name="food of a person a day, with packing",
        ours=told["food_kg"],
        truth=(told["dry_kg"] + told["water_in_food_kg"]) * (1.0 + packing),
        unit="kg/d",
        tolerance=0.1,
        kind="context",
        source=told["source_of_parts"],
        note="Two published figures of the same thing: what is delivered, and design figures with "
        "15-18 percent of packing (memory). Dates in days of food do not depend on it; what ships "
        "bring in kilograms does.",
    )
