"""Withdrawals as they are flown: days follow the stores, what is lost, what nobody mends."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.fly import Lives, fly_lives
from stationkeeper.lifetime.prepare import Prepared, prepare
from stationkeeper.lifetime.run import run
from stationkeeper.lifetime.upkeep_plan import Happening
from stationkeeper.lifetime.withdrawals import withdrawn
from stationkeeper.programme.reference import reference_table
from tests.withdrawal_document import document, leaving

DAY = "2014-11-01"
REPLICAS = 6
SEPARATION = 242  # days later half of the station goes, and functions with it

# Many pumps that fail often, and people of one side that alone can mend them.
PUMPS: dict[str, Any] = {
    "equipment.pumps": {
        "title": "Pumps", "module": "annexe", "units": 50, "needed": 1, "random_per_year": 1.0,
        "needs_spare": False, "repair_days": 1.0,
    },
    "station.alpha.crew_rules": {"permanent": False, "maximum": 6, "run_by": {"south": ["BRA"]}},
    "station.alpha.upkeep": {"untended_factor": 3.0, "hands": 2},
}  # fmt: skip


def rows(folder: Path, changes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Fly a withdrawal and return what withdrawals.json says of each function."""
    folder.mkdir()
    told = document(folder, changes)
    left = run(told, out=folder / "runs", replicas=REPLICAS, workers=1)
    (one,) = json.loads((left / "withdrawals.json").read_text())["rows"]
    assert (one["partner"], one["station"], one["date"]) == ("south", "alpha", DAY)
    return {row["function"]: row for row in one["functions"]}


@pytest.mark.parametrize(
    ("capacity", "use", "days"), [(100, 10.0, 10), (200, 10.0, 20), (100, 4.0, 25)]
)
def test_days_to_loss_follow_the_stores(
    tmp_path: Path, capacity: float, use: float, days: int
) -> None:
    store = {"store.charge.capacity": capacity, "store.charge.use_per_day": use}
    found = rows(tmp_path / "a", {**store, **leaving("south", DAY, "shut")})
    assert found["power"]["lost"]
    assert found["power"]["days"] == [days, days, days]
    assert found["power"]["limited_by"] == "charge"
    assert found["power"]["share_felt"] == 1.0
    assert found["heat"]["lost"]  # needs power, and its pumps are shut
    assert found["heat"]["days"] == [0, 0, 0]


def test_a_later_provider_bridges_what_a_large_store_lasts_for(tmp_path: Path) -> None:
    """Power comes back on 2015-06-01, after 212 days."""
    store = {"store.charge.capacity": 3_000, "store.charge.use_per_day": 10.0}
    found = rows(tmp_path / "a", {**store, **leaving("south", DAY, "shut")})
    assert found["power"]["back_in_days"] == 212
    assert found["power"]["days"] == [300, 300, 300]
    assert found["power"]["share_felt"] == 0.0


def test_a_withdrawal_on_the_first_day_meets_what_is_aboard(tmp_path: Path) -> None:
    """The document says 50 kWh aboard, of which a day takes 10."""
    first = {"span.first": date.fromisoformat(DAY), **leaving("south", DAY, "shut")}
    found = rows(tmp_path / "a", first)
    assert found["power"]["lost"]
    assert found["power"]["providers_before"] == ["arrays"]
    assert found["power"]["days"] == [5, 5, 5]


def test_a_withdrawal_after_the_span_hides_none_within_it(tmp_path: Path) -> None:
    later = leaving("north", "2090-01-01", "shut")
    found = rows(tmp_path / "a", {**later, **leaving("south", DAY, "shut")})
    assert found["power"]["lost"]
    assert found["power"]["days"] == [10, 10, 10]


