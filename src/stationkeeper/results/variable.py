"""One variable of the table of a run."""

from dataclasses import dataclass

from stationkeeper.results.bins import Bins


@dataclass(frozen=True)
class Variable:
    """One variable of the table; `bins` says how a band was counted."""

    dimensions: tuple[str, ...]
    unit: str
    meaning: str
    bins: Bins | None = None
