"""One command at a time: what each rule refuses, what passes, and what is remembered."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.proofs.gate_truth import MAY_TABLE, NEVER_PASSED, RULE_NAMES, STATION, TWO_STEPS
from stationkeeper.caretaker.authority import HAZARDOUS, PROTECTIVE, Act, Commander, Verdict
from stationkeeper.caretaker.authority import may_table as may
from stationkeeper.caretaker.gate import Decision, GateState, decide
from stationkeeper.caretaker.gate_facts import (
    Command,
    Facts,
    Layout,
    Limits,
    Passage,
    Robot,
    Setting,
    Ship,
    facts_of,
)
from stationkeeper.caretaker.gate_rules import RULES
from stationkeeper.errors import InputError

GOOD: dict[str, Any] = {
    "pressure": np.full(5, 101e3),
    "oxygen": np.full(5, 21e3),
    "carbon_dioxide": np.full(5, 400.0),
    "passage_open": np.zeros(7),
    "crew_aboard": [3.0],
    "ship_propulsion": [0.0, 0.0],
    "arm_moving": [0.0],
    "spacewalk": [0.0],
    "capture": [0.0],
    "thrust_on": [0.0],
    "robot_place": [0.0, 0.0],
}
NOW = 1_000.0


def facts(**changes: Any) -> Facts:
    return facts_of(STATION, NOW, **{**GOOD, **changes})


def ask(
    act: Act,
    target: str = "",
    commander: Commander = Commander.GROUND,
    told: Facts | None = None,
    state: GateState | None = None,
    time: float = NOW,
    **rest: Any,
) -> tuple[Decision, GateState]:
    command = Command(act, target, commander, **rest)
    return decide(STATION, state or GateState(), told or facts(), command, time)


def rules(answer: Decision) -> list[str]:
    return [refusal.rule for refusal in answer.refusals]


def pairs(values: Any, row: int, first: float, second: float) -> Any:
    both = np.repeat(np.asarray(values, dtype=float)[:, None], 2, axis=1)
    both[row] = first, second
    return both


def pressures(**modules: float) -> Any:
    return [modules.get(name, 101e3) for name in STATION.modules]


def doors(*opened: str) -> Any:
    return [float(passage.name in opened) for passage in STATION.passages]


def test_the_table_is_that_of_the_written_truth() -> None:
    assert tuple(rule.name for rule in RULES) == RULE_NAMES
    assert [rule.overridable for rule in RULES] == (~NEVER_PASSED).tolist()
    assert (may() == MAY_TABLE).all()
    assert {act for act in Act if TWO_STEPS[act]} == HAZARDOUS
    assert all(Act.SAFE_MODE not in rule.acts for rule in RULES)


# Act, target, what differs from a good station, the rules that must refuse, further arguments.
CASES: list[tuple[Act, str, dict[str, Any], list[str], dict[str, Any]]] = [
    (Act.OPEN, "core hatch", {}, [], {}),
    (Act.OPEN, "no hatch", {}, ["unknown target"], {}),
    (Act.OPEN, "outer hatch", {}, ["vacuum", "pressure difference"], {}),
    (Act.OPEN, "vent", {}, ["vacuum", "pressure difference"], {}),
    (Act.OPEN, "outer hatch", {"pressure": pressures(lock=0.0), "crew_aboard": [0.0]}, [], {}),
    # The lock is at vacuum, but its inner hatch is open: not both sides are empty.
    (
        *(Act.OPEN, "outer hatch"),
        {
            "pressure": pressures(lock=0.0),
            "crew_aboard": [0.0],
            "passage_open": doors("lock hatch"),
        },
        *(["vacuum"], {}),
    ),
    # The same pressure on both sides, but beyond the next open hatch is space.
    (Act.OPEN, "lock hatch", {"passage_open": doors("outer hatch")}, ["vacuum"], {}),
    (Act.OPEN, "core hatch", {"pressure": pressures(node=99.9e3)}, ["pressure difference"], {}),
    (Act.OPEN, "equalising valve", {"pressure": pressures(node=81.1e3)}, [], {}),
    (
        *(Act.OPEN, "equalising valve", {"pressure": pressures(node=80.9e3)}),
        *(["pressure difference"], {}),
    ),
    (
        *(Act.OPEN, "core hatch", {"pressure": pairs(GOOD["pressure"], 1, 101e3, 101.4e3)}),
        *(["sensors", "vacuum", "pressure difference"], {}),
    ),
    (Act.OPEN, "core hatch", {"oxygen": np.full(5, 15e3)}, ["air beyond"], {}),
    (Act.OPEN, "core hatch", {"carbon_dioxide": np.full(5, 1_100.0)}, ["air beyond"], {}),
    (
        *(Act.OPEN, "core hatch", {"oxygen": np.full(5, 15e3), "crew_aboard": [0.0]}),
        *([], {}),
    ),
    (Act.SHED, "fans", {}, ["air systems"], {}),
    (Act.SHED, "oven", {}, [], {}),
    (Act.SHED, "fans", {"crew_aboard": [0.0]}, [], {}),
    (Act.SHED, "fans", {"crew_aboard": [[0.0, 1.0]]}, ["sensors", "air systems"], {}),
    (Act.THRUST, "main", {}, [], {}),
    (Act.THRUST, "main", {"ship_propulsion": [-1.0, 0.0]}, [], {}),
    (Act.THRUST, "main", {"ship_propulsion": [0.0, 1.0]}, ["ship propulsion"], {}),
    (Act.THRUST, "main", {"arm_moving": [1.0]}, ["arm moving"], {}),
    (Act.THRUST, "main", {"spacewalk": [1.0]}, ["spacewalk"], {}),
    (Act.THRUST, "main", {"capture": [1.0]}, ["capture"], {}),
    (Act.COUNTER_THRUST, "main", {}, ["nothing to counter"], {}),
    (Act.COUNTER_THRUST, "main", {"ship_propulsion": [2.0, 0.0]}, [], {}),
    (Act.MOVE_ARM, "arm", {}, [], {}),
    (Act.MOVE_ARM, "arm", {"thrust_on": [1.0]}, ["thrust on"], {}),
    (Act.MOVE_ARM, "arm", {"spacewalk": [1.0]}, ["people outside"], {}),
    (Act.MOVE_ROBOT, "flyer", {}, [], {"destination": "node"}),
    (Act.MOVE_ROBOT, "flyer", {}, ["unknown target"], {"destination": "attic"}),
    (Act.MOVE_ROBOT, "flyer", {}, ["keep out"], {"destination": "hull"}),
    (Act.MOVE_ROBOT, "flyer", {}, ["occupied"], {"destination": "core"}),
    (
        *(Act.MOVE_ROBOT, "walker", {"spacewalk": [1.0]}, ["people outside"]),
        {"destination": "hull"},
    ),
    (
        *(Act.MOVE_ROBOT, "walker", {"robot_place": [[0.0, 1.0], [0.0, 0.0]]}, ["sensors"]),
        {"destination": "node"},
    ),
    (Act.RELEASE, "cargo", {}, [], {}),
    (Act.RELEASE, "cargo", {"passage_open": doors("cargo hatch")}, ["vacuum"], {}),
    (Act.RELEASE, "cargo", {"passage_open": doors("taxi hatch")}, [], {}),
    (Act.RELEASE, "cargo", {"ship_propulsion": [1.0, 0.0]}, ["ship propulsion"], {}),
    (Act.RELEASE, "cargo", {"ship_propulsion": [0.0, 1.0]}, [], {}),
    (Act.RELEASE, "cargo", {}, ["authority"], {"commander": Commander.CARETAKER}),
    (Act.THRUST, "main", {}, ["two steps"], {"token": 1}),
    (Act.THRUST, "main", {}, ["clock"], {"state": GateState(last_time=NOW + 1.0)}),
    (
        *(Act.RESTORE, "oven", {}, ["safe mode"]),
        {"state": GateState(safe=True), "commander": Commander.CARETAKER},
    ),
    (Act.RESTORE, "oven", {}, [], {"state": GateState(safe=True)}),
    (Act.CLOSE, "core hatch", {}, [], {"commander": Commander.MANAGER, "time": np.nan}),
    (Act.RESTORE, "oven", {}, ["authority"], {"commander": Commander.MANAGER}),
    # What the station cannot do long without is restored in safe mode too.
    (
        *(Act.RESTORE, "pump", {}, []),
        {"state": GateState(safe=True), "commander": Commander.CARETAKER},
    ),
    (Act.SET, "attitude", {}, [], {"value": 1.0}),
    (Act.SET, "attitude", {}, [], {"value": 1.0, "commander": Commander.CARETAKER}),
    (Act.SET, "attitude", {}, [], {"value": 3.0, "commander": Commander.CREW}),
    (Act.SET, "attitude", {}, ["unknown target"], {"value": 2.0}),
    (Act.SET, "attitude", {}, ["unknown target"], {"value": np.nan}),
    (Act.SET, "altitude", {}, ["unknown target"], {"value": 1.0}),
    (Act.SET, "tie", {}, ["authority"], {"value": 1.0, "commander": Commander.MANAGER}),
    (
        Act.SET,
        "tie",
        {},
        ["clock"],
        {"value": 1.0, "time": NOW, "state": GateState(last_time=NOW + 1.0)},
    ),
    (
        *(Act.SET, "attitude", {}, ["safe mode"]),
        {"value": 1.0, "state": GateState(safe=True), "commander": Commander.CARETAKER},
    ),
    (
        *(Act.SET, "attitude", {}, []),
        {"value": 3.0, "state": GateState(safe=True), "commander": Commander.CARETAKER},
    ),
    (
        *(Act.SET, "tie", {}, []),
        {"value": 0.0, "state": GateState(safe=True), "commander": Commander.CARETAKER},
    ),
    (Act.SET, "attitude", {}, [], {"value": 1.0, "state": GateState(safe=True)}),
]


@pytest.mark.parametrize(
    ("act", "target", "changes", "expected", "rest"),
    CASES,
    ids=[f"{n}-{case[0].name.lower()}-{case[1]}" for n, case in enumerate(CASES)],
)
def test_each_rule_refuses_what_it_should_and_no_more(
    act: Act, target: str, changes: dict[str, Any], expected: list[str], rest: dict[str, Any]
) -> None:
    answer, _ = ask(act, target, told=facts(**changes), **rest)
    assert rules(answer) == expected
    passing = Verdict.HELD if act in HAZARDOUS else Verdict.ALLOWED
    assert answer.verdict is (Verdict.REFUSED if expected else passing)


def test_a_refusal_tells_the_figures_of_both_sensors() -> None:
    answer, _ = ask(Act.SHED, "fans", told=facts(crew_aboard=[[0.0, 2.0]]), time=NOW + 5.0)
    assert answer.refusals[0].figures == "crew aboard: 0 and 2, 5 s and 5 s old"
    answer, _ = ask(Act.OPEN, "vent")
    assert answer.refusals[0].figures == (
        "joins core (101 and 101 kPa) with outside; not surely air on both sides"
    )


@pytest.mark.parametrize("late", [30.1, -0.1, np.nan])
def test_what_is_stale_or_from_the_future_is_not_believed(late: float) -> None:
    answer, _ = ask(Act.THRUST, "main", time=NOW + late)
    assert {"sensors", "ship propulsion", "spacewalk"} <= set(rules(answer))


def test_the_second_step_fits_once_only_and_only_the_same_commander_and_target() -> None:
    held, state = ask(Act.THRUST, "main")
    assert held.verdict is Verdict.HELD

    def again(target: str, commander: Commander, token: int, time: float) -> list[str]:
        told = facts_of(STATION, time, **GOOD)
        answer, _ = ask(Act.THRUST, target, commander, told, state, time, token=token)
        return rules(answer)

    ground, token = Commander.GROUND, held.token
    assert again("main", ground, token, NOW + 60.0) == []
    assert again("main", ground, token, NOW + 60.1) == ["two steps"]
    assert again("main", ground, token, NOW + 0.9) == ["two steps"]
    assert again("small", ground, token, NOW + 10.0) == ["two steps"]
    assert again("main", Commander.CARETAKER, token, NOW + 10.0) == ["two steps"]
    assert again("main", ground, token + 1, NOW + 10.0) == ["two steps"]

    done, state = ask(Act.THRUST, "main", state=state, time=NOW + 10.0, token=token)
    assert done.verdict is Verdict.ALLOWED
    assert again("main", ground, token, NOW + 11.0) == ["two steps"]


def test_the_facts_are_asked_again_at_the_second_step() -> None:
    held, state = ask(Act.THRUST, "main")
    answer, state = ask(
        *(Act.THRUST, "main", Commander.GROUND, facts(spacewalk=[1.0]), state, NOW + 5.0),
        token=held.token,
    )
    assert rules(answer) == ["spacewalk"]
    assert state.pending == (None,) * 4


def test_safe_mode_is_allowed_whatever_is_told_and_clears_what_waits() -> None:
    _, state = ask(Act.THRUST, "main")
    nothing = facts_of(STATION, np.nan)
    for commander in Commander:
        answer, after = ask(
            Act.SAFE_MODE, "no such target", commander, nothing, state, -np.inf, token=9
        )
        assert answer.verdict is Verdict.ALLOWED
        assert after.safe
        assert after.pending == (None,) * 4
        assert after.last_time == NOW


def test_safe_mode_ends_by_people_in_two_steps() -> None:
    state = GateState(safe=True)
    answer, _ = ask(Act.LEAVE_SAFE_MODE, "", Commander.CARETAKER, state=state)
    assert rules(answer) == ["authority"]
    held, state = ask(Act.LEAVE_SAFE_MODE, state=state)
    assert state.safe
    done, state = ask(Act.LEAVE_SAFE_MODE, state=state, time=NOW + 2.0, token=held.token)
    assert done.verdict is Verdict.ALLOWED
    assert not state.safe


def test_the_crew_passes_a_rule_by_name_and_the_log_tells_who_when_and_which() -> None:
    crew = {"commander": Commander.CREW, "override": True, "who": "flight engineer 2"}
    answer, state = ask(Act.SHED, "fans", **crew)
    assert answer.verdict is Verdict.ALLOWED
    assert [passed.rule for passed in answer.overridden] == ["air systems"]
    (entry,) = state.log
    assert (entry.time, entry.who, entry.rule) == (NOW, "flight engineer 2", "air systems")
    assert (entry.act, entry.target) == (Act.SHED, "fans")
    _, state = ask(Act.SHED, "oven", state=state, **crew)
    assert len(state.log) == 1  # nothing to pass, nothing to log


@pytest.mark.parametrize("commander", [Commander.CARETAKER, Commander.GROUND, Commander.MANAGER])
def test_nobody_else_overrides(commander: Commander) -> None:
    answer, state = ask(Act.SHED, "fans", commander, override=True)
    assert rules(answer) == ["air systems"]
    assert state.log == ()


def test_no_override_from_a_station_where_no_sensor_tells_of_people() -> None:
    crew = {"commander": Commander.CREW, "override": True}
    busy = {"thrust_on": [1.0]}
    empty = facts(**busy, crew_aboard=[0.0])
    assert rules(ask(Act.MOVE_ARM, "arm", told=empty, **crew)[0]) == ["thrust on"]
    one = facts(**busy, crew_aboard=[[np.nan, 2.0]])
    assert ask(Act.MOVE_ARM, "arm", told=one, **crew)[0].verdict is Verdict.ALLOWED


@pytest.mark.parametrize(
    ("target", "lock"), [("vent", 0.0), ("lock hatch", 0.0), ("outer hatch", 101e3)]
)
def test_the_crew_never_opens_towards_vacuum(target: str, lock: float) -> None:
    told = facts(pressure=pressures(lock=lock))
    answer, state = ask(Act.OPEN, target, Commander.CREW, told, override=True)
    assert rules(answer) == ["vacuum"]
    assert state.log == ()


def test_layouts_and_facts_that_make_no_sense_are_named() -> None:
    with pytest.raises(InputError, match="side of a passage: attic"):
        Layout(("core",), (Passage("hatch", ("core", "attic")),))
    with pytest.raises(InputError, match="modules: expected each name once"):
        Layout(("core", "core"))
    with pytest.raises(InputError, match="module of a ship: taxi"):
        Layout(("core",), ships=(Ship("taxi", "taxi"),))
    with pytest.raises(InputError, match="place kept out of: roof"):
        Layout(("core",), robots=(Robot("walker", ("roof",)),))
    with pytest.raises(InputError, match="at most 60 modules"):
        Layout(tuple(map(str, range(61))))
    with pytest.raises(InputError, match="limit vacuum"):
        Layout(("core",), limits=Limits(vacuum=np.nan))
    with pytest.raises(InputError, match="passage hatch"):
        Layout(("core",), (Passage("hatch", ("core", "core")),))
    with pytest.raises(InputError, match="setting mode"):
        Layout(("core",), settings=(Setting("mode", (0.0, 1.0), (2.0,)),))
    with pytest.raises(InputError, match="setting mode"):
        Layout(("core",), settings=(Setting("mode", (0.0, 0.0)),))
    with pytest.raises(InputError, match="settings: expected each name once"):
        Layout(("core",), settings=(Setting("mode"), Setting("mode")))
    with pytest.raises(InputError, match="fact 'colour'"):
        facts_of(STATION, 0.0, colour=[1.0])
    with pytest.raises(InputError, match="expected 7 values"):
        facts_of(STATION, 0.0, passage_open=[1.0])


def test_what_protects_asks_no_sensor() -> None:
    nothing = facts_of(STATION, np.nan)
    targets = {Act.CLOSE: "vent", Act.INHIBIT_THRUST: "", Act.STOP_ARM: "arm"}
    for act in PROTECTIVE:
        for commander in Commander:
            answer, _ = ask(act, targets.get(act, "flyer"), commander, nothing, time=np.nan)
            assert answer.verdict is Verdict.ALLOWED


def test_the_state_that_went_in_is_left_as_it_was() -> None:
    state = GateState()
    before = replace(state)
    ask(Act.THRUST, "main", state=state)
    ask(Act.SAFE_MODE, state=state)
    assert state == before
