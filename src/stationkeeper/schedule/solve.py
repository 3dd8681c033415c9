"""The best plan of a rotation problem: one search for each objective, with the former ones kept."""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from stationkeeper.schedule.check import check
from stationkeeper.schedule.conflicts import conflicts
from stationkeeper.schedule.greedy import greedy
from stationkeeper.schedule.model import RotationModel
from stationkeeper.schedule.objectives import STAGES
from stationkeeper.schedule.problem import Plan, Rotation, Stage, Status
from stationkeeper.schedule.score import Score, score
from stationkeeper.schedule.search import Found, need_solver, search

# What hints survive: dual reductions of the presolve turn a complete hint into an infeasible one,
# and later rounds of it cost more than they save (measured on iss_like and ros_like).
_KIND = (("keep_all_feasible_solutions_in_presolve", True), ("max_presolve_iterations", 1))

_WORST: tuple[Status, ...] = ("proven", "within limit", "interrupted")


def solve(
    rotation: Rotation,
    *,
    seed: int = 1,
    workers: int = 2,
    seconds_per_stage: float = 60.0,
    progress: Callable[[str], None] | None = None,
) -> Plan:
    """Find the best plan, objective by objective.

    Safety days lost come first, then obligations broken, crew time short, flights, seats bought
    and days from the calendar. Each is a search of its own with the former ones kept at what was
    found; of all plans of equal worth one is then chosen by a rule.

    Parameters
    ----------
    rotation : Rotation
        The problem.
    seed : int
        Of the searches.
    workers : int
        Threads of the solver; the choice among plans of equal worth always takes two or more.
    seconds_per_stage : float
        Limit for each search. A stage that is not proven by then keeps its best plan. [s]
    progress : callable, optional
        Called with one line for each step.

    Returns
    -------
    Plan
        Status ``proven`` if every stage is. Ctrl-C gives the best plan so far, ``interrupted``;
        the stages it did not reach then have a trivial bound. ``impossible`` comes with the rules
        in conflict, in which days are written ``day{n}``, n the day of the horizon. ``none found``
        if neither a plan nor a proof came in the time.

    Raises
    ------
    InputError
        If the problem is not well formed, or OR-tools is not installed.
    KeyboardInterrupt
        If Ctrl-C comes before there is any plan.

    Notes
    -----
    The same problem gives the same plan for any seed and number of workers if all stages and the
    choice among equals are proven; otherwise the plan may depend on how far the search came.
    Crew time wanted is rounded to whole crew-days. A day with nobody aboard counts as not robust,
    so that an empty station never looks safer. A ship that leaves on or after the last day of the
    horizon is given the first such day on which it may.

    Every plan is recounted by :func:`stationkeeper.schedule.score.score`, which knows nothing of
    the solver; tests hold the values against all plans of small problems, one by one.

    Examples
    --------
    >>> from stationkeeper.schedule.problem import Rotation
    >>> solve(Rotation(days=9, nations=(), sides=(), ports=(), ships=(), candidates=())).status
    'proven'
    """
    check(rotation)
    need_solver()
    job = _Solve(rotation, seed, workers, seconds_per_stage, progress or (lambda words: None))
    try:
        return job.run()
    except KeyboardInterrupt:  # between two searches
        if job.plan is None:
            raise
        return job.ended(interrupted=True)


