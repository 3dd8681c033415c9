"""What was known on a day: later facts are left out, later outcomes become open again."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

Raw = dict[str, Any]

# The key that dates a fact which does not say when it became known.
_OWN_DATE = {
    "event": "date",
    "flight": "launched",
    "crew": "launched",
    "agreement": "since",
    "shock": "date",
    "work": "since",
    "leak": "date",
    "conjunction": "date",
}

# Words are dated by their own day whatever the record of flights: none of them is a plan.
_WORDS = {
    "statement": "date",
    "treaty": "since",
    "notice": "date",
    "commitment": "since",
    "obligation": "since",
    "cooperation": "date",
}

# Keys that name entries of these tables, by the table in which they stand.
_NAMES = {
    "statement": (
        ("reaffirms", "statement"),
        ("replaces", "statement"),
        ("denies", "statement"),
        ("refers", "statement"),
    ),
    "notice": (("statement", "statement"), ("treaty", "treaty")),
    "commitment": (("statement", "statement"), ("replaces", "commitment")),
    "cooperation": (("statement", "statement"),),
    "obligation": (("treaty", "treaty"),),
    "shock": (("agreements", "agreement"),),
    "payload": (("constellation", "constellation"),),
    "service": (
        ("payloads", "payload"),
        ("without", "payload"),
        ("without", "constellation"),
        ("ground", "ground"),
        ("relays", "constellation"),
    ),
    "contract": (("service", "service"), ("site", "ground")),
}

# What serves the ground, in an order in which each names those before it.
_SERVING = ("ground", "constellation", "payload", "service", "contract")


# Entries that say nothing without what they name.
_NOTHING_WITHOUT = frozenset(
    {
        ("notice", "treaty"),
        ("shock", "agreements"),
        ("payload", "constellation"),
        ("contract", "service"),
        ("contract", "site"),
    }
)


class LeftOut(NamedTuple):
    """A fact that was not known yet."""

    key: str
    known_on: date | None

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.key}: known from {self.known_on}" if self.known_on else self.key


def as_known(document: Raw, day: date) -> tuple[Raw, tuple[LeftOut, ...]]:
    """Return the document as it could have been written on a day.

    A fact counts as known from its ``known_on``; without one, from the day of the fact itself.
    What lies after the last flown launch of the document is a plan, and a plan without
    ``known_on`` counts as known. Flown flights and crews that were known before their launch
    become planned; landings and undockings after the day become open. The flown record of
    altitude ends on the day, and the rule that followed it begins there; traffic with
    ``follows_record`` goes on from there, its usual days after the last known flight of its class,
    with the keys that were the plan then (``earlier``), and a flight of that class that was there
    on the day leaves after the days of the series. Other traffic of the years of the record stands
    for flights that were flown, and ends on the day. A rotation known only later is left out, and
    the one before it of the same class of ship goes on until its end. The last day of an agreement
    or of something that happened is kept, and so is the life granted to a flight; the last day of
    a launcher in service is open if it lies between the day and the last flown launch.

    Words (statements, treaties, notices, commitments, obligations, changes of cooperation) count
    from ``known_on``, without one from their own day, be it before or after the last flown launch;
    what others say of words that are left out goes with them. What was delivered of an obligation
    whose last day is after the day of knowledge, and that it was met or ended, was not known: it is
    running then; one cancelled was so from the day it became known. Policies, random shocks, slips
    are the user's, not facts of the day: without ``known_on`` they are kept. Where the end of a
    station was known only later, the latest of its ``earlier_ends`` that was known holds.

    Parameters
    ----------
    document : dict
        Merged document, includes and overrides already applied.
    day : date
        Last day of knowledge.

    Returns
    -------
    document : dict
        A new document.
    left_out : tuple of LeftOut
        What was left out, in the order of the document.
    """
    record_end = _record_end(document)
    left_out: list[LeftOut] = []
    kept = _copy(document)
    for table, own in _OWN_DATE.items():
        for key, entry in _entries(kept, table):
            known_on = _known_on(entry, own, record_end)
            if known_on is not None and known_on > day:
                del kept[table][key]
                left_out.append(LeftOut(f"{table}.{key}", known_on))
    _words_as_known(kept, day, left_out)
    for key, entry in _entries(kept, "obligation"):
        _not_met_yet(entry, f"obligation.{key}", day, left_out)
    for key, entry in _entries(kept, "flight"):
        _reopen(entry, f"flight.{key}", "undocked", day, left_out)
    for key, entry in _entries(kept, "crew"):
        _reopen(entry, f"crew.{key}", "landed", day, left_out)
        _drop_later(entry, "seat_on", day)
    _rotations_as_known(kept, day, left_out)
    for key, entry in _entries(kept, "traffic"):
        _series_as_known(entry, day)
        known_on = day_of(entry.get("known_on"))
        if known_on is not None and known_on > day:
            del kept["traffic"][key]
            left_out.append(LeftOut(f"traffic.{key}", known_on))
        elif known_on is None and _stands_for_record(kept, key, entry, day, record_end):
            left_out.append(LeftOut(f"traffic.{key}", day_of(entry.get("since"))))
    _leave_as_planned(kept, day, left_out)
    for key, module in _entries(kept, "module"):
        _drop_inner(module, "ground", f"module.{key}", day, record_end, left_out)
    for key, ship in _entries(kept, "ship"):
        _drop_inner(ship, "certified_life", f"ship.{key}", day, record_end, left_out)
    for key, launcher in _entries(kept, "launcher"):
        _drop_inner(launcher, "payloads", f"launcher.{key}", day, record_end, left_out)
        _reopen_service(launcher, f"launcher.{key}", day, record_end, left_out)
    for key, station in _entries(kept, "station"):
        _reboost_as_known(station, f"station.{key}", day, left_out)
        _end_as_known(station, f"station.{key}", day, left_out)
    sun = kept.setdefault("sun", {})
    if isinstance(sun, dict):
        until = day_of(sun.get("observed_until"))
        sun["observed_until"] = min(day, until) if until else day
    return kept, tuple(left_out)


def summary(left_out: tuple[LeftOut, ...]) -> tuple[str, ...]:
    """Return what was left out as one line for each table.

    Examples
    --------
    >>> summary((LeftOut("crew.a", date(2022, 1, 2)), LeftOut("crew.b", date(2022, 3, 4))))
    ('crew: 2 known only later, from 2022-01-02 to 2022-03-04',)
    """
    tables: dict[str, list[date]] = {}
    for item in left_out:
        dates = tables.setdefault(item.key.split(".")[0], [])
        if item.known_on:
            dates.append(item.known_on)
    return tuple(
        f"{table}: {len(dates)} known only later, from {min(dates)} to {max(dates)}"
        for table, dates in tables.items()
        if dates
    )


def _words_as_known(kept: Raw, day: date, left_out: list[LeftOut]) -> None:
    """Drop words known only later, policies, shocks and plants that say so, what names them."""
    for table in (*_WORDS, "policy", "random", *_SERVING, "plant"):
        for key, entry in _entries(kept, table):
            known_on = day_of(entry.get("known_on"))
            if known_on is None and table in _WORDS:
                known_on = day_of(entry.get(_WORDS[table]))
            if known_on is not None and known_on > day:
                del kept[table][key]
                left_out.append(LeftOut(f"{table}.{key}", known_on))
    for table, names in _NAMES.items():
        gone = {item.key for item in left_out}
        for key, entry in _entries(kept, table):
            for name, named in names:
                value = entry.get(name)
                if isinstance(value, list | tuple):
                    entry[name] = [one for one in value if f"{named}.{one}" not in gone]
                    empty = bool(value) and not entry[name]
                elif empty := f"{named}.{value}" in gone:
                    del entry[name]
                if empty and (table, name) in _NOTHING_WITHOUT:
                    del kept[table][key]
                    left_out.append(LeftOut(f"{table}.{key}", None))
            served = entry.get("payloads") or entry.get("without")
            if table == "service" and not served and key in kept[table]:
                del kept[table][key]  # nobody is left to deliver it
                left_out.append(LeftOut(f"service.{key}", None))


def _not_met_yet(entry: Raw, key: str, day: date, left_out: list[LeftOut]) -> None:
    """Take away what came of an obligation if its last day is after the day of knowledge."""
    until = day_of(entry.get("until"))
    if until is None or until <= day:
        return
    if entry.pop("delivered", None) is not None:
        left_out.append(LeftOut(f"{key}.delivered", until))
    if entry.get("status") in ("delivered", "ended"):
        entry["status"] = "running"


def _end_as_known(station: Raw, key: str, day: date, left_out: list[LeftOut]) -> None:
    """Put the end that was known in the place of one known only later."""
    end = station.get("end")
    known_on = day_of(end.get("known_on")) if isinstance(end, dict) else None
    if known_on is None or known_on <= day:
        return
    del station["end"]
    left_out.append(LeftOut(f"{key}.end", known_on))
    earlier = [
        (told, entry)
        for _, entry in _entries(station, "earlier_ends")
        if (told := day_of(entry.get("known_on"))) and told <= day
    ]
    if earlier:
        station["end"] = max(earlier, key=lambda item: item[0])[1]


def _known_on(entry: Raw, own: str, record_end: date | None) -> date | None:
    """Day from which a fact counts as known; None for a plan without such a day."""
    known_on = day_of(entry.get("known_on"))
    if known_on is not None:
        return known_on
    happened = day_of(entry.get(own))
    if "status" in entry or own == "launched":
        return happened if entry.get("status", "planned") != "planned" else None
    plan = record_end is None or happened is None or happened > record_end
    return None if plan else happened


def _reopen(entry: Raw, key: str, last: str, day: date, left_out: list[LeftOut]) -> None:
    """Take the outcome of a flight or stay away if it came after the day."""
    if entry.get("status", "planned") == "planned":
        return
    launched, ended = day_of(entry.get("launched")), day_of(entry.get(last))
    if launched is not None and launched > day:
        entry["status"] = "planned"
    elif ended is not None and ended > day:
        del entry[last]
        entry.pop("life_days", None)  # granted while it flew
        if last == "landed":
            entry.pop("ship_down", None)
        left_out.append(LeftOut(f"{key}.{last}", ended))
    _drop_later(entry, "moved_to", day)


def _drop_later(entry: Raw, table: str, day: date) -> None:
    """Drop what an inner table, whose keys are days, tells of later days."""
    told = entry.get(table)
    if isinstance(told, dict):
        entry[table] = {k: v for k, v in told.items() if (day_of(k) or day) <= day}


def _rotations_as_known(kept: Raw, day: date, left_out: list[LeftOut]) -> None:
    """Drop rotations known only later; the last before them of the same ships goes on."""
    for key, rotation in _entries(kept, "rotation"):
        known_on = day_of(rotation.get("known_on"))
        if known_on is None or known_on <= day:
            continue
        del kept["rotation"][key]
        left_out.append(LeftOut(f"rotation.{key}", known_on))
        before = [
            other
            for _, other in _entries(kept, "rotation")
            if all(other.get(name) == rotation.get(name) for name in ("ship", "station"))
            and (day_of(other.get("known_on")) or day) <= day
        ]
        last = max(before, key=lambda other: day_of(other.get("since")) or date.min, default=None)
        ends = day_of(last.get("until")) if last is not None else None
        if last is not None and ends is not None:
            until = day_of(rotation.get("until"))
            if until is None:
                del last["until"]
            else:
                last["until"] = max(ends, until)


def _stands_for_record(
    kept: Raw, key: str, series: Raw, day: date, record_end: date | None
) -> bool:
    """Cut a series that stands for flown flights at the day; return whether all of it is gone."""
    since, until = day_of(series.get("since")), day_of(series.get("until"))
    if series.get("follows_record") is True:
        if since is not None and since > day:
            series["since"] = _next_of_class(kept, series, day)
    elif record_end is not None and since is not None and since <= record_end:
        if since > day:
            del kept["traffic"][key]
            return True
        if until is not None and day < until <= record_end:
            series["until"] = day
    return False


def _series_as_known(series: Raw, day: date) -> None:
    """Put the keys of a series as they were on a day of knowledge."""
    earlier = [
        (superseded, entry)
        for _, entry in _entries(series, "earlier")
        if (superseded := day_of(entry.get("superseded_on"))) and superseded > day
    ]
    series.pop("earlier", None)
    if earlier:
        told = min(earlier, key=lambda item: item[0])[1]
        told = {name: value for name, value in told.items() if name != "superseded_on"}
        series.update(told)


def _next_of_class(kept: Raw, series: Raw, day: date) -> date:
    """Return when a series goes on: its usual days after the last known flight of its class."""
    docked = [
        last
        for _, flight in _entries(kept, "flight")
        if flight.get("ship") == series.get("ship")
        and flight.get("station") == series.get("station")
        and (last := day_of(flight.get("docked")) or day_of(flight.get("launched")))
    ]
    every = series.get("every_days")
    tomorrow = day + timedelta(days=1)
    if not docked or not isinstance(every, int | float) or not 0 < every < 20_000:
        return tomorrow
    return max(tomorrow, max(docked) + timedelta(days=round(every)))


def _leave_as_planned(kept: Raw, day: date, left_out: list[LeftOut]) -> None:
    """Let flights that were there on the day leave after the days of the series of their class."""
    opened = {item.key for item in left_out}
    for key, flight in _entries(kept, "flight"):
        docked = day_of(flight.get("docked"))
        if f"flight.{key}.undocked" not in opened or docked is None:
            continue
        for _, series in _entries(kept, "traffic"):
            stay = series.get("stay_days")
            if (
                series.get("follows_record") is True
                and series.get("ship") == flight.get("ship")
                and series.get("station") == flight.get("station")
                and isinstance(stay, int | float)
                and 0 < stay < 20_000
            ):
                leaves = docked + timedelta(days=round(stay))
                if leaves > day:
                    flight["undocked"] = leaves
                break  # the first series of a class tells; later ones are of later years


def _drop_inner(
    part: Raw, table: str, key: str, day: date, record_end: date | None, left_out: list[LeftOut]
) -> None:
    for name, entry in _entries(part, table):
        known_on = _known_on(entry, "since", record_end)
        if known_on is not None and known_on > day:
            del part[table][name]
            left_out.append(LeftOut(f"{key}.{table}.{name}", known_on))


def _reopen_service(
    launcher: Raw, key: str, day: date, record_end: date | None, left_out: list[LeftOut]
) -> None:
    """Take the last day of a launcher in service away if it came after the day of knowledge."""
    for name, payload in _entries(launcher, "payloads"):
        until = day_of(payload.get("until"))
        if until is not None and record_end is not None and day < until <= record_end:
            del payload["until"]
            left_out.append(LeftOut(f"{key}.payloads.{name}.until", until))


def _reboost_as_known(station: Raw, key: str, day: date, left_out: list[LeftOut]) -> None:
    for name, rule in _entries(station, "reboost"):
        flown = rule.get("kind") == "as-flown"
        known_on = day_of(rule.get("known_on")) or (day_of(rule.get("since")) if flown else None)
        if known_on is not None and known_on > day:
            del station["reboost"][name]
            left_out.append(LeftOut(f"{key}.reboost.{name}", known_on))
    rules = [rule for _, rule in _entries(station, "reboost")]
    cut = False
    for rule in rules:
        if rule.get("kind") == "as-flown":
            until = day_of(rule.get("until"))
            if until is None or until > day:
                rule["until"] = day
                cut = True
    later = [
        (since, rule)
        for rule in rules
        if (since := day_of(rule.get("since"))) and since > day and rule.get("kind") != "as-flown"
    ]
    if cut and later:
        first = min(since for since, _ in later)
        for since, rule in later:
            if since == first:
                rule["since"] = day + timedelta(days=1)


def _record_end(document: Raw) -> date | None:
    """Last flown launch of the document."""
    flown = [
        launched
        for table in ("flight", "crew")
        for _, entry in _entries(document, table)
        if entry.get("status", "planned") != "planned"
        and (launched := day_of(entry.get("launched")))
    ]
    return max(flown, default=None)


def _entries(holder: Raw, table: str) -> Iterator[tuple[str, Raw]]:
    entries = holder.get(table)
    if isinstance(entries, dict):
        for key, entry in list(entries.items()):
            if isinstance(entry, dict):
                yield key, entry


def day_of(value: object) -> date | None:
    """Return a date, or the date that a text writes; None for anything else."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if type(value) is date else None


def _copy(value: Any) -> Any:
    return {key: _copy(inner) for key, inner in value.items()} if isinstance(value, dict) else value
