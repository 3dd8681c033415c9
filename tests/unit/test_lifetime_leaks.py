"""What all replicas share of leaks, what each is dealt, and what a report says of it."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import kstest

from stationkeeper.campaign.draws import Purpose, uniforms
from stationkeeper.errors import DomainError
from stationkeeper.hull.explanations import (
    DEVIATES,
    deviate_at,
    explanations,
    log_times,
    site_times,
    survival_log_likelihood,
    time_at,
)
from stationkeeper.hull.leak_fit import CABIN_DENSITY
from stationkeeper.hull.leak_moves import walk_log_likelihood, walk_on
from stationkeeper.hull.leak_process import (
    TUNNEL_PRIOR,
    Kind,
    LeakObservations,
    draws_needed,
    expected_values,
    leak_births,
    leak_histories,
    log_likelihood,
)
from stationkeeper.lifetime import leak_cache, leaks
from stationkeeper.lifetime.leak_record import held_modules, seen_leaks
from stationkeeper.lifetime.leak_summary import RULE, leak_summary
from stationkeeper.lifetime.leaks import LeakModel, draw_leaks, leak_model
from stationkeeper.programme.read import read_programme
from stationkeeper.units import DAY, days_since_2000
from tests.programmes import check_text

FIXTURE = Path(__file__).parents[1] / "fixtures" / "two-stations.toml"
HULL = """
[module.{0}.hull]
welds = {1}
facet.side = {{ area_m2 = 60, wall_mm = 2.0, material = "amg6" }}
facet.end = {{ area_m2 = 5, wall_mm = 4.8, material = "al-2219" }}
"""
SEEN = """
[leak.first]
station = "alpha"
date = 2014-05-01
kind = "rate"
kg_per_day = 0.5
[leak.mended]
station = "alpha"
module = "core"
date = 2014-07-01
kind = "repair"
[leak.second]
station = "alpha"
module = "core"
date = 2014-08-01
kind = "rate"
kg_per_day = 0.2
places = 2
"""
FIRST, LAST = days_since_2000(date(2014, 6, 1)), days_since_2000(date(2016, 12, 31))
MODULES = ("core", "annexe")
REPLICAS = np.arange(300)


def programme_of(folder, *more):
    text = FIXTURE.read_text() + HULL.format("core", 20) + HULL.format("annexe", 40)
    checked = check_text(folder, text + "".join(more))
    assert checked.programme is not None, checked.problems
    return checked.programme


def model_of(programme, station="alpha", modules=MODULES, age=None, first=FIRST) -> LeakModel:
    launched = [programme.module[module].launched for module in modules]
    ages = first - np.array([days_since_2000(day) for day in launched], float)
    return leak_model(
        programme, station, modules, first, LAST, ages if age is None else age, lambda _: None
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache of its own, and fits small enough for a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STATIONKEEPER_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(leaks, "PARTICLES", 30)
        patch.setattr(leaks.leak_fit, "__defaults__", (30,))
        yield


@pytest.fixture(scope="module")
def seen_model(cache, tmp_path_factory):
    return model_of(programme_of(tmp_path_factory.mktemp("seen"), SEEN))


@pytest.fixture(scope="module")
def prior_model(cache, tmp_path_factory):
    # Before the first leak there is no record, not even of another station.
    programme = programme_of(tmp_path_factory.mktemp("prior"))
    before = programme.model_copy(update={"as_known": date(2018, 12, 31)})
    return model_of(before, age=np.array([9_000.0, -300]))


def told(day, value, sigma=0.2, kind=Kind.RATE):
    count = len(day)
    return LeakObservations(
        np.asarray(day, float),
        np.full(count, int(kind)),
        np.asarray(value) / 86_400,
        np.full(count, sigma),
        np.zeros(count, bool),
        np.ones(count),
    )


# The walk


def test_the_walk_takes_the_likelihood_of_the_leak_process() -> None:
    repairs = np.array([7_100.0, 7_800.0])
    seen = LeakObservations(
        np.array([7_000.0, 7_100.0, 7_900.0, 8_000.0]),
        np.array([0, 1, 2, 0]),
        np.array([6e-6, 2e-6, 5e-6, 1e-5]),
        np.array([0.2, 0.1, 0.1, 0.3]),
        np.array([True, False, False, False]),
        np.array([0.5, 1.0, 1.0, 1.0]),
    )
    draws = np.random.default_rng(1).random((40, draws_needed(20, 2)))
    histories = leak_histories(draws, 20, 7_000.0, repairs, seen.day)
    plain = log_likelihood(expected_values(histories, seen, CABIN_DENSITY), seen).sum(axis=1)
    found = walk_log_likelihood(draws, seen, repairs)
    np.testing.assert_allclose(found, plain, rtol=1e-6)


def test_the_walk_leaves_the_prior_as_it_is_if_nothing_is_told() -> None:
    seen = told([7_000.0, 9_000.0], [1.0, 1.0], sigma=1e9)
    draws = np.random.default_rng(0).random((4_000, draws_needed(20, 2)))
    moved, accepted = walk_on(draws, seen, np.array([7_500.0, 8_500.0]), 9)
    values = np.array([kstest(moved[:, i], "uniform").pvalue for i in range(moved.shape[1])])
    assert accepted > 0.4
    assert np.mean(moved == draws) < 0.01
    assert values.min() > 1e-4
    born = [
        np.sum(leak_births(u, 20, 7_000.0, 2, TUNNEL_PRIOR).birth < 9_000, axis=1)
        for u in (draws, moved)
    ]
    assert np.mean(born[1]) == pytest.approx(np.mean(born[0]), abs=0.4)


def test_the_walk_finds_the_posterior_that_weights_of_the_prior_find() -> None:
    seen, repairs = told([7_000.0, 8_500.0], [0.2, 1.5], sigma=0.7), np.array([7_800.0])
    draws = np.random.default_rng(3).random((200_000, draws_needed(20, 1)))
    histories = leak_histories(draws, 20, 7_000.0, repairs, seen.day)
    weight = np.exp(log_likelihood(expected_values(histories, seen, 1.0), seen).sum(axis=1))
    weight /= weight.sum()

    def means(uniforms, weights):
        born = leak_births(uniforms, 20, 7_000.0, 1, TUNNEL_PRIOR)
        values = (
            np.log(born.birth_rate),
            np.log(born.first_rate),
            np.log(born.growth),
            born.found_share,
            np.sum(born.birth < 8_500.0, axis=1),
        )
        middle = [float(np.sum(weights * value)) for value in values]
        spread = [
            float(np.sqrt(np.sum(weights * (value - m) ** 2)))
            for value, m in zip(values, middle, strict=True)
        ]
        return np.array(middle), np.array(spread)

    expected, spread = means(draws, weight)
    start = np.random.default_rng(4).random((1_500, draws.shape[1]))
    moved, _ = walk_on(start, seen, repairs, 60)
    found, _ = means(moved, np.full(len(moved), 1 / len(moved)))
    assert 1 / np.sum(weight**2) > 10_000
    np.testing.assert_array_less(np.abs(found - expected) / spread, 0.12)
    prior, _ = means(draws, np.full(len(draws), 1 / len(draws)))
    assert np.max(np.abs(prior - expected) / spread) > 0.3  # the data moved something


def test_the_walk_refuses_particles_of_another_shape() -> None:
    with pytest.raises(DomainError, match="particles: expected"):
        walk_on(np.full((3, 5), 0.5), told([7_000.0], [1.0]), np.array([]), 1)


# Flaws, times and what has held


def test_times_and_deviates_are_the_inverse_of_each_other() -> None:
    table = log_times(np.exp(np.linspace(22, 14, len(DEVIATES))))[None]
    for deviate in (-2.2, 0.0, 1.37, 4.9):
        age = time_at(table, np.array([deviate]))
        assert deviate_at(table, age)[0] == pytest.approx(deviate, abs=1e-9)
    assert deviate_at(table, np.array([0.0]))[0] == np.inf
    assert deviate_at(table, np.array([1e30]))[0] == -np.inf


def test_a_site_between_the_deviates_comes_through_when_its_flaw_does() -> None:
    one = explanations()[0]
    table = log_times(site_times(one, np.zeros((1, 2)), DEVIATES))
    exact = site_times(one, np.zeros((1, 2)), [0.61])[0, 0]
    assert time_at(table, np.array([0.61]))[0] == pytest.approx(exact, rel=0.01)


def test_larger_loads_bring_leaks_sooner() -> None:
    one = explanations()[1]
    times = [site_times(one, np.zeros((1, 2)), [1.0], loads=x)[0, 0] for x in (0.25, 1.0, 1.5)]
    assert times[0] > times[1] > times[2]


def test_survival_counts_every_weld() -> None:
    table = log_times(np.exp(np.linspace(22, 14, len(DEVIATES))))
    age = time_at(table[None], np.array([1.0]))[0]
    found = np.exp(survival_log_likelihood(table, np.array([0, 1, 5]), np.array(age)))
    np.testing.assert_allclose(found, [1.0, ndtr(1.0), ndtr(1.0) ** 5], rtol=1e-9)
    with pytest.raises(DomainError, match="welds"):
        survival_log_likelihood(table, -1, 1.0)


# What a document says


def test_rates_of_the_station_count_for_the_module_that_was_first_mended(tmp_path) -> None:
    (seen,) = seen_leaks(programme_of(tmp_path, SEEN))
    assert seen.places == ("core",)
    assert seen.names == ("first", "second")
    assert seen.observations.of_station.tolist() == [True, False]
    assert seen.repair_day.tolist() == [days_since_2000(date(2014, 7, 1))]
    assert seen.record is not None
    assert seen.record.count == 2
    assert seen.record.first_high == pytest.approx(334 * DAY)


def test_a_decay_counts_the_air_of_the_module(tmp_path) -> None:
    text = SEEN.replace('kind = "rate"\nkg_per_day = 0.2', 'kind = "decay"\nshare_per_day = 0.02')
    (seen,) = seen_leaks(programme_of(tmp_path, text))
    assert seen.observations.value[1] * DAY == pytest.approx(0.02 * 90 / 6.0)


def test_a_module_that_is_not_named_held_until_the_last_word(tmp_path) -> None:
    programme = programme_of(tmp_path, SEEN)
    (held,) = held_modules(programme, seen_leaks(programme))
    assert held.module == "annexe"
    assert held.age == pytest.approx(153 * DAY)


@pytest.mark.parametrize(
    ("known", "placed", "count"),
    [
        (date(2019, 12, 1), False, 0),
        (date(2020, 9, 29), False, 2),
        (date(2021, 1, 1), True, 4),
        (date(2026, 7, 1), True, 13),
    ],
)
def test_only_what_was_known_counts(known, placed, count) -> None:
    seen = seen_leaks(read_programme("iss-to-ros", as_known=known))
    if count == 0:
        assert seen == ()
        return
    assert "zvezda" in seen[0].places
    assert (len(seen[0].places) == 1) == placed
    assert len(seen[0].names) == count
    assert seen[0].until <= days_since_2000(known)


# What replicas are dealt


@pytest.mark.parametrize("which", ["seen_model", "prior_model"])
def test_leaks_are_as_the_engine_takes_them(which, request) -> None:
    model = request.getfixturevalue(which)
    dealt = draw_leaks(model, 5, REPLICAS)
    assert dealt.birth.shape == dealt.rate.shape == (300, 2, model.most_leaks)
    assert dealt.residual.shape == (300, 2, model.most_leaks, leaks.REPAIRS)
    none = np.isnan(dealt.birth)
    assert np.all(none[:, :, 1:] >= none[:, :, :-1])
    assert np.nanmin(np.diff(dealt.birth, axis=2)) >= 0
    assert np.nanmax(dealt.birth) < LAST + 1 - FIRST
    assert np.all(dealt.rate[none] == 0)
    assert np.all(dealt.rate[~none] > 0)
    assert np.all((dealt.residual >= 0) & (dealt.residual <= 1))
    assert np.all((dealt.growth > 0) & (dealt.baseline[:, None] > 0))
    assert set(dealt.hypothesis.tolist()) == {0, 1}


@pytest.mark.parametrize("which", ["seen_model", "prior_model"])
def test_a_replica_is_the_same_whatever_the_piece(which, request) -> None:
    model = request.getfixturevalue(which)
    among, alone = draw_leaks(model, 5, REPLICAS), draw_leaks(model, 5, np.array([17]))
    for name in ("birth", "rate", "growth", "residual", "baseline", "hypothesis", "dated_left"):
        np.testing.assert_array_equal(getattr(among, name)[17], getattr(alone, name)[0])
    other = draw_leaks(model, 6, np.array([17]))
    assert not np.array_equal(other.baseline, alone.baseline)


def test_a_fitted_module_leaks_as_was_seen(seen_model) -> None:
    dealt = draw_leaks(seen_model, 5, REPLICAS)
    fit = seen_model.fits[0]
    day = fit.seen.until - FIRST
    birth, rate = dealt.birth[:, 0], dealt.rate[:, 0]
    with np.errstate(invalid="ignore"):
        born = birth <= day
    age = np.where(born, day - np.maximum(birth, 0), 0.0)
    left = np.where(dealt.dated_day <= day, 1.0, 0.0) @ np.ones(1)
    assert left == 1  # one repair lies between the first day and the last word
    total = np.sum(
        np.where(born, rate * np.exp(dealt.growth[:, :1] * age) * dealt.dated_left[:, 0], 0.0),
        axis=1,
    )
    assert np.median(total) == pytest.approx(0.2, rel=0.25)
    assert dealt.dated_module.tolist() == [0]
    assert dealt.own_repairs_from.tolist() == [int(day) + 1, 0]


@pytest.mark.parametrize("first", [date(2014, 5, 20), date(2014, 7, 15), date(2014, 9, 1)])
def test_what_is_dealt_is_the_history_of_a_particle(cache, tmp_path, first) -> None:
    begin = days_since_2000(first)
    model = model_of(programme_of(tmp_path, SEEN), first=begin)
    dealt = draw_leaks(model, 5, REPLICAS)
    fit = model.fits[0]
    births, until = fit.births, fit.seen.until
    shared = uniforms(5, REPLICAS, Purpose.HYPOTHESIS, 0, count=3)
    for r in range(0, len(REPLICAS), 7):
        p = int(shared[r, 2] * len(births.growth))
        for day in (begin, max(until, begin)):
            expected = 0.0
            for k in range(births.birth.shape[1]):
                if births.birth[p, k] > min(day, until):
                    continue
                rate = births.start[p, k] * np.exp(births.growth[p] * (day - births.birth[p, k]))
                for j, repair in enumerate(fit.seen.repair_day):
                    found = births.finds[p, j, k] <= births.found_share[p]
                    if births.birth[p, k] < repair <= day and found:
                        rate *= (births.finds[p, j, k] / births.found_share[p]) ** 2
                expected += rate * DAY
            total = 0.0
            for k in range(model.most_leaks):
                birth = dealt.birth[r, 0, k]
                if np.isnan(birth) or birth > min(day, until) - begin:
                    continue
                rate = dealt.rate[r, 0, k]
                rate *= np.exp(dealt.growth[r, 0] * (day - begin - max(birth, 0.0)))
                for j, repair in enumerate(dealt.dated_day):
                    rate *= dealt.dated_left[r, j, k] if repair <= day - begin else 1.0
                total += rate
            assert total == pytest.approx(expected, rel=1e-9)


def test_after_the_last_word_leaks_are_born_at_the_rate_of_the_particle(seen_model) -> None:
    dealt = draw_leaks(seen_model, 5, np.arange(2_000))
    day = seen_model.fits[0].seen.until - FIRST
    with np.errstate(invalid="ignore"):
        later = np.sum(dealt.birth[:, 0] > day, axis=1)
    births = seen_model.fits[0].births
    expected = births.birth_rate.mean() * (LAST + 1 - seen_model.fits[0].seen.until)
    assert later.mean() == pytest.approx(expected, rel=0.1)


def test_a_module_that_moves_to_another_station_keeps_its_leaks(seen_model, tmp_path) -> None:
    other = model_of(programme_of(tmp_path, SEEN), "beta", ("annexe", "core"))
    here, there = draw_leaks(seen_model, 5, REPLICAS), draw_leaks(other, 5, REPLICAS)
    np.testing.assert_array_equal(here.birth[:, 0], there.birth[:, 1])
    np.testing.assert_array_equal(here.birth[:, 1], there.birth[:, 0])
    np.testing.assert_array_equal(here.rate[:, 0], there.rate[:, 1])
    assert np.median(there.baseline) == pytest.approx(0.227 * 170 / 916, rel=0.1)


def test_no_module_leaks_before_the_age_to_which_it_held(seen_model) -> None:
    dealt = draw_leaks(seen_model, 5, np.arange(2_000))
    held = seen_model.cracks.held[1] / DAY
    first = dealt.birth[:, 1, 0]
    assert np.nanmin(first + seen_model.cracks.age[1]) >= held - 1e-6


def test_first_leaks_are_those_of_the_weakest_weld(prior_model) -> None:
    cracks = prior_model.cracks
    count = 40_000
    draw = np.random.default_rng(7)
    explanation, cell = np.zeros(count, np.int64), np.full(count, 3 * 20 + 19)
    which = np.full((count, 2), 0.305)
    days = leaks.first_leaks(cracks, explanation, cell, which, draw.random((count, 2)))
    choice = cracks.choice[0, 0, cell[0], 30]
    table = cracks.log_time[cracks.skin[0], 0, cell[0] // 20, choice]
    flaws = draw.standard_normal((4_000, 20)).max(axis=1)
    plain = time_at(np.broadcast_to(table, (4_000, 33)), flaws) / cracks.pace[0, 19] / DAY
    for level in (0.1, 0.5, 0.9):
        assert np.quantile(days[:, 0], level) + 9_000 == pytest.approx(
            np.quantile(plain, level), rel=0.05
        )


def test_more_welds_and_older_modules_leak_more(prior_model) -> None:
    dealt = draw_leaks(prior_model, 5, np.arange(4_000))
    leaked = np.mean(~np.isnan(dealt.birth[:, :, 0]), axis=0)
    assert leaked[0] > leaked[1] > 0


def test_without_observations_both_explanations_weigh_the_same(prior_model) -> None:
    assert prior_model.cracks.weight.tolist() == [0.5, 0.5]
    assert prior_model.fits == ()
    assert prior_model.comparisons == {}
    assert "before any observation" in leak_summary(prior_model)["notes"][0]


def test_a_module_without_a_described_hull_does_not_leak(cache, tmp_path) -> None:
    checked = check_text(tmp_path, FIXTURE.read_text())
    model = model_of(checked.programme)
    dealt = draw_leaks(model, 5, REPLICAS)
    assert np.all(np.isnan(dealt.birth))
    assert "core, annexe" in leak_summary(model)["notes"][1]


def test_a_station_without_a_record_takes_that_of_the_iss(cache, tmp_path) -> None:
    model = model_of(programme_of(tmp_path))
    assert [fit.seen.station for fit in model.fits] == ["iss"]
    assert model.held
    assert "those of iss" in leak_summary(model)["notes"][0]


def test_a_leak_of_an_unknown_place_is_dealt_to_one_module(cache, tmp_path) -> None:
    text = SEEN.split("[leak.mended]")[0]
    model = model_of(programme_of(tmp_path, text))
    assert model.fits[0].seen.places == MODULES
    dealt = draw_leaks(model, 5, REPLICAS)
    there = ~np.isnan(dealt.birth[:, :, 0]) & (dealt.birth[:, :, 0] < 0)
    assert np.all(there.sum(axis=1) >= 1)
    assert 0.4 < there[:, 0].mean() < 0.6


def test_the_cache_gives_back_what_was_made(seen_model, tmp_path, monkeypatch) -> None:
    before = draw_leaks(seen_model, 5, REPLICAS)
    monkeypatch.setattr(leak_cache, "_memory", {})

    def refuse(*_):
        raise AssertionError("fitted again")

    monkeypatch.setattr(leaks, "fit_process", refuse)
    after = draw_leaks(model_of(programme_of(tmp_path, SEEN)), 5, REPLICAS)
    np.testing.assert_array_equal(before.birth, after.birth)
    np.testing.assert_array_equal(before.rate, after.rate)


# What a report says


def test_a_summary_tells_chances_shares_history_and_forecast(seen_model) -> None:
    summary = leak_summary(seen_model)
    told_of = summary["hypotheses"]
    for weights in (*told_of["posterior_by_record"].values(), told_of["drawn_with"]):
        assert sum(weights) == pytest.approx(1.0)
    assert set(told_of["by_threshold"]) == {
        "threshold unknown",
        "no threshold",
        "threshold as published",
    }
    assert told_of["bayes_factor"] > 0
    core, annexe = summary["modules"]
    assert core["module"] == "core"
    assert core["chance_over_run"] > annexe["chance_over_run"]
    for module in (core, annexe):
        assert np.all(np.array(module["low"]) <= np.array(module["high"]))
        assert module["text"] == ("" if module["identifiable"] else RULE)
    fit = summary["fits"][0]
    assert [one["date"] for one in fit["observations"]] == ["2014-05-01", "2014-08-01"]
    assert fit["effective"] > 30
    forecast = summary["forecast"]
    low, middle, high = np.array(forecast["kg_per_day"])
    assert len(low) == len(forecast["month"]) == 32
    assert np.all((low <= middle) & (middle <= high))


def test_chances_by_year_are_those_of_the_replicas(prior_model) -> None:
    summary = leak_summary(prior_model)
    dealt = draw_leaks(prior_model, 5, np.arange(8_000))
    first = dealt.birth[:, 0, 0]
    chance = np.mean((first >= 0) & (first < LAST + 1 - FIRST))
    assert summary["modules"][0]["chance_over_run"] == pytest.approx(chance, abs=0.02)
