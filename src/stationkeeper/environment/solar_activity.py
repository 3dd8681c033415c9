"""Solar and geomagnetic indices day by day, and futures drawn from the recorded cycles.

A future is a row number into the recorded daily arrays for every day: whatever a model reads
(F10.7, its mean, Ap, sunspots) is taken from the same recorded day, so that indices stay together.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError

OBSERVED: Final = 0
INTERPOLATED: Final = 1
PREDICTED_DAILY: Final = 2
PREDICTED_MONTHLY: Final = 3
KINDS: Final = ("observed", "interpolated", "predicted_daily", "predicted_monthly")

CYCLE_MINIMA: Final[tuple[int, ...]] = (-12_861, -8_692, -4_856, -1_234, 3_271, 7_288)
"""Days since 2000 of the minima before cycles 20 to 25: the middle of Oct 1964, Mar 1976, Sep 1986,
Aug 1996, Dec 2008 and Dec 2019, as WDC-SILSO dates them by the 13-month smoothed sunspot number."""


@dataclass(frozen=True)
class SolarIndices:
    """Daily indices, one row a day without gaps.

    `f107` is the flux observed at Earth [1e-22 W/m2/Hz], `f107_81d` its centred 81-day mean, `ap`
    the daily index [nT-like], `sunspot` the international number. `kind` holds a number into
    `KINDS`. Rows up to the day `observed_until` were measured, later ones predicted.
    """

    day: NDArray[np.int32]
    f107: NDArray[np.float64]
    f107_81d: NDArray[np.float64]
    ap: NDArray[np.float64]
    sunspot: NDArray[np.float64]
    kind: NDArray[np.int8]
    observed_until: int

    def row_of(self, day: int) -> int:
        """Return the row that holds a day.

        Raises
        ------
        DomainError
            If the day lies outside the table.
        """
        row = int(day) - int(self.day[0])
        if not 0 <= row < len(self.day):
            raise DomainError(
                f"day {day} since 2000 lies outside the solar indices, which run from"
                f" {int(self.day[0])} to {int(self.day[-1])}"
            )
        return row


def cycles_needed(days: int) -> int:
    """Uniform numbers a replica needs to draw a future of so many days.

    One for the rest of the present cycle and one for each whole cycle after it, none of which is
    shorter than nine years (the shortest since 1755 took that long).

    Parameters
    ----------
    days : int
        Length of the future. [d]

    Returns
    -------
    int
        Columns of `uniforms` for `draw_futures`.

    Examples
    --------
    >>> cycles_needed(7_305)
    4
    """
    return 2 + days // 3_287


def predicted_rows(
    first_table_day: int, table_days: int, first_day: int, days: int
) -> NDArray[np.int32]:
    """Rows that follow the table itself: measured, then predicted by its publisher.

    Beyond the end of the table the last 4,018 days (eleven years) repeat.

    Parameters
    ----------
    first_table_day, table_days : int
        First day since 2000 of the table, and its rows. [d]
    first_day, days : int
        First day wanted, and how many. [d]

    Returns
    -------
    ndarray of int32, (days,)
        Rows into the table.

    Raises
    ------
    DomainError
        If the first day comes before the table.

    Examples
    --------
    >>> predicted_rows(0, 5_000, 4_998, 4)
    array([4998, 4999,  982,  983], dtype=int32)
    """
    start = first_day - first_table_day
    if start < 0:
        raise DomainError(
            f"day {first_day} since 2000 comes before the solar indices, which begin on day"
            f" {first_table_day}"
        )
    rows = np.arange(start, start + days)
    over = rows - table_days
    repeat = min(4_018, table_days)  # eleven years
    rows = np.where(over >= 0, table_days - repeat + np.mod(over, repeat), rows)
    return rows.astype(np.int32)


def draw_futures(
    cycle_minima: ArrayLike,
    first_table_day: int,
    observed_until: int,
    first_day: int,
    days: int,
    uniforms: ArrayLike,
) -> NDArray[np.int32]:
    """Draw solar futures from recorded cycles, as row numbers into the recorded days.

    Days up to `observed_until` are themselves. From there the cycle under way goes on as a past
    cycle, drawn with equal chances, did at the same time since its minimum; after its end follow
    whole past cycles, drawn with replacement and joined at their minima. If the drawn cycle was
    already over at that age, a whole new cycle begins at once. Amplitudes are those of the drawn
    cycles and are not scaled to the one under way, so there may be a step at `observed_until`,
    and no correlation between successive cycles is kept. Set `observed_until` back to see what
    could be known then: only cycles that had ended by that day are drawn from. (The centred
    81-day mean of its last 40 days still knows what came after.)

    Parameters
    ----------
    cycle_minima : array_like of int, (C,)
        Days since 2000 of the minima, rising, such as `CYCLE_MINIMA`. [d]
    first_table_day, observed_until : int
        First recorded day and the last one that counts as known. [d]
    first_day, days : int
        First day of the future, not before `first_table_day`, and its length. [d]
    uniforms : array_like, (R, K)
        Numbers in [0, 1), a row for each replica; K from `cycles_needed`.

    Returns
    -------
    ndarray of int32, (R, days)
        Rows into the recorded arrays.

    Raises
    ------
    DomainError
        If the first day is before the record, no whole cycle was recorded by `observed_until`, or
        there are too few uniforms.

    Notes
    -----
    With cycles 20 to 24 there are five to draw from: tails beyond the weakest and the strongest of
    60 years are not in the band.

    Examples
    --------
    >>> rows = draw_futures([0, 4_000, 8_000], 0, 9_000, 8_990, 5_000, [[0.1, 0.9, 0.2, 0.4]])
    >>> rows[0, [0, 10, 11, 3_009, 3_010]].tolist()  # known, known, age 1,001 d, end, next cycle
    [8990, 9000, 1001, 3999, 4000]
    """
    draws = np.atleast_2d(np.asarray(uniforms, dtype=np.float64))
    minima = np.asarray(cycle_minima, dtype=np.int64)
    if first_day < first_table_day:
        raise DomainError(
            f"day {first_day} since 2000 comes before the solar indices, which begin on day"
            f" {first_table_day}"
        )
    recorded = minima[(minima >= first_table_day) & (minima <= observed_until)]
    if len(recorded) < 2:
        raise DomainError(
            f"no whole solar cycle was recorded by day {observed_until} since 2000: choose a later"
            " date, or follow the predictions"
        )
    cycles = len(recorded) - 1
    age = observed_until + 1 - int(recorded[-1])
    known = np.arange(first_day, min(first_day + days, observed_until + 1)) - first_table_day
    skip = max(first_day - observed_until - 1, 0)  # future days before the first one wanted
    rows = np.empty((len(draws), days), dtype=np.int32)
    for replica, chances in enumerate(draws):
        parts = [known]
        filled = len(known) - skip
        for draw, chance in enumerate(chances):
            if filled >= days:
                break
            cycle = min(int(chance * cycles), cycles - 1)
            start = int(recorded[cycle]) + (age if draw == 0 else 0)
            part = np.arange(start, int(recorded[cycle + 1])) - first_table_day
            parts.append(part)
            filled += len(part)
        if filled < days:
            raise DomainError(
                f"{draws.shape[1]} uniforms a replica do not fill {days} days of solar future:"
                f" give {cycles_needed(days + skip)}"
            )
        rows[replica] = np.concatenate(parts)[skip : skip + days]
    return rows
