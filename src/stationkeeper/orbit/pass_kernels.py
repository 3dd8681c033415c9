"""Compiled search for passes: no crossing of a lowest elevation is missed, however short the pass.

Between two rows of an ephemeris the satellite follows the cubic through both positions and
velocities. With the satellite at d from the site, u the vertical and s the sine of the lowest
elevation, it is seen while ``F = u.d - s |d|`` is positive. The cubic's acceleration is at most
its larger end's, so F and its rate are bounded within a piece. A piece is halved until the bounds
rule a crossing out, or leave exactly one, which is then closed in on. Far below the horizon the
same bounds tell how many rows may be passed over.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

SHORTEST: Final = 1e-5  # [s] of what is told apart; chosen by us, a ten-thousandth of UT1's effect
_CLOSE: Final = 1e-7  # [s] to which a crossing is closed in on
_DEPTH: Final = 64  # halvings held at once: 2^64 pieces, more than a float can tell apart
_ROOTS: Final = 64  # crossings in one piece between two rows; physical orbits have two
_EDGE: Final = 1e-3  # [s] of a crossing of an uneven horizon


@inner_kernel
def _fit(
    position: Array, velocity: Array, step: float, row: int, site: Array, cubic: Array
) -> None:
    """Write the cubic of one piece as seen from a site: (power, 3)."""
    for k in range(3):
        mean = (position[row + 1, k] - position[row, k]) / step
        v0, v1 = velocity[row, k], velocity[row + 1, k]
        cubic[0, k] = position[row, k] - site[k]
        cubic[1, k] = v0
        cubic[2, k] = (3 * mean - 2 * v0 - v1) / step
        cubic[3, k] = (v0 + v1 - 2 * mean) / (step * step)


@inner_kernel
def _excess(cubic: Array, up: Array, sine: float, t: float) -> tuple[float, float, float]:
    """Return F, its rate and the distance at a moment of a piece."""
    along = rate = square = closing = 0.0
    for k in range(3):
        d = cubic[0, k] + t * (cubic[1, k] + t * (cubic[2, k] + t * cubic[3, k]))
        v = cubic[1, k] + t * (2 * cubic[2, k] + t * 3 * cubic[3, k])
        along += d * up[k]
        rate += v * up[k]
        square += d * d
        closing += d * v
    distance = np.sqrt(square)
    return along - sine * distance, rate - sine * closing / distance, distance


@inner_kernel
def _excess_at(
    position: Array, velocity: Array, row: int, site: Array, up: Array, sine: float
) -> tuple[float, float, float]:
    """Return F, its rate and the distance at a row."""
    along = rate = square = closing = 0.0
    for k in range(3):
        d = position[row, k] - site[k]
        v = velocity[row, k]
        along += d * up[k]
        rate += v * up[k]
        square += d * d
        closing += d * v
    distance = np.sqrt(square)
    return along - sine * distance, rate - sine * closing / distance, distance


@inner_kernel
def _close_in(
    cubic: Array, up: Array, sine: float, a: float, fa: float, b: float, fb: float
) -> float:
    """Return the one crossing between two moments: Newton's rule, kept inside by halving."""
    below = fa <= 0
    t = (a * fb - b * fa) / (fb - fa)
    for _ in range(60):
        value, rate, _ = _excess(cubic, up, sine, t)
        if (value <= 0) == below:
            a = t
        else:
            b = t
        new = t - value / rate if rate != 0 else a
        if not a < new < b:
            new = 0.5 * (a + b)
        if abs(new - t) < _CLOSE:
            return new
        t = new
    return t


