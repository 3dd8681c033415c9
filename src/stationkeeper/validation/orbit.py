"""Orbit, decay, reboost and end of life beside what was flown and published.

One drag factor for each station is fitted on the rows marked as calibration; all other rows are
blind. A span of the ISS counts once, in the median over all blind spans, and is shown as context.
Published figures with source and confidence are in ``authorities/orbit_*``.
"""

from collections.abc import Callable

from stationkeeper.validation._orbit_end import (
    avoidance_rows,
    casualty_rows,
    deorbit_rows,
    example_rows,
    storage_rows,
)
from stationkeeper.validation._orbit_falls import band_rows, mir_rows, tiangong_rows
from stationkeeper.validation._orbit_iss import held_altitude_rows, policy_rows, span_rows
from stationkeeper.validation.rows import Row

_PARTS: tuple[tuple[str, Callable[[], list[Row]]], ...] = (
    ("node drift and published raises", example_rows),
    ("ISS: spans of free decay", span_rows),
    ("ISS: held altitude", held_altitude_rows),
    ("ISS: yearly means", policy_rows),
    ("Tiangong-1", tiangong_rows),
    ("Mir", mir_rows),
    ("Skylab and Salyut 7", band_rows),
    ("last burns and strips", deorbit_rows),
    ("casualties", casualty_rows),
    ("storage orbit", storage_rows),
    ("avoidance manoeuvres", avoidance_rows),
)


def rows(progress: Callable[[str], None] | None = None) -> list[Row]:
    """Compute all rows of the topic.

    Parameters
    ----------
    progress : callable, optional
        Told the name of each part before it begins.

    Returns
    -------
    list of Row
    """
    out: list[Row] = []
    for name, part in _PARTS:
        if progress is not None:
            progress(f"orbit: {name}")
        out += part()
    return out
