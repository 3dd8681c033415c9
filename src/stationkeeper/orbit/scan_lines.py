"""Scan lines of satellites over the turning Earth: what swaths are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.orbit.sunlight import sun_fixed

Array = NDArray[np.float64]

LONGEST_STEP: Final = 0.2  # [rad] of arc in a step, our choice: beyond it straight lines are off


@dataclass(frozen=True, eq=False)
class ScanLines:
    """Scan lines of satellites over the turning Earth, ready to be swept over cells or places.

    Arrays as `coverage_kernels.sweep` wants them, in its order.
    """

    ahead: Array
    across: Array
    under: Array
    turn: Array
    middle: Array
    reach: Array
    sine_half_width: Array
    least_sun: Array
    sun: Array
    noon: Array
    step: float

    @property
    def duration(self) -> float:
        """Time from the first to the last position."""
        return float((self.sun.shape[0] - 1) * self.step)


def scan_lines(
    ephemerides: Sequence[Ephemeris],
    half_width: ArrayLike,
    *,
    sun_elevation: ArrayLike | None = None,
) -> ScanLines:
    """Scan lines of satellites, once for several sweeps.

    Parameters
    ----------
    ephemerides : sequence of Ephemeris
        Satellites, with the same start, step and length.
    half_width : array_like, () or (satellite,)
        Half the swath as seen from the Earth's centre. [rad]
    sun_elevation : array_like, () or (satellite,), optional
        Looks count only with the Sun at least so high; NaN or None: at any time. [rad]

    Returns
    -------
    ScanLines

    Raises
    ------
    DomainError
        If satellites do not share their times, stand still or move too far in a step, or a width
        is out of range.
    """
    if not ephemerides:
        raise DomainError("coverage: no satellite was given")
    one = ephemerides[0]
    shared = (one.start_day, one.step, len(one.position))
    if any((e.start_day, e.step, len(e.position)) != shared for e in ephemerides):
        raise DomainError("coverage: satellites must share their start, step and length")
    count = len(ephemerides)
    half = np.array(np.broadcast_to(np.asarray(half_width, np.float64), count))
    if not np.all((half > 0) & (half < 0.5 * np.pi)):
        raise DomainError(
            f"coverage: given half-widths of {np.degrees(half).min():g} to "
            f"{np.degrees(half).max():g} degrees, expected above 0 and below 90"
        )
    least = np.full(count, np.nan)
    if sun_elevation is not None:
        least[:] = np.asarray(sun_elevation, np.float64)

    position = np.stack([e.position for e in ephemerides])
    velocity = np.stack([e.velocity for e in ephemerides])
    under = position / np.linalg.norm(position, axis=2, keepdims=True)
    across = np.cross(under, velocity)
    speed = np.linalg.norm(across, axis=2, keepdims=True)
    if not np.all(speed > 1.0):  # [m/s]
        raise DomainError("coverage: a satellite that stands still over the ground has no swath")
    across /= speed
    ahead = np.cross(across, under)
    arc = np.arccos(np.clip(np.sum(under[:, 1:] * under[:, :-1], axis=2), -1, 1)).max(axis=1)
    if not np.all(arc <= LONGEST_STEP):
        raise DomainError(
            f"coverage: satellites move {np.degrees(arc.max()):.1f} degrees in a step of "
            f"{one.step:g} s, expected at most {np.degrees(LONGEST_STEP):.1f}"
        )
    halfway = under[:, 1:] + under[:, :-1]
    there = np.arctan2(halfway[:, :, 2], np.hypot(halfway[:, :, 0], halfway[:, :, 1]))
    east = np.arctan2(halfway[:, :, 1], halfway[:, :, 0])
    sun = np.ascontiguousarray(sun_fixed(one.days))
    return ScanLines(
        ahead=ahead,
        across=across,
        under=under,
        turn=-0.5 * np.sum(np.diff(across, axis=1) * (ahead[:, 1:] + ahead[:, :-1]), axis=2),
        middle=np.stack([there, east, np.cos(there), np.sin(there)], axis=2),
        reach=half + 0.5 * arc + 1e-3,  # the track is nearly an arc in a step; a little to spare
        sine_half_width=np.sin(half),
        least_sun=np.where(np.isnan(least), -2.0, np.sin(least)),
        sun=sun,
        noon=np.arctan2(sun[:, 1], sun[:, 0]) / (2 * np.pi),
        step=float(one.step),
    )


def joined(lines: Sequence[ScanLines]) -> ScanLines:
    """Scan lines of several sets of satellites over the same time as one set.

    Parameters
    ----------
    lines : sequence of ScanLines
        At least one; of the same start, step and length.

    Returns
    -------
    ScanLines

    Raises
    ------
    DomainError
        If they do not share their times.
    """
    one = lines[0]
    if any(x.step != one.step or not np.array_equal(x.noon, one.noon) for x in lines[1:]):
        raise DomainError("coverage: satellites must share their start, step and length")
    if len(lines) == 1:
        return one

    def together(name: str) -> Array:
        return np.concatenate([getattr(x, name) for x in lines])

    return ScanLines(
        ahead=together("ahead"),
        across=together("across"),
        under=together("under"),
        turn=together("turn"),
        middle=together("middle"),
        reach=together("reach"),
        sine_half_width=together("sine_half_width"),
        least_sun=together("least_sun"),
        sun=one.sun,
        noon=one.noon,
        step=one.step,
    )
