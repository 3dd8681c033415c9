"""Procedures as data: of each symptom the steps to try, what each should do, and what is left then.

Who follows them, a computer on board or people on the ground, knows the dictionaries only. A step
is judged by its effect on telemetry; what has none is put back and the next one tried.
"""

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act
from stationkeeper.caretaker.vehicle import Ask, Noticed, Parameter, Vehicle
from stationkeeper.errors import InputError

Array = NDArray[np.float64]
When = Literal["low", "high", "rate", "stale", "watch"]
Last = Literal["safe-mode", "ground", "nothing"]

STALE_ROWS: Final = 3
"""Rows of telemetry after which a reading is old; ours."""
AGAIN_AFTER: Final = 3_600.0
"""A procedure is not begun again for the same thing sooner than this after its end; ours. [s]"""


@dataclass(frozen=True)
class Step:
    """One thing to try."""

    command: str
    """Name in the command dictionary with {captures} and *, or a choice, see `commands_of`. [-]"""
    value: float
    wait: float
    """Until its effect is judged. [s]"""
    effect: str = ""
    """Parameter that tells; empty for that of the symptom. [-]"""
    above: float = -np.inf
    """It should be above. [unit]"""
    below: float = np.inf
    """And below; neither given means within its limits. [unit]"""
    onboard: bool = False
    """A computer on board may take it. [-]"""
    back: float | None = None
    """Asked when there was no effect. [-]"""
    follow: bool = False
    """The next step comes whatever the effect. [-]"""


@dataclass(frozen=True)
class Procedure:
    """What to do about a symptom."""

    key: str
    title: str
    symptom: tuple[str, ...]
    """Patterns of parameters; both sensors of a pair are meant. [-]"""
    when: frozenset[When]
    steps: tuple[Step, ...]
    last: Last = "nothing"
    """When no step has helped. [-]"""


@dataclass(frozen=True)
class Book:
    """All procedures, in the order in which they are looked up."""

    procedures: tuple[Procedure, ...]
    hazards: tuple[str, ...]
    """Patterns of parameters of which an alarm without a procedure asks for safe mode."""

    def find(self, noticed: Noticed, row: Parameter) -> tuple[Procedure, dict[str, str]] | None:
        """Return the first procedure of a symptom, and what its names stand for."""
        kind = kind_of(noticed, row)
        for procedure in self.procedures:
            if kind in procedure.when:
                for pattern in procedure.symptom:
                    if (found := captured(pattern, noticed.parameter)) is not None:
                        return procedure, found
        return None

    def named(self, key: str) -> Procedure:
        """Return a procedure."""
        return next(one for one in self.procedures if one.key == key)

    def is_hazard(self, parameter: str) -> bool:
        """Tell whether an alarm of a parameter is one, whatever it means."""
        return any(captured(pattern, parameter) is not None for pattern in self.hazards)


def kind_of(noticed: Noticed, row: Parameter) -> When:
    """Return what was noticed: a limit passed to which side, a rate, old data, or the watch."""
    if noticed.rule != "limit":
        return noticed.rule
    if noticed.value < row.low:
        return "low"
    return "high" if noticed.value > row.high else "rate"


def captured(pattern: str, name: str) -> dict[str, str] | None:
    """Return what the {names} of a pattern stand for in the name of a parameter, or None.

    Examples
    --------
    >>> captured("room.{room}.pressure", "room.base.pressure.b")
    {'room': 'base'}
    >>> captured("room.{room}.pressure", "hatch.base.open") is None
    True
    """
    found = _compiled(pattern).fullmatch(name)
    return None if found is None else found.groupdict()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", "[^.]+")
    return re.compile(re.sub(r"\\{([a-z]+)\\}", r"(?P<\1>[^.]+?)", text) + r"(\.b)?")


def read_book(text: str | None = None) -> Book:
    """Read procedures.

    Parameters
    ----------
    text : str, optional
        TOML; absent means those that are shipped.

    Returns
    -------
    Book

    Raises
    ------
    InputError
        If a key is not known, is missing, or is no such thing.
    """
    where = "procedures"
    if text is None:
        text = (files("stationkeeper.caretaker") / "data" / "procedures.toml").read_text("utf-8")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}: expected TOML: {error}") from None
    procedures = []
    for row in table.get("procedure", []):
        key = str(row.get("key", ""))
        at = f"{where}: {key or 'a procedure without key'}"
        _only(at, row, {"key", "title", "symptom", "when", "step", "last"})
        when, last = row.get("when", []), row.get("last", "nothing")
        if not key or not row.get("symptom") or not when or not set(when) <= set(get_args(When)):
            expected = ", ".join(get_args(When))
            raise InputError(f"{at}: expected key, symptom and when, of {expected}; given {when}")
        if last not in get_args(Last):
            raise InputError(f"{at}: last: given {last}; expected {', '.join(get_args(Last))}")
        steps = tuple(_step(at, number, step) for number, step in enumerate(row.get("step", []), 1))
        procedures.append(
            Procedure(
                key, row.get("title", key), tuple(row["symptom"]), frozenset(when), steps, last
            )
        )
    keys = [one.key for one in procedures]
    if len(set(keys)) < len(keys):
        raise InputError(f"{where}: expected each key once")
    return Book(tuple(procedures), tuple(table.get("hazards", ())))


