"""Momentum and propellant of a simulated station close, held and lost."""

from types import SimpleNamespace

import numpy as np
import pytest

from stationkeeper.operations.parts import attitude
from tests.small_plant import bench, ros_house
from tests.unit.test_operations_attitude import _others

CLOSES = 1e-9


def made(seed=1):
    flown = bench(attitude, ros_house(), SimpleNamespace(declare=_others), seed=seed)
    flown.put("env.altitude", ros_house().altitude)
    flown.put("env.speed", 7_660.0)
    return flown


def test_momentum_and_propellant_close_over_180_days() -> None:
    flown = made()
    begin = flown.part.state.copy()
    for day in range(180):
        flown.put("env.density", (1.0 + 0.8 * np.sin(0.3 * day)) * 3e-12)
        flown.run(86_400)
    left = attitude.balance(begin, flown.part)
    assert max(map(abs, left.values())) < CLOSES
    assert abs(flown.part.ledger[1]) > 1e6  # there was something to balance


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_momentum_closes_through_all_modes_and_faults(seed) -> None:
    flown, draw = made(seed), np.random.default_rng(seed)
    begin = flown.part.state.copy()
    health = ("thruster-rogue.nauka", "thruster.1.stuck", "thruster.2.leak", "wheel.1.friction")
    sizes = (40.0, 1.0, 1e-4, 5.0)
    modes = set()
    for _ in range(150):
        which = draw.integers(4)
        flown.ail(health[which], sizes[which] * draw.integers(2))
        flown.command(f"thrust.{draw.integers(1, 3)}", float(draw.integers(2)))
        flown.command("attitude.mode", float(draw.choice([0, 1, 1, 3])))
        flown.put("computer.leads", float(draw.random() < 0.9))
        flown.put("env.density", draw.uniform(0, 5e-12))
        sun = draw.normal(size=3)
        for name, part in zip(("along", "across", "down"), sun / np.linalg.norm(sun), strict=True):
            flown.put(f"env.sun-{name}", part)
        flown.run(600, float(draw.choice([1.0, 10.0])))
        modes.add(flown.get("attitude.mode"))
        assert np.isfinite(flown.part.state).all()
    assert modes == {0.0, 1.0, 2.0, 3.0}
    left = attitude.balance(begin, flown.part)
    assert max(map(abs, left.values())) < CLOSES


def test_a_balance_with_a_hole_is_seen() -> None:
    flown = made()
    begin = flown.part.state.copy()
    flown.run(86_400)
    flown.part.ledger[1] *= 1.0 + 1e-6
    assert abs(attitude.balance(begin, flown.part)["momentum-y"]) > CLOSES
