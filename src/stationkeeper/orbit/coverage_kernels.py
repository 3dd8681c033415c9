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
    pace: Array,
    sine_half_width: Array,
    least_sun: Array,
    sun: Array,
    noon: Array,
    step: float,
    sine: Array,
    cosine: Array,
    normal_sine: Array,
    normal_cosine: Array,
    first_longitude: Array,
    columns: int,
) -> tuple[Counts, Counts, Counts, Counts, Array, Array, Array]:
    """Count when the scan lines of satellites pass over cells.

    A scan line is an arc of a great circle, square to the track, `sine_half_width` to each side of
    the point below. It passes over a cell between two steps if the component of the cell ahead of
    the satellite changes sign, the one across is within the half-width then, and the cell is on
    the near side. Rows (row,) have a geocentric and a geodetic latitude, given as sine and cosine;
    cells of a row are evenly spaced from its first longitude.

    `ahead`, `across`, `under` (satellite, time, 3) are the axes of each satellite; `turn`
    (satellite, step) is the angle by which the track bends to the left in a step, `middle`
    (satellite, step, 4) latitude, longitude, cosine and sine of the latitude halfway, `reach`
    (satellite,) the angle from there within which a step can sweep anything, `pace` (satellite,)
    the farthest that it moves in a step. `sun` (time, 3) is
    the direction of the Sun, `noon` (time,) its longitude in turns; `least_sun` (satellite,) the
    sine of its least elevation, below -1 if it does not matter.

    Returns looks, those by day, days with a look (row, column); looks by local hour (row, 24);
    first look, longest gap and sum of the squares of gaps (row, column), NaN without a look.
    """
    satellites, times = ahead.shape[0], ahead.shape[1]
    rows = sine.shape[0]
    duration = (times - 1) * step
    whole_days = max(1, int(np.floor(duration / _DAY + 1e-9)))
    looks = np.zeros((rows, columns), np.int32)
    by_day = np.zeros((rows, columns), np.int32)
    days = np.zeros((rows, columns), np.int32)
    hours = np.zeros((rows, HOURS), np.int32)
    first = np.full((rows, columns), np.nan)
    longest = np.full((rows, columns), np.nan)
    squares = np.full((rows, columns), np.nan)
    spacing = 2.0 * np.pi / columns

    cosine_reach = np.cos(reach)
    wake = np.zeros(satellites, np.int64)
    last = np.empty(columns)
    last_day = np.empty(columns, np.int64)
    # Twice around, so that a stretch of a row that passes its end has no seam.
    turns = np.empty(2 * columns)
    x = np.empty(2 * columns)
    y = np.empty(2 * columns)
    now = np.empty(2 * columns)
    then = np.empty(2 * columns)
    held_time = np.empty(columns * satellites)
    held_column = np.empty(columns * satellites, np.int64)
    held_sun = np.empty(columns * satellites)
    held_hour = np.empty(columns * satellites, np.int64)

    for i in range(rows):
        z, wide = sine[i], cosine[i]
        latitude = np.arctan2(z, wide)
        for k in range(2 * columns):
            longitude = first_longitude[i] + (k % columns) * spacing
            turns[k] = longitude / (2.0 * np.pi)
            x[k] = np.cos(longitude)
            y[k] = np.sin(longitude)
        for k in range(columns):
            last[k] = 0.0
            last_day[k] = -1
        wake[:] = 0
        while True:
            j = times - 1
            for s in range(satellites):
                j = min(j, wake[s])
            if j >= times - 1:
                break
            held = 0
            senders = 0
            for s in range(satellites):
                if wake[s] > j:
                    continue
                wake[s] = j + 1
                away = abs(middle[s, j, 0] - latitude) - reach[s]
                if away > 0.0:  # it cannot be back before it has flown so far
                    wake[s] = j + max(1, int(away / pace[s]))
                    continue
                span = wide * middle[s, j, 2]
                aside = cosine_reach[s] - z * middle[s, j, 3]
                if aside > span:
                    continue
                begin, end = 0, columns
                if aside > -span:
                    half = np.arccos(aside / span)
                    centre = middle[s, j, 1] - first_longitude[i]
                    low = int(np.ceil((centre - half) / spacing))
                    high = int(np.floor((centre + half) / spacing)) + 1
                    if high - low < columns:
                        begin = low % columns
                        end = begin + high - low
                ax, ay, az = ahead[s, j, 0] * wide, ahead[s, j, 1] * wide, ahead[s, j, 2] * z
                bx = ahead[s, j + 1, 0] * wide
                by = ahead[s, j + 1, 1] * wide
                bz = ahead[s, j + 1, 2] * z
                before = held
                for k in range(begin, end):  # without a branch, for several cells at once
                    d = x[k] * ax + y[k] * ay + az
                    e = x[k] * bx + y[k] * by + bz
                    now[k] = d
                    then[k] = e
                for k in range(begin, end):
                    d, e = now[k], then[k]
                    if (d >= 0.0) == (e >= 0.0):
                        continue
                    part = d / (d - e)
                    c = wide * (x[k] * across[s, j, 0] + y[k] * across[s, j, 1])
                    c += z * across[s, j, 2]
                    c2 = wide * (x[k] * across[s, j + 1, 0] + y[k] * across[s, j + 1, 1])
                    c2 += z * across[s, j + 1, 2]
                    # The component across is farthest out when the line passes: its slope is the
                    # bend of the track times the component ahead, so the straight line between
                    # the steps is amended by the parabola.
                    c += part * (c2 - c) + 0.5 * part * (1.0 - part) * turn[s, j] * (e - d)
                    if abs(c) > sine_half_width[s]:
                        continue
                    near = wide * (x[k] * under[s, j, 0] + y[k] * under[s, j, 1])
                    if near + z * under[s, j, 2] < 0.0:
                        continue
                    sx = sun[j, 0] + part * (sun[j + 1, 0] - sun[j, 0])
                    sy = sun[j, 1] + part * (sun[j + 1, 1] - sun[j, 1])
                    sz = sun[j, 2] + part * (sun[j + 1, 2] - sun[j, 2])
                    height = normal_cosine[i] * (x[k] * sx + y[k] * sy) + normal_sine[i] * sz
                    if height < least_sun[s]:
                        continue
                    held_time[held] = (j + part) * step
                    held_column[held] = k if k < columns else k - columns
                    held_sun[held] = height
                    past_midnight = turns[k] - noon[j] + 0.5
                    past_midnight -= np.floor(past_midnight)
                    held_hour[held] = min(int(past_midnight * HOURS), HOURS - 1)
                    held += 1
                if held > before:
                    senders += 1
            if senders > 1:  # two satellites in one step: put their looks in order of time
                for m in range(1, held):
                    t, k, height, hour = held_time[m], held_column[m], held_sun[m], held_hour[m]
                    n = m
                    while n > 0 and held_time[n - 1] > t:
                        held_time[n] = held_time[n - 1]
                        held_column[n] = held_column[n - 1]
                        held_sun[n] = held_sun[n - 1]
                        held_hour[n] = held_hour[n - 1]
                        n -= 1
                    held_time[n], held_column[n], held_sun[n], held_hour[n] = t, k, height, hour
            for m in range(held):
                t, k = held_time[m], held_column[m]
                gap = t - last[k]
                if looks[i, k] == 0:
                    first[i, k] = t
                    longest[i, k] = gap
                    squares[i, k] = gap * gap
                else:
                    squares[i, k] += gap * gap
                    if gap > longest[i, k]:
                        longest[i, k] = gap
                last[k] = t
                looks[i, k] += 1
                hours[i, held_hour[m]] += 1
                if held_sun[m] >= 0.0:
                    by_day[i, k] += 1
                day = int(t / _DAY)
                if day != last_day[k] and (day < whole_days or duration < _DAY):
                    days[i, k] += 1
                    last_day[k] = day
        for k in range(columns):
            if looks[i, k] > 0:
                gap = duration - last[k]
                squares[i, k] += gap * gap
                if gap > longest[i, k]:
                    longest[i, k] = gap
    return looks, by_day, days, hours, first, longest, squares
