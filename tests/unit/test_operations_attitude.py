"""Attitude and propulsion of a simulated station: holding, losing it, getting it back."""

from types import SimpleNamespace

import numpy as np
import pytest

from stationkeeper.constants import EARTH_RADIUS, MU_EARTH
from stationkeeper.operations.gatekeeper import SECOND
from stationkeeper.operations.house import House
from stationkeeper.operations.parts import attitude
from stationkeeper.operations.registry import LoadRow, Registry
from stationkeeper.orbit.attitude import gravity_gradient_torque, tilted_inertia
from stationkeeper.validation.operations_attitude import nauka_turn, rows
from tests.small_plant import Bench, bench, ros_house

ERROR, MODE = "attitude.error", "attitude.mode"
ORBIT = 5_560.0


def _others(registry: Registry, house: House) -> None:
    for key, _ in house.visits:
        registry.signal(f"visit.{key}.thrust", "N")
    for key, one in house.plant.load.items():
        if one.kind == "attitude":
            row = LoadRow(key, one.title, one.module, one.kind, one.power_w, one.priority)
            registry.load(row)


@pytest.fixture
def flown() -> Bench:
    house = ros_house()
    made = bench(attitude, house, SimpleNamespace(declare=_others))
    made.put("env.altitude", house.altitude)
    made.put("env.speed", 7_660.0)
    made.put("env.density", 2e-12)
    return made


def _turn_sun(flown: Bench, seconds: float, step: float = 10.0) -> None:
    """Fly with a Sun that stands still in space while the axes of flight turn."""
    rate = np.sqrt(MU_EARTH / (EARTH_RADIUS + ros_house().altitude) ** 3)
    for _ in range(round(seconds / step)):
        angle = rate * flown.time
        flown.put("env.sun-along", 0.8 * np.cos(angle))
        flown.put("env.sun-across", 0.6)
        flown.put("env.sun-down", -0.8 * np.sin(angle))
        flown.run(step, step)


def _whole(flown: Bench) -> dict[str, float]:
    return {name: flown.get(name) for name in flown.registry.signals if name.startswith("att")}


def test_wheels_hold_and_thrusters_empty_them(flown: Bench) -> None:
    worst, most, least = 0.0, 0.0, np.inf
    for _ in range(360):
        flown.run(600)
        worst = max(worst, flown.get(ERROR))
        most = max(most, flown.get("attitude.momentum"))
        least = min(least, flown.get("attitude.momentum"))
    assert flown.get(MODE) == attitude.WHEELS
    assert worst < np.radians(0.3)
    assert 0.7 * 9_000 < most < 0.83 * 9_000
    assert least < 0.15 * 9_000
    used = 2_400 - flown.get("tank.propellant")
    # What torque there is, taken out at the lever of the thrusters.
    impulse = abs(flown.part.ledger[6:9]).sum()
    arm, exhaust = flown.part.constants[[attitude.C_ARM, attitude.C_EXHAUST]]
    assert used == pytest.approx(impulse / arm / exhaust, rel=1e-9)
    assert 3.0 < used < 7.0


def test_momentum_of_an_orbit_is_that_of_the_torque_of_gravity(flown: Bench) -> None:
    flown.put("env.density", 0.0)
    flown.run(3_600)
    plant = ros_house().plant.attitude
    tilt = np.radians(flown.registry.hidden["attitude.body.tilt"])
    body = tilted_inertia(plant.inertia_kg_m2, tilt)
    radius = EARTH_RADIUS + ros_house().altitude
    pitch = flown.get("attitude.pitch")  # the hold gives way a little
    torque = gravity_gradient_torque(body, [-np.sin(pitch), 0.0, np.cos(pitch)], radius)[1]
    assert flown.get("attitude.momentum-y") == pytest.approx(3_600 * torque, rel=1e-3)


def test_long_steps_agree_with_short_ones(flown: Bench) -> None:
    flown.run(1_000)
    long = _whole(flown)
    house = ros_house()
    short = bench(attitude, house, SimpleNamespace(declare=_others))
    for name in ("env.altitude", "env.speed", "env.density"):
        short.put(name, flown.get(name))
    short.run(1_000, 1.0)
    for name, value in long.items():
        close = 1e-5 * 9_000 if "momentum" in name else 1e-6  # [N m s], [rad], [rad/s]
        assert _whole(short)[name] == pytest.approx(value, rel=2e-3, abs=close), name


def test_full_wheels_lose_a_station_without_thrusters(flown: Bench) -> None:
    flown.command("thrust.1", 0.0)
    flown.ail("thruster-rogue.nauka", 20.0)
    flown.run(300)
    assert flown.get("attitude.momentum") == pytest.approx(9_000, rel=1e-6)
    assert flown.get(MODE) == attitude.DRIFT
    assert flown.get(ERROR) > np.radians(10)
    assert flown.get("tank.propellant") == 2_400
    flown.ail("thruster-rogue.nauka", 0.0)
    flown.run(1_200)
    assert flown.get(MODE) == attitude.DRIFT
    flown.command("thrust.1", 1.0)
    flown.run(50)
    assert flown.get(MODE) == attitude.DRIFT  # a minute passes first
    flown.run(30)
    assert flown.get(MODE) == attitude.THRUSTERS
    flown.run(3_600)
    assert flown.get(MODE) == attitude.WHEELS
    assert flown.get(ERROR) < np.radians(0.3)


