"""People on the ground: they see while there is a link, think a while, and follow procedures."""

from dataclasses import asdict, replace
from typing import Any, Final, Literal, get_args

import numpy as np

from stationkeeper.caretaker.authority import HAZARDOUS, Act, Commander, Verdict
from stationkeeper.caretaker.limits_mind import twin_of
from stationkeeper.caretaker.procedures import Book, Desk, read_book, within
from stationkeeper.caretaker.vehicle import Answer, Ask, Noticed, Seen, Vehicle
from stationkeeper.errors import InputError
from stationkeeper.operations.gatekeeper import LEAVE_SAFE_MODE, SAFE_MODE

Link = Literal["stations", "two-relays", "full-relay"]

SHORTEST, LONGEST = 60.0, 86_400.0  # [s] reactions that are believed; ours
STEP_PAUSE: Final = 300.0  # [s] between two steps of people at their desks; ours
POLL: Final = 60.0  # [s] between looks for a link while something waits; ours
HEARTBEAT: Final = 3_600.0  # [s] between looks when nothing waits; ours
SECOND_AFTER: Final = 10.0  # [s] from a held command to its second uplink; ours, a row of telemetry
LOOK_AGAIN: Final = 600.0  # [s] between looks whether all is well; ours
RESTORE_AFTER: Final = 43_200.0  # [s] that what helped by being off stays off; ours
GIVEN_UP_AFTER: Final = 43_200.0  # [s] out of limits, then the station goes on without it; ours
RESTORED_AT_ONCE: Final = 4  # loads; ours
TRIES: Final = 3  # of restoring one load; ours


