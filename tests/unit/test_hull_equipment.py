"""Lives, fleets and groups of equipment, against closed forms, quadrature and plain loops."""

import numpy as np
import pytest
from scipy.integrate import quad

from stationkeeper.errors import DomainError
from stationkeeper.hull.equipment import (
    DAYS_PER_MONTH,
    MONTH,
    age_at_hazard,
    conditional_survival,
    cumulative_hazard,
    failure_age,
    hazard,
    hazard_lived,
    hazard_table,
    time_to_failure,
)
from stationkeeper.hull.fleet import (
    YEAR,
    Lives,
    failure_chance,
    fleet_record,
    life_grid,
    life_samples,
    log_likelihood,
    update,
)
from stationkeeper.hull.group_flight import NEVER, fly_group, group_plan
from stationkeeper.hull.redundancy import enough_spares, enough_working, random_group
from stationkeeper.validation.hull_equipment import coverage

LIFE = (0.004 / YEAR, 2.2, 25 * YEAR)


def test_the_hazard_is_the_slope_of_what_is_lived_through():
    total, _ = quad(lambda age: float(hazard(age, 0.01, 2.2, 25.0)), 0.0, 26.0, epsabs=1e-12)
    assert total == pytest.approx(float(cumulative_hazard(26.0, 0.01, 2.2, 25.0)), rel=1e-9)
    step = 1e-3
    ages = np.array([1.0, 10.0, 40.0])
    rise = cumulative_hazard(ages + step, 0.01, 2.2, 25.0)
    fall = cumulative_hazard(ages - step, 0.01, 2.2, 25.0)
    assert (rise - fall) / (2 * step) == pytest.approx(hazard(ages, 0.01, 2.2, 25.0), rel=1e-6)


def test_a_random_life_does_not_age_and_a_worn_one_reaches_its_scale_with_37_percent():
    assert conditional_survival([0.0, 50.0], 10.0, 0.1, 1.0, np.inf) == pytest.approx(
        [np.exp(-1)] * 2, rel=1e-14
    )
    assert conditional_survival(0.0, 25.0, 0.0, 2.2, 25.0) == pytest.approx(np.exp(-1), rel=1e-14)
    worn = conditional_survival([0.0, 10.0, 20.0], 5.0, 0.0, 2.2, 25.0)
    assert np.all(np.diff(worn) < 0)


def test_ages_at_failure_have_the_survival_they_were_drawn_from():
    uniforms = (np.arange(50_000) + 0.5) / 50_000
    for age in (0.0, 12.0):
        ages = failure_age(-np.log1p(-uniforms), 0.01, 2.2, 25.0, age)
        for ahead in (1.0, 5.0, 20.0):
            share = np.mean(ages > age + ahead)
            want = conditional_survival(age, ahead, 0.01, 2.2, 25.0)
            assert share == pytest.approx(float(want), abs=5e-5)


def test_ages_at_failure_invert_the_hazard_even_where_one_part_is_missing():
    budget = np.geomspace(1e-6, 30.0, 60)
    for life in ((0.01, 2.2, 25.0), (0.0, 0.7, 25.0), (0.2, 1.0, np.inf), (1e-9, 6.0, 3.0)):
        lived = cumulative_hazard(failure_age(budget, *life, 2.0), *life)
        assert lived - cumulative_hazard(2.0, *life) == pytest.approx(budget, rel=1e-9)
    assert failure_age(1.0, 0.0, 2.0, np.inf) == np.inf


@pytest.mark.parametrize(
    ("life", "told"),
    [
        ((-1.0, 2.0, 25.0), "random rate"),
        ((0.0, 0.0, 25.0), "shape"),
        ((0.0, -1.0, 25.0), "shape"),
        ((0.0, 2.0, 0.0), "scale"),
    ],
)
def test_lives_that_cannot_be_are_refused(life, told):
    for call in (
        lambda: hazard(1.0, *life),
        lambda: conditional_survival(1.0, 1.0, *life),
        lambda: failure_age(1.0, *life),
        lambda: hazard_table(*life, 12),
        lambda: life_grid([life[0]], [life[1]], [life[2]]),
        lambda: life_samples(np.zeros((3, 1)), life, (1.0, 1.0, 1.0)),
    ):
        with pytest.raises(DomainError, match=told):
            call()


