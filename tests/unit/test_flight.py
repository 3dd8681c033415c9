"""The day-by-day flight beside a plain NumPy twin, its balances, and the averaged decay."""

import numpy as np
import pytest

from stationkeeper.constants import EARTH_RADIUS, MU_EARTH
from stationkeeper.environment.atmosphere import effective_density, orbit_density
from stationkeeper.environment.solar_activity import (
    CYCLE_MINIMA,
    cycles_needed,
    draw_futures,
    predicted_rows,
)
from stationkeeper.environment.tables import density_table, solar_indices
from stationkeeper.errors import DomainError
from stationkeeper.orbit.decay import averaged_decay_in_table
from stationkeeper.orbit.flight import ENTRY_ALTITUDE, STEP_DROP, days_to_altitude, fly

SUN = solar_indices()
FIRST_DAY, DAYS, REPLICAS = 8_500, 700, 5
ORBIT = orbit_density(density_table(), np.radians(51.6), FIRST_DAY, DAYS, 410e3, 0.7)
RANDOM = np.random.default_rng(11)
ROWS = draw_futures(
    CYCLE_MINIMA,
    int(SUN.day[0]),
    8_600,
    FIRST_DAY,
    DAYS,
    RANDOM.random((REPLICAS, cycles_needed(DAYS))),
)
INDICES = (SUN.f107, SUN.f107_81d, SUN.ap)
KEEP = {
    "mass": 430e3,
    "drag_area": 3_000.0,
    "lower_altitude": 408e3,
    "upper_altitude": 411e3,
    "propellant_initial": 4_000.0,
}


def keep(**change):
    rows = change.pop("rows", ROWS)
    start = change.pop("initial_altitude", 410e3)
    return fly(ORBIT, *INDICES, rows, FIRST_DAY, start, **{**KEEP, **change})


def twin(start, plan):
    """The same flight in plain Python, a replica and a day at a time, straight from its words."""
    altitude = np.full(ROWS.shape, np.nan)
    delta_v, used, aboard = (np.zeros(ROWS.shape) for _ in range(3))
    for r in range(REPLICAS):
        h, tank = start[r], plan["initial"][r]
        for d in range(DAYS):
            if np.isnan(h):
                aboard[r, d] = tank
                continue
            tank += min(plan["delivered"][d], max(plan["capacity"] - tank, 0))
            row = ROWS[r, d]
            sun = (SUN.f107[row - 1], SUN.f107_81d[row], SUN.ap[row])
            quotient = plan["factor"][r] * plan["area"][d] / (plan["mass"][d] + tank)

            def rate(height, sun=sun, quotient=quotient, day=FIRST_DAY + d + 0.5):
                density = float(effective_density(ORBIT, day, height, *sun))
                return np.sqrt(MU_EARTH * (EARTH_RADIUS + height)) * density * quotient

            left = 86_400.0
            while left > 0 and h > ENTRY_ALTITUDE:
                step = min(left, STEP_DROP / rate(h))
                h -= step * rate(h - 0.5 * step * rate(h))
                left -= step
            if h <= ENTRY_ALTITUDE:
                h = np.nan
                aboard[r, d] = tank
                continue
            speed = np.sqrt(MU_EARTH / (EARTH_RADIUS + h))
            push = plan["push"] if plan["avoid"][r, d] and plan["allowed"][d] else 0.0
            after = MU_EARTH / (speed - push) ** 2 - EARTH_RADIUS
            if plan["allowed"][d]:
                goal = plan["calendar"][d]
                if np.isnan(goal) and after < plan["lower"]:
                    goal = plan["upper"]
                if goal > after:
                    push = speed - np.sqrt(MU_EARTH / (EARTH_RADIUS + goal))
            total = plan["mass"][d] + tank
            spent = total * (1 - np.exp(-push / plan["exhaust"]))
            if spent > tank:
                spent = tank
                push = plan["exhaust"] * np.log(total / (total - tank))
            tank -= spent
            h = MU_EARTH / (speed - push) ** 2 - EARTH_RADIUS
            altitude[r, d], delta_v[r, d], used[r, d], aboard[r, d] = h, push, spent, tank
    return altitude, delta_v, used, aboard


