"""From a name or a file to a programme: includes, overrides, settings, day of knowledge."""

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from stationkeeper.programme.files import (
    DEEPEST,
    Parsed,
    Raw,
    depth,
    display,
    key_paths,
    names_in,
    parse_packaged,
    parse_path,
)
from stationkeeper.programme.known import LeftOut, as_known, day_of, summary
from stationkeeper.programme.lines import split_key
from stationkeeper.programme.parts import EARLIEST, LATEST
from stationkeeper.programme.problems import (
    KeyPath,
    Origin,
    Problem,
    ProgrammeError,
    choices,
    nearest,
    shown,
)

MOST_INCLUDES = 50
"""Files of one programme; our choice."""

ABOUT_OVERRIDE = frozenset({"about", "known_on", "source", "confidence", "note", "remove"})
"""Keys of an override that speak of the override itself."""

WRITTEN_BY_US = ("as_known", "resolved", "applied", "left_out", "versions")
"""Keys of a document that tell how it was read."""

COMMAND_LINE = "--set"


@dataclass(frozen=True)
class Reading:
    """A merged document before it is checked, and where each of its keys was written."""

    file: str
    document: Raw
    origins: dict[KeyPath, Origin]
    overrides: dict[str, Raw]
    left_out: tuple[LeftOut, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def own_resolved(self) -> bool:
        """True if the file itself says that it holds what it once included."""
        return ("resolved",) in self.origins and self.document.get("resolved") is True

    def origin(self, path: KeyPath) -> Origin:
        """Return where a key path was written: its own line, or that of the table around it."""
        return find_origin(self.origins, path, self.file)


@dataclass
class _Gathered:
    """What is being put together while files are read."""

    document: Raw = field(default_factory=dict)
    origins: dict[KeyPath, Origin] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def shipped_names() -> list[str]:
    """Return the names of the shipped programmes.

    Examples
    --------
    >>> "iss-to-ros" in shipped_names()
    True
    """
    return names_in("shipped", ".toml")


def override_names(source: str) -> list[str]:
    """Return the names of the overrides of a programme, in the order of its file.

    Examples
    --------
    >>> "said-2021" in override_names("iss-to-ros")
    True
    """
    return list(read_source(source).overrides)


def read_source(
    source: str,
    *,
    overrides: Sequence[str] = (),
    settings: Sequence[str] = (),
    known: date | None = None,
) -> Reading:
    """Read and merge the files of a programme without checking what they say.

    Parameters
    ----------
    source, overrides, settings
        As for :func:`read_programme`.
    known : date, optional
        Keep only what was known on this day.

    Returns
    -------
    Reading
        The merged document; what could not be applied is among its problems.

    Raises
    ------
    ProgrammeError
        If the file itself cannot be read.
    """
    main, folder = _open(source)
    gathered = _Gathered()
    if known is not None and not EARLIEST <= known <= LATEST:
        expected = f"a date from {EARLIEST} to {LATEST}"
        gathered.problems.append(Problem("error", "--as-known", None, "", str(known), expected))
        known = None
    _gather(main, folder, gathered, (main.file,))
    blocks = _override_blocks(gathered)
    document = gathered.document
    early: list[LeftOut] = []
    applied: list[str] = []
    for name in overrides:
        block = blocks.get(name)
        if block is None:
            expected = f"one of: {choices(blocks)}" if blocks else "no override: the file has none"
            fix = nearest(name, blocks)
            gathered.problems.append(
                Problem("error", main.file, None, "--override", shown(name), expected, fix)
            )
            continue
        known_on = day_of(block.get("known_on"))
        if known_on is None and "known_on" in block:
            key = ("overrides", name, "known_on")
            at = find_origin(gathered.origins, key, main.file)
            given, expected = shown(block["known_on"]), "a date written YYYY-MM-DD"
            gathered.problems.append(
                Problem("error", at.file, at.line, ".".join(key), given, expected)
            )
        if known is not None and known_on is not None and known_on > known:
            early.append(LeftOut(f"overrides.{name}", known_on))
            continue
        _apply_override(name, block, gathered)
        applied.append(f"--override {name}")
    for setting in settings:
        if _apply_setting(setting, gathered):
            applied.append(f"--set {setting}")
    _tell_versions(document, {n: b for n, b in blocks.items() if n not in overrides}, known)
    left_out: tuple[LeftOut, ...] = ()
    if known is not None:
        document, left_out = as_known(document, known)
        left_out = (*early, *left_out)
        document["as_known"] = known
        document["left_out"] = [*document.get("left_out", ()), *summary(left_out)]
    if len(gathered.files) > 1:
        document["resolved"] = True
    if applied:
        before = document.get("applied")
        document["applied"] = [*(before if isinstance(before, list) else ()), *applied]
    return Reading(
        main.file, document, gathered.origins, blocks, left_out, tuple(gathered.problems)
    )


def _tell_versions(document: Raw, blocks: dict[str, Raw], known: date | None) -> None:
    """Note the orbits that other overrides give to stations, for those who serve the ground."""
    if "service" not in document or not isinstance(document.get("station"), dict):
        return
    found = []
    for name, block in blocks.items():
        known_on = day_of(block.get("known_on"))
        if known is not None and known_on is not None and known_on > known:
            continue
        stations = block.get("station")
        for key, station in stations.items() if isinstance(stations, dict) else ():
            orbit = station.get("orbit") if isinstance(station, dict) else None
            own = document["station"].get(key)
            before = own.get("orbit") if isinstance(own, dict) else None
            if isinstance(orbit, dict) and isinstance(before, dict):
                whole = {**before, **orbit}
                told = {one: whole.get(one) for one in ("altitude_km", "inclination_deg")}
                if all(isinstance(value, int | float) for value in told.values()):
                    found.append({"override": name, "station": key, **told})
    if found:
        document["versions"] = found


def find_origin(origins: dict[KeyPath, Origin], path: KeyPath, file: str) -> Origin:
    """Return the origin of a path, or of the nearest table that holds it."""
    for length in range(len(path), 0, -1):
        if path[:length] in origins:
            return origins[path[:length]]
    return Origin(file)


def _open(source: str) -> tuple[Parsed, Path | None]:
    """Find what a source means: a shipped name, or a path."""
    names = shipped_names()
    if source in names:
        return parse_packaged("shipped", f"{source}.toml"), None
    looks_like_path = source.endswith(".toml") or any(mark in source for mark in ("/", os.sep))
    path = Path(source)
    try:
        exists = path.exists()
    except (OSError, ValueError):
        exists = False
    if not exists and not looks_like_path:
        expected = f"a file, or a shipped programme: {choices(names)}"
        problem = Problem(
            "error",
            display(source[:200]),
            None,
            "",
            "no such programme",
            expected,
            nearest(source, names),
        )
        raise ProgrammeError([problem])
    return parse_path(path), path.parent


def _gather(parsed: Parsed, folder: Path | None, into: _Gathered, chain: tuple[str, ...]) -> None:
    """Merge what a file includes, then the file itself."""
    into.files.append(parsed.file)
    document = dict(parsed.document)
    wanted = document.pop("include", [])
    line = parsed.origins[("include",)].line if wanted else None
    if not isinstance(wanted, list) or not all(isinstance(name, str) for name in wanted):
        expected = 'a list of names, for example ["iss-modules"]'
        into.problems.append(
            Problem("error", parsed.file, line, "include", shown(wanted), expected)
        )
        wanted = []
    for name in wanted:
        if len(into.files) >= MOST_INCLUDES:
            into.problems.append(
                Problem(
                    "error", parsed.file, line, "include", "more files", f"at most {MOST_INCLUDES}"
                )
            )
            break
        try:
            inner, place = _open_included(name, folder, parsed.file, line)
        except ProgrammeError as error:
            into.problems += error.problems
            continue
        if inner.file in chain:
            into.problems.append(
                Problem(
                    "error",
                    parsed.file,
                    line,
                    "include",
                    f"{inner.file}, which includes this",
                    "files that do not include one another in a circle",
                )
            )
            continue
        if inner.file not in into.files:
            _gather(inner, place, into, (*chain, inner.file))
    merge(into.document, document)
    into.origins.update(parsed.origins)
    into.problems += parsed.problems


def _open_included(
    name: str, folder: Path | None, file: str, line: int | None
) -> tuple[Parsed, Path | None]:
    packaged = {
        **{entry: ("shipped", f"{entry}.toml") for entry in shipped_names()},
        **{entry: ("tables", f"{entry}.csv") for entry in names_in("tables", ".csv")},
        **{entry: ("library", f"{entry}.toml") for entry in names_in("library", ".toml")},
    }
    if name in packaged:
        return parse_packaged(*packaged[name]), None
    if folder is not None and name.endswith((".toml", ".csv")):
        path = folder / name
        return parse_path(path), path.parent
    expected = f"a name of the library ({choices(packaged)}) or a .toml or .csv beside the file"
    fix = nearest(name, packaged)
    raise ProgrammeError([Problem("error", file, line, "include", shown(name), expected, fix)])


def merge(into: Raw, extra: Raw) -> None:
    """Merge tables key by key; other values replace what was there. Changes the first."""
    for key, value in extra.items():
        if isinstance(value, dict):
            if not isinstance(into.get(key), dict):
                into[key] = {}
            merge(into[key], value)
        else:
            into[key] = value


def _override_blocks(gathered: _Gathered) -> dict[str, Raw]:
    blocks = gathered.document.pop("overrides", {})
    good: dict[str, Raw] = {}
    items = blocks.items() if isinstance(blocks, dict) else [("", blocks)]
    for name, block in items:
        if isinstance(block, dict):
            good[name] = block
            continue
        path = ("overrides", name) if name else ("overrides",)
        origin = find_origin(gathered.origins, path, gathered.files[0])
        gathered.problems.append(
            Problem(
                "error",
                origin.file,
                origin.line,
                ".".join(path),
                shown(block),
                "a table of keys to change",
            )
        )
    return good


def _apply_override(name: str, block: Raw, gathered: _Gathered) -> None:
    origins = gathered.origins
    origin = find_origin(origins, ("overrides", name, "remove"), gathered.files[0])
    unwanted = block.get("remove", [])
    if not isinstance(unwanted, list):
        unwanted = [unwanted]
    for dotted in unwanted:
        path = split_key(dotted) if isinstance(dotted, str) else ()
        holder, key = _holder(gathered.document, path)
        if holder is None or key not in holder:
            known = [".".join((*path[:-1], entry)) for entry in holder or {}]
            gathered.problems.append(
                Problem(
                    "error",
                    origin.file,
                    origin.line,
                    f"overrides.{name}.remove",
                    shown(dotted),
                    "a key of the document, for example 'event.nem-docks'",
                    nearest(str(dotted), known),
                )
            )
        else:
            del holder[key]
    changes = {key: value for key, value in block.items() if key not in ABOUT_OVERRIDE}
    merge(gathered.document, changes)
    prefix = ("overrides", name)
    for path in key_paths(changes):
        origins[path] = find_origin(origins, prefix + path, gathered.files[0])


def _apply_setting(setting: str, gathered: _Gathered) -> bool:
    """Apply ``key=value``; the value is TOML, or text if it is not."""
    key, equals, text = setting.partition("=")
    path = split_key(key.strip())

    def refuse(expected: str, fix: str = "") -> bool:
        gathered.problems.append(
            Problem("error", COMMAND_LINE, None, key.strip(), shown(setting), expected, fix)
        )
        return False

    if not equals or not path or len(path) > DEEPEST:
        return refuse("key=value, for example station.iss.orbit.altitude_km=420")
    if path[0] in ("include", "overrides", "schema", *WRITTEN_BY_US):
        return refuse("a key of the programme itself", f"write {path[0]!r} in the file")
    value = _setting_value(text)
    if depth(value) > 8:
        return refuse("a value with few levels")
    if path[0] == "withdraw":  # no programme ships a parting, so there is none to change
        partings = gathered.document.setdefault("withdraw", {})
        if len(path) == 2 and not isinstance(value, dict):
            path = (*path, "date")
        if isinstance(partings, dict) and len(path) == 3:
            partings.setdefault(path[1], {})
    holder, last = _holder(gathered.document, path)
    if holder is None:
        step = gathered.document
        for name in path[:-1]:
            if not isinstance(step.get(name), dict):
                return refuse("a key of the document", nearest(name, step))
            step = step[name]
        return refuse("a key of the document")
    if isinstance(value, dict) and isinstance(holder.get(last), dict):
        merge(holder[last], value)
    else:
        holder[last] = value
    gathered.origins[path] = Origin(COMMAND_LINE)
    if path[0] == "store" and last == "aboard":
        counted = (*path[:-1], "counted_on")
        if find_origin(gathered.origins, counted, "").file != COMMAND_LINE:
            holder.pop("counted_on", None)  # what is given here is aboard on the first day
    return True


def _setting_value(text: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return parsed["value"] if list(parsed) == ["value"] else text


# Tables that a part may lack, so that a setting can make them.
_OPTIONAL_TABLES = frozenset(
    {
        "sun",
        "drag",
        "propulsion",
        "end",
        "orbit",
        "seats",
        "moved_to",
        "minimum_by_segment",
        "run_by",
        "able",
        "seat_on",
        "seats_on",
        "upkeep",
        "bins",
    }
)


def _holder(document: Raw, path: KeyPath) -> tuple[Raw | None, str]:
    """Return the table that holds a key path, and the last key.

    Keys may hold dots (``flight.ng-20.5.mass_kg``): at each step the longest key that is there
    is taken.
    """
    if not path:
        return None, ""
    table, rest = document, list(path)
    while len(rest) > 1:
        for length in range(len(rest) - 1, 0, -1):
            inner = table.get(".".join(rest[:length]))
            if isinstance(inner, dict):
                table, rest = inner, rest[length:]
                break
        else:
            whole = ".".join(rest)
            if whole in table:
                return table, whole
            if rest[0] in _OPTIONAL_TABLES and rest[0] not in table:
                table[rest[0]] = {}
                continue
            return None, path[-1]
    return table, rest[0]
