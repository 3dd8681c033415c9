"""What is kept of the telemetry: every change, and every row around events.

A day of changes is a file, a day of whole rows another. Each is whole or absent, and each begins
with the reading of every parameter, so that it is read without those before it.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import InputError
from stationkeeper.kernels import inner_kernel
from stationkeeper.operations.registry import Reading
from stationkeeper.programme.problems import nearest, shown
from stationkeeper.results.storage import storage_errors, write_atomically

Array = NDArray[np.float64]

FOLDER = "telemetry"
DICTIONARY = "dictionary.csv"
DAY_S = 86_400.0

BEFORE_S = 300.0  # [s] whole rows from so long before an event; ours
AFTER_S = 600.0  # [s] until so long after it; ours
RING_ROWS = 302  # rows before an event that can be kept: those of BEFORE_S at 1 s, and some
WHOLE_ROWS = 6_000  # whole rows kept of a day; further ones are counted only; ours
CHANGES = 300_000  # changes that fit until they are taken out; ours
NOISE_BAND = 4.0  # [-] a reading of steady truth moves further in 5 rows of 1,000; ours

_LAST = b"last_row_s"  # in the files of changes: after the last change rows stay as they are

HEAD, HELD, WHOLE, CHANGED, LEFT_OUT = range(5)  # of `places`
_BEFORE, _AFTER, _UNTIL, _LAST_WHOLE = range(4)  # of `clock`


@inner_kernel
def archive_step(
    time: float,
    row: Array,
    event: bool,
    bands: Array,
    kept: Array,
    clock: Array,
    places: NDArray[np.int64],
    ring: Array,
    whole: Array,
    changes: Array,
) -> bool:
    """Keep what is worth it of one row.

    Parameters
    ----------
    time : float
        Since the begin. [s]
    row : ndarray, (parameter,)
        Readings, NaN where lost.
    event : bool
        Something was noticed, commanded or broke in this row.
    bands, kept, clock, places, ring, whole, changes : ndarray
        `Archive.arrays`. All but the bands are changed.

    Returns
    -------
    bool
        The changes must be taken out (`Archive.take`) before the next row.
    """
    count = row.shape[0]
    wide = count + 1
    changed = places[CHANGED]
    for place in range(count):
        # Written so that a reading that is lost, and one after a lost one, come here too.
        if not abs(row[place] - kept[place]) <= bands[place]:
            if np.isnan(row[place]) and np.isnan(kept[place]):
                continue
            changes[3 * changed] = place
            changes[3 * changed + 1] = time
            changes[3 * changed + 2] = row[place]
            changed += 1
            kept[place] = row[place]
    places[CHANGED] = changed
    rows = ring.shape[0] // wide
    room = whole.shape[0] // wide
    if event:
        clock[_UNTIL] = time + clock[_AFTER]
        for back in range(places[HELD], 0, -1):
            at = (places[HEAD] - back) % rows * wide
            if ring[at] < time - clock[_BEFORE] or ring[at] <= clock[_LAST_WHOLE]:
                continue
            if places[WHOLE] == room:
                places[LEFT_OUT] += 1
                continue
            to = places[WHOLE] * wide
            whole[to : to + wide] = ring[at : at + wide]
            places[WHOLE] += 1
            clock[_LAST_WHOLE] = ring[at]
    if time <= clock[_UNTIL]:
        if places[WHOLE] == room:
            places[LEFT_OUT] += 1
        else:
            to = places[WHOLE] * wide
            whole[to] = time
            whole[to + 1 : to + wide] = row
            places[WHOLE] += 1
            clock[_LAST_WHOLE] = time
    at = places[HEAD] % rows * wide
    ring[at] = time
    ring[at + 1 : at + wide] = row
    places[HEAD] += 1
    places[HELD] = min(places[HELD] + 1, rows)
    return bool(3 * (changed + count) > changes.shape[0])


@dataclass(frozen=True)
class Kept:
    """What was kept of a day."""

    changes: int
    whole_rows: int
    left_out: int
    """Rows around events beyond `WHOLE_ROWS`, of which only changes were kept. [-]"""
    bytes: int


class Archive:
    """The telemetry of a run, day by day."""

    def __init__(
        self,
        folder: Path,
        readings: Sequence[Reading],
        *,
        before_s: float = BEFORE_S,
        after_s: float = AFTER_S,
        whole_rows: int = WHOLE_ROWS,
    ) -> None:
        """Begin an archive; `begin` writes the dictionary."""
        count = len(readings)
        self.folder = folder
        self.readings = tuple(readings)
        self.bands = np.array([band_of(reading) for reading in readings], dtype=np.float64)
        self.kept = np.full(count, np.inf)  # so that the first row is kept whole
        self.clock = np.array([before_s, after_s, -np.inf, -np.inf])
        self.places = np.zeros(5, dtype=np.int64)
        self.ring = np.zeros(RING_ROWS * (count + 1))
        self.whole = np.zeros(whole_rows * (count + 1))
        self.changes = np.zeros(3 * (CHANGES + count))
        self._taken: list[Array] = []

    def begin(self) -> None:
        """Make the folder and write the dictionary.

        Raises
        ------
        StorageError
            If it cannot be written.
        """
        with storage_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self.folder / DICTIONARY, dictionary_text(self.readings).encode())

    @property
    def arrays(self) -> tuple[Any, ...]:
        """What `archive_step` takes after the event, in its order."""
        return (
            self.bands,
            self.kept,
            self.clock,
            self.places,
            self.ring,
            self.whole,
            self.changes,
        )

    def take(self) -> None:
        """Take the changes out of the buffer of the kernel."""
        count = int(self.places[CHANGED])
        self._taken.append(self.changes[: 3 * count].reshape(-1, 3).copy())
        self.places[CHANGED] = 0

    def close_day(self, day: int) -> Kept:
        """Write what was kept since the last day was closed.

        Parameters
        ----------
        day : int
            Number of the day, from 0: of the file names.

        Returns
        -------
        Kept

        Raises
        ------
        StorageError
            If it cannot be written. Files of other days stay.
        """
        self.take()
        table = np.concatenate(self._taken)
        self._taken = []
        changes = len(table)
        names = [reading.name for reading in self.readings]
        path = self.folder / f"changes-{day:05d}.parquet"
        newest = (self.places[HEAD] - 1) % (len(self.ring) // (len(names) + 1))
        write_atomically(path, _changes_writer(table, names, self.ring[newest * (len(names) + 1)]))
        size = path.stat().st_size
        rows = int(self.places[WHOLE])
        if rows:
            wide = len(names) + 1
            path = self.folder / f"full-{day:05d}.parquet"
            write_atomically(
                path, _whole_writer(self.whole[: rows * wide].reshape(-1, wide), names)
            )
            size += path.stat().st_size
        left_out = int(self.places[LEFT_OUT])
        self.places[WHOLE] = self.places[LEFT_OUT] = 0
        self.kept[:] = np.inf
        return Kept(changes, rows, left_out, size)

    def saved(self) -> dict[str, Array]:
        """Return all that a run needs to go on after a day was closed, as arrays."""
        return {
            "clock": self.clock.copy(),
            "places": self.places.astype(np.float64),
            "ring": self.ring.copy(),
        }

    def restore(self, saved: dict[str, Array]) -> None:
        """Take up what `saved` returned."""
        self.clock[:] = saved["clock"]
        self.places[:] = saved["places"].astype(np.int64)
        self.ring[:] = saved["ring"]
        self.kept[:] = np.inf
        self._taken = []


def band_of(reading: Reading) -> float:
    """Return how far a parameter may move before it is kept. [unit of the reading]

    Examples
    --------
    >>> band_of(Reading("bus.1.voltage", "Voltage", "s", "V", "power", noise=0.02, quantum=0.1))
    0.1
    """
    if reading.kind != "analog":
        return 0.5  # any change of a whole number
    return max(reading.deadband, NOISE_BAND * reading.noise, reading.quantum)


def _changes_writer(table: Array, names: Sequence[str], last: float) -> Callable[[BinaryIO], None]:
    """Write changes by parameter, then time: what belongs together is alike, and packs well."""

    def write(file: BinaryIO) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        numbers = table[:, 0].astype(np.int32)
        # Rows came in order of time; numbers of 16 bits are sorted by counting, ten times sooner.
        order = np.argsort(numbers.astype(np.uint16), kind="stable")
        parameter = pa.DictionaryArray.from_arrays(pa.array(numbers[order]), pa.array(names))
        columns = pa.table(
            {
                "parameter": parameter,
                "time_s": pa.array(table[order, 1].astype(np.int32)),
                "value": pa.array(table[order, 2].astype(np.float32)),
            }
        )
        pq.write_table(
            columns.replace_schema_metadata({_LAST: str(int(last))}),
            file,
            compression="zstd",
            use_dictionary=["parameter", "value"],
            column_encoding={"time_s": "DELTA_BINARY_PACKED"},
        )

    return write


def _whole_writer(rows: Array, names: Sequence[str]) -> Callable[[BinaryIO], None]:
    def write(file: BinaryIO) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = {"time_s": pa.array(rows[:, 0].astype(np.int32))}
        for place, name in enumerate(names):
            columns[name] = pa.array(rows[:, place + 1].astype(np.float32))
        pq.write_table(pa.table(columns), file, compression="zstd")

    return write


_COLUMNS = (
    *("name", "title", "unit", "subsystem", "module", "component", "kind", "states", "low", "high"),
    *("largest_change", "persistence", "noise", "quantum", "kept_beyond"),
)


def dictionary_text(readings: Sequence[Reading]) -> str:
    """Return the telemetry dictionary as CSV; infinite limits are empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for reading in readings:
        row = asdict(reading)
        row["states"] = " ".join(reading.states)
        row["kept_beyond"] = band_of(reading)
        for name in ("low", "high", "largest_change"):
            row[name] = row[name] if np.isfinite(row[name]) else ""
        writer.writerow(row)
    return text.getvalue()


