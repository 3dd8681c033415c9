"""Outcomes, cut sets, the five by five and rare events, against loops, closed forms and by hand."""

import numpy as np
import pytest
from scipy.special import ndtr

from stationkeeper.errors import DomainError
from stationkeeper.hull.after_penetration import FIGURES, penetration_outcomes
from stationkeeper.hull.cut_sets import (
    importance,
    importance_of_chances,
    minimal_cut_sets,
    top_chance,
    without_supersets,
)
from stationkeeper.hull.leak_flow import air_mass, choked_flow, reserve_time
from stationkeeper.hull.outcomes import (
    LossMode,
    Outcome,
    equipment_outcomes,
    leak_outcomes,
    lifeboat_outcomes,
    outcome_chances,
)
from stationkeeper.hull.rare_events import (
    event_centre,
    mixed_weights,
    poisson_counts,
    poisson_log_weight,
    poisson_tail,
    rare_chance,
    shifted_normals,
)
from stationkeeper.hull.risk_matrix import risk_matrix

DAY = 86_400.0
NOTHING = {
    "critical_crack": 0.0,
    "venting": 0.0,
    "critical_equipment": 0.0,
    "fragments": 0.0,
    "flash": 0.0,
}
TREE = np.array(
    [[1, 0, 0, 0, 0, 0], [0, 1, 1, 0, 0, 0], [0, 1, 0, 1, 0, 0], [0, 0, 1, 1, 1, 0]], dtype=bool
)  # four sets over six events; the sixth is in none


def plain_chain(reserve, isolate, board, people, seats, inside, shut, critical, chances, draws):
    """Follow one penetration in words: what the compiled chain must say."""
    aboard = people > 0
    boards = aboard and seats >= people and board < reserve
    trapped = aboard and not boards
    crack, vent, machine, fragments, flash, recovery = chances
    hurt = LossMode.NONE
    if aboard and inside:
        if draws[3] < fragments:
            hurt = LossMode.FRAGMENTS
        elif draws[4] < flash:
            hurt = LossMode.FLASH_OVERPRESSURE
    if draws[0] < crack:
        return LossMode.UNZIPPING, False, True, aboard
    if draws[1] < vent:
        return LossMode.VENTING, boards, True, trapped
    if draws[2] < machine:
        return hurt or LossMode.CRITICAL_EQUIPMENT, boards, True, trapped or bool(hurt)
    isolated = shut or isolate < reserve
    if isolated and critical and draws[5] >= recovery:
        seated = aboard and seats >= people
        return hurt or LossMode.DELAYED_LOSS, seated, True, (aboard and not seated) or bool(hurt)
    if isolated:
        return hurt, False, False, bool(hurt)
    gone = bool(draws[6] >= recovery)
    if trapped:
        return hurt or LossMode.HYPOXIA, False, gone, True
    return hurt or (LossMode.DELAYED_LOSS if gone else LossMode.NONE), boards, gone, bool(hurt)


def test_the_compiled_chain_agrees_with_a_plain_loop_in_every_sample():
    generator = np.random.Generator(np.random.Philox(3))
    size = 4_000
    reserve = generator.exponential(1_000.0, size)
    isolate, board = generator.exponential(800.0, (2, size))
    people, seats = generator.integers(0, 5, (2, size))
    inside, shut, critical = generator.random((3, size)) < 0.4
    chances = generator.random((6, size)) * 0.5
    draws = generator.random((size, 7))
    names = (*NOTHING, "recovery")
    found = penetration_outcomes(
        reserve,
        draws,
        people=people,
        seats=seats,
        isolate_time=isolate,
        board_time=board,
        in_module=inside,
        hatches_shut=shut,
        module_critical=critical,
        **dict(zip(names, chances, strict=True)),
    )
    for sample in range(size):
        mode, left, gone, dead = plain_chain(
            reserve[sample],
            isolate[sample],
            board[sample],
            people[sample],
            seats[sample],
            inside[sample],
            shut[sample],
            critical[sample],
            chances[:, sample],
            draws[sample],
        )
        told = (found.mode[sample], found.evacuated[sample], found.station_lost[sample])
        assert told == (mode, left, gone)
        assert found.crew_lost[sample] == dead
    assert set(found.outcome.tolist()) == {0, 2, 3, 4}


