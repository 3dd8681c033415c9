"""A made-up station of many modules, to measure how fast lives are flown.

No figure in it is of a real station. The document is written out and read like that of any user.
"""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.write import as_toml

MODULES: Final = 25
YEARS: Final = 20
FIRST_YEAR: Final = 2027

_OWN: Final = {"source": "made up for measuring", "confidence": "C"}


def large_station(modules: int = MODULES, years: int = YEARS) -> dict[str, Any]:
    """Return the document of a programme of one station in which everything wears, leaks and fails.

    Six people in two ships all year, three freighters a year, a group of equipment in each module,
    nine functions, eight stores, hulls with two facets.

    Parameters
    ----------
    modules : int
        Two or more. [-]
    years : int
        Of the span. [-]

    Returns
    -------
    dict
        Plain data, as read from TOML.

    Examples
    --------
    >>> len(large_station()["module"])
    25
    """
    names = [f"module-{number:02d}" for number in range(modules)]
    return {
        "schema": 1,
        "name": "large",
        "title": "A large station, made up",
        "span": {"first": date(FIRST_YEAR, 1, 1), "last": date(FIRST_YEAR + years - 1, 12, 31)},
        "partner": {"operator": {"title": "Operator", "nation": "USA"}},
        "site": {
            "cape": {
                "title": "A launch site",
                "latitude_deg": 28.5,
                "inclinations_deg": [[28.5, 57.0]],
                "crew_rated": True,
            }
        },
        "launcher": {
            "lifter": {
                "title": "A launcher",
                "crew_rated": True,
                "payloads": {
                    "cape": {
                        "site": "cape",
                        "inclination_deg": 51.6,
                        "payload_kg": 20_000,
                        "estimates": ["payload_kg"],
                    }
                },
            }
        },
        "station": {"large": _station()},
        "module": {name: _module(place) for place, name in enumerate(names)},
        "event": {
            "built": {
                "kind": "dock",
                "date": date(FIRST_YEAR - 1, 12, 1),
                "station": "large",
                "modules": names,
            }
        },
        "ship": _ships(),
        "traffic": _traffic(),
        "equipment": {f"group-{name[-2:]}": _group(name, int(name[-2:])) for name in names},
        "function": _functions(modules),
        "store": _stores(),
    }


def large_programme(modules: int = MODULES, years: int = YEARS) -> Programme:
    """Write the document to a file, read and check it."""
    with TemporaryDirectory(prefix="stationkeeper-large-") as folder:
        path = Path(folder) / "large.toml"
        path.write_text(as_toml(large_station(modules, years)), encoding="utf-8")
        return read_programme(str(path))


def _station() -> dict[str, Any]:
    return {
        "title": "Large station",
        "partners": ["operator"],
        "avoidance_per_year": 2.0,
        "propellant_aboard_kg": 4_000,
        "orbit": {"altitude_km": 410, "inclination_deg": 51.6},
        "access": {"kind": "commercial", "foreign_crew": "open"},
        "crew_rules": {"permanent": False, "maximum": 8},
        "reboost": {
            "keep": {
                "kind": "band",
                "since": date(FIRST_YEAR - 1, 12, 1),
                "lower_km": 405,
                "upper_km": 412,
            }
        },
        "upkeep": {"robots": 1, "hands": 2, **_OWN},
    }


def _module(place: int) -> dict[str, Any]:
    module: dict[str, Any] = {
        "title": f"Module {place}",
        "partner": "operator",
        "segment": "first" if place % 2 == 0 else "second",
        "mass_kg": 12_000,
        "pressurised_volume_m3": 50,
        "exposed_area_m2": 20,
        "wall_g_cm2": 2,
        "shielding_g_cm2": 18,
        "launched": date(FIRST_YEAR - 1 - place % 10, 11, 1),
        "launcher": "lifter",
        "site": "cape",
        "hull": {
            "facet": {
                "side": {
                    "area_m2": 60,
                    "wall_mm": 3.0,
                    "material": "al-2219",
                    "bumper_mm": 1.5,
                    "standoff_mm": 110,
                },
                "end": {"area_m2": 8, "wall_mm": 4.0, "material": "al-2219"},
            },
            **_OWN,
        },
    }
    if place == 0:
        module["propulsion"] = {"isp_s": 290, "capacity_kg": 8_000, "aboard_kg": 4_000}
        module["ports"] = {
            "forward": {"mechanism": "idss"},
            "nadir": {"mechanism": "idss"},
            "zenith": {"mechanism": "idss"},
            "aft": {"mechanism": "idss", "propellant_transfer": True, "reboost": True},
        }
    return module


