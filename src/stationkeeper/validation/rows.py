"""One line of validation: our number, the published one, and whether they agree."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["measured", "standard", "worked-example", "other-program", "other-model", "context"]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """Our figure beside a published one.

    A range of truth is given as its middle and half-width. Calibration rows were used to fit and
    are no evidence; context rows are shown and never counted.
    """

    topic: str
    name: str
    ours: float | None
    truth: float
    unit: str
    tolerance: float
    kind: Kind
    source: str
    calibration: bool = False
    note: str = ""

    @property
    def within(self) -> bool:
        """True if our figure lies within the tolerance of the published one."""
        return self.ours is not None and bool(abs(self.ours - self.truth) <= self.tolerance)

    @property
    def counts(self) -> bool:
        """True if the row is evidence: neither calibration nor context."""
        return not self.calibration and self.kind != "context"

    def as_document(self) -> dict[str, object]:
        """Return the row in the shape other programs read."""
        return {
            "topic": self.topic,
            "name": self.name,
            "ours": self.ours,
            "truth": self.truth,
            "unit": self.unit,
            "tolerance": self.tolerance,
            "within": self.within,
            "kind": self.kind,
            "calibration": self.calibration,
            "source": self.source,
            "note": self.note,
        }