@inner_kernel
def _crossings(
    cubic: Array,
    up: Array,
    sine: float,
    step: float,
    bend: float,
    speed: float,
    nearest: float,
    stack: Array,
    found: Array,
) -> int:
    """Write all crossings of F within one piece, in order; return how many.

    bend and speed are the largest acceleration and speed in it, nearest the least distance.
    """
    slope = abs(sine)
    stack[0, 0], stack[0, 1] = 0.0, step
    stack[0, 2], stack[0, 3], stack[0, 4] = _excess(cubic, up, sine, 0.0)
    stack[0, 5], stack[0, 6], stack[0, 7] = _excess(cubic, up, sine, step)
    held, count = 1, 0
    while held > 0:
        held -= 1
        a, b = stack[held, 0], stack[held, 1]
        fa, ga, da = stack[held, 2], stack[held, 3], stack[held, 4]
        fb, gb, db = stack[held, 5], stack[held, 6], stack[held, 7]
        width = b - a
        # |d|'' = (v^2 - |d|'^2) / |d| + acceleration along d: it bends up more than down.
        closest = max(nearest, 0.5 * (da + db - speed * width))
        gentle = bend * (1 + slope)
        strong = gentle + slope * speed * speed / closest
        down, upward = (strong, gentle) if sine >= 0 else (gentle, strong)
        below = fa <= 0
        differ = below != (fb <= 0)
        if not differ:
            if below and max(fa, fb) + down * width * width / 8 <= 0:
                continue
            if not below and min(fa, fb) - upward * width * width / 8 > 0:
                continue
        if abs(ga + gb) > strong * width:  # the rate keeps its sign: at most one crossing
            if differ:
                found[count] = _close_in(cubic, up, sine, a, fa, b, fb)
                count += 1
            continue
        if width < SHORTEST or held + 2 > stack.shape[0] or count + 2 > found.shape[0]:
            if differ:
                found[count] = 0.5 * (a + b)
                count += 1
            continue
        middle = 0.5 * (a + b)
        fm, gm, dm = _excess(cubic, up, sine, middle)
        later = stack[held]
        later[0], later[1] = middle, b
        later[2], later[3], later[4], later[5], later[6], later[7] = fm, gm, dm, fb, gb, db
        sooner = stack[held + 1]
        sooner[0], sooner[1] = a, middle
        sooner[2], sooner[3], sooner[4], sooner[5], sooner[6], sooner[7] = fa, ga, da, fm, gm, dm
        held += 2
    return count


@inner_kernel
def _sine_elevation(cubic: Array, up: Array, t: float) -> tuple[float, float]:
    """Return the sine of the elevation at a moment of a piece and its rate."""
    along = rate = square = closing = 0.0
    for k in range(3):
        d = cubic[0, k] + t * (cubic[1, k] + t * (cubic[2, k] + t * cubic[3, k]))
        v = cubic[1, k] + t * (2 * cubic[2, k] + t * 3 * cubic[3, k])
        along += d * up[k]
        rate += v * up[k]
        square += d * d
        closing += d * v
    distance = np.sqrt(square)
    return along / distance, (rate - along * closing / square) / distance


@inner_kernel
def _top(
    position: Array,
    velocity: Array,
    step: float,
    site: Array,
    up: Array,
    cubic: Array,
    begin: float,
    end: float,
) -> tuple[float, float]:
    """Return when the satellite is highest between two moments, and the sine of its elevation.

    Rows between are compared, then the one peak beside the highest is closed in on: of two peaks
    in one piece the lower may be taken.
    """
    rows = position.shape[0]
    row = min(int(begin / step), rows - 2)
    _fit(position, velocity, step, row, site, cubic)
    best, rate = _sine_elevation(cubic, up, begin - row * step)
    when = begin
    last = min(int(end / step), rows - 2)
    _fit(position, velocity, step, last, site, cubic)
    value, closing = _sine_elevation(cubic, up, end - last * step)
    if value > best:
        best, rate, when = value, closing, end
    for k in range(row + 1, last + 1):
        along, _, distance = _excess_at(position, velocity, k, site, up, 0.0)
        if along > best * distance:
            best, when, rate = along / distance, k * step, 0.0
    at_end = when in (begin, end)
    if not at_end:
        row = min(int(when / step + 0.5), rows - 2)
        _fit(position, velocity, step, row, site, cubic)
        best, rate = _sine_elevation(cubic, up, when - row * step)
    # The peak is on the side to which the elevation still grows.
    if rate > 0:
        row = min(int(when / step + 1e-9), rows - 2)
        a, b = when, min(end, (row + 1) * step)
    else:
        row = max(int(np.ceil(when / step - 1e-9)) - 1, 0)
        a, b = max(begin, row * step), when
    if rate == 0 or a >= b:
        return when, best
    _fit(position, velocity, step, row, site, cubic)
    origin = row * step
    ga = _sine_elevation(cubic, up, a - origin)[1]
    gb = _sine_elevation(cubic, up, b - origin)[1]
    if ga <= 0 or gb >= 0:
        return when, best
    side = 0
    for _ in range(60):  # the rule of false position, with Illinois' remedy
        t = (a * gb - b * ga) / (gb - ga)
        value, rate = _sine_elevation(cubic, up, t - origin)
        when, best = t, value
        if abs(rate) < 1e-12 or b - a < 1e-4:
            break
        if rate > 0:
            a, ga = t, rate
            if side > 0:
                gb *= 0.5
            side = 1
        else:
            b, gb = t, rate
            if side < 0:
                ga *= 0.5
            side = -1
    return when, best


