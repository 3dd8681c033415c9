"""Who carries what after a cargo ship is lost: loads of the next flights, anew.

A linear model of kilograms, solved stage by stage by HiGHS in SciPy, so that it works without
OR-tools. Nothing in it is counted in pieces: a container of food weighs a few kilograms of tons.

Stages, each kept while the next is sought: no item falls to zero for as long as possible; the
fewest days without an item; the least below the reserves; at the end no less aboard than as
planned; the most of the other cargo, and as soon as planned; the least change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from stationkeeper.errors import InputError

Array = NDArray[np.float64]
Row = tuple[dict[int, float], float]  # a weighted sum of columns, and its limit

_EMPTY: Final = 1e-6  # share of what is used by then that rounding may hide: a gram in a ton
_DIGITS: Final = 6  # of loads in kilograms: a milligram
_LEAST_USE: Final = 1e-6  # [kg] a day; less counts as this


@dataclass(frozen=True)
class Item:
    """Something that is used up.

    Attributes
    ----------
    key : str
        Its name.
    hold : str
        ``dry``, ``water`` or ``gas``: the part of a ship that carries it.
    stock : float
        Aboard on the first day. [kg]
    capacity : float
        Most it holds. [kg]
    use : ndarray, (day,)
        What is wanted on each day from the first. [kg]
    reserve_days : float
        Days of use that are kept as a reserve. [d]
    """

    key: str
    hold: str
    stock: float
    capacity: float
    use: Array
    reserve_days: float


@dataclass(frozen=True)
class Load:
    """What a flight carries, or may.

    Attributes
    ----------
    key : str
        The flight.
    place : int
        Day of docking, counted from the first, at whose begin it is unloaded. [d]
    total, dry, water, gas : float
        Most it carries beside propellant: in all, in the pressurised hold, in the tanks. [kg]
    items : tuple of float
        Of each item. [kg]
    other : float
        Of all else, in the pressurised hold. [kg]
    """

    key: str
    place: int
    total: float
    dry: float
    water: float
    gas: float
    items: tuple[float, ...]
    other: float


@dataclass(frozen=True)
class Outcome:
    """What becomes of a set of loads.

    Attributes
    ----------
    lasts : int
        Whole days from the first on which no item is short; all of them if none is. [d]
    days_short : float
        What is wanted and not there, in mean days of its use, all items together. [d]
    below_reserve : float
        What is missing to the reserves, which are what is wanted in the days to come, before each
        docking and at the end, in mean days of use. [d]
    other : float
        Other cargo that is carried. [kg]
    """

    lasts: int
    days_short: float
    below_reserve: float
    other: float


def outcome(items: Sequence[Item], loads: Sequence[Load]) -> Outcome:
    """Go through the days with some loads: the oracle of the model, and of plans made by hand.

    Parameters
    ----------
    items : sequence of Item
        All with the same days.
    loads : sequence of Load
        Flights.

    Returns
    -------
    Outcome

    Examples
    --------
    >>> food = Item("food", "dry", 30.0, 500.0, np.full(60, 2.0), 10.0)
    >>> ship = Load("one", 20, 100.0, 100.0, 0.0, 0.0, (40.0,), 60.0)
    >>> outcome([food], [ship])
    Outcome(lasts=15, days_short=25.0, below_reserve=20.0, other=60.0)
    """
    days = _days(items)
    marks = {load.place for load in loads if load.place < days} | {days}
    lasts, short, below = days, 0.0, 0.0
    for item, levels in zip(items, _levels(items, loads), strict=True):
        mean, used = _mean_use(item), 0.0
        for day in range(days):
            want, level = float(item.use[day]), float(levels[day])
            used += want
            unmet = max(want - level, 0.0)
            if unmet > _EMPTY * used:
                short += unmet / mean
                lasts = min(lasts, day)
            if day + 1 in marks:
                below += max(_reserve(item, day + 1) - max(level - want, 0.0), 0.0) / mean
    other = sum(load.other for load in loads if load.place < days)
    return Outcome(lasts, short, below, other)


def left_at_end(items: Sequence[Item], loads: Sequence[Load]) -> Array:
    """Return what of each item is aboard after the last day, (item,). [kg]"""
    last = [
        levels[-1] - item.use[-1] for item, levels in zip(items, _levels(items, loads), strict=True)
    ]
    return np.maximum(np.array(last, np.float64), 0.0)


def _levels(items: Sequence[Item], loads: Sequence[Load]) -> list[Array]:
    """Aboard on each day, after what comes and before what is used, of each item. [kg]"""
    found = []
    for number, item in enumerate(items):
        came = np.zeros(item.use.size)
        for load in loads:
            if load.place < item.use.size:
                came[load.place] += load.items[number]
        levels, level = np.empty(item.use.size), item.stock
        for day, want in enumerate(item.use):
            level = min(level + came[day], max(item.capacity, level))
            levels[day] = level
            level = max(level - float(want), 0.0)
        found.append(levels)
    return found


def remanifest(items: Sequence[Item], loads: Sequence[Load]) -> list[Load]:
    """Choose anew what the next flights carry.

    Left out: down cargo, volume, containers, how late a hold can still be changed. Other cargo that
    a flight leaves behind may go on a later one.

    Parameters
    ----------
    items : sequence of Item
        All with the same days, the first being that from which is planned.
    loads : sequence of Load
        The flights as planned, in any order; those that dock after the last day stay as they are.

    Returns
    -------
    list of Load
        The same flights with what each is to carry.

    Raises
    ------
    InputError
        If an item names no hold, or items differ in their days.

    Notes
    -----
    Its outcome is never worse than that of the plan, in the order of `Outcome`, with what is left
    at the end before the other cargo, unless the plan is too heavy for its ships
    (tests/properties/test_manifest.py); no worse than the best of all loads tried on a grid in
    small cases (tests/unit/test_manifest.py).

    Examples
    --------
    >>> food = Item("food", "dry", 30.0, 500.0, np.full(60, 2.0), 10.0)
    >>> ship = Load("one", 10, 100.0, 100.0, 0.0, 0.0, (40.0,), 60.0)
    >>> remanifest([food], [ship])[0].items, remanifest([food], [ship])[0].other
    ((100.0,), 0.0)
    """
    days = _days(items)
    for item in items:
        if item.hold not in ("dry", "water", "gas"):
            raise InputError(f"{item.key}: given hold {item.hold!r}, expected dry, water or gas")
    inside = sorted((one for one in loads if one.place < days), key=lambda one: one.place)
    if not inside or not items:
        return list(loads)
    if _fits(items, inside):
        planned = outcome(items, inside)
        if planned.days_short == 0.0 and planned.below_reserve == 0.0:
            return list(loads)
    model = _Model(items, inside, days)
    chosen = model.solved()
    anew = {
        load.key: replace(load, items=carried, other=other)
        for load, (carried, other) in zip(inside, chosen, strict=True)
    }
    return [anew.get(load.key, load) for load in loads]


def _fits(items: Sequence[Item], loads: Sequence[Load]) -> bool:
    """Tell whether every load is within the holds of its ship."""
    for load in loads:
        part = {"dry": load.other, "water": 0.0, "gas": 0.0}
        for item, mass in zip(items, load.items, strict=True):
            part[item.hold] += mass
        most = {"dry": load.dry, "water": load.water, "gas": load.gas}
        if any(part[hold] > most[hold] for hold in part) or sum(part.values()) > load.total:
            return False
    return True


def _days(items: Sequence[Item]) -> int:
    lengths = {item.use.size for item in items}
    if len(lengths) > 1:
        raise InputError(f"items: given {sorted(lengths)} days, expected the same for all")
    return lengths.pop() if lengths else 0


def _mean_use(item: Item) -> float:
    """Mean use on the days on which there is any, never less than a milligram."""
    used = item.use[item.use > 0]
    return max(float(used.mean()), _LEAST_USE) if used.size else 1.0


def _reserve(item: Item, day: int) -> float:
    """Least that should be aboard at the begin of a day: what is wanted in the days of reserve.

    Beyond the last day it goes on as in the last days.
    """
    length = max(round(item.reserve_days), 1)
    coming = item.use[day : day + length]
    if coming.size < length:
        coming = item.use[-length:]
    return item.reserve_days * float(coming.mean())


class _Model:
    """The linear model: loads, other cargo, levels, what is short and what is below reserve.

    Columns: items by flight, other by flight, then by item and mark (each docking, and the end)
    the level before it, what was short since the last mark, what is below reserve, and by item and
    flight what is thrown away for want of room and the change from plan, and by item what is
    missing at the end to what was planned.
    """

    def __init__(self, items: Sequence[Item], loads: Sequence[Load], days: int) -> None:
        self.items, self.loads, self.days = items, loads, days
        self.flights, self.kinds = len(loads), len(items)
        self.marks = [load.place for load in loads] + [days]
        counts = {
            "load": self.kinds * self.flights,
            "other": self.flights,
            "level": self.kinds * len(self.marks),
            "short": self.kinds * len(self.marks),
            "below": self.kinds * len(self.marks),
            "waste": self.kinds * self.flights,
            "change": self.kinds * self.flights,
            "lent": self.kinds,
        }
        self.at: dict[str, int] = {}
        self.columns = 0
        for name, count in counts.items():
            self.at[name] = self.columns
            self.columns += count
        self.upper = np.full(self.columns, np.inf)
        self.rows: list[Row] = []  # sums that may not exceed a limit
        self.equal: list[Row] = []
        self._holds()
        self._levels()

    def column(self, name: str, item: int, place: int) -> int:
        """Return the number of a column of an item at a flight or mark."""
        width = self.flights if name in ("load", "waste", "change") else len(self.marks)
        return self.at[name] + item * width + place

    def _holds(self) -> None:
        before: dict[int, float] = {}
        planned = 0.0
        for flight, load in enumerate(self.loads):
            other = self.at["other"] + flight
            parts: dict[str, dict[int, float]] = {"dry": {other: 1.0}, "water": {}, "gas": {}}
            for item, one in enumerate(self.items):
                parts[one.hold][self.column("load", item, flight)] = 1.0
            for hold, most in (("dry", load.dry), ("water", load.water), ("gas", load.gas)):
                self.rows.append((parts[hold], most))
            self.rows.append(({k: 1.0 for part in parts.values() for k in part}, load.total))
            before[other] = 1.0
            planned += load.other
            self.rows.append((dict(before), planned))  # what was left behind may come later
            for item in range(self.kinds):
                change, carried = self.column("change", item, flight), load.items[item]
                column = self.column("load", item, flight)
                self.rows.append(({column: 1.0, change: -1.0}, carried))
                self.rows.append(({column: -1.0, change: -1.0}, -carried))

    def _levels(self) -> None:
        planned = left_at_end(self.items, self.loads)
        for item, one in enumerate(self.items):
            lent = self.at["lent"] + item
            at_end = self.column("level", item, len(self.marks) - 1)
            self.rows.append(({lent: -1.0, at_end: -1.0}, -float(planned[item])))
            used = np.concatenate([[0.0], np.cumsum(one.use)])
            since = 0
            for mark, day in enumerate(self.marks):
                level, short = self.column("level", item, mark), self.column("short", item, mark)
                balance = {level: 1.0, short: -1.0}
                aboard = float(used[since] - used[day])
                self.upper[short] = -aboard
                if mark == 0:
                    aboard += one.stock
                else:
                    flight = mark - 1
                    load = self.column("load", item, flight)
                    waste = self.column("waste", item, flight)
                    last = self.column("level", item, mark - 1)
                    balance |= {last: -1.0, load: -1.0, waste: 1.0}
                    room = max(one.capacity, one.stock)
                    self.rows.append(({last: 1.0, load: 1.0, waste: -1.0}, room))
                    self.rows.append(({waste: 1.0, load: -1.0}, 0.0))
                self.equal.append((balance, aboard))
                below = self.column("below", item, mark)
                wanted = _reserve(one, day)
                self.rows.append(({below: -1.0, level: -1.0}, -wanted))
                since = day

    def _matrix(self, rows: Sequence[Row]) -> tuple[csr_array, Array]:
        number = [i for i, (row, _) in enumerate(rows) for _ in row]
        column = [c for row, _ in rows for c in row]
        value = [v for row, _ in rows for v in row.values()]
        shape = (len(rows), self.columns)
        return csr_array((value, (number, column)), shape=shape), np.array([b for _, b in rows])

    def _without_want_until(self, day: int) -> list[Row]:
        """Rows by which no item is short before the begin of a day."""
        rows: list[Row] = []
        for item, one in enumerate(self.items):
            wanted = float(one.use[:day].sum())
            arrived = [f for f, load in enumerate(self.loads) if load.place < day]
            sums = {}
            for flight in arrived:
                sums[self.column("load", item, flight)] = -1.0
                sums[self.column("waste", item, flight)] = 1.0
            rows.append((sums, one.stock - wanted * (1.0 - _EMPTY)))
            for mark, place in enumerate(self.marks):
                if place <= day:
                    rows.append(({self.column("short", item, mark): 1.0}, 0.0))
        return [(row, limit) for row, limit in rows if row or limit < 0]

    def solved(self) -> list[tuple[tuple[float, ...], float]]:
        """Solve stage by stage; return items and other of each flight."""
        rows, limits = self._matrix(self.rows)
        equal, sums = self._matrix(self.equal)
        always = [
            LinearConstraint(rows, -np.inf, limits),
            LinearConstraint(equal, sums, sums),
        ]
        bounds = Bounds(np.zeros(self.columns), self.upper)

        def solve(aim: Array, more: Sequence[Row]) -> Array | None:
            extra, most = self._matrix(more)
            limited = [LinearConstraint(extra, -np.inf, most)] if more else []
            found = milp(aim, constraints=[*always, *limited], bounds=bounds)
            return None if found.x is None else np.asarray(found.x, np.float64)

        nothing = np.zeros(self.columns)
        low, high = 0, self.days  # nothing is short before day 0
        kept: list[Row] = []
        best = solve(nothing, kept)
        while low < high:
            day = high if low == 0 and high == self.days else (low + high + 1) // 2
            tried = self._without_want_until(day)
            found = solve(nothing, tried)
            if found is None:
                high = day - 1
            else:
                low, kept, best = day, tried, found
        for aim in self._aims():
            found = solve(aim, kept)
            if found is None:  # rounding of the stages before: what they found holds
                break
            best = found
            reached = float(aim @ found)
            row = {int(c): float(aim[c]) for c in np.flatnonzero(aim)}
            kept = [*kept, (row, reached)]
        if best is None:
            raise InputError("remanifest: the flights cannot carry even nothing; a hold is below 0")
        return [
            (
                tuple(
                    round(max(float(best[self.column("load", item, flight)]), 0.0), _DIGITS)
                    for item in range(self.kinds)
                ),
                round(max(float(best[self.at["other"] + flight]), 0.0), _DIGITS),
            )
            for flight in range(self.flights)
        ]

    def _aims(self) -> list[Array]:
        aims = [np.zeros(self.columns) for _ in range(6)]
        for item, one in enumerate(self.items):
            weight = 1.0 / _mean_use(one)
            aims[2][self.at["lent"] + item] = weight
            for mark in range(len(self.marks)):
                aims[0][self.column("short", item, mark)] = weight
                aims[1][self.column("below", item, mark)] = weight
            for flight in range(self.flights):
                aims[5][self.column("change", item, flight)] = 1.0
                aims[5][self.column("waste", item, flight)] = 1.0
        other = slice(self.at["other"], self.at["other"] + self.flights)
        aims[3][other] = -1.0
        aims[4][other] = -np.arange(self.flights, 0, -1)
        return aims
