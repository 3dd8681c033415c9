"""What one run comes to in each replica, in a few figures: read from its folder alone.

Everything that is read stands in the tables at the top; what a run does not hold is left out, never
taken as zero. An event counts as flown if the run knows its name, whether or not it ever happened.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import InputError
from stationkeeper.results.ensemble import open_run
from stationkeeper.results.folder import PROGRAMME
from stationkeeper.units import MILLI, days_since_2000

Array = NDArray[np.float64]

DAYS_A_YEAR: Final = 365.25
TONNE: Final = 1e3  # [kg]


class Measure(NamedTuple):
    """A figure of a replica. `more_is_better` is our choice; `chance`: it is 0 or 1."""

    name: str
    title: str
    unit: str
    more_is_better: bool
    chance: bool = False


MEASURES: Final = (
    Measure("years_flown", "years flown", "years", True),
    Measure("days_with_people", "days with people aboard", "d", True),
    Measure("propellant_burned_t", "propellant burned", "t", False),
    Measure("dose_of_stays_person_sv", "dose of all stays", "person Sv", False),
    Measure("largest_stay_dose_msv", "largest dose of a stay", "mSv", False),
    Measure("days_without_station", "days without a station", "d", False),
    Measure("evacuated", "chance of an evacuation", "-", False, True),
    Measure("station_lost", "chance that a station is lost", "-", False, True),
    Measure("crew_lost", "chance that people are lost", "-", False, True),
    Measure("penetrated", "chance that a hull is penetrated", "-", False, True),
)
MEASURE: Final[Mapping[str, Measure]] = {one.name: one for one in MEASURES}

# Events of replicas; the beginning of a name stands for all that begin with it.
BEGINS: Final = "drag factor"  # its date is the first day of the station
IN_ORBIT_TO: Final = "altitude at the end"  # its date is the last day in orbit
GONE_ON: Final = (
    "controlled descent ends at altitude",
    "uncontrolled entry at altitude",
    "station lost",
)
BURNED: Final = "propellant burned in all"
STAY_DOSE: Final = "dose of stay "
PEOPLE_LEAVE: Final = "people leave early"
PEOPLE_LOST: Final = "people lost"
PEOPLE_RETURN: Final = "people are back"
CHANCES: Final[Mapping[str, tuple[str, ...]]] = {
    "evacuated": (PEOPLE_LEAVE,),
    "station_lost": ("station lost",),
    "crew_lost": (PEOPLE_LOST,),
    "penetrated": ("hull penetrated",),
}


class Rows(NamedTuple):
    """Rows of events of one chunk; `event` is a number into `names`, `station` into `stations`."""

    names: tuple[str, ...]
    stations: tuple[str, ...]
    replica: NDArray[np.int64]
    station: NDArray[np.int64]
    event: NDArray[np.int64]
    day: NDArray[np.int64]
    value: Array

    def numbers(self, beginnings: Sequence[str]) -> list[int]:
        """Return the numbers of the events whose names begin so."""
        return [i for i, name in enumerate(self.names) if name.startswith(tuple(beginnings))]

    def of(self, *beginnings: str, station: int | None = None) -> NDArray[np.bool_]:
        """Return which rows are of events whose names begin so."""
        found = np.isin(self.event, self.numbers(beginnings))
        return found if station is None else found & (self.station == station)


@dataclass(frozen=True)
class Measured:
    """Figures of every replica of a run.

    Attributes
    ----------
    stations : tuple of str
        Keys, in the order of the results.
    replicas : ndarray of int, (R,)
        Numbers of the replicas, ascending.
    values : dict of text to ndarray, (R,)
        By name of the measure; only what the run holds.
    by_station : dict of (text, text) to ndarray, (R,)
        By name of the measure and station.
    inputs : dict of (text, text) to ndarray, (R,)
        Values of events that were asked for as inputs, by name and station.
    days : dict of text to (int, int)
        First day of each station in any replica and the day after its last. [d]
    """

    stations: tuple[str, ...]
    replicas: NDArray[np.int64]
    values: dict[str, Array]
    by_station: dict[tuple[str, str], Array]
    inputs: dict[tuple[str, str], Array]
    days: dict[str, tuple[int, int]]


class _Span(NamedTuple):
    """First day of the run, its number of days, and who is planned aboard on each."""

    first: int
    days: int
    planned: NDArray[np.bool_]  # (station, day)
    seats: dict[str, int]  # people by stay


def read_rows(file: Path, stations: Sequence[str]) -> Rows:
    """Read the rows of one chunk.

    Raises
    ------
    InputError
        If the file cannot be read, or is not one of ours.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file, columns=["replica", "station", "event", "date", "value"])
        columns = {name: table[name].combine_chunks() for name in table.column_names}
        words = {name: columns[name].dictionary.to_pylist() for name in ("station", "event")}
        place = np.array([list(stations).index(key) for key in words["station"]], np.int64)
    except (OSError, pa.ArrowException, AttributeError, KeyError, ValueError) as error:
        raise InputError(f"{file}: cannot be read as events of replicas: {error}") from None
    origin = np.datetime64("2000-01-01", "D").astype(np.int64)

    def numbers(name: str) -> NDArray[np.int64]:
        return np.asarray(columns[name].indices.to_numpy(zero_copy_only=False), np.int64)

    return Rows(
        names=tuple(words["event"]),
        stations=tuple(stations),
        replica=columns["replica"].to_numpy().astype(np.int64),
        station=place[numbers("station")],
        event=numbers("event"),
        day=columns["date"].cast(pa.int32()).to_numpy().astype(np.int64) - origin,
        value=columns["value"].to_numpy(),
    )