def test_thrusters_take_over_from_full_wheels(flown: Bench) -> None:
    flown.ail("thruster-rogue.nauka", 50.0)
    flown.run(600)
    assert flown.get(MODE) == attitude.THRUSTERS
    assert flown.get(ERROR) < np.radians(10)
    assert flown.get("attitude.firing") > 0.2
    flown.ail("thruster-rogue.nauka", 0.0)
    flown.run(600)
    assert flown.get(MODE) == attitude.WHEELS
    assert flown.get("attitude.momentum") < 0.5 * 9_000


def test_star_trackers_lose_a_fast_station_and_gyros_stop_it(flown: Bench) -> None:
    flown.command("thrust.1", 0.0)
    flown.ail("thruster-rogue.nauka", 50.0)
    flown.run(1_000)
    flown.ail("thruster-rogue.nauka", 0.0)
    assert flown.get("star-tracker.1.good") == 0.0
    assert flown.get("gyro.1.good") == 1.0
    flown.run(3_600)  # blind for longer than memory serves
    flown.command("thrust.1", 1.0)
    flown.run(4_000)
    assert flown.get("star-tracker.1.good") == 1.0
    assert flown.get(MODE) == attitude.WHEELS


def test_a_ship_that_burns_turns_the_station(flown: Bench) -> None:
    flown.command("thrust.1", 0.0)
    flown.put("visit.cargo.thrust", 100.0)
    flown.run(300)
    assert flown.get(ERROR) > np.radians(10)
    module = ros_house().plant.visit["cargo"].module
    sign = np.sign(attitude.levers(ros_house())[module])
    assert np.sign(flown.get("attitude.rate-y") + 1.13e-3) == -sign


def test_a_stuck_valve_ends_when_its_string_is_inhibited(flown: Bench) -> None:
    flown.run(600)
    flown.ail("thruster.1.stuck", 1.0)
    flown.run(60)
    assert flown.get("thruster.1.open") == 1.0
    tank = flown.get("tank.propellant")
    assert flown.get("propellant.flow") > 0.03
    first, second = flown.part.ledger[15:17]
    assert second == 0.0
    flown.command("thrust.1", 0.0)
    flown.command("thrust.2", 1.0)
    flown.run(3_600)
    assert flown.get(MODE) == attitude.WHEELS
    assert flown.get("thruster.1.ready") == flown.get("thruster.1.open") == 0.0
    assert tank - flown.get("tank.propellant") < 40.0
    assert flown.part.ledger[15] == first
    assert flown.part.ledger[16] > 0.0  # of the second string


def test_weak_and_leaking_strings(flown: Bench) -> None:
    flown.ail("thruster.2.leak", 1e-3)
    flown.run(1_000)
    assert flown.get("tank.propellant") == pytest.approx(2_399.0)
    flown.ail("thruster.1.weak", 0.0)
    flown.run(8 * ORBIT)
    # Nothing empties the wheels: they fill, and the station leans on gravity.
    assert flown.get("attitude.momentum") > 0.95 * 9_000
    assert flown.part.ledger[15] == 0.0


def test_gas_that_escapes_lowers_pressure_and_thrust(flown: Bench) -> None:
    flown.run(10)
    before = flown.get("propellant.pressure")
    flown.ail("propellant.gas", 0.3)
    flown.run(10)
    assert flown.get("propellant.pressure") == pytest.approx(0.3 * before)


def test_without_a_computer_it_drifts(flown: Bench) -> None:
    flown.run(100)
    flown.put("computer.leads", 0.0)
    flown.run(ORBIT)
    assert flown.get(MODE) == attitude.DRIFT
    assert flown.get(ERROR) > np.radians(1)
    flown.put("computer.leads", 1.0)
    flown.run(3_600)
    assert flown.get(MODE) == attitude.WHEELS


def test_it_drifts_half_an_hour_after_the_last_gyro(flown: Bench) -> None:
    flown.ail("gyro.1.works", 0.0)
    flown.run(3_600)
    assert flown.get(MODE) == attitude.WHEELS
    flown.command("load.navigation-2", 0.0)
    flown.run(1_700)
    assert flown.get(MODE) == attitude.WHEELS
    assert flown.get("attitude.known") == 0.0
    flown.run(200)
    assert flown.get(MODE) == attitude.DRIFT
    flown.command("load.navigation-2", 1.0)
    flown.run(3_600)
    assert flown.get(MODE) == attitude.WHEELS


