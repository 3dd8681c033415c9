"""Forecasters of many channels at once: what their fits have in common is done once."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.forecast import (
    centre_and_scale,
    decaying_sums,
    fold_bounds,
    held,
    standardised,
)
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]

BLOCK = 32  # channels whose sums stay in the nearest memory of a processor


@dataclass(frozen=True, eq=False)
class Forecasters:
    """Weights of some channels, as `stationkeeper.caretaker.forecast.Forecaster` of each.

    ``centre``, ``scale``, ``constant``, ``mean`` of the held-out residuals (channel,); ``most`` of
    them when smoothed (fold, channel); ``lag_weights`` (lag, channel); ``flag_weights`` (2, flag,
    channel).
    """

    centre: Array
    scale: Array
    constant: Array
    lag_weights: Array
    flag_weights: Array
    mean: Array
    most: Array


@kernel
def _products(lagged: Array, lags: int, first: int, last: int) -> Array:
    """Sum products of each channel with itself, (lag + 1, lag + 1, channel), over some rows."""
    channels = lagged.shape[1]
    found = np.zeros((lags + 1, lags + 1, channels))
    for row in range(first, last):
        for one in range(lags + 1):
            newer = lagged[row + lags - one]
            for other in range(one, lags + 1):
                older = lagged[row + lags - other]
                sums = found[one, other]
                for channel in range(channels):
                    sums[channel] += newer[channel] * older[channel]
    for one in range(lags + 1):
        for other in range(one):
            found[one, other] = found[other, one]
    return found


@kernel
def _crossed(known: Array, lagged: Array, lags: int, first: int, last: int) -> Array:
    """Sum products of what is known with each channel, (lag + 1, known, channel), over some rows.

    Not by the BLAS: its threads wait for one another where cores are shared, and sum as they are.
    """
    wide, channels = known.shape[1], lagged.shape[1]
    found = np.zeros((lags + 1, wide, channels))
    for row in range(first, last):
        for lag in range(lags + 1):
            past = lagged[row + lags - lag]
            for column in range(wide):
                one = known[row, column]
                if one == 0.0:
                    continue
                sums = found[lag, column]
                for channel in range(channels):
                    sums[channel] += one * past[channel]
    return found


@kernel
def _residuals(
    target: Array,
    known: Array,
    lagged: Array,
    known_weights: Array,
    weights: Array,
    first: int,
    last: int,
    least: Array,
    most: Array,
    level: Array,
    largest: Array,
    total: Array,
    share: float,
) -> None:
    """Forecast some rows; smooth what is left over, keep its mean and its largest."""
    lags, channels = weights.shape
    expected = np.empty(channels)
    for row in range(first, last):
        expected[:] = 0.0
        for column in range(known.shape[1]):
            one = known[row, column]
            if one == 0.0:
                continue
            by = known_weights[column]
            for channel in range(channels):
                expected[channel] += one * by[channel]
        for lag in range(lags):
            past, by = lagged[row + lags - 1 - lag], weights[lag]
            for channel in range(channels):
                expected[channel] += by[channel] * past[channel]
        values = target[row]
        for channel in range(channels):
            value = min(max(expected[channel], least[channel]), most[channel])
            amount = abs(values[channel] - value)
            total[channel] += amount
            if row == 0:
                level[channel] = amount
            level[channel] += share * (amount - level[channel])
            largest[channel] = max(largest[channel], level[channel])


def fit_forecasters(
    readings: Array,
    flags: Array,
    *,
    lags: int,
    decay: float,
    penalty: float,
    folds: int,
    smoothing: float,
) -> Forecasters:
    """Fit `stationkeeper.caretaker.forecast.fit_forecaster` to many channels.

    Flags are the same for all, so that their products are summed once for each fold; the memory
    taken is that of the channels given and of one matrix a fold.

    Parameters
    ----------
    readings : ndarray, (time, channel)
        Nominal record, NaN or infinite where nothing came; some finite reading in each channel.
    flags : ndarray, (time, flag)
        Finite.
    lags, decay, penalty, folds : int or float
        As for one channel.
    smoothing : float
        Rows of the moving mean of residuals, at least one. [-]

    Returns
    -------
    Forecasters

    Notes
    -----
    Agrees with the fit of single channels to rounding (tests/unit/test_watch.py).

    Examples
    --------
    >>> wave = np.sin(np.arange(400)[:, None] / np.array([5.0, 9.0]))
    >>> fitted = fit_forecasters(
    ...     wave, np.zeros((400, 0)), lags=4, decay=20.0, penalty=1e-6, folds=4, smoothing=3.0
    ... )
    >>> fitted.lag_weights.shape, bool((fitted.mean < 0.05).all())
    ((4, 2), True)
    """
    count, channels = readings.shape
    known = np.column_stack([np.ones(count), flags, decaying_sums(flags, decay)])
    bounds = fold_bounds(count, folds)
    shared = np.array(
        [_crossed(known, known, 0, first, last)[0] for first, last in pairwise(bounds)]
    )
    blocks = [
        _fit_block(
            np.ascontiguousarray(readings[:, first : first + BLOCK].T, dtype=np.float64),
            known,
            shared,
            bounds,
            lags,
            penalty,
            2.0 / (smoothing + 1.0),
        )
        for first in range(0, channels, BLOCK)
    ]
    parts = [np.concatenate(part, axis=-1) for part in zip(*blocks, strict=True)]
    return Forecasters(*parts)


def _fit_block(
    rows: Array,
    known: Array,
    shared: Array,
    bounds: NDArray[np.int64],
    lags: int,
    penalty: float,
    share: float,
) -> tuple[Array, ...]:
    """Fit some channels, rows (channel, time); return the fields of `Forecasters`."""
    channels, count = rows.shape
    target = np.empty((count, channels))
    centre, scale = np.empty(channels), np.empty(channels)
    for channel, values in enumerate(rows):
        full = values if np.isfinite(values).all() else held(values)
        centre[channel], scale[channel] = centre_and_scale(full)
        target[:, channel] = standardised(full, centre[channel], scale[channel])
    lagged = np.concatenate([np.repeat(target[:1], lags, axis=0), target])
    wide = known.shape[1]
    # Columns as in `design_rows`: one, lags, flags, decaying sums.
    columns = np.concatenate([[0], lags + np.arange(1, wide)])
    lag_columns = np.arange(1, lags + 1)
    grams = np.zeros((len(shared), channels, wide + lags, wide + lags))
    moments = np.zeros((len(shared), channels, wide + lags))
    for fold, (first, last) in enumerate(pairwise(bounds)):
        grams[fold][:, columns[:, None], columns] = shared[fold]
        cross = _crossed(known, lagged, lags, first, last)
        moments[fold][:, columns] = cross[0].T
        for lag in range(1, lags + 1):
            grams[fold][:, columns, lag] = cross[lag].T
            grams[fold][:, lag, columns] = cross[lag].T
        own = _products(lagged, lags, first, last)
        moments[fold][:, lag_columns] = own[0, 1:].T
        grams[fold][:, lag_columns[:, None], lag_columns] = own[1:, 1:].transpose(2, 0, 1)
    gram, moment = grams.sum(axis=0), moments.sum(axis=0)
    damping = np.full(wide + lags, penalty)
    damping[0] *= 0.001  # the constant is hardly held back
    level, total = np.zeros(channels), np.zeros(channels)
    largest = np.zeros((len(shared), channels))
    least, most = target.min(axis=0) - 1, target.max(axis=0) + 1
    for fold, (first, last) in enumerate(pairwise(bounds)):
        if len(shared) == 1:  # too few rows to leave any out
            weights = _solved(gram, moment, damping)
        else:
            weights = _solved(gram - grams[fold], moment - moments[fold], damping)
        _residuals(
            target,
            known,
            lagged,
            weights[columns],
            weights[lag_columns],
            first,
            last,
            least,
            most,
            level,
            largest[fold],
            total,
            share,
        )
    weights = _solved(gram, moment, damping)
    return (
        centre,
        scale,
        weights[0],
        weights[lag_columns],
        weights[1 + lags :].reshape(2, -1, channels),
        total / count,
        largest,
    )


def _solved(gram: Array, moment: Array, damping: Array) -> Array:
    """Return weights (column, channel)."""
    damped = gram + np.diag(damping)
    return np.ascontiguousarray(np.linalg.solve(damped, moment[..., np.newaxis])[..., 0].T)