def test_shares_of_outcomes_are_the_products_of_their_chances():
    size = 400_000
    draws = np.random.Generator(np.random.Philox(5)).random((size, 7))
    found = penetration_outcomes(
        np.full(size, 100.0),
        draws,
        people=3,
        seats=3,
        isolate_time=200.0,
        board_time=50.0,
        in_module=True,
        critical_crack=0.1,
        venting=0.2,
        critical_equipment=0.0,
        fragments=0.3,
        flash=0.0,
        recovery=0.25,
    )
    rest = 0.9 * 0.8
    crew = 0.1 + rest * 0.3
    station = 0.9 * 0.2 + rest * 0.7 * 0.75
    away = rest * 0.7 * 0.25
    got = outcome_chances(found)
    want = [0.0, 0.0, away, station, crew]
    error = np.sqrt(np.array(want) * (1 - np.array(want)) / size)
    assert np.all(np.abs(got.chance - want) <= 4 * error)
    assert got.mode[LossMode.UNZIPPING] == pytest.approx(0.1, abs=4 * error[4])


def test_a_larger_hole_is_never_better():
    holes = np.geomspace(1e-3, 0.3, 40)
    flow = choked_flow(np.pi / 4 * holes**2, 101_325.0)
    reserve = reserve_time(101_325.0, 70e3, air_mass(916.0, 101_325.0) / flow)
    draws = np.tile(np.random.Generator(np.random.Philox(1)).random((200, 7)), (40, 1, 1))
    found = penetration_outcomes(
        np.repeat(reserve, 200), draws.reshape(-1, 7), people=3, seats=3, **NOTHING
    )
    worst = found.outcome.reshape(40, 200)
    assert np.all(np.diff(worst, axis=0) >= 0)
    # Boarding takes less than shutting off, so there are holes between from which all get away.
    assert set(worst.ravel().tolist()) == {0, 2, 3, 4}
    assert FIGURES.board.value < FIGURES.isolate.value


def test_nobody_aboard_is_never_a_loss_of_crew_and_shut_hatches_keep_the_station():
    draws = np.random.Generator(np.random.Philox(2)).random((500, 7))
    alone = {"people": 0, "seats": 0, "in_module": True}
    open_hatches = penetration_outcomes(np.full(500, 10.0), draws, **alone, **NOTHING)
    shut = penetration_outcomes(np.full(500, 10.0), draws, hatches_shut=True, **alone, **NOTHING)
    assert not open_hatches.crew_lost.any()
    assert not open_hatches.evacuated.any()
    assert 0.4 < open_hatches.station_lost.mean() < 0.6  # half are won back
    assert not shut.station_lost.any()


def test_a_leak_behind_a_shut_hatch_or_below_the_limit_ends_there():
    found = leak_outcomes(
        np.array([0.5, 2.0, 2.0, 2.0]) / DAY,
        1 / DAY,
        100.0,
        np.inf,
        60 * DAY,
        people=7,
        seats=[7, 7, 7, 4],
        can_shut=[False, True, False, False],
    )
    assert found.outcome.tolist() == [0, 0, Outcome.LOSS_OF_STATION, Outcome.LOSS_OF_CREW]
    assert found.mode.tolist() == [0, 0, LossMode.LEAK, LossMode.LEAK]
    # A store of 200 kg lasts until the rescue comes.
    later = leak_outcomes(2 / DAY, 1 / DAY, 200.0, np.inf, 60 * DAY, people=7, seats=4)
    assert later.outcome.tolist() == [Outcome.LOSS_OF_STATION]


