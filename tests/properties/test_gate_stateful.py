"""The gate between commanders and a small station, asked in any order."""

from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from benchmarks.proofs.gate_truth import BOT, CREW, DOOR, ENDS, FIRE, ROWS, SHIP, STATION, WALK, P
from stationkeeper.caretaker.authority import HAZARDOUS, Act, Commander, Verdict
from stationkeeper.caretaker.gate import Decision, GateState, decide
from stationkeeper.caretaker.gate_facts import Command, Facts

MODULES, DOORS = len(STATION.modules), len(STATION.passages)
COMMANDS = st.builds(
    lambda act, number, destination, commander, override: Command(
        act,
        STATION.targets[act][number % len(STATION.targets[act])],
        commander,
        destination=STATION.places[destination].name,
        override=override,
        who="someone",
        value=float(destination),
    ),
    st.sampled_from([*Act, Act.OPEN, Act.OPEN, Act.OPEN, Act.THRUST, Act.RELEASE]),
    st.integers(0, 6),
    st.integers(0, 2),
    st.sampled_from([Commander.GROUND, Commander.CREW, *Commander]),
    st.sampled_from([False, False, False, True]),
)


class GateAndStation(RuleBasedStateMachine):
    """Commands and events in any order; the station is hurt by nothing that the gate allows."""

    def __init__(self) -> None:
        super().__init__()
        self.station = np.zeros(ROWS)
        self.station[:MODULES] = 101e3
        self.station[MODULES : 2 * MODULES] = 21e3
        self.station[2 * MODULES : 3 * MODULES] = 400.0
        self.wrong: dict[tuple[int, int], tuple[float, float]] = {}
        self.state, self.now = GateState(), 0.0
        self.held: tuple[Command, Decision, float] | None = None

    # ---- what happens to the station ------------------------------------------------------

    @rule(row=st.sampled_from([CREW, *range(SHIP, BOT)]), value=st.integers(0, 2))
    def state_changes(self, row: int, value: int) -> None:
        self.station[row] = value

    @rule(thruster=st.sampled_from(STATION.thrusters))
    def thrust_with_people_outside(self, thruster: str) -> None:
        self.station[WALK] = 1.0
        self.both_steps(Command(Act.THRUST, thruster, Commander.GROUND))

    @rule(module=st.integers(0, MODULES - 1), value=st.sampled_from([0.0, 500.0, 98e3, 101e3]))
    def pressure_changes(self, module: int, value: float) -> None:
        self.station[P + module] = value

    @rule(door=st.integers(0, DOORS - 1), value=st.booleans())
    def hatch_moved_by_hand(self, door: int, value: bool) -> None:
        self.station[DOOR + door] = value

    @rule(
        row=st.integers(0, ROWS - 1),
        sensor=st.integers(0, 1),
        value=st.sampled_from([np.nan, np.inf, -1.0, 0.0, 1.0, 2.0, 101e3]),
        age=st.sampled_from([0.0, 30.0, 31.0, -1.0, np.nan]),
    )
    def one_sensor_fails(self, row: int, sensor: int, value: float, age: float) -> None:
        self.wrong.pop((row, 1 - sensor), None)  # one of each pair stays right
        self.wrong[row, sensor] = value, age

    @precondition(lambda self: self.wrong)
    @rule()
    def sensors_mended(self) -> None:
        self.wrong.clear()

    @rule(wait=st.sampled_from([0.5, 10.0, 60.0, 61.0]))
    def time_passes(self, wait: float) -> None:
        self.now += wait

    # ---- what is asked --------------------------------------------------------------------

    @rule(command=COMMANDS)
    def first_step(self, command: Command) -> None:
        answer = self.judged(command)
        if answer.verdict is Verdict.HELD:
            self.held = command, answer, self.now
        elif command.act in HAZARDOUS:
            assert answer.verdict is Verdict.REFUSED
            self.held = None

    @rule(command=COMMANDS)
    def both_steps(self, command: Command) -> None:
        self.first_step(command)
        self.now += 10.0
        if self.held is not None:
            self.second_step(command.commander, True)

    @precondition(lambda self: self.held is not None)
    @rule(commander=st.sampled_from(Commander), same=st.booleans())
    def second_step(self, commander: Commander, same: bool) -> None:
        assert self.held is not None
        command, answer, since = self.held
        who = command.commander if same else commander
        again = Command(command.act, command.target, who, answer.token, override=command.override)
        before = self.state
        done = self.judged(again)
        assert done.verdict is not Verdict.HELD
        if done.verdict is Verdict.ALLOWED:
            assert who is command.commander
            assert 1.0 <= self.now - since <= 60.0
            waiting = before.pending[who]
            assert waiting is not None
            assert waiting.token == answer.token
        # Whatever was answered, the same token never opens again.
        assert self.judged(again).verdict is Verdict.REFUSED

    @precondition(lambda self: not self.state.safe)
    @rule(commander=st.sampled_from(Commander), time=st.sampled_from([0.0, -5.0, np.nan, np.inf]))
    def safe_mode(self, commander: Commander, time: float) -> None:
        answer, self.state = decide(
            STATION, self.state, self.facts(), Command(Act.SAFE_MODE, "", commander), time
        )
        assert answer.verdict is Verdict.ALLOWED
        assert self.state.safe

    @invariant()
    def safe_mode_is_always_near(self) -> None:
        command = Command(Act.SAFE_MODE, "", Commander.MANAGER)
        assert decide(STATION, self.state, self.facts(), command, self.now)[1].safe

    # ---- the station ----------------------------------------------------------------------

    def facts(self) -> Facts:
        readings = np.repeat(self.station[:, None], 2, axis=1)
        measured = np.full((ROWS, 2), self.now)
        for place, (value, age) in self.wrong.items():
            readings[place], measured[place] = value, self.now - age
        return Facts(readings, measured)

    def judged(self, command: Command) -> Decision:
        entries = len(self.state.log)
        answer, self.state = decide(STATION, self.state, self.facts(), command, self.now)
        passed = [entry.rule for entry in self.state.log[entries:]]
        assert passed == [refusal.rule for refusal in answer.overridden]
        assert not passed or (command.commander is Commander.CREW and command.override)
        assert not {"vacuum", "spacewalk", "authority", "two steps"} & set(passed)
        assert (answer.verdict is Verdict.REFUSED) == bool(answer.refusals)
        if answer.verdict is Verdict.ALLOWED:
            self.unhurt(command, bool(passed))
        return answer

    def airs(self, door: int) -> list[set[int]]:
        """What truly shares the air of each side of a passage; 5 is space."""
        found: list[set[int]] = []
        for end in ENDS[door]:
            air: set[int] = set()
            waiting = [end]
            while waiting:
                here = waiting.pop()
                air.add(here)
                for n, pair in enumerate(ENDS):
                    opened = self.station[DOOR + n] != 0 and n != door
                    if opened and here in pair and here != 5:
                        waiting += [other for other in pair if other not in air]
            found.append(air)
        return found

    def unhurt(self, command: Command, passed: bool) -> None:
        """An allowed command loses no air to space and fires at nobody; and it is done."""
        station, names = self.station, STATION.targets[command.act]
        number = names.index(command.target)
        thrusts: Any = (Act.THRUST, Act.COUNTER_THRUST)
        if command.act is Act.OPEN:
            joined = set().union(*self.airs(number))
            full = {module for module in joined - {5} if station[P + module] >= 1_000.0}
            assert not full or full == joined
            one, other = ENDS[number]
            across = abs(station[P + one] - (0.0 if other == 5 else station[P + other]))
            assert passed or across <= STATION.passages[number].difference_limit
            station[DOOR + number] = 1.0
        elif command.act is Act.CLOSE:
            station[DOOR + number] = 0.0
        elif command.act is Act.SHED:
            assert passed or not STATION.loads[number].air or station[CREW] == 0
        elif command.act in thrusts:
            assert station[WALK] == 0
            ships = station[SHIP : SHIP + 2]
            assert passed or (ships <= 0).all() or command.act is Act.COUNTER_THRUST
            assert passed or (ships == 2).any() or command.act is Act.THRUST
            station[FIRE] = 1.0
        elif command.act is Act.INHIBIT_THRUST:
            station[FIRE] = 0.0
        elif command.act is Act.RELEASE:
            assert station[WALK] == 0
            assert station[DOOR + 5 + number] == 0
        elif command.act is Act.MOVE_ROBOT:
            place = [one.name for one in STATION.places].index(command.destination)
            assert passed or station[BOT + 1 - number] != place
            station[BOT + number] = place


TestGateAndStation = GateAndStation.TestCase
TestGateAndStation.settings = settings(
    max_examples=2_000,
    stateful_step_count=7,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
