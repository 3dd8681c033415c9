"""What a run says of upkeep beside its table: two documents in its folder."""

from dataclasses import asdict
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.leak_summary import leak_summary
from stationkeeper.lifetime.loss_table import loss_table
from stationkeeper.lifetime.particles import particle_summary
from stationkeeper.lifetime.prepare import Prepared
from stationkeeper.lifetime.tally import ALTITUDE_DAYS, LEVEL, NET_USE
from stationkeeper.programme.document import Programme
from stationkeeper.programme.function_graph import graph_edges
from stationkeeper.results.folder import RunFolder
from stationkeeper.results.storage import write_document

UPKEEP: Final = "upkeep.json"
WITHDRAWALS: Final = "withdrawals.json"


def write_upkeep(prepared: Prepared, folder: RunFolder, original: Programme) -> dict[str, Any]:
    """Write ``upkeep.json``, and ``withdrawals.json`` if a partner leaves, into the run folder.

    The same run gives the same bytes. `original` is the document before its withdrawals were
    applied. Returned is what ``upkeep.json`` holds.

    Raises
    ------
    StorageError
        If they cannot be written.
    """
    upkeep = {"stations": upkeep_of_stations(prepared)}
    write_document(folder.path / UPKEEP, upkeep)
    if prepared.partings:
        rows = withdrawals(prepared, folder, original)
        write_document(folder.path / WITHDRAWALS, {"rows": rows})
    return upkeep


def upkeep_of_stations(prepared: Prepared) -> dict[str, Any]:
    """Return, by station, what is known of its leaks and particles, and who needs whom."""
    found = {}
    for key in prepared.assembled.keys:
        nodes, edges = graph_edges(prepared.assembled.programme, key)
        found[key] = {
            "particles": particle_summary(prepared.targets[key]),
            "leaks": leak_summary(prepared.leaks[key]),
            "graph": {
                "nodes": [asdict(node) for node in nodes],
                "edges": [asdict(edge) for edge in edges],
            },
        }
    return found


def withdrawals(prepared: Prepared, folder: RunFolder, original: Programme) -> list[dict[str, Any]]:
    """Return what each withdrawal does to each function, from the states of all replicas.

    Returns
    -------
    list of dict
        One for each partner and station: ``partner``, ``station``, ``date``, ``mode``, ``there``
        (whether any replica has the station on that day), and ``functions``, the rows of
        `loss_table`; none if it is there in no replica.
    """
    programme = prepared.assembled.programme
    first_day = prepared.assembled.calendar.first_day
    found = []
    for partner, station, place in prepared.partings:
        told = _told(folder, station, first_day + place)
        stores = prepared.upkeep[station].stores
        nothing = np.full(1, np.nan)
        rows = loss_table(
            programme,
            station,
            first_day + place,
            {store: told.get(f"{LEVEL} {store}", nothing) for store in stores},
            {store: told.get(f"{NET_USE} {store}", nothing) for store in stores},
            told.get(ALTITUDE_DAYS, nothing),
            original,
        )
        there = not np.isnan(told.get(ALTITUDE_DAYS, nothing)).all()
        parting = programme.withdraw[partner]
        found.append(
            {
                "partner": partner,
                "station": station,
                "date": parting.date.isoformat(),
                "mode": parting.mode,
                "there": there,
                "functions": [row.as_document() for row in rows if there],
            }
        )
    return found


def _told(folder: RunFolder, station: str, day: int) -> dict[str, NDArray[np.float64]]:
    """Return what the replicas had on the first day without a partner, by event."""
    import pyarrow.parquet as pq

    date = (np.datetime64("2000-01-01", "D") + day).item()
    pieces: dict[str, list[NDArray[np.float64]]] = {}
    for file in sorted((folder.path / "replicas").glob("*.parquet")):
        table = pq.read_table(
            file,
            columns=["event", "value"],
            filters=[("station", "==", station), ("date", "==", date)],
        ).to_pandas()
        for event, values in table.groupby("event", observed=True)["value"]:
            pieces.setdefault(str(event), []).append(values.to_numpy())
    return {event: np.concatenate(values) for event, values in pieces.items()}
