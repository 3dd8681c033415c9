"""What the record of words says on a day: what is announced, which clocks run, who is bound."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from stationkeeper.programme.document import Programme
from stationkeeper.programme.parts import Day
from stationkeeper.programme.record import Act, Cooperation, Statement
from stationkeeper.programme.recorded import recorded_until

SILENT_TRACKS: Final = frozenset({"context", "protest"})
"""Tracks that are recorded and announce nothing."""

SILENT_ACTS: Final = frozenset({"no-notice", "other"})
"""Acts that announce nothing."""

Key = tuple[str, str, str | None]
"""Act, partner and station of an announcement."""


@dataclass(frozen=True)
class Announced:
    """What an office has announced of one act of one partner, as it stands on a day."""

    act: Act
    partner: str
    station: str | None
    """Station concerned; None if the statement names none."""
    statement: str
    """Key of the statement that tells the days."""
    date: Day
    """Day on which it was made."""
    not_before: Day | None
    not_after: Day | None
    condition: str
    """As worded; empty if on nothing. A later statement of the same act may have added it."""

    @property
    def first_day(self) -> Day | None:
        """First day that the words allow, else the last; None if they name no day."""
        return self.not_before or self.not_after


@dataclass(frozen=True)
class Clock:
    """Where a party to a treaty stands: notice given, or none as far as is told."""

    treaty: str
    partner: str
    notice_days: int
    given: date | None
    """Day of its notice of withdrawal."""
    effective: date | None
    """Day on which that takes effect."""
    no_notice_as_of: date | None
    """Latest day on which somebody told that there was none; only while none is given."""
    told_by: str | None
    """Key of the statement of that day, or of the notice."""


@dataclass(frozen=True)
class CooperationSpan:
    """A span of days in which two partners work together in a subject, or do not."""

    partners: tuple[str, str]
    """The pair, in the order of the alphabet."""
    subject: str
    state: Literal["active", "suspended", "ended"]
    first: date | None
    """First day; None before the first change, where the record does not tell it."""
    last: date | None
    """Last day; None while it goes on."""
    by: str | None
    """Key of the change that began it."""
    statement: str | None
    """Key of the statement that records the change."""


def known_from(fact_date: date, known_on: date | None) -> date:
    """Return the day from which a dated fact counts as known.

    Examples
    --------
    >>> known_from(date(2022, 7, 26), None), known_from(date(2022, 7, 26), date(2022, 7, 27))
    (datetime.date(2022, 7, 26), datetime.date(2022, 7, 27))
    """
    return known_on or fact_date


def statements_known(programme: Programme, day: date) -> dict[str, Statement]:
    """Return the statements known by the end of a day, oldest first."""
    known = [
        (key, one)
        for key, one in programme.statement.items()
        if known_from(one.date, one.known_on) <= day
    ]
    return dict(sorted(known, key=lambda item: (item[1].date, item[0])))


def overtaken(programme: Programme, day: date) -> dict[str, str]:
    """Return the statements that hold no more on a day, each with the one that overtook it.

    A statement is overtaken if one known by that day replaces or denies it; where it is replaced,
    so is all that was announced before of the same act, partner and station: to replace the latest
    word is not to bring back an older one. Context and protests overtake nothing.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    day : date
        Last day of knowledge.

    Returns
    -------
    dict of str to str
        Key of the statement that replaces or denies, by key of the one that holds no more.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> ros = read_programme("iss-to-ros")
    >>> overtaken(ros, date(2022, 7, 26)).get("s040"), overtaken(ros, date(2023, 4, 12))["s040"]
    (None, 's056')
    """
    known = statements_known(programme, day)
    found: dict[str, str] = {}
    for key, one in known.items():
        if one.track in SILENT_TRACKS:
            continue
        for name in (*one.replaces, *one.denies):
            if name in known:
                found.setdefault(name, key)
        for name in one.replaces:
            replaced = set(_keys_of(known[name])) if name in known else set()
            for other, earlier in known.items():
                if earlier.date < one.date and other != key and replaced & set(_keys_of(earlier)):
                    found.setdefault(other, key)
    return found


def announced(programme: Programme, day: date) -> dict[Key, Announced]:
    """Return what stands announced on a day, by act, partner and station.

    It is the latest statement known by that day that nobody has replaced or denied since
    (`overtaken`); of several, one that names a day goes before one that names none, so that a
    remark does not take the date away. Its condition is the latest worded since. Context and
    protests announce nothing, nor do statements without a partner.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    day : date
        Last day of knowledge.

    Returns
    -------
    dict of (act, partner, station) to Announced
        In the order of the statements.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> ros = read_programme("iss-to-ros")
    >>> leave = announced(ros, date(2022, 7, 26))["leave", "roscosmos", "iss"]
    >>> leave.statement, str(leave.not_before)
    ('s040', '2025-01-01')
    >>> ("leave", "roscosmos", "iss") in announced(ros, date(2023, 4, 25))
    False
    """
    gone = overtaken(programme, day)
    standing: dict[Key, list[tuple[str, Statement]]] = {}
    for key, one in statements_known(programme, day).items():
        if key not in gone:
            for place in _keys_of(one):
                standing.setdefault(place, []).append((key, one))
    return {place: _announced(place, told) for place, told in standing.items()}


def _keys_of(one: Statement) -> Iterator[Key]:
    """Yield the acts that a statement announces: one for each station that it names."""
    if one.track in SILENT_TRACKS or one.act in SILENT_ACTS or one.partner is None:
        return
    for station in one.stations or (None,):
        yield one.act, one.partner, station


def _announced(place: Key, told: list[tuple[str, Statement]]) -> Announced:
    dated = [n for n, (_, one) in enumerate(told) if one.not_before or one.not_after]
    at = dated[-1] if dated else len(told) - 1
    key, one = told[at]
    conditions = [later.condition for _, later in told[at:] if later.condition]
    return Announced(
        one.act,
        place[1],
        place[2],
        key,
        one.date,
        one.not_before,
        one.not_after,
        conditions[-1] if conditions else "",
    )


def clocks(programme: Programme, day: date) -> tuple[Clock, ...]:
    """Return where each party to each treaty stands on a day.

    Only a notice of withdrawal starts a clock; a statement does not, nor does a notice of
    extension. That no notice has come is itself a fact with a day: the latest on which a statement
    of the act ``no-notice`` about that partner was made.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    day : date
        Last day of knowledge.

    Returns
    -------
    tuple of Clock
        In the order of the treaties and of their parties; none for a treaty not yet signed.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> found = clocks(read_programme("iss-to-ros"), date(2022, 7, 31))
    >>> [(one.given, str(one.no_notice_as_of)) for one in found if one.partner == "roscosmos"]
    [(None, '2022-07-26')]
    """
    told = statements_known(programme, day)
    found = []
    for key, treaty in programme.treaty.items():
        if known_from(treaty.since, treaty.known_on) > day:
            continue
        for partner in treaty.parties:
            given, by = _withdrawn(programme, key, partner, day)
            silent = [
                (one.date, name)
                for name, one in told.items()
                if given is None
                and one.act == "no-notice"
                and one.partner == partner
                and _share(one.stations, treaty.stations)
            ]
            as_of, teller = max(silent, default=(None, None))
            effective = given + timedelta(days=treaty.notice_days) if given else None
            found.append(
                Clock(key, partner, treaty.notice_days, given, effective, as_of, by or teller)
            )
    return tuple(found)


def _share(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether two lists of stations meet; none named means all."""
    return not one or not other or not set(one).isdisjoint(other)


