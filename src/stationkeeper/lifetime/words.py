"""What a run says of words and deeds: one document in its folder."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import xarray as xr

from stationkeeper.lifetime.words_findings import Evidence, finding
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import ordered_events
from stationkeeper.programme.record import Statement
from stationkeeper.programme.record_states import (
    as_of,
    clocks,
    commitments_replaced,
    cooperation_spans,
    overtaken,
    statements_known,
)
from stationkeeper.programme.traffic import Event
from stationkeeper.results.folder import RunFolder
from stationkeeper.results.storage import write_document

WORDS: Final = "words.json"
_DEEDS: Final = {
    "dock": "docking: {modules}",
    "separate": "separation to {to}: {modules}",
    "transfer": "move to {to}: {modules}",
    "remove": "removal: {modules}",
    "leave": "leaving: {partner}",
    "permit": "permit: crew of {partner}",
}
"""Kinds of events that are deeds, in neutral words."""


def write_words(
    programme: Programme,
    folder: RunFolder,
    upkeep: Mapping[str, Any] | None,
    results: xr.Dataset | None,
) -> None:
    """Write ``words.json`` into the run folder; nothing if the document holds no words.

    Parameters
    ----------
    programme : Programme
        The document before its withdrawals were applied.
    folder : RunFolder
        Folder of the run.
    upkeep : mapping, optional
        What was written to ``upkeep.json``.
    results : Dataset, optional
        What was written to ``ensemble.nc``.

    Raises
    ------
    StorageError
        If it cannot be written.
    """
    if not holds_words(programme):
        return
    write_document(folder.path / WORDS, words_document(programme, upkeep, results))


def holds_words(programme: Programme) -> bool:
    """Return whether a document holds any statement, treaty, commitment or change of cooperation.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> holds_words(read_programme("iss")), holds_words(read_programme("mir"))
    (True, False)
    """
    return any(
        (
            programme.statement,
            programme.treaty,
            programme.notice,
            programme.commitment,
            programme.obligation,
            programme.cooperation,
        )
    )


def words_document(
    programme: Programme, upkeep: Mapping[str, Any] | None, results: xr.Dataset | None
) -> dict[str, Any]:
    """Return the record of words beside deeds, and beside each stated reason what is found.

    Parameters
    ----------
    programme : Programme
        The document; with a day of knowledge it holds only what was known.
    upkeep : mapping, optional
        The document ``upkeep.json`` of the run.
    results : Dataset, optional
        The table of the run.

    Returns
    -------
    dict
        ``as_of``, ``statements``, ``clocks``, ``commitments``, ``arrangements``, ``obligations``,
        ``cooperation``, ``deeds``, ``access``; plain data, dates as text.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> told = words_document(read_programme("iss-to-ros", as_known=date(2014, 5, 20)), None, None)
    >>> told["as_of"], [one["key"] for one in told["statements"]][-1]
    ('2014-05-20', 's008')
    """
    day = as_of(programme)
    evidence = Evidence(programme, upkeep, results)
    gone = overtaken(programme, day)
    return {
        "as_of": day.isoformat(),
        "statements": [
            _statement(evidence, key, one, key not in gone)
            for key, one in statements_known(programme, day).items()
        ],
        "clocks": _clocks(programme, day),
        "commitments": _commitments(programme, day),
        "arrangements": _arrangements(programme),
        "obligations": _obligations(programme),
        "cooperation": _cooperation(programme),
        "deeds": list(_deeds(programme, day)),
        "access": _access(programme),
    }


def _text(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _statement(evidence: Evidence, key: str, one: Statement, holds: bool) -> dict[str, Any]:
    return {
        "key": key,
        "date": one.date.isoformat(),
        "known_on": (one.known_on or one.date).isoformat(),
        "office": one.office,
        "track": one.track,
        "act": one.act,
        "partner": one.partner,
        "stations": list(one.stations),
        "text": one.text,
        "worded": one.worded,
        "worded_date": one.worded_date,
        "not_before": _text(one.not_before),
        "not_after": _text(one.not_after),
        "condition": one.condition,
        "relations": {
            "reaffirms": list(one.reaffirms),
            "replaces": list(one.replaces),
            "denies": list(one.denies),
            "refers": list(one.refers),
        },
        "reasons": [
            {"topic": topic, "stated": stated, **finding(evidence, one, topic).as_document()}
            for topic, stated in one.reasons.items()
        ],
        "source": one.source,
        "confidence": one.confidence,
        "date_confidence": one.date_confidence or one.confidence,
        "holds": holds,
    }


def _clocks(programme: Programme, day: date) -> list[dict[str, Any]]:
    return [
        {
            "treaty": one.treaty,
            "title": programme.treaty[one.treaty].title,
            "partner": one.partner,
            "notice_days": one.notice_days,
            "given": _text(one.given),
            "effective": _text(one.effective),
            "no_notice_as_of": _text(one.no_notice_as_of),
            "told_by": one.told_by,
        }
        for one in clocks(programme, day)
    ]


def _commitments(programme: Programme, day: date) -> list[dict[str, Any]]:
    replaced = commitments_replaced(programme, day)
    return [
        {
            "key": key,
            "partner": one.partner,
            "station": one.station,
            "since": one.since.isoformat(),
            "until": one.until.isoformat(),
            "replaced_on": (
                programme.commitment[replaced[key]].since.isoformat() if key in replaced else None
            ),
            "statement": one.statement,
        }
        for key, one in programme.commitment.items()
    ]


def _arrangements(programme: Programme) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "kind": one.kind,
            "station": one.station,
            "since": one.since.isoformat(),
            "until": _text(one.until),
            "seats_on": dict(one.seats_on),
            "known_on": (one.known_on or one.since).isoformat(),
            "note": one.note,
        }
        for key, one in programme.agreement.items()
    ]


def _obligations(programme: Programme) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "title": one.title,
            "owed_by": list(one.owed_by),
            "owed_to": list(one.owed_to),
            "since": one.since.isoformat(),
            "until": _text(one.until),
            "quantity": one.quantity,
            "delivered": one.delivered,
            "unit": one.unit,
            "status": one.status,
            "basis": one.basis,
            "note": one.note,
        }
        for key, one in programme.obligation.items()
    ]


def _cooperation(programme: Programme) -> list[dict[str, Any]]:
    found: dict[tuple[tuple[str, str], str], list[dict[str, Any]]] = {}
    for span in cooperation_spans(programme):
        found.setdefault((span.partners, span.subject), []).append(
            {
                "state": span.state,
                "first": _text(span.first),
                "last": _text(span.last),
                "by": span.statement,
            }
        )
    return [
        {"partners": list(pair), "subject": subject, "spans": spans}
        for (pair, subject), spans in found.items()
    ]


def _deeds(programme: Programme, day: date) -> Iterable[dict[str, Any]]:
    """Yield what was done and is planned, by day: modules, partners, permits."""
    found: list[tuple[date, str, str | None, str | None]] = []
    for _, event in ordered_events(programme):
        words = _DEEDS.get(event.kind)
        if words is not None:
            what = words.format(
                modules=_titles(programme, event),
                to=programme.station[event.to_station].title if event.to_station else "-",
                partner=programme.partner[event.partner].title if event.partner else "-",
            )
            partner = event.partner or _one_operator(programme, event)
            found.append((event.date, what, event.station, partner))
    for key, parting in programme.withdraw.items():
        found.append((parting.date, f"withdrawal: {programme.partner[key].title}", None, key))
    for date_, what, station, partner in sorted(found, key=lambda item: item[0]):
        deed = {"date": date_.isoformat(), "what": what, "station": station, "partner": partner}
        yield {**deed, "planned": True} if date_ > day else deed


def _titles(programme: Programme, event: Event) -> str:
    return ", ".join(programme.module[key].title for key in event.modules) or "-"


def _one_operator(programme: Programme, event: Event) -> str | None:
    """Return the partner whose modules an event moves; None if they are of several."""
    partners = {programme.module[key].partner for key in event.modules}
    return partners.pop() if len(partners) == 1 else None


def _access(programme: Programme) -> list[dict[str, Any]]:
    return [
        {
            "station": key,
            "kind": station.access.kind,
            "foreign_crew": station.access.foreign_crew,
            "permits": [
                {"date": event.date.isoformat(), "partner": event.partner}
                for _, event in ordered_events(programme)
                if event.kind == "permit" and event.station == key
            ],
        }
        for key, station in programme.station.items()
    ]
