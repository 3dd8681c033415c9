"""Sensors of attitude and propulsion, and where its equipment stands."""

from typing import Final

import numpy as np

from stationkeeper.operations.house import House
from stationkeeper.operations.registry import Reading, Registry

STRINGS: Final = 2
"""Strings of thrusters."""
KNOWERS: Final = 2
"""Sets of gyros and star trackers."""
DEGREE: Final = float(np.degrees(1.0))
SECOND: Final = (("", ""), (".b", ", second sensor"))
"""What the names and titles of two sensors of one quantity end in."""
MODES: Final = ("drift", "wheels", "thrusters", "Sun")


def knower_loads(house: House) -> tuple[str, ...]:
    """Return the loads that gyros and star trackers run on; empty where the plant has none."""
    loads = [key for key, one in house.plant.load.items() if one.kind == "attitude"]
    return tuple([*loads, "", ""][:KNOWERS])


def wheel_room(house: House) -> str:
    """Return the module that warms the wheels: that of the first load of attitude control."""
    loads = [one.module for one in house.plant.load.values() if one.kind == "attitude"]
    there = [room.name for room in house.rooms]
    return next((one for one in loads if one in there), there[0])


def attitude_telemetry(registry: Registry) -> None:
    """Declare what gyros, star trackers and the computers tell of the attitude."""
    tell = registry.telemetry
    for number, (end, title) in enumerate(SECOND, start=1):
        for axis, low, high in (("x", -0.1, 0.1), ("y", -0.17, 0.1), ("z", -0.1, 0.1)):
            tell(
                Reading(
                    f"attitude.rate-{axis}{end}", f"Rate of turn about {axis}{title}",
                    f"attitude.rate-{axis}", "deg/s", "attitude", component=f"gyro-{number}",
                    scale=DEGREE, noise=2e-4, bias=5e-4, quantum=1e-4, low=low, high=high,
                )
            )  # fmt: skip
        tell(
            Reading(
                f"attitude.error{end}", f"Error of the attitude{title}", "attitude.error", "deg",
                "attitude", component=f"star-tracker-{number}", scale=DEGREE, noise=0.003,
                bias=0.01, quantum=0.002, high=5.0,
            )
        )  # fmt: skip
        tell(
            Reading(
                f"attitude.firing{end}", f"Thrusters fire, share of the time{title}",
                "attitude.firing", "%", "attitude", scale=100.0, quantum=0.1, high=99.0,
                persistence=30,
            )
        )  # fmt: skip
        for kind, what in (("gyro", "Gyros"), ("star-tracker", "Star tracker")):
            tell(
                Reading(
                    f"{kind}.{number}.good", f"{what} {number}: good", f"{kind}.{number}.good",
                    "-", "attitude", component=f"{kind}-{number}", kind="state", quantum=1.0,
                    states=("no", "yes"), low=0.5,
                )
            )  # fmt: skip
    for name in ("roll", "pitch", "yaw"):
        tell(
            Reading(
                f"attitude.{name}", f"{name.capitalize()} from the axes of flight",
                f"attitude.{name}", "deg", "attitude", scale=DEGREE, noise=0.003, bias=0.01,
                quantum=0.002,
            )
        )  # fmt: skip
    tell(
        Reading(
            "attitude.mode", "Attitude control", "attitude.mode", "-", "attitude", kind="state",
            quantum=1.0, states=MODES, low=0.5, high=2.5,
        )
    )  # fmt: skip
    tell(
        Reading(
            "attitude.known", "Attitude is known", "attitude.known", "-", "attitude",
            kind="state", quantum=1.0, states=("no", "yes"), low=0.5,
        )
    )  # fmt: skip


def propulsion_telemetry(registry: Registry, house: House) -> None:
    """Declare what tanks and thrusters tell."""
    tell, tank = registry.telemetry, house.plant.attitude.propellant_kg
    tell(
        Reading(
            "tank.propellant", "Propellant", "tank.propellant", "kg", "attitude",
            component="tank-propellant", noise=0.0005 * tank, bias=0.005 * tank, quantum=0.5,
            low=0.25 * tank,
        )
    )  # fmt: skip
    tell(
        Reading(
            "propellant.pressure", "Pressure of the propellant", "propellant.pressure", "kPa",
            "attitude", component="tank-propellant", scale=1e-3, noise=1.0, bias=5.0, quantum=1.0,
            low=1_100.0, high=2_200.0, largest_change=40.0,
        )
    )  # fmt: skip
    tell(
        Reading(
            "propellant.flow", "Flow of propellant", "propellant.flow", "g/s", "attitude",
            component="tank-propellant", scale=1e3, noise=0.02, quantum=0.01,
        )
    )  # fmt: skip
    for string in range(1, STRINGS + 1):
        title = f"Thrusters, string {string}"
        tell(
            Reading(
                f"thruster.{string}.open", f"{title}: valves open, share of the time",
                f"thruster.{string}.open", "%", "attitude", component=f"string-{string}",
                scale=100.0, quantum=0.1,
            )
        )  # fmt: skip
        tell(
            Reading(
                f"thruster.{string}.ready", f"{title}: enabled", f"thruster.{string}.ready", "-",
                "attitude", component=f"string-{string}", kind="state", quantum=1.0,
                states=("no", "yes"),
            )
        )  # fmt: skip


def wheel_telemetry(registry: Registry, house: House) -> None:
    """Declare what wheels tell."""
    tell, plant, room = registry.telemetry, house.plant.attitude, wheel_room(house)
    if not plant.wheels:
        return
    whole = plant.wheels * plant.wheel_nms
    for name, what in (("", ""), ("-x", " along"), ("-y", " across"), ("-z", " down")):
        tell(
            Reading(
                f"attitude.momentum{name}", f"Momentum of the wheels{what}",
                f"attitude.momentum{name}", "N m s", "attitude", noise=5e-4 * whole,
                bias=5e-4 * whole, quantum=2e-4 * whole, high=0.95 * whole,
                low=-np.inf if not name else -0.95 * whole,
            )
        )  # fmt: skip
    for number in range(1, plant.wheels + 1):
        name, title, load = f"wheel.{number}", f"Wheel {number}", f"wheel-{number}"
        tell(
            Reading(
                f"{name}.momentum", f"{title}: momentum given", f"{name}.momentum", "N m s",
                "attitude", room, load, noise=1e-3 * plant.wheel_nms,
                bias=1e-3 * plant.wheel_nms, quantum=5e-4 * plant.wheel_nms,
            )
        )  # fmt: skip
        tell(
            Reading(
                f"{name}.speed", f"{title}: speed", f"{name}.speed", "%", "attitude", room, load,
                scale=100.0, noise=0.02, bias=0.05, quantum=0.01, low=95.0, high=101.0,
            )
        )  # fmt: skip
        tell(
            Reading(
                f"{name}.temperature", f"{title}: temperature", f"{name}.temperature", "degC",
                "attitude", room, load, offset=273.15, noise=0.05, bias=0.5, quantum=0.1,
                low=5.0, high=60.0,
            )
        )  # fmt: skip
        tell(
            Reading(
                f"{name}.vibration", f"{title}: vibration", f"{name}.vibration", "mm/s",
                "attitude", room, load, scale=0.4, noise=0.01, bias=0.01, quantum=0.002, high=0.8,
            )
        )  # fmt: skip
        tell(
            Reading(
                f"{name}.on", f"{title}: holds", f"{name}.on", "-", "attitude", room, load,
                kind="state", quantum=1.0, states=("no", "yes"), low=0.5,
            )
        )  # fmt: skip
