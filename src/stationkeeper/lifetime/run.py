"""The main job: fly a programme many times and leave a run folder."""

import hashlib
import json
import platform
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import stationkeeper
from stationkeeper.campaign.chunks import (
    Columns,
    Piece,
    Pool,
    added,
    available_cores,
    chunk_count,
    fly_chunks,
    read_sums,
    replicas_of_chunk,
    threads,
    write_sums,
)
from stationkeeper.campaign.cluster import checked_workers, connected, flown_by
from stationkeeper.campaign.versions import code_digest, libraries
from stationkeeper.errors import DomainError, InputError
from stationkeeper.lifetime.assemble import Assembled, assemble
from stationkeeper.lifetime.assumptions import assumptions
from stationkeeper.lifetime.deciding.summary import rehearse, write_decisions
from stationkeeper.lifetime.descent import write_descent
from stationkeeper.lifetime.fly import fly_lives
from stationkeeper.lifetime.merge import ensemble
from stationkeeper.lifetime.prepare import Prepared, prepare
from stationkeeper.lifetime.serving.document import write_services
from stationkeeper.lifetime.shaken import shaken
from stationkeeper.lifetime.stores_left import write_stores
from stationkeeper.lifetime.tally import event_names, tally
from stationkeeper.lifetime.upkeep_summary import write_upkeep
from stationkeeper.lifetime.withdrawals import withdrawn
from stationkeeper.lifetime.words import write_words
from stationkeeper.programme.document import Programme
from stationkeeper.programme.reference import reference_table
from stationkeeper.programme.write import as_toml
from stationkeeper.results.ensemble import write_dataset
from stationkeeper.results.events import write_events
from stationkeeper.results.folder import (
    COMPLETE,
    PROGRAMME,
    RUNNING,
    RunFolder,
    begin_folder,
    locked,
)
from stationkeeper.results.storage import storage_errors

Progress = Callable[[str], None]
PoolOf = Callable[[Prepared], AbstractContextManager[Pool]]

MOST_REPLICAS: Final = 10_000_000


