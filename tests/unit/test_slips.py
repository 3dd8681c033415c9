"""Slips of launches: the table, the fit against a plain search, quantiles, draws, the document."""

import json
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import weibull_min

from stationkeeper.errors import DomainError, InputError
from stationkeeper.lifetime.slip_fit import (
    earliest,
    fit_laws,
    hazard_passed,
    mixed_chance,
    mixed_quantiles,
    slip_at_hazard,
)
from stationkeeper.lifetime.slips import (
    SHARES_TOLD,
    TABLE_DAY,
    draw_slips,
    fit_slips,
    planned_launches,
    slip_chance,
    slip_model,
    slip_pairs,
    slip_quantiles,
    slip_summary,
)
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.record import Statement
from stationkeeper.programme.reference import reference_table

LAW = np.array([1.4, np.log(500.0), 1.0])


def arrays(pairs):
    return (
        np.array([pair.lead for pair in pairs]),
        np.array([pair.slip for pair in pairs]),
        np.array([not pair.censored for pair in pairs]),
        np.array([pair.weight for pair in pairs]),
    )


def plain_likelihood(parameters, lead, slip, flown, weight):
    """Weighted censored log-likelihood, negative, with the distribution of another library."""
    shape, log_scale, power = parameters
    if shape <= 0:
        return np.inf
    days = np.maximum(lead, 14.0)
    law = weibull_min(shape, scale=np.exp(log_scale) * (days / 365.0) ** power)
    length = slip + 0.25 * np.minimum(days, 365.0)
    return -float(np.where(flown, law.logpdf(length), law.logsf(length)) @ weight)


def test_the_table_agrees_with_itself():
    rows = reference_table("slips")
    assert len(rows) == 89
    for row in rows:
        announced = date.fromisoformat(row["announced_latest"])
        assert int(row["lead_days"]) == (announced - date.fromisoformat(row["announced_on"])).days
        assert row["known_on"] >= row["announced_on"]
        if row["status"] == "flown":
            flown = date.fromisoformat(row["actual_date"])
            assert int(row["slip_days"]) == (flown - announced).days
            assert row["slip_so_far_days"] == ""
        else:
            assert row["status"] in ("not flown", "paused")
            assert (row["actual_date"], row["slip_days"]) == ("", "")
            assert int(row["slip_so_far_days"]) == max((TABLE_DAY - announced).days, 0)
        assert row["source"]
        assert row["confidence"] in ("A", "B", "C")


def test_announcements_of_one_launch_are_one_element():
    dates = {}
    for row in reference_table("slips"):
        dates.setdefault(row["group"], set()).add(row["actual_date"])
    assert all(len(found) == 1 for found in dates.values())
    flown = [next(iter(found)) for found in dates.values() if found != {""}]
    assert len(flown) == len(set(flown)) == 17


def test_each_element_weighs_one():
    for day in (TABLE_DAY, date(2021, 4, 23)):
        weight = {}
        for pair in slip_pairs(day):
            weight[pair.group] = weight.get(pair.group, 0.0) + pair.weight
        assert list(weight.values()) == pytest.approx([1.0] * len(weight))


def test_a_launch_after_the_day_of_knowledge_is_open_on_it():
    day = date(2021, 4, 23)
    nauka = [pair for pair in slip_pairs(day) if pair.element == "Nauka"]
    assert len(nauka) == 10
    assert all(pair.censored for pair in nauka)
    last = nauka[-1]
    assert last.announced == date(2021, 7, 15)
    assert last.slip == (day - last.announced).days < 0
    columbus = [pair for pair in slip_pairs(day) if pair.element == "Columbus"]
    assert not any(pair.censored for pair in columbus)


def test_words_of_later_days_are_not_known():
    day = date(2021, 4, 20)
    assert max(pair.announced_on for pair in slip_pairs(day)) == day
    before = slip_pairs(day - timedelta(days=1))
    assert len(before) == len(slip_pairs(day)) - 1
    assert slip_pairs(date(2030, 1, 1)) == slip_pairs(TABLE_DAY)


def test_fit_agrees_with_a_plain_search():
    lead, slip, flown, weight = arrays(slip_pairs())
    started = [1.0, 6.0, 1.0]
    found = minimize(
        plain_likelihood,
        started,
        args=(lead, slip, flown, weight),
        method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 2_000},
    )
    assert slip_model().law == pytest.approx(found.x, abs=1e-4)


def test_fit_finds_the_law_that_made_the_pairs():
    generator = np.random.Generator(np.random.Philox(5))
    lead = generator.uniform(50.0, 2_000.0, 20_000)
    slip = slip_at_hazard(LAW, lead, generator.exponential(size=lead.size))
    end = generator.uniform(0.0, 4_000.0, lead.size)  # some are still on the ground
    flown = slip <= end
    assert 0.2 < 1 - flown.mean() < 0.5
    law = fit_laws(lead, np.minimum(slip, end), flown, np.ones((1, lead.size)))[0]
    assert law == pytest.approx(LAW, abs=0.03)
    alone = fit_laws(lead[flown], slip[flown], flown[flown], np.ones((1, flown.sum())))[0]
    assert alone[1] < LAW[1] - 0.1  # those that flew tell too short a story


