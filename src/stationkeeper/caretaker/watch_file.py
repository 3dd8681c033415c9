"""Reads telemetry to watch from an .npz file."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import InputError


def read_telemetry(file: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read the arrays ``train`` and ``test`` of an .npz file.

    Parameters
    ----------
    file : Path
        As `numpy.savez` writes it; objects are not read.

    Returns
    -------
    train, test : ndarray
        As stored; `stationkeeper.caretaker.watch.watch` says what they may be.

    Raises
    ------
    InputError
        If the file is not there, is no such file, or lacks one of the arrays.

    Examples
    --------
    >>> read_telemetry(Path("absent.npz"))
    Traceback (most recent call last):
    ...
    stationkeeper.errors.InputError: absent.npz: there is no such file
    """
    expected = "expected an .npz file with the arrays train and test, (time, features)"
    if not file.exists():
        raise InputError(f"{file}: there is no such file")
    try:
        with file.open("rb") as stream:  # ours to close, also if it is no archive
            stored = np.load(stream, allow_pickle=False)
            if not isinstance(stored, np.lib.npyio.NpzFile):
                raise InputError(f"{file}: given a single array, {expected}")
            missing = [name for name in ("train", "test") if name not in stored.files]
            if missing:
                given = ", ".join(stored.files) or "none"
                raise InputError(f"{file}: given the arrays {given}, {expected}")
            return stored["train"], stored["test"]
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{file}: cannot be read ({error}); {expected}") from None
