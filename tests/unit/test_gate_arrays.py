"""The gate on arrays: equal to the plain form, to the truth table, and able to be caught wrong."""

import numpy as np
import pytest

from benchmarks.proofs.gate import PROOF, SEQUENCES, flown, step
from benchmarks.proofs.gate_truth import RULE_NAMES, STATION
from stationkeeper.caretaker.authority import Act, Commander
from stationkeeper.caretaker.gate import GateState, decide
from stationkeeper.caretaker.gate_arrays import (
    GateArrays,
    command_row,
    decide_many,
    fresh_state,
    gate_arrays,
)
from stationkeeper.caretaker.gate_facts import Command, Facts
from stationkeeper.caretaker.gate_rules import RULES


def bits(names: list[str]) -> int:
    return sum(1 << RULE_NAMES.index(name) for name in names)


def value_of(setting: int, number: int) -> float:
    values = STATION.settings[setting].values if 0 <= setting < len(STATION.settings) else ()
    return values[number] if 0 <= number < len(values) else -1.0


def test_both_forms_of_the_gate_give_the_same_answers() -> None:
    _, trace = flown(77, 60, traced=3_000)
    state, rows, entries = GateState(), [], 0
    for n, numbers in enumerate(trace.commands.tolist()):
        if n % 50 == 0:
            state = GateState()
        act, target, destination, commander, token, override = numbers
        names = STATION.targets[Act(act)]
        command = Command(
            Act(act),
            names[target] if 0 <= target < len(names) else "nothing",
            Commander(commander),
            token,
            STATION.places[destination].name if 0 <= destination < 3 else "nowhere",
            bool(override),
            value=value_of(target, destination) if act == Act.SET else 0.0,
        )
        facts = Facts(trace.readings[n], trace.measured[n])
        logged = len(state.log)
        answer, state = decide(STATION, state, facts, command, float(trace.times[n]))
        refusing = bits([refusal.rule for refusal in answer.refusals])
        passed = bits([refusal.rule for refusal in answer.overridden])
        rows.append([answer.verdict, refusing, passed, answer.token])
        assert len(state.log) - logged == passed.bit_count()
        entries += passed.bit_count()
    assert trace.answers.tolist() == rows
    assert entries > 10
    verdicts = np.bincount(trace.answers[:, 0], minlength=3)
    assert verdicts.min() > 200

    again = [
        decide_many(
            gate_arrays(STATION),
            fresh_state(),
            *(part[n : n + 50] for part in (trace.readings, trace.measured, trace.times)),
            trace.commands[n : n + 50],
        )
        for n in range(0, 3_000, 50)
    ]
    assert np.concatenate(again).tolist() == rows


def test_a_thousandth_of_the_proof_holds() -> None:
    tally, _ = flown(1, SEQUENCES * PROOF.steps // 1_000)
    assert tally.wrong.tolist() == [0, 0, 50_000]
    assert tally.broken.min() > 100
    assert tally.verdicts[:, 2].min() > 10


def test_the_proof_sums_its_steps(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr("benchmarks.proofs.gate.SEQUENCES", 200)
    steps = [step(index, 1.0, tmp_path) for index in range(2)]  # type: ignore[arg-type]
    assert PROOF.held(steps)
    figures = PROOF.summary(steps)
    assert figures["commands"] == 20_000
    assert figures["refused"] + figures["held"] + figures["allowed"] == 20_000
    assert not PROOF.held([{**steps[0], "harmful": 1}])
    assert not PROOF.held([{**steps[0], "unlike": 1}])


def without(rule: str) -> GateArrays:
    """A gate that has forgotten one rule."""
    gate = gate_arrays(STATION)
    return gate._replace(rules=gate.rules & ~np.int64(bits([rule])))


@pytest.mark.parametrize("rule", RULE_NAMES[1:])
def test_a_gate_without_one_rule_is_caught(rule: str) -> None:
    tally, _ = flown(5, 500, gate=without(rule))
    assert tally.wrong[0] > 0


@pytest.mark.parametrize(
    "rule", [name for name in RULE_NAMES[6:] if name not in {"pressure difference"}]
)
def test_a_gate_without_one_rule_on_the_facts_does_harm(rule: str) -> None:
    tally, _ = flown(5, 1_000, gate=without(rule))
    assert tally.wrong[1] > 0


def test_a_gate_that_lets_the_crew_pass_any_rule_does_harm() -> None:
    gate = gate_arrays(STATION)
    tally, _ = flown(5, 1_000, gate=gate._replace(overridable=gate.rules))
    assert tally.wrong[1] > 0


def test_the_numbers_of_a_command_name_what_is_not_there() -> None:
    command = Command(Act.MOVE_ROBOT, "flyer", Commander.GROUND, 3, "attic", True)
    assert command_row(STATION, command).tolist() == [11, 1, -1, 1, 3, 1]
    for value, number in ((3.0, 2), (2.0, -1)):
        command = Command(Act.SET, "attitude", Commander.GROUND, value=value)
        assert command_row(STATION, command).tolist() == [14, 1, number, 1, 0, 0]


def test_an_act_or_a_commander_that_is_none_is_refused() -> None:
    gate = gate_arrays(STATION)
    rows = int(gate.starts[-1])
    facts = np.full((3, rows, 2), np.nan)
    asked = np.array([[15, 0, 0, 1, 0, 0], [-1, 0, 0, 1, 0, 0], [6, 0, 0, 4, 0, 0]])
    answers = decide_many(gate, fresh_state(), facts, facts, np.zeros(3), asked)
    assert answers[:, :2].tolist() == [[0, 1]] * 3


def test_the_bits_are_in_the_order_of_the_table() -> None:
    gate = gate_arrays(STATION)
    for place, rule in enumerate(RULES):
        assert [bool(b >> place & 1) for b in gate.rules.tolist()] == [a in rule.acts for a in Act]
