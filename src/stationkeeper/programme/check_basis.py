"""What a programme rests on: its estimates, and the years that are record or policy."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from stationkeeper.programme.check_rules import facts, value_at
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import History
from stationkeeper.programme.problems import KeyPath, shown
from stationkeeper.programme.reference import reference_names, reference_table
from stationkeeper.programme.traffic import Crew, Flight
from stationkeeper.programme.write import value_text

FEWEST_SAMPLES = 4  # flown altitudes that make a year a record; our choice
FLOWN_KINDS = frozenset({"sample", ""})
"""Rows of an altitude table that were measured on a day; yearly means and memories are not."""


def estimates(programme: Programme) -> Iterator[tuple[KeyPath, str, str]]:
    """Yield the key path, value and note of each figure that is our estimate."""
    for path, fact in facts(programme):
        for name in fact.estimates:
            value = value_at(fact, name)
            if value is not None:
                text = value_text(value) if isinstance(value, int | float | str) else shown(value)
                yield (*path, *name.split(".")), text, fact.note


def year_basis(
    programme: Programme,
    told: History,
    flights: Mapping[str, Flight],
    crews: Mapping[str, Crew],
) -> Iterator[tuple[str, int, str, str, str]]:
    """Yield station, year, and whether altitude, crews and ships are ``record`` or ``policy``.

    A year of altitude is record if it is flown along a table that holds at least four measured
    altitudes in it. A year of crews or ships is record if all that are there in it are flown;
    ``mixed`` if some are; ``none`` if there are none.
    """
    for key in programme.station:
        begin, gone = told.exists_from(key), told.ends_on(key)
        if begin is None:
            continue
        begin = max(begin, programme.span.first)
        end = min(programme.span.last, gone - timedelta(days=1) if gone else date.max)
        for year in range(begin.year, end.year + 1):
            first, last = date(year, 1, 1), date(year, 12, 31)
            ships = [
                flight.status == "flown"
                for flight in flights.values()
                if flight.station == key
                and flight.docked <= last
                and (flight.undocked or date.max) > first
            ]
            people = [
                crew.status == "flown"
                for crew in crews.values()
                if crew.station == key
                and crew.launched <= last
                and (crew.landed or date.max) > first
            ]
            yield key, year, _altitude(programme, key, year), _basis(people), _basis(ships)


def whole_basis(altitude: str, crews: str, ships: str) -> str:
    """Return ``record`` if all are record or absent, else ``policy``."""
    return "record" if {altitude, crews, ships} <= {"record", "none"} else "policy"


def _basis(flown: list[bool]) -> str:
    if not flown:
        return "none"
    return "record" if all(flown) else "mixed" if any(flown) else "policy"


def _altitude(programme: Programme, station: str, year: int) -> str:
    first, last = date(year, 1, 1), date(year, 12, 31)
    for rule in programme.station[station].reboost.values():
        if rule.kind != "as-flown" or rule.since > last or (rule.until or date.max) < first:
            continue
        if rule.table in reference_names() and rule.table is not None:
            rows = reference_table(rule.table)
            sampled = sum(
                row["date"].startswith(f"{year}-") and row.get("kind", "") in FLOWN_KINDS
                for row in rows
            )
            if sampled >= FEWEST_SAMPLES:
                return "record"
    return "policy"
