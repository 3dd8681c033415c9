"""Air and water of a flown station: rooms, hatches, machines, leaks, fire, and what is told."""

import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.household.cabin_air import hole_conductance
from stationkeeper.operations.parts import air
from stationkeeper.operations.parts import air_layout as at
from tests.flown_air import DAY, flown, house

POUND = 0.45359237  # [kg] exact


def limits_touched(flight):
    """Return the sensors of which the signal came within a tenth of the way to an alarm limit."""
    touched = []
    for reading in flight.registry.readings:
        if reading.signal.startswith("load."):
            continue
        low, high = (
            reading.scale * (value - reading.offset)
            for value in (flight.low(reading.signal), flight.high(reading.signal))
        )
        margin = reading.bias + 4.0 * reading.noise
        if low - margin < reading.low or high + margin > reading.high:
            touched.append(reading.name)
    return touched


@pytest.mark.parametrize("people", [0, 3, 5])
@pytest.mark.parametrize("mission", [0, 1, 2, 3])
def test_nominal_air_touches_no_limit(people, mission) -> None:
    flight = flown(people=people, mission=mission).fly(10 * DAY)
    assert limits_touched(flight) == []


def test_rooms_of_another_temperature_touch_no_limit() -> None:
    for warmth in (-2.5, 3.5):
        flight = flown(people=3)
        for place, room in enumerate(house().rooms):
            flight.put(f"room.{room.name}.temperature", 294.5 + warmth * (place % 2))
        assert limits_touched(flight.fly(10 * DAY)) == []


def test_limits_are_told_of_a_station_that_leaks() -> None:
    flight = flown()
    flight.fail("leak.nem", 1e-4)
    assert "room.base.pressure.b" in limits_touched(flight.fly(3 * DAY))


def test_second_sensors_are_there_for_the_gate() -> None:
    names = {reading.name for reading in flown().registry.readings}
    for room in house().rooms:
        for what in ("pressure", "oxygen", "carbon-dioxide", "smoke"):
            assert {f"room.{room.name}.{what}", f"room.{room.name}.{what}.b"} <= names
    for key in house().plant.air.hatch:
        assert {f"hatch.{key}.open", f"hatch.{key}.open.b"} <= names


def test_a_shut_hatch_keeps_air_apart_and_an_open_one_brings_it_together() -> None:
    flight = flown()
    flight.command("hatch.uum-target-1", 0.0)
    flight.fly(60.0)
    assert flight.signal("hatch.uum-target-1.open") == 0.0
    flight.fail("leak.target-1", 1e-5)
    flight.fly(3_600.0)
    apart = flight.signal("room.target-1.pressure") - flight.signal("room.uum.pressure")
    assert apart < -5_000.0
    flight.fail("leak.target-1", 0.0)
    flight.command("hatch.uum-target-1", 1.0)
    flight.fly(60.0)
    assert flight.signal("room.target-1.pressure") == pytest.approx(
        flight.signal("room.uum.pressure"), rel=1e-5
    )
    assert flight.missing() < 1e-12


def test_a_stuck_hatch_stays_and_one_without_controllers_too() -> None:
    flight = flown()
    flight.fail("hatch.uum-target-1.stuck", 1.0)
    flight.command("hatch.uum-target-1", 0.0)
    assert flight.fly(120.0).signal("hatch.uum-target-1.open") == 1.0
    flight.fail("hatch.uum-target-1.stuck", 0.0)
    for room in ("uum", "target-1"):
        flight.put(f"controller.{room}.alive", 0.0)
    assert flight.fly(120.0).signal("hatch.uum-target-1.open") == 1.0
    flight.put("controller.uum.alive", 1.0)
    assert flight.fly(120.0).signal("hatch.uum-target-1.open") == 0.0


