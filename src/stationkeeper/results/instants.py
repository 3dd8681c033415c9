"""Instants as other programs write them."""

from datetime import datetime, timedelta
from typing import Final

_ORIGIN: Final = datetime(2000, 1, 1)


def instant(start_day: float, seconds: float, digits: int = 6) -> str:
    """Return an instant after ISO 8601, without a zone.

    Parameters
    ----------
    start_day : float
        Days since 2000-01-01T00:00 UTC, held to the microsecond. [d]
    seconds : float
        After it. [s]
    digits : int
        Of the seconds: 0, 3 or 6.

    Returns
    -------
    str
        Rounded to the last digit.

    Examples
    --------
    >>> instant(9_862.5, 60.0)
    '2027-01-01T12:01:00.000000'
    >>> instant(9_862.5, 59.9996, digits=3)
    '2027-01-01T12:01:00.000'
    """
    whole = int(start_day // 1)
    of_day = round((start_day - whole) * 86_400e6) + round(seconds * 1e6)
    unit = 10 ** (6 - digits)
    of_day = (of_day + unit // 2) // unit * unit
    when = _ORIGIN + timedelta(days=whole, microseconds=of_day)
    text = f"{when:%Y-%m-%dT%H:%M:%S}"
    return f"{text}.{when.microsecond:06d}"[: len(text) + (digits + 1 if digits else 0)]
