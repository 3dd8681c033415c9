"""A Dask cluster on this machine alone: for tests, for timing, and for trying things out."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from distributed import Nanny, Scheduler, SpecCluster, Worker

LOOPBACK: Final = "127.0.0.1"


class _Scheduler(Scheduler):
    """A scheduler that answers to its own protocol only."""

    def start_http_server(self, *given: Any, **named: Any) -> None:
        """Open no port for a dashboard, which Dask does even when it has none to show."""


class _Worker(Worker):
    """A worker that answers to its own protocol only."""

    def start_http_server(self, *given: Any, **named: Any) -> None:
        """Open no port for a dashboard."""


@contextmanager
def cluster_here(workers: int) -> Iterator[str]:
    """Start a scheduler and workers, each a process with one thread; they end with the block.

    They listen on the loopback address only, on ports of the system's choice. A script that calls
    this needs ``if __name__ == "__main__":``, since processes begin by importing it.

    Parameters
    ----------
    workers : int
        Processes, at least one.

    Yields
    ------
    str
        Address of the scheduler, ``tcp://127.0.0.1:port``.
    """
    with tempfile.TemporaryDirectory(prefix="stationkeeper-cluster-") as folder:
        worker = {
            "cls": Nanny,
            "options": {
                "worker_class": _Worker,
                "nthreads": 1,
                "host": LOOPBACK,
                "dashboard": False,
                "memory_limit": None,
                "local_directory": folder,
                "silence_logs": logging.CRITICAL,
            },
        }
        cluster = SpecCluster(
            scheduler={
                "cls": _Scheduler,
                "options": {"host": LOOPBACK, "port": 0, "dashboard": False},
            },
            workers=dict.fromkeys(range(workers), worker),
            silence_logs=logging.CRITICAL,
        )
        with cluster:
            yield str(cluster.scheduler_address)
