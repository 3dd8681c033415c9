"""What a station consumes beside published figures: air and water, power and heat."""

from stationkeeper.validation import household_air, household_power_heat
from stationkeeper.validation.rows import Progress, Row


def rows(progress: Progress | None = None) -> list[Row]:
    """Return our figures of the household beside published ones."""
    return [*household_air.rows(progress), *household_power_heat.rows(progress)]
