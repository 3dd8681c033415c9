"""Two explanations of the same cracks, weighed by what leaked and when.

Published are two: a thermal and residual stress range at welds, and high-cycle vibration. Each is
given here as samples of the time in which a site of its kind comes through the wall, one row for
each draw of its parameters; how they were grown is the caller's affair (`crack_growth`, `loads`).
The record is the time of the first leak, the number of leaks some time later, and, where it can be
told, the growth of the leaks. What a leak rate says of the length of its crack is not identifiable
from public data, so neither is the growth of a crack from the growth of its leak.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

NOT_IDENTIFIABLE: Final = "not identifiable from public data"
ALIKE: Final = "the data do not tell them apart"
PRIOR_ODDS: Final = ((0.5, 0.5), (0.25, 0.75), (0.75, 0.25))  # 1:1, 1:3, 3:1
_SCALE: Final = ((3.0, ALIKE), (20.0, "positively"), (150.0, "strongly"), (np.inf, "very strongly"))


@dataclass(frozen=True)
class LeakRecord:
    """What is known of the leaks of a compartment, by its age.

    Attributes
    ----------
    first_low, first_high : float
        Age between which the first leak came. [s]
    count_age : float
        Age at which leaks were counted, not before `first_high`. [s]
    count : int
        Leaks by then, 1 or more. [-]
    growth, growth_sigma : float
        Relative growth of a leak and its standard deviation; NaN: not told. [1/s]
    """

    first_low: float
    first_high: float
    count_age: float
    count: int
    growth: float = float("nan")
    growth_sigma: float = float("nan")

    def __post_init__(self) -> None:
        """Refuse what cannot be a record."""
        if not 0 <= self.first_low < self.first_high <= self.count_age:
            raise DomainError("leak record: expected 0 <= first low < first high <= count age")
        if self.count < 1:
            raise DomainError(f"leak record: expected a count of 1 or more, given {self.count}")
        if self.growth_sigma <= 0:
            raise DomainError("leak record: growth sigma expected above zero")

    @property
    def remark(self) -> str:
        """What the record cannot tell."""
        return f"growth of the cracks: {NOT_IDENTIFIABLE}" if np.isnan(self.growth) else ""


def count_log_likelihood(
    by_low: ArrayLike, by_high: ArrayLike, by_count: ArrayLike, sites: ArrayLike, count: ArrayLike
) -> Array:
    """Likelihood of the time of the first leak and of the number of leaks later.

    Of `sites` alike and independent, none has come through at the first age, one or more at the
    second, and `count` at the third:
    C(sites, count) [(Fc - Fa)^count - (Fc - Fb)^count] (1 - Fc)^(sites - count).

    Parameters
    ----------
    by_low, by_high, by_count : array_like, (...)
        Probability that a site has come through by each age, rising. [-]
    sites : array_like, (...)
        Places where a crack can come through. [-]
    count : array_like, (...)
        Leaks by the third age. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Logarithm; minus infinity if impossible. [-]

    Raises
    ------
    DomainError
        If the probabilities do not rise from 0 to 1.

    Notes
    -----
    Agrees with counting all outcomes of up to five sites (tests).

    Examples
    --------
    >>> float(np.exp(count_log_likelihood(0.0, 0.5, 0.5, 1, 1)).round(6))
    0.5
    """
    a, b, c, n, k = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (by_low, by_high, by_count, sites, count))
    )
    if np.any((a < 0) | (b < a) | (c < b) | (c > 1)):
        raise DomainError("leak probabilities: expected rising with age, from 0 to 1")
    none_left = np.where(n > k, n - k, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(np.maximum(n - k, 0) + 1)
        times = np.log((c - a) ** k - (c - b) ** k)
        rest = np.where(none_left > 0, none_left * np.log1p(-c), 0.0)
        return np.asarray(np.where(k > n, -np.inf, ways + times + rest))


def record_log_likelihood(
    time_to_leak: Array, sites: ArrayLike, record: LeakRecord, growth: ArrayLike | None = None
) -> Array:
    """Likelihood of a record under each draw of a hypothesis's parameters.

    Parameters
    ----------
    time_to_leak : ndarray, (draw, sample)
        Of sites under each draw; infinite if never. [s]
    sites : array_like, (..., draw) or ()
        Places where a crack can come through. [-]
    record : LeakRecord
        What is known.
    growth : array_like, (draw,), optional
        Relative growth of a leak under each draw; counts only if the record tells it. [1/s]

    Returns
    -------
    ndarray, (..., draw)
        Logarithm. [-]

    Raises
    ------
    DomainError
        If times have no (draw, sample), or the record tells growth and the hypothesis does not.

    Examples
    --------
    >>> record = LeakRecord(1.0, 2.0, 3.0, 1)
    >>> times = np.array([[1.5, 9.0], [0.5, 9.0]])
    >>> np.exp(record_log_likelihood(times, 1, record)).tolist()
    [0.5, 0.0]
    """
    if time_to_leak.ndim != 2:
        raise DomainError(f"time to leak: expected (draw, sample), given {time_to_leak.shape}")
    by_low, by_high, by_count = (
        np.mean(time_to_leak <= age, axis=1)
        for age in (record.first_low, record.first_high, record.count_age)
    )
    found = count_log_likelihood(by_low, by_high, by_count, sites, record.count)
    if np.isnan(record.growth):
        return found
    if growth is None:
        raise DomainError("the record tells the growth of leaks: expected growth of the hypothesis")
    z = (np.asarray(growth, dtype=np.float64) - record.growth) / record.growth_sigma
    return np.asarray(found - 0.5 * z**2 - np.log(record.growth_sigma * np.sqrt(2 * np.pi)))


@dataclass(frozen=True)
class Evidence:
    """Probability of a record under one hypothesis, over the prior of its parameters.

    Attributes
    ----------
    log_evidence : float
        Logarithm; NaN if no draw can have given the record. [-]
    log_error : float
        Its standard error by the number of draws. [-]
    effective_draws : float
        Draws that carry the evidence. [-]
    remark : str
        Why there is no number, if there is none.
    """

    log_evidence: float
    log_error: float
    effective_draws: float
    remark: str


def evidence(log_likelihood: Array) -> Evidence:
    """Average a likelihood over draws of the prior.

    Parameters
    ----------
    log_likelihood : ndarray, (draw,)
        Logarithm under each draw. [-]

    Returns
    -------
    Evidence

    Examples
    --------
    >>> float(round(np.exp(evidence(np.log([0.1, 0.3])).log_evidence), 3))
    0.2
    """
    total = float(logsumexp(log_likelihood))
    if not np.isfinite(total):
        return Evidence(float("nan"), float("nan"), 0.0, NOT_IDENTIFIABLE)
    weight = np.exp(log_likelihood - total)
    effective = float(1 / np.sum(weight**2))
    error = float(np.sqrt(max(1 / effective - 1 / len(weight), 0.0)))
    return Evidence(total - float(np.log(len(weight))), error, effective, "")


def posterior_weights(log_evidence: ArrayLike, prior: ArrayLike = PRIOR_ODDS) -> Array:
    """Weights of hypotheses after the data, for one or more priors.

    Parameters
    ----------
    log_evidence : array_like, (hypothesis,)
        Of each. [-]
    prior : array_like, (..., hypothesis)
        Weights before the data; by default 1:1, 1:3 and 3:1 of two. [-]

    Returns
    -------
    ndarray, (..., hypothesis)
        Sum 1; NaN if an evidence is.

    Raises
    ------
    DomainError
        If prior weights are negative, or do not sum to 1.

    Examples
    --------
    >>> posterior_weights(np.log([0.2, 0.1])).round(2).tolist()
    [[0.67, 0.33], [0.4, 0.6], [0.86, 0.14]]
    """
    prior = np.asarray(prior, dtype=np.float64)
    if np.any(prior < 0) or not np.allclose(prior.sum(axis=-1), 1):
        raise DomainError("weights of hypotheses: expected zero or more, sum 1")
    log_evidence = np.asarray(log_evidence, dtype=np.float64)
    likelihood = np.exp(log_evidence - np.max(log_evidence))
    weight = prior * likelihood
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))


def verdict(
    factor: float, first: str = "the first", second: str = "the second", error: float = 0.0
) -> str:
    """Say in words what a Bayes factor says.

    Parameters
    ----------
    factor : float
        Probability of the data under the first hypothesis over that under the second. [-]
    first, second : str
        Their names.
    error : float
        Standard error of the logarithm of the factor; two of them are granted. [-]

    Returns
    -------
    str
        'the data do not tell them apart' between 1/3 and 3, or within the error of it.

    Notes
    -----
    The scale of [1]_: 1 to 3 not worth more than a bare mention, 3 to 20 positive, 20 to 150
    strong, above very strong.

    References
    ----------
    .. [1] R. Kass, A. Raftery, "Bayes factors", JASA 90, 1995, section 3.2.

    Examples
    --------
    >>> verdict(2.9)
    'the data do not tell them apart'
    >>> verdict(0.01, "welds", "vibration")
    'the data speak strongly for vibration'
    """
    if not factor > 0:
        return NOT_IDENTIFIABLE
    size = max(abs(float(np.log(factor))) - 2 * error, 0.0)
    word = next(word for limit, word in _SCALE if size < np.log(limit) or limit == np.inf)
    return word if word == ALIKE else f"the data speak {word} for {first if factor > 1 else second}"


@dataclass(frozen=True)
class Comparison:
    """Two hypotheses beside each other, over widths of the priors of their parameters.

    Attributes
    ----------
    factor : float
        Bayes factor at the widths as given. [-]
    log_error : float
        Standard error of its logarithm. [-]
    weights : ndarray, (prior, 2)
        Posterior weights under 1:1, 1:3 and 3:1. [-]
    factors : ndarray, (width, width)
        Bayes factor with each width of the first (rows) and of the second (columns). [-]
    lowest, highest : float
        Over all widths. [-]
    text : str
        What it says, and whether the widths change it.
    """

    factor: float
    log_error: float
    weights: Array
    factors: Array
    lowest: float
    highest: float
    text: str


def compare(
    log_evidence: Array, log_error: Array, as_given: int, names: tuple[str, str]
) -> Comparison:
    """Compare two hypotheses, and how the comparison depends on the widths of their priors.

    A Bayes factor depends on the priors of parameters even where the data are many [1]_; here
    they are few, so the table belongs to the answer.

    Parameters
    ----------
    log_evidence, log_error : ndarray, (width, 2)
        Of both hypotheses, with the widths of the priors of their parameters scaled. [-]
    as_given : int
        Row of the unscaled widths.
    names : tuple of str
        Of the hypotheses.

    Returns
    -------
    Comparison

    References
    ----------
    .. [1] R. Kass, A. Raftery, "Bayes factors", JASA 90, 1995.

    Examples
    --------
    >>> found = compare(np.log([[0.1, 0.1], [0.5, 0.1]]), np.zeros((2, 2)), 0, ("a", "b"))
    >>> found.text.split("; ")[0]
    'the data do not tell them apart'
    >>> found.text.split(": ")[1]
    'the data speak positively for a'
    """
    log_factors = log_evidence[:, :1] - log_evidence[:, 1][None, :]
    error = float(np.hypot(log_error[as_given, 0], log_error[as_given, 1]))
    factor = float(np.exp(log_factors[as_given, as_given]))
    text = verdict(factor, *names, error)
    lowest, highest = float(np.exp(np.min(log_factors))), float(np.exp(np.max(log_factors)))
    others = [verdict(f, *names) for f in (lowest, highest)]
    others = list(dict.fromkeys(other for other in others if other != text))
    if others:
        text += "; with other widths of the priors: " + ", or ".join(others)
    return Comparison(
        factor,
        error,
        posterior_weights(log_evidence[as_given]),
        np.exp(log_factors),
        lowest,
        highest,
        text,
    )
