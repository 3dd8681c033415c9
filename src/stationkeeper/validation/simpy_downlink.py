"""The downlink as SimPy processes: packets, one after another, for `services.downlink` as a fluid.

Producers put a packet on the table each time they have made one; a transmitter takes the packet of
the lowest priority number that lies longest, and goes on with it in the next contact if one ends.
If the buffer is full, the newest packet of the last priority gives way, be it the one that comes
in. Written apart from the kernel; they share nothing.
"""

from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Packets:
    """What became of packets."""

    delivered: Array
    """By producer. [bit]"""
    lost: Array
    """By producer. [bit]"""
    producer: NDArray[np.int64]
    """Of each packet that was heard. [-]"""
    latency: Array
    """Of each, from the middle of its making to the middle of its sending. [s]"""


def fly_packets(
    duration: float,
    contacts: Sequence[tuple[float, float, float]],
    rates: Sequence[float],
    priorities: Sequence[int],
    buffer: float,
    size: float,
) -> Packets:
    """Fly packets through a buffer to the ground.

    Parameters
    ----------
    duration : float
        [s]
    contacts : sequence of (begin, end, rate)
        In order, none overlapping. [s, s, bit/s]
    rates : sequence of float
        Of producers. [bit/s]
    priorities : sequence of int
        Of producers; the lowest goes first. [-]
    buffer : float
        Room. [bit]
    size : float
        Of a packet. [bit]

    Returns
    -------
    Packets

    Raises
    ------
    InputError
        If SimPy is not installed.
    """
    if find_spec("simpy") is None:
        raise InputError("the packets need SimPy: run `make test`")
    import simpy

    world: Any = simpy.Environment()
    queues: dict[int, deque[tuple[int, float]]] = {one: deque() for one in sorted(priorities)}
    room = int(buffer // size)
    delivered, lost = np.zeros(len(rates)), np.zeros(len(rates))
    heard: list[tuple[int, float]] = []
    woken: list[Any] = [world.event()]

    def making(producer: int) -> Generator[Any, None, None]:
        period = size / rates[producer]
        level = priorities[producer]
        while True:
            yield world.timeout(period)
            queues[level].append((producer, world.now - 0.5 * period))
            if sum(len(queue) for queue in queues.values()) > room:
                last = max(one for one, queue in queues.items() if queue)
                lost[queues[last].pop()[0]] += size
            if not woken[0].triggered:
                woken[0].succeed()

    def sending() -> Generator[Any, None, None]:
        todo = 0.0  # of the packet that is on its way
        producer, made, since = 0, 0.0, 0.0
        for begin, end, rate in contacts:
            if begin > world.now:
                yield world.timeout(begin - world.now)
            while world.now < end:
                if not todo:
                    queue = next((one for one in queues.values() if one), None)
                    if queue is None:
                        woken[0] = world.event()
                        yield woken[0] | world.timeout(end - world.now)
                        continue
                    producer, made = queue.popleft()
                    todo, since = size, world.now
                span = min(todo / rate, end - world.now)
                whole = span == todo / rate
                yield world.timeout(span)
                todo = 0.0 if whole else todo - span * rate
                if whole:
                    delivered[producer] += size
                    heard.append((producer, 0.5 * (world.now + since) - made))

    for producer in range(len(rates)):
        world.process(making(producer))
    world.process(sending())
    world.run(until=duration)
    return Packets(
        delivered,
        lost,
        np.array([one for one, _ in heard], np.int64),
        np.array([wait for _, wait in heard], float),
    )
