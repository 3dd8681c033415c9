"""Messages between sites over satellites that carry them: when they arrive, and how many."""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.services.downlink import downlink

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Graph:
    """Contacts of one direction: data go from one node to another between begin and end."""

    source: Integers
    """Node that sends, (n,). [-]"""
    target: Integers
    """Node that hears, (n,). [-]"""
    begin: Array
    """(n,) [s]"""
    end: Array
    """(n,) [s]"""
    rate: Array
    """(n,) [bit/s]"""

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return int(max(self.source.max(initial=-1), self.target.max(initial=-1))) + 1


def contact_graph(
    one: ArrayLike, other: ArrayLike, begin: ArrayLike, end: ArrayLike, rate: ArrayLike
) -> Graph:
    """Lay out contacts in which both sides send and hear.

    Parameters
    ----------
    one, other : array_like of int, (n,)
        Nodes, from zero. [-]
    begin, end : array_like, (n,)
        Contacts. [s]
    rate : array_like, (n,) or scalar
        In each direction. [bit/s]

    Returns
    -------
    Graph
        Of 2 n contacts.

    Raises
    ------
    DomainError
        If a contact ends before it begins, or a rate is not greater than zero.

    Examples
    --------
    >>> contact_graph([0], [1], [10.0], [20.0], 1e6).target.tolist()
    [1, 0]
    """
    left, right = np.asarray(one, np.int64), np.asarray(other, np.int64)
    since, until = np.asarray(begin, float), np.asarray(end, float)
    speed = np.broadcast_to(np.asarray(rate, float), since.shape)
    if np.any(until < since) or np.any(speed <= 0):
        raise DomainError("contacts must not end before they begin, and need a rate above zero")
    return Graph(
        np.concatenate([left, right]),
        np.concatenate([right, left]),
        np.tile(since, 2),
        np.tile(until, 2),
        np.tile(speed, 2),
    )


def earliest_arrival(
    graph: Graph, origin: int, start: float, size: float = 0.0
) -> tuple[Array, Integers]:
    """Earliest time at which a message can be at each node, and over which contact it came.

    Dijkstra's search on the contact graph [1]_: a node holds the message until a contact takes
    it, and sends it only once it has it whole. Other messages, room aboard and the time that light
    takes are left out.

    Parameters
    ----------
    graph : Graph
        Contacts.
    origin : int
        Node that sends. [-]
    start : float
        When it is sent. [s]
    size : float
        Of the message. [bit]

    Returns
    -------
    arrival : ndarray, (node,)
        Infinite where it never comes. [s]
    contact : ndarray of int, (node,)
        Contact over which it came; -1 at the origin and where it never comes. [-]

    Raises
    ------
    DomainError
        If the graph has no such node.

    Notes
    -----
    Equal to the best of all routes, tried one by one (validate services).

    References
    ----------
    .. [1] CCSDS 734.3-B-1, "Schedule-aware bundle routing", 2019.

    Examples
    --------
    From site 0 up to satellite 1, and half an hour later down to site 2:

    >>> graph = contact_graph([0, 1], [1, 2], [600.0, 2400.0], [900.0, 2700.0], 1e6)
    >>> earliest_arrival(graph, 0, 0.0, 60e6)[0].tolist()
    [0.0, 660.0, 2460.0]
    """
    nodes = graph.nodes
    if not 0 <= origin < nodes:
        raise DomainError(f"a message needs a node to be sent from: 0 to {nodes - 1}, not {origin}")
    arrival = np.full(nodes, np.inf)
    over = np.full(nodes, -1, np.int64)
    arrival[origin] = start
    leaving = [np.flatnonzero(graph.source == node) for node in range(nodes)]
    open_nodes = [(start, origin)]
    done = np.zeros(nodes, bool)
    while open_nodes:
        _, node = heapq.heappop(open_nodes)
        if done[node]:
            continue
        done[node] = True
        contacts = leaving[node]
        sent = np.maximum(arrival[node], graph.begin[contacts]) + size / graph.rate[contacts]
        # A contact that is over when the message comes is no contact, however small the message.
        there = np.where(sent <= graph.end[contacts], sent, np.inf)
        for contact, time in zip(contacts.tolist(), there.tolist(), strict=True):
            target = int(graph.target[contact])
            if time < arrival[target]:
                arrival[target] = time
                over[target] = contact
                heapq.heappush(open_nodes, (time, target))
    return arrival, over


