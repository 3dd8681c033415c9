"""Air of a cabin: against closed forms, a fine-step oracle, and the limits that physics sets."""

import numba
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from stationkeeper.errors import DomainError
from stationkeeper.household.air_course import ISS_BEDS, air_course, cabin, held, nothing_moved
from stationkeeper.household.air_makers import (
    BED_HALF_CYCLE,
    burn_step,
    condensing_rate,
    electrolysis,
    fire_yield,
    removal_rate,
)
from stationkeeper.household.cabin_air import (
    CARBON_DIOXIDE,
    MMHG,
    NITROGEN,
    OXYGEN,
    SMOKE,
    WATER,
    air_of,
    crew_load,
    hole_conductance,
    leak_conductance,
    partial_pressures,
    saturation_pressure,
)
from stationkeeper.household.ventilation import (
    FAN_FLOW,
    equalise,
    mix,
    mixing_shares,
    mixing_time,
)
from stationkeeper.hull.leak_flow import choked_flow
from stationkeeper.validation.household_air import rows

WARM = 295.0
ONE, OTHER = np.array([0]), np.array([1])


def flown(plant, state, steps, step=10.0, every=1):
    """Return the pressures of a course, (time, module, gas)."""
    air = air_course(plant, state, nothing_moved(), step, steps, every)
    return partial_pressures(air, plant.volume, plant.temperature)


def test_pressure_of_a_filled_cabin_is_the_one_asked_for() -> None:
    parts = partial_pressures(air_of([75.0, 916.0], WARM, pressure=1e5), [75.0, 916.0], WARM)
    np.testing.assert_allclose(parts.sum(axis=1), 1e5, rtol=1e-12)
    assert parts[0, OXYGEN] == pytest.approx(21_300.0, rel=1e-12)


def test_smoke_weighs_and_does_not_press() -> None:
    air = air_of([100.0], WARM)
    smoky = air.copy()
    smoky[0, SMOKE] = 1.0
    np.testing.assert_array_equal(
        partial_pressures(smoky, [100.0], WARM), partial_pressures(air, [100.0], WARM)
    )


def test_a_hole_leaks_as_the_hull_tells() -> None:
    area = np.pi / 4 * 0.002**2
    density = 101_325.0 / (287.05 * WARM)
    assert hole_conductance(area, WARM) * density == pytest.approx(
        float(choked_flow(area, 101_325.0, WARM)), rel=1e-9
    )


def test_pressure_behind_a_hole_falls_exponentially_at_any_step() -> None:
    for step, steps in ((10.0, 360), (3_600.0, 1)):
        plant = cabin([50.0], WARM, conductance=[0.01])
        last = flown(plant, held(air_of([50.0], WARM)), steps, step)[-1].sum()
        assert last / 101_318.0 == pytest.approx(np.exp(-0.01 * 3_600 / 50), rel=1e-10)


def test_a_leak_told_as_a_mass_takes_that_mass() -> None:
    air = air_of([50.0, 90.0], WARM)
    rate = leak_conductance([1e-5, 0.0], air, [50.0, 90.0]) * air.sum(axis=1) / [50.0, 90.0]
    np.testing.assert_allclose(rate, [1e-5, 0.0], rtol=1e-12)
    assert leak_conductance([1.0], np.zeros((1, 6)), [50.0])[0] == 0.0


def test_people_turn_oxygen_into_carbon_dioxide_until_it_is_gone() -> None:
    plant = cabin([2.0], WARM, source=[crew_load(3.0)])
    moved = nothing_moved()
    state = held(air_of([2.0], WARM))
    oxygen = state.air[0, OXYGEN]
    air_course(plant, state, moved, 10.0, 8_640, 1)
    assert state.air[0, OXYGEN] == 0.0
    assert moved.made[OXYGEN] == pytest.approx(-oxygen, rel=1e-9)
    assert moved.unmet[OXYGEN] == pytest.approx(3 * 0.84 - oxygen, rel=1e-9)