def _step(where: str, number: int, row: dict[str, Any]) -> Step:
    at = f"{where}: step {number}"
    numbers = {"value", "wait_s", "above", "below", "back"}
    _only(at, row, numbers | {"command", "effect", "onboard", "follow"})
    for name in {"command", "wait_s"} - set(row):
        raise InputError(f"{at}: {name}: not given")
    for name in numbers & set(row):
        if isinstance(row[name], bool) or not isinstance(row[name], int | float):
            raise InputError(f"{at}: {name}: given {row[name]!r}; expected a number")
    return Step(
        command=str(row["command"]),
        value=float(row.get("value", 0.0)),
        wait=float(row["wait_s"]),
        effect=str(row.get("effect", "")),
        above=float(row.get("above", -np.inf)),
        below=float(row.get("below", np.inf)),
        onboard=bool(row.get("onboard", False)),
        back=float(row["back"]) if "back" in row else None,
        follow=bool(row.get("follow", False)),
    )


def _only(where: str, row: dict[str, Any], known: set[str]) -> None:
    for name in sorted(set(row) - known):
        raise InputError(f"{where}: {name}: not known; expected one of {', '.join(sorted(known))}")


def filled(pattern: str, names: dict[str, str]) -> str:
    """Return a pattern with its {names} filled in; one that is not known stands for anything."""
    return re.sub(r"\{([a-z]+)\}", lambda found: names.get(found[1], "*"), pattern)


def commands_of(vehicle: Vehicle, step: Step, names: dict[str, str]) -> list[str]:
    """Return the commands that a step means on a station.

    Parameters
    ----------
    vehicle : Vehicle
        The station.
    step : Step
        ``hatches:ROOM`` means the hatches of a room, ``spare:LOAD`` the load that stands in for
        one, ``spendable`` or ``spendable:ROOM`` what the station, or a room, can do without; all
        else is a pattern of names. Nothing means that only time is let pass.
    names : dict of str
        What the {names} stand for.

    Returns
    -------
    list of str
        Those that allow the value, in the order of the dictionary.
    """
    word, _, rest = filled(step.command, names).partition(":")
    layout = vehicle.layout
    wanted: set[str] | None = None
    if word == "hatches":
        wanted = {one.name for one in layout.passages if rest in one.sides}
        rows: Iterable[Any] = (row for row in vehicle.commands if row.act_off is Act.CLOSE)
    elif word == "spendable":
        wanted = {one.name for one in layout.loads if not (one.essential or one.air)}
        rows = (
            row
            for row in vehicle.commands
            if row.act_off is Act.SHED and rest in ("", "*", row.module)
        )
    elif word == "spare":
        wanted = set(_spare(vehicle, rest))
        rows = (row for row in vehicle.commands if row.act is Act.RESTORE)
    else:
        rows = (row for row in vehicle.commands if fnmatchcase(row.name, word))
    return [
        row.name
        for row in rows
        if (wanted is None or row.target in wanted) and step.value in row.values
    ]


def _spare(vehicle: Vehicle, load: str) -> tuple[str, ...]:
    for group in vehicle.spares.values():
        if load in group and len(group) > 1:
            return (group[(group.index(load) + 1) % len(group)],)
    return ()


def within(vehicle: Vehicle, place: int, readings: Array, measured: Array, now: float) -> bool:
    """Tell whether a parameter is fresh and within its limits.

    Parameters
    ----------
    vehicle : Vehicle
        The station.
    place : int
        Column of the parameter.
    readings, measured : ndarray, (parameter,)
        Telemetry, and when it came.
    now : float
        When telemetry was looked at. [s]

    Returns
    -------
    bool
        False of what did not come.
    """
    row, value = vehicle.parameters[place], float(readings[place])
    fresh = now - float(measured[place]) <= STALE_ROWS * vehicle.step
    return bool(fresh and row.low <= value <= row.high)


@dataclass
class Run:
    """A procedure being followed."""

    procedure: str
    parameter: str
    """That was noticed. [-]"""
    names: dict[str, str]
    kind: When
    due: float
    """When something is to be done next. [s]"""
    step: int = -1
    asked: list[str] = field(default_factory=list)
    """Commands of the step, waiting for their effect. [-]"""

    @property
    def about(self) -> str:
        """What it is about: one run at a time for each."""
        return "/".join((self.procedure, *self.names.values()))