def test_kernel_agrees_with_its_plain_twin():
    random = np.random.default_rng(12)
    plan = {
        "mass": 430e3 + 10e3 * np.sin(np.arange(DAYS) / 60),
        "area": 3_000 + 200 * np.cos(np.arange(DAYS) / 40),
        "factor": random.normal(1, 0.1, REPLICAS),
        "initial": random.uniform(100, 900, REPLICAS),
        "delivered": np.where(np.arange(DAYS) % 80 == 5, 260.0, 0.0),
        "capacity": 900.0,
        "lower": 408e3,
        "upper": 411e3,
        "calendar": np.where(np.arange(DAYS) % 150 == 149, 413e3, np.nan),
        "allowed": np.arange(DAYS) % 100 > 6,
        "avoid": random.random(ROWS.shape) < 0.01,
        "push": 0.5,
        "exhaust": 2_900.0,
    }
    start = random.uniform(405e3, 412e3, REPLICAS)
    altitude, delta_v, used, aboard = twin(start, plan)
    flight = keep(
        initial_altitude=start,
        mass=plan["mass"],
        drag_area=plan["area"],
        calendar_target=plan["calendar"],
        burn_allowed=plan["allowed"],
        exhaust_velocity=plan["exhaust"],
        propellant_initial=plan["initial"],
        propellant_delivered=plan["delivered"],
        tank_capacity=plan["capacity"],
        drag_factor=plan["factor"],
        avoidance=plan["avoid"],
        avoidance_speed=plan["push"],
    )
    np.testing.assert_allclose(flight.altitude, altitude, rtol=0, atol=1.0)
    np.testing.assert_allclose(flight.delta_v, delta_v, rtol=0, atol=1e-3)
    np.testing.assert_allclose(flight.propellant_used, used, rtol=0, atol=0.05)
    np.testing.assert_allclose(flight.propellant_aboard, aboard, rtol=0, atol=0.05)
    assert flight.cut_burns.min() > 0  # the plan runs short on purpose
    assert flight.propellant_refused.max() > 0  # and over on other days


def test_propellant_in_is_used_or_aboard():
    random = np.random.default_rng(13)
    flight = keep(
        propellant_initial=random.uniform(0, 3_000, REPLICAS),
        propellant_delivered=random.uniform(0, 40, (REPLICAS, DAYS)),
        tank_capacity=2_500.0,
        avoidance=random.random(ROWS.shape) < 0.02,
    )
    balance = flight.propellant_in - flight.propellant_used_total - flight.propellant_left
    assert np.abs(balance / flight.propellant_in).max() < 1e-9
    np.testing.assert_allclose(
        flight.propellant_used.sum(axis=1, dtype=np.float64), flight.propellant_used_total, 1e-6
    )
    np.testing.assert_allclose(flight.propellant_aboard[:, -1], flight.propellant_left, 1e-6)


def test_what_arrives_is_taken_or_refused():
    delivered = np.full((REPLICAS, DAYS), 30.0)
    flight = keep(propellant_delivered=delivered, tank_capacity=4_500.0)
    taken = flight.propellant_in - KEEP["propellant_initial"]
    np.testing.assert_allclose(taken + flight.propellant_refused, 30.0 * DAYS)
    assert flight.propellant_aboard.max() <= 4_500.0


def test_speed_and_propellant_obey_the_rocket_equation():
    flight = keep(exhaust_velocity=3_000.0)
    burns = flight.delta_v > 0
    assert burns.sum() > 10
    before = flight.propellant_aboard[burns] + flight.propellant_used[burns]
    expected = 3_000 * np.log1p(
        flight.propellant_used[burns] / (430e3 + before - flight.propellant_used[burns])
    )
    np.testing.assert_allclose(flight.delta_v[burns], expected, rtol=1e-4)


