"""Workers on other machines: the same bytes, also when one is killed, and a clear word if none."""

import logging
import os
import signal
import socket
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import dask
import numpy as np
import psutil
import pytest

from stationkeeper.campaign.chunks import Piece, fly_chunks, threads
from stationkeeper.campaign.cluster import (
    CONNECT_LIMIT,
    WORKER_LIMIT,
    _agree,
    _packed,
    _unpacked,
    checked_workers,
    connected,
    flown_by,
)
from stationkeeper.campaign.cluster_here import cluster_here
from stationkeeper.errors import ClusterError, InputError, Interrupted

SHARED = np.arange(1_000.0)


def facts():
    """Return what agrees everywhere."""
    return {"stationkeeper": "1"}


def facts_of_process():
    """Return what differs from process to process."""
    return {"stationkeeper": str(os.getpid())}


def fly_piece(shared, numbers):
    """Count, and say who counted."""
    time.sleep(0.02)
    sums = {"total": np.array([[0.0, shared[numbers].sum() / 3.0]]), "none": np.zeros(4, np.int64)}
    return Piece(sums, {"replica": numbers, "process": np.full(len(numbers), os.getpid())})


def fly_until_killed(shared, numbers):
    """End the process that flies replica 300 for the first time."""
    mark = Path(shared)
    if 300 in numbers and not mark.exists():
        mark.write_text("dead")
        os.kill(os.getpid(), signal.SIGKILL)
    return fly_piece(SHARED, numbers)


def fly_and_die(shared, numbers):
    """End every process that flies replica 300."""
    if 300 in numbers:
        os.kill(os.getpid(), signal.SIGKILL)
    return fly_piece(SHARED, numbers)


def fails(shared, numbers):
    """Fail as a fault of ours would."""
    raise ZeroDivisionError("in a worker")


def listening():
    """Return the addresses on which this process and its children listen."""
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    found = [one for process in family for one in process.net_connections()]
    return {one.laddr for one in found if one.status == "LISTEN"}


@pytest.fixture(scope="module")
def started():
    before = listening()
    with cluster_here(2) as found:
        yield found, listening() - before


@pytest.fixture
def address(started):
    return started[0]


@pytest.fixture
def ports(started):
    return started[1]


def flown(pool, replicas=1_000):
    stored = []
    counts = []
    fly_chunks(
        pool,
        lambda chunk, piece: stored.append((chunk, piece)),
        range(-(-replicas // 250)),
        replicas,
        progress=counts.append,
    )
    assert sum(counts) == replicas
    assert [chunk for chunk, _ in stored] == list(range(len(stored)))
    return [piece for _, piece in stored]


def content(pieces):
    return [
        (piece.sums["total"].tobytes(), piece.sums["none"].tolist(), piece.rows["replica"].tolist())
        for piece in pieces
    ]


def here():
    with threads(lambda numbers: fly_piece(SHARED, numbers), 2) as pool:
        return content(flown(pool))


def processes(pieces):
    return {int(pid) for piece in pieces for pid in piece.rows["process"]}


def test_two_workers_give_the_bytes_of_threads(address):
    with connected(address, facts) as cluster, flown_by(cluster, fly_piece, SHARED) as pool:
        assert cluster.threads == 2
        pieces = flown(pool)
    assert content(pieces) == here()
    assert len(processes(pieces)) == 2
    assert os.getpid() not in processes(pieces)


def test_a_worker_killed_in_mid_run_costs_no_byte(tmp_path):
    mark = tmp_path / "killed"
    with (
        cluster_here(2) as address,
        connected(address, facts) as cluster,
        flown_by(cluster, fly_until_killed, str(mark)) as pool,
    ):
        pieces = flown(pool)
    assert mark.exists()
    assert content(pieces) == here()


def test_the_only_worker_killed_is_started_again_and_gets_what_is_shared(tmp_path):
    mark = tmp_path / "killed"
    with (
        cluster_here(1) as address,
        connected(address, facts) as cluster,
        flown_by(cluster, fly_until_killed, str(mark)) as pool,
    ):
        pieces = flown(pool)
    assert mark.exists()
    assert content(pieces) == here()


@pytest.mark.parametrize(
    ("workers", "failures", "told"),
    [
        (1, 3, r"all workers died 2 times, the last while they had replicas 250 to 374"),
        (2, 0, r"workers died one after another, 1 in all, while they had replicas \d+ to \d+"),
    ],
)
def test_a_piece_that_kills_workers_is_told(workers, failures, told, monkeypatch):
    monkeypatch.setattr("stationkeeper.campaign.cluster.MOST_SENDINGS", 2)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": failures}),
        cluster_here(workers) as address,
        connected(address, facts) as cluster,
        flown_by(cluster, fly_and_die, SHARED) as pool,
        pytest.raises(ClusterError, match=told),
    ):
        flown(pool)


def test_a_lost_scheduler_is_told(monkeypatch):
    monkeypatch.setattr("stationkeeper.campaign.cluster.LOSS_LIMIT", 1.0)
    with ExitStack() as stack:
        with cluster_here(1) as address:
            cluster = stack.enter_context(connected(address, facts))
            pool = stack.enter_context(flown_by(cluster, fly_piece, SHARED))
            assert pool.begin(np.arange(3))().rows["replica"].tolist() == [0, 1, 2]
        with pytest.raises(ClusterError, match=rf"{address} was lost .* goes on from there"):
            flown(pool)


def test_a_fault_in_a_piece_is_not_swallowed(address):
    with (
        connected(address, facts) as cluster,
        flown_by(cluster, fails, SHARED) as pool,
        pytest.raises(ZeroDivisionError, match="in a worker"),
    ):
        flown(pool)


def test_an_interrupt_keeps_finished_chunks(address):
    stored = []

    def store(chunk, piece):
        stored.append(chunk)
        if chunk == 1:
            raise KeyboardInterrupt

    with (
        connected(address, facts) as cluster,
        flown_by(cluster, fly_piece, SHARED) as pool,
        pytest.raises(Interrupted, match="goes on from there"),
    ):
        fly_chunks(pool, store, range(8), 2_000, progress=lambda count: None)
    assert stored == [0, 1]


def test_versions_that_differ_are_told(address):
    # The scheduler of this cluster is a thread of this process; the workers are others.
    told = r"the worker tcp://127.0.0.1:\d+ runs another version: stationkeeper is \d+ there and"
    with pytest.raises(InputError, match=told), connected(address, facts_of_process):
        pass


def test_a_worker_that_came_later_is_compared_too(address):
    with connected(address, facts) as cluster:
        other = type(cluster)(cluster.address, cluster.client, 2, {"stationkeeper": "2"}, facts)
        with (
            flown_by(other, fly_piece, SHARED) as pool,
            pytest.raises(InputError, match=r"came later runs .* is 1 there and 2 here"),
        ):
            flown(pool)


def test_ports_are_open_on_the_loopback_address_only(address, ports):
    assert {port.ip for port in ports} == {"127.0.0.1"}
    # A scheduler, and for each worker its guard and itself: no dashboard, no page of its own.
    assert len(ports) == 1 + 2 * 2
    assert int(address.rpartition(":")[2]) in {port.port for port in ports}


def test_nobody_at_the_address_is_told_in_time():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with (
            pytest.raises(InputError, match=f"no Dask scheduler answers at tcp://127.0.0.1:{port}"),
            connected(f"tcp://127.0.0.1:{port}", facts),
        ):
            pass
    assert CONNECT_LIMIT + WORKER_LIMIT < 10


def test_somebody_else_at_the_address_is_told_in_time():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        def answer():
            connection, _ = other.accept()
            with connection:
                connection.sendall(b"220 another service\r\n")
                connection.recv(1_000)

        thread = threading.Thread(target=answer)
        thread.start()
        with (
            pytest.raises(InputError, match="no Dask scheduler answers"),
            connected(f"tcp://127.0.0.1:{port}", facts),
        ):
            pass
        thread.join()


def test_a_scheduler_without_workers_is_told(monkeypatch):
    monkeypatch.setattr("stationkeeper.campaign.cluster.WORKER_LIMIT", 0.2)
    with (
        cluster_here(0) as address,
        pytest.raises(InputError, match=r"has no worker; start one with `dask worker tcp://"),
        connected(address, facts),
    ):
        pass


def test_without_dask_the_lock_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="make full"), connected("tcp://127.0.0.1:1", facts):
        pass


