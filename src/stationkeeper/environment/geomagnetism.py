"""What Earth's field and body keep away: cutoff rigidity from L, and the shadow of the Earth."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_MEAN_RADIUS
from stationkeeper.errors import DomainError

Array = NDArray[np.float64]


def cutoff_rigidity(l_shell: ArrayLike) -> Array:
    """Effective vertical cutoff rigidity of a point from its L.

    Oblique arrival, penumbra and storms are left out: one number for all directions.

    Parameters
    ----------
    l_shell : array_like, (...)
        McIlwain's L, greater than zero. [-]

    Returns
    -------
    ndarray, (...)
        [GV]

    Raises
    ------
    DomainError
        If any L is not positive.

    Notes
    -----
    Fits by several authors have constants from 15.0 to 16.7 GV, so 5 % either way.

    References
    ----------
    .. [1] M. A. Shea, D. F. Smart, L. C. Gentile, "Estimating cosmic ray vertical cutoff rigidities
       as a function of the McIlwain L-parameter", Phys. Earth Planet. Inter. 48 (1987) 200.

    Examples
    --------
    >>> cutoff_rigidity([1.0, 2.0, 4.0]).round(2).tolist()
    [15.96, 3.98, 0.99]
    """
    shell = np.asarray(l_shell, dtype=float)
    if np.any(shell <= 0):
        raise DomainError("the cutoff rigidity needs L > 0")
    return np.asarray(15.96 * shell**-2.005)


def visible_sky(height: ArrayLike) -> Array:
    """Share of the full sphere that the Earth does not hide.

    The atmosphere is taken as solid up to the mean radius; albedo is left out.

    Parameters
    ----------
    height : array_like, (...)
        Above the mean radius, not negative. [m]

    Returns
    -------
    ndarray, (...)
        0.5 on the ground to 1 far away. [-]

    Raises
    ------
    DomainError
        If any height is negative.

    Examples
    --------
    >>> round(float(visible_sky(420_000.0)), 3)
    0.673
    """
    above = np.asarray(height, dtype=float)
    if np.any(above < 0):
        raise DomainError("the visible sky needs a height of at least zero")
    ratio = EARTH_MEAN_RADIUS / (EARTH_MEAN_RADIUS + above)
    return np.asarray(0.5 * (1 + np.sqrt(1 - ratio**2)))