@inner_kernel
def _over_site(
    position: Array,
    velocity: Array,
    bend: Array,
    step: float,
    speed: float,
    most_bend: float,
    site: Array,
    up: Array,
    sine: float,
    nearest: float,
    work: Array,
    out: Array,
) -> int:
    """Write the passes over one site: rise, set, top, sine of its elevation (pass, 4).

    Returns how many, or -1 if they do not fit.
    """
    rows = position.shape[0]
    cubic, stack, found = (
        work[:12].reshape(4, 3),
        work[12:-_ROOTS].reshape(_DEPTH, 8),
        work[-_ROOTS:],
    )
    steepest = speed * (1 + abs(sine))
    curved = most_bend * (1 + abs(sine))
    row, count, rise = 0, 0, 0.0
    slope = abs(sine)
    f0, g0, d0 = _excess_at(position, velocity, 0, site, up, sine)
    above = f0 > 0
    while row < rows - 1:
        # So long F cannot change its sign: by its steepest rate, and below by its bend as well.
        safe = abs(f0) / steepest
        if not above and sine >= 0:
            root = np.sqrt(g0 * g0 - 2 * curved * f0)
            longer = (root - g0) / curved if g0 < 0 else -2 * f0 / max(root + g0, 1e-300)
            safe = max(safe, longer)
        leap = int(safe / step)
        if leap >= 1:
            row = min(row + leap, rows - 1)
            f0, g0, d0 = _excess_at(position, velocity, row, site, up, sine)
            continue
        f1, g1, d1 = _excess_at(position, velocity, row + 1, site, up, sine)
        # The first look of `_crossings`, taken before the cubic is fitted: most pieces end here.
        closest = max(nearest, 0.5 * (d0 + d1 - speed * step))
        bulge = (bend[row] * (1 + slope) + slope * speed * speed / closest) * step * step / 8
        if (f1 > 0) == above and min(abs(f0), abs(f1)) > bulge:
            row, f0, g0, d0 = row + 1, f1, g1, d1
            continue
        _fit(position, velocity, step, row, site, cubic)
        crossings = _crossings(cubic, up, sine, step, bend[row], speed, nearest, stack, found)
        for k in range(crossings):
            when = row * step + found[k]
            if above:
                if count >= out.shape[0]:
                    return -1
                out[count, 0], out[count, 1] = rise, when
                count += 1
            else:
                rise = when
            above = not above
        row, f0, g0, d0 = row + 1, f1, g1, d1
        above = f0 > 0
    if above:
        if count >= out.shape[0]:
            return -1
        out[count, 0], out[count, 1] = rise, (rows - 1) * step
        count += 1
    for k in range(count):
        out[k, 2], out[k, 3] = _top(position, velocity, step, site, up, cubic, out[k, 0], out[k, 1])
    return count


@kernel
def passes_over(
    position: Array,
    velocity: Array,
    bend: Array,
    step: float,
    speed: float,
    site: Array,
    up: Array,
    sine: Array,
    nearest: Array,
    first: int,
    out: Array,
    counts: Integers,
) -> tuple[int, int]:
    """Write passes over sites from the first on until they are done or the room is full.

    Returns the next site to do and the rows written.
    """
    work = np.empty(12 + 8 * _DEPTH + _ROOTS)
    most_bend = bend.max()
    filled = 0
    for k in range(first, site.shape[0]):
        count = _over_site(
            position, velocity, bend, step, speed, most_bend,
            site[k], up[k], sine[k], nearest[k], work, out[filled:],
        )  # fmt: skip
        if count < 0:
            return k, filled
        counts[k] = count
        filled += count
    return site.shape[0], filled


