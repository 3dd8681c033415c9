"""The day-step engine: what fails, leaks, is struck, runs short, is mended, and who leaves.

One function is one phase of a day for all replicas, in the order of `live_days`: to pass a bundle
of arrays costs as much as a phase of one replica. Anything that can be foreseen is foreseen when it
is drawn (the day of a failure, of a birth, of a penetration), and what only changes when something
happens is worked out when it does (`state.stirred`), so that a quiet day costs little more than its
stores. The same rules, written as processes, are in
`validation/simpy_lives.py`; both logs are equal (tests).
"""

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import Purpose, uniform_kernel
from stationkeeper.hull.after_penetration import penetration_chain
from stationkeeper.hull.air_reserve import reserve_time
from stationkeeper.hull.equipment import age_at_hazard, hazard_lived
from stationkeeper.kernels import inner_kernel, kernel
from stationkeeper.lifetime.upkeep_plan import (
    ABSENT,
    CAUSE_COLLISION,
    CAUSE_TARGET,
    LARGEST_LEAK,
    NEVER,
    SEALED,
    Course,
    Given,
    Happening,
    Log,
    Need,
    Plan,
    State,
)

_EQUIPMENT = np.uint64(int(Purpose.EQUIPMENT))
_PARTICLES = np.uint64(int(Purpose.PARTICLES))
_APPROACH = np.uint64(int(Purpose.APPROACH))
_DRAWS_OF_HIT = 16  # numbers of draws that one penetration may take
_CREW, _STATION = int(Need.CREW), int(Need.STATION)
_UNIT_FAILS = int(Happening.UNIT_FAILS)
_BY_ROBOT = int(Happening.UNIT_MENDED_BY_ROBOT)
_BY_PEOPLE = int(Happening.UNIT_MENDED_BY_PEOPLE)
_DOWN, _UP = int(Happening.FUNCTION_DOWN), int(Happening.FUNCTION_UP)
_LEAK_BEGINS, _LEAK_MENDED = int(Happening.LEAK_BEGINS), int(Happening.LEAK_MENDED)
_BEYOND, _HATCH_SHUT = int(Happening.LEAK_BEYOND_LIMIT), int(Happening.HATCH_SHUT)
_PENETRATED, _SHIP_HIT = int(Happening.HULL_PENETRATED), int(Happening.SHIP_HIT)
_SHORT, _SEAT_LOST = int(Happening.STORE_SHORT), int(Happening.SEAT_LOST)
_EVACUATION, _RETURN = int(Happening.EVACUATION), int(Happening.RETURN)
_STATION_LOST, _CREW_LOST = int(Happening.STATION_LOST), int(Happening.CREW_LOST)
_COLLISION, _FUNCTION_LOST = int(Happening.COLLISION), int(Happening.FUNCTION_LOST)


@inner_kernel
def _note(
    log: Log, replica: int, place: int, code: int, subject: int, value: float
) -> None:  # pragma: no cover - compiled
    n = log.length[0]
    if n < log.replica.size:
        log.replica[n], log.place[n], log.code[n] = replica, place, code
        log.subject[n], log.value[n] = subject, value
    log.length[0] = n + 1


@kernel
def first_place_reaching(clock: NDArray[np.float64], wanted: float) -> int:
    """Return the first day at whose end a rising clock has reached a value; `NEVER` if none has.

    Examples
    --------
    >>> first_place_reaching(np.array([0.0, 1.0, 2.0]), 1.5)
    1
    """
    last = clock.size - 1
    if clock[last] < wanted:
        return NEVER
    low, high = 0, last  # clock[low] < wanted <= clock[high], but for wanted at the start
    while high - low > 1:
        middle = (low + high) // 2
        if clock[middle] >= wanted:
            high = middle
        else:
            low = middle
    return high - 1


@inner_kernel
def _due_failure(
    plan: Plan, given: Given, r: int, unit: int, life: int, age: float, place: int
) -> int:  # pragma: no cover - compiled
    """Place on which a unit fails that is so many months old at the start of a place."""
    group = plan.unit_group[unit]
    draw = uniform_kernel(
        given.seed, given.replica[r], _EQUIPMENT, plan.unit_key[unit], np.uint64(life)
    )
    table = plan.group_hazard[group]
    end = age_at_hazard(table, hazard_lived(table, age) - np.log1p(-draw))
    clock = plan.wear[plan.group_segment[group]]
    return first_place_reaching(clock, clock[place] + (end - age))


