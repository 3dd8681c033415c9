"""The kernel of the downlink: fluids of several priorities in one buffer, from event to event."""

import numpy as np
from numpy.typing import NDArray

from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

FULL = 1e-12  # of the buffer: nearer to the brim than this is full; rounding of a month's sums

# Columns of a segment: data of one level in the buffer, made evenly in one stretch of time.
FROM, TO, DENSITY, VOLUME, PIECE, NEXT, BEFORE = range(7)


@inner_kernel
def _longer(rows: Array) -> Array:
    """Return the same rows with room for as many again."""
    longer = np.zeros((2 * rows.shape[0], 7))
    for at in range(rows.shape[0]):
        for column in range(7):
            longer[at, column] = rows[at, column]
    return longer


@inner_kernel
def _tell(
    told: Array,
    at: int,
    level: int,
    piece: int,
    volume: float,
    made_from: float,
    made_to: float,
    heard_from: float,
    heard_to: float,
) -> Array:
    """Write down a delivery; return the deliveries, with more room if there was none."""
    if at == told.shape[0]:
        told = _longer(told)
    told[at, 0] = level
    told[at, 1] = piece
    told[at, 2] = volume
    told[at, 3] = made_from
    told[at, 4] = made_to
    told[at, 5] = heard_from
    told[at, 6] = heard_to
    return told


@kernel
def _flow(
    edges: Array,
    made: Array,
    outflow: Array,
    buffer: float,
    told: Array,
    held: Array,
    lost: Array,
    left: Array,
    content: Array,
    rates: Array,
    ends: Integers,
) -> tuple[Array, int]:
    """Fly all pieces; see `flow`. Room to work in is given: what is made here takes compiling."""
    pieces, levels = made.shape
    admitted, served, eroded, head_ends, tail_ends, stored = rates
    first, last, growing, waits = ends  # the oldest segment of each level, and the newest
    tellings = 0
    holdings = 0
    for i in range(pieces):
        t = edges[i]
        end = edges[i + 1]
        arriving = made[i]
        total = content[i]
        while t < end:
            # Who is served: a level that waits takes all that is left of the link.
            remaining = outflow[i]
            excess = 0.0
            for k in range(levels):
                admitted[k] = arriving[k]
                eroded[k] = 0.0
                growing[k] = -1
                waits[k] = 1 if first[k] >= 0 or arriving[k] > remaining else 0
                served[k] = remaining if waits[k] == 1 else arriving[k]
                remaining -= served[k]
                excess += arriving[k] - served[k]
            filling = excess
            # Who gives way if the buffer is full: from the last level up, what comes in before
            # what lies.
            if total >= buffer * (1.0 - FULL) and excess > 0.0:
                filling = 0.0
                for k in range(levels - 1, -1, -1):
                    if waits[k] == 1 and excess > 0.0:
                        cut = min(excess, arriving[k])
                        admitted[k] -= cut
                        excess -= cut
                        if excess > 0.0 and stored[k] > 0.0:
                            eroded[k] = excess
                            excess = 0.0
            # What comes in lies behind the newest segment, or makes it longer.
            for k in range(levels):
                if waits[k] == 1 and admitted[k] > 0.0:
                    tail = last[k]
                    if (
                        tail < 0
                        or held[tail, PIECE] != i
                        or held[tail, DENSITY] != admitted[k]
                        or held[tail, TO] != t
                    ):
                        if holdings == held.shape[0]:
                            held = _longer(held)
                        held[holdings, FROM] = t
                        held[holdings, TO] = t
                        held[holdings, DENSITY] = admitted[k]
                        held[holdings, VOLUME] = 0.0
                        held[holdings, PIECE] = i
                        held[holdings, NEXT] = -1
                        held[holdings, BEFORE] = tail
                        if tail < 0:
                            first[k] = holdings
                        else:
                            held[tail, NEXT] = holdings
                        last[k] = holdings
                        holdings += 1
                    growing[k] = last[k]
            # When is the next event: an oldest or a newest segment is used up, or the buffer full.
            span = end - t
            if filling > 0.0 and total < buffer:
                span = min(span, (buffer - total) / filling)
            for k in range(levels):
                head_ends[k] = np.inf
                tail_ends[k] = np.inf
                if first[k] >= 0:
                    head = first[k]
                    drain = served[k]
                    if head == growing[k]:
                        drain -= admitted[k]
                    if head == last[k]:
                        drain += eroded[k]
                    elif eroded[k] > 0.0:
                        tail_ends[k] = held[last[k], VOLUME] / eroded[k]
                    if drain > 0.0:
                        head_ends[k] = held[head, VOLUME] / drain
                    span = min(span, min(head_ends[k], tail_ends[k]))
            # Go there.
            then = end if span == end - t else t + span
            for k in range(levels):
                lost[i, k] += (arriving[k] - admitted[k]) * span
                amount = served[k] * span
                if waits[k] == 0:
                    if amount > 0.0:
                        told = _tell(told, tellings, k, i, amount, t, then, t, then)
                        tellings += 1
                    continue
                if growing[k] >= 0:
                    held[growing[k], VOLUME] += admitted[k] * span
                    held[growing[k], TO] = then
                    stored[k] += admitted[k] * span
                if first[k] < 0:
                    continue
                head = first[k]
                tail = last[k]
                head_ended = head_ends[k] == span
                away = eroded[k] * span
                if head_ended:
                    if head == tail and eroded[k] > 0.0:
                        amount = held[head, VOLUME] * served[k] / (served[k] + eroded[k])
                        away = held[head, VOLUME] - amount
                    else:
                        amount = held[head, VOLUME]
                elif tail_ends[k] == span:
                    away = held[tail, VOLUME]
                if away > 0.0:
                    held[tail, VOLUME] -= away
                    held[tail, TO] -= away / held[tail, DENSITY]
                    lost[int(held[tail, PIECE]), k] += away
                    stored[k] -= away
                if amount > 0.0:
                    since = held[head, FROM]
                    until = since + amount / held[head, DENSITY]
                    if head_ended or until > held[head, TO]:
                        until = held[head, TO]
                    piece = int(held[head, PIECE])
                    told = _tell(told, tellings, k, piece, amount, since, until, t, then)
                    tellings += 1
                    held[head, VOLUME] -= amount
                    held[head, FROM] = until
                    stored[k] -= amount
                if head_ended:
                    first[k] = int(held[head, NEXT])
                    if first[k] < 0:
                        last[k] = -1
                        stored[k] = 0.0
                    else:
                        held[first[k], BEFORE] = -1
                elif tail_ends[k] == span:
                    last[k] = int(held[tail, BEFORE])
                    held[last[k], NEXT] = -1
            total = 0.0
            for k in range(levels):
                total += stored[k]
            content[pieces + 1] = max(content[pieces + 1], total)
            t = then
        content[i + 1] = total
    for k in range(levels):
        at = first[k]
        while at >= 0:
            left[int(held[at, PIECE]), k] += held[at, VOLUME]
            at = int(held[at, NEXT])
    return told, tellings


