"""What the part of air and water declares: signals, health, switches, loads, telemetry."""

from typing import Final

from stationkeeper.caretaker.authority import Act
from stationkeeper.operations.house import House, Room
from stationkeeper.operations.parts.air_layout import FAN_TURNS, KINDS
from stationkeeper.operations.registry import LoadRow, Reading, Registry
from stationkeeper.programme.plant import Hatch, Machine

EMPTY_OPENS: Final = {"dioxide": 130.0, "vapour": 1_150.0}
"""Partial pressures on the first day with nobody aboard; ours. [Pa]"""
CREWED_OPENS: Final = {"dioxide": 300.0, "vapour": 1_250.0}
FAN_WATTS: Final = 55.0  # [W] as `household.ventilation.FAN_POWER`

TITLES: Final = {
    "oxygen": "Oxygen machine",
    "carbon-dioxide": "Carbon dioxide beds",
    "condenser": "Condenser",
    "filter": "Air filter",
    "water-processor": "Water processor",
}
_PRIORITY: Final = {
    "oxygen": 6,
    "carbon-dioxide": 7,
    "condenser": 6,
    "filter": 5,
    "water-processor": 4,
}
# Of the quantity that a machine moves: name, title, unit, scale from kg/s or m3/s, noise, highest.
_FLOWS: Final = {
    "oxygen": ("oxygen-rate", "oxygen made", "kg/h", 3_600.0, 0.002),
    "carbon-dioxide": ("removal-rate", "carbon dioxide taken", "kg/h", 3_600.0, 0.003),
    "condenser": ("condensate-rate", "condensate", "kg/h", 3_600.0, 0.005),
    "filter": ("air-flow", "air cleaned", "m3/h", 3_600.0, 1.0),
    "water-processor": ("process-rate", "water taken in", "kg/h", 3_600.0, 0.01),
}


def crew_rooms(house: House) -> list[int]:
    """Return the rooms in which people live: where loads of the crew stand, else all."""
    stand = {load.module for load in house.plant.load.values() if load.kind == "crew"}
    found = [place for place, room in enumerate(house.rooms) if room.name in stand]
    return found or list(range(len(house.rooms)))


def machines(house: House) -> list[tuple[str, Machine, str, int]]:
    """Return key, machine, title and rank of each machine, in the order of the document.

    The rank tells which of a kind starts first: those that always stand by come after the others.
    """
    rows = list(house.plant.air.machine.items())
    found = []
    for key, machine in rows:
        like = [one for one, other in rows if other.kind == machine.kind]
        duty = sorted(like, key=lambda one: house.plant.air.machine[one].standby)
        title = TITLES[machine.kind]
        if len(like) > 1:
            title = f"{title} {like.index(key) + 1}"
        found.append((key, machine, title, duty.index(key)))
    return found


def vented_room(house: House) -> Room:
    """Return the room with a valve to space: one shut off on the first day, else the last."""
    hatches = house.plant.air.hatch.values()
    for room in house.rooms:
        own = [hatch.open for hatch in hatches if room.name in hatch.between]
        if own and not any(own):
            return room
    return house.rooms[-1]


def declare(registry: Registry, house: House) -> None:
    """Declare rooms, hatches, machines, tanks, the make-up gas and the valve to space."""
    begin = EMPTY_OPENS if house.people == 0 else CREWED_OPENS
    for room in house.rooms:
        _room(registry, room, begin)
    for key, hatch in house.plant.air.hatch.items():
        _hatch(registry, house, key, hatch)
    for key, machine, title, rank in machines(house):
        _machine(registry, key, machine, title, rank)
    for kind in KINDS:
        like = tuple(key for key, one in house.plant.air.machine.items() if one.kind == kind)
        if len(like) > 1:
            registry.spares[kind] = like
    _tanks(registry, house)
    _supply(registry)
    _vent(registry, vented_room(house))