def test_a_pair_of_weight_two_is_two_pairs():
    lead, slip, flown, weight = arrays(slip_pairs())
    doubled = weight.copy()
    doubled[:30] *= 2
    twice = [np.concatenate([values, values[:30]]) for values in (lead, slip, flown, weight)]
    law = fit_laws(lead, slip, flown, doubled[None])
    again = fit_laws(twice[0], twice[1], twice[2].astype(bool), twice[3][None])
    assert law == pytest.approx(again, abs=1e-8)


def test_launches_that_never_came_make_the_law_later():
    pairs = slip_pairs()
    flown = fit_slips([pair for pair in pairs if not pair.censored], TABLE_DAY)
    assert slip_quantiles(slip_model(), 1_500.0, 0.5) > slip_quantiles(flown, 1_500.0, 0.5) + 50


def test_hazard_and_its_inverse_are_one():
    lead = np.array([20.0, 300.0, 2_000.0])[:, None]
    hazard = np.array([1e-3, 0.5, 4.0])
    slip = slip_at_hazard(LAW, lead, hazard)
    assert hazard_passed(LAW, lead, slip) == pytest.approx(np.broadcast_to(hazard, (3, 3)))
    assert np.all(hazard_passed(LAW, lead, -earliest(lead)) == 0)
    assert np.all(hazard_passed(LAW, lead, -np.inf) == 0)


@pytest.mark.parametrize("passed", [-np.inf, -300.0, 0.0, 800.0])
def test_chance_at_a_quantile_is_its_probability(passed):
    laws = slip_model().laws
    lead = np.array([14.0, 100.0, 1_000.0, 3_000.0])[:, None]
    shares = np.array([0.02, 0.5, 0.97])
    slip = mixed_quantiles(laws, lead, shares, passed)
    assert np.all(slip > passed)
    assert mixed_chance(laws, lead, slip, passed) == pytest.approx(
        np.broadcast_to(shares, (4, 3)), abs=1e-9
    )


def test_a_longer_lead_slips_more_and_quantiles_are_in_order():
    lead = np.linspace(365.0, 3_000.0, 30)[:, None]
    slip = slip_quantiles(slip_model(), lead, np.linspace(0.05, 0.95, 19))
    assert np.all(np.diff(slip, axis=0) > 0)
    assert np.all(np.diff(slip, axis=1) > 0)


def test_draws_follow_the_quantiles():
    model = slip_model()
    lead, passed = np.array([150.0, 1_100.0, 1_800.0]), np.array([-500.0, -900.0, 400.0])
    slips = draw_slips(model, lead, 3, np.arange(40_000), station="own", passed=passed)
    shares = np.array([0.05, 0.5, 0.95])
    expected = slip_quantiles(model, lead, shares[:, None], passed)
    for place in range(3):
        flown = (slips[:, place] <= expected[:, place, None]).mean(axis=1)
        assert flown == pytest.approx(shares, abs=0.01)  # four deviations of a share of 40,000
    assert np.all(slips > np.maximum(passed, -earliest(lead)))


def test_a_replica_draws_the_same_alone():
    every = draw_slips(slip_model(), [300.0, 900.0], 9, np.arange(30), station="own")
    alone = draw_slips(slip_model(), [900.0], 9, np.array([17]), station="own")
    assert alone[0, 0] == every[17, 1]
    others = draw_slips(slip_model(), [900.0], 9, np.arange(30), station="other")
    assert np.all(others[:, 0] != every[:, 1])


def test_launches_of_a_station_are_late_together_and_stations_are_not():
    model, replicas = slip_model(), np.arange(4_000)
    slips = draw_slips(model, [1_000.0, 1_400.0], 1, replicas, station="own")
    other = draw_slips(model, [1_000.0], 1, replicas, station="other")[:, 0]
    assert np.corrcoef(slips.T)[0, 1] > 0.98
    assert np.corrcoef(slips[:, 0], other)[0, 1] < 0.15  # only the parameters are shared


def test_bad_leads_probabilities_and_days_are_told():
    with pytest.raises(DomainError, match="not negative"):
        slip_quantiles(slip_model(), -1.0, 0.5)
    with pytest.raises(DomainError, match="not negative"):
        draw_slips(slip_model(), [np.nan], 1, np.arange(2), station="own")
    with pytest.raises(DomainError, match="between 0 and 1"):
        slip_quantiles(slip_model(), 100.0, 1.0)
    with pytest.raises(InputError, match=r'1999-01-01.*slips.kind = "none"'):
        slip_model(date(1999, 1, 1))
    with pytest.raises(DomainError, match="earlier than the law allows"):
        fit_laws(np.full(3, 100.0), np.full(3, -26.0), np.ones(3, bool), np.ones((1, 3)))
    with pytest.raises(DomainError, match="three leads"):
        fit_laws(np.full(3, 100.0), np.full(3, 5.0), np.ones(3, bool), np.ones((1, 3)))


