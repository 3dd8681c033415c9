"""Files are whole or absent; folders resume, lock, and say in one line what is wrong."""

import errno
import json
import os
from datetime import datetime

import pytest

from stationkeeper.errors import InputError, StorageError
from stationkeeper.results.ensemble import open_run
from stationkeeper.results.folder import (
    COMPLETE,
    RUNNING,
    RunFolder,
    begin_folder,
    locked,
    read_state,
)
from stationkeeper.results.storage import PARTIAL, write_atomically

NOW = datetime(2026, 11, 22, 10, 15, 0)
STATE = {"identity": "same", "state": RUNNING}


def begin(out, identity="same"):
    return begin_folder(
        out, "small", {**STATE, "identity": identity}, {"programme.toml": b"x = 1\n"}, NOW
    )


def test_a_file_is_replaced_as_a_whole(tmp_path):
    file = tmp_path / "a.txt"
    write_atomically(file, b"first")
    write_atomically(file, lambda opened: opened.write(b"second"))
    assert file.read_bytes() == b"second"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "no space left"),
        (errno.EACCES, "may not be written"),
        (errno.EROFS, "may not be written"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_what_the_disk_says_becomes_one_line(tmp_path, monkeypatch, code, words):
    file = tmp_path / "a.txt"
    write_atomically(file, b"first")

    def fails(descriptor):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(StorageError, match=words) as caught:
        write_atomically(file, b"second")
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_stopped_write_leaves_nothing_behind(tmp_path):
    def stops(opened):
        opened.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a.txt", stops)
    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_carries_name_and_time_and_its_first_files(tmp_path):
    folder = begin(tmp_path / "runs")
    assert folder.path.name == "small-20261122T101500"
    assert (folder.path / "programme.toml").read_bytes() == b"x = 1\n"
    assert read_state(folder.path) == STATE


def test_the_same_unfinished_run_goes_on_and_another_does_not(tmp_path):
    first = begin(tmp_path)
    assert begin(tmp_path).path == first.path
    other = begin(tmp_path, identity="other")
    assert other.path.name == "small-20261122T101500-2"


def test_a_finished_run_goes_on_only_until_its_report_is_drawn(tmp_path):
    first = begin(tmp_path)
    first.write_state({**STATE, "state": COMPLETE})
    assert begin(tmp_path).path == first.path
    (first.path / "report.html").write_text("drawn")
    assert begin(tmp_path).path != first.path


def test_a_folder_killed_at_its_start_is_cleared_away(tmp_path):
    young = tmp_path / f"small-20261122T090000{PARTIAL}"
    young.mkdir()
    (young / "run.json").write_text(json.dumps(STATE))
    assert begin(tmp_path).path.name == "small-20261122T101500"
    assert not young.exists()


def test_a_run_folder_that_is_a_file_is_refused(tmp_path):
    file = tmp_path / "runs"
    file.write_text("not a folder")
    with pytest.raises(InputError, match="is a file"):
        begin(file)
    with pytest.raises(InputError, match="is a file"):
        begin(file / "deeper")
    assert file.read_text() == "not a folder"


def test_an_unwritable_folder_is_one_clear_line(tmp_path, monkeypatch):
    def refuses(self, *arguments, **keywords):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.mkdir", refuses)
    with pytest.raises(StorageError, match="may not be written; give another --out"):
        begin(tmp_path / "runs")


def test_two_runs_cannot_hold_one_folder(tmp_path):
    folder = begin(tmp_path)
    with (
        locked(folder),
        pytest.raises(StorageError, match="another run is writing here"),
        locked(folder),
    ):
        pass
    with locked(folder):
        pass


def test_taking_the_lock_removes_what_was_half_written(tmp_path):
    folder = begin(tmp_path)
    half = folder.events(0).with_name(f"chunk-00000.parquet{PARTIAL}")
    half.write_bytes(b"half")
    with locked(folder):
        assert not half.exists()


def test_what_is_not_ours_stays_and_stops_nothing(tmp_path):
    (tmp_path / f"small-notes{PARTIAL}").write_text("a file")
    folder = begin(tmp_path)
    folder.store(0, lambda file: file.write(b"events"), lambda file: file.write(b"sums"))
    inside = folder.path / f"mine{PARTIAL}"
    inside.mkdir()
    (folder.path / "chunks" / "old").mkdir()
    with locked(folder):
        folder.drop_partial_sums()
    assert inside.is_dir()
    assert [path.name for path in (folder.path / "chunks").iterdir()] == ["old"]
    assert (tmp_path / f"small-notes{PARTIAL}").read_text() == "a file"


def test_a_chunk_is_whole_only_while_its_bytes_are_those_written(tmp_path):
    folder = begin(tmp_path)
    assert not folder.is_whole(0)
    folder.store(0, lambda file: file.write(b"events"), lambda file: file.write(b"sums"))
    assert folder.is_whole(0)
    folder.events(0).write_bytes(b"eventz")
    assert not folder.is_whole(0)
    folder.store(0, lambda file: file.write(b"events"), lambda file: file.write(b"sums"))
    folder.seal(0).write_bytes(b"{")
    assert not folder.is_whole(0)


def test_opening_what_is_no_finished_run_says_so(tmp_path):
    folder = begin(tmp_path)
    with pytest.raises(InputError, match="holds running, expected a finished run"):
        open_run(folder.path)
    with pytest.raises(InputError, match="holds no run"):
        open_run(tmp_path / "absent")
    RunFolder(folder.path).ensemble.write_bytes(b"not netCDF")
    with pytest.raises(InputError, match="cannot be read as netCDF"):
        open_run(folder.path)
