"""Looks at places by TAT-C, the only other program that tells coverage of places."""

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec

import numpy as np

from stationkeeper.constants import EARTH_MEAN_RADIUS
from stationkeeper.units import date_from_days


def missing_tatc() -> str | None:
    """Why TAT-C cannot be asked, or None if it can."""
    return None if find_spec("tatc") else "tatc is not installed: run `make test`"


def tatc_looks(
    elements: tuple[str, str],
    places_deg: Sequence[tuple[float, float]],
    first_day: float,
    days: float,
    half_width: float,
    height: float,
) -> list[int]:
    """Number of observations of each place.

    Parameters
    ----------
    elements : tuple of str
        The two lines of an element set.
    places_deg : sequence of tuple of float
        Latitude and longitude. [deg]
    first_day : float
        Days since 2000-01-01T00:00 UTC, a whole one. [d]
    days : float
        Length. [d]
    half_width : float
        Half the swath at the Earth's centre. [rad]
    height : float
        Of the satellite, from which its field of regard is found. [m]

    Returns
    -------
    list of int
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries that it pulls in
        from tatc.analysis import collect_observations
        from tatc.schemas import Instrument, Point, Satellite, TwoLineElements

        ratio = 1 + height / EARTH_MEAN_RADIUS
        off = np.arctan2(np.sin(half_width), ratio - np.cos(half_width))
        satellite = Satellite(
            name="swath",
            orbit=TwoLineElements(tle=list(elements)),
            instruments=[Instrument(name="imager", field_of_regard=float(2 * np.degrees(off)))],
        )
        midnight = date_from_days(first_day)
        start = datetime(midnight.year, midnight.month, midnight.day, tzinfo=UTC)
        end = start + timedelta(days=days)
        return [
            len(
                collect_observations(
                    Point(id=i, latitude=latitude, longitude=longitude), satellite, start, end
                )
            )
            for i, (latitude, longitude) in enumerate(places_deg)
        ]
