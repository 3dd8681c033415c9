"""A station flown second by second beside flights of history, laws, and what it declares."""

from stationkeeper.validation import (
    operations_attitude,
    operations_balances,
    operations_history,
    operations_plant,
)
from stationkeeper.validation.rows import Progress, Row


def rows(progress: Progress | None = None) -> list[Row]:
    """Return our figures of the simulated station beside those they should be."""
    return [
        *operations_history.rows(progress),
        *operations_balances.rows(progress),
        *operations_plant.rows(progress),
        *operations_attitude.rows(progress),
    ]