def test_a_step_of_a_leak_behind_a_shut_hatch_is_told_by_pressure_alone() -> None:
    # As in the tunnel of February 2024: one pound a day, then 2.4 (OIG IG-24-020).
    flight = flown()
    density = float(flight.part.state[:6].sum()) / flight.part.constants[at.CONSTANTS_HEAD]
    area = POUND / DAY / (float(hole_conductance(1.0, 294.5)) * density)
    rates = []
    for size in (area, 2.4 * area):
        flight.fail("leak.shm", size)
        flight.put("room.shm.temperature", 294.5)
        before = flight.part.ledger[at.LOST : at.LOST + 6].sum()
        begin = flight.signal("room.shm.pressure")
        flight.fly(6 * 3_600.0)
        lost = flight.part.ledger[at.LOST : at.LOST + 6].sum() - before
        rates.append((lost / 0.25, begin - flight.signal("room.shm.pressure")))
    base = flight.registry.hidden["air.leak.base"]
    assert rates[0][0] - base * DAY == pytest.approx(POUND, rel=0.01)
    assert rates[1][0] - base * DAY == pytest.approx(2.4 * POUND, rel=0.02)
    assert rates[1][1] / rates[0][1] == pytest.approx(2.4, rel=0.03)
    assert flight.signal("room.uum.pressure") > 101_300.0


def test_a_seal_that_leaks_lets_the_station_follow_a_room_in_vacuum() -> None:
    flight = flown()
    for gas in ("nitrogen", "oxygen"):
        flight.command(f"supply.{gas}", 0.0)
    flight.fail("leak.shm", 1e-3)
    flight.fly(3_600.0)
    sound = flight.signal("room.uum.pressure")
    flight.fail("hatch.uum-shm.leak", 1e-6)
    flight.fly(DAY)
    fell = sound - flight.signal("room.uum.pressure")
    lost = float(hole_conductance(1e-6, 294.5)) * DAY / flight.part.constants[
        at.CONSTANTS_HEAD : at.CONSTANTS_HEAD + 8
    ].sum()  # fmt: skip
    assert fell == pytest.approx(sound * lost, rel=0.1)
    assert flight.missing() < 1e-12


def test_a_hole_empties_a_room_as_the_closed_form() -> None:
    flight = flown()
    flight.fail("leak.shm", 1e-4)
    flight.fly(600.0)
    volume = flight.registry.hidden["air.shm.volume"]
    expected = 101_318.0 * np.exp(-float(hole_conductance(1e-4, 294.5)) * 600.0 / volume)
    assert flight.signal("room.shm.pressure") == pytest.approx(expected, rel=1e-4)
    before = flight.part.ledger[at.LOST : at.LOST + 6].sum()
    told = flight.fly(10.0).signal("station.leak")
    lost = flight.part.ledger[at.LOST : at.LOST + 6].sum() - before
    assert told == pytest.approx(lost / 10.0, rel=1e-9)


def test_the_valve_to_space_empties_its_room_and_shuts() -> None:
    flight = flown()
    flight.command("vent.shm", 1.0)
    flight.fly(3_600.0)
    assert flight.signal("room.shm.pressure") < 10.0
    flight.command("vent.shm", 0.0)
    assert flight.fly(60.0).signal("vent.shm.open") == 0.0
    row = flight.registry.commands[[one.name for one in flight.registry.commands].index("vent.shm")]
    assert row.target == "vent-shm"
    flight.fail("vent.shm.failed-open", 1.0)
    assert flight.fly(60.0).signal("vent.shm.open") == 1.0


def test_people_are_kept_alive_by_machines_and_not_without() -> None:
    kept, lost = flown(people=3), flown(people=3)
    for key in house().plant.air.machine:
        lost.command(f"load.{key}", 0.0)
    for flight in (kept, lost):
        flight.fly(12 * DAY)
    assert kept.high("room.base.carbon-dioxide") < 533.0  # 4 mmHg
    assert kept.low("room.base.oxygen") > 19_900.0
    assert lost.high("room.base.carbon-dioxide") > 1_500.0
    assert lost.high("room.base.humidity") > 0.7


def test_a_second_bed_takes_over_when_the_first_fails() -> None:
    alone, both = flown(people=3), flown(people=3)
    for flight in (alone, both):
        flight.fail("carbon-dioxide-1.output", 0.0)
    alone.command("load.carbon-dioxide-2", 0.0)
    alone.fly(4 * DAY)
    both.fly(4 * DAY)
    assert both.signal("carbon-dioxide-2.running") == 1.0
    assert both.high("room.nem.carbon-dioxide") < 700.0
    assert alone.high("room.nem.carbon-dioxide") > 800.0


