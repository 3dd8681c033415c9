"""What a plan is asked for: people on each side, seats owed, work, and the most people aboard."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from stationkeeper.crew.candidates import Series
from stationkeeper.crew.mixes import NO_LIMIT, Terms, in_force
from stationkeeper.programme.crewing import Shock
from stationkeeper.programme.document import Programme
from stationkeeper.schedule.problem import Candidate, Owed, Side, Task


def sides_wanted(
    terms: Terms,
    every: Sequence[Series],
    candidates: Sequence[Candidate],
    groups: Sequence[tuple[str, bool]],
    tasks: Sequence[Task],
    days: int,
) -> tuple[Side, ...]:
    """Return the sides of a station, with the people wanted for each.

    A station that is visited wants the crew-days of its work, if any is listed. Otherwise wanted
    is what the calendar would give with all seats that may be given to a side: the sum over
    classes of the most people able in any of their mixes, times the share of days on which a ship
    of the class is there (the longest stay over the interval, with handovers at most the interval
    and the longest handover).

    Parameters
    ----------
    terms : Terms
        Rules of the sides.
    every : sequence of Series
        Rows of launches.
    candidates : sequence of Candidate
        Flights of the problem.
    groups : sequence of (str, bool)
        Class of ship and whether its crews hand over, by place in ``Rotation.ships``.
    tasks : sequence of Task
        Work listed.
    days : int
        Length of the horizon. [d]

    Notes
    -----
    With exchanged seats both sides cannot have all seats at once, so crew time short has a floor
    above zero on a permanent station: it orders plans, and is no shortage by itself.
    """
    work = sum(task.crew_days for task in tasks) / days
    visited = not terms.programme.station[terms.station].crew_rules.permanent
    sides = []
    for place, rule in enumerate(terms.sides):
        wanted = 0.0
        for number, group in enumerate(groups):
            mine = [candidate for candidate in candidates if candidate.ship == number]
            most = max((mix.able[place] for c in mine for mix in c.mixes), default=0)
            rotations = [s.rotation for s in every if s.group == group]
            longest = max((c.longest for c in mine), default=0)
            share = max(
                (
                    min(longest, r.every_days + r.handover_days[1]) / r.every_days
                    for r in rotations
                    if r.handover_days
                ),
                default=1.0,
            )
            if not group[1]:
                share = min(
                    1.0,
                    sum(
                        (r.stay_days[1] if r.stay_days else r.every_days) / r.every_days
                        for r in rotations
                    ),
                )
            wanted += most * share
        if visited and tasks:
            wanted = work
        sides.append(Side(rule.key, rule.minimum, round(wanted, 3)))
    return tuple(sides)


def seats_owed(
    programme: Programme,
    agreements: Iterable[str],
    candidates: Sequence[Candidate],
    nations: Sequence[str],
    at: date,
    until: date,
) -> Iterator[Owed]:
    """Yield the seats owed in each calendar year: whole ones, what is left over goes on."""
    for key in agreements:
        agreement = programme.agreement[key]
        if agreement.kind != "quota" or not agreement.seats_per_year:
            continue
        due, told = 0.0, 0
        for year in range(at.year, until.year + 1):
            first = max(at, date(year, 1, 1), agreement.since)
            last = min(until, date(year + 1, 1, 1))
            if agreement.until is not None:
                last = min(last, agreement.until + timedelta(days=1))
            if last <= first:
                continue
            length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
            due += agreement.seats_per_year * (last - first).days / length
            least = int(due + 1e-9) - told
            flights = tuple(
                place
                for place, candidate in enumerate(candidates)
                if first <= at + timedelta(days=candidate.nominal) < last
                and in_force(agreement, at + timedelta(days=candidate.nominal))
            )
            if least and flights:
                told += least
                places = tuple(nations.index(n) for n in agreement.nations if n in nations)
                yield Owed(f"{key} {year}", flights, places, least)


def tasks_of(programme: Programme, station: str, at: date, until: date) -> Iterator[Task]:
    """Yield the work that can be done within the horizon."""
    days = (until - at).days
    for key, work in programme.work.items():
        first, last = (work.since - at).days, (work.until - at).days
        if work.station == station and last >= 0 and first < days:
            yield Task(key, max(0, first), min(days - 1, last), work.crew_days)


def people_limit(shocks: Mapping[str, Shock], day: date) -> int:
    """Return the most people of a launch: outside handovers no more may be aboard."""
    limits = [
        shock.people
        for shock in shocks.values()
        if shock.kind == "people-limit"
        and shock.people is not None
        and shock.date <= day <= (shock.until or date.max)
    ]
    return min(limits, default=NO_LIMIT)


def most_aboard(
    maximum: int,
    shocks: Mapping[str, Shock],
    candidates: Sequence[Candidate],
    at: date,
    days: int,
) -> tuple[int, ...]:
    """Return the most people aboard on each day; a limit leaves room for the largest handover."""
    most = [maximum] * days
    for shock in shocks.values():
        if shock.kind != "people-limit" or shock.people is None:
            continue
        first = max(0, (shock.date - at).days)
        last = days - 1 if shock.until is None else min(days - 1, (shock.until - at).days)
        coming = max(
            (
                mix.total
                for candidate in candidates
                if candidate.earliest <= last and candidate.latest >= first
                for mix in candidate.mixes
            ),
            default=0,
        )
        for day in range(first, last + 1):
            most[day] = min(most[day], shock.people + coming)
    return tuple(most)


def bought_at_most(limits: Sequence[int | None]) -> int | None:
    """Return the most seats bought in all; purchases without a limit leave it open."""
    if any(limit is None for limit in limits):
        return None
    return sum(limit for limit in limits if limit is not None) if limits else 0
