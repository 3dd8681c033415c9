"""Kernels that read the density table: weights between nodes, and sums over them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.kernels import kernel

Array = NDArray[np.float64]
Single = NDArray[np.float32]

FLUX_DEPARTURE_LIMIT: Final = 60.0  # [sfu] our choice: radio bursts beyond it do not heat


@kernel
def cubic_place(nodes: Array, x: float, weights: Array) -> int:
    """Find the four nodes about x: return the first one's index, fill in Lagrange's weights.

    Outside the nodes x is taken at the nearest end, so that nothing is extrapolated.
    """
    count = nodes.shape[0]
    x = min(max(x, nodes[0]), nodes[count - 1])
    low, high = 0, count - 1
    while high - low > 1:
        middle = (low + high) // 2
        if nodes[middle] <= x:
            low = middle
        else:
            high = middle
    first = min(max(low - 1, 0), count - 4)
    x0, x1, x2, x3 = nodes[first], nodes[first + 1], nodes[first + 2], nodes[first + 3]
    d0, d1, d2, d3 = x - x0, x - x1, x - x2, x - x3
    weights[0] = d1 * d2 * d3 / ((x0 - x1) * (x0 - x2) * (x0 - x3))
    weights[1] = d0 * d2 * d3 / ((x1 - x0) * (x1 - x2) * (x1 - x3))
    weights[2] = d0 * d1 * d3 / ((x2 - x0) * (x2 - x1) * (x2 - x3))
    weights[3] = d0 * d1 * d2 / ((x3 - x0) * (x3 - x1) * (x3 - x2))
    return int(first)


@kernel
def periodic_weights(angle: float, weights: Array) -> None:
    """Fill in the weights of evenly spaced nodes over a turn for the interpolating harmonics."""
    count = weights.shape[0]
    for node in range(count):
        half = 0.5 * (angle - 2 * np.pi * node / count)
        total = 1.0
        for harmonic in range(1, count // 2):
            total += 2 * np.cos(2 * harmonic * half)
        if count % 2 == 0:
            total += np.cos(count * half)
        else:
            total += 2 * np.cos(2 * (count // 2) * half)
        weights[node] = total / count


@kernel
def latitude_weights(latitude: float, nodes: Array, weights: Array) -> None:
    """Fill in the barycentric weights of Chebyshev's points of the second kind."""
    count = nodes.shape[0]
    total = 0.0
    for node in range(count):
        distance = latitude - nodes[node]
        if abs(distance) < 1e-12:
            weights[:] = 0.0
            weights[node] = 1.0
            return
        sign = 1.0 if node % 2 == 0 else -1.0
        if node in (0, count - 1):
            sign *= 0.5
        weights[node] = sign / distance
        total += weights[node]
    for node in range(count):
        weights[node] /= total


@kernel
def day_values(
    log_density: Single,
    season: Array,
    flux_first: int,
    flux_weights: Array,
    ap_first: int,
    ap_weights: Array,
) -> Array:
    latitudes, times, seasons, heights = log_density.shape[:4]
    out = np.zeros((latitudes, times, heights))
    w0, w1, w2, w3 = ap_weights
    p = ap_first
    for i in range(latitudes):
        for j in range(times):
            for s in range(seasons):
                for a in range(heights):
                    total = 0.0
                    for f in range(4):
                        four = log_density[i, j, s, a, flux_first + f]
                        total += flux_weights[f] * (
                            w0 * four[p] + w1 * four[p + 1] + w2 * four[p + 2] + w3 * four[p + 3]
                        )
                    out[i, j, a] += season[s] * total
    return out


@kernel
def field_value(
    altitude_nodes: Array,
    coefficients: Array,
    altitude: float,
    latitude: float,
    cos_time: float,
    sin_time: float,
    up: Array,
) -> float:
    """Density at one point of a `DensityField`; `up` is room for four numbers."""
    first = cubic_place(altitude_nodes, altitude, up)
    x = 2 * latitude / np.pi
    before, now = x, 1.0  # Chebyshev polynomials by recurrence, T(-1) = T(1) = x
    total = 0.0
    times = coefficients.shape[1]
    for i in range(coefficients.shape[0]):
        c, s = 1.0, 0.0
        row = 0.0
        for j in range(times):
            value = (
                up[0] * coefficients[i, j, first]
                + up[1] * coefficients[i, j, first + 1]
                + up[2] * coefficients[i, j, first + 2]
                + up[3] * coefficients[i, j, first + 3]
            )
            if j == 0:
                row = value
            elif j % 2 == 1:
                c, s = c * cos_time - s * sin_time, s * cos_time + c * sin_time
                row += c * value
            else:
                row += s * value
        total += now * row
        before, now = now, 2 * x * now - before
    return float(np.exp(total))


@kernel
def field_values(
    altitude_nodes: Array,
    coefficients: Array,
    altitude: Array,
    latitude: Array,
    local_time: Array,
) -> Array:
    out = np.empty(altitude.shape[0])
    up = np.empty(4)
    for k in range(altitude.shape[0]):
        if np.isnan(altitude[k]) or np.isnan(latitude[k]) or np.isnan(local_time[k]):
            out[k] = np.nan
        else:
            out[k] = field_value(
                altitude_nodes,
                coefficients,
                altitude[k],
                latitude[k],
                np.cos(local_time[k]),
                np.sin(local_time[k]),
                up,
            )
    return out


