"""What must hold for any life, fleet, group, table of events and chain of outcomes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stationkeeper.hull.after_penetration import penetration_outcomes
from stationkeeper.hull.cut_sets import importance, importance_of_chances, minimal_cut_sets
from stationkeeper.hull.equipment import conditional_survival, cumulative_hazard, failure_age
from stationkeeper.hull.fleet import failure_chance, fleet_record, life_grid, update
from stationkeeper.hull.redundancy import random_group
from stationkeeper.hull.risk_matrix import risk_matrix

LIVES = st.tuples(
    st.one_of(st.just(0.0), st.floats(1e-6, 1.0)), st.floats(0.3, 8.0), st.floats(0.5, 200.0)
)
TABLES = arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 8)))


@given(LIVES, st.floats(0, 60), st.floats(0, 30), st.floats(0, 30))
def test_survival_falls_with_time_and_is_a_product_over_spans(life, age, first, second):
    whole = conditional_survival(age, first + second, *life)
    part = conditional_survival(age, first, *life)
    assert 0 <= whole <= part <= 1
    rest = conditional_survival(age + first, second, *life)
    assert np.isclose(whole, part * rest, rtol=1e-9, atol=1e-12)


@given(LIVES, st.floats(0, 60), st.floats(1e-6, 20))
def test_a_unit_fails_after_the_hazard_it_bears(life, age, budget):
    end = failure_age(budget, *life, age)
    assert end >= age
    lived = cumulative_hazard(end, *life) - cumulative_hazard(age, *life)
    assert np.isclose(lived, budget, rtol=1e-6, atol=1e-9 * cumulative_hazard(end, *life))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0.5, 40), st.booleans()), min_size=2, max_size=8))
def test_a_fleet_teaches_the_same_at_once_and_in_parts(units):
    ages, failed = (list(x) for x in zip(*units, strict=True))
    prior = life_grid([0.0, 0.02], np.geomspace(0.8, 5, 7), np.geomspace(5, 80, 9))
    whole = update(prior, fleet_record(ages, failed))
    parts = update(
        update(prior, fleet_record(ages[:1], failed[:1])), fleet_record(ages[1:], failed[1:])
    )
    assert np.allclose(whole.weight, parts.weight, rtol=1e-8, atol=1e-13)
    chance = failure_chance(whole, 10.0, [1.0, 5.0])
    assert np.all((chance.low >= 0) & (chance.low <= chance.high) & (chance.high <= 1))
    assert chance.mean[0] <= chance.mean[1]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 5),
    st.integers(0, 4),
    st.floats(1e-4, 0.1),
    st.floats(0, 1),
    st.integers(0, 3),
    st.integers(0, 4),
)
def test_more_spares_never_hurt_nor_hands_and_units_where_the_shelf_is_full(
    needed, more, rate, repair, hands, spares
):
    def lost(**changed):
        group = {"units": needed + more, "hands": hands, "spares": spares} | changed
        found = random_group(
            [10.0, 100.0], needed=needed, failure_rate=rate, repair_rate=repair, **group
        )
        assert np.all(found.down <= found.lost + 1e-9)
        return found.lost

    here = lost()
    assert here[0] <= here[1] + 1e-9
    full = lost(spares=None)
    assert np.all(lost(spares=spares + 1) <= here + 1e-9)
    assert np.all(full <= here + 1e-9)
    # With few spares it is otherwise: a unit that runs uses them up, one on the shelf does not.
    assert np.all(lost(spares=None, units=needed + more + 1) <= full + 1e-9)
    assert np.all(lost(spares=None, hands=hands + 1) <= full + 1e-9)


@given(TABLES, st.randoms(use_true_random=False))
def test_cut_sets_are_minimal_and_explain_every_loss_with_an_event(happened, random):
    lost = np.array([random.random() < 0.5 for _ in range(happened.shape[0])])
    found = minimal_cut_sets(happened, lost)
    sets = [frozenset(np.flatnonzero(row)) for row in found.member]
    assert not any(a < b for a in sets for b in sets)
    assert len(set(sets)) == len(sets)
    for row in happened[lost & happened.any(axis=1)]:
        assert any(one <= set(np.flatnonzero(row)) for one in sets)
    measured = importance(happened, lost, found)
    assert np.all((measured.fussell_vesely >= 0) & (measured.fussell_vesely <= 1 + 1e-12))
    assert np.all(measured.fussell_vesely <= measured.conditional + 1e-12)


@given(
    arrays(bool, (3, 5)),
    arrays(np.float64, 5, elements=st.floats(0.01, 0.99)),
)
def test_birnbaum_of_a_tree_that_only_grows_worse_is_never_negative(sets, chances):
    exact = importance_of_chances(sets, chances)
    assert np.all(exact.birnbaum >= -1e-12)
    assert 0 <= exact.loss <= 1 + 1e-12


@settings(deadline=None)
@given(
    st.floats(0, 1e5),
    st.floats(1, 10),
    st.integers(0, 7),
    st.integers(0, 7),
    st.booleans(),
    arrays(np.float64, (1, 7), elements=st.floats(0, 0.999)),
)
def test_more_time_is_never_worse_and_an_empty_station_loses_nobody(
    reserve, factor, people, seats, shut, draws
):
    given_ = {"people": people, "seats": seats, "hatches_shut": shut, "in_module": True}
    short = penetration_outcomes([reserve], draws, **given_)
    long = penetration_outcomes([reserve * factor], draws, **given_)
    assert long.outcome[0] <= short.outcome[0]
    if people == 0:
        assert not short.crew_lost[0]
        assert not short.evacuated[0]
    assert not (short.crew_lost[0] and short.evacuated[0] and short.mode[0] == 6)


@given(
    arrays(np.float64, (4, 9), elements=st.floats(0, 1)),
    arrays(np.float64, (4, 9), elements=st.floats(-10, 10)),
)
def test_every_sample_of_a_risk_has_one_cell(likelihood, consequence):
    found = risk_matrix(likelihood, consequence, [0.01, 0.1, 0.3, 0.9], [-1, 0, 1, 2])
    assert np.allclose(found.share.sum(axis=(1, 2)), 1.0)
    assert np.all((found.likelihood >= 1) & (found.likelihood <= 5))
