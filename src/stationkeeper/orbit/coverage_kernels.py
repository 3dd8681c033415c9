"""The scan lines of several satellites swept over rows of cells, in order of time."""

import numpy as np
from numpy.typing import NDArray

from stationkeeper.kernels import kernel

Array = NDArray[np.float64]
Counts = NDArray[np.int32]

HOURS = 24  # bins of local solar time
_DAY = 86_400.0  # [s]


@kernel
def sweep(
    ahead: Array,
    across: Array,
    under: Array,
    turn: Array,
    middle: Array,
    reach: Array,
    sine_half_width: Array,
    least_sun: Array,
    sun: Array,
    noon: Array,
    step: float,
    latitude: Array,
    normal: Array,
    longitude: Array,
) -> tuple[Counts, Counts, Counts, Counts, Array, Array, Array]:
    """Count when the scan lines of satellites pass over cells.

    A scan line is an arc of a great circle, square to the track, `sine_half_width` to each side of
    the point below. It passes over a cell between two steps if the component of the cell ahead of
    the satellite changes sign, the one across is within the half-width then, and the cell is on
    the near side. Rows have a geocentric `latitude` (row,), not falling; `normal` (row, 4) holds
    sine and cosine of the geodetic one, and of this one. Their cells have the longitudes
    (1, column), evenly all around from the first one, or (row, 1), each its own.

    `ahead`, `across`, `under` (satellite, time, 3) are the axes of each satellite; `turn`
    (satellite, step) is the angle by which the track bends to the left in a step, `middle`
    (satellite, step, 4) latitude, longitude, cosine and sine of the latitude halfway, `reach`
    (satellite,) the angle from there within which a step can sweep anything. `sun` (time, 3) is
    the direction of the Sun, `noon` (time,) its longitude in turns; `least_sun` (satellite,) the
    sine of its least elevation, below -1 if it does not matter.

    Returns looks, those by day, days with a look (row, column); looks by local hour (row, 24);
    first look, longest gap and sum of the squares of gaps (row, column), NaN without a look.
    """
    satellites, times = ahead.shape[0], ahead.shape[1]
    rows, columns = latitude.shape[0], longitude.shape[1]
    own = longitude.shape[0] - 1  # nothing, unless each row has longitudes of its own
    duration = (times - 1) * step
    whole_days = max(1, int(np.floor(duration / _DAY + 1e-9)))
    shape = (rows, columns)
    looks, by_day = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    days = np.zeros(shape, np.int32)
    hours = np.zeros((rows, HOURS), np.int32)
    first, longest = np.full(shape, np.nan), np.full(shape, np.nan)
    squares = np.full(shape, np.nan)
    spacing = 2.0 * np.pi / columns

    # Twice around, so that a stretch of a row that passes its end has no seam.
    turns = np.empty((longitude.shape[0], 2 * columns))
    x = np.empty(turns.shape)
    y = np.empty(turns.shape)
    for i in range(turns.shape[0]):
        for k in range(2 * columns):
            turns[i, k] = longitude[i, k % columns] / (2.0 * np.pi)
            x[i, k] = np.cos(longitude[i, k % columns])
            y[i, k] = np.sin(longitude[i, k % columns])
    now = np.empty(2 * columns)
    then = np.empty(2 * columns)
    last = np.zeros(shape)
    last_day = np.full(shape, -1, np.int32)
    stamp = np.full(shape, -1, np.int32)
    held_time = np.empty(rows * columns * satellites)
    held_sun = np.empty(held_time.size)
    held_place = np.empty((held_time.size, 3), np.int32)

    for j in range(times - 1):
        held = 0
        disorder = False
        for s in range(satellites):
            farthest = np.cos(reach[s])
            i, above = 0, rows
            while i < above:  # the first row that is not south of its reach
                half_way = (i + above) // 2
                if latitude[half_way] < middle[s, j, 0] - reach[s]:
                    i = half_way + 1
                else:
                    above = half_way
            i -= 1
            while i + 1 < rows and latitude[i + 1] <= middle[s, j, 0] + reach[s]:
                i += 1
                z, wide = normal[i, 2], normal[i, 3]
                span = wide * middle[s, j, 2]
                aside = farthest - z * middle[s, j, 3]
                if aside > span:
                    continue
                o = min(i, own)
                begin, end = 0, columns
                if columns > 1 and aside > -span:
                    half = np.arccos(aside / span)
                    centre = middle[s, j, 1] - longitude[o, 0]
                    low = int(np.ceil((centre - half) / spacing))
                    high = int(np.floor((centre + half) / spacing)) + 1
                    if high - low < columns:
                        begin = low % columns
                        end = begin + high - low
                ax, ay, az = ahead[s, j, 0] * wide, ahead[s, j, 1] * wide, ahead[s, j, 2] * z
                bx = ahead[s, j + 1, 0] * wide
                by = ahead[s, j + 1, 1] * wide
                bz = ahead[s, j + 1, 2] * z
                easts, norths = x[o, begin:end], y[o, begin:end]
                for m in range(end - begin):  # without a branch, for several cells at once
                    now[m] = easts[m] * ax + norths[m] * ay + az
                    then[m] = easts[m] * bx + norths[m] * by + bz
                for m in range(end - begin):
                    d, e = now[m], then[m]
                    if (d >= 0.0) == (e >= 0.0):
                        continue
                    part = d / (d - e)
                    east, north = easts[m], norths[m]
                    k = begin + m
                    c = wide * (east * across[s, j, 0] + north * across[s, j, 1])
                    c += z * across[s, j, 2]
                    c2 = wide * (east * across[s, j + 1, 0] + north * across[s, j + 1, 1])
                    c2 += z * across[s, j + 1, 2]
                    # The component across is farthest out when the line passes: its slope is the
                    # bend of the track times the component ahead, so the straight line between
                    # the steps is amended by the parabola.
                    c += part * (c2 - c) + 0.5 * part * (1.0 - part) * turn[s, j] * (e - d)
                    if abs(c) > sine_half_width[s]:
                        continue
                    near = wide * (east * under[s, j, 0] + north * under[s, j, 1])
                    if near + z * under[s, j, 2] < 0.0:
                        continue
                    sx = sun[j, 0] + part * (sun[j + 1, 0] - sun[j, 0])
                    sy = sun[j, 1] + part * (sun[j + 1, 1] - sun[j, 1])
                    sz = sun[j, 2] + part * (sun[j + 1, 2] - sun[j, 2])
                    height = normal[i, 1] * (east * sx + north * sy) + normal[i, 0] * sz
                    if height < least_sun[s]:
                        continue
                    past_midnight = turns[o, k] - noon[j] + 0.5
                    past_midnight -= np.floor(past_midnight)
                    column = k if k < columns else k - columns
                    if stamp[i, column] == j:
                        disorder = True
                    stamp[i, column] = j
                    held_time[held] = (j + part) * step
                    held_sun[held] = height
                    held_place[held, 0] = i
                    held_place[held, 1] = column
                    held_place[held, 2] = min(int(past_midnight * HOURS), HOURS - 1)
                    held += 1
        if disorder:  # a cell was seen twice within a step: put its looks in order of time
            leap = held // 2
            while leap > 0:  # D. Shell's sort
                for m in range(leap, held):
                    n = m
                    while n >= leap and held_time[n - leap] > held_time[n]:
                        b = n - leap
                        held_time[n], held_time[b] = held_time[b], held_time[n]
                        held_sun[n], held_sun[b] = held_sun[b], held_sun[n]
                        for q in range(3):
                            swapped = held_place[n, q]
                            held_place[n, q] = held_place[b, q]
                            held_place[b, q] = swapped
                        n = b
                leap //= 2
        for m in range(held):
            t, i, k = held_time[m], held_place[m, 0], held_place[m, 1]
            gap = t - last[i, k]
            if looks[i, k] == 0:
                first[i, k] = t
                longest[i, k] = gap
                squares[i, k] = gap * gap
            else:
                squares[i, k] += gap * gap
                if gap > longest[i, k]:
                    longest[i, k] = gap
            last[i, k] = t
            looks[i, k] += 1
            hours[i, held_place[m, 2]] += 1
            if held_sun[m] >= 0.0:
                by_day[i, k] += 1
            day = int(t / _DAY)
            if day != last_day[i, k] and (day < whole_days or duration < _DAY):
                days[i, k] += 1
                last_day[i, k] = day
    for i in range(rows):
        for k in range(columns):
            if looks[i, k] > 0:
                gap = duration - last[i, k]
                squares[i, k] += gap * gap
                if gap > longest[i, k]:
                    longest[i, k] = gap
    return looks, by_day, days, hours, first, longest, squares
