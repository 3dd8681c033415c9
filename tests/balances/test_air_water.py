"""Air and water of a station over 180 days: what is aboard is what came less what went.

The station has ten modules and everything at once: people, leaks, a shut hatch, a valve, beds, a
coil, filters, regulators, electrolysis, and tanks that run dry and full.
"""

import numpy as np
import pytest

from stationkeeper.household.air_course import ISS_BEDS, air_course, cabin, held, nothing_moved
from stationkeeper.household.air_makers import WATER_FOR_OXYGEN
from stationkeeper.household.cabin_air import (
    CARBON_DIOXIDE,
    SMOKE,
    TRACE,
    WATER,
    air_of,
    crew_load,
    hole_conductance,
    partial_pressures,
)
from stationkeeper.household.ventilation import FAN_FLOW, mix, mixing_shares
from stationkeeper.household.water import (
    CONDENSATE,
    DRAWN,
    ELECTROLYSED,
    RETURNED,
    SPILLED,
    UNMET_ELECTROLYSIS,
    crew_water,
)

STEP = 10.0
DAY = 8_640  # steps
VOLUME = np.array([98.0, 58.0, 31.0, 64.0, 90.0, 104.0, 74.0, 65.0, 169.0, 46.0])
PASSAGES = np.array(
    [[0, 1], [1, 2], [0, 6], [6, 7], [6, 8], [1, 4], [4, 5], [1, 3], [3, 9]], dtype=np.int64
)


def station(potable=2_000.0):
    """Return a station of ten modules, and what is aboard."""
    fan, free = np.full(9, FAN_FLOW), np.full(9, 0.02)
    fan[8] = free[8] = 0.0  # a hatch that is shut
    area = np.full(9, 0.5)
    area[8] = 1e-5  # its valve
    shares = mixing_shares(VOLUME, PASSAGES[:, 0].copy(), PASSAGES[:, 1].copy(), fan, free, STEP)
    source = np.zeros((10, 6))
    source[0], source[5], source[8] = crew_load(2.0), crew_load(2.0), crew_load(1.0)
    source[1, TRACE], source[1, SMOKE] = 1e-9, 1e-10
    drawn, returned = crew_water(5.0)
    leaks = np.zeros(10)
    leaks[5], leaks[9] = hole_conductance(0.2e-6, 295.0), hole_conductance(0.5e-6, 295.0)
    oxygen = np.zeros(10)
    oxygen[3] = 4.0 / 86_400
    plant = cabin(
        VOLUME,
        295.0,
        shares=shares,
        source=source,
        conductance=leaks,
        passages=PASSAGES,
        area=area,
        bed_module=[3, 5],
        bed=[ISS_BEDS, ISS_BEDS],
        coil_module=[0, 3],
        coil=[[279.0, 0.05], [280.0, 0.05]],
        filter_flow=np.linspace(0.0, 0.01, 10),
        limits=[98_000.0, 99_000.0, 20_000.0, 21_000.0],
        supply=[5e-4, 2e-4],
        oxygen=oxygen,
        room=[2_500.0, 60.0, 2_000.0],
        water=[float(drawn), float(returned), 6e-4, 0.87],
    )
    begin = held(air_of(VOLUME, 295.0), bed_sets=2, tank=[60.0, 90.0], water=[potable, 10.0, 0.0])
    return plant, begin


def aboard_mass(state):
    """Return every kilogram aboard."""
    beds = state.beds[:, :2].sum()
    return state.air.sum() + beds + state.tank.sum() + state.water.sum()


