"""Moves of single draws that bring particles of the leak process to its posterior.

Many observations leave the particles of `sequential` close to one another. Here each particle walks
on by itself: every draw is proposed anew alone, and of the leaks only what it changes is computed.
What stands above the leaks, as their birth rate, moves with the leaks held where they are.
"""

import math
from dataclasses import astuple
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from stationkeeper.errors import DomainError
from stationkeeper.hull.leak_fit import CABIN_DENSITY, LEAKS, fit_generator
from stationkeeper.hull.leak_process import (
    PARAMETERS,
    TUNNEL_PRIOR,
    Kind,
    LeakObservations,
    LeakPrior,
    draws_needed,
)
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

COMINGS: Final = 6  # leaks added, taken away or moved elsewhere a sweep; our choice
STEPS: Final = (1.0, 0.5, 0.2)  # lengths of moves, one a sweep in turn; our choice
FIRST_ROUND: Final = 1_000_000  # of the draws of moves; rounds of `sequential` stay below
_ROOT_HALF: Final = math.sqrt(0.5)
_LOG_ROOT: Final = 0.5 * math.log(2 * math.pi)
_TINY: Final = 2.0**-54
_DECAY: Final = int(Kind.DECAY)
_BELOW: Final = int(Kind.BELOW)
_BASELINE, _BIRTH_RATE, _FIRST_RATE, _GROWTH, _VOLUME, _FOUND, _FIRST_BIRTH = range(PARAMETERS)


@kernel
def _log_normal(normal: float) -> float:
    """Return the logarithm of the distribution function, by its expansion where it is tiny."""
    if normal < -30.0:
        return -0.5 * normal * normal - math.log(-normal) - _LOG_ROOT
    return math.log(0.5 * math.erfc(-normal * _ROOT_HALF))


@kernel
def _moved(value: float, normal: float, uniform: float, step: float, is_uniform: bool) -> float:
    """Propose a draw that leaves its prior as it is: normal by shrinking, uniform by reflection."""
    if not is_uniform:
        return math.sqrt(1 - step * step) * value + step * normal
    if step >= 1.0:
        found = uniform
    else:
        found = value + step * (uniform - 0.5)
        if found < 0.0:
            found = -found
        if found > 1.0:
            found = 2.0 - found
    return float(min(max(found, _TINY), 1 - 2.0**-53))


@kernel
def _rate(draws: Array, prior: Array) -> float:
    """Return the birth rate. [1/d]"""
    return float(prior[2] * math.exp(prior[3] * draws[_BIRTH_RATE]))


@kernel
def _births(draws: Array, leaks: int, onset: float, prior: Array, birth: Array) -> None:
    """Fill the days of birth."""
    day = onset - prior[10] * draws[_FIRST_BIRTH]
    rate = _rate(draws, prior)
    for k in range(leaks):
        if k > 0:
            day += -math.log1p(-draws[PARAMETERS + k]) / rate
        birth[k] = day


@kernel
def _leak(
    draws: Array,
    k: int,
    leaks: int,
    prior: Array,
    birth: float,
    repair_day: Array,
    day: Array,
    told: Array,
) -> None:
    """Fill what one leak loses on the days of the observations."""
    start = prior[4] * math.exp(
        prior[5] * draws[_FIRST_RATE] + prior[6] * draws[PARAMETERS + leaks + k]
    )
    growth = prior[7] * math.exp(prior[8] * draws[_GROWTH])
    left = 1.0
    r = 0
    for i in range(day.size):
        if day[i] < birth:
            told[i] = 0.0
            continue
        while r < repair_day.size and repair_day[r] <= day[i]:
            if birth < repair_day[r]:
                draw = draws[PARAMETERS + (2 + r) * leaks + k] / draws[_FOUND]
                if draw <= 1.0:
                    left *= draw ** prior[9]
            r += 1
        told[i] = start * math.exp(growth * (day[i] - birth)) * left


