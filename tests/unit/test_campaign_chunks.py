"""Chunks have a fixed size, arrive in order, and do not depend on the workers."""

import threading
import time

import numpy as np
import pytest

from stationkeeper.campaign.chunks import (
    CHUNK_SIZE,
    PIECE_SIZE,
    Piece,
    chunk_count,
    fly_chunks,
    replicas_of_chunk,
    threads,
)
from stationkeeper.errors import Interrupted


def fly_piece(numbers):
    time.sleep(0.001 * (numbers[0] % 3))  # later pieces may be ready first
    return Piece({"total": np.array([numbers.sum() / 3.0])}, {"replica": numbers})


def flown(workers, replicas=1_100, chunks=None):
    stored = []
    counts = []
    with threads(fly_piece, workers) as pool:
        fly_chunks(
            pool,
            lambda chunk, piece: stored.append((chunk, piece)),
            range(chunk_count(replicas)) if chunks is None else chunks,
            replicas,
            progress=counts.append,
        )
    return stored, sum(counts)


def test_every_replica_is_flown_once_and_in_order():
    stored, count = flown(3)
    replicas = np.concatenate([piece.rows["replica"] for _, piece in stored])
    assert [chunk for chunk, _ in stored] == [0, 1, 2, 3, 4]
    assert np.array_equal(replicas, np.arange(1_100))
    assert count == 1_100


def test_sums_are_the_same_to_the_last_bit_on_one_worker_and_many():
    one, many = flown(1)[0], flown(4)[0]
    for (_, first), (_, second) in zip(one, many, strict=True):
        assert first.sums["total"].tobytes() == second.sums["total"].tobytes()


def test_only_the_chunks_asked_for_are_flown():
    stored, count = flown(2, chunks=[1, 4])
    assert [chunk for chunk, _ in stored] == [1, 4]
    assert count == CHUNK_SIZE + 100


def test_the_chunk_size_does_not_depend_on_the_workers():
    assert CHUNK_SIZE == 250
    assert CHUNK_SIZE % PIECE_SIZE == 0
    assert replicas_of_chunk(1, 300).tolist() == list(range(250, 300))


def test_an_interrupt_keeps_finished_chunks_and_stops_the_workers():
    stored = []

    def store(chunk, piece):
        stored.append(chunk)
        if chunk == 1:
            raise KeyboardInterrupt

    before = threading.active_count()
    with (
        pytest.raises(Interrupted, match="goes on from there"),
        threads(fly_piece, 2) as pool,
    ):
        fly_chunks(pool, store, range(8), 2_000, progress=lambda count: None)
    assert stored == [0, 1]
    assert threading.active_count() == before


def test_a_fault_in_a_piece_is_not_swallowed():
    def fails(numbers):
        raise ZeroDivisionError("in a worker")

    with (
        pytest.raises(ZeroDivisionError, match="in a worker"),
        threads(fails, 2) as pool,
    ):
        fly_chunks(pool, lambda chunk, piece: None, [0], 250, progress=lambda count: None)
