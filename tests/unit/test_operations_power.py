"""Power of a simulated station: beside the courses of the household, in faults, at its edges."""

import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.household.arrays import (
    SOLAR_IRRADIANCE,
    TWO_AXES,
    array_course,
    is_sunlit,
    same_strings,
    sun_in_orbit_axes,
)
from stationkeeper.household.batteries import same_batteries
from stationkeeper.household.power import power_course, same_buses
from stationkeeper.household.shedding import same_loads
from stationkeeper.operations.parts import power
from stationkeeper.operations.parts.power_layout import buses_of, neighbours
from stationkeeper.operations.registry import LoadRow, Registry
from tests.power_station import PERIOD, bare, ros, station, with_power

EARTH, ORBIT = 6_378.137e3, 6_795.137e3
LEVELS = tuple(f"bus.{bus}.level" for bus in range(1, 5))
TOTALS = ("power.generated", "power.shunted", "power.demand", "power.loss")


def test_one_bus_flies_as_the_courses_of_the_household() -> None:
    house = with_power(bare(ros()), wings=1, batteries=1, buses=1)
    flown = station(house, loads=False, extra=(LoadRow("one", "One", "nem", "core", 2_500.0, 9),))
    flown.charge(1, 0.5)
    flown.put("wing.1.temperature", 300.0)
    hidden, plant = flown.registry.hidden, house.plant.power
    capacity = hidden["power.battery-1.capacity"]
    steps = 150
    angle = 2 * np.pi * np.arange(1, steps + 1) * 10.0 / PERIOD
    sun = sun_in_orbit_axes(0.5, angle)
    light = np.where(is_sunlit(sun, ORBIT, EARTH), SOLAR_IRRADIANCE, 0.0)
    wing = same_strings(
        1, area=plant.wing_area_m2, efficiency=hidden["power.wing-1.efficiency"], passed=0.93,
        temperature_coefficient=hidden["power.wing.temperature-coefficient"],
        ageing_rate=plant.ageing_per_year, tracking=TWO_AXES,
        time_constant=hidden["power.wing.time-constant"],
    )  # fmt: skip
    age = plant.age_years * power_year()
    generated, warm = array_course(wing, sun, light, age=age + 10.0)
    cell = same_batteries(
        1, capacity=capacity, empty_voltage=90.0, full_voltage=123.0, end_voltage=93.3,
        resistance=hidden["power.battery-1.resistance"],
        charge_efficiency=1.0 - hidden["power.battery-1.charge-loss"],
        self_discharge_time=hidden["power.battery-1.self-discharge"],
        charge_limit=0.5 * capacity / 3600.0, discharge_limit=capacity / 3600.0,
    )  # fmt: skip
    bus = same_buses(
        1, efficiency=1.0 - hidden["power.bus-1.converter-loss"],
        standing_loss=hidden["power.bus-1.standing-loss"],
        charger_efficiency=1.0 - hidden["power.bus-1.charger-loss"],
        discharger_efficiency=1.0 - hidden["power.bus-1.discharger-loss"],
    )  # fmt: skip
    before = 800.0 * plant.age_years * capacity
    course = power_course(
        bus, cell, same_loads([0]), generated, np.full((1, steps), 2_500.0), string_bus=[0],
        battery_bus=[0], charge=0.5 * capacity, discharged=before, age=age,
    )  # fmt: skip
    flown.run(steps * 10.0, beta=np.degrees(0.5))
    flows = flown.part.ledger[:8]
    np.testing.assert_allclose(flows, course.flows[0], rtol=1e-6, atol=1.0)
    assert flown.get("battery.1.charge") == pytest.approx(course.charge[0], rel=1e-9)
    assert flown.get("bus.1.level") == pytest.approx(course.level[0, -1], rel=1e-7)
    assert flown.get("wing.1.temperature") == pytest.approx(warm[0], rel=1e-9)


def power_year() -> float:
    return 365.25 * 86_400.0


