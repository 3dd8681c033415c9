"""Plans of the day-step engine made by hand: a quiet one to change, and one full of events."""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeeper.hull.equipment import DAYS_PER_MONTH
from stationkeeper.lifetime.leaks import LeakDraws
from stationkeeper.lifetime.upkeep_fly import Upkept, begin, live
from stationkeeper.lifetime.upkeep_plan import ABSENT, NEVER, Need, Plan
from stationkeeper.validation.simpy_lives import Event

MONTH = 30  # days of the months of these plans
REPAIRS = 3
SHIPS = 12  # of the rich plan, that may be lost on the way


def table(*rows: tuple[int, ...]) -> NDArray[np.int64]:
    """Return rows of numbers, padded."""
    width = max([len(row) for row in rows] + [1])
    padded = [list(row) + [ABSENT] * (width - len(row)) for row in rows]
    return np.array(padded, np.int64).reshape(len(rows), width)


def quiet_plan(days: int = 120, **changes: Any) -> Plan:
    """Return a station of one module with two people, in which nothing ever happens.

    One segment, one group of one unit that never fails, one function that it provides, one store
    that takes leaks, one target that is never struck.
    """
    place = np.arange(days)
    plan = Plan(
        exists=np.ones(days, np.bool_),
        stirs=np.zeros(days, np.bool_),
        month_begins=place % MONTH == 0,
        month_ends=(place % MONTH == MONTH - 1) | (place == days - 1),
        people=np.full(days, 2, np.int64),
        seats=np.full(days, 3, np.int64),
        trained=np.full((1, days), 2, np.int64),
        cargo=np.zeros((1, days), np.int64),
        volume=np.full(days, 100.0),
        group_needed=np.array([1], np.int64),
        group_segment=np.array([0], np.int64),
        group_operator=np.array([0], np.int64),
        group_by_people=np.array([True]),
        group_by_robot=np.array([False]),
        group_takes_spare=np.array([True]),
        group_people_days=np.array([1.0]),
        group_robot_days=np.array([1.0]),
        group_spares=np.array([0.0]),
        group_spares_per_cargo=np.array([0.0]),
        group_hazard=np.zeros((1, 1_201)),
        unit_group=np.array([0], np.int64),
        unit_first=np.array([0], np.int64),
        unit_last=np.array([NEVER], np.int64),
        unit_age=np.array([0.0]),
        unit_key=np.array([11], np.uint64),
        wear=np.arange(days + 1)[None, :] / DAYS_PER_MONTH,
        function_need=np.array([Need.WORK], np.int64),
        function_order=np.array([0], np.int64),
        function_first_provider=np.array([0, 1], np.int64),
        function_bridge=table(()),
        orbit=ABSENT,
        avoidance=ABSENT,
        rescue=ABSENT,
        provider_open=np.ones((1, days), np.bool_),
        provider_burns=np.array([False]),
        provider_groups=table((0,)),
        provider_needs=table(()),
        store_start=np.array([50.0]),
        store_capacity=np.array([100.0]),
        store_use=np.array([0.0]),
        store_use_person=np.array([0.0]),
        store_takes_leaks=np.array([True]),
        store_spared_by=table(()),
        store_spared=np.zeros((1, 1)),
        store_filled_by=np.array([ABSENT], np.int64),
        store_brought=np.zeros((1, days)),
        ship_first=np.zeros(days + 1, np.int64),
        ship_class=np.zeros(0, np.int64),
        ship_cargo=np.zeros((1, 0), np.int64),
        ship_brought=np.zeros((1, 0)),
        module_segment=np.array([0], np.int64),
        module_share=np.ones((1, days)),
        hatch=np.ones((1, days)),
        target_kind=np.array([0], np.int64),
        target_module=np.array([0], np.int64),
        target_seats=np.array([0], np.int64),
        target_until=np.full((1, days), days, np.int64),
        target_hazard=np.zeros((1, days + 1)),
        target_hole=np.full((1, 64), 0.001),
        target_key=np.array([21], np.uint64),
        station_key=np.uint64(31),
        month=place // MONTH,
        leak_limit=2.0,
        leak_found=0.05,
        leak_repair_days=5.0,
        robots=0,
        hands=1,
        rescue_days=20,
        return_days=30,
        collision_chance=1.0,
        chain=np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 1_200.0, 600.0, 0.3]),
        event_offset=2**20,
    )
    return stirred(plan._replace(**changes))


