"""The document of a flight, read and named: what words, tables and figures of it share."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import InputError
from stationkeeper.report.numbers import FIRM_SPACE, MISSING, number

Document = Mapping[str, Any]
Numbers = NDArray[np.float64]

OPERATIONS: Final = "operations.json"
PAIRS: Final = "pairs.json"
FORMAT: Final = 1

# Parts of a station in the order in which pages tell them.
SUBSYSTEMS: Final = ("power", "heat", "air", "attitude", "computers", "link", "visits")

# Faults of these are told by the telemetry of others.
_TOLD_IN: Final = {"propulsion": ("attitude",), "payload": ("power",), "water": ("air", "heat")}

RULES: Final = {"limit": "limit", "watch": "watch", "stale": "no data"}
"""Words for what noticed something, by the name that the timeline has for it."""

KINDS: Final = {
    "fault-begins": "fault begins",
    "fault-ends": "fault ends",
    "noticed": "noticed",
    "over": "over",
    "asked": "asked, to be confirmed",
    "refused": "refused",
    "done": "done",
    "safe-mode": "safe mode",
    "manager": "manager",
    "visit": "visit",
    "mind-failed": "commander failed",
}


def read_document(folder: Path, name: str, needed: str) -> Document:
    """Read a document of a run folder.

    Parameters
    ----------
    folder : Path
        What ``stationkeeper operate`` left behind.
    name : str
        Of the file.
    needed : str
        A list that it must hold.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    InputError
        If it is not there, cannot be read or is of another format.
    """
    path = folder / name
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"{folder}: expected the folder of a flight that has ended: no {name}"
        ) from None
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON: {error}") from None
    given = found.get("format") if isinstance(found, dict) else None
    if given != FORMAT or not isinstance(found.get(needed), list):
        raise InputError(f"{path}: format {given!r} given, format {FORMAT} expected; fly it again")
    return found  # type: ignore[no-any-return]


def span_text(seconds: float | None) -> str:
    """Write a length of time in the unit that suits it.

    Examples
    --------
    >>> [span_text(s).replace("\\xa0", " ") for s in (None, 0.0, 40.0, 900.0, 9_000.0, 400_000.0)]
    ['not known', '0 s', '40 s', '15 min', '2.5 h', '4.6 d']
    """
    if seconds is None or not np.isfinite(seconds):
        return MISSING
    for least, size, unit in ((172_800.0, 86_400.0, "d"), (7_200.0, 3_600.0, "h")):
        if abs(seconds) >= least:
            return f"{seconds / size:.1f}{FIRM_SPACE}{unit}"
    if abs(seconds) >= 120.0:
        return f"{seconds / 60.0:.0f}{FIRM_SPACE}min"
    return f"{seconds:.0f}{FIRM_SPACE}s"


def moment_text(seconds: float) -> str:
    """Write a moment of the flight: day since the begin and time of that day.

    Examples
    --------
    >>> moment_text(97_530.0).replace("\\xa0", " ")
    '1 d 03:05:30'
    """
    day, rest = divmod(round(seconds), 86_400)
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{day}{FIRM_SPACE}d{FIRM_SPACE}{clock}"


def share_text(share: float) -> str:
    """Write a share in per cent; 100 % only if nothing is missing.

    Examples
    --------
    >>> [share_text(s).replace("\\xa0", " ") for s in (1.0, 0.99999, 0.914, 0.0021, 0.0)]
    ['100 %', '99.9 %', '91.4 %', '0.2 %', '0 %']
    """
    if not np.isfinite(share):
        return MISSING
    percent = 100.0 * share
    if 99.9 < percent < 100.0:
        percent = 99.9
    if 0.0 < percent < 0.1:
        return f"under 0.1{FIRM_SPACE}%"
    said = f"{percent:.1f}" if 0.0 < percent < 100.0 else f"{percent:.0f}"
    return f"{said}{FIRM_SPACE}%"


def amount_text(value: float, unit: str) -> str:
    """Write a quantity with its unit; one far below what is told counts as nothing.

    Examples
    --------
    >>> amount_text(7.2319, "kg").replace("\\xa0", " "), amount_text(0.0004, "kg")
    ('7.23 kg', '0\\xa0kg')
    """
    return f"{number(value) if abs(value) >= 0.005 else 0}{FIRM_SPACE}{unit}"


def unit_text(unit: str) -> str:
    """Return a unit as people write it.

    Examples
    --------
    >>> unit_text("degC"), unit_text("-"), unit_text("deg/s")
    ('°C', '', '°/s')
    """
    return {"-": "", "degC": "°C", "deg": "°", "deg/s": "°/s"}.get(unit, unit)


def signals_of(document: Document) -> dict[str, Document]:
    """Return the sampled signals by name."""
    return {one["name"]: one for one in document["series"]["signals"]}


def hours_of(document: Document) -> tuple[Numbers, float, str]:
    """Return the begins of the stretches of the series, the end of the flight, and their unit.

    Hours for flights up to three days, days beyond.
    """
    size, unit = time_unit(document)
    times = np.asarray(document["series"]["time_s"], float) / size
    return times, document["days"] * 86_400.0 / size, unit


def time_unit(document: Document) -> tuple[float, str]:
    """Return the unit of time axes and its length in seconds.

    Examples
    --------
    >>> time_unit({"days": 2.0}), time_unit({"days": 30.0})
    ((3600.0, 'hours'), (86400.0, 'days'))
    """
    return (3_600.0, "hours") if document["days"] <= 3.0 else (86_400.0, "days")


def steps_of(times: Numbers, end: float, values: Sequence[float]) -> tuple[Numbers, Numbers]:
    """Return stretches as steps that last until the end of the flight.

    Examples
    --------
    >>> steps_of(np.array([0.0, 1.0]), 2.0, [5.0, 7.0])
    (array([0., 1., 2.]), array([5., 7., 7.]))
    """
    held = np.asarray(values, float)
    return np.append(times, end), np.append(held, held[-1:])


def spans_where(times: Numbers, end: float, there: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Return begins and ends of the stretches in which something is there.

    Examples
    --------
    >>> spans_where(np.array([0.0, 1.0, 2.0]), 3.0, np.array([False, True, True]))
    [(1.0, 3.0)]
    """
    edges = np.append(times, end)
    padded = np.concatenate([[False], there, [False]]).astype(int)
    turns = np.diff(padded)
    begins, ends = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1)
    return [(float(edges[a]), float(edges[b])) for a, b in zip(begins, ends, strict=True)]