def test_a_function_lost_with_nobody_aboard_takes_the_station_only_if_it_needs_it():
    found = equipment_outcomes(
        10 * DAY,
        np.inf,
        0.0,
        people=[0, 0, 3, 3, 3],
        seats=[0, 0, 3, 0, 3],
        station_needs_it=[True, False, False, False, False],
        crew_needs_it=[True, True, True, True, False],
    )
    assert found.outcome.tolist() == [3, 0, 2, 2, 0]


def test_seats_lost_count_only_where_somebody_has_none():
    found = lifeboat_outcomes([2, 3, 3], 10.0, [5.0, 5.0, 20.0], people=[3, 3, 4])
    assert found.outcome.tolist() == [4, 0, 1]


def test_bands_of_outcomes_hold_their_chances_and_all_add_up():
    found = lifeboat_outcomes([2] * 30 + [3] * 70, 10.0, np.inf, people=3)
    got = outcome_chances(found)
    assert got.chance.sum() == pytest.approx(1.0, abs=1e-12)
    assert np.all((got.low <= got.chance) & (got.chance <= got.high))
    assert got.low[1] > 0.2
    assert got.high[4] < 0.04


@pytest.mark.parametrize("name", [*NOTHING, "recovery"])
@pytest.mark.parametrize("value", [-0.01, 1.01, np.nan])
def test_chances_outside_0_to_1_are_refused_by_name(name, value):
    with pytest.raises(DomainError, match=name.replace("_", " ")):
        penetration_outcomes([1.0], np.zeros((1, 7)), people=1, seats=1, **{name: value})


def test_negative_times_and_wrong_shapes_are_refused():
    with pytest.raises(DomainError, match="reserve time"):
        penetration_outcomes([-1.0], np.zeros((1, 7)), people=1, seats=1)
    with pytest.raises(DomainError, match="shape"):
        penetration_outcomes([1.0], np.zeros((1, 6)), people=1, seats=1)
    with pytest.raises(DomainError, match="leak rate"):
        leak_outcomes(-1.0, 1.0, 1.0, 1.0, 1.0, people=1, seats=1)
    with pytest.raises(DomainError, match="repair time"):
        equipment_outcomes(1.0, -1.0, 1.0, people=1, seats=1, station_needs_it=True)
    with pytest.raises(DomainError, match="people"):
        lifeboat_outcomes(1, 1.0, 1.0, people=-1)
    with pytest.raises(DomainError, match="one sample"):
        outcome_chances(lifeboat_outcomes([], 1.0, 1.0, people=1))


def flown(chances, size, seed=7):
    draws = np.random.Generator(np.random.Philox(seed)).random((size, len(chances)))
    happened = draws < np.asarray(chances)
    lost = np.array([(happened[:, row].all(axis=1)) for row in TREE]).any(axis=0)
    return happened, lost


def test_the_sets_of_a_known_tree_are_found_in_flown_replicas():
    happened, lost = flown([0.05, 0.1, 0.2, 0.3, 0.4, 0.5], 200_000)
    found = minimal_cut_sets(happened, lost)
    assert {tuple(row) for row in found.member.tolist()} == {tuple(row) for row in TREE.tolist()}
    assert np.all(np.diff(found.share) <= 0)
    assert np.all(found.sufficient == 1.0)
    assert found.unexplained == 0.0
    assert sorted(found.order.tolist()) == [1, 2, 2, 3]


def test_importance_of_flown_replicas_agrees_with_the_exact_one():
    chances = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5]
    size = 400_000
    exact = importance_of_chances(TREE, chances)
    got = importance(*flown(chances, size))
    error = 4 / np.sqrt(size * exact.loss)
    assert got.loss == pytest.approx(exact.loss, rel=error)
    assert got.fussell_vesely == pytest.approx(exact.fussell_vesely, abs=error)
    assert got.conditional == pytest.approx(exact.conditional, abs=error)
    # The rarest event happens in one of twenty: its difference is the least certain.
    assert got.birnbaum == pytest.approx(exact.birnbaum, abs=4 / np.sqrt(size * 0.05))
    assert exact.birnbaum[5] == pytest.approx(0.0, abs=1e-12)


