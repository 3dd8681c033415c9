"""Faults from files: those of a user, and flights of history with what was published of them.

A file has rows ``[[fault]]``; one of history has ``[flight]`` (what is flown), rows ``[[course]]``
(what was published) and ``[assumed]`` (what was not) as well.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, ValidationError

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.errors import InputError
from stationkeeper.operations.fault_kinds import fault_kind, fault_kinds, natural_course
from stationkeeper.operations.faults import Fault, checked, named_faults
from stationkeeper.operations.house import House
from stationkeeper.operations.random_faults import hazard_factor, random_faults
from stationkeeper.operations.registry import Registry
from stationkeeper.programme.parts import (
    Confidence,
    Day,
    Flag,
    Identifier,
    NotNegative,
    Number,
    Part,
    People,
    Positive,
    Text,
)
from stationkeeper.programme.problems import Problem, choices, listing, nearest, shown

FORMAT: Final = 1
RANDOM_MEAN: Final = "random:"
"""Before a number: faults by chance, so many in the mean. [-]"""
MOST_FAULTS: Final = 10_000  # in one file; chosen by us


def _universal(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("holds no zone; expected UTC, written 2021-07-29T16:34:00Z")
    return moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_universal)]
"""A moment, with its zone."""


class FaultRow(Part):
    """A fault of a file."""

    kind: Text
    """Kind of the catalogue. [-]"""
    component: Text = ""
    """Component that it befalls; absent for a kind that befalls the station as a whole. [-]"""
    onset_s: NotNegative | None = None
    """Since the begin of the flight. [s]"""
    onset_day: NotNegative | None = None
    """Since the begin of the flight, in its place. [d]"""
    at: Moment | None = None
    """In its place, in a file with a flight. [UTC]"""
    size: Number | None = None
    """In the unit of its kind; absent means that typical of it. [unit]"""
    ramp_s: NotNegative = 0.0
    """Until it has grown whole. [s]"""
    lasts_s: Positive | None = None
    """After which it ends; absent means never, but for kinds that last a moment. [s]"""
    period_s: NotNegative = 0.0
    """Of one that comes and goes; 0 means as its kind does, mostly steady. [s]"""
    duty: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the period for which it is there. [-]"""
    group: Text = ""
    """Faults of one cause have one name. [-]"""
    note: Text = ""
    """What it stands for. [-]"""


class Flown(Part):
    """The flight in which the faults of a file came."""

    programme: Text
    """Name of a shipped programme. [-]"""
    station: Identifier
    """Key of the station. [-]"""
    first_day: Day
    """Day at whose beginning, 00:00 UTC, the flight begins. [date]"""
    days: Positive
    """Flown. [d]"""
    uncrewed: Flag
    """Nobody was aboard. [-]"""
    people: People = 0
    """Aboard, as published. [-]"""
    commander: Literal["nobody", "ground", "limits"]
    """Who commands in the replay. [-]"""
    reaction_min: Positive = 30.0
    """From what the ground sees to what it commands. [min]"""
    link: Literal["stations", "two-relays", "full-relay"] = "stations"
    """By which the ground sees and commands. [-]"""


class CourseRow(Part):
    """One published fact of the course, and how it is read from a replay."""

    name: Text
    """As the page calls it. [-]"""
    signals: tuple[Text, ...]
    """Signals it is read from; ``*`` stands for any. [-]"""
    combine: Literal["sum", "norm", "least", "most", "mean"] = "sum"
    """Of several signals at one moment. [-]"""
    read: Literal[
        "value", "largest", "smallest", "change", "first-above", "first-below", "turn", "share"
    ]
    """At `at`; between `at` and `until`: greatest, least, last less first, time since `at` of
    rising above or falling below `level`, integral over time, share of the time above `level`."""
    at: Moment
    """[UTC]"""
    until: Moment | None = None
    """Absent means the end of the flight. [UTC]"""
    level: Number | None = None
    """Threshold of what is read, in `level_unit`. [unit]"""
    level_unit: Text = ""
    """Unit of the level; absent means SI. [-]"""
    value: Number
    """Published; of a range its middle. [unit]"""
    tolerance: NotNegative
    """Half of the band. [unit]"""
    unit: Text
    """Of value and tolerance. [-]"""
    confidence: Confidence
    """[-]"""
    source: Text
    """[-]"""
    note: Text = ""
    """Where the band comes from. [-]"""
    calibration: Flag = False
    """A size of the replay was chosen on it: no evidence. [-]"""
    context: Flag = False
    """Shown, not counted. [-]"""


