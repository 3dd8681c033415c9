"""What is measured of the power of a station."""

from typing import Any, Final

from stationkeeper.operations.registry import Reading, Registry
from stationkeeper.programme.plant import PowerPlant

HOT_WING, COLD_WING = 110.0, -110.0  # alarms of a wing [degC], ours
LOW_LEVEL: Final = 0.35  # alarm of a bus [-], ours: nominal flight stays above 0.6
LOW_VOLTAGE: Final = 0.25  # of the range of a battery, ours [-]


def declare_telemetry(registry: Registry, plant: PowerPlant) -> None:
    """Declare the sensors of wings, batteries and buses."""
    wide = plant.full_v - plant.empty_v
    for number in range(1, plant.wings + 1):
        _of(registry, f"wing.{number}", f"Wing {number}", plant.wing_area_m2 * 400.0, plant)
    for number in range(1, plant.batteries + 1):
        name, title = f"battery.{number}", f"Battery {number}"
        hour = plant.battery_ah
        tell(
            registry,
            name,
            f"{title}: voltage",
            "voltage",
            "V",
            0.05,
            0.02,
            low=plant.empty_v,
            high=1.1 * plant.full_v,
        )
        tell(
            registry,
            name,
            f"{title}: current",
            "current",
            "A",
            0.002 * hour,
            0.05,
            low=-1.05 * hour,
            high=0.6 * hour,
        )
        tell(
            registry,
            name,
            f"{title}: charge",
            "charge",
            "A h",
            0.001 * hour,
            0.05,
            scale=1.0 / 3600.0,
            low=0.15 * hour,
        )
    for number in range(1, plant.buses + 1):
        name, title = f"bus.{number}", f"Bus {number}"
        low, high = plant.empty_v + LOW_VOLTAGE * wide, 1.1 * plant.full_v
        for second in ("", ".b"):
            tell(
                registry,
                name,
                f"{title}: voltage{', second sensor' if second else ''}",
                "voltage",
                "V",
                0.05,
                0.02,
                bias=0.1,
                low=low,
                high=high,
                second=second,
            )
        tell(
            registry,
            name,
            f"{title}: current",
            "current",
            "A",
            0.1,
            0.05,
            high=1.1 * plant.bus_limit_w / low,
        )
        tell(
            registry,
            name,
            f"{title}: state of charge",
            "level",
            "%",
            0.2,
            0.1,
            scale=100.0,
            low=100.0 * LOW_LEVEL,
        )
        tell(
            registry,
            name,
            f"{title}: converter",
            "tripped",
            "-",
            0.0,
            1.0,
            kind="state",
            states=("closed", "tripped"),
            high=0.5,
        )
        tell(registry, name, f"{title}: loads shed", "shed", "-", 0.0, 1.0, high=0.5)
        tell(registry, name, f"{title}: breakers tripped", "breakers", "-", 0.0, 1.0, high=0.5)
    for quantity, title in (("generated", "Power of all wings"), ("demand", "Power of all loads")):
        tell(registry, "power", title, quantity, "W", 15.0, 5.0)


def _of(registry: Registry, name: str, title: str, most: float, plant: PowerPlant) -> None:
    tell(registry, name, f"{title}: power", "power", "W", 0.002 * most, 1.0)
    tell(registry, name, f"{title}: voltage", "voltage", "V", 0.1, 0.05)
    tell(registry, name, f"{title}: current", "current", "A", 0.002 * most / plant.full_v, 0.02)
    tell(
        registry,
        name,
        f"{title}: temperature",
        "temperature",
        "degC",
        0.3,
        0.1,
        offset=273.15,
        low=COLD_WING,
        high=HOT_WING,
    )
    if plant.tracking_axes > 0:
        tell(
            registry,
            name,
            f"{title}: angle of the gimbal",
            "angle",
            "deg",
            0.05,
            0.02,
            scale=180.0 / 3.141592653589793,
        )
    if plant.tracking_axes > 1:
        tell(
            registry,
            name,
            f"{title}: tilt of the gimbal",
            "tilt",
            "deg",
            0.05,
            0.02,
            scale=180.0 / 3.141592653589793,
        )


def tell(
    registry: Registry, component: str, title: str, quantity: str, unit: str, noise: float,
    quantum: float, second: str = "", **more: Any,
) -> None:  # fmt: skip
    """Declare a sensor of a quantity of a component."""
    signal = f"{component}.{quantity}"
    registry.telemetry(
        Reading(
            signal + second, title, signal, unit, "power", component=component,
            noise=noise, quantum=quantum, **more,
        )
    )  # fmt: skip