def waits_between(
    graph: Graph, origin: int, target: int, duration: float
) -> tuple[Array, Array, Array]:
    """How long small messages take that are sent at random times between two nodes.

    Exact: between two times at which contacts begin or end, those who see each other share what
    they have at once, and a message waits for the same later contact whenever it was sent.

    Parameters
    ----------
    graph : Graph
        Contacts.
    origin, target : int
        Nodes. [-]
    duration : float
        Messages are sent evenly from zero to this. [s]

    Returns
    -------
    least, most : ndarray, (piece,)
        The latency of messages of a piece is even between the two; infinite ones never arrive. [s]
    weight : ndarray, (piece,)
        Time in which they are sent. [s]

    Raises
    ------
    DomainError
        If the graph has no such nodes.

    Notes
    -----
    Messages are small: the time to send one is left out. Equal to `earliest_arrival` of messages
    without size at any time (tests).

    Examples
    --------
    >>> graph = contact_graph([0, 1], [1, 2], [600.0, 2400.0], [900.0, 2700.0], 1e6)
    >>> least, most, weight = waits_between(graph, 0, 2, 3600.0)
    >>> float(most[0]), float(weight[np.isfinite(most)].sum())
    (2400.0, 900.0)
    """
    nodes = graph.nodes
    if not (0 <= origin < nodes and 0 <= target < nodes):
        raise DomainError(f"messages need two nodes from 0 to {nodes - 1}: {origin}, {target}")
    corners = np.concatenate([[0.0, duration], graph.begin, graph.end])
    edges = np.unique(corners[(corners >= 0) & (corners <= duration)])
    arrival = np.full(nodes, np.inf)  # of a message that a node has at the end of a piece
    arrival[target] = duration
    pieces = edges.size - 1
    first, last = np.full(pieces, np.inf), np.full(pieces, np.inf)
    starts = np.searchsorted(edges, np.clip(graph.begin, 0.0, duration))
    stops = np.searchsorted(edges, np.clip(graph.end, 0.0, duration))
    going: list[list[int]] = [[] for _ in range(pieces + 1)]
    for contact, (at, until) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        for piece in range(at, until):
            going[piece].append(contact)
    for piece in range(pieces - 1, -1, -1):
        # Those from whom data reach the target now, and the best of those whom a node reaches.
        pairs = [(int(graph.source[c]), int(graph.target[c])) for c in going[piece]]
        now = np.zeros(nodes, bool)
        now[target] = True
        changed = True
        while changed:
            changed = False
            for sender, hearer in pairs:
                if now[hearer] and not now[sender]:
                    now[sender] = changed = True
                if arrival[hearer] < arrival[sender]:
                    arrival[sender] = arrival[hearer]
                    changed = True
        if now[origin]:
            first[piece] = last[piece] = 0.0
        else:
            last[piece] = arrival[origin] - edges[piece]
            first[piece] = arrival[origin] - edges[piece + 1]
        # Before this piece, a node that reaches the target in it waits for its begin.
        arrival[now] = edges[piece]
    return first, last, np.diff(edges)


def carried_volume(edges: ArrayLike, up: ArrayLike, down: ArrayLike, buffer: float) -> float:
    """Most data that a satellite can carry from those who send to those who hear.

    It takes what comes as long as it has room, and lets go of all that it can: with one buffer no
    other rule carries more. What it has no room for stays where it is.

    Parameters
    ----------
    edges : array_like, (n + 1,)
        Times at which rates change. [s]
    up, down : array_like, (n,)
        Rates to the satellite and from it. [bit/s]
    buffer : float
        Room aboard. [bit]

    Returns
    -------
    float
        [bit]

    Raises
    ------
    DomainError
        As `downlink`.

    Examples
    --------
    Ten minutes up, an hour later ten minutes down, room for five minutes:

    >>> carried_volume([0.0, 600.0, 4200.0, 4800.0], [1e6, 0, 0], [0, 0, 1e6], 300e6)
    300000000.0
    """
    rates = np.asarray(up, float)
    return float(downlink(edges, rates[:, None], down, [1], buffer).delivered.sum())