def _ships() -> dict[str, Any]:
    shared = {
        "partner": "operator",
        "mass_kg": 10_000,
        "exposed_area_m2": 12,
        "mechanisms": ["idss"],
        "launcher": "lifter",
        "site": "cape",
    }
    skin = {
        "side": {
            "area_m2": 25,
            "wall_mm": 2.5,
            "material": "al-2219",
            "bumper_mm": 1.0,
            "standoff_mm": 15,
        }
    }
    return {
        "capsule": {
            "title": "Capsule",
            "seats": 4,
            "certified_life": {"always": {"days": 210}},
            "hull": {"facet": skin, **_OWN},
            **shared,
        },
        "freighter": {
            "title": "Freighter",
            "propellant_to_station_kg": 1_500,
            "isp_s": 300,
            "may_reboost": True,
            "brings": {
                "oxygen_kg": 900,
                "nitrogen_kg": 150,
                "water_kg": 2_500,
                "food_kg": 1_500,
            },
            **shared,
        },
    }


def _traffic() -> dict[str, Any]:
    first = date(FIRST_YEAR, 1, 15)
    visit = {"ship": "capsule", "station": "large", "every_days": 180, "stay_days": 178}
    return {
        "port": {**visit, "since": first, "ports": ["module-00/zenith"], "seats": {"USA": 3}},
        "starboard": {
            **visit,
            "since": date(FIRST_YEAR, 4, 1),
            "ports": ["module-00/nadir"],
            "seats": {"USA": 2, "JPN": 1},
        },
        "cargo": {
            "ship": "freighter",
            "station": "large",
            "since": date(FIRST_YEAR, 2, 1),
            "every_days": 120,
            "stay_days": 100,
            "ports": ["module-00/aft"],
        },
    }


def _group(module: str, place: int) -> dict[str, Any]:
    return {
        "title": f"Group {place}",
        "module": module,
        "units": 3,
        "needed": 2,
        "random_per_year": 0.08,
        "wear_shape": 2.5,
        "wear_scale_years": 15,
        "repaired_by": ["crew", "robot"] if place % 3 == 0 else ["crew"],
        "repair_days": 2,
        "robot_days": 6,
        "spares": 1,
        "spares_per_cargo": 0.2,
        **_OWN,
    }


def _functions(modules: int) -> dict[str, Any]:
    """Nine functions; each has two ways that rest on groups of two modules."""
    kinds: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
        ("power", "station", (), ("charge",)),
        ("heat", "crew", ("power",), ("warmth",)),
        ("attitude", "station", ("power",), ("drift",)),
        ("orbit", "work", ("attitude",), ()),
        ("avoidance", "work", ("attitude",), ()),
        ("data", "crew", ("power",), ("patience",)),
        ("air", "crew", ("power",), ("oxygen",)),
        ("water", "work", ("power",), ()),
    )
    functions: dict[str, Any] = {}
    for number, (kind, needed_by, needs, bridge) in enumerate(kinds):
        ways = {
            f"way-{way}": {
                "commanded_by": "operator",
                "modules": [f"module-{place:02d}"],
                "equipment": [f"group-{place:02d}"],
                "needs": list(needs),
                "propellant": kind in ("orbit", "avoidance"),
                **_OWN,
            }
            for way, place in enumerate(((3 * number) % modules, (3 * number + 1) % modules))
        }
        functions[kind] = {
            "title": kind.capitalize(),
            "station": "large",
            "kind": kind,
            "needed_by": needed_by,
            "bridge": list(bridge),
            "provider": ways,
            **_OWN,
        }
    functions["rescue"] = {
        "title": "Seats home",
        "station": "large",
        "kind": "rescue",
        "needed_by": "crew",
        "provider": {"ships": {"commanded_by": "operator", "ships": ["capsule"], **_OWN}},
        **_OWN,
    }
    return functions


def _stores() -> dict[str, Any]:
    def bridge(title: str, kind: str, unit: str, days: float, filled_by: str) -> dict[str, Any]:
        return {
            "title": title,
            "station": "large",
            "kind": kind,
            "unit": unit,
            "aboard": days,
            "capacity": days,
            "use_per_day": 1.0,
            "spared_by": {filled_by: 1.0},
            "filled_by": filled_by,
            **_OWN,
        }

    def stock(title: str, kind: str, aboard: float, person: float, **more: Any) -> dict[str, Any]:
        return {
            "title": title,
            "station": "large",
            "kind": kind,
            "aboard": aboard,
            "capacity": 3.0 * aboard,
            "use_per_person_day": person,
            **more,
            **_OWN,
        }

    return {
        "charge": bridge("Batteries", "charge", "kWh", 1.0, "power"),
        "warmth": bridge("Warmth", "heat", "MJ", 4.0, "heat"),
        "drift": bridge("Momentum", "momentum", "N m s", 10.0, "attitude"),
        "patience": bridge("Days without commands", "other", "kg", 20.0, "data"),
        "oxygen": stock("Oxygen", "oxygen", 600.0, 0.84, spared_by={"air": 0.5}),
        "nitrogen": stock("Nitrogen", "nitrogen", 400.0, 0.0, takes_leaks=True),
        "water": stock("Water", "water", 2_000.0, 3.5, spared_by={"water": 0.7}),
        "food": stock("Food", "food", 2_000.0, 2.0),
    }
