"""Deorbit plans: burns, entry, strip of pieces, casualties, storage orbit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from stationkeeper.constants import EARTH_MEAN_RADIUS, EARTH_RADIUS, MU_EARTH, SECONDS_PER_DAY
from stationkeeper.errors import DomainError
from stationkeeper.orbit.casualty import (
    BAND_EDGES,
    BAND_PERSONS,
    Debris,
    casualty_area,
    casualty_expectation,
    population_density_under,
    world_population,
)
from stationkeeper.orbit.deorbit import (
    braking_burn,
    controlled_deorbit,
    decay_days,
    first_below,
    lower_perigee,
    storage_orbit,
    uncontrolled_entry,
)
from stationkeeper.orbit.entry import ENTRY_HEIGHT, decayed_state, entry_state, footprint

PLAN = {
    "mass": 450e3,
    "thrust": 10e3,
    "exhaust_velocity": 2_940.0,
    "drag_area_per_mass": 0.0067,
    "inclination": np.radians(51.6),
    "persons": 8.5e9,
}


def test_first_below_finds_the_crossing_in_every_replica():
    days = np.array([0.0, 10.0, 20.0])
    heights = np.array([[420e3, 410e3, 390e3], [420e3, 419e3, 418e3], [300e3, 290e3, 280e3]])
    found = first_below(days, heights, 400e3)
    np.testing.assert_allclose(found, [15.0, np.nan, 0.0])
    np.testing.assert_allclose(first_below(days, heights[0], 420e3), 0.0)


def test_strong_thrust_needs_the_instant_speed_change():
    burn = lower_perigee(220e3, 220e3, 50e3, 420e3, 1e7, 3_000.0)
    radius, low = EARTH_RADIUS + 220e3, EARTH_RADIUS + 50e3
    instant = np.sqrt(MU_EARTH / radius) - np.sqrt(MU_EARTH * 2 * low / (radius * (low + radius)))
    assert burn.delta_v == pytest.approx(instant, rel=1e-4)
    assert burn.gravity_loss == pytest.approx(0.0, abs=5e-3)
    assert burn.perigee_altitude == pytest.approx(50e3, abs=1.0)


@pytest.mark.parametrize("minutes", [5.0, 15.0, 25.0])
def test_long_burns_lose_as_first_order_theory_says(minutes):
    mass, speed = 400e3, 8.0
    thrust = mass * speed / (60 * minutes)
    burn = braking_burn(220e3, 220.001e3, speed, mass, thrust, 1e6)
    axis = EARTH_RADIUS + 220e3
    half_angle = np.sqrt(MU_EARTH / axis**3) * burn.duration / 2
    part = (1 + np.sin(half_angle) / half_angle) / 2
    fall = 4 * axis * speed / np.sqrt(MU_EARTH / axis) * part
    assert 220e3 - burn.perigee_altitude == pytest.approx(fall, rel=0.01)


def test_burn_agrees_with_an_adaptive_integrator():
    low, high = EARTH_RADIUS + 200e3, EARTH_RADIUS + 230e3
    mass, thrust, exhaust, speed = 140e3, 1_000.0, 2_800.0, 12.0
    burn = braking_burn(200e3, 230e3, speed, mass, thrust, exhaust)

    def motion(time, state, push):
        place, velocity = state[:2], state[2:]
        pull = -MU_EARTH * place / np.linalg.norm(place) ** 3
        now = mass - push * thrust / exhaust * time
        brake = -push * thrust / now * velocity / np.linalg.norm(velocity)
        return np.concatenate([velocity, pull + brake])

    axis = (low + high) / 2
    start = [-high, 0.0, 0.0, -np.sqrt(MU_EARTH * (2 / high - 1 / axis))]
    tight = {"rtol": 1e-12, "atol": 1e-6}
    back = solve_ivp(motion, (0, -burn.duration / 2), start, args=(0.0,), **tight).y[:, -1]
    end = solve_ivp(motion, (0, burn.duration), back, args=(1.0,), **tight).y[:, -1]
    radius, fast = np.linalg.norm(end[:2]), np.linalg.norm(end[2:])
    after = 1 / (2 / radius - fast**2 / MU_EARTH)
    momentum = end[0] * end[3] - end[1] * end[2]
    eccentricity = np.sqrt(1 - momentum**2 / (MU_EARTH * after))
    assert burn.perigee_altitude + EARTH_RADIUS == pytest.approx(
        after * (1 - eccentricity), abs=1.0
    )
    assert burn.apogee_altitude + EARTH_RADIUS == pytest.approx(after * (1 + eccentricity), abs=1.0)


@settings(deadline=None, max_examples=30)
@given(st.floats(4e3, 1e5), st.floats(100e3, 600e3), st.floats(40e3, 150e3))
def test_weaker_thrust_never_costs_less(thrust, mass, target):
    try:
        weak = lower_perigee(220e3, 220e3, target, mass, thrust, 2_900.0)
    except DomainError:
        return
    strong = lower_perigee(220e3, 220e3, target, mass, 2 * thrust, 2_900.0)
    assert weak.delta_v >= strong.delta_v - 1e-6
    assert weak.gravity_loss >= -1e-6
    spent = mass * -np.expm1(-weak.delta_v / 2_900.0)
    assert weak.propellant == pytest.approx(spent, rel=1e-9)
    assert weak.mass_after + weak.propellant == pytest.approx(mass)


def test_too_little_thrust_is_refused_with_the_remedy():
    with pytest.raises(DomainError, match="more thrust or more steps"):
        lower_perigee(220e3, 220e3, 50e3, 420e3, 500.0, 2_900.0)
    with pytest.raises(DomainError, match="longer than the orbit"):
        braking_burn(220e3, 220e3, 100.0, 420e3, 500.0, 2_900.0)
    with pytest.raises(DomainError, match="not below"):
        lower_perigee(220e3, 220e3, 230e3, 420e3, 5e3, 2_900.0)
    with pytest.raises(DomainError, match="above zero"):
        braking_burn(220e3, 220e3, 10.0, -1.0, 500.0, 2_900.0)
    with pytest.raises(DomainError, match="perigee at or below"):
        braking_burn(230e3, 220e3, 10.0, 1e5, 500.0, 2_900.0)


def test_plan_adds_up_and_keeps_its_order():
    days = np.arange(1_500.0)
    plan = controlled_deorbit(9_000 + days, 420e3 - 200.0 * days, **PLAN)
    assert plan.drift_days == pytest.approx(1_000.0)
    assert plan.hold_day == pytest.approx(10_000.0)
    assert plan.crew_leaves_day < plan.hold_day < plan.entry_day
    assert [burn.day for burn in plan.burns] == sorted(burn.day for burn in plan.burns)
    assert plan.delta_v == pytest.approx(sum(burn.delta_v for burn in plan.burns))
    assert plan.propellant == pytest.approx(450e3 - plan.burns[-1].mass_after)
    assert plan.burns[-1].perigee_altitude == pytest.approx(50e3, abs=1.0)
    assert plan.limit == 1e-4
    assert any("chosen by us" in text for text in plan.assumptions)
    sure = controlled_deorbit(days, 420e3 - 200.0 * days, **PLAN, failure_probability=0.0)
    assert sure.within_limit
    edge = controlled_deorbit(
        days, 420e3 - 200.0 * days, **PLAN, failure_probability=plan.failure_allowed
    )
    assert edge.expectation == pytest.approx(1e-4, rel=1e-9)


def test_plan_refuses_a_decay_that_ends_too_high():
    with pytest.raises(DomainError, match="give more days"):
        controlled_deorbit([0.0, 1.0], [420e3, 419e3], **PLAN)


def test_decay_days_agree_with_the_closed_form_of_an_exponential():
    heights = np.linspace(200e3, 400e3, 41)
    scale, ground, ballistic = 50e3, 1e-10, 0.005
    days = decay_days(heights, ground * np.exp(-(heights - 200e3) / scale), ballistic)
    radius = EARTH_RADIUS + heights
    fine = np.linspace(200e3, 400e3, 200_001)
    slowness = np.exp((fine - 200e3) / scale) / (
        ground * ballistic * np.sqrt(MU_EARTH * (EARTH_RADIUS + fine))
    )
    truth = np.trapezoid(slowness, fine) / SECONDS_PER_DAY
    assert days[-1] == pytest.approx(truth, rel=1e-5)
    assert days[0] == 0
    assert radius.size == days.size
    with pytest.raises(DomainError, match="rising"):
        decay_days([2.0, 1.0], [1.0, 1.0], 1.0)
    with pytest.raises(DomainError, match="above zero"):
        decay_days([1.0, 2.0], [1.0, 0.0], 1.0)
    np.testing.assert_allclose(np.diff(decay_days([0.0, 1.0, 2.0], np.ones(3), 1.0)) > 0, True)


def test_storage_orbit_outside_the_decay_is_refused():
    with pytest.raises(DomainError, match="lies outside"):
        storage_orbit(
            420e3,
            900e3,
            mass=450e3,
            exhaust_velocity=2_900.0,
            decay_altitude=[200e3, 700e3],
            decay_time_days=[0.0, 1e4],
        )


def test_entry_state_keeps_energy_and_momentum():
    perigee, apogee = EARTH_MEAN_RADIUS + 40e3, EARTH_MEAN_RADIUS + 230e3
    speed, angle = entry_state(perigee, apogee)
    radius = EARTH_MEAN_RADIUS + ENTRY_HEIGHT
    energy = speed**2 / 2 - MU_EARTH / radius
    assert -MU_EARTH / (perigee + apogee) == pytest.approx(energy)
    momentum = radius * speed * np.cos(angle)
    assert momentum == pytest.approx(np.sqrt(2 * MU_EARTH * perigee * apogee / (perigee + apogee)))
    assert angle < 0
    with pytest.raises(DomainError, match="perigee below"):
        entry_state(EARTH_MEAN_RADIUS + 130e3, apogee)


def test_steeper_entry_and_more_alike_pieces_shorten_the_strip():
    apogee = EARTH_MEAN_RADIUS + 220e3
    shallow = footprint(*entry_state(EARTH_MEAN_RADIUS + 80e3, apogee), 150.0)
    steep = footprint(*entry_state(EARTH_MEAN_RADIUS + 20e3, apogee), 150.0)
    alike = footprint(*entry_state(EARTH_MEAN_RADIUS + 20e3, apogee), 150.0, 200.0, 400.0)
    assert shallow.length > steep.length > alike.length > 0
    assert shallow.heel > steep.heel > 0


def test_a_body_without_air_drag_flies_the_keplerian_arc():
    speed, angle = entry_state(EARTH_MEAN_RADIUS - 100e3, EARTH_MEAN_RADIUS + 220e3)
    free = footprint(speed, angle, 1e15, 1e15, 1e15)
    perigee, apogee = EARTH_MEAN_RADIUS - 100e3, EARTH_MEAN_RADIUS + 220e3
    axis = (perigee + apogee) / 2
    e = (apogee - perigee) / (apogee + perigee)

    def anomaly(radius):
        return 2 * np.pi - np.arccos((axis * (1 - e**2) / radius - 1) / e)

    arc = anomaly(EARTH_MEAN_RADIUS) - anomaly(EARTH_MEAN_RADIUS + ENTRY_HEIGHT)
    assert free.toe == pytest.approx(EARTH_MEAN_RADIUS * arc, rel=1e-4)
    assert free.length == pytest.approx(0.0, abs=1.0)


def test_an_orbit_that_does_not_come_down_is_refused():
    speed, angle = decayed_state(1e15)
    with pytest.raises(DomainError, match="does not come down"):
        footprint(speed, angle, 1e15)


def test_population_density_is_the_world_mean_over_all_latitudes_alike():
    # Random directions on a polar orbit spend as long in each degree of latitude.
    areas = 2 * np.pi * EARTH_MEAN_RADIUS**2 * np.diff(np.sin(BAND_EDGES))
    density = BAND_PERSONS / areas * (8e9 / BAND_PERSONS.sum())
    polar = population_density_under(np.pi / 2, 8e9)
    assert float(polar) == pytest.approx(np.sum(density * np.diff(BAND_EDGES)) / np.pi)
    rng = np.random.default_rng(7)
    latitude = np.arcsin(np.sin(np.radians(51.6)) * np.sin(rng.uniform(0, 2 * np.pi, 400_000)))
    sampled = density[np.searchsorted(BAND_EDGES, latitude) - 1].mean()
    ours = float(population_density_under(np.radians(51.6), 8e9))
    assert ours == pytest.approx(sampled, rel=5e-3)
    assert float(population_density_under(np.radians(180 - 51.6), 8e9)) == pytest.approx(ours)
    with pytest.raises(DomainError, match="inclination"):
        population_density_under(0.0, 8e9)


def test_casualties_scale_with_mass_people_and_what_survives():
    tilt = np.radians(51.6)
    one = casualty_expectation(1e5, tilt, 8e9)
    assert float(casualty_expectation(2e5, tilt, 8e9)) == pytest.approx(2 * float(one))
    assert float(casualty_expectation(1e5, tilt, 4e9)) == pytest.approx(float(one) / 2)
    more = casualty_expectation(1e5, tilt, 8e9, Debris(surviving_fraction=0.4))
    assert float(more) == pytest.approx(1.6 * float(one))
    assert float(casualty_area(0.0)) == 0
    assert np.all(np.diff(world_population([1960, 1980, 2030, 2049])) > 0)
    with pytest.raises(DomainError, match="mass"):
        casualty_area(-1.0)


def test_uncontrolled_entry_is_over_the_limit_for_a_station_and_under_it_for_a_toy():
    common = {"drag_area_per_mass": 0.0067, "inclination": 0.9, "persons": 8.5e9}
    assert not uncontrolled_entry(0.0, mass=420e3, **common).within_limit
    assert uncontrolled_entry(0.0, mass=400.0, **common).within_limit