@pytest.mark.parametrize("people", [0, 4])
@pytest.mark.parametrize("beta", [0.0, -30.0, 60.0, 75.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nominal_flight_is_fed_at_every_height_of_the_sun(people, beta, seed) -> None:
    flown = station(people=people, seed=seed)
    if people:
        for name in ("oxygen-1", "carbon-dioxide-1", "water-processor"):
            flown.command(f"load.{name}", 1.0)
    flown.run(4 * PERIOD, beta=beta, watch=(*LEVELS, *TOTALS, "bus.1.shed", "bus.1.supplied"))
    assert min(flown.least[name] for name in LEVELS) > 0.6
    assert flown.least["bus.1.supplied"] == 1
    assert flown.most["bus.1.shed"] == 0
    could = flown.mean["power.generated"] + flown.mean["power.shunted"]
    assert could > 1.2 * (flown.mean["power.demand"] + flown.mean["power.loss"])
    for reading in flown.registry.readings:
        if not reading.signal.startswith("load."):
            told = reading.scale * (flown.get(reading.signal) - reading.offset)
            assert reading.low < told < reading.high, reading.name


def test_steps_of_a_second_fly_as_steps_of_ten() -> None:
    one, ten = station(), station()
    one.run(2 * PERIOD, dt=1.0)
    ten.run(2 * PERIOD)
    for name in ("bus.1.level", "wing.1.temperature", "battery.3.charge"):
        assert one.get(name) == pytest.approx(ten.get(name), rel=2e-3)


def test_a_gimbal_that_is_stuck_stays_and_loses_power() -> None:
    flown = station().run(60.0)
    flown.ail("wing.1.gimbal", 0.0)
    before = flown.get("wing.1.angle")
    for number in range(1, 13):  # nothing is shunted while batteries are hungry
        flown.charge(number, 0.4)
    flown.run(890.0)
    warm = [flown.get(f"wing.{number}.temperature") - 301.15 for number in (1, 5)]
    flown.run(10.0)
    assert flown.get("wing.1.angle") == before
    assert flown.get("wing.2.angle") != before
    hidden = flown.registry.hidden
    expected = np.cos(2 * np.pi * 900.0 / PERIOD)
    expected *= hidden["power.wing-1.efficiency"] / hidden["power.wing-5.efficiency"]
    colder = [1 + hidden["power.wing.temperature-coefficient"] * one for one in warm]
    ratio = flown.get("wing.1.power") / flown.get("wing.5.power")
    assert ratio == pytest.approx(expected * colder[0] / colder[1], rel=1e-9)
    flown.ail("wing.1.gimbal", 1.0)
    flown.run(600.0)
    assert flown.get("wing.1.angle") == flown.get("wing.2.angle")


@pytest.mark.parametrize(
    ("health", "value", "share"),
    [("strings", 0.75, 0.75), ("shadow", 0.5, 0.5), ("electronics", 0.0, 0.0)],
)
def test_what_a_wing_loses_it_does_not_give(health, value, share) -> None:
    good, bad = station(), station()
    bad.ail(f"wing.1.{health}", value)
    for flown in (good, bad):
        for number in range(1, 13):
            flown.charge(number, 0.4)
        flown.run(10.0)
    assert bad.get("wing.1.power") == pytest.approx(share * good.get("wing.1.power"), rel=1e-9)
    assert bad.get("wing.2.power") == good.get("wing.2.power")


def test_a_wing_is_switched_off_and_on() -> None:
    flown = station()
    flown.command("wing.1", 0.0)
    assert flown.run(60.0).get("wing.1.power") == 0
    flown.command("wing.1", 1.0)
    assert flown.run(60.0).get("wing.1.power") > 0


def test_power_falls_with_the_error_of_attitude_and_safe_mode_faces_the_sun() -> None:
    def given(error: float, mode: float, axes: int) -> float:
        flown = station(with_power(ros(), tracking_axes=axes))
        for number in range(1, 13):
            flown.charge(number, 0.4)
        flown.put("attitude.error", error)
        flown.put("attitude.mode", mode)
        return flown.run(10.0, beta=70.0).get("power.generated")

    straight = given(0.0, 1.0, 2)
    assert given(np.pi / 3, 1.0, 2) == pytest.approx(0.5 * straight, rel=1e-9)
    assert given(2.0, 0.0, 2) == 0
    one_axis = given(0.0, 1.0, 1)
    assert one_axis == pytest.approx(np.cos(np.radians(70)) * straight, rel=1e-9)
    assert given(0.0, 3.0, 1) == pytest.approx(straight, rel=1e-6)
    assert 0.5 * straight < given(0.0, 3.0, 0) < straight  # panels in an arch


def test_panels_that_do_not_turn_see_the_sun_where_they_look() -> None:
    flown = station(with_power(ros(), tracking_axes=0, wings=4))
    for number in range(1, 13):
        flown.charge(number, 0.4)
    flown.run(10.0, beta=50.0)  # flight axes: the Sun stands to the left, y below zero
    left, right = flown.get("wing.1.power"), flown.get("wing.4.power")
    assert left > 3 * right
    assert flown.get("wing.1.angle") == 0


def test_a_battery_is_cut_off_and_the_others_take_its_part() -> None:
    flown = station().run(0.5 * PERIOD)  # in shadow
    whole = flown.get("battery.1.current")
    flown.command("battery.1", 0.0)
    flown.run(10.0)
    assert whole < 0
    assert flown.get("battery.1.current") == 0
    assert flown.get("battery.5.current") == pytest.approx(1.5 * whole, rel=0.2)
    assert flown.get("bus.1.supplied") == 1


def test_charge_is_refused_in_the_cold_and_by_a_broken_charger() -> None:
    flown = station()
    for number in range(1, 13):
        flown.charge(number, 0.5)
    flown.put("battery.1.temperature", 255.0)
    flown.ail("battery.5.charger", 0.0)
    flown.run(60.0)
    assert flown.get("battery.1.current") == flown.get("battery.5.current") == 0
    assert flown.get("battery.9.current") > 0
    flown.run(0.5 * PERIOD)
    assert flown.get("battery.1.current") < 0
    flown.put("battery.1.temperature", 240.0)
    assert flown.run(10.0).get("battery.1.current") == 0


def test_ageing_leaking_and_resistance_of_a_battery() -> None:
    good, bad = station(), station()
    bad.ail("battery.1.leak", 20.0)
    bad.ail("battery.2.capacity", 0.5)
    bad.ail("battery.3.resistance", 8.0)
    for flown in (good, bad):
        flown.command("battery.1", 0.0)
        flown.run(0.5 * PERIOD)
    lost = good.get("battery.1.charge") - bad.get("battery.1.charge")
    assert lost == pytest.approx(20.0 * flown.time, rel=0.01)
    assert bad.get("battery.1.heat") > 1_500  # 20 A at about 110 V
    assert bad.get("battery.2.charge") < 0.8 * good.get("battery.2.charge")
    assert bad.get("battery.3.voltage") < good.get("battery.3.voltage") - 1


def test_a_short_trips_the_converter_until_it_is_reset() -> None:
    flown = station().run(60.0)
    flown.ail("bus.2.short", 12_000.0)
    flown.run(10.0)
    assert flown.get("bus.2.tripped") == 1
    assert flown.get("bus.2.supplied") == flown.get("bus.2.voltage") == 0
    assert flown.get("bus.1.supplied") == 1
    flown.ail("bus.2.short", 0.0)
    flown.run(600.0)
    assert flown.get("bus.2.supplied") == 0
    flown.command("bus.2", 0.0)
    flown.run(10.0)
    flown.command("bus.2", 1.0)
    flown.run(1_200.0)
    assert flown.get("bus.2.supplied") == 1
    assert flown.get("bus.2.shed") == 0


@pytest.mark.parametrize(("health", "value"), [("false-trip", 1.0), ("converter", 0.0)])
def test_a_dead_bus_is_fed_through_its_tie(health, value) -> None:
    flown = station().run(60.0)
    own, load = (
        flown.get("bus.1.demand"),
        next(row.name for row in flown.registry.loads if flown.bus(row.name) == 2 and row.on),
    )
    flown.ail(f"bus.2.{health}", value)
    flown.run(20.0)
    assert flown.get(f"load.{load}.power") == flown.get(f"load.{load}.on") == 0
    flown.command("tie.1-2", 1.0)
    flown.run(1_200.0)
    assert flown.get(f"load.{load}.on") == 1
    assert flown.get("bus.2.supplied") == 1
    assert flown.get("bus.2.voltage") > 100
    assert flown.get("bus.1.demand") > own + 1_000
    flown.ail("bus.1.short", 20_000.0)  # and both fall
    flown.run(20.0)
    assert flown.get("bus.1.supplied") == flown.get("bus.2.supplied") == 0


def test_an_empty_bus_is_fed_through_its_tie_until_it_has_charge_again() -> None:
    flown = station()
    for number in (2, 6, 10):
        flown.charge(number, 0.1)
    for wing in (2, 6):
        flown.ail(f"wing.{wing}.strings", 0.0)
    flown.run(600.0)
    assert flown.get("bus.2.level") < 1e-3
    assert flown.get("bus.2.supplied") < 1
    flown.command("tie.2-3", 1.0)
    flown.run(1_200.0)
    assert flown.get("bus.2.supplied") == 1
    for wing in (2, 6):
        flown.ail(f"wing.{wing}.strings", 1.0)
    flown.run(PERIOD, watch=("bus.3.demand",))
    assert flown.get("bus.2.level") > 0.2
    assert flown.get("bus.2.demand") > 0  # on its own again
    assert flown.least["bus.3.demand"] < 0.8 * flown.most["bus.3.demand"]


def test_a_shorted_load_trips_its_own_breaker_until_commanded_off_and_on() -> None:
    flown = station().run(60.0)
    flown.ail("load.freezer.draw", 40.0)
    flown.run(10.0)
    bus = flown.bus("freezer")
    assert flown.get("load.freezer.on") == flown.get("load.freezer.power") == 0
    assert flown.get(f"bus.{bus}.breakers") == 1
    assert flown.get(f"bus.{bus}.tripped") == 0
    flown.ail("load.freezer.draw", 1.0)
    assert flown.run(10.0).get("load.freezer.on") == 0
    flown.command("load.freezer", 0.0)
    flown.run(10.0)
    flown.command("load.freezer", 1.0)
    assert flown.run(10.0).get("load.freezer.power") == 220


def test_loads_take_what_they_ask_for_and_nothing_when_open() -> None:
    flown = station()
    flown.put("load.imager.asked", 300.0)
    flown.ail("load.imager.draw", 1.5)
    flown.ail("load.freezer.open", 0.0)
    flown.run(10.0)
    assert flown.get("load.imager.power") == 450
    assert flown.get("load.freezer.power") == flown.get("load.freezer.on") == 0


def test_people_and_safe_mode_decide_what_runs() -> None:
    flown = station(people=0).run(10.0)
    assert flown.get("load.galley.on") == 0
    assert flown.get("load.furnace.on") == 1
    flown.put("people.aboard", 2.0)
    assert flown.run(10.0).get("load.galley.on") == 1
    flown.command("safe-mode", 1.0)
    flown.run(10.0)
    assert flown.get("load.furnace.on") == 0
    assert flown.get("load.galley.on") == flown.get("load.computer-1.on") == 1


def test_payload_goes_before_air_and_air_stays_with_people_aboard() -> None:
    crewed, empty = station(people=3), station(people=0)
    for flown in (crewed, empty):
        for number in range(1, 13):
            flown.charge(number, 0.1)
        for wing in range(1, 9):
            flown.ail(f"wing.{wing}.electronics", 0.0)
        flown.run(1_200.0)
        assert flown.get("load.furnace.on") == 0
        assert flown.get(f"bus.{flown.bus('furnace')}.shed") > 0
    places = {row.name: place for place, row in enumerate(crewed.registry.loads)}
    off = crewed.part.state[crewed.part.wires[power.OFF] :]
    assert off[places["condenser-1"]] < 0 <= off[places["furnace"]]
    assert empty.part.state[empty.part.wires[power.OFF] :][places["condenser-1"]] >= 0
    assert off[places["computer-1"]] < 0


def test_a_load_has_no_power_without_the_one_above() -> None:
    rows = (
        LoadRow("below", "Below", "nem", "core", 10.0, 5, parent="above"),
        LoadRow("above", "Above", "nem", "core", 10.0, 5),
    )
    flown = station(extra=rows).run(10.0)
    assert flown.bus("below") == flown.bus("above")
    assert flown.get("load.below.on") == 1
    flown.command("load.above", 0.0)
    assert flown.run(10.0).get("load.below.on") == 0


def test_what_stands_in_for_another_hangs_on_another_bus() -> None:
    flown = station()
    buses = [flown.bus(f"computer-{number}") for number in (1, 2, 3)]
    assert len(set(buses)) == 3
    for one, two in (("pump-1-1", "pump-1-2"), ("navigation-1", "navigation-2")):
        assert flown.bus(one) != flown.bus(two)
    assert len({flown.bus(f"wheel-{number}") for number in range(1, 7)}) == 4
    flown.run(10.0)
    watts = [flown.get(f"bus.{bus}.demand") for bus in range(1, 5)]
    assert max(watts) < 1.5 * min(watts)


def test_two_buses_have_one_tie_and_more_have_a_ring() -> None:
    assert neighbours(1) == []
    assert neighbours(2) == [(0, 1)]
    assert neighbours(4) == [(0, 1), (1, 2), (2, 3), (0, 3)]


def test_hidden_constants_stay_within_their_spread_and_are_hidden() -> None:
    flown = station(seed=9)
    efficiency = [flown.registry.hidden[f"power.wing-{number}.efficiency"] for number in (1, 2)]
    assert efficiency[0] != efficiency[1]
    assert all(0.252 <= one <= 0.308 for one in efficiency)
    assert station(spread=0.0).registry.hidden["power.wing-1.efficiency"] == 0.28


def test_a_plant_without_wings_or_batteries_flies() -> None:
    flown = station(with_power(ros(), wings=0)).run(100.0)
    assert flown.get("power.generated") == pytest.approx(0.0, abs=1e-6)
    assert flown.get("bus.1.supplied") == 1
    flown = station(with_power(ros(), batteries=0)).run(100.0)
    assert flown.get("bus.1.supplied") == flown.get("bus.1.level") == 1
    flown.run(0.5 * PERIOD)
    assert flown.get("bus.1.supplied") == flown.get("bus.1.voltage") == 0


def registry_with(*rows: LoadRow) -> Registry:
    registry = Registry(1, 0)
    for row in rows:
        registry.load(row)
    return registry


BAD = [
    lambda: station(with_power(ros(), wings=3)),
    lambda: station(with_power(ros(), batteries=2)),
    lambda: buses_of(
        registry_with(LoadRow("a", "A", "nem", "core", 1.0, 5, parent="b")), np.ones(2)
    ),
    lambda: buses_of(registry_with(LoadRow("a", "A", "nem", "core", 1.0, 5, bus=2)), np.ones(2)),
    lambda: station(
        extra=(
            LoadRow("a", "A", "nem", "core", 1.0, 5, parent="b"),
            LoadRow("b", "B", "nem", "core", 1.0, 5, parent="a"),
        )
    ),
]


@pytest.mark.parametrize("case", range(len(BAD)))
def test_a_plant_that_cannot_be_laid_out_is_named(case) -> None:
    with pytest.raises(InputError, match=r"expected|itself"):
        BAD[case]()
