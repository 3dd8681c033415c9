"""The two jobs about crews: check each day of a record, plan the days that follow; write both."""

import csv
import io
import json
import platform
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import stationkeeper
from stationkeeper.campaign.chunks import available_cores
from stationkeeper.crew.check_document import check_document
from stationkeeper.crew.flying import OVERRIDE, plan_document, planned_programme
from stationkeeper.crew.planning import Problem, problem
from stationkeeper.crew.roster import roster
from stationkeeper.crew.rule import Check, check
from stationkeeper.errors import InputError, Interrupted
from stationkeeper.lifetime.stay_limits import StayLimits, stay_limits
from stationkeeper.programme.composition import all_crews, all_flights, named_flight
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import history
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.write import as_toml
from stationkeeper.results.folder import (
    COMPLETE,
    INTERRUPTED,
    PROGRAMME,
    RUNNING,
    RunFolder,
    new_folder,
)
from stationkeeper.results.storage import write_atomically
from stationkeeper.schedule.problem import Plan
from stationkeeper.schedule.solve import solve
from stationkeeper.units import date_from_days

Progress = Callable[[str], None]

CHECK: Final = "check.json"
DAYS: Final = "days.csv"
PLAN: Final = "plan.json"
PLANNED: Final = "plan.toml"
HORIZON_DAYS: Final = 730  # [d] of a plan, if no last day is given; our choice


def station_asked(programme: Programme, given: str | None = None) -> str:
    """Return the station meant: the one given, else the only one with crews or rotations.

    Raises
    ------
    InputError
        If there is no such station, or none or several with crews or rotations.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> station_asked(read_programme("mir"))
    'mir'
    """
    keys = ", ".join(programme.station)
    if given is not None:
        if given not in programme.station:
            raise InputError(f"--station: given {given!r}, expected one of {keys}")
        return given
    crewed = {crew.station for crew in programme.crew.values()}
    crewed |= {rotation.station for rotation in programme.rotation.values()}
    crewed |= {series.station for series in programme.traffic.values() if series.seats}
    found = [key for key in programme.station if key in crewed]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"--station: given none, expected one of {', '.join(found)}")
    raise InputError(
        f"{programme.name}: given no crew, crewed traffic or rotation of {keys}; expected at least"
        " one to check or to plan"
    )


def record_end(programme: Programme, station: str) -> date | None:
    """Return the last day on which those aboard are known from dated crews; None without any.

    It is the day before the first planned landing, or regular crewed flight, that follows the last
    dated launch or flown landing; the day of that launch or landing if nothing follows.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> record_end(read_programme("mir"), "mir").isoformat()
    '2000-06-16'
    """
    crews = [crew for crew in programme.crew.values() if crew.station == station]
    if not crews:
        return None
    flown = [crew.landed for crew in crews if crew.landed and crew.status == "flown"]
    last = max([crew.launched for crew in crews] + flown)
    later = [crew.landed for crew in crews if crew.landed is not None and crew.landed > last]
    later += [
        series.since
        for series in programme.traffic.values()
        if series.station == station and series.seats and series.since > last
    ]
    aboard_since = [crew.landed for crew in crews if crew.landed is None]
    if not later:
        return programme.span.last if aboard_since else min(last, programme.span.last)
    return min(min(later) - timedelta(days=1), programme.span.last)


def days_checked(
    programme: Programme, station: str, first: date | None = None, last: date | None = None
) -> tuple[date, date]:
    """Return the first and last day of a check.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str
        Key of the station.
    first, last : date, optional
        As given; otherwise from the first docking of people (at a station with a permanent crew:
        of the longest spell without a gap) to the end of the record, or of the span without one.

    Raises
    ------
    InputError
        If nobody ever comes, or the days lie outside the span or in the wrong order.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> [day.isoformat() for day in days_checked(read_programme("skylab"), "skylab")]
    ['1973-05-25', '1974-02-08']
    """
    if first is None:
        spells = _spells(programme, station)
        if not spells:
            raise InputError(
                f"station.{station}: given nobody who flies there from {programme.span.first} to"
                f" {programme.span.last}; expected a crew to check"
            )
        permanent = programme.station[station].crew_rules.permanent
        chosen = max(spells, key=lambda spell: spell[1] - spell[0]) if permanent else spells[0]
        first = max(chosen[0], programme.span.first)
    if last is None:
        last = record_end(programme, station)
        last = programme.span.last if last is None or last < first else last
    return _within(programme, first, last)