class GroundMind:
    """People on the ground who follow procedures to the end, judging each step by its effect.

    They see telemetry, alarms and answers only while there is a link; what happened without
    one they see when it comes back, from the recorder. They begin on a symptom `reaction_s`
    after they have seen it, and command only over a link. A hazardous command is sent twice:
    the second uplink goes out after the first is seen held, and the next hazardous one after
    its end. When all is well they end safe mode and restore what was shed.

    Hatches that were closed stay so: opening one is a decision of its own, not made here.

    Parameters
    ----------
    vehicle : Vehicle
        The station.
    reaction_s : float
        From seeing to the first command, 60 to 86,400. [s]
    link : {"stations", "two-relays", "full-relay"}
        How the station is reached; kept for whoever sets up the flight.
    book : Book, optional
        Procedures; those that are shipped if absent.

    Raises
    ------
    InputError
        If the reaction or the link is no such thing.
    """

    def __init__(
        self,
        vehicle: Vehicle,
        reaction_s: float,
        link: Link = "stations",
        book: Book | None = None,
    ) -> None:
        """Begin without knowing anything of the station."""
        if not SHORTEST <= reaction_s <= LONGEST:
            raise InputError(
                f"reaction: given {reaction_s:g} s; expected {SHORTEST:g} to {LONGEST:g} s"
            )
        if link not in get_args(Link):
            raise InputError(f"link: given {link!r}; expected one of {', '.join(get_args(Link))}")
        self.vehicle, self.reaction, self.link = vehicle, float(reaction_s), link
        self.desk = Desk(vehicle, book or read_book(), onboard=False)
        spendable = {one.name for one in vehicle.layout.loads if not (one.essential or one.air)}
        self._spendable = [
            row
            for row in vehicle.commands
            if row.act_off is Act.SHED and row.target in spendable and row.feedback
        ]
        self._hazards = [
            (place, twin_of(vehicle, row.name))
            for place, row in enumerate(vehicle.parameters)
            if self.desk.book.is_hazard(row.name) and (row.low > -np.inf or row.high < np.inf)
        ]
        self.recorded: list[Noticed] = []
        """On the recorder, not yet seen. [-]"""
        self.unheard: list[Answer] = []
        """Answers that have not come down yet. [-]"""
        self.outbox: list[Ask] = []
        """Hazardous commands, sent one after the other: a further one uses a first step up. [-]"""
        self.second_due = np.inf
        """When the second uplink of the first in the box goes out. [s]"""
        self.sent = False
        """The first in the box is up, its answer not yet seen. [-]"""
        self.on_at_first: list[str] = []
        """Loads that ran when the station was first seen: how it should be. [-]"""
        self.looked_first = False
        self.tries: dict[str, int] = {}
        self.out_since: dict[str, float] = {}
        """Hazardous parameters out of their limits, and since when they were seen so. [s]"""
        self.leave_due = np.inf
        self.restore_due = np.inf

    def act(self, seen: Seen) -> tuple[list[Ask], float]:
        """Return what goes up now, and when to be asked next at the latest. [s]"""
        self.recorded += list(seen.noticed)
        self.unheard += list(seen.answers)
        if not seen.link:
            return [], seen.time + (POLL if self._waiting() else HEARTBEAT)
        self._hear()
        self._take_notice(seen)
        done, given_up = self.desk.advance(
            seen.time, seen.time, seen.readings, seen.measured, min(self.reaction, STEP_PAUSE)
        )
        asks = done + self._safe_mode(
            seen, [one.title for one in given_up if one.last == SAFE_MODE]
        )
        asks += self._restored(seen)
        asks = self._sendable(seen, asks)
        due = min(
            seen.time + HEARTBEAT,
            self.desk.next_due(),
            self.leave_due,
            self.restore_due,
            self.second_due,
            seen.time + SECOND_AFTER if self.outbox else np.inf,
        )
        asks = [replace(ask, commander=Commander.GROUND) for ask in asks]
        return asks, max(due, seen.time + 1.0)

    def save(self) -> dict[str, Any]:
        """Return all that is remembered, as plain data."""
        return {
            "desk": self.desk.save(),
            "recorded": [asdict(one) for one in self.recorded],
            "unheard": [_answer_row(one) for one in self.unheard],
            "outbox": [_ask_row(ask) for ask in self.outbox],
            "second_due": _plain(self.second_due),
            "sent": self.sent,
            "on_at_first": list(self.on_at_first),
            "looked_first": self.looked_first,
            "tries": dict(self.tries),
            "leave_due": _plain(self.leave_due),
            "restore_due": _plain(self.restore_due),
            "out_since": dict(self.out_since),
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up what `save` returned."""
        self.desk.restore(saved["desk"])
        self.recorded = [Noticed(**row) for row in saved["recorded"]]
        self.unheard = [_answer(row) for row in saved["unheard"]]
        self.outbox = [_ask(row) for row in saved["outbox"]]
        self.second_due, self.sent = _number(saved["second_due"]), saved["sent"]
        self.on_at_first = list(saved["on_at_first"])
        self.looked_first = saved["looked_first"]
        self.tries = dict(saved["tries"])
        self.leave_due = _number(saved["leave_due"])
        self.restore_due = _number(saved["restore_due"])
        self.out_since = dict(saved["out_since"])

    def _waiting(self) -> bool:
        dues = np.isfinite(self.leave_due) or np.isfinite(self.restore_due)
        return bool(self.recorded or self.unheard or self.outbox or self.desk.runs or dues)

    def _hear(self) -> None:
        """Take the answers to the hazardous command that is up."""
        for answer in self.unheard:
            mine = self.outbox and answer.ask.commander is Commander.GROUND
            if mine and (answer.ask.name, answer.ask.value) == (
                self.outbox[0].name,
                self.outbox[0].value,
            ):
                self.sent = False
                self.second_due = np.inf
                if answer.verdict is Verdict.HELD:
                    self.second_due = answer.time + SECOND_AFTER
                else:
                    self.outbox.pop(0)
        self.unheard = []

    def _sendable(self, seen: Seen, asks: list[Ask]) -> list[Ask]:
        """Return what goes up now: all that is no hazard, and one step of one hazard."""
        going = []
        for ask in asks:
            if not self._is_hazard(ask):
                going.append(ask)
            elif all((ask.name, ask.value) != (one.name, one.value) for one in self.outbox):
                self.outbox.append(ask)
        waits = np.isfinite(self.second_due) and seen.time < self.second_due
        if self.outbox and not self.sent and not waits:
            self.sent, self.second_due = True, np.inf
            going.append(self.outbox[0])
        return going

    def _is_hazard(self, ask: Ask) -> bool:
        row = self.vehicle.command_rows.get(ask.name)
        if row is None or ask.name == SAFE_MODE:
            return ask.name == LEAVE_SAFE_MODE
        return (row.act if ask.value != 0.0 else row.act_off) in HAZARDOUS

    def _take_notice(self, seen: Seen) -> None:
        """Look at telemetry, and at what the recorder has kept."""
        if not self.looked_first:
            self.looked_first = True
            self.on_at_first = [
                row.name
                for row in self._spendable
                if seen.readings[self.vehicle.parameter(row.feedback)] == 1.0
            ]
        for noticed in self.recorded:
            if noticed.over:
                self.desk.over(noticed.parameter)
            else:
                self.desk.begin(noticed, seen.time, seen.time + self.reaction)
        self.recorded = []

    def _safe_mode(self, seen: Seen, unsolved: list[str]) -> list[Ask]:
        """Ask for safe mode if a procedure ends in it, or for its end when all is well."""
        if not seen.safe:
            self.leave_due = np.inf
            return [Ask(SAFE_MODE, 1.0, f"{unsolved[0]}: no step helped")] if unsolved else []
        if not np.isfinite(self.leave_due):
            self.leave_due = seen.time + self.reaction
        if seen.time < self.leave_due:
            return []
        self.leave_due = seen.time + LOOK_AGAIN
        return [Ask(LEAVE_SAFE_MODE, 1.0, "all is well")] if self._all_well(seen) else []

    def _restored(self, seen: Seen) -> list[Ask]:
        """Restore some of what ran at first and is off, if all is well without safe mode."""
        off = [
            row
            for row in self._spendable
            if row.name in self.on_at_first
            and seen.readings[self.vehicle.parameter(row.feedback)] == 0.0
            and self.tries.get(row.name, 0) < TRIES
        ]
        if seen.safe or not off:
            self.restore_due = np.inf
            return []
        if not np.isfinite(self.restore_due):
            self.restore_due = seen.time + self.reaction
        if seen.time < self.restore_due:
            return []
        self.restore_due = seen.time + LOOK_AGAIN
        if not self._all_well(seen):
            return []
        kept = self.desk.kept
        ripe = [row for row in off if seen.time - kept.get(row.name, -np.inf) >= RESTORE_AFTER]
        for row in ripe[:RESTORED_AT_ONCE]:
            self.tries[row.name] = self.tries.get(row.name, 0) + 1
        return [Ask(row.name, 1.0, "all is well") for row in ripe[:RESTORED_AT_ONCE]]

    def _all_well(self, seen: Seen) -> bool:
        """Tell whether no procedure is open and every hazardous quantity is within its limits.

        Of two sensors one is enough: the other may be what failed. A module that has been out of
        its limits for `GIVEN_UP_AFTER`, closed off, does not keep the rest waiting.
        """
        if self.desk.runs:
            return False
        well = [self._well(place, twin, seen) for place, twin in self._hazards]  # all are looked at
        return all(well)

    def _well(self, place: int, twin: int, seen: Seen) -> bool:
        """Tell whether a quantity is in its limits, or is one of a module that was given up."""
        name = self.vehicle.parameters[place].name
        if within(self.vehicle, place, seen.readings, seen.measured, seen.time) or (
            twin >= 0 and within(self.vehicle, twin, seen.readings, seen.measured, seen.time)
        ):
            self.out_since.pop(name, None)
            return True
        since = self.out_since.setdefault(name, seen.time)
        of_module = bool(self.vehicle.parameters[place].module)
        return of_module and seen.time - since >= GIVEN_UP_AFTER


def _ask_row(ask: Ask) -> dict[str, Any]:
    return asdict(ask) | {"commander": int(ask.commander)}


def _ask(row: dict[str, Any]) -> Ask:
    return Ask(**(row | {"commander": Commander(row["commander"])}))


def _answer_row(answer: Answer) -> dict[str, Any]:
    return {
        "time": answer.time,
        "ask": _ask_row(answer.ask),
        "verdict": int(answer.verdict),
        "text": answer.text,
    }


def _answer(row: dict[str, Any]) -> Answer:
    return Answer(row["time"], _ask(row["ask"]), Verdict(row["verdict"]), row["text"])


def _plain(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _number(saved: float | None) -> float:
    return np.inf if saved is None else saved
