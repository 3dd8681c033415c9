"""Safety days: sides that are not run, or not after the loss of a ship; people without a seat."""

from collections.abc import Iterator
from typing import Any

from stationkeeper.schedule.literals import Literal, number
from stationkeeper.schedule.people import People


class Safety:
    """The rules of safety for every side and day.

    Parameters
    ----------
    people : People
        Who is aboard.
    coarse : bool
        Count safety days only in sums over the whole horizon.

    Attributes
    ----------
    lost : list of (int, Literal)
        Days, and the literal that they are lost.
    """

    def __init__(self, people: People, coarse: bool) -> None:
        self.people, self.rotation, self.sheet = people, people.rotation, people.sheet
        self.coarse = coarse
        self._sums: dict[int, tuple[Any, Any]] = {}
        lost: list[tuple[int, Literal]] = []
        unseated: list[tuple[int, Literal]] = []
        sides = range(len(self.rotation.sides))
        if coarse:
            for k in sides:
                lost.extend((1, days) for days in self._sum_of_days(k))
        else:
            for day, weight in people.spans:
                waiting = {g: people.adopted_by(g, day) for g in people.waiting}
                for g, adopted in waiting.items():
                    if any(self.rotation.aboard[g].people):
                        without = self.sheet.new()
                        self.sheet.clause(without, *adopted)
                        unseated.append((weight, without))
                for k in sides:
                    lost.extend((weight, b) for b in self._side_on(k, day, weight, waiting))
            if self.rotation.permanent and not self.sheet.named:
                for k in sides:
                    self._sum_of_days(k)
        self.lost = [*lost, *unseated]

    def _sum_of_days(self, k: int) -> list[Any]:
        """What the rules of all days say together of one side: it makes the bound.

        Returns days without and days not robust, as far as these sums can tell.
        """
        need = self.rotation.sides[k].minimum
        days = self.rotation.days - self.people.fleet.since
        if need == 0 or not self.rotation.permanent:
            return []
        if self.coarse:
            new = self.sheet.model.new_int_var
            self._sums[k] = (new(0, days, ""), new(0, days, ""))
        stays = self.people.crew_days(k, at_most=need)
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
        able, peopled = self._aboard_on(k, day, waiting)
        total = sum(able)
        presence = f"each day needs {need} able to run {side.key}"
        if not rotation.permanent:
            yield from self._when_peopled(need, able, peopled, presence)
            return
        hard = rotation.hard_presence
        without: Literal = False if hard else sheet.new()
        sheet.add(total + need * number(without) >= need, name=presence)
        if not hard:
            yield without
        if not rotation.robust or need > 1:
            self._sum(k, weight * number(without), 0)
        if not rotation.robust:
            return
        words = f"each day needs {need} able to run {side.key} after the loss of any one ship"
        hard = rotation.hard_robust
        alone: Literal = False if hard else sheet.new()
        if need == 1:
            # Two ships with somebody able; a day not run at all counts for both rules.
            priced = number(without) + number(alone)
            sheet.add(total + (0 if hard else priced) >= 2, name=words)
            self._sum(k, weight * number(without), weight * number(alone))
        else:
            losses = [loss for loss in able if not (isinstance(loss, int) and loss == 0)]
            for loss in losses or [0]:
                sheet.add(total - loss + need * number(alone) >= need, name=words)
        if not hard:
            yield alone

    def _aboard_on(
        self, k: int, day: int, waiting: dict[int, list[Literal]]
    ) -> tuple[list[Any], list[Any]]:
        """For each ship or waiting group its people able to run a side, and if it has anybody.

        People above the minimum of the side are not counted.
        """
        need = self.rotation.sides[k].minimum
        able: list[Any] = []
        peopled: list[Any] = []
        for ship in self.people.here(day):
            levels = [
                tuple(m for m, mix in enumerate(ship.mixes) if mix.able[k] >= level)
                for level in range(1, need + 1)
            ]
            able.append(sum(self.people.has(ship, day, mixes, False) for mixes in levels))
            crewed = tuple(m for m, mix in enumerate(ship.mixes) if mix.total > 0)
            peopled.append(self.people.has(ship, day, crewed, True))
        for g, adopted in waiting.items():
            group = self.rotation.aboard[g]
            still = 1 - sum(adopted)
            able.append(min(need, group.able[k]) * still)
            peopled.append(still if sum(group.people) else 0)
        return able, peopled

    def _sum(self, k: int, without: Any, alone: Any) -> None:
        before = self._sums.get(k, (0, 0))
        self._sums[k] = (before[0] + without, before[1] + alone)

    def _when_peopled(
        self, need: int, able: list[Any], peopled: list[Any], words: str
    ) -> Iterator[Literal]:
        """Visits: a side is run only while people are aboard."""
        hard = self.rotation.hard_presence
        without: Literal = False if hard else self.sheet.new()
        for here in peopled:
            if isinstance(here, int) and here == 0:
                continue
            self.sheet.add(sum(able) + need * number(without) >= need * here, name=words)
        if not hard:
            yield without
