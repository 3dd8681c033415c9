"""Who may ask for what, what needs two steps, and how the second step is recognised."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Act(IntEnum):
    """What can be asked of the station."""

    SAFE_MODE = 0
    LEAVE_SAFE_MODE = 1
    OPEN = 2
    """A hatch or a valve."""
    CLOSE = 3
    SHED = 4
    """Switch a load off."""
    RESTORE = 5
    THRUST = 6
    COUNTER_THRUST = 7
    """Fire against a docked ship that burns, and only then."""
    INHIBIT_THRUST = 8
    MOVE_ARM = 9
    STOP_ARM = 10
    MOVE_ROBOT = 11
    STOP_ROBOT = 12
    RELEASE = 13
    """Let a docked ship go."""
    SET = 14
    """A setting without hazard: a mode of attitude, a tie of buses, which of two is used."""


class Commander(IntEnum):
    """Who asks."""

    CARETAKER = 0
    GROUND = 1
    CREW = 2
    MANAGER = 3
    """The manager of one module, when nothing above it answers."""


class Verdict(IntEnum):
    """What the gate answers."""

    REFUSED = 0
    HELD = 1
    """Nothing forbids it; the second step is awaited."""
    ALLOWED = 2


PROTECTIVE = frozenset({Act.CLOSE, Act.INHIBIT_THRUST, Act.STOP_ARM, Act.STOP_ROBOT})
"""Acts that only ever take energy or openings away; no sensor is asked."""

HAZARDOUS = frozenset({Act.OPEN, Act.THRUST, Act.COUNTER_THRUST, Act.RELEASE, Act.LEAVE_SAFE_MODE})
"""Acts that need two steps."""

MAY = {
    Commander.CARETAKER: frozenset(Act) - {Act.RELEASE, Act.LEAVE_SAFE_MODE},
    Commander.GROUND: frozenset(Act),
    Commander.CREW: frozenset(Act),
    Commander.MANAGER: PROTECTIVE | {Act.SAFE_MODE, Act.SHED},
}
"""What each commander may ask for. Ours: ships leave and safe mode ends by people's word."""

OVERRIDING = Commander.CREW
"""The only commander who may override a rule, and only a rule that says so."""


@dataclass(frozen=True)
class Pending:
    """The first step of a hazardous command, waiting for the second."""

    act: Act
    target: str
    time: float
    """When the first step was held. [s]"""
    token: int


def confirms(
    pending: Pending | None,
    act: Act,
    target: str,
    token: int,
    time: float,
    opens_after: float,
    closes_after: float,
) -> bool:
    """Tell whether a second step fits the first step of the same commander.

    Parameters
    ----------
    pending : Pending or None
        What the commander has waiting.
    act, target, token
        What is asked now.
    time : float
        Now. [s]
    opens_after, closes_after : float
        The window for the second step, from the first; ends included. [s]

    Returns
    -------
    bool
        Same act, same target, the token given, within the window.

    Examples
    --------
    >>> first = Pending(Act.THRUST, "main", 100.0, 7)
    >>> confirms(first, Act.THRUST, "main", 7, 110.0, 1.0, 60.0)
    True
    >>> confirms(first, Act.THRUST, "main", 7, 161.0, 1.0, 60.0)
    False
    """
    return (
        pending is not None
        and pending.act is act
        and pending.target == target
        and pending.token == token
        and opens_after <= time - pending.time <= closes_after
    )


def may_table() -> NDArray[np.bool_]:
    """Return who may ask for what as an array, (commander, act).

    Returns
    -------
    ndarray of bool, (4, 15)
        True where the commander may.

    Examples
    --------
    >>> bool(may_table()[Commander.CARETAKER, Act.RELEASE])
    False
    """
    return np.array([[act in MAY[commander] for act in Act] for commander in Commander])
