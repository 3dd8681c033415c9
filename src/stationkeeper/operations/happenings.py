"""What happens in a flight, in order of time: faults, what was noticed, what was asked and done."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal[
    "fault-begins",
    "fault-ends",
    "noticed",
    "over",
    "asked",
    "refused",
    "done",
    "safe-mode",
    "manager",
    "visit",
    "mind-failed",
]


@dataclass(frozen=True)
class Happening:
    """One line of the timeline."""

    time: float
    """Since the begin. [s]"""
    kind: Kind
    name: str
    """Fault, parameter, command, module or visit that it is about. [-]"""
    text: str
    """For a reader. [-]"""
    who: str = ""
    """Who asked or noticed: ground, limits, watch, manager, crew. [-]"""
    subsystem: str = ""
    value: float | None = None
    """Reading or value asked for. [unit of the dictionary]"""


def rows_of(happenings: list[Happening]) -> list[dict[str, Any]]:
    """Return happenings as plain data, in order."""
    found = []
    for one in happenings:
        row = asdict(one)
        row["time_s"] = row.pop("time")
        found.append(row)
    return found


def happenings_of(rows: list[dict[str, Any]]) -> list[Happening]:
    """Return happenings of plain data."""
    return [
        Happening(time=row["time_s"], **{key: one for key, one in row.items() if key != "time_s"})
        for row in rows
    ]