def test_ages_and_draws_below_zero_are_refused():
    with pytest.raises(DomainError, match="age"):
        hazard(-1.0, *LIFE)
    with pytest.raises(DomainError, match="time ahead"):
        conditional_survival(1.0, -1.0, *LIFE)
    with pytest.raises(DomainError, match="exponential"):
        failure_age(-0.1, *LIFE)
    with pytest.raises(DomainError, match="months"):
        hazard_table(*LIFE, 0)


def test_the_table_gives_the_failure_age_without_powers():
    table = hazard_table(*LIFE, 12 * 60)[0]
    budget = np.geomspace(1e-3, 3.0, 200)
    exact = failure_age(budget, *LIFE) / MONTH
    read = np.array([age_at_hazard(table, lived) for lived in budget])
    later = exact > 3
    assert later.sum() > 150
    days = np.abs(read - exact)[later] * DAYS_PER_MONTH
    assert np.max(days) < 1.0
    back = np.array([hazard_lived(table, age) for age in read])
    assert back == pytest.approx(budget, rel=1e-12)


def test_beyond_the_table_the_last_hazard_goes_on():
    table = np.array([0.0, 0.1, 0.3])
    assert age_at_hazard(table, 0.5) == pytest.approx(3.0, rel=1e-14)
    assert hazard_lived(table, 3.0) == pytest.approx(0.5, rel=1e-14)
    assert age_at_hazard(np.zeros(3), 0.5) == np.inf
    assert time_to_failure(table, 2.0, 0.3, 0.0, np.ones(9)) == pytest.approx(1.5, rel=1e-14)


