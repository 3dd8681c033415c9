"""How fast rotations are planned and crews checked: three real questions, and HiGHS beside one.

Each search runs in a process of its own, which starts cold.
"""

import json
import platform
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from typing import Final, Literal

from stationkeeper.crew.planning import problem
from stationkeeper.errors import InputError
from stationkeeper.lifetime.stay_limits import stay_limits
from stationkeeper.programme.read import read_programme
from stationkeeper.schedule.problem import Plan, Rotation, Stage
from stationkeeper.schedule.score import score
from stationkeeper.schedule.solve import solve
from stationkeeper.validation.milp_rotation import solve_by_milp
from stationkeeper.validation.speed import SpeedRow
from stationkeeper.validation.speed_crew_check import checker_row

FIRST_LIMIT: Final = 2.0  # [s] for the first plan that breaks no rule, our goal
GAP_LIMIT: Final = 2.0  # [%] by which a better plan may be open in any stage, our goal
LEAST_GAP: Final = 0.01  # [%] written for a gap of nothing, of which no ratio can be told
HIGHS_LIMIT: Final = 100.0  # [s] given to HiGHS for all stages, our choice
HIGHS: Final = "scipy.optimize.milp (HiGHS)"
WORKERS: Final = 2

Way = Literal["planner", "milp"]


@dataclass(frozen=True)
class Case:
    """A question that a shipped programme asks, and the seconds in which it is to be answered.

    A stage is stopped after ``stage_s``. With the whole limit for each stage, an answer that is
    not proven is never within the limit; with less, the gap has a row of its own.
    """

    work: str
    programme: str
    station: str
    at: date
    until: date
    limit_s: float
    stage_s: float

    def rotation(self) -> Rotation:
        """Return the question as numbers."""
        programme = read_programme(self.programme)
        limits = stay_limits(programme, self.station, self.at, (self.until - self.at).days)
        asked = problem(programme, self.station, self.at, self.until, limits.by_nation())
        return asked.rotation


CASES: Final = {
    "iss-two": Case(
        "ISS from 2022-10-10, two years",
        "iss",
        "iss",
        date(2022, 10, 10),
        date(2024, 10, 10),
        limit_s=10.0,
        stage_s=10.0,
    ),
    "iss-six": Case(
        "ISS from 2022-10-10, six years",
        "iss",
        "iss",
        date(2022, 10, 10),
        date(2028, 10, 10),
        limit_s=60.0,
        stage_s=15.0,
    ),
    "ros-ten": Case(
        "ROS with visits from 2030-07-01, ten years",
        "iss-to-ros",
        "ros",
        date(2030, 7, 1),
        date(2040, 7, 1),
        limit_s=60.0,
        stage_s=15.0,
    ),
}

_CHILD = (
    "import json, sys; from stationkeeper.validation.speed_crew import told; "
    "print(json.dumps(told(sys.argv[1], sys.argv[2])))"
)


@dataclass(frozen=True)
class Answer:
    """How one question was answered.

    Attributes
    ----------
    made_s, first_s, wall_s, cpu_s : float
        Until the numbers were there; from then on until the first plan, which the milp does not
        tell, and until the end, by the clock and on all cores. [s]
    peak_mb : float
        Largest memory of the process. [MB]
    status : str
        Of the plan.
    stages : tuple of Stage
        As far as solved.
    broken : tuple of str
        Rules that the plan breaks, by a recount.
    reason : str
        Why there is no plan; empty if there is one.
    """

    made_s: float
    first_s: float
    wall_s: float
    cpu_s: float
    peak_mb: float
    status: str
    stages: tuple[Stage, ...] = ()
    broken: tuple[str, ...] = ()
    reason: str = ""

    @property
    def worst(self) -> Stage:
        """The stage with the largest gap, the first of these."""
        return max(self.stages, key=lambda stage: stage.gap)


