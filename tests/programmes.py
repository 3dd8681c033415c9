"""A small programme for tests, and ways to change it."""

import copy
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from stationkeeper.programme.check import Checked, check_source
from stationkeeper.programme.write import as_toml

SMALL: str = (
    files("stationkeeper.programme").joinpath("templates", "small.toml").read_text(encoding="utf-8")
)


def small() -> dict[str, Any]:
    """Return the small template as plain data, its overrides included."""
    return tomllib.loads(SMALL)


def put(document: dict[str, Any], dotted: str, value: Any) -> dict[str, Any]:
    """Set a value at a dotted key, making tables on the way; return the document."""
    *path, last = dotted.split(".")
    table = document
    for name in path:
        table = table.setdefault(name, {})
    table[last] = value
    return document


def changed(changes: Mapping[str, Any]) -> str:
    """Return the small programme as TOML with some keys set."""
    document = small()
    for key, value in changes.items():
        put(document, key, copy.deepcopy(value))
    return as_toml(document)


def check_text(folder: Path, text: str | bytes, **options: Any) -> Checked:
    """Check a programme given as text."""
    path = folder / "programme.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return check_source(str(path), **options)


def check_changed(folder: Path, changes: Mapping[str, Any], **options: Any) -> Checked:
    """Check the small programme with some keys set."""
    return check_text(folder, changed(changes), **options)


def errors(checked: Checked) -> list[str]:
    """Return the errors as lines."""
    return [str(problem) for problem in checked.problems if problem.severity == "error"]


def warnings(checked: Checked) -> list[str]:
    """Return the warnings as lines."""
    return [str(problem) for problem in checked.problems if problem.severity == "warning"]


def two_sides() -> dict[str, Any]:
    """Return a station that two partners keep crewed, with a ship each, rotations and cargo.

    On 2027-02-01 a capsule with USA 3 and a pod with RUS 2, USA 1 are aboard.
    """
    document = small()
    del document["traffic"], document["overrides"]
    changes: dict[str, Any] = {
        "about": "Two partners keep one station crewed.",
        "partner.second": {"title": "Second operator", "nation": "RUS"},
        "partner.third": {"title": "Third operator", "nation": "JPN"},
        "station.small.partners": ["operator", "second", "third"],
        "station.small.crew_rules": {
            "permanent": True,
            "minimum": 2,
            "maximum": 9,
            "minimum_by_segment": {"main": 1, "east": 1},
            "run_by": {"east": ["RUS"]},
        },
        "module.lab.launched": date(2026, 12, 2),
        "module.lab.segment": "east",
        "module.lab.partner": "second",
        "module.lab.ports": {
            name: {"mechanism": mechanism}
            for name, mechanism in (("nadir", "probe"), ("aft", "probe"))
        },
        "event.lab-docks.date": date(2026, 12, 3),
        "ship.pod": {
            **document["ship"]["capsule"],
            "title": "Pod",
            "partner": "second",
            "seats": 3,
            "mechanisms": ["probe"],
            "flown_by": ["RUS"],
        },
        "flight.capsule-1": _flight("capsule", date(2026, 12, 10), "core/zenith"),
        "flight.pod-1": _flight("pod", date(2026, 12, 20), "lab/nadir"),
        "crew.capsule-1": _crew("capsule-1", date(2026, 12, 10), {"USA": 3}),
        "crew.pod-1": _crew("pod-1", date(2026, 12, 20), {"RUS": 2, "USA": 1}),
        "rotation.capsules": {
            "ship": "capsule",
            "station": "small",
            "since": date(2026, 12, 10),
            "every_days": 150,
            "window_days": 20,
            "handover_days": [4, 12],
            "ports": ["core/zenith", "core/aft"],
            "mixes": [
                {"USA": 2, "JPN": 1, "RUS": 1},
                {"USA": 3, "RUS": 1},
                {"USA": 3, "JPN": 1},
            ],
        },
        "rotation.pods": {
            "ship": "pod",
            "station": "small",
            "since": date(2026, 12, 20),
            "every_days": 150,
            "window_days": 20,
            "transit_days": 0,
            "handover_days": [4, 12],
            "ports": ["lab/nadir", "lab/aft"],
            "mixes": [{"RUS": 2, "USA": 1}, {"RUS": 3}],
        },
        "agreement.swap": {
            "kind": "exchange",
            "station": "small",
            "since": date(2026, 1, 1),
            "seats_on": {"capsule": "RUS", "pod": "USA"},
        },
        "traffic.cargo": {
            "ship": "freighter",
            "station": "small",
            "since": date(2027, 3, 1),
            "every_days": 200,
            "stay_days": 40,
            "ports": ["core/aft"],
        },
    }
    for key, value in changes.items():
        put(document, key, value)
    document["ship"]["freighter"]["propellant_to_station_kg"] = 50
    return document


def _flight(ship: str, day: date, port: str) -> dict[str, Any]:
    return {
        "ship": ship,
        "station": "small",
        "launched": day,
        "docked": day + timedelta(days=1),
        "undocked": day + timedelta(days=160),
        "port": port,
        "status": "flown",
    }


def _crew(flight: str, day: date, seats: dict[str, int]) -> dict[str, Any]:
    return {
        "station": "small",
        "ship_up": flight,
        "launched": day,
        "ship_down": flight,
        "landed": day + timedelta(days=160),
        "seats": seats,
        "status": "flown",
    }
