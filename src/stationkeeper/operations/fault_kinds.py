"""What can go wrong: the catalogue of kinds of faults, read from `data/fault_kinds.toml`.

A kind names patterns of healths, how a fault changes them and within which sizes; which components
of a station it can befall follows from the names that its parts declared.
"""

import re
import tomllib
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final, Literal

import numpy as np

from stationkeeper.errors import InputError
from stationkeeper.operations.registry import Reading, Registry
from stationkeeper.programme.problems import choices, nearest, shown

Mode = Literal["set", "factor", "add"]
MODES: Final[tuple[Mode, ...]] = ("set", "factor", "add")
ClearedBy = Literal["", "power-cycle", "reset"]
Severity = Literal["nuisance", "degrading", "hazardous"]
_MOMENT: Final = 10.0  # [s] what lasts no longer is a moment
_SPANS_OF_NOISE: Final = 50.0  # [-] span of a sensor without limits; chosen by us


@dataclass(frozen=True)
class FaultKind:
    """One kind of fault."""

    key: str
    title: str
    subsystem: str
    targets: tuple[str, ...]
    """Healths that it changes: ``{component}`` is the component, ``*`` every one there is."""
    mode: Mode
    """The health becomes the size, is multiplied by it, or the size is added."""
    unit: str
    """Of the size; ``span`` in the place of a unit is the range of a sensor. [-]"""
    size: tuple[float, float]
    """Range of random ones; a user may go beyond. [unit]"""
    typical: float
    """If no size is given. [unit]"""
    severity: Severity
    about: str
    source: str
    confidence: str
    components: tuple[str, ...] = ("*",)
    """Which components, as patterns; one that begins with ``!`` leaves out."""
    loads: str = ""
    """Of a fault of a load: kind of the loads that can have it; empty for all. [-]"""
    needs: tuple[str, ...] = ()
    """Healths that are not changed, but tell that a component is of the sort meant."""
    both_signs: bool = False
    """Random sizes are drawn to both sides."""
    spread: Literal["even", "log"] = "even"
    """How random sizes lie between the ends."""
    ramp_s: tuple[float, float] = (0.0, 0.0)
    """Until it has grown whole. [s]"""
    intermittent: float = 0.0
    """Share of random ones that come and go. [-]"""
    period_s: tuple[float, float] = (0.0, 0.0)
    """Of one that comes and goes. [s]"""
    duty: tuple[float, float] = (0.0, 0.0)
    """Share of its period for which it is there. [-]"""
    lasts_s: tuple[float, float] = (0.0, 0.0)
    """After which it ends by itself; 0 for never. [s]"""
    cleared_by: ClearedBy = ""
    switch: str = ""
    """What clears it: switched off (power cycle) or on (reset)."""
    common_cause: tuple[str, ...] = ()
    """Kinds that may come with it; its own key is the same on all like components."""
    common_share: float = 0.0
    """Chance that they do. [-]"""
    equipment: tuple[str, ...] = ()
    """Pieces of the names of groups of equipment whose failures may be this."""
    share: float = 0.0
    """Weight among the kinds that share a group. [-]"""
    per_year: float = 0.0
    """Rate of one component beside its equipment. [1/year]"""
    estimates: tuple[str, ...] = ()
    """What is chosen by us."""
    readings: Literal["all", "analog"] = "all"
    """Of a fault of a sensor: which sensors can have it."""


@cache
def fault_kinds() -> dict[str, FaultKind]:
    """Return the catalogue by key.

    Examples
    --------
    >>> fault_kinds()["load-open"].subsystem
    'power'
    """
    text = resources.files(__package__).joinpath("data", "fault_kinds.toml").read_text("utf-8")
    found = {}
    for key, row in tomllib.loads(text)["kind"].items():
        found[key] = _kind(key, row)
    return found


def fault_kind(key: str) -> FaultKind:
    """Return one kind.

    Raises
    ------
    InputError
        If there is none of that name; names those there are.

    Examples
    --------
    >>> fault_kind("load-opn")
    Traceback (most recent call last):
    stationkeeper.errors.InputError: fault: given 'load-opn'; ... did you mean 'load-open'...
    """
    kinds = fault_kinds()
    if key not in kinds:
        fix = "; ".join(x for x in (nearest(key, kinds), "see docs/reference/faults.md") if x)
        raise InputError(f"fault: given {shown(key)}; expected one of: {choices(kinds)}; {fix}")
    return kinds[key]


def table() -> list[dict[str, Any]]:
    """Return the catalogue as plain rows, for the reference page.

    Examples
    --------
    >>> len(table()) >= 40
    True
    """
    return [
        {field.name: getattr(kind, field.name) for field in fields(kind)}
        for kind in fault_kinds().values()
    ]


def components_of(kind: FaultKind, registry: Registry) -> tuple[str, ...]:
    """Return the components of a station that a kind can befall.

    Parameters
    ----------
    kind : FaultKind
        A kind.
    registry : Registry
        Names of a station, after all its parts have declared theirs.

    Returns
    -------
    tuple of str
        In the order in which they were declared; one empty name for a kind that befalls the
        station as a whole; none if the station has nothing of the kind.
    """
    return kinds_there(registry)[kind.key]