def safe_spans(document: Document) -> list[tuple[float, float]]:
    """Return begins and ends of safe mode. [s]

    Examples
    --------
    >>> rows = [{"kind": "safe-mode", "time_s": 60.0, "text": "begins"}]
    >>> safe_spans({"timeline": rows, "days": 1.0})
    [(60.0, 86400.0)]
    """
    found: list[tuple[float, float]] = []
    since: float | None = None
    for row in document["timeline"]:
        if row["kind"] != "safe-mode":
            continue
        if row["text"] == "begins":
            since = row["time_s"] if since is None else since
        elif since is not None:
            found.append((since, row["time_s"]))
            since = None
    if since is not None:
        found.append((since, document["days"] * 86_400.0))
    return found


def fault_end(document: Document, fault: Document) -> float:
    """Return when a fault was gone: cleared, ended by itself, or at the end of the flight. [s]"""
    last = document["days"] * 86_400.0
    ends = [one for one in (fault["ended_s"], fault["end_s"]) if one is not None]
    return float(min([*ends, last]))


def nearest_notice(document: Document, fault: Document) -> Document | None:
    """Return the first notice where a fault is, from its onset until it was gone.

    That is in its subsystem, or of the very sensor where a sensor is at fault. It may still be
    about something else.
    """
    gone = fault_end(document, fault)
    there = _TOLD_IN.get(fault["subsystem"], (fault["subsystem"],))
    for row in document["timeline"]:
        if row["kind"] != "noticed" or not fault["onset_s"] <= row["time_s"] <= gone:
            continue
        if fault["subsystem"] == "sensors":
            if row["name"] == fault["component"]:
                return row  # type: ignore[no-any-return]
        elif row["subsystem"] in there:
            return row  # type: ignore[no-any-return]
    return None


def open_at_end(document: Document) -> list[Document]:
    """Return the notices that were not over at the end, by parameter and by what noticed."""
    standing: dict[tuple[str, str], Document] = {}
    for row in document["timeline"]:
        if row["kind"] == "noticed":
            standing[row["name"], row["who"]] = row
        elif row["kind"] == "over":
            standing.pop((row["name"], row["who"]), None)
    return list(standing.values())


def room_titles(document: Document) -> dict[str, str]:
    """Return the modules by key, each by the shortest name that tells it.

    Examples
    --------
    >>> room_titles({"modules": [{"key": "nem", "title": "NEM (science and power module)"}]})
    {'nem': 'NEM'}
    """
    short = {one["key"]: one["title"].split(" (")[0] for one in document["modules"]}
    many = list(short.values())
    full = {one["key"]: one["title"] for one in document["modules"]}
    return {key: title if many.count(title) == 1 else full[key] for key, title in short.items()}
