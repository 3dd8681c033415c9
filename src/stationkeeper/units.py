"""Factors between the units people write and the SI units inside, and dates as day numbers."""

from datetime import date, timedelta
from typing import Final

KILOMETRE: Final = 1e3  # [m]
HOUR: Final = 3_600.0  # [s]
DAY: Final = 86_400.0  # [s]
G_PER_CM2: Final = 10.0  # [kg/m2]
MILLI: Final = 1e-3

_ORIGIN: Final = date(2000, 1, 1)


def days_since_2000(when: date) -> int:
    """Return the whole days from 2000-01-01T00:00 UTC to the start of a date.

    Examples
    --------
    >>> days_since_2000(date(2001, 1, 1))
    366
    """
    return when.toordinal() - _ORIGIN.toordinal()


def date_from_days(day: float) -> date:
    """Return the calendar date that holds a day number.

    Examples
    --------
    >>> date_from_days(366.25).isoformat()
    '2001-01-01'
    """
    return _ORIGIN + timedelta(days=int(day // 1))
