"""The one way to compile a numerical kernel: cached on disk, strict arithmetic, typed.

Numba keeps machine code until the file of a kernel changes. A kernel has others compiled into it,
so ours is kept until any file changes from which it takes one: else a station would be flown by a
part that is no longer written anywhere.
"""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])

_PACKAGE: Final = "stationkeeper"
_ROOT: Final = Path(__file__).parent
_IMPORT: Final = re.compile(rf"^from {_PACKAGE}\.([\w.]+) import (\([^)]*\)|[^\n#]*)", re.MULTILINE)


def kernel(function: F) -> F:
    """Compile with numba, keep the machine code on disk, and leave arithmetic as written.

    No fastmath: the same bytes on one core or many.
    """
    return cast(F, _dated(numba.njit(cache=True, nogil=True)(function)))


def inner_kernel(function: F) -> F:
    """Compile a kernel that only other kernels call: no wrappers for Python, so much sooner.

    Of bundles of many arrays, wrappers take longer to compile than what they wrap.
    """
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(F, _dated(numba.njit(cache=True, nogil=True, **options)(function)))


def _dated(compiled: Any) -> Any:
    """Let the machine code on disk hold for our files as they are now, all that it rests on."""
    if not hasattr(compiled, "py_func"):  # numba was told to compile nothing
        return compiled
    file = Path(compiled.py_func.__code__.co_filename)
    if file.exists():  # a kernel of a user or of a test rests on ours as well
        kept = compiled._cache._cache_file
        kept._source_stamp = (kept._source_stamp, stamp_of(file))
    return compiled


@cache
def stamp_of(file: Path) -> str:
    """Return a digest of a file and of all files of ours that it imports from.

    Parameters
    ----------
    file : Path
        Of ours, or one that imports from ours.

    Returns
    -------
    str
        Another one whenever a kernel in the file may do something else.
    """
    found = {file}
    waiting = [file]
    while waiting:
        for other in _rests_on(waiting.pop()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    digest = hashlib.sha256()
    for one in sorted(found):
        digest.update(_content(one))
    return digest.hexdigest()


@cache
def _rests_on(file: Path) -> tuple[Path, ...]:
    """Return the files with kernels, or with constants, that a file imports from."""
    found = []
    for module, names in _IMPORT.findall(_content(file).decode()):
        place = _ROOT.joinpath(*module.split("."))
        if place.is_dir():
            inside = [place / f"{name}.py" for name in re.findall(r"\w+", names)]
            found += [one for one in inside if one.exists()]
        elif place.with_suffix(".py").exists():
            found.append(place.with_suffix(".py"))
    return tuple(found)


@cache
def _content(file: Path) -> bytes:
    return file.read_bytes()