def read_measures(folder: Path, inputs: Sequence[str] = ()) -> Measured:
    """Return the figures of every replica of a finished run.

    Parameters
    ----------
    folder : Path
        Run folder.
    inputs : sequence of str
        Names, or beginnings of names, of events whose value is wanted for each replica as well.

    Returns
    -------
    Measured

    Raises
    ------
    InputError
        If the folder is not that of a finished run with the rows of its replicas.
    """
    with open_run(folder) as opened:
        results = opened.load()
    stations = tuple(str(key) for key in results["station"].values)
    files = sorted((folder / "replicas").glob("*.parquet"))
    if not files:
        raise InputError(f"{folder}: holds no rows of replicas, expected replicas/*.parquet")
    span = _span(folder, results, stations)
    pieces = [_measured(read_rows(file, stations), span, inputs) for file in files]

    def joined(parts: list[dict[Any, Array]]) -> dict[Any, Array]:
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    return Measured(
        stations,
        np.concatenate([piece.replicas for piece in pieces]),
        joined([piece.values for piece in pieces]),
        joined([piece.by_station for piece in pieces]),
        joined([piece.inputs for piece in pieces]),
        {
            key: (
                min(piece.days[key][0] for piece in pieces if key in piece.days),
                max(piece.days[key][1] for piece in pieces if key in piece.days),
            )
            for key in stations
            if any(key in piece.days for piece in pieces)
        },
    )


def _span(folder: Path, results: Any, stations: Sequence[str]) -> _Span:
    """Return the days of a run and on which of them its stays have people aboard."""
    try:
        span = tomllib.loads((folder / PROGRAMME).read_text("utf-8"))["span"]
        first = days_since_2000(span["first"])
        days = days_since_2000(span["last"]) - first + 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{folder / PROGRAMME}: its span cannot be read: {error}") from None
    origin = np.datetime64("2000-01-01", "D")
    planned = np.zeros((len(stations), days), np.bool_)
    seats: dict[str, int] = {}
    for i in range(results.sizes.get("stay", 0)):
        name = str(results["stay_name"].values[i])
        pieces = str(results["stay_seats"].values[i]).split(",")
        seats[name] = sum(int(piece.split()[-1]) for piece in pieces if piece.strip())
        ends = [results[f"stay_{end}"].values[i] for end in ("launched", "landed")]
        up, down = (
            default if np.isnat(end) else int((end.astype("datetime64[D]") - origin).astype(int))
            for end, default in zip(ends, (first, first + days - 1), strict=True)
        )
        where = list(stations).index(str(results["stay_station"].values[i]))
        planned[where, max(up - first, 0) : max(down - first + 1, 0)] = True
    return _Span(first, days, planned, seats)