def test_two_modules_mix_in_the_time_of_the_closed_form() -> None:
    volume = np.array([98.0, 58.0])
    shares = mixing_shares(volume, ONE, OTHER, np.zeros(1), np.array([FAN_FLOW]), 10.0)
    air = np.zeros((2, 6))
    air[0, CARBON_DIOXIDE] = 1.0
    after = mix(air, shares, 60)[:, CARBON_DIOXIDE] / volume
    gap = (after[0] - after[1]) * volume[0]
    time = float(mixing_time(98.0, 58.0, FAN_FLOW))
    assert gap == pytest.approx(np.exp(-600 / time), rel=2e-5)


def test_mixing_of_a_ring_with_fans_is_that_of_the_matrix_exponential() -> None:
    volume = np.array([98.0, 58.0, 31.0, 104.0])
    start, end = np.array([0, 1, 2, 3]), np.array([1, 2, 3, 0])
    fan, free = np.full(4, FAN_FLOW), np.array([0.0, 0.03, 0.0, 0.01])
    rate = np.zeros((4, 4))
    for one, other, there, both in zip(start, end, fan, free, strict=True):
        for giver, taker, flow in ((one, other, there + both), (other, one, both)):
            rate[taker, giver] += flow / volume[giver]
            rate[giver, giver] -= flow / volume[giver]
    for step in (10.0, 100.0):
        shares = mixing_shares(volume, start, end, fan, free, step)
        within = (step * np.abs(rate).max()) ** 2 / 2_048
        np.testing.assert_allclose(shares, expm(rate * step), atol=within)
        np.testing.assert_allclose(shares.sum(axis=0), 1.0, rtol=1e-14)
        assert np.all(shares >= 0)


def test_a_shut_hatch_lets_nothing_through() -> None:
    volume = np.array([50.0, 50.0])
    shut = np.zeros(1)
    air = np.zeros((2, 6))
    air[0] = air_of([50.0], WARM)[0]
    shares = mixing_shares(volume, ONE, OTHER, shut, shut, 10.0)
    after = equalise(mix(air, shares, 100), volume, np.full(2, WARM), ONE, OTHER, shut, 10.0, 100)
    np.testing.assert_array_equal(after, air)


def valve_oracle(seconds, area, volume, pressure):
    """Return both pressures by a fine integration of the same hole."""
    speed = np.sqrt(287.05 * WARM)

    def fall(_, p):
        high, low = max(p), max(min(p), 0.0)
        ratio = max(low / high, 0.5282818)
        factor = np.sqrt(max(7.0 * (ratio ** (10 / 7) - ratio ** (12 / 7)), 0.0))
        flow = 0.85 * area * high * factor * speed
        sign = 1.0 if p[0] > p[1] else -1.0
        return np.array([-sign * flow / volume[0], sign * flow / volume[1]])

    done = solve_ivp(fall, (0, seconds), pressure, rtol=1e-8, atol=1.0, max_step=0.5)
    return done.y[:, -1]


@pytest.mark.parametrize("seconds", [30, 100, 200])
def test_a_valve_equalises_as_a_fine_integration(seconds) -> None:
    volume = np.array([60.0, 20.0])
    air = air_of(volume, WARM, carbon_dioxide_pressure=0.0, vapour_pressure=0.0)
    air[1] *= 0.2
    begin = partial_pressures(air, volume, WARM).sum(axis=1)
    after = equalise(
        air, volume, np.full(2, WARM), ONE, OTHER, np.array([5e-4]), 10.0, seconds // 10
    )
    told = partial_pressures(after, volume, WARM).sum(axis=1)
    truth = valve_oracle(seconds, 5e-4, volume, begin)
    np.testing.assert_allclose(told, truth, atol=0.01 * (begin[0] - begin[1]))
    assert told[0] >= told[1]


def test_a_hatch_opened_to_a_vacuum_never_makes_a_mass_negative() -> None:
    volume = np.array([100.0, 1.0, 30.0])
    air = air_of(volume, WARM)
    air[1:] = 0.0
    start, end = np.array([0, 1]), np.array([1, 2])
    after = equalise(air, volume, np.full(3, WARM), start, end, np.full(2, 0.5), 10.0, 5)
    assert np.all(after >= 0)
    np.testing.assert_allclose(after.sum(axis=0), air.sum(axis=0), rtol=1e-13)
    pressure = partial_pressures(after, volume, WARM).sum(axis=1)
    np.testing.assert_allclose(pressure, pressure.mean(), rtol=1e-3)


