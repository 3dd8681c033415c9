"""A rotation problem as a model of booleans, one chain for each launch and each leaving.

The form was chosen by measurement: with interval variables a gap of 40 % stays after a minute,
while chains of 'launched by day t' and 'left by day t' are proven in seconds. A ship is docked on
day t if it has docked and not left, which is a difference of two booleans and needs no variable of
its own. Crew-days are sums of such differences, split by seat mix with linear bounds only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any

from stationkeeper.schedule.literals import Chain, Literal, Sheet, key_of, negated
from stationkeeper.schedule.problem import Aboard, Candidate, Flight, Mix, Plan, Rotation
from stationkeeper.schedule.score import last_of_class

STAGES = (
    ("safety days lost", "d"),
    ("obligations broken", "-"),
    ("crew time short", "crew-days"),
    ("flights", "-"),
    ("seats bought", "-"),
    ("days from the calendar", "d"),
)
"""Objectives in their order, with units."""

_BEYOND = 180  # days by which windows open when conflicts are searched; our choice


def day_word(day: int) -> str:
    """A day in a message, ``day{n}``, which the caller replaces by a date."""
    return f"day{{{day}}}"


@dataclass
class _Ship:
    """A ship in the model: a candidate, or one aboard on day 0."""

    key: str
    ship_class: int
    flies: Literal
    docked_by: Any  # callable day -> literal
    left: Chain
    port: dict[int, Literal]
    mixes: tuple[Mix, ...]  # with the people they adopt
    mix: list[Literal]
    first: int  # days on which it may be docked, first <= t < last, inside the horizon
    last: int
    moves: bool = True  # its people are on it, not on a place of their own
    docks: Any = 0  # first day docked and first day gone, as integers, none beyond the horizon;
    leaves: Any = 0  # for a flight that is not flown both are the end of the horizon


class RotationModel:
    """The model, its objectives, and how a plan is read from it.

    Parameters
    ----------
    rotation : Rotation
        A checked problem.
    named : bool
        Post rules under names that can be dropped one by one; windows then open further, so that
        a window itself can be found to be in conflict.
    coarse : bool
        Count safety days only in sums over the whole horizon: a much smaller problem, of which no
        plan is worse. It gives a bound, never a plan.
    """

    def __init__(self, rotation: Rotation, named: bool = False, coarse: bool = False) -> None:
        self.rotation = rotation
        self.coarse = coarse
        self.sheet = Sheet(named)
        self.named = named
        self.launch: list[Chain] = []
        self.flights: list[_Ship] = []
        self.aboard: list[_Ship] = []
        self._most_of: dict[tuple[int, int], Literal] = {}
        for place in range(len(rotation.candidates)):
            self._candidate(place)
        for g in range(len(rotation.aboard)):
            self._aboard(g)
        for ship in (*self.aboard, *self.flights):
            self._clock(ship)
        self._turnarounds()
        self.missed = list(self._handovers())
        self._ports()
        self._adoptions()
        self.days_of_mix = [self._days_of_mix(n) for n in range(len(self.flights))]
        self.lost, self.unseated = self._safety()
        self._people()
        self.tasks = self._tasks()
        self._task_loads()
        self._agreements()
        self.objectives = self._objectives()

    # ---- ships ---------------------------------------------------------------------------------

    def _candidate(self, place: int) -> None:
        rotation, sheet = self.rotation, self.sheet
        candidate = rotation.candidates[place]
        key = candidate.key
        first, last = candidate.earliest, candidate.latest
        must = candidate.required and not self.named
        flies: Literal = True if must else sheet.new()
        if self.named:
            first, last = max(0, first - _BEYOND), last + _BEYOND

            def open_on(day: int) -> bool:
                return True
        else:

            def open_on(day: int) -> bool:
                return not any(a <= day <= b for a, b in candidate.closed)

        launch = Chain(sheet, first, last, flies, open_on)
        if self.named:
            self._named_window(candidate, launch, flies)
        mix = self._one_of(len(candidate.mixes), flies)
        port = dict(zip(candidate.ports, self._one_of(len(candidate.ports), flies), strict=True))
        transit = candidate.transit
        longest_mix = max(m.longest for m in candidate.mixes)
        final = min(last + transit + candidate.longest, last + longest_mix)
        earliest_leave = first + transit + candidate.shortest
        # Leaving on any day after the horizon is the same: the earliest such day will do.
        final = min(final, max(rotation.days, last + transit + candidate.shortest))
        if self.named:
            final = max(rotation.days, last + transit + candidate.shortest)
        else:
            final = min(final, self._latest_by_handover(place))
        left = Chain(sheet, earliest_leave, max(final, earliest_leave), flies)

        def docked_by(day: int) -> Literal:
            return launch.by(day - transit)

        life = f"certified life of {key} ends {candidate.longest} d after docking"
        whole = f"{key} stays docked for {candidate.shortest} d or more"
        for day in range(earliest_leave, left.last + 1):
            sheet.clause(negated(left.by(day)), docked_by(day - candidate.shortest), name=whole)
            sheet.clause(negated(docked_by(day - candidate.longest)), left.by(day), name=life)
        for longest in sorted({m.longest for m in candidate.mixes}):
            longer = [b for b, m in zip(mix, candidate.mixes, strict=True) if m.longest > longest]
            limit = f"people of {key} may be away for {longest} d"
            for day in range(first + longest, left.last + 1):
                sheet.clause(negated(launch.by(day - longest)), left.by(day), *longer, name=limit)
        mixes = tuple(self._with_adopted(m) for m in candidate.mixes)
        self.launch.append(launch)
        self.flights.append(
            _Ship(
                key,
                candidate.ship,
                flies,
                docked_by,
                left,
                port,
                mixes,
                mix,
                max(0, first + transit),
                min(rotation.days, left.last),
            )
        )

    def _named_window(self, candidate: Candidate, launch: Chain, flies: Literal) -> None:
        sheet, key = self.sheet, candidate.key
        window = f"{key} launches on {day_word(candidate.earliest)} to {day_word(candidate.latest)}"
        sheet.clause(negated(launch.by(candidate.earliest - 1)), name=window)
        sheet.clause(negated(flies), launch.by(candidate.latest), name=window)
        if candidate.required:
            sheet.clause(flies, name=f"{key} must fly")
        for (a, b), why in zip(candidate.closed, candidate.closed_by, strict=True):
            closed = f"{key} cannot launch on {day_word(a)} to {day_word(b)}: {why}"
            sheet.clause(negated(launch.by(b)), launch.by(a - 1), name=closed)

    def _latest_by_handover(self, place: int) -> int:
        """Latest day of leaving that the next flight which must be flown leaves open."""
        candidate = self.rotation.candidates[place]
        handover = self.rotation.ships[candidate.ship].handover
        if handover is None:
            return 10**9
        for later in self.rotation.candidates[place + 1 :]:
            if later.ship == candidate.ship and later.required:
                return later.latest + later.transit + handover[1]
        return 10**9

    def _with_adopted(self, mix: Mix) -> Mix:
        if mix.adopts is None:
            return mix
        group = self.rotation.aboard[mix.adopts]
        return Mix(
            mix.name,
            tuple(a + b for a, b in zip(mix.people, group.people, strict=True)),
            tuple(a + b for a, b in zip(mix.able, group.able, strict=True)),
            mix.longest,
        )

    def _one_of(self, count: int, flies: Literal) -> list[Literal]:
        """Choices of which exactly one is taken if the flight flies."""
        if count == 1:
            return [flies]
        choices = [self.sheet.new() for _ in range(count)]
        if flies is True:
            self.sheet.model.add_exactly_one(choices)
        else:
            self.sheet.model.add_exactly_one([*choices, ~flies])
        return choices

    def _aboard(self, g: int) -> None:
        rotation, sheet = self.rotation, self.sheet
        ship = rotation.aboard[g]
        first, last = max(0, ship.earliest), ship.latest
        people_last = min(last, ship.latest_people) if ship.fit else last
        if self.named:
            final = max(rotation.days, first)
        else:
            final = min(people_last, max(rotation.days, first))
        left = Chain(sheet, first, max(final, first), True)
        if self.named or final < first:
            for limit, words in (
                (last, f"certified life of {ship.key} ends on {day_word(last)}"),
                (
                    people_last,
                    f"people of {ship.key} must leave by {day_word(ship.latest_people)}",
                ),
            ):
                sheet.clause(left.by(limit), name=words)
        self.aboard.append(
            _Ship(
                ship.key,
                ship.ship,
                True,
                lambda day: day >= 0,
                left,
                {ship.port: True},
                (_people_of(ship),),
                [True],
                0,
                min(rotation.days, left.last),
                moves=ship.fit,
            )
        )

    def _clock(self, ship: _Ship) -> None:
        """Docking and leaving as integers: sums of the chains, for sums over the whole horizon.

        A linear relaxation over single days proves little; one over these does.
        """
        days, model = self.rotation.days, self.sheet.model
        lengths: list[Any] = []
        for by, first in ((ship.docked_by, ship.first), (ship.left.by, ship.left.first)):
            first = min(first, days)
            known = [by(day) for day in range(first, days)]
            free = [(day, x) for day, x in enumerate(known, first) if not isinstance(x, bool)]
            least = first + sum(x is False for x in known)
            if not free:
                lengths.append(least)
                continue
            length = model.new_int_var(free[0][0], free[-1][0] + 1, "")
            for day, literal in free:
                model.add(length <= day).only_enforce_if(literal)
                model.add(length > day).only_enforce_if(~literal)
            lengths.append(length)
        ship.docks, ship.leaves = lengths

    # ---- rules between ships -------------------------------------------------------------------

    def _of_class(self, ship_class: int) -> list[int]:
        return [n for n, c in enumerate(self.rotation.candidates) if c.ship == ship_class]

    def _turnarounds(self) -> None:
        for ship_class, ship in enumerate(self.rotation.ships):
            words = f"launches of {ship.key} are {ship.turnaround} d or more apart"
            for n, later in enumerate(places := self._of_class(ship_class)):
                for before in reversed(places[:n]):
                    self._apart(before, later, ship.turnaround, words)
                    if self.rotation.candidates[before].required and not self.named:
                        break

    def _apart(self, before: int, later: int, days: int, words: str) -> None:
        a, b = self.launch[before], self.launch[later]
        unflown = negated(a.end)
        for day in range(b.first, min(b.last, a.last + days - 1) + 1):
            self.sheet.clause(negated(b.by(day)), a.by(day - days), unflown, name=words)

    def _handovers(self) -> Iterator[Literal]:
        """Most days are posted; what is returned is true if a handover is too short."""
        rotation, sheet = self.rotation, self.sheet
        for ship_class, ship in enumerate(rotation.ships):
            if ship.handover is None:
                continue
            fewest, most = ship.handover
            places = self._of_class(ship_class)
            line = [self.flights[n] for n in places]
            waiting = last_of_class(rotation, ship_class)
            relieved = [self.aboard[waiting], *line] if waiting is not None else line
            offset = 1 if waiting is not None else 0
            for n, leaver in enumerate(relieved):
                later = line[n + 1 - offset :]
                words = f"{leaver.key} leaves within {most} d of the docking of the next"
                for relief in later:
                    soonest = min(leaver.left.first, relief.first + most)
                    for day in range(soonest, leaver.left.last):
                        sheet.clause(
                            negated(relief.docked_by(day - most)),
                            leaver.left.by(day),
                            negated(leaver.flies),
                            name=words,
                        )
                    if not self.named:
                        apart = sheet.model.add(leaver.leaves <= relief.docks + most)
                        if leaver.flies is not True:
                            apart.only_enforce_if(leaver.flies)
                    if relief.flies is True:
                        break
                last = min(leaver.left.last, rotation.days - 1)
                if last < leaver.left.first:
                    continue
                missed = sheet.new()
                for day in range(leaver.left.first, last + 1):
                    sheet.clause(
                        negated(leaver.left.by(day)),
                        *(relief.docked_by(day - fewest) for relief in later),
                        missed,
                    )
                yield missed

    def _ports(self) -> None:
        rotation, sheet = self.rotation, self.sheet
        ships = [*self.aboard, *self.flights]
        for n, a in enumerate(ships):
            for b in ships[n + 1 :]:
                self._ports_of(a, b)
        for span in rotation.occupied:
            first, last = max(span.first, 0), min(span.last, rotation.days)
            if first >= last:
                continue
            words = (
                f"{rotation.ports[span.port]} is held by {span.by} on {day_word(span.first)} to "
                f"{day_word(span.last - 1)}"
            )
            for ship in ships:
                at = ship.port.get(span.port, False)
                if at is not False:
                    sheet.clause(
                        negated(at),
                        ship.left.by(first),
                        negated(ship.docked_by(last - 1)),
                        name=words,
                    )

    def _ports_of(self, a: _Ship, b: _Ship) -> None:
        shared = [port for port in a.port if port in b.port]
        first, last = max(a.first, b.first), min(a.last, b.last, self.rotation.days)
        if not shared or first >= last:
            return
        sheet = self.sheet
        together = sheet.new()
        posted = set()
        for day in range(first, last):
            parts = (
                negated(a.docked_by(day)),
                a.left.by(day),
                negated(b.docked_by(day)),
                b.left.by(day),
            )
            signature = tuple(key_of(part) for part in parts)
            if signature not in posted:
                posted.add(signature)
                sheet.clause(*parts, together)
        for port in shared:
            words = f"{self.rotation.ports[port]} holds one ship at a time"
            sheet.clause(~together, negated(a.port[port]), negated(b.port[port]), name=words)

    # ---- people whose ship cannot bring them home ----------------------------------------------

    def _adoptions(self) -> None:
        rotation, sheet = self.rotation, self.sheet
        self.waiting: dict[int, list[tuple[Literal, int]]] = {}
        for g, ship in enumerate(rotation.aboard):
            if ship.fit:
                continue
            adopters = []
            limit = ship.latest_people
            words = f"people of {ship.key} must leave by {day_word(limit)}"
            for n, candidate in enumerate(rotation.candidates):
                taking = [
                    b
                    for b, m in zip(self.flights[n].mix, candidate.mixes, strict=True)
                    if m.adopts == g
                ]
                if not taking:
                    continue
                takes = sheet.any_of(taking)
                adopters.append((takes, n))
                if limit < self.flights[n].left.last:
                    sheet.clause(negated(takes), self.flights[n].left.by(limit), name=words)
            free = [takes for takes, _ in adopters]
            if limit < rotation.days:
                sheet.clause(*free, name=words)
            sheet.add(sum(free) <= 1 if free else True)
            self.waiting[g] = adopters

    def _adopted_by(self, g: int, day: int) -> list[Literal]:
        """Literals of which one is true if a group has its new ship on a day."""
        made = []
        for takes, n in self.waiting[g]:
            docked = self.flights[n].docked_by(day)
            made.append(self._both(takes, docked))
        return [literal for literal in made if literal is not False]

    def _both(self, a: Literal, b: Literal) -> Literal:
        """True exactly if both are."""
        if a is False or b is False:
            return False
        if a is True:
            return b
        if b is True:
            return a
        place = (key_of(a), key_of(b))
        if place not in self._most_of:
            both = self.sheet.new()
            self.sheet.clause(~both, a)
            self.sheet.clause(~both, b)
            self.sheet.clause(both, ~a, ~b)
            self._most_of[place] = both
        return self._most_of[place]

    # ---- days ----------------------------------------------------------------------------------

    def _docked(self, ship: _Ship, day: int) -> Any:
        """1 if a ship is docked on a day, as a sum of literals."""
        return _number(ship.docked_by(day)) - _number(ship.left.by(day))

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Days on which nothing can change, merged: first day and how many."""
        before: tuple[int, ...] | None = None
        first = 0
        for day in range(self.rotation.days):
            now = tuple(
                key_of(literal)
                for ship in (*self.aboard, *self.flights)
                for literal in (ship.docked_by(day), ship.left.by(day))
            )
            if self.rotation.most:
                now = (*now, self.rotation.most[day])
            if before is not None and now != before:
                yield first, day - first
                first = day
            before = now
        yield first, self.rotation.days - first

    def _here(self, day: int) -> list[_Ship]:
        return [
            ship
            for ship in (*self.aboard, *self.flights)
            if ship.moves and ship.first <= day < ship.last
        ]

    def _has(self, ship: _Ship, day: int, mixes: tuple[int, ...], at_least: bool) -> Any:
        """1 if a ship is docked with one of some mixes.

        Where it is not a plain difference of literals, a boolean that may be true only then
        (``at_least`` False: it counts for something) or that must be true then.
        """
        if not mixes:
            return 0
        docked, left = ship.docked_by(day), ship.left.by(day)
        if docked is False or left is True:
            return 0
        if len(mixes) == len(ship.mix) and (at_least or docked is True or left is False):
            return self._docked(ship, day)
        key = (id(ship), key_of(docked), key_of(left), mixes, at_least)
        if key not in self._having:
            one = self.sheet.new()
            chosen = [ship.mix[m] for m in mixes]
            if at_least:
                for mix in chosen:
                    self.sheet.clause(one, negated(mix), negated(docked), left)
            else:
                self.sheet.clause(~one, docked)
                self.sheet.clause(~one, negated(left))
                if len(mixes) < len(ship.mix):
                    self.sheet.clause(~one, *chosen)
            self._having[key] = one
        return self._having[key]

    def _safety(self) -> tuple[list[tuple[int, Literal]], list[tuple[int, Literal]]]:
        """Booleans, with the days each stands for: a side not run or not robust; no seat home."""
        self._having: dict[Any, Literal] = {}
        self.spans = list(self._spans())
        self._sums: dict[int, tuple[Any, Any]] = {}
        lost: list[tuple[int, Literal]] = []
        unseated: list[tuple[int, Literal]] = []
        if self.coarse:
            for k in range(len(self.rotation.sides)):
                lost.extend((1, days) for days in self._sum_of_days(k))
            return lost, unseated
        for day, weight in self.spans:
            waiting = {g: self._adopted_by(g, day) for g in self.waiting}
            for _, adopted in waiting.items():
                without = self.sheet.new()
                self.sheet.clause(without, *adopted)
                unseated.append((weight, without))
            for k in range(len(self.rotation.sides)):
                lost.extend((weight, b) for b in self._side_on(k, day, weight, waiting))
        if self.rotation.permanent and not self.named:
            for k in range(len(self.rotation.sides)):
                self._sum_of_days(k)
        return lost, unseated

    def _sum_of_days(self, k: int) -> list[Any]:
        """What the rules of all days say together of one side: it makes the bound.

        Returns days without and days not robust, as far as these sums can tell.
        """
        need, days = self.rotation.sides[k].minimum, self.rotation.days
        if need == 0 or not self.rotation.permanent:
            return []
        if self.coarse:
            new = self.sheet.model.new_int_var
            self._sums[k] = (new(0, days, ""), new(0, days, ""))
        stays = self._crew_days(k, at_most=need)
        without, alone = self._sums.get(k, (0, 0))
        self.sheet.add(stays + need * without >= need * days)
        if need == 1 and self.rotation.robust:
            self.sheet.add(stays + without + alone >= 2 * days)
        return [without, alone]

    def _side_on(
        self, k: int, day: int, weight: int, waiting: dict[int, list[Literal]]
    ) -> Iterator[Literal]:
        """What may be lost for one side on one day."""
        rotation, sheet = self.rotation, self.sheet
        side = rotation.sides[k]
        need = side.minimum
        if need == 0:
            return
        able: list[Any] = []
        peopled: list[Any] = []
        for ship in self._here(day):
            levels = [
                tuple(m for m, mix in enumerate(ship.mixes) if mix.able[k] >= level)
                for level in range(1, need + 1)
            ]
            able.append(sum(self._has(ship, day, mixes, False) for mixes in levels))
            crewed = tuple(m for m, mix in enumerate(ship.mixes) if mix.total > 0)
            peopled.append(self._has(ship, day, crewed, True))
        for g, adopted in waiting.items():
            group = rotation.aboard[g]
            still = 1 - sum(adopted)
            able.append(min(need, group.able[k]) * still)
            peopled.append(still if sum(group.people) else 0)
        total = sum(able)
        presence = f"each day needs {need} able to run {side.key}"
        if not rotation.permanent:
            yield from self._when_peopled(k, need, able, peopled, presence)
            return
        hard = rotation.hard_presence
        without: Literal = False if hard else sheet.new()
        sheet.add(total + need * _number(without) >= need, name=presence)
        if not hard:
            yield without
        if not rotation.robust or need > 1:
            self._sum(k, weight * _number(without), 0)
        if not rotation.robust:
            return
        words = f"each day needs {need} able to run {side.key} after the loss of any one ship"
        hard = rotation.hard_robust
        alone: Literal = False if hard else sheet.new()
        if need == 1:
            # Two ships with somebody able; a day not run at all counts for both rules.
            priced = _number(without) + _number(alone)
            sheet.add(total + (0 if hard else priced) >= 2, name=words)
            self._sum(k, weight * _number(without), weight * _number(alone))
        else:
            losses = [loss for loss in able if not (isinstance(loss, int) and loss == 0)]
            for loss in losses or [0]:
                sheet.add(total - loss + need * _number(alone) >= need, name=words)
        if not hard:
            yield alone

    def _sum(self, k: int, without: Any, alone: Any) -> None:
        before = self._sums.get(k, (0, 0))
        self._sums[k] = (before[0] + without, before[1] + alone)

    def _when_peopled(
        self, k: int, need: int, able: list[Any], peopled: list[Any], words: str
    ) -> Iterator[Literal]:
        """Visits: a side is run only while people are aboard."""
        hard = self.rotation.hard_presence
        without: Literal = False if hard else self.sheet.new()
        for here in peopled:
            if isinstance(here, int) and here == 0:
                continue
            self.sheet.add(sum(able) + need * _number(without) >= need * here, name=words)
        if not hard:
            yield without

    def _people(self) -> None:
        """Most people aboard."""
        rotation = self.rotation
        if not rotation.most:
            return
        for day, _ in self.spans:
            most = rotation.most[day]
            total: Any = 0
            largest = 0
            for ship in self._here(day):
                steps = sorted({mix.total for mix in ship.mixes} | {0})
                largest += steps[-1]
                for below, step in pairwise(steps):
                    mixes = tuple(m for m, mix in enumerate(ship.mixes) if mix.total >= step)
                    total = total + (step - below) * self._has(ship, day, mixes, True)
            for g in self.waiting:
                people = sum(rotation.aboard[g].people)
                largest += people
                total = total + people * (1 - sum(self._adopted_by(g, day)))
            if largest > most:
                self.sheet.add(total <= most, name=f"{most} people or fewer are aboard")

    # ---- crew-days, tasks, agreements ----------------------------------------------------------

    def _days_of_mix(self, place: int) -> list[Any]:
        """Days docked inside the horizon with each mix."""
        ship, candidate = self.flights[place], self.rotation.candidates[place]
        stay = ship.leaves - ship.docks
        if len(ship.mixes) == 1:
            return [stay]
        parts = []
        for literal, mix in zip(ship.mix, ship.mixes, strict=True):
            longest = min(candidate.longest, mix.longest - candidate.transit, self.rotation.days)
            if self.named:
                longest = self.rotation.days
            days = self.sheet.model.new_int_var(0, max(longest, 0), "")
            self.sheet.model.add(days <= max(longest, 0) * literal)
            parts.append(days)
        self.sheet.add(sum(parts) == stay)
        return parts

    def _tasks(self) -> list[list[tuple[int, Literal]]]:
        """For each task the candidates that may do it, with the boolean that they do."""
        made = []
        for task in self.rotation.tasks:
            by = []
            last = min(task.last, self.rotation.days - 1)
            for n, ship in enumerate(self.flights):
                if ship.first > last or ship.last <= task.first:
                    continue
                does = self.sheet.new()
                self.sheet.clause(~does, ship.docked_by(last))
                self.sheet.clause(~does, negated(ship.left.by(task.first)))
                by.append((n, does))
            if len(by) > 1:
                self.sheet.model.add_at_most_one([does for _, does in by])
            made.append(by)
        return made

    def _task_loads(self) -> None:
        for n in range(len(self.flights)):
            load = [
                (ceil(task.crew_days * 1000 - 1e-6), does)
                for task, by in zip(self.rotation.tasks, self.tasks, strict=True)
                for m, does in by
                if m == n
            ]
            if not load:
                continue
            people = [mix.total for mix in self.rotation.candidates[n].mixes]
            room = sum(t * d for t, d in zip(people, self.days_of_mix[n], strict=True))
            self.sheet.add(sum(amount * does for amount, does in load) <= 1000 * room)

    def _agreements(self) -> None:
        rotation = self.rotation
        for e, (name, balance) in enumerate(rotation.exchanges):
            swapped = self._sum_of_mixes(lambda mix, e=e: mix.swapped[e] if mix.swapped else 0)
            words = f"seats under {name} balance within {balance}"
            self.sheet.add(swapped <= balance, name=words)
            self.sheet.add(swapped >= -balance, name=words)
        self.bought = self._sum_of_mixes(lambda mix: mix.bought)
        if rotation.bought_at_most is not None:
            words = f"{rotation.bought_at_most} seats or fewer are bought"
            self.sheet.add(self.bought <= rotation.bought_at_most, name=words)

    def _sum_of_mixes(self, amount: Any, flights: Any = None) -> Any:
        total: Any = 0
        for n, candidate in enumerate(self.rotation.candidates):
            if flights is not None and n not in flights:
                continue
            for literal, mix in zip(self.flights[n].mix, candidate.mixes, strict=True):
                if value := amount(mix):
                    total = total + value * _number(literal)
        return total

    # ---- objectives ----------------------------------------------------------------------------

    def _objectives(self) -> list[Any]:
        rotation, model = self.rotation, self.sheet.model
        safety = sum(weight * b for weight, b in (*self.lost, *self.unseated))
        obligations: Any = sum(self.missed)
        for owed in rotation.owed:
            given = self._sum_of_mixes(
                lambda mix, owed=owed: sum(mix.people[nation] for nation in owed.nations),
                owed.flights,
            )
            missing = model.new_int_var(0, max(0, owed.least), "")
            self.sheet.add(missing + given >= owed.least)
            obligations = obligations + missing
        for by in self.tasks:
            undone = self.sheet.new()
            self.sheet.clause(undone, *(does for _, does in by))
            obligations = obligations + undone
        short: Any = 0
        for k, side in enumerate(rotation.sides):
            wanted = round(side.wanted * rotation.days)
            missing = model.new_int_var(0, wanted, "")
            self.sheet.add(missing + self._crew_days(k) >= wanted)
            short = short + missing
        flown = sum(_number(ship.flies) for ship in self.flights)
        calendar: Any = 0
        for candidate, chain in zip(rotation.candidates, self.launch, strict=True):
            for day in range(chain.first, chain.last):
                if day < candidate.nominal:
                    calendar = calendar + _number(chain.by(day))
                else:
                    calendar = calendar + _number(chain.end) - _number(chain.by(day))
            outside = max(0, candidate.nominal - chain.last) + max(
                0, chain.first - candidate.nominal
            )
            calendar = calendar + outside * _number(chain.end)
        return [safety, obligations, short, flown, self.bought, calendar]

    def _crew_days(self, k: int, at_most: int = 10**6) -> Any:
        """Crew-days able to run a side, of each ship not more people than given."""
        rotation = self.rotation
        total: Any = 0
        for ship, days in zip(self.flights, self.days_of_mix, strict=True):
            for mix, part in zip(ship.mixes, days, strict=True):
                if mix.able[k]:
                    total = total + min(mix.able[k], at_most) * part
        for g, ship in enumerate(self.aboard):
            able = min(rotation.aboard[g].able[k], at_most)
            if not able:
                continue
            if rotation.aboard[g].fit:
                total = total + able * (ship.leaves - ship.docks)
            else:
                for day, weight in self.spans:
                    total = total + able * weight * (1 - sum(self._adopted_by(g, day)))
        return total

    def order(self) -> Any:
        """A sum that no two plans of equal worth are likely to share, to choose one of them.

        Ships that leave early, launch early, use the first port and the first mix come first; the
        weights differ by flight and are our choice.
        """
        total: Any = 0
        ships = [*zip(self.flights, self.launch, strict=True), *((s, None) for s in self.aboard)]
        for n, (ship, launch) in enumerate(ships):
            for chain, base in ((ship.left, 1000), (launch, 200)):
                if chain is None:
                    continue
                weight = base + (n * 37 + base // 8) % 89
                for day in range(chain.first, chain.last):
                    total = total + weight * (_number(chain.end) - _number(chain.by(day)))
            for position, literal in enumerate(ship.port.values()):
                total = total + position * (41 + n * 23 % 31) * _number(literal)
            for position, literal in enumerate(ship.mix):
                total = total + position * (43 + n * 29 % 37) * _number(literal)
        for t, by in enumerate(self.tasks):
            for position, (_, does) in enumerate(by):
                total = total + (position + 1) * (3 + t * 13 % 17) * does
        return total

    # ---- plans in and out ----------------------------------------------------------------------

    def hint(self, plan: Plan) -> None:
        """Give a plan to the solver as the place to start from."""
        model = self.sheet.model
        hints: dict[int, tuple[Literal, bool]] = {}

        def say(literal: Literal, value: bool) -> None:
            if isinstance(literal, bool):
                return
            if literal.index < 0:
                literal, value = ~literal, not value
            hints[literal.index] = (literal, value)

        flown = {flight.candidate: flight for flight in plan.flights}
        for n, (ship, chain) in enumerate(zip(self.flights, self.launch, strict=True)):
            flight = flown.get(n)
            say(ship.flies, flight is not None)
            for line, event in (
                (chain, None if flight is None else flight.launch),
                (ship.left, None if flight is None else flight.leave),
            ):
                for day in range(line.first, line.last):
                    say(line.by(day), event is not None and event <= day)
            for m, literal in enumerate(ship.mix):
                say(literal, flight is not None and flight.mix == m)
            for port, literal in ship.port.items():
                say(literal, flight is not None and flight.port == port)
        for ship, leave in zip(self.aboard, plan.leaves, strict=True):
            for day in range(ship.left.first, ship.left.last):
                say(ship.left.by(day), leave <= day)
        for by, done in zip(self.tasks, plan.tasks_done, strict=True):
            for n, does in by:
                say(does, n == done)
        for literal, value in hints.values():
            model.add_hint(literal, value)

    def read(self, value: Any) -> Plan:
        """The plan in a solution; ``value`` gives that of a boolean."""
        rotation = self.rotation

        def holds(literal: Literal) -> bool:
            return literal if isinstance(literal, bool) else bool(value(literal))

        def when(chain: Chain) -> int:
            return next(d for d in range(chain.first, chain.last + 1) if holds(chain.by(d)))

        flights = []
        for n, (ship, chain) in enumerate(zip(self.flights, self.launch, strict=True)):
            if holds(ship.flies):
                launch = when(chain)
                flights.append(
                    Flight(
                        candidate=n,
                        launch=launch,
                        dock=launch + rotation.candidates[n].transit,
                        leave=when(ship.left),
                        port=next(p for p, b in ship.port.items() if holds(b)),
                        mix=next(m for m, b in enumerate(ship.mix) if holds(b)),
                    )
                )
        leaves = tuple(when(ship.left) for ship in self.aboard)
        flights.sort(key=lambda flight: (flight.launch, flight.candidate))
        return Plan(
            status="within limit",
            flights=tuple(flights),
            leaves=leaves,
            people_leave=people_leave(rotation, tuple(flights), leaves),
            tasks_done=tuple(next((n for n, b in by if holds(b)), None) for by in self.tasks),
        )


def people_leave(
    rotation: Rotation, flights: tuple[Flight, ...], leaves: tuple[int, ...]
) -> tuple[int, ...]:
    """Day on which the people of each ship aboard leave; the end of the horizon if none adopts."""
    days = []
    for g, ship in enumerate(rotation.aboard):
        if ship.fit:
            days.append(leaves[g])
            continue
        adopters = [
            f.leave for f in flights if rotation.candidates[f.candidate].mixes[f.mix].adopts == g
        ]
        days.append(adopters[0] if adopters else rotation.days)
    return tuple(days)


def _people_of(ship: Aboard) -> Mix:
    return Mix(ship.key, ship.people, ship.able, 10**6)


def _number(literal: Literal) -> Any:
    return int(literal) if isinstance(literal, bool) else literal
