"""What stations deliver by month: rates times the days on which each payload is there and works."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.deciding.bands import between, number_band
from stationkeeper.lifetime.serving.scene import WITHOUT, Scene, Served
from stationkeeper.programme.check_services import PARTS
from stationkeeper.programme.composition import station_intervals
from stationkeeper.programme.document import Programme
from stationkeeper.programme.services import MEASURES, Payload
from stationkeeper.units import date_from_days, days_since_2000

if TYPE_CHECKING:  # they bring the kernels of a run along
    from stationkeeper.lifetime.deciding.decisions import Decisions
    from stationkeeper.lifetime.deciding.stage import Stage

Array = NDArray[np.float64]

_BAND: Final = (0.05, 0.95)

# The part of a payload that a measure counts, where a kind of service has several.
_PART_OF: Final = {
    "profiles_per_day": ("occultation",),
    "laser_passes_per_day": ("reflector",),
    "beacon_passes_per_day": ("doppler_receiver",),
    "visits_per_day": ("imager", "camera"),
    "clear_visits_per_day": ("imager", "camera"),
}


@dataclass(frozen=True)
class Working:
    """When the payloads of stations are there, in each replica, and how well they work.

    Attributes
    ----------
    edges : ndarray, (months + 1,)
        First day of each month and the day after the last. [d]
    begin, end : dict of text to ndarray, (R,)
        By payload, its first day and the day after its last; `end` <= `begin` if never. [d]
    works : dict of text to ndarray, (months,)
        By payload, the part of the replicas in which the functions that it needs are provided.
    """

    edges: Array
    begin: dict[str, Array]
    end: dict[str, Array]
    works: dict[str, Array]

    @property
    def replicas(self) -> int:
        """Number of replicas."""
        return next(iter(self.begin.values())).size if self.begin else 0

    def days(self, payloads: Sequence[str]) -> Array:
        """Return the days of each month on which any of some payloads is there and works.

        Returns
        -------
        ndarray, (R, months)
            Days there in the replica, times the part of the replicas in which it works. [d]
        """
        found = np.zeros((self.replicas, self.edges.size - 1))
        for key in payloads:
            there = np.minimum(self.end[key][:, None], self.edges[None, 1:])
            there = there - np.maximum(self.begin[key][:, None], self.edges[None, :-1])
            np.maximum(found, np.maximum(there, 0.0) * self.works[key], out=found)
        return found


def working(
    programme: Programme,
    edges: Array,
    down: Mapping[str, Array],
    lost: Mapping[str, Array],
    decided: "tuple[Stage, Decisions] | None",
) -> Working:
    """Find when payloads are there.

    Parameters
    ----------
    programme : Programme
        The document as flown.
    edges : ndarray, (months + 1,)
        First day of each month and the day after the last. [d]
    down : mapping of text to ndarray, (months,)
        By function, the part of the replicas in which it is not provided.
    lost : mapping of text to ndarray, (R,)
        By station, the day of its loss or entry; infinite if there is none. [d]
    decided : tuple of Stage and Decisions, optional
        What policies made of it; their replicas then stand for all.

    Returns
    -------
    Working
    """
    begin: dict[str, Array] = {}
    end: dict[str, Array] = {}
    works: dict[str, Array] = {}
    size = next((days.size for days in lost.values()), 0)
    for key, payload in programme.payload.items():
        if payload.station is None:
            continue
        # A station of which the day of knowledge knows no module yet is flown by nobody, but
        # policies may make one out of words.
        gone = lost.get(payload.station, np.full(size, np.inf))
        begin[key], end[key] = _there(programme, payload, gone, decided)
        works[key] = _works(programme, payload, down, edges.size - 1)
    return Working(edges, begin, end, works)


def _there(
    programme: Programme, payload: Payload, lost: Array, decided: "tuple[Stage, Decisions] | None"
) -> tuple[Array, Array]:
    """Return the first day of a payload and the day after its last, in each replica. [d]"""
    station, module = payload.station, payload.module
    assert station is not None
    first, last = _planned(programme, station, module)
    if decided is None:
        begin, end = np.full(lost.size, first), np.minimum(last, lost)
    else:
        stage, made = decided
        begin = made.begun.get(station, np.full(stage.size, first)).astype(np.float64)
        end = made.gone(station) if station in made.ended else np.full(stage.size, last)
        if module is not None:
            names = stage.launches.modules
            if module in names and stage.launches.home[names.index(module)] == station:
                begin = np.maximum(begin, made.docked[names.index(module)])
            left = made.left.get((programme.module[module].partner, station))
            if left is not None:
                end = np.minimum(end, left)
    if payload.since is not None:
        begin = np.maximum(begin, float(days_since_2000(payload.since)))
    if payload.until is not None:
        end = np.minimum(end, days_since_2000(payload.until) + 1.0)
    return begin, np.maximum(end, begin)


def _planned(programme: Programme, station: str, module: str | None) -> tuple[float, float]:
    """Return the first day of a module at a station in the plan, and the day after the last. [d]"""
    spans = [
        (one.first, one.last)
        for one in station_intervals(programme)[station]
        if module is None or module in one.modules
    ]
    return (float(spans[0][0]), float(spans[-1][1])) if spans else (np.inf, np.inf)


def _works(programme: Programme, payload: Payload, down: Mapping[str, Array], months: int) -> Array:
    """Return the part of the replicas in which all that a payload needs is provided.

    Of functions of one kind the best counts; kinds take turns at failing independently.
    """
    segment = programme.module[payload.module].segment if payload.module else None
    found = np.ones(months)
    for kind in payload.needs:
        ours = [
            down[key]
            for key, one in programme.function.items()
            if one.station == payload.station
            and one.kind == kind
            and key in down
            and (segment is None or not one.segments or segment in one.segments)
        ]
        if ours:
            found *= 1.0 - np.minimum.reduce(ours)
    return found


def station_rate(one: Served, measure: str, track: str) -> float | None:
    """Return what a station alone gives a day: with it, less what is there without it."""
    told = {row.orbit: row.value for row in one.measures if row.measure == measure}
    value = told.get(track)
    return value if one.alone or value is None else value - (told.get(WITHOUT) or 0.0)


def carriers(programme: Programme, service: str, measure: str, station: str) -> list[str]:
    """Return the payloads of a service at a station that a measure counts."""
    told = programme.service[service]
    parts = _PART_OF.get(measure, PARTS[told.kind])
    return [
        key
        for key in told.payloads
        if programme.payload[key].station == station
        and any(getattr(programme.payload[key], part) for part in parts)
    ]


def delivery_rows(
    scene: Scene, served: Mapping[str, Served], there: Working
) -> list[dict[str, Any]]:
    """Return what each station delivers of each measure that adds up, month by month.

    Parameters
    ----------
    scene : Scene
        The month that tells the rates.
    served : mapping of text to Served
        By service.
    there : Working
        When payloads are there.

    Returns
    -------
    list of dict
        See ``delivery.rows`` of services.json.
    """
    rows = []
    days = np.diff(there.edges)
    months = [date_from_days(day).isoformat()[:7] for day in there.edges[:-1]]
    for key, one in served.items():
        for measure, track, rate in _rates(scene, one):
            payloads = carriers(scene.programme, key, measure, track)
            if not payloads:
                continue
            monthly = there.days(payloads) * rate
            low, high = np.quantile(monthly, _BAND, axis=0)
            told = np.flatnonzero(monthly.any(axis=0))
            if not told.size:
                continue
            part = slice(int(told[0]), int(told[-1]) + 1)
            rows.append(
                {
                    "service": key,
                    "measure": measure,
                    "title": MEASURES[measure].title,
                    "unit": MEASURES[measure].unit.removesuffix("/d"),
                    "station": track,
                    "months": months[part],
                    "mean": _rounded(monthly.mean(axis=0)[part]),
                    "low": _rounded(low[part]),
                    "high": _rounded(high[part]),
                    "whole": _rounded((days * rate)[part]),
                }
            )
    return rows


def _rates(scene: Scene, one: Served) -> list[tuple[str, str, float]]:
    """Return measure, station and rate a day of the plan that is flown."""
    found = []
    measures = dict.fromkeys(row.measure for row in one.measures)
    for measure in measures:
        if not MEASURES[measure].adds_up:
            continue
        for track in scene.tracks:
            rate = station_rate(one, measure, track.key)
            if track.version is None and rate is not None:
                found.append((measure, track.station, rate))
    return found


def _rounded(values: Array) -> list[float]:
    return [float(f"{value:.6g}") for value in values]


def _serve(programme: Programme, partner: str, payloads: Sequence[str]) -> bool:
    """Return whether all of some payloads serve a partner."""
    return all(programme.payload[key].partner in (None, partner) for key in payloads)


def gap_rows(
    scene: Scene,
    served: Mapping[str, Served],
    there: Working,
    turns: Sequence[tuple[str, str, str]],
) -> list[dict[str, Any]]:
    """Return what is lost between an old and a new station.

    Told are services of which all payloads at the old station serve the partner. Days without a
    service are those from the end of the last payload of the old station to the begin of the first
    of the new one; what is lost is what the old one would have delivered.

    Parameters
    ----------
    scene, served, there
        As in `delivery_rows`.
    turns : sequence of (partner, old, new)
        Which station follows which.

    Returns
    -------
    list of dict
        See ``delivery.gaps`` of services.json.
    """
    rows = []
    for partner, old, new in turns:
        tilt = [scene.programme.station[key].orbit.inclination_deg for key in (old, new)]
        for key, one in served.items():
            for measure, station, rate in _rates(scene, one):
                ours = carriers(scene.programme, key, measure, old)
                next_ones = carriers(scene.programme, key, measure, new)
                if station != old or not ours or not next_ones:
                    continue
                if not _serve(scene.programme, partner, ours):
                    continue
                ends = np.maximum.reduce([there.end[name] for name in ours])
                begins = np.minimum.reduce([there.begin[name] for name in next_ones])
                without = between(ends, begins)
                rows.append(
                    {
                        "service": key,
                        "measure": measure,
                        "unit": MEASURES[measure].unit.removesuffix("/d"),
                        "partner": scene.programme.partner[partner].title,
                        "old": old,
                        "new": new,
                        "days": number_band(without, ("q05", "q50", "q95")),
                        "lost": number_band(without * rate, ("q05", "q50", "q95")),
                        "inclination_change": {"old_deg": tilt[0], "new_deg": tilt[1]},
                    }
                )
    return rows