def test_a_bed_set_holds_carbon_dioxide_where_it_removes_what_people_give() -> None:
    plant = cabin([400.0], WARM, source=[crew_load(6.0)], bed_module=[0], bed=[ISS_BEDS])
    state = held(air_of([400.0], WARM), bed_sets=1)
    pressure = flown(plant, state, 30 * 8_640, every=8_640)[:, 0, CARBON_DIOXIDE]
    assert pressure[-1] == pytest.approx(pressure[-6:].mean(), rel=0.1)
    assert 2 * MMHG < pressure[-1] < 7 * MMHG


def test_beds_change_places_and_let_out_what_they_took() -> None:
    plant = cabin([400.0], WARM, bed_module=[0], bed=[ISS_BEDS])
    state, moved = held(air_of([400.0], WARM), bed_sets=1), nothing_moved()
    half = int(BED_HALF_CYCLE / 10)
    air_course(plant, state, moved, 10.0, half - 1, 1)
    assert state.beds[0, 3] == 0.0
    assert moved.dumped[0] == 0.0
    taken = state.beds[0, 0]
    air_course(plant, state, moved, 10.0, half + 1, 1)
    assert state.beds[0, 3] == 0.0
    assert moved.dumped[0] > 0.98 * taken


def test_beds_that_are_off_do_nothing() -> None:
    off = (0.0, *ISS_BEDS[1:])
    plant = cabin([400.0], WARM, bed_module=[0], bed=[off])
    state = held(air_of([400.0], WARM), bed_sets=1)
    before = state.air.copy()
    air_course(plant, state, nothing_moved(), 10.0, 2_000, 1)
    np.testing.assert_allclose(state.air, before, rtol=1e-15)


def test_the_first_step_of_a_bed_is_the_rate_told() -> None:
    plant = cabin([400.0], WARM, bed_module=[0], bed=[ISS_BEDS])
    moved = nothing_moved()
    air_course(plant, held(air_of([400.0], WARM), bed_sets=1), moved, 1.0, 1, 1)
    assert moved.cleaned[CARBON_DIOXIDE] == pytest.approx(
        float(removal_rate(400.0, WARM)), rel=1e-4
    )


def test_a_coil_dries_the_air_to_its_dew_point_and_no_further() -> None:
    plant = cabin([80.0], WARM, coil_module=[0], coil=[[279.0, 0.05]])
    moved = nothing_moved()
    state = held(air_of([80.0], WARM, vapour_pressure=1_500.0))
    pressure = flown(plant, state, 8_640, every=8_640)[-1, 0, WATER]
    assert pressure == pytest.approx(float(saturation_pressure(279.0)), rel=1e-9)
    air_course(plant, held(air_of([80.0], WARM, vapour_pressure=1_500.0)), moved, 1.0, 1, 1)
    rate = float(condensing_rate(1_500.0, WARM, 279.0, 0.05))
    assert moved.cleaned[WATER] == pytest.approx(rate, rel=1e-3)
    assert condensing_rate(500.0, WARM, 279.0, 0.05) == 0.0


def test_regulators_open_below_shut_above_and_stay_between() -> None:
    limits = [98_000.0, 99_000.0, 20_000.0, 21_000.0]
    plant = cabin([50.0], WARM, limits=limits, supply=[5e-3, 5e-3], conductance=[1e-3])
    state = held(air_of([50.0], WARM), tank=[1_000.0, 1_000.0])
    pressure = flown(plant, state, 3 * 8_640)[:, 0]
    late = pressure[8_640:]
    assert late.sum(axis=1).min() > 97_900.0
    assert late[:, OXYGEN].min() > 19_900.0
    assert late[:, OXYGEN].max() < 21_100.0
    assert np.ptp(late[:, OXYGEN]) > 800.0  # it swings through the band


def test_a_dry_tank_gives_nothing_more() -> None:
    limits = [98_000.0, 99_000.0, 20_000.0, 21_000.0]
    plant = cabin([50.0], WARM, limits=limits, supply=[5e-3, 5e-3], conductance=[1e-2])
    state, moved = held(air_of([50.0], WARM), tank=[3.0, 2.0]), nothing_moved()
    air_course(plant, state, moved, 10.0, 8_640, 1)
    np.testing.assert_allclose(state.tank, 0.0, atol=1e-15)
    np.testing.assert_allclose(moved.given[[NITROGEN, OXYGEN]], [3.0, 2.0], rtol=1e-12)


