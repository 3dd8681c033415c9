"""Events and outcomes of single replicas, as rows of a Parquet file."""

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray


def write_events(
    rows: dict[str, NDArray[Any]], stations: Sequence[str], events: Sequence[tuple[str, str]]
) -> Callable[[BinaryIO], None]:
    """Return a function that writes rows to an open file; the same rows give the same bytes.

    Parameters
    ----------
    rows : dict of arrays, (rows,)
        ``replica``, ``station`` and ``event`` as numbers, ``day`` since 2000-01-01, ``value``.
    stations : sequence of str
        Names of the station numbers.
    events : sequence of (str, str)
        Name and unit of the event numbers.
    """

    def write(file: BinaryIO) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        def words(numbers: NDArray[Any], names: Sequence[str]) -> Any:
            different = sorted(set(names))  # a word twice would leave the bytes to chance
            place = np.array([different.index(name) for name in names], np.int32)
            indices = pa.array(place[numbers], pa.int32())
            return pa.DictionaryArray.from_arrays(indices, pa.array(different))

        dates = rows["day"].astype("datetime64[D]") + np.datetime64("2000-01-01", "D").astype(int)
        table = pa.table(
            {
                "replica": pa.array(rows["replica"], pa.int32()),
                "station": words(rows["station"], stations),
                "event": words(rows["event"], [name for name, _ in events]),
                "date": pa.array(dates, pa.date32()),
                "value": pa.array(rows["value"], pa.float64()),
                "unit": words(rows["event"], [unit for _, unit in events]),
            }
        )
        pq.write_table(table, file, compression="zstd")

    return write
