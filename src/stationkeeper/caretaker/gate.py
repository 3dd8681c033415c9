"""The gate between every commander and the station: one command in, one answer out.

Pure: the state comes in and a new one goes out; no clock, no file, no plant.
"""

from dataclasses import dataclass, replace

import numpy as np

from stationkeeper.caretaker.authority import HAZARDOUS, Act, Commander, Pending, Verdict
from stationkeeper.caretaker.gate_facts import Command, Facts, Layout
from stationkeeper.caretaker.gate_rules import RULES, Case, crew_answers


@dataclass(frozen=True)
class Refusal:
    """A rule that refuses, and its figures."""

    rule: str
    figures: str


@dataclass(frozen=True)
class Override:
    """An entry of the log: the crew passed a rule."""

    time: float
    """When. [s]"""
    who: str
    act: Act
    target: str
    rule: str
    figures: str


@dataclass(frozen=True)
class GateState:
    """What the gate remembers from one command to the next."""

    safe: bool = False
    """The station is in safe mode."""
    last_time: float = -np.inf
    """When the latest command was judged. [s]"""
    next_token: int = 1
    pending: tuple[Pending | None, ...] = (None,) * len(Commander)
    """The first step that each commander has waiting."""
    log: tuple[Override, ...] = ()
    """Every override, oldest first."""


@dataclass(frozen=True)
class Decision:
    """The answer to one command."""

    verdict: Verdict
    refusals: tuple[Refusal, ...] = ()
    """Every rule that refuses, in the order of the table."""
    overridden: tuple[Refusal, ...] = ()
    """What the crew passed."""
    token: int = 0
    """What the second step must give; zero unless held."""


def decide(
    layout: Layout, state: GateState, facts: Facts, command: Command, time: float
) -> tuple[Decision, GateState]:
    """Judge one command.

    What the command does to the station is the plant's; whether two sensors lie alike cannot be
    told by either.

    Parameters
    ----------
    layout : Layout
        The station as the gate knows it.
    state : GateState
        As the previous command left it.
    facts : Facts
        What telemetry tells now.
    command : Command
        What is asked, and by whom.
    time : float
        Now. [s]

    Returns
    -------
    decision : Decision
        Allowed, held for the second step, or refused with every rule that refuses.
    state : GateState
        For the next command.

    Notes
    -----
    It never raises for what a command or a sensor says. Safe mode is allowed before any rule is
    looked at. In `make proof` a million sequences of 50 commands agree with a truth table written
    apart from this module, through the array form that the tests hold equal to this one.

    Examples
    --------
    >>> from stationkeeper.caretaker.gate_facts import Passage, facts_of
    >>> layout = Layout(("core", "lock"), (Passage("hatch", ("core", "lock")),))
    >>> facts = facts_of(layout, 0.0, pressure=[101e3, 60e3], passage_open=[0], crew_aboard=[0])
    >>> answer, _ = decide(
    ...     layout, GateState(), facts, Command(Act.OPEN, "hatch", Commander.GROUND), 5.0
    ... )
    >>> answer.verdict.name, answer.refusals[0].rule, answer.refusals[0].figures
    ('REFUSED', 'pressure difference', '41 kPa, at most 1 kPa')
    """
    act = command.act
    moment = time if np.isfinite(time) and time >= state.last_time else state.last_time
    if act is Act.SAFE_MODE:
        nothing_pending = (None,) * len(Commander)
        return Decision(Verdict.ALLOWED), replace(
            state, safe=True, last_time=moment, pending=nothing_pending
        )
    mine = state.pending[command.commander]
    case = Case(layout, facts, command, time, state.last_time, state.safe, mine)
    found: list[tuple[bool, Refusal]] = []
    for rule in RULES:
        figures = rule.finds(case) if act in rule.acts else None
        if figures is not None:
            found.append((rule.overridable, Refusal(rule.name, figures)))
            if rule is RULES[0]:  # the others would ask for the target
                break
    passes = crew_answers(case) if found else False
    refusals = tuple(refusal for overridable, refusal in found if not (overridable and passes))
    overridden = tuple(refusal for overridable, refusal in found if overridable and passes)

    pending, token, next_token, safe = state.pending, 0, state.next_token, state.safe
    verdict = Verdict.REFUSED if refusals else Verdict.ALLOWED
    if act in HAZARDOUS:
        waiting = None
        if verdict is Verdict.ALLOWED and command.token == 0:
            verdict, token, next_token = Verdict.HELD, next_token, next_token + 1
            waiting = Pending(act, command.target, time, token)
        place = command.commander
        pending = (*pending[:place], waiting, *pending[place + 1 :])
    log = state.log
    if verdict is Verdict.REFUSED:
        overridden = ()
    else:
        log += tuple(
            Override(time, command.who, act, command.target, passed.rule, passed.figures)
            for passed in overridden
        )
        if verdict is Verdict.ALLOWED and act is Act.LEAVE_SAFE_MODE:
            safe = False
    return Decision(verdict, refusals, overridden, token), GateState(
        safe, moment, next_token, pending, log
    )
