"""The rule of safe crews on every day: who is aboard, who would stay, and what is broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from stationkeeper.crew.roster import FAR, PortStay, Roster
from stationkeeper.crew.seating import Flags, Ints
from stationkeeper.programme.check_crews import LASTING_STAY_DAYS

Kind = Literal[
    "presence",
    "minimum",
    "maximum",
    "spacewalk",
    "loss-alone",
    "loss-with-others",
    "seat",
    "overfull",
    "pilot",
    "stay",
    "life",
    "port",
    "handover",
]
KINDS: Final[tuple[Kind, ...]] = (
    "presence",
    "minimum",
    "maximum",
    "loss-alone",
    "loss-with-others",
    "seat",
    "overfull",
    "pilot",
    "spacewalk",
    "stay",
    "life",
    "port",
    "handover",
)
"""Kinds of findings, in the order in which they are listed."""

_EVENT: Final[dict[str, str]] = {
    "loss-alone": "leaves with everybody aboard",
    "loss-with-others": "leaves with its people",
}


@dataclass(frozen=True)
class Finding:
    """A span of days on which one part of the rule is broken.

    Attributes
    ----------
    kind : str
        ``presence`` too few people able to run a side; ``minimum`` and ``maximum`` people aboard;
        ``loss-alone`` and ``loss-with-others`` a side is left with too few if a ship leaves with
        its people: all that are aboard, or some; ``seat`` a group has no seat home; ``overfull``
        a ship holds more people than seats and emergency places; ``pilot`` nobody among the
        people of a ship is trained to fly it; ``spacewalk`` too few for one; ``stay`` a group
        stays too long; ``life`` a ship is beyond its certified life; ``port`` two at one port;
        ``handover`` a ship leaves too soon after the next has docked.
    first, last : int
        First and last day, places of the roster. [d]
    event : str
        What would have to happen; empty if the day itself breaks the rule.
    ship : str
        Flight concerned, else empty.
    side : str
        Side left with too few people, else empty.
    given, expected : str
        In words.
    reading : int or None
        Place in :data:`~stationkeeper.crew.roster.READINGS`; None if both agree by nature.
    """

    kind: Kind
    first: int
    last: int
    event: str
    ship: str
    side: str
    given: str
    expected: str
    reading: int | None

    @property
    def days(self) -> int:
        """Days of the span. [d]"""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Check:
    """What holds on each day of a roster.

    Attributes
    ----------
    roster : Roster
        What was checked.
    people : ndarray of int, (nation, day)
        People aboard. [-]
    able : ndarray of int, (side, day)
        People aboard able to run each side. [-]
    crewed : ndarray of bool, (day,)
        Somebody is aboard.
    asked : ndarray of bool, (day,)
        People must be aboard, or are.
    alone : ndarray of bool, (reading, day)
        All people aboard would leave with one ship.
    present : ndarray of bool, (side, day)
        Enough people are able to run the side, on days that are asked.
    survives : ndarray of bool, (reading, side, day)
        The same after any one ship has left with its people, on days with people aboard.
    without_seat : ndarray of int, (reading, day)
        People aboard without a seat home. [-]
    overfull : ndarray of bool, (reading, day)
        Some ship holds more people than seats and emergency places.
    no_pilot : ndarray of bool, (reading, day)
        Some ship has people but nobody trained to fly it.
    over_life, over_ports, over_stay : ndarray of bool, (day,)
        A ship beyond its certified life, two ships at one port, a group beyond its longest stay.
    spacewalk : ndarray of bool, (day,)
        Enough people are aboard for one.
    handover : ndarray of int, (flight,)
        Days from the docking of the next ship of the family to the leaving of this one, negative
        for a gap; far off if it has no successor or is a visit. [d]
    findings : tuple of Finding
        By kind, then by day.
    """

    roster: Roster
    people: Ints
    able: Ints
    crewed: Flags
    asked: Flags
    alone: Flags
    present: Flags
    survives: Flags
    without_seat: Ints
    overfull: Flags
    no_pilot: Flags
    over_life: Flags
    over_ports: Flags
    over_stay: Flags
    spacewalk: Flags
    handover: Ints
    findings: tuple[Finding, ...]

    @property
    def seated(self) -> Flags:
        """Whether everybody has a seat home, (reading, day)."""
        return np.asarray(self.without_seat == 0)


@dataclass(frozen=True)
class Losses:
    """What the loss of each ship would leave, by interval of a roster.

    Attributes
    ----------
    held : ndarray of int, (reading, flight, interval)
        People who would leave with each ship. [-]
    left : ndarray of int, (reading, flight, side, interval)
        People able to run each side who would stay. [-]
    fails : ndarray of bool, (reading, flight, side, interval)
        The ship has people, and too few would stay.
    alone : ndarray of bool, (reading, interval)
        One ship holds everybody aboard.
    survives : ndarray of bool, (reading, side, interval)
        The side has enough people and keeps enough whatever ship is lost.
    """

    held: Ints
    left: Ints
    fails: Flags
    alone: Flags
    survives: Flags


def losses(roster: Roster) -> Losses:
    """Take each ship away with the people whose seats it holds, in each interval.

    People without any ship stay. A ship that is not fit, with people whose seat is nowhere else,
    leaves with them.

    Parameters
    ----------
    roster : Roster
        From :func:`~stationkeeper.crew.roster.roster`.

    Returns
    -------
    Losses

    Examples
    --------
    >>> from datetime import date
    >>> from stationkeeper.crew.roster import roster
    >>> from stationkeeper.programme.read import read_programme
    >>> days = roster(read_programme("iss"), "iss", date(2021, 6, 1), date(2021, 6, 30))
    >>> kept = losses(days).survives[0].all(axis=1)
    >>> dict(zip(days.sides, kept.tolist()))
    {'russian': False, 'usos': True}
    """
    readings, _, intervals = roster.seat_between.shape
    flights, sides = len(roster.flights), len(roster.sides)
    size = roster.people.sum(axis=1)
    held = np.zeros((readings, flights, intervals), dtype=np.int64)
    taken = np.zeros((readings, flights, intervals, sides), dtype=np.int64)
    reading, group, interval = np.nonzero(roster.seat_between >= 0)
    ship = roster.seat_between[reading, group, interval]
    np.add.at(held, (reading, ship, interval), size[group])
    np.add.at(taken, (reading, ship, interval), roster.able[group])
    total = roster.able.T @ roster.aboard.astype(np.int64)
    left = total[None, None] - taken.transpose(0, 1, 3, 2)
    fails = (held[:, :, None] > 0) & (left < roster.minimum[:, None]) & roster.there
    alone = ((held == size @ roster.aboard) & (held > 0)).any(axis=1)
    enough = np.asarray((total >= roster.minimum[:, None]) | ~roster.there)
    crewed = roster.aboard.any(axis=0)
    return Losses(held, left, fails, alone, enough & ~fails.any(axis=1) & crewed)


def check(roster: Roster) -> Check:
    """Check the rule of safe crews on every day of a roster.

    Presence is asked on every day with people aboard and, of a permanent crew, on every day from
    its first long stay (60 days or more, our choice) until the last people leave for good. A side
    is asked only while the station has modules of its segment.

    Parameters
    ----------
    roster : Roster
        From :func:`~stationkeeper.crew.roster.roster`.

    Returns
    -------
    Check

    Notes
    -----
    Agrees on every day of 2000-2026, and on random rosters, with a plain loop over days, groups
    and ships (tests/unit/test_crew_rule.py).

    Examples
    --------
    >>> from datetime import date
    >>> from stationkeeper.crew.roster import roster
    >>> from stationkeeper.programme.read import read_programme
    >>> iss = roster(read_programme("iss"), "iss", date(2018, 1, 1), date(2018, 12, 31))
    >>> bool(check(iss).present.all())
    True
    """
    starts, lengths = roster.breaks[:-1], roster.lengths
    aboard = roster.aboard.astype(np.int64)
    people, able = roster.people.T @ aboard, roster.able.T @ aboard
    total = people.sum(axis=0)
    crewed: Flags = np.asarray(total > 0)
    first, until = roster.asked
    asked = crewed | ((starts >= first) & (starts < until) & roster.permanent)
    enough = np.asarray((able >= roster.minimum[:, None]) | ~roster.there)
    lost = losses(roster)
    held_by = _people_by_ship(roster)
    fit = roster.fit
    seat = roster.seat_between
    safe = seat >= 0
    if seat.size:
        safe &= fit[np.maximum(seat, 0), np.arange(starts.size)]
    unseated: Flags = np.asarray(roster.aboard & ~safe)
    without_seat = np.einsum("g,rgi->ri", roster.people.sum(axis=1), unseated.astype(np.int64))
    capacity = (roster.seats + roster.emergency)[:, None]
    overfull: Flags = np.asarray(lost.held > capacity)
    pilots = np.einsum("rfni,fn->rfi", held_by, roster.flown_by.astype(np.int64))
    crewed_ship = np.asarray(lost.held > 0)
    no_pilot = crewed_ship & np.any(roster.flown_by, axis=1)[:, None] & np.asarray(pilots == 0)
    handover = handovers(roster)
    findings = [
        *_side_findings(roster, asked, able, enough),
        *_count_findings(roster, asked, total),
        *_loss_findings(roster, lost),
        *_seat_findings(roster, unseated, lost.held, overfull, no_pilot),
        *_span_findings(roster),
        *_handover_findings(roster, handover),
    ]
    findings.sort(key=lambda f: (KINDS.index(f.kind), f.first, f.last, f.ship, f.side))

    def daily(values: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.repeat(values, lengths, axis=-1)

    def on_days(kind: Kind) -> Flags:
        days = np.zeros(roster.days, dtype=bool)
        for finding in findings:
            if finding.kind == kind:
                days[finding.first : finding.last + 1] = True
        return days

    return Check(
        roster=roster,
        people=daily(people).astype(np.int64),
        able=daily(able).astype(np.int64),
        crewed=daily(crewed).astype(bool),
        asked=daily(asked).astype(bool),
        alone=daily(lost.alone).astype(bool),
        present=daily(enough & asked).astype(bool),
        survives=daily(lost.survives).astype(bool),
        without_seat=daily(without_seat).astype(np.int64),
        overfull=daily(np.any(overfull, axis=1)).astype(bool),
        no_pilot=daily(np.any(no_pilot, axis=1)).astype(bool),
        over_life=on_days("life"),
        over_ports=on_days("port"),
        over_stay=on_days("stay"),
        spacewalk=daily(total >= roster.spacewalk).astype(bool),
        handover=handover,
        findings=tuple(findings),
    )


def handovers(roster: Roster) -> Ints:
    """Return the days that each ship stays after the next of its family has docked, (flight,). [d]

    The next in order of docking, as in a plan: where two ships of a family are at the station and
    replaced in turn, that is the second of them. Visits, docked for less than 60 days, have no
    successors and are none. Far off means none; negative a gap.
    """
    found = np.full(len(roster.flights), FAR, dtype=np.int64)
    lasting = roster.undocked - roster.docked >= LASTING_STAY_DAYS
    for family in np.unique(roster.family[lasting]):
        members = np.flatnonzero(lasting & (roster.family == family))
        members = members[np.argsort(roster.docked[members], kind="stable")]
        found[members[:-1]] = roster.undocked[members[:-1]] - roster.docked[members[1:]]
    return found


def _people_by_ship(roster: Roster) -> Ints:
    """Return people by ship and nation, (reading, flight, nation, interval). [-]"""
    readings, _, intervals = roster.seat_between.shape
    shape = (readings, len(roster.flights), intervals, len(roster.nations))
    held = np.zeros(shape, dtype=np.int64)
    reading, group, interval = np.nonzero(roster.seat_between >= 0)
    ship = roster.seat_between[reading, group, interval]
    np.add.at(held, (reading, ship, interval), roster.people[group])
    return held.transpose(0, 1, 3, 2)


@dataclass(frozen=True)
class _Run:
    """A run of true intervals a .. b - 1, and its first and last day."""

    place: tuple[int, ...]
    a: int
    b: int
    first: int
    last: int

    def least(self, values: Ints) -> int:
        """Return the least of the values of its intervals, (interval,)."""
        return int(values[self.a : self.b].min())


def _runs(roster: Roster, flags: Flags) -> Iterator[_Run]:
    """Yield the runs of true intervals at each place of flags, (..., interval)."""
    edge = np.zeros((*flags.shape[:-1], 1), dtype=np.int8)
    steps = np.diff(np.concatenate([edge, flags.astype(np.int8), edge], axis=-1), axis=-1)
    begins, ends = np.argwhere(steps > 0).tolist(), np.argwhere(steps < 0).tolist()
    breaks = roster.breaks.tolist()
    for (*place, a), (*_, b) in zip(begins, ends, strict=True):
        yield _Run(tuple(place), a, b, breaks[a], breaks[b] - 1)


def _side_findings(roster: Roster, asked: Flags, able: Ints, enough: Flags) -> Iterator[Finding]:
    for run in _runs(roster, asked & ~enough):
        (s,), first, last = run.place, run.first, run.last
        side = roster.sides[s]
        given = f"{run.least(able[s])} able to run {side}"
        expected = f"at least {roster.minimum[s]}"
        yield Finding("presence", first, last, "", "", side, given, expected, None)


def _count_findings(roster: Roster, asked: Flags, total: Ints) -> Iterator[Finding]:
    least = max(roster.fewest, 1 if roster.permanent else 0)
    for run in _runs(roster, asked & (total < least)):
        first, last = run.first, run.last
        given = f"{run.least(total)} people"
        yield Finding("minimum", first, last, "", "", "", given, f"at least {least}", None)
    for run in _runs(roster, total > roster.most):
        first, last = run.first, run.last
        given = f"{-run.least(-total)} people"
        yield Finding("maximum", first, last, "", "", "", given, f"at most {roster.most}", None)
    for run in _runs(roster, (total > 0) & (total < roster.spacewalk)):
        first, last = run.first, run.last
        given = f"{run.least(total)} people"
        expected = f"at least {roster.spacewalk} for a spacewalk"
        yield Finding("spacewalk", first, last, "", "", "", given, expected, None)


def _loss_findings(roster: Roster, lost: Losses) -> Iterator[Finding]:
    alone = lost.alone[:, None, None]
    kinds: tuple[tuple[Kind, Flags], ...] = (
        ("loss-alone", lost.fails & alone),
        ("loss-with-others", lost.fails & ~alone),
    )
    for kind, fails in kinds:
        for run in _runs(roster, fails):
            (reading, f, s), first, last = run.place, run.first, run.last
            side = roster.sides[s]
            stay = run.least(lost.left[reading, f, s])
            event = f"{roster.flight_titles[f]} {_EVENT[kind]}"
            given = f"{stay} able to run {side} would stay"
            expected = f"at least {roster.minimum[s]}"
            yield Finding(
                kind, first, last, event, roster.flights[f], side, given, expected, reading
            )


def _seat_findings(
    roster: Roster, unseated: Flags, held: Ints, overfull: Flags, no_pilot: Flags
) -> Iterator[Finding]:
    for run in _runs(roster, unseated):
        (reading, g), first, last = run.place, run.first, run.last
        given = f"{_people_text(roster, g)} ({roster.groups[g]}) without"
        ship, expected = _own_ship(roster, g), "a seat home for each"
        yield Finding("seat", first, last, "", ship, "", given, expected, reading)
    for run in _runs(roster, overfull):
        (reading, f), first, last = run.place, run.first, run.last
        given = f"{-run.least(-held[reading, f])} people"
        expected = f"at most {roster.seats[f] + roster.emergency[f]}, its seats and places"
        ship = roster.flights[f]
        yield Finding("overfull", first, last, "", ship, "", given, expected, reading)
    for run in _runs(roster, no_pilot):
        (reading, f), first, last = run.place, run.first, run.last
        nations = [n for n, can in zip(roster.nations, roster.flown_by[f], strict=True) if can]
        given, ship = "nobody trained to fly it among its people", roster.flights[f]
        expected = f"one of {' or '.join(nations)}"
        yield Finding("pilot", first, last, "", ship, "", given, expected, reading)


def _span_findings(roster: Roster) -> Iterator[Finding]:
    end = roster.days
    for f, flight in enumerate(roster.flights):
        first = max(0, int(roster.life_end[f]), int(roster.docked[f]))
        last = min(end, int(roster.undocked[f])) - 1
        if first <= last:
            stay = int(roster.undocked[f] - roster.launched[f])
            life = int(roster.life_end[f] - roster.launched[f])
            given = f"{stay} days in orbit"
            yield Finding("life", first, last, "", flight, "", given, f"at most {life}", None)
    for g, group in enumerate(roster.groups):
        over = int(roster.group_launched[g] + roster.stay_limit[g])
        first, last = max(0, over), min(end, int(roster.until[g])) - 1
        if first <= last:
            stay = int(roster.until[g] - roster.group_launched[g])
            given = f"{_people_text(roster, g)} ({group}) for {stay} days"
            expected = f"at most {roster.stay_limit[g]} days"
            yield Finding("stay", first, last, "", _own_ship(roster, g), "", given, expected, None)
    longest: dict[str, PortStay] = {}
    for after in sorted(roster.ports, key=lambda stay: (stay.first, stay.until, stay.by)):
        before = longest.setdefault(after.port, after)
        if after.until > before.until:
            longest[after.port] = after
        first, last = max(0, after.first), min(end, before.until, after.until) - 1
        if before.by != after.by and first <= last:
            given = f"{before.by} and {after.by} at {before.port}"
            yield Finding("port", first, last, "", after.by, "", given, "one at a time", None)


def _handover_findings(roster: Roster, handover: Ints) -> Iterator[Finding]:
    for f in np.flatnonzero((handover < roster.handover) & (roster.handover > 0)):
        day = int(roster.undocked[f])
        if 0 <= day < roster.days:
            given = f"left {handover[f]} days after the next had docked"
            if handover[f] < 0:
                given = f"left {-handover[f]} days before the next docked"
            expected = f"at least {roster.handover[f]} days after"
            yield Finding("handover", day, day, "", roster.flights[f], "", given, expected, None)


def _people_text(roster: Roster, group: int) -> str:
    counts = zip(roster.nations, roster.people[group], strict=True)
    return ", ".join(f"{nation} {count}" for nation, count in counts if count)


def _own_ship(roster: Roster, group: int) -> str:
    """Return the ship that brought a group, else the one that takes it home, else nothing."""
    for flight in (int(roster.up[group]), int(roster.down[group])):
        if flight >= 0:
            return roster.flights[flight]
    return ""
