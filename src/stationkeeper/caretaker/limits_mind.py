"""Limits and safe mode on board: the first safe thing to do about an alarm, and no diagnosis."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from stationkeeper.caretaker.authority import Commander
from stationkeeper.caretaker.procedures import Book, Desk, kind_of, read_book, within
from stationkeeper.caretaker.vehicle import Ask, Noticed, Seen, Vehicle

LEADS: Final = "computer.leads"
"""Parameter that tells whether a computer is there for the mind to run on. [-]"""
POLL: Final = 60.0
"""Between looks while no computer leads; ours. [s]"""


class LimitsMind:
    """A computer on board that follows procedures as far as they are marked for it.

    It believes an alarm of one of two sensors only if the other is out of limits too, and none of
    the forecaster. It asks for safe mode where a procedure ends in it, and on an alarm of a
    hazardous parameter for which it has no procedure. It never leaves safe mode. What was told
    while no computer led, and is not over, is new to it when one leads again.

    Parameters
    ----------
    vehicle : Vehicle
        The station.
    book : Book, optional
        Procedures; those that are shipped if absent.
    """

    def __init__(self, vehicle: Vehicle, book: Book | None = None) -> None:
        """Begin with nothing open."""
        self.vehicle = vehicle
        self.desk = Desk(vehicle, book or read_book(), onboard=True)
        self.missed: list[Noticed] = []
        """Told while no computer led, and not over. [-]"""

    def act(self, seen: Seen) -> tuple[list[Ask], float]:
        """Return the first steps about what is new, and the next about what is open."""
        if not self._awake(seen):
            self._miss(seen.noticed)
            return [], seen.time + POLL
        news = [*self.missed, *seen.noticed]
        self.missed = []
        safe_for: list[str] = []
        for noticed in news:
            if noticed.over:
                self.desk.over(noticed.parameter)
            if noticed.over or not self._believed(noticed, seen):
                continue
            procedure = self.desk.begin(noticed, seen.time, seen.time)
            if procedure is None and self.desk.book.is_hazard(noticed.parameter):
                safe_for.append(f"no procedure: {noticed.parameter}")
        asks, given_up = self.desk.advance(seen.time, seen.time, seen.readings, seen.measured)
        safe_for += [f"{one.title}: no step helped" for one in given_up if one.last == "safe-mode"]
        if safe_for and not seen.safe:
            asks.append(Ask("safe-mode", 1.0, safe_for[0]))
        asks = [replace(ask, commander=Commander.CARETAKER) for ask in asks]
        return asks, self.desk.next_due()

    def save(self) -> dict[str, Any]:
        """Return what is open, closed and missed, as plain data."""
        return self.desk.save() | {"missed": [asdict(one) for one in self.missed]}

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up what `save` returned."""
        self.desk.restore(saved)
        self.missed = [Noticed(**one) for one in saved["missed"]]

    def _awake(self, seen: Seen) -> bool:
        """Tell whether a computer leads; a station without that parameter always has one."""
        place = self.vehicle.find(LEADS)
        return place < 0 or not seen.readings[place] < 0.5

    def _miss(self, news: Sequence[Noticed]) -> None:
        for noticed in news:
            if noticed.over:
                self.desk.over(noticed.parameter)
                self.missed = [
                    one
                    for one in self.missed
                    if (one.parameter, one.rule) != (noticed.parameter, noticed.rule)
                ]
            else:
                self.missed.append(noticed)

    def _believed(self, noticed: Noticed, seen: Seen) -> bool:
        row = self.vehicle.parameters[self.vehicle.parameter(noticed.parameter)]
        kind = kind_of(noticed, row)
        if kind == "watch":
            return False
        if kind not in ("low", "high"):
            return True
        twin = twin_of(self.vehicle, noticed.parameter)
        return twin < 0 or not within(self.vehicle, twin, seen.readings, seen.measured, seen.time)


def twin_of(vehicle: Vehicle, name: str) -> int:
    """Return the column of the other sensor of a quantity, -1 if it has none.

    Parameters
    ----------
    vehicle : Vehicle
        The station.
    name : str
        Of the one sensor.

    Returns
    -------
    int
    """
    other = name.removesuffix(".b") if name.endswith(".b") else name + ".b"
    return vehicle.find(other)