@kernel
def statistics_over(
    position: Array,
    velocity: Array,
    bend: Array,
    step: float,
    speed: float,
    site: Array,
    up: Array,
    sine: Array,
    nearest: Array,
    first: int,
    room: Array,
    out: Array,
) -> int:
    """Write passes, contact, longest gap, sum of squares of gaps, sine of the highest elevation.

    The room holds the passes of one site at a time. Returns the next site to do if it is too small.
    """
    work = np.empty(12 + 8 * _DEPTH + _ROOTS)
    most_bend = bend.max()
    duration = (position.shape[0] - 1) * step
    for k in range(first, site.shape[0]):
        count = _over_site(
            position, velocity, bend, step, speed, most_bend,
            site[k], up[k], sine[k], nearest[k], work, room,
        )  # fmt: skip
        if count < 0:
            return k
        contact = longest = squares = last = 0.0
        best = np.nan
        for j in range(count):
            gap = room[j, 0] - last
            longest = max(longest, gap)
            squares += gap * gap
            last = room[j, 1]
            contact += room[j, 1] - room[j, 0]
            if not best > room[j, 3]:
                best = room[j, 3]
        gap = duration - last
        out[k, 0], out[k, 1] = count, contact
        out[k, 2], out[k, 3] = max(longest, gap), squares + gap * gap
        out[k, 4] = best
    return len(site)


@kernel
def tops_within(
    position: Array,
    velocity: Array,
    step: float,
    site: Array,
    up: Array,
    which: Integers,
    begin: Array,
    end: Array,
    out: Array,
) -> None:
    """Write when the satellite is highest within intervals, and the sine of its elevation."""
    cubic = np.empty((4, 3))
    for k in range(begin.shape[0]):
        out[k, 0], out[k, 1] = _top(
            position, velocity, step, site[which[k]], up[which[k]], cubic, begin[k], end[k]
        )


@kernel
def shares_within(
    position: Array,
    velocity: Array,
    step: float,
    site: Array,
    up: Array,
    which: Integers,
    begin: Array,
    end: Array,
    edges: Array,
    finest: float,
    out: Array,
) -> None:
    """Add the seconds spent between edges of elevation during intervals: (site, bin).

    Elevation is taken as straight between looks no further apart than the finest.
    """
    cubic = np.empty((4, 3))
    bins = edges.shape[0] - 1
    for k in range(begin.shape[0]):
        j = which[k]
        looks = max(int(np.ceil((end[k] - begin[k]) / finest)), 2)
        spacing = (end[k] - begin[k]) / looks
        before = 0.0
        for i in range(looks + 1):
            t = begin[k] + i * spacing
            row = min(int(t / step), position.shape[0] - 2)
            _fit(position, velocity, step, row, site[j], cubic)
            sine, _ = _sine_elevation(cubic, up[j], t - row * step)
            here = np.arcsin(min(max(sine, -1.0), 1.0))
            if i > 0:
                low, high = min(before, here), max(before, here)
                for b in range(bins):
                    part = min(high, edges[b + 1]) - max(low, edges[b])
                    if high > low:
                        if part > 0:
                            out[j, b] += spacing * part / (high - low)
                    elif edges[b] <= low < edges[b + 1]:
                        out[j, b] += spacing
            before = here


@inner_kernel
def _horizon(
    azimuths: Array, elevations: Array, middle: float, reach: float
) -> tuple[float, float]:
    """Return the least and greatest height of a horizon over an arc of azimuth."""
    turn = 2 * np.pi
    nodes = azimuths.shape[0]
    least, most = np.inf, -np.inf
    for side in range(2):  # the ends of the arc
        azimuth = (middle + (reach if side else -reach)) % turn
        k = int(np.searchsorted(azimuths, azimuth, side="right"))
        a0 = azimuths[k - 1] if k > 0 else azimuths[nodes - 1] - turn
        a1 = azimuths[k] if k < nodes else azimuths[0] + turn
        e0, e1 = elevations[k - 1], elevations[k % nodes]
        here = e0 + (e1 - e0) * (azimuth - a0) / (a1 - a0) if a1 > a0 else max(e0, e1)
        least, most = min(least, here), max(most, here)
    for k in range(nodes):  # and what stands between
        away = abs((azimuths[k] - middle + np.pi) % turn - np.pi)
        if away <= reach:
            least, most = min(least, elevations[k]), max(most, elevations[k])
    return least, most


