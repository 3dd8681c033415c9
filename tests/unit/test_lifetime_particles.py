"""Particles in a run: who can be struck on which day, the holes, the factor, tables of others."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from stationkeeper.environment.debris import debris_altitude_factor, debris_flux
from stationkeeper.environment.solar_activity import CYCLE_MINIMA, cycles_needed, draw_futures
from stationkeeper.environment.tables import solar_indices
from stationkeeper.errors import InputError
from stationkeeper.hull.ballistic_limits import AL_2219_T87, AMG6
from stationkeeper.hull.flux_factor import flux_factor
from stationkeeper.hull.penetration import facet_list, penetration_rates, penetration_response
from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.calendar import calendar_of
from stationkeeper.lifetime.particle_circumstances import circumstances, mean_sun
from stationkeeper.lifetime.particles import draw_factor, particle_summary, particle_targets
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table
from stationkeeper.units import days_since_2000

FIXTURE = Path(__file__).parents[1] / "fixtures" / "two-stations.toml"
INCLINATION = float(np.radians(51.6))
YEAR = 365.25 * 86_400
HULLS = """
[module.core.hull.facet]
side = { area_m2 = 80, wall_mm = 4.8, material = "al-2219", bumper_mm = 2, standoff_mm = 110 }
end = { area_m2 = 8, wall_mm = 3.0, material = "amg6" }

[module.annexe.hull.facet]
side = { area_m2 = 70, wall_mm = 2.0, material = "amg6", bumper_mm = 1, standoff_mm = 50 }

[ship.capsule.hull.facet]
side = { area_m2 = 30, wall_mm = 2.0, material = "amg6", bumper_mm = 0.5, standoff_mm = 20 }

