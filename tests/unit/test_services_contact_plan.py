"""Contacts are shared out so that nothing talks to two at once, and nothing idles for nothing."""

import numpy as np
import pytest

from stationkeeper.errors import DomainError
from stationkeeper.services.contact_plan import rate_pieces, share_out
from stationkeeper.services.store_forward import (
    carried_volume,
    contact_graph,
    earliest_arrival,
    waits_between,
)

ANTENNAS = np.array([1, 2, 3])


def sightings(seed, contacts=120):
    draw = np.random.default_rng(seed)
    begin = draw.uniform(0, 20_000, contacts)
    return (
        draw.integers(0, 4, contacts),
        draw.integers(0, 3, contacts),
        begin,
        begin + draw.uniform(10, 900, contacts),
    )


@pytest.mark.parametrize("seed", range(4))
def test_no_transmitter_and_no_antenna_is_used_twice_and_none_idles(seed) -> None:
    satellite, station, begin, end = sightings(seed)
    plan = share_out(satellite, station, begin, end, ANTENNAS)
    at = np.linspace(0, 21_000, 40_001) + 0.123
    seen = (begin[:, None] <= at) & (at < end[:, None])
    used = (plan.begin[:, None] <= at) & (at < plan.end[:, None])
    talks = np.array([used[plan.satellite == one].sum(axis=0) for one in range(4)])
    follows = np.array([used[plan.station == one].sum(axis=0) for one in range(3)])
    assert talks.max() == 1
    assert np.all(follows.max(axis=1) <= ANTENNAS)
    # Whoever sees a station with a free antenna talks.
    free = follows < ANTENNAS[:, None]
    could = seen & free[station] & (talks[satellite] == 0)
    assert not could.any()
    for one, source in enumerate(plan.source):
        assert begin[source] <= plan.begin[one] < plan.end[one] <= end[source]
        assert station[source] == plan.station[one]


def test_the_plan_does_not_depend_on_the_order_of_the_input() -> None:
    given = sightings(9)
    mixed = np.random.default_rng(1).permutation(given[0].size)
    plan = share_out(*given, ANTENNAS)
    other = share_out(*(one[mixed] for one in given), ANTENNAS)
    np.testing.assert_array_equal(plan.begin, other.begin)
    np.testing.assert_array_equal(plan.station, other.station)
    np.testing.assert_array_equal(plan.source, mixed[other.source])


def test_the_contact_of_most_worth_is_taken_whole() -> None:
    plan = share_out([0, 0], [0, 1], [0.0, 100.0], [500.0, 300.0], ANTENNAS, worth=[1.0, 2.0])
    assert plan.station.tolist() == [0, 1, 0]
    assert plan.begin.tolist() == [0.0, 100.0, 300.0]
    least = share_out([0, 0], [0, 1], [0.0, 100.0], [500.0, 300.0], ANTENNAS, [1.0, 2.0], 150.0)
    assert least.begin.tolist() == [100.0, 300.0]
    assert share_out([], [], [], [], [1]).begin.size == 0


def test_contacts_that_cannot_be_are_told() -> None:
    with pytest.raises(DomainError, match="ends before"):
        share_out([0], [0], [2.0], [1.0], [1])
    with pytest.raises(DomainError, match="no antennas"):
        share_out([0], [1], [0.0], [1.0], [1])
    with pytest.raises(DomainError, match="two times"):
        rate_pieces([0.0], [1.0], [0.3], [1], [0.0], [1.0])
    with pytest.raises(DomainError, match="two times"):
        rate_pieces([0.0], [1.0], [0.3, 0.4], [3], [0.0], [1.0])
    with pytest.raises(DomainError, match="rate above zero"):
        contact_graph([0], [1], [0.0], [1.0], 0.0)
    graph = contact_graph([0], [1], [0.0], [1.0], 1.0)
    with pytest.raises(DomainError, match="0 to 1, not 2"):
        earliest_arrival(graph, 2, 0.0)
    with pytest.raises(DomainError, match="two nodes"):
        waits_between(graph, 0, 5, 1.0)


