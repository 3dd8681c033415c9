"""Who is aboard: people on their ships, people who wait for a ship, crew-days as sums.

Crew-days are sums of days docked, split by seat mix with linear bounds only.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from stationkeeper.schedule.literals import Literal, key_of, negated
from stationkeeper.schedule.ships import Fleet, Ship, day_word


class People:
    """People of all ships of a problem.

    Parameters
    ----------
    fleet : Fleet
        The ships.

    Attributes
    ----------
    waiting : dict
        For each group aboard whose ship cannot bring it home the flights that may adopt it, with
        the literal that they do.
    days_of_mix : list
        For each candidate and mix the days docked inside the horizon.
    spans : list of (int, int)
        First day and length of spans in which nothing can change.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.fleet, self.rotation, self.sheet = fleet, fleet.rotation, fleet.sheet
        self._both_of: dict[tuple[int, int], Literal] = {}
        self._having: dict[Any, Literal] = {}
        self.waiting = self._adoptions()
        self.days_of_mix = [self._days_of_mix(n) for n in range(len(fleet.flights))]
        self.spans = list(self._spans())

    # ---- people whose ship cannot bring them home ----------------------------------------------

    def _adoptions(self) -> dict[int, list[tuple[Literal, int]]]:
        rotation, sheet, flights = self.rotation, self.sheet, self.fleet.flights
        waiting: dict[int, list[tuple[Literal, int]]] = {}
        for g, ship in enumerate(rotation.aboard):
            if ship.fit:
                continue
            adopters = []
            limit = ship.latest_people
            words = f"people of {ship.key} must leave by {day_word(limit)}"
            for n, candidate in enumerate(rotation.candidates):
                taking = [
                    b for b, m in zip(flights[n].mix, candidate.mixes, strict=True) if m.adopts == g
                ]
                if not taking:
                    continue
                takes = sheet.any_of(taking)
                adopters.append((takes, n))
                if limit < flights[n].left.last:
                    sheet.clause(negated(takes), flights[n].left.by(limit), name=words)
            free = [takes for takes, _ in adopters]
            if limit < rotation.days:
                sheet.clause(*free, name=words)
            sheet.add(sum(free) <= 1 if free else True)
            waiting[g] = adopters
        return waiting

    def adopted_by(self, g: int, day: int) -> list[Literal]:
        """Literals of which one is true if a group has its new ship on a day."""
        made = []
        for takes, n in self.waiting[g]:
            made.append(self._both(takes, self.fleet.flights[n].docked_by(day)))
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
        if place not in self._both_of:
            both = self.sheet.new()
            self.sheet.clause(~both, a)
            self.sheet.clause(~both, b)
            self.sheet.clause(both, ~a, ~b)
            self._both_of[place] = both
        return self._both_of[place]

    # ---- days ----------------------------------------------------------------------------------

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Days on which nothing can change, merged: first day and how many."""
        before: tuple[int, ...] | None = None
        first = self.fleet.since
        for day in range(first, self.rotation.days):
            now = tuple(
                key_of(literal)
                for ship in self.fleet.ships
                for literal in (ship.docked_by(day), ship.left.by(day))
            )
            if self.rotation.most:
                now = (*now, self.rotation.most[day])
            if before is not None and now != before:
                yield first, day - first
                first = day
            before = now
        yield first, self.rotation.days - first

    def here(self, day: int) -> list[Ship]:
        """Ships that may be there on a day with their people on them."""
        return [s for s in self.fleet.ships if s.moves and s.first <= day < s.last]

    def has(self, ship: Ship, day: int, mixes: tuple[int, ...], at_least: bool) -> Any:
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
            return ship.docked(day)
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

    def limit(self) -> None:
        """Post the most people aboard."""
        rotation = self.rotation
        if not rotation.most:
            return
        for day, _ in self.spans:
            most = rotation.most[day]
            total: Any = 0
            largest = 0
            for ship in self.here(day):
                steps = sorted({mix.total for mix in ship.mixes} | {0})
                largest += steps[-1]
                for below, step in pairwise(steps):
                    mixes = tuple(m for m, mix in enumerate(ship.mixes) if mix.total >= step)
                    total = total + (step - below) * self.has(ship, day, mixes, True)
            for g in self.waiting:
                people = sum(rotation.aboard[g].people)
                largest += people
                total = total + people * (1 - sum(self.adopted_by(g, day)))
            if largest > most:
                self.sheet.add(total <= most, name=f"{most} people or fewer are aboard")

    # ---- crew-days -----------------------------------------------------------------------------

    def _days_of_mix(self, place: int) -> list[Any]:
        ship, candidate = self.fleet.flights[place], self.rotation.candidates[place]
        stay = ship.leaves - ship.docks
        if len(ship.mixes) == 1:
            return [stay]
        parts = []
        for literal, mix in zip(ship.mix, ship.mixes, strict=True):
            longest = min(candidate.longest, mix.longest - candidate.transit, self.rotation.days)
            if self.sheet.named:
                longest = self.rotation.days
            days = self.sheet.model.new_int_var(0, max(longest, 0), "")
            self.sheet.model.add(days <= max(longest, 0) * literal)
            parts.append(days)
        self.sheet.add(sum(parts) == stay)
        return parts

    def crew_days(self, k: int, at_most: int = 10**6) -> Any:
        """Crew-days able to run a side, of each ship not more people than given."""
        rotation = self.rotation
        total: Any = 0
        for ship, days in zip(self.fleet.flights, self.days_of_mix, strict=True):
            for mix, part in zip(ship.mixes, days, strict=True):
                if mix.able[k]:
                    total = total + min(mix.able[k], at_most) * part
        for g, ship in enumerate(self.fleet.aboard):
            able = min(rotation.aboard[g].able[k], at_most)
            if not able:
                continue
            if rotation.aboard[g].fit:
                total = total + able * (ship.leaves - ship.docks)
            else:
                for day, weight in self.spans:
                    total = total + able * weight * (1 - sum(self.adopted_by(g, day)))
        return total
