"""Data that wait aboard for the ground: a buffer with priorities, flown as a fluid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.services.downlink_kernel import flow

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Downlink:
    """What became of the data, and when each part of them was heard.

    Deliveries are straight pieces: what was made evenly from ``made_from`` to ``made_to`` was heard
    evenly from ``heard_from`` to ``heard_to``.
    """

    made: Array
    """By producer. [bit]"""
    delivered: Array
    """By producer. [bit]"""
    lost: Array
    """To a full buffer, by producer. [bit]"""
    left: Array
    """In the buffer at the end, by producer. [bit]"""
    peak: float
    """Most in the buffer. [bit]"""
    edges: Array
    """Times at which rates change, (n + 1,). [s]"""
    inflow: Array
    """What was made in each piece, (n, producer). [bit/s]"""
    level: Array
    """In the buffer at the edges, (n + 1,). [bit]"""
    volume: Array
    """Of each delivery by producer, (delivery, producer). [bit]"""
    made_from: Array
    """(delivery,) [s]"""
    made_to: Array
    """(delivery,) [s]"""
    heard_from: Array
    """(delivery,) [s]"""
    heard_to: Array
    """(delivery,) [s]"""


def piecewise_rates(
    duration: float, begin: ArrayLike, end: ArrayLike, rate: ArrayLike, steps: ArrayLike = ()
) -> tuple[Array, Array]:
    """Add up rates that hold in intervals to one rate that is constant in pieces.

    Parameters
    ----------
    duration : float
        Of the time looked at; what is outside of it is left out. [s]
    begin, end : array_like, (n,)
        Intervals, which may overlap. [s]
    rate : array_like, (n,)
        Rate in each. [bit/s]
    steps : array_like, (m,)
        Further times at which a piece ends. [s]

    Returns
    -------
    edges : ndarray, (k + 1,)
        From zero to the duration. [s]
    total : ndarray, (k,)
        Rate in each piece. [bit/s]

    Examples
    --------
    >>> edges, total = piecewise_rates(10.0, [1.0, 2.0], [3.0, 4.0], [5.0, 7.0])
    >>> edges.tolist(), total.tolist()
    ([0.0, 1.0, 2.0, 3.0, 4.0, 10.0], [0.0, 5.0, 12.0, 7.0, 0.0])
    """
    first = np.clip(np.asarray(begin, float), 0.0, duration)
    last = np.clip(np.asarray(end, float), 0.0, duration)
    rates = np.asarray(rate, float)
    kept = last > first
    first, last, rates = first[kept], last[kept], rates[kept]
    more = np.clip(np.asarray(steps, float), 0.0, duration)
    edges = np.unique(np.concatenate([[0.0, duration], first, last, more]))
    # One piece may lie in many intervals: spread each over its pieces, so that nothing cancels.
    at, until = np.searchsorted(edges, first), np.searchsorted(edges, last)
    pieces = until - at
    which = np.repeat(np.arange(first.size), pieces)
    within = np.arange(which.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    total = np.bincount(at[which] + within, weights=rates[which], minlength=edges.size - 1)
    return edges, total[: edges.size - 1].astype(float)


def downlink(
    edges: ArrayLike,
    inflow: ArrayLike,
    outflow: ArrayLike,
    priority: ArrayLike,
    buffer: float = np.inf,
) -> Downlink:
    """Fly data through a buffer to the ground, exactly, with rates constant in pieces.

    Data are a fluid. What is of a lower priority number goes first and at once takes the whole
    link; of one priority, what was made first goes first, and producers that work at the same time
    share the link as they make. If the buffer is full, the newest data of the last priority that
    is there give way, those that just come in before those that lie. Packets, headers, losses on
    the way and the time that light takes are left out. The buffer is empty at the begin.

    Parameters
    ----------
    edges : array_like, (n + 1,)
        Times at which rates change, rising. [s]
    inflow : array_like, (n, producer) or (producer,)
        What producers make in each piece, or all the time. [bit/s]
    outflow : array_like, (n,)
        What the ground can take in each piece. [bit/s]
    priority : array_like of int, (producer,)
        The lowest goes first. [-]
    buffer : float
        Room, greater than zero. [bit]

    Returns
    -------
    Downlink

    Raises
    ------
    DomainError
        If edges do not rise, a rate is negative or not finite, or there is no room.

    Notes
    -----
    Events are exact: nothing is stepped. What is made is delivered, lost or left to 1e-9 of it
    (tests/balances/test_downlink.py); means and percentiles equal closed forms to 1e-9, and a
    packet-by-packet simulation [1]_ to the size of a packet (validate services).

    References
    ----------
    .. [1] SimPy 4, https://simpy.readthedocs.io.

    Examples
    --------
    Half an hour of contact every two hours, at three times what is made:

    >>> flown = downlink([0.0, 5400.0, 7200.0], [1e6], [0.0, 4e6], [1])
    >>> float(flown.peak / 1e9), float(flown.left.sum() / 1e9)
    (5.4, 0.0)
    """
    # Copies: the kernel is compiled for arrays that may be written to, and for no others.
    times = np.array(edges, float)
    out = np.array(outflow, float)
    order = np.asarray(priority)
    pieces = times.size - 1
    into = np.array(np.broadcast_to(np.asarray(inflow, float), (pieces, order.size)), order="C")
    if pieces < 1 or not np.all(np.diff(times) > 0):
        raise DomainError("a downlink needs edges that rise: two or more")
    if out.shape != (pieces,):
        raise DomainError(f"a downlink of {pieces} pieces needs as many rates: given {out.size}")
    for rates in (into, out):
        if not np.all(np.isfinite(rates) & (rates >= 0)):
            raise DomainError("rates of a downlink must be finite and not negative")
    if not buffer > 0:
        raise DomainError(f"a buffer needs room: given {buffer:g} bit")
    names, level_of = np.unique(order, return_inverse=True)
    of_level = into @ (level_of[:, None] == np.arange(names.size))
    rows, lost, left, level, peak = flow(times, of_level, out, float(buffer))
    # The part that each producer has in what its priority makes.
    shares = np.divide(into, of_level[:, level_of], out=np.zeros_like(into), where=into > 0)
    made = np.diff(times) @ into
    piece = rows[:, 1].astype(np.int64)
    volume = rows[:, 2, None] * shares[piece]
    volume[level_of[None, :] != rows[:, 0, None]] = 0.0
    return Downlink(
        made=made,
        delivered=volume.sum(axis=0),
        lost=(lost[:, level_of] * shares).sum(axis=0),
        left=(left[:, level_of] * shares).sum(axis=0),
        peak=peak,
        edges=times,
        inflow=into,
        level=level,
        volume=volume,
        made_from=rows[:, 3],
        made_to=rows[:, 4],
        heard_from=rows[:, 5],
        heard_to=rows[:, 6],
    )
