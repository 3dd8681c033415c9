"""Who is where in each replica while the months go by, and what physics and plans allow."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import DAYS_PER_YEAR
from stationkeeper.lifetime.deciding.decisions import Decisions
from stationkeeper.lifetime.deciding.rules import ENDINGS
from stationkeeper.lifetime.deciding.stage import Stage
from stationkeeper.lifetime.deciding.view import NEVER, frozen
from stationkeeper.programme.nations import EUROPE
from stationkeeper.units import days_since_2000

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

MONTHS_OF_YEAR: Final = 12


class World:
    """State of all replicas in one month.

    Attributes
    ----------
    stage : Stage
        What does not change.
    made : Decisions
        What was decided so far.
    month : int
        Place of the month.
    begin, next : float
        Its first day, and that of the month after it. [d]
    none, some, never, whole : ndarray, (R,)
        False, true, infinite and zero in all replicas.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.programme = stage.programme
        self.made = made = Decisions()
        self.never = frozen(np.full(stage.size, NEVER))
        self.none = frozen(np.zeros(stage.size, np.bool_))
        self.some = frozen(np.ones(stage.size, np.bool_))
        self.whole = frozen(np.zeros(stage.size, np.int64))
        self.place = {module: n for n, module in enumerate(stage.launches.modules)}
        self.by_itself = np.zeros(stage.launches.ready.shape, np.bool_)
        self.ordered = np.zeros((stage.months, stage.size), np.int8)
        self.life: dict[str, Array] = {}
        self.separations = {
            event.to_station: event
            for event in self.programme.event.values()
            if event.kind == "separate"
            and event.to_station in stage.crews
            and event.date > stage.as_of
        }
        self.month = stage.first
        self.begin, self.next = 0.0, 0.0
        self._there: dict[str, Flags] = {}
        self._fallen: dict[str, int] = {}
        # Days worked out once, until something moves at the own station.
        self._moved: set[str] = set()
        self._begun: dict[str, int] = {}
        self._together: dict[str, Array] = {}
        self._needs: dict[str, Array] = {}
        # Not launched in all replicas yet, and the first day on which any can go.
        self._waiting = dict(enumerate(stage.launches.ready.min(axis=1).tolist()))
        policies = self.programme.policy.values()
        self.endings = {p.station for p in policies if p.act == "end" and p.rule in ENDINGS}
        decided = {p.station for p in policies if p.act == "end" and p.rule not in ENDINGS}
        for station, one in self.programme.station.items():
            gone = people = stage.planned_gone(station)
            if np.isfinite(gone) and one.end is not None and one.end.crew_leaves is not None:
                people = float(days_since_2000(one.end.crew_leaves))
            # A policy that only says how a station ends takes its people's last day from the plan.
            made.decided[station] = np.full(stage.size, NEVER if station in decided else people)
            acted_on = station in decided or station in self.endings
            made.ended[station] = np.full(stage.size, NEVER if acted_on else gone)
            made.lost[station] = self._lost_on(station)
        made.launched = np.full(stage.launches.ready.shape, NEVER)
        made.docked = made.launched.copy()
        made.lost_with_host = np.zeros(stage.launches.ready.shape, np.bool_)
        self._age_lost: dict[str, Array] = {}
        for station in stage.crews:
            made.separated[station] = np.full(stage.size, NEVER)
            made.begun[station] = np.full(stage.size, self._first_day(station))
            if not np.isfinite(made.begun[station][0]):
                # It begins on another day than planned, and is lost as much later.
                planned = self._planned_begin(station)
                lost = made.lost[station] - (planned if np.isfinite(planned) else 0.0)
                self._age_lost[station] = lost if np.isfinite(planned) else self.never
                made.lost[station] = np.full(stage.size, NEVER)
        for place, words in stage.words.items():
            made.notice[place] = np.full(stage.size, words.notice)
            made.left[place] = np.full(stage.size, NEVER)

    def _lost_on(self, station: str) -> Array:
        """Return the day of the loss of a station: the first of its month. [d]"""
        lost = self.stage.risks.lost_month.get(station)
        if lost is None:
            return np.full(self.stage.size, NEVER)
        edges = np.append(self.stage.edges[:-1], NEVER)
        return np.asarray(edges[np.minimum(lost, self.stage.months)])

    def _first_day(self, station: str) -> float:
        """Return the first launch of a station that is in orbit, infinite for another. [d]"""
        days = [
            self.programme.module[module].launched
            for module, where in self.stage.there.items()
            if where == station
        ]
        return min((float(days_since_2000(day)) for day in days if day), default=NEVER)

    def _planned_begin(self, station: str) -> float:
        """Return the first day of an own station in the document, infinite if none. [d]"""
        days = [
            event.date
            for event in self.programme.event.values()
            if (event.kind == "dock" and event.station == station) or event.to_station == station
        ]
        return float(days_since_2000(min(days))) if days else NEVER

    # ---- the months

    def turn(self, month: int) -> None:
        """Go on to a month."""
        self.month = month
        self.begin = float(self.stage.edges[month])
        self.next = float(self.stage.edges[month + 1])
        self._there.clear()
        for station, age in self._age_lost.items():
            begun = self.made.begun[station]
            if self._begun.get(station) != (some := int((begun < NEVER).sum())):
                self._begun[station] = some
                known = np.isfinite(begun) & np.isfinite(age) & (age >= 0.0)
                self.made.lost[station] = np.where(known, begun + np.where(known, age, 0.0), NEVER)
        for event in self.separations.values():
            ends = self.made.ended[event.station]
            soon = (ends >= self.begin) & (ends < self.next)
            if soon.any():  # as the document plans; what policies end is not known before
                self._part_before(event.station, soon)
            self.fall(event.station)

    def close(self) -> None:
        """After the last month: work out first crews, and leave out what lies beyond the span."""
        made, end = self.made, self.stage.edges[-1]
        for station in self.stage.crews:
            self._first_crew(station)
        for table in (made.acted, made.decided, made.ended, made.lost, made.begun, made.crewed):
            for days in table.values():
                days[days >= end] = NEVER

    def there(self, station: str) -> Flags:
        """Return in which replicas a station is in orbit at the begin of the month."""
        found = self._there.get(station)
        if found is None:
            gone = self.made.gone(station) <= self.begin
            if station in self.made.begun:
                gone |= self.made.begun[station] > self.begin
            found = self._there[station] = frozen(~gone)
        return found

    # ---- launches

    def waiting(self, place: int) -> bool:
        """Return whether a launch may be ready this month in any replica."""
        return bool(self._waiting.get(place, NEVER) < self.next)

    def can_go(self, place: int) -> Whole:
        """Return the rows of the replicas in which a launch is ready this month.

        What it docks to is there, or is gone for good.
        """
        made, launches = self.made, self.stage.launches
        rows = np.flatnonzero((launches.ready[place] < self.next) & (made.launched[place] == NEVER))
        if not rows.size:
            return rows
        host, home = launches.plan[place].station, launches.home[place]
        holder = launches.holder[place]
        can = made.lost[home][rows] > self.begin
        if holder >= 0:
            gone = made.lost_with_host[holder][rows]
            can &= (made.docked[holder][rows] < self.next) | gone
        elif host == home and home in self.separations:
            old = self.there(self.separations[home].station)[rows]
            can &= (made.begun[home][rows] < self.next) | ~old
        if home not in made.begun:
            can &= self.there(host)[rows]
        return rows[can]

    def launch(self, place: int, rows: Whole) -> None:
        """Let a planned module go in some replicas."""
        made, launches = self.made, self.stage.launches
        host, home = launches.plan[place].station, launches.home[place]
        holder = launches.holder[place]
        first = np.maximum(launches.ready[place][rows], self.begin)
        if holder >= 0:
            there = np.where(made.lost_with_host[holder][rows], first, made.docked[holder][rows])
            first = np.maximum(first, there)
        made.launched[place, rows] = first
        made.docked[place, rows] = first + launches.transit[place]
        if (made.launched[place] < NEVER).all():
            del self._waiting[place]
        if home in made.begun:
            alone = rows[self._alone(host, home)[rows]]
            self.by_itself[place, alone] = True
            begun = made.begun[home]
            begun[alone] = np.minimum(begun[alone], made.docked[place, alone])
            self._there.pop(home, None)
            self._moved.add(home)

    def _alone(self, host: str, home: str) -> Flags:
        """Return in which replicas what goes to an own station does not join another first."""
        if host == home and home not in self.separations:
            return self.some
        source = host if host != home else self.separations[home].station
        parted = self.made.separated[home] <= self.begin
        return np.asarray(parted | ~self.there(source))

    # ---- stations that part, end and fall

    def separation_ready(self, station: str, own: str) -> Flags:
        """Return where all modules of a planned separation are docked to a station."""
        event = self.separations.get(own)
        if event is None or event.station != station:
            return self.none
        ready = self._last_docked(own) <= self.begin
        if not ready.any():
            return self.none
        return np.asarray(ready & self.there(station) & (self.made.separated[own] == NEVER))

    def _last_docked(self, own: str) -> Array:
        """Return when the last module of a planned separation docked to the old station. [d]"""
        if own in self._moved or own not in self._together:
            event = self.separations[own]
            last = np.full(self.stage.size, -NEVER)
            for module in event.modules:
                if module in self.place:
                    place = self.place[module]
                    docked = np.where(self.by_itself[place], NEVER, self.made.docked[place])
                    last = np.maximum(last, docked)
                elif self.stage.there.get(module) != event.station:
                    last = self.never
            self._together[own] = last
            self._needs.pop(own, None)
            self._moved.discard(own)
        return self._together[own]

    def _needs_there(self, own: str) -> Array:
        """Return when the last module that the first crew needs docked, lost ones left out. [d]"""
        if own in self._moved or own not in self._needs:
            last = np.full(self.stage.size, -NEVER)
            for module in self.stage.crews[own].needs:
                if module in self.place:
                    place = self.place[module]
                    lost = self.made.lost_with_host[place]
                    last = np.maximum(last, np.where(lost, -NEVER, self.made.docked[place]))
            self._needs[own] = last
            self._together.pop(own, None)
            self._moved.discard(own)
        return self._needs[own]

    def part(self, own: str, yes: Flags) -> None:
        """Let an own station separate in some replicas."""
        self.made.separated[own][yes] = self.begin
        begun = self.made.begun[own]
        np.minimum(begun, self.begin, out=begun, where=yes)
        self._there.clear()
        self._moved.add(own)

    def come_down(self, station: str, yes: Flags) -> None:
        """Let a station end in some replicas."""
        self._part_before(station, yes)
        self.made.ended[station][yes] = self.begin
        self._there.pop(station, None)
        self.fall(station)

    def _part_before(self, station: str, yes: Flags) -> None:
        """Before a station ends, modules launched for another one part from it.

        What is planned to go with them goes with them.
        """
        for own, event in self.separations.items():
            if own is None or event.station != station:
                continue
            new = self.none
            for place, home in enumerate(self.stage.launches.home):
                if home == own:
                    docked = self.made.docked[place] <= self.begin
                    new = new | (docked & ~self.by_itself[place])
            parts = yes & new & (self.made.separated[own] == NEVER)
            if parts.any():
                self.part(own, parts)

    def fall(self, station: str) -> None:
        """Planned modules that came to a station and did not leave it are lost with it."""
        gone = ~self.there(station)
        if self._fallen.get(station) == (some := int(gone.sum())):
            return
        self._fallen[station] = some
        made, launches = self.made, self.stage.launches
        for place, home in enumerate(launches.home):
            event = self.separations.get(home)
            if event is not None and event.station == station:
                here = (made.docked[place] <= self.begin) & ~self.by_itself[place]
                parted = made.separated[home] <= self.begin
                made.lost_with_host[place] |= gone & here & ~parted
                self._moved.add(home)

    # ---- what can be seen

    def own_ready(self, own: str) -> Flags:
        """Return in which replicas an own station can take crews."""
        stage, made, crew = self.stage, self.made, self.stage.crews[own]
        ready = (crew.ready - crew.wait < self.next) & (self._needs_there(own) <= self.begin)
        if not ready.any():
            return self.none
        somewhere = made.begun[own] <= self.begin
        if own in self.separations:
            somewhere = somewhere | self.there(self.separations[own].station)
        kept = made.lost[own] > self.begin
        return np.asarray(ready & somewhere & kept & ~stage.grounded[own][self.month])

    def _first_crew(self, own: str) -> None:
        """Work out when the own station has its first crew, from what it waits for."""
        made, crew = self.made, self.stage.crews[own]
        there = np.maximum(made.begun[own], self._needs_there(own))
        made.modules_there[own] = there
        day = np.maximum(there + crew.wait, crew.ready)
        delay = self.stage.delays[own]
        if delay is not None:
            day = delay(day)
        made.crewed[own] = np.where(day < made.lost[own], day, NEVER)

    def certified(self, station: str, until: float) -> Flags:
        """Return where all open modules of a station are certified until the end of the month.

        `until` is a day to which the user lets all of them count as certified. [d]
        """
        last = self.next - 1.0  # the days compared are the last ones that count
        if until >= last:
            return self.some
        days = [d for name, d in self.stage.certified.items() if self.stage.there[name] == station]
        if min(days, default=NEVER) < last:
            return self.none
        found = self.some
        for place, one in enumerate(self.stage.launches.plan):
            part = self.programme.module.get(one.module)
            if one.station == station and part is not None and part.design_life_years:
                ends = self.made.docked[place] + part.design_life_years * DAYS_PER_YEAR
                found = found & (ends >= last)
        return found

    def people(self, station: str, leaves: str | None, ends: bool) -> tuple[Whole, ...]:
        """Return people and seats home at a station, and both after a partner leaves or all do."""
        planned, month = self.stage.aboard[station], self.month
        there = self.there(station) & (self.made.decided[station] > self.begin)
        people = there * sum(int(values[month]) for values in planned.people.values())
        seats = there * sum(int(values[month]) for values in planned.seats.values())
        after, seats_after = people, seats
        for (partner, where), left in self.made.left.items():
            if where == station:
                nations = nations_of(self.programme.partner[partner].nation, partner)
                own = sum(
                    int(v[month]) for nation, v in planned.people.items() if nation in nations
                )
                ships = int(planned.seats[partner][month]) if partner in planned.seats else 0
                gone = (left <= self.begin) & there
                people, seats = people - own * gone, seats - ships * gone
                parting = there if partner == leaves else gone
                after, seats_after = after - own * parting, seats_after - ships * parting
        if ends:
            after = self.whole
        return people, seats, after, seats_after

    # ---- modules that grow old

    def modules_of(self, station: str) -> list[str]:
        """Return the modules with a design life that belong to a station at last."""
        separated = self.separations.get(station)
        moved = separated.modules if separated is not None else ()
        flown = [
            module
            for module, where in self.stage.there.items()
            if module in self.stage.life_ends and (where == station or module in moved)
        ]
        planned = [
            one.module
            for one, home in zip(self.stage.launches.plan, self.stage.launches.home, strict=True)
            if home == station
            and one.module in self.programme.module
            and self.programme.module[one.module].design_life_years
        ]
        return flown + planned

    def life_ends(self, module: str) -> Array:
        """Return the day on which the design life of a module ends. [d]"""
        if module not in self.life and module not in self.place:
            self.life[module] = np.full(self.stage.size, self.stage.life_ends[module])
        if module in self.life:
            return self.life[module]
        years = self.programme.module[module].design_life_years or NEVER
        return np.asarray(self.made.docked[self.place[module]] + years * DAYS_PER_YEAR)

    def part_of(self, module: str, station: str) -> Flags:
        """Return in which replicas a module belongs to a station, not to one that it leaves."""
        if module in self.place:
            place = self.place[module]
            docked = self.made.docked[place] <= self.begin
            return np.asarray(docked & ~self.made.lost_with_host[place])
        if self.stage.there[module] == station:
            return self.some
        return np.asarray(self.made.separated[station] <= self.begin)

    def order(self, key: str, module: str, day: Array, yes: Flags) -> None:
        """Note the launch of what takes the place of a module, and when that will be old."""
        self.ordered[self.month] += yes
        known = self.made.replaced.setdefault(key, {})
        count, first = known.setdefault(
            module, (np.zeros(self.stage.size, np.int64), np.full(self.stage.size, NEVER))
        )
        within = yes & (day < self.stage.edges[-1])
        count += within
        np.minimum(first, day, out=first, where=within)
        np.minimum(self.made.acted[key], day, out=self.made.acted[key], where=within)
        years = self.programme.module[module].design_life_years or NEVER
        self.life[module] = np.where(yes, day + years * DAYS_PER_YEAR, self.life_ends(module))

    def in_year(self) -> Whole:
        """Return how many replacements were ordered in this month and the eleven before it."""
        last = max(self.month - MONTHS_OF_YEAR + 1, 0)
        return np.asarray(self.ordered[last : self.month + 1].sum(axis=0, dtype=np.int64))


class Docked(Mapping[str, Flags]):
    """Whether each module of the programme is part of a station, looked up when asked for."""

    def __init__(self, world: World) -> None:
        self._world, self._day = world, world.begin

    def __getitem__(self, module: str) -> Flags:
        world = self._world
        if module in world.place:
            return frozen(world.made.docked[world.place[module]] <= self._day)
        if module not in world.programme.module:
            raise KeyError(module)
        return world.some if module in world.stage.there else world.none

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys((*self._world.programme.module, *self._world.place))

    def __len__(self) -> int:
        return len(set(self._world.programme.module) | set(self._world.place))


def nations_of(nation: str, partner: str) -> frozenset[str]:
    """Return the nations whose people count as a partner's: Europe's for ESA.

    Examples
    --------
    >>> nations_of("RUS", "roscosmos"), "ITA" in nations_of("FRA", "esa")
    (frozenset({'RUS'}), True)
    """
    return EUROPE if partner == "esa" else frozenset({nation})
