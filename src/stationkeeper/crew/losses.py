"""What happened to crewed ships at stations: recorded events, docked days, and the rates between.

Events are few, so every rate comes with its count, its exposure and a Jeffreys interval.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Final, Literal, cast

import numpy as np

from stationkeeper.errors import InputError, StorageError
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme

Kind = Literal[
    "lost as a way home",
    "return without its people",
    "early return",
    "launch abort",
    "not docked",
    "class grounded",
    "repaired",
    "person exchanged",
    "left a day early",
    "no ship concerned",
    "no crewed ship",
]

LOST: Final[tuple[Kind, ...]] = ("lost as a way home", "return without its people")
EARLY: Final[tuple[Kind, ...]] = ("early return",)
NOT_ARRIVED: Final[tuple[Kind, ...]] = ("launch abort", "not docked")

RECORDS: Final = ("skylab", "salyut-7", "mir", "iss", "tiangong")
"""Shipped programmes whose flown flights are the exposure."""

RECORD_ENDS: Final = date(2026, 10, 2)
"""Last day that the shipped records tell of."""

LEVEL: Final = 0.9  # share of the posterior inside an interval; chosen by us


@dataclass(frozen=True)
class LossEvent:
    """Something that happened to a crewed ship.

    Attributes
    ----------
    date : date
        Day of the event.
    ship : str
        Class, as programmes name it; empty if no crewed ship is concerned.
    flight : str
        As people say it.
    station : str
        Key of the shipped programme; otherwise as people say it.
    kind : str
        What it was.
    counted : bool
        It enters a rate. The note says why not.
    what, source, confidence, note : str
        A read, B consistent, C memory.
    """

    date: date
    ship: str
    flight: str
    station: str
    kind: Kind
    counted: bool
    what: str
    source: str
    confidence: str
    note: str


@dataclass(frozen=True)
class Rate:
    """A rate or a chance with its count, its exposure and the interval between.

    Attributes
    ----------
    events : int
        Recorded. [-]
    exposure : float
        Docked ship-days, or flights.
    low, middle, high : float
        Ends and median of the Jeffreys interval. [1/d], or [-] per flight.
    """

    events: int
    exposure: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Count:
    """Events and exposure of one class of ship, or of all.

    Attributes
    ----------
    ship : str
        Class; ``all`` for the sum.
    stays : int
        Docked stays that somebody came or left by. [-]
    docked_days : int
        Days docked as somebody's way home. [d]
    lost, early, not_arrived : int
        Ships lost as a way home while docked; early returns; flights that did not arrive. [-]
    """

    ship: str
    stays: int
    docked_days: int
    lost: int
    early: int
    not_arrived: int

    @property
    def gone(self) -> int:
        """Docked ships that were lost or left early. [-]"""
        return self.lost + self.early

    def rate(self, what: Literal["gone", "lost", "early"] = "gone") -> Rate:
        """Return the rate per docked ship-day. [1/d]"""
        events = {"gone": self.gone, "lost": self.lost, "early": self.early}[what]
        return Rate(events, self.docked_days, *jeffreys_rate(events, self.docked_days))

    def per_stay(self, what: Literal["gone", "lost", "early"] = "gone") -> Rate:
        """Return the chance per docked stay. [-]"""
        events = {"gone": self.gone, "lost": self.lost, "early": self.early}[what]
        return Rate(events, self.stays, *jeffreys(events, self.stays))


def jeffreys(count: int, trials: int, level: float = LEVEL) -> tuple[float, float, float]:
    """Chance of an event per trial: ends and median of the Jeffreys interval.

    The posterior of a binomial chance under the prior Beta(1/2, 1/2) [1]_. No event gives the
    lower end 0, an event at each trial the upper end 1.

    Parameters
    ----------
    count : int
        Events, 0 to ``trials``. [-]
    trials : int
        At least 1. [-]
    level : float, optional
        Share of the posterior between the ends, 0 to 1. [-]

    Returns
    -------
    low, middle, high : float
        [-]

    Raises
    ------
    InputError
        If there are more events than trials, or none of either makes sense.

    References
    ----------
    .. [1] L. Brown, T. Cai, A. DasGupta, "Interval Estimation for a Binomial Proportion",
       Statistical Science 16 (2001) 101-133, section 3.1.3.

    Examples
    --------
    >>> tuple(round(end, 3) for end in jeffreys(3, 180))
    (0.006, 0.018, 0.039)
    """
    from scipy.stats import beta

    if not (0 <= count <= trials and trials >= 1 and 0.0 < level < 1.0):
        raise InputError(
            f"Jeffreys interval: given {count} events in {trials} trials at level {level:g}, "
            "expected 0 <= events <= trials, trials >= 1 and 0 < level < 1"
        )
    tail = 0.5 * (1.0 - level)
    ends = np.array([tail, 0.5, 1.0 - tail])
    low, middle, high = np.asarray(beta.ppf(ends, count + 0.5, trials - count + 0.5))
    return (
        float(low) if count else 0.0,
        float(middle),
        float(high) if count < trials else 1.0,
    )


def jeffreys_rate(count: int, exposure: float, level: float = LEVEL) -> tuple[float, float, float]:
    """Rate of an event: ends and median of the Jeffreys interval.

    The posterior of a Poisson rate under the prior proportional to its square root upside down:
    Gamma with shape count + 1/2. No event gives the lower end 0. Events are taken as independent
    of each other and of the age of the ship.

    Parameters
    ----------
    count : int
        Events, 0 or more. [-]
    exposure : float
        Greater than zero. [d]
    level : float, optional
        Share of the posterior between the ends, 0 to 1. [-]

    Returns
    -------
    low, middle, high : float
        [1/d]

    Raises
    ------
    InputError
        If the exposure is not positive or the count is negative.

    Examples
    --------
    >>> tuple(round(1e4 * end, 2) for end in jeffreys_rate(5, 25_000.0))  # per 10,000 d
    (0.91, 2.07, 3.94)
    """
    from scipy.stats import gamma

    if not (count >= 0 and exposure > 0.0 and 0.0 < level < 1.0):
        raise InputError(
            f"Jeffreys interval: given {count} events in {exposure:g} days at level {level:g}, "
            "expected events >= 0, days > 0 and 0 < level < 1"
        )
    tail = 0.5 * (1.0 - level)
    ends = np.array([tail, 0.5, 1.0 - tail])
    low, middle, high = np.asarray(gamma.ppf(ends, count + 0.5)) / exposure
    return float(low) if count else 0.0, float(middle), float(high)


@cache
def events() -> tuple[LossEvent, ...]:
    """Read the shipped table, by date.

    Raises
    ------
    StorageError
        If the installed file cannot be read.

    Examples
    --------
    >>> [event.flight for event in events() if event.counted and event.kind == "early return"]
    ['Soyuz T-14', 'Crew-11']
    """
    resource = resources.files("stationkeeper.crew") / "data" / "losses.csv"
    try:
        text = resource.read_text(encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"the shipped table {resource} cannot be read ({error}); reinstall stationkeeper"
        ) from error
    read = [_event(row) for row in csv.DictReader(text.splitlines())]
    return tuple(sorted(read, key=lambda event: event.date))


def _event(row: Mapping[str, str]) -> LossEvent:
    return LossEvent(
        date=date.fromisoformat(row["date"]),
        ship=row["ship"],
        flight=row["flight"],
        station=row["station"],
        kind=cast(Kind, row["kind"]),
        counted=row["counted"] == "yes",
        what=row["what"],
        source=row["source"],
        confidence=row["confidence"],
        note=row["note"],
    )


@cache
def shipped_records() -> tuple[Programme, ...]:
    """Return the shipped programmes whose flown flights are the exposure."""
    return tuple(read_programme(name) for name in RECORDS)


def docked_stays(programme: Programme, until: date) -> tuple[tuple[str, str, int], ...]:
    """Return the docked stays of crewed ships as flown: title, class and days as a way home.

    A ship that nobody came or left by is none; one that was lost as a way home is counted to the
    day of the event. A ship still docked is counted to the last day.

    Parameters
    ----------
    programme : Programme
        Its flights of status flown, and who came and left by them.
    until : date
        Last day counted.

    Returns
    -------
    tuple of (str, str, int)
        In the order of the document. [d]
    """
    used = {
        (crew.station, title)
        for crew in programme.crew.values()
        for title in (crew.ship_up, crew.ship_down)
    }
    lost_on = {
        (event.station, event.flight): event.date
        for event in events()
        if event.counted and event.kind in LOST
    }
    stays = []
    for flight in programme.flight.values():
        place = (flight.station, flight.title)
        if flight.status != "flown" or flight.docked > until or place not in used:
            continue
        last = min(day for day in (flight.undocked, lost_on.get(place), until) if day is not None)
        stays.append((flight.title, flight.ship, max((last - flight.docked).days, 0)))
    return tuple(stays)


def counts(
    programmes: Iterable[Programme] | None = None, until: date = RECORD_ENDS
) -> tuple[Count, ...]:
    """Count events and exposure by class of ship, and of all classes together.

    Parameters
    ----------
    programmes : iterable of Programme, optional
        Flown flights that make the exposure; events at other stations do not count. Absent: the
        shipped records of Skylab, Salyut 7, Mir, ISS and Tiangong.
    until : date, optional
        Last day counted, of events and of exposure. Absent: the end of the shipped records.

    Returns
    -------
    tuple of Count
        By class in the order of first flight; the sum over all last.

    Examples
    --------
    >>> total = counts()[-1]
    >>> total.ship, total.lost, total.early
    ('all', 3, 2)
    """
    chosen = shipped_records() if programmes is None else tuple(programmes)
    stations = {station for programme in chosen for station in programme.station}
    stays = [stay for programme in chosen for stay in docked_stays(programme, until)]
    counted = [
        event
        for event in events()
        if event.counted and event.date <= until and event.station in stations
    ]

    def count(name: str, ships: set[str]) -> Count:
        days = [length for _, ship, length in stays if ship in ships]
        kinds = [event.kind for event in counted if event.ship in ships]
        return Count(
            name,
            len(days),
            sum(days),
            *(sum(kind in group for kind in kinds) for group in (LOST, EARLY, NOT_ARRIVED)),
        )

    ships = list(dict.fromkeys(ship for _, ship, _ in stays))
    return (*(count(ship, {ship}) for ship in ships), count("all", set(ships)))
