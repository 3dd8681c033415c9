"""Leaks in the ensemble: what all replicas share, and what each is dealt.

A module that is seen to leak takes the posterior of the leak process fitted to what the document
holds of it, carried on into the days to come. All others get their first leak from the two
explanations of cracks (`cracks`); what follows it, growth and repairs are as in the leak process.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from stationkeeper.campaign.draws import Purpose, component_number, uniforms
from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.hull.hypotheses import Comparison
from stationkeeper.hull.leak_fit import LEAKS, fit_generator, fit_process
from stationkeeper.hull.leak_moves import walk_on
from stationkeeper.hull.leak_process import (
    PARAMETERS,
    TUNNEL_PRIOR,
    LeakBirths,
    draws_needed,
    leak_births,
    share_left,
)
from stationkeeper.lifetime.cracks import (
    CELLS,
    RECORD_CELLS,
    Cracks,
    cracks,
    first_leaks,
)
from stationkeeper.lifetime.leak_cache import kept
from stationkeeper.lifetime.leak_record import Held, Seen, held_modules, seen_leaks
from stationkeeper.lifetime.record_weights import record_weights
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Progress = Callable[[str], None]

PARTICLES: Final = 60  # of each of `STARTS`, as many as walk on; our choice
RECORD: Final = "iss"  # shipped programme whose leaks speak for stations without a record
STARTS: Final = 2  # fits with draws of their own, which must agree; our choice
BURN: Final = 100  # sweeps of the walk before the first state is kept; our choice
SNAPSHOTS: Final = 8  # states kept of each particle; our choice
BETWEEN: Final = 25  # sweeps between them; our choice
REPAIRS: Final = 6  # repairs of one leak that are drawn; later ones leave what the last left
MOST_LEAKS: Final = 40  # of one module in one replica; our choice
ENOUGH: Final = 0.99  # share of histories that no leak is missing from, if `MOST_LEAKS` allows
VOLUME: Final = 916.0  # [m3] pressurised volume of the station of which the prior loss was read
_PRIOR_KEY: Final = 1_000  # draws of parameters where nothing was observed
_EVENTS: Final = 2 + REPAIRS  # uniforms of one leak: wait, start, repairs
_FIRST_EVENT: Final = _EVENTS  # before it: particle, flaw and stress, largest flaw


@dataclass(frozen=True)
class LeakFit:
    """The posterior of one leaking place.

    Attributes
    ----------
    seen : Seen
        What it was fitted to.
    births : LeakBirths
        Equally weighted particles.
    acceptance : float
        Share of moves of the walk accepted. [-]
    effective : float
        Particles that differ: those that walk, and of their later states what is new, for the
        parameter that moves slowest. [-]
    apart : float
        Largest difference of a parameter's mean between two starts, in its standard deviations;
        it falls with the root of the effective particles. [-]
    """

    seen: Seen
    births: LeakBirths
    acceptance: float
    effective: float
    apart: float


@dataclass(frozen=True)
class LeakModel:
    """What all replicas share of the leaks of one station; made once a run.

    Attributes
    ----------
    station : str
        Its key.
    modules : tuple of str
        In the order of the arrays.
    first_day, last_day : int
        Of the run. [d]
    fits : tuple of LeakFit
        Leaking places of the programme; the parameters of the first hold for all other modules.
    process : LeakBirths
        Particles of these parameters: posterior if there is a fit, else prior.
    volume_factor : float
        On the loss of a station without observations: its volume over `VOLUME`. [-]
    cracks : Cracks
        First leaks of the other modules.
    comparisons : dict of text to Comparison
        The explanations weighed by the record, by what is taken for the threshold; empty if the
        document holds no record.
    held : tuple of Held
        Modules that are known not to leak.
    most_leaks : int
        Leaks of a module that are dealt. [-]
    """

    station: str
    modules: tuple[str, ...]
    first_day: int
    last_day: int
    fits: tuple[LeakFit, ...]
    process: LeakBirths
    volume_factor: float
    cracks: Cracks
    comparisons: dict[str, Comparison]
    held: tuple[Held, ...]
    most_leaks: int


@dataclass(frozen=True)
class LeakDraws:
    """Leaks of R replicas of a station with M modules of at most L leaks each.

    Attributes
    ----------
    birth : ndarray, (R, M, L)
        From the first day of the run, rising, below zero if it leaks already; NaN: none. [d]
    rate : ndarray, (R, M, L)
        Through an open hatch, at birth or on the first day of the run if that is later. [kg/d]
    growth : ndarray, (R, M)
        Exponential. [1/d]
    residual : ndarray, (R, M, L, K)
        Share that each repair leaves. [-]
    baseline : ndarray, (R,)
        What the station loses anyway. [kg/d]
    hypothesis : ndarray of int8, (R,)
        0 welds, 1 vibration.
    dated_day : ndarray of int, (J,)
        Repairs that the document dates within the run, from its first day. [d]
    dated_module : ndarray of int, (J,)
        Module of each.
    dated_left : ndarray, (R, J, L)
        Share of each leak of that module that it leaves. [-]
    own_repairs_from : ndarray of int, (M,)
        Day from which repairs other than the dated ones are made: before it the history is the
        one observed. [d]
    """

    birth: Array
    rate: Array
    growth: Array
    residual: Array
    baseline: Array
    hypothesis: NDArray[np.int8]
    dated_day: Whole
    dated_module: Whole
    dated_left: Array
    own_repairs_from: Whole


def leak_model(
    programme: Programme,
    station_key: str,
    modules: tuple[str, ...],
    first_day: int,
    last_day: int,
    module_age_days: Array,
    progress: Progress,
) -> LeakModel:
    """Make what all replicas share of the leaks of one station.

    Parameters
    ----------
    programme : Programme
        Holds only what was known, if it is flown as known on a day.
    station_key : str
        The station.
    modules : tuple of str
        All that are ever there.
    first_day, last_day : int
        Of the run. [d]
    module_age_days : ndarray, (module,)
        On the first day; below zero for modules to come. [d]
    progress : callable
        Told what takes time.

    Returns
    -------
    LeakModel

    Notes
    -----
    The fit takes half a minute for thirteen observations, weighing the explanations and growing
    cracks 3 s each; all are kept in the cache of the tables and depend on the document alone.

    A document without observations takes the record of the shipped programme `iss`, as known on
    the same day: it is the only one of a station whose modules leaked and held for decades.
    """
    seen = seen_leaks(programme)
    observed = programme
    if not seen:
        progress("reading the record of the ISS, since no leak of this programme is observed")
        observed = read_programme(RECORD, as_known=programme.as_known)
        seen = seen_leaks(observed)
    held = held_modules(observed, seen)
    fits = tuple(leak_fit(one, progress) for one in seen)
    record = next((one.record for one in seen if one.record is not None), None)
    comparisons: dict[str, Comparison] = {}
    log_record = np.zeros((2, RECORD_CELLS))
    if record is not None:
        comparisons, log_record = record_weights(record, progress)

    def keep(
        name: str, key: Hashable, arrays: tuple[str, ...], build: Callable[[], dict[str, Array]]
    ) -> dict[str, Array]:
        def told() -> dict[str, Array]:
            progress("growing cracks through the walls of the modules, once only")
            return build()

        return kept(name, key, arrays, told)

    process = fits[0].births if fits else prior_process()
    volume = sum(programme.module[module].pressurised_volume_m3 for module in modules)
    return LeakModel(
        station=station_key,
        modules=modules,
        first_day=first_day,
        last_day=last_day,
        fits=fits,
        process=process,
        volume_factor=volume / VOLUME,
        cracks=cracks(programme, observed, modules, module_age_days, held, log_record, keep),
        comparisons=comparisons,
        held=held,
        most_leaks=_most_leaks(process.birth_rate, fits, first_day, last_day),
    )


def prior_process(particles: int = STARTS * SNAPSHOTS * PARTICLES) -> LeakBirths:
    """Return particles of the prior, the same for every run without observations."""
    columns = draws_needed(LEAKS, 0)
    draws = fit_generator(_PRIOR_KEY, 0).standard_normal((particles, columns))
    return leak_births(ndtr(draws), LEAKS, 0.0, 0, TUNNEL_PRIOR)


def leak_fit(seen: Seen, progress: Progress, particles: int = PARTICLES) -> LeakFit:
    """Fit the leak process to one leaking place, or take the fit from the cache.

    Parameters
    ----------
    seen : Seen
        Observations and repairs.
    progress : callable
        Told if it takes time.
    particles : int
        Of each start. [-]

    Returns
    -------
    LeakFit

    Notes
    -----
    Sequential particles stand close together after many observations; they only serve as starts of
    `walk_on`, and states before `BURN` sweeps are dropped.
    """
    told = seen.observations

    def build() -> dict[str, Array]:
        progress(f"fitting the leak of {' or '.join(seen.places)}, once only")
        kept_states, shares = [], []
        for start in range(STARTS):
            course = fit_process(told, seen.repair_day, particles, start)
            state = ndtr(course.particles[-1])
            for snapshot in range(SNAPSHOTS):
                sweeps = BURN if snapshot == 0 else BETWEEN
                key = STARTS + start * SNAPSHOTS + snapshot
                state, accepted = walk_on(state, told, seen.repair_day, sweeps, key)
                kept_states.append(state)
                shares.append(accepted)
        return {
            "uniforms": np.concatenate(kept_states),
            "acceptance": np.array(shares),
        }

    key = (
        *(array.tobytes() for array in (told.day, told.kind, told.value, told.log_sigma)),
        *(array.tobytes() for array in (told.of_station, told.open_share, seen.repair_day)),
        (particles, STARTS, BURN, SNAPSHOTS, BETWEEN),
    )
    found = kept("leak-fit", key, ("uniforms", "acceptance"), build)
    effective, apart = _mixing(found["uniforms"][:, :PARAMETERS], particles)
    births = leak_births(
        found["uniforms"], LEAKS, float(told.day[0]), len(seen.repair_day), TUNNEL_PRIOR
    )
    return LeakFit(seen, births, float(found["acceptance"].mean()), effective, apart)


def _mixing(parameters: Array, particles: int) -> tuple[float, float]:
    """Return effective particles, and how far the starts are apart; see `LeakFit`."""
    shape = (STARTS, SNAPSHOTS, particles, parameters.shape[1])
    normals = ndtri(np.clip(parameters, 2.0**-54, 1 - 2.0**-53)).reshape(shape)
    spread = normals.std(axis=(0, 1, 2))
    centred = normals - normals.mean(axis=(0, 1, 2))
    between = np.mean(centred[:, 1:] * centred[:, :-1], axis=(0, 1, 2)) / spread**2
    new = 1 - np.clip(between, 0.0, 1.0)
    effective = STARTS * particles * (1 + (SNAPSHOTS - 1) * new)
    means = normals.mean(axis=(1, 2))
    return float(effective.min()), float(np.max(np.ptp(means, axis=0) / spread))


def _most_leaks(birth_rate: Array, fits: tuple[LeakFit, ...], first_day: int, last_day: int) -> int:
    """Return how many leaks a module needs so that few histories miss one."""
    spread = float(ndtri(ENOUGH))

    def quantile(mean: Array, already: Array | float) -> float:
        return float(np.quantile(already + mean + spread * np.sqrt(mean), ENOUGH))

    wanted = [1 + quantile(birth_rate * (last_day - first_day + 1), 0.0)]
    for fit in fits:
        born = np.sum(fit.births.birth <= fit.seen.until, axis=1)
        mean = fit.births.birth_rate * max(last_day + 1 - fit.seen.until, 0.0)
        wanted.append(quantile(mean, born))
    return int(np.clip(np.ceil(max(wanted)), 2, MOST_LEAKS))


def draw_leaks(model: LeakModel, seed: int, replicas: NDArray[np.int64]) -> LeakDraws:
    """Deal the leaks of some replicas.

    Parameters
    ----------
    model : LeakModel
        The station.
    seed : int
        Of the run.
    replicas : ndarray of int, (R,)
        Their numbers; what one is dealt does not depend on the others.

    Returns
    -------
    LeakDraws
    """
    size, width = len(replicas), model.most_leaks
    shared = uniforms(seed, replicas, Purpose.HYPOTHESIS, 0, count=4)
    hypothesis = (shared[:, 0] >= model.cracks.weight[0]).astype(np.int64)
    cumulated = np.cumsum(model.cracks.cell, axis=1)[hypothesis]
    cell = np.minimum(np.sum(cumulated <= shared[:, 1:2], axis=1), CELLS - 1)
    particle = _place(shared[:, 2], len(model.process.growth))
    own = np.zeros((size, len(model.modules), 3))
    for m in np.flatnonzero((model.cracks.welds > 0) | (len(model.fits) > 1)):
        number = component_number(model.modules[m])
        own[:, m] = uniforms(seed, replicas, Purpose.LEAKS, number, count=3)
    span = model.last_day + 1 - model.first_day
    first = first_leaks(model.cracks, hypothesis, cell, own[:, :, 1], own[:, :, 2])
    fit_of = _leaking(model, shared[:, 3])
    shape = (size, len(model.modules), width)
    birth, rate = np.full(shape, np.nan), np.zeros(shape)
    residual = np.ones((*shape, REPAIRS))
    growth = np.repeat(model.process.growth[particle][:, None], shape[1], axis=1)
    dated = _dated(model)
    dated_left = np.ones((size, len(dated), width))
    possible = np.flatnonzero((model.cracks.welds > 0) | np.any(fit_of >= 0, axis=0))
    for m in possible:
        module = model.modules[m]
        for f in (-1, *range(len(model.fits))):
            dealt = np.flatnonzero((fit_of[:, m] == f) & ((f >= 0) | (first[:, m] < span)))
            if not len(dealt):
                continue
            draws = uniforms(
                seed,
                replicas[dealt],
                Purpose.LEAKS,
                component_number(module),
                first_event=_FIRST_EVENT,
                count=_EVENTS * width,
            ).reshape(len(dealt), width, _EVENTS)
            chosen = particle[dealt]
            if f > 0:  # the parameters of the first fit are shared, those of others are their own
                chosen = _place(own[dealt, m, 0], len(model.fits[f].births.growth))
            if f < 0:
                history = _cracked(model.process, chosen, first[dealt, m], draws)
            else:
                history = _seen_to_leak(model.fits[f], chosen, draws, model.first_day)
                growth[dealt, m] = model.fits[f].births.growth[chosen]
                for j, (fit, at, place, _) in enumerate(dated):
                    if fit == f and place == m:
                        known = history[2][:, :, at]
                        dated_left[dealt, j] = known
            birth[dealt, m], rate[dealt, m] = history[0], history[1]
            found_share = (model.process if f < 0 else model.fits[f].births).found_share[chosen]
            residual[dealt, m] = share_left(
                draws[:, :, 2:], found_share[:, None, None], TUNNEL_PRIOR.residual_power
            )
    birth[birth >= span] = np.nan
    rate = np.where(np.isnan(birth), 0.0, rate)
    return LeakDraws(
        birth=birth,
        rate=rate * SECONDS_PER_DAY,
        growth=growth,
        residual=residual,
        baseline=_baseline(model, particle) * SECONDS_PER_DAY,
        hypothesis=hypothesis.astype(np.int8),
        dated_day=np.array([day for *_, day in dated], dtype=np.int64),
        dated_module=np.array([place for _, _, place, _ in dated], dtype=np.int64),
        dated_left=dated_left,
        own_repairs_from=_own_repairs_from(model),
    )


def _place(uniform: Array, count: int) -> Whole:
    return np.minimum((uniform * count).astype(np.int64), count - 1)


def _leaking(model: LeakModel, uniform: Array) -> Whole:
    """Return which fit each module takes in each replica, -1 for none; (replica, module)."""
    found = np.full((len(uniform), len(model.modules)), -1, np.int64)
    for f, fit in enumerate(model.fits):
        places = fit.seen.places
        chosen = _place(uniform, len(places))
        for p, place in enumerate(places):
            if place in model.modules:
                found[chosen == p, model.modules.index(place)] = f
    return found


def _dated(model: LeakModel) -> list[tuple[int, int, int, int]]:
    """Return the dated repairs within the run: fit, which of its repairs, module, day."""
    found = []
    for f, fit in enumerate(model.fits):
        for at, day in enumerate(fit.seen.repair_day):
            place = int(day) - model.first_day
            for module in fit.seen.places:
                if 0 <= place <= model.last_day - model.first_day and module in model.modules:
                    found.append((f, at, model.modules.index(module), place))
    return sorted(found, key=lambda one: one[3])


def _own_repairs_from(model: LeakModel) -> Whole:
    found = np.zeros(len(model.modules), np.int64)
    for fit in model.fits:
        if len(fit.seen.places) == 1 and fit.seen.places[0] in model.modules:
            place = max(int(fit.seen.until) + 1 - model.first_day, 0)
            found[model.modules.index(fit.seen.places[0])] = place
    return found


def _baseline(model: LeakModel, particle: Whole) -> Array:
    """Return what the station loses anyway: as fitted, or by its volume. [kg/s]"""
    if model.fits and model.fits[0].seen.station == model.station:
        return np.asarray(model.process.baseline[particle])
    prior = prior_process(len(model.process.growth)).baseline[particle]
    return np.asarray(prior * model.volume_factor)


def _waits(births: LeakBirths, chosen: Whole, draws: Array) -> Array:
    """Return the times from each leak to the next. [d]"""
    return np.asarray(-np.log1p(-draws[:, :, 0]) / births.birth_rate[chosen][:, None])


def _starts(births: LeakBirths, chosen: Whole, draws: Array) -> Array:
    """Return the rates at birth. [kg/s]"""
    mark = np.clip(draws[:, :, 1], 2.0**-54, 1 - 2.0**-53)
    spread = np.exp(TUNNEL_PRIOR.first_spread * ndtri(mark))
    return np.asarray(births.first_rate[chosen][:, None] * spread)


def _cracked(
    births: LeakBirths, chosen: Whole, first: Array, draws: Array
) -> tuple[Array, Array, Array]:
    """Return births and rates of modules that were not seen to leak, from their first leak."""
    wait = _waits(births, chosen, draws)
    wait[:, 0] = 0.0
    birth = first[:, None] + np.cumsum(wait, axis=1)
    age = np.maximum(-birth, 0.0)
    rate = _starts(births, chosen, draws) * np.exp(births.growth[chosen][:, None] * age)
    return birth, rate, np.ones((*birth.shape, 0))


def _seen_to_leak(
    fit: LeakFit, chosen: Whole, draws: Array, first_day: int
) -> tuple[Array, Array, Array]:
    """Return births, rates and shares left by dated repairs: as fitted, then carried on.

    After the last word leaks are born anew at the rate of the particle: waits have no memory.
    """
    births, until = fit.births, fit.seen.until
    width = draws.shape[1]
    known = births.birth[chosen][:, :width]
    lacking = width - known.shape[1]
    known = np.pad(known, ((0, 0), (0, max(lacking, 0))), constant_values=np.inf)
    fitted = known <= until
    wait = np.where(fitted, 0.0, _waits(births, chosen, draws))
    birth = np.where(fitted, known, until + np.cumsum(wait, axis=1))
    start = births.start[chosen][:, :width]
    start = np.pad(start, ((0, 0), (0, max(lacking, 0))))
    start = np.where(fitted, start, _starts(births, chosen, draws))
    age = np.maximum(first_day - birth, 0.0)
    rate = start * np.exp(births.growth[chosen][:, None] * age)
    finds = births.finds[chosen][:, :, :width]
    finds = np.pad(finds, ((0, 0), (0, 0), (0, max(lacking, 0))), constant_values=1.0)
    left = share_left(finds, births.found_share[chosen][:, None, None], TUNNEL_PRIOR.residual_power)
    touched = fitted[:, None, :] & (birth[:, None, :] < fit.seen.repair_day[None, :, None])
    left = np.where(touched, left, 1.0)
    before = fit.seen.repair_day < first_day
    rate = rate * np.prod(left[:, before], axis=1)
    return birth - first_day, rate, np.ascontiguousarray(np.moveaxis(left, 1, 2))
