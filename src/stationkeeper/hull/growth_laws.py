"""How far a crack grows in one load cycle: the laws of Paris, Walker, Forman and NASGRO.

Constant-amplitude laws: no retardation after an overload, no environment, no time at load.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.hull.materials import FormanFit, GrowthFit, NasgroFit, ParisFit, WalkerFit

Array = NDArray[np.float64]

INTRINSIC_SIZE: Final = 38.1e-6  # [m] 0.0015 in, fixed in NASGRO (NTRS 19990028759)
LOWEST_RATIO: Final = -2.0  # [-] Newman's opening function is given down to here


@dataclass(frozen=True)
class GrowthCurve:
    """A law at the stress ratios of the load classes, in the one form that holds all four.

    Growth a cycle is ``constant * range**exponent * (1 - threshold / range)**threshold_exponent /
    (1 - range / limit)**limit_exponent``, none at or below the threshold, without bound at the
    limit.

    Attributes
    ----------
    constant : ndarray, (class,)
        In m/cycle over (Pa sqrt(m)) to the exponent.
    exponent : float
        [-]
    threshold : ndarray, (class,)
        Of a long crack. [Pa sqrt(m)]
    threshold_exponent : float
        [-]
    limit : ndarray, (class,)
        Range at which the largest stress intensity is the toughness. [Pa sqrt(m)]
    limit_exponent : float
        [-]
    intrinsic_size : float
        Length by which the threshold of short cracks falls; 0 for none. [m]
    """

    constant: Array
    exponent: float
    threshold: Array
    threshold_exponent: float
    limit: Array
    limit_exponent: float
    intrinsic_size: float


def _checked_ratio(stress_ratio: ArrayLike, lowest: float) -> Array:
    ratio = np.asarray(stress_ratio, dtype=float)
    if np.any((ratio < lowest) | (ratio >= 1)):
        raise DomainError(f"stress ratio: expected {lowest:g} to below 1, given {ratio}")
    return ratio


def paris_rate(intensity_range: ArrayLike, fit: ParisFit) -> Array:
    """Growth of a crack in one cycle by the law of Paris, da/dN = C dK^n.

    The stress ratio has no effect: take the constants at the ratio of the loads.

    Parameters
    ----------
    intensity_range : array_like, (...)
        Range of the stress intensity in the cycle, 0 or more. [Pa sqrt(m)]
    fit : ParisFit
        Constants, scalars or arrays that broadcast; its toughness is not used.

    Returns
    -------
    ndarray, (...)
        Zero at or below the threshold. [m/cycle]

    Examples
    --------
    >>> fit = ParisFit("x", "example", "C", 1e-28, 3.0)
    >>> float(paris_rate(10e6, fit)) * 1e9  # nm
    100.0
    """
    span = np.asarray(intensity_range, dtype=float)
    rate = np.asarray(fit.constant) * span ** np.asarray(fit.exponent)
    return np.where(span <= np.asarray(fit.threshold), 0.0, rate)


def walker_rate(intensity_range: ArrayLike, stress_ratio: ArrayLike, fit: WalkerFit) -> Array:
    """Growth of a crack in one cycle by the law of Walker, C [dK / (1 - R)^(1 - g)]^n.

    Parameters
    ----------
    intensity_range : array_like, (...)
        Range of the stress intensity in the cycle, 0 or more. [Pa sqrt(m)]
    stress_ratio : array_like, (...)
        Smallest over largest stress, 0 to below 1. [-]
    fit : WalkerFit
        Constants, scalars or arrays that broadcast; its toughness is not used. Its threshold is
        compared with the range itself, whatever the ratio: give that of high ratios.

    Returns
    -------
    ndarray, (...)
        Zero at or below the threshold. [m/cycle]

    Raises
    ------
    DomainError
        If a stress ratio is outside its range.

    References
    ----------
    .. [1] ASTM STP 462, 1970, "The effect of stress ratio during crack propagation and fatigue
       for 2024-T3 and 7075-T6 aluminum".

    Examples
    --------
    >>> from stationkeeper.hull.materials import WALKER_FITS
    >>> rate = walker_rate(10e6, [0.0, 0.5], WALKER_FITS["2024-T3 sheet L-T"])
    >>> np.round(rate * 1e9).tolist()  # nm
    [58.0, 139.0]
    """
    span = np.asarray(intensity_range, dtype=float)
    ratio = _checked_ratio(stress_ratio, 0.0)
    effective = span / (1 - ratio) ** (1 - np.asarray(fit.walker_exponent))
    rate = np.asarray(fit.constant) * effective ** np.asarray(fit.exponent)
    return np.where(span <= np.asarray(fit.threshold), 0.0, rate)


def forman_rate(intensity_range: ArrayLike, stress_ratio: ArrayLike, fit: FormanFit) -> Array:
    """Growth of a crack in one cycle by the law of Forman, C dK^n / ((1 - R) Kc - dK).

    Parameters
    ----------
    intensity_range : array_like, (...)
        Range of the stress intensity in the cycle, 0 or more. [Pa sqrt(m)]
    stress_ratio : array_like, (...)
        Smallest over largest stress, 0 to below 1. [-]
    fit : FormanFit
        Constants, scalars or arrays that broadcast.

    Returns
    -------
    ndarray, (...)
        Infinite from the toughness on. [m/cycle]

    Raises
    ------
    DomainError
        If a stress ratio is outside its range.

    Examples
    --------
    >>> from stationkeeper.hull.materials import FORMAN_FITS
    >>> float(np.round(forman_rate(10e6, 0.0, FORMAN_FITS["2219-T851 plate"]) * 1e9))  # nm
    147.0
    """
    span = np.asarray(intensity_range, dtype=float)
    rest = (1 - _checked_ratio(stress_ratio, 0.0)) * np.asarray(fit.toughness) - span
    rate = np.asarray(fit.constant) * span ** np.asarray(fit.exponent)
    return np.where(rest <= 0, np.inf, rate / np.where(rest <= 0, 1.0, rest))


def _opening_coefficients(constraint: Array, stress_level: Array) -> tuple[Array, Array]:
    """Return A0 and A1 of Newman's function."""
    bracket = 0.825 - 0.34 * constraint + 0.05 * constraint**2
    first = bracket * np.cos(np.pi / 2 * stress_level) ** (1 / constraint)
    return first, (0.415 - 0.071 * constraint) * stress_level