@inner_kernel
def _due_hit(
    plan: Plan, given: Given, r: int, target: int, count: int, lived: float
) -> tuple[int, float]:  # pragma: no cover - compiled
    """Place of the next penetration of a target, and its hazard there."""
    event = np.uint64(count * _DRAWS_OF_HIT)
    draw = uniform_kernel(given.seed, given.replica[r], _PARTICLES, plan.target_key[target], event)
    factor = given.particle_factor[r]
    if factor <= 0.0:
        return NEVER, lived
    wanted = lived - np.log1p(-draw) / factor
    return first_place_reaching(plan.target_hazard[target], wanted), wanted


@inner_kernel
def _next_birth(given: Given, r: int, module: int, number: int) -> int:  # pragma: no cover
    if number >= given.leak_birth.shape[2]:
        return NEVER
    birth = given.leak_birth[r, module, number]
    if np.isnan(birth):
        return NEVER
    return max(int(np.floor(birth)), 0)


@inner_kernel
def _start(
    plan: Plan, given: Given, state: State, r: int, place: int
) -> None:  # pragma: no cover - compiled
    """Deal a replica its first failures, hits and leaks."""
    state.started[r] = True
    state.away_until[r] = -1
    for unit in range(plan.unit_group.size):
        begin = max(plan.unit_first[unit], place)
        state.unit_due[r, unit] = NEVER
        if begin < plan.unit_last[unit]:
            age = plan.unit_age[unit]
            state.unit_due[r, unit] = _due_failure(plan, given, r, unit, 0, age, begin)
            if plan.unit_first[unit] <= place:
                state.group_working[r, plan.unit_group[unit]] += 1
    for group in range(plan.group_needed.size):
        state.shelf[r, group] = plan.group_spares[group]
    for target in range(plan.target_kind.size):
        due, lived = _due_hit(plan, given, r, target, 0, 0.0)
        state.target_due[r, target], state.target_lived[r, target] = due, lived
        state.target_hit_until[r, target] = -1
    for module in range(plan.module_segment.size):
        state.leak_due[r, module] = _next_birth(given, r, module, 0)
    for function in range(plan.function_need.size):
        state.up[r, function] = True
    for store in range(plan.store_start.size):
        state.store[r, store] = plan.store_start[store]
    state.event_day[r] = place


@inner_kernel
def _seats_now(plan: Plan, state: State, r: int, place: int) -> int:  # pragma: no cover - compiled
    """Seats home that are sound."""
    seats = int(plan.seats[place])
    for target in range(plan.target_kind.size):
        if state.target_hit_until[r, target] > place:
            seats -= plan.target_seats[target]
    return max(seats, 0)


@inner_kernel
def _people_now(plan: Plan, state: State, r: int, place: int) -> int:  # pragma: no cover - compiled
    return int(plan.people[place]) if state.away_until[r] < 0 else 0


@inner_kernel
def _evacuate(
    plan: Plan, state: State, log: Log, r: int, place: int, cause: int
) -> None:  # pragma: no cover - compiled
    """All leave, or those without a seat do not."""
    people = _people_now(plan, state, r, place)
    if people == 0:
        return
    if people > _seats_now(plan, state, r, place):
        _note(log, r, place, _CREW_LOST, cause, float(people))
    else:
        _note(log, r, place, _EVACUATION, cause, float(people))
    state.away_until[r] = place + max(plan.return_days, 1)
    state.stirred[r] = True  # needs of the next day are those of nobody


@inner_kernel
def _lose_station(
    plan: Plan, state: State, log: Log, r: int, place: int, cause: int
) -> None:  # pragma: no cover - compiled
    if not state.lost[r]:
        _evacuate(plan, state, log, r, place, cause)
        _note(log, r, place, _STATION_LOST, cause, 0.0)
        state.lost[r] = True


@inner_kernel
def _shut(state: State, r: int, module: int) -> bool:  # pragma: no cover - compiled
    return bool(state.hatch_shut[r, module] or state.pierced[r, module])


@inner_kernel
def _drop_leak(state: State, r: int, k: int) -> None:  # pragma: no cover - compiled
    """Take a leak off the list, whose order decides who is mended first."""
    last = state.active_count[r] - 1
    for j in range(k, last):
        state.active[r, j] = state.active[r, j + 1]
    state.active_count[r] = last


