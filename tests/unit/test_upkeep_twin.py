"""The day-step engine and its twin of SimPy processes live the same lives, event by event."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.leaks import draw_leaks
from stationkeeper.lifetime.prepare import prepare
from stationkeeper.lifetime.upkeep_plan import Happening
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table
from stationkeeper.validation.simpy_lives import simpy_lives
from tests.upkeep_plans import events_of, lived, many_leaks, rich_plan

EXACT = 1e-9  # of values, relative and absolute


def circumstances(days, replicas, seed=0, station=0.3):
    """Return days on which objects come near, propellant is there, and the station is in orbit."""
    draw = np.random.default_rng(seed)
    approach = draw.random((replicas, days)) < 0.02
    fuel = np.repeat(draw.random((1, days // 70 + 1)) < 0.8, 70, axis=1)[:, :days]
    begins = int(station * days)
    alive = np.ones((replicas, days), bool)
    alive[::3, :begins] = False
    alive[1::5, -days // 10 :] = False
    return approach, np.repeat(fuel, replicas, axis=0), alive


def lost(plan, replicas, seed=0):
    """Return ships that are lost on the way, a third of them."""
    return np.random.default_rng(seed).random((replicas, plan.ship_class.size)) < 0.3


def more(plan, replicas, seed=0):
    """Return what the other ships carry in their place."""
    return 10.0 * np.random.default_rng(seed).random((replicas, *plan.ship_brought.shape))


def assert_equal_lives(upkept, twins):
    ours = events_of(upkept)
    theirs = [event for twin in twins for event in twin.events]
    for one, other in zip(ours, theirs, strict=False):
        assert one[:4] == other[:4]
        assert one.value == pytest.approx(other.value, rel=EXACT, abs=EXACT)
    assert len(ours) == len(theirs)
    state, course = upkept.state, upkept.course
    for name in ("store", "came", "refused", "used", "unmet"):
        expected = np.array([getattr(twin, name) for twin in twins])
        np.testing.assert_allclose(getattr(state, name), expected, rtol=EXACT, atol=1e-7)
    np.testing.assert_allclose(
        course.leak.sum(axis=1), [twin.leaked for twin in twins], rtol=EXACT, atol=1e-9
    )
    for daily, name in (
        (course.people, "people"),
        (course.burns, "raised"),
        (course.moves, "moved"),
    ):
        assert (daily == np.array([getattr(twin, name) for twin in twins])).all()


def test_two_hundred_lives_of_a_station_rich_in_events_are_equal():
    plan, replicas = rich_plan(), 200
    leaks = many_leaks(plan, replicas)
    approach, fuel, alive = circumstances(len(plan.exists), replicas)
    upkept = lived(
        plan,
        leaks,
        replicas=replicas,
        approach=approach,
        fuel=fuel,
        alive=alive,
        lost=lost(plan, replicas),
        more=more(plan, replicas),
    )
    assert_equal_lives(upkept, simpy_lives(plan, upkept.given, fuel, alive))
    seen = set(upkept.log.code[: upkept.events].tolist())
    assert seen == {int(code) for code in Happening}


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), days=st.integers(60, 300), station=st.floats(0.0, 0.9))
def test_lives_of_stations_made_at_random_are_equal(seed, days, station):
    plan, replicas = rich_plan(days, seed), 4
    leaks = many_leaks(plan, replicas, seed)
    approach, fuel, alive = circumstances(days, replicas, seed, station)
    upkept = lived(
        plan,
        leaks,
        replicas=replicas,
        approach=approach,
        fuel=fuel,
        alive=alive,
        lost=lost(plan, replicas),
        more=more(plan, replicas),
    )
    assert_equal_lives(upkept, simpy_lives(plan, upkept.given, fuel, alive))


@pytest.fixture(scope="module")
def iss_to_ros():
    return prepare(assemble(read_programme("iss-to-ros"), reference_table), 1, lambda text: None)


@pytest.mark.parametrize("station", ["iss", "ros"])
def test_first_years_of_the_shipped_programme_are_equal(iss_to_ros, station):
    replicas, seed = 6, iss_to_ros.seed
    numbers = np.arange(replicas)
    plan = iss_to_ros.upkeep[station].plan
    begins, days = int(np.argmax(plan.exists)), len(plan.exists)
    approach, fuel, alive = circumstances(days, replicas, station=(begins + 40) / days)
    alive[:, begins + 5 * 365 :] = False
    upkept = lived(
        plan,
        draw_leaks(iss_to_ros.leaks[station], seed, numbers),
        replicas=replicas,
        factor=50.0,  # so that particles strike within a few years
        approach=approach,
        fuel=fuel,
        alive=alive,
        seed=seed,
    )
    assert_equal_lives(upkept, simpy_lives(plan, upkept.given, fuel, alive))
    seen = set(upkept.log.code[: upkept.events].tolist())
    assert {Happening.UNIT_FAILS, Happening.FUNCTION_LOST, Happening.HULL_PENETRATED} <= seen
