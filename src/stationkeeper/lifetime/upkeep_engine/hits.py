"""Particles that go through a hull or a docked ship."""

import numpy as np

from stationkeeper.campaign.draws import uniform_kernel
from stationkeeper.hull.after_penetration import penetration_chain
from stationkeeper.hull.air_reserve import reserve_time
from stationkeeper.kernels import inner_kernel
from stationkeeper.lifetime.upkeep_engine.bundles import (
    Crew,
    Dealt,
    Hatches,
    Targets,
    TargetsNow,
)
from stationkeeper.lifetime.upkeep_engine.draws import DRAWS_OF_HIT, PARTICLES, next_hit
from stationkeeper.lifetime.upkeep_engine.noting import (
    CREW_LOST,
    EVACUATION,
    PENETRATED,
    SEAT_LOST,
    SHIP_HIT,
    STATION_LOST,
    ZERO,
    note,
)
from stationkeeper.lifetime.upkeep_engine.people import leave, people_now, seats_now
from stationkeeper.lifetime.upkeep_plan import CAUSE_TARGET, Array, Log


@inner_kernel
def start_targets(
    dealt: Dealt, targets: Targets, now: TargetsNow, factor: float
) -> None:  # pragma: no cover - compiled
    """Deal first penetrations."""
    for target in range(targets.kind.size):
        now.due[target], now.lived[target] = next_hit(
            dealt, targets.key[target], targets.hazard[target], factor, ZERO, 0.0
        )


@inner_kernel
def _penetrate(
    dealt: Dealt,
    key: np.uint64,
    holes: Array,
    chain: Array,
    volume: float,
    share: float,
    shut: bool,
    crew: Crew,
    log: Log,
    r: int,
    place: int,
    target: int,
    count: int,
) -> bool:  # pragma: no cover - compiled
    """A particle goes through the hull of a module; return whether the station is lost."""
    draws = np.empty(12)
    for k in range(12):
        event = np.uint64(count * DRAWS_OF_HIT + 1 + k)
        draws[k] = uniform_kernel(dealt.seed, dealt.replica, PARTICLES, key, event)
    hole = holes[int(draws[7] * holes.size)]
    note(log, r, place, PENETRATED, target, hole)
    people = people_now(crew, r, place)
    # Logistic draws stand for the lognormal spread of both times: the tails hardly differ.
    isolate = chain[6] * (draws[8] / (1.0 - draws[8]) + 1e-12) ** chain[8]
    board = chain[7] * (draws[9] / (1.0 - draws[9]) + 1e-12) ** chain[8]
    _, left, station, lost = penetration_chain(
        reserve_time(hole, volume),
        isolate,
        board,
        people,
        seats_now(crew, place),
        draws[10] < share,
        shut,
        False,
        chain[0],
        chain[1],
        chain[2],
        chain[3],
        chain[4],
        chain[5],
        draws[:7],
    )
    cause = CAUSE_TARGET + target
    if lost or left:
        leave(crew, log, r, place, CREW_LOST if lost else EVACUATION, cause, people)
    if station:
        note(log, r, place, STATION_LOST, cause, 0.0)
    return bool(station)


@inner_kernel
def hits_due(
    dealt: Dealt,
    targets: Targets,
    now: TargetsNow,
    factor: float,
    chain: Array,
    volume: Array,
    share: Array,
    hatch: Array,
    hatches: Hatches,
    crew: Crew,
    rescue_days: int,
    log: Log,
    r: int,
    place: int,
) -> tuple[bool, bool]:  # pragma: no cover - compiled
    """Penetrations of this day; return whether there was one, and whether the station is lost."""
    some = lost = False
    for target in range(targets.kind.size):
        while now.due[target] <= place and not lost:
            some = True
            count = now.number[target]
            if targets.kind[target] == 0:
                module = targets.module[target]
                closed = hatch[module] <= 0.0 or hatches.shut[module] or hatches.pierced[module]
                lost = _penetrate(
                    dealt,
                    targets.key[target],
                    targets.hole[target],
                    chain,
                    volume[place],
                    share[module, place],
                    closed,
                    crew,
                    log,
                    r,
                    place,
                    target,
                    count,
                )
                hatches.pierced[module] = True
            else:
                crew.hit_until[target] = min(
                    targets.until[target, place], place + max(rescue_days, 1)
                )
                note(log, r, place, SHIP_HIT, target, 0.0)
                people = people_now(crew, r, place)
                if people > seats_now(crew, place):
                    note(log, r, place, SEAT_LOST, target, float(people))
            now.number[target] = count + 1
            now.due[target], now.lived[target] = next_hit(
                dealt,
                targets.key[target],
                targets.hazard[target],
                factor,
                count + 1,
                now.lived[target],
            )
    return some, lost