@kernel
def orbit_means(
    log_density: Single,
    across: Array,
    up_first: NDArray[np.int64],
    up: Array,
    around: Array,
    loss: Array,
) -> Array:
    """Mean of density x loss over the orbit: (phase, season, altitude, flux x Ap)."""
    latitudes, times, seasons, heights, columns = log_density.shape
    points, levels = up_first.shape
    phases = around.shape[0]
    total = np.zeros((phases, seasons, levels, columns))
    here = np.empty((times, seasons, heights, columns))
    level = np.empty((times, seasons, levels, columns))
    for point in range(points):
        here[:] = 0.0
        for i in range(latitudes):
            weight = across[point, i]
            for j in range(times):
                for s in range(seasons):
                    for a in range(heights):
                        for c in range(columns):
                            here[j, s, a, c] += weight * log_density[i, j, s, a, c]
        for j in range(times):
            for s in range(seasons):
                for b in range(levels):
                    first = up_first[point, b]
                    w0, w1, w2, w3 = up[point, b]
                    for c in range(columns):
                        level[j, s, b, c] = (
                            w0 * here[j, s, first, c]
                            + w1 * here[j, s, first + 1, c]
                            + w2 * here[j, s, first + 2, c]
                            + w3 * here[j, s, first + 3, c]
                        )
        for phase in range(phases):
            for s in range(seasons):
                for b in range(levels):
                    factor = loss[point, b] / points
                    for c in range(columns):
                        value = 0.0
                        for j in range(times):
                            value += around[phase, point, j] * level[j, s, b, c]
                        total[phase, s, b, c] += factor * np.exp(value)
    return total


@kernel
def at_knots(cycle: Array, phase: Array, season: Array) -> Single:
    """Read (phase, season, ...) by harmonics at each knot."""
    phases, seasons, size = cycle.shape
    out = np.empty((phase.shape[0], size), dtype=np.float32)
    by_phase, by_season = np.empty(phases), np.empty(seasons)
    total = np.empty(size)
    for knot in range(phase.shape[0]):
        periodic_weights(phase[knot], by_phase)
        periodic_weights(season[knot], by_season)
        total[:] = 0.0
        for i in range(phases):
            for j in range(seasons):
                weight = by_phase[i] * by_season[j]
                for c in range(size):
                    total[c] += weight * cycle[i, j, c]
        for c in range(size):
            out[knot, c] = total[c]
    return out


@kernel
def day_slice(log_density: Single, position: float, out: Single) -> None:
    """Fill in (altitude, flux, Ap) at a place between knots, the end knots beyond them."""
    last = log_density.shape[0] - 1
    position = min(max(position, 0.0), float(last))
    low = min(int(position), last - 1)
    part = position - low
    for a in range(out.shape[0]):
        for f in range(out.shape[1]):
            for p in range(out.shape[2]):
                below = log_density[low, a, f, p]
                out[a, f, p] = below + part * (log_density[low + 1, a, f, p] - below)


@kernel
def level_values(
    slice_today: Single,
    flux_response: Array,
    flux_nodes: Array,
    ap_nodes: Array,
    f107: float,
    f107_81d: float,
    ap: float,
    flux_weights: Array,
    ap_weights: Array,
    out: Array,
    low: int,
    high: int,
) -> None:
    """Fill in ln of the effective density at altitude nodes low to high, high excluded."""
    flux_first = cubic_place(flux_nodes, f107_81d, flux_weights)
    ap_first = cubic_place(ap_nodes, ap, ap_weights)
    departure = min(max(f107 - f107_81d, -FLUX_DEPARTURE_LIMIT), FLUX_DEPARTURE_LIMIT)
    for a in range(low, high):
        total = 0.0
        for f in range(4):
            column = 0.0
            for p in range(4):
                column += ap_weights[p] * slice_today[a, flux_first + f, ap_first + p]
            column += departure * (
                flux_response[0, a, flux_first + f]
                + departure * flux_response[1, a, flux_first + f]
            )
            total += flux_weights[f] * column
        out[a] = total


@kernel
def effective(
    log_density: Single,
    flux_response: Array,
    flux_nodes: Array,
    ap_nodes: Array,
    levels: Array,
    position: Array,
    altitude: Array,
    f107: Array,
    f107_81d: Array,
    ap: Array,
) -> Array:
    out = np.empty(altitude.shape[0])
    today = np.empty(log_density.shape[1:], dtype=np.float32)
    values = np.empty(levels.shape[0])
    flux_weights, ap_weights = np.empty(4), np.empty(4)
    step = levels[1] - levels[0]
    for k in range(altitude.shape[0]):
        if np.isnan(altitude[k] + f107[k] + f107_81d[k] + ap[k] + position[k]):
            out[k] = np.nan
            continue
        day_slice(log_density, position[k], today)
        place = (altitude[k] - levels[0]) / step
        low = min(max(int(place), 0), levels.shape[0] - 2)
        level_values(
            today,
            flux_response,
            flux_nodes,
            ap_nodes,
            f107[k],
            f107_81d[k],
            ap[k],
            flux_weights,
            ap_weights,
            values,
            low,
            low + 2,
        )
        out[k] = np.exp(values[low] + (place - low) * (values[low + 1] - values[low]))
    return out
