"""The air and water of a station that is left to itself: every part of `household`, step by step.

For questions about air alone and for the balance of the whole: loads, hatches and machines stay as
they are for the time asked. The order of a step: sources, machines, make-up gas,
leaks, fans, pressure, water, oxygen from it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.household.air_makers import (
    BED_CAPACITY,
    BED_EFFICIENCY,
    BED_FLOW,
    BED_HALF_CYCLE,
    BED_HALF_PRESSURE,
    BED_RELEASE_TIME,
    WATER_FOR_OXYGEN,
    condense_step,
    filter_step,
    make_up_step,
    remove_step,
)
from stationkeeper.household.cabin_air import (
    CARBON_DIOXIDE,
    OXYGEN,
    SMOKE,
    TRACE,
    WATER,
    leak_step,
    source_step,
)
from stationkeeper.household.ventilation import equalise_step, mix_step
from stationkeeper.household.water import water_step
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

ISS_BEDS = (
    BED_FLOW,
    BED_EFFICIENCY,
    BED_CAPACITY,
    BED_HALF_PRESSURE,
    BED_HALF_CYCLE,
    BED_RELEASE_TIME,
)


class Cabin(NamedTuple):
    """Modules, passages and machines, as they stand. [SI]

    `shares` comes from `ventilation.mixing_shares` at the same time step. `bed` has, of each set:
    flow, efficiency, capacity, half pressure, half-cycle, release time. `coil` has temperature and
    flow. `supply` has flows of make-up nitrogen and oxygen, let in at the first module.
    """

    volume: Array
    temperature: Array
    source: Array
    conductance: Array
    shares: Array
    start: Indices
    end: Indices
    area: Array
    bed_module: Indices
    bed: Array
    coil_module: Indices
    coil: Array
    filter_flow: Array
    limits: Array
    supply: Array
    oxygen: Array
    room: Array
    water: Array


class Held(NamedTuple):
    """What is aboard: air (module, gas), beds (set, 4), gas tanks (2,), valves (2,), water (3,)."""

    air: Array
    beds: Array
    tank: Array
    valve: Array
    water: Array


class Moved(NamedTuple):
    """What came and went since the begin. [kg]

    `made`, `unmet`, `lost`, `given` and `cleaned` by gas, (6,), of sources, of what was consumed
    and not there, of leaks, of make-up gas and electrolysis, of machines; `dumped`, (1,), let out
    of beds; `water`, (7,), the ledger of `household.water`.
    """

    made: Array
    unmet: Array
    lost: Array
    given: Array
    cleaned: Array
    dumped: Array
    water: Array


def cabin(
    volume: ArrayLike,
    temperature: float,
    *,
    shares: ArrayLike | None = None,
    source: ArrayLike | None = None,
    conductance: ArrayLike | None = None,
    passages: ArrayLike = (),
    area: ArrayLike = (),
    bed_module: ArrayLike = (),
    bed: ArrayLike = (),
    coil_module: ArrayLike = (),
    coil: ArrayLike = (),
    filter_flow: ArrayLike | None = None,
    limits: ArrayLike = (0.0, 0.0, 0.0, 0.0),
    supply: ArrayLike = (0.0, 0.0),
    oxygen: ArrayLike | None = None,
    room: ArrayLike = (1e9, 1e9, 1e9),
    water: ArrayLike = (0.0, 0.0, 0.0, 1.0),
) -> Cabin:
    """Bundle a cabin for `air_course`; what is not named is absent.

    Parameters
    ----------
    volume : array_like, (module,)
        Above zero. [m3]
    temperature : float
        Of all modules. [K]
    shares : array_like, (module, module)
        From `ventilation.mixing_shares`; none: fans are off. [-]
    source : array_like, (module, gas)
        Given off, negative if consumed. [kg/s]
    conductance : array_like, (module,)
        Of leaks. [m3/s]
    passages : array_like of int, (passage, 2)
        Modules joined.
    area : array_like, (passage,)
        Open to pressure. [m2]
    bed_module, coil_module : array_like of int, (machine,)
        Where they stand.
    bed : array_like, (machine, 6)
        As `ISS_BEDS`. [SI]
    coil : array_like, (machine, 2)
        Temperature and flow. [K, m3/s]
    filter_flow : array_like, (module,)
        Flow cleaned of trace gas and smoke. [m3/s]
    limits : array_like, (4,)
        Of the regulators, as in `air_makers.make_up_step`. [Pa]
    supply : array_like, (2,)
        Flow of nitrogen and oxygen when open. [kg/s]
    oxygen : array_like, (module,)
        From electrolysis. [kg/s]
    room : array_like, (3,)
        Of potable, waste and brine tanks. [kg]
    water : array_like, (4,)
        Drawn, given back, processed [kg/s] and the share recovered. [-]

    Returns
    -------
    Cabin

    Notes
    -----
    Arrays are copied, so that a cabin may be changed in place.

    References
    ----------
    .. [1] P. Wieland, "Living Together in Space", NASA TM-1998-206956, 1998: the machines.

    Examples
    --------
    >>> cabin([100.0, 50.0], 295.0).shares.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    space = np.array(volume, dtype=float)
    count = len(space)

    def or_none(value: ArrayLike | None, shape: tuple[int, ...]) -> Array:
        return np.zeros(shape) if value is None else np.array(value, dtype=float).reshape(shape)

    ends = np.array(passages, dtype=np.int64).reshape(-1, 2)
    return Cabin(
        volume=space,
        temperature=np.full(count, float(temperature)),
        source=or_none(source, (count, 6)),
        conductance=or_none(conductance, (count,)),
        shares=np.eye(count) if shares is None else np.array(shares, dtype=float),
        start=ends[:, 0].copy(),
        end=ends[:, 1].copy(),
        area=or_none(area, (len(ends),)),
        bed_module=np.array(bed_module, dtype=np.int64),
        bed=np.array(bed, dtype=float).reshape(-1, 6),
        coil_module=np.array(coil_module, dtype=np.int64),
        coil=np.array(coil, dtype=float).reshape(-1, 2),
        filter_flow=or_none(filter_flow, (count,)),
        limits=np.array(limits, dtype=float),
        supply=np.array(supply, dtype=float),
        oxygen=or_none(oxygen, (count,)),
        room=np.array(room, dtype=float),
        water=np.array(water, dtype=float),
    )