def days_planned(
    programme: Programme, station: str, at: date | None = None, until: date | None = None
) -> tuple[date, date]:
    """Return the first and last day of a plan.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str
        Key of the station.
    at, until : date, optional
        As given; otherwise the day after the record (without one the first day of the span on which
        the station is there), and 730 days later or the end of the span.

    Raises
    ------
    InputError
        If the days lie outside the span or in the wrong order.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> at, until = days_planned(read_programme("iss"), "iss")
    >>> (until - at).days
    730
    """
    if at is None:
        known = record_end(programme, station)
        begin = history(programme).exists_from(station) or programme.span.first
        at = begin if known is None else known + timedelta(days=1)
        at = min(max(at, begin, programme.span.first), programme.span.last)
    if until is None:
        until = min(at + timedelta(days=HORIZON_DAYS), programme.span.last)
    return _within(programme, at, until)


def _within(programme: Programme, first: date, last: date) -> tuple[date, date]:
    span = programme.span
    if first < span.first or last > span.last:
        raise InputError(
            f"given days from {first} to {last}, expected days from {span.first} to {span.last},"
            f" the span of {programme.name}; give --at and --until, or set span.first or span.last"
        )
    if last <= first:
        raise InputError(f"given days from {first} to {last}, expected the last after the first")
    return first, last


def _spells(programme: Programme, station: str) -> list[tuple[date, date]]:
    """Return the spells without a gap in which people are aboard."""
    flights = all_flights(programme)
    aboard = []
    for crew in all_crews(programme).values():
        if crew.station == station and crew.landed is not None:
            up = named_flight(crew.ship_up, flights)
            aboard.append((crew.launched if up is None else flights[up].docked, crew.landed))
    if not aboard:
        return []
    aboard.sort()
    so_far = list(accumulate((landed for _, landed in aboard), max))
    starts = [i for i, (came, _) in enumerate(aboard) if i == 0 or came > so_far[i - 1]]
    ends = [*(i - 1 for i in starts[1:]), len(aboard) - 1]
    return [(aboard[a][0], so_far[b]) for a, b in zip(starts, ends, strict=True)]


