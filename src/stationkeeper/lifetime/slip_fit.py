"""How late an announced launch flies: a Weibull law, its fit to censored pairs, its quantiles."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

REFERENCE_LEAD: Final = 365.0  # [d] lead at which the scale is told; our choice
SHORTEST_LEAD: Final = 14.0  # [d] the shortest lead of the table; shorter ones count as this
EARLIEST_SHARE: Final = 0.25  # [-] nothing flies earlier than by this share of the lead; ours
EARLIEST_CAP: Final = 365.0  # [d] nor than by the share of this lead; our choice
_STEPS: Final = 60  # of the fit; ten are enough, measured
_HALVINGS: Final = 50  # of a bisection or a step: down to the last bits


def earliest(lead: ArrayLike) -> Array:
    """How much earlier than announced a launch can fly at most.

    A quarter of the lead, and no more than a quarter of a year: our choice, set beside the one
    early pair of the table (50 days at a lead of 225).

    Parameters
    ----------
    lead : array_like, (...)
        Days from the announcement to the announced date, not negative. [d]

    Returns
    -------
    ndarray, (...)
        [d]

    Raises
    ------
    DomainError
        If a lead is negative or no number.

    Examples
    --------
    >>> earliest([100.0, 1_000.0]).tolist()
    [25.0, 91.25]
    """
    days = np.asarray(lead, dtype=np.float64)
    if not np.all(days >= 0):
        raise DomainError("slip: expected leads that are not negative")
    return np.asarray(EARLIEST_SHARE * np.clip(days, SHORTEST_LEAD, EARLIEST_CAP))


def _log_ratio(lead: ArrayLike) -> Array:
    """Logarithm of the lead over the reference."""
    days = np.maximum(np.asarray(lead, dtype=np.float64), SHORTEST_LEAD)
    return np.asarray(np.log(days / REFERENCE_LEAD))


def hazard_passed(parameters: Array, lead: ArrayLike, slip: ArrayLike) -> Array:
    """Cumulative hazard of flying by a slip: minus the logarithm of the share still on the ground.

    Parameters
    ----------
    parameters : ndarray, (..., 3)
        Shape, logarithm of the scale at the reference lead, power of the lead. [-], [ln d], [-]
    lead : array_like
        Days from the announcement to the announced date; broadcasts with the leading axes. [d]
    slip : array_like
        Days after the announced date, negative before it. [d]

    Returns
    -------
    ndarray
        Zero up to the earliest day. [-]

    Notes
    -----
    ``((slip + earliest(lead)) / scale) ** shape`` with ``scale = scale_0 (lead / 365 d) ** power``.

    Examples
    --------
    >>> law = np.array([1.4, np.log(500.0), 1.0])
    >>> round(float(hazard_passed(law, 365.0, 500.0 - 91.25)), 6)
    1.0
    """
    shape, log_scale, power = parameters[..., 0], parameters[..., 1], parameters[..., 2]
    length = np.maximum(np.asarray(slip, dtype=np.float64) + earliest(lead), 0.0)
    with np.errstate(divide="ignore"):
        log_length = np.log(length)
    return np.asarray(np.exp(shape * (log_length - log_scale - power * _log_ratio(lead))))


def slip_at_hazard(parameters: Array, lead: ArrayLike, hazard: ArrayLike) -> Array:
    """Slip at which the cumulative hazard is reached: the inverse of `hazard_passed`.

    Parameters
    ----------
    parameters : ndarray, (..., 3)
        As for `hazard_passed`. [-], [ln d], [-]
    lead : array_like
        Days from the announcement to the announced date. [d]
    hazard : array_like
        Cumulative hazard, not negative; broadcasts with the others. [-]

    Returns
    -------
    ndarray
        Days after the announced date. [d]

    Examples
    --------
    >>> law = np.array([1.4, np.log(500.0), 1.0])
    >>> round(float(slip_at_hazard(law, 365.0, 1.0)), 2)
    408.75
    """
    shape, log_scale, power = parameters[..., 0], parameters[..., 1], parameters[..., 2]
    with np.errstate(divide="ignore"):
        log_hazard = np.log(np.asarray(hazard, dtype=np.float64))
    length = np.exp(log_scale + power * _log_ratio(lead) + log_hazard / shape)
    return np.asarray(length - earliest(lead))


def _log_likelihood(
    theta: Array, design: Array, flown: NDArray[np.bool_], log_length: Array
) -> Array:
    """Log-likelihood of every pair under every law, (law, pair)."""
    w = theta @ design.T
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        density = np.where(flown, np.log(theta[:, :1]) + w - log_length, 0.0)
        return np.asarray(density - np.exp(w))


def fit_laws(lead: Array, slip: Array, flown: NDArray[np.bool_], weights: Array) -> Array:
    """Fit the law to pairs by weighted censored likelihood, once for each set of weights.

    Parameters
    ----------
    lead : ndarray, (pair,)
        Days from the announcement to the announced date. [d]
    slip : ndarray, (pair,)
        Slip if flown, else slip so far: negative if the announced date has not come. [d]
    flown : ndarray of bool, (pair,)
        True if it has flown; the others are censored on the right.
    weights : ndarray, (law, pair)
        Weight of each pair, not negative. [-]

    Returns
    -------
    ndarray, (law, 3)
        Shape, logarithm of the scale at the reference lead, power of the lead. [-], [ln d], [-]

    Raises
    ------
    DomainError
        If the pairs cannot fix three parameters, or one flew earlier than the law allows.

    Notes
    -----
    In ``(shape, shape * log scale, shape * power)`` the likelihood is concave [1]_, so that the
    method of tangents with halved steps ends at its one maximum; the fit agrees with a simplex
    search over the same likelihood to 1e-4 in each parameter (tests/unit/test_slips.py).

    References
    ----------
    .. [1] "Statistical Models and Methods for Lifetime Data", 2nd ed., 2003, chapter 6.

    Examples
    --------
    >>> days = np.array([200.0, 400.0, 800.0, 1_600.0])
    >>> law = fit_laws(days, 0.9 * days, np.ones(4, bool), np.ones((1, 4)))
    >>> bool(0.8 < law[0, 2] < 1.1)  # slips in proportion to the lead
    True
    """
    length = slip + earliest(lead)
    if np.any(flown & (length <= 0)):
        raise DomainError("slip: a pair flew earlier than the law allows")
    if len(np.unique(lead[flown])) < 3:
        raise DomainError("slip: expected flown pairs of three leads or more")
    seen = flown | (length > 0)  # a censored pair before its earliest day tells nothing
    log_length = np.log(length[seen])
    design = np.stack([log_length, -np.ones(seen.sum()), -_log_ratio(lead[seen])], axis=1)
    events, weight = flown[seen], weights[:, seen]
    flown_weight = weight * events.astype(np.float64)
    # Begin with an exponential law in proportion to the lead.
    ratio = np.exp(log_length - _log_ratio(lead[seen]))
    scale = (weight @ ratio) / flown_weight.sum(axis=1)
    theta = np.stack([np.ones_like(scale), np.log(scale), np.ones_like(scale)], axis=1)
    value = (weight * _log_likelihood(theta, design, events, log_length)).sum(axis=1)
    for _ in range(_STEPS):
        grown = weight * np.exp(theta @ design.T)
        gradient = (flown_weight - grown) @ design
        gradient[:, 0] += flown_weight.sum(axis=1) / theta[:, 0]
        curvature = np.einsum("bp,pi,pj->bij", grown, design, design)
        curvature[:, 0, 0] += flown_weight.sum(axis=1) / theta[:, 0] ** 2
        step = np.linalg.solve(curvature, gradient[..., None])[..., 0]
        if np.max(np.abs(step)) < 1e-10:
            break
        for _ in range(_HALVINGS):
            trial = theta + step
            better = np.where(
                trial[:, 0] > 0,
                (weight * _log_likelihood(trial, design, events, log_length)).sum(axis=1),
                -np.inf,
            )
            worse = ~(better >= value - 1e-12)
            if not worse.any():
                break
            step[worse] *= 0.5
        theta, value = theta + step, np.maximum(better, value)
    return np.stack([theta[:, 0], theta[:, 1] / theta[:, 0], theta[:, 2] / theta[:, 0]], axis=1)


def mixed_chance(
    laws: Array, lead: ArrayLike, slip: ArrayLike, passed: ArrayLike = -np.inf
) -> Array:
    """Chance of flying by a slip under a mixture of equally likely laws.

    Parameters
    ----------
    laws : ndarray, (law, 3)
        Parameters, as for `hazard_passed`. [-], [ln d], [-]
    lead : array_like
        Days from the announcement to the announced date. [d]
    slip : array_like
        Days after the announced date; broadcasts with the lead. [d]
    passed : array_like
        Slip that has passed already without a flight; the laws keep their weights. [d]

    Returns
    -------
    ndarray, broadcast shape of the last three
        From 0 to 1. [-]

    Examples
    --------
    >>> laws = np.array([[1.0, np.log(300.0), 1.0]])
    >>> round(float(mixed_chance(laws, 365.0, 300.0 * np.log(2.0) - 91.25)), 6)
    0.5
    """
    days, end, waited = (
        np.asarray(x, dtype=np.float64) for x in np.broadcast_arrays(lead, slip, passed)
    )
    spread = laws.reshape(len(laws), *(1,) * days.ndim, 3)
    gained = hazard_passed(spread, days, end) - hazard_passed(spread, days, waited)
    return np.asarray(-np.expm1(-np.maximum(gained, 0.0)).mean(axis=0))


def mixed_quantiles(
    laws: Array, lead: ArrayLike, probability: ArrayLike, passed: ArrayLike = -np.inf
) -> Array:
    """Quantiles of the slip under a mixture of equally likely laws.

    Parameters
    ----------
    laws : ndarray, (law, 3)
        Parameters, as for `hazard_passed`. [-], [ln d], [-]
    lead : array_like
        Days from the announcement to the announced date. [d]
    probability : array_like
        Share that flies by the slip, 0 < probability < 1; broadcasts with the lead. [-]
    passed : array_like
        Slip that has passed already without a flight; the laws keep their weights. [d]

    Returns
    -------
    ndarray, broadcast shape of the last three
        Days after the announced date. [d]

    Raises
    ------
    DomainError
        If a probability is not between 0 and 1.

    Examples
    --------
    >>> laws = np.array([[1.0, np.log(300.0), 1.0], [1.0, np.log(600.0), 1.0]])
    >>> middle = float(mixed_quantiles(laws, 365.0, 0.5))
    >>> bool(300 * np.log(2) - 91.25 < middle < 600 * np.log(2) - 91.25)
    True
    """
    days, share, waited = (
        np.asarray(x, dtype=np.float64) for x in np.broadcast_arrays(lead, probability, passed)
    )
    if not np.all((share > 0) & (share < 1)):
        raise DomainError("slip: expected probabilities between 0 and 1")
    spread = laws.reshape(len(laws), *(1,) * days.ndim, 3)
    before = hazard_passed(spread, days, waited)
    ends = slip_at_hazard(spread, days, before - np.log1p(-share))
    low, high = ends.min(axis=0), ends.max(axis=0)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        flown = -np.expm1(before - hazard_passed(spread, days, middle))
        late = flown.mean(axis=0) < share
        low, high = np.where(late, middle, low), np.where(late, high, middle)
    return np.asarray(0.5 * (low + high))
