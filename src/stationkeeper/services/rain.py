"""Attenuation by rain on a path to space (Recommendations ITU-R P.838-3 and P.618-13).

Rain rates are in m/s inside (1 mm/h = 2.78e-7 m/s); the Recommendations write mm/h, GHz and km.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.services.gas import checked_path

Array = NDArray[np.float64]

MILLIMETRE_PER_HOUR: Final = 1e-3 / 3_600.0  # [m/s]
RAIN_ABOVE_FREEZING: Final = 360.0  # [m] from the 0 degC height to the top of the rain (P.839-4)

_RADIUS = 8_500_000.0  # [m] of the Earth with the bending of rays (P.618-13, 2.2.1.1)


def rain_coefficients(
    frequency: ArrayLike, elevation: ArrayLike, tilt: ArrayLike
) -> tuple[Array, Array]:
    """Return k and alpha of ``attenuation = k rate^alpha`` (P.838-3) [1]_.

    Parameters
    ----------
    frequency : array_like, (...)
        1 GHz to 1 THz; the lower ones are used beyond the range, where rain hardly matters. [Hz]
    elevation : array_like, (...)
        0 to pi/2. [rad]
    tilt : array_like, (...)
        Of the polarisation to the horizontal; pi/4 for circular. [rad]

    Returns
    -------
    tuple of ndarray, broadcast shape of the inputs
        k in dB/km at 1 mm/h, and alpha. [dB/km, -]

    Notes
    -----
    Agrees with 8 rows of the validation table of the ITU to its 8 digits (validate services).

    References
    ----------
    .. [1] ITU-R P.838-3 (2005-03), "Specific attenuation model for rain", equations 2 to 5.

    Examples
    --------
    >>> k, alpha = rain_coefficients(29e9, np.radians(31.07699124), 0.0)
    >>> round(float(k), 8), round(float(alpha), 8)
    (0.22106804, 0.95320005)
    """
    digits = np.log10(np.asarray(frequency, float) * 1e-9)
    k_h = 10.0 ** _bumps(digits, _K_HORIZONTAL, -0.18961, 0.71147)
    k_v = 10.0 ** _bumps(digits, _K_VERTICAL, -0.16398, 0.63297)
    alpha_h = _bumps(digits, _ALPHA_HORIZONTAL, 0.67849, -1.95537)
    alpha_v = _bumps(digits, _ALPHA_VERTICAL, -0.053739, 0.83433)
    turned = np.cos(np.asarray(elevation, float)) ** 2 * np.cos(2.0 * np.asarray(tilt, float))
    k = 0.5 * (k_h + k_v + (k_h - k_v) * turned)
    both = k_h * alpha_h + k_v * alpha_v + (k_h * alpha_h - k_v * alpha_v) * turned
    return np.asarray(k), np.asarray(both / (2.0 * k))


def rain_attenuation(
    exceeded: ArrayLike,
    frequency: ArrayLike,
    elevation: ArrayLike,
    *,
    latitude: ArrayLike,
    height: ArrayLike,
    rain_height: ArrayLike,
    rain_rate: ArrayLike,
    tilt: ArrayLike = np.pi / 4,
) -> Array:
    """Attenuation by rain exceeded for a share of the year (P.618-13, 2.2.1.1) [1]_.

    Parameters
    ----------
    exceeded : array_like, (...)
        Share of an average year, 1e-5 to 0.05; up to 0.5 the formula is used beyond its range,
        where it gives next to nothing. [-]
    frequency : array_like, (...)
        1 to 55 GHz; others beyond the range. [Hz]
    elevation : array_like, (...)
        0 to pi/2. [rad]
    latitude : array_like, (...)
        Of the place. [rad]
    height : array_like, (...)
        Of the place over the sea. [m]
    rain_height : array_like, (...)
        Top of the rain over the sea (P.839-4). Where the place is higher there is none. [m]
    rain_rate : array_like, (...)
        Exceeded 0.01 % of the year (P.837-7). [m/s]
    tilt : array_like, (...)
        Of the polarisation to the horizontal; pi/4 for circular. [rad]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Attenuation. [dB]

    Raises
    ------
    DomainError
        If an elevation is outside 0 to pi/2, or a frequency outside 0.05 GHz to 1 THz.

    Notes
    -----
    Agrees with 22 paths of the validation table of the ITU to 1e-9 (validate services). The
    Recommendation is an empirical law: against measurements it is good to some 25 % (ITU-R).

    References
    ----------
    .. [1] ITU-R P.618-13 (2017-12), "Propagation data and prediction methods required for the
       design of Earth-space telecommunication systems", steps 1 to 10.

    Examples
    --------
    >>> place = {"latitude": np.radians(51.5), "height": 31.38, "rain_height": 2452.73}
    >>> rate = 26.48052 * MILLIMETRE_PER_HOUR
    >>> angle = np.radians(31.07699124)
    >>> lost = rain_attenuation(1e-3, 29e9, angle, rain_rate=rate, tilt=0.0, **place)
    >>> float(np.round(lost, 2))
    8.57
    """
    f, angle = np.asarray(frequency, float), np.asarray(elevation, float)
    checked_path(f, angle, 1e12)
    percent = 100.0 * np.asarray(exceeded, float)
    above = (np.asarray(rain_height, float) - np.asarray(height, float)) * 1e-3  # [km]
    wet = (above > 0.0) & (np.asarray(rain_rate, float) > 0.0)
    above = np.where(wet, above, 1.0)
    rate = np.where(wet, np.asarray(rain_rate, float) / MILLIMETRE_PER_HOUR, 1.0)
    gigahertz = f * 1e-9
    sine, cosine = np.sin(angle), np.maximum(np.cos(angle), 1e-9)
    steep = sine >= np.sin(np.radians(5.0))
    slant = np.where(
        steep,
        above / np.where(steep, sine, 1.0),
        2.0 * above / (np.sqrt(sine**2 + 2.0 * above / (_RADIUS * 1e-3)) + sine),
    )
    flat = slant * cosine
    k, alpha = rain_coefficients(f, angle, tilt)
    specific = k * rate**alpha  # [dB/km]
    across = 1.0 / (
        1.0 + 0.78 * np.sqrt(flat * specific / gigahertz) - 0.38 * (1.0 - np.exp(-2.0 * flat))
    )
    top = np.arctan2(above, flat * across)
    length = np.where(top > angle, flat * across / cosine, above / np.maximum(sine, 1e-9))
    degrees = np.abs(np.degrees(np.asarray(latitude, float)))
    chi = np.where(degrees < 36.0, 36.0 - degrees, 0.0)
    slope = 31.0 * (1.0 - np.exp(-np.degrees(angle) / (1.0 + chi)))
    up = 1.0 / (1.0 + np.sqrt(sine) * (slope * np.sqrt(length * specific) / gigahertz**2 - 0.45))
    hundredth = specific * length * up  # exceeded 0.01 % of the year
    low = np.where(angle > np.radians(25.0), 0.0, 1.8 - 4.25 * sine)
    beta = np.where((percent >= 1.0) | (degrees >= 36.0), 0.0, -0.005 * (degrees - 36.0) + low)
    power = -(
        0.655
        + 0.033 * np.log(percent)
        - 0.045 * np.log(np.maximum(hundredth, 1e-12))
        - beta * (1.0 - percent) * sine
    )
    return np.asarray(np.where(wet, hundredth * (percent / 0.01) ** power, 0.0))


# Rows of (a, b, c) of tables 1 to 4 of P.838-3.
_K_HORIZONTAL = (
    (-5.33980, -0.10008, 1.13098),
    (-0.35351, 1.26970, 0.45400),
    (-0.23789, 0.86036, 0.15354),
    (-0.94158, 0.64552, 0.16817),
)
_K_VERTICAL = (
    (-3.80595, 0.56934, 0.81061),
    (-3.44965, -0.22911, 0.51059),
    (-0.39902, 0.73042, 0.11899),
    (0.50167, 1.07319, 0.27195),
)
_ALPHA_HORIZONTAL = (
    (-0.14318, 1.82442, -0.55187),
    (0.29591, 0.77564, 0.19822),
    (0.32177, 0.63773, 0.13164),
    (-5.37610, -0.96230, 1.47828),
    (16.1721, -3.29980, 3.43990),
)
_ALPHA_VERTICAL = (
    (-0.07771, 2.33840, -0.76284),
    (0.56727, 0.95545, 0.54039),
    (-0.20238, 1.14520, 0.26809),
    (-48.2991, 0.791669, 0.116226),
    (48.5833, 0.791459, 0.116479),
)


def _bumps(
    digits: Array, rows: tuple[tuple[float, float, float], ...], slope: float, level: float
) -> Array:
    total = slope * digits + level
    for a, b, c in rows:
        total = total + a * np.exp(-(((digits - b) / c) ** 2))
    return np.asarray(total)
