"""What a decision maker can say of the risk of the coming year, month by month in each replica."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.assemble import Assembled
from stationkeeper.lifetime.deciding.hazard import (
    YEAR,
    Rate,
    Seen,
    cumulative,
    error_of_year,
    smooth_rate,
    state_factors,
)
from stationkeeper.lifetime.deciding.rows import NEVER, Marks, Outcomes
from stationkeeper.lifetime.deciding.staying import planned_end
from stationkeeper.programme.document import Programme

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Single = NDArray[np.float32]

MEASURES: Final = ("station-lost", "people-lost", "people-leave", "penetrated")
QUIET: Final = "neither"
LEAKING: Final = "leak beyond the limit"
WITHOUT: Final = "function lost"
STATES: Final = (QUIET, LEAKING, WITHOUT)
MEMORY: Final = YEAR  # [month] our choice: rows do not tell when a leak or a loss has ended
NINE_IN_TEN: Final = 1.6449  # [-] half width of such a band in standard errors
_ORIGIN: Final = int(np.datetime64("2000-01-01", "D").astype(np.int64))  # [d] of NumPy's dates


@dataclass(frozen=True)
class Risks:
    """Chances as seen at the begin of each month, for some stations.

    Attributes
    ----------
    months : ndarray of datetime64[M], (months,)
        The months of the run.
    yearly : dict of text to dict of text to ndarray of float32, (R, months)
        By station and measure, chance of the event in the coming 12 months. Zero before the
        station is there; after its loss what it would be if it still were. [-]
    monthly : dict of text to dict of text to ndarray of float32, (states, months)
        By station and measure, chance in the month itself, by the state of the replica. [-]
    state : dict of text to ndarray of int8, (R, months)
        By station, the place in `STATES` of what a replica is in at the begin of the month.
    mean : dict of text to dict of text to ndarray, (months,)
        By station and measure, mean of `yearly` over the replicas that still have the station. [-]
    band : dict of text to dict of text to (ndarray, ndarray), each (months,)
        By station and measure, lower and upper limit of that mean, nine times in ten. [-]
    lost_month : dict of text to ndarray of int, (R,)
        By station, place of the month in which it is lost; the number of months if never.
    flown_until : dict of text to int
        By station, place of the first month that the plan of the document does not tell of: from
        then on everything comes from replicas in which nobody leaves; the number of months if none.
    donor : dict of text to ndarray of int, (R,)
        By station, the replica whose further life is taken from there on, its own number where it
        was flown; its own everywhere if nothing was flown on.
    """

    months: NDArray[np.datetime64]
    yearly: dict[str, dict[str, Single]]
    monthly: dict[str, dict[str, Single]]
    state: dict[str, NDArray[np.int8]]
    mean: dict[str, dict[str, Array]]
    band: dict[str, dict[str, tuple[Array, Array]]]
    lost_month: dict[str, Whole]
    flown_until: dict[str, int]
    donor: dict[str, Whole]

    @property
    def replicas(self) -> int:
        """Number of replicas."""
        return next((int(lost.size) for lost in self.lost_month.values()), 0)


def flat_risks(
    stations: Sequence[str],
    months: NDArray[np.datetime64],
    replicas: int,
    yearly: float | Mapping[str, float],
) -> Risks:
    """Return risks that are the same in all months and replicas, for trials.

    Parameters
    ----------
    stations : sequence of str
        Keys of the stations.
    months : ndarray of datetime64, (months,)
        First day of each month.
    replicas : int
        Number of replicas.
    yearly : float or mapping
        Chance in a year, of all measures or by measure; none where it is not given. [-]

    Returns
    -------
    Risks

    Examples
    --------
    >>> months = np.arange("2030-01", "2032-01", dtype="datetime64[M]")
    >>> told = flat_risks(("iss",), months, 3, {"station-lost": 0.01})
    >>> told.yearly["iss"]["station-lost"].shape, told.lost_month["iss"].tolist()
    ((3, 24), [24, 24, 24])
    """
    chance = {
        measure: float(yearly.get(measure, 0.0) if isinstance(yearly, Mapping) else yearly)
        for measure in MEASURES
    }
    count = len(months)
    mean = {measure: np.full(count, chance[measure]) for measure in MEASURES}
    return Risks(
        months=np.asarray(months).astype("datetime64[M]"),
        yearly={
            key: {m: np.full((replicas, count), chance[m], np.float32) for m in MEASURES}
            for key in stations
        },
        monthly={
            key: {
                m: np.full((len(STATES), count), 1.0 - (1.0 - chance[m]) ** (1 / 12), np.float32)
                for m in MEASURES
            }
            for key in stations
        },
        state={key: np.zeros((replicas, count), np.int8) for key in stations},
        mean={key: dict(mean) for key in stations},
        band={key: {m: (mean[m], mean[m]) for m in MEASURES} for key in stations},
        lost_month={key: np.full(replicas, count) for key in stations},
        flown_until=dict.fromkeys(stations, count),
        donor={key: np.arange(replicas) for key in stations},
    )


def taken(risks: Risks, station: str, measure: str, first: Whole | int, last: Whole | int) -> Array:
    """Return the chance accumulated at a station from one month to another (excluded).

    Parameters
    ----------
    risks : Risks
        Chances.
    station, measure : str
        Which.
    first, last : int or ndarray of int, (R,)
        Places of months; nothing is taken if the last is not after the first.

    Returns
    -------
    ndarray, (R,)
        Chance of at least one event. [-]

    Examples
    --------
    >>> months = np.arange("2030-01", "2032-01", dtype="datetime64[M]")
    >>> told = flat_risks(("iss",), months, 1, 0.01)
    >>> round(float(taken(told, "iss", "people-lost", 0, 12)[0]), 6)
    0.01
    """
    state = risks.state[station]
    survived = np.log1p(-risks.monthly[station][measure].astype(np.float64))
    hazard = -survived[state, np.arange(state.shape[1])]
    total = np.concatenate([np.zeros((len(state), 1)), np.cumsum(hazard, axis=1)], axis=1)
    rows, count = np.arange(len(state)), state.shape[1]
    begin = np.clip(np.broadcast_to(first, rows.shape), 0, count)
    end = np.clip(np.broadcast_to(last, rows.shape), begin, count)
    return np.asarray(-np.expm1(total[rows, begin] - total[rows, end]))


@dataclass(frozen=True)
class History:
    """One station in some replicas, month by month.

    Attributes
    ----------
    seen : dict of text to Seen
        By measure.
    state : ndarray of int8, (R, months)
        Place in `STATES` at the begin of each month.
    lost : ndarray of int, (R,)
        Month of the loss; the number of months if never.
    """

    seen: dict[str, Seen]
    state: NDArray[np.int8]
    lost: Whole


def history_of(
    told: Outcomes,
    station: str,
    months: NDArray[np.datetime64],
    needed: Sequence[str],
    begin: int,
    end: int,
) -> History:
    """Return what happened at a station, month by month.

    A replica is in the state `WITHOUT` at the begin of a month if a function that the station or
    its people need was lost in the 12 months before it, or people had left early and were not
    back; `LEAKING` if a leak went beyond the limit in the 12 months before it; else `QUIET`. Only
    what came before the first day of the month counts.

    Parameters
    ----------
    told : Outcomes
        Events.
    station : str
        Key of the station.
    months : ndarray of datetime64[M], (months,)
        Months of the run.
    needed : sequence of str
        Functions that the station or its people need.
    begin, end : int
        First month of the station, and the month after the last one looked at.

    Returns
    -------
    History
    """
    count, replicas = len(months), told.replicas
    first = months.astype("datetime64[D]").astype(np.int64) - _ORIGIN

    def grid(marks: Marks, which: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        chosen = np.ones(marks.day.size, np.bool_) if which is None else which
        found = np.zeros((replicas, count), np.bool_)
        place = np.searchsorted(first, marks.day[chosen], side="right") - 1
        found[marks.replica[chosen], np.maximum(place, 0)] = True
        return found

    marks = told.marks[station]
    loss = marks["station-lost"].first_of(replicas)
    lost = np.where(loss == NEVER, count, np.searchsorted(first, loss, side="right") - 1)
    stops = np.minimum(np.minimum(lost + 1, end), count)
    starts = np.full(replicas, begin)
    seen = {name: Seen(grid(marks[name]), starts, stops) for name in MEASURES}
    gone = marks["function-lost"]
    counts = np.isin(gone.subject, [n for n, name in enumerate(gone.subjects) if name in needed])
    state = np.zeros((replicas, count), np.int8)
    state[_lately(grid(marks["leak-beyond"]))] = STATES.index(LEAKING)
    away = _away(marks["people-leave"], marks["people-back"], replicas, first)
    state[_lately(grid(gone, counts)) | away] = STATES.index(WITHOUT)
    return History(seen, state, lost)


def _lately(hit: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether there was an event in the `MEMORY` months before each."""
    total = np.cumsum(hit, axis=1)
    before = np.concatenate([np.zeros((len(hit), 1), total.dtype), total[:, :-1]], axis=1)
    earlier = np.zeros_like(before)
    earlier[:, MEMORY:] = before[:, :-MEMORY]
    return np.asarray(before > earlier)