@inner_kernel
def _penetrate(
    plan: Plan,
    given: Given,
    state: State,
    log: Log,
    r: int,
    place: int,
    target: int,
    count: int,
) -> None:  # pragma: no cover - compiled
    module = plan.target_module[target]
    draws = np.empty(12)
    for k in range(12):
        event = np.uint64(count * _DRAWS_OF_HIT + 1 + k)
        draws[k] = uniform_kernel(
            given.seed, given.replica[r], _PARTICLES, plan.target_key[target], event
        )
    hole = plan.target_hole[target, int(draws[7] * plan.target_hole.shape[1])]
    _note(log, r, place, _PENETRATED, target, hole)
    people = _people_now(plan, state, r, place)
    # Logistic draws stand for the lognormal spread of both times: the tails hardly differ.
    isolate = plan.chain[6] * (draws[8] / (1.0 - draws[8]) + 1e-12) ** plan.chain[8]
    board = plan.chain[7] * (draws[9] / (1.0 - draws[9]) + 1e-12) ** plan.chain[8]
    shut = plan.hatch[module, place] <= 0.0 or _shut(state, r, module)
    _, left, station, crew = penetration_chain(
        reserve_time(hole, plan.volume[place]),
        isolate,
        board,
        people,
        _seats_now(plan, state, r, place),
        draws[10] < plan.module_share[module, place],
        shut,
        False,
        plan.chain[0],
        plan.chain[1],
        plan.chain[2],
        plan.chain[3],
        plan.chain[4],
        plan.chain[5],
        draws[:7],
    )
    state.pierced[r, module] = True
    cause = CAUSE_TARGET + target
    if crew:
        _note(log, r, place, _CREW_LOST, cause, float(people))
        state.away_until[r] = place + max(plan.return_days, 1)
    elif left:
        _note(log, r, place, _EVACUATION, cause, float(people))
        state.away_until[r] = place + max(plan.return_days, 1)
    if station:
        _note(log, r, place, _STATION_LOST, cause, 0.0)
        state.lost[r] = True


@inner_kernel
def _mornings(
    plan: Plan,
    given: Given,
    state: State,
    log: Log,
    fuel: NDArray[np.bool_],
    alive: NDArray[np.bool_],
    place: int,
) -> None:  # pragma: no cover - compiled
    """Begin lives, see what stirs today, take in what ships bring, let people return."""
    stirs = plan.stirs[place] or plan.month_begins[place]
    brings = plan.cargo[place] > 0
    for store in range(plan.store_start.size):
        brings = brings or plan.store_brought[store, place] > 0.0
    for r in range(given.replica.size):
        if alive[r] and not state.started[r]:
            _start(plan, given, state, r, place)
            state.stirred[r] = True
        state.here[r] = alive[r] and not state.lost[r]
        if not state.here[r]:
            continue
        state.today[r] = state.stirred[r] or stirs
        state.stirred[r] = False
        if brings:
            for store in range(plan.store_start.size):
                brought = plan.store_brought[store, place]
                room = max(plan.store_capacity[store] - state.store[r, store], 0.0)
                taken = min(brought, room)
                state.store[r, store] += taken
                state.came[r, store] += taken
                state.refused[r, store] += brought - taken
            for group in range(plan.group_needed.size):
                state.shelf[r, group] += plan.group_spares_per_cargo[group] * plan.cargo[place]
        if fuel[r] != state.fuel[r]:
            state.fuel[r] = fuel[r]
            state.today[r] = True
        if 0 <= state.away_until[r] <= place:
            state.away_until[r] = -1
            _note(log, r, place, _RETURN, 0, 0.0)
            state.today[r] = True


@inner_kernel
def _units_due(
    plan: Plan, state: State, log: Log, course: Course, place: int
) -> None:  # pragma: no cover - compiled
    """Units that come, go or fail on this day."""
    month = plan.month[place]
    for r in range(state.here.size):
        if not state.here[r] or state.event_day[r] > place:
            continue
        state.today[r] = True
        for unit in range(plan.unit_group.size):
            group = plan.unit_group[unit]
            if plan.unit_first[unit] == place and place > 0:
                state.group_working[r, group] += 1
            if plan.unit_last[unit] == place:
                if not state.unit_broken[r, unit]:
                    state.group_working[r, group] -= 1
                state.unit_broken[r, unit] = False
                state.unit_due[r, unit] = NEVER
            if state.unit_due[r, unit] <= place and not state.unit_broken[r, unit]:
                state.unit_broken[r, unit] = True
                state.unit_done[r, unit] = 0.0
                state.unit_due[r, unit] = NEVER
                state.group_working[r, group] -= 1
                course.failures[group, month] += 1
                _note(log, r, place, _UNIT_FAILS, group, 0.0)


