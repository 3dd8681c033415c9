"""Ground tracks after RFC 7946: lines that end where they meet the date line or a pole."""

import itertools
import json
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.results.instants import instant

Array = NDArray[np.float64]
Track = Callable[[Array], tuple[Array, Array]]
Line = list[tuple[float, float, float]]  # seconds, longitude, latitude [deg]

WIDEST: Final = 20.0  # [deg] of longitude between two points; our choice
SHORTEST: Final = 1e-3  # [s] between two points, some 8 m; a turn inside it is a pole
DIGITS: Final = 5  # of a degree, about a metre
_HALVINGS: Final = 24  # of an interval of a minute: to 4 microseconds, 3 cm


def track_lines(seconds: Array, track: Track) -> list[Line]:
    """Cut a ground track into lines that stay between -180 and 180 degrees.

    Where longitude turns fast, near a pole, points are put between, until a straight line on the
    map is near the track; the meeting with the date line is found by halving, not on a straight
    line between samples.

    Parameters
    ----------
    seconds : ndarray, (n,)
        Of the samples, growing; the track moves less than half a turn between two. [s]
    track : callable
        From seconds to latitude and longitude; of longitude any turn. [rad]

    Returns
    -------
    list of lines
        Of seconds, longitude and latitude in degrees. A line that meets the date line ends at 180
        or -180, and the next begins at the other; one over a pole ends there, and the next begins
        there on the opposite meridian.

    References
    ----------
    .. [1] RFC 7946, "The GeoJSON Format", 2016, section 3.1.9.

    Examples
    --------
    >>> def east(t):
    ...     return 0.0 * t, np.radians(170.0 + t)
    >>> for line in track_lines(np.array([0.0, 8.0, 16.0]), east):
    ...     print([(round(lon, 6), round(lat, 6)) for _, lon, lat in line])
    [(170.0, 0.0), (178.0, 0.0), (180.0, 0.0)]
    [(-180.0, 0.0), (-174.0, 0.0)]
    """

    def at(second: float) -> tuple[float, float, float]:
        latitude, longitude = track(np.array([second]))
        return second, _wrapped(float(np.degrees(longitude[0]))), float(np.degrees(latitude[0]))

    latitude, longitude = track(seconds)
    degrees = np.degrees(longitude)
    points = [
        (float(s), _wrapped(float(lon)), float(lat))
        for s, lon, lat in zip(seconds, degrees, np.degrees(latitude), strict=True)
    ]
    lines: list[Line] = [[points[0]]]
    for before, after in itertools.pairwise(points):
        _join(lines, before, after, at)
    return lines


def _wrapped(longitude: float) -> float:
    """Return a longitude from -180 to 180. [deg]"""
    return (longitude + 180.0) % 360.0 - 180.0


def _join(
    lines: list[Line],
    before: tuple[float, float, float],
    after: tuple[float, float, float],
    at: Callable[[float], tuple[float, float, float]],
) -> None:
    """Carry the last line on from one point to the next; their order on a stack, no recursion."""
    left = [(before, after)]
    while left:
        one, two = left.pop()
        turned = abs(_wrapped(two[1] - one[1]))
        if turned > WIDEST and two[0] - one[0] > SHORTEST:
            middle = at(0.5 * (one[0] + two[0]))
            left += [(middle, two), (one, middle)]
        elif turned > WIDEST:  # a pole lies between
            pole = 90.0 if one[2] > 0 else -90.0
            lines[-1].append((one[0], one[1], pole))
            lines.append([(two[0], two[1], pole), two])
        elif abs(two[1] - one[1]) > 180.0:
            second, latitude = _at_date_line(one, two, at)
            side = 180.0 if one[1] > 0 else -180.0
            lines[-1].append((second, side, latitude))
            lines.append([(second, -side, latitude), two])
        else:
            lines[-1].append(two)


def _at_date_line(
    one: tuple[float, float, float],
    two: tuple[float, float, float],
    at: Callable[[float], tuple[float, float, float]],
) -> tuple[float, float]:
    """Return the second and the latitude at which a track meets the date line."""
    low, high = one[0], two[0]
    middle = one
    for _ in range(_HALVINGS):
        middle = at(0.5 * (low + high))
        if (middle[1] > 0) == (one[1] > 0):
            low = middle[0]
        else:
            high = middle[0]
    return middle[0], middle[2]


def geojson_text(
    start_day: float, seconds: Array, track: Track, *, name: str, properties: dict[str, Any]
) -> str:
    """Return a ground track as a feature with a line for each piece between the date lines.

    Parameters
    ----------
    start_day : float
        Begin, days since 2000-01-01T00:00 UTC. [d]
    seconds : ndarray, (n,)
        Of the samples, after the begin. [s]
    track : callable
        From seconds to latitude and longitude. [rad]
    name : str
        Of the satellite.
    properties : dict
        What else to tell; plain data.

    Returns
    -------
    str
        A feature collection of one feature. Its ``coordTimes`` hold the instant of each point, line
        by line, as track files do.

    Examples
    --------
    >>> def north(t):
    ...     return np.radians(t), 0.0 * t
    >>> told = json.loads(geojson_text(9_862.0, np.array([0.0, 60.0]), north, name="Example",
    ...     properties={}))
    >>> told["features"][0]["geometry"]
    {'type': 'MultiLineString', 'coordinates': [[[0.0, 0.0], [0.0, 60.0]]]}
    """
    lines = track_lines(seconds, track)
    feature = {
        "type": "Feature",
        "properties": {
            "name": name,
            **properties,
            "coordTimes": [
                [instant(start_day, second, digits=0) + "Z" for second, _, _ in line]
                for line in lines
            ],
        },
        "geometry": {
            "type": "MultiLineString",
            "coordinates": [
                [[round(lon, DIGITS) + 0.0, round(lat, DIGITS) + 0.0] for _, lon, lat in line]
                for line in lines
            ],
        },
    }
    collection = {"type": "FeatureCollection", "features": [feature]}
    return json.dumps(collection, allow_nan=False, separators=(",", ":")) + "\n"
