"""The station as the gate knows it, what telemetry tells of it, and what is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.caretaker.authority import Act, Commander
from stationkeeper.errors import InputError

OUTSIDE = "outside"
"""The name of the other side of an opening to space."""
MOST_MODULES = 60
"""Sets of modules are kept as bits of one whole number."""

NOT_DOCKED, INHIBITED, FREE, BURNING = -1.0, 0.0, 1.0, 2.0
"""States of a ship's propulsion."""


@dataclass(frozen=True)
class Passage:
    """A hatch or a valve between two modules, or between a module and space."""

    name: str
    sides: tuple[str, str]
    """Names of modules; one may be ``outside``."""
    difference_limit: float = 1_000.0
    """Greatest pressure difference at which it is opened; ours. [Pa]"""


@dataclass(frozen=True)
class Load:
    """Something that can be switched off."""

    name: str
    air: bool = False
    """Makes or cleans the air, or moves it."""
    essential: bool = False
    """The station cannot do long without: managers keep it, safe mode lets it be restored."""


@dataclass(frozen=True)
class Setting:
    """Something that is set to one of a few values, none of which is a hazard."""

    name: str
    values: tuple[float, ...] = (0.0, 1.0)
    """What may be asked."""
    safe_values: tuple[float, ...] | None = None
    """Those that the caretaker may ask in safe mode; none given means all."""

    def in_safe_mode(self, value: float) -> bool:
        """Tell whether safe mode leaves a value to the caretaker."""
        return self.safe_values is None or value in self.safe_values


@dataclass(frozen=True)
class Ship:
    """A ship that can be docked; its cabin is one of the modules."""

    name: str
    module: str


@dataclass(frozen=True)
class Place:
    """Where a robot can be."""

    name: str
    outside: bool = False


@dataclass(frozen=True)
class Robot:
    """A robot, and the places that it keeps out of."""

    name: str
    keep_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """The figures of the rules. All are ours, near what crewed stations fly with."""

    vacuum: float = 1_000.0
    """Below it a module counts as empty, from it on as holding air. [Pa]"""
    oxygen_low: float = 16_000.0
    """Lowest partial pressure of oxygen to open towards with people aboard. [Pa]"""
    oxygen_high: float = 27_000.0
    """Highest. [Pa]"""
    carbon_dioxide_high: float = 1_000.0
    """Highest partial pressure of carbon dioxide. [Pa]"""
    opens_after: float = 1.0
    """The second step comes no sooner after the first. [s]"""
    closes_after: float = 60.0
    """The second step comes no later after the first. [s]"""
    stale_after: float = 30.0
    """Greatest age of a reading: three steps of telemetry. [s]"""
    pressure_tolerance: float = 300.0
    """Greatest difference of two sensors of one pressure. [Pa]"""
    oxygen_tolerance: float = 500.0
    """Of one partial pressure of oxygen. [Pa]"""
    carbon_dioxide_tolerance: float = 150.0
    """Of one partial pressure of carbon dioxide. [Pa]"""


QUANTITIES = (
    "pressure",
    "oxygen",
    "carbon_dioxide",
    "passage_open",
    "crew_aboard",
    "ship_propulsion",
    "arm_moving",
    "spacewalk",
    "capture",
    "thrust_on",
    "robot_place",
)
"""What two sensors each tell, in the order of the rows of ``Facts``."""


