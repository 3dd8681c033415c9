"""How a crack in a pressure shell grows: through the wall, then along it, until it tears.

Time is the integral of size over growth, taken in closed quadrature between the sizes at which the
load classes begin to count; nothing is stepped in cycles or days. No load interaction: the order
of cycles in a year does not matter.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.hull.growth_laws import GrowthCurve, growth_curve
from stationkeeper.hull.loads import LoadSpectrum
from stationkeeper.hull.materials import GrowthFit
from stationkeeper.hull.stress_intensity import SURFACE_FACTOR, THROUGH_FACTOR
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]

PANEL: Final = 0.5  # [-] width of a panel in the logarithm of size, about; our choice
# Three points of Gauss on (0, 1) and their weights.
_POINTS: Final = (0.5 - np.sqrt(0.15), 0.5, 0.5 + np.sqrt(0.15))
_WEIGHTS: Final = (5 / 18, 8 / 18, 5 / 18)
_P0, _P1, _P2 = _POINTS
_W0, _W1, _W2 = _WEIGHTS


@dataclass(frozen=True)
class CrackGrowth:
    """Fates of cracks.

    Attributes
    ----------
    time_to_leak : ndarray, (sample,)
        Until the wall is open: the crack reaches the other face, or tears before; 0 if it was
        through at the start, infinite if it rests. [s]
    time_to_instability : ndarray, (sample,)
        Until it tears, or is as long as its panel; infinite if it rests. [s]
    size : ndarray, (sample, time)
        Depth of a surface crack, half the length of a through crack; infinite once it tore. [m]
    """

    time_to_leak: Array
    time_to_instability: Array
    size: Array

    @property
    def leaks_before_burst(self) -> NDArray[np.bool_]:
        """True for cracks that leak, and tear only later or never."""
        leaks = np.isfinite(self.time_to_leak)
        return np.asarray(leaks & (self.time_to_instability > self.time_to_leak))


@kernel
def _power(base: float, exponent: float) -> float:
    """Raise to a power; the powers of published fits without a logarithm."""
    if exponent == 0.0:
        return 1.0
    if exponent == 1.0:
        return base
    if exponent == 0.5:
        return float(np.sqrt(base))
    if exponent == 0.25:
        return float(np.sqrt(np.sqrt(base)))
    return float(base**exponent)


@kernel
def _slowness(
    log_size: float,
    pull: float,
    pace: float,
    stress_range: Array,
    strength: Array,
    exponent: float,
    threshold: Array,
    threshold_exponent: float,
    limit: Array,
    limit_exponent: float,
    intrinsic_size: float,
) -> float:
    """Time to grow by a factor e at the present rate; infinite at rest, 0 where it tears.

    `pull` is stress intensity over stress and the root of size, `pace` the factor on all rates,
    `strength` the rate of each class at a stress intensity of its stress.
    """
    root = np.exp(0.5 * log_size)
    size = root * root
    short = np.sqrt(size / (size + intrinsic_size))
    rate = 0.0
    for k in range(stress_range.size):
        span = pull * stress_range[k] * root
        if span >= limit[k]:
            return 0.0
        least = threshold[k] * short
        if span > least:
            rest = _power(1.0 - least / span, threshold_exponent)
            rate += strength[k] * rest / _power(1.0 - span / limit[k], limit_exponent)
    if rate == 0.0:
        return np.inf
    return float(size / (rate * pace * np.exp(0.5 * exponent * log_size)))


@kernel
def _place(start: float, step: float, slope0: float, slope1: float, target: float) -> float:
    """Solve a rising cubic for its share of a panel, 0 to 1: Newton, kept in a bracket."""
    low, high = 0.0, 1.0
    share = min(max((target - start) / step, 0.0), 1.0)
    for _ in range(30):
        square = share * share
        cube = square * share
        value = (
            start
            + (3 * square - 2 * cube) * step
            + (cube - 2 * square + share) * slope0
            + (cube - square) * slope1
            - target
        )
        if value > 0:
            high = share
        else:
            low = share
        slope = (
            6 * (share - square) * step
            + (3 * square - 4 * share + 1) * slope0
            + (3 * square - 2 * share) * slope1
        )
        new = share - value / slope if slope > 0 else 0.5 * (low + high)
        if not low <= new <= high:
            new = 0.5 * (low + high)
        if abs(new - share) < 1e-9:
            return new
        share = new
    return share


@kernel
def _stage(
    first: float,
    last: float,
    clock: float,
    pull: float,
    pace: float,
    stress_range: Array,
    strength: Array,
    exponent: float,
    threshold: Array,
    threshold_exponent: float,
    limit: Array,
    limit_exponent: float,
    intrinsic_size: float,
    times: Array,
    told: int,
    sizes: Array,
) -> tuple[float, int]:
    """Grow from one size to another; return the time reached and how many sizes are told.

    Panels are even in the logarithm of size between two sizes at which a class begins to count.
    The first of them is taken in the root of the way: next to its threshold a class grows as the
    root of the way or less.
    """
    classes = stress_range.size
    edges = np.empty(classes + 1)
    count = 0
    for k in range(classes):
        size = (threshold[k] / (pull * stress_range[k])) ** 2 - intrinsic_size
        if first < size < last:
            place = count
            while place > 0 and edges[place - 1] > size:
                edges[place] = edges[place - 1]
                place -= 1
            edges[place] = size
            count += 1
    edges[count] = last
    low = np.log(first)
    for edge in range(count + 1):
        panels = max(1, int(np.ceil((np.log(edges[edge]) - low) / PANEL)))
        width = (np.log(edges[edge]) - low) / panels
        before = np.nan  # slowness at the lower end of a panel, if known
        for panel in range(panels):
            step = 0.0
            for point in range(3):
                inside = _P0 if point == 0 else (_P1 if point == 1 else _P2)
                weight = _W1 if point == 1 else _W0
                if panel == 0:
                    weight *= 2 * inside
                    inside *= inside
                step += weight * _slowness(
                    low + width * inside,
                    pull,
                    pace,
                    stress_range,
                    strength,
                    exponent,
                    threshold,
                    threshold_exponent,
                    limit,
                    limit_exponent,
                    intrinsic_size,
                )
            step *= width
            if step == np.inf:  # at rest: no class counts here
                while told < times.size:
                    sizes[told] = np.exp(low)
                    told += 1
                return np.inf, told
            if told < times.size:
                if np.isnan(before):
                    before = _slowness(
                        low,
                        pull,
                        pace,
                        stress_range,
                        strength,
                        exponent,
                        threshold,
                        threshold_exponent,
                        limit,
                        limit_exponent,
                        intrinsic_size,
                    )
                after = _slowness(
                    low + width,
                    pull,
                    pace,
                    stress_range,
                    strength,
                    exponent,
                    threshold,
                    threshold_exponent,
                    limit,
                    limit_exponent,
                    intrinsic_size,
                )
                while told < times.size and times[told] < clock + step:
                    # slopes up to three times the mean keep the cubic rising
                    share = _place(
                        clock,
                        step,
                        min(before * width, 3 * step),
                        min(after * width, 3 * step),
                        times[told],
                    )
                    sizes[told] = np.exp(low + width * share)
                    told += 1
                before = after
            clock += step
            low += width
        low = np.log(edges[edge])
    return clock, told


@kernel
def _grow(
    initial_size: Array,
    wall: Array,
    half_width: Array,
    growth_factor: Array,
    stress_factor: Array,
    surface_factor: float,
    stress_range: Array,
    strength: Array,
    exponent: float,
    threshold: Array,
    threshold_exponent: float,
    limit: Array,
    limit_exponent: float,
    intrinsic_size: float,
    times: Array,
    leak: Array,
    instability: Array,
    sizes: Array,
) -> None:
    """Grow every sample; fills the last three arrays."""
    for sample in range(initial_size.size):
        told = 0
        clock = 0.0
        size = initial_size[sample]
        opened = np.inf
        for stage in range(2):
            through = stage == 1
            factor = THROUGH_FACTOR if through else surface_factor
            end = half_width[sample] if through else wall[sample]
            pull = stress_factor[sample] * factor * np.sqrt(np.pi)
            tears = False
            for k in range(stress_range.size):
                critical = (limit[k] / (pull * stress_range[k])) ** 2
                if critical <= end:
                    end = critical
                    tears = True
            if size < end:
                pace = growth_factor[sample] * _power(pull, exponent)
                clock, told = _stage(
                    size,
                    end,
                    clock,
                    pull,
                    pace,
                    stress_range,
                    strength,
                    exponent,
                    threshold,
                    threshold_exponent,
                    limit,
                    limit_exponent,
                    intrinsic_size,
                    times,
                    told,
                    sizes[sample],
                )
                size = end
            if not through:
                opened = clock
            if tears or clock == np.inf:
                break
        while told < times.size:
            sizes[sample, told] = np.inf
            told += 1
        leak[sample] = opened
        instability[sample] = clock


def grow_cracks(
    initial_size: ArrayLike,
    wall: ArrayLike,
    half_width: ArrayLike,
    spectrum: LoadSpectrum,
    fit: GrowthFit,
    *,
    growth_factor: ArrayLike = 1.0,
    stress_factor: ArrayLike = 1.0,
    times: ArrayLike = (),
    surface_factor: float = SURFACE_FACTOR,
) -> CrackGrowth:
    """Grow cracks under yearly loads: semicircular through the wall, then straight along it.

    A crack starts as a semicircle in one face. When it is as deep as the wall it leaks, and goes
    on as a straight crack through it, as long as the semicircle was. It tears when the largest
    stress intensity reaches the toughness, and is lost when as long as its panel. Left out: load
    interaction, bulging of a curved wall, stiffeners that stop it, neighbours, environment.

    Parameters
    ----------
    initial_size : array_like, (sample,)
        Depth at the start, greater than zero. [m]
    wall : array_like, (sample,) or ()
        Thickness; infinite for a crack that never comes through. [m]
    half_width : array_like, (sample,) or ()
        Half the width of the panel, greater than the initial size. [m]
    spectrum : LoadSpectrum
        Loads.
    fit : ParisFit, WalkerFit, FormanFit or NasgroFit
        Law and constants, scalars. Without a toughness the panel alone ends growth.
    growth_factor : array_like, (sample,) or ()
        On the rate: scatter of C, or of all frequencies. [-]
    stress_factor : array_like, (sample,) or ()
        On all stresses. [-]
    times : array_like, (time,)
        Rising, from the start; sizes are told at these. [s]
    surface_factor : float
        Y of the crack until it is through. [-]

    Returns
    -------
    CrackGrowth
        Times and sizes.

    Raises
    ------
    DomainError
        If a crack is longer than its panel, a size or factor is not positive, times fall, or a
        stress ratio is outside the range of the law.

    Notes
    -----
    Lives agree with the closed form of Paris to 5e-6 and with a plain integration of a spectrum
    with thresholds to 5e-4, sizes at a time to 1e-3 (tests/unit/test_hull_cracks.py). A hundred
    thousand cracks under four classes take 0.2 to 0.5 s on one core, with sixty yearly sizes 0.6 to
    0.8 s (measured in November 2026).

    Examples
    --------
    >>> from stationkeeper.hull.loads import YEAR, weld_spectrum
    >>> from stationkeeper.hull.materials import AMG6_SURROGATE
    >>> cracks = grow_cracks([1.0e-3, 1.5e-3], 2e-3, 0.5, weld_spectrum(), AMG6_SURROGATE)
    >>> np.round(cracks.time_to_leak / YEAR, 1).tolist()
    [42.1, 15.4]
    """
    initial, thick, wide, pace, stress = (
        np.array(array, dtype=float, order="C")
        for array in np.broadcast_arrays(
            np.atleast_1d(np.asarray(initial_size, dtype=float)),
            np.asarray(wall, dtype=float),
            np.asarray(half_width, dtype=float),
            np.asarray(growth_factor, dtype=float),
            np.asarray(stress_factor, dtype=float),
        )
    )
    for name, array in (
        ("initial size", initial),
        ("wall", thick),
        ("half width", wide),
        ("growth factor", pace),
        ("stress factor", stress),
    ):
        if not np.all(array > 0):
            raise DomainError(f"{name} of a crack: expected above 0, given {array.min():g}")
    if np.any(initial >= wide):
        worst = int(np.argmax(initial / wide))
        raise DomainError(
            f"a crack longer than its panel: half length {initial[worst]:g} m, "
            f"half width {wide[worst]:g} m"
        )
    when = np.atleast_1d(np.asarray(times, dtype=float))
    if np.any(when < 0) or np.any(np.diff(when) < 0):
        raise DomainError("times of crack sizes: expected rising, from 0")
    curve = growth_curve(fit, spectrum.stress_ratio)
    if not (np.all(np.isfinite(curve.limit)) or np.all(np.isfinite(np.minimum(thick, wide)))):
        raise DomainError("crack growth without end: give a toughness, or a wall and a half width")
    leak, instability = np.empty(initial.size), np.empty(initial.size)
    sizes = np.empty((initial.size, when.size))
    _grow(
        initial,
        thick,
        wide,
        pace,
        stress,
        surface_factor,
        spectrum.stress_range,
        class_strength(spectrum, curve),
        curve.exponent,
        curve.threshold,
        curve.threshold_exponent,
        curve.limit,
        curve.limit_exponent,
        curve.intrinsic_size,
        when,
        leak,
        instability,
        sizes,
    )
    return CrackGrowth(leak, instability, sizes)


def class_strength(spectrum: LoadSpectrum, curve: GrowthCurve) -> Array:
    """Growth in time by each class of loads where the stress intensity is the stress.

    Parameters
    ----------
    spectrum : LoadSpectrum
        Loads.
    curve : GrowthCurve
        Law at the stress ratios of the classes.

    Returns
    -------
    ndarray, (class,)
        To be multiplied by (Y sqrt(pi a)) to the exponent. [m/s]

    Examples
    --------
    >>> from stationkeeper.hull.loads import design_spectrum
    >>> from stationkeeper.hull.materials import AMG6_SURROGATE
    >>> spectrum = design_spectrum()
    >>> strength = class_strength(spectrum, growth_curve(AMG6_SURROGATE, spectrum.stress_ratio))
    >>> np.round(strength / strength.sum(), 2).tolist()
    [0.97, 0.01, 0.02, 0.0]
    """
    return np.asarray(spectrum.frequency * curve.constant * spectrum.stress_range**curve.exponent)
