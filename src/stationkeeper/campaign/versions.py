"""What decides the bytes of a run beside its input: our code, and the libraries it stands on."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

_LIBRARIES: Final = ("aep8", "h5netcdf", "numba", "numpy", "pyarrow", "pymsis", "scipy", "xarray")
_NOT_FLOWN: Final = ("cli.py", "report", "validation")  # parts that do not touch the tables


def libraries() -> dict[str, str]:
    """Return the versions of the libraries that the tables depend on."""
    return {name: version(name) for name in _LIBRARIES}


@cache
def code_digest() -> str:
    """Return a digest of the package and its tables, so that no run mixes two versions."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*")):
        inside = file.relative_to(root)
        if file.suffix in (".py", ".csv", ".npz", ".toml") and inside.parts[0] not in _NOT_FLOWN:
            digest.update(inside.as_posix().encode() + b"\0")
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
