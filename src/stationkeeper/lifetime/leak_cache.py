"""Posteriors that take seconds, kept beside the tables of the environment."""

import hashlib
from collections.abc import Callable, Hashable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.environment.tables import cache_folder, load_arrays, save_arrays

Array = NDArray[np.float64]

VERSION: Final = 2  # raise when what is kept would be computed otherwise
_memory: dict[str, dict[str, Array]] = {}


def kept(
    name: str,
    key: Hashable,
    arrays: tuple[str, ...],
    build: Callable[[], dict[str, Array]],
) -> dict[str, Array]:
    """Return arrays from memory, from the cache on disk, or made now.

    Parameters
    ----------
    name : str
        Of the file.
    key : hashable
        All that the arrays depend on; its text tells them apart.
    arrays : tuple of str
        Their names.
    build : callable
        Makes them.

    Returns
    -------
    dict of str to ndarray
    """
    digest = hashlib.sha256(repr((VERSION, name, key)).encode()).hexdigest()[:16]
    file = f"{name}-{digest}"
    path = cache_folder() / f"{file}.npz"
    if str(path) in _memory:
        return _memory[str(path)]
    loaded = load_arrays(path, arrays)
    if loaded is None:
        found = {array: np.asarray(value) for array, value in build().items()}
        save_arrays(path, dict(found.items()))
    else:
        found = {array: np.asarray(value, dtype=np.float64) for array, value in loaded.items()}
    _memory[str(path)] = found
    return found
