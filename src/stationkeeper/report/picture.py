"""A picture of the report: its image, and the words without which it may not stand."""

from collections.abc import Callable
from dataclasses import dataclass

from stationkeeper.report.source import Run


@dataclass(frozen=True)
class Picture:
    """One figure with its title, caption and description; no image where there is nothing."""

    key: str
    title: str
    caption: str
    alt: str = ""
    png: bytes | None = None


Draw = Callable[[Run], Picture]


def absent(key: str, title: str, reason: str) -> Picture:
    """Return a picture that says why there is nothing to see."""
    return Picture(key, title, reason)
