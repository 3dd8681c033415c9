"""What a policy uses until it acts: flights, seats and launches, in each replica."""

from collections.abc import Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.assemble import Assembled
from stationkeeper.lifetime.deciding.decisions import Decisions
from stationkeeper.lifetime.deciding.stage import YEAR_OF_MONTHS, Stage
from stationkeeper.lifetime.deciding.world import nations_of
from stationkeeper.programme.composition import all_flights
from stationkeeper.programme.deciding import Policy
from stationkeeper.units import days_since_2000

Array = NDArray[np.float64]


def used(
    stage: Stage, assembled: Assembled, made: Decisions, key: str, policy: Policy
) -> dict[str, Array]:
    """Return what is used at the station of a policy from the day of knowledge until it acts.

    Flights and seats are those of the document; from its last flight on they go on at the rate of
    the year before it. Those of an own station are as late as its first crew. Seats are those of
    the policy's partner, all if it has none. Module launches are those of the replica.

    Parameters
    ----------
    stage : Stage
        What decisions stand on.
    assembled : Assembled
        The programme as flown.
    made : Decisions
        What was decided.
    key : str
        Of the policy.
    policy : Policy
        The policy.

    Returns
    -------
    dict of text to ndarray, (R,)
        ``crewed_flights``, ``cargo_flights``, ``module_launches``, ``seats``. [-]
    """
    programme = stage.programme
    flights = [one for one in all_flights(programme).values() if one.station == policy.station]
    seated = [one.launched for one in flights if programme.ship[one.ship].seats]
    cargo = [one.launched for one in flights if not programme.ship[one.ship].seats]
    seats: list[date] = []
    for stay in assembled.stays:
        for nation, count in stay.crew.seats.items() if stay.station == policy.station else ():
            if policy.partner is None or nation in nations_of(
                programme.partner[policy.partner].nation, policy.partner
            ):
                seats += [stay.crew.launched] * count
    until = np.minimum(np.minimum(made.acted[key], stage.edges[-1]), made.gone(policy.station))
    modules = [
        made.launched[place] < until
        for place, one in enumerate(stage.launches.plan)
        if policy.station in (one.station, stage.launches.home[place])
    ]
    crew = stage.crews.get(policy.station)
    by_plan = until
    if crew is not None and np.isfinite(crew.planned):  # its flights come as late as its first crew
        crewed = made.crewed[policy.station]
        by_plan = np.where(np.isfinite(crewed), until - crewed + crew.planned, stage.edges[0])
    launches = np.sum(modules, axis=0) if modules else np.zeros(stage.size)
    return {
        "crewed_flights": _counted(stage, seated, by_plan),
        "cargo_flights": _counted(stage, cargo, by_plan),
        "module_launches": np.asarray(launches, np.float64),
        "seats": _counted(stage, seats, by_plan),
    }


def _counted(stage: Stage, days: Iterable[date], until: Array) -> Array:
    """Count days from the day of knowledge to another in each replica, extended at their rate."""
    launched = np.array([days_since_2000(day) for day in days], np.float64)
    counts = np.histogram(launched, stage.edges)[0].astype(np.float64)
    begins = np.flatnonzero(counts)
    end = int(begins[-1]) + 1 if begins.size else stage.months
    if begins.size and stage.months - end >= YEAR_OF_MONTHS // 2:
        counts[end:] = counts[max(end - YEAR_OF_MONTHS, 0) : end].sum() / YEAR_OF_MONTHS
    as_of = float(days_since_2000(stage.as_of))
    # Within the month of knowledge only what is still to come counts.
    month = int(np.searchsorted(stage.edges, as_of, side="right")) - 1
    inside = (launched > as_of) & (launched < stage.edges[month + 1])
    counts[: month + 1] = 0.0
    counts[month] = inside.sum()
    total = np.append(0.0, np.cumsum(counts))
    return np.asarray(np.round(np.interp(until, stage.edges, total), 3))
