"""Many replicas in chunks of a fixed size, on any number of workers, kept as they are finished.

Replicas are flown in pieces of 125, two of which make a chunk of 250. Neither size depends on the
workers, and pieces are added up in order, so that the sums have the same bytes on one core or many.
Workers of this machine are threads: kernels run without the interpreter's lock, and tables are held
once. Those of other machines are in `stationkeeper.campaign.cluster`.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import Interrupted

CHUNK_SIZE: Final = 250
PIECE_SIZE: Final = 125

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Piece:
    """What some replicas left: sums that add, and rows that follow one another."""

    sums: Columns
    rows: Columns


@dataclass(frozen=True)
class Pool:
    """Workers that fly pieces.

    Attributes
    ----------
    begin : callable
        Hands the replicas whose numbers it gets to a worker at once, and returns a function that
        waits for the piece.
    ahead : callable
        How many pieces should be on their way, so that no worker waits for another.
    """

    begin: Callable[[NDArray[np.int64]], Callable[[], Piece]]
    ahead: Callable[[], int]


def replicas_of_chunk(chunk: int, replicas: int) -> NDArray[np.int64]:
    """Return the numbers of the replicas of a chunk."""
    return np.arange(chunk * CHUNK_SIZE, min((chunk + 1) * CHUNK_SIZE, replicas))


def chunk_count(replicas: int) -> int:
    """Return how many chunks hold so many replicas.

    Examples
    --------
    >>> chunk_count(250), chunk_count(251)
    (1, 2)
    """
    return -(-replicas // CHUNK_SIZE)


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # pragma: no cover - a system that does not say
        return os.cpu_count() or 1


def added(pieces: Iterable[Piece]) -> Piece:
    """Add pieces in the order given.

    Examples
    --------
    >>> one = Piece({"n": np.array([1, 2])}, {"replica": np.array([0])})
    >>> two = Piece({"n": np.array([3, 4])}, {"replica": np.array([1])})
    >>> added([one, two]).sums["n"].tolist(), added([one, two]).rows["replica"].tolist()
    ([4, 6], [0, 1])
    """
    sums: Columns = {}
    rows: dict[str, list[NDArray[Any]]] = {}
    for piece in pieces:
        for name, values in piece.sums.items():
            if name in sums:
                sums[name] += values
            else:
                sums[name] = values.copy()
        for name, values in piece.rows.items():
            rows.setdefault(name, []).append(values)
    return Piece(sums, {name: np.concatenate(values) for name, values in rows.items()})


@contextmanager
def threads(fly_piece: Callable[[NDArray[np.int64]], Piece], workers: int) -> Iterator[Pool]:
    """Give a pool of threads; those that still fly at the end are waited for.

    Parameters
    ----------
    fly_piece : callable
        Flies the replicas whose numbers it gets; called from several threads.
    workers : int
        Threads, at least one.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix="fly")
    try:
        yield Pool(
            begin=lambda numbers: pool.submit(fly_piece, numbers).result,
            ahead=lambda: 2 * workers,
        )
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def fly_chunks(
    pool: Pool,
    store_chunk: Callable[[int, Piece], None],
    chunks: Iterable[int],
    replicas: int,
    *,
    progress: Callable[[int], None],
) -> None:
    """Fly the chunks named, and store each as soon as it is whole.

    Parameters
    ----------
    pool : Pool
        Workers, see `threads`.
    store_chunk : callable
        Keeps one finished chunk; called from this thread, in order.
    chunks : iterable of int
        Chunks still to be flown, in order.
    replicas : int
        Replicas of the whole run.
    progress : callable
        Told how many replicas were flown by each piece.

    Raises
    ------
    Interrupted
        If the user stops it (Ctrl-C). Chunks stored before stay.
    """
    waiting = (
        (chunk, numbers[first : first + PIECE_SIZE], first + PIECE_SIZE >= len(numbers))
        for chunk in chunks
        for numbers in (replicas_of_chunk(chunk, replicas),)
        for first in range(0, len(numbers), PIECE_SIZE)
    )
    flying: deque[tuple[int, bool, int, Callable[[], Piece]]] = deque()
    finished: list[Piece] = []
    try:
        while True:
            ahead = pool.ahead()
            while len(flying) < ahead and (task := next(waiting, None)) is not None:
                chunk, numbers, last = task
                flying.append((chunk, last, len(numbers), pool.begin(numbers)))
            if not flying:
                break
            chunk, last, count, wait = flying.popleft()
            finished.append(wait())
            progress(count)
            finished = [added(finished)]
            if last:
                store_chunk(chunk, finished.pop())
    except KeyboardInterrupt:
        raise Interrupted(
            "stopped; the finished chunks are kept, and the same command goes on from there"
        ) from None


def write_sums(sums: Columns) -> Callable[[BinaryIO], None]:
    """Return a function that writes sums to an open file."""

    def write(file: BinaryIO) -> None:
        np.savez_compressed(file, allow_pickle=False, **sums)

    return write


def read_sums(file: BinaryIO) -> Columns:
    """Read what `write_sums` wrote."""
    with np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
