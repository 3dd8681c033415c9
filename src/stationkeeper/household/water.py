"""Water of a station: potable and waste tanks, the processor between them, and brine.

People drink from the potable tank and wash with it; what they give back as a liquid, and the
condensate of the air, go into the waste tank; the processor gives a share of it back, and the rest
is brine. Quality of the water, pretreatment and single pipes are left out.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.errors import DomainError
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]

POTABLE, WASTE, BRINE = range(3)
# Ledger: what came in and went out since the begin, and what was wanted and not there.
DRAWN, RETURNED, CONDENSATE, ELECTROLYSED, SPILLED, UNMET_DRAW, UNMET_ELECTROLYSIS = range(7)
LEDGER: Final = (
    "drawn",
    "returned",
    "condensate",
    "electrolysed",
    "spilled",
    "unmet draw",
    "unmet electrolysis",
)

# [kg/s] of one person by the mean of a day: NASA RP-1324 (1994). Confidence A
WATER_DRUNK: Final = (1.62 + 0.76) / SECONDS_PER_DAY  # drink and preparation of food
WATER_IN_FOOD: Final = 1.15 / SECONDS_PER_DAY
WATER_OF_METABOLISM: Final = 0.35 / SECONDS_PER_DAY  # made in the body
URINE: Final = 1.50 / SECONDS_PER_DAY
WATER_OF_FAECES: Final = 0.091 / SECONDS_PER_DAY  # not recovered
URINE_FLUSH: Final = 0.49 / SECONDS_PER_DAY


def crew_water(people: ArrayLike, *, hygiene: float = 0.4 / SECONDS_PER_DAY) -> tuple[Array, Array]:
    """Water that people draw and what they give back as a liquid, by the mean of a day.

    What they breathe and sweat out is in `cabin_air.crew_load`; laundry and showers are left out.

    Parameters
    ----------
    people : array_like, (...)
        Zero or more. [-]
    hygiene : float
        Of one person, given back whole; our choice. [kg/s]

    Returns
    -------
    drawn, returned : ndarray, (...)
        [kg/s]

    Raises
    ------
    DomainError
        If people are below zero.

    Notes
    -----
    Drunk, in food and of metabolism, 3.88 kg a day, leave as vapour, urine and faeces, 3.87 kg.

    References
    ----------
    .. [1] P. Wieland, "Designing for Human Presence in Space", NASA RP-1324, 1994.

    Examples
    --------
    >>> drawn, returned = crew_water(6.0)
    >>> round(float(drawn) * 86_400, 2), round(float(returned) * 86_400, 2)
    (19.62, 14.34)
    """
    people = np.asarray(people, dtype=float)
    if np.any(people < 0):
        raise DomainError(f"water: expected people of zero or more, given {people.min():g}")
    drawn = people * (WATER_DRUNK + URINE_FLUSH + hygiene)
    returned = people * (URINE + URINE_FLUSH + hygiene)
    return drawn, returned


@inner_kernel
def water_step(
    tanks: Array,
    rooms: Array,
    drawn: float,
    returned: float,
    condensate: float,
    electrolysed: float,
    processing: float,
    recovery: float,
    time_step: float,
    ledger: Array,
) -> float:
    """Move water for one step; return what electrolysis got. [kg]

    `tanks` and `rooms` (capacities) are (3,) [kg]; `drawn`, `returned`, `electrolysed` and
    `processing` are rates [kg/s]; `condensate` is a mass [kg]; `ledger` is (7,) [kg] and adds up.
    What people do not get they do not give back.
    """
    wanted = drawn * time_step
    got = min(wanted, tanks[POTABLE])
    tanks[POTABLE] -= got
    ledger[DRAWN] += got
    ledger[UNMET_DRAW] += wanted - got
    share = got / wanted if wanted > 0.0 else 1.0

    asked = electrolysed * time_step
    split: float = min(asked, tanks[POTABLE])
    tanks[POTABLE] -= split
    ledger[ELECTROLYSED] += split
    ledger[UNMET_ELECTROLYSIS] += asked - split

    back = returned * time_step * share
    tanks[WASTE] += back + condensate
    ledger[RETURNED] += back
    ledger[CONDENSATE] += condensate

    # The processor stops when the potable tank is full or there is no room for its brine.
    processed = min(processing * time_step, tanks[WASTE])
    if recovery > 0.0:
        processed = min(processed, max(rooms[POTABLE] - tanks[POTABLE], 0.0) / recovery)
    if recovery < 1.0:
        processed = min(processed, max(rooms[BRINE] - tanks[BRINE], 0.0) / (1.0 - recovery))
    clean = processed * recovery
    tanks[WASTE] -= processed
    tanks[POTABLE] += clean
    tanks[BRINE] += processed - clean

    spilled = max(tanks[WASTE] - rooms[WASTE], 0.0)
    tanks[WASTE] -= spilled
    ledger[SPILLED] += spilled
    return split


@kernel
def water_course(
    tanks: Array,
    rooms: Array,
    drawn: float,
    returned: float,
    condensate: float,
    electrolysed: float,
    processing: float,
    recovery: float,
    time_step: float,
    steps: int,
) -> tuple[Array, Array]:  # pragma: no cover - compiled
    """Tanks after a number of steps at constant rates, and what came and went.

    Parameters
    ----------
    tanks, rooms : ndarray, (3,)
        Potable, waste, brine: held, and room for. [kg]
    drawn, returned, condensate, electrolysed : float
        Drawn from potable; given back and condensed into waste; split from potable. [kg/s]
    processing : float
        Waste that the processor takes while it runs. [kg/s]
    recovery : float
        Share that it gives back, 0 to 1. [-]
    time_step : float
        Above zero. [s]
    steps : int
        Zero or more.

    Returns
    -------
    tanks : ndarray, (3,)
        [kg]
    ledger : ndarray, (7,)
        In the order of `LEDGER`. [kg]

    Notes
    -----
    Water is kept within 1e-12 of what is moved over 180 days at 10 s. People come before
    electrolysis when there is too little.

    References
    ----------
    .. [1] D. Carter, C. Brown, N. Orozco, "Status of ISS Water Management and Recovery", AIAA
       2013-3509, 2013: the tanks and flows.

    Examples
    --------
    >>> tanks, ledger = water_course(np.array([100.0, 0.0, 0.0]), np.array([500.0, 90.0, 50.0]),
    ...                              1e-4, 1e-4, 0.0, 0.0, 1e-2, 0.9, 10.0, 8_640)
    >>> tanks.round(3).tolist()
    [99.136, 0.0, 0.864]
    """
    held = tanks.copy()
    ledger = np.zeros(7)
    for _ in range(steps):
        water_step(
            held,
            rooms,
            drawn,
            returned,
            condensate * time_step,
            electrolysed,
            processing,
            recovery,
            time_step,
            ledger,
        )
    return held, ledger
