"""Reboost rules of a programme as arrays: what altitude is wanted on each day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.calendar import Calendar
from stationkeeper.programme.stations import EndOfLife, ReboostRule
from stationkeeper.units import KILOMETRE

Array = NDArray[np.float64]
ReadTable = Callable[[str], Sequence[Mapping[str, str]]]


@dataclass(frozen=True)
class Targets:
    """Wanted altitudes day by day; NaN where nothing is asked.

    Attributes
    ----------
    lower, upper : ndarray, (days,)
        Raise to `upper` when the altitude falls below `lower`. [m]
    calendar : ndarray, (days,)
        Altitude to reach on that day. [m]
    rule : tuple of str or None, (days,)
        Key of the rule in force.
    """

    lower: Array
    upper: Array
    calendar: Array
    rule: tuple[str | None, ...]


def record_altitude(
    table: str, calendar: Calendar, read_table: ReadTable, until: date | None = None
) -> Array:
    """Altitude of a flown record on each day, straight lines between its rows, its ends beyond.

    Rows after `until`, the last day of the rule that names the table, count as not known.

    Returns
    -------
    ndarray, (days,)
        Mean altitude. [m]
    """
    rows = sorted(
        (calendar.place(date.fromisoformat(row["date"])), float(row["altitude_km"]))
        for row in read_table(table)
        if until is None or row["date"] <= until.isoformat()
    )
    places, heights = zip(*rows, strict=True)
    heights_km = np.interp(np.arange(calendar.days), places, heights)
    return np.asarray(heights_km * KILOMETRE)


def rule_of_day(rules: Mapping[str, ReboostRule], calendar: Calendar) -> tuple[str | None, ...]:
    """Return the key of the rule in force on each day: the one that began last."""
    keys: list[str | None] = [None] * calendar.days
    for key, rule in sorted(rules.items(), key=lambda item: (item[1].since, item[0])):
        until = calendar.days if rule.until is None else calendar.place(rule.until) + 1
        span = calendar.clipped(calendar.place(rule.since), until)
        keys[span] = [key] * (span.stop - span.start)
    return tuple(keys)


def targets(
    rules: Mapping[str, ReboostRule],
    end: EndOfLife | None,
    dockings: Sequence[tuple[int, str]],
    calendar: Calendar,
    read_table: ReadTable,
) -> Targets:
    """Turn reboost rules into wanted altitudes.

    Parameters
    ----------
    rules : mapping
        Rules of one station.
    end : EndOfLife or None
        From its first day the orbit is left to drift, or raised once for storage.
    dockings : sequence of (int, str)
        Place of the day and class of ship of each docking.
    calendar : Calendar
        Days of the run.
    read_table : callable
        Returns the rows of a reference table by name.

    Returns
    -------
    Targets
    """
    lower, upper, wanted = (np.full(calendar.days, np.nan) for _ in range(3))
    keys = rule_of_day(rules, calendar)
    names = np.array([key or "" for key in keys])
    for key, rule in rules.items():
        days = names == key
        if rule.kind == "band" and rule.lower_km is not None and rule.upper_km is not None:
            lower[days] = rule.lower_km * KILOMETRE
            upper[days] = rule.upper_km * KILOMETRE
        elif rule.kind == "as-flown" and rule.table is not None:
            record = record_altitude(rule.table, calendar, read_table, rule.until)
            lower[days] = record[days] - rule.half_width_km * KILOMETRE
            upper[days] = record[days] + rule.half_width_km * KILOMETRE
        elif rule.kind == "calendar" and rule.every_days and rule.target_km is not None:
            first = calendar.place(rule.since)
            turns = np.floor((np.arange(-1, calendar.days) - first) / rule.every_days)
            wanted[(np.diff(turns) > 0) & days] = rule.target_km * KILOMETRE
        elif rule.kind == "target" and rule.target_km is not None:
            for place, ship in dockings:
                if (
                    0 <= place < calendar.days
                    and days[place]
                    and (not rule.for_ships or ship in rule.for_ships)
                ):
                    wanted[place] = rule.target_km * KILOMETRE
    if end is not None and end.kind != "open":
        start = min(max(calendar.place(end.since), 0), calendar.days)
        lower[start:], upper[start:], wanted[start:] = np.nan, np.nan, np.nan
        if end.kind == "storage" and end.storage_km is not None and start < calendar.days:
            wanted[start:] = end.storage_km * KILOMETRE
    return Targets(lower, upper, wanted, keys)
