"""Posterior of any model by sequential Monte Carlo, from draws that are given.

A particle is a row of independent standard normal numbers from which the model makes everything
else. Observations enter one after another, each by as many tempered steps as keep the weights
even; after every step the particles are resampled and moved in a way that leaves the posterior as
it is. Nothing is random here: the same draws give the same particles.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]
LogLikelihood = Callable[[Array], Array]
Draws = Callable[[int, int], tuple[Array, Array]]
Columns = slice | NDArray[np.int64]

LEAST_EFFECTIVE: Final = 0.5  # share of particles that a tempered step keeps effective; our choice
_START_STEP: Final = 0.4  # length of the first move; adapted from then on
_LOW: Final = 0.15  # acceptance below which moves get shorter; our choice
_HIGH: Final = 0.35  # and above which they get longer; our choice
_BISECTIONS: Final = 40


@dataclass(frozen=True)
class Course:
    """Particles after each observation.

    Attributes
    ----------
    particles : tuple of ndarray, each (particle, column)
        Equally weighted: before any observation, and after each. [-]
    log_evidence : ndarray, (observation,)
        Logarithm of the probability of each observation given those before it. [-]
    acceptance : ndarray, (observation,)
        Share of the last moves that were accepted. [-]
    distinct : ndarray, (observation,)
        Different particles left. [-]
    rounds : int
        Draws used.
    """

    particles: tuple[Array, ...]
    log_evidence: Array
    acceptance: Array
    distinct: NDArray[np.int64]
    rounds: int


def systematic_resampling(weight: Array, uniform: float) -> NDArray[np.int64]:
    """Which particle takes each place, so that each is taken in proportion to its weight.

    Parameters
    ----------
    weight : ndarray, (particle,)
        Sum 1. [-]
    uniform : float
        One draw between 0 and 1. [-]

    Returns
    -------
    ndarray of int, (particle,)

    References
    ----------
    J. Carpenter, P. Clifford, P. Fearnhead, "Improved particle filter for nonlinear problems", IEE
    Proc. Radar Sonar Navig. 146, 1999.

    Examples
    --------
    >>> systematic_resampling(np.array([0.5, 0.25, 0.25, 0.0]), 0.5).tolist()
    [0, 0, 1, 2]
    """
    places = (np.arange(len(weight)) + uniform) / len(weight)
    cumulated = np.cumsum(weight)
    found = np.searchsorted(cumulated, places * cumulated[-1])
    return np.asarray(np.minimum(found, len(weight) - 1), dtype=np.int64)


def _effective(log_weight: Array) -> float:
    """Return the effective share of particles: 1 if all weigh the same."""
    both = 2 * logsumexp(log_weight) - logsumexp(2 * log_weight)
    return float(np.exp(both) / len(log_weight))


def _next_temper(new: Array, temper: float) -> float:
    """Return the largest exponent of the new likelihood that keeps the weights even."""
    if _effective((1 - temper) * new) >= LEAST_EFFECTIVE:
        return 1.0
    low, high = temper, 1.0
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if _effective((middle - temper) * new) >= LEAST_EFFECTIVE:
            low = middle
        else:
            high = middle
    return high if low == temper else low


def sequential_posterior(
    log_likelihood: LogLikelihood,
    start: Array,
    draws: Draws,
    blocks: Sequence[Columns],
    sweeps: int = 3,
) -> Course:
    """Particles of the posterior after each of a row of observations.

    Parameters
    ----------
    log_likelihood : callable
        Takes particles (particle, column), gives (particle, observation).
    start : ndarray, (particle, column)
        Standard normal draws. [-]
    draws : callable
        Takes a round, 0, 1, ..., and a number of columns; gives standard normals (particle,
        columns) and uniforms (particle + 1,), always the same for the same round. [-]
    blocks : sequence of slice or ndarray of int
        Columns that are moved together, one block after the other. Columns that no observation
        depends on yet are best a block of their own: they are then drawn anew.
    sweeps : int
        Times that all blocks are moved after each tempered step.

    Returns
    -------
    Course

    Raises
    ------
    DomainError
        If no particle can have given an observation.

    Notes
    -----
    Resampled where the effective share would fall below one half [1]_; moved by z' = sqrt(1 - b2) z
    + b draw, accepted by the ratio of likelihoods, which keeps a standard normal prior exactly
    [2]_; b follows the acceptance. Agrees with the closed form of a normal model within the error
    of 4,000 particles (tests).

    References
    ----------
    .. [1] P. Del Moral, A. Doucet, A. Jasra, "Sequential Monte Carlo samplers", JRSS B 68, 2006.
    .. [2] S. Cotter, G. Roberts, A. Stuart, D. White, "MCMC methods for functions", Statistical
       Science 28, 2013 (preconditioned Crank-Nicolson).
    """
    particles = np.array(start, dtype=np.float64)
    known = log_likelihood(particles)
    seen = [particles.copy()]
    evidence, acceptance, distinct = [], [], []
    lengths = np.full(len(blocks), _START_STEP)
    round_ = 0
    for i in range(known.shape[1]):
        temper, told, accepted = 0.0, 0.0, 1.0
        if not np.any(np.isfinite(known[:, i])):
            raise DomainError(f"observation {i}: no particle can have given it; expected draws")
        while temper < 1:
            ahead = _next_temper(known[:, i], temper)
            log_weight = (ahead - temper) * known[:, i]
            told += float(logsumexp(log_weight)) - float(np.log(len(particles)))
            _, uniforms = draws(round_, 0)
            round_ += 1
            chosen = systematic_resampling(np.exp(log_weight - logsumexp(log_weight)), uniforms[-1])
            particles, known, temper = particles[chosen], known[chosen], ahead
            power = np.where(np.arange(known.shape[1]) < i, 1.0, 0.0)
            power[i] = temper
            for _ in range(sweeps):
                for b, block in enumerate(blocks):
                    before = particles[:, block]
                    normals, uniforms = draws(round_, before.shape[1])
                    round_ += 1
                    moved = particles.copy()
                    moved[:, block] = np.sqrt(1 - lengths[b] ** 2) * before + lengths[b] * normals
                    after = log_likelihood(moved)
                    gain = (after - known)[:, : i + 1] @ power[: i + 1]
                    with np.errstate(divide="ignore"):
                        taken = np.log(uniforms[:-1]) < gain
                    particles[taken] = moved[taken]
                    known[taken] = after[taken]
                    accepted = float(taken.mean())
                    if accepted < _LOW:
                        lengths[b] *= 0.7
                    elif accepted > _HIGH:
                        lengths[b] = min(1.0, 1.3 * lengths[b])
        seen.append(particles.copy())
        evidence.append(told)
        acceptance.append(accepted)
        distinct.append(len(np.unique(particles, axis=0)))
    return Course(tuple(seen), np.array(evidence), np.array(acceptance), np.array(distinct), round_)