def _measured(rows: Rows, span: _Span, inputs: Sequence[str]) -> Measured:
    """Return the figures of one chunk."""
    replicas = np.unique(rows.replica)
    place = np.searchsorted(replicas, rows.replica)
    size = replicas.size
    begins = np.full((len(rows.stations), size), np.inf)
    ends = np.full(begins.shape, -np.inf)
    here = rows.of(BEGINS)
    begins[rows.station[here], place[here]] = rows.day[here]
    here = rows.of(IN_ORBIT_TO)
    ends[rows.station[here], place[here]] = rows.day[here] + 1
    gone = np.full(begins.shape, np.inf)
    here = rows.of(*GONE_ON)
    np.minimum.at(gone, (rows.station[here], place[here]), rows.day[here])
    ends = np.where(np.isfinite(gone), gone, ends)
    flew = np.isfinite(ends) & np.isfinite(begins)
    years = np.where(flew, np.maximum(ends - begins, 0.0), 0.0) / DAYS_A_YEAR

    def added(*beginnings: str, weight: Array | None = None) -> Array:
        """Add up values by station and replica."""
        which = rows.of(*beginnings)
        total = np.zeros(begins.shape)
        value = rows.value if weight is None else rows.value * weight
        np.add.at(total, (rows.station[which], place[which]), value[which])
        return total

    by_measure: dict[str, Array] = {"years_flown": years}
    people = _people(rows, place, span, ends)
    by_measure["days_with_people"] = people.sum(axis=2).astype(np.float64)
    if rows.numbers([BURNED]):
        by_measure["propellant_burned_t"] = added(BURNED) / TONNE
    values = {name: array.sum(axis=0) for name, array in by_measure.items()}
    values["days_with_people"] = people.any(axis=0).sum(axis=1).astype(np.float64)
    if rows.numbers([STAY_DOSE]):
        seats = np.array([span.seats.get(name.removeprefix(STAY_DOSE), 1) for name in rows.names])
        doses = added(STAY_DOSE, weight=seats[rows.event].astype(np.float64)) * MILLI
        largest = np.zeros(begins.shape)
        here = rows.of(STAY_DOSE)
        np.maximum.at(largest, (rows.station[here], place[here]), rows.value[here])
        by_measure |= {"dose_of_stays_person_sv": doses, "largest_stay_dose_msv": largest}
        values["dose_of_stays_person_sv"] = doses.sum(axis=0)
        values["largest_stay_dose_msv"] = largest.max(axis=0)
    values["days_without_station"] = _uncovered(begins, np.where(flew, ends, -np.inf), span)
    for name, beginnings in CHANCES.items():
        if rows.numbers(beginnings):
            happened = added(*beginnings, weight=np.zeros(rows.value.size))
            here = rows.of(*beginnings)
            happened[rows.station[here], place[here]] = 1.0
            by_measure[name] = happened
            values[name] = happened.max(axis=0)
    by_station = {
        (name, key): array[i]
        for name, array in by_measure.items()
        for i, key in enumerate(rows.stations)
    }
    days = {
        key: (int(begins[i][flew[i]].min()), int(ends[i][flew[i]].max()))
        for i, key in enumerate(rows.stations)
        if flew[i].any()
    }
    found = _inputs(rows, place, size, inputs)
    return Measured(rows.stations, replicas, values, by_station, found, days)


def _inputs(
    rows: Rows, place: NDArray[np.int64], size: int, inputs: Sequence[str]
) -> dict[tuple[str, str], Array]:
    """Return the values of events by name and station; NaN in replicas without a row."""
    found: dict[tuple[str, str], Array] = {}
    for number in rows.numbers(inputs) if inputs else ():
        for i, key in enumerate(rows.stations):
            here = (rows.event == number) & (rows.station == i)
            values = np.full(size, np.nan)
            values[place[here]] = rows.value[here]
            found[rows.names[number], key] = values
    return found


def _people(rows: Rows, place: NDArray[np.int64], span: _Span, ends: Array) -> NDArray[np.bool_]:
    """Return on which days people are aboard, (station, replica, day).

    As planned, until the station is gone; not from an evacuation, or the loss of people, until
    people return.
    """
    day = span.first + np.arange(span.days)
    aboard = span.planned[:, None, :] & (day < ends[:, :, None])
    back = np.flatnonzero(rows.of(PEOPLE_RETURN))
    for i in np.flatnonzero(rows.of(PEOPLE_LEAVE, PEOPLE_LOST)).tolist():
        same = (rows.station[back] == rows.station[i]) & (place[back] == place[i])
        days = rows.day[back[same]]
        later = days[days >= rows.day[i]]
        until = int(later.min()) if later.size else span.first + span.days
        gone = slice(max(int(rows.day[i]) - span.first, 0), max(until - span.first, 0))
        aboard[rows.station[i], place[i], gone] = False
    return aboard


def _uncovered(begins: Array, ends: Array, span: _Span) -> Array:
    """Return the days of the span on which no station flies, (R,).

    Parameters
    ----------
    begins, ends : ndarray, (station, R)
        First day of each station and the day after its last; infinite where it never flies.
    span : _Span
        Days of the run.
    """
    order = np.argsort(begins, axis=0)
    begins = np.take_along_axis(begins, order, axis=0)
    ends = np.take_along_axis(ends, order, axis=0)
    first, last = float(span.first), float(span.first + span.days)
    covered = np.full(begins.shape[1], first)
    missing = np.zeros(begins.shape[1])
    for start, end in zip(begins, ends, strict=True):
        flew = np.isfinite(end) & np.isfinite(start)
        missing += np.where(flew, np.maximum(np.minimum(start, last) - covered, 0.0), 0.0)
        covered = np.where(flew, np.maximum(covered, np.minimum(end, last)), covered)
    return missing + np.maximum(last - covered, 0.0)
