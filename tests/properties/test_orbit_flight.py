"""Whatever is flown: propellant balances, altitudes stay where burns and drag can bring them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.environment.atmosphere import effective_density, orbit_density
from stationkeeper.environment.solar_activity import (
    CYCLE_MINIMA,
    cycles_needed,
    draw_futures,
    predicted_rows,
)
from stationkeeper.environment.tables import density_table, solar_indices
from stationkeeper.orbit.decay import averaged_decay
from stationkeeper.orbit.flight import fly

SUN = solar_indices()
FIRST_DAY, DAYS = 9_000, 120
ORBIT = orbit_density(density_table(), np.radians(51.6), FIRST_DAY, DAYS, 400e3)
ROWS = predicted_rows(int(SUN.day[0]), len(SUN.day), FIRST_DAY, DAYS)[None, :]


def number(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@settings(max_examples=60)
@given(
    start=number(200e3, 600e3),
    mass=number(1e3, 1e6),
    area=number(0.0, 5e3),
    lower=number(150e3, 450e3),
    width=number(0.0, 50e3),
    initial=number(0.0, 2e4),
    delivered=number(0.0, 500.0),
    capacity=number(0.0, 2e4),
    pushes=st.integers(0, 2**32 - 1),
)
def test_every_flight_balances(
    start, mass, area, lower, width, initial, delivered, capacity, pushes
):
    avoidance = np.random.default_rng(pushes).random(DAYS) < 0.05
    flight = fly(
        ORBIT,
        SUN.f107,
        SUN.f107_81d,
        SUN.ap,
        ROWS,
        FIRST_DAY,
        start,
        mass=mass,
        drag_area=area,
        lower_altitude=lower,
        upper_altitude=lower + width,
        propellant_initial=initial,
        propellant_delivered=delivered,
        tank_capacity=capacity,
        avoidance=avoidance,
    )
    total = flight.propellant_in[0]
    left = flight.propellant_used_total[0] + flight.propellant_left[0]
    assert abs(total - left) <= 1e-9 * max(total, 1)
    assert flight.propellant_left[0] >= 0
    assert np.all(flight.propellant_aboard >= 0)
    assert np.all(flight.delta_v >= 0)
    altitude = flight.altitude[0]
    alive = np.isfinite(altitude)
    if flight.decayed_day[0] < 0:
        assert alive.all()
    else:
        assert alive.sum() == flight.decayed_day[0]
    assert np.all(altitude[alive] > 119e3)
    highest = max(start, lower + width) + 1e3 * np.sum(avoidance)
    assert np.all(altitude[alive] <= highest + 1)


@settings(max_examples=60)
@given(
    altitude=number(130e3, 600e3),
    flux=number(66.0, 270.0),
    ap=number(0.0, 270.0),
    day=number(FIRST_DAY, FIRST_DAY + DAYS),
)
def test_density_is_possible_and_ordered(altitude, flux, ap, day):
    here, higher = effective_density(ORBIT, day, [altitude, altitude + 5e3], flux, flux, ap)
    active = effective_density(ORBIT, day, altitude, flux + 9, flux + 9, ap)
    assert 1e-15 < higher < here < 1e-7
    if altitude > 150e3:  # below, more sunlight thins the air by expanding what lies under it
        assert active > here


@settings(max_examples=40)
@given(
    altitude=number(180e3, 700e3),
    eccentricity=number(0.0, 0.004),
    perigee=number(0.0, 6.28),
    inclination=number(0.0, np.pi),
    drag=number(0.0, 0.05),
)
def test_mean_altitude_never_rises_in_free_decay(
    altitude, eccentricity, perigee, inclination, drag
):
    decay = averaged_decay(6_378_137.0 + altitude, eccentricity, perigee, inclination, drag, 60)
    axis = decay.semi_major_axis[np.isfinite(decay.semi_major_axis)]
    assert np.all(np.diff(axis) <= 1e-6)
    assert (len(axis) == 61) == bool(np.isinf(decay.entry))
    assert np.nanmax(decay.eccentricity) < 0.02


@settings(max_examples=60)
@given(
    first=st.integers(-14_000, 12_000),
    days=st.integers(1, 9_000),
    known=st.integers(-8_000, 9_550),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_future_is_made_of_days_known_then(first, days, known, seed):
    length = days + max(first - known, 0)
    uniforms = np.random.default_rng(seed).random((3, cycles_needed(length)))
    start = int(SUN.day[0])
    rows = draw_futures(CYCLE_MINIMA, start, known, first, days, uniforms)
    assert rows.shape == (3, days)
    assert rows.min() >= 0
    assert rows.max() + start <= known