def held(
    air: ArrayLike,
    *,
    bed_sets: int = 0,
    tank: ArrayLike = (0.0, 0.0),
    water: ArrayLike = (0.0, 0.0, 0.0),
) -> Held:
    """Bundle what is aboard at the begin; beds are empty and valves shut.

    Parameters
    ----------
    air : array_like, (module, gas)
        [kg]
    bed_sets : int
        Sets of two beds.
    tank : array_like, (2,)
        Nitrogen and oxygen. [kg]
    water : array_like, (3,)
        Potable, waste, brine. [kg]

    Returns
    -------
    Held

    Notes
    -----
    Arrays are copied; `air_course` changes what it is given.

    References
    ----------
    .. [1] P. Wieland, "Living Together in Space", NASA TM-1998-206956, 1998: the tanks.

    Examples
    --------
    >>> held(np.zeros((1, 6)), bed_sets=2).beds.shape
    (2, 4)
    """
    return Held(
        air=np.array(air, dtype=float),
        beds=np.zeros((bed_sets, 4)),
        tank=np.array(tank, dtype=float),
        valve=np.zeros(2),
        water=np.array(water, dtype=float),
    )


def nothing_moved() -> Moved:
    """Return the account of a begin: all zero.

    Examples
    --------
    >>> float(nothing_moved().lost.sum())
    0.0
    """
    return Moved(*(np.zeros(size) for size in (6, 6, 6, 6, 6, 1, 7)))


