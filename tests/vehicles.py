"""A small station as its commanders know it, and what they see of it."""

from collections.abc import Sequence

import numpy as np

from stationkeeper.caretaker.authority import Act
from stationkeeper.caretaker.gate_facts import Layout, Load, Passage, Setting, Ship
from stationkeeper.caretaker.vehicle import Answer, CommandRow, Noticed, Parameter, Seen, Vehicle

ROOMS = ("core", "lab")


def _load(name: str, module: str) -> tuple[CommandRow, Parameter, Parameter]:
    state, power = f"load.{name}.on", f"load.{name}.power"
    return (
        CommandRow(
            f"load.{name}", name, Act.RESTORE, Act.SHED, name, module=module, feedback=state
        ),
        Parameter(state, name, "-", "power", module, name, "state", states=("off", "on")),
        Parameter(power, name, "W", "power", module, name),
    )


def small_station() -> Vehicle:
    """Two rooms with a hatch, a vent, a ship; two pumps, fans, an oven, a camera; one bus."""
    loads = {
        "pump-1-1": "core",
        "pump-1-2": "core",
        "fan-core-lab": "core",
        "oven": "lab",
        "camera": "core",
    }
    rows = [_load(name, module) for name, module in loads.items()]
    parameters = [one for row in rows for one in row[1:]]
    for room in ROOMS:
        for kind, low, high in (
            ("pressure", 96.0, 105.0),
            ("oxygen", 18.0, 23.5),
            ("carbon-dioxide", -np.inf, 0.8),
        ):
            for sensor in ("", ".b"):
                parameters.append(
                    Parameter(
                        f"room.{room}.{kind}{sensor}", kind, "kPa", "air", room, low=low, high=high
                    )
                )
    for name in ("hatch.core-lab.open", "vent.lab.open", "people.aboard"):
        for sensor in ("", ".b"):
            parameters.append(Parameter(name + sensor, name, "-", "air", kind="state"))
    for sensor in ("", ".b"):
        name = f"visit.taxi.propulsion{sensor}"
        parameters.append(Parameter(name, name, "-", "visits", kind="state", high=2.5))
    for name, low, high in (
        ("loop.1.flow", 75.0, np.inf),
        ("bus.1.level", 35.0, np.inf),
        ("attitude.error", -np.inf, 20.0),
        ("attitude.rate-x", -0.2, 0.2),
        ("computer.leads", 0.5, np.inf),
        ("smell", -np.inf, 1.0),
    ):
        parameters.append(Parameter(name, name, "-", name.split(".")[0], low=low, high=high))
    commands = (
        CommandRow("safe-mode", "Safe mode", Act.SAFE_MODE, Act.LEAVE_SAFE_MODE, ""),
        *(row[0] for row in rows),
        CommandRow(
            *("hatch.core-lab", "Hatch", Act.OPEN, Act.CLOSE, "core-lab"),
            feedback="hatch.core-lab.open",
        ),
        CommandRow("vent.lab", "Vent", Act.OPEN, Act.CLOSE, "vent-lab", feedback="vent.lab.open"),
        CommandRow("thrust.1", "Thrusters", Act.THRUST, Act.INHIBIT_THRUST, "1"),
        CommandRow("attitude.mode", "Mode", Act.SET, Act.SET, "attitude.mode", (0.0, 1.0, 3.0)),
        CommandRow("release.taxi", "Let go", Act.RELEASE, Act.RELEASE, "taxi"),
    )
    layout = Layout(
        modules=(*ROOMS, "ship-taxi"),
        passages=(Passage("core-lab", ROOMS), Passage("vent-lab", ("lab", "outside"))),
        loads=(
            Load("pump-1-1", essential=True),
            Load("pump-1-2", essential=True),
            Load("fan-core-lab", air=True, essential=True),
            Load("oven"),
            Load("camera"),
        ),
        thrusters=("1",),
        ships=(Ship("taxi", "ship-taxi"),),
        settings=(Setting("attitude.mode", (0.0, 1.0, 3.0), (3.0,)),),
    )
    spares = {"loop.1": ("pump-1-1", "pump-1-2")}
    return Vehicle("small", ROOMS, tuple(parameters), commands, layout, spares)


GOOD = {"pressure": 101.0, "oxygen": 21.0, "carbon-dioxide": 0.4}


def telemetry(vehicle: Vehicle, **changes: float) -> np.ndarray:
    """Return readings of a good station; names of changes have ``__`` for dots, ``_`` for -."""
    row = np.zeros(len(vehicle.parameters))
    for place, parameter in enumerate(vehicle.parameters):
        kind = parameter.name.removesuffix(".b").split(".")[-1]
        row[place] = GOOD.get(kind, 0.0)
    wanted = {
        "hatch__core_lab__open": 1.0,
        "hatch__core_lab__open__b": 1.0,
        "visit__taxi__propulsion": 1.0,
        "visit__taxi__propulsion__b": 1.0,
        "loop__1__flow": 100.0,
        "bus__1__level": 90.0,
        "computer__leads": 1.0,
        "load__pump_1_1__on": 1.0,
        "load__fan_core_lab__on": 1.0,
        "load__oven__on": 1.0,
        "load__camera__on": 1.0,
        **changes,
    }
    for name, value in wanted.items():
        row[vehicle.parameter(name.replace("__", ".").replace("_", "-"))] = value
    return row


def alarm(vehicle: Vehicle, readings: np.ndarray, name: str, time: float) -> Noticed:
    """Return the alarm of a parameter."""
    return Noticed(time, name, "limit", float(readings[vehicle.parameter(name)]))


def seen(
    time: float,
    readings: np.ndarray,
    noticed: Sequence[Noticed] = (),
    answers: Sequence[Answer] = (),
    *,
    link: bool = True,
    safe: bool = False,
    age: float = 0.0,
) -> Seen:
    """Return what a commander sees."""
    measured = np.full(len(readings), time - age)
    return Seen(time, readings, measured, noticed, answers, link, safe)


def asked(asks: Sequence[object]) -> list[tuple[str, float]]:
    """Return names and values of asks."""
    return [(ask.name, ask.value) for ask in asks]  # type: ignore[attr-defined]