class FaultFile(Part):
    """A file of faults."""

    format: Literal[1] = 1
    """Version of the format. [-]"""
    title: Text = ""
    """[-]"""
    about: Text = ""
    """[-]"""
    flight: Flown | None = None
    """What is flown, of a file of history. [-]"""
    fault: Annotated[tuple[FaultRow, ...], Field(max_length=MOST_FAULTS)] = ()
    """Faults. [-]"""
    course: tuple[CourseRow, ...] = ()
    """What was published. [-]"""
    assumed: dict[Identifier, Text] = Field(default_factory=dict)
    """What was not, by subject. [-]"""

    def second(self, moment: datetime) -> float:
        """Return the seconds from the begin of the flight to a moment."""
        if self.flight is None:
            raise InputError("moments need a flight: given none; write [flight] with first_day")
        begin = datetime.combine(self.flight.first_day, datetime.min.time(), UTC)
        return (moment - begin).total_seconds()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return the faults of the file, in its order."""
        return tuple(self._fault(row) for row in self.fault)

    def _fault(self, row: FaultRow) -> Fault:
        onset = row.onset_s or 0.0
        if row.onset_day is not None:
            onset = row.onset_day * SECONDS_PER_DAY
        if row.at is not None:
            onset = self.second(row.at)
        lasts, period, duty = natural_course(fault_kind(row.kind))
        if row.period_s > 0:
            period, duty = row.period_s, row.duty
        return Fault(
            row.kind, row.component, onset, row.size, row.ramp_s,
            onset + (row.lasts_s or lasts), period, duty, row.group,
        )  # fmt: skip


def shipped_faults() -> tuple[str, ...]:
    """Return the names of the files of history.

    Examples
    --------
    >>> "nauka-2021" in shipped_faults()
    True
    """
    folder = resources.files(__package__).joinpath("data", "faults")
    return tuple(
        sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if _is_toml(one.name))
    )


def shipped_fault_file(name: str) -> FaultFile:
    """Return one file of history.

    Raises
    ------
    InputError
        If there is none of that name; names those there are.
    """
    if name not in shipped_faults():
        raise InputError(
            f"faults: given {shown(name)}; expected one of: {choices(shipped_faults())};"
            f" {nearest(name, shipped_faults())}"
        )
    file = resources.files(__package__).joinpath("data", "faults", f"{name}.toml")
    return fault_file_of(file.read_text("utf-8"), f"{name}.toml")


def read_faults(path: str | Path) -> FaultFile:
    """Read a file of faults.

    Raises
    ------
    InputError
        If it cannot be read; names file, line, key, what was given, what was expected.
    """
    try:
        text = Path(path).read_text("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path}: given bytes that are not UTF-8; expected a TOML text") from None
    except OSError as error:
        raise InputError(
            f"{path}: {error.strerror}; expected a TOML file with rows [[fault]]"
        ) from None
    return fault_file_of(text, str(path))


def fault_file_of(text: str, file: str) -> FaultFile:
    """Read the text of a file of faults; `file` is its name in messages.

    Examples
    --------
    >>> text = '[[fault]]\\nkind = "load-open"\\ncomponent = "pump-1-1"\\nonset_day = 1'
    >>> fault_file_of(text, "mine.toml").faults[0].name
    'load-open:pump-1-1@86400'
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: {error}; expected TOML with rows [[fault]]") from None
    lines = _Lines(text)
    try:
        found = FaultFile.model_validate(document)
    except ValidationError as error:
        problems = [_problem(detail, file, lines) for detail in error.errors(include_url=False)]
        raise InputError(listing(problems)) from None
    problems = _sense(found, file, lines)
    if problems:
        raise InputError(listing(problems))
    return found


def faults_of(
    text: str, house: House, registry: Registry, *, seed: int, mission: int, duration: float
) -> tuple[Fault, ...]:
    """Return the faults that a command line asks for, checked against a station.

    Parameters
    ----------
    text : str
        ``none``, ``random``, ``random:2.5`` (so many in the mean, see
        `random_faults.hazard_factor`), the name of a file of history, a file, or faults by name,
        ``kind:component@seconds=size``, parted by commas.
    house : House
        The station.
    registry : Registry
        Its names, after all its parts have declared theirs.
    seed, mission : int
        Of the run and the flight. [-]
    duration : float
        Of the flight. [s]

    Returns
    -------
    tuple of Fault

    Raises
    ------
    InputError
        If nothing of that name is there, or a fault cannot befall the station.
    """
    asked = text.strip()
    if asked in ("", "none"):
        return ()
    if asked == "random":
        return random_faults(house, registry, seed, mission, duration)
    if asked.startswith(RANDOM_MEAN):
        factor = hazard_factor_of(asked, house, registry, duration)
        return random_faults(house, registry, seed, mission, duration, factor=factor)
    if asked in shipped_faults():
        return _checked(shipped_fault_file(asked), asked, registry)
    if _is_toml(asked) or Path(asked).is_file():
        return _checked(read_faults(asked), asked, registry)
    if not re.search("[:@=,]", asked) and asked not in fault_kinds():
        names = ("none", "random", *shipped_faults(), *fault_kinds())
        fix = nearest(asked, names) or "a file ends in .toml"
        raise InputError(
            f"faults: given {shown(asked)}; expected none, random, a file, one of"
            f" {choices(shipped_faults())}, or kind:component@seconds; {fix}"
        )
    return named_faults(asked, registry)


