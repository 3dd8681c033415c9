"""Which topics are validated and timed, and how to gather their rows."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from importlib import import_module
from typing import cast

from stationkeeper.errors import InputError
from stationkeeper.validation.rows import Progress, Row
from stationkeeper.validation.speed import SpeedRow

VALIDATED = (
    "orbit",
    "dose",
    "crew",
    "hull",
    "slips",
    "stores",
    "hindcast",
    "services",
    "household",
    "watch",
    "operations",
)
TIMED = ("orbit", "dose", "run", "crew", "lifetime", "decisions", "services", "operations")


def _chosen(topics: Iterable[str], known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the topics asked for, or all of them."""
    asked = tuple(dict.fromkeys(topics))
    for topic in asked:
        if topic not in known:
            near = get_close_matches(topic, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"topic: given {topic!r}, expected one of {', '.join(known)}{hint}")
    return asked or known


def validation_rows(topics: Iterable[str], progress: Progress | None = None) -> list[Row]:
    """Return the validation rows of the topics, or of all.

    Raises
    ------
    InputError
        If a topic is not known.
    """
    rows: list[Row] = []
    for topic in _chosen(topics, VALIDATED):
        module = import_module(f"stationkeeper.validation.{topic}")
        rows += cast(Callable[[Progress | None], list[Row]], module.rows)(progress)
    return rows


def speed_rows(topics: Iterable[str], progress: Progress | None = None) -> list[SpeedRow]:
    """Return the speed rows of the topics, or of all.

    Raises
    ------
    InputError
        If a topic is not known.
    """
    rows: list[SpeedRow] = []
    for topic in _chosen(topics, TIMED):
        module = import_module(f"stationkeeper.validation.speed_{topic}")
        rows += cast(Callable[[Progress | None], list[SpeedRow]], module.rows)(progress)
    return rows