@inner_kernel
def _leaks_due(
    plan: Plan, given: Given, state: State, log: Log, place: int
) -> None:  # pragma: no cover - compiled
    """Leaks that begin on this day, and repairs of leaks that the document dates."""
    leaks = given.leak_birth.shape[2]
    for r in range(state.here.size):
        if not state.here[r] or state.event_day[r] > place:
            continue
        for module in range(plan.module_segment.size):
            while state.leak_due[r, module] <= place:
                number = state.leak_pending[r, module]
                if plan.hatch[module, place] >= 0.0:
                    rate = min(given.leak_rate[r, module, number], LARGEST_LEAK)
                    state.leak_now[r, module, number] = rate
                    state.leak_since[r, module, number] = place
                    state.active[r, state.active_count[r]] = module * leaks + number
                    state.active_count[r] += 1
                    _note(log, r, place, _LEAK_BEGINS, module, rate)
                state.leak_pending[r, module] = number + 1
                state.leak_due[r, module] = _next_birth(given, r, module, number + 1)
        for repair in range(given.leak_dated.size):
            if given.leak_dated[repair] == place:
                _mend_as_dated(given, state, log, r, place, repair)


@inner_kernel
def _mend_as_dated(
    given: Given, state: State, log: Log, r: int, place: int, repair: int
) -> None:  # pragma: no cover - compiled
    """Let one repair touch all leaks of its module."""
    leaks = given.leak_birth.shape[2]
    module, left = given.leak_dated_module[repair], 0.0
    k = 0
    while k < state.active_count[r]:
        number = state.active[r, k] % leaks
        if state.active[r, k] // leaks != module:
            k += 1
            continue
        rate = state.leak_now[r, module, number] * given.leak_dated_left[r, repair, number]
        if rate >= SEALED:
            left += rate
            state.leak_now[r, module, number] = rate
            k += 1
        else:
            state.leak_now[r, module, number] = 0.0
            _drop_leak(state, r, k)
    _note(log, r, place, _LEAK_MENDED, module, left)


@inner_kernel
def _hits_due(
    plan: Plan, given: Given, state: State, log: Log, place: int
) -> None:  # pragma: no cover - compiled
    """Particles that get through on this day, and what follows at once; then the next event."""
    for r in range(state.here.size):
        if not state.here[r] or state.event_day[r] > place:
            continue
        for target in range(plan.target_kind.size):
            while state.target_due[r, target] <= place and not state.lost[r]:
                count = state.target_count[r, target]
                if plan.target_kind[target] == 0:
                    _penetrate(plan, given, state, log, r, place, target, count)
                else:
                    state.target_hit_until[r, target] = min(
                        plan.target_until[target, place], place + max(plan.rescue_days, 1)
                    )
                    _note(log, r, place, _SHIP_HIT, target, 0.0)
                    people = _people_now(plan, state, r, place)
                    if people > _seats_now(plan, state, r, place):
                        _note(log, r, place, _SEAT_LOST, target, float(people))
                state.target_count[r, target] = count + 1
                due, lived = _due_hit(
                    plan, given, r, target, count + 1, state.target_lived[r, target]
                )
                state.target_due[r, target], state.target_lived[r, target] = due, lived
        soonest = NEVER
        for unit in range(plan.unit_group.size):
            soonest = min(soonest, state.unit_due[r, unit])
            if plan.unit_first[unit] > place:
                soonest = min(soonest, plan.unit_first[unit])
            if plan.unit_last[unit] > place:
                soonest = min(soonest, plan.unit_last[unit])
        for target in range(plan.target_kind.size):
            soonest = min(soonest, state.target_due[r, target])
        for module in range(plan.module_segment.size):
            soonest = min(soonest, state.leak_due[r, module])
            if given.leak_own_from[module] > place:
                soonest = min(soonest, given.leak_own_from[module])
        for dated in given.leak_dated:
            if dated > place:
                soonest = min(soonest, dated)
        state.event_day[r] = soonest