@kernel
def _log_likelihood(
    draws: Array,
    total: Array,
    prior: Array,
    kind: NDArray[np.int64],
    log_value: Array,
    log_sigma: Array,
    of_station: Flags,
    open_share: Array,
    density: float,
) -> float:
    """Return the logarithm of the probability of all observations."""
    baseline = prior[0] * math.exp(prior[1] * draws[_BASELINE])
    volume = prior[11] * math.exp(prior[12] * draws[_VOLUME])
    found = 0.0
    for i in range(kind.size):
        expected = total[i]
        if kind[i] == _DECAY:
            expected /= density * volume
        elif of_station[i]:
            expected = baseline + open_share[i] * expected
        z = (log_value[i] - math.log(max(expected, 1e-300))) / log_sigma[i]
        if kind[i] == _BELOW:
            found += _log_normal(z)
        else:
            found += -0.5 * z * z - math.log(log_sigma[i]) - _LOG_ROOT
    return found


@kernel
def _hold_births(
    z: Array, birth: Array, last: float, leaks: int, prior: Array, normal: float, step: float
) -> float:
    """Move the birth rate with the births up to a day held; return the gain of the prior.

    Waits are exponential: holding n of them asks for the ratio of their densities.
    """
    old = _rate(z, prior)
    z[_BIRTH_RATE] = _moved(z[_BIRTH_RATE], normal, 0.0, step, False)
    new = _rate(z, prior)
    gain = 0.0
    for k in range(1, leaks):
        if birth[k] > last:
            break
        wait = birth[k] - birth[k - 1]
        gain += math.log(new / old) - (new - old) * wait
        z[PARAMETERS + k] = min(max(-math.expm1(-new * wait), _TINY), 1 - 2.0**-53)
    return gain


@kernel
def _hold_starts(
    z: Array, birth: Array, last: float, leaks: int, prior: Array, normal: float, step: float
) -> float:
    """Move the median rate at birth with the starts of the leaks that are born held."""
    before = z[_FIRST_RATE]
    z[_FIRST_RATE] = _moved(before, normal, 0.0, step, False)
    shift = prior[5] * (z[_FIRST_RATE] - before) / prior[6]
    gain = 0.0
    for k in range(leaks):
        if birth[k] > last:
            break
        mark = z[PARAMETERS + leaks + k]
        z[PARAMETERS + leaks + k] = mark - shift
        gain += 0.5 * (mark * mark - (mark - shift) ** 2)
    return gain


@kernel
def _hold_repairs(
    z: Array, birth: Array, leaks: int, repair_day: Array, uniform: float, step: float
) -> float:
    """Move the share found with what each repair found, and left, held."""
    old = z[_FOUND]
    new = _moved(old, 0.0, uniform, step, True)
    z[_FOUND] = new
    gain = 0.0
    for r in range(repair_day.size):
        for k in range(leaks):
            if birth[k] >= repair_day[r]:
                break
            place = PARAMETERS + (2 + r) * leaks + k
            if z[place] <= old:
                gain += math.log(new / old)
                z[place] *= new / old
            else:
                gain += math.log((1 - new) / (1 - old))
                z[place] = 1 - (1 - z[place]) * (1 - new) / (1 - old)
    return gain


@kernel
def _hold_others(
    z: Array, k: int, birth: Array, leaks: int, onset: float, prior: Array, new_birth: float
) -> float:
    """Move the birth of one leak with all others held; return the gain of the prior, or -inf."""
    rate = _rate(z, prior)
    gain = 0.0
    if k == 0:
        share = (onset - new_birth) / prior[10]
        if not _TINY <= share <= 1 - 2.0**-53:
            return -math.inf
        z[_FIRST_BIRTH] = share
    else:
        wait = new_birth - birth[k - 1]
        if wait <= 0:
            return -math.inf
        gain -= rate * (new_birth - birth[k])
        z[PARAMETERS + k] = min(max(-math.expm1(-rate * wait), _TINY), 1 - 2.0**-53)
    if k + 1 < leaks:
        wait = birth[k + 1] - new_birth
        if wait <= 0:
            return -math.inf
        gain -= rate * (birth[k] - new_birth)
        z[PARAMETERS + k + 1] = min(max(-math.expm1(-rate * wait), _TINY), 1 - 2.0**-53)
    return gain


