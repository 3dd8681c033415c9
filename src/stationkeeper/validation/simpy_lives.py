"""The upkeep of one station as SimPy processes: the slow twin of the day-step engine.

Units, particle targets and modules that leak are processes that wait for their next due day and
then put a notice on the table; hands and robots are resources, spares a container; a clock goes
through the phases of each day, where their order matters. The rules are those of
`lifetime.upkeep_engine`, written here for one replica in plain Python. Shared with the engine are
the draws, the tables of hazard, the chain after a penetration and the reserve of air, no more.
SimPy comes with the tests; without it the twin says so.
"""

import math
from bisect import bisect_left
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import Purpose, uniforms
from stationkeeper.errors import InputError
from stationkeeper.hull.after_penetration import penetration_chain
from stationkeeper.hull.air_reserve import reserve_time
from stationkeeper.hull.equipment import age_at_hazard, hazard_lived
from stationkeeper.lifetime.upkeep_plan import (
    ABSENT,
    ASK_AGAIN,
    CAUSE_COLLISION,
    CAUSE_TARGET,
    LARGEST_LEAK,
    NEVER,
    SEALED,
    Given,
    Happening,
    Need,
    Plan,
)

if TYPE_CHECKING:
    import simpy

Flags = NDArray[np.bool_]
Process = Generator[Any, Any, None]

_DRAWS_OF_HIT: Final = 16
_ROUNDING: Final = 1e-9  # share of a day's need that counts as nothing
_NOON: Final = 0.5  # the clock comes after all notices of a day
_UNIT, _BIRTH, _REPAIR, _HIT = range(4)  # order in which notices are taken


class Event(NamedTuple):
    """One line of a log."""

    replica: int
    place: int
    code: int
    subject: int
    value: float


@dataclass(frozen=True)
class Lived:
    """What became of one replica: its events in order, and its stores.

    Attributes
    ----------
    events : list of Event
        In the order in which they came.
    store, came, refused, used, unmet : list of float
        By store: at the end, and over all days.
    leaked : float
        Air that the cabin lost. [kg]
    people : list of int
        Aboard, by day; 0 on days without the station.
    raised, moved : list of bool
        By day, whether the orbit could be raised, and the station moved away from an object.
    """

    events: list[Event]
    store: list[float]
    came: list[float]
    refused: list[float]
    used: list[float]
    unmet: list[float]
    leaked: float
    people: list[int]
    raised: list[bool]
    moved: list[bool]


def simpy_lives(plan: Plan, given: Given, fuel: Flags, alive: Flags) -> list[Lived]:
    """Live all days of some replicas, one after the other.

    Parameters
    ----------
    plan : Plan
        The station.
    given : Given
        What the replicas were dealt.
    fuel, alive : ndarray of bool, (R, D)
        Propellant in the tanks, and the station in orbit, by day.

    Returns
    -------
    list of Lived
        One a replica.

    Raises
    ------
    InputError
        If SimPy is not installed.

    Notes
    -----
    Equal to the engine event by event, values to 1e-9 (tests/unit/test_upkeep_twin.py).
    """
    try:
        import simpy  # noqa: F401
    except ImportError:
        raise InputError("the twin of the upkeep needs SimPy: run `make test` once") from None
    return [_Life(plan, given, row, fuel[row], alive[row]).lived() for row in range(len(fuel))]


def _reached(clock: list[float], wanted: float) -> int:
    """Return the first day at whose end a rising clock has reached a value."""
    end = bisect_left(clock, wanted)
    return NEVER if end >= len(clock) else max(end, 1) - 1


