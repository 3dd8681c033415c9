"""Heat of the simulated station, flown without its other parts."""

from dataclasses import replace

import numba
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from stationkeeper.constants import EARTH_RADIUS
from stationkeeper.household.arrays import SOLAR_IRRADIANCE, STEFAN_BOLTZMANN
from stationkeeper.household.outside_heat import (
    earth_view_factor,
    lit_share_of_cylinder,
    mean_earth_view,
    outside_level,
)
from stationkeeper.operations.parts import heat
from stationkeeper.operations.parts import heat_layout as at
from stationkeeper.operations.registry import LoadRow
from tests.heat_station import one_room, ros, ros_house, station_of

ZERO = 273.15


@numba.njit
def of_outside(ratio, cosine, lit, up):
    """Kernels have no face towards Python."""
    view = mean_earth_view(ratio)
    return (
        view,
        lit_share_of_cylinder(cosine),
        outside_level(lit, up, view, 1_361.0, 0.3, 237.0, 0.25),
    )


def test_the_earth_fills_its_share_of_the_sky() -> None:
    tilt = np.linspace(0, np.pi, 20_001)
    for ratio in (1.03, 1.065, 1.3):
        faces = earth_view_factor(tilt, ratio) * np.sin(tilt) / 2
        mean = float(np.sum((faces[1:] + faces[:-1]) / 2) * (tilt[1] - tilt[0]))
        assert of_outside(ratio, 0.0, 0.0, 0.0)[0] == pytest.approx(mean, abs=1e-6)


def test_the_shadow_of_a_cylinder() -> None:
    # Of width 1: 2 x 1 from the side, pi/4 from an end, over 2.5 pi.
    assert of_outside(1.06, 0.0, 0.0, 0.0)[1] == pytest.approx(2 / (2.5 * np.pi))
    assert of_outside(1.06, -1.0, 0.0, 0.0)[1] == pytest.approx(0.1)
    cosines = np.linspace(-1, 1, 4_001)
    shares = [of_outside(1.06, c, 0.0, 0.0)[1] for c in cosines]
    assert np.mean((np.array(shares[1:]) + shares[:-1]) / 2) == pytest.approx(0.25, abs=1e-5)


def test_level_of_a_surface_adds_sun_albedo_and_infrared() -> None:
    view, _, level = of_outside(1.065, 0.0, 0.2, 0.5)
    light = 1_361 * (0.2 + 0.3 * 0.5 * view)
    assert level == pytest.approx(0.25 * light + 237 * view)
    assert of_outside(1.065, 0.0, 0.0, -0.5)[2] == pytest.approx(237 * view)


@pytest.mark.parametrize("beta", [0.0, 45.0, 75.0])
@pytest.mark.parametrize("people", [0, 4])
def test_rooms_are_held_and_no_alarm_is_near(beta, people) -> None:
    for mission in range(3):
        station = ros(mission)
        station.beta = np.radians(beta)
        station.people(people)
        station.fly(24)
        readings = [row for row in station.registry.readings if row.subsystem == "heat"]
        low, high = station.fly(24, *(row.signal for row in readings))
        rooms = station.fly(2, *station.rooms())
        assert rooms.min() > 292.0
        assert rooms.max() < 298.0
        for row, least, most in zip(readings, low, high, strict=True):
            margin = 1.0 if row.unit == "degC" else 0.02 * abs(row.low)
            told = row.scale * (np.array([least, most]) - row.offset)
            assert told[0] - row.bias > row.low + (margin if np.isfinite(row.low) else 0), row.name
            assert told[1] + row.bias < row.high, row.name


def test_one_loop_is_enough_and_none_is_not() -> None:
    station = ros()
    station.people(4)
    station.load("pump-1-1", 0.0)
    station.fly(48)
    assert station.fly(12, *station.rooms()).max() < 298.0
    assert station.get("loop.1.flow") == 0.0
    station.load("pump-2-1", 0.0)
    station.fly(24)
    assert max(station.get(name) for name in station.rooms()) > 310.0
    station.load("pump-1-2", 1.0)  # the spare
    station.fly(24)
    assert max(station.get(name) for name in station.rooms()) < 298.0