def test_the_summary_is_plain_data_in_the_agreed_shape():
    told = json.loads(json.dumps(slip_summary(slip_model()), allow_nan=False))
    assert set(told) == {"pairs", "model", "quantiles"}
    pair = {"element", "announced_on", "lead_days", "slip_days", "censored", "weight"}
    assert len(told["pairs"]) == 89
    assert all(set(row) == pair for row in told["pairs"])
    assert set(told["model"]) == {"name", "parameters"}
    assert all(set(row) == {"lead_days", *SHARES_TOLD} for row in told["quantiles"])
    assert all(row["q05"] < row["q50"] < row["q95"] for row in told["quantiles"])


def test_planned_launches_of_the_main_scenario():
    found = planned_launches(read_programme("iss-to-ros"), date(2026, 11, 22))
    assert [launch.module for launch in found] == [
        "nem",
        "uum",
        "shm",
        "base",
        "target-1",
        "target-2",
    ]
    first = found[0]
    assert (first.station, first.partner, first.slips) == ("iss", "roscosmos", True)
    assert (first.announced, first.announced_on) == (date(2028, 12, 10), date(2025, 12, 18))
    assert first.lead == (first.announced - first.announced_on).days
    assert first.passed == (date(2026, 11, 22) - first.announced).days


def test_a_launch_that_is_overdue_keeps_what_has_passed():
    day = date(2029, 3, 10)
    first = planned_launches(read_programme("iss-to-ros"), day)[0]
    assert (first.module, first.passed) == ("nem", 90.0)
    slip = draw_slips(
        slip_model(), [first.lead], 1, np.arange(500), station="ros", passed=[first.passed]
    )
    assert slip.min() > 90.0


def test_flown_modules_are_not_planned():
    assert planned_launches(read_programme("mir"), date(2001, 3, 23)) == []
    assert planned_launches(read_programme("iss"), date(2026, 11, 22)) == []


def test_the_document_says_which_launches_slip():
    programme = read_programme("iss-to-ros")
    day = date(2026, 11, 22)
    none = programme.model_copy(
        update={"slips": programme.slips.model_copy(update={"kind": "none"})}
    )
    assert not any(launch.slips for launch in planned_launches(none, day))
    some = programme.model_copy(
        update={"slips": programme.slips.model_copy(update={"modules": ("uum",)})}
    )
    assert [launch.module for launch in planned_launches(some, day) if launch.slips] == ["uum"]


def said(key, made, **more):
    fields = {
        "office": "an agency",
        "date": made,
        "track": "said",
        "act": "first-launch",
        "partner": "roscosmos",
        "stations": ("ros",),
        "text": "the first module flies",
        **more,
    }
    return {key: Statement(**fields)}


def test_a_statement_of_the_first_launch_moves_the_day_of_announcement():
    day = date(2026, 11, 22)
    programme = read_programme("iss-to-ros")

    def first_two(statements):
        changed = programme.model_copy(update={"statement": statements})
        return planned_launches(changed, day)[:2]

    bounds = {"not_before": date(2028, 1, 1), "not_after": date(2028, 12, 31)}
    fits = said("year", date(2026, 2, 1), **bounds)
    first, second = first_two(fits)
    assert (first.told_by, first.announced_on) == ("year", date(2026, 2, 1))
    assert second.told_by is None  # it spoke of the first
    assert first_two(said("a", date(2026, 12, 1), **bounds))[0].told_by is None  # not made yet
    other = said("b", date(2026, 2, 1), not_before=date(2030, 1, 1))
    assert first_two(other)[0].told_by is None  # another date
    far = said("e", date(2026, 2, 1), not_after=date(2031, 12, 31))
    assert first_two(far)[0].told_by is None  # a last day means the year that it ends
    assert first_two(said("f", date(2026, 2, 1)))[0].told_by is None  # no day
    year = said("g", date(2026, 2, 1), not_after=date(2028, 12, 31))
    assert first_two(year)[0].told_by == "g"
    assert first_two(said("c", date(2026, 2, 1), partner="nasa", **bounds))[0].told_by is None
    replaced = {**fits, **said("d", date(2026, 3, 1), act="other", replaces=("year",))}
    assert first_two(replaced)[0].told_by is None


def test_slips_known_early_do_not_change_with_what_came_later():
    """The law of a day uses nothing of later days: cut the table there and it is the same."""
    day = date(2021, 4, 23)
    model = slip_model(day)
    assert max(pair.announced_on for pair in model.pairs) <= day
    open_then = [pair for pair in model.pairs if pair.censored]
    assert all(pair.slip == (day - pair.announced).days for pair in open_then)
    assert slip_chance(model, 500.0, 300.0) != slip_chance(slip_model(), 500.0, 300.0)