class _Life:
    """One replica. SimPy keeps who waits for what; the lists keep what is so today."""

    def __init__(self, plan: Plan, given: Given, row: int, fuel: Flags, alive: Flags) -> None:
        import simpy

        self.plan, self.given, self.row = plan, given, row
        self.seed = int(given.seed)
        self.replica = given.replica[row : row + 1].astype(np.int64)
        self.fuel, self.there = fuel.tolist(), (alive & plan.exists).tolist()
        self.days = len(self.there)
        self.start = self.there.index(True) if any(self.there) else self.days
        self.wear: list[list[float]] = plan.wear.tolist()
        self.hazard: list[list[float]] = plan.target_hazard.tolist()
        self.needed: list[int] = plan.group_needed.tolist()
        self.group: list[int] = plan.unit_group.tolist()
        self.segment: list[int] = plan.group_segment.tolist()
        self.sim = simpy.Environment()
        self.notices: list[tuple[int, int, int, str]] = []
        self.again = [self.sim.event() for _ in self.group]
        self.robots = simpy.Resource(self.sim, plan.robots) if plan.robots else None
        self.hands = [
            simpy.Resource(self.sim, plan.hands) if plan.hands else None for _ in plan.trained
        ]
        self.shelf = [simpy.Container(self.sim, init=float(spares)) for spares in plan.group_spares]
        self.events: list[Event] = []
        self.stirred, self.lost = True, False
        self.away_until = -1
        self.burning = False  # propellant, as of the last day
        self.working = [0] * len(self.needed)
        self.here = [False] * len(self.group)
        self.broken = [False] * len(self.group)
        self.done = [0.0] * len(self.group)
        self.leaks: list[_Leak] = []
        self.leak_day, self.leaked = 0.0, 0.0
        modules = len(plan.module_segment)
        self.shut, self.pierced, self.beyond = ([False] * modules for _ in range(3))
        self.hit_until = [-1] * len(plan.target_kind)
        functions = len(plan.function_need)
        self.up, self.gone = [True] * functions, [False] * functions
        stores = len(plan.store_start)
        self.store: list[float] = plan.store_start.tolist()
        self.need, self.short = [0.0] * stores, [False] * stores
        self.came, self.refused = [0.0] * stores, [0.0] * stores
        self.used, self.unmet = [0.0] * stores, [0.0] * stores
        self.aboard = [0] * self.days
        self.raised, self.moved = [False] * self.days, [False] * self.days

    def lived(self) -> Lived:
        """Let all processes run until the last day, or the loss of the station."""
        if self.start < self.days:
            for unit in range(len(self.group)):
                self.sim.process(self._unit(unit))
                self.sim.process(self._comes_and_goes(unit))
            for module in range(len(self.shut)):
                self.sim.process(self._leaking(module))
            for repair in range(len(self.given.leak_dated)):
                self.sim.process(self._repaired(repair))
            for target in range(len(self.hit_until)):
                self.sim.process(self._struck(target))
            self.sim.run(until=self.sim.process(self._clock()))
        return Lived(
            events=self.events,
            store=self.store,
            came=self.came,
            refused=self.refused,
            used=self.used,
            unmet=self.unmet,
            leaked=self.leaked,
            people=self.aboard,
            raised=self.raised,
            moved=self.moved,
        )

    # Processes that wait for a day.

    def _until(self, place: int) -> "simpy.Timeout":
        return self.sim.timeout(max(place, self.start, self.sim.now) - self.sim.now)

    def _draw(self, purpose: Purpose, component: int, event: int) -> float:
        drawn = uniforms(self.seed, self.replica, purpose, int(component), first_event=event)
        return float(drawn[0, 0])

    def _unit(self, unit: int) -> Process:
        """Fail, wait until mended, fail again."""
        plan, group = self.plan, self.group[unit]
        table, clock = plan.group_hazard[group], self.wear[self.segment[group]]
        place = max(int(plan.unit_first[unit]), self.start)
        age = float(plan.unit_age[unit])
        life = 0
        while place < plan.unit_last[unit] and place < self.days:
            draw = self._draw(Purpose.EQUIPMENT, plan.unit_key[unit], life)
            end = age_at_hazard(table, hazard_lived(table, age) - math.log1p(-draw))
            due = _reached(clock, clock[place] + (end - age))
            if due == NEVER or due >= plan.unit_last[unit]:
                return
            yield self._until(due)
            self.notices.append((_UNIT, unit, 2, "fails"))
            place = yield self.again[unit]
            life, age = life + 1, 0.0

    def _comes_and_goes(self, unit: int) -> Process:
        first, last = int(self.plan.unit_first[unit]), int(self.plan.unit_last[unit])
        if last <= self.start:
            return
        yield self._until(first)
        self.notices.append((_UNIT, unit, 0, "comes"))
        if last < self.days:
            yield self._until(last)
            self.notices.append((_UNIT, unit, 1, "goes"))

    def _leaking(self, module: int) -> Process:
        for number, birth in enumerate(self.given.leak_birth[self.row, module].tolist()):
            if math.isnan(birth):
                return
            yield self._until(max(math.floor(birth), 0))
            self.notices.append((_BIRTH, module, number, "is born"))

    def _repaired(self, repair: int) -> Process:
        """Wait for a repair that the document dates."""
        place = int(self.given.leak_dated[repair])
        if place >= self.start:
            yield self._until(place)
            self.notices.append((_REPAIR, repair, 0, "is dated"))

    def _struck(self, target: int) -> Process:
        factor = float(self.given.particle_factor[self.row])
        if factor <= 0.0:
            return
        lived, count = 0.0, 0
        while True:
            key = self.plan.target_key[target]
            draw = self._draw(Purpose.PARTICLES, key, count * _DRAWS_OF_HIT)
            lived -= math.log1p(-draw) / factor
            due = _reached(self.hazard[target], lived)
            if due == NEVER:
                return
            yield self._until(due)
            self.notices.append((_HIT, target, count, "is struck"))
            count += 1

    # The clock and the phases of a day.

    def _clock(self) -> Process:
        for place in range(self.start, self.days):
            if not self.there[place]:
                continue
            yield self.sim.timeout(place + _NOON - self.sim.now)
            yield from self._day(place)
            if self.lost:
                return
            self.aboard[place] = self._people(place)
            orbit, avoidance = self.plan.orbit, self.plan.avoidance
            self.raised[place] = orbit == ABSENT or self.up[orbit]
            self.moved[place] = avoidance == ABSENT or self.up[avoidance]

    def _day(self, place: int) -> Process:
        plan = self.plan
        self._arrive(place)
        stirred = bool(self.stirred or plan.stirs[place] or plan.month_begins[place])
        self.stirred = False
        if self.fuel[place] != self.burning:
            self.burning, stirred = self.fuel[place], True
        if 0 <= self.away_until <= place:
            if self._can_return(place):
                self.away_until = -1
                self._note(place, Happening.RETURN, 0)
                stirred = True
            else:
                self.away_until = place + ASK_AGAIN
        due = sorted(self.notices)
        self.notices.clear()
        for kind, number, which, word in due:
            stirred = True
            if kind == _UNIT:
                self._unit_due(place, number, word)
            elif kind == _BIRTH:
                self._birth_due(place, number, which)
            elif kind == _REPAIR:
                self._repair_due(place, number)
            elif not self.lost:
                self._hit_due(place, number, which)
        if self.given.approach[self.row, place] and not self.lost:
            self._approach(place)
        if self.lost:
            return
        if stirred:
            self._provide(place)
            self._leak(place)
            self._reckon(place)
        if self._consume(place) or stirred:
            self._lose(place)
        if not self.lost:
            yield from self._work(place)

    def _note(self, place: int, code: Happening, subject: int, value: float = 0.0) -> None:
        replica = self.row
        self.events.append(Event(replica, place, int(code), int(subject), float(value)))

    def _people(self, place: int) -> int:
        return int(self.plan.people[place]) if self.away_until < 0 else 0

    def _seats(self, place: int) -> int:
        hit = [t for t, until in enumerate(self.hit_until) if until > place]
        return max(
            int(self.plan.seats[place]) - sum(int(self.plan.target_seats[t]) for t in hit), 0
        )

    def _leave(self, place: int, code: Happening, cause: int, people: int) -> None:
        self._note(place, code, cause, people)
        self.away_until = place + max(self.plan.return_days, 1)
        self.stirred = True

    def _evacuate(self, place: int, cause: int) -> None:
        people = self._people(place)
        if people > self._seats(place):
            self._leave(place, Happening.CREW_LOST, cause, people)
        elif people > 0:
            self._leave(place, Happening.EVACUATION, cause, people)

    def _lose_station(self, place: int, cause: int) -> None:
        self._note(place, Happening.STATION_LOST, cause)
        self.lost = True

    def _arrive(self, place: int) -> None:
        plan = self.plan
        self._unload(plan.store_brought[:, place], plan.cargo[:, place])
        for ship in range(int(plan.ship_first[place]), int(plan.ship_first[place + 1])):
            if self.given.ship_lost[self.row, ship]:
                self._note(place, Happening.SHIP_LOST, int(plan.ship_class[ship]))
            else:
                self._unload(plan.ship_brought[:, ship], plan.ship_cargo[:, ship])
                self._store_up(self.given.ship_more[self.row, :, ship])

    def _unload(self, brought: NDArray[np.float64], ships: NDArray[np.int64]) -> None:
        plan = self.plan
        self._store_up(brought)
        for group, each in enumerate(plan.group_spares_per_cargo.tolist()):
            spares = each * int(ships[plan.group_operator[group]])
            if spares > 0.0:
                self.shelf[group].put(spares)

    def _store_up(self, brought: NDArray[np.float64]) -> None:
        for store, amount in enumerate(brought.tolist()):
            room = float(self.plan.store_capacity[store]) - self.store[store]
            taken = min(amount, max(room, 0.0))
            self.store[store] += taken
            self.came[store] += taken
            self.refused[store] += amount - taken

    def _unit_due(self, place: int, unit: int, word: str) -> None:
        group = self.group[unit]
        if word == "comes":
            self.here[unit] = True
            self.working[group] += 1
        elif word == "goes":
            if not self.broken[unit]:
                self.working[group] -= 1
            self.here[unit], self.broken[unit] = False, False
        elif self.here[unit]:
            self.broken[unit], self.done[unit] = True, 0.0
            self.working[group] -= 1
            self._note(place, Happening.UNIT_FAILS, group)

    def _birth_due(self, place: int, module: int, number: int) -> None:
        if self.plan.hatch[module, place] >= 0.0:
            rate = min(float(self.given.leak_rate[self.row, module, number]), LARGEST_LEAK)
            self.leaks.append(_Leak(module, number, rate, place))
            self._note(place, Happening.LEAK_BEGINS, module, rate)

    def _repair_due(self, place: int, repair: int) -> None:
        module, left = int(self.given.leak_dated_module[repair]), 0.0
        for leak in [leak for leak in self.leaks if leak.module == module]:
            leak.rate *= float(self.given.leak_dated_left[self.row, repair, leak.number])
            if leak.rate < SEALED:
                self.leaks.remove(leak)
            else:
                left += leak.rate
        self._note(place, Happening.LEAK_MENDED, module, left)

    def _hit_due(self, place: int, target: int, count: int) -> None:
        plan = self.plan
        if plan.target_kind[target] == 0:
            self._penetrate(place, target, count)
            return
        away = int(plan.target_until[target, place])
        self.hit_until[target] = min(away, place + max(plan.rescue_days, 1))
        self._note(place, Happening.SHIP_HIT, target)
        people = self._people(place)
        if people > self._seats(place):
            self._note(place, Happening.SEAT_LOST, target, people)

    def _penetrate(self, place: int, target: int, count: int) -> None:
        plan, module = self.plan, int(self.plan.target_module[target])
        draws = uniforms(
            self.seed,
            self.replica,
            Purpose.PARTICLES,
            int(plan.target_key[target]),
            first_event=count * _DRAWS_OF_HIT + 1,
            count=12,
        )[0]
        holes = plan.target_hole[target]
        hole = float(holes[int(draws[7] * len(holes))])
        self._note(place, Happening.HULL_PENETRATED, target, hole)
        people = self._people(place)
        isolate, board = (
            float(median * (u / (1.0 - u) + 1e-12) ** plan.chain[8])
            for median, u in ((plan.chain[6], draws[8]), (plan.chain[7], draws[9]))
        )
        closed = plan.hatch[module, place] <= 0.0 or self.shut[module] or self.pierced[module]
        crack, venting, equipment, fragments, flash, recovery = plan.chain[:6].tolist()
        _, evacuated, station, crew = penetration_chain(
            reserve_time(hole, float(plan.volume[place])),
            isolate,
            board,
            people,
            self._seats(place),
            bool(draws[10] < plan.module_share[module, place]),
            bool(closed),
            False,
            crack,
            venting,
            equipment,
            fragments,
            flash,
            recovery,
            draws[:7],
        )
        self.pierced[module] = True
        if crew or evacuated:
            code = Happening.CREW_LOST if crew else Happening.EVACUATION
            self._leave(place, code, CAUSE_TARGET + target, people)
        if station:
            self._lose_station(place, CAUSE_TARGET + target)

    def _approach(self, place: int) -> None:
        plan = self.plan
        if plan.avoidance == ABSENT or self.up[plan.avoidance]:
            return
        event = plan.event_offset + place
        if self._draw(Purpose.APPROACH, int(plan.station_key), event) < plan.collision_chance:
            self._note(place, Happening.COLLISION, 0)
            self._evacuate(place, CAUSE_COLLISION)
            self._lose_station(place, CAUSE_COLLISION)

    def _provided(self, provider: int, place: int) -> bool:
        plan = self.plan
        if not plan.provider_open[provider, place]:
            return False
        if plan.provider_burns[provider] and not self.burning:
            return False
        groups = [int(g) for g in plan.provider_groups[provider] if g != ABSENT]
        needs = [int(f) for f in plan.provider_needs[provider] if f != ABSENT]
        return all(self.working[g] >= self.needed[g] for g in groups) and all(
            self.up[f] for f in needs
        )

    def _provide(self, place: int) -> None:
        first = self.plan.function_first_provider
        for function in self.plan.function_order.tolist():
            providers = range(int(first[function]), int(first[function + 1]))
            up = any(self._provided(provider, place) for provider in providers)
            if up != self.up[function]:
                self.up[function] = up
                self._note(
                    place, Happening.FUNCTION_UP if up else Happening.FUNCTION_DOWN, function
                )

    def _can_return(self, place: int) -> bool:
        """Say whether what people need and is lost could be provided, with mended equipment."""
        plan, first = self.plan, self.plan.function_first_provider
        possible: set[int] = {ABSENT}
        for function in plan.function_order.tolist():
            providers = range(int(first[function]), int(first[function + 1]))
            if any(
                plan.provider_open[provider, place]
                and possible.issuperset(plan.provider_needs[provider].tolist())
                for provider in providers
            ):
                possible.add(function)
        return all(
            function in possible or function == plan.rescue or need == Need.WORK or not gone
            for function, (need, gone) in enumerate(
                zip(plan.function_need.tolist(), self.gone, strict=True)
            )
        )

    def _leak(self, place: int) -> None:
        plan, people = self.plan, self._people(place)
        if plan.month_begins[place]:
            for leak in self.leaks:
                growth = float(self.given.leak_growth[self.row, leak.module])
                leak.rate *= math.exp(growth * (place - leak.since))
                leak.rate, leak.since = min(leak.rate, LARGEST_LEAK), place
        for module, hatch in enumerate(plan.hatch[:, place].tolist()):
            total = sum(leak.rate for leak in self.leaks if leak.module == module)
            if total > plan.leak_limit and hatch >= 0.0:
                if not self.beyond[module]:
                    self.beyond[module] = True
                    self._note(place, Happening.LEAK_BEYOND_LIMIT, module, total)
            elif total < 0.5 * plan.leak_limit:
                self.beyond[module] = False
                if people > 0:
                    self.shut[module] = False
            closed = self.shut[module] or self.pierced[module]
            if self.beyond[module] and hatch >= 0.0 and people > 0 and not closed:
                self.shut[module] = True
                self._note(place, Happening.HATCH_SHUT, module, total)
        self.leak_day = float(self.given.leak_baseline[self.row]) + sum(
            leak.rate * max(float(plan.hatch[leak.module, place]), 0.0)
            for leak in self.leaks
            if not (self.shut[leak.module] or self.pierced[leak.module])
        )

    def _reckon(self, place: int) -> None:
        plan, people = self.plan, self._people(place)
        for store in range(len(self.store)):
            spared = 0.0
            pairs = zip(plan.store_spared_by[store], plan.store_spared[store], strict=True)
            for function, share in pairs:
                if function != ABSENT and self.up[function]:
                    spared += float(share)
            use = float(plan.store_use[store] + people * plan.store_use_person[store])
            leak = self.leak_day if plan.store_takes_leaks[store] else 0.0
            self.need[store] = use * max(1.0 - spared, 0.0) + leak

    def _consume(self, place: int) -> bool:
        changed = False
        self.leaked += self.leak_day
        for store, need in enumerate(self.need):
            filler = int(self.plan.store_filled_by[store])
            if filler != ABSENT and self.up[filler]:
                filled = float(self.plan.store_capacity[store]) - self.store[store] + need
                self.came[store] += filled
                self.store[store] += filled
            met = min(need, self.store[store])
            self.store[store] -= met
            self.used[store] += met
            self.unmet[store] += need - met
            short = need - met > _ROUNDING * need
            if short and not self.short[store]:
                self._note(place, Happening.STORE_SHORT, store)
            changed = changed or short != self.short[store]
            self.short[store] = short
        return changed

    def _lose(self, place: int) -> None:
        plan = self.plan
        for function, need in enumerate(plan.function_need.tolist()):
            bridges = [int(store) for store in plan.function_bridge[function] if store != ABSENT]
            gone = any(self.short[store] for store in bridges)
            gone = gone or (not bridges and not self.up[function])
            begins = gone and not self.gone[function]
            self.gone[function] = gone
            if not begins:
                continue
            self._note(place, Happening.FUNCTION_LOST, function)
            if need != Need.WORK:
                self._evacuate(place, function)
            if need == Need.STATION:
                self._lose_station(place, function)
                return

    # Work: each job of a day takes a robot or a pair of hands.

    def _work(self, place: int) -> Process:
        plan = self.plan
        if self.robots is not None:
            yield from self._mend_units(place, self.robots, None)
            self._rest(self.robots)
        if self._people(place) == 0:
            return
        for segment, hands in enumerate(self.hands):
            if hands is not None and plan.trained[segment, place] > 0:
                yield from self._mend_units(place, hands, segment)
                yield from self._mend_leaks(place, hands, segment)
                self._rest(hands)

    def _rest(self, workers: "simpy.Resource") -> None:
        for request in list(workers.users):
            workers.release(request)

    def _mend_units(self, place: int, workers: "simpy.Resource", segment: int | None) -> Process:
        plan = self.plan
        for unit, group in enumerate(self.group):
            if not self.broken[unit]:
                continue
            if workers.count == workers.capacity:
                return
            if segment is None:
                may, days = plan.group_by_robot[group], plan.group_robot_days[group]
            else:
                may, days = plan.group_by_people[group], plan.group_people_days[group]
                may = may and self.segment[group] == segment
            if not may:
                continue
            if self.done[unit] == 0.0 and plan.group_takes_spare[group]:
                if self.shelf[group].level < 1.0:
                    continue
                yield self.shelf[group].get(1.0)
            yield workers.request()
            self.done[unit] += 1.0 / max(float(days), 1.0)
            if self.done[unit] >= 1.0 - 1e-9:
                self.broken[unit], self.done[unit] = False, 0.0
                self.working[group] += 1
                self.stirred = True
                by_robot = segment is None
                self._note(
                    place,
                    Happening.UNIT_MENDED_BY_ROBOT if by_robot else Happening.UNIT_MENDED_BY_PEOPLE,
                    group,
                )
                mended, self.again[unit] = self.again[unit], self.sim.event()
                mended.succeed(place + 1)

    def _mend_leaks(self, place: int, hands: "simpy.Resource", segment: int) -> Process:
        plan = self.plan
        for leak in list(self.leaks):
            if hands.count == hands.capacity:
                return
            if plan.module_segment[leak.module] != segment or leak.rate < plan.leak_found:
                continue
            if (
                plan.hatch[leak.module, place] < 0.0
                or place < self.given.leak_own_from[leak.module]
            ):
                continue
            yield hands.request()
            leak.done += 1.0 / max(float(plan.leak_repair_days), 1.0)
            if leak.done < 1.0 - 1e-9:
                continue
            shares = self.given.leak_left[self.row, leak.module, leak.number]
            leak.rate *= float(shares[min(leak.mended, len(shares) - 1)])
            leak.done, leak.since, leak.mended = 0.0, place, leak.mended + 1
            self.stirred = True
            self._note(place, Happening.LEAK_MENDED, leak.module, leak.rate)
            if leak.rate < SEALED:
                self.leaks.remove(leak)


@dataclass(eq=False)
class _Leak:
    """A place that leaks, in the order of `_Life.leaks` in which they began."""

    module: int
    number: int
    rate: float
    since: int
    done: float = 0.0
    mended: int = 0