def _peak_mb() -> float:
    """Return the largest memory of this process so far, see :mod:`.speed_run`. [MB]"""
    if platform.system() == "Linux":
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(dict(line.split(":", 1) for line in lines)["VmHWM"].split()[0]) / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def answer(rotation: Rotation, way: Way, stage_s: float, made_s: float = 0.0) -> Answer:
    """Answer a question in this process.

    Parameters
    ----------
    rotation : Rotation
        The question.
    way : str
        ``planner`` or ``milp``.
    stage_s : float
        Seconds for each stage of the planner. [s]
    made_s : float
        Seconds that the making of the question took, kept in the answer. [s]

    Returns
    -------
    Answer
        With what it took.
    """
    begun, worked = perf_counter(), process_time()
    heard: list[float] = []

    def hear(words: str) -> None:
        if "first plan" in words:
            heard.append(perf_counter() - begun)

    plan = Plan("none found")
    reason = ""
    try:
        if way == "planner":
            plan = solve(rotation, workers=WORKERS, seconds_per_stage=stage_s, progress=hear)
        else:
            plan = solve_by_milp(rotation, seconds=HIGHS_LIMIT)
    except InputError as refused:
        reason = str(refused)
    wall, cpu = perf_counter() - begun, process_time() - worked
    if not plan.stages:
        reason = reason or "; ".join((plan.status, *plan.conflicts))
    return Answer(
        made_s,
        heard[0] if heard else wall,
        wall,
        cpu,
        _peak_mb(),
        plan.status,
        plan.stages,
        score(rotation, plan).broken if plan.stages else (),
        reason,
    )


def told(key: str, way: Way) -> dict[str, object]:
    """Make a question, answer it in this process, and return the answer as plain data."""
    begun = perf_counter()
    case = CASES[key]
    rotation = case.rotation()
    return asdict(answer(rotation, way, case.stage_s, perf_counter() - begun))


def measure(key: str, way: Way) -> Answer:
    """Answer a question in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, key, way], capture_output=True, text=True, check=True
    )
    figures = json.loads(done.stdout)
    figures["stages"] = tuple(Stage(**stage) for stage in figures["stages"])
    figures["broken"] = tuple(figures["broken"])
    return Answer(**figures)


def _values(stages: Sequence[Stage]) -> str:
    return ", ".join(f"{stage.name} {stage.value:g}" for stage in stages)


def _ended(given: Answer) -> str:
    """Return in words how far the answer is proven."""
    open_stages = [stage for stage in given.stages if stage.status != "proven"]
    if given.status == "proven":
        return "proven in every stage"
    listed = ", ".join(f"{stage.name} (gap {stage.gap:.1%})" for stage in open_stages)
    return f"not proven: {listed or given.reason or 'later stages'}"


def _limit_row(
    case: Case, given: Answer, what: str, ours: float, limit: float, agreement: str
) -> SpeedRow:
    """Return a row with a limit; an answer without a plan, or with a wrong one, never meets it."""
    fault = given.reason or (f"the plan breaks rules: {given.broken[0]}" if given.broken else "")
    return SpeedRow(
        topic="crew",
        work=f"{case.work}{what}",
        ours_s=0.0 if given.reason else ours,
        peer="limit",
        peer_s=None if fault else limit,
        goal=1.0,
        agreement=fault or agreement,
        peak_mb=round(given.peak_mb),
    )


def planner_rows(case: Case, given: Answer) -> list[SpeedRow]:
    """Return the rows of one question: its time, its gap if that has a row, and its first plan.

    Parameters
    ----------
    case : Case
        The question.
    given : Answer
        By the planner.

    Returns
    -------
    list of SpeedRow
        A question without an answer has rows with no limit to compare to, and the reason.
    """
    time = f"{given.cpu_s:.1f} s of computing on {WORKERS} cores"
    rows = [
        _limit_row(
            case,
            given,
            ", planned",
            given.wall_s,
            case.limit_s,
            f"{_ended(given)}; {_values(given.stages)}; {time}; the numbers were made before in "
            f"{given.made_s:.1f} s",
        )
    ]
    if case.stage_s < case.limit_s:
        worst = given.worst if given.stages else Stage("", "", 0.0, 0.0, "none found")
        rows.append(
            _limit_row(
                case,
                given,
                ", largest gap of a stage, in percent",
                max(100 * worst.gap, LEAST_GAP),
                GAP_LIMIT,
                f"{worst.name}: {worst.value:g}, bound {worst.bound:g}"
                if worst.gap
                else f"no gap; {LEAST_GAP} is written for none",
            )
        )
    rows.append(
        _limit_row(
            case,
            given,
            ", first plan",
            given.first_s,
            FIRST_LIMIT,
            "breaks no rule; from numbers to plan, search included if the calendar gives none",
        )
    )
    return rows


def _unproven(ours: Answer, peer: Answer) -> tuple[str, str]:
    """Return in words how an answer that the planner has not proven stands beside the peer's."""
    return (
        f"the planner stopped after {ours.wall_s:.1f} s, {_ended(ours)}: {_values(ours.stages)}",
        f"HiGHS took {peer.wall_s:.1f} s, {_ended(peer)}: {_values(peer.stages)}",
    )


