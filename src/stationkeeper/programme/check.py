"""All faults of a programme at once, and what in it is record, policy or estimate."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from stationkeeper.programme.check_references import Fault, broken_references
from stationkeeper.programme.check_schema import COLLECTIONS, validate
from stationkeeper.programme.document import Programme
from stationkeeper.programme.problems import (
    Estimate,
    KeyPath,
    Problem,
    ProgrammeError,
)
from stationkeeper.programme.read import Reading, read_source


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
    >>> checked = check_source("skylab")
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
    broken = list(broken_references(programme))
    for reference, fault in broken:
        name = reference.name.partition("/")[0]
        if not any(name == key for _, key in validated.missing):
            problems.append(_located(fault, reading))
    whole = programme
    while broken:
        programme = without(programme, {reference.path[:2] for reference, _ in broken})
        broken = list(broken_references(programme))
    problems += [_located(fault, reading) for fault in _faults(programme)]
    failed = any(problem.severity == "error" for problem in problems)
    return Checked(
        None if failed else whole,
        tuple(problems),
        left_out=tuple(map(str, reading.left_out)),
    )


def without(programme: Programme, entries: Iterable[KeyPath]) -> Programme:
    """Return a programme without some entries of its collections."""
    gone = set(entries)
    return programme.model_copy(
        update={
            name: {
                key: part
                for key, part in getattr(programme, name).items()
                if (name, key) not in gone
            }
            for name in COLLECTIONS
        }
    )


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


def _faults(programme: Programme) -> Iterator[Fault]:
    from stationkeeper.programme.composition import history

    for fault in history(programme).faults:
        yield Fault(
            ("event", fault.event, fault.key),
            fault.given,
            fault.expected,
            fault.fix,
            fault.severity == "warning",
        )