def kinds_there(registry: Registry) -> dict[str, tuple[str, ...]]:
    """Return for each kind the components of a station that it can befall, see `components_of`."""
    return _kinds_there(
        tuple(registry.health),
        tuple(row.name for row in registry.readings if row.kind == "analog"),
        tuple((row.name, row.kind) for row in registry.loads),
    )


@lru_cache(maxsize=16)  # stations; missions of one station have the same names
def _kinds_there(
    names: tuple[str, ...], analog: tuple[str, ...], loads: tuple[tuple[str, str], ...]
) -> dict[str, tuple[str, ...]]:
    found = {}
    told, healths = set(analog), set(names)
    for key, kind in fault_kinds().items():
        allowed: set[str] | None = None
        if kind.readings == "analog":
            allowed = told
        elif kind.loads:
            allowed = {name for name, sort in loads if sort == kind.loads}
        found[key] = tuple(
            name
            for name in _named(kind, names)
            if _wanted(kind, name)
            and (allowed is None or name in allowed)
            and all(
                _is_there(target.replace("{component}", name), names, healths)
                for target in (*kind.targets, *kind.needs)
            )
        )
    return found


def _named(kind: FaultKind, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return what stands where the first target has its component."""
    leading = next((target for target in kind.targets if "{component}" in target), "")
    if not leading:
        return ("",)
    escaped = re.escape(leading).replace(r"\{component\}", "(.+?)").replace(r"\*", ".+")
    pattern = re.compile(escaped)
    return tuple(dict.fromkeys(one[1] for name in names if (one := pattern.fullmatch(name))))


def _is_there(target: str, names: tuple[str, ...], healths: set[str]) -> bool:
    if "*" in target:
        return any(fnmatchcase(name, target) for name in names)
    return target in healths


def healths_of(kind: FaultKind, component: str, registry: Registry) -> tuple[int, ...]:
    """Return the numbers of the healths that a fault changes, in the order of its targets.

    Raises
    ------
    InputError
        If the station has no such component; names those there are.
    """
    there = components_of(kind, registry)
    if component not in there:
        if not there:
            raise InputError(
                f"fault {kind.key}: given {shown(component)}; expected another kind: this station"
                f" has nothing with {' or '.join(kind.targets)}"
            )
        if there == ("",):
            raise InputError(
                f"fault {kind.key}: given {shown(component)}; expected no component: it befalls"
                " the station as a whole; write the kind alone"
            )
        fix = nearest(component, there) or "write kind:component@seconds"
        raise InputError(
            f"fault {kind.key}: given {shown(component)}; expected one of: {choices(there)}; {fix}"
        )
    return tuple(
        number
        for target in kind.targets
        for number in _matching(target.replace("{component}", component), registry)
    )


def sizes_of(kind: FaultKind, component: str, registry: Registry) -> tuple[float, float, float]:
    """Return least, typical and greatest size of a fault on a component.

    Of sensors, sizes of the catalogue are in spans: between the alarm limits, or 50 times the
    noise where there are none; here they are in the unit of the reading.
    """
    factor = 1.0
    if kind.unit.startswith("span"):
        factor = next(
            (span_of(reading) for reading in registry.readings if reading.name == component), 1.0
        )
    return kind.size[0] * factor, kind.typical * factor, kind.size[1] * factor


def natural_course(kind: FaultKind) -> tuple[float, float, float]:
    """Return how long a fault lasts [s], its period [s] and duty [-], if nobody tells them.

    Kinds that always come and go do so at the middle of their ranges; those that last a moment do.
    All others are steady and without end.

    Examples
    --------
    >>> natural_course(fault_kinds()["bus-trips"])
    (1.0, 0.0, 1.0)
    """
    lasts = float(kind.lasts_s[0]) if 0.0 < kind.lasts_s[1] <= _MOMENT else np.inf
    if kind.intermittent < 1.0:
        return lasts, 0.0, 1.0
    return lasts, float(np.mean(kind.period_s)), float(np.mean(kind.duty))


def span_of(reading: Reading) -> float:
    """Return the range within which a sensor is read in flight. [unit]

    Examples
    --------
    >>> span_of(Reading("a", "A", "s", "kPa", "air", low=95.0, high=105.0))
    10.0
    >>> span_of(Reading("a", "A", "s", "kPa", "air", noise=0.02))
    1.0
    """
    if np.isfinite(reading.low) and np.isfinite(reading.high):
        return float(reading.high - reading.low)
    if reading.noise > 0:
        return _SPANS_OF_NOISE * reading.noise
    return _SPANS_OF_NOISE * reading.quantum if reading.quantum > 0 else 1.0


def _kind(key: str, row: dict[str, Any]) -> FaultKind:
    """Return a kind of the catalogue, its lists as tuples."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    return FaultKind(key=key, **values)


def _wanted(kind: FaultKind, name: str) -> bool:
    wanted = [pattern for pattern in kind.components if not pattern.startswith("!")]
    left_out = [pattern[1:] for pattern in kind.components if pattern.startswith("!")]
    return any(fnmatchcase(name, pattern) for pattern in wanted or ["*"]) and not any(
        fnmatchcase(name, pattern) for pattern in left_out
    )


def _matching(target: str, registry: Registry) -> tuple[int, ...]:
    if "*" not in target:
        return (registry.health[target],) if target in registry.health else ()
    return tuple(number for name, number in registry.health.items() if fnmatchcase(name, target))