@dataclass(frozen=True, eq=False)
class Telemetry:
    """What an archive tells of some parameters."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    times: Array
    """(time,). [s]"""
    values: Array
    """(parameter, time), NaN where nothing came. [units]"""
    full: NDArray[np.bool_]
    """(time,): the row was kept whole, so that the values are the readings."""
    bound: Array
    """(parameter,): between whole rows a reading was never further from its value. [units]"""


def read_telemetry(
    folder: Path,
    names: Sequence[str],
    first: float = -np.inf,
    last: float = np.inf,
    *,
    step: float | None = None,
) -> Telemetry:
    """Rebuild rows of telemetry from what was kept.

    A value stands until the next change. Between whole rows it is off by the bound at most; a lost
    reading is a change. Values have the seven digits of 32 bits.

    Parameters
    ----------
    folder : Path
        ``telemetry`` of a run.
    names : sequence of str
        Parameters of the dictionary.
    first, last : float
        Both included. [s]
    step : float, optional
        Between rows, from `first` or the first row on, greater than zero; left out: at each change
        of one of the parameters and at each whole row. [s]

    Returns
    -------
    Telemetry

    Raises
    ------
    InputError
        If there is no telemetry, or a name is not in its dictionary.
    """
    dictionary = read_dictionary(folder)
    known = [row["name"] for row in dictionary]
    for name in names:
        if name not in known:
            raise InputError(
                f"{folder}: given the parameter {shown(name)}, expected one of {DICTIONARY}"
                f"{nearest(name, known)}"
            )
    rows = [dictionary[known.index(name)] for name in names]
    days = _days(folder, first, last)
    changes = [_read_changes(folder / f"changes-{day:05d}.parquet", names) for day in days]
    whole = [
        table
        for day in days
        if (table := _read_whole(folder / f"full-{day:05d}.parquet", names)) is not None
    ]
    whole_times = np.concatenate([np.empty(0), *(table[:, 0] for table in whole)])
    series = [
        (
            np.concatenate([np.empty(0), *(part[1][part[0] == k] for part in changes)]),
            np.concatenate([np.empty(0), *(part[2][part[0] == k] for part in changes)]),
        )
        for k in range(len(names))
    ]
    marks = np.concatenate([whole_times, *(times for times, _ in series)])
    if step is None:
        times = np.unique(marks[(marks >= first) & (marks <= last)])
        if np.isfinite(first) and marks.size and marks.min() < first:
            times = np.union1d([first], times)
    else:
        if not step > 0:
            raise InputError(f"step: given {step:g} s, expected more than 0")
        begin = first if np.isfinite(first) else float(marks.min(initial=np.inf))
        end = min(last, max((part[3] for part in changes), default=-np.inf))
        times = np.arange(begin, end + step / 2, step) if begin <= end else np.empty(0)
    values = np.full((len(names), len(times)), np.nan)
    for k, (when, what) in enumerate(series):
        if len(when):
            place = np.searchsorted(when, times, side="right") - 1
            values[k] = np.where(place >= 0, what[place], np.nan)
    place = np.searchsorted(whole_times, times)
    full = np.zeros(len(times), dtype=np.bool_)
    inside = place < len(whole_times)
    full[inside] = whole_times[place[inside]] == times[inside]
    if full.any():
        values[:, full] = np.concatenate([table[:, 1:] for table in whole])[place[full]].T
    return Telemetry(
        names=tuple(names),
        units=tuple(row["unit"] for row in rows),
        times=times,
        values=values,
        full=full,
        bound=np.array([float(row["kept_beyond"]) for row in rows]),
    )


def read_dictionary(folder: Path) -> list[dict[str, str]]:
    """Return the rows of the dictionary of an archive.

    Raises
    ------
    InputError
        If there is none.
    """
    path = folder / DICTIONARY
    if not path.exists():
        raise InputError(
            f"{folder}: there is no {DICTIONARY}; expected the folder {FOLDER} of a run of"
            " `stationkeeper operate`"
        )
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _days(folder: Path, first: float, last: float) -> list[int]:
    """Return days with files that touch a span; rows before an event may be of the day before."""
    days = sorted(int(path.stem.split("-")[1]) for path in folder.glob("changes-*.parquet"))
    return [day for day in days if day * DAY_S - BEFORE_S <= last and (day + 1) * DAY_S >= first]


def _read_changes(
    path: Path, names: Sequence[str]
) -> tuple[NDArray[np.int64], Array, Array, float]:
    """Return which parameter, when, what, and the time of the last row of the file."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(path, filters=[("parameter", "in", list(names))])
    text = table["parameter"].combine_chunks().cast("string")
    numbers = pc.index_in(text, value_set=_strings(names)).to_numpy(zero_copy_only=False)
    times = table["time_s"].to_numpy().astype(np.float64)
    values = table["value"].to_numpy().astype(np.float64)
    return numbers.astype(np.int64), times, values, float(table.schema.metadata[_LAST])


def _strings(names: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.array(list(names), pa.string())


def _read_whole(path: Path, names: Sequence[str]) -> Array | None:
    import pyarrow.parquet as pq

    if not path.exists():
        return None
    columns = list(dict.fromkeys(["time_s", *names]))
    table = pq.read_table(path, columns=columns)
    return np.column_stack(
        [table[name].to_numpy().astype(np.float64) for name in ("time_s", *names)]
    )