def plain_time(table, age, budget, start, factor):
    """Add hazard in steps of a ten-thousandth of a month."""
    fine, steps = 10_000, 0
    age_step, start_step = round(age * fine), round(start * fine)
    while start_step + steps < factor.size * fine:
        row = min((age_step + steps) // fine, table.size - 2)
        budget -= (table[row + 1] - table[row]) * factor[(start_step + steps) // fine] / fine
        steps += 1
        if budget <= 0:
            return steps / fine
    return np.inf


def test_a_hazard_that_changes_by_month_is_lived_through_month_by_month():
    table = np.array([0.0, 0.02, 0.06, 0.12, 0.3, 0.5])
    factor = np.array([1.0, 3.0, 0.0, 2.0, 1.0, 1.0, 4.0])
    for age, start in ((0.0, 0.0), (0.7, 0.0), (1.3, 1.9), (4.6, 2.2)):
        for budget in (0.01, 0.1, 0.5, 5.0):
            got = time_to_failure(table, age, budget, start, factor)
            want = plain_time(table, age, budget, start, factor)
            assert got == want or got == pytest.approx(want, abs=3e-4)


def plain_log_likelihood(rate, shape, scale, record):
    """Sum over units as the text books write it."""
    total = 0.0
    rows = zip(record.age, record.failed, record.seen_from, record.count, strict=True)
    for age, failed, start, count in rows:
        term = -rate * (age - start) - (age / scale) ** shape + (start / scale) ** shape
        if failed:
            term += np.log(rate + shape / scale * (age / scale) ** (shape - 1))
        total += count * term
    return total


def test_the_likelihood_of_a_fleet_agrees_with_a_plain_loop():
    generator = np.random.Generator(np.random.Philox(4))
    start = np.where(generator.random(40) < 0.5, 0.0, 3.0)
    record = fleet_record(
        start + generator.random(40) * 20 + 0.1,
        generator.random(40) < 0.5,
        start,
        generator.integers(1, 5, 40),
    )
    lives = life_grid([0.0, 0.02], [0.8, 2.2, 5.0], [10.0, 25.0])
    got = log_likelihood(lives, record)
    want = [
        plain_log_likelihood(*life, record)
        for life in zip(lives.random_rate, lives.shape, lives.scale, strict=True)
    ]
    assert got == pytest.approx(want, rel=1e-11)


def test_a_random_class_follows_the_gamma_law():
    # Exponential lives with a prior flat in the rate: a gamma of failures + 1 over the time seen.
    rates = np.linspace(1e-4, 2.0, 20_000)
    prior = Lives(rates, np.ones_like(rates), np.full_like(rates, np.inf), rates * 0 + 1 / 20_000)
    later = update(prior, fleet_record([3.0, 5.0, 9.0, 13.0], [True, True, True, False]))
    assert np.sum(later.weight * later.random_rate) == pytest.approx(4 / 30, rel=1e-4)


def test_samples_and_grid_agree_on_the_same_prior():
    normals = np.random.Generator(np.random.Philox(8)).normal(size=(3, 40_000))
    median, spread = (0.004 / YEAR, 2.0, 25 * YEAR), (0.5, 0.3, 0.4)
    record = fleet_record(np.array([8, 15, 19, 24, 26, 26]) * YEAR, [True] * 3 + [False] * 3)
    sampled = update(life_samples(normals, median, spread), record)
    steps = np.linspace(-3.5, 3.5, 25)
    axes = [m * np.exp(s * steps) for m, s in zip(median, spread, strict=True)]
    grid = life_grid(*axes)
    density = np.exp(-0.5 * steps**2)
    weight = np.einsum("i,j,k->ijk", density, density, density).ravel()
    lives = Lives(grid.random_rate, grid.shape, grid.scale, weight / weight.sum())
    one = failure_chance(sampled, 26 * YEAR, 5 * YEAR)
    other = failure_chance(update(lives, record), 26 * YEAR, 5 * YEAR)
    assert sampled.effective > 1_000
    assert float(one.mean) == pytest.approx(float(other.mean), abs=0.01)
    assert float(one.low) == pytest.approx(float(other.low), abs=0.02)
    assert float(one.high) == pytest.approx(float(other.high), abs=0.02)


def test_bands_on_sixty_synthetic_fleets_hold_the_truth_as_often_as_they_say():
    found = coverage()
    # 54 expected; 5 is two standard deviations of a count of 60 at 90 %.
    assert abs(found.held - 54) <= 5
    assert found.mean == pytest.approx(found.truth, abs=0.05)


def test_the_prior_is_the_answer_where_nothing_was_seen():
    prior = life_grid()
    assert prior.weight.sum() == pytest.approx(1.0, abs=1e-12)
    assert prior.weight[prior.random_rate == 0].sum() == pytest.approx(0.5, abs=1e-12)
    young = update(prior, fleet_record([1.0], [False]))  # a second old
    assert young.weight == pytest.approx(prior.weight, rel=1e-5)


def test_left_truncation_is_not_a_failure_free_childhood():
    prior = life_grid([0.0], [2.2], np.array([10.0, 25.0]) * YEAR)
    seen_late = update(prior, fleet_record([20 * YEAR], [False], seen_from=19 * YEAR))
    seen_all = update(prior, fleet_record([20 * YEAR], [False]))
    assert seen_late.weight[0] > seen_all.weight[0]


def test_records_and_levels_that_cannot_be_are_refused():
    with pytest.raises(DomainError, match="first seen"):
        fleet_record([1.0], [True], seen_from=1.0)
    with pytest.raises(DomainError, match="counts"):
        fleet_record([1.0], [True], count=-1)
    with pytest.raises(DomainError, match="level"):
        failure_chance(life_grid(), 1.0, 1.0, level=1.0)
    with pytest.raises(DomainError, match="weight"):
        life_grid(no_random_failures=1.1)
    with pytest.raises(DomainError, match="spread"):
        life_samples(np.zeros((3, 1)), LIFE, (-1.0, 1.0, 1.0))


def test_closed_forms_of_groups():
    chance = np.array([0.0, 0.3, 0.9, 1.0])
    # Two of three: 3 p^2 - 2 p^3; one of two: 2 p - p^2; all: p^n.
    assert enough_working(chance, 2, 3) == pytest.approx(3 * chance**2 - 2 * chance**3, abs=1e-14)
    assert enough_working(chance, 1, 2) == pytest.approx(2 * chance - chance**2, abs=1e-14)
    assert enough_working(chance, 4, 4) == pytest.approx(chance**4, abs=1e-14)
    assert enough_working(chance, 0, 4).tolist() == [1.0] * 4
    assert enough_spares(0.5, 0) == pytest.approx(np.exp(-0.5), rel=1e-14)
    assert enough_spares(0.5, 1) == pytest.approx(1.5 * np.exp(-0.5), rel=1e-14)


def test_the_chain_agrees_with_the_closed_forms():
    times = np.array([0.0, 50.0, 300.0])
    alone = random_group(times, units=6, needed=4, failure_rate=1e-3)
    assert 1 - alone.lost == pytest.approx(enough_working(np.exp(-1e-3 * times), 4, 6), abs=1e-12)
    assert alone.lost == pytest.approx(alone.down, abs=1e-12)
    assert alone.mean_time_to_loss == pytest.approx(1e3 * (1 / 6 + 1 / 5 + 1 / 4), rel=1e-12)
    # Units in place that rest until needed are spares exchanged at once.
    shelf = random_group(times, units=5, needed=2, failure_rate=1e-3, idle_units_rest=True)
    assert 1 - shelf.lost == pytest.approx(enough_spares(2e-3 * times, 3), abs=1e-12)
    # Two units, one needed, one repair at a time: (3 r + m) / (2 r^2).
    pair = random_group(0.0, units=2, needed=1, failure_rate=1e-3, repair_rate=0.1)
    assert pair.mean_time_to_loss == pytest.approx((3e-3 + 0.1) / 2e-6, rel=1e-12)
    # One unit: m / (r + m) in the long run.
    one = random_group(1e6, units=1, needed=1, failure_rate=1e-3, repair_rate=0.1)
    assert 1 - one.down[0] == pytest.approx(0.1 / 0.101, rel=1e-9)


def test_spares_that_are_used_up_end_repair():
    kept = random_group(1e5, units=1, needed=1, failure_rate=1e-3, repair_rate=0.1)
    used = random_group(1e5, units=1, needed=1, failure_rate=1e-3, repair_rate=0.1, spares=3)
    assert kept.down[0] < 0.01
    assert used.down[0] > 0.999
    nobody = random_group(1e3, units=2, needed=1, failure_rate=1e-3, repair_rate=0.1, hands=0)
    assert 1 - nobody.lost[0] == pytest.approx(float(enough_working(np.exp(-1.0), 1, 2)), abs=1e-12)
    never = random_group(1e3, units=2, needed=1, failure_rate=0.0)
    assert never.mean_time_to_loss == np.inf
    assert never.lost[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [{"needed": 3}, {"needed": 0}, {"failure_rate": -1.0}, {"spares": -1}, {"hands": -1}],
)
def test_groups_that_cannot_be_are_refused(wrong):
    with pytest.raises(DomainError):
        random_group(1.0, **({"units": 2, "needed": 1, "failure_rate": 0.1} | wrong))


def test_chances_outside_0_to_1_are_refused():
    with pytest.raises(DomainError, match="0 to 1"):
        enough_working(1.1, 1, 2)
    with pytest.raises(DomainError, match="needed"):
        enough_working(0.5, 3, 2)
    with pytest.raises(DomainError, match="negative"):
        enough_spares(-1.0, 2)
    with pytest.raises(DomainError, match="time"):
        random_group(-1.0, units=1, needed=1, failure_rate=0.1)


def plain_flight(plan, draws, crew_days, robot_days):
    """Fly one replica day by day with hazards added daily: what the compiled flight must do."""
    units, days = plan.class_of_unit.size, plan.crew_hands.size
    fails, broken = [0.0] * units, [False] * units
    done, event, shelf = [0.0] * units, [0] * units, plan.spares

    def when(unit, age, start_day):
        row = plan.table[plan.class_of_unit[unit]]
        months = time_to_failure(
            row, age, draws[unit, event[unit]], start_day / DAYS_PER_MONTH, plan.hazard_factor
        )
        return start_day + months * DAYS_PER_MONTH

    fails = [when(unit, plan.age_months[unit], 0.0) for unit in range(units)]
    first, down, failures = NEVER, 0, [0] * units
    at_loss = [False] * units
    for day in range(days):
        shelf += plan.arriving[day]
        for unit in range(units):
            if not broken[unit] and fails[unit] < day + 1:
                broken[unit], done[unit] = True, 0.0
                failures[unit] += 1
        if units - sum(broken) < plan.needed:
            down += 1
            if first == NEVER:
                first, at_loss = day, list(broken)
        worked = set()
        for can, hands, work in (
            (plan.robot_can, plan.robot_hands[day], robot_days),
            (plan.crew_can, plan.crew_hands[day], crew_days),
        ):
            for unit in range(units):
                if hands == 0:
                    break
                if not broken[unit] or not can[unit] or unit in worked:
                    continue
                if done[unit] == 0.0 and plan.needs_spare[unit]:
                    if shelf == 0:
                        continue
                    shelf -= 1
                done[unit] += 1.0 / max(work[unit, event[unit]], 1.0)
                worked.add(unit)
                hands -= 1
        for unit in range(units):
            if broken[unit] and done[unit] > 1.0 - 1e-9:
                broken[unit] = False
                event[unit] += 1
                fails[unit] = when(unit, 0.0, day + 1.0)
    return first, down, failures, shelf, at_loss, broken


def busy_plan(**changes):
    days = 4_000
    calendar = np.arange(days)
    life = hazard_table([0.02 / MONTH, 0.0], [1.0, 2.5], [np.inf, 30 * MONTH], 200)
    given = {
        "class_of_unit": [0, 0, 1, 1, 1],
        "needed": 4,
        "days": days,
        "age_months": [0.0, 10.0, 0.0, 5.5, 20.0],
        "robot_can": [True, False, True, False, False],
        "needs_spare": [True, True, True, True, False],
        "crew_hands": np.where(calendar % 180 < 30, 2, 0),
        "robot_hands": np.where(calendar % 7 == 0, 0, 1),
        "spares": 4,
        "arriving": np.where(calendar % 365 == 100, 3, 0),
        "hazard_factor": np.where(np.arange(132) % 5 == 0, 2.0, 1.0),
    }
    return group_plan(life, **(given | changes))


def test_a_flown_group_agrees_with_a_plain_loop_in_every_replica():
    plan = busy_plan()
    generator = np.random.Generator(np.random.Philox(9))
    draws = generator.exponential(size=(12, 5, 40))
    crew_days = np.exp(generator.normal(size=draws.shape)) * 3
    robot_days = crew_days * 2.5
    found = fly_group(plan, draws, crew_days, robot_days)
    for replica in range(12):
        first, down, failures, shelf, at_loss, at_end = plain_flight(
            plan, draws[replica], crew_days[replica], robot_days[replica]
        )
        assert found.first_loss[replica] == first
        assert found.days_down[replica] == down
        assert found.failures[replica].tolist() == failures
        assert found.spares_left[replica] == shelf
        assert found.broken_at_loss[replica].tolist() == at_loss
        assert found.broken_at_end[replica].tolist() == at_end
    assert found.lost.any()
    assert found.failures.sum() > 150


def test_a_flown_group_agrees_with_the_chain():
    # Units of 300 days, one of two needed, one pair of hands, 20 days a repair on the mean.
    # Rounding to days starts a repair earlier in its day by as much as it ends it later: no bias.
    size, days = 6_000, 3_000
    table = hazard_table([1 / (300 * 86_400.0)], [1.0], [np.inf], 120)
    plan = group_plan(
        table, class_of_unit=[0, 0], needed=1, days=days, crew_hands=1, needs_spare=False
    )
    draws = np.random.Generator(np.random.Philox(10)).exponential(size=(2, size, 2, 40))
    found = fly_group(plan, draws[0], 20.0 * draws[1])
    exact = random_group(float(days), units=2, needed=1, failure_rate=1 / 300, repair_rate=1 / 20)
    error = np.sqrt(exact.lost[0] * (1 - exact.lost[0]) / size)
    assert found.lost.mean() == pytest.approx(exact.lost[0], abs=3 * error)


def test_without_repair_the_flight_is_the_binomial():
    size = 20_000
    table = hazard_table(*LIFE, 12 * 30)
    plan = group_plan(
        table, class_of_unit=[0] * 6, needed=4, days=3_652, age_months=12 * 20.0, robot_can=True
    )
    draws = np.random.Generator(np.random.Philox(12)).exponential(size=(size, 6, 1))
    found = fly_group(plan, draws)
    works = conditional_survival(20 * YEAR, 3_652 * 86_400.0, *LIFE)
    want = 1 - float(enough_working(works, 4, 6))
    assert found.lost.mean() == pytest.approx(want, abs=4 * np.sqrt(want * (1 - want) / size))


def test_a_station_without_crew_repairs_only_what_its_robots_can():
    table = np.array([[0.0, 1.0]])
    lives = np.array([[[0.1] + [50.0] * 3, [0.1] + [50.0] * 3]])
    common = {"class_of_unit": [0, 0], "needed": 2, "days": 1_000, "spares": 5}
    nobody = fly_group(group_plan(table, **common), lives)
    robots = fly_group(group_plan(table, robot_can=[True, False], robot_hands=1, **common), lives)
    people = fly_group(group_plan(table, crew_hands=1, **common), lives)
    assert nobody.broken_at_end.tolist() == [[True, True]]
    assert robots.broken_at_end.tolist() == [[False, True]]
    assert people.broken_at_end.tolist() == [[False, False]]
    assert [int(x.spares_left[0]) for x in (nobody, robots, people)] == [5, 4, 3]
    assert int(people.days_down[0]) == 2


def test_work_that_people_leave_is_taken_up_again():
    table = np.array([[0.0, 1.0]])
    lives = np.array([[[0.5, 50.0]]])
    hands = np.zeros(100, dtype=int)
    hands[[20, 21, 60, 61, 62]] = 1
    plan = group_plan(table, class_of_unit=[0], needed=1, days=100, crew_hands=hands, spares=1)
    found = fly_group(plan, lives, crew_days=4.0)
    # Broken on day 15; four days of work end on day 61.
    assert int(found.first_loss[0]) == 15
    assert int(found.days_down[0]) == 61 - 15 + 1


def test_a_replica_does_not_depend_on_its_neighbours():
    plan = busy_plan()
    draws = np.random.Generator(np.random.Philox(13)).exponential(size=(30, 5, 40))
    whole = fly_group(plan, draws, 2.0, 4.0)
    alone = fly_group(plan, draws[17:18], 2.0, 4.0)
    assert whole.days_down[17] == alone.days_down[0]
    assert whole.failures[17].tolist() == alone.failures[0].tolist()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"needed": 6}, "needed"),
        ({"spares": -1}, "spares"),
        ({"days": 0}, "days"),
        ({"class_of_unit": [0, 0, 0, 0, 2]}, "class"),
        ({"hazard_factor": -1.0}, "factor"),
        ({"crew_hands": -1}, "hands"),
        ({"age_months": -1.0}, "age"),
    ],
)
def test_plans_that_cannot_be_are_refused(wrong, told):
    with pytest.raises(DomainError, match=told):
        busy_plan(**wrong)


def test_draws_that_do_not_fit_or_run_out_are_said():
    plan = busy_plan()
    with pytest.raises(DomainError, match="shape"):
        fly_group(plan, np.ones((3, 4, 2)))
    with pytest.raises(DomainError, match="negative"):
        fly_group(plan, -np.ones((3, 5, 2)))
    with pytest.raises(DomainError, match="draw more events"):
        fly_group(plan, np.full((1, 5, 2), 0.01))
    with pytest.raises(DomainError, match="negative hazard"):
        group_plan([[0.0, 0.2, 0.1]], class_of_unit=[0], needed=1, days=10)