@dataclass(frozen=True)
class Layout:
    """What is where: names that commands can use, and the figures of the rules."""

    modules: tuple[str, ...]
    passages: tuple[Passage, ...] = ()
    loads: tuple[Load, ...] = ()
    thrusters: tuple[str, ...] = ()
    ships: tuple[Ship, ...] = ()
    arms: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    robots: tuple[Robot, ...] = ()
    limits: Limits = Limits()
    settings: tuple[Setting, ...] = ()

    def __post_init__(self) -> None:
        """Refuse names given twice and names of nothing."""
        if len(self.modules) > MOST_MODULES:
            raise InputError(
                f"the gate knows at most {MOST_MODULES} modules, not {len(self.modules)}"
            )
        for what in ("modules", "passages", "loads", "thrusters", "ships", "arms", "places"):
            _unlike(what, _names(getattr(self, what)))
        for what in ("robots", "settings"):
            _unlike(what, _names(getattr(self, what)))
        sides = {side for passage in self.passages for side in passage.sides}
        _known("side of a passage", sides, {*self.modules, OUTSIDE})
        _known("module of a ship", {ship.module for ship in self.ships}, set(self.modules))
        kept = {place for robot in self.robots for place in robot.keep_out}
        _known("place kept out of", kept, set(_names(self.places)))
        for passage in self.passages:
            if passage.sides[0] == passage.sides[1] or not passage.difference_limit >= 0:
                raise InputError(
                    f"passage {passage.name}: expected two different sides and a pressure "
                    f"difference from 0 Pa, got {passage.sides} and {passage.difference_limit}"
                )
        for setting in self.settings:
            allowed, safe = set(setting.values), set(setting.safe_values or ())
            if not allowed or len(allowed) < len(setting.values) or not safe <= allowed:
                raise InputError(
                    f"setting {setting.name}: expected values, each once, and those of safe mode "
                    f"among them; got {setting.values} and {setting.safe_values}"
                )
        for field in fields(self.limits):
            if not 0 <= getattr(self.limits, field.name) < np.inf:
                raise InputError(f"limit {field.name}: expected a number from 0, not infinite")

    @cached_property
    def starts(self) -> dict[str, int]:
        """First row of each quantity, and the number of rows under ``end``."""
        counts = self.counts
        ends = np.cumsum([0, *counts.values()])
        return dict(zip((*counts, "end"), (int(end) for end in ends), strict=True))

    @cached_property
    def counts(self) -> dict[str, int]:
        """Number of rows of each quantity."""
        size = {
            **dict.fromkeys(("pressure", "oxygen", "carbon_dioxide"), len(self.modules)),
            "passage_open": len(self.passages),
            "ship_propulsion": len(self.ships),
            "arm_moving": len(self.arms),
            "robot_place": len(self.robots),
        }
        return {name: size.get(name, 1) for name in QUANTITIES}

    @cached_property
    def tolerance(self) -> NDArray[np.float64]:
        """Greatest difference of two sensors that agree, by row, (rows,)."""
        limits = self.limits
        by_quantity = {
            "pressure": limits.pressure_tolerance,
            "oxygen": limits.oxygen_tolerance,
            "carbon_dioxide": limits.carbon_dioxide_tolerance,
        }
        rows = [np.full(count, by_quantity.get(name, 0.0)) for name, count in self.counts.items()]
        return np.concatenate(rows)

    @cached_property
    def sides(self) -> NDArray[np.int64]:
        """Modules at both sides of each passage; outside is the number of modules, (passage, 2)."""
        number = {name: place for place, name in enumerate((*self.modules, OUTSIDE))}
        pairs = [[number[side] for side in passage.sides] for passage in self.passages]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    @cached_property
    def ship_modules(self) -> NDArray[np.int64]:
        """Module of each ship, (ship,)."""
        return np.array([self.modules.index(ship.module) for ship in self.ships], dtype=np.int64)

    @cached_property
    def keep_out(self) -> NDArray[np.bool_]:
        """Whether a robot keeps out of a place, (robot, place)."""
        return np.array(
            [[place.name in robot.keep_out for place in self.places] for robot in self.robots],
            dtype=bool,
        ).reshape(len(self.robots), len(self.places))

    @cached_property
    def targets(self) -> dict[Act, tuple[str, ...]]:
        """Names that each act can be asked for; the empty name where it has no target."""
        passages, loads = _names(self.passages), _names(self.loads)
        return {
            **dict.fromkeys((Act.SAFE_MODE, Act.LEAVE_SAFE_MODE, Act.INHIBIT_THRUST), ("",)),
            **dict.fromkeys((Act.OPEN, Act.CLOSE), passages),
            **dict.fromkeys((Act.SHED, Act.RESTORE), loads),
            **dict.fromkeys((Act.THRUST, Act.COUNTER_THRUST), self.thrusters),
            **dict.fromkeys((Act.MOVE_ARM, Act.STOP_ARM), self.arms),
            **dict.fromkeys((Act.MOVE_ROBOT, Act.STOP_ROBOT), _names(self.robots)),
            Act.RELEASE: _names(self.ships),
            Act.SET: _names(self.settings),
        }

    @cached_property
    def row_names(self) -> tuple[str, ...]:
        """What each row of the facts is called in messages."""
        of = {
            **dict.fromkeys(("pressure", "oxygen", "carbon_dioxide"), self.modules),
            "passage_open": _names(self.passages),
            "ship_propulsion": _names(self.ships),
            "arm_moving": self.arms,
            "robot_place": _names(self.robots),
        }
        return tuple(
            f"{name.replace('_', ' ')} {item}".strip()
            for name in QUANTITIES
            for item in of.get(name, ("",))
        )


