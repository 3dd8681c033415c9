"""From a programme to the plan of the day-step engine: equipment, functions, stores, hatches."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import component_number
from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.crew.sides import side_rule
from stationkeeper.hull.after_penetration import FIGURES
from stationkeeper.hull.equipment import DAYS_PER_MONTH, hazard_table
from stationkeeper.hull.exposure import gamma_update
from stationkeeper.lifetime.assemble import Assembled, Flown
from stationkeeper.lifetime.hardware import Visit
from stationkeeper.lifetime.lost_cargo import AtRisk, at_risk
from stationkeeper.lifetime.particles import Targets
from stationkeeper.lifetime.stores_left import starting_level
from stationkeeper.lifetime.upkeep_plan import ABSENT, NEVER, Need, Plan
from stationkeeper.programme.functions import Function, Provider
from stationkeeper.programme.wear import Equipment
from stationkeeper.units import days_since_2000

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

DAY_OFFSET: Final = 2**20  # so that days before 2000 are events with numbers above zero
_YEAR: Final = DAYS_PER_YEAR * SECONDS_PER_DAY  # [s]
_MONTHS_OF_AGE: Final = 12 * 100  # no unit grows older in a run
_PRIOR_FAILURES: Final = 0.5  # our choice: what we say of a class weighs half a failure
_LOGISTIC: Final = np.sqrt(3.0) / np.pi  # scale of a logistic of deviation 1
NOBODY: Final = Provider(commanded_by="nobody")  # stands for a function that nobody asks for
_BROUGHT: Final = {
    "oxygen": "oxygen_kg",
    "nitrogen": "nitrogen_kg",
    "water": "water_kg",
    "food": "food_kg",
}


@dataclass(frozen=True)
class Upkeep:
    """One station as the engine sees it, with the names behind its numbers.

    Attributes
    ----------
    plan : Plan
        Arrays.
    segments, groups, functions, stores, modules, targets : tuple of str
        Keys in the order of the plan.
    risk : AtRisk
        Ships that may be lost on the way.
    """

    plan: Plan
    segments: tuple[str, ...]
    groups: tuple[str, ...]
    functions: tuple[str, ...]
    stores: tuple[str, ...]
    modules: tuple[str, ...]
    targets: tuple[str, ...]
    risk: AtRisk


def modules_of(assembled: Assembled, flown: Flown) -> tuple[str, ...]:
    """Return the modules that are ever in a station, in the order of the document."""
    names = list(assembled.programme.module)
    return tuple(
        name for name, there in zip(names, flown.hardware.modules, strict=True) if there.any()
    )


def module_ages(assembled: Assembled, modules: Sequence[str]) -> Array:
    """Return the age of each module on the first day of the run; less than 0 if it comes later.

    Returns
    -------
    ndarray, (module,)
        [d]
    """
    first = assembled.calendar.first_day
    return np.array([float(first - days_since_2000(_joined(assembled, name))) for name in modules])


def presence(assembled: Assembled, flown: Flown, modules: Sequence[str]) -> Flags:
    """Return on which days each module is in the station, (module, day)."""
    names = list(assembled.programme.module)
    return np.asarray(flown.hardware.modules[[names.index(name) for name in modules]])


def random_rate(group: Equipment) -> float:
    """Random failures of one unit a year, after what the fleet teaches.

    The rate of the document is a prior worth half a failure; the mean of the posterior is used.

    Examples
    --------
    >>> group = Equipment(title="pump", module="s1", units=2, needed=1, random_per_year=0.1)
    >>> random_rate(group)
    0.1
    >>> seen = group.model_copy(update={"fleet_failures": 0, "fleet_unit_years": 15.0})
    >>> round(random_rate(seen), 3)
    0.025
    """
    if group.fleet_unit_years is None or group.random_per_year == 0.0:
        return group.random_per_year
    shape, exposure = gamma_update(
        _PRIOR_FAILURES,
        _PRIOR_FAILURES / group.random_per_year,
        float(group.fleet_failures or 0),
        group.fleet_unit_years,
    )
    return float(shape / exposure)


def upkeep(assembled: Assembled, flown: Flown, targets: Targets) -> Upkeep:
    """Turn what the document says of one station into arrays.

    Parameters
    ----------
    assembled : Assembled
        The programme as arrays.
    flown : Flown
        The station.
    targets : Targets
        What particles strike.

    Returns
    -------
    Upkeep

    Notes
    -----
    A group that is never there closes the providers that need it, and so does a module. Where a
    unit was installed before the run, its age on the first day is that of the document: what it
    has lived through by then it has outlived.
    """
    programme, calendar = assembled.programme, assembled.calendar
    days = calendar.days
    station = flown.station
    modules = modules_of(assembled, flown)
    there = presence(assembled, flown, modules)
    segments = tuple(sorted({programme.module[name].segment for name in modules}))
    groups = tuple(
        key for key, group in sorted(programme.equipment.items()) if group.module in modules
    )
    functions = tuple(
        key for key, one in sorted(programme.function.items()) if one.station == flown.key
    )
    stores = tuple(key for key, one in sorted(programme.store.items()) if one.station == flown.key)
    people = assembled.people[assembled.keys.index(flown.key)]
    trained = _trained(assembled, flown, segments, people)
    ages = np.where(trained > 0, 1.0, station.upkeep.untended_factor) / DAYS_PER_MONTH
    ships = assembled.visits[flown.key]
    seats = np.zeros(days, np.int64)
    for visit in ships:
        seats[calendar.clipped(visit.first, visit.last)] += visit.ship.seats
    risk = at_risk(ships, days)
    operators = tuple(
        sorted({programme.module[programme.equipment[key].module].partner for key in groups})
    )
    with_parts = _with_parts(assembled, flown.key, operators)
    cargo = np.zeros((len(operators), days), np.int64)
    for visit in ships:
        if _surely_arrives(visit, days):
            cargo[:, visit.first] += with_parts(visit)
    ways = [
        (number, provider, _open(assembled, flown, provider, groups, functions, modules, there))
        for number, key in enumerate(functions)
        for _, provider in sorted(programme.function[key].provider.items())
    ]
    ways += [
        (number, NOBODY, _unasked(assembled, programme.function[key].segments, modules, there))
        for number, key in enumerate(functions)
        if programme.function[key].segments
    ]
    ways.sort(key=lambda way: way[0])
    providers = [(number, provider) for number, provider, _ in ways]
    opened = np.array([days_open for _, _, days_open in ways], bool).reshape(len(ways), days)
    planned = people.sum(axis=0).astype(np.int64)
    seats = np.maximum(seats, planned)  # people on the way sit in the ship that brings them
    stirs: Flags = np.zeros(days, np.bool_)
    stirs[(cargo > 0).any(axis=0)] = True
    stirs[risk.place[risk.place < days]] = True
    hatch = _hatches(assembled, modules, there, flown)
    for daily in (opened, planned[None, :], seats[None, :], trained, hatch):
        stirs[1:] |= (np.diff(daily.astype(np.float64), axis=1) != 0).any(axis=0)
    month_begins, month_ends = np.zeros((2, days), np.bool_)
    month_begins[calendar.first_of_month] = True
    month_ends[calendar.last_of_month] = True
    exists = flown.hardware.exists.copy()
    volume = np.array([programme.module[name].pressurised_volume_m3 for name in modules])
    inside = volume[:, None] * there
    plan = Plan(
        exists=exists,
        stirs=stirs,
        month_begins=month_begins,
        month_ends=month_ends,
        people=planned,
        seats=seats,
        trained=trained,
        cargo=cargo,
        volume=flown.hardware.volume,
        ship_first=np.searchsorted(risk.place, np.arange(days + 1)).astype(np.int64),
        ship_class=risk.class_of,
        ship_cargo=_table((with_parts(visit) for visit in risk.visits), len(operators)),
        **_equipment(assembled, groups, segments, operators, modules, there),
        wear=np.concatenate([np.zeros((len(segments), 1)), np.cumsum(ages, axis=1)], axis=1),
        function_need=np.array(
            [Need[programme.function[key].needed_by.upper()] for key in functions], np.int64
        ),
        function_order=_order({key: programme.function[key] for key in functions}),
        function_first_provider=_first([number for number, _ in providers], len(functions)),
        function_bridge=_padded([programme.function[key].bridge for key in functions], stores),
        orbit=_kind(assembled, functions, "orbit"),
        avoidance=_kind(assembled, functions, "avoidance"),
        rescue=_kind(assembled, functions, "rescue"),
        provider_open=opened,
        provider_burns=np.array([one.propellant for _, one in providers], np.bool_),
        provider_groups=_padded([one.equipment for _, one in providers], groups),
        provider_needs=_padded([one.needs for _, one in providers], functions),
        **_stores(assembled, flown, risk, stores, functions),
        module_segment=np.array(
            [segments.index(programme.module[name].segment) for name in modules], np.int64
        ),
        module_share=np.divide(
            inside, inside.sum(axis=0), out=np.zeros_like(inside), where=inside.sum(axis=0) > 0
        ),
        hatch=hatch,
        target_kind=targets.kind,
        target_module=targets.module,
        target_seats=targets.seats,
        target_until=targets.until,
        target_hazard=targets.hazard,
        target_hole=targets.hole,
        target_key=_keys([f"{flown.key}/{name}" for name in targets.names]),
        station_key=np.uint64(component_number(flown.key)),
        month=calendar.month_of_day,
        leak_limit=station.upkeep.leak_limit_kg_day,
        leak_found=station.upkeep.leak_found_kg_day,
        leak_repair_days=station.upkeep.leak_repair_days,
        robots=station.upkeep.robots,
        hands=station.upkeep.hands,
        rescue_days=round(station.upkeep.rescue_days),
        return_days=round(station.upkeep.return_days),
        collision_chance=station.upkeep.collision_chance,
        chain=np.array(
            [
                FIGURES.critical_crack.value,
                FIGURES.venting.value,
                FIGURES.critical_equipment.value,
                FIGURES.fragments.value,
                FIGURES.flash.value,
                FIGURES.recovery.value,
                FIGURES.isolate.value,
                FIGURES.board.value,
                FIGURES.spread.value * _LOGISTIC,
            ]
        ),
        event_offset=calendar.first_day + DAY_OFFSET,
    )
    return Upkeep(plan, segments, groups, functions, stores, modules, targets.names, risk)


def _surely_arrives(visit: Visit, days: int) -> bool:
    return visit.arrives and visit.chance_lost == 0.0 and 0 <= visit.first < days


def _with_parts(
    assembled: Assembled, station: str, operators: Sequence[str]
) -> Callable[[Visit], Whole]:
    """Return what tells of a visit the operators for whose equipment it brings spare parts.

    Cargo ships bring them, but planned ones none for partners under a sanction on that day.
    """
    calendar = assembled.calendar
    barred = [
        (calendar.place(shock.date), calendar.place(shock.until or date.max), shock.partners)
        for shock in assembled.programme.shock.values()
        if shock.kind == "sanction" and shock.station == station
    ]

    def carried(visit: Visit) -> Whole:
        parts = np.full(len(operators), visit.ship.seats == 0, np.int64)
        for first, last, partners in barred:
            if visit.planned and first <= visit.first <= last:
                parts[[operator in partners for operator in operators]] = 0
        return parts

    return carried


def _table(columns: Iterable[Whole], rows: int) -> Whole:
    """Return columns side by side."""
    found = list(columns)
    return np.array(found, np.int64).reshape(len(found), rows).T.copy()


def _trained(assembled: Assembled, flown: Flown, segments: Sequence[str], people: Array) -> Whole:
    """Planned people by segment that they can run, (segment, day)."""
    rules = flown.station.crew_rules
    trained = np.zeros((len(segments), assembled.calendar.days), np.int64)
    for row, segment in enumerate(segments):
        rule = side_rule(rules, segment)
        for nation, count in zip(assembled.nations, people, strict=True):
            if rule.runs(nation):
                trained[row] += count.astype(np.int64)
    return trained


def _keys(names: Sequence[str]) -> NDArray[np.uint64]:
    return np.array([component_number(name) for name in names], np.uint64)


def _first(numbers: Sequence[int], count: int) -> Whole:
    """Where the entries of each begin, for entries that are sorted by number."""
    return np.searchsorted(np.asarray(numbers, np.int64), np.arange(count + 1)).astype(np.int64)


def _padded(lists: Sequence[Sequence[str]], names: Sequence[str]) -> Whole:
    """Return lists of names as numbers in one table, padded; unknown names are left out."""
    numbers = [[names.index(one) for one in entries if one in names] for entries in lists]
    width = max((len(row) for row in numbers), default=0)
    table = np.full((len(numbers), max(width, 1)), ABSENT, np.int64)
    for row, entries in enumerate(numbers):
        table[row, : len(entries)] = entries
    return table


def _order(functions: dict[str, Function]) -> Whole:
    """Functions so that each comes after those it needs."""
    names = list(functions)
    needed = {
        key: {
            other
            for provider in one.provider.values()
            for other in provider.needs
            if other in functions
        }
        for key, one in functions.items()
    }
    ordered = TopologicalSorter({key: sorted(needed[key]) for key in names}).static_order()
    return np.array([names.index(key) for key in ordered], np.int64)


def _unasked(
    assembled: Assembled, segments: Sequence[str], modules: Sequence[str], there: Flags
) -> Flags:
    """Days without a module of the segments that consume a function: nobody misses it then."""
    asking = [assembled.programme.module[name].segment in segments for name in modules]
    return np.asarray(~there[np.array(asking, np.bool_)].any(axis=0))


def _kind(assembled: Assembled, functions: Sequence[str], kind: str) -> int:
    found = [n for n, key in enumerate(functions) if assembled.programme.function[key].kind == kind]
    return found[0] if found else ABSENT


def _open(
    assembled: Assembled,
    flown: Flown,
    provider: Provider,
    groups: Sequence[str],
    functions: Sequence[str],
    modules: Sequence[str],
    there: Flags,
) -> Flags:
    """Days on which a provider is commanded and all of it is at the station."""
    calendar = assembled.calendar
    days = calendar.days
    opened = np.ones(days, np.bool_)
    for name in provider.modules:
        opened &= there[modules.index(name)] if name in modules else np.False_
    for name in provider.equipment:
        module = assembled.programme.equipment[name].module
        opened &= there[modules.index(module)] if name in groups else np.False_
    if any(name not in functions for name in provider.needs):
        opened[:] = False
    if provider.ships:
        docked = np.zeros(days, np.bool_)
        for visit in assembled.visits[flown.key]:
            if visit.ship_key in provider.ships:
                docked[calendar.clipped(visit.first, visit.last)] = True
        opened &= docked
    if provider.since is not None:
        opened[: max(calendar.place(provider.since), 0)] = False
    if provider.until is not None:
        opened[max(calendar.place(provider.until) + 1, 0) :] = False
    return opened


def _equipment(
    assembled: Assembled,
    groups: Sequence[str],
    segments: Sequence[str],
    operators: Sequence[str],
    modules: Sequence[str],
    there: Flags,
) -> dict[str, Any]:
    programme, calendar = assembled.programme, assembled.calendar
    parts = [programme.equipment[key] for key in groups]
    unit_group, first, last, age, names = [], [], [], [], []
    for number, (key, part) in enumerate(zip(groups, parts, strict=True)):
        days = np.flatnonzero(there[modules.index(part.module)])
        begin, end = int(days[0]), int(days[-1]) + 1
        installed = part.installed or _joined(assembled, part.module)
        old = max(calendar.first_day + begin - days_since_2000(installed), 0) / DAYS_PER_MONTH
        for unit in range(part.units):
            unit_group.append(number)
            first.append(begin)
            last.append(end if end < calendar.days else NEVER)
            age.append(old)
            names.append(f"{key}/{unit}")
    scale = [np.inf if one.wear_scale_years is None else one.wear_scale_years for one in parts]
    return {
        "group_needed": np.array([one.needed for one in parts], np.int64),
        "group_segment": np.array(
            [segments.index(programme.module[one.module].segment) for one in parts], np.int64
        ),
        "group_operator": np.array(
            [operators.index(programme.module[one.module].partner) for one in parts], np.int64
        ),
        "group_by_people": np.array(["crew" in one.repaired_by for one in parts], np.bool_),
        "group_by_robot": np.array(["robot" in one.repaired_by for one in parts], np.bool_),
        "group_takes_spare": np.array([one.needs_spare for one in parts], np.bool_),
        "group_people_days": np.array([one.repair_days for one in parts], np.float64),
        "group_robot_days": np.array([one.robot_days for one in parts], np.float64),
        "group_spares": np.array([one.spares for one in parts], np.float64),
        "group_spares_per_cargo": np.array([one.spares_per_cargo for one in parts], np.float64),
        "group_hazard": hazard_table(
            np.array([random_rate(one) for one in parts]) / _YEAR,
            np.array([one.wear_shape for one in parts]),
            np.array(scale) * _YEAR,
            _MONTHS_OF_AGE,
        )
        if parts
        else np.zeros((0, _MONTHS_OF_AGE + 1)),
        "unit_group": np.array(unit_group, np.int64),
        "unit_first": np.array(first, np.int64),
        "unit_last": np.array(last, np.int64),
        "unit_age": np.array(age, np.float64),
        "unit_key": _keys(names),
    }


def _joined(assembled: Assembled, module: str) -> date:
    """Day from which the age of a module counts: its launch, or its first event."""
    launched = assembled.programme.module[module].launched
    days = [event.date for event in assembled.programme.event.values() if module in event.modules]
    return launched or min(days, default=assembled.programme.span.first)


def _stores(
    assembled: Assembled,
    flown: Flown,
    risk: AtRisk,
    stores: Sequence[str],
    functions: Sequence[str],
) -> dict[str, Any]:
    programme, days = assembled.programme, assembled.calendar.days
    parts = [programme.store[key] for key in stores]
    brought, at_risk = np.zeros((len(stores), days)), np.zeros((len(stores), len(risk.visits)))
    known = [
        {name: share for name, share in part.spared_by.items() if name in functions}
        for part in parts
    ]
    spared_by = _padded([tuple(shares) for shares in known], functions)
    spared = np.zeros(spared_by.shape)
    for row, shares in enumerate(known):
        spared[row, : len(shares)] = list(shares.values())
    for kind, key in _BROUGHT.items():
        rows = [row for row, part in enumerate(parts) if part.kind == kind]
        for visit in assembled.visits[flown.key]:
            if rows and _surely_arrives(visit, days):
                brought[rows, visit.first] += getattr(visit.brings, key) / len(rows)
        for ship, visit in enumerate(risk.visits):
            at_risk[rows, ship] = getattr(visit.brings, key) / max(len(rows), 1)
    return {
        "store_start": np.array(
            [
                min(starting_level(programme, key), one.capacity)
                for key, one in zip(stores, parts, strict=True)
            ],
            np.float64,
        ),
        "store_capacity": np.array([one.capacity for one in parts], np.float64),
        "store_use": np.array([one.use_per_day for one in parts], np.float64),
        "store_use_person": np.array([one.use_per_person_day for one in parts], np.float64),
        "store_takes_leaks": np.array([one.takes_leaks for one in parts], np.bool_),
        "store_spared_by": spared_by,
        "store_spared": spared,
        "store_filled_by": np.array(
            [
                functions.index(one.filled_by) if one.filled_by in functions else ABSENT
                for one in parts
            ],
            np.int64,
        ),
        "store_brought": brought,
        "ship_brought": at_risk,
    }


def _hatches(assembled: Assembled, modules: Sequence[str], there: Flags, flown: Flown) -> Array:
    """Share of the time for which the hatch of each module is open, -1 while it is not there."""
    programme, calendar = assembled.programme, assembled.calendar
    hatch = np.where(there, 1.0, -1.0)
    for row, name in enumerate(modules):
        skin = programme.module[name].hull
        if skin is not None:
            hatch[row, there[row]] = skin.hatch_open
    for row, name in enumerate(modules):
        for first, last in flown.isolated.get(name, ()):
            shut = calendar.clipped(first, last)
            hatch[row, shut] = np.where(there[row, shut], 0.0, -1.0)
    return hatch
