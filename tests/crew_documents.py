"""Documents of a crew check and a plan made by hand: the numbers are invented, the shape is not."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SIDES = ("russian", "usos")
READINGS = ("landing ship from its docking", "arrival ship until it leaves")


def year_entry(
    year: int,
    *,
    days: int = 365,
    crewed: int | None = None,
    alone: int = 0,
    kept: tuple[tuple[int, int], tuple[int, int]] = ((365, 365), (365, 365)),
    present: tuple[int, int] | None = None,
    spacewalk: int | None = None,
) -> dict[str, Any]:
    """Return one year of a check."""
    crewed = days if crewed is None else crewed
    survives = {side: list(pair) for side, pair in zip(SIDES, kept, strict=True)}
    there = (crewed, crewed) if present is None else present
    return {
        "year": year,
        "days": days,
        "crewed_days": crewed,
        "alone_days": alone,
        "spacewalk_days": crewed if spacewalk is None else spacewalk,
        "present": dict(zip(SIDES, there, strict=True)),
        "survives": survives,
        "survives_with_others": survives,
        "days_with_others": crewed - alone,
        "all_sides_survive": [min(pair) for pair in zip(*survives.values(), strict=True)],
        "without_seat": [0, 0],
    }


def finding(kind: str = "loss-with-others", days: int = 10, **changes: Any) -> dict[str, Any]:
    """Return one failing span."""
    return {
        "kind": kind,
        "first": "2021-04-30",
        "last": "2021-05-09",
        "days": days,
        "event": "Crew-2 leaves with its people",
        "ship": "crew-2",
        "side": "usos",
        "reading": READINGS[0],
        "given": "0 able to run usos would stay",
        "expected": "at least 1",
    } | changes


def ship_entry(flight: str, first: str, last: str, russian: int, usos: int) -> dict[str, Any]:
    """Return a span of days with the same seats home on a ship."""
    return {
        "flight": flight,
        "ship": "made-up",
        "first": first,
        "last": last,
        "people": russian + usos,
        "able": {"russian": russian, "usos": usos},
    }


def check_json(**changes: Any) -> dict[str, Any]:
    """Return a check of four years: one safe, one with all on one ship, two exchanged."""
    years = [
        year_entry(2020, days=366, alone=366, kept=((0, 0), (0, 0)), spacewalk=0),
        year_entry(2021, kept=((365, 365), (200, 180))),
        year_entry(2022),
        year_entry(2023, alone=5, kept=((360, 360), (360, 360))),
    ]
    put_back = [
        *years[:2],
        year_entry(2022, kept=((10, 10), (12, 12))),
        year_entry(2023, alone=5, kept=((0, 0), (300, 290))),
    ]
    return {
        "station": "iss",
        "title": "International Space Station",
        "first": "2020-01-01",
        "last": "2023-12-31",
        "sides": list(SIDES),
        "minimum": dict.fromkeys(SIDES, 1),
        "readings": list(READINGS),
        "years": years,
        "without_exchange": {"seats_put_back": 7, "years": put_back},
        "ships": [
            ship_entry("soyuz-ms-16", "2020-01-01", "2021-04-16", 2, 1),
            ship_entry("soyuz-ms-18", "2021-04-17", "2022-03-29", 3, 0),
            ship_entry("crew-2", "2021-04-24", "2021-11-08", 0, 4),
            ship_entry("crew-5", "2022-10-06", "2023-12-31", 1, 3),
            ship_entry("visit", "2021-12-08", "2021-12-19", 1, 2),
        ],
        "groundings": [
            {
                "ship": "soyuz-ms",
                "days": 240,
                "starts": 1461,
                "kept": {"russian": 731, "usos": 1461},
                "first_empty": {"russian": "2020-02-01", "usos": None},
                "worst_days": {"russian": 90, "usos": 0},
            }
        ],
        "slips": [
            {"flight": "crew-3", "days": 30, "emptied": ["usos"], "days_lost": 12},
            {"flight": "soyuz-ms-20", "days": 30, "emptied": [], "days_lost": 0},
        ],
        "findings": [
            finding(days=366, kind="loss-alone", first="2020-01-01", last="2020-12-31"),
            finding(),
        ],
        "counts": {"loss-alone": 371, "loss-with-others": 165},
    } | changes


def flight_entry(key: str, **changes: Any) -> dict[str, Any]:
    """Return one planned flight."""
    return {
        "key": key,
        "ship": "soyuz-ms",
        "launched": "2023-02-23",
        "docked": "2023-02-25",
        "undocked": "2023-09-27",
        "port": "poisk/zenith",
        "seats": {"RUS": 2, "USA": 1},
        "adopts": None,
        "exchanged": 0,
        "bought": 0,
    } | changes


def plan_json(**changes: Any) -> dict[str, Any]:
    """Return a plan of two flights, with two ships aboard at its beginning."""
    return {
        "station": "iss",
        "title": "International Space Station",
        "first": "2022-12-15",
        "last": "2024-12-14",
        "status": "within limit",
        "seed": 3,
        "stages": [
            {
                "name": "safety days lost",
                "unit": "d",
                "value": 72,
                "bound": 72,
                "gap": 0.0,
                "status": "proven",
            },
            {
                "name": "crew time short",
                "unit": "crew-days",
                "value": 320.5,
                "bound": 300.0,
                "gap": 0.064,
                "status": "within limit",
            },
        ],
        "flights": [
            flight_entry("soyuz-2", seats={}, adopts="soyuz-ms-22"),
            flight_entry(
                "dragon-1",
                ship="crew-dragon",
                launched="2023-02-28",
                docked="2023-03-01",
                undocked=None,
                port="ida-3/zenith",
                seats={"USA": 2, "RUS": 1, "ARE": 1},
                exchanged=1,
                bought=1,
            ),
        ],
        "aboard": [
            {
                "key": "soyuz-ms-22",
                "ship": "soyuz-ms",
                "port": "rassvet/nadir",
                "docked": "2022-09-21",
                "leaves": "2023-03-28",
                "people_leave": "2023-09-27",
                "seats": {"RUS": 2, "USA": 1},
            },
            {
                "key": "crew-5",
                "ship": "crew-dragon",
                "port": "ida-2/forward",
                "docked": "2022-10-06",
                "leaves": "2023-03-07",
                "people_leave": "2023-03-07",
                "seats": {"USA": 2, "JPN": 1, "RUS": 1},
            },
        ],
        "occupied": [
            {"port": "ida-3/zenith", "by": "crs-26", "first": "2022-11-27", "last": "2023-01-09"},
            {"port": "pirs/nadir", "by": "progress", "first": "2023-02-01", "last": "2023-07-01"},
        ],
        "closed": [
            {
                "ships": ["soyuz-ms"],
                "first": "2022-12-15",
                "last": "2023-02-15",
                "why": "leak under inquiry",
            }
        ],
        "tasks": [{"name": "pump", "done_by": "dragon-1"}, {"name": "window", "done_by": None}],
        "stay_limits": {
            "RUS": {"days": 371, "limit": "rule of the station", "source": "a decree of 1999"}
        },
        "conflicts": [],
        "shocks": ["Soyuz is grounded from 2022-12-15"],
        "agreements": [{"name": "swap-2022", "kind": "exchange", "seats_on": {"soyuz-ms": "USA"}}],
        "left_out": ["visits of tourists"],
        "days_by_side": [
            {"side": "usos", "crew_days": 2924, "people_mean": 4.0, "wanted_mean": 5.0}
        ],
    } | changes


def write_folder(folder: Path, **found: Mapping[str, Any]) -> Path:
    """Write documents as ``stationkeeper crew`` leaves them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in found.items():
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def worth_json(**changes: Any) -> dict[str, Any]:
    """Return what an exchange is worth: a record, a plan with it, none without it."""
    flown = {
        "status": "as flown",
        "flights": 20,
        "seats": {"RUS": 30, "USA": 40},
        "at_risk_days": [50, 55],
        "at_risk_by_side": [[10, 40], [12, 43]],
        "alone_days": [27, 27],
        "without_side_days": [0, 0],
        "ship_days": [50, 55],
        "ship_days_alone": [27, 27],
        "chance": [[0.004, 0.011, 0.02], [0.005, 0.012, 0.022]],
        "chance_with_alone": [[0.005, 0.015, 0.03], [0.006, 0.016, 0.03]],
    }
    put_back = flown | {"at_risk_days": [1300, 1310], "chance": [[0.12, 0.24, 0.4]] * 2}
    rate = {"events": 5, "exposure": 25_000.0, "low": 9e-5, "middle": 2.1e-4, "high": 3.9e-4}
    return {
        "station": "iss",
        "title": "International Space Station",
        "since": "2022-07-14",
        "at": "2026-10-03",
        "until": "2028-12-31",
        "sides": list(SIDES),
        "readings": list(READINGS),
        "level": 0.9,
        "known_until": "2026-10-02",
        "rate": rate,
        "per_stay": rate,
        "losses": [
            {
                "date": "2022-12-15",
                "ship": "soyuz-ms",
                "flight": "Soyuz MS-22",
                "station": "iss",
                "kind": "unfit",
                "what": "coolant leak",
                "confidence": "A",
            }
        ],
        "classes": [],
        "parts": [
            {
                "name": "as flown",
                "first": "2022-07-14",
                "last": "2026-10-02",
                "days": 1542,
                "with": flown,
                "without": put_back,
            },
            {
                "name": "planned",
                "first": "2026-10-03",
                "last": "2028-12-31",
                "days": 821,
                "with": flown | {"status": "proven", "stages": {}, "conflicts": []},
                "without": {
                    "status": "impossible",
                    "conflicts": ["nobody may fly"],
                    "stages": {},
                    "flights": 0,
                    "seats": {},
                },
            },
        ],
    } | changes
