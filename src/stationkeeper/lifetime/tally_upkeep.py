"""From lives to counts of what wore, leaked, was struck, failed and ran short."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import DAYS_PER_YEAR
from stationkeeper.lifetime.assemble import Assembled
from stationkeeper.lifetime.fly import Lives
from stationkeeper.lifetime.upkeep import Upkeep
from stationkeeper.lifetime.upkeep_fly import Upkept
from stationkeeper.lifetime.upkeep_plan import (
    CAUSE_COLLISION,
    CAUSE_TARGET,
    NEVER,
    Happening,
)
from stationkeeper.results.bins import counted, quantiles_from_counts
from stationkeeper.results.upkeep_variables import LEAK_BINS, STORE_BINS

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Kept = Mapping[str, Upkeep]

HYPOTHESES: Final = ("welds", "vibration")
COLLISION: Final = "collision with a tracked object"

# Events that stay in the table of replicas, in words without causes; the subject follows.
WORDS: Final[dict[Happening, tuple[str, str]]] = {
    Happening.FUNCTION_DOWN: ("function not provided", "1"),
    Happening.FUNCTION_LOST: ("function lost", "1"),
    Happening.LEAK_BEGINS: ("leak begins", "kg/d"),
    Happening.LEAK_BEYOND_LIMIT: ("leak beyond the limit", "kg/d"),
    Happening.HATCH_SHUT: ("hatch shut", "kg/d"),
    Happening.HULL_PENETRATED: ("hull penetrated", "mm"),
    Happening.SHIP_HIT: ("docked ship struck through", "1"),
    Happening.SEAT_LOST: ("people without a seat home", "1"),
    Happening.STORE_SHORT: ("store runs short", "1"),
    Happening.EVACUATION: ("people leave early", "1"),
    Happening.RETURN: ("people are back", "1"),
    Happening.STATION_LOST: ("station lost", "1"),
    Happening.CREW_LOST: ("people lost", "1"),
    Happening.COLLISION: ("collision", "1"),
    Happening.SHIP_LOST: ("cargo flight lost", "1"),
}
INPUTS: Final = (
    ("particle factor", "1"),
    ("leak hypothesis (0 welds, 1 vibration)", "1"),
    ("air lost beside leaks", "kg/d"),
)
_MILLIMETRES = 1_000.0


def cause_names(kept: Kept) -> tuple[str, ...]:
    """Return all causes of an evacuation or a loss, the same at all stations."""
    found = {COLLISION}
    for one in kept.values():
        found |= {f"function {name}" for name in one.functions}
        found |= set(one.targets)
    return tuple(sorted(found))


def _cause_numbers(one: Upkeep, causes: tuple[str, ...], subject: Whole) -> Whole:
    """Return the number of each cause that a log gives for one station."""
    table = np.zeros(CAUSE_COLLISION + 1, np.int64)
    for number, name in enumerate(one.functions):
        table[number] = causes.index(f"function {name}")
    for number, name in enumerate(one.targets):
        table[CAUSE_TARGET + number] = causes.index(name)
    table[CAUSE_COLLISION] = causes.index(COLLISION)
    return np.asarray(table[subject])


def _subjects(one: Upkeep, happening: Happening) -> tuple[str, ...]:
    """Return what the subjects of an event are called; empty if it has none."""
    match happening:
        case Happening.FUNCTION_DOWN | Happening.FUNCTION_LOST:
            return one.functions
        case Happening.LEAK_BEGINS | Happening.LEAK_BEYOND_LIMIT | Happening.HATCH_SHUT:
            return one.modules
        case Happening.HULL_PENETRATED | Happening.SHIP_HIT | Happening.SEAT_LOST:
            return one.targets
        case Happening.STORE_SHORT:
            return one.stores
        case Happening.SHIP_LOST:
            return one.risk.ships
    return ()


_OF_FUNCTIONS: Final = (Happening.FUNCTION_DOWN, Happening.FUNCTION_LOST)
_CAUSED: Final = (Happening.EVACUATION, Happening.STATION_LOST, Happening.CREW_LOST)


def upkeep_events(kept: Kept) -> list[tuple[str, str]]:
    """Return name and unit of the events that the table of replicas keeps, in a fixed order."""
    found: list[tuple[str, str]] = list(INPUTS)
    for happening, (words, unit) in WORDS.items():
        names: set[str] = set()
        for one in kept.values():
            names |= set(_subjects(one, happening))
        if happening in _CAUSED:
            names = set(cause_names(kept))
        found += [(f"{words}: {name}", unit) for name in sorted(names)]
        if not names and happening in (Happening.RETURN, Happening.COLLISION):
            found.append((words, unit))
    return found


def _event_numbers(
    one: Upkeep,
    numbers: Mapping[str, int],
    causes: tuple[str, ...],
    happening: Happening,
    subject: Whole,
) -> Whole:
    """Return the place of each event of one kind in `upkeep_events`, whose names are numbered."""
    words = WORDS[happening][0]
    if happening in _CAUSED:
        table = np.array([numbers[f"{words}: {cause}"] for cause in causes], np.int64)
        return np.asarray(table[_cause_numbers(one, causes, subject)])
    subjects = _subjects(one, happening)
    if not subjects:
        return np.full(subject.shape, numbers[words])
    table = np.array([numbers[f"{words}: {name}"] for name in subjects], np.int64)
    return np.asarray(table[subject])


def all_names(kept: Kept) -> dict[str, tuple[str, ...]]:
    """Return groups, functions, stores, causes and hypotheses of the run, each once."""

    def joined(of: str) -> tuple[str, ...]:
        return tuple(sorted({name for one in kept.values() for name in getattr(one, of)}))

    return {
        "group": joined("groups"),
        "function": joined("functions"),
        "store": joined("stores"),
        "cause": cause_names(kept),
        "hypothesis": HYPOTHESES,
    }


def empty_sums(assembled: Assembled, kept: Kept) -> dict[str, NDArray[Any]]:
    """Return the sums of no replica at all."""
    names = all_names(kept)
    stations = len(assembled.stations)
    months, years = len(assembled.calendar.months), len(assembled.calendar.years)
    groups, functions = len(names["group"]), len(names["function"])
    stores, causes = len(names["store"]), len(names["cause"])
    modules, hypotheses = len(assembled.programme.module), len(HYPOTHESES)
    shapes = {
        "has_station": (stations, years),
        "failures": (stations, groups, years),
        "penetrations": (stations, modules, years),
        "any_penetration": (stations, years),
        "ship_hits": (stations, years),
        "leaks_begun": (stations, modules, hypotheses, years),
        "leaks_beyond": (stations, modules, years),
        "leaks_beyond_any": (stations, hypotheses, years),
        "of_hypothesis": (stations, hypotheses, years),
        "dealt_hypothesis": (stations, hypotheses),
        "evacuations": (stations, causes, years),
        "stations_lost": (stations, causes, years),
        "crews_lost": (stations, causes, years),
        "lost_by": (stations, years),
        "ever_had": (stations, years),
        "down": (functions, months),
        "down_of": (functions, months),
        "people_days": (stations, months),
        "crewed_days": (stations, months),
        "station_days": (stations, months),
    }
    sums: dict[str, NDArray[Any]] = {
        f"upkeep_{name}": np.zeros(shape, np.int64) for name, shape in shapes.items()
    }
    sums["upkeep_leak"] = np.zeros((stations, months, LEAK_BINS.count), np.int32)
    sums["upkeep_store"] = np.zeros((stores, months, STORE_BINS.count), np.int32)
    return sums


def tally_upkeep(
    assembled: Assembled, kept: Kept, lives: Lives
) -> tuple[dict[str, NDArray[Any]], list[tuple[NDArray[Any], ...]]]:
    """Count what some replicas went through.

    Returns
    -------
    sums : dict of arrays
        Named and shaped as by `empty_sums`.
    rows : list of (replica, station, event, place, value)
        Events, numbered as in `upkeep_events`.
    """
    sums = empty_sums(assembled, kept)
    rows: list[tuple[NDArray[Any], ...]] = []
    for number, flown in enumerate(assembled.stations):
        _station(assembled, kept, lives, number, flown.key, sums, rows)
    return sums, rows


def _station(
    assembled: Assembled,
    kept: Kept,
    lives: Lives,
    number: int,
    key: str,
    sums: dict[str, NDArray[Any]],
    rows: list[tuple[NDArray[Any], ...]],
) -> None:
    calendar = assembled.calendar
    one, upkept = kept[key], lives.upkept[key]
    course, log = upkept.course, upkept.log
    names = all_names(kept)
    months, years = len(calendar.months), len(calendar.years)
    size = lives.replicas.size
    year_of_month = calendar.year_of_month
    year_of_place = year_of_month[calendar.month_of_day]
    hypothesis = lives.leaks[key].hypothesis.astype(np.int64)
    events = upkept.events
    who, place, code = log.replica[:events], log.place[:events], log.code[:events]
    subject, value = log.subject[:events], log.value[:events]
    year = year_of_place[place] if events else place

    # Who has the station in a year: it was there on a day of it and not lost before.
    lived = course.lived > 0
    firsts = np.flatnonzero(np.diff(year_of_month, prepend=-1))
    has = np.logical_or.reduceat(lived, firsts, axis=1)
    # The day of the loss itself is not lived: a station lost on its first day of a year counts.
    lost = code == Happening.STATION_LOST
    has[who[lost], year[lost]] = True
    sums["upkeep_has_station"][number] = has.sum(axis=0)
    np.add.at(sums["upkeep_of_hypothesis"][number], hypothesis, has.astype(np.int64))
    started = upkept.state.started
    np.add.at(sums["upkeep_dealt_hypothesis"][number], hypothesis, 1)
    lost_year = np.full(size, years)
    lost_year[who[lost]] = year[lost]
    sums["upkeep_lost_by"][number] = (lost_year[:, None] <= np.arange(years)).sum(axis=0)
    ever = np.logical_or.accumulate(has, axis=1)
    sums["upkeep_ever_had"][number] = (ever & started[:, None]).sum(axis=0)

    def once(which: Flags, *parts: Whole) -> list[Whole]:
        """Return who, year and parts of the first of the events of a replica in a year."""
        table = np.stack([who[which], year[which]], axis=1)
        _, first = np.unique(table, axis=0, return_index=True)
        return [part[which][first] for part in (who, year, *parts)]

    group_place = np.array([names["group"].index(name) for name in one.groups], np.int64)
    module_keys = list(assembled.programme.module)
    module_place = np.array([module_keys.index(name) for name in one.modules], np.int64)

    broke = code == Happening.UNIT_FAILS
    np.add.at(sums["upkeep_failures"][number], (group_place[subject[broke]], year[broke]), 1)
    holed = code == Happening.HULL_PENETRATED
    holed_module = module_place[one.plan.target_module[subject[holed]]]
    np.add.at(sums["upkeep_penetrations"][number], (holed_module, year[holed]), 1)
    np.add.at(sums["upkeep_any_penetration"][number], once(holed)[1], 1)
    np.add.at(sums["upkeep_ship_hits"][number], year[code == Happening.SHIP_HIT], 1)
    # Leaks that are there on the first day began before it.
    born = (code == Happening.LEAK_BEGINS) & (place > int(np.argmax(one.plan.exists)))
    where = (module_place[subject[born]], hypothesis[who[born]], year[born])
    np.add.at(sums["upkeep_leaks_begun"][number], where, 1)
    beyond = code == Happening.LEAK_BEYOND_LIMIT
    for module in np.unique(subject[beyond]):
        years_of = once(beyond & (subject == module))[1]
        np.add.at(sums["upkeep_leaks_beyond"][number, module_place[module]], years_of, 1)
    first_who, first_year = once(beyond)
    np.add.at(sums["upkeep_leaks_beyond_any"][number], (hypothesis[first_who], first_year), 1)
    causes = _cause_numbers(one, names["cause"], np.where(np.isin(code, _CAUSED), subject, 0))
    for name, happening in (
        ("evacuations", Happening.EVACUATION),
        ("stations_lost", Happening.STATION_LOST),
        ("crews_lost", Happening.CREW_LOST),
    ):
        _, first_year, cause = once(code == happening, causes)
        np.add.at(sums[f"upkeep_{name}"][number], (cause, first_year), 1)

    function_place = np.array([names["function"].index(name) for name in one.functions], np.int64)
    sums["upkeep_down"][function_place] += course.down
    ends = calendar.last_of_month
    # The engine sees the orbit at the begin of a month: who enters in it still counts.
    flying = ~np.isnan(lives.stations[key].altitude)
    in_orbit = np.logical_or.reduceat(flying, calendar.first_of_month, axis=1)
    # One that enters on the first day of a month was in orbit the day before.
    in_orbit[:, 1:] |= flying[:, calendar.first_of_month[1:] - 1]
    in_orbit &= one.plan.exists[ends]
    sums["upkeep_down_of"][function_place] += in_orbit.sum(axis=0)
    _months(assembled, number, upkept, sums)
    for row, name in enumerate(one.stores):
        level = course.store[:, row, :].astype(np.float64)
        sums["upkeep_store"][names["store"].index(name)] = counted(
            np.where(in_orbit, level, np.nan), np.arange(months), months, STORE_BINS
        )

    numbers = {name: number for number, (name, _) in enumerate(upkeep_events(kept))}
    # While nobody is aboard nobody needs a way home: that is no event.
    nobody = np.isin(code, _OF_FUNCTIONS) & (subject == one.plan.rescue)
    nobody &= one.plan.people[place] == 0
    for happening in WORDS:
        which = (code == happening) & ~nobody
        if not which.any():
            continue
        told = value[which] * (_MILLIMETRES if happening == Happening.HULL_PENETRATED else 1.0)
        rows.append(
            (
                lives.replicas[who[which]],
                np.full(int(which.sum()), number),
                _event_numbers(one, numbers, names["cause"], happening, subject[which]),
                place[which],
                np.where(told == 0.0, 1.0, told),
            )
        )
    first = int(np.argmax(one.plan.exists))
    leaks = lives.leaks[key]
    for event, values in enumerate(
        (lives.particle_factor[key], hypothesis.astype(np.float64), leaks.baseline)
    ):
        rows.append(
            (
                lives.replicas,
                np.full(size, number),
                np.full(size, event),
                np.full(size, first),
                values,
            )
        )


def _months(
    assembled: Assembled, number: int, upkept: Upkept, sums: dict[str, NDArray[Any]]
) -> None:
    """Count leaks and people by month."""
    calendar, course = assembled.calendar, upkept.course
    months = len(calendar.months)
    lived = course.lived.astype(np.float64)
    leak = np.divide(course.leak, lived, out=np.full(lived.shape, np.nan), where=lived > 0)
    sums["upkeep_leak"][number] = counted(leak, np.arange(months), months, LEAK_BINS)
    people = course.people
    first = calendar.first_of_month
    sums["upkeep_people_days"][number] = np.add.reduceat(people, first, axis=1, dtype=np.int64).sum(
        axis=0
    )
    sums["upkeep_crewed_days"][number] = np.add.reduceat(
        people > 0, first, axis=1, dtype=np.int64
    ).sum(axis=0)
    sums["upkeep_station_days"][number] = course.lived.sum(axis=0, dtype=np.int64)


def upkeep_values(
    assembled: Assembled, kept: Kept, sums: Mapping[str, NDArray[Any]], replicas: int
) -> dict[str, NDArray[Any]]:
    """Turn the sums of all replicas into the variables of `results.upkeep_variables`."""

    def share(name: str, of: NDArray[Any]) -> Array:
        total = sums[f"upkeep_{name}"]
        out = np.full(total.shape, np.nan)
        whole = np.broadcast_to(of, total.shape)
        np.divide(total, whole, out=out, where=whole > 0)
        return out

    names = all_names(kept)
    programme = assembled.programme
    has = sums["upkeep_has_station"]
    by_part = has[:, None, :]
    days = sums["upkeep_station_days"]
    return {
        "leak_kg_d": quantiles_from_counts(sums["upkeep_leak"], LEAK_BINS),
        "store_level": quantiles_from_counts(sums["upkeep_store"], STORE_BINS),
        "store_unit": _texts([programme.store[name].unit for name in names["store"]]),
        "store_station": _texts([programme.store[name].station for name in names["store"]]),
        "function_down": share("down", sums["upkeep_down_of"]),
        "function_station": _texts(
            [programme.function[name].station for name in names["function"]]
        ),
        "failures": share("failures", by_part),
        "group_age_years": _ages(assembled, kept, names["group"]),
        "people_mean": share("people_days", days),
        "crewed": share("crewed_days", days),
        "station_years": has / replicas,
        "penetrations": share("penetrations", by_part),
        "penetration_chance": share("any_penetration", has),
        "ship_hits": share("ship_hits", has),
        "leaks_begun": share("leaks_begun", has[:, None, None, :]),
        "leak_beyond_chance": share("leaks_beyond", by_part),
        "leak_beyond_station_chance": share("leaks_beyond_any", sums["upkeep_of_hypothesis"]),
        "hypothesis_share": sums["upkeep_dealt_hypothesis"] / replicas,
        "evacuation_chance": share("evacuations", by_part),
        "station_lost_chance": share("stations_lost", by_part),
        "crew_lost_chance": share("crews_lost", by_part),
        "lost_by_year": share("lost_by", sums["upkeep_ever_had"]),
    }


def _texts(words: list[str]) -> NDArray[Any]:
    # Of no words at all nothing would tell that they are words.
    return np.array(words, dtype=object) if words else np.array([], dtype="U1")


def _ages(assembled: Assembled, kept: Kept, groups: tuple[str, ...]) -> Array:
    """Mean age of the units of each group as installed, on the last day of each month. [year]"""
    ends = assembled.calendar.last_of_month
    ages = np.full((len(assembled.stations), len(groups), len(ends)), np.nan)
    for number, flown in enumerate(assembled.stations):
        one = kept[flown.key]
        plan = one.plan
        for unit, group in enumerate(plan.unit_group):
            first, last = int(plan.unit_first[unit]), int(plan.unit_last[unit])
            there = (ends >= first) & (ends < min(last, NEVER))
            row = groups.index(one.groups[group])
            age = plan.unit_age[unit] / 12.0 + (ends - first) / DAYS_PER_YEAR
            ages[number, row, there] = age[there]
    return ages
