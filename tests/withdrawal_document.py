"""The document of two stations with functions, stores and a second ship, for tests of partings."""

import copy
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.write import as_toml
from tests.programmes import put

FIXTURE = Path(__file__).parent / "fixtures" / "two-stations.toml"

WORKSHOP: dict[str, Any] = {
    "title": "Workshop", "partner": "south", "segment": "south", "mass_kg": 5_000,
    "exposed_area_m2": 10, "launched": date(2014, 6, 1),
}  # fmt: skip

CHANGES: dict[str, Any] = {
    "module.core.ports.top": {"mechanism": "idss"},
    "module.annexe.ports.side": {"mechanism": "idss"},
    "module.workshop": WORKSHOP,
    "event.workshop-docks": {
        "kind": "dock", "date": date(2014, 6, 4), "station": "alpha", "modules": ["workshop"],
        "port": "annexe/side",
    },
    "ship.glider": {
        "title": "Glider", "partner": "south", "seats": 3, "mass_kg": 7_000,
        "mechanisms": ["idss"], "flown_by": ["BRA"],
    },
    "traffic.glides": {
        "ship": "glider", "station": "alpha", "since": date(2014, 6, 20),
        "until": date(2015, 4, 1), "every_days": 100, "stay_days": 90, "ports": ["core/top"],
        "seats": {"BRA": 1, "USA": 1},
    },
    "equipment.pumps": {"title": "Pumps", "module": "annexe", "units": 2, "needed": 1},
    "store.charge": {
        "station": "alpha", "title": "Charge", "kind": "charge", "unit": "kWh", "aboard": 50,
        "capacity": 100, "use_per_day": 10, "filled_by": "power",
    },
    "function.heat": {
        "station": "alpha", "title": "Heat", "kind": "heat", "needed_by": "crew",
        "provider": {
            "loop": {"commanded_by": "south", "equipment": ["pumps"], "needs": ["power"]},
        },
    },
    "function.power": {
        "station": "alpha", "title": "Power", "kind": "power", "needed_by": "crew",
        "bridge": ["charge"], "segments": ["north", "south"],
        "provider": {
            "arrays": {"commanded_by": "south", "modules": ["annexe"]},
            "later": {"commanded_by": "north", "modules": ["core"], "since": date(2015, 6, 1)},
        },
    },
    "function.orbit": {
        "station": "alpha", "title": "Orbit raising", "kind": "orbit", "needed_by": "work",
        "provider": {
            "ships": {"commanded_by": "south", "ships": ["freighter"], "propellant": True},
            "core": {"commanded_by": "south", "modules": ["core"]},
        },
    },
    "function.data": {
        "station": "alpha", "title": "Data", "kind": "data", "needed_by": "work",
        "provider": {"core": {"commanded_by": "north", "modules": ["core"]}},
    },
}  # fmt: skip


def changed_document(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the document as plain data, with further keys set."""
    document = tomllib.loads(FIXTURE.read_text("utf-8"))
    for key, value in {**CHANGES, **(changes or {})}.items():
        put(document, key, copy.deepcopy(value))
    return document


def document(folder: Path, changes: dict[str, Any] | None = None) -> Programme:
    """Return the programme, read and checked."""
    path = folder / "joint.toml"
    path.write_text(as_toml(changed_document(changes)), "utf-8")
    return read_programme(str(path))


def leaving(partner: str, day: str, mode: str, **further: Any) -> dict[str, Any]:
    """Return the change that lets a partner withdraw."""
    parting = {"date": date.fromisoformat(day), "mode": mode, **further}
    return {f"withdraw.{partner}": parting}