def test_a_jammed_bed_fills_and_takes_no_more() -> None:
    flight = flown(people=3)
    flight.fail("carbon-dioxide-1.jammed", 1.0)
    flight.command("load.carbon-dioxide-2", 0.0)
    flight.fly(3 * DAY)
    assert flight.signal("carbon-dioxide-1.running") == 1.0
    assert flight.signal("carbon-dioxide-1.flow") * DAY < 1.0
    assert flight.high("room.base.carbon-dioxide") > 600.0


def test_a_machine_stops_with_its_load_and_with_its_controller() -> None:
    flight = flown()
    assert flight.fly(60.0).signal("filter-1.running") == 1.0
    flight.put("controller.base.alive", 0.0)
    assert flight.fly(60.0).signal("filter-1.running") == 0.0
    flight.put("controller.base.alive", 1.0)
    flight.command("load.filter-1", 0.0)
    assert flight.fly(60.0).signal("filter-1.running") == 0.0
    assert flight.signal("load.filter-1.asked") == 120.0


def test_a_machine_that_waits_asks_for_little() -> None:
    flight = flown().fly(DAY)
    assert flight.signal("oxygen-1.running") == 0.0
    assert flight.signal("load.oxygen-1.asked") == pytest.approx(0.02 * 900.0)


def test_a_warm_coil_condenses_nothing() -> None:
    flight = flown(people=3)
    for key in ("condenser-1", "condenser-2", "condenser-3", "condenser-4"):
        flight.fail(f"{key}.coil-warmer", 14.0)
    dry = flown(people=3).fly(5 * DAY)
    assert flight.fly(5 * DAY).high("room.base.humidity") > 0.68 > dry.high("room.base.humidity")


def test_vapour_settles_on_cold_walls_and_comes_back() -> None:
    flight = flown()
    rooms = len(house().rooms)
    for cold, frosty in ((270.0, True), (291.0, False)):
        for room in house().rooms:
            flight.put(f"room.{room.name}.wall", cold)
        flight.fly(2 * DAY)
        frost = flight.part.state[at.FROST * rooms : (at.FROST + 1) * rooms].sum()
        assert (frost > 1.0) == frosty
    assert frost == pytest.approx(0.0, abs=1e-9)
    assert flight.missing() < 1e-12


def test_a_fan_that_stops_leaves_people_in_their_own_air() -> None:
    def over(flight):
        """How much more carbon dioxide there is where somebody works than next door."""
        there = flight.signal("room.target-2.carbon-dioxide")
        return there - flight.signal("room.uum.carbon-dioxide")

    flight = flown(people=3)
    usual = over(flight.fly(2 * DAY))
    flight.fail("fan-uum-target-2.speed", 0.0)
    stopped = over(flight.fly(DAY))
    assert flight.signal("fan-uum-target-2.speed") == 0.0
    assert stopped > 3 * usual > 0.0
    flight.fail("fan-uum-target-2.speed", 1.0)
    flight.fail("fan-uum-target-2.flow", 0.0)
    assert over(flight.fly(DAY)) > 3 * usual
    assert flight.signal("fan-uum-target-2.speed") > 300.0


def test_fire_makes_smoke_that_fans_carry_and_filters_take() -> None:
    flight = flown()
    flight.fail("fire.target-2", 2e-5)
    flight.fly(600.0)
    assert flight.signal("room.target-2.smoke") > 5e-6
    assert flight.signal("room.target-2.fire") == pytest.approx(2e-5 * 43.3e6, rel=0.05)
    assert flight.signal("room.base.smoke") > 1e-8
    flight.fail("fire.target-2", 0.0)
    flight.fly(3 * DAY)
    assert flight.signal("room.target-2.smoke") == 0.0
    assert flight.missing() < 1e-10


def test_a_flame_fades_in_air_that_stands_still() -> None:
    moving, still = flown(), flown()
    still.command("load.fan-uum-target-2", 0.0)
    for flight in (moving, still):
        flight.fail("fire.target-2", 1e-5)
        flight.fly(300.0)
    assert still.signal("room.target-2.fire") < 0.2 * moving.signal("room.target-2.fire")


def test_toxic_gas_is_told_and_removed() -> None:
    flight = flown()
    flight.fail("toxic.nauka", 1e-6)
    flight.fly(600.0)
    assert flight.signal("room.nauka.trace") > 4e-6
    flight.fail("toxic.nauka", 0.0)
    assert flight.fly(4 * DAY).signal("room.nauka.trace") == 0.0
    assert flight.missing() < 1e-10


