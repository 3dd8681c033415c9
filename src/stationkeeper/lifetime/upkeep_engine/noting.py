"""Lines of the log, and their codes as kernels take them."""

from typing import Final, cast

import numpy as np

from stationkeeper.kernels import inner_kernel
from stationkeeper.lifetime.upkeep_plan import ABSENT, CAUSE_COLLISION, Happening, Log


def _whole(number: int) -> int:
    """Return a number that numba takes for any of its kind.

    A Python constant is a type of its own, for which every kernel would be compiled anew.
    """
    return cast(int, np.int64(number))


ZERO: Final = _whole(0)
NO_SEGMENT: Final = _whole(ABSENT)
COLLIDED: Final = _whole(CAUSE_COLLISION)
UNIT_FAILS: Final = _whole(Happening.UNIT_FAILS)
BY_ROBOT: Final = _whole(Happening.UNIT_MENDED_BY_ROBOT)
BY_PEOPLE: Final = _whole(Happening.UNIT_MENDED_BY_PEOPLE)
DOWN: Final = _whole(Happening.FUNCTION_DOWN)
UP: Final = _whole(Happening.FUNCTION_UP)
LEAK_BEGINS: Final = _whole(Happening.LEAK_BEGINS)
LEAK_MENDED: Final = _whole(Happening.LEAK_MENDED)
BEYOND: Final = _whole(Happening.LEAK_BEYOND_LIMIT)
HATCH_SHUT: Final = _whole(Happening.HATCH_SHUT)
PENETRATED: Final = _whole(Happening.HULL_PENETRATED)
SHIP_HIT: Final = _whole(Happening.SHIP_HIT)
SHORT: Final = _whole(Happening.STORE_SHORT)
SEAT_LOST: Final = _whole(Happening.SEAT_LOST)
EVACUATION: Final = _whole(Happening.EVACUATION)
RETURN: Final = _whole(Happening.RETURN)
STATION_LOST: Final = _whole(Happening.STATION_LOST)
CREW_LOST: Final = _whole(Happening.CREW_LOST)
COLLISION: Final = _whole(Happening.COLLISION)
FUNCTION_LOST: Final = _whole(Happening.FUNCTION_LOST)
SHIP_LOST: Final = _whole(Happening.SHIP_LOST)


@inner_kernel
def note(
    log: Log, replica: int, place: int, code: int, subject: int, value: float
) -> None:  # pragma: no cover - compiled
    """Add a line; where the arrays end, only count it."""
    n = log.length[0]
    if n < log.replica.size:
        log.replica[n], log.place[n], log.code[n] = replica, place, code
        log.subject[n], log.value[n] = subject, value
    log.length[0] = n + 1
