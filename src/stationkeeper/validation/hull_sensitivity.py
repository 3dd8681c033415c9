"""Shares of variance beside the published indices of a test function."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.variance_shares import group_count, groups_of, variance_shares
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Progress, Row

Array = NDArray[np.float64]

DRAWS: Final = 10_000  # [-] our choice
SEED: Final = 1  # [-] our choice
GRID: Final = 32  # points of each input where it is held fixed; our choice
TOLERANCE: Final = 0.025  # three standard errors of a share of 10,000 draws
HALF_LAST_DIGIT: Final = 0.5e-4


def trial_function(inputs: Array, a: float, b: float) -> Array:
    """Return sin x1 + a sin^2 x2 + b x3^4 sin x1.

    Parameters
    ----------
    inputs : ndarray, (..., 3)
        From -pi to pi. [-]
    a, b : float
        [-]

    Returns
    -------
    ndarray, (...)
        [-]

    Examples
    --------
    >>> trial_function(np.array([np.pi / 2, np.pi / 2, 1.0]), 7.0, 0.1).item()
    8.1
    """
    first, second, third = np.moveaxis(inputs, -1, 0)
    value = np.sin(first) + a * np.sin(second) ** 2 + b * third**4 * np.sin(first)
    return np.asarray(value)


def draws() -> Array:
    """Return the draws of the three inputs, (R, 3)."""
    generator = np.random.default_rng(SEED)
    return generator.uniform(-np.pi, np.pi, (DRAWS, 3))


def held_fixed(function: Callable[[Array], Array], count: int) -> Array:
    """Return by how much of itself the variance falls if one input is left out: held where it is.

    The mean over all places where it may be held is the first-order index, without any estimate
    from draws.

    Parameters
    ----------
    function : callable
        Takes (..., 3), each even from -pi to pi.
    count : int
        Points of each input, those of Gauss and Legendre. [-]

    Returns
    -------
    ndarray, (3,)
        [-]
    """
    nodes, weights = np.polynomial.legendre.leggauss(count)
    points, weights = np.pi * nodes, weights / 2
    values = function(np.stack(np.meshgrid(points, points, points, indexing="ij"), axis=-1))

    def mean(of: Array, axes: int) -> Array:
        for _ in range(axes):
            of = of @ weights
        return of

    variance = float(mean(values**2, 3) - mean(values, 3) ** 2)
    left = []
    for place in range(3):
        here = np.moveaxis(values, place, 0)
        left.append(float((mean(here**2, 2) - mean(here, 2) ** 2) @ weights))
    return np.asarray(1.0 - np.array(left) / variance)


def rows(progress: Progress | None = None) -> list[Row]:
    """Return shares from draws, and by leaving inputs out, beside the published ones.

    Examples
    --------
    >>> len(rows())
    9
    """
    case = published("hull_sensitivity.toml")
    told, other = case["function"], case["other_program"]
    inputs = draws()

    def function(given: Array) -> Array:
        return trial_function(given, told["a"], told["b"])

    outcome = function(inputs)
    shares = [
        float(variance_shares(groups_of(inputs[:, place], group_count(DRAWS)), outcome))
        for place in range(3)
    ]
    fixed = held_fixed(function, GRID)
    source = f"{told['source']} ({told['confidence']})"
    found = []
    for place, truth in enumerate(told["first_order"]):
        name = f"share of variance: input {place + 1} of the test function"
        found += [
            Row(
                "hull",
                f"{name}, from {DRAWS:,} draws",
                shares[place],
                truth,
                "-",
                TOLERANCE,
                "worked-example",
                source,
                note="tolerance: three standard errors of the share",
            ),
            Row(
                "hull",
                f"{name}, by leaving it out",
                float(fixed[place]),
                truth,
                "-",
                HALF_LAST_DIGIT,
                "worked-example",
                source,
                note=f"on {GRID} points of each input, nothing drawn; half the last digit",
            ),
            Row(
                "hull",
                f"{name}, beside another program",
                shares[place],
                other["first_order"][place],
                "-",
                other["tolerance"],
                "other-program",
                f"{other['source']} ({other['confidence']})",
                note="tolerance: how far the two methods lie apart in one of twenty sets of draws",
            ),
        ]
    return found
