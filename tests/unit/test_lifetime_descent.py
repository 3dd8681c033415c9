"""How stations come down: the state they are left in, the burns, and the ways beside."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest

import stationkeeper
from stationkeeper.constants import EARTH_RADIUS, MU_EARTH
from stationkeeper.environment.tables import solar_indices
from stationkeeper.lifetime.descent import FILE
from stationkeeper.lifetime.run import run
from stationkeeper.lifetime.ways_down import (
    Engine,
    State,
    controlled_way,
    fall_way,
    perigee_ladder,
    quantile_days,
    storage_way,
)
from stationkeeper.programme.read import read_programme

FIXTURE = str(Path(__file__).parents[1] / "fixtures" / "two-stations.toml")
WITH_SHIP = ("station.alpha.end.ship=freighter", "ship.freighter.thrust_n=2000")
ENGINE = Engine("Tug", 10e3, 2_942.0)


@cache
def flown(*settings: str, replicas: int = 30) -> Path:
    out = Path(mkdtemp(prefix="stationkeeper-test-"))
    return run(read_programme(FIXTURE, settings=settings), out=out, replicas=replicas)


def told(*settings: str) -> dict:
    return json.loads((flown(*settings) / FILE).read_text())["stations"]


def state(**changes) -> State:
    known = State(
        day=11_319.0,
        altitude=407e3,
        mass=430e3,
        propellant=19e3,
        drag_area_per_mass=0.0075,
        inclination=float(np.radians(51.6)),
        hold_days=np.linspace(600.0, 1_600.0, 100),
        entry_days=np.linspace(606.0, 1_610.0, 100),
    )
    return replace(known, **changes)


def test_the_ways_begin_where_the_replicas_are_on_the_day_of_the_last_burns():
    alpha = told(*WITH_SHIP)["alpha"]
    rows = pd.concat(map(pd.read_parquet, (flown(*WITH_SHIP) / "replicas").glob("*")))
    ends = rows[(rows.station == "alpha") & (rows.event == "controlled descent ends at altitude")]
    assert alpha["left"] == "last burns"
    assert alpha["replicas"] == len(ends) == 30
    day = np.median(ends.date.to_numpy().astype("datetime64[D]").astype(int))
    assert alpha["from"]["date"] == str(np.datetime64(int(day), "D"))
    assert alpha["from"]["altitude_km"] == pytest.approx(ends.value.median(), rel=1e-5)


def test_a_station_without_an_end_is_shown_from_the_last_day_flown():
    beta = told()["beta"]
    assert (beta["kind"], beta["left"]) == ("none", "in orbit")
    assert beta["from"]["date"] == "2016-12-31"
    data = stationkeeper.open(flown())
    middle = float(data.altitude_km.sel(station="beta", quantile=0.5)[-1])
    assert beta["from"]["altitude_km"] == pytest.approx(middle, abs=2.0)
    assert beta["steps"] == []


def test_the_steps_are_in_order_and_say_when_the_drift_began():
    steps = told(*WITH_SHIP)["alpha"]["steps"]
    firsts = [step["first"] for step in steps]
    assert firsts == sorted(firsts)
    by_name = {step["step"]: step for step in steps}
    assert by_name["drift without reboosts"]["first"] == "2015-09-01"
    assert by_name["drift without reboosts"]["last"] == by_name["burns begin"]["first"]
    assert by_name["entry"]["first"] > by_name["burns begin"]["first"]
    # The programme names no day: half a year before the entry.
    apart = np.datetime64(by_name["entry"]["first"]) - np.datetime64(
        by_name["crew leaves"]["first"]
    )
    assert 182 <= apart.astype(int) <= 184


def test_the_named_ship_burns_with_its_thrust():
    ways = {way["way"]: way for way in told(*WITH_SHIP)["alpha"]["ways"]}
    programme = read_programme(FIXTURE)
    assert ways["burns"]["engine"] == programme.ship["freighter"].title
    assert ways["burns"]["thrust_n"] == 2_000
    perigees = [burn["perigee_km"] for burn in ways["burns"]["burns"]]
    assert perigees[-2:] == pytest.approx([145.0, 50.0], abs=0.01)
    assert sorted(perigees, reverse=True) == perigees


def test_a_station_without_engines_can_only_fall():
    ways = [way for one in told().values() for way in one["ways"]]
    fixture = read_programme(FIXTURE)
    assert all(
        m.propulsion is None or m.propulsion.thrust_n is None for m in fixture.module.values()
    )
    for way in ways:
        assert way["possible"] == (way["way"] == "uncontrolled entry")
        assert way["possible"] or "no engine" in way["why_not"]


def test_a_fall_passes_220_km_before_it_ends_and_never_rises():
    fall = told()["beta"]["fall"]
    for share in ("p05", "p50", "p95"):
        heights = fall[f"altitude_{share}_km"]
        assert len(heights) == len(fall["date"])
        assert (np.diff(heights) <= 0).all()
        hold, entry = fall["to_220_km"][share], fall["to_entry"][share]
        assert entry is None or hold < entry
    assert fall["to_220_km"]["p05"] < fall["to_220_km"]["p50"]


def test_a_fall_told_again_ends_when_the_station_fell_in_the_run():
    settings = ('station.alpha.end.kind="uncontrolled"', "station.alpha.end.since=2014-03-20")
    low = ("station.alpha.orbit.altitude_km=300", "station.alpha.reboost.keep.lower_km=290")
    low = (*low, "station.alpha.reboost.keep.upper_km=300")
    folder = flown(*settings, *low)
    alpha = json.loads((folder / FILE).read_text())["stations"]["alpha"]
    rows = pd.concat(map(pd.read_parquet, (folder / "replicas").glob("*")))
    ends = rows[(rows.station == "alpha") & (rows.event == "uncontrolled entry at altitude")]
    assert alpha["left"] == "entry"
    assert alpha["since"] == "2014-03-20"
    flown_end = np.median(ends.date.to_numpy().astype("datetime64[D]").astype(int))
    told_end = np.datetime64(alpha["fall"]["to_entry"]["p50"]).astype(int)
    whole = flown_end - np.datetime64("2014-03-20").astype(int)
    assert abs(told_end - flown_end) < 0.15 * whole + 2


def test_a_second_run_writes_the_same_bytes():
    again = run(
        read_programme(FIXTURE, settings=WITH_SHIP),
        out=Path(mkdtemp(prefix="stationkeeper-test-")),
        replicas=30,
        workers=1,
    )
    assert (again / FILE).read_bytes() == (flown(*WITH_SHIP) / FILE).read_bytes()


def test_burns_add_up_to_what_the_orbits_cost():
    way = controlled_way(state(), ENGINE, drift=False)
    for name in ("propellant_kg", "delta_v_m_s"):  # written with six figures
        assert way[name] == pytest.approx(sum(burn[name] for burn in way["burns"]), rel=1e-5)
    # The twin: from the circular orbit to a perigee of 50 km in one instant burn.
    high, low = EARTH_RADIUS + 407e3, EARTH_RADIUS + 50e3
    least = np.sqrt(MU_EARTH / high) * (1 - np.sqrt(2 * low / (low + high)))
    assert way["delta_v_m_s"] - way["gravity_loss_m_s"] == pytest.approx(least, rel=0.03)
    assert way["propellant_enough"]
    assert not controlled_way(state(propellant=10e3), ENGINE, drift=False)["propellant_enough"]


def test_the_day_on_which_the_crew_leaves_is_the_one_given():
    given = controlled_way(state(), ENGINE, drift=False, crew_leaves=11_150.0)
    assert given["crew_leaves"] == "2030-07-12"
    assert not any("crew" in text for text in given["assumptions"])
    ours = controlled_way(state(), ENGINE, drift=False)
    assert any("crew leaves 183 days" in text for text in ours["assumptions"])


def test_less_thrust_loses_more_and_then_is_refused():
    strong = controlled_way(state(), ENGINE, drift=False)
    weak = controlled_way(state(), replace(ENGINE, thrust=7_000.0), drift=False)
    assert weak["gravity_loss_m_s"] > 1.5 * strong["gravity_loss_m_s"]
    feeble = controlled_way(state(), replace(ENGINE, thrust=700.0), drift=False)
    assert not feeble["possible"]
    assert "700 N" in feeble["why_not"]


def test_a_drift_first_costs_less_and_waits_for_the_replicas():
    now = controlled_way(state(), ENGINE, drift=False)
    later = controlled_way(state(), ENGINE, drift=True)
    assert later["propellant_kg"] < 0.6 * now["propellant_kg"]
    assert later["burns_begin_early"] < later["burns_begin"] < later["burns_begin_late"]
    assert later["burns_begin_altitude_km"] == 220
    never = controlled_way(state(hold_days=np.full(100, np.inf)), ENGINE, drift=True)
    assert not never["possible"]
    assert "ten years" in never["why_not"]


def test_the_final_burn_comes_four_days_after_the_first():
    burns = controlled_way(state(), ENGINE, drift=False)["burns"]
    first, last = (np.datetime64(burns[i]["middle"]) for i in (0, -1))
    assert last - first == np.timedelta64(4, "D")


def test_a_fall_expects_casualties_in_proportion_to_mass():
    whole, half = fall_way(state()), fall_way(state(mass=215e3))
    assert whole["casualties"] == pytest.approx(2 * half["casualties"], rel=1e-5)
    assert not whole["within_limit"]
    assert fall_way(state(mass=400.0))["within_limit"]
    assert fall_way(state(entry_days=np.full(9, np.inf)))["ends"] is None


def test_storage_is_above_and_lasts_longer_the_higher():
    sun = solar_indices()
    low, high = (storage_way(state(), ENGINE, sun, height) for height in (600e3, 700e3))
    assert high["life_years"] > 2 * low["life_years"]
    assert high["propellant_kg"] > low["propellant_kg"]
    below = storage_way(state(), ENGINE, sun, 300e3)
    assert not below["possible"]


def test_perigees_fall_by_no_more_than_a_stride():
    for height in (150e3, 220e3, 236e3, 420e3, 900e3):
        ladder = np.array([height, *perigee_ladder(height)])
        assert (np.diff(ladder) < 0).all()
        assert (-np.diff(ladder[:-1]) <= 90e3 + 1e-6).all()
        assert ladder[-1] == 50e3
    assert perigee_ladder(140e3) == (50e3,)


def test_quantiles_count_replicas_that_never_come_down():
    days = np.concatenate([np.arange(60.0), np.full(40, np.inf)])
    low, middle, high = quantile_days(days)
    assert (low, middle, high) == (5.0, 50.0, np.inf)
