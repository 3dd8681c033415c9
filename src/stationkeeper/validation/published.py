"""Reads the published figures that ours are set beside."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def published(name: str) -> dict[str, Any]:
    """Return one of the documents in ``authorities``, read once.

    Examples
    --------
    >>> "columbia" in published("crew_shocks.toml")
    True
    """
    place = resources.files("stationkeeper.validation") / "authorities" / name
    return tomllib.loads(place.read_text(encoding="utf-8"))
