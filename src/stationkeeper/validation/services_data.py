"""Data that wait for the ground, beside closed forms, a packet simulation and every route tried."""

from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.orbit.ephemeris import Ephemeris, mean_ephemeris
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.orbit.intervals import gap_statistics
from stationkeeper.orbit.passes import find_passes
from stationkeeper.services.age_of_information import age_of_information, age_of_updates
from stationkeeper.services.contact_plan import share_out
from stationkeeper.services.downlink import Downlink, downlink, piecewise_rates
from stationkeeper.services.latency import mean_wait, share_within, wait_of_share
from stationkeeper.services.store_forward import (
    Graph,
    contact_graph,
    earliest_arrival,
    waits_between,
)
from stationkeeper.units import HOUR, KILOMETRE, days_since_2000
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Row
from stationkeeper.validation.simpy_downlink import fly_packets

Array = NDArray[np.float64]
Progress = Callable[[str], None]

ROUNDING: Final = 1e-9
PACKET: Final = 5e6  # [bit] of the simulation by packets; ours
RATES: Final = (1.0e6, 0.5e6, 2.0e6, 0.8e6)  # [bit/s]
PRIORITIES: Final = (1, 2, 2, 5)
BUFFER: Final = 1e11  # [bit] too small for the longest gap
ROOMY: Final = 1e13  # [bit] more than is ever made
_GIGABIT: Final = 1e9
_GIGABYTE: Final = 8e9
_PACKETS: Final = "SimPy 4 (https://simpy.readthedocs.io), packet by packet in this run"


def rows(progress: Progress | None = None) -> list[Row]:
    """Return the rows of data transmission.

    Parameters
    ----------
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    list of Row
    """
    say = progress or (lambda text: None)
    found = _dumps() + _fluid() + _age() + _balance() + _messages()
    say("services: data, packet by packet")
    found += packet_rows()
    say("services: data, stations of the prototype")
    return found + _prototype()


def _row(
    name: str,
    ours: float | None,
    truth: float,
    unit: str,
    tolerance: float,
    kind: Kind,
    source: str,
    note: str = "",
) -> Row:
    return Row("services", f"data: {name}", ours, truth, unit, tolerance, kind, source, note=note)


def _waits(flown: Downlink, producer: int | None = None) -> tuple[Array, Array, Array]:
    volume = flown.volume.sum(axis=1) if producer is None else flown.volume[:, producer]
    return flown.heard_from - flown.made_from, flown.heard_to - flown.made_to, volume


def _dumps() -> list[Row]:
    """Contacts at random that take all at once: sums over the gaps."""
    draw = np.random.default_rng(7)
    begin = np.append(np.sort(draw.uniform(0, 30 * SECONDS_PER_DAY, 150)), 30 * SECONDS_PER_DAY)
    duration = float(begin[-1] + 600.0)
    edges, out = piecewise_rates(duration, begin, begin + 600.0, np.full(151, 1e18))
    waits = _waits(downlink(edges, [1e6], out, [1]))
    gaps = np.diff(edges)[out == 0]
    mean = float(np.sum(gaps**2) / (2 * duration))
    late = 3 * HOUR
    more = float(np.sum(np.maximum(gaps - late, 0)) / duration)
    source = "closed form: uniform arrivals, dumped at once in each contact"
    beyond = 1.0 - float(share_within(late, *waits))
    return [
        _row(
            "mean wait, 150 contacts at random",
            mean_wait(*waits) / HOUR,
            mean / HOUR,
            "h",
            ROUNDING * mean / HOUR,
            "worked-example",
            source + ": sum of squares of gaps over twice the time",
        ),
        _row(
            "share that waits more than 3 h",
            beyond,
            more,
            "1",
            ROUNDING,
            "worked-example",
            source + ": sum of what gaps are longer, over the time",
        ),
    ]


def _fluid() -> list[Row]:
    """A link that is off and on, three times what is made: triangles."""
    off, on, times, cycles = 4800.0, 3600.0, 3.0, 100
    start = np.arange(cycles) * (off + on)
    rate = 2e6
    edges, out = piecewise_rates(
        cycles * (off + on), start + off, start + off + on, np.full(cycles, times * rate)
    )
    flown = downlink(edges, [rate], out, [1])
    drained = off / (times - 1.0)
    mean = 0.5 * off * (off + drained) / (off + on)
    # Of the share of data that waits at all, waits are even from 0 to the time off.
    waiting = (off + drained) / (off + on)
    tenth = off * (1.0 - 0.1 / waiting)
    source = "closed form: fluid of one constant rate into another (D/D/1) with vacations"
    told = _waits(flown)
    ninety = wait_of_share(0.9, *told)
    return [
        _row(
            "mean wait of a fluid",
            mean_wait(*told),
            mean,
            "s",
            ROUNDING * mean,
            "worked-example",
            source,
        ),
        _row("wait of a fluid, 90 %", ninety, tenth, "s", 1e-6, "worked-example", source),
        _row(
            "most of a fluid in the buffer",
            flown.peak / _GIGABIT,
            rate * off / _GIGABIT,
            "Gbit",
            ROUNDING * rate * off / _GIGABIT,
            "worked-example",
            source,
        ),
    ]


