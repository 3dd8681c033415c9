"""What is seen at once: two sites through one satellite, and relays past the Earth's edge."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_FLATTENING, EARTH_RADIUS
from stationkeeper.errors import DomainError
from stationkeeper.orbit.ephemeris import Ephemeris, state_at
from stationkeeper.orbit.intervals import (
    GapStatistics,
    Intervals,
    gap_statistics,
    gaps,
    intersection,
    outside,
    union,
)
from stationkeeper.orbit.pass_search import bounded, search
from stationkeeper.orbit.passes import Passes

__all__ = [
    "GapStatistics",
    "Intervals",
    "both",
    "gap_statistics",
    "gaps",
    "intersection",
    "outside",
    "relay_intervals",
    "union",
]

Array = NDArray[np.float64]

GRAZING_HEIGHT: Final = 100e3  # [m] kept clear of air; chosen by us


def both(passes_a: Passes, passes_b: Passes) -> Intervals:
    """When a satellite is seen from a site and from any of several gateways at once.

    What a satellite without storage and processing (a bent pipe) can serve. Light time is left
    out.

    Parameters
    ----------
    passes_a : Passes
        Over the sites served.
    passes_b : Passes
        Of the same satellite over the gateways.

    Returns
    -------
    Intervals
        By site served; those of one site are merged.

    Examples
    --------
    >>> def seen(site, rise, end):
    ...     flags = np.zeros(len(rise), bool)
    ...     rise, end = np.array(rise), np.array(end)
    ...     return Passes(np.array(site), rise, end, rise, rise, flags, flags)
    >>> at_once = both(seen([0], [0.0], [9.0]), seen([0, 1], [4.0, 1.0], [12.0, 5.0]))
    >>> at_once.begin.tolist(), at_once.end.tolist()
    ([1.0], [9.0])
    """
    begin, end = union(passes_b.rise, passes_b.set)
    sites = np.unique(passes_a.site)
    gateways = Intervals(
        np.repeat(sites, begin.size), np.tile(begin, sites.size), np.tile(end, sites.size)
    )
    return intersection(Intervals(passes_a.site, passes_a.rise, passes_a.set), gateways)


def relay_intervals(
    ephemeris: Ephemeris, relays: ArrayLike, *, grazing_height: float = GRAZING_HEIGHT
) -> tuple[Array, Array]:
    """When any of several relay satellites is seen past the Earth's edge.

    Geometry alone: where antennas can point, and whom the relay serves, is left out, so it is the
    most that a relay can give.

    Parameters
    ----------
    ephemeris : Ephemeris
        Earth-fixed, everywhere above the grazing height.
    relays : array_like, (relay, 3)
        Earth-fixed places of relays that stand still, as from `ephemeris.geostationary`. [m]
    grazing_height : float
        Height over the ellipsoid that the line of sight must keep. [m]

    Returns
    -------
    begin, end : ndarray, (interval,)
        From the start of the ephemeris, merged over relays. [s]

    Raises
    ------
    DomainError
        If a relay or the satellite is not above the grazing height.

    Notes
    -----
    Hidden is what is within the cone about the Earth as a relay sees it and beyond the circle where
    the cone touches. The cone is searched like the sky of a site, so that no interval is missed,
    however short; the ellipsoid raised by the grazing height is stretched into a sphere first.
    Equal to a look each second to 0.001 s (tests/unit/test_visibility.py).

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import geostationary, mean_ephemeris
    >>> day = mean_ephemeris(9_862.0, 86_400.0, 60.0, altitude=420e3, inclination=0.9, node=0.0)
    >>> begin, end = relay_intervals(day, geostationary(np.radians([-16.0, 95.0, 167.0])))
    >>> float((end - begin).sum())  # three about the equator leave no gap
    86400.0
    """
    equator = EARTH_RADIUS + grazing_height
    pole = EARTH_RADIUS * (1 - EARTH_FLATTENING) + grazing_height
    stretch = np.array([1.0, 1.0, equator / pole])
    places = np.atleast_2d(np.asarray(relays, dtype=np.float64)) * stretch
    distance = np.linalg.norm(places, axis=-1)
    position = np.ascontiguousarray(ephemeris.position * stretch)
    if not (np.all(distance > equator) and np.all(np.linalg.norm(position, axis=-1) > equator)):
        raise DomainError(
            f"relays and satellite are above the grazing height of {grazing_height / 1e3:g} km"
        )
    duration = (position.shape[0] - 1) * ephemeris.step
    towards_earth = -places / distance[:, None]
    # The sine of the elevation, over the plane across the line to the Earth, of the cone's edge.
    edge = np.sqrt(1 - (equator / distance) ** 2)
    velocity = np.ascontiguousarray(ephemeris.velocity * stretch)
    which, table = search(
        bounded(position, velocity, ephemeris.step, places, towards_earth, edge), 0
    )
    # A satellite that stays outside the Earth cannot change side within the cone.
    middle = 0.5 * (table[:, 0] + table[:, 1])
    there = state_at(ephemeris, middle)[0] * stretch
    beyond = -np.einsum("ij,ij->i", there, towards_earth[which]) < equator**2 / distance[which]
    hidden = Intervals(which[beyond], table[beyond, 0], table[beyond, 1])
    seen = outside(hidden, places.shape[0], duration)
    return union(seen.begin, seen.end)
