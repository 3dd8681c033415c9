"""The run folder: its name, its state, its lock, and which of its chunks are whole."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from stationkeeper.errors import InputError, StorageError
from stationkeeper.results.storage import (
    PARTIAL,
    checksum,
    storage_errors,
    sync_folder,
    write_atomically,
)

STATE: Final = "run.json"
PROGRAMME: Final = "programme.toml"
ENSEMBLE: Final = "ensemble.nc"
REPORT: Final = "report.html"
RUNNING: Final = "running"
COMPLETE: Final = "complete"
INTERRUPTED: Final = "interrupted"


@dataclass(frozen=True)
class RunFolder:
    """One run on the disk.

    Attributes
    ----------
    path : Path
        The folder.
    """

    path: Path

    @property
    def ensemble(self) -> Path:
        """File of bands and means."""
        return self.path / ENSEMBLE

    def events(self, chunk: int) -> Path:
        """File of the events and outcomes of one chunk."""
        return self.path / "replicas" / f"chunk-{chunk:05d}.parquet"

    def sums(self, chunk: int) -> Path:
        """File of the counts of one chunk; needed until all are merged."""
        return self.path / "chunks" / f"chunk-{chunk:05d}.npz"

    def seal(self, chunk: int) -> Path:
        """File of the checksums of one chunk, written last."""
        return self.path / "chunks" / f"chunk-{chunk:05d}.json"

    def state(self) -> dict[str, Any]:
        """Return what run.json says; empty if it cannot be read."""
        return read_state(self.path)

    def write_state(self, state: Mapping[str, Any]) -> None:
        """Replace run.json."""
        text = json.dumps(state, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        write_atomically(self.path / STATE, text.encode())

    def store(
        self,
        chunk: int,
        write_events: Callable[[BinaryIO], None],
        write_sums: Callable[[BinaryIO], None],
    ) -> None:
        """Write one finished chunk; it counts from the moment its seal is there."""
        write_atomically(self.events(chunk), write_events)
        write_atomically(self.sums(chunk), write_sums)
        seal = {"events": checksum(self.events(chunk)), "sums": checksum(self.sums(chunk))}
        write_atomically(self.seal(chunk), json.dumps(seal).encode())

    def is_whole(self, chunk: int) -> bool:
        """Return True if the chunk was finished and its files are still what was written."""
        try:
            seal = json.loads(self.seal(chunk).read_bytes())
            return bool(
                seal["events"] == checksum(self.events(chunk))
                and seal["sums"] == checksum(self.sums(chunk))
            )
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def drop_partial_sums(self) -> None:
        """Remove the counts of the chunks, once they are merged; what is not ours stays."""
        with storage_errors(self.path):
            folder = self.path / "chunks"
            if folder.is_dir():
                for file in (*folder.glob("chunk-*.npz"), *folder.glob("chunk-*.json")):
                    file.unlink()
                if not any(folder.iterdir()):
                    folder.rmdir()


def read_state(path: Path) -> dict[str, Any]:
    """Return the run.json of a folder; empty if there is none that can be read."""
    try:
        state = json.loads((path / STATE).read_bytes())
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def begin_folder(
    out: Path,
    name: str,
    state: Mapping[str, Any],
    files: Mapping[str, bytes],
    now: datetime,
    folders: tuple[str, ...] = ("replicas", "chunks"),
) -> RunFolder:
    """Return the folder in which a run goes on, or a new one.

    A run goes on in the newest folder with the same identity that is not finished: its tables are
    not merged, or its report is not drawn. A new folder appears whole, with its first files.

    Parameters
    ----------
    out : Path
        Folder that holds the run folders; made if absent.
    name : str
        Short name of the programme.
    state : mapping
        First content of run.json; its ``identity`` tells whether an unfinished run is the same.
    files : mapping of text to bytes
        Further files of a new folder, by name.
    now : datetime
        Date and time that a new folder carries in its name.
    folders : tuple of str
        Folders inside a new folder.

    Raises
    ------
    InputError
        If `out` or a folder above it is a file.
    StorageError
        If the folder cannot be made or written.
    """
    _expect_folder(out)
    with storage_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        with _held(out, wait=True):
            _clear_partial(out, name)
            for path in sorted(out.glob(f"{name}-*"), reverse=True):
                if read_state(path).get("identity") == state["identity"] and not _finished(path):
                    return RunFolder(path)
            return _new_folder(out, f"{name}-{now:%Y%m%dT%H%M%S}", state, files, folders)


def new_folder(
    out: Path, name: str, state: Mapping[str, Any], files: Mapping[str, bytes], now: datetime
) -> RunFolder:
    """Return a new folder for work that is short enough never to be resumed.

    Parameters and errors are those of :func:`begin_folder`; the folder appears whole as well.
    """
    _expect_folder(out)
    with storage_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        with _held(out, wait=True):
            _clear_partial(out, name)
            return _new_folder(out, f"{name}-{now:%Y%m%dT%H%M%S}", state, files)


def _clear_partial(out: Path, name: str) -> None:
    """Remove folders left by work that was killed at its start; `out` is held."""
    for path in out.glob(f"{name}-*{PARTIAL}"):
        if path.is_dir():
            shutil.rmtree(path)


def _expect_folder(out: Path) -> None:
    for part in (out, *out.absolute().parents):
        if part.exists() and not part.is_dir():
            raise InputError(f"--out: given {out}, but {part} is a file; expected a folder")


def _finished(path: Path) -> bool:
    return read_state(path).get("state") == COMPLETE and (path / REPORT).exists()


def _new_folder(
    out: Path,
    stem: str,
    state: Mapping[str, Any],
    files: Mapping[str, bytes],
    folders: tuple[str, ...] = (),
) -> RunFolder:
    number = 1
    path = out / stem
    while path.exists():
        number += 1
        path = out / f"{stem}-{number}"
    young = RunFolder(out / (path.name + PARTIAL))
    try:
        young.path.mkdir()
        for folder in folders:
            (young.path / folder).mkdir()
        for file, content in files.items():
            write_atomically(young.path / file, content)
        young.write_state(state)
        os.rename(young.path, path)
    except BaseException:
        shutil.rmtree(young.path, ignore_errors=True)
        raise
    sync_folder(out)
    return RunFolder(path)


@contextmanager
def locked(folder: RunFolder) -> Iterator[None]:
    """Hold the folder for one run; the system lets go of it even if the run is killed.

    What a killed run left half written is removed.

    Raises
    ------
    StorageError
        If another run holds it.
    """
    try:
        with _held(folder.path, wait=False):
            with storage_errors(folder.path):
                for file in folder.path.rglob(f"*{PARTIAL}"):
                    if file.is_file():
                        file.unlink()
            yield
    except BlockingIOError:
        raise StorageError(
            f"{folder.path}: another run is writing here; wait for it or give another --out"
        ) from None


@contextmanager
def _held(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold a folder against other processes, where the system can do it."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover - a system without this lock
        yield
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise
        except OSError:  # a file system without locks, such as some of those on a network
            pass
        yield
    finally:
        os.close(descriptor)
