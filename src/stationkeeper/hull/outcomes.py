"""What a hole, a leak, a lost machine or a lost lifeboat means for the people and the station.

Outcomes and the seven ways to lose crew or station carry the names of analysts: those of the
Manned Spacecraft Crew Survivability code ("loss of crew", "crew evacuation", "loss of escape
vehicle", "nominal end of mission" [1]_, seven modes [2]_), with "loss of station" beside them. The
chains of events are ours and short; that code's inputs are not public. The chain that follows a
penetration is in `after_penetration`.

References
----------
.. [1] NTRS 20190002582 (2019), abstract: the four outcomes. Confidence A.
.. [2] National Research Council, "Protecting the Space Station from Meteoroids and Orbital Debris",
   1997, page 40: the seven modes. Confidence A. A paper on the same code names six.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.hull.failure_probability import chance_band

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


def check_not_negative(**values: ArrayLike) -> None:
    """Refuse times and numbers below zero, and what is not a number.

    Examples
    --------
    >>> check_not_negative(repair_time=-1.0)
    Traceback (most recent call last):
    stationkeeper.errors.DomainError: repair time: expected 0 or more, given -1.0
    """
    for name, value in values.items():
        if np.any(~(np.asarray(value, dtype=np.float64) >= 0)):
            told = name.replace("_", " ")
            raise DomainError(f"{told}: expected 0 or more, given {np.min(value)}")


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
    check_not_negative(
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
    check_not_negative(
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
    check_not_negative(
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
