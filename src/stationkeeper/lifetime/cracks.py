"""When a module that has never leaked leaks first: the two explanations, with what has held.

A replica draws one explanation for all modules, one pace of growth and whether growth has a
threshold, as the record of the module that leaks weighs them. Each other module draws its own flaws
and its own stress, of which its having held so far leaves those that can be. What holds elsewhere
does not weigh the explanations: whether the loads of the leaking place act elsewhere is not public.
How much it would weigh is told (`Cracks.log_held`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp, ndtri

from stationkeeper.hull.explanations import (
    DEVIATES,
    DRAWS,
    STRATA,
    THRESHOLDS,
    WALL,
    ThresholdFit,
    deviate_at,
    explanations,
    log_times,
    paces,
    parameter_deviates,
    site_times,
    survival_log_likelihood,
    time_at,
)
from stationkeeper.hull.materials import AMG6_SURROGATE, NASGRO_FITS
from stationkeeper.hull.sequential import systematic_resampling
from stationkeeper.lifetime.leak_record import Held
from stationkeeper.programme.document import Programme
from stationkeeper.units import DAY, MILLI

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Skin = tuple[str, float]

CHOICES: Final = 100  # draws of flaw and stress kept for each module and cell; our choice
CELLS: Final = len(THRESHOLDS) * STRATA  # threshold and pace, equally likely before the record
# The published fits of 2219 and 6061 that we hold have no slow end: below 3 MPa sqrt(m) they give
# six to fifteen times the growth of any other aluminium. 2014, of the family of 2219, stands in.
FITS: Final[dict[str, ThresholdFit]] = {
    "amg6": AMG6_SURROGATE,
    "al-2219": NASGRO_FITS["2014-T6 sheet T-L"],
    "al-6061": NASGRO_FITS["2014-T6 sheet T-L"],
    "al-7075": NASGRO_FITS["7075-T7351 plate L-T"],
}


@dataclass(frozen=True)
class Cracks:
    """First leaks of the modules of one station.

    Attributes
    ----------
    welds : ndarray of int, (module,)
        Places where a crack can come through; 0: not modelled. [-]
    skin : ndarray of int, (module,)
        Row of `log_time`.
    log_time : ndarray, (skin, explanation, threshold, draw, deviate)
        Logarithm of the time until a site comes through, at pace 1. [-]
    pace : ndarray, (explanation, pace)
        [-]
    cell : ndarray, (explanation, threshold and pace)
        Weights after the record, each row sum 1. [-]
    weight : ndarray, (explanation,)
        Weights of the explanations, prior 1:1. [-]
    log_record, log_held : ndarray, (explanation,)
        Logarithm of the probability of the record, and of what held given the record, were the loads
        of the leaking place drawn anew for each module but pace and threshold shared. [-]
    held : ndarray, (module,)
        Age up to which it is known not to leak. [s]
    age : ndarray, (module,)
        On the first day of the run; below zero for one to come. [d]
    choice : ndarray of int, (module, explanation, threshold and pace, CHOICES)
        Draws of flaw and stress that agree with what held, equally likely.
    effective : ndarray, (module,)
        Draws that carry the posterior of flaw and stress, mean over cells. [-]
    """

    welds: Whole
    skin: Whole
    log_time: Array
    pace: Array
    cell: Array
    weight: Array
    log_record: Array
    log_held: Array
    held: Array
    age: Array
    choice: NDArray[np.int16]
    effective: Array


def skin_of(programme: Programme, module: str) -> Skin | None:
    """Return alloy and thickness [m] of most of the wall of a module; None if not described."""
    hull = programme.module[module].hull
    if hull is None or not hull.facet:
        return None
    area: dict[Skin, float] = {}
    for facet in hull.facet.values():
        skin = (facet.material, facet.wall_mm * MILLI)
        area[skin] = area.get(skin, 0.0) + facet.area_m2
    return max(area, key=lambda skin: area[skin])


def site_tables(skins: tuple[Skin, ...]) -> Array:
    """Grow flaws of all sizes through each skin under both explanations.

    Parameters
    ----------
    skins : tuple of (str, float)
        Alloy and thickness. [m]

    Returns
    -------
    ndarray, (skin, explanation, threshold, draw, deviate)
        Logarithm of the time at pace 1. [-]
    """
    parameters = parameter_deviates()
    shape = (len(skins), 2, len(THRESHOLDS), DRAWS, len(DEVIATES))
    found = np.empty(shape)
    for i, (alloy, wall) in enumerate(skins):
        for j, explanation in enumerate(explanations()):
            for k, threshold in enumerate(THRESHOLDS):
                times = site_times(explanation, parameters, DEVIATES, threshold, FITS[alloy], wall)
                found[i, j, k] = log_times(times)
    return found


def cracks(
    programme: Programme,
    modules: tuple[str, ...],
    age: Array,
    held: tuple[Held, ...],
    log_record: Array,
    tables: Callable[[tuple[Skin, ...]], Array] = site_tables,
) -> Cracks:
    """Weigh what the explanations leave open by the record, and each module by its having held.

    Parameters
    ----------
    programme : Programme
        The document.
    modules : tuple of str
        Of one station.
    age : ndarray, (module,)
        On the first day of the run. [d]
    held : tuple of Held
        Modules that are known not to leak, of all stations.
    log_record : ndarray, (explanation, threshold and pace)
        Logarithm of the probability of the record in each cell. [-]
    tables : callable
        `site_tables`, or a cache before it.

    Returns
    -------
    Cracks
    """
    described = {
        module: skin
        for module in dict.fromkeys((*modules, *(one.module for one in held)))
        if (skin := skin_of(programme, module)) is not None
    }
    skins = tuple(sorted(set(described.values()))) or (("amg6", WALL),)
    log_time = tables(skins)
    pace = np.array([paces(one.pace_scatter) for one in explanations()])
    names = tuple(dict.fromkeys((*(one.module for one in held), *modules)))
    known = {one.module: one.age for one in held}
    log_held = np.zeros((2, CELLS))
    choices, effective = {}, {}
    for name in names:
        if name not in described:
            continue
        choices[name], effective[name], survived = _module(
            log_time[skins.index(described[name])],
            pace,
            _welds(programme, name),
            known.get(name, 0.0),
        )
        log_held += survived
    record = logsumexp(log_record, axis=1) - np.log(CELLS)
    both = logsumexp(log_record + log_held, axis=1) - np.log(CELLS)
    nothing = np.zeros((2, CELLS, CHOICES), np.int16)
    return Cracks(
        welds=np.array(
            [_welds(programme, name) if name in described else 0 for name in modules],
            dtype=np.int64,
        ),
        skin=np.array(
            [skins.index(described[name]) if name in described else 0 for name in modules],
            dtype=np.int64,
        ),
        log_time=log_time,
        pace=pace,
        cell=np.exp(log_record - logsumexp(log_record, axis=1, keepdims=True)),
        weight=np.exp(record - logsumexp(record)),
        log_record=record,
        log_held=both - record,
        held=np.array([known.get(name, 0.0) for name in modules]),
        age=np.asarray(age, dtype=np.float64),
        choice=np.array([choices.get(name, nothing) for name in modules]),
        effective=np.array([effective.get(name, float(DRAWS)) for name in modules]),
    )


def _welds(programme: Programme, module: str) -> int:
    hull = programme.module[module].hull
    return hull.welds if hull is not None else 0


def _module(
    log_time: Array, pace: Array, welds: int, held: float
) -> tuple[NDArray[np.int16], float, Array]:
    """Weigh the draws of flaw and stress of one module in every cell by its having held."""
    choice = np.empty((2, CELLS, CHOICES), np.int16)
    log_held = np.zeros((2, CELLS))
    if held <= 0 or welds == 0:
        choice[:] = np.arange(CHOICES) * DRAWS // CHOICES
        return choice, float(DRAWS), log_held
    effective = []
    for j in range(2):
        for k in range(len(THRESHOLDS)):
            log_survival = survival_log_likelihood(
                log_time[j, k][None], welds, (held * pace[j])[:, None]
            )
            for i in range(STRATA):
                cell = k * STRATA + i
                total = float(logsumexp(log_survival[i]))
                log_held[j, cell] = total - np.log(DRAWS)
                if np.isfinite(total):
                    share = np.exp(log_survival[i] - total)
                else:  # nothing holds so long at this pace: all are as unlikely
                    share = np.full(DRAWS, 1 / DRAWS)
                effective.append(1 / float(np.sum(share**2)))
                chosen = systematic_resampling(share, 0.5)
                choice[j, cell] = chosen[(np.arange(CHOICES) * DRAWS + DRAWS // 2) // CHOICES]
    return choice, float(np.mean(effective)), log_held


def first_leaks(
    found: Cracks, explanation: Whole, cell: Whole, which: Array, largest: Array
) -> Array:
    """Day on which each module leaks first.

    Parameters
    ----------
    found : Cracks
        The station.
    explanation : ndarray of int, (replica,)
        0 welds, 1 vibration.
    cell : ndarray of int, (replica,)
        Threshold and pace.
    which : ndarray, (replica, module)
        Uniform draw of flaw and stress. [-]
    largest : ndarray, (replica, module)
        Uniform draw of the largest flaw of the welds. [-]

    Returns
    -------
    ndarray, (replica, module)
        From the first day of the run, below zero if it leaks already; infinite if never. [d]
    """
    module = np.arange(len(found.welds))
    place = np.minimum((which * CHOICES).astype(np.int64), CHOICES - 1)
    draw = found.choice[module, explanation[:, None], cell[:, None], place]
    log_time = found.log_time[
        found.skin[module], explanation[:, None], cell[:, None] // STRATA, draw.astype(np.int64)
    ]
    pace = found.pace[explanation, cell % STRATA][:, None]
    # The largest of n flaws, given that it has not come through by now.
    bound = log_ndtr(deviate_at(log_time, found.held * pace))
    with np.errstate(divide="ignore"):
        level = np.log(largest) / np.maximum(found.welds, 1) + bound
    deviate = ndtri(np.exp(level))
    age = time_at(log_time, deviate) / pace / DAY
    age = np.maximum(age, found.held / DAY)
    return np.asarray(np.where(found.welds > 0, age - found.age, np.inf))
