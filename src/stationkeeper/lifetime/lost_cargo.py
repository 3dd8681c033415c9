"""Planned cargo flights that are lost by chance: which may be, and what is missing without them."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import Purpose, component_number, uniforms
from stationkeeper.lifetime.hardware import Visit

# Between the damage to a cargo ship on 26 March 2025 and the next one with food in its place, on
# 21 April 2025 (nexusnews.pro; newz9.com): 26 days.
REMANIFEST_DAYS: Final = 30  # [d]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class AtRisk:
    """Ships of one station that may be lost on the way, in the order in which they dock.

    Attributes
    ----------
    ships : tuple of str
        Their classes.
    visits : tuple of Visit
        The docking of each, or what comes first at this station.
    place : ndarray of int, (V,)
        Day of docking; the number of days for one that came to this station from another.
    class_of : ndarray of int, (V,)
        Place of the class of each in `ships`.
    stays : tuple of (int, Visit)
        What the station is taken to have while they are docked, by place in `visits`; a ship that
        changes ports has more than one.
    """

    ships: tuple[str, ...]
    visits: tuple[Visit, ...]
    place: Whole
    class_of: Whole
    stays: tuple[tuple[int, Visit], ...]


def at_risk(visits: Sequence[Visit], days: int) -> AtRisk:
    """Return which ships of a station may be lost on the way.

    Parameters
    ----------
    visits : sequence of Visit
        Of one station, in order of docking.
    days : int
        Of the run. [d]
    """
    first: dict[str, Visit] = {}
    for visit in visits:
        if visit.chance_lost > 0.0:
            first.setdefault(visit.flight, visit)

    def docks(visit: Visit) -> int:
        return min(visit.first, days) if visit.arrives else days

    dealt = sorted(first.values(), key=docks)
    flights = tuple(visit.flight for visit in dealt)
    ships = tuple(sorted({visit.ship_key for visit in dealt}))
    return AtRisk(
        ships=ships,
        visits=tuple(dealt),
        place=np.array([docks(visit) for visit in dealt], np.int64),
        class_of=np.array([ships.index(visit.ship_key) for visit in dealt], np.int64),
        stays=tuple(
            (flights.index(visit.flight), visit) for visit in visits if visit.flight in first
        ),
    )


def lost_ships(risk: AtRisk, seed: int, replicas: NDArray[np.integer]) -> Flags:
    """Draw which ships are lost.

    Returns
    -------
    ndarray of bool, (R, V)
        A flight is lost in the same replicas whatever else flies.
    """
    lost = np.zeros((len(replicas), len(risk.visits)), np.bool_)
    for place, visit in enumerate(risk.visits):
        draws = uniforms(seed, replicas, Purpose.SHOCKS, component_number(visit.flight))
        lost[:, place] = draws[:, 0] < visit.chance_lost
    return lost


def made_up(risk: AtRisk, lost: Flags, brought: Array) -> Array:
    """Return what later ships carry in the place of lost ones.

    What a lost ship carried for the stores is loaded on those that dock `REMANIFEST_DAYS` later or
    after, as far as their holds have room beside what they were to bring for the stores: other
    cargo waits. A ship without a hold in the document carries nothing more.

    Parameters
    ----------
    risk : AtRisk
        Ships of the station.
    lost : ndarray of bool, (R, V)
        From `lost_ships`.
    brought : ndarray, (B, V)
        For each store by each ship. [kg]

    Returns
    -------
    ndarray, (R, B, V)
        More than planned; nothing on a lost ship. [kg]
    """
    stores, ships = brought.shape
    more = np.zeros((len(lost), stores, ships))
    waiting: deque[tuple[int, Array]] = deque()  # day of loading at the earliest, amount (R, B)
    owed = np.zeros((len(lost), stores))
    for ship, visit in enumerate(risk.visits):
        place = int(risk.place[ship])
        while waiting and waiting[0][0] <= place:
            owed += waiting.popleft()[1]
        arrives = ~lost[:, ship]
        asked = owed.sum(axis=1)
        share = np.minimum(_room(visit, brought[:, ship]) / np.maximum(asked, 1e-9), 1.0)
        more[:, :, ship] = np.where(arrives[:, None], share[:, None] * owed, 0.0)
        owed -= more[:, :, ship]
        if not arrives.all():
            gone = np.where(arrives[:, None], 0.0, brought[:, ship])
            waiting.append((place + REMANIFEST_DAYS, gone))
    return more


def _room(visit: Visit, brought: Array) -> float:
    """Return what a ship can carry for the stores beside what it was to bring. [kg]"""
    hold = visit.ship.hold
    if hold is None:
        return 0.0
    most = min(hold.dry_kg + hold.water_kg + hold.gas_kg, hold.total_kg - visit.propellant)
    return max(most - float(brought.sum()), 0.0)


@dataclass(frozen=True)
class Missing:
    """What lost ships take from a station, (R, days) each; see `missing`."""

    mass: Array
    area: Array
    capacity: Array
    delivered: Array


def missing(
    risk: AtRisk, lost: Flags, drag_coefficient: float, start: int, stop: int
) -> Missing | None:
    """Return what the station does not have on some days, without the ships that were lost.

    Left out are the engine that a lost ship would have burned and what it would have provided: the
    plan holds for these.

    Parameters
    ----------
    risk : AtRisk
        Ships of the station.
    lost : ndarray of bool, (R, V)
        From `lost_ships`.
    drag_coefficient : float
        By which the area of ships counts. [-]
    start, stop : int
        Places of days, the last excluded.

    Returns
    -------
    Missing or None
        Mass [kg], area [m2], room for propellant and propellant delivered [kg]; None if no ship
        that was lost is concerned.
    """
    found: Missing | None = None
    for ship, visit in risk.stays:
        first, last = max(visit.first, start), min(visit.last, stop)
        if first >= last or not lost[:, ship].any():
            continue
        if found is None:
            found = Missing(*(np.zeros((len(lost), stop - start)) for _ in range(4)))
        rows, days = lost[:, ship], slice(first - start, last - start)
        found.mass[rows, days] += visit.mass
        found.area[rows, days] += visit.ship.exposed_area_m2 * drag_coefficient
        found.capacity[rows, days] += visit.propellant
        if visit.arrives and visit.first >= start:
            found.delivered[rows, visit.first - start] += visit.propellant
    return found
