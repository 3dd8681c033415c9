"""Charge and energy close to 1e-9 over 180 days, on drawn systems."""

import numpy as np
import pytest

from stationkeeper.household.batteries import battery_course, same_batteries, stored_energy
from stationkeeper.household.heat import (
    RADIATED,
    Heaters,
    Links,
    Loops,
    Nodes,
    heat_course,
    stored_heat,
)
from stationkeeper.household.power import (
    BATTERY,
    CHARGER,
    CONVERTER,
    DELIVERED,
    GENERATED,
    SHUNTED,
    STORED,
    UNMET,
    power_course,
    same_buses,
)
from stationkeeper.household.shedding import same_loads

STEP = 10.0
STEPS = 180 * 8_640
CLOSES = 1e-9


def sunlight(draw, count):
    """Power of strings that see the Sun 57 minutes of 92, with clouds of our own making."""
    phase = np.arange(STEPS) * STEP / 5_560 % 1
    return (phase < 0.62) * draw.uniform(0.7, 1.0, (count, 1)) * (1 + 0.2 * np.cos(40 * phase))


@pytest.mark.parametrize("seed", [1, 2])
def test_energy_of_buses_closes(seed) -> None:
    draw = np.random.default_rng(seed)
    cells = same_batteries(
        3, capacity=4e5, empty_voltage=90.0, full_voltage=120.0, end_voltage=95.0,
        charge_limit=60.0, resistance=0.08,
    )  # fmt: skip
    cells.capacity[:] *= draw.uniform(0.5, 1.0, 3)
    loads = same_loads(
        [0, 0, 1, 1], parent=[-1, 0, -1, 2], shed_below=[-1, 0.8, 0.5, 0.8], restore_above=0.9
    )
    charge = 0.8 * cells.capacity
    generated = sunlight(draw, 3) * np.array([[9e3], [6e3], [4e3]])
    asked = np.repeat(draw.uniform(300, 3000, (4, STEPS // 864)), 864, axis=1)
    flown = power_course(
        same_buses(2, standing_loss=50.0, limit=5_900.0, trip_time=1e9), cells, loads, generated,
        asked, string_bus=[0, 0, 1], battery_bus=[0, 1, 1], charge=charge,
    )  # fmt: skip
    flows = flown.flows
    out = flows[:, [SHUNTED, DELIVERED, CONVERTER, CHARGER, BATTERY, STORED]].sum(axis=1)
    np.testing.assert_allclose(out, flows[:, GENERATED], rtol=CLOSES)
    gained = stored_energy(cells, flown.charge) - stored_energy(cells, charge)
    by_bus = np.array([gained[0], gained[1] + gained[2]])
    # What is stored is small beside what passed through: held against that.
    np.testing.assert_allclose(flows[:, STORED], by_bus, atol=CLOSES * flows[:, GENERATED].min())
    demand = (asked * flown.running).sum() * STEP
    assert flows[:, [DELIVERED, UNMET]].sum() == pytest.approx(demand, rel=CLOSES)
    assert flows[:, [DELIVERED, SHUNTED, BATTERY]].min() > 0
    assert 0 < flown.running[1].mean() < 1


def test_charge_and_energy_of_batteries_close() -> None:
    draw = np.random.default_rng(3)
    cells = same_batteries(
        1, capacity=4e5, empty_voltage=90.0, full_voltage=120.0, charge_efficiency=1.0,
        self_discharge_time=1e300, fade_per_cycle=0.0, fade_rate=0.0,
    )  # fmt: skip
    wanted = draw.normal(0.0, 4e3, (1, STEPS))
    flown = battery_course(cells, wanted, 2e5)
    passed = np.abs(flown.power).sum() * STEP
    left = -flown.power.sum() * STEP - flown.heat[0]
    gained = float(stored_energy(cells, flown.charge[:, -1])[0] - stored_energy(cells, [2e5])[0])
    assert abs(left - gained) < CLOSES * passed
    # Without losses of charge, what was taken out is what came in and what is gone.
    change = np.diff(flown.charge[0], prepend=2e5)
    taken = -change[change < 0].sum()
    assert taken == pytest.approx(flown.discharged[0], rel=CLOSES)


def test_heat_of_a_station_closes() -> None:
    draw = np.random.default_rng(5)
    count = 12
    nodes = Nodes(
        draw.uniform(5e4, 3e6, count), np.where(np.arange(count) % 4 == 3, 8.0, 0.2),
        np.where(np.arange(count) == 5, 273.15, 0.0), np.where(np.arange(count) == 5, 2e7, 0.0),
    )  # fmt: skip
    links = Links(np.arange(count), (np.arange(count) + 5) % count, draw.uniform(1, 200, count))
    loops = Loops(np.array([0, 3, 6]), np.array([1, 2, 3, 6, 7, 5]), np.array([500.0, 300.0]))
    heaters = Heaters(
        np.array([5, 0]),
        np.array([400.0, 300.0]),
        np.array([270.0, 290.0]),
        np.array([276.0, 293.0]),
    )
    start = draw.uniform(260, 300, count)
    outside = np.abs(draw.normal(0, 150, (count, 556)))
    internal = draw.uniform(0, 150, count)
    flown = heat_course(
        nodes, links, loops, heaters, start, steps=STEPS, internal=internal, outside=outside,
        share=[1.0, 1.0, 0.7, 1.0, 0.9, 1.0], every=8_640,
    )  # fmt: skip
    came = flown.flows[:RADIATED].sum() - flown.flows[RADIATED]
    gained = stored_heat(nodes, flown.temperature[:, -1], flown.ice) - stored_heat(nodes, start)
    assert abs(came - float(gained)) < CLOSES * flown.flows[RADIATED]
    assert flown.flows.min() > 0