def newman_opening(
    stress_ratio: ArrayLike, constraint: ArrayLike = 2.0, stress_level: ArrayLike = 0.3
) -> Array:
    """Share of the largest stress at which a crack opens.

    Parameters
    ----------
    stress_ratio : array_like, (...)
        Smallest over largest stress, -2 to below 1. [-]
    constraint : array_like, (...)
        1 for plane stress to 3 for plane strain. [-]
    stress_level : array_like, (...)
        Largest stress over flow stress. [-]

    Returns
    -------
    ndarray, (...)
        [-]

    Raises
    ------
    DomainError
        If a stress ratio is outside its range.

    References
    ----------
    .. [1] "A crack opening stress equation for fatigue crack growth", Int. J. Fracture 24, R131,
       1984.

    Examples
    --------
    >>> np.round(newman_opening([0.0, 0.7]), 4).tolist()
    [0.3257, 0.7125]
    """
    ratio = _checked_ratio(stress_ratio, LOWEST_RATIO)
    first, second = _opening_coefficients(
        np.asarray(constraint, dtype=float), np.asarray(stress_level, dtype=float)
    )
    fourth = 2 * first + second - 1
    third = 1 - first - second - fourth
    tension = np.maximum(ratio, first + ratio * (second + ratio * (third + ratio * fourth)))
    return np.where(ratio < 0, first + second * ratio, tension)


def nasgro_threshold(
    stress_ratio: ArrayLike, fit: NasgroFit, size: ArrayLike = float("inf")
) -> Array:
    """Range of stress intensity below which a crack rests, by NASGRO.

    Parameters
    ----------
    stress_ratio : array_like, (...)
        Smallest over largest stress, -2 to below 1. [-]
    fit : NasgroFit
        Constants, scalars or arrays that broadcast.
    size : array_like, (...)
        Depth of a surface crack or half the length of a through crack. [m]

    Returns
    -------
    ndarray, (...)
        [Pa sqrt(m)]

    Raises
    ------
    DomainError
        If a stress ratio is outside its range.

    Notes
    -----
    The constant dK1 is read as the threshold of a long crack at ratio 0, as in the NASA source.
    NASGRO 4, from which the constants come, changed the form; what is public does not tell how.

    References
    ----------
    .. [1] "NASGRO 3.0, a software for analyzing aging aircraft", NTRS 19990028759.

    Examples
    --------
    >>> from stationkeeper.hull.materials import NASGRO_FITS
    >>> fit = NASGRO_FITS["2024-T3 sheet L-T"]
    >>> np.round(nasgro_threshold([0.0, 0.7], fit) / 1e6, 2).tolist()  # MPa sqrt(m)
    [1.34, 0.7]
    """
    ratio = _checked_ratio(stress_ratio, LOWEST_RATIO)
    first, _ = _opening_coefficients(
        np.asarray(fit.constraint, dtype=float), np.asarray(fit.stress_level, dtype=float)
    )
    opening = newman_opening(ratio, fit.constraint, fit.stress_level)
    spread = np.where(ratio < 0, np.asarray(fit.spread_negative), np.asarray(fit.spread_positive))
    base = (1 - opening) / ((1 - first) * (1 - ratio))
    short = 1 / np.sqrt(1 + INTRINSIC_SIZE / np.asarray(size, dtype=float))
    return np.asarray(np.asarray(fit.threshold) * short / base ** (1 + spread * ratio))


