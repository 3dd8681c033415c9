"""What kernels that search for passes need: bounds on motion, and sites that stand still."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.orbit.pass_kernels import level_axes, passes_over

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

ROOM: Final = 16_384  # passes written at once; more sites follow in further rounds
_STILL: Final = 1e-3  # [m/s] least speed in the bounds, so that what stands still divides
_STRAIGHT: Final = 1e-9  # [m/s2] least acceleration in them


@dataclass(frozen=True, eq=False)
class Seen:
    """What the kernels need of an ephemeris and of sites."""

    position: Array
    velocity: Array
    bend: Array
    step: float
    speed: float
    site: Array
    up: Array
    sine: Array
    nearest: Array


def checked(
    position: ArrayLike, vertical: ArrayLike, mask: ArrayLike
) -> tuple[Array, Array, Array]:
    sites = np.ascontiguousarray(np.asarray(position, dtype=np.float64))
    verticals = np.ascontiguousarray(np.asarray(vertical, dtype=np.float64))
    if sites.ndim not in (2, 3) or sites.shape[-1] != 3 or sites.shape != verticals.shape:
        raise DomainError(
            "sites are (site, 3) or (site, time, 3), and so are their verticals: given "
            f"{sites.shape} and {verticals.shape}"
        )
    masks = np.asarray(mask, dtype=np.float64)
    if masks.shape not in ((), (sites.shape[0],)):
        raise DomainError(
            f"lowest elevations are one or one a site: given {masks.shape} for {sites.shape[0]}"
        )
    masks = np.array(np.broadcast_to(masks, sites.shape[:1]))
    if not np.all(np.abs(masks) < np.pi / 2):
        raise DomainError("lowest elevations are above -90 and below 90 degrees")
    if not (np.all(np.isfinite(sites)) and np.all(np.isfinite(verticals))):
        raise DomainError("positions and verticals of sites are finite")
    return sites, verticals, masks


def prepared(
    ephemeris: Ephemeris, sites: Array, verticals: Array, masks: Array
) -> Iterator[tuple[int, Seen]]:
    """Yield the first site and what kernels need: all fixed sites at once, moving ones by one."""
    if ephemeris.position.shape[0] < 2:
        raise DomainError("passes need an ephemeris of at least two rows")
    sine = np.sin(masks)
    if sites.ndim == 2:
        yield (
            0,
            bounded(
                np.ascontiguousarray(ephemeris.position, dtype=np.float64),
                np.ascontiguousarray(ephemeris.velocity, dtype=np.float64),
                ephemeris.step,
                sites,
                verticals,
                sine,
            ),
        )
        return
    if sites.shape[1] != ephemeris.position.shape[0]:
        raise DomainError(
            "sites that move have a position at each row of the ephemeris: given "
            f"{sites.shape[1]}, expected {ephemeris.position.shape[0]}"
        )
    for k in range(sites.shape[0]):
        # Seen from the site, in axes whose third stays upright, a moving site stands still.
        axes = np.empty((sites.shape[1], 3, 3))
        level_axes(verticals[k], axes)
        away = ephemeris.position - sites[k]
        closing = ephemeris.velocity - rate_of(sites[k], ephemeris.step)
        turning = rate_of(axes.reshape(-1, 9), ephemeris.step).reshape(-1, 3, 3)
        position = np.einsum("tij,tj->ti", axes, away)
        velocity = np.einsum("tij,tj->ti", axes, closing) + np.einsum("tij,tj->ti", turning, away)
        yield (
            k,
            bounded(
                position,
                velocity,
                ephemeris.step,
                np.zeros((1, 3)),
                np.array([[0.0, 0.0, 1.0]]),
                sine[k : k + 1],
            ),
        )


def bounded(
    position: Array, velocity: Array, step: float, site: Array, up: Array, sine: Array
) -> Seen:
    """Add bounds on speed and acceleration of the cubics between rows."""
    if not (np.all(np.isfinite(position)) and np.all(np.isfinite(velocity))):
        raise DomainError("an ephemeris is finite")
    mean = np.diff(position, axis=0) / step
    first = 6 * mean - 4 * velocity[:-1] - 2 * velocity[1:]  # accelerations times the step
    last = 2 * velocity[:-1] + 4 * velocity[1:] - 6 * mean
    bend = np.sqrt(np.maximum(np.sum(first**2, axis=1), np.sum(last**2, axis=1))) / step
    pace = np.linalg.norm(velocity, axis=1)
    # Speed within a piece is its larger end's and what half the piece can add.
    speed = float(np.max(np.maximum(pace[:-1], pace[1:]) + 0.5 * step * bend))
    lowest = float(np.min(np.linalg.norm(position, axis=1))) - 0.5 * speed * step
    nearest = np.maximum(lowest - np.linalg.norm(site, axis=1), 1.0)
    # Side by side in memory: over a year the search waits for it, and reads both of each row.
    states = np.concatenate([position, velocity], axis=1)
    return Seen(
        states[:, :3],
        states[:, 3:],
        np.maximum(bend, _STRAIGHT),
        float(step),
        max(speed, _STILL),
        site,
        up,
        sine,
        nearest,
    )


def arguments(
    seen: Seen,
) -> tuple[Array, Array, Array, float, float, Array, Array, Array, Array]:
    return (
        seen.position,
        seen.velocity,
        seen.bend,
        seen.step,
        seen.speed,
        seen.site,
        seen.up,
        seen.sine,
        seen.nearest,
    )


def search(seen: Seen, first: int) -> tuple[Integers, Array]:
    """Return sites, counted from the first, and rise, set, top, sine of elevation (pass, 4)."""
    sites = seen.site.shape[0]
    counts = np.zeros(sites, np.int64)
    room = np.empty((ROOM, 4))
    tables = []
    done = 0
    while done < sites:
        started = done
        done, filled = passes_over(*arguments(seen), started, room, counts)
        tables.append(room[:filled].copy())
        if done == started:  # one site does not fit
            room = np.empty((2 * room.shape[0], 4))
    table = np.concatenate(tables) if tables else np.empty((0, 4))
    return first + np.repeat(np.arange(sites), counts), table


def rate_of(values: Array, step: float) -> Array:
    """Rate of what is known at even steps: fourth order inside, second order at the ends."""
    rate = np.gradient(values, step, axis=0, edge_order=2 if values.shape[0] > 2 else 1)
    if values.shape[0] > 4:
        rate[2:-2] = (8 * (values[3:-1] - values[1:-3]) - (values[4:] - values[:-4])) / (12 * step)
    return np.asarray(rate)


def east_of(up: Array) -> Array:
    """Unit vector to the east across a vertical; on a pole, along 90 degrees east."""
    level = np.hypot(up[0], up[1])
    if level < 1e-12:
        return np.array([0.0, 1.0, 0.0])
    return np.asarray(np.array([-up[1], up[0], 0.0]) / level)
