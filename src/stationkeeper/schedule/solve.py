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
from stationkeeper.schedule.part import between, near, on_grid, spans_of
from stationkeeper.schedule.problem import Plan, Rotation, Stage, Status
from stationkeeper.schedule.score import Score, days_lost, score
from stationkeeper.schedule.search import Found, need_solver, search

# What hints survive: dual reductions of the presolve turn a complete hint into an infeasible one,
# and later rounds of it cost more than they save (measured on iss_like and ros_like).
_KIND = (("keep_all_feasible_solutions_in_presolve", True), ("max_presolve_iterations", 1))

LARGE = 15_000  # variables above which parts are searched first; our choice, as the next six
GRIDS = (15, 7)  # [d] between the days open, one search after the other
REACH = 8  # [d] by which all may move in the searches after these
NEAR_AT_MOST = 9  # of these searches
SHARE = 0.5  # of the time left that a search on a grid may take, and of a stage for bettering
BOUND_SHARE = 0.9  # of the time left after them that the search for a bound may take
MARGIN = 400  # [d] around a day lost in which its reasons are looked for

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
    found; if all are proven, one of all plans of equal worth is then chosen by a rule.

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

    Large problems of permanent crews first open few days at a time: every 15th, every 7th, then
    those within 8 days of the plan. Safety days that no plan can save are looked for in the spans
    around those lost.

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
        # Visits are proven sooner by one search of all days (measured on ten years of them).
        self.large = self.rotation.permanent and self.model.sheet.size > LARGE
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
        if any(stage.status != "proven" for stage in self.stages):
            return self.ended()
        return self.ended(interrupted=self._settle())

    def _settle(self) -> bool:
        """Of all plans of equal worth take one that does not depend on how the search went."""
        self.model.sheet.model.minimize(self.model.order())
        self._hint(self.model)
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
        if n == 0 and not self.large:
            least = max(least, self._by_sums(0, time.monotonic() + self.seconds / 4))
            if value <= least:
                return Stage(name, unit, value, value, "proven"), False
            self.model.sheet.model.add(self.model.objectives[0] >= least)
        self._say(f"search for {name}")
        end = time.monotonic() + self.seconds
        interrupted = False
        if self.large:
            interrupted = self._improve(n, end - self.seconds * (1 - SHARE))
            value = self.score.values[n]
            if value > least and not interrupted:
                least = max(least, self._by_spans(end) if n == 0 else self._by_sums(n, end))
        if value <= least:
            return Stage(name, unit, value, value, "proven"), interrupted
        model: Any = self.model.sheet.model
        if interrupted:
            return Stage(name, unit, value, least, "interrupted"), True
        model.minimize(self.model.objectives[n])
        self._hint(self.model)
        found = self._search(seconds=max(end - time.monotonic(), 0.1))
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

    def _improve(self, n: int, end: float) -> bool:
        """Better the plan by searches with fewer days open; True if interrupted.

        A grid of days moves many flights together, which a search of single days does not find;
        then all move by some days.
        """
        assert self.plan is not None
        assert self.score is not None
        rotation = self.rotation
        for step in (*GRIDS, *(0 for _ in range(NEAR_AT_MOST))):
            before = self.score.values[n]
            left = (end - time.monotonic()) * (SHARE if step else 1.0)
            if before <= self._least(n) or left < 0.1:
                break
            if step:
                freedom = on_grid(rotation, self.plan, step)
            else:
                lost = (days_lost(rotation, self.plan) if n == 0 else []) or [0, rotation.days]
                span = lost[0] - MARGIN, lost[-1] + MARGIN
                freedom = near(rotation, self.plan, REACH, *span)
            model = RotationModel(rotation, freedom=freedom)
            for objective, reached in zip(model.objectives[:n], self.score.values, strict=False):
                if not isinstance(objective, int):
                    model.sheet.add(objective <= round(reached))
            model.sheet.model.minimize(model.objectives[n])
            self._hint(model)
            found = self._search(model, seconds=left)
            if found.value is not None:
                plan = model.read(found.value)
                if score(self.rotation, plan).values[: n + 1] <= self.score.values[: n + 1]:
                    self._take(plan)
            if found.interrupted:
                return True
            self._say(f"{STAGES[n][0]}: {self.score.values[n]:g} with fewer days open")
            if not step and self.score.values[n] == before:
                break
        return False

    def _by_spans(self, end: float) -> int:
        """Safety days that no plan can save, from the spans around those lost by this one."""
        assert self.plan is not None
        rotation = self.rotation
        if not all(ship.fit for ship in rotation.aboard):
            return 0
        least = 0
        spans = spans_of(days_lost(rotation, self.plan), MARGIN, rotation.days)
        for place, (first, last) in enumerate(spans):
            share = BOUND_SHARE / (len(spans) - place)
            model = RotationModel(between(rotation, first, last), since=first)
            model.sheet.model.minimize(model.objectives[0])
            found = self._search(model, seconds=(end - time.monotonic()) * share)
            if found.interrupted:
                raise KeyboardInterrupt
            if math.isfinite(found.bound) and found.outcome != "impossible":
                least += max(0, math.ceil(found.bound - 1e-6))
        return least

    def _by_sums(self, n: int, end: float) -> int:
        """What no plan can beat in a stage, with safety counted in sums over the horizon."""
        assert self.score is not None
        if not self.rotation.permanent:
            return 0
        model = RotationModel(self.rotation, coarse=True)
        for objective, reached in zip(model.objectives[:n], self.score.values, strict=False):
            if not isinstance(objective, int):
                model.sheet.add(objective <= round(reached))
        model.sheet.model.minimize(model.objectives[n])
        found = self._search(model, seconds=(end - time.monotonic()) * BOUND_SHARE)
        if found.interrupted:
            raise KeyboardInterrupt
        return max(0, math.ceil(found.bound - 1e-6)) if math.isfinite(found.bound) else 0

    def _least(self, n: int) -> int:
        """What no plan can beat, known without a search."""
        if STAGES[n][0] == "flights":
            return sum(candidate.required for candidate in self.rotation.candidates)
        return 0

    def _search(
        self, model: RotationModel | None = None, at_least: int = 1, seconds: float | None = None
    ) -> Found:
        return search(
            (model or self.model).sheet.model,
            seed=self.seed,
            workers=max(self.workers, at_least),
            seconds=self.seconds if seconds is None else max(seconds, 0.1),
            parameters=_KIND,
        )

    def _hint(self, rotation_model: RotationModel) -> None:
        """Give the plan in hand to the solver, every variable of it."""
        assert self.plan is not None
        model: Any = rotation_model.sheet.model
        model.clear_hints()
        rotation_model.hint(self.plan)
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