@kernel
def _rearranged(
    z: Array,
    saved: Array,
    births: Array,
    source: NDArray[np.int64],
    count: int,
    unborn: float,
    leaks: int,
    repairs: int,
    prior: Array,
) -> None:
    """Write leaks born on given days, each with the marks and repairs of its source, -1: as it is.

    The next leak, not yet born, stays where it is: waits have no memory.
    """
    rate = _rate(z, prior)
    for k in range(count):
        if k > 0:
            wait = births[k] - births[k - 1]
            z[PARAMETERS + k] = min(max(-math.expm1(-rate * wait), _TINY), 1 - 2.0**-53)
        if source[k] >= 0:
            for row in range(1, 2 + repairs):
                z[PARAMETERS + row * leaks + k] = saved[PARAMETERS + row * leaks + source[k]]
    wait = unborn - births[count - 1]
    z[PARAMETERS + count] = min(max(-math.expm1(-rate * wait), _TINY), 1 - 2.0**-53)


@kernel
def _come_and_go(
    z: Array,
    saved: Array,
    birth: Array,
    last: float,
    leaks: int,
    repairs: int,
    prior: Array,
    which: float,
    place: float,
    when: float,
    normal: float,
    finds: Array,
) -> float:
    """Add a leak, take one away, or move one to any other day; return the gain of the prior.

    Leaks after the first are a Poisson process from then on: their number is balanced by its mean,
    their days are even, their marks those of the prior.
    """
    born = 0
    while born < leaks and birth[born] <= last:
        born += 1
    if born == 0 or born >= leaks:
        return -math.inf
    span = last - birth[0]
    mean = _rate(z, prior) * span
    day = birth[0] + span * when
    births = np.empty(leaks)
    source = np.empty(leaks, np.int64)
    gone = -1
    gain = 0.0
    if which < 1 / 3:  # one more
        if born + 1 >= leaks:
            return -math.inf
        gain = math.log(mean / born)
    else:
        if born < 2:
            return -math.inf
        gone = 1 + min(int(place * (born - 1)), born - 2)
        if which < 2 / 3:  # take away
            gain = math.log((born - 1) / mean)
    count = 0
    placed = 1 / 3 <= which < 2 / 3
    added = -1
    for k in range(born):
        if not placed and birth[k] > day:
            births[count], source[count] = day, gone
            added = count
            placed = True
            count += 1
        if k != gone:
            births[count], source[count] = birth[k], k
            count += 1
    if not placed:
        births[count], source[count] = day, gone
        added = count
        count += 1
    fresh = -1
    if which < 1 / 3:
        fresh = added
    elif which < 2 / 3:
        fresh = count  # the place that is free again
    _rearranged(z, saved, births, source, count, birth[born], leaks, repairs, prior)
    if gone >= 0 and which < 2 / 3:
        z[PARAMETERS + count + 1] = max(finds[repairs], _TINY)  # the wait after the next leak
    if fresh >= 0:
        z[PARAMETERS + leaks + fresh] = normal
        for r in range(repairs):
            z[PARAMETERS + (2 + r) * leaks + fresh] = max(finds[r], _TINY)
    return gain