def hazard_factor_of(text: str, house: House, registry: Registry, duration: float) -> float:
    """Return the factor on all hazards that faults asked for stand for: 1, but for a mean. [-]

    Parameters and errors are those of `faults_of`.
    """
    asked = text.strip()
    if not asked.startswith(RANDOM_MEAN):
        return 1.0
    given = asked.removeprefix(RANDOM_MEAN)
    try:
        mean = float(given)
    except ValueError:
        raise InputError(
            f"faults: given {shown(asked)}; expected a number after {RANDOM_MEAN}, as in"
            f" {RANDOM_MEAN}2.5: faults of a mission in the mean"
        ) from None
    return hazard_factor(house, registry, duration, mean)


def _checked(file: FaultFile, name: str, registry: Registry) -> tuple[Fault, ...]:
    for number, fault in enumerate(file.faults, start=1):
        try:
            checked(fault, registry)
        except InputError as error:
            raise InputError(f"{name}: row {number} of [[fault]]: {error}") from None
    return file.faults


def _sense(found: FaultFile, file: str, lines: "_Lines") -> list[Problem]:
    """Return what no schema tells: kinds that are not there, two onsets, moments without flight."""
    problems = []
    kinds = fault_kinds()
    for place, row in enumerate(found.fault):
        here = ("fault", place)
        if row.kind not in kinds:
            problems.append(
                Problem(
                    "error", file, lines.of((*here, "kind")), f"fault.{place + 1}.kind",
                    shown(row.kind), f"one of: {choices(kinds)}",
                    nearest(row.kind, kinds) or "see docs/reference/faults.md",
                )
            )  # fmt: skip
        given = [key for key in ("onset_s", "onset_day", "at") if getattr(row, key) is not None]
        if len(given) > 1:
            problems.append(
                Problem(
                    "error", file, lines.of((*here, given[1])), f"fault.{place + 1}.{given[1]}",
                    " and ".join(given), "one of onset_s, onset_day, at", "take the others out",
                )
            )  # fmt: skip
        if row.at is not None and found.flight is None:
            problems.append(
                Problem(
                    "error", file, lines.of((*here, "at")), f"fault.{place + 1}.at",
                    str(row.at), "onset_s or onset_day in a file without [flight]",
                    "a moment needs the first_day of a flight",
                )
            )  # fmt: skip
        elif row.at is not None and found.second(row.at) < 0:
            problems.append(
                Problem(
                    "error", file, lines.of((*here, "at")), f"fault.{place + 1}.at",
                    str(row.at), "a moment after the begin of the flight",
                    "is first_day of [flight] meant earlier?",
                )
            )  # fmt: skip
    if found.course and found.flight is None:
        problems.append(
            Problem(
                "error", file, lines.of(("course", 0)), "course", "rows without [flight]",
                "a flight of which they tell", "write [flight] with programme, station, first_day",
            )
        )  # fmt: skip
    return problems


class _Lines:
    """Where rows and keys of a file of faults stand."""

    def __init__(self, text: str) -> None:
        self.text = text.split("\n")

    def of(self, path: tuple[int | str, ...]) -> int | None:
        """Return the line of a key, or of the table or row that should hold it."""
        table, row = str(path[0]), path[1] if len(path) > 1 and isinstance(path[1], int) else 0
        key = str(path[-1]) if isinstance(path[-1], str) else ""
        head = re.compile(rf"\s*\[\[?\s*{re.escape(table)}\s*\]")
        heads = [number for number, line in enumerate(self.text) if head.match(line)]
        if not heads:
            found = [n for n, line in enumerate(self.text) if self._is(line, table)]
            return found[0] + 1 if found else None
        begin = heads[min(int(row), len(heads) - 1)]
        for number in range(begin + 1, len(self.text)):
            if self.text[number].lstrip().startswith("["):
                break
            if self._is(self.text[number], key):
                return number + 1
        return begin + 1

    @staticmethod
    def _is(line: str, key: str) -> bool:
        return bool(key) and re.match(rf"\s*\"?{re.escape(key)}\"?\s*[=.]", line) is not None


def _problem(detail: Mapping[str, Any], file: str, lines: _Lines) -> Problem:
    path = tuple(detail["loc"])
    key = ".".join(str(one + 1) if isinstance(one, int) else str(one) for one in path)
    given, expected, fix = shown(detail.get("input")), str(detail["msg"]).lower(), ""
    models: dict[str, type[Part]] = {"fault": FaultRow, "flight": Flown, "course": CourseRow}
    model = models.get(str(path[0]), FaultFile)
    name = str(path[-1])
    if detail["type"] == "extra_forbidden":
        given, expected = "a key that is not known", f"one of: {choices(model.model_fields, 30)}"
        fix = nearest(name, model.model_fields)
    elif detail["type"] == "missing":
        given, expected = "nothing", "this key"
    field = model.model_fields.get(name)
    if field is not None and field.description and not fix:
        fix = f"it is: {field.description}"
    return Problem("error", file, lines.of(path), key, given, expected, fix)


def _is_toml(name: str) -> bool:
    return name.endswith(".toml")
