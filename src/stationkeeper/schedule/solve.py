"""The best plan of a rotation problem: one search for each objective, with the former ones kept."""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from stationkeeper.schedule.check import check
from stationkeeper.schedule.conflicts import conflicts
from stationkeeper.schedule.greedy import greedy
from stationkeeper.schedule.model import STAGES, RotationModel
from stationkeeper.schedule.problem import Plan, Rotation, Stage, Status
from stationkeeper.schedule.score import Score, score
from stationkeeper.schedule.search import Found, need_solver, search

_WORST: tuple[Status, ...] = ("proven", "within limit", "interrupted")


def solve(
    rotation: Rotation,
    *,
    seed: int = 1,
    workers: int = 2,
    seconds_per_stage: float = 60.0,
    progress: Callable[[str], None] | None = None,
) -> Plan:
    """Plan a rotation."""
    check(rotation)
    need_solver()
    return _Solve(
        rotation, seed, workers, seconds_per_stage, progress or (lambda words: None)
    ).run()


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
            self._hint(found)
            if found.interrupted:
                return self._end([], interrupted=True)
        else:
            self.model.hint(self.plan)
        stages: list[Stage] = []
        for n, (name, unit) in enumerate(STAGES):
            stage, interrupted = self._stage(n, name, unit)
            stages.append(stage)
            self._say(f"{name}: {stage.value:g} {unit}, {stage.status}, bound {stage.bound:g}")
            if interrupted:
                return self._end(stages, interrupted=True)
            objective = self.model.objectives[n]
            if not isinstance(objective, int):
                sheet.add(objective <= round(stage.value))
        return self._end(stages)

    def _stage(self, n: int, name: str, unit: str) -> tuple[Stage, bool]:
        assert self.score is not None
        value = self.score.values[n]
        least = self._least(n)
        if value <= least:
            return Stage(name, unit, value, value, "proven"), False
        model: Any = self.model.sheet.model
        model.minimize(self.model.objectives[n])
        found = self._search()
        model.clear_objective()
        if found.value is not None:
            self._take(self.model.read(found.value), no_worse=n)
            self._hint(found)
        value = self.score.values[n]
        bound = max(least, math.ceil(found.bound - 1e-6)) if math.isfinite(found.bound) else least
        proven = found.outcome == "proven" or bound >= value
        status: Status = "proven" if proven else "within limit"
        if found.interrupted and not proven:
            status = "interrupted"
        return Stage(name, unit, value, value if proven else bound, status), found.interrupted

    def _least(self, n: int) -> int:
        """What no plan can beat, known without a search."""
        if STAGES[n][0] == "flights":
            return sum(candidate.required for candidate in self.rotation.candidates)
        return 0

    def _search(self) -> Found:
        return search(
            self.model.sheet.model, seed=self.seed, workers=self.workers, seconds=self.seconds
        )

    def _hint(self, found: Found) -> None:
        model: Any = self.model.sheet.model
        model.clear_hints()
        for index, value in enumerate(found.every):
            model.add_hint(model.get_int_var_from_proto_index(index), value)

    def _take(self, plan: Plan, strict: bool = True, no_worse: int = -1) -> None:
        """Keep a plan that breaks nothing."""
        counted = score(self.rotation, plan)
        if counted.broken:
            if strict:
                raise AssertionError(f"a plan of our own breaks rules: {counted.broken}")
            return
        self.plan, self.score = plan, counted

    def _end(self, stages: list[Stage], interrupted: bool = False) -> Plan:
        assert self.plan is not None
        assert self.score is not None
        worst: Status = "interrupted" if interrupted else "proven"
        for stage in stages:
            worst = max(worst, stage.status, key=_WORST.index)
        for n, (name, unit) in enumerate(STAGES[len(stages) :], len(stages)):
            stages.append(Stage(name, unit, self.score.values[n], self._least(n), "interrupted"))
        recounted = tuple(
            replace(stage, value=self.score.values[n]) for n, stage in enumerate(stages)
        )
        return replace(self.plan, status=worst, stages=recounted)

    def _say(self, words: str) -> None:
        self.progress(f"planning: {words} ({time.monotonic() - self.started:.1f} s)")