@pytest.mark.parametrize("gas", ["nitrogen", "oxygen"])
def test_a_regulator_stuck_open_is_isolated_and_one_stuck_shut_gives_nothing(gas) -> None:
    flight = flown()
    before = flight.signal("room.base.pressure")
    flight.fail(f"supply.{gas}.stuck-open", 1.0)
    flight.fly(3_600.0)
    assert flight.signal(f"supply.{gas}.flow") > 1e-3
    high = flight.signal("room.base.pressure")
    assert high > before + 500.0
    flight.command(f"supply.{gas}", 0.0)
    flight.fly(3_600.0)
    assert flight.signal(f"supply.{gas}.flow") == 0.0
    assert flight.signal("room.base.pressure") == pytest.approx(high, rel=1e-3)
    flight = flown()
    flight.fail(f"supply.{gas}.stuck-shut", 1.0)
    flight.fail("leak.base", 2e-5)
    flight.fly(2 * DAY)
    assert flight.signal(f"tank.{gas}") == flight.begin[-at.TAIL + at.NITROGEN_KEPT :][
        ("nitrogen", "oxygen").index(gas)
    ]  # fmt: skip
    assert flight.missing() < 1e-10


def test_make_up_gas_keeps_pressure_while_tanks_last() -> None:
    flight = flown()
    flight.fail("leak.base", 1e-6)
    flight.fly(4 * DAY)
    assert flight.low("room.base.pressure") > 99_000.0
    assert flight.signal("tank.nitrogen") < 90.0


def test_frozen_water_stops_the_processor_and_burst_lines_spill() -> None:
    flight, frozen = flown(people=3), flown(people=3)
    frozen.put("water.ice", 0.9)
    for one in (flight, frozen):
        one.fly(10 * DAY)
    assert flight.signal("tank.brine") > 1.0
    assert frozen.signal("tank.brine") == 0.0
    assert frozen.signal("water.frozen") == 1.0
    assert frozen.signal("tank.water") == 900.0
    frozen.put("water.ice", 0.0)
    frozen.put("water.burst", 1.0)
    assert frozen.fly(DAY).signal("tank.water") < 600.0
    assert frozen.missing() < 1e-10


def test_tanks_leak() -> None:
    flight = flown()
    for name in ("nitrogen", "oxygen", "water"):
        flight.fail(f"tank.{name}.leak", 1e-4)
    flight.fly(DAY)
    assert flight.signal("tank.nitrogen") == pytest.approx(90.0 - 8.64, rel=1e-6)
    assert flight.signal("tank.oxygen") == pytest.approx(120.0 - 8.64, rel=1e-6)
    assert flight.signal("tank.water") == pytest.approx(900.0 - 8.64, rel=1e-6)
    assert flight.missing() < 1e-12


def test_steps_of_a_second_end_where_steps_of_ten_do() -> None:
    coarse, fine = flown(people=3), flown(people=3)
    for flight, dt in ((coarse, 10.0), (fine, 1.0)):
        flight.fail("fire.nem", 1e-6)
        flight.fly(6 * 3_600.0, dt)
    for room in house().rooms:
        for what, within in (("pressure", 1e-5), ("carbon-dioxide", 2e-3), ("smoke", 5e-3)):
            name = f"room.{room.name}.{what}"
            assert coarse.signal(name) == pytest.approx(fine.signal(name), rel=within)


def test_hidden_constants_differ_by_mission_and_not_by_run() -> None:
    one, again, other = flown(mission=1), flown(mission=1), flown(mission=2)
    np.testing.assert_array_equal(one.part.constants, again.part.constants)
    assert one.registry.hidden["air.fan.flow"] != other.registry.hidden["air.fan.flow"]
    nominal = {room.name: room.volume for room in house().rooms}
    for name, volume in nominal.items():
        assert abs(one.registry.hidden[f"air.{name}.volume"] / volume - 1.0) <= 0.1


def test_states_of_two_stations_are_not_balanced() -> None:
    with pytest.raises(InputError, match="numbers of a state"):
        air.balance(np.zeros(3), flown().part)
