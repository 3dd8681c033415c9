"""Variants side by side: what is varied, the same draws, the front, and going on after a stop."""

import json
import os
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest

from stationkeeper.environment.tables import solar_indices
from stationkeeper.errors import InputError, Interrupted
from stationkeeper.lifetime import compare as compare_module
from stationkeeper.lifetime.compare import (
    band,
    compare,
    difference,
    documented,
    read_front,
)
from stationkeeper.lifetime.front import not_dominated
from stationkeeper.lifetime.measures import MEASURE, Measured
from stationkeeper.lifetime.prepare import sun_of_days
from stationkeeper.lifetime.run import identity
from stationkeeper.lifetime.sensitivity import SOLAR, merged_inputs, sensitivity, shares_of
from stationkeeper.lifetime.variants import read_varied, split_values, variants_of
from stationkeeper.programme.read import read_programme

FIXTURE = str(Path(__file__).parents[1] / "fixtures" / "two-stations.toml")
DRAG = "station.alpha.drag.factor=1.0,1.5"
REPLICAS = 80


@cache
def finished():
    return compare(
        FIXTURE, [DRAG], out=Path(mkdtemp(prefix="stationkeeper-test-")), replicas=REPLICAS
    )


def burned(folder):
    rows = pd.read_parquet(folder / "replicas")
    rows = rows[rows["event"] == "propellant burned in all"]
    return rows.groupby("replica")["value"].sum().to_numpy() / 1e3


# ---- what is varied -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([], "nothing is varied"),
        (["altitude_km"], "expected KEY=a,b,c"),
        (["=1,2"], "expected KEY=a,b,c"),
        (["a=1,,2"], "with a value between the commas"),
        (["a=1,2,1"], "1 is given twice"),
        (["a=1", "a=2"], "expected all its values in one --vary"),
        (["a=[1,2"], "brackets and quotes that are closed"),
        (["a=1,2,3,4,5", "b=1,2,3,4,5", "c=1,2,3"], "5 x 5 x 3 makes 75 variants"),
    ],
)
def test_what_cannot_be_varied_is_refused(texts, said):
    with pytest.raises(InputError, match=said):
        read_varied(texts)


def test_sixty_four_variants_are_allowed_and_no_more():
    eight = ",".join("12345678")
    assert len(read_varied([f"a={eight}", f"b={eight}"])) == 2
    with pytest.raises(InputError, match="at most 64"):
        read_varied([f"a={eight},9", f"b={eight}"])


def test_commas_inside_quotes_do_not_split():
    assert split_values("\"a, b\",'c,d'") == ('"a, b"', "'c,d'")


def test_variants_are_all_combinations_in_order_of_what_was_given():
    varied = read_varied([DRAG, "station.alpha.avoidance_per_year=unchanged,9"])
    found = variants_of(FIXTURE, varied)
    assert [one.name for one in found] == [
        "factor 1.0, avoidance_per_year unchanged",
        "factor 1.0, avoidance_per_year 9",
        "factor 1.5, avoidance_per_year unchanged",
        "factor 1.5, avoidance_per_year 9",
    ]
    rates = [one.programme.station["alpha"].avoidance_per_year for one in found]
    assert rates == [4.0, 9.0, 4.0, 9.0]


def test_keys_that_end_alike_are_told_whole():
    keys = ["station.alpha.avoidance_per_year", "station.beta.avoidance_per_year"]
    found = variants_of(FIXTURE, read_varied([f"{keys[0]}=1,2", f"{keys[1]}=3"]))
    assert found[0].name == f"{keys[0]} 1, {keys[1]} 3"


def test_overrides_are_varied_by_name():
    varied = read_varied(["override=unchanged,said-2021,said-2022"])
    found = variants_of("iss-to-ros", varied)
    assert [one.programme.applied for one in found] == [
        (),
        ("--override said-2021",),
        ("--override said-2022",),
    ]
    alone = read_programme("iss-to-ros", overrides=["said-2022"])
    assert identity(found[2].programme, 9, 1) == identity(alone, 9, 1)


def test_two_variants_that_are_the_same_programme_are_refused():
    with pytest.raises(InputError, match=r"factor 1 is the same programme as factor 1\.0"):
        variants_of(FIXTURE, read_varied(["station.alpha.drag.factor=1.0,1"]))


def test_a_variant_that_cannot_be_flown_is_named():
    with pytest.raises(InputError, match=r"variant factor -1:(.|\n)*factor"):
        variants_of(FIXTURE, read_varied(["station.alpha.drag.factor=1.0,-1"]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("years_flown", "expected two measures"),
        ("years_flown,years_flown", "expected two measures"),
        ("years_flown,propelant_burned_t", "did you mean 'propellant_burned_t'"),
        ("years_flown,evacuated", "which these runs do not hold"),
    ],
)
def test_a_front_that_is_not_of_two_measures_is_refused(text, said):
    with pytest.raises(InputError, match=said):
        read_front(text, ["years_flown", "propellant_burned_t"])