def test_a_leak_empties_a_loop_and_shut_lines_keep_the_rest() -> None:
    station = ros()
    station.ail("loop.1.leak", 0.01)
    station.fly(1)
    # 0.01 kg/s at first, less as the pressure falls.
    assert 20.0 < 180.0 - station.get("loop.1.coolant") < 36.0
    assert station.get("loop.1.pressure") < 0.6 * at.FULL_PRESSURE
    assert station.get("loop.1.flow") == pytest.approx(station.registry.hidden["heat.loop.1.flow"])
    station.switches[station.registry.of("set.loop-1", "switches")] = 0.0
    left = station.get("loop.1.coolant")
    station.fly(5)
    assert station.get("loop.1.coolant") == left
    assert station.get("loop.1.flow") == 0.0
    station.switches[station.registry.of("set.loop-1", "switches")] = 1.0
    station.fly(48)
    assert station.get("loop.1.flow") == 0.0
    assert station.get("loop.1.coolant") < 0.5 * 180
    assert station.get("loop.1.pressure") == 0.0
    station.fly(48)
    assert station.get("loop.1.coolant") == 0.0
    assert abs(heat.balance(station.begin, station.part)["coolant"]) < 1e-12


def test_without_its_controller_a_room_keeps_its_valve_and_loses_its_heaters() -> None:
    station = ros()
    station.fly(24)
    station.set("controller.target-1.alive", 0.0)
    station.set("controller.shm.alive", 0.0)
    valve = station.get("room.target-1.valve")
    station.load("radar-earth", 0.0)
    station.fly(48)
    assert station.get("room.target-1.valve") == valve
    assert station.get("load.heater-shm.asked") == 0.0
    assert station.get("room.shm.temperature") < at.HEAT_BELOW - 1.0
    assert station.get("room.target-1.temperature") < at.COOL_FROM - 0.5


@pytest.mark.parametrize(("stuck", "asked"), [(1.0, True), (-1.0, False)])
def test_stuck_thermostats(stuck, asked) -> None:
    station = ros()
    station.ail("heater.shm.thermostat", stuck)
    low, high = station.fly(24, "load.heater-shm.asked")
    assert (low[0] > 0, high[0] > 0) == (asked, asked)
    station.fly(48)
    assert (station.get("room.shm.temperature") > at.HEAT_UNTIL + 0.5) is asked


def test_thermostats_have_two_temperatures() -> None:
    station = ros()
    station.fly(48)
    low, high = station.fly(48, "room.shm.temperature", "load.heater-shm.asked")
    assert low[0] == pytest.approx(at.HEAT_BELOW, abs=0.05)
    assert high[0] == pytest.approx(at.HEAT_UNTIL, abs=0.05)
    assert (low[1], high[1]) == (0.0, 240.0)


def test_an_empty_station_freezes_in_weeks() -> None:
    # Salyut 7, February to June 1985, without attitude. Told: water frozen, about -10 C.
    station = one_room()
    station.dark()
    station.set("attitude.error", 2.0)
    station.fly(7 * 24)
    assert 2 < station.get("room.salyut.temperature") - ZERO < 14
    assert station.get("water.ice") == 0.0
    days = 7
    while station.get("water.ice") < 1.0 and days < 117:
        station.fly(24)
        days += 1
    assert 14 < days < 60
    assert station.get("water.burst") == 1.0
    assert station.get("water.temperature") <= ZERO
    station.fly(24 * (117 - days))
    for name in ("room.salyut.temperature", "room.salyut.wall", "water.temperature"):
        assert -20 < station.get(name) - ZERO < -5
    assert abs(heat.balance(station.begin, station.part)["energy"]) < 1e-9


def test_lines_that_freeze_burst_when_they_thaw() -> None:
    station = one_room(freezing=273.0)
    station.dark()
    station.set("attitude.error", 2.0)
    station.fly(24 * 40)
    assert station.get("loop.1.inlet") < 273.0
    station.load("pump-1-1", 1.0)
    station.fly(1)
    assert station.get("loop.1.flow") == 0.0
    assert station.get("loop.1.burst") == 0.0
    assert station.get("loop.1.coolant") == 60.0
    station.ail("room.salyut.heat", 4_000.0)
    station.fly(24 * 6)
    assert station.get("loop.1.burst") == 1.0
    assert station.get("loop.1.coolant") < 45.0
    assert station.get("water.burst") == 1.0
    station.ail("room.salyut.heat", 8_000.0)
    station.fly(24 * 4)
    assert station.get("water.ice") == 0.0
    assert station.get("water.burst") == 1.0  # stays


