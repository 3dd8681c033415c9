"""The two published explanations grown into times of leaks, and the record that weighs them.

What each says of a site follows from the flaw and the stress at the welds of a compartment, which
are its own, and from what all compartments share: the pace of growth (scatter of the alloy, and of
the number of cycles) and whether growth has a threshold. Time goes with the inverse of the pace,
so one growth serves all paces.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr, logsumexp, ndtri

from stationkeeper.errors import DomainError
from stationkeeper.hull.crack_growth import grow_cracks
from stationkeeper.hull.hypotheses import (
    Comparison,
    Evidence,
    LeakRecord,
    compare,
    evidence,
    record_log_likelihood,
)
from stationkeeper.hull.leak_fit import SEED
from stationkeeper.hull.loads import (
    NORMAL_90,
    VIBRATION_CYCLES_A_YEAR,
    VIBRATION_STRESS_RANGE,
    WELD_STRESS_RANGE,
    YEAR,
    Band,
    LoadSpectrum,
    draw_factor,
    vibration_spectrum,
    weld_spectrum,
)
from stationkeeper.hull.materials import AMG6_SCATTER, AMG6_SURROGATE, NasgroFit, WalkerFit

Array = NDArray[np.float64]
ThresholdFit = WalkerFit | NasgroFit

NAMES: Final = ("welds", "vibration")
WIDTHS: Final = (0.5, 1.0, 2.0)  # on the widths of the priors of the crack growth; our choice
DRAWS: Final = 400
STRATA: Final = 20  # of the pace of growth, and of the number of sites
SITE_SAMPLES: Final = 200
WALL: Final = 2e-3  # [m] our choice; no thickness of the tunnel is public
PANEL: Final = 0.5  # [m] half width; longer than any crack here
FLAW: Final = 1.2e-3  # [m] median depth of the flaw of a site; our choice
FLAW_SCATTER: Final = 0.4  # [-] of that median among draws; our choice
SITE_SCATTER: Final = 0.3  # [-] among sites of a draw; our choice
SITES: Final = (10.0, 100.0)  # places for a crack, log-uniform; our choice
THRESHOLDS: Final = (0.0, 1.0)  # on the threshold of growth, equally likely; 0: every flaw grows
DEVIATES: Final = np.linspace(-3.0, 5.0, 33)  # [-] of the flaws of sites, in standard deviations
LONGEST: Final = 1e5 * YEAR  # [s] stands for a crack that rests


@dataclass(frozen=True)
class Explanation:
    """One published explanation: loads and what is uncertain of them.

    Attributes
    ----------
    name : str
        Of `NAMES`.
    spectrum : LoadSpectrum
        Loads at the middle of the bands.
    stress : Band
        Range of stress of the loads that matter. [Pa]
    pace_scatter : float
        Standard deviation of the logarithm of the pace of growth. [-]
    """

    name: str
    spectrum: LoadSpectrum
    stress: Band
    pace_scatter: float


def explanations() -> tuple[Explanation, Explanation]:
    """Return the two, with the bands of `loads`.

    Examples
    --------
    >>> [one.name for one in explanations()]
    ['welds', 'vibration']
    """
    cycles = float(np.log(VIBRATION_CYCLES_A_YEAR.high / VIBRATION_CYCLES_A_YEAR.middle))
    return (
        Explanation(NAMES[0], weld_spectrum(), WELD_STRESS_RANGE, AMG6_SCATTER),
        Explanation(
            NAMES[1],
            vibration_spectrum(),
            VIBRATION_STRESS_RANGE,
            float(np.hypot(AMG6_SCATTER, cycles / NORMAL_90)),
        ),
    )


def parameter_deviates(draws: int = DRAWS) -> Array:
    """Return standard normal deviates of flaw and stress, (draw, 2), always the same."""
    source = np.random.Generator(np.random.Philox(key=[SEED, 2**32]))
    return np.asarray(source.standard_normal((draws, 2)))


def paces(scatter: float) -> Array:
    """Return equally likely paces of growth, rising. [-]"""
    return np.asarray(np.exp(scatter * ndtri((np.arange(STRATA) + 0.5) / STRATA)))


def site_times(
    explanation: Explanation,
    parameters: Array,
    sites: ArrayLike,
    threshold: float = 1.0,
    fit: ThresholdFit = AMG6_SURROGATE,
    wall: float = WALL,
    loads: float = 1.0,
) -> Array:
    """Time until sites come through the wall, at the middle pace.

    Parameters
    ----------
    explanation : Explanation
        Loads.
    parameters : ndarray, (draw, 2)
        Standard normal deviates of the median flaw and of the stress. [-]
    sites : array_like, (site,)
        Standard normal deviates of the flaws of sites. [-]
    threshold : float
        Factor on the threshold of the alloy. [-]
    fit : WalkerFit or NasgroFit
        Alloy.
    wall : float
        Thickness. [m]
    loads : float
        Factor on all stresses. [-]

    Returns
    -------
    ndarray, (draw, site)
        Falling with the deviate; infinite if it rests. [s]

    Examples
    --------
    >>> times = site_times(explanations()[0], np.zeros((1, 2)), [0.0, 1.0])
    >>> (times / YEAR).round().tolist()
    [[29.0, 11.0]]
    """
    deviate = np.asarray(sites, dtype=np.float64)
    flaw = FLAW * np.exp(FLAW_SCATTER * parameters[:, :1] + SITE_SCATTER * deviate)
    stress = loads * draw_factor(parameters[:, 1:], explanation.stress)
    grown = grow_cracks(
        # A flaw as deep as the wall would have been found before launch.
        np.minimum(flaw, 0.95 * wall).ravel(),
        wall,
        PANEL,
        explanation.spectrum,
        replace(fit, threshold=threshold * np.asarray(fit.threshold)),
        stress_factor=np.broadcast_to(stress, flaw.shape).ravel(),
    )
    return np.asarray(grown.time_to_leak.reshape(flaw.shape))


def parameter_log_likelihood(
    explanation: Explanation,
    record: LeakRecord,
    width: float = 1.0,
    thresholds: Sequence[float] = THRESHOLDS,
    draws: int = DRAWS,
) -> Array:
    """Likelihood of a record under each value of what an explanation leaves open.

    Parameters
    ----------
    explanation : Explanation
        Loads.
    record : LeakRecord
        What is known of one compartment.
    width : float
        Factor on the widths of the priors of flaw, stress and pace. [-]
    thresholds : sequence of float
        Factors on the threshold, equally likely. [-]
    draws : int
        Of flaw and stress. [-]

    Returns
    -------
    ndarray, (threshold, pace, number of sites, draw)
        Logarithm; all values are equally likely before. [-]
    """
    sites = ndtri((np.arange(SITE_SAMPLES) + 0.5) / SITE_SAMPLES)
    places = SITES[0] * (SITES[1] / SITES[0]) ** ((np.arange(STRATA) + 0.5) / STRATA)
    parameters = width * parameter_deviates(draws)
    pace = paces(width * explanation.pace_scatter)
    found = []
    for threshold in thresholds:
        times = site_times(explanation, parameters, sites, threshold)
        found.append(
            [record_log_likelihood(times / p, np.round(places)[:, None], record) for p in pace]
        )
    return np.asarray(found)


def explanation_evidence(log_likelihood: Array) -> Evidence:
    """Average `parameter_log_likelihood` over all that is open; draws tell the error."""
    stacked = log_likelihood.reshape(-1, log_likelihood.shape[-1])
    return evidence(logsumexp(stacked, axis=0) - np.log(len(stacked)))


def compare_explanations(
    record: LeakRecord, thresholds: Sequence[float] = THRESHOLDS, draws: int = DRAWS
) -> Comparison:
    """Compare welds and vibration by the record of one compartment.

    Parameters
    ----------
    record : LeakRecord
        What is known.
    thresholds : sequence of float
        On the threshold of growth, equally likely; 0: every flaw grows. [-]
    draws : int
        Of the flaw and stress of each hypothesis.

    Returns
    -------
    Comparison

    Notes
    -----
    The medians of both loads were set by the crack itself (`loads`), so the factor says how sharply
    each explanation tells the record, not whether either is right.
    """
    logs, errors = np.empty((len(WIDTHS), 2)), np.empty((len(WIDTHS), 2))
    for i, width in enumerate(WIDTHS):
        for j, explanation in enumerate(explanations()):
            found = explanation_evidence(
                parameter_log_likelihood(explanation, record, width, thresholds, draws)
            )
            logs[i, j], errors[i, j] = found.log_evidence, found.log_error
    return compare(logs, errors, WIDTHS.index(1.0), NAMES)


def log_times(times: ArrayLike) -> Array:
    """Return logarithms of times, with those of cracks that rest set to `LONGEST`."""
    return np.asarray(np.log(np.clip(np.asarray(times, dtype=np.float64), 1.0, LONGEST)))


def time_at(log_time: Array, deviate: ArrayLike) -> Array:
    """Time until a site comes through, between the deviates at which it is tabled.

    Parameters
    ----------
    log_time : ndarray, (..., len(DEVIATES))
        Logarithm of the time at `DEVIATES`. [-]
    deviate : array_like, (...)
        Of the flaw; beyond the ends the end holds. [-]

    Returns
    -------
    ndarray, (...)
        Infinite for a crack that rests. [s]

    Examples
    --------
    >>> float(time_at(np.log(np.linspace(9, 1, 33)), 5.0))
    1.0
    """
    step = DEVIATES[1] - DEVIATES[0]
    place = np.clip(
        (np.asarray(deviate, dtype=np.float64) - DEVIATES[0]) / step, 0, len(DEVIATES) - 1
    )
    low = np.minimum(place.astype(np.int64), len(DEVIATES) - 2)
    share = place - low
    before = np.take_along_axis(log_time, low[..., None], axis=-1)[..., 0]
    after = np.take_along_axis(log_time, low[..., None] + 1, axis=-1)[..., 0]
    found = (1 - share) * before + share * after
    return np.asarray(np.where(found >= np.log(LONGEST) * (1 - 1e-12), np.inf, np.exp(found)))


def deviate_at(log_time: Array, age: ArrayLike) -> Array:
    """Deviate of the flaw that comes through at an age: larger flaws have come through before.

    Parameters
    ----------
    log_time : ndarray, (..., len(DEVIATES))
        Logarithm of the time at `DEVIATES`, not rising. [-]
    age : array_like, (...)
        In the unit of the time; 0 or below: none has. [s]

    Returns
    -------
    ndarray, (...)
        The inverse of `time_at`; infinite if no flaw has come through, minus infinite if all. [-]

    Examples
    --------
    >>> float(deviate_at(np.log(np.linspace(9, 1, 33)), 5.0))
    1.0
    """
    age = np.asarray(age, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_age = np.where(age > 0, np.log(age), -np.inf)
        later = np.sum(log_time > log_age[..., None], axis=-1)
        low = np.clip(later - 1, 0, len(DEVIATES) - 2)
        before = np.take_along_axis(log_time, low[..., None], axis=-1)[..., 0]
        after = np.take_along_axis(log_time, low[..., None] + 1, axis=-1)[..., 0]
        share = (before - log_age) / (before - after)
    step = DEVIATES[1] - DEVIATES[0]
    found = DEVIATES[low] + step * np.clip(np.nan_to_num(share), 0, 1)
    found = np.where(later == 0, -np.inf, found)
    return np.asarray(np.where(later == len(DEVIATES), np.inf, found))


def survival_log_likelihood(log_time: Array, welds: ArrayLike, age: ArrayLike) -> Array:
    """Probability that no weld of a compartment has come through by an age.

    Parameters
    ----------
    log_time : ndarray, (..., len(DEVIATES))
        Logarithm of the time at `DEVIATES`. [-]
    welds : array_like, (...)
        Places where a crack can come through. [-]
    age : array_like, (...)
        [s]

    Returns
    -------
    ndarray, (...)
        Logarithm. [-]

    Raises
    ------
    DomainError
        If a number of welds is negative.

    Examples
    --------
    >>> table = np.log(np.linspace(9, 1, 33))
    >>> float(np.exp(survival_log_likelihood(table, 2, 7.0)).round(3))  # none of two above -1 sigma
    0.025
    """
    welds = np.asarray(welds)
    if np.any(welds < 0):
        raise DomainError(f"welds: expected zero or more, given {np.min(welds)}")
    none = log_ndtr(deviate_at(log_time, age))
    return np.asarray(np.where(welds == 0, 0.0, welds * none))
