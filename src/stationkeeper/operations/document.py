"""What a flight is told as: one JSON document that pages and other programs read."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.merging import Merged, merged_events
from stationkeeper.caretaker.vehicle import Noticed
from stationkeeper.operations.fault_kinds import fault_kind
from stationkeeper.operations.faults import Fault
from stationkeeper.operations.flight import Flight, sample_names
from stationkeeper.operations.happenings import rows_of
from stationkeeper.operations.outcome import Outcome, judged
from stationkeeper.operations.plan import FlightPlan
from stationkeeper.operations.stepping import SAMPLE
from stationkeeper.units import date_from_days

Array = NDArray[np.float64]
POINTS: Final = 720  # of a series of a page; ours
KELVIN: Final = 273.15

# Of a signal: unit shown, what it is multiplied by, what is added then.
_SHOWN: Final = {
    "K": ("degC", 1.0, -KELVIN),
    "Pa": ("kPa", 1e-3, 0.0),
    "rad": ("deg", 180.0 / np.pi, 0.0),
    "rad/s": ("deg/s", 180.0 / np.pi, 0.0),
    "byte": ("GB", 1e-9, 0.0),
    "kg/s": ("kg/d", 86_400.0, 0.0),
}


def outcome_of(flight: Flight) -> Outcome:
    """Judge a flight that has ended."""
    onsets = [fault.onset for fault in flight.faults]
    kinds = [one.kind for one in flight.happenings]
    safe = flight.safe_seconds
    if flight.gate.safe and np.isfinite(flight.safe_since):
        safe += flight.time - flight.safe_since
    return judged(
        sample_names(flight.built),
        flight.arrays["samples"],
        {room.name: room.volume for room in flight.built.house.rooms},
        SAMPLE,
        min(onsets) if onsets else None,
        {
            "commands": kinds.count("done"),
            "refused": kinds.count("refused"),
            "noticed": kinds.count("noticed"),
            "safe_mode_s": safe,
        },
    )


def document(plan: FlightPlan, flight: Flight) -> dict[str, Any]:
    """Tell a flight that has ended.

    Parameters
    ----------
    plan : FlightPlan
        What was to be flown.
    flight : Flight
        At its end.

    Returns
    -------
    dict
        Plain data, see docs/howto/fly-a-station-second-by-second.md.
    """
    built, house = flight.built, flight.built.house
    titles = {row.name: row.title for row in built.registry.loads}
    outcome = outcome_of(flight)
    return {
        "format": 1,
        "programme": plan.programme.name,
        "station": plan.station,
        "title": house.title,
        "first_day": date_from_days(house.first_day).isoformat(),
        "days": flight.duration / 86_400.0,
        "uncrewed": plan.uncrewed,
        "people": int(flight.arrays["samples"][0][sample_names(built).index("people.aboard")]),
        "modules": [{"key": room.name, "title": room.title} for room in house.rooms],
        "commander": {
            "name": plan.command.name,
            "title": plan.command.title,
            "link": plan.command.link,
            "reaction_min": plan.command.reaction_s / 60.0,
        },
        "seed": plan.seed,
        "mission": plan.mission,
        "asked_faults": plan.faults,
        "faults": [_fault(fault, flight) for fault in flight.faults],
        "timeline": rows_of(flight.happenings),
        "events": [_event(one) for one in merged_events(told(flight))],
        "outcome": outcome.row(),
        "services": [
            {"load": key, "title": titles[key], "share": share}
            for key, share in outcome.service.items()
        ],
        "parameters": len(built.registry.readings),
        "subsystems": _subsystems(flight),
        "commands": len(built.registry.commands),
        "left_out": list(house.left_out),
        "series": _series(flight),
        "failed": flight.failed,
    }


def told(flight: Flight) -> list[Noticed]:
    """Return all that limits and the watch told in a flight."""
    return [
        Noticed(one.time, one.name, one.who, one.value or 0.0)  # type: ignore[arg-type]
        for one in flight.happenings
        if one.kind == "noticed"
    ]


def _event(event: Merged) -> dict[str, Any]:
    return {
        "begin_s": event.begin,
        "end_s": event.end,
        "first": event.first,
        "parameters": list(event.parameters),
        "rules": list(event.rules),
    }


def _fault(fault: Fault, flight: Flight) -> dict[str, Any]:
    """Tell a fault, and the first thing that was noticed after it began."""
    kind = fault_kind(fault.kind)
    later = [one for one in flight.happenings if one.time >= fault.onset]
    first = next((one for one in later if one.kind == "noticed"), None)
    ended = next(
        (one for one in later if one.kind == "fault-ends" and one.name == fault.name), None
    )
    return {
        "name": fault.name,
        "kind": fault.kind,
        "title": kind.title,
        "subsystem": kind.subsystem,
        "component": fault.component,
        "severity": kind.severity,
        "onset_s": fault.onset,
        "size": fault.size,
        "unit": kind.unit,
        "ramp_s": fault.ramp,
        "end_s": fault.end if np.isfinite(fault.end) else None,
        "group": fault.group,
        "noticed_s": None if first is None else first.time,
        "noticed_parameter": None if first is None else first.name,
        "noticed_by": None if first is None else first.who,
        "ended_s": None if ended is None else ended.time,
    }


def _subsystems(flight: Flight) -> dict[str, int]:
    counts: dict[str, int] = {}
    for reading in flight.built.registry.readings:
        counts[reading.subsystem] = counts.get(reading.subsystem, 0) + 1
    return dict(sorted(counts.items()))


def _series(flight: Flight) -> dict[str, Any]:
    """Tell lows and highs of every sampled signal over even stretches of time."""
    names = sample_names(flight.built)
    samples = flight.arrays["samples"]
    edges = np.unique(np.linspace(0, len(samples), min(POINTS, len(samples)) + 1).astype(int))
    begin = edges[:-1]
    low = np.minimum.reduceat(samples, begin, axis=0)
    high = np.maximum.reduceat(samples, begin, axis=0)
    found = []
    for column, name in enumerate(names):
        unit, factor, added = _SHOWN.get(
            flight.built.registry.units[name], (flight.built.registry.units[name], 1.0, 0.0)
        )
        found.append(
            {
                "name": name,
                "unit": unit,
                "low": _rounded(low[:, column] * factor + added),
                "high": _rounded(high[:, column] * factor + added),
            }
        )
    return {"time_s": (begin * SAMPLE).tolist(), "signals": found}


def _rounded(values: NDArray[np.floating[Any]]) -> list[float]:
    return [float(f"{value:.5g}") for value in values]
