"""Quality factor: how much worse a densely ionising particle is than a sparse one, per gray."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

# [keV/um] per [MeV cm2/g] in water of 1 g/cm3
KEV_PER_UM: Final = 0.1


def quality_factor(linear_energy_transfer: ArrayLike) -> NDArray[np.float64]:
    """Quality factor as a function of unrestricted linear energy transfer in water.

    ICRP Publication 60, kept in Publication 103 [1]_. The older ICRP-26 curve, used for the values
    printed for Mir, is another function and is left out.

    Parameters
    ----------
    linear_energy_transfer : array_like, (...)
        Not negative; NaN passes through. [keV/um]

    Returns
    -------
    ndarray, (...)
        Sieverts per gray. [-]

    References
    ----------
    .. [1] ICRP, "1990 Recommendations", Publication 60, Ann. ICRP 21 (1-3), 1991, table A-1.

    Examples
    --------
    >>> quality_factor([1.0, 10.0, 100.0, 400.0]).round(1).tolist()
    [1.0, 1.0, 29.8, 15.0]
    """
    transfer = np.asarray(linear_energy_transfer, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        dense = 300.0 / np.sqrt(transfer)
    return np.where(
        transfer < 10.0, 1.0, np.where(transfer <= 100.0, 0.32 * transfer - 2.2, dense)
    ) + np.where(np.isnan(transfer), np.nan, 0.0)
