"""A listed approach asks for an avoidance manoeuvre on its day, and nothing else does."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.fly import Life, Lives, fly_lives
from stationkeeper.lifetime.prepare import prepare
from stationkeeper.lifetime.upkeep_plan import Happening
from stationkeeper.orbit.conjunctions import AVOIDANCE_DELTA_V
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table
from stationkeeper.programme.write import as_toml
from tests.withdrawal_document import changed_document

DAY = date(2014, 9, 17)
REPLICAS = 8
QUIET = {"station.alpha.avoidance_per_year": 0.0, "station.beta.avoidance_per_year": 0.0}
AVOIDANCE: dict[str, Any] = {
    "function.avoidance": {
        "station": "alpha", "title": "Moving out of the way", "kind": "avoidance",
        "needed_by": "work",
        "provider": {
            "core": {
                "commanded_by": "north", "modules": ["core"], "until": date(2014, 9, 10),
            },
        },
    },
}  # fmt: skip


def approach(**changes: Any) -> dict[str, Any]:
    entry = {"station": "alpha", "date": DAY, "miss_km": 0.7, "chance": 2e-4, **changes}
    return {"conjunction.one": entry}


def fly(folder: Path, *changes: dict[str, Any], as_known: date | None = None) -> Lives:
    merged: dict[str, Any] = dict(QUIET)
    for change in changes:
        merged |= change
    path = folder / "listed.toml"
    path.write_text(as_toml(changed_document(merged)), "utf-8")
    programme = read_programme(str(path), as_known=as_known)
    prepared = prepare(assemble(programme, reference_table), 1, lambda text: None)
    return fly_lives(prepared, np.arange(REPLICAS))


def moved(life: Life) -> list[str]:
    """Return the days on which every replica moved; none moves alone where nothing is drawn."""
    days = life.avoidance.any(axis=0)
    assert (life.avoidance.all(axis=0) == days).all()
    start = np.datetime64("2014-01-01")
    return [str(start + place) for place in np.flatnonzero(days)]


def test_without_a_listed_approach_nothing_moves(tmp_path: Path) -> None:
    assert moved(fly(tmp_path).stations["alpha"]) == []


def test_it_is_flown_on_its_day(tmp_path: Path) -> None:
    lives = fly(tmp_path, approach())
    life = lives.stations["alpha"]
    assert moved(life) == [f"{DAY}"]
    assert moved(lives.stations["beta"]) == []
    place = int(np.flatnonzero(life.avoidance[0])[0])
    assert (life.delta_v[:, place] >= AVOIDANCE_DELTA_V * (1 - 1e-6)).all()
    assert (life.used[:, place] > 0).all()


@pytest.mark.parametrize(("chance", "moves"), [(1e-4, True), (0.99e-4, False), (0.0, False)])
def test_a_chance_below_the_limit_asks_for_nothing(
    tmp_path: Path, chance: float, moves: bool
) -> None:
    assert moved(fly(tmp_path, approach(chance=chance)).stations["alpha"]) == [f"{DAY}"] * moves


def test_the_limit_is_that_of_the_station(tmp_path: Path) -> None:
    stricter = {"station.alpha.upkeep.collision_chance": 1e-3}
    assert moved(fly(tmp_path, stricter, approach()).stations["alpha"]) == []


def test_outside_the_days_of_the_station_nothing_is_flown(tmp_path: Path) -> None:
    """Beta begins on 2015-07-01; alpha comes down from 2015-09-01 on."""
    early = approach(station="beta")
    assert moved(fly(tmp_path, early).stations["beta"]) == []
    late = approach(date=date(2015, 10, 1))
    assert moved(fly(tmp_path, late).stations["alpha"]) == []


def test_as_known_before_the_message_nobody_moves(tmp_path: Path) -> None:
    message = approach(date=date(2014, 9, 17), known_on=date(2014, 9, 14))
    assert moved(fly(tmp_path, message, as_known=date(2014, 9, 13)).stations["alpha"]) == []
    known = fly(tmp_path, message, as_known=date(2014, 9, 14)).stations["alpha"]
    assert moved(known) == [f"{DAY}"]


def test_drawn_approaches_stay_as_they_are(tmp_path: Path) -> None:
    drawn = {"station.alpha.avoidance_per_year": 4.0}
    without = fly(tmp_path, drawn).stations["alpha"].avoidance
    listed = fly(tmp_path, drawn, approach()).stations["alpha"].avoidance
    place = (DAY - date(2014, 1, 1)).days
    assert listed[:, place].all()
    others = np.arange(listed.shape[1]) != place
    np.testing.assert_array_equal(listed[:, others], without[:, others])


def test_without_the_function_it_is_not_flown_and_may_be_a_collision(tmp_path: Path) -> None:
    lives = fly(tmp_path, AVOIDANCE, approach())
    assert moved(lives.stations["alpha"]) == []
    assert _collisions(lives) == []  # a chance of 1e-4, eight times
    certain = {"station.alpha.upkeep.collision_chance": 1.0}
    lives = fly(tmp_path, AVOIDANCE, certain, approach(chance=1.0))
    place = (DAY - date(2014, 1, 1)).days
    assert _collisions(lives) == [(replica, place) for replica in range(REPLICAS)]


def _collisions(lives: Lives) -> list[tuple[int, int]]:
    kept = lives.upkept["alpha"]
    return [
        (int(kept.log.replica[n]), int(kept.log.place[n]))
        for n in range(kept.events)
        if kept.log.code[n] == Happening.COLLISION
    ]
