"""What happened in single replicas, as the rows of a run tell it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEFT, LOST, CREW_LOST = "people leave early", "station lost", "people lost"
BEGINS: Final = "begins at altitude"
# Events that a chain may hold, in the words of `lifetime.tally_upkeep`.
PRECEDING: Final = (
    "collision",
    "docked ship struck through",
    "function lost",
    "function not provided",
    "hatch shut",
    "hull penetrated",
    "leak beyond the limit",
    "people without a seat home",
    "store runs short",
)


@dataclass(frozen=True)
class Happened:
    """Rows of all replicas, (row,) each, in the order of the files."""

    replica: NDArray[np.int64]
    station: NDArray[np.str_]
    kind: NDArray[np.str_]
    """What comes before the colon of the event."""
    subject: NDArray[np.str_]
    """What comes after it."""
    day: NDArray[np.int64]
    """Days since 1970."""

    def of(self, station: str) -> "Happened":
        """Return the rows of one station."""
        here = self.station == station
        return Happened(
            self.replica[here],
            self.station[here],
            self.kind[here],
            self.subject[here],
            self.day[here],
        )


def read_happened(folder: Path) -> Happened | None:
    """Return the events of upkeep of all replicas of a run; None if it kept none."""
    files = sorted((folder / "replicas").glob("*.parquet"))
    if not files:
        return None
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    wanted = {*PRECEDING, LEFT, LOST, CREW_LOST, BEGINS}
    pieces = []
    for file in files:
        table = pq.read_table(file, columns=["replica", "station", "event", "date"])
        events = table["event"].combine_chunks()
        if not pa.types.is_dictionary(events.type):
            events = events.dictionary_encode()
        names = events.dictionary.to_pylist()
        kept = [i for i, name in enumerate(names) if name.partition(": ")[0] in wanted]
        mask = pc.is_in(events.indices, value_set=pa.array(kept, events.indices.type))
        table = table.filter(mask)
        event = np.array(table["event"].cast(pa.string()).to_pylist() or [""], str)
        size = table.num_rows
        parted = [name.partition(": ") for name in event[:size].tolist()]
        pieces.append(
            Happened(
                table["replica"].to_numpy().astype(np.int64),
                np.array(table["station"].cast(pa.string()).to_pylist(), np.str_),
                np.array([kind for kind, _, _ in parted], np.str_),
                np.array([subject for _, _, subject in parted], np.str_),
                table["date"].to_numpy().astype("datetime64[D]").astype(np.int64),
            )
        )
    joined = [
        np.concatenate([getattr(piece, name) for piece in pieces])
        for name in ("replica", "station", "kind", "subject", "day")
    ]
    return Happened(*joined)
