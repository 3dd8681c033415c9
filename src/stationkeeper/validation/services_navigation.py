"""Positions and time from passes, dilution and occultations beside published figures."""

from stationkeeper.validation.rows import Progress, Row


def rows(progress: Progress | None = None) -> list[Row]:
    """Compare navigation and occultations with published figures."""
    return []
