"""The day-step engine: what fails, leaks, is struck, runs short, is mended, and who leaves.

One replica after the other lives through all days asked for. Anything that can be foreseen is
foreseen when it is drawn (the day of a failure, of a birth, of a penetration), and days on which
nothing changes are lived together. The phases of a day follow one another in `live_days`. The same
rules, written as processes, are in `validation/simpy_lives.py`; both logs are equal (tests).

Functions take the few arrays that they need, and small bundles of them: a bundle of all takes
minutes to compile.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import Purpose, uniform_kernel
from stationkeeper.hull.after_penetration import penetration_chain
from stationkeeper.hull.air_reserve import reserve_time
from stationkeeper.hull.equipment import age_at_hazard, hazard_lived
from stationkeeper.kernels import inner_kernel, kernel
from stationkeeper.lifetime.upkeep_plan import (
    ABSENT,
    ASK_AGAIN,
    CAUSE_COLLISION,
    CAUSE_TARGET,
    LARGEST_LEAK,
    NEVER,
    SEALED,
    Array,
    Course,
    Flags,
    Given,
    Happening,
    Log,
    Need,
    Plan,
    State,
    Whole,
)

_EQUIPMENT = np.uint64(int(Purpose.EQUIPMENT))
_PARTICLES = np.uint64(int(Purpose.PARTICLES))
_APPROACH = np.uint64(int(Purpose.APPROACH))
_DRAWS_OF_HIT = 16  # numbers of draws that one penetration may take
_ROUNDING: Final = 1e-9  # share of a day's need that rounding may hide
_BITS: Final = 16  # of a number on the list of leaks; the module is above them
_NUMBER: Final = 2**_BITS - 1
_DONE: Final = 1.0 - 1e-9  # share of a repair that counts as all of it
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


class _Dealt(NamedTuple):
    """Whose draws."""

    seed: np.uint64
    replica: np.uint64


class _Units(NamedTuple):
    """Units of the plan, and their groups."""

    group: Whole
    first: Whole
    last: Whole
    age: Array
    key: NDArray[np.uint64]
    segment: Whole
    hazard: Array
    wear: Array


class _UnitsNow(NamedTuple):
    """Units of one replica."""

    due: Whole
    broken: Flags
    done: Array
    life: Whole
    working: Whole
    shelf: Array


class _LeaksNow(NamedTuple):
    """Leaks of one replica; `listed` holds how many are on the list `active`."""

    now: Array
    since: Whole
    mended: Whole
    done: Array
    active: Whole
    listed: Whole


class _Jobs(NamedTuple):
    """What is worked on today and not done: until something stirs, the same tomorrow."""

    where: Whole  # unit, or -1 less what is on the list of leaks
    step: Array  # share of the repair that a day does
    length: Whole  # (1,)


class _Hatches(NamedTuple):
    """Modules of one replica."""

    shut: Flags
    pierced: Flags
    beyond: Flags


class _Crew(NamedTuple):
    """People aboard and their seats; `away` and `stirred` are those of all replicas."""

    people: Whole
    seats: Whole
    target_seats: Whole
    hit_until: Whole
    away: Whole
    stirred: Flags
    return_days: int


class _Stock(NamedTuple):
    """Stores of one replica."""

    level: Array
    need: Array
    short: Flags
    came: Array
    used: Array
    unmet: Array


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
def first_place_reaching(clock: Array, wanted: float) -> int:
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
def _next_failure(
    dealt: _Dealt, units: _Units, unit: int, life: int, age: float, place: int
) -> int:  # pragma: no cover - compiled
    """Place on which a unit fails that is so many months old at the start of a place."""
    group = units.group[unit]
    draw = uniform_kernel(dealt.seed, dealt.replica, _EQUIPMENT, units.key[unit], np.uint64(life))
    table = units.hazard[group]
    end = age_at_hazard(table, hazard_lived(table, age) - np.log1p(-draw))
    clock = units.wear[units.segment[group]]
    return first_place_reaching(clock, clock[place] + (end - age))


@inner_kernel
def _next_hit(
    dealt: _Dealt, key: np.uint64, hazard: Array, factor: float, count: int, lived: float
) -> tuple[int, float]:  # pragma: no cover - compiled
    """Place of the next penetration of a target, and its hazard there."""
    if factor <= 0.0:
        return NEVER, lived
    event = np.uint64(count * _DRAWS_OF_HIT)
    draw = uniform_kernel(dealt.seed, dealt.replica, _PARTICLES, key, event)
    wanted = lived - np.log1p(-draw) / factor
    return first_place_reaching(hazard, wanted), wanted


@inner_kernel
def _next_birth(births: Array, number: int) -> int:  # pragma: no cover - compiled
    if number >= births.size or np.isnan(births[number]):
        return NEVER
    return max(int(np.floor(births[number])), 0)


@inner_kernel
def _start_units(
    dealt: _Dealt, units: _Units, now: _UnitsNow, place: int
) -> None:  # pragma: no cover - compiled
    """Deal first failures; who comes on this very day is met among what is due, but on the first.

    A unit that was there before counts at once.
    """
    for unit in range(units.group.size):
        begin = max(units.first[unit], place)
        now.due[unit] = NEVER
        if begin < units.last[unit]:
            now.due[unit] = _next_failure(dealt, units, unit, 0, units.age[unit], begin)
            if units.first[unit] < place or place == 0 == units.first[unit]:
                now.working[units.group[unit]] += 1


@inner_kernel
def _seats_now(crew: _Crew, place: int) -> int:  # pragma: no cover - compiled
    """Seats home that are sound."""
    seats = int(crew.seats[place])
    for target in range(crew.hit_until.size):
        if crew.hit_until[target] > place:
            seats -= crew.target_seats[target]
    return max(seats, 0)


@inner_kernel
def _people_now(crew: _Crew, r: int, place: int) -> int:  # pragma: no cover - compiled
    return int(crew.people[place]) if crew.away[r] < 0 else 0


@inner_kernel
def _leave(
    crew: _Crew, log: Log, r: int, place: int, code: int, cause: int, people: int
) -> None:  # pragma: no cover - compiled
    _note(log, r, place, code, cause, float(people))
    crew.away[r] = place + max(crew.return_days, 1)
    crew.stirred[r] = True  # needs of the next day are those of nobody


@inner_kernel
def _evacuate(
    crew: _Crew, log: Log, r: int, place: int, cause: int
) -> None:  # pragma: no cover - compiled
    """All leave, or those without a seat do not."""
    people = _people_now(crew, r, place)
    if people > 0:
        safe = people <= _seats_now(crew, place)
        _leave(crew, log, r, place, _EVACUATION if safe else _CREW_LOST, cause, people)


@inner_kernel
def _units_due(
    units: _Units, now: _UnitsNow, failures: Whole, log: Log, r: int, place: int
) -> None:  # pragma: no cover - compiled
    """Units that come, go or fail on this day."""
    for unit in range(units.group.size):
        group = units.group[unit]
        if units.first[unit] == place and place > 0:
            now.working[group] += 1
        if units.last[unit] == place:
            if not now.broken[unit]:
                now.working[group] -= 1
            now.broken[unit] = False
            now.due[unit] = NEVER
        if now.due[unit] <= place:
            now.broken[unit] = True
            now.done[unit] = 0.0
            now.due[unit] = NEVER
            now.working[group] -= 1
            failures[group] += 1
            _note(log, r, place, _UNIT_FAILS, group, 0.0)


@inner_kernel
def _births_due(
    births: Array,
    rates: Array,
    pending: Whole,
    due: Whole,
    leaks: _LeaksNow,
    hatch: Array,
    log: Log,
    r: int,
    place: int,
) -> None:  # pragma: no cover - compiled
    for module in range(due.size):
        while due[module] <= place:
            number = pending[module]
            if hatch[module] >= 0.0:
                rate = min(rates[module, number], LARGEST_LEAK)
                leaks.now[module, number] = rate
                leaks.since[module, number] = place
                leaks.active[leaks.listed[0]] = module << _BITS | number
                leaks.listed[0] += 1
                _note(log, r, place, _LEAK_BEGINS, module, rate)
            pending[module] = number + 1
            due[module] = _next_birth(births[module], number + 1)


@inner_kernel
def _drop_leak(leaks: _LeaksNow, k: int) -> None:  # pragma: no cover - compiled
    """Take a leak off the list, whose order decides who is mended first."""
    last = leaks.listed[0] - 1
    for j in range(k, last):
        leaks.active[j] = leaks.active[j + 1]
    leaks.listed[0] = last


@inner_kernel
def _dated_repairs(
    dated: Whole, where: Whole, shares: Array, leaks: _LeaksNow, log: Log, r: int, place: int
) -> None:  # pragma: no cover - compiled
    """Repairs that the document dates: they touch all leaks of their module."""
    for repair in range(dated.size):
        if dated[repair] != place:
            continue
        module, left = where[repair], 0.0
        k = 0
        while k < leaks.listed[0]:
            number = leaks.active[k] & _NUMBER
            if leaks.active[k] >> _BITS != module:
                k += 1
                continue
            rate = leaks.now[module, number] * shares[repair, number]
            if rate >= SEALED:
                left += rate
                leaks.now[module, number] = rate
                k += 1
            else:
                leaks.now[module, number] = 0.0
                _drop_leak(leaks, k)
        _note(log, r, place, _LEAK_MENDED, module, left)


@inner_kernel
def _penetrate(
    dealt: _Dealt,
    key: np.uint64,
    holes: Array,
    chain: Array,
    volume: float,
    share: float,
    shut: bool,
    crew: _Crew,
    log: Log,
    r: int,
    place: int,
    target: int,
    count: int,
) -> bool:  # pragma: no cover - compiled
    """A particle goes through the hull of a module; return whether the station is lost."""
    draws = np.empty(12)
    for k in range(12):
        event = np.uint64(count * _DRAWS_OF_HIT + 1 + k)
        draws[k] = uniform_kernel(dealt.seed, dealt.replica, _PARTICLES, key, event)
    hole = holes[int(draws[7] * holes.size)]
    _note(log, r, place, _PENETRATED, target, hole)
    people = _people_now(crew, r, place)
    # Logistic draws stand for the lognormal spread of both times: the tails hardly differ.
    isolate = chain[6] * (draws[8] / (1.0 - draws[8]) + 1e-12) ** chain[8]
    board = chain[7] * (draws[9] / (1.0 - draws[9]) + 1e-12) ** chain[8]
    _, left, station, lost = penetration_chain(
        reserve_time(hole, volume),
        isolate,
        board,
        people,
        _seats_now(crew, place),
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
        _leave(crew, log, r, place, _CREW_LOST if lost else _EVACUATION, cause, people)
    if station:
        _note(log, r, place, _STATION_LOST, cause, 0.0)
    return bool(station)


@inner_kernel
def _next_event(
    units: _Units,
    due: Whole,
    target_due: Whole,
    leak_due: Whole,
    own_from: Whole,
    dated: Whole,
    place: int,
) -> int:  # pragma: no cover - compiled
    soonest = NEVER
    for unit in range(due.size):
        soonest = min(soonest, due[unit])
        if units.first[unit] > place:
            soonest = min(soonest, units.first[unit])
        if units.last[unit] > place:
            soonest = min(soonest, units.last[unit])
    for target in range(target_due.size):
        soonest = min(soonest, target_due[target])
    for module in range(leak_due.size):
        soonest = min(soonest, leak_due[module])
        if own_from[module] > place:
            soonest = min(soonest, own_from[module])
    for one in dated:
        if one > place:
            soonest = min(soonest, one)
    return soonest


@inner_kernel
def _works(
    groups: Whole, needs: Whole, working: Whole, needed: Whole, up: Flags
) -> bool:  # pragma: no cover - compiled
    works = True
    for group in groups:
        works = works and (group == ABSENT or working[group] >= needed[group])
    for other in needs:
        works = works and (other == ABSENT or up[other])
    return works


@inner_kernel
def _functions(
    order: Whole,
    first_provider: Whole,
    opened: Flags,
    burns: Flags,
    groups: Whole,
    needs: Whole,
    working: Whole,
    needed: Whole,
    up: Flags,
    fuel: bool,
    log: Log,
    r: int,
    place: int,
) -> None:  # pragma: no cover - compiled
    """Say what works now, those that others need first."""
    for function in order:
        works = False
        for provider in range(first_provider[function], first_provider[function + 1]):
            if opened[provider] and (fuel or not burns[provider]):
                works = _works(groups[provider], needs[provider], working, needed, up)
                if works:
                    break
        if works != up[function]:
            up[function] = works
            _note(log, r, place, _UP if works else _DOWN, function, 0.0)


@inner_kernel
def _can_return(
    order: Whole,
    first_provider: Whole,
    opened: Flags,
    needs: Whole,
    need: Whole,
    gone: Flags,
    rescue: int,
    possible: Flags,
) -> bool:  # pragma: no cover - compiled
    """Say whether all that people need and that is lost could be provided again.

    Equipment and propellant do not count: who comes back mends and brings. Seats home come along.
    """
    for function in order:
        possible[function] = False
        for provider in range(first_provider[function], first_provider[function + 1]):
            there = opened[provider]
            for other in needs[provider]:
                there = there and (other == ABSENT or possible[other])
            possible[function] = possible[function] or there
    for function in order:
        needed = need[function] == _CREW or need[function] == _STATION
        if needed and gone[function] and not possible[function] and function != rescue:
            return False
    return True


@inner_kernel
def _cabin_loss(
    leaks: _LeaksNow,
    growth: Array,
    hatches: _Hatches,
    hatch: Array,
    totals: Array,
    limit: float,
    grows: bool,
    people: int,
    log: Log,
    r: int,
    place: int,
) -> float:  # pragma: no cover - compiled
    """Air that the cabin loses through leaks; hatches before those beyond the limit are shut.

    A leak grows in steps, at the begin of each month.
    """
    lost = 0.0
    totals[:] = 0.0
    for k in range(leaks.listed[0]):
        module, number = leaks.active[k] >> _BITS, leaks.active[k] & _NUMBER
        if grows:
            days = place - leaks.since[module, number]
            rate = leaks.now[module, number] * np.exp(growth[module] * days)
            leaks.now[module, number] = min(rate, LARGEST_LEAK)
            leaks.since[module, number] = place
        totals[module] += leaks.now[module, number]
    for module in range(totals.size):
        total = totals[module]
        if total > limit and hatch[module] >= 0.0:
            if not hatches.beyond[module]:
                hatches.beyond[module] = True
                _note(log, r, place, _BEYOND, module, total)
        elif total < 0.5 * limit:
            hatches.beyond[module] = False
            if people > 0:  # a hatch shut for a leak is opened again, one before a hole is not
                hatches.shut[module] = False
        closed = hatches.shut[module] or hatches.pierced[module]
        if hatches.beyond[module] and hatch[module] >= 0.0 and people > 0 and not closed:
            hatches.shut[module] = closed = True
            _note(log, r, place, _HATCH_SHUT, module, total)
        if not closed and hatch[module] > 0.0:
            lost += total * hatch[module]
    return lost


@inner_kernel
def _needs(
    use: Array,
    use_person: Array,
    takes_leaks: Flags,
    spared_by: Whole,
    spared: Array,
    up: Flags,
    people: int,
    leak_day: float,
    need: Array,
) -> None:  # pragma: no cover - compiled
    """Work out what a day takes of each store."""
    for store in range(need.size):
        less = 0.0
        for k in range(spared_by.shape[1]):
            function = spared_by[store, k]
            if function != ABSENT and up[function]:
                less += spared[store, k]
        need[store] = (use[store] + people * use_person[store]) * max(1.0 - less, 0.0)
        if takes_leaks[store]:
            need[store] += leak_day


@inner_kernel
def _stores(
    stock: _Stock, capacity: Array, filled_by: Whole, up: Flags, log: Log, r: int, place: int
) -> bool:  # pragma: no cover - compiled
    """Use up what the day needs; return whether a store began or ceased to be short."""
    changed = False
    for store in range(capacity.size):
        need, level = stock.need[store], stock.level[store]
        if filled_by[store] != ABSENT and up[filled_by[store]]:
            filled = capacity[store] - level + need
            stock.came[store] += filled
            level += filled
        met = min(need, level)
        stock.level[store] = level - met
        stock.used[store] += met
        stock.unmet[store] += need - met
        short = need - met > _ROUNDING * need
        if short != stock.short[store]:
            stock.short[store] = short
            changed = True
            if short:
                _note(log, r, place, _SHORT, store, 0.0)
    return changed


@inner_kernel
def _quiet_stores(
    stock: _Stock, capacity: Array, filled_by: Whole, up: Flags, days: int
) -> int:  # pragma: no cover - compiled
    """Use up what some like days need, or fewer of them if a store may run short; return how many.

    None, if one may run short on the first of them.
    """
    for store in range(capacity.size):
        need, level = stock.need[store], stock.level[store]
        if stock.short[store] or (filled_by[store] != ABSENT and up[filled_by[store]]):
            continue
        if level < (days + 1) * need:  # a day to spare, for rounding
            days = max(int(level / need) - 1, 0)
            if days == 0:
                return 0
    for store in range(capacity.size):
        need, level = stock.need[store], stock.level[store]
        if stock.short[store]:
            met = min(need, level)
            if met > 0.0 and days > 0:  # what rounding left
                stock.level[store] = level - met
                stock.used[store] += met
            stock.unmet[store] += days * need - met
            continue
        if filled_by[store] != ABSENT and up[filled_by[store]]:
            stock.came[store] += capacity[store] - level + days * need
            stock.level[store] = capacity[store]
        else:
            stock.level[store] = level - days * need
        stock.used[store] += days * need
    return days


@inner_kernel
def _losses(
    need: Whole,
    bridge: Whole,
    up: Flags,
    gone: Flags,
    short: Flags,
    crew: _Crew,
    log: Log,
    r: int,
    place: int,
) -> bool:  # pragma: no cover - compiled
    """Find functions that nothing bridges any more; return whether that ends the station."""
    for function in range(need.size):
        bridges, empty = 0, False
        for store in bridge[function]:
            if store != ABSENT:
                bridges += 1
                empty = empty or short[store]
        now = empty or (bridges == 0 and not up[function])
        begins = now and not gone[function]
        gone[function] = now
        if not begins:
            continue
        _note(log, r, place, _FUNCTION_LOST, function, 0.0)
        if need[function] == _CREW or need[function] == _STATION:
            _evacuate(crew, log, r, place, function)
        if need[function] == _STATION:
            _note(log, r, place, _STATION_LOST, function, 0.0)
            return True
    return False


@inner_kernel
def _goes_on(jobs: _Jobs, where: int, step: float) -> None:  # pragma: no cover - compiled
    """Note a job that is not done today; a robot and people may share one."""
    for job in range(jobs.length[0]):
        if jobs.where[job] == where:
            jobs.step[job] += step
            return
    jobs.where[jobs.length[0]] = where
    jobs.step[jobs.length[0]] = step
    jobs.length[0] += 1


@inner_kernel
def _days_left(jobs: _Jobs, units: Array, leaks: Array) -> int:  # pragma: no cover - compiled
    """Days for which all jobs go on before the first of them is done."""
    days = NEVER
    for job in range(jobs.length[0]):
        where = jobs.where[job]
        leak = max(-1 - where, 0)
        done = units[where] if where >= 0 else leaks[leak >> _BITS, leak & _NUMBER]
        days = min(days, int((_DONE - done) / jobs.step[job]))
    return days


@inner_kernel
def _work_on(
    jobs: _Jobs, units: Array, leaks: Array, days: int
) -> None:  # pragma: no cover - compiled
    """Go on with all jobs for some days."""
    for job in range(jobs.length[0]):
        where = jobs.where[job]
        if where >= 0:
            units[where] += days * jobs.step[job]
        else:
            leaks[(-1 - where) >> _BITS, (-1 - where) & _NUMBER] += days * jobs.step[job]


@inner_kernel
def _mend_units(
    dealt: _Dealt,
    units: _Units,
    now: _UnitsNow,
    broken: int,
    jobs: _Jobs,
    may: Flags,
    days: Array,
    takes_spare: Flags,
    stirred: Flags,
    log: Log,
    r: int,
    place: int,
    free: int,
    segment: int,
) -> tuple[int, int]:  # pragma: no cover - compiled
    """One day of work on broken units; by robots if no segment is given.

    Return free hands, and the next day on which a mended unit fails.
    """
    due = NEVER
    for unit in range(units.group.size):
        if free == 0 or broken == 0:
            break
        if not now.broken[unit]:
            continue
        broken -= 1
        group = units.group[unit]
        if not may[group] or (segment != ABSENT and units.segment[group] != segment):
            continue
        done = now.done[unit]
        if done == 0.0 and takes_spare[group]:
            if now.shelf[group] < 1.0:
                continue
            now.shelf[group] -= 1.0
        done += 1.0 / max(days[group], 1.0)
        free -= 1
        if done < _DONE:
            now.done[unit] = done
            _goes_on(jobs, unit, 1.0 / max(days[group], 1.0))
            continue
        now.life[unit] += 1
        now.broken[unit] = False
        now.done[unit] = 0.0
        now.working[group] += 1
        stirred[r] = True
        now.due[unit] = _next_failure(dealt, units, unit, now.life[unit], 0.0, place + 1)
        due = min(due, now.due[unit])
        _note(log, r, place, _BY_ROBOT if segment == ABSENT else _BY_PEOPLE, group, 0.0)
    return free, due


@inner_kernel
def _mend_leaks(
    leaks: _LeaksNow,
    jobs: _Jobs,
    left: Array,
    own_from: Whole,
    module_segment: Whole,
    hatch: Array,
    found: float,
    repair_days: float,
    stirred: Flags,
    log: Log,
    r: int,
    place: int,
    free: int,
    segment: int,
) -> int:  # pragma: no cover - compiled
    """One day of work on leaks that are large enough to be found. Return free hands."""
    repairs = left.shape[2]
    k = 0
    while k < leaks.listed[0] and free > 0:
        module, number = leaks.active[k] >> _BITS, leaks.active[k] & _NUMBER
        rate = leaks.now[module, number]
        there = hatch[module] >= 0.0 and place >= own_from[module]
        if module_segment[module] != segment or rate < found or not there:
            k += 1
            continue
        free -= 1
        leaks.done[module, number] += 1.0 / max(repair_days, 1.0)
        if leaks.done[module, number] < _DONE:
            _goes_on(jobs, -1 - leaks.active[k], 1.0 / max(repair_days, 1.0))
            k += 1
            continue
        leaks.done[module, number] = 0.0
        mended = leaks.mended[module, number]
        leaks.mended[module, number] = mended + 1
        rate *= left[module, number, min(mended, repairs - 1)]
        _note(log, r, place, _LEAK_MENDED, module, rate)
        stirred[r] = True
        leaks.since[module, number] = place
        if rate >= SEALED:
            leaks.now[module, number] = rate
            k += 1
        else:
            leaks.now[module, number] = 0.0
            _drop_leak(leaks, k)
    return free


@inner_kernel
def _alike_until(
    exists: Flags, stirs: Flags, begins: Flags, ends: Flags, brought: Array, first: int, last: int
) -> Whole:  # pragma: no cover - compiled
    """For each place from the first: the next one on which the plan changes something.

    The place itself if it is such a one.
    """
    until = np.empty(last - first, np.int64)
    end = last
    for place in range(last - 1, first - 1, -1):
        if place + 1 < last and (ends[place] or not exists[place + 1]):
            end = place + 1
        changes = stirs[place] or begins[place] or not exists[place]
        for store in range(brought.shape[0]):
            changes = changes or brought[store, place] > 0.0
        if changes:
            end = place
        until[place - first] = end
    return until


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
    alike = _alike_until(
        plan.exists, plan.stirs, plan.month_begins, plan.month_ends, plan.store_brought, first, last
    )
    # By day first: one replica lives many days.
    opened = np.ascontiguousarray(plan.provider_open[:, first:last].T)
    hatch = np.ascontiguousarray(plan.hatch[:, first:last].T)
    totals = np.empty(plan.module_segment.size)
    units = _Units(
        plan.unit_group,
        plan.unit_first,
        plan.unit_last,
        plan.unit_age,
        plan.unit_key,
        plan.group_segment,
        plan.group_hazard,
        plan.wear,
    )
    stores, functions = plan.store_start.size, plan.function_need.size
    modules, targets = plan.module_segment.size, plan.target_kind.size
    possible = np.empty(functions, np.bool_)
    most_jobs = plan.robots + plan.trained.shape[0] * plan.hands + 1
    jobs = _Jobs(np.empty(most_jobs, np.int64), np.empty(most_jobs), np.zeros(1, np.int64))
    segments, avoidance = plan.trained.shape[0], plan.avoidance
    while replica < given.replica.size:
        r = replica
        place = max(resumed, first)
        resumed = first
        replica += 1
        if not alive[r]:
            continue
        dealt = _Dealt(given.seed, given.replica[r])
        now = _UnitsNow(
            state.unit_due[r],
            state.unit_broken[r],
            state.unit_done[r],
            state.unit_life[r],
            state.group_working[r],
            state.shelf[r],
        )
        leaks = _LeaksNow(
            state.leak_now[r],
            state.leak_since[r],
            state.leak_mended[r],
            state.leak_done[r],
            state.active[r],
            state.active_count[r : r + 1],
        )
        hatches = _Hatches(state.hatch_shut[r], state.pierced[r], state.beyond[r])
        crew = _Crew(
            plan.people,
            plan.seats,
            plan.target_seats,
            state.target_hit_until[r],
            state.away_until,
            state.stirred,
            plan.return_days,
        )
        stock = _Stock(
            state.store[r],
            state.need[r],
            state.short[r],
            state.came[r],
            state.used[r],
            state.unmet[r],
        )
        up = state.up[r]
        changed = True  # functions are worked out on the first day that stirs
        known = False  # what is worked on
        jobs.length[0] = 0
        broken = 0
        for unit in range(now.broken.size):
            broken += now.broken[unit]
        while place < last:
            if not plan.exists[place]:
                place += 1
                changed = True
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
                    until = min(until, place + _days_left(jobs, now.done, leaks.done))
                if until > place:
                    days = _quiet_stores(
                        stock, plan.store_capacity, plan.store_filled_by, up, until - place
                    )
                    _work_on(jobs, now.done, leaks.done, days)
            if days == 0:
                days = 1
                if not state.started[r]:
                    state.started[r] = True
                    state.away_until[r] = -1
                    state.event_day[r] = place
                    _start_units(dealt, units, now, place)
                    now.shelf[:] = plan.group_spares
                    for target in range(targets):
                        state.target_due[r, target], state.target_lived[r, target] = _next_hit(
                            dealt,
                            plan.target_key[target],
                            plan.target_hazard[target],
                            given.particle_factor[r],
                            0,
                            0.0,
                        )
                        state.target_hit_until[r, target] = -1
                    for module in range(modules):
                        state.leak_due[r, module] = _next_birth(given.leak_birth[r, module], 0)
                    up[:] = True
                    stock.level[:] = plan.store_start
                for store in range(stores):
                    brought = plan.store_brought[store, place]
                    if brought > 0.0:
                        space = max(plan.store_capacity[store] - stock.level[store], 0.0)
                        taken = min(brought, space)
                        stock.level[store] += taken
                        stock.came[store] += taken
                        state.refused[r, store] += brought - taken
                if plan.cargo[place] > 0:
                    for group in range(now.shelf.size):
                        now.shelf[group] += plan.group_spares_per_cargo[group] * plan.cargo[place]
                stirred = state.stirred[r] or plan.stirs[place] or plan.month_begins[place]
                changed = changed or state.stirred[r] or plan.stirs[place]
                state.stirred[r] = False
                if fuel[r] != state.fuel[r]:
                    state.fuel[r] = fuel[r]
                    stirred = changed = True
                if 0 <= state.away_until[r] <= place:
                    if _can_return(
                        plan.function_order,
                        plan.function_first_provider,
                        opened[place - first],
                        plan.provider_needs,
                        plan.function_need,
                        state.gone[r],
                        plan.rescue,
                        possible,
                    ):
                        state.away_until[r] = -1
                        _note(log, r, place, _RETURN, 0, 0.0)
                        stirred = True
                    else:
                        state.away_until[r] = place + ASK_AGAIN
                if state.event_day[r] <= place:
                    stirred = changed = True
                    _units_due(units, now, course.failures[:, plan.month[place]], log, r, place)
                    broken = 0
                    for unit in range(now.broken.size):
                        broken += now.broken[unit]
                    _births_due(
                        given.leak_birth[r],
                        given.leak_rate[r],
                        state.leak_pending[r],
                        state.leak_due[r],
                        leaks,
                        hatch[place - first],
                        log,
                        r,
                        place,
                    )
                    _dated_repairs(
                        given.leak_dated,
                        given.leak_dated_module,
                        given.leak_dated_left[r],
                        leaks,
                        log,
                        r,
                        place,
                    )
                    for target in range(targets):
                        while state.target_due[r, target] <= place and not state.lost[r]:
                            count = state.target_count[r, target]
                            if plan.target_kind[target] == 0:
                                module = plan.target_module[target]
                                closed = (
                                    hatch[place - first, module] <= 0.0
                                    or hatches.shut[module]
                                    or hatches.pierced[module]
                                )
                                state.lost[r] = _penetrate(
                                    dealt,
                                    plan.target_key[target],
                                    plan.target_hole[target],
                                    plan.chain,
                                    plan.volume[place],
                                    plan.module_share[module, place],
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
                                    plan.target_until[target, place],
                                    place + max(plan.rescue_days, 1),
                                )
                                _note(log, r, place, _SHIP_HIT, target, 0.0)
                                people = _people_now(crew, r, place)
                                if people > _seats_now(crew, place):
                                    _note(log, r, place, _SEAT_LOST, target, float(people))
                            state.target_count[r, target] = count + 1
                            state.target_due[r, target], state.target_lived[r, target] = _next_hit(
                                dealt,
                                plan.target_key[target],
                                plan.target_hazard[target],
                                given.particle_factor[r],
                                count + 1,
                                state.target_lived[r, target],
                            )
                    state.event_day[r] = _next_event(
                        units,
                        now.due,
                        state.target_due[r],
                        state.leak_due[r],
                        given.leak_own_from,
                        given.leak_dated,
                        place,
                    )
                if (
                    given.approach[r, place]
                    and avoidance != ABSENT
                    and not up[avoidance]
                    and not state.lost[r]
                ):
                    event = np.uint64(plan.event_offset + place)
                    draw = uniform_kernel(
                        dealt.seed, dealt.replica, _APPROACH, plan.station_key, event
                    )
                    if draw < plan.collision_chance:
                        _note(log, r, place, _COLLISION, 0, 0.0)
                        _evacuate(crew, log, r, place, CAUSE_COLLISION)
                        _note(log, r, place, _STATION_LOST, CAUSE_COLLISION, 0.0)
                        state.lost[r] = True
                if not state.lost[r]:
                    if stirred:
                        if changed:
                            changed = False
                            _functions(
                                plan.function_order,
                                plan.function_first_provider,
                                opened[place - first],
                                plan.provider_burns,
                                plan.provider_groups,
                                plan.provider_needs,
                                now.working,
                                plan.group_needed,
                                up,
                                fuel[r],
                                log,
                                r,
                                place,
                            )
                        people = _people_now(crew, r, place)
                        state.leak_day[r] = given.leak_baseline[r] + _cabin_loss(
                            leaks,
                            given.leak_growth[r],
                            hatches,
                            hatch[place - first],
                            totals,
                            plan.leak_limit,
                            plan.month_begins[place],
                            people,
                            log,
                            r,
                            place,
                        )
                        _needs(
                            plan.store_use,
                            plan.store_use_person,
                            plan.store_takes_leaks,
                            plan.store_spared_by,
                            plan.store_spared,
                            up,
                            people,
                            state.leak_day[r],
                            stock.need,
                        )
                        state.busy[r] = True
                    turned = _stores(
                        stock, plan.store_capacity, plan.store_filled_by, up, log, r, place
                    )
                    if turned or stirred:
                        state.lost[r] = _losses(
                            plan.function_need,
                            plan.function_bridge,
                            up,
                            state.gone[r],
                            stock.short,
                            crew,
                            log,
                            r,
                            place,
                        )
                    if state.lost[r]:  # the air of its last day was taken from the stores
                        course.leak[r, plan.month[place]] += state.leak_day[r]
                        state.leaked[r] += state.leak_day[r]
                if state.busy[r] and not state.lost[r]:
                    worked = False
                    known = True
                    jobs.length[0] = 0
                    if plan.robots > 0 and broken > 0:
                        free, due = _mend_units(
                            dealt,
                            units,
                            now,
                            broken,
                            jobs,
                            plan.group_by_robot,
                            plan.group_robot_days,
                            plan.group_takes_spare,
                            state.stirred,
                            log,
                            r,
                            place,
                            plan.robots,
                            ABSENT,
                        )
                        worked = free < plan.robots
                        state.event_day[r] = min(state.event_day[r], due)
                    if _people_now(crew, r, place) > 0:
                        for segment in range(segments):
                            if plan.trained[segment, place] == 0:
                                continue
                            free = plan.hands
                            if broken > 0:
                                free, due = _mend_units(
                                    dealt,
                                    units,
                                    now,
                                    broken,
                                    jobs,
                                    plan.group_by_people,
                                    plan.group_people_days,
                                    plan.group_takes_spare,
                                    state.stirred,
                                    log,
                                    r,
                                    place,
                                    free,
                                    segment,
                                )
                                state.event_day[r] = min(state.event_day[r], due)
                            if leaks.listed[0] > 0:
                                free = _mend_leaks(
                                    leaks,
                                    jobs,
                                    given.leak_left[r],
                                    given.leak_own_from,
                                    plan.module_segment,
                                    hatch[place - first],
                                    plan.leak_found,
                                    plan.leak_repair_days,
                                    state.stirred,
                                    log,
                                    r,
                                    place,
                                    free,
                                    segment,
                                )
                            worked = worked or free < plan.hands
                    state.busy[r] = worked
                    if worked and broken > 0:
                        broken = 0
                        for unit in range(now.broken.size):
                            broken += now.broken[unit]
            month = plan.month[place]
            if not state.lost[r]:
                people = _people_now(crew, r, place)
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
                for function in range(functions):
                    course.down[function, month] += state.lost[r] or not up[function]
                for store in range(stores):
                    course.store[r, store, month] = stock.level[store]
    return replica, first
