"""The days of all replicas, one after the other, and the phases of a day."""

import numpy as np

from stationkeeper.campaign.draws import uniform_kernel
from stationkeeper.kernels import kernel
from stationkeeper.lifetime.upkeep_engine.bundles import (
    Crew,
    Dealt,
    Hatches,
    Jobs,
    LeaksNow,
    Repairs,
    Stock,
    Supplies,
    Targets,
    TargetsNow,
    Units,
    UnitsNow,
    Wiring,
    borrowed,
)
from stationkeeper.lifetime.upkeep_engine.draws import APPROACH, next_birth
from stationkeeper.lifetime.upkeep_engine.foreseen import alike_until, fixed_after, soonest
from stationkeeper.lifetime.upkeep_engine.functions import can_return, losses, provide
from stationkeeper.lifetime.upkeep_engine.hits import hits_due, start_targets
from stationkeeper.lifetime.upkeep_engine.jobs import days_left, work_on
from stationkeeper.lifetime.upkeep_engine.leaks import (
    births_due,
    cabin_loss,
    dated_repairs,
    mend_leaks,
)
from stationkeeper.lifetime.upkeep_engine.noting import (
    COLLIDED,
    COLLISION,
    NO_SEGMENT,
    RETURN,
    SHIP_LOST,
    STATION_LOST,
    ZERO,
    note,
)
from stationkeeper.lifetime.upkeep_engine.people import evacuate, people_now
from stationkeeper.lifetime.upkeep_engine.stores import (
    arrive,
    consume,
    consume_quietly,
    reckon,
    restock,
)
from stationkeeper.lifetime.upkeep_engine.units import (
    count_broken,
    mend_units,
    start_units,
    units_due,
)
from stationkeeper.lifetime.upkeep_plan import (
    ABSENT,
    ASK_AGAIN,
    Course,
    Flags,
    Given,
    Log,
    Plan,
    State,
)