@inner_kernel
def _approaches(
    plan: Plan, given: Given, state: State, log: Log, place: int
) -> None:  # pragma: no cover - compiled
    """Objects that come too near while nothing can move the station away."""
    if plan.avoidance == ABSENT:
        return
    for r in range(state.here.size):
        if not given.approach[r, place] or not state.here[r] or state.lost[r]:
            continue
        if state.up[r, plan.avoidance]:
            continue
        event = np.uint64(plan.event_offset + place)
        draw = uniform_kernel(given.seed, given.replica[r], _APPROACH, plan.station_key, event)
        if draw < plan.collision_chance:
            _note(log, r, place, _COLLISION, 0, 0.0)
            _lose_station(plan, state, log, r, place, CAUSE_COLLISION)


@inner_kernel
def _functions(
    plan: Plan, state: State, log: Log, place: int
) -> None:  # pragma: no cover - compiled
    """Say what works now, those that others need first."""
    for r in range(state.here.size):
        if not state.here[r] or state.lost[r] or not state.today[r]:
            continue
        for function in plan.function_order:
            up = False
            first = plan.function_first_provider[function]
            for provider in range(first, plan.function_first_provider[function + 1]):
                if not plan.provider_open[provider, place]:
                    continue
                if plan.provider_burns[provider] and not state.fuel[r]:
                    continue
                up = True
                for k in range(plan.provider_groups.shape[1]):
                    group = plan.provider_groups[provider, k]
                    if group != ABSENT and state.group_working[r, group] < plan.group_needed[group]:
                        up = False
                        break
                for k in range(plan.provider_needs.shape[1]):
                    other = plan.provider_needs[provider, k]
                    if other != ABSENT and not state.up[r, other]:
                        up = False
                        break
                if up:
                    break
            if up != state.up[r, function]:
                state.up[r, function] = up
                _note(log, r, place, _UP if up else _DOWN, function, 0.0)


@inner_kernel
def _leaks(
    plan: Plan, given: Given, state: State, log: Log, place: int
) -> None:  # pragma: no cover - compiled
    """Work out what the cabin loses, and shut hatches before those beyond the limit.

    A leak grows in steps, at the begin of each month.
    """
    leaks = given.leak_birth.shape[2]
    for r in range(state.here.size):
        if not state.here[r] or state.lost[r] or not state.today[r]:
            continue
        people = _people_now(plan, state, r, place)
        lost = given.leak_baseline[r]
        if plan.month_begins[place]:
            for k in range(state.active_count[r]):
                module, number = state.active[r, k] // leaks, state.active[r, k] % leaks
                age = place - state.leak_since[r, module, number]
                rate = state.leak_now[r, module, number]
                rate *= np.exp(given.leak_growth[r, module] * age)
                state.leak_now[r, module, number] = min(rate, LARGEST_LEAK)
                state.leak_since[r, module, number] = place
        for k in range(state.active_count[r]):
            module = state.active[r, k] // leaks
            total = 0.0
            for number in range(leaks):
                total += state.leak_now[r, module, number]
            if total > plan.leak_limit:
                if not state.beyond[r, module]:
                    state.beyond[r, module] = True
                    _note(log, r, place, _BEYOND, module, total)
            elif total < 0.5 * plan.leak_limit:
                state.beyond[r, module] = False
                if people > 0:  # a hatch shut for a leak is opened again, one before a hole is not
                    state.hatch_shut[r, module] = False
            if state.beyond[r, module] and people > 0 and not _shut(state, r, module):
                state.hatch_shut[r, module] = True
                _note(log, r, place, _HATCH_SHUT, module, total)
        for k in range(state.active_count[r]):
            module, number = state.active[r, k] // leaks, state.active[r, k] % leaks
            if not _shut(state, r, module):
                lost += state.leak_now[r, module, number] * max(plan.hatch[module, place], 0.0)
        state.leak_day[r] = lost


@inner_kernel
def _needs(plan: Plan, state: State, place: int) -> None:  # pragma: no cover - compiled
    """Work out what a day takes of each store."""
    for r in range(state.here.size):
        if not state.here[r] or state.lost[r] or not state.today[r]:
            continue
        people = _people_now(plan, state, r, place)
        for store in range(plan.store_start.size):
            spared = 0.0
            for k in range(plan.store_spared_by.shape[1]):
                function = plan.store_spared_by[store, k]
                if function != ABSENT and state.up[r, function]:
                    spared += plan.store_spared[store, k]
            need = plan.store_use[store] + people * plan.store_use_person[store]
            need *= max(1.0 - spared, 0.0)
            if plan.store_takes_leaks[store]:
                need += state.leak_day[r]
            state.need[r, store] = need


