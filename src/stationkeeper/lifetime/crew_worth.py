"""What an exchange of seats is worth, written into a folder: the record, then two plans."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import stationkeeper
from stationkeeper.campaign.chunks import available_cores
from stationkeeper.crew.exchanged import exchanges
from stationkeeper.crew.worth import exchange_worth
from stationkeeper.errors import InputError
from stationkeeper.lifetime.crew_work import (
    as_json,
    days_planned,
    programme_text,
    station_asked,
)
from stationkeeper.lifetime.stay_limits import stay_limits
from stationkeeper.programme.document import Programme
from stationkeeper.results.folder import COMPLETE, INTERRUPTED, PROGRAMME, new_folder

WORTH: Final = "worth.json"


def worth_crew(
    programme: Programme,
    station: str | None = None,
    *,
    at: date | None = None,
    until: date | None = None,
    out: Path,
    seed: int = 1,
    workers: int | None = None,
    seconds: float = 60.0,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Compare crews with and without the exchange of seats, and write a folder with the outcome.

    From the first exchange agreement to ``at`` the record is set beside the same flights with the
    seats put back; from ``at`` on two plans are set side by side.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str, optional
        Key of a station; the only one with crews or rotations if not given.
    at, until : date, optional
        First and last day planned; see :func:`~stationkeeper.lifetime.crew_work.days_planned`.
    out : Path
        Folder in which the new folder ``crew-<programme>-<station>-<time>`` appears.
    seed : int
        Seed of the two searches. [-]
    workers : int, optional
        Threads of the search; all cores if not given. [-]
    seconds : float
        Time limit of each stage of each plan. [s]
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    Path
        The new folder, with ``programme.toml``, ``run.json`` and ``worth.json``.

    Raises
    ------
    InputError
        If no seats are exchanged by any agreement of the station, or it cannot be planned.
    StorageError
        If the folder cannot be written.
    """
    station = station_asked(programme, station)
    agreed = exchanges(programme, station)
    if not agreed:
        raise InputError(
            f"--worth: given no agreement of kind 'exchange' for {station}, expected one that says "
            "who gets seats on which ships (agreement.NAME.seats_on)"
        )
    at, until = days_planned(programme, station, at, until)
    limits = stay_limits(programme, station, at, (until - at).days + 1, progress)
    document = exchange_worth(
        programme,
        station,
        at,
        until,
        limits.by_nation(),
        since=min(at, agreed[0].since),
        seed=seed,
        workers=workers or available_cores(),
        seconds=seconds,
        progress=progress,
    )
    now = datetime.now(UTC)
    state: dict[str, Any] = {
        "format": 1,
        "work": "crew worth",
        "programme": programme.name,
        "station": station,
        "version": stationkeeper.__version__,
        "seed": seed,
        "state": INTERRUPTED if _stopped(document) else COMPLETE,
        "finished": now.isoformat(timespec="seconds"),
    }
    files = {PROGRAMME: programme_text(programme, None), WORTH: as_json(document)}
    return new_folder(out, f"crew-{programme.name}-{station}", state, files, now).path


def _stopped(document: dict[str, Any]) -> bool:
    """Tell whether a plan of either way was interrupted."""
    ways = [part[way] for part in document["parts"] for way in ("with", "without")]
    return any(way["status"] == "interrupted" for way in ways)
