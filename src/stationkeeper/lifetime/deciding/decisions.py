"""What was decided, in each replica."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]


@dataclass
class Decisions:
    """What was decided; days since 2000-01-01, infinite where it does not come in the span.

    Attributes
    ----------
    acted : dict of text to ndarray, (R,)
        By policy, the day on which its act took place first.
    notice, left : dict of (text, text) to ndarray, (R,)
        By partner and station, the notice and the first day without the partner.
    decided, ended : dict of text to ndarray, (R,)
        By station, the day on which its people go for good, and its last day in orbit.
    lost : dict of text to ndarray, (R,)
        By station, the day of its loss: no decision.
    launched, docked : ndarray, (launch, R)
        Of the planned modules, in the order of `Launches.plan`.
    lost_with_host : ndarray of bool, (launch, R)
        Docked to a station that was lost.
    separated, begun : dict of text to ndarray, (R,)
        By own station, its separation from another, and its first day by itself.
    crewed : dict of text to ndarray, (R,)
        By own station, its first crew.
    modules_there : dict of text to ndarray, (R,)
        By own station, the last of the modules that its first crew needs.
    replaced : dict of text to dict of text to (ndarray of int, ndarray), each (R,)
        By policy and module, how often it is replaced and the first launch of what replaces it.
    held : dict of (text, text) to ndarray, (R,)
        By policy and guard, days for which it was held back; NaN where it was not.
    """

    acted: dict[str, Array] = field(default_factory=dict)
    notice: dict[tuple[str, str], Array] = field(default_factory=dict)
    left: dict[tuple[str, str], Array] = field(default_factory=dict)
    decided: dict[str, Array] = field(default_factory=dict)
    ended: dict[str, Array] = field(default_factory=dict)
    lost: dict[str, Array] = field(default_factory=dict)
    launched: Array = field(default_factory=lambda: np.empty((0, 0)))
    docked: Array = field(default_factory=lambda: np.empty((0, 0)))
    lost_with_host: Flags = field(default_factory=lambda: np.empty((0, 0), np.bool_))
    separated: dict[str, Array] = field(default_factory=dict)
    begun: dict[str, Array] = field(default_factory=dict)
    crewed: dict[str, Array] = field(default_factory=dict)
    modules_there: dict[str, Array] = field(default_factory=dict)
    replaced: dict[str, dict[str, tuple[Whole, Array]]] = field(default_factory=dict)
    held: dict[tuple[str, str], Array] = field(default_factory=dict)

    def gone(self, station: str) -> Array:
        """Return the last day of a station in orbit: ended or lost. [d]"""
        return np.minimum(self.ended[station], self.lost[station])

    def people_gone(self, station: str) -> Array:
        """Return the day on which the last people of a station go for good. [d]"""
        return np.minimum(self.decided[station], self.lost[station])
