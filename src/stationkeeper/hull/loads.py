"""What loads a pressure shell in a year: the design spectrum and the two published hypotheses.

No stress spectrum of a crewed station is public. The figures here are our reading of what has been
published, each with a band; a user's own spectrum takes their place.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import DAYS_PER_YEAR
from stationkeeper.errors import DomainError
from stationkeeper.units import DAY

Array = NDArray[np.float64]

YEAR: Final = DAYS_PER_YEAR * DAY  # [s]
NORMAL_90: Final = 1.6448536269514722  # [-] a normal deviate is within this 90 times in 100
THERMAL_CYCLES_A_YEAR: Final = 5_840.0  # [-] 16 orbits a day; 15.5 to 16 flown, no band carried
WELD_LARGEST_STRESS: Final = 160e6  # [Pa] about the yield stress of AMg6 (C): residual stress
HIGH_RATIO: Final = 0.75  # [-] pressure keeps the shell in tension throughout; our choice


@dataclass(frozen=True)
class LoadSpectrum:
    """Load cycles by class.

    Attributes
    ----------
    names : tuple of str
        Of the classes.
    frequency : ndarray, (class,)
        Cycles in time. [1/s]
    stress_range : ndarray, (class,)
        Largest less smallest stress of a cycle. [Pa]
    stress_ratio : ndarray, (class,)
        Smallest over largest stress. [-]
    """

    names: tuple[str, ...]
    frequency: Array
    stress_range: Array
    stress_ratio: Array

    def __post_init__(self) -> None:
        shapes = {self.frequency.shape, self.stress_range.shape, self.stress_ratio.shape}
        if shapes != {(len(self.names),)} or not self.names:
            raise DomainError("load spectrum: expected one frequency, range and ratio a class")
        if np.any(~(self.frequency >= 0)) or np.any(~(self.stress_range > 0)):
            raise DomainError("load spectrum: expected frequencies from 0 and ranges above 0")
        if np.any(~(self.stress_ratio < 1)):
            raise DomainError("load spectrum: expected stress ratios below 1")


@dataclass(frozen=True)
class Band:
    """A parameter that is known to a factor: its middle and the ends of its 90 % band.

    Attributes
    ----------
    low, middle, high : float
        In the unit of the parameter.
    source : str
        Where it is from.
    confidence : str
        A read, B consistent, C memory or our choice.
    """

    low: float
    middle: float
    high: float
    source: str
    confidence: str


# Hypothesis 1: "residual stress, pressure and mechanical stress" at welds (NASA, Nov 2024).
WELD_STRESS_RANGE: Final = Band(
    40e6, 60e6, 90e6, "what grows the crack of 2021 in about 20 years; band our choice", "C"
)  # [Pa]
# Hypothesis 2: "high cyclic fatigue caused by micro vibrations" (Roscosmos, Nov 2024).
VIBRATION_STRESS_RANGE: Final = Band(
    10e6, 15e6, 22.5e6, "what grows the crack of 2021 in about 20 years; band our choice", "C"
)  # [Pa]
VIBRATION_CYCLES_A_YEAR: Final = Band(
    1e5, 1e6, 1e7, "an order of magnitude either way; no measurement is public", "C"
)  # [-]


def load_spectrum(
    names: tuple[str, ...],
    cycles_a_year: ArrayLike,
    stress_range: ArrayLike,
    stress_ratio: ArrayLike,
) -> LoadSpectrum:
    """Bundle classes of load cycles, counted by the year.

    Parameters
    ----------
    names : tuple of str
        Of the classes.
    cycles_a_year : array_like, (class,)
        In a year of 365.25 days. [-]
    stress_range : array_like, (class,)
        Largest less smallest stress of a cycle. [Pa]
    stress_ratio : array_like, (class,)
        Smallest over largest stress. [-]

    Returns
    -------
    LoadSpectrum
        With frequencies in 1/s.

    Raises
    ------
    DomainError
        If shapes differ, a range is not positive or a ratio is 1 or more.

    Examples
    --------
    >>> spectrum = load_spectrum(("thermal",), [5_840.0], [60e6], [0.75])
    >>> round(1 / float(spectrum.frequency[0]))  # s
    5404
    """
    return LoadSpectrum(
        names,
        np.atleast_1d(np.asarray(cycles_a_year, dtype=float)) / YEAR,
        np.atleast_1d(np.asarray(stress_range, dtype=float)),
        np.atleast_1d(np.asarray(stress_ratio, dtype=float)),
    )


_NAMES: Final = ("thermal", "docking", "pressure", "reboost")
_CYCLES: Final = (THERMAL_CYCLES_A_YEAR, 12.0, 2.0, 12.0)  # the last three our choice
_RANGES: Final = (15e6, 35e6, 90e6, 15e6)  # [Pa] our choice, of the size of design reports
_RATIOS: Final = (HIGH_RATIO, 0.5, 0.0, HIGH_RATIO)  # our choice but for pressure, from nothing


def design_spectrum() -> LoadSpectrum:
    """Return loads as a design report would have them: no residual stress, no vibration.

    Returns
    -------
    LoadSpectrum
        Thermal, docking, pressure, reboost. With it cracks do not grow in any station's life.

    Examples
    --------
    >>> design_spectrum().names
    ('thermal', 'docking', 'pressure', 'reboost')
    """
    return load_spectrum(_NAMES, _CYCLES, _RANGES, _RATIOS)


def weld_spectrum(
    stress_range: float = WELD_STRESS_RANGE.middle,
    cycles_a_year: float = THERMAL_CYCLES_A_YEAR,
) -> LoadSpectrum:
    """Return the first hypothesis: thermal cycles that act with residual stress at welds.

    Parameters
    ----------
    stress_range : float
        Of a thermal cycle at the weld, up to `WELD_LARGEST_STRESS`, the largest stress. [Pa]
    cycles_a_year : float
        Thermal cycles. [-]

    Returns
    -------
    LoadSpectrum
        The design spectrum with its thermal class replaced.

    Examples
    --------
    >>> float(weld_spectrum().stress_range[0]) / 1e6  # MPa
    60.0
    """
    cycles = (cycles_a_year, *_CYCLES[1:])
    ratios = (1 - stress_range / WELD_LARGEST_STRESS, *_RATIOS[1:])
    return load_spectrum(_NAMES, cycles, (stress_range, *_RANGES[1:]), ratios)


def vibration_spectrum(
    stress_range: float = VIBRATION_STRESS_RANGE.middle,
    cycles_a_year: float = VIBRATION_CYCLES_A_YEAR.middle,
) -> LoadSpectrum:
    """Return the second hypothesis: vibration of small range, very often.

    Parameters
    ----------
    stress_range : float
        Of a cycle of vibration. [Pa]
    cycles_a_year : float
        Cycles of vibration. [-]

    Returns
    -------
    LoadSpectrum
        The design spectrum with a class more, on top of the pressure.

    Examples
    --------
    >>> vibration_spectrum().names[-1]
    'vibration'
    """
    return load_spectrum(
        (*_NAMES, "vibration"),
        (*_CYCLES, cycles_a_year),
        (*_RANGES, stress_range),
        (*_RATIOS, HIGH_RATIO),
    )


def draw_factor(normals: ArrayLike, band: Band) -> Array:
    """Turn normal deviates into values of a banded parameter over its middle.

    Lognormal, with its own width on either side of the middle.

    Parameters
    ----------
    normals : array_like, (...)
        Standard normal deviates. [-]
    band : Band
        The 90 % band.

    Returns
    -------
    ndarray, (...)
        As the ``stress_factor`` or, for a frequency, the ``growth_factor`` of `grow_cracks`. [-]

    Examples
    --------
    >>> np.round(draw_factor([-NORMAL_90, 0.0, NORMAL_90], WELD_STRESS_RANGE), 3).tolist()
    [0.667, 1.0, 1.5]
    """
    deviate = np.asarray(normals, dtype=float) / NORMAL_90
    side = np.where(deviate < 0, band.middle / band.low, band.high / band.middle)
    return np.asarray(side**deviate)