def _room(registry: Registry, room: Room, begin: dict[str, float]) -> None:
    name = f"room.{room.name}"
    for what, unit, first in (
        ("pressure", "Pa", 101_318.0),
        ("oxygen", "Pa", 21_300.0),
        ("carbon-dioxide", "Pa", begin["dioxide"]),
        ("vapour", "Pa", begin["vapour"]),
        ("trace", "kg/m3", 0.0),
        ("smoke", "kg/m3", 0.0),
        ("humidity", "-", 0.45),
        ("fire", "W", 0.0),
    ):
        registry.signal(f"{name}.{what}", unit, first)
    for what in ("leak", "fire", "toxic"):
        registry.healthy(f"{what}.{room.name}", 0.0)
    for copy, second in (("", ""), (".b", ", second sensor")):
        registry.telemetry(
            Reading(
                f"{name}.pressure{copy}", f"{room.title}: pressure{second}", f"{name}.pressure",
                "kPa", "air", room.name, f"pressure-{room.name}", scale=1e-3, noise=0.01,
                bias=0.05, quantum=0.01, low=96.0, high=105.0, largest_change=0.2,
            )
        )  # fmt: skip
        registry.telemetry(
            Reading(
                f"{name}.oxygen{copy}", f"{room.title}: oxygen{second}", f"{name}.oxygen",
                "kPa", "air", room.name, f"oxygen-{room.name}", scale=1e-3, noise=0.02,
                bias=0.08, quantum=0.01, low=18.0, high=23.5, largest_change=0.3,
            )
        )  # fmt: skip
        registry.telemetry(
            Reading(
                f"{name}.carbon-dioxide{copy}", f"{room.title}: carbon dioxide{second}",
                f"{name}.carbon-dioxide", "kPa", "air", room.name,
                f"carbon-dioxide-{room.name}", scale=1e-3, noise=0.003, bias=0.015,
                quantum=0.001, high=0.8, largest_change=0.05,
            )
        )  # fmt: skip
        registry.telemetry(
            Reading(
                f"{name}.smoke{copy}", f"{room.title}: smoke{second}", f"{name}.smoke",
                "mg/m3", "air", room.name, f"smoke-{room.name}", scale=1e6, noise=0.05,
                bias=0.1, quantum=0.05, high=5.0,
            )
        )  # fmt: skip
    registry.telemetry(
        Reading(
            f"{name}.trace", f"{room.title}: carbon monoxide", f"{name}.trace", "mg/m3", "air",
            room.name, f"trace-{room.name}", scale=1e6, noise=0.2, bias=0.3, quantum=0.1,
            high=15.0,
        )
    )  # fmt: skip
    registry.telemetry(
        Reading(
            f"{name}.humidity", f"{room.title}: relative humidity", f"{name}.humidity", "%",
            "air", room.name, f"humidity-{room.name}", scale=100.0, noise=0.2, bias=1.0,
            quantum=0.1, low=15.0, high=85.0,
        )
    )  # fmt: skip


def _hatch(registry: Registry, house: House, key: str, hatch: Hatch) -> None:
    name = f"hatch.{key}"
    one = house.rooms[house.room(hatch.between[0])]
    other = house.rooms[house.room(hatch.between[1])]
    title = f"Hatch between {one.title} and {other.title}"
    registry.signal(f"{name}.open", "-", float(hatch.open))
    registry.signal(f"fan-{key}.speed", "rad/s", FAN_TURNS if hatch.fan else 0.0)
    registry.healthy(f"{name}.stuck", 0.0)
    registry.healthy(f"{name}.leak", 0.0)
    registry.healthy(f"fan-{key}.speed")
    registry.healthy(f"fan-{key}.flow")
    registry.switch(
        name, title, float(hatch.open), act=Act.OPEN, act_off=Act.CLOSE, target=key,
        subsystem="air", module=one.name, component=name, feedback=f"{name}.open",
    )  # fmt: skip
    for copy, second in (("", ""), (".b", ", second sensor")):
        registry.telemetry(
            Reading(
                f"{name}.open{copy}", f"{title}{second}", f"{name}.open", "-", "air", one.name,
                name, kind="state", quantum=1.0, states=("shut", "open"),
            )
        )  # fmt: skip
    if hatch.fan:
        fan = f"Fan between {one.title} and {other.title}"
        registry.load(LoadRow(f"fan-{key}", fan, one.name, "air", FAN_WATTS, 7))
        registry.telemetry(
            Reading(
                f"fan-{key}.speed", f"{fan}: speed", f"fan-{key}.speed", "rpm", "air", one.name,
                f"fan-{key}", scale=60.0 / 6.283185307179586, noise=4.0, bias=10.0, quantum=1.0,
            )
        )  # fmt: skip


