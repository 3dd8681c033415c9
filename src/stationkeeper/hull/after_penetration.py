"""From a hole in the hull to what becomes of crew and station: one chain, sample by sample.

Chances and times of the chain are in `ChainFigures`; none is public, all are the user's to give.
`penetration_chain` is the chain for one penetration, for an engine that meets them one by one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.hull.outcomes import Outcomes, check_not_negative
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]

DRAWS: Final = 7  # uniform draws for each penetration


@dataclass(frozen=True)
class Figure:
    """A number of the chain with where it is from.

    Attributes
    ----------
    value : float
        [-] or [s]
    source : str
        Where from.
    confidence : str
        A read, B consistent, C memory, "own" chosen here.
    """

    value: float
    source: str
    confidence: str


_CHOSEN: Final = "no public figure found; chosen here, give your own"


@dataclass(frozen=True)
class ChainFigures:
    """Chances and times of the chain after a penetration; each can be replaced.

    Attributes
    ----------
    critical_crack, venting, critical_equipment, fragments, flash : Figure
        Chance of each given a penetration; the last two only if somebody is in the module. [-]
    recovery : Figure
        Chance that a station that lost its air, or a critical module, is won back. [-]
    isolate, board : Figure
        Median times from the alarm until the leaking module is found and shut off, and until all
        are in their ships behind shut hatches. [s]
    spread : Figure
        Standard deviation of the logarithm of both. [-]
    """

    critical_crack: Figure = Figure(0.01, _CHOSEN, "own")
    venting: Figure = Figure(0.01, _CHOSEN, "own")
    critical_equipment: Figure = Figure(0.05, _CHOSEN, "own")
    fragments: Figure = Figure(0.05, _CHOSEN, "own")
    flash: Figure = Figure(0.01, _CHOSEN, "own")
    recovery: Figure = Figure(0.5, _CHOSEN, "own")
    isolate: Figure = Figure(1_200.0, _CHOSEN, "own")
    board: Figure = Figure(600.0, _CHOSEN, "own")
    spread: Figure = Figure(0.5, _CHOSEN, "own")


FIGURES: Final = ChainFigures()


def _check_chances(**chances: ArrayLike) -> None:
    for name, value in chances.items():
        number = np.asarray(value, dtype=np.float64)
        if np.any(~((number >= 0) & (number <= 1))):
            told = name.replace("_", " ")
            raise DomainError(
                f"chance of {told}: expected 0 to 1, given {np.min(number):g} to {np.max(number):g}"
            )


@kernel
def worst_outcome(
    evacuated: bool, station_lost: bool, crew_lost: bool, no_seat: bool
) -> int:  # pragma: no cover - compiled
    """Return the `Outcome` that heads what holds."""
    if crew_lost:
        return 4
    if station_lost:
        return 3
    if evacuated:
        return 2
    if no_seat:
        return 1
    return 0


@kernel
def penetration_chain(
    reserve: float,
    isolate: float,
    board: float,
    people: int,
    seats: int,
    in_module: bool,
    hatches_shut: bool,
    module_critical: bool,
    critical_crack: float,
    venting: float,
    critical_equipment: float,
    fragments: float,
    flash: float,
    recovery: float,
    draws: Array,
) -> tuple[int, bool, bool, bool]:  # pragma: no cover - compiled
    """Follow one penetration; return mode, evacuated, station lost, crew lost.

    For an engine that meets penetrations one by one; `penetration_outcomes` tells the arguments.
    """
    aboard = people > 0
    can_leave = aboard and seats >= people and board < reserve
    cannot_leave = aboard and not can_leave
    if draws[0] < critical_crack:
        return 1, False, True, aboard
    if draws[1] < venting:
        return 2, can_leave, True, cannot_leave
    hurt = 0
    if in_module and aboard:
        if draws[3] < fragments:
            hurt = 4
        elif draws[4] < flash:
            hurt = 5
    if draws[2] < critical_equipment:
        return (hurt if hurt > 0 else 3), can_leave, True, cannot_leave or hurt > 0
    if hatches_shut or isolate < reserve:
        if module_critical and draws[5] >= recovery:
            # The air holds; there is time to board, but the station does not outlive the module.
            safe = aboard and seats >= people
            return (
                (hurt if hurt > 0 else 7),
                safe,
                True,
                (aboard and not safe) or hurt > 0,
            )
        return hurt, False, False, hurt > 0
    lost = draws[6] >= recovery
    if cannot_leave:
        return (hurt if hurt > 0 else 6), False, lost, True
    mode = hurt
    if hurt == 0 and lost:
        mode = 7
    return mode, can_leave, lost, hurt > 0


@kernel
def _follow_all(
    reserve: Array,
    isolate: Array,
    board: Array,
    people: NDArray[np.int64],
    seats: NDArray[np.int64],
    in_module: Flags,
    hatches_shut: Flags,
    module_critical: Flags,
    chances: Array,
    draws: Array,
    outcome: Codes,
    mode: Codes,
    evacuated: Flags,
    station_lost: Flags,
    crew_lost: Flags,
) -> None:  # pragma: no cover - compiled
    for sample in range(reserve.size):
        why, left, gone, dead = penetration_chain(
            reserve[sample],
            isolate[sample],
            board[sample],
            people[sample],
            seats[sample],
            in_module[sample],
            hatches_shut[sample],
            module_critical[sample],
            chances[0, sample],
            chances[1, sample],
            chances[2, sample],
            chances[3, sample],
            chances[4, sample],
            chances[5, sample],
            draws[sample],
        )
        mode[sample] = why
        evacuated[sample] = left
        station_lost[sample] = gone
        crew_lost[sample] = dead
        outcome[sample] = worst_outcome(left, gone, dead, False)


def penetration_outcomes(
    reserve_time: ArrayLike,
    uniforms: ArrayLike,
    *,
    people: ArrayLike,
    seats: ArrayLike,
    isolate_time: ArrayLike = FIGURES.isolate.value,
    board_time: ArrayLike = FIGURES.board.value,
    in_module: ArrayLike = False,
    hatches_shut: ArrayLike = False,
    module_critical: ArrayLike = False,
    critical_crack: ArrayLike = FIGURES.critical_crack.value,
    venting: ArrayLike = FIGURES.venting.value,
    critical_equipment: ArrayLike = FIGURES.critical_equipment.value,
    fragments: ArrayLike = FIGURES.fragments.value,
    flash: ArrayLike = FIGURES.flash.value,
    recovery: ArrayLike = FIGURES.recovery.value,
) -> Outcomes:
    """Follow penetrations of the hull to what becomes of crew and station.

    In this order: the hull tears; venting turns the station; something critical is hit; people in
    the module are hurt; the module is shut off in time or not; if not, all leave in time or not; a
    critical module or an airless station is won back or not. Left out: people on the wrong side of
    a shut hatch, masks, a second attempt at rescue.

    Parameters
    ----------
    reserve_time : array_like, (sample,)
        Until the air shared with the hole is too thin for people, from `leak_flow.reserve_time` of
        the hole; infinite if it never is. [s]
    uniforms : array_like, (sample, 7)
        Draws from 0 to 1. [-]
    people, seats : array_like of int, (sample,)
        Aboard, and in sound ships that can be reached. [-]
    isolate_time, board_time : array_like, (sample,)
        Until the module is shut off, and until all are in their ships. [s]
    in_module : array_like of bool, (sample,)
        True if somebody is in the module that is hit.
    hatches_shut : array_like of bool, (sample,)
        True if the module is shut off already, as in a station without crew.
    module_critical : array_like of bool, (sample,)
        True if the station cannot go on without the module.
    critical_crack, venting, critical_equipment, fragments, flash, recovery : array_like, (sample,)
        Chances, 0 to 1, as in `ChainFigures`; may go with the hole. [-]

    Returns
    -------
    Outcomes
        One for each sample.

    Raises
    ------
    DomainError
        If a chance is outside 0 to 1, a time or number negative, or shapes do not match.

    Notes
    -----
    A loss of crew is one person or more, as analysts count it. A plain loop agrees exactly, and the
    shares agree with the product of chances within the sampling error (tests).

    Examples
    --------
    A hole that leaves seven hours, one that leaves five minutes, for three with three seats:

    >>> from stationkeeper.hull.outcomes import Outcome
    >>> none = dict(critical_crack=0, venting=0, critical_equipment=0, fragments=0, flash=0)
    >>> found = penetration_outcomes(
    ...     [25_000.0, 300.0], np.full((2, 7), 0.4), people=3, seats=3, **none
    ... )
    >>> [Outcome(code).name for code in found.outcome]
    ['NOMINAL_END', 'LOSS_OF_CREW']
    """
    _check_chances(
        critical_crack=critical_crack,
        venting=venting,
        critical_equipment=critical_equipment,
        fragments=fragments,
        flash=flash,
        recovery=recovery,
    )
    check_not_negative(
        reserve_time=reserve_time,
        isolate_time=isolate_time,
        board_time=board_time,
        people=people,
        seats=seats,
    )
    draws = np.ascontiguousarray(uniforms, dtype=np.float64)
    reserve = np.atleast_1d(np.asarray(reserve_time, dtype=np.float64))
    size = reserve.size
    if draws.shape != (size, DRAWS):
        raise DomainError(f"draws: expected shape {(size, DRAWS)}, given {draws.shape}")

    def numbers(value: ArrayLike) -> Array:
        return np.broadcast_to(np.asarray(value, dtype=np.float64), (size,)).copy()

    def counts(value: ArrayLike) -> NDArray[np.int64]:
        return np.broadcast_to(np.asarray(value, dtype=np.int64), (size,)).copy()

    def flags(value: ArrayLike) -> Flags:
        return np.broadcast_to(np.asarray(value, dtype=bool), (size,)).copy()

    found = _empty(size)
    given = (critical_crack, venting, critical_equipment, fragments, flash, recovery)
    _follow_all(
        reserve.copy(),
        numbers(isolate_time),
        numbers(board_time),
        counts(people),
        counts(seats),
        flags(in_module),
        flags(hatches_shut),
        flags(module_critical),
        np.stack([numbers(chance) for chance in given]),
        draws,
        found.outcome,
        found.mode,
        found.evacuated,
        found.station_lost,
        found.crew_lost,
    )
    return found


def _empty(size: int) -> Outcomes:
    return Outcomes(
        np.zeros(size, dtype=np.int8),
        np.zeros(size, dtype=np.int8),
        np.zeros(size, dtype=bool),
        np.zeros(size, dtype=bool),
        np.zeros(size, dtype=bool),
    )
