"""Galactic cosmic rays near Earth, and how strongly the Sun holds them back.

Energies are in MeV per nucleon and rigidities in GV, as in all published tables.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

LOWEST_ENERGY: Final = 11.0  # [MeV/n] range printed with the model
MODULATION_RANGE: Final = (0.0, 200.0)  # [-] range printed with the model

# Matthiae et al. 2013, table of parameters: charge, mass number, C [1/(m2 s sr GV)], gamma, alpha.
# Confidence B: two public transcriptions (DLRISOmodel at b664b0e, GCRs_Spectra at ad261e0) agree in
# every digit; the paper itself was not read.
_ELEMENTS: Final = np.array(
    [
        [1, 1.0, 1.85e4, 2.74, 2.85],
        [2, 4.0, 3.69e3, 2.77, 3.12],
        [3, 6.9, 19.5, 2.82, 3.41],
        [4, 9.0, 17.7, 3.05, 4.30],
        [5, 10.8, 49.2, 2.96, 3.93],
        [6, 12.0, 103.0, 2.76, 3.18],
        [7, 14.0, 36.7, 2.89, 3.77],
        [8, 16.0, 87.4, 2.70, 3.11],
        [9, 19.0, 3.19, 2.82, 4.05],
        [10, 20.2, 16.4, 2.76, 3.11],
        [11, 23.0, 4.43, 2.84, 3.14],
        [12, 24.3, 19.3, 2.70, 3.65],
        [13, 27.0, 4.17, 2.77, 3.46],
        [14, 28.1, 13.4, 2.66, 3.00],
        [15, 31.0, 1.15, 2.89, 4.04],
        [16, 32.1, 3.06, 2.71, 3.30],
        [17, 35.4, 1.30, 3.00, 4.40],
        [18, 39.9, 2.33, 2.93, 4.33],
        [19, 39.1, 1.87, 3.05, 4.49],
        [20, 40.1, 2.17, 2.77, 2.93],
        [21, 44.9, 0.74, 2.97, 3.78],
        [22, 47.9, 2.63, 2.99, 3.79],
        [23, 50.9, 1.23, 2.94, 3.50],
        [24, 52.0, 2.12, 2.89, 3.28],
        [25, 54.9, 1.14, 2.74, 3.29],
        [26, 55.8, 9.32, 2.63, 3.01],
        [27, 58.9, 0.10, 2.63, 4.25],
        [28, 58.7, 0.48, 2.63, 3.52],
    ]
)
CHARGES: Final[Array] = _ELEMENTS[:, 0]
MASS_NUMBERS: Final[Array] = _ELEMENTS[:, 1]


@dataclass(frozen=True)
class ModulationProxy:
    """Straight line from lagged sunspot number to the modulation parameter W.

    Attributes
    ----------
    intercept, slope : float
        W = intercept + slope * lagged sunspot number. [-]
    residual : float
        Largest distance of an anchor from the line. [-]
    """

    intercept: float
    slope: float
    residual: float


def rest_energy(charge: ArrayLike) -> Array:
    """Rest energy per nucleon used by the model's authors: 938 MeV for H, 939 beyond. [MeV]

    Examples
    --------
    >>> rest_energy([1, 26]).tolist()
    [938.0, 939.0]
    """
    return np.where(np.asarray(charge) > 1, 939.0, 938.0)


def rigidity(energy: ArrayLike, charge: ArrayLike, mass_number: ArrayLike) -> Array:
    """Momentum per charge of a fully stripped nucleus.

    Parameters
    ----------
    energy : array_like, (...)
        Kinetic energy per nucleon, not negative. [MeV]
    charge, mass_number : array_like, (...)
        Of the nucleus. [-]

    Returns
    -------
    ndarray, broadcast shape
        [GV]

    Examples
    --------
    >>> round(float(rigidity(1000.0, 1, 1.0)), 3)
    1.696
    """
    kinetic = np.asarray(energy, dtype=float)
    momentum = np.sqrt(kinetic * (kinetic + 2 * rest_energy(charge)))
    return np.asarray(mass_number / np.asarray(charge) * momentum / 1e3)


def cosmic_ray_flux(energy: ArrayLike, charge: ArrayLike, modulation: ArrayLike) -> Array:
    """Differential flux of galactic nuclei near Earth, outside its field.

    The formula of Matthiae et al. [1]_. Anomalous cosmic rays, electrons and day-to-day variations
    are left out.

    Parameters
    ----------
    energy : array_like, (...)
        Kinetic energy per nucleon, at least 11. [MeV]
    charge : array_like of int, (...)
        1 to 28. [-]
    modulation : array_like, (...)
        Solar modulation W, 0 (weakest) to 200. [-]

    Returns
    -------
    ndarray, broadcast shape
        Omnidirectional (4 pi) flux. [1/(m2 s MeV)] per MeV per nucleon

    Raises
    ------
    DomainError
        If an energy, charge or modulation is outside the model's range.

    Notes
    -----
    Equal to a published transcription (DLRISOmodel) to rounding
    (tests/unit/test_dose_cosmic_rays.py).

    References
    ----------
    .. [1] D. Matthiae et al., "A ready-to-use galactic cosmic ray model", Adv. Space Res. 51
       (2013) 329, doi 10.1016/j.asr.2012.09.022.

    Examples
    --------
    >>> flux = cosmic_ray_flux(300.0, 1, 10.0) / (4 * np.pi)  # a quiet Sun
    >>> round(float(flux), 2)  # per m2 s sr MeV
    2.29
    """
    kinetic, number, strength = np.broadcast_arrays(
        np.asarray(energy, dtype=float), np.asarray(charge), np.asarray(modulation, dtype=float)
    )
    if np.any(kinetic < LOWEST_ENERGY):
        raise DomainError(f"cosmic rays need energies of at least {LOWEST_ENERGY} MeV per nucleon")
    if np.any((strength < MODULATION_RANGE[0]) | (strength > MODULATION_RANGE[1])):
        raise DomainError("the modulation W must lie between 0 and 200")
    if np.any((number < 1) | (number > 28)):
        raise DomainError("cosmic-ray charges run from 1 (H) to 28 (Ni)")
    mass_number, constant, gamma, alpha = np.moveaxis(_ELEMENTS[number.astype(int) - 1, 1:], -1, 0)
    momentum = rigidity(kinetic, number, mass_number)
    rest = rest_energy(number)
    beta = np.sqrt(kinetic * (kinetic + 2 * rest)) / (kinetic + rest)
    turnover = 0.37 + 3e-4 * strength**1.45
    steepness = 4.7 + 0.02 * strength
    per_rigidity = (
        constant * beta**alpha * momentum**-gamma * (momentum / (momentum + turnover)) ** steepness
    )
    return np.asarray(4 * np.pi * per_rigidity * mass_number / number / beta * 1e-3)


def lagged_mean(values: ArrayLike, length: int, lag: int) -> Array:
    """Mean of a daily series over ``length`` days whose middle lies ``lag`` days back.

    At the start of the record the mean is over the days there are.

    Parameters
    ----------
    values : array_like, (..., day)
        One value a day, no gaps. [any]
    length, lag : int
        Days averaged; days from the middle of the window back to today (at least length / 2). [d]

    Returns
    -------
    ndarray, (..., day)
        Same unit as the input.

    Raises
    ------
    DomainError
        If the window would reach into the future.

    Examples
    --------
    >>> lagged_mean([0.0, 0.0, 6.0, 6.0, 6.0], length=2, lag=1).tolist()
    [0.0, 0.0, 3.0, 6.0, 6.0]
    """
    series = np.asarray(values, dtype=float)
    newest = lag - length // 2  # days back to the newest day of the window
    if length < 1 or newest < 0:
        raise DomainError(f"a mean over {length} days cannot be centred only {lag} days back")
    total = np.concatenate([np.zeros((*series.shape[:-1], 1)), np.cumsum(series, axis=-1)], axis=-1)
    day = np.arange(series.shape[-1])
    last = np.clip(day - newest, 0, None) + 1
    first = np.clip(last - length, 0, None)
    return np.asarray((total[..., last] - total[..., first]) / (last - first))


# The neutron-monitor rate that defines W is not public past 2021 in a table we may ship, so W is
# read from the lagged sunspot number for all dates. Length and lag are our choice: a year, its
# middle half a year back, within the usual delay of cosmic rays behind sunspots.
SUNSPOT_WINDOW: Final = 365  # [d]
SUNSPOT_LAG: Final = 183  # [d]

# (lagged sunspot number, W): July 2009, mean of 2014, mean of 2019. W by W = 638.7 - 0.093 N from
# the Oulu monitor's counts a minute N; sunspots from the shipped table (SILSO version 2).
MODULATION_ANCHORS: Final = ((2.59, 10.8), (108.19, 73.0), (5.60, 22.8))


def fit_modulation_proxy(anchors: ArrayLike) -> ModulationProxy:
    """Least-squares line through (lagged sunspot number, W) pairs.

    Parameters
    ----------
    anchors : array_like, (pair, 2)
        Lagged sunspot number and W. [-]

    Returns
    -------
    ModulationProxy
        The line and its largest residual.

    Examples
    --------
    >>> fit_modulation_proxy([[0.0, 10.0], [100.0, 70.0]]).slope.__round__(3)
    0.6
    """
    pairs = np.asarray(anchors, dtype=float)
    slope, intercept = np.polyfit(pairs[:, 0], pairs[:, 1], 1)
    residual = np.abs(intercept + slope * pairs[:, 0] - pairs[:, 1]).max()
    return ModulationProxy(float(intercept), float(slope), float(residual))


MODULATION_PROXY: Final = fit_modulation_proxy(MODULATION_ANCHORS)


def modulation_from_sunspots(
    lagged_sunspots: ArrayLike, proxy: ModulationProxy = MODULATION_PROXY
) -> Array:
    """Solar modulation W read from the lagged sunspot number.

    What the sunspots do not tell is left out: the sign of the Sun's field (odd and even cycles) and
    single disturbances. Three anchors leave a largest residual of 5.3; near strong maxima, such as
    1991, W can be 40 higher than the line.

    Parameters
    ----------
    lagged_sunspots : array_like, (...)
        As `lagged_mean(sunspots, SUNSPOT_WINDOW, SUNSPOT_LAG)` gives it. [-]
    proxy : ModulationProxy
        The line; the default is fitted to the three anchors.

    Returns
    -------
    ndarray, (...)
        0 to 200; NaN passes through. [-]

    Examples
    --------
    >>> modulation_from_sunspots([0.0, 100.0]).round(1).tolist()
    [14.5, 68.7]
    """
    value = proxy.intercept + proxy.slope * np.asarray(lagged_sunspots, dtype=float)
    return np.clip(value, *MODULATION_RANGE)
