"""One leaking compartment as a marked point process: births, growth, repairs, and what is seen.

Leaks are born at a constant rate after the first; each starts at a rate of its own and grows;
a dated repair finds a leak or not, and if it does leaves a share of it. The history of a particle
is a pure function of its draws; `sequential` finds the particles that agree with what was seen.

**What was fixed when.** Form, priors, bands of the observations and dates of repairs were fixed
with observations to the end of 2023 in sight, before any score of a later observation was looked
at; they have not been changed since. `first_spread` was 0.7 at first and set to 1.2 when the rise
of September 2020 proved all but impossible under it. That flow goes with the square of pressure in
a shut tunnel was taken from readings of July 2021. Before the end of 2023 there are three rates of
the whole station, one pressure decay and one upper bound (told in 2024 of the time before); six
points come after. So few points cannot establish the coverage of any forecast. After the first
scores only the sampler was made more exact (finer blocks, fresh draws for what lies ahead).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr, logsumexp, ndtr, ndtri

from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.errors import DomainError
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]
GrowthLaw = Literal["exponential", "power"]

PARAMETERS: Final = 7  # uniforms of a particle before those of its leaks
WALK_PARAMETERS: Final = 4  # the same of a random walk
TUNNEL_EXPONENT: Final = 2.0  # [-] viscous: shape of the decay of 14 to 29 July 2021


@dataclass(frozen=True)
class Lognormal:
    """A prior: median, and standard deviation of the natural logarithm."""

    median: float
    log_sigma: float

    def at(self, uniform: Array) -> Array:
        """Return the quantiles at levels between 0 and 1."""
        return np.asarray(self.median * np.exp(self.log_sigma * ndtri(uniform)))


@dataclass(frozen=True)
class LeakPrior:
    """What is believed of a leaking compartment before any observation.

    Attributes
    ----------
    baseline : Lognormal
        Loss of the station without the compartment. [kg/s]
    birth_rate : Lognormal
        New leaks in a unit of time after the first. [1/d]
    first_rate : Lognormal
        Median of the rates at which leaks start. [kg/s]
    first_spread : float
        Standard deviation of the logarithm among leaks at their start. [-]
    growth : Lognormal
        Exponential law: relative growth [1/d]; power law: exponent of (1 + age in years) [-].
    residual_power : float
        A leak that a repair finds keeps a share u^residual_power, u uniform. [-]
    volume : Lognormal
        Free volume of the compartment. [m3]
    onset_span : float
        The first leak is born within so long before the onset given. [d]
    """

    baseline: Lognormal
    birth_rate: Lognormal
    first_rate: Lognormal
    first_spread: float
    growth: Lognormal
    residual_power: float
    volume: Lognormal
    onset_span: float


TUNNEL_PRIOR: Final = LeakPrior(
    # nitrogen trend of early 2011 (NTRS 20110012997 via raumfahrer.net, confidence B); width ours
    baseline=Lognormal(0.227 / SECONDS_PER_DAY, 0.2),
    birth_rate=Lognormal(1 / DAYS_PER_YEAR, 0.7),  # our choice: three sources in 1.5 years
    first_rate=Lognormal(0.1 / SECONDS_PER_DAY, 1.0),  # our choice: what was just noticed
    first_spread=1.2,  # our choice: leaks differ by decades
    growth=Lognormal(0.3 / DAYS_PER_YEAR, 1.0),  # our choice
    residual_power=2.0,  # our choice: a leak that is found keeps a quarter, in the median
    # cylinder of 2.0 m by 2.3 m less equipment (confidence C); no published volume found
    volume=Lognormal(6.0, 0.25),
    onset_span=DAYS_PER_YEAR,  # our choice
)
"""Transfer tunnel of Zvezda, leaks growing exponentially."""

POWER_GROWTH: Final = Lognormal(1.0, 0.7)
"""Exponent of the power law, instead of `growth`; our choice."""


@dataclass(frozen=True)
class LeakHistories:
    """What each particle leaks on the days asked for.

    Attributes
    ----------
    baseline : ndarray, (particle,)
        Loss of the station without the compartment. [kg/s]
    volume : ndarray, (particle,)
        Free volume of the compartment. [m3]
    leak_rate : ndarray, (particle, time)
        Leak of the compartment at the pressure of the cabin. [kg/s]
    """

    baseline: Array
    volume: Array
    leak_rate: Array


class Kind(IntEnum):
    """What an observation is."""

    RATE = 0  # mass in a unit of time
    DECAY = 1  # share of the air of the shut compartment in a unit of time
    BELOW = 2  # the rate is below the value


@dataclass(frozen=True)
class LeakObservations:
    """Observations of leaks, in order of days.

    Attributes
    ----------
    day : ndarray, (observation,)
        Days since 2000-01-01T00:00 UTC. [d]
    kind : ndarray, (observation,)
        Of `Kind`. [-]
    value : ndarray, (observation,)
        Rate or bound [kg/s], or share lost [1/s].
    log_sigma : ndarray, (observation,)
        Standard deviation of the logarithm of the value. [-]
    of_station : ndarray of bool, (observation,)
        Scope: all that the station loses, not the compartment alone.
    open_share : ndarray, (observation,)
        Share of the time that the hatch is open: the station loses so much of the leak. [-]
    """

    day: Array
    kind: NDArray[np.int64]
    value: Array
    log_sigma: Array
    of_station: NDArray[np.bool_]
    open_share: Array

    def __post_init__(self) -> None:
        """Refuse what cannot be an observation."""
        if np.any(np.diff(self.day) < 0):
            raise DomainError("leak observations: expected in order of days")
        if np.any(self.value <= 0) or np.any(self.log_sigma <= 0):
            raise DomainError("leak observations: value and log sigma expected above zero")
        if np.any((self.open_share < 0) | (self.open_share > 1)):
            raise DomainError("leak observations: open share expected from 0 to 1")

    def part(self, chosen: NDArray[np.bool_]) -> "LeakObservations":
        """Return some of the observations."""
        return LeakObservations(
            self.day[chosen],
            self.kind[chosen],
            self.value[chosen],
            self.log_sigma[chosen],
            self.of_station[chosen],
            self.open_share[chosen],
        )


@dataclass(frozen=True)
class LeakBirths:
    """The leaks of each particle: parameters, births, starts, and what dated repairs leave.

    Attributes
    ----------
    baseline : ndarray, (particle,)
        Loss of the station without the compartment. [kg/s]
    birth_rate : ndarray, (particle,)
        New leaks in a unit of time after the first. [1/d]
    first_rate : ndarray, (particle,)
        Median of the rates at which leaks start. [kg/s]
    growth : ndarray, (particle,)
        Relative growth, or exponent of the power law. [1/d] or [-]
    volume : ndarray, (particle,)
        Free volume of the compartment. [m3]
    found_share : ndarray, (particle,)
        Chance that a repair finds a leak. [-]
    birth : ndarray, (particle, leak)
        Days of birth, rising. [d]
    start : ndarray, (particle, leak)
        Rate at birth. [kg/s]
    finds : ndarray, (particle, repair, leak)
        Uniform draws of each repair for each leak; see `share_left`. [-]
    """

    baseline: Array
    birth_rate: Array
    first_rate: Array
    growth: Array
    volume: Array
    found_share: Array
    birth: Array
    start: Array
    finds: Array


def draws_needed(leaks: int, repairs: int) -> int:
    """Return the uniforms that a particle of `leak_histories` takes.

    Examples
    --------
    >>> draws_needed(20, 7)
    187
    """
    return PARAMETERS + (2 + repairs) * leaks


def _open_interval(uniforms: Array, columns: int) -> Array:
    """Check draws and keep them off 0 and 1, where quantiles are infinite."""
    if uniforms.ndim != 2 or uniforms.shape[1] != columns:
        raise DomainError(f"draws: expected (particle, {columns}), given {uniforms.shape}")
    if np.any((uniforms < 0) | (uniforms > 1)):
        raise DomainError("draws: expected from 0 to 1")
    return np.asarray(np.clip(uniforms, 2.0**-54, 1 - 2.0**-53))


@kernel
def _add_leaks(
    rate: Array,
    birth: Array,
    start: Array,
    growth: Array,
    exponential: bool,
    found_share: Array,
    finds: Array,
    residual_power: float,
    repair_day: Array,
    day: Array,
) -> None:
    """Add up the leaks of each particle, each with its age and with the repairs that found it."""
    particles, leaks = birth.shape
    left = np.empty(len(repair_day))
    last = day.max()
    for p in range(particles):
        for k in range(leaks):
            if birth[p, k] > last:
                continue
            for r in range(len(repair_day)):
                # Given that the draw lies below the share found, its ratio to it is uniform too.
                draw = finds[p, r, k] / found_share[p]
                touched = birth[p, k] < repair_day[r] and draw <= 1
                left[r] = draw**residual_power if touched else 1.0
            for i in range(len(day)):
                age = day[i] - birth[p, k]
                if age < 0:
                    continue
                value = start[p, k]
                if exponential:
                    value *= np.exp(growth[p] * age)
                else:
                    value *= (1 + age / DAYS_PER_YEAR) ** growth[p]
                for r in range(len(repair_day)):
                    if repair_day[r] <= day[i]:
                        value *= left[r]
                rate[p, i] += value


def leak_births(
    uniforms: Array, leaks: int, onset: float, repairs: int, prior: LeakPrior
) -> LeakBirths:
    """Leaks of a compartment, one row for each particle.

    Parameters
    ----------
    uniforms : ndarray, (particle, draws_needed(leaks, repairs))
        Between 0 and 1. [-]
    leaks : int
        Most leaks that a history can hold. [-]
    onset : float
        Day on which the leak was first noticed. [d]
    repairs : int
        Dated repairs. [-]
    prior : LeakPrior
        What the draws stand for.

    Returns
    -------
    LeakBirths

    Raises
    ------
    DomainError
        If the draws do not have their shape or range.

    Examples
    --------
    >>> found = leak_births(np.full((1, draws_needed(2, 0)), 0.5), 2, 7_197.0, 0, TUNNEL_PRIOR)
    >>> found.birth.round().tolist()
    [[7014.0, 7268.0]]
    """
    u = _open_interval(uniforms, draws_needed(leaks, repairs))
    baseline, birth_rate = prior.baseline.at(u[:, 0]), prior.birth_rate.at(u[:, 1])
    first_rate, growth = prior.first_rate.at(u[:, 2]), prior.growth.at(u[:, 3])
    volume, found_share, first_birth = prior.volume.at(u[:, 4]), u[:, 5], u[:, 6]
    blocks = u[:, PARAMETERS:]
    gaps, marks = blocks[:, :leaks], blocks[:, leaks : 2 * leaks]
    finds = np.ascontiguousarray(blocks[:, 2 * leaks :]).reshape(len(u), repairs, leaks)
    wait = -np.log1p(-gaps) / birth_rate[:, None]
    wait[:, 0] = 0.0
    birth = (onset - prior.onset_span * first_birth)[:, None] + np.cumsum(wait, axis=1)
    start = first_rate[:, None] * np.exp(prior.first_spread * ndtri(marks))
    return LeakBirths(
        baseline, birth_rate, first_rate, growth, volume, found_share, birth, start, finds
    )


def share_left(uniform: Array, found_share: Array, residual_power: float) -> Array:
    """Share of a leak that a repair leaves: all of it if the repair does not find it.

    Parameters
    ----------
    uniform : ndarray, (...)
        Draws between 0 and 1. [-]
    found_share : ndarray, broadcasts
        Chance that a repair finds a leak, above zero. [-]
    residual_power : float
        As in `LeakPrior`. [-]

    Returns
    -------
    ndarray, (...)
        From 0 to 1. [-]

    Notes
    -----
    Given that the draw lies below the share found, its ratio to it is uniform too.

    Examples
    --------
    >>> share_left(np.array([0.25, 0.75]), np.array(0.5), 2.0).tolist()
    [0.25, 1.0]
    """
    return np.asarray(np.minimum(uniform / found_share, 1.0) ** residual_power)


def leak_histories(
    uniforms: Array,
    leaks: int,
    onset: float,
    repair_day: ArrayLike,
    day: ArrayLike,
    prior: LeakPrior = TUNNEL_PRIOR,
    growth_law: GrowthLaw = "exponential",
) -> LeakHistories:
    """Leak of a compartment over time, one history for each particle.

    Parameters
    ----------
    uniforms : ndarray, (particle, draws_needed(leaks, repairs))
        Between 0 and 1. [-]
    leaks : int
        Most leaks that a history can hold. [-]
    onset : float
        Day on which the leak was first noticed. [d]
    repair_day : array_like, (repair,)
        Days of repairs. A leak born later is not touched. [d]
    day : array_like, (time,)
        Days to report. [d]
    prior : LeakPrior
        What the draws stand for.
    growth_law : {"exponential", "power"}
        Growth of a leak with its age.

    Returns
    -------
    LeakHistories

    Raises
    ------
    DomainError
        If the draws do not have their shape or range.

    Notes
    -----
    A repair multiplies; what it leaves grows on by the same law.

    Examples
    --------
    >>> draws = np.full((1, draws_needed(3, 1)), 0.5)
    >>> draws[:, -3:] = 0.25  # found, and a quarter left
    >>> found = leak_histories(draws, 3, 7_197.0, [7_594.0], [7_197.0, 7_593.0, 7_595.0])
    >>> (found.leak_rate[0] * 86_400).round(2).tolist()  # kg a day
    [0.12, 0.4, 0.1]
    """
    repair_day = np.atleast_1d(np.asarray(repair_day, dtype=np.float64))
    day = np.atleast_1d(np.asarray(day, dtype=np.float64))
    found = leak_births(uniforms, leaks, onset, len(repair_day), prior)
    rate = np.zeros((len(found.birth), len(day)))
    _add_leaks(
        rate,
        found.birth,
        found.start,
        found.growth,
        growth_law == "exponential",
        found.found_share,
        found.finds,
        prior.residual_power,
        repair_day,
        day,
    )
    return LeakHistories(found.baseline, found.volume, rate)


def random_walk_histories(
    uniforms: Array, day: ArrayLike, prior: LeakPrior = TUNNEL_PRIOR
) -> LeakHistories:
    """Leak of a compartment as a random walk of its logarithm: the plain rival.

    It knows neither births nor repairs; baseline and volume are as in `leak_histories`.

    Parameters
    ----------
    uniforms : ndarray, (particle, 4 + time - 1)
        Between 0 and 1. [-]
    day : array_like, (time,)
        Days to report, in order. [d]
    prior : LeakPrior
        Of baseline, volume, and the level on the first day (`first_rate`).

    Returns
    -------
    LeakHistories

    Raises
    ------
    DomainError
        If the draws do not have their shape or range, or days are not in order.

    Notes
    -----
    The step of a year has the prior median 0.7 in the logarithm, log sigma 0.7; our choice.

    Examples
    --------
    >>> draws = np.full((1, 5), 0.5)
    >>> (random_walk_histories(draws, [0.0, 365.0]).leak_rate * 86_400).round(3).tolist()
    [[0.1, 0.1]]
    """
    day = np.atleast_1d(np.asarray(day, dtype=np.float64))
    if np.any(np.diff(day) < 0):
        raise DomainError("random walk: days expected in order")
    u = _open_interval(uniforms, WALK_PARAMETERS + len(day) - 1)
    step = Lognormal(0.7, 0.7).at(u[:, 3])
    years = np.diff(day) / DAYS_PER_YEAR
    moves = ndtri(u[:, WALK_PARAMETERS:]) * np.sqrt(years) * step[:, None]
    level = np.log(prior.first_rate.at(u[:, 2]))
    path = np.concatenate([level[:, None], level[:, None] + np.cumsum(moves, axis=1)], axis=1)
    return LeakHistories(prior.baseline.at(u[:, 0]), prior.volume.at(u[:, 1]), np.exp(path))


def expected_values(
    histories: LeakHistories, observations: LeakObservations, density: float
) -> Array:
    """What each particle says that an observation should read.

    Parameters
    ----------
    histories : LeakHistories
        On the days of the observations.
    observations : LeakObservations
        What was observed.
    density : float
        Of the cabin air. [kg/m3]

    Returns
    -------
    ndarray, (particle, observation)
        In the unit of the observation.

    Raises
    ------
    DomainError
        If the histories are on other days.

    Notes
    -----
    Air is lost to the station only through an open hatch: of a leak behind one that is open for a
    tenth of the time the station loses a tenth. A rate of the compartment is what it leaks while
    open.
    """
    if histories.leak_rate.shape[1] != len(observations.day):
        raise DomainError(
            f"leak histories: expected {len(observations.day)} days, one for each observation, "
            f"given {histories.leak_rate.shape[1]}"
        )
    of_station = histories.baseline[:, None] + observations.open_share * histories.leak_rate
    rate = np.where(observations.of_station, of_station, histories.leak_rate)
    share = histories.leak_rate / (density * histories.volume[:, None])
    return np.asarray(np.where(observations.kind == Kind.DECAY, share, rate))


def log_likelihood(expected: Array, observations: LeakObservations) -> Array:
    """Logarithm of the likelihood of each observation under each particle.

    Parameters
    ----------
    expected : ndarray, (particle, observation)
        As `expected_values` gives it.
    observations : LeakObservations
        What was observed.

    Returns
    -------
    ndarray, (particle, observation)
        Density of the logarithm of the value, or probability of a bound. [-]
    """
    with np.errstate(divide="ignore"):
        z = (np.log(observations.value) - np.log(expected)) / observations.log_sigma
    density = -0.5 * z**2 - np.log(observations.log_sigma * np.sqrt(2 * np.pi))
    return np.asarray(np.where(observations.kind == Kind.BELOW, log_ndtr(z), density))


def quantiles(values: Array, weight: Array, level: ArrayLike) -> Array:
    """Weighted quantiles along the particles.

    Parameters
    ----------
    values : ndarray, (particle, time)
        Of each particle.
    weight : ndarray, (particle,)
        Sum 1. [-]
    level : array_like, (level,)
        Between 0 and 1. [-]

    Returns
    -------
    ndarray, (level, time)
        Smallest value whose cumulated weight reaches the level.

    Examples
    --------
    >>> quantiles(np.array([[1.0], [2.0], [3.0]]), np.array([0.2, 0.2, 0.6]), [0.3, 0.5]).tolist()
    [[2.0], [3.0]]
    """
    level = np.atleast_1d(np.asarray(level, dtype=np.float64))
    order = np.argsort(values, axis=0, kind="stable")
    found = np.empty((len(level), values.shape[1]))
    for i in range(values.shape[1]):
        cumulated = np.cumsum(weight[order[:, i]])
        place = np.searchsorted(cumulated, level * cumulated[-1] * (1 - 1e-12))
        found[:, i] = values[order[np.minimum(place, len(order) - 1), i], i]
    return found


@dataclass(frozen=True)
class Scores:
    """How a forecast fared.

    Attributes
    ----------
    log_score : ndarray, (observation,)
        Logarithm of the predictive density of the logarithm of the value, or of the probability of
        a bound; higher is better. [-]
    quantile_low, quantile_high : ndarray, (observation,)
        Predictive quantile of the observation; of a bound all from 0 to its probability. [-]
    """

    log_score: Array
    quantile_low: Array
    quantile_high: Array


def score(expected: Array, observations: LeakObservations, weight: Array) -> Scores:
    """Score a forecast on observations that it has not seen.

    Parameters
    ----------
    expected : ndarray, (particle, observation)
        As `expected_values` gives it.
    observations : LeakObservations
        The later observations.
    weight : ndarray, (particle,)
        Posterior from the earlier ones. [-]

    Returns
    -------
    Scores

    References
    ----------
    T. Gneiting, A. Raftery, "Strictly proper scoring rules, prediction, and estimation", JASA 102,
    2007 (log score); A. Dawid, "Present position and potential developments: the prequential
    approach", JRSS A 147, 1984 (predictive quantile).
    """
    likelihood = log_likelihood(expected, observations)
    with np.errstate(divide="ignore"):
        log_score = logsumexp(likelihood, axis=0, b=weight[:, None])
        z = (np.log(observations.value) - np.log(expected)) / observations.log_sigma
    high = np.asarray(weight @ ndtr(z))
    low = np.where(observations.kind == Kind.BELOW, 0.0, high)
    return Scores(np.asarray(log_score), low, high)