def test_numbers_out_of_range_are_refused_and_nothing_is_written(tmp_path):
    for wrong in ({"replicas": 0}, {"seed": -1}, {"workers": 0}, {"front": "a,b"}):
        with pytest.raises(InputError, match="expected"):
            compare(FIXTURE, [DRAG], out=tmp_path / "runs", **wrong)
    assert not (tmp_path / "runs").exists()


# ---- figures --------------------------------------------------------------------------------


def test_the_front_is_what_no_other_beats():
    generator = np.random.default_rng(2)
    points = generator.integers(0, 6, (40, 2)).astype(float)
    found = not_dominated(points, [True, False])
    for i, (x, y) in enumerate(points):
        beaten = any(a >= x and b <= y and (a > x or b < y) for a, b in points)
        assert found[i] == (not beaten)
    assert 0 < found.sum() < 40


def runs_of(first, second, name):
    return [
        Measured(("a",), np.arange(len(v)), {name: np.array(v, float)}, {}, {}, {})
        for v in (first, second)
    ]


def test_a_difference_is_taken_replica_by_replica():
    generator = np.random.default_rng(3)
    base = generator.normal(100, 30, 500)
    one, other = runs_of(base + generator.normal(2, 0.1, 500), base, "propellant_burned_t")
    found = difference(one, other, MEASURE["propellant_burned_t"])
    assert found["mean"] == pytest.approx(2, abs=4 * 0.1 / np.sqrt(500))
    assert found["high"] - found["low"] == pytest.approx(2 * 1.645 * 0.1, rel=0.15)
    assert found["mean_error"] == pytest.approx(0.1 / np.sqrt(500), rel=0.15)


def test_a_difference_of_chances_has_an_interval_though_none_was_seen():
    one, other = runs_of([0.0] * 50, [0.0] * 50, "evacuated")
    found = difference(one, other, MEASURE["evacuated"])
    assert found["middle"] == 0
    assert found["low"] == -found["high"]
    assert 0.01 < found["high"] < 0.1


def test_intervals_of_chances_hold_the_truth_about_as_often_as_they_say():
    """Paired shares of 0.30 and 0.38 in 100 replicas; 90 % intervals in 1,000 trials."""
    generator = np.random.default_rng(4)
    hits = 0
    for _ in range(1_000):
        draw = generator.uniform(size=100)
        one, other = runs_of(draw < 0.38, (draw > 0.2) & (draw < 0.5), "evacuated")
        found = difference(one, other, MEASURE["evacuated"])
        hits += found["low"] <= 0.08 <= found["high"]
    assert 0.87 <= hits / 1_000 <= 0.94


def test_the_band_of_a_chance_is_never_a_point():
    for hits, size in ((0, 20), (20, 20), (5, 20)):
        values = np.r_[np.ones(hits), np.zeros(size - hits)]
        found = band(values, MEASURE["evacuated"])
        assert found["low"] <= found["middle"] == hits / size <= found["high"]
        assert found["high"] - found["low"] > 0.05


# ---- a comparison that was flown ------------------------------------------------------------


def test_every_variant_leaves_a_run_folder_with_the_same_seed():
    found = documented(finished())
    folders = [finished() / row["folder"] for row in found["variants"]]
    assert len({*folders}) == 2
    for folder in folders:
        state = json.loads((folder / "run.json").read_text())
        assert (state["state"], state["seed"], state["replicas"]) == ("complete", 1, REPLICAS)
        assert (folder / "ensemble.nc").exists()
    state = json.loads((finished() / "run.json").read_text())
    assert state["state"] == "complete"


def test_the_draws_of_a_replica_are_the_same_in_all_variants():
    tables = []
    for row in documented(finished())["variants"]:
        rows = pd.read_parquet(finished() / row["folder"] / "replicas")
        rows = rows[rows["station"] == "alpha"].set_index("replica")
        tables.append(
            [
                rows[rows["event"] == name]["value"].to_numpy()
                for name in ("drag factor", "dose factor")
            ]
        )
    assert tables[1][0] == pytest.approx(1.5 * tables[0][0])
    assert tables[1][1].tolist() == tables[0][1].tolist()


