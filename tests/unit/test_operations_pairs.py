"""Paired flights: statistics beside scipy's, figures counted by hand, the same bytes always."""

import json
import math
import shutil
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

from stationkeeper.errors import InputError, Interrupted
from stationkeeper.operations import pairs
from stationkeeper.operations import plan as plans
from stationkeeper.operations.build import build
from stationkeeper.operations.document import outcome_of
from stationkeeper.operations.fault_files import faults_of
from stationkeeper.operations.fault_kinds import fault_kinds
from stationkeeper.operations.flight import fly
from stationkeeper.operations.house import house_of
from stationkeeper.operations.minds import Command
from stationkeeper.operations.odds import (
    Estimate,
    mean_estimate,
    median_estimate,
    picks,
    wilson_interval,
)
from stationkeeper.operations.pair_figures import FIGURES, pair_figures
from stationkeeper.operations.pairs import BASELINES, commanders_of, fly_pairs
from stationkeeper.operations.plan import FlightPlan, flight_of, mission_of
from stationkeeper.operations.random_faults import (
    expected_faults,
    hazard_factor,
    random_faults,
)
from stationkeeper.programme.read import read_programme

MONTH = 30 * 86_400.0


@cache
def programme():
    return read_programme("iss-to-ros")


@cache
def built():
    return build(house_of(programme(), "ros", uncrewed=True), seed=1)


# Statistics


@pytest.mark.parametrize(("count", "trials"), [(0, 10), (1, 10), (5, 10), (10, 10), (813, 1000)])
def test_interval_of_a_share_is_that_of_scipy(count, trials):
    truth = stats.binomtest(count, trials).proportion_ci(0.95, method="wilson")
    assert wilson_interval(count, trials) == pytest.approx((truth.low, truth.high), abs=1e-12)


def test_without_trials_a_share_may_be_anything():
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_picks_draw_as_many_as_there_are_and_are_the_same_for_a_seed():
    one = picks(30, 7)
    assert (one.sum(axis=1) == 30).all()
    assert np.array_equal(one, picks(30, 7))
    assert not np.array_equal(one, picks(30, 8))
    assert one.var() == pytest.approx(29 / 30, rel=0.02)  # binomial: n p (1 - p)


def test_interval_of_a_mean_is_that_of_scipy():
    values = np.random.Generator(np.random.Philox(3)).gamma(2.0, size=50)
    ours = mean_estimate(values, picks(50, 1))
    truth = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=20_000,
                            rng=np.random.default_rng(5)).confidence_interval  # fmt: skip
    error = values.std() / math.sqrt(50)
    assert ours.value == pytest.approx(values.mean())
    # Of 4,000 draws an edge at 2.5 % errs by about 0.04 standard errors; four of those.
    assert (ours.low, ours.high) == pytest.approx((truth.low, truth.high), abs=0.16 * error)


def test_interval_of_a_median_is_that_of_scipy():
    values = np.random.Generator(np.random.Philox(4)).normal(size=101)
    ours = median_estimate(values, picks(101, 1))
    truth = stats.bootstrap((values,), np.median, method="percentile", n_resamples=20_000,
                            rng=np.random.default_rng(5)).confidence_interval  # fmt: skip
    assert ours.value == np.median(values)
    assert (ours.low, ours.high) == pytest.approx((truth.low, truth.high), abs=0.06)


def test_intervals_hold_the_mean_about_as_often_as_they_say():
    random = np.random.Generator(np.random.Philox(11))
    weights = picks(40, 1)
    inside = 0
    for _ in range(200):
        one = mean_estimate(random.normal(size=40), weights)
        inside += one.low <= 0.0 <= one.high
    # A percentile interval of 40 values holds 93 to 94 %; four standard errors of 200 trials.
    assert 0.865 <= inside / 200 <= 0.995


def test_missing_values_are_left_out_and_none_give_nothing():
    weights = picks(4, 1)
    values = np.array([1.0, np.nan, 3.0, np.nan])
    assert mean_estimate(values, weights).value == 2.0
    assert median_estimate(values, weights).value == 1.0
    for estimate in (mean_estimate, median_estimate):
        nothing = estimate(np.full(4, np.nan), weights)
        assert isinstance(nothing, Estimate)
        assert np.isnan([nothing.value, nothing.low, nothing.high]).all()


