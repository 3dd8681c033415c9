"""Heat inside: nodes, what joins them, pumped loops, radiators, heaters, and freezing.

A step is split in halves around its middle: joined nodes exchange exactly what two bodies would,
loops are solved as a ring, and each node then warms, radiates and freezes on its own. Every part
moves or keeps energy and none can overshoot, so that any step is stable and the balance is exact;
steps much longer than the time constants are stable but not accurate.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.household.arrays import STEFAN_BOLTZMANN
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

BLOCKED: Final = 0.5  # [-] share of ice at which a node stops its loop, chosen by us
FLOWS: Final = ("internal", "heaters", "outside", "radiated")
INTERNAL, HEATERS, OUTSIDE, RADIATED = range(4)


class Nodes(NamedTuple):
    """Bodies of one temperature, an entry each.

    Attributes
    ----------
    capacity : ndarray, (node,)
        Heat that warms it by a kelvin. [J/K]
    radiating : ndarray, (node,)
        Area times emittance towards space; 0 inside. [m2]
    freezing : ndarray, (node,)
        Temperature at which it freezes; 0 for never. [K]
    latent : ndarray, (node,)
        Heat that freezing sets free; 0 where only the temperature counts. [J]
    """

    capacity: Array
    radiating: Array
    freezing: Array
    latent: Array


class Links(NamedTuple):
    """Pairs of nodes that exchange heat.

    Attributes
    ----------
    first, second : ndarray of int64, (link,)
        The nodes.
    conductance : ndarray, (link,)
        [W/K]
    """

    first: Whole
    second: Whole
    conductance: Array


class Loops(NamedTuple):
    """Pumped loops: rings of nodes, one loop after the other.

    Attributes
    ----------
    start : ndarray of int64, (loop+1,)
        Where in `node` each loop begins; the last entry is the end.
    node : ndarray of int64, (place,)
        The nodes in the order of the flow.
    flow : ndarray, (loop,)
        Heat carried by the flow when the pump runs: mass flow times specific heat. [W/K]
    """

    start: Whole
    node: Whole
    flow: Array


class Heaters(NamedTuple):
    """Heaters with thermostats.

    Attributes
    ----------
    node : ndarray of int64, (heater,)
        The node that is warmed and watched.
    power : ndarray, (heater,)
        [W]
    on_below, off_above : ndarray, (heater,)
        Temperatures of the thermostat. [K]
    """

    node: Whole
    power: Array
    on_below: Array
    off_above: Array


@inner_kernel
def _near(x: float) -> float:
    """1 - exp(-x), by its series where that is exact to 3e-11 and much sooner."""
    if x < 0.05:
        return float(x * (1.0 - x * (1 / 2 - x * (1 / 6 - x * (1 / 24 - x * (1 / 120))))))
    return float(-np.expm1(-x))


@inner_kernel
def _exchange(nodes: Nodes, links: Links, i: int, step: float, temperature: Array) -> None:
    """Let two joined nodes approach one another, exactly."""
    a, b = links.first[i], links.second[i]
    first, second = nodes.capacity[a], nodes.capacity[b]
    both = first * second / (first + second)
    heat = both * _near(links.conductance[i] * step / both)
    heat *= temperature[a] - temperature[b]
    temperature[a] -= heat / first
    temperature[b] += heat / second


@inner_kernel
def _circulate(
    nodes: Nodes, loops: Loops, i: int, flow: float, share: Array, step: float, temperature: Array
) -> None:
    """Carry heat around a ring: what leaves a place enters the next, and the last the first."""
    # What leaves a place is a straight line of what enters it; follow the line around once.
    level, gain = 0.0, 1.0
    for place in range(loops.start[i], loops.start[i + 1]):
        node = loops.node[place]
        rate = share[place] * flow * step / nodes.capacity[node]
        # A place nears what enters it; on the mean over the step this share of it is its own.
        own = share[place] * (_near(rate) / rate if rate > 0.0 else 1.0)
        level = own * temperature[node] + (1.0 - own) * level
        gain *= 1.0 - own
    if gain >= 1.0:
        return
    entering = level / (1.0 - gain)
    for place in range(loops.start[i], loops.start[i + 1]):
        node = loops.node[place]
        rate = share[place] * flow * step / nodes.capacity[node]
        near = _near(rate)
        own = share[place] * (near / rate if rate > 0.0 else 1.0)
        apart = entering - temperature[node]
        temperature[node] += near * apart
        entering -= own * apart


@inner_kernel
def _radiate(
    capacity: float, radiating: float, temperature: float, heat: float, step: float
) -> float:
    """Temperature after a step with heat in [J] and radiation out, implicit."""
    target = capacity * temperature + heat
    if radiating <= 0.0:
        return target / capacity
    pull = STEFAN_BOLTZMANN * radiating * step
    # The sum of both terms rises and curves upwards: from above Newton cannot overshoot.
    new = max(temperature, target / capacity)
    for _ in range(60):
        cube = new * new * new
        change = (capacity * new + pull * cube * new - target) / (capacity + 4.0 * pull * cube)
        new -= change
        if abs(change) <= 1e-14 * new:
            break
    return new


@inner_kernel
def freezing_heat(
    capacity: float, latent: float, freezing: float, temperature: float, ice: float
) -> float:
    """Heat set free [J] by a body that freezes until it is at `freezing` or all ice, or thaws."""
    lack = capacity * (freezing - temperature)
    if lack > 0.0:
        return min(lack, (1.0 - ice) * latent)
    return max(lack, -ice * latent)


@inner_kernel
def _freeze(nodes: Nodes, i: int, temperature: Array, ice: Array) -> None:
    """Turn cold below freezing into ice, or warmth above it into water."""
    if nodes.latent[i] <= 0.0:
        return
    moved = freezing_heat(
        nodes.capacity[i], nodes.latent[i], nodes.freezing[i], temperature[i], ice[i]
    )
    ice[i] = min(max(ice[i] + moved / nodes.latent[i], 0.0), 1.0)
    temperature[i] += moved / nodes.capacity[i]


@inner_kernel
def is_frozen(nodes: Nodes, i: int, temperature: Array, ice: Array) -> bool:
    """Whether a node is too frozen to flow."""
    if nodes.latent[i] > 0.0:
        return bool(ice[i] >= BLOCKED)
    return bool(temperature[i] < nodes.freezing[i])


@inner_kernel
def heat_step(
    nodes: Nodes,
    links: Links,
    loops: Loops,
    heaters: Heaters,
    internal: Array,
    outside: Array,
    pump: Array,
    share: Array,
    supplied: Array,
    step: float,
    temperature: Array,
    ice: Array,
    heating: Array,
    warmed: Array,
    flows: Array,
) -> None:
    """Warm, cool and freeze every node through a step and book what came and went [J].

    `internal` and `outside` are what nodes are given [W]; `pump` is the share of the flow of each
    loop, `share` what of it passes each place (the rest goes by), `supplied` the share of its power
    that each heater gets; `heating` is the state of the thermostats, `warmed` room for a number a
    node.
    """
    for i in range(heaters.node.size):
        here = temperature[heaters.node[i]]
        if here < heaters.on_below[i]:
            heating[i] = 1.0
        elif here > heaters.off_above[i]:
            heating[i] = 0.0
    half, count = 0.5 * step, links.first.size
    for i in range(count):
        _exchange(nodes, links, i, half, temperature)
    _flow(nodes, loops, pump, share, half, temperature, ice)
    for i in range(temperature.size):
        warmed[i] = (internal[i] + outside[i]) * step
        flows[INTERNAL] += internal[i] * step
        flows[OUTSIDE] += outside[i] * step
    for i in range(heaters.node.size):
        heat = heating[i] * supplied[i] * heaters.power[i] * step
        warmed[heaters.node[i]] += heat
        flows[HEATERS] += heat
    for i in range(temperature.size):
        new = _radiate(nodes.capacity[i], nodes.radiating[i], temperature[i], warmed[i], step)
        flows[RADIATED] += STEFAN_BOLTZMANN * nodes.radiating[i] * step * new**4
        temperature[i] = new
    _flow(nodes, loops, pump, share, half, temperature, ice)
    for i in range(count - 1, -1, -1):
        _exchange(nodes, links, i, half, temperature)
    for i in range(temperature.size):
        _freeze(nodes, i, temperature, ice)


@inner_kernel
def _flow(
    nodes: Nodes,
    loops: Loops,
    pump: Array,
    share: Array,
    step: float,
    temperature: Array,
    ice: Array,
) -> None:
    for i in range(loops.flow.size):
        flow = pump[i] * loops.flow[i]
        for place in range(loops.start[i], loops.start[i + 1]):
            # What lies on the way of the flow and is frozen stops it.
            if share[place] > 0.0 and is_frozen(nodes, loops.node[place], temperature, ice):
                flow = 0.0
        if flow > 0.0:
            _circulate(nodes, loops, i, flow, share, step, temperature)


@kernel
def _course(
    nodes: Nodes,
    links: Links,
    loops: Loops,
    heaters: Heaters,
    internal: Array,
    outside: Array,
    pump: Array,
    share: Array,
    supplied: Array,
    step: float,
    every: int,
    temperature: Array,
    ice: Array,
    heating: Array,
    kept: Array,
    flows: Array,
) -> None:
    warmed = np.empty(temperature.size)
    # What is told for one step only holds for all.
    for k in range(kept.shape[1] * every):
        heat_step(
            nodes, links, loops, heaters, internal[k % internal.shape[0]],
            outside[k % outside.shape[0]], pump, share, supplied, step, temperature, ice,
            heating, warmed, flows,
        )  # fmt: skip
        if (k + 1) % every == 0:
            kept[:, k // every] = temperature


class HeatCourse(NamedTuple):
    """Nodes from step to step.

    Attributes
    ----------
    temperature : ndarray, (node, time)
        After each kept step. [K]
    ice : ndarray, (node,)
        Share frozen after the last step. [-]
    frozen : ndarray of bool, (node,)
        Whether a node is too frozen to flow, after the last step.
    heating : ndarray, (heater,)
        1 where the thermostat is on after the last step. [-]
    flows : ndarray, (4,)
        Energy in all, in the order of `FLOWS`. [J]
    """

    temperature: Array
    ice: Array
    frozen: NDArray[np.bool_]
    heating: Array
    flows: Array


def heat_course(
    nodes: Nodes,
    links: Links,
    loops: Loops,
    heaters: Heaters,
    temperature: ArrayLike,
    *,
    steps: int,
    internal: ArrayLike = 0.0,
    outside: ArrayLike = 0.0,
    pump: ArrayLike = 1.0,
    share: ArrayLike = 1.0,
    supplied: ArrayLike = 1.0,
    ice: ArrayLike = 0.0,
    heating: ArrayLike = 0.0,
    step: float = 10.0,
    every: int = 1,
) -> HeatCourse:
    """Temperatures of a station, step by step.

    Left out: temperatures within a node, the delay of the flow, properties that change with
    temperature, radiation between outer faces (give it as a link).

    Parameters
    ----------
    nodes : Nodes
        Walls, air, fluid, radiators.
    links : Links
        What joins them.
    loops : Loops
        Rings of nodes that a pump joins; the fluid's own heat belongs to its nodes.
    heaters : Heaters
        With thermostats.
    temperature : array_like, (node,)
        At the first step. [K]
    steps : int
        How many, a multiple of `every`.
    internal : array_like, (node,) or (node, time)
        Heat of people and equipment; a shorter course is repeated. [W]
    outside : array_like, (node,) or (node, time)
        Heat taken in from outside, as from `outside_heat`; a shorter course is repeated. [W]
    pump : array_like, (loop,)
        Share of the flow that the pump gives. [-]
    share : array_like, (place,)
        Share of the flow that passes each place of a loop; the rest goes by. [-]
    supplied : array_like, (heater,)
        Share of its power that each heater gets. [-]
    ice : array_like, (node,)
        Share frozen at the first step. [-]
    heating : array_like, (heater,)
        State of the thermostats at the first step. [-]
    step : float
        Greater than zero. [s]
    every : int
        Keep each so many steps.

    Returns
    -------
    HeatCourse

    Raises
    ------
    DomainError
        If a part or a number is outside its range.

    Notes
    -----
    Stored more = internal + heaters + outside - radiated, within 1e-9 over 180 days. In steps of
    10 s within 0.05 K of a solver of higher order for a module with a loop, settled too, and stable
    in steps of a day (tests/unit/test_household_heat.py).

    References
    ----------
    .. [1] G. Strang, "On the construction and comparison of difference schemes", 1968.
    .. [2] D. G. Gilmore, "Spacecraft Thermal Control Handbook", vol. 1, 2nd ed., 2002.

    Examples
    --------
    >>> import numpy as np
    >>> wall = Nodes(np.array([1e6]), np.array([1.0]), np.zeros(1), np.zeros(1))
    >>> flown = heat_course(wall, no_links(), no_loops(), no_heaters(), [300.0], steps=300_000,
    ...     internal=[300.0])
    >>> flown.temperature[0, -1].round(1)  # (300 W / (sigma 1 m2))^(1/4)
    np.float64(269.7)
    """
    _check(nodes, links, loops, heaters)
    if step <= 0 or every < 1 or steps < 1 or steps % every:
        raise DomainError("expected step > 0 s, and steps a multiple of every, both 1 or more")
    size = nodes.capacity.size

    def row(value: ArrayLike, length: int, name: str, most: float = np.inf) -> Array:
        out = np.array(np.broadcast_to(np.asarray(value, np.float64), (length,)))
        if np.any((out < 0) | (out > most)):
            raise DomainError(f"{name}: expected 0 to {most}")
        return out

    def series(value: ArrayLike) -> Array:
        given = np.asarray(value, np.float64)
        given = given[:, np.newaxis] if given.ndim == 1 else given
        wide = np.broadcast_to(given, (size, given.shape[1] if given.ndim == 2 else 1))
        return np.ascontiguousarray(wide.T)

    state, frost = row(temperature, size, "temperature"), row(ice, size, "ice", 1.0)
    on = row(heating, heaters.node.size, "heating", 1.0)
    kept, flows = np.empty((size, steps // every)), np.zeros(len(FLOWS))
    _course(
        nodes, links, loops, heaters, series(internal), series(outside),
        row(pump, loops.flow.size, "pump"), row(share, loops.node.size, "share", 1.0),
        row(supplied, heaters.node.size, "supplied", 1.0), float(step), int(every), state, frost,
        on, kept, flows,
    )  # fmt: skip
    cold = np.where(nodes.latent > 0, frost >= BLOCKED, state < nodes.freezing)
    return HeatCourse(kept, frost, np.asarray(cold), on, flows)


def stored_heat(nodes: Nodes, temperature: ArrayLike, ice: ArrayLike = 0.0) -> Array:
    """Heat in all nodes together, from 0 K and unfrozen.

    Parameters
    ----------
    nodes : Nodes
        Walls, air, fluid, radiators.
    temperature : array_like, (..., node)
        [K]
    ice : array_like, (..., node)
        Share frozen. [-]

    Returns
    -------
    ndarray, (...)
        [J]

    Examples
    --------
    >>> import numpy as np
    >>> water = Nodes(np.array([4.2e6]), np.zeros(1), np.array([273.15]), np.array([3.34e8]))
    >>> float(stored_heat(water, [273.15]) - stored_heat(water, [273.15], [1.0]))
    334000000.0
    """
    warm = nodes.capacity * np.asarray(temperature, np.float64)
    return np.asarray(np.sum(warm - nodes.latent * np.asarray(ice, np.float64), axis=-1))


def no_links() -> Links:
    """Return no links."""
    return Links(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def no_loops() -> Loops:
    """Return no loops."""
    return Loops(np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0))


def no_heaters() -> Heaters:
    """Return no heaters."""
    return Heaters(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0))


def _check(nodes: Nodes, links: Links, loops: Loops, heaters: Heaters) -> None:
    size = nodes.capacity.size
    if np.any(nodes.capacity <= 0):
        raise DomainError("nodes: capacities are greater than 0 J/K")
    if any(np.any(one < 0) for one in (nodes.radiating, nodes.freezing, nodes.latent)):
        raise DomainError("nodes: radiating area, freezing temperature and latent heat are >= 0")
    named = (
        ("links", links.first), ("links", links.second), ("loops", loops.node),
        ("heaters", heaters.node),
    )  # fmt: skip
    for name, of in named:
        if np.any((of < 0) | (of >= size)):
            raise DomainError(f"{name}: node out of range, expected 0 to {size - 1}")
    if np.any(links.first == links.second) or np.any(links.conductance < 0):
        raise DomainError("links: expected two different nodes and a conductance of 0 W/K or more")
    ordered = loops.start.size == loops.flow.size + 1 and np.all(np.diff(loops.start) > 0)
    if not ordered or loops.start[0] != 0 or loops.start[-1] != loops.node.size:
        raise DomainError("loops: start needs an entry a loop and the end, in rising order from 0")
    if np.any(loops.flow < 0) or np.any(heaters.power < 0):
        raise DomainError("loops and heaters: flow and power are 0 or more")
    if np.any(heaters.off_above < heaters.on_below):
        raise DomainError("heaters: expected off_above >= on_below")
