"""How fast passes, coverage, frames, eclipses and data are, beside other programs in one run."""

from stationkeeper.validation import (
    speed_coverage,
    speed_data,
    speed_frames,
    speed_navigation,
    speed_passes,
)
from stationkeeper.validation.rows import Progress
from stationkeeper.validation.speed import SpeedRow


def rows(progress: Progress | None = None) -> list[SpeedRow]:
    """Return the speed rows of the topic ``services``.

    Parameters
    ----------
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    list of SpeedRow
    """
    found: list[SpeedRow] = []
    for part in (speed_passes, speed_coverage, speed_frames, speed_navigation, speed_data):
        found += part.rows(progress)
    return found
