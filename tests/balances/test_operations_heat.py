"""Heat and coolant of the simulated station close over 180 days, whatever befalls it."""

import numpy as np
import pytest

from stationkeeper.operations.parts import heat
from stationkeeper.operations.parts import heat_layout as at
from tests.heat_station import Station, ros

CLOSES = 1e-9


def closes(station: Station) -> None:
    left = heat.balance(station.begin, station.part)
    assert abs(left["energy"]) < CLOSES
    assert abs(left["coolant"]) < CLOSES


@pytest.mark.parametrize("mission", [0, 1])
def test_180_nominal_days_close(mission) -> None:
    station = ros(mission)
    for month in range(6):
        station.beta = np.radians(15.0 * month)
        station.people(4 * (month % 2))
        station.fly(30 * 24)
    closes(station)
    book = station.part.ledger
    assert book[at.CAME_LOADS] > 1e11
    # What came went: what bodies hold has hardly changed.
    came, went = book[: at.GONE_WALLS].sum(), book[at.GONE_WALLS : at.GONE_LOST].sum()
    assert came == pytest.approx(went, rel=1e-3)


def test_180_days_of_drawn_faults_close() -> None:
    station = ros(2)
    draw = np.random.default_rng(5)
    nominal = station.health.copy()
    for _ in range(60):
        names = draw.choice(sorted(station.registry.health), 6, replace=False)
        station.health[:] = nominal
        for name in names:
            size = 1e-4 if name.endswith("leak") else 300.0 if name.endswith(".heat") else 0.4
            station.ail(name, size)
        station.beta = draw.uniform(0, 1.3)
        station.people(int(draw.integers(0, 7)))
        station.set("attitude.error", draw.choice([0.0, 0.5, 2.0]))
        station.set("visit.cargo.docked", float(draw.integers(0, 2)))
        for row in draw.choice(station.registry.loads, 5):
            station.load(row.name, float(draw.integers(0, 2)))
        station.switches[station.registry.of("set.loop-2", "switches")] = float(draw.integers(0, 2))
        station.fly(4, dt=1.0)
        station.fly(68)
    closes(station)
    assert station.part.ledger[at.GONE_LOST] > 0.0
    assert station.part.ledger[at.GONE_SHIPS] != 0.0


def test_a_station_that_freezes_closes() -> None:
    station = ros(3)
    station.dark()
    station.set("attitude.error", 3.0)
    station.fly(60 * 24)
    assert station.get("water.ice") > 0.0
    for row in station.registry.loads:
        station.load(row.name, 1.0)
    for room in station.house.rooms:
        station.set(f"controller.{room.name}.alive", 1.0)
    station.fly(60 * 24)
    assert station.get("water.ice") == 0.0
    closes(station)
