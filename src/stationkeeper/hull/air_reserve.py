"""How long the air lasts behind a hole: one number for an engine that meets holes one by one.

The formulae are those of `leak_flow`: a choked, sharp-edged hole and a closed volume that leaks at
constant temperature.
"""

import math
from typing import Final

from stationkeeper.hull.leak_flow import (
    AIR_GAS_CONSTANT,
    AIR_HEAT_RATIO,
    CABIN_TEMPERATURE,
    SHARP_HOLE,
)
from stationkeeper.kernels import kernel

CABIN_PRESSURE: Final = 101_325.0  # [Pa] standard atmosphere, as aboard
# [Pa] below it people must have left: about 525 mmHg; our choice, as in the table of holes of
# validation/authorities/hull_leaks.toml.
PRESSURE_LIMIT: Final = 70_000.0

# Volume over area and reserve time: sqrt(R T) / (C factor) is the speed at which a choked hole
# takes volume out, and the logarithm how many times the volume must be taken.
_CHOKING: Final = math.sqrt(AIR_HEAT_RATIO) * (2 / (AIR_HEAT_RATIO + 1)) ** (
    (AIR_HEAT_RATIO + 1) / (2 * (AIR_HEAT_RATIO - 1))
)
_OUTWARD: Final = SHARP_HOLE * _CHOKING * math.sqrt(AIR_GAS_CONSTANT * CABIN_TEMPERATURE)  # [m/s]
_TIMES: Final = math.log(CABIN_PRESSURE / PRESSURE_LIMIT)  # [-]


@kernel
def reserve_time(hole_diameter: float, volume: float) -> float:  # pragma: no cover - compiled
    """Time until the air behind a round hole is too thin for people.

    From 101.325 kPa to 70 kPa at 295 K; no make-up gas. For one hole, from inside other kernels.

    Parameters
    ----------
    hole_diameter : float
        Zero or more. [m]
    volume : float
        Of the air shared with the hole, zero or more. [m3]

    Returns
    -------
    float
        Infinite without a hole, zero without air. [s]

    Notes
    -----
    Equal to `leak_flow.reserve_time` over the mass and the choked flow within rounding
    (tests/unit/test_air_reserve.py).

    Examples
    --------
    >>> round(reserve_time(0.01, 916.0) / 3_600, 1)  # hours, 10 mm
    7.1
    """
    if hole_diameter <= 0.0:
        return math.inf
    area = 0.25 * math.pi * hole_diameter * hole_diameter
    lasts: float = _TIMES * volume / (area * _OUTWARD)
    return lasts