def test_panels_are_shut_before_they_freeze() -> None:
    station = ros()
    station.part.constants[at.K_FREEZES] = 225.0  # above what the radiators of the ROS come to
    station.fly(48, "loop.1.radiator")
    low, _ = station.fly(24, "loop.1.radiator", *station.rooms())
    assert low[0] > 225.0 + at.SHUT_ALL
    assert low[1:].max() < 298.0


def test_nothing_passes_a_frozen_radiator() -> None:
    station = ros()
    station.fly(24)
    station.part.constants[at.K_FREEZES] = station.get("loop.1.radiator") + 5.0
    station.fly(1 / 360)
    assert station.get("heat.rejected") == 0.0
    assert station.get("loop.1.flow") > 0.0  # it goes by
    assert station.get("loop.1.burst") == 0.0
    station.fly(2)
    assert station.get("loop.1.inlet") > at.SUPPLY + 5.0


def test_radiators_that_see_the_sun_or_are_in_part_lost_give_less() -> None:
    def radiator(**ailing):
        station = ros()
        station.people(4)
        for name, value in ailing.items():
            station.ail(f"radiator.1.{name}", value)
        station.fly(48)
        return station.fly(6, "loop.1.radiator", "loop.1.valve")

    well, stuck, part = radiator(), radiator(stuck=1.0), radiator(area=0.3)
    assert stuck[1, 0] > well[1, 0] + 15.0
    assert part[0, 0] > well[0, 0] + 20.0
    assert part[1, 1] > well[1, 1]


def test_a_stuck_valve_lets_the_supply_go() -> None:
    station = ros()
    station.fly(24)
    station.ail("loop.1.valve-stuck", 1.0)
    station.load("radar-earth", 0.0)
    station.load("furnace", 0.0)
    low, _ = station.fly(24, "loop.1.inlet", "loop.2.inlet")
    assert low[0] < at.SUPPLY - 0.5
    assert low[1] == pytest.approx(at.SUPPLY, abs=0.1)


def test_a_ship_without_its_loop() -> None:
    # As MS-22: 30 C in the cabin and 40 C in the compartment of instruments in the first days.
    # Joints are chosen for it, so this shows the course and no more.
    station = ros()
    station.load("ship-cargo", 500.0 / 300.0)
    station.fly(48)
    assert 291 < station.get("visit.cargo.temperature") < 298
    assert station.get("visit.cargo.compartment") < 300
    station.ail("visit.cargo.loop", 0.0)
    station.fly(4)
    assert station.get("visit.cargo.coolant") == 0.0
    station.fly(44)
    assert station.get("visit.cargo.temperature") - ZERO == pytest.approx(30.0, abs=2.0)
    assert station.get("visit.cargo.compartment") - ZERO == pytest.approx(42.0, abs=3.0)
    station.load("ship-cargo", 0.3)  # systems off
    station.load("ship-loop-cargo", 0.0)
    station.fly(96)
    assert station.get("visit.cargo.compartment") - ZERO < 30.0


def test_a_ship_that_comes_brings_its_heat() -> None:
    station = ros()
    station.set("visit.cargo.docked", 0.0)
    station.fly(24)
    assert station.get("visit.cargo.temperature") == at.SHIP_COOL_FROM
    assert station.get("load.ship-loop-cargo.asked") == 0.0
    station.set("visit.cargo.docked", 1.0)
    station.ail("visit.cargo.loop", 0.0)
    station.fly(24)
    assert station.get("visit.cargo.compartment") > at.SHIP_COOL_FROM + 5
    station.set("visit.cargo.docked", 0.0)
    station.fly(1)
    assert station.part.ledger[at.CAME_DOCKING] < 0.0  # it took more away than it brought
    assert station.get("visit.cargo.coolant") == at.SHIP_COOLANT
    assert abs(heat.balance(station.begin, station.part)["energy"]) < 1e-12


