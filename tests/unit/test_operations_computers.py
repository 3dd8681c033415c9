"""Computers of a simulated station: who leads, upsets, restarts, controllers."""

import numpy as np
import pytest

from stationkeeper.operations.parts import computers
from tests.small_plant import Bench, bench, ros_house


@pytest.fixture
def flown() -> Bench:
    """Without upsets, so that only what a test does happens."""
    flown = bench(computers, ros_house())
    flown.ail("computers.upset-rate", 0.0)
    flown.run(600)
    return flown


def test_nothing_happens_without_upsets(flown: Bench) -> None:
    flown.run(30 * 86_400)
    assert flown.get("computer.leads") == 1.0
    assert flown.get("computer.leader") == 1.0
    assert flown.get("computer.1.uptime") == flown.time
    assert flown.get("computer.1.usage") > flown.get("computer.2.usage")
    assert flown.part.ledger.tolist() == [0.0, 0.0, 0.0]


def test_a_spare_takes_over_after_a_minute(flown: Bench) -> None:
    flown.ail("computer.1.stopped", 1.0)
    flown.run(50)
    assert flown.get("computer.leads") == 0.0
    flown.run(10)
    assert flown.get("computer.leads") == 1.0
    assert flown.get("computer.leader") == 2.0
    flown.ail("computer.1.stopped", 0.0)
    flown.run(600)
    assert flown.get("computer.1.alive") == 1.0
    assert flown.get("computer.leader") == 2.0  # who has taken over keeps it


def test_the_leader_that_is_back_within_a_minute_keeps_leading(flown: Bench) -> None:
    flown.command("load.computer-1", 0.0)
    flown.run(5, dt=1.0)
    assert flown.get("computer.leads") == 0.0
    flown.command("load.computer-1", 1.0)
    flown.run(60, dt=1.0)
    assert flown.get("computer.leader") == 1.0
    assert flown.get("computer.1.restarts") == 1.0


def test_nobody_takes_over_when_that_is_broken(flown: Bench) -> None:
    flown.ail("computers.takeover", 0.0)
    flown.ail("computer.1.stopped", 1.0)
    flown.run(3_600)
    assert flown.get("computer.leads") == 0.0


def test_a_common_cause_stops_all_computers_and_no_controller(flown: Bench) -> None:
    flown.ail("computers.common", 1.0)
    flown.run(600)
    assert [flown.get(f"computer.{number}.alive") for number in (1, 2, 3)] == [0.0, 0.0, 0.0]
    assert flown.get("computer.leads") == 0.0
    assert flown.get("controller.nauka.alive") == 1.0
    flown.ail("computers.common", 0.0)
    flown.run(180)
    assert flown.get("computer.leads") == 1.0


def test_a_watchdog_restarts_after_five_minutes(flown: Bench) -> None:
    flown.ail("computers.upset-rate", 1.0)
    flown.ail("computer.2.upset-rate", 1e9)
    flown.run(10)
    assert flown.get("computer.2.alive") == 0.0
    flown.ail("computer.2.upset-rate", 0.0)
    flown.run(290)
    assert flown.get("computer.2.alive") == 0.0
    flown.run(10)
    assert flown.get("computer.2.alive") == 1.0
    assert flown.get("computer.2.uptime") == 10.0


def test_without_a_watchdog_power_must_be_taken_away(flown: Bench) -> None:
    flown.ail("computers.upset-rate", 1.0)
    flown.ail("computer.2.watchdog", 0.0)
    flown.ail("computer.2.upset-rate", 1e9)
    flown.run(10)
    flown.ail("computer.2.upset-rate", 0.0)
    flown.run(86_400)
    assert flown.get("computer.2.alive") == 0.0
    flown.command("load.computer-2", 0.0)
    flown.run(10)
    flown.command("load.computer-2", 1.0)
    flown.run(120)
    assert flown.get("computer.2.alive") == 1.0


def test_upsets_come_as_often_as_the_document_says() -> None:
    flown = bench(computers, ros_house())
    flown.ail("computers.upset-rate", 50.0)
    days = 300
    flown.run(days * 86_400)
    expected = 50 * sum(flown.registry.hidden[f"computer.{n}.upsets"] for n in (1, 2, 3))
    expected *= days * 86_400 * (1 - 0.02 * 50 * 310 / 86_400)  # not while it is down
    assert flown.part.ledger[0] == pytest.approx(expected, abs=4 * np.sqrt(expected))
    assert flown.part.ledger[1] > 0


def test_upsets_and_memory_errors_follow_the_place_on_the_orbit() -> None:
    found = []
    for place in (0.0, 1.0, 10.0):
        flown = bench(computers, ros_house())
        flown.ail("computers.upset-rate", 50.0)
        flown.put("env.upsets", place)
        flown.run(40 * 86_400)
        found.append((flown.part.ledger[0], flown.get("computer.1.errors")))
    assert found[0] == (0.0, 0.0)
    # Errors have a mean of 30 a day, +-10 % hidden.
    assert found[1][1] == pytest.approx(1_200, rel=0.2)
    assert found[2][0] > 4 * found[1][0] > 0
    assert found[2][1] > 4 * found[1][1]


def test_a_busy_computer_takes_more_power(flown: Bench) -> None:
    watts = flown.registry.hidden["computer.2.power"]
    assert flown.get("load.computer-2.asked") == pytest.approx(watts * (0.85 + 0.3 * 0.35))
    flown.ail("computer.2.usage", 1.0)
    flown.run(10)
    assert flown.get("load.computer-2.asked") == pytest.approx(1.15 * watts)


def test_draws_do_not_depend_on_the_step() -> None:
    long, short = bench(computers, ros_house()), bench(computers, ros_house())
    for one in (long, short):
        one.ail("computers.upset-rate", 500.0)
    long.run(86_400)
    short.run(86_400, dt=1.0)
    assert long.part.ledger[0] == short.part.ledger[0] > 5
    assert long.get("computer.1.errors") == pytest.approx(short.get("computer.1.errors"), abs=2)


def test_a_cold_room_stops_its_boards(flown: Bench) -> None:
    flown.put("room.nauka.temperature", 250.0)
    flown.run(10)
    assert flown.get("controller.nauka.alive") == 0.0
    assert flown.get("controller.base.alive") == 1.0
    flown.run(86_400)
    assert flown.get("controller.nauka.temperature") == pytest.approx(259.0, abs=1.0)


def test_without_controllers_modules_hang_on_the_leader() -> None:
    house = ros_house()
    data = house.plant.data.model_copy(update={"controllers": False})
    plain = vars(house) | {"plant": house.plant.model_copy(update={"data": data})}
    flown = bench(computers, type(house)(**plain))
    flown.ail("computers.upset-rate", 0.0)
    assert "load.controller-nauka" not in flown.registry.switches
    flown.ail("computers.common", 1.0)
    flown.run(10)
    assert flown.get("controller.nauka.alive") == 0.0


def test_a_busy_computer_does_not_lead(flown: Bench) -> None:
    flown.ail("computer.1.usage", 0.6)
    flown.run(120)
    assert flown.get("computer.1.alive") == 1.0
    assert flown.get("computer.leader") == 2.0