def test_exact_importance_is_the_slope_of_the_top_chance():
    chances = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.5])
    exact = importance_of_chances(TREE, chances)
    for event in range(6):
        higher, lower = chances.copy(), chances.copy()
        higher[event], lower[event] = 1.0, 0.0
        slope = top_chance(TREE, higher) - top_chance(TREE, lower)
        assert exact.birnbaum[event] == pytest.approx(slope, abs=1e-12)


def test_a_missing_cause_shows_as_a_set_that_does_not_suffice():
    happened, lost = flown([0.05, 0.1, 0.2, 0.3, 0.4, 0.5], 50_000)
    found = minimal_cut_sets(np.delete(happened, 3, axis=1), lost)
    assert np.any(found.sufficient < 0.9)


def test_weights_of_replicas_count_as_that_many_replicas():
    happened = np.array([[1, 0], [0, 1], [0, 0]], dtype=bool)
    lost = np.array([True, True, False])
    weighted = importance(happened, lost, weight=[3.0, 1.0, 6.0])
    repeated = importance(np.repeat(happened, [3, 1, 6], axis=0), np.repeat(lost, [3, 1, 6]))
    assert weighted.loss == pytest.approx(repeated.loss, abs=1e-15)
    assert weighted.fussell_vesely == pytest.approx(repeated.fussell_vesely, abs=1e-15)
    assert weighted.fussell_vesely.tolist() == [0.75, 0.25]


def test_no_loss_gives_no_sets_and_no_importance():
    happened = np.array([[1, 0], [0, 1]], dtype=bool)
    found = minimal_cut_sets(happened, [False, False])
    assert found.member.shape == (0, 2)
    assert importance(happened, [False, False]).fussell_vesely.tolist() == [0.0, 0.0]


def test_minimal_sets_agree_with_a_plain_loop_over_many_blocks():
    generator = np.random.Generator(np.random.Philox(11))
    sets = generator.random((3_000, 24)) < 0.25
    got = {tuple(row) for row in without_supersets(sets).tolist()}
    rows = {frozenset(np.flatnonzero(row)) for row in sets} - {frozenset()}
    least = {row for row in rows if not any(other < row for other in rows)}
    assert got == {tuple(i in row for i in range(24)) for row in least}


def test_bad_tables_and_chances_are_refused():
    with pytest.raises(DomainError, match="expected events"):
        minimal_cut_sets(np.zeros((3, 2)), [True])
    with pytest.raises(DomainError, match="0 to 1"):
        top_chance([[1, 0]], [0.1, 1.1])
    with pytest.raises(DomainError, match="at most 20"):
        top_chance(np.ones((1, 21)), np.full(21, 0.1))
    with pytest.raises(DomainError, match="weights"):
        importance([[True]], [True], weight=[-1.0])


def test_risks_on_an_edge_belong_to_the_higher_class():
    edges, effects = [1e-4, 1e-3, 1e-2, 1e-1], [1, 2, 3, 4]
    found = risk_matrix([0.0, 1e-4, 9e-4, 0.1, 1.0], [0, 1, 2.5, 3, 9], edges, effects)
    assert found.likelihood.tolist() == [1, 2, 2, 5, 5]
    assert found.consequence.tolist() == [1, 2, 3, 4, 5]
    assert found.expected.sum() == 5


def test_an_uncertain_likelihood_is_spread_over_cells():
    samples = np.array([[1e-5, 5e-4, 5e-4, 5e-3]])
    found = risk_matrix(samples, [2.5], [1e-4, 1e-3, 1e-2, 1e-1], [1, 2, 3, 4])
    assert found.share[0, :, 2].tolist() == [0.25, 0.5, 0.25, 0.0, 0.0]
    assert found.likelihood.tolist() == [2]


@pytest.mark.parametrize("edges", [[1e-3, 1e-2, 1e-1], [0.4, 0.3, 0.2, 0.1], [0.0, 0.1, 0.2, 0.3]])
def test_edges_that_are_no_edges_are_refused(edges):
    with pytest.raises(DomainError, match="edges"):
        risk_matrix([0.1], [1.0], edges, [1, 2, 3, 4])


