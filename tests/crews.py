"""Small rosters of crews made by hand, for tests of the rule."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from stationkeeper.crew.roster import FAR, READINGS, Roster, fitness
from stationkeeper.crew.seating import seat_people
from stationkeeper.programme.document import Programme
from stationkeeper.programme.write import as_toml
from tests.programmes import check_text, put, small

EAST, WEST = "IND", "CAN"
FIRST = date(2027, 1, 1)

# Days from FIRST: launched, docked, undocked; people land a day after their ship has left.
TWO_SIDES = """
[partner.east]
title = "East"
nation = "IND"
[partner.west]
title = "West"
nation = "CAN"
[station.small]
partners = ["east", "west"]
[station.small.crew_rules]
permanent = true
minimum = 2
maximum = 9
spacewalk_minimum = 3
minimum_by_segment = { main = 1, other = 1 }
run_by = { main = ["IND"] }
[module.lab]
segment = "other"
[ship.east-ship]
title = "East ship"
partner = "east"
seats = 3
flown_by = ["IND"]
mass_kg = 7_000
mechanisms = ["idss"]
launcher = "lifter"
site = "cape"
certified_life = { always = { days = 200 } }
[ship.west-ship]
title = "West ship"
partner = "west"
seats = 4
emergency_seats = 2
mass_kg = 12_000
mechanisms = ["idss"]
launcher = "lifter"
site = "cape"
certified_life = { always = { days = 210 } }
"""


def merged(base: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Put one document over another, table by table; return the first."""
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merged(base[key], value)
        else:
            base[key] = value
    return base


def day(number: int) -> date:
    """Return the date of a day counted from FIRST."""
    return date.fromordinal(FIRST.toordinal() + number)


def two_sides(
    folder: Path,
    flights: Mapping[str, tuple[str, int, int]],
    crews: Mapping[str, Mapping[str, Any]],
    changes: Mapping[str, Any] | None = None,
) -> Programme:
    """Return a programme of one station with an eastern and a western side.

    Flights are class, docking and leaving; they are launched a day before. Crews hold ``up``,
    ``down`` (default: the same), ``seats`` and anything else of a crew.
    """
    document = merged(small(), tomllib.loads(TWO_SIDES))
    document.pop("overrides")
    document["traffic"] = {}
    for number, (key, (ship, docked, undocked)) in enumerate(flights.items()):
        document["module"]["core"]["ports"][f"side-{number}"] = {"mechanism": "idss"}
        document.setdefault("flight", {})[key] = {
            "ship": ship,
            "title": key.title(),
            "station": "small",
            "launched": day(docked - 1),
            "docked": day(docked),
            "undocked": day(undocked),
            "port": f"core/side-{number}",
        }
    for key, crew in crews.items():
        crew = dict(crew)
        up = crew.pop("up")
        down = crew.pop("down", up)
        document.setdefault("crew", {})[key] = {
            "station": "small",
            "ship_up": up,
            "launched": day(flights[up][1] - 1),
            "ship_down": down,
            "landed": day(flights[down][2] + 1),
            **crew,
        }
    for key, value in (changes or {}).items():
        put(document, key, value)
    checked = check_text(folder, as_toml(document))
    assert checked.programme is not None, [str(problem) for problem in checked.problems]
    return checked.programme


def hand_made(
    flights: Sequence[Mapping[str, Any]],
    groups: Sequence[Mapping[str, Any]],
    days: int,
    *,
    unfit: Sequence[tuple[int, int, int]] = (),
    permanent: bool = True,
    ports: Sequence[Any] = (),
) -> Roster:
    """Return a roster of a station with two sides from days and places, without a programme.

    A flight has ``docked, undocked`` and may have ``seats, emergency, launched, life_end, family,
    handover, flown_by``; a group has ``east, west, up, down`` and may have ``since, until, ties,
    stay_limit``.
    """
    docked = np.array([f["docked"] for f in flights], dtype=np.int64)
    undocked = np.array([f["undocked"] for f in flights], dtype=np.int64)

    def of_flights(name: str, default: Any) -> Any:
        values = [f.get(name, default(f) if callable(default) else default) for f in flights]
        return np.array(values, dtype=np.int64)

    up = np.array([g["up"] for g in groups], dtype=np.int64)
    down = np.array([g.get("down", g["up"]) for g in groups], dtype=np.int64)
    since = np.array([g.get("since", docked[g["up"]]) for g in groups], dtype=np.int64)
    until = np.array(
        [g.get("until", undocked[d]) for g, d in zip(groups, down, strict=True)], dtype=np.int64
    )
    ties = [sorted(g.get("ties", {}).items()) for g in groups]
    marks = [0, days, *docked, *undocked, *since, *until]
    marks += [m for span in unfit for m in span[1:]] + [m for tie in ties for m, _ in tie]
    breaks = np.unique([m for m in marks if 0 <= m <= days]).astype(np.int64)
    tied = np.full((len(groups), breaks.size - 1), -1, dtype=np.int64)
    for i, tie in enumerate(ties):
        for mark, flight in tie:
            tied[i, breaks[:-1] >= mark] = flight
    people = np.array([[g["east"], g["west"]] for g in groups], dtype=np.int64).reshape(-1, 2)
    seats, emergency = of_flights("seats", 3), of_flights("emergency", 0)
    fit = fitness(breaks, len(flights), unfit)
    found = [
        seat_people(
            breaks[:-1],
            docked,
            undocked,
            seats,
            emergency,
            fit,
            people.sum(axis=1),
            since,
            until,
            up,
            down,
            tied,
            np.zeros(len(groups), dtype=np.bool_),
            np.zeros(len(flights), dtype=np.bool_),
            np.zeros(tied.shape, dtype=np.bool_),
            reading,
        )
        for reading in range(len(READINGS))
    ]
    flown_by = [[n in f.get("flown_by", ()) for n in (EAST, WEST)] for f in flights]
    return Roster(
        station="small",
        title="Small",
        first=0,
        days=days,
        nations=(EAST, WEST),
        sides=("east", "west"),
        flights=tuple(f"flight-{i}" for i in range(len(flights))),
        flight_titles=tuple(f"Flight {i}" for i in range(len(flights))),
        classes=tuple(str(f.get("ship", "ship")) for f in flights),
        groups=tuple(f"group-{i}" for i in range(len(groups))),
        family=of_flights("family", 0),
        minimum=np.array([1, 1]),
        fewest=2,
        most=13,
        spacewalk=3,
        permanent=permanent,
        asked=(0, days if permanent else 0),
        launched=of_flights("launched", lambda f: f["docked"] - 1),
        docked=docked,
        undocked=undocked,
        life_end=of_flights("life_end", FAR),
        seats=seats,
        emergency=emergency,
        flown_by=np.array(flown_by, dtype=bool).reshape(-1, 2),
        unfit=tuple(unfit),
        ports=tuple(ports),
        people=people,
        able=people,
        since=since,
        until=until,
        group_launched=since - 1,
        stay_limit=np.array([g.get("stay_limit", FAR) for g in groups], dtype=np.int64),
        up=up,
        down=down,
        handover=of_flights("handover", 0),
        breaks=breaks,
        there=np.ones((2, breaks.size - 1), dtype=bool),
        tied=tied,
        aboard=found[0][1],
        seat_between=np.stack([seat for seat, _ in found]),
    )