@dataclass(frozen=True)
class Command:
    """What is asked, by whom."""

    act: Act
    target: str
    commander: Commander
    token: int = 0
    """Zero for the first step; what the first step gave back for the second."""
    destination: str = ""
    """The place a robot is sent to."""
    override: bool = False
    """The crew asks in spite of the rules that it may override."""
    who: str = ""
    """Who of the crew, for the log."""
    value: float = 0.0
    """What a setting is set to."""


@dataclass(frozen=True)
class Facts:
    """What telemetry tells: two sensors of each quantity, in the rows of ``Layout.starts``."""

    readings: NDArray[np.float64]
    """In SI units and numbers of states, NaN for none, (rows, 2)."""
    measured: NDArray[np.float64]
    """When, (rows, 2). [s]"""


def facts_of(
    layout: Layout, measured: ArrayLike, **quantities: ArrayLike | Sequence[ArrayLike]
) -> Facts:
    """Gather the facts of a station by name.

    Parameters
    ----------
    layout : Layout
        The station.
    measured : array_like
        When, for all sensors or (rows, 2). [s]
    **quantities
        Values of each of ``QUANTITIES`` that the station has, (count,) for both sensors alike or
        (count, 2). One that is not given has no reading: nothing that asks it is allowed.

    Returns
    -------
    Facts
        Both sensors of everything.

    Raises
    ------
    InputError
        If a quantity is not known or has another number of values.

    Examples
    --------
    >>> layout = Layout(("core", "lock"), (Passage("hatch", ("core", "lock")),))
    >>> facts = facts_of(layout, 0.0, pressure=[101e3, 101e3], passage_open=[0.0])
    >>> facts.readings[layout.starts["pressure"]]
    array([101000., 101000.])
    """
    readings = np.full((layout.starts["end"], 2), np.nan)
    for name, given in quantities.items():
        if name not in QUANTITIES:
            raise InputError(f"fact {name!r}: expected one of {', '.join(QUANTITIES)}")
        first, count = layout.starts[name], layout.counts[name]
        values = np.asarray(given, dtype=float)
        if values.shape not in {(count,), (count, 2)}:
            raise InputError(
                f"fact {name!r}: expected {count} values, or {count} pairs of the two sensors; "
                f"got the shape {values.shape}"
            )
        readings[first : first + count] = values if values.ndim == 2 else values[:, None]
    return Facts(readings, np.broadcast_to(np.asarray(measured, dtype=float), readings.shape))


def _names(parts: Sequence[object]) -> tuple[str, ...]:
    return tuple(part if isinstance(part, str) else str(getattr(part, "name")) for part in parts)  # noqa: B009


def _unlike(what: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or "" in names or (OUTSIDE in names and what == "modules"):
        raise InputError(
            f"{what}: expected each name once, none empty, no module {OUTSIDE!r}; {twice}"
        )


def _known(what: str, names: set[str], known: set[str]) -> None:
    if not names <= known:
        wrong = ", ".join(sorted(names - known))
        raise InputError(f"{what}: {wrong}: expected one of {', '.join(sorted(known))}")
