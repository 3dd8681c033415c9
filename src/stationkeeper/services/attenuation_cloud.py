"""Attenuation by clouds on a path to space (Recommendation ITU-R P.840-8)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.services.gas import checked_path, obliquity

Array = NDArray[np.float64]

_CLOUD_LAYER = 3_000.0  # [m] top of the water clouds, for paths below 5 degrees; chosen by us


def liquid_coefficient(frequency: ArrayLike) -> Array:
    """Attenuation of a kilogram of cloud water in a square metre, at 0 degC (P.840-8) [1]_.

    Rayleigh scattering with a double-Debye law for the dielectric constant of water. Ice is left
    out; it hardly attenuates.

    Parameters
    ----------
    frequency : array_like, (...)
        To 200 GHz. [Hz]

    Returns
    -------
    ndarray, (...)
        Attenuation straight up over the column of liquid water. [dB m2/kg]

    References
    ----------
    .. [1] ITU-R P.840-8 (2019-08), "Attenuation due to clouds and fog", equations 2 to 11.

    Examples
    --------
    >>> float(np.round(liquid_coefficient(30e9), 3))
    0.771
    """
    f = np.asarray(frequency, float) * 1e-9
    theta = 300.0 / 273.15
    still = 77.66 + 103.3 * (theta - 1.0)
    middle = 0.0671 * still
    fast = 3.52
    first = 20.20 - 146.0 * (theta - 1.0) + 316.0 * (theta - 1.0) ** 2  # [GHz]
    second = 39.8 * first
    real = (
        (still - middle) / (1.0 + (f / first) ** 2)
        + (middle - fast) / (1.0 + (f / second) ** 2)
        + fast
    )
    imaginary = f * (still - middle) / (first * (1.0 + (f / first) ** 2)) + f * (middle - fast) / (
        second * (1.0 + (f / second) ** 2)
    )
    eta = (2.0 + real) / imaginary
    return np.asarray(0.819 * f / (imaginary * (1.0 + eta**2)))


def cloud_attenuation(frequency: ArrayLike, elevation: ArrayLike, liquid: ArrayLike) -> Array:
    """Attenuation by clouds on a path to space (P.840-8) [1]_.

    Parameters
    ----------
    frequency : array_like, (...)
        To 200 GHz. [Hz]
    elevation : array_like, (...)
        0 to pi/2. The Recommendation holds from 5 degrees; below, `gas.obliquity`. [rad]
    liquid : array_like, (...)
        Liquid water in the column, reduced to 0 degC. [kg/m2]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Attenuation. [dB]

    Raises
    ------
    DomainError
        If an elevation is outside 0 to pi/2, or a frequency outside 0.05 to 200 GHz.

    Notes
    -----
    Agrees with 10 paths of the validation table of the ITU to 1e-8 (validate services).

    References
    ----------
    .. [1] ITU-R P.840-8 (2019-08), equation 12.

    Examples
    --------
    >>> float(np.round(cloud_attenuation(29e9, np.radians(30.0), 1.0), 3))
    1.448
    """
    f, angle = np.asarray(frequency, float), np.asarray(elevation, float)
    checked_path(f, angle, 200e9)
    column = np.maximum(np.asarray(liquid, float), 0.0)
    return np.asarray(column * liquid_coefficient(f) * obliquity(angle, _CLOUD_LAYER))
