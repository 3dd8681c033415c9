"""Some replicas of one station's upkeep: dealt once, then lived in steps of days."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.leaks import LeakDraws
from stationkeeper.lifetime.upkeep_engine.days import live_days
from stationkeeper.lifetime.upkeep_plan import Course, Given, Log, Plan, State

Flags = NDArray[np.bool_]

_EVENTS_OF_A_REPLICA: Final = 256  # room in the log at first


@dataclass(frozen=True)
class Upkept:
    """Where some replicas of a station stand, and what has become of them so far."""

    plan: Plan
    given: Given
    state: State
    log: Log
    course: Course

    @property
    def events(self) -> int:
        """Number of events so far."""
        return int(self.log.length[0])


def begin(
    plan: Plan,
    seed: int,
    replicas: NDArray[np.int64],
    particle_factor: NDArray[np.float64],
    leaks: LeakDraws,
    approach: Flags,
    months: int,
    ship_lost: Flags | None = None,
    ship_more: NDArray[np.float64] | None = None,
) -> Upkept:
    """Deal some replicas; nothing has happened to them yet.

    Parameters
    ----------
    plan : Plan
        The station.
    seed : int
        Of the run.
    replicas : ndarray of int, (R,)
        Their numbers.
    particle_factor : ndarray, (R,)
        On the hazard of penetrations. [-]
    leaks : LeakDraws
        Births, rates and growth of leaks.
    approach : ndarray of bool, (R, D)
        Days on which an object comes too near.
    months : int
        Calendar months of the run.
    ship_lost : ndarray of bool, (R, V), optional
        Ships that do not arrive, of those that may be lost; none if not given.
    ship_more : ndarray, (R, B, V), optional
        What the others carry in their place; nothing if not given. [unit of the store]
    """
    # Of one layout for all programmes: the engine is compiled for each anew.
    plan = plan._replace(provider_open=np.ascontiguousarray(plan.provider_open))
    if ship_lost is None:
        ship_lost = np.zeros((len(replicas), plan.ship_class.size), np.bool_)
    if ship_more is None:
        ship_more = np.zeros((len(replicas), *plan.ship_brought.shape))
    given = Given(
        seed=np.uint64(seed),
        replica=replicas.astype(np.uint64),
        particle_factor=np.ascontiguousarray(particle_factor, np.float64),
        leak_birth=np.ascontiguousarray(leaks.birth, np.float64),
        leak_rate=np.ascontiguousarray(leaks.rate, np.float64),
        leak_growth=np.ascontiguousarray(leaks.growth, np.float64),
        leak_left=np.ascontiguousarray(leaks.residual, np.float64),
        leak_dated=np.ascontiguousarray(leaks.dated_day, np.int64),
        leak_dated_module=np.ascontiguousarray(leaks.dated_module, np.int64),
        leak_dated_left=np.ascontiguousarray(leaks.dated_left, np.float64),
        leak_own_from=np.ascontiguousarray(leaks.own_repairs_from, np.int64),
        leak_baseline=np.ascontiguousarray(leaks.baseline, np.float64),
        approach=approach,
        ship_lost=np.ascontiguousarray(ship_lost),
        ship_more=np.ascontiguousarray(ship_more, np.float64),
    )
    size = len(replicas)
    days = plan.exists.size
    groups, units = plan.group_needed.size, plan.unit_group.size
    functions, stores = plan.function_need.size, plan.store_start.size
    targets = plan.target_kind.size
    modules, births = given.leak_birth.shape[1:]

    def flags(*shape: int) -> Flags:
        return np.zeros((size, *shape), np.bool_)

    def whole(*shape: int) -> NDArray[np.int64]:
        return np.zeros((size, *shape), np.int64)

    def numbers(*shape: int) -> NDArray[np.float64]:
        return np.zeros((size, *shape))

    state = State(
        started=flags(),
        stirred=flags(),
        busy=flags(),
        lost=flags(),
        away_until=whole() - 1,
        event_day=whole(),
        unit_due=whole(units),
        unit_broken=flags(units),
        unit_done=numbers(units),
        unit_life=whole(units),
        group_working=whole(groups),
        shelf=numbers(groups),
        target_due=whole(targets),
        target_lived=numbers(targets),
        target_count=whole(targets),
        target_hit_until=whole(targets) - 1,
        leak_pending=whole(modules),
        leak_due=whole(modules),
        leak_now=numbers(modules, births),
        leak_since=whole(modules, births),
        leak_day=numbers(),
        leak_mended=whole(modules, births),
        leak_done=numbers(modules, births),
        active=whole(modules * births),
        active_count=whole(),
        hatch_shut=flags(modules),
        pierced=flags(modules),
        beyond=flags(modules),
        up=flags(functions),
        gone=flags(functions),
        fuel=flags(),
        store=numbers(stores),
        need=numbers(stores),
        short=flags(stores),
        came=numbers(stores),
        refused=numbers(stores),
        used=numbers(stores),
        unmet=numbers(stores),
        leaked=numbers(),
    )
    course = Course(
        burns=flags(days),
        moves=flags(days),
        people=np.zeros((size, days), np.int16),
        leak=numbers(months),
        lived=np.zeros((size, months), np.int16),
        store=np.zeros((size, stores, months), np.float32),
        failures=np.zeros((groups, months), np.int64),
        down=np.zeros((functions, months), np.int64),
    )
    return Upkept(plan, given, state, _empty_log(size * _EVENTS_OF_A_REPLICA), course)


def live(upkept: Upkept, first: int, last: int, fuel: Flags, alive: Flags) -> Upkept:
    """Live all replicas through some days; a log that is nearly full is given more room.

    Parameters
    ----------
    upkept : Upkept
        Changed in place.
    first, last : int
        Places of days, the last excluded.
    fuel, alive : ndarray of bool, (R,)
        Propellant in the tanks, and the station in orbit, for all of these days.

    Returns
    -------
    Upkept
        The same, with a longer log if it needed one.
    """
    plan = upkept.plan
    fuel, alive = np.ascontiguousarray(fuel), np.ascontiguousarray(alive)
    # No replica has more events on one day than these.
    most = 3 * plan.unit_group.size + 3 * plan.function_need.size + plan.store_start.size
    most += 4 * plan.target_kind.size + 3 * upkept.state.active.shape[1] + 8
    most += int(np.diff(plan.ship_first).max(initial=0))
    replica, place = 0, first
    while replica < len(fuel):
        replica, place = live_days(
            plan,
            upkept.given,
            upkept.state,
            upkept.log,
            upkept.course,
            fuel,
            alive,
            first,
            last,
            replica,
            place,
            most,
        )
        if replica < len(fuel):
            upkept = replace(upkept, log=_grown(upkept.log, most))
    return upkept


def _empty_log(size: int) -> Log:
    whole = [np.zeros(size, np.int64) for _ in range(4)]
    return Log(whole[0], whole[1], whole[2], whole[3], np.zeros(size), np.zeros(1, np.int64))


def _grown(log: Log, room: int) -> Log:
    """Return the same log with twice the room, and that asked for."""
    length = int(log.length[0])
    new = _empty_log(2 * log.replica.size + room)
    for old, wider in zip(log[:5], new[:5], strict=True):
        wider[:length] = old[:length]
    new.length[0] = length
    return new