def _away(left: Marks, back: Marks, replicas: int, first: Whole) -> NDArray[np.bool_]:
    """Return whether people have left early and are not back at the begin of each month."""

    def so_far(marks: Marks) -> Whole:
        found = np.zeros((replicas, first.size + 1), np.int64)
        np.add.at(found, (marks.replica, np.searchsorted(first, marks.day, side="right")), 1)
        # Events of the first day of a month come after its begin.
        return np.cumsum(found, axis=1)[:, :-1]

    return np.asarray(so_far(left) > so_far(back))


def joined(main: History, stay: History | None, until: int) -> History:
    """Return one history of all replicas for the estimate: none of them counts twice.

    Replicas that were flown on count as flown on, the others up to the month `until` in which the
    plan of the document ends.
    """
    if stay is None:
        return main
    new = len(stay.state)
    seen = {}
    for name, one in main.seen.items():
        on = stay.seen[name]
        seen[name] = Seen(
            np.concatenate([on.hit, one.hit[new:]]),
            np.concatenate([on.begin, one.begin[new:]]),
            np.concatenate([on.end, np.minimum(one.end[new:], until)]),
        )
    state = np.concatenate([stay.state, main.state[new:]])
    return History(seen, state, np.concatenate([stay.lost, main.lost[new:]]))