class _Solve:
    def __init__(
        self,
        rotation: Rotation,
        seed: int,
        workers: int,
        seconds: float,
        progress: Callable[[str], None],
    ) -> None:
        self.rotation, self.seed, self.workers = rotation, seed, workers
        self.seconds, self.progress = seconds, progress
        self.plan: Plan | None = None
        self.score: Score | None = None
        self.stages: list[Stage] = []
        self.started = time.monotonic()

    def run(self) -> Plan:
        first = greedy(self.rotation)
        if first is not None:
            self._take(first, strict=False)
        if self.plan is not None:
            self._say("first plan, by the calendar")
        self.model = RotationModel(self.rotation)
        sheet = self.model.sheet.model
        if self.plan is None:
            if first is not None:
                self.model.hint(first)
            found = self._search()
            if found.outcome == "impossible":
                self._say("no plan is possible; looking for the reason")
                words = conflicts(
                    self.rotation, seed=self.seed, workers=self.workers, seconds=self.seconds
                )
                return Plan(status="impossible", conflicts=words)
            if found.value is None:
                if found.interrupted:
                    raise KeyboardInterrupt
                return Plan(status="none found")
            self._take(self.model.read(found.value))
            self._say("first plan, by a search")
            if found.interrupted:
                return self.ended(interrupted=True)
        for n, (name, unit) in enumerate(STAGES):
            stage, interrupted = self._stage(n, name, unit)
            self.stages.append(stage)
            self._say(f"{name}: {stage.value:g} {unit}, {stage.status}, bound {stage.bound:g}")
            if interrupted:
                return self.ended(interrupted=True)
            # A later stage may better a former one that was stopped at its limit: keep that too.
            assert self.score is not None
            for objective, reached in zip(
                self.model.objectives[: n + 1], self.score.values[: n + 1], strict=True
            ):
                if not isinstance(objective, int):
                    sheet.add(objective <= round(reached))
        return self.ended(interrupted=self._settle())

    def _settle(self) -> bool:
        """Of all plans of equal worth take one that does not depend on how the search went."""
        self.model.sheet.model.minimize(self.model.order())
        self._hint()
        found = self._search(at_least=2)  # one thread alone proves this in no useful time
        if found.value is not None:
            self._take(self.model.read(found.value), kept=len(STAGES))
        self._say(f"one plan of those of equal worth, {found.outcome}")
        return found.interrupted and found.outcome != "proven"

    def _stage(self, n: int, name: str, unit: str) -> tuple[Stage, bool]:
        assert self.score is not None
        value = self.score.values[n]
        least = self._least(n)
        if value <= least:
            return Stage(name, unit, value, value, "proven"), False
        if n == 0 and (coarse := self._coarse()) > 0:
            least = coarse
            if value <= least:
                return Stage(name, unit, value, value, "proven"), False
            self.model.sheet.model.add(self.model.objectives[0] >= least)
        self._say(f"search for {name}")
        model: Any = self.model.sheet.model
        model.minimize(self.model.objectives[n])
        self._hint()
        found = self._search()
        model.clear_objective()
        if found.value is not None:
            self._take(self.model.read(found.value), kept=n + 1)
        value = self.score.values[n]
        bound = max(least, math.ceil(found.bound - 1e-6)) if math.isfinite(found.bound) else least
        proven = found.outcome == "proven" or bound >= value
        status: Status = "proven" if proven else "within limit"
        if found.interrupted and not proven:
            status = "interrupted"
        return Stage(name, unit, value, value if proven else bound, status), found.interrupted

    def _coarse(self) -> int:
        """Safety days that no plan can save, from sums over the whole horizon."""
        if not self.rotation.permanent:
            return 0
        model = RotationModel(self.rotation, coarse=True)
        model.sheet.model.minimize(model.objectives[0])
        found = search(
            model.sheet.model,
            seed=self.seed,
            workers=self.workers,
            seconds=self.seconds / 4,
            parameters=_KIND,
        )
        if found.interrupted:
            raise KeyboardInterrupt
        return max(0, math.ceil(found.bound - 1e-6)) if math.isfinite(found.bound) else 0

    def _least(self, n: int) -> int:
        """What no plan can beat, known without a search."""
        if STAGES[n][0] == "flights":
            return sum(candidate.required for candidate in self.rotation.candidates)
        return 0

    def _search(self, at_least: int = 1) -> Found:
        return search(
            self.model.sheet.model,
            seed=self.seed,
            workers=max(self.workers, at_least),
            seconds=self.seconds,
            parameters=_KIND,
        )

    def _hint(self) -> None:
        """Give the plan in hand to the solver, every variable of it."""
        assert self.plan is not None
        model: Any = self.model.sheet.model
        model.clear_hints()
        self.model.hint(self.plan)
        whole = search(
            model,
            seed=self.seed,
            workers=1,
            seconds=self.seconds,
            parameters=(("fix_variables_to_their_hinted_value", True),),
        )
        if whole.interrupted:
            raise KeyboardInterrupt
        if whole.outcome != "proven":
            return
        model.clear_hints()
        for index, value in enumerate(whole.every):
            model.add_hint(model.get_int_var_from_proto_index(index), value)

    def _take(self, plan: Plan, strict: bool = True, kept: int = 0) -> None:
        """Keep a plan that breaks nothing and is no worse in its first ``kept`` objectives."""
        counted = score(self.rotation, plan)
        if self.score is not None and any(
            new > old
            for new, old in zip(counted.values[:kept], self.score.values[:kept], strict=True)
        ):
            raise AssertionError(f"a stage was lost: {self.score.values} became {counted.values}")
        if counted.broken:
            if strict:
                raise AssertionError(f"a plan of our own breaks rules: {counted.broken}")
            return
        self.plan, self.score = plan, counted

    def ended(self, interrupted: bool = False) -> Plan:
        """Return the plan in hand with the stages solved, and the others as not reached."""
        assert self.plan is not None
        assert self.score is not None
        stages = [self._recounted(n, stage) for n, stage in enumerate(self.stages)]
        worst: Status = "interrupted" if interrupted else "proven"
        for stage in stages:
            worst = max(worst, stage.status, key=_WORST.index)
        for n, (name, unit) in enumerate(STAGES[len(stages) :], len(stages)):
            value = self.score.values[n]
            stages.append(Stage(name, unit, value, self._least(n), "interrupted"))
        return replace(self.plan, status=worst, stages=tuple(stages))

    def _recounted(self, n: int, stage: Stage) -> Stage:
        """Return a stage with the value of the plan in hand: a later stage may have bettered it."""
        assert self.score is not None
        value = self.score.values[n]
        status: Status = "proven" if value <= stage.bound else stage.status
        return replace(stage, value=value, status=status)

    def _say(self, words: str) -> None:
        self.progress(f"planning: {words} ({time.monotonic() - self.started:.1f} s)")