def test_the_loop_of_a_ship_asks_for_nothing_before_it_docks() -> None:
    house = ros_house()
    visit = house.plant.visit["cargo"].model_copy(update={"docks_day": 2.0})
    registry = station_of(replace(house, visits=(("cargo", visit),))).registry
    now = registry.first_signals
    assert now[registry.of("load.ship-loop-cargo.asked")] == 0.0
    assert now[registry.of("load.ship-loop-cargo.power")] == 0.0
    assert ros().get("load.ship-loop-cargo.asked") == at.SHIP_LOOP_W


def test_people_and_loads_warm_the_rooms_they_are_in() -> None:
    station = ros()
    station.set("people.aboard", 4)
    station.fly(1)
    assert station.part.ledger[at.CAME_PEOPLE] == pytest.approx(
        4 * station.registry.hidden["heat.person"] * 3_600
    )
    watts = {row.name: station.get(f"load.{row.name}.power") for row in station.registry.loads}
    before = station.part.ledger[at.CAME_LOADS]
    station.fly(1)
    warm = (station.part.ledger[at.CAME_LOADS] - before) / 3_600
    assert warm == pytest.approx(sum(watts.values()) / 0.90, rel=0.05)  # with converters of 90 %
    # Where nobody lives nobody warms: prichal has no loads of the crew.
    rows = station.part.constants[at.C_HEAD :][: 8 * at.C_ROOM].reshape(8, at.C_ROOM)
    assert rows[:, at.K_PEOPLE].sum() == pytest.approx(1.0)
    assert rows[1, at.K_PEOPLE] == 0.0


def test_every_health_changes_something() -> None:
    plain = ros()
    plain.people(4)
    plain.fly(20)
    mine = [
        name
        for name in plain.registry.health
        if not name.startswith("load.") and not name.endswith("-2.flow")
    ]
    assert len(mine) == 8 * 5 + 12 + 2 * 6 + 1
    for name in mine:
        station = ros()
        station.people(4)
        nominal = station.health[station.registry.of(name, "health")]
        station.ail(name, 0.5 * nominal if nominal else 1.0)
        station.fly(20)
        assert not np.array_equal(station.part.state, plain.part.state), name


def test_a_fire_warms_its_room() -> None:
    station = ros()
    rows = station.part.wires[at.W_HEAD :][: 8 * at.W_ROOM].reshape(8, at.W_ROOM)
    assert np.all(rows[:, at.R_FIRE] == -1)  # no part that burns was declared here
    station.signals = np.append(station.signals, 1_500.0)
    rows[2, at.R_FIRE] = len(station.signals) - 1
    station.fly(1)
    assert station.part.ledger[at.CAME_FAULTS] == pytest.approx(1_500.0 * 3_600)


def test_a_transmitter_sends_some_of_its_power_away() -> None:
    station = ros()
    registry, house = station.registry, station.house
    registry.load(LoadRow("transmitter-1", "Transmitter", "nem", "link", 120.0, 8))
    again = heat.wire(registry, house)
    sizes = at.C_HEAD + 8 * at.C_ROOM + len(registry.loads)
    assert again.constants[sizes - 1] == pytest.approx(1 / 0.9 - at.SENDS)
    assert again.constants[sizes - 2] == pytest.approx(1 / 0.9)


def test_loss_of_attitude_and_safe_mode_change_what_the_sun_warms() -> None:
    def walls(**signals):
        station = ros()
        station.beta = 1.2
        for name, value in signals.items():
            station.set(f"attitude.{name}", value)
        station.fly(24)
        return station.part.ledger[at.GONE_WALLS], station.fly(2, "loop.1.radiator")[1, 0]

    held, lost, safe = walls(), walls(error=3.0), walls(mode=3.0)
    assert abs(held[0] / lost[0] - 1) > 0.01
    assert safe[0] == pytest.approx(lost[0], rel=0.005)
    # Radiators turn with the Sun in safe mode; without attitude it warms them.
    assert lost[1] > held[1] + 3.0
    assert safe[1] == pytest.approx(held[1], abs=1.0)