def _withdrawn(
    programme: Programme, treaty: str, partner: str, day: date
) -> tuple[date | None, str | None]:
    """Return the first notice of withdrawal of a partner known by a day, with its key."""
    given = [
        (notice.date, key)
        for key, notice in programme.notice.items()
        if notice.treaty == treaty
        and notice.partner == partner
        and notice.kind == "withdrawal"
        and known_from(notice.date, notice.known_on) <= day
    ]
    return min(given, default=(None, None))


def commitments_replaced(programme: Programme, day: date) -> dict[str, str]:
    """Return the commitments replaced by a day, each with the first one that replaces it."""
    known = [
        (one.since, key)
        for key, one in programme.commitment.items()
        if known_from(one.since, one.known_on) <= day
    ]
    found: dict[str, str] = {}
    for _, key in sorted(known):
        for name in programme.commitment[key].replaces:
            found.setdefault(name, key)
    return found


def committed_until(programme: Programme, partner: str, station: str, day: date) -> date | None:
    """Return the last day to which a partner is bound, as known on a day; None if to none.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    partner, station : str
        Keys.
    day : date
        Last day of knowledge.

    Returns
    -------
    date or None
        The latest last day of the commitments that are not replaced.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> ros = read_programme("iss-to-ros")
    >>> years = [committed_until(ros, "roscosmos", "iss", date(y, 7, 1)).year for y in (2022, 2023)]
    >>> years
    [2024, 2028]
    """
    replaced = commitments_replaced(programme, day)
    ends = [
        one.until
        for key, one in programme.commitment.items()
        if one.partner == partner
        and one.station == station
        and key not in replaced
        and known_from(one.since, one.known_on) <= day
    ]
    return max(ends, default=None)


