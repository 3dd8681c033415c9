"""What a decision maker can see at the begin of a month, in all replicas at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from stationkeeper.programme.deciding import Parameter
from stationkeeper.units import date_from_days

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Kind = TypeVar("Kind", bound=np.generic)

NEVER = np.inf  # the day of what does not happen


@dataclass(frozen=True)
class View:
    """The world as seen at the begin of a month; arrays of shape (R,) are read-only.

    Nothing in it lies in the future of the replica that looks, but for what is announced. Days are
    counted from 2000-01-01; a day that does not come is infinite.

    Attributes
    ----------
    month : int
        Place of the month in the run. [-]
    day : float
        Its first day. [d]
    next_day : float
        First day of the month after it. [d]
    act : text
        The act in question: that of the policy, or for a guard that of the one it holds back.
    station : text
        Station concerned.
    partner, own_station : text or None
        Partner whose act it is, and its own station.
    replicas : int
        R.
    yearly_risk : mapping of text to ndarray, (R,)
        By measure, chance at the station in the coming year. [-]
    leak_beyond_limit : ndarray of bool, (R,)
        A leak of the station is beyond the limit of the user.
    station_there : ndarray of bool, (R,)
        The station is in orbit.
    docked : mapping of text to ndarray of bool, (R,)
        By module of the programme, whether it is part of any station.
    certified : ndarray of bool, (R,)
        All open modules of the station are within their certified life until the end of the month.
    own_station_there : ndarray of bool, (R,)
        The own station is in orbit by itself.
    own_station_ready : ndarray of bool, (R,)
        It can take crews: the modules planned before its first crew are there, and the ship that
        brings it can be launched.
    people, seats_home : mapping of text to ndarray of int, (R,)
        By station, people aboard and seats in ships docked there.
    people_after, seats_after : mapping of text to ndarray of int, (R,)
        The same after the act in question.
    notice_days : float
        Days between a notice and its effect under the treaty of the station; 0 without one. [d]
    committed_until : float
        Last day to which the partner is bound; minus infinity if to none. [d]
    announced : mapping of text to (float, float)
        By act, first and last day of what is announced for partner and station. [d]
    notice_given : ndarray of bool, (R,)
        The notice of the partner has been given.
    ending : ndarray of float, (R,)
        Days since its people went for good by decision or plan; negative before. [d]
    end_ship_docked : ndarray of bool, (R,)
        The ship that makes the last burns is docked, or none is named.
    separation_ready : ndarray of bool, (R,)
        All modules of the planned separation are docked.
    separation_not_before : float
        Day of the planned separation in the document; infinite if none is planned. [d]
    cooperation_halted : ndarray of bool, (R,)
        Cooperation with the partner is halted, by a random shock.
    sanctioned : ndarray of bool, (R,)
        Parts for the partner do not come, by a random shock.
    module : text or None
        Launch and replace: the module in question.
    module_ready : ndarray of bool, (R,)
        Launch: module, launcher, site and pad are ready this month, and what it docks to is there.
    module_life_ends : ndarray, (R,)
        Replace: day on which its design life ends. [d]
    launches_in_year : ndarray of int, (R,)
        Replacements ordered in this month and the eleven before it. [-]
    """

    month: int
    day: float
    next_day: float
    act: str
    station: str
    partner: str | None
    own_station: str | None
    replicas: int
    yearly_risk: Mapping[str, Array]
    leak_beyond_limit: Flags
    station_there: Flags
    docked: Mapping[str, Flags]
    certified: Flags
    own_station_there: Flags
    own_station_ready: Flags
    people: Mapping[str, NDArray[np.int64]]
    seats_home: Mapping[str, NDArray[np.int64]]
    people_after: Mapping[str, NDArray[np.int64]]
    seats_after: Mapping[str, NDArray[np.int64]]
    notice_days: float
    committed_until: float
    announced: Mapping[str, tuple[float, float]]
    notice_given: Flags
    ending: Array
    end_ship_docked: Flags
    separation_ready: Flags
    separation_not_before: float
    cooperation_halted: Flags
    sanctioned: Flags
    module: str | None
    module_ready: Flags
    module_life_ends: Array
    launches_in_year: NDArray[np.int64]

    @property
    def date(self) -> date:
        """First day of the month."""
        return date_from_days(self.day)

    def all(self, value: bool = True) -> Flags:
        """Return the same answer for all replicas.

        Examples
        --------
        >>> plain_view(3).all(False).tolist()
        [False, False, False]
        """
        return np.full(self.replicas, value)


Rule = Callable[[View, Mapping[str, Parameter]], Flags]
"""A rule looks at a month and says yes or no in each replica."""


def frozen(values: NDArray[Kind]) -> NDArray[Kind]:
    """Return a view of an array that cannot be written to."""
    seen = values.view()
    seen.flags.writeable = False
    return seen


def plain_view(replicas: int, **known: object) -> View:
    """Return a view in which nothing is there and nothing is announced, but for what is given.

    For trials of a rule of one's own.

    Examples
    --------
    >>> view = plain_view(2, yearly_risk={"people-lost": np.array([0.001, 0.02])})
    >>> (view.yearly_risk["people-lost"] > 0.01).tolist()
    [False, True]
    """
    no, whole = frozen(np.zeros(replicas, np.bool_)), frozen(np.zeros(replicas, np.int64))
    never = frozen(np.full(replicas, NEVER))
    given: dict[str, object] = {
        "month": 0,
        "day": 0.0,
        "next_day": 31.0,
        "act": "end",
        "station": "station",
        "partner": None,
        "own_station": None,
        "replicas": replicas,
        "yearly_risk": {},
        "docked": {},
        "people": {},
        "seats_home": {},
        "people_after": {},
        "seats_after": {},
        "notice_days": 0.0,
        "committed_until": -NEVER,
        "announced": {},
        "ending": -never,
        "separation_not_before": NEVER,
        "module": None,
        "module_life_ends": never,
        "launches_in_year": whole,
    }
    given |= dict.fromkeys(
        (
            "leak_beyond_limit",
            "own_station_there",
            "own_station_ready",
            "notice_given",
            "separation_ready",
            "cooperation_halted",
            "sanctioned",
            "module_ready",
        ),
        no,
    )
    given |= dict.fromkeys(("station_there", "certified", "end_ship_docked"), ~no)
    return View(**{**given, **known})  # type: ignore[arg-type]
