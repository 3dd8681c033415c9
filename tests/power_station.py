"""A station of which only the power is real: what other parts would say is set here."""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache

import numba
import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act
from stationkeeper.operations import surroundings
from stationkeeper.operations.house import House, house_of
from stationkeeper.operations.parts import power
from stationkeeper.operations.registry import LoadRow, Part, Registry
from stationkeeper.programme.read import read_programme

PERIOD = 5_570.0  # [s] of an orbit at 417 km
HORIZON = -np.sqrt(1.0 - (6_378.137 / 6_795.137) ** 2)


@numba.njit  # not kept on disk: it would stay as it is when `power.step` changes
def fly(
    begin, steps, dt, beta, sun, signals, health, switches, wires, constants, state, ledger,
    watched, least, most, total,
):  # fmt: skip
    """Fly steps; keep the least, the most and the sum of what is watched."""
    for k in range(steps):
        now = begin + (k + 1) * dt
        angle = 2.0 * np.pi * now / PERIOD
        up = np.cos(beta) * np.cos(angle)
        signals[sun] = 1.0 if up >= HORIZON else 0.0
        signals[sun + 1] = -np.cos(beta) * np.sin(angle)
        signals[sun + 2] = -np.sin(beta)
        signals[sun + 3] = -up
        power.step(now, dt, signals, health, switches, wires, constants, state, ledger)
        for i in range(watched.size):
            value = signals[watched[i]]
            least[i] = min(least[i], value)
            most[i] = max(most[i], value)
            total[i] += value


@cache
def ros() -> House:
    """The station with wings that turn about two axes."""
    return with_power(house_of(read_programme("iss-to-ros"), "ros"), tracking_axes=2)


def with_power(house: House, **changes: float) -> House:
    """Change figures of the power of a plant."""
    changed = house.plant.power.model_copy(update=changes)
    return replace(house, plant=house.plant.model_copy(update={"power": changed}))


def bare(house: House, **loads: LoadRow) -> House:
    """Without the loads of the document."""
    return replace(house, plant=house.plant.model_copy(update={"load": loads}))


def others(registry: Registry, house: House, *, loads: bool = True) -> None:
    """Declare what other parts would: signals that power reads, and their loads."""
    surroundings.declare(registry)
    registry.switch(
        "safe-mode", "Safe mode", 0.0, act=Act.SAFE_MODE, act_off=Act.LEAVE_SAFE_MODE, target=""
    )
    registry.signal("attitude.error", "rad")
    registry.signal("attitude.mode", "-", 1.0)
    registry.signal("people.aboard", "-")
    for number in range(house.plant.power.batteries):
        registry.signal(f"battery.{number + 1}.temperature", "K", 293.15)
    if not loads:
        return
    room, plant = house.rooms[0].name, house.plant
    for number in range(plant.data.computers):
        computer = f"computer-{number + 1}"
        registry.load(LoadRow(computer, computer, room, "data", plant.data.computer_w, 9))
    for one in house.rooms:
        name = f"controller-{one.name}"
        registry.load(LoadRow(name, name, one.name, "data", 30.0, 9))
        name, watts = f"heater-{one.name}", plant.heat.heater_w_m3 * one.volume
        registry.load(LoadRow(name, name, one.name, "heat", 0.4 * watts, 6))
    for loop in range(plant.heat.loops):
        for number in range(plant.heat.pumps_per_loop):
            name = f"pump-{loop + 1}-{number + 1}"
            registry.load(LoadRow(name, name, room, "heat", 300.0, 8, on=number == 0))
    for number in range(plant.attitude.wheels):
        name = f"wheel-{number + 1}"
        registry.load(LoadRow(name, name, room, "attitude", 120.0, 8))
    for key, hatch in plant.air.hatch.items():
        if hatch.fan:
            registry.load(LoadRow(f"fan-{key}", key, hatch.between[0], "air", 55.0, 7))
    for key, machine in plant.air.machine.items():
        registry.load(
            LoadRow(key, key, machine.module, "air", machine.power_w, 7, on=not machine.standby)
        )
    for number in (1, 2):
        name = f"transmitter-{number}"
        registry.load(LoadRow(name, name, room, "link", 120.0, 8, on=number == 1))
        registry.load(LoadRow(f"receiver-{number}", name, room, "link", 40.0, 9))


@dataclass
class Station:
    """The part with its arrays."""

    registry: Registry
    part: Part
    signals: NDArray[np.float64]
    health: NDArray[np.float64]
    switches: NDArray[np.float64]
    time: float = 0.0
    least: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    mean: dict[str, float] = field(default_factory=dict)

    def get(self, name: str) -> float:
        return float(self.signals[self.registry.of(name)])

    def put(self, name: str, value: float) -> None:
        self.signals[self.registry.of(name)] = value

    def ail(self, name: str, value: float) -> None:
        self.health[self.registry.of(name, "health")] = value

    def command(self, name: str, value: float) -> None:
        self.switches[self.registry.of(name, "switches")] = value

    def charge(self, number: int, level: float) -> None:
        """Set the charge of a battery, as a share of its capacity."""
        place = self.part.wires[power.CHARGE] + number - 1
        self.part.state[place] = level * self.registry.hidden[f"power.battery-{number}.capacity"]

    def bus(self, load: str) -> int:
        """Return the bus of a load, from 1."""
        wires = self.part.wires
        for place in range(wires[power.LOADS]):
            row = wires[power.LOAD_ROWS] + power.STRIDE * place
            if wires[row] == self.registry.of(f"load.{load}.asked"):
                return int(wires[row + power.BUS]) + 1
        raise KeyError(load)

    def run(
        self, seconds: float, *, beta: float = 0.0, dt: float = 10.0, watch: tuple[str, ...] = ()
    ) -> "Station":
        steps, part = round(seconds / dt), self.part
        watched = np.array([self.registry.of(name) for name in watch], np.int64)
        least, most = np.full(len(watch), np.inf), np.full(len(watch), -np.inf)
        total = np.zeros(len(watch))
        fly(
            self.time, steps, dt, float(np.radians(beta)), self.registry.of("env.sunlit"),
            self.signals, self.health, self.switches, part.wires, part.constants, part.state,
            part.ledger, watched, least, most, total,
        )  # fmt: skip
        self.time += steps * dt
        self.least = dict(zip(watch, least.tolist(), strict=True))
        self.most = dict(zip(watch, most.tolist(), strict=True))
        self.mean = dict(zip(watch, (total / steps).tolist(), strict=True))
        return self

    def begin(self) -> Part:
        """Return the part as it is now, to close balances from here."""
        return deepcopy(self.part)


def station(
    house: House | None = None,
    *,
    seed: int = 1,
    spread: float = 0.1,
    people: float = 0.0,
    loads: bool = True,
    extra: tuple[LoadRow, ...] = (),
) -> Station:
    """Lay out a station."""
    house = ros() if house is None else house
    registry = Registry(seed, 0, spread)
    others(registry, house, loads=loads)
    for row in extra:
        registry.load(row)
    power.declare(registry, house)
    part = power.wire(registry, house)
    made = Station(
        registry, part, np.array(registry.first_signals), np.array(registry.first_health),
        np.array(registry.first_switches),
    )  # fmt: skip
    made.put("people.aboard", people)
    return made