def _age() -> list[Row]:
    """Updates each hour and a half, a minute on the way."""
    period, delay, many = 5400.0, 60.0, 5000
    mean, peak = age_of_updates(period, delay)
    made = np.arange(many) * period
    age = age_of_information(made, made, made + delay, made + delay, many * period)
    source = "closed form: period / 2 + delay, and period + delay"
    # The ground knows all at the begin: until the first update comes, it knows a period more.
    truth = mean - delay * period / (many * period)
    return [
        _row(
            "mean age of periodic updates",
            age.mean,
            truth,
            "s",
            ROUNDING * mean,
            "worked-example",
            source,
        ),
        _row(
            "peak age of periodic updates", age.largest, peak, "s", 1e-6, "worked-example", source
        ),
    ]


def _balance() -> list[Row]:
    """Five producers of nine priorities over 20 stations for 30 days, at random."""
    draw = np.random.default_rng(3)
    duration = 30 * SECONDS_PER_DAY
    begin = np.sort(draw.uniform(0, duration, 3000))
    edges, out = piecewise_rates(
        duration, begin, begin + draw.uniform(60, 600, 3000), draw.uniform(1e6, 1e8, 3000)
    )
    worst = 0.0
    for buffer in (np.inf, 1e11, 1e10, 1e9):
        flown = downlink(edges, draw.uniform(1e6, 9e6, 9), out, np.arange(1, 10), buffer)
        gone = flown.delivered + flown.lost + flown.left
        worst = max(worst, float(np.max(np.abs(flown.made - gone) / flown.made)))
    return [
        _row(
            "largest gap between made and delivered, lost and left",
            worst,
            0.0,
            "1",
            ROUNDING,
            "standard",
            "conservation of data, by producer, four sizes of buffer",
        )
    ]


def all_routes(graph: Graph, origin: int, start: float, size: float) -> Array:
    """Return the earliest arrival at each node by walking every route without a circle.

    Parameters
    ----------
    graph : Graph
        Small: the routes are as many as a factorial.
    origin : int
        Node that sends. [-]
    start : float
        When. [s]
    size : float
        Of the message. [bit]

    Returns
    -------
    ndarray, (node,)
        [s]
    """
    best = np.full(graph.nodes, np.inf)

    def walk(node: int, time: float, been: frozenset[int]) -> None:
        best[node] = min(best[node], time)
        for contact in np.flatnonzero(graph.source == node).tolist():
            there = max(time, graph.begin[contact]) + size / graph.rate[contact]
            target = int(graph.target[contact])
            if there <= graph.end[contact] and target not in been:
                walk(target, float(there), been | {target})

    walk(origin, start, frozenset({origin}))
    return best


def random_graph(seed: int, nodes: int = 5, contacts: int = 12) -> Graph:
    """Return contacts at random among a few nodes over 1,000 s.

    Parameters
    ----------
    seed, nodes, contacts : int
        [-]

    Returns
    -------
    Graph
    """
    draw = np.random.default_rng(seed)
    one = draw.integers(0, nodes, contacts)
    other = (one + draw.integers(1, nodes, contacts)) % nodes
    begin = draw.uniform(0, 1000, contacts)
    end = begin + draw.uniform(0, 300, contacts)
    # Of one more, so that each node is there; it is over before any message is sent.
    return contact_graph(
        np.append(one, 0), np.append(other, nodes - 1), np.append(begin, 0), np.append(end, 0), 1e6
    )


def _messages() -> list[Row]:
    """Messages over contact graphs, beside every route, and beside one another."""
    differ = 0
    for seed in range(60):
        graph = random_graph(seed)
        for size in (0.0, 20e6):
            arrival = earliest_arrival(graph, 0, 50.0, size)[0]
            best = all_routes(graph, 0, 50.0, size)
            differ += int(np.count_nonzero(~np.isclose(arrival, best, rtol=1e-12, atol=0)))
    worst = 0.0
    for seed in range(20):
        graph = random_graph(seed, contacts=20)
        least, most, weight = waits_between(graph, 0, 4, 1000.0)
        ends = np.cumsum(weight)
        for piece in np.flatnonzero(weight > 1e-6).tolist():
            arrival = earliest_arrival(graph, 0, float(ends[piece] - 0.5 * weight[piece]))[0][4]
            told = 0.5 * (least[piece] + most[piece])
            single = float(arrival - ends[piece] + 0.5 * weight[piece])
            if np.isfinite(told) or np.isfinite(single):
                worst = max(worst, abs(told - single))
    return [
        _row(
            "earliest arrivals that differ, of 600 on 60 contact graphs",
            float(differ),
            0.0,
            "1",
            0.0,
            "worked-example",
            "every route without a circle, walked one by one",
        ),
        _row(
            "waits at random times against single messages, largest difference",
            worst,
            0.0,
            "s",
            1e-6,
            "worked-example",
            "a message sent in the middle of each piece of time, routed alone",
        ),
    ]


