"""What stands announced, agreed and bound on the day up to which a document tells, as text."""

from collections.abc import Mapping
from typing import Any

from stationkeeper.programme.document import Programme
from stationkeeper.programme.record_states import (
    Announced,
    announced,
    as_of,
    clocks,
    committed_until,
    cooperation_spans,
)


def describe_record(programme: Programme) -> dict[str, Any] | None:
    """Return where the record of words stands, as plain data; None if the document holds none.

    Parameters
    ----------
    programme : Programme
        A checked programme.

    Returns
    -------
    dict or None
        ``as_of``, number of ``statements``, and lists ``announced``, ``clocks``, ``committed`` and
        ``cooperation``.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> told = describe_record(read_programme("iss-to-ros"))
    >>> told["statements"] > 70, describe_record(read_programme("mir"))
    (True, None)
    """
    if not any(
        (programme.statement, programme.treaty, programme.commitment, programme.cooperation)
    ):
        return None
    day = as_of(programme)
    pairs = dict.fromkeys((one.partner, one.station) for one in programme.commitment.values())
    return {
        "as_of": str(day),
        "statements": len(programme.statement),
        "announced": [
            {**_standing(one), "worded_date": programme.statement[one.statement].worded_date}
            for one in announced(programme, day).values()
        ],
        "clocks": [
            {
                "treaty": one.treaty,
                "partner": one.partner,
                "given": str(one.given) if one.given else None,
                "effective": str(one.effective) if one.effective else None,
                "no_notice_as_of": str(one.no_notice_as_of) if one.no_notice_as_of else None,
            }
            for one in clocks(programme, day)
        ],
        "committed": [
            {"partner": partner, "station": station, "until": str(until)}
            for partner, station in pairs
            if (until := committed_until(programme, partner, station, day)) is not None
        ],
        "cooperation": [
            {
                "partners": list(one.partners),
                "subject": one.subject,
                "state": one.state,
                "since": str(one.first) if one.first else None,
            }
            for one in cooperation_spans(programme)
            if (one.first is None or one.first <= day) and (one.last is None or one.last >= day)
        ],
    }


def _standing(one: Announced) -> dict[str, Any]:
    return {
        "act": one.act,
        "partner": one.partner,
        "station": one.station,
        "statement": one.statement,
        "date": str(one.date),
        "not_before": str(one.not_before) if one.not_before else None,
        "not_after": str(one.not_after) if one.not_after else None,
        "condition": one.condition,
    }


def record_lines(told: Mapping[str, Any] | None) -> list[str]:
    """Return the same for people to read."""
    if told is None:
        return []
    lines = ["", f"words as of {told['as_of']}: {told['statements']} statements"]
    lines += [f"  {_announced_line(one)}" for one in told["announced"]]
    lines += [
        f"  {one['treaty']}: notice of {one['partner']} given {one['given']}, takes effect "
        f"{one['effective']}"
        if one["given"]
        else f"  {one['treaty']}: no notice of {one['partner']} as of {one['no_notice_as_of']}"
        for one in told["clocks"]
        if one["given"] or one["no_notice_as_of"]
    ]
    lines += [
        f"  {one['partner']} is bound to {one['station']} until {one['until']}"
        for one in told["committed"]
    ]
    lines += [
        f"  {' and '.join(one['partners'])}, {one['subject']}: {one['state']}"
        + (f" since {one['since']}" if one["since"] else "")
        for one in told["cooperation"]
    ]
    return lines


def _announced_line(one: Mapping[str, Any]) -> str:
    days = [f"not before {one['not_before']}"] if one["not_before"] else []
    days += [f"not after {one['not_after']}"] if one["not_after"] else []
    condition = [f"depends on: {one['condition']}"] if one["condition"] else []
    head = f"{one['partner']} {one['station'] or ''}".strip()
    worded = [] if days else [f"as worded: {one['worded_date'] or 'no day'}"]
    about = ", ".join([*days, *worded, *condition])
    return f"{head}, {one['act']}: {about} ({one['statement']}, {one['date']})"
