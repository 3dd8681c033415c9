"""The record of words against itself: what in it cannot be together."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date

from stationkeeper.programme.check_references import RELATIONS, Fault
from stationkeeper.programme.crewing import Agreement
from stationkeeper.programme.document import Programme
from stationkeeper.programme.problems import KeyPath
from stationkeeper.programme.record_states import cooperation_changes

_AFTER = {
    "begin": ("active", ("none", "ended")),
    "suspend": ("suspended", ("none", "active")),
    "resume": ("active", ("suspended",)),
    "end": ("ended", ("none", "active", "suspended")),
}
"""State that a change leads to, and the states in which it can come."""

_STATE_WORDS = {"none": "not told", "active": "active", "suspended": "suspended", "ended": "ended"}


def record_faults(programme: Programme, own: Callable[[KeyPath], bool]) -> Iterator[Fault]:
    """Yield what in the record of words contradicts itself.

    Parameters
    ----------
    programme : Programme
        Its references hold.
    own : callable
        Tells whether a key path is written in the programme's own file. Of two entries that
        contradict each other, one of the own file is named.
    """
    yield from _statements(programme)
    yield from _treaties(programme)
    yield from _notices(programme)
    yield from _commitments(programme, own)
    yield from _cooperation(programme)
    yield from _obligations(programme)
    yield from _seat_exchanges(programme, own)


def _order(path: KeyPath, since_name: str, since: date | None, until: date | None) -> list[Fault]:
    if since is None or until is None or until >= since:
        return []
    given = f"{path[-1]} on {until}"
    return [Fault(path, given, f"a day not before {since}, {since_name}", "swap or correct them")]


def _statements(programme: Programme) -> Iterator[Fault]:
    for key, one in programme.statement.items():
        at: KeyPath = ("statement", key)
        yield from _order((*at, "not_after"), "not_before", one.not_before, one.not_after)
        for name in RELATIONS:
            for other in getattr(one, name):
                path = (*at, name)
                if other == key:
                    yield Fault(path, f"{other!r}, itself", "another statement", "take it out")
                    continue
                told = programme.statement[other]
                if told.date > one.date:
                    yield Fault(
                        path,
                        f"{other!r} of {told.date}, which is later than {key!r} of {one.date}",
                        "an earlier statement",
                        f"let {other!r} name {key!r}, or correct a date",
                        warning=name == "refers",
                        also=(("statement", other),),
                    )


def _treaties(programme: Programme) -> Iterator[Fault]:
    for key, treaty in programme.treaty.items():
        at: KeyPath = ("treaty", key)
        yield from _order((*at, "until"), "since", treaty.since, treaty.until)
        if treaty.depositary is not None and treaty.depositary not in treaty.parties:
            given = f"{treaty.depositary!r}, which is not a party"
            yield Fault((*at, "depositary"), given, _one_of(treaty.parties), warning=True)


def _notices(programme: Programme) -> Iterator[Fault]:
    for key, notice in programme.notice.items():
        at: KeyPath = ("notice", key)
        treaty = programme.treaty[notice.treaty]
        if notice.date < treaty.since:
            yield Fault(
                (*at, "date"),
                f"{notice.date}",
                f"a day from {treaty.since} on, when {notice.treaty!r} was signed",
                "a notice cannot come before its agreement: correct the date or the treaty",
                also=(("treaty", notice.treaty),),
            )
        elif treaty.until is not None and notice.date > treaty.until:
            yield Fault(
                (*at, "date"),
                f"{notice.date}",
                f"a day up to {treaty.until}, the last of {notice.treaty!r}",
                also=(("treaty", notice.treaty),),
            )
        if notice.partner not in treaty.parties:
            yield Fault(
                (*at, "partner"),
                f"{notice.partner!r}, which is not a party to {notice.treaty!r}",
                _one_of(treaty.parties),
                "name a party, or add the partner to the parties of the treaty",
                also=(("treaty", notice.treaty),),
            )


def _one_of(names: tuple[str, ...]) -> str:
    return f"one of its parties: {', '.join(names) or 'it has none'}"


def _commitments(programme: Programme, own: Callable[[KeyPath], bool]) -> Iterator[Fault]:
    listed = programme.commitment
    replaced = {name for one in listed.values() for name in one.replaces}
    for key, one in listed.items():
        at: KeyPath = ("commitment", key)
        yield from _order((*at, "until"), "since", one.since, one.until)
        for name in one.replaces:
            other = listed[name]
            path = (*at, "replaces")
            if name == key:
                yield Fault(path, f"{name!r}, itself", "another commitment", "take it out")
            elif other.since > one.since:
                given = f"{name!r} of {other.since}, which is later than {key!r} of {one.since}"
                fix = f"let {name!r} name {key!r}, or correct a date"
                yield Fault(path, given, "an earlier commitment", fix)
            elif (other.partner, other.station) != (one.partner, one.station):
                given = f"{name!r} of {other.partner} for {other.station}"
                yield Fault(path, given, f"a commitment of {one.partner} for {one.station}")
    for (first, one), (second, other) in itertools.combinations(listed.items(), 2):
        overlap = one.since <= other.until and other.since <= one.until
        if (
            (one.partner, one.station) != (other.partner, other.station)
            or {first, second} & replaced
            or not overlap
            or one.until == other.until
        ):
            continue
        later, earlier = (second, first) if own(("commitment", second)) else (first, second)
        yield Fault(
            ("commitment", later, "until"),
            f"{listed[later].until}, while {earlier!r} binds {one.partner} for {one.station} "
            f"until {listed[earlier].until}",
            "one last day at a time",
            "name the one that holds no more in 'replaces' of the other",
            also=(("commitment", earlier),),
        )


def _cooperation(programme: Programme) -> Iterator[Fault]:
    for key, one in programme.cooperation.items():
        if one.partners[0] == one.partners[1]:
            path: KeyPath = ("cooperation", key, "partners")
            yield Fault(path, f"{one.partners[0]!r} twice", "two different partners")
    for (pair, subject), changes in cooperation_changes(programme).items():
        if pair[0] == pair[1]:
            continue
        state, before = "none", None
        for key, one in changes:
            at = ("cooperation", key)
            what = f"{subject!r} of {pair[0]} and {pair[1]}"
            if before is not None and one.date == before:
                given = f"{one.date}, on which {what} changes already"
                yield Fault((*at, "date"), given, "one change a day", "take one out")
            leads_to, allowed = _AFTER[one.change]
            if state not in allowed:
                yield Fault(
                    (*at, "change"),
                    f"{one.change!r} on {one.date}, when {what} is {_STATE_WORDS[state]}",
                    f"{one.change!r} of what is {' or '.join(_STATE_WORDS[s] for s in allowed)}",
                    "correct the change or its date, or add what came before",
                )
            state, before = leads_to, one.date


def _obligations(programme: Programme) -> Iterator[Fault]:
    for key, one in programme.obligation.items():
        at: KeyPath = ("obligation", key)
        yield from _order((*at, "until"), "since", one.since, one.until)
        if (
            one.quantity is not None
            and one.delivered is not None
            and "/" not in one.unit
            and one.delivered > one.quantity
        ):
            given = f"{one.delivered:g} {one.unit}".strip()
            expected = f"at most {one.quantity:g} {one.unit}, what is owed".replace(" ,", ",")
            fix = "correct one of them, or tell in the note what was beyond it"
            yield Fault((*at, "delivered"), given, expected, fix, warning=True)


def _seat_exchanges(programme: Programme, own: Callable[[KeyPath], bool]) -> Iterator[Fault]:
    """Two agreements that swap the same seats on the same launch days: which one counts is open."""
    exchanges = [(key, one) for key, one in programme.agreement.items() if one.kind == "exchange"]
    for (first, one), (second, other) in itertools.combinations(exchanges, 2):
        shared = [ship for ship in one.seats_on if ship in other.seats_on]
        if one.station != other.station or not shared or not _overlap(one, other):
            continue
        later, earlier = (second, first) if own(("agreement", second)) else (first, second)
        against = [ship for ship in shared if one.seats_on[ship] != other.seats_on[ship]]
        if against:
            ship = against[0]
            yield Fault(
                ("agreement", later, "seats_on", ship),
                f"{programme.agreement[later].seats_on[ship]!r}, while {earlier!r} gives seats on "
                f"{ship} to {programme.agreement[earlier].seats_on[ship]!r} on the same days",
                "one nation that gets the exchanged seats of a class of ship",
                "let one agreement end before the other begins",
                also=(("agreement", earlier),),
            )
        else:
            until = programme.agreement[earlier].until
            yield Fault(
                ("agreement", later, "since"),
                f"{programme.agreement[later].since}, while {earlier!r} exchanges the same seats "
                f"until {until or 'further notice'}",
                "rounds that follow each other",
                "a plan may count a seat under either; let one end before the other begins",
                warning=True,
                also=(("agreement", earlier),),
            )


def _overlap(one: Agreement, other: Agreement) -> bool:
    return one.since <= (other.until or date.max) and other.since <= (one.until or date.max)
