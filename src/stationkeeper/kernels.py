"""The one way to compile a numerical kernel: cached on disk, strict arithmetic, typed."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile with numba, keep the machine code on disk, and leave arithmetic as written.

    No fastmath: the same bytes on one core or many.
    """
    return cast(F, numba.njit(cache=True, nogil=True)(function))