def test_the_log_of_dask_is_as_before_when_all_is_done(address):
    before = logging.getLogger("distributed.client").level
    with connected(address, facts):
        assert not logging.getLogger("distributed.client").isEnabledFor(logging.ERROR)
    assert logging.getLogger("distributed.client").level == before


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (None, None),
        (2, 2),
        ("16", 16),
        ("tcp://cluster-1.example:8786", "tcp://cluster-1.example:8786"),
        ("tcp://[::1]:80", "tcp://[::1]:80"),
    ],
)
def test_workers_are_a_number_or_an_address(given, meant):
    assert checked_workers(given) == meant


@pytest.mark.parametrize(
    "given",
    [
        *(0, -1, "0", "1025", "two", "", "1.5", True, "tcp://", "tcp://host", "tcp://host:0"),
        *("host:8786", "tcp://host:65536", "http://host:8786", "tcp://ho st:8786"),
        "tcp://host:8786/",
    ],
)
def test_other_workers_are_told(given):
    with pytest.raises(InputError, match=r"workers: given .*1 to 1,024, or tcp://host:port"):
        checked_workers(given)


def test_packing_leaves_every_bit_as_it_was():
    sums = {
        "counts": np.array([[0, 3, 0], [0, 0, 2**31]], np.uint32),
        "signs": np.array([0.0, -0.0, np.nan, 5e-324, np.inf]),
        "small": np.array([0, -1], np.int8),
        "flags": np.array([True, False]),
        "none": np.zeros((0, 3)),
        "turned": np.arange(6.0).reshape(2, 3).T,
    }
    piece = _unpacked(_packed(Piece(sums, {"replica": np.arange(3)})))
    for name, values in sums.items():
        assert piece.sums[name].dtype == values.dtype
        assert piece.sums[name].shape == values.shape
        assert piece.sums[name].tobytes() == values.tobytes(), name
    assert piece.rows["replica"].tolist() == [0, 1, 2]


def test_a_worker_without_the_package_is_told(address):
    def lacking():
        raise ModuleNotFoundError("No module named 'stationkeeper'")

    told = r"the scheduler tcp://\S+ cannot load stationkeeper \(No module named 'stationkeeper'\)"
    with connected(address, facts) as cluster, pytest.raises(InputError, match=told):
        _agree(cluster.client, address, lacking, facts())