[ship.capsule.radiator.facet]
tubes = { area_m2 = 1, wall_mm = 1.0, material = "amg6" }
"""
MODULES = {"alpha": ("core", "annexe"), "beta": ("annexe",)}


@pytest.fixture(scope="module")
def sun():
    return solar_indices()


@pytest.fixture
def flown_targets(tmp_path, sun):
    def find(extra="", *, station="alpha", hulls=HULLS, as_known=None):
        file = tmp_path / "programme.toml"
        file.write_text(FIXTURE.read_text() + hulls + extra)
        found = assemble(read_programme(str(file), as_known=as_known), reference_table)
        flown = next(one for one in found.stations if one.key == station)
        return particle_targets(found, flown, MODULES[station], sun), found

    return find


def rates_on(sun, when, facets, altitude=399e3):
    """Return what a plain sum over one day says, meteoroids and debris. [1/s]"""
    day = days_since_2000(when)
    middle = sun.row_of(day) - 365
    flux = sun.f107[middle - 197 : middle + 198].mean()
    year = 2000 + (day + 0.5) / 365.25
    response = penetration_response(facets, INCLINATION)
    rates = penetration_rates(response, [altitude], [year], [flux])
    return rates.meteoroid.sum(), rates.debris.sum()


def annexe():
    return facet_list(
        area=70.0,
        wall_thickness=2e-3,
        wall_density=AMG6.density,
        wall_yield=AMG6.yield_stress,
        wall_hardness=AMG6.hardness,
        wall_sound_speed=AMG6.sound_speed,
        bumper_thickness=1e-3,
        standoff=0.05,
    )


def test_targets_are_modules_in_their_order_then_ships_with_hull_and_radiator(flown_targets):
    found, _ = flown_targets()
    assert found.names == ("module core", "module annexe", "ship capsule", "radiator capsule")
    assert found.kind.tolist() == [0, 0, 1, 2]
    assert found.module.tolist() == [0, 1, -1, -1]
    assert found.seats.tolist() == [0, 0, 3, 3]
    assert found.models == (
        "meteoroids after Gruen 1985",
        "debris after NASA-91, growth frozen after 2011",
    )


def test_what_has_no_faces_is_no_target(flown_targets):
    assert flown_targets(hulls="")[0].names == ()
    assert flown_targets(hulls="")[0].hazard.shape == (0, 1_097)
    json.dumps(particle_summary(flown_targets(hulls="")[0]))


def test_the_hazard_of_a_day_is_that_of_fluxes_over_limits(flown_targets, sun):
    found, assembled = flown_targets()
    for when in (date(2014, 3, 4), date(2014, 10, 17), date(2015, 6, 30)):
        place = assembled.calendar.place(when)
        ours = np.diff(found.hazard[1])[place]
        # Between every tenth day straight lines: 0.05 sfu of a mean that wanders from day to day.
        assert ours == pytest.approx(sum(rates_on(sun, when, annexe())) * 86_400, rel=1e-3)


def test_faces_of_one_module_add_up(flown_targets, sun):
    found, assembled = flown_targets()
    faces = facet_list(
        area=[80.0, 8.0],
        wall_thickness=[4.8e-3, 3e-3],
        wall_density=[AL_2219_T87.density, AMG6.density],
        wall_yield=[AL_2219_T87.yield_stress, AMG6.yield_stress],
        wall_hardness=[AL_2219_T87.hardness, AMG6.hardness],
        bumper_thickness=[2e-3, 0.0],
        standoff=[0.11, 0.0],
    )
    when = date(2015, 1, 15)
    ours = np.diff(found.hazard[0])[assembled.calendar.place(when)]
    assert ours == pytest.approx(sum(rates_on(sun, when, faces)) * 86_400, rel=1e-3)


def test_a_module_is_struck_only_where_and_while_it_is(flown_targets):
    alpha, assembled = flown_targets()
    beta, _ = flown_targets(station="beta")
    joins = assembled.calendar.place(date(2014, 3, 4))
    parts = assembled.calendar.place(date(2015, 7, 1))
    at_alpha, at_beta = np.diff(alpha.hazard[1]), np.diff(beta.hazard[0])
    assert np.flatnonzero(at_alpha).tolist() == list(range(joins, parts))
    assert np.flatnonzero(at_beta).tolist() == list(range(parts, assembled.calendar.days))
    assert np.all(alpha.until[0] == assembled.calendar.days)


LATE = """
[flight.late]
ship = "capsule"
station = "alpha"
launched = 2014-07-20
docked = 2014-07-20
undocked = 2014-07-30
port = "annexe/aft"
"""


def test_docked_ships_of_a_class_count_together_and_the_first_leaves_first(flown_targets):
    found, assembled = flown_targets(LATE)  # beside a visit from 1 July to 10 August
    place = assembled.calendar.place
    daily, until = np.diff(found.hazard[2:]), found.until[2:]
    one, two = place(date(2014, 7, 18)), place(date(2014, 7, 25))
    after, gone = place(date(2014, 8, 1)), place(date(2014, 8, 10))
    assert daily[:, two] / daily[:, one] == pytest.approx(2.0, rel=5e-3)  # the Sun moves a little
    assert until[:, one].tolist() == [gone] * 2
    assert until[:, two].tolist() == [place(date(2014, 7, 30))] * 2
    assert until[:, after].tolist() == [gone] * 2
    none = daily[0] == 0
    assert np.array_equal(none, until[0] == -1)
    assert none[gone]
    assert not none[gone - 1]


def test_quantiles_of_the_hole_leave_their_share_above(flown_targets, sun):
    found, _ = flown_targets()
    assert np.all(np.diff(found.hole, axis=1) > 0)
    chosen = [3, 31, 60]
    response = penetration_response(
        annexe(), INCLINATION, hole_diameter=np.append(0.0, found.hole[1, chosen])
    )
    rates = penetration_rates(response, [399e3], [2014.8], [120.0])
    above = 0.0
    for source, rate in ((found.meteoroids, rates.meteoroid), (found.debris, rates.debris)):
        part = source[1].sum() / found.hazard[1, -1]
        above = above + part * rate[0, 1:, 0] / rate[0, 0, 0]
    shares = 1 - (np.array(chosen) + 0.5) / 64
    np.testing.assert_allclose(above, shares, atol=0.002)


def test_a_face_turned_backwards_meets_meteoroids_only(flown_targets):
    turned = HULLS.replace('"amg6", bumper_mm = 1,', '"amg6", azimuth_deg = 180, bumper_mm = 1,')
    tumbling, backward = flown_targets()[0], flown_targets(hulls=turned)[0]
    assert backward.debris[1].sum() == 0
    np.testing.assert_allclose(backward.meteoroids, tumbling.meteoroids)
    ahead = flown_targets(hulls=turned.replace("= 180", "= 0"))[0]
    assert ahead.debris[1].sum() > 2.5 * tumbling.debris[1].sum()


def test_a_shield_without_distance_is_refused_by_name(flown_targets):
    with pytest.raises(InputError, match=r"module\.annexe\.hull\.facet\.side\.standoff_mm"):
        flown_targets(hulls=HULLS.replace("bumper_mm = 1, standoff_mm = 50", "bumper_mm = 1"))


def test_years_and_sources_add_up_to_the_hazard(flown_targets):
    found, _ = flown_targets()
    assert found.years.tolist() == [2014, 2015, 2016]
    total = (found.meteoroids + found.debris).sum(axis=1)
    np.testing.assert_allclose(total, found.hazard[:, -1], rtol=1e-12)
    told = json.loads(json.dumps(particle_summary(found)))
    assert told["modules_by_year"]["2014"] == pytest.approx(
        (found.meteoroids + found.debris)[:2, 0].sum()
    )
    one = told["targets"][1]
    assert one["years_there"] == pytest.approx(484 / 365.25)
    assert one["per_year"] == pytest.approx(one["expected"] / one["years_there"])


SEEN = """
[station.alpha.upkeep]
penetrations_seen = 0
seen_until = 2013-12-31
"""
ONE_FACE = """
[module.core.hull.facet]
side = { area_m2 = 70, wall_mm = 2.0, material = "amg6", bumper_mm = 1, standoff_mm = 50 }
"""


def test_the_count_is_held_against_the_days_of_the_modules_before_the_run(flown_targets, sun):
    found, _ = flown_targets(SEEN, hulls=ONE_FACE)
    days = [date.fromordinal(date(2013, 6, 1).toordinal() + k) for k in range(214)]
    expected = sum(sum(rates_on(sun, day, annexe(), 400e3)) for day in days) * 86_400
    (count,) = found.counts
    assert count.expected == pytest.approx(expected, rel=2e-4)
    assert (count.first, count.last) == (date(2013, 6, 1), date(2013, 12, 31))
    exact = flux_factor(0.67, count.expected, 0, 0.95)
    assert found.factor.quantile(0.5) == exact.quantile(0.5) < 1
    told = json.loads(json.dumps(particle_summary(found)))["factor"]
    assert told["counts"][0]["last"] == "2013-12-31"
    assert told["after_mean"] < told["before_mean"]


def test_a_count_at_one_station_teaches_of_the_other(flown_targets):
    alpha, beta = flown_targets(SEEN)[0], flown_targets(SEEN, station="beta")[0]
    assert beta.counts == alpha.counts
    assert beta.counts[0].station == "alpha"
    replicas = np.arange(100)
    assert np.array_equal(draw_factor(alpha, 5, replicas), draw_factor(beta, 5, replicas))


def test_a_count_is_known_up_to_the_day_of_knowledge(flown_targets):
    later = SEEN.replace("2013", "2015")
    day = date(2014, 6, 30)
    (count,) = flown_targets(later, as_known=day)[0].counts
    (cut,) = flown_targets(SEEN.replace("2013-12-31", "2014-06-30"))[0].counts
    assert count == cut
    assert flown_targets(later.replace("seen = 0", "seen = 1"), as_known=day)[0].counts == ()


def test_holes_counted_where_there_was_no_hull_are_refused(flown_targets):
    with pytest.raises(InputError, match=r"station\.alpha\.upkeep\.penetrations_seen: given 2"):
        flown_targets(SEEN.replace("seen = 0", "seen = 2"), hulls="")


def test_replica_17_has_its_factor_alone_and_stations_share_the_doubt(flown_targets):
    alpha, beta = flown_targets()[0], flown_targets(station="beta")[0]
    many = draw_factor(alpha, 5, np.arange(1_000))
    assert draw_factor(alpha, 5, np.array([17]))[0] == many[17]
    assert np.array_equal(draw_factor(beta, 5, np.arange(1_000)), many)
    assert np.median(many) == pytest.approx(1.0, rel=0.1)
    assert np.std(np.log(many)) == pytest.approx(0.67, rel=0.1)


def table(name, kind, year, diameter, flux):
    sizes = ", ".join(f"{1e3 * d:.9e}" for d in diameter)
    fluxes = ", ".join(f"{f * YEAR:.9e}" for f in flux)
    return f"""
