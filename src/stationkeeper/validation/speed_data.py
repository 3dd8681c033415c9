"""How fast data are flown through a buffer, beside a limit and beside packets."""

from collections.abc import Callable
from importlib.util import find_spec
from time import perf_counter
from typing import Final

import numpy as np

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.services.contact_plan import share_out
from stationkeeper.services.downlink import downlink, piecewise_rates
from stationkeeper.validation.services_data import BUFFER, PRIORITIES, RATES, contended
from stationkeeper.validation.simpy_downlink import fly_packets
from stationkeeper.validation.speed import SpeedRow

Progress = Callable[[str], None]

LIMIT: Final = 0.05  # [s] as asked of a month over 20 stations
REPEATS: Final = 7
PACKET: Final = 5e6  # [bit]


def _best(work: Callable[[], object]) -> float:
    """Return the least of a few times, the kernel compiled before. [s]"""
    work()
    times = []
    for _ in range(REPEATS):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return min(times)


def rows(progress: Progress | None = None) -> list[SpeedRow]:
    """Return the speed rows of data transmission.

    Parameters
    ----------
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    list of SpeedRow
    """
    say = progress or (lambda text: None)
    say("speed: a month of data")
    draw = np.random.default_rng(5)
    duration = 30 * SECONDS_PER_DAY
    begin = np.sort(draw.uniform(0, duration, 3000))
    end, station = begin + draw.uniform(120, 600, 3000), draw.integers(0, 20, 3000)
    rate = draw.uniform(5e7, 3e8, 3000)
    inflow = draw.uniform(1e6, 9e6, 5)

    clock = perf_counter()
    plan = share_out(np.zeros(3000, int), station, begin, end, np.ones(20, int))
    shared = perf_counter() - clock

    def month() -> None:
        edges, out = piecewise_rates(duration, plan.begin, plan.end, rate[plan.source])
        downlink(edges, inflow, out, [1, 3, 5, 7, 9], 1e12)

    ours = _best(month)
    found = [
        SpeedRow(
            "services",
            "30 days of data, 3,000 contacts of 20 stations, 5 producers of 5 priorities",
            ours,
            "limit",
            LIMIT,
            1.0,
            f"exact, without steps; sharing out the contacts takes {shared * 1e3:.0f} ms more",
        )
    ]
    say("speed: packets")
    span, first, last, speed = contended()
    contacts = list(zip(first.tolist(), last.tolist(), speed.tolist(), strict=True))

    def fluid() -> None:
        edges, out = piecewise_rates(span, first, last, speed)
        downlink(edges, RATES, out, PRIORITIES, BUFFER)

    ours = _best(fluid)
    work = "3 days of 4 producers over 23 contacts, a buffer that overflows"
    if find_spec("simpy") is None:
        told = "SimPy is not installed: run `make test`"
        return [*found, SpeedRow("services", work, ours, "SimPy 4", None, 100.0, told)]
    clock = perf_counter()
    fly_packets(span, contacts, RATES, PRIORITIES, BUFFER, PACKET)
    theirs = perf_counter() - clock
    told = "delivered and lost within a packet of 5 Mbit a contact (validate services)"
    return [*found, SpeedRow("services", work, ours, "SimPy 4", theirs, 100.0, told)]