def test_a_median_is_endless_where_more_than_half_never_came():
    weights = picks(5, 1)
    assert median_estimate(np.array([1.0, 2.0, np.inf, np.inf, np.inf]), weights).value == np.inf
    some = median_estimate(np.array([1.0, 2.0, 3.0, np.inf, np.inf]), weights)
    assert (some.value, some.high) == (3.0, np.inf)


def test_of_two_middle_values_the_lower_is_taken_in_every_draw():
    found = median_estimate(np.array([5.0, 0.0, 1.0, 7.0]), np.ones((6, 4), np.int64))
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


# Figures of a study


def flight(survived=True, safe=0.0, lost_by="", **more):
    return {
        "survived": survived, "lost_by": lost_by, "time_to_safe_s": safe,
        "service": {"rack": 0.5}, "failed": "", **dict.fromkeys(FIGURES, 0.0), **more,
    }  # fmt: skip


def study():
    """Two commanders, four missions; the last has no fault."""
    hole = {"kind": "load-open", "component": "", "onset_s": 100.0, "size": 1.0, "group": ""}
    stuck = {"kind": "sensor-stuck", "component": "", "onset_s": 400.0, "size": 1.0, "group": ""}
    who = [{"title": "nobody", "baseline": True}, {"title": "limits", "baseline": True}]
    missions = [
        {"faults": [stuck, hole], "flights": [flight(False, None, "cold", services=0.2),
                                              flight(safe=50.0, services=0.6)]},
        {"faults": [stuck, stuck], "flights": [flight(safe=10.0, services=1.0),
                                               flight(safe=20.0, services=0.9)]},
        {"faults": [hole], "flights": [flight(False, None, "pressure"), flight(False, None,
                                                                              "pressure")]},
        {"faults": [], "flights": [flight(services=1.0), flight(services=1.0)]},
    ]  # fmt: skip
    return pair_figures(who, missions, 1_000.0, 1)


def test_figures_of_a_commander_are_those_counted_by_hand():
    nobody, limits = study()["commanders"]
    assert nobody["survived"]["count"] == 2
    assert limits["survived"]["share"] == 0.75
    assert nobody["lost_by"] == {"cold": 1, "pressure": 1}
    assert nobody["services"]["value"] == pytest.approx(0.55)
    assert nobody["service"] == {"rack": 0.5}
    safe = limits["time_to_safe_s"]
    assert (safe["flights"], safe["never"]["count"], safe["median"]["value"]) == (3, 1, 50.0)
    # Never safe counts as unsafe from the first fault, at 100 s, to the end.
    assert safe["mean"]["value"] == pytest.approx((50 + 20 + 900) / 3)
    assert nobody["time_to_safe_s"]["median"]["value"] is None


def test_differences_are_taken_mission_by_mission():
    found = study()
    assert found["strongest"] == "limits"
    assert [(one["commander"], one["reference"]) for one in found["pairs"]] == [
        ("nobody", "limits"), ("limits", "nobody"),
    ]  # fmt: skip
    there, back = found["pairs"][1], found["pairs"][0]
    assert there["only_commander_survived"] == back["only_reference_survived"] == 1
    assert there["only_reference_survived"] == 0
    assert there["survived"]["value"] == 0.25
    assert there["services"]["value"] == pytest.approx((0.4 - 0.1) / 4)
    assert there["services"]["value"] == -back["services"]["value"]
    assert there["services"]["low"] == -back["services"]["high"]
    assert there["time_to_safe_s"]["value"] == pytest.approx((50 - 900 + 20 - 10) / 3)


def test_what_all_missions_share_does_not_widen_a_difference():
    hardness = np.linspace(0.0, 1.0, 40)
    missions = [{"faults": [], "flights": [flight(services=one), flight(services=one / 2 + 0.1)]}
                for one in hardness]  # fmt: skip
    missions[0]["flights"][1]["services"] = 0.15
    who = [{"title": "nobody", "baseline": True}, {"title": "mine", "baseline": False}]
    found = pair_figures(who, missions, 1_000.0, 1)
    alone = found["commanders"][0]["services"]
    both = found["pairs"][0]["services"]
    assert found["strongest"] == "nobody"
    assert both["high"] - both["low"] < 0.6 * (alone["high"] - alone["low"])


def test_survivors_are_counted_by_kind_of_fault():
    kinds = {row["kind"]: row for row in study()["kinds"]}
    assert set(kinds) == {"load-open", "sensor-stuck"}
    assert kinds["load-open"]["missions"] == 2
    assert kinds["load-open"]["survived"] == {"nobody": 0, "limits": 1}
    assert (kinds["sensor-stuck"]["missions"], kinds["sensor-stuck"]["faults"]) == (2, 3)
    assert kinds["sensor-stuck"]["survived"] == {"nobody": 1, "limits": 2}