@inner_kernel
def _stores(plan: Plan, state: State, log: Log, place: int) -> None:  # pragma: no cover - compiled
    """Use up what the day needs; a store that begins or ceases to be short is looked at."""
    for r in range(state.here.size):
        if not state.here[r] or state.lost[r]:
            continue
        for store in range(plan.store_start.size):
            need = state.need[r, store]
            level = state.store[r, store]
            filler = plan.store_filled_by[store]
            if filler != ABSENT and state.up[r, filler]:
                filled = plan.store_capacity[store] - level + need
                state.came[r, store] += filled
                level += filled
            met = min(need, level)
            state.store[r, store] = level - met
            state.used[r, store] += met
            short = met < need
            if short:
                state.unmet[r, store] += need - met
            if short != state.short[r, store]:
                state.short[r, store] = short
                state.today[r] = True
                if short:
                    _note(log, r, place, _SHORT, store, 0.0)


@inner_kernel
def _losses(plan: Plan, state: State, log: Log, place: int) -> None:  # pragma: no cover - compiled
    """Find functions that nothing bridges any more, and what that ends."""
    for r in range(state.here.size):
        if not state.here[r] or state.lost[r] or not state.today[r]:
            continue
        for function in range(plan.function_need.size):
            bridges, short = 0, False
            for k in range(plan.function_bridge.shape[1]):
                store = plan.function_bridge[function, k]
                if store != ABSENT:
                    bridges += 1
                    short = short or state.short[r, store]
            gone = short or (bridges == 0 and not state.up[r, function])
            if gone and not state.gone[r, function]:
                _note(log, r, place, _FUNCTION_LOST, function, 0.0)
                if plan.function_need[function] == _STATION:
                    _lose_station(plan, state, log, r, place, function)
                elif plan.function_need[function] == _CREW:
                    _evacuate(plan, state, log, r, place, function)
            state.gone[r, function] = gone


@inner_kernel
def _mend_units(
    plan: Plan,
    given: Given,
    state: State,
    log: Log,
    r: int,
    place: int,
    free: int,
    segment: int,
) -> int:  # pragma: no cover - compiled
    """One day of work on broken units; robots if no segment is given. Return free hands."""
    robots = segment == ABSENT
    for unit in range(plan.unit_group.size):
        if free == 0:
            break
        if not state.unit_broken[r, unit]:
            continue
        group = plan.unit_group[unit]
        may = plan.group_by_robot[group] if robots else plan.group_by_people[group]
        if not may or (not robots and plan.group_segment[group] != segment):
            continue
        done = state.unit_done[r, unit]
        if done == 0.0 and plan.group_takes_spare[group]:
            if state.shelf[r, group] < 1.0:
                continue
            state.shelf[r, group] -= 1.0
        days = plan.group_robot_days[group] if robots else plan.group_people_days[group]
        done += 1.0 / max(days, 1.0)
        free -= 1
        if done < 1.0 - 1e-9:
            state.unit_done[r, unit] = done
            continue
        life = state.unit_life[r, unit] + 1
        state.unit_life[r, unit] = life
        state.unit_broken[r, unit] = False
        state.unit_done[r, unit] = 0.0
        state.group_working[r, group] += 1
        state.stirred[r] = True
        due = _due_failure(plan, given, r, unit, life, 0.0, place + 1)
        state.unit_due[r, unit] = due
        state.event_day[r] = min(state.event_day[r], due)
        _note(log, r, place, _BY_ROBOT if robots else _BY_PEOPLE, group, 0.0)
    return free