def test_steps_of_10_s_err_little() -> None:
    long, short = ros(), ros()
    watched = [
        "room.target-1.temperature",
        "loop.1.inlet",
        "loop.1.radiator",
        "battery.3.temperature",
    ]
    for station, dt in ((long, 10.0), (short, 1.0)):
        station.people(4)
        station.fly(12, dt=dt)
    for name in watched:
        assert long.get(name) == pytest.approx(short.get(name), abs=0.05), name


def slopes(time, bodies, station, lit):
    """The equations of one room as they are, written again by name, for a solver."""
    air, wall, battery, fluid, radiator, water = bodies
    hidden, plant, room = station.registry.hidden, station.house.plant, station.house.rooms[0]
    view = 0.5 * (1 - np.sqrt(1 - (EARTH_RADIUS / (EARTH_RADIUS + station.house.altitude)) ** 2))
    light = SOLAR_IRRADIANCE if lit else 0.0
    skin = hidden["heat.wall.sun"] / 0.85 * light * 0.25 + 237 * view
    panel = hidden["heat.radiator.sun"] / 0.85 * light * 0.25 + 237 * view
    leaks = hidden["heat.salyut.skin"] * room.surface * (STEFAN_BOLTZMANN * wall**4 - skin)
    film = hidden["heat.salyut.film"] * room.surface * (air - wall)
    opening = np.clip((air - 294.0) / 2.5, 0, 1)
    flow = hidden["heat.loop.1.flow"]
    plate = hidden["heat.salyut.plate"] * opening * flow * (air - fluid)
    lines = 10.0 * (air - fluid)
    holds = hidden["heat.loop.1.lines"] + 60.0 * hidden["heat.coolant.specific"]
    most = flow * hidden["heat.radiator.effectiveness"] * (fluid + plate / flow - radiator)
    wanted = plate + lines + holds * (fluid - 280.0) / 60.0
    given = most * np.clip(wanted / most, 0.005, 1)
    sends = 20.0 * 0.85 * (STEFAN_BOLTZMANN * radiator**4 - panel)
    cells = range(1, plant.power.batteries + 1)
    link = sum(hidden[f"heat.battery.{k}.link"] for k in cells)
    mass = sum(hidden[f"heat.battery.{k}.capacity"] for k in cells)
    loss = len(cells) * hidden["heat.battery.loss"] * 12.0 * 110.0
    tank = hidden["heat.water.link"] * (air - water)
    watts = sum(station.get(f"load.{row.name}.power") for row in station.registry.loads)
    gain = watts / 0.9 + 300.0 + link * (battery - air) - film - plate - lines - tank
    return [
        gain / (hidden["heat.salyut.capacity"] + 90.0 * 1.2 * 1005),
        (film - leaks) / hidden["heat.salyut.wall"],
        (loss - link * (battery - air)) / mass,
        (plate + lines - given) / holds,
        (given - sends) / (5.0 * 900 * 20),
        tank / (500 * 4186.0),
    ]


def test_one_room_follows_a_solver_of_higher_order() -> None:
    station = one_room()
    station.beta = np.pi / 2  # in the Sun all the time
    station.set("attitude.error", 1.5)
    station.set("people.aboard", 3)
    station.load("heater-salyut", 0.0)
    station.ail("room.salyut.heat", 0.0)
    station.fly(1 / 360)
    begin = [294.5, 291.0, 294.0, 280.0, 275.0, 294.0]
    station.fly(24 - 1 / 360)
    names = (
        "room.salyut.temperature", "room.salyut.wall", "battery.5.temperature", "loop.1.inlet",
        "loop.1.radiator", "water.temperature",
    )  # fmt: skip
    ours = [station.get(name) for name in names]
    solved = solve_ivp(
        slopes, (0, 86_400), begin, "LSODA", args=(station, True), rtol=1e-8, atol=1e-6
    )
    assert ours == pytest.approx(solved.y[:, -1].tolist(), abs=0.005)
    assert np.abs(np.subtract(ours, begin)).max() > 2.0


def test_telemetry_of_heat_is_as_wide_as_planned() -> None:
    names = [row.name for row in ros().registry.readings if row.subsystem == "heat"]
    assert 60 <= len(names) <= 90
    assert len(set(names)) == len(names)
    assert "room.nem.temperature.b" in names
