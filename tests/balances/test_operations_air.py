"""Air and water of a flown station over 180 days: what is aboard is what came less what went."""

import pytest

from stationkeeper.operations.parts import air
from tests.flown_air import DAY, flown

MMHG = 133.322


def test_an_empty_station_keeps_its_air_for_half_a_year() -> None:
    flight = flown().fly(180 * DAY)
    assert flight.missing() < 1e-9
    for name in ("base", "nauka", "prichal", "nem", "uum", "shm", "target-1", "target-2"):
        assert flight.low(f"room.{name}.pressure") > 99_000.0
        assert flight.high(f"room.{name}.carbon-dioxide") < 2 * MMHG
        assert flight.low(f"room.{name}.humidity") > 0.30
        assert flight.high(f"room.{name}.humidity") < 0.70


def test_every_gas_and_water_balances_over_half_a_year_of_troubles() -> None:
    flight = flown(people=3, mission=4)
    events = [
        ("leak.nauka", 1e-7, 0.0),
        ("fire.target-1", 1e-6, 0.0),
        ("toxic.nem", 1e-8, 0.0),
        ("hatch.uum-shm.leak", 1e-7, 0.0),
        ("leak.shm", 1e-6, 0.0),
        ("supply.nitrogen.stuck-open", 1.0, 0.0),
        ("tank.water.leak", 1e-6, 0.0),
        ("carbon-dioxide-1.jammed", 1.0, 0.0),
        ("condenser-1.output", 0.0, 1.0),
    ]
    for name, size, sound in events:
        flight.fail(name, size)
        flight.fly(2 * DAY)
        flight.fly(600.0, 1.0)
        flight.fail(name, sound)
    flight.command("hatch.uum-base", 0.0)
    flight.fly(2 * DAY)
    flight.command("hatch.uum-base", 1.0)
    flight.fly(180 * DAY - flight.time)
    shares = air.balance(flight.begin, flight.part)
    assert set(shares) >= {"air nitrogen", "air oxygen", "air water", "water", "tank oxygen"}
    for name, missing in shares.items():
        assert abs(missing) < 1e-9, name


@pytest.mark.parametrize("lost", [1e-6])
def test_a_balance_tells_what_is_missing(lost) -> None:
    flight = flown().fly(600.0)
    assert flight.missing() < 1e-12
    flight.part.state[0] *= 1.0 - lost
    assert flight.missing() > 1e-8