_STATE: Final[Mapping[str, Literal["active", "suspended", "ended"]]] = {
    "begin": "active",
    "resume": "active",
    "suspend": "suspended",
    "end": "ended",
}


def cooperation_spans(programme: Programme) -> tuple[CooperationSpan, ...]:
    """Return how each pair of partners works together in each subject, span after span.

    A pair and subject whose first change is not a begin was active before, from a day that the
    record does not tell. What a suspended exchange of seats does to flights is told by the
    agreements on seats, not here.

    Parameters
    ----------
    programme : Programme
        A checked programme.

    Returns
    -------
    tuple of CooperationSpan
        By pair and subject in the order of the document, then by day.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> spans = cooperation_spans(read_programme("iss-to-ros"))
    >>> [(s.state, s.last and s.last.year) for s in spans if s.subject.startswith("contacts")]
    [('active', 2014), ('suspended', None)]
    """
    found = []
    for (pair, subject), changes in cooperation_changes(programme).items():
        _, first = changes[0]
        if first.change != "begin":
            last = first.date - timedelta(days=1)
            found.append(CooperationSpan(pair, subject, "active", None, last, None, None))
        for n, (key, change) in enumerate(changes):
            later = changes[n + 1][1].date if n + 1 < len(changes) else None
            last_day = later - timedelta(days=1) if later else None
            found.append(
                CooperationSpan(
                    pair,
                    subject,
                    _STATE[change.change],
                    change.date,
                    last_day,
                    key,
                    change.statement,
                )
            )
    return tuple(found)


def cooperation_changes(
    programme: Programme,
) -> dict[tuple[tuple[str, str], str], list[tuple[str, Cooperation]]]:
    """Return the changes of each pair, in the order of the alphabet, and subject, by day."""
    found: dict[tuple[tuple[str, str], str], list[tuple[str, Cooperation]]] = {}
    for key, one in programme.cooperation.items():
        first, second = sorted(one.partners)
        found.setdefault(((first, second), one.subject), []).append((key, one))
    for changes in found.values():
        changes.sort(key=lambda item: item[1].date)
    return found


def foreign_crew_allowed(programme: Programme, station: str, nation: str, day: date) -> bool:
    """Return whether people of a nation may come aboard a station on a day.

    People of the partners that run it always may. Others may not where foreign crew is refused,
    may where it is open, and by permission from the day of an event of kind ``permit`` of a
    partner of their nation.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str
        Key of the station.
    nation : str
        Three letters of ISO 3166.
    day : date
        Day of launch.

    Returns
    -------
    bool

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> ros = read_programme("iss-to-ros")
    >>> [foreign_crew_allowed(ros, "ros", nation, date(2035, 1, 1)) for nation in ("RUS", "IND")]
    [True, False]
    """
    place = programme.station[station]
    own = {programme.partner[partner].nation for partner in place.partners}
    if nation in own or place.access.foreign_crew == "open":
        return True
    if place.access.foreign_crew == "refused":
        return False
    return any(
        event.kind == "permit"
        and event.station == station
        and event.partner is not None
        and programme.partner[event.partner].nation == nation
        and event.date <= day
        for event in programme.event.values()
    )


def as_of(programme: Programme) -> date:
    """Return the day up to which a document tells what is known.

    Parameters
    ----------
    programme : Programme
        A checked programme.

    Returns
    -------
    date
        Its day of knowledge; without one the last flown launch, or the first day of the span if
        nothing was flown.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> str(as_of(read_programme("iss-to-ros", as_known=date(2022, 7, 26))))
    '2022-07-26'
    """
    return recorded_until(programme, programme.span.first)
