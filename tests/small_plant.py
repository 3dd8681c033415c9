"""A station with names of other parts declared bare, to fly one part alone."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import numba
import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act
from stationkeeper.operations import surroundings
from stationkeeper.operations.house import House, house_of
from stationkeeper.operations.registry import LoadRow, Part, Registry
from stationkeeper.programme.read import read_programme

Array = NDArray[np.float64]


@cache
def ros_house() -> House:
    return house_of(read_programme("iss-to-ros"), "ros", uncrewed=True)


@dataclass
class Bench:
    """One part with its arrays."""

    registry: Registry
    part: Part
    signals: Array
    health: Array
    switches: Array
    fly: Callable[..., None]
    time: float = 0.0

    def get(self, name: str) -> float:
        return float(self.signals[self.registry.of(name)])

    def put(self, name: str, value: float) -> None:
        self.signals[self.registry.of(name)] = value

    def ail(self, name: str, value: float) -> None:
        self.health[self.registry.of(name, "health")] = value

    def command(self, name: str, value: float) -> None:
        self.switches[self.registry.of(name, "switches")] = value

    def commanded(self, name: str) -> float:
        return float(self.switches[self.registry.of(name, "switches")])

    def run(self, seconds: float, dt: float = 10.0) -> None:
        """Fly on, loads following their switches without an end of power."""
        steps = round(seconds / dt)
        part = self.part
        self.fly(
            self.time, steps, dt, self.signals, self.health, self.switches,
            *self.follows, part.wires, part.constants, part.state, part.ledger,
        )  # fmt: skip
        self.time += steps * dt

    @property
    def follows(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        names = [f"load.{row.name}" for row in self.registry.loads]
        return (
            np.array([self.registry.of(name, "switches") for name in names], dtype=np.int64),
            np.array([self.registry.of(f"{name}.on") for name in names], dtype=np.int64),
        )


def bench(module: ModuleType, house: House, *others: ModuleType, seed: int = 1) -> Bench:
    """Lay out one part, with what it reads of the others."""
    registry = Registry(seed, 0)
    surroundings.declare(registry)
    registry.switch(
        "safe-mode", "Safe mode", 0.0, act=Act.SAFE_MODE, act_off=Act.LEAVE_SAFE_MODE, target=""
    )
    for one in (module, *others):
        one.declare(registry, house)
    for name, first in (
        *((f"room.{room.name}.temperature", 295.15) for room in house.rooms),
        ("attitude.error", 0.0),
        ("computer.leads", 1.0),
        ("link.down", 0.0),
    ):
        if name not in registry.signals:
            registry.signal(name, "", first)
    for key, load in house.plant.load.items():
        row = LoadRow(key, load.title, load.module, load.kind, load.power_w, load.priority)
        if load.data_kbps:
            registry.load(LoadRow(**{**vars(row), "data": load.data_kbps * 1e3}))
    part = module.wire(registry, house)
    bare = Bench(
        registry,
        part,
        np.array(registry.first_signals),
        np.array(registry.first_health),
        np.array(registry.first_switches),
        _flier(module),
    )
    bare.put("env.upsets", 1.0)
    return bare


@cache
def _flier(module: ModuleType) -> Callable[..., None]:
    step = module.step

    @numba.njit  # not kept on disk: it would stay as it is when the step changes
    def fly(  # type: ignore[no-untyped-def]
        time, steps, dt, signals, health, switches, commands, given, wires, constants, state, ledger
    ):
        for number in range(steps):
            for load in range(len(commands)):
                signals[given[load]] = switches[commands[load]]
            step(
                time + (number + 1) * dt, dt, signals, health, switches, wires, constants, state,
                ledger,
            )  # fmt: skip

    return fly
