"""The one way to compile a numerical kernel: cached on disk, strict arithmetic, typed."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile with numba, keep the machine code on disk, and leave arithmetic as written.

    No fastmath: the same bytes on one core or many.
    """
    return cast(F, numba.njit(cache=True, nogil=True)(function))


def inner_kernel(function: F) -> F:
    """Compile a kernel that only other kernels call: no wrappers for Python, so much sooner.

    Of bundles of many arrays, wrappers take longer to compile than what they wrap.
    """
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(F, numba.njit(cache=True, nogil=True, **options)(function))