@dataclass
class Desk:
    """Whoever follows procedures: which are open, which were closed when, and how."""

    vehicle: Vehicle
    book: Book
    onboard: bool
    """Only steps for a computer on board. [-]"""
    runs: list[Run] = field(default_factory=list)
    closed: dict[str, float] = field(default_factory=dict)
    """When the latest run about something ended. [s]"""
    kept: dict[str, float] = field(default_factory=dict)
    """Commands that helped, and when: they stay as they are. [s]"""

    def begin(self, noticed: Noticed, now: float, due: float) -> Procedure | None:
        """Open the procedure of a symptom; return it, or None if there is none.

        Without a step that may be taken here there is none.
        """
        row = self.vehicle.parameters[self.vehicle.parameter(noticed.parameter)]
        found = self.book.find(noticed, row)
        if found is None or not self._steps(found[0]):
            return None
        kind = kind_of(noticed, row)
        run = Run(found[0].key, noticed.parameter, dict(found[1]), kind, due)
        again = now - self.closed.get(run.about, -np.inf) >= AGAIN_AFTER
        if again and all(other.about != run.about for other in self.runs):
            self.runs.append(run)
        return found[0]

    def over(self, parameter: str) -> None:
        """Close what was noticed of a parameter and is over before a step was taken."""
        self.runs = [run for run in self.runs if run.parameter != parameter or run.step >= 0]

    def advance(
        self, now: float, looked: float, readings: Array, measured: Array, pause: float = 0.0
    ) -> tuple[list[Ask], list[Procedure]]:
        """Do what is due.

        Parameters
        ----------
        now : float
            Now. [s]
        looked : float
            When the telemetry was current. [s]
        readings, measured : ndarray, (parameter,)
            Telemetry as far as it is known.
        pause : float
            Between the end of a wait and the next step. [s]

        Returns
        -------
        asks : list of Ask
            Without a commander.
        given_up : list of Procedure
            Those of which no step has helped.
        """
        asks: list[Ask] = []
        given_up: list[Procedure] = []

        def well(name: str, step: Step | None) -> bool:
            return self._well(name, step, looked, readings, measured)

        def off(name: str) -> bool:
            feedback = self.vehicle.command_rows[name].feedback
            return bool(readings[self.vehicle.parameter(feedback)] == 0.0)

        for run in list(self.runs):
            if run.due <= now:
                procedure = self.book.named(run.procedure)
                ended = self._go_on(run, procedure, now, pause, well, off, asks)
                if ended:
                    self.runs.remove(run)
                    self.closed[run.about] = now
                    if ended == "given up":
                        given_up.append(procedure)
        return asks, given_up

    def next_due(self) -> float:
        """Return when something is due next, infinite if nothing is open. [s]"""
        return min((run.due for run in self.runs), default=np.inf)

    def save(self) -> dict[str, Any]:
        """Return what is open and closed, as plain data."""
        runs = [asdict(run) for run in self.runs]
        return {"runs": runs, "closed": dict(self.closed), "kept": dict(self.kept)}

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up what `save` returned."""
        self.runs = [Run(**run) for run in saved["runs"]]
        self.closed, self.kept = dict(saved["closed"]), dict(saved["kept"])

    def _steps(self, procedure: Procedure) -> list[Step]:
        return [step for step in procedure.steps if step.onboard or not self.onboard]

    def _go_on(
        self,
        run: Run,
        procedure: Procedure,
        now: float,
        pause: float,
        well: Callable[[str, Step | None], bool],
        off: Callable[[str], bool],
        asks: list[Ask],
    ) -> str:
        """Judge the step that was taken and take the next; return how the run ended, or nothing."""
        steps = self._steps(procedure)
        if run.step < 0:
            if run.kind in ("low", "high", "stale") and well(run.parameter, None):
                return "gone"
        else:
            step = steps[run.step]
            effect = filled(step.effect, run.names) if step.effect else run.parameter
            if not step.follow and well(effect, step):
                self.kept |= dict.fromkeys(run.asked, now)
                return "done"
            if step.back is not None and not step.follow:
                why = f"{procedure.title}: no effect on {effect}"
                asks += [Ask(name, step.back, why) for name in run.asked]
        for number in range(run.step + 1, len(steps)):
            step = steps[number]
            names = commands_of(self.vehicle, step, run.names)
            if step.command.startswith("spendable"):
                names = [name for name in names if not off(name)]
            if names or not step.command:
                why = f"{procedure.title}: {run.parameter}"
                asks += [Ask(name, step.value, why) for name in names]
                run.step, run.asked, run.due = number, names, now + step.wait + pause
                return ""
        return "given up"

    def _well(
        self, name: str, step: Step | None, looked: float, readings: Array, measured: Array
    ) -> bool:
        """Tell whether all parameters of a name are as they should be; of none, not."""
        bounded = step is not None and bool(np.isfinite(step.above) or np.isfinite(step.below))
        places = [
            place
            for place, row in enumerate(self.vehicle.parameters)
            if fnmatchcase(row.name, name)
        ]
        for place in places:
            if step is not None and bounded:
                fresh = looked - float(measured[place]) <= STALE_ROWS * self.vehicle.step
                if not (fresh and step.above < float(readings[place]) < step.below):
                    return False
            elif not within(self.vehicle, place, readings, measured, looked):
                return False
        return bool(places)