@kernel
def above_horizon(
    position: Array,
    velocity: Array,
    step: float,
    speed: float,
    site: Array,
    up: Array,
    east: Array,
    azimuths: Array,
    elevations: Array,
    begin: Array,
    end: Array,
    room: Array,
) -> int:
    """Write the parts of intervals in which a satellite is above an uneven horizon: (part, 3).

    Rise, set and the interval that they are part of. An interval is halved until the reach of
    elevation and azimuth within it is wholly above or wholly below, or is a thousandth of a second
    long. Returns how many parts, or -1 if they do not fit.
    """
    cubic = np.empty((4, 3))
    north = np.array([
        up[1] * east[2] - up[2] * east[1],
        up[2] * east[0] - up[0] * east[2],
        up[0] * east[1] - up[1] * east[0],
    ])  # fmt: skip
    stack = np.empty((_DEPTH, 2))
    count = 0
    for k in range(begin.shape[0]):
        stack[0, 0], stack[0, 1] = begin[k], end[k]
        held = 1
        open_part = False
        while held > 0:
            held -= 1
            a, b = stack[held, 0], stack[held, 1]
            t = 0.5 * (a + b)
            row = min(int(t / step), position.shape[0] - 2)
            _fit(position, velocity, step, row, site, cubic)
            s = t - row * step
            x = y = z = 0.0
            for i in range(3):
                d = cubic[0, i] + s * (cubic[1, i] + s * (cubic[2, i] + s * cubic[3, i]))
                x += d * east[i]
                y += d * north[i]
                z += d * up[i]
            level = np.hypot(x, y)
            distance = np.hypot(level, z)
            elevation = np.arctan2(z, level)
            travel = speed * 0.5 * (b - a)  # [m] from the middle, at most
            # Directions lie within a cone about the one of the middle.
            cone = np.arcsin(travel / distance) if travel < distance else np.pi
            reach = np.arcsin(travel / level) if travel < level else np.pi
            lowest, highest = elevation - cone, elevation + cone
            least, most = _horizon(azimuths, elevations, np.arctan2(x, y) % (2 * np.pi), reach)
            if lowest > most:
                seen = True
            elif highest < least:
                seen = False
            elif b - a < _EDGE or held + 2 > _DEPTH:
                seen = elevation > 0.5 * (least + most)
            else:
                stack[held, 0], stack[held, 1] = t, b
                stack[held + 1, 0], stack[held + 1, 1] = a, t
                held += 2
                continue
            if seen and open_part:
                room[count - 1, 1] = b
            elif seen:
                if count >= room.shape[0]:
                    return -1
                room[count, 0], room[count, 1], room[count, 2] = a, b, k
                count += 1
            open_part = seen
    return count


@kernel
def level_axes(vertical: Array, out: Array) -> None:
    """Write axes that follow a vertical without spinning about it: (time, axis, 3), third up."""
    x, y, z = abs(vertical[0, 0]), abs(vertical[0, 1]), abs(vertical[0, 2])
    start = np.zeros(3)
    start[0 if x <= y and x <= z else (1 if y <= z else 2)] = 1.0
    for row in range(vertical.shape[0]):
        up = vertical[row]
        along = start[0] * up[0] + start[1] * up[1] + start[2] * up[2]
        start = start - along * up
        start = start / np.sqrt(start[0] ** 2 + start[1] ** 2 + start[2] ** 2)
        out[row, 0] = start
        out[row, 1, 0] = up[1] * start[2] - up[2] * start[1]
        out[row, 1, 1] = up[2] * start[0] - up[0] * start[2]
        out[row, 1, 2] = up[0] * start[1] - up[1] * start[0]
        out[row, 2] = up
