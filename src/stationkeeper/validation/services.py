"""Geometry, links, data, positions, images and maps beside published truth and other programs."""

from stationkeeper.validation import (
    services_coverage,
    services_data,
    services_frames,
    services_geodesy,
    services_links,
    services_navigation,
    services_passes,
)
from stationkeeper.validation.rows import Progress, Row

_PARTS = (
    ("frames", services_frames),
    ("passes", services_passes),
    ("coverage", services_coverage),
    ("links", services_links),
    ("data", services_data),
    ("navigation", services_navigation),
    ("geodesy", services_geodesy),
)


def rows(progress: Progress | None = None) -> list[Row]:
    """Return the rows of the topic ``services``.

    Parameters
    ----------
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    list of Row
    """
    found: list[Row] = []
    for name, part in _PARTS:
        if progress:
            progress(f"services: {name}")
        found += part.rows(progress)
    return found
