"""When a module that has never leaked leaks first: the two explanations, with what has held.

A replica draws one explanation for all modules, one pace of growth, whether growth has a threshold,
and how much of the loads of the leaking place acts elsewhere, which is not public. Each module
draws its own flaws and its own stress. The record of the module that leaks weighs all that is
shared, and so do the modules that have held; of the flaws and stress of each, its having held
leaves those that can be.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import product
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
Keep = Callable[[str, Hashable, tuple[str, ...], Callable[[], dict[str, Array]]], dict[str, Array]]

CHOICES: Final = 100  # draws of flaw and stress kept for each module and cell; our choice
ELSEWHERE: Final = (0.25, 0.5, 1.0)  # of the loads of the leaking place, equally likely; our choice
RECORD_CELLS: Final = len(THRESHOLDS) * STRATA  # threshold and pace, equally likely before
CASES: Final = len(THRESHOLDS) * len(ELSEWHERE)
CELLS: Final = CASES * STRATA  # threshold, loads elsewhere and pace
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
    log_time : ndarray, (skin, explanation, threshold and loads, draw, deviate)
        Logarithm of the time until a site comes through, at pace 1. [-]
    pace : ndarray, (explanation, pace)
        [-]
    cell : ndarray, (explanation, cell)
        Weights of threshold, loads elsewhere and pace after the record and what held, each row
        sum 1. [-]
    weight : ndarray, (explanation,)
        Weights of the explanations, prior 1:1. [-]
    log_record, log_held : ndarray, (explanation,)
        Logarithm of the probability of the record, and of what held given the record. [-]
    held : ndarray, (module,)
        Age up to which it is known not to leak. [s]
    age : ndarray, (module,)
        On the first day of the run; below zero for one to come. [d]
    choice : ndarray of int, (module, explanation, cell, CHOICES)
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
    ndarray, (skin, explanation, threshold and loads, draw, deviate)
        Logarithm of the time at pace 1. [-]
    """
    parameters = parameter_deviates()
    shape = (len(skins), 2, CASES, DRAWS, len(DEVIATES))
    found = np.empty(shape)
    for i, (alloy, wall) in enumerate(skins):
        for j, explanation in enumerate(explanations()):
            for k, (threshold, loads) in enumerate(product(THRESHOLDS, ELSEWHERE)):
                times = site_times(
                    explanation, parameters, DEVIATES, threshold, FITS[alloy], wall, loads
                )
                found[i, j, k] = log_times(times)
    return found


def cracks(
    programme: Programme,
    observed: Programme,
    modules: tuple[str, ...],
    age: Array,
    held: tuple[Held, ...],
    log_record: Array,
    keep: Keep,
) -> Cracks:
    """Weigh what the explanations leave open by the record, and each module by its having held.

    Parameters
    ----------
    programme : Programme
        The document.
    observed : Programme
        The document of the record and of `held`, which may be the same.
    modules : tuple of str
        Of one station.
    age : ndarray, (module,)
        On the first day of the run. [d]
    held : tuple of Held
        Modules that are known not to leak, of all stations.
    log_record : ndarray, (explanation, threshold and pace)
        Logarithm of the probability of the record in each cell. [-]
    keep : callable
        The cache: `leak_cache.kept`, or what tells of progress before it.

    Returns
    -------
    Cracks
    """
    homes = {one.module: observed for one in held} | dict.fromkeys(modules, programme)
    described = {
        module: skin
        for module, home in homes.items()
        if (skin := skin_of(home, module)) is not None
    }
    skins = tuple(sorted(set(described.values()))) or (("amg6", WALL),)
    log_time = keep("crack-times", skins, ("log_time",), lambda: {"log_time": site_tables(skins)})[
        "log_time"
    ]
    pace = np.array([paces(one.pace_scatter) for one in explanations()])
    known = {one.module: one.age for one in held}
    log_held = np.zeros((2, CELLS))
    wanted = tuple(
        (skins.index(described[one.module]), _welds(homes[one.module], one.module), one.age)
        for one in held
        if one.module in described and one.age > 0 and _welds(homes[one.module], one.module) > 0
    )
    names = tuple(
        one.module
        for one in held
        if one.module in described and one.age > 0 and _welds(homes[one.module], one.module) > 0
    )

    def build() -> dict[str, Array]:
        found = [_module(log_time[skin], pace, welds, age) for skin, welds, age in wanted]
        return {
            "choice": np.array([choice for choice, _, _ in found], dtype=np.float64),
            "effective": np.array([effective for _, effective, _ in found]),
            "survived": np.array([survived for _, _, survived in found]),
        }

    places = ("choice", "effective", "survived")
    kept_choices = {
        "choice": np.zeros((0, 2, CELLS, CHOICES)),
        "effective": np.zeros(0),
        "survived": np.zeros((0, 2, CELLS)),
    }
    if wanted:
        key = tuple((skins[skin], welds, age) for skin, welds, age in wanted)
        kept_choices = keep("crack-choices", key, places, build)
    log_held = kept_choices["survived"].sum(axis=0)
    choices = {name: kept_choices["choice"][i] for i, name in enumerate(names)}
    effective = {name: float(kept_choices["effective"][i]) for i, name in enumerate(names)}
    record = logsumexp(log_record, axis=1) - np.log(RECORD_CELLS)
    shape = (2, len(THRESHOLDS), len(ELSEWHERE), STRATA)
    by_cell = np.broadcast_to(log_record.reshape(2, len(THRESHOLDS), 1, STRATA), shape)
    cell = by_cell.reshape(2, CELLS) + log_held
    both = logsumexp(cell, axis=1) - np.log(CELLS)
    every = np.broadcast_to(np.arange(CHOICES) * DRAWS // CHOICES, (2, CELLS, CHOICES))
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
        cell=np.exp(cell - logsumexp(cell, axis=1, keepdims=True)),
        weight=np.exp(both - logsumexp(both)),
        log_record=record,
        log_held=both - record,
        held=np.array([known.get(name, 0.0) for name in modules]),
        age=np.asarray(age, dtype=np.float64),
        choice=np.array([choices.get(name, every) for name in modules]).astype(np.int16),
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
    effective = []
    for j in range(2):
        for k in range(CASES):
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
        Threshold, loads elsewhere and pace.
    which : ndarray, (replica, module)
        Uniform draw of flaw and stress. [-]
    largest : ndarray, (replica, module)
        Uniform draw of the largest flaw of the welds. [-]

    Returns
    -------
    ndarray, (replica, module)
        From the first day of the run, below zero if it leaks already; infinite if never. [d]
    """
    module = np.flatnonzero(found.welds > 0)
    day = np.full(which.shape, np.inf)
    place = np.minimum((which[:, module] * CHOICES).astype(np.int64), CHOICES - 1)
    draw = found.choice[module, explanation[:, None], cell[:, None], place]
    log_time = found.log_time[
        found.skin[module], explanation[:, None], cell[:, None] // STRATA, draw.astype(np.int64)
    ]
    pace = found.pace[explanation, cell % STRATA][:, None]
    held, welds = found.held[module], found.welds[module]
    # The largest of n flaws, given that it has not come through by now.
    bound = log_ndtr(deviate_at(log_time, held * pace))
    with np.errstate(divide="ignore"):
        level = np.log(largest[:, module]) / welds + bound
    age = time_at(log_time, ndtri(np.exp(level))) / pace / DAY
    day[:, module] = np.maximum(age, held / DAY) - found.age[module]
    return day
