"""A check of crews as plain data, by year: the shape that other programs and the report read."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from stationkeeper.crew.exchanged import without_exchange
from stationkeeper.crew.robustness import Grounding, grounded, slipped
from stationkeeper.crew.roster import READINGS, Roster, roster
from stationkeeper.crew.rule import KINDS, Check, Finding, check
from stationkeeper.programme.check_crews import LASTING_STAY_DAYS
from stationkeeper.programme.document import Programme
from stationkeeper.units import date_from_days

GROUNDED_DAYS: Final = (90, 180)  # [d] groundings tried, our choice: some recorded ones are between
SLIP_DAYS: Final = 60  # [d] slip of a launch tried, our choice


def check_document(
    programme: Programme,
    found: Check,
    *,
    grounded_days: Sequence[int] = GROUNDED_DAYS,
    slip_days: int = SLIP_DAYS,
) -> dict[str, Any]:
    """Return a check as plain data, with the same days had no seats been exchanged.

    Parameters
    ----------
    programme : Programme
        The programme that was checked.
    found : Check
        From :func:`~stationkeeper.crew.rule.check`.
    grounded_days : sequence of int
        Groundings to try on the ships of each operator with two flights or more that brought people
        who stayed 60 days or more. [d]
    slip_days : int
        Slip to try on each launch with people. [d]

    Returns
    -------
    dict
        Keys ``station, title, first, last, sides, minimum, readings, years, without_exchange,
        ships, groundings, slips, findings, counts``. Days are counted, not shares; pairs are the
        two readings. ``alone_days`` and ``days_with_others`` are those of the first reading, and
        ``ships`` are the people with seats home on each by that reading. In a grounding ``starts``
        are the days of begin that keep a flight from coming, ``kept`` those of them that leave the
        side with its people, ``first_empty`` the earliest day without and ``worst_days`` the most
        such days in one grounding. ``counts`` are days with a finding of a kind in either reading.
        Groundings and slips are tried on permanent crews only.

    Examples
    --------
    >>> from datetime import date
    >>> from stationkeeper.programme.read import read_programme
    >>> iss = read_programme("iss")
    >>> days = roster(iss, "iss", date(2018, 1, 1), date(2018, 12, 31))
    >>> document = check_document(iss, check(days), grounded_days=(90,))
    >>> document["years"][0]["present"]
    {'russian': 365, 'usos': 365}
    """
    people = found.roster
    first, last = date_from_days(people.first), date_from_days(people.first + people.days - 1)
    changed, seats = without_exchange(programme, people.station)
    put_back = None
    if changed.crew != programme.crew or changed.traffic != programme.traffic:
        as_well = check(roster(changed, people.station, first, last))
        put_back = {"seats_put_back": seats, "years": years(as_well)}
    asked = people.permanent and bool(people.groups)
    slips = slipped(people, slip_days) if asked else ()
    return {
        "station": people.station,
        "title": people.title,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "sides": list(people.sides),
        "minimum": dict(zip(people.sides, people.minimum.tolist(), strict=True)),
        "readings": list(READINGS),
        "years": years(found),
        "without_exchange": put_back,
        "ships": ships(found),
        "groundings": [
            _grounding(people, grounded(people, classes, days))
            for classes in (_operators(people) if asked else ())
            for days in grounded_days
        ],
        "slips": [
            {
                "flight": slip.flight,
                "days": slip.days,
                "emptied": list(slip.emptied),
                "days_lost": slip.days_lost,
                "unsafe_days": slip.unsafe_days,
            }
            for slip in slips
        ],
        "findings": [_finding(people, one) for one in found.findings],
        "counts": _counts(found),
    }


def years(found: Check) -> list[dict[str, Any]]:
    """Return the counts of days of each calendar year of a check."""
    people = found.roster
    number = np.array([date_from_days(people.first + day).year for day in range(people.days)])
    all_survive = found.survives.all(axis=1)
    entries = []
    for year in np.unique(number).tolist():
        days = number == year
        others = found.crewed & ~found.alone & days
        survives = (found.survives & days).sum(axis=2)
        with_others = (found.survives & others[:, None]).sum(axis=2)
        entries.append(
            {
                "year": year,
                "days": int(days.sum()),
                "crewed_days": int((found.crewed & days).sum()),
                "alone_days": int((found.alone[0] & days).sum()),
                "spacewalk_days": int((found.spacewalk & days).sum()),
                "present": _by_side(people, (found.present & days).sum(axis=1)),
                "survives": _by_side(people, survives.T),
                "survives_with_others": _by_side(people, with_others.T),
                "days_with_others": int(others[0].sum()),
                "all_sides_survive": (all_survive & days).sum(axis=1).tolist(),
                "without_seat": ((found.without_seat > 0) & days).sum(axis=1).tolist(),
            }
        )
    return entries


def ships(found: Check) -> list[dict[str, Any]]:
    """Return the spans of days on which the same people have their seats home on a ship.

    First reading; people by side are those able to run it.
    """
    people = found.roster
    entries: list[dict[str, Any]] = []
    for place, flight in enumerate(people.flights):
        held = ((people.seat_between[0] == place) & people.aboard).astype(np.int64)
        count, able = people.people.sum(axis=1) @ held, people.able.T @ held
        changes = (np.diff(count) != 0) | (np.diff(able, axis=1) != 0).any(axis=0)
        edges = [0, *(np.flatnonzero(changes) + 1).tolist(), count.size]
        for begin, end in pairwise(edges):
            if begin < end and count[begin]:
                first, last = int(people.breaks[begin]), int(people.breaks[end]) - 1
                entries.append(
                    {
                        "flight": flight,
                        "ship": people.classes[place],
                        "first": date_from_days(people.first + first).isoformat(),
                        "last": date_from_days(people.first + last).isoformat(),
                        "people": int(count[begin]),
                        "able": _by_side(people, able[:, begin]),
                    }
                )
    return sorted(entries, key=lambda entry: (entry["first"], entry["flight"]))


def _by_side(people: Roster, values: Any) -> dict[str, Any]:
    return dict(zip(people.sides, np.asarray(values).tolist(), strict=True))


def _operators(people: Roster) -> list[tuple[str, ...]]:
    """Return the classes of each operator with two flights or more that brought people to stay."""
    lasting = people.until - people.since >= LASTING_STAY_DAYS
    found: dict[int, dict[str, None]] = {}
    flights = np.unique(people.up[lasting & (people.up >= 0)])
    for flight in flights:
        found.setdefault(int(people.family[flight]), {})[people.classes[flight]] = None
    counts = np.bincount(people.family[flights], minlength=1)
    return [tuple(classes) for family, classes in found.items() if counts[family] > 1]


def _grounding(people: Roster, found: Grounding) -> dict[str, Any]:
    first_empty = []
    for days in found.first_empty:
        empty = days[days >= 0]
        first_empty.append(date_from_days(people.first + int(empty.min())) if empty.size else None)
    return {
        "ship": " + ".join(found.classes),
        "days": found.days,
        "starts": int(found.touched.sum()),
        "kept": _by_side(people, found.kept),
        "first_empty": {
            side: None if day is None else day.isoformat()
            for side, day in zip(people.sides, first_empty, strict=True)
        },
        "worst_days": _by_side(people, found.empty_days.max(axis=1, initial=0)),
    }


def _finding(people: Roster, one: Finding) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "first": date_from_days(people.first + one.first).isoformat(),
        "last": date_from_days(people.first + one.last).isoformat(),
        "days": one.days,
        "event": one.event,
        "ship": one.ship,
        "side": one.side,
        "reading": "" if one.reading is None else READINGS[one.reading],
        "given": one.given,
        "expected": one.expected,
    }


def _counts(found: Check) -> dict[str, int]:
    counts: dict[str, int] = {}
    for kind in KINDS:
        days = np.zeros(found.roster.days, dtype=bool)
        for one in found.findings:
            if one.kind == kind:
                days[one.first : one.last + 1] = True
        if days.any():
            counts[kind] = int(days.sum())
    return counts
