"""Pieces flown by a Dask cluster that is there already. Dask is imported here and nowhere else.

What all replicas share is sent once and then passed on from worker to worker. Each piece comes back
with its zeros left out: most bins of the sums are empty. A piece whose worker dies is flown again
by another, and a piece is a pure function of its numbers, so that the tables keep their bytes.
"""

import logging
import re
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.chunks import Columns, Piece, Pool
from stationkeeper.errors import ClusterError, InputError

Facts = dict[str, str]
Numbers = NDArray[np.int64]

CONNECT_LIMIT: Final = 5.0  # [s] our choice, for the scheduler to answer
WORKER_LIMIT: Final = 4.0  # [s] our choice, for a first worker to be there
LOSS_LIMIT: Final = 30.0  # [s] our choice: how long lost workers are waited for in mid-run
PIECES_EACH: Final = 3  # our choice: one flies, one waits, one is on its way back
MOST_SENDINGS: Final = 4  # our choice: one more than all workers may be lost in one run
# What Dask raises when the scheduler or all workers are gone; it forgets attributes then.
_GONE: Final = (OSError, RuntimeError, AttributeError, CancelledError)
_LOGGERS: Final = ("distributed", "distributed.client", "distributed.core", "tornado.application")


@dataclass(frozen=True)
class Cluster:
    """A cluster that answers and runs the same code as this process.

    Attributes
    ----------
    address : str
        Of the scheduler, as given.
    client : object
        The connection.
    threads : int
        Threads of all workers when it was asked.
    facts : dict
        What scheduler, workers and this process agree on.
    asked : callable
        Returns these facts where it is called.
    """

    address: str
    client: Any
    threads: int
    facts: Facts
    asked: Callable[[], Facts]


def checked_workers(given: int | str | None) -> int | str | None:
    """Return the workers asked for as a number, an address of a scheduler, or None for all cores.

    Raises
    ------
    InputError
        If it is neither.

    Examples
    --------
    >>> checked_workers("2"), checked_workers("tcp://10.0.0.1:8786")
    (2, 'tcp://10.0.0.1:8786')
    """
    if given is None:
        return None
    text = str(given)
    if re.fullmatch(r"\d{1,4}", text) and 1 <= int(text) <= 1_024:
        return int(text)
    found = re.fullmatch(r"tcp://(\[[0-9A-Fa-f:.%]+\]|[\w.-]+):(\d{1,5})", text)
    if found and 1 <= int(found[2]) <= 65_535:
        return text
    raise InputError(
        f"workers: given {given!r}, expected a number of threads from 1 to 1,024, or"
        " tcp://host:port, the address of a Dask scheduler"
    )


@contextmanager
def connected(address: str, asked: Callable[[], Facts]) -> Iterator[Cluster]:
    """Connect to a scheduler, and make sure that it and its workers run what we run.

    Parameters
    ----------
    address : str
        ``tcp://host:port``.
    asked : callable
        Returns what must agree, as text by name; called here, on the scheduler and on each worker.

    Yields
    ------
    Cluster

    Raises
    ------
    InputError
        If Dask is not installed, nobody answers, there is no worker, or versions differ.
    """
    try:
        import distributed
    except ImportError:
        raise InputError("workers on other machines need Dask: run `make full`") from None
    with _quiet():
        try:
            with warnings.catch_warnings():
                # Dask warns of each library that differs; those that matter are checked below.
                warnings.simplefilter("ignore")
                client = distributed.Client(
                    address, timeout=CONNECT_LIMIT, set_as_default=False, name="stationkeeper"
                )
        except Exception:  # another service there can make Dask fail in any way
            raise InputError(
                f"workers: no Dask scheduler answers at {address} within {CONNECT_LIMIT:.0f} s;"
                " start one with `dask scheduler`, or correct the address"
            ) from None
        try:
            try:
                client.wait_for_workers(1, timeout=WORKER_LIMIT)
            except TimeoutError:
                raise InputError(
                    f"workers: the scheduler at {address} has no worker; start one with"
                    f" `dask worker {address}`"
                ) from None
            facts = asked()
            _agree(client, address, asked, facts)
            yield Cluster(address, client, _threads(client), facts, asked)
        finally:
            client.close(timeout=CONNECT_LIMIT)


def _threads(client: Any) -> int:
    return sum(int(threads) for threads in client.nthreads().values())


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the log of Dask from standard error: what the user must know is an error of ours."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _agree(client: Any, address: str, asked: Callable[[], Facts], facts: Facts) -> None:
    """Compare what the scheduler and each worker run with what we run."""
    answers: dict[str, object] = {}
    try:
        answers[f"the scheduler {address}"] = client.run_on_scheduler(asked)
    except Exception as error:  # whatever its Python says when it lacks the package
        answers[f"the scheduler {address}"] = error
    for worker, answer in client.run(asked, on_error="return").items():
        answers[f"the worker {worker}"] = answer
    for name, answer in answers.items():
        _compare(name, answer, facts)