def milp_row(case: Case, ours: Answer, peer: Answer) -> SpeedRow:
    """Return the row of the planner beside HiGHS.

    Stages are compared in order as long as both have proven them: a stage is another question
    once a former one differs. Answers that differ, or that the planner has not proven, never meet
    the goal.
    """
    both = []
    for one, other in zip(ours.stages, peer.stages, strict=False):
        if one.status != "proven" or other.status != "proven":
            break
        both.append((one, other))
    differing = [
        f"{one.name}: {one.value:g} and {other.value:g}"
        for one, other in both
        if abs(one.value - other.value) > 1e-6
    ]
    fault = ours.reason or "; ".join(
        [
            *(f"the planner breaks a rule: {words}" for words in ours.broken),
            *(f"HiGHS breaks a rule: {words}" for words in peer.broken),
            *(f"the planner and HiGHS differ in {words}" for words in differing),
            *(_unproven(ours, peer) if ours.status != "proven" else ()),
        ]
    )
    agreement = (
        f"equal in the {len(both)} stages that both have proven: {_values([a for a, _ in both])}"
        if both
        else "no stage proven by both"
    )
    if peer.status != "proven":
        stopped = peer.reason or f"after {len(peer.stages)} of {len(ours.stages)} stages"
        left = [stage for stage in peer.stages if stage.status != "proven"]
        stopped += "".join(f", {stage.name} with a gap of {stage.gap:.1%}" for stage in left)
        agreement += f"; HiGHS stopped at its limit of {HIGHS_LIMIT:g} s, {stopped}"
    agreement += (
        f"; computing {ours.cpu_s:.1f} s on {WORKERS} cores beside {peer.cpu_s:.1f} s; "
        f"memory of HiGHS {peer.peak_mb:.0f} MB"
    )
    return SpeedRow(
        topic="crew",
        work=f"{case.work}, the same question",
        ours_s=0.0 if ours.reason else ours.wall_s,
        peer=HIGHS,
        peer_s=None if fault else (peer.wall_s if peer.status == "proven" else HIGHS_LIMIT),
        goal=1.0,
        agreement=fault or agreement,
        peak_mb=round(ours.peak_mb),
    )


def rows(progress: Callable[[str], None] | None = None) -> list[SpeedRow]:
    """Time plans of three real questions, HiGHS on the first, and the check of 26 years.

    Parameters
    ----------
    progress : callable, optional
        Told what is being measured.

    Returns
    -------
    list of SpeedRow
        Two to five minutes on two cores. Without OR-tools the rows of the planner say so.
    """
    say = progress or (lambda text: None)
    found: list[SpeedRow] = []
    answers: dict[str, Answer] = {}
    for key, case in CASES.items():
        say(f"crew: {case.work}")
        answers[key] = measure(key, "planner")
        found += planner_rows(case, answers[key])
    compared = CASES["iss-two"]
    say(f"crew: {compared.work}, by {HIGHS}")
    found.append(milp_row(compared, answers["iss-two"], measure("iss-two", "milp")))
    say("crew: the check of 26 years")
    return [*found, *checker_row(progress)]
