"""What a document says of leaks: which module leaks, what was seen of it, which others held."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.hull.hypotheses import LeakRecord
from stationkeeper.hull.leak_process import TUNNEL_PRIOR, Kind, LeakObservations
from stationkeeper.hull.loads import YEAR
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import History, history
from stationkeeper.programme.wear import Leak
from stationkeeper.units import DAY, days_since_2000

Array = NDArray[np.float64]

# Our choice: rates of a whole station older than this before the first word of a module say what
# the station lost without that leak, and the prior of that loss is read from them.
BEFORE: Final = 2 * DAYS_PER_YEAR
# Our choice: a whole station leaks if it lately lost more than this by the prior and its error.
DEVIATIONS: Final = 2.0
_KINDS: Final = {"rate": Kind.RATE, "below": Kind.BELOW, "decay": Kind.DECAY}


@dataclass(frozen=True)
class Seen:
    """What is known of one leaking place.

    Attributes
    ----------
    station : str
        Station of the observations.
    places : tuple of str
        The module, or all that it may be if nobody knows.
    names : tuple of str
        Keys of the observations, in order of days.
    observations : LeakObservations
        What is fitted.
    repair_day : ndarray, (repair,)
        Days of repairs. [d]
    until : float
        Day of the last of all. [d]
    record : LeakRecord or None
        First leak and number of leaks by age of the module; None if the module is not known.
    """

    station: str
    places: tuple[str, ...]
    names: tuple[str, ...]
    observations: LeakObservations
    repair_day: Array
    until: float
    record: LeakRecord | None


@dataclass(frozen=True)
class Held:
    """A module of which no leak is known, though one would be.

    Attributes
    ----------
    module : str
        Its key.
    age : float
        Up to the last observation of its station, or to the day it left. [s]
    """

    module: str
    age: float


def seen_leaks(programme: Programme) -> tuple[Seen, ...]:
    """Return the leaking places of a document, the one with the first word first.

    Observations of a whole station count for its module that was first measured or mended. If none
    was, and the station lately lost more than it should, the place is one of its modules.

    Parameters
    ----------
    programme : Programme
        Holds only what was known, if it is flown as known on a day.

    Returns
    -------
    tuple of Seen
    """
    told = history(programme)
    entries = sorted(programme.leak.items(), key=lambda item: (item[1].date, item[0]))
    found = []
    for station in dict.fromkeys(leak.station for _, leak in entries):
        own = [(key, leak) for key, leak in entries if leak.station == station]
        whole = [(key, leak) for key, leak in own if leak.module is None]
        modules = tuple(dict.fromkeys(leak.module for _, leak in own if leak.module is not None))
        for module in modules:
            chosen = [(key, leak) for key, leak in own if leak.module == module]
            if module == modules[0]:
                first = days_since_2000(chosen[0][1].date) - BEFORE
                chosen += [item for item in whole if days_since_2000(item[1].date) >= first]
            seen = _seen(programme, station, (module,), chosen)
            if seen is not None:
                found.append(seen)
        if not modules:
            lately = _excess(whole)
            places = told.modules_on(station, lately[-1][1].date) if lately else ()
            places = tuple(place for place in places if programme.module[place].hull is not None)
            seen = _seen(programme, station, places, lately) if places else None
            if seen is not None:
                found.append(seen)
    return tuple(sorted(found, key=lambda one: float(one.observations.day[0])))


def _excess(whole: list[tuple[str, Leak]]) -> list[tuple[str, Leak]]:
    """Return the last rates of a station if they are more than it should lose, else nothing."""
    rates = [(key, leak) for key, leak in whole if leak.kind == "rate"]
    if not rates:
        return []
    last = rates[-1][1]
    expected = TUNNEL_PRIOR.baseline
    error = DEVIATIONS * float(np.hypot(expected.log_sigma, last.log_sigma))
    if (last.kg_per_day or 0.0) / SECONDS_PER_DAY <= expected.median * np.exp(error):
        return []
    first = days_since_2000(last.date) - BEFORE
    return [item for item in whole if days_since_2000(item[1].date) >= first]


def _seen(
    programme: Programme, station: str, places: tuple[str, ...], chosen: list[tuple[str, Leak]]
) -> Seen | None:
    chosen = sorted(chosen, key=lambda item: (item[1].date, item[0]))
    fitted = [(key, leak) for key, leak in chosen if leak.kind != "repair"]
    if not fitted:  # mended, and no word of how much it lost: nothing to fit
        return None
    volume = sum(programme.module[place].pressurised_volume_m3 for place in places) / len(places)
    observations = LeakObservations(
        np.array([float(days_since_2000(leak.date)) for _, leak in fitted]),
        np.array([int(_KINDS[leak.kind]) for _, leak in fitted]),
        np.array([_value(leak, volume) for _, leak in fitted]),
        np.array([leak.log_sigma for _, leak in fitted]),
        np.array([leak.module is None for _, leak in fitted]),
        np.array([leak.hatch_open if leak.module is None else 1.0 for _, leak in fitted]),
    )
    days = [days_since_2000(leak.date) for _, leak in chosen]
    repairs = [days_since_2000(leak.date) for _, leak in chosen if leak.kind == "repair"]
    return Seen(
        station,
        places,
        tuple(key for key, _ in fitted),
        observations,
        np.array(repairs, dtype=np.float64),
        float(max(days)),
        _record(programme, places, chosen, float(observations.day[0])),
    )


def _value(leak: Leak, volume: float) -> float:
    """Return an observation in the unit of the fit; zero would say more than anybody can see."""
    if leak.kind == "decay":
        # The document counts the air of the module, the model that of the leaking compartment.
        share = (leak.share_per_day or 0.0) * volume / TUNNEL_PRIOR.volume.median
        return max(share, 1e-9) / SECONDS_PER_DAY
    return max(leak.kg_per_day or 0.0, 1e-6) / SECONDS_PER_DAY


def _record(
    programme: Programme, places: tuple[str, ...], chosen: list[tuple[str, Leak]], onset: float
) -> LeakRecord | None:
    """Return the first leak and the count of leaks, by the age of the module."""
    if len(places) != 1:
        return None
    born = in_orbit_from(programme, history(programme), places[0])
    if born is None or onset <= born:
        return None
    first = (onset - born) * DAY
    low = max(first - TUNNEL_PRIOR.onset_span / DAYS_PER_YEAR * YEAR, 0.0)
    counted = [(leak.date, leak.places) for _, leak in chosen if leak.places]
    if not counted:
        return LeakRecord(low, first, first, 1)
    when, places_found = counted[-1]
    age = max((days_since_2000(when) - born) * DAY, first)
    return LeakRecord(low, first, age, int(places_found or 1))


def in_orbit_from(programme: Programme, told: History, module: str) -> int | None:
    """Return the day from which a module is in orbit, None if it never is. [d]"""
    launched = programme.module[module].launched
    days = [
        since
        for states in told.states.values()
        for since, modules, _ in states
        if module in modules
    ]
    if not days:
        return None
    return days_since_2000(launched if launched is not None else min(days))


def held_modules(programme: Programme, seen: tuple[Seen, ...]) -> tuple[Held, ...]:
    """Return the modules of observed stations that have a described hull and no known leak.

    That none of theirs is in the document counts as none up to the last observation of their
    station: what it lost is told without them.

    Parameters
    ----------
    programme : Programme
        The document.
    seen : tuple of Seen
        Its leaking places.

    Returns
    -------
    tuple of Held
    """
    told = history(programme)
    leaking = {place for one in seen for place in one.places}
    found: dict[str, float] = {}
    for one in seen:
        for module in programme.module:
            if module in leaking or programme.module[module].hull is None:
                continue
            born = in_orbit_from(programme, told, module)
            last = _last_day_on(told, one.station, module)
            if born is None or last is None or min(last, one.until) <= born:
                continue
            age = (min(last, one.until) - born) * DAY
            found[module] = max(age, found.get(module, 0.0))
    return tuple(Held(module, age) for module, age in found.items())


def _last_day_on(told: History, station: str, module: str) -> float | None:
    """Return the day on which a module leaves a station for good, infinite if it stays."""
    last, there = None, False
    for since, modules, _ in told.states.get(station, []):
        if module in modules:
            there = True
            last = float("inf")
        elif there:
            there, last = False, float(days_since_2000(since))
    return last