def _machine(registry: Registry, key: str, machine: Machine, title: str, rank: int) -> None:
    runs = machine.kind == "filter" and not machine.standby
    registry.signal(f"{key}.running", "-", 1.0 if runs else 0.0)
    registry.signal(f"{key}.flow", "m3/s" if machine.kind == "filter" else "kg/s")
    registry.signal(f"{key}.bed", "-")
    registry.healthy(f"{key}.output")
    registry.healthy(f"{key}.jammed", 0.0)
    registry.healthy(f"{key}.coil-warmer", 0.0)
    registry.load(
        LoadRow(
            key, title, machine.module, "air", machine.power_w,
            max(_PRIORITY[machine.kind] - rank, 0),
        )
    )  # fmt: skip
    name, what, unit, scale, noise = _FLOWS[machine.kind]
    registry.telemetry(
        Reading(
            f"{key}.running", f"{title}: runs", f"{key}.running", "-", "air", machine.module,
            key, kind="state", quantum=1.0, states=("waits", "runs"),
        )
    )  # fmt: skip
    registry.telemetry(
        Reading(
            f"{key}.{name}", f"{title}: {what}", f"{key}.flow", unit, "air", machine.module, key,
            scale=scale, noise=noise, quantum=noise / 2,
        )
    )  # fmt: skip
    if machine.kind == "carbon-dioxide":
        registry.telemetry(
            Reading(
                f"{key}.bed", f"{title}: bed that takes", f"{key}.bed", "-", "air",
                machine.module, key, kind="state", quantum=1.0, states=("first", "second"),
            )
        )  # fmt: skip


def _tanks(registry: Registry, house: House) -> None:
    air = house.plant.air
    rows = (
        ("nitrogen", "Nitrogen", air.nitrogen_kg),
        ("oxygen", "Oxygen", air.oxygen_kg),
        ("water", "Drinking water", air.water_kg),
        ("waste", "Waste water", 0.0),
        ("brine", "Brine", 0.0),
    )
    for name, _, first in rows:
        registry.signal(f"tank.{name}", "kg", first)
    registry.signal("water.frozen", "-")
    registry.signal("station.leak", "kg/s")
    registry.signal("supply.nitrogen.flow", "kg/s")
    registry.signal("supply.oxygen.flow", "kg/s")
    for name in ("nitrogen", "oxygen", "water"):
        registry.healthy(f"tank.{name}.leak", 0.0)
    for name, title, first in rows:
        registry.telemetry(
            Reading(
                f"tank.{name}", f"{title}: quantity", f"tank.{name}", "kg", "air",
                component=f"tank-{name}", noise=max(2e-4 * first, 0.02),
                bias=max(2e-3 * first, 0.05), quantum=0.01,
            )
        )  # fmt: skip
    registry.telemetry(
        Reading(
            "water.frozen", "Water lines: frozen", "water.frozen", "-", "air",
            component="tank-water", kind="state", quantum=1.0, states=("no", "yes"), high=0.5,
        )
    )  # fmt: skip


def _supply(registry: Registry) -> None:
    for gas in ("nitrogen", "oxygen"):
        registry.healthy(f"supply.{gas}.stuck-open", 0.0)
        registry.healthy(f"supply.{gas}.stuck-shut", 0.0)
    for gas in ("nitrogen", "oxygen"):
        registry.switch(
            f"supply.{gas}", f"Make-up {gas}: isolation valve", 1.0, act=Act.SET,
            act_off=Act.SET, target=f"supply.{gas}", subsystem="air",
            component=f"supply-{gas}", feedback=f"supply.{gas}.flow",
        )  # fmt: skip
        registry.telemetry(
            Reading(
                f"supply.{gas}.flow", f"Make-up {gas}: flow", f"supply.{gas}.flow", "kg/h",
                "air", component=f"supply-{gas}", scale=3_600.0, noise=0.01, quantum=0.01,
            )
        )  # fmt: skip


def _vent(registry: Registry, room: Room) -> None:
    name, title = f"vent.{room.name}", f"{room.title}: valve to space"
    registry.signal(f"{name}.open", "-", 0.0)
    registry.healthy(f"{name}.stuck", 0.0)
    registry.healthy(f"{name}.failed-open", 0.0)
    registry.switch(
        name, title, 0.0, act=Act.OPEN, act_off=Act.CLOSE, target=f"vent-{room.name}",
        subsystem="air", module=room.name, component=name, feedback=f"{name}.open",
    )  # fmt: skip
    for copy, second in (("", ""), (".b", ", second sensor")):
        registry.telemetry(
            Reading(
                f"{name}.open{copy}", f"{title}{second}", f"{name}.open", "-", "air", room.name,
                name, kind="state", quantum=1.0, states=("shut", "open"),
            )
        )  # fmt: skip
