"""What a channel will read next, from what it read last and from the commands: a ridge fit."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LARGEST: float = 1e9  # [-] standardised readings end here, so that squares stay finite; ours


@dataclass(frozen=True, eq=False)
class Forecaster:
    """Weights of one channel.

    Readings are standardised with ``centre`` and ``scale`` first. The next reading is ``constant``
    + ``lag_weights`` (lag,) on the last readings, newest first, + ``flag_weights`` (flag, 2) on the
    flags of the row and on their decaying sums.
    """

    centre: float
    scale: float
    constant: float
    lag_weights: Array
    flag_weights: Array


def held(values: Array) -> Array:
    """Put the last finite reading where there is none; the first finite one before it.

    Parameters
    ----------
    values : ndarray, (time,)
        Readings of one channel; NaN or infinite where there is none.

    Returns
    -------
    ndarray, (time,)
        Finite readings, zero throughout if there is none at all.

    Examples
    --------
    >>> held(np.array([np.nan, 2.0, np.inf, 3.0])).tolist()
    [2.0, 2.0, 2.0, 3.0]
    """
    good = np.isfinite(values)
    if not good.any():
        return np.zeros(len(values))
    last = np.maximum.accumulate(np.where(good, np.arange(len(values)), -1))
    return np.asarray(values[np.where(last < 0, np.argmax(good), last)], dtype=np.float64)


def centre_and_scale(values: Array) -> tuple[float, float]:
    """Mean and deviation of a channel; of a constant one its size stands for the deviation.

    Parameters
    ----------
    values : ndarray, (time,)
        Finite readings.

    Returns
    -------
    centre, scale : float
        Scale is greater than zero: the deviation, else the size of the constant, else one.

    Examples
    --------
    >>> centre_and_scale(np.array([1.0, 3.0]))
    (2.0, 1.0)
    >>> centre_and_scale(np.array([-5.0, -5.0]))
    (-5.0, 5.0)
    """
    size = float(np.abs(values).max())
    if size == 0:
        return 0.0, 1.0
    small = values / size  # so that squares of huge readings stay finite
    centre, scale = float(small.mean()), float(small.std())
    if scale <= 1e-9:  # less than the rounding of 32 bits: a constant
        return centre * size, size
    return centre * size, max(scale * size, np.finfo(np.float64).tiny)


def standardised(values: Array, centre: float, scale: float) -> Array:
    """Readings less the centre, in units of the scale, cut at ``LARGEST``.

    Parameters
    ----------
    values : ndarray, (time,)
        Finite readings.
    centre, scale : float
        Of `centre_and_scale`.

    Returns
    -------
    ndarray, (time,)
        [-]

    Examples
    --------
    >>> standardised(np.array([1.0, 5.0]), 2.0, 1.0).tolist()
    [-1.0, 3.0]
    """
    with np.errstate(over="ignore"):
        apart = values / scale - centre / scale
    return np.clip(apart, -LARGEST, LARGEST)


def decaying_sums(flags: Array, rows: float) -> Array:
    """How much was commanded of late: a sum of past flags that fades over some rows.

    Parameters
    ----------
    flags : ndarray, (time, flag)
        One while commanded.
    rows : float
        Rows over which the sum falls to 1/e, at least one.

    Returns
    -------
    ndarray, (time, flag)
        Scaled so that a lone flag leaves the same sum of squares whatever `rows` (nearly).

    Examples
    --------
    >>> decaying_sums(np.array([[1.0], [0.0]]), 4.0).ravel().tolist()
    [0.5, 0.375]
    """
    from scipy.signal import lfilter

    if flags.size == 0:
        return np.zeros(flags.shape)
    sums = lfilter([1 / rows], [1, -(1 - 1 / rows)], flags, axis=0)
    return np.asarray(sums * np.sqrt(rows))


def design_rows(values: Array, flags: Array, lags: int, decay: float) -> Array:
    """What the forecast of each row may see: a one, the last readings, the commands.

    Parameters
    ----------
    values : ndarray, (time,)
        Standardised readings.
    flags : ndarray, (time, flag)
        Command flags of the same rows.
    lags : int
        Number of past readings. Before the first row the first reading stands.
    decay : float
        Of `decaying_sums`.

    Returns
    -------
    ndarray, (time, 1 + lags + 2 flags)
        One, readings from newest to oldest, flags, decaying sums.

    Examples
    --------
    >>> design_rows(np.array([5.0, 6.0, 7.0]), np.zeros((3, 0)), 2, 20.0).tolist()
    [[1.0, 5.0, 5.0], [1.0, 5.0, 5.0], [1.0, 6.0, 5.0]]
    """
    count = len(values)
    seen = np.ones((count, 1 + lags + 2 * flags.shape[1]))
    for lag in range(1, lags + 1):
        seen[:lag, lag] = values[0]
        seen[lag:, lag] = values[:-lag]
    seen[:, 1 + lags : 1 + lags + flags.shape[1]] = flags
    seen[:, 1 + lags + flags.shape[1] :] = decaying_sums(flags, decay)
    return seen


def fold_bounds(count: int, folds: int) -> NDArray[np.int64]:
    """Where a record is cut into equal runs of rows.

    Parameters
    ----------
    count : int
        Rows.
    folds : int
        Runs wanted; fewer if there are fewer than two rows for each.

    Returns
    -------
    ndarray, (fold + 1,)
        Bounds of the runs.

    Examples
    --------
    >>> fold_bounds(10, 2).tolist()
    [0, 5, 10]
    """
    return np.linspace(0, count, max(1, min(folds, count // 2)) + 1).astype(np.int64)


def _ridge(gram: Array, moment: Array, penalty: float) -> Array:
    damped = gram + penalty * np.eye(len(gram))
    damped[0, 0] -= 0.999 * penalty  # the constant is hardly held back
    return np.asarray(np.linalg.solve(damped, moment))


def fit_forecaster(
    values: Array, flags: Array, *, lags: int, decay: float, penalty: float, folds: int
) -> tuple[Forecaster, Array]:
    """Fit a ridge regression of each reading on the readings and commands before it.

    One step ahead, linear, one channel at a time. Commands never seen in training have no weight.

    Parameters
    ----------
    values : ndarray, (time,)
        Finite readings of the nominal record.
    flags : ndarray, (time, flag)
        Command flags of the same rows.
    lags : int
        Past readings used.
    decay : float
        Rows over which past commands fade.
    penalty : float
        Of the squared weights, greater than zero, for standardised readings. [-]
    folds : int
        Runs of rows; each is forecast by weights fitted to the others.

    Returns
    -------
    forecaster : Forecaster
        Fitted to all rows.
    residuals : ndarray, (time,)
        Reading less forecast of each row by the weights that have not seen its run, standardised.
        These, not the residuals of the fit, tell what to expect of new telemetry. [-]

    References
    ----------
    .. [1] "Detecting spacecraft anomalies using LSTMs and nonparametric dynamic thresholding",
       KDD 2018, doi 10.1145/3219819.3219845: one forecaster a channel, with commands as inputs.

    Examples
    --------
    >>> wave = np.sin(np.arange(400) / 5)
    >>> fitted, residuals = fit_forecaster(
    ...     wave, np.zeros((400, 0)), lags=4, decay=20.0, penalty=1e-6, folds=4
    ... )
    >>> bool(np.abs(residuals[4:]).max() < 0.05)
    True
    """
    centre, scale = centre_and_scale(values)
    target = standardised(values, centre, scale)
    seen = design_rows(target, flags, lags, decay)
    bounds = fold_bounds(len(target), folds)
    runs = [slice(first, last) for first, last in pairwise(bounds)]
    grams = [seen[run].T @ seen[run] for run in runs]
    moments = [seen[run].T @ target[run] for run in runs]
    gram, moment = np.sum(grams, axis=0), np.sum(moments, axis=0)
    residuals = np.zeros(len(target))
    for run, part, share in zip(runs, grams, moments, strict=True):
        if len(runs) == 1:  # too few rows to leave any out
            weights = _ridge(gram, moment, penalty)
        else:
            weights = _ridge(gram - part, moment - share, penalty)
        # A forecast far outside of the record says nothing of the forecasts of all weights.
        forecast = np.clip(seen[run] @ weights, target.min() - 1, target.max() + 1)
        residuals[run] = target[run] - forecast
    weights = _ridge(gram, moment, penalty)
    count = flags.shape[1]
    fitted = Forecaster(
        centre=centre,
        scale=scale,
        constant=float(weights[0]),
        lag_weights=weights[1 : 1 + lags],
        flag_weights=weights[1 + lags :].reshape(2, count).T.copy(),
    )
    return fitted, residuals