@kernel
def air_course(
    plant: Cabin, aboard: Held, moved: Moved, time_step: float, steps: int, every: int
) -> Array:  # pragma: no cover - compiled
    """Air of the modules over time; `aboard` and `moved` are brought to the end.

    Parameters
    ----------
    plant : Cabin
        Unchanged over the course.
    aboard : Held
        At the begin; changed in place.
    moved : Moved
        Added to in place.
    time_step : float
        Above zero. [s]
    steps : int
        Zero or more.
    every : int
        Steps between two that are kept, one or more.

    Returns
    -------
    ndarray, (steps // every, module, gas)
        After each `every` steps. [kg]

    Notes
    -----
    Everything that comes and goes is kept to 1e-9 over 180 days at 10 s; a plain NumPy twin agrees
    to rounding (tests/balances/test_air_water.py).

    References
    ----------
    .. [1] P. Wieland, "Living Together in Space", NASA TM-1998-206956, 1998.

    Examples
    --------
    >>> from stationkeeper.household.cabin_air import air_of, crew_load, partial_pressures
    >>> plant = cabin([100.0], 295.0, source=[crew_load(2.0)])
    >>> air = air_course(plant, held(air_of([100.0], 295.0)), nothing_moved(), 10.0, 360, 360)
    >>> round(float(partial_pressures(air, [100.0], 295.0)[0, 0, 2]))  # Pa an hour later
    446
    """
    count = len(plant.volume)
    work = np.zeros((count + 6, count))
    kept = np.zeros((steps // every, count, 6))
    for step in range(steps):
        condensate = 0.0
        for module in range(count):
            source_step(
                aboard.air[module], plant.source[module], time_step, moved.made, moved.unmet
            )
        for unit in range(len(plant.bed_module)):
            module = plant.bed_module[unit]
            bed = plant.bed[unit]
            before = aboard.air[module, CARBON_DIOXIDE]
            moved.dumped[0] += remove_step(
                aboard.air[module],
                aboard.beds[unit],
                plant.volume[module],
                plant.temperature[module],
                bed[0],
                bed[1],
                bed[2],
                bed[3],
                bed[4],
                bed[5],
                time_step,
            )
            moved.cleaned[CARBON_DIOXIDE] += before - aboard.air[module, CARBON_DIOXIDE]
        for unit in range(len(plant.coil_module)):
            module = plant.coil_module[unit]
            condensate += condense_step(
                aboard.air[module],
                plant.volume[module],
                plant.temperature[module],
                plant.coil[unit, 0],
                plant.coil[unit, 1],
                time_step,
            )
        moved.cleaned[WATER] += condensate
        for module in range(count):
            if plant.filter_flow[module] > 0.0:
                for kind in (TRACE, SMOKE):
                    moved.cleaned[kind] += filter_step(
                        aboard.air[module],
                        kind,
                        plant.volume[module],
                        plant.filter_flow[module],
                        time_step,
                    )
        make_up_step(
            aboard.air[0],
            aboard.tank,
            aboard.valve,
            plant.limits,
            plant.supply,
            plant.volume[0],
            plant.temperature[0],
            time_step,
            moved.given,
        )
        for module in range(count):
            if plant.conductance[module] > 0.0:
                leak_step(
                    aboard.air[module],
                    plant.volume[module],
                    plant.conductance[module],
                    time_step,
                    moved.lost,
                )
        mix_step(aboard.air, plant.shares, work)
        equalise_step(
            aboard.air,
            plant.volume,
            plant.temperature,
            plant.start,
            plant.end,
            plant.area,
            time_step,
            work,
        )
        asked = plant.oxygen.sum()
        split = water_step(
            aboard.water,
            plant.room,
            plant.water[0],
            plant.water[1],
            condensate,
            asked * WATER_FOR_OXYGEN,
            plant.water[2],
            plant.water[3],
            time_step,
            moved.water,
        )
        if asked > 0.0:
            for module in range(count):
                made = split / WATER_FOR_OXYGEN * plant.oxygen[module] / asked
                aboard.air[module, OXYGEN] += made
                moved.given[OXYGEN] += made
        if (step + 1) % every == 0:
            kept[(step + 1) // every - 1] = aboard.air
    return kept