def flow(
    edges: Array, made: Array, outflow: Array, buffer: float
) -> tuple[Array, Array, Array, Array, float]:
    """Fly all pieces.

    Parameters
    ----------
    edges : ndarray, (piece + 1,)
        Rising. [s]
    made : ndarray, (piece, level)
        By priority, the first first. [bit/s]
    outflow : ndarray, (piece,)
        [bit/s]
    buffer : float
        [bit]

    Returns
    -------
    deliveries : ndarray, (delivery, 7)
        Level, piece made in, volume, made from, made to, heard from, heard to.
    lost, left : ndarray, (piece, level)
        By the piece in which it was made. [bit]
    content : ndarray, (piece + 1,)
        Of the buffer at the edges. [bit]
    peak : float
        [bit]

    Examples
    --------
    >>> told, *_ = flow(np.array([0.0, 1.0]), np.array([[3.0]]), np.array([4.0]), 1.0)
    >>> told.tolist()
    [[0.0, 0.0, 3.0, 0.0, 1.0, 0.0, 1.0]]
    """
    pieces, levels = made.shape
    lost, left = np.zeros((pieces, levels)), np.zeros((pieces, levels))
    content = np.zeros(pieces + 2)  # the last is the peak
    told, tellings = _flow(
        edges,
        made,
        outflow,
        buffer,
        np.zeros((1024, 7)),
        np.zeros((1024, 7)),
        lost,
        left,
        content,
        np.zeros((6, levels)),
        np.full((4, levels), -1, np.int64),
    )
    return told[:tellings].copy(), lost, left, content[:-1], float(content[-1])