@pytest.mark.parametrize("potable", [2_000.0, 30.0])
def test_every_mass_is_kept_over_180_days(potable) -> None:
    plant, state = station(potable)
    moved = nothing_moved()
    begin_air, begin_tank = state.air.copy(), state.tank.copy()
    begin_water, begin = state.water.copy(), aboard_mass(state)
    air = air_course(plant, state, moved, STEP, 180 * DAY, DAY)
    assert np.all(air >= 0)
    assert np.all(np.isfinite(air))

    came = moved.made + moved.given - moved.lost - moved.cleaned
    went = np.abs(moved.made) + moved.given + moved.lost + moved.cleaned + begin_air.sum(axis=0)
    error = state.air.sum(axis=0) - begin_air.sum(axis=0) - came
    assert np.all(np.abs(error) <= 1e-9 * went)

    beds = state.beds[:, :2].sum()
    taken = moved.cleaned[CARBON_DIOXIDE]
    assert beds + moved.dumped[0] == pytest.approx(taken, rel=1e-9)

    ledger = moved.water
    change = ledger[RETURNED] + ledger[CONDENSATE] - ledger[DRAWN]
    change -= ledger[ELECTROLYSED] + ledger[SPILLED]
    scale = ledger[:5].sum()
    assert state.water.sum() - begin_water.sum() == pytest.approx(change, abs=1e-9 * scale)
    assert ledger[CONDENSATE] == pytest.approx(moved.cleaned[WATER], rel=1e-9)

    # The whole: hydrogen leaves with electrolysis, people bring what they give and take.
    hydrogen = ledger[ELECTROLYSED] * (1 - 1 / WATER_FOR_OXYGEN)
    people = moved.made.sum() + ledger[RETURNED] - ledger[DRAWN]
    filtered = moved.cleaned[TRACE] + moved.cleaned[SMOKE]
    expected = begin + people - moved.lost.sum() - moved.dumped[0] - filtered
    expected -= hydrogen + ledger[SPILLED]
    assert aboard_mass(state) == pytest.approx(expected, rel=1e-9)
    assert begin_tank.sum() > state.tank.sum()
    assert (ledger[UNMET_ELECTROLYSIS] > 0) == (potable < 100)


def test_one_module_behind_a_shut_hatch_empties_alone() -> None:
    plant, state = station()
    plant.area[8] = 0.0
    before = partial_pressures(state.air, VOLUME, plant.temperature).sum(axis=1)
    air_course(plant, state, nothing_moved(), STEP, 30 * DAY, DAY)
    after = partial_pressures(state.air, VOLUME, plant.temperature).sum(axis=1)
    seconds = 30 * 86_400
    alone = np.exp(-plant.conductance[9] * seconds / VOLUME[9])
    assert after[9] / before[9] == pytest.approx(alone, rel=1e-9)
    assert np.ptp(after[:9]) < 20.0  # one pressure, but for what one-way fans leave at 10 s


def test_a_million_steps_of_mixing_lose_nothing() -> None:
    plant, _ = station()
    air = np.random.default_rng(1).uniform(0.0, 100.0, (10, 6))
    after = mix(air, plant.shares, 1_000_000)
    np.testing.assert_allclose(after.sum(axis=0), air.sum(axis=0), rtol=1e-11)
    assert np.all(after >= 0)


def test_the_course_is_that_of_a_plain_twin() -> None:
    plant, state = station(30.0)
    air, other = state.air.copy(), state
    twin = plain_course(plant, air, state, 2_000)
    moved = nothing_moved()
    kept = air_course(plant, other, moved, STEP, 2_000, 2_000)[0]
    np.testing.assert_allclose(kept, twin[0], rtol=1e-8, atol=1e-15)
    np.testing.assert_allclose(other.water, twin[1], rtol=1e-9)
    np.testing.assert_allclose(other.beds, twin[2], rtol=1e-9)
    np.testing.assert_allclose(other.tank, twin[3], rtol=1e-9)


