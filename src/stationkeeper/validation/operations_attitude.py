"""Attitude of a simulated station beside worked examples and what was flown."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act
from stationkeeper.constants import DAYS_PER_YEAR, EARTH_RADIUS, MU_EARTH, SECONDS_PER_DAY
from stationkeeper.kernels import kernel
from stationkeeper.operations import surroundings
from stationkeeper.operations.house import House, house_of
from stationkeeper.operations.parts import attitude
from stationkeeper.operations.registry import LoadRow, Part, Registry
from stationkeeper.orbit.attitude import (
    aerodynamic_torque,
    gravity_gradient_torque,
    tilted_inertia,
)
from stationkeeper.programme.read import read_programme
from stationkeeper.units import KILOMETRE
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

TOPIC: Final = "operations"
STEP: Final = 10.0  # [s]
DENSITY: Final = 2e-12  # [kg/m3] of the air at 420 km, moderate Sun; ours
HELD: Final = float(np.radians(1.0))  # [rad] on the wheels; what counts as held here
SLOW: Final = float(np.radians(0.06))  # [rad/s] against the axes of flight: the turn has ended
BEFORE: Final = 600.0  # [s] flown before the module pushes


@dataclass(frozen=True, eq=False)
class Alone:
    """A station of which attitude and propulsion fly, and nothing else."""

    registry: Registry
    part: Part
    signals: Array
    health: Array
    switches: Array
    given: tuple[Numbers, Numbers]
    """Switches of the loads, and the signals that tell them on."""

    def signal(self, name: str) -> float:
        """Return a signal."""
        return float(self.signals[self.registry.of(name)])

    def fly(self, steps: int, dt: float = STEP) -> None:
        """Fly on."""
        part = self.part
        _fly(
            steps, dt, self.signals, self.health, self.switches, *self.given, part.wires,
            part.constants, part.state, part.ledger,
        )  # fmt: skip


@kernel
def _fly(
    steps: int, dt: float, signals: Array, health: Array, switches: Array, commands: Numbers,
    given: Numbers, wires: Numbers, constants: Array, state: Array, ledger: Array,
) -> None:  # fmt: skip # pragma: no cover - compiled
    for number in range(steps):
        for load in range(commands.size):
            signals[given[load]] = switches[commands[load]]
        attitude.step(
            (number + 1) * dt, dt, signals, health, switches, wires, constants, state, ledger
        )


def alone(house: House) -> Alone:
    """Lay out attitude and propulsion of a station, with constants as nominal.

    What it reads of other parts stands still: rooms at 22 C, a computer leads, power is there.
    """
    registry = Registry(0, 0, spread=0.0)
    surroundings.declare(registry)
    registry.switch(
        "safe-mode", "Safe mode", 0.0, act=Act.SAFE_MODE, act_off=Act.LEAVE_SAFE_MODE, target=""
    )
    attitude.declare(registry, house)
    registry.signal("computer.leads", "-", 1.0)
    for room in house.rooms:
        registry.signal(f"room.{room.name}.temperature", "K", 295.15)
    for key, _ in house.visits:
        registry.signal(f"visit.{key}.thrust", "N")
    for key, one in house.plant.load.items():
        if one.kind == "attitude":
            row = LoadRow(key, one.title, one.module, one.kind, one.power_w, one.priority)
            registry.load(row)
    part = attitude.wire(registry, house)
    names = [f"load.{row.name}" for row in registry.loads]
    flown = Alone(
        registry, part, np.array(registry.first_signals), np.array(registry.first_health),
        np.array(registry.first_switches),
        (
            np.array([registry.of(name, "switches") for name in names], dtype=np.int64),
            np.array([registry.of(f"{name}.on") for name in names], dtype=np.int64),
        ),
    )  # fmt: skip
    radius = EARTH_RADIUS + house.altitude
    for name, value in (
        ("env.altitude", house.altitude),
        ("env.speed", float(np.sqrt(MU_EARTH / radius))),
        ("env.density", DENSITY),
    ):
        flown.signals[registry.of(name)] = value
    return flown


def rows(progress: Progress | None = None) -> list[Row]:
    """Return our figures of attitude beside published ones."""
    if progress is not None:
        progress("operations: torques, wheels and thrusters, the turn of July 2021")
    return [*_torques(), *_propellant(), *_nauka()]


def _row(
    name: str, ours: float | None, truth: float, unit: str, tolerance: float, kind: Kind, key: str,
    *, calibration: bool = False, note: str = "",
) -> Row:  # fmt: skip
    facts = published("operations_attitude.toml")[key]
    source = f"{facts['source']} (confidence {facts['confidence']})"
    return Row(TOPIC, name, ours, truth, unit, tolerance, kind, source, calibration, note)


def equilibrium_left() -> float:
    """Return the torque of gravity in the published equilibrium, of that without the turn. [-]"""
    facts = published("operations_attitude.toml")["equilibrium"]
    inertia, turn = np.array(facts["inertia_slug_ft2"]), np.array(facts["rodrigues"])
    cross = np.array([[0, -turn[2], turn[1]], [turn[2], 0, -turn[0]], [-turn[1], turn[0], 0]])
    matrix = np.eye(3) + 2.0 / (1.0 + turn @ turn) * (cross @ cross - cross)
    radius = (MU_EARTH / np.radians(facts["orbit_rate_deg_s"]) ** 2) ** (1 / 3)
    left = gravity_gradient_torque(inertia, matrix[:, 2], radius)
    without = gravity_gradient_torque(inertia, np.eye(3)[:, 2], radius)
    return float(np.linalg.norm(left) / np.linalg.norm(without))


def _torques() -> list[Row]:
    facts = published("operations_attitude.toml")["firesat"]
    body = tilted_inertia(facts["inertia_kg_m2"], np.radians(facts["tilt_deg"]))
    gravity = gravity_gradient_torque(body, [0.0, 0.0, 1.0], facts["radius_km"] * KILOMETRE)
    air = aerodynamic_torque(
        facts["density_kg_m3"], facts["speed_m_s"], facts["area_m2"], [0.0, 0.0, facts["offset_m"]],
        [1.0, 0.0, 0.0], facts["drag_coefficient"],
    )  # fmt: skip
    half = facts["half_last_digit_nm"]
    left = published("operations_attitude.toml")["equilibrium"]["tolerance"]
    return [
        _row(
            "FireSat, torque of gravity", float(gravity[1]), facts["gravity_nm"], "N m", half,
            "worked-example", "firesat",
        ),
        _row(
            "FireSat, torque of the air", float(-air[1]), facts["air_nm"], "N m", half,
            "worked-example", "firesat",
        ),
        _row(
            "station in equilibrium: torque of gravity that is left", equilibrium_left(), 0.0,
            "-", left, "worked-example", "equilibrium",
        ),
    ]  # fmt: skip


@cache
def _iss() -> House:
    return house_of(read_programme("iss"), "iss", uncrewed=True)


def _propellant() -> list[Row]:
    """Held on thrusters for an orbit, and on wheels for ten days."""
    facts = published("operations_attitude.toml")
    flown = alone(_iss())
    for number in range(1, _iss().plant.attitude.wheels + 1):
        flown.health[flown.registry.of(f"wheel.{number}.works", "health")] = 0.0
    tank = flown.signal("tank.propellant")
    radius = EARTH_RADIUS + _iss().altitude
    flown.fly(round(2 * np.pi * np.sqrt(radius**3 / MU_EARTH) / STEP))
    orbit = tank - flown.signal("tank.propellant")
    held = alone(_iss())
    days = 10
    held.fly(round(days * SECONDS_PER_DAY / STEP))
    year = (tank - held.signal("tank.propellant")) / days * DAYS_PER_YEAR
    return [
        _row(
            "ISS 2005-02, propellant of one orbit on thrusters", orbit,
            facts["saturation"]["propellant_kg"], "kg", facts["saturation"]["tolerance_kg"],
            "context", "saturation",
            note="ours holds within half a degree from rest; flown after a turn, with a station"
            " of half the mass and a dead band that is not published",
        ),
        _row(
            "ISS, propellant for attitude on wheels, of that for all", year,
            facts["propellant"]["all_kg_year"], "kg/year", facts["propellant"]["all_kg_year"],
            "context", "propellant",
            note="attitude alone is not published; turns for docking are left out of ours",
        ),
    ]  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """A station pushed round by one of its modules."""

    peak: float
    """Greatest rate. [rad/s]"""
    turned: float
    """About pitch, against the axes of flight, until it stopped. [rad]"""
    passed: float | None
    """When the published angle was passed, after the onset. [s]"""
    held: float | None
    """When the wheels held the station again, after the onset. [s]"""
    propellant: float
    """Of the thrusters that opposed. [kg]"""


@cache
def nauka_turn(
    torque: float | None = None, opposed: float | None = None, hours: float = 2.0
) -> Turn:
    """Fly the turn of 29 July 2021.

    The station holds on its wheels with thrusters inhibited. The module pushes for as long as it
    did; thrusters are enabled when the loss was declared, and act as the station has them do.

    Parameters
    ----------
    torque, opposed : float, optional
        Of the module about pitch, and of the thrusters; absent means as fitted. [N m]
    hours : float
        Flown at most after the onset. [h]

    Returns
    -------
    Turn
    """
    facts = published("operations_attitude.toml")["nauka"]
    torque = facts["torque_nm"] if torque is None else torque
    opposed = facts["opposed_nm"] if opposed is None else opposed
    house = replace(_iss(), visits=())
    flown = alone(house)
    constants, of = flown.part.constants, flown.registry.of
    whole = float(
        constants[attitude.C_COUNT] * constants[attitude.C_THRUST] * constants[attitude.C_ARM]
    )
    flown.health[of("thruster.1.weak", "health")] = opposed / whole
    flown.switches[of("thrust.1", "switches")] = 0.0
    flown.fly(round(BEFORE / STEP))
    rogue = of("thruster-rogue.nauka", "health")
    push = torque / abs(attitude.levers(house)["nauka"])
    tank = flown.signal("tank.propellant")
    orbit_rate = float(np.sqrt(MU_EARTH / (EARTH_RADIUS + house.altitude) ** 3))
    peak = turned = 0.0
    passed = held = None
    stopped = False
    for number in range(round(hours * 3_600 / STEP)):
        time = number * STEP
        flown.switches[of("thrust.1", "switches")] = float(time >= 60 * facts["declared_min"])
        flown.health[rogue] = push if time < 60 * facts["stopped_min"] else 0.0
        flown.fly(1)
        rate = np.array([flown.signal(f"attitude.rate-{axis}") for axis in "xyz"])
        against = float(rate[1]) + orbit_rate
        peak = max(peak, float(np.linalg.norm(rate)))
        pushed = time + STEP <= 60 * facts["stopped_min"]
        stopped = stopped or (not pushed and abs(against) < SLOW)
        turned += 0.0 if stopped else against * STEP
        if passed is None and abs(turned) > np.radians(facts["begun_deg"]):
            passed = time + STEP
        wheels = flown.signal("attitude.mode") == attitude.WHEELS
        if not pushed and wheels and flown.signal("attitude.error") < HELD:
            held = time + STEP
            break
    return Turn(peak, turned, passed, held, tank - flown.signal("tank.propellant"))


def _nauka() -> list[Row]:
    facts = published("operations_attitude.toml")["nauka"]
    turn = nauka_turn()
    return [
        _row(
            "ISS 2021-07-29, greatest rate", float(np.degrees(turn.peak)), facts["peak_deg_s"],
            "deg/s", facts["peak_tolerance_deg_s"], "measured", "nauka", calibration=True,
            note="torque of the module and what opposed it are fitted to this and the next row",
        ),
        _row(
            "ISS 2021-07-29, turned about pitch", float(np.degrees(turn.turned)),
            facts["turned_deg"], "deg", facts["turned_tolerance_deg"], "measured", "nauka",
            calibration=True,
        ),
        _row(
            "ISS 2021-07-29, held again after the onset",
            None if turn.held is None else turn.held / 60, facts["held_min"], "min",
            facts["held_tolerance_min"], "measured", "nauka",
            note="held on the wheels within a degree; inertia of the station is from memory",
        ),
        _row(
            "ISS 2021-07-29, angle first told is passed",
            None if turn.passed is None else turn.passed / 60, facts["declared_min"], "min",
            facts["declared_min"], "context", "nauka",
            note="45 deg were told of the time near the declaration at 16:42",
        ),
    ]  # fmt: skip
