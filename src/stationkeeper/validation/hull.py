"""Cracks, penetrations, leaks and equipment beside published figures."""

from typing import Final

from stationkeeper.validation import (
    hull_approach,
    hull_cracks,
    hull_equipment,
    hull_leaks,
    hull_penetration,
    hull_sensitivity,
)
from stationkeeper.validation.rows import Progress, Row

PARTS: Final = (
    hull_cracks,
    hull_penetration,
    hull_approach,
    hull_leaks,
    hull_equipment,
    hull_sensitivity,
)


def rows(progress: Progress | None = None) -> list[Row]:
    """Return all rows of the topic ``hull``."""
    found: list[Row] = []
    for part in PARTS:
        found += part.rows(progress)
    return found
