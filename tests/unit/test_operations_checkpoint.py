"""Samples of the truth lie beside the checkpoint: added day by day, cut back to it, never short."""

from types import SimpleNamespace

import numpy as np
import pytest

from stationkeeper.errors import StorageError
from stationkeeper.operations.checkpoint import (
    SAMPLES,
    _add_samples,
    _take_samples,
    drop_checkpoint,
)

ROWS, WIDE = 100, 7


def flight(minutes: int, seed: int = 1) -> SimpleNamespace:
    samples = np.zeros((ROWS, WIDE), dtype=np.float32)
    filled = np.random.default_rng(seed).normal(size=(ROWS, WIDE)).astype(np.float32)
    samples[: minutes + 1] = filled[: minutes + 1]
    return SimpleNamespace(time=60.0 * minutes, arrays={"samples": samples})


def test_samples_are_added_and_taken_up_again(tmp_path):
    for minutes in (0, 20, 60):
        _add_samples(flight(minutes), tmp_path / SAMPLES)
        assert (tmp_path / SAMPLES).stat().st_size == (minutes + 1) * WIDE * 4
    taken = SimpleNamespace(time=3_600.0, arrays={"samples": np.zeros((ROWS, WIDE), np.float32)})
    _take_samples(taken, tmp_path / SAMPLES)
    assert taken.arrays["samples"].tobytes() == flight(60).arrays["samples"].tobytes()


def test_what_was_added_after_the_checkpoint_is_cut_off(tmp_path):
    path = tmp_path / SAMPLES
    _add_samples(flight(50), path)
    with path.open("ab") as file:
        file.write(b"half a row")
    taken = SimpleNamespace(time=1_200.0, arrays={"samples": np.zeros((ROWS, WIDE), np.float32)})
    _take_samples(taken, path)
    assert path.stat().st_size == 21 * WIDE * 4
    assert not taken.arrays["samples"][21:].any()
    _add_samples(flight(60), path)
    assert path.read_bytes() == flight(60).arrays["samples"][:61].tobytes()


def test_half_a_row_of_a_killed_run_is_written_again(tmp_path):
    path = tmp_path / SAMPLES
    path.write_bytes(flight(10).arrays["samples"][:11].tobytes() + b"half")
    _add_samples(flight(20), path)
    assert path.read_bytes() == flight(20).arrays["samples"][:21].tobytes()


def test_samples_that_are_missing_are_told(tmp_path):
    path = tmp_path / SAMPLES
    _add_samples(flight(10), path)
    with pytest.raises(StorageError, match=r"given 308 bytes, expected 868; remove the run folder"):
        _take_samples(flight(30), path)
    with pytest.raises(StorageError):
        _take_samples(flight(30), tmp_path / "not-there.bin")
    drop_checkpoint(tmp_path)
    assert not path.exists()
    drop_checkpoint(tmp_path)