def _compare(name: str, answer: object, facts: Facts) -> None:
    if not isinstance(answer, dict):
        raise InputError(
            f"workers: {name} cannot load stationkeeper ({answer}); install the same version with"
            " the same locks there"
        )
    other = [
        f"{part} is {answer.get(part, 'absent')} there and {facts[part]} here"
        for part in facts
        if answer.get(part) != facts[part]
    ]
    if other:
        raise InputError(
            f"workers: {name} runs another version: {', '.join(other)}; install the same version"
            " with the same locks there"
        )


@contextmanager
def flown_by(
    cluster: Cluster, fly_piece: Callable[[Any, Numbers], Piece], shared: object
) -> Iterator[Pool]:
    """Give the workers of a cluster as a pool.

    Parameters
    ----------
    cluster : Cluster
        From `connected`.
    fly_piece : callable
        Flies the replicas whose numbers it gets, given what all replicas share; a function of a
        module, so that workers find it by its name.
    shared : object
        What all replicas share; sent once.

    Raises
    ------
    ClusterError
        While waiting for a piece, if the scheduler or all workers are lost and do not come back.
    """
    client = cluster.client
    sent = [_send(cluster, shared)]

    def begin(numbers: Numbers) -> tuple[int, Any]:
        try:
            return len(sent), client.submit(
                _fly_packed,
                fly_piece,
                sent[-1],
                numbers,
                cluster.asked,
                cluster.facts,
                pure=False,
            )
        except RuntimeError as error:  # the connection was closed
            raise _lost(cluster, error) from None

    def result(numbers: Numbers, begun: tuple[int, Any]) -> Piece:
        from distributed.scheduler import KilledWorker

        while True:
            sending, future = begun
            try:
                return _unpacked(future.result())
            except CancelledError as error:
                # What was shared has gone with the workers that held it, or the scheduler has.
                if sending == len(sent):
                    if sending >= MOST_SENDINGS:
                        raise _killed(numbers, f"all workers died {sending} times, the last") from (
                            error
                        )
                    sent.append(_send(cluster, shared))
                begun = begin(numbers)
            except KilledWorker as error:
                count = error.allowed_failures + 1
                raise _killed(numbers, f"workers died one after another, {count} in all,") from None

    def begin_and_wait(numbers: Numbers) -> Callable[[], Piece]:
        begun = begin(numbers)
        return lambda: result(numbers, begun)

    def ahead() -> int:
        # Workers come and go; if all are gone, whoever waits for the next piece is told.
        try:
            return PIECES_EACH * max(_threads(client), 1)
        except _GONE:
            return PIECES_EACH

    yield Pool(begin_and_wait, ahead)


def _lost(cluster: Cluster, error: BaseException) -> ClusterError:
    return ClusterError(
        f"the cluster at {cluster.address} was lost ({type(error).__name__}). The finished chunks"
        " are kept, and the same command goes on from there"
    )


def _killed(numbers: Numbers, said: str) -> ClusterError:
    return ClusterError(
        f"{said} while they had replicas {numbers[0]} to {numbers[-1]}. Most often memory is"
        " short: each thread of a worker needs 1 GB. The finished chunks are kept, and the same"
        " command goes on from there"
    )


def _send(cluster: Cluster, shared: object) -> Any:
    """Send to all workers, once there is one and the scheduler answers."""
    client = cluster.client
    until = time.monotonic() + LOSS_LIMIT
    while True:
        left = until - time.monotonic()
        try:
            client.wait_for_workers(1, timeout=max(left, 0.1))
            return client.scatter(shared, broadcast=True, hash=False)
        except _GONE as error:
            if left <= 0:
                raise _lost(cluster, error) from None
            time.sleep(0.2)  # a worker died while it was sent to, or is being started again


@cache
def _facts_here(asked: Callable[[], Facts]) -> Facts:
    """Ask once in each process."""
    return asked()


def _fly_packed(
    fly_piece: Callable[[Any, Numbers], Piece],
    shared: object,
    numbers: Numbers,
    asked: Callable[[], Facts],
    facts: Facts,
) -> tuple[dict[str, Any], Columns]:
    """Fly on a worker, which may have come after the others were compared."""
    _compare("a worker that came later", _facts_here(asked), facts)
    return _packed(fly_piece(shared, numbers))


def _packed(piece: Piece) -> tuple[dict[str, Any], Columns]:
    """Leave out the zeros of the sums; by their bits, so that a negative zero stays."""
    sums = {}
    for name, values in piece.sums.items():
        flat = np.ascontiguousarray(values).reshape(-1)
        places = np.flatnonzero(flat.view(f"u{flat.itemsize}"))
        sums[name] = (values.shape, values.dtype.str, places, flat[places])
    return sums, piece.rows


def _unpacked(packed: tuple[dict[str, Any], Columns]) -> Piece:
    sums: Columns = {}
    for name, (shape, kind, places, values) in packed[0].items():
        flat = np.zeros(int(np.prod(shape)), kind)
        flat[places] = values
        sums[name] = flat.reshape(shape)
    return Piece(sums, packed[1])
