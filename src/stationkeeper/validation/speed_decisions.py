"""What policies and slips cost: the same run with them and without."""

from collections.abc import Callable
from typing import Final

from stationkeeper.validation.speed import SpeedRow
from stationkeeper.validation.speed_run import PROGRAMME, measure_run

REPLICAS: Final = 1_000
ROOM: Final = 1.5  # [-] our goal: a run with policies takes at most this many times the other
TRIES: Final = 2


def rows(progress: Callable[[str], None] | None = None) -> list[SpeedRow]:
    """Time a run with policies and slips beside the same run without.

    Parameters
    ----------
    progress : callable, optional
        Told what is being measured.

    Returns
    -------
    list of SpeedRow
        Some two minutes on two cores.
    """
    say = progress or (lambda text: None)
    say("decisions: warming the caches")
    measure_run(1)
    with_them, without = [], []
    for number in range(TRIES):  # in turn, so that a slow minute of the machine strikes both
        say(f"decisions: {PROGRAMME}, {REPLICAS:,} replicas, {number + 1} of {TRIES}")
        without.append(measure_run(REPLICAS, decided=False))
        with_them.append(measure_run(REPLICAS))
    ours = min(one.run_s for one in with_them)
    peer = min(one.run_s for one in without)
    return [
        SpeedRow(
            topic="decisions",
            work=f"{PROGRAMME}, {REPLICAS:,} replicas, with policies and slips",
            ours_s=ours,
            peer="the same run without",
            peer_s=peer,
            goal=1 / ROOM,
            agreement=f"{ours / peer:.2f} x the time; goal at most {ROOM:g} x",
            peak_mb=max(one.peak_mb for one in with_them),
        )
    ]