@kernel
def live_days(
    plan: Plan,
    given: Given,
    state: State,
    log: Log,
    course: Course,
    fuel: Flags,
    alive: Flags,
    first: int,
    last: int,
    replica: int,
    resumed: int,
    room: int,
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Live some days of all replicas, from a place to another (excluded), one after the other.

    It begins with a replica, that one at the place `resumed`, and stops before a day for which the
    log has less than `room` left. Returned are the replica and the place reached; all is done when
    the replica is the number of replicas.

    `fuel` tells for each replica whether there is propellant, `alive` whether the station is in
    orbit; both hold for all of these days. A lost station stays in orbit without people, work or
    burns. Phases of a day: arrivals; return; what is due (units, births of leaks, dated repairs,
    particles), approaches; functions; leaks; stores; losses; repairs.
    """
    alike = alike_until(
        plan.exists, plan.stirs, plan.month_begins, plan.month_ends, plan.store_brought, first, last
    )
    fixed = fixed_after(
        plan.unit_first, plan.unit_last, given.leak_own_from, given.leak_dated, first, last
    )
    # By day first: one replica lives many days.
    opened = np.ascontiguousarray(plan.provider_open[:, first:last].T)
    hatch = np.ascontiguousarray(plan.hatch[:, first:last].T)
    totals = np.empty(plan.module_segment.size)
    possible = np.empty(plan.function_need.size, np.bool_)
    segments, avoidance = plan.trained.shape[0], plan.avoidance
    most_jobs = plan.robots + segments * plan.hands + 1
    jobs = Jobs(np.empty(most_jobs, np.int64), np.empty(most_jobs), np.zeros(1, np.int64))
    stirs, begins = borrowed(plan.stirs), borrowed(plan.month_begins)
    trained, module_segment = borrowed(plan.trained), borrowed(plan.module_segment)
    own_from = borrowed(given.leak_own_from)
    operator = borrowed(plan.group_operator)
    per_cargo = borrowed(plan.group_spares_per_cargo)
    cargo, brought = borrowed(plan.cargo), borrowed(plan.store_brought)
    ship_cargo, ship_brought = borrowed(plan.ship_cargo), borrowed(plan.ship_brought)
    ship_first, ship_lost = borrowed(plan.ship_first), borrowed(given.ship_lost)
    ship_more = borrowed(given.ship_more)
    log = Log(
        borrowed(log.replica),
        borrowed(log.place),
        borrowed(log.code),
        borrowed(log.subject),
        borrowed(log.value),
        borrowed(log.length),
    )
    units = Units(
        borrowed(plan.unit_group),
        borrowed(plan.unit_first),
        borrowed(plan.unit_last),
        borrowed(plan.unit_age),
        borrowed(plan.unit_key),
        borrowed(plan.group_segment),
        borrowed(plan.group_hazard),
        borrowed(plan.wear),
    )
    by_robots = Repairs(
        borrowed(plan.group_by_robot),
        borrowed(plan.group_robot_days),
        borrowed(plan.group_takes_spare),
    )
    by_people = Repairs(
        borrowed(plan.group_by_people),
        borrowed(plan.group_people_days),
        borrowed(plan.group_takes_spare),
    )
    targets = Targets(
        borrowed(plan.target_kind),
        borrowed(plan.target_module),
        borrowed(plan.target_until),
        borrowed(plan.target_hazard),
        borrowed(plan.target_hole),
        borrowed(plan.target_key),
    )
    wiring = Wiring(
        borrowed(plan.function_order),
        borrowed(plan.function_first_provider),
        borrowed(plan.provider_burns),
        borrowed(plan.provider_groups),
        borrowed(plan.provider_needs),
        borrowed(plan.group_needed),
        borrowed(plan.function_need),
        borrowed(plan.function_bridge),
    )
    supplies = Supplies(
        borrowed(plan.store_capacity),
        borrowed(plan.store_use),
        borrowed(plan.store_use_person),
        borrowed(plan.store_takes_leaks),
        borrowed(plan.store_spared_by),
        borrowed(plan.store_spared),
        borrowed(plan.store_filled_by),
    )
    while replica < given.replica.size:
        r = replica
        place = max(resumed, first)
        resumed = first
        replica += 1
        if not alive[r]:
            continue
        dealt = Dealt(given.seed, given.replica[r])
        now = UnitsNow(
            borrowed(state.unit_due[r]),
            borrowed(state.unit_broken[r]),
            borrowed(state.unit_done[r]),
            borrowed(state.unit_life[r]),
            borrowed(state.group_working[r]),
            borrowed(state.shelf[r]),
        )
        leaks = LeaksNow(
            borrowed(state.leak_now[r]),
            borrowed(state.leak_since[r]),
            borrowed(state.leak_mended[r]),
            borrowed(state.leak_done[r]),
            borrowed(state.active[r]),
            borrowed(state.active_count[r : r + 1]),
        )
        hatches = Hatches(
            borrowed(state.hatch_shut[r]), borrowed(state.pierced[r]), borrowed(state.beyond[r])
        )
        hits = TargetsNow(
            borrowed(state.target_due[r]),
            borrowed(state.target_lived[r]),
            borrowed(state.target_count[r]),
        )
        crew = Crew(
            borrowed(plan.people),
            borrowed(plan.seats),
            borrowed(plan.target_seats),
            borrowed(state.target_hit_until[r]),
            borrowed(state.away_until),
            borrowed(state.stirred),
            plan.return_days,
        )
        stock = Stock(
            borrowed(state.store[r]),
            borrowed(state.need[r]),
            borrowed(state.short[r]),
            borrowed(state.came[r]),
            borrowed(state.used[r]),
            borrowed(state.unmet[r]),
        )
        up, gone = borrowed(state.up[r]), borrowed(state.gone[r])
        refused = borrowed(state.refused[r])
        leak_due, leak_left = borrowed(state.leak_due[r]), borrowed(given.leak_left[r])
        growth = borrowed(given.leak_growth[r])
        rewired = aired = True  # functions, and the cabin's loss, are worked out anew
        known = False  # what is worked on
        jobs.length[0] = 0
        broken = count_broken(now.broken)
        while place < last:
            if not plan.exists[place]:
                place += 1
                rewired = aired = True
                continue
            if log.replica.size - log.length[0] < room:
                return r, place
            days = 0
            if state.lost[r]:
                days = max(alike[place - first] - place, 1)
            elif (
                state.started[r]
                and not state.stirred[r]
                and (known or not state.busy[r])
                and fuel[r] == state.fuel[r]
                and (avoidance == ABSENT or up[avoidance])
            ):
                until = min(alike[place - first], state.event_day[r])
                if state.away_until[r] >= 0:
                    until = min(until, state.away_until[r])
                if jobs.length[0] > 0:
                    until = min(until, place + days_left(jobs, now.done, leaks.done))
                if until > place:
                    days = consume_quietly(stock, supplies, up, until - place)
                    work_on(jobs, now.done, leaks.done, days)
            if days == 0:
                days = 1
                if not state.started[r]:
                    state.started[r] = True
                    state.away_until[r] = -1
                    state.event_day[r] = place
                    start_units(dealt, units, now, place)
                    now.shelf[:] = plan.group_spares
                    start_targets(dealt, targets, hits, given.particle_factor[r])
                    crew.hit_until[:] = -1
                    for module in range(leak_due.size):
                        leak_due[module] = next_birth(given.leak_birth[r, module], ZERO)
                    up[:] = True
                    stock.level[:] = plan.store_start
                arrive(stock, supplies.capacity, brought, refused, place)
                if stirs[place]:
                    restock(now.shelf, operator, per_cargo, cargo, place)
                    for ship in range(ship_first[place], ship_first[place + 1]):
                        if ship_lost[r, ship]:
                            note(log, r, place, SHIP_LOST, plan.ship_class[ship], 0.0)
                            continue
                        arrive(stock, supplies.capacity, ship_brought, refused, ship)
                        arrive(stock, supplies.capacity, ship_more[r], refused, ship)
                        restock(now.shelf, operator, per_cargo, ship_cargo, ship)
                stirred = state.stirred[r] or stirs[place] or begins[place]
                rewired = rewired or stirs[place]
                aired = aired or stirs[place] or begins[place]
                state.stirred[r] = False
                if fuel[r] != state.fuel[r]:
                    state.fuel[r] = fuel[r]
                    stirred = rewired = True
                if 0 <= state.away_until[r] <= place:
                    if can_return(wiring, opened[place - first], gone, plan.rescue, possible):
                        state.away_until[r] = -1
                        note(log, r, place, RETURN, ZERO, 0.0)
                        stirred = aired = True
                    else:
                        state.away_until[r] = place + ASK_AGAIN
                if state.event_day[r] <= place:
                    stirred = True
                    if units_due(units, now, course.failures[:, plan.month[place]], log, r, place):
                        rewired = True
                        broken = count_broken(now.broken)
                    if births_due(
                        given.leak_birth[r],
                        given.leak_rate[r],
                        state.leak_pending[r],
                        leak_due,
                        leaks,
                        hatch[place - first],
                        log,
                        r,
                        place,
                    ):
                        aired = True
                    if dated_repairs(
                        given.leak_dated,
                        given.leak_dated_module,
                        given.leak_dated_left[r],
                        leaks,
                        log,
                        r,
                        place,
                    ):
                        aired = True
                    struck, state.lost[r] = hits_due(
                        dealt,
                        targets,
                        hits,
                        given.particle_factor[r],
                        plan.chain,
                        plan.volume,
                        plan.module_share,
                        hatch[place - first],
                        hatches,
                        crew,
                        plan.rescue_days,
                        log,
                        r,
                        place,
                    )
                    aired = aired or struck
                    state.event_day[r] = soonest(fixed[place - first], now.due, hits.due, leak_due)
                if (
                    given.approach[r, place]
                    and avoidance != ABSENT
                    and not up[avoidance]
                    and not state.lost[r]
                ):
                    event = np.uint64(plan.event_offset + place)
                    draw = uniform_kernel(
                        dealt.seed, dealt.replica, APPROACH, plan.station_key, event
                    )
                    if draw < plan.collision_chance:
                        note(log, r, place, COLLISION, ZERO, 0.0)
                        evacuate(crew, log, r, place, COLLIDED)
                        note(log, r, place, STATION_LOST, COLLIDED, 0.0)
                        state.lost[r] = True
                if not state.lost[r]:
                    judged = False
                    if stirred:
                        people = people_now(crew, r, place)
                        if rewired:
                            provide(
                                wiring,
                                opened[place - first],
                                now.working,
                                up,
                                fuel[r],
                                log,
                                r,
                                place,
                            )
                            judged = True
                            rewired = False
                        if aired:
                            state.leak_day[r] = given.leak_baseline[r] + cabin_loss(
                                leaks,
                                growth,
                                hatches,
                                hatch[place - first],
                                totals,
                                plan.leak_limit,
                                begins[place],
                                people,
                                log,
                                r,
                                place,
                            )
                            aired = False
                        reckon(supplies, up, people, state.leak_day[r], stock.need)
                        state.busy[r] = True
                    if consume(stock, supplies, up, log, r, place) or judged:
                        state.lost[r] = losses(wiring, up, gone, stock.short, crew, log, r, place)
                    if state.lost[r]:  # the air of its last day was taken from the stores
                        course.leak[r, plan.month[place]] += state.leak_day[r]
                        state.leaked[r] += state.leak_day[r]
                if state.busy[r] and not state.lost[r]:
                    worked = False
                    known = True
                    jobs.length[0] = 0
                    mended = 0
                    if plan.robots > 0 and broken > 0:
                        free, count, due = mend_units(
                            dealt,
                            units,
                            now,
                            by_robots,
                            broken,
                            jobs,
                            log,
                            r,
                            place,
                            plan.robots,
                            NO_SEGMENT,
                        )
                        worked = free < plan.robots
                        mended += count
                        state.event_day[r] = min(state.event_day[r], due)
                    if people_now(crew, r, place) > 0:
                        for segment in range(segments):
                            if trained[segment, place] == 0:
                                continue
                            free = plan.hands
                            if broken > mended:
                                free, count, due = mend_units(
                                    dealt,
                                    units,
                                    now,
                                    by_people,
                                    broken - mended,
                                    jobs,
                                    log,
                                    r,
                                    place,
                                    free,
                                    segment,
                                )
                                mended += count
                                state.event_day[r] = min(state.event_day[r], due)
                            if leaks.listed[0] > 0 and free > 0:
                                free, count = mend_leaks(
                                    leaks,
                                    jobs,
                                    leak_left,
                                    own_from,
                                    module_segment,
                                    hatch[place - first],
                                    plan.leak_found,
                                    plan.leak_repair_days,
                                    log,
                                    r,
                                    place,
                                    free,
                                    segment,
                                )
                                if count > 0:
                                    state.stirred[r] = aired = True
                            worked = worked or free < plan.hands
                    state.busy[r] = worked
                    if mended > 0:
                        state.stirred[r] = rewired = True
                        broken -= mended
            month = plan.month[place]
            if not state.lost[r]:
                people = people_now(crew, r, place)
                raised = plan.orbit == ABSENT or up[plan.orbit]
                moved = avoidance == ABSENT or up[avoidance]
                course.lived[r, month] += days
                course.leak[r, month] += days * state.leak_day[r]
                state.leaked[r] += days * state.leak_day[r]
                for day in range(place, place + days):
                    course.burns[r, day] = raised
                    course.moves[r, day] = moved
                    course.people[r, day] = people
            place += days
            if plan.month_ends[place - 1]:
                for function in range(up.size):
                    course.down[function, month] += state.lost[r] or not up[function]
                for store in range(stock.level.size):
                    course.store[r, store, month] = stock.level[store]
    return replica, first
