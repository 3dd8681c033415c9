"""The programme flown as known on a past day: what a forecast of that day says, as arrays."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import DAYS_PER_YEAR
from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.fly import fly_lives
from stationkeeper.lifetime.prepare import prepare
from stationkeeper.lifetime.run import run
from stationkeeper.lifetime.shaken import shaken
from stationkeeper.lifetime.withdrawals import withdrawn
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table
from stationkeeper.validation.rows import Progress

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Dates = NDArray[np.datetime64]

PROGRAMME: Final = "iss-to-ros"
STATION: Final = "iss"
REPLICAS: Final = 250
SEED: Final = 1
LAST: Final = date(2026, 12, 31)  # lives up to it are the same without the days after it


@dataclass(frozen=True)
class Forecast:
    """What R replicas say from a day on, for D days and M months from the first of the run.

    Attributes
    ----------
    known_on : date
        Day of knowledge.
    dates : ndarray of datetime64[D], (D,)
        Days of the run.
    altitude : ndarray, (R, D)
        Mean altitude; NaN without a station. [m]
    used : ndarray, (R, D)
        Propellant burned. [kg]
    people : ndarray of int, (R, D)
        People aboard.
    planned : dict of text to ndarray, (D,)
        People by nation in the plan as known, before anybody leaves early.
    leak : ndarray, (R, M)
        Air lost, mean of the month; NaN without a station. [kg/d]
    decisions : dict
        The document ``decisions.json`` of a run of the same replicas; empty if none was written.
    """

    known_on: date
    dates: Dates
    altitude: Array
    used: Array
    people: NDArray[np.int64]
    planned: Mapping[str, Array]
    leak: Array
    decisions: Mapping[str, Any]

    def window(self, first: date, last: date) -> Flags:
        """Return which days lie between two, ends included."""
        return np.asarray(
            (self.dates >= np.datetime64(first)) & (self.dates <= np.datetime64(last))
        )

    @property
    def before(self) -> Flags:
        """Days of the last year up to the day of knowledge, as far as the run has them."""
        behind = (np.datetime64(self.known_on) - self.dates).astype(np.int64)
        return np.asarray((behind >= 0) & (behind < DAYS_PER_YEAR))

    @property
    def everybody(self) -> Array:
        """People in the plan as known, of all nations, (D,)."""
        return np.asarray(np.stack(list(self.planned.values())).sum(axis=0))

    @property
    def months(self) -> Dates:
        """First day of each month."""
        return np.unique(self.dates.astype("datetime64[M]"))

    def yearly_altitude(self, year: int) -> Array:
        """Mean altitude of a year, by replica in orbit. [m]"""
        inside = self.window(date(year, 1, 1), date(year, 12, 31))
        found = self.altitude[:, inside]
        there = np.isfinite(found).all(axis=1)
        return np.asarray(found[there].mean(axis=1), dtype=np.float64)

    def used_a_year(self, inside: Flags) -> Array:
        """Propellant used in some days, for a year of them. [kg/a]"""
        return np.asarray(self.used[:, inside].sum(axis=1) * DAYS_PER_YEAR / int(inside.sum()))

    def leak_in(self, month: date) -> Array:
        """Air lost in a month, by replica that has the station. [kg/d]"""
        rate = self.leak[:, self.months == np.datetime64(month, "M")][:, 0]
        return np.asarray(rate[np.isfinite(rate)])

    def highest_leak(self, last: date) -> Array:
        """Highest monthly rate after the month of knowledge up to a day. [kg/d]"""
        months = self.months
        later = (months > np.datetime64(self.known_on, "M")) & (months <= np.datetime64(last, "M"))
        return np.asarray(np.nan_to_num(self.leak[:, later]).max(axis=1))

    def aboard(self, nation: str | None = None) -> Flags:
        """Return the days with people of a nation aboard, or of any, by replica.

        People who leave early leave together, so a nation is aboard where its plan has it and the
        station has anybody.
        """
        some = self.people > 0
        return some if nation is None else some & (self.planned.get(nation, np.zeros(1)) > 0)

    def chance_by(self, quantity: str, day: date) -> float | None:
        """Chance that an act of the decisions has come by a day; None if nothing forecasts it.

        Between the days told, those of the band included, chances rise in a straight line.
        """
        told = [one for one in self.decisions.get("forecast", ()) if one["quantity"] == quantity]
        chances = [chance_of(one, self.known_on, day) for one in told]
        return max(chances, default=None)


def chance_of(told: Mapping[str, Any], known_on: date, day: date) -> float:
    """Chance that a forecast date has come by a day, from what ``decisions.json`` tells of it.

    Examples
    --------
    >>> told = {"chance_by": [["2022-01-01", 0.0], ["2022-01-11", 0.5]], "band": {}}
    >>> chance_of(told, date(2021, 4, 23), date(2022, 1, 3))
    0.1
    """
    points = [(known_on, 0.0), *((date.fromisoformat(when), x) for when, x in told["chance_by"])]
    band = told.get("band") or {}
    dates = {share: date.fromisoformat(when) for share, when in band.items() if when}
    for when in set(dates.values()):  # a step, if several quantiles share a day
        shares = [int(share[1:]) / 100 for share, other in dates.items() if other == when]
        points += [(date.fromordinal(when.toordinal() - 1), min(shares)), (when, max(shares))]
    points = sorted(point for point in points if point[0] >= known_on)
    places = [when.toordinal() for when, _ in points]
    rising = np.maximum.accumulate([chance for _, chance in points])
    return float(np.interp(day.toordinal(), places, rising))


def as_known(day: date, last: date | None = None) -> Programme:
    """Return the programme as known on a day, up to a last day if one is given."""
    settings = () if last is None else (f"span.last={last}",)
    return read_programme(PROGRAMME, settings=settings, as_known=day)


@cache
def forecast(
    day: date, replicas: int = REPLICAS, progress: Progress | None = None, decided: bool = True
) -> Forecast:
    """Fly the programme as known on a day.

    Parameters
    ----------
    day : date
        Day of knowledge.
    replicas : int
        Lives. [-]
    progress : callable, optional
        Told what is done.
    decided : bool
        Make a run folder too, and read what is decided in it.

    Returns
    -------
    Forecast
        The same for the same day and replicas.
    """
    say = progress or (lambda words: None)
    programme = as_known(day)
    assembled = assemble(withdrawn(shaken(programme)), reference_table)
    prepared = prepare(assembled, SEED, lambda words: None)
    say(f"hindcast: flying as known on {day}")
    lives = fly_lives(prepared, np.arange(replicas))
    life, course = lives.stations[STATION], lives.upkept[STATION].course
    lived = course.lived.astype(np.float64)
    place = assembled.keys.index(STATION)
    decisions: dict[str, Any] = {}
    if decided:
        say(f"hindcast: deciding as known on {day}")
        with tempfile.TemporaryDirectory() as folder:
            left = run(programme, out=Path(folder), replicas=replicas, seed=SEED)
            told = left / "decisions.json"
            decisions = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
    return Forecast(
        known_on=day,
        dates=assembled.calendar.dates,
        altitude=np.asarray(life.altitude, dtype=np.float64),
        used=np.asarray(life.used, dtype=np.float64),
        people=np.asarray(course.people, dtype=np.int64),
        planned=dict(zip(assembled.nations, assembled.people[place], strict=True)),
        leak=np.divide(course.leak, lived, out=np.full(lived.shape, np.nan), where=lived > 0),
        decisions=decisions,
    )
