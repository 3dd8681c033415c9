"""Time systems that files of others count in, and how far they are ahead of UTC."""

from bisect import bisect_right
from datetime import date
from typing import Final

from stationkeeper.units import days_since_2000

TT_AHEAD_OF_TAI: Final = 32.184  # [s] by definition (IAU 1991, resolution A4)
GPS_BEHIND_TAI: Final = 19.0  # [s] by definition (IS-GPS-200)

# First day with a leap second behind it; TAI - UTC was 10 s from 1972-01-01 (IERS, Bulletin C).
_LEAPS: Final = tuple(
    days_since_2000(date(year, month, 1))
    for year, month in (
        (1972, 7), (1973, 1), (1974, 1), (1975, 1), (1976, 1), (1977, 1), (1978, 1), (1979, 1),
        (1980, 1), (1981, 7), (1982, 7), (1983, 7), (1985, 7), (1988, 1), (1990, 1), (1991, 1),
        (1992, 7), (1993, 7), (1994, 7), (1996, 1), (1997, 7), (1999, 1), (2006, 1), (2009, 1),
        (2012, 7), (2015, 7), (2017, 1),
    )
)  # fmt: skip

SYSTEMS: Final = ("UTC", "TAI", "TT", "GPS")


def ahead_of_utc(system: str, day: float) -> float:
    """Return by how much a time system is ahead of UTC.

    Parameters
    ----------
    system : str
        UTC, TAI, TT or GPS.
    day : float
        Days since 2000-01-01T00:00 UTC, from 1972 on. [d]

    Returns
    -------
    float
        What is taken from a reading to have UTC. [s]

    Notes
    -----
    Leap seconds announced up to the one of 2017-01-01; none has followed.

    Examples
    --------
    >>> ahead_of_utc("GPS", 9_000.0), ahead_of_utc("TT", 0.0)
    (18.0, 64.184)
    """
    if system == "UTC":
        return 0.0
    atomic = 10.0 + bisect_right(_LEAPS, day)
    return {"TAI": atomic, "TT": atomic + TT_AHEAD_OF_TAI, "GPS": atomic - GPS_BEHIND_TAI}[system]


def leaps_within(first: float, last: float) -> bool:
    """Return whether a leap second lies between two days.

    Examples
    --------
    >>> leaps_within(6_209.5, 6_210.5), leaps_within(6_210.5, 9_000.0)
    (True, False)
    """
    return bisect_right(_LEAPS, first) != bisect_right(_LEAPS, last)