def test_figures_are_plain_data_even_without_any_fault():
    who = [{"title": "limits", "baseline": True}]
    found = pair_figures(who, [{"faults": [], "flights": [flight()]}], 1_000.0, 1)
    json.dumps(found, allow_nan=False)
    assert found["pairs"] == []
    assert found["commanders"][0]["time_to_safe_s"]["mean"]["value"] is None
    json.dumps(study(), allow_nan=False)


# Faults of which so many are asked for


def test_a_mean_of_faults_asked_for_is_reached():
    plant = built()
    factor = hazard_factor(plant.house, plant.registry, MONTH, 4.0)
    expected = expected_faults(plant.house, plant.registry, MONTH, factor=factor)
    assert factor > 1
    assert sum(expected.values()) == pytest.approx(4.0, rel=1e-9)
    alone = {key for key, kind in fault_kinds().items() if not kind.common_cause}
    mean, missions = sum(expected[key] for key in alone), 150
    drawn = [random_faults(plant.house, plant.registry, 3, number, MONTH, factor=factor)
             for number in range(missions)]  # fmt: skip
    counts = [sum(one.kind in alone and not one.group for one in faults) for faults in drawn]
    # Poisson: four standard errors of the mean.
    assert np.mean(counts) == pytest.approx(mean, abs=4 * math.sqrt(mean / missions))
    onsets = np.array([one.onset for faults in drawn for one in faults if not one.group])
    # Even over the flight but for what wears: standard error of the mean 0.29 / sqrt(count).
    assert onsets.mean() / MONTH == pytest.approx(0.5, abs=4 * 0.29 / math.sqrt(len(onsets)))


def test_a_factor_on_hazards_keeps_the_shares_of_kinds():
    plant = built()
    once, often = (expected_faults(plant.house, plant.registry, MONTH, factor=factor)
                   for factor in (1.0, 20.0))  # fmt: skip
    own = [key for key, kind in fault_kinds().items() if kind.per_year > 0 and not kind.equipment]
    assert len(own) > 5
    for key in own:
        assert often[key] == pytest.approx(20 * once[key])
    # Units of equipment fail once at most: a little fewer.
    assert all(often[key] <= 20 * once[key] * (1 + 1e-12) for key in once)
    assert random_faults(plant.house, plant.registry, 1, 2, MONTH) == random_faults(
        plant.house, plant.registry, 1, 2, MONTH, factor=1.0
    )


@pytest.mark.parametrize("asked", ["random:", "random:many", "random:0", "random:-1",
                                   "random:nan", "random:1e9"])  # fmt: skip
def test_a_mean_that_cannot_be_is_told(asked):
    plant = built()
    with pytest.raises(InputError, match="expected"):
        faults_of(asked, plant.house, plant.registry, seed=1, mission=0, duration=MONTH)


# Flights

WHO = (Command("nobody"), Command("ground", "full-relay", 300.0))


