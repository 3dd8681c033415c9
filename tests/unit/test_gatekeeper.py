"""The gate in the loop: its layout and facts from dictionaries, its two steps, its managers."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from stationkeeper.caretaker.authority import Act, Commander, Verdict
from stationkeeper.caretaker.gate import GateState
from stationkeeper.caretaker.gate_facts import Facts
from stationkeeper.caretaker.module_managers import Mode
from stationkeeper.caretaker.vehicle import Answer, Ask, Vehicle
from stationkeeper.operations.gatekeeper import (
    answered,
    facts_of_telemetry,
    judge,
    layout_of,
    manager_asks,
    missing_sensors,
    repeats_itself,
    sensors_asked,
    vehicle_of,
)
from stationkeeper.operations.house import House, house_of
from stationkeeper.operations.registry import LoadRow, Reading, Registry
from stationkeeper.programme.read import read_programme
from tests.vehicles import small_station, telemetry

STATION = small_station()
NOW = 1_000.0


def facts(vehicle: Vehicle = STATION, **changes: float) -> Facts:
    row = telemetry(vehicle, **changes)
    return facts_of_telemetry(vehicle, row, np.full(len(row), NOW))


def ask(
    name: str,
    value: float = 1.0,
    commander: Commander = Commander.CARETAKER,
    state: GateState | None = None,
    time: float = NOW,
    told: Facts | None = None,
    **rest: Any,
) -> tuple[Answer, GateState]:
    given = Ask(name, value, "", commander, **rest)
    return judge(STATION, state or GateState(), told or facts(), given, time)


@pytest.fixture(scope="module")
def house() -> House:
    return house_of(read_programme("iss-to-ros"), "ros", uncrewed=True)


def registered(house: House) -> Registry:
    registry = Registry(1, 0)
    registry.switch(
        "safe-mode", "Safe mode", 0.0, act=Act.SAFE_MODE, act_off=Act.LEAVE_SAFE_MODE, target=""
    )
    registry.load(LoadRow("fan-uum-base", "Fan", "uum", "air", 55.0, 7))
    registry.load(LoadRow("pump-1-1", "Pump", "base", "heat", 200.0, 8))
    registry.load(LoadRow("imager", "Imager", "base", "payload", 800.0, 3))
    for name, target in (("hatch.uum-base", "uum-base"), ("vent.base", "vent-base")):
        registry.signal(f"{name}.open", "-", 1.0)
        registry.switch(
            name, name, 1.0, act=Act.OPEN, act_off=Act.CLOSE, target=target, feedback=f"{name}.open"
        )
        registry.telemetry(Reading(f"{name}.open", name, f"{name}.open", "-", "air", kind="state"))
    registry.switch(
        *("attitude.mode", "Mode", 1.0),
        act=Act.SET,
        act_off=Act.SET,
        target="attitude.mode",
        values=(0.0, 1.0, 3.0),
    )
    registry.switch(
        "release.cargo", "Go", 0.0, act=Act.RELEASE, act_off=Act.RELEASE, target="cargo"
    )
    registry.switch(
        "thrust.1", "String", 1.0, act=Act.THRUST, act_off=Act.INHIBIT_THRUST, target="1"
    )
    registry.spares["loop.1"] = ("pump-1-1", "pump-1-2")
    return registry


def test_the_layout_is_made_of_what_is_declared(house: House) -> None:
    layout = layout_of(registered(house), house)
    assert layout.modules == (*(room.name for room in house.rooms), "ship-cargo")
    assert {one.name: one.sides for one in layout.passages} == {
        "uum-base": ("uum", "base"),
        "vent-base": ("base", "outside"),
    }
    assert [(one.name, one.air, one.essential) for one in layout.loads] == [
        ("fan-uum-base", True, True),
        ("pump-1-1", False, True),
        ("imager", False, False),
    ]
    assert layout.thrusters == ("1",)
    assert [ship.name for ship in layout.ships] == ["cargo"]
    (setting,) = layout.settings
    assert (setting.values, setting.safe_values) == ((0.0, 1.0, 3.0), (3.0,))


def test_the_vehicle_has_the_dictionaries_in_their_order(house: House) -> None:
    registry = registered(house)
    vehicle = vehicle_of(registry, house)
    assert [row.name for row in vehicle.parameters] == [row.name for row in registry.readings]
    assert [row.name for row in vehicle.commands] == list(registry.switches)
    assert vehicle.spares == {"loop.1": ("pump-1-1", "pump-1-2")}
    missing = missing_sensors(vehicle)
    assert {"hatch.uum-base.open.b", "vent.base.open.b", "people.aboard"} <= set(missing)
    assert "hatch.uum-base.open" not in missing
    assert not any("ship-cargo" in name or "people.outside" in name for name in missing)


def test_facts_are_in_si_units_and_never_one_sensor_for_two() -> None:
    starts = STATION.layout.starts
    told = facts(room__lab__pressure=101.5, visit__taxi__propulsion=2.0)
    assert told.readings[starts["pressure"] + 1].tolist() == [101_500.0, 101_000.0]
    assert np.isnan(told.readings[starts["pressure"] + 2]).all()  # the cabin has no sensor
    # States are told from 0: the second of a ship's propulsion is "inhibited".
    assert told.readings[starts["ship_propulsion"]].tolist() == [1.0, 0.0]
    assert told.readings[starts["spacewalk"]].tolist() == [0.0, 0.0]
    assert told.measured[starts["spacewalk"]].tolist() == [NOW, NOW]
    assert np.isnan(told.readings[starts["thrust_on"]]).all()
    assert len(sensors_asked(STATION)) == starts["end"]

    alone = tuple(one for one in STATION.parameters if one.name != "people.aboard.b")
    vehicle = replace(STATION, parameters=alone)
    row = np.zeros(len(alone))
    half = facts_of_telemetry(vehicle, row, np.full(len(alone), NOW))
    crew = half.readings[starts["crew_aboard"]]
    assert crew[0] == 0.0
    assert np.isnan(crew[1])


def test_a_unit_that_the_gate_does_not_know_tells_nothing() -> None:
    parameters = tuple(
        replace(one, unit="bar") if one.name == "room.lab.pressure" else one
        for one in STATION.parameters
    )
    told = facts(replace(STATION, parameters=parameters))
    assert np.isnan(told.readings[STATION.layout.starts["pressure"] + 1, 0])


def test_old_telemetry_makes_facts_old() -> None:
    row = telemetry(STATION)
    told = facts_of_telemetry(STATION, row, np.full(len(row), NOW - 31.0))
    answer, _ = ask("thrust.1", told=told)
    assert "spacewalk" in answer.text
    nothing = facts_of_telemetry(STATION, row, np.full(len(row), np.nan))
    assert ask("thrust.1", told=nothing)[0].verdict is Verdict.REFUSED


def test_the_same_ask_again_within_the_window_is_the_second_step() -> None:
    first, state = ask("thrust.1")
    assert first.verdict is Verdict.HELD
    assert "1 to 60 s" in first.text
    second, after = ask("thrust.1", state=state, time=NOW + 1.0)
    assert second.verdict is Verdict.ALLOWED
    # Too soon, too late, or by another: a first step anew.
    for time, commander in (
        (NOW + 0.5, Commander.CARETAKER),
        (NOW + 61.0, Commander.CARETAKER),
        (NOW + 1.0, Commander.GROUND),
    ):
        told = facts_of_telemetry(
            STATION, telemetry(STATION), np.full(len(STATION.parameters), time)
        )
        assert ask("thrust.1", 1.0, commander, state, time, told)[0].verdict is Verdict.HELD
    assert ask("thrust.1", state=after, time=NOW + 2.0)[0].verdict is Verdict.HELD


def test_another_hazard_within_the_window_is_a_first_step_of_its_own() -> None:
    _, state = ask("thrust.1")
    told = facts()
    other, state = ask("hatch.core-lab", state=state, time=NOW + 1.0, told=told)
    assert other.verdict is Verdict.HELD
    waiting = state.pending[Commander.CARETAKER]
    assert waiting is not None
    assert waiting.target == "core-lab"


def test_facts_of_the_second_step_are_those_that_count() -> None:
    _, state = ask("thrust.1")
    free = facts(visit__taxi__propulsion=2.0, visit__taxi__propulsion__b=2.0)
    answer, _ = ask("thrust.1", state=state, time=NOW + 1.0, told=free)
    assert answer.verdict is Verdict.REFUSED
    assert "ship propulsion" in answer.text


def test_thrust_while_a_ship_burns_is_thrust_against_it() -> None:
    burning = facts(visit__taxi__propulsion=3.0, visit__taxi__propulsion__b=3.0)
    first, state = ask("thrust.1", told=burning)
    assert first.verdict is Verdict.HELD
    waiting = state.pending[Commander.CARETAKER]
    assert waiting is not None
    assert waiting.act is Act.COUNTER_THRUST
    unsure = facts(visit__taxi__propulsion=3.0)
    assert ask("thrust.1", told=unsure)[0].verdict is Verdict.REFUSED


def test_those_on_board_are_given_both_steps_and_may_ask_more_than_one_hazard() -> None:
    state = GateState()
    for name in ("thrust.1", "hatch.core-lab", "thrust.1"):
        given = Ask(name, 1.0, "", Commander.CARETAKER)
        answer, state = answered(STATION, state, facts(), given, NOW)
        assert (answer.verdict, answer.time) == (Verdict.ALLOWED, NOW)
    assert ask("load.oven", state=state)[0].verdict is Verdict.REFUSED  # judge: before the last
    given = Ask("load.oven", 1.0, "", Commander.CARETAKER)
    assert answered(STATION, state, facts(), given, NOW)[0].verdict is Verdict.ALLOWED
    late = replace(state, last_time=NOW + 31.0)  # a clock set back is still found
    assert "clock" in answered(STATION, late, facts(), given, NOW)[0].text
    ground = Ask("thrust.1", 1.0, "", Commander.GROUND)
    assert answered(STATION, state, facts(), ground, NOW)[0].verdict is Verdict.HELD


def test_only_the_minds_on_board_have_their_second_step_given_by_the_loop() -> None:
    own = [commander for commander in Commander if repeats_itself(commander)]
    assert own == [Commander.CARETAKER, Commander.MANAGER]


@pytest.mark.parametrize(
    ("name", "value", "commander", "verdict", "text"),
    [
        ("load.oven", 0.0, Commander.MANAGER, Verdict.ALLOWED, ""),
        ("load.oven", 1.0, Commander.MANAGER, Verdict.REFUSED, "authority"),
        ("load.oven", 2.0, Commander.GROUND, Verdict.REFUSED, "expected one of 0, 1"),
        ("load.attic", 1.0, Commander.GROUND, Verdict.REFUSED, "unknown command: 'load.attic'"),
        ("hatch.core-lab", 0.0, Commander.CARETAKER, Verdict.ALLOWED, ""),
        ("hatch.core-lab", 1.0, Commander.CARETAKER, Verdict.HELD, "second step"),
        ("vent.lab", 1.0, Commander.GROUND, Verdict.REFUSED, "vacuum"),
        ("thrust.1", 0.0, Commander.MANAGER, Verdict.ALLOWED, ""),
        ("attitude.mode", 3.0, Commander.CARETAKER, Verdict.ALLOWED, ""),
        ("attitude.mode", 0.0, Commander.CARETAKER, Verdict.ALLOWED, ""),
        ("attitude.mode", 2.0, Commander.GROUND, Verdict.REFUSED, "expected one of 0, 1, 3"),
        ("release.taxi", 1.0, Commander.CARETAKER, Verdict.REFUSED, "authority"),
        ("safe-mode", 1.0, Commander.MANAGER, Verdict.ALLOWED, ""),
        ("safe-mode", 0.0, Commander.CARETAKER, Verdict.REFUSED, "authority"),
        ("leave-safe-mode", 1.0, Commander.GROUND, Verdict.HELD, "second step"),
    ],
)
def test_each_name_and_value_means_its_act(
    name: str, value: float, commander: Commander, verdict: Verdict, text: str
) -> None:
    answer, _ = ask(name, value, commander)
    assert answer.verdict is verdict
    assert text in answer.text


def test_safe_mode_is_entered_and_left_by_name() -> None:
    _, state = ask("safe-mode")
    assert state.safe
    assert ask("load.oven", 1.0, state=state)[0].verdict is Verdict.REFUSED
    assert ask("load.pump-1-2", 1.0, state=state)[0].verdict is Verdict.ALLOWED
    assert ask("attitude.mode", 1.0, state=state)[0].verdict is Verdict.REFUSED
    _, held = ask("leave-safe-mode", 1.0, Commander.GROUND, state)
    done, state = ask("safe-mode", 0.0, Commander.GROUND, held, NOW + 5.0)
    assert done.verdict is Verdict.ALLOWED
    assert not state.safe


def test_an_override_of_the_crew_is_logged() -> None:
    aboard = {"people__aboard": 3.0, "people__aboard__b": 3.0}
    fan = ("load.fan-core-lab", 0.0, Commander.CREW)
    assert ask(*fan, told=facts(**aboard))[0].verdict is Verdict.REFUSED
    answer, state = ask(*fan, told=facts(**aboard), override=True)
    assert answer.verdict is Verdict.ALLOWED
    assert "passed by the crew: air systems" in answer.text
    (entry,) = state.log
    assert (entry.time, entry.who, entry.rule) == (NOW, "crew", "air systems")


def test_a_manager_asks_for_its_own_room_only_and_keeps_what_the_station_needs() -> None:
    def names(mode: Mode, room: str) -> list[tuple[str, float]]:
        asks = manager_asks(STATION, room, mode)
        assert all(one.commander is Commander.MANAGER for one in asks)
        state = GateState()
        for one in asks:
            answer, state = judge(STATION, state, facts(), one, NOW)
            assert answer.verdict is Verdict.ALLOWED
        return [(one.name, one.value) for one in asks]

    assert names(Mode.NOMINAL, "lab") == []
    assert names(Mode.ALONE, "lab") == [("thrust.1", 0.0)]
    assert names(Mode.SAFE, "lab") == [
        ("safe-mode", 1.0),
        ("hatch.core-lab", 0.0),
        ("vent.lab", 0.0),
        ("load.oven", 0.0),
    ]
    assert ("load.oven", 0.0) not in names(Mode.SAFE, "core")
