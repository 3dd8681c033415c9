"""Whether each side is still run when a class of ship is grounded, or when one launch slips."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.crew.roster import FAR, Roster, fitness
from stationkeeper.crew.rule import losses
from stationkeeper.crew.seating import Flags, Ints, seat_people
from stationkeeper.errors import InputError
from stationkeeper.programme.check_crews import LASTING_STAY_DAYS

REPLACED_WITHIN: Final = 60  # [d] between a leaving and the docking that replaces it; our choice
HANDOVER_WITHIN: Final = 30  # [d] a ship that leaves so soon after a docking waits for it


@dataclass(frozen=True)
class Grounding:
    """What follows when classes of ship do not launch for some days, for every day of begin.

    Attributes
    ----------
    classes : tuple of str
        Classes of ship that do not launch on days start <= t < start + days.
    days : int
        Length of the grounding. [d]
    touched : ndarray of bool, (start,)
        It keeps at least one flight from coming.
    first_empty : ndarray of int, (side, start)
        First day on which a side has too few people, while it lasts; -1 if none. [d]
    empty_days : ndarray of int, (side, start)
        Days on which a side has too few people, while it lasts. [d]
    """

    classes: tuple[str, ...]
    days: int
    touched: Flags
    first_empty: Ints
    empty_days: Ints

    @property
    def kept(self) -> Ints:
        """Starts that keep a flight from coming yet leave each side with its people, (side,)."""
        kept: Ints = np.count_nonzero((self.first_empty < 0) & self.touched, axis=1)
        return kept


@dataclass(frozen=True)
class Slip:
    """What follows when one launch slips.

    Attributes
    ----------
    flight : str
        Its key.
    days : int
        By how many days. [d]
    emptied : tuple of str
        Sides that have too few people on some day on which they had enough.
    days_lost : int
        Days on which some side has too few people and had enough. [d]
    unsafe_days : int
        Days on which some side would not survive the loss of a ship and would have. [d]
    """

    flight: str
    days: int
    emptied: tuple[str, ...]
    days_lost: int
    unsafe_days: int


def grounded(roster: Roster, ship_class: str | Sequence[str], days: int) -> Grounding:
    """Ground a class of ship for some days from every day of a roster.

    No ship of the class is launched on days start <= t < start + days, and its people do not come.
    Ships that it was to replace wait up to their certified life: those of the class, docked for 60
    days or more, that leave on or after the start and whose leaving has a docking that does not
    come within 60 days either way. People who were to leave on a ship that does not come keep their
    seat on the ship that brought them and leave with it; if that is gone or full they take free
    seats after all others. Whoever had a seat and finds none leaves with the ship that had it. All
    else is as flown.

    Parameters
    ----------
    roster : Roster
        As flown or planned.
    ship_class : str or sequence of str
        Class or classes of ship that share the grounding.
    days : int
        Length of the grounding, at least one. [d]

    Returns
    -------
    Grounding
        One start for each day of the roster. Days after its end are not judged.

    Raises
    ------
    InputError
        If the roster has no flight of such a class, or days is below one.

    Notes
    -----
    Seats are read with the landing ship from its docking. Left out: a rescue by another class, a
    hastened launch after the grounding, ports for ships that wait, stay and dose limits of those
    who wait. A ship without a certified life does not wait.

    Examples
    --------
    >>> from datetime import date
    >>> from stationkeeper.crew.roster import roster
    >>> from stationkeeper.programme.read import read_programme
    >>> iss = roster(read_programme("iss"), "iss", date(2018, 1, 1), date(2018, 12, 31))
    >>> grounded(iss, "soyuz-ms", 30).days
    30
    """
    classes = (ship_class,) if isinstance(ship_class, str) else tuple(ship_class)
    if days < 1:
        raise InputError(f"given a grounding of {days} days; expected at least 1")
    concerned = np.array([name in classes for name in roster.classes], dtype=bool)
    if not concerned.any():
        raise InputError(
            f"given ship {' + '.join(classes)}; expected a class that flies to {roster.station} in"
            f" these days: {', '.join(dict.fromkeys(roster.classes)) or 'none does'}"
        )
    sides = len(roster.sides)
    touched = np.zeros(roster.days, dtype=bool)
    first_empty = np.full((sides, roster.days), -1, dtype=np.int64)
    empty_days = np.zeros((sides, roster.days), dtype=np.int64)
    launches, leaves = roster.launched[concerned], roster.undocked[concerned]
    # Between these starts the same flights do not come and the same ships wait.
    edges = np.concatenate([[0, roster.days], launches + 1, launches - days + 1, leaves + 1])
    edges = np.unique(edges[(edges >= 0) & (edges <= roster.days)])
    flown = empty_on(roster)
    for begin, end in pairwise(edges):
        stays_away = concerned & (roster.launched >= begin) & (roster.launched < begin + days)
        stays_away &= roster.docked < roster.days
        empty = flown
        if stays_away.any():
            touched[begin:end] = True
            empty = empty_on(_without(roster, stays_away, concerned, int(begin)))
        starts = np.arange(begin, end)
        until = np.minimum(starts + days, roster.days)
        counted = np.concatenate([np.zeros((sides, 1), np.int64), np.cumsum(empty, axis=1)], axis=1)
        empty_days[:, begin:end] = counted[:, until] - counted[:, starts]
        for s in range(sides):
            on = np.append(np.flatnonzero(empty[s]), FAR)
            after = on[np.searchsorted(on, starts)]
            first_empty[s, begin:end] = np.where(after < until, after, -1)
    return Grounding(classes, days, touched, first_empty, empty_days)


def slipped(roster: Roster, days: int) -> tuple[Slip, ...]:
    """Let each launch with people slip by some days, one at a time.

    The ship docks so many days later with its people, and leaves on its day; a visit (less than 60
    days) keeps its length. Ships of the same operator that leave within 30 days after its docking
    wait as long for the handover, up to their certified life, and their people with them. All else
    is as flown.

    Parameters
    ----------
    roster : Roster
        As flown or planned.
    days : int
        Days by which each launch slips, at least one. [d]

    Returns
    -------
    tuple of Slip
        One for each flight with people that docks within the roster, by docking.

    Raises
    ------
    InputError
        If days is below one.

    Notes
    -----
    Seats are read with the landing ship from its docking. Ports are not looked at.

    Examples
    --------
    >>> from datetime import date
    >>> from stationkeeper.crew.roster import roster
    >>> from stationkeeper.programme.read import read_programme
    >>> iss = roster(read_programme("iss"), "iss", date(2018, 6, 1), date(2019, 6, 1))
    >>> late = {one.flight: one for one in slipped(iss, 60)}
    >>> late["soyuz-ms-11"].emptied, late["soyuz-ms-12"].emptied
    (('russian', 'usos'), ())
    """
    if days < 1:
        raise InputError(f"given a slip of {days} days; expected at least 1")
    empty = empty_on(roster)
    unsafe = unsafe_on(roster)
    found = []
    for f in np.unique(roster.up[roster.up >= 0]):
        if not 0 <= roster.docked[f] < roster.days:
            continue
        late = _slipped(roster, int(f), days)
        newly: Flags = np.asarray(empty_on(late) & ~empty)
        found.append(
            Slip(
                roster.flights[f],
                days,
                tuple(s for s, on in zip(roster.sides, np.any(newly, axis=1), strict=True) if on),
                int(newly.any(axis=0).sum()),
                int((unsafe_on(late) & ~unsafe).sum()),
            )
        )
    return tuple(found)


def empty_on(roster: Roster) -> Flags:
    """Return whether each side has too few people on each day that asks for them, (side, day)."""
    starts = roster.breaks[:-1]
    aboard = roster.aboard.astype(np.int64)
    first, until = roster.asked
    asked = roster.aboard.any(axis=0) | (roster.permanent & (starts >= first) & (starts < until))
    few = roster.able.T @ aboard < roster.minimum[:, None]
    return np.repeat(few & roster.there & asked, roster.lengths, axis=1)


def unsafe_on(roster: Roster) -> Flags:
    """Return whether the loss of some ship would empty some side on each day, (day,)."""
    unsafe = ~losses(roster).survives[0].all(axis=0) & roster.aboard.any(axis=0)
    return np.repeat(unsafe, roster.lengths)


def flown_otherwise(
    roster: Roster,
    *,
    docked: Ints,
    undocked: Ints,
    since: Ints,
    until: Ints,
    stranded: Flags | None = None,
    waits: Flags | None = None,
) -> Roster:
    """Return a roster with other days of ships and people, in the first reading only.

    Parameters
    ----------
    roster : Roster
        As flown.
    docked, undocked : ndarray of int, (flight,)
        [d]
    since, until : ndarray of int, (group,)
        [d]
    stranded : ndarray of bool, (group,), optional
        Their landing ship does not come, see :func:`~stationkeeper.crew.seating.seat_people`.
    waits : ndarray of bool, (flight,), optional
        Its replacement does not come.

    Returns
    -------
    Roster
        ``seat_between`` has one reading.
    """
    every = np.unique(np.concatenate([roster.breaks, docked, undocked, since, until]))
    breaks = every[(every >= 0) & (every <= roster.days)]
    held = np.searchsorted(roster.breaks, breaks[:-1], side="right") - 1
    fit = fitness(breaks, len(roster.flights), roster.unfit)
    seat, aboard = seat_people(
        breaks[:-1],
        docked,
        undocked,
        roster.seats,
        roster.emergency,
        fit,
        roster.people.sum(axis=1),
        since,
        until,
        roster.up,
        roster.down,
        np.ascontiguousarray(roster.tied[:, held]),
        np.zeros(since.size, dtype=np.bool_) if stranded is None else stranded,
        np.zeros(docked.size, dtype=np.bool_) if waits is None else waits,
        # Whom the record itself leaves without a seat stays then as well.
        ~roster.aboard[:, held] | (roster.seat_between[0][:, held] >= 0),
        0,
    )
    return replace(
        roster,
        docked=docked,
        undocked=undocked,
        since=since,
        until=until,
        breaks=breaks,
        there=roster.there[:, held],
        tied=roster.tied[:, held],
        aboard=aboard,
        seat_between=seat[None],
    )


def _without(roster: Roster, stays_away: Flags, concerned: Flags, start: int) -> Roster:
    """Return the roster without some flights, the ships that they were to replace waiting."""
    lasting = roster.undocked - roster.docked >= LASTING_STAY_DAYS
    gap = np.abs(roster.undocked[:, None] - roster.docked[None, stays_away & lasting])
    waits = concerned & lasting & ~stays_away & (roster.undocked >= start)
    waits &= (gap <= REPLACED_WITHIN).any(axis=1) & (roster.life_end < FAR // 2)
    undocked = np.where(waits, np.maximum(roster.undocked, roster.life_end), roster.undocked)
    never = _named(stays_away, roster.up)
    stranded = _named(stays_away, roster.down) & ~never
    until = _moved_with(roster, undocked)
    until = np.where(stranded, FAR, np.where(never, roster.since, until))
    return flown_otherwise(
        roster,
        docked=np.where(stays_away, FAR, roster.docked),
        undocked=np.where(stays_away, FAR, undocked),
        since=roster.since,
        until=until,
        stranded=stranded,
        waits=waits,
    )


def _slipped(roster: Roster, flight: int, days: int) -> Roster:
    docked, undocked = roster.docked.copy(), roster.undocked.copy()
    lasting = roster.undocked - roster.docked >= LASTING_STAY_DAYS
    docked[flight] += days
    if not lasting[flight] or undocked[flight] <= docked[flight]:
        undocked[flight] += days
    after = roster.undocked - roster.docked[flight]
    waiting = lasting & (roster.family == roster.family[flight])
    waiting &= (after >= 0) & (after <= HANDOVER_WITHIN)
    waiting[flight] = False
    latest = np.where(roster.life_end < FAR // 2, roster.life_end, roster.undocked)
    wait = np.minimum(roster.undocked + days, np.maximum(roster.undocked, latest))
    undocked = np.where(waiting, wait, undocked)
    comes = (roster.up == flight) & (roster.since == roster.docked[flight])
    since = np.where(comes, roster.since + days, roster.since)
    until = np.maximum(since, _moved_with(roster, undocked))
    late = flown_otherwise(roster, docked=docked, undocked=undocked, since=since, until=until)
    # Nobody is missed where nobody has come to stay yet.
    stays = (late.up >= 0) & lasting[np.maximum(late.up, 0)]
    first = int((late.since[stays] if stays.any() else late.since).min())
    return replace(late, asked=(max(roster.asked[0], first), roster.asked[1]))


def _named(flags: Flags, flights: Ints) -> NDArray[np.bool_]:
    """Return the flag of a flight for each group, False for none."""
    return np.asarray((flights >= 0) & flags[np.maximum(flights, 0)])


def _moved_with(roster: Roster, undocked: Ints) -> Ints:
    """Return the days on which groups leave, with those of the ships that take them home."""
    down = np.maximum(roster.down, 0)
    leaves_with = (roster.down >= 0) & (roster.until == roster.undocked[down])
    return np.where(leaves_with, undocked[down], roster.until)