def test_filters_take_smoke_in_their_own_time() -> None:
    plant = cabin([70.0], WARM, filter_flow=[0.07])
    air = air_of([70.0], WARM)
    air[0, SMOKE] = 1.0
    state = held(air)
    air_course(plant, state, nothing_moved(), 10.0, 100, 1)
    assert state.air[0, SMOKE] == pytest.approx(np.exp(-1.0), rel=1e-12)


def test_electrolysis_keeps_mass_and_asks_for_the_power_of_its_charge() -> None:
    water, hydrogen, power = electrolysis(1.0, 1.4813)
    assert water - hydrogen == pytest.approx(1.0, rel=1e-12)
    assert hydrogen == pytest.approx(2 * 0.0020159 / 0.0319988, rel=1e-3)
    # Thermoneutral: the heat of forming liquid water, 285.83 kJ/mol (CODATA).
    assert power == pytest.approx(2 * 285_830 / 0.0319988, rel=1e-3)


@pytest.mark.parametrize("shares", [(0.0, 0.0), (0.05, 0.06), (0.3, 0.7)])
def test_fire_gives_what_it_takes_and_its_fuel(shares) -> None:
    made = fire_yield(*shares)
    assert made.sum() == pytest.approx(1.0, rel=1e-12)
    assert made[OXYGEN] < 0
    if sum(shares) == 0:
        assert -made[OXYGEN] == pytest.approx(3.42, abs=0.01)


@numba.njit
def burnt(gas, fuel, rate, yields, steps):
    """Burn for some steps of 10 s; return what was burnt and what was made."""
    made, total = np.zeros(6), 0.0
    for _ in range(steps):
        total += burn_step(gas, fuel - total, rate, yields, 10.0, made)
    return total, made


def test_a_fire_ends_with_its_fuel_or_its_oxygen() -> None:
    for fuel_mass, oxygen in ((0.5, 0.20), (500.0, 0.14)):
        gas = air_of([60.0], WARM)[0]
        before = gas.copy()
        total, made = burnt(gas, fuel_mass, 1e-3, fire_yield(), 20_000)
        np.testing.assert_allclose(gas - before, made, rtol=1e-9, atol=1e-12)
        assert made.sum() == pytest.approx(total, rel=1e-9)  # what the air gained is the fuel
        assert total <= fuel_mass
        moles = gas[:5] / [0.0280134, 0.0319988, 0.0440095, 0.0180153, 0.0280101]
        assert moles[OXYGEN] / moles.sum() == pytest.approx(oxygen, abs=0.012)
        assert gas[SMOKE] > 0
    assert fuel_mass - total > 400.0


def test_evidence_that_misses_is_the_hole_of_2018_alone() -> None:
    missed = [row.name for row in rows() if row.counts and not row.within]
    assert missed == [
        "hole of 2018, 2 mm, station of 916 m3",
        "hole of 2018, 1.5 mm, station of 916 m3",
    ]


def test_nan_passes_through() -> None:
    assert np.isnan(removal_rate(np.nan, WARM))
    assert np.isnan(hole_conductance(np.nan, WARM))
    assert np.isnan(saturation_pressure(np.nan))
    assert np.isnan(partial_pressures(np.full((1, 6), np.nan), [1.0], WARM)).any()


@pytest.mark.parametrize(
    "call",
    [
        lambda: partial_pressures(np.zeros((1, 6)), [0.0], WARM),
        lambda: air_of([1.0], WARM, oxygen_pressure=2e5),
        lambda: air_of([-1.0], WARM),
        lambda: crew_load(-1.0),
        lambda: hole_conductance(-1.0, WARM),
        lambda: leak_conductance([-1.0], np.zeros((1, 6)), [1.0]),
        lambda: saturation_pressure(400.0),
        lambda: mixing_time(0.0, 1.0, 1.0),
        lambda: electrolysis(-1.0),
        lambda: electrolysis(1.0, 1.0),
        lambda: removal_rate(-1.0, WARM),
        lambda: fire_yield(0.6, 0.6),
    ],
)
def test_what_is_out_of_range_is_refused(call) -> None:
    with pytest.raises(DomainError):
        call()
