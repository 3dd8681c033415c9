"""Files that are either whole or absent, and one clear line when the disk says no."""

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from stationkeeper.errors import StorageError

PARTIAL = ".partial"

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a path into one line for the user.

    Raises
    ------
    StorageError
        For any OSError raised inside.
    """
    try:
        yield
    except OSError as error:
        place = path if error.filename is None else str(error.filename).removesuffix(PARTIAL)
        if error.errno in _FULL:
            reason, advice = "no space left to write", "free some space or give another --out"
        elif error.errno in _REFUSED:
            reason, advice = "may not be written", "give another --out or change its permissions"
        elif error.errno == errno.ENOTDIR:
            reason, advice = "lies under a file, not under a folder", "give another --out"
        else:
            reason, advice = error.strerror or str(error), "give another --out"
        raise StorageError(
            f"{place}: {reason}; {advice}. What was finished stays readable."
        ) from error


def write_atomically(path: Path, content: bytes | Callable[[BinaryIO], None]) -> None:
    """Write a file so that a reader finds all of it or none, even after a crash.

    The content goes to a temporary name beside it, is synced, then renamed; the folder is synced.

    Parameters
    ----------
    path : Path
        File to write; its folder must exist.
    content : bytes or callable
        The bytes, or a function that writes them to an open binary file.

    Raises
    ------
    StorageError
        If the disk is full or the folder cannot be written. Nothing of the file is left behind.
    """
    temporary = path.with_name(path.name + PARTIAL)
    with storage_errors(path):
        try:
            with open(temporary, "wb") as file:
                if callable(content):
                    content(file)
                else:
                    file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def write_document(path: Path, document: object) -> None:
    """Write a document as JSON, a value a line, so that a reader finds all of it or none.

    Raises
    ------
    StorageError
        If it cannot be written.
    """
    text = json.dumps(document, indent=1, allow_nan=False)
    write_atomically(path, (text + "\n").encode())


def write_tables(path: Path, document: object) -> None:
    """Write a document as JSON as `write_document` does, but what holds plain values on one line.

    Raises
    ------
    StorageError
        If it cannot be written.
    """
    write_atomically(path, (_lines(document, "\n") + "\n").encode())


def _lines(value: object, begin: str) -> str:
    """Return JSON with a row of plain values a line; `begin` is put before each line."""
    inner = begin + " "
    if isinstance(value, Mapping) and any(map(_holds, value.values())):
        parts = [f"{json.dumps(key)}: {_lines(one, inner)}" for key, one in value.items()]
        return "{" + inner + f",{inner}".join(parts) + begin + "}"
    if isinstance(value, list | tuple) and any(map(_holds, value)):
        return "[" + inner + f",{inner}".join(_lines(one, inner) for one in value) + begin + "]"
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def _holds(value: object) -> bool:
    return isinstance(value, Mapping | list | tuple)


def sync_folder(folder: Path) -> None:
    """Make a rename inside a folder outlive a power cut, where the system can do it."""
    if os.name == "nt":  # a folder cannot be opened there; the rename is journalled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, as hexadecimal text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