def plain_course(plant, air, state, steps):
    """Return air, water, beds and tanks by NumPy, written anew from the physics."""
    gas = 8.314462618
    mole = np.array([0.0280134, 0.0319988, 0.0440095, 0.0180153, 0.0280101])
    beds, tank, water = state.beds.copy(), state.tank.copy(), state.water.copy()
    valve = [False, False]
    volume, temperature = plant.volume, plant.temperature
    fade = 1 - np.exp(-STEP / ISS_BEDS[5])
    for _ in range(steps):
        air = np.maximum(air + plant.source * STEP, 0.0)
        for unit, module in enumerate(plant.bed_module):
            flow, share, capacity, half = plant.bed[unit, :4]
            takes = int(beds[unit, 3])
            there = air[module, 2]
            pressure = there / mole[2] * gas * temperature[module] / volume[module]
            holds = capacity * pressure / (pressure + half)
            room = max(1 - beds[unit, takes] / holds, 0.0)
            taken = there * (1 - np.exp(-flow * share * room * STEP / volume[module]))
            taken = min(taken, holds - beds[unit, takes]) if room else 0.0
            air[module, 2] -= taken
            beds[unit, takes] += taken
            beds[unit, 1 - takes] *= 1 - fade
            beds[unit, 2] += STEP
            if beds[unit, 2] >= plant.bed[unit, 4]:
                beds[unit, 2:] = beds[unit, 2] - plant.bed[unit, 4], 1 - takes
        condensate = 0.0
        for (coil, flow), module in zip(plant.coil, plant.coil_module, strict=True):
            celsius = coil - 273.15
            saturated = 610.94 * np.exp(17.625 * celsius / (243.04 + celsius))
            least = saturated * volume[module] * mole[3] / (gas * temperature[module])
            taken = max(air[module, 3] - least, 0) * (1 - np.exp(-flow * STEP / volume[module]))
            air[module, 3] -= taken
            condensate += taken
        air[:, 4:] *= np.exp(-plant.filter_flow * STEP / volume)[:, None]
        for kind in range(2):
            parts = air[0, :5] / mole * gas * temperature[0] / volume[0]
            told = parts.sum() if kind == 0 else parts[1]
            valve[kind] = told < plant.limits[2 * kind] or (
                valve[kind] and told < plant.limits[2 * kind + 1]
            )
            if valve[kind]:
                let_in = min(plant.supply[kind] * STEP, tank[kind])
                tank[kind] -= let_in
                air[0, kind] += let_in
        air *= np.exp(-plant.conductance * STEP / volume)[:, None]
        air = plant.shares @ air
        air = plain_pressure(plant, air, mole, gas)
        wanted = plant.water[0] * STEP
        got = min(wanted, water[0])
        water[0] -= got
        split = min(plant.oxygen.sum() * WATER_FOR_OXYGEN * STEP, water[0])
        water[0] -= split
        water[1] += plant.water[1] * STEP * got / wanted + condensate
        done = min(plant.water[2] * STEP, water[1], (plant.room[0] - water[0]) / plant.water[3])
        done = min(done, (plant.room[2] - water[2]) / (1 - plant.water[3]))
        water += done * np.array([plant.water[3], -1.0, 1 - plant.water[3]])
        water[1] = min(water[1], plant.room[1])
        air[:, 1] += split / WATER_FOR_OXYGEN * plant.oxygen / plant.oxygen.sum()
    return air, water, beds, tank


def plain_pressure(plant, air, mole, gas):
    """Return the air after one step of equal pressure, solved by NumPy and carried downhill."""
    capacity = plant.volume / (gas * plant.temperature)
    pressure = (air[:, :5] / mole).sum(axis=1) / capacity
    after = pressure
    much = max(abs(pressure[one] - pressure[other]) for one, other in PASSAGES) > 1_000.0
    for again in (False, True)[: 2 if much else 1]:  # once more with the flow of the middle
        ease = np.zeros((10, 10))
        middle = 0.5 * (pressure + after)
        for (one, other), area in zip(PASSAGES, plant.area, strict=True):
            high, low = max(middle[one], middle[other]), min(middle[one], middle[other])
            low = min(low, high - 1.0)
            ratio = low / high
            if ratio > 0.5283:
                factor = np.sqrt(7.0 * (ratio ** (10 / 7) - ratio ** (12 / 7)))
            else:
                factor = 0.684731
            speed = np.sqrt(287.05 * 295.0)
            flow = 0.85 * area * high * factor / speed / (gas / 287.05)
            gap = max(abs(after[one] - after[other]), 1.0) if again else high - low
            ease[one, other] = ease[other, one] = STEP * flow / gap
        whole = np.diag(capacity + ease.sum(axis=1)) - ease
        after = np.linalg.solve(whole, capacity * pressure)
    air = air.copy()
    for giver in np.argsort(-after):
        for taker in range(10):
            moles = ease[giver, taker] * (after[giver] - after[taker])
            if moles > 0:
                carried = air[giver] * moles / (air[giver, :5] / mole).sum()
                air[giver] -= carried
                air[taker] += carried
    return air
