"""In which months people of a partner are aboard, and in what share of the replicas."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.assemble import Assembled
from stationkeeper.lifetime.deciding.decisions import Decisions
from stationkeeper.lifetime.deciding.stage import Stage, repeated
from stationkeeper.lifetime.deciding.view import NEVER
from stationkeeper.lifetime.deciding.world import nations_of

Flags = NDArray[np.bool_]
Array = NDArray[np.float64]


def presence_of(stage: Stage, assembled: Assembled, made: Decisions) -> list[dict[str, Any]]:
    """Return, by partner with people in the run, the share of replicas with some of them aboard.

    Up to the day of knowledge people are where they were. After it they are at a station as in the
    document until the partner leaves it, its people go or it is lost, beyond the document in the
    pattern of its last year; at an own station as in the document, moved with its first crew. That
    people leave a station for a while is left out.

    Returns
    -------
    list of dict
        ``partner``, ``months``, ``share`` and ``by_station``.
    """
    months = np.datetime_as_string(assembled.calendar.months, unit="M").tolist()
    found = []
    for partner, one in stage.programme.partner.items():
        nations = nations_of(one.nation, partner)
        rows = [n for n, nation in enumerate(assembled.nations) if nation in nations]
        by_station = {}
        anywhere = np.zeros((stage.size, stage.months), np.bool_)
        for number, station in enumerate(assembled.keys):
            if partner not in stage.programme.station[station].partners:
                continue
            aboard = assembled.people[number][rows].sum(axis=0) > 0
            planned = np.logical_or.reduceat(aboard, assembled.calendar.first_of_month)
            there = _there(stage, made, partner, station, planned)
            if there.any():
                by_station[station] = there
                anywhere |= there
        for station in stage.crews:
            if (
                station not in assembled.keys
                and partner in stage.programme.station[station].partners
            ):
                there = _announced(stage, made, station)
                if there.any():
                    by_station[station] = there
                    anywhere |= there
        if by_station:
            found.append(
                {
                    "partner": partner,
                    "months": months,
                    "share": _share(anywhere),
                    "by_station": {key: _share(there) for key, there in by_station.items()},
                }
            )
    return found


def _share(there: Flags) -> list[float]:
    return np.round(there.mean(axis=0), 4).tolist()  # type: ignore[no-any-return]


def _there(stage: Stage, made: Decisions, partner: str, station: str, planned: Flags) -> Flags:
    """Return in which months of each replica people of a partner are at a station, (R, months)."""
    begins, place = stage.edges[:-1], np.arange(stage.months)
    past = place < stage.first
    if station in stage.crews and station not in stage.there.values():
        return planned_later(
            planned,
            made.crewed[station],
            stage.crews[station].planned,
            stage.edges,
            made.people_gone(station),
        )
    again = repeated({"all": planned.astype(np.int64)}, stage.months)
    left = made.left.get((partner, station), np.full(stage.size, NEVER))
    until = np.minimum(left, made.people_gone(station))
    kept = begins[None, :] < until[:, None]
    return np.asarray(np.where(past, planned, planned[again] & kept))


def planned_later(
    planned: Flags, crewed: Array, as_planned: float, edges: Array, gone: Array
) -> Flags:
    """Return the months with people at a station whose first crew does not come as planned.

    Parameters
    ----------
    planned : ndarray of bool, (months,)
        Months with people in the document.
    crewed : ndarray, (R,)
        First crew. [d]
    as_planned : float
        First crew in the document. [d]
    edges : ndarray, (months + 1,)
        First day of each month and the end of the last. [d]
    gone : ndarray, (R,)
        When people go for good. [d]

    Returns
    -------
    ndarray of bool, (R, months)

    Examples
    --------
    >>> edges = np.arange(6) * 30.0
    >>> planned = np.array([False, True, False, True, False])
    >>> planned_later(planned, np.array([65.0]), 35.0, edges, np.array([np.inf])).tolist()
    [[False, False, True, False, True]]
    """
    months = len(planned)
    first = np.searchsorted(edges, crewed, side="right") - 1
    as_first = int(np.searchsorted(edges, as_planned, side="right")) - 1
    source = np.arange(months)[None, :] - (first - as_first)[:, None]
    inside = (source >= as_first) & (source < months)
    inside &= (np.isfinite(crewed) & (first < months))[:, None]
    there = inside & planned[np.clip(source, 0, months - 1)]
    return np.asarray(there & (edges[None, :-1] < gone[:, None]))


def _announced(stage: Stage, made: Decisions, station: str) -> Flags:
    """A station that only words tell of counts as crewed from its first crew on."""
    crewed, gone = made.crewed[station], made.people_gone(station)
    return np.asarray(
        (stage.edges[None, 1:] > crewed[:, None]) & (stage.edges[None, :-1] < gone[:, None])
    )
