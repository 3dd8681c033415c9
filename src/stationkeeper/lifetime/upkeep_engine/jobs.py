"""Repairs that take more than a day: the days until the first is done are lived together."""

from typing import Final

from stationkeeper.kernels import inner_kernel
from stationkeeper.lifetime.upkeep_engine.bundles import Jobs
from stationkeeper.lifetime.upkeep_plan import NEVER, Array

BITS: Final = 16  # of a number on the list of leaks; the module is above them
NUMBER: Final = 2**BITS - 1
DONE: Final = 1.0 - 1e-9  # share of a repair that counts as all of it


@inner_kernel
def goes_on(jobs: Jobs, where: int, step: float) -> None:  # pragma: no cover - compiled
    """Note a job that is not done today; a robot and people may share one."""
    for job in range(jobs.length[0]):
        if jobs.where[job] == where:
            jobs.step[job] += step
            return
    jobs.where[jobs.length[0]] = where
    jobs.step[jobs.length[0]] = step
    jobs.length[0] += 1


@inner_kernel
def days_left(jobs: Jobs, units: Array, leaks: Array) -> int:  # pragma: no cover - compiled
    """Days for which all jobs go on before the first of them is done."""
    days = NEVER
    for job in range(jobs.length[0]):
        where = jobs.where[job]
        leak = max(-1 - where, 0)
        done = units[where] if where >= 0 else leaks[leak >> BITS, leak & NUMBER]
        days = min(days, int((DONE - done) / jobs.step[job]))
    return days


@inner_kernel
def work_on(jobs: Jobs, units: Array, leaks: Array, days: int) -> None:  # pragma: no cover
    """Go on with all jobs for some days."""
    for job in range(jobs.length[0]):
        where = jobs.where[job]
        if where >= 0:
            units[where] += days * jobs.step[job]
        else:
            leaks[(-1 - where) >> BITS, (-1 - where) & NUMBER] += days * jobs.step[job]