def run(
    programme: Programme,
    *,
    out: Path,
    replicas: int = 250,
    seed: int = 1,
    workers: int | str | None = None,
    source_text: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Fly a programme and leave a run folder.

    The same programme, seed and number of replicas give tables with the same bytes, whatever the
    workers. A run that was killed goes on where it stopped when it is called again with the same
    arguments.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    out : Path
        Folder in which the run folder is made.
    replicas : int
        Lives to fly, at least one. [-]
    seed : int
        Seed of all draws, 0 <= seed < 2**63. [-]
    workers : int or str, optional
        Threads, or ``tcp://host:port`` of a Dask scheduler, whose workers fly then; threads on all
        cores if not given. [-]
    source_text : str, optional
        Text of programme.toml in the run folder; the document itself if not given.
    progress : callable, optional
        Told in words what is done, and ``flying: 50 of 250 replicas``.

    Returns
    -------
    Path
        The run folder.

    Raises
    ------
    InputError
        If an argument or the programme cannot be flown, or a cluster cannot be used.
    StorageError
        If the folder cannot be written. Finished chunks stay readable.
    ClusterError
        If a cluster is lost. Finished chunks are kept.
    Interrupted
        If the user stops it. Finished chunks are kept.
    """
    if not 1 <= replicas <= MOST_REPLICAS:
        raise InputError(f"replicas: given {replicas}, expected 1 to {MOST_REPLICAS:,}")
    if not 0 <= seed < 2**63:
        raise InputError(f"seed: given {seed}, expected 0 to 2**63 - 1")
    workers = checked_workers(workers)
    say = progress or (lambda text: None)
    assembled = assemble(withdrawn(shaken(programme)), reference_table)
    rehearse(assembled, programme, seed)
    with ExitStack() as stack:
        pool_of: PoolOf
        if isinstance(workers, str):
            say(f"connecting to {workers}")
            cluster = stack.enter_context(connected(workers, worker_facts))
            count = cluster.threads
            pool_of = partial(flown_by, cluster, fly_piece)
        else:
            count = workers or available_cores()
            pool_of = partial(_threads, count)
        return _run(assembled, programme, out, replicas, seed, source_text, count, pool_of, say)


def _threads(workers: int, prepared: Prepared) -> AbstractContextManager[Pool]:
    return threads(partial(fly_piece, prepared), workers)


def _run(
    assembled: Assembled,
    original: Programme,
    out: Path,
    replicas: int,
    seed: int,
    source_text: str | None,
    workers: int,
    pool_of: PoolOf,
    say: Progress,
) -> Path:
    programme = assembled.programme
    started = datetime.now(UTC)
    state: dict[str, Any] = {
        "format": 1,
        "programme": programme.name,
        "title": programme.title,
        "version": stationkeeper.__version__,
        "code": code_digest(),
        "libraries": libraries(),
        "identity": identity(programme, replicas, seed),
        "seed": seed,
        "replicas": replicas,
        "chunks": chunk_count(replicas),
        "state": RUNNING,
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "python": platform.python_version(),
            "workers": workers,
        },
        "started": started.isoformat(timespec="seconds"),
        "finished": None,
        "durations_s": {},
    }
    text = source_text or as_toml(programme.as_document(), "As read, overrides applied.")
    folder = begin_folder(out, programme.name, state, {PROGRAMME: text.encode()}, started)
    with locked(folder):
        # Another process may have finished it between the choice of the folder and the lock.
        if folder.state().get("state") != COMPLETE or not folder.ensemble.exists():
            try:
                state["started"] = folder.state().get("started", state["started"])
                _fly(assembled, original, folder, state, pool_of, say)
            except DomainError as error:
                raise InputError(f"{programme.name}: cannot be flown: {error}") from None
    return folder.path


def _fly(
    assembled: Assembled,
    original: Programme,
    folder: RunFolder,
    state: dict[str, Any],
    pool_of: PoolOf,
    say: Progress,
) -> None:
    clock = time.perf_counter
    begun = clock()
    replicas, seed = int(state["replicas"]), int(state["seed"])
    chunks = range(chunk_count(replicas))
    whole = {chunk for chunk in chunks if folder.is_whole(chunk)}
    done = sum(replicas_of_chunk(chunk, replicas).size for chunk in whole)
    if whole:
        say(f"going on after {done} of {replicas} replicas in {folder.path}")
    prepared = prepare(assembled, seed, say)
    prepared_at = flown_at = clock()
    events = event_names(assembled.stays, prepared.upkeep)
    if len(whole) < len(chunks):
        with storage_errors(folder.path):
            for part in ("replicas", "chunks"):
                (folder.path / part).mkdir(exist_ok=True)
        say("loading the machine code (a first run compiles it: about a minute)")
        fly_piece(prepared, np.array([0]))
        prepared_at = clock()
        say(f"flying: {done} of {replicas} replicas")

        def told(count: int) -> None:
            nonlocal done
            done += count
            say(f"flying: {done} of {replicas} replicas")

        with pool_of(prepared) as pool:
            fly_chunks(
                pool,
                lambda chunk, piece: _store(assembled, events, folder, chunk, piece),
                [chunk for chunk in chunks if chunk not in whole],
                replicas,
                progress=told,
            )
        flown_at = clock()
    say("merging")
    sums = merged_sums(folder, replicas)
    attributes: dict[str, str | int] = {
        "title": assembled.programme.title,
        "programme": assembled.programme.name,
        "version": stationkeeper.__version__,
        "seed": str(seed),
        "replicas": replicas,
        "assumptions": "\n".join(assumptions(assembled)),
    }
    results = ensemble(assembled, prepared.upkeep, sums, replicas, attributes)
    write_dataset(results, folder.ensemble)
    write_descent(prepared, folder, results)
    upkeep = write_upkeep(prepared, folder, original)
    write_stores(folder, original)
    write_words(original, folder, upkeep, results)
    decided = write_decisions(prepared, folder.path, original, seed, replicas, say)
    write_services(folder.path, assembled, original, results, replicas, decided, say)
    state["state"] = COMPLETE
    state["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
    state["durations_s"] = {
        "prepare": round(prepared_at - begun, 3),
        "fly": round(flown_at - prepared_at, 3),
        "merge": round(clock() - flown_at, 3),
    }
    folder.write_state(state)
    folder.drop_partial_sums()


def fly_piece(prepared: Prepared, replicas: NDArray[np.int64]) -> Piece:
    """Fly some replicas and count what they did."""
    return tally(prepared.assembled, prepared.upkeep, fly_lives(prepared, replicas))


def _store(
    assembled: Assembled,
    events: list[tuple[str, str]],
    folder: RunFolder,
    chunk: int,
    piece: Piece,
) -> None:
    folder.store(chunk, write_events(piece.rows, assembled.keys, events), write_sums(piece.sums))


def merged_sums(folder: RunFolder, replicas: int) -> Columns:
    """Add up the counts of all chunks, in order."""
    total = Piece({}, {})
    with storage_errors(folder.path):
        for chunk in range(chunk_count(replicas)):
            with open(folder.sums(chunk), "rb") as file:
                total = added([total, Piece(read_sums(file), {})])
    return total.sums


def identity(programme: Programme, replicas: int, seed: int) -> str:
    """Return a short name of all that decides the bytes of the tables."""
    document = programme.model_dump(mode="json", by_alias=True)
    parts = [document, replicas, seed, code_digest(), libraries()]
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def worker_facts() -> dict[str, str]:
    """Return what all that fly one run must agree on, whichever machine they are on."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"stationkeeper": code_digest(), "python": python, **libraries()}
