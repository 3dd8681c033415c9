"""Planned cargo flights that are lost by chance: which may be, and what is missing without them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import Purpose, component_number, uniforms
from stationkeeper.lifetime.hardware import Visit

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
