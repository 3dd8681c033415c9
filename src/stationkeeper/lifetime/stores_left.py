"""Days left by item along the plan of the document, and what the loss of a cargo ship would do.

One course with mean use, no replicas: people as planned, recovery while its functions are there on
paper, air made up for as recorded. The day-step engine flies the same stores with all that fails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.household.stores import (
    Course,
    coming_use,
    days_left,
    demand,
    reserve_day,
    stock_course,
)
from stationkeeper.household.stores import zero_day as first_zero
from stationkeeper.lifetime.calendar import Calendar, calendar_of
from stationkeeper.lifetime.hardware import Visit, visits
from stationkeeper.lifetime.people import people_aboard, stays
from stationkeeper.lifetime.withdrawals import withdrawn
from stationkeeper.programme.composition import all_crews, all_flights, station_intervals
from stationkeeper.programme.document import Programme
from stationkeeper.programme.function_graph import functions_there, provider_days
from stationkeeper.programme.functions import Brought
from stationkeeper.programme.traffic import Flight
from stationkeeper.programme.wear import Leak
from stationkeeper.results.folder import RunFolder
from stationkeeper.results.storage import write_document
from stationkeeper.schedule.manifest import Item, Load, remanifest
from stationkeeper.units import date_from_days, days_since_2000

Array = NDArray[np.float64]

STORES: Final = "stores.json"
WEEK: Final = 7  # [d] between the dates of the document
LOSSES: Final = 6  # planned cargo ships whose loss is told, one at a time
AFTER: Final = 6  # ships after it whose loads may change; our choice
BEYOND: Final = 120  # [d] for which the last of them must last; our choice
# [kg/d/m3] air lost by a station without a record: the ISS in 2011, 0.227 kg/d of 916 m3.
LOSS_BY_VOLUME: Final = 0.227 / 916.0
AIR: Final = 1.2  # [kg/m3] air of a cabin
BROUGHT: Final = {
    "oxygen": ("oxygen_kg", "gas"),
    "nitrogen": ("nitrogen_kg", "gas"),
    "water": ("water_kg", "water"),
    "food": ("food_kg", "dry"),
}
FULL_HOLDS: Final = (
    "Room that the class leaves is taken as filled with other cargo, if no manifest says so."
)


@dataclass(frozen=True)
class Supplies:
    """The stores of one station along the plan.

    Attributes
    ----------
    first : int
        First day on which the station is there, since 2000-01-01. [d]
    keys : tuple of str
        Stores that are not filled by a function.
    use : ndarray, (store, day)
        What is wanted. [kg/d]
    start, capacity, reserve_days : ndarray, (store,)
        Aboard on the first day; most; days of use kept. [kg, kg, d]
    ships : tuple of Visit
        Those that bring something for them, by place of the day counted from the first.
    places : tuple of int
        Their days of docking, counted from the first. [d]
    brings : ndarray, (ship, store)
        [kg]
    """

    first: int
    keys: tuple[str, ...]
    use: Array
    start: Array
    capacity: Array
    reserve_days: Array
    ships: tuple[Visit, ...]
    places: tuple[int, ...]
    brings: Array

    @property
    def days(self) -> int:
        """Number of days."""
        return int(self.use.shape[1])

    def brought(self, brings: Array | None = None) -> Array:
        """Return what comes on each day, (store, day), with other loads if given. [kg]"""
        came = np.zeros(self.use.shape)
        for place, amounts in zip(
            self.places, self.brings if brings is None else brings, strict=True
        ):
            came[:, place] += amounts
        return came

    def course(self, brings: Array | None = None) -> Course:
        """Return the stores from day to day."""
        return stock_course(
            np.arange(self.first, self.first + self.days + 1, dtype=np.float64),
            self.use,
            self.start,
            self.brought(brings),
            self.capacity,
        )


def supplies(programme: Programme, station: str) -> Supplies | None:
    """Return the stores of a station along the plan of the document.

    Parameters
    ----------
    programme : Programme
        A checked programme, withdrawals applied.
    station : str
        Key of the station.

    Returns
    -------
    Supplies or None
        None if the station is never there in the span, or has no stores.

    Notes
    -----
    A store whose amount was counted on another day than the first begins with what the plan leaves
    of it, see `level_on`. A station is there from its first day with a module to its last, or to
    the day before its descent begins, by when its people have left.
    """
    keys = tuple(
        key
        for key, store in programme.store.items()
        if store.station == station and store.filled_by is None and store.unit == "kg"
    )
    calendar = calendar_of(programme.span.first, programme.span.last)
    intervals = station_intervals(programme)
    spans = [span for span in intervals.get(station, ()) if span.modules]
    if not keys or not spans:
        return None
    begin = max(spans[0].first - calendar.first_day, 0)
    end = min(spans[-1].last - calendar.first_day, calendar.days)
    descent = programme.station[station].end
    if descent is not None and descent.kind in ("controlled", "uncontrolled"):
        end = min(end, calendar.place(descent.since))
    if begin >= end:
        return None
    flights = all_flights(programme)
    wanted = _wanted(programme, station, keys, calendar, flights)[:, begin:end]
    ships = [
        visit
        for visit in visits(programme, flights, intervals, calendar)[station]
        if visit.arrives and begin <= visit.first < end
    ]
    brings = np.array([_amounts(programme, keys, visit.brings) for visit in ships])
    some = [number for number, amounts in enumerate(brings) if amounts.any()]
    start = [min(starting_level(programme, key), programme.store[key].capacity) for key in keys]
    return Supplies(
        first=calendar.first_day + begin,
        keys=keys,
        use=wanted,
        start=np.array(start, np.float64),
        capacity=np.array([programme.store[key].capacity for key in keys], np.float64),
        reserve_days=np.array([programme.store[key].reserve_days for key in keys], np.float64),
        ships=tuple(ships[number] for number in some),
        places=tuple(ships[number].first - begin for number in some),
        brings=brings[some] if some else np.zeros((0, len(keys))),
    )


def starting_level(programme: Programme, key: str) -> float:
    """Return what of a store is aboard on the first day of the span.

    As counted on that day, else what the plan leaves by then of what was counted, see `level_on`;
    as counted for a station that is not there yet.
    """
    store, first = programme.store[key], programme.span.first
    if store.counted_on is None or store.counted_on == first:
        return store.aboard
    spans = [span for span in station_intervals(programme).get(store.station, ()) if span.modules]
    if not spans or spans[0].first > days_since_2000(first):
        return store.aboard
    return level_on(programme, key, first)


def level_on(programme: Programme, key: str, day: date) -> float:
    """Return what of a store is aboard at the begin of a day, along the plan with mean use.

    Parameters
    ----------
    programme : Programme
        A checked programme, withdrawals applied.
    key : str
        The store.
    day : date
        Before or after the day on which it was counted; without one the first day of the span.

    Returns
    -------
    float
        Before what ships bring on that day. [the store's unit]

    Notes
    -----
    Forward as flown by the plan: what finds no room is refused. Backward by the sums alone, within
    zero and the capacity: what was refused or unmet then is not known.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> iss = read_programme("iss")
    >>> level_on(iss, "food", iss.span.first)
    250.0
    """
    store = programme.store[key]
    counted = store.counted_on or programme.span.first
    if counted == day:
        return store.aboard
    first, last = min(counted, day), max(counted, day)
    span = programme.span.model_copy(update={"first": first, "last": last})
    there = store.model_copy(update={"counted_on": None})
    piece = programme.model_copy(update={"span": span, "store": {key: there}})
    along = supplies(piece, store.station)
    if along is None:
        return store.aboard
    to = min(days_since_2000(last) - along.first, along.days)
    if counted < day:
        return float(along.course().end[0, to - 1]) if to > 0 else store.aboard
    came, used = along.brought()[0, :to].sum(), along.use[0, :to].sum()
    return float(np.clip(store.aboard + used - came, 0.0, store.capacity))


def _wanted(
    programme: Programme,
    station: str,
    keys: Sequence[str],
    calendar: Calendar,
    flights: Mapping[str, Flight],
) -> Array:
    """What is wanted of each store on each day of the span. [kg/d]"""
    crews = all_crews(programme)
    here = {name: crew for name, crew in crews.items() if crew.station == station}
    nations = tuple(sorted({nation for crew in here.values() for nation in crew.seats}))
    people = people_aboard(stays(here, calendar), (station,), nations, calendar)[0].sum(axis=0)
    there, _ = functions_there(
        programme, station, provider_days(programme, station, flights=flights)
    )
    exists = np.zeros(calendar.days)
    volume = np.zeros(calendar.days)
    for span in station_intervals(programme)[station]:
        days = calendar.clipped(span.first - calendar.first_day, span.last - calendar.first_day)
        exists[days] = 1.0
        volume[days] = sum(programme.module[m].pressurised_volume_m3 for m in span.modules)
    leak = recorded_leak(programme, station, calendar, volume)
    wanted = []
    for key in keys:
        store = programme.store[key]
        spared = np.zeros(calendar.days)
        for name, share in store.spared_by.items():
            spared += share * there.get(name, np.zeros(calendar.days, np.bool_))
        wanted.append(
            demand(
                people,
                store.use_per_person_day,
                standing_use=store.use_per_day * exists,
                recovered=np.minimum(spared, 1.0),
                leak=leak * exists if store.takes_leaks else 0.0,
            )
        )
    return np.array(wanted)


def recorded_leak(programme: Programme, station: str, calendar: Calendar, volume: Array) -> Array:
    """Air that a station loses a day, as recorded, straight between observations.

    Observations of the whole station hold until the first repair after the last of them; from then
    on the median of them, and beside it the modules measured by themselves, for the share of time
    for which their hatch is open. A bound counts half. Without a record a station loses what the
    ISS lost in 2011, by volume.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str
        Key of the station.
    calendar : Calendar
        Days.
    volume : ndarray, (day,)
        Pressurised. [m3]

    Returns
    -------
    ndarray, (day,)
        [kg/d]
    """
    told = [leak for leak in programme.leak.values() if leak.station == station]
    told.sort(key=lambda leak: leak.date)
    whole = [leak for leak in told if leak.module is None and leak.kind == "rate"]
    if not whole:
        return np.asarray(LOSS_BY_VOLUME * volume)
    rates = np.array([leak.kg_per_day or 0.0 for leak in whole])
    day = np.arange(calendar.days, dtype=np.float64)
    lost: Array = np.asarray(
        np.interp(day, [calendar.place(leak.date) for leak in whole], rates), np.float64
    )
    mended = [leak.date for leak in told if leak.kind == "repair" and leak.date > whole[-1].date]
    if mended:
        since = max(calendar.place(mended[0]), 0)
        lost[since:] = np.median(rates)
        for name in dict.fromkeys(leak.module for leak in told if leak.module is not None):
            seen = [leak for leak in told if leak.module == name and leak.kind != "repair"]
            module = programme.module.get(name)
            if seen and module is not None:
                opened = module.hull.hatch_open if module.hull is not None else 1.0
                lost[since:] += opened * np.interp(
                    day[since:],
                    [calendar.place(leak.date) for leak in seen],
                    [_rate(leak, module.pressurised_volume_m3) for leak in seen],
                )
    return lost


def _rate(leak: Leak, volume: float) -> float:
    """Return an observation as air lost a day. [kg/d]"""
    if leak.kind == "decay":
        return (leak.share_per_day or 0.0) * volume * AIR
    rate = leak.kg_per_day or 0.0
    return 0.5 * rate if leak.kind == "below" else rate


def _amounts(programme: Programme, keys: Sequence[str], brought: Brought) -> list[float]:
    """What a ship brings for each store; stores of one kind share it. [kg]"""
    kinds = [programme.store[key].kind for key in keys]
    return [
        getattr(brought, BROUGHT[kind][0]) / kinds.count(kind) if kind in BROUGHT else 0.0
        for kind in kinds
    ]


def stores_document(programme: Programme) -> dict[str, Any]:
    """Return days left by item and what each loss of the next cargo ships would do.

    Parameters
    ----------
    programme : Programme
        A checked programme.

    Returns
    -------
    dict
        ``stations``: by station ``items`` (weekly levels and days left with what is aboard alone,
        the days of reserve and zero as planned) and ``if_lost`` (the same days without one of the
        next planned cargo ships, as it is and with other loads on the ships after it).

    Notes
    -----
    Left out: propellant and spare parts, which the ensemble flies. Days left are null where nothing
    runs out before the last day. The reserve is what people and leaks will want in its days.
    """
    whole = withdrawn(programme)
    found = {}
    for station in whole.station:
        along = supplies(whole, station)
        if along is not None:
            found[station] = {
                "items": _items(whole, along),
                "if_lost": _losses(whole, along),
            }
    return {"stations": found}


def write_stores(folder: RunFolder, programme: Programme) -> None:
    """Write ``stores.json`` into the run folder; the same programme gives the same bytes.

    Raises
    ------
    StorageError
        If it cannot be written.
    """
    write_document(folder.path / STORES, stores_document(programme))


def _items(programme: Programme, along: Supplies) -> list[dict[str, Any]]:
    course = along.course()
    left = days_left(course)
    weekly = slice(0, None, WEEK)
    dates = [date_from_days(day).isoformat() for day in course.day[:-1][weekly]]
    marks = _marks(along, course, 0)
    return [
        {
            "store": key,
            "title": programme.store[key].title,
            "kind": programme.store[key].kind,
            "unit": programme.store[key].unit,
            "capacity": programme.store[key].capacity,
            "reserve_days": programme.store[key].reserve_days,
            "days": dates,
            "level": [round(float(level), 1) for level in course.begin[row, weekly]],
            "days_left": [
                round(float(days), 1) if np.isfinite(days) else None for days in left[row, weekly]
            ],
            "reserve_on": marks[row]["reserve_on"],
            "zero_on": marks[row]["zero_on"],
        }
        for row, key in enumerate(along.keys)
    ]


def _marks(along: Supplies, course: Course, since: int) -> list[dict[str, Any]]:
    """Days of reserve and of zero of each store, from a place of a day on."""
    piece = Course(
        course.day[since:],
        *(
            part[:, since:]
            for part in (course.use, course.begin, course.end, course.refused, course.unmet)
        ),
    )
    reserve = reserve_day(piece, coming_use(piece, along.reserve_days))
    zero = first_zero(piece)
    return [
        {"store": key, "reserve_on": _date(reserve[row]), "zero_on": _date(zero[row])}
        for row, key in enumerate(along.keys)
    ]


def _date(day: float) -> str | None:
    return date_from_days(float(day)).isoformat() if np.isfinite(day) else None


def _losses(programme: Programme, along: Supplies) -> list[dict[str, Any]]:
    cargo = [
        number
        for number, visit in enumerate(along.ships)
        if visit.ship.seats == 0 and visit.planned
    ]
    flights = all_flights(programme)
    return [
        _loss(programme, along, flights, cargo, lost) for lost in range(min(len(cargo), LOSSES))
    ]


def _loss(
    programme: Programme,
    along: Supplies,
    flights: Mapping[str, Flight],
    cargo: Sequence[int],
    lost: int,
) -> dict[str, Any]:
    number = cargo[lost]
    visit = along.ships[number]
    brings = along.brings.copy()
    brings[number] = 0.0
    course = along.course(brings)
    launched = flights[visit.flight].launched
    told = max(days_since_2000(launched) - along.first, 0)
    marks = _marks(along, course, told)
    document: dict[str, Any] = {
        "flight": visit.flight,
        "ship": visit.ship_key,
        "launched": launched.isoformat(),
        "items": marks,
        "remanifest": None,
    }
    after = [one for one in cargo[lost + 1 :] if along.ships[one].ship.hold is not None][:AFTER]
    if not after:
        return document
    end = min(along.places[after[-1]] + BEYOND, along.days)
    rows = [row for row, key in enumerate(along.keys) if programme.store[key].kind in BROUGHT]
    items = [
        Item(
            key=along.keys[row],
            hold=BROUGHT[programme.store[along.keys[row]].kind][1],
            stock=float(course.begin[row, told]),
            capacity=float(along.capacity[row]),
            use=along.use[row, told:end],
            reserve_days=float(along.reserve_days[row]),
        )
        for row in rows
    ]
    others = [
        one
        for one, place in enumerate(along.places)
        if told < place < end and one != number and one not in after
    ]
    planned = [
        *(_load(along, rows, items, one, told, flights) for one in after),
        *(_as_it_is(along, rows, items, one, told) for one in others),
    ]
    anew = remanifest(items, planned)
    for one, load in zip([*after, *others], anew, strict=True):
        brings[one, rows] = load.items
    document["remanifest"] = {
        "flights": [
            {
                "flight": before.key,
                "docked": flights[before.key].docked.isoformat(),
                "before": _carried(programme, items, before),
                "after": _carried(programme, items, then),
            }
            for before, then in zip(planned, anew, strict=True)
            if _changes(before, then)
        ],
        "items": _marks(along, along.course(brings), told),
        "note": FULL_HOLDS,
    }
    return document


def _load(
    along: Supplies,
    rows: Sequence[int],
    items: Sequence[Item],
    number: int,
    told: int,
    flights: Mapping[str, Flight],
) -> Load:
    """Return what a cargo ship is planned to carry, and the most that it can."""
    visit = along.ships[number]
    hold = visit.ship.hold
    alone = _as_it_is(along, rows, items, number, told)
    if hold is None:
        return alone
    total = max(hold.total_kg - visit.propellant, alone.total)
    most = max(hold.dry_kg, alone.dry)
    if flights[visit.flight].manifest is None:
        other = min(most - alone.dry, total - alone.total)
    else:
        other = visit.brings.spares_kg + visit.brings.other_kg
    return replace(
        alone,
        total=max(total, alone.total + other),
        dry=max(most, alone.dry + other),
        water=max(hold.water_kg, alone.water),
        gas=max(hold.gas_kg, alone.gas),
        other=other,
    )


def _as_it_is(
    along: Supplies, rows: Sequence[int], items: Sequence[Item], number: int, told: int
) -> Load:
    """Return a ship with room for what it is planned to bring and no more."""
    amounts = tuple(float(along.brings[number, row]) for row in rows)
    holds = {"dry": 0.0, "water": 0.0, "gas": 0.0}
    for item, amount in zip(items, amounts, strict=True):
        holds[item.hold] += amount
    return Load(
        key=along.ships[number].flight,
        place=along.places[number] - told,
        total=sum(amounts),
        items=amounts,
        other=0.0,
        **holds,
    )


def _changes(before: Load, then: Load) -> bool:
    """Tell whether two loads differ by more than what is printed."""
    pairs = zip((*before.items, before.other), (*then.items, then.other), strict=True)
    return any(abs(one - other) > 0.05 for one, other in pairs)


def _carried(programme: Programme, items: Sequence[Item], load: Load) -> dict[str, float]:
    """Return a load by kind, as a manifest has it. [kg]"""
    carried = {name: 0.0 for name, _ in BROUGHT.values()}
    for item, amount in zip(items, load.items, strict=True):
        carried[BROUGHT[programme.store[item.key].kind][0]] += amount
    carried["other_kg"] = load.other
    return {name: round(amount, 1) for name, amount in carried.items()}