def check_crew(
    programme: Programme,
    station: str | None = None,
    *,
    first: date | None = None,
    last: date | None = None,
    out: Path,
    source_text: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Hold the rule against every day of a station's crews, and write a folder with the outcome.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str, optional
        Key of a station; the only one with crews or rotations if not given.
    first, last : date, optional
        Days checked; see :func:`days_checked`.
    out : Path
        Folder in which the new folder ``crew-<programme>-<station>-<time>`` appears.
    source_text : str, optional
        Text of programme.toml in it; the document itself if not given.
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    Path
        The new folder, with ``programme.toml``, ``run.json``, ``check.json`` and ``days.csv``.

    Raises
    ------
    InputError
        If the station or the days are wrong.
    StorageError
        If the folder cannot be written.
    """
    say = progress or (lambda text: None)
    clock = _Clock()
    station = station_asked(programme, station)
    first, last = days_checked(programme, station, first, last)
    limits = stay_limits(programme, station, first, (last - first).days + 1, say)
    clock.lap("stay limits")
    say(f"checking {station} from {first} to {last}")
    document, days = _checked(programme, station, first, last, limits)
    clock.lap("check")
    state = _state("crew check", programme, station, first, last)
    state |= {"state": COMPLETE, "finished": _now().isoformat(timespec="seconds")}
    state["durations_s"] = clock.durations
    files = {
        PROGRAMME: programme_text(programme, source_text),
        CHECK: as_json(document),
        DAYS: days,
    }
    return new_folder(out, f"crew-{programme.name}-{station}", state, files, _now()).path


def plan_crew(
    programme: Programme,
    station: str | None = None,
    *,
    at: date | None = None,
    until: date | None = None,
    out: Path,
    seed: int = 1,
    workers: int | None = None,
    seconds: float = 60.0,
    from_flown: bool = False,
    exchange: bool = True,
    source_text: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Plan the crewed flights of a station, check the plan, and write a folder with both.

    The same programme, seed and days give the same bytes of ``plan.json``, ``plan.toml`` and
    ``check.json``, unless a stage ends at its time limit.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str, optional
        Key of a station; the only one with crews or rotations if not given.
    at, until : date, optional
        First and last day of the plan; see :func:`days_planned`.
    out : Path
        Folder in which the new folder ``crew-<programme>-<station>-<time>`` appears.
    seed : int
        Seed of the search. [-]
    workers : int, optional
        Threads of the search; all cores if not given. [-]
    seconds : float
        Time limit of each stage. [s]
    from_flown : bool
        Only what was known on the first day counts: shocks and agreements that begin, or became
        known, later are left out, and so is the Sun of later days.
    exchange : bool
        Seats may be exchanged as the agreements say.
    source_text : str, optional
        Text of programme.toml; the document itself if not given.
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    Path
        The new folder, with ``programme.toml``, ``run.json``, ``plan.json`` and, if there is a
        plan, ``plan.toml``, ``check.json`` and ``days.csv`` of the days planned.

    Raises
    ------
    InputError
        If the station, the days or the programme cannot be planned.
    StorageError
        If the folder cannot be written.
    Interrupted
        If the user stops it before there is a first plan. Later the best plan until then is
        written as any other, its status and that of ``run.json`` say ``interrupted``.
    """
    say = progress or (lambda text: None)
    clock = _Clock()
    station = station_asked(programme, station)
    at, until = days_planned(programme, station, at, until)
    known = known_at(programme, at) if from_flown else programme
    seen = _with_sun_until(known, at) if from_flown else known
    limits = stay_limits(seen, station, at, (until - at).days + 1, say)
    clock.lap("stay limits")
    say("setting up the plan")
    asked = problem(
        known,
        station,
        at,
        until + timedelta(days=1),
        limits.by_nation(),
        exchange=exchange,
        from_flown=from_flown,
    )
    clock.lap("set up")
    threads = workers or available_cores()
    state = _state("crew plan", programme, station, at, until)
    state |= {"seed": seed, "from_flown": from_flown, "exchange": exchange}
    state["machine"]["workers"] = threads
    name = f"crew-{programme.name}-{station}"
    folder = new_folder(
        out, name, state, {PROGRAMME: programme_text(programme, source_text)}, _now()
    )
    try:
        plan = solve(
            asked.rotation, seed=seed, workers=threads, seconds_per_stage=seconds, progress=say
        )
        clock.lap("solve")
        _write_plan(folder, known, asked, plan, limits, seed, say)
        clock.lap("check")
    except KeyboardInterrupt:
        _finish(folder, state, INTERRUPTED, clock)
        raise Interrupted(
            f"interrupted; {folder.path} holds what was finished, run the command again for a plan"
        ) from None
    except InputError:  # nothing was planned, so that there is nothing to keep
        shutil.rmtree(folder.path, ignore_errors=True)
        raise
    _finish(folder, state, INTERRUPTED if plan.status == "interrupted" else COMPLETE, clock)
    return folder.path


def known_at(programme: Programme, day: date) -> Programme:
    """Return a programme without the shocks and agreements that nobody knew of on a day.

    Known is what had begun, or was public, by then.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> iss = read_programme("iss")
    >>> len(known_at(iss, date(1998, 11, 20)).shock) < len(iss.shock)
    True
    """
    shocks = {
        key: shock
        for key, shock in programme.shock.items()
        if min(shock.date, shock.known_on or shock.date) <= day
    }
    agreements = {
        key: agreement
        for key, agreement in programme.agreement.items()
        if min(agreement.since, agreement.known_on or agreement.since) <= day
    }
    return programme.model_copy(update={"shock": shocks, "agreement": agreements})


def _with_sun_until(programme: Programme, day: date) -> Programme:
    """Return a programme whose record of the Sun ends on a day, for the doses of a plan."""
    until = min(day, programme.sun.observed_until or day)
    sun = programme.sun.model_copy(update={"observed_until": until})
    return programme.model_copy(update={"sun": sun})


def _write_plan(
    folder: RunFolder,
    programme: Programme,
    asked: Problem,
    plan: Plan,
    limits: StayLimits,
    seed: int,
    say: Progress,
) -> None:
    """Write a plan, and the check of the programme that flies it."""

    def write(document: Mapping[str, Any] | None, refused: str | None = None) -> None:
        told = plan_document(asked, plan, document, seed=seed, stay_limits=limits.as_document())
        told["left_out"] = [*told["left_out"], limits.words()]
        told["not_checked"] = refused
        write_atomically(folder.path / PLAN, as_json(told))

    if not plan.stages:  # there is no plan
        write(None)
        return
    write_atomically(folder.path / PLANNED, planned_programme(programme, asked, plan).encode())
    write(None)  # so that it is there if the check is stopped
    say("checking the plan day by day")
    try:
        planned = read_programme(str(folder.path / PLANNED), overrides=(OVERRIDE,))
        last = min(asked.last, planned.span.last)
        document, days = _checked(planned, asked.station, asked.first, last, limits)
    except InputError as error:
        write(None, str(error))
        return
    write_atomically(folder.path / CHECK, as_json(document))
    write_atomically(folder.path / DAYS, days)
    write(document)


def _checked(
    programme: Programme, station: str, first: date, last: date, limits: StayLimits
) -> tuple[dict[str, Any], bytes]:
    """Return check.json and days.csv of a station."""
    whole = roster(programme, station, first, last, stay_limits=limits.by_nation())
    found = check(whole)
    document = check_document(programme, found)
    told = limits.as_document()
    document["stay_limits"] = {nation: told[nation] for nation in whole.nations if nation in told}
    document["stay_limits_read"] = limits.words()
    return document, _days_table(found)


def _days_table(found: Check) -> bytes:
    """Return a row for each day: people by nation, able by side, and what the rule says."""
    whole = found.roster
    columns: dict[str, Sequence[Any]] = {
        "date": [date_from_days(whole.first + day).isoformat() for day in range(whole.days)]
    }
    for nation, people in zip(whole.nations, found.people, strict=True):
        columns[nation] = people.tolist()
    columns["people"] = found.people.sum(axis=0).tolist()
    for side, able, present in zip(whole.sides, found.able, found.present, strict=True):
        columns[f"able_{side}"] = able.tolist()
        columns[f"present_{side}"] = present.astype(int).tolist()
    for reading, letter in enumerate("ab"):
        for side, survives in zip(whole.sides, found.survives[reading], strict=True):
            columns[f"survives_{side}_{letter}"] = survives.astype(int).tolist()
        columns[f"alone_{letter}"] = found.alone[reading].astype(int).tolist()
        columns[f"without_seat_{letter}"] = found.without_seat[reading].tolist()
    columns["spacewalk"] = found.spacewalk.astype(int).tolist()
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows(zip(*columns.values(), strict=True))
    return text.getvalue().encode()


def as_json(document: Mapping[str, Any]) -> bytes:
    """Return a document of a crew folder as it is written."""
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def programme_text(programme: Programme, source_text: str | None) -> bytes:
    """Return the programme of a crew folder as it is written."""
    text = source_text or as_toml(programme.as_document(), "As read, overrides applied.")
    return text.encode()


def _now() -> datetime:
    return datetime.now(UTC)


def _state(
    work: str, programme: Programme, station: str, first: date, last: date
) -> dict[str, Any]:
    return {
        "format": 1,
        "work": work,
        "programme": programme.name,
        "title": programme.title,
        "station": station,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "version": stationkeeper.__version__,
        "state": RUNNING,
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "python": platform.python_version(),
        },
        "started": _now().isoformat(timespec="seconds"),
        "finished": None,
        "durations_s": {},
    }


def _finish(folder: RunFolder, state: dict[str, Any], how: str, clock: "_Clock") -> None:
    """Write how a job ended, and how long each part took."""
    state["state"] = how
    state["finished"] = _now().isoformat(timespec="seconds")
    state["durations_s"] = clock.durations
    folder.write_state(state)


class _Clock:
    """Durations of the parts of a job."""

    def __init__(self) -> None:
        self.durations: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, part: str) -> None:
        """End a part."""
        now = time.perf_counter()
        self.durations[part] = round(now - self._since, 3)
        self._since = now
