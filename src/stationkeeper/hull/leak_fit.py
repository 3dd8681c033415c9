"""The posterior of a leaking compartment, from what was seen of it and when it was mended.

The leak process (`leak_process`) is given to the sampler (`sequential`) with draws of its own: the
same observations and repairs give the same particles, whatever the seed of a run.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from stationkeeper.hull.leak_flow import MMHG, air_mass
from stationkeeper.hull.leak_process import (
    PARAMETERS,
    TUNNEL_PRIOR,
    GrowthLaw,
    LeakHistories,
    LeakObservations,
    LeakPrior,
    draws_needed,
    expected_values,
    leak_histories,
    log_likelihood,
)
from stationkeeper.hull.sequential import Columns, Course, sequential_posterior

Array = NDArray[np.float64]

SEED: Final = 20_231_231  # our choice
LEAKS: Final = 20  # most leaks of a history; 9 % of prior histories have more by mid-2026
SWEEPS: Final = 3
CABIN_DENSITY: Final = float(air_mass(1.0, 730 * MMHG))  # [kg/m3] 730 mmHg, as read in 2020-21


def fit_generator(key: int, round_: int) -> np.random.Generator:
    """Return the source of the draws of a round: 0 the start, 1 what lies ahead, then moves."""
    return np.random.Generator(np.random.Philox(key=[SEED + key, round_]))


def fit_histories(
    histories: Callable[[Array], LeakHistories],
    columns: int,
    blocks: Sequence[Columns],
    observations: LeakObservations,
    particles: int,
    key: int = 0,
) -> Course:
    """Fit any model of the leak of a compartment to observations.

    Parameters
    ----------
    histories : callable
        Takes uniform draws (particle, column), gives the leak on the days of the observations.
    columns : int
        Draws of a particle. [-]
    blocks : sequence of slice or ndarray of int
        Columns that are moved together.
    observations : LeakObservations
        What was seen.
    particles : int
        How many. [-]
    key : int
        Which draws. [-]

    Returns
    -------
    Course
        Of standard normal draws; their distribution function gives the uniform ones.
    """

    def draws(round_: int, wide: int) -> tuple[Array, Array]:
        source = fit_generator(key, round_ + 2)
        return source.standard_normal((particles, wide)), source.random(particles + 1)

    def likelihood(normals: Array) -> Array:
        said = expected_values(histories(ndtr(normals)), observations, CABIN_DENSITY)
        return log_likelihood(said, observations)

    start = fit_generator(key, 0).standard_normal((particles, columns))
    return sequential_posterior(likelihood, start, draws, blocks, SWEEPS)


def process_blocks(leaks: int, repairs: int) -> list[Columns]:
    """Return the columns of a history of leaks that are moved together.

    Birth, start and repairs of a few leaks move together; leaks not yet born then move freely.

    Examples
    --------
    >>> [len(block) for block in process_blocks(20, 0)]
    [7, 2, 2, 2, 4, 8, 22]
    """
    leak_of = np.concatenate([np.full(PARAMETERS, -1), np.tile(np.arange(leaks), 2 + repairs)])
    groups: tuple[Sequence[int], ...] = ([-1], [0], [1], [2], [3, 4], [5, 6, 7, 8])
    return [np.flatnonzero(np.isin(leak_of, group)) for group in (*groups, range(9, leaks))]


def fit_process(
    observations: LeakObservations,
    repair_day: Array,
    particles: int,
    key: int = 0,
    prior: LeakPrior = TUNNEL_PRIOR,
    growth_law: GrowthLaw = "exponential",
    leaks: int = LEAKS,
) -> Course:
    """Fit births, growth and repairs to the observations of one compartment.

    Parameters
    ----------
    observations : LeakObservations
        What was seen, from the day on which the leak was first noticed.
    repair_day : ndarray, (repair,)
        Days of repairs. [d]
    particles : int
        How many. [-]
    key : int
        Which draws. [-]
    prior : LeakPrior
        What was believed before.
    growth_law : {"exponential", "power"}
        Growth of a leak with its age.
    leaks : int
        Most leaks that a history can hold, 10 or more. [-]

    Returns
    -------
    Course
        Of draws that `leak_histories` and `leak_births` take after their distribution function.

    Raises
    ------
    DomainError
        If no particle can have given an observation.

    Notes
    -----
    How its forecasts fared, and that so few observations cannot establish it, tells
    `validate hull`.
    """
    onset = float(observations.day[0])
    return fit_histories(
        lambda uniforms: leak_histories(
            uniforms, leaks, onset, repair_day, observations.day, prior, growth_law
        ),
        draws_needed(leaks, len(repair_day)),
        process_blocks(leaks, len(repair_day)),
        observations,
        particles,
        key,
    )
