"""A station of which only the heat is real: what other parts would say is set here."""

from dataclasses import dataclass, replace
from functools import cache

import numba
import numpy as np

from stationkeeper.operations.house import House, Room, house_of
from stationkeeper.operations.parts import heat
from stationkeeper.operations.registry import LoadRow, Part, Registry
from stationkeeper.programme.read import read_programme

PERIOD = 5_570.0  # [s] of an orbit at 417 km
ENVIRONMENT = ("env.sunlit", "env.sun-along", "env.sun-across", "env.sun-down", "env.altitude")


@numba.njit  # not kept on disk: it would stay as it is when `heat.step` changes
def fly(
    time, steps, dt, beta, horizon, outside, asked, on, power, signals, health, switches, wires,
    constants, state, ledger, extremes, watched,
):  # fmt: skip
    """Fly steps; keep the lowest and highest of what is watched."""
    for k in range(steps):
        now = time + (k + 1) * dt
        angle = 2.0 * np.pi * now / PERIOD
        up = np.cos(beta) * np.cos(angle)
        signals[outside[0]] = 1.0 if up >= horizon else 0.0
        signals[outside[1]] = -np.cos(beta) * np.sin(angle)
        signals[outside[2]] = -np.sin(beta)
        signals[outside[3]] = -up
        for i in range(asked.size):
            signals[power[i]] = signals[asked[i]] * signals[on[i]]
        heat.step(now, dt, signals, health, switches, wires, constants, state, ledger)
        for i in range(watched.size):
            extremes[0, i] = min(extremes[0, i], signals[watched[i]])
            extremes[1, i] = max(extremes[1, i], signals[watched[i]])


@dataclass
class Station:
    """Its house, its names, and where it is."""

    house: House
    registry: Registry
    part: Part
    signals: np.ndarray
    health: np.ndarray
    switches: np.ndarray
    begin: np.ndarray
    beta: float = 0.0
    time: float = 0.0

    def get(self, name: str) -> float:
        """Return a signal."""
        return float(self.signals[self.registry.of(name)])

    def set(self, name: str, value: float) -> None:
        """Set a signal."""
        self.signals[self.registry.of(name)] = value

    def ail(self, name: str, value: float) -> None:
        """Set a health."""
        self.health[self.registry.of(name, "health")] = value

    def load(self, name: str, on: float) -> None:
        """Switch a load."""
        self.set(f"load.{name}.on", on)

    def people(self, count: int) -> None:
        """Let people be aboard or not, with all loads that run for them alone."""
        self.set("people.aboard", count)
        for row in self.registry.loads:
            if row.crewed_only:
                self.load(row.name, float(count > 0))

    def dark(self) -> None:
        """Take all power away."""
        for row in self.registry.loads:
            self.load(row.name, 0.0)
        for number in range(1, self.house.plant.power.batteries + 1):
            self.set(f"battery.{number}.current", 0.0)
        for room in self.house.rooms:
            self.set(f"controller.{room.name}.alive", 0.0)

    def rooms(self, what: str = "temperature") -> list[str]:
        """Return the signals of all rooms."""
        return [f"room.{room.name}.{what}" for room in self.house.rooms]

    def fly(self, hours: float, *watched: str, dt: float = 10.0) -> np.ndarray:
        """Fly on; return lowest and highest of what is watched, (2, watched)."""
        numbers = np.array([self.registry.of(name) for name in watched], dtype=np.int64)
        extremes = np.array([[np.inf], [-np.inf]]) * np.ones((2, len(numbers)))
        names = [row.name for row in self.registry.loads]
        asked, on, power = (
            np.array([self.registry.of(f"load.{name}.{what}") for name in names])
            for what in ("asked", "on", "power")
        )
        outside = np.array([self.registry.of(name) for name in ENVIRONMENT])
        steps = round(hours * 3600 / dt)
        horizon = -np.sqrt(1.0 - (6378.0 / (6378.0 + self.get("env.altitude") / 1e3)) ** 2)
        fly(
            self.time, steps, dt, self.beta, horizon, outside, asked, on, power, self.signals,
            self.health, self.switches, self.part.wires, self.part.constants, self.part.state,
            self.part.ledger, extremes, numbers,
        )  # fmt: skip
        self.time += steps * dt
        return extremes


@cache
def ros_house() -> House:
    """The Russian station as shipped."""
    return house_of(read_programme("iss-to-ros"), "ros")


def ros(mission: int = 0) -> Station:
    """The Russian station, its loads on, nobody aboard."""
    return station_of(ros_house(), mission)


def one_room(freezing: float = 173.0) -> Station:
    """A module of 19.8 t and 90 m3 as Salyut 7 had, with a loop, 500 kg of water, no spread."""
    house = ros_house()
    wide = (180.0 / np.pi) ** (1 / 3)
    plant = house.plant
    heats = {"loops": 1, "flow_w_k": 300.0, "radiator_m2": 20.0, "coolant_kg": 60.0}
    heats["coolant_freezing_k"] = freezing
    air = plant.air.model_copy(update={"machine": {}, "hatch": {}, "water_kg": 500.0})
    plant = plant.model_copy(
        update={"air": air, "load": {}, "heat": plant.heat.model_copy(update=heats)}
    )
    room = Room("salyut", "Salyut 7", 90.0, 19_800.0, float(2.5 * np.pi * wide**2))
    return station_of(replace(house, rooms=(room,), visits=(), plant=plant), 0, 0.0)


def station_of(house: House, mission: int = 0, spread: float = 0.1) -> Station:
    """A station of a house, its loads on, nobody aboard."""
    registry = Registry(7, mission, spread)
    plant = house.plant
    for name in (*ENVIRONMENT, "attitude.error", "attitude.mode", "people.aboard"):
        registry.signal(name, "-")
    for number in range(1, plant.power.batteries + 1):
        registry.signal(f"battery.{number}.current", "A", 12.0)
        registry.signal(f"battery.{number}.voltage", "V", 110.0)
    for room in house.rooms:
        registry.signal(f"controller.{room.name}.alive", "-", 1.0)
        registry.load(LoadRow(f"controller-{room.name}", "Controller", room.name, "data", 25.0, 9))
    for key, hatch in plant.air.hatch.items():
        registry.signal(f"hatch.{key}.open", "-", float(hatch.open))
        if hatch.fan:
            registry.load(LoadRow(f"fan-{key}", "Fan", hatch.between[0], "air", 55.0, 6))
    for key, one in plant.air.machine.items():
        on = not one.standby
        registry.load(LoadRow(key, "Machine", one.module, "air", one.power_w, 6, on=on))
    for key, load in plant.load.items():
        registry.load(
            LoadRow(
                key, load.title, load.module, load.kind, load.power_w, load.priority,
                crewed_only=load.crewed_only,
            )
        )  # fmt: skip
    for number in range(1, plant.data.computers + 1):
        room, watts = house.rooms[0].name, plant.data.computer_w
        registry.load(LoadRow(f"computer-{number}", "Computer", room, "data", watts, 9))
    for key, visit in house.visits:
        registry.signal(f"visit.{key}.docked", "-", 1.0)
        registry.load(LoadRow(f"ship-{key}", "Ship", visit.module, "core", 300.0, 8))
    heat.declare(registry, house)
    part = heat.wire(registry, house)
    one = Station(
        house, registry, part, np.array(registry.first_signals),
        np.array(registry.first_health), np.array(registry.first_switches), part.state.copy(),
    )  # fmt: skip
    one.set("env.altitude", house.altitude)
    one.people(0)
    return one