def contended() -> tuple[float, Array, Array, Array]:
    """Return three days of contacts on seven of fifteen revolutions: duration, begin, end, rate."""
    duration = 3 * SECONDS_PER_DAY
    turns = np.arange(0, duration, 5560.0)
    draw = np.random.default_rng(0)
    begin = (turns + draw.uniform(0, 600, turns.size))[np.arange(turns.size) % 15 < 7]
    end = begin + draw.uniform(200, 600, begin.size)
    return duration, begin, end, np.where(np.arange(begin.size) % 2, 6e7, 1.2e8)


def packet_rows(size: float = PACKET) -> list[Row]:
    """Return rows of four producers of three priorities beside packets in SimPy.

    Parameters
    ----------
    size : float
        Of a packet. [bit]

    Returns
    -------
    list of Row
        Tolerances are what a packet can change: of what is delivered and lost, one in each contact;
        of the latency, the time in which the slowest producer makes one.
    """
    if find_spec("simpy") is None:
        name, note = "four producers beside packets", "SimPy is not installed: run `make test`"
        return [_row(name, None, 0.0, "1", 0.0, "other-program", _PACKETS, note)]
    return _beside(size, ROOMY, "room for all") + _beside(size, BUFFER, "a full buffer")


def _beside(size: float, buffer: float, case: str) -> list[Row]:
    """Return the rows of one size of buffer."""
    duration, begin, end, rate = contended()
    edges, out = piecewise_rates(duration, begin, end, rate)
    flown = downlink(edges, RATES, out, PRIORITIES, buffer)
    contacts = list(zip(begin.tolist(), end.tolist(), rate.tolist(), strict=True))
    packets = fly_packets(duration, contacts, RATES, PRIORITIES, buffer, size)
    note = f"packets of {size / 1e6:g} Mbit, {begin.size} contacts"
    slack = begin.size * size / _GIGABIT
    making = size / min(RATES)
    found = []
    for number, level in enumerate(PRIORITIES):
        heard = packets.latency[packets.producer == number]
        told = _waits(flown, number)
        mine = (
            float(flown.delivered[number]) / _GIGABIT,
            float(flown.lost[number]) / _GIGABIT,
            mean_wait(*told),
            wait_of_share(0.9, *told),
        )
        theirs = (
            float(packets.delivered[number]) / _GIGABIT,
            float(packets.lost[number]) / _GIGABIT,
            float(heard.mean()),
            float(np.quantile(heard, 0.9)),
        )
        names = ("delivered", "lost", "mean latency", "latency, 90 %")
        units, widths = ("Gbit", "Gbit", "s", "s"), (slack, slack, making, making)
        for what, ours, truth, unit, width in zip(names, mine, theirs, units, widths, strict=True):
            name = f"{case}, producer {number + 1} of priority {level}: {what}"
            found.append(_row(name, ours, truth, unit, width, "other-program", _PACKETS, note))
    return found


def _prototype() -> list[Row]:
    """Return the table of the prototype as context: volumes and waits over a few stations."""
    told: dict[str, Any] = published("services_data.toml")
    first = float(days_since_2000(date(2026, 1, 1)))
    orbits = {"low": (420 * KILOMETRE, 51.64), "polar": (400 * KILOMETRE, 97.0)}
    found = []
    for orbit, (altitude, inclination) in orbits.items():
        ephemeris = mean_ephemeris(
            first,
            30 * SECONDS_PER_DAY,
            60.0,
            altitude=altitude,
            inclination=float(np.radians(inclination)),
            node=0.0,
        )
        for case in told["case"]:
            begin, end = _talks(ephemeris, told, case["places"])
            talked = float((end - begin).sum())
            name = f"{case['name']}, {inclination:g} deg, constant rate: "
            ours = talked * told["rate_mbit_s"] * 1e6 / _GIGABYTE / 30
            found.append(
                _row(
                    name + "volume",
                    ours,
                    case["gb_per_day"][orbit],
                    "GB/d",
                    0.05 * case["gb_per_day"][orbit],
                    "context",
                    told["source"],
                )
            )
            if "mean_wait_h" in case:
                wait = gap_statistics(begin, end, ephemeris.duration).mean_wait / HOUR
                truth = case["mean_wait_h"][orbit]
                found.append(
                    _row(
                        name + "mean wait",
                        wait,
                        truth,
                        "h",
                        0.1 * truth,
                        "context",
                        told["source"],
                    )
                )
    return found


def _talks(ephemeris: Ephemeris, told: dict[str, Any], names: list[str]) -> tuple[Array, Array]:
    """Return when a station talks to any of some places, with one transmitter."""
    latitude, longitude = np.radians([told["place"][name] for name in names]).T
    passes = find_passes(
        ephemeris,
        place(latitude, longitude),
        vertical(latitude, longitude),
        float(np.radians(told["mask_deg"])),
    )
    one = np.zeros(len(passes), int)
    plan = share_out(one, passes.site, passes.rise, passes.set, np.ones(len(names), int))
    return plan.begin, plan.end
