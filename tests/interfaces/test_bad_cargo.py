"""Cargo that cannot be: one clear message that names the key; the command leaves with exit 2."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.programme.check import check_source
from stationkeeper.programme.functions import Hold
from stationkeeper.programme.read import read_programme
from tests.programmes import changed, check_changed, errors, warnings

HOLD: dict[str, Any] = {
    "total_kg": 3_000.0, "dry_kg": 1_800.0, "water_kg": 420.0, "gas_kg": 50.0,
    "propellant_kg": 900.0,
}  # fmt: skip
BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "a manifest heavier than its ship": (
        {"traffic.cargo.manifest": {"food_kg": 9_000.0}},
        "traffic.cargo.manifest",
        "given 9500 kg with its propellant; expected at most 9000 kg, the mass of the ship",
    ),
    "more in the pressurised hold than fits": (
        {"ship.freighter.hold": HOLD, "traffic.cargo.manifest": {"food_kg": 900, "other_kg": 901}},
        "traffic.cargo.manifest",
        "given 1801 kg dry; expected at most 1800 kg, the hold of freighter",
    ),
    "more water than tanks": (
        {"ship.freighter.hold": HOLD, "traffic.cargo.manifest": {"water_kg": 421.0}},
        "traffic.cargo.manifest",
        "given 421 kg of water; expected at most 420 kg",
    ),
    "more gas than tanks": (
        {
            "ship.freighter.hold": HOLD,
            "traffic.cargo.manifest": {"oxygen_kg": 26.0, "nitrogen_kg": 25.0},
        },
        "traffic.cargo.manifest",
        "given 51 kg of gas; expected at most 50 kg",
    ),
    "a hold larger than the ship": (
        {"ship.freighter.hold": {**HOLD, "total_kg": 9_001.0}},
        "ship.freighter.hold.total_kg",
        "given 9001 kg; expected at most 9000 kg, the mass of the ship when docked",
    ),
    "a part of a hold larger than the whole": (
        {"ship.freighter.hold": {**HOLD, "dry_kg": 3_001.0}},
        "ship.freighter.hold.dry_kg",
        "given 3001 kg; expected at most 3000 kg, all that it carries",
    ),
    "a negative hold": (
        {"ship.freighter.hold": {**HOLD, "dry_kg": -1.0}},
        "ship.freighter.hold.dry_kg",
        "given -1.0; expected a number of at least 0",
    ),
}  # fmt: skip
FULL = {"food_kg": 1_800.0, "water_kg": 420.0, "oxygen_kg": 50.0}


@pytest.mark.parametrize("name", BAD)
def test_bad_cargo_is_one_error(tmp_path: Path, name: str) -> None:
    changes, key, words = BAD[name]
    (line,) = errors(check_changed(tmp_path, changes))
    assert f"{key}: " in line
    assert words in line


def test_propellant_counts_with_the_manifest(tmp_path: Path) -> None:
    hold = {**HOLD, "total_kg": 2_700.0}
    changes = {"ship.freighter.hold": hold, "traffic.cargo.manifest": FULL}
    (line,) = errors(check_changed(tmp_path, changes))
    assert "given 2770 kg with its propellant; expected at most 2700 kg, the hold of" in line
    lighter = {**changes, "traffic.cargo.propellant_to_station_kg": 430.0}
    assert errors(check_changed(tmp_path, lighter)) == []


def test_a_manifest_of_a_single_flight_is_held_against_its_ship(tmp_path: Path) -> None:
    flight = {
        "ship": "freighter", "station": "small", "launched": "2027-05-08", "docked": "2027-05-10",
        "undocked": "2027-05-20", "port": "core/aft", "mass_kg": 1_000.0,
        "manifest": {"food_kg": 600.0},
    }  # fmt: skip
    text = changed({"flight.one": flight}).replace('"2027-05', "2027-05")
    for day in ("08", "10", "20"):
        text = text.replace(f'2027-05-{day}"', f"2027-05-{day}")
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    told = errors(check_source(str(tmp_path / "bad.toml")))
    assert any("flight.one.manifest: given 1100 kg with its propellant" in line for line in told)


def test_what_a_class_brings_beyond_its_hold_is_a_warning(tmp_path: Path) -> None:
    changes = {"ship.freighter.hold": HOLD, "ship.freighter.brings": {"water_kg": 500.0}}
    checked = check_changed(tmp_path, changes)
    assert errors(checked) == []
    assert any(
        "ship.freighter.brings: given 500 kg of water; expected at most 420 kg" in line
        for line in warnings(checked)
    )


def test_the_command_refuses_a_manifest_heavier_than_its_ship(tmp_path: Path) -> None:
    text = changed({"traffic.cargo.manifest": {"food_kg": 9_000.0}})
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "stationkeeper.cli", "run", "bad.toml", "--replicas", "1"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    said = (done.stdout + done.stderr).strip().splitlines()
    assert done.returncode == 2, said
    (line,) = [line for line in said if "expected" in line]
    assert "traffic.cargo.manifest: given 9500 kg with its propellant" in line
    assert sorted(tmp_path.iterdir()) == [tmp_path / "bad.toml"]


def told_of_counting(name: str, *settings: str) -> list[str]:
    checked = check_source(name, settings=settings)
    return [line for line in warnings(checked) if "counted_on" in line]


def test_stores_that_were_counted_on_another_day_are_told() -> None:
    (line,) = told_of_counting("mir", "span.first=1995-01-01")
    assert "first day set to 1995-01-01" in line
    stores = [
        key for key, store in read_programme("mir").store.items()
        if store.kind in ("food", "water", "oxygen", "nitrogen")
    ]  # fmt: skip
    given = [f"store.{key}.aboard=100" for key in stores]
    assert told_of_counting("mir", "span.first=1995-01-01", *given) == []
    assert told_of_counting("mir") == []


@pytest.mark.parametrize("name", ["iss", "iss-to-ros"])
def test_stores_that_say_when_they_were_counted_are_carried_on(name: str) -> None:
    assert told_of_counting(name, "span.first=2024-01-01") == []


@pytest.mark.parametrize("name", ["iss", "iss-to-ros", "mir", "salyut-7", "tiangong"])
def test_every_shipped_cargo_ship_has_a_hold_that_takes_what_it_brings(name: str) -> None:
    programme = read_programme(name)
    used = {flight.ship for flight in programme.flight.values()}
    used |= {series.ship for series in programme.traffic.values()}
    for key in sorted(used):
        ship = programme.ship[key]
        if ship.seats == 0 and any(ship.brings.model_dump().values()):
            assert isinstance(ship.hold, Hold), key
    assert not [line for line in warnings(check_source(name)) if ".brings: " in line]
