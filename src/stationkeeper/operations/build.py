"""From a house to a plant: every part laid out, every name a number."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act
from stationkeeper.caretaker.vehicle import Vehicle
from stationkeeper.errors import InputError
from stationkeeper.operations import surroundings
from stationkeeper.operations.gatekeeper import vehicle_of
from stationkeeper.operations.house import House
from stationkeeper.operations.parts import air, attitude, computers, heat, link, power, visits
from stationkeeper.operations.registry import SPREAD, Part, Registry
from stationkeeper.operations.sensors import Sensors, declare_sensor_health, sensors_of

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

PARTS: Final = (computers, attitude, power, heat, air, link, visits)
"""In the order of a step; `stepping` names them again, as kernels are not looped over."""
SAFE_MODE: Final = "safe-mode"
SHORTEST_PERIOD: Final = 10.0
"""Of a part of a user: a step of the plant. [s]"""


class OwnPart(Protocol):
    """A part of a user's own: plain Python, asked every `period` seconds."""

    period: float

    def declare(self, registry: Registry, house: House) -> None:
        """Declare signals, health, switches, loads and telemetry."""

    def wire(self, registry: Registry, house: House) -> Part:
        """Return what `step` is given."""

    def step(
        self, time: float, dt: float, signals: Array, health: Array, switches: Array, part: Part
    ) -> None:
        """Advance by `dt` seconds to `time`; change `signals` and `part.state` in place."""


@dataclass(frozen=True, eq=False)
class Built:
    """A plant, ready to fly."""

    house: House
    registry: Registry
    vehicle: Vehicle
    parts: tuple[Part, ...]
    own: tuple[tuple[OwnPart, Part], ...]
    columns: Numbers
    """Signals that the columns of the surroundings go to."""
    wires: Numbers
    constants: Array
    bounds: Numbers
    """Begin of each part in wires, constants, state and ledger, (parts + 1, 4)."""
    sensors: Sensors
    seed: int
    mission: int


def build(
    house: House,
    *,
    seed: int,
    mission: int = 0,
    own: Sequence[OwnPart] | None = None,
    spread: float = SPREAD,
) -> Built:
    """Lay out all parts of a station.

    Parameters
    ----------
    house : House
        What is to be built.
    seed, mission : int
        Of the hidden constants.
    spread : float
        How far they are drawn to both sides, relative; 0 for those of the document. [-]
    own : sequence of OwnPart, optional
        Parts of a user; if absent those installed under the entry point ``stationkeeper.parts``.

    Returns
    -------
    Built

    Raises
    ------
    InputError
        If two things have one name, a part reads what nobody declares, or one of a user cannot be
        laid out.
    """
    registry = Registry(seed, mission, spread)
    surroundings.declare(registry)
    registry.switch(
        SAFE_MODE, "Safe mode", 0.0, act=Act.SAFE_MODE, act_off=Act.LEAVE_SAFE_MODE, target=""
    )
    others = tuple(installed_parts() if own is None else own)
    for shipped in PARTS:
        shipped.declare(registry, house)
    for one in others:
        _own(one, "declare", registry, house)
    first_health = declare_sensor_health(registry)
    parts = tuple(one.wire(registry, house) for one in PARTS)
    theirs = tuple((one, _own(one, "wire", registry, house)) for one in others)
    sizes = [
        [len(part.wires), len(part.constants), len(part.state), len(part.ledger)] for part in parts
    ]
    return Built(
        house=house,
        registry=registry,
        vehicle=vehicle_of(registry, house),
        parts=parts,
        own=theirs,
        columns=np.array([registry.of(name) for name, _ in surroundings.SIGNALS]),
        wires=np.concatenate([part.wires for part in parts]).astype(np.int64),
        constants=np.concatenate([part.constants for part in parts]).astype(float),
        bounds=np.vstack([np.zeros((1, 4)), np.cumsum(sizes, axis=0)]).astype(np.int64),
        sensors=sensors_of(registry, first_health),
        seed=seed,
        mission=mission,
    )


def installed_parts() -> list[OwnPart]:
    """Return the parts that other packages bring.

    Raises
    ------
    InputError
        If one cannot be loaded.
    """
    found = []
    for point in sorted(entry_points(group="stationkeeper.parts"), key=lambda one: one.name):
        try:
            found.append(_made(point.load()))
        except Exception as error:
            raise InputError(
                f"part {point.name}: given {point.value}; expected a class with declare, wire and"
                f" step, and a period: {type(error).__name__}: {error}"
            ) from error
    return found


def source_of_parts() -> list[str]:
    """Return a digest of the file of each installed part: a flight goes on only with the same."""
    files = [inspect.getsourcefile(type(one)) for one in installed_parts()]
    return [sha256(Path(file).read_bytes()).hexdigest() for file in files if file]


def _made(given: Any) -> OwnPart:
    made: OwnPart = given() if isinstance(given, type) else given
    for name in ("declare", "wire", "step", "period"):
        if not hasattr(made, name):
            raise TypeError(f"no {name}")
    return made


def _own(one: OwnPart, what: Literal["declare", "wire"], registry: Registry, house: House) -> Any:
    """Lay out a part of a user; what it throws is told as input, by the name of the part."""
    name = type(one).__name__
    if not SHORTEST_PERIOD <= one.period < np.inf:
        raise InputError(
            f"part {name}: period: given {one.period!r}, expected {SHORTEST_PERIOD:g} s or more"
        )
    try:
        made = getattr(one, what)(registry, house)
    except Exception as error:
        kind = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
        raise InputError(f"part {name}: {what}: {kind}{error}") from error
    if what == "wire" and not isinstance(made, Part):
        raise InputError(f"part {name}: wire: given {made!r:.80}, expected a Part")
    return made
