"""Dose limits by agency and date, as published: some are contested, and say so."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Final, Literal, cast

from stationkeeper.errors import StorageError
from stationkeeper.units import MILLI, days_since_2000

Period = Literal["month", "year", "career"]
Status = Literal["in force", "contested", "proposed"]

# What a limit speaks of. Absorbed dose and dose equivalent at a point are what the model gives;
# effective dose is about 0.9 of the dose equivalent at the skin (STS-91), gray-equivalent another
# weighting again. They are printed beside each other and never turned into one another.
EFFECTIVE: Final = "effective dose"
PERIODS: Final[tuple[Period, ...]] = ("month", "year", "career")
PERIOD_DAYS: Final[dict[Period, float]] = {"month": 30.0, "year": 365.0, "career": float("inf")}


@dataclass(frozen=True)
class Limit:
    """A limit of one agency on one quantity over one period.

    Attributes
    ----------
    agency : str
        As partners are named in programmes.
    period : str
        ``"month"`` (30 days), ``"year"`` or ``"career"``.
    quantity : str
        What is limited.
    value, upper : float
        Limit, and the other end where it depends on the person (else the same). [Sv] or, for
        gray-equivalent, [Gy]
    unit : str
        As printed: mSv or mGy-Eq.
    valid_from, valid_until : int
        First and last day. [d since 2000]
    status : str
        ``"in force"``, ``"contested"`` or ``"proposed"``.
    applies_to : str
        Whom.
    known_on : int
        Day the source appeared. [d since 2000]
    source, confidence, note : str
        A read, B consistent, C memory.
    """

    agency: str
    period: Period
    quantity: str
    value: float
    upper: float
    unit: str
    valid_from: int
    valid_until: int
    status: Status
    applies_to: str
    known_on: int
    source: str
    confidence: str
    note: str


@cache
def limits() -> tuple[Limit, ...]:
    """Read the shipped table, in the order of its lines.

    Raises
    ------
    StorageError
        If the installed file cannot be read.

    Examples
    --------
    >>> sorted({limit.agency for limit in limits()})
    ['csa', 'esa', 'jaxa', 'nasa', 'roscosmos']
    """
    resource = resources.files("stationkeeper.crew") / "data" / "limits.csv"
    try:
        text = resource.read_text(encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"the shipped table {resource} cannot be read ({error}); reinstall stationkeeper"
        ) from error
    return tuple(_limit(row) for row in csv.DictReader(text.splitlines()))


def _limit(row: dict[str, str]) -> Limit:
    value = float(row["limit"]) * MILLI
    return Limit(
        agency=row["agency"],
        period=cast(Period, row["period"]),
        quantity=row["quantity"],
        value=value,
        upper=float(row["upper_limit"]) * MILLI if row["upper_limit"] else value,
        unit=row["unit"],
        valid_from=days_since_2000(date.fromisoformat(row["valid_from"])),
        valid_until=days_since_2000(date.fromisoformat(row["valid_until"] or "9999-12-31")),
        status=cast(Status, row["status"]),
        applies_to=row["applies_to"],
        known_on=days_since_2000(date.fromisoformat(row["known_on"])),
        source=row["source"],
        confidence=row["confidence"],
        note=row["note"],
    )


def limits_for(agency: str, day: float, known_by: float | None = None) -> tuple[Limit, ...]:
    """Return the limits of an agency on a day: those in force first, then the contested ones.

    Parameters
    ----------
    agency : str
        As in programmes; an agency without published limits has none.
    day : float
        [d since 2000]
    known_by : float, optional
        Leave out what was published later than this day. [d since 2000]

    Returns
    -------
    tuple of Limit
        In force, then contested, then proposed; within each: month, year, career.

    Examples
    --------
    >>> from datetime import date
    >>> day = days_since_2000(date(2026, 1, 1))
    >>> [(limit.period, limit.value, limit.status) for limit in limits_for("roscosmos", day)]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('year', 0.5, 'in force'), ('career', 1.0, 'in force'), ('month', 0.15, 'contested'),
     ('year', 0.3, 'contested')]
    """
    order = ("in force", "contested", "proposed")
    found = [
        limit
        for limit in limits()
        if limit.agency == agency
        and limit.valid_from <= day < limit.valid_until + 1
        and (known_by is None or limit.known_on <= known_by)
    ]
    return tuple(
        sorted(found, key=lambda limit: (order.index(limit.status), PERIODS.index(limit.period)))
    )