@pytest.fixture(scope="module", autouse=True)
def _short():
    """Learn on one day only, which is enough to be the same twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plans, "LEARNING", 86_400.0)
        yield


@pytest.fixture(scope="module")
def flown(tmp_path_factory):
    """Return the folder of a study flown by one worker without a stop."""
    return fly_study(tmp_path_factory.mktemp("flown"))


def asked(**more):
    plan = FlightPlan(programme(), "ros", 0.1, uncrewed=True, faults="random", seed=5)
    return replace(plan, **more)


def fly_study(out, **more):
    given = {"commands": WHO, "faults_per_mission": 3.0, "workers": 1, **more}
    return fly_pairs(asked(), 3, out=out, **given)


def contents(folder):
    files = [folder / "pairs.json", folder / "flights.parquet",
             *sorted((folder / "missions").iterdir())]  # fmt: skip
    return {file.name: file.read_bytes() for file in files}


def test_a_study_has_the_same_bytes_on_two_workers_and_after_a_stop(tmp_path, flown):
    one = contents(flown)
    assert one == contents(fly_study(tmp_path / "two", workers=2))

    def stop(text):
        if text == "flying: 1 of 3 missions flown":
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="goes on"):
        fly_study(tmp_path / "three", progress=stop)
    (folder,) = (tmp_path / "three").iterdir()
    assert json.loads((folder / "run.json").read_text())["state"] == "interrupted"
    kept = {file: file.stat().st_mtime_ns for file in (folder / "missions").iterdir()}
    assert 1 <= len(kept) < 3
    assert fly_study(tmp_path / "three") == folder
    assert all(file.stat().st_mtime_ns == then for file, then in kept.items())
    assert one == contents(folder)
    # Each flight is that of the mission alone.
    alone = mission_of(asked(faults="random:3.0", mission=1))
    for place, command in enumerate(WHO):
        single = flight_of(replace(alone), command)
        fly(single, single.duration)
        row = json.loads(one["mission-000001.json"])["flights"][place]
        assert row.pop("commander") == command.title
        assert row.pop("failed") == ""
        if place == 0:  # the link of the plan is that of this commander
            assert row == outcome_of(single).row()
    missions = [json.loads(one[f"mission-{number:06d}.json"]) for number in range(3)]
    assert missions[0]["faults"] != missions[1]["faults"]


def test_a_mission_whose_file_was_changed_is_flown_again(tmp_path, flown):
    folder = shutil.copytree(flown, tmp_path / flown.name)
    before = contents(folder)
    file = folder / "missions" / "mission-000002.json"
    file.write_text(file.read_text().replace('"survived": true', '"survived": false'))
    state = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(state | {"state": "running"}))
    assert file.read_bytes() != before[file.name]
    assert fly_study(tmp_path) == folder
    assert contents(folder) == before


def test_a_commander_that_throws_is_counted_and_the_study_goes_on(tmp_path, monkeypatch):
    (tmp_path / "thrower.py").write_text(
        "class Thrower:\n"
        "    def __init__(self, vehicle): pass\n"
        "    def act(self, seen): raise RuntimeError('no')\n"
        "    def save(self): return {}\n"
        "    def restore(self, saved): pass\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    folder = fly_pairs(
        asked(faults="none"), 1, out=tmp_path / "runs",
        commands=[Command("nobody"), Command("thrower:Thrower")],
    )  # fmt: skip
    found = json.loads((folder / "pairs.json").read_text())
    assert [one["failed"] for one in found["commanders"]] == [0, 1]
    assert found["faults"] == {"flown": 0, "per_mission": 0.0, "missions_without": 1,
                               "hazard_factor": 1.0}  # fmt: skip
    from pyarrow import parquet

    table = parquet.read_table(folder / "flights.parquet").to_pylist()
    assert [row["commander"] for row in table] == ["nobody", "thrower:Thrower"]
    assert table[1]["failed"].startswith("RuntimeError")


def test_the_standard_set_is_nobody_limits_and_the_ground_by_link_and_reaction():
    titles = [one.title for one in BASELINES]
    assert len(titles) == len(set(titles)) == 8
    own = Command("mine:Mind", "two-relays")
    found = commanders_of(asked(command=own))
    assert [one.title for one in found] == [*titles, "mine:Mind"]
    assert found[0].link == found[1].link == "two-relays"
    assert len(commanders_of(asked(command=Command("limits", "full-relay")))) == 8
    assert len(commanders_of(asked(command=Command("ground", "full-relay", 600.0)))) == 9


@pytest.mark.parametrize(
    ("missions", "more", "words"),
    [
        (0, {}, "--missions: given 0"),
        (1, {"workers": 0}, "--workers: given 0"),
        (1, {"faults_per_mission": -1.0}, "faults of a mission: given -1"),
        (1, {"commands": []}, "commanders: given none"),
        (1, {"commands": [Command("limits"), Command("limits", "full-relay")]}, "each once"),
        (1, {"commands": [Command("limit")]}, "did you mean"),
    ],
)
def test_what_cannot_be_flown_is_told_before_a_folder_is_made(tmp_path, missions, more, words):
    with pytest.raises(InputError, match=words):
        fly_pairs(asked(), missions, out=tmp_path / "runs", **more)
    assert not (tmp_path / "runs").exists()


def test_a_mean_needs_faults_by_chance(tmp_path):
    with pytest.raises(InputError, match="expected --faults random"):
        fly_pairs(asked(faults="none"), 1, out=tmp_path, faults_per_mission=2.0)
    for days in (0.0, 5_000.0):
        with pytest.raises(InputError, match="--days"):
            fly_pairs(asked(days=days), 1, out=tmp_path)
    assert pairs.MOST_DAYS < 5_000