def stirred(plan: Plan) -> Plan:
    """Say on which days something of the plan changes, as `lifetime.upkeep` does."""
    stirs = (plan.cargo > 0).any(axis=0) | (np.diff(plan.ship_first) > 0)
    for daily in (
        plan.provider_open,
        plan.people[None, :],
        plan.seats[None, :],
        plan.trained,
        plan.hatch,
    ):
        stirs[1:] |= (np.diff(daily.astype(np.float64), axis=1) != 0).any(axis=0)
    return plan._replace(stirs=stirs)


def failing_on(day: int) -> dict[str, Any]:
    """Return changes with which the first unit fails on a day below 30, whatever is drawn.

    It lives for a month: mended by the end of a day, it fails on the 31st after it.
    """
    cliff = np.maximum(np.arange(1_201.0) - 1.0, 0.0) * 1e9
    age = 1.0 - (day + 0.5) / DAYS_PER_MONTH
    return {"group_hazard": cliff[None, :], "unit_age": np.array([age])}


def no_leaks(plan: Plan, replicas: int = 1, most: int = 2, baseline: float = 0.0) -> LeakDraws:
    """Return draws without a leak beyond what the station loses anyway."""
    modules = len(plan.module_segment)
    return LeakDraws(
        birth=np.full((replicas, modules, most), np.nan),
        rate=np.full((replicas, modules, most), np.nan),
        growth=np.zeros((replicas, modules)),
        residual=np.zeros((replicas, modules, most, REPAIRS)),
        baseline=np.full(replicas, baseline),
        hypothesis=np.zeros(replicas, np.int8),
        dated_day=np.zeros(0, np.int64),
        dated_module=np.zeros(0, np.int64),
        dated_left=np.zeros((replicas, 0, most)),
        own_repairs_from=np.zeros(modules, np.int64),
    )


def lived(
    plan: Plan,
    leaks: LeakDraws | None = None,
    *,
    replicas: int = 1,
    factor: float = 1.0,
    approach: NDArray[np.bool_] | None = None,
    fuel: NDArray[np.bool_] | None = None,
    alive: NDArray[np.bool_] | None = None,
    seed: int = 5,
    lost: NDArray[np.bool_] | None = None,
    more: NDArray[np.float64] | None = None,
) -> Upkept:
    """Live all days of a plan in the engine, in as many steps as fuel and life in orbit ask for."""
    days = len(plan.exists)
    if fuel is None:
        fuel = np.ones((replicas, days), np.bool_)
    if alive is None:
        alive = np.ones((replicas, days), np.bool_)
    upkept = begin(
        plan,
        seed,
        np.arange(replicas),
        np.full(replicas, factor),
        leaks or no_leaks(plan, replicas),
        np.zeros((replicas, days), np.bool_) if approach is None else approach,
        int(plan.month[-1]) + 1,
        lost,
        more,
    )
    same = (np.diff(fuel.astype(int), axis=1) == 0) & (np.diff(alive.astype(int), axis=1) == 0)
    edges = [0, *(np.flatnonzero(~same.all(axis=0)) + 1).tolist(), days]
    for first, last in itertools.pairwise(edges):
        upkept = live(upkept, first, last, fuel[:, first], alive[:, first])
    return upkept


def events_of(upkept: Upkept) -> list[Event]:
    """Return the log by replica, each in the order in which things came."""
    log, size = upkept.log, upkept.events
    columns = [column[:size].tolist() for column in log[:5]]
    return sorted((Event(*row) for row in zip(*columns, strict=True)), key=lambda row: row[:2])


