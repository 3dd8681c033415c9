"""Names of everything in one simulated station, given out while its parts are laid out.

A part first declares what it has (signals, health, switches, loads, telemetry), and when all parts
have done so asks for the numbers of what it reads from others. Kernels see numbers only.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import Purpose, component_number, uniforms
from stationkeeper.caretaker.authority import Act
from stationkeeper.caretaker.vehicle import CommandRow, Kind
from stationkeeper.errors import InputError
from stationkeeper.operations.noise import stream_of
from stationkeeper.programme.plant import LoadKind

SPREAD = 0.1  # [-] hidden constants are drawn this far to both sides


@dataclass(frozen=True)
class Reading:
    """A sensor: which signal, how it is told, and how well."""

    name: str
    title: str
    signal: str
    unit: str
    subsystem: str
    module: str = ""
    component: str = ""
    kind: Kind = "analog"
    scale: float = 1.0
    """Told = scale x (signal - offset): 1e-3 tells kPa of Pa. [unit/SI]"""
    offset: float = 0.0
    """In the unit of the signal: 273.15 tells C of K. [SI]"""
    noise: float = 0.0
    """Standard deviation of one row. [unit]"""
    bias: float = 0.0
    """Hidden constant error, drawn evenly to both sides. [unit]"""
    quantum: float = 0.0
    """Step of the converter; 0 for none. [unit]"""
    low: float = -np.inf
    """Alarm below. [unit]"""
    high: float = np.inf
    """Alarm above. [unit]"""
    largest_change: float = np.inf
    """Alarm if it moves further from one row to the next. [unit]"""
    persistence: int = 3
    states: tuple[str, ...] = ()
    deadband: float = 0.0
    """Kept in the archive when it has moved further; 0 lets noise and quantum decide. [unit]"""


@dataclass(frozen=True)
class LoadRow:
    """Something that takes power."""

    name: str
    title: str
    module: str
    kind: LoadKind
    watts: float
    """Nominal. [W]"""
    priority: int
    parent: str = ""
    """Load without which it has no power. [-]"""
    on: bool = True
    data: float = 0.0
    """That it puts on the recorder. [bit/s]"""
    crewed_only: bool = False
    bus: int = -1
    """-1: dealt out evenly. [-]"""


@dataclass(frozen=True, eq=False)
class Part:
    """One part of the station, ready for its kernel."""

    name: str
    wires: NDArray[np.int64]
    """Numbers of signals, health, switches that the kernel uses, and sizes."""
    constants: NDArray[np.float64]
    state: NDArray[np.float64]
    """At the begin; changed by the kernel."""
    ledger: NDArray[np.float64]
    """Accounts that only add up: what balances are closed with."""
    accounts: tuple[str, ...] = ()
    """Names of the ledger's entries, with their units."""


@dataclass
class Registry:
    """Numbers of names. Filled by `declare` of each part; asked by `wire` of each."""

    seed: int
    mission: int
    spread: float = SPREAD
    signals: dict[str, int] = field(default_factory=dict)
    first_signals: list[float] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)
    health: dict[str, int] = field(default_factory=dict)
    first_health: list[float] = field(default_factory=list)
    switches: dict[str, int] = field(default_factory=dict)
    first_switches: list[float] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    commands: list[CommandRow] = field(default_factory=list)
    loads: list[LoadRow] = field(default_factory=list)
    spares: dict[str, tuple[str, ...]] = field(default_factory=dict)
    hidden: dict[str, float] = field(default_factory=dict)
    """Constants as drawn, by name: the truth that nobody aboard is told."""

    def signal(self, name: str, unit: str, first: float = 0.0) -> int:
        """Declare a true quantity in SI units; return its number."""
        self.units[name] = unit
        return _new(self.signals, self.first_signals, name, first, "signal")

    def healthy(self, name: str, nominal: float = 1.0) -> int:
        """Declare a health: what faults change. Nominal 1 for a factor, 0 for something added."""
        return _new(self.health, self.first_health, name, nominal, "health")

    def switch(
        self,
        name: str,
        title: str,
        first: float,
        *,
        act: Act,
        act_off: Act,
        target: str,
        values: tuple[float, ...] = (0.0, 1.0),
        subsystem: str = "",
        module: str = "",
        component: str = "",
        feedback: str = "",
    ) -> int:
        """Declare something that is commanded; return its number."""
        self.commands.append(
            CommandRow(
                name, title, act, act_off, target, values, subsystem, module, component, feedback
            )
        )
        return _new(self.switches, self.first_switches, name, first, "switch")

    def load(self, row: LoadRow) -> None:
        """Declare a load.

        It gets the switch ``load.NAME``, the signals ``load.NAME.asked`` [W] (its part may change
        it from step to step), ``load.NAME.on`` (0 to 1: share of what it asked for that it is
        given) and ``load.NAME.power`` [W], the health ``load.NAME.open`` (1; 0 is an open circuit)
        and ``load.NAME.draw`` (1; a factor on what it takes), and telemetry of power and state.
        """
        name = f"load.{row.name}"
        self.loads.append(row)
        self.signal(f"{name}.asked", "W", row.watts)
        self.signal(f"{name}.on", "-", 1.0 if row.on else 0.0)
        self.signal(f"{name}.power", "W", row.watts if row.on else 0.0)
        self.healthy(f"{name}.open", 1.0)
        self.healthy(f"{name}.draw", 1.0)
        self.switch(
            name,
            row.title,
            1.0 if row.on else 0.0,
            act=Act.RESTORE,
            act_off=Act.SHED,
            target=row.name,
            subsystem="power",
            module=row.module,
            component=row.name,
            feedback=f"{name}.on",
        )
        self.telemetry(
            Reading(
                f"{name}.power",
                f"{row.title}: power",
                f"{name}.power",
                "W",
                "power",
                row.module,
                row.name,
                noise=max(0.5, 0.004 * row.watts),
                quantum=0.5,
            )
        )
        self.telemetry(
            Reading(
                f"{name}.on",
                f"{row.title}: on",
                f"{name}.on",
                "-",
                "power",
                row.module,
                row.name,
                kind="state",
                quantum=1.0,
                states=("off", "on"),
            )
        )

    def telemetry(self, reading: Reading) -> None:
        """Declare a sensor. It gets the health of every sensor, see `operations.sensors`."""
        self.readings.append(reading)

    def vary(self, name: str, nominal: float) -> float:
        """Return a constant as it is in this mission: drawn evenly within the spread, hidden."""
        replica = np.array([self.mission])
        draw = float(uniforms(self.seed, replica, Purpose.PLANT, component_number(name))[0, 0])
        self.hidden[name] = nominal * (1.0 + self.spread * (2.0 * draw - 1.0))
        return self.hidden[name]

    def stream(self, name: str) -> int:
        """Return the number of a stream of draws for kernels, see `operations.noise`."""
        return stream_of(self.seed, self.mission, name)

    def of(self, name: str, table: Literal["signals", "health", "switches"] = "signals") -> int:
        """Return the number of a name that some part declared."""
        found: dict[str, int] = getattr(self, table)
        if name not in found:
            raise InputError(f"plant: no {table} named {name}")
        return found[name]


def _new(numbers: dict[str, int], firsts: list[float], name: str, first: float, what: str) -> int:
    if name in numbers:
        raise InputError(f"plant: the {what} {name} has two meanings; expected one name for each")
    numbers[name] = len(firsts)
    firsts.append(float(first))
    return numbers[name]
