"""Stationkeeper plans, flies and retires space stations, from one programme file.

>>> import stationkeeper
>>> programme = stationkeeper.read_programme("skylab")
>>> programme.span.first.year
1973
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stationkeeper.lifetime.run import run
    from stationkeeper.programme.check import check_source as check
    from stationkeeper.programme.read import read_programme
    from stationkeeper.results.ensemble import open_run as open

__version__ = "0.1.0"

__all__ = ["check", "open", "read_programme", "run"]

# Loaded when they are first asked for, so that importing the package stays quick.
_DOORS = {
    "check": ("stationkeeper.programme.check", "check_source"),
    "open": ("stationkeeper.results.ensemble", "open_run"),
    "read_programme": ("stationkeeper.programme.read", "read_programme"),
    "run": ("stationkeeper.lifetime.run", "run"),
}


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, function = _DOORS[name]
    return getattr(import_module(module), function)


def __dir__() -> list[str]:
    return sorted([*globals(), *_DOORS])
