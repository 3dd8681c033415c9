"""Nobody commands: what the station does by itself is all that is done."""

from typing import Any

import numpy as np

from stationkeeper.caretaker.vehicle import Ask, Seen


class Nobody:
    """A mind that never asks for anything."""

    def act(self, seen: Seen) -> tuple[list[Ask], float]:
        """Ask for nothing, and not to be asked again."""
        return [], np.inf

    def save(self) -> dict[str, Any]:
        """Return nothing: it remembers nothing."""
        return {}

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up nothing."""
