"""Energy and charge of a simulated station close to 1e-9 over 180 days, through faults."""

import numpy as np
import pytest

from stationkeeper.operations.parts import power
from tests.power_station import station

CLOSES = 1e-9
FAULTS = (
    ("wing.1.gimbal", 0.0), ("wing.3.strings", 0.4), ("wing.6.electronics", 0.0),
    ("battery.1.resistance", 6.0), ("battery.2.capacity", 0.6), ("battery.7.leak", 3.0),
    ("battery.4.charger", 0.0), ("bus.1.converter", 0.5), ("bus.3.false-trip", 1.0),
    ("bus.4.short", 3_000.0), ("load.furnace.draw", 30.0), ("load.imager.open", 0.0),
)  # fmt: skip
SWITCHES = ("battery.5", "wing.2", "bus.3", "tie.2-3", "tie.3-4", "load.radar-earth", "safe-mode")


@pytest.mark.parametrize("seed", [1, 2])
def test_energy_and_charge_close_over_half_a_year(seed) -> None:
    draw = np.random.default_rng(seed)
    flown = station(seed=seed, people=float(seed))
    begin = flown.begin()
    for _day in range(90):
        name, worst = FAULTS[draw.integers(len(FAULTS))]
        number = flown.registry.of(name, "health")
        nominal = flown.registry.first_health[number]
        flown.health[number] = worst if flown.health[number] == nominal else nominal
        flown.command(SWITCHES[draw.integers(len(SWITCHES))], float(draw.integers(2)))
        flown.put("attitude.error", max(0.0, draw.normal(0.0, 0.5)))
        flown.run(2 * 86_400.0, beta=float(draw.uniform(-75, 75)))
    left = power.balance(begin, flown.part)
    assert len(left) == 2 * 4 + 12
    assert max(map(abs, left.values())) < CLOSES
    flows = flown.part.ledger[:32].reshape(4, 8)
    assert flows[:, [0, 1, 2, 3, 4, 5]].min() > 0
    assert flows[:, 7].max() > 0  # somebody went without


def test_a_joule_that_is_not_booked_is_found() -> None:
    flown = station()
    begin = flown.begin()
    flown.run(86_400.0)
    flown.part.ledger[2] += 1e-6 * flown.part.ledger[0]
    assert abs(power.balance(begin, flown.part)["bus.1 energy"]) > CLOSES
