"""The named rules: each looks at a month and says yes or no in each replica.

A rule is small and knows nothing of what follows when it says yes: that is the act of the policy.
Limits and days are the user's; what a policy does not give is told beside each rule.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np

from stationkeeper.lifetime.deciding.view import Flags, Rule, View
from stationkeeper.programme.deciding import Parameter
from stationkeeper.units import days_since_2000

Parameters = Mapping[str, Parameter]


def number(parameters: Parameters, name: str, default: float) -> float:
    """Return a parameter that is a number.

    Examples
    --------
    >>> number({"lead_days": 30.0}, "lead_days", 0.0), number({}, "lead_days", 7.0)
    (30.0, 7.0)
    """
    return float(parameters.get(name, default))


def day_of(parameters: Parameters, name: str, default: float) -> float:
    """Return a parameter that is a date, as a day since 2000-01-01. [d]

    Examples
    --------
    >>> day_of({"not_before": "2000-01-31"}, "not_before", 0.0)
    30.0
    """
    given = parameters.get(name)
    if given is None:
        return default
    return float(days_since_2000(date.fromisoformat(str(given))))


def risk_above_limit(view: View, parameters: Parameters) -> Flags:
    """End: the risk of the coming year is above the limit, or the modules are certified no more.

    ``yearly_risk_at_most`` [1/year] is the limit; ``measures`` names one or more measures with
    commas between, people-lost and station-lost if not given. ``certified`` false sets
    certification aside.

    Examples
    --------
    >>> from stationkeeper.lifetime.deciding.view import plain_view
    >>> risk = {"people-lost": np.array([0.004, 0.02]), "station-lost": np.zeros(2)}
    >>> risk_above_limit(plain_view(2, yearly_risk=risk), {"yearly_risk_at_most": 0.01}).tolist()
    [False, True]
    """
    limit = number(parameters, "yearly_risk_at_most", 1.0)
    above = ~view.certified if parameters.get("certified", True) else view.all(False)
    for measure in measures_of(parameters):
        above = above | (view.yearly_risk[measure] > limit)
    return above


def measures_of(parameters: Parameters) -> tuple[str, ...]:
    """Return the measures that a limit of risk holds.

    Examples
    --------
    >>> measures_of({"measures": "people-lost"}), measures_of({})
    (('people-lost',), ('people-lost', 'station-lost'))
    """
    given = str(parameters.get("measures", "people-lost, station-lost"))
    return tuple(name.strip() for name in given.split(","))


def own_station_crewed(view: View, parameters: Parameters) -> Flags:
    """Leave: the own station can take crews.

    The notice is given then; ``notice_days`` [d] are those of the treaty if not given here.

    Examples
    --------
    >>> from stationkeeper.lifetime.deciding.view import plain_view
    >>> own_station_crewed(plain_view(2, own_station_ready=np.array([True, False])), {}).tolist()
    [True, False]
    """
    return np.array(view.own_station_ready)


def as_announced(view: View, parameters: Parameters) -> Flags:
    """Leave: so that it leaves on the first day announced; never if none is.

    ``not_before`` [date] takes the place of what is announced. The notice is given as many days
    before.

    Examples
    --------
    >>> from stationkeeper.lifetime.deciding.view import plain_view
    >>> said = {"leave": (9_300.0, 9_999.0)}
    >>> view = plain_view(1, act="leave", next_day=9_000.0, notice_days=365.0, announced=said)
    >>> as_announced(view, {}).tolist()
    [True]
    """
    said = view.announced.get(view.act, (np.inf, np.inf))[0]
    wanted = day_of(parameters, "not_before", said)
    notice = number(parameters, "notice_days", view.notice_days) if view.act == "leave" else 0.0
    return view.all(wanted - notice < view.next_day)


def way_home(view: View, parameters: Parameters) -> Flags:
    """Guard: now and after the act everybody has a seat home at every station concerned.

    ``seats_spare`` are seats wanted beyond that, none if not given.

    Examples
    --------
    >>> from stationkeeper.lifetime.deciding.view import plain_view
    >>> three, four = {"iss": np.array([3])}, {"iss": np.array([4])}
    >>> home = plain_view(1, people=three, seats_home=four, people_after=four, seats_after=three)
    >>> way_home(home, {}).tolist()
    [False]
    """
    spare = int(number(parameters, "seats_spare", 0.0))
    safe = view.all()
    for people, seats in (
        (view.people, view.seats_home),
        (view.people_after, view.seats_after),
    ):
        for station, aboard in people.items():
            safe &= (aboard == 0) | (seats[station] >= aboard + spare)
    return safe


def all_ready(view: View, parameters: Parameters) -> Flags:
    """Launch: module, launcher, site and pad are ready, and what it docks to is there.

    Examples
    --------
    >>> from stationkeeper.lifetime.deciding.view import plain_view
    >>> all_ready(plain_view(2, module_ready=np.array([True, False])), {}).tolist()
    [True, False]
    """
    return np.array(view.module_ready)


def at_end_of_life(view: View, parameters: Parameters) -> Flags:
    """Replace: the design life of the module ends within the lead of a new one.

    ``lead_days`` [d] from order to launch, 0 if not given; ``launches_per_year_at_most``, without
    a limit if not given.

    Examples
    --------
    >>> from stationkeeper.lifetime.deciding.view import plain_view
    >>> view = plain_view(2, next_day=100.0, module_life_ends=np.array([150.0, 900.0]))
    >>> at_end_of_life(view, {"lead_days": 60.0}).tolist()
    [True, False]
    """
    most = number(parameters, "launches_per_year_at_most", np.inf)
    lead = number(parameters, "lead_days", 0.0)
    return (view.module_life_ends - lead < view.next_day) & (view.launches_in_year < most)


def modules_there(view: View, parameters: Parameters) -> Flags:
    """Separate: all modules of the planned separation are docked, and its day has come.

    ``not_before`` [date] is the day in the document if not given.

    Examples
    --------
    >>> from stationkeeper.lifetime.deciding.view import plain_view
    >>> ready = np.array([True, False])
    >>> view = plain_view(2, separation_ready=ready, separation_not_before=10.0, day=10.0)
    >>> modules_there(view, {}).tolist()
    [True, False]
    """
    first = day_of(parameters, "not_before", view.separation_not_before)
    return view.separation_ready & (first < view.next_day)


def deorbit_controlled(view: View, parameters: Parameters) -> Flags:
    """End: its end is decided, the ship for the last burns is docked, and all is made ready.

    ``ready_days`` [d] pass from the decision to the last burns, 180 if not given.

    Examples
    --------
    >>> from stationkeeper.lifetime.deciding.view import plain_view
    >>> view = plain_view(3, ending=np.array([-np.inf, 100.0, 200.0]))
    >>> deorbit_controlled(view, {}).tolist()
    [False, False, True]
    """
    return view.end_ship_docked & (view.ending >= number(parameters, "ready_days", 180.0))


def hand_over(view: View, parameters: Parameters) -> Flags:
    """End: its end is decided, and as many days have passed as handing it over takes.

    ``ready_days`` [d] pass from the decision on, 365 if not given. The station flies on under
    others, beyond what is decided here.

    Examples
    --------
    >>> from stationkeeper.lifetime.deciding.view import plain_view
    >>> hand_over(plain_view(2, ending=np.array([364.0, 365.0])), {}).tolist()
    [False, True]
    """
    return view.ending >= number(parameters, "ready_days", 365.0)


RULES: Final[dict[str, Rule]] = {
    "risk-above-limit": risk_above_limit,
    "own-station-crewed": own_station_crewed,
    "as-announced": as_announced,
    "way-home": way_home,
    "all-ready": all_ready,
    "at-end-of-life": at_end_of_life,
    "modules-there": modules_there,
    "deorbit-controlled": deorbit_controlled,
    "hand-over": hand_over,
}

ENDINGS: Final = ("deorbit-controlled", "hand-over")
"""Rules that say how a station ends whose end is decided by another policy."""
