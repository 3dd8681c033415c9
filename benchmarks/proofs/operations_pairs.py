"""Forty missions of the ROS under every commander of the standard set, on the same faults."""

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Figures, Proof
from stationkeeper.operations.minds import Command
from stationkeeper.operations.pairs import fly_pairs
from stationkeeper.operations.plan import FlightPlan
from stationkeeper.programme.read import read_programme

MISSIONS, DAYS, FAULTS = 40, 30.0, 3.0  # ours: about an hour of one core
LEAST_DAYS = 0.1  # of a small trial
SEED = 11
AGAINST_NOBODY = ("limits", "ground, full relay, 5 min")


def step(index: int, scale: float, folder: Path) -> Figures:
    """Fly the whole study; stopped, the same call goes on with its next mission."""
    missions = max(1, round(MISSIONS * scale))
    plan = FlightPlan(
        read_programme("iss-to-ros"),
        "ros",
        DAYS if missions > 1 else LEAST_DAYS,
        uncrewed=True,
        faults="random",
        command=Command("limits", "full-relay"),
        seed=SEED,
    )
    commands = None
    if missions == 1:
        commands = [Command("nobody"), Command("limits"), Command("ground", "full-relay", 300.0)]
    done = fly_pairs(
        plan, missions, out=folder / "runs", commands=commands, faults_per_mission=FAULTS
    )
    found: Figures = json.loads((done / "pairs.json").read_text())
    return found


def summary(done: Sequence[Figures]) -> Figures:
    """List survivors, services and time to safe by commander."""
    found = done[0]
    figures: Figures = {
        "missions": found["missions"],
        "days": found["days"],
        "faults": found["faults"]["flown"],
        "strongest": found["strongest"],
    }
    for one in found["commanders"]:
        title, safe = one["title"], one["time_to_safe_s"]
        figures[f"{title}: survived"] = one["survived"]["count"]
        figures[f"{title}: never safe"] = safe["never"]["count"]
        figures[f"{title}: services"] = round(one["services"]["value"], 4)
        figures[f"{title}: median time to safe, s"] = safe["median"]["value"]
    return figures


def held(done: Sequence[Figures]) -> bool:
    """True if limits and a quick ground lose no more missions than they save against nobody."""
    pairs = [
        one
        for one in done[0]["pairs"]
        if one["reference"] == "nobody" and one["commander"] in AGAINST_NOBODY
    ]
    failed = [one["failed"] for one in done[0]["commanders"]]
    return (
        len(pairs) == len(AGAINST_NOBODY)
        and not any(failed)
        and all(one["only_commander_survived"] >= one["only_reference_survived"] for one in pairs)
    )


PROOF = Proof(
    name="operations-pairs",
    claim=(
        f"Over {MISSIONS} missions of {DAYS:g} days with {FAULTS:g} faults in the mean, the ROS"
        " under limits on board, or under a ground that reacts in 5 min over full relay, survives"
        " no fewer missions than with nobody in command."
    ),
    steps=1,
    step=step,
    summary=summary,
    held=held,
    scaled=False,
)