def events(
    flight: tuple[Prepared, Lives], what: Happening, subject: str, of: str
) -> list[tuple[int, int]]:
    """Return replica and days since the withdrawal of events, up to the separation."""
    prepared, lives = flight
    kept = lives.upkept["alpha"]
    number = getattr(prepared.upkeep["alpha"], of).index(subject)
    place = int((np.datetime64(DAY) - np.datetime64("2014-01-01")).astype(int))
    log = kept.log
    return [
        (int(log.replica[n]), int(log.place[n]) - place)
        for n in range(kept.events)
        if log.code[n] == what
        and log.subject[n] == number
        and 0 <= log.place[n] - place < SEPARATION
    ]


def fly_with(folder: Path, *changes: dict[str, Any]) -> tuple[Prepared, Lives]:
    merged: dict[str, Any] = {}
    for change in changes:
        merged |= change
    told = withdrawn(document(folder, merged))
    prepared = prepare(assemble(told, reference_table), 1, lambda text: None)
    return prepared, fly_lives(prepared, np.arange(REPLICAS))


def test_what_a_partner_commands_is_lost_when_it_shuts_it(tmp_path: Path) -> None:
    """Heat on the day; power when the store is empty; data, of the other partner, never."""
    flight = fly_with(tmp_path, leaving("south", DAY, "shut"))
    everyone = list(range(REPLICAS))
    down = events(flight, Happening.FUNCTION_DOWN, "power", "functions")
    assert down == [(n, 0) for n in everyone]
    assert events(flight, Happening.FUNCTION_LOST, "heat", "functions") == [
        (n, 0) for n in everyone
    ]
    lost = events(flight, Happening.FUNCTION_LOST, "power", "functions")
    assert lost == [(n, 10) for n in everyone]
    assert events(flight, Happening.FUNCTION_LOST, "data", "functions") == []
    stays = fly_with(tmp_path)
    for name in ("power", "heat", "orbit", "data"):
        assert events(stays, Happening.FUNCTION_DOWN, name, "functions") == []


def test_people_who_no_longer_come_end_repairs_and_no_function(tmp_path: Path) -> None:
    stay = fly_with(tmp_path, PUMPS)
    gone = fly_with(tmp_path, PUMPS, leaving("south", DAY, "crews"))
    for name in ("power", "heat", "orbit", "data"):
        assert events(gone, Happening.FUNCTION_DOWN, name, "functions") == []
        assert events(gone, Happening.FUNCTION_LOST, name, "functions") == []
    mended = Happening.UNIT_MENDED_BY_PEOPLE
    assert len(events(stay, mended, "pumps", "groups")) > 10 * REPLICAS
    assert events(gone, mended, "pumps", "groups") == []
    # As long as all units work, those that nobody tends fail sooner.
    soon = 60
    failures = [
        sum(day < soon for _, day in events(flight, Happening.UNIT_FAILS, "pumps", "groups"))
        for flight in (stay, gone)
    ]
    assert failures[1] > 1.5 * failures[0]


def test_what_is_handed_over_is_commanded_again_after_the_transfer(tmp_path: Path) -> None:
    change = leaving("south", DAY, "handed-over", to="north", transfer_days=100)
    flight = fly_with(tmp_path, change)
    up = events(flight, Happening.FUNCTION_UP, "power", "functions")
    assert up == [(n, 100) for n in range(REPLICAS)]


def test_nobody_misses_the_functions_of_a_side_that_has_left(tmp_path: Path) -> None:
    asks_for_power = {"function.power.segments": ["south"]}
    change = {**asks_for_power, **leaving("south", DAY, "separated")}
    found = rows(tmp_path / "a", change)
    assert not found["power"]["lost"]
    prepared = prepare(
        assemble(withdrawn(document(tmp_path, change)), reference_table), 1, lambda text: None
    )
    kept = prepared.upkeep["alpha"]
    power = kept.functions.index("power")
    first, last = kept.plan.function_first_provider[power : power + 2]
    opened = kept.plan.provider_open[first:last].any(axis=0)
    assert opened[kept.plan.exists].all()
