"""How far the Earth has turned ahead of the clock: UT1 less UTC."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EarthRotation:
    """UT1 less UTC at the beginnings of months, each (month,)."""

    day: Array
    """Days since 2000-01-01T00:00 UTC, rising. [d]"""
    ut1_less_utc: Array
    """Steps up by a second where a leap second was put in. [s]"""


def ut1_minus_utc(day: ArrayLike, table: EarthRotation) -> Array:
    """UT1 less UTC on days: by straight lines between months, through which leap seconds step.

    Before the first month and after the last the nearest value is taken: nobody knows the Earth's
    turning years ahead, nor when leap seconds will come. Within a year it moves by some 0.3 s.

    Parameters
    ----------
    day : array_like, (...)
        Days since 2000-01-01T00:00 UTC. [d]
    table : EarthRotation
        From `tables.earth_rotation`.

    Returns
    -------
    ndarray, (...)
        UT1 less UTC. [s]

    Notes
    -----
    With months as shipped, from 1998 to 2027, within 8 ms of the daily values of the IERS, and 1.7
    ms in the mean square: tides of the solid Earth, 0.8 m of a place
    (tests/unit/test_earth_rotation.py).

    References
    ----------
    .. [1] G. Petit, B. Luzum, "IERS Conventions (2010)", IERS Technical Note 36, chapter 8.

    Examples
    --------
    >>> table = EarthRotation(np.array([0.0, 31.0, 60.0]), np.array([-0.5, -0.6, 0.35]))
    >>> ut1_minus_utc([-9.0, 15.5, 59.999, 60.0], table).round(2).tolist()
    [-0.5, -0.55, -0.65, 0.35]
    """
    days = np.asarray(day, dtype=np.float64)
    knots, values = table.day, table.ut1_less_utc
    low = np.clip(np.searchsorted(knots, days, side="right") - 1, 0, knots.size - 2)
    share = np.clip((days - knots[low]) / (knots[low + 1] - knots[low]), 0.0, 1.0)
    change = values[low + 1] - values[low]
    # A step of a second belongs to the first moment of the next month, not to the month before.
    inside = values[low] + share * (change - np.round(change))
    return np.asarray(np.where(days >= knots[-1], values[-1], inside))
