"""How large a smoothed residual may be: what training showed, raised by what is quiet lately."""

import numpy as np
from numpy.typing import NDArray

from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]


@inner_kernel
def quiet_share(amount: float, limit: float, quiet_mean: float, multiple: float) -> float:
    """What a row adds to the mean of the record: an amount, cut at twice the threshold."""
    return float(min(amount, 2.0 * max(limit, multiple * quiet_mean)))


@inner_kernel
def threshold_ratio(amount: float, limit: float, quiet_mean: float, multiple: float) -> float:
    """Amount beside the limit or a multiple of the quiet mean, whichever is larger. [-]"""
    # Limits are above zero; this division does not ask, so that channels go several at once.
    return float(np.true_divide(amount, max(limit, multiple * quiet_mean)))


@kernel
def _ratios(amounts: Array, limit: float, multiple: float) -> Array:
    found = np.empty(amounts.shape[0])
    total = 0.0
    for row in range(amounts.shape[0]):
        total += quiet_share(amounts[row], limit, total / max(row, 1), multiple)
        found[row] = threshold_ratio(amounts[row], limit, total / (row + 1), multiple)
    return found


def dynamic_ratios(amounts: Array, limit: float, multiple: float) -> Array:
    """Smoothed residuals in units of a threshold that follows the record.

    The threshold of a row is the limit from training, or a multiple of the mean of all amounts so
    far, each cut at twice the threshold before it, whichever is larger. It sees no later row. A
    record that differs from training from the start raises its threshold within some tens of rows;
    late in a long record an event raises it little. An abnormal state that lasts is got used to.

    Parameters
    ----------
    amounts : ndarray, (time,)
        Smoothed residuals, not negative. [-]
    limit : float
        Largest amount expected, greater than zero. [-]
    multiple : float
        Of the mean so far; zero for a fixed threshold. [-]

    Returns
    -------
    ndarray, (time,)
        One at the threshold. [-]

    References
    ----------
    .. [1] "Detecting spacecraft anomalies using LSTMs and nonparametric dynamic thresholding",
       KDD 2018, doi 10.1145/3219819.3219845: dynamic thresholds from the errors of a window; ours
       looks back only.

    Examples
    --------
    >>> dynamic_ratios(np.array([0.1, 0.1, 1.0]), 0.5, 0.0).tolist()
    [0.2, 0.2, 2.0]
    """
    return np.asarray(
        _ratios(np.ascontiguousarray(amounts, dtype=np.float64), float(limit), float(multiple))
    )