def test_wheels_that_fail_leave_less_to_fill(flown: Bench) -> None:
    for number in range(1, 6):
        flown.ail(f"wheel.{number}.works", 0.0)
    flown.run(86_400)
    assert flown.get("wheel.1.speed") < 0.1
    assert flown.get("wheel.1.on") == 0.0
    assert flown.get("attitude.momentum") < 0.5 * 9_000
    assert flown.get(MODE) == attitude.WHEELS
    flown.ail("wheel.6.works", 0.0)
    flown.run(86_400)
    assert flown.get(MODE) == attitude.THRUSTERS
    assert flown.get(ERROR) < np.radians(2)


def test_friction_warms_a_wheel_until_it_stops_itself(flown: Bench) -> None:
    flown.ail("wheel.1.friction", 2.0)
    flown.run(86_400)
    assert flown.get("wheel.1.temperature") > flown.get("wheel.2.temperature") + 8
    assert flown.get("load.wheel-1.asked") == pytest.approx(2 * flown.get("load.wheel-2.asked"))
    assert flown.get("wheel.1.speed") == 1.0
    flown.ail("wheel.1.friction", 6.0)
    flown.run(43_200)
    assert flown.get("wheel.1.speed") < 0.6  # the motor is too weak
    flown.put("room.nem.temperature", 350.0)
    flown.run(43_200)
    assert flown.get("wheel.2.on") == 0.0
    flown.put("room.nem.temperature", 295.0)
    flown.run(86_400)
    assert flown.get("wheel.2.on") == 0.0  # until its power is cycled
    flown.command("load.wheel-2", 0.0)
    flown.run(10)
    flown.command("load.wheel-2", 1.0)
    flown.run(43_200)
    assert flown.get("wheel.2.on") == 1.0


def test_it_turns_to_the_sun_and_back(flown: Bench) -> None:
    _turn_sun(flown, 600)
    flown.command("attitude.mode", attitude.SAFE)
    _turn_sun(flown, 2 * ORBIT)
    assert flown.get(MODE) == attitude.SAFE
    assert flown.get(ERROR) < np.radians(1)
    rates = [flown.get(f"attitude.rate-{axis}") for axis in "xyz"]
    assert np.linalg.norm(rates) < 1e-4  # it stands still in space
    flown.command("attitude.mode", attitude.WHEELS)
    _turn_sun(flown, 3_600)
    assert flown.get(MODE) == attitude.WHEELS
    assert flown.get(ERROR) < np.radians(0.3)


def test_safe_mode_lets_a_hold_be_and_turns_a_lost_station_to_the_sun(flown: Bench) -> None:
    flown.command("safe-mode", 1.0)
    _turn_sun(flown, 600)
    assert flown.get(MODE) == attitude.WHEELS
    flown.put("computer.leads", 0.0)
    _turn_sun(flown, 4_000)
    flown.put("computer.leads", 1.0)
    _turn_sun(flown, 4_000)
    assert flown.get(MODE) == attitude.SAFE
    assert flown.get(ERROR) < np.radians(1)


def test_drift_is_obeyed(flown: Bench) -> None:
    flown.command("attitude.mode", attitude.DRIFT)
    flown.run(3_000)
    assert flown.get(MODE) == attitude.DRIFT
    assert flown.part.ledger[15] == 0.0


def test_an_empty_tank_fires_nothing(flown: Bench) -> None:
    flown.part.state[attitude.S_TANK] = 0.05
    flown.ail("thruster-rogue.nauka", 50.0)
    flown.run(3_000)
    assert flown.get("tank.propellant") == 0.0
    assert flown.get("thruster.1.open") == flown.get("attitude.firing") == 0.0
    assert flown.part.ledger[15] == pytest.approx(0.05)


def test_nominal_flight_alarms_nothing(flown: Bench) -> None:
    flown.run(1_000)
    for _ in range(500):
        flown.run(120)
        for one in flown.registry.readings:
            value = one.scale * (flown.get(one.signal) - one.offset)
            margin = 3.5 * one.noise + one.bias
            assert one.low < value - margin or not np.isfinite(one.low), one.name
            assert value + margin < one.high, one.name


def test_what_the_gate_asks_has_two_sensors(flown: Bench) -> None:
    names = {one.name for one in flown.registry.readings}
    asked = ["attitude.firing", ERROR, *(f"attitude.rate-{axis}" for axis in "xyz")]
    assert {name + end for name in asked for end in ("", SECOND)} <= names


def test_hidden_constants_differ_from_mission_to_mission() -> None:
    house, other = ros_house(), SimpleNamespace(declare=_others)
    one, two = (bench(attitude, house, other, seed=seed).part for seed in (1, 2))
    assert np.any(one.constants != two.constants)
    again = bench(attitude, house, other, seed=1).part
    assert np.array_equal(one.constants, again.constants)


def test_more_push_turns_the_station_further() -> None:
    fitted, weaker = nauka_turn(), nauka_turn(1_000.0, 1_700.0)
    assert weaker.peak < fitted.peak
    assert weaker.turned < fitted.turned
    assert fitted.turned > 0  # a back flip: nose up


def test_attitude_of_stations_is_as_published() -> None:
    missed = [row.name for row in rows() if row.counts and not row.within]
    assert missed == []
