"""Planned cargo flights are lost as often as the document says, with all that they carry."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.fly import fly_lives
from stationkeeper.lifetime.lost_cargo import REMANIFEST_DAYS, AtRisk, lost_ships, made_up, missing
from stationkeeper.lifetime.prepare import prepare
from stationkeeper.lifetime.random_shocks import chances_of_loss, last_recorded_day
from stationkeeper.lifetime.tally_upkeep import upkeep_events
from stationkeeper.lifetime.upkeep_plan import Happening
from stationkeeper.programme.composition import all_flights
from stationkeeper.programme.functions import Hold
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table

FIXTURE = (Path(__file__).parents[1] / "fixtures" / "two-stations.toml").read_text()
MORE = """
[random.freight]
kind = "flight-lost"
ships = ["freighter"]
chance_per_flight = 0.3

[store.food]
title = "Food"
kind = "food"
station = "alpha"
capacity = 100_000.0
aboard = 500.0

[equipment.pump]
title = "Pump"
module = "core"
units = 2
needed = 1
spares_per_cargo = 1.0

[overrides.quiet]
remove = ["event.separation", "station.alpha.end", "station.beta"]
ship.freighter.may_reboost = false
random.freight.chance_per_flight = 1.0

[overrides.stays]
remove = ["station.alpha.end"]

[overrides.none]
remove = ["station.alpha.end", "traffic.cargo"]

