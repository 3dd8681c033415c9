"""One line of a speed comparison: our time beside a peer's, measured in one run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SpeedRow:
    """Our seconds beside a peer's for the same work.

    A goal in seconds or megabytes has the peer ``limit``: ``peer_s`` is the limit, ``goal`` 1. A
    peer that is not installed has ``peer_s`` None and the reason in ``agreement``.
    """

    topic: str
    work: str
    ours_s: float
    peer: str
    peer_s: float | None
    goal: float
    agreement: str
    peak_mb: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times faster than the peer, or than the limit."""
        return None if self.peer_s is None else self.peer_s / self.ours_s

    @property
    def met(self) -> bool:
        """True if the ratio reaches the goal."""
        return self.ratio is not None and self.ratio >= self.goal

    def as_document(self) -> dict[str, object]:
        """Return the row in the shape other programs read."""
        return {
            "topic": self.topic,
            "work": self.work,
            "ours_s": self.ours_s,
            "peer": self.peer,
            "peer_s": self.peer_s,
            "ratio": self.ratio,
            "goal": self.goal,
            "met": self.met,
            "agreement": self.agreement,
            "peak_mb": self.peak_mb,
        }
