"""What a run as known on a day forecast, and what followed as far as the package knows.

What followed is read from the shipped programme of the same name with all that is known today,
never from the run folder: the run itself saw nothing of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from stationkeeper.programme.check import check_source
from stationkeeper.programme.document import Programme
from stationkeeper.programme.files import names_in
from stationkeeper.programme.record_states import announced
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.source import Run
from stationkeeper.report.upkeep_source import stacked
from stationkeeper.report.words_source import (
    DateBand,
    Told,
    date_band,
    date_text,
    day,
    lines_of,
    month,
    share_text,
    station_title,
)

KEY, TITLE = "outcome", "Forecast and what followed"

_ACTS: Final = {  # of the statements that bear on a quantity of the forecast
    "leave": ("leave", "stay"),
    "notice": (),
    "first launch": ("first-launch",),
    "first crew": ("first-crew",),
    "end": ("end", "stay"),
    "separation": (),
}


@dataclass(frozen=True)
class Followed:
    """What followed on a forecast: the day, or that it had not come by the end of the record."""

    when: float | None
    by: float
    told: str = ""

    def text(self) -> str:
        """Write it.

        Examples
        --------
        >>> Followed(None, 31.0).text(), Followed(31.0, 59.0).text()
        ('not by 1970-02-01', '1970-02-01')
        """
        return date_text(self.when) if self.when is not None else f"not by {date_text(self.by)}"

    def inside(self, band: DateBand) -> bool | None:
        """Return whether it is consistent with the band of 90 %; None if that cannot be told yet.

        Examples
        --------
        >>> band = date_band({"q05": "1970-01-11", "q50": "1970-01-21", "q95": "1970-01-31"})
        >>> Followed(15.0, 40.0).inside(band), Followed(5.0, 40.0).inside(band)
        (True, False)
        >>> Followed(None, 20.0).inside(band), Followed(None, 40.0).inside(band)
        (None, False)
        """
        low, high = band.values[0], band.values[-1]
        if self.when is None:
            return False if high is not None and self.by > high else None
        return (low is not None and low <= self.when) and (high is None or self.when <= high)


@cache
def whole_record(name: str) -> Programme | None:
    """Return the shipped programme of a name with all that is known; None if there is none."""
    return check_source(name).programme if name in names_in("shipped", ".toml") else None


def record_end(programme: Programme) -> date:
    """Return the last day of which the record tells: the last flown launch or statement."""
    days = [crew.launched for crew in programme.crew.values() if crew.status == "flown"]
    days += [flight.launched for flight in programme.flight.values() if flight.status == "flown"]
    days += [one.date for one in programme.statement.values()]
    return max(days, default=programme.span.first)


def record_of(run: Run) -> Programme | None:
    """Return what is known today, if the run knew less."""
    return whole_record(run.programme.name) if run.programme.as_known is not None else None


def shown(run: Run) -> bool:
    """True for a run as known on a day."""
    return run.programme.as_known is not None


def followed(run: Run, record: Programme, told: Told) -> Followed | None:
    """Return what followed on a forecast; None if the record cannot tell."""
    quantity, station = str(told.get("quantity")), told.get("station")
    by = record_end(record)
    days: list[date] = []
    if quantity == "notice":
        days = [one.date for one in record.notice.values() if one.kind == "withdrawal"]
    elif quantity == "leave":
        days = [one.date for one in _events(record, station, ("leave",))]
    elif quantity == "separation":
        days = [one.date for one in _events(record, station, ("separate",))]
    elif quantity == "first launch":
        days = [
            module.launched
            for key in _modules(run, record, station)
            if (module := record.module.get(key)) is not None and module.launched is not None
        ]
    elif quantity == "first crew":
        days = [one.launched for one in record.crew.values() if one.station == station]
    elif quantity == "end":
        part = record.station.get(str(station))
        days = [part.end.since] if part is not None and part.end is not None else []
    else:
        return None
    past = [one for one in days if one <= by]
    when = day(min(past).isoformat()) if past else None
    return Followed(when, day(by.isoformat()) or 0.0, _words(record, quantity, station, by))


def _events(record: Programme, station: object, kinds: Sequence[str]) -> list[Any]:
    return [
        one for one in record.event.values() if one.kind in kinds and station in (None, one.station)
    ]


def _modules(run: Run, record: Programme, station: object) -> list[str]:
    """Return modules that dock to a station: those whose launch was forecast, and of the record."""
    planned = [one["module"] for one in run.decided.get("launches", []) if _at(one, station)]
    docked = [key for one in _events(record, station, ("dock",)) for key in one.modules]
    return list(dict.fromkeys([*planned, *docked]))


def _at(one: Told, station: object) -> bool:
    return bool(one.get("station") == station)


def _words(record: Programme, quantity: str, station: object, by: date) -> str:
    """Return what the words say by the end of the record about the same matter."""
    said = []
    for (act, _, place), one in sorted(announced(record, by).items(), key=str):
        if act in _ACTS.get(quantity, ()) and place == station:
            window = " to ".join(str(edge) for edge in (one.not_before, one.not_after) if edge)
            said.append(f"{one.statement}: {act} {window}".strip())
    return "; ".join(said)


def tables(run: Run) -> Markup:
    """Return each forecast beside what was announced and what followed."""
    record = record_of(run)
    if record is None:
        return Markup("")
    rows = []
    for told in run.decided.get("forecast", []):
        found = followed(run, record, told)
        if found is not None:
            rows.append(_row(run, told, found))
    if not rows:
        return Markup("")
    heads = (
        "what",
        "station",
        "announced",
        "forecast",
        "chance",
        "what followed",
        "in the band of 90 %",
    )
    note = (
        f"As known on {run.programme.as_known}. Announced: as the words stood on that day. "
        "Forecast: middle of the replicas, small: 5 and 95 %. Chance: share of the replicas by a "
        "day. What followed: from the record of the package, small: the words at its end. A band "
        "that is not over yet is left open. Misses stay."
    )
    return table(heads, rows, caption=note)


def _row(run: Run, told: Told, found: Followed) -> tuple[object, ...]:
    band = date_band(told.get("band"))
    low, middle, high = (month(band.values[i]) for i in (0, 2, 4))
    inside = found.inside(band)
    by = [f"{share_text(share)} by {when}" for when, share in told.get("chance_by") or ()]
    words = [
        tag("small", str(text)) for text in (told.get("told_by"), told.get("condition")) if text
    ]
    return (
        str(told.get("quantity")),
        station_title(run, told.get("station")),
        lines_of([str(told.get("announced") or "–"), *words]),
        stacked(middle, "" if low == high else f"{low} to {high}"),
        lines_of(by),
        lines_of([found.text(), *([tag("small", found.told)] if found.told else [])]),
        "open" if inside is None else "yes" if inside else "no",
    )