[station.alpha.particles.{name}]
model = "tabulated"
kind = "{kind}"
year = {year}
diameter_mm = [{sizes}]
per_m2_year = [{fluxes}]
"""


def tabulated(name, year, times=1.0, kind="debris", first=1e-4):
    size = np.geomspace(first, 1.0, 400)
    flux = debris_flux(size, 399e3, INCLINATION, 2014.5, 120.0)
    return table(name, kind, year, size, times * flux)


def test_a_table_of_debris_stands_in_the_place_of_our_debris(flown_targets):
    own = flown_targets()[0]
    found, assembled = flown_targets(tabulated("one", 2014.0))
    assert found.models == (
        "debris after tabulated, for 2014 (table one)",
        "meteoroids after Gruen 1985",
    )
    np.testing.assert_array_equal(found.meteoroids, own.meteoroids)
    response = penetration_response(annexe(), INCLINATION)
    rate = penetration_rates(response, [399e3], [2014.5], [120.0]).debris.sum()
    place = assembled.calendar.place(date(2014, 3, 4))
    days = 2014 + 1 - (2014 + place / 365.25)
    assert found.debris[1, 0] == pytest.approx(rate * days * 365.25 * 86_400, rel=5e-3)


def test_between_the_years_of_two_tables_the_flux_goes_straight(flown_targets):
    found, assembled = flown_targets(tabulated("one", 2014.0) + tabulated("two", 2016.0, 3.0))
    alone, _ = flown_targets(tabulated("one", 2014.0))
    parts = [np.diff(one.hazard[0]) for one in (found, alone)]
    meteoroids = np.diff(flown_targets(tabulated("none", 2014.0, 0.0))[0].hazard[0])
    middle = assembled.calendar.place(date(2015, 1, 1))
    ratio = (parts[0] - meteoroids)[[0, middle, -1]] / (parts[1] - meteoroids)[[0, middle, -1]]
    assert ratio == pytest.approx([1.0, 2.0, 3.0], abs=3e-3)


def test_a_table_of_both_leaves_nothing_of_ours(flown_targets):
    found = flown_targets(tabulated("all", 2014.0, kind="both"))[0]
    assert found.models == ("both after tabulated, for 2014 (table all)",)
    assert found.meteoroids.sum() == 0
    assert found.debris.sum() > 0


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (tabulated("all", 2014.0, kind="both") + tabulated("one", 2014.0), r"all\.kind.*both"),
        (tabulated("one", 2014.0) + tabulated("two", 2014.0), r"year: given 2014"),
        (tabulated("one", 2014.0, first=0.05), r"particles\.one: the flux table begins"),
    ],
)
def test_tables_that_contradict_or_do_not_reach_are_refused_by_name(flown_targets, tables, words):
    with pytest.raises(InputError, match=words):
        flown_targets(tables)


def test_the_mean_over_futures_is_that_of_many_drawn_ones(sun):
    calendar = calendar_of(date(2012, 1, 1), date(2020, 12, 31))
    until = days_since_2000(date(2011, 12, 31))
    altitude = np.full(calendar.days, 400e3)
    ours = circumstances(calendar, altitude, mean_sun(sun, calendar, True, until)).bodies
    start = calendar.first_day - 365 - 197
    days = calendar.days + 395
    chances = np.random.default_rng(1).random((3_000, cycles_needed(days)))
    rows = draw_futures(CYCLE_MINIMA, int(sun.day[0]), until, start, days, chances)
    place = 2_900
    flux = sun.f107[rows[:, place : place + 395]].mean(axis=1)
    sampled = debris_altitude_factor(400e3, flux)
    growth = 1 + 0.05 * 23
    error = sampled.std() / np.sqrt(len(sampled))
    assert ours[place] / growth == pytest.approx(sampled.mean(), abs=4 * error + 1e-4)


def test_known_days_have_the_sun_as_recorded_and_days_before_the_record_its_first(sun):
    calendar = calendar_of(date(2014, 1, 1), date(2014, 12, 31))
    known = mean_sun(sun, calendar, True, sun.observed_until)
    assert known.shape == (1, 365)
    middle = sun.row_of(days_since_2000(date(2013, 5, 1)))
    assert known[0, 120] == pytest.approx(sun.f107[middle - 197 : middle + 198].mean(), rel=1e-12)
    early = calendar_of(date(1957, 10, 10), date(1957, 12, 31))
    assert np.all(np.isfinite(mean_sun(sun, early, False, sun.observed_until)))
