"""Faults of one mission, and the table by which the kernel changes healths.

A fault has an onset, a size, a ramp over which it grows, an end, and may come and go. Several on
one health compose in the order of the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import InputError
from stationkeeper.kernels import inner_kernel
from stationkeeper.operations.fault_kinds import (
    MODES,
    FaultKind,
    components_of,
    fault_kind,
    healths_of,
    natural_course,
    sizes_of,
)
from stationkeeper.operations.registry import Registry
from stationkeeper.programme.problems import shown

Array = NDArray[np.float64]

COLUMNS: Final = 10
HEALTH: Final = 0  # number of the health
MODE: Final = 1  # 0 set, 1 factor, 2 add
SIZE: Final = 2
ONSET: Final = 3  # [s]
RAMP: Final = 4  # [s]
END: Final = 5  # [s]
PERIOD: Final = 6  # [s], 0 for one that does not come and go
DUTY: Final = 7  # [-]
ACTIVE: Final = 8  # 1, or 0 once it was cleared
SWITCH: Final = 9  # 0 none, n + 1 cleared while switch n is off, -(n + 1) while it is on
_SET, _FACTOR = 0.0, 1.0


@dataclass(frozen=True)
class Fault:
    """One fault of a mission."""

    kind: str
    component: str = ""
    onset: float = 0.0
    """Since the begin. [s]"""
    size: float | None = None
    """In the unit of its kind; absent means that typical of it. [unit]"""
    ramp: float = 0.0
    """Until it has grown whole. [s]"""
    end: float = np.inf
    """By itself. [s]"""
    period: float = 0.0
    """Of one that comes and goes; 0 for a steady one. [s]"""
    duty: float = 1.0
    """Share of the period for which it is there. [-]"""
    group: str = ""
    """Faults of one cause have one name. [-]"""

    @property
    def name(self) -> str:
        """Kind, component and onset, as a command line tells them.

        Examples
        --------
        >>> Fault("load-open", "pump-1-1", 3600.0).name
        'load-open:pump-1-1@3600'
        """
        place = f":{self.component}" if self.component else ""
        return f"{self.kind}{place}@{self.onset:g}"


def fault_table(registry: Registry, faults: Sequence[Fault]) -> Array:
    """Turn faults into the table of the kernel.

    Parameters
    ----------
    registry : Registry
        Names of a station, after all its parts have declared theirs.
    faults : sequence of Fault
        In the order in which those on one health compose.

    Returns
    -------
    ndarray, (row, 10)
        One row for each health that a fault changes, in the order of the faults; the columns are
        named at the head of this file. A fault that was repaired gets 0 in `ACTIVE`, see
        `fault_rows`.

    Raises
    ------
    InputError
        If a kind is not known, the station has no such component, or a figure cannot be.
    """
    rows = []
    for fault in faults:
        kind = checked(fault, registry)
        size = fault.size
        if size is None:
            size = sizes_of(kind, fault.component, registry)[1]
        switch = _switch(kind, fault.component, registry)
        mode = float(MODES.index(kind.mode))
        for health in healths_of(kind, fault.component, registry):
            course = (fault.onset, fault.ramp, fault.end, fault.period, fault.duty)
            rows.append((float(health), mode, size, *course, 1.0, switch))
    return np.array(rows, np.float64).reshape(-1, COLUMNS)


def fault_rows(registry: Registry, faults: Sequence[Fault]) -> NDArray[np.int64]:
    """Return the number of the fault of each row of `fault_table`, (row,)."""
    counts = [len(healths_of(checked(one, registry), one.component, registry)) for one in faults]
    return np.repeat(np.arange(len(faults), dtype=np.int64), counts)


def checked(fault: Fault, registry: Registry) -> FaultKind:
    """Return the kind of a fault that a station can have, or say what is wrong with it.

    Raises
    ------
    InputError
        As for `fault_table`.
    """
    kind = fault_kind(fault.kind)
    healths_of(kind, fault.component, registry)
    for name, value, fits, expected in (
        ("onset", fault.onset, 0.0 <= fault.onset < np.inf, "0 s or later"),
        ("size", fault.size, fault.size is None or np.isfinite(fault.size), "a number"),
        ("ramp", fault.ramp, 0.0 <= fault.ramp < np.inf, "0 s or more"),
        ("end", fault.end, fault.end > fault.onset, "later than the onset"),
        ("period", fault.period, 0.0 <= fault.period < np.inf, "0 s (steady) or more"),
        ("duty", fault.duty, 0.0 < fault.duty <= 1.0, "above 0, at most 1"),
    ):
        if not fits:
            raise InputError(
                f"fault {fault.name}: {name}: given {shown(value)}; expected {expected}"
            )
    if kind.mode == "factor" and fault.size is not None and fault.size < 0:
        raise InputError(
            f"fault {fault.name}: size: given {shown(fault.size)}; expected a factor of 0 or more"
        )
    return kind


def named_faults(text: str, registry: Registry) -> tuple[Fault, ...]:
    """Read faults as a command line names them, ``kind:component@seconds[,...]``.

    Without seconds a fault is there from the begin; without a component it takes the first that
    its kind can befall. A size may follow an equals sign: ``kind:component@seconds=size``.

    Parameters
    ----------
    text : str
        Faults parted by commas.
    registry : Registry
        Names of a station.

    Returns
    -------
    tuple of Fault
        In the order given.

    Raises
    ------
    InputError
        If a kind or component is not there, or a number cannot be read.
    """
    return tuple(named_fault(piece, registry) for piece in text.split(",") if piece.strip())


def named_fault(text: str, registry: Registry) -> Fault:
    """Read one fault, ``kind:component@seconds=size``; see `named_faults`."""
    rest, told_size, size = text.strip().partition("=")
    rest, told_onset, onset = rest.partition("@")
    key, _, component = rest.partition(":")
    kind = fault_kind(key.strip())
    component = component.strip()
    if not component:
        there = components_of(kind, registry)
        component = there[0] if there else ""
    begins = _number(text, "onset", onset) if told_onset else 0.0
    lasts, period, duty = natural_course(kind)
    fault = Fault(
        kind.key,
        component,
        begins,
        _number(text, "size", size) if told_size else None,
        end=begins + lasts,
        period=period,
        duty=duty,
    )
    checked(fault, registry)
    return fault


@inner_kernel
def strength(time: float, row: Array) -> float:
    """Return how much of a fault is there, 0 to 1, from its row of the table."""
    since = time - row[ONSET]
    if row[ACTIVE] == 0.0 or since < 0.0 or time >= row[END]:
        return 0.0
    if row[PERIOD] > 0.0 and since % row[PERIOD] >= row[DUTY] * row[PERIOD]:
        return 0.0
    if since < row[RAMP]:
        return float(since / row[RAMP])
    return 1.0


@inner_kernel
def apply_faults(time: float, table: Array, nominal: Array, health: Array) -> None:
    """Change healths as the faults of the table ask for; those that no fault names stay."""
    for number in range(table.shape[0]):
        place = int(table[number, HEALTH])
        health[place] = nominal[place]
    for number in range(table.shape[0]):
        share = strength(time, table[number])
        if share == 0.0:
            continue
        place, size = int(table[number, HEALTH]), table[number, SIZE]
        if table[number, MODE] == _SET:
            health[place] += share * (size - health[place])
        elif table[number, MODE] == _FACTOR:
            health[place] *= 1.0 + share * (size - 1.0)
        else:
            health[place] += share * size


@inner_kernel
def clear_faults(time: float, table: Array, switches: Array) -> int:
    """Clear faults that a power cycle or a reset clears; return how many rows were."""
    cleared = 0
    for number in range(table.shape[0]):
        code = table[number, SWITCH]
        if code == 0.0 or table[number, ACTIVE] == 0.0 or time < table[number, ONSET]:
            continue
        value = switches[int(abs(code)) - 1]
        if (code > 0.0 and value == 0.0) or (code < 0.0 and value != 0.0):
            table[number, ACTIVE] = 0.0
            cleared += 1
    return cleared


@inner_kernel
def next_change(time: float, table: Array) -> float:
    """Return when a fault next begins, ends, comes or goes; infinite if none does. [s]"""
    soonest = np.inf
    for number in range(table.shape[0]):
        row = table[number]
        if row[ACTIVE] == 0.0 or time >= row[END]:
            continue
        if time < row[ONSET]:
            soonest = min(soonest, row[ONSET])
            continue
        soonest = min(soonest, row[END])
        if row[PERIOD] > 0.0 and row[DUTY] < 1.0:
            turn = np.floor((time - row[ONSET]) / row[PERIOD])
            begun = row[ONSET] + turn * row[PERIOD]
            goes, comes = begun + row[DUTY] * row[PERIOD], begun + row[PERIOD]
            soonest = min(soonest, goes if goes > time else comes)
    return float(soonest)


def _switch(kind: FaultKind, component: str, registry: Registry) -> float:
    if not kind.cleared_by:
        return 0.0
    number = registry.of(kind.switch.replace("{component}", component), "switches")
    return float(number + 1) if kind.cleared_by == "power-cycle" else -float(number + 1)


def _number(text: str, what: str, given: str) -> float:
    try:
        return float(given)
    except ValueError:
        raise InputError(
            f"fault {shown(text)}: {what}: given {shown(given)}; expected a number;"
            " write kind:component@seconds=size"
        ) from None
