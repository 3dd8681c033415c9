"""Fading by turbulent air on a path to space (Recommendation ITU-R P.618-13, 2.4.1)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.services.gas import checked_path

Array = NDArray[np.float64]

ANTENNA_EFFICIENCY = 0.5  # [-] P.618-13: "a conservative estimate"
_TURBULENT_LAYER = 1_000.0  # [m] P.618-13, step 3


def scintillation_attenuation(
    exceeded: ArrayLike,
    frequency: ArrayLike,
    elevation: ArrayLike,
    *,
    wet_refractivity: ArrayLike,
    diameter: ArrayLike,
    efficiency: float = ANTENNA_EFFICIENCY,
) -> Array:
    """Fade by scintillation exceeded for a share of the year (P.618-13, 2.4.1) [1]_.

    Parameters
    ----------
    exceeded : array_like, (...)
        Share of an average year, 1e-4 to 0.5; down to 1e-5 beyond the range. [-]
    frequency : array_like, (...)
        4 to 20 GHz measured; others beyond the range, as the ITU's own total does. [Hz]
    elevation : array_like, (...)
        From 5 degrees; lower ones are held at 5 degrees, because deep fading below is another law
        (2.4.2) that is left out. [rad]
    wet_refractivity : array_like, (...)
        Wet term of the refractivity at the ground, middle of the year (P.453-13). [N-units]
    diameter : array_like, (...)
        Of the antenna. [m]
    efficiency : float
        Of the antenna. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Fade, zero or more. [dB]

    Raises
    ------
    DomainError
        If an elevation is outside 0 to pi/2, or a frequency outside 0.05 to 350 GHz.

    Notes
    -----
    Agrees with 32 paths of the validation table of the ITU to 1e-8 (validate services).

    References
    ----------
    .. [1] ITU-R P.618-13 (2017-12), equations 43 to 49.

    Examples
    --------
    >>> dish = {"wet_refractivity": 50.38926222, "diameter": 1.0, "efficiency": 0.65}
    >>> fade = scintillation_attenuation(0.01, 14.25e9, np.radians(31.07699124), **dish)
    >>> float(np.round(fade, 4))
    0.2619
    """
    f, angle = np.asarray(frequency, float), np.asarray(elevation, float)
    checked_path(f, angle, 350e9)
    sine = np.maximum(np.sin(angle), np.sin(np.radians(5.0)))
    reference = 3.6e-3 + 1e-4 * np.asarray(wet_refractivity, float)
    path = 2.0 * _TURBULENT_LAYER / (np.sqrt(sine**2 + 2.35e-4) + sine)
    gigahertz = f * 1e-9
    x = 1.22 * efficiency * np.asarray(diameter, float) ** 2 * gigahertz / path
    inside = 3.86 * (x**2 + 1.0) ** (11.0 / 12.0) * np.sin(
        11.0 / 6.0 * np.arctan2(1.0, x)
    ) - 7.08 * x ** (5.0 / 6.0)
    averaging = np.where(x < 7.0, np.sqrt(np.maximum(inside, 0.0)), 0.0)
    sigma = reference * gigahertz ** (7.0 / 12.0) * averaging / sine**1.2
    digits = np.log10(100.0 * np.asarray(exceeded, float))
    factor = -0.061 * digits**3 + 0.072 * digits**2 - 1.71 * digits + 3.0
    return np.asarray(np.maximum(factor, 0.0) * sigma)
