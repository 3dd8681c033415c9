"""Sums of columns, rows and solves of a mixed-integer linear problem, for SciPy's HiGHS."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from stationkeeper.schedule.problem import Status

CONSTANT: Final = -1  # the place of the constant of a sum
SLACK: Final = 1e-6  # [-] by which a former objective may be missed when it is kept: ours

Sum = dict[int, float]
"""A linear sum: factor by column, and under CONSTANT the constant."""


def total(*parts: tuple[float, Sum]) -> Sum:
    """Return the sum of sums, each with its factor."""
    result: Sum = {}
    for factor, part in parts:
        for column, value in part.items():
            result[column] = result.get(column, 0.0) + factor * value
    return {column: value for column, value in result.items() if value != 0.0}


def constant(value: float) -> Sum:
    """Return a sum without columns."""
    return {CONSTANT: value} if value else {}


@dataclass(frozen=True)
class Step:
    """Something that is 0, becomes 1 once and stays so: the sum that tells whether it has.

    Attributes
    ----------
    first : int
        First day on which it may have happened. [d]
    sums : tuple of Sum, (day,)
        Has happened by day ``first + i``.
    ever : Sum
        The same on all later days.
    """

    first: int
    sums: tuple[Sum, ...]
    ever: Sum

    @property
    def end(self) -> int:
        """First day from which nothing changes."""
        return self.first + len(self.sums)

    def by(self, day: int) -> Sum:
        """Return whether it has happened by that day."""
        if day < self.first:
            return {}
        return self.sums[day - self.first] if day < self.end else self.ever

    def later(self, days: int) -> "Step":
        """Return the same so many days later."""
        return Step(self.first + days, self.sums, self.ever)


@dataclass(frozen=True)
class Solved:
    """One solve: values by column if any were found, best value and bound, and how it ended."""

    values: tuple[float, ...] | None
    value: float
    bound: float
    status: Status
    seconds: float


@dataclass
class Problem:
    """Columns and rows, in the order in which they were added."""

    high: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    rows: list[tuple[Sum, float, float]] = field(default_factory=list)
    impossible: bool = False

    def column(self, high: float = 1.0, *, whole: bool = True) -> Sum:
        """Add a column from 0 to ``high`` and return the sum that is it."""
        self.high.append(high)
        self.whole.append(int(whole))
        return {len(self.high) - 1: 1.0}

    def step(self, first: int, last: int, ever: Sum) -> Step:
        """Add columns for something that happens from ``first`` to ``last``, if ever."""
        sums = tuple(self.column() for _ in range(first, last))
        for before, after in zip(sums, (*sums[1:], ever), strict=True):
            self.at_most((1, before), (-1, after))
        return Step(first, sums, ever)

    def at_most(self, *parts: tuple[float, Sum], limit: float = 0.0) -> None:
        """Add a row: the sum of the parts is at most the limit."""
        self._row(total(*parts), -np.inf, limit)

    def equal(self, *parts: tuple[float, Sum], value: float = 0.0) -> None:
        """Add a row: the sum of the parts is the value."""
        self._row(total(*parts), value, value)

    def _row(self, terms: Sum, low: float, high: float) -> None:
        shift = terms.pop(CONSTANT, 0.0)
        if not terms:
            self.impossible |= not low - SLACK <= shift <= high + SLACK
            return
        most = sum(factor * self.high[column] for column, factor in terms.items() if factor > 0)
        if low > -np.inf or most > high - shift:  # others can never bind
            self.rows.append((terms, low - shift, high - shift))

    def solve(self, objective: Sum, seconds: float) -> Solved:
        """Minimise a sum with HiGHS, whose own settings are kept but for the gap, which is 0."""
        begun = perf_counter()
        if self.impossible:
            return Solved(None, np.nan, np.nan, "impossible", 0.0)
        cost = np.zeros(len(self.high))
        for column, factor in objective.items():
            if column != CONSTANT:
                cost[column] = factor
        shift = objective.get(CONSTANT, 0.0)
        answer = milp(
            cost,
            integrality=np.array(self.whole),
            bounds=Bounds(0.0, np.array(self.high)),
            constraints=self._constraints(),
            options={"time_limit": seconds, "mip_rel_gap": 0.0},
        )
        took = perf_counter() - begun
        if answer.x is None:
            status: Status = "impossible" if answer.status == 2 else "none found"
            return Solved(None, np.nan, np.nan, status, took)
        return Solved(
            tuple(answer.x),
            float(answer.fun) + shift,
            float(answer.mip_dual_bound) + shift,
            "proven" if answer.status == 0 else "within limit",
            took,
        )

    def _constraints(self) -> list[LinearConstraint]:
        """Return the rows as one sparse matrix between bounds."""
        if not self.rows:
            return []
        counts = [len(terms) for terms, _, _ in self.rows]
        places = np.concatenate(([0], np.cumsum(counts)))
        columns = _flat(terms.keys() for terms, _, _ in self.rows)
        factors = _flat(terms.values() for terms, _, _ in self.rows)
        matrix = csr_array(
            (factors, columns.astype(np.int32), places.astype(np.int32)),
            shape=(len(self.rows), len(self.high)),
        )
        low = np.array([row[1] for row in self.rows])
        high = np.array([row[2] for row in self.rows])
        return [LinearConstraint(matrix, low, high)]


def _flat(parts: Iterable[Iterable[float]]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return all numbers one after another."""
    return np.array([number for part in parts for number in part], dtype=np.float64)
