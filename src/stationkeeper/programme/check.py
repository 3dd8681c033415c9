"""All faults of a programme at once, and what in it is record, policy or estimate."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from stationkeeper.errors import InputError
from stationkeeper.programme.check_basis import estimates, whole_basis, year_basis
from stationkeeper.programme.check_cargo import cargo_faults
from stationkeeper.programme.check_crewing import crewing_faults
from stationkeeper.programme.check_crews import crew_faults
from stationkeeper.programme.check_launches import launch_faults, plane_faults
from stationkeeper.programme.check_policies import policy_faults
from stationkeeper.programme.check_ports import origin_of, port_faults
from stationkeeper.programme.check_record import record_faults
from stationkeeper.programme.check_references import Fault, broken_references, mended
from stationkeeper.programme.check_rules import rule_faults
from stationkeeper.programme.check_schema import validate
from stationkeeper.programme.check_services import service_faults
from stationkeeper.programme.check_upkeep import upkeep_faults
from stationkeeper.programme.composition import all_crews, all_flights, skipped_flights
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import History, history
from stationkeeper.programme.problems import (
    Estimate,
    KeyPath,
    Problem,
    ProgrammeError,
    listing,
)
from stationkeeper.programme.reading import COMMAND_LINE, Reading, read_source
from stationkeeper.programme.traffic import Crew, Flight


@dataclass(frozen=True)
class Checked:
    """What a check found. ``programme`` is there if nothing stops it from being flown."""

    programme: Programme | None
    problems: tuple[Problem, ...]
    estimates: tuple[Estimate, ...] = ()
    years: tuple[tuple[str, int, str], ...] = ()
    """Station, year, ``record`` or ``policy``: record if altitude, crews and ships all are."""
    basis: tuple[tuple[str, int, str, str, str], ...] = ()
    """Station, year and the same for altitude, crews and ships, each by itself."""
    left_out: tuple[str, ...] = ()
    """What was not known yet on the day of knowledge, a line each."""

    @property
    def has_errors(self) -> bool:
        """True if the programme cannot be flown."""
        return any(problem.severity == "error" for problem in self.problems)

    def as_document(self) -> dict[str, Any]:
        """Return what was found as plain data."""
        return {
            "programme": self.programme.name if self.programme else None,
            "problems": [problem.as_document() for problem in self.problems],
            "estimates": [estimate.as_document() for estimate in self.estimates],
            "years": [
                {"station": s, "year": y, "altitude": a, "crews": c, "ships": f}
                for s, y, a, c, f in self.basis
            ],
            "left_out": list(self.left_out),
        }

    def as_text(self) -> str:
        """Return what was found for people to read; while there are errors, the problems only."""
        errors = sum(problem.severity == "error" for problem in self.problems)
        warnings = len(self.problems) - errors
        lines = [listing(self.problems)] if self.problems else []
        if self.basis and not errors:
            lines += ["", "Years of record and of policy (altitude, crews, ships):"]
            lines += [f"  {line}" for line in _year_lines(self.basis)]
        if self.estimates and not errors:
            lines += ["", f"Our own estimates, {len(self.estimates)}:"]
            lines += [f"  {estimate}" for estimate in self.estimates]
        if self.left_out and not errors:
            lines += ["", f"Not known yet and left out, {len(self.left_out)}:"]
            lines += [f"  {line}" for line in self.left_out]
        name = self.programme.name if self.programme else "the programme"
        verdict = "cannot be flown" if self.has_errors else "can be flown"
        lines += ["", f"{name} {verdict}: {_count(errors, 'error')}, {_count(warnings, 'warning')}"]
        return "\n".join(lines).strip()


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _year_lines(basis: Iterable[tuple[str, int, str, str, str]]) -> Iterator[str]:
    """Yield a line for each run of years that rest on the same."""
    runs: list[tuple[str, int, int, tuple[str, str, str]]] = []
    for station, year, *rest in basis:
        kinds = (rest[0], rest[1], rest[2])
        if runs and runs[-1][0] == station and runs[-1][2] == year - 1 and runs[-1][3] == kinds:
            runs[-1] = (station, runs[-1][1], year, kinds)
        else:
            runs.append((station, year, year, kinds))
    for station, first, last, (altitude, crews, ships) in runs:
        years = f"{first}" if first == last else f"{first}-{last}"
        yield f"{station} {years}: altitude {altitude}, crews {crews}, ships {ships}"


def check_source(
    source: str,
    *,
    overrides: Sequence[str] = (),
    settings: Sequence[str] = (),
    as_known: date | None = None,
) -> Checked:
    """Read a programme and find every fault in it at once.

    Parameters
    ----------
    source : str
        Name of a shipped programme, or path of a file.
    overrides : sequence of str
        Named overrides of the file, applied in order.
    settings : sequence of str
        Single keys as ``station.ros.orbit.altitude_km=400``.
    as_known : date, optional
        Keep only what was known on this day.

    Returns
    -------
    Checked
        Problems, estimates, and which years are record or policy. Never raises for a faulty file.

    Examples
    --------
    >>> checked = check_source("iss")
    >>> checked.has_errors
    False
    """
    try:
        reading = read_source(source, overrides=overrides, settings=settings, known=as_known)
    except ProgrammeError as error:
        return Checked(None, error.problems)
    validated = validate(reading)
    problems = [*reading.problems, *validated.problems]
    programme = validated.programme
    if programme is None:
        return Checked(None, tuple(problems), left_out=tuple(map(str, reading.left_out)))
    whole = programme
    touched, missing = set(validated.touched), set(validated.missing)
    while broken := list(broken_references(programme)):
        for reference, fault in broken:
            if not any(reference.name.partition("/")[0] == key for _, key in missing):
                problems.append(_located(fault, reading))
        programme, more, gone = mended(programme, [reference for reference, _ in broken])
        touched |= more
        missing |= gone
    told = history(programme)
    flights: dict[str, Flight] = {}
    crews: dict[str, Crew] = {}
    try:
        flights, crews = all_flights(programme), all_crews(programme)
    except InputError as error:
        problems.append(_located(Fault(("traffic",), str(error), "fewer flights"), reading))
        programme = programme.model_copy(update={"traffic": {}})
    problems += [
        _located(fault, reading)
        for fault in _faults(programme, told, flights, crews, reading)
        if not touched.intersection({fault.path[:2], *fault.also})
        and not (fault.follows and missing)
    ]
    basis = tuple(year_basis(programme, told, flights, crews))
    failed = any(problem.severity == "error" for problem in problems)
    return Checked(
        None if failed else whole,
        tuple(problems),
        tuple(_estimate(*estimate, reading) for estimate in estimates(programme)),
        tuple((station, year, whole_basis(*kinds)) for station, year, *kinds in basis),
        basis,
        tuple(map(str, reading.left_out)),
    )


def _estimate(path: KeyPath, value: str, note: str, reading: Reading) -> Estimate:
    origin = reading.origin(path)
    return Estimate(origin.file, origin.line, ".".join(path), value, note)


def _located(fault: Fault, reading: Reading) -> Problem:
    """Tie a fault to its file and line."""
    origin = reading.origin(fault.path)
    return Problem(
        "warning" if fault.warning else "error",
        origin.file,
        origin.line,
        ".".join(fault.path),
        fault.given,
        fault.expected,
        fault.fix,
    )


def _faults(
    programme: Programme,
    told: History,
    flights: Mapping[str, Flight],
    crews: Mapping[str, Crew],
    reading: Reading,
) -> Iterator[Fault]:
    """Yield the faults of a programme whose references hold, kind after kind.

    With a day of knowledge, what cannot happen because something before it is not known is a
    warning, and does not happen.
    """
    # A span given on the command line cuts a piece out of what the file holds.
    shared = reading.own_resolved or any(
        reading.origin(("span", name)).file == COMMAND_LINE for name in ("first", "last")
    )

    def own(path: KeyPath) -> bool:
        return not shared and reading.origin(path).file == reading.file

    def typed(path: KeyPath) -> bool:
        return reading.origin(path).file == COMMAND_LINE

    yield from rule_faults(programme, told, own)
    yield from upkeep_faults(programme, told, own)
    set_too = [key for key in programme.store if typed(("store", key, "aboard"))]
    yield from cargo_faults(programme, typed(("span", "first")), set_too)
    yield from record_faults(programme, own)
    unsettled: list[Fault] = []
    for found in told.faults:
        path = ("event", found.event, found.key)
        unsettled.append(Fault(path, found.given, found.expected, found.fix, follows=True))
    unsettled += port_faults(programme, told, flights)
    unsettled += launch_faults(programme, told, flights)
    for fault in unsettled:
        known = programme.as_known is None or fault.path[0] not in ("event", "module")
        yield fault if known else fault._replace(warning=True)
    yield from plane_faults(programme, told)
    yield from crew_faults(programme, told, flights, crews)
    yield from crewing_faults(programme, flights)
    yield from policy_faults(programme)
    yield from service_faults(programme)
    series: dict[tuple[str, str, str], int] = {}
    for key, reason in skipped_flights(programme).items():
        collection, name, _ = origin_of(key, programme, "docked")
        series[collection, name, reason] = series.get((collection, name, reason), 0) + 1
    for (collection, name, reason), count in series.items():
        given = f"{reason} for {count} of its flights" if collection == "traffic" else reason
        expected = "a place as known on that day; left out"
        yield Fault((collection, name), given, expected, warning=True)
