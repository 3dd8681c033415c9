"""Ships at a simulated station: docking, engines, leaving."""

import pytest

from stationkeeper.operations.house import House
from stationkeeper.operations.parts import visits
from stationkeeper.programme.plant import PlantVisit
from tests.small_plant import Bench, bench, ros_house

CARGO = "visit.cargo"


def with_crew() -> House:
    house = ros_house()
    crew = PlantVisit(ship="orel", module="base", docks_day=2.0, leaves_day=12.0, people=4)
    return type(house)(**(vars(house) | {"visits": (*house.visits, ("crew", crew))}))


@pytest.fixture
def flown() -> Bench:
    return bench(visits, with_crew())


def test_a_ship_comes_with_its_people_and_leaves_with_them(flown: Bench) -> None:
    flown.run(86_400)
    assert flown.get(f"{CARGO}.docked") == 1.0
    assert flown.get("visit.crew.docked") == flown.get("people.aboard") == 0.0
    assert flown.get("visit.crew.propulsion") == -1.0
    assert flown.get("load.ship-crew.asked") == flown.commanded("load.ship-crew") == 0.0
    flown.run(86_400)
    assert flown.get("visit.crew.docked") == 1.0
    assert flown.get("people.aboard") == 4.0
    assert flown.get("visit.crew.propulsion") == 1.0  # until it is inhibited
    assert flown.get("load.ship-crew.asked") == pytest.approx(500.0, rel=0.1)
    assert flown.commanded("load.ship-crew") == 1.0
    flown.run(600)
    assert flown.get("visit.crew.propulsion") == 0.0
    flown.run(10 * 86_400)
    assert flown.get("visit.crew.docked") == flown.get("people.aboard") == 0.0
    assert flown.commanded("load.ship-crew") == 0.0


def test_engines_are_free_before_a_ship_leaves(flown: Bench) -> None:
    flown.run(12 * 86_400 - 300)
    assert flown.get("visit.crew.propulsion") == 1.0


def test_a_released_ship_is_gone_for_good(flown: Bench) -> None:
    flown.run(10)
    flown.command("release.cargo", 1.0)
    flown.run(10)
    assert flown.get(f"{CARGO}.docked") == 0.0
    flown.command("release.cargo", 0.0)
    flown.run(86_400)
    assert flown.get(f"{CARGO}.docked") == 0.0


def test_hooks_that_do_not_open_hold_a_ship(flown: Bench) -> None:
    flown.ail(f"{CARGO}.hooks", 0.0)
    flown.command("release.cargo", 1.0)
    flown.run(3_600)
    assert flown.get(f"{CARGO}.docked") == 1.0
    flown.ail(f"{CARGO}.hooks", 1.0)
    flown.run(10)
    assert flown.get(f"{CARGO}.docked") == 0.0


def test_a_ship_that_burns_runs_dry(flown: Bench) -> None:
    begin = flown.get(f"{CARGO}.propellant")
    flown.ail(f"{CARGO}.thrust-on", 100.0)
    flown.run(100)
    assert flown.get(f"{CARGO}.propulsion") == 2.0
    assert flown.get(f"{CARGO}.thrust") == 100.0
    burnt = begin - flown.get(f"{CARGO}.propellant")
    isp = flown.registry.hidden[f"{CARGO}.isp"]
    assert burnt == pytest.approx(100 * 100 / (isp * 9.80665))
    assert flown.part.ledger[0] == pytest.approx(burnt)
    flown.run(86_400)
    assert flown.get(f"{CARGO}.propellant") == 0.0
    assert flown.get(f"{CARGO}.thrust") == 0.0
    assert flown.get(f"{CARGO}.propulsion") == 0.0
    assert flown.part.ledger[0] == pytest.approx(begin)


def test_a_ship_without_its_inhibit_is_free(flown: Bench) -> None:
    flown.ail(f"{CARGO}.inhibit", 0.0)
    flown.run(10)
    assert flown.get(f"{CARGO}.propulsion") == 1.0


def test_sensors_tell_states_from_nought() -> None:
    rows = {row.name: row for row in bench(visits, with_crew()).registry.readings}
    for name in (f"{CARGO}.propulsion", f"{CARGO}.propulsion.b"):
        row = rows[name]
        told = [row.scale * (value - row.offset) for value in (-1.0, 0.0, 1.0, 2.0)]
        assert [row.states[int(value)] for value in told] == list(visits.STATES)
    assert len(rows["people.aboard"].states) == 5
