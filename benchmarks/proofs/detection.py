"""What the watch and the limits notice of each kind of fault, how soon, and how often for nothing.

One step is one mission of the Russian station, with hidden constants of its own: a nominal flight,
in which whatever is told is false, then a flight with one fault of each kind. On missions 0-4 the
constants of the watch were chosen; this study flies others.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.harness import Figures, Proof
from stationkeeper.caretaker.merging import merged_events
from stationkeeper.caretaker.vehicle import Noticed
from stationkeeper.operations.document import told
from stationkeeper.operations.fault_kinds import fault_kinds
from stationkeeper.operations.faults import Fault
from stationkeeper.operations.flight import fly
from stationkeeper.operations.minds import Command
from stationkeeper.operations.plan import FlightPlan, Mission, flight_of, mission_of
from stationkeeper.operations.random_faults import drawn_fault
from stationkeeper.programme.read import read_programme

FIRST_MISSION = 5
NOMINAL_DAYS = 180.0
FAULT_DAYS = 2.0
ONSET_S = 21_600.0
QUIET = Fault("upset-storm", "", 0.0, size=0.0)
"""Upsets by particles are part of the nominal plant, and no false events: here there are none."""
MOST_FALSE = 1.0  # a month, asked of the watch


def step(index: int, scale: float, folder: Path) -> Figures:
    """Fly one mission: nominal, then with each kind of fault."""
    mission = FIRST_MISSION + index
    programme = read_programme("iss-to-ros")
    days = max(NOMINAL_DAYS * scale, FAULT_DAYS)
    plan = FlightPlan(
        programme, "ros", days, uncrewed=True, mission=mission,
        command=Command("nobody", "full-relay"),
    )  # fmt: skip
    shared = mission_of(plan)
    registry = shared.built.registry
    quiet = _upsets_off(registry.health)
    nominal = _flown(shared, quiet, plan.duration)
    false = merged_events(nominal)
    kinds: dict[str, list[float | str | None]] = {}
    keys = sorted(fault_kinds())
    for key in keys[:: max(1, round(1 / scale))] if scale < 1 else keys:
        fault = drawn_fault(key, registry, plan.seed, mission, onset=ONSET_S)
        if fault is None:
            continue
        found = [
            one
            for one in _flown(shared, (*quiet, fault), FAULT_DAYS * 86_400.0)
            if one.time >= ONSET_S
            and not any(
                abs(one.time - other.time) < 60.0 and one.parameter == other.parameter
                for other in nominal
            )
        ]
        first = found[0] if found else None
        kinds[key] = (
            [None, "", ""] if first is None else [first.time - ONSET_S, first.rule, first.parameter]
        )
    return {
        "mission": mission,
        "days": plan.days,
        "parameters": len(registry.readings),
        "false_events": len(false),
        "false_first": [one.first for one in false],
        "kinds": kinds,
    }


def _upsets_off(health: dict[str, int]) -> tuple[Fault, ...]:
    return (QUIET,) if "computers.upset-rate" in health else ()


def _flown(shared: Mission, faults: tuple[Fault, ...], duration: float) -> list[Noticed]:
    mission = Mission(shared.built, shared.around, faults, shared.learned, duration)
    flight = flight_of(mission, Command("nobody", "full-relay"))
    fly(flight, duration)
    return told(flight)


def summary(done: Sequence[Figures]) -> Figures:
    """Return false events a month, and share and delay of each kind."""
    months = sum(one["days"] for one in done) / 30.0
    false = sum(one["false_events"] for one in done)
    table: dict[str, Figures] = {}
    for key in sorted({key for one in done for key in one["kinds"]}):
        rows = [one["kinds"][key] for one in done if key in one["kinds"]]
        delays = [row[0] for row in rows if row[0] is not None]
        table[key] = {
            "flights": len(rows),
            "noticed": len(delays),
            "median_delay_s": float(np.median(delays)) if delays else None,
            "by": sorted({row[1] for row in rows if row[0] is not None}),
        }
    flown = sum(row["flights"] for row in table.values())
    noticed = sum(row["noticed"] for row in table.values())
    return {
        "missions": len(done),
        "parameters": done[0]["parameters"],
        "nominal_months": months,
        "false_events": false,
        "false_events_a_month": false / months,
        "kinds": len(table),
        "flights_with_a_fault": flown,
        "noticed_share": noticed / max(flown, 1),
        "by_kind": table,
    }


def held(done: Sequence[Figures]) -> bool:
    """Tell whether false events are as few as asked."""
    return bool(summary(done)["false_events_a_month"] <= MOST_FALSE)


PROOF = Proof(
    name="detection",
    claim=(
        "On the Russian station with nobody aboard the watch and the limits tell at most one false"
        " event a month in nominal flights of 180 days; of each kind of fault the share noticed"
        " within two days, and how soon, is shown."
    ),
    steps=5,
    step=step,
    summary=summary,
    held=held,
)