[overrides.sure]
random.freight.chance_per_flight = 0.0
"""
REPLICAS = np.arange(60)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lost")

    def programme(more="", *, overrides=(), settings=()):
        path = folder / "programme.toml"
        text = FIXTURE.replace("isp_s = 300\nmay", "isp_s = 300\nbrings = { food_kg = 100 }\nmay")
        path.write_text(text + MORE + more)
        return read_programme(str(path), overrides=overrides, settings=settings)

    return programme


@pytest.fixture(scope="module")
def flown(read):
    prepared = prepare(assemble(read(overrides=("stays",)), reference_table), 1, lambda text: None)
    return prepared, fly_lives(prepared, REPLICAS)


def test_planned_cargo_flights_have_the_chance_of_their_class(read):
    told = read()
    chances = chances_of_loss(told, all_flights(told))
    assert chances == pytest.approx({f"cargo-00{n}": 0.3 for n in (1, 2, 3, 4)}, abs=1e-12)


def test_two_shocks_of_one_class_are_independent(read):
    told = read(
        """
        [random.again]
        kind = "flight-lost"
        ships = ["freighter"]
        chance_per_flight = 0.5
        """
    )
    assert chances_of_loss(told, all_flights(told))["cargo-002"] == pytest.approx(0.65)


def test_what_has_flown_is_not_lost(read):
    told = read()
    flights = all_flights(told)
    first = flights["cargo-002"].model_copy(update={"status": "flown"})
    known = told.model_copy(update={"flight": {"real": first}})
    assert last_recorded_day(known) == first.launched
    chances = chances_of_loss(known, {"real": first, **flights})
    assert sorted(chances) == ["cargo-003", "cargo-004"]


def test_flights_are_lost_as_often_as_said_and_the_same_in_every_company(flown):
    prepared, _ = flown
    risk = prepared.upkeep["alpha"].risk
    many = np.arange(20_000)
    lost = lost_ships(risk, 3, many)
    error = 3 * np.sqrt(0.3 * 0.7 / many.size)
    assert lost.mean(axis=0) == pytest.approx([0.3] * lost.shape[1], abs=error)
    assert (lost_ships(risk, 3, many[[17, 5]]) == lost[[17, 5]]).all()
    assert abs(np.corrcoef(lost.T)[0, 1]) < 0.03


def test_a_lost_ship_brings_nothing_and_is_told(flown):
    prepared, lives = flown
    kept = lives.upkept["alpha"]
    plan, state = kept.plan, kept.state
    lost = kept.given.ship_lost
    there = int(plan.ship_first[-1])
    assert there == 3
    arrived = (~lost[:, :there]).sum(axis=1)
    assert arrived.min() < arrived.max() == there
    np.testing.assert_allclose((state.came + state.refused)[:, 0], 100.0 * arrived)
    log = kept.log
    told = log.code[: kept.events] == Happening.SHIP_LOST
    assert np.array_equal(
        np.bincount(log.replica[: kept.events][told], minlength=REPLICAS.size), there - arrived
    )
    assert ("cargo flight lost: freighter", "1") in upkeep_events(prepared.upkeep)


def test_propellant_that_comes_is_that_of_the_ships_that_arrive(flown):
    prepared, lives = flown
    for one in prepared.assembled.stations:
        life, kept = lives.stations[one.key], lives.upkept[one.key]
        lost = kept.given.ship_lost[:, : kept.plan.ship_first[-1]].sum(axis=1)
        assert lost.any(), one.key
        brought = one.hardware.delivered[one.hardware.exists].sum() - 700.0 * lost
        there = ~np.isnan(life.altitude[:, -1])
        assert there.any(), one.key
        np.testing.assert_allclose((life.delivered + life.refused)[there], brought[there])
        came = life.initial + life.delivered + life.received
        went = life.used_total + life.handed_over + life.taken_away + life.tank + life.gone
        np.testing.assert_allclose(came, went, rtol=1e-9)


def test_a_station_without_its_lost_ships_flies_as_if_they_had_never_been_planned(read):
    """True where no ship raises the orbit: the plan goes on for what a lost one would have done."""
    lives = []
    for settings in ((), ("traffic.cargo.until=2014-04-01",)):
        told = read(overrides=("quiet",), settings=settings)
        prepared = prepare(assemble(told, reference_table), 1, lambda text: None)
        lives.append(fly_lives(prepared, np.arange(3)).stations["alpha"])
    np.testing.assert_allclose(lives[0].altitude, lives[1].altitude, rtol=1e-9)
    np.testing.assert_allclose(lives[0].tank, lives[1].tank, rtol=1e-9)


def test_what_is_missing_is_what_the_ships_add_to_the_plan(read, flown):
    prepared, _ = flown
    without = assemble(read(overrides=("none",)), reference_table)
    days = prepared.assembled.calendar.days
    for one, other in zip(prepared.assembled.stations, without.stations, strict=True):
        risk = prepared.upkeep[one.key].risk
        lost = np.array([[True] * len(risk.visits), [False] * len(risk.visits)])
        absent = missing(risk, lost, one.station.drag_coefficient, 0, days)
        there = one.hardware.exists
        for name in ("mass", "area", "capacity", "delivered"):
            added = getattr(one.hardware, name) - getattr(other.hardware, name)
            taken = getattr(absent, name)
            np.testing.assert_allclose(taken[0, there], added[there], atol=1e-9, err_msg=name)
            assert added[there].any(), name
            assert not taken[1].any()
        assert missing(risk, ~lost[:1], 2.2, 0, days) is None


def test_a_manifest_stands_in_for_what_the_class_brings(read):
    told = read(
        """
        [flight.more]
        ship = "freighter"
        station = "alpha"
        launched = 2014-03-20
        docked = 2014-03-21
        undocked = 2014-03-30
        port = "annexe/aft"
        manifest = { food_kg = 250 }
        """
    )
    alpha = assemble(told, reference_table).visits["alpha"]
    brings = {visit.flight: visit.brings.food_kg for visit in alpha}
    assert brings["more"] == 250.0
    assert brings["cargo-001"] == 100.0
    assert brings["visits-001"] == 0.0


def test_under_a_sanction_no_spare_parts_come_for_the_partner(read):
    sanction = """
        [shock.stop]
        kind = "sanction"
        station = "alpha"
        date = 2014-10-01
        until = 2015-03-01
        partners = ["north"]
        """
    plans = []
    for more in ("", sanction, sanction.replace("north", "south")):
        assembled = assemble(read(more, overrides=("sure",)), reference_table)
        prepared = prepare(assembled, 1, lambda text: None)
        plans.append(prepared.upkeep["alpha"].plan)
    days, barred, other = (np.flatnonzero(plan.cargo[0]) for plan in plans)
    first = prepared.assembled.calendar.place(date(2014, 10, 1))
    last = prepared.assembled.calendar.place(date(2015, 3, 1))
    within = (days >= first) & (days <= last)
    assert within.any()
    assert not within.all()
    assert barred.tolist() == days[~within].tolist()
    assert other.tolist() == days.tolist()


def ships(days, hold):
    ship = SimpleNamespace(hold=hold)
    visits = tuple(SimpleNamespace(ship=ship, propellant=0.0) for _ in days)
    return AtRisk(("freighter",), visits, np.array(days), np.zeros(len(days), int), ())


HOLD = Hold(total_kg=1_000.0, dry_kg=150.0, water_kg=50.0, gas_kg=0.0)
LOADS = np.array([[100.0, 100.0, 100.0, 100.0], [20.0, 20.0, 20.0, 20.0]])  # food and water


def test_later_ships_carry_what_lost_ones_did_as_far_as_they_have_room():
    risk = ships([0, 10, 100, 200], HOLD)
    lost = np.array([[True, False, False, False], [False] * 4, [True, False, True, False]])
    more = made_up(risk, lost, LOADS)
    room = 200.0 - 120.0
    assert (more[1] == 0).all()
    assert (more[0][:, :2] == 0).all()  # too early to be loaded anew
    assert more[0].sum(axis=0) == pytest.approx([0, 0, room, 120.0 - room])
    assert more[0].sum(axis=1) == pytest.approx([100.0, 20.0])
    assert more[2].sum(axis=0) == pytest.approx([0, 0, 0, room])


def test_a_ship_without_a_hold_carries_no_more_and_a_loss_can_be_made_up_from_its_day_on():
    lost = np.array([[True, False]])
    loads = LOADS[:, :2]
    assert (made_up(ships([0, 300], None), lost, loads) == 0).all()
    assert made_up(ships([0, REMANIFEST_DAYS], HOLD), lost, loads).sum() > 0
    assert made_up(ships([0, REMANIFEST_DAYS - 1], HOLD), lost, loads).sum() == 0