def test_figures_and_differences_are_those_of_the_rows():
    found = documented(finished())
    first, second = (burned(finished() / row["folder"]) for row in found["variants"])
    row = found["variants"][1]
    told = row["measures"]["propellant_burned_t"]
    assert [told[k] for k in ("low", "middle", "high")] == pytest.approx(
        np.quantile(second, [0.05, 0.5, 0.95])
    )
    gap = row["differences"]["propellant_burned_t"]
    assert gap["middle"] == pytest.approx(np.median(second - first))
    assert gap["mean"] > 0
    assert found["variants"][0]["differences"]["propellant_burned_t"]["high"] == 0


def test_the_variant_that_burns_less_is_not_beaten():
    found = documented(finished())
    assert found["front"] == ["propellant_burned_t", "days_with_people"]
    assert [row["on_front"] for row in found["variants"]] == [True, False]
    assert found["held_against"] == "factor 1.0"


def test_a_comparison_that_is_stopped_goes_on_and_flies_nothing_twice(tmp_path, monkeypatch):
    fly, flown = compare_module.run, []

    def stops(programme, **options):
        if flown:
            raise Interrupted("stopped")
        flown.append(programme)
        return fly(programme, **options)

    with monkeypatch.context() as patch:
        patch.setattr(compare_module, "run", stops)
        with pytest.raises(Interrupted):
            compare(FIXTURE, [DRAG], out=tmp_path, replicas=10)
    (folder,) = tmp_path.iterdir()
    (before,) = (folder / "variants").iterdir()
    time = os.stat(before / "ensemble.nc").st_mtime_ns
    assert not (folder / "compare.json").exists()
    assert compare(FIXTURE, [DRAG], out=tmp_path, replicas=10) == folder
    assert os.stat(before / "ensemble.nc").st_mtime_ns == time
    assert folder / documented(folder)["variants"][0]["folder"] == before
    assert len(list((folder / "variants").iterdir())) == 2


def test_a_folder_without_a_comparison_is_refused(tmp_path):
    with pytest.raises(InputError, match="expected a finished comparison"):
        documented(tmp_path)


# ---- what dominates the uncertainty ---------------------------------------------------------


def run_folder():
    return finished() / documented(finished())["variants"][0]["folder"]


def test_what_dominates_is_what_must():
    rows = sensitivity(run_folder(), outcomes=["propellant_burned_t", "dose_of_stays_person_sv"])
    first = {}
    for row in rows:
        first.setdefault((row.station, row.outcome), row)
    assert first["", "dose_of_stays_person_sv"].input == "dose factor"
    assert first["alpha", "propellant_burned_t"].input == "drag factor of alpha"
    assert first["alpha", "propellant_burned_t"].low > 0.3
    others = [row for row in rows if row.input == "dose factor" and "propellant" in row.outcome]
    assert all(row.low < 0.1 for row in others)


def test_a_sun_that_is_on_record_is_no_input():
    assert all(row.input != SOLAR for row in sensitivity(run_folder()))


def test_the_sun_of_a_replica_is_that_which_it_flew_under():
    """Fewer days of a replica are the beginning of more: the run draws those of a fall as well."""
    sun = solar_indices()
    first, days = sun.observed_until - 100, 7_000
    few, more = (
        sun_of_days(sun, sun.observed_until, True, first, count, 3, np.arange(6))
        for count in (days, days + 3_654)
    )
    assert np.array_equal(few, more[:, :days])
    assert len(np.unique(few[:, -1])) > 1


def test_inputs_may_be_chosen():
    rows = sensitivity(run_folder(), ["drag"], ["propellant_burned_t"])
    assert {row.input for row in rows} == {"drag factor of alpha", "drag factor of beta"}


def test_a_measure_that_is_none_is_refused():
    with pytest.raises(InputError, match="given 'age', expected some of"):
        sensitivity(run_folder(), outcomes=["age"])


def test_with_few_replicas_nothing_is_told(tmp_path):
    folder = compare(FIXTURE, ["station.alpha.drag.factor=1.2"], out=tmp_path, replicas=10)
    (row,) = documented(folder)["variants"]
    assert sensitivity(folder / row["folder"]) == []


def test_one_draw_for_all_stations_is_one_input():
    draw = np.random.default_rng(5).normal(size=50)
    inputs = {("dose", "a"): draw, ("dose", "b"): np.exp(draw), ("drag", "a"): draw[::-1]}
    inputs |= {("drag", "b"): draw, ("same", "a"): np.ones(50)}
    found = merged_inputs(Measured(("a", "b"), np.arange(50), {}, {}, inputs, {}))
    assert list(found) == ["dose", "drag of a", "drag of b"]


def test_a_chance_that_hardly_ever_came_has_no_share():
    draw = {"a": np.random.default_rng(6).normal(size=300)}
    rare = np.zeros(300)
    rare[:3] = 1
    assert shares_of(draw, {"evacuated": rare}) == []
    assert len(shares_of(draw, {"evacuated": (draw["a"] > 0).astype(float)})) == 1