def test_likelihoods_outside_0_to_1_are_refused():
    with pytest.raises(DomainError, match="0 to 1"):
        risk_matrix([1.2], [1.0], [0.1, 0.2, 0.3, 0.4], [1, 2, 3, 4])


def test_a_gaussian_tail_of_one_in_a_billion_is_found_within_its_error():
    generator = np.random.Generator(np.random.Philox(21))
    direction = np.array([0.6, 0.8, 0.0])

    def state(values):
        return 6.0 - values @ direction

    centre = event_centre(state, generator.normal(size=(10, 1_000, 3)))
    values, logs = shifted_normals(generator.normal(size=(20_000, 3)), centre)
    found = rare_chance(state(values) <= 0, logs)
    assert found.chance == pytest.approx(ndtr(-6.0), abs=4 * found.standard_error)
    assert found.variation < 0.03
    assert found.effective > 1_000


def test_an_event_with_two_ways_needs_both_centres():
    generator = np.random.Generator(np.random.Philox(22))
    centres = np.array([[4.5], [-4.5]])
    values = generator.normal(size=(20_000, 1)) + np.repeat(centres, 10_000, axis=0)
    found = rare_chance(np.abs(values[:, 0]) >= 4.5, mixed_weights(values, centres))
    assert found.chance == pytest.approx(2 * ndtr(-4.5), abs=4 * found.standard_error)
    single, logs = shifted_normals(generator.normal(size=(20_000, 1)), [4.5])
    half = rare_chance(np.abs(single[:, 0]) >= 4.5, logs)
    assert half.chance == pytest.approx(ndtr(-4.5), rel=0.1)  # the other way is never drawn


def test_a_wider_proposal_has_no_bias():
    generator = np.random.Generator(np.random.Philox(23))
    values, logs = shifted_normals(generator.normal(size=(50_000, 2)), [3.0, 0.0], 1.3)
    assert np.exp(logs).mean() == pytest.approx(1.0, abs=0.2)
    found = rare_chance(values[:, 0] >= 3.0, logs)
    assert found.chance == pytest.approx(ndtr(-3.0), abs=4 * found.standard_error)


def test_a_poisson_tail_is_found_within_its_error():
    uniforms = np.random.Generator(np.random.Philox(24)).random(50_000)
    count = poisson_counts(uniforms, 3.0)
    found = rare_chance(count >= 4, poisson_log_weight(count, 0.01, 3.0))
    assert found.chance == pytest.approx(poisson_tail(0.01, 4), abs=4 * found.standard_error)
    assert found.variation < 0.02


def test_poisson_counts_have_their_mean_and_spread():
    uniforms = (np.arange(100_000) + 0.5) / 100_000
    count = poisson_counts(uniforms, 7.5)
    assert count.mean() == pytest.approx(7.5, abs=0.001)
    assert count.var() == pytest.approx(7.5, abs=0.01)
    assert poisson_counts(0.99, 0.0) == 0


def test_an_event_that_is_not_reached_is_said():
    normals = np.random.Generator(np.random.Philox(25)).normal(size=(2, 500, 1))
    with pytest.raises(DomainError, match="not reached"):
        event_centre(lambda u: 9.0 - u[:, 0], normals)


def test_nothing_seen_is_no_estimate():
    found = rare_chance([False, False], [0.0, 0.0])
    assert found.chance == 0.0
    assert found.variation == np.inf
    for arguments in (([True], [0.0]), ([True, False], [0.0])):
        with pytest.raises(DomainError):
            rare_chance(*arguments)
    with pytest.raises(DomainError, match="spread"):
        shifted_normals([[0.0]], [1.0], 0.0)
    with pytest.raises(DomainError, match="means"):
        poisson_log_weight([1], 0.0, 1.0)
    with pytest.raises(DomainError, match="uniform"):
        poisson_counts(1.0, 1.0)
