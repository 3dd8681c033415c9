"""What a hole, a leak, a lost machine or a lost lifeboat means for the people and the station.

Outcomes and the seven ways to lose crew or station carry the names of analysts: those of the
Manned Spacecraft Crew Survivability code ("loss of crew", "crew evacuation", "loss of escape
vehicle", "nominal end of mission" [1]_, seven modes [2]_), with "loss of station" beside them. The
chains of events are ours and short; that code's inputs are not public.

References
----------
.. [1] NTRS 20190002582 (2019), abstract: the four outcomes. Confidence A.
.. [2] National Research Council, "Protecting the Space Station from Meteoroids and Orbital Debris",
   1997, page 40: the seven modes. Confidence A. A paper on the same code names six.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.hull.failure_probability import chance_band
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]


class Outcome(IntEnum):
    """What became of people and station, the worst that holds."""

    NOMINAL_END = 0  # NEOM: the mission goes on to its planned end
    LOSS_OF_ESCAPE_VEHICLE = 1  # LEV: somebody has no seat home
    EVACUATION = 2  # Evac: the crew leaves; the station stays
    LOSS_OF_STATION = 3  # the crew leaves, or nobody was there, and the station is lost
    LOSS_OF_CREW = 4  # LOC: one person or more


class LossMode(IntEnum):
    """Why: the seven modes of the survivability code, in its order, and what it does not name."""

    NONE = 0
    UNZIPPING = 1  # immediate critical crack propagation
    VENTING = 2  # loss of control or structural failure due to venting
    CRITICAL_EQUIPMENT = 3  # penetration of critical equipment
    FRAGMENTS = 4  # crew injury from fragments
    FLASH_OVERPRESSURE = 5  # crew injury from light flash and overpressure
    HYPOXIA = 6  # of one, or of several in attempts to rescue
    DELAYED_LOSS = 7  # irreparable failures of critical systems
    LEAK = 8  # ours: a slow leak beyond the user's limit
    NO_SEAT = 9  # ours: people without a seat home


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


@dataclass(frozen=True)
class Outcomes:
    """What became of each sample.

    Attributes
    ----------
    outcome : ndarray of int8, (sample,)
        Of `Outcome`.
    mode : ndarray of int8, (sample,)
        Of `LossMode`: the first that applied.
    evacuated, station_lost, crew_lost : ndarray of bool, (sample,)
        All that holds; an evacuation can precede the loss of the station.
    """

    outcome: Codes
    mode: Codes
    evacuated: Flags
    station_lost: Flags
    crew_lost: Flags


def _check_chances(**chances: ArrayLike) -> None:
    for name, value in chances.items():
        number = np.asarray(value, dtype=np.float64)
        if np.any(~((number >= 0) & (number <= 1))):
            told = name.replace("_", " ")
            raise DomainError(
                f"chance of {told}: expected 0 to 1, given {np.min(number):g} to {np.max(number):g}"
            )


def _check_not_negative(**values: ArrayLike) -> None:
    for name, value in values.items():
        if np.any(~(np.asarray(value, dtype=np.float64) >= 0)):
            told = name.replace("_", " ")
            raise DomainError(f"{told}: expected 0 or more, given {np.min(value)}")


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
    _check_not_negative(
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


def _gather(
    mode: ArrayLike, evacuated: Flags, station: Flags, crew: Flags, no_seat: Flags
) -> Outcomes:
    outcome = np.select(
        [crew, station, evacuated, no_seat],
        [
            Outcome.LOSS_OF_CREW,
            Outcome.LOSS_OF_STATION,
            Outcome.EVACUATION,
            Outcome.LOSS_OF_ESCAPE_VEHICLE,
        ],
        Outcome.NOMINAL_END,
    )
    why = np.where(outcome > 0, mode, LossMode.NONE)
    return Outcomes(outcome.astype(np.int8), why.astype(np.int8), evacuated, station, crew)


def leak_outcomes(
    leak_rate: ArrayLike,
    limit: ArrayLike,
    gas_store: ArrayLike,
    repair_time: ArrayLike,
    rescue_time: ArrayLike,
    *,
    people: ArrayLike,
    seats: ArrayLike,
    can_shut: ArrayLike = False,
) -> Outcomes:
    """Follow leaks beyond the user's limit to what becomes of crew and station.

    A leak behind a hatch that can stay shut ends there. Otherwise the store feeds it until it is
    repaired; if the store ends first all leave, and the station loses its air.

    Parameters
    ----------
    leak_rate, limit : array_like, (...)
        Air lost, and the rate from which on the user counts a leak; zero or more. [kg/s]
    gas_store : array_like, (...)
        Make-up gas to be spent on it. [kg]
    repair_time : array_like, (...)
        Until it is sealed; infinite if nobody can. [s]
    rescue_time : array_like, (...)
        Until a ship with seats for all can be there. [s]
    people, seats : array_like of int, (...)
        Aboard, and in sound ships. [-]
    can_shut : array_like of bool, (...)
        True if the hatch before the leak can stay shut.

    Returns
    -------
    Outcomes
        Flat arrays in the broadcast order.

    Raises
    ------
    DomainError
        If an input is negative.

    Notes
    -----
    What leak is untenable is not agreed between the agencies (OIG IG-24-020, confidence B): the
    limit is the user's.

    Examples
    --------
    Two kilograms a day against a store of 100 kg: sealed after 20 days, or never:

    >>> day = 86_400.0
    >>> found = leak_outcomes(
    ...     2 / day, 1 / day, 100.0, [20 * day, np.inf], 90 * day, people=3, seats=3
    ... )
    >>> [Outcome(code).name for code in found.outcome]
    ['NOMINAL_END', 'LOSS_OF_STATION']
    """
    _check_not_negative(
        leak_rate=leak_rate,
        limit=limit,
        gas_store=gas_store,
        repair_time=repair_time,
        rescue_time=rescue_time,
        people=people,
        seats=seats,
    )
    rate, bound, store, repair, rescue, crew, room, shut = (
        x.ravel()
        for x in np.broadcast_arrays(
            *(
                np.asarray(x, dtype=np.float64)
                for x in (leak_rate, limit, gas_store, repair_time, rescue_time, people, seats)
            ),
            np.asarray(can_shut, dtype=bool),
        )
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        lasts = np.where(rate > 0, store / rate, np.inf)
    runs_out = (rate > bound) & ~shut.astype(bool) & (repair > lasts)
    left_behind = runs_out & (crew > 0) & (room < crew) & (rescue > lasts)
    leaves = runs_out & (crew > 0) & ~left_behind
    return _gather(LossMode.LEAK, leaves, runs_out, left_behind, np.zeros_like(runs_out))


def equipment_outcomes(
    time_to_effect: ArrayLike,
    repair_time: ArrayLike,
    rescue_time: ArrayLike,
    *,
    people: ArrayLike,
    seats: ArrayLike,
    station_needs_it: ArrayLike,
    crew_needs_it: ArrayLike = True,
) -> Outcomes:
    """Follow the loss of a function to what becomes of crew and station.

    Parameters
    ----------
    time_to_effect : array_like, (...)
        How long stores and margins stand in for the function. [s]
    repair_time : array_like, (...)
        Until it works again; infinite if nobody can. [s]
    rescue_time : array_like, (...)
        Until a ship with seats for all can be there. [s]
    people, seats : array_like of int, (...)
        Aboard, and in sound ships. [-]
    station_needs_it, crew_needs_it : array_like of bool, (...)
        Whether the station, or people in it, cannot do without.

    Returns
    -------
    Outcomes
        Flat arrays in the broadcast order.

    Raises
    ------
    DomainError
        If a time or number is negative.

    Examples
    --------
    Attitude with ten days of margin, repaired in three, in thirty, and with nobody to repair it:

    >>> day = 86_400.0
    >>> found = equipment_outcomes(
    ...     10 * day,
    ...     np.array([3.0, 30.0, np.inf]) * day,
    ...     5 * day,
    ...     people=[3, 3, 0],
    ...     seats=3,
    ...     station_needs_it=[True, False, True],
    ... )
    >>> [Outcome(code).name for code in found.outcome]
    ['NOMINAL_END', 'EVACUATION', 'LOSS_OF_STATION']
    """
    _check_not_negative(
        time_to_effect=time_to_effect,
        repair_time=repair_time,
        rescue_time=rescue_time,
        people=people,
        seats=seats,
    )
    effect, repair, rescue, crew, room, for_station, for_crew = (
        x.ravel()
        for x in np.broadcast_arrays(
            *(
                np.asarray(x, dtype=np.float64)
                for x in (time_to_effect, repair_time, rescue_time, people, seats)
            ),
            np.asarray(station_needs_it, dtype=bool),
            np.asarray(crew_needs_it, dtype=bool),
        )
    )
    felt = repair > effect
    station = felt & for_station.astype(bool)
    must_leave = felt & (crew > 0) & (for_station.astype(bool) | for_crew.astype(bool))
    left_behind = must_leave & (room < crew) & (rescue > effect)
    leaves = must_leave & ~left_behind
    return _gather(LossMode.DELAYED_LOSS, leaves, station, left_behind, np.zeros_like(station))


def lifeboat_outcomes(
    seats_left: ArrayLike,
    rescue_time: ArrayLike,
    time_without_need: ArrayLike,
    *,
    people: ArrayLike,
) -> Outcomes:
    """Follow the loss of seats home to what becomes of the crew.

    Parameters
    ----------
    seats_left : array_like of int, (...)
        In sound ships, after the loss. [-]
    rescue_time : array_like, (...)
        Until seats for all are there again. [s]
    time_without_need : array_like, (...)
        Until the next cause to leave at once; infinite if there is none. [s]
    people : array_like of int, (...)
        Aboard. [-]

    Returns
    -------
    Outcomes
        Flat arrays in the broadcast order: loss of escape vehicle while somebody has no seat, loss
        of crew if they must leave meanwhile.

    Raises
    ------
    DomainError
        If an input is negative.

    Examples
    --------
    A ship for three of seven is lost, and replaced after 72 days:

    >>> found = lifeboat_outcomes(4, 72.0, [np.inf, 30.0], people=7)
    >>> [Outcome(code).name for code in found.outcome]
    ['LOSS_OF_ESCAPE_VEHICLE', 'LOSS_OF_CREW']
    """
    _check_not_negative(
        seats_left=seats_left,
        rescue_time=rescue_time,
        time_without_need=time_without_need,
        people=people,
    )
    room, rescue, need, crew = (
        x.ravel()
        for x in np.broadcast_arrays(
            *(
                np.asarray(x, dtype=np.float64)
                for x in (seats_left, rescue_time, time_without_need, people)
            )
        )
    )
    no_seat = crew > room
    caught = no_seat & (need < rescue)
    nobody = np.zeros_like(no_seat)
    return _gather(LossMode.NO_SEAT, nobody, nobody, caught, no_seat)


@dataclass(frozen=True)
class OutcomeChances:
    """Chance of each outcome given the event, with its band from the number of samples.

    Attributes
    ----------
    chance, low, high : ndarray, (outcome,)
        By `Outcome`; they exclude one another and add up to one. [-]
    mode : ndarray, (mode,)
        Chance of each `LossMode` with a loss of crew or station. [-]
    """

    chance: Array
    low: Array
    high: Array
    mode: Array


def outcome_chances(found: Outcomes, level: float = 0.9) -> OutcomeChances:
    """Count outcomes of equally likely samples.

    Parameters
    ----------
    found : Outcomes
        One sample or more.
    level : float
        Of the band, between 0 and 1. [-]

    Returns
    -------
    OutcomeChances
        Exact bands (`failure_probability.chance_band`).

    Raises
    ------
    DomainError
        If there is no sample, or the level is not between 0 and 1.

    Examples
    --------
    >>> found = lifeboat_outcomes([4, 4, 7, 7], 72.0, np.inf, people=7)
    >>> outcome_chances(found).chance.tolist()
    [0.5, 0.5, 0.0, 0.0, 0.0]
    """
    size = found.outcome.size
    if size == 0:
        raise DomainError("chances of outcomes: expected one sample or more")
    count = np.bincount(found.outcome, minlength=len(Outcome))
    bands = np.array([chance_band(int(events), size, level) for events in count])
    hard = found.outcome >= Outcome.LOSS_OF_STATION
    mode = np.bincount(found.mode[hard], minlength=len(LossMode)) / size
    return OutcomeChances(count / size, bands[:, 0], bands[:, 1], mode)
