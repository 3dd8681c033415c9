"""Replicas depend on nothing but their number; stations separate, descend and fall as asked."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from stationkeeper.crew.dose import EFFECTIVE_THICKNESS
from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.fly import fly_lives, loss_days
from stationkeeper.lifetime.prepare import prepare, solar_rows, wall_thickness
from stationkeeper.lifetime.run import fly_piece
from stationkeeper.lifetime.tally import event_names
from stationkeeper.orbit.conjunctions import AVOIDANCE_DELTA_V
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table
from stationkeeper.results.bins import quantiles_from_counts
from stationkeeper.results.variables import ALTITUDE_BINS, DOSE_BINS, MASS_BINS

FIXTURE = str(Path(__file__).parents[1] / "fixtures" / "two-stations.toml")


@cache
def prepared_for(*settings, seed=1):
    programme = read_programme(FIXTURE, settings=settings)
    return prepare(assemble(programme, reference_table), seed, lambda text: None)


@cache
def forty():
    return fly_lives(prepared_for(), np.arange(40))


def test_replica_seventeen_is_the_same_alone_and_among_others():
    alone = fly_lives(prepared_for(), np.array([17]))
    for key, life in forty().stations.items():
        other = alone.stations[key]
        for name in ("altitude", "used", "aboard", "delta_v", "avoidance", "drag_factor"):
            among = getattr(life, name)[17]
            assert np.array_equal(among, getattr(other, name)[0], equal_nan=True), (key, name)
        assert np.array_equal(forty().equivalent[key][17], alone.equivalent[key][0])
        for place, days in forty().loss[key].items():
            assert np.array_equal(days[17], alone.loss[key][place][0], equal_nan=True)


def test_replica_seventeen_has_the_same_rows_alone_and_among_others():
    among = fly_piece(prepared_for(), np.arange(40)).rows
    alone = fly_piece(prepared_for(), np.array([17])).rows
    mine = among["replica"] == 17
    for name, column in alone.items():
        assert np.array_equal(among[name][mine], column, equal_nan=True), name


def test_replicas_and_seeds_differ():
    altitude = forty().stations["alpha"].altitude
    assert not np.array_equal(altitude[0], altitude[1])
    other = fly_lives(prepared_for(seed=2), np.array([0]))
    assert not np.array_equal(altitude[0], other.stations["alpha"].altitude[0])


def test_a_separated_station_begins_where_the_other_is_in_that_replica():
    prepared = prepared_for()
    place = prepared.assembled.handovers[0].place
    before = forty().stations["alpha"].altitude[:, place - 1]
    born = forty().stations["beta"].born[place]
    assert np.array_equal(born, before.astype(float))
    assert np.unique(born).size > 1
    assert np.isnan(forty().stations["beta"].altitude[:, :place]).all()


def test_a_station_begins_at_the_height_of_another_that_drifts_above_all_bands():
    lives = fly_lives(
        prepared_for(
            "station.alpha.orbit.altitude_km=500", 'station.alpha.reboost.keep.kind="drift"'
        ),
        np.arange(2),
    )
    (born,) = lives.stations["beta"].born.values()
    assert (born > 490e3).all()


def test_a_station_whose_end_began_before_the_span_is_in_orbit():
    lives = fly_lives(
        prepared_for(
            'station.alpha.reboost.keep.kind="as-flown"',
            'station.alpha.reboost.keep.table="iss-altitude"',
            "station.alpha.end.since=2013-09-01",
        ),
        np.arange(2),
    )
    assert (lives.stations["alpha"].altitude[:, 0] > 399e3).all()


def test_a_station_is_kept_in_its_band_until_its_descent():
    flown = prepared_for().assembled.stations[0]
    kept = forty().stations["alpha"].altitude[:, 30 : flown.descent]
    assert kept.min() > 395.5e3
    assert kept.max() < 402e3 + 4 * 2_000 * AVOIDANCE_DELTA_V  # pushes may add up


def test_a_controlled_descent_ends_at_its_level_and_not_before_its_day():
    life = forty().stations["alpha"]
    flown = prepared_for().assembled.stations[0]
    assert (life.descended > flown.descent).all()
    for replica, place in enumerate(life.descended):
        assert life.altitude[replica, place - 1] > 390e3
        assert np.isnan(life.altitude[replica, place:]).all()
    assert (life.used[:, flown.descent :] == 0).all()


def test_a_station_without_propellant_falls_and_says_when():
    settings = (
        "station.alpha.propellant_aboard_kg=0",
        "station.alpha.orbit.altitude_km=250",
        'remove=["traffic.cargo", "station.alpha.end"]',
    )
    settings = (*settings[:2], "module.core.propulsion.aboard_kg=0", "ship.freighter.isp_s=1")
    lives = fly_lives(prepared_for(*settings), np.arange(4))
    life = lives.stations["alpha"]
    assert (life.entered > 0).all()
    for replica, place in enumerate(life.entered):
        assert not np.isnan(life.altitude[replica, place - 1])
        assert np.isnan(life.altitude[replica, place:]).all()
    assert np.isnan(lives.stations["beta"].altitude).all()  # nothing is left to separate from


def test_avoidance_comes_at_the_yearly_rate():
    prepared = prepared_for()
    lives = fly_lives(prepared, np.arange(200))
    alpha = prepared.assembled.stations[0]
    years = alpha.descent / 365.25
    mean = lives.stations["alpha"].avoidance[:, : alpha.descent].sum() / 200 / years
    assert mean == pytest.approx(4.0, abs=4 * np.sqrt(4.0 / years / 200))


def test_an_avoidance_manoeuvre_is_not_counted_as_a_reboost():
    drift = prepared_for('station.alpha.reboost.keep.kind="drift"')
    sums = fly_piece(drift, np.arange(20)).sums
    assert sums["avoidances"][0].sum() > 40
    assert sums["reboosts"][0].sum() == 0
    kept = fly_piece(prepared_for(), np.arange(20)).sums
    assert kept["reboosts"][0].sum() > 40


def test_a_thinner_wall_gives_more_dose():
    thin, thick = (
        prepared_for(f"module.core.wall_g_cm2={wall}", f"module.annexe.wall_g_cm2={wall}")
        for wall in (10, 40)
    )
    assert wall_thickness(thin.assembled.stations[0]) == pytest.approx(100)
    doses = [fly_lives(one, np.arange(2)).equivalent["alpha"][:, -1] for one in (thin, thick)]
    assert (doses[0] > 1.1 * doses[1]).all()
    bare = prepared_for().assembled.stations[0]
    assert wall_thickness(bare) == EFFECTIVE_THICKNESS


def test_the_drag_factor_has_the_spread_of_the_programme():
    factors = fly_lives(prepared_for(), np.arange(200)).stations["alpha"].drag_factor
    assert np.median(factors) == pytest.approx(1.0, abs=0.04)
    assert np.log(factors).std() == pytest.approx(0.15, rel=0.2)


def test_recorded_days_are_the_same_in_all_replicas_and_drawn_ones_are_not():
    rows = solar_rows(prepared_for(), np.arange(8))
    days = prepared_for().assembled.calendar.days
    assert (rows[:, :days] == rows[0, :days]).all()
    early = prepared_for("sun.observed_until=2014-06-30")
    drawn = solar_rows(early, np.arange(8))
    assert (drawn[:, :180] == rows[:, :180]).all()
    assert np.unique(drawn[:, 400]).size > 1


def test_the_published_prediction_is_one_for_all():
    rows = solar_rows(prepared_for('sun.future="predicted"'), np.arange(3))
    assert (rows == rows[0]).all()
    assert (np.diff(rows[0][:1096]) == 1).all()


def test_propulsion_is_lost_for_a_trial_every_first_of_january():
    prepared = prepared_for()
    dates = prepared.assembled.calendar.dates
    alpha, beta = prepared.assembled.stations
    assert [str(dates[p]) for p in loss_days(prepared, alpha)] == ["2014-01-01", "2015-01-01"]
    assert [str(dates[p]) for p in loss_days(prepared, beta)] == ["2016-01-01"]


def test_a_lower_orbit_is_lost_sooner():
    low = prepared_for(
        "station.alpha.orbit.altitude_km=350",
        "station.alpha.reboost.keep.lower_km=345",
        "station.alpha.reboost.keep.upper_km=352",
    )
    fell = fly_lives(low, np.arange(6)).loss["alpha"][0]
    assert (fell < forty().loss["alpha"][0][:6]).all()
    assert (fell > 5).all()


def test_the_counts_hold_what_the_lives_did():
    prepared, lives = prepared_for(), forty()
    sums = fly_piece(prepared, np.arange(40)).sums
    calendar = prepared.assembled.calendar
    month = 7
    days = calendar.month_of_day == month
    altitude = lives.stations["alpha"].altitude[:, days].astype(float) / 1e3
    assert sums["altitude"][0, month].sum() == altitude.size
    assert sums["altitude_sum"][0, month] / altitude.size == pytest.approx(altitude.mean())
    ours = quantiles_from_counts(sums["altitude"][0, month], ALTITUDE_BINS)
    plain = np.quantile(altitude, [0.05, 0.25, 0.5, 0.75, 0.95])
    assert np.abs(ours - plain).max() <= 0.5
    used = lives.stations["alpha"].used[:, days].sum(axis=1, dtype=float)
    assert sums["used_sum"][0, month] == pytest.approx(used.sum())
    middle = quantiles_from_counts(sums["used"][0, month], MASS_BINS, [0.5])[0]
    assert middle == pytest.approx(
        np.quantile(used, 0.5, method="inverted_cdf"), rel=0.011, abs=0.05
    )
    assert sums["avoidances"].sum() == sum(one.avoidance.sum() for one in lives.stations.values())


def test_stay_doses_are_those_between_launch_and_landing():
    prepared, lives = prepared_for(), forty()
    sums = fly_piece(prepared, np.arange(40)).sums
    stay = prepared.assembled.stays[1]
    gathered = lives.equivalent["alpha"].astype(float)
    dose = (gathered[:, stay.last] - gathered[:, stay.first]) * lives.dose_factor["alpha"] * 1e3
    assert sums["stay_equivalent_sum"][1] == pytest.approx(dose.sum(), rel=1e-9)
    middle = quantiles_from_counts(sums["stay_equivalent"][1], DOSE_BINS, [0.5])[0]
    assert middle == pytest.approx(np.quantile(dose, 0.5, method="inverted_cdf"), rel=0.011)
    assert 5 < middle < 60  # millisievert of forty days


def test_each_event_number_has_a_name_and_a_unit():
    prepared = prepared_for()
    rows = fly_piece(prepared, np.arange(3)).rows
    names = event_names(prepared.assembled.stays, prepared.upkeep)
    assert rows["event"].max() < len(names)
    assert all(name and unit for name, unit in names)