@kernel
def _sweep(
    draws: Array,
    normals: Array,
    uniforms: Array,
    joint: Array,
    comings: Array,
    step: float,
    leaks: int,
    onset: float,
    prior: Array,
    repair_day: Array,
    day: Array,
    kind: NDArray[np.int64],
    log_value: Array,
    log_sigma: Array,
    of_station: Flags,
    open_share: Array,
    density: float,
    is_uniform: Flags,
    accepted: Array,
) -> None:
    """Move every draw of every particle once, each alone, then with leaks held."""
    particles, columns = draws.shape
    birth, new_birth = np.empty(leaks), np.empty(leaks)
    loss, new_loss = np.empty((leaks, day.size)), np.empty((leaks, day.size))
    total = np.empty(day.size)
    saved = np.empty(columns)
    last = day[day.size - 1]
    if repair_day.size > 0:
        last = max(last, repair_day[repair_day.size - 1])
    for p in range(particles):
        z = draws[p]
        _births(z, leaks, onset, prior, birth)
        for k in range(leaks):
            _leak(z, k, leaks, prior, birth[k], repair_day, day, loss[k])
        total[:] = 0.0
        for k in range(leaks):
            total += loss[k]
        known = _log_likelihood(
            z, total, prior, kind, log_value, log_sigma, of_station, open_share, density
        )
        for move in range(columns + 3 + leaks + COMINGS):
            first, end = 0, leaks  # leaks that the move can change
            gain = 0.0
            moves_births = False
            if move < columns:
                column = move
                if column in (_BASELINE, _VOLUME):
                    end = 0
                elif column >= PARAMETERS:
                    row, first = divmod(column - PARAMETERS, leaks)
                    if row > 0:
                        end = first + 1
                    # An unborn leak, or a repair before the leak: the prior alone decides.
                    free = row > 1 and birth[first] >= repair_day[row - 2]
                    free = free or (row == 1 and birth[first] > last)
                    free = free or (row == 0 and first > 0 and birth[first - 1] > last)
                    if free or (row == 0 and first == 0):
                        z[column] = (
                            uniforms[p, column, 0] if is_uniform[column] else normals[p, column]
                        )
                        continue
                moves_births = column in (_BIRTH_RATE, _FIRST_BIRTH)
                moves_births = moves_births or PARAMETERS <= column < PARAMETERS + leaks
                saved[column] = z[column]
                z[column] = _moved(
                    z[column], normals[p, column], uniforms[p, column, 0], step, is_uniform[column]
                )
                chance = uniforms[p, column, 1]
            else:
                place = move - columns
                chance = joint[p, place, 1]
                saved[:] = z
                moves_births = True
                if place == 0:
                    normal = normals[p, columns]
                    gain = _hold_births(z, birth, last, leaks, prior, normal, step)
                elif place == 1:
                    normal = normals[p, columns + 1]
                    gain = _hold_starts(z, birth, last, leaks, prior, normal, step)
                    end = 0
                elif place == 2:
                    gain = _hold_repairs(z, birth, leaks, repair_day, joint[p, place, 0], step)
                    end = 0
                elif place >= 3 + leaks:
                    drawn = comings[p, place - 3 - leaks]
                    gain = _come_and_go(
                        z,
                        saved,
                        birth,
                        last,
                        leaks,
                        repair_day.size,
                        prior,
                        drawn[0],
                        drawn[1],
                        drawn[2],
                        normals[p, columns + place - 1 - leaks],
                        drawn[3:],
                    )
                else:
                    k = place - 3
                    if birth[k] > last:
                        continue
                    low = birth[k - 1] if k > 0 else onset - prior[10]
                    high = birth[k + 1] if k + 1 < leaks else last
                    high = min(high, last)
                    if k == 0:
                        high = min(high, onset)
                    if birth[k] < low or birth[k] > high:
                        continue
                    to = low + (high - low) * joint[p, place, 0]
                    if step < 1.0:
                        to = birth[k] + step * (high - low) * (joint[p, place, 0] - 0.5)
                    gain = -math.inf
                    if low < to < high:
                        gain = _hold_others(z, k, birth, leaks, onset, prior, to)
                    first, end = k, k + 1
            if moves_births:
                _births(z, leaks, onset, prior, new_birth)
            else:
                new_birth[:] = birth
            if (
                move == columns
            ):  # those that were not born must stay so: the move back holds as many
                for k in range(leaks):
                    if (new_birth[k] > last) != (birth[k] > last):
                        gain = -math.inf
            total[:] = 0.0
            for k in range(leaks):
                if first <= k < end:
                    _leak(z, k, leaks, prior, new_birth[k], repair_day, day, new_loss[k])
                    total += new_loss[k]
                else:
                    total += loss[k]
            new = _log_likelihood(
                z, total, prior, kind, log_value, log_sigma, of_station, open_share, density
            )
            if math.log(max(chance, 1e-300)) < new - known + gain:
                known = new
                for k in range(first, end):
                    loss[k] = new_loss[k]
                birth[:] = new_birth
                accepted[p] += 1.0
            elif move < columns:
                z[move] = saved[move]
            else:
                z[:] = saved


