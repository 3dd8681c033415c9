"""What every shipped programme brings, uses, loses and burns adds up, replica by replica."""

from functools import cache

import numpy as np
import pytest

from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.fly import Lives, fly_lives
from stationkeeper.lifetime.prepare import Prepared, prepare
from stationkeeper.lifetime.upkeep_plan import ABSENT, Happening
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reading import shipped_names
from stationkeeper.programme.reference import reference_table

REPLICAS = 5
ROUNDING = 1e-9  # relative; sums of some thousand days
# Kinds that ships bring; what functions fill (charge, momentum, heat) closes as well.
BROUGHT = {"oxygen", "nitrogen", "water", "food"}


@cache
def flown(name: str) -> tuple[Prepared, Lives]:
    programme = read_programme(name)
    prepared = prepare(assemble(programme, reference_table), 1, lambda text: None)
    return prepared, fly_lives(prepared, np.arange(REPLICAS))


@pytest.mark.parametrize("name", shipped_names())
def test_every_store_closes(name: str) -> None:
    """Start and what came are what was used and what is left."""
    prepared, lives = flown(name)
    for key, kept in lives.upkept.items():
        plan, state = kept.plan, kept.state
        assert state.started.all(), key
        told = prepared.upkeep[key].stores
        kinds = {prepared.assembled.programme.store[store].kind for store in told}
        assert kinds >= BROUGHT, key
        had = plan.store_start + state.came
        went = state.used + state.store
        np.testing.assert_allclose(went, had, rtol=ROUNDING, atol=1e-6, err_msg=f"{key}: {told}")
        assert (state.store >= 0).all(), key
        assert (state.store <= plan.store_capacity * (1 + 1e-12)).all(), key
        assert (state.unmet >= 0).all(), key
        assert (state.refused >= 0).all(), key
        of_ships = plan.store_filled_by == ABSENT
        assert (state.used[:, of_ships] > 0).any(axis=0).sum() >= len(BROUGHT), key


@pytest.mark.parametrize("name", shipped_names())
def test_ships_bring_what_was_taken_or_refused(name: str) -> None:
    _, lives = flown(name)
    for key, kept in lives.upkept.items():
        plan, state = kept.plan, kept.state
        whole = kept.course.lived.sum(axis=1) == plan.exists.sum()
        arrived = ~kept.given.ship_lost[whole]
        brought = plan.store_brought[:, plan.exists].sum(axis=1) + arrived @ plan.ship_brought.T
        brought += kept.given.ship_more[whole].sum(axis=2)
        rows = plan.store_filled_by == ABSENT
        taken = (state.came + state.refused)[whole][:, rows]
        expected = brought[:, rows]
        np.testing.assert_allclose(taken, expected, rtol=ROUNDING, atol=1e-9, err_msg=key)


@pytest.mark.parametrize("name", shipped_names())
def test_air_that_leaked_was_asked_of_the_stores(name: str) -> None:
    """What the nitrogen gave and lacked is the air lost, and what people and tanks use."""
    _, lives = flown(name)
    for key, kept in lives.upkept.items():
        plan, state, course = kept.plan, kept.state, kept.course
        np.testing.assert_allclose(
            course.leak.sum(axis=1), state.leaked, rtol=ROUNDING, err_msg=key
        )
        rows = np.flatnonzero(plan.store_takes_leaks)
        assert rows.size == 1, key
        (row,) = rows
        assert plan.store_use_person[row] == 0.0
        assert (plan.store_spared_by[row] == ABSENT).all()
        asked = state.used[:, row] + state.unmet[:, row]
        lived = course.lived.sum(axis=1)
        expected = state.leaked + plan.store_use[row] * lived
        np.testing.assert_allclose(asked, expected, rtol=ROUNDING, err_msg=key)
        assert (state.leaked > 0).all(), key


@pytest.mark.parametrize("name", shipped_names())
def test_people_ask_for_food_on_the_days_they_are_aboard(name: str) -> None:
    prepared, lives = flown(name)
    for key, kept in lives.upkept.items():
        names = prepared.upkeep[key].stores
        stores = prepared.assembled.programme.store
        (row,) = (row for row, store in enumerate(names) if stores[store].kind == "food")
        plan, state, log = kept.plan, kept.state, kept.log
        left = log.code[: kept.events] == Happening.EVACUATION
        stayed = np.setdiff1d(np.arange(REPLICAS), log.replica[: kept.events][left])
        asked = (state.used + state.unmet)[stayed, row]
        people = kept.course.people[stayed].sum(axis=1, dtype=np.int64)
        lived = kept.course.lived[stayed].sum(axis=1)
        expected = plan.store_use_person[row] * people + plan.store_use[row] * lived
        np.testing.assert_allclose(asked, expected, rtol=ROUNDING, err_msg=key)


@pytest.mark.parametrize("name", shipped_names())
def test_propellant_closes(name: str) -> None:
    """As in `test_propellant`, for programmes as they are shipped."""
    prepared, lives = flown(name)
    handed = received = 0.0
    for key, life in lives.stations.items():
        came = life.initial + life.delivered + life.received
        went = life.used_total + life.handed_over + life.taken_away + life.tank + life.gone
        np.testing.assert_allclose(went, came, rtol=ROUNDING, atol=1e-6, err_msg=key)
        assert (life.tank >= 0).all(), key
        used = life.used.sum(axis=1, dtype=np.float64)
        np.testing.assert_allclose(used, life.used_total, rtol=1e-5, atol=1e-3, err_msg=key)
        handed, received = handed + life.handed_over, received + life.received
    if all(one.target is not None for one in prepared.assembled.handovers):
        np.testing.assert_allclose(received, handed, rtol=ROUNDING, atol=1e-9)
    else:  # modules left for no station of the programme
        assert (received <= handed).all()
