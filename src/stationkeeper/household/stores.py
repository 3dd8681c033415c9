"""Stores: what people and leaks take, what ships bring, and on which day an item runs out.

Days are cut where people or ships change: `day` holds the edges, the use between two edges is
constant, and what a ship brings comes at the begin of a piece. Then all that follows is exact.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]

_ROUNDING: Final = 1e-9  # share of what is wanted that rounding may hide


@dataclass(frozen=True)
class Course:
    """An item from one edge of days to the next.

    Attributes
    ----------
    day : ndarray, (time+1,)
        Edges. [d]
    use : ndarray, (..., time)
        What is wanted a day. [kg/d]
    begin : ndarray, (..., time)
        Aboard at the begin of each piece, after what came. [kg]
    end : ndarray, (..., time)
        Aboard at its end. [kg]
    refused : ndarray, (..., time)
        Brought, but there was no room. [kg]
    unmet : ndarray, (..., time)
        Wanted, but there was none. [kg]
    """

    day: Array
    use: Array
    begin: Array
    end: Array
    refused: Array
    unmet: Array


def demand(
    people: ArrayLike,
    use_per_person: ArrayLike,
    *,
    standing_use: ArrayLike = 0.0,
    recovered: ArrayLike = 0.0,
    leak: ArrayLike = 0.0,
) -> Array:
    """What is taken from a store a day.

    People take the same every day: activity, mass and diet are left out. What is recovered is a
    share of what people and standing use take; air that leaks out is not recovered.

    Parameters
    ----------
    people : array_like, (... time)
        People aboard, zero or more. [-]
    use_per_person : array_like, (...)
        Use of one person a day, zero or more. [kg/d]
    standing_use : array_like, (...)
        Use a day whoever is there, zero or more. [kg/d]
    recovered : array_like, (...)
        Share that comes back, 0 to 1. [-]
    leak : array_like, (...)
        Air made up for a day, zero or more. [kg/d]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [kg/d]

    Raises
    ------
    DomainError
        If an input is below zero or a share above one.

    Notes
    -----
    One person takes 1.72 kg of food a day with its packing (a printed figure of 2025); 0.62 kg of
    dry food and 1.15 kg of water in it are the design figures of 1994, without packing. The figures
    differ by 3 percent, by 20 percent with 15 to 18 percent of packing: so well is the use known.

    References
    ----------
    .. [1] NASA RP-1324, "Designing for Human Presence in Space", 1994.

    Examples
    --------
    >>> demand([2, 3, 6], 1.72).round(2).tolist()
    [3.44, 5.16, 10.32]
    >>> demand(6, 3.7, recovered=0.75).round(2).tolist()
    5.55
    """
    amounts = [np.asarray(one, np.float64) for one in (people, use_per_person, standing_use, leak)]
    share = np.asarray(recovered, np.float64)
    if any(np.any(one < 0) for one in amounts) or np.any((share < 0) | (share > 1)):
        raise DomainError("demand needs people, uses and leaks >= 0 and 0 <= recovered <= 1")
    crew, each, standing, air = amounts
    return np.asarray((standing + crew * each) * (1.0 - share) + air)


def stock_course(
    day: ArrayLike,
    use: ArrayLike,
    stock: ArrayLike,
    brought: ArrayLike = 0.0,
    capacity: ArrayLike = np.inf,
) -> Course:
    """How much of an item is aboard from edge to edge.

    What finds no room is refused; what is wanted and not there is unmet, not owed.

    Parameters
    ----------
    day : array_like, (time+1,)
        Edges, increasing. [d]
    use : array_like, (... time)
        What is wanted a day on each piece, zero or more. [kg/d]
    stock : array_like, (...)
        Aboard at the first edge before anything comes, 0 to the capacity. [kg]
    brought : array_like, (... time)
        What ships bring at the begin of each piece, zero or more. [kg]
    capacity : array_like, (...)
        Most it holds. [kg]

    Returns
    -------
    Course

    Raises
    ------
    DomainError
        If edges do not increase, an amount is below zero, or the stock above the capacity.

    Notes
    -----
    Mass is kept: what was aboard and came less what was refused and left is what was wanted less
    what was unmet, to 1e-9 of it (tests/properties/test_stores_mass.py).

    Examples
    --------
    >>> course = stock_course([0, 10, 20], [2.0, 2.0], 30.0, [0.0, 5.0])
    >>> course.begin.tolist(), course.end.tolist(), course.unmet.tolist()
    ([30.0, 15.0], [10.0, 0.0], [0.0, 5.0])
    """
    edges = np.ascontiguousarray(day, np.float64)
    if edges.ndim != 1 or edges.size < 2 or not np.all(np.diff(edges) > 0):
        raise DomainError("a course of stores needs at least two edges of days that increase")
    wanted, came = np.asarray(use, np.float64), np.asarray(brought, np.float64)
    start, most = np.asarray(stock, np.float64), np.asarray(capacity, np.float64)
    shape = np.broadcast_shapes(
        wanted.shape, came.shape, (*start.shape, 1), (*most.shape, 1), (edges.size - 1,)
    )
    if any(np.any(one < 0) for one in (wanted, came, start)) or np.any(start > most):
        raise DomainError("a course of stores needs use, brought, stock >= 0 and stock <= capacity")
    pieces = shape[-1]
    wanted = np.broadcast_to(wanted, shape)
    flat_use = np.ascontiguousarray(wanted.reshape(-1, pieces))
    flat_came = np.ascontiguousarray(np.broadcast_to(came, shape).reshape(-1, pieces))
    rows = flat_use.shape[0]
    flat_start = np.ascontiguousarray(np.broadcast_to(start, shape[:-1])).reshape(rows)
    flat_most = np.ascontiguousarray(np.broadcast_to(most, shape[:-1])).reshape(rows)
    begin, end, refused, unmet = _follow(edges, flat_use, flat_start, flat_came, flat_most)
    return Course(
        edges,
        wanted,
        begin.reshape(shape),
        end.reshape(shape),
        refused.reshape(shape),
        unmet.reshape(shape),
    )


@kernel
def _follow(
    day: Array, use: Array, stock: Array, brought: Array, capacity: Array
) -> tuple[Array, Array, Array, Array]:  # pragma: no cover - compiled
    begin, end = np.empty_like(use), np.empty_like(use)
    refused, unmet = np.empty_like(use), np.empty_like(use)
    for row in range(use.shape[0]):
        level = stock[row]
        for piece in range(use.shape[1]):
            room = capacity[row] - level
            taken = min(brought[row, piece], room)
            refused[row, piece] = brought[row, piece] - taken
            level += taken
            begin[row, piece] = level
            wanted = use[row, piece] * (day[piece + 1] - day[piece])
            met = min(wanted, level)
            unmet[row, piece] = wanted - met
            level -= met
            end[row, piece] = level
    return begin, end, refused, unmet


def zero_day(course: Course) -> Array:
    """The first moment at which something is wanted and nothing is left.

    Parameters
    ----------
    course : Course
        From `stock_course`.

    Returns
    -------
    ndarray, (...)
        Infinite if it never comes before the last edge. [d]

    Examples
    --------
    >>> float(zero_day(stock_course([0, 10, 20], [2.0, 2.0], 30.0)))
    15.0
    >>> float(zero_day(stock_course([0, 10, 20], [2.0, 2.0], 30.0, [0.0, 10.0])))
    inf
    """
    return np.asarray(_dry_from(course).min(axis=-1))


def _dry_from(course: Course) -> Array:
    """Moment in each piece from which its wants are unmet; infinite where they are met."""
    dry = np.full(course.use.shape, np.inf)
    short = course.unmet > _ROUNDING * course.use * np.diff(course.day)
    lasts = np.divide(course.begin, course.use, out=np.zeros(dry.shape), where=short)
    return np.where(short, course.day[:-1] + lasts, dry)


def days_left(course: Course) -> Array:
    """How long an item lasts from the begin of each piece with what is aboard alone.

    Parameters
    ----------
    course : Course
        From `stock_course`.

    Returns
    -------
    ndarray, (..., time)
        Infinite where it outlasts the last edge. [d]

    Notes
    -----
    People come and go as planned, ships that are still to come bring nothing. Days on which nothing
    is wanted count as days left.

    Examples
    --------
    >>> days_left(stock_course([0, 10, 20, 40], [2.0, 0.0, 3.0], 35.0)).tolist()
    [25.0, 15.0, 5.0]
    """
    pieces = course.use.shape[-1]
    shape = course.use.shape
    total = np.cumsum(course.use * np.diff(course.day), axis=-1).reshape(-1, pieces)
    total = np.concatenate([np.zeros((total.shape[0], 1)), total], axis=-1)
    use, begin = course.use.reshape(-1, pieces), course.begin.reshape(-1, pieces)
    found = np.full(use.shape, np.inf)
    for row in range(use.shape[0]):
        reach = total[row, :-1] + begin[row]
        piece = np.searchsorted(total[row], reach, side="right") - 1
        inside = piece < pieces
        at = piece[inside]
        dry = course.day[at] + (reach[inside] - total[row, at]) / use[row, at]
        found[row, inside] = np.maximum(dry - course.day[:-1][inside], 0.0)
    return found.reshape(shape)


def coming_use(course: Course, reserve_days: ArrayLike) -> Array:
    """What is wanted in the days of reserve that follow the begin of each piece.

    Parameters
    ----------
    course : Course
        From `stock_course`.
    reserve_days : array_like, (...)
        Days of reserve, zero or more. [d]

    Returns
    -------
    ndarray, (..., time)
        What is wanted after the last edge is not in it. [kg]

    Examples
    --------
    >>> course = stock_course([0, 10, 20, 40], [2.0, 0.0, 3.0], 35.0)
    >>> coming_use(course, 15.0).tolist()
    [20.0, 15.0, 45.0]
    """
    days = np.asarray(reserve_days, np.float64)
    if np.any(days < 0):
        raise DomainError("a reserve needs days >= 0")
    pieces, shape = course.use.shape[-1], course.use.shape
    use = course.use.reshape(-1, pieces)
    length = np.broadcast_to(days, shape[:-1]).reshape(-1)
    found = np.empty(use.shape)
    for row in range(use.shape[0]):
        total = np.concatenate([[0.0], np.cumsum(use[row] * np.diff(course.day))])
        ahead = np.interp(course.day[:-1] + length[row], course.day, total)
        found[row] = ahead - total[:-1]
    return found.reshape(shape)


def reserve_day(course: Course, reserve: ArrayLike) -> Array:
    """The first moment at which no more than a reserve is left.

    Parameters
    ----------
    course : Course
        From `stock_course`.
    reserve : array_like, (... time)
        Least that should be aboard on each piece: days of reserve times the use of those for whom
        it is kept, or `coming_use`. [kg]

    Returns
    -------
    ndarray, (...)
        Infinite if it never comes before the last edge. [d]

    Notes
    -----
    The published pair of April 2015, reserve on 24 July and zero on 5 September, is that of 45 days
    of the six who live aboard, eaten by nine from 2 September (tests/validation).

    Examples
    --------
    >>> float(reserve_day(stock_course([0, 50, 100], [2.0, 2.0], 150.0), 90.0))
    30.0
    """
    level = np.broadcast_to(np.asarray(reserve, np.float64), course.use.shape)
    below = (course.end <= level) & ((course.begin <= level) | (course.use > 0))
    wait = np.divide(
        course.begin - level, course.use, out=np.zeros(level.shape), where=below & (course.use > 0)
    )
    crossed = course.day[:-1] + np.maximum(wait, 0.0)
    already = course.begin <= level
    crossed = np.where(already, course.day[:-1], crossed)
    return np.asarray(np.where(below | already, crossed, np.inf).min(axis=-1))
