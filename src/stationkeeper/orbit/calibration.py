"""One drag factor for a station from its flown altitude, with its band."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import t as student

from stationkeeper.constants import TLE_EARTH_RADIUS
from stationkeeper.errors import DomainError

RISE: Final = 250.0  # [m] a rise between two element sets that ends a span
SETTLE_DAYS: Final = 1.0  # [d] element sets after a rise that still mix the orbit before it
SHORTEST_DAYS: Final = 3.0  # [d] shorter spans are noise: sets scatter by 0.1 km; chosen by us
FEWEST_SETS: Final = 6  # [-] chosen by us

_WGS72_XKE: Final = 0.07436691613317341  # [earth radii^1.5/min] Spacetrack Report No. 3, WGS-72
_WGS72_J2: Final = 1.082616e-3  # [-] same

Decay = Callable[[float, NDArray[np.float64], float], NDArray[np.float64]]
"""Altitude [m] for a drag factor, days [d] and the altitude on the first of them [m]."""


@dataclass(frozen=True)
class DragFactor:
    """A factor on drag area per mass, its 90 % band, and the spans it rests on.

    Attributes
    ----------
    factor, low, high
        Least-squares value and 90 % band. [-]
    pieces
        Pieces of arc from which the band was taken. [-]
    """

    factor: float
    low: float
    high: float
    pieces: int


def mean_axis_from_elements(
    mean_motion: ArrayLike, eccentricity: ArrayLike, inclination: ArrayLike
) -> NDArray[np.float64]:
    """Mean semi-major axis behind the mean motion of a published element set.

    Takes Kozai's term off the printed mean motion as SGP4 does [1]_, with its constants (WGS-72):
    Brouwer's mean axis, the one that decays smoothly.

    Parameters
    ----------
    mean_motion : array_like, (...)
        Printed mean motion. [rad/s]
    eccentricity : array_like, (...)
        Eccentricity, 0 <= e < 1. [-]
    inclination : array_like, (...)
        Inclination. [rad]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Semi-major axis. [m]

    Raises
    ------
    DomainError
        If a mean motion is not positive or an eccentricity not in [0, 1).

    Notes
    -----
    Agrees with tabled mean altitudes of flown element sets of the ISS, 1998 to 2026, to half their
    last digit, 5 m (some of them in tests/unit/test_calibration.py).

    References
    ----------
    .. [1] F. Hoots, R. Roehrich, "Spacetrack Report No. 3", 1980, section 6.

    Examples
    --------
    >>> axis = mean_axis_from_elements(15.49088255 * 2 * np.pi / 86_400, 0.0007613, 0.9012)
    >>> round((float(axis) - TLE_EARTH_RADIUS) / 1e3, 2)  # ISS, 15 September 2024 [km]
    419.9
    """
    n, e, i = np.broadcast_arrays(
        np.asarray(mean_motion, dtype=np.float64) * 60.0,
        np.asarray(eccentricity, dtype=np.float64),
        np.asarray(inclination, dtype=np.float64),
    )
    if np.any(n <= 0) or np.any((e < 0) | (e >= 1)):
        raise DomainError("an element set needs a mean motion above zero and 0 <= eccentricity < 1")
    kozai = (_WGS72_XKE / n) ** (2 / 3)
    oblate = 0.75 * _WGS72_J2 * (3 * np.cos(i) ** 2 - 1) / (1 - e**2) ** 1.5
    delta = oblate / kozai**2
    better = kozai * (1 - delta**2 - delta * (1 / 3 + 134 * delta**2 / 81))
    brouwer = n / (1 + oblate / better**2)
    return np.asarray((_WGS72_XKE / brouwer) ** (2 / 3) * TLE_EARTH_RADIUS)


def split_spans(
    day: ArrayLike,
    altitude: ArrayLike,
    rise: float = RISE,
    settle_days: float = SETTLE_DAYS,
    shortest_days: float = SHORTEST_DAYS,
    fewest_sets: int = FEWEST_SETS,
) -> list[slice]:
    """Cut a flown altitude into spans of free decay.

    A span ends where the altitude rises from one sample to the next by more than ``rise``. Samples
    within ``settle_days`` after a rise are dropped: the fit of an element set reaches back across
    it. Lowerings are not seen.

    Parameters
    ----------
    day : array_like, (time,)
        Rising days. [d]
    altitude : array_like, (time,)
        Mean altitude. [m]
    rise, settle_days, shortest_days, fewest_sets
        See the module's constants. [m, d, d, -]

    Returns
    -------
    list of slice
        Spans in order.

    Raises
    ------
    DomainError
        If the days do not rise.

    Examples
    --------
    >>> days = np.arange(0.0, 20.0, 0.5)
    >>> flown = 420e3 - 100 * days + 2e3 * (days > 9)
    >>> [(days[span][0].item(), days[span][-1].item()) for span in split_spans(days, flown)]
    [(0.0, 9.0), (11.0, 19.5)]
    """
    days = np.asarray(day, dtype=np.float64)
    heights = np.asarray(altitude, dtype=np.float64)
    if np.any(np.diff(days) <= 0):
        raise DomainError("spans need rising days")
    starts = np.flatnonzero(np.diff(heights) > rise) + 1
    spans = []
    for first, last in zip([0, *starts], [*starts, days.size], strict=True):
        begin = first
        if first:
            begin = int(np.searchsorted(days, days[first] + settle_days, side="right"))
        enough = last - begin >= max(fewest_sets, 2)
        if enough and days[last - 1] - days[begin] >= shortest_days:
            spans.append(slice(begin, int(last)))
    return spans


def altitude_lost(day: ArrayLike, altitude: ArrayLike) -> float:
    """Altitude lost over a span, from the straight line through its samples.

    Scatter of single samples counts less than in first minus last.

    Parameters
    ----------
    day : array_like, (time,)
        Days. [d]
    altitude : array_like, (time,)
        Mean altitude. [m]

    Returns
    -------
    float
        Slope times duration, positive when the orbit sinks. [m]

    Examples
    --------
    >>> round(altitude_lost([0.0, 1.0, 2.0], [420e3, 419.9e3, 419.8e3]))
    200
    """
    days = np.asarray(day, dtype=np.float64)
    slope = np.polyfit(days - days.mean(), np.asarray(altitude, dtype=np.float64), 1)[0]
    return float(-slope * (days[-1] - days[0]))


def fit_drag_factor(
    day: ArrayLike,
    altitude: ArrayLike,
    spans: Sequence[slice],
    decay: Decay,
    piece_days: float = 5.0,
    bracket: tuple[float, float] = (0.1, 10.0),
) -> DragFactor:
    """Fit one factor on drag so that a decay model loses the altitude that was flown.

    Least squares over the altitude lost in each span, every span with its own straight line. The
    band comes from pieces of ``piece_days`` cut from the spans, as the 90 % interval of their mean
    (Student's t), weighted by what the model loses in each; it is rather wide, since the scatter of
    the samples counts at both ends of every piece.

    Parameters
    ----------
    day : array_like, (time,)
        Rising days. [d]
    altitude : array_like, (time,)
        Flown mean altitude. [m]
    spans : sequence of slice
        From `split_spans`.
    decay : callable
        ``decay(factor, days, altitude on the first day)`` returns altitudes on the days. [m]
    piece_days : float
        Length of a piece, chosen by us as some ten times the spacing of element sets. [d]
    bracket : tuple of float
        Factors to search between. [-]

    Returns
    -------
    DragFactor

    Raises
    ------
    DomainError
        If there is no span, or no factor in the bracket gives the altitude lost.

    Examples
    --------
    >>> days = np.arange(0.0, 20.0, 0.5)
    >>> flown = 420e3 - 110.0 * days
    >>> fit = fit_drag_factor(
    ...     days, flown, [slice(0, 40)], lambda factor, when, start: start - factor * 100.0
    ...     * (when - when[0])
    ... )
    >>> round(fit.factor, 3)
    1.1
    """
    days = np.asarray(day, dtype=np.float64)
    heights = np.asarray(altitude, dtype=np.float64)
    pieces: list[slice] = []
    for span in spans:
        length = days[span][-1] - days[span][0]
        number = max(round(length / piece_days), 1)
        edges = np.searchsorted(days, days[span][0] + length * np.arange(1, number) / number)
        bounds = [span.start, *edges.tolist(), span.stop]
        pieces += [slice(a, b) for a, b in pairwise(bounds) if b - a >= 3]
    if not pieces:
        raise DomainError("a drag factor needs at least one span with three samples")

    def flown(parts: Sequence[slice]) -> NDArray[np.float64]:
        return np.array([altitude_lost(days[part], heights[part]) for part in parts])

    def modelled(parts: Sequence[slice], factor: float) -> NDArray[np.float64]:
        return np.array(
            [
                altitude_lost(days[part], decay(factor, days[part], float(heights[part][0])))
                for part in parts
            ]
        )

    span_loss = flown(spans)

    def misfit(factor: float) -> float:
        lost = modelled(spans, factor)
        return float(np.sum(lost * (lost - span_loss)))

    low, high = bracket
    if misfit(low) * misfit(high) > 0:
        raise DomainError(f"no drag factor between {low} and {high} gives the altitude lost")
    factor = float(brentq(misfit, low, high, xtol=1e-6))
    lost = modelled(pieces, factor)
    if len(pieces) < 3:
        return DragFactor(factor, float("nan"), float("nan"), len(pieces))
    weight = lost**2 / np.sum(lost**2)
    ratio = flown(pieces) / lost
    spread = np.sqrt(np.sum(weight * (ratio - 1) ** 2) / (1 - np.sum(weight**2)))
    error = float(spread * np.sqrt(np.sum(weight**2)) * student.ppf(0.95, len(pieces) - 1))
    return DragFactor(factor, factor * (1 - error), factor * (1 + error), len(pieces))


def solve_drag_factor(
    final_altitude: Callable[[float], float],
    flown_altitude: float,
    bracket: tuple[float, float] = (0.05, 20.0),
) -> float:
    """Find the factor with which a decay passes through one later height.

    For long arcs with few heights, where decay is far from a straight line.

    Parameters
    ----------
    final_altitude : callable
        Altitude that the model reaches at the later date, for a factor. [m]
    flown_altitude : float
        Altitude flown then. [m]
    bracket : tuple of float
        Factors to search between. [-]

    Returns
    -------
    float
        Factor. [-]

    Raises
    ------
    DomainError
        If the height lies outside what the bracket gives.

    Examples
    --------
    >>> round(solve_drag_factor(lambda factor: 400e3 - 5e3 * factor, 390e3), 6)
    2.0
    """
    low, high = bracket

    def misfit(factor: float) -> float:
        return final_altitude(factor) - flown_altitude

    if misfit(low) * misfit(high) > 0:
        raise DomainError(
            f"no drag factor between {low} and {high} passes through {flown_altitude / 1e3:.1f} km"
        )
    return float(brentq(misfit, low, high, xtol=1e-5))
