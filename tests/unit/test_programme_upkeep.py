"""What wears out and keeps a station alive: each fault of a document, and the shipped facts."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.programme.check import check_source
from stationkeeper.programme.describe import as_text, describe
from stationkeeper.programme.read import read_programme
from tests.programmes import check_changed, errors, warnings

FACET = {"area_m2": 30.0, "wall_mm": 3.0, "material": "al-2219"}
GROUP = {"title": "Pumps", "module": "core", "units": 2, "needed": 1, "random_per_year": 0.1}
POWER = {
    "title": "Power",
    "station": "small",
    "kind": "power",
    "needed_by": "crew",
    "provider": {"arrays": {"commanded_by": "operator", "modules": ["core"]}},
}
STORE = {"title": "Water", "station": "small", "kind": "water", "aboard": 10, "capacity": 20}
LEAK = {"station": "small", "date": date(2027, 6, 1), "kind": "rate", "kg_per_day": 0.5}


def needing(*names: str) -> dict[str, Any]:
    return {**POWER, "provider": {"way": {"commanded_by": "operator", "needs": list(names)}}}


def whole() -> dict[str, Any]:
    """Return upkeep of the small station without a fault."""
    return {
        "module.core.hull": {"facet": {"side": {**FACET, "bumper_mm": 1.0, "standoff_mm": 50.0}}},
        "ship.capsule.radiator": {"facet": {"pipes": FACET}},
        "equipment.pumps": GROUP,
        "function.power": POWER,
        "function.heat": {**needing("power"), "kind": "heat", "bridge": ["warmth"]},
        "store.warmth": {
            **STORE,
            "kind": "heat",
            "unit": "MJ",
            "filled_by": "heat",
            "spared_by": {"heat": 1.0},
        },
        "leak.one": LEAK,
        "withdraw.operator": {"date": date(2028, 1, 1), "mode": "crews"},
    }


def test_upkeep_without_a_fault_is_told_to_have_none(tmp_path: Path) -> None:
    checked = check_changed(tmp_path, whole())
    assert errors(checked) == []
    assert warnings(checked) == []


@pytest.mark.parametrize(
    ("key", "value", "at", "said"),
    [
        (
            "module.core.hull",
            {"facet": {"side": {**FACET, "bumper_mm": 1.0}}},
            "module.core.hull.facet.side.standoff_mm",
            "0 with a shield of 1 mm",
        ),
        (
            "ship.capsule.hull",
            {"facet": {"side": {**FACET, "standoff_mm": 50.0}}},
            "ship.capsule.hull.facet.side.bumper_mm",
            "no shield, 50 mm before the wall",
        ),
        (
            "ship.capsule.radiator",
            {"facet": {"side": {**FACET, "elevation_deg": 20.0}}},
            "ship.capsule.radiator.facet.side.azimuth_deg",
            "both directions",
        ),
        (
            "station.small.upkeep",
            {"bins": {"chance": [1e-4, 1e-3, 1e-3, 1e-1]}},
            "station.small.upkeep.bins.chance",
            "edges that rise",
        ),
        (
            "station.small.upkeep",
            {"leak_found_kg_day": 3.0},
            "station.small.upkeep.leak_found_kg_day",
            "at most 2 kg/d",
        ),
        (
            "station.small.upkeep",
            {"penetrations_seen": 0},
            "station.small.upkeep.seen_until",
            "or neither",
        ),
        (
            "station.small.upkeep",
            {"penetrations_seen": 0, "seen_until": date(2020, 1, 1)},
            "station.small.upkeep.seen_until",
            "when the station begins",
        ),
        ("leak.one", {**LEAK, "kg_per_day": 0.0}, "leak.one.kg_per_day", "greater than 0"),
        (
            "leak.one",
            {**LEAK, "kind": "decay", "module": "core"},
            "leak.one.share_per_day",
            "greater than 0",
        ),
        (
            "leak.one",
            {"station": "small", "date": date(2027, 6, 1), "kind": "decay", "share_per_day": 0.1},
            "leak.one.module",
            "the module whose hatch was shut",
        ),
        ("leak.one", {**LEAK, "module": "lab"}, "leak.one.date", "when lab joins on 2027-09-03"),
        ("leak.one", {**LEAK, "date": date(2026, 1, 1)}, "leak.one.date", "a day from 2026-12-01"),
        ("equipment.pumps", {**GROUP, "needed": 3}, "equipment.pumps.needed", "at most 2"),
        (
            "equipment.pumps",
            {**GROUP, "fleet_failures": 2},
            "equipment.pumps.fleet_unit_years",
            "or neither",
        ),
        ("store.warmth", {**STORE, "aboard": 30}, "store.warmth.aboard", "at most 20 kg"),
        ("store.warmth", {**STORE, "unit": "MJ"}, "store.warmth.unit", "'kg' in a store of water"),
        (
            "store.warmth",
            {**STORE, "spared_by": {"power": 0.7, "heat": 0.4}},
            "store.warmth.spared_by",
            "1.1 together",
        ),
        (
            "withdraw.operator",
            {"date": date(2028, 1, 1), "mode": "handed-over"},
            "withdraw.operator.to",
            "the partner that commands afterwards",
        ),
        (
            "withdraw.operator",
            {"date": date(2028, 1, 1), "mode": "handed-over", "to": "operator"},
            "withdraw.operator.to",
            "another partner",
        ),
        (
            "withdraw.operator",
            {"date": date(2028, 1, 1), "notice": date(2028, 2, 1)},
            "withdraw.operator.notice",
            "a day not after 2028-01-01",
        ),
    ],
)
def test_a_fault_is_told_once_with_its_key_and_line(
    tmp_path: Path, key: str, value: Any, at: str, said: str
) -> None:
    checked = check_changed(tmp_path, {**whole(), key: value})
    found = [problem for problem in checked.problems if problem.severity == "error"]
    assert [problem.key for problem in found] == [at]
    assert said in str(found[0])
    assert found[0].line


@pytest.mark.parametrize(
    ("diameters", "rates", "at", "said"),
    [
        ([0.1, 1.0, 1.0], [1.0, 0.1, 0.01], "diameter_mm", "diameters that rise"),
        ([0.1, 1.0], [1.0, 2.0], "per_m2_year", "rates that fall"),
        ([0.1, 1.0, 2.0], [1.0, 0.1], "per_m2_year", "2 rates for 3 diameters"),
    ],
)
def test_a_table_of_particles_must_rise_and_fall(
    tmp_path: Path, diameters: list[float], rates: list[float], at: str, said: str
) -> None:
    flux = {"model": "other", "diameter_mm": diameters, "per_m2_year": rates, "year": 2027.0}
    (found,) = errors(check_changed(tmp_path, {"station.small.particles.other": flux}))
    assert f"station.small.particles.other.{at}" in found
    assert said in found


def test_a_circle_of_functions_is_printed_whole_and_once(tmp_path: Path) -> None:
    circle = {
        "function.attitude": needing("power", "data"),
        "function.data": needing("attitude"),
        "function.power": POWER,
        "function.heat": needing("data"),
    }
    (found,) = errors(check_changed(tmp_path, circle))
    assert "function.attitude.provider.way.needs" in found
    assert "a circle: attitude needs data needs attitude" in found


def test_a_function_that_needs_itself_is_a_circle(tmp_path: Path) -> None:
    (found,) = errors(check_changed(tmp_path, {"function.power": needing("power")}))
    assert "a circle: power needs power" in found


def test_two_circles_are_both_told(tmp_path: Path) -> None:
    changes = {
        "function.one": needing("two"),
        "function.two": needing("one"),
        "function.three": needing("four", "one"),
        "function.four": needing("three"),
    }
    found = errors(check_changed(tmp_path, changes))
    assert len(found) == 2
    assert "one needs two needs one" in found[0]
    assert "three needs four needs three" in found[1]


def test_the_last_day_of_a_way_is_not_before_its_first(tmp_path: Path) -> None:
    way = {"commanded_by": "operator", "since": date(2028, 1, 1), "until": date(2027, 6, 1)}
    power = {**POWER, "provider": {"way": way}}
    (found,) = errors(check_changed(tmp_path, {"function.power": power}))
    assert "function.power.provider.way.until" in found
    assert "not before 2028-01-01" in found


def test_functions_and_stores_of_another_station_are_refused(tmp_path: Path) -> None:
    other = {
        "title": "Other",
        "partners": ["operator"],
        "orbit": {"altitude_km": 500.0, "inclination_deg": 51.6},
        "access": {"kind": "commercial", "foreign_crew": "open"},
        "crew_rules": {"permanent": False, "maximum": 0},
    }
    changes = {
        "station.other": other,
        "function.power": {**POWER, "bridge": ["away"]},
        "function.heat": {**needing("power"), "station": "other"},
        "store.away": {**STORE, "station": "other", "filled_by": "power"},
        "store.here": {**STORE, "spared_by": {"heat": 0.5}},
    }
    checked = check_changed(tmp_path, changes)
    assert [problem.key for problem in checked.problems if problem.severity == "error"] == [
        "function.power.bridge",
        "function.heat.provider.way.needs",
        "store.away.filled_by",
        "store.here.spared_by.heat",
    ]


@pytest.mark.parametrize(
    ("changes", "at", "said"),
    [
        (
            {"withdraw.operator": date(2035, 1, 1)},
            "withdraw.operator.date",
            "it parts never in this span",
        ),
        (
            {"withdraw.operator": {"date": date(2028, 1, 1), "mode": "shut", "to": "operator"}},
            "withdraw.operator.to",
            "only in mode 'handed-over'",
        ),
        (
            {"equipment.pumps": {**GROUP, "wear_shape": 3}},
            "equipment.pumps.wear_scale_years",
            "without it nothing wears out",
        ),
        (
            {"equipment.pumps": {**GROUP, "spares": 2, "repaired_by": []}},
            "equipment.pumps.spares",
            "with nobody to fit them",
        ),
        ({"leak.one": {**LEAK, "share_per_day": 0.1}}, "leak.one.share_per_day", "it is not used"),
        ({"function.power": {**POWER, "segments": ["mian"]}}, "function.power.segments", "'main'"),
        (
            {
                "conjunction.near": {
                    "station": "small",
                    "date": date(2031, 1, 1),
                    "miss_km": 1.0,
                    "chance": 1e-5,
                }
            },
            "conjunction.near.date",
            "it is not flown",
        ),
    ],
)
def test_what_has_no_effect_is_a_warning(
    tmp_path: Path, changes: dict[str, Any], at: str, said: str
) -> None:
    checked = check_changed(tmp_path, changes)
    assert errors(checked) == []
    (found,) = warnings(checked)
    assert f"{at}:" in found
    assert said in found


def test_modules_that_never_come_are_warned_of_and_no_more(tmp_path: Path) -> None:
    spare = {
        "title": "Spare",
        "partner": "operator",
        "segment": "main",
        "mass_kg": 900.0,
        "exposed_area_m2": 1.0,
    }
    spare_way = {"commanded_by": "operator", "modules": ["spare"]}
    changes = {
        "module.spare": spare,
        "equipment.pumps": {**GROUP, "module": "spare"},
        "function.power": {**POWER, "provider": {**POWER["provider"], "spare": spare_way}},
    }
    checked = check_changed(tmp_path, changes)
    assert errors(checked) == []
    group, way = warnings(checked)
    assert "'spare', which never joins a station" in group
    assert "'spare' by spare: never at small together" in way
    assert "it is provided in its other ways" in way


SHIPPED = ["haven-1", "iss", "iss-to-ros", "mir", "salyut-7", "skylab", "tiangong"]


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_programme_tells_what_keeps_its_stations_alive(name: str) -> None:
    programme = read_programme(name)
    for station in programme.station:
        kinds = {f.kind for f in programme.function.values() if f.station == station}
        assert {"attitude", "power", "air", "water", "heat", "rescue", "data"} <= kinds, station
    aboard = [module for module in programme.module.values() if module.pressurised_volume_m3 > 4]
    assert all(module.hull is not None for module in aboard)
    crewed = [ship for ship in programme.ship.values() if ship.seats and ship.hull is None]
    assert [ship.title for ship in crewed] in ([], ["Apollo"])


@pytest.mark.parametrize("name", SHIPPED)
def test_a_function_that_people_need_is_bridged_by_a_store_of_its_own(name: str) -> None:
    """A store that is short ends each function that it bridges, so it must go with that one."""
    programme = read_programme(name)
    for key, function in programme.function.items():
        if function.needed_by == "work":
            continue
        assert function.bridge, key
        for bridge in function.bridge:
            store = programme.store[bridge]
            made = any(
                provider.equipment or provider.needs for provider in function.provider.values()
            )
            assert not made or key in store.spared_by, (key, bridge)


def test_leaks_of_the_iss_are_those_of_the_validation_table() -> None:
    """The same observations stand in the library and beside our figures."""
    from importlib.resources import files

    text = (files("stationkeeper.validation") / "authorities" / "hull_leaks.csv").read_text()
    rows = [line.split(",") for line in text.splitlines() if line[:1] in ("1", "2")]
    told = {
        (row[0], {"bound": "below"}.get(row[3], row[3])): row[4] and float(row[4])
        for row in rows
        if row[3] in ("rate", "bound", "decay", "repair")
    }
    leaks = {
        (leak.date.isoformat(), leak.kind): leak.kg_per_day or ""
        for key, leak in read_programme("iss").leak.items()
        if key != "tunnel-2021-07-decay"
    }
    assert leaks == told


def test_a_description_counts_equipment_functions_stores_and_leaks() -> None:
    programme = read_programme("iss-to-ros")
    told = describe(programme)
    iss, ros = (station["upkeep"] for station in told["stations"])
    assert iss["leaks"] == len(programme.leak)
    assert ros["leaks"] == 0
    assert iss["functions"] + ros["functions"] == len(programme.function)
    assert iss["stores"] + ros["stores"] == len(programme.store)
    assert 0 < ros["equipment"] < iss["equipment"] <= len(programme.equipment)
    text = as_text(told)
    assert f"  functions, {ros['functions']}: " in text
    assert f"  equipment, {iss['equipment']} groups: {iss['units']} units" in text


@pytest.mark.parametrize("known", [date(2019, 1, 1), date(2021, 7, 1), date(2024, 7, 2)])
def test_facts_of_upkeep_are_flown_as_known(known: date) -> None:
    checked = check_source("iss-to-ros" if known.year > 2020 else "iss", as_known=known)
    assert errors(checked) == []
    assert checked.programme is not None
    assert all((leak.known_on or leak.date) <= known for leak in checked.programme.leak.values())
    assert not any("never" in text for text in warnings(checked))