@inner_kernel
def _mend_leaks(
    plan: Plan,
    given: Given,
    state: State,
    log: Log,
    r: int,
    place: int,
    free: int,
    segment: int,
) -> int:  # pragma: no cover - compiled
    """One day of work on leaks that are large enough to be found. Return free hands."""
    leaks, repairs = given.leak_birth.shape[2], given.leak_left.shape[3]
    k = 0
    while k < state.active_count[r] and free > 0:
        module, number = state.active[r, k] // leaks, state.active[r, k] % leaks
        rate = state.leak_now[r, module, number]
        found = rate >= plan.leak_found and place >= given.leak_own_from[module]
        if plan.module_segment[module] != segment or not found:
            k += 1
            continue
        free -= 1
        state.leak_done[r, module, number] += 1.0 / max(plan.leak_repair_days, 1.0)
        if state.leak_done[r, module, number] < 1.0 - 1e-9:
            k += 1
            continue
        state.leak_done[r, module, number] = 0.0
        mended = state.leak_mended[r, module, number]
        state.leak_mended[r, module, number] = mended + 1
        rate *= given.leak_left[r, module, number, min(mended, repairs - 1)]
        _note(log, r, place, _LEAK_MENDED, module, rate)
        state.stirred[r] = True
        state.leak_since[r, module, number] = place
        if rate >= SEALED:
            state.leak_now[r, module, number] = rate
            k += 1
            continue
        state.leak_now[r, module, number] = 0.0
        _drop_leak(state, r, k)
    return free


@inner_kernel
def _work(
    plan: Plan, given: Given, state: State, log: Log, place: int
) -> None:  # pragma: no cover - compiled
    """Repairs: robots first, then the people of each segment; leaks after units.

    Who finds nothing to do today finds nothing tomorrow, until something stirs.
    """
    for r in range(state.here.size):
        if not state.here[r] or state.lost[r]:
            continue
        if not state.busy[r] and not state.today[r]:
            continue
        broken = False
        for unit in range(plan.unit_group.size):
            broken = broken or state.unit_broken[r, unit]
        worked = False
        if broken and plan.robots > 0:
            free = _mend_units(plan, given, state, log, r, place, plan.robots, ABSENT)
            worked = free < plan.robots
        if _people_now(plan, state, r, place) > 0 and (broken or state.active_count[r] > 0):
            for segment in range(plan.trained.shape[0]):
                if plan.trained[segment, place] == 0:
                    continue
                free = plan.hands
                if broken:
                    free = _mend_units(plan, given, state, log, r, place, free, segment)
                if state.active_count[r] > 0:
                    free = _mend_leaks(plan, given, state, log, r, place, free, segment)
                worked = worked or free < plan.hands
        state.busy[r] = worked


@inner_kernel
def _evenings(
    plan: Plan, state: State, course: Course, alive: NDArray[np.bool_], place: int
) -> None:  # pragma: no cover - compiled
    """Write down what is kept of the day."""
    month, ends = plan.month[place], plan.month_ends[place]
    for r in range(state.here.size):
        if not alive[r]:
            continue
        if not state.lost[r]:
            course.lived[r, month] += 1
            course.leak[r, month] += state.leak_day[r]
            course.burns[r, place] = plan.orbit == ABSENT or state.up[r, plan.orbit]
            course.moves[r, place] = plan.avoidance == ABSENT or state.up[r, plan.avoidance]
            course.people[r, place] = _people_now(plan, state, r, place)
        if ends:
            for function in range(plan.function_need.size):
                if state.lost[r] or not state.up[r, function]:
                    course.down[function, month] += 1
            for store in range(plan.store_start.size):
                course.store[r, store, month] = state.store[r, store]


@kernel
def live_days(
    plan: Plan,
    given: Given,
    state: State,
    log: Log,
    course: Course,
    fuel: NDArray[np.bool_],
    alive: NDArray[np.bool_],
    first: int,
    last: int,
    room: int,
) -> int:  # pragma: no cover - compiled
    """Live some days of all replicas, from a place to another (excluded); return the place reached.

    It stops before a day for which the log has less than `room` left. `fuel` tells for each replica
    whether there is propellant, `alive` whether the station is in orbit; both hold for all of these
    days. A lost station stays in orbit without people, work or burns.
    """
    for place in range(first, last):
        if not plan.exists[place]:
            continue
        if log.replica.size - log.length[0] < room:
            return place
        _mornings(plan, given, state, log, fuel, alive, place)
        _units_due(plan, state, log, course, place)
        _leaks_due(plan, given, state, log, place)
        _hits_due(plan, given, state, log, place)
        _approaches(plan, given, state, log, place)
        _functions(plan, state, log, place)
        _leaks(plan, given, state, log, place)
        _needs(plan, state, place)
        _stores(plan, state, log, place)
        _losses(plan, state, log, place)
        _work(plan, given, state, log, place)
        _evenings(plan, state, course, alive, place)
    return last