def test_no_bit_is_lost_between_the_steps_of_a_table() -> None:
    table, rates = np.radians([5.0, 10.0, 30.0]), np.array([1e6, 4e6, 9e6])
    elevation = np.radians([2.0, 12.0, 40.0, 20.0, 20.0, 5.0])
    begin, end, rate, contact = rate_pieces([100.0], [200.0], elevation, [6], table, rates)
    assert contact.tolist() == [0] * 5
    at = np.linspace(100, 200, 1_000_001)
    angle = np.interp(at, np.linspace(100, 200, 6), elevation)
    index = np.searchsorted(table, angle, side="right") - 1
    brute = np.where(index >= 0, rates[index], 0.0)
    assert (rate * (end - begin)).sum() == pytest.approx(np.trapezoid(brute, at), rel=1e-5)
    assert rate[3] == 4e6  # level: neither up nor down
    assert rate_pieces([], [], [], [], table, rates)[0].size == 0


def routes(graph, origin, start, size):
    """Return the earliest arrivals by walking every route without a circle."""
    best = np.full(graph.nodes, np.inf)

    def walk(node, time, been):
        best[node] = min(best[node], time)
        for contact in np.flatnonzero(graph.source == node):
            there = max(time, graph.begin[contact]) + size / graph.rate[contact]
            target = int(graph.target[contact])
            if there <= graph.end[contact] and target not in been:
                walk(target, there, been | {target})

    walk(origin, start, {origin})
    return best


@pytest.mark.parametrize("seed", range(6))
def test_the_earliest_arrival_is_the_best_of_all_routes(seed) -> None:
    draw = np.random.default_rng(seed)
    one = draw.integers(0, 5, 12)
    begin = draw.uniform(0, 1000, 12)
    graph = contact_graph(
        one, (one + draw.integers(1, 5, 12)) % 5, begin, begin + draw.uniform(0, 300, 12), 1e6
    )
    for size in (0.0, 20e6):
        arrival, over = earliest_arrival(graph, 0, 50.0, size)
        np.testing.assert_allclose(arrival, routes(graph, 0, 50.0, size))
        came = np.flatnonzero(over >= 0)
        np.testing.assert_array_equal(graph.target[over[came]], came)


@pytest.mark.parametrize("seed", range(4))
def test_waits_of_random_sending_times_are_those_of_single_messages(seed) -> None:
    draw = np.random.default_rng(seed)
    one = draw.integers(0, 4, 25)
    begin = draw.uniform(0, 9000, 25)
    graph = contact_graph(
        one, (one + draw.integers(1, 4, 25)) % 4, begin, begin + draw.uniform(10, 600, 25), 1e6
    )
    least, most, weight = waits_between(graph, 0, 3, 10_000.0)
    edges = np.concatenate([[0.0], np.cumsum(weight)])
    assert edges[-1] == pytest.approx(10_000.0)
    for piece in range(0, weight.size, 3):
        for part in (0.25, 0.75):
            at = edges[piece] + part * weight[piece]
            arrival = earliest_arrival(graph, 0, at)[0][3]
            never = np.isinf(most[piece])
            told = np.inf if never else most[piece] * (1 - part) + least[piece] * part
            assert arrival - at == pytest.approx(told, abs=1e-6)


def test_a_satellite_carries_what_it_has_room_for() -> None:
    edges = np.arange(0.0, 5000.0, 600.0)
    up, down = np.array([2, 0, 0, 1, 2, 0, 0, 0]) * 1e6, np.array([0, 0, 1, 1, 0, 0, 2, 1]) * 1e6
    for room, carried in ((np.inf, 3000e6), (600e6, 1800e6), (300e6, 1200e6)):
        assert carried_volume(edges, up, down, room) == pytest.approx(carried)
