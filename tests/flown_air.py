"""The part of air and water by itself, with stand-ins for what it reads of the other parts."""

from dataclasses import dataclass
from functools import cache

import numba
import numpy as np

from stationkeeper.operations.house import House, house_of
from stationkeeper.operations.parts import air
from stationkeeper.operations.registry import Part, Registry
from stationkeeper.programme.read import read_programme

DAY = 86_400.0


@numba.njit  # not kept on disk: it would stay as it is when `air.step` changes
def fly(begin, dt, steps, signals, health, switches, wires, constants, state, ledger, extremes):
    """Step; keep lowest and highest of each signal, (2, signal)."""
    for number in range(steps):
        air.step(
            begin + (number + 1) * dt,
            dt,
            signals,
            health,
            switches,
            wires,
            constants,
            state,
            ledger,
        )
        for place in range(len(signals)):
            extremes[0, place] = min(extremes[0, place], signals[place])
            extremes[1, place] = max(extremes[1, place], signals[place])


@cache
def house(station="ros", uncrewed=True) -> House:
    """Return a shipped station."""
    return house_of(read_programme("iss-to-ros"), station, uncrewed=uncrewed)


@dataclass
class Flown:
    """One part in flight."""

    registry: Registry
    part: Part
    signals: np.ndarray
    health: np.ndarray
    switches: np.ndarray
    begin: np.ndarray
    time: float = 0.0
    extremes: np.ndarray | None = None

    def signal(self, name):
        """Return a signal now."""
        return self.signals[self.registry.of(name)]

    def put(self, name, value):
        """Set a signal of another part."""
        self.signals[self.registry.of(name)] = value

    def fail(self, name, value):
        """Set a health."""
        self.health[self.registry.of(name, "health")] = value

    def command(self, name, value):
        """Set a switch; a load follows its own."""
        self.switches[self.registry.of(name, "switches")] = value
        if name.startswith("load."):
            self.put(f"{name}.on", value)

    def fly(self, seconds, dt=10.0):
        """Fly on; return itself."""
        part, steps = self.part, round(seconds / dt)
        self.extremes = np.vstack([self.signals, self.signals])
        fly(
            self.time, dt, steps, self.signals, self.health, self.switches, part.wires,
            part.constants, part.state, part.ledger, self.extremes,
        )  # fmt: skip
        self.time += steps * dt
        return self

    def low(self, name):
        """Return the lowest of the last flight."""
        return self.extremes[0, self.registry.of(name)]

    def high(self, name):
        """Return the highest of the last flight."""
        return self.extremes[1, self.registry.of(name)]

    def missing(self):
        """Return the greatest share missing in a balance."""
        return max(abs(one) for one in air.balance(self.begin, self.part).values())


def flown(station=None, people=0, mission=0, seed=1) -> Flown:
    """Lay the part out; the others hold their signals."""
    station = station or house(uncrewed=people == 0)
    registry = Registry(seed, mission)
    registry.signal("people.aboard", "-", float(people))
    registry.signal("water.ice", "-")
    registry.signal("water.burst", "-")
    for room in station.rooms:
        registry.signal(f"room.{room.name}.temperature", "K", 294.5)
        registry.signal(f"room.{room.name}.wall", "K", 291.0)
        registry.signal(f"controller.{room.name}.alive", "-", 1.0)
    for loop in range(station.plant.heat.loops):
        registry.signal(f"loop.{loop + 1}.inlet", "K", 280.5)
    air.declare(registry, station)
    part = air.wire(registry, station)
    return Flown(
        registry,
        part,
        np.array(registry.first_signals),
        np.array(registry.first_health),
        np.array(registry.first_switches),
        part.state.copy(),
    )
