"""What a commander knows of its station: its telemetry and command dictionaries, and no truth.

The simulated station, or a real one, gives a `Vehicle`; whoever commands it, a caretaker, the
ground or a user's own, sees only this, the telemetry and the events of the watch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act, Commander, Verdict
from stationkeeper.caretaker.gate_facts import Layout

Kind = Literal["analog", "state", "count"]


@dataclass(frozen=True)
class Parameter:
    """One row of the telemetry dictionary."""

    name: str
    """``subsystem.component.quantity``, a second sensor of the same with ``.b``. [-]"""
    title: str
    unit: str
    subsystem: str
    module: str = ""
    """Module in which it is measured; empty for the whole station. [-]"""
    component: str = ""
    """Name of what it tells about: a load, a pump, a battery. [-]"""
    kind: Kind = "analog"
    """A state is a number of ``states``; a count only rises. [-]"""
    low: float = -np.inf
    """Alarm below. [unit]"""
    high: float = np.inf
    """Alarm above. [unit]"""
    largest_change: float = np.inf
    """Alarm if it moves further from one row to the next. [unit]"""
    persistence: int = 3
    """Rows in a row outside before an alarm. [-]"""
    states: tuple[str, ...] = ()
    """Names of the states, from 0. [-]"""


@dataclass(frozen=True)
class CommandRow:
    """One row of the command dictionary."""

    name: str
    """``load.NAME``, ``hatch.NAME``, ``thrust.NAME``, ``set.NAME``. [-]"""
    title: str
    act: Act
    """What the gate judges when the value given is not zero. [-]"""
    act_off: Act
    """What the gate judges when it is zero. [-]"""
    target: str
    """Name by which the gate knows it. [-]"""
    values: tuple[float, ...] = (0.0, 1.0)
    """What may be asked. [-]"""
    subsystem: str = ""
    module: str = ""
    component: str = ""
    feedback: str = ""
    """Parameter that tells whether it took effect. [-]"""


@dataclass(frozen=True)
class Vehicle:
    """A station as its commanders know it."""

    name: str
    modules: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    commands: tuple[CommandRow, ...]
    layout: Layout
    spares: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Groups of like components of which one can stand in for another, by name of the group."""
    step: float = 10.0
    """Between rows of telemetry. [s]"""

    def parameter(self, name: str) -> int:
        """Return the column of a parameter."""
        return self._columns[name]

    def find(self, name: str) -> int:
        """Return the column of a parameter, -1 if the dictionary does not have it."""
        return self._columns.get(name, -1)

    def __post_init__(self) -> None:
        """Number the parameters."""
        object.__setattr__(
            self, "_columns", {row.name: place for place, row in enumerate(self.parameters)}
        )
        object.__setattr__(self, "command_rows", {row.name: row for row in self.commands})

    _columns: dict[str, int] = field(init=False, repr=False, compare=False)
    command_rows: dict[str, CommandRow] = field(init=False, repr=False, compare=False)


@dataclass(frozen=True)
class Noticed:
    """Something that the watch or a limit told."""

    time: float
    """When it was told. [s]"""
    parameter: str
    """Name in the dictionary. [-]"""
    rule: Literal["limit", "watch", "stale"]
    """A limit or a rate, the forecaster, or nothing came. [-]"""
    value: float
    """Reading then. [unit]"""
    score: float = 1.0
    """Ratio to the threshold; of a limit 1. [-]"""
    over: bool = False
    """It has ended. [-]"""


@dataclass(frozen=True)
class Ask:
    """A command that is asked for."""

    name: str
    """Of the command dictionary; ``safe-mode`` and ``leave-safe-mode`` are always there. [-]"""
    value: float = 1.0
    reason: str = ""
    """What a person would read. [-]"""
    commander: Commander = Commander.CARETAKER
    override: bool = False


@dataclass(frozen=True)
class Answer:
    """What became of a command."""

    time: float
    ask: Ask
    verdict: Verdict
    text: str
    """Rules that refused, with their figures. [-]"""


@dataclass(frozen=True)
class Seen:
    """What a commander sees at one moment."""

    time: float
    """Since the begin. [s]"""
    readings: NDArray[np.float64]
    """Latest telemetry, (parameter,); NaN where nothing came. [units of the dictionary]"""
    measured: NDArray[np.float64]
    """When each came last, (parameter,). [s]"""
    noticed: Sequence[Noticed]
    """New since it was asked last, oldest first."""
    answers: Sequence[Answer]
    """To its commands since it was asked last."""
    link: bool
    """The ground hears and is heard. [-]"""
    safe: bool
    """The station is in safe mode. [-]"""


class Mind(Protocol):
    """Whoever commands a station: the contract of a caretaker."""

    def act(self, seen: Seen) -> tuple[list[Ask], float]:
        """Return what is asked for now, and when to be asked next at the latest. [s]

        It is asked anyway when something new is noticed or answered.
        """

    def save(self) -> dict[str, Any]:
        """Return all that it remembers, as plain data (JSON)."""

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up what `save` returned."""