def test_band_is_kept_while_there_is_propellant():
    flight = keep(propellant_initial=30e3)
    assert np.all(flight.propellant_aboard > 0)
    assert flight.altitude.min() >= 408e3 - 1
    assert flight.altitude.max() <= 411e3 + 1


def test_without_propellant_or_consent_the_orbit_only_sinks():
    for change in ({"propellant_initial": 0.0}, {"burn_allowed": False}):
        flight = keep(**change)
        assert np.all(np.diff(flight.altitude, axis=1)[~np.isnan(flight.altitude[:, 1:])] < 0)
        assert flight.delta_v.max() == 0


def test_a_calendar_target_is_reached_and_a_lower_one_waited_for():
    calendar = np.full(DAYS, np.nan)
    calendar[[50, 200]] = [420e3, 400e3]
    flight = keep(calendar_target=calendar, lower_altitude=np.nan, upper_altitude=np.nan)
    np.testing.assert_allclose(flight.altitude[:, 50], 420e3, atol=0.1)
    assert np.all((flight.delta_v > 0).sum(axis=1) == 1)
    assert np.all(flight.altitude[:, 200] > 400e3)


def test_avoidance_raises_the_orbit_by_twice_the_push_over_the_rate():
    day = np.zeros(DAYS, dtype=bool)
    day[3] = True
    with_push = keep(avoidance=day, avoidance_speed=0.5, lower_altitude=np.nan)
    without = keep(lower_altitude=np.nan)
    rise = with_push.altitude[:, 3] - without.altitude[:, 3]
    rate = np.sqrt(MU_EARTH / (EARTH_RADIUS + 410e3) ** 3)
    np.testing.assert_allclose(rise, 2 * 0.5 / rate, rtol=2e-3)
    np.testing.assert_allclose(with_push.delta_v[:, 3], 0.5)


def test_entry_is_dated_and_nothing_flies_on():
    flight = keep(
        initial_altitude=250e3,
        burn_allowed=False,
        propellant_delivered=np.where(np.arange(DAYS) == DAYS - 1, 100.0, 0.0),
    )
    assert np.all((flight.decayed_day > 5) & (flight.decayed_day < 200))
    for r in range(REPLICAS):
        day = flight.decayed_day[r]
        assert np.isnan(flight.altitude[r, day:]).all()
        assert np.isfinite(flight.altitude[r, :day]).all()
    np.testing.assert_array_equal(flight.propellant_refused, 100.0)
    np.testing.assert_array_equal(flight.propellant_left, 4_000.0)


def test_entry_and_days_to_altitude_tell_the_same_day():
    flight = keep(initial_altitude=300e3, burn_allowed=False)
    quotient = KEEP["drag_area"] / (KEEP["mass"] + KEEP["propellant_initial"])
    days = days_to_altitude(ORBIT, *INDICES, ROWS, FIRST_DAY, 300e3, quotient, 120e3)
    np.testing.assert_array_equal(np.floor(days).astype(int), flight.decayed_day)


def test_days_to_altitude_grow_with_height_and_shrink_with_drag():
    def days(height=330e3, quotient=0.007, target=200e3):
        return days_to_altitude(ORBIT, *INDICES, ROWS, FIRST_DAY, height, quotient, target)

    assert np.all(days(340e3) > days())
    assert np.all(days(quotient=0.008) < days())
    assert np.all(days(target=250e3) < days())
    np.testing.assert_array_equal(days(190e3), 0.0)
    assert np.isnan(days(np.nan)).all()
    assert np.isinf(days(500e3, 0.001)).all()