def rich_plan(days: int = 900, seed: int = 0) -> Plan:
    """Return a made-up station in which much happens in a few years.

    Two segments, four groups of eight units, six functions, four stores, four modules, six targets,
    twelve ships that may be lost on the way.
    """
    draw = np.random.default_rng(seed)
    place = np.arange(days)
    segments, groups, modules = 2, 4, 4
    per_group = draw.integers(1, 4, groups)
    unit_group = np.repeat(np.arange(groups), per_group)
    units = len(unit_group)
    first = np.where(draw.random(units) < 0.3, draw.integers(0, days // 2, units), 0)
    last = np.where(draw.random(units) < 0.3, draw.integers(days // 2, days, units), NEVER)
    people = np.repeat(draw.integers(0, 5, days // 60 + 1), 60)[:days]
    trained = np.stack([np.minimum(people, np.roll(people, 60 * k)) for k in range(segments)])
    seats = np.maximum(people + np.repeat(draw.integers(-1, 3, days // 90 + 1), 90)[:days], 0)
    opened = np.repeat(draw.random((8, days // 45 + 1)) < 0.8, 45, axis=1)[:, :days]
    hatch = np.ones((modules, days))
    hatch[1] = 0.3
    hatch[2, : days // 5] = -1.0
    hatch[3, days // 2 :] = 0.0
    hatch[3, -days // 5 :] = -1.0
    share = np.where(hatch >= 0, 1.0, 0.0)
    ships = np.full((2, days), -1, np.int64)
    ships[:] = (place // 90 + 1) * 90
    hazards = np.concatenate([np.full((4, days), 0.5 / days), np.full((2, days), 1.5 / days)]) * (
        0.5 + draw.random((6, days))
    )
    hazards[:4] *= hatch >= 0
    age = np.arange(1_201.0)
    docks = np.sort(draw.integers(0, days, SHIPS))
    docks[1] = docks[0]  # two on one day
    months = np.cumsum(0.5 + draw.random((segments, days)), axis=1) / DAYS_PER_MONTH
    return quiet_plan(
        days,
        people=people,
        seats=seats,
        trained=trained,
        cargo=(draw.random(days) < 0.03) * draw.integers(0, 3, (2, days)),
        volume=100.0 + 50.0 * (place > days // 3),
        group_needed=np.maximum(per_group - 1, 1),
        group_segment=np.arange(groups) % segments,
        group_operator=np.array([0, 1, 1, 0], np.int64),
        group_by_people=np.array([True, True, False, True]),
        group_by_robot=np.array([False, True, True, False]),
        group_takes_spare=np.array([True, False, True, True]),
        group_people_days=np.array([1.0, 3.5, 2.0, 9.0]),
        group_robot_days=np.array([1.0, 4.0, 0.5, 1.0]),
        group_spares=np.array([2.0, 0.0, 1.0, 0.5]),
        group_spares_per_cargo=np.array([0.7, 0.0, 0.3, 1.0]),
        group_hazard=np.stack(
            [0.15 * age, 0.05 * age + (age / 14.0) ** 2, (age / 9.0) ** 3, 0.05 * age]
        ),
        unit_group=unit_group,
        unit_first=first,
        unit_last=last,
        unit_age=np.where(draw.random(units) < 0.5, 24 * draw.random(units), 0.0),
        unit_key=draw.integers(0, 2**63, units).astype(np.uint64),
        wear=np.concatenate([np.zeros((segments, 1)), months], axis=1),
        function_need=np.array(
            [Need.WORK, Need.WORK, Need.CREW, Need.STATION, Need.CREW, Need.WORK], np.int64
        ),
        function_order=np.array([5, 0, 1, 2, 3, 4], np.int64),
        function_first_provider=np.array([0, 2, 3, 5, 6, 7, 8], np.int64),
        function_bridge=table((), (), (0,), (1, 2), (3,), ()),
        orbit=1,
        avoidance=0,
        rescue=2,
        provider_open=opened,
        provider_burns=np.array([True, True, False, False, False, False, True, False]),
        provider_groups=table((0,), (1, 2), (0,), (), (3,), (1,), (), (2, 3)),
        provider_needs=table((), (5,), (), (0,), (0,), (), (5,), ()),
        store_start=np.array([40.0, 30.0, 60.0, 5.0]),
        store_capacity=np.array([60.0, 30.0, 80.0, 20.0]),
        store_use=np.array([0.1, 0.2, 0.0, 0.05]),
        store_use_person=np.array([0.3, 0.0, 0.1, 0.01]),
        store_takes_leaks=np.array([True, False, False, True]),
        store_spared_by=table((5,), (3,), (0, 1), ()),
        store_spared=np.array([[0.4, 0.0], [1.0, 0.0], [0.5, 0.4], [0.0, 0.0]]),
        store_filled_by=np.array([ABSENT, 3, ABSENT, ABSENT], np.int64),
        store_brought=np.where(draw.random((4, days)) < 0.03, 20.0 * draw.random((4, days)), 0.0)
        * np.array([[1.0], [0.0], [1.0], [0.3]]),
        ship_first=np.searchsorted(docks, np.arange(days + 1)).astype(np.int64),
        ship_class=draw.integers(0, 2, SHIPS),
        ship_cargo=draw.integers(0, 2, (2, SHIPS)),
        ship_brought=20.0 * draw.random((4, SHIPS)) * np.array([[1.0], [0.0], [1.0], [0.3]]),
        module_segment=np.array([0, 1, 0, 1], np.int64),
        module_share=share / share.sum(axis=0),
        hatch=hatch,
        target_kind=np.array([0, 0, 0, 0, 1, 2], np.int64),
        target_module=np.array([0, 1, 2, 3, ABSENT, ABSENT], np.int64),
        target_seats=np.array([0, 0, 0, 0, 3, 3], np.int64),
        target_until=np.concatenate([np.full((4, days), days, np.int64), ships]),
        target_hazard=np.concatenate([np.zeros((6, 1)), np.cumsum(hazards, axis=1)], axis=1),
        target_hole=np.sort(0.001 + 0.05 * draw.random((6, 64)), axis=1),
        target_key=draw.integers(0, 2**63, 6).astype(np.uint64),
        leak_limit=1.5,
        leak_found=0.1,
        leak_repair_days=7.0,
        robots=1,
        hands=2,
        collision_chance=0.05,
        chain=np.array([0.02, 0.03, 0.1, 0.2, 0.1, 0.5, 1_200.0, 600.0, 0.3]),
    )


def many_leaks(plan: Plan, replicas: int, seed: int = 0, most: int = 4) -> LeakDraws:
    """Return draws with several leaks in each module, some from before, and two dated repairs."""
    draw = np.random.default_rng(seed)
    days, modules = len(plan.exists), len(plan.module_segment)
    shape = (replicas, modules, most)
    birth = np.cumsum(draw.exponential(days / 3, shape), axis=2) - days / 5
    birth[draw.random(shape[:2]) < 0.2] = np.nan
    return LeakDraws(
        birth=birth,
        rate=draw.lognormal(-1.0, 1.0, shape),
        growth=2e-3 * draw.random(shape[:2]),
        residual=np.where(draw.random((*shape, REPAIRS)) < 0.5, 0.0, 0.6),
        baseline=0.2 * draw.random(replicas),
        hypothesis=np.zeros(replicas, np.int8),
        dated_day=np.array([days // 4, days // 3], np.int64),
        dated_module=np.array([0, 1], np.int64),
        dated_left=draw.random((replicas, 2, most)) * (draw.random((replicas, 2, most)) < 0.7),
        own_repairs_from=np.array([0, days // 4 + 3] + [0] * (modules - 2), np.int64)[:modules],
    )
