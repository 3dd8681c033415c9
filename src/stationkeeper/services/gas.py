"""Attenuation by oxygen and water vapour on a path to space (Recommendation ITU-R P.676-12).

Pressures inside are in pascal, densities in kg/m3; the formulae of the Recommendation are written
in hPa, g/m3 and GHz, into which each function turns what it is given.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.services.gas_lines import OXYGEN, WATER_VAPOUR

Array = NDArray[np.float64]

_GHZ = 1e-9  # [GHz/Hz]
_MEDIAN_RADIUS = 8_500_000.0  # [m] of the Earth with the bending of rays (P.618-13, 2.2.1.1)


def oxygen_specific_attenuation(
    frequency: ArrayLike, dry_pressure: ArrayLike, temperature: ArrayLike, density: ArrayLike
) -> Array:
    """Specific attenuation of dry air, line by line (annex 1, equations 1 to 9) [1]_.

    Zeeman splitting above 30 km is left out.

    Parameters
    ----------
    frequency : array_like, (...)
        1 GHz to 1 THz. [Hz]
    dry_pressure : array_like, (...)
        Pressure of the dry air. [Pa]
    temperature : array_like, (...)
        Greater than zero. [K]
    density : array_like, (...)
        Water vapour, which widens the lines. [kg/m3]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Specific attenuation. [dB/m]

    Notes
    -----
    Agrees with 16 frequencies of the validation table of the ITU to 1e-7 (validate services).

    References
    ----------
    .. [1] ITU-R P.676-12 (2019-08), annex 1.

    Examples
    --------
    >>> float(np.round(oxygen_specific_attenuation(60e9, 101_325.0, 288.15, 7.5e-3) * 1e3, 4))
    14.6235
    """
    f, p, theta, e = _conditions(frequency, dry_pressure, temperature, density)
    f, p, theta, e = (x[..., None] for x in (f, p, theta, e))
    line, a1, a2, a3, a4, a5, a6 = OXYGEN.T
    width = a3 * 1e-4 * (p * theta ** (0.8 - a4) + 1.1 * e * theta)
    width = np.sqrt(width**2 + 2.25e-6)
    overlap = (a5 + a6 * theta) * 1e-4 * (p + e) * theta**0.8
    strength = a1 * 1e-7 * p * theta**3 * np.exp(a2 * (1.0 - theta))
    shape = (f / line) * (
        (width - overlap * (line - f)) / ((line - f) ** 2 + width**2)
        + (width - overlap * (line + f)) / ((line + f) ** 2 + width**2)
    )
    debye = 5.6e-4 * (p + e) * theta**0.8
    continuum = (
        f
        * p
        * theta**2
        * (
            6.14e-5 / (debye * (1.0 + (f / debye) ** 2))
            + 1.4e-12 * p * theta**1.5 / (1.0 + 1.9e-5 * f**1.5)
        )
    )
    imaginary = np.sum(strength * shape, axis=-1) + continuum[..., 0]
    return np.asarray(0.1820 * f[..., 0] * imaginary * 1e-3)


def vapour_specific_attenuation(
    frequency: ArrayLike, dry_pressure: ArrayLike, temperature: ArrayLike, density: ArrayLike
) -> Array:
    """Specific attenuation of water vapour, line by line (annex 1, equations 1 to 6) [1]_.

    Parameters
    ----------
    frequency : array_like, (...)
        1 GHz to 1 THz. [Hz]
    dry_pressure : array_like, (...)
        Pressure of the dry air. [Pa]
    temperature : array_like, (...)
        Greater than zero. [K]
    density : array_like, (...)
        Water vapour. [kg/m3]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Specific attenuation. [dB/m]

    References
    ----------
    .. [1] ITU-R P.676-12 (2019-08), annex 1.

    Examples
    --------
    >>> float(np.round(vapour_specific_attenuation(22e9, 101_325.0, 288.15, 7.5e-3) * 1e3, 5))
    0.17421
    """
    f, p, theta, e = _conditions(frequency, dry_pressure, temperature, density)
    f, p, theta, e = (x[..., None] for x in (f, p, theta, e))
    line, b1, b2, b3, b4, b5, b6 = WATER_VAPOUR.T
    width = b3 * 1e-4 * (p * theta**b4 + b5 * e * theta**b6)
    width = 0.535 * width + np.sqrt(0.217 * width**2 + 2.1316e-12 * line**2 / theta)
    strength = b1 * 1e-1 * e * theta**3.5 * np.exp(b2 * (1.0 - theta))
    shape = (f / line) * (
        width / ((line - f) ** 2 + width**2) + width / ((line + f) ** 2 + width**2)
    )
    return np.asarray(0.1820 * f[..., 0] * np.sum(strength * shape, axis=-1) * 1e-3)


def oxygen_height(
    frequency: ArrayLike, dry_pressure: ArrayLike, temperature: ArrayLike, density: ArrayLike
) -> Array:
    """Equivalent height of the oxygen (annex 2, equations 30 to 34) [1]_.

    Parameters
    ----------
    frequency : array_like, (...)
        1 to 350 GHz. [Hz]
    dry_pressure : array_like, (...)
        At the ground. [Pa]
    temperature : array_like, (...)
        At the ground. [K]
    density : array_like, (...)
        Water vapour at the ground. [kg/m3]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Height of a layer as dense as at the ground that attenuates as much. [m]

    References
    ----------
    .. [1] ITU-R P.676-12 (2019-08), annex 2.

    Examples
    --------
    >>> float(np.round(oxygen_height(14.25e9, 101_325.0, 288.15, 7.5e-3)))
    4886.0
    """
    f, p, theta, e = _conditions(frequency, dry_pressure, temperature, density)
    celsius = 300.0 / theta - 273.15
    ratio = (p + e) / 1013.25
    t1 = 5.1040 / (1.0 + 0.066 * ratio**-2.3)
    t1 = t1 * np.exp(-(((f - 59.7) / (2.87 + 12.4 * np.exp(-7.9 * ratio))) ** 2))
    t2 = sum(
        c * np.exp(2.12 * ratio) / ((f - line) ** 2 + 0.025 * np.exp(2.2 * ratio))
        for c, line in _OXYGEN_BUMPS
    )
    t3 = 0.0114 * f / (1.0 + 0.14 * ratio**-2.6)
    t3 = t3 * (15.02 * f**2 - 1353.0 * f + 5.333e4)
    t3 = t3 / (f**3 - 151.3 * f**2 + 9629.0 * f - 6803.0)
    warmth = 0.7832 + 0.00709 * celsius
    height = 6.1 * warmth / (1.0 + 0.17 * ratio**-1.1) * (1.0 + t1 + t2 + t3)
    height = np.where(f < 70.0, np.minimum(height, 10.7 * ratio**0.3), height)
    return np.asarray(height * 1e3)


def zenith_vapour_attenuation(frequency: ArrayLike, content: ArrayLike, height: ArrayLike) -> Array:
    """Attenuation by the water vapour straight above (annex 2, equation 39) [1]_.

    Parameters
    ----------
    frequency : array_like, (...)
        1 to 350 GHz. [Hz]
    content : array_like, (...)
        Water vapour in the column, greater than zero. [kg/m2]
    height : array_like, (...)
        Of the place over the sea; held within 0 to 4 km. [m]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Attenuation at the zenith. [dB]

    References
    ----------
    .. [1] ITU-R P.676-12 (2019-08), annex 2.

    Examples
    --------
    >>> float(np.round(zenith_vapour_attenuation(29e9, 33.72946527, 31.38), 4))
    0.3341
    """
    hertz, column = np.asarray(frequency, float), np.asarray(content, float)
    kilometres = np.clip(np.asarray(height, float) * 1e-3, 0.0, 4.0)
    reference = column / 2.38  # [g/m3]
    kelvin = 14.0 * np.log(0.22 * reference) + 3.0 + 273.15
    here = vapour_specific_attenuation(hertz, 84_500.0, kelvin, reference * 1e-3)
    there = vapour_specific_attenuation(20.6e9, 84_500.0, kelvin, reference * 1e-3)
    zenith = 0.0176 * column * here / there
    f = hertz * _GHZ
    a = (
        0.2048 * np.exp(-(((f - 22.43) / 3.097) ** 2))
        + 0.2326 * np.exp(-(((f - 183.5) / 4.096) ** 2))
        + 0.2073 * np.exp(-(((f - 325.0) / 3.651) ** 2))
        - 0.1113
    )
    b = 8.741e4 * np.exp(-0.587 * f) + 312.2 * f**-2.38 + 0.723
    # Below 20 GHz the height does not matter; b would overflow at the lowest frequencies.
    raised = kilometres ** np.where(f < 20.0, 1.0, b)
    return np.asarray(np.where(f < 20.0, zenith, zenith * (a * raised + 1.0)))


def gas_attenuation(
    frequency: ArrayLike,
    elevation: ArrayLike,
    *,
    dry_pressure: ArrayLike,
    temperature: ArrayLike,
    density: ArrayLike,
    content: ArrayLike,
    height: ArrayLike,
) -> Array:
    """Attenuation by gases on a path to space (annex 2 of P.676-12) [1]_.

    Parameters
    ----------
    frequency : array_like, (...)
        1 to 350 GHz; below 1 GHz the formula is used beyond its range, where it is small. [Hz]
    elevation : array_like, (...)
        0 to pi/2. The Recommendation holds from 5 degrees; below, the path through a shell round
        the Earth stands in the place of 1/sin, which is our choice. [rad]
    dry_pressure, temperature, density : array_like, (...)
        At the ground: dry air, air, water vapour. [Pa, K, kg/m3]
    content : array_like, (...)
        Water vapour in the column. [kg/m2]
    height : array_like, (...)
        Of the place over the sea. [m]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Attenuation. [dB]

    Raises
    ------
    DomainError
        If an elevation is outside 0 to pi/2, or a frequency outside 0.05 to 350 GHz.

    Notes
    -----
    Agrees with 16 paths of the validation table of the ITU to 1e-8 (validate services).

    References
    ----------
    .. [1] ITU-R P.676-12 (2019-08), annex 2, equation 29.

    Examples
    --------
    >>> air = {"dry_pressure": 100_948.56, "temperature": 283.61, "density": 13.7965e-3}
    >>> path = {"content": 33.7295, "height": 31.38}
    >>> float(np.round(gas_attenuation(29e9, np.radians(31.077), **air, **path), 3))
    0.838
    """
    hertz, angle = np.asarray(frequency, float), np.asarray(elevation, float)
    checked_path(hertz, angle, 350e9)
    oxygen = oxygen_specific_attenuation(hertz, dry_pressure, temperature, density)
    layer = oxygen_height(hertz, dry_pressure, temperature, density)
    vapour = zenith_vapour_attenuation(hertz, content, height)
    # 2 km: what the water vapour reaches to.
    return np.asarray(oxygen * layer * obliquity(angle, layer) + vapour * obliquity(angle, 2e3))


def obliquity(elevation: ArrayLike, layer: ArrayLike) -> Array:
    """How many times longer a slanting path through a layer is than the one straight up.

    1/sin from 5 degrees up; below, the path through a shell round the Earth of 8,500 km (P.618-13,
    equation 2), scaled so that both agree at 5 degrees.

    Parameters
    ----------
    elevation : array_like, (...)
        0 to pi/2. [rad]
    layer : array_like, (...)
        Height of the layer, greater than zero. [m]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [-]

    Examples
    --------
    >>> np.round(obliquity(np.radians([90.0, 30.0, 5.0, 1.0]), 4e3), 2).tolist()
    [1.0, 2.0, 11.47, 39.06]
    """
    sine = np.sin(np.asarray(elevation, float))
    thin = 2.0 * np.asarray(layer, float) / _MEDIAN_RADIUS
    five = np.sin(np.radians(5.0))
    shell = 2.0 / (np.sqrt(sine**2 + thin) + sine)
    joined = shell * (np.sqrt(five**2 + thin) + five) / (2.0 * five)
    return np.asarray(np.where(sine >= five, 1.0 / np.maximum(sine, five), joined))


def checked_path(frequency: Array, elevation: Array, highest: float) -> None:
    """Say which frequency or elevation is outside what the Recommendations hold for.

    Parameters
    ----------
    frequency : ndarray, (...)
        [Hz]
    elevation : ndarray, (...)
        [rad]
    highest : float
        Highest frequency. [Hz]

    Raises
    ------
    DomainError
        If an elevation is outside 0 to pi/2, or a frequency outside 0.05 GHz to the highest.

    Examples
    --------
    >>> checked_path(np.array(1e12), np.array(0.5), 350e9)
    Traceback (most recent call last):
    stationkeeper.errors.DomainError: frequency of a link: expected 0.05 to 350 GHz, given 1000
    """
    if np.any(frequency < 0.05e9) or np.any(frequency > highest):
        worst = np.ravel(frequency)[np.argmax(np.abs(np.ravel(frequency) - 1e9))]
        raise DomainError(
            f"frequency of a link: expected 0.05 to {highest * _GHZ:g} GHz, given {worst * _GHZ:g}"
        )
    if np.any(elevation < 0.0) or np.any(elevation > np.pi / 2 + 1e-9):
        raise DomainError("elevation of a link: expected 0 to 90 degrees")


_OXYGEN_BUMPS = (  # table 3 of P.676-12: coefficient and frequency [GHz]
    (0.1597, 118.750334),
    (0.1066, 368.498246),
    (0.1325, 424.763020),
    (0.1242, 487.249273),
    (0.0938, 715.392902),
    (0.1448, 773.839490),
    (0.1374, 834.145546),
)


def _conditions(
    frequency: ArrayLike, dry_pressure: ArrayLike, temperature: ArrayLike, density: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    """Return frequency [GHz], dry pressure [hPa], 300 K over temperature, vapour pressure [hPa]."""
    f, p, kelvin, rho = np.broadcast_arrays(
        *(np.asarray(x, float) for x in (frequency, dry_pressure, temperature, density))
    )
    return f * _GHZ, p * 1e-2, 300.0 / kelvin, rho * 1e3 * kelvin / 216.7
