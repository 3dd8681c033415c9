"""The days of a run, and the months and years they fall in."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stationkeeper.units import days_since_2000

_ORIGIN = np.datetime64("2000-01-01", "D")


@dataclass(frozen=True)
class Calendar:
    """Consecutive days.

    Attributes
    ----------
    first_day : int
        First day since 2000-01-01. [d]
    days : int
        Number of days. [d]
    """

    first_day: int
    days: int

    @cached_property
    def dates(self) -> NDArray[np.datetime64]:
        """Each day as a date."""
        return _ORIGIN + self.first_day + np.arange(self.days)

    @cached_property
    def months(self) -> NDArray[np.datetime64]:
        """First day of each month that has a day here."""
        return np.unique(self.dates.astype("datetime64[M]"))

    @cached_property
    def years(self) -> NDArray[np.int64]:
        """Years that have a day here."""
        return np.unique(self.dates.astype("datetime64[Y]")).astype(np.int64) + 1970

    @cached_property
    def month_of_day(self) -> NDArray[np.int64]:
        """Number of the month of each day."""
        month = self.dates.astype("datetime64[M]")
        return np.asarray((month - month[0]).astype(np.int64))

    @cached_property
    def year_of_month(self) -> NDArray[np.int64]:
        """Number of the year of each month."""
        year = self.months.astype("datetime64[Y]")
        return np.asarray((year - year[0]).astype(np.int64))

    @cached_property
    def last_of_month(self) -> NDArray[np.int64]:
        """Place of the last day of each month."""
        return np.append(np.flatnonzero(np.diff(self.month_of_day)), self.days - 1)

    @cached_property
    def first_of_month(self) -> NDArray[np.int64]:
        """Place of the first day of each month."""
        return np.append(0, self.last_of_month[:-1] + 1)

    def place(self, when: date) -> int:
        """Return the place of a date, which may lie outside."""
        return days_since_2000(when) - self.first_day

    def clipped(self, first: int, last: int) -> slice:
        """Return the places from one to another (excluded) that lie inside.

        Examples
        --------
        >>> Calendar(0, 10).clipped(-3, 4)
        slice(0, 4, None)
        """
        start = min(max(first, 0), self.days)
        return slice(start, max(start, min(last, self.days)))


def calendar_of(first: date, last: date) -> Calendar:
    """Return the calendar from a first to a last day, both included.

    Examples
    --------
    >>> calendar = calendar_of(date(2021, 1, 30), date(2021, 3, 1))
    >>> calendar.days, calendar.months.astype(str).tolist(), calendar.last_of_month.tolist()
    (31, ['2021-01', '2021-02', '2021-03'], [1, 29, 30])
    """
    start = days_since_2000(first)
    return Calendar(start, days_since_2000(last) - start + 1)