def test_orbit_mean_decay_matches_the_averaged_equations_in_the_same_table():
    """Two paths: orbit mean by altitude and Sun; quadrature with J3 and perigee followed."""
    rows = predicted_rows(int(SUN.day[0]), len(SUN.day), FIRST_DAY, 300)
    flown = fly(
        ORBIT,
        *INDICES,
        rows[None, :],
        FIRST_DAY,
        410e3,
        mass=430e3,
        drag_area=2_900.0,
        lower_altitude=np.nan,
        upper_altitude=np.nan,
    ).altitude[0]
    averaged = averaged_decay_in_table(
        density_table(),
        FIRST_DAY,
        SUN.f107[rows - 1],
        SUN.f107_81d[rows],
        SUN.ap[rows],
        EARTH_RADIUS + 410e3,
        0.0005,
        1.5,
        np.radians(51.6),
        0.7,
        2_900.0 / 430e3,
        300,
    )
    fall = averaged.semi_major_axis[0] - averaged.semi_major_axis[1:]
    assert fall[-1] > 20e3
    for day in (30, 100, 299):
        assert 410e3 - flown[day] == pytest.approx(fall[day], rel=0.01)


def test_replicas_are_the_same_alone_and_together():
    together = keep(avoidance=np.arange(DAYS) % 90 == 3)
    for r in range(REPLICAS):
        alone = keep(rows=ROWS[r : r + 1], avoidance=np.arange(DAYS) % 90 == 3)
        for name in ("altitude", "delta_v", "propellant_used", "propellant_aboard"):
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(together, name)[r])


def test_per_replica_arrays_are_the_same_as_their_rows():
    area = np.random.default_rng(3).uniform(2_500, 3_500, (REPLICAS, DAYS))
    together = keep(drag_area=area)
    alone = keep(rows=ROWS[2:3], drag_area=area[2])
    np.testing.assert_array_equal(alone.altitude[0], together.altitude[2])


@pytest.mark.parametrize(
    "change",
    [
        {"initial_altitude": np.nan},
        {"initial_altitude": 100e3},
        {"initial_altitude": 700e3},
        {"initial_altitude": np.full(3, 400e3)},
        {"mass": 0.0},
        {"mass": np.inf},
        {"mass": np.full(DAYS, np.nan)},
        {"drag_area": -1.0},
        {"drag_area": np.full(DAYS - 1, 3e3)},
        {"exhaust_velocity": 0.0},
        {"propellant_initial": -1.0},
        {"propellant_initial": np.nan},
        {"propellant_delivered": -1.0},
        {"propellant_delivered": np.inf},
        {"tank_capacity": np.nan},
        {"drag_factor": np.nan},
        {"upper_altitude": 900e3},
        {"calendar_target": 900e3},
        {"avoidance_speed": -0.5},
        {"avoidance_speed": np.nan},
        {"burn_allowed": np.ones((2, DAYS), dtype=bool)},
        {"rows": np.full((REPLICAS, DAYS), 10**6, dtype=np.int32)},
        {"rows": np.full((REPLICAS, DAYS), -1, dtype=np.int32)},
    ],
)
def test_what_cannot_be_is_refused(change):
    with pytest.raises(DomainError):
        keep(**change)


@pytest.mark.parametrize(
    ("height", "quotient", "target"),
    [(700e3, 0.007, 2e5), (4e5, -1.0, 2e5), (4e5, np.nan, 2e5), (4e5, 0.007, 1e5)],
)
def test_free_decay_that_cannot_be_is_refused(height, quotient, target):
    with pytest.raises(DomainError):
        days_to_altitude(ORBIT, *INDICES, ROWS, FIRST_DAY, height, quotient, target)


def test_days_outside_the_density_are_refused():
    short = orbit_density(density_table(), 0.9, FIRST_DAY, 100, 410e3)
    with pytest.raises(DomainError, match="not within those of the orbit density"):
        days_to_altitude(short, *INDICES, ROWS, FIRST_DAY, 410e3, 0.007)
    with pytest.raises(DomainError, match="not within those of the orbit density"):
        fly(ORBIT, *INDICES, ROWS, FIRST_DAY - 1, 410e3, **KEEP)