def continued(main: History, stay: History, until: int) -> tuple[NDArray[np.int8], Whole, Whole]:
    """Return state, month of loss and donor of each replica when it is flown on.

    Up to the month `until` it is what the replica itself went through. From then on a replica that
    was flown on goes its own way, and any other takes the way of one that was in the same state at
    the begin of that month, in turn; of any that still had the station, if none was.

    Returns
    -------
    state : ndarray of int8, (R, months)
    lost : ndarray of int, (R,)
    donor : ndarray of int, (R,)
    """
    replicas, count = main.state.shape
    own, new = np.arange(replicas), len(stay.state)
    donor = own.copy()
    there = np.flatnonzero(stay.lost >= until)
    if until >= count or not there.size:
        return main.state, main.lost, donor
    at = main.state[:, until]
    for number in range(len(STATES)):
        alike = there[stay.state[there, until] == number]
        pool = alike if alike.size else there
        asking = np.flatnonzero(at == number)
        donor[asking] = pool[np.arange(asking.size) % pool.size]
    flown = (own < new) & np.isin(own, there)
    donor[flown] = own[flown]
    state = np.concatenate([main.state[:, :until], stay.state[donor][:, until:]], axis=1)
    lost = np.where(main.lost < until, main.lost, stay.lost[donor])
    return state, lost, donor