def walk_on(
    uniforms: Array,
    observations: LeakObservations,
    repair_day: Array,
    sweeps: int,
    key: int = 0,
    prior: LeakPrior = TUNNEL_PRIOR,
    leaks: int = LEAKS,
) -> tuple[Array, float]:
    """Move particles of the leak process on, each by itself, leaving the posterior as it is.

    Parameters
    ----------
    uniforms : ndarray, (particle, draws_needed(leaks, repairs))
        Uniform draws, such as those of `fit_process`. [-]
    observations : LeakObservations
        What was seen.
    repair_day : ndarray, (repair,)
        Days of repairs, rising. [d]
    sweeps : int
        Times that each draw is moved.
    key : int
        Which draws. [-]
    prior : LeakPrior
        What was believed before; leaks grow exponentially.
    leaks : int
        Most leaks of a history. [-]

    Returns
    -------
    ndarray, (particle, column)
        Uniform draws, moved. [-]
    float
        Share of moves accepted. [-]

    Raises
    ------
    DomainError
        If the particles have another shape.

    Notes
    -----
    Without observations that tell anything the prior stays as it is, and the likelihood agrees with
    `leak_process` (tests).
    """
    columns = draws_needed(leaks, len(repair_day))
    if uniforms.ndim != 2 or uniforms.shape[1] != columns:
        raise DomainError(f"particles: expected (particle, {columns}), given {uniforms.shape}")
    is_uniform = uniform_columns(columns, leaks)
    moved = _mixed(uniforms, is_uniform)
    constants = _constants(prior)
    accepted = np.zeros(len(moved))
    for sweep in range(sweeps):
        source = fit_generator(key, FIRST_ROUND + sweep)
        _sweep(
            moved,
            source.standard_normal((len(moved), columns + 2 + COMINGS)),
            source.random((len(moved), columns, 2)),
            source.random((len(moved), 3 + leaks + COMINGS, 2)),
            source.random((len(moved), COMINGS, 4 + len(repair_day))),
            STEPS[sweep % len(STEPS)],
            leaks,
            float(observations.day[0]),
            constants,
            np.asarray(repair_day, dtype=np.float64),
            observations.day,
            observations.kind,
            np.log(observations.value),
            observations.log_sigma,
            observations.of_station,
            observations.open_share,
            CABIN_DENSITY,
            is_uniform,
            accepted,
        )
    found = np.where(is_uniform, moved, ndtr(moved))
    return found, float(accepted.mean() / max(sweeps * columns, 1))


def walk_log_likelihood(
    uniforms: Array,
    observations: LeakObservations,
    repair_day: Array,
    prior: LeakPrior = TUNNEL_PRIOR,
    leaks: int = LEAKS,
) -> Array:
    """Logarithm of the probability of all observations, as `walk_on` takes it.

    Parameters as there.

    Returns
    -------
    ndarray, (particle,)
        [-]
    """
    constants = _constants(prior)
    mixed = _mixed(uniforms, uniform_columns(uniforms.shape[1], leaks))
    found = np.empty(len(uniforms))
    birth, loss = np.empty(leaks), np.empty((leaks, len(observations.day)))
    for p, draws in enumerate(mixed):
        _births(draws, leaks, float(observations.day[0]), constants, birth)
        for k in range(leaks):
            _leak(draws, k, leaks, constants, birth[k], repair_day, observations.day, loss[k])
        found[p] = _log_likelihood(
            draws,
            loss.sum(axis=0),
            constants,
            observations.kind,
            np.log(observations.value),
            observations.log_sigma,
            observations.of_station,
            observations.open_share,
            CABIN_DENSITY,
        )
    return found


def uniform_columns(columns: int, leaks: int) -> Flags:
    """Return which draws are moved as uniform ones: waits, repairs, share found, first birth."""
    found = np.ones(columns, np.bool_)
    found[:PARAMETERS] = False
    found[[_FOUND, _FIRST_BIRTH]] = True
    found[PARAMETERS + leaks : PARAMETERS + 2 * leaks] = False
    return found


def _mixed(uniforms: Array, is_uniform: Flags) -> Array:
    """Return draws as they are moved: uniform, or standard normal."""
    inside = np.clip(uniforms, _TINY, 1 - 2.0**-53)
    return np.ascontiguousarray(np.where(is_uniform, inside, ndtri(inside)))


def _constants(prior: LeakPrior) -> Array:
    """Return the prior in the order of the kernels."""
    return np.array(
        [
            *astuple(prior.baseline),
            *astuple(prior.birth_rate),
            *astuple(prior.first_rate),
            prior.first_spread,
            *astuple(prior.growth),
            prior.residual_power,
            prior.onset_span,
            *astuple(prior.volume),
        ]
    )
