"""Random numbers by counter: each draw is a pure function of what it is for.

A draw is named by seed, replica, purpose, component and event, and does not depend on which others
were made. Replica 17 is therefore the same alone, among 10,000, on two workers or after a crash.
The generator is Philox 4x64 with ten rounds [1]_: key = (seed, replica and purpose), counter =
(event, component, 0, 0), four words of 64 bits for each counter.

References
----------
.. [1] J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11,
   2011, table 2 and section 3.3.
"""

import hashlib
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.kernels import kernel

ROUNDS: Final = 10  # of Philox 4x64-10
_MULTIPLIER_0: Final = np.uint64(0xD2E7470EE14C6C93)  # [1], table 2
_MULTIPLIER_1: Final = np.uint64(0xCA5A826395121157)  # [1], table 2
_WEYL_0: Final = np.uint64(0x9E3779B97F4A7C15)  # golden ratio, [1]
_WEYL_1: Final = np.uint64(0xBB67AE8584CAA73B)  # sqrt(3) - 1, [1]
_LOW: Final = np.uint64(0xFFFFFFFF)
_HALF: Final = np.uint64(32)
_PURPOSE_BITS: Final = np.uint64(16)
_DROPPED_BITS: Final = np.uint64(11)  # a double holds 53 of the 64 bits
_STEP: Final = 2.0**-53

Words = NDArray[np.uint64]
Values = NDArray[np.float64]


class Purpose(IntEnum):
    """What a draw is for; numbers are never used again for something else."""

    DRAG_FACTOR = 1
    SOLAR_FUTURE = 2
    AVOIDANCE = 3
    DOSE = 4
    NODE = 5
    EQUIPMENT = 6
    LEAKS = 7
    PARTICLES = 8
    HYPOTHESIS = 9
    APPROACH = 10
    SLIPS = 11
    SHOCKS = 12
    PLANT = 13
    FAULTS = 14


def component_number(name: str) -> int:
    """Return a number for a named component, the same in every programme that has the name.

    Examples
    --------
    >>> component_number("iss") == component_number("iss")
    True
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")


@kernel
def _multiply_high(a: np.uint64, b: np.uint64) -> np.uint64:
    """Return the upper 64 bits of a product, from four products of 32 bits."""
    a_low, a_high = a & _LOW, a >> _HALF
    b_low, b_high = b & _LOW, b >> _HALF
    low = a_low * b_low
    middle = a_high * b_low + (low >> _HALF)
    other = a_low * b_high + (middle & _LOW)
    result: np.uint64 = a_high * b_high + (middle >> _HALF) + (other >> _HALF)
    return result


@kernel
def philox_kernel(
    key_0: np.uint64, key_1: np.uint64, counter: Words, block: Words
) -> None:  # pragma: no cover - compiled
    """Write the four words that belong to a key and a counter of four words."""
    c0, c1, c2, c3 = counter[0], counter[1], counter[2], counter[3]
    for _ in range(ROUNDS):
        high_0 = _multiply_high(_MULTIPLIER_0, c0)
        low_0 = _MULTIPLIER_0 * c0
        high_1 = _multiply_high(_MULTIPLIER_1, c2)
        low_1 = _MULTIPLIER_1 * c2
        c0, c1, c2, c3 = high_1 ^ c1 ^ key_0, low_1, high_0 ^ c3 ^ key_1, low_0
        key_0 = key_0 + _WEYL_0
        key_1 = key_1 + _WEYL_1
    block[0], block[1], block[2], block[3] = c0, c1, c2, c3


@kernel
def _uniforms_kernel(
    seed: np.uint64,
    replicas: Words,
    purpose: np.uint64,
    component: np.uint64,
    first_event: np.uint64,
    count: int,
    values: Values,
) -> None:  # pragma: no cover - compiled
    counter = np.zeros(4, np.uint64)
    block = np.empty(4, np.uint64)
    four = np.uint64(4)
    for row in range(replicas.size):
        key_1 = (replicas[row] << _PURPOSE_BITS) | purpose
        counter[1] = component
        current = np.uint64(0)
        known = False
        for column in range(count):
            event = first_event + np.uint64(column)
            if not known or event // four != current:
                current = event // four
                known = True
                counter[0] = current
                philox_kernel(seed, key_1, counter, block)
            word = block[event % four]
            values[row, column] = np.float64(word >> _DROPPED_BITS) * _STEP


@kernel
def uniform_kernel(
    seed: np.uint64, replica: np.uint64, purpose: np.uint64, component: np.uint64, event: np.uint64
) -> float:  # pragma: no cover - compiled
    """Return one draw of `uniforms`, for an engine that meets its events one by one."""
    counter = np.zeros(4, np.uint64)
    block = np.empty(4, np.uint64)
    counter[0], counter[1] = event // np.uint64(4), component
    philox_kernel(seed, (replica << _PURPOSE_BITS) | purpose, counter, block)
    return float(np.float64(block[event % np.uint64(4)] >> _DROPPED_BITS) * _STEP)


def uniforms(
    seed: int,
    replicas: NDArray[np.integer],
    purpose: Purpose,
    component: int,
    *,
    first_event: int = 0,
    count: int = 1,
) -> Values:
    """Uniform draws from 0 (included) to 1 (excluded), one row a replica.

    Parameters
    ----------
    seed : int
        Seed of the run, 0 <= seed < 2**64. [-]
    replicas : array of int, (R,)
        Numbers of the replicas, 0 <= replica < 2**48. [-]
    purpose : Purpose
        What the draws are for.
    component : int
        Which component, 0 <= component < 2**64; see `component_number`. [-]
    first_event : int
        Number of the first event, >= 0. [-]
    count : int
        Events that follow one another. [-]

    Returns
    -------
    ndarray, (R, count)
        Draws. [-]

    Notes
    -----
    Event ``n`` is word ``n % 4`` of the block with counter ``n // 4``: it does not depend on
    ``first_event``. Blocks equal those of ``numpy.random.Philox`` bit for bit
    (tests/unit/test_draws.py).

    Examples
    --------
    >>> all_draws = uniforms(7, np.arange(20), Purpose.AVOIDANCE, 3, count=9)
    >>> alone = uniforms(7, np.array([17]), Purpose.AVOIDANCE, 3, first_event=5, count=1)
    >>> bool(alone[0, 0] == all_draws[17, 5])
    True
    """
    values = np.empty((len(replicas), count))
    _uniforms_kernel(
        np.uint64(seed),
        np.asarray(replicas).astype(np.uint64),
        np.uint64(int(purpose)),
        np.uint64(component),
        np.uint64(first_event),
        count,
        values,
    )
    return values


def normals(
    seed: int,
    replicas: NDArray[np.integer],
    purpose: Purpose,
    component: int,
    *,
    first_event: int = 0,
    count: int = 1,
) -> Values:
    """Draws of a normal with mean 0 and deviation 1, one row a replica.

    Each is the inverse of the cumulative distribution at one uniform draw, so that a draw moves
    with its uniform and no draw uses two. Parameters as for `uniforms`.

    Returns
    -------
    ndarray, (R, count)
        Draws, never infinite. [-]

    Examples
    --------
    >>> draws = normals(7, np.arange(4000), Purpose.DOSE, 0)
    >>> abs(float(draws.mean())) < 0.05 and abs(float(draws.std()) - 1) < 0.05
    True
    """
    from scipy.special import ndtri

    draws = uniforms(seed, replicas, purpose, component, first_event=first_event, count=count)
    return np.asarray(ndtri(draws + 0.5 * _STEP), dtype=np.float64)