def risks(main: Outcomes, stay: Outcomes | None, assembled: Assembled, replicas: int) -> Risks:
    """Return the risks that a decision maker sees, from what happened in all replicas together.

    For each station and measure: a rate that is smooth in time, from all replicas, times a factor
    for the state in which the replica visibly is, see `stationkeeper.lifetime.deciding.hazard`. So
    of its own replica a decision maker knows what has happened, and of the future what the whole
    ensemble says.

    Parameters
    ----------
    main : Outcomes
        What happened in the run, for the stations wanted.
    stay : Outcomes or None
        What happened in the replicas in which nobody leaves, for the stations kept.
    assembled : Assembled
        The programme flown.
    replicas : int
        Number of replicas. [-]

    Returns
    -------
    Risks

    Notes
    -----
    On one half of 1,000 replicas of iss-to-ros what the other half foresees comes within 3 %, for
    measures with more than 50 events; figures in docs/explanation/decisions.md. 1,000 replicas over
    20 years take some 0.15 s.
    """
    months = assembled.calendar.months
    count = len(months)
    needed = tuple(
        key
        for key, function in assembled.programme.function.items()
        if function.needed_by in ("station", "crew")
    )
    told = Risks(months, {}, {}, {}, {}, {}, {}, {}, {})
    for station in main.marks:
        begin, end = _months_of(assembled, station)
        until = count
        own = history_of(main, station, months, needed, begin, end)
        state, lost, donor = own.state, own.lost, np.arange(replicas)
        pooled = own
        if stay is not None and station in stay.marks:
            until = flown_until(assembled.programme, station, months)
            on = history_of(stay, station, months, needed, begin, count)
            pooled = joined(own, on, until)
            state, lost, donor = continued(own, on, until)
            end = count
        there = (np.arange(count) >= begin) & (np.arange(count) < end)
        told.state[station], told.lost_month[station] = state, lost
        told.flown_until[station], told.donor[station] = min(until, end), donor
        told.yearly[station], told.monthly[station] = {}, {}
        told.mean[station], told.band[station] = {}, {}
        for measure, seen in pooled.seen.items():
            if not seen.at_risk().any():
                _nothing(told, station, measure, state.shape)
                continue
            rate = smooth_rate(seen)
            yearly, monthly = foreseen(seen, pooled.state, rate)
            yearly, monthly = np.where(there, yearly, 0.0), np.where(there, monthly, 0.0)
            chance = yearly[state, np.arange(count)]
            told.yearly[station][measure] = chance.astype(np.float32)
            told.monthly[station][measure] = monthly.astype(np.float32)
            has = lost[:, None] >= np.arange(count)
            mean = np.divide(
                np.where(has, chance, 0.0).sum(axis=0),
                has.sum(axis=0),
                out=np.zeros(count),
                where=has.any(axis=0),
            )
            width = np.exp(NINE_IN_TEN * error_of_year(rate))
            told.mean[station][measure] = mean
            told.band[station][measure] = (mean / width, np.minimum(mean * width, 1.0))
    return told


def foreseen(seen: Seen, state: NDArray[np.int8], rate: Rate) -> tuple[Array, Array]:
    """Return the chance of an event in the year, and in the month, from each month by state.

    Returns
    -------
    yearly, monthly : ndarray, (states, months)
        [-]
    """
    total, months = cumulative(rate), np.arange(rate.hazard.size)
    windows = (YEAR, 1)
    factors = state_factors(seen, state, len(STATES), rate, windows)
    yearly, monthly = (
        -np.expm1(-factor[:, None] * (total[months + window] - total[months]))
        for factor, window in zip(factors, windows, strict=True)
    )
    return yearly, monthly


def flown_until(programme: Programme, station: str, months: NDArray[np.datetime64]) -> int:
    """Return the place of the month in which the plan of a station ends; their number if never."""
    end = planned_end(programme, station)
    if end is None:
        return len(months)
    return int(np.searchsorted(months, np.datetime64(end, "M")))


def _months_of(assembled: Assembled, station: str) -> tuple[int, int]:
    """Return the first month of a station in the plan, and the month after its last."""
    if station not in assembled.keys:
        return 0, 0
    flown = assembled.stations[assembled.keys.index(station)]
    month = assembled.calendar.month_of_day[np.flatnonzero(flown.hardware.exists)]
    return int(month[0]), int(month[-1]) + 1


def _nothing(told: Risks, station: str, measure: str, shape: tuple[int, ...]) -> None:
    """Enter that there is no risk, as there is no station."""
    none = np.zeros(shape[1])
    told.yearly[station][measure] = np.zeros(shape, np.float32)
    told.monthly[station][measure] = np.zeros((len(STATES), shape[1]), np.float32)
    told.mean[station][measure] = none
    told.band[station][measure] = (none, none)


def risk_rows(risks: Risks) -> list[dict[str, Any]]:
    """Return the risks as entries of the list ``risk`` in decisions.json; null where unknown.

    Examples
    --------
    >>> months = np.arange("2030-01", "2030-03", dtype="datetime64[M]")
    >>> risk_rows(flat_risks(("iss",), months, 5, 0.01))[0]["yearly"]
    [0.01, 0.01]
    """
    months = [str(month) for month in risks.months]
    found = []
    for station, measures in risks.mean.items():
        until = risks.flown_until[station]
        for measure, mean in measures.items():
            low, high = risks.band[station][measure]
            found.append(
                {
                    "station": station,
                    "measure": measure,
                    "months": months,
                    "yearly": _told(mean),
                    "low": _told(low),
                    "high": _told(high),
                    "flown_until": months[until] if until < len(months) else None,
                }
            )
    return found


def _told(values: Array) -> list[float | None]:
    return [round(value, 8) if np.isfinite(value) else None for value in values.tolist()]