def nasgro_rate(
    intensity_range: ArrayLike,
    stress_ratio: ArrayLike,
    fit: NasgroFit,
    size: ArrayLike = float("inf"),
) -> Array:
    """Growth of a crack in one cycle by NASGRO, from the threshold to the toughness.

    C [(1 - f) / (1 - R) dK]^n (1 - dKth / dK)^p / (1 - Kmax / Kc)^q, with `newman_opening` f and
    `nasgro_threshold` dKth.

    Parameters
    ----------
    intensity_range : array_like, (...)
        Range of the stress intensity in the cycle, 0 or more. [Pa sqrt(m)]
    stress_ratio : array_like, (...)
        Smallest over largest stress, -2 to below 1. [-]
    fit : NasgroFit
        Constants, scalars or arrays that broadcast.
    size : array_like, (...)
        Depth of a surface crack or half the length of a through crack. [m]

    Returns
    -------
    ndarray, (...)
        Zero at or below the threshold, infinite from the toughness on. [m/cycle]

    Raises
    ------
    DomainError
        If a stress ratio is outside its range.

    Notes
    -----
    The same constants in the package damocles 0.2.0 give the same rates to 1.4e-4, which is its
    rounding of ksi sqrt(inch) (`validate hull`). Independent tests of one alloy scatter by a factor
    of two and more.

    Examples
    --------
    >>> from stationkeeper.hull.materials import NASGRO_FITS
    >>> rate = nasgro_rate(10e6, [0.0, 0.5], NASGRO_FITS["2024-T3 sheet L-T"])
    >>> np.round(rate * 1e9).tolist()  # nm
    [74.0, 223.0]
    """
    span = np.asarray(intensity_range, dtype=float)
    ratio = _checked_ratio(stress_ratio, LOWEST_RATIO)
    opening = newman_opening(ratio, fit.constraint, fit.stress_level)
    threshold = nasgro_threshold(ratio, fit, size)
    rest = 1 - span / ((1 - ratio) * np.asarray(fit.toughness))
    resting, unstable = span <= threshold, rest <= 0
    over = 1 - threshold / np.where(resting, threshold + 1, span)
    rate = (
        np.asarray(fit.constant)
        * ((1 - opening) / (1 - ratio) * span) ** np.asarray(fit.exponent)
        * np.where(resting, 0.0, over) ** np.asarray(fit.threshold_exponent)
        / np.where(unstable, 1.0, rest) ** np.asarray(fit.toughness_exponent)
    )
    return np.where(resting, 0.0, np.where(unstable, np.inf, rate))


def growth_curve(fit: GrowthFit, stress_ratio: ArrayLike) -> GrowthCurve:
    """Bring a law to the common form, at the stress ratio of each load class.

    Parameters
    ----------
    fit : ParisFit, WalkerFit, FormanFit or NasgroFit
        Constants, scalars only.
    stress_ratio : array_like, (class,)
        Smallest over largest stress. [-]

    Returns
    -------
    GrowthCurve
        Over the classes.

    Raises
    ------
    DomainError
        If a stress ratio is outside the range of the law.

    Examples
    --------
    >>> from stationkeeper.hull.materials import WALKER_FITS
    >>> curve = growth_curve(WALKER_FITS["2024-T3 sheet L-T"], [0.0, 0.5])
    >>> np.round(curve.limit / 1e6, 1).tolist()  # MPa sqrt(m)
    [81.6, 40.8]
    """
    lowest = LOWEST_RATIO if isinstance(fit, NasgroFit) else 0.0
    if isinstance(fit, ParisFit):
        lowest = -np.inf
    ratio = np.atleast_1d(_checked_ratio(stress_ratio, lowest))
    ones = np.ones(ratio.shape)
    constant, exponent = float(np.asarray(fit.constant)), float(np.asarray(fit.exponent))
    limit = (1 - ratio) * float(np.asarray(fit.toughness))
    if isinstance(fit, FormanFit):
        return GrowthCurve(constant / limit, exponent, 0 * ones, 0.0, limit, 1.0, 0.0)
    threshold = float(np.asarray(fit.threshold)) * ones
    if isinstance(fit, ParisFit):
        return GrowthCurve(constant * ones, exponent, threshold, 0.0, limit, 0.0, 0.0)
    if isinstance(fit, WalkerFit):
        share = (1 - ratio) ** (float(np.asarray(fit.walker_exponent)) - 1)
        return GrowthCurve(constant * share**exponent, exponent, threshold, 0.0, limit, 0.0, 0.0)
    opening = newman_opening(ratio, fit.constraint, fit.stress_level)
    return GrowthCurve(
        constant * ((1 - opening) / (1 - ratio)) ** exponent,
        exponent,
        nasgro_threshold(ratio, fit),
        float(np.asarray(fit.threshold_exponent)),
        limit,
        float(np.asarray(fit.toughness_exponent)),
        INTRINSIC_SIZE,
    )
