"""Draws inside kernels: a pure function of stream and counter, some nanoseconds each.

Sensors ask for half a billion draws in 180 days; Philox would take longer than the whole plant.
The mixer is that of SplitMix64 [1]_: the counter is turned into 64 bits that pass for random. What
decides a mission (hidden constants, faults) is drawn by Philox, see `campaign.draws`.

References
----------
.. [1] G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
   section 5.
"""

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.kernels import inner_kernel

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)  # [1]: odd number nearest to 2^64 by golden ratio
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)  # [1], mix64variant13
_SECOND: Final = np.uint64(0x94D049BB133111EB)  # [1], mix64variant13
_PART: Final = np.uint64(0xFFFF)
_SIXTEEN, _THIRTY_TWO, _FORTY_EIGHT = np.uint64(16), np.uint64(32), np.uint64(48)
_SHIFT_1, _SHIFT_2, _SHIFT_3, _ELEVEN = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_STEP: Final = 2.0**-53
# Sum of four even draws from 0 to 65,535: mean and deviation.
_MEAN: Final = 4 * 65_535 / 2
_DEVIATION: Final = float(np.sqrt(4 * (65_536.0**2 - 1) / 12))


def stream_of(seed: int, mission: int, name: str) -> int:
    """Return the number of a stream by name, 0 to 2**63 - 1.

    Examples
    --------
    >>> stream_of(1, 0, "computers") == stream_of(1, 0, "computers")
    True
    """
    digest = hashlib.sha256(f"{seed}/{mission}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


@inner_kernel
def mixed(stream: int, counter: int) -> np.uint64:
    """Return 64 bits that pass for random."""
    word = np.uint64(stream) + np.uint64(counter) * _GOLDEN
    word = (word ^ (word >> _SHIFT_1)) * _FIRST
    word = (word ^ (word >> _SHIFT_2)) * _SECOND
    return np.uint64(word ^ (word >> _SHIFT_3))


@inner_kernel
def even(stream: int, counter: int) -> float:
    """Draw evenly from 0 (included) to 1 (excluded)."""
    return float(np.float64(mixed(stream, counter) >> _ELEVEN) * _STEP)


@inner_kernel
def bell(stream: int, counter: int) -> float:
    """Draw with mean 0 and deviation 1: the sum of four even draws, never beyond 3.47."""
    word = mixed(stream, counter)
    total = (
        (word & _PART)
        + ((word >> _SIXTEEN) & _PART)
        + ((word >> _THIRTY_TWO) & _PART)
        + (word >> _FORTY_EIGHT)
    )
    return float((np.float64(total) - _MEAN) / _DEVIATION)


@inner_kernel
def bells(stream: int, first: int, draws: NDArray[np.float64]) -> None:
    """Write `bell` of as many counters as there is room for, from the first on, to the bit.

    The counter is multiplied once and then added up, and no number needs more than 32 bits when it
    is made a float: so a processor draws several at once.
    """
    turned = np.uint64(stream) + np.uint64(first) * _GOLDEN
    for place in range(draws.shape[0]):
        word = (turned ^ (turned >> _SHIFT_1)) * _FIRST
        word = (word ^ (word >> _SHIFT_2)) * _SECOND
        word = word ^ (word >> _SHIFT_3)
        turned += _GOLDEN
        total = (
            (word & _PART)
            + ((word >> _SIXTEEN) & _PART)
            + ((word >> _THIRTY_TWO) & _PART)
            + (word >> _FORTY_EIGHT)
        )
        draws[place] = (np.float64(np.int64(total)) - _MEAN) / _DEVIATION
